//! `decide`, `rank` and `weights`: their calls. How a ranking reads stands in `ranking`.

use std::path::Path;
use std::time::Instant;

use engine::view::Exported;
use engine::{
    Answer, DecideRequest, Decided, Engine, EngineError, Format, Overrides, Ranking, Source,
};
use serde::Serialize;

use crate::args::{Decide, Rank};
use crate::output::{Failure, Output, exit};
use crate::progress;
use crate::ranking;
use crate::table::Table;

/// Evaluates, ranks, keeps the session, and writes the report where one was asked for.
pub fn decide(
    asked: &Decide,
    open: impl FnOnce() -> Result<Engine, EngineError>,
    output: &Output,
) -> Result<u8, Failure> {
    #[derive(Serialize)]
    struct Reported<'a> {
        #[serde(flatten)]
        decided: &'a Decided,
        #[serde(skip_serializing_if = "Option::is_none")]
        report: Option<Exported>,
    }
    let begun = Instant::now();
    // A report that cannot be written is said before the work, not after it.
    let format = asked.report.as_deref().map(Format::from_path).transpose()?;
    if let Some(path) = &asked.report {
        engine::check_target(path, asked.force)?;
    }
    let engine = open()?;
    let request = DecideRequest {
        source: source(asked.session.as_deref(), asked.file.as_deref()),
        resume: asked.resume,
        offline: asked.offline,
        backend: asked.backend.clone(),
    };
    let decided = engine.decide(&request, &mut progress::shown(output))?;
    let report = match (format, &asked.report) {
        (Some(format), Some(path)) => {
            Some(engine.export_session(&decided.session, format, path, asked.force)?)
        }
        _ => None,
    };
    output.notices(&decided.notices);
    output.detail(|| ranking::rules(&decided.answer));
    output.detail(|| format!("Done in {} ms", begun.elapsed().as_millis()));
    let answer = Reported {
        decided: &decided,
        report,
    };
    output.answer(&answer, || {
        let mut words = ranking::words(&decided.answer);
        let (id, resumed) = (&decided.session, if decided.resumed { ", as before" } else { "" });
        words.push_str(&format!("Kept as session {id}{resumed}.\n"));
        if code(&decided.answer) == exit::INCOMPLETE && asked.file.is_some() {
            words.push_str("Score what is missing, in the file or in the window, and run it again with --resume.\n");
        }
        if let Some(report) = &answer.report {
            words.push_str(&format!("Report: {}\n", report.path));
        }
        words
    })?;
    Ok(code(&decided.answer))
}

/// Ranks what is scored, and keeps nothing.
pub fn rank(
    asked: &Rank,
    open: impl FnOnce() -> Result<Engine, EngineError>,
    output: &Output,
) -> Result<u8, Failure> {
    let overrides = Overrides {
        method: asked.method.clone(),
        params: asked.params.clone(),
    };
    let ranking = match (&asked.session, &asked.file) {
        (Some(id), _) => Ranking::of_session(id, open()?.rank_session(id, &overrides)?),
        (None, Some(file)) => engine::rank_file(file, &overrides)?,
        (None, None) => return Err(EngineError::NothingToRank.into()),
    };
    output.notices(&ranking.notices);
    output.detail(|| ranking::rules(&ranking.answer));
    output.answer(&ranking, || ranking::words(&ranking.answer))?;
    Ok(code(&ranking.answer))
}

/// Shows the weights a file gives or derives.
pub fn weights(file: &Path, output: &Output) -> Result<u8, Failure> {
    let weights = engine::weights_of(file)?;
    output.answer(&weights, || {
        let mut table = Table::new(&["Criterion", "Weight"]);
        table.right(&[1]);
        for (name, weight) in &weights.weights {
            table.row(vec![
                name.clone(),
                format!("{:.1}%", weight.as_f64().unwrap_or_default() * 100.0),
            ]);
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
    let missing = ranking::open_cells(answer).next().is_some();
    if missing { exit::INCOMPLETE } else { 0 }
}
