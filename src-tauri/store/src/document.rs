//! A document's rows in and out of the tables. What changes between two documents is worked out in `changes.rs`.

use rusqlite::{Connection, Row, Statement, params};

use crate::changes::{Change, RowChanges};
use crate::error::{StoreError, While};
use crate::rows::{CriterionRow, DocumentRows, EvidenceRow, HeaderRow, InputRow, OptionRow};

const SAVING: &str = "saving the session";
const LOADING: &str = "loading the session";

/// Reads a whole document. The caller holds a read transaction, so that all of it is of one moment.
pub(crate) fn load(connection: &Connection, session: i64) -> Result<DocumentRows, StoreError> {
    let header = connection
        .prepare_cached(
            "SELECT topic, context, notes, next_key, settings FROM sessions JOIN headers ON session = key WHERE key = ?1",
        )
        .when(LOADING)?
        .query_row([session], |row| {
            Ok(HeaderRow {
                topic: row.get(0)?,
                context: row.get(1)?,
                notes: row.get(2)?,
                next_key: row.get(3)?,
                settings: row.get(4)?,
            })
        })
        .when(LOADING)?;
    let criteria = rows(
        connection,
        "SELECT id, position, name, description, weight, direction, kind, unit, spec FROM criteria
         WHERE session = ?1 ORDER BY position, id",
        session,
        |row| {
            Ok(CriterionRow {
                id: row.get(0)?,
                position: row.get(1)?,
                name: row.get(2)?,
                description: row.get(3)?,
                weight: row.get(4)?,
                direction: row.get(5)?,
                kind: row.get(6)?,
                unit: row.get(7)?,
                spec: row.get(8)?,
            })
        },
    )?;
    let options = rows(
        connection,
        "SELECT id, position, name, description, note, spec FROM options WHERE session = ?1 ORDER BY position, id",
        session,
        |row| {
            Ok(OptionRow {
                id: row.get(0)?,
                position: row.get(1)?,
                name: row.get(2)?,
                description: row.get(3)?,
                note: row.get(4)?,
                spec: row.get(5)?,
            })
        },
    )?;
    let evidence = rows(
        connection,
        "SELECT option_id, position, source, quote, criterion_id FROM evidence
         WHERE session = ?1 ORDER BY option_id, position",
        session,
        |row| {
            Ok(EvidenceRow {
                option_id: row.get(0)?,
                position: row.get(1)?,
                source: row.get(2)?,
                quote: row.get(3)?,
                criterion_id: row.get(4)?,
            })
        },
    )?;
    let inputs = rows(
        connection,
        "SELECT option_id, criterion_id, value, score, abstained, note, before_edit, entered_at FROM inputs
         WHERE session = ?1 ORDER BY option_id, criterion_id",
        session,
        |row| {
            Ok(InputRow {
                option_id: row.get(0)?,
                criterion_id: row.get(1)?,
                value: row.get(2)?,
                score: row.get(3)?,
                abstained: row.get(4)?,
                note: row.get(5)?,
                before_edit: row.get(6)?,
                entered_at: row.get(7)?,
            })
        },
    )?;
    Ok(DocumentRows {
        header,
        criteria,
        options,
        evidence,
        inputs,
    })
}

