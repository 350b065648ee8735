//! Rows of cells to a table: which rows speak about the criteria, which are options, which columns are numbers.
//! Every problem is collected before the table is refused.

use crate::criteria_rows::{declared_units, directions, weight_group, weights};
use crate::decimal::{self, DecimalMark};
use crate::grid::{Grid, Row};
use crate::names::{self, Head};
use crate::problem::{ImportProblem, ProblemCode, thousands};
use crate::special_rows::Special;
use crate::table::{CellText, Column, Table};
use crate::values::{Group, Item, Value, quoted};
use crate::{Delimiter, MAX_CELL_CHARS};

/// The rows about the criteria; each may be missing.
#[derive(Default)]
pub(crate) struct Specials<'g> {
    pub weight: Option<&'g Row>,
    pub direction: Option<&'g Row>,
    pub unit: Option<&'g Row>,
}

/// Makes the table, or lists everything that is wrong with it.
pub(crate) fn table(grid: &Grid, said: Option<DecimalMark>) -> Result<Table, Vec<ImportProblem>> {
    let mut problems = grid.problems.clone();
    let mut notices = grid.notices.clone();
    let Some((header, body)) = grid.rows.split_first() else {
        let nothing = "There is nothing in it. The first row names the criteria, the first column the options.";
        return Err(vec![ImportProblem::new(ProblemCode::Empty, nothing)]);
    };
    let heads = names::heads(header, body, &mut problems);
    let (specials, rows) = split(header, body, &mut problems);
    notices.extend(names::doubts(header, &rows));
    let options = names::options(&rows, &mut problems);
    broken_and_long_cells(&grid.rows, &mut problems);

    let whole_rows: Vec<&Row> = rows.into_iter().filter(|row| !row.ragged).collect();
    let columns: Vec<Group> = heads.iter().map(|head| column(head, &whole_rows)).collect();
    let declared = declared_units(&heads, specials.unit, &mut problems);
    let numeric: Vec<bool> = columns
        .iter()
        .zip(&declared)
        .map(|(group, unit)| unit.is_some() || group.is_numeric())
        .collect();
    let units = units(&columns, &numeric, &declared, &mut notices, &mut problems);

    let weight_row = weight_group(&heads, specials.weight);
    let marks = marks(
        &columns,
        &numeric,
        &weight_row,
        (grid.delimiter, said),
        &mut notices,
        &mut problems,
    );
    let weights = weights(&weight_row, marks.weights, &mut problems);
    let directions = directions(&heads, specials.direction, &mut problems);
    let values: Vec<Vec<Option<CellText>>> = columns
        .iter()
        .enumerate()
        .map(|(i, group)| {
            if numeric[i] {
                numbers(group, marks.columns[i], &mut problems)
            } else {
                texts(group)
            }
        })
        .collect();
    if !problems.is_empty() {
        return Err(problems);
    }
    notices.extend(missing_words(&columns, &numeric));
    notices.extend(text_columns(&columns, &numeric));
    let criteria = heads.into_iter().enumerate().map(|(i, head)| Column {
        name: head.name,
        weight: weights.get(i).copied().flatten(),
        direction: directions[i],
        unit: units[i].clone(),
        numeric: numeric[i],
    });
    let cells = (0..options.len())
        .map(|row| values.iter().map(|column| column[row].clone()).collect())
        .collect();
    Ok(Table {
        criteria: criteria.collect(),
        options,
        cells,
        notices,
    })
}

