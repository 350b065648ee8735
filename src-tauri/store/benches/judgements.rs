//! How many judged cells a second the history takes from a driver with 16 calls in flight to a server that answers at
//! once. Each cell is durable, with its sample, its call and its prompt, before the next one is asked in its place. The
//! measure is C, one row committed by plain SQLite with `synchronous = FULL` on the same disk in the same run.

#![allow(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a bench prints its figures and stops when it cannot run"
)]
#![allow(clippy::cast_precision_loss, reason = "counts of a few hundred")]

use std::path::Path;
use std::sync::mpsc::channel;
use std::time::Instant;

use rusqlite::{Connection, params};
use store::{
    CallRow, Carry, CellRow, DocumentRows, NewRun, NewSession, OpenOptions, Origin, RunEnd,
    SampleRow, Store, SummaryColumns,
};

const NOW: i64 = 1_753_180_000_000;
const ROUNDS: usize = 25;
const IN_FLIGHT: usize = 16;
const OPTIONS: usize = 20;
const CRITERIA: usize = 15;
/// As long as a session is worked on.
const MANY_RUNS: usize = 20;
const CELLS: usize = OPTIONS * CRITERIA;

fn main() {
    // `cargo test --benches` asks for a run that only shows that it works.
    let rounds = if std::env::args().any(|argument| argument == "--bench") {
        ROUNDS
    } else {
        2
    };
    let home = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let plain = plain_sqlite(home.path());
    let store = Store::open(&home.path().join("history"), OpenOptions::new(NOW)).unwrap();
    let (mut commit, mut row, mut rows, mut run, mut alone) = (
        Times::default(),
        Times::default(),
        Times::default(),
        Times::default(),
        Times::default(),
    );
    let (mut share_of_one, mut share_of_four) = (Times::default(), Times::default());
    let (mut carry, mut list, mut view) = (Times::default(), Times::default(), Times::default());
    for round in 0..rounds {
        for _ in 0..5 {
            commit.take(|| {
                plain
                    .execute("INSERT INTO words (word) VALUES ('a word')", [])
                    .unwrap()
            });
        }
        row.0.push(one_row(&plain));
        rows.0.push(rows_of_a_cell(&plain, round));
        let session = format!("s_{round}");
        let first = format!("r_{round}");
        store
            .create(new_session(&session), &DocumentRows::default(), NOW)
            .unwrap();
        store
            .start_run(new_run(&first, &session, None), NOW)
            .unwrap();
        let commits = CELLS.div_ceil(IN_FLIGHT);
        let mut just_now = Times::default();
        just_now.take(|| {
            for _ in 0..commits {
                plain
                    .execute("INSERT INTO words (word) VALUES ('a word')", [])
                    .unwrap();
            }
        });
        run.take(|| judge(&store, &first));
        let (ideal, took) = (just_now.median(), run.last());
        share_of_one
            .0
            .push((ideal + CELLS as f64 * row.last()) / took);
        share_of_four
            .0
            .push((ideal + CELLS as f64 * rows.last()) / took);
        finish(&store, &first);

        let second = format!("c_{round}");
        let carried = Carry {
            from_run: first.clone(),
            cells: (0..CELLS - 1).map(place).collect(),
        };
        carry.take(|| {
            store
                .start_run(new_run(&second, &session, Some(carried)), NOW)
                .unwrap();
        });
        alone.take(|| {
            let (cell, sample, call) = answer(&second, CELLS - 1);
            store
                .put_judgement(&second, cell, Some((sample, vec![call])))
                .unwrap();
        });
        finish(&store, &second);
        view.take(|| {
            (
                store.newest_run(&session).unwrap(),
                store.run_cells(&second).unwrap(),
            )
        });
    }
    // A session that was asked again and again: each run has all 300 cells.
    store
        .create(new_session("s_long"), &DocumentRows::default(), NOW)
        .unwrap();
    for n in 0..MANY_RUNS {
        let run = format!("long_{n}");
        let carried = (n > 0).then(|| Carry {
            from_run: format!("long_{}", n - 1),
            cells: (0..CELLS).map(place).collect(),
        });
        store
            .start_run(new_run(&run, "s_long", carried), NOW)
            .unwrap();
        judge(&store, &run);
        finish(&store, &run);
    }
    for _ in 0..rounds {
        list.take(|| store.runs("s_long").unwrap());
    }
    let (c, row, rows, run) = (commit.median(), row.median(), rows.median(), run.median());
    println!(
        "C = {:.3} ms, one more row = {:.4} ms, the four rows of a cell in plain tables = {:.4} ms, medians of {rounds} rounds",
        c * 1e3,
        row * 1e3,
        rows * 1e3
    );
    if let Ok(load) = std::fs::read_to_string("/proc/loadavg") {
        let processors = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        println!(
            "load average {} on {processors} processors",
            load.split(' ').next().unwrap_or_default()
        );
    }
    println!("figure | measured | limit in the same run | ratio | goal | verdict");
    // Against as many commits of plain SQLite made right before: within a run a busy disk's mood changes too fast for one C.
    for (name, cost, share) in [
        ("one row a cell", row, share_of_one.median()),
        ("its four rows a cell", rows, share_of_four.median()),
    ] {
        let ideal = IN_FLIGHT as f64 / (c + IN_FLIGHT as f64 * cost);
        let rate = CELLS as f64 / run;
        verdict(
            &format!(
                "cells judged with {IN_FLIGHT} in flight, ideal of C and {name}, share round by round"
            ),
            &format!("{rate:.0}/s | {ideal:.0}/s"),
            share,
            0.6,
        );
    }
    let ms = |seconds: f64| format!("{:.3} ms", seconds * 1e3);
    at_most("one judgement alone", alone.median(), c + 5e-3, ms);
    at_most(
        "a run started that takes over 299 of 300 cells",
        carry.median(),
        c + 15e-3,
        ms,
    );
    at_most(
        "20 runs of 300 cells and calls, counted",
        list.median(),
        20e-3,
        ms,
    );
    at_most("newest run and its 300 cells", view.median(), 5e-3, ms);
}

