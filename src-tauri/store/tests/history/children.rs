//! Processes of their own for tests that need another one: to kill, to starve, or to share a history with. Each is
//! this test program again, started on one ignored test.

use std::io::{BufRead, BufReader, Lines, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Output, Stdio};
use std::sync::{PoisonError, RwLock, RwLockReadGuard};

use rusqlite::Connection;
use store::{Condition, DocumentRows, SessionFilter, Store, StoreError};

use crate::samples::{NOW, create, document, open, step};

/// Between its fork and its exec a child holds a copy of every lock of this process. Children are started under the
/// write side; a test that closes a history and soon relies on nobody having it open keeps it open under the read side.
static STARTING: RwLock<()> = RwLock::new(());

pub fn nobody_is_started() -> RwLockReadGuard<'static, ()> {
    STARTING.read().unwrap_or_else(PoisonError::into_inner)
}

pub fn spawn(command: &mut Command) -> Child {
    let _starting = STARTING.write().unwrap_or_else(PoisonError::into_inner);
    command.spawn().unwrap()
}

/// Runs a command to its end and gives what it said.
pub fn run(command: &mut Command) -> Output {
    spawn(command.stdout(Stdio::piped()).stderr(Stdio::piped()))
        .wait_with_output()
        .unwrap()
}

const TASK: &str = "PONDER_STORE_CHILD_TASK";
const FOLDER: &str = "PONDER_STORE_CHILD_FOLDER";

/// A running child and its voice.
pub struct Helper {
    pub process: Child,
    lines: Lines<BufReader<ChildStdout>>,
    stdin: ChildStdin,
}

/// The command that starts this program on a task. `wrapper` is a program with arguments that runs it.
pub fn command(task: &str, folder: &Path, wrapper: &[&str]) -> Command {
    let this = std::env::current_exe().unwrap();
    let mut command = match wrapper.split_first() {
        None => Command::new(&this),
        Some((program, arguments)) => {
            let mut command = Command::new(program);
            command.args(arguments).arg(&this);
            command
        }
    };
    command
        .args([
            "children::child",
            "--exact",
            "--ignored",
            "--nocapture",
            "--test-threads=1",
        ])
        .env(TASK, task)
        .env(FOLDER, folder);
    command
}

pub fn start(task: &str, folder: &Path) -> Helper {
    let mut command = command(task, folder, &[]);
    let mut process = spawn(command.stdin(Stdio::piped()).stdout(Stdio::piped()));
    let lines = BufReader::new(process.stdout.take().unwrap()).lines();
    let stdin = process.stdin.take().unwrap();
    Helper {
        process,
        lines,
        stdin,
    }
}

impl Helper {
    /// The next thing the child says; none when it has ended.
    pub fn hear(&mut self) -> Option<String> {
        loop {
            let line = self.lines.next()?.ok()?;
            if let Some((_, said)) = line.split_once("child: ") {
                return Some(said.to_owned());
            }
        }
    }

    pub fn tell(&mut self, word: &str) {
        writeln!(self.stdin, "{word}").unwrap();
    }

    pub fn finish(mut self) {
        while self.hear().is_some() {}
        assert!(self.process.wait().unwrap().success());
    }

    /// kill -9.
    pub fn kill(&mut self) {
        self.process.kill().unwrap();
    }
}

fn say(word: &str) {
    let mut out = std::io::stdout().lock();
    writeln!(out, "child: {word}").unwrap();
    out.flush().unwrap();
}

fn wait_for_word() {
    let mut line = String::new();
    std::io::stdin().read_line(&mut line).unwrap();
    assert!(!line.is_empty(), "the parent has gone");
}

