//! Backups: verified copies of the history in its `backups` folder, moved into place by rename. Which of them stay is
//! in `thinning.rs`, putting one back in `restore.rs`.

use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use rusqlite::backup::{Backup, StepResult};
use rusqlite::{Connection, OptionalExtension};

use crate::connection::{self, Reading};
use crate::error::{StoreError, While};
use crate::folder;
use crate::migrate::{self, Migration, Need};
use crate::store::{Store, quick_check};
use crate::thinning;

const COPYING: &str = "copying the history";

/// A copy of a history that was damaged; it may hold what no other copy holds, so thinning leaves it.
pub(crate) const DAMAGED: &str = "damaged";

/// A backup.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BackupInfo {
    /// The file.
    pub file: PathBuf,
    /// When it was made, milliseconds since 1970.
    pub at: i64,
    /// Its size.
    pub bytes: u64,
    /// Why it was made: `manual`, `before-migration`, `before-restore`, `damaged` or the caller's word.
    pub reason: String,
    /// Sessions in it; none when it cannot be read.
    pub sessions: Option<u64>,
}

impl Store {
    /// Makes a verified copy of the history and removes the copies that are no longer worth their space. `reason` is
    /// kept in the file's name as letters, digits and hyphens.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] when the copy does not pass its check (then none is kept), [`StoreError::Full`],
    /// [`StoreError::ReadOnly`], [`StoreError::Locked`].
    pub fn backup(&self, reason: &str, now_ms: i64) -> Result<BackupInfo, StoreError> {
        let info =
            self.read(|connection| copy(connection, self.folder(), reason, now_ms, self.known()))?;
        thin(self.folder(), now_ms);
        Ok(info)
    }

    /// The backups of this history, the newest first.
    #[must_use]
    pub fn backups(&self) -> Vec<BackupInfo> {
        Self::backups_in(self.folder())
    }

    /// The backups in a data folder, the newest first; also when its history cannot be opened.
    #[must_use]
    pub fn backups_in(folder: &Path) -> Vec<BackupInfo> {
        let mut backups: Vec<BackupInfo> = names(folder)
            .into_iter()
            .map(|(file, at, reason)| info(file, at, reason))
            .collect();
        backups.sort_by_key(|backup| std::cmp::Reverse(backup.at));
        backups
    }
}

/// Copies one moment of the history into the backups folder: written beside, checked, made durable, then renamed.
pub(crate) fn copy(
    source: &Connection,
    folder: &Path,
    reason: &str,
    now_ms: i64,
    known: &[Migration],
) -> Result<BackupInfo, StoreError> {
    let backups = folder.join(folder::BACKUPS);
    folder::create_private(&backups)?;
    let beside = tempfile::Builder::new()
        .prefix(".copying-")
        .tempfile_in(&backups)
        .when(COPYING)?;
    copy_pages(source, beside.path()).map_err(|error| error.or_full(folder))?;
    verify(beside.path(), known)?;
    beside.as_file().sync_all().when(COPYING)?;
    let (file, at, reason) = free_name(&backups, now_ms, reason);
    beside
        .persist_noclobber(&file)
        .map_err(|error| StoreError::io(COPYING, &error.error))?;
    folder::sync_folder(&backups)?;
    Ok(info(file, at, reason))
}

/// All pages in one read transaction: one moment, however many write meanwhile.
pub(crate) fn copy_pages(source: &Connection, target: &Path) -> Result<(), StoreError> {
    const TRIES: usize = 100;
    let mut target = Connection::open(target).when(COPYING)?;
    // The copy is worth nothing until it is whole, checked and synced, so it needs no journal.
    target
        .execute_batch("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;")
        .when(COPYING)?;
    let backup = Backup::new(source, &mut target).when(COPYING)?;
    for _ in 0..TRIES {
        match backup.step(-1).when(COPYING)? {
            StepResult::Done => return Ok(()),
            // A process that recovers the WAL holds it for a moment, and this call has no time-out of its own.
            _ => std::thread::sleep(Duration::from_millis(20)),
        }
    }
    Err(StoreError::Locked {
        what: COPYING.into(),
    })
}

/// Whether a file is a sound history this build can bring to its format.
pub(crate) fn verify(file: &Path, known: &[Migration]) -> Result<(), StoreError> {
    let connection =
        connection::open_reader(file, Reading::Immutable, Duration::ZERO).when(COPYING)?;
    if let Some(why) = quick_check(&connection)? {
        return Err(StoreError::Corrupt { why });
    }
    match migrate::need(&connection, known)? {
        Need::Everything => Err(StoreError::Corrupt {
            why: "it is empty".into(),
        }),
        Need::Nothing | Need::After(_) => Ok(()),
    }
}

