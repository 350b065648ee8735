//! The cells of an answer: state, source, number, value, and what a reader should know about each.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::evaluation::Evaluation;
use crate::model::{CriterionId, Decision, Evidence, Kind, OptionId};
use crate::problem::number_text;
use crate::score_table::{CellState, ScoreTable, Source};
use crate::screening::with_unit;

/// One cell of the matrix.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct CellResult {
    /// The option's name.
    pub option: String,
    /// The option's id.
    pub option_id: OptionId,
    /// The criterion's name.
    pub criterion: String,
    /// The criterion's id.
    pub criterion_id: CriterionId,
    /// Where the cell stands.
    pub state: CellState,
    /// Where its number comes from.
    pub source: Option<Source>,
    /// The score on the decision's scale, for judged and manual criteria.
    pub score: Option<f64>,
    /// The measured number.
    pub raw: Option<f64>,
    /// The unit of `raw`.
    pub unit: String,
    /// How good it is, 0 to 1, by the value function.
    pub value: Option<f64>,
    /// `out_of_range`, `before_edit`, `near_limit`.
    pub flags: Vec<CellFlag>,
    /// Why the score is what it is: the analyst's note, or the judge's words.
    pub justification: Option<String>,
    /// What the option has as evidence on this criterion.
    pub evidence: Vec<Evidence>,
}

/// What a reader should know about a cell's number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum CellFlag {
    /// It lies outside the value function's ends and is held at one.
    OutOfRange,
    /// It was given by hand before the texts it speaks of were edited.
    BeforeEdit,
    /// It is within one level, or within 5%, of failing a knock-out (or of passing it).
    NearLimit,
}

pub(super) fn cells(
    decision: &Decision,
    table: &ScoreTable,
    evaluation: &Evaluation,
) -> Vec<CellResult> {
    let columns = decision.criteria.len();
    (0..decision.options.len() * columns)
        .map(|i| cell(decision, table, evaluation, i / columns, i % columns))
        .collect()
}

pub(crate) fn cell(
    decision: &Decision,
    table: &ScoreTable,
    evaluation: &Evaluation,
    option: usize,
    criterion: usize,
) -> CellResult {
    let (described, judged_by) = (&decision.options[option], &decision.criteria[criterion]);
    let given = &decision.cells[option][criterion];
    let number = table.number(option, criterion);
    let source = table.source(option, criterion);
    let measured = judged_by.kind == Kind::Measured;
    let note = given.note.trim();
    let speaks_to_it = |evidence: &&Evidence| evidence.criterion.as_ref() == Some(&judged_by.id);
    CellResult {
        option: described.name.clone(),
        option_id: described.id.clone(),
        criterion: judged_by.name.clone(),
        criterion_id: judged_by.id.clone(),
        state: table.state(option, criterion),
        source,
        score: number.filter(|_| !measured),
        raw: number.filter(|_| measured),
        unit: judged_by.unit.clone(),
        value: evaluation.value(option, criterion),
        flags: flags(decision, evaluation, option, criterion, number, source),
        justification: (!note.is_empty()).then(|| note.to_owned()),
        evidence: described
            .evidence
            .iter()
            .filter(speaks_to_it)
            .cloned()
            .collect(),
    }
}

fn flags(
    decision: &Decision,
    evaluation: &Evaluation,
    option: usize,
    criterion: usize,
    number: Option<f64>,
    source: Option<Source>,
) -> Vec<CellFlag> {
    /// How near to its limit a measured number is flagged, as a share of the limit.
    const NEAR: f64 = 0.05;
    let described = &decision.criteria[criterion];
    let mut flags = Vec::new();
    if number.is_some_and(|x| evaluation.functions[criterion].is_out_of_range(x)) {
        flags.push(CellFlag::OutOfRange);
    }
    if source == Some(Source::Hand) && decision.cells[option][criterion].before_edit {
        flags.push(CellFlag::BeforeEdit);
    }
    if let (Some(x), Some(must)) = (number, described.must) {
        let step = match described.kind {
            Kind::Measured => NEAR * must.limit.abs(),
            _ => decision.scale.level(),
        };
        if must.passes(x) != must.passes(x + step) || must.passes(x) != must.passes(x - step) {
            flags.push(CellFlag::NearLimit);
        }
    }
    flags
}

/// The words for a number with the unit of its criterion; scores have none.
pub(crate) fn number_words(decision: &Decision, criterion: usize, x: f64) -> String {
    let described = &decision.criteria[criterion];
    match described.kind {
        Kind::Measured => with_unit(x, &described.unit),
        _ => number_text(x),
    }
}
