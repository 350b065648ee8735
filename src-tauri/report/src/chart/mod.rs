//! All drawing. A chart is fed with series and gives SVG, the same numbers as a table, and what it shows in words.
//! Series carry names and numbers only; what they mean was decided by the caller.

mod axis;
mod canvas;
mod colour;
mod heat_map;
mod heat_map_words;
mod palette;
mod ranking;
mod ranking_words;
mod text_fit;

pub use heat_map::{HeatMapCell, HeatMapColumn, HeatMapRow, HeatMapSeries, heat_map};
pub use palette::Theme;
pub use ranking::{Better, RankingRow, RankingSeries, ranking_chart};

use serde::Serialize;

/// A drawn chart.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Chart {
    /// A whole SVG document with `viewBox`, `role="img"`, title and description; needs nothing from outside.
    pub svg: String,
    /// What the chart shows, in sentences; the finding first.
    pub alt: String,
    /// The numbers of the chart.
    pub table: ChartTable,
}

/// The twin of a chart: the same numbers in rows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ChartTable {
    /// The heads.
    pub columns: Vec<String>,
    /// The rows, each as long as `columns`; the second cell names the option.
    pub rows: Vec<Vec<String>>,
}

/// A chart as a block of a report: drawn for light and for dark paper, with one table and one text for both.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Figure {
    /// What the figure is: "Ranking of the options".
    pub caption: String,
    /// What the chart shows, in sentences.
    pub alt: String,
    /// The numbers of the chart.
    pub table: ChartTable,
    /// The drawing on light paper.
    #[serde(skip)]
    pub light: String,
    /// The drawing on dark paper.
    #[serde(skip)]
    pub dark: String,
}

impl Figure {
    /// The ranking chart of `series`, `width` pixels wide.
    pub fn ranking(caption: impl Into<String>, series: &RankingSeries, width: u32) -> Self {
        Self::of(caption, |theme| ranking_chart(series, theme, width))
    }

    /// The heat-map of `series`, at least `width` pixels wide.
    pub fn heat_map(caption: impl Into<String>, series: &HeatMapSeries, width: u32) -> Self {
        Self::of(caption, |theme| heat_map(series, theme, width))
    }

    fn of(caption: impl Into<String>, draw: impl Fn(Theme) -> Chart) -> Self {
        let light = draw(Theme::Light);
        Self {
            caption: caption.into(),
            alt: light.alt,
            table: light.table,
            light: light.svg,
            dark: draw(Theme::Dark).svg,
        }
    }
}
