//! Putting a backup in the history's place. What was there is first copied aside, whatever state it is in, so that a
//! restore never costs data.

use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::Connection;

use crate::backup::{self, BackupInfo, DAMAGED};
use crate::connection::{self, Reading};
use crate::error::{StoreError, While};
use crate::folder;
use crate::lock::HistoryLock;
use crate::migrate::{MIGRATIONS, Migration};
use crate::store::{Store, quick_check};

const RESTORING: &str = "restoring the history";

/// How long to wait for the last process to let go of the history.
const PATIENCE: Duration = Duration::from_secs(2);

/// A restore that is done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Restored {
    /// The copy of what was there before; none when there was nothing.
    pub aside: Option<BackupInfo>,
    /// Sessions in the history from now on.
    pub sessions: Option<u64>,
}

impl Store {
    /// Puts `file`, a backup or any other copy of a history, in the place of the history in `folder`. Every [`Store`]
    /// of the folder must be dropped first, in every process. An older format is brought up at the next opening.
    ///
    /// # Errors
    /// [`StoreError::BadBackup`] when the file is no sound history, [`StoreError::Newer`] when a newer version wrote
    /// it, [`StoreError::Locked`] while the history is open anywhere, [`StoreError::Full`], [`StoreError::ReadOnly`].
    /// After each of them the history is as it was.
    pub fn restore(folder: &Path, file: &Path, now_ms: i64) -> Result<Restored, StoreError> {
        restore(folder, file, now_ms, MIGRATIONS).map_err(|error| error.or_full(folder))
    }
}

fn restore(
    folder: &Path,
    file: &Path,
    now_ms: i64,
    known: &[Migration],
) -> Result<Restored, StoreError> {
    folder::prepare(folder, folder::network_kind)?;
    let lock = HistoryLock::exclusive(folder, PATIENCE)?;
    let incoming = tempfile::Builder::new()
        .prefix(".restoring-")
        .tempfile_in(folder)
        .when(RESTORING)?;
    fetch(file, incoming.path(), folder, known)?;
    incoming.as_file().sync_all().when(RESTORING)?;

    let history = folder.join(folder::HISTORY);
    let aside = if history.exists() {
        Some(set_aside(folder, &history, now_ms, known)?)
    } else {
        None
    };
    // The old WAL would be replayed into the new file. All it held is in the copy that was set aside.
    for side in ["-wal", "-shm"] {
        remove(&folder::with_suffix(&history, side))?;
    }
    incoming
        .persist(&history)
        .map_err(|error| StoreError::io(RESTORING, &error.error))?;
    remove(&folder.join(folder::UNCHECKED))?;
    folder::sync_folder(folder)?;
    drop(lock);
    Ok(Restored {
        aside,
        sessions: backup::info(history, now_ms, String::new()).sessions,
    })
}

/// Copies the backup to `target` and checks the copy.
fn fetch(file: &Path, target: &Path, folder: &Path, known: &[Migration]) -> Result<(), StoreError> {
    let bad = |error: StoreError| match error {
        error @ (StoreError::Full { .. } | StoreError::Newer { .. }) => error,
        other => StoreError::BadBackup {
            file: file.display().to_string(),
            why: other.to_string(),
        },
    };
    if !file.is_file() {
        return Err(StoreError::NotFound {
            what: format!("file {}", file.display()),
        });
    }
    // A copy of a damaged history may have its WAL beside it, which SQLite reads only where it can write.
    let recovering = tempfile::tempdir_in(folder).when(RESTORING)?;
    let wal = folder::wal_of(file);
    let source = if wal.metadata().is_ok_and(|wal| wal.len() > 0) {
        let copy = recovering.path().join(folder::HISTORY);
        std::fs::copy(file, &copy).when(RESTORING)?;
        std::fs::copy(wal, folder::wal_of(&copy)).when(RESTORING)?;
        Connection::open(copy)
    } else {
        connection::open_reader(file, Reading::Immutable, Duration::ZERO)
    };
    let source = source.when(RESTORING).map_err(bad)?;
    backup::copy_pages(&source, target)
        .map_err(|error| error.or_full(folder))
        .map_err(bad)?;
    backup::verify(target, known).map_err(bad)
}

/// A backup of the present state if it is sound, else its files as they are.
fn set_aside(
    folder: &Path,
    history: &Path,
    now_ms: i64,
    known: &[Migration],
) -> Result<BackupInfo, StoreError> {
    let sound = || {
        let connection = connection::open_writer(history, PATIENCE)?;
        if let Some(why) = quick_check(&connection)? {
            return Err(StoreError::Corrupt { why });
        }
        backup::copy(&connection, folder, "before-restore", now_ms, known)
    };
    match sound() {
        Err(
            error @ (StoreError::Full { .. }
            | StoreError::ReadOnly { .. }
            | StoreError::Locked { .. }),
        ) => Err(error),
        Err(_) => as_it_is(folder, history, now_ms),
        sound => sound,
    }
}

fn as_it_is(folder: &Path, history: &Path, now_ms: i64) -> Result<BackupInfo, StoreError> {
    let backups = folder.join(folder::BACKUPS);
    folder::create_private(&backups)?;
    let (file, at, reason) = backup::free_name(&backups, now_ms, DAMAGED);
    let wal = folder::wal_of(history);
    if wal.exists() {
        copy_durably(&wal, &backups, folder::wal_of(&file))?;
    }
    copy_durably(history, &backups, file.clone())?;
    folder::sync_folder(&backups)?;
    Ok(backup::info(file, at, reason))
}

fn copy_durably(from: &Path, backups: &Path, to: PathBuf) -> Result<(), StoreError> {
    let mut beside = tempfile::Builder::new()
        .prefix(".copying-")
        .tempfile_in(backups)
        .when(RESTORING)?;
    let mut source = std::fs::File::open(from).when(RESTORING)?;
    std::io::copy(&mut source, beside.as_file_mut()).when(RESTORING)?;
    beside.as_file().sync_all().when(RESTORING)?;
    beside
        .persist_noclobber(to)
        .map_err(|error| StoreError::io(RESTORING, &error.error))?;
    Ok(())
}

fn remove(file: &Path) -> Result<(), StoreError> {
    match std::fs::remove_file(file) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(StoreError::io(RESTORING, &error))
        }
        _ => Ok(()),
    }
}
