//! `decide --resume`: unchanged, edited and finished files, and what keeps its place.

use engine::{Config, Edit, Engine};
use rusqlite::Connection;
use serde_json::Value;

use crate::terminal::{SMALL, Terminal, unfinished};

fn cell_ids(answer: &Value) -> Vec<(String, String, String)> {
    let text = |cell: &Value, field: &str| cell[field].as_str().unwrap().to_owned();
    let cells = answer["cells"].as_array().unwrap().iter();
    cells
        .map(|cell| {
            (
                format!("{} × {}", text(cell, "option"), text(cell, "criterion")),
                text(cell, "option_id"),
                text(cell, "criterion_id"),
            )
        })
        .collect()
}

/// When each cell's number was typed, by option and criterion id.
fn typed_at(terminal: &Terminal) -> Vec<(String, String, i64)> {
    let history = Connection::open(terminal.data().join("history.db")).unwrap();
    let sql = "SELECT option_id, criterion_id, entered_at FROM inputs ORDER BY 1, 2";
    let mut cells = history.prepare(sql).unwrap();
    let rows = cells
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
        .unwrap();
    rows.map(Result::unwrap).collect()
}

#[test]
fn an_unchanged_file_goes_on_with_its_session() {
    let terminal = Terminal::new();
    let open = terminal.file("open.toml", unfinished());
    let first = terminal.json(4, &["decide", &open]);
    let second = terminal.json(4, &["decide", &open, "--resume"]);
    assert_eq!(second["session"], first["session"]);
    assert_eq!(
        (&first["resumed"], &second["resumed"]),
        (&Value::Bool(false), &Value::Bool(true))
    );
    assert_eq!(second["ranking"], first["ranking"]);
    assert_eq!(terminal.sessions().len(), 1);
    let words = terminal.expect(4, &["decide", &open, "--resume"]).out;
    assert!(words.contains("as before"), "{words}");
    assert_ne!(
        terminal.json(4, &["decide", &open])["session"],
        first["session"],
        "without --resume it is a new one"
    );
}

#[test]
fn an_edited_file_keeps_its_ids_and_only_what_was_touched_is_entered_anew() {
    let terminal = Terminal::new();
    let open = terminal.file("open.toml", unfinished());
    let first = terminal.json(4, &["decide", &open]);
    let before = typed_at(&terminal);
    // Red's ease is another number, a third option comes first, and the criteria change places.
    let edited = r#"topic = "Which line?"
[[criteria]]
name = "Speed"
kind = "manual"
[[criteria]]
name = "Ease"
kind = "manual"
weight = 2
[[options]]
name = "Green"
scores = { Ease = 2, Speed = 2 }
[[options]]
name = "Red"
scores = { Ease = 5, Speed = 3 }
[[options]]
name = "Blue"
scores = { Ease = 1 }
"#;
    terminal.file("open.toml", edited);
    let second = terminal.json(4, &["decide", &open, "--resume"]);
    assert_eq!(second["session"], first["session"]);
    let known = cell_ids(&first);
    for cell in cell_ids(&second)
        .iter()
        .filter(|cell| !cell.0.starts_with("Green"))
    {
        assert!(known.contains(cell), "{cell:?} had other ids: {known:?}");
    }
    let after = typed_at(&terminal);
    let touched = |option: &str, criterion: &str| {
        let id = cell_ids(&first)
            .into_iter()
            .find(|cell| cell.0 == format!("{option} × {criterion}"))
            .unwrap();
        let at = |cells: &[(String, String, i64)]| {
            cells
                .iter()
                .find(|cell| (&cell.0, &cell.1) == (&id.1, &id.2))
                .unwrap()
                .2
        };
        at(&before) != at(&after)
    };
    assert!(touched("Red", "Ease"), "its number is another");
    assert!(
        !touched("Red", "Speed") && !touched("Blue", "Ease"),
        "nobody touched them"
    );
}

