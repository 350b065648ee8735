//! The words for an action in the undo menu: "Weight of Cost".

use super::{CriterionChange, Edit, OptionChange};
use crate::model::{CriterionId, Decision, OptionId};
use crate::problem::echo;

/// The most characters of a name in a label.
const NAME_CHARS: usize = 40;

/// What `edits` did, with the names as they were before, or as they are for what is new.
pub(super) fn label(before: &Decision, after: &Decision, edits: &[Edit]) -> String {
    let names = Names { before, after };
    match edits {
        [] => "Nothing".to_owned(),
        [one] => names.one(one),
        [first, rest @ ..] => {
            let label = names.one(first);
            if rest.iter().all(|edit| names.one(edit) == label) {
                label
            } else {
                format!("{label} and {} more", rest.len())
            }
        }
    }
}

struct Names<'d> {
    before: &'d Decision,
    after: &'d Decision,
}

impl Names<'_> {
    fn one(&self, edit: &Edit) -> String {
        match edit {
            Edit::SetTopic { .. } => "Topic".to_owned(),
            Edit::SetContext { .. } => "Context".to_owned(),
            Edit::SetNotes { .. } => "Notes".to_owned(),
            Edit::SetMethod { .. } => "Method".to_owned(),
            Edit::SetMissing { .. } => "Policy for missing cells".to_owned(),
            Edit::SetScale { .. } => "Scale".to_owned(),
            Edit::SetJudge { .. } => "Judge".to_owned(),
            Edit::AddOption { name, .. } => format!("Adding {}", short(name)),
            Edit::RemoveOption { id } => format!("Removing {}", self.option(id)),
            Edit::MoveOption { id, .. } => format!("Moving {}", self.option(id)),
            Edit::UpdateOption(change) => {
                format!("{} of {}", option_part(change), self.option(&change.id))
            }
            Edit::AddCriterion { name, .. } => format!("Adding {}", short(name)),
            Edit::RemoveCriterion { id } => format!("Removing {}", self.criterion(id)),
            Edit::MoveCriterion { id, .. } => format!("Moving {}", self.criterion(id)),
            Edit::UpdateCriterion(change) => {
                format!(
                    "{} of {}",
                    criterion_part(change),
                    self.criterion(&change.id)
                )
            }
            Edit::SetWeights { weights } => match weights.keys().collect::<Vec<_>>().as_slice() {
                [one] => format!("Weight of {}", self.criterion(one)),
                _ => "Weights".to_owned(),
            },
            Edit::TypeCells { cells } => match cells.as_slice() {
                [one] => format!(
                    "{} of {}",
                    self.criterion(&one.criterion),
                    self.option(&one.option)
                ),
                many => format!("{} cells", many.len()),
            },
            Edit::SetCellNote {
                option, criterion, ..
            } => {
                format!(
                    "Note on {} of {}",
                    self.criterion(criterion),
                    self.option(option)
                )
            }
            Edit::Paste { rows, .. } => {
                let width = rows.iter().map(Vec::len).max().unwrap_or(0);
                format!("Pasting {} × {width} cells", rows.len())
            }
        }
    }

    fn option(&self, id: &OptionId) -> String {
        let in_decision = |d: &Decision| d.option_index(id).map(|i| short(&d.options[i].name));
        in_decision(self.before)
            .or_else(|| in_decision(self.after))
            .unwrap_or_else(|| "an option".to_owned())
    }

    fn criterion(&self, id: &CriterionId) -> String {
        let in_decision = |d: &Decision| d.criterion_index(id).map(|i| short(&d.criteria[i].name));
        in_decision(self.before)
            .or_else(|| in_decision(self.after))
            .unwrap_or_else(|| "a criterion".to_owned())
    }
}

fn short(name: &str) -> String {
    let name = echo(name.trim());
    if name.chars().count() <= NAME_CHARS {
        return name;
    }
    name.chars().take(NAME_CHARS - 1).chain(['…']).collect()
}

fn option_part(change: &OptionChange) -> &'static str {
    let parts = [
        (change.name.is_some(), "Name"),
        (change.description.is_some(), "Description"),
        (change.note.is_some(), "Note"),
        (change.evidence.is_some(), "Evidence"),
    ];
    only(&parts)
}

fn criterion_part(change: &CriterionChange) -> &'static str {
    let parts = [
        (change.name.is_some(), "Name"),
        (change.description.is_some(), "Description"),
        (change.weight.is_some(), "Weight"),
        (change.direction.is_some(), "Direction"),
        (change.kind.is_some(), "Kind"),
        (change.unit.is_some(), "Unit"),
        (change.range.is_some(), "Range"),
        (change.points.is_some(), "Points"),
        (change.must.is_some(), "Knock-out"),
        (change.group.is_some(), "Group"),
        (change.rubric.is_some(), "Rubric"),
        (change.prompt.is_some(), "Prompt"),
        (change.judge.is_some(), "Judge"),
        (change.note.is_some(), "Note"),
    ];
    only(&parts)
}

/// The one part that changed, or that several did.
fn only(parts: &[(bool, &'static str)]) -> &'static str {
    let mut changed = parts
        .iter()
        .filter(|(changed, _)| *changed)
        .map(|(_, name)| *name);
    match (changed.next(), changed.next()) {
        (Some(one), None) => one,
        _ => "Details",
    }
}
