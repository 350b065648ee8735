//! The ranking chart: one horizontal bar an option, stacked from what each criterion contributes, in rank order, with
//! the total at its end and a whisker where scores are missing.

use super::Chart;
use super::axis::{Axis, decimals_for, worded};
use super::canvas::{Area, Canvas, Side, Words, drawing};
use super::colour::ink_on;
use super::palette::{OWN_COLOURS, Palette, Theme};
use super::ranking_words;
use super::text_fit::{cut_to, text_width};

/// What a ranking chart is fed with.
#[derive(Debug, Clone, PartialEq)]
pub struct RankingSeries {
    /// The chart's title: the topic of the decision.
    pub title: String,
    /// What a total is: "Weighted score", "Closeness to the ideal".
    pub measure: String,
    /// The unit of totals; empty for none.
    pub unit: String,
    /// The lowest and the highest total that are possible; none when the method has no such ends.
    pub range: Option<[f64; 2]>,
    /// Which end of the axis is good.
    pub better: Better,
    /// The criteria, in the order of every row's contributions; empty when the method has no contributions.
    pub criteria: Vec<String>,
    /// The options in any order.
    pub rows: Vec<RankingRow>,
    /// The winner's name; none when the caller names none (close race, overlapping intervals, nothing scored).
    pub winner: Option<String>,
    /// A sentence that belongs under the finding: why no winner is named, how options were screened out. Empty for none.
    pub remark: String,
}

/// Which totals are better.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Better {
    /// Larger totals lead.
    Higher,
    /// Smaller totals lead.
    Lower,
}

/// One option of a ranking chart. Numbers that are not finite count as missing.
#[derive(Debug, Clone, PartialEq)]
pub struct RankingRow {
    /// The option's name.
    pub option: String,
    /// 1 is first, ties share a rank; none for an option that is shown and not ranked.
    pub rank: Option<u32>,
    /// The total; none when the method has none, or nothing was scored.
    pub total: Option<f64>,
    /// Lowest and highest total that missing scores allow.
    pub interval: Option<[f64; 2]>,
    /// The share of the weight that is scored, 0–1.
    pub coverage: f64,
    /// What each criterion adds to the total, in its unit.
    pub contributions: Vec<f64>,
}

impl RankingRow {
    pub(super) fn total(&self) -> Option<f64> {
        self.total.filter(|total| total.is_finite())
    }

    pub(super) fn interval(&self) -> Option<[f64; 2]> {
        self.interval
            .filter(|[low, high]| low.is_finite() && high.is_finite() && high > low)
    }

    pub(super) fn contribution(&self, criterion: usize) -> f64 {
        self.contributions
            .get(criterion)
            .copied()
            .filter(|part| part.is_finite())
            .unwrap_or(0.0)
    }

    pub(super) fn partial(&self) -> bool {
        self.coverage < 1.0 - 1e-9
    }
}

/// One colour of the stack: a criterion, or all that are too small for a colour of their own.
pub(super) struct Segment {
    pub(super) name: String,
    pub(super) criteria: Vec<usize>,
}

/// The series in the order and grouping of the drawing.
pub(super) struct Arranged<'a> {
    pub(super) series: &'a RankingSeries,
    pub(super) rows: Vec<&'a RankingRow>,
    pub(super) segments: Vec<Segment>,
    pub(super) decimals: usize,
}

impl<'a> Arranged<'a> {
    fn new(series: &'a RankingSeries) -> Self {
        let mut rows: Vec<&RankingRow> = series.rows.iter().collect();
        rows.sort_by_key(|row| row.rank.unwrap_or(u32::MAX));
        let reach = series
            .rows
            .iter()
            .filter_map(RankingRow::total)
            .chain(series.range.into_iter().flatten());
        let (low, high) = reach.fold((0.0_f64, 0.0_f64), |(low, high), total| {
            (low.min(total), high.max(total))
        });
        Self {
            series,
            rows,
            segments: segments(series),
            decimals: decimals_for(high - low),
        }
    }

    pub(super) fn number(&self, number: f64) -> String {
        worded(number, self.decimals)
    }

