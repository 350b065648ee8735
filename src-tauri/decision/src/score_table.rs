//! What is ranked: one number or none for each option and criterion, with its state and source, dense and without names.
//! Hand-given and measured cells come from the decision; a model's judgements are laid over it.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::model::{Decision, HandScore, Kind};

/// Where a cell stands. `running` is never a stored state, and so is none here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum CellState {
    /// Not scored yet.
    Pending,
    /// Has its number.
    Scored,
    /// Left without a number on purpose.
    Abstained,
    /// The judge answered, and the answer is no score on the scale.
    Unparsed,
    /// The judge could not be asked.
    Failed,
    /// The run was stopped before it.
    Cancelled,
    /// An edit made the old score invalid: shown, not ranked.
    Stale,
}

/// Where a cell's number comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// A model's judgement.
    Model,
    /// A measured value.
    Measured,
    /// A score by hand.
    Hand,
}

/// A judgement of one cell by a model.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct JudgedCell {
    /// Where it stands.
    pub state: CellState,
    /// The score on the decision's scale; looked at only when the state is `Scored`.
    pub score: Option<f64>,
}

/// Options × criteria, row by row. Numbers are scores on the scale (judged, manual) or in the criterion's unit (measured).
#[derive(Clone, Debug)]
pub struct ScoreTable {
    columns: usize,
    /// NaN where there is no number: it spares the ranking a second array.
    numbers: Vec<f64>,
    origins: Vec<(CellState, Option<Source>)>,
}

impl ScoreTable {
    /// What the decision itself gives: measured values and hand scores; all else is pending.
    #[must_use]
    pub fn from_given(decision: &Decision) -> Self {
        let columns = decision.criteria.len();
        let size = decision.options.len() * columns;
        let mut numbers = Vec::with_capacity(size);
        let mut origins = Vec::with_capacity(size);
        let measured: Vec<bool> = decision
            .criteria
            .iter()
            .map(|c| c.kind == Kind::Measured)
            .collect();
        for row in &decision.cells {
            for (cell, measured) in row.iter().zip(&measured) {
                let (number, origin) = if *measured {
                    match cell.value {
                        Some(value) => (value, (CellState::Scored, Some(Source::Measured))),
                        None => (f64::NAN, (CellState::Pending, None)),
                    }
                } else {
                    match cell.score {
                        Some(HandScore::Score(score)) => {
                            (score, (CellState::Scored, Some(Source::Hand)))
                        }
                        Some(HandScore::Abstain) => {
                            (f64::NAN, (CellState::Abstained, Some(Source::Hand)))
                        }
                        None => (f64::NAN, (CellState::Pending, None)),
                    }
                };
                numbers.push(number);
                origins.push(origin);
            }
        }
        Self {
            columns,
            numbers,
            origins,
        }
    }

    /// Lays a model's judgement over a cell. What a hand gave stays; so does a criterion that no model judges.
    /// A score off the decision's scale is `unparsed`: nothing is clamped.
    pub fn overlay(
        &mut self,
        decision: &Decision,
        option: usize,
        criterion: usize,
        judged: JudgedCell,
    ) {
        let is_judged = decision
            .criteria
            .get(criterion)
            .is_some_and(|c| c.kind == Kind::Judged);
        let at = option * self.columns + criterion;
        if !is_judged
            || option >= decision.options.len()
            || self.origins[at].1 == Some(Source::Hand)
        {
            return;
        }
        let on_scale = judged.score.filter(|score| decision.scale.holds(*score));
        let (state, number) = match (judged.state, on_scale) {
            (CellState::Scored, Some(score)) => (CellState::Scored, score),
            (CellState::Scored, None) => (CellState::Unparsed, f64::NAN),
            (state, _) => (state, f64::NAN),
        };
        self.numbers[at] = number;
        self.origins[at] = (state, Some(Source::Model));
    }

    /// How many options there are.
    #[must_use]
    pub fn options(&self) -> usize {
        self.numbers.len().checked_div(self.columns).unwrap_or(0)
    }

    /// How many criteria there are.
    #[must_use]
    pub fn criteria(&self) -> usize {
        self.columns
    }

    /// The number of a cell that is scored.
    #[must_use]
    pub fn number(&self, option: usize, criterion: usize) -> Option<f64> {
        let number = self.numbers[option * self.columns + criterion];
        (!number.is_nan()).then_some(number)
    }

    /// The state of a cell.
    #[must_use]
    pub fn state(&self, option: usize, criterion: usize) -> CellState {
        self.origins[option * self.columns + criterion].0
    }

    /// The source of a cell's number or abstention.
    #[must_use]
    pub fn source(&self, option: usize, criterion: usize) -> Option<Source> {
        self.origins[option * self.columns + criterion].1
    }

    /// All numbers, row by row, NaN where there is none.
    pub(crate) fn numbers(&self) -> &[f64] {
        &self.numbers
    }
}
