//! Edits of options, criteria and weights: adding, removing, moving, and what a change of texts does to hand scores.

use std::collections::BTreeMap;

use super::{CriterionChange, OptionChange, Work};
use crate::model::{
    Cell, Criterion, CriterionId, DecisionOption, Judge, Kind, OptionId, Weighting,
};
use crate::problem::{Problem, ProblemCode as Code, echo, number_text};
use crate::rules;

impl Work {
    pub(super) fn option_index(&mut self, id: &OptionId) -> Option<usize> {
        let found = self.decision.option_index(id);
        if found.is_none() {
            self.unknown("options", "option", id.as_str());
        }
        found
    }

    pub(super) fn criterion_index(&mut self, id: &CriterionId) -> Option<usize> {
        let found = self.decision.criterion_index(id);
        if found.is_none() {
            self.unknown("criteria", "criterion", id.as_str());
        }
        found
    }

    fn unknown(&mut self, field: &str, what: &str, id: &str) {
        let message = format!("this {what} is not in the decision any more");
        self.problems
            .push(Problem::new(Code::UnknownName, field, message).found(echo(id)));
    }

    /// Whether one more option or criterion would still be within the limits; a problem when not.
    fn has_room(&mut self, options: usize, criteria: usize) -> bool {
        let problem = rules::too_many(
            self.decision.options.len() + options,
            self.decision.criteria.len() + criteria,
        );
        let has_room = problem.is_none();
        self.problems.extend(problem);
        has_room
    }

    pub(super) fn add_option(&mut self, at: Option<usize>, name: &str) {
        if !self.has_room(1, 0) {
            return;
        }
        let at = at.unwrap_or(usize::MAX).min(self.decision.options.len());
        let id = self.decision.fresh_option_id();
        self.decision
            .options
            .insert(at, DecisionOption::new(id, name.trim()));
        self.decision
            .cells
            .insert(at, vec![Cell::default(); self.decision.criteria.len()]);
    }

    pub(super) fn remove_option(&mut self, id: &OptionId) {
        if let Some(at) = self.option_index(id) {
            self.decision.options.remove(at);
            self.decision.cells.remove(at);
        }
    }

    pub(super) fn move_option(&mut self, id: &OptionId, to: usize) {
        if let Some(from) = self.option_index(id) {
            shift(&mut self.decision.options, from, to);
            shift(&mut self.decision.cells, from, to);
        }
    }

    pub(super) fn update_option(&mut self, change: &OptionChange) {
        let Some(at) = self.option_index(&change.id) else {
            return;
        };
        let option = &mut self.decision.options[at];
        let before = (
            option.name.clone(),
            option.description.clone(),
            option.evidence.clone(),
        );
        if let Some(name) = &change.name {
            name.trim().clone_into(&mut option.name);
        }
        option.description = change
            .description
            .clone()
            .unwrap_or_else(|| before.1.clone());
        if let Some(note) = &change.note {
            option.note.clone_from(note);
        }
        option.evidence = change.evidence.clone().unwrap_or_else(|| before.2.clone());
        if (&option.name, &option.description, &option.evidence)
            != (&before.0, &before.1, &before.2)
        {
            self.decision.cells[at]
                .iter_mut()
                .for_each(mark_before_edit);
        }
    }

    /// The position of the new criterion; without room a problem, and the last position for what follows to go on with.
    pub(super) fn add_criterion(&mut self, at: Option<usize>, name: &str, kind: Kind) -> usize {
        // Past the limits the action fails as a whole; its further edits still need a criterion to look at.
        if !self.has_room(0, 1) && !self.decision.criteria.is_empty() {
            return self.decision.criteria.len() - 1;
        }
        let at = at.unwrap_or(usize::MAX).min(self.decision.criteria.len());
        let id = self.decision.fresh_criterion_id();
        let mut criterion = Criterion::new(id, name.trim());
        criterion.kind = kind;
        self.decision.criteria.insert(at, criterion);
        for row in &mut self.decision.cells {
            row.insert(at, Cell::default());
        }
        self.forget_statements("a criterion was added");
        at
    }

    pub(super) fn remove_criterion(&mut self, id: &CriterionId) {
        let Some(at) = self.criterion_index(id) else {
            return;
        };
        self.decision.criteria.remove(at);
        for row in &mut self.decision.cells {
            row.remove(at);
        }
        // What spoke to it alone goes with it: kept as evidence on the option as a whole, it would enter the other cells' prompts.
        let mut gone = 0;
        for option in &mut self.decision.options {
            let before = option.evidence.len();
            option
                .evidence
                .retain(|evidence| evidence.criterion.as_ref() != Some(id));
            gone += before - option.evidence.len();
        }
        if gone > 0 {
            let pieces = if gone == 1 { "piece" } else { "pieces" };
            let message = format!(
                "{gone} {pieces} of evidence on this criterion went with it; undo brings all of it back"
            );
            self.notices
                .push(Problem::new(Code::Ignored, "criteria", message));
        }
        self.forget_statements("a criterion was removed");
    }

