//! What an analyst does with sessions, against a real history in a folder of its own.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test stops where it cannot go on"
)]

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use engine::view::{HistoryState, NewSession, Progress, SessionState, SessionView};
use engine::{
    Cancel, Clock, Config, DecideRequest, Edit, Engine, EngineError, Format, Overrides, Random,
    RunChoice, SessionFilter, Source,
};
use serde_json::{Value, json};

/// A clock that moves only when asked to, and numbers that count.
#[derive(Default)]
struct Fixed {
    now: AtomicI64,
    next: AtomicU64,
}

impl Clock for Fixed {
    fn now_ms(&self) -> i64 {
        self.now.load(Ordering::Relaxed)
    }
}

impl Random for Fixed {
    fn bits(&self) -> u64 {
        self.next.fetch_add(1, Ordering::Relaxed)
    }
}

struct House {
    folder: tempfile::TempDir,
    fixed: Arc<Fixed>,
}

impl House {
    fn new() -> Self {
        let fixed = Arc::new(Fixed {
            now: AtomicI64::new(1_780_000_000_000),
            next: AtomicU64::new(1),
        });
        Self {
            folder: tempfile::tempdir().unwrap(),
            fixed,
        }
    }

    fn engine(&self) -> Engine {
        Engine::open(self.config()).unwrap()
    }

    fn config(&self) -> Config {
        Config {
            data_dir: Some(self.folder.path().join("data")),
            clock: self.fixed.clone(),
            random: self.fixed.clone(),
            check_at_once: true,
            ..Config::for_terminal(None)
        }
    }

    fn file(&self, name: &str, text: &str) -> std::path::PathBuf {
        let path = self.folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path
    }
}

fn edits(edits: Value) -> Vec<Edit> {
    serde_json::from_value(edits).unwrap()
}

const FILE: &str = r#"
topic = "Which line?"
context = "Two of three."
notes = "Ask Ana."
missing = "renormalise"
[[criteria]]
name = "Cost"
kind = "measured"
unit = "EUR"
direction = "cost"
weight = 2
range = [0, 100]
must = "<= 90"
group = "Money"
[[criteria]]
id = "ease"
name = "Ease"
rubric = { 0 = "hard", 5 = "easy" }
prompt = "Think of beginners."
[[options]]
name = "Red"
description = "The red one"
values = { "Cost" = 50 }
scores = { "Ease" = 4 }
notes = { "Ease" = "tried it" }
evidence = [{ source = "offer.pdf", quote = "50 EUR", criterion = "Cost" }, { source = "visit" }]
[[options]]
name = "Blue"
values = { "Cost" = 20.5 }
scores = { "Ease" = "abstain" }
"#;

#[test]
fn everything_in_a_file_is_there_again_after_a_restart() {
    let house = House::new();
    let path = house.file("line.toml", FILE);
    let made = house
        .engine()
        .create_session(&NewSession::File {
            path: path.display().to_string(),
        })
        .unwrap();
    let engine = house.engine();
    let again = engine.open_session(&made.session.id).unwrap();
    assert_eq!(
        again,
        SessionView {
            notices: again.notices.clone(),
            ..made.clone()
        }
    );
    assert_eq!(again.decision.options[0].evidence.len(), 2);

    let out = house.folder.path().join("out.toml");
    engine
        .export_session(&made.session.id, Format::Toml, &out, false)
        .unwrap();
    let imported = engine
        .create_session(&NewSession::File {
            path: out.display().to_string(),
        })
        .unwrap();
    assert_eq!(imported.decision.criteria, made.decision.criteria);
    assert_eq!(imported.decision.cells, made.decision.cells);
    assert_eq!(imported.answer, made.answer);
}

