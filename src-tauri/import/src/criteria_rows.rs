//! The values of the weight, direction and unit rows, one a criterion.

use crate::decimal::DecimalMark;
use crate::grid::Row;
use crate::names::Head;
use crate::problem::{ImportProblem, ProblemCode};
use crate::special_rows::{DIRECTION_WORDS, direction};
use crate::table::Direction;
use crate::values::{Group, Item, Value, quoted};

const MAX_UNIT: usize = 40;

/// The weight row as a group of values, so that its decimal mark is decided like a column's.
pub(crate) fn weight_group(heads: &[Head], row: Option<&Row>) -> Group {
    let row = row.filter(|row| !row.ragged);
    let items = row
        .map(|row| {
            heads
                .iter()
                .map(|head| Item::of(row, head.column))
                .collect()
        })
        .unwrap_or_default();
    Group {
        label: "the weight row".to_owned(),
        items,
    }
}

/// Weights in the order of the criteria: finite, ≥ 0, none where the cell is empty; nothing without a weight row.
/// `30 %` is 30.
pub(crate) fn weights(
    group: &Group,
    mark: Option<DecimalMark>,
    problems: &mut Vec<ImportProblem>,
) -> Vec<Option<f64>> {
    let mut weights = Vec::with_capacity(group.items.len());
    for item in &group.items {
        let weight = match &item.value {
            Value::Missing | Value::MissingWord | Value::Broken => {
                weights.push(None);
                continue;
            }
            Value::Exact(value) => Some(*value),
            Value::Number(reading) if reading.unit.as_deref().is_none_or(|unit| unit == "%") => {
                match mark {
                    Some(mark) => reading.with(mark),
                    None => {
                        weights.push(None);
                        continue;
                    }
                }
            }
            _ => None,
        };
        let weight = weight.filter(|weight| weight.is_finite() && *weight >= 0.0);
        if weight.is_none() {
            let message = format!(
                "the weight {} is not a number of 0 or more.",
                quoted(&item.text)
            );
            let problem = ImportProblem::new(ProblemCode::BadWeight, message).at(item.place);
            problems.push(
                problem
                    .found(&item.text)
                    .allowed("a number of 0 or more, or nothing"),
            );
        }
        weights.push(weight);
    }
    weights
}

/// Directions in the order of the criteria; none where the cell is empty.
pub(crate) fn directions(
    heads: &[Head],
    row: Option<&Row>,
    problems: &mut Vec<ImportProblem>,
) -> Vec<Option<Direction>> {
    let Some(row) = row.filter(|row| !row.ragged) else {
        return vec![None; heads.len()];
    };
    let mut directions = Vec::with_capacity(heads.len());
    for head in heads {
        let text = row.cell(head.column).shown();
        let read = direction(&text);
        if read.is_none() && !text.is_empty() {
            let message = format!(
                "{} is no direction. Allowed are: {DIRECTION_WORDS}.",
                quoted(&text)
            );
            let problem =
                ImportProblem::new(ProblemCode::BadDirection, message).at(row.place(head.column));
            problems.push(problem.found(&text).allowed(DIRECTION_WORDS));
        }
        directions.push(read);
    }
    directions
}

/// Units in the order of the criteria, as written; none where the cell is empty.
pub(crate) fn declared_units(
    heads: &[Head],
    row: Option<&Row>,
    problems: &mut Vec<ImportProblem>,
) -> Vec<Option<String>> {
    let Some(row) = row.filter(|row| !row.ragged) else {
        return vec![None; heads.len()];
    };
    let mut units = Vec::with_capacity(heads.len());
    for head in heads {
        let text = row.cell(head.column).shown();
        if text.chars().count() > MAX_UNIT {
            let message = format!(
                "the unit {} is longer than {MAX_UNIT} characters.",
                quoted(&text)
            );
            let problem =
                ImportProblem::new(ProblemCode::BadUnit, message).at(row.place(head.column));
            problems.push(
                problem
                    .found(&text)
                    .allowed(format!("at most {MAX_UNIT} characters")),
            );
        }
        // A dash says that there is no unit, as in most tables of figures.
        units.push((!matches!(text.as_str(), "" | "-" | "–" | "—")).then_some(text));
    }
    units
}