    pub(super) fn move_criterion(&mut self, id: &CriterionId, to: usize) {
        let Some(from) = self.criterion_index(id) else {
            return;
        };
        shift(&mut self.decision.criteria, from, to);
        for row in &mut self.decision.cells {
            shift(row, from, to);
        }
        if let Some(Weighting::Ahp { pairwise }) = &mut self.decision.weighting {
            shift(pairwise, from, to);
            for row in pairwise {
                shift(row, from, to);
            }
        }
    }

    pub(super) fn update_criterion(&mut self, change: &CriterionChange) {
        let Some(at) = self.criterion_index(&change.id) else {
            return;
        };
        let criterion = &mut self.decision.criteria[at];
        let before = criterion.clone();
        if let Some(name) = &change.name {
            name.trim().clone_into(&mut criterion.name);
        }
        set(&mut criterion.description, change.description.as_ref());
        set(&mut criterion.direction, change.direction.as_ref());
        set(&mut criterion.kind, change.kind.as_ref());
        set(&mut criterion.unit, change.unit.as_ref());
        set(&mut criterion.range, change.range.as_ref());
        set(&mut criterion.points, change.points.as_ref());
        set(&mut criterion.must, change.must.as_ref());
        set(&mut criterion.group, change.group.as_ref());
        set(&mut criterion.rubric, change.rubric.as_ref());
        set(&mut criterion.prompt, change.prompt.as_ref());
        if let Some(new) = &change.judge {
            criterion.judge = judge(new.as_ref());
        }
        set(&mut criterion.note, change.note.as_ref());
        // An empty group is none.
        criterion.group = criterion
            .group
            .take()
            .filter(|group| !group.trim().is_empty());
        let texts = |c: &Criterion| {
            (
                c.name.clone(),
                c.description.clone(),
                c.rubric.clone(),
                c.prompt.clone(),
            )
        };
        if texts(criterion) != texts(&before) {
            for row in &mut self.decision.cells {
                mark_before_edit(&mut row[at]);
            }
        }
        if let Some(weight) = change.weight {
            self.set_weight(at, weight);
        }
    }

    pub(super) fn set_weights(&mut self, weights: &BTreeMap<CriterionId, f64>) {
        for (id, weight) in weights {
            if let Some(at) = self.criterion_index(id) {
                self.set_weight(at, *weight);
            }
        }
    }

    fn set_weight(&mut self, at: usize, weight: f64) {
        let criterion = &mut self.decision.criteria[at];
        if !rules::is_weight(weight) {
            let (name, found) = (echo(&criterion.name), number_text(weight));
            let message = format!(
                "the weight of \"{name}\" is {found}: it must be {}",
                rules::WEIGHT_ALLOWED
            );
            let problem = Problem::new(Code::BadNumber, format!("criteria[{at}].weight"), message);
            self.problems
                .push(problem.found(found).allowed(rules::WEIGHT_ALLOWED));
        } else if criterion.weight != weight {
            criterion.weight = weight;
            self.forget_weighting("a weight was set by hand");
        }
    }

    /// Entropy and CRITIC speak of whatever criteria there are; all other statements speak of the former ones.
    fn forget_statements(&mut self, why: &str) {
        if !matches!(
            self.decision.weighting,
            Some(Weighting::Entropy | Weighting::Critic)
        ) {
            self.forget_weighting(why);
        }
    }

    fn forget_weighting(&mut self, why: &str) {
        if let Some(weighting) = self.decision.weighting.take() {
            let message = format!(
                "the weights are no longer derived by {}: {why}; they stay as they were",
                weighting.as_str()
            );
            self.notices
                .push(Problem::new(Code::Ignored, "weighting", message));
        }
    }
}

/// A judge as it is kept: texts trimmed, an empty part left out, and none where no part is left.
pub(super) fn judge(typed: Option<&Judge>) -> Option<Judge> {
    let text = |part: &Option<String>| {
        let text = part.as_deref().unwrap_or_default().trim();
        (!text.is_empty()).then(|| text.to_owned())
    };
    let judge = typed.map(|typed| Judge {
        backend: text(&typed.backend),
        model: text(&typed.model),
        ..typed.clone()
    });
    judge.filter(|judge| *judge != Judge::default())
}

fn set<T: Clone>(field: &mut T, change: Option<&T>) {
    if let Some(new) = change {
        field.clone_from(new);
    }
}

fn mark_before_edit(cell: &mut Cell) {
    cell.before_edit = cell.score.is_some();
}

fn shift<T>(items: &mut [T], from: usize, to: usize) {
    let to = to.min(items.len().saturating_sub(1));
    if from >= items.len() {
        return;
    }
    if from < to {
        items[from..=to].rotate_left(1);
    } else {
        items[to..=from].rotate_right(1);
    }
}
