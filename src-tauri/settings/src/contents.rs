//! What lies at the path of settings.toml, and how far it is understood. Saving it is in `file.rs`.

use std::fs;
use std::io;
use std::path::Path;

use toml_edit::{Document, DocumentMut};

use crate::keys::Key;
use crate::problem::echo;
use crate::{SettingProblem, Settings, SettingsError, backend_file};

/// Largest settings.toml that is read, in bytes. Ours has a few hundred.
const MAX_BYTES: u64 = 1024 * 1024;

/// What lies at the path.
pub(crate) enum Contents {
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
    pub nothing_is_understood: bool,
    pub form: Form,
}

/// How the file is written apart from its words; an editor on Windows wants it back as it was.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Form {
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

    /// The same text in this form.
    pub fn put_on(self, text: &str) -> String {
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
    pub fn of(path: &Path) -> Result<Self, SettingsError> {
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

    pub fn parse(&self) -> Read {
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

pub(crate) fn problem(key: Key, line: Option<usize>, found: String) -> SettingProblem {
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

fn line_of(text: &str, at: usize) -> usize {
    1 + text
        .as_bytes()
        .iter()
        .take(at)
        .filter(|b| **b == b'\n')
        .count()
}
