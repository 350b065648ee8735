//! What models said: each sample with its calls, kept as it comes in, and the cell with the last of them. Their texts are
//! in `calls.rs`; who may write to a run is decided in `runs.rs`.

use rusqlite::{Connection, OptionalExtension, Row, params};

use crate::calls::{self, Prepared};
use crate::error::{StoreError, While};
use crate::run_rows::{CallRow, CellRow, SampleRow};
use crate::runs::{LOADING, SAVING, held_by_us};
use crate::store::Store;
use crate::{cells, search};

impl Store {
    /// Keeps a finished sample of a run this process holds, with its calls. A sample that is there already takes the
    /// new answer and keeps its earlier calls.
    ///
    /// # Errors
    /// [`StoreError::Leased`] when another process has taken the lease, [`StoreError::NotFound`] when the run has
    /// ended, [`StoreError::Invalid`] for a row that breaks a rule, such as a call of another sample; the errors of
    /// writing. Nothing is kept then.
    pub fn put_sample(
        &self,
        run_id: &str,
        sample: SampleRow,
        calls: Vec<CallRow>,
    ) -> Result<(), StoreError> {
        self.write(SAVING, keeping(run_id, None, Some((sample, calls))))
    }

    /// Keeps a judged cell of a run this process holds, and in the same commit the last of its samples.
    ///
    /// # Errors
    /// As for [`Store::put_sample`].
    pub fn put_judgement(
        &self,
        run_id: &str,
        cell: CellRow,
        last: Option<(SampleRow, Vec<CallRow>)>,
    ) -> Result<(), StoreError> {
        self.write(SAVING, keeping(run_id, Some(cell), last))
    }

    /// As [`Store::put_sample`], without waiting. `done` hears the result once it is durable, on the writer's thread,
    /// which does nothing else meanwhile: it must be quick, and may submit again but never wait for the history. When
    /// the history takes nothing at all, it hears so at once on this thread.
    pub fn submit_sample(
        &self,
        run_id: &str,
        sample: SampleRow,
        calls: Vec<CallRow>,
        done: impl FnOnce(Result<(), StoreError>) + Send + 'static,
    ) {
        self.submit(SAVING, keeping(run_id, None, Some((sample, calls))), done);
    }

    /// As [`Store::put_judgement`], without waiting; `done` as for [`Store::submit_sample`].
    pub fn submit_judgement(
        &self,
        run_id: &str,
        cell: CellRow,
        last: Option<(SampleRow, Vec<CallRow>)>,
        done: impl FnOnce(Result<(), StoreError>) + Send + 'static,
    ) {
        self.submit(SAVING, keeping(run_id, Some(cell), last), done);
    }

    /// The samples of a run, also of cells that have no row yet, by option, criterion and number. Those of cells that
    /// it took over are with the run that asked.
    ///
    /// # Errors
    /// When they cannot be read.
    pub fn run_samples(&self, run_id: &str) -> Result<Vec<SampleRow>, StoreError> {
        self.read(|connection| {
            let mut statement = connection
                .prepare_cached(&format!(
                    "{SELECT} WHERE run = (SELECT key FROM runs WHERE id = ?1) ORDER BY option_id, criterion_id, number"
                ))
                .when(LOADING)?;
            let rows = statement.query_map([run_id], read).when(LOADING)?;
            rows.collect::<Result<_, _>>().when(LOADING)
        })
    }

    /// The samples of one cell with their calls, by number and attempt; of a cell that was taken over, those of the
    /// run that asked.
    ///
    /// # Errors
    /// When they cannot be read.
    pub fn cell_samples(
        &self,
        run_id: &str,
        option: &str,
        criterion: &str,
    ) -> Result<Vec<(SampleRow, Vec<CallRow>)>, StoreError> {
        self.read(|connection| {
            let moment = connection.unchecked_transaction().when(LOADING)?;
            match asked_by(&moment, run_id, option, criterion)? {
                Some(run) => samples_with_calls(&moment, run, option, criterion),
                None => Ok(Vec::new()),
            }
        })
    }

    /// What a run has of one cell by itself: also of one that it took over and has begun to ask anew.
    ///
    /// # Errors
    /// When they cannot be read.
    pub fn own_samples(
        &self,
        run_id: &str,
        option: &str,
        criterion: &str,
    ) -> Result<Vec<(SampleRow, Vec<CallRow>)>, StoreError> {
        self.read(|connection| {
            let moment = connection.unchecked_transaction().when(LOADING)?;
            let run = moment
                .prepare_cached("SELECT key FROM runs WHERE id = ?1")
                .when(LOADING)?
                .query_row([run_id], |row| row.get(0))
                .optional()
                .when(LOADING)?;
            match run {
                Some(run) => samples_with_calls(&moment, run, option, criterion),
                None => Ok(Vec::new()),
            }
        })
    }
}

