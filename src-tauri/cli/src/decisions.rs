//! `decide`, `rank` and `weights`: their calls and how their answers read in a terminal.

use std::path::Path;

use engine::{Answer, CellState, DecideRequest, Engine, EngineError, Overrides, Source};
use serde::Serialize;

use crate::args::{Decide, Rank};
use crate::output::{Failure, Output, exit};
use crate::progress;
use crate::table::Table;

/// Evaluates, ranks, keeps the session, and writes the report where one was asked for.
pub fn decide(asked: &Decide, engine: &Engine, output: &Output) -> Result<u8, Failure> {
    let request = DecideRequest {
        source: source(asked.session.as_deref(), asked.file.as_deref()),
        resume: asked.resume,
        offline: asked.offline,
        backend: asked.backend.clone(),
    };
    let decided = engine.decide(&request, &mut progress::shown(output))?;
    output.answer(&decided, || format!("{}\nSession {}", ranking_words(&decided.answer), decided.session))?;
    if let Some(path) = &asked.report {
        let format = engine::Format::from_path(path)?;
        let written = engine.export_session(&decided.session, format, path, asked.force)?;
        output.note(&format!("Report: {}", written.path));
    }
    Ok(code(&decided.answer))
}

/// Ranks what is scored, and keeps nothing.
pub fn rank(
    asked: &Rank,
    open: impl FnOnce() -> Result<Engine, EngineError>,
    output: &Output,
) -> Result<u8, Failure> {
    #[derive(Serialize)]
    struct Ranked<'a> {
        #[serde(skip_serializing_if = "Option::is_none")]
        session: Option<&'a str>,
        #[serde(flatten)]
        answer: Answer,
        calls: engine::Calls,
    }
    let overrides = Overrides { method: asked.method.clone(), params: asked.params.clone() };
    let answer = match (&asked.session, &asked.file) {
        (Some(id), _) => open()?.rank_session(id, &overrides)?,
        (None, Some(file)) => engine::rank_file(file, &overrides)?,
        (None, None) => return Err(EngineError::NothingToRank.into()),
    };
    let answer = Ranked { session: asked.session.as_deref(), answer, calls: engine::Calls::default() };
    output.answer(&answer, || ranking_words(&answer.answer))?;
    Ok(code(&answer.answer))
}

/// Shows the weights a file gives or derives.
pub fn weights(file: &Path, output: &Output) -> Result<u8, Failure> {
    let weights = engine::weights_of(file)?;
    output.answer(&weights, || {
        let mut table = Table::new(&["Criterion", "Weight"]);
        for (name, weight) in &weights.weights {
            table.row(vec![name.clone(), format!("{weight:.4}")]);
        }
        let mut words = table.to_string();
        if let Some(ratio) = weights.consistency_ratio {
            words.push_str(&format!("Consistency ratio {ratio:.3}"));
            if let Some(worst) = &weights.worst_judgement {
                words.push_str(&format!("; the judgement that fits least: {worst}"));
            }
        }
        words
    })?;
    Ok(0)
}

fn source(session: Option<&str>, file: Option<&Path>) -> Source {
    match (session, file) {
        (Some(id), _) => Source::Session(id.to_owned()),
        (None, file) => Source::File(file.unwrap_or(Path::new("")).to_owned()),
    }
}

/// A run that leaves cells without a score has finished, but not wholly: scripts want to know.
fn code(answer: &Answer) -> u8 {
    let missing = answer.cells.iter().any(|cell| {
        !matches!(cell.state, CellState::Scored | CellState::Abstained)
            && !answer.screened_out.iter().any(|out| out.option_id == cell.option_id)
    });
    if missing { exit::INCOMPLETE } else { 0 }
}

/// The ranking as a table, with what must be known to read it.
pub fn ranking_words(answer: &Answer) -> String {
    let mut table = Table::new(&["Rank", "Option", "Score", "Coverage"]);
    table.right(&[0, 2, 3]);
    for ranked in &answer.ranking {
        let score = match (ranked.score, ranked.interval) {
            (_, Some([low, high])) if high - low > 1e-9 => format!("{low:.2} to {high:.2}"),
            (Some(score), _) => format!("{score:.2}"),
            (None, _) => "–".into(),
        };
        table.row(vec![ranked.rank.to_string(), ranked.option.clone(), score, percent(ranked.coverage)]);
    }
    let mut words = format!("{}\n\n{table}", answer.topic);
    match (&answer.winner, &answer.close_race) {
        (_, Some(race)) => words.push_str(&format!("No winner: a close race. {}\n", race.because)),
        (Some(winner), None) => {
            words.push_str(&format!("First: {winner}"));
            if let Some(margin) = answer.margin {
                words.push_str(&format!(", {margin:.2} ahead"));
            }
            words.push_str(".\n");
        }
        (None, None) => words.push_str("No winner can be named yet.\n"),
    }
    if let Some(flip) = &answer.smallest_flip {
        words.push_str(&format!("Smallest change that would move the first place: {flip}.\n"));
    }
    for out in &answer.screened_out {
        words.push_str(&format!("Screened out: {} ({})\n", out.option, out.why));
    }
    let pending = answer.cells.iter().filter(|cell| cell.state == CellState::Pending).count();
    if pending > 0 {
        words.push_str(&format!("{pending} of {} cells have no score yet.\n", answer.cells.len()));
    }
    for note in &answer.notes {
        words.push_str(&format!("Note: {note}\n"));
    }
    words
}

fn percent(share: f64) -> String {
    format!("{:.0}%", share * 100.0)
}
