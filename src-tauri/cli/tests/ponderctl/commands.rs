//! What each command does to the history and to files, and its exit codes.

use crate::terminal::{SMALL, Terminal, example, unfinished};

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
    let verdict = moora
        .lines()
        .find(|line| line.starts_with("First: "))
        .unwrap();
    assert!(
        !verdict.contains(" 0.00 ahead"),
        "a lead is more than nothing: {verdict}"
    );
    let ends = verdict.split(" on a scale of ").nth(1).unwrap();
    assert!(
        ends.len() <= "-0.99 to -0.01.".len(),
        "ends are rounded: {verdict}"
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

#[cfg(unix)]
#[cfg(target_os = "linux")]
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
