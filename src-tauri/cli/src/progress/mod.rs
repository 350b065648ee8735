//! Shows a run's progress on standard error: a line that moves on a terminal, lines of words or of JSON elsewhere. It also
//! counts what became of the cells, for the words at the end.

mod line;
mod moving;
mod tally;

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, IsTerminal};

use engine::view::CellJudgement;
use engine::{Cancel, CellState, Engine, Problem, RunEvent};
use serde_json::{Map, Value};

use crate::age::{still, took};
use crate::args::ProgressStyle;
use crate::output::{Output, say};
use crate::printable::printable;
use moving::MovingLine;
pub use tally::{Tally, score};

/// Hears what happens in a run and shows it as was asked.
pub struct Progress<'a> {
    engine: &'a Engine,
    style: ProgressStyle,
    quiet: bool,
    cancel: Cancel,
    names: Names,
    line: Option<MovingLine>,
    heard: BTreeSet<String>,
    /// What became of the cells so far.
    pub tally: Tally,
}

impl<'a> Progress<'a> {
    /// As `output` asks; names of options and criteria are looked up in `engine`.
    pub fn new(output: &Output, engine: &'a Engine, cancel: Cancel) -> Self {
        Self {
            engine,
            style: style(output),
            quiet: output.is_quiet(),
            cancel,
            names: Names::default(),
            line: None,
            heard: BTreeSet::new(),
            tally: Tally::default(),
        }
    }

    /// Takes a run's next event.
    pub fn hear(&mut self, event: &RunEvent) {
        if let RunEvent::Started { session, .. } = event {
            self.names = Names::of(self.engine, session);
        }
        self.tally.count(event);
        if let RunEvent::Notice { message, .. } = event
            && !self.heard.insert(message.clone())
            && self.style != ProgressStyle::Ndjson
        {
            // What holds for every cell is said once.
            return;
        }
        match self.style {
            ProgressStyle::Ndjson => say(&self.names.json(event)),
            ProgressStyle::Auto => self.move_line(event),
            ProgressStyle::Plain => {
                if let Some(words) = self.words(event) {
                    say(&printable(&words));
                }
            }
            ProgressStyle::None => {
                if let (RunEvent::Notice { message, .. }, false) = (event, self.quiet) {
                    say(&printable(&format!("Note: {message}")));
                }
            }
        }
    }

    /// Says what was assumed on reading: among events as one of them, so that every line stays JSON.
    pub fn notices(&self, output: &Output, session: &str, notices: &[Problem]) {
        if self.style != ProgressStyle::Ndjson {
            return output.notices(notices);
        }
        for notice in notices {
            say(&self.names.json(&RunEvent::Notice {
                session: session.to_owned(),
                message: engine::problem_line(notice),
            }));
        }
    }

    /// Takes the moving line away.
    pub fn clear(&mut self) {
        self.line = None;
    }

    fn move_line(&mut self, event: &RunEvent) {
        if let RunEvent::Finished { .. } = event {
            self.clear();
            return;
        }
        let (names, tally) = (&self.names, &self.tally);
        let last = match event {
            RunEvent::Cell { cell, .. } => Some(names.judged(cell)),
            _ => None,
        };
        let line = self
            .line
            .get_or_insert_with(|| MovingLine::start(self.cancel.clone()));
        if let RunEvent::Notice { message, .. } = event {
            line.note(&format!("Note: {message}"));
        } else {
            line.show(tally, last);
        }
    }

