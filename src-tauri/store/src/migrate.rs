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
    Migration {
        number: 3,
        name: "judgements",
        sql: include_str!("../../../migrations/history/0003_judgements.sql"),
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

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::time::Duration;

    use super::*;
    use crate::rows::{DocumentRows, NewSession, Origin, SummaryColumns};
    use crate::store::{OpenOptions, Store};

    /// Those of releases never change: a history in use has recorded them.
    const RELEASED: &[(u32, &str)] = &[
        (
            1,
            "5e359ec56000da66b48d3fa2b7fc3af08bd12ffc535219c3f98333ee76c6d6a9",
        ),
        (
            2,
            "ede0bba50c3f18100bea99f9727e198171b0c898bb8f3aeb94192474f6da6793",
        ),
        (
            3,
            "9c0859ab1deb6b66216e0e48e6be3ef62153b5947486b1b44fd684f99d816aae",
        ),
    ];

    #[test]
    fn a_released_migration_never_changes() {
        let now: Vec<(u32, String)> = MIGRATIONS
            .iter()
            .map(|migration| (migration.number, migration.checksum()))
            .collect();
        let released: Vec<(u32, String)> = RELEASED
            .iter()
            .map(|(number, sum)| (*number, (*sum).to_owned()))
            .collect();
        assert_eq!(
            now, released,
            "write a new migration instead; add a new one's checksum here"
        );
        let windows = Migration {
            sql: "a\r\nb",
            ..MIGRATIONS[0]
        };
        assert_eq!(
            windows.checksum(),
            Migration {
                sql: "a\nb",
                ..MIGRATIONS[0]
            }
            .checksum()
        );
    }

    #[test]
    fn migrations_are_numbered_without_gaps() {
        let numbers: Vec<u32> = MIGRATIONS
            .iter()
            .map(|migration| migration.number)
            .collect();
        assert_eq!(numbers, (1..=newest(MIGRATIONS)).collect::<Vec<_>>());
    }

    const NOW: i64 = 1_753_180_000_000;

    fn open(folder: &Path, known: &'static [Migration]) -> Result<Store, StoreError> {
        let busy_timeout = Duration::from_millis(50);
        Store::open(
            folder,
            OpenOptions {
                known,
                busy_timeout,
                ..OpenOptions::new(NOW)
            },
        )
    }

    fn old_history() -> tempfile::TempDir {
        let home = tempfile::tempdir().unwrap();
        let session = NewSession {
            id: "s_1".into(),
            kind: "decision".into(),
            origin: Origin::default(),
            summary: SummaryColumns::default(),
        };
        open(home.path(), MIGRATIONS)
            .unwrap()
            .create(session, &DocumentRows::default(), NOW)
            .unwrap();
        home
    }

    const GOOD: Migration = Migration {
        number: 4,
        name: "cats",
        sql: "CREATE TABLE cats (name TEXT) STRICT;",
    };
    const BAD: Migration = Migration {
        number: 5,
        name: "dogs",
        sql: "CREATE TABLE dogs (name TEXT) STRICT; UPDATE sessions SET topic = 'gone'; INSERT INTO no_such VALUES (1);",
    };
    const LONGER: &[Migration] = &[MIGRATIONS[0], MIGRATIONS[1], MIGRATIONS[2], GOOD];
    const BROKEN: &[Migration] = &[MIGRATIONS[0], MIGRATIONS[1], MIGRATIONS[2], GOOD, BAD];

    #[test]
    fn an_older_history_is_backed_up_and_brought_to_the_present_format() {
        let home = old_history();
        let store = open(home.path(), LONGER).unwrap();
        assert_eq!(store.facts().unwrap().schema, 4);
        assert!(store.load("s_1").unwrap().is_some());
        let backups = store.backups();
        assert_eq!(backups.len(), 1);
        assert_eq!(
            (backups[0].reason.as_str(), backups[0].sessions),
            ("before-migration", Some(1))
        );
        drop(store);
        let refused = open(home.path(), MIGRATIONS).map(|_| ()).unwrap_err();
        assert_eq!(refused, StoreError::Newer { found: 4, known: 3 });
    }

    #[test]
    fn runs_from_before_judgements_were_kept_are_ranked_ones_and_keep_their_cells() {
        const BEFORE: &[Migration] = &[MIGRATIONS[0], MIGRATIONS[1]];
        let home = tempfile::tempdir().unwrap();
        drop(open(home.path(), BEFORE).unwrap());
        let connection = Connection::open(home.path().join("history.db")).unwrap();
        connection
            .execute_batch(
                "INSERT INTO sessions (id, kind, topic, state, revision, created_at, updated_at, options, criteria,
                     cells, filled, status)
                 VALUES ('s_1', 'decision', '', 'open', 1, 0, 0, 1, 1, 1, 1, 'ranked');
                 INSERT INTO runs (id, session, document_revision, method, parameters, started_at, finished_at, outcome)
                 SELECT 'r_1', key, 1, 'topsis', '{}', 5, 6, 'complete' FROM sessions;
                 INSERT INTO cells (run, option_id, criterion_id, state, source, score, unit, flags, justification,
                     evidence, cached)
                 SELECT key, 'o1', 'c1', 'scored', 'hand', 4.5, '', '[]', 'because', '[]', 0 FROM runs;",
            )
            .unwrap();
        drop(connection);
        let store = open(home.path(), MIGRATIONS).unwrap();
        let run = store.run("r_1").unwrap();
        assert_eq!((run.judged, run.cells.scored, run.number), (false, 1, 1));
        let cell = &store.run_cells("r_1").unwrap()[0];
        assert_eq!(
            (cell.score, cell.justification.as_deref()),
            (Some(4.5), Some("because"))
        );
        assert_eq!(
            (cell.samples, &cell.fingerprint, cell.spread),
            (0, &None, None)
        );
        assert_eq!(store.newest_run("s_1").unwrap(), None);
        assert_eq!(store.check().unwrap().problems, Vec::<String>::new());
    }

    #[test]
    fn a_migration_that_fails_half_way_leaves_the_history_as_it_was() {
        let home = old_history();
        let before = std::fs::read(home.path().join("history.db")).unwrap();
        let refused = open(home.path(), BROKEN).map(|_| ()).unwrap_err();
        assert_eq!(refused.code(), "history_migration_failed");
        assert!(refused.to_string().contains("format 5 (dogs)"), "{refused}");
        let after = std::fs::read(home.path().join("history.db")).unwrap();
        assert!(after == before, "the file is the same, byte by byte");
        let store = open(home.path(), MIGRATIONS).unwrap();
        assert_eq!(store.facts().unwrap().schema, 3);
        assert_eq!(store.check().unwrap().problems, Vec::<String>::new());
        assert_eq!(store.load("s_1").unwrap().unwrap().session.topic, "");
    }

    #[test]
    fn a_migration_that_was_changed_after_it_was_applied_is_refused() {
        const CHANGED: &[Migration] = &[
            MIGRATIONS[0],
            Migration {
                sql: "SELECT 1;",
                ..MIGRATIONS[1]
            },
            MIGRATIONS[2],
        ];
        let home = old_history();
        let refused = open(home.path(), CHANGED).map(|_| ()).unwrap_err();
        assert_eq!(
            refused,
            StoreError::ChangedMigration {
                number: 2,
                name: "runs".into()
            }
        );
    }

    #[test]
    fn nothing_is_migrated_while_another_process_has_the_history_open() {
        let home = old_history();
        let other = open(home.path(), MIGRATIONS).unwrap();
        assert_eq!(
            open(home.path(), LONGER).map(|_| ()).unwrap_err().code(),
            "history_locked"
        );
        assert_eq!(other.facts().unwrap().schema, 3);
        drop(other);
        assert_eq!(
            open(home.path(), LONGER).unwrap().facts().unwrap().schema,
            4
        );
    }

    #[test]
    fn a_history_that_is_damaged_is_not_migrated() {
        let home = old_history();
        let history = home.path().join("history.db");
        let mut bytes = std::fs::read(&history).unwrap();
        let page = bytes
            .chunks(4096)
            .rposition(|page| page[0] == 0x0d || page[0] == 0x0a)
            .unwrap();
        bytes[page * 4096..page * 4096 + 64].fill(0xa5);
        std::fs::write(&history, &bytes).unwrap();
        assert_eq!(
            open(home.path(), LONGER).map(|_| ()).unwrap_err().code(),
            "history_corrupt"
        );
        assert!(
            std::fs::read(&history).unwrap() == bytes,
            "the file is the same, byte by byte"
        );
    }
}
