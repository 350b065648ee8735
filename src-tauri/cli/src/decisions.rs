//! `decide`, `rank` and `weights`: their calls. How a ranking reads stands in `ranking`.

use std::path::Path;
use std::time::Instant;

use engine::view::Exported;
use engine::{
    Answer, Cancel, DecideRequest, Decided, Engine, EngineError, Format, Overrides, RunChoice,
    RunOutcome, Scope, Source,
};
use serde::Serialize;

use crate::args::{Decide, Rank};
use crate::interrupt;
use crate::output::{Failure, Output, exit};
use crate::printable::printable;
use crate::progress::{self, Progress, Tally};
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
    let cancel = Cancel::new();
    interrupt::cancels(&cancel, progress::is_watched(output))?;
    let engine = open()?;
    if asked.no_cache {
        output.detail(|| "Nothing is cached yet: --no-cache changes nothing.".into());
    }
    let mut progress = Progress::new(output, &engine, cancel.clone());
    let decided = engine.decide(&request(asked), &cancel, &mut |event| progress.hear(event));
    // An error is said on a line of its own.
    progress.clear();
    let decided = decided?;
    let report = match (format, &asked.report) {
        (Some(format), Some(path)) => {
            Some(engine.export_session(&decided.session, format, path, asked.force)?)
        }
        _ => None,
    };
    progress.notices(output, &decided.session, &decided.notices);
    output.detail(|| ranking::rules(&decided.answer));
    output.detail(|| format!("Done in {} ms", begun.elapsed().as_millis()));
    let answer = Reported {
        decided: &decided,
        report,
    };
    let code = match decided.outcome {
        RunOutcome::Cancelled => exit::CANCELLED,
        _ => code(&decided.answer),
    };
    output.answer(&answer, || {
        let mut words = ranking::words(&decided.answer);
        words.push_str(&progress.tally.words(&decided.calls));
        let (id, resumed) = (
            &decided.session,
            if decided.resumed { ", as before" } else { "" },
        );
        words.push_str(&format!("Kept as session {id}{resumed}.\n"));
        // Cells that a model could judge; who cannot look that up still gets the answer.
        let session = engine.open_session(&decided.session);
        let to_judge = session.map_or(0, |view| view.judging.to_ask);
        if let Some(next) = next(asked, &decided, &progress.tally, to_judge) {
            words.push_str(&(printable(&next) + "\n"));
        }
        if let Some(report) = &answer.report {
            words.push_str(&format!("Report: {}\n", report.path));
        }
        words
    })?;
    Ok(code)
}

fn request(asked: &Decide) -> DecideRequest {
    DecideRequest {
        source: source(asked.session.as_deref(), asked.file.as_deref()),
        // What failed, failed in a run before.
        resume: asked.resume || asked.retry_failed,
        choice: RunChoice {
            backend: asked.backend.clone(),
            model: asked.model.clone(),
            base_url: asked.base_url.clone(),
            samples: asked.samples,
            concurrency: asked.concurrency,
            temperature: asked.temperature,
            offline: asked.offline,
            scope: match (asked.retry_failed, asked.again) {
                (true, _) => Scope::Failed,
                (_, true) => Scope::All,
                _ => Scope::Missing,
            },
        },
    }
}

/// How to go on, where cells are missing.
fn next(asked: &Decide, decided: &Decided, tally: &Tally, to_judge: u32) -> Option<String> {
    if decided.outcome == RunOutcome::Cancelled {
        return Some(format!("Stopped. Go on with: {}", again(asked, decided)));
    }
    if code(&decided.answer) != exit::INCOMPLETE {
        return None;
    }
    if tally.without_answer() > 0 {
        let again = again(asked, decided);
        return Some(format!("Ask those again with: {again}"));
    }
    if asked.retry_failed && tally.asked == 0 {
        return Some("Nothing had failed, so nothing was asked.".into());
    }
    if to_judge > 0 && asked.backend.is_none() {
        let mut again = again(asked, decided) + " --backend NAME";
        if asked.model.is_none() {
            again.push_str(" --model MODEL");
        }
        return Some(format!(
            "Nobody was asked. Let a model judge (`ponderctl backends list` shows where): {again}"
        ));
    }
    asked.file.as_ref()?;
    Some(
        "Score what is missing, in the file or in the window, and run it again with --resume."
            .into(),
    )
}

/// The command that goes on with this one: by the same judge, since another one would mix two measures.
fn again(asked: &Decide, decided: &Decided) -> String {
    let mut words = vec!["ponderctl".to_owned(), "decide".to_owned()];
    match &asked.file {
        Some(file) => words.extend([quoted(&file.display().to_string()), "--resume".into()]),
        None => words.extend(["--session".into(), decided.session.clone()]),
    }
    for (option, value) in [
        ("--backend", asked.backend.clone()),
        ("--model", asked.model.clone()),
        ("--base-url", asked.base_url.clone()),
        ("--samples", asked.samples.map(|k| k.to_string())),
        ("--temperature", asked.temperature.map(|t| t.to_string())),
    ] {
        if let Some(value) = value {
            words.extend([option.to_owned(), quoted(&value)]);
        }
    }
    words.join(" ")
}

/// A word as a shell reads it.
fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:=@%+,".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', "'\\''"))
    }
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
        (Some(id), _) => open()?.rank_session(id, &overrides)?,
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_quoted_where_a_shell_would_take_it_apart() {
        for (word, shown) in [
            ("ledger.toml", "ledger.toml"),
            ("http://127.0.0.1:80/v1", "http://127.0.0.1:80/v1"),
            ("my ledger.toml", "'my ledger.toml'"),
            ("it's", r"'it'\''s'"),
            ("$(rm)", "'$(rm)'"),
            ("", "''"),
        ] {
            assert_eq!(quoted(word), shown);
        }
    }
}
