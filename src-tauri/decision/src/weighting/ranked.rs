//! Weights from a ranking of criteria, and from swings.

use std::collections::BTreeMap;

use super::{Derived, by_criterion, name, wrong};
use crate::model::{CriterionId, Decision};
use crate::problem::{Problem, number_text};
use crate::rules;
use crate::weights::normalised;

/// Rank-order centroids, `w_k = (1/n) Σ_{j ≥ k} 1/j` (Edwards, Barron 1994; Barron, Barrett 1996).
pub(super) fn rank_order_centroid(
    decision: &Decision,
    ranked: &[CriterionId],
) -> Result<Derived, Vec<Problem>> {
    const FIELD: &str = "weighting.ranked";
    let size = decision.criteria.len();
    let mut problems = Vec::new();
    for (i, criterion) in decision.criteria.iter().enumerate() {
        let times = ranked.iter().filter(|id| **id == criterion.id).count();
        if times != 1 {
            let often = if times == 0 {
                "is not in the ranking".to_owned()
            } else {
                format!("is in the ranking {times} times")
            };
            let message = format!("\"{}\" {often}", name(decision, i));
            problems.push(wrong(
                FIELD,
                message,
                "every criterion once, the most important first",
            ));
        }
    }
    if ranked.len() > size && problems.is_empty() {
        problems.push(wrong(
            FIELD,
            "the ranking names more than the criteria",
            "every criterion once",
        ));
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    let mut weights = vec![0.0; size];
    let mut tail = 0.0;
    #[allow(
        clippy::cast_precision_loss,
        reason = "there are at most a few hundred criteria"
    )]
    for (place, id) in ranked.iter().enumerate().rev() {
        tail += 1.0 / (place + 1) as f64;
        if let Some(index) = decision.criterion_index(id) {
            weights[index] = tail / size as f64;
        }
    }
    Ok(Derived::plain(weights))
}

/// Swing weights: the points of each swing from worst to best, divided by their sum (von Winterfeldt, Edwards 1986).
pub(super) fn swing(
    decision: &Decision,
    swing: &BTreeMap<CriterionId, f64>,
) -> Result<Derived, Vec<Problem>> {
    const FIELD: &str = "weighting.swing";
    let points = by_criterion(decision, swing, FIELD, None)?;
    let mut problems = Vec::new();
    for (i, x) in points
        .iter()
        .enumerate()
        .filter(|(_, x)| !rules::is_weight(**x))
    {
        let message = format!(
            "the swing of \"{}\" is {}",
            name(decision, i),
            number_text(*x)
        );
        problems.push(wrong(FIELD, message, "a finite number of at least 0"));
    }
    if problems.is_empty() && points.iter().all(|x| *x == 0.0) {
        problems.push(wrong(FIELD, "all swings are 0", "at least one above 0"));
    }
    if problems.is_empty() {
        Ok(Derived::plain(normalised(points.iter().copied())))
    } else {
        Err(problems)
    }
}
