//! The methods beside weighted sum and product. Each works on the raw numbers of the ranked options with the normalisation of its
//! original paper, and none ranks while a cell is missing.

mod electre_i;
mod moora;
mod promethee_ii;
mod topsis;
mod vikor;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::aggregate::{Mean, Total};
use crate::evaluation::{Better, Evaluation, normalised_matrix};
use crate::model::{Decision, Direction, Method, Normalisation, Params};
use crate::normalise::vector_length;
use crate::problem::Problem;
use crate::score_table::ScoreTable;

pub use electre_i::{CONCORDANCE, DISCORDANCE, Outranking};
pub use moora::MooraSums;
pub use promethee_ii::Flows;
pub use topsis::Distances;
pub use vikor::{MAJORITY, Regrets};

/// What a method tells beside the scores.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(tag = "method", rename_all = "snake_case")]
pub enum Details {
    /// Distances of each option.
    Topsis {
        /// In the decision's order.
        distances: Vec<Distances>,
    },
    /// Utilities and regrets of each option, and what follows from them.
    Vikor {
        /// In the decision's order.
        options: Vec<Regrets>,
        /// Names of the options that are a compromise together, the first first.
        compromise: Vec<String>,
        /// Whether the first is ahead of the second by at least `1 / (options − 1)`.
        acceptable_advantage: bool,
        /// Whether the first is also first by utility or by regret.
        acceptable_stability: bool,
    },
    /// Flows of each option.
    PrometheeIi {
        /// In the decision's order.
        flows: Vec<Flows>,
    },
    /// Who outranks whom.
    ElectreI {
        /// Names of the options that no option of the kernel outranks.
        kernel: Vec<String>,
        /// Every outranking.
        outranking: Vec<Outranking>,
    },
    /// What each option gains and loses.
    Moora {
        /// In the decision's order.
        sums: Vec<MooraSums>,
    },
}

/// The raw numbers of the ranked options, all there.
struct Matrix<'d> {
    decision: &'d Decision,
    /// Positions of the ranked options.
    options: Vec<usize>,
    /// Row by row; costs are negated, so that more is better in every column.
    rows: Vec<Vec<f64>>,
    weights: &'d [f64],
}

impl Matrix<'_> {
    fn name(&self, row: usize) -> String {
        self.decision.options[self.options[row]].name.clone()
    }

    fn column(&self, criterion: usize) -> impl Iterator<Item = f64> + Clone + '_ {
        self.rows.iter().map(move |row| row[criterion])
    }

    /// The worst and the best number of each column.
    fn ends(&self) -> Vec<(f64, f64)> {
        let ends = |c| {
            self.column(c)
                .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), x| {
                    (low.min(x), high.max(x))
                })
        };
        (0..self.weights.len()).map(ends).collect()
    }

    /// Every number divided by the length of its column, `x / √Σx²`; a column of zeros stays one.
    fn vector_normalised(&self) -> Vec<Vec<f64>> {
        let lengths: Vec<f64> = (0..self.weights.len())
            .map(|c| vector_length(self.column(c)))
            .collect();
        let scaled = |x: &f64, length: &f64| if *length > 0.0 { x / length } else { 0.0 };
        self.rows
            .iter()
            .map(|row| {
                row.iter()
                    .zip(&lengths)
                    .map(|(x, length)| scaled(x, length))
                    .collect()
            })
            .collect()
    }
}

/// What a method finds: a score for each row of its matrix.
struct Outcome {
    scores: Vec<f64>,
    span: [f64; 2],
    better: Better,
    /// Whether the scores are more than an order.
    has_scores: bool,
    details: Details,
}

