//! settings.toml: read with every mistake named, saved whole, together with what other processes saved meanwhile.

use std::fs;
use std::path::{Path, PathBuf};

use toml_edit::DocumentMut;

use crate::contents::{Contents, Read, problem};
use crate::keys::Key;
use crate::lock::Lock;
use crate::{Folders, SettingProblem, Settings, SettingsError, backend_file, write};

/// The settings of one folder, as this process last saw them.
#[derive(Debug)]
pub struct SettingsFile {
    folders: Folders,
    path: PathBuf,
    current: Settings,
    problems: Vec<SettingProblem>,
}

/// What a save did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Saved {
    /// Where the old file was kept, because it held something that was not understood.
    pub kept_aside: Option<PathBuf>,
}

impl SettingsFile {
    /// Reads settings.toml, if there is one. What is not understood is a problem and leaves its default; the file
    /// itself is not touched.
    ///
    /// # Errors
    /// Only when the system refuses to read it: [`SettingsError::Unreadable`], [`SettingsError::WrongKind`],
    /// [`SettingsError::Io`].
    pub fn load(folders: &Folders) -> Result<Self, SettingsError> {
        let path = folders.settings_file();
        let read = Contents::of(&path)?.parse();
        Ok(Self {
            folders: folders.clone(),
            path,
            current: read.settings,
            problems: read.problems,
        })
    }

    /// The defaults for a folder, nothing read.
    #[must_use]
    pub fn defaults(folders: &Folders) -> Self {
        Self {
            folders: folders.clone(),
            path: folders.settings_file(),
            current: Settings::default(),
            problems: Vec::new(),
        }
    }

    /// The settings as this process last read or saved them.
    #[must_use]
    pub fn current(&self) -> &Settings {
        &self.current
    }

    /// What was not understood when the file was last read or saved.
    #[must_use]
    pub fn problems(&self) -> &[SettingProblem] {
        &self.problems
    }

    /// Where the file is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Saves what differs from [`SettingsFile::current`]; every other key, known or not, stays as it is in the file
    /// now, so that two processes do not undo each other's changes. Afterwards `current` holds both.
    ///
    /// A file with mistakes is first copied aside; then its wrong values are replaced. Backends are not among these
    /// values: they have [`SettingsFile::put_backend`] and [`SettingsFile::remove_backend`].
    ///
    /// # Errors
    /// [`SettingsError::Invalid`] for a value that is not allowed, [`SettingsError::ReadOnly`],
    /// [`SettingsError::DiskFull`], [`SettingsError::Locked`], [`SettingsError::Io`]. Nothing is changed then.
    pub fn save(&mut self, wanted: &Settings) -> Result<Saved, SettingsError> {
        let refused: Vec<SettingProblem> = Key::ALL
            .into_iter()
            .filter_map(|key| refused(key, wanted))
            .collect();
        if !refused.is_empty() {
            return Err(SettingsError::Invalid(refused));
        }
        let before = self.current.clone();
        self.rewrite(|read| {
            let mut document = read.document.clone();
            let mut replaces_mistakes = false;
            for key in Key::ALL {
                let changed = !key.same(wanted, &before);
                let wrong = read.nothing_is_understood || read.is_wrong(key.name());
                replaces_mistakes |= wrong;
                if changed || wrong {
                    key.write(wanted, &mut document);
                }
            }
            Rewritten {
                text: document.to_string(),
                replaces_mistakes,
            }
        })
    }

    /// Changes the file as it is now, whole or not at all, and reads it again. What an edit replaces without having
    /// been understood is first copied aside.
    pub(crate) fn rewrite(
        &mut self,
        edit: impl FnOnce(&Read) -> Rewritten,
    ) -> Result<Saved, SettingsError> {
        self.folders.create_config()?;
        let _lock = Lock::take(&self.path)?;
        let contents = Contents::of(&self.path)?;
        self.may_be_replaced(&contents)?;
        let mut read = contents.parse();
        if read.nothing_is_understood {
            read.document = anew(&self.current);
            read.text = read.document.to_string();
        }
        let Rewritten {
            text,
            replaces_mistakes,
        } = edit(&read);
        let text = read.form.put_on(&text);
        let kept_aside = match &contents {
            Contents::Bytes(bytes) if replaces_mistakes || read.nothing_is_understood => {
                Some(write::keep_aside(&self.path, bytes)?)
            }
            _ => None,
        };
        let contents = match contents {
            Contents::Bytes(bytes) if bytes == text.as_bytes() => Contents::Bytes(bytes),
            _ => {
                write::whole_file(&self.path, &text)?;
                Contents::Bytes(text.into_bytes())
            }
        };
        let read = contents.parse();
        self.current = read.settings;
        self.problems = read.problems;
        Ok(Saved { kept_aside })
    }
}

impl SettingsFile {
    /// A rename replaces what it is told to, so what must not be replaced is found out before.
    fn may_be_replaced(&self, contents: &Contents) -> Result<(), SettingsError> {
        let path = self.path.clone();
        match contents {
            Contents::TooLarge(_) => {
                let (found, needed) = ("a file far too large for settings", "settings.toml");
                Err(SettingsError::WrongKind {
                    path,
                    found,
                    needed,
                })
            }
            Contents::Bytes(_)
                if fs::metadata(&path).is_ok_and(|about| about.permissions().readonly()) =>
            {
                Err(SettingsError::ReadOnly { path })
            }
            _ => Ok(()),
        }
    }
}

/// What this process knows of the settings, as a file of its own.
fn anew(settings: &Settings) -> DocumentMut {
    let mut document = DocumentMut::new();
    for key in Key::ALL {
        key.write(settings, &mut document);
    }
    backend_file::write_all(&settings.backends, &mut document);
    document
}

/// What an edit makes of the file.
pub(crate) struct Rewritten {
    pub text: String,
    /// It takes away something that was not understood.
    pub replaces_mistakes: bool,
}

fn refused(key: Key, wanted: &Settings) -> Option<SettingProblem> {
    key.refused(wanted).map(|found| problem(key, None, found))
}
