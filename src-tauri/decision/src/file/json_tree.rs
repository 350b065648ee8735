//! Strict JSON to the common tree: no comments, no trailing commas, no key twice.

use std::collections::HashSet;

use jsonc_parser::ast;
use jsonc_parser::common::Ranged;
use jsonc_parser::{CollectOptions, ParseOptions, parse_to_ast};

use super::tree::{Entry, LineIndex, Node, Value, syntax};
use crate::problem::{Problem, echo};

const STRICT: ParseOptions = ParseOptions {
    allow_comments: false,
    allow_loose_object_property_names: false,
    allow_trailing_commas: false,
    allow_missing_commas: false,
    allow_single_quoted_strings: false,
    allow_hexadecimal_numbers: false,
    allow_unary_plus_numbers: false,
    allow_bare_decimal_point_numbers: false,
    allow_non_finite_numbers: false,
    allow_extended_string_escapes: false,
};

/// The tree of a JSON text, or where it is not JSON.
pub(super) fn parse(text: &str) -> Result<Node, Vec<Problem>> {
    let mut reading = Reading {
        lines: LineIndex::of(text),
        problems: Vec::new(),
    };
    let parsed = parse_to_ast(text, &CollectOptions::default(), &STRICT).map_err(|error| {
        let line = reading.lines.line(error.range().start);
        vec![syntax("valid JSON", &error.kind().to_string(), line)]
    })?;
    let value = parsed
        .value
        .ok_or_else(|| vec![syntax("valid JSON", "the file is empty", 1)])?;
    let node = reading.node(&value);
    if reading.problems.is_empty() {
        Ok(node)
    } else {
        Err(reading.problems)
    }
}

struct Reading {
    lines: LineIndex,
    problems: Vec<Problem>,
}

impl Reading {
    fn node(&mut self, value: &ast::Value<'_>) -> Node {
        let line = self.lines.line(value.start());
        let value = match value {
            ast::Value::StringLit(text) => Value::Text(text.value.to_string()),
            ast::Value::NumberLit(number) => self.number(number.value, line),
            ast::Value::BooleanLit(b) => Value::Bool(b.value),
            ast::Value::NullKeyword(_) => Value::Null,
            ast::Value::Array(list) => {
                Value::List(list.elements.iter().map(|item| self.node(item)).collect())
            }
            ast::Value::Object(object) => self.table(object),
        };
        Node { line, value }
    }

    fn number(&mut self, text: &str, line: usize) -> Value {
        let number: Option<f64> = serde_json::from_str(text).ok();
        match number {
            Some(x) => Value::Number(x, text.parse().ok()),
            // Too large for a double: left to the field, which says what it allows.
            None if text.parse::<f64>().is_ok_and(f64::is_infinite) => {
                Value::Number(f64::INFINITY, None)
            }
            None => {
                let message = format!("\"{}\" is no number", echo(text));
                self.problems.push(syntax("valid JSON", &message, line));
                Value::Null
            }
        }
    }

    fn table(&mut self, object: &ast::Object<'_>) -> Value {
        let mut seen = HashSet::new();
        let mut entries = Vec::with_capacity(object.properties.len());
        for property in &object.properties {
            let key = property.name.as_str().to_owned();
            let line = self.lines.line(property.start());
            if !seen.insert(key.clone()) {
                let message = format!("the key \"{}\" stands twice", echo(&key));
                self.problems.push(syntax("valid JSON", &message, line));
            }
            entries.push(Entry {
                key,
                line,
                node: self.node(&property.value),
            });
        }
        Value::Table(entries)
    }
}