#[test]
fn undo_takes_back_whole_steps_and_survives_a_restart() {
    let house = House::new();
    let engine = house.engine();
    let id = engine
        .create_session(&NewSession::Blank)
        .unwrap()
        .session
        .id;
    let add = json!([
        { "edit": "add_option", "at": null, "name": "Red" },
        { "edit": "add_option", "at": null, "name": "Blue" },
        { "edit": "add_criterion", "at": null, "name": "Cost", "kind": "measured", "direction": "cost" },
    ]);
    let view = engine
        .edit_session(&id, &edits(add), Some("Set up"))
        .unwrap();
    let (red, blue, cost) = (
        &view.decision.options[0].id,
        &view.decision.options[1].id,
        &view.decision.criteria[0].id,
    );
    let typed = json!([{ "edit": "type_cells", "cells": [
        { "option": red, "criterion": cost, "text": "12,5" }, { "option": blue, "criterion": cost, "text": "30" } ] }]);
    let full = engine.edit_session(&id, &edits(typed), None).unwrap();
    assert_eq!(full.answer.as_ref().unwrap().winner.as_deref(), Some("Red"));
    let removed = engine
        .edit_session(
            &id,
            &edits(json!([{ "edit": "remove_option", "id": red }])),
            None,
        )
        .unwrap();
    assert!(
        removed.answer.is_none() && !removed.problems.is_empty(),
        "one option cannot be ranked, and it is said why"
    );
    drop(engine);

    let engine = house.engine();
    let back = engine.undo(&id).unwrap();
    assert_eq!(back.decision.options, full.decision.options);
    assert_eq!(back.decision.cells, full.decision.cells);
    assert_eq!(back.answer, full.answer);
    assert_eq!(engine.undo(&id).unwrap().undo.as_deref(), Some("Set up"));
    assert!(engine.undo(&id).unwrap().decision.options.is_empty());
    assert_eq!(
        engine.undo(&id).unwrap().undo,
        None,
        "nothing left to take back is no error"
    );
    for _ in 0..3 {
        engine.redo(&id).unwrap();
    }
    assert_eq!(engine.open_session(&id).unwrap().decision.options.len(), 1);
}

#[test]
fn a_refused_edit_changes_nothing_and_names_its_field() {
    let house = House::new();
    let engine = house.engine();
    let path = house.file("line.toml", FILE);
    let made = engine
        .create_session(&NewSession::File {
            path: path.display().to_string(),
        })
        .unwrap();
    let bad = json!([{ "edit": "set_topic", "text": "New" }, { "edit": "set_weights", "weights": { "ease": -1.0 } }]);
    let EngineError::Invalid { problems, .. } = engine
        .edit_session(&made.session.id, &edits(bad), None)
        .unwrap_err()
    else {
        panic!("a negative weight is invalid input");
    };
    assert!(
        problems[0].field.contains("criteria[1].weight"),
        "{problems:?}"
    );
    assert_eq!(
        engine.open_session(&made.session.id).unwrap().decision,
        made.decision
    );
}

#[test]
fn two_windows_on_one_session_lose_nothing_of_each_other() {
    let house = House::new();
    let path = house.file("line.toml", FILE);
    let first = house.engine();
    let id = first
        .create_session(&NewSession::File {
            path: path.display().to_string(),
        })
        .unwrap()
        .session
        .id;
    let second = Engine::open(house.config()).unwrap();
    second.open_session(&id).unwrap();
    std::thread::scope(|scope| {
        for (engine, name) in [(&first, "A"), (&second, "B")] {
            let id = &id;
            scope.spawn(move || {
                for n in 0..10 {
                    let add =
                        json!([{ "edit": "add_option", "at": null, "name": format!("{name}{n}") }]);
                    while let Err(error) = engine.edit_session(id, &edits(add.clone()), None) {
                        assert!(error.to_string().contains("changed elsewhere"), "{error}");
                    }
                }
            });
        }
    });
    let view = house.engine().open_session(&id).unwrap();
    assert_eq!(view.decision.options.len(), 2 + 20);
    assert_eq!(view.revision, 21);
}

