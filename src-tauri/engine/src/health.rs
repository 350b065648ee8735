//! The history's health: checks after an unclean exit, copies, and going back to one.

use std::path::{Path, PathBuf};
use std::sync::PoisonError;

use serde::Serialize;
use store::{Condition, OpenOptions, Store, StoreError};

use crate::engine::{Config, Engine};
use crate::error::EngineError;
use crate::files;
use crate::intake::plain;
use crate::view::{BackupInfo, Health, HistoryHealth, HistoryState};

impl Engine {
    /// The state of the history and the copies there are.
    ///
    /// # Errors
    /// None today; a damaged history is an answer, not an error.
    pub fn health(&self) -> Result<Health, EngineError> {
        let (history, others) = match self.store() {
            Ok(store) => (health_of(&store), store.other_processes()),
            Err(error) => (closed_health(self.data_folder(), &error), 0),
        };
        Ok(Health {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            data_dir: self.data_folder().display().to_string(),
            history,
            backups: backups_in(self.data_folder()),
            other_processes: u32::try_from(others).unwrap_or(u32::MAX),
        })
    }

    /// Whether the last exit was not clean and nobody has looked since.
    #[must_use]
    pub fn needs_check(&self) -> bool {
        self.store()
            .is_ok_and(|store| matches!(store.condition(), Condition::Checking))
    }

    /// Checks the history after an unclean exit; until it passed, it is only read.
    ///
    /// # Errors
    /// [`EngineError::Store`] when the check itself cannot run.
    pub fn check_after_unclean_exit(&self) -> Result<Health, EngineError> {
        self.store()?.verify()?;
        self.health()
    }

    /// Makes a verified copy of the history in its backups folder.
    ///
    /// # Errors
    /// [`EngineError::Store`].
    pub fn backup(&self, reason: &str) -> Result<BackupInfo, EngineError> {
        Ok(backup_view(&self.store()?.backup(reason, self.now_ms())?))
    }

    /// Makes a verified copy and puts a second one at `path`.
    ///
    /// # Errors
    /// [`EngineError::Store`]; [`EngineError::FileExists`] or [`EngineError::CannotWrite`] for the second copy.
    pub fn backup_to(&self, path: &Path) -> Result<BackupInfo, EngineError> {
        let backup = self
            .store()?
            .backup("asked for in the terminal", self.now_ms())?;
        let bytes = std::fs::read(&backup.file).map_err(|error| EngineError::CannotRead {
            path: backup.file.clone(),
            why: plain(&error),
        })?;
        files::write(path, &bytes, false)?;
        Ok(BackupInfo {
            file: path.display().to_string(),
            ..backup_view(&backup)
        })
    }

    /// Goes back to the copy called `file`. What stands now is copied first and stays among the backups.
    ///
    /// # Errors
    /// [`EngineError::Store`]: another process has the history open, or the copy does not pass its check.
    pub fn restore(&self, file: &str) -> Result<Health, EngineError> {
        let mut held = self
            .history()
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        // The exclusive lock that a restore takes would wait for our own shared one, so the history is closed first.
        *held = Err(StoreError::Locked {
            what: "a copy is being restored".into(),
        });
        let restored = Store::restore(
            self.data_folder(),
            &copy_called(self.data_folder(), Path::new(file)),
            self.now_ms(),
        );
        *held = Store::open(self.data_folder(), OpenOptions::new(self.now_ms()));
        drop(held);
        self.desk.clear();
        restored?;
        self.health()
    }

    /// Erases what has been in the trash for 30 days.
    ///
    /// # Errors
    /// [`EngineError::Store`].
    pub fn purge_trash(&self) -> Result<(), EngineError> {
        self.store()?.purge_trash(self.now_ms())?;
        Ok(())
    }
}

/// What a full check of the history found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CheckReport {
    /// The file that was checked.
    pub file: String,
    /// Whether it is whole.
    pub ok: bool,
    /// What is wrong, in SQLite's words.
    pub findings: Vec<String>,
    /// How many sessions it holds.
    pub sessions: u32,
    /// Its size on disk.
    pub bytes: u64,
    /// The number of the file's format. Not called `schema`: in a `--json` answer that names the answer's shape.
    pub format: u32,
}

