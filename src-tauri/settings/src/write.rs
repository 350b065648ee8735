//! Whole files or none: a new file beside the old one, on disk, then a rename. A reader, or a power cut, sees the old
//! file or the new one.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::SettingsError;

/// Writes `text` to `path`, which may be a link: then the file that it points to is replaced.
pub(crate) fn whole_file(path: &Path, text: &str) -> Result<(), SettingsError> {
    let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let folder = target.parent().unwrap_or(Path::new("."));
    let failed = |source: io::Error| SettingsError::writing(&target, source);
    // 0600 from the start, on Unix: tempfile's own default.
    let mut draft = tempfile::Builder::new()
        .prefix(".settings-")
        .suffix(".tmp")
        .tempfile_in(folder)
        .map_err(failed)?;
    draft.write_all(text.as_bytes()).map_err(failed)?;
    draft.as_file().sync_all().map_err(failed)?;
    draft
        .persist(&target)
        .map_err(|error| failed(error.error))?;
    sync_folder(folder).map_err(failed)
}

#[cfg(unix)]
fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

#[cfg(not(unix))]
fn sync_folder(_: &Path) -> io::Result<()> {
    Ok(())
}

/// Nobody has this many broken files; something else is wrong then.
const MOST_COPIES: u32 = 999;

/// Keeps `bytes` beside `path` as `settings.toml.bad`, `….bad-2` and so on, never over another file. A copy that is
/// there already is not made twice.
pub(crate) fn keep_aside(path: &Path, bytes: &[u8]) -> Result<PathBuf, SettingsError> {
    let name = path
        .file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned();
    for count in 1..=MOST_COPIES {
        let suffix = if count == 1 {
            "bad".to_owned()
        } else {
            format!("bad-{count}")
        };
        let copy = path.with_file_name(format!("{name}.{suffix}"));
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        match options.open(&copy) {
            Ok(mut file) => {
                let written = file.write_all(bytes).and_then(|()| file.sync_all());
                return written
                    .map(|()| copy.clone())
                    .map_err(|source| SettingsError::writing(&copy, source));
            }
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                if fs::read(&copy).is_ok_and(|kept| kept == bytes) {
                    return Ok(copy);
                }
            }
            Err(source) => return Err(SettingsError::writing(&copy, source)),
        }
    }
    Err(SettingsError::ReadOnly {
        path: path.to_owned(),
    })
}
