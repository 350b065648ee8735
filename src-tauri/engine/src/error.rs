//! What can go wrong above the rooms, and how every error looks at the edge: a code to act on and words to read.

use std::borrow::Cow;
use std::path::PathBuf;

use decision::Problem;
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
    /// A backend that this version does not have.
    #[error("There is no backend called \"{name}\"")]
    NoBackend {
        /// Its name.
        name: String,
    },
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

    fn code(&self) -> &'static str {
        match self {
            Self::Invalid { .. } | Self::NothingToRank => "invalid_input",
            Self::CannotRead { .. } => "cannot_read",
            Self::CannotWrite { .. } => "cannot_write",
            Self::FileExists { .. } => "file_exists",
            Self::UnknownFormat { .. } => "unknown_format",
            Self::NoSession { .. } | Self::NotFound { .. } => "not_found",
            Self::NoBackend { .. } => "invalid_backend",
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
        let hint = match self {
            Self::FileExists { .. } => {
                "Choose another name, or say that it may be written over (--force)."
            }
            Self::NoSession { .. } => "`ponderctl sessions list` shows the sessions there are.",
            Self::NoBackend { .. } => {
                "Without a model there is `builtin`: it ranks what is measured or scored by hand."
            }
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

impl From<EngineError> for AppError {
    fn from(error: EngineError) -> Self {
        let (code, hint) = (error.code().to_owned(), error.hint().map(Cow::into_owned));
        let retry_after = matches!(
            error,
            EngineError::Store(StoreError::Locked { .. } | StoreError::Checking)
        )
        .then_some(1.0);
        let message = sentence(&error.to_string());
        let problems = if let EngineError::Invalid { problems, .. } = error {
            problems
        } else {
            Vec::new()
        };
        Self {
            code,
            message,
            hint,
            retry_after,
            problems,
        }
    }
}

impl AppError {
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
