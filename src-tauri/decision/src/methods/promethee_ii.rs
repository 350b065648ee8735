//! PROMETHEE II: net outranking flows (Brans, Vincke 1985, *Management Science* 31(6); Brans, Vincke, Mareschal 1986).

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{Details, Matrix, Outcome};
use crate::evaluation::Better;
use crate::model::Preference;

/// How an option stands against the others, on average, −1 to 1.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct Flows {
    /// The option's name.
    pub option: String,
    /// How far it is preferred to the others, 0 to 1.
    pub positive: f64,
    /// How far the others are preferred to it, 0 to 1.
    pub negative: f64,
    /// The difference, by which options are ranked.
    pub net: f64,
}

/// `φ(a) = Σ_x [π(a, x) − π(x, a)] / (n − 1)` with `π(a, b) = Σ w·P(a − b)`.
pub(super) fn promethee_ii(matrix: &Matrix<'_>) -> Outcome {
    let preferences: Vec<Preference> = matrix
        .decision
        .criteria
        .iter()
        .map(|c| c.preference.unwrap_or(Preference::Usual))
        .collect();
    let preferred = |a: &[f64], b: &[f64]| -> f64 {
        let terms = a.iter().zip(b).zip(matrix.weights.iter().zip(&preferences));
        terms
            .map(|((a, b), (weight, preference))| weight * degree(*preference, a - b))
            .sum()
    };
    let rows = &matrix.rows;
    #[allow(
        clippy::cast_precision_loss,
        reason = "there are at most a few thousand options"
    )]
    let others = (rows.len() as f64 - 1.0).max(1.0);
    let flows: Vec<Flows> = rows
        .iter()
        .enumerate()
        .map(|(i, row)| {
            let rest = || {
                rows.iter()
                    .enumerate()
                    .filter(move |(j, _)| *j != i)
                    .map(|(_, other)| other)
            };
            let positive = rest().map(|other| preferred(row, other)).sum::<f64>() / others;
            let negative = rest().map(|other| preferred(other, row)).sum::<f64>() / others;
            Flows {
                option: matrix.name(i),
                positive,
                negative,
                net: positive - negative,
            }
        })
        .collect();
    Outcome {
        scores: flows.iter().map(|flow| flow.net).collect(),
        span: [-1.0, 1.0],
        better: Better::Higher,
        has_scores: true,
        details: Details::PrometheeIi { flows },
    }
}

/// How far a difference of `d` is a preference, 0 to 1 (Brans, Vincke 1985, table 1).
fn degree(preference: Preference, d: f64) -> f64 {
    let step = |is: bool| if is { 1.0 } else { 0.0 };
    if d <= 0.0 {
        return 0.0;
    }
    match preference {
        Preference::Usual => 1.0,
        Preference::UShape { q } => step(d > q),
        Preference::VShape { p } => (d / p).min(1.0),
        Preference::Level { q, p } => 0.5 * (step(d > q) + step(d > p)),
        Preference::Linear { q, p } => ((d - q) / (p - q)).clamp(0.0, 1.0),
        Preference::Gaussian { s } => 1.0 - (-(d / s) * (d / s) / 2.0).exp(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_preference_function_has_its_published_shape() {
        let cases = [
            (Preference::Usual, [1.0, 1.0, 1.0]),
            (Preference::UShape { q: 2.0 }, [0.0, 0.0, 1.0]),
            (Preference::VShape { p: 4.0 }, [0.25, 0.5, 1.0]),
            (Preference::Level { q: 1.0, p: 3.0 }, [0.0, 0.5, 1.0]),
            (Preference::Linear { q: 1.0, p: 3.0 }, [0.0, 0.5, 1.0]),
            (
                Preference::Gaussian { s: 2.0 },
                [0.117_503, 0.393_469, 0.956_063],
            ),
        ];
        for (preference, expected) in cases {
            for (d, wanted) in [1.0, 2.0, 5.0].into_iter().zip(expected) {
                assert!(
                    (degree(preference, d) - wanted).abs() < 1e-6,
                    "{preference:?} of {d}"
                );
            }
            assert_eq!(
                (degree(preference, 0.0), degree(preference, -9.0)),
                (0.0, 0.0)
            );
        }
    }
}
