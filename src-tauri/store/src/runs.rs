//! Runs: starting, holding and ending one evaluation of a session, by one process at a time. Their cells are in
//! `cells.rs`, what models said in `judgements.rs`, what is read of them in `run_list.rs`.

use rusqlite::{Connection, OptionalExtension, Row, params};

use crate::error::{StoreError, While};
use crate::lease::Holder;
use crate::rows::SessionRow;
use crate::run_rows::{CellRow, NewRun, RunEnd};
use crate::sessions::{self, no_session};
use crate::store::Store;
use crate::{cells, run_list, search};

pub(crate) const SAVING: &str = "saving the run";
pub(crate) const LOADING: &str = "loading the runs";

impl Store {
    /// Starts a run in which a model judges, with the judgements it takes over, and takes its lease for this process.
    ///
    /// # Errors
    /// [`StoreError::Leased`] while a live process works on another run of the session, [`StoreError::NotFound`] when
    /// there is no such session, no run to take over from or no such cell in it, [`StoreError::Invalid`]; the errors
    /// of writing.
    pub fn start_run(&self, run: NewRun, now_ms: i64) -> Result<(), StoreError> {
        self.write(SAVING, move |connection| {
            let session = session_key(connection, &run.session_id)?;
            refuse_rivals(connection, session, now_ms)?;
            let key = insert(connection, session, &run, "judged", now_ms)?;
            hold(connection, key, now_ms)
        })
    }

    /// Keeps a run that was done in one go, with its cells and its end, in one commit. Of those that it takes over
    /// and of `cells`, the latter stand. It counts as judged when it takes something over.
    ///
    /// # Errors
    /// [`StoreError::NotFound`], [`StoreError::Invalid`]; the errors of writing.
    pub fn record_run(
        &self,
        run: NewRun,
        cells: Vec<CellRow>,
        end: RunEnd,
        now_ms: i64,
    ) -> Result<(), StoreError> {
        self.write(SAVING, move |connection| {
            let session = session_key(connection, &run.session_id)?;
            let kind = if run.carry.is_some() {
                "judged"
            } else {
                "ranked"
            };
            let key = insert(connection, session, &run, kind, now_ms)?;
            cells::put(connection, key, &cells)?;
            close(connection, key, &end, now_ms)?;
            run_list::keep_tally(connection, &run.id)
        })
    }

    /// Takes the lease of an unfinished run for this process, to go on with it.
    ///
    /// # Errors
    /// [`StoreError::Leased`] while another live process works on the session, [`StoreError::NotFound`] when the run
    /// does not exist or is finished; the errors of writing.
    pub fn take_lease(&self, run_id: &str, now_ms: i64) -> Result<(), StoreError> {
        let run_id = run_id.to_owned();
        self.write(SAVING, move |connection| {
            let (key, session) = unfinished(connection, &run_id)?;
            refuse_rivals(connection, session, now_ms)?;
            hold(connection, key, now_ms)
        })
    }

    /// Takes the lease as [`Store::take_lease`] does, and writes down in the same commit by which parameters the run
    /// goes on: JSON, opaque here.
    ///
    /// # Errors
    /// Those of [`Store::take_lease`]; [`StoreError::Invalid`] for parameters that are no JSON.
    pub fn take_over(
        &self,
        run_id: &str,
        parameters: String,
        now_ms: i64,
    ) -> Result<(), StoreError> {
        let run_id = run_id.to_owned();
        self.write(SAVING, move |connection| {
            let (key, session) = unfinished(connection, &run_id)?;
            refuse_rivals(connection, session, now_ms)?;
            connection
                .prepare_cached("UPDATE runs SET parameters = ?2 WHERE key = ?1")
                .when(SAVING)?
                .execute(params![key, parameters])
                .when(SAVING)?;
            hold(connection, key, now_ms)
        })
    }

    /// Says that this process is still at work on the run.
    ///
    /// # Errors
    /// [`StoreError::Leased`] when another process has taken the lease, [`StoreError::NotFound`]; the errors of writing.
    pub fn heartbeat(&self, run_id: &str, now_ms: i64) -> Result<(), StoreError> {
        let run_id = run_id.to_owned();
        self.write(SAVING, move |connection| {
            let (key, _) = held_by_us(connection, &run_id)?;
            hold(connection, key, now_ms)
        })
    }

    /// Keeps cells of a run this process holds; a cell that is there already is replaced.
    ///
    /// # Errors
    /// [`StoreError::Leased`] when another process has taken the lease, [`StoreError::NotFound`],
    /// [`StoreError::Invalid`]; the errors of writing.
    pub fn put_cells(&self, run_id: &str, cells: Vec<CellRow>) -> Result<(), StoreError> {
        let run_id = run_id.to_owned();
        self.write(SAVING, move |connection| {
            let (key, _) = held_by_us(connection, &run_id)?;
            cells::put(connection, key, &cells)
        })
    }

    /// Ends a run this process holds and lets go of its lease.
    ///
    /// # Errors
    /// As for [`Store::put_cells`].
    pub fn finish_run(&self, run_id: &str, end: RunEnd, now_ms: i64) -> Result<(), StoreError> {
        let run_id = run_id.to_owned();
        self.write(SAVING, move |connection| {
            let (key, _) = held_by_us(connection, &run_id)?;
            close(connection, key, &end, now_ms)?;
            run_list::keep_tally(connection, &run_id)
        })
    }

