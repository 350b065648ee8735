//! The mark of exactly what a judge was asked. A cell whose prompt has another mark now has a stale judgement.

use decision::judge::cell_prompt;
use decision::{Criterion, Decision};
use sha2::{Digest, Sha256};

/// The fingerprints of a decision after an edit: only cells whose words may have changed are worked out anew, because a typed
/// number must not cost 1,250 prompts. What is no part of any prompt is left out of the comparison.
pub(crate) fn fingerprints_after(
    decision: &Decision,
    before: &Decision,
    prints: &[Option<String>],
) -> Vec<Option<String>> {
    let frame = |decision: &Decision| {
        (
            decision.topic.clone(),
            decision.context.clone(),
            decision.scale,
        )
    };
    if frame(decision) != frame(before) {
        return fingerprints(decision);
    }
    let words = |criterion: &Criterion| Criterion {
        weight: 0.0,
        note: String::new(),
        judge: None,
        ..criterion.clone()
    };
    let old_columns: Vec<Option<usize>> = decision
        .criteria
        .iter()
        .map(|criterion| {
            let at = before.criterion_index(&criterion.id)?;
            (words(&before.criteria[at]) == words(criterion)).then_some(at)
        })
        .collect();
    let old_rows: Vec<Option<usize>> = decision
        .options
        .iter()
        .map(|option| {
            let at = before.option_index(&option.id)?;
            (before.options[at] == *option).then_some(at)
        })
        .collect();
    worked_out(decision, |row, column| {
        let place = old_rows[row]? * before.criteria.len() + old_columns[column]?;
        prints.get(place)?.clone()
    })
}

/// The fingerprints of a decision's judged cells, row by row; none where no model is asked. Each is SHA-256, in hex, over the
/// digests of the three parts of the question, so that no part can run into the next.
pub(crate) fn fingerprints(decision: &Decision) -> Vec<Option<String>> {
    worked_out(decision, |_, _| None)
}

fn worked_out(
    decision: &Decision,
    known: impl Fn(usize, usize) -> Option<String>,
) -> Vec<Option<String>> {
    let columns = decision.criteria.len();
    let mut prints = vec![None; decision.options.len() * columns];
    for (column, criterion) in decision.criteria.iter().enumerate() {
        if criterion.kind != decision::Kind::Judged {
            continue;
        }
        // The stable part and the schema are the same bytes for all options: they are digested once.
        let mut stable: Option<(String, [u8; 32])> = None;
        for row in 0..decision.options.len() {
            if let Some(print) = known(row, column) {
                prints[row * columns + column] = Some(print);
                continue;
            }
            let prompt = cell_prompt(decision, row, column);
            let same = stable.take().filter(|(text, _)| *text == prompt.stable);
            let (text, digested) = same.unwrap_or_else(|| {
                let digested = digest(&prompt.stable);
                (prompt.stable, digested)
            });
            let schema = prompt.schema.to_string();
            prints[row * columns + column] = Some(hex(&combined(&digested, &prompt.cell, &schema)));
            stable = Some((text, digested));
        }
    }
    prints
}

fn combined(stable: &[u8; 32], cell: &str, schema: &str) -> [u8; 32] {
    let mut hash = Sha256::new();
    hash.update(stable);
    hash.update(digest(cell));
    hash.update(digest(schema));
    hash.finalize().into()
}

fn digest(text: &str) -> [u8; 32] {
    Sha256::digest(text).into()
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes
        .iter()
        .fold(String::with_capacity(64), |mut text, byte| {
            let _ = write!(text, "{byte:02x}");
            text
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = r#"
        topic = "Which?"
        criteria = [{ name = "Ease" }, { name = "Cost", kind = "measured" }, { name = "Trust" }]
        options = [{ name = "A", description = "one" }, { name = "B" }, { name = "C" }]
    "#;

    fn file(text: &str) -> Decision {
        decision::from_toml(text).unwrap().decision
    }

    #[test]
    fn each_judged_cell_has_a_mark_of_its_own_and_a_measurement_none() {
        let prints = fingerprints(&file(FILE));
        assert_eq!(prints.iter().filter(|print| print.is_none()).count(), 3);
        let marks: std::collections::BTreeSet<_> = prints.iter().flatten().collect();
        assert_eq!(marks.len(), 6);
        assert!(marks.iter().all(|mark| mark.len() == 64));
    }

    #[test]
    fn after_any_edit_the_marks_are_those_of_the_whole_worked_out_anew() {
        let before = file(FILE);
        let prints = fingerprints(&before);
        let (a, ease) = (&before.options[0].id, &before.criteria[0].id);
        let edits = [
            serde_json::json!({ "edit": "set_topic", "text": "Which now?" }),
            serde_json::json!({ "edit": "set_context", "text": "It is late." }),
            serde_json::json!({ "edit": "update_option", "id": a, "description": "other" }),
            serde_json::json!({ "edit": "update_option", "id": a, "note": "mine" }),
            serde_json::json!({ "edit": "update_criterion", "id": ease, "description": "other" }),
            serde_json::json!({ "edit": "update_criterion", "id": ease, "prompt": "Be strict." }),
            serde_json::json!({ "edit": "set_weights", "weights": { ease.as_str(): 4.0 } }),
            serde_json::json!({ "edit": "remove_option", "id": a }),
            serde_json::json!({ "edit": "remove_criterion", "id": ease }),
            serde_json::json!({ "edit": "add_option", "at": 1, "name": "New" }),
            serde_json::json!({ "edit": "add_criterion", "at": 0, "name": "New", "kind": "judged" }),
            serde_json::json!({ "edit": "type_cells", "cells": [{ "option": a, "criterion": ease, "text": "3" }] }),
        ];
        for edit in edits {
            let step = serde_json::from_value(edit.clone()).unwrap();
            let after = decision::apply(&before, &[step]).unwrap().decision;
            assert_eq!(
                fingerprints_after(&after, &before, &prints),
                fingerprints(&after),
                "{edit}"
            );
        }
    }

    #[test]
    fn adding_moving_and_weighing_others_leaves_a_cells_mark() {
        let before = file(FILE);
        let after = file(
            r#"
            topic = "Which?"
            notes = "for myself"
            criteria = [{ name = "Trust", weight = 7 }, { name = "New" }, { name = "Ease", note = "mine" }]
            options = [{ name = "New" }, { name = "C" }, { name = "A", description = "one" }, { name = "B", scores = { Ease = 3 } }]
        "#,
        );
        let place = |decision: &Decision, option: &str, criterion: &str| {
            let row = decision
                .options
                .iter()
                .position(|o| o.name == option)
                .unwrap();
            let column = decision
                .criteria
                .iter()
                .position(|c| c.name == criterion)
                .unwrap();
            row * decision.criteria.len() + column
        };
        let (old, new) = (fingerprints(&before), fingerprints(&after));
        for option in ["A", "B", "C"] {
            for criterion in ["Ease", "Trust"] {
                assert_eq!(
                    old[place(&before, option, criterion)],
                    new[place(&after, option, criterion)],
                    "{option} × {criterion}"
                );
            }
        }
    }
}