/// Backups that hold one of these sessions. One that cannot be read is not named: nobody can read a session out of it.
pub(crate) fn holding(folder: &Path, ids: &[String]) -> Vec<PathBuf> {
    let holds = |file: &PathBuf| -> Option<bool> {
        let connection = connection::open_reader(file, Reading::Immutable, Duration::ZERO).ok()?;
        let mut statement = connection
            .prepare("SELECT 1 FROM sessions WHERE id = ?1")
            .ok()?;
        Some(ids.iter().any(|id| {
            matches!(
                statement.query_row([id], |_| Ok(())).optional(),
                Ok(Some(()))
            )
        }))
    };
    let mut files: Vec<PathBuf> = names(folder).into_iter().map(|(file, ..)| file).collect();
    files.sort();
    files.retain(|file| holds(file).unwrap_or(false));
    files
}

fn thin(folder: &Path, now_ms: i64) {
    let mut names = names(folder);
    names.retain(|(_, _, reason)| reason != DAMAGED);
    names.sort_by_key(|(_, at, _)| std::cmp::Reverse(*at));
    let times: Vec<i64> = names.iter().map(|(_, at, _)| *at).collect();
    for ((file, ..), keep) in names.iter().zip(thinning::kept(&times, now_ms)) {
        if !keep {
            // Another process may have thinned it away already; one that resists stays until the next time.
            let _ = std::fs::remove_file(file);
        }
    }
}

/// `history-20250722T102640123Z-manual.db`, a millisecond later if that one is taken.
pub(crate) fn free_name(backups: &Path, now_ms: i64, reason: &str) -> (PathBuf, i64, String) {
    let reason: String = reason
        .chars()
        .map(|letter| {
            if letter.is_ascii_alphanumeric() {
                letter.to_ascii_lowercase()
            } else {
                '-'
            }
        })
        .take(40)
        .collect();
    let mut at = now_ms;
    loop {
        let stamp = Timestamp::from_millisecond(at)
            .unwrap_or_default()
            .strftime("%Y%m%dT%H%M%S%3fZ")
            .to_string();
        let file = backups.join(format!("history-{stamp}-{reason}.db"));
        if !file.exists() {
            return (file, at, reason);
        }
        at += 1;
    }
}

fn names(folder: &Path) -> Vec<(PathBuf, i64, String)> {
    let entries = std::fs::read_dir(folder.join(folder::BACKUPS))
        .into_iter()
        .flatten()
        .flatten();
    let named = |entry: std::fs::DirEntry| {
        let name = entry.file_name().into_string().ok()?;
        let (stamp, reason) = name
            .strip_prefix("history-")?
            .strip_suffix(".db")?
            .split_once('-')?;
        Some((entry.path(), parse_stamp(stamp)?, reason.to_owned()))
    };
    entries.filter_map(named).collect()
}

fn parse_stamp(stamp: &str) -> Option<i64> {
    let (seconds, millis) = stamp.strip_suffix('Z')?.split_at_checked(15)?;
    let moment = jiff::civil::DateTime::strptime("%Y%m%dT%H%M%S", seconds).ok()?;
    let moment = moment.to_zoned(TimeZone::UTC).ok()?.timestamp();
    Some(
        moment.as_millisecond()
            + millis
                .parse::<i64>()
                .ok()
                .filter(|millis| (0..1000).contains(millis))?,
    )
}

pub(crate) fn info(file: PathBuf, at: i64, reason: String) -> BackupInfo {
    let bytes = file.metadata().map_or(0, |metadata| metadata.len());
    let count = || -> Result<u64, rusqlite::Error> {
        let connection = connection::open_reader(&file, Reading::Immutable, Duration::ZERO)?;
        connection
            .query_row("SELECT count(*) FROM sessions", [], |row| {
                row.get::<_, u32>(0)
            })
            .map(u64::from)
    };
    let sessions = count().ok();
    BackupInfo {
        file,
        at,
        bytes,
        reason,
        sessions,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_of_a_backup_says_when_and_why() {
        let home = tempfile::tempdir().unwrap();
        let backups = home.path().join(folder::BACKUPS);
        std::fs::create_dir(&backups).unwrap();
        for (at, reason, name) in [
            (
                1_753_180_000_007,
                "manual",
                "history-20250722T102640007Z-manual.db",
            ),
            (
                1_753_180_000_007,
                "manual",
                "history-20250722T102640008Z-manual.db",
            ),
            (0, "../Überall", "history-19700101T000000000Z-----berall.db"),
        ] {
            let (file, ..) = free_name(&backups, at, reason);
            assert_eq!(file.file_name().unwrap(), name);
            std::fs::write(&file, "").unwrap();
        }
        let mut found: Vec<_> = names(home.path())
            .into_iter()
            .map(|(_, at, reason)| (at, reason))
            .collect();
        found.sort();
        let word = |reason: &str| reason.to_owned();
        assert_eq!(
            found,
            [
                (0, word("----berall")),
                (1_753_180_000_007, word("manual")),
                (1_753_180_000_008, word("manual"))
            ]
        );
    }
}
