//! Where the parts of a ranking chart stand: names, legend, bars, totals and axis.

use super::axis::Axis;
use super::canvas::{Area, Words};
use super::head::{Head, MARGIN};
use super::palette::Palette;
use super::ranking_series::{Arranged, RankingRow};
use super::ranking_words;

pub(super) const NAME_SIZE: f64 = 13.0;
pub(super) const SMALL_SIZE: f64 = 11.0;
pub(super) const LEGEND_SIZE: f64 = 12.0;
pub(super) const LEGEND_LINE: f64 = 20.0;
/// From the left edge of a swatch to its name.
pub(super) const SWATCH: f64 = 18.0;
/// The right edge of the ranks, and how far the names begin behind it.
pub(super) const RANKS: f64 = MARGIN + 20.0;

const LEGEND_NAME: f64 = 190.0;
/// More rows than this stand closer together, with the axis above them too.
const MANY: usize = 18;

pub(super) struct Layout {
    pub(super) head: Head,
    pub(super) width: f64,
    pub(super) height: f64,
    pub(super) names: f64,
    pub(super) axis: Axis,
    pub(super) plot: Area,
    pub(super) legend: Vec<Entry>,
    pub(super) axis_on_top: bool,
    row_height: f64,
}

/// One entry of the legend.
pub(super) struct Entry {
    pub(super) left: f64,
    pub(super) middle: f64,
    pub(super) name: String,
    pub(super) mark: Mark,
}

/// What an entry of the legend explains.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mark {
    /// The segment at this place of the stack.
    Segment(usize),
    /// The part of a total that rests on no score.
    Hollow,
    /// Where a total could lie.
    Whisker,
}

impl Layout {
    pub(super) fn new(
        arranged: &Arranged<'_>,
        title: Option<&str>,
        width: f64,
        palette: &Palette,
    ) -> Self {
        let head = Head::new(title, ranking_words::measure_line(arranged), width);
        let many = arranged.rows.len() > MANY;
        let name = Words::new(NAME_SIZE, palette.ink);
        let widest = |words: &mut dyn Iterator<Item = f64>, least: f64| words.fold(least, f64::max);
        let leads = |row: &RankingRow| name.bold_if(arranged.leads(row));
        let names = widest(
            &mut arranged
                .rows
                .iter()
                .map(|row| leads(row).width(&row.option)),
            60.0,
        );
        let names = names.min(width * 0.28).ceil();
        let ends = arranged
            .rows
            .iter()
            .map(|row| leads(row).width(&ranking_words::end_of_bar(arranged, row)));
        let ends = widest(&mut { ends }, 30.0).min(width * 0.25);

        let (legend, legend_bottom) = legend(arranged, &head, width, palette);
        let left = RANKS + 10.0 + names + 12.0;
        let top = legend_bottom + if many { 28.0 } else { 10.0 };
        let row_height = if many { 26.0 } else { 36.0 };
        let rows: f64 = arranged.rows.iter().map(|_| row_height).sum();
        let plot = Area::new(
            left,
            top,
            width - left - ends - 14.0 - MARGIN,
            rows.max(row_height),
        );
        let axis = Axis::around(arranged.base, reach(arranged), plot.left, plot.width());
        Self {
            head,
            width,
            height: plot.bottom + 56.0,
            names,
            axis,
            plot,
            legend,
            axis_on_top: many,
            row_height,
        }
    }

    /// The band of the row at `place`, over the whole width.
    pub(super) fn row(&self, place: usize) -> Area {
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

/// Every number that must stand on the axis.
fn reach<'a>(arranged: &'a Arranged<'_>) -> impl Iterator<Item = f64> + 'a {
    let rows = arranged.rows.iter().flat_map(|row| {
        let parts =
            (0..arranged.series.criteria.len()).map(|criterion| row.contribution(criterion));
        let (below, above) = parts.fold((arranged.base, arranged.base), |(below, above), part| {
            (below + part.min(0.0), above + part.max(0.0))
        });
        [below, above]
            .into_iter()
            .chain(row.total())
            .chain(row.interval().into_iter().flatten())
    });
    arranged.series.range.into_iter().flatten().chain(rows)
}

/// The entries in lines from left to right, and where they end.
fn legend(
    arranged: &Arranged<'_>,
    head: &Head,
    width: f64,
    palette: &Palette,
) -> (Vec<Entry>, f64) {
    let words = Words::new(LEGEND_SIZE, palette.ink);
    let segments = arranged.segments.iter().enumerate();
    let segments = segments
        .map(|(place, segment)| (Mark::Segment(place), words.cut(&segment.name, LEGEND_NAME)));
    let hollow = arranged
        .rows
        .iter()
        .any(|row| arranged.open_part(row).is_some());
    let whisker = arranged.rows.iter().any(|row| row.interval().is_some());
    let rest = [
        hollow.then(|| (Mark::Hollow, "assumed for cells without a score".to_owned())),
        whisker.then(|| (Mark::Whisker, "where the total could lie".to_owned())),
    ];
    let (mut left, mut middle) = (MARGIN, head.bottom() + 4.0 + LEGEND_LINE / 2.0);
    let mut entries = Vec::new();
    for (mark, name) in segments.chain(rest.into_iter().flatten()) {
        let needed = SWATCH + words.width(&name) + 18.0;
        if left + needed > width - MARGIN && left > MARGIN {
            (left, middle) = (MARGIN, middle + LEGEND_LINE);
        }
        entries.push(Entry {
            left,
            middle,
            name,
            mark,
        });
        left += needed;
    }
    let bottom = if entries.is_empty() {
        head.bottom()
    } else {
        middle + LEGEND_LINE / 2.0
    };
    (entries, bottom)
}
