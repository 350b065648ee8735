//! Input that is bad in other ways than a file's content: too little to rank, no file at all, overrides, targets. And an
//! old spreadsheet's table, which only looks bad.

use crate::terminal::{SMALL, Terminal};

#[test]
fn a_decision_that_is_too_small_says_what_it_needs() {
    let terminal = Terminal::new();
    let one = SMALL
        .split("[[options]]\nname = \"Blue\"")
        .next()
        .unwrap()
        .to_owned();
    let weightless = SMALL
        .replace("weight = 2", "weight = 0")
        .replace("weight = 1", "weight = 0");
    for (why, content, field, says) in [
        ("one option", one, "options", "at least 2"),
        (
            "all weights 0",
            weightless,
            "criteria",
            "at least one criterion must weigh more",
        ),
        (
            "no criteria",
            "topic = \"T\"\noptions = [{ name = \"A\" }, { name = \"B\" }]\n".to_owned(),
            "criteria",
            "at least 1",
        ),
    ] {
        let path = terminal.file("d.toml", content);
        for command in ["decide", "rank"] {
            let answer = terminal.json(2, &[command, &path]);
            let problems = answer["error"]["problems"].as_array().unwrap();
            assert!(
                problems.iter().any(|problem| problem["field"] == field),
                "{why}: {answer:#}"
            );
            let said = terminal.expect(2, &[command, &path]);
            assert!(said.err.contains(says), "{why}: {}", said.err);
        }
        assert!(terminal.sessions().is_empty(), "{why}: a session was made");
    }
}

#[test]
fn what_is_no_file_is_said_in_plain_words() {
    let terminal = Terminal::new();
    std::fs::create_dir(terminal.path("folder.toml")).unwrap();
    for (path, says) in [
        ("nowhere.toml", "no such file"),
        ("folder.toml", "it is a folder, not a file"),
    ] {
        for command in [
            &["decide"][..],
            &["rank"],
            &["weights"],
            &["sessions", "import"],
        ] {
            let args: Vec<&str> = command.iter().copied().chain([path]).collect();
            let said = terminal.expect(2, &args);
            assert!(said.err.contains(says), "{args:?}: {}", said.err);
            assert!(!said.err.contains("os error"), "{args:?}: {}", said.err);
        }
    }
    assert!(terminal.sessions().is_empty());
}

#[test]
fn an_old_spreadsheets_table_is_read_and_what_was_assumed_is_said() {
    let terminal = Terminal::new();
    // Windows-1252, semicolons, decimal commas, as a German Excel writes them.
    let table = b"Standort;Miete (\x80/m\xb2);N\xe4he;Note\r\nweight;2,5;1;1\r\ndirection;cost;benefit;benefit\r\nK\xf6ln;12,50;3;4\r\nM\xfcnchen;19,75;4;5\r\n";
    let path = terminal.file("standorte.csv", table);
    let decided = terminal.json(0, &["decide", &path]);
    assert_eq!(decided["topic"], "standorte");
    assert_eq!(decided["cells"][0]["raw"], 12.5);
    assert_eq!(decided["cells"][0]["option"], "Köln");
    assert!(decided["cells"][1]["criterion"] == "Nähe");
    let said = terminal.expect(0, &["rank", &path]);
    assert!(
        said.err.contains("1252") || said.err.to_lowercase().contains("comma"),
        "what was assumed is said: {}",
        said.err
    );
    assert!(!decided["notices"].as_array().unwrap().is_empty());
}

#[test]
fn overrides_are_refused_with_what_is_allowed() {
    let terminal = Terminal::new();
    let small = terminal.file("small.toml", SMALL);
    for (args, says) in [
        (&["--method", "magic"][..], "weighted_sum, weighted_product"),
        (&["--param", "v"], "v=0.5"),
        (&["--param", "v=7"], "from 0 to 1"),
        (&["--param", "v=nan"], "from 0 to 1"),
        (&["--param", "q=0.5"], "concordance"),
    ] {
        let args: Vec<&str> = ["rank", &small]
            .into_iter()
            .chain(args.iter().copied())
            .collect();
        let said = terminal.expect(2, &args);
        assert!(said.err.contains(says), "{args:?}: {}", said.err);
        terminal.json(2, &args);
    }
}

#[cfg(unix)]
#[test]
fn a_target_that_cannot_be_written_is_refused_before_anything_is_decided() {
    use std::os::unix::fs::PermissionsExt;
    let terminal = Terminal::new();
    let small = terminal.file("small.toml", SMALL);
    let id = terminal.decided(&small);
    let locked = terminal.path("locked");
    std::fs::create_dir(&locked).unwrap();
    std::fs::set_permissions(&locked, PermissionsExt::from_mode(0o555)).unwrap();
    let mut targets = vec![
        ("nowhere/r.md", "there is no folder"),
        ("small.toml/r.md", "there is no folder"),
    ];
    // Root writes everywhere, so that only other users see this refusal.
    if std::fs::write(locked.join("probe"), "").is_err() {
        targets.push(("locked/r.md", "this user may not"));
    }
    for (target, says) in targets {
        for args in [
            &["sessions", "export", &id, target][..],
            &["decide", &small, "--report", target],
        ] {
            let said = terminal.expect(2, args);
            assert!(
                said.err.contains(says) && said.err.contains("nothing was changed"),
                "{args:?}: {}",
                said.err
            );
        }
    }
    std::fs::set_permissions(&locked, PermissionsExt::from_mode(0o755)).unwrap();
    assert_eq!(terminal.sessions().len(), 1);
    assert_eq!(std::fs::read_to_string(&small).unwrap(), SMALL);
}

#[cfg(target_os = "linux")]
#[test]
fn a_read_only_disk_as_target_is_said_in_plain_words() {
    let terminal = Terminal::new();
    let id = terminal.decided(&terminal.file("small.toml", SMALL));
    // No file can be made there, by root neither.
    let said = terminal.expect(2, &["sessions", "export", &id, "/proc/r.md"]);
    assert!(
        said.err.contains("cannot write /proc/r.md")
            || said.err.contains("Cannot write /proc/r.md"),
        "{}",
        said.err
    );
}
