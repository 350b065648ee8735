//! The best-worst method in its first, non-linear form (Rezaei 2015, *Omega* 53, model 3), solved exactly, and the centre of the
//! optimal intervals where there are several solutions (Rezaei 2016, *Omega* 64).

use std::collections::BTreeMap;

use super::{Derived, by_criterion, name, ratio_words, wrong};
use crate::model::{CriterionId, Decision};
use crate::problem::{Problem, number_text};
use crate::weights::normalised;

pub(super) fn best_worst(
    decision: &Decision,
    best: &CriterionId,
    worst: &CriterionId,
    best_to_others: &BTreeMap<CriterionId, f64>,
    others_to_worst: &BTreeMap<CriterionId, f64>,
) -> Result<Derived, Vec<Problem>> {
    let (Some(best), Some(worst)) = (
        decision.criterion_index(best),
        decision.criterion_index(worst),
    ) else {
        return Err(vec![wrong(
            "weighting",
            "best and worst must be criteria",
            "two criteria",
        )]);
    };
    let statements = Statements {
        best,
        worst,
        best_to: by_criterion(
            decision,
            best_to_others,
            "weighting.best_to_others",
            Some((best, 1.0)),
        )?,
        to_worst: by_criterion(
            decision,
            others_to_worst,
            "weighting.others_to_worst",
            Some((worst, 1.0)),
        )?,
    };
    statements.check(decision)?;
    let deviation = statements.least_deviation();
    let weights = normalised(statements.ratios_to_worst(deviation).into_iter());
    let best_over_worst = statements.best_to[worst];
    // CI of Rezaei (2015), table 1, in closed form: the least root of ξ² − (1 + 2a)ξ + (a² − a) = 0.
    let index = ((1.0 + 2.0 * best_over_worst) - (1.0 + 8.0 * best_over_worst).sqrt()) / 2.0;
    Ok(Derived {
        consistency_ratio: Some(if index > 0.0 { deviation / index } else { 0.0 }),
        random_index: None,
        worst_judgement: statements.farthest(decision, &weights),
        weights,
    })
}

struct Statements {
    best: usize,
    worst: usize,
    /// How many times the best matters more than each.
    best_to: Vec<f64>,
    /// How many times each matters more than the worst.
    to_worst: Vec<f64>,
}

impl Statements {
    fn check(&self, decision: &Decision) -> Result<(), Vec<Problem>> {
        let mut problems = Vec::new();
        for (field, ratios) in [
            ("weighting.best_to_others", &self.best_to),
            ("weighting.others_to_worst", &self.to_worst),
        ] {
            for (i, ratio) in ratios
                .iter()
                .enumerate()
                .filter(|(_, ratio)| !(1.0..=9.0).contains(*ratio))
            {
                let message = format!(
                    "the ratio of \"{}\" is {}",
                    name(decision, i),
                    number_text(*ratio)
                );
                problems.push(wrong(field, message, "a number from 1 to 9"));
            }
        }
        let of_itself = [
            (self.best_to[self.best], "best_to_others"),
            (self.to_worst[self.worst], "others_to_worst"),
        ];
        for (ratio, field) in of_itself {
            if ratio != 1.0 {
                let message = format!(
                    "{field} compares a criterion with itself as {}",
                    number_text(ratio)
                );
                problems.push(wrong(&format!("weighting.{field}"), message, "1"));
            }
        }
        if self.best_to[self.worst] != self.to_worst[self.best] {
            let message = format!(
                "the best is said to matter {} times as much as the worst in best_to_others, and {} times in others_to_worst",
                number_text(self.best_to[self.worst]),
                number_text(self.to_worst[self.best]),
            );
            problems.push(wrong("weighting", message, "the same ratio in both"));
        }
        if problems.is_empty() {
            Ok(())
        } else {
            Err(problems)
        }
    }

    fn others(&self) -> impl Iterator<Item = usize> + '_ {
        (0..self.best_to.len()).filter(|i| *i != self.best && *i != self.worst)
    }

    /// What the best's ratio to the worst may be when no statement is off by more than `deviation`: every other criterion `j`
    /// needs a ratio within `[a_jW ± ξ]` that is also within `b / [a_Bj ± ξ]`.
    fn best_between(&self, deviation: f64) -> (f64, f64) {
        let said = self.best_to[self.worst];
        let mut ends = ((said - deviation).max(0.0), said + deviation);
        for j in self.others() {
            let (to_worst, best_to) = (self.to_worst[j], self.best_to[j]);
            let low = (to_worst - deviation).max(0.0) * (best_to - deviation).max(0.0);
            ends = (
                ends.0.max(low),
                ends.1.min((to_worst + deviation) * (best_to + deviation)),
            );
        }
        ends
    }

    /// The least deviation with which all statements can be met, to the last bits of a double.
    fn least_deviation(&self) -> f64 {
        const HALVINGS: usize = 200;
        let is_possible = |deviation: f64| {
            let (low, high) = self.best_between(deviation);
            low <= high
        };
        if self.best == self.worst || is_possible(0.0) {
            return 0.0;
        }
        let (mut too_small, mut enough) = (0.0, 9.0);
        for _ in 0..HALVINGS {
            let middle = 0.5 * (too_small + enough);
            if is_possible(middle) {
                enough = middle;
            } else {
                too_small = middle;
            }
        }
        enough
    }

    /// Each criterion's ratio to the worst at this deviation, in the middle of what is possible.
    fn ratios_to_worst(&self, deviation: f64) -> Vec<f64> {
        if self.best == self.worst {
            return vec![1.0; self.best_to.len()];
        }
        let (low, high) = self.best_between(deviation);
        let best = 0.5 * (low + high);
        let ratio = |j: usize| {
            if j == self.best {
                return best;
            }
            if j == self.worst {
                return 1.0;
            }
            let (to_worst, best_to) = (self.to_worst[j], self.best_to[j]);
            let low = (to_worst - deviation).max(best / (best_to + deviation));
            let shorter = best_to - deviation;
            let high = if shorter > 0.0 {
                (to_worst + deviation).min(best / shorter)
            } else {
                to_worst + deviation
            };
            0.5 * (low + high)
        };
        (0..self.best_to.len()).map(ratio).collect()
    }

    /// The statement that is farthest from the weights, if one is noticeably off.
    fn farthest(&self, decision: &Decision, weights: &[f64]) -> Option<String> {
        const NOTICEABLE: f64 = 0.01;
        let size = weights.len();
        let from_best = (0..size).map(|j| (self.best, j, self.best_to[j]));
        let to_worst = (0..size).map(|j| (j, self.worst, self.to_worst[j]));
        let off = |(i, j, said): &(usize, usize, f64)| (said - weights[*i] / weights[*j]).abs();
        let farthest = from_best
            .chain(to_worst)
            .filter(|s| off(s) > NOTICEABLE)
            .max_by(|a, b| off(a).total_cmp(&off(b)));
        farthest.map(|(i, j, said)| ratio_words(decision, i, j, said, weights[i] / weights[j]))
    }
}
