//! Files that leave: written beside their place, synced, and moved into it, so that a fault leaves the old one whole.

use std::io::Write;
use std::path::Path;

use crate::error::EngineError;
use crate::intake::plain;
use crate::view::Exported;

/// Writes `bytes` to `path` as a whole or not at all. Without `force` a file that is already there stays.
///
/// # Errors
/// [`EngineError::FileExists`], [`EngineError::CannotWrite`].
pub(crate) fn write(path: &Path, bytes: &[u8], force: bool) -> Result<Exported, EngineError> {
    let cannot = cannot(path);
    let mut draft = draft_beside(path)?;
    draft.write_all(bytes).map_err(&cannot)?;
    draft.as_file().sync_all().map_err(&cannot)?;
    if force {
        draft.persist(path).map_err(|failed| cannot(failed.error))?;
    } else {
        draft
            .persist_noclobber(path)
            .map_err(|failed| match failed.error.kind() {
                std::io::ErrorKind::AlreadyExists => EngineError::FileExists {
                    path: path.to_owned(),
                },
                _ => cannot(failed.error),
            })?;
    }
    Ok(Exported {
        path: path.display().to_string(),
        bytes: bytes.len() as u64,
    })
}

/// Whether a file may be written to `path`, asked before the work whose result it shall hold. Nothing is left there.
///
/// # Errors
/// [`EngineError::FileExists`] without `force`; [`EngineError::CannotWrite`].
pub fn check_target(path: &Path, force: bool) -> Result<(), EngineError> {
    draft_beside(path)?;
    if !force && path.symlink_metadata().is_ok() {
        return Err(EngineError::FileExists {
            path: path.to_owned(),
        });
    }
    Ok(())
}

fn cannot(path: &Path) -> impl Fn(std::io::Error) -> EngineError {
    |error| EngineError::CannotWrite {
        path: path.to_owned(),
        why: plain(&error),
    }
}

/// An empty file in the folder of `path`; it goes when it is dropped.
fn draft_beside(path: &Path) -> Result<tempfile::NamedTempFile, EngineError> {
    if path.is_dir() {
        return Err(EngineError::CannotWrite {
            path: path.to_owned(),
            why: "it is a folder".into(),
        });
    }
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    if !folder.is_dir() {
        let why = format!("there is no folder {}", folder.display());
        return Err(EngineError::CannotWrite {
            path: path.to_owned(),
            why,
        });
    }
    draft_settings().tempfile_in(folder).map_err(cannot(path))
}

/// A report is for others to read, so it gets the permissions that any new file of this user gets, not a draft's 0600.
fn draft_settings() -> tempfile::Builder<'static, 'static> {
    let mut settings = tempfile::Builder::new();
    settings.prefix(".ponder-");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        settings.permissions(std::fs::Permissions::from_mode(0o666));
    }
    settings
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_is_there_is_written_over_only_when_asked() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("report.md");
        write(&path, b"first", false).unwrap();
        assert!(matches!(
            write(&path, b"second", false),
            Err(EngineError::FileExists { .. })
        ));
        assert_eq!(std::fs::read(&path).unwrap(), b"first");
        write(&path, b"second", true).unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"second");
        assert_eq!(
            std::fs::read_dir(folder.path()).unwrap().count(),
            1,
            "no draft is left behind"
        );
    }

    #[test]
    fn a_folder_in_the_files_place_is_refused_in_words() {
        let folder = tempfile::tempdir().unwrap();
        let error = write(folder.path(), b"x", true).unwrap_err().to_string();
        assert!(error.contains("it is a folder"), "{error}");
        let error = write(&folder.path().join("no/where.md"), b"x", true)
            .unwrap_err()
            .to_string();
        assert!(error.contains("there is no folder"), "{error}");
    }
}
