//! The values of one column (or of the weight row) before the decimal mark is known: number, abstention, text, missing.

use crate::grid::{Raw, Row};
use crate::number::{self, Reading};
use crate::problem::{ImportProblem, Place, ProblemCode, echo};

/// What one cell can be.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Value {
    Missing,
    /// A word that stands for a missing value, such as `n/a`.
    MissingWord,
    Abstain,
    /// A number of a workbook.
    Exact(f64),
    /// Text that reads as a number.
    Number(Reading),
    Text,
    /// A spreadsheet's error value or a formula without its result.
    Broken,
}

/// One cell: its place, its text, its value.
#[derive(Debug, Clone)]
pub(crate) struct Item {
    pub place: Place,
    pub text: String,
    pub value: Value,
}

impl Item {
    pub fn of(row: &Row, column: usize) -> Self {
        let raw = row.cell(column);
        let value = match raw {
            Raw::Empty => Value::Missing,
            Raw::Number(number) => Value::Exact(*number),
            Raw::Percent(number) => Value::Number(Reading::exact(*number, "%")),
            Raw::Broken(_) => Value::Broken,
            Raw::Text(text) if is_missing_word(text) => Value::MissingWord,
            Raw::Text(text) if is_abstain(text) => Value::Abstain,
            Raw::Text(text) => number::read(text).map_or(Value::Text, Value::Number),
        };
        Self {
            place: row.place(column),
            text: raw.shown(),
            value,
        }
    }
}

impl Item {
    fn own_unit(&self) -> Option<&str> {
        match &self.value {
            Value::Number(reading) => reading.unit.as_deref(),
            _ => None,
        }
    }

    fn is_bare_number(&self) -> bool {
        matches!(
            self.value,
            Value::Exact(_) | Value::Number(Reading { unit: None, .. })
        )
    }
}

/// The values that are read together: those of one column, or the weight row.
#[derive(Debug)]
pub(crate) struct Group {
    /// For messages: `column "Cost"`, `the weight row`.
    pub label: String,
    pub items: Vec<Item>,
}

impl Group {
    /// A column holds numbers if at least half of what stands in it are numbers or abstentions.
    pub fn is_numeric(&self) -> bool {
        let numbers =
            self.count(|v| matches!(v, Value::Exact(_) | Value::Number(_) | Value::Abstain));
        let texts = self.count(|v| matches!(v, Value::Text));
        numbers > 0 && numbers >= texts
    }

    fn count(&self, is: impl Fn(&Value) -> bool) -> usize {
        self.items.iter().filter(|item| is(&item.value)).count()
    }

    /// The unit that the cells carry, or else the `declared` one. A problem for every cell that carries another.
    pub fn unit(
        &self,
        declared: Option<&str>,
        problems: &mut Vec<ImportProblem>,
    ) -> Option<String> {
        let first = self
            .items
            .iter()
            .find_map(|item| Some((item.own_unit()?, item.place.a1())));
        let (unit, source) = match (declared, first) {
            (Some(declared), _) => (declared, "the unit row".to_owned()),
            (None, Some((unit, place))) => (unit, place),
            (None, None) => return None,
        };
        for item in &self.items {
            // A bare 0.3 below a 45% may be 0.3% or 30%; a bare 90 below a €120 is taken for euros.
            let unclear = declared.is_none() && matches!(unit, "%" | "‰") && item.is_bare_number();
            let found = match item.own_unit() {
                Some(found) if found != unit => format!("is in {}", quoted(found)),
                None if unclear => "has no unit".to_owned(),
                _ => continue,
            };
            let message = format!(
                "{} {found}, but {source} says {}. Give the whole of {} one unit.",
                quoted(&item.text),
                quoted(unit),
                self.label
            );
            let problem = ImportProblem::new(ProblemCode::MixedUnits, message).at(item.place);
            problems.push(
                problem
                    .found(&item.text)
                    .allowed(format!("numbers in {}", echo(unit))),
            );
        }
        Some(unit.to_owned())
    }

    /// Whether some of the numbers carry no unit of their own.
    pub fn has_bare_numbers(&self) -> bool {
        self.items.iter().any(Item::is_bare_number)
    }
}

fn is_abstain(text: &str) -> bool {
    matches!(
        text.to_lowercase().as_str(),
        "abstain" | "abstained" | "abstention"
    )
}

fn is_missing_word(text: &str) -> bool {
    matches!(
        text.to_lowercase().as_str(),
        "-" | "–"
            | "—"
            | "?"
            | "n/a"
            | "na"
            | "n.a."
            | "#n/a"
            | "null"
            | "none"
            | "missing"
            | "tbd"
    )
}

/// A text in a message.
pub(crate) fn quoted(text: &str) -> String {
    format!("\"{}\"", echo(text))
}
