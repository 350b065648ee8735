//! What a thorough check finds, and what can be read of a damaged history.

use std::collections::BTreeSet;

use rusqlite::Connection;

use crate::error::{StoreError, While};
use crate::folder;
use crate::rows::SessionRow;
use crate::sessions;
use crate::store::Store;

const CHECKING: &str = "checking the history";

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckReport {
    /// What is wrong, in SQLite's words; empty when nothing is.
    pub problems: Vec<String>,
    /// Rows of each table, by the table's name.
    pub rows: Vec<(String, u64)>,
    /// Format of the file: the number of its last migration.
    pub schema: u32,
    /// Size of the file.
    pub bytes: u64,
    /// Size of the WAL beside it.
    pub wal_bytes: u64,
}

/// What is cheap to know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HistoryFacts {
    /// Format of the file: the number of its last migration.
    pub schema: u32,
    /// Size of the file and its WAL.
    pub bytes: u64,
    /// All sessions, whatever their state.
    pub sessions: u64,
}

/// What can be read of a damaged history.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Salvage {
    /// Sessions that load whole.
    pub readable: Vec<SessionRow>,
    /// Ids of sessions that do not.
    pub lost: Vec<String>,
}

impl Store {
    /// Checks everything: every page, every index, every reference. Reads the whole file and takes its time.
    ///
    /// # Errors
    /// When the check could not run; what it finds is in the report.
    pub fn check(&self) -> Result<CheckReport, StoreError> {
        let (schema, problems, rows) = self.read_afresh(|connection| {
            let schema = schema(connection)?;
            let mut problems = integrity(connection)?;
            let mut rows = Vec::new();
            for table in TABLES {
                match connection.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| {
                    row.get::<_, u32>(0)
                }) {
                    Ok(count) => rows.push(((*table).to_owned(), u64::from(count))),
                    Err(error) => problems.push(format!("{table}: {error}")),
                }
            }
            Ok((schema, problems, rows))
        })?;
        let file = self.folder().join(folder::HISTORY);
        let size = |path: &std::path::Path| path.metadata().map_or(0, |metadata| metadata.len());
        Ok(CheckReport {
            problems,
            rows,
            schema,
            bytes: size(&file),
            wal_bytes: size(&folder::wal_of(&file)),
        })
    }

    /// Format, size and number of sessions.
    ///
    /// # Errors
    /// When the history cannot be read.
    pub fn facts(&self) -> Result<HistoryFacts, StoreError> {
        let file = self.folder().join(folder::HISTORY);
        let bytes = [folder::wal_of(&file), file]
            .iter()
            .map(|path| path.metadata().map_or(0, |data| data.len()))
            .sum();
        self.read(|connection| {
            let sessions: u32 = connection
                .query_row("SELECT count(*) FROM sessions", [], |row| row.get(0))
                .when(CHECKING)?;
            Ok(HistoryFacts {
                schema: schema(connection)?,
                bytes,
                sessions: sessions.into(),
            })
        })
    }

    /// Reads a damaged history session by session.
    ///
    /// # Errors
    /// When not even the list of sessions can be reached from any side.
    pub fn salvage(&self) -> Result<Salvage, StoreError> {
        let keys = self.read(reachable)?;
        let mut salvage = Salvage::default();
        for (key, id) in keys {
            match id.as_deref().map(|id| self.load(id)) {
                Some(Ok(Some(bundle))) => salvage.readable.push(bundle.session),
                Some(Ok(None)) => {}
                Some(Err(_)) | None => salvage
                    .lost
                    .push(id.unwrap_or_else(|| format!("number {key}"))),
            }
        }
        salvage
            .readable
            .sort_by_key(|session| std::cmp::Reverse(session.updated_at));
        Ok(salvage)
    }

    /// The rows of the list that can be read one by one.
    pub(crate) fn readable_sessions(&self) -> Result<Vec<SessionRow>, StoreError> {
        self.read(|connection| {
            let ids = reachable(connection)?.into_iter().filter_map(|(_, id)| id);
            let rows = ids.filter_map(|id| sessions::row_of(connection, &id).ok().flatten());
            let mut rows: Vec<SessionRow> = rows.map(|(_, row)| row).collect();
            rows.sort_by_key(|session| std::cmp::Reverse(session.updated_at));
            Ok(rows)
        })
    }
}

const TABLES: &[&str] = &[
    "sessions",
    "criteria",
    "options",
    "evidence",
    "inputs",
    "undo_steps",
    "runs",
    "cells",
    "prompts",
    "samples",
    "calls",
    "settings",
];

pub(crate) fn schema(connection: &Connection) -> Result<u32, StoreError> {
    connection
        .query_row("PRAGMA user_version", [], |row| row.get(0))
        .when(CHECKING)
}

fn integrity(connection: &Connection) -> Result<Vec<String>, StoreError> {
    let mut problems = lines(connection, "PRAGMA integrity_check(100)")?;
    if problems == ["ok"] {
        problems.clear();
    }
    let orphans = lines(
        connection,
        "SELECT \"table\" FROM pragma_foreign_key_check LIMIT 100",
    )?;
    problems.extend(
        orphans
            .into_iter()
            .map(|table| format!("a row of {table} refers to one that does not exist")),
    );
    Ok(problems)
}

/// Damage that stops a check is what the check found.
fn lines(connection: &Connection, sql: &str) -> Result<Vec<String>, StoreError> {
    let read = || {
        let mut statement = connection.prepare(sql)?;
        let lines = statement.query_map([], |row| row.get::<_, String>(0))?;
        lines.collect::<Result<Vec<_>, _>>()
    };
    match read().when(CHECKING) {
        Err(StoreError::Corrupt { why }) => Ok(vec![why]),
        lines => lines,
    }
}

/// Sessions by the two indexes that name them, from both ends up to the first damage, and by their numbers.
fn reachable(connection: &Connection) -> Result<BTreeSet<(i64, Option<String>)>, StoreError> {
    let mut found = std::collections::BTreeMap::new();
    for order in ["ASC", "DESC"] {
        let sql = format!("SELECT key, id FROM sessions ORDER BY id {order}");
        let mut statement = connection.prepare(&sql).when("listing the sessions")?;
        let rows = statement.query_map([], |row| {
            Ok((row.get::<_, i64>(0)?, row.get::<_, String>(1)?))
        });
        for (key, id) in rows.into_iter().flatten().map_while(Result::ok) {
            found.insert(key, Some(id));
        }
        let sql = format!("SELECT key FROM sessions ORDER BY state {order}, updated_at {order}");
        let mut statement = connection.prepare(&sql).when("listing the sessions")?;
        let rows = statement.query_map([], |row| row.get::<_, i64>(0));
        for key in rows.into_iter().flatten().map_while(Result::ok) {
            found.entry(key).or_insert(None);
        }
    }
    for (key, id) in &mut found {
        if id.is_none() {
            *id = connection
                .query_row("SELECT id FROM sessions WHERE key = ?1", [key], |row| {
                    row.get(0)
                })
                .ok();
        }
    }
    Ok(found.into_iter().collect())
}
