//! How firmly the first place stands: what one judgement by one level would change, and the smallest change of a judgement that
//! would. Weights are left as they are.

use crate::aggregate::Mean;
use crate::evaluation::{Evaluation, mean, score_of_values};
use crate::model::{Decision, Kind, MissingPolicy};
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

/// More steps of one level than any scale has.
const MOST_LEVELS: u32 = 21;

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
            // Scores are monotone in a judgement: what the ends do not change, nothing between them does.
            let scale = decision.scale;
            if described.must.is_none()
                && crosses(scale.max).is_none()
                && crosses(scale.min).is_none()
            {
                continue;
            }
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
    /// The score of `option` if its judgement on `criterion` were `number`.
    fn score_with(&self, option: usize, criterion: usize, number: f64) -> f64 {
        let row = self.evaluation.row(option);
        let value = self.evaluation.functions[criterion].value(number);
        if self.mean == Mean::Arithmetic {
            // One term of the sum changes: no need to add up the others again.
            let total = &self.evaluation.totals[option];
            let share = match self.decision.missing {
                MissingPolicy::Renormalise | MissingPolicy::Refuse => 1.0 / total.coverage,
                MissingPolicy::Bounds | MissingPolicy::Neutral => 1.0,
            };
            let weight = self.evaluation.weights[criterion] * share;
            return total.score + self.decision.scale.width() * weight * (value - row[criterion]);
        }
        let mut row = row.to_vec();
        row[criterion] = value;
        score_of_values(&row, &self.evaluation.weights, self.decision, self.mean)
    }

    /// The fewest levels up or down from `from` at which `crosses` is met, where the judgement then stands, and what `crosses`
    /// gives there.
    fn fewest_levels(
        &self,
        from: f64,
        crosses: impl Fn(f64) -> Option<f64>,
    ) -> Option<(u32, f64, f64)> {
        let scale = self.decision.scale;
        for levels in 1..=MOST_LEVELS {
            let step = f64::from(levels) * scale.level();
            let moved = [(from + step).min(scale.max), (from - step).max(scale.min)];
            let met = moved
                .into_iter()
                .filter(|to| *to != from)
                .filter_map(|to| Some((levels, to, crosses(to)?)));
            let best = met.max_by(|a, b| a.2.total_cmp(&b.2));
            if best.is_some() || moved == [scale.max, scale.min] {
                return best;
            }
        }
        None
    }
}