    fn words(&self, event: &RunEvent) -> Option<String> {
        Some(match event {
            RunEvent::Started {
                cells,
                scored,
                asked,
                ..
            } => {
                let rest = match asked {
                    0 => String::new(),
                    1 => ", 1 is asked".into(),
                    asked => format!(", {asked} are asked"),
                };
                format!("{scored} of {cells} cells are scored already{rest}")
            }
            RunEvent::Asking { .. } => return None,
            RunEvent::Cell {
                cell,
                done,
                total,
                eta_ms,
                ..
            } => {
                let rest = match eta_ms {
                    Some(left) if done < total => format!(", {}", still(*left)),
                    _ => String::new(),
                };
                format!("[{done}/{total}] {}{rest}", self.names.judged(cell))
            }
            RunEvent::Notice { message, .. } => format!("Note: {message}"),
            RunEvent::Finished {
                outcome,
                scored,
                missing,
                elapsed_ms,
                ..
            } => {
                let cancelled = match outcome {
                    engine::RunOutcome::Cancelled => "Stopped: ",
                    _ => "",
                };
                let missing = match missing {
                    0 => String::new(),
                    missing => format!(", {missing} without a score,"),
                };
                let cells = if *scored == 1 { "cell" } else { "cells" };
                format!(
                    "{cancelled}{scored} {cells} scored{missing} in {}",
                    took(*elapsed_ms)
                )
            }
        })
    }
}

fn style(output: &Output) -> ProgressStyle {
    match output.progress {
        ProgressStyle::Auto if io::stderr().is_terminal() => ProgressStyle::Auto,
        ProgressStyle::Auto if output.is_json() => ProgressStyle::Ndjson,
        ProgressStyle::Auto => ProgressStyle::None,
        chosen => chosen,
    }
}

/// Whether a person watches the run, and so wants to read that it stops.
pub fn is_watched(output: &Output) -> bool {
    matches!(style(output), ProgressStyle::Auto | ProgressStyle::Plain)
}

/// What the ids in events stand for.
#[derive(Default)]
struct Names {
    options: BTreeMap<String, String>,
    criteria: BTreeMap<String, String>,
}

impl Names {
    /// Of a session. One that cannot be read is named by its ids: progress is never worth an error.
    fn of(engine: &Engine, session: &str) -> Self {
        let Ok(view) = engine.open_session(session) else {
            return Self::default();
        };
        let decision = view.decision;
        let options = decision.options.into_iter();
        let criteria = decision.criteria.into_iter();
        Self {
            options: options.map(|o| (o.id.to_string(), o.name)).collect(),
            criteria: criteria.map(|c| (c.id.to_string(), c.name)).collect(),
        }
    }

    fn option<'a>(&'a self, id: &'a str) -> &'a str {
        self.options.get(id).map_or(id, String::as_str)
    }

    fn criterion<'a>(&'a self, id: &'a str) -> &'a str {
        self.criteria.get(id).map_or(id, String::as_str)
    }

    /// A cell, and what the judge said of it.
    fn judged(&self, cell: &CellJudgement) -> String {
        let option = self.option(&cell.option_id);
        let criterion = self.criterion(&cell.criterion_id);
        let found = match (&cell.state, cell.score, &cell.error) {
            (CellState::Scored, Some(score), _) => tally::score(score),
            (CellState::Abstained, ..) => "abstains".into(),
            (CellState::Unparsed, _, Some(why)) => format!("not readable: {why}"),
            (_, _, Some(why)) => format!("failed: {why}"),
            _ => "no score".into(),
        };
        format!("{option} × {criterion}: {found}")
    }

    /// An event for scripts: what it says, with names beside the ids.
    fn json(&self, event: &RunEvent) -> String {
        let mut line = Map::new();
        line.insert("schema".into(), "ponder.progress/1".into());
        if let Ok(Value::Object(fields)) = serde_json::to_value(event) {
            line.extend(fields);
        }
        self.name(&mut line);
        if let Some(Value::Object(cell)) = line.get_mut("cell") {
            self.name(cell);
        }
        Value::Object(line).to_string()
    }

    fn name(&self, fields: &mut Map<String, Value>) {
        for (field, id, names) in [
            ("option", "option_id", &self.options),
            ("criterion", "criterion_id", &self.criteria),
        ] {
            if let Some(id) = fields.get(id).and_then(Value::as_str) {
                let name = names.get(id).cloned();
                fields.insert(field.into(), name.into());
            }
        }
    }
}
