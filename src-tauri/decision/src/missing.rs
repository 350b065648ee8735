//! Which rules need every cell's number, and the cells that stand in their way.

use crate::evaluation::mean;
use crate::model::{Decision, MissingPolicy};
use crate::problem::{Problem, ProblemCode as Code, echo};
use crate::score_table::ScoreTable;

/// Whether the rules in force rank only when every cell has its number.
pub(crate) fn needs_every_cell(decision: &Decision) -> bool {
    let has_no_scale = decision.normalisation.is_some()
        && matches!(
            decision.missing,
            MissingPolicy::Bounds | MissingPolicy::Neutral
        );
    decision.missing == MissingPolicy::Refuse || mean(decision.method).is_none() || has_no_scale
}

pub(crate) fn refuse_missing(
    decision: &Decision,
    table: &ScoreTable,
    kept: &[bool],
) -> Result<(), Vec<Problem>> {
    const MOST_NAMED: usize = 50;
    let columns = decision.criteria.len();
    let missing: Vec<usize> = (0..table.numbers().len())
        .filter(|i| kept[i / columns] && table.numbers()[*i].is_nan())
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    let why = if mean(decision.method).is_none() {
        format!(
            "the method {} ranks only when every cell has its number",
            decision.method
        )
    } else if decision.missing == MissingPolicy::Refuse {
        "the policy for missing cells is refuse".to_owned()
    } else {
        format!(
            "raw numbers have no worst, best or middle that the policy {} could use",
            decision.missing
        )
    };
    let mut problems: Vec<Problem> = missing
        .iter()
        .take(MOST_NAMED)
        .map(|i| {
            let (option, criterion) = (i / columns, i % columns);
            let criterion_name = echo(&decision.criteria[criterion].name);
            let option_name = echo(&decision.options[option].name);
            let message =
                format!("\"{criterion_name}\" of \"{option_name}\" is missing, and {why}");
            Problem::new(
                Code::MissingScores,
                format!("cells[{option}][{criterion}]"),
                message,
            )
        })
        .collect();
    if missing.len() > MOST_NAMED {
        let more = missing.len() - MOST_NAMED;
        problems.push(Problem::new(
            Code::MissingScores,
            "cells",
            format!("… and {more} more cells are missing"),
        ));
    }
    Err(problems)
}
