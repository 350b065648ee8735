//! The cells of a run as rows: keeping them, taking them over into another run, reading them.

use rusqlite::{Connection, OptionalExtension, Row, params};

use crate::error::{StoreError, While};
use crate::run_rows::{Carry, CellRow};
use crate::runs::{LOADING, SAVING};
use crate::store::Store;

impl Store {
    /// The cells of a run, by option and criterion.
    ///
    /// # Errors
    /// When they cannot be read.
    pub fn run_cells(&self, run_id: &str) -> Result<Vec<CellRow>, StoreError> {
        self.read(|connection| {
            let mut statement = connection
                .prepare_cached(
                    "SELECT option_id, criterion_id, state, source, score, raw, unit, value, flags, justification,
                         evidence, latency_ms, cached, error, fingerprint, spread_low, spread_high, samples, backend,
                         model, judged_at, origin.id, memory
                     FROM cells JOIN runs ON runs.key = run LEFT JOIN runs AS origin ON origin.key = carried_from
                     WHERE runs.id = ?1 ORDER BY option_id, criterion_id",
                )
                .when(LOADING)?;
            let rows = statement.query_map([run_id], read).when(LOADING)?;
            rows.collect::<Result<_, _>>().when(LOADING)
        })
    }
}

/// Keeps cells; one that is there already is replaced.
pub(crate) fn put(connection: &Connection, run: i64, cells: &[CellRow]) -> Result<(), StoreError> {
    let mut statement = connection
        .prepare_cached(
            "INSERT OR REPLACE INTO cells (run, option_id, criterion_id, state, source, score, raw, unit, value, flags,
                 justification, evidence, latency_ms, cached, error, fingerprint, spread_low, spread_high, samples,
                 backend, model, judged_at, memory)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21,
                 ?22, ?23)",
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
                cell.error,
                cell.fingerprint,
                cell.spread.map(|[low, _]| low),
                cell.spread.map(|[_, high]| high),
                cell.samples,
                cell.backend,
                cell.model,
                cell.judged_at,
                cell.memory
            ])
            .when(SAVING)?;
    }
    Ok(())
}

/// Copies cells of an earlier run of the session. Each keeps the name of the run that asked, however often it is
/// taken over.
pub(crate) fn carry(
    connection: &Connection,
    session: i64,
    run: i64,
    carry: &Carry,
) -> Result<(), StoreError> {
    let from: i64 = connection
        .prepare_cached("SELECT key FROM runs WHERE id = ?1 AND session = ?2")
        .when(SAVING)?
        .query_row(params![carry.from_run, session], |row| row.get(0))
        .optional()
        .when(SAVING)?
        .ok_or_else(|| StoreError::not_found(format!("run {} of the session", carry.from_run)))?;
    let mut copy = connection
        .prepare_cached(
            "INSERT INTO cells (run, option_id, criterion_id, state, source, score, raw, unit, value, flags,
                 justification, evidence, latency_ms, cached, error, fingerprint, spread_low, spread_high, samples,
                 backend, model, judged_at, memory, carried_from)
             SELECT ?1, option_id, criterion_id, state, source, score, raw, unit, value, flags, justification, evidence,
                 latency_ms, cached, error, fingerprint, spread_low, spread_high, samples, backend, model, judged_at,
                 memory, coalesce(carried_from, run)
             FROM cells WHERE run = ?2 AND option_id = ?3 AND criterion_id = ?4",
        )
        .when(SAVING)?;
    for (option, criterion) in &carry.cells {
        let copied = copy
            .execute(params![run, from, option, criterion])
            .when(SAVING)?;
        if copied == 0 {
            return Err(StoreError::not_found(format!(
                "cell {option}, {criterion} in run {}",
                carry.from_run
            )));
        }
    }
    Ok(())
}

fn read(row: &Row<'_>) -> Result<CellRow, rusqlite::Error> {
    let low: Option<f64> = row.get(15)?;
    let high: Option<f64> = row.get(16)?;
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
        fingerprint: row.get(14)?,
        spread: low.zip(high).map(|(low, high)| [low, high]),
        samples: row.get(17)?,
        backend: row.get(18)?,
        model: row.get(19)?,
        judged_at: row.get(20)?,
        carried_from: row.get(21)?,
        memory: row.get(22)?,
    })
}
