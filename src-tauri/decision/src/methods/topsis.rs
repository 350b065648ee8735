//! TOPSIS: closeness to the ideal option (Hwang, Yoon 1981, *Multiple Attribute Decision Making*, pp. 128–134).

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{Details, Matrix, Outcome};
use crate::evaluation::Better;

/// How far an option is from the ideal and the anti-ideal, Euclidean, in weighted normalised units.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct Distances {
    /// The option's name.
    pub option: String,
    /// To the best number of every criterion.
    pub to_ideal: f64,
    /// To the worst number of every criterion.
    pub to_anti_ideal: f64,
}

/// The closeness of options that are all alike, which the formula leaves open: neither ideal nor its opposite.
const ALL_ALIKE: f64 = 0.5;

/// `C = d⁻ / (d⁺ + d⁻)` of weighted `comparable` numbers, more being better in every column.
pub(super) fn topsis(matrix: &Matrix<'_>, comparable: &[Vec<f64>]) -> Outcome {
    let weighted: Vec<Vec<f64>> = comparable
        .iter()
        .map(|row| row.iter().zip(matrix.weights).map(|(x, w)| x * w).collect())
        .collect();
    let extreme = |pick: fn(f64, f64) -> f64| -> Vec<f64> {
        (0..matrix.weights.len())
            .map(|c| weighted.iter().map(|row| row[c]).fold(f64::NAN, pick))
            .collect()
    };
    let (ideal, anti_ideal) = (extreme(f64::max), extreme(f64::min));
    let distance = |row: &[f64], to: &[f64]| {
        row.iter()
            .zip(to)
            .map(|(x, y)| (x - y) * (x - y))
            .sum::<f64>()
            .sqrt()
    };
    let distances: Vec<Distances> = weighted
        .iter()
        .enumerate()
        .map(|(i, row)| Distances {
            option: matrix.name(i),
            to_ideal: distance(row, &ideal),
            to_anti_ideal: distance(row, &anti_ideal),
        })
        .collect();
    let closeness = |d: &Distances| {
        let sum = d.to_ideal + d.to_anti_ideal;
        if sum > 0.0 {
            d.to_anti_ideal / sum
        } else {
            ALL_ALIKE
        }
    };
    Outcome {
        scores: distances.iter().map(closeness).collect(),
        span: [0.0, 1.0],
        better: Better::Higher,
        has_scores: true,
        details: Details::Topsis { distances },
    }
}
