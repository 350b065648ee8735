//! What models said: samples, calls and judged cells, and that they are kept whole or not at all.

use rusqlite::Connection;
use store::{CallRow, CellRow, MAX_REPLY, NewRun, RunEnd, SampleRow, SessionFilter, Store};

use crate::samples::{NOW, create, document, open, step};

pub fn judged_run(id: &str, session: &str) -> NewRun {
    NewRun {
        id: id.into(),
        session_id: session.into(),
        method: "weighted_sum".into(),
        ..NewRun::default()
    }
}

pub fn sample(option: &str, criterion: &str, number: u32, score: f64) -> SampleRow {
    SampleRow {
        option_id: option.into(),
        criterion_id: criterion.into(),
        number,
        state: "scored".into(),
        score: Some(score),
        justification: Some(format!("{option} earns {score}")),
        evidence: r#"[{"source":"vendor.pdf","quote":"120 USD","found":true}]"#.into(),
        memory: true,
        ..SampleRow::default()
    }
}

pub fn call(run: &str, sample: &SampleRow, attempt: u32) -> CallRow {
    let (option, criterion) = (sample.option_id.clone(), sample.criterion_id.clone());
    CallRow {
        id: format!("{run} {option} {criterion} {} {attempt}", sample.number),
        sample: sample.number,
        attempt,
        backend: "office".into(),
        kind: "openai".into(),
        address: "http://127.0.0.1:8080/v1".into(),
        model: "qwen3:8b".into(),
        model_digest: Some("sha256:12".into()),
        parameters: r#"{"temperature":0.2,"seed":7}"#.into(),
        stable: format!("You judge one option. Criterion {criterion}."),
        cell: format!("Option {option}, criterion {criterion}."),
        extra: (attempt > 1).then(|| "That was no JSON.".into()),
        schema: r#"{"type":"object"}"#.into(),
        reply: r#"{"status":"scored","score":4}"#.into(),
        finish: Some("stop".into()),
        input_tokens: Some(400),
        output_tokens: Some(60),
        cached_tokens: Some(380),
        started_at: NOW,
        first_byte_ms: Some(12.5),
        first_token_ms: Some(80.0),
        load_ms: Some(0.0),
        total_ms: Some(220.25),
        notice: Some("The server read 300 of 400 tokens.".into()),
        option_id: option,
        criterion_id: criterion,
        ..CallRow::default()
    }
}

pub fn judged(option: &str, criterion: &str, score: f64) -> CellRow {
    CellRow {
        option_id: option.into(),
        criterion_id: criterion.into(),
        state: "scored".into(),
        source: Some("model".into()),
        score: Some(score),
        value: Some(score / 5.0),
        justification: Some(format!("{option} earns {score}")),
        fingerprint: Some(format!("print of {option} {criterion}")),
        spread: Some([score - 1.0, score]),
        samples: 2,
        backend: Some("office".into()),
        model: Some("qwen3:8b".into()),
        judged_at: Some(NOW + 3),
        latency_ms: Some(220.25),
        memory: true,
        ..CellRow::default()
    }
}

/// Judges a cell with one sample and one call.
pub fn judge(store: &Store, run: &str, option: &str, criterion: &str, score: f64) {
    let sample = sample(option, criterion, 1, score);
    let calls = vec![call(run, &sample, 1)];
    store
        .put_judgement(run, judged(option, criterion, score), Some((sample, calls)))
        .unwrap();
}

pub fn finish(store: &Store, run: &str) {
    let end = RunEnd {
        outcome: "complete".into(),
        ranking: None,
    };
    store.finish_run(run, end, NOW + 9).unwrap();
}

pub fn count(home: &tempfile::TempDir, table: &str) -> u32 {
    let connection = Connection::open(home.path().join("history.db")).unwrap();
    connection
        .query_row(&format!("SELECT count(*) FROM {table}"), [], |row| {
            row.get(0)
        })
        .unwrap()
}

pub fn started(home: &tempfile::TempDir) -> Store {
    let store = open(home.path());
    create(&store, "s_1", &document(3, 2, 1.0), NOW);
    store.start_run(judged_run("r_1", "s_1"), NOW).unwrap();
    store
}

