//! What an edit makes stale, what undoing it makes valid again, and what a file that was edited asks again.

use engine::view::{AskReason, NewSession};
use engine::{Cancel, CellState, DecideRequest, Edit, RunChoice, RunEvent, Source};
use peers::{Script, judgement};
use serde_json::json;

use crate::house::{House, option_in, table};

fn states(view: &engine::view::SessionView) -> Vec<CellState> {
    view.answer
        .as_ref()
        .unwrap()
        .cells
        .iter()
        .map(|cell| cell.state)
        .collect()
}

#[test]
fn an_edit_makes_exactly_the_touched_cells_stale_and_undoing_it_makes_them_valid_again() {
    let house = House::new(Script::default());
    let view = house.session(&table(3, 2));
    let id = view.session.id;
    house.decide(&id, &RunChoice::default()).unwrap();
    let option = &view.decision.options[1].id;
    let edited = house.edit(
        &id,
        json!([{ "edit": "update_option", "id": option, "description": "Other words." }]),
    );
    use CellState::{Scored, Stale};
    assert_eq!(
        states(&edited),
        [Scored, Scored, Stale, Stale, Scored, Scored]
    );
    let stale = edited
        .judging
        .judgements
        .iter()
        .find(|cell| cell.state == Stale)
        .unwrap();
    assert!(stale.score.is_some(), "the old score is still shown");
    assert_eq!(edited.judging.to_ask, 2);
    assert_eq!(
        edited.answer.as_ref().unwrap().cells[2].score,
        None,
        "and not ranked"
    );
    assert_eq!(edited.session.filled, 4, "the list says so too");

    let plan = house.engine.plan_run(&id, &RunChoice::default()).unwrap();
    assert_eq!(plan.cells.len(), 2);
    assert!(
        plan.cells
            .iter()
            .all(|cell| cell.option_id == option.as_str() && cell.reason == AskReason::Stale)
    );

    let undone = house.engine.undo(&id).unwrap();
    assert_eq!(states(&undone), [Scored; 6]);
    assert_eq!((undone.judging.to_ask, undone.session.filled), (0, 6));
    let redone = house.engine.redo(&id).unwrap();
    assert_eq!((redone.judging.to_ask, redone.session.filled), (2, 4));
    house.decide(&id, &RunChoice::default()).unwrap();
    let asked: Vec<String> = house.server.calls()[6..]
        .iter()
        .map(|call| option_in(&call.text))
        .collect();
    assert_eq!(asked.len(), 2, "{asked:?}");
    assert!(
        house.server.calls()[6..]
            .iter()
            .all(|call| call.text.contains("Other words."))
    );
}

#[test]
fn weights_notes_hand_scores_and_other_options_make_nothing_stale() {
    let house = House::new(Script::default());
    let view = house.session(&table(3, 2));
    let id = view.session.id;
    house.decide(&id, &RunChoice::default()).unwrap();
    let (options, criteria) = (&view.decision.options, &view.decision.criteria);
    let after = house.edit(
        &id,
        json!([
            { "edit": "set_weights", "weights": { criteria[0].id.as_str(): 7.0 } },
            { "edit": "type_cells", "cells": [{ "option": options[0].id, "criterion": criteria[0].id, "text": "5" }] },
            { "edit": "add_option", "at": 0, "name": "Newcomer" },
            { "edit": "remove_option", "id": options[2].id },
        ]),
    );
    assert_eq!(after.judging.to_ask, 2, "only the newcomer's cells");
    assert!(
        after
            .judging
            .judgements
            .iter()
            .all(|cell| cell.state == CellState::Scored)
    );
    house.decide(&id, &RunChoice::default()).unwrap();
    assert_eq!(house.server.calls().len(), 8);
    assert!(
        house.server.calls()[6..]
            .iter()
            .all(|call| call.text.contains("Newcomer"))
    );
}

