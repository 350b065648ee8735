//! Editing a decision: one user action is a list of edits, applied all or none. What the actions mean to a history, and how they are
//! undone, is the caller's.

mod cells;
mod fields;
mod labels;
mod number_text;
mod paste;

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer, Serialize};
use ts_rs::TS;

use crate::model::{
    CriterionId, Decision, Direction, Evidence, Judge, Kind, Level, Method, MissingPolicy, Must,
    Normalisation, OptionId,
};
use crate::problem::Problem;
use crate::rules;
use crate::score_table::ScoreTable;
use crate::weighting;

/// One edit. Fields that an update leaves out stay as they are.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(tag = "edit", rename_all = "snake_case")]
pub enum Edit {
    /// Says what is decided.
    SetTopic {
        /// At most 500 characters.
        text: String,
    },
    /// Says what the judge should know.
    SetContext {
        /// At most 100,000 characters.
        text: String,
    },
    /// Replaces the analyst's notes.
    SetNotes {
        /// At most 100,000 characters.
        text: String,
    },
    /// Chooses how options are ranked.
    SetMethod {
        /// The method.
        method: Method,
        /// The normalisation of raw numbers; null is the method's own.
        normalisation: Option<Normalisation>,
    },
    /// Chooses what a cell without a score counts for.
    SetMissing {
        /// The policy.
        missing: MissingPolicy,
    },
    /// Sets the ends of the scale; refused while a score or rubric level would lie off it.
    SetScale {
        /// The lowest score.
        min: f64,
        /// The highest score.
        max: f64,
    },
    /// Says who scores judged cells.
    SetJudge {
        /// The judge; null leaves it to the settings. A part that is left out or empty does the same.
        judge: Option<Judge>,
    },
    /// Adds an option.
    AddOption {
        /// Its position; null is the end.
        #[ts(type = "number | null")]
        at: Option<usize>,
        /// Its name.
        name: String,
    },
    /// Removes an option with its cells.
    RemoveOption {
        /// The option.
        id: OptionId,
    },
    /// Moves an option.
    MoveOption {
        /// The option.
        id: OptionId,
        /// Its new position.
        #[ts(type = "number")]
        to: usize,
    },
    /// Changes an option's texts.
    UpdateOption(OptionChange),
    /// Adds a criterion.
    AddCriterion {
        /// Its position; null is the end.
        #[ts(type = "number | null")]
        at: Option<usize>,
        /// Its name.
        name: String,
        /// Where its numbers come from.
        kind: Kind,
        /// 1 when left out.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        weight: Option<f64>,
        /// Benefit when left out.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        direction: Option<Direction>,
        /// None when left out.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        unit: Option<String>,
    },
    /// Removes a criterion with its cells.
    RemoveCriterion {
        /// The criterion.
        id: CriterionId,
    },
    /// Moves a criterion.
    MoveCriterion {
        /// The criterion.
        id: CriterionId,
        /// Its new position.
        #[ts(type = "number")]
        to: usize,
    },
    /// Changes a criterion.
    UpdateCriterion(Box<CriterionChange>),
    /// Sets several weights at once.
    SetWeights {
        /// Weights by criterion; the others stay.
        #[ts(type = "Record<string, number>")]
        weights: BTreeMap<CriterionId, f64>,
    },
    /// Types into cells.
    TypeCells {
        /// The cells and their new texts.
        cells: Vec<TypedCell>,
    },
    /// Replaces a cell's note.
    SetCellNote {
        /// The option.
        option: OptionId,
        /// The criterion.
        criterion: CriterionId,
        /// The note.
        text: String,
    },
    /// Pastes a block of texts, as a spreadsheet copies it.
    Paste {
        /// The row of the block's first row; −1 is the header with the criteria's names.
        #[ts(type = "number")]
        option: i64,
        /// The column of the block's first column; −1 holds the options' names.
        #[ts(type = "number")]
        criterion: i64,
        /// The texts. Rows past the last option add options, columns past the last criterion add measured criteria.
        rows: Vec<Vec<String>>,
    },
}

/// What changes of an option.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct OptionChange {
    /// The option.
    pub id: OptionId,
    /// Its new name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub name: Option<String>,
    /// Its new description.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub description: Option<String>,
    /// Its new note.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub note: Option<String>,
    /// Its new evidence, all of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub evidence: Option<Vec<Evidence>>,
}

/// What changes of a criterion. An inner null clears the field.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct CriterionChange {
    /// The criterion.
    pub id: CriterionId,
    /// Its new name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub name: Option<String>,
    /// Its new description.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub description: Option<String>,
    /// Its new weight.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub weight: Option<f64>,
    /// Its new direction.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub direction: Option<Direction>,
    /// Its new kind; numbers of the former kind are kept for the way back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub kind: Option<Kind>,
    /// Its new unit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub unit: Option<String>,
    /// The new ends of its linear value function.
    #[serde(
        default,
        deserialize_with = "given",
        skip_serializing_if = "Option::is_none"
    )]
    #[ts(optional, type = "[number, number] | null")]
    pub range: Option<Option<[f64; 2]>>,
    /// The new points of its value function.
    #[serde(
        default,
        deserialize_with = "given",
        skip_serializing_if = "Option::is_none"
    )]
    #[ts(optional, type = "Array<[number, number]> | null")]
    pub points: Option<Option<Vec<[f64; 2]>>>,
    /// Its new knock-out.
    #[serde(
        default,
        deserialize_with = "given",
        skip_serializing_if = "Option::is_none"
    )]
    #[ts(optional, type = "string | null")]
    pub must: Option<Option<Must>>,
    /// Its new group.
    #[serde(
        default,
        deserialize_with = "given",
        skip_serializing_if = "Option::is_none"
    )]
    #[ts(optional, type = "string | null")]
    pub group: Option<Option<String>>,
    /// Its new rubric, all of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional, type = "Record<string, string>")]
    pub rubric: Option<BTreeMap<Level, String>>,
    /// Its new words to the judge.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub prompt: Option<String>,
    /// Its new judge: the parts that differ from the decision's.
    #[serde(
        default,
        deserialize_with = "given",
        skip_serializing_if = "Option::is_none"
    )]
    #[ts(optional = nullable, as = "Option<Judge>")]
    pub judge: Option<Option<Judge>>,
    /// Its new note.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub note: Option<String>,
}

