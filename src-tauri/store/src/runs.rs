//! Runs: one evaluation of a session with the cells it judged and its ranking, held by one process at a time.

use rusqlite::{Connection, OptionalExtension, Row, params};

use crate::error::{StoreError, While};
use crate::lease::Holder;
use crate::rows::SessionRow;
use crate::sessions::{self, no_session};
use crate::store::Store;

const SAVING: &str = "saving the run";
const LOADING: &str = "loading the runs";

/// A run to be started.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewRun {
    /// The caller's id, 1–64 characters, unique in the history.
    pub id: String,
    /// The session that is evaluated.
    pub session_id: String,
    /// The revision of the document that is judged.
    pub document_revision: i64,
    /// The method's name.
    pub method: String,
    /// JSON of the method's parameters, opaque here.
    pub parameters: String,
}

/// How a run ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunEnd {
    /// `complete`, `incomplete`, `cancelled` or `failed`.
    pub outcome: String,
    /// JSON of the ranking, if there is one.
    pub ranking: Option<String>,
}

/// A run as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunRow {
    /// Its id.
    pub id: String,
    /// The revision of the document that was judged.
    pub document_revision: i64,
    /// The method's name.
    pub method: String,
    /// JSON of the method's parameters.
    pub parameters: String,
    /// Milliseconds since 1970.
    pub started_at: i64,
    /// Milliseconds since 1970; none while it is unfinished.
    pub finished_at: Option<i64>,
    /// `complete`, `incomplete`, `cancelled` or `failed`; none while it is unfinished.
    pub outcome: Option<String>,
    /// JSON of the ranking.
    pub ranking: Option<String>,
}

/// One judged cell of a run.
#[derive(Debug, Clone, PartialEq)]
pub struct CellRow {
    /// Its option.
    pub option_id: String,
    /// Its criterion.
    pub criterion_id: String,
    /// `pending`, `scored`, `abstained`, `unparsed`, `failed`, `cancelled` or `stale`.
    pub state: String,
    /// `model`, `measured` or `hand`.
    pub source: Option<String>,
    /// On the decision's scale.
    pub score: Option<f64>,
    /// As measured, in `unit`.
    pub raw: Option<f64>,
    /// Unit of `raw`.
    pub unit: String,
    /// After the value function, 0–1.
    pub value: Option<f64>,
    /// JSON list of flags.
    pub flags: String,
    /// Why, in the judge's words.
    pub justification: Option<String>,
    /// JSON list of evidence.
    pub evidence: String,
    /// How long the judge took, milliseconds.
    pub latency_ms: Option<f64>,
    /// Whether the answer came from the cache.
    pub cached: bool,
    /// Why the cell has no score, if it failed.
    pub error: Option<String>,
}

impl Store {
    /// Starts a run and takes its lease for this process.
    ///
    /// # Errors
    /// [`StoreError::Leased`] while a live process works on another run of the session, [`StoreError::NotFound`],
    /// [`StoreError::Invalid`]; the errors of writing.
    pub fn start_run(&self, run: NewRun, now_ms: i64) -> Result<(), StoreError> {
        self.write(SAVING, move |connection| {
            let session = session_key(connection, &run.session_id)?;
            refuse_rivals(connection, session, now_ms)?;
            let key = insert(connection, session, &run, now_ms)?;
            hold(connection, key, now_ms)
        })
    }

