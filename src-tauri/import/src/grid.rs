//! Rows of raw cells with their places: what delimited text and workbooks are both turned into before anything is
//! understood of them.

use crate::Delimiter;
use crate::number::plain;
use crate::problem::{ImportProblem, Place};

/// One cell before it is understood.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Raw {
    /// Nothing, or only blanks.
    Empty,
    /// Text as written.
    Text(String),
    /// A number of a workbook, which needs no decimal mark.
    Number(f64),
    /// A number of a workbook that is shown in per cent: 45 for the 0.45 behind it.
    Percent(f64),
    /// A spreadsheet's error value, or a formula saved without its result: words for it.
    Broken(String),
}

impl Raw {
    /// Text with blanks around it removed; blank text is no cell.
    pub fn text(text: &str) -> Self {
        let text = text.trim();
        if text.is_empty() {
            Self::Empty
        } else {
            Self::Text(text.to_owned())
        }
    }

    /// The cell as text, as a person would type it.
    pub fn shown(&self) -> String {
        match self {
            Self::Empty => String::new(),
            Self::Text(text) | Self::Broken(text) => text.clone(),
            Self::Number(value) => plain(*value),
            Self::Percent(value) => format!("{}%", plain(*value)),
        }
    }

    pub fn is_empty(&self) -> bool {
        *self == Self::Empty
    }
}

/// One row with its place in the spreadsheet and, for text, its first line.
#[derive(Debug)]
pub(crate) struct Row {
    pub row: usize,
    pub line: Option<usize>,
    pub cells: Vec<Raw>,
    /// The row is shorter or longer than the header, so its cells cannot be told to columns. Already a problem.
    pub ragged: bool,
}

impl Row {
    /// The cell of a column counted from 0; empty beyond the row's end.
    pub fn cell(&self, column: usize) -> &Raw {
        self.cells.get(column).unwrap_or(&Raw::Empty)
    }

    /// The place of a column counted from 0.
    pub fn place(&self, column: usize) -> Place {
        Place {
            row: self.row,
            column: Some(column + 1),
            line: self.line,
        }
    }

    pub fn whole(&self) -> Place {
        Place {
            row: self.row,
            column: None,
            line: self.line,
        }
    }

    pub fn is_blank(&self) -> bool {
        self.cells.iter().all(Raw::is_empty)
    }
}

/// All rows that hold something, what was assumed on the way, and what is already known to be wrong.
#[derive(Debug, Default)]
pub(crate) struct Grid {
    pub rows: Vec<Row>,
    /// Separator of delimited text: it is evidence of the decimal mark too.
    pub delimiter: Option<Delimiter>,
    pub notices: Vec<String>,
    pub problems: Vec<ImportProblem>,
}