#[test]
fn a_trashed_session_comes_back_for_thirty_days_and_an_erased_one_never() {
    let house = House::new();
    let engine = house.engine();
    let id = engine
        .create_session(&NewSession::Template {
            id: "warehouse-site".into(),
        })
        .unwrap()
        .session
        .id;
    let listed = |state| {
        engine
            .sessions(&SessionFilter {
                state,
                search: String::new(),
            })
            .unwrap()
    };
    let trashed = engine
        .set_session_state(&id, SessionState::Trashed)
        .unwrap();
    assert!(listed(SessionState::Open).is_empty());
    assert_eq!(
        trashed.erase_at,
        Some(trashed.trashed_at.unwrap() + 30 * 24 * 60 * 60 * 1000)
    );
    engine.set_session_state(&id, SessionState::Open).unwrap();
    assert_eq!(listed(SessionState::Open).len(), 1);
    engine
        .set_session_state(&id, SessionState::Trashed)
        .unwrap();
    house
        .fixed
        .now
        .fetch_add(29 * 24 * 60 * 60 * 1000, Ordering::Relaxed);
    engine.purge_trash().unwrap();
    assert_eq!(listed(SessionState::Trashed).len(), 1, "day 29");
    house
        .fixed
        .now
        .fetch_add(24 * 60 * 60 * 1000, Ordering::Relaxed);
    engine.purge_trash().unwrap();
    assert!(listed(SessionState::Trashed).is_empty(), "day 30");
    assert!(matches!(
        engine.open_session(&id),
        Err(EngineError::NoSession { .. })
    ));
}

#[test]
fn the_list_says_how_far_each_decision_is() {
    let house = House::new();
    let engine = house.engine();
    let status = |id: &str| {
        engine
            .create_session(&NewSession::Template { id: id.into() })
            .unwrap()
            .session
    };
    assert_eq!(
        engine
            .create_session(&NewSession::Blank)
            .unwrap()
            .session
            .status,
        Progress::Empty
    );
    assert_eq!(status("reporting-tool").status, Progress::Empty);
    let measured = status("ledger-database");
    assert_eq!(measured.status, Progress::Ranked);
    assert!(measured.leader.is_some());
}

#[test]
fn a_file_is_resumed_only_while_cells_are_missing_and_keeps_its_ids() {
    let house = House::new();
    let engine = house.engine();
    let open = "topic = \"T\"\n[[criteria]]\nname = \"C\"\nkind = \"manual\"\n[[options]]\nname = \"A\"\nscores = { C = 3 }\n[[options]]\nname = \"B\"\n";
    let path = house.file("d.toml", open);
    let request = |resume| DecideRequest {
        source: Source::File(path.clone()),
        resume,
        choice: RunChoice::default(),
    };
    let mut events = Vec::new();
    let first = engine
        .decide(&request(true), &Cancel::new(), &mut |event| {
            events.push(event.to_string());
        })
        .unwrap();
    assert_eq!(events.len(), 2, "{events:?}");
    std::fs::write(
        &path,
        open.replace("name = \"A\"", "name = \"New\"\n[[options]]\nname = \"A\""),
    )
    .unwrap();
    let second = engine
        .decide(&request(true), &Cancel::new(), &mut |_| {})
        .unwrap();
    assert_eq!(second.session, first.session);
    let id_of = |answer: &engine::Answer, name: &str| {
        answer
            .cells
            .iter()
            .find(|cell| cell.option == name)
            .unwrap()
            .option_id
            .clone()
    };
    assert_eq!(id_of(&first.answer, "A"), id_of(&second.answer, "A"));
    let typed = json!([{ "edit": "type_cells", "cells": [
        { "option": id_of(&second.answer, "A"), "criterion": second.answer.cells[0].criterion_id, "text": "1" } ] }]);
    engine
        .edit_session(&second.session, &edits(typed), None)
        .unwrap();
    let unchanged = engine
        .decide(&request(true), &Cancel::new(), &mut |_| {})
        .unwrap()
        .answer;
    let score_of_a = unchanged
        .cells
        .iter()
        .find(|cell| cell.option == "A")
        .unwrap()
        .score;
    assert_eq!(
        score_of_a,
        Some(1.0),
        "a file that was read already does not undo what was typed since"
    );
    std::fs::write(&path, format!("{open}scores = {{ C = 5 }}\n")).unwrap();
    let third = engine
        .decide(&request(true), &Cancel::new(), &mut |_| {})
        .unwrap();
    assert_eq!(third.session, first.session);
    assert_ne!(
        engine
            .decide(&request(true), &Cancel::new(), &mut |_| {})
            .unwrap()
            .session,
        first.session,
        "a finished one is a record"
    );
}

