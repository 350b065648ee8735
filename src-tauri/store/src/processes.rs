//! Which processes have the history open: one file each, locked for as long as the process lives. A lock can be
//! tested but not counted, hence the files.

use std::collections::HashSet;
use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use crate::error::{StoreError, While};
use crate::folder;

/// This process, for the others to see.
#[derive(Debug)]
pub(crate) struct Presence {
    file: PathBuf,
    _locked: File,
}

impl Presence {
    pub(crate) fn announce(history: &Path) -> Result<Self, StoreError> {
        static OPENED: AtomicU64 = AtomicU64::new(0);
        let what = "announcing this process";
        let folder = history.join(folder::PROCESSES);
        folder::create_private(&folder)?;
        let name = format!(
            "{}-{}",
            std::process::id(),
            OPENED.fetch_add(1, Ordering::Relaxed)
        );
        // Locked before it has the name the others look at, so that nobody takes it for one left by the dead.
        let arriving = folder.join(format!(".{name}"));
        let locked = folder::open_private(&arriving).when(what)?;
        locked.lock().when(what)?;
        let file = folder.join(name);
        std::fs::rename(&arriving, &file).when(what)?;
        Ok(Self {
            file,
            _locked: locked,
        })
    }
}

impl Drop for Presence {
    fn drop(&mut self) {
        // If it stays, the next to count finds it unlocked and removes it.
        let _ = std::fs::remove_file(&self.file);
    }
}

/// How many other processes have the history open.
pub(crate) fn others(history: &Path) -> usize {
    let me = std::process::id();
    let mut pids = HashSet::new();
    for entry in std::fs::read_dir(history.join(folder::PROCESSES))
        .into_iter()
        .flatten()
        .flatten()
    {
        let name = entry.file_name();
        let pid = name
            .to_str()
            .and_then(|name| name.split_once('-'))
            .and_then(|(pid, _)| pid.parse::<u32>().ok());
        let Some(pid) = pid.filter(|pid| *pid != me) else {
            continue;
        };
        let Ok(file) = File::open(entry.path()) else {
            continue;
        };
        match file.try_lock_shared() {
            Err(TryLockError::WouldBlock) => {
                pids.insert(pid);
            }
            Ok(()) => {
                let _ = std::fs::remove_file(entry.path());
            }
            Err(TryLockError::Error(_)) => {}
        }
    }
    pids.len()
}
