//! Everything that follows from a decision and its numbers before names come back: weights, value functions, values, totals.
//! Dense arrays throughout: this is what runs while a slider moves.

use crate::aggregate::{Mean, Total, total, totals};
use crate::methods::{self, Details};
use crate::missing::{needs_every_cell, refuse_missing};
use crate::model::{Criterion, Decision, Direction, Kind, Method, MissingPolicy, Normalisation};
use crate::normalise::normalise;
use crate::problem::{Problem, ProblemCode as Code, echo};
use crate::row_values::{RowSums, RowValues};
use crate::score_table::ScoreTable;
use crate::screening::{ScreenedOut, screened_out};
use crate::value::ValueFunction;
use crate::weighting;
use crate::weights::normalised;

/// Whether a higher or a lower score is better.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize, ts_rs::TS)]
#[serde(rename_all = "snake_case")]
pub enum Better {
    /// A higher one.
    Higher,
    /// A lower one.
    Lower,
}

/// What follows from a decision and its numbers.
#[derive(Clone, Debug)]
pub(crate) struct Evaluation {
    /// Shares, adding up to 1.
    pub(crate) weights: Vec<f64>,
    pub(crate) functions: Vec<ValueFunction>,
    /// 0–1 for every option and criterion, row by row, NaN where there is no number.
    pub(crate) values: Vec<f64>,
    /// What totals are the mean of; `None` when it is `values`.
    pub(crate) normalised: Option<Vec<f64>>,
    pub(crate) screened: Vec<ScreenedOut>,
    /// Whether each option is ranked.
    pub(crate) kept: Vec<bool>,
    /// By option, in units of the score.
    pub(crate) totals: Vec<Total>,
    /// The least and most a score can be.
    pub(crate) span: [f64; 2],
    pub(crate) better: Better,
    /// Whether totals are scores; else only their order counts.
    pub(crate) has_scores: bool,
    pub(crate) details: Option<Details>,
}

impl Evaluation {
    /// Everything that can be told of a decision.
    ///
    /// # Errors
    /// What is missing before the decision can be ranked, or what its method cannot compute.
    pub(crate) fn of(decision: &Decision, table: &ScoreTable) -> Result<Self, Vec<Problem>> {
        let mut evaluation = Self::totals_only(decision, table)?;
        evaluation.fill_values(table);
        Ok(evaluation)
    }

    /// The same without the values of the cells: all that a ranking needs, and half the work.
    ///
    /// # Errors
    /// Those of [`Self::of`].
    pub(crate) fn totals_only(
        decision: &Decision,
        table: &ScoreTable,
    ) -> Result<Self, Vec<Problem>> {
        let incomplete = decision.completeness();
        if !incomplete.is_empty() {
            return Err(incomplete);
        }
        let mut evaluation = Self::without_values(decision, table);
        if weighting::looks_at_numbers(decision.weighting.as_ref()) {
            // What could not be derived is refused here; where nothing is ranked, the weights stay as they were.
            weighting::derive(decision, table)?;
        }
        if needs_every_cell(decision) {
            refuse_missing(decision, table, &evaluation.kept)?;
        }
        match (mean(decision.method), decision.normalisation) {
            (Some(mean), None) => evaluation.rank_values(decision, table, mean),
            (Some(mean), Some(normalisation)) => {
                evaluation.rank_normalised(decision, table, mean, normalisation)?;
            }
            (None, _) => methods::run(decision, table, &mut evaluation)?,
        }
        Ok(evaluation)
    }

    /// Weights, knock-outs, functions and values, without totals: what can be told of an incomplete decision too.
    pub(crate) fn unranked(decision: &Decision, table: &ScoreTable) -> Self {
        let mut evaluation = Self::without_values(decision, table);
        evaluation.fill_values(table);
        evaluation
    }

    fn fill_values(&mut self, table: &ScoreTable) {
        let mut rows = RowValues::of(&self.functions);
        self.values.reserve(table.numbers().len());
        for numbers in table.numbers().chunks_exact(self.functions.len().max(1)) {
            self.values.extend_from_slice(rows.of_row(numbers));
        }
    }

    fn without_values(decision: &Decision, table: &ScoreTable) -> Self {
        let screened = screened_out(decision, table);
        let mut kept = vec![true; decision.options.len()];
        for out in &screened {
            kept[out.option] = false;
        }
        let functions = functions(decision, table, &kept);
        Self {
            weights: weights(decision, table),
            values: Vec::new(),
            functions,
            normalised: None,
            screened,
            kept,
            totals: Vec::new(),
            span: [decision.scale.min, decision.scale.max],
            better: Better::Higher,
            has_scores: true,
            details: None,
        }
    }

    fn rank_values(&mut self, decision: &Decision, table: &ScoreTable, mean: Mean) {
        let [min, max] = self.span;
        let sums = RowSums::of(&self.functions, &self.weights);
        let mut values = None;
        let rows = table
            .numbers()
            .chunks_exact(self.functions.len())
            .map(|numbers| {
                // Most rows are complete, and a NaN tells those that are not.
                let sum = match mean {
                    Mean::Arithmetic => sums.sum(numbers),
                    Mean::Geometric => f64::NAN,
                };
                let total = if sum.is_nan() {
                    total(
                        values
                            .get_or_insert_with(|| RowValues::of(&self.functions))
                            .of_row(numbers),
                        &self.weights,
                        mean,
                        decision.missing,
                    )
                } else {
                    Total {
                        score: sum,
                        low: sum,
                        high: sum,
                        coverage: 1.0,
                    }
                };
                scaled(total, min, max - min)
            });
        self.totals = rows.collect();
    }

