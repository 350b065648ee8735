//! An Excel workbook to rows of cells: one sheet, values as they were last calculated. Cells are streamed and counted,
//! so that a small file cannot claim a sheet of billions of cells.

use std::collections::BTreeMap;
use std::io::{Cursor, Read, copy, sink};
use std::panic::{AssertUnwindSafe, catch_unwind};

use calamine::{DataRef, ExcelDateTime, Reader, SheetType, SheetVisible, Xlsx, XlsxError};

use crate::grid::{Grid, Raw, Row};
use crate::problem::{ImportProblem, Place, ProblemCode, thousands};
use crate::values::quoted;
use crate::{MAX_BYTES, MAX_CELLS, MAX_COLUMNS, MAX_ROWS, MAX_UNPACKED_BYTES};

type Book<'b> = Xlsx<Cursor<&'b [u8]>>;

/// Reads one sheet: `wanted`, or the first visible one that holds something.
pub(crate) fn read(bytes: &[u8], wanted: Option<&str>) -> Result<Grid, ImportProblem> {
    if bytes.len() > MAX_BYTES {
        return Err(too_large(&format!(
            "{} bytes, and at most {} are read",
            thousands(bytes.len()),
            thousands(MAX_BYTES)
        )));
    }
    check_unpacked_size(bytes, MAX_UNPACKED_BYTES)?;
    // The reader of workbooks is a large parser of other people's; a file that makes it panic is a damaged file.
    let grid = catch_unwind(AssertUnwindSafe(|| read_checked(bytes, wanted)));
    grid.unwrap_or_else(|_| Err(damaged("its inside contradicts itself")))
}

/// Unpacks everything once into nothing: the sizes that a zip file declares may be lies.
fn check_unpacked_size(bytes: &[u8], most: u64) -> Result<(), ImportProblem> {
    let mut archive =
        zip::ZipArchive::new(Cursor::new(bytes)).map_err(|e| damaged(&e.to_string()))?;
    let mut left = most;
    for i in 0..archive.len() {
        let entry = archive.by_index(i).map_err(|e| damaged(&e.to_string()))?;
        let unpacked =
            copy(&mut entry.take(left + 1), &mut sink()).map_err(|e| damaged(&e.to_string()))?;
        let Some(rest) = left.checked_sub(unpacked) else {
            let most = usize::try_from(most).unwrap_or(usize::MAX);
            return Err(too_large(&format!(
                "it unpacks to more than {} bytes",
                thousands(most)
            )));
        };
        left = rest;
    }
    Ok(())
}

fn read_checked(bytes: &[u8], wanted: Option<&str>) -> Result<Grid, ImportProblem> {
    let mut book: Book = Xlsx::new(Cursor::new(bytes)).map_err(|e| unreadable(&e))?;
    let visible = |sheet: &&calamine::Sheet| {
        sheet.typ == SheetType::WorkSheet && sheet.visible == SheetVisible::Visible
    };
    let names: Vec<String> = book
        .sheets_metadata()
        .iter()
        .filter(visible)
        .map(|sheet| sheet.name.clone())
        .collect();
    if let Some(wanted) = wanted {
        let exists = book
            .sheets_metadata()
            .iter()
            .any(|sheet| sheet.name == wanted);
        return if exists {
            sheet(&mut book, wanted)
        } else {
            Err(no_such_sheet(wanted, &names))
        };
    }
    let mut passed = 0;
    for name in &names {
        let mut grid = sheet(&mut book, name)?;
        if grid.rows.is_empty() {
            passed += 1;
            continue;
        }
        let others = names.len() - passed - 1;
        if others > 0 || passed > 0 {
            grid.notices.insert(
                0,
                format!(
                    "Read from the sheet {}, the first one that holds something.",
                    quoted(name)
                ),
            );
        }
        return Ok(grid);
    }
    Ok(Grid::default())
}

