//! All drawing. A chart is fed with series and gives SVG, the same numbers as a table, and what it shows in words.
//! Series carry names and numbers only; what they mean was decided by the caller.

mod axis;
mod canvas;
mod colour;
mod head;
mod heat_map;
mod heat_map_cell;
mod heat_map_layout;
mod heat_map_series;
mod heat_map_words;
mod palette;
mod ranking;
mod ranking_layout;
mod ranking_series;
mod ranking_words;
mod text_fit;

pub use heat_map::heat_map;
pub use heat_map_series::{HeatMapCell, HeatMapColumn, HeatMapRow, HeatMapSeries};
pub use palette::Theme;
pub use ranking::ranking_chart;
pub use ranking_series::{Better, RankingRow, RankingSeries};

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
    /// The width of the drawing in pixels, at which its words are as large as those around it.
    pub width: u32,
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
    /// The width of the drawings in pixels.
    #[serde(skip)]
    pub width: u32,
    /// The drawing on dark paper.
    #[serde(skip)]
    pub dark: String,
}

impl Figure {
    /// The ranking chart of `series`, `width` pixels wide. The caption stands in for the chart's own title.
    pub fn ranking(caption: impl Into<String>, series: &RankingSeries, width: u32) -> Self {
        Self::of(caption.into(), |title, theme| {
            ranking::draw(series, theme, width, title)
        })
    }

    /// The heat-map of `series`, about `width` pixels wide. The caption stands in for the chart's own title.
    pub fn heat_map(caption: impl Into<String>, series: &HeatMapSeries, width: u32) -> Self {
        Self::of(caption.into(), |title, theme| {
            heat_map::draw(series, theme, width, title)
        })
    }

    fn of(caption: String, draw: impl Fn(Title<'_>, Theme) -> Chart) -> Self {
        let light = draw(Title::Beside(&caption), Theme::Light);
        let dark = draw(Title::Beside(&caption), Theme::Dark).svg;
        Self {
            width: light.width,
            alt: light.alt,
            table: light.table,
            light: light.svg,
            dark,
            caption,
        }
    }
}

/// Where the title of a chart is read.
#[derive(Debug, Clone, Copy)]
enum Title<'a> {
    /// At the head of the drawing.
    Inside(&'a str),
    /// Beside the drawing; the drawing only carries it for those who cannot see it.
    Beside(&'a str),
}

impl<'a> Title<'a> {
    fn drawn(self) -> Option<&'a str> {
        match self {
            Self::Inside(title) => Some(title),
            Self::Beside(_) => None,
        }
    }

    fn spoken(self) -> &'a str {
        match self {
            Self::Inside(title) | Self::Beside(title) => title,
        }
    }
}
