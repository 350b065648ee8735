//! settings.toml: read with every mistake named, saved whole, together with what other processes saved meanwhile.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use toml_edit::{Document, DocumentMut};

use crate::keys::Key;
use crate::lock::Lock;
use crate::problem::echo;
use crate::{Folders, SettingProblem, Settings, SettingsError, backend_file, write};

/// Largest settings.toml that is read, in bytes. Ours has a few hundred.
pub const MAX_BYTES: u64 = 1024 * 1024;

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

/// What lies at the path.
enum Contents {
    Nothing,
    Bytes(Vec<u8>),
    /// Over [`MAX_BYTES`]: not ours, and not read.
    TooLarge(u64),
}

/// The file as far as it is understood.
pub(crate) struct Read {
    /// Without a byte order mark and with line ends as `\n`.
    pub text: String,
    pub document: DocumentMut,
    pub settings: Settings,
    pub problems: Vec<SettingProblem>,
    /// It is no TOML, so that a save begins an empty file.
    nothing_is_understood: bool,
    form: Form,
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

/// How the file is written apart from its words; an editor on Windows wants it back as it was.
#[derive(Debug, Clone, Copy, Default)]
struct Form {
    byte_order_mark: bool,
    /// Every line ends in `\r\n`.
    windows: bool,
}

impl Form {
    fn of(text: &str) -> Self {
        let lines = text.matches('\n').count();
        Self {
            byte_order_mark: text.starts_with(BYTE_ORDER_MARK),
            windows: lines > 0 && text.matches("\r\n").count() == lines,
        }
    }

    fn put_on(self, text: &str) -> String {
        let mark = if self.byte_order_mark {
            BYTE_ORDER_MARK
        } else {
            ""
        };
        if self.windows {
            format!("{mark}{}", text.replace("\r\n", "\n").replace('\n', "\r\n"))
        } else {
            format!("{mark}{text}")
        }
    }
}

const BYTE_ORDER_MARK: &str = "\u{feff}";

impl Contents {
    fn of(path: &Path) -> Result<Self, SettingsError> {
        let about = match fs::metadata(path) {
            Ok(about) => about,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Self::Nothing),
            Err(source) => return Err(SettingsError::reading(path, source)),
        };
        if about.is_dir() {
            return Err(SettingsError::WrongKind {
                path: path.to_owned(),
                found: "a folder",
                needed: "a file",
            });
        }
        if !about.is_file() {
            // A pipe would keep the reader waiting for ever.
            return Err(SettingsError::WrongKind {
                path: path.to_owned(),
                found: "no ordinary file",
                needed: "a file",
            });
        }
        if about.len() > MAX_BYTES {
            return Ok(Self::TooLarge(about.len()));
        }
        fs::read(path)
            .map(Self::Bytes)
            .map_err(|source| SettingsError::reading(path, source))
    }

    fn parse(&self) -> Read {
        match self {
            Self::Nothing => parse(""),
            Self::TooLarge(bytes) => Read::none_of_it(
                None,
                &format!("it has {bytes} bytes, which no settings have"),
            ),
            Self::Bytes(bytes) => match std::str::from_utf8(bytes) {
                Ok(text) => {
                    let form = Form::of(text);
                    let words = text.strip_prefix(BYTE_ORDER_MARK).unwrap_or(text);
                    let read = if form.windows {
                        parse(&words.replace("\r\n", "\n"))
                    } else {
                        parse(words)
                    };
                    Read { form, ..read }
                }
                Err(error) => {
                    let line = 1 + bytes[..error.valid_up_to()]
                        .iter()
                        .filter(|b| **b == b'\n')
                        .count();
                    Read::none_of_it(Some(line), "it is not UTF-8 text")
                }
            },
        }
    }
}

impl Read {
    /// A file of which nothing can be used.
    fn none_of_it(line: Option<usize>, why: &str) -> Self {
        let allowed = "TOML: a key, =, and a value on each line".to_owned();
        let place = line
            .map(|line| format!(", line {line}"))
            .unwrap_or_default();
        let message = format!(
            "settings.toml{place}: {why}. The defaults are used, and the file is left as it is; \
             when settings are saved, a copy of it is kept."
        );
        let problem = SettingProblem {
            key: String::new(),
            line,
            found: None,
            allowed,
            message,
        };
        Self {
            text: String::new(),
            document: DocumentMut::new(),
            settings: Settings::default(),
            problems: vec![problem],
            nothing_is_understood: true,
            form: Form::default(),
        }
    }

    /// Whether something under this key was not understood.
    pub fn is_wrong(&self, key: &str) -> bool {
        self.problems.iter().any(|problem| {
            let inner = problem.key.strip_prefix(key);
            inner.is_some_and(|inner| inner.is_empty() || inner.starts_with('.'))
        })
    }
}

fn parse(text: &str) -> Read {
    let parsed = match Document::parse(text) {
        Ok(parsed) => parsed,
        Err(error) => {
            // The parser's own message quotes the line, which may hold anything; its first part does not.
            let line = error.span().map(|span| line_of(text, span.start));
            let why = error.message().lines().next().unwrap_or_default();
            let why = why.split(", expected").next().unwrap_or_default();
            return Read::none_of_it(line, &echo(why));
        }
    };
    let mut settings = Settings::default();
    let mut problems = Vec::new();
    for key in Key::ALL {
        let Some(item) = parsed.get(key.name()) else {
            continue;
        };
        if let Err(found) = key.read(item, &mut settings) {
            let line = item.span().map(|span| line_of(text, span.start));
            problems.push(problem(key, line, found));
        }
    }
    if let Some(item) = parsed.get("backends") {
        let line = |at: usize| line_of(text, at);
        backend_file::read(item, line, &mut settings, &mut problems);
    }
    Read {
        text: text.to_owned(),
        document: parsed.into_mut(),
        settings,
        problems,
        nothing_is_understood: false,
        form: Form::default(),
    }
}

fn problem(key: Key, line: Option<usize>, found: String) -> SettingProblem {
    let (name, allowed) = (key.name(), key.allowed());
    let place = line
        .map(|line| format!("settings.toml, line {line}: "))
        .unwrap_or_default();
    let message = format!("{place}{name} cannot be {found}. Allowed: {allowed}.");
    SettingProblem {
        key: name.to_owned(),
        line,
        found: Some(found),
        allowed,
        message,
    }
}

fn refused(key: Key, wanted: &Settings) -> Option<SettingProblem> {
    key.refused(wanted).map(|found| problem(key, None, found))
}

fn line_of(text: &str, at: usize) -> usize {
    1 + text
        .as_bytes()
        .iter()
        .take(at)
        .filter(|b| **b == b'\n')
        .count()
}
