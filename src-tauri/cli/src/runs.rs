//! `sessions runs` and `sessions compare`: who judged when, what came of it, and where two runs differ.

use engine::view::{AppError, CellJudgement, RankedShort, RunComparison, RunInfo, RunKind};
use engine::{CellState, Engine, RunOutcome};
use serde_json::json;

use crate::age::{ago, now_ms, took};
use crate::output::{Failure, Output};
use crate::printable::printable;
use crate::progress::score;
use crate::table::Table;

/// How many differing cells are said in words.
const SHOWN_CELLS: usize = 20;

/// Lists a session's runs.
pub fn list(id: &str, engine: &Engine, output: &Output) -> Result<u8, Failure> {
    let runs = engine.runs(id)?;
    output.answer(&json!({ "session": id, "runs": runs }), || {
        if runs.is_empty() {
            "Nothing was run in this session yet.".into()
        } else {
            format!("{}\n* its judgements are the present ones.", table(&runs))
        }
    })?;
    Ok(0)
}

/// Holds two runs side by side.
pub fn compare(
    id: &str,
    a: &str,
    b: &str,
    engine: &Engine,
    output: &Output,
) -> Result<u8, Failure> {
    let runs = engine.runs(id)?;
    let compared = engine.compare_runs(id, run_id(&runs, a)?, run_id(&runs, b)?)?;
    output.answer(&json!({ "session": id, "comparison": compared }), || {
        words(&compared)
    })?;
    Ok(0)
}

/// The runs as a table, in the order in which they come.
pub fn table(runs: &[RunInfo]) -> String {
    let mut table = Table::new(&[
        "Run",
        "Began",
        "Took",
        "Judge",
        "Asked",
        "Carried",
        "Scored",
        "Abstained",
        "Failed",
        "Ended",
    ]);
    table.right(&[0, 2, 4, 5, 6, 7, 8]);
    let now = now_ms();
    for run in runs {
        let judge = match (&run.model, &run.backend, run.kind) {
            (Some(model), Some(backend), _) => format!("{model} at {backend}"),
            (None, Some(backend), _) => backend.clone(),
            (_, None, RunKind::Ranked) => "nobody".into(),
            (_, None, RunKind::Judged) => "–".into(),
        };
        table.row(vec![
            format!("{}{}", if run.current { "*" } else { "" }, run.number),
            ago(run.started_at, now),
            run.finished_at
                .map_or_else(|| "–".into(), |at| took(at - run.started_at)),
            judge,
            run.asked.to_string(),
            run.carried.to_string(),
            run.scored.to_string(),
            run.abstained.to_string(),
            (run.failed + run.unparsed).to_string(),
            match run.outcome {
                Some(RunOutcome::Complete) => "complete".into(),
                Some(RunOutcome::Incomplete) => "cells missing".into(),
                Some(RunOutcome::Cancelled) => "stopped".into(),
                Some(RunOutcome::Failed) => "failed".into(),
                None => "unfinished".into(),
            },
        ]);
    }
    table.to_string()
}

/// A run by its number or its id.
fn run_id<'a>(runs: &'a [RunInfo], asked: &str) -> Result<&'a str, Failure> {
    let number: Option<u32> = asked.parse().ok();
    let found = runs
        .iter()
        .find(|run| run.id == asked || Some(run.number) == number);
    found.map(|run| run.id.as_str()).ok_or_else(|| {
        let words = format!("The session has no run \"{}\".", printable(asked));
        let mut error = AppError::plain("not_found", words);
        error.hint = Some("`ponderctl sessions runs ID` lists those there are.".into());
        Failure(error)
    })
}

fn words(compared: &RunComparison) -> String {
    let (a, b) = (compared.a.number, compared.b.number);
    let agreement = compared.agreement;
    let mut words = format!(
        "Runs {a} and {b} scored {} cells both: {} the same, {} within one level.\n",
        agreement.compared, agreement.same, agreement.within_one
    );
    let mut differing: Vec<_> = compared
        .cells
        .iter()
        .filter(|cell| found(cell.a.as_ref()) != found(cell.b.as_ref()))
        .collect();
    let size = |difference: Option<f64>| difference.map_or(f64::INFINITY, f64::abs);
    differing.sort_by(|x, y| size(y.difference).total_cmp(&size(x.difference)));
    if !differing.is_empty() {
        let heads = [
            "Option",
            "Criterion",
            &format!("Run {a}"),
            &format!("Run {b}"),
            "",
        ];
        let mut table = Table::new(&heads);
        for cell in differing.iter().take(SHOWN_CELLS) {
            table.row(vec![
                cell.option.clone(),
                cell.criterion.clone(),
                found(cell.a.as_ref()),
                found(cell.b.as_ref()),
                if cell.prompt_changed {
                    "asked in other words".into()
                } else {
                    String::new()
                },
            ]);
        }
        words.push_str(&format!("\n{table}"));
        if differing.len() > SHOWN_CELLS {
            let more = differing.len() - SHOWN_CELLS;
            words.push_str(&format!("… and {more} more (--json lists them)\n"));
        }
    }
    let mut table = Table::new(&[&format!("By run {a}"), &format!("By run {b}")]);
    let place = |ranking: &[RankedShort], at: usize| {
        ranking.get(at).map_or_else(String::new, |ranked| {
            let total = ranked.score.map(|total| format!(" ({total:.2})"));
            let total = total.unwrap_or_default();
            format!("{}. {}{total}", ranked.rank, ranked.option)
        })
    };
    for at in 0..compared.ranking_a.len().max(compared.ranking_b.len()) {
        table.row(vec![
            place(&compared.ranking_a, at),
            place(&compared.ranking_b, at),
        ]);
    }
    format!("{words}\n{table}")
}

/// What a run found for a cell.
fn found(cell: Option<&CellJudgement>) -> String {
    match cell.map(|cell| (cell.state, cell.score)) {
        None => "–".into(),
        Some((CellState::Scored | CellState::Stale, Some(found))) => score(found),
        Some((CellState::Abstained, _)) => "abstains".into(),
        Some((CellState::Unparsed, _)) => "not readable".into(),
        Some((CellState::Failed, _)) => "failed".into(),
        Some(_) => "no score".into(),
    }
}
