//! Weights as shares: normalised to a sum of 1, and added up and scaled by group. How they are derived is `weighting`'s.

use std::collections::BTreeMap;

use crate::model::{CriterionId, Decision};
use crate::problem::{Problem, ProblemCode as Code, echo, folded, number_text};
use crate::rules;

/// The weights divided by their sum. All 0 when every weight is.
#[must_use]
pub fn normalised(weights: impl Iterator<Item = f64> + Clone) -> Vec<f64> {
    // Dividing by the largest first keeps the sum of huge weights finite.
    let largest = weights.clone().fold(0.0, f64::max);
    if largest == 0.0 {
        return weights.collect();
    }
    let mut shares: Vec<f64> = weights.map(|weight| weight / largest).collect();
    let sum: f64 = shares.iter().sum();
    for share in &mut shares {
        *share /= sum;
    }
    shares
}

/// A group of criteria and what it weighs together.
#[derive(Clone, Debug, PartialEq)]
pub struct GroupWeight {
    /// The group's name as its first criterion has it.
    pub group: String,
    /// The sum of its criteria's weights, as given.
    pub weight: f64,
    /// Its share of all weight, 0 to 1.
    pub share: f64,
    /// Positions of its criteria.
    pub members: Vec<usize>,
}

/// What each group weighs, in the order in which groups first appear. Criteria without a group are in none.
#[must_use]
pub fn group_weights(decision: &Decision) -> Vec<GroupWeight> {
    let shares = normalised(decision.criteria.iter().map(|c| c.weight));
    let mut groups: Vec<GroupWeight> = Vec::new();
    for (i, (criterion, share)) in decision.criteria.iter().zip(shares).enumerate() {
        let Some(name) = &criterion.group else {
            continue;
        };
        let known = groups
            .iter_mut()
            .find(|group| folded(&group.group) == folded(name));
        if let Some(group) = known {
            group.weight += criterion.weight;
            group.share += share;
            group.members.push(i);
        } else {
            let group = name.clone();
            groups.push(GroupWeight {
                group,
                weight: criterion.weight,
                share,
                members: vec![i],
            });
        }
    }
    groups
}

/// The members' weights after the group is given `weight` in all: each keeps its proportion, and where all were 0 each gets the same.
///
/// # Errors
/// There is no such group, or `weight` is not finite and at least 0.
pub fn with_group_weight(
    decision: &Decision,
    group: &str,
    weight: f64,
) -> Result<BTreeMap<CriterionId, f64>, Problem> {
    if !rules::is_weight(weight) {
        let found = number_text(weight);
        let message = format!(
            "the weight of a group is {found}: it must be {}",
            rules::WEIGHT_ALLOWED
        );
        return Err(Problem::new(Code::BadNumber, "criteria", message)
            .found(found)
            .allowed(rules::WEIGHT_ALLOWED));
    }
    let groups = group_weights(decision);
    let Some(found) = groups.iter().find(|g| folded(&g.group) == folded(group)) else {
        let message = format!("there is no group \"{}\"", echo(group));
        return Err(Problem::new(Code::UnknownName, "criteria", message).found(group));
    };
    let members = || found.members.iter().map(|i| &decision.criteria[*i]);
    let mut shares = normalised(members().map(|c| c.weight));
    if shares.iter().all(|share| *share == 0.0) {
        shares = normalised(members().map(|_| 1.0));
    }
    Ok(members()
        .zip(shares)
        .map(|(c, share)| (c.id.clone(), share * weight))
        .collect())
}
