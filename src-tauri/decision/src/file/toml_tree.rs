//! TOML to the common tree.

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::tree::{Entry, LineIndex, Node, Value, syntax};
use crate::problem::Problem;

/// The tree of a TOML text, or every place at which it is not TOML.
pub(super) fn parse(text: &str) -> Result<Node, Vec<Problem>> {
    let lines = LineIndex::of(text);
    let (document, errors) = DeTable::parse_recoverable(text);
    if errors.is_empty() {
        return Ok(Node {
            line: 1,
            value: table(document.get_ref(), &lines),
        });
    }
    let problems = errors.iter().map(|error| {
        let offset = error.span().map_or(0, |span| span.start);
        syntax("valid TOML", error.message(), lines.line(offset))
    });
    Err(problems.collect())
}

fn node(value: &Spanned<DeValue<'_>>, lines: &LineIndex) -> Node {
    Node {
        line: lines.line(value.span().start),
        value: converted(value.get_ref(), lines),
    }
}

fn converted(value: &DeValue<'_>, lines: &LineIndex) -> Value {
    match value {
        DeValue::String(text) => Value::Text(text.to_string()),
        DeValue::Integer(integer) => {
            let whole = i64::from_str_radix(integer.as_str(), integer.radix()).ok();
            // Beyond 64 bits only decimal integers have a meaning as a number.
            let number = whole.map_or_else(
                || integer.as_str().parse().unwrap_or(f64::INFINITY),
                as_number,
            );
            Value::Number(number, whole)
        }
        DeValue::Float(float) => Value::Number(float.as_str().parse().unwrap_or(f64::NAN), None),
        DeValue::Boolean(b) => Value::Bool(*b),
        DeValue::Datetime(date) => Value::Date(date.to_string()),
        DeValue::Array(items) => Value::List(items.iter().map(|item| node(item, lines)).collect()),
        DeValue::Table(entries) => table(entries, lines),
    }
}

#[allow(
    clippy::cast_precision_loss,
    reason = "a score or weight beyond 2^53 has no use for its last digit"
)]
fn as_number(whole: i64) -> f64 {
    whole as f64
}

fn table(entries: &DeTable<'_>, lines: &LineIndex) -> Value {
    let mut entries: Vec<(usize, Entry)> = entries
        .iter()
        .map(|(key, value)| {
            let start = key.span().start;
            let entry = Entry {
                key: key.get_ref().to_string(),
                line: lines.line(start),
                node: node(value, lines),
            };
            (start, entry)
        })
        .collect();
    // The parser sorts by key; people expect problems in the order of their file.
    entries.sort_by_key(|(start, _)| *start);
    Value::Table(entries.into_iter().map(|(_, entry)| entry).collect())
}
