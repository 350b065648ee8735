//! Small values kept with the history because they belong to it, such as the session that was open last.

use rusqlite::OptionalExtension;

use crate::error::{StoreError, While};
use crate::store::Store;

impl Store {
    /// The value kept under a name.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn setting(&self, name: &str) -> Result<Option<String>, StoreError> {
        let what = "reading a setting of the history";
        self.read(|connection| {
            connection
                .prepare_cached("SELECT value FROM settings WHERE name = ?1")
                .when(what)?
                .query_row([name], |row| row.get(0))
                .optional()
                .when(what)
        })
    }

    /// Keeps a value under a name of 1–100 characters; none forgets it.
    ///
    /// # Errors
    /// The errors of writing.
    pub fn put_setting(&self, name: &str, value: Option<&str>) -> Result<(), StoreError> {
        let what = "keeping a setting of the history";
        let (name, value) = (name.to_owned(), value.map(str::to_owned));
        self.write(what, move |connection| {
            match value {
                Some(value) => connection.execute(
                    "INSERT INTO settings (name, value) VALUES (?1, ?2)
                     ON CONFLICT (name) DO UPDATE SET value = excluded.value",
                    (name, value),
                ),
                None => connection.execute("DELETE FROM settings WHERE name = ?1", [name]),
            }
            .when(what)?;
            Ok(())
        })
    }
}