impl CriterionChange {
    /// A change of nothing, to be filled in.
    #[must_use]
    pub fn of(id: CriterionId) -> Self {
        Self {
            id,
            name: None,
            description: None,
            weight: None,
            direction: None,
            kind: None,
            unit: None,
            range: None,
            points: None,
            must: None,
            group: None,
            rubric: None,
            prompt: None,
            judge: None,
            note: None,
        }
    }
}

/// What was typed into a cell.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct TypedCell {
    /// The option.
    pub option: OptionId,
    /// The criterion.
    pub criterion: CriterionId,
    /// A number as people write it, `abstain` for judged and manual criteria, or nothing to clear the cell.
    pub text: String,
}

/// A null that stands there is a value of its own, apart from a field that does not.
fn given<'de, T: Deserialize<'de>, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Option<T>>, D::Error> {
    Option::deserialize(deserializer).map(Some)
}

/// The decision after an action.
#[derive(Clone, Debug, PartialEq)]
pub struct Applied {
    /// The new decision.
    pub decision: Decision,
    /// What was done, for the undo menu: "Weight of Cost".
    pub label: String,
    /// What the user should know: readings that were chosen, weights that are no longer derived.
    pub notices: Vec<Problem>,
}

/// Applies one user action, all of it or nothing.
///
/// # Errors
/// Every problem of the edits, or of the decision as they would leave it.
pub fn apply(decision: &Decision, edits: &[Edit]) -> Result<Applied, Vec<Problem>> {
    let mut work = Work {
        decision: decision.clone(),
        problems: Vec::new(),
        notices: Vec::new(),
    };
    for edit in edits {
        work.apply(edit);
    }
    if work.problems.is_empty() {
        work.problems = rules::validity(&work.decision);
    }
    if work.problems.is_empty() {
        work.follow_the_numbers();
        let label = labels::label(decision, &work.decision, edits);
        Ok(Applied {
            decision: work.decision,
            label,
            notices: work.notices,
        })
    } else {
        Err(work.problems)
    }
}

/// A decision under the hands of an action.
struct Work {
    decision: Decision,
    problems: Vec<Problem>,
    notices: Vec<Problem>,
}

impl Work {
    /// Weights that are derived from the cells' numbers change with them, as soon as all are there.
    fn follow_the_numbers(&mut self) {
        if !weighting::looks_at_numbers(self.decision.weighting.as_ref()) {
            return;
        }
        let table = ScoreTable::from_given(&self.decision);
        if let Ok(Some(derived)) = weighting::derive(&self.decision, &table) {
            weighting::take(&mut self.decision, &derived);
        }
    }

    fn apply(&mut self, edit: &Edit) {
        match edit {
            Edit::SetTopic { text } => self.decision.topic.clone_from(text),
            Edit::SetContext { text } => self.decision.context.clone_from(text),
            Edit::SetNotes { text } => self.decision.notes.clone_from(text),
            Edit::SetMethod {
                method,
                normalisation,
            } => {
                self.decision.method = *method;
                self.decision.normalisation = *normalisation;
            }
            Edit::SetMissing { missing } => self.decision.missing = *missing,
            Edit::SetScale { min, max } => {
                self.decision.scale.min = *min;
                self.decision.scale.max = *max;
            }
            Edit::SetJudge { judge } => self.decision.judge = fields::judge(judge.as_ref()),
            Edit::AddOption { at, name } => self.add_option(*at, name),
            Edit::RemoveOption { id } => self.remove_option(id),
            Edit::MoveOption { id, to } => self.move_option(id, *to),
            Edit::UpdateOption(change) => self.update_option(change),
            Edit::AddCriterion {
                at,
                name,
                kind,
                weight,
                direction,
                unit,
            } => {
                let criterion = self.add_criterion(*at, name, *kind);
                let criterion = &mut self.decision.criteria[criterion];
                criterion.weight = weight.unwrap_or(criterion.weight);
                criterion.direction = direction.unwrap_or(criterion.direction);
                criterion.unit = unit.clone().unwrap_or_default();
            }
            Edit::RemoveCriterion { id } => self.remove_criterion(id),
            Edit::MoveCriterion { id, to } => self.move_criterion(id, *to),
            Edit::UpdateCriterion(change) => self.update_criterion(change),
            Edit::SetWeights { weights } => self.set_weights(weights),
            Edit::TypeCells { cells } => self.type_cells(cells),
            Edit::SetCellNote {
                option,
                criterion,
                text,
            } => self.set_cell_note(option, criterion, text),
            Edit::Paste {
                option,
                criterion,
                rows,
            } => self.paste(*option, *criterion, rows),
        }
    }
}
