//! From values and weights to totals: weighted sum and weighted product, with cells missing by a named policy.
//! Values come in as a dense matrix, NaN where a cell has none; totals are between the values' own ends.

use crate::model::MissingPolicy;

/// An option's total. `low == high` unless cells are missing under `bounds`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Total {
    /// What is ranked: the total, or the interval's middle; NaN when nothing is scored and the policy gives nothing.
    pub score: f64,
    /// The least it can be.
    pub low: f64,
    /// The most it can be.
    pub high: f64,
    /// The share of the weight that is scored, 0 to 1.
    pub coverage: f64,
}

/// How values are put together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mean {
    /// `Σ wᵢvᵢ` (weighted sum; Fishburn 1967, eq. 1).
    Arithmetic,
    /// `Π vᵢ^wᵢ` (weighted product; Bridgman 1922; Miller, Starr 1969).
    Geometric,
}

/// Totals of every row of `values`; `weights` add up to 1.
pub(crate) fn totals(
    values: &[f64],
    weights: &[f64],
    mean: Mean,
    missing: MissingPolicy,
) -> Vec<Total> {
    values
        .chunks_exact(weights.len())
        .map(|row| total(row, weights, mean, missing))
        .collect()
}

/// The total of one row.
pub(crate) fn total(row: &[f64], weights: &[f64], mean: Mean, missing: MissingPolicy) -> Total {
    let (known, missing_weight) = match mean {
        Mean::Arithmetic => weighted_sum(row, weights),
        Mean::Geometric => weighted_log_sum(row, weights),
    };
    // All the weight may be missing but for rounding: then nothing is scored.
    let coverage = if missing_weight > 1.0 - 1e-12 {
        0.0
    } else {
        1.0 - missing_weight
    };
    let (low, high) = match (mean, missing) {
        (Mean::Arithmetic, MissingPolicy::Bounds) => (known, known + missing_weight),
        (Mean::Arithmetic, MissingPolicy::Neutral) => same(known + 0.5 * missing_weight),
        (Mean::Arithmetic, _) => same(known / coverage),
        (Mean::Geometric, MissingPolicy::Bounds) => {
            let high = known.exp();
            (if missing_weight > 0.0 { 0.0 } else { high }, high)
        }
        (Mean::Geometric, MissingPolicy::Neutral) => {
            same((known + missing_weight * 0.5_f64.ln()).exp())
        }
        (Mean::Geometric, _) => same((known / coverage).exp()),
    };
    if coverage == 0.0 && matches!(missing, MissingPolicy::Renormalise | MissingPolicy::Refuse) {
        return Total {
            score: f64::NAN,
            low: f64::NAN,
            high: f64::NAN,
            coverage,
        };
    }
    Total {
        score: 0.5 * (low + high),
        low,
        high,
        coverage,
    }
}

fn same(x: f64) -> (f64, f64) {
    (x, x)
}

/// `Σ wv` over what is known, and the weight of what is not.
fn weighted_sum(row: &[f64], weights: &[f64]) -> (f64, f64) {
    let sum = dot(row, weights);
    // Values and weights are finite, so that only a missing cell makes the sum NaN; most rows have none.
    if !sum.is_nan() {
        return (sum, 0.0);
    }
    let mut known = 0.0;
    let mut gap = 0.0;
    for (value, weight) in row.iter().zip(weights) {
        if value.is_nan() {
            gap += weight;
        } else {
            known += weight * value;
        }
    }
    (known, gap)
}

fn dot(row: &[f64], weights: &[f64]) -> f64 {
    // Four sums side by side: one alone would wait for each addition before the next.
    const LANES: usize = 4;
    let (row, row_rest) = row.as_chunks::<LANES>();
    let (weights, weights_rest) = weights.as_chunks::<LANES>();
    let mut sums = [0.0; LANES];
    for (values, weights) in row.iter().zip(weights) {
        for lane in 0..LANES {
            sums[lane] += values[lane] * weights[lane];
        }
    }
    let rest: f64 = row_rest
        .iter()
        .zip(weights_rest)
        .map(|(value, weight)| value * weight)
        .sum();
    (sums[0] + sums[1]) + (sums[2] + sums[3]) + rest
}

/// `Σ w·ln v` over what is known, and the weight of what is not. A criterion without weight has no say, not even at 0.
fn weighted_log_sum(row: &[f64], weights: &[f64]) -> (f64, f64) {
    let mut sum = 0.0;
    let mut gap = 0.0;
    for (value, weight) in row.iter().zip(weights) {
        if value.is_nan() {
            gap += weight;
        } else if *weight > 0.0 {
            sum += weight * value.ln();
        }
    }
    (sum, gap)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NONE: f64 = f64::NAN;

    /// Salo, Hämäläinen (1992) style bounds, derived by hand on a scale of 0–10.
    #[test]
    fn each_policy_counts_a_missing_cell_as_it_says() {
        let weights = [0.5, 0.3, 0.2];
        let rows = [[0.8, 0.6, NONE], [0.7, 0.7, 0.7], [0.9, NONE, 0.5]];
        let of = |row: usize, policy| total(&rows[row], &weights, Mean::Arithmetic, policy);
        let near = |a: f64, b: f64| assert!((10.0 * a - b).abs() < 1e-6, "{} is not {b}", 10.0 * a);
        for (row, low, high) in [(0, 5.8, 7.8), (1, 7.0, 7.0), (2, 5.5, 8.5)] {
            near(of(row, MissingPolicy::Bounds).low, low);
            near(of(row, MissingPolicy::Bounds).high, high);
        }
        for (row, score) in [(0, 7.25), (1, 7.0), (2, 7.857_143)] {
            near(of(row, MissingPolicy::Renormalise).score, score);
        }
        for (row, score) in [(0, 6.8), (1, 7.0), (2, 7.0)] {
            near(of(row, MissingPolicy::Neutral).score, score);
        }
        for (row, coverage) in [(0, 8.0), (1, 10.0), (2, 7.0)] {
            near(of(row, MissingPolicy::Bounds).coverage, coverage);
        }
    }

    #[test]
    fn a_product_with_a_zero_is_zero_unless_the_zero_has_no_weight() {
        let policy = MissingPolicy::Bounds;
        assert_eq!(
            total(&[0.0, 1.0], &[0.5, 0.5], Mean::Geometric, policy).score,
            0.0
        );
        assert_eq!(
            total(&[0.0, 1.0], &[0.0, 1.0], Mean::Geometric, policy).score,
            1.0
        );
        let total = total(&[0.25, 1.0], &[0.5, 0.5], Mean::Geometric, policy);
        assert!((total.score - 0.5).abs() < 1e-12);
    }

    #[test]
    fn nothing_scored_is_no_total_when_only_the_scored_counts() {
        let row = [NONE, NONE];
        assert!(
            total(
                &row,
                &[0.5, 0.5],
                Mean::Arithmetic,
                MissingPolicy::Renormalise
            )
            .score
            .is_nan()
        );
        let bounds = total(&row, &[0.5, 0.5], Mean::Arithmetic, MissingPolicy::Bounds);
        assert_eq!((bounds.low, bounds.high, bounds.coverage), (0.0, 1.0, 0.0));
    }
}