fn sheet(book: &mut Book, name: &str) -> Result<Grid, ImportProblem> {
    let mut reader = book
        .worksheet_cells_reader(name)
        .map_err(|e| unreadable(&e))?;
    let mut rows: BTreeMap<usize, Vec<Raw>> = BTreeMap::new();
    let mut cells = 0;
    let mut formulas: Vec<Place> = Vec::new();
    while let Some(record) = reader
        .next_cell_with_formula_metadata()
        .map_err(|e| unreadable(&e))?
    {
        let (row, column) = (record.pos.0 as usize, record.pos.1 as usize);
        let raw = raw(&record.value, record.formula.is_some());
        if raw.is_empty() {
            continue;
        }
        let place = Place {
            row: row + 1,
            column: Some(column + 1),
            line: None,
        };
        if row >= MAX_ROWS || column >= MAX_COLUMNS {
            let most = format!(
                "at most {} rows and {MAX_COLUMNS} columns are read",
                thousands(MAX_ROWS)
            );
            return Err(too_large(&format!(
                "the sheet {} goes to {}, and {most}",
                quoted(name),
                place.a1()
            )));
        }
        let cells_of_row = rows.entry(row).or_default();
        if cells_of_row.len() <= column {
            cells += column + 1 - cells_of_row.len();
            cells_of_row.resize(column + 1, Raw::Empty);
        }
        if cells > MAX_CELLS {
            let most = format!("more than {} cells", thousands(MAX_CELLS));
            return Err(too_large(&format!("the sheet {} has {most}", quoted(name))));
        }
        if record.formula.is_some() {
            formulas.push(place);
        }
        cells_of_row[column] = raw;
    }
    drop(reader);
    show_percents(book, name, &mut rows)?;
    let to_row = |(row, cells): (usize, Vec<Raw>)| Row {
        row: row + 1,
        line: None,
        cells,
        ragged: false,
    };
    let rows = rows.into_iter().map(to_row).collect();
    Ok(Grid {
        rows,
        notices: formula_notice(&formulas).into_iter().collect(),
        ..Grid::default()
    })
}

/// Turns the numbers that the sheet shows in per cent into what it shows: they are fractions underneath, and a table
/// saved as text has them as shown.
fn show_percents(
    book: &mut Book,
    name: &str,
    rows: &mut BTreeMap<usize, Vec<Raw>>,
) -> Result<(), ImportProblem> {
    let mut reader = book
        .worksheet_cells_reader(name)
        .map_err(|e| unreadable(&e))?;
    let code = |style: &calamine::Style| {
        style
            .number_format
            .as_ref()
            .is_some_and(|f| is_percent_format(&f.format_code))
    };
    let is_percent: Vec<bool> = reader.styles().iter().map(code).collect();
    if !is_percent.contains(&true) {
        return Ok(());
    }
    while let Some((row, column, style)) = reader.next_style_id().map_err(|e| unreadable(&e))? {
        if is_percent.get(style) != Some(&true) {
            continue;
        }
        let cell = rows
            .get_mut(&(row as usize))
            .and_then(|cells| cells.get_mut(column as usize));
        if let Some(cell) = cell
            && let Raw::Number(fraction) = *cell
        {
            *cell = Raw::Percent(hundredfold(fraction));
        }
    }
    Ok(())
}

/// 7 for 0.07, where multiplying alone gives 7.000000000000001.
fn hundredfold(fraction: f64) -> f64 {
    let digits = format!("{fraction:e}");
    let shifted = digits.split_once('e').and_then(|(mantissa, exponent)| {
        let exponent: i32 = exponent.parse().ok()?;
        format!("{mantissa}e{}", exponent + 2).parse().ok()
    });
    shifted.unwrap_or(fraction * 100.0)
}

/// Whether a number format multiplies by 100: a `%` that is neither quoted nor escaped.
fn is_percent_format(code: &str) -> bool {
    let (mut quoted, mut escaped) = (false, false);
    for c in code.chars() {
        match c {
            _ if escaped => escaped = false,
            '\\' | '_' | '*' if !quoted => escaped = true,
            '"' => quoted = !quoted,
            '%' if !quoted => return true,
            _ => {}
        }
    }
    false
}

fn raw(value: &DataRef<'_>, is_formula: bool) -> Raw {
    match value {
        #[expect(clippy::cast_precision_loss, reason = "a spreadsheet itself holds whole numbers as doubles")]
        DataRef::Int(value) => Raw::Number(*value as f64),
        DataRef::Float(value) => Raw::Number(*value),
        DataRef::String(text) | DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => Raw::text(text),
        DataRef::SharedString(text) => Raw::text(text),
        DataRef::Bool(true) => Raw::text("TRUE"),
        DataRef::Bool(false) => Raw::text("FALSE"),
        DataRef::DateTime(time) => Raw::text(&date(time)),
        // `NA()` is how a spreadsheet says that a value is missing; every other error is a mistake in it.
        DataRef::Error(calamine::CellErrorType::NA) => Raw::text("#N/A"),
        DataRef::Error(error) => Raw::Broken(format!("the spreadsheet shows the error {error}")),
        DataRef::Empty if is_formula => {
            Raw::Broken("the formula was saved without its result; open the file in a spreadsheet program and save it".to_owned())
        }
        DataRef::Empty => Raw::Empty,
    }
}

