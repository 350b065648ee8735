//! Delimited text to rows of cells; quotes and blank lines keep their places. What the cells mean is decided elsewhere.

use std::io::Read;

use crate::delimiter::{Delimiter, by_evidence};
use crate::grid::{Grid, Raw, Row};
use crate::markdown;
use crate::problem::{ImportProblem, Place, ProblemCode, thousands};
use crate::{MAX_BYTES, MAX_CELLS, MAX_COLUMNS, MAX_ROWS};
use csv::{ReaderBuilder, StringRecord};

/// Ends the text for the parser only: if the last record is not exactly this, a quote swallowed it.
const SENTINEL: &str = "\u{10FFFD}end\u{10FFFD}";

/// Cuts text into rows. `wanted` overrides the evidence.
pub(crate) fn read(text: &str, wanted: Option<Delimiter>) -> Result<Grid, ImportProblem> {
    if text.len() > MAX_BYTES {
        let message = format!(
            "It is too large: {} bytes, and at most {} are read.",
            thousands(text.len()),
            thousands(MAX_BYTES)
        );
        return Err(ImportProblem::new(ProblemCode::TooLarge, message));
    }
    if let Some(rows) = markdown::rows(text).filter(|_| wanted.is_none()) {
        return grid_of(rows.into_iter().map(Ok), None, 0);
    }
    let (text, told) = without_sep_line(text.strip_prefix('\u{feff}').unwrap_or(text));
    // The line that Excel hides still counts as a line of the file.
    let hidden_lines = usize::from(told.is_some());
    let delimiter = wanted
        .or(told)
        .or_else(|| by_evidence(text))
        .unwrap_or(Delimiter::Comma);
    grid_of(Records::new(text, delimiter), Some(delimiter), hidden_lines)
}

fn grid_of(
    rows: impl Iterator<Item = Result<Row, ImportProblem>>,
    delimiter: Option<Delimiter>,
    hidden_lines: usize,
) -> Result<Grid, ImportProblem> {
    let mut grid = Grid {
        delimiter,
        ..Grid::default()
    };
    let mut cells = 0;
    for row in rows {
        let mut row = row?;
        row.line = row.line.map(|line| line + hidden_lines);
        cells += row.cells.len();
        within_limits(&row, cells)?;
        if !row.is_blank() {
            grid.rows.push(row);
        }
    }
    mark_ragged(&mut grid);
    Ok(grid)
}

/// Excel writes and hides a first line `sep=;` that names the separator.
fn without_sep_line(text: &str) -> (&str, Option<Delimiter>) {
    let (first, rest) = text.split_once('\n').unwrap_or((text, ""));
    let told = match first.trim_end_matches('\r') {
        "sep=," => Delimiter::Comma,
        "sep=;" => Delimiter::Semicolon,
        "sep=\t" => Delimiter::Tab,
        _ => return (text, None),
    };
    (rest, Some(told))
}

fn within_limits(row: &Row, cells: usize) -> Result<(), ImportProblem> {
    let too_large =
        |what: String| Err(ImportProblem::new(ProblemCode::TooLarge, what).at(row.whole()));
    if row.cells.len() > MAX_COLUMNS {
        Err(too_many_columns(row.cells.len(), row.whole()))
    } else if row.row > MAX_ROWS {
        too_large(format!(
            "the table has more than {} rows, which is the most that is read.",
            thousands(MAX_ROWS)
        ))
    } else if cells > MAX_CELLS {
        too_large(format!(
            "the table has more than {} cells, which is the most that is read.",
            thousands(MAX_CELLS)
        ))
    } else {
        Ok(())
    }
}

