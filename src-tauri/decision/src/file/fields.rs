//! Reading the fields of one table: types, unknown names, and where each field stands. What fields there are is the readers'.

use std::collections::HashMap;

use super::tree::{Entry, Node, Value};
use crate::model::Extra;
use crate::problem::{Problem, ProblemCode as Code, echo, nearest, number_text};

/// What was noticed so far in a file.
#[derive(Default)]
pub(super) struct Log {
    pub(super) problems: Vec<Problem>,
    pub(super) warnings: Vec<Problem>,
    /// The line of every field that was read, by its path.
    pub(super) lines: HashMap<String, usize>,
}

impl Log {
    pub(super) fn problem(&mut self, problem: Problem, line: usize) {
        self.problems.push(problem.at_line(line));
    }

    pub(super) fn warning(&mut self, problem: Problem, line: usize) {
        self.warnings.push(problem.at_line(line));
    }

    fn wrong_type(&mut self, path: &str, node: &Node, allowed: &str) {
        let found = node.words();
        let message = format!("{path} is {found}: it must be {allowed}");
        let problem = Problem::new(Code::WrongType, path, message)
            .found(found)
            .allowed(allowed);
        self.problem(problem, node.line);
    }

    /// The line of `field`, or of the nearest part of its path that stands in the file.
    pub(super) fn line_of(&self, field: &str) -> Option<usize> {
        let mut path = field;
        loop {
            if let Some(line) = self.lines.get(path) {
                return Some(*line);
            }
            path = &path[..path.rfind(['.', '['])?];
        }
    }
}

/// The fields of one table.
pub(super) struct Fields<'n> {
    path: String,
    pub(super) line: usize,
    pub(super) entries: &'n [Entry],
}

impl<'n> Fields<'n> {
    /// The table at `path`, whose fields may only be `known` ones and `x-…`.
    pub(super) fn open(node: &'n Node, path: &str, known: &[&str], log: &mut Log) -> Option<Self> {
        let fields = Self::open_map(node, path, log)?;
        for entry in fields.entries {
            let key = entry.key.as_str();
            if !known.contains(&key) && !is_extra(key) {
                fields.refuse_unknown(entry, known, log);
            }
        }
        Some(fields)
    }

    /// The table at `path`, whose keys are names that the user chose.
    pub(super) fn open_map(node: &'n Node, path: &str, log: &mut Log) -> Option<Self> {
        log.lines.insert(path.to_owned(), node.line);
        let Value::Table(entries) = &node.value else {
            log.wrong_type(path, node, "a table");
            return None;
        };
        let fields = Self {
            path: path.to_owned(),
            line: node.line,
            entries,
        };
        for entry in entries {
            log.lines.insert(fields.at(&entry.key), entry.line);
        }
        Some(fields)
    }

    fn refuse_unknown(&self, entry: &Entry, known: &[&str], log: &mut Log) {
        let at = self.at(&entry.key);
        let meant = nearest(&entry.key, known.iter().copied());
        let hint = meant.map_or(String::new(), |name| format!("; did you mean \"{name}\"?"));
        let message = format!("unknown field \"{}\"{hint}", echo(&entry.key));
        let allowed = meant.map_or_else(|| known.join(", "), str::to_owned);
        let problem = Problem::new(Code::UnknownField, echo(&at), message)
            .found(&entry.key)
            .allowed(format!("{allowed} (or x-… for fields of your own)"));
        log.problem(problem, entry.line);
    }

    /// The path of the field `key`.
    pub(super) fn at(&self, key: &str) -> String {
        let key = echo(key);
        if self.path.is_empty() {
            key
        } else {
            format!("{}.{key}", self.path)
        }
    }

