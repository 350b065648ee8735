//! Where answers go: JSON or words on standard output, errors in words on standard error, and the exit code of each
//! kind of error.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "printing is what this file is for")]

use std::process::ExitCode;

use engine::EngineError;
use engine::view::AppError;
use serde::Serialize;
use serde_json::{Value, json};

use crate::args::{Common, ProgressStyle};

/// Exit codes others rely on; 0 is done.
pub mod exit {
    /// An error of ours.
    pub const OURS: u8 = 1;
    /// Invalid input.
    pub const INVALID: u8 = 2;
    /// The backend cannot be reached.
    pub const BACKEND: u8 = 3;
    /// Finished, but cells are missing.
    pub const INCOMPLETE: u8 = 4;
    /// Refused: offline, or a cap.
    pub const REFUSED: u8 = 5;
    /// The history is locked, corrupt, full or newer.
    pub const DATA: u8 = 6;
}

/// An error on its way out.
pub struct Failure(pub AppError);

impl From<EngineError> for Failure {
    fn from(error: EngineError) -> Self {
        Self(error.into())
    }
}

/// Where and how to print.
pub struct Output {
    command: &'static str,
    json: bool,
    quiet: bool,
    verbose: bool,
    /// How to show progress.
    pub progress: ProgressStyle,
}

impl Output {
    /// From the options every command understands.
    pub fn new(common: &Common, command: &'static str) -> Self {
        Self {
            command,
            json: common.json,
            quiet: common.quiet,
            verbose: common.verbose > 0,
            progress: common.progress,
        }
    }

    /// Whether `--json` was given.
    pub fn is_json(&self) -> bool {
        self.json
    }

    /// Prints the answer: with `--json` its fields behind `"schema"`, else the words.
    pub fn answer(&self, value: &impl Serialize, words: impl FnOnce() -> String) -> Result<(), Failure> {
        if !self.json {
            let words = words();
            return put(words.trim_end());
        }
        let unprintable = |error: serde_json::Error| Failure(AppError::plain("internal", error.to_string()));
        let mut object = serde_json::Map::new();
        object.insert("schema".into(), Value::from(format!("ponder.{}/1", self.command)));
        match serde_json::to_value(value).map_err(unprintable)? {
            Value::Object(fields) => object.extend(fields),
            other => drop(object.insert("items".into(), other)),
        }
        put(&serde_json::to_string_pretty(&object).map_err(unprintable)?)
    }

    /// Says something worth knowing, on standard error; not with `--quiet`.
    pub fn note(&self, words: &str) {
        if !self.quiet {
            eprintln!("{words}");
        }
    }

    /// Says what happens, on standard error, when asked to by `-v`.
    pub fn detail(&self, words: &str) {
        if self.verbose {
            eprintln!("{words}");
        }
    }

    /// Says what went wrong, in words always and in JSON when asked, and gives the exit code.
    pub fn fail(&self, Failure(error): &Failure) -> ExitCode {
        eprintln!("ponderctl: {}", error.message);
        for problem in &error.problems {
            eprintln!("  {}", engine::problem_line(problem));
        }
        if let Some(hint) = &error.hint {
            eprintln!("{hint}");
        }
        if self.json {
            let schema = format!("ponder.{}/1", self.command);
            // The reader may be gone already; the exit code still tells.
            let _ = put(&format!("{:#}", json!({ "schema": schema, "error": error })));
        }
        ExitCode::from(code_of(error))
    }
}

/// Writes to standard output. A reader that has left (`| head`) is no error of ours.
fn put(text: &str) -> Result<(), Failure> {
    use std::io::{ErrorKind, Write};
    match writeln!(std::io::stdout().lock(), "{text}") {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(Failure(AppError::plain("output", format!("The answer could not be printed: {error}."))))
        }
        _ => Ok(()),
    }
}

fn code_of(error: &AppError) -> u8 {
    match error.code.as_str() {
        code if code.starts_with("invalid") => exit::INVALID,
        "not_found" | "file_exists" | "cannot_read" | "cannot_write" | "too_large" | "unknown_format" => exit::INVALID,
        "backend_unavailable" => exit::BACKEND,
        "refused" | "offline" => exit::REFUSED,
        code if code.starts_with("history_") => exit::DATA,
        _ => exit::OURS,
    }
}
