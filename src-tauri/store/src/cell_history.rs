//! What became of one cell: the kept steps that changed it. Older steps fall away with undo's.

use crate::error::{StoreError, While};
use crate::store::Store;

/// A step that changed a cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CellStep {
    /// Milliseconds since 1970.
    pub at: i64,
    /// The step's label.
    pub label: String,
}

impl Store {
    /// The steps in force that changed what was typed into a cell, the newest first. Empty for a session that is not
    /// there.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] when they cannot be read.
    pub fn cell_history(
        &self,
        session: &str,
        option: &str,
        criterion: &str,
    ) -> Result<Vec<CellStep>, StoreError> {
        const READING: &str = "reading a cell's history";
        self.read(|connection| {
            let mut statement = connection
                .prepare_cached(
                    "SELECT at, label FROM undo_steps JOIN sessions ON sessions.key = session
                     WHERE sessions.id = ?1 AND undone = 0 AND EXISTS (
                         SELECT 1 FROM json_each(changes, '$.inputs') AS change
                         WHERE coalesce(change.value ->> '$.a.option_id', change.value ->> '$.b.option_id') = ?2
                           AND coalesce(change.value ->> '$.a.criterion_id', change.value ->> '$.b.criterion_id') = ?3)
                     ORDER BY number DESC",
                )
                .when(READING)?;
            let steps = statement
                .query_map([session, option, criterion], |row| {
                    Ok(CellStep { at: row.get(0)?, label: row.get(1)? })
                })
                .when(READING)?;
            steps.collect::<Result<_, _>>().when(READING)
        })
    }
}
