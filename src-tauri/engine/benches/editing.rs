//! What an edit costs from the window's side: the engine applies it, works out what changed, commits it durably, ranks,
//! and answers. C is the median of one-row commits by bare SQLite on the same disk, taken in turn with ours.
//!
//! `cargo bench -p engine --bench editing`
#![allow(
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a benchmark prints, and stops where it cannot measure"
)]

use std::collections::BTreeMap;
use std::time::Instant;

use engine::view::NewSession;
use engine::{Config, Edit, Engine};
use serde_json::json;

const ROUNDS: usize = 60;
const OPTIONS: usize = 50;
const CRITERIA: usize = 25;

fn main() {
    let folder = tempfile::tempdir_in(".").unwrap();
    let engine = Engine::open(Config::for_terminal(Some(folder.path().join("data")))).unwrap();
    let bare = rusqlite::Connection::open(folder.path().join("bare.db")).unwrap();
    bare.execute_batch("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; CREATE TABLE t (a INTEGER PRIMARY KEY, b TEXT);")
        .unwrap();
    let table = table();
    let from = NewSession::Text {
        text: table,
        name: None,
    };
    let view = engine.create_session(&from).unwrap();
    let id = view.session.id.clone();
    let (option, criterion) = (
        view.decision.options[7].id.clone(),
        view.decision.criteria[3].id.clone(),
    );
    let weights: BTreeMap<String, f64> = [(criterion.to_string(), 3.0)].into();

    let (mut commit, mut create, mut edit, mut preview) =
        (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for round in 0..ROUNDS {
        commit.push(time(|| {
            bare.execute("INSERT INTO t (b) VALUES ('x')", []).unwrap()
        }));
        create.push(time(|| engine.create_session(&from).unwrap()));
        commit.push(time(|| {
            bare.execute("INSERT INTO t (b) VALUES ('x')", []).unwrap()
        }));
        engine.open_session(&id).unwrap();
        let typed = json!([{ "edit": "type_cells", "cells": [
            { "option": option, "criterion": criterion, "text": format!("{round}.5") } ] }]);
        let typed: Vec<Edit> = serde_json::from_value(typed).unwrap();
        edit.push(time(|| engine.edit_session(&id, &typed, None).unwrap()));
        preview.push(time(|| {
            serde_json::to_string(&engine.preview_weights(&id, &weights).unwrap()).unwrap()
        }));
    }
    let c = median(commit);
    let (create, edit, preview) = (median(create), median(edit), median(preview));
    let beside = format!("{c:.2} ms (C, one-row SQLite FULL commit)");
    line(
        "pasted 50×25 table read, kept and ranked",
        create,
        &beside,
        create / c,
        "≤ C + 15 ms",
        create <= c + 15.0,
    );
    line(
        "one cell typed at 50×25, kept and ranked",
        edit,
        &beside,
        edit / c,
        "≤ C + 5 ms",
        edit <= c + 5.0,
    );
    line(
        "weights previewed at 50×25, as JSON",
        preview,
        "16.7 ms (a frame)",
        preview / 16.7,
        "≤ 4 ms",
        preview <= 4.0,
    );
}

fn table() -> String {
    let mut text = String::from("Option");
    for criterion in 0..CRITERIA {
        text.push_str(&format!("\tCriterion {criterion}"));
    }
    for option in 0..OPTIONS {
        text.push_str(&format!("\nOption {option}"));
        for criterion in 0..CRITERIA {
            text.push_str(&format!("\t{}", (option * 37 + criterion * 11) % 101));
        }
    }
    text
}

fn time<T>(act: impl FnOnce() -> T) -> f64 {
    let began = Instant::now();
    std::hint::black_box(act());
    began.elapsed().as_secs_f64() * 1e3
}

fn median(mut figures: Vec<f64>) -> f64 {
    figures.sort_by(f64::total_cmp);
    figures[figures.len() / 2]
}

fn line(name: &str, ms: f64, limit: &str, ratio: f64, goal: &str, met: bool) {
    println!(
        "{name} | {ms:.2} ms | {limit} | {ratio:.2} | {goal} | {}",
        if met { "met" } else { "MISSED" }
    );
}
