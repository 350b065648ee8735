//! What a user's action does to a decision, and what it leaves alone.
#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "a broken expectation is a failed test"
)]

use decision::{
    Applied, Decision, Edit, HandScore, Kind, Problem, ProblemCode as Code, apply, from_toml,
};
use serde_json::{Value, json};

/// Ids: c1 Cost (measured), c2 Ease (judged), o3 A, o4 B.
fn sample() -> Decision {
    let text = "topic = 'T'\n[[criteria]]\nname = 'Cost'\nweight = 2\nkind = 'measured'\nunit = 'USD'\n[[criteria]]\nname = 'Ease'\nweight = 1\n[[options]]\nname = 'A'\nvalues = { Cost = 100 }\nscores = { Ease = 4 }\n[[options]]\nname = 'B'\nscores = { Ease = 'abstain' }\n";
    from_toml(text).unwrap().decision
}

fn edits(edits: Value) -> Vec<Edit> {
    serde_json::from_value(edits).unwrap()
}

fn done(decision: &Decision, json: Value) -> Applied {
    apply(decision, &edits(json)).unwrap()
}

fn refused(json: Value) -> Vec<Problem> {
    apply(&sample(), &edits(json)).unwrap_err()
}

fn typed(option: &str, criterion: &str, text: &str) -> Value {
    json!([{ "edit": "type_cells", "cells": [{ "option": option, "criterion": criterion, "text": text }] }])
}

#[test]
fn cells_are_read_by_their_criterions_kind() {
    let start = sample();
    for (text, value) in [
        ("1 200,50", Some(1200.5)),
        ("$ 99", Some(99.0)),
        ("12 usd", Some(12.0)),
        ("", None),
    ] {
        assert_eq!(
            done(&start, typed("o3", "c1", text)).decision.cells[0][0].value,
            value,
            "{text}"
        );
    }
    let score = |text: &str| done(&start, typed("o4", "c2", text)).decision.cells[1][1].score;
    assert_eq!(score("3,5"), Some(HandScore::Score(3.5)));
    assert_eq!(score("Abstain"), Some(HandScore::Abstain));
    assert_eq!(score(" "), None);
}

#[test]
fn a_text_that_is_no_number_names_its_cell_and_changes_nothing() {
    for (option, criterion, text, code, field) in [
        ("o3", "c1", "cheap", Code::BadText, "cells[0][0]"),
        ("o3", "c1", "abstain", Code::BadText, "cells[0][0]"),
        ("o4", "c2", "6", Code::OffScale, "cells[1][1]"),
        ("o4", "c2", "1e999", Code::BadText, "cells[1][1]"),
    ] {
        let problems = refused(typed(option, criterion, text));
        assert_eq!(
            (problems.len(), problems[0].code, problems[0].field.as_str()),
            (1, code, field),
            "{text}"
        );
        assert!(problems[0].allowed.is_some());
    }
    // All or none: the good edit before the bad one is not kept either.
    let problems = refused(
        json!([{ "edit": "set_topic", "text": "U" }, { "edit": "remove_option", "id": "o9" }]),
    );
    assert_eq!(problems[0].code, Code::UnknownName);
}

#[test]
fn an_ambiguous_comma_is_told() {
    let applied = done(&sample(), typed("o3", "c1", "1,234"));
    assert_eq!(applied.decision.cells[0][0].value, Some(1234.0));
    assert_eq!(
        applied.notices[0].message,
        "\"1,234\" in \"Cost\" of \"A\" was read as 1234"
    );
}

#[test]
fn a_change_of_texts_marks_hand_scores_until_they_are_typed_again() {
    let start = sample();
    let marks = |decision: &Decision| -> Vec<bool> {
        decision
            .cells
            .iter()
            .flatten()
            .map(|cell| cell.before_edit)
            .collect()
    };
    let renamed = done(
        &start,
        json!([{ "edit": "update_option", "id": "o3", "description": "New." }]),
    )
    .decision;
    assert_eq!(
        marks(&renamed),
        [false, true, false, false],
        "a measured number does not rest on texts"
    );
    let reworded = done(
        &renamed,
        json!([{ "edit": "update_criterion", "id": "c2", "rubric": { "5": "best" } }]),
    )
    .decision;
    assert_eq!(marks(&reworded), [false, true, false, true]);
    let retyped = done(&reworded, typed("o3", "c2", "4")).decision;
    assert_eq!(marks(&retyped), [false, false, false, true]);
    for harmless in [
        json!([{ "edit": "update_option", "id": "o3", "note": "mine", "name": "A " }]),
        json!([{ "edit": "update_criterion", "id": "c2", "weight": 5, "note": "mine" }]),
    ] {
        assert!(!marks(&done(&start, harmless).decision).contains(&true));
    }
}

