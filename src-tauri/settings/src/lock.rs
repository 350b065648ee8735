//! One saver at a time, over all processes: a lock on a file beside settings.toml. The lock dies with its process.

use std::fs::{File, OpenOptions};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use fs4::{FileExt, TryLockError};

use crate::SettingsError;

/// A save takes milliseconds; whoever holds the lock for this long is stopped or hangs.
const PATIENCE: Duration = Duration::from_secs(3);
const PAUSE: Duration = Duration::from_millis(5);

/// Held until dropped.
#[derive(Debug)]
pub(crate) struct Lock(File);

impl Lock {
    /// Waits for the lock of `settings`, but not forever: a window must not hang on a stopped process.
    pub fn take(settings: &Path) -> Result<Self, SettingsError> {
        Self::take_within(settings, PATIENCE)
    }

    fn take_within(settings: &Path, patience: Duration) -> Result<Self, SettingsError> {
        let path = lock_path(settings);
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(false);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options
            .open(&path)
            .map_err(|source| SettingsError::writing(&path, source))?;
        let began = Instant::now();
        loop {
            match FileExt::try_lock(&file) {
                Ok(()) => return Ok(Self(file)),
                Err(TryLockError::WouldBlock) if began.elapsed() >= patience => {
                    let waited_ms = began.elapsed().as_millis();
                    return Err(SettingsError::Locked {
                        path: settings.to_owned(),
                        waited_ms,
                    });
                }
                Err(TryLockError::WouldBlock) => thread::sleep(PAUSE),
                Err(TryLockError::Error(source)) => {
                    return Err(SettingsError::writing(&path, source));
                }
            }
        }
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        // Closing the file releases the lock as well; nothing is lost if this fails.
        let _ = FileExt::unlock(&self.0);
    }
}

fn lock_path(settings: &Path) -> PathBuf {
    let mut name = settings.file_name().unwrap_or_default().to_owned();
    name.push(".lock");
    settings.with_file_name(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_held_lock_is_waited_for_and_then_named_not_hung_upon() {
        let temp = tempfile::tempdir().unwrap();
        let settings = temp.path().join("settings.toml");
        let held = Lock::take(&settings).unwrap();
        let error = Lock::take_within(&settings, Duration::ZERO).unwrap_err();
        assert!(matches!(error, SettingsError::Locked { .. }), "{error}");
        drop(held);
        assert!(Lock::take_within(&settings, Duration::ZERO).is_ok());
    }
}
