//! The report in each format. A writer only lays out what the model says; words about charts come from the charts.

pub(crate) mod chart_table;
pub(crate) mod csv;
mod formula;
pub(crate) mod html;
mod html_text;
pub(crate) mod json;
pub(crate) mod markdown;
mod markdown_text;
