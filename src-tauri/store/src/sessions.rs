//! Sessions as such: listing and finding them, loading one, creating one, moving it between open, archive and trash.
//! Changes to a session's document are in `saving.rs`, erasing in `erase.rs`.

use rusqlite::{Connection, OptionalExtension, Row, named_params, params};

use crate::changes::{Change, RowChanges};
use crate::error::{StoreError, While};
use crate::rows::{
    DocumentRows, NewSession, Origin, SessionBundle, SessionFilter, SessionRow, SessionState,
    SummaryColumns,
};
use crate::store::Store;
use crate::{document, saving, search};

const LISTING: &str = "listing the sessions";
const LOADING: &str = "loading the session";
const CREATING: &str = "creating the session";

/// In the order [`read_session`] reads them.
pub(crate) const COLUMNS: &str = "id, kind, topic, state, revision, created_at, updated_at, trashed_at, origin_path, \
     origin_fingerprint, options, criteria, cells, filled, status, leader";

impl Store {
    /// The sessions that pass the filter, the last changed first. Of a damaged history, those whose rows can still be
    /// read, whatever is searched for.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] when not even those can be reached.
    pub fn sessions(&self, filter: &SessionFilter) -> Result<Vec<SessionRow>, StoreError> {
        match self.matching(filter) {
            Err(StoreError::Corrupt { .. }) => {
                let mut rows = self.readable_sessions()?;
                rows.retain(|row| filter.state.is_none_or(|state| row.state == state));
                Ok(rows)
            }
            listed => listed,
        }
    }

    fn matching(&self, filter: &SessionFilter) -> Result<Vec<SessionRow>, StoreError> {
        let words = search::query(&filter.search);
        if !filter.search.trim().is_empty() {
            if words.is_none() {
                return Ok(Vec::new());
            }
            search::catch_up(self)?;
        }
        self.read(|connection| {
            let mut statement = connection
                .prepare_cached(&format!(
                    "SELECT {COLUMNS} FROM sessions
                     WHERE (:state IS NULL OR state = :state)
                       AND (:words IS NULL OR key IN (SELECT rowid FROM session_text WHERE session_text MATCH :words))
                     ORDER BY updated_at DESC, key DESC"
                ))
                .when(LISTING)?;
            let state = filter.state.map(SessionState::as_str);
            let rows = statement.query_map(named_params! {":state": state, ":words": words}, read_session);
            rows.when(LISTING)?.collect::<Result<_, _>>().when(LISTING)
        })
    }

    /// A session with its document, all of one moment; none when there is no such session.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] when its rows cannot be read.
    pub fn load(&self, id: &str) -> Result<Option<SessionBundle>, StoreError> {
        self.read(|connection| {
            let moment = connection.unchecked_transaction().when(LOADING)?;
            bundle(&moment, id)
        })
    }

    /// Keeps a new session with its document, at revision 1.
    ///
    /// # Errors
    /// [`StoreError::Invalid`] when the id is taken or a row breaks a rule; the errors of writing.
    pub fn create(
        &self,
        session: NewSession,
        rows: &DocumentRows,
        now_ms: i64,
    ) -> Result<(), StoreError> {
        let mut changes = RowChanges::between(&DocumentRows::default(), rows);
        // Even an empty header is a row.
        changes.header = Some(Change {
            before: None,
            after: Some(rows.header.clone()),
        });
        let topic = rows.header.topic.clone();
        self.write(CREATING, move |connection| {
            let SummaryColumns { options, criteria, cells, filled, status, leader } = session.summary;
            connection
                .prepare_cached(
                    "INSERT INTO sessions (id, kind, topic, state, revision, created_at, updated_at, origin_path,
                         origin_fingerprint, options, criteria, cells, filled, status, leader)
                     VALUES (?1, ?2, ?3, 'open', 1, ?4, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
                )
                .when(CREATING)?
                .execute(params![
                    session.id,
                    session.kind,
                    topic,
                    now_ms,
                    session.origin.path,
                    session.origin.fingerprint,
                    options,
                    criteria,
                    cells,
                    filled,
                    status.as_str(),
                    leader
                ])
                .when(CREATING)?;
            let key = connection.last_insert_rowid();
            document::apply(connection, key, &changes)
        })
    }

