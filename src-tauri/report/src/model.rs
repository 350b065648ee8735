//! What a report says, before any format: a title, facts, blocks, one sheet and one machine-readable answer. Every text
//! in it is data: the writers show it literally, whatever markup or formula it looks like.

use serde::Serialize;

use crate::chart::Figure;

/// One report. `language` is the tag of the language the report's own words are in ("en").
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Report {
    /// The first heading, and the title of the document.
    pub title: String,
    /// One line under the title; empty for none.
    pub subtitle: String,
    /// When the report was made, already in words.
    pub made_at: String,
    /// BCP 47 tag of the report's language.
    pub language: String,
    /// The few things a reader wants before anything else, in order.
    pub facts: Vec<Fact>,
    /// The body, in order.
    pub blocks: Vec<Block>,
    /// The answer for programs; only the JSON writer carries it, as `result`.
    #[serde(rename = "result")]
    pub machine: serde_json::Value,
    /// The one table that CSV writes.
    pub sheet: Sheet,
}

/// A label and its value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Fact {
    /// What the value is of: "Leader".
    pub label: String,
    /// The value in words: "PostgreSQL, 4.12 of 5".
    pub value: String,
}

impl Fact {
    /// A fact from its two texts.
    pub fn new(label: impl Into<String>, value: impl Into<String>) -> Self {
        Self {
            label: label.into(),
            value: value.into(),
        }
    }
}

/// One part of the body.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "block", rename_all = "snake_case")]
pub enum Block {
    /// A heading; level 1 is a main part of the report, directly under its title. At most 5.
    Heading {
        /// 1 to 5.
        level: u8,
        /// One line.
        text: String,
    },
    /// Running text; line breaks in it are kept.
    Paragraph {
        /// Any number of lines.
        text: String,
    },
    /// A list of texts.
    List {
        /// Numbered from 1, or with bullets.
        ordered: bool,
        /// The texts of the items.
        items: Vec<String>,
    },
    /// Labels with values, one under the other.
    KeyValues {
        /// The pairs in order.
        pairs: Vec<Fact>,
    },
    /// A table.
    Table(Table),
    /// Words of somebody else, with where they stand.
    Quote {
        /// The words.
        text: String,
        /// Where they stand ("vendor.pdf p. 3"); none when unknown.
        source: Option<String>,
    },
    /// A chart with its table and its finding in words.
    Chart(Figure),
    /// Something a reader must not miss.
    Notice {
        /// How serious.
        kind: NoticeKind,
        /// The words.
        text: String,
    },
}

impl Block {
    /// A heading of `level` 1 to 5.
    pub fn heading(level: u8, text: impl Into<String>) -> Self {
        Self::Heading {
            level,
            text: text.into(),
        }
    }

    /// Running text.
    pub fn paragraph(text: impl Into<String>) -> Self {
        Self::Paragraph { text: text.into() }
    }

    /// A notice.
    pub fn notice(kind: NoticeKind, text: impl Into<String>) -> Self {
        Self::Notice {
            kind,
            text: text.into(),
        }
    }
}

/// How serious a notice is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum NoticeKind {
    /// Good to know.
    Info,
    /// Changes how far the report can be trusted.
    Warning,
}

/// A table: every row has one cell a column; a short row is filled with empty cells, a long one is cut.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Table {
    /// What the table shows.
    pub caption: String,
    /// The columns from left to right.
    pub columns: Vec<Column>,
    /// The rows from top to bottom.
    pub rows: Vec<Vec<Cell>>,
}

impl Table {
    /// The cells of `row` brought to the number of columns.
    pub(crate) fn cells<'a>(
        &'a self,
        row: &'a [Cell],
    ) -> impl Iterator<Item = (&'a Column, Option<&'a Cell>)> {
        self.columns
            .iter()
            .enumerate()
            .map(move |(at, column)| (column, row.get(at)))
    }
}

/// The head of one column.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Column {
    /// The name in the head.
    pub title: String,
    /// The unit of every number below, shown after the name.
    pub unit: Option<String>,
    /// How the cells stand.
    pub align: Align,
}

impl Column {
    /// A column of words.
    pub fn words(title: impl Into<String>) -> Self {
        Self {
            title: title.into(),
            unit: None,
            align: Align::Left,
        }
    }

    /// A column of numbers.
    pub fn numbers(title: impl Into<String>, unit: Option<String>) -> Self {
        Self {
            title: title.into(),
            unit,
            align: Align::Right,
        }
    }

    pub(crate) fn head(&self) -> String {
        match self.unit.as_deref() {
            Some(unit) if !unit.is_empty() => format!("{} ({unit})", self.title),
            _ => self.title.clone(),
        }
    }
}

/// How the cells of a column stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Align {
    /// Words.
    Left,
    /// Numbers.
    Right,
    /// Marks and short states.
    Center,
}

/// One cell of a [`Table`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Cell {
    /// What it says.
    pub text: String,
    /// Heads its row.
    pub header: bool,
    /// How much it stands out.
    pub emphasis: Emphasis,
}

impl Cell {
    /// A plain cell.
    pub fn new(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            header: false,
            emphasis: Emphasis::None,
        }
    }

    /// A cell that heads its row.
    pub fn header(text: impl Into<String>) -> Self {
        Self {
            header: true,
            ..Self::new(text)
        }
    }

    /// A cell that stands out: a winner, a total.
    pub fn strong(text: impl Into<String>) -> Self {
        Self {
            emphasis: Emphasis::Strong,
            ..Self::new(text)
        }
    }

    /// A cell that stands back: "not scored".
    pub fn muted(text: impl Into<String>) -> Self {
        Self {
            emphasis: Emphasis::Muted,
            ..Self::new(text)
        }
    }
}

/// How much a cell stands out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Emphasis {
    /// As any other.
    None,
    /// More.
    Strong,
    /// Less.
    Muted,
}

/// The one table that CSV writes: for a decision options × criteria with rank, total, interval and coverage.
#[derive(Debug, Clone, PartialEq, Serialize, Default)]
pub struct Sheet {
    /// The first row.
    pub columns: Vec<String>,
    /// The rows under it, each as long as `columns`; a short row is filled with empty cells, a long one is cut.
    pub rows: Vec<Vec<SheetCell>>,
}

/// One cell of the [`Sheet`].
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
pub enum SheetCell {
    /// A number, written with a decimal point and as many digits as it needs. Not finite: an empty cell.
    Number(f64),
    /// Words, never read as a formula.
    Text(String),
    /// Nothing.
    Empty,
}

impl From<Option<f64>> for SheetCell {
    fn from(number: Option<f64>) -> Self {
        number.map_or(Self::Empty, Self::Number)
    }
}

impl From<String> for SheetCell {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}
