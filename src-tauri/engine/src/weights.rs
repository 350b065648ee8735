//! The weights of a decision file, given or derived.

use std::path::Path;

use serde::Serialize;

use crate::error::EngineError;
use crate::evaluate::weights_are_given;
use crate::intake;

/// Weights that add up to 1, and how they came about.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Weights {
    /// `given`, or the method of `[weighting]`.
    pub method: String,
    /// By criterion's name, in the file's order.
    pub weights: serde_json::Map<String, serde_json::Value>,
    /// AHP and BWM: how well the judgements fit together.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub consistency_ratio: Option<f64>,
    /// AHP: the random index it was compared with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub random_index: Option<f64>,
    /// The judgement that fits least.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub worst_judgement: Option<String>,
}

/// Reads a decision file and gives its weights.
///
/// # Errors
/// [`EngineError::CannotRead`], [`EngineError::Invalid`].
pub fn weights_of(path: &Path) -> Result<Weights, EngineError> {
    let decision = intake::take_file(path)?.decision;
    weights_are_given(&decision)?;
    let problems = decision
        .completeness()
        .into_iter()
        .filter(|problem| problem.field == "criteria")
        .collect::<Vec<_>>();
    if !problems.is_empty() {
        return Err(EngineError::invalid(
            "There are no weights to show",
            problems,
        ));
    }
    let shares =
        decision::weights::normalised(decision.criteria.iter().map(|criterion| criterion.weight));
    let names = decision
        .criteria
        .iter()
        .map(|criterion| criterion.name.clone());
    Ok(Weights {
        method: "given".into(),
        weights: names.zip(shares.into_iter().map(Into::into)).collect(),
        consistency_ratio: None,
        random_index: None,
        worst_judgement: None,
    })
}
