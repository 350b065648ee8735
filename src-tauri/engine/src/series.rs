//! A decision's answer as series for the charts, and as pictures and tables for the clipboard.

use decision::answer::CellFlag;
use decision::problem::number_text;
use decision::{Answer, CellResult, CellState, Decision, MissingPolicy};
use report::{
    Better, HeatMapCell, HeatMapColumn, HeatMapRow, HeatMapSeries, RankingRow, RankingSeries,
};
use serde::{Deserialize, Serialize};

use crate::engine::Engine;
use crate::error::EngineError;
use crate::view::{ChartTable, ChartView};

/// Width of a chart in the window and in reports, in CSS pixels.
pub(crate) const CHART_WIDTH: u32 = 880;

/// Pixels of a copied picture for each of the chart's: sharp on a projector and in print.
const PICTURE_SCALE: f32 = 2.0;

/// Which chart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[serde(rename_all = "snake_case")]
pub enum ChartKind {
    /// The options in rank order with what each criterion contributes.
    Ranking,
    /// Options × criteria.
    Heatmap,
}

/// Light or dark paper.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[serde(rename_all = "snake_case")]
pub enum Theme {
    /// Dark ink on white.
    Light,
    /// Light ink on near-black.
    Dark,
}

/// How a chart is copied.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[serde(rename_all = "snake_case")]
pub enum CopyAs {
    /// Cells for a spreadsheet or a document.
    Table,
    /// A picture.
    Picture,
}

/// What goes to the clipboard.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Copied {
    /// Plain text.
    Text(String),
    /// A table, as HTML and as tab-separated text.
    Table {
        /// For documents.
        html: String,
        /// For spreadsheets.
        text: String,
    },
    /// A picture, rows from the top, four bytes a pixel.
    Picture {
        /// In pixels.
        width: usize,
        /// In pixels.
        height: usize,
        /// Red, green, blue, opacity.
        rgba: Vec<u8>,
    },
}

impl Engine {
    /// Draws a chart of a session.
    ///
    /// # Errors
    /// [`EngineError::Invalid`] while the decision cannot be ranked; [`EngineError::NoSession`].
    pub fn chart(&self, id: &str, kind: ChartKind, theme: Theme) -> Result<ChartView, EngineError> {
        let chart = self.drawn(id, kind, theme)?;
        let table = ChartTable {
            columns: chart.table.columns,
            rows: chart.table.rows,
        };
        Ok(ChartView {
            svg: chart.svg,
            alt: chart.alt,
            table,
        })
    }

    /// A chart as it goes to the clipboard.
    ///
    /// # Errors
    /// As [`Engine::chart`]; [`EngineError::Report`] when there is no font to draw a picture with.
    pub fn copy(&self, id: &str, kind: ChartKind, how: CopyAs) -> Result<Copied, EngineError> {
        let chart = self.drawn(id, kind, Theme::Light)?;
        match how {
            CopyAs::Picture => {
                let picture = report::picture(&chart.svg, PICTURE_SCALE)?;
                Ok(Copied::Picture {
                    width: picture.width as usize,
                    height: picture.height as usize,
                    rgba: picture.rgba,
                })
            }
            CopyAs::Table => Ok(Copied::Table {
                html: report::table_html(&chart.table),
                text: report::table_text(&chart.table),
            }),
        }
    }

    fn drawn(&self, id: &str, kind: ChartKind, theme: Theme) -> Result<report::Chart, EngineError> {
        let open = self.opened(id)?;
        let answer = self.answered(&open)?;
        let theme = match theme {
            Theme::Light => report::Theme::Light,
            Theme::Dark => report::Theme::Dark,
        };
        Ok(match kind {
            ChartKind::Ranking => {
                report::ranking_chart(&ranking(&open.decision, &answer), theme, CHART_WIDTH)
            }
            ChartKind::Heatmap => {
                report::heat_map(&heat_map(&open.decision, &answer), theme, CHART_WIDTH)
            }
        })
    }
}

/// The series of the ranking chart. Screened-out options are in it without a rank.
pub(crate) fn ranking(decision: &Decision, answer: &Answer) -> RankingSeries {
    let mut rows: Vec<RankingRow> = answer
        .ranking
        .iter()
        .map(|ranked| RankingRow {
            option: ranked.option.clone(),
            rank: rank_of(ranked),
            total: ranked.score,
            interval: ranked.interval,
            coverage: ranked.coverage,
            contributions: contributions(answer, ranked),
        })
        .collect();
    rows.extend(answer.screened_out.iter().map(|out| RankingRow {
        option: out.option.clone(),
        rank: None,
        total: None,
        interval: None,
        coverage: 0.0,
        contributions: Vec::new(),
    }));
    RankingSeries {
        title: answer.topic.clone(),
        measure: measure(answer).to_owned(),
        unit: String::new(),
        range: Some(answer.score_range),
        better: match answer.better {
            decision::Better::Higher => Better::Higher,
            decision::Better::Lower => Better::Lower,
        },
        criteria: decision
            .criteria
            .iter()
            .map(|criterion| criterion.name.clone())
            .collect(),
        rows,
        winner: answer.winner.clone(),
        remark: answer
            .close_race
            .as_ref()
            .map(|race| race.because.clone())
            .unwrap_or_default(),
    }
}

