//! Runs, their cells and their leases; what is erased; small settings.

use std::fs;
use std::path::Path;

use store::{CellRow, NewRun, Origin, RunEnd, SessionState, Store, TRASH_KEPT_MS};

use crate::judgements::{call, sample};
use crate::samples::{NOW, create, document, new_session, open, step};

fn run(id: &str, session: &str) -> NewRun {
    NewRun {
        id: id.into(),
        session_id: session.into(),
        document_revision: 1,
        method: "weighted_sum".into(),
        parameters: "{}".into(),
        carry: None,
    }
}

fn cell(option: &str, score: f64) -> CellRow {
    CellRow {
        option_id: option.into(),
        criterion_id: "c0".into(),
        state: "scored".into(),
        source: Some("measured".into()),
        score: Some(score),
        raw: Some(120.0),
        unit: "USD".into(),
        value: Some(0.75),
        flags: "[\"out_of_range\"]".into(),
        justification: Some("because".into()),
        evidence: "[]".into(),
        ..CellRow::default()
    }
}

fn end(outcome: &str) -> RunEnd {
    RunEnd {
        outcome: outcome.into(),
        ranking: Some("[]".into()),
    }
}

#[test]
fn a_run_keeps_its_cells_and_its_end() {
    let home = tempfile::tempdir().unwrap();
    let store = open(home.path());
    create(&store, "s_1", &document(2, 1, 1.0), NOW);
    store.start_run(run("r_1", "s_1"), NOW).unwrap();
    store
        .put_cells("r_1", vec![cell("o0", 1.0), cell("o1", 2.0)])
        .unwrap();
    store.put_cells("r_1", vec![cell("o1", 3.0)]).unwrap();
    store.heartbeat("r_1", NOW + 5).unwrap();
    assert_eq!(store.runs("s_1").unwrap()[0].finished_at, None);
    store.finish_run("r_1", end("complete"), NOW + 9).unwrap();
    store
        .record_run(
            run("r_2", "s_1"),
            vec![cell("o0", 4.0)],
            end("incomplete"),
            NOW + 10,
        )
        .unwrap();

    let store = open(home.path());
    let runs = store.runs("s_1").unwrap();
    let ends: Vec<_> = runs
        .iter()
        .map(|run| (run.id.as_str(), run.finished_at, run.outcome.as_deref()))
        .collect();
    assert_eq!(
        ends,
        [
            ("r_2", Some(NOW + 10), Some("incomplete")),
            ("r_1", Some(NOW + 9), Some("complete"))
        ]
    );
    assert_eq!(
        store.run_cells("r_1").unwrap(),
        [cell("o0", 1.0), cell("o1", 3.0)]
    );
    assert_eq!(
        store
            .put_cells("r_1", vec![cell("o0", 5.0)])
            .unwrap_err()
            .code(),
        "not_found",
        "it has ended"
    );
    assert_eq!(
        store
            .start_run(run("r_3", "s_none"), NOW)
            .unwrap_err()
            .code(),
        "not_found"
    );
}

#[test]
fn cells_out_of_their_rules_are_refused() {
    let home = tempfile::tempdir().unwrap();
    let store = open(home.path());
    create(&store, "s_1", &document(1, 1, 1.0), NOW);
    store.start_run(run("r_1", "s_1"), NOW).unwrap();
    type Break = fn(&mut CellRow);
    let rules: [(&str, Break); 4] = [
        ("running is never stored", |cell| {
            cell.state = "running".into();
        }),
        ("a value above 1", |cell| cell.value = Some(1.5)),
        ("an unknown source", |cell| {
            cell.source = Some("guess".into());
        }),
        ("flags that are no JSON", |cell| cell.flags = "[".into()),
    ];
    for (rule, break_it) in rules {
        let mut bad = cell("o0", 1.0);
        break_it(&mut bad);
        assert_eq!(
            store.put_cells("r_1", vec![bad]).unwrap_err().code(),
            "history_refused",
            "{rule}"
        );
    }
    assert_eq!(store.run_cells("r_1").unwrap(), []);
}

