//! The ranking chart: one horizontal bar an option, stacked from what each criterion contributes, in rank order, with
//! the total at its end and a whisker where scores are missing.

use super::canvas::{Area, Canvas, Side, Words, drawing, px};
use super::colour::ink_on;
use super::head::MARGIN;
use super::palette::{Palette, Theme};
use super::ranking_layout::{
    Entry, LEGEND_SIZE, Layout, Mark, NAME_SIZE, RANKS, SMALL_SIZE, SWATCH,
};
use super::ranking_series::{Arranged, RankingRow, RankingSeries};
use super::ranking_words;
use super::{Chart, Title};

/// Draws `series` for `theme`, `width` pixels wide (480 to 4000); the height grows with the options. Beyond ten
/// criteria, those that contribute least share one colour; the table still has each.
#[must_use]
pub fn ranking_chart(series: &RankingSeries, theme: Theme, width: u32) -> Chart {
    draw(series, theme, width, Title::Inside(&series.title))
}

pub(super) fn draw(series: &RankingSeries, theme: Theme, width: u32, title: Title<'_>) -> Chart {
    let arranged = Arranged::new(series);
    let alt = ranking_words::alt(&arranged);
    let palette = Palette::of(theme);
    let layout = Layout::new(
        &arranged,
        title.drawn(),
        f64::from(width.clamp(480, 4000)),
        palette,
    );
    let svg = drawing(
        (layout.width, layout.height),
        title.spoken(),
        &alt,
        palette.paper,
        |canvas| {
            layout.head.draw(canvas, palette);
            for entry in &layout.legend {
                legend(canvas, &arranged, entry, palette);
            }
            scale(canvas, &arranged, &layout, palette);
            for (place, row) in arranged.rows.iter().enumerate() {
                names(canvas, &arranged, row, &layout, layout.row(place), palette);
                bar(canvas, &arranged, row, &layout, layout.row(place), palette);
            }
            if arranged.rows.is_empty() {
                let words = Words::new(NAME_SIZE, palette.quiet_ink).side(Side::Middle);
                canvas.words(ranking_words::NOTHING, layout.plot.middle(), words);
            }
        },
    );
    Chart {
        svg,
        alt,
        table: ranking_words::table(&arranged),
        width: px(layout.width).unsigned_abs(),
    }
}

fn legend(canvas: &mut Canvas<'_>, arranged: &Arranged<'_>, entry: &Entry, palette: &Palette) {
    let Entry {
        left,
        middle,
        ref name,
        mark,
    } = *entry;
    let swatch = Area::new(left, middle - 6.0, 12.0, 12.0);
    let words = Words::new(LEGEND_SIZE, palette.ink);
    match mark {
        Mark::Segment(place) => {
            canvas.fill(swatch, palette.segment(place));
            let criteria = &arranged.segments[place].criteria;
            let full: Vec<&str> = criteria
                .iter()
                .map(|at| arranged.series.criteria[*at].as_str())
                .collect();
            let area = Area::new(left, middle - 9.0, SWATCH + words.width(name), 18.0);
            canvas.tell(area, full.join(", "));
        }
        Mark::Hollow => canvas.frame(swatch, palette.hollow),
        Mark::Whisker => whisker(canvas, (left, left + 13.0), middle, 5.0, palette),
    }
    canvas.words(name, (left + SWATCH, middle), words);
}

fn scale(canvas: &mut Canvas<'_>, arranged: &Arranged<'_>, layout: &Layout, palette: &Palette) {
    let plot = layout.plot;
    for place in (1..arranged.rows.len()).step_by(2) {
        canvas.fill(layout.row(place), palette.band);
    }
    let quiet = Words::new(SMALL_SIZE, palette.quiet_ink).side(Side::Middle);
    for (number, words) in layout.axis.ticks(if plot.width() > 420.0 { 6 } else { 4 }) {
        let x = layout.axis.at(number);
        canvas.line(&[(x, plot.top), (x, plot.bottom + 4.0)], palette.grid, 1);
        canvas.words(&words, (x, plot.bottom + 14.0), quiet);
        if layout.axis_on_top {
            canvas.words(&words, (x, plot.top - 10.0), quiet);
        }
    }
    let zero = layout.axis.at(arranged.base);
    canvas.line(
        &[(zero, plot.top), (zero, plot.bottom)],
        palette.quiet_ink,
        1,
    );
    let title = Words::new(LEGEND_SIZE, palette.quiet_ink).side(Side::Middle);
    let words = title.cut(&ranking_words::axis_title(arranged), plot.width());
    canvas.words(&words, (plot.middle().0, plot.bottom + 35.0), title);
}

