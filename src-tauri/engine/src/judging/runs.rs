//! The runs of a session: listed, compared side by side, and taken up again.

use std::collections::{BTreeMap, HashMap};

use decision::Decision;
use store::{Carry, CellRow, NewRun, RunEnd, RunRow};

use super::parameters::Parameters;
use super::present::{Judgements, judgement_view, state_of};
use super::survey::laid_over;
use crate::deciding::count;
use crate::desk::Open;
use crate::engine::Engine;
use crate::error::EngineError;
use crate::rows::json_of;
use crate::summary::{self, filled};
use crate::view::{
    Agreement, ComparedCell, RankedShort, RunComparison, RunInfo, RunKind, RunOutcome, SessionView,
};

/// Scores that differ by less are the same: they were computed from the same levels.
const SAME: f64 = 1e-9;

impl Engine {
    /// The runs of a session, the newest first.
    ///
    /// # Errors
    /// [`EngineError::NoSession`]; [`EngineError::Store`].
    pub fn runs(&self, id: &str) -> Result<Vec<RunInfo>, EngineError> {
        self.opened(id)?;
        let runs = self.store()?.runs(id)?;
        let current = runs.iter().find(|run| run.judged).map(|run| run.id.clone());
        Ok(runs
            .iter()
            .map(|run| info(run, current.as_deref()))
            .collect())
    }

    /// Two runs side by side, cell by cell, and the rankings they give to the decision as it stands.
    ///
    /// # Errors
    /// [`EngineError::NoSession`]; [`EngineError::NotFound`] for a run that is not the session's; [`EngineError::Store`].
    pub fn compare_runs(&self, id: &str, a: &str, b: &str) -> Result<RunComparison, EngineError> {
        let open = self.opened(id)?;
        let runs = self.runs(id)?;
        let known = |run: &str| {
            let found = runs.iter().find(|info| info.id == run).cloned();
            found.ok_or_else(|| no_run(run))
        };
        let (info_a, info_b) = (known(a)?, known(b)?);
        let store = self.store()?;
        let (rows_a, rows_b) = (
            Judgements::of(&store, store.run(a)?)?,
            Judgements::of(&store, store.run(b)?)?,
        );
        let cells = compared(&open.decision, &rows_a.rows, &rows_b.rows);
        Ok(RunComparison {
            a: info_a,
            b: info_b,
            agreement: agreement(&open.decision, &cells),
            cells,
            ranking_a: ranked(&open, &rows_a),
            ranking_b: ranked(&open, &rows_b),
        })
    }

    /// Makes the judgements of an older run the present ones: a new run that takes all of them over.
    ///
    /// # Errors
    /// [`EngineError::NoSession`]; [`EngineError::NotFound`]; [`EngineError::RunInUse`] and [`EngineError::Store`] while
    /// another run of the session is at work.
    pub fn adopt_run(&self, id: &str, run: &str) -> Result<SessionView, EngineError> {
        self.desk.clear();
        let open = self.opened(id)?;
        if self.live.of(id).is_some() {
            return Err(EngineError::RunInUse);
        }
        let store = self.store()?;
        let runs = store.runs(id)?;
        let old = runs
            .iter()
            .find(|row| row.id == run)
            .ok_or_else(|| no_run(run))?;
        let now = self.now_ms();
        if let Some(left) = runs.iter().find(|row| row.finished_at.is_none()) {
            // Refused while its process lives; what a dead one left is ended here.
            store.take_lease(&left.id, now)?;
            let end = RunEnd {
                outcome: RunOutcome::Cancelled.as_str().to_owned(),
                ranking: None,
            };
            store.finish_run(&left.id, end, now)?;
        }
        let judgements = Judgements::of(&store, old.clone())?;
        let cells: Vec<(String, String)> = judgements
            .rows
            .iter()
            .map(|row| (row.option_id.clone(), row.criterion_id.clone()))
            .collect();
        if cells.is_empty() {
            return Err(EngineError::NotFound {
                what: format!("judgement in run {}", old.number),
            });
        }
        let parameters = Parameters {
            adopted: Some(old.id.clone()),
            ..Parameters::read(&old.parameters)
        };
        let new = NewRun {
            id: crate::clock::id('r', self.random().as_ref()),
            session_id: id.to_owned(),
            document_revision: open.session.revision,
            method: open.decision.method.as_str().to_owned(),
            parameters: parameters.json()?,
            carry: Some(Carry {
                from_run: old.id.clone(),
                cells,
            }),
        };
        let present = laid_over(&open, judgements);
        let table = present.table(&open.decision);
        let whole = filled(&table) == open.decision.options.len() * open.decision.criteria.len();
        let outcome = if whole {
            RunOutcome::Complete
        } else {
            RunOutcome::Incomplete
        };
        let answer = decision::answer(&open.decision, &table).ok();
        let ranking = answer.map(|answer| json_of(&answer.ranking)).transpose()?;
        let end = RunEnd {
            outcome: outcome.as_str().to_owned(),
            ranking,
        };
        store.record_run(new, Vec::new(), end, now)?;
        store.set_summary(id, summary::columns(&open.decision, &table))?;
        self.open_session(id)
    }
}

