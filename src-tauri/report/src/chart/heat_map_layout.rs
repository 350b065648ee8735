//! Where the parts of a heat-map stand: names, heads, weights, cells and totals.

use super::canvas::{Area, Words};
use super::head::{Head, MARGIN};
use super::heat_map_series::{HeatMapCell, HeatMapRow, HeatMapSeries};
use super::heat_map_words;
use super::palette::{Palette, Theme};
use super::text_fit::wrapped;

pub(super) const NAME_SIZE: f64 = 13.0;
pub(super) const HEAD_SIZE: f64 = 12.0;
pub(super) const SMALL_SIZE: f64 = 11.0;
pub(super) const HEAD_LINE: f64 = 15.0;
/// Percent and bar between a head and its cells.
pub(super) const WEIGHT_HEIGHT: f64 = 30.0;
/// The width of a sample cell in the key.
pub(super) const KEY_CELL: f64 = 26.0;
/// The right edge of the ranks.
pub(super) const RANKS: f64 = MARGIN + 20.0;

/// Narrower columns have heads that read upwards.
const HEAD_ROOM: f64 = 76.0;
const HEAD_LENGTH: f64 = 190.0;
/// More rows than this stand closer together.
const MANY: usize = 18;

pub(super) struct Layout {
    pub(super) head: Head,
    pub(super) width: f64,
    pub(super) height: f64,
    pub(super) names: f64,
    pub(super) totals: f64,
    pub(super) column: f64,
    pub(super) row: f64,
    pub(super) grid: Area,
    /// Heads read from bottom to top.
    pub(super) upright: bool,
    pub(super) heads: f64,
    pub(super) key: Vec<Entry>,
    pub(super) key_middle: f64,
}

/// One mark of the key, explained.
pub(super) struct Entry {
    pub(super) left: f64,
    pub(super) middle: f64,
    pub(super) sample: HeatMapCell,
    pub(super) words: String,
}

impl Layout {
    pub(super) fn new(
        series: &HeatMapSeries,
        rows: &[&HeatMapRow],
        title: Option<&str>,
        theme: Theme,
        wanted: f64,
    ) -> Self {
        let palette = Palette::of(theme);
        let name = Words::new(NAME_SIZE, palette.ink);
        let own = |row: &HeatMapRow| name.bold_if(row.rank == Some(1));
        let names = rows
            .iter()
            .map(|row| own(row).width(&row.option))
            .fold(60.0, f64::max);
        let names = names.min((wanted * 0.26).max(160.0)).ceil();
        let totals = rows
            .iter()
            .map(|row| own(row).width(&row.total))
            .fold(0.0, f64::max);
        let totals = if totals > 0.0 {
            totals.clamp(44.0, 160.0) + 14.0
        } else {
            0.0
        };
        let left = RANKS + 10.0 + names + 12.0;
        #[allow(clippy::cast_precision_loss)] // criteria and options on a screen
        let (columns, count) = (series.columns.len().max(1) as f64, rows.len().max(1) as f64);
        let column = ((wanted - left - totals - MARGIN) / columns)
            .clamp(46.0, 150.0)
            .floor();

        let upright = column < HEAD_ROOM;
        let words = Words::new(HEAD_SIZE, palette.ink);
        let heads = series.columns.iter().map(|head| {
            let head = head.head();
            if upright {
                return words.width(&head).min(HEAD_LENGTH);
            }
            wrapped(&head, HEAD_SIZE, column - 8.0, 3)
                .iter()
                .map(|_| HEAD_LINE)
                .sum()
        });
        let heads = heads.fold(HEAD_LINE, f64::max);
        let row = if rows.len() > MANY { 26.0 } else { 34.0 };
        let width = (left + column * columns + totals + MARGIN).max(wanted.min(640.0));
        let head = Head::new(title, heat_map_words::line(theme), width);
        let top = head.bottom() + 8.0 + heads + 8.0 + WEIGHT_HEIGHT;
        let grid = Area::new(left, top, column * columns, row * count);
        let quiet = Words::new(SMALL_SIZE, palette.quiet_ink);
        let key_middle = grid.bottom + 28.0;
        let key = key(
            heat_map_words::marks(series, rows),
            quiet,
            width,
            key_middle,
        );
        let height = key.last().map_or(key_middle, |entry| entry.middle) + 28.0;
        Self {
            head,
            width,
            height,
            names,
            totals,
            column,
            row,
            grid,
            upright,
            heads,
            key,
            key_middle,
        }
    }

    pub(super) fn cell(&self, place: usize, column: usize) -> Area {
        #[allow(clippy::cast_precision_loss)] // criteria and options on a screen
        let (place, column) = (place as f64, column as f64);
        let (left, top) = (
            self.grid.left + column * self.column,
            self.grid.top + place * self.row,
        );
        Area::new(left + 1.0, top + 1.0, self.column - 2.0, self.row - 2.0)
    }
}

/// The entries after the scale of colours, in as many lines as they need.
fn key(marks: Vec<(HeatMapCell, String)>, words: Words, width: f64, first: f64) -> Vec<Entry> {
    let scale = words.width("worst") + 4.0 + 140.0 + 6.0 + words.width("best") + 20.0;
    let (mut left, mut middle) = (MARGIN + scale, first);
    let mut key = Vec::new();
    for (sample, text) in marks {
        let needed = KEY_CELL + 6.0 + words.width(&text);
        if left + needed > width - MARGIN && left > MARGIN {
            (left, middle) = (MARGIN, middle + 22.0);
        }
        let text = words.cut(&text, width - MARGIN - left - KEY_CELL - 6.0);
        key.push(Entry {
            left,
            middle,
            sample,
            words: text,
        });
        left += needed + 16.0;
    }
    key
}
