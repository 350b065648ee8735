//! What each command does, its exit codes, and what stands on which stream.

use std::io::Read;
use std::process::Stdio;

use serde_json::Value;

use crate::schemas;
use crate::terminal::{SMALL, Terminal, example, said, unfinished};

#[test]
fn a_decision_is_ranked_kept_and_found_again() {
    let terminal = Terminal::new();
    let said = terminal.expect(0, &["decide", &example("warehouse-site.toml")]);
    assert!(
        said.out.contains("First: Alderbrook, Mill Lane"),
        "{}",
        said.out
    );
    assert!(
        said.out
            .contains("Screened out: Stonehaven Docks, Clear height: 8.6 m is not >= 10"),
        "{}",
        said.out
    );
    assert_eq!(said.err, "", "standard error is silent when all went well");
    let sessions = terminal.sessions();
    assert_eq!(sessions.len(), 1);
    let id = sessions[0]["id"].as_str().unwrap();
    assert!(said.out.contains(id));
    let shown = terminal.expect(0, &["sessions", "show", id]).out;
    for expected in [
        id,
        "Alderbrook, Mill Lane",
        "Clear height",
        ">= 10",
        "made just now",
    ] {
        assert!(shown.contains(expected), "{expected} in {shown}");
    }
}

#[test]
fn ranking_a_file_keeps_nothing() {
    let terminal = Terminal::new();
    let ranked = terminal.json(0, &["rank", &example("ledger-database.toml")]);
    assert!(ranked.get("session").is_none());
    assert!(!terminal.data().exists(), "not even a history is made");
    let decided = terminal.json(0, &["decide", &example("ledger-database.toml")]);
    for same in ["ranking", "cells", "margin", "weights"] {
        assert_eq!(ranked[same], decided[same], "{same}");
    }
    let again = terminal.json(
        0,
        &["rank", "--session", decided["session"].as_str().unwrap()],
    );
    assert_eq!(again["ranking"], decided["ranking"]);
    assert_eq!(again["session"], decided["session"]);
}

#[test]
fn each_method_is_shown_as_it_is_to_be_read() {
    let terminal = Terminal::new();
    let by = |method: &str| {
        terminal
            .expect(
                0,
                &["rank", &example("ledger-database.toml"), "--method", method],
            )
            .out
    };
    assert!(by("vikor").contains("Score, less is better"));
    assert!(!by("electre_i").contains("Score"), "a kernel has no scores");
    let moora = by("moora");
    assert!(
        moora.contains("-0.8 to 0.2") && !moora.contains("0.00 ahead"),
        "{moora}"
    );
}

#[test]
fn many_problems_are_cut_in_words_and_whole_in_json() {
    let terminal = Terminal::new();
    let args = [
        "rank",
        &example("reporting-tool.toml"),
        "--method",
        "topsis",
    ];
    let said = terminal.expect(2, &args);
    assert_eq!(said.err.lines().count(), 14, "{}", said.err);
    assert!(said.err.contains("… and 3 more"), "{}", said.err);
    assert_eq!(
        terminal.json(2, &args)["error"]["problems"]
            .as_array()
            .unwrap()
            .len(),
        15
    );
}

#[test]
fn weights_add_up_to_one_and_stand_in_the_files_order() {
    let terminal = Terminal::new();
    let answer = terminal.json(0, &["weights", &example("ledger-database.toml")]);
    let weights = answer["weights"].as_object().unwrap();
    assert_eq!(weights.keys().next().unwrap(), "Monthly cost");
    let sum: f64 = weights
        .values()
        .map(|weight| weight.as_f64().unwrap())
        .sum();
    assert!((sum - 1.0).abs() < 1e-12);
    assert!(
        terminal
            .expect(0, &["weights", &example("ledger-database.toml")])
            .out
            .contains("25.0%")
    );
}

#[test]
fn sessions_move_between_the_list_the_archive_and_the_trash_until_they_are_erased() {
    let terminal = Terminal::new();
    let small = terminal.file("small.toml", SMALL);
    let ids = [terminal.decided(&small), terminal.decided(&small)];
    let state = |name: &str| {
        let listed = terminal.json(0, &["sessions", "list", "--state", name]);
        listed["sessions"].as_array().unwrap().len()
    };
    terminal.expect(0, &["sessions", "archive", &ids[0]]);
    assert_eq!(
        (state("open"), state("archived"), state("trashed")),
        (1, 1, 0)
    );
    terminal.expect(0, &["sessions", "trash", &ids[0], &ids[1]]);
    assert_eq!(
        (state("open"), state("archived"), state("trashed")),
        (0, 0, 2)
    );
    assert!(
        terminal
            .expect(0, &["sessions", "list", "--state", "trashed"])
            .out
            .contains("in 29 days")
    );
    terminal.expect(0, &["sessions", "restore", &ids[0]]);
    assert_eq!((state("open"), state("trashed")), (1, 1));
    terminal.expect(0, &["sessions", "erase", &ids[0]]);
    assert_eq!(state("open"), 0);
    terminal.expect(2, &["sessions", "show", &ids[0]]);
}

