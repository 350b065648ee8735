//! What can go wrong with folders and with settings.toml, each with what the caller can act on.

use std::io;
use std::path::{Path, PathBuf};

use crate::SettingProblem;

/// Why a folder or the settings file could not be used.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    /// The platform names no home folder, as for a service without a user.
    #[error("There is no home folder to keep the history in. Say where with --data-dir DIR.")]
    NoHome,
    /// A file stands where a folder is needed, or the other way round.
    #[error(
        "{path} is {found}, and {needed} is needed there. Move it away, or choose another folder with --data-dir DIR."
    )]
    WrongKind {
        /// Where.
        path: PathBuf,
        /// `a file`, `a folder`.
        found: &'static str,
        /// `a folder`, `a file`.
        needed: &'static str,
    },
    /// The folder or file may not be written to.
    #[error(
        "{path} cannot be written: it is read-only, or belongs to someone else. Change its permissions, or choose another folder with --data-dir DIR."
    )]
    ReadOnly {
        /// Where.
        path: PathBuf,
    },
    /// The file may not be read.
    #[error(
        "{path} cannot be read: it belongs to someone else. Change its permissions, or choose another folder with --data-dir DIR."
    )]
    Unreadable {
        /// Where.
        path: PathBuf,
    },
    /// No space left.
    #[error(
        "{path} cannot be written: the disk is full. Free some space and save again; nothing was changed."
    )]
    DiskFull {
        /// Where.
        path: PathBuf,
    },
    /// Another process has been saving for seconds.
    #[error(
        "{path} is being written by another Ponder, and has been for {waited_ms} ms. Save again; nothing was changed."
    )]
    Locked {
        /// Where.
        path: PathBuf,
        /// How long was waited.
        waited_ms: u128,
    },
    /// A value that is not allowed was to be saved. Nothing was saved.
    #[error("{}", .0.iter().map(|problem| problem.message.as_str()).collect::<Vec<_>>().join(" "))]
    Invalid(
        /// Each value that is not allowed.
        Vec<SettingProblem>,
    ),
    /// Anything else that the system says.
    #[error("{doing} {path} failed: {source}")]
    Io {
        /// `Reading`, `Writing` …
        doing: &'static str,
        /// Where.
        path: PathBuf,
        /// The system's words.
        source: io::Error,
    },
}

impl SettingsError {
    /// Sorts an error of writing by what can be done about it.
    pub(crate) fn writing(path: &Path, source: io::Error) -> Self {
        let path = path.to_owned();
        match source.kind() {
            io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
                Self::ReadOnly { path }
            }
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Self::DiskFull { path },
            io::ErrorKind::IsADirectory => Self::WrongKind {
                path,
                found: "a folder",
                needed: "a file",
            },
            io::ErrorKind::NotADirectory => Self::WrongKind {
                path,
                found: "a file",
                needed: "a folder",
            },
            _ => Self::Io {
                doing: "Writing",
                path,
                source,
            },
        }
    }

    /// Sorts an error of reading by what can be done about it.
    pub(crate) fn reading(path: &Path, source: io::Error) -> Self {
        let path = path.to_owned();
        match source.kind() {
            io::ErrorKind::PermissionDenied => Self::Unreadable { path },
            io::ErrorKind::IsADirectory => Self::WrongKind {
                path,
                found: "a folder",
                needed: "a file",
            },
            io::ErrorKind::NotADirectory => Self::WrongKind {
                path,
                found: "a file",
                needed: "a folder",
            },
            _ => Self::Io {
                doing: "Reading",
                path,
                source,
            },
        }
    }
}