/// What each criterion adds, as the charts take it: a cell without a score adds nothing that could be shown, unless the
/// policy gave it the middle of the scale.
fn contributions(answer: &Answer, ranked: &decision::Ranked) -> Vec<f64> {
    let mut parts = ranked.contributions.clone();
    if answer.missing == MissingPolicy::Neutral {
        return parts;
    }
    let cells = answer
        .cells
        .iter()
        .filter(|cell| cell.option_id == ranked.option_id);
    for (part, _) in parts
        .iter_mut()
        .zip(cells)
        .filter(|(_, cell)| cell.state != CellState::Scored)
    {
        *part = f64::NAN;
    }
    parts
}

fn word_of(state: CellState) -> &'static str {
    match state {
        CellState::Pending => "pending",
        CellState::Scored => "scored",
        CellState::Abstained => "abstained",
        CellState::Unparsed => "unparsed",
        CellState::Failed => "failed",
        CellState::Cancelled => "cancelled",
        CellState::Stale => "stale",
    }
}

/// What a total is, in words.
pub(crate) fn measure(answer: &Answer) -> &'static str {
    match answer.method {
        decision::Method::WeightedSum => "Weighted score",
        decision::Method::WeightedProduct => "Weighted product",
        decision::Method::Topsis => "Closeness to the ideal",
        decision::Method::Vikor => "Distance Q from the compromise",
        decision::Method::PrometheeIi => "Net flow",
        decision::Method::ElectreI => "Outranking",
        decision::Method::Moora => "Ratio-system score",
    }
}

/// The series of the heat-map.
pub(crate) fn heat_map(decision: &Decision, answer: &Answer) -> HeatMapSeries {
    let columns = decision
        .criteria
        .iter()
        .map(|criterion| HeatMapColumn {
            criterion: criterion.name.clone(),
            unit: criterion.unit.clone(),
            weight: answer
                .weights
                .get(&criterion.id)
                .copied()
                .unwrap_or_default(),
        })
        .collect();
    let width = decision.criteria.len().max(1);
    let rows = decision
        .options
        .iter()
        .zip(answer.cells.chunks(width))
        .map(|(option, cells)| {
            let ranked = answer
                .ranking
                .iter()
                .find(|ranked| ranked.option_id == option.id);
            HeatMapRow {
                option: option.name.clone(),
                rank: ranked.and_then(rank_of),
                total: ranked.map(total_words).unwrap_or_default(),
                cells: cells.iter().map(heat_cell).collect(),
            }
        })
        .collect();
    HeatMapSeries {
        title: answer.topic.clone(),
        columns,
        rows,
    }
}

fn rank_of(ranked: &decision::Ranked) -> Option<u32> {
    u32::try_from(ranked.rank).ok()
}

fn heat_cell(cell: &CellResult) -> HeatMapCell {
    match (cell.state, cell.value) {
        (CellState::Scored, Some(value)) => HeatMapCell::Scored {
            value,
            label: cell_words(cell),
            flag: flag_words(&cell.flags),
        },
        (CellState::Abstained, _) => HeatMapCell::Abstained,
        (CellState::Pending | CellState::Scored, _) => HeatMapCell::Pending,
        (unusable, _) => HeatMapCell::Unusable {
            state: word_of(unusable).into(),
        },
    }
}

/// A cell's number as its reader knows it: in its unit where it was measured, on the scale where it was judged.
pub(crate) fn cell_words(cell: &CellResult) -> String {
    cell.raw.or(cell.score).map(number_text).unwrap_or_default()
}

/// A total as shown: one number, or both ends where scores are missing.
pub(crate) fn total_words(ranked: &decision::Ranked) -> String {
    match (ranked.score, ranked.interval) {
        (_, Some([low, high])) if high - low > 1e-9 => format!("{low:.2}–{high:.2}"),
        (Some(score), _) => format!("{score:.2}"),
        (None, _) => String::new(),
    }
}

/// What is noteworthy about a cell, in words.
pub(crate) fn flag_words(flags: &[CellFlag]) -> String {
    let words = flags.iter().map(|flag| match flag {
        CellFlag::OutOfRange => "outside its range, counted as its nearest end",
        CellFlag::BeforeEdit => "scored before the last edit of its texts",
        CellFlag::NearLimit => "close to the knock-out's limit",
    });
    words.collect::<Vec<_>>().join(", ")
}