#[test]
fn ids_are_never_reused() {
    let removed = done(&sample(), json!([{ "edit": "remove_option", "id": "o4" }])).decision;
    let added = done(
        &removed,
        json!([{ "edit": "add_option", "at": 0, "name": " C " }]),
    )
    .decision;
    assert_eq!(
        (added.options[0].id.as_str(), added.options[0].name.as_str()),
        ("o5", "C")
    );
}

#[test]
fn moving_takes_the_cells_along() {
    let moved = done(&sample(), json!([{ "edit": "move_option", "id": "o3", "to": 1 }, { "edit": "move_criterion", "id": "c2", "to": 0 }])).decision;
    assert_eq!(moved.options[1].name, "A");
    assert_eq!(moved.criteria[0].name, "Ease");
    assert_eq!(moved.cells[1][0].score, Some(HandScore::Score(4.0)));
    assert_eq!(moved.cells[1][1].value, Some(100.0));
}

#[test]
fn a_scale_that_a_score_would_fall_off_is_refused() {
    let problems = refused(json!([{ "edit": "set_scale", "min": 0, "max": 3 }]));
    assert_eq!(
        (problems[0].code, problems[0].field.as_str()),
        (Code::OffScale, "options[0].scores.Ease")
    );
}

#[test]
fn a_null_clears_what_a_left_out_field_keeps() {
    let ranged = done(&sample(), json!([{ "edit": "update_criterion", "id": "c1", "range": [0, 9], "must": "<= 5", "group": "G" }])).decision;
    let kept = done(
        &ranged,
        json!([{ "edit": "update_criterion", "id": "c1", "unit": "EUR" }]),
    )
    .decision;
    assert_eq!(
        (kept.criteria[0].range, kept.criteria[0].group.as_deref()),
        (Some([0.0, 9.0]), Some("G"))
    );
    let cleared = done(&kept, json!([{ "edit": "update_criterion", "id": "c1", "range": null, "must": null, "group": null }])).decision;
    assert_eq!(
        (
            cleared.criteria[0].range,
            cleared.criteria[0].must,
            cleared.criteria[0].group.as_ref()
        ),
        (None, None, None)
    );
}

#[test]
fn a_paste_over_the_corner_makes_a_whole_table() {
    let rows = json!([
        ["", "Price", "Weight", "Feel"],
        ["Bike", "1,5", "12", "abstain"],
        ["Car", "20,25", "1.200", "3"],
        ["", "", "", ""]
    ]);
    let start = Decision::empty("T");
    let applied = done(
        &start,
        json!([{ "edit": "paste", "option": -1, "criterion": -1, "rows": rows }]),
    );
    let decision = applied.decision;
    let names: Vec<_> = decision
        .criteria
        .iter()
        .map(|c| (c.name.as_str(), c.kind))
        .collect();
    assert_eq!(
        names,
        [
            ("Price", Kind::Measured),
            ("Weight", Kind::Measured),
            ("Feel", Kind::Manual)
        ]
    );
    assert_eq!(
        decision
            .options
            .iter()
            .map(|o| o.name.as_str())
            .collect::<Vec<_>>(),
        ["Bike", "Car"]
    );
    assert_eq!(decision.cells[1][0].value, Some(20.25));
    assert_eq!(decision.cells[0][2].score, Some(HandScore::Abstain));
    assert_eq!(applied.label, "Pasting 4 × 4 cells");
}

#[test]
fn a_paste_past_the_last_cell_adds_options_and_criteria() {
    let applied = done(
        &sample(),
        json!([{ "edit": "paste", "option": 1, "criterion": 1, "rows": [["2", "7"], ["3", "8"]] }]),
    );
    let decision = applied.decision;
    assert_eq!(decision.options[2].name, "Option 3");
    assert_eq!(decision.criteria[2].name, "Criterion 3");
    assert_eq!(decision.cells[2][2].value, Some(8.0));
    assert_eq!(decision.cells[1][1].score, Some(HandScore::Score(2.0)));
    let outside =
        refused(json!([{ "edit": "paste", "option": 5, "criterion": 0, "rows": [["1"]] }]));
    assert_eq!(outside[0].message, "the paste begins outside the table");
}

#[test]
fn names_stay_unique_and_present_under_edits() {
    let twice = refused(json!([{ "edit": "add_option", "at": null, "name": "a " }]));
    assert_eq!(twice[0].code, Code::Duplicate);
    let empty = refused(json!([{ "edit": "update_criterion", "id": "c1", "name": "  " }]));
    assert_eq!(empty[0].code, Code::Empty);
}

