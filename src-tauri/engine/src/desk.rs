//! The session that lies on the desk: the last one opened or edited, kept in memory so that a dragged slider or a typed
//! digit does not read fifty rows of twenty-five cells again, nor work out 1,250 prompts. The history stays the truth: a
//! save names the revision it started from, and a stale copy is put away.

use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use decision::Decision;
use store::{DocumentRows, SessionBundle, SessionRow};

use crate::error::EngineError;
use crate::judging::{Judgements, fingerprints, fingerprints_after};
use crate::rows::decision_of;

/// A session as read: its row, its rows, and the decision they hold.
#[derive(Debug, Clone)]
pub(crate) struct Open {
    pub session: SessionRow,
    pub rows: DocumentRows,
    pub decision: Decision,
    pub undo: Option<String>,
    pub redo: Option<String>,
    prints: OnceLock<Arc<Vec<Option<String>>>>,
}

impl Open {
    pub(crate) fn new(
        session: SessionRow,
        rows: DocumentRows,
        decision: Decision,
        undo: Option<String>,
        redo: Option<String>,
    ) -> Self {
        Self {
            session,
            rows,
            decision,
            undo,
            redo,
            prints: OnceLock::new(),
        }
    }

    /// As it is after an edit: what that left of the fingerprints is kept.
    pub(crate) fn edited(
        before: &Self,
        rows: DocumentRows,
        decision: Decision,
        label: String,
    ) -> Self {
        let session = before.session.clone();
        let open = Self::new(session, rows, decision, Some(label), None);
        if let Some(prints) = before.prints.get() {
            let after = fingerprints_after(&open.decision, &before.decision, prints);
            let _ = open.prints.set(Arc::new(after));
        }
        open
    }

    /// From what the history holds.
    pub(crate) fn read(bundle: SessionBundle) -> Result<Self, EngineError> {
        let decision = decision_of(&bundle.rows)?;
        Ok(Self::new(
            bundle.session,
            bundle.rows,
            decision,
            bundle.undo,
            bundle.redo,
        ))
    }

    /// The fingerprints of what each cell would be asked, row by row; worked out once.
    pub(crate) fn prints(&self) -> Arc<Vec<Option<String>>> {
        Arc::clone(
            self.prints
                .get_or_init(|| Arc::new(fingerprints(&self.decision))),
        )
    }
}

/// Holds at most one session, and its judgements.
#[derive(Default)]
pub(crate) struct Desk(Mutex<Held>);

#[derive(Default)]
struct Held {
    open: Option<Arc<Open>>,
    /// The judgements of the session called so.
    judgements: Option<(String, Arc<Judgements>)>,
    /// Counts how often judgements were put away, so that none are put back that were read before.
    turn: u64,
}

impl Desk {
    fn held(&self) -> MutexGuard<'_, Held> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The session called `id`, if it lies here.
    pub(crate) fn take(&self, id: &str) -> Option<Arc<Open>> {
        let held = self.held();
        held.open
            .as_ref()
            .filter(|open| open.session.id == id)
            .cloned()
    }

    /// Puts a session here, in the place of any other.
    pub(crate) fn put(&self, open: Open) -> Arc<Open> {
        let open = Arc::new(open);
        self.held().open = Some(Arc::clone(&open));
        open
    }

    /// The judgements of the session called `id`; `read` is asked when they do not lie here.
    pub(crate) fn judgements(
        &self,
        id: &str,
        read: impl FnOnce() -> Result<Judgements, EngineError>,
    ) -> Result<Arc<Judgements>, EngineError> {
        let turn = {
            let held = self.held();
            if let Some((session, judgements)) = &held.judgements
                && session == id
            {
                return Ok(Arc::clone(judgements));
            }
            held.turn
        };
        let judgements = Arc::new(read()?);
        let mut held = self.held();
        if held.turn == turn {
            held.judgements = Some((id.to_owned(), Arc::clone(&judgements)));
        }
        Ok(judgements)
    }

    /// Puts the judgements away: somebody wrote others.
    pub(crate) fn forget_judgements(&self) {
        let mut held = self.held();
        held.judgements = None;
        held.turn += 1;
    }

    /// Puts away whatever lies here.
    pub(crate) fn clear(&self) {
        let mut held = self.held();
        held.open = None;
        held.judgements = None;
        held.turn += 1;
    }
}
