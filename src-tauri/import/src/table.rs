//! The table that importing gives, and the three ways to one: delimited text, a workbook, the clipboard.

use serde::Serialize;

use crate::problem::settle;
use crate::{DecimalMark, Delimiter, ImportProblem, delimited, layout, workbook};

/// Options × criteria, as they were written. Every name is literal text: formulas and markup mean nothing here.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Table {
    /// Names of the options, in order, at least one, no two alike.
    pub options: Vec<String>,
    /// The criteria, in order, at least one, no two of one name.
    pub criteria: Vec<Column>,
    /// One row an option, one cell a criterion; `None` is a missing cell.
    pub cells: Vec<Vec<Option<CellText>>>,
    /// What was assumed while reading, in plain words, for the user to check.
    pub notices: Vec<String>,
}

/// One criterion.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// Finite and ≥ 0; none when the table has no weight for it.
    pub weight: Option<f64>,
    /// None when the table does not say.
    pub direction: Option<Direction>,
    /// From the unit row, or from the cells when all of them carry the same one.
    pub unit: Option<String>,
    /// The cells are numbers, or abstentions. False: the cells are texts, which carry no number.
    pub numeric: bool,
}

/// Whether more or less of a criterion is better.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// More is better.
    Benefit,
    /// Less is better.
    Cost,
}

/// One cell: what was written, and the number it stands for.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CellText {
    /// As written, blanks around it removed; `abstain` for every spelling of it in a numeric column.
    pub text: String,
    /// Finite. None for text, and for an abstention.
    pub number: Option<f64>,
}

/// What the user says about a table when the evidence is not enough. The default leaves everything to the evidence.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Hints {
    /// The separator of delimited text.
    pub delimiter: Option<Delimiter>,
    /// The decimal mark of numbers written as text.
    pub decimal: Option<DecimalMark>,
    /// The sheet of a workbook; otherwise the first visible one that holds something.
    pub sheet: Option<String>,
}

/// Reads comma-, semicolon- or tab-separated text.
///
/// # Errors
/// All problems that were found, sorted by place.
pub fn read_delimited(text: &str, hints: &Hints) -> Result<Table, Vec<ImportProblem>> {
    let grid = delimited::read(text, hints.delimiter).map_err(|problem| vec![problem])?;
    layout::table(&grid, hints.decimal).map_err(settle)
}

/// Reads an Excel workbook (`.xlsx`).
///
/// # Errors
/// All problems that were found, sorted by place.
pub fn read_xlsx(bytes: &[u8], hints: &Hints) -> Result<Table, Vec<ImportProblem>> {
    let grid = workbook::read(bytes, hints.sheet.as_deref()).map_err(|problem| vec![problem])?;
    layout::table(&grid, hints.decimal).map_err(settle)
}

/// Reads text from the clipboard: cells copied from a spreadsheet come with tabs, anything else is told by evidence.
///
/// # Errors
/// All problems that were found, sorted by place.
pub fn read_pasted(text: &str) -> Result<Table, Vec<ImportProblem>> {
    let first = text
        .lines()
        .find(|line| !line.trim().is_empty())
        .unwrap_or_default();
    let delimiter = first.contains('\t').then_some(Delimiter::Tab);
    read_delimited(
        text,
        &Hints {
            delimiter,
            ..Hints::default()
        },
    )
}