#[test]
fn the_newest_unfinished_session_of_a_file_is_found() {
    let home = tempfile::tempdir().unwrap();
    let store = open(home.path());
    let mut half = document(2, 2, 1.0);
    half.inputs.truncate(2);
    for (n, (id, rows)) in [
        ("s_a", &half),
        ("s_b", &half),
        ("s_c", &document(2, 2, 1.0)),
    ]
    .into_iter()
    .enumerate()
    {
        let mut session = new_session(id, rows);
        session.origin = Origin {
            path: Some("/home/ana/db.toml".into()),
            fingerprint: Some(format!("print{n}")),
        };
        store.create(session, rows, NOW + n as i64).unwrap();
    }
    let found = |source: &str| {
        store
            .find_run_source(source)
            .unwrap()
            .map(|session| session.id)
    };
    assert_eq!(
        found("/home/ana/db.toml").as_deref(),
        Some("s_b"),
        "s_c is newer, but complete"
    );
    assert_eq!(found("print0").as_deref(), Some("s_a"));
    assert_eq!(found("print2"), None);
    store.start_run(run("r_1", "s_c"), NOW).unwrap();
    assert_eq!(
        found("print2").as_deref(),
        Some("s_c"),
        "its run has not ended"
    );
    store.set_state("s_b", SessionState::Trashed, NOW).unwrap();
    store.set_state("s_c", SessionState::Trashed, NOW).unwrap();
    assert_eq!(found("/home/ana/db.toml").as_deref(), Some("s_a"));
}

#[test]
fn settings_are_kept_with_the_history() {
    let home = tempfile::tempdir().unwrap();
    open(home.path())
        .put_setting("last_session", Some("s_1"))
        .unwrap();
    let store = open(home.path());
    assert_eq!(
        store.setting("last_session").unwrap().as_deref(),
        Some("s_1")
    );
    store.put_setting("last_session", None).unwrap();
    assert_eq!(store.setting("last_session").unwrap(), None);
}

/// Every file under a folder that holds the needle.
fn holding(folder: &Path, needle: &str) -> Vec<String> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap().flatten() {
        if entry.path().is_dir() {
            found.extend(holding(&entry.path(), needle));
        } else if fs::read(entry.path())
            .unwrap()
            .windows(needle.len())
            .any(|bytes| bytes == needle.as_bytes())
        {
            found.push(entry.file_name().to_string_lossy().into_owned());
        }
    }
    found
}

/// A session with the needle in every text that can be typed, in its undo steps, its runs and the index.
fn leave_traces(store: &Store, id: &str, needle: &str) {
    let mut rows = document(3, 3, 1.0);
    let long = format!("{needle} {}", "and what follows ".repeat(800));
    rows.header.topic = format!("{needle} topic");
    rows.header.context = long.clone();
    rows.header.notes = needle.into();
    rows.options[0].name = needle.into();
    rows.options[1].description = long.clone();
    rows.criteria[0].name = needle.into();
    rows.evidence[0].quote = long.clone();
    rows.inputs[0].note = needle.into();
    create(store, id, &rows, NOW);
    let mut edited = rows.clone();
    edited.options.remove(0);
    edited.header.context = format!("{needle} again");
    store
        .save(step(id, 1, &rows, &edited, &format!("remove {needle}")))
        .unwrap();
    store.undo(id, NOW).unwrap();
    let filter = store::SessionFilter {
        state: None,
        search: needle.into(),
    };
    assert_eq!(
        store.sessions(&filter).unwrap().len(),
        1,
        "it is in the index"
    );
    let mut judged = cell("o0", 1.0);
    judged.justification = Some(long.clone());
    let run_id = format!("r_{id}");
    store
        .record_run(run(&run_id, id), vec![judged], end("complete"), NOW)
        .unwrap();
    leave_traces_of_judging(store, id, needle, &long);
}

