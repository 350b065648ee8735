//! VIKOR: compromise ranking (Opricovic, Tzeng 2004, *EJOR* 156(2), pp. 447–448).

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{Details, Matrix, Outcome};
use crate::evaluation::Better;

/// The paper's weight of the majority's utility against the worst regret.
pub const MAJORITY: f64 = 0.5;

/// How far an option is from the best of every criterion; lower is better in all three.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct Regrets {
    /// The option's name.
    pub option: String,
    /// Group utility `S`: the weighted sum of distances.
    pub s: f64,
    /// Individual regret `R`: the largest weighted distance.
    pub r: f64,
    /// The compromise `Q`, 0 to 1.
    pub q: f64,
}

/// Scores are `Q`. A criterion with equal numbers everywhere adds no distance.
pub(super) fn vikor(matrix: &Matrix<'_>, v: f64) -> Outcome {
    let ends = matrix.ends();
    let distances = |row: &Vec<f64>| -> (f64, f64) {
        let terms =
            row.iter()
                .zip(&ends)
                .zip(matrix.weights)
                .map(|((x, (worst, best)), weight)| {
                    let width = best - worst;
                    if width > 0.0 {
                        weight * (best - x) / width
                    } else {
                        0.0
                    }
                });
        terms.fold((0.0, 0.0), |(sum, largest), term| {
            (sum + term, f64::max(largest, term))
        })
    };
    let (s, r): (Vec<f64>, Vec<f64>) = matrix.rows.iter().map(distances).unzip();
    let (s_share, r_share) = (shares(&s), shares(&r));
    let q: Vec<f64> = s_share
        .iter()
        .zip(&r_share)
        .map(|(s, r)| v * s + (1.0 - v) * r)
        .collect();
    let regrets = (0..q.len()).map(|i| Regrets {
        option: matrix.name(i),
        s: s[i],
        r: r[i],
        q: q[i],
    });
    let verdict = verdict(&s, &r, &q);
    Outcome {
        details: Details::Vikor {
            options: regrets.collect(),
            compromise: verdict.compromise.iter().map(|i| matrix.name(*i)).collect(),
            acceptable_advantage: verdict.advantage,
            acceptable_stability: verdict.stability,
        },
        scores: q,
        span: [0.0, 1.0],
        better: Better::Lower,
        has_scores: true,
    }
}

/// Each number's place between the least and the most; all 0 where they are equal.
fn shares(numbers: &[f64]) -> Vec<f64> {
    let low = numbers.iter().copied().fold(f64::INFINITY, f64::min);
    let high = numbers.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let width = high - low;
    numbers
        .iter()
        .map(|x| if width > 0.0 { (x - low) / width } else { 0.0 })
        .collect()
}

struct Verdict {
    compromise: Vec<usize>,
    advantage: bool,
    stability: bool,
}

/// Rounding must not undo a condition that holds exactly.
const TOLERANCE: f64 = 1e-12;

/// Conditions C1 and C2 and the compromise set that follows from them.
fn verdict(s: &[f64], r: &[f64], q: &[f64]) -> Verdict {
    let mut order: Vec<usize> = (0..q.len()).collect();
    order.sort_by(|a, b| q[*a].total_cmp(&q[*b]));
    let first = order[0];
    let Some(second) = order.get(1) else {
        return Verdict {
            compromise: order,
            advantage: true,
            stability: true,
        };
    };
    #[allow(
        clippy::cast_precision_loss,
        reason = "there are at most a few thousand options"
    )]
    let least_lead = 1.0 / (q.len() as f64 - 1.0);
    let advantage = q[*second] - q[first] >= least_lead - TOLERANCE;
    let is_least = |of: &[f64]| of.iter().all(|x| of[first] <= *x + TOLERANCE);
    let stability = is_least(s) || is_least(r);
    let compromise = match (advantage, stability) {
        (true, true) => vec![first],
        (true, false) => vec![first, *second],
        (false, _) => order
            .iter()
            .copied()
            .filter(|i| q[*i] - q[first] < least_lead - TOLERANCE)
            .collect(),
    };
    Verdict {
        compromise,
        advantage,
        stability,
    }
}
