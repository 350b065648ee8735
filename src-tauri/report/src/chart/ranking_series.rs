//! What a ranking chart is fed with, and the same in the order and grouping of the drawing.

use super::axis::{decimals_for, worded};
use super::palette::OWN_COLOURS;

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
    /// What each criterion adds to the total above `range[0]` (above 0 without a range), in its unit; `f64::NAN` for one without a score, so that the table
    /// says so instead of 0. Empty when the method has no contributions.
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
    /// Where bars begin: the lowest total when they are stacked, since contributions are what lies above it; else 0.
    pub(super) base: f64,
}

impl<'a> Arranged<'a> {
    pub(super) fn new(series: &'a RankingSeries) -> Self {
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
        let stacked = series.rows.iter().any(|row| !row.contributions.is_empty());
        let lowest = series
            .range
            .map(|[low, _]| low)
            .filter(|low| stacked && low.is_finite());
        Self {
            series,
            rows,
            segments: if stacked {
                segments(series)
            } else {
                Vec::new()
            },
            decimals: decimals_for(high - low),
            base: lowest.unwrap_or_default(),
        }
    }

    pub(super) fn leads(&self, row: &RankingRow) -> bool {
        self.series.winner.as_deref() == Some(row.option.as_str())
    }

    /// From what the scores add up to, to the total that was assumed beyond them.
    pub(super) fn open_part(&self, row: &RankingRow) -> Option<[f64; 2]> {
        let parts = (0..self.series.criteria.len()).map(|criterion| row.contribution(criterion));
        let scored = self.base + parts.sum::<f64>();
        let total = row
            .total()
            .filter(|_| row.partial() && !row.contributions.is_empty())?;
        let visible = (total - scored).abs() > 10.0_f64.powi(-3) * total.abs().max(1e-9);
        visible.then_some([scored.min(total), scored.max(total)])
    }

    pub(super) fn number(&self, number: f64) -> String {
        worded(number, self.decimals)
    }

    /// As [`Self::number`], with the minus that spreadsheets read.
    pub(super) fn cell(&self, number: f64) -> String {
        self.number(number).replace('−', "-")
    }

    pub(super) fn part(&self, row: &RankingRow, segment: &Segment) -> f64 {
        segment
            .criteria
            .iter()
            .map(|criterion| row.contribution(*criterion))
            .sum()
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
