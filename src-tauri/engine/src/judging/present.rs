//! What models have said about a decision's cells, as it stands now: the rows of its newest run against what each cell would
//! be asked today. Staleness is worked out here and kept nowhere, so that undoing an edit makes a judgement valid again.

use std::collections::HashMap;
use std::sync::Arc;

use decision::judge::EvidenceUse;
use decision::score_table::JudgedCell;
use decision::{CellState, Decision, Kind, ScoreTable};
use store::{CellRow, RunRow};

use crate::error::EngineError;
use crate::view::CellJudgement;

/// The judgements of one run as the history has them.
#[derive(Debug, Default)]
pub(crate) struct Judgements {
    /// The run; none where no model was ever asked.
    pub run: Option<RunRow>,
    /// Its judged cells.
    pub rows: Vec<CellRow>,
}

impl Judgements {
    /// Those of the session's newest run in which a model judged.
    ///
    /// # Errors
    /// [`EngineError::Store`].
    pub(crate) fn newest(store: &store::Store, session: &str) -> Result<Self, EngineError> {
        let Some(run) = store.newest_run(session)? else {
            return Ok(Self::default());
        };
        Self::of(store, run)
    }

    /// Those of this run.
    ///
    /// # Errors
    /// [`EngineError::Store`].
    pub(crate) fn of(store: &store::Store, run: RunRow) -> Result<Self, EngineError> {
        let mut rows = store.run_cells(&run.id)?;
        rows.retain(|row| row.fingerprint.is_some());
        Ok(Self {
            run: Some(run),
            rows,
        })
    }
}

/// The judgements of a session laid over its decision, dense.
#[derive(Debug, Clone, Default)]
pub(crate) struct Present {
    judgements: Arc<Judgements>,
    columns: usize,
    /// Row in `judgements` and state today, by place; empty where no model was ever asked.
    cells: Vec<Option<(usize, CellState)>>,
}

impl Present {
    /// `prints` are the decision's fingerprints, row by row; they are asked for only when there is a judgement.
    pub(crate) fn of(
        decision: &Decision,
        judgements: Arc<Judgements>,
        prints: impl FnOnce() -> Arc<Vec<Option<String>>>,
    ) -> Self {
        let columns = decision.criteria.len();
        if judgements.rows.is_empty() {
            return Self {
                judgements,
                columns,
                cells: Vec::new(),
            };
        }
        let options: HashMap<&str, usize> = decision
            .options
            .iter()
            .enumerate()
            .map(|(at, option)| (option.id.as_str(), at))
            .collect();
        let criteria: HashMap<&str, usize> = decision
            .criteria
            .iter()
            .enumerate()
            .filter(|(_, criterion)| criterion.kind == Kind::Judged)
            .map(|(at, criterion)| (criterion.id.as_str(), at))
            .collect();
        let prints = prints();
        let mut cells = vec![None; decision.options.len() * columns];
        for (at, row) in judgements.rows.iter().enumerate() {
            let (Some(option), Some(criterion)) = (
                options.get(row.option_id.as_str()),
                criteria.get(row.criterion_id.as_str()),
            ) else {
                continue;
            };
            let place = option * columns + criterion;
            cells[place] = Some((at, state_today(row, prints[place].as_deref())));
        }
        Self {
            judgements,
            columns,
            cells,
        }
    }

    /// The run that the judgements belong to.
    pub(crate) fn run(&self) -> Option<&RunRow> {
        self.judgements.run.as_ref()
    }

    /// Every row there is, also of options and criteria that are gone.
    pub(crate) fn rows(&self) -> &[CellRow] {
        &self.judgements.rows
    }

    /// Where the model's side of a cell stands.
    pub(crate) fn state(&self, option: usize, criterion: usize) -> CellState {
        self.at(option, criterion)
            .map_or(CellState::Pending, |(_, state)| state)
    }

    /// Whether any judgement stands today: a score or an abstention.
    pub(crate) fn any_stands(&self) -> bool {
        let mut states = self.cells.iter().flatten().map(|(_, state)| *state);
        states.any(|state| matches!(state, CellState::Scored | CellState::Abstained))
    }

    /// The judgement of a cell and its state today.
    pub(crate) fn judgement(
        &self,
        option: usize,
        criterion: usize,
    ) -> Option<(&CellRow, CellState)> {
        self.at(option, criterion)
            .map(|(at, state)| (&self.judgements.rows[at], state))
    }

    fn at(&self, option: usize, criterion: usize) -> Option<(usize, CellState)> {
        self.cells
            .get(option * self.columns + criterion)
            .copied()
            .flatten()
    }

    /// The table to rank: what was given, with the judgements laid over it. What a hand gave wins.
    pub(crate) fn table(&self, decision: &Decision) -> ScoreTable {
        let mut table = ScoreTable::from_given(decision);
        for (place, cell) in self.cells.iter().enumerate() {
            let Some((at, state)) = cell else { continue };
            let row = &self.judgements.rows[*at];
            let judged = JudgedCell {
                state: *state,
                score: row.score,
                spread: row.spread,
            };
            table.overlay(decision, place / self.columns, place % self.columns, judged);
        }
        table
    }

    /// Every judgement of a cell that is still there, as the window shows it.
    pub(crate) fn views(&self) -> Vec<CellJudgement> {
        self.cells
            .iter()
            .flatten()
            .map(|(at, state)| judgement_view(&self.judgements.rows[*at], *state))
            .collect()
    }
}

/// The state of a judgement whose cell would be asked `print` today.
pub(crate) fn state_today(row: &CellRow, print: Option<&str>) -> CellState {
    let kept = state_of(&row.state);
    let valid = row.fingerprint.as_deref() == print;
    match kept {
        CellState::Scored | CellState::Abstained if !valid => CellState::Stale,
        kept => kept,
    }
}

/// The state that a word of the history names.
pub(crate) fn state_of(word: &str) -> CellState {
    match word {
        "scored" => CellState::Scored,
        "abstained" => CellState::Abstained,
        "unparsed" => CellState::Unparsed,
        "failed" => CellState::Failed,
        "cancelled" => CellState::Cancelled,
        "stale" => CellState::Stale,
        _ => CellState::Pending,
    }
}

/// A judgement as the window shows it.
pub(crate) fn judgement_view(row: &CellRow, state: CellState) -> CellJudgement {
    CellJudgement {
        option_id: row.option_id.clone(),
        criterion_id: row.criterion_id.clone(),
        state,
        score: row.score,
        spread: row.spread,
        samples: row.samples,
        justification: row.justification.clone(),
        evidence: evidence_of(&row.evidence),
        memory: row.memory,
        backend: row.backend.clone(),
        model: row.model.clone(),
        at: row.judged_at,
        latency_ms: row.latency_ms,
        cached: row.cached,
        error: row.error.clone(),
        carried_from: row.carried_from.clone(),
    }
}

/// The evidence a row names. A row that no version of ours wrote names none.
pub(crate) fn evidence_of(json: &str) -> Vec<EvidenceUse> {
    serde_json::from_str(json).unwrap_or_default()
}
