//! What can go wrong with the history, in words for the person in front of it and codes for the program.

use std::path::Path;

use rusqlite::ErrorCode;
use rusqlite::ffi;

/// Why the history could not do what was asked. Nothing was half-written when one of these comes back.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum StoreError {
    /// Another process held the write lock for longer than the time-out.
    #[error(
        "the history is in use by another program ({what}); nothing was changed, try again in a moment"
    )]
    Locked {
        /// What was being attempted.
        what: String,
    },
    /// The folder or its files cannot be written.
    #[error("the history cannot be written: {why}; it can be read, and nothing was changed")]
    ReadOnly {
        /// What forbids writing.
        why: String,
    },
    /// The disk is full.
    #[error(
        "the disk that holds the history is full ({what}); nothing was changed, free some space and try again"
    )]
    Full {
        /// What was being attempted.
        what: String,
    },
    /// The file is damaged.
    #[error(
        "the history file is damaged ({why}); what can be read stays readable, and a backup can be restored"
    )]
    Corrupt {
        /// What SQLite found.
        why: String,
    },
    /// The file was written by a newer version of Ponder.
    #[error(
        "the history was written by a newer version of Ponder (format {found}, this version knows up to {known}); nothing was changed, use the newer version or another data folder"
    )]
    Newer {
        /// Format of the file.
        found: u32,
        /// Newest format this build knows.
        known: u32,
    },
    /// The data folder is on a network file system.
    #[error(
        "the data folder is on a network file system ({kind}), where SQLite's locks cannot be trusted and a history can be lost; choose a folder on a local disk"
    )]
    NetworkFolder {
        /// Name of the file system.
        kind: String,
    },
    /// No such session, run or backup.
    #[error("there is no {what}")]
    NotFound {
        /// What was asked for.
        what: String,
    },
    /// Somebody else saved the session since it was loaded.
    #[error(
        "the session was changed elsewhere meanwhile (it is at revision {current}); load it again"
    )]
    Conflict {
        /// Revision that is saved now.
        current: i64,
    },
    /// The last exit was not clean and the file has not been verified yet.
    #[error(
        "the history is being checked after an unclean exit; it can be read, and written in a moment"
    )]
    Checking,
    /// A migration that was applied to this file is not the one this build carries.
    #[error(
        "migration {number} ({name}) of this history differs from the one this version of Ponder carries; nothing was changed, use the version that wrote it"
    )]
    ChangedMigration {
        /// Number of the migration.
        number: u32,
        /// Its name.
        name: String,
    },
    /// A migration failed; the file is as it was before.
    #[error(
        "the history could not be brought to format {number} ({name}): {why}; it is as it was before"
    )]
    Migration {
        /// Number of the migration that failed.
        number: u32,
        /// Its name.
        name: String,
        /// What SQLite said.
        why: String,
    },
    /// The rows break a rule of the schema.
    #[error("the history refuses {what}: {why}; nothing was changed")]
    Invalid {
        /// What was being saved.
        what: String,
        /// The rule that was broken.
        why: String,
    },
    /// Another live process is working on this run.
    #[error("another running Ponder (process {pid}) is working on this; nothing was changed")]
    Leased {
        /// Its process id.
        pid: u32,
    },
    /// A file that should be a backup of a history is not one, or is damaged.
    #[error("{file} cannot be restored: {why}; nothing was changed")]
    BadBackup {
        /// The file.
        file: String,
        /// What is wrong with it.
        why: String,
    },
    /// The operating system refused a file operation.
    #[error("{what} failed: {why}")]
    Io {
        /// What was being attempted.
        what: String,
        /// What the system said.
        why: String,
    },
    /// SQLite refused for a reason that has no name of its own here.
    #[error("{what} failed: {why}")]
    Sqlite {
        /// What was being attempted.
        what: String,
        /// What SQLite said.
        why: String,
    },
    /// A defect of ours: the save was rolled back.
    #[error("{what} failed because of a defect in Ponder ({why}); nothing was changed")]
    Defect {
        /// What was being attempted.
        what: String,
        /// The panic's message, or what was inconsistent.
        why: String,
    },
}

