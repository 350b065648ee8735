//! The one thread on which all network work happens. Many waiting calls need one thread, and on one thread a call costs
//! two thirds of what it costs on several.

use std::future::Future;
use std::io;
use std::thread;

use tokio::runtime::{Builder, Handle};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::error::LlmError;

/// A running network thread. When it is dropped, everything still running on it is dropped with it and its sockets close.
#[derive(Debug)]
pub struct Runtime {
    handle: Handle,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<thread::JoinHandle<()>>,
}

impl Runtime {
    /// Starts the thread.
    ///
    /// # Errors
    /// [`LlmError::Start`] when the system gives no thread or no event queue.
    pub fn start() -> Result<Self, LlmError> {
        let failed = |error: io::Error| LlmError::Start {
            why: error.to_string(),
        };
        let runtime = Builder::new_current_thread()
            .enable_all()
            // Names are resolved on such a thread; one or two are enough for a handful of servers.
            .max_blocking_threads(2)
            .build()
            .map_err(failed)?;
        let handle = runtime.handle().clone();
        let (stop, stopped) = oneshot::channel::<()>();
        let thread = thread::Builder::new()
            .name("ponder-network".to_owned())
            .spawn(move || {
                runtime.block_on(async {
                    let _ = stopped.await;
                });
                // A name being looked up cannot be interrupted and must not hold up the end of the application.
                runtime.shutdown_background();
            })
            .map_err(failed)?;
        Ok(Self {
            handle,
            stop: Some(stop),
            thread: Some(thread),
        })
    }

    /// Runs a future on the network thread. Aborting the handle drops the future; dropping the handle does not.
    pub fn spawn<F>(&self, future: F) -> JoinHandle<F::Output>
    where
        F: Future + Send + 'static,
        F::Output: Send + 'static,
    {
        self.handle.spawn(future)
    }

    /// Waits on the calling thread for a future whose sockets and timers live on the network thread. The calling thread
    /// must not be the network thread itself. It may be a thread of another runtime, which may not wait for a second one:
    /// a thread of its own waits then.
    pub fn block_on<F>(&self, future: F) -> F::Output
    where
        F: Future + Send,
        F::Output: Send,
    {
        if Handle::try_current().is_err() {
            return self.handle.block_on(future);
        }
        thread::scope(|scope| {
            let waiting = scope.spawn(|| self.handle.block_on(future));
            waiting
                .join()
                .unwrap_or_else(|panic| std::panic::resume_unwind(panic))
        })
    }

    /// The way to this runtime for what spawns by itself.
    #[must_use]
    pub fn handle(&self) -> &Handle {
        &self.handle
    }
}

impl Drop for Runtime {
    fn drop(&mut self) {
        if let Some(stop) = self.stop.take() {
            let _ = stop.send(());
        }
        if let Some(thread) = self.thread.take()
            && thread.thread().id() != thread::current().id()
        {
            let _ = thread.join();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thread_of_another_runtime_may_wait_too() {
        let network = Runtime::start().unwrap();
        let other = Builder::new_current_thread().build().unwrap();
        let answer = other.block_on(async { network.block_on(async { 7 }) });
        assert_eq!(answer, 7);
    }
}
