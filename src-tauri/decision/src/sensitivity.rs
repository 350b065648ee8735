//! How firmly the first place stands: what one judgement by one level would change, and the smallest change of a judgement that
//! would. Weights are left as they are.

use crate::aggregate::Mean;
use crate::evaluation::{Evaluation, mean, score_of_values};
use crate::model::{Decision, Kind};
use crate::rank::Placed;
use crate::score_table::ScoreTable;

/// A change of one judgement after which another option is first, alone or with the former first.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Flip {
    pub(crate) option: usize,
    pub(crate) criterion: usize,
    pub(crate) from: f64,
    pub(crate) to: f64,
    /// How many levels the judgement moves; the last may be a shorter step to the scale's end.
    pub(crate) levels: u32,
    /// How far the new first is ahead of the next after the change, in units of the score; at least 0 but for rounding.
    ahead: f64,
    /// The option that is level or ahead after the change.
    pub(crate) rival: usize,
}

/// For every judgement the fewest levels that change the first place, if any number does. Methods other than weighted sum and
/// product on value functions have none.
pub(crate) fn flips(
    decision: &Decision,
    table: &ScoreTable,
    evaluation: &Evaluation,
    placed: &[Placed],
) -> Vec<Flip> {
    let Some(mean) = mean(decision.method).filter(|_| evaluation.normalised.is_none()) else {
        return Vec::new();
    };
    let ([first, others @ ..], Some(second)) = (placed, placed.get(1)) else {
        return Vec::new();
    };
    let search = Search {
        decision,
        evaluation,
        mean,
    };
    let mut flips = Vec::new();
    let Some(leader_score) = first.score else {
        return flips;
    };
    for place in std::iter::once(first).chain(others) {
        let is_leader = place.option == first.option;
        let bar = if is_leader { second } else { first };
        let Some(bar_score) = bar.score else { continue };
        let rival = if is_leader {
            second.option
        } else {
            place.option
        };
        for (criterion, described) in decision.criteria.iter().enumerate() {
            if described.kind == Kind::Measured || evaluation.weights[criterion] == 0.0 {
                continue;
            }
            let Some(from) = table.number(place.option, criterion) else {
                continue;
            };
            let crosses = |to: f64| {
                let knocked_out = described.must.is_some_and(|must| !must.passes(to));
                if knocked_out {
                    // Out of the ranking: that changes the first place only for the leader.
                    return is_leader.then_some(leader_score - bar_score);
                }
                let score = search.score_with(place.option, criterion, to);
                let ahead = if is_leader {
                    bar_score - score
                } else {
                    score - bar_score
                };
                (ahead >= -evaluation.tolerance()).then_some(ahead)
            };
            let fewest = search.fewest_levels(from, crosses);
            flips.extend(fewest.map(|(levels, to, ahead)| Flip {
                option: place.option,
                criterion,
                from,
                to,
                levels,
                ahead,
                rival,
            }));
        }
    }
    flips.sort_by(|a, b| a.levels.cmp(&b.levels).then(b.ahead.total_cmp(&a.ahead)));
    flips
}

struct Search<'a> {
    decision: &'a Decision,
    evaluation: &'a Evaluation,
    mean: Mean,
}

impl Search<'_> {
    fn score_with(&self, option: usize, criterion: usize, number: f64) -> f64 {
        let mut row = self.evaluation.row(option).to_vec();
        row[criterion] = self.evaluation.functions[criterion].value(number);
        score_of_values(&row, &self.evaluation.weights, self.decision, self.mean)
    }

    /// The fewest levels up or down from `from` at which `crosses` is met; values are monotone in levels, so a bisection would
    /// find it too, but a scale has at most 20.
    fn fewest_levels(
        &self,
        from: f64,
        crosses: impl Fn(f64) -> Option<f64>,
    ) -> Option<(u32, f64, f64)> {
        let scale = self.decision.scale;
        let level = scale.level();
        let ends = [scale.max, scale.min].map(|end| crosses(end).is_some());
        if ends == [false, false] && self.decision.criteria.iter().all(|c| c.must.is_none()) {
            return None;
        }
        for levels in 1..=21 {
            let step = f64::from(levels) * level;
            let moved = [(from + step).min(scale.max), (from - step).max(scale.min)];
            let met = moved
                .into_iter()
                .filter(|to| *to != from)
                .filter_map(|to| Some((levels, to, crosses(to)?)));
            let best = met.max_by(|a, b| a.2.total_cmp(&b.2));
            if best.is_some() {
                return best;
            }
            if moved == [scale.max, scale.min] {
                return None;
            }
        }
        None
    }
}
