//! What can go wrong above the rooms, and how every error looks at the edge: a code to act on and words to read.

use std::borrow::Cow;
use std::path::PathBuf;

use decision::Problem;
use decision::problem::echo;
use llm::LlmError;
use report::ReportError;
use store::StoreError;

use crate::view::AppError;

/// An error of the engine. [`AppError`] is its form at the edge.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EngineError {
    /// What came in breaks rules; each problem names its place. Nothing was changed.
    #[error("{what}")]
    Invalid {
        /// What was refused, in words.
        what: String,
        /// Each problem with its place.
        problems: Vec<Problem>,
    },
    /// A file could not be read.
    #[error("cannot read {}: {why}", path.display())]
    CannotRead {
        /// Which.
        path: PathBuf,
        /// Why.
        why: String,
    },
    /// A file could not be written; what stood there before still does.
    #[error("cannot write {}: {why}; nothing was changed", path.display())]
    CannotWrite {
        /// Which.
        path: PathBuf,
        /// Why.
        why: String,
    },
    /// A file is already there, and writing over it was not asked for.
    #[error("there is already a file {}", path.display())]
    FileExists {
        /// Which.
        path: PathBuf,
    },
    /// A format nobody writes.
    #[error("\"{found}\" is not a format to export to. Allowed: {allowed}")]
    UnknownFormat {
        /// What was asked for.
        found: String,
        /// What there is.
        allowed: String,
    },
    /// No session has this id.
    #[error("there is no session \"{id}\"")]
    NoSession {
        /// The id.
        id: String,
        /// The one that was probably meant.
        near: Option<String>,
    },
    /// Something asked for by name is not there.
    #[error("There is no {what}")]
    NotFound {
        /// What was asked for.
        what: String,
    },
    /// The session has nothing that this command works on.
    #[error("Nothing to rank: name a decision file or a session")]
    NothingToRank,
    /// A name that no backend has.
    #[error("There is no backend called \"{}\"", echo(name))]
    NoBackend {
        /// The name.
        name: String,
        /// Those there are.
        known: Vec<String>,
    },
    /// A backend was chosen, and no model.
    #[error("No model is chosen for the backend \"{backend}\"")]
    NoModel {
        /// The backend's name.
        backend: String,
    },
    /// Cells wait for a model, and no backend is chosen.
    #[error("No backend is chosen to judge the cells")]
    NobodyJudges,
    /// A backend could not be asked, or did not answer.
    #[error("{error}{}", if backend.is_empty() { String::new() } else { format!(" (backend {backend})") })]
    Backend {
        /// Its name.
        backend: String,
        /// The session in which the run is kept, if one was made.
        session: Option<String>,
        /// What went wrong.
        error: LlmError,
    },
    /// Prompts would leave this machine, and nobody wanted that.
    #[error("\"{backend}\" asks {address}, which is not on this machine")]
    RefusedOffline {
        /// The backend's name.
        backend: String,
        /// Where it asks.
        address: String,
        /// Whether offline was asked for, rather than a remote backend not being asked for.
        asked_for: bool,
    },
    /// Prompts would leave this machine for the first time, and nobody has agreed yet.
    #[error("The prompts of this decision would leave this machine for {address}")]
    MustConfirm {
        /// Where they would go.
        address: String,
    },
    /// There is no cell to ask about.
    #[error("There is nothing to ask: every judged cell has a score or an abstention")]
    NothingToAsk,
    /// A run of this session is at work in this process.
    #[error("A run of this session is at work already")]
    RunInUse,
    /// Another process took the run over while this one was at work on it.
    #[error("another running Ponder took this run over; what was finished here is kept")]
    RunLost,
    /// The history holds something no version of Ponder wrote.
    #[error("The history holds something that cannot be read ({what})")]
    Unreadable {
        /// Which part.
        what: String,
    },
    /// The history was not opened, for this reason.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The settings could not be read or written.
    #[error(transparent)]
    Settings(#[from] settings::SettingsError),
    /// A report or chart could not be made.
    #[error(transparent)]
    Report(#[from] ReportError),
    /// A fault of ours.
    #[error("Ponder made a mistake: {0}")]
    Internal(String),
}

impl EngineError {
    /// A refusal with its problems.
    pub(crate) fn invalid(what: impl Into<String>, problems: Vec<Problem>) -> Self {
        Self::Invalid {
            what: what.into(),
            problems,
        }
    }

    /// An error of a backend.
    pub(crate) fn backend(backend: &str, error: LlmError) -> Self {
        Self::Backend {
            backend: backend.to_owned(),
            session: None,
            error,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Invalid { .. } | Self::NothingToRank => "invalid_input",
            Self::CannotRead { .. } => "cannot_read",
            Self::CannotWrite { .. } => "cannot_write",
            Self::FileExists { .. } => "file_exists",
            Self::UnknownFormat { .. } => "unknown_format",
            Self::NoSession { .. } | Self::NotFound { .. } => "not_found",
            Self::NoBackend { .. } => "no_backend",
            Self::NobodyJudges => "no_backend",
            Self::NothingToAsk => "nothing_to_ask",
            Self::NoModel { .. } => "no_model",
            Self::Backend { error, .. } => backend_code(error),
            Self::RefusedOffline { .. } => "refused_offline",
            Self::MustConfirm { .. } => "must_confirm",
            Self::RunInUse | Self::RunLost => "run_in_use",
            Self::Unreadable { .. } => "history_corrupt",
            Self::Store(error) => error.code(),
            Self::Settings(_) => "settings",
            Self::Report(_) => "report",
            Self::Internal(_) => "internal",
        }
    }

    fn hint(&self) -> Option<Cow<'static, str>> {
        if let Self::NoSession {
            near: Some(near), ..
        } = self
        {
            return Some(
                format!(
                    "Did you mean {near}? `ponderctl sessions list` shows the sessions there are."
                )
                .into(),
            );
        }
        match self {
            Self::NoBackend { known, .. } => {
                return Some(
                    format!(
                        "There are: builtin, {}. `builtin` asks nobody.",
                        known.join(", ")
                    )
                    .into(),
                );
            }
            Self::RefusedOffline {
                backend,
                asked_for: false,
                ..
            } => {
                return Some(
                    format!("Nothing leaves this machine unless you say so: name it with --backend {backend}.").into(),
                );
            }
            Self::Backend {
                backend,
                session,
                error,
            } => {
                return backend_hint(backend, error, session.as_deref()).map(Into::into);
            }
            _ => {}
        }
        let hint = match self {
            Self::FileExists { .. } => {
                "Choose another name, or say that it may be written over (--force)."
            }
            Self::NoSession { .. } => "`ponderctl sessions list` shows the sessions there are.",
            Self::NobodyJudges => {
                "Choose a backend for this decision, or a default one (`ponderctl backends list` shows those there are)."
            }
            Self::NoModel { .. } => {
                "Name one (--model), or let `ponderctl backends models` show what the backend offers."
            }
            Self::RefusedOffline {
                asked_for: true, ..
            } => "Leave out --offline, or name a backend on this machine.",
            Self::MustConfirm { .. } => "Look at what would be sent, then agree to it.",
            Self::RunInUse | Self::RunLost => "Wait for it to end, or cancel it.",
            Self::Unreadable { .. } | Self::Store(StoreError::Corrupt { .. }) => {
                "`ponderctl db check` says what is damaged; `ponderctl db restore` lists the copies to go back to."
            }
            Self::Store(StoreError::NotFound { .. } | StoreError::BadBackup { .. }) => {
                "`ponderctl db restore` lists the copies there are."
            }
            _ => return None,
        };
        Some(hint.into())
    }
}

