//! SQLite history: migrations, pooled readers, one writer, backup and integrity. It keeps rows and says what became of
//! them; what a row means, and every clock and random id, come from above.

mod changes;
mod connection;
mod document;
mod error;
mod folder;
mod lock;
mod migrate;
mod rows;
mod saving;
mod search;
mod sessions;
mod store;
mod writer;

pub use changes::{Change, RowChanges};
pub use error::StoreError;
pub use rows::{
    CriterionRow, DocumentRows, EvidenceRow, HeaderRow, InputRow, NewSession, OptionRow, Origin,
    SessionBundle, SessionFilter, SessionRow, SessionState, SessionStatus, SummaryColumns,
};
pub use saving::{Save, Saved, UNDO_STEPS, UndoStep};
pub use store::{Condition, OpenOptions, Store};
