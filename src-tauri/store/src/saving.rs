//! Saving a change to a session's document, and taking it back: each step keeps the rows and the summary before and
//! after it, in the same transaction as the change.

use rusqlite::{Connection, OptionalExtension, params};
use serde::{Deserialize, Serialize};

use crate::changes::RowChanges;
use crate::document;
use crate::error::{StoreError, While};
use crate::rows::{SessionBundle, SummaryColumns};
use crate::sessions::{self, no_session};
use crate::store::Store;

const SAVING: &str = "saving the session";

/// Undo steps kept for each session.
pub const UNDO_STEPS: i64 = 100;

/// One save of a session.
#[derive(Debug, Clone, PartialEq)]
pub struct Save {
    /// The session.
    pub session_id: String,
    /// The revision the change was made to.
    pub base_revision: i64,
    /// What differs from that revision.
    pub changes: RowChanges,
    /// The summary after the change.
    pub summary: SummaryColumns,
    /// The step that undo can take back; none for a change that is no user action.
    pub undo: Option<UndoStep>,
    /// Now, milliseconds since 1970.
    pub now_ms: i64,
}

/// How a step is named in the menu.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UndoStep {
    /// For example `rename Cost`.
    pub label: String,
}

/// A save that is durable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Saved {
    /// The session's revision from now on.
    pub revision: i64,
}

/// The summaries around a step.
#[derive(Serialize, Deserialize)]
struct Summaries {
    before: SummaryColumns,
    after: SummaryColumns,
}

impl Store {
    /// Saves a change durably. A step given with it becomes the next to undo, and what could be redone is forgotten.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when the session is no longer at `base_revision`, [`StoreError::NotFound`],
    /// [`StoreError::Invalid`] when a row breaks a rule; the errors of writing.
    pub fn save(&self, save: Save) -> Result<Saved, StoreError> {
        let Save {
            session_id,
            base_revision,
            changes,
            summary,
            undo,
            now_ms,
        } = save;
        // Written out here, on the caller's thread: the writer has others waiting.
        let step = match undo {
            Some(step) => Some((step.label, json(&changes)?)),
            None => None,
        };
        self.write(SAVING, move |connection| {
            let (key, session) = sessions::row_of(connection, &session_id)?
                .ok_or_else(|| no_session(&session_id))?;
            if session.revision != base_revision {
                return Err(StoreError::Conflict {
                    current: session.revision,
                });
            }
            change(connection, key, &changes, &summary, now_ms)?;
            if step.is_some() || !changes.is_empty() {
                forget_redo(connection, key)?;
            }
            if let Some((label, changes)) = step {
                let summaries = json(&Summaries {
                    before: session.summary,
                    after: summary,
                })?;
                keep_step(connection, key, &label, &summaries, &changes, now_ms)?;
            }
            Ok(Saved {
                revision: base_revision + 1,
            })
        })
    }

    /// Takes back the last step; none when there is nothing to take back.
    ///
    /// # Errors
    /// [`StoreError::NotFound`]; the errors of writing.
    pub fn undo(&self, id: &str, now_ms: i64) -> Result<Option<SessionBundle>, StoreError> {
        self.step(id, Direction::Back, now_ms)
    }

    /// Repeats the step that was taken back last; none when there is nothing to repeat.
    ///
    /// # Errors
    /// [`StoreError::NotFound`]; the errors of writing.
    pub fn redo(&self, id: &str, now_ms: i64) -> Result<Option<SessionBundle>, StoreError> {
        self.step(id, Direction::Forth, now_ms)
    }

    fn step(
        &self,
        id: &str,
        direction: Direction,
        now_ms: i64,
    ) -> Result<Option<SessionBundle>, StoreError> {
        let id = id.to_owned();
        self.write(direction.doing(), move |connection| {
            let what = direction.doing();
            let (key, _) = sessions::row_of(connection, &id)?.ok_or_else(|| no_session(&id))?;
            let found = connection
                .prepare_cached(direction.next_step())
                .when(what)?
                .query_row([key], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
                .optional()
                .when(what)?;
            let Some((number, summaries, changes)): Option<(i64, String, String)> = found else {
                return Ok(None);
            };
            let summaries: Summaries = read_json(&summaries)?;
            let changes: RowChanges = read_json(&changes)?;
            let (changes, summary) = match direction {
                Direction::Back => (changes.inverse(), summaries.before),
                Direction::Forth => (changes, summaries.after),
            };
            change(connection, key, &changes, &summary, now_ms)?;
            connection
                .prepare_cached(
                    "UPDATE undo_steps SET undone = 1 - undone WHERE session = ?1 AND number = ?2",
                )
                .when(what)?
                .execute([key, number])
                .when(what)?;
            sessions::bundle(connection, &id)
        })
    }
}

#[derive(Clone, Copy)]
enum Direction {
    Back,
    Forth,
}

impl Direction {
    fn doing(self) -> &'static str {
        match self {
            Self::Back => "undoing the last step",
            Self::Forth => "repeating the step",
        }
    }

