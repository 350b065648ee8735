//! How connections to the history are opened: one that writes, and a pool that only reads.

use std::path::Path;
use std::time::Duration;

use r2d2_sqlite::SqliteConnectionManager;
use rusqlite::{Connection, OpenFlags};

use crate::error::{StoreError, While};

/// Statements kept prepared on each connection; the room has about 75.
const PREPARED: usize = 96;

pub(crate) fn open_writer(file: &Path, busy: Duration) -> Result<Connection, StoreError> {
    let what = "opening the history";
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(file, flags).when(what)?;
    connection.busy_timeout(busy).when(what)?;
    connection.set_prepared_statement_cache_capacity(PREPARED);
    // Incremental vacuum lets an erase give its pages back without rewriting the file. It can only be chosen before
    // the first table; said again, it would write to the file at each opening.
    if file.metadata().is_ok_and(|file| file.len() == 0) {
        connection
            .execute_batch("PRAGMA auto_vacuum = INCREMENTAL")
            .when(what)?;
    }
    // FULL: what was acknowledged survives a power cut. secure_delete: what was erased is gone.
    connection
        .execute_batch(
            "PRAGMA journal_mode = WAL;
             PRAGMA synchronous = FULL;
             PRAGMA foreign_keys = ON;
             PRAGMA secure_delete = ON;
             PRAGMA temp_store = MEMORY;
             PRAGMA trusted_schema = OFF;
             PRAGMA journal_size_limit = 16777216;",
        )
        .when(what)?;
    Ok(connection)
}

/// How a file is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reading {
    /// Beside writers, with locks.
    Shared,
    /// Nobody can write it (a verified copy, a read-only folder): no locks and no side files.
    Immutable,
}

pub(crate) fn open_reader(
    file: &Path,
    reading: Reading,
    busy: Duration,
) -> Result<Connection, rusqlite::Error> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY
        | OpenFlags::SQLITE_OPEN_NO_MUTEX
        | OpenFlags::SQLITE_OPEN_URI;
    let mut connection = Connection::open_with_flags(uri(file, reading), flags)?;
    prepare_reader(&mut connection, busy)?;
    Ok(connection)
}

pub(crate) fn open_pool(
    file: &Path,
    reading: Reading,
    busy: Duration,
) -> r2d2::Pool<SqliteConnectionManager> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY
        | OpenFlags::SQLITE_OPEN_NO_MUTEX
        | OpenFlags::SQLITE_OPEN_URI;
    let manager = SqliteConnectionManager::file(uri(file, reading))
        .with_flags(flags)
        .with_init(move |connection| prepare_reader(connection, busy));
    // Unchecked and without idle connections: the pool opens one when the first reader asks, so a command that reads
    // nothing pays nothing.
    r2d2::Pool::builder()
        .max_size(4)
        .min_idle(Some(0))
        .test_on_check_out(false)
        .connection_timeout(busy.max(Duration::from_secs(1)))
        .build_unchecked(manager)
}

fn prepare_reader(connection: &mut Connection, busy: Duration) -> Result<(), rusqlite::Error> {
    connection.busy_timeout(busy)?;
    connection.set_prepared_statement_cache_capacity(PREPARED);
    connection.execute_batch(
        "PRAGMA query_only = ON; PRAGMA temp_store = MEMORY; PRAGMA trusted_schema = OFF;",
    )
}

/// A `file:` URI, in which `?`, `#` and `%` of the path would mean something else.
fn uri(file: &Path, reading: Reading) -> String {
    let path = file
        .to_string_lossy()
        .replace('%', "%25")
        .replace('?', "%3f")
        .replace('#', "%23");
    #[cfg(windows)]
    let path = format!("/{}", path.replace('\\', "/"));
    match reading {
        Reading::Shared => format!("file:{path}"),
        Reading::Immutable => format!("file:{path}?immutable=1"),
    }
}
