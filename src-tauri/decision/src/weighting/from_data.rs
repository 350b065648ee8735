//! Weights from the numbers themselves: how much they tell the options apart.

use super::Derived;
use crate::aggregate::Mean;
use crate::model::{Decision, Direction, Normalisation};
use crate::normalise::normalise_column;
use crate::problem::{Problem, ProblemCode as Code, echo};
use crate::score_table::ScoreTable;
use crate::weights::normalised;

/// Shannon's entropy of each column's shares (Hwang, Yoon 1981, pp. 52–56): `w ∝ 1 + (1/ln n) Σ p ln p`.
pub(super) fn entropy(decision: &Decision, table: &ScoreTable) -> Result<Derived, Vec<Problem>> {
    let columns = columns(decision, table, "entropy")?;
    let mut problems = Vec::new();
    let mut diversity = Vec::with_capacity(columns.len());
    for (i, column) in columns.iter().enumerate() {
        let sum: f64 = column.iter().sum();
        if column.iter().any(|x| *x < 0.0) {
            let name = echo(&decision.criteria[i].name);
            let message =
                format!("weights by entropy need numbers of at least 0, and \"{name}\" has others");
            problems.push(
                Problem::new(Code::NotComputable, "weighting", message)
                    .allowed("numbers of at least 0"),
            );
            continue;
        }
        // A column of zeros tells nothing apart, and neither do equal numbers: rounding must not give them a say.
        let equal = column.iter().all(|x| *x == column[0]);
        let share = |x: &f64| x / sum;
        let negative: f64 = column
            .iter()
            .map(share)
            .filter(|p| *p > 0.0)
            .map(|p| p * p.ln())
            .sum();
        diversity.push(if equal {
            0.0
        } else {
            (1.0 + negative / count(column).ln()).max(0.0)
        });
    }
    if problems.is_empty() {
        Ok(Derived::plain(shares(&diversity)))
    } else {
        Err(problems)
    }
}

/// CRITIC (Diakoulaki, Mavrotas, Papayannakis 1995): `w ∝ σ_j Σ_k (1 − r_jk)` of min–max normalised columns, Pearson's r.
pub(super) fn critic(decision: &Decision, table: &ScoreTable) -> Result<Derived, Vec<Problem>> {
    let mut columns = columns(decision, table, "critic")?;
    for (column, criterion) in columns.iter_mut().zip(&decision.criteria) {
        min_max(column, criterion.direction);
    }
    let deviations: Vec<f64> = columns
        .iter()
        .map(|column| covariance(column, column).sqrt())
        .collect();
    let correlation = |j: usize, k: usize| {
        let product = deviations[j] * deviations[k];
        // Equal numbers go with nothing and against nothing.
        if product > 0.0 {
            covariance(&columns[j], &columns[k]) / product
        } else {
            0.0
        }
    };
    let size = columns.len();
    let information = |j: usize| {
        let conflict: f64 = (0..size)
            .filter(|k| *k != j)
            .map(|k| 1.0 - correlation(j, k))
            .sum();
        // A criterion alone is in conflict with none, and yet all there is.
        deviations[j] * if size > 1 { conflict } else { 1.0 }
    };
    let information: Vec<f64> = (0..size).map(|j| information(j).max(0.0)).collect();
    Ok(Derived::plain(shares(&information)))
}

/// The numbers by criterion, all there.
fn columns(
    decision: &Decision,
    table: &ScoreTable,
    method: &str,
) -> Result<Vec<Vec<f64>>, Vec<Problem>> {
    let width = decision.criteria.len();
    let numbers = table.numbers();
    let missing = numbers.iter().filter(|x| x.is_nan()).count();
    if missing > 0 || numbers.is_empty() {
        let message =
            format!("weights by {method} need every cell's number: {missing} are missing");
        return Err(vec![Problem::new(
            Code::MissingScores,
            "weighting",
            message,
        )]);
    }
    Ok((0..width)
        .map(|c| numbers.iter().skip(c).step_by(width).copied().collect())
        .collect())
}

/// Shares of what was found; equal ones where nothing was.
fn shares(found: &[f64]) -> Vec<f64> {
    if found.iter().all(|x| *x == 0.0) {
        return normalised(found.iter().map(|_| 1.0));
    }
    normalised(found.iter().copied())
}

fn min_max(column: &mut [f64], direction: Direction) {
    // Min–max is defined on all numbers; equal ones become equal ones.
    let outcome = normalise_column(column, direction, Normalisation::Minmax, Mean::Arithmetic);
    debug_assert!(outcome.is_ok());
}

fn covariance(a: &[f64], b: &[f64]) -> f64 {
    let mean = |column: &[f64]| column.iter().sum::<f64>() / count(column);
    let (mean_a, mean_b) = (mean(a), mean(b));
    a.iter()
        .zip(b)
        .map(|(x, y)| (x - mean_a) * (y - mean_b))
        .sum::<f64>()
        / count(a)
}

#[allow(
    clippy::cast_precision_loss,
    reason = "there are at most a few thousand options"
)]
fn count(column: &[f64]) -> f64 {
    column.len() as f64
}