#[test]
#[ignore = "the other tests start it in a process of its own"]
fn child() {
    let task = std::env::var(TASK).expect("only the other tests start this one");
    let folder = PathBuf::from(std::env::var_os(FOLDER).unwrap());
    match task.split_once(' ').unwrap_or((&task, "")) {
        ("save", _) => save_for_ever(&folder),
        ("write", name) => write_beside_others(&folder, name),
        ("lock", _) => hold_the_write_lock(&folder),
        ("lease", _) => hold_a_lease(&folder),
        ("judge", _) => judge_for_ever(&folder),
        ("read", _) => read_where_nothing_can_be_written(&folder),
        ("fill", _) => fill_the_disk(&folder),
        ("outgrow", _) => outgrow_the_limit(&folder),
        other => panic!("unknown task {other:?}"),
    }
}

/// Every cell of this document says the same number, so that half a save cannot hide.
pub fn uniform(revision: i64) -> DocumentRows {
    let mut rows = document(5, 5, 0.0);
    for input in &mut rows.inputs {
        input.value = Some(revision as f64);
    }
    rows
}

fn save_for_ever(folder: &Path) {
    let store = open(folder);
    assert_eq!(store.verify().unwrap(), Condition::Ok);
    if store.load("s_1").unwrap().is_none() {
        create(&store, "s_1", &uniform(1), NOW);
        say("1");
    }
    let mut revision = store.load("s_1").unwrap().unwrap().session.revision;
    loop {
        store
            .save(step(
                "s_1",
                revision,
                &uniform(revision),
                &uniform(revision + 1),
                "type",
            ))
            .unwrap();
        revision += 1;
        say(&revision.to_string());
    }
}

/// How many cells are asked at once by the child that judges.
pub const IN_FLIGHT: usize = 8;

/// Goes on with a run: two samples a cell, several cells at once, each step said before it is asked and when it is
/// durable. What has a row is not asked again.
fn judge_for_ever(folder: &Path) {
    use crate::judgements::{call, judged, judged_run, sample};
    let store = open(folder);
    assert_eq!(store.verify().unwrap(), Condition::Ok);
    if store.runs("s_1").unwrap_or_default().is_empty() {
        create(&store, "s_1", &document(1, 1, 1.0), NOW);
        store.start_run(judged_run("r_1", "s_1"), NOW).unwrap();
    } else {
        store.take_lease("r_1", NOW).unwrap();
    }
    let cells = store.run_cells("r_1").unwrap();
    let samples = store.run_samples("r_1").unwrap();
    let mut open = (0..).filter(|n: &u32| {
        let option = format!("o{n}");
        !cells.iter().any(|cell| cell.option_id == option)
    });
    let (tell, told) = std::sync::mpsc::channel();
    let ask = |n: u32, number: u32| {
        say(&format!("asked {n} {number}"));
        let option = format!("o{n}");
        let answer = sample(&option, "c0", number, 1.0);
        let calls = vec![call("r_1", &answer, 1)];
        let tell = tell.clone();
        let done = move |kept: Result<(), StoreError>| {
            kept.unwrap();
            tell.send((n, number)).unwrap();
        };
        if number == 1 {
            store.submit_sample("r_1", answer, calls, done);
        } else {
            let cell = judged(&option, "c0", 1.0);
            store.submit_judgement("r_1", cell, Some((answer, calls)), done);
        }
    };
    let mut begin = || {
        let n = open.next().unwrap();
        let option = format!("o{n}");
        let first_is_there = samples.iter().any(|sample| sample.option_id == option);
        ask(n, if first_is_there { 2 } else { 1 });
    };
    (0..IN_FLIGHT).for_each(|_| begin());
    loop {
        let (n, number) = told.recv().unwrap();
        say(&format!("kept {n} {number}"));
        if number == 1 {
            ask(n, 2);
        } else {
            begin();
        }
    }
}

/// What each of several processes adds to one history.
pub const SESSIONS_EACH: i64 = 20;

fn write_beside_others(folder: &Path, name: &str) {
    let store = open(folder);
    say("open");
    wait_for_word();
    for n in 0..SESSIONS_EACH {
        let id = format!("s_{name}_{n}");
        create(&store, &id, &uniform(1), NOW);
        store
            .save(step(&id, 1, &uniform(1), &uniform(2), "type"))
            .unwrap();
        loop {
            let shared = store.load("s_shared").unwrap().unwrap();
            let revision = shared.session.revision;
            match store.save(step(
                "s_shared",
                revision,
                &shared.rows,
                &uniform(revision + 1),
                "type",
            )) {
                Ok(_) => break,
                Err(StoreError::Conflict { current }) => assert!(current > revision),
                Err(other) => panic!("{other}"),
            }
        }
    }
    say("done");
}

