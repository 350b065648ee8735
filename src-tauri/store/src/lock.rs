//! The lock between processes: shared by all that have the history open, exclusive for one that migrates or replaces
//! it. SQLite's own locks guard single transactions; this one guards the file's life.

use std::fs::{File, TryLockError};
use std::path::Path;
use std::time::{Duration, Instant};

use crate::error::{StoreError, While};
use crate::folder;

/// Held for as long as the value lives; the kernel lets go of it when the process dies.
#[derive(Debug)]
pub(crate) struct HistoryLock {
    /// None where the folder is read-only and nobody has left a lock file.
    file: Option<File>,
    alone: bool,
}

impl HistoryLock {
    /// Takes the lock exclusively if nobody else has the history open, else shared. Waits up to `patience` for a
    /// process that is migrating or restoring.
    pub(crate) fn take(folder: &Path, patience: Duration) -> Result<Self, StoreError> {
        let file =
            folder::open_private(&folder.join(folder::LOCK)).when("opening the history's lock")?;
        let alone = patiently(patience, || match file.try_lock() {
            Ok(()) => Some(Ok(true)),
            Err(TryLockError::Error(error)) => Some(Err(error)),
            Err(TryLockError::WouldBlock) => match file.try_lock_shared() {
                Ok(()) => Some(Ok(false)),
                Err(TryLockError::Error(error)) => Some(Err(error)),
                Err(TryLockError::WouldBlock) => None,
            },
        })
        .ok_or_else(|| StoreError::Locked {
            what: "another Ponder is migrating or restoring it".into(),
        })?
        .when("locking the history")?;
        Ok(Self {
            file: Some(file),
            alone,
        })
    }

    /// Takes the lock exclusively, or says that others have the history open.
    pub(crate) fn exclusive(folder: &Path, patience: Duration) -> Result<Self, StoreError> {
        let file =
            folder::open_private(&folder.join(folder::LOCK)).when("opening the history's lock")?;
        patiently(patience, || match file.try_lock() {
            Ok(()) => Some(Ok(())),
            Err(TryLockError::WouldBlock) => None,
            Err(TryLockError::Error(error)) => Some(Err(error)),
        })
        .ok_or_else(|| StoreError::Locked {
            what: "another Ponder has it open; close it first".into(),
        })?
        .when("locking the history")?;
        Ok(Self {
            file: Some(file),
            alone: true,
        })
    }

    /// As far as a folder that cannot be written allows.
    pub(crate) fn for_reading(folder: &Path) -> Self {
        let file = File::open(folder.join(folder::LOCK))
            .ok()
            .filter(|file| file.try_lock_shared().is_ok());
        Self { file, alone: false }
    }

    /// Nobody else has the history open.
    pub(crate) fn is_alone(&self) -> bool {
        self.alone
    }

    /// Lets others in beside us.
    pub(crate) fn share(&mut self) -> Result<(), StoreError> {
        // flock(2) lets go before it takes the weaker lock. Another process may slip in between and migrate; by then
        // this one has done its own checks and SQLite's locks hold the rest.
        if let (Some(file), true) = (&self.file, self.alone) {
            file.lock_shared().when("locking the history")?;
            self.alone = false;
        }
        Ok(())
    }
}

/// Asks again until there is an answer or patience runs out. Locks of other processes cannot be waited for with a
/// time limit in any other way.
fn patiently<T>(patience: Duration, mut ask: impl FnMut() -> Option<T>) -> Option<T> {
    let started = Instant::now();
    loop {
        if let Some(answer) = ask() {
            return Some(answer);
        }
        if started.elapsed() >= patience {
            return None;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
}