/// Tells the rows about criteria, which come first, from the options.
fn split<'g>(
    header: &Row,
    body: &'g [Row],
    problems: &mut Vec<ImportProblem>,
) -> (Specials<'g>, Vec<&'g Row>) {
    let mut specials = Specials::default();
    let mut options: Vec<&Row> = Vec::new();
    for row in body {
        let name = row.cell(0).shown();
        let Some(special) = Special::named(&name) else {
            options.push(row);
            continue;
        };
        if let Some(first) = options.first() {
            let message = format!(
                "a {} row must stand above the first option ({}). Move it up, or give the option another name.",
                special.word(),
                first.place(0).a1()
            );
            let problem =
                ImportProblem::new(ProblemCode::MisplacedSpecialRow, message).at(row.place(0));
            problems.push(
                problem
                    .found(&name)
                    .allowed("below the header, above the first option"),
            );
            continue;
        }
        let slot = match special {
            Special::Weight => &mut specials.weight,
            Special::Direction => &mut specials.direction,
            Special::Unit => &mut specials.unit,
        };
        if let Some(first) = slot {
            let message = format!(
                "a second {} row; the first is row {}. Keep one of them.",
                special.word(),
                first.row
            );
            let problem =
                ImportProblem::new(ProblemCode::DuplicateSpecialRow, message).at(row.place(0));
            problems.push(
                problem
                    .found(&name)
                    .allowed(format!("one {} row", special.word())),
            );
        } else {
            *slot = Some(row);
        }
    }
    if options.is_empty() {
        let message = format!(
            "There is no option: the first row ({}, …) is the header, and below it, and below the weight, direction \
             and unit rows, comes one row an option.",
            quoted(&header.cell(0).shown())
        );
        problems
            .push(ImportProblem::new(ProblemCode::NoOptions, message).allowed("1 option or more"));
    }
    (specials, options)
}

fn column(head: &Head, rows: &[&Row]) -> Group {
    Group {
        label: format!("column {}", quoted(&head.name)),
        items: rows.iter().map(|row| Item::of(row, head.column)).collect(),
    }
}

fn units(
    columns: &[Group],
    numeric: &[bool],
    declared: &[Option<String>],
    notices: &mut Vec<String>,
    problems: &mut Vec<ImportProblem>,
) -> Vec<Option<String>> {
    let mut units = Vec::with_capacity(columns.len());
    for (i, group) in columns.iter().enumerate() {
        let unit = if numeric[i] {
            group.unit(declared[i].as_deref(), problems)
        } else {
            None
        };
        if let (Some(unit), None) = (&unit, &declared[i]) {
            let bare = if group.has_bare_numbers() {
                ", also for those that have none"
            } else {
                ""
            };
            notices.push(format!(
                "The unit of {} is taken from its cells: {}{bare}.",
                group.label,
                quoted(unit)
            ));
        }
        units.push(unit);
    }
    units
}

/// The decimal mark of each column and of the weight row; none where it could not be decided.
struct Marks {
    columns: Vec<Option<DecimalMark>>,
    weights: Option<DecimalMark>,
}

fn marks(
    columns: &[Group],
    numeric: &[bool],
    weight_row: &Group,
    (delimiter, said): (Option<Delimiter>, Option<DecimalMark>),
    notices: &mut Vec<String>,
    problems: &mut Vec<ImportProblem>,
) -> Marks {
    let groups: Vec<&Group> = columns
        .iter()
        .zip(numeric)
        .filter(|(_, numeric)| **numeric)
        .map(|(g, _)| g)
        .chain([weight_row])
        .collect();
    let decided = decimal::decide(&groups, delimiter, said);
    notices.extend(decided.notices);
    problems.extend(decided.problems);
    let mut of = decided.of.into_iter();
    let columns = numeric
        .iter()
        .map(|numeric| if *numeric { of.next().flatten() } else { None })
        .collect();
    Marks {
        columns,
        weights: of.next().flatten(),
    }
}

/// The cells of a column of numbers. Without a mark the column is a problem already.
fn numbers(
    group: &Group,
    mark: Option<DecimalMark>,
    problems: &mut Vec<ImportProblem>,
) -> Vec<Option<CellText>> {
    let mut cells = Vec::with_capacity(group.items.len());
    for item in &group.items {
        let number = match &item.value {
            Value::Missing | Value::MissingWord | Value::Broken => {
                cells.push(None);
                continue;
            }
            Value::Abstain => {
                cells.push(Some(CellText {
                    text: "abstain".to_owned(),
                    number: None,
                }));
                continue;
            }
            Value::Exact(value) => Some(*value),
            Value::Number(reading) => match mark {
                Some(mark) => reading.with(mark),
                None => {
                    cells.push(None);
                    continue;
                }
            },
            Value::Text => None,
        };
        match number {
            Some(number) if number.is_finite() => cells.push(Some(CellText {
                text: item.text.clone(),
                number: Some(number),
            })),
            Some(_) => problems.push(not_finite(item)),
            None => problems.push(not_a_number(group, item, mark)),
        }
    }
    cells
}