#[test]
fn a_sample_is_kept_before_its_cell_and_with_every_call() {
    let home = tempfile::tempdir().unwrap();
    let store = started(&home);
    let first = sample("o0", "c1", 1, 3.0);
    let mut unread = call("r_1", &first, 1);
    unread.reply = "four, I would say — 四".into();
    let calls = vec![unread, call("r_1", &first, 2)];
    store
        .put_sample("r_1", first.clone(), calls.clone())
        .unwrap();
    let known = SampleRow {
        call: Some(calls[1].id.clone()),
        ..first.clone()
    };
    assert_eq!(
        store.run_samples("r_1").unwrap(),
        std::slice::from_ref(&known)
    );
    assert_eq!(store.run_cells("r_1").unwrap(), []);
    assert_eq!(
        store.cell_samples("r_1", "o0", "c1").unwrap(),
        [(known.clone(), calls.clone())]
    );

    let mut second = sample("o0", "c1", 2, 0.0);
    second.state = "failed".into();
    second.score = None;
    second.problem = Some("The server is down.".into());
    let mut broken = call("r_1", &second, 1);
    broken.error_code = Some("down".into());
    broken.error = Some("The server is down.".into());
    broken.finish = None;
    broken.input_tokens = None;
    let last = Some((second.clone(), vec![broken.clone()]));
    store
        .put_judgement("r_1", judged("o0", "c1", 3.0), last)
        .unwrap();
    drop(store);

    let store = open(home.path());
    assert_eq!(
        store.run_cells("r_1").unwrap(),
        [judged("o0", "c1", 3.0)],
        "every column came back"
    );
    second.call = Some(broken.id.clone());
    assert_eq!(
        store.cell_samples("r_1", "o0", "c1").unwrap(),
        [(known, calls), (second, vec![broken])]
    );
    assert_eq!(store.cell_samples("r_1", "o1", "c1").unwrap(), []);
    assert_eq!(store.cell_samples("r_none", "o0", "c1").unwrap(), []);
    assert_eq!(store.check().unwrap().problems, Vec::<String>::new());
}

#[test]
fn texts_that_calls_share_are_kept_once_a_session_and_go_with_it() {
    let home = tempfile::tempdir().unwrap();
    let store = started(&home);
    for option in ["o0", "o1", "o2"] {
        for criterion in ["c0", "c1"] {
            judge(&store, "r_1", option, criterion, 4.0);
        }
    }
    // Two criteria, six cells, one schema.
    assert_eq!(count(&home, "prompts"), 2 + 6 + 1);
    create(&store, "s_2", &document(1, 1, 1.0), NOW);
    store.start_run(judged_run("r_2", "s_2"), NOW).unwrap();
    judge(&store, "r_2", "o0", "c0", 4.0);
    assert_eq!(
        count(&home, "prompts"),
        9 + 3,
        "nothing is shared between sessions"
    );
    store.erase(&["s_1".into()]).unwrap();
    for (table, left) in [
        ("prompts", 3),
        ("samples", 1),
        ("calls", 1),
        ("cells", 1),
        ("runs", 1),
    ] {
        assert_eq!(count(&home, table), left, "{table}");
    }
    assert_eq!(store.cell_samples("r_2", "o0", "c0").unwrap().len(), 1);
    assert_eq!(store.check().unwrap().problems, Vec::<String>::new());
}

#[test]
fn rows_out_of_their_rules_are_refused_whole() {
    let home = tempfile::tempdir().unwrap();
    let store = started(&home);
    judge(&store, "r_1", "o0", "c0", 4.0);
    type Break = fn(&mut SampleRow, &mut CallRow, &mut CellRow);
    let rules: [(&str, Break); 12] = [
        ("a score of nothing scored", |sample, _, _| {
            sample.state = "abstained".into();
        }),
        ("scored without a score", |sample, _, _| sample.score = None),
        ("a state that is never stored", |sample, _, _| {
            sample.state = "running".into();
        }),
        ("samples count from 1", |sample, call, _| {
            (sample.number, call.sample) = (0, 0);
        }),
        ("evidence that is no JSON", |sample, _, _| {
            sample.evidence = "[".into();
        }),
        ("a call of another sample", |_, call, _| call.sample = 2),
        ("a call of another cell", |_, call, _| {
            call.option_id = "o2".into();
        }),
        ("a call that is there already", |_, call, _| {
            call.id = "r_1 o0 c0 1 1".into();
        }),
        ("attempts count from 1", |_, call, _| call.attempt = 0),
        ("parameters that are no JSON", |_, call, _| {
            call.parameters = "hot".into();
        }),
        ("a spread upside down", |_, _, cell| {
            cell.spread = Some([4.0, 2.0]);
        }),
        ("a cell in no known state", |_, _, cell| {
            cell.state = "running".into();
        }),
    ];
    for (rule, break_it) in rules {
        let (mut bad, mut cell) = (sample("o1", "c0", 1, 4.0), judged("o1", "c0", 4.0));
        let mut asked = call("r_1", &bad, 1);
        break_it(&mut bad, &mut asked, &mut cell);
        let refused = store.put_judgement("r_1", cell, Some((bad, vec![asked])));
        assert_eq!(refused.unwrap_err().code(), "history_refused", "{rule}");
    }
    assert_eq!(store.run_samples("r_1").unwrap().len(), 1);
    assert_eq!(store.run_cells("r_1").unwrap().len(), 1);
    assert_eq!(
        count(&home, "prompts"),
        3,
        "no text of what was refused is left"
    );
}