/// A date as text, so that it is never taken for the number that a spreadsheet stores it as.
fn date(time: &ExcelDateTime) -> String {
    let (year, month, day, hour, minute, second, _) = time.to_ymd_hms_milli();
    if time.is_duration() || time.as_f64() < 1.0 {
        let hours = (time.as_f64() * 24.0).floor();
        format!("{hours}:{minute:02}:{second:02}")
    } else if (hour, minute, second) == (0, 0, 0) {
        format!("{year:04}-{month:02}-{day:02}")
    } else {
        format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}")
    }
}

fn formula_notice(formulas: &[Place]) -> Option<String> {
    let first = formulas.first()?;
    let which = match formulas.len() {
        1 => first.a1(),
        many => format!("{} and {} more", first.a1(), many - 1),
    };
    Some(format!(
        "Formulas are read as the results that the file was saved with: {which}."
    ))
}

fn too_large(what: &str) -> ImportProblem {
    let message =
        format!("The workbook is too large: {what}. Keep the rows and columns of the decision.");
    ImportProblem::new(ProblemCode::TooLarge, message).found(what)
}

fn damaged(why: &str) -> ImportProblem {
    let message = format!(
        "The workbook cannot be read ({why}). Open it in a spreadsheet program and save it again."
    );
    ImportProblem::new(ProblemCode::Unreadable, message)
}

fn unreadable(error: &XlsxError) -> ImportProblem {
    match error {
        XlsxError::Password => ImportProblem::new(
            ProblemCode::Unreadable,
            "The workbook is protected by a password. Save a copy without one, and import that.",
        ),
        other => damaged(&crate::problem::echo(&other.to_string())),
    }
}

fn no_such_sheet(wanted: &str, names: &[String]) -> ImportProblem {
    let sheets: Vec<String> = names.iter().map(|name| quoted(name)).collect();
    let message = format!(
        "There is no sheet {} in the workbook. It has: {}.",
        quoted(wanted),
        sheets.join(", ")
    );
    ImportProblem::new(ProblemCode::NoSuchSheet, message)
        .found(wanted)
        .allowed(sheets.join(", "))
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    #[test]
    fn a_small_file_that_unpacks_to_a_huge_one_is_refused() {
        const MOST: u64 = 100_000;
        let packed = |bytes: u64| {
            let mut out = zip::ZipWriter::new(Cursor::new(Vec::new()));
            for name in ["xl/sharedStrings.xml", "xl/worksheets/sheet1.xml"] {
                out.start_file(name, zip::write::SimpleFileOptions::default())
                    .unwrap();
                out.write_all(&vec![b' '; usize::try_from(bytes / 2).unwrap()])
                    .unwrap();
            }
            out.finish().unwrap().into_inner()
        };
        assert_eq!(check_unpacked_size(&packed(MOST), MOST), Ok(()));
        let bomb = packed(MOST + 2);
        assert!(bomb.len() < 1000);
        assert_eq!(
            check_unpacked_size(&bomb, MOST).unwrap_err().code,
            ProblemCode::TooLarge
        );
    }

    #[test]
    fn only_formats_that_multiply_by_a_hundred_are_percentages() {
        for code in ["0%", "0.00%", "[Red]-0.0%;0%", "_(0%_)"] {
            assert!(is_percent_format(code), "{code}");
        }
        for code in ["General", "0.0\"%\"", "0\\%", "0_%", "#,##0"] {
            assert!(!is_percent_format(code), "{code}");
        }
    }

    #[test]
    fn a_hundredfold_adds_no_digits() {
        for (fraction, percent) in [
            (0.07, 7.0),
            (0.29, 29.0),
            (1.1, 110.0),
            (-0.005, -0.5),
            (0.0, 0.0),
            (1e-9, 1e-7),
        ] {
            assert_eq!(
                hundredfold(fraction).to_bits(),
                f64::to_bits(percent),
                "{fraction}"
            );
        }
    }
}