    fn next_step(self) -> &'static str {
        match self {
            Self::Back => {
                "SELECT number, summary, changes FROM undo_steps WHERE session = ?1 AND undone = 0
                 ORDER BY number DESC LIMIT 1"
            }
            Self::Forth => {
                "SELECT number, summary, changes FROM undo_steps WHERE session = ?1 AND undone = 1
                 ORDER BY number LIMIT 1"
            }
        }
    }
}

/// Labels of the next undo and redo.
pub(crate) fn labels(
    connection: &Connection,
    key: i64,
) -> Result<(Option<String>, Option<String>), StoreError> {
    let what = "loading the session";
    connection
        .prepare_cached(
            "SELECT (SELECT label FROM undo_steps WHERE session = ?1 AND undone = 0 ORDER BY number DESC LIMIT 1),
                    (SELECT label FROM undo_steps WHERE session = ?1 AND undone = 1 ORDER BY number LIMIT 1)",
        )
        .when(what)?
        .query_row([key], |row| Ok((row.get(0)?, row.get(1)?)))
        .when(what)
}

/// The rows, the summary and the next revision.
fn change(
    connection: &Connection,
    key: i64,
    changes: &RowChanges,
    summary: &SummaryColumns,
    now_ms: i64,
) -> Result<(), StoreError> {
    document::apply(connection, key, changes)?;
    let SummaryColumns {
        options,
        criteria,
        cells,
        filled,
        status,
        leader,
    } = summary;
    connection
        .prepare_cached(
            "UPDATE sessions SET revision = revision + 1, updated_at = ?2, options = ?3, criteria = ?4, cells = ?5,
                 filled = ?6, status = ?7, leader = ?8 WHERE key = ?1",
        )
        .when(SAVING)?
        .execute(params![key, now_ms, options, criteria, cells, filled, status.as_str(), leader])
        .when(SAVING)?;
    if changes.touches_text() {
        connection
            .prepare_cached(
                "UPDATE sessions SET text_indexed = 0 WHERE key = ?1 AND text_indexed = 1",
            )
            .when(SAVING)?
            .execute([key])
            .when(SAVING)?;
    }
    Ok(())
}

fn forget_redo(connection: &Connection, key: i64) -> Result<(), StoreError> {
    connection
        .prepare_cached("DELETE FROM undo_steps WHERE session = ?1 AND undone = 1")
        .when(SAVING)?
        .execute([key])
        .when(SAVING)?;
    Ok(())
}

fn keep_step(
    connection: &Connection,
    key: i64,
    label: &str,
    summaries: &str,
    changes: &str,
    now_ms: i64,
) -> Result<(), StoreError> {
    let number: i64 = connection
        .prepare_cached("SELECT coalesce(max(number), 0) + 1 FROM undo_steps WHERE session = ?1")
        .when(SAVING)?
        .query_row([key], |row| row.get(0))
        .when(SAVING)?;
    connection
        .prepare_cached(
            "INSERT INTO undo_steps (session, number, at, label, summary, changes) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        )
        .when(SAVING)?
        .execute(params![key, number, now_ms, label, summaries, changes])
        .when(SAVING)?;
    connection
        .prepare_cached("DELETE FROM undo_steps WHERE session = ?1 AND number <= ?2")
        .when(SAVING)?
        .execute([key, number - UNDO_STEPS])
        .when(SAVING)?;
    Ok(())
}

fn json(value: &impl Serialize) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(|error| StoreError::defect(SAVING, &error))
}

fn read_json<T: for<'de> Deserialize<'de>>(text: &str) -> Result<T, StoreError> {
    serde_json::from_str(text).map_err(|error| StoreError::Corrupt {
        why: format!("an undo step is unreadable: {error}"),
    })
}
