//! The wish to stop a run, shared between the one who has it and the one who works.

use std::sync::Arc;

use tokio::sync::watch;

/// Cancels a run from any thread, such as the one that hears Ctrl-C. Clones share one wish, which is never taken back.
#[derive(Debug, Clone)]
pub struct Cancel(Arc<watch::Sender<bool>>);

impl Default for Cancel {
    fn default() -> Self {
        Self::new()
    }
}

impl Cancel {
    /// Nobody wants to stop yet.
    #[must_use]
    pub fn new() -> Self {
        Self(Arc::new(watch::Sender::new(false)))
    }

    /// Stops the run: what is in flight is dropped, what is finished is kept.
    pub fn cancel(&self) {
        self.0.send_replace(true);
    }

    /// Whether somebody wants to stop.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        *self.0.borrow()
    }

    /// Returns once somebody wants to stop.
    pub(crate) async fn wished(&self) {
        let mut wish = self.0.subscribe();
        if wish.wait_for(|cancelled| *cancelled).await.is_err() {
            // The sender lives in `self`, so it cannot be gone; if it were, nobody could wish any more.
            std::future::pending::<()>().await;
        }
    }
}
