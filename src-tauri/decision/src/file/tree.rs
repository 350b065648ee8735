//! One tree for both file formats: values with the line on which each stands. What the fields mean is `read`'s.

use crate::problem::{Problem, ProblemCode as Code, echo, number_text};

/// A value and its 1-based line.
#[derive(Debug)]
pub(super) struct Node {
    pub(super) line: usize,
    pub(super) value: Value,
}

#[derive(Debug)]
pub(super) enum Value {
    Null,
    Bool(bool),
    /// The number, and its text where it is a whole one.
    Number(f64, Option<i64>),
    Text(String),
    /// A TOML date or time, as text.
    Date(String),
    List(Vec<Node>),
    Table(Vec<Entry>),
}

#[derive(Debug)]
pub(super) struct Entry {
    pub(super) key: String,
    pub(super) line: usize,
    pub(super) node: Node,
}

impl Node {
    /// What stands here, short and in words.
    pub(super) fn words(&self) -> String {
        match &self.value {
            Value::Null => "null".to_owned(),
            Value::Bool(b) => b.to_string(),
            Value::Number(x, _) => number_text(*x),
            Value::Text(text) => format!("\"{}\"", echo(text)),
            Value::Date(text) => format!("the date {text}"),
            Value::List(items) => format!("a list of {}", items.len()),
            Value::Table(_) => "a table".to_owned(),
        }
    }

    /// The value as JSON, for `x-…` fields; dates and numbers that JSON does not have become text.
    pub(super) fn to_json(&self) -> serde_json::Value {
        use serde_json::Value as Json;
        match &self.value {
            Value::Null => Json::Null,
            Value::Bool(b) => Json::Bool(*b),
            Value::Number(_, Some(whole)) => Json::from(*whole),
            Value::Number(x, None) => serde_json::Number::from_f64(*x)
                .map_or_else(|| Json::String(x.to_string()), Json::Number),
            Value::Text(text) | Value::Date(text) => Json::String(text.clone()),
            Value::List(items) => Json::Array(items.iter().map(Self::to_json).collect()),
            Value::Table(entries) => Json::Object(
                entries
                    .iter()
                    .map(|e| (e.key.clone(), e.node.to_json()))
                    .collect(),
            ),
        }
    }
}

/// The starts of a text's lines, to turn byte offsets into line numbers.
pub(super) struct LineIndex {
    starts: Vec<usize>,
}

impl LineIndex {
    pub(super) fn of(text: &str) -> Self {
        let after_breaks = text
            .bytes()
            .enumerate()
            .filter(|(_, b)| *b == b'\n')
            .map(|(i, _)| i + 1);
        Self {
            starts: std::iter::once(0).chain(after_breaks).collect(),
        }
    }

    /// The 1-based line of the byte at `offset`.
    pub(super) fn line(&self, offset: usize) -> usize {
        self.starts.partition_point(|start| *start <= offset)
    }
}

/// A text that is not of its format.
pub(super) fn syntax(format: &str, message: &str, line: usize) -> Problem {
    let message = format!("line {line} is not {format}: {}", echo(message));
    Problem::new(Code::Syntax, "", message).at_line(line)
}
