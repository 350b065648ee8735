//! Erasing for good: rows, index, WAL and free pages. Trash and archive are states and live in `sessions.rs`.

use std::path::PathBuf;

use rusqlite::{Connection, OptionalExtension};

use crate::backup;
use crate::error::{StoreError, While};
use crate::store::Store;

const ERASING: &str = "erasing the session";

/// How long the trash keeps a session, milliseconds: 30 days.
pub const TRASH_KEPT_MS: i64 = 30 * 24 * 60 * 60 * 1000;

/// What an erasure left.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Erased {
    /// Sessions that were there and are gone.
    pub sessions: usize,
    /// Backups that still hold one of them.
    pub backups_holding: Vec<PathBuf>,
    /// Traces remain in the WAL, because another process was reading; they go when the last process closes the
    /// history.
    pub traces_in_wal: bool,
}

impl Store {
    /// Erases sessions with everything that belongs to them; ids that do not exist are passed over.
    ///
    /// # Errors
    /// The errors of writing. When one comes after the rows are gone, erasing again finishes the work.
    pub fn erase(&self, ids: &[String]) -> Result<Erased, StoreError> {
        if ids.is_empty() {
            return Ok(Erased::default());
        }
        let gone = ids.to_vec();
        let sessions = self.write(ERASING, move |connection| delete(connection, &gone))?;
        let traces_in_wal = self.write_alone(ERASING, |connection| release_pages(connection))?;
        Ok(Erased {
            sessions,
            backups_holding: backup::holding(self.folder(), ids),
            traces_in_wal,
        })
    }

    /// Erases what has been in the trash for 30 days.
    ///
    /// # Errors
    /// As for [`Store::erase`].
    pub fn purge_trash(&self, now_ms: i64) -> Result<Erased, StoreError> {
        let due = self.read(|connection| {
            let mut statement = connection
                .prepare_cached(
                    "SELECT id FROM sessions WHERE state = 'trashed' AND trashed_at <= ?1",
                )
                .when(ERASING)?;
            let ids = statement
                .query_map([now_ms.saturating_sub(TRASH_KEPT_MS)], |row| row.get(0))
                .when(ERASING)?;
            ids.collect::<Result<Vec<String>, _>>().when(ERASING)
        })?;
        self.erase(&due)
    }
}

fn delete(connection: &Connection, ids: &[String]) -> Result<usize, StoreError> {
    let mut count = 0;
    for id in ids {
        let key = connection
            .query_row(
                "DELETE FROM sessions WHERE id = ?1 RETURNING key",
                [id],
                |row| row.get::<_, i64>(0),
            )
            .optional()
            .when(ERASING)?;
        if let Some(key) = key {
            connection
                .execute("DELETE FROM session_text WHERE rowid = ?1", [key])
                .when(ERASING)?;
            count += 1;
        }
    }
    // The index only marks a row as deleted; its words go when the segments that hold them are merged.
    connection
        .execute(
            "INSERT INTO session_text (session_text) VALUES ('optimize')",
            [],
        )
        .when(ERASING)?;
    Ok(count)
}

/// Freed pages were overwritten with zeros by `secure_delete`; here they leave the file, and the WAL, which still has
/// the rows as they were written, is emptied. Says whether somebody's reading kept the WAL from it.
fn release_pages(connection: &Connection) -> Result<bool, StoreError> {
    let mut vacuum = connection
        .prepare("PRAGMA incremental_vacuum")
        .when(ERASING)?;
    let mut pages = vacuum.query([]).when(ERASING)?;
    while pages.next().when(ERASING)?.is_some() {}
    connection
        .query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0))
        .when(ERASING)
}