    pub(super) fn part(&self, row: &RankingRow, segment: &Segment) -> f64 {
        segment
            .criteria
            .iter()
            .map(|criterion| row.contribution(*criterion))
            .sum()
    }
}

/// Draws `series` for `theme`, `width` pixels wide (at least 480); the height grows with the options.
#[must_use]
pub fn ranking_chart(series: &RankingSeries, theme: Theme, width: u32) -> Chart {
    let arranged = Arranged::new(series);
    let alt = ranking_words::alt(&arranged);
    let palette = Palette::of(theme);
    let layout = Layout::new(&arranged, f64::from(width.clamp(480, 4000)));
    let svg = drawing(
        (layout.width, layout.height),
        &series.title,
        &alt,
        palette.paper,
        |canvas| {
            head(canvas, &arranged, &layout, palette);
            scale(canvas, &arranged, &layout, palette);
            for (place, row) in arranged.rows.iter().enumerate() {
                option(canvas, &arranged, row, &layout, layout.row(place), palette);
            }
        },
    );
    Chart {
        svg,
        alt,
        table: ranking_words::table(&arranged),
    }
}

/// Beyond one more than the palette holds, the criteria that move totals least share the last colour.
fn segments(series: &RankingSeries) -> Vec<Segment> {
    let alone = |criterion: usize| Segment {
        name: series.criteria[criterion].clone(),
        criteria: vec![criterion],
    };
    let all = 0..series.criteria.len();
    if series.criteria.len() <= OWN_COLOURS + 1 {
        return all.map(alone).collect();
    }
    let weight = |criterion: usize| {
        series
            .rows
            .iter()
            .map(|row| row.contribution(criterion).abs())
            .sum::<f64>()
    };
    let mut by_weight: Vec<usize> = all.clone().collect();
    by_weight.sort_by(|one, other| weight(*other).total_cmp(&weight(*one)));
    let (large, small) = by_weight.split_at(OWN_COLOURS);
    let mut segments: Vec<Segment> = all
        .filter(|criterion| large.contains(criterion))
        .map(alone)
        .collect();
    let mut small = small.to_vec();
    small.sort_unstable();
    segments.push(Segment {
        name: format!("{} other criteria", small.len()),
        criteria: small,
    });
    segments
}

const MARGIN: f64 = 24.0;
const TITLE_SIZE: f64 = 17.0;
const NAME_SIZE: f64 = 13.0;
const SMALL_SIZE: f64 = 11.0;
const LEGEND_LINE: f64 = 20.0;
const LEGEND_NAME: f64 = 190.0;

struct Layout {
    width: f64,
    height: f64,
    names: f64,
    axis: Axis,
    plot: Area,
    row_height: f64,
    legend: Vec<(f64, f64, String)>,
    axis_on_top: bool,
}

impl Layout {
    fn new(arranged: &Arranged<'_>, width: f64) -> Self {
        let series = arranged.series;
        let widest = arranged
            .rows
            .iter()
            .map(|row| text_width(&row.option, NAME_SIZE) * 1.08)
            .fold(60.0, f64::max);
        let names = widest.min(width * 0.28);
        let ends = arranged
            .rows
            .iter()
            .map(|row| text_width(&end_words(arranged, row), NAME_SIZE) * 1.08)
            .fold(30.0, f64::max);
        let left = MARGIN + 30.0 + names + 12.0;
        let legend = legend(arranged, width);
        let legend_lines = legend.last().map_or(0.0, |(_, line, _)| line + 1.0);
        let axis_on_top = arranged.rows.len() > 18;
        let top = MARGIN
            + 48.0
            + legend_lines * LEGEND_LINE
            + if legend_lines > 0.0 { 12.0 } else { 0.0 }
            + if axis_on_top { 18.0 } else { 0.0 };
        let row_height = if arranged.rows.len() > 18 { 26.0 } else { 36.0 };
        #[allow(clippy::cast_precision_loss)] // options on a screen
        let rows = arranged.rows.len().max(1) as f64;
        let plot = Area::new(
            left,
            top,
            width - left - ends - 14.0 - MARGIN,
            rows * row_height,
        );
        let reach = series
            .range
            .into_iter()
            .flatten()
            .chain(arranged.rows.iter().flat_map(|row| {
                let parts = (0..series.criteria.len()).map(|criterion| row.contribution(criterion));
                let (below, above) = parts.fold((0.0, 0.0), |(below, above), part: f64| {
                    (below + part.min(0.0), above + part.max(0.0))
                });
                [below, above]
                    .into_iter()
                    .chain(row.total())
                    .chain(row.interval().into_iter().flatten())
            }));
        let axis = Axis::around(reach, plot.left, plot.width());
        Self {
            width,
            height: plot.bottom + 58.0,
            names,
            axis,
            plot,
            row_height,
            legend,
            axis_on_top,
        }
    }

