//! The sheet of a report as CSV: RFC 4180, UTF-8 with a byte order mark, safe to open in a spreadsheet.

use crate::error::ReportError;
use crate::format::Format;
use crate::model::{Sheet, SheetCell};
use crate::writers::formula::neutralised;

/// Spreadsheets take the file for the system's old code page without it.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

pub(crate) fn write(sheet: &Sheet) -> Result<Vec<u8>, ReportError> {
    // Text is quoted even where RFC 4180 does not ask for it: where the list separator is ";", an unquoted `a;=1+1`
    // would become two cells, the second a formula.
    let mut table = csv::WriterBuilder::new()
        .terminator(csv::Terminator::CRLF)
        .quote_style(csv::QuoteStyle::NonNumeric)
        .from_writer(BYTE_ORDER_MARK.to_vec());
    table
        .write_record(sheet.columns.iter().map(|name| neutralised(name)))
        .map_err(failed)?;
    for row in &sheet.rows {
        table
            .write_record((0..sheet.columns.len()).map(|at| text_of(row.get(at))))
            .map_err(failed)?;
    }
    table
        .into_inner()
        .map_err(|error| failed(error.into_error()))
}

fn text_of(cell: Option<&SheetCell>) -> String {
    match cell {
        // `+ 0.0` turns a negative zero, which no reader asked for, into zero.
        Some(SheetCell::Number(number)) if number.is_finite() => (number + 0.0).to_string(),
        Some(SheetCell::Text(text)) => neutralised(text),
        Some(SheetCell::Number(_) | SheetCell::Empty) | None => String::new(),
    }
}

fn failed(error: impl std::fmt::Display) -> ReportError {
    ReportError::Write {
        format: Format::Csv,
        reason: error.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(cell: SheetCell) -> String {
        let sheet = Sheet {
            columns: vec!["head".into()],
            rows: vec![vec![cell]],
        };
        let bytes = write(&sheet).unwrap();
        let text = std::str::from_utf8(bytes.strip_prefix(BYTE_ORDER_MARK).unwrap()).unwrap();
        let mut rows = csv::Reader::from_reader(text.as_bytes());
        rows.records().next().unwrap().unwrap()[0].to_owned()
    }

    #[test]
    fn numbers_keep_every_digit_and_what_is_no_number_is_empty() {
        for (given, found) in [
            (0.1 + 0.2, "0.30000000000000004"),
            (-0.0, "0"),
            (-4.0, "-4"),
            (f64::NAN, ""),
            (f64::INFINITY, ""),
        ] {
            assert_eq!(written(SheetCell::Number(given)), found);
        }
    }

    #[test]
    fn the_file_is_rfc_4180_with_a_byte_order_mark() {
        let sheet = Sheet {
            columns: vec!["Option".into(), "Total".into(), "Coverage".into()],
            rows: vec![
                vec![
                    SheetCell::Text("a;=1+1".into()),
                    SheetCell::Number(4.25),
                    SheetCell::Empty,
                ],
                vec![SheetCell::Text("short \"row\"".into())],
            ],
        };
        assert_eq!(
            String::from_utf8(write(&sheet).unwrap()).unwrap(),
            "\u{feff}\"Option\",\"Total\",\"Coverage\"\r\n\"a;=1+1\",4.25,\"\"\r\n\"short \"\"row\"\"\",\"\",\"\"\r\n"
        );
    }
}
