//! The heat-map: options in rank order against criteria, each cell coloured by its value from worst to best.

use super::canvas::{Area, Canvas, Side, Words, drawing, px};
use super::head::MARGIN;
use super::heat_map_cell::cell;
use super::heat_map_layout::{
    Entry, HEAD_LINE, HEAD_SIZE, KEY_CELL, Layout, NAME_SIZE, RANKS, SMALL_SIZE, WEIGHT_HEIGHT,
};
use super::heat_map_series::{HeatMapColumn, HeatMapRow, HeatMapSeries};
use super::heat_map_words;
use super::palette::{Palette, Theme};
use super::ranking_words;
use super::text_fit::wrapped;
use super::{Chart, Title};

/// Draws `series` for `theme`, about `width` pixels wide: wider when there are too many criteria to be read in it,
/// narrower when there are few.
#[must_use]
pub fn heat_map(series: &HeatMapSeries, theme: Theme, width: u32) -> Chart {
    draw(series, theme, width, Title::Inside(&series.title))
}

pub(super) fn draw(series: &HeatMapSeries, theme: Theme, width: u32, title: Title<'_>) -> Chart {
    let mut rows: Vec<&HeatMapRow> = series.rows.iter().collect();
    rows.sort_by_key(|row| row.rank.unwrap_or(u32::MAX));
    let alt = heat_map_words::alt(series, &rows);
    let palette = Palette::of(theme);
    let layout = Layout::new(
        series,
        &rows,
        title.drawn(),
        theme,
        f64::from(width.clamp(480, 4000)),
    );
    let svg = drawing(
        (layout.width, layout.height),
        title.spoken(),
        &alt,
        palette.paper,
        |canvas| {
            layout.head.draw(canvas, palette);
            heads(canvas, series, &layout, palette);
            for (place, row) in rows.iter().enumerate() {
                option(canvas, series, row, &layout, place, palette);
            }
            key(canvas, &layout, palette);
        },
    );
    Chart {
        svg,
        alt,
        table: heat_map_words::table(series, &rows),
        width: px(layout.width).unsigned_abs(),
    }
}

fn heads(canvas: &mut Canvas<'_>, series: &HeatMapSeries, layout: &Layout, palette: &Palette) {
    let top = layout.grid.top;
    let heaviest = series
        .columns
        .iter()
        .map(HeatMapColumn::share)
        .fold(0.0, f64::max);
    let foot = top - WEIGHT_HEIGHT - 6.0;
    let quiet = Words::new(SMALL_SIZE, palette.quiet_ink);
    for (place, column) in series.columns.iter().enumerate() {
        let area = layout.cell(0, place);
        let (middle, _) = area.middle();
        let words = Words::new(HEAD_SIZE, palette.ink);
        if layout.upright {
            canvas.words(
                &words.cut(&column.head(), layout.heads),
                (middle, foot),
                words.upright(),
            );
        } else {
            let mut height = foot - 6.0;
            for line in wrapped(&column.head(), HEAD_SIZE, layout.column - 8.0, 3)
                .iter()
                .rev()
            {
                canvas.words(line, (middle, height), words.side(Side::Middle));
                height -= HEAD_LINE;
            }
        }
        let percent = heat_map_words::percent(column.share());
        canvas.words(&percent, (middle, top - 20.0), quiet.side(Side::Middle));
        let full = if heaviest > 0.0 {
            area.width() * column.share() / heaviest
        } else {
            0.0
        };
        canvas.fill(
            Area::new(area.left, top - 9.0, area.width(), 4.0),
            palette.grid,
        );
        canvas.fill(
            Area::new(area.left, top - 9.0, full, 4.0),
            palette.quiet_ink,
        );
        let whole = Area {
            top: foot - layout.heads,
            bottom: top,
            ..area
        };
        canvas.tell(whole, format!("{}, weight {percent}", column.head()));
    }
    if !series.columns.is_empty() {
        canvas.words(
            "weight",
            (layout.grid.left - 12.0, top - 20.0),
            quiet.side(Side::End),
        );
    }
    if layout.totals > 0.0 {
        canvas.words(
            "total",
            (layout.grid.right + layout.totals, top - 20.0),
            quiet.side(Side::End),
        );
    }
    if series.rows.is_empty() {
        let words = Words::new(NAME_SIZE, palette.quiet_ink);
        canvas.words(
            heat_map_words::NOTHING,
            (MARGIN, layout.grid.middle().1),
            words,
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
    let band = layout.cell(place, 0);
    let (_, middle) = band.middle();
    let first = row.rank == Some(1);
    let rank = Words::new(NAME_SIZE, palette.quiet_ink)
        .side(Side::End)
        .bold_if(first);
    canvas.words(&ranking_words::rank(row.rank), (RANKS, middle), rank);
    let end = RANKS + 10.0 + layout.names;
    let name = Words::new(NAME_SIZE, palette.ink)
        .side(Side::End)
        .bold_if(first);
    canvas.words(&name.cut(&row.option, layout.names), (end, middle), name);
    canvas.tell(
        Area {
            left: MARGIN,
            right: end,
            ..band
        },
        row.option.clone(),
    );
    for (at, column) in series.columns.iter().enumerate() {
        let area = layout.cell(place, at);
        cell(canvas, row.cell(at), area, palette);
        let told = heat_map_words::in_words(row.cell(at));
        canvas.tell(
            area,
            format!("{}, {}: {told}", row.option, column.criterion),
        );
    }
    if layout.totals > 0.0 {
        let total = name.cut(&row.total, layout.totals - 10.0);
        canvas.words(&total, (layout.grid.right + layout.totals, middle), name);
    }
}

/// The colours and marks that occur, in words.
fn key(canvas: &mut Canvas<'_>, layout: &Layout, palette: &Palette) {
    let quiet = Words::new(SMALL_SIZE, palette.quiet_ink);
    let middle = layout.key_middle;
    canvas.words("worst", (MARGIN, middle), quiet);
    let mut left = MARGIN + quiet.width("worst") + 4.0;
    for step in 0..10 {
        canvas.fill(
            Area::new(left, middle - 7.0, 14.0, 14.0),
            palette.heat(f64::from(step) / 9.0),
        );
        left += 14.0;
    }
    canvas.words("best", (left + 6.0, middle), quiet);
    for Entry {
        left,
        middle,
        sample,
        words,
    } in &layout.key
    {
        cell(
            canvas,
            sample,
            Area::new(*left, middle - 8.0, KEY_CELL, 16.0),
            palette,
        );
        canvas.words(words, (left + KEY_CELL + 6.0, *middle), quiet);
    }
}
