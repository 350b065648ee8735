//! Ctrl-C, the request to end, and two programs at one session.

use std::io::Read;
use std::process::{Child, Stdio};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use peers::{Fate, Ollama, Script};
use rusqlite::{Connection, TransactionBehavior};
use serde_json::Value;

use crate::schemas;
use crate::terminal::{Terminal, cell_of, events, said, to_judge};

/// A run at work, with both its streams kept.
fn begin(terminal: &Terminal, ollama: &Ollama, args: &[&str]) -> Child {
    let url = ollama.url();
    let judge = ["--backend", "ollama", "--model", "tiny", "--base-url", &url];
    let mut command = terminal.command(&[&["decide"], args, &judge].concat());
    command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

fn send(child: &Child, signal: Signal) {
    kill(Pid::from_raw(child.id().try_into().unwrap()), signal).unwrap();
}

#[test]
fn ctrl_c_closes_the_sockets_keeps_what_is_finished_and_says_how_to_go_on() {
    for signal in [Signal::SIGINT, Signal::SIGTERM] {
        let (terminal, ollama) = (Terminal::new(), Ollama::start(Script::default()));
        let file = terminal.file("d.toml", to_judge(4, 3));
        ollama.hold_after(5);
        let child = begin(
            &terminal,
            &ollama,
            &[&file, "--concurrency", "3", "--progress", "none"],
        );
        // The eighth call is made when the fifth cell is on disk.
        ollama.wait_for_requests(8);
        send(&child, signal);
        let said = said(child.wait_with_output().unwrap());
        assert_eq!(said.code, 130, "{said:#?}");
        ollama.wait_until_closed();
        ollama.wait_for_fates(3, Fate::CutByClient);
        assert!(said.out.contains("Judged 5 of 12 cells"), "{}", said.out);
        assert!(
            said.out.contains("Stopped. Go on with: ponderctl decide "),
            "{}",
            said.out
        );
        assert!(
            said.out.contains("--resume --backend ollama --model tiny"),
            "{}",
            said.out
        );

        ollama.release();
        let before = ollama.calls().len();
        let decided = terminal.judged(0, &file, &ollama, &["--resume"]);
        assert_eq!(
            (&decided["resumed"], &decided["outcome"]),
            (&true.into(), &"complete".into())
        );
        let calls = ollama.calls();
        let answered = calls[..before]
            .iter()
            .filter(|seen| seen.fate == Fate::Answered);
        let kept: Vec<String> = answered.map(|seen| cell_of(&seen.text)).collect();
        assert_eq!(kept.len(), 5);
        for seen in &calls[before..] {
            assert!(
                !kept.contains(&cell_of(&seen.text)),
                "it was paid for twice"
            );
        }
        assert_eq!(calls.len() - before, 7);
    }
}

#[test]
fn a_second_ctrl_c_leaves_at_once() {
    let (terminal, ollama) = (Terminal::new(), Ollama::start(Script::default()));
    let file = terminal.file("d.toml", to_judge(2, 2));
    ollama.hold_after(2);
    let child = begin(
        &terminal,
        &ollama,
        &[&file, "--concurrency", "1", "--progress", "none"],
    );
    ollama.wait_for_requests(3);
    // Another program holds the history, so that the end of the run cannot be written.
    let mut history = Connection::open(terminal.data().join("history.db")).unwrap();
    let held = history
        .transaction_with_behavior(TransactionBehavior::Immediate)
        .unwrap();
    send(&child, Signal::SIGINT);
    ollama.wait_for_fates(1, Fate::CutByClient);
    send(&child, Signal::SIGINT);
    let said = said(child.wait_with_output().unwrap());
    assert_eq!((said.code, said.out.as_str()), (130, ""));
    drop(held);
    ollama.release();
    let decided = terminal.judged(0, &file, &ollama, &["--resume"]);
    assert_eq!(decided["outcome"], "complete");
    assert_eq!(ollama.calls().len(), 5, "what was finished is kept");
}

#[test]
fn a_stopped_run_is_an_answer_in_json_too() {
    let (terminal, ollama) = (Terminal::new(), Ollama::start(Script::default()));
    let file = terminal.file("d.toml", to_judge(2, 2));
    ollama.hold_after(1);
    let child = begin(&terminal, &ollama, &[&file, "--concurrency", "1", "--json"]);
    ollama.wait_for_requests(2);
    send(&child, Signal::SIGINT);
    let said = said(child.wait_with_output().unwrap());
    assert_eq!(said.code, 130);
    let answer: Value = serde_json::from_str(&said.out).unwrap();
    schemas::hold(&answer);
    assert_eq!(answer["outcome"], "cancelled");
    let last = events(&said.err).pop().unwrap();
    assert_eq!(
        (&last["event"], &last["outcome"]),
        (&"finished".into(), &"cancelled".into())
    );
}

#[test]
fn a_second_program_at_one_session_is_told_who_is_at_work_and_changes_nothing() {
    let (terminal, ollama) = (Terminal::new(), Ollama::start(Script::default()));
    let file = terminal.file("d.toml", to_judge(2, 2));
    let id = terminal.decided(&file);
    ollama.hold_after(0);
    let mut first = begin(&terminal, &ollama, &["--session", &id, "--json"]);
    ollama.wait_for_in_flight(4);
    let url = ollama.url();
    let judge = ["--backend", "ollama", "--model", "tiny", "--base-url", &url];
    let error =
        terminal.json(6, &[&["decide", "--session", &id][..], &judge].concat())["error"].clone();
    assert_eq!(error["code"], "run_in_use");
    let pid = first.id().to_string();
    assert!(
        error["message"].as_str().unwrap().contains(&pid),
        "who is at work, {pid}: {error:#}"
    );
    assert_eq!(ollama.calls().len(), 4, "the second asked nobody");
    ollama.release();
    let mut out = String::new();
    first
        .stdout
        .take()
        .unwrap()
        .read_to_string(&mut out)
        .unwrap();
    assert_eq!(first.wait().unwrap().code(), Some(0));
    assert_eq!(ollama.calls().len(), 4);
    let answer: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(answer["outcome"], "complete");
}
