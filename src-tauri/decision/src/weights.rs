//! Weights as shares: normalised to a sum of 1, and added up and scaled by group. How they are derived is `weighting`'s.

use std::collections::BTreeMap;

use crate::model::{CriterionId, Decision};
use crate::problem::{Problem, ProblemCode as Code, echo, folded, number_text};
use crate::rules;

/// The weights divided by their sum. All 0 when every weight is.
#[must_use]
pub fn normalised(weights: impl Iterator<Item = f64> + Clone) -> Vec<f64> {
    let sum = exact_sum(weights.clone());
    if sum == 0.0 {
        return weights.collect();
    }
    if sum.is_normal() {
        return weights.map(|weight| weight / sum).collect();
    }
    // Dividing by the largest first keeps the sum of huge weights finite, and that of tiny ones precise.
    let largest = weights.clone().fold(0.0, f64::max);
    let sum = exact_sum(weights.clone().map(|weight| weight / largest));
    weights.map(|weight| weight / largest / sum).collect()
}

/// The sum with what each addition loses added at the end (Knuth 1969, two-sum), so that 25 of 100 is a quarter whatever the
/// others are.
fn exact_sum(numbers: impl Iterator<Item = f64>) -> f64 {
    let (mut sum, mut lost) = (0.0, 0.0);
    for x in numbers {
        let next: f64 = sum + x;
        let taken = next - sum;
        lost += (sum - (next - taken)) + (x - taken);
        sum = next;
    }
    let exact = sum + lost;
    // What an infinite sum lost is no number.
    if exact.is_nan() { sum } else { exact }
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

#[cfg(test)]
mod tests {
    use super::*;

    fn shares(weights: &[f64]) -> Vec<f64> {
        normalised(weights.iter().copied())
    }

    #[test]
    fn shares_that_a_double_can_hold_come_out_exact() {
        assert_eq!(shares(&[25.0, 30.0, 45.0]), [0.25, 0.3, 0.45]);
        assert_eq!(shares(&[0.1, 0.2, 0.7]), [0.1, 0.2, 0.7]);
        assert_eq!(shares(&[0.1; 10]), [0.1; 10]);
        assert_eq!(shares(&[1.0, 7.0]), [0.125, 0.875]);
        assert_eq!(shares(&[2.5, 2.5, 5.0]), [0.25, 0.25, 0.5]);
        assert_eq!(shares(&[0.0, 0.0]), [0.0, 0.0]);
        assert_eq!(shares(&[]), [0.0; 0]);
    }

    #[test]
    fn weights_of_any_size_have_shares() {
        assert_eq!(shares(&[f64::MAX, f64::MAX]), [0.5, 0.5]);
        assert_eq!(
            shares(&[1.5e308, 0.5e308, 1e308]),
            [0.5, 1.0 / 6.0, 1.0 / 3.0]
        );
        assert_eq!(shares(&[5e-324, 5e-324]), [0.5, 0.5]);
        assert_eq!(shares(&[1e300, 1e-300]), [1.0, 0.0]);
    }
}