    /// Moves a session to the list, the archive or the trash. Its document, revision and place in the list stay.
    ///
    /// # Errors
    /// [`StoreError::NotFound`]; the errors of writing.
    pub fn set_state(
        &self,
        id: &str,
        state: SessionState,
        now_ms: i64,
    ) -> Result<SessionRow, StoreError> {
        let what = "moving the session";
        let id = id.to_owned();
        self.write(what, move |connection| {
            // Trashing what is in the trash does not start its 30 days anew.
            let trashed_at = (state == SessionState::Trashed).then_some(now_ms);
            connection
                .prepare_cached(
                    "UPDATE sessions SET state = ?2,
                         trashed_at = CASE WHEN ?3 IS NULL THEN NULL ELSE coalesce(trashed_at, ?3) END
                     WHERE id = ?1",
                )
                .when(what)?
                .execute(params![id, state.as_str(), trashed_at])
                .when(what)?;
            row_of(connection, &id)?.map(|(_, row)| row).ok_or_else(|| no_session(&id))
        })
    }

    /// Says what the list shows of a session, when something other than its document changed it, such as a model's
    /// judgements. Neither a revision nor an undo step, and its place in the list stays.
    ///
    /// # Errors
    /// [`StoreError::NotFound`], [`StoreError::Invalid`]; the errors of writing.
    pub fn set_summary(&self, id: &str, summary: SummaryColumns) -> Result<(), StoreError> {
        let what = "noting how far the session is";
        let id = id.to_owned();
        self.write(what, move |connection| {
            let SummaryColumns {
                options,
                criteria,
                cells,
                filled,
                status,
                leader,
            } = summary;
            let changed = connection
                .prepare_cached(
                    "UPDATE sessions SET options = ?2, criteria = ?3, cells = ?4, filled = ?5, status = ?6, leader = ?7
                     WHERE id = ?1",
                )
                .when(what)?
                .execute(params![
                    id,
                    options,
                    criteria,
                    cells,
                    filled,
                    status.as_str(),
                    leader
                ])
                .when(what)?;
            if changed == 0 {
                Err(no_session(&id))
            } else {
                Ok(())
            }
        })
    }

    /// Says which file a session's content came from last.
    ///
    /// # Errors
    /// [`StoreError::NotFound`]; the errors of writing.
    pub fn set_origin(&self, id: &str, origin: Origin) -> Result<(), StoreError> {
        let what = "noting where the session came from";
        let id = id.to_owned();
        self.write(what, move |connection| {
            let changed = connection
                .prepare_cached(
                    "UPDATE sessions SET origin_path = ?2, origin_fingerprint = ?3 WHERE id = ?1",
                )
                .when(what)?
                .execute(params![id, origin.path, origin.fingerprint])
                .when(what)?;
            if changed == 0 {
                Err(no_session(&id))
            } else {
                Ok(())
            }
        })
    }
}

pub(crate) fn no_session(id: &str) -> StoreError {
    StoreError::not_found(format!("session {id}"))
}

/// A session and its key.
pub(crate) fn row_of(
    connection: &Connection,
    id: &str,
) -> Result<Option<(i64, SessionRow)>, StoreError> {
    connection
        .prepare_cached(&format!(
            "SELECT {COLUMNS}, key FROM sessions WHERE id = ?1"
        ))
        .when(LOADING)?
        .query_row([id], |row| Ok((row.get(16)?, read_session(row)?)))
        .optional()
        .when(LOADING)
}

/// Everything about a session. The caller holds a transaction.
pub(crate) fn bundle(
    connection: &Connection,
    id: &str,
) -> Result<Option<SessionBundle>, StoreError> {
    let Some((key, session)) = row_of(connection, id)? else {
        return Ok(None);
    };
    let rows = document::load(connection, key)?;
    let (undo, redo) = saving::labels(connection, key)?;
    Ok(Some(SessionBundle {
        session,
        rows,
        undo,
        redo,
    }))
}

pub(crate) fn read_session(row: &Row<'_>) -> Result<SessionRow, rusqlite::Error> {
    Ok(SessionRow {
        id: row.get(0)?,
        kind: row.get(1)?,
        topic: row.get(2)?,
        state: row.get(3)?,
        revision: row.get(4)?,
        created_at: row.get(5)?,
        updated_at: row.get(6)?,
        trashed_at: row.get(7)?,
        origin: Origin {
            path: row.get(8)?,
            fingerprint: row.get(9)?,
        },
        summary: SummaryColumns {
            options: row.get(10)?,
            criteria: row.get(11)?,
            cells: row.get(12)?,
            filled: row.get(13)?,
            status: row.get(14)?,
            leader: row.get(15)?,
        },
    })
}
