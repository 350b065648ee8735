//! Where one cell's number comes from: its function, its weight, and the arithmetic in words. When it was typed, and what stood
//! there before, is the history's to tell.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::aggregate::Mean;
use crate::answer::{CellFlag, cell, number_words};
use crate::evaluation::{Evaluation, mean};
use crate::model::{CriterionId, Decision, Evidence, Kind, MissingPolicy, OptionId};
use crate::problem::{Problem, ProblemCode as Code, number_text};
use crate::score_table::{CellState, ScoreTable, Source};
use crate::value::{Ends, ValueFunction};

/// Where a cell's number comes from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct CellTrace {
    /// The option's name.
    pub option: String,
    /// The option's id.
    pub option_id: OptionId,
    /// The criterion's name.
    pub criterion: String,
    /// The criterion's id.
    pub criterion_id: CriterionId,
    /// Where the criterion's numbers come from.
    pub kind: Kind,
    /// Where the cell stands.
    pub state: CellState,
    /// Where its number comes from.
    pub source: Option<Source>,
    /// The measured number.
    pub raw: Option<f64>,
    /// Its unit.
    pub unit: String,
    /// The score on the decision's scale.
    pub score: Option<f64>,
    /// How good it is, 0 to 1.
    pub value: Option<f64>,
    /// How the number became the value.
    pub value_function: Option<TracedFunction>,
    /// The criterion's weight as given.
    pub weight: f64,
    /// The criterion's share of all weight, 0 to 1.
    pub weight_share: f64,
    /// What the cell adds to its option's score; weighted sum only.
    pub contribution: Option<f64>,
    /// What a reader should know about the number.
    pub flags: Vec<CellFlag>,
    /// The criterion's knock-out and whether the number passes it.
    pub must: Option<MustOutcome>,
    /// The analyst's note.
    pub note: String,
    /// Whether the hand score is older than the last edit of its texts.
    pub before_edit: bool,
    /// The option's evidence on this criterion.
    pub evidence: Vec<Evidence>,
    /// The arithmetic, step by step, in words and numbers.
    pub steps: Vec<String>,
}

/// A value function as it can be drawn.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct TracedFunction {
    /// Its shape.
    pub kind: FunctionKind,
    /// `[number, value]`, numbers rising.
    pub points: Vec<[f64; 2]>,
    /// Whether its ends were found in the data.
    pub found_in_data: bool,
}

/// The shape of a value function.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum FunctionKind {
    /// A straight line over a range of measured numbers.
    Linear,
    /// Straight lines between given points.
    Piecewise,
    /// A straight line over the decision's scale.
    Scale,
}

/// What became of a knock-out.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct MustOutcome {
    /// The rule, such as `<= 450`.
    pub rule: String,
    /// Whether the number passes; a cell without a number fails nothing.
    pub passed: bool,
}

/// Traces one cell. It works before the decision is complete too: what cannot be told yet is `None`.
///
/// # Errors
/// There is no such option or criterion.
pub fn trace_cell(
    decision: &Decision,
    table: &ScoreTable,
    option: &OptionId,
    criterion: &CriterionId,
) -> Result<CellTrace, Problem> {
    let Some(row) = decision.option_index(option) else {
        return Err(unknown("option", option.as_str()));
    };
    let Some(column) = decision.criterion_index(criterion) else {
        return Err(unknown("criterion", criterion.as_str()));
    };
    let evaluation = Evaluation::unranked(decision, table);
    let shown = cell(decision, table, &evaluation, row, column);
    let described = &decision.criteria[column];
    let number = table.number(row, column);
    let contribution = contribution(decision, &evaluation, row, column);
    let must = described.must.map(|must| MustOutcome {
        rule: must.to_string(),
        passed: number.is_none_or(|x| must.passes(x)),
    });
    let mut told: Vec<String> = judged_by_model(decision, table, row, column)
        .into_iter()
        .collect();
    told.extend(steps(
        decision,
        &evaluation,
        (row, column),
        number,
        shown.state,
        contribution,
    ));
    Ok(CellTrace {
        steps: told,
        option: shown.option,
        option_id: shown.option_id,
        criterion: shown.criterion,
        criterion_id: shown.criterion_id,
        kind: described.kind,
        state: shown.state,
        source: shown.source,
        raw: shown.raw,
        unit: shown.unit,
        score: shown.score,
        value: shown.value,
        value_function: traced_function(&evaluation.functions[column]),
        weight: described.weight,
        weight_share: evaluation.weights[column],
        contribution,
        flags: shown.flags,
        must,
        note: decision.cells[row][column].note.clone(),
        before_edit: decision.cells[row][column].before_edit,
        evidence: shown.evidence,
    })
}

fn unknown(what: &str, id: &str) -> Problem {
    Problem::new(
        Code::UnknownName,
        what,
        format!("this {what} is not in the decision any more"),
    )
    .found(id)
}

fn traced_function(function: &ValueFunction) -> Option<TracedFunction> {
    let (kind, found_in_data) = match function {
        ValueFunction::Linear {
            ends: Ends::Scale, ..
        } => (FunctionKind::Scale, false),
        ValueFunction::Linear { ends, .. } => (FunctionKind::Linear, *ends == Ends::Found),
        ValueFunction::Piecewise(_) => (FunctionKind::Piecewise, false),
        ValueFunction::Equal(_) => (FunctionKind::Linear, true),
        ValueFunction::Unknown => return None,
    };
    Some(TracedFunction {
        kind,
        points: function.points(),
        found_in_data,
    })
}

