//! What a save costs beside C, one row committed by plain SQLite with `synchronous = FULL` on the same disk in the same
//! run. Rounds alternate between all measurements, because a disk's mood changes by the second; figures are medians.

#![allow(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a bench prints its figures and stops when it cannot run"
)]
#![allow(clippy::cast_precision_loss, reason = "counts of a few hundred")]

use std::path::Path;
use std::time::Instant;

use rusqlite::Connection;
use store::{
    CriterionRow, DocumentRows, HeaderRow, InputRow, NewSession, OpenOptions, OptionRow, Origin,
    RowChanges, Save, Store, SummaryColumns, UndoStep,
};

const NOW: i64 = 1_753_180_000_000;
const ROUNDS: usize = 40;
const WRITERS: usize = 8;
const WRITES_EACH: usize = 25;

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
    let rows = decision(50, 25, 1.0);
    let (mut commit, mut row, mut setting, mut create, mut edit, mut difference) = (
        Times::default(),
        Times::default(),
        Times::default(),
        Times::default(),
        Times::default(),
        Times::default(),
    );
    let (mut settings_at_once, mut hand_over) = (Times::default(), Times::default());
    for round in 0..rounds {
        for n in 0..5 {
            commit.take(|| {
                plain
                    .execute("INSERT INTO words (word) VALUES ('a word')", [])
                    .unwrap()
            });
            let value = format!("{round} {n}");
            setting.take(|| store.put_setting("name", Some(&value)).unwrap());
            hand_over.take(|| store.data_version().unwrap());
        }
        row.add(row_cost(&plain));
        let id = format!("s_{round}");
        create.take(|| store.create(session(&id), &rows, NOW).unwrap());
        for n in 0..5 {
            let (before, after) = (with_cell(&rows, n), with_cell(&rows, n + 1));
            edit.take(|| {
                store
                    .save(one_cell(&id, n + 1, RowChanges::between(&before, &after)))
                    .unwrap()
            });
            difference.take(|| RowChanges::between(&before, &after));
        }
        settings_at_once.add(at_once(|writer, n| {
            store
                .put_setting(&format!("writer {writer}"), Some(&n.to_string()))
                .unwrap();
        }));
    }
    let (c, row, hand_over) = (commit.median(), row.median(), hand_over.median());
    println!(
        "C = {:.3} ms, one more row = {:.4} ms, to the writing thread and back = {:.3} ms, medians of {rounds} rounds",
        c * 1e3,
        row * 1e3,
        hand_over * 1e3
    );
    // Work of some milliseconds takes several times as long when others want the processors, and C does not.
    if let Ok(load) = std::fs::read_to_string("/proc/loadavg") {
        let processors = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        println!(
            "load average {} on {processors} processors",
            load.split(' ').next().unwrap_or_default()
        );
    }
    println!("name | figure | limit | ratio | goal | verdict");
    at_most(
        "a 50 x 25 decision created durably",
        create.median(),
        c + 5e-3,
    );
    let (edit, setting) = (edit.median(), setting.median());
    at_most(
        "one cell edited durably, with its undo step",
        edit,
        c + 5e-3,
    );
    // The time to wake a thread and be woken by it is the machine's, and on a busy one it is as long as C.
    at_most("one setting written alone", setting, c + hand_over + 0.5e-3);
    at_most(
        "the difference of two 50 x 25 documents",
        difference.median(),
        1e-3,
    );
    let ideal = WRITES_EACH as f64 * (c + WRITERS as f64 * row);
    at_least(
        "eight writers at once, of the ideal rate",
        ideal / settings_at_once.median(),
        0.6,
    );
}

fn at_most(name: &str, figure: f64, limit: f64) {
    let verdict = if figure <= limit { "ok" } else { "MISSED" };
    println!(
        "{name} | {:.3} ms | {:.3} ms | {:.2} | <= 1.00 | {verdict}",
        figure * 1e3,
        limit * 1e3,
        figure / limit
    );
}

