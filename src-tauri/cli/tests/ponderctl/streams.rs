//! What stands on which stream: answers, progress, notes and help, also for a reader that leaves early.

use std::io::Read;
use std::process::Stdio;

use serde_json::Value;

use crate::schemas;
use crate::terminal::{Terminal, example, said, unfinished};

#[test]
fn progress_is_shown_as_asked_and_never_on_standard_output() {
    let terminal = Terminal::new();
    let open = terminal.file("open.toml", unfinished());
    let plain = terminal.expect(4, &["decide", &open, "--progress", "plain"]);
    assert_eq!(plain.err.lines().count(), 2, "{}", plain.err);
    assert!(
        plain
            .err
            .starts_with("3 of 4 cells are scored already\n3 cells scored, 1 without a score, in"),
        "{}",
        plain.err
    );
    for args in [
        &["--progress", "ndjson"][..],
        &["--progress", "ndjson", "--json"],
        &["--json"],
    ] {
        let args: Vec<&str> = ["decide", &open]
            .into_iter()
            .chain(args.iter().copied())
            .collect();
        let said = terminal.expect(4, &args);
        let events: Vec<Value> = said
            .err
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect();
        events.iter().for_each(schemas::hold_progress);
        assert_eq!(events[0]["event"], "started");
        assert_eq!(events[1]["missing"], 1);
        assert!(!said.out.contains("\"event\""));
    }
    for quiet in [
        &["--progress", "none", "--json"][..],
        &["--quiet", "--json"],
        &["--progress", "none"],
        &[],
    ] {
        let args: Vec<&str> = ["decide", &open]
            .into_iter()
            .chain(quiet.iter().copied())
            .collect();
        assert_eq!(terminal.expect(4, &args).err, "", "{quiet:?}");
    }
    let wrong = terminal.expect(2, &["decide", &open, "--progress", "loud"]);
    assert!(
        wrong.err.contains("plain") && wrong.err.contains("ndjson"),
        "{}",
        wrong.err
    );
}

#[test]
fn quiet_leaves_the_answer_alone_and_verbose_adds_to_standard_error_only() {
    let terminal = Terminal::new();
    let table = terminal.file(
        "prices.csv",
        "Vendor;Preis;Güte\nA;1,5;3\nB;2,25;4\n".as_bytes(),
    );
    let normal = terminal.expect(0, &["rank", &table]);
    let quiet = terminal.expect(0, &["rank", &table, "--quiet"]);
    let verbose = terminal.expect(0, &["rank", &table, "-v"]);
    assert_eq!(normal.out, quiet.out);
    assert_eq!(normal.out, verbose.out);
    assert_eq!(quiet.err, "");
    assert!(
        verbose
            .err
            .contains("2 options × 2 criteria, by weighted_sum"),
        "{}",
        verbose.err
    );
    assert!(verbose.err.contains("Preis 50%"), "{}", verbose.err);
    let kept = terminal.expect(0, &["decide", &table, "-v"]);
    assert!(
        kept.err.contains(&terminal.data().display().to_string()),
        "{}",
        kept.err
    );
    terminal.expect(2, &["rank", &table, "-v", "-q"]);
}

#[test]
fn a_reader_that_leaves_early_makes_no_panic() {
    let terminal = Terminal::new();
    let id = terminal.decided(&example("ledger-database.toml"));
    for args in [
        &["rank", "--session", &id, "--json"][..],
        &["sessions", "show", &id],
        &["completions", "bash"],
        &["help", "decide"],
        &["rank", "nowhere.toml", "--json"],
    ] {
        // Both streams are closed before the program writes.
        let mut child = terminal
            .command(args)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        drop(child.stdout.take());
        let mut err = String::new();
        child
            .stderr
            .take()
            .unwrap()
            .read_to_string(&mut err)
            .unwrap();
        let code = child.wait().unwrap().code();
        assert!(!err.contains("panicked"), "{args:?}: {err}");
        assert_eq!(
            code,
            Some(if args.contains(&"nowhere.toml") { 2 } else { 0 }),
            "{args:?}"
        );

        let mut child = terminal
            .command(args)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        drop((child.stdout.take(), child.stderr.take()));
        let code = child.wait().unwrap().code();
        assert_eq!(
            code,
            Some(if args.contains(&"nowhere.toml") { 2 } else { 0 }),
            "{args:?}, a panic would be 101"
        );
    }
}

#[test]
fn through_a_pipe_to_head_one_line_arrives() {
    let terminal = Terminal::new();
    terminal.decided(&example("ledger-database.toml"));
    let mut shell = std::process::Command::new("sh");
    shell.arg("-c").arg(format!(
        "'{}' --data-dir '{}' sessions list --json | head -1",
        env!("CARGO_BIN_EXE_ponderctl"),
        terminal.data().display()
    ));
    let said = said(shell.output().unwrap());
    assert_eq!((said.out.as_str(), said.err.as_str()), ("{\n", ""));
}

#[test]
fn an_answer_that_cannot_be_printed_is_an_error() {
    let terminal = Terminal::new();
    let full = std::fs::OpenOptions::new()
        .write(true)
        .open("/dev/full")
        .unwrap();
    let mut command = terminal.command(&["rank", &example("ledger-database.toml"), "--json"]);
    let said = said(command.stdout(full).output().unwrap());
    assert_eq!(said.code, 1);
    assert!(said.err.contains("could not be printed"), "{}", said.err);
}

#[test]
fn completions_are_given_for_each_shell_and_name_the_commands() {
    let terminal = Terminal::new();
    for (shell, mark) in [
        ("bash", "_ponderctl()"),
        ("zsh", "#compdef ponderctl"),
        ("fish", "complete -c ponderctl"),
    ] {
        let script = terminal.expect(0, &["completions", shell]).out;
        for expected in [mark, "decide", "sessions", "resume", "archived"] {
            assert!(script.contains(expected), "{expected} for {shell}");
        }
    }
    terminal.expect(2, &["completions", "cobol"]);
    assert!(!terminal.data().exists());
}

#[test]
fn the_version_and_help_go_to_standard_output() {
    let terminal = Terminal::new();
    let version = terminal.expect(0, &["--version"]);
    assert_eq!(
        version.out,
        format!("ponderctl {}\n", env!("CARGO_PKG_VERSION"))
    );
    let help = terminal.expect(0, &["help", "decide"]);
    assert!(
        help.out.contains("--resume") && help.out.contains("Examples:"),
        "{}",
        help.out
    );
    assert!(
        help.out.lines().count() < 45,
        "a help that scrolls away is not read:\n{}",
        help.out
    );
    assert_eq!(help.err, "");
    let wide = help.out.lines().find(|line| line.chars().count() > 100);
    assert_eq!(wide, None, "too wide");
}

#[test]
fn a_wrong_command_line_is_an_error_in_json_too() {
    let terminal = Terminal::new();
    for args in [
        &["rank"][..],
        &["decide", "a.toml", "--session", "s_1"],
        &["sessions"],
        &["decide", "a.toml", "--sesion", "x"],
    ] {
        let mut args = args.to_vec();
        args.push("--json");
        let said = terminal.expect(2, &args);
        let answer: Value = serde_json::from_str(&said.out).unwrap_or_else(|_| panic!("{said:#?}"));
        schemas::hold(&answer);
        assert_eq!(answer["error"]["code"], "invalid_usage");
        assert!(!said.err.is_empty());
    }
}
