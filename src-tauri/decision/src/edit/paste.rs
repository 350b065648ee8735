//! Pasting a block of texts over names and cells; what overflows adds options and criteria.

use super::Work;
use super::number_text::{LoneComma, lone_comma};
use crate::model::{ABSTAIN, Criterion, Decision, Kind};
use crate::problem::{Problem, ProblemCode as Code, folded};
use crate::rules;

impl Work {
    pub(super) fn paste(&mut self, option: i64, criterion: i64, rows: &[Vec<String>]) {
        let Some(block) = Block::of(option, criterion, rows) else {
            return;
        };
        let past_the_end = block.first_row > self.decision.options.len() + 1
            || block.first_column > self.decision.criteria.len() + 1;
        if option < -1 || criterion < -1 || past_the_end {
            let message = "the paste begins outside the table";
            self.problems
                .push(Problem::new(Code::BadText, "cells", message));
            return;
        }
        let last_row = block.first_row + block.rows.len();
        let last_column = block.first_column + block.width;
        // Both count the names as place 0, the first option or criterion as place 1.
        if let Some(problem) = rules::too_many(
            self.decision.options.len().max(last_row - 1),
            self.decision.criteria.len().max(last_column - 1),
        ) {
            self.problems.push(problem);
            return;
        }
        self.paste_criteria(&block, last_column);
        self.paste_options(&block, last_row);
        if !self.problems.is_empty() {
            return;
        }
        let commas = lone_comma(block.rows.iter().flatten().map(String::as_str));
        self.paste_cells(&block, commas);
    }

    /// Renames the criteria that the block's header covers, and adds those past the last.
    fn paste_criteria(&mut self, block: &Block<'_>, last: usize) {
        for place in block.first_column.max(1)..last {
            let index = place - 1;
            let name = block.text(0, place).trim();
            if index >= self.decision.criteria.len() {
                let kind = if block.column_abstains(place) {
                    Kind::Manual
                } else {
                    Kind::Measured
                };
                let name = named_or(name, || {
                    free_name("Criterion", index + 1, names_of_criteria(&self.decision))
                });
                self.add_criterion(None, &name, kind);
            } else if !name.is_empty() && name != self.decision.criteria[index].name {
                let mut change =
                    super::CriterionChange::of(self.decision.criteria[index].id.clone());
                change.name = Some(name.to_owned());
                self.update_criterion(&change);
            }
        }
    }

    /// The same for the options and the block's first column.
    fn paste_options(&mut self, block: &Block<'_>, last: usize) {
        for place in block.first_row.max(1)..last {
            let index = place - 1;
            let name = block.text(place, 0).trim();
            if index >= self.decision.options.len() {
                let name = named_or(name, || {
                    free_name("Option", index + 1, names_of_options(&self.decision))
                });
                self.add_option(None, &name);
            } else if !name.is_empty() && name != self.decision.options[index].name {
                let change = super::OptionChange {
                    id: self.decision.options[index].id.clone(),
                    name: Some(name.to_owned()),
                    description: None,
                    note: None,
                    evidence: None,
                };
                self.update_option(&change);
            }
        }
    }

    fn paste_cells(&mut self, block: &Block<'_>, commas: LoneComma) {
        for (i, row) in block.rows.iter().enumerate() {
            let Some(option) = (block.first_row + i).checked_sub(1) else {
                continue;
            };
            for (j, text) in row.iter().enumerate() {
                if let Some(criterion) = (block.first_column + j).checked_sub(1) {
                    self.type_cell(option, criterion, text, commas);
                }
            }
        }
    }
}

/// The pasted texts at their place; row 0 is the header, column 0 the names.
struct Block<'r> {
    first_row: usize,
    first_column: usize,
    width: usize,
    rows: &'r [Vec<String>],
}

impl<'r> Block<'r> {
    /// The block without the empty rows and columns at its end, which spreadsheets like to add; `None` when nothing is left.
    fn of(option: i64, criterion: i64, rows: &'r [Vec<String>]) -> Option<Self> {
        let is_blank = |row: &Vec<String>| row.iter().all(|text| text.trim().is_empty());
        // A single blank row clears cells; only blank rows after filled ones are a spreadsheet's tail.
        let filled = rows
            .iter()
            .rposition(|row| !is_blank(row))
            .map_or(rows.len(), |last| last + 1);
        let rows = &rows[..filled];
        let width = rows.iter().map(Vec::len).max()?;
        let place = |at: i64| usize::try_from(at.saturating_add(1)).unwrap_or(usize::MAX);
        let (first_row, first_column) = (place(option), place(criterion));
        (width > 0).then_some(Self {
            first_row,
            first_column,
            width,
            rows,
        })
    }

    /// The text at a place, empty where the block has none.
    fn text(&self, row: usize, column: usize) -> &'r str {
        let at = || {
            let row = self.rows.get(row.checked_sub(self.first_row)?)?;
            row.get(column.checked_sub(self.first_column)?)
        };
        at().map_or("", String::as_str)
    }

    fn column_abstains(&self, column: usize) -> bool {
        (self.first_row.max(1)..self.first_row + self.rows.len())
            .any(|row| self.text(row, column).trim().eq_ignore_ascii_case(ABSTAIN))
    }
}

fn named_or(name: &str, free: impl FnOnce() -> String) -> String {
    if name.is_empty() {
        free()
    } else {
        name.to_owned()
    }
}

fn names_of_criteria(decision: &Decision) -> Vec<String> {
    decision
        .criteria
        .iter()
        .map(|c: &Criterion| folded(&c.name))
        .collect()
}

fn names_of_options(decision: &Decision) -> Vec<String> {
    decision.options.iter().map(|o| folded(&o.name)).collect()
}

/// The first of "Option 3", "Option 4", … that nothing is called yet.
fn free_name(what: &str, from: usize, taken: Vec<String>) -> String {
    let taken: std::collections::HashSet<String> = taken.into_iter().collect();
    let mut number = from;
    loop {
        let name = format!("{what} {number}");
        if !taken.contains(&folded(&name)) {
            return name;
        }
        number += 1;
    }
}