fn not_finite(item: &Item) -> ImportProblem {
    let message = format!(
        "{} is not a finite number. Write a number, or leave the cell empty.",
        quoted(&item.text)
    );
    let problem = ImportProblem::new(ProblemCode::NotFinite, message).at(item.place);
    problem
        .found(&item.text)
        .allowed("a finite number, or nothing")
}

fn not_a_number(group: &Group, item: &Item, mark: Option<DecimalMark>) -> ImportProblem {
    let why = match (&item.value, mark) {
        (Value::Number(_), Some(mark)) => format!("is not a number with {}", mark.words()),
        _ => "is not a number".to_owned(),
    };
    let message = format!(
        "{} {why}, but {} holds numbers. Write a number, \"abstain\", or nothing.",
        quoted(&item.text),
        group.label
    );
    let problem = ImportProblem::new(ProblemCode::NotANumber, message).at(item.place);
    problem
        .found(&item.text)
        .allowed("a number, abstain, or nothing")
}

fn texts(group: &Group) -> Vec<Option<CellText>> {
    let text = |item: &Item| {
        (!item.text.is_empty()).then(|| CellText {
            text: item.text.clone(),
            number: None,
        })
    };
    group.items.iter().map(text).collect()
}

/// Errors of the spreadsheet, and texts beyond the limit, wherever they stand.
fn broken_and_long_cells(rows: &[Row], problems: &mut Vec<ImportProblem>) {
    for row in rows {
        for column in 0..row.cells.len() {
            let raw = row.cell(column);
            if let crate::grid::Raw::Broken(what) = raw {
                let message = format!("{what}. Mend the formula or write the value.");
                let problem = ImportProblem::new(ProblemCode::FormulaWithoutValue, message)
                    .at(row.place(column));
                problems.push(problem.found(what).allowed("a value"));
            }
            let crate::grid::Raw::Text(text) = raw else {
                continue;
            };
            // Names have limits of their own.
            let is_name = column == 0 || row.row == rows[0].row;
            let length = if text.len() > MAX_CELL_CHARS {
                text.chars().count()
            } else {
                0
            };
            if length > MAX_CELL_CHARS && !is_name {
                let message = format!(
                    "the cell has {} characters, and at most {} are allowed: {}.",
                    thousands(length),
                    thousands(MAX_CELL_CHARS),
                    quoted(text)
                );
                let problem =
                    ImportProblem::new(ProblemCode::CellTooLong, message).at(row.place(column));
                problems.push(
                    problem
                        .found(text)
                        .allowed(format!("at most {MAX_CELL_CHARS} characters")),
                );
            }
        }
    }
}

fn missing_words(columns: &[Group], numeric: &[bool]) -> Option<String> {
    const NAMED: usize = 5;
    let items = columns
        .iter()
        .zip(numeric)
        .filter(|(_, numeric)| **numeric)
        .flat_map(|(group, _)| &group.items);
    let words: Vec<String> = items
        .filter(|item| item.value == Value::MissingWord)
        .map(|item| format!("{} in {}", quoted(&item.text), item.place.a1()))
        .collect();
    let more = words.len().saturating_sub(NAMED);
    let tail = if more > 0 {
        format!(" and {more} more")
    } else {
        String::new()
    };
    (!words.is_empty()).then(|| {
        format!(
            "Read as missing: {}{tail}.",
            words[..words.len().min(NAMED)].join(", ")
        )
    })
}

fn text_columns(columns: &[Group], numeric: &[bool]) -> Vec<String> {
    let holds_text = |group: &Group| group.items.iter().any(|item| item.value == Value::Text);
    let texts = columns
        .iter()
        .zip(numeric)
        .filter(|(group, numeric)| !**numeric && holds_text(group));
    texts
        .map(|(group, _)| {
            format!(
                "{} holds texts: no numbers are read from it.",
                capital(&group.label)
            )
        })
        .collect()
}

fn capital(label: &str) -> String {
    let mut chars = label.chars();
    chars
        .next()
        .map(|first| first.to_uppercase().chain(chars).collect())
        .unwrap_or_default()
}