    fn row(&self, place: usize) -> Area {
        #[allow(clippy::cast_precision_loss)] // options on a screen
        let top = self.plot.top + place as f64 * self.row_height;
        Area::new(
            MARGIN - 8.0,
            top,
            self.width - 2.0 * MARGIN + 16.0,
            self.row_height,
        )
    }
}

/// Left edge, line and name of each entry.
fn legend(arranged: &Arranged<'_>, width: f64) -> Vec<(f64, f64, String)> {
    let (mut left, mut line) = (MARGIN, 0.0);
    let mut entries = Vec::new();
    for segment in &arranged.segments {
        let name = cut_to(&segment.name, 12.0, LEGEND_NAME);
        let needed = 18.0 + text_width(&name, 12.0) + 18.0;
        if left + needed > width - MARGIN && left > MARGIN {
            (left, line) = (MARGIN, line + 1.0);
        }
        entries.push((left, line, name));
        left += needed;
    }
    entries
}

fn head(canvas: &mut Canvas<'_>, arranged: &Arranged<'_>, layout: &Layout, palette: &Palette) {
    let series = arranged.series;
    let room = layout.width - 2.0 * MARGIN;
    let title = Words::new(TITLE_SIZE, palette.ink).bold();
    canvas.words(
        &cut_to(&series.title, TITLE_SIZE * 1.08, room),
        (MARGIN, MARGIN + 6.0),
        title,
    );
    let kind = ranking_words::measure_line(arranged);
    canvas.words(
        &cut_to(&kind, 12.0, room),
        (MARGIN, MARGIN + 28.0),
        Words::new(12.0, palette.quiet_ink),
    );
    for (place, (left, line, name)) in layout.legend.iter().enumerate() {
        let middle = MARGIN + 54.0 + line * LEGEND_LINE;
        canvas.fill(
            Area::new(*left, middle - 6.0, 12.0, 12.0),
            palette.segment(place),
        );
        canvas.words(name, (left + 18.0, middle), Words::new(12.0, palette.ink));
        let segment = &arranged.segments[place];
        let full = segment
            .criteria
            .iter()
            .map(|criterion| arranged.series.criteria[*criterion].as_str());
        let full: Vec<&str> = full.collect();
        canvas.tell(
            Area::new(*left, middle - 9.0, 18.0 + text_width(name, 12.0), 18.0),
            full.join(", "),
        );
    }
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
    let zero = layout.axis.at(0.0);
    canvas.line(
        &[(zero, plot.top), (zero, plot.bottom)],
        palette.quiet_ink,
        1,
    );
    let axis_title = ranking_words::axis_title(arranged);
    canvas.words(
        &cut_to(&axis_title, 12.0, plot.width()),
        (plot.middle().0, plot.bottom + 36.0),
        quiet,
    );
}

/// What stands at the end of a bar.
fn end_words(arranged: &Arranged<'_>, row: &RankingRow) -> String {
    match (row.total(), row.rank) {
        (Some(total), _) if row.partial() => {
            format!(
                "{} · {:.0}% scored",
                arranged.number(total),
                row.coverage.clamp(0.0, 1.0) * 100.0
            )
        }
        (Some(total), _) => arranged.number(total),
        (None, Some(_)) => String::new(),
        (None, None) => "not ranked".to_owned(),
    }
}