#[test]
fn an_unknown_id_among_several_changes_none_of_them() {
    let terminal = Terminal::new();
    let id = terminal.decided(&terminal.file("small.toml", SMALL));
    for command in ["archive", "trash", "erase"] {
        let said = terminal.expect(2, &["sessions", command, &id, "s_nobody"]);
        assert!(said.err.contains("\"s_nobody\""), "{}", said.err);
        assert_eq!(terminal.sessions().len(), 1, "{command}");
        assert_eq!(terminal.sessions()[0]["state"], "open", "{command}");
    }
}

#[test]
fn a_mistyped_id_is_answered_with_the_one_that_was_meant() {
    let terminal = Terminal::new();
    let id = terminal.decided(&terminal.file("small.toml", SMALL));
    for mistyped in [
        format!("{id}x"),
        id[..id.len() - 1].to_owned(),
        id[..6].to_owned(),
    ] {
        let said = terminal.expect(2, &["sessions", "show", &mistyped]);
        assert!(
            said.err.contains(&format!("Did you mean {id}?")),
            "{}",
            said.err
        );
    }
}

#[test]
fn search_finds_words_by_their_beginning_in_topics_names_and_notes() {
    let terminal = Terminal::new();
    terminal.decided(&example("ledger-database.toml"));
    terminal.decided(&terminal.file("small.toml", SMALL));
    let found = |words: &[&str]| {
        let args: Vec<&str> = ["sessions", "search"]
            .into_iter()
            .chain(words.iter().copied())
            .collect();
        terminal.json(0, &args)["sessions"]
            .as_array()
            .unwrap()
            .len()
    };
    assert_eq!(found(&["database"]), 1);
    assert_eq!(found(&["LEDG", "Quill"]), 1);
    assert_eq!(found(&["ledger", "Blue"]), 0, "all words must be there");
    assert!(
        terminal
            .expect(0, &["sessions", "search", "zebra"])
            .out
            .contains("No session holds \"zebra\"")
    );
}

#[test]
fn an_exported_decision_imports_to_the_same_ranking() {
    let terminal = Terminal::new();
    let decided = terminal.json(0, &["decide", &example("warehouse-site.toml")]);
    let id = decided["session"].as_str().unwrap();
    terminal.expect(0, &["sessions", "export", id, "copy.toml"]);
    let imported = terminal.json(0, &["sessions", "import", "copy.toml"]);
    let again = terminal.json(0, &["rank", "--session", imported["id"].as_str().unwrap()]);
    assert_eq!(again["ranking"], decided["ranking"]);
    assert_eq!(again["cells"], decided["cells"]);
}

#[test]
fn a_file_that_is_there_is_written_over_only_with_force() {
    let terminal = Terminal::new();
    let small = terminal.file("small.toml", SMALL);
    let id = terminal.decided(&small);
    for (format, name) in [
        ("markdown", "r.md"),
        ("html", "r.html"),
        ("csv", "r.csv"),
        ("json", "r.json"),
        ("toml", "r.toml"),
    ] {
        terminal.file(name, "mine");
        let said = terminal.expect(2, &["sessions", "export", &id, name, "--format", format]);
        assert!(
            said.err.contains(name) && said.err.contains("--force"),
            "{}",
            said.err
        );
        assert_eq!(
            std::fs::read_to_string(terminal.path(name)).unwrap(),
            "mine"
        );
        terminal.expect(0, &["sessions", "export", &id, name, "--force"]);
        assert_ne!(
            std::fs::read_to_string(terminal.path(name)).unwrap(),
            "mine"
        );
    }
    terminal.file("report.md", "mine");
    let before = terminal.sessions().len();
    let refused = terminal.json(2, &["decide", &small, "--report", "report.md"]);
    assert_eq!(refused["error"]["code"], "file_exists");
    assert_eq!(
        terminal.sessions().len(),
        before,
        "what cannot be reported is not decided"
    );
    assert_eq!(
        std::fs::read_to_string(terminal.path("report.md")).unwrap(),
        "mine"
    );
    terminal.expect(0, &["decide", &small, "--report", "report.md", "--force"]);
    assert!(
        std::fs::read_to_string(terminal.path("report.md"))
            .unwrap()
            .contains("Which line?")
    );
}