fn no_run(run: &str) -> EngineError {
    EngineError::NotFound {
        what: format!("run \"{}\" of this session", decision::problem::echo(run)),
    }
}

/// A run as the list shows it. `current` is the id of the run whose judgements are the present ones.
pub(crate) fn info(run: &RunRow, current: Option<&str>) -> RunInfo {
    let told = Parameters::read(&run.parameters);
    let outcome = match run.outcome.as_deref() {
        Some("complete") => Some(RunOutcome::Complete),
        Some("incomplete") => Some(RunOutcome::Incomplete),
        Some("cancelled") => Some(RunOutcome::Cancelled),
        Some("failed") => Some(RunOutcome::Failed),
        _ => None,
    };
    RunInfo {
        id: run.id.clone(),
        number: run.number,
        started_at: run.started_at,
        finished_at: run.finished_at,
        outcome,
        backend: told.backends(),
        model: told.models(),
        samples: told.samples(),
        asked: run.cells.asked,
        carried: run.cells.carried,
        scored: run.cells.scored,
        abstained: run.cells.abstained,
        failed: run.cells.failed,
        unparsed: run.cells.unparsed,
        calls: run.usage.calls,
        input_tokens: u64::try_from(run.usage.input_tokens).unwrap_or(0),
        output_tokens: u64::try_from(run.usage.output_tokens).unwrap_or(0),
        document_revision: run.document_revision,
        kind: if run.judged {
            RunKind::Judged
        } else {
            RunKind::Ranked
        },
        current: current == Some(run.id.as_str()),
    }
}

fn compared(decision: &Decision, a: &[CellRow], b: &[CellRow]) -> Vec<ComparedCell> {
    let mut pairs: BTreeMap<(usize, usize, &str, &str), [Option<&CellRow>; 2]> = BTreeMap::new();
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
        .map(|(at, criterion)| (criterion.id.as_str(), at))
        .collect();
    for (side, rows) in [a, b].into_iter().enumerate() {
        for row in rows {
            let (option, criterion) = (row.option_id.as_str(), row.criterion_id.as_str());
            // In the decision's order; what is gone from it comes last.
            let place = (
                options.get(option).copied().unwrap_or(usize::MAX),
                criteria.get(criterion).copied().unwrap_or(usize::MAX),
                option,
                criterion,
            );
            pairs.entry(place).or_default()[side] = Some(row);
        }
    }
    let name = |known: Option<&String>, id: &str| known.map_or_else(|| id.to_owned(), Clone::clone);
    pairs
        .into_iter()
        .map(|((row, column, option, criterion), [a, b])| {
            let score = |row: Option<&CellRow>| {
                row.filter(|row| row.state == "scored")
                    .and_then(|row| row.score)
            };
            let view =
                |row: Option<&CellRow>| row.map(|row| judgement_view(row, state_of(&row.state)));
            ComparedCell {
                option_id: option.to_owned(),
                option: name(decision.options.get(row).map(|o| &o.name), option),
                criterion_id: criterion.to_owned(),
                criterion: name(decision.criteria.get(column).map(|c| &c.name), criterion),
                difference: score(b).zip(score(a)).map(|(b, a)| b - a),
                prompt_changed: a
                    .zip(b)
                    .is_some_and(|(a, b)| a.fingerprint != b.fingerprint),
                a: view(a),
                b: view(b),
            }
        })
        .collect()
}

fn agreement(decision: &Decision, cells: &[ComparedCell]) -> Agreement {
    let level = decision.scale.level();
    let within = |limit: f64| {
        count(
            cells
                .iter()
                .filter(|cell| cell.difference.is_some_and(|d| d.abs() <= limit + SAME))
                .count(),
        )
    };
    Agreement {
        same: within(0.0),
        within_one: within(level),
        compared: within(f64::INFINITY),
    }
}

/// The ranking by one run's judgements as they were made: an edit since does not take them away here.
fn ranked(open: &Open, judgements: &Judgements) -> Vec<RankedShort> {
    let decision = &open.decision;
    let mut table = decision::ScoreTable::from_given(decision);
    for row in &judgements.rows {
        let option = decision
            .options
            .iter()
            .position(|o| o.id.as_str() == row.option_id);
        let criterion = decision
            .criteria
            .iter()
            .position(|c| c.id.as_str() == row.criterion_id);
        if let (Some(option), Some(criterion)) = (option, criterion) {
            let judged = decision::JudgedCell {
                state: state_of(&row.state),
                score: row.score,
                spread: row.spread,
            };
            table.overlay(decision, option, criterion, judged);
        }
    }
    let answer = decision::answer(decision, &table);
    answer.map_or_else(
        |_| Vec::new(),
        |answer| {
            answer
                .ranking
                .iter()
                .map(|ranked| RankedShort {
                    option: ranked.option.clone(),
                    score: ranked.score,
                    rank: count(ranked.rank),
                })
                .collect()
        },
    )
}
