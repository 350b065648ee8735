//! The heat-map: options in rank order against criteria, each cell coloured by its value from worst to best, with its
//! score in words; a cell without a score is told by its mark, not by its colour alone.

use super::Chart;
use super::canvas::{Area, Canvas, Side, Words, drawing};
use super::colour::ink_on;
use super::heat_map_words;
use super::palette::{Palette, Theme};
use super::text_fit::{cut_to, text_width, wrapped};

/// What a heat-map is fed with.
#[derive(Debug, Clone, PartialEq)]
pub struct HeatMapSeries {
    /// The chart's title: the topic of the decision.
    pub title: String,
    /// The criteria from left to right.
    pub columns: Vec<HeatMapColumn>,
    /// The options in any order.
    pub rows: Vec<HeatMapRow>,
}

/// The head of a heat-map's column.
#[derive(Debug, Clone, PartialEq)]
pub struct HeatMapColumn {
    /// The criterion's name.
    pub criterion: String,
    /// The unit of the labels below; empty for none.
    pub unit: String,
    /// The criterion's share of all weight, 0–1.
    pub weight: f64,
}

/// One option of a heat-map.
#[derive(Debug, Clone, PartialEq)]
pub struct HeatMapRow {
    /// The option's name.
    pub option: String,
    /// 1 is first; none for an option that is shown and not ranked.
    pub rank: Option<u32>,
    /// The total in words; empty for none.
    pub total: String,
    /// One cell a column; missing ones count as pending.
    pub cells: Vec<HeatMapCell>,
}

/// What a cell of a heat-map holds.
#[derive(Debug, Clone, PartialEq)]
pub enum HeatMapCell {
    /// A score.
    Scored {
        /// 0 worst to 1 best.
        value: f64,
        /// The score as the reader knows it: "4", "120".
        label: String,
        /// What is noteworthy about it ("out of range", "scored before the last edit"); empty for nothing.
        flag: String,
    },
    /// Not scored yet.
    Pending,
    /// The judge abstained.
    Abstained,
    /// A score was asked for and none can be used: "failed", "unparsed", "stale".
    Unusable {
        /// The state in one word.
        state: String,
    },
}

/// Draws `series` for `theme`, at least `width` pixels wide; grows with options and criteria.
#[must_use]
pub fn heat_map(series: &HeatMapSeries, theme: Theme, width: u32) -> Chart {
    let mut rows: Vec<&HeatMapRow> = series.rows.iter().collect();
    rows.sort_by_key(|row| row.rank.unwrap_or(u32::MAX));
    let alt = heat_map_words::alt(series, &rows);
    let palette = Palette::of(theme);
    let layout = Layout::new(series, &rows, f64::from(width.clamp(480, 4000)));
    let svg = drawing(
        (layout.width, layout.height),
        &series.title,
        &alt,
        palette.paper,
        |canvas| {
            heads(canvas, series, &layout, palette);
            for (place, row) in rows.iter().enumerate() {
                option(canvas, series, row, &layout, place, palette);
            }
            key(canvas, &rows, &layout, palette);
        },
    );
    Chart {
        svg,
        alt,
        table: heat_map_words::table(series, &rows),
    }
}

impl HeatMapRow {
    pub(super) fn cell(&self, column: usize) -> &HeatMapCell {
        self.cells.get(column).unwrap_or(&HeatMapCell::Pending)
    }
}

impl HeatMapColumn {
    pub(super) fn head(&self) -> String {
        if self.unit.is_empty() {
            self.criterion.clone()
        } else {
            format!("{} ({})", self.criterion, self.unit)
        }
    }
}

const MARGIN: f64 = 24.0;
const TITLE_SIZE: f64 = 17.0;
const NAME_SIZE: f64 = 13.0;
const HEAD_SIZE: f64 = 12.0;
const CELL_SIZE: f64 = 12.0;
const SMALL_SIZE: f64 = 11.0;
const HEAD_LINE: f64 = 15.0;
const WEIGHT_HEIGHT: f64 = 30.0;

struct Layout {
    width: f64,
    height: f64,
    names: f64,
    totals: f64,
    column: f64,
    row: f64,
    grid: Area,
    /// Heads read from bottom to top when columns are narrow.
    upright: bool,
    heads: f64,
}