fn at_least(name: &str, share: f64, goal: f64) {
    let verdict = if share >= goal { "ok" } else { "MISSED" };
    println!(
        "{name} | {:.0} % | {:.0} % | {share:.2} | >= {goal:.2} | {verdict}",
        share * 100.0,
        goal * 100.0
    );
}

/// Seconds.
#[derive(Default)]
struct Times(Vec<f64>);

impl Times {
    fn take<T>(&mut self, work: impl FnOnce() -> T) {
        let started = Instant::now();
        let result = std::hint::black_box(work());
        self.add(started.elapsed().as_secs_f64());
        drop(result);
    }

    fn add(&mut self, seconds: f64) {
        self.0.push(seconds);
    }

    fn median(&mut self) -> f64 {
        self.0.sort_by(f64::total_cmp);
        self.0[self.0.len() / 2]
    }
}

fn plain_sqlite(folder: &Path) -> Connection {
    let plain = Connection::open(folder.join("plain.db")).unwrap();
    plain
        .execute_batch(
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
             CREATE TABLE words (key INTEGER PRIMARY KEY, word TEXT NOT NULL) STRICT;",
        )
        .unwrap();
    plain
}

/// What one row costs within a transaction that is there anyway.
fn row_cost(plain: &Connection) -> f64 {
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

/// Seconds that all writers together take for all of their writes.
fn at_once(write: impl Fn(usize, usize) + Sync) -> f64 {
    let started = Instant::now();
    std::thread::scope(|scope| {
        for writer in 0..WRITERS {
            let write = &write;
            scope.spawn(move || (0..WRITES_EACH).for_each(|n| write(writer, n)));
        }
    });
    started.elapsed().as_secs_f64()
}

fn session(id: &str) -> NewSession {
    NewSession {
        id: id.into(),
        kind: "decision".into(),
        origin: Origin::default(),
        summary: SummaryColumns::default(),
    }
}

fn one_cell(id: &str, base_revision: i64, changes: RowChanges) -> Save {
    Save {
        session_id: id.into(),
        base_revision,
        changes,
        summary: SummaryColumns::default(),
        undo: Some(UndoStep {
            label: "type 120".into(),
        }),
        now_ms: NOW,
    }
}

fn with_cell(rows: &DocumentRows, value: i64) -> DocumentRows {
    let mut rows = rows.clone();
    let last = rows.inputs.len() - 1;
    rows.inputs[last].value = Some(value as f64);
    rows
}

/// As long as people write: names of a few words, a sentence or two for each option and criterion.
fn decision(options: usize, criteria: usize, value: f64) -> DocumentRows {
    let sentence =
        "What it costs a month with support, backups and the traffic we expect in the first year.";
    DocumentRows {
        header: HeaderRow {
            topic: "Which database for the ledger?".into(),
            context: sentence.repeat(10),
            ..HeaderRow::default()
        },
        criteria: (0..criteria)
            .map(|c| CriterionRow {
                id: format!("c{c}"),
                position: i64::try_from(c).unwrap(),
                name: format!("Monthly cost of part {c}"),
                description: sentence.into(),
                weight: 1.0,
                direction: "cost".into(),
                kind: "measured".into(),
                unit: "USD".into(),
                spec: "{\"range\":[0,500],\"rubric\":{},\"prompt\":\"\"}".into(),
            })
            .collect(),
        options: (0..options)
            .map(|o| OptionRow {
                id: format!("o{o}"),
                position: i64::try_from(o).unwrap(),
                name: format!("Vendor number {o}"),
                description: sentence.repeat(2),
                note: String::new(),
                spec: "{}".into(),
            })
            .collect(),
        evidence: Vec::new(),
        inputs: (0..options * criteria)
            .map(|cell| InputRow {
                option_id: format!("o{}", cell / criteria),
                criterion_id: format!("c{}", cell % criteria),
                value: Some(value + cell as f64),
                score: None,
                abstained: false,
                note: String::new(),
                before_edit: false,
                entered_at: NOW,
            })
            .collect(),
    }
}