/// Ranks by the decision's method.
///
/// # Errors
/// Numbers on which a normalisation that was asked for is not defined.
pub(crate) fn run(
    decision: &Decision,
    table: &ScoreTable,
    evaluation: &mut Evaluation,
) -> Result<(), Vec<Problem>> {
    let options: Vec<usize> = (0..decision.options.len())
        .filter(|i| evaluation.kept[*i])
        .collect();
    let columns = decision.criteria.len();
    let signed = |i: &usize| -> Vec<f64> {
        let row = table.numbers()[i * columns..]
            .iter()
            .zip(&decision.criteria);
        row.map(|(x, criterion)| {
            if criterion.direction == Direction::Cost {
                -x
            } else {
                *x
            }
        })
        .collect()
    };
    let rows: Vec<Vec<f64>> = options.iter().map(signed).collect();
    let matrix = Matrix {
        decision,
        options,
        rows,
        weights: &evaluation.weights,
    };
    if matrix.rows.is_empty() {
        let nothing = Total {
            score: f64::NAN,
            low: f64::NAN,
            high: f64::NAN,
            coverage: 0.0,
        };
        evaluation.totals = vec![nothing; decision.options.len()];
        return Ok(());
    }
    let comparable = || -> Result<Vec<Vec<f64>>, Vec<Problem>> {
        match decision.normalisation {
            None | Some(Normalisation::Vector) => Ok(matrix.vector_normalised()),
            Some(other) => {
                let all =
                    normalised_matrix(decision, table, &evaluation.kept, other, Mean::Arithmetic)?;
                Ok(matrix
                    .options
                    .iter()
                    .map(|i| all[i * columns..(i + 1) * columns].to_vec())
                    .collect())
            }
        }
    };
    let params = params_in_force(decision);
    let outcome = match decision.method {
        Method::Topsis => topsis::topsis(&matrix, &comparable()?),
        Method::Moora => moora::moora(&matrix, &comparable()?),
        Method::Vikor => vikor::vikor(&matrix, params.v.unwrap_or(MAJORITY)),
        Method::PrometheeIi => promethee_ii::promethee_ii(&matrix),
        Method::ElectreI => {
            let (concordance, discordance) = (params.concordance, params.discordance);
            electre_i::electre_i(
                &matrix,
                concordance.unwrap_or(CONCORDANCE),
                discordance.unwrap_or(DISCORDANCE),
            )
        }
        // The two means are no matrix methods and never come here.
        Method::WeightedSum | Method::WeightedProduct => return Ok(()),
    };
    let mut totals = vec![
        Total {
            score: f64::NAN,
            low: f64::NAN,
            high: f64::NAN,
            coverage: 1.0
        };
        decision.options.len()
    ];
    for (option, score) in matrix.options.iter().zip(outcome.scores) {
        totals[*option] = Total {
            score,
            low: score,
            high: score,
            coverage: 1.0,
        };
    }
    evaluation.totals = totals;
    evaluation.span = outcome.span;
    evaluation.better = outcome.better;
    evaluation.has_scores = outcome.has_scores;
    evaluation.details = Some(outcome.details);
    Ok(())
}

/// The decision's parameters with the method's own defaults in place of what is not given.
pub(crate) fn params_in_force(decision: &Decision) -> Params {
    let given = decision.params;
    match decision.method {
        Method::Vikor => Params {
            v: given.v.or(Some(MAJORITY)),
            ..given
        },
        Method::ElectreI => Params {
            concordance: given.concordance.or(Some(CONCORDANCE)),
            discordance: given.discordance.or(Some(DISCORDANCE)),
            ..given
        },
        _ => given,
    }
}

/// The normalisation that the decision's method works with: the one asked for where it takes one, else its original paper's.
pub(crate) fn normalisation_in_force(decision: &Decision) -> Option<Normalisation> {
    match decision.method {
        Method::WeightedSum | Method::WeightedProduct => decision.normalisation,
        Method::Topsis | Method::Moora => {
            Some(decision.normalisation.unwrap_or(Normalisation::Vector))
        }
        Method::Vikor => Some(Normalisation::Minmax),
        Method::PrometheeIi | Method::ElectreI => Some(Normalisation::None),
    }
}

/// What a reader should know about the method in force, in words.
pub(crate) fn notes(decision: &Decision) -> Vec<String> {
    let mut notes = Vec::new();
    let source = match decision.method {
        Method::WeightedSum | Method::WeightedProduct => return notes,
        Method::Topsis => {
            "TOPSIS (Hwang, Yoon 1981) ranks raw numbers by their closeness to the ideal"
        }
        Method::Vikor => {
            "VIKOR (Opricovic, Tzeng 2004) ranks raw numbers by compromise, lower being better"
        }
        Method::PrometheeIi => "PROMETHEE II (Brans, Vincke 1985) ranks raw numbers by net flow",
        Method::ElectreI => "ELECTRE I (Roy 1968) tells a kernel from the rest and gives no scores",
        Method::Moora => "MOORA (Brauers, Zavadskas 2006) ranks raw numbers by its ratio system",
    };
    let normalisation =
        normalisation_in_force(decision).map_or(String::new(), |n| format!("; normalisation: {n}"));
    notes.push(format!(
        "{source}{normalisation}; value functions show only the cells' values"
    ));
    if decision.normalisation.is_some()
        && decision.normalisation != normalisation_in_force(decision)
    {
        notes.push(format!(
            "{} has a normalisation of its own: the one asked for is not used",
            decision.method
        ));
    }
    notes
}