/// The needle in every text of a judged run: prompts, replies, justifications, parameters, errors.
fn leave_traces_of_judging(store: &Store, id: &str, needle: &str, long: &str) {
    let run_id = format!("j_{id}");
    let mut started = run(&run_id, id);
    started.parameters = format!("{{\"note\":\"{needle}\"}}");
    store.start_run(started, NOW).unwrap();
    for option in ["o0", "o1"] {
        let mut sample = sample(option, "c0", 1, 1.0);
        sample.justification = Some(long.into());
        sample.evidence = format!("[{{\"quote\":\"{needle}\"}}]");
        sample.problem = Some(needle.into());
        let call = store::CallRow {
            stable: format!("{needle} stable {long}"),
            cell: format!("{option} {needle}"),
            schema: format!("{{\"title\":\"{needle}\"}}"),
            extra: Some(needle.into()),
            reply: format!("{long}{long}"),
            address: format!("http://{needle}:1"),
            model: needle.into(),
            parameters: format!("{{\"stop\":\"{needle}\"}}"),
            error: Some(needle.into()),
            notice: Some(needle.into()),
            ..call(&run_id, &sample, 1)
        };
        let mut cell = cell(option, 1.0);
        cell.justification = Some(format!("the judge says {needle}"));
        cell.model = Some(needle.into());
        store
            .put_judgement(&run_id, cell, Some((sample, vec![call])))
            .unwrap();
    }
    store.finish_run(&run_id, end("complete"), NOW).unwrap();
    let carrying = NewRun {
        carry: Some(store::Carry {
            from_run: run_id.clone(),
            cells: vec![("o0".into(), "c0".into())],
        }),
        ..run(&format!("k_{id}"), id)
    };
    store.start_run(carrying, NOW).unwrap();
    let filter = store::SessionFilter {
        state: None,
        search: format!("judge says {needle}"),
    };
    assert_eq!(
        store.sessions(&filter).unwrap().len(),
        1,
        "what it judged is in the index"
    );
}

#[test]
fn what_is_erased_is_in_no_byte_of_any_file_but_the_backups_that_are_named() {
    let home = tempfile::tempdir().unwrap();
    let store = open(home.path());
    for n in 0..5 {
        leave_traces(&store, &format!("s_before{n}"), &format!("neighbour{n}"));
    }
    leave_traces(&store, "s_canary", "canaryxyzzy");
    for n in 5..8 {
        leave_traces(&store, &format!("s_after{n}"), &format!("neighbour{n}"));
    }
    // The index stores the words in lower case and shares prefixes between neighbours, so its end is looked for, too.
    assert!(!holding(home.path(), "canaryxyzzy").is_empty());
    let backup = store.backup("manual", NOW).unwrap();

    let erased = store.erase(&["s_canary".into(), "s_none".into()]).unwrap();
    assert_eq!((erased.sessions, erased.traces_in_wal), (1, false));
    assert_eq!(erased.backups_holding, std::slice::from_ref(&backup.file));
    let name = backup
        .file
        .file_name()
        .unwrap()
        .to_string_lossy()
        .into_owned();
    assert_eq!(
        holding(home.path(), "canaryxyzzy"),
        std::slice::from_ref(&name)
    );
    assert_eq!(
        holding(home.path(), "naryxyzzy"),
        std::slice::from_ref(&name)
    );
    assert_eq!(holding(home.path(), "xyzzy"), [name]);
    assert_eq!(store.load("s_canary").unwrap(), None);
    assert!(store.load("s_after7").unwrap().is_some());
    assert_eq!(store.check().unwrap().problems, Vec::<String>::new());
    fs::remove_file(backup.file).unwrap();
    drop(store);
    assert_eq!(holding(home.path(), "xyzzy"), Vec::<String>::new());
}

#[test]
fn the_trash_is_erased_after_thirty_days_and_not_before() {
    let home = tempfile::tempdir().unwrap();
    let store = open(home.path());
    for id in ["s_old", "s_late", "s_open"] {
        create(&store, id, &document(1, 1, 1.0), NOW);
    }
    store
        .set_state("s_old", SessionState::Trashed, NOW)
        .unwrap();
    store
        .set_state("s_late", SessionState::Trashed, NOW + 1)
        .unwrap();
    assert_eq!(
        store.purge_trash(NOW + TRASH_KEPT_MS - 1).unwrap().sessions,
        0
    );
    assert_eq!(store.purge_trash(NOW + TRASH_KEPT_MS).unwrap().sessions, 1);
    let left = store.sessions(&store::SessionFilter::default()).unwrap();
    let mut left: Vec<_> = left.into_iter().map(|session| session.id).collect();
    left.sort();
    assert_eq!(left, ["s_late", "s_open"]);
}
