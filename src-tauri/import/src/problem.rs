//! One problem of a table: where it is, what was found, what is allowed. Words for people, a code for programs.

use std::fmt;

use serde::Serialize;

/// What is wrong, for programs; people read [`ImportProblem::message`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ProblemCode {
    /// The bytes could not be read at all (see [`crate::ImportError`]).
    Unreadable,
    /// Nothing in it.
    Empty,
    /// More bytes, rows, columns or cells than the stated limits.
    TooLarge,
    /// A quote is opened and never closed.
    UnclosedQuote,
    /// A row has more or fewer cells than the header.
    RaggedRow,
    /// No criterion: fewer than two columns.
    NoCriteria,
    /// No option: no row below the header and the weight, direction and unit rows.
    NoOptions,
    /// The first row holds numbers only, so the criteria have no names.
    HeaderIsNumbers,
    /// A column holds values and has no name.
    EmptyHeader,
    /// A row holds values and has no name.
    EmptyOptionName,
    /// Two criteria of one name (spaces around it and capitals set aside).
    DuplicateCriterion,
    /// Two options of one name (spaces around it and capitals set aside).
    DuplicateOption,
    /// A name is longer than allowed.
    NameTooLong,
    /// A name holds a control character.
    BadName,
    /// A cell's text is longer than allowed.
    CellTooLong,
    /// A second weight, direction or unit row.
    DuplicateSpecialRow,
    /// A weight, direction or unit row below the first option.
    MisplacedSpecialRow,
    /// A weight that is not a number of 0 or more.
    BadWeight,
    /// A direction that is not understood.
    BadDirection,
    /// A unit that is not text of a sensible length.
    BadUnit,
    /// Text in a column of numbers.
    NotANumber,
    /// NaN, infinity, or a number too large to hold.
    NotFinite,
    /// The numbers of one column carry different units.
    MixedUnits,
    /// One column has decimal points and decimal commas.
    MixedDecimals,
    /// A number such as `1,234` that could be 1234 or 1.234, with nothing in the table to tell.
    AmbiguousNumber,
    /// A spreadsheet's error value (`#DIV/0!`) or a formula saved without its result.
    FormulaWithoutValue,
    /// No sheet of that name in the workbook.
    NoSuchSheet,
    /// The last one of a list that was cut: how many more there are.
    More,
}

/// A place in a table. Rows and columns are counted from 1, as spreadsheets do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Place {
    /// Row of the spreadsheet. Differs from `line` when a quoted cell spans lines.
    pub row: usize,
    /// Column of the spreadsheet; none when the whole row is meant.
    pub column: Option<usize>,
    /// Line of the text; none in a workbook.
    pub line: Option<usize>,
}

impl Place {
    /// The place as a spreadsheet writes it: `B3`, or `row 3`.
    #[must_use]
    pub fn a1(&self) -> String {
        match self.column {
            Some(column) => format!("{}{}", column_letters(column), self.row),
            None => format!("row {}", self.row),
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.a1())?;
        match self.line {
            Some(line) if line != self.row => write!(f, " (line {line})"),
            _ => Ok(()),
        }
    }
}

/// Letters of a column counted from 1: 1 is `A`, 27 is `AA`.
#[must_use]
pub fn column_letters(column: usize) -> String {
    let mut letters = Vec::new();
    let mut rest = column;
    while rest > 0 {
        let letter = u8::try_from((rest - 1) % 26).unwrap_or(0);
        letters.push(char::from(b'A' + letter));
        rest = (rest - 1) / 26;
    }
    letters.iter().rev().collect()
}

/// One thing to mend before a table can be read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ImportProblem {
    /// What is wrong, for programs.
    pub code: ProblemCode,
    /// Where; none when the whole input is meant.
    pub place: Option<Place>,
    /// What was found, cut short.
    pub found: Option<String>,
    /// What is allowed instead.
    pub allowed: Option<String>,
    /// The whole of it as one or two plain sentences, the place first.
    pub message: String,
}

impl ImportProblem {
    pub(crate) fn new(code: ProblemCode, message: impl Into<String>) -> Self {
        Self {
            code,
            place: None,
            found: None,
            allowed: None,
            message: message.into(),
        }
    }

    /// Puts the place before the message.
    pub(crate) fn at(mut self, place: Place) -> Self {
        self.message = format!("{place}: {}", self.message);
        self.place = Some(place);
        self
    }

    pub(crate) fn found(mut self, found: &str) -> Self {
        self.found = Some(echo(found));
        self
    }

    pub(crate) fn allowed(mut self, allowed: impl Into<String>) -> Self {
        self.allowed = Some(allowed.into());
        self
    }
}

impl fmt::Display for ImportProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

/// Sorts by place and cuts a long list, so that a hopeless file does not fill the memory with complaints.
pub(crate) fn settle(mut problems: Vec<ImportProblem>) -> Vec<ImportProblem> {
    problems.sort_by_key(|problem| problem.place);
    let total = problems.len();
    if total > crate::MAX_PROBLEMS {
        problems.truncate(crate::MAX_PROBLEMS);
        let more = total - crate::MAX_PROBLEMS;
        problems.push(ImportProblem::new(
            ProblemCode::More,
            format!("… and {more} more problems of this kind."),
        ));
    }
    problems
}

/// A text as it may stand in a message: one line, at most 40 characters of it.
pub(crate) fn echo(text: &str) -> String {
    const SHOWN: usize = 40;
    let one_line = |c: char| if c.is_control() { ' ' } else { c };
    if text.chars().nth(SHOWN).is_none() {
        return text.chars().map(one_line).collect();
    }
    let head: String = text.chars().take(SHOWN).map(one_line).collect();
    format!("{head}… ({} characters)", thousands(text.chars().count()))
}

/// A count as people read it: `10 485 760`.
pub(crate) fn thousands(count: usize) -> String {
    let digits = count.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push('\u{a0}');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_lettered_as_in_a_spreadsheet() {
        for (column, letters) in [
            (1, "A"),
            (26, "Z"),
            (27, "AA"),
            (52, "AZ"),
            (703, "AAA"),
            (16_384, "XFD"),
        ] {
            assert_eq!(column_letters(column), letters);
        }
    }

    #[test]
    fn a_long_text_is_echoed_short_and_on_one_line() {
        assert_eq!(echo("a\nb"), "a b");
        assert_eq!(echo(&"x".repeat(40)), "x".repeat(40));
        let long = echo(&"x".repeat(10 * 1024 * 1024));
        assert!(
            long.ends_with("… (10\u{a0}485\u{a0}760 characters)"),
            "{long}"
        );
        assert!(long.len() < 100);
    }

    #[test]
    fn a_long_list_is_cut_and_says_how_many_more() {
        let many = (0..crate::MAX_PROBLEMS + 5)
            .map(|_| ImportProblem::new(ProblemCode::NotANumber, "x"))
            .collect();
        let settled = settle(many);
        assert_eq!(settled.len(), crate::MAX_PROBLEMS + 1);
        assert_eq!(settled.last().map(|p| p.code), Some(ProblemCode::More));
        assert!(settled.last().is_some_and(|p| p.message.contains("5 more")));
    }
}