impl StoreError {
    /// A stable name of the kind of error, for programs.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Locked { .. } => "history_locked",
            Self::ReadOnly { .. } => "history_read_only",
            Self::Full { .. } => "history_full",
            Self::Corrupt { .. } => "history_corrupt",
            Self::Newer { .. } => "history_newer",
            Self::NetworkFolder { .. } => "history_on_network",
            Self::NotFound { .. } => "not_found",
            Self::Conflict { .. } => "conflict",
            Self::Checking => "history_checking",
            Self::ChangedMigration { .. } => "history_migration_changed",
            Self::Migration { .. } => "history_migration_failed",
            Self::Invalid { .. } => "history_refused",
            Self::Leased { .. } => "run_in_use",
            Self::BadBackup { .. } => "bad_backup",
            Self::Io { .. } => "history_io",
            Self::Sqlite { .. } => "history_sqlite",
            Self::Defect { .. } => "history_defect",
        }
    }

    pub(crate) fn not_found(what: impl Into<String>) -> Self {
        Self::NotFound { what: what.into() }
    }

    pub(crate) fn defect(what: &str, why: &(impl ToString + ?Sized)) -> Self {
        Self::Defect {
            what: what.to_owned(),
            why: why.to_string(),
        }
    }

    pub(crate) fn io(what: impl Into<String>, error: &std::io::Error) -> Self {
        use std::io::ErrorKind;
        let (what, why) = (what.into(), error.to_string());
        match error.kind() {
            ErrorKind::StorageFull | ErrorKind::QuotaExceeded => Self::Full { what },
            ErrorKind::ReadOnlyFilesystem | ErrorKind::PermissionDenied => Self::ReadOnly {
                why: format!("{what}: {why}"),
            },
            _ => Self::Io { what, why },
        }
    }

    /// Names what SQLite's result code means to the person who waits for it.
    pub(crate) fn sqlite(what: &str, error: &rusqlite::Error) -> Self {
        let (what, why) = (what.to_owned(), error.to_string());
        let rusqlite::Error::SqliteFailure(failure, _) = error else {
            return match error {
                // A stored value of the wrong type: STRICT tables cannot hold one unless the page is damaged.
                rusqlite::Error::InvalidColumnType(..)
                | rusqlite::Error::FromSqlConversionFailure(..)
                | rusqlite::Error::IntegralValueOutOfRange(..)
                | rusqlite::Error::Utf8Error(..) => Self::Corrupt { why },
                _ => Self::Sqlite { what, why },
            };
        };
        match failure.code {
            ErrorCode::DatabaseBusy
            | ErrorCode::DatabaseLocked
            | ErrorCode::FileLockingProtocolFailed => Self::Locked { what },
            ErrorCode::ReadOnly | ErrorCode::PermissionDenied => Self::ReadOnly { why },
            ErrorCode::DiskFull => Self::Full { what },
            ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase => Self::Corrupt { why },
            ErrorCode::ConstraintViolation => Self::Invalid { what, why },
            ErrorCode::SystemIoFailure if failure.extended_code == ffi::SQLITE_IOERR_CORRUPTFS => {
                Self::Corrupt { why }
            }
            ErrorCode::SystemIoFailure => Self::Io { what, why },
            _ => Self::Sqlite { what, why },
        }
    }

    /// SQLite reports a failed write on a full disk in several ways (no room for the shared-memory file, no room for
    /// a new file, a quota): when hardly a page is free, that is the reason.
    pub(crate) fn or_full(self, folder: &Path) -> Self {
        match self {
            Self::Io { what, .. } | Self::Sqlite { what, .. } if nearly_full(folder) => {
                Self::Full { what }
            }
            other => other,
        }
    }
}

#[cfg(unix)]
fn nearly_full(folder: &Path) -> bool {
    const HARDLY_ANY: u64 = 64 * 1024;
    rustix::fs::statvfs(folder)
        .is_ok_and(|disk| disk.f_bavail.saturating_mul(disk.f_frsize) < HARDLY_ANY)
}

#[cfg(not(unix))]
fn nearly_full(_folder: &Path) -> bool {
    false
}

/// Adds what was being attempted to an error of SQLite.
pub(crate) trait While<T> {
    /// `what` completes "… failed".
    fn when(self, what: &str) -> Result<T, StoreError>;
}

impl<T> While<T> for Result<T, rusqlite::Error> {
    fn when(self, what: &str) -> Result<T, StoreError> {
        self.map_err(|error| StoreError::sqlite(what, &error))
    }
}

impl<T> While<T> for Result<T, std::io::Error> {
    fn when(self, what: &str) -> Result<T, StoreError> {
        self.map_err(|error| StoreError::io(what, &error))
    }
}
