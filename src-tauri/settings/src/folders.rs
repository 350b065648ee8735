//! Where things are kept: the platform's folders, or all of them inside one that the user names.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use directories::ProjectDirs;

use crate::SettingsError;

/// The four folders. Absolute; they need not exist before [`Folders::create`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Folders {
    /// The history and its backups: what must not be lost.
    pub data: PathBuf,
    /// settings.toml.
    pub config: PathBuf,
    /// What can be made again.
    pub cache: PathBuf,
    /// Logs.
    pub log: PathBuf,
    /// The user named the folder, so it may be one of theirs, whose permissions are their business.
    chosen: bool,
}

impl Folders {
    /// Inside `data_dir` if one is given, otherwise where the platform wants them.
    ///
    /// # Errors
    /// [`SettingsError::NoHome`] when the platform names no home folder, [`SettingsError::Io`] when `data_dir` is
    /// relative and the working folder is gone, or when it is empty.
    pub fn resolve(data_dir: Option<&Path>) -> Result<Self, SettingsError> {
        match data_dir {
            Some(dir) => {
                let absolute = std::path::absolute(dir);
                absolute
                    .map(|dir| Self::inside(&dir))
                    .map_err(|source| SettingsError::reading(dir, source))
            }
            None => Self::of_platform(),
        }
    }

    /// Everything inside one folder: the history and settings.toml at its top, `cache` and `log` below it.
    #[must_use]
    pub fn inside(data_dir: &Path) -> Self {
        Self {
            data: data_dir.to_owned(),
            config: data_dir.to_owned(),
            cache: data_dir.join("cache"),
            log: data_dir.join("log"),
            chosen: true,
        }
    }

    /// Where the platform wants them: on Linux `~/.local/share/ponder`, `~/.config/ponder`, `~/.cache/ponder` and
    /// `~/.local/state/ponder`, or as the XDG variables say.
    ///
    /// # Errors
    /// [`SettingsError::NoHome`] when the platform names no home folder.
    pub fn of_platform() -> Result<Self, SettingsError> {
        let dirs = ProjectDirs::from("app", "", "ponder").ok_or(SettingsError::NoHome)?;
        let data = dirs.data_local_dir().to_owned();
        let log = dirs
            .state_dir()
            .map_or_else(|| data.join("log"), |state| state.join("log"));
        Ok(Self {
            data,
            config: dirs.config_local_dir().to_owned(),
            cache: dirs.cache_dir().to_owned(),
            log,
            chosen: false,
        })
    }

    /// Where settings.toml lives.
    #[must_use]
    pub fn settings_file(&self) -> PathBuf {
        self.config.join("settings.toml")
    }

    /// Makes the folders that are missing, open to the user alone (0700). Folders of ours that others may enter are
    /// closed to them; a folder that the user chose keeps its permissions.
    ///
    /// # Errors
    /// [`SettingsError::WrongKind`] when a file stands there, [`SettingsError::ReadOnly`], [`SettingsError::DiskFull`],
    /// [`SettingsError::Io`].
    pub fn create(&self) -> Result<(), SettingsError> {
        for folder in [&self.data, &self.cache, &self.log] {
            create(folder, self.chosen && (*folder == self.data))?;
        }
        self.create_config()
    }

    pub(crate) fn create_config(&self) -> Result<(), SettingsError> {
        create(&self.config, self.chosen)
    }
}

fn create(folder: &Path, keep_permissions: bool) -> Result<(), SettingsError> {
    match fs::metadata(folder) {
        Ok(found) if found.is_dir() && keep_permissions => Ok(()),
        Ok(found) if found.is_dir() => {
            close_to_others(folder, &found).map_err(|source| SettingsError::writing(folder, source))
        }
        Ok(_) => Err(SettingsError::WrongKind {
            path: folder.to_owned(),
            found: "a file",
            needed: "a folder",
        }),
        Err(error) if error.kind() == io::ErrorKind::NotFound => private_builder()
            .create(folder)
            .map_err(|source| SettingsError::writing(folder, source)),
        Err(source) => Err(SettingsError::reading(folder, source)),
    }
}

#[cfg(unix)]
fn private_builder() -> fs::DirBuilder {
    use std::os::unix::fs::DirBuilderExt;
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true).mode(0o700);
    builder
}

#[cfg(not(unix))]
fn private_builder() -> fs::DirBuilder {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    builder
}

#[cfg(unix)]
fn close_to_others(folder: &Path, found: &fs::Metadata) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    if found.permissions().mode() & 0o077 == 0 {
        return Ok(());
    }
    fs::set_permissions(folder, fs::Permissions::from_mode(0o700))
}

#[cfg(not(unix))]
fn close_to_others(_: &Path, _: &fs::Metadata) -> io::Result<()> {
    // The profile of a Windows user is closed to others already.
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(unix)]
    fn mode(path: &Path) -> u32 {
        use std::os::unix::fs::PermissionsExt;
        fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    #[test]
    fn one_folder_holds_everything_when_the_user_names_one() {
        let folders = Folders::resolve(Some(Path::new("some/where"))).unwrap();
        assert!(folders.data.is_absolute() && folders.data.ends_with("some/where"));
        assert_eq!(folders.settings_file(), folders.data.join("settings.toml"));
        assert!(folders.cache.starts_with(&folders.data) && folders.log.starts_with(&folders.data));
    }

    #[test]
    fn an_empty_name_is_refused() {
        assert!(Folders::resolve(Some(Path::new(""))).is_err());
    }

    #[cfg(unix)]
    #[test]
    fn new_folders_are_open_to_the_user_alone() {
        let temp = tempfile::tempdir().unwrap();
        let folders = Folders::inside(&temp.path().join("a/b"));
        folders.create().unwrap();
        for folder in [
            &temp.path().join("a"),
            &folders.data,
            &folders.cache,
            &folders.log,
        ] {
            assert_eq!(mode(folder), 0o700, "{}", folder.display());
        }
        folders.create().unwrap();
    }

    #[cfg(unix)]
    #[test]
    fn our_folders_are_closed_to_others_and_a_chosen_one_is_left_alone() {
        use std::os::unix::fs::PermissionsExt;
        let temp = tempfile::tempdir().unwrap();
        let open = |name: &str| {
            let path = temp.path().join(name);
            fs::create_dir(&path).unwrap();
            fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
            path
        };
        let chosen = open("chosen");
        Folders::inside(&chosen).create().unwrap();
        assert_eq!(mode(&chosen), 0o755);
        let ours = open("ours");
        Folders {
            chosen: false,
            ..Folders::inside(&ours)
        }
        .create()
        .unwrap();
        assert_eq!(mode(&ours), 0o700);
    }

    #[test]
    fn a_file_in_the_place_of_a_folder_is_named() {
        let temp = tempfile::tempdir().unwrap();
        let file = temp.path().join("file");
        fs::write(&file, "x").unwrap();
        let error = Folders::inside(&file).create().unwrap_err();
        assert!(
            matches!(
                error,
                SettingsError::WrongKind {
                    found: "a file",
                    ..
                }
            ),
            "{error}"
        );
        let below = Folders::inside(&file.join("below")).create().unwrap_err();
        assert!(matches!(below, SettingsError::WrongKind { .. }), "{below}");
    }
}
