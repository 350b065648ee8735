//! Weights derived from statements or from the numbers themselves, instead of given.

mod ahp;
mod best_worst;
mod from_data;
mod ranked;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::model::{CriterionId, Decision, Weighting};
use crate::problem::{Problem, ProblemCode as Code, echo, number_text};
use crate::score_table::ScoreTable;

/// Weights that were derived, and how well what they were derived from fits together.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct Derived {
    /// By criterion in the decision's order, adding up to 1.
    pub weights: Vec<f64>,
    /// AHP and BWM: 0 is perfect; above 0.10 AHP's judgements want another look.
    pub consistency_ratio: Option<f64>,
    /// AHP: the random index of Saaty (1980) by which the ratio is one.
    pub random_index: Option<f64>,
    /// AHP and BWM: the statement that fits least with the weights, in words.
    pub worst_judgement: Option<String>,
}

impl Derived {
    /// Weights of which nothing more can be said.
    fn plain(weights: Vec<f64>) -> Self {
        Self {
            weights,
            consistency_ratio: None,
            random_index: None,
            worst_judgement: None,
        }
    }
}

/// The weights that follow from the decision's `[weighting]`; `None` when it has none and its weights are given.
///
/// # Errors
/// Statements that do not cover the criteria or make no sense; numbers that are missing, for methods that look at them.
pub fn derive(decision: &Decision, table: &ScoreTable) -> Result<Option<Derived>, Vec<Problem>> {
    let Some(weighting) = &decision.weighting else {
        return Ok(None);
    };
    match weighting {
        Weighting::Ahp { pairwise } => ahp::ahp(decision, pairwise),
        Weighting::Roc { ranked } => ranked::rank_order_centroid(decision, ranked),
        Weighting::Swing { swing } => ranked::swing(decision, swing),
        Weighting::Bwm {
            best,
            worst,
            best_to_others,
            others_to_worst,
        } => best_worst::best_worst(decision, best, worst, best_to_others, others_to_worst),
        Weighting::Entropy => from_data::entropy(decision, table),
        Weighting::Critic => from_data::critic(decision, table),
    }
    .map(Some)
}

/// Whether the weights follow from the cells' numbers and so change with them.
#[must_use]
pub fn looks_at_numbers(weighting: Option<&Weighting>) -> bool {
    matches!(weighting, Some(Weighting::Entropy | Weighting::Critic))
}

/// Makes the derived weights the decision's own.
pub(crate) fn take(decision: &mut Decision, derived: &Derived) {
    for (criterion, weight) in decision.criteria.iter_mut().zip(&derived.weights) {
        criterion.weight = *weight;
    }
}

/// A statement that the method cannot work with.
fn wrong(field: &str, message: impl Into<String>, allowed: &str) -> Problem {
    Problem::new(Code::NotComputable, field, message).allowed(allowed)
}

fn name(decision: &Decision, criterion: usize) -> String {
    echo(&decision.criteria[criterion].name)
}

/// The numbers of a table by criterion, in the decision's order; a problem for each that is not there.
fn by_criterion(
    decision: &Decision,
    given: &std::collections::BTreeMap<CriterionId, f64>,
    field: &str,
    stands_for_itself: Option<(usize, f64)>,
) -> Result<Vec<f64>, Vec<Problem>> {
    let mut problems = Vec::new();
    let numbers = decision.criteria.iter().enumerate().map(|(i, criterion)| {
        let own = stands_for_itself
            .filter(|(index, _)| *index == i)
            .map(|(_, x)| x);
        given
            .get(&criterion.id)
            .copied()
            .or(own)
            .unwrap_or_else(|| {
                let message = format!("{field} says nothing about \"{}\"", name(decision, i));
                problems.push(wrong(field, message, "a number for every criterion"));
                f64::NAN
            })
    });
    let numbers: Vec<f64> = numbers.collect();
    if problems.is_empty() {
        Ok(numbers)
    } else {
        Err(problems)
    }
}

/// How a statement of a ratio differs from the weights, in words.
fn ratio_words(decision: &Decision, more: usize, less: usize, said: f64, is: f64) -> String {
    let digits = |x: f64| number_text((x * 100.0).round() / 100.0);
    format!(
        "\"{}\" is said to matter {} times as much as \"{}\"; the weights make it {}",
        name(decision, more),
        digits(said),
        name(decision, less),
        digits(is),
    )
}