fn names(
    canvas: &mut Canvas<'_>,
    arranged: &Arranged<'_>,
    row: &RankingRow,
    layout: &Layout,
    area: Area,
    palette: &Palette,
) {
    let (_, middle) = area.middle();
    let leads = arranged.leads(row);
    let rank = Words::new(NAME_SIZE, palette.quiet_ink)
        .bold_if(leads)
        .side(Side::End);
    canvas.words(&ranking_words::rank(row.rank), (RANKS, middle), rank);
    let end = RANKS + 10.0 + layout.names;
    let name = Words::new(NAME_SIZE, palette.ink)
        .bold_if(leads)
        .side(Side::End);
    canvas.words(&name.cut(&row.option, layout.names), (end, middle), name);
    canvas.tell(
        Area {
            left: MARGIN,
            right: end,
            ..area
        },
        row.option.clone(),
    );
}

fn bar(
    canvas: &mut Canvas<'_>,
    arranged: &Arranged<'_>,
    row: &RankingRow,
    layout: &Layout,
    area: Area,
    palette: &Palette,
) {
    let axis = &layout.axis;
    let inset = ((area.bottom - area.top) * 0.2).round();
    let piece = |low: f64, high: f64| Area {
        left: axis.at(low),
        top: area.top + inset,
        right: axis.at(high),
        bottom: area.bottom - inset,
    };
    let mut end = axis.at(arranged.base);
    let (mut below, mut above) = (arranged.base, arranged.base);
    for (place, segment) in arranged.segments.iter().enumerate() {
        let part = arranged.part(row, segment);
        let from: &mut f64 = if part < 0.0 { &mut below } else { &mut above };
        let to = *from + part;
        let mut drawn = piece(from.min(to), from.max(to));
        *from = to;
        end = end.max(drawn.right);
        if drawn.width() < 0.5 {
            continue;
        }
        // A hair of paper between segments keeps neighbours apart where their colours do not.
        if drawn.width() > 3.0 {
            drawn.right -= 1.0;
        }
        let colour = palette.segment(place);
        canvas.fill(drawn, colour);
        let number = arranged.number(part);
        let words = Words::new(SMALL_SIZE, ink_on(colour)).side(Side::Middle);
        if words.width(&number) + 8.0 <= drawn.width() {
            canvas.words(&number, drawn.middle(), words);
        }
        canvas.tell(drawn, format!("{}: {}: {number}", row.option, segment.name));
    }
    if let Some(total) = row.total() {
        if row.contributions.is_empty() {
            let colour = if arranged.segments.is_empty() {
                palette.segment(0)
            } else {
                palette.other
            };
            canvas.fill(
                piece(total.min(arranged.base), total.max(arranged.base)),
                colour,
            );
        } else if let Some([low, high]) = arranged.open_part(row) {
            canvas.frame(piece(low, high), palette.hollow);
        }
        end = end.max(axis.at(total));
    }
    if let Some([low, high]) = row.interval() {
        let (_, middle) = area.middle();
        whisker(
            canvas,
            (axis.at(low), axis.at(high)),
            middle,
            inset,
            palette,
        );
        end = end.max(axis.at(high));
    }
    let words = Words::new(NAME_SIZE, palette.ink).bold_if(arranged.leads(row));
    canvas.words(
        &ranking_words::end_of_bar(arranged, row),
        (end + 8.0, area.middle().1),
        words,
    );
}

/// A line with caps, edged with paper so that it shows on every colour.
fn whisker(
    canvas: &mut Canvas<'_>,
    (low, high): (f64, f64),
    middle: f64,
    cap: f64,
    palette: &Palette,
) {
    for (colour, width) in [(palette.paper, 4), (palette.ink, 2)] {
        canvas.line(&[(low, middle), (high, middle)], colour, width);
        canvas.line(&[(low, middle - cap), (low, middle + cap)], colour, width);
        canvas.line(&[(high, middle - cap), (high, middle + cap)], colour, width);
    }
}
