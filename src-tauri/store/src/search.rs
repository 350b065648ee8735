//! The words of each session, found by FTS5. A save only marks its session; the words are read when somebody searches,
//! so that an index being reorganised never delays a save.

use rusqlite::{Connection, params};

use crate::error::{StoreError, While};
use crate::store::Store;

const INDEXING: &str = "indexing the sessions' texts";

/// Sessions indexed in one transaction, so that saves get between them.
const AT_ONCE: i64 = 64;

/// Every word of `search` as the beginning of a word in the text; none when it has no letter or digit to look for.
pub(crate) fn query(search: &str) -> Option<String> {
    let words = search
        .split(|letter: char| !letter.is_alphanumeric())
        .filter(|word| !word.is_empty());
    // Quoted, so that AND, NEAR and the like are words, too.
    let words: Vec<String> = words.map(|word| format!("\"{word}\"*")).collect();
    (!words.is_empty()).then(|| words.join(" "))
}

/// Indexes the sessions whose texts changed since the last search. A history that cannot be written now is searched
/// as far as it is indexed.
pub(crate) fn catch_up(store: &Store) -> Result<(), StoreError> {
    loop {
        let waiting = store.read(unindexed)?;
        if waiting.is_empty() || !store.accepts_writes() {
            return Ok(());
        }
        let indexed = store.write(INDEXING, |connection| {
            unindexed(connection)?
                .into_iter()
                .try_for_each(|key| index(connection, key))
        });
        match indexed {
            Ok(()) => {}
            Err(
                StoreError::Locked { .. } | StoreError::Full { .. } | StoreError::ReadOnly { .. },
            ) => return Ok(()),
            Err(other) => return Err(other),
        }
    }
}

fn unindexed(connection: &Connection) -> Result<Vec<i64>, StoreError> {
    let mut statement = connection
        .prepare_cached("SELECT key FROM sessions WHERE text_indexed = 0 ORDER BY key LIMIT ?1")
        .when(INDEXING)?;
    let keys = statement
        .query_map([AT_ONCE], |row| row.get(0))
        .when(INDEXING)?;
    keys.collect::<Result<_, _>>().when(INDEXING)
}

/// Says that the words of a session changed. A row is written only for the first change after a search.
pub(crate) fn mark(connection: &Connection, session: i64) -> Result<(), StoreError> {
    connection
        .prepare_cached("UPDATE sessions SET text_indexed = 0 WHERE key = ?1 AND text_indexed = 1")
        .when(INDEXING)?
        .execute([session])
        .when(INDEXING)?;
    Ok(())
}

/// The texts of one session, in the index's two columns.
const INDEX: &str = "INSERT OR REPLACE INTO session_text (rowid, topic, body)
    SELECT key, topic, concat_ws(char(10), context, notes,
        (SELECT group_concat(name || char(10) || description, char(10)) FROM criteria WHERE session = key),
        (SELECT group_concat(name || char(10) || description || char(10) || note, char(10))
           FROM options WHERE session = key),
        (SELECT group_concat(source || char(10) || quote, char(10)) FROM evidence WHERE session = key),
        (SELECT group_concat(note, char(10)) FROM inputs WHERE session = key AND note <> ''),
        (SELECT group_concat(justification, char(10)) FROM cells
           WHERE run = (SELECT max(runs.key) FROM runs WHERE session = sessions.key AND runs.kind = 'judged')))
    FROM sessions JOIN headers ON headers.session = key WHERE key = ?1";

fn index(connection: &Connection, key: i64) -> Result<(), StoreError> {
    connection
        .prepare_cached(INDEX)
        .when(INDEXING)?
        .execute(params![key])
        .when(INDEXING)?;
    connection
        .prepare_cached("UPDATE sessions SET text_indexed = 1 WHERE key = ?1")
        .when(INDEXING)?
        .execute([key])
        .when(INDEXING)?;
    Ok(())
}