impl Layout {
    fn new(series: &HeatMapSeries, rows: &[&HeatMapRow], wanted: f64) -> Self {
        #[allow(clippy::cast_precision_loss)] // criteria and options on a screen
        let (columns, count) = (series.columns.len().max(1) as f64, rows.len().max(1) as f64);
        let widest = rows
            .iter()
            .map(|row| text_width(&row.option, NAME_SIZE) * 1.06)
            .fold(60.0, f64::max);
        let names = widest.min((wanted * 0.26).max(160.0));
        let totals = rows
            .iter()
            .map(|row| text_width(&row.total, NAME_SIZE) * 1.08)
            .fold(0.0, f64::max);
        let totals = if totals > 0.0 {
            totals.max(44.0) + 14.0
        } else {
            0.0
        };
        let left = MARGIN + 30.0 + names + 12.0;
        let column = ((wanted - left - totals - MARGIN) / columns)
            .clamp(46.0, 150.0)
            .floor();
        let upright = column < 76.0;
        let heads = if upright {
            series
                .columns
                .iter()
                .map(|column| text_width(&column.head(), HEAD_SIZE))
                .fold(40.0, f64::max)
                .min(170.0)
        } else {
            let lines = series
                .columns
                .iter()
                .map(|head| wrapped(&head.head(), HEAD_SIZE, column - 8.0, 3).len());
            #[allow(clippy::cast_precision_loss)] // at most three
            let lines = lines.max().unwrap_or(1) as f64;
            lines * HEAD_LINE
        };
        let row = if rows.len() > 18 { 26.0 } else { 34.0 };
        let top = MARGIN + 50.0 + heads + 8.0 + WEIGHT_HEIGHT;
        let grid = Area::new(left, top, column * columns, row * count);
        let width = (grid.right + totals + MARGIN).max(wanted.min(640.0));
        Self {
            width,
            height: grid.bottom + 62.0,
            names,
            totals,
            column,
            row,
            grid,
            upright,
            heads,
        }
    }

    fn cell(&self, place: usize, column: usize) -> Area {
        #[allow(clippy::cast_precision_loss)] // criteria and options on a screen
        let (place, column) = (place as f64, column as f64);
        let (left, top) = (
            self.grid.left + column * self.column,
            self.grid.top + place * self.row,
        );
        Area::new(left + 1.0, top + 1.0, self.column - 2.0, self.row - 2.0)
    }
}

fn heads(canvas: &mut Canvas<'_>, series: &HeatMapSeries, layout: &Layout, palette: &Palette) {
    let room = layout.width - 2.0 * MARGIN;
    let title = Words::new(TITLE_SIZE, palette.ink).bold();
    canvas.words(
        &cut_to(&series.title, TITLE_SIZE * 1.08, room),
        (MARGIN, MARGIN + 6.0),
        title,
    );
    let line = cut_to(heat_map_words::LINE, 12.0, room);
    canvas.words(
        &line,
        (MARGIN, MARGIN + 28.0),
        Words::new(12.0, palette.quiet_ink),
    );

    let heaviest = series
        .columns
        .iter()
        .map(|column| column.weight)
        .filter(|weight| weight.is_finite())
        .fold(0.0, f64::max);
    let foot = layout.grid.top - WEIGHT_HEIGHT - 6.0;
    for (place, column) in series.columns.iter().enumerate() {
        let cell = layout.cell(0, place);
        let (middle, _) = cell.middle();
        let words = Words::new(HEAD_SIZE, palette.ink);
        if layout.upright {
            let name = cut_to(&column.head(), HEAD_SIZE, layout.heads);
            canvas.words(&name, (middle, foot), words.upright());
        } else {
            let lines = wrapped(&column.head(), HEAD_SIZE, layout.column - 8.0, 3);
            for (up, line) in lines.iter().rev().enumerate() {
                #[allow(clippy::cast_precision_loss)] // at most three
                let height = foot - 6.0 - up as f64 * HEAD_LINE;
                canvas.words(line, (middle, height), words.side(Side::Middle));
            }
        }
        let weight = if column.weight.is_finite() {
            column.weight.clamp(0.0, 1.0)
        } else {
            0.0
        };
        let share = Words::new(SMALL_SIZE, palette.quiet_ink).side(Side::Middle);
        canvas.words(
            &heat_map_words::percent(weight),
            (middle, layout.grid.top - 20.0),
            share,
        );
        let full = cell.width()
            * if heaviest > 0.0 {
                weight / heaviest
            } else {
                0.0
            };
        canvas.fill(
            Area::new(cell.left, layout.grid.top - 9.0, cell.width(), 4.0),
            palette.grid,
        );
        canvas.fill(
            Area::new(cell.left, layout.grid.top - 9.0, full, 4.0),
            palette.quiet_ink,
        );
        let above = layout.grid.top - WEIGHT_HEIGHT - layout.heads - 8.0;
        let head = Area {
            left: cell.left,
            top: above,
            right: cell.right,
            bottom: layout.grid.top,
        };
        canvas.tell(
            head,
            format!(
                "{}, weight {}",
                column.head(),
                heat_map_words::percent(weight)
            ),
        );
    }
    let quiet = Words::new(SMALL_SIZE, palette.quiet_ink);
    canvas.words(
        "weight",
        (layout.grid.left - 12.0, layout.grid.top - 20.0),
        quiet.side(Side::End),
    );
    if layout.totals > 0.0 {
        canvas.words(
            "total",
            (layout.grid.right + layout.totals, layout.grid.top - 20.0),
            quiet.side(Side::End),
        );
    }
}

