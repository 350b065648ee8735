//! AHP: the principal eigenvector of pairwise comparisons, and how consistent they are (Saaty 1980, *The Analytic Hierarchy
//! Process*; 1990, *EJOR* 48(1)).

use super::{Derived, name, ratio_words, wrong};
use crate::model::Decision;
use crate::problem::{Problem, number_text};

const FIELD: &str = "weighting.pairwise";

/// Random indices of Saaty (1980) for 1 to 15 criteria. (Later tables differ: 0.52 for three, for one.)
const RANDOM_INDEX: [f64; 15] = [
    0.0, 0.0, 0.58, 0.90, 1.12, 1.24, 1.32, 1.41, 1.45, 1.49, 1.51, 1.48, 1.56, 1.57, 1.59,
];

/// How far `a·b` may be from 1 for two statements to be each other's reciprocal: 3 and 0.333 are.
const RECIPROCAL_WITHIN: f64 = 0.02;

pub(super) fn ahp(decision: &Decision, pairwise: &[Vec<f64>]) -> Result<Derived, Vec<Problem>> {
    check(decision, pairwise)?;
    let (weights, lambda_max) = principal_eigenvector(pairwise);
    let random_index = RANDOM_INDEX.get(pairwise.len() - 1).copied();
    #[allow(
        clippy::cast_precision_loss,
        reason = "there are at most a few hundred criteria"
    )]
    let size = pairwise.len() as f64;
    let consistency_index = if size > 1.0 {
        (lambda_max - size) / (size - 1.0)
    } else {
        0.0
    };
    let consistency_ratio = random_index.map(|index| {
        if index > 0.0 {
            (consistency_index / index).max(0.0)
        } else {
            0.0
        }
    });
    let worst = worst_judgement(pairwise, &weights);
    Ok(Derived {
        worst_judgement: worst
            .map(|(i, j)| ratio_words(decision, i, j, pairwise[i][j], weights[i] / weights[j])),
        weights,
        consistency_ratio,
        random_index: random_index.filter(|_| pairwise.len() > 2),
    })
}

fn check(decision: &Decision, pairwise: &[Vec<f64>]) -> Result<(), Vec<Problem>> {
    let size = decision.criteria.len();
    if pairwise.len() != size || pairwise.iter().any(|row| row.len() != size) || size == 0 {
        let found = pairwise.first().map_or(0, Vec::len);
        let message = format!(
            "pairwise has {} rows of {found}: there are {size} criteria",
            pairwise.len()
        );
        return Err(vec![wrong(
            FIELD,
            message,
            "a row and a column for each criterion, in the criteria's order",
        )]);
    }
    // Beyond these the iteration could overflow; Saaty's scale ends at 9.
    let is_ratio = |x: f64| (1e-6..=1e6).contains(&x);
    let mut problems = Vec::new();
    for (i, row) in pairwise.iter().enumerate() {
        for (j, said) in row.iter().copied().enumerate().skip(i) {
            let back = pairwise[j][i];
            if is_ratio(said) && is_ratio(back) && (said * back - 1.0).abs() <= RECIPROCAL_WITHIN {
                continue;
            }
            let message = format!(
                "pairwise says {} for \"{}\" against \"{}\" and {} for the reverse",
                number_text(said),
                name(decision, i),
                name(decision, j),
                number_text(back),
            );
            let allowed = "positive ratios, each the reciprocal of its reverse, 1 on the diagonal";
            problems.push(wrong(&format!("{FIELD}[{i}]"), message, allowed));
        }
    }
    if problems.is_empty() {
        Ok(())
    } else {
        Err(problems)
    }
}

/// The weights, adding up to 1, and the largest eigenvalue, by power iteration: a positive matrix has one dominant eigenvector.
fn principal_eigenvector(matrix: &[Vec<f64>]) -> (Vec<f64>, f64) {
    const MOST_ROUNDS: usize = 10_000;
    const CLOSE_ENOUGH: f64 = 1e-14;
    let mut weights = crate::weights::normalised(matrix.iter().map(|_| 1.0));
    let mut lambda = 0.0;
    for _ in 0..MOST_ROUNDS {
        let product = matrix
            .iter()
            .map(|row| row.iter().zip(&weights).map(|(a, w)| a * w).sum::<f64>());
        let product: Vec<f64> = product.collect();
        // The weights add up to 1, so that the sum of the product is the eigenvalue.
        lambda = product.iter().sum();
        let next: Vec<f64> = product.iter().map(|x| x / lambda).collect();
        let moved = next
            .iter()
            .zip(&weights)
            .map(|(a, b)| (a - b).abs())
            .fold(0.0, f64::max);
        weights = next;
        if moved < CLOSE_ENOUGH {
            break;
        }
    }
    (weights, lambda)
}

/// The judgement whose ratio is farthest from that of the weights, if any is noticeably off; the larger side first.
fn worst_judgement(pairwise: &[Vec<f64>], weights: &[f64]) -> Option<(usize, usize)> {
    const NOTICEABLE: f64 = 0.01;
    let size = weights.len();
    let pairs = (0..size)
        .flat_map(|i| (0..size).map(move |j| (i, j)))
        .filter(|(i, j)| i != j && pairwise[*i][*j] >= 1.0);
    let off = |(i, j): (usize, usize)| (pairwise[i][j] * weights[j] / weights[i]).ln().abs();
    pairs
        .filter(|pair| off(*pair) > NOTICEABLE)
        .max_by(|a, b| off(*a).total_cmp(&off(*b)))
}