/// What an error of a backend is called at the edge.
fn backend_code(error: &LlmError) -> &'static str {
    match error {
        LlmError::Unauthorised { .. } => "backend_unauthorised",
        LlmError::ModelMissing { .. } => "model_missing",
        LlmError::RateLimited { .. } => "backend_rate_limited",
        LlmError::ContextTooLong { .. } => "context_too_long",
        LlmError::RefusedOffline { .. } => "refused_offline",
        LlmError::BadUrl { .. }
        | LlmError::BadProxy { .. }
        | LlmError::BadCa { .. }
        | LlmError::BadKey => "invalid_backend",
        _ => "backend_unavailable",
    }
}

fn backend_hint(backend: &str, error: &LlmError, session: Option<&str>) -> Option<String> {
    let mut hints = Vec::new();
    match error {
        LlmError::Down { .. } | LlmError::ConnectTimeout { .. } => {
            hints.push(
                "Start the server, or check its address with `ponderctl backends test`.".to_owned(),
            );
        }
        LlmError::Unauthorised { .. } => {
            hints.push(
                "Give the key in its environment variable (`ponderctl backends list` names it)."
                    .to_owned(),
            );
        }
        LlmError::ModelMissing { have, .. } if !have.is_empty() => {
            let shown: Vec<&str> = have.iter().take(8).map(String::as_str).collect();
            hints.push(format!("It has: {}.", shown.join(", ")));
        }
        _ => {}
    }
    if let Some(session) = session {
        hints.push(format!(
            "The decision is kept: `ponderctl decide --session {session} --backend {backend}` goes on, with the same --model if one was named."
        ));
    }
    (!hints.is_empty()).then(|| hints.join(" "))
}

impl From<EngineError> for AppError {
    fn from(error: EngineError) -> Self {
        Self::from_ref(&error)
    }
}

fn retry_after(error: &EngineError) -> Option<f64> {
    match error {
        EngineError::Store(StoreError::Locked { .. } | StoreError::Checking) => Some(1.0),
        EngineError::Backend {
            error: LlmError::RateLimited { retry_after, .. },
            ..
        } => retry_after.map(|wait| wait.as_secs_f64()),
        _ => None,
    }
}

impl AppError {
    /// As the error crosses the edge, while it is still needed.
    pub(crate) fn from_ref(error: &EngineError) -> Self {
        Self {
            code: error.code().to_owned(),
            message: sentence(&error.to_string()),
            hint: error.hint().map(Cow::into_owned),
            retry_after: retry_after(error),
            problems: match error {
                EngineError::Invalid { problems, .. } => problems.clone(),
                _ => Vec::new(),
            },
        }
    }

    /// An error that has a code and words, and nothing else to say.
    #[must_use]
    pub fn plain(code: &str, message: impl Into<String>) -> Self {
        Self {
            code: code.to_owned(),
            message: message.into(),
            hint: None,
            retry_after: None,
            problems: Vec::new(),
        }
    }
}

/// The rooms write their errors to stand inside a sentence; at the edge each is a sentence of its own.
fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    let mut sentence: String = letters
        .next()
        .map(|first| first.to_uppercase().chain(letters).collect())
        .unwrap_or_default();
    if !sentence.ends_with(['.', '!', '?', ':']) {
        sentence.push('.');
    }
    sentence
}

/// One problem as a line: where, and what is wrong with it.
#[must_use]
pub fn problem_line(problem: &Problem) -> String {
    let place = match (problem.line, problem.field.is_empty()) {
        (Some(line), false) => format!("line {line}, {}: ", problem.field),
        (Some(line), true) => format!("line {line}: "),
        (None, false) => format!("{}: ", problem.field),
        (None, true) => String::new(),
    };
    format!("{place}{}", problem.message)
}