fn option(
    canvas: &mut Canvas<'_>,
    series: &HeatMapSeries,
    row: &HeatMapRow,
    layout: &Layout,
    place: usize,
    palette: &Palette,
) {
    let (_, middle) = layout.cell(place, 0).middle();
    let first = row.rank == Some(1);
    let names_end = MARGIN + 30.0 + layout.names;
    let rank = row
        .rank
        .map_or_else(|| "–".to_owned(), |rank| rank.to_string());
    let quiet = Words::new(NAME_SIZE, palette.quiet_ink).side(Side::End);
    canvas.words(&rank, (MARGIN + 20.0, middle), quiet.bold_if(first));
    let name = Words::new(NAME_SIZE, palette.ink)
        .side(Side::End)
        .bold_if(first);
    canvas.words(
        &cut_to(&row.option, NAME_SIZE * 1.06, layout.names),
        (names_end, middle),
        name,
    );
    canvas.tell(
        Area::new(
            MARGIN,
            middle - layout.row / 2.0,
            names_end - MARGIN,
            layout.row,
        ),
        row.option.clone(),
    );
    for (at, column) in series.columns.iter().enumerate() {
        let area = layout.cell(place, at);
        cell(canvas, row.cell(at), area, palette);
        let told = format!(
            "{}, {}: {}",
            row.option,
            column.criterion,
            heat_map_words::in_words(row.cell(at))
        );
        canvas.tell(area, told);
    }
    if layout.totals > 0.0 {
        canvas.words(
            &row.total,
            (layout.grid.right + layout.totals, middle),
            name,
        );
    }
}

fn cell(canvas: &mut Canvas<'_>, cell: &HeatMapCell, area: Area, palette: &Palette) {
    match cell {
        HeatMapCell::Scored { value, label, flag } => {
            let paper = palette.heat(if value.is_finite() { *value } else { 0.0 });
            canvas.fill(area, paper);
            let ink = ink_on(paper);
            let words = cut_to(label, CELL_SIZE, area.width() - 4.0);
            canvas.words(
                &words,
                area.middle(),
                Words::new(CELL_SIZE, ink).side(Side::Middle),
            );
            if !flag.is_empty() {
                corner(canvas, area, ink);
            }
        }
        HeatMapCell::Pending => outline(canvas, area, palette),
        HeatMapCell::Abstained => hatch(canvas, area, palette),
        HeatMapCell::Unusable { .. } => {
            outline(canvas, area, palette);
            cross(canvas, area, palette);
        }
    }
}

/// Pending: an empty frame.
fn outline(canvas: &mut Canvas<'_>, area: Area, palette: &Palette) {
    let Area {
        left,
        top,
        right,
        bottom,
    } = area;
    let frame = [
        (left, top),
        (right - 1.0, top),
        (right - 1.0, bottom - 1.0),
        (left, bottom - 1.0),
        (left, top),
    ];
    canvas.line(&frame, palette.grid, 1);
}

/// Abstained: hatched all over.
fn hatch(canvas: &mut Canvas<'_>, area: Area, palette: &Palette) {
    const GAP: f64 = 8.0;
    outline(canvas, area, palette);
    let height = area.bottom - area.top;
    let mut start = area.left - height + GAP / 2.0;
    while start < area.right {
        let from = start.max(area.left);
        let to = (start + height).min(area.right);
        if to - from > 1.0 {
            canvas.line(
                &[
                    (from, area.bottom - (from - start)),
                    (to, area.bottom - (to - start)),
                ],
                palette.hollow,
                1,
            );
        }
        start += GAP;
    }
}

/// Unusable: a cross.
fn cross(canvas: &mut Canvas<'_>, area: Area, palette: &Palette) {
    let (x, y) = area.middle();
    let arm = 5.0;
    canvas.line(
        &[(x - arm, y - arm), (x + arm, y + arm)],
        palette.quiet_ink,
        2,
    );
    canvas.line(
        &[(x - arm, y + arm), (x + arm, y - arm)],
        palette.quiet_ink,
        2,
    );
}

/// Noteworthy: a folded corner.
fn corner(canvas: &mut Canvas<'_>, area: Area, ink: plotters::style::RGBColor) {
    let (right, top) = (area.right, area.top);
    canvas.polygon(&[(right - 8.0, top), (right, top), (right, top + 8.0)], ink);
}

/// The colours and marks that occur, in words.
fn key(canvas: &mut Canvas<'_>, rows: &[&HeatMapRow], layout: &Layout, palette: &Palette) {
    let middle = layout.grid.bottom + 30.0;
    let quiet = Words::new(SMALL_SIZE, palette.quiet_ink);
    let mut left = MARGIN;
    canvas.words("worst", (left, middle), quiet);
    left += text_width("worst", SMALL_SIZE) + 6.0;
    for step in 0..10 {
        canvas.fill(
            Area::new(left, middle - 7.0, 14.0, 14.0),
            palette.heat(f64::from(step) / 9.0),
        );
        left += 14.0;
    }
    canvas.words("best", (left + 6.0, middle), quiet);
    left += 6.0 + text_width("best", SMALL_SIZE) + 24.0;
    for (sample, words) in heat_map_words::marks(rows) {
        cell(
            canvas,
            &sample,
            Area::new(left, middle - 8.0, 26.0, 16.0),
            palette,
        );
        canvas.words(&words, (left + 32.0, middle), quiet);
        left += 32.0 + text_width(&words, SMALL_SIZE) + 20.0;
    }
}
