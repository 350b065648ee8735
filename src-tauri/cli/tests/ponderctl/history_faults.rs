//! Faults of the history as the terminal says them: locked, damaged, newer, and several programs at once.

use std::io::Write;
use std::path::Path;
use std::process::Stdio;

use rusqlite::Connection;

use crate::terminal::{SMALL, Terminal, unfinished};

/// A word to this very test program that it shall hold the lock of the history named here until its input ends.
const HOLD: &str = "PONDERCTL_TEST_HOLD_LOCK_OF";

/// Not a test of its own: run again as another process, it holds the lock.
#[test]
fn holds_the_lock_when_asked_to() {
    let Some(history) = std::env::var_os(HOLD) else {
        return;
    };
    let connection = Connection::open(Path::new(&history)).unwrap();
    connection.execute_batch("BEGIN EXCLUSIVE").unwrap();
    println!("LOCKED");
    std::io::stdout().flush().unwrap();
    std::io::read_to_string(std::io::stdin()).unwrap();
}

#[test]
fn a_history_that_another_program_is_writing_is_code_6_in_plain_words_and_nothing_is_written() {
    let terminal = Terminal::new();
    let small = terminal.file("small.toml", SMALL);
    terminal.decided(&small);
    let mut holder = std::process::Command::new(std::env::current_exe().unwrap());
    holder.args([
        "--exact",
        "history_faults::holds_the_lock_when_asked_to",
        "--nocapture",
    ]);
    holder
        .env(HOLD, terminal.data().join("history.db"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped());
    let mut holder = holder.spawn().unwrap();
    let mut lines = std::io::BufRead::lines(std::io::BufReader::new(holder.stdout.take().unwrap()));
    assert!(lines.any(|line| line.unwrap().contains("LOCKED")));

    let answer = terminal.json(6, &["decide", &small]);
    assert_eq!(answer["error"]["code"], "history_locked");
    assert!(answer["error"]["retry_after"].as_f64().unwrap() > 0.0);
    let message = answer["error"]["message"].as_str().unwrap();
    assert!(
        message.contains("in use by another program") && message.contains("try again"),
        "{message}"
    );
    assert!(
        !message.contains("SQLITE") && !message.contains("database is locked"),
        "{message}"
    );
    assert_eq!(terminal.sessions().len(), 1, "reading goes on");

    drop(holder.stdin.take());
    holder.wait().unwrap();
    terminal.expect(0, &["decide", &small]);
    assert_eq!(terminal.sessions().len(), 2);
}

#[test]
fn a_damaged_history_is_code_6_and_a_copy_brings_it_back() {
    for damage in [whole, from_page_two, cut_short] {
        let terminal = Terminal::new();
        let small = terminal.file("small.toml", SMALL);
        let id = terminal.decided(&small);
        let backup = terminal.json(0, &["db", "backup"]);
        let history = terminal.data().join("history.db");
        damage(&history);

        let checked = terminal.run(&["db", "check"]);
        assert_eq!(checked.code, 6, "{checked:#?}");
        assert!(
            format!("{}{}", checked.out, checked.err).contains("damaged"),
            "{checked:#?}"
        );
        terminal.json(6, &["db", "check"]);
        let decided = terminal.run(&["decide", &small]);
        if decided.code != 0 {
            assert_eq!(decided.code, 6, "{decided:#?}");
            assert!(
                decided.err.contains("damaged") && decided.err.contains("db restore"),
                "{}",
                decided.err
            );
        }

        let copies = terminal.expect(0, &["db", "restore"]).out;
        let file = backup["file"].as_str().unwrap();
        assert!(
            copies.contains(file),
            "the copies are listed though the history cannot be opened: {copies}"
        );
        let restored = terminal.expect(0, &["db", "restore", file]);
        assert!(
            restored.out.contains("1 session") && restored.out.contains("is kept in"),
            "{}",
            restored.out
        );
        terminal.expect(0, &["db", "check"]);
        terminal.expect(0, &["sessions", "show", &id]);
        terminal.expect(0, &["decide", &small]);
    }
}

fn whole(history: &Path) {
    std::fs::write(
        history,
        "not a database at all, but long enough to be read as one: ".repeat(100),
    )
    .unwrap();
}

fn from_page_two(history: &Path) {
    let mut bytes = std::fs::read(history).unwrap();
    bytes.iter_mut().skip(4096).for_each(|byte| *byte = 0xa5);
    std::fs::write(history, bytes).unwrap();
}

fn cut_short(history: &Path) {
    let bytes = std::fs::read(history).unwrap();
    std::fs::write(history, &bytes[..bytes.len() / 2]).unwrap();
}

#[test]
fn a_newer_history_is_code_6_and_stays_untouched() {
    let terminal = Terminal::new();
    let small = terminal.file("small.toml", SMALL);
    terminal.decided(&small);
    let history = terminal.data().join("history.db");
    let connection = Connection::open(&history).unwrap();
    connection
        .pragma_update(None, "user_version", 9_999)
        .unwrap();
    drop(connection);
    let before = std::fs::read(&history).unwrap();
    for args in [
        &["decide", &small][..],
        &["sessions", "list"],
        &["db", "check"],
        &["db", "backup"],
    ] {
        let answer = terminal.json(6, args);
        assert_eq!(answer["error"]["code"], "history_newer", "{args:?}");
        let message = answer["error"]["message"].as_str().unwrap();
        assert!(message.contains("newer version of Ponder"), "{message}");
    }
    assert!(
        std::fs::read(&history).unwrap() == before,
        "the file is another"
    );
}

#[test]
fn a_file_in_the_data_folders_place_is_said() {
    let terminal = Terminal::new();
    terminal.file("data", "mine");
    let said = terminal.expect(2, &["sessions", "list"]);
    assert!(
        said.err.contains("is a file, and a folder is needed there"),
        "{}",
        said.err
    );
    assert!(said.err.contains("--data-dir"), "{}", said.err);
}

#[test]
fn two_programs_at_once_lose_nothing_of_each_other() {
    const EACH: usize = 20;
    let terminal = Terminal::new();
    let file = terminal.file("open.toml", unfinished());
    let ids = std::thread::scope(|scope| {
        let decide = || {
            (0..EACH)
                .map(|_| terminal.decided(&file))
                .collect::<Vec<_>>()
        };
        let both = [scope.spawn(decide), scope.spawn(decide)];
        both.into_iter()
            .flat_map(|one| one.join().unwrap())
            .collect::<Vec<_>>()
    });
    let mut listed: Vec<String> = terminal
        .sessions()
        .iter()
        .map(|session| session["id"].as_str().unwrap().to_owned())
        .collect();
    let mut ids = ids;
    listed.sort();
    ids.sort();
    assert_eq!(ids.len(), 2 * EACH);
    assert_eq!(listed, ids);
    terminal.expect(0, &["db", "check"]);
    // Each session has its run, too.
    let history = Connection::open(terminal.data().join("history.db")).unwrap();
    let runs: u32 = history
        .query_row(
            "SELECT count(*) FROM runs WHERE finished_at IS NOT NULL",
            [],
            |row| row.get(0),
        )
        .unwrap();
    assert_eq!(runs as usize, 2 * EACH);
}

#[cfg(unix)]
#[test]
fn ctrl_c_ends_it_with_the_shells_own_code() {
    use std::os::unix::process::ExitStatusExt;
    let terminal = Terminal::new();
    // A named pipe makes it wait for the file's content, so that the signal finds it at work.
    let pipe = terminal.path("d.toml");
    assert!(
        std::process::Command::new("mkfifo")
            .arg(&pipe)
            .status()
            .unwrap()
            .success()
    );
    let child = terminal
        .command(&["rank", &pipe.display().to_string()])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // Opening the pipe for writing succeeds once the program has opened it for reading.
    let writer = std::fs::OpenOptions::new().write(true).open(&pipe).unwrap();
    let killed = std::process::Command::new("kill")
        .args(["-INT", &child.id().to_string()])
        .status()
        .unwrap();
    assert!(killed.success());
    let output = child.wait_with_output().unwrap();
    drop(writer);
    assert_eq!(
        output.status.signal(),
        Some(2),
        "a shell reports this as 130"
    );
}