    /// The newest unfinished session that came from a file: one with cells still empty or a run that never ended.
    /// `source` is the file's fingerprint or its path, as given when the session was created; a file that was edited
    /// since is still found by its path.
    ///
    /// # Errors
    /// When the sessions cannot be read.
    pub fn find_run_source(&self, source: &str) -> Result<Option<SessionRow>, StoreError> {
        self.read(|connection| {
            let columns = sessions::COLUMNS;
            connection
                .prepare_cached(&format!(
                    "SELECT {columns} FROM sessions
                     WHERE (origin_fingerprint = ?1 OR origin_path = ?1) AND state <> 'trashed'
                       AND (filled < cells
                            OR EXISTS (SELECT 1 FROM runs WHERE session = sessions.key AND finished_at IS NULL))
                     ORDER BY created_at DESC, key DESC LIMIT 1"
                ))
                .when(LOADING)?
                .query_row([source], sessions::read_session)
                .optional()
                .when(LOADING)
        })
    }
}

pub(crate) fn session_key(connection: &Connection, id: &str) -> Result<i64, StoreError> {
    sessions::row_of(connection, id)?
        .map(|(key, _)| key)
        .ok_or_else(|| no_session(id))
}

fn insert(
    connection: &Connection,
    session: i64,
    run: &NewRun,
    kind: &str,
    now_ms: i64,
) -> Result<i64, StoreError> {
    connection
        .prepare_cached(
            "INSERT INTO runs (id, session, document_revision, method, parameters, started_at, kind)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        )
        .when(SAVING)?
        .execute(params![
            run.id,
            session,
            run.document_revision,
            run.method,
            run.parameters,
            now_ms,
            kind
        ])
        .when(SAVING)?;
    let key = connection.last_insert_rowid();
    if let Some(carry) = &run.carry {
        cells::carry(connection, session, key, carry)?;
    }
    search::mark(connection, session)?;
    Ok(key)
}

/// Key and session of a run that has not ended.
fn unfinished(connection: &Connection, run_id: &str) -> Result<(i64, i64), StoreError> {
    connection
        .prepare_cached("SELECT key, session FROM runs WHERE id = ?1 AND finished_at IS NULL")
        .when(SAVING)?
        .query_row([run_id], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()
        .when(SAVING)?
        .ok_or_else(|| no_unfinished(run_id))
}

/// Key and session of a run that has not ended and that this process holds.
pub(crate) fn held_by_us(connection: &Connection, run_id: &str) -> Result<(i64, i64), StoreError> {
    let found = connection
        .prepare_cached(
            "SELECT lease_pid, lease_process_start, lease_boot, lease_space, lease_heartbeat, key, session FROM runs
             WHERE id = ?1 AND finished_at IS NULL",
        )
        .when(SAVING)?
        .query_row([run_id], |row| {
            let held = row.get::<_, Option<u32>>(0)?.is_some();
            let holder = if held { Some(read_holder(row)?.0) } else { None };
            Ok((holder, row.get(5)?, row.get(6)?))
        })
        .optional()
        .when(SAVING)?;
    match found {
        None => Err(no_unfinished(run_id)),
        Some((Some(holder), key, session)) if holder == *Holder::this_process() => {
            Ok((key, session))
        }
        Some((Some(holder), ..)) => Err(StoreError::Leased { pid: holder.pid }),
        Some((None, ..)) => Err(StoreError::not_found(format!(
            "lease of this process on run {run_id}"
        ))),
    }
}

fn no_unfinished(run_id: &str) -> StoreError {
    StoreError::not_found(format!("unfinished run {run_id}"))
}

/// One live process at a time works on a session.
fn refuse_rivals(connection: &Connection, session: i64, now_ms: i64) -> Result<(), StoreError> {
    let me = Holder::this_process();
    let mut statement = connection
        .prepare_cached(
            "SELECT lease_pid, lease_process_start, lease_boot, lease_space, lease_heartbeat FROM runs
             WHERE session = ?1 AND lease_pid IS NOT NULL",
        )
        .when(SAVING)?;
    let holders = statement.query_map([session], read_holder).when(SAVING)?;
    for holder in holders {
        let (holder, heartbeat) = holder.when(SAVING)?;
        if holder != *me && holder.is_alive(me, heartbeat, now_ms) {
            return Err(StoreError::Leased { pid: holder.pid });
        }
    }
    Ok(())
}

fn read_holder(row: &Row<'_>) -> Result<(Holder, i64), rusqlite::Error> {
    let holder = Holder {
        pid: row.get(0)?,
        started: row.get(1)?,
        boot: row.get(2)?,
        space: row.get(3)?,
    };
    Ok((holder, row.get(4)?))
}

fn hold(connection: &Connection, key: i64, now_ms: i64) -> Result<(), StoreError> {
    let me = Holder::this_process();
    connection
        .prepare_cached(
            "UPDATE runs SET lease_pid = ?2, lease_process_start = ?3, lease_boot = ?4, lease_space = ?5,
                 lease_heartbeat = ?6 WHERE key = ?1",
        )
        .when(SAVING)?
        .execute(params![key, me.pid, me.started, me.boot, me.space, now_ms])
        .when(SAVING)?;
    Ok(())
}

fn close(connection: &Connection, key: i64, end: &RunEnd, now_ms: i64) -> Result<(), StoreError> {
    connection
        .prepare_cached(
            "UPDATE runs SET finished_at = ?2, outcome = ?3, ranking = ?4, lease_pid = NULL,
                 lease_process_start = NULL, lease_boot = NULL, lease_space = NULL, lease_heartbeat = NULL
             WHERE key = ?1",
        )
        .when(SAVING)?
        .execute(params![key, now_ms, end.outcome, end.ranking])
        .when(SAVING)?;
    Ok(())
}
