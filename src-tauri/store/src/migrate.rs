//! Brings the history to the format this build knows: plain SQL files, each applied once, in order and never edited
//! after a release. Taking the backup before is the caller's part.

use rusqlite::{Connection, OptionalExtension, TransactionBehavior};
use sha2::{Digest, Sha256};

use crate::error::{StoreError, While};

/// One step of the format.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Migration {
    pub number: u32,
    pub name: &'static str,
    pub sql: &'static str,
}

/// All of them, numbered from 1 without gaps.
pub(crate) const MIGRATIONS: &[Migration] = &[
    Migration {
        number: 1,
        name: "sessions",
        sql: include_str!("../../../migrations/history/0001_sessions.sql"),
    },
    Migration {
        number: 2,
        name: "runs",
        sql: include_str!("../../../migrations/history/0002_runs.sql"),
    },
];

impl Migration {
    /// SHA-256 of the text in hexadecimal. Line ends are taken as `\n`, whatever the checkout made of them.
    pub(crate) fn checksum(&self) -> String {
        let digest = Sha256::digest(self.sql.replace("\r\n", "\n"));
        digest.iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

/// What a file needs before this build can work with it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Need {
    /// Nothing: it is at the known format.
    Nothing,
    /// It is empty: every migration, and there is nothing to back up.
    Everything,
    /// Migrations after this number.
    After(u32),
}

/// Compares the file with `known`. Refuses a newer file and one whose past differs.
pub(crate) fn need(connection: &Connection, known: &[Migration]) -> Result<Need, StoreError> {
    let what = "reading the history's format";
    let newest = newest(known);
    let found: u32 = connection
        .query_row("PRAGMA user_version", [], |row| row.get(0))
        .when(what)?;
    let recorded = connection
        .query_row(
            "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'migrations'",
            [],
            |_| Ok(()),
        )
        .optional()
        .when(what)?
        .is_some();
    if found > newest {
        return Err(StoreError::Newer {
            found,
            known: newest,
        });
    }
    if !recorded {
        let tables: u32 = connection
            .query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))
            .when(what)?;
        if tables > 0 || found > 0 {
            return Err(StoreError::Corrupt {
                why: "it is a database, but not a history of Ponder".into(),
            });
        }
        return Ok(Need::Everything);
    }
    let mut applied = connection
        .prepare("SELECT number, name, checksum FROM migrations ORDER BY number")
        .when(what)?;
    let applied = applied
        .query_map([], |row| {
            Ok((
                row.get::<_, u32>(0)?,
                row.get::<_, String>(1)?,
                row.get::<_, String>(2)?,
            ))
        })
        .when(what)?
        .collect::<Result<Vec<_>, _>>()
        .when(what)?;
    for (number, name, checksum) in &applied {
        match known.iter().find(|migration| migration.number == *number) {
            None => {
                return Err(StoreError::Newer {
                    found: *number,
                    known: newest,
                });
            }
            Some(migration) if migration.checksum() != *checksum => {
                return Err(StoreError::ChangedMigration {
                    number: *number,
                    name: name.clone(),
                });
            }
            Some(_) => {}
        }
    }
    let last = applied.last().map_or(0, |(number, ..)| *number);
    Ok(if last < newest {
        Need::After(last)
    } else {
        Need::Nothing
    })
}

/// Applies what is missing in one transaction: all of it or nothing.
pub(crate) fn apply(
    connection: &mut Connection,
    known: &[Migration],
    after: u32,
    now_ms: i64,
) -> Result<(), StoreError> {
    let what = "bringing the history to this version's format";
    let transaction = connection
        .transaction_with_behavior(TransactionBehavior::Immediate)
        .when(what)?;
    transaction
        .execute_batch(
            "CREATE TABLE IF NOT EXISTS migrations (
                 number INTEGER PRIMARY KEY,
                 name TEXT NOT NULL,
                 checksum TEXT NOT NULL CHECK (length(checksum) = 64),
                 applied_at INTEGER NOT NULL
             ) STRICT;",
        )
        .when(what)?;
    for migration in known.iter().filter(|migration| migration.number > after) {
        let Migration { number, name, sql } = *migration;
        transaction
            .execute_batch(sql)
            .map_err(|error| match StoreError::sqlite(what, &error) {
                StoreError::Sqlite { why, .. } | StoreError::Invalid { why, .. } => {
                    StoreError::Migration {
                        number,
                        name: name.into(),
                        why,
                    }
                }
                named => named,
            })?;
        transaction
            .execute(
                "INSERT INTO migrations (number, name, checksum, applied_at) VALUES (?1, ?2, ?3, ?4)",
                (number, name, migration.checksum(), now_ms),
            )
            .when(what)?;
    }
    transaction
        .pragma_update(None, "user_version", newest(known))
        .when(what)?;
    transaction.commit().when(what)
}

pub(crate) fn newest(known: &[Migration]) -> u32 {
    known.last().map_or(0, |migration| migration.number)
}