#[test]
fn moving_adding_and_removing_options_leaves_every_other_prompt_byte_for_byte() {
    let house = House::new(Script::default());
    let other = house.session(&table(4, 2)).session.id;
    house.decide(&other, &RunChoice::default()).unwrap();
    let before: std::collections::BTreeSet<String> = house
        .server
        .calls()
        .iter()
        .map(|call| call.text.clone())
        .collect();
    let mixed = table(4, 2).replace("option 0.", "option 9.");
    let mut parts: Vec<&str> = mixed.split("[[options]]").collect();
    parts[1..].reverse();
    let moved = house.session(&parts.join("[[options]]")).session.id;
    house.decide(&moved, &RunChoice::default()).unwrap();
    let kept = house.server.calls()[8..]
        .iter()
        .filter(|call| before.contains(&call.text))
        .count();
    assert_eq!(kept, 6, "all but those of the renamed option");
}

#[test]
fn resuming_an_edited_file_asks_only_what_was_edited() {
    let house = House::new(Script::default());
    let path = house.file(&table(4, 2));
    let decide = |resume| {
        let request = DecideRequest {
            source: Source::File(path.clone()),
            resume,
            choice: RunChoice::default(),
        };
        house
            .engine
            .decide(&request, &Cancel::new(), &mut |_: &RunEvent| {})
            .unwrap()
    };
    let first = decide(false);
    assert_eq!(house.server.calls().len(), 8);
    std::fs::write(
        &path,
        table(4, 2).replace("It is number 2.", "It is the third."),
    )
    .unwrap();
    let second = decide(true);
    assert_eq!(second.session, first.session);
    assert!(second.resumed);
    let asked = house.server.calls()[8..].to_vec();
    assert_eq!(asked.len(), 2);
    assert!(asked.iter().all(|call| option_in(&call.text) == "option 2"));
    assert_eq!(decide(true).calls.made, 0);
    assert_ne!(
        decide(false).session,
        first.session,
        "without --resume it begins anew"
    );
}

#[test]
fn a_better_judge_asks_everything_only_when_that_is_wanted() {
    let house = House::new(Script::default().answer(|_| judgement(Some(1.0), "x")));
    let id = house.session(&table(2, 2)).session.id;
    house.decide(&id, &RunChoice::default()).unwrap();
    house.server.play(
        Script::default()
            .model(peers::Model::named("big"))
            .answer(|_| judgement(Some(4.0), "y")),
    );
    let big = |scope| RunChoice {
        model: Some("big".into()),
        scope,
        ..RunChoice::default()
    };
    house.decide(&id, &big(engine::Scope::Missing)).unwrap();
    assert_eq!(
        house.server.calls().len(),
        4,
        "another model makes nothing stale"
    );
    let decided = house.decide(&id, &big(engine::Scope::All)).unwrap();
    assert_eq!(house.server.calls().len(), 8);
    assert!(
        decided
            .answer
            .cells
            .iter()
            .all(|cell| cell.score == Some(4.0))
    );
}

#[test]
fn an_edit_during_a_run_leaves_its_answers_stale_and_loses_nothing() {
    let house = House::new(Script::default());
    house.server.hold_after(0);
    let view = house
        .engine
        .create_session(&NewSession::Text {
            text: table(2, 1),
            name: Some("d.toml".into()),
        })
        .unwrap();
    let id = view.session.id;
    std::thread::scope(|scope| {
        let run = scope.spawn(|| house.decide(&id, &RunChoice::default()).unwrap());
        house.server.wait_for_in_flight(2);
        let edit: Vec<Edit> = serde_json::from_value(
            json!([{ "edit": "update_option", "id": view.decision.options[0].id, "description": "New words." }]),
        )
        .unwrap();
        house.engine.edit_session(&id, &edit, None).unwrap();
        house.server.release();
        let decided = run.join().unwrap();
        let states: Vec<_> = decided.answer.cells.iter().map(|cell| cell.state).collect();
        assert_eq!(states, [CellState::Stale, CellState::Scored]);
        assert_eq!(decided.outcome, engine::RunOutcome::Incomplete);
    });
}
