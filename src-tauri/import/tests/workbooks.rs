//! Excel workbooks, made here and read back: typed cells, formulas, sheets, and files that lie about their size.
#![allow(
    clippy::unwrap_used,
    reason = "a test helper may fail its test; clippy.toml allows it in #[test] only"
)]

use std::io::{Cursor, Read, Write};

use import::ProblemCode;
use import::table::{Hints, read_xlsx};
use rust_xlsxwriter::{ExcelDateTime, Format, Formula, Workbook, XlsxError};

/// A workbook of one sheet, filled by `fill`.
fn book(fill: impl FnOnce(&mut rust_xlsxwriter::Worksheet) -> Result<(), XlsxError>) -> Vec<u8> {
    let mut book = Workbook::new();
    fill(book.add_worksheet()).unwrap();
    book.save_to_buffer().unwrap()
}

fn numbers(bytes: &[u8]) -> Vec<Vec<Option<f64>>> {
    let table = read_xlsx(bytes, &Hints::default()).unwrap();
    table
        .cells
        .iter()
        .map(|row| {
            row.iter()
                .map(|cell| cell.as_ref().and_then(|c| c.number))
                .collect()
        })
        .collect()
}

/// The same zip with one entry's bytes replaced.
fn with_entry(bytes: &[u8], name: &str, change: impl Fn(String) -> String) -> Vec<u8> {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    let mut out = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for i in 0..archive.len() {
        let mut entry = archive.by_index(i).unwrap();
        let mut text = String::new();
        entry.read_to_string(&mut text).unwrap();
        let entry_name = entry.name().unwrap().into_owned();
        if entry_name == name {
            text = change(text);
        }
        out.start_file(entry_name, zip::write::SimpleFileOptions::default())
            .unwrap();
        out.write_all(text.as_bytes()).unwrap();
    }
    out.finish().unwrap().into_inner()
}

const SHEET: &str = "xl/worksheets/sheet1.xml";

fn simple() -> Vec<u8> {
    book(|sheet| {
        sheet
            .write(0, 0, "Option")?
            .write(0, 1, "Cost")?
            .write(0, 2, "Ease")?;
        sheet
            .write(1, 0, "weight")?
            .write(1, 1, 2.5)?
            .write(1, 2, 1)?;
        sheet
            .write(2, 0, "A")?
            .write(2, 1, 1234.5)?
            .write(2, 2, 4)?;
        sheet.write(3, 0, "B")?.write(3, 1, 0.1)?;
        Ok(())
    })
}

#[test]
fn typed_numbers_need_no_decimal_mark_and_gaps_are_missing() {
    let table = read_xlsx(&simple(), &Hints::default()).unwrap();
    assert_eq!(table.options, ["A", "B"]);
    assert_eq!(table.criteria[0].weight, Some(2.5));
    assert_eq!(
        numbers(&simple()),
        [[Some(1234.5), Some(4.0)], [Some(0.1), None]]
    );
    assert_eq!(table.cells[1][0].as_ref().unwrap().text, "0.1");
    assert_eq!(table.notices, [] as [&str; 0]);
}

#[test]
fn numbers_kept_as_text_follow_the_rules_of_text() {
    let bytes = book(|sheet| {
        sheet.write(0, 0, "o")?.write(0, 1, "c")?;
        sheet.write(1, 0, "A")?.write(1, 1, "1,234")?;
        sheet.write(2, 0, "B")?.write(2, 1, 5)?;
        Ok(())
    });
    let problems = read_xlsx(&bytes, &Hints::default()).unwrap_err();
    assert_eq!(problems[0].code, ProblemCode::AmbiguousNumber);
    assert!(
        problems[0].message.starts_with("B2: "),
        "{}",
        problems[0].message
    );
}

#[test]
fn a_formula_gives_its_saved_result_and_says_so() {
    let bytes = book(|sheet| {
        sheet.write(0, 0, "o")?.write(0, 1, "c")?;
        sheet
            .write(1, 0, "A")?
            .write(1, 1, Formula::new("=6*7").set_result("42"))?;
        sheet
            .write(2, 0, Formula::new("=\"B\"&\"2\"").set_result("B2"))?
            .write(2, 1, 1)?;
        sheet.write(3, 0, "=1+1")?.write(3, 1, 1)?;
        Ok(())
    });
    let table = read_xlsx(&bytes, &Hints::default()).unwrap();
    assert_eq!(table.options[1], "B2");
    assert_eq!(table.cells[0][0].as_ref().unwrap().number, Some(42.0));
    assert_eq!(
        table.notices,
        ["Formulas are read as the results that the file was saved with: B2 and 1 more."]
    );
}

#[test]
fn a_formula_without_a_result_is_a_problem_not_a_missing_value() {
    let bytes = book(|sheet| {
        sheet.write(0, 0, "o")?.write(0, 1, "c")?;
        sheet
            .write(1, 0, "A")?
            .write(1, 1, Formula::new("=6*7").set_result("42"))?;
        Ok(())
    });
    let bytes = with_entry(&bytes, SHEET, |xml| xml.replace("<v>42</v>", ""));
    let problems = read_xlsx(&bytes, &Hints::default()).unwrap_err();
    assert_eq!(
        problems[0].code,
        ProblemCode::FormulaWithoutValue,
        "{problems:?}"
    );
    assert!(
        problems[0]
            .message
            .starts_with("B2: the formula was saved without its result")
    );
}