fn rows<T>(
    connection: &Connection,
    sql: &str,
    session: i64,
    read: impl FnMut(&Row<'_>) -> Result<T, rusqlite::Error>,
) -> Result<Vec<T>, StoreError> {
    let mut statement = connection.prepare_cached(sql).when(LOADING)?;
    let rows = statement.query_map([session], read).when(LOADING)?;
    rows.collect::<Result<_, _>>().when(LOADING)
}

/// Writes changes inside the caller's transaction. The order keeps every foreign key satisfied at each statement:
/// what refers goes first and comes last.
pub(crate) fn apply(
    connection: &Connection,
    session: i64,
    changes: &RowChanges,
) -> Result<(), StoreError> {
    delete(
        connection,
        "DELETE FROM inputs WHERE session = ?1 AND option_id = ?2 AND criterion_id = ?3",
        {
            gone(&changes.inputs)
                .map(|row| (session, row.option_id.as_str(), row.criterion_id.as_str()))
        },
    )?;
    delete(
        connection,
        "DELETE FROM evidence WHERE session = ?1 AND option_id = ?2 AND position = ?3",
        gone(&changes.evidence).map(|row| (session, row.option_id.as_str(), row.position)),
    )?;
    if let Some(header) = changes
        .header
        .as_ref()
        .and_then(|change| change.after.as_ref())
    {
        put_header(connection, session, header)?;
    }
    put(
        connection,
        PUT_CRITERION,
        &changes.criteria,
        |statement, row| {
            statement.execute(params![
                session,
                row.id,
                row.position,
                row.name,
                row.description,
                row.weight,
                row.direction,
                row.kind,
                row.unit,
                row.spec
            ])
        },
    )?;
    put(
        connection,
        PUT_OPTION,
        &changes.options,
        |statement, row| {
            statement.execute(params![
                session,
                row.id,
                row.position,
                row.name,
                row.description,
                row.note,
                row.spec
            ])
        },
    )?;
    put(
        connection,
        PUT_EVIDENCE,
        &changes.evidence,
        |statement, row| {
            statement.execute(params![
                session,
                row.option_id,
                row.position,
                row.source,
                row.quote,
                row.criterion_id
            ])
        },
    )?;
    put(connection, PUT_INPUT, &changes.inputs, |statement, row| {
        statement.execute(params![
            session,
            row.option_id,
            row.criterion_id,
            row.value,
            row.score,
            row.abstained,
            row.note,
            row.before_edit,
            row.entered_at
        ])
    })?;
    delete(
        connection,
        "DELETE FROM options WHERE session = ?1 AND id = ?2",
        gone(&changes.options).map(|row| (session, row.id.as_str())),
    )?;
    delete(
        connection,
        "DELETE FROM criteria WHERE session = ?1 AND id = ?2",
        gone(&changes.criteria).map(|row| (session, row.id.as_str())),
    )
}

const PUT_CRITERION: &str =
    "INSERT INTO criteria (session, id, position, name, description, weight, direction, kind, unit, spec)
     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
     ON CONFLICT (session, id) DO UPDATE SET position = excluded.position, name = excluded.name,
         description = excluded.description, weight = excluded.weight, direction = excluded.direction,
         kind = excluded.kind, unit = excluded.unit, spec = excluded.spec";

const PUT_OPTION: &str =
    "INSERT INTO options (session, id, position, name, description, note, spec)
     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
     ON CONFLICT (session, id) DO UPDATE SET position = excluded.position, name = excluded.name,
         description = excluded.description, note = excluded.note, spec = excluded.spec";

const PUT_EVIDENCE: &str = "INSERT INTO evidence (session, option_id, position, source, quote, criterion_id)
     VALUES (?1, ?2, ?3, ?4, ?5, ?6)
     ON CONFLICT (session, option_id, position) DO UPDATE SET source = excluded.source, quote = excluded.quote,
         criterion_id = excluded.criterion_id";

const PUT_INPUT: &str = "INSERT INTO inputs
         (session, option_id, criterion_id, value, score, abstained, note, before_edit, entered_at)
     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
     ON CONFLICT (session, option_id, criterion_id) DO UPDATE SET value = excluded.value, score = excluded.score,
         abstained = excluded.abstained, note = excluded.note, before_edit = excluded.before_edit,
         entered_at = excluded.entered_at";

fn put_header(connection: &Connection, session: i64, row: &HeaderRow) -> Result<(), StoreError> {
    connection
        .prepare_cached(
            "INSERT INTO headers (session, context, notes, next_key, settings) VALUES (?1, ?2, ?3, ?4, ?5)
             ON CONFLICT (session) DO UPDATE SET context = excluded.context, notes = excluded.notes,
                 next_key = excluded.next_key, settings = excluded.settings",
        )
        .when(SAVING)?
        .execute(params![session, row.context, row.notes, row.next_key, row.settings])
        .when(SAVING)?;
    connection
        .prepare_cached("UPDATE sessions SET topic = ?2 WHERE key = ?1")
        .when(SAVING)?
        .execute(params![session, row.topic])
        .when(SAVING)?;
    Ok(())
}

fn put<T>(
    connection: &Connection,
    sql: &str,
    changes: &[Change<T>],
    write: impl Fn(&mut Statement<'_>, &T) -> Result<usize, rusqlite::Error>,
) -> Result<(), StoreError> {
    let mut rows = changes
        .iter()
        .filter_map(|change| change.after.as_ref())
        .peekable();
    if rows.peek().is_none() {
        return Ok(());
    }
    let mut statement = connection.prepare_cached(sql).when(SAVING)?;
    for row in rows {
        write(&mut statement, row).when(SAVING)?;
    }
    Ok(())
}

fn gone<T>(changes: &[Change<T>]) -> impl Iterator<Item = &T> {
    changes
        .iter()
        .filter(|change| change.after.is_none())
        .filter_map(|change| change.before.as_ref())
}

fn delete<P: rusqlite::Params>(
    connection: &Connection,
    sql: &str,
    keys: impl Iterator<Item = P>,
) -> Result<(), StoreError> {
    let mut keys = keys.peekable();
    if keys.peek().is_none() {
        return Ok(());
    }
    let mut statement = connection.prepare_cached(sql).when(SAVING)?;
    for key in keys {
        statement.execute(key).when(SAVING)?;
    }
    Ok(())
}
