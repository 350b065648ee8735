//! From totals to places: the order of the options, ties, and what is screened out. Names and words come back in `answer`.

use crate::evaluation::{Better, Evaluation};
use crate::model::Decision;
use crate::problem::Problem;
use crate::score_table::ScoreTable;
use crate::screening::ScreenedOut;

/// An option's place.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Placed {
    /// Position of the option in the decision.
    pub option: usize,
    /// 1 is the first; equal scores share the lower number, and the next place is skipped.
    pub rank: usize,
    /// `None` for methods without scores, and where nothing is scored.
    pub score: Option<f64>,
    /// The least the score can be.
    pub low: f64,
    /// The most the score can be.
    pub high: f64,
    /// The share of the weight that is scored, 0 to 1.
    pub coverage: f64,
}

/// The options in their order, by position.
#[derive(Clone, Debug, PartialEq)]
pub struct Ranking {
    /// What is ranked, the first place first; equal ones in the decision's order.
    pub placed: Vec<Placed>,
    /// What failed a knock-out.
    pub screened_out: Vec<ScreenedOut>,
    /// Whether a higher or lower score is better.
    pub better: Better,
    /// The least and most a score can be.
    pub score_range: [f64; 2],
}

/// Ranks a decision by its own method, weights and policy for missing cells.
///
/// # Errors
/// What is missing before the decision can be ranked, or what its method cannot compute on its numbers.
pub fn rank(decision: &Decision, table: &ScoreTable) -> Result<Ranking, Vec<Problem>> {
    Ok(ranking(Evaluation::totals_only(decision, table)?))
}

fn ranking(evaluation: Evaluation) -> Ranking {
    Ranking {
        placed: places(&evaluation),
        screened_out: evaluation.screened,
        better: evaluation.better,
        score_range: evaluation.span,
    }
}

/// The places of the options that are ranked.
pub(crate) fn places(evaluation: &Evaluation) -> Vec<Placed> {
    let sign = match evaluation.better {
        Better::Higher => 1.0,
        Better::Lower => -1.0,
    };
    let mut order: Vec<u128> = Vec::with_capacity(evaluation.totals.len());
    for (option, total) in evaluation.totals.iter().enumerate() {
        if evaluation.kept[option] {
            order.push(sort_key(sign * total.score, option));
        }
    }
    order.sort_unstable();
    let tolerance = evaluation.tolerance();
    let mut placed: Vec<Placed> = Vec::with_capacity(order.len());
    let (mut rank, mut first_of_rank) = (1, f64::INFINITY);
    let mut has_ties = false;
    for (i, key) in order.into_iter().enumerate() {
        let option = option_of(key);
        let total = &evaluation.totals[option];
        // What has no score comes after all that has.
        let key = if total.score.is_nan() {
            f64::NEG_INFINITY
        } else {
            sign * total.score
        };
        if i == 0 || first_of_rank - key > tolerance {
            (rank, first_of_rank) = (i + 1, key);
        } else {
            has_ties = true;
        }
        placed.push(Placed {
            option,
            rank,
            score: (evaluation.has_scores && !total.score.is_nan()).then_some(total.score),
            low: total.low,
            high: total.high,
            coverage: total.coverage,
        });
    }
    if has_ties {
        // Within one rank rounding must not decide the order.
        placed.sort_by_key(|place| (place.rank, place.option));
    }
    placed
}

/// A number that sorts ascending as scores sort descending, then by option; what has no score (NaN) comes last. Sorting plain
/// integers takes half the time of comparing floats and then positions.
fn sort_key(score: f64, option: usize) -> u128 {
    const SIGN: u64 = 1 << 63;
    let bits = if score.is_nan() {
        f64::NEG_INFINITY
    } else {
        score + 0.0
    }
    .to_bits();
    let ascending = if bits & SIGN == 0 { bits | SIGN } else { !bits };
    (u128::from(!ascending) << 64) | option as u128
}

/// The option in a [`sort_key`].
#[allow(
    clippy::cast_possible_truncation,
    reason = "the lower half holds what was a position"
)]
fn option_of(key: u128) -> usize {
    key as u64 as usize
}
