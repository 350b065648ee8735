//! How firmly the first place stands: what one judgement by one level would change, and the smallest change of a judgement that
//! would. Weights are left as they are.

mod measured;

use crate::aggregate::Mean;
use crate::evaluation::{Evaluation, mean, score_of_values};
use crate::model::{Decision, Kind, Method, MissingPolicy};
use crate::rank::{Placed, places};
use crate::score_table::ScoreTable;
use crate::screening::{ScreenedOut, failures};

pub(crate) use measured::MeasuredFlip;

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

/// The changes that were found, the smallest first, or why none were looked for.
pub(crate) enum Flips {
    /// Every judgement that can change the first place, with the fewest levels that do. Only changes by one level are looked for
    /// where a method has to rank anew for each.
    Found(Vec<Flip>),
    /// Ranking anew for every judgement would take too long.
    TooMany,
}

/// Which judgements can change the first place. `placed` are the places of `evaluation`.
pub(crate) fn flips(
    decision: &Decision,
    table: &ScoreTable,
    evaluation: &Evaluation,
    placed: &[Placed],
) -> Flips {
    let mut flips = match mean(decision.method).filter(|_| evaluation.normalised.is_none()) {
        Some(mean) => by_arithmetic(
            &Search {
                decision,
                evaluation,
                mean,
            },
            table,
            placed,
        ),
        None => match by_ranking_anew(decision, table, evaluation, placed) {
            Some(flips) => flips,
            None => return Flips::TooMany,
        },
    };
    flips.sort_by(|a, b| a.levels.cmp(&b.levels).then(b.ahead.total_cmp(&a.ahead)));
    Flips::Found(flips)
}

/// Totals of value functions: one judgement changes one term of one total.
fn by_arithmetic(search: &Search<'_>, table: &ScoreTable, placed: &[Placed]) -> Vec<Flip> {
    let Search {
        decision,
        evaluation,
        ..
    } = search;
    let mut flips = Vec::new();
    let [first, second, ..] = placed else {
        return flips;
    };
    let Some(leader_score) = first.score else {
        return flips;
    };
    for place in placed {
        let is_leader = place.option == first.option;
        let bar = if is_leader { second } else { first };
        let Some(bar_score) = bar.score else { continue };
        let rival = if is_leader {
            second.option
        } else {
            place.option
        };
        for (criterion, from) in judgements(decision, table, place.option) {
            let must = decision.criteria[criterion].must;
            if evaluation.weights[criterion] == 0.0 && must.is_none() {
                continue;
            }
            let crosses = |to: f64| {
                if must.is_some_and(|must| !must.passes(to)) {
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
            if must.is_none() && crosses(scale.max).is_none() && crosses(scale.min).is_none() {
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
    flips.extend(returning(search, table, first));
    flips
}

/// Screened-out options that a single judgement keeps out, and that would be first if it passed.
fn returning(search: &Search<'_>, table: &ScoreTable, first: &Placed) -> Vec<Flip> {
    let Search {
        decision,
        evaluation,
        ..
    } = search;
    let Some(leader_score) = first.score else {
        return Vec::new();
    };
    let all: Vec<ScreenedOut> = failures(decision, table).collect();
    let alone = all.iter().filter(|out| {
        all.iter()
            .filter(|other| other.option == out.option)
            .count()
            == 1
    });
    let judged = alone.filter(|out| decision.criteria[out.criterion].kind != Kind::Measured);
    let flips = judged.filter_map(|out| {
        let must = decision.criteria[out.criterion].must?;
        let crosses = |to: f64| {
            let ahead = search.score_with(out.option, out.criterion, to) - leader_score;
            (must.passes(to) && ahead >= -evaluation.tolerance()).then_some(ahead)
        };
        let (levels, to, ahead) = search.fewest_levels(out.number, crosses)?;
        let (option, criterion, from) = (out.option, out.criterion, out.number);
        Some(Flip {
            option,
            criterion,
            from,
            to,
            levels,
            ahead,
            rival: option,
        })
    });
    flips.collect()
}

/// Every other ranking: each judgement one level up and down, and the whole ranked anew. `None` when that would take too long.
fn by_ranking_anew(
    decision: &Decision,
    table: &ScoreTable,
    evaluation: &Evaluation,
    placed: &[Placed],
) -> Option<Vec<Flip>> {
    /// About a tenth of a second's worth of cells or comparisons.
    const MOST_WORK: usize = 30_000_000;
    // Screened-out options too: one level may bring them back.
    let judged: Vec<(usize, usize, f64)> = (0..decision.options.len())
        .flat_map(|option| {
            judgements(decision, table, option).map(move |(criterion, x)| (option, criterion, x))
        })
        .collect();
    let pairwise = matches!(decision.method, Method::PrometheeIi | Method::ElectreI);
    let cells = decision.criteria.len() * decision.options.len();
    let one_ranking = if pairwise {
        cells * decision.options.len()
    } else {
        cells
    };
    if judged.len().saturating_mul(2 * one_ranking) > MOST_WORK {
        return None;
    }
    let firsts = |placed: &[Placed]| -> Vec<usize> {
        placed
            .iter()
            .take_while(|place| place.rank == 1)
            .map(|place| place.option)
            .collect()
    };
    let before = firsts(placed);
    let scale = decision.scale;
    let mut changed = table.clone();
    let mut flips = Vec::new();
    for (option, criterion, from) in judged {
        for to in [
            (from + scale.level()).min(scale.max),
            (from - scale.level()).max(scale.min),
        ] {
            changed.set_number(option, criterion, to);
            let Ok(anew) = Evaluation::totals_only(decision, &changed) else {
                continue;
            };
            let after = firsts(&places(&anew));
            if to != from && after != before {
                let newcomer = after
                    .iter()
                    .chain(&before)
                    .find(|other| **other != placed[0].option);
                let rival = newcomer.copied().unwrap_or(option);
                flips.push(Flip {
                    option,
                    criterion,
                    from,
                    to,
                    levels: 1,
                    ahead: evaluation.tolerance(),
                    rival,
                });
            }
        }
        changed.set_number(option, criterion, from);
    }
    Some(flips)
}

/// The judgements of an option that can move: scores on the scale, not measured numbers.
fn judgements<'d>(
    decision: &'d Decision,
    table: &'d ScoreTable,
    option: usize,
) -> impl Iterator<Item = (usize, f64)> + 'd {
    let judged = decision
        .criteria
        .iter()
        .enumerate()
        .filter(|(_, c)| c.kind != Kind::Measured);
    judged.filter_map(move |(criterion, _)| Some((criterion, table.number(option, criterion)?)))
}

/// The smallest change of a measured number that changes the first place, where value functions are ranked.
pub(crate) fn measured_flip(
    decision: &Decision,
    table: &ScoreTable,
    evaluation: &Evaluation,
    placed: &[Placed],
) -> Option<MeasuredFlip> {
    let mean = mean(decision.method).filter(|_| evaluation.normalised.is_none())?;
    measured::smallest(
        &Search {
            decision,
            evaluation,
            mean,
        },
        table,
        placed,
    )
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