/// Checks every page, index and reference of the history.
///
/// # Errors
/// [`EngineError::Store`] when it cannot be opened for the check at all.
pub fn check_history(config: &Config) -> Result<CheckReport, EngineError> {
    let folders = config.folders()?;
    let store = Store::open(&folders.data, OpenOptions::new(config.clock.now_ms()))?;
    let found = store.check()?;
    Ok(CheckReport {
        file: store.folder().join("history.db").display().to_string(),
        ok: found.problems.is_empty(),
        findings: found.problems,
        sessions: count(
            found
                .rows
                .iter()
                .find(|(table, _)| table == "sessions")
                .map_or(0, |(_, rows)| *rows),
        ),
        bytes: found.bytes + found.wal_bytes,
        format: found.schema,
    })
}

/// The copies there are, newest first; works on a history that cannot be opened.
///
/// # Errors
/// [`EngineError::Settings`] when the platform names no folder.
pub fn list_backups(config: &Config) -> Result<Vec<BackupInfo>, EngineError> {
    Ok(backups_in(&config.folders()?.data))
}

/// What a restore did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Restored {
    /// The copy that is in place now.
    pub restored: String,
    /// How many sessions it holds; none where that cannot be read.
    pub sessions: Option<u32>,
    /// The copy of what stood before; none when there was nothing.
    pub kept: Option<String>,
}

/// Goes back to a copy, by its name among the backups or by its path; works on a history that cannot be opened.
///
/// # Errors
/// [`EngineError::Store`]: another process has the history open, or the copy does not pass its check.
pub fn restore_history(config: &Config, file: &Path) -> Result<Restored, EngineError> {
    let folders = config.folders()?;
    let file = copy_called(&folders.data, file);
    let restored = Store::restore(&folders.data, &file, config.clock.now_ms())?;
    Ok(Restored {
        restored: file.display().to_string(),
        sessions: restored.sessions.map(count),
        kept: restored.aside.map(|aside| aside.file.display().to_string()),
    })
}

/// The copy that `file` names: one of the backups by its bare name, else a path.
fn copy_called(folder: &Path, file: &Path) -> PathBuf {
    let named = |copy: &store::BackupInfo| copy.file.file_name() == Some(file.as_os_str());
    let copy = Store::backups_in(folder).into_iter().find(named);
    copy.map_or_else(|| file.to_owned(), |copy| copy.file)
}

fn backups_in(folder: &Path) -> Vec<BackupInfo> {
    Store::backups_in(folder).iter().map(backup_view).collect()
}

fn backup_view(backup: &store::BackupInfo) -> BackupInfo {
    BackupInfo {
        file: backup
            .file
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned(),
        at: backup.at,
        bytes: backup.bytes,
        reason: backup.reason.clone(),
        sessions: backup.sessions.map(count),
    }
}

fn health_of(store: &Store) -> HistoryHealth {
    let (state, message) = match store.condition() {
        Condition::Ok => (HistoryState::Ok, None),
        Condition::Checking => (
            HistoryState::Checking,
            Some("Ponder did not close cleanly, so the history is being checked.".to_owned()),
        ),
        Condition::Rescue { why } => (HistoryState::Rescue, Some(why)),
        Condition::ReadOnly { why } => (HistoryState::ReadOnly, Some(why)),
    };
    let (bytes, sessions, schema) = store.facts().map_or((0, 0, 0), |facts| {
        (facts.bytes, count(facts.sessions), facts.schema)
    });
    HistoryHealth {
        state,
        message,
        bytes,
        sessions,
        schema,
    }
}

fn closed_health(folder: &Path, error: &EngineError) -> HistoryHealth {
    let bytes = std::fs::metadata(folder.join("history.db")).map_or(0, |about| about.len());
    HistoryHealth {
        state: HistoryState::Rescue,
        message: Some(error.to_string()),
        bytes,
        sessions: 0,
        schema: 0,
    }
}

fn count(rows: u64) -> u32 {
    u32::try_from(rows).unwrap_or(u32::MAX)
}