fn option(
    canvas: &mut Canvas<'_>,
    arranged: &Arranged<'_>,
    row: &RankingRow,
    layout: &Layout,
    area: Area,
    palette: &Palette,
) {
    let (_, middle) = area.middle();
    let leads = arranged.series.winner.as_deref() == Some(row.option.as_str());
    let name = Words::new(NAME_SIZE, palette.ink)
        .bold_if(leads)
        .side(Side::End);
    let rank = row
        .rank
        .map_or_else(|| "–".to_owned(), |rank| rank.to_string());
    canvas.words(
        &rank,
        (MARGIN + 20.0, middle),
        Words::new(NAME_SIZE, palette.quiet_ink)
            .bold_if(leads)
            .side(Side::End),
    );
    let names_end = MARGIN + 30.0 + layout.names;
    canvas.words(
        &cut_to(&row.option, NAME_SIZE * 1.06, layout.names),
        (names_end, middle),
        name,
    );
    canvas.tell(
        Area::new(MARGIN, area.top, names_end - MARGIN, layout.row_height),
        row.option.clone(),
    );

    let inset = (layout.row_height * 0.2).round();
    let bar = |low: f64, high: f64| Area {
        left: low,
        top: area.top + inset,
        right: high,
        bottom: area.bottom - inset,
    };
    let mut end = layout.axis.at(0.0);
    let (mut below, mut above) = (0.0_f64, 0.0_f64);
    for (place, segment) in arranged.segments.iter().enumerate() {
        let part = arranged.part(row, segment);
        let from: &mut f64 = if part < 0.0 { &mut below } else { &mut above };
        let to = *from + part;
        let (low, high) = (layout.axis.at(from.min(to)), layout.axis.at(from.max(to)));
        *from = to;
        // A hair of paper between segments keeps neighbours apart where their colours do not.
        let drawn = bar(low, if high - low > 3.0 { high - 1.0 } else { high });
        if drawn.width() < 0.5 {
            continue;
        }
        canvas.fill(drawn, palette.segment(place));
        let words = arranged.number(part);
        if text_width(&words, SMALL_SIZE) + 8.0 <= drawn.width() {
            let ink = ink_on(palette.segment(place));
            canvas.words(
                &words,
                drawn.middle(),
                Words::new(SMALL_SIZE, ink).side(Side::Middle),
            );
        }
        canvas.tell(
            drawn,
            format!(
                "{}: {}: {}",
                row.option,
                segment.name,
                arranged.number(part)
            ),
        );
        end = end.max(high);
    }
    if let Some(total) = row.total() {
        let stacked = below + above;
        let (from, to) = (
            layout.axis.at(stacked.min(total)),
            layout.axis.at(stacked.max(total)),
        );
        if arranged.segments.is_empty() {
            canvas.fill(bar(from, to), palette.segment(0));
        } else if row.partial() && to - from >= 2.0 {
            hollow(canvas, bar(from, to), palette);
        }
        end = end.max(to);
    }
    if let Some([low, high]) = row.interval() {
        let (low, high) = (layout.axis.at(low), layout.axis.at(high));
        let cap = layout.row_height * 0.18;
        for (colour, width) in [(palette.paper, 4), (palette.ink, 2)] {
            canvas.line(&[(low, middle), (high, middle)], colour, width);
            canvas.line(&[(low, middle - cap), (low, middle + cap)], colour, width);
            canvas.line(&[(high, middle - cap), (high, middle + cap)], colour, width);
        }
        end = end.max(high);
    }
    canvas.words(
        &end_words(arranged, row),
        (end + 8.0, middle),
        Words::new(NAME_SIZE, palette.ink).bold_if(leads),
    );
}

/// The part of a total that rests on no score: an outline, no colour.
fn hollow(canvas: &mut Canvas<'_>, area: Area, palette: &Palette) {
    let Area {
        left,
        top,
        right,
        bottom,
    } = area;
    canvas.line(
        &[
            (left, top),
            (right, top),
            (right, bottom),
            (left, bottom),
            (left, top),
        ],
        palette.hollow,
        1,
    );
}