fn verdict(name: &str, figures: &str, share: f64, goal: f64) {
    let verdict = if share >= goal { "ok" } else { "MISSED" };
    println!("{name} | {figures} | {share:.2} | >= {goal:.2} | {verdict}");
}

fn at_most(name: &str, figure: f64, limit: f64, show: impl Fn(f64) -> String) {
    let verdict = if figure <= limit { "ok" } else { "MISSED" };
    println!(
        "{name} | {} | {} | {:.2} | <= 1.00 | {verdict}",
        show(figure),
        show(limit),
        figure / limit
    );
}

/// Seconds.
#[derive(Default)]
struct Times(Vec<f64>);

impl Times {
    fn take<T>(&mut self, work: impl FnOnce() -> T) {
        let started = Instant::now();
        let result = std::hint::black_box(work());
        self.0.push(started.elapsed().as_secs_f64());
        drop(result);
    }

    fn last(&self) -> f64 {
        self.0[self.0.len() - 1]
    }

    fn median(&mut self) -> f64 {
        self.0.sort_by(f64::total_cmp);
        self.0[self.0.len() / 2]
    }
}

/// One thread drives all calls, as the engine does: whoever's answer is durable is followed by the next cell.
fn judge(store: &Store, run: &str) {
    let (tell, told) = channel();
    let ask = |n: usize| {
        let (cell, sample, call) = answer(run, n);
        let tell = tell.clone();
        store.submit_judgement(run, cell, Some((sample, vec![call])), move |kept| {
            kept.unwrap();
            tell.send(()).unwrap();
        });
    };
    (0..IN_FLIGHT).for_each(ask);
    for done in 1..=CELLS {
        told.recv().unwrap();
        let next = done + IN_FLIGHT - 1;
        if next < CELLS {
            ask(next);
        }
    }
}

/// Criterion by criterion.
fn place(n: usize) -> (String, String) {
    (format!("o{}", n % OPTIONS), format!("c{}", n / OPTIONS))
}

