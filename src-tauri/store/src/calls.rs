//! Calls to models as rows. Texts that many calls share are kept once a session, under their digest.

use rusqlite::{Connection, Row, params};
use sha2::{Digest, Sha256};

use crate::error::{StoreError, While};
use crate::run_rows::{CallRow, MAX_REPLY, SampleRow};
use crate::runs::{LOADING, SAVING};

/// A call with the digests of its texts.
pub(crate) struct Prepared {
    row: CallRow,
    stable: [u8; 32],
    cell: [u8; 32],
    schema: [u8; 32],
}

impl Prepared {
    pub(crate) fn new(mut row: CallRow) -> Self {
        shorten(&mut row.reply);
        let digest = |text: &str| Sha256::digest(text).into();
        Self {
            stable: digest(&row.stable),
            cell: digest(&row.cell),
            schema: digest(&row.schema),
            row,
        }
    }
}

/// Cuts a reply that is too long to be kept, and says so at its end.
fn shorten(reply: &mut String) {
    let bytes = reply.len();
    if bytes > MAX_REPLY {
        let end = (0..=MAX_REPLY)
            .rev()
            .find(|at| reply.is_char_boundary(*at))
            .unwrap_or(0);
        reply.truncate(end);
        reply.push_str(&format!("\n[cut here: the reply has {bytes} bytes]"));
    }
}

/// Keeps the calls of a sample that is kept already.
pub(crate) fn keep(
    connection: &Connection,
    session: i64,
    run: i64,
    sample: &SampleRow,
    calls: &[Prepared],
) -> Result<(), StoreError> {
    let mut text = connection
        .prepare_cached(
            "INSERT INTO prompts (session, digest, text) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING",
        )
        .when(SAVING)?;
    let mut insert = connection
        .prepare_cached(
            "INSERT INTO calls (id, session, run, option_id, criterion_id, sample, attempt, input_tokens, output_tokens,
                 cached_tokens, started_at, first_byte_ms, first_token_ms, load_ms, total_ms, finish, error_code,
                 backend, kind, address, model, model_digest, stable, cell, schema, parameters, error, notice, extra,
                 reply)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21,
                 ?22, ?23, ?24, ?25, ?26, ?27, ?28, ?29, ?30)",
        )
        .when(SAVING)?;
    for Prepared {
        row: call,
        stable,
        cell,
        schema,
    } in calls
    {
        let of = (&call.option_id, &call.criterion_id, call.sample);
        if of != (&sample.option_id, &sample.criterion_id, sample.number) {
            return Err(StoreError::Invalid {
                what: SAVING.into(),
                why: format!("call {} is of another sample", call.id),
            });
        }
        for (digest, words) in [
            (stable, &call.stable),
            (cell, &call.cell),
            (schema, &call.schema),
        ] {
            text.execute(params![session, digest, words]).when(SAVING)?;
        }
        insert
            .execute(params![
                call.id,
                session,
                run,
                call.option_id,
                call.criterion_id,
                call.sample,
                call.attempt,
                call.input_tokens,
                call.output_tokens,
                call.cached_tokens,
                call.started_at,
                call.first_byte_ms,
                call.first_token_ms,
                call.load_ms,
                call.total_ms,
                call.finish,
                call.error_code,
                call.backend,
                call.kind,
                call.address,
                call.model,
                call.model_digest,
                stable,
                cell,
                schema,
                call.parameters,
                call.error,
                call.notice,
                call.extra,
                call.reply
            ])
            .when(SAVING)?;
    }
    Ok(())
}

/// The calls of a cell, by sample and attempt.
pub(crate) fn of_cell(
    connection: &Connection,
    run: i64,
    option: &str,
    criterion: &str,
) -> Result<Vec<CallRow>, StoreError> {
    let mut statement = connection
        .prepare_cached(
            "SELECT id, option_id, criterion_id, sample, attempt, backend, kind, address, model, model_digest,
                 parameters, stable.text, cell.text, extra, schema.text, reply, finish, input_tokens, output_tokens,
                 cached_tokens, started_at, first_byte_ms, first_token_ms, load_ms, total_ms, error_code, error, notice
             FROM calls
             JOIN prompts AS stable ON stable.session = calls.session AND stable.digest = calls.stable
             JOIN prompts AS cell ON cell.session = calls.session AND cell.digest = calls.cell
             JOIN prompts AS schema ON schema.session = calls.session AND schema.digest = calls.schema
             WHERE run = ?1 AND option_id = ?2 AND criterion_id = ?3 ORDER BY sample, attempt",
        )
        .when(LOADING)?;
    let rows = statement
        .query_map(params![run, option, criterion], read)
        .when(LOADING)?;
    rows.collect::<Result<_, _>>().when(LOADING)
}

fn read(row: &Row<'_>) -> Result<CallRow, rusqlite::Error> {
    Ok(CallRow {
        id: row.get(0)?,
        option_id: row.get(1)?,
        criterion_id: row.get(2)?,
        sample: row.get(3)?,
        attempt: row.get(4)?,
        backend: row.get(5)?,
        kind: row.get(6)?,
        address: row.get(7)?,
        model: row.get(8)?,
        model_digest: row.get(9)?,
        parameters: row.get(10)?,
        stable: row.get(11)?,
        cell: row.get(12)?,
        extra: row.get(13)?,
        schema: row.get(14)?,
        reply: row.get(15)?,
        finish: row.get(16)?,
        input_tokens: row.get(17)?,
        output_tokens: row.get(18)?,
        cached_tokens: row.get(19)?,
        started_at: row.get(20)?,
        first_byte_ms: row.get(21)?,
        first_token_ms: row.get(22)?,
        load_ms: row.get(23)?,
        total_ms: row.get(24)?,
        error_code: row.get(25)?,
        error: row.get(26)?,
        notice: row.get(27)?,
    })
}
