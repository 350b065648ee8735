//! Bytes in, a table or a list of problems out: text encodings, what kind of file it is, and tables from CSV, TSV,
//! XLSX and the clipboard. Nothing half-read comes out, no file is opened here, and decisions are not known here.

pub mod kind;
pub mod problem;
pub mod table;
pub mod text;

mod criteria_rows;
mod decimal;
mod delimited;
mod delimiter;
mod grid;
mod layout;
mod markdown;
mod names;
mod number;
mod special_rows;
mod values;
mod workbook;

pub use decimal::DecimalMark;
pub use delimiter::Delimiter;
pub use problem::{ImportProblem, Place, ProblemCode};
pub use text::ImportError;

/// Largest file or pasted text that is read, in bytes.
pub const MAX_BYTES: usize = 32 * 1024 * 1024;
/// Most bytes that a workbook may unpack to: a zip of 32 MiB can hold a thousand times that.
pub const MAX_UNPACKED_BYTES: u64 = 128 * 1024 * 1024;
/// Most rows of a table, the header included.
pub const MAX_ROWS: usize = 10_000;
/// Most columns of a table, the names' column included.
pub const MAX_COLUMNS: usize = 500;
/// Most cells of a table, rows × columns.
pub const MAX_CELLS: usize = 200_000;
/// Longest option name, in characters, as in the decision file.
pub const MAX_OPTION_NAME: usize = 200;
/// Longest criterion name, in characters, as in the decision file.
pub const MAX_CRITERION_NAME: usize = 100;
/// Longest text of any other cell, in characters.
pub const MAX_CELL_CHARS: usize = 10_000;
/// Most problems that are listed; a last one says how many more there were.
pub const MAX_PROBLEMS: usize = 1_000;