#[test]
fn a_decision_under_construction_may_be_incomplete() {
    let one = done(&sample(), json!([{ "edit": "remove_option", "id": "o4" }])).decision;
    assert_eq!(one.completeness()[0].code, Code::Incomplete);
    let zero = done(
        &sample(),
        json!([{ "edit": "set_weights", "weights": { "c1": 0, "c2": 0 } }]),
    )
    .decision;
    assert_eq!(
        zero.completeness()[0].message,
        "all weights are 0: at least one criterion must weigh more"
    );
}

#[test]
fn labels_say_what_was_done() {
    for (json, label) in [
        (
            json!([{ "edit": "set_weights", "weights": { "c1": 3 } }]),
            "Weight of Cost",
        ),
        (
            json!([{ "edit": "update_criterion", "id": "c1", "name": "Price" }]),
            "Name of Cost",
        ),
        (
            json!([{ "edit": "update_criterion", "id": "c1", "name": "Price", "unit": "EUR" }]),
            "Details of Cost",
        ),
        (typed("o3", "c1", "5"), "Cost of A"),
        (
            json!([{ "edit": "add_option", "at": null, "name": "C" }]),
            "Adding C",
        ),
        (
            json!([{ "edit": "remove_criterion", "id": "c2" }]),
            "Removing Ease",
        ),
        (
            json!([{ "edit": "set_judge", "judge": { "model": "m" } }]),
            "Judge",
        ),
        (
            json!([{ "edit": "update_criterion", "id": "c2", "judge": { "samples": 3 } }]),
            "Judge of Ease",
        ),
        (
            json!([{ "edit": "set_topic", "text": "U" }, { "edit": "set_notes", "text": "n" }]),
            "Topic and 1 more",
        ),
    ] {
        assert_eq!(done(&sample(), json).label, label);
    }
}

#[test]
fn a_judge_is_set_cleared_and_checked() {
    let set =
        |judge: Value| done(&sample(), json!([{ "edit": "set_judge", "judge": judge }])).decision;
    let full = set(json!({ "backend": " ollama ", "model": "m", "temperature": 0, "samples": 3 }));
    let judge = full.judge.clone().unwrap();
    assert_eq!(
        (judge.backend.as_deref(), judge.temperature, judge.samples),
        (Some("ollama"), Some(0.0), Some(3))
    );
    // Empty parts are none, and a judge of none is none.
    assert_eq!(
        set(json!({ "backend": "", "model": " ", "temperature": null })).judge,
        None
    );
    assert_eq!(set(Value::Null).judge, None);
    let cleared = done(&full, json!([{ "edit": "set_judge", "judge": null }]));
    assert_eq!(cleared.decision, sample());

    let update = |decision: &Decision, change: Value| {
        let mut edit = json!({ "edit": "update_criterion", "id": "c2" });
        edit.as_object_mut()
            .unwrap()
            .extend(change.as_object().unwrap().clone());
        done(decision, json!([edit])).decision
    };
    let own = update(&full, json!({ "judge": { "model": "larger" } }));
    assert_eq!(
        own.criteria[1].judge.as_ref().unwrap().model.as_deref(),
        Some("larger")
    );
    // Another judge changes nothing that a hand has scored, and another edit nothing of the judge.
    assert!(!own.cells[0][1].before_edit);
    assert_eq!(
        update(&own, json!({ "note": "n" })).criteria[1].judge,
        own.criteria[1].judge
    );
    assert_eq!(update(&own, json!({ "judge": null })), full);

    for (judge, field) in [
        (json!({ "temperature": 2.1 }), "judge.temperature"),
        (json!({ "temperature": -0.1 }), "judge.temperature"),
        (json!({ "samples": 0 }), "judge.samples"),
        (json!({ "samples": 101 }), "judge.samples"),
        (json!({ "model": "m".repeat(201) }), "judge.model"),
    ] {
        let problems = refused(json!([{ "edit": "set_judge", "judge": judge }]));
        assert_eq!(problems[0].field, field, "{problems:?}");
        let problems = refused(json!([{ "edit": "update_criterion", "id": "c2", "judge": judge }]));
        assert_eq!(
            problems[0].field,
            format!("criteria[1].{field}"),
            "{problems:?}"
        );
    }
    // What goes over the wire comes back as it was.
    let edit = json!([{ "edit": "update_criterion", "id": "c2", "judge": null }]);
    assert_eq!(serde_json::to_value(edits(edit.clone())).unwrap(), edit);
}