fn hold_the_write_lock(folder: &Path) {
    let connection = Connection::open(folder.join("history.db")).unwrap();
    connection.execute_batch("BEGIN IMMEDIATE").unwrap();
    say("locked");
    wait_for_word();
    connection.execute_batch("ROLLBACK").unwrap();
}

fn hold_a_lease(folder: &Path) {
    let store = open(folder);
    if let Err(refused) = store.take_lease("r_1", NOW) {
        return say(refused.code());
    }
    say("held");
    wait_for_word();
}

fn read_where_nothing_can_be_written(folder: &Path) {
    let store = open(folder);
    assert!(
        matches!(store.condition(), Condition::ReadOnly { .. }),
        "{:?}",
        store.condition()
    );
    assert_eq!(store.sessions(&SessionFilter::default()).unwrap().len(), 1);
    assert_eq!(store.load("s_1").unwrap().unwrap().rows, uniform(1));
    assert!(matches!(
        store.verify().unwrap(),
        Condition::ReadOnly { .. }
    ));
    store.data_version().unwrap();
    let refused = store
        .save(step("s_1", 1, &uniform(1), &uniform(2), "type"))
        .unwrap_err();
    assert_eq!(refused.code(), "history_read_only");
    assert!(
        refused.to_string().contains("nothing was changed"),
        "{refused}"
    );
    let empty = folder.join("none here");
    let refused = Store::open(&empty, store::OpenOptions::new(NOW))
        .map(|_| ())
        .unwrap_err();
    assert_eq!(refused.code(), "history_read_only", "{refused}");
}

/// In a folder of 2 MB: saves until nothing goes in any more, then makes room and goes on.
fn fill_the_disk(folder: &Path) {
    let reserve = folder.join("reserve");
    std::fs::write(&reserve, vec![1; 512 * 1024]).unwrap();
    let store = open(&folder.join("data"));
    let (kept, refused) = save_until_refused(&store);
    assert_eq!(refused.code(), "history_full", "{refused}");
    assert!(refused.to_string().contains("free some space"), "{refused}");
    assert_eq!(
        store.sessions(&SessionFilter::default()).unwrap().len(),
        kept
    );
    assert_eq!(
        store.backup("manual", NOW).unwrap_err().code(),
        "history_full"
    );
    assert_eq!(store.backups(), []);
    std::fs::remove_file(reserve).unwrap();
    create(&store, "s_after", &uniform(1), NOW);
    assert_eq!(store.check().unwrap().problems, Vec::<String>::new());
    drop(store);
    let store = open(&folder.join("data"));
    assert_eq!(
        (
            store.condition(),
            store.sessions(&SessionFilter::default()).unwrap().len()
        ),
        (Condition::Ok, kept + 1)
    );
}

/// Under a limit on the size of files: saves until nothing goes in any more and says how much did.
fn outgrow_the_limit(folder: &Path) {
    let store = open(folder);
    let (kept, refused) = save_until_refused(&store);
    assert!(
        ["history_io", "history_full"].contains(&refused.code()),
        "{refused}"
    );
    assert_eq!(
        store.sessions(&SessionFilter::default()).unwrap().len(),
        kept
    );
    say(&kept.to_string());
}

fn save_until_refused(store: &Store) -> (usize, StoreError) {
    let rows = document(20, 20, 1.0);
    for n in 0.. {
        let id = format!("s_{n}");
        if let Err(refused) = store.create(crate::samples::new_session(&id, &rows), &rows, NOW) {
            assert!(n > 0, "nothing went in at all: {refused}");
            return (n, refused);
        }
    }
    unreachable!("the disk has an end");
}
