//! The sheet of a report as CSV: RFC 4180, UTF-8 with a byte order mark, safe to open in a spreadsheet.

use crate::error::ReportError;
use crate::format::Format;
use crate::literal::literal;
use crate::model::{Sheet, SheetCell};

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

/// Text that a spreadsheet would run gets an apostrophe before it, and so does text that already looks as if it had
/// been treated: taking one apostrophe away always gives back what the user wrote.
fn neutralised(text: &str) -> String {
    let text = literal(text);
    let bare = text.trim_start_matches('\'');
    // Spreadsheets in Japanese and Chinese take the full-width signs for the plain ones.
    let runs = bare
        .trim_start_matches(' ')
        .starts_with(['=', '+', '-', '@', '\t', '\n', '＝', '＋', '－', '＠']);
    if runs && !is_plain_number(&text) {
        format!("'{text}")
    } else {
        text.into_owned()
    }
}

/// A sign, digits, one point or comma, an exponent: nothing a formula could hide in.
fn is_plain_number(text: &str) -> bool {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    digits.starts_with(|character: char| character.is_ascii_digit())
        && (digits.parse::<f64>().is_ok() || digits.replacen(',', ".", 1).parse::<f64>().is_ok())
}

fn failed(error: impl std::fmt::Display) -> ReportError {
    ReportError::Write {
        format: Format::Csv,
        reason: error.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

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
    fn formulas_are_words_in_a_spreadsheet_and_numbers_stay_numbers() {
        for (given, found) in [
            ("=1+1", "'=1+1"),
            ("+cmd|' /C calc'!A0", "'+cmd|' /C calc'!A0"),
            ("-2+3", "'-2+3"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("\t=1", "'\t=1"),
            ("\r=1", "'\n=1"),
            ("  =1", "'  =1"),
            ("＝1+1", "'＝1+1"),
            ("'=1", "''=1"),
            ("'quoted'", "'quoted'"),
            ("-3.5", "-3.5"),
            ("+1,5", "+1,5"),
            ("-1e3", "-1e3"),
            ("-inf", "'-inf"),
            ("-", "'-"),
            ("- a list item", "'- a list item"),
            ("a,b\"c\nd", "a,b\"c\nd"),
            ("PostgreSQL", "PostgreSQL"),
            ("", ""),
        ] {
            assert_eq!(written(SheetCell::Text(given.into())), found, "{given:?}");
        }
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

    proptest! {
        #[test]
        fn any_text_comes_back_by_taking_one_apostrophe_away(text in any::<String>()) {
            let shown = literal(&text).into_owned();
            let found = written(SheetCell::Text(text));
            let undone = match found.strip_prefix('\'') {
                Some(rest) if found != shown => rest,
                _ => &found,
            };
            prop_assert_eq!(undone, shown);
            prop_assert!(!found.starts_with(['=', '@', '\t', '\r']));
            if found.starts_with(['+', '-']) {
                prop_assert!(is_plain_number(&found));
            }
        }
    }
}
