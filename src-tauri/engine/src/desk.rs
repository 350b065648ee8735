//! The session that lies on the desk: the last one opened or edited, kept in memory so that a dragged slider or a typed
//! digit does not read fifty rows of twenty-five cells again. The history stays the truth: a save names the revision it
//! started from, and a stale copy is put away.

use std::sync::{Arc, Mutex, PoisonError};

use decision::Decision;
use store::{DocumentRows, SessionBundle, SessionRow};

use crate::error::EngineError;
use crate::rows::decision_of;

/// A session as read: its row, its rows, and the decision they hold.
#[derive(Debug, Clone)]
pub(crate) struct Open {
    pub session: SessionRow,
    pub rows: DocumentRows,
    pub decision: Decision,
    pub undo: Option<String>,
    pub redo: Option<String>,
}

impl Open {
    /// From what the history holds.
    pub(crate) fn read(bundle: SessionBundle) -> Result<Self, EngineError> {
        let decision = decision_of(&bundle.rows)?;
        Ok(Self {
            session: bundle.session,
            rows: bundle.rows,
            decision,
            undo: bundle.undo,
            redo: bundle.redo,
        })
    }
}

/// Holds at most one session.
#[derive(Default)]
pub(crate) struct Desk(Mutex<Option<Arc<Open>>>);

impl Desk {
    /// The session called `id`, if it lies here.
    pub(crate) fn take(&self, id: &str) -> Option<Arc<Open>> {
        let held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        held.as_ref().filter(|open| open.session.id == id).cloned()
    }

    /// Puts a session here, in the place of any other.
    pub(crate) fn put(&self, open: Open) -> Arc<Open> {
        let open = Arc::new(open);
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(Arc::clone(&open));
        open
    }

    /// Puts away whatever lies here.
    pub(crate) fn clear(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }
}