/// Rows shorter than the header, and longer ones with something beyond its end.
fn mark_ragged(grid: &mut Grid) {
    let Some(header) = grid.rows.first() else {
        return;
    };
    let width = header.cells.len();
    let named = header
        .cells
        .iter()
        .rposition(|cell| !cell.is_empty())
        .map_or(0, |last| last + 1);
    for row in grid.rows.iter_mut().skip(1) {
        let used = row
            .cells
            .iter()
            .rposition(|cell| !cell.is_empty())
            .map_or(0, |last| last + 1);
        if row.cells.len() >= named && used <= width {
            continue;
        }
        row.ragged = true;
        let found = row.cells.len();
        let why = if found > width && grid.delimiter == Some(Delimiter::Comma) {
            " A cell that holds a comma must stand in quotes, such as \"1,200\"."
        } else {
            ""
        };
        let message = format!(
            "the row has {}, the header has {width}.{why}",
            cells_in_words(found)
        );
        let problem = ImportProblem::new(ProblemCode::RaggedRow, message);
        grid.problems.push(
            problem
                .at(row.whole())
                .found(&cells_in_words(found))
                .allowed(format!("{width} cells, as in the header")),
        );
    }
}

fn cells_in_words(count: usize) -> String {
    if count == 1 {
        "1 cell".to_owned()
    } else {
        format!("{count} cells")
    }
}

/// The records of a text with their rows as a spreadsheet counts them.
pub(crate) struct Records<'t> {
    text: &'t str,
    reader: csv::Reader<Box<dyn Read + 't>>,
    /// Bytes, line breaks and rows read so far.
    end: usize,
    breaks: usize,
    row: usize,
}

impl<'t> Records<'t> {
    pub(crate) fn new(text: &'t str, delimiter: Delimiter) -> Self {
        let marked: Box<dyn Read> = Box::new(
            text.as_bytes()
                .chain(b"\n".as_slice())
                .chain(SENTINEL.as_bytes()),
        );
        let reader = ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .delimiter(delimiter.byte())
            .from_reader(marked);
        Self {
            text,
            reader,
            end: 0,
            breaks: 0,
            row: 0,
        }
    }

    /// Steps over blank lines, which the parser drops and a spreadsheet counts as rows.
    fn skip_blank_lines(&mut self) {
        let bytes = self.text.as_bytes();
        let after_cr = self.end > 0 && bytes.get(self.end - 1) == Some(&b'\r');
        if after_cr && bytes.get(self.end) == Some(&b'\n') {
            self.end += 1;
        }
        let rest = bytes.get(self.end..).unwrap_or_default();
        let blank = rest
            .iter()
            .take_while(|b| matches!(b, b'\r' | b'\n'))
            .count();
        let lines = line_breaks(&rest[..blank]);
        self.end += blank;
        self.breaks += lines;
        self.row += lines;
    }

    fn next_row(&mut self) -> Result<Option<Row>, ImportProblem> {
        self.skip_blank_lines();
        let mut record = StringRecord::new();
        let unreadable =
            |error: csv::Error| ImportProblem::new(ProblemCode::Unreadable, error.to_string());
        let start = self.end;
        let more = self.reader.read_record(&mut record).map_err(unreadable)?;
        let line = self.breaks + 1;
        self.row += 1;
        if !more
            || (start >= self.text.len() && record.len() == 1 && record.get(0) == Some(SENTINEL))
        {
            return Ok(None);
        }
        let place = Place {
            row: self.row,
            column: None,
            line: Some(line),
        };
        let end = usize::try_from(self.reader.position().byte()).unwrap_or(usize::MAX);
        if end > self.text.len() + 1 {
            return Err(unclosed_quote(&record, place));
        }
        if record.len() > MAX_COLUMNS {
            return Err(too_many_columns(record.len(), place));
        }
        self.end = end.min(self.text.len());
        self.breaks += line_breaks(&self.text.as_bytes()[start..self.end]);
        let cells = record.iter().map(Raw::text).collect();
        Ok(Some(Row {
            row: self.row,
            line: Some(line),
            cells,
            ragged: false,
        }))
    }
}

impl Iterator for Records<'_> {
    type Item = Result<Row, ImportProblem>;

    fn next(&mut self) -> Option<Self::Item> {
        self.next_row().transpose()
    }
}

fn too_many_columns(found: usize, place: Place) -> ImportProblem {
    let message = format!(
        "{} columns, and at most {MAX_COLUMNS} are read.",
        thousands(found)
    );
    ImportProblem::new(ProblemCode::TooLarge, message).at(place)
}