#[test]
fn an_error_value_is_a_problem_and_not_available_is_missing() {
    let bytes = book(|sheet| {
        sheet.write(0, 0, "o")?.write(0, 1, "c")?;
        sheet
            .write(1, 0, "A")?
            .write(1, 1, Formula::new("=1/0").set_result("#DIV/0!"))?;
        sheet
            .write(2, 0, "B")?
            .write(2, 1, Formula::new("=NA()").set_result("#N/A"))?;
        sheet.write(3, 0, "C")?.write(3, 1, 1)?;
        Ok(())
    });
    let problems = read_xlsx(&bytes, &Hints::default()).unwrap_err();
    let messages: Vec<&str> = problems.iter().map(|p| p.message.as_str()).collect();
    assert_eq!(
        messages,
        ["B2: the spreadsheet shows the error #DIV/0!. Mend the formula or write the value."]
    );
}

#[test]
fn a_percentage_is_read_as_it_is_shown() {
    let bytes = book(|sheet| {
        let percent = Format::new().set_num_format("0%");
        let custom = Format::new().set_num_format("0.0%;[Red]-0.0%");
        let literal = Format::new().set_num_format("0.0\"%\"");
        sheet
            .write(0, 0, "o")?
            .write(0, 1, "uptime")?
            .write(0, 2, "share")?
            .write(0, 3, "odd")?;
        sheet
            .write(1, 0, "A")?
            .write_with_format(1, 1, 0.07, &percent)?;
        sheet
            .write_with_format(1, 2, 0.125, &custom)?
            .write_with_format(1, 3, 7, &literal)?;
        Ok(())
    });
    let table = read_xlsx(&bytes, &Hints::default()).unwrap();
    assert_eq!(numbers(&bytes), [[Some(7.0), Some(12.5), Some(7.0)]]);
    assert_eq!(table.cells[0][0].as_ref().unwrap().text, "7%");
    let units: Vec<_> = table.criteria.iter().map(|c| c.unit.as_deref()).collect();
    assert_eq!(units, [Some("%"), Some("%"), None]);
}

#[test]
fn a_date_is_text_not_the_number_behind_it() {
    let bytes = book(|sheet| {
        let day = Format::new().set_num_format("yyyy-mm-dd");
        sheet.write(0, 0, "o")?.write(0, 1, "since")?;
        sheet.write(1, 0, "A")?;
        sheet.write_with_format(1, 1, &ExcelDateTime::from_ymd(2024, 11, 3)?, &day)?;
        Ok(())
    });
    let table = read_xlsx(&bytes, &Hints::default()).unwrap();
    assert_eq!(table.cells[0][0].as_ref().unwrap().text, "2024-11-03");
    assert!(!table.criteria[0].numeric);
}

#[test]
fn the_first_visible_sheet_with_something_is_read_and_another_can_be_asked_for() {
    let mut workbook = Workbook::new();
    workbook.add_worksheet().set_name("Empty").unwrap();
    workbook
        .add_worksheet()
        .set_name("Hidden")
        .unwrap()
        .set_hidden(true)
        .write(0, 0, "secret")
        .unwrap();
    for (name, cost) in [("First", 1), ("Second", 2)] {
        let sheet = workbook.add_worksheet().set_name(name).unwrap();
        sheet.write(0, 0, "o").unwrap().write(0, 1, "c").unwrap();
        sheet.write(1, 0, "A").unwrap().write(1, 1, cost).unwrap();
    }
    let bytes = workbook.save_to_buffer().unwrap();
    let first = read_xlsx(&bytes, &Hints::default()).unwrap();
    assert_eq!(first.cells[0][0].as_ref().unwrap().number, Some(1.0));
    assert!(
        first.notices[0].contains("\"First\""),
        "{:?}",
        first.notices
    );
    let asked = |sheet: &str| {
        read_xlsx(
            &bytes,
            &Hints {
                sheet: Some(sheet.to_owned()),
                ..Hints::default()
            },
        )
    };
    assert_eq!(
        asked("Second").unwrap().cells[0][0]
            .as_ref()
            .unwrap()
            .number,
        Some(2.0)
    );
    let problems = asked("Third").unwrap_err();
    assert_eq!(problems[0].code, ProblemCode::NoSuchSheet);
    assert!(
        problems[0].message.contains("\"First\", \"Second\""),
        "{}",
        problems[0].message
    );
}

#[test]
fn a_sheet_of_billions_of_cells_is_refused_without_allocating_them() {
    let bytes = book(|sheet| {
        sheet.write(0, 0, "o")?.write(0, 1, "c")?;
        sheet.write(1_048_575, 16_383, 1)?;
        Ok(())
    });
    let problems = read_xlsx(&bytes, &Hints::default()).unwrap_err();
    assert_eq!(problems[0].code, ProblemCode::TooLarge);
    assert!(
        problems[0].message.contains("XFD1048576"),
        "{}",
        problems[0].message
    );
}

#[test]
fn a_damaged_workbook_is_refused_whole() {
    let whole = simple();
    let garbage = with_entry(&whole, SHEET, |xml| xml[..xml.len() / 2].to_owned());
    for bytes in [
        &whole[..whole.len() / 2],
        b"PK\x03\x04".as_slice(),
        b"".as_slice(),
        &garbage,
    ] {
        let problems = read_xlsx(bytes, &Hints::default()).unwrap_err();
        assert_eq!(problems[0].code, ProblemCode::Unreadable, "{problems:?}");
        assert!(
            problems[0].message.contains("save it again"),
            "{}",
            problems[0].message
        );
    }
}
