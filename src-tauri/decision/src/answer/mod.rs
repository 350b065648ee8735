//! The whole answer to a decision, with names, words and the state of every cell: what windows show and scripts read.

mod cells;
mod verdict;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::aggregate::Mean;
use crate::evaluation::{Better, Evaluation, mean};
use crate::methods::{self, Details};
use crate::model::{CriterionId, Decision, Method, MissingPolicy, Normalisation, OptionId, Params};
use crate::problem::{Problem, ProblemCode as Code, echo, number_text};
use crate::rank::{Placed, places};
use crate::rules;
use crate::score_table::ScoreTable;
use crate::sensitivity::{Flips, flips, measured_flip};
use cells::cells;
use verdict::{close_race, margin, smallest_flip, undecided, winner};

pub use cells::{CellFlag, CellResult};
pub(crate) use cells::{cell, number_words};

/// The answer to a decision.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct Answer {
    /// The question.
    pub topic: String,
    /// The method that ranked.
    pub method: Method,
    /// The normalisation that was used; `None` where value functions were.
    pub normalisation: Option<Normalisation>,
    /// The policy for missing cells.
    pub missing: MissingPolicy,
    /// The parameters in force, defaults included.
    pub params: Params,
    /// The ranked options, the first place first.
    pub ranking: Vec<Ranked>,
    /// The least and most a score can be.
    pub score_range: [f64; 2],
    /// Whether a higher or lower score is better.
    pub better: Better,
    /// The winner's name; `None` before anything is scored, in a close race, in a tie, and while intervals overlap.
    pub winner: Option<String>,
    /// The options that failed a knock-out.
    pub screened_out: Vec<ScreenedOption>,
    /// Every cell, option by option.
    pub cells: Vec<CellResult>,
    /// The first score's lead over the second, in units of the score.
    pub margin: Option<f64>,
    /// The smallest change of one judgement that changes the first place, in words; where none does, that of one measured number.
    pub smallest_flip: Option<String>,
    /// Set when the first place is shared, or hangs on one judgement by one level or by where one of its samples is.
    pub close_race: Option<CloseRace>,
    /// Shares of the weight by criterion, adding up to 1.
    #[ts(type = "Record<string, number>")]
    pub weights: BTreeMap<CriterionId, f64>,
    /// The share of all ranked options' cells that is scored, by weight, 0 to 1.
    pub coverage: f64,
    /// The rules that were applied, in words.
    pub notes: Vec<String>,
    /// What the method tells beside the scores.
    pub details: Option<Details>,
}

/// An option in the ranking.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct Ranked {
    /// Its name.
    pub option: String,
    /// Its id.
    pub option_id: OptionId,
    /// Its score; `None` where the method gives none or nothing is scored.
    pub score: Option<f64>,
    /// The least and most the score can be, where cells are missing under `bounds`.
    pub interval: Option<[f64; 2]>,
    /// 1 is the first; ties share the lower number.
    #[ts(type = "number")]
    pub rank: usize,
    /// The share of the weight that is scored, 0 to 1.
    pub coverage: f64,
    /// Weighted sum: what each criterion adds to the score above the scale's lowest end; missing cells add what is sure. Else empty.
    pub contributions: Vec<f64>,
}

/// An option that failed a knock-out.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct ScreenedOption {
    /// Its name.
    pub option: String,
    /// Its id.
    pub option_id: OptionId,
    /// The name of the criterion it failed.
    pub criterion: String,
    /// Why, in words.
    pub why: String,
}

/// Why no winner is named though a first place is taken.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct CloseRace {
    /// Names of the options that may be first, the present first first.
    pub rivals: Vec<String>,
    /// Why, in words.
    pub because: String,
}