    fn rank_normalised(
        &mut self,
        decision: &Decision,
        table: &ScoreTable,
        mean: Mean,
        normalisation: Normalisation,
    ) -> Result<(), Vec<Problem>> {
        let matrix = normalised_matrix(decision, table, &self.kept, normalisation, mean)?;
        self.totals = totals(&matrix, &self.weights, mean, decision.missing);
        self.span = match normalisation {
            Normalisation::None => column_span(&matrix, &self.weights, mean),
            _ => [0.0, 1.0],
        };
        self.normalised = Some(matrix);
        Ok(())
    }

    /// The matrix whose weighted mean the totals are.
    pub(crate) fn matrix(&self) -> &[f64] {
        self.normalised.as_deref().unwrap_or(&self.values)
    }

    /// One row of the matrix.
    pub(crate) fn row(&self, option: usize) -> &[f64] {
        let columns = self.weights.len();
        &self.matrix()[option * columns..(option + 1) * columns]
    }

    /// The value (0–1) of one cell.
    pub(crate) fn value(&self, option: usize, criterion: usize) -> Option<f64> {
        let value = self.values[option * self.weights.len() + criterion];
        (!value.is_nan()).then_some(value)
    }

    /// Scores closer than this are one and the same: rounding must not break a tie.
    pub(crate) fn tolerance(&self) -> f64 {
        1e-9 * (self.span[1] - self.span[0]).abs().max(f64::MIN_POSITIVE)
    }
}

/// The mean that a method takes of values, if it is one of the two that do.
pub(crate) fn mean(method: Method) -> Option<Mean> {
    match method {
        Method::WeightedSum => Some(Mean::Arithmetic),
        Method::WeightedProduct => Some(Mean::Geometric),
        _ => None,
    }
}

/// A total of values 0–1 in units of the score.
pub(crate) fn scaled(total: Total, min: f64, width: f64) -> Total {
    let at = |x: f64| min + width * x;
    Total {
        score: at(total.score),
        low: at(total.low),
        high: at(total.high),
        coverage: total.coverage,
    }
}

/// The score that an option with this row of values would have, on the decision's scale.
pub(crate) fn score_of_values(
    row: &[f64],
    weights: &[f64],
    decision: &Decision,
    mean: Mean,
) -> f64 {
    let [min, max] = [decision.scale.min, decision.scale.max];
    scaled(total(row, weights, mean, decision.missing), min, max - min).score
}

fn weights(decision: &Decision, table: &ScoreTable) -> Vec<f64> {
    if weighting::looks_at_numbers(decision.weighting.as_ref())
        && let Ok(Some(derived)) = weighting::derive(decision, table)
    {
        return derived.weights;
    }
    normalised(decision.criteria.iter().map(|c| c.weight))
}

fn functions(decision: &Decision, table: &ScoreTable, kept: &[bool]) -> Vec<ValueFunction> {
    let in_data =
        |c: &Criterion| c.kind == Kind::Measured && c.range.is_none() && c.points.is_none();
    let functions = decision.criteria.iter().enumerate().map(|(i, criterion)| {
        let found = if in_data(criterion) {
            ends(table, i, kept)
        } else {
            None
        };
        ValueFunction::of(criterion, decision.scale, found)
    });
    functions.collect()
}

/// The lowest and highest number of a column among the options that are kept.
fn ends(table: &ScoreTable, criterion: usize, kept: &[bool]) -> Option<[f64; 2]> {
    let (numbers, columns) = (table.numbers(), table.criteria());
    let (mut low, mut high) = (f64::INFINITY, f64::NEG_INFINITY);
    for (option, kept) in kept.iter().enumerate() {
        let x = numbers[option * columns + criterion];
        // A NaN compares with nothing and so changes neither end.
        if *kept && x < low {
            low = x;
        }
        if *kept && x > high {
            high = x;
        }
    }
    (low <= high).then_some([low, high])
}

/// The numbers of the options that are ranked, normalised; more is better in every column.
pub(crate) fn normalised_matrix(
    decision: &Decision,
    table: &ScoreTable,
    kept: &[bool],
    normalisation: Normalisation,
    mean: Mean,
) -> Result<Vec<f64>, Vec<Problem>> {
    let directions: Vec<Direction> = decision.criteria.iter().map(|c| c.direction).collect();
    let mut matrix = table.numbers().to_vec();
    normalise(&mut matrix, kept, &directions, normalisation, mean).map_err(|undefined| {
        let name = echo(&decision.criteria[undefined.criterion].name);
        let needs = undefined.needs;
        let message =
            format!("the normalisation {normalisation} needs {needs}, and \"{name}\" has others");
        let field = format!("criteria[{}]", undefined.criterion);
        vec![Problem::new(Code::NotComputable, field, message).allowed(needs)]
    })?;
    Ok(matrix)
}

/// The totals of an option that had the worst, and of one that had the best of every column.
fn column_span(matrix: &[f64], weights: &[f64], mean: Mean) -> [f64; 2] {
    let columns = weights.len();
    let ends = |pick: fn(f64, f64) -> f64| {
        let row: Vec<f64> = (0..columns)
            .map(|c| {
                matrix
                    .iter()
                    .skip(c)
                    .step_by(columns)
                    .copied()
                    .fold(f64::NAN, pick)
            })
            .collect();
        total(&row, weights, mean, MissingPolicy::Renormalise).score
    };
    let (low, high) = (ends(f64::min), ends(f64::max));
    if low.is_nan() {
        [0.0, 1.0]
    } else {
        [low, high]
    }
}
