//! The weights of a decision file, given or derived.

use std::path::Path;

use decision::ScoreTable;
use serde::Serialize;

use crate::error::EngineError;
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
    let derived = decision::weighting::derive(&decision, &ScoreTable::from_given(&decision))
        .map_err(|problems| EngineError::invalid("The weights cannot be derived", problems))?;
    let (method, shares) = match (&derived, &decision.weighting) {
        (Some(derived), Some(weighting)) => (weighting.as_str(), derived.weights.clone()),
        _ => {
            let given = decision.criteria.iter().map(|criterion| criterion.weight);
            ("given", decision::weights::normalised(given))
        }
    };
    let names = decision
        .criteria
        .iter()
        .map(|criterion| criterion.name.clone());
    Ok(Weights {
        method: method.to_owned(),
        weights: names
            .zip(shares.into_iter().map(serde_json::Value::from))
            .collect(),
        consistency_ratio: derived
            .as_ref()
            .and_then(|derived| derived.consistency_ratio),
        random_index: derived.as_ref().and_then(|derived| derived.random_index),
        worst_judgement: derived.and_then(|derived| derived.worst_judgement),
    })
}