/// Ranks a decision and says everything about it.
///
/// # Errors
/// What is missing before the decision can be ranked, or what its method cannot compute on its numbers.
pub fn answer(decision: &Decision, table: &ScoreTable) -> Result<Answer, Vec<Problem>> {
    let evaluation = Evaluation::of(decision, table)?;
    let placed = places(&evaluation);
    let mut notes = crate::notes::notes(decision, table, &evaluation);
    let flips = match flips(decision, table, &evaluation, &placed) {
        Flips::Found(flips) => flips,
        Flips::TooMany => {
            notes.push("the table is too large to try each judgement: whether one level more or less changes the first place was not checked".to_owned());
            Vec::new()
        }
    };
    let close_race =
        undecided(evaluation.details.as_ref()).or_else(|| close_race(decision, &placed, &flips));
    Ok(Answer {
        topic: decision.topic.clone(),
        method: decision.method,
        normalisation: methods::normalisation_in_force(decision),
        missing: decision.missing,
        params: methods::params_in_force(decision),
        ranking: placed
            .iter()
            .map(|place| ranked(decision, &evaluation, place))
            .collect(),
        score_range: evaluation.span,
        better: evaluation.better,
        winner: winner(&placed, close_race.is_some())
            .map(|option| decision.options[option].name.clone()),
        screened_out: screened_out(decision, &evaluation),
        cells: cells(decision, table, &evaluation),
        margin: margin(&placed),
        smallest_flip: smallest_flip(decision, flips.first(), || {
            measured_flip(decision, table, &evaluation, &placed)
        }),
        close_race,
        weights: decision
            .criteria
            .iter()
            .map(|c| c.id.clone())
            .zip(evaluation.weights.iter().copied())
            .collect(),
        coverage: mean_coverage(&placed),
        notes,
        details: evaluation.details,
    })
}

/// The answer that other weights would give; criteria that are not named keep theirs. Nothing is changed.
///
/// # Errors
/// A weight that is none, a criterion that is not there, or what [`answer`] refuses.
pub fn preview(
    decision: &Decision,
    table: &ScoreTable,
    weights: &BTreeMap<CriterionId, f64>,
) -> Result<Answer, Vec<Problem>> {
    let mut changed = decision.clone();
    // Weights that are tried by hand are not derived.
    changed.weighting = None;
    for (id, weight) in weights {
        let Some(index) = decision.criterion_index(id) else {
            let message = format!(
                "there is no criterion with the id \"{}\"",
                echo(id.as_str())
            );
            return Err(vec![
                Problem::new(Code::UnknownName, "weights", message).found(id.as_str()),
            ]);
        };
        if !rules::is_weight(*weight) {
            let name = echo(&decision.criteria[index].name);
            let found = number_text(*weight);
            let message = format!(
                "the weight of \"{name}\" is {found}: it must be {}",
                rules::WEIGHT_ALLOWED
            );
            let field = format!("criteria[{index}].weight");
            let problem = Problem::new(Code::BadNumber, field, message).found(found);
            return Err(vec![problem.allowed(rules::WEIGHT_ALLOWED)]);
        }
        changed.criteria[index].weight = *weight;
    }
    answer(&changed, table)
}

fn ranked(decision: &Decision, evaluation: &Evaluation, place: &Placed) -> Ranked {
    let option = &decision.options[place.option];
    let open =
        decision.missing == MissingPolicy::Bounds && place.score.is_some() && place.coverage < 1.0;
    Ranked {
        option: option.name.clone(),
        option_id: option.id.clone(),
        score: place.score,
        interval: open.then_some([place.low, place.high]),
        rank: place.rank,
        coverage: place.coverage,
        contributions: contributions(decision, evaluation, place),
    }
}

fn contributions(decision: &Decision, evaluation: &Evaluation, place: &Placed) -> Vec<f64> {
    if mean(decision.method) != Some(Mean::Arithmetic) || place.score.is_none() {
        return Vec::new();
    }
    let width = match evaluation.normalised {
        Some(_) => 1.0,
        None => decision.scale.width(),
    };
    let (share, absent) = match decision.missing {
        MissingPolicy::Bounds => (1.0, 0.0),
        MissingPolicy::Neutral => (1.0, 0.5),
        MissingPolicy::Renormalise | MissingPolicy::Refuse => (1.0 / place.coverage, 0.0),
    };
    let value = |v: &f64| if v.is_nan() { absent } else { *v };
    evaluation
        .row(place.option)
        .iter()
        .zip(&evaluation.weights)
        .map(|(v, weight)| width * weight * share * value(v))
        .collect()
}

fn mean_coverage(placed: &[Placed]) -> f64 {
    if placed.is_empty() {
        return 0.0;
    }
    let sum: f64 = placed.iter().map(|place| place.coverage).sum();
    #[allow(
        clippy::cast_precision_loss,
        reason = "there are at most a few thousand options"
    )]
    let count = placed.len() as f64;
    sum / count
}

fn screened_out(decision: &Decision, evaluation: &Evaluation) -> Vec<ScreenedOption> {
    let named = evaluation.screened.iter().map(|out| ScreenedOption {
        option: decision.options[out.option].name.clone(),
        option_id: decision.options[out.option].id.clone(),
        criterion: decision.criteria[out.criterion].name.clone(),
        why: out.why(decision),
    });
    named.collect()
}
