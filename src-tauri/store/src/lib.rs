//! SQLite history: migrations, pooled readers, one writer, backup and integrity. It keeps rows and says what became of
//! them; what a row means, and every clock and random id, come from above.

mod backup;
mod calls;
mod cell_history;
mod cells;
mod changes;
mod check;
mod connection;
mod document;
mod erase;
mod error;
mod folder;
mod judgements;
mod lease;
mod lock;
mod migrate;
mod processes;
mod restore;
mod rows;
mod run_list;
mod run_rows;
mod runs;
mod saving;
mod search;
mod sessions;
mod setting;
mod store;
mod thinning;
mod writer;

pub use backup::BackupInfo;
pub use cell_history::CellStep;
pub use changes::{Change, RowChanges};
pub use check::{CheckReport, HistoryFacts, Salvage};
pub use erase::{Erased, TRASH_KEPT_MS};
pub use error::StoreError;
pub use restore::Restored;
pub use rows::{
    CriterionRow, DocumentRows, EvidenceRow, HeaderRow, InputRow, NewSession, OptionRow, Origin,
    SessionBundle, SessionFilter, SessionRow, SessionState, SessionStatus, SummaryColumns,
};
pub use run_rows::{
    CallRow, Carry, CellRow, MAX_REPLY, NewRun, RunCells, RunEnd, RunRow, RunUsage, SampleRow,
};
pub use saving::{Save, Saved, UNDO_STEPS, UndoStep};
pub use store::{Condition, OpenOptions, Store};
