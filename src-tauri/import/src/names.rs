//! The names of criteria and options: found, tidied of line ends, and held against the rules for names.

use std::collections::HashMap;

use crate::grid::{Raw, Row};
use crate::problem::{ImportProblem, Place, ProblemCode, thousands};
use crate::values::quoted;
use crate::{MAX_CRITERION_NAME, MAX_OPTION_NAME, number};

/// A criterion's name and its column, counted from 0 in the grid.
pub(crate) struct Head {
    pub column: usize,
    pub name: String,
}

/// The criteria of the header row. Columns without a name and without values are passed over.
pub(crate) fn heads(header: &Row, body: &[Row], problems: &mut Vec<ImportProblem>) -> Vec<Head> {
    let width = std::iter::once(header)
        .chain(body)
        .map(|row| row.cells.len())
        .max()
        .unwrap_or(0);
    let mut heads = Vec::new();
    for column in 1..width {
        let raw = header.cell(column);
        if !raw.is_empty() {
            heads.push(Head {
                column,
                name: tidy(&raw.shown()),
            });
        } else if let Some(row) = body
            .iter()
            .find(|row| !row.ragged && !row.cell(column).is_empty())
        {
            let message = format!(
                "this column has no name, but holds {} in {}. Name the criterion, or empty the column.",
                quoted(&row.cell(column).shown()),
                row.place(column).a1()
            );
            let problem =
                ImportProblem::new(ProblemCode::EmptyHeader, message).at(header.place(column));
            problems.push(problem.allowed("a name for the criterion"));
        }
    }
    if heads.is_empty() {
        problems.push(no_criteria(header));
    } else if heads.iter().all(|head| is_number(header.cell(head.column))) {
        let message = format!(
            "the first row must name the criteria, but it holds only numbers ({}, …). Put a row of names above it.",
            quoted(&heads[0].name)
        );
        let problem = ImportProblem::new(ProblemCode::HeaderIsNumbers, message).at(header.whole());
        problems.push(problem.found(&heads[0].name).allowed("names of criteria"));
    }
    let named = heads
        .iter()
        .map(|head| (header.place(head.column), head.name.as_str()));
    check(
        "criterion",
        "criteria",
        MAX_CRITERION_NAME,
        ProblemCode::DuplicateCriterion,
        named,
        problems,
    );
    heads
}

/// The names of the option rows, each a problem if it is missing, too long or taken.
pub(crate) fn options(rows: &[&Row], problems: &mut Vec<ImportProblem>) -> Vec<String> {
    for row in rows.iter().filter(|row| row.cell(0).is_empty()) {
        let held = row
            .cells
            .iter()
            .find(|cell| !cell.is_empty())
            .map(Raw::shown)
            .unwrap_or_default();
        let message = format!(
            "this row has no name, but holds {}. Name the option, or empty the row.",
            quoted(&held)
        );
        let problem = ImportProblem::new(ProblemCode::EmptyOptionName, message).at(row.place(0));
        problems.push(problem.allowed("a name for the option"));
    }
    let names: Vec<String> = rows.iter().map(|row| tidy(&row.cell(0).shown())).collect();
    let named = rows.iter().zip(&names).filter(|(_, name)| !name.is_empty());
    let named = named.map(|(row, name)| (row.place(0), name.as_str()));
    check(
        "option",
        "options",
        MAX_OPTION_NAME,
        ProblemCode::DuplicateOption,
        named,
        problems,
    );
    names
}

/// What can be read and still looks like another kind of table.
pub(crate) fn doubts(header: &Row, options: &[&Row]) -> Vec<String> {
    let mut doubts = Vec::new();
    let corner = header.cell(0).shown();
    if matches!(corner.to_lowercase().as_str(), "criterion" | "criteria") {
        doubts.push(format!(
            "The first column is headed {}, and its rows are read as options. If they are criteria, transpose the table.",
            quoted(&corner)
        ));
    }
    if options.len() > 1 && options.iter().all(|row| is_number(row.cell(0))) {
        doubts.push(format!(
            "The options are named by numbers ({}, …), because the first column holds the names.",
            quoted(&options[0].cell(0).shown())
        ));
    }
    doubts
}

fn check<'n>(
    one: &str,
    many: &str,
    longest: usize,
    duplicate: ProblemCode,
    names: impl Iterator<Item = (Place, &'n str)>,
    problems: &mut Vec<ImportProblem>,
) {
    let mut seen: HashMap<String, String> = HashMap::new();
    for (place, name) in names {
        let length = name.chars().count();
        if length > longest {
            let message = format!(
                "the name of the {one} has {} characters, and at most {longest} are allowed: {}.",
                thousands(length),
                quoted(name)
            );
            let problem = ImportProblem::new(ProblemCode::NameTooLong, message).at(place);
            problems.push(
                problem
                    .found(name)
                    .allowed(format!("1–{longest} characters")),
            );
            continue;
        }
        if let Some(control) = name.chars().find(|c| c.is_control()) {
            let message = format!(
                "the name of the {one}, {}, holds a control character (U+{:04X}). Remove it.",
                quoted(name),
                u32::from(control)
            );
            let problem = ImportProblem::new(ProblemCode::BadName, message).at(place);
            problems.push(problem.found(name).allowed("printable characters"));
            continue;
        }
        match seen.get(&name.to_lowercase()) {
            Some(first) => {
                let message = format!(
                    "{} is the name of the {one} in {first} too (capitals do not count). Give the {many} different names.",
                    quoted(name)
                );
                let problem = ImportProblem::new(duplicate, message).at(place);
                problems.push(problem.found(name).allowed("a name that no other has"));
            }
            None => {
                seen.insert(name.to_lowercase(), place.a1());
            }
        }
    }
}

/// A spreadsheet breaks long headings into lines; a name is one line. Everything else is kept as it was written.
fn tidy(name: &str) -> String {
    if name.contains(['\n', '\r']) {
        name.split_whitespace().collect::<Vec<_>>().join(" ")
    } else {
        name.to_owned()
    }
}

fn is_number(raw: &Raw) -> bool {
    match raw {
        Raw::Number(_) | Raw::Percent(_) => true,
        Raw::Text(text) => number::read(text).is_some_and(|reading| reading.unit.is_none()),
        _ => false,
    }
}

fn no_criteria(header: &Row) -> ImportProblem {
    let found = header.cell(0).shown();
    let message = format!(
        "there is only one column ({}), so no criterion. The first row names the criteria, the first column the options; \
         cells are separated by commas, semicolons or tabs.",
        quoted(&found)
    );
    ImportProblem::new(ProblemCode::NoCriteria, message)
        .at(header.whole())
        .found(&found)
        .allowed("2 columns or more")
}
