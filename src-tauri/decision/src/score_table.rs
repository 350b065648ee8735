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
    /// The lowest and highest of its samples, where there are several.
    pub spread: Option<[f64; 2]>,
}

/// Options × criteria, row by row. Numbers are scores on the scale (judged, manual) or in the criterion's unit (measured).
#[derive(Clone, Debug)]
pub struct ScoreTable {
    /// By criterion.
    measured: Vec<bool>,
    /// NaN where there is no number: it spares the ranking a second array.
    numbers: Vec<f64>,
    /// The cells without a number that are not simply pending: few, by rising position.
    unscored: Vec<(usize, CellState)>,
    /// Which cells a model has spoken on; empty until one has.
    by_model: Vec<bool>,
    /// The lowest and highest sample of scored cells whose samples differ, by rising position.
    spreads: Vec<(usize, [f64; 2])>,
}

impl ScoreTable {
    /// What the decision itself gives: measured values and hand scores; all else is pending.
    #[must_use]
    pub fn from_given(decision: &Decision) -> Self {
        let measured: Vec<bool> = decision
            .criteria
            .iter()
            .map(|c| c.kind == Kind::Measured)
            .collect();
        let mut numbers = Vec::with_capacity(decision.options.len() * measured.len());
        let mut unscored = Vec::new();
        for row in &decision.cells {
            let start = numbers.len();
            let given =
                row.iter()
                    .zip(&measured)
                    .enumerate()
                    .map(|(i, (cell, measured))| match cell.score {
                        _ if *measured => cell.value.unwrap_or(f64::NAN),
                        Some(HandScore::Score(score)) => score,
                        None => f64::NAN,
                        Some(HandScore::Abstain) => {
                            unscored.push((start + i, CellState::Abstained));
                            f64::NAN
                        }
                    });
            numbers.extend(given);
        }
        Self {
            measured,
            numbers,
            unscored,
            by_model: Vec::new(),
            spreads: Vec::new(),
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
        if !is_judged
            || option >= self.options()
            || self.source(option, criterion) == Some(Source::Hand)
        {
            return;
        }
        let on_scale = judged.score.filter(|score| decision.scale.holds(*score));
        let (state, number) = match (judged.state, on_scale) {
            (CellState::Scored, Some(score)) => (CellState::Scored, score),
            (CellState::Scored, None) => (CellState::Unparsed, f64::NAN),
            (state, _) => (state, f64::NAN),
        };
        let at = self.place(option, criterion);
        self.numbers[at] = number;
        self.by_model.resize(self.numbers.len(), false);
        self.by_model[at] = true;
        self.lay_spread(at, judged.spread.filter(|_| !number.is_nan()), decision);
        match self.unscored.binary_search_by_key(&at, |(place, _)| *place) {
            Ok(known) if number.is_nan() => self.unscored[known].1 = state,
            Ok(known) => {
                self.unscored.remove(known);
            }
            Err(place) if number.is_nan() => self.unscored.insert(place, (at, state)),
            Err(_) => {}
        }
    }

    /// Keeps what of a spread lies on the scale, if that is more than one number.
    fn lay_spread(&mut self, at: usize, spread: Option<[f64; 2]>, decision: &Decision) {
        let scale = decision.scale;
        let spread = spread
            .filter(|[low, high]| low <= high)
            .map(|[low, high]| [low.max(scale.min), high.min(scale.max)])
            .filter(|[low, high]| low < high);
        let known = self.spreads.binary_search_by_key(&at, |(place, _)| *place);
        match (known, spread) {
            (Ok(known), Some(spread)) => self.spreads[known].1 = spread,
            (Ok(known), None) => {
                self.spreads.remove(known);
            }
            (Err(place), Some(spread)) => self.spreads.insert(place, (at, spread)),
            (Err(_), None) => {}
        }
    }

    /// The lowest and highest sample of a cell that a model scored, where its samples differ.
    #[must_use]
    pub fn spread(&self, option: usize, criterion: usize) -> Option<[f64; 2]> {
        let at = self.place(option, criterion);
        let known = self.spreads.binary_search_by_key(&at, |(place, _)| *place);
        known.ok().map(|known| self.spreads[known].1)
    }

    /// Whether a model has spoken on any cell.
    pub(crate) fn has_judgements(&self) -> bool {
        !self.by_model.is_empty()
    }

    /// How many cells have samples that differ.
    #[must_use]
    pub fn spreads(&self) -> usize {
        self.spreads.len()
    }

    /// How many options there are.
    #[must_use]
    pub fn options(&self) -> usize {
        self.numbers
            .len()
            .checked_div(self.measured.len())
            .unwrap_or(0)
    }

    /// How many criteria there are.
    #[must_use]
    pub fn criteria(&self) -> usize {
        self.measured.len()
    }

    /// The number of a cell that is scored.
    #[must_use]
    pub fn number(&self, option: usize, criterion: usize) -> Option<f64> {
        let number = self.numbers[self.place(option, criterion)];
        (!number.is_nan()).then_some(number)
    }

    /// The state of a cell.
    #[must_use]
    pub fn state(&self, option: usize, criterion: usize) -> CellState {
        let at = self.place(option, criterion);
        if !self.numbers[at].is_nan() {
            return CellState::Scored;
        }
        let known = self.unscored.binary_search_by_key(&at, |(place, _)| *place);
        known.map_or(CellState::Pending, |known| self.unscored[known].1)
    }

    /// The source of a cell's number, abstention or failure.
    #[must_use]
    pub fn source(&self, option: usize, criterion: usize) -> Option<Source> {
        let by_model = self.by_model.get(self.place(option, criterion)) == Some(&true);
        match self.state(option, criterion) {
            _ if by_model => Some(Source::Model),
            CellState::Pending => None,
            _ if self.measured[criterion] => Some(Source::Measured),
            _ => Some(Source::Hand),
        }
    }

    /// All numbers, row by row, NaN where there is none.
    pub(crate) fn numbers(&self) -> &[f64] {
        &self.numbers
    }

    /// Puts another number in the place of one, for what-if questions; states and sources stay.
    pub(crate) fn set_number(&mut self, option: usize, criterion: usize, number: f64) {
        let at = self.place(option, criterion);
        self.numbers[at] = number;
    }

    fn place(&self, option: usize, criterion: usize) -> usize {
        option * self.measured.len() + criterion
    }
}
