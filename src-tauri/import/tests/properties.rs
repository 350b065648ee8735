//! What holds for every input: nothing panics, what was written is read back, and the decimal mark changes no number.
#![allow(
    clippy::unwrap_used,
    reason = "a test helper may fail its test; clippy.toml allows it in #[test] only"
)]

use std::io::{Cursor, Read, Write};
use std::sync::OnceLock;

use import::table::{Hints, read_delimited, read_pasted, read_xlsx};
use import::{DecimalMark, Delimiter, kind, text};
use proptest::prelude::*;

fn written(header: &[String], rows: &[(String, Vec<Option<String>>)], delimiter: u8) -> String {
    let mut writer = csv::WriterBuilder::new()
        .delimiter(delimiter)
        .from_writer(Vec::new());
    writer
        .write_record(std::iter::once("Option").chain(header.iter().map(String::as_str)))
        .unwrap();
    for (name, cells) in rows {
        let cells = cells.iter().map(|cell| cell.as_deref().unwrap_or(""));
        writer
            .write_record(std::iter::once(name.as_str()).chain(cells))
            .unwrap();
    }
    String::from_utf8(writer.into_inner().unwrap()).unwrap()
}

/// Names with everything that CSV trips over, made distinct by a number.
fn names(
    prefix: &'static str,
    count: std::ops::RangeInclusive<usize>,
) -> impl Strategy<Value = Vec<String>> {
    proptest::collection::vec("[a-z=@<>\"',;.|é€ ]{0,12}", count).prop_map(move |names| {
        names
            .iter()
            .enumerate()
            .map(|(i, n)| format!("{prefix}{i} {n}").trim().to_owned())
            .collect()
    })
}

type Written = (Vec<String>, Vec<String>, Vec<Vec<Option<f64>>>);

fn tables() -> impl Strategy<Value = Written> {
    (names("c", 1..=6), names("o", 1..=8)).prop_flat_map(|(criteria, options)| {
        let number = prop_oneof![3 => (-1e9f64..1e9).prop_map(Some), 1 => (0i32..5000).prop_map(|n| Some(f64::from(n))), 1 => Just(None)];
        let row = proptest::collection::vec(number, criteria.len());
        (Just(criteria), Just(options.clone()), proptest::collection::vec(row, options.len()))
    })
}

/// The parts of a workbook that a spreadsheet program would write, made once.
fn parts() -> &'static [(String, Vec<u8>)] {
    static PARTS: OnceLock<Vec<(String, Vec<u8>)>> = OnceLock::new();
    PARTS.get_or_init(|| {
        let mut book = rust_xlsxwriter::Workbook::new();
        book.add_worksheet().write(0, 0, "x").unwrap();
        let mut archive =
            zip::ZipArchive::new(Cursor::new(book.save_to_buffer().unwrap())).unwrap();
        let entries = archive.len();
        let read = |i| {
            let mut entry = archive.by_index(i).unwrap();
            let mut content = Vec::new();
            entry.read_to_end(&mut content).unwrap();
            (entry.name().unwrap().into_owned(), content)
        };
        (0..entries).map(read).collect()
    })
}

fn workbook_with_sheet(xml: &str) -> Vec<u8> {
    let stored =
        zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    let mut out = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in parts() {
        out.start_file(name, stored).unwrap();
        out.write_all(if name.ends_with("sheet1.xml") {
            xml.as_bytes()
        } else {
            content
        })
        .unwrap();
    }
    out.finish().unwrap().into_inner()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_written_table_is_read_back_exactly((criteria, options, numbers) in tables()) {
        for (delimiter, mark) in [(b',', '.'), (b';', ','), (b'\t', ','), (b'\t', '.')] {
            let text_of = |n: &f64| n.to_string().replace('.', &mark.to_string());
            let rows: Vec<_> = options.iter().cloned()
                .zip(numbers.iter().map(|row| row.iter().map(|n| n.as_ref().map(text_of)).collect()))
                .collect();
            let text = written(&criteria, &rows, delimiter);
            let hints = Hints {
                delimiter: Some(match delimiter { b',' => Delimiter::Comma, b';' => Delimiter::Semicolon, _ => Delimiter::Tab }),
                decimal: Some(if mark == '.' { DecimalMark::Point } else { DecimalMark::Comma }),
                ..Hints::default()
            };
            let table = read_delimited(&text, &hints).map_err(|p| TestCaseError::fail(format!("{p:?}\n{text}")))?;
            prop_assert_eq!(&table.options, &options);
            prop_assert_eq!(table.criteria.iter().map(|c| c.name.clone()).collect::<Vec<_>>(), criteria.clone());
            let read: Vec<Vec<Option<f64>>> = table.cells.iter()
                .map(|row| row.iter().map(|c| c.as_ref().and_then(|c| c.number)).collect()).collect();
            prop_assert_eq!(&read, &numbers);
        }
    }

    #[test]
    fn without_hints_a_table_is_read_exactly_or_refused((criteria, options, numbers) in tables(), comma in any::<bool>()) {
        let (delimiter, mark) = if comma { (b';', ",") } else { (b',', ".") };
        let text_of = |n: &f64| n.to_string().replace('.', mark);
        let rows: Vec<_> = options.iter().cloned()
            .zip(numbers.iter().map(|row| row.iter().map(|n| n.as_ref().map(text_of)).collect()))
            .collect();
        if let Ok(table) = read_delimited(&written(&criteria, &rows, delimiter), &Hints::default()) {
            let read: Vec<Vec<Option<f64>>> = table.cells.iter()
                .map(|row| row.iter().map(|c| c.as_ref().and_then(|c| c.number)).collect()).collect();
            prop_assert_eq!(read, numbers);
        }
    }

    #[test]
    fn arbitrary_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        let _ = kind::sniff(None, &bytes);
        let _ = read_xlsx(&bytes, &Hints::default());
        if let Ok(decoded) = text::decode(&bytes) {
            let _ = read_pasted(&decoded.text);
        }
    }

    #[test]
    fn text_that_looks_like_a_table_never_panics(text in "([a-c0-9,;\t.\"'\r\n€%-]|weight|unit|direction|abstain|sep=;){0,80}") {
        let _ = kind::sniff(None, text.as_bytes());
        for delimiter in [None, Some(Delimiter::Tab), Some(Delimiter::Comma)] {
            let hints = Hints { delimiter, ..Hints::default() };
            match read_delimited(&text, &hints) {
                Ok(table) => {
                    prop_assert!(!table.options.is_empty() && !table.criteria.is_empty());
                    prop_assert_eq!(table.cells.len(), table.options.len());
                    prop_assert!(table.cells.iter().all(|row| row.len() == table.criteria.len()));
                }
                Err(problems) => prop_assert!(!problems.is_empty()),
            }
        }
    }

    #[test]
    fn a_sheet_of_any_xml_never_panics_past_the_door(
        cells in proptest::collection::vec("(<c( r=\"[A-Z0-9]{0,4}\")?( t=\"(s|str|b|e|n|d|inlineStr)\")?( s=\"-?[0-9]\")?>(<f>[A-Z0-9]{0,3}</f>)?(<v>[-0-9a-z.#]{0,5}</v>)?</c>|<row r=\"[0-9]{0,3}\">|</row>)", 0..12)
    ) {
        let xml = format!("<worksheet><sheetData><row>{}</row></sheetData></worksheet>", cells.concat());
        let _ = read_xlsx(&workbook_with_sheet(&xml), &Hints::default());
    }
}