    /// The field, unless it is absent or null.
    pub(super) fn get(&self, key: &str) -> Option<&'n Node> {
        let entry = self.entries.iter().find(|entry| entry.key == key)?;
        (!matches!(entry.node.value, Value::Null)).then_some(&entry.node)
    }

    /// The `x-…` fields.
    pub(super) fn extra(&self) -> Extra {
        let kept = self.entries.iter().filter(|entry| is_extra(&entry.key));
        kept.map(|entry| (entry.key.clone(), entry.node.to_json()))
            .collect()
    }

    pub(super) fn text(&self, key: &str, log: &mut Log) -> Option<String> {
        let node = self.get(key)?;
        text(node, &self.at(key), log)
    }

    pub(super) fn number(&self, key: &str, log: &mut Log) -> Option<f64> {
        let node = self.get(key)?;
        number(node, &self.at(key), log)
    }

    /// A field that must be there; its absence is a problem of the table.
    pub(super) fn required(&self, key: &str, allowed: &str, log: &mut Log) -> Option<&'n Node> {
        let node = self.get(key);
        if node.is_none() {
            let at = self.at(key);
            let message = format!("{at} is missing: it must be {allowed}");
            let problem = Problem::new(Code::MissingField, at, message).allowed(allowed);
            log.problem(problem, self.line);
        }
        node
    }

    /// One of a closed set of words.
    pub(super) fn choice<T: Copy>(
        &self,
        key: &str,
        all: &[T],
        word: fn(T) -> &'static str,
        log: &mut Log,
    ) -> Option<T> {
        let given = self.text(key, log)?;
        let chosen = all.iter().copied().find(|choice| word(*choice) == given);
        if chosen.is_none() {
            let words: Vec<&str> = all.iter().map(|choice| word(*choice)).collect();
            self.refuse_choice(key, &given, &words, log);
        }
        chosen
    }

    pub(super) fn refuse_choice(&self, key: &str, given: &str, words: &[&str], log: &mut Log) {
        let at = self.at(key);
        let allowed = words.join(", ");
        let hint = nearest(given, words.iter().copied())
            .map_or(String::new(), |word| format!(" (did you mean \"{word}\"?)"));
        let message = format!(
            "{at} is \"{}\": it must be one of {allowed}{hint}",
            echo(given)
        );
        let line = self.get(key).map_or(self.line, |node| node.line);
        let problem = Problem::new(Code::BadChoice, at, message)
            .found(given)
            .allowed(allowed);
        log.problem(problem, line);
    }

    /// The items of a list.
    pub(super) fn list(&self, key: &str, allowed: &str, log: &mut Log) -> Option<&'n [Node]> {
        let node = self.get(key)?;
        list(node, &self.at(key), allowed, log)
    }
}

fn is_extra(key: &str) -> bool {
    key.starts_with("x-")
}

pub(super) fn text(node: &Node, path: &str, log: &mut Log) -> Option<String> {
    let Value::Text(text) = &node.value else {
        log.wrong_type(path, node, "a text");
        return None;
    };
    Some(text.clone())
}

/// A number that is finite; that it fits its field is `rules`'.
pub(super) fn number(node: &Node, path: &str, log: &mut Log) -> Option<f64> {
    let Value::Number(x, _) = node.value else {
        log.wrong_type(path, node, "a number");
        return None;
    };
    if x.is_finite() {
        return Some(x);
    }
    let found = number_text(x);
    let message = format!("{path} is {found}: it must be a finite number");
    let problem = Problem::new(Code::BadNumber, path, message)
        .found(found)
        .allowed("a finite number");
    log.problem(problem, node.line);
    None
}

pub(super) fn list<'n>(
    node: &'n Node,
    path: &str,
    allowed: &str,
    log: &mut Log,
) -> Option<&'n [Node]> {
    let Value::List(items) = &node.value else {
        log.wrong_type(path, node, allowed);
        return None;
    };
    for (i, item) in items.iter().enumerate() {
        log.lines.insert(format!("{path}[{i}]"), item.line);
    }
    Some(items)
}

/// Two numbers, such as a range.
pub(super) fn pair(node: &Node, path: &str, log: &mut Log) -> Option<[f64; 2]> {
    let allowed = "a list of two numbers";
    let items = list(node, path, allowed, log)?;
    let [first, second] = items else {
        log.wrong_type(path, node, allowed);
        return None;
    };
    let first = number(first, path, log);
    let second = number(second, path, log);
    Some([first?, second?])
}
