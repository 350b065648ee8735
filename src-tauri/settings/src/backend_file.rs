//! The `[backends.NAME]` tables within settings.toml: reading all of them, and adding, replacing or removing one while
//! every other byte of the file stays.

use toml_edit::{Document, DocumentMut, Item, Table};

use crate::backend_table::{self, Mistake};
use crate::backends::{BackendConfig, BackendKind};
use crate::contents::Read;
use crate::file::Rewritten;
use crate::{Saved, SettingProblem, Settings, SettingsError, SettingsFile};

const BACKENDS: &str = "backends";

impl SettingsFile {
    /// Adds a backend, or gives the one of that name this configuration. Its comments, the keys in its table that are
    /// not ours, and everything else in the file stay as they are.
    ///
    /// # Errors
    /// [`SettingsError::Invalid`] for a name, an address or another value that is not allowed, which is repeated only
    /// where it cannot be secret; otherwise as for [`SettingsFile::save`]. Nothing is changed then.
    pub fn put_backend(&mut self, backend: &BackendConfig) -> Result<Saved, SettingsError> {
        let mistakes = backend_table::check(backend);
        if !mistakes.is_empty() {
            let problems = mistakes
                .into_iter()
                .map(|mistake| problem(&backend.name, mistake, |_| 1))
                .collect();
            return Err(SettingsError::Invalid(problems));
        }
        self.rewrite(|read| Rewritten {
            text: put(read, backend),
            replaces_mistakes: read.is_wrong(&format!("{BACKENDS}.{}", backend.name)),
        })
    }

    /// Removes a backend with the comment right above it; a default backend that is gone then is forgotten, too. A
    /// name that is not there changes nothing.
    ///
    /// # Errors
    /// As for [`SettingsFile::save`]. Nothing is changed then.
    pub fn remove_backend(&mut self, name: &str) -> Result<Saved, SettingsError> {
        self.rewrite(|read| Rewritten {
            text: removed(read, name),
            replaces_mistakes: read.is_wrong(&format!("{BACKENDS}.{name}")),
        })
    }
}

/// Takes the backends into `settings`. `line` gives the line of a byte.
pub(crate) fn read(
    item: &Item,
    line: impl Fn(usize) -> usize + Copy,
    settings: &mut Settings,
    problems: &mut Vec<SettingProblem>,
) {
    let Some(tables) = item.as_table_like() else {
        problems.push(no_table(BACKENDS, item, line));
        return;
    };
    for (name, item) in tables.iter() {
        let Some(table) = item.as_table_like() else {
            settings.unusable.push(name.to_owned());
            problems.push(no_table(&format!("{BACKENDS}.{name}"), item, line));
            continue;
        };
        match backend_table::read(name, table) {
            Ok(backend) => settings.backends.push(backend),
            Err(mistakes) => {
                settings.unusable.push(name.to_owned());
                let at = item.span().map(|span| span.start);
                problems.extend(mistakes.into_iter().map(|mut mistake| {
                    mistake.at = mistake.at.or(at);
                    problem(name, mistake, line)
                }));
            }
        }
    }
    settings.backends.sort_by(|a, b| a.name.cmp(&b.name));
    settings.unusable.sort();
}

fn no_table(key: &str, item: &Item, line: impl Fn(usize) -> usize) -> SettingProblem {
    let line = item.span().map(|span| line(span.start));
    let allowed = "a table for each backend, such as [backends.office]".to_owned();
    SettingProblem {
        key: key.to_owned(),
        line,
        found: None,
        message: format!("{}{key} is no table. Allowed: {allowed}.", place(line)),
        allowed,
    }
}

fn problem(name: &str, mistake: Mistake, line: impl Fn(usize) -> usize) -> SettingProblem {
    let Mistake {
        key,
        wrong,
        found,
        allowed,
        at,
    } = mistake;
    let line = at.map(line);
    let shown = crate::problem::echo(name);
    let key = if key.is_empty() {
        format!("{BACKENDS}.{shown}")
    } else {
        format!("{BACKENDS}.{shown}.{key}")
    };
    SettingProblem {
        message: format!("{}{key} {wrong}. Allowed: {allowed}.", place(line)),
        key,
        line,
        found,
        allowed,
    }
}

fn place(line: Option<usize>) -> String {
    line.map(|line| format!("settings.toml, line {line}: "))
        .unwrap_or_default()
}

