//! How firmly the first place stands: what one judgement by one level, or as one of its samples has it, would change, and the
//! smallest change of a judgement that would. Weights are left as they are.

mod measured;

use crate::aggregate::Mean;
use crate::evaluation::{Evaluation, mean, score_of_values};
use crate::model::{Decision, Kind, Method, MissingPolicy, Scale};
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
    /// The judgement of a sample that would change the first place if it stood for the cell.
    pub(crate) sample: Option<f64>,
    /// How far the new first is ahead of the next after the change, in units of the score; at least 0 but for rounding.
    ahead: f64,
    /// The option that is level or ahead after the change.
    pub(crate) rival: usize,
}

impl Flip {
    /// Whether the judgement could as well have been the other: it is one level away, or a sample of it is there.
    pub(crate) fn is_close(&self) -> bool {
        self.levels == 1 || self.sample.is_some()
    }
}

/// More steps of one level than any scale has.
const MOST_LEVELS: u32 = 21;

/// The changes that were found, the smallest first, or why none were looked for.
pub(crate) enum Flips {
    /// Every judgement that can change the first place, with the fewest levels that do. Where a method has to rank anew for each
    /// change, only those by one level and to where a sample is are looked for.
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
    let [first, others @ ..] = placed else {
        return flips;
    };
    let Some(leader_score) = first.score else {
        return flips;
    };
    // Alone in the ranking, the first can be overtaken only by who comes back.
    for (place, second) in placed.iter().zip(others.first().into_iter().cycle()) {
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
            let spread = table.spread(place.option, criterion);
            let least = search.least_change(from, spread, crosses);
            flips.extend(least.map(|change| change.flip(place.option, criterion, rival)));
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
        let spread = table.spread(out.option, out.criterion);
        let least = search.least_change(out.number, spread, crosses)?;
        Some(least.flip(out.option, out.criterion, out.option))
    });
    flips.collect()
}

/// Every other ranking: each judgement one level up and down, and where its samples have it, and the whole ranked anew. `None` when that would take too long.
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
    let tries = 2 * judged.len() + 2 * table.spreads();
    if tries.saturating_mul(one_ranking) > MOST_WORK {
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
        let one_level = [
            (from + scale.level()).min(scale.max),
            (from - scale.level()).max(scale.min),
        ];
        let samples = table.spread(option, criterion);
        let samples = samples.into_iter().flatten();
        let samples = samples.filter(|to| !one_level.contains(to));
        for (to, by_sample) in one_level
            .into_iter()
            .map(|to| (to, false))
            .chain(samples.map(|to| (to, true)))
        {
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
                let change = Change {
                    from,
                    to,
                    levels: levels_between(from, to, scale),
                    sample: by_sample.then_some(to),
                    ahead: evaluation.tolerance(),
                };
                flips.push(change.flip(option, criterion, rival));
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

/// A change of one judgement that is enough.
struct Change {
    from: f64,
    to: f64,
    levels: u32,
    sample: Option<f64>,
    ahead: f64,
}

impl Change {
    fn flip(self, option: usize, criterion: usize, rival: usize) -> Flip {
        Flip {
            option,
            criterion,
            from: self.from,
            to: self.to,
            levels: self.levels,
            sample: self.sample,
            ahead: self.ahead,
            rival,
        }
    }
}

/// How many levels it takes from one judgement to another, the last in part.
fn levels_between(from: f64, to: f64, scale: Scale) -> u32 {
    let away = (to - from).abs();
    (1..MOST_LEVELS)
        .find(|levels| f64::from(*levels) * scale.level() >= away)
        .unwrap_or(MOST_LEVELS)
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

    /// The least change from `from` at which `crosses` is met, and whether a sample lies where it is.
    fn least_change(
        &self,
        from: f64,
        spread: Option<[f64; 2]>,
        crosses: impl Fn(f64) -> Option<f64>,
    ) -> Option<Change> {
        let samples = spread.into_iter().flatten().filter(|to| *to != from);
        let sample = samples
            .filter_map(|to| Some((to, crosses(to)?)))
            .max_by(|a, b| a.1.total_cmp(&b.1));
        let by_sample = sample.map(|(to, ahead)| {
            let levels = levels_between(from, to, self.decision.scale);
            (levels, to, ahead)
        });
        let (levels, to, ahead) = self.fewest_levels(from, crosses).or(by_sample)?;
        Some(Change {
            from,
            to,
            levels,
            sample: sample.map(|(to, _)| to),
            ahead,
        })
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