/// As long as models write: three sentences of justification, one quote, a prompt of some hundred words.
fn answer(run: &str, n: usize) -> (CellRow, SampleRow, CallRow) {
    let (option_id, criterion_id) = place(n);
    let sentence = "The vendor keeps three replicas in two regions and names the time to switch in its contract. ";
    let justification = Some(sentence.repeat(3));
    let evidence = format!(r#"[{{"source":"vendor.pdf","quote":"{sentence}","found":true}}]"#);
    let sample = SampleRow {
        option_id: option_id.clone(),
        criterion_id: criterion_id.clone(),
        state: "scored".into(),
        score: Some(4.0),
        justification: justification.clone(),
        evidence: evidence.clone(),
        ..SampleRow::default()
    };
    let call = CallRow {
        id: format!("{run}_{n}"),
        option_id: option_id.clone(),
        criterion_id: criterion_id.clone(),
        backend: "ollama".into(),
        kind: "ollama".into(),
        address: "http://127.0.0.1:11434".into(),
        model: "qwen3:8b".into(),
        model_digest: Some(
            "500a1f067a9f782620b40bee6f7b0c89e17ae61f686b92c24933e4ca4b2b8b41".into(),
        ),
        parameters: r#"{"temperature":0.0,"seed":7,"num_ctx":8192}"#.into(),
        stable: format!("{criterion_id} {}", sentence.repeat(20)),
        cell: format!("{criterion_id} {option_id} {}", sentence.repeat(10)),
        schema: sentence.repeat(6),
        reply: format!(
            r#"{{"status":"scored","justification":"{}","score":4}}"#,
            sentence.repeat(3)
        ),
        finish: Some("stop".into()),
        input_tokens: Some(812),
        output_tokens: Some(96),
        started_at: NOW,
        first_byte_ms: Some(0.2),
        first_token_ms: Some(0.2),
        total_ms: Some(0.4),
        ..CallRow::default()
    };
    let cell = CellRow {
        option_id,
        criterion_id,
        state: "scored".into(),
        source: Some("model".into()),
        score: Some(4.0),
        value: Some(0.8),
        justification,
        evidence,
        fingerprint: Some(
            "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08".into(),
        ),
        spread: Some([4.0, 4.0]),
        samples: 1,
        backend: Some("ollama".into()),
        model: Some("qwen3:8b".into()),
        judged_at: Some(NOW),
        ..CellRow::default()
    };
    (cell, sample, call)
}

fn plain_sqlite(folder: &Path) -> Connection {
    let plain = Connection::open(folder.join("plain.db")).unwrap();
    plain
        .execute_batch(
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
             CREATE TABLE words (key INTEGER PRIMARY KEY, word TEXT NOT NULL) STRICT;
             CREATE TABLE rows (key INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, a TEXT, b TEXT, c TEXT) STRICT;",
        )
        .unwrap();
    plain
}

/// What one row costs within a transaction that is there anyway.
fn one_row(plain: &Connection) -> f64 {
    const MANY: usize = 100;
    let transaction = plain.unchecked_transaction().unwrap();
    let mut insert = transaction
        .prepare_cached("INSERT INTO words (word) VALUES ('a word')")
        .unwrap();
    let started = Instant::now();
    for _ in 0..MANY {
        insert.execute([]).unwrap();
    }
    started.elapsed().as_secs_f64() / MANY as f64
}

/// What the texts of one cell cost so, as the four rows that they make: cell, sample, call and prompt.
fn rows_of_a_cell(plain: &Connection, round: usize) -> f64 {
    let transaction = plain.unchecked_transaction().unwrap();
    let mut insert = transaction
        .prepare_cached("INSERT INTO rows (name, a, b, c) VALUES (?1, ?2, ?3, ?4)")
        .unwrap();
    let answers: Vec<_> = (0..CELLS).map(|n| answer("run", n)).collect();
    let started = Instant::now();
    for (n, (cell, sample, call)) in answers.iter().enumerate() {
        let name = |kind: &str| format!("{round} {n} {kind}");
        insert
            .execute(params![
                name("cell"),
                cell.justification,
                cell.evidence,
                cell.fingerprint
            ])
            .unwrap();
        insert
            .execute(params![
                name("sample"),
                sample.justification,
                sample.evidence,
                ""
            ])
            .unwrap();
        insert
            .execute(params![
                name("call"),
                call.reply,
                call.parameters,
                call.address
            ])
            .unwrap();
        insert
            .execute(params![name("prompt"), call.cell, "", ""])
            .unwrap();
    }
    let took = started.elapsed().as_secs_f64() / CELLS as f64;
    drop(insert);
    transaction.commit().unwrap();
    took
}

fn new_session(id: &str) -> NewSession {
    NewSession {
        id: id.into(),
        kind: "decision".into(),
        origin: Origin::default(),
        summary: SummaryColumns::default(),
    }
}

fn new_run(id: &str, session: &str, carry: Option<Carry>) -> NewRun {
    NewRun {
        id: id.into(),
        session_id: session.into(),
        method: "weighted_sum".into(),
        carry,
        ..NewRun::default()
    }
}

fn finish(store: &Store, run: &str) {
    let end = RunEnd {
        outcome: "complete".into(),
        ranking: None,
    };
    store.finish_run(run, end, NOW).unwrap();
}
