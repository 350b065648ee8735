//! One report model, its writers, and all drawing. A caller fills a [`Report`] with words and numbers and gets bytes
//! in the format it asks for; nothing here knows decisions, databases, files or the network.

mod chart;
mod error;
mod format;
mod literal;
mod model;
mod png;
mod writers;

pub use chart::{
    Better, Chart, ChartTable, Figure, HeatMapCell, HeatMapColumn, HeatMapRow, HeatMapSeries,
    RankingRow, RankingSeries, Theme, heat_map, ranking_chart,
};
pub use error::ReportError;
pub use format::Format;
pub use model::{
    Align, Block, Cell, Column, Emphasis, Fact, NoticeKind, Report, Sheet, SheetCell, Table,
};
pub use png::{Picture, picture, png};
pub use writers::chart_table::{table_html, table_text};

/// Writes `report` in `format`. The same report gives the same bytes.
///
/// # Errors
/// [`ReportError::Write`] when the machine-readable part cannot be written as JSON or a row of the sheet as CSV.
pub fn write(report: &Report, format: Format) -> Result<Vec<u8>, ReportError> {
    match format {
        Format::Markdown => Ok(writers::markdown::write(report).into_bytes()),
        Format::Html => Ok(writers::html::write(report).into_bytes()),
        Format::Csv => writers::csv::write(&report.sheet),
        Format::Json => writers::json::write(report),
    }
}