    /// Keeps a run that was done in one go, with its cells and its end, in one commit.
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
            let key = insert(connection, session, &run, now_ms)?;
            put(connection, key, &cells)?;
            close(connection, key, &end, now_ms)
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
            put(connection, key, &cells)
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
            close(connection, key, &end, now_ms)
        })
    }

    /// The runs of a session, the newest first.
    ///
    /// # Errors
    /// When they cannot be read.
    pub fn runs(&self, session_id: &str) -> Result<Vec<RunRow>, StoreError> {
        self.read(|connection| {
            let mut statement = connection
                .prepare_cached(
                    "SELECT runs.id, document_revision, method, parameters, started_at, finished_at, outcome, ranking
                     FROM runs JOIN sessions ON sessions.key = runs.session
                     WHERE sessions.id = ?1 ORDER BY started_at DESC, runs.key DESC",
                )
                .when(LOADING)?;
            let rows = statement.query_map([session_id], |row| {
                Ok(RunRow {
                    id: row.get(0)?,
                    document_revision: row.get(1)?,
                    method: row.get(2)?,
                    parameters: row.get(3)?,
                    started_at: row.get(4)?,
                    finished_at: row.get(5)?,
                    outcome: row.get(6)?,
                    ranking: row.get(7)?,
                })
            });
            rows.when(LOADING)?.collect::<Result<_, _>>().when(LOADING)
        })
    }

    /// The cells of a run, by option and criterion.
    ///
    /// # Errors
    /// When they cannot be read.
    pub fn run_cells(&self, run_id: &str) -> Result<Vec<CellRow>, StoreError> {
        self.read(|connection| {
            let mut statement = connection
                .prepare_cached(
                    "SELECT option_id, criterion_id, state, source, score, raw, unit, value, flags, justification,
                         evidence, latency_ms, cached, error
                     FROM cells JOIN runs ON key = run WHERE id = ?1 ORDER BY option_id, criterion_id",
                )
                .when(LOADING)?;
            let rows = statement.query_map([run_id], read_cell).when(LOADING)?;
            rows.collect::<Result<_, _>>().when(LOADING)
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

fn session_key(connection: &Connection, id: &str) -> Result<i64, StoreError> {
    sessions::row_of(connection, id)?
        .map(|(key, _)| key)
        .ok_or_else(|| no_session(id))
}

fn insert(
    connection: &Connection,
    session: i64,
    run: &NewRun,
    now_ms: i64,
) -> Result<i64, StoreError> {
    connection
        .prepare_cached(
            "INSERT INTO runs (id, session, document_revision, method, parameters, started_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        )
        .when(SAVING)?
        .execute(params![
            run.id,
            session,
            run.document_revision,
            run.method,
            run.parameters,
            now_ms
        ])
        .when(SAVING)?;
    Ok(connection.last_insert_rowid())
}

/// Key and session of a run that has not ended.
fn unfinished(connection: &Connection, run_id: &str) -> Result<(i64, i64), StoreError> {
    connection
        .prepare_cached("SELECT key, session FROM runs WHERE id = ?1 AND finished_at IS NULL")
        .when(SAVING)?
        .query_row([run_id], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()
        .when(SAVING)?
        .ok_or_else(|| StoreError::not_found(format!("unfinished run {run_id}")))
}

fn held_by_us(connection: &Connection, run_id: &str) -> Result<(i64, i64), StoreError> {
    let (key, session) = unfinished(connection, run_id)?;
    let holder = connection
        .prepare_cached(
            "SELECT lease_pid, lease_process_start, lease_boot, lease_space, lease_heartbeat FROM runs WHERE key = ?1
             AND lease_pid IS NOT NULL",
        )
        .when(SAVING)?
        .query_row([key], read_holder)
        .optional()
        .when(SAVING)?;
    match holder {
        Some((holder, _)) if holder == *Holder::this_process() => Ok((key, session)),
        Some((holder, _)) => Err(StoreError::Leased { pid: holder.pid }),
        None => Err(StoreError::not_found(format!(
            "lease of this process on run {run_id}"
        ))),
    }
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

fn put(connection: &Connection, run: i64, cells: &[CellRow]) -> Result<(), StoreError> {
    let mut statement = connection
        .prepare_cached(
            "INSERT OR REPLACE INTO cells (run, option_id, criterion_id, state, source, score, raw, unit, value, flags,
                 justification, evidence, latency_ms, cached, error)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)",
        )
        .when(SAVING)?;
    for cell in cells {
        statement
            .execute(params![
                run,
                cell.option_id,
                cell.criterion_id,
                cell.state,
                cell.source,
                cell.score,
                cell.raw,
                cell.unit,
                cell.value,
                cell.flags,
                cell.justification,
                cell.evidence,
                cell.latency_ms,
                cell.cached,
                cell.error
            ])
            .when(SAVING)?;
    }
    Ok(())
}

fn read_cell(row: &Row<'_>) -> Result<CellRow, rusqlite::Error> {
    Ok(CellRow {
        option_id: row.get(0)?,
        criterion_id: row.get(1)?,
        state: row.get(2)?,
        source: row.get(3)?,
        score: row.get(4)?,
        raw: row.get(5)?,
        unit: row.get(6)?,
        value: row.get(7)?,
        flags: row.get(8)?,
        justification: row.get(9)?,
        evidence: row.get(10)?,
        latency_ms: row.get(11)?,
        cached: row.get(12)?,
        error: row.get(13)?,
    })
}
