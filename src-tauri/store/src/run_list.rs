//! Runs as they are listed: each with its cells counted and its calls added up, in one query.

use rusqlite::types::Type;
use rusqlite::{Connection, Row};
use serde::{Deserialize, Serialize};

use crate::error::{StoreError, While};
use crate::run_rows::{RunCells, RunRow, RunUsage};
use crate::runs::{LOADING, SAVING};
use crate::store::Store;

impl Store {
    /// The runs of a session, the newest first.
    ///
    /// # Errors
    /// When they cannot be read.
    pub fn runs(&self, session_id: &str) -> Result<Vec<RunRow>, StoreError> {
        self.read(|connection| {
            list(
                connection,
                "session = (SELECT key FROM sessions WHERE id = ?1)",
                session_id,
            )
        })
    }

    /// One run.
    ///
    /// # Errors
    /// [`StoreError::NotFound`]; when it cannot be read.
    pub fn run(&self, run_id: &str) -> Result<RunRow, StoreError> {
        self.read(|connection| list(connection, "id = ?1", run_id))?
            .pop()
            .ok_or_else(|| StoreError::not_found(format!("run {run_id}")))
    }

    /// The newest run of a session in which a model judged: its cells are the session's present judgements.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn newest_run(&self, session_id: &str) -> Result<Option<RunRow>, StoreError> {
        let chosen = "key = (SELECT max(runs.key) FROM runs JOIN sessions ON sessions.key = session
                             WHERE sessions.id = ?1 AND runs.kind = 'judged')";
        Ok(self
            .read(|connection| list(connection, chosen, session_id))?
            .pop())
    }

    /// What the calls of a run took; nothing for a run that is not there.
    ///
    /// # Errors
    /// When they cannot be read.
    pub fn run_usage(&self, run_id: &str) -> Result<RunUsage, StoreError> {
        let run = self
            .read(|connection| list(connection, "id = ?1", run_id))?
            .pop();
        Ok(run.unwrap_or_default().usage)
    }
}

/// What is known of a run that has ended, so that a list of runs does not count all their cells again.
#[derive(Serialize, Deserialize)]
struct Tally {
    cells: RunCells,
    usage: RunUsage,
}

/// Keeps the tally of a run that is just about to end or has.
pub(crate) fn keep_tally(connection: &Connection, run_id: &str) -> Result<(), StoreError> {
    let Some(run) = list(connection, "id = ?1", run_id)?.pop() else {
        return Ok(());
    };
    let tally = Tally {
        cells: run.cells,
        usage: run.usage,
    };
    let tally =
        serde_json::to_string(&tally).map_err(|error| StoreError::defect(SAVING, &error))?;
    connection
        .prepare_cached("UPDATE runs SET tally = ?2 WHERE id = ?1")
        .when(SAVING)?
        .execute([run_id, &tally])
        .when(SAVING)?;
    Ok(())
}

/// `chosen` is a condition of ours on the table `runs` with one parameter.
fn list(connection: &Connection, chosen: &str, parameter: &str) -> Result<Vec<RunRow>, StoreError> {
    let mut statement = connection
        .prepare_cached(&format!(
            "WITH chosen AS MATERIALIZED (SELECT * FROM runs WHERE {chosen}),
             counted AS (
                 SELECT run, count(*) AS total, count(carried_from) AS carried,
                     count(*) FILTER (WHERE fingerprint IS NOT NULL AND carried_from IS NULL) AS asked,
                     count(*) FILTER (WHERE state = 'scored') AS scored,
                     count(*) FILTER (WHERE state = 'abstained') AS abstained,
                     count(*) FILTER (WHERE state = 'unparsed') AS unparsed,
                     count(*) FILTER (WHERE state = 'failed') AS failed,
                     count(*) FILTER (WHERE state = 'cancelled') AS cancelled
                 FROM cells WHERE run IN (SELECT key FROM chosen WHERE tally IS NULL) GROUP BY run),
             used AS (
                 SELECT run, count(*) AS calls, count(error_code) AS errors, sum(input_tokens) AS input,
                     sum(output_tokens) AS output
                 FROM calls WHERE run IN (SELECT key FROM chosen WHERE tally IS NULL) GROUP BY run)
             SELECT id, document_revision, method, parameters, started_at, finished_at, outcome, ranking,
                 (SELECT count(*) FROM runs AS earlier
                  WHERE earlier.session = chosen.session AND earlier.key <= chosen.key),
                 kind = 'judged', coalesce(total, 0), coalesce(carried, 0), coalesce(asked, 0), coalesce(scored, 0),
                 coalesce(abstained, 0), coalesce(unparsed, 0), coalesce(failed, 0), coalesce(cancelled, 0),
                 coalesce(calls, 0), coalesce(errors, 0), coalesce(input, 0), coalesce(output, 0), tally
             FROM chosen LEFT JOIN counted ON counted.run = chosen.key LEFT JOIN used ON used.run = chosen.key
             ORDER BY chosen.key DESC"
        ))
        .when(LOADING)?;
    let rows = statement.query_map([parameter], read_run).when(LOADING)?;
    rows.collect::<Result<_, _>>().when(LOADING)
}

fn read_run(row: &Row<'_>) -> Result<RunRow, rusqlite::Error> {
    let counted = || -> Result<Tally, rusqlite::Error> {
        Ok(Tally {
            cells: RunCells {
                total: row.get(10)?,
                carried: row.get(11)?,
                asked: row.get(12)?,
                scored: row.get(13)?,
                abstained: row.get(14)?,
                unparsed: row.get(15)?,
                failed: row.get(16)?,
                cancelled: row.get(17)?,
            },
            usage: RunUsage {
                calls: row.get(18)?,
                failed: row.get(19)?,
                input_tokens: row.get(20)?,
                output_tokens: row.get(21)?,
            },
        })
    };
    let kept: Option<String> = row.get(22)?;
    let Tally { cells, usage } = match kept {
        Some(tally) => serde_json::from_str(&tally).map_err(|error| {
            rusqlite::Error::FromSqlConversionFailure(22, Type::Text, error.into())
        })?,
        None => counted()?,
    };
    Ok(RunRow {
        id: row.get(0)?,
        document_revision: row.get(1)?,
        method: row.get(2)?,
        parameters: row.get(3)?,
        started_at: row.get(4)?,
        finished_at: row.get(5)?,
        outcome: row.get(6)?,
        ranking: row.get(7)?,
        number: row.get(8)?,
        judged: row.get(9)?,
        cells,
        usage,
    })
}
