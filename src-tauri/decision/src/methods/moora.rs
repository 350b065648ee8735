//! MOORA's ratio system (Brauers, Zavadskas 2006, *Control and Cybernetics* 35(2), eqs. 2–3), with weights.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{Details, Matrix, Outcome};
use crate::evaluation::Better;
use crate::model::Direction;

/// What an option gains on benefits and loses on costs, in weighted normalised units.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct MooraSums {
    /// The option's name.
    pub option: String,
    /// Over the benefits.
    pub benefits: f64,
    /// Over the costs.
    pub costs: f64,
}

/// `y = Σ_benefits w·x* − Σ_costs w·x*`; `comparable` has the costs negated.
pub(super) fn moora(matrix: &Matrix<'_>, comparable: &[Vec<f64>]) -> Outcome {
    let is_cost: Vec<bool> = matrix
        .decision
        .criteria
        .iter()
        .map(|c| c.direction == Direction::Cost)
        .collect();
    let over = |row: &[f64], costs: bool| -> f64 {
        let terms = row
            .iter()
            .zip(matrix.weights)
            .zip(&is_cost)
            .filter(|(_, cost)| **cost == costs);
        terms.map(|((x, w), _)| x * w).sum()
    };
    let scores = comparable
        .iter()
        .map(|row| over(row, false) + over(row, true))
        .collect();
    let sums = comparable.iter().enumerate().map(|(i, row)| MooraSums {
        option: matrix.name(i),
        benefits: over(row, false),
        costs: -over(row, true),
    });
    let sums = sums.collect();
    // The best and the worst of every column bound the scores, whatever the normalisation.
    let bound = |pick: fn(f64, f64) -> f64| -> f64 {
        let columns = matrix.weights.iter().enumerate();
        columns
            .map(|(c, w)| w * comparable.iter().map(|row| row[c]).fold(f64::NAN, pick))
            .sum()
    };
    let span = [bound(f64::min), bound(f64::max)];
    Outcome {
        scores,
        span,
        better: Better::Higher,
        has_scores: true,
        details: Details::Moora { sums },
    }
}