#[test]
fn what_was_entered_in_the_window_is_kept_where_the_file_says_nothing() {
    let terminal = Terminal::new();
    let both = unfinished().replace("Ease = 1", "");
    let file = terminal.file("d.toml", &both);
    let id = terminal.decided(&file);
    let window = Engine::open(Config::for_terminal(Some(terminal.data()))).unwrap();
    let cells = window.open_session(&id).unwrap();
    let (blue, ease) = (
        &cells.decision.options[1].id,
        &cells.decision.criteria[0].id,
    );
    let typed = serde_json::json!([{ "edit": "type_cells", "cells": [{ "option": blue, "criterion": ease, "text": "5" }] }]);
    window
        .edit_session(
            &id,
            &serde_json::from_value::<Vec<Edit>>(typed).unwrap(),
            None,
        )
        .unwrap();
    drop(window);

    // The file as it was: the session may have come further than it.
    let unchanged = terminal.json(4, &["decide", &file, "--resume"]);
    assert_eq!(unchanged["cells"][2]["score"], 5.0);
    // An edit elsewhere in the file: what was typed is kept, and that is said.
    terminal.file("d.toml", both.replace("Ease = 4", "Ease = 3"));
    let said = terminal.expect(4, &["decide", &file, "--resume"]);
    assert!(
        said.err.contains("1 cell that the file leaves empty kept"),
        "{}",
        said.err
    );
    let edited = terminal.json(4, &["decide", &file, "--resume"]);
    assert_eq!(edited["session"], id.as_str());
    assert_eq!(
        (&edited["cells"][0]["score"], &edited["cells"][2]["score"]),
        (&3.0.into(), &5.0.into())
    );
    // A number in the file wins.
    terminal.file("d.toml", unfinished());
    assert_eq!(
        terminal.json(4, &["decide", &file, "--resume"])["cells"][2]["score"],
        1.0
    );
}

#[test]
fn a_finished_session_is_a_record_and_the_next_run_a_new_one() {
    let terminal = Terminal::new();
    let file = terminal.file("d.toml", unfinished());
    let first = terminal.json(4, &["decide", &file]);
    terminal.file("d.toml", SMALL);
    let finished = terminal.json(0, &["decide", &file, "--resume"]);
    assert_eq!(
        finished["session"], first["session"],
        "scoring what was missing finishes it"
    );
    let next = terminal.json(0, &["decide", &file, "--resume"]);
    assert_ne!(next["session"], first["session"]);
    assert_eq!(next["resumed"], false);
}

#[test]
fn a_session_in_the_trash_is_not_gone_on_with() {
    let terminal = Terminal::new();
    let file = terminal.file("d.toml", unfinished());
    let first = terminal.decided(&file);
    terminal.expect(0, &["sessions", "trash", &first]);
    assert_ne!(
        terminal.json(4, &["decide", &file, "--resume"])["session"],
        first.as_str()
    );
}

#[test]
fn the_same_words_in_another_file_are_another_session() {
    let terminal = Terminal::new();
    let first = terminal.decided(&terminal.file("a.toml", unfinished()));
    let other = terminal.json(
        4,
        &["decide", &terminal.file("b.toml", unfinished()), "--resume"],
    );
    assert_ne!(other["session"], first.as_str());
}

#[test]
fn a_broken_edit_leaves_the_session_as_it_was() {
    let terminal = Terminal::new();
    let file = terminal.file("d.toml", unfinished());
    let id = terminal.decided(&file);
    let before = terminal.json(0, &["sessions", "show", &id]);
    terminal.file("d.toml", unfinished().replace("weight = 2", "weight = -2"));
    terminal.expect(2, &["decide", &file, "--resume"]);
    assert_eq!(terminal.json(0, &["sessions", "show", &id]), before);
}

#[test]
fn a_session_is_decided_again_by_its_id() {
    let terminal = Terminal::new();
    let id = terminal.decided(&terminal.file("d.toml", SMALL));
    let again = terminal.json(0, &["decide", "--session", &id]);
    assert_eq!(again["session"], id.as_str());
    assert_eq!(terminal.sessions().len(), 1);
}