#[test]
fn a_sample_that_is_asked_again_keeps_the_calls_it_had() {
    let home = tempfile::tempdir().unwrap();
    let store = started(&home);
    let mut lost = sample("o0", "c0", 1, 0.0);
    (lost.state, lost.score) = ("failed".into(), None);
    let first = call("r_1", &lost, 1);
    store.put_sample("r_1", lost, vec![first.clone()]).unwrap();
    let mut found = sample("o0", "c0", 1, 2.0);
    let second = call("r_1", &found, 2);
    store
        .put_sample("r_1", found.clone(), vec![second.clone()])
        .unwrap();
    found.call = Some(second.id.clone());
    assert_eq!(
        store.cell_samples("r_1", "o0", "c0").unwrap(),
        [(found, vec![first, second])]
    );
}

#[test]
fn a_reply_is_kept_whole_up_to_its_limit_and_longer_ones_say_how_long_they_were() {
    let home = tempfile::tempdir().unwrap();
    let store = started(&home);
    let whole = "x".repeat(MAX_REPLY);
    // A letter of two bytes stands across the limit.
    let long = format!("{}é and so on", "x".repeat(MAX_REPLY - 1));
    let cut = format!(
        "{}\n[cut here: the reply has {} bytes]",
        "x".repeat(MAX_REPLY - 1),
        long.len()
    );
    for (number, reply, kept) in [
        (1, whole.clone(), whole),
        (2, long, cut),
        (3, "\u{0}\u{feff}\r\n".into(), "\u{0}\u{feff}\r\n".into()),
    ] {
        let asked = sample("o0", "c0", number, 1.0);
        let mut call = call("r_1", &asked, 1);
        call.reply = reply;
        store.put_sample("r_1", asked, vec![call]).unwrap();
        let samples = store.cell_samples("r_1", "o0", "c0").unwrap();
        let (_, calls) = samples.last().unwrap();
        assert!(calls[0].reply == kept, "sample {number}");
    }
}

#[test]
fn a_run_that_has_ended_takes_no_more_answers() {
    let home = tempfile::tempdir().unwrap();
    let store = started(&home);
    finish(&store, "r_1");
    let asked = sample("o0", "c0", 1, 4.0);
    let calls = vec![call("r_1", &asked, 1)];
    assert_eq!(
        store.put_sample("r_1", asked, calls).unwrap_err().code(),
        "not_found"
    );
    assert_eq!(
        store
            .put_judgement("r_1", judged("o0", "c0", 1.0), None)
            .unwrap_err()
            .code(),
        "not_found"
    );
    assert_eq!(count(&home, "samples") + count(&home, "cells"), 0);
}

#[test]
fn undo_takes_back_an_edit_and_no_judgement() {
    let home = tempfile::tempdir().unwrap();
    let store = started(&home);
    judge(&store, "r_1", "o0", "c0", 4.0);
    let (before, mut after) = (document(3, 2, 1.0), document(3, 2, 1.0));
    after.options.remove(0);
    after.evidence.clear();
    after.inputs.retain(|input| input.option_id != "o0");
    store
        .save(step("s_1", 1, &before, &after, "remove o0"))
        .unwrap();
    assert_eq!(
        store.run_cells("r_1").unwrap().len(),
        1,
        "kept for when it comes back"
    );
    store.undo("s_1", NOW).unwrap();
    store.redo("s_1", NOW).unwrap();
    assert_eq!(store.run_cells("r_1").unwrap(), [judged("o0", "c0", 4.0)]);
    assert_eq!(store.cell_samples("r_1", "o0", "c0").unwrap().len(), 1);
}

#[test]
fn the_search_finds_what_the_newest_judgements_say() {
    let home = tempfile::tempdir().unwrap();
    let store = started(&home);
    let found = |word: &str| {
        let filter = SessionFilter {
            state: None,
            search: word.into(),
        };
        store.sessions(&filter).unwrap().len()
    };
    assert_eq!(found("replication"), 0);
    let cell = |words: &str| CellRow {
        justification: Some(words.into()),
        ..judged("o0", "c0", 4.0)
    };
    store
        .put_judgement("r_1", cell("Its replication is mature."), None)
        .unwrap();
    assert_eq!((found("replication"), found("partitions")), (1, 0));
    finish(&store, "r_1");
    store.start_run(judged_run("r_2", "s_1"), NOW).unwrap();
    assert_eq!(found("replication"), 0, "the newest run has not said so");
    store
        .put_judgement("r_2", cell("It survives partitions."), None)
        .unwrap();
    assert_eq!((found("replication"), found("partitions")), (0, 1));
}