#[test]
fn each_report_is_written_whole_and_an_unranked_decision_says_why_it_has_none() {
    let house = House::new();
    let engine = house.engine();
    let id = engine
        .create_session(&NewSession::Template {
            id: "warehouse-site".into(),
        })
        .unwrap()
        .session
        .id;
    for format in Format::ALL {
        let path = house
            .folder
            .path()
            .join(engine.export_name(&id, format).unwrap());
        let written = engine.export_session(&id, format, &path, false).unwrap();
        assert_eq!(written.bytes, std::fs::metadata(&path).unwrap().len());
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(
            text.contains("warehouse") || text.contains("Rank"),
            "{format:?}"
        );
    }
    let blank = engine
        .create_session(&NewSession::Blank)
        .unwrap()
        .session
        .id;
    let nowhere = house.folder.path().join("none.html");
    let error = engine
        .export_session(&blank, Format::Html, &nowhere, false)
        .unwrap_err();
    assert!(
        matches!(error, EngineError::Invalid { ref problems, .. } if !problems.is_empty()),
        "{error}"
    );
    assert!(!nowhere.exists());
}

#[test]
fn a_ranking_by_other_rules_leaves_the_session_as_it_is() {
    let house = House::new();
    let engine = house.engine();
    let made = engine
        .create_session(&NewSession::Template {
            id: "ledger-database".into(),
        })
        .unwrap();
    let other = Overrides {
        method: Some("weighted_product".into()),
        params: Vec::new(),
    };
    let answer = engine
        .rank_session(&made.session.id, &other)
        .unwrap()
        .answer;
    assert_eq!(answer.method.as_str(), "weighted_product");
    let wrong = Overrides {
        method: Some("magic".into()),
        params: Vec::new(),
    };
    let error = engine
        .rank_session(&made.session.id, &wrong)
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("magic") && error.contains("weighted_sum"),
        "{error}"
    );
    assert_eq!(
        engine.open_session(&made.session.id).unwrap().decision,
        made.decision
    );
}

fn damage(file: &Path) {
    let mut bytes = std::fs::read(file).unwrap();
    for byte in bytes.iter_mut().skip(100) {
        *byte = 0xa5;
    }
    std::fs::write(file, bytes).unwrap();
}

#[test]
fn a_window_on_a_damaged_history_says_so_and_goes_back_to_a_copy() {
    let house = House::new();
    let engine = house.engine();
    let id = engine
        .create_session(&NewSession::Template {
            id: "ledger-database".into(),
        })
        .unwrap()
        .session
        .id;
    let copy = engine.backup("test").unwrap();
    drop(engine);
    damage(&house.folder.path().join("data/history.db"));
    assert!(
        matches!(Engine::open(house.config()), Err(EngineError::Store(_))),
        "a terminal is told at once"
    );

    let engine = Engine::open_or_rescue(Config {
        check_at_once: false,
        ..house.config()
    });
    let health = engine.health().unwrap();
    assert_eq!(health.history.state, HistoryState::Rescue);
    assert!(health.history.message.unwrap().contains("damaged"));
    assert!(engine.open_session(&id).is_err());
    assert_eq!(
        health
            .backups
            .iter()
            .filter(|backup| backup.file == copy.file)
            .count(),
        1
    );
    assert_eq!(
        engine.restore(&copy.file).unwrap().history.state,
        HistoryState::Ok
    );
    assert_eq!(engine.open_session(&id).unwrap().session.id, id);
}

#[test]
fn a_table_becomes_a_decision_with_what_was_assumed_said() {
    let house = House::new();
    let engine = house.engine();
    let table =
        "Option;Cost;Speed;Remark\ndirection;cost;benefit;\nRed;12,5;3;solid\nBlue;30,25;4;\n";
    let made = engine
        .create_session(&NewSession::Text {
            text: table.into(),
            name: None,
        })
        .unwrap();
    assert_eq!(made.decision.cells[0][0].value, Some(12.5));
    assert_eq!(made.decision.cells[0][2].note, "solid", "texts are kept");
    assert_eq!(made.answer.unwrap().ranking.len(), 2);
    let broken = "Option,Cost\nRed,1\nRED ,2\n";
    let error = engine
        .create_session(&NewSession::Text {
            text: broken.into(),
            name: None,
        })
        .unwrap_err();
    assert!(
        matches!(error, EngineError::Invalid { ref problems, .. } if problems[0].message.contains("RED")),
        "{error:?}"
    );
}
