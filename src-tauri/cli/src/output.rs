//! Where answers go: JSON or words on standard output, errors in words on standard error, and the exit code of each
//! kind of error. Nothing is printed anywhere else, so that a reader who leaves (`| head -1`) never makes a panic.

use std::io::{self, ErrorKind, Write};
use std::process::ExitCode;

use engine::view::AppError;
use engine::{EngineError, Problem, ProblemCode};
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
    /// Stopped by Ctrl-C.
    pub const CANCELLED: u8 = 130;
}

/// How many problems are said in words; more scroll the first ones away.
const SHOWN_PROBLEMS: usize = 12;

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
        let progress = match common.progress {
            ProgressStyle::Auto if common.quiet => ProgressStyle::None,
            asked => asked,
        };
        Self {
            command,
            json: common.json,
            quiet: common.quiet,
            verbose: common.verbose,
            progress,
        }
    }

    /// Whether `--json` was given.
    pub fn is_json(&self) -> bool {
        self.json
    }

    /// Whether nothing but the answer and errors is wanted.
    pub fn is_quiet(&self) -> bool {
        self.quiet
    }

    /// Prints the answer: with `--json` its fields behind `"schema"`, else the words.
    pub fn answer(
        &self,
        value: &impl Serialize,
        words: impl FnOnce() -> String,
    ) -> Result<(), Failure> {
        if !self.json {
            return self.text(&words());
        }
        let unprintable =
            |error: serde_json::Error| Failure(AppError::plain("internal", error.to_string()));
        let schema = Value::from(format!("ponder.{}/1", self.command));
        let mut object = serde_json::Map::new();
        object.insert("schema".into(), schema.clone());
        if let Value::Object(fields) = serde_json::to_value(value).map_err(unprintable)? {
            object.extend(fields);
        }
        // The name of the shape stands first, and no field of an answer may take its place.
        object.insert("schema".into(), schema);
        put(&serde_json::to_string_pretty(&object).map_err(unprintable)?)
    }

    /// Prints an answer that is text whatever was asked for.
    pub fn text(&self, words: &str) -> Result<(), Failure> {
        put(words.trim_end())
    }

    /// Says something worth knowing, on standard error; not with `--quiet`.
    pub fn note(&self, words: &str) {
        if !self.quiet {
            say(words);
        }
    }

    /// Says what was assumed on reading, on standard error; not with `--quiet`.
    pub fn notices(&self, notices: &[Problem]) {
        for notice in notices {
            self.note(&format!("Note: {}", line_of(notice)));
        }
    }

    /// Says what happens, on standard error, when asked to by `-v`.
    pub fn detail(&self, words: impl FnOnce() -> String) {
        if self.verbose {
            say(&words());
        }
    }

    /// Says what went wrong, in words always and in JSON when asked, and gives the exit code.
    pub fn fail(&self, Failure(error): &Failure) -> ExitCode {
        say(&error_words(error));
        if self.json {
            put_error(self.command, error);
        }
        ExitCode::from(code_of(error))
    }
}

/// What the command line itself got wrong, or the help and version that were asked for.
pub fn usage(found: &clap::Error) -> ExitCode {
    if !found.use_stderr() {
        // A reader that has left is no error of ours.
        let _ = found.print();
        return ExitCode::SUCCESS;
    }
    let _ = found.print();
    if std::env::args_os().any(|word| word == "--json") {
        let text = found.to_string();
        let message = text
            .lines()
            .next()
            .unwrap_or_default()
            .trim_start_matches("error: ");
        let mut error = AppError::plain("invalid_usage", message);
        error.hint = Some("`ponderctl help` shows the commands and their options.".into());
        put_error("usage", &error);
    }
    ExitCode::from(exit::INVALID)
}

/// One problem stands inside the sentence, several stand under it.
fn error_words(error: &AppError) -> String {
    let mut words = format!("ponderctl: {}", error.message);
    match error.problems.as_slice() {
        [only] if error.message.contains(&only.message) => {
            words = words.replacen(&only.message, &line_of(only), 1);
        }
        problems => {
            for problem in problems.iter().take(SHOWN_PROBLEMS) {
                words.push_str(&format!("\n  {}", line_of(problem)));
            }
            if problems.len() > SHOWN_PROBLEMS {
                words.push_str(&format!(
                    "\n  … and {} more (--json lists them)",
                    problems.len() - SHOWN_PROBLEMS
                ));
            }
        }
    }
    if let Some(hint) = &error.hint {
        words.push_str(&format!("\n{hint}"));
    }
    words
}

/// A problem with its place. Where no field comes near the one that was written, those there are help.
fn line_of(problem: &Problem) -> String {
    let line = engine::problem_line(problem);
    match &problem.allowed {
        Some(allowed)
            if problem.code == ProblemCode::UnknownField && !line.contains("did you mean") =>
        {
            format!("{line}; allowed: {allowed}")
        }
        _ => line,
    }
}

fn put_error(command: &str, error: &AppError) {
    let schema = format!("ponder.{command}/1");
    // The reader may be gone already; the exit code still tells.
    let _ = put(&format!(
        "{:#}",
        json!({ "schema": schema, "error": error })
    ));
}

/// A line on standard error; whether anybody still reads it changes nothing.
pub fn say(words: &str) {
    let _ = writeln!(io::stderr().lock(), "{words}");
}

/// Writes to standard output. A reader that has left (`| head`) is no error of ours.
fn put(text: &str) -> Result<(), Failure> {
    match writeln!(io::stdout().lock(), "{text}") {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(Failure(AppError::plain(
            "output",
            format!("The answer could not be printed: {error}."),
        ))),
        _ => Ok(()),
    }
}

fn code_of(error: &AppError) -> u8 {
    match error.code.as_str() {
        code if code.starts_with("invalid") => exit::INVALID,
        "not_found" | "file_exists" | "cannot_read" | "cannot_write" | "too_large"
        | "unknown_format" | "bad_backup" | "settings" | "no_backend" | "no_model" => exit::INVALID,
        "model_missing" | "context_too_long" => exit::BACKEND,
        code if code.starts_with("backend_") => exit::BACKEND,
        "refused_offline" | "must_confirm" => exit::REFUSED,
        "cancelled" => exit::CANCELLED,
        "conflict" | "run_in_use" => exit::DATA,
        code if code.starts_with("history_") => exit::DATA,
        _ => exit::OURS,
    }
}