fn put(read: &Read, backend: &BackendConfig) -> String {
    let name = backend.name.as_str();
    let mut document = read.document.clone();
    let tables = document.get_mut(BACKENDS).and_then(Item::as_table_like_mut);
    if let Some(there) = tables
        .and_then(|tables| tables.get_mut(name))
        .and_then(Item::as_table_like_mut)
    {
        backend_table::write(backend, there);
        return document.to_string();
    }
    let mut table = Table::new();
    backend_table::write(backend, &mut table);
    let appended = {
        let mut text = document.to_string();
        if !text.is_empty() {
            text.push_str(if text.ends_with('\n') { "\n" } else { "\n\n" });
        }
        text + &format!("[{BACKENDS}.{name}]\n{table}")
    };
    if has(&appended, name) {
        return appended;
    }
    // All of them stand in one inline table, or what stands there is no table at all.
    insert(name, table, &mut document);
    document.to_string()
}

fn insert(name: &str, table: Table, document: &mut DocumentMut) {
    if let Some(tables) = document.get_mut(BACKENDS).and_then(Item::as_table_like_mut) {
        tables.insert(name, Item::Table(table));
    } else {
        let mut tables = Table::new();
        tables.set_implicit(true);
        tables.insert(name, Item::Table(table));
        document.insert(BACKENDS, Item::Table(tables));
    }
}

/// Writes tables for backends into a document without any.
pub(crate) fn write_all(backends: &[BackendConfig], document: &mut DocumentMut) {
    for backend in backends {
        let mut table = Table::new();
        backend_table::write(backend, &mut table);
        insert(&backend.name, table, document);
    }
}

fn has(text: &str, name: &str) -> bool {
    let table = |document: DocumentMut| document.get(BACKENDS)?.get(name).map(|_| ());
    text.parse::<DocumentMut>().ok().and_then(table).is_some()
}

fn removed(read: &Read, name: &str) -> String {
    let mut document = cut(&read.text, name)
        .and_then(|text| text.parse::<DocumentMut>().ok())
        .unwrap_or_else(|| read.document.clone());
    if let Some(tables) = document.get_mut(BACKENDS).and_then(Item::as_table_like_mut) {
        tables.remove(name);
    }
    let gone_default = document.get("default_backend").and_then(Item::as_str) == Some(name)
        && BackendKind::from_word(name).is_none();
    if gone_default {
        document.remove("default_backend");
    }
    document.to_string()
}

/// The text without the lines of `[backends.NAME]` and of the tables within it, each with the comment right above it.
/// None when the backend has no table of its own in that form.
fn cut(text: &str, name: &str) -> Option<String> {
    let document = Document::parse(text).ok()?;
    let table = document.get(BACKENDS)?.as_table()?.get(name)?.as_table()?;
    let mut pieces = Vec::new();
    headed(table, &mut pieces);
    pieces.sort_unstable();
    let mut lines: Vec<(usize, usize)> = Vec::new();
    for (start, end) in pieces {
        let start = above(text, start);
        let end = text[end..].find('\n').map_or(text.len(), |at| end + at + 1);
        match lines.last_mut() {
            Some(last) if last.1 == start => last.1 = end,
            _ => lines.push((start, end)),
        }
    }
    let mut left = text.to_owned();
    for (mut start, mut end) in lines.into_iter().rev() {
        // One of the two empty lines around it goes with it.
        let apart = text[..start].ends_with("\n\n");
        if (apart || start == 0) && text[end..].starts_with('\n') {
            end += 1;
        } else if apart && end == text.len() {
            start -= 1;
        }
        left.replace_range(start..end, "");
    }
    Some(left)
}

/// First and last byte of a table with a header, and of all such tables within it.
fn headed(table: &Table, pieces: &mut Vec<(usize, usize)>) {
    if let (false, Some(header)) = (table.is_dotted(), table.span()) {
        pieces.push((header.start, header.end.max(last_value(table))));
    }
    for (_, item) in table {
        match item {
            Item::Table(inner) => headed(inner, pieces),
            Item::ArrayOfTables(inner) => inner.iter().for_each(|inner| headed(inner, pieces)),
            _ => {}
        }
    }
}

/// The end of the last value that stands under the header of this table.
fn last_value(table: &Table) -> usize {
    let ends = table.iter().map(|(_, item)| match item {
        Item::Value(value) => value.span().map_or(0, |span| span.end),
        Item::Table(dotted) if dotted.is_dotted() => last_value(dotted),
        _ => 0,
    });
    ends.max().unwrap_or(0)
}

/// The beginning of the comment lines that stand right above a line. Those that begin the file may be about the file.
fn above(text: &str, line: usize) -> usize {
    let line = text[..line].rfind('\n').map_or(0, |at| at + 1);
    let mut start = line;
    while start > 0 {
        let before = text[..start - 1].rfind('\n').map_or(0, |at| at + 1);
        if !text[before..start].trim_start().starts_with('#') {
            break;
        }
        start = before;
    }
    if start == 0 { line } else { start }
}