fn samples_with_calls(
    connection: &Connection,
    run: i64,
    option: &str,
    criterion: &str,
) -> Result<Vec<(SampleRow, Vec<CallRow>)>, StoreError> {
    let mut statement = connection
        .prepare_cached(&format!(
            "{SELECT} WHERE run = ?1 AND option_id = ?2 AND criterion_id = ?3 ORDER BY number"
        ))
        .when(LOADING)?;
    let rows = statement.query_map(params![run, option, criterion], read);
    let samples = rows
        .when(LOADING)?
        .collect::<Result<Vec<SampleRow>, _>>()
        .when(LOADING)?;
    let mut calls = calls::of_cell(connection, run, option, criterion)?;
    Ok(samples
        .into_iter()
        .map(|sample| {
            let (own, others) = calls
                .drain(..)
                .partition(|call: &CallRow| call.sample == sample.number);
            calls = others;
            (sample, own)
        })
        .collect())
}

/// The run that asked about a cell: the one it was taken over from, else the run itself.
fn asked_by(
    connection: &Connection,
    run_id: &str,
    option: &str,
    criterion: &str,
) -> Result<Option<i64>, StoreError> {
    connection
        .prepare_cached(
            "SELECT coalesce(carried_from, key) FROM runs
             LEFT JOIN cells ON run = key AND option_id = ?2 AND criterion_id = ?3 WHERE id = ?1",
        )
        .when(LOADING)?
        .query_row([run_id, option, criterion], |row| row.get(0))
        .optional()
        .when(LOADING)
}

/// The job that keeps a cell, a sample or both. Digests are worked out here, before the writer's turn.
fn keeping(
    run_id: &str,
    cell: Option<CellRow>,
    sample: Option<(SampleRow, Vec<CallRow>)>,
) -> impl FnOnce(&Connection) -> Result<(), StoreError> + Send + 'static {
    let run_id = run_id.to_owned();
    let sample = sample.map(|(sample, calls)| {
        let calls: Vec<Prepared> = calls.into_iter().map(Prepared::new).collect();
        (sample, calls)
    });
    move |connection| {
        let (run, session) = held_by_us(connection, &run_id)?;
        if let Some((sample, calls)) = &sample {
            keep(connection, run, sample)?;
            calls::keep(connection, session, run, sample, calls)?;
        }
        if let Some(cell) = &cell {
            cells::put(connection, run, std::slice::from_ref(cell))?;
            search::mark(connection, session)?;
        }
        Ok(())
    }
}

fn keep(connection: &Connection, run: i64, sample: &SampleRow) -> Result<(), StoreError> {
    connection
        .prepare_cached(
            "INSERT INTO samples (run, option_id, criterion_id, number, state, score, memory, justification, evidence,
                 problem)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
             ON CONFLICT (run, option_id, criterion_id, number) DO UPDATE SET state = excluded.state,
                 score = excluded.score, memory = excluded.memory, justification = excluded.justification,
                 evidence = excluded.evidence, problem = excluded.problem",
        )
        .when(SAVING)?
        .execute(params![
            run,
            sample.option_id,
            sample.criterion_id,
            sample.number,
            sample.state,
            sample.score,
            sample.memory,
            sample.justification,
            sample.evidence,
            sample.problem
        ])
        .when(SAVING)?;
    Ok(())
}

const SELECT: &str = "SELECT option_id, criterion_id, number, state, score, justification, evidence, memory, problem,
    (SELECT id FROM calls WHERE calls.run = samples.run AND calls.option_id = samples.option_id
         AND calls.criterion_id = samples.criterion_id AND sample = number ORDER BY attempt DESC LIMIT 1)
    FROM samples";

fn read(row: &Row<'_>) -> Result<SampleRow, rusqlite::Error> {
    Ok(SampleRow {
        option_id: row.get(0)?,
        criterion_id: row.get(1)?,
        number: row.get(2)?,
        state: row.get(3)?,
        score: row.get(4)?,
        justification: row.get(5)?,
        evidence: row.get(6)?,
        memory: row.get(7)?,
        problem: row.get(8)?,
        call: row.get(9)?,
    })
}