#[test]
fn the_ending_names_the_format_and_an_unknown_one_says_which_there_are() {
    let terminal = Terminal::new();
    let small = terminal.file("small.toml", SMALL);
    let id = terminal.decided(&small);
    for args in [
        &["sessions", "export", &id, "r.docx"][..],
        &["sessions", "export", &id, "r"],
        &["decide", &small, "--report", "r.docx"],
    ] {
        let said = terminal.expect(2, args);
        assert!(
            said.err.contains("markdown, html, csv, json, toml"),
            "{}",
            said.err
        );
    }
    assert_eq!(terminal.sessions().len(), 1);
    assert!(!terminal.path("r.docx").exists());
}

#[test]
fn exit_codes_tell_done_invalid_and_incomplete_apart() {
    let terminal = Terminal::new();
    let open = terminal.file("open.toml", unfinished());
    terminal.expect(0, &["decide", &terminal.file("small.toml", SMALL)]);
    let said = terminal.expect(4, &["decide", &open]);
    assert!(
        said.out.contains("1 cell has no score yet: Blue × Speed."),
        "{}",
        said.out
    );
    assert!(said.out.contains("Kept as session s_"), "{}", said.out);
    terminal.expect(4, &["rank", &open]);
    terminal.expect(2, &["decide", "nowhere.toml"]);
    terminal.expect(2, &["decide", &open, "--backend", "nobody"]);
    terminal.expect(2, &["sideways"]);
    terminal.expect(2, &["sessions", "list", "--state", "lost"]);
    // A cell of an option that is out of the race is not missing, and an abstention is an answer.
    let settled = unfinished().replace("Ease = 1", "Ease = 1, Speed = \"abstain\"");
    terminal.expect(0, &["decide", &terminal.file("settled.toml", settled)]);
    let out = unfinished().replace("name = \"Ease\"", "name = \"Ease\"\nmust = \">= 2\"");
    terminal.expect(0, &["decide", &terminal.file("out.toml", out)]);
}

#[test]
fn without_a_model_offline_is_no_refusal() {
    let terminal = Terminal::new();
    let small = terminal.file("small.toml", SMALL);
    let answer = terminal.json(0, &["decide", &small, "--offline", "--backend", "builtin"]);
    assert_eq!(answer["calls"]["made"], 0);
}

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

#[cfg(unix)]
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

#[cfg(target_os = "linux")]
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
    for wide in help.out.lines().filter(|line| line.chars().count() > 100) {
        panic!("too wide: {wide}");
    }
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

#[test]
fn backups_are_listed_and_restored_by_name_and_by_path() {
    let terminal = Terminal::new();
    let small = terminal.file("small.toml", SMALL);
    assert!(
        terminal
            .expect(0, &["db", "restore"])
            .out
            .contains("no copies yet")
    );
    terminal.decided(&small);
    let elsewhere = terminal.path("copy.db").display().to_string();
    let backup = terminal.json(0, &["db", "backup"]);
    terminal.expect(0, &["db", "backup", "--to", &elsewhere]);
    terminal.expect(2, &["db", "backup", "--to", &elsewhere]);
    terminal.decided(&small);
    assert_eq!(terminal.sessions().len(), 2);
    let restored = terminal.json(0, &["db", "restore", backup["file"].as_str().unwrap()]);
    assert_eq!(restored["sessions"], 1);
    assert_eq!(terminal.sessions().len(), 1);
    let kept = restored["kept"].as_str().unwrap();
    terminal.expect(0, &["db", "restore", kept]);
    assert_eq!(
        terminal.sessions().len(),
        2,
        "what stood before the restore is kept, and can be gone back to"
    );
    terminal.expect(0, &["db", "restore", &elsewhere]);
    assert_eq!(terminal.sessions().len(), 1);
    let said = terminal.expect(2, &["db", "restore", "nowhere.db"]);
    assert!(
        said.err.contains("nowhere.db") && said.err.contains("lists the copies"),
        "{}",
        said.err
    );
    let said = terminal.expect(2, &["db", "restore", &small]);
    assert!(said.err.contains("nothing was changed"), "{}", said.err);
    assert_eq!(terminal.sessions().len(), 1);
}