fn unclosed_quote(record: &StringRecord, place: Place) -> ImportProblem {
    let swallowed = record
        .iter()
        .next_back()
        .unwrap_or_default()
        .replace(SENTINEL, "");
    let place = Place {
        column: Some(record.len().max(1)),
        ..place
    };
    let message = "a quote (\") opens here and is never closed. Close it, or write \"\" for a quote inside a cell.";
    ImportProblem::new(ProblemCode::UnclosedQuote, message)
        .at(place)
        .found(swallowed.trim())
}

/// Line ends of all three kinds: `\n`, `\r\n` and the lone `\r`.
fn line_breaks(bytes: &[u8]) -> usize {
    let mut breaks = 0;
    for (i, byte) in bytes.iter().enumerate() {
        breaks +=
            usize::from(*byte == b'\n' || (*byte == b'\r' && bytes.get(i + 1) != Some(&b'\n')));
    }
    breaks
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places(text: &str) -> Vec<(usize, Option<usize>, String)> {
        let grid = read(text, None).unwrap();
        grid.rows
            .iter()
            .map(|row| (row.row, row.line, row.cell(0).shown()))
            .collect()
    }

    #[test]
    fn rows_and_lines_are_counted_past_blank_lines_and_quoted_line_ends() {
        let unix = "a,b\n\n\"x\ny\",2\nz,3\n";
        let expected = vec![
            (1, Some(1), "a".to_owned()),
            (3, Some(3), "x\ny".to_owned()),
            (4, Some(5), "z".to_owned()),
        ];
        assert_eq!(places(unix), expected);
        let dos: Vec<_> = places(&unix.replace('\n', "\r\n"))
            .into_iter()
            .map(|(row, line, _)| (row, line))
            .collect();
        assert_eq!(dos, [(1, Some(1)), (3, Some(3)), (4, Some(5))]);
        let mac: Vec<_> = places(&unix.replace('\n', "\r"))
            .into_iter()
            .map(|(row, line, _)| (row, line))
            .collect();
        assert_eq!(mac, [(1, Some(1)), (3, Some(3)), (4, Some(5))]);
    }

    #[test]
    fn excels_sep_line_is_obeyed_and_is_no_row() {
        let grid = read("sep=;\r\nOption;a,b\r\nX;1,5\r\n", None).unwrap();
        assert_eq!(grid.delimiter, Some(Delimiter::Semicolon));
        assert_eq!((grid.rows[0].row, grid.rows[0].line), (1, Some(2)));
    }

    #[test]
    fn an_unclosed_quote_names_the_cell_where_it_opens() {
        for text in [
            "a,b\nx,\"never closed\ny,2\nz,3\n",
            "a,b\nx,\"",
            "a,b\nx,\"say \"\"hi\"\"",
        ] {
            let problem = read(text, Some(Delimiter::Comma)).unwrap_err();
            assert_eq!(problem.code, ProblemCode::UnclosedQuote, "{text:?}");
            assert!(problem.message.starts_with("B2: "), "{}", problem.message);
        }
        assert!(read("a,b\nx,\"closed\"", None).is_ok());
        assert!(read("a,b\nx,5\" screen", None).is_ok());
    }

    #[test]
    fn rows_of_another_width_are_named_with_what_was_found() {
        let grid = read("a,b,c\nx,1,2\ny,1\nz,1,2,3\nw,1,2,,\n", None).unwrap();
        let messages: Vec<&str> = grid.problems.iter().map(|p| p.message.as_str()).collect();
        assert_eq!(messages[0], "row 3: the row has 2 cells, the header has 3.");
        assert!(messages[1].starts_with(
            "row 4: the row has 4 cells, the header has 3. A cell that holds a comma"
        ));
        assert_eq!(
            messages.len(),
            2,
            "empty cells at the end are no fault: {messages:?}"
        );
    }

    #[test]
    fn a_table_beyond_the_limits_is_refused_before_it_fills_the_memory() {
        let wide = format!("a{}\n", ",b".repeat(MAX_COLUMNS));
        let long = "a,b\n".repeat(MAX_ROWS + 1);
        let many =
            format!("{}\n", "a,".repeat(MAX_COLUMNS - 1)).repeat(MAX_CELLS / MAX_COLUMNS + 2);
        for text in [wide, long, many, "x".repeat(MAX_BYTES + 1)] {
            assert_eq!(read(&text, None).unwrap_err().code, ProblemCode::TooLarge);
        }
    }
}