/// What the cell adds to its option's score, above the lowest end of the scale.
fn contribution(
    decision: &Decision,
    evaluation: &Evaluation,
    row: usize,
    column: usize,
) -> Option<f64> {
    let by_values =
        mean(decision.method) == Some(Mean::Arithmetic) && decision.normalisation.is_none();
    if !by_values || !evaluation.kept[row] {
        return None;
    }
    let value = evaluation.value(row, column)?;
    let share = evaluation.weights[column] / rescaled_by(decision, evaluation, row);
    Some(decision.scale.width() * share * value)
}

/// The share of the weight by which an option's weights are divided: what is scored, under `renormalise`; else all of it.
fn rescaled_by(decision: &Decision, evaluation: &Evaluation, row: usize) -> f64 {
    if decision.missing != MissingPolicy::Renormalise {
        return 1.0;
    }
    let scored = evaluation
        .row(row)
        .iter()
        .zip(&evaluation.weights)
        .filter(|(v, _)| !v.is_nan());
    scored.map(|(_, weight)| weight).sum()
}

/// The score that a model gave, and where its samples lie.
fn judged_by_model(
    decision: &Decision,
    table: &ScoreTable,
    row: usize,
    column: usize,
) -> Option<String> {
    if table.source(row, column) != Some(Source::Model) {
        return None;
    }
    let score = number_text(table.number(row, column)?);
    let samples = match table.spread(row, column) {
        Some([low, high]) => format!(
            ", the median of samples from {} to {}",
            number_text(low),
            number_text(high)
        ),
        None => String::new(),
    };
    let scale = decision.scale;
    Some(format!(
        "a model judged it {score} on the scale {scale}{samples}"
    ))
}

fn steps(
    decision: &Decision,
    evaluation: &Evaluation,
    (row, column): (usize, usize),
    number: Option<f64>,
    state: CellState,
    contribution: Option<f64>,
) -> Vec<String> {
    let criterion = &decision.criteria[column];
    let mut steps = Vec::new();
    let Some(x) = number else {
        steps.push(without_number(decision, state));
        return steps;
    };
    let words = number_words(decision, column, x);
    if let Some(must) = criterion.must {
        let passes = if must.passes(x) { "passes" } else { "fails" };
        steps.push(format!("{words} {passes} the knock-out {must}"));
    }
    let Some(value) = evaluation.value(row, column) else {
        return steps;
    };
    let value = number_text(rounded(value));
    let function = &evaluation.functions[column];
    steps.push(match function {
        ValueFunction::Linear { worst, best, ends, .. } => {
            let (worst, best) = (number_text(*worst), number_text(*best));
            let held = if function.is_out_of_range(x) { ", held at the end" } else { "" };
            let of = match ends {
                Ends::Scale => "the scale",
                Ends::Given => "the range given",
                Ends::Found => "the range found in the data",
            };
            format!("value = ({} − {worst}) / ({best} − {worst}) = {value}{held}, {worst} being the worst and {best} the best of {of}", number_text(x))
        }
        ValueFunction::Piecewise(points) => match points.windows(2).find(|pair| pair[0][0] <= x && x <= pair[1][0]) {
            Some(pair) => format!(
                "value = {value}, on the line from {} (value {}) to {} (value {})",
                number_text(pair[0][0]),
                number_text(pair[0][1]),
                number_text(pair[1][0]),
                number_text(pair[1][1]),
            ),
            None => format!("value = {value}, held at the end of the points"),
        },
        ValueFunction::Equal(_) => format!("value = {value}: the number is the same everywhere"),
        ValueFunction::Unknown => return steps,
    });
    let sum: f64 = decision.criteria.iter().map(|c| c.weight).sum();
    let share = evaluation.weights[column];
    steps.push(format!(
        "share of the weight = {} / {} = {}",
        number_text(criterion.weight),
        number_text(sum),
        number_text(rounded(share)),
    ));
    let scored = rescaled_by(decision, evaluation, row);
    if scored < 1.0 - 1e-12 {
        let rescaled = number_text(rounded(share / scored));
        steps.push(format!(
            "rescaled to the {} of the weight that is scored = {rescaled}",
            number_text(rounded(scored)),
        ));
    }
    if let Some(contribution) = contribution {
        steps.push(format!(
            "adds {} × {} × {value} = {} to the score, which starts at {}",
            number_text(decision.scale.width()),
            number_text(rounded(share / scored)),
            number_text(rounded(contribution)),
            number_text(decision.scale.min),
        ));
    } else if !evaluation.kept[row] {
        steps.push("the option is screened out and has no score".to_owned());
    }
    steps
}

fn without_number(decision: &Decision, state: CellState) -> String {
    let state = match state {
        CellState::Pending | CellState::Scored => "there is no number yet",
        CellState::Abstained => "left without a score on purpose",
        CellState::Unparsed => "the judge's answer was no score on the scale",
        CellState::Failed => "the judge could not be asked",
        CellState::Cancelled => "the run was stopped before this cell",
        CellState::Stale => "an edit made the old score invalid",
    };
    let counts = match decision.missing {
        MissingPolicy::Bounds => "it counts as the worst and as the best",
        MissingPolicy::Renormalise => {
            "it counts for nothing, and the option's other weights are rescaled"
        }
        MissingPolicy::Neutral => "it counts as the middle of the scale",
        MissingPolicy::Refuse => "nothing is ranked until it is there",
    };
    format!("{state}: {counts}")
}

/// Four digits are enough for words.
fn rounded(x: f64) -> f64 {
    (x * 1e4).round() / 1e4
}
