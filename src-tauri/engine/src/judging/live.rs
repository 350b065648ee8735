//! The runs that are at work in this process, one a session at most.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::cancel::Cancel;
use crate::error::EngineError;
use crate::view::LiveRun;

/// All of them, by session.
#[derive(Clone, Default)]
pub(crate) struct LiveRuns(Arc<Mutex<HashMap<String, Entry>>>);

struct Entry {
    run: LiveRun,
    cancel: Cancel,
}

/// A run's place among them; it leaves when this is dropped, however the run ends.
pub(crate) struct Seated {
    runs: LiveRuns,
    session: String,
}

impl LiveRuns {
    fn entries(&self) -> MutexGuard<'_, HashMap<String, Entry>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Enters a run.
    ///
    /// # Errors
    /// [`EngineError::RunInUse`] while another one of the session is at work.
    pub(crate) fn enter(&self, run: LiveRun, cancel: Cancel) -> Result<Seated, EngineError> {
        let mut entries = self.entries();
        if entries.contains_key(&run.session) {
            return Err(EngineError::RunInUse);
        }
        let session = run.session.clone();
        entries.insert(session.clone(), Entry { run, cancel });
        Ok(Seated {
            runs: self.clone(),
            session,
        })
    }

    /// The run of a session.
    pub(crate) fn of(&self, session: &str) -> Option<LiveRun> {
        self.entries().get(session).map(|entry| entry.run.clone())
    }

    /// Cancels the run of a session; false when there is none.
    pub(crate) fn cancel(&self, session: &str) -> bool {
        let entries = self.entries();
        let entry = entries.get(session);
        if let Some(entry) = entry {
            entry.cancel.cancel();
        }
        entry.is_some()
    }
}

impl Seated {
    /// Changes what is told of the run.
    pub(crate) fn update(&self, change: impl FnOnce(&mut LiveRun)) {
        if let Some(entry) = self.runs.entries().get_mut(&self.session) {
            change(&mut entry.run);
        }
    }
}

impl Drop for Seated {
    fn drop(&mut self) {
        self.runs.entries().remove(&self.session);
    }
}
