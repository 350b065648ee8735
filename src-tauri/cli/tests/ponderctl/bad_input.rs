//! Bad input: each case ends with code 2, names its place and what is allowed, stays short, and leaves no session.

use serde_json::Value;

use crate::terminal::{SMALL, Terminal};

/// A file, and what must be said of it.
struct Case {
    why: &'static str,
    name: &'static str,
    content: Vec<u8>,
    /// The field of one of the problems.
    field: &'static str,
    line: Option<u64>,
    /// Each stands in the words on standard error.
    says: &'static [&'static str],
}

fn case(
    why: &'static str,
    content: impl Into<Vec<u8>>,
    field: &'static str,
    line: u64,
    says: &'static [&'static str],
) -> Case {
    Case {
        why,
        name: "d.toml",
        content: content.into(),
        field,
        line: Some(line),
        says,
    }
}

fn of_file(
    why: &'static str,
    name: &'static str,
    content: impl Into<Vec<u8>>,
    line: Option<u64>,
    says: &'static [&'static str],
) -> Case {
    Case {
        why,
        name,
        content: content.into(),
        field: "",
        line,
        says,
    }
}

/// The small decision with one text in another's place.
fn with(old: &str, new: &str) -> String {
    assert!(SMALL.contains(old), "{old}");
    SMALL.replacen(old, new, 1)
}

fn cases() -> Vec<Case> {
    let long = "x".repeat(10_000_000);
    vec![
        case(
            "a weight below 0",
            with("weight = 2", "weight = -2"),
            "criteria[0].weight",
            6,
            &["-2", "at least 0"],
        ),
        case(
            "a weight that is no number",
            with("weight = 2", "weight = nan"),
            "criteria[0].weight",
            6,
            &["finite"],
        ),
        case(
            "a weight without end",
            with("weight = 2", "weight = inf"),
            "criteria[0].weight",
            6,
            &["finite"],
        ),
        case(
            "a weight in words",
            with("weight = 2", "weight = \"much\""),
            "criteria[0].weight",
            6,
            &["a number"],
        ),
        case(
            "a score off the scale",
            with("Ease = 4", "Ease = 40"),
            "options[0].scores.Ease",
            15,
            &["40", "0", "5"],
        ),
        case(
            "a score that is no number",
            with("Ease = 4", "Ease = nan"),
            "options[0].scores.Ease",
            15,
            &["finite"],
        ),
        case(
            "a name twice, but for case and spaces",
            with("\"Blue\"", "\"red \""),
            "options[1].name",
            18,
            &["red", "Red"],
        ),
        case(
            "a criterion twice",
            with("\"Speed\"", "\"EASE\""),
            "criteria[1].name",
            9,
            &["EASE", "Ease"],
        ),
        case(
            "a field that is none",
            with("weight = 2", "wieght = 2"),
            "criteria[0].wieght",
            6,
            &["wieght", "did you mean \"weight\""],
        ),
        case(
            "a field at the top that is none",
            with("topic", "topics"),
            "topics",
            1,
            &["did you mean \"topic\""],
        ),
        case(
            "a method that is none",
            format!("method = \"topsy\"\n{SMALL}"),
            "method",
            1,
            &["weighted_sum", "did you mean \"topsis\""],
        ),
        case(
            "a score for a criterion that is none",
            with("Ease = 4", "Eese = 4"),
            "options[0].scores.Eese",
            15,
            &["Eese", "Ease"],
        ),
        case(
            "a score that is neither number nor abstention",
            with("Ease = 4", "Ease = \"good\""),
            "options[0].scores.Ease",
            15,
            &["good", "abstain"],
        ),
        case(
            "no topic",
            with("topic = \"Which line?\"", ""),
            "topic",
            1,
            &["topic", "missing"],
        ),
        case(
            "an empty name",
            with("\"Blue\"", "\" \""),
            "options[1].name",
            18,
            &["no name"],
        ),
        case(
            "a name of 10 MB",
            with("\"Blue\"", &format!("\"{long}\"")),
            "options[1].name",
            18,
            &["200"],
        ),
        case(
            "a topic of 10 MB",
            with("Which line?", &long),
            "topic",
            1,
            &["500"],
        ),
        case(
            "a field of 10 MB",
            with("weight = 2", &format!("{long} = 2")),
            "",
            6,
            &["unknown field"],
        ),
        case(
            "a range upside down",
            with(
                "kind = \"manual\"\nweight",
                "kind = \"measured\"\nrange = [5, 5]\nweight",
            ),
            "criteria[0].range",
            6,
            &["range"],
        ),
        case(
            "a newer format",
            format!("ponder = 2\n{SMALL}"),
            "ponder",
            1,
            &["newer", "1"],
        ),
        of_file(
            "TOML that breaks off",
            "d.toml",
            with("weight = 2", "weight = "),
            Some(6),
            &["line 6"],
        ),
        of_file(
            "JSON that breaks off",
            "d.json",
            "{\n  \"topic\": \"T\",\n  \"criteria\": [\n",
            Some(3),
            &["line"],
        ),
        of_file(
            "JSON that is a list",
            "d.json",
            "[1, 2]",
            Some(1),
            &["table"],
        ),
        of_file(
            "a table with an open quote",
            "d.csv",
            "Option,A\nRed,1\nBlue,\"2\n",
            None,
            &["quot"],
        ),
        of_file(
            "a table with a row too long",
            "d.csv",
            "Option,A\nRed,1\nBlue,2,3\n",
            Some(3),
            &["line 3"],
        ),
        of_file(
            "a table with a name twice",
            "d.csv",
            "Option,A\nRed,1\nRED ,2\n",
            None,
            &["RED"],
        ),
        of_file(
            "a table with a criterion twice",
            "d.csv",
            "Option,A,a \nRed,1,2\nBlue,2,3\n",
            None,
            &["\"a"],
        ),
        of_file(
            "a table of one column",
            "d.csv",
            "Option\nRed\nBlue\n",
            None,
            &["column"],
        ),
        of_file("an empty file", "d.csv", "", None, &["empty"]),
        of_file(
            "bytes that are no text",
            "d.toml",
            b"\x7fELF\x02\x01\x01\x00\x00\x00\xff\xfe\x00\x01".to_vec(),
            None,
            &["TOML or JSON"],
        ),
        of_file(
            "a picture",
            "d.csv",
            b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR".to_vec(),
            None,
            &["PNG", "CSV"],
        ),
    ]
}

#[test]
fn bad_input_names_its_place_and_what_is_allowed_and_changes_nothing() {
    let terminal = Terminal::new();
    terminal.expect(0, &["sessions", "list"]);
    for Case {
        why,
        name,
        content,
        field,
        line,
        says,
    } in cases()
    {
        let path = terminal.file(name, content);
        let answer = terminal.json(2, &["decide", &path]);
        let error = &answer["error"];
        assert_eq!(error["code"], "invalid_input", "{why}: {answer:#}");
        let problems = error["problems"]
            .as_array()
            .unwrap_or_else(|| panic!("{why}: {answer:#}"));
        let there = |problem: &&Value| {
            (field.is_empty() || problem["field"] == field)
                && (line.is_none() || problem["line"].as_u64() == line)
        };
        assert!(
            problems.iter().any(|problem| there(&problem)),
            "{why}: nothing at {field:?} in line {line:?}: {error:#}"
        );
        assert!(answer.to_string().len() < 4000, "{why}: the answer is long");
        for command in ["decide", "rank"] {
            let said = terminal.expect(2, &[command, &path]);
            assert_eq!(said.out, "", "{why}");
            assert!(
                said.err.len() < 2000,
                "{why}: {} bytes of words",
                said.err.len()
            );
            assert!(
                said.err.contains(name),
                "{why}: the file is not named: {}",
                said.err
            );
            for words in says {
                assert!(
                    said.err.to_lowercase().contains(&words.to_lowercase()),
                    "{why}: no {words:?} in {}",
                    said.err
                );
            }
            if let Some(line) = line {
                assert!(
                    said.err.contains(&format!("line {line}")),
                    "{why}: {}",
                    said.err
                );
            }
        }
        terminal.expect(2, &["sessions", "import", &path]);
        assert!(terminal.sessions().is_empty(), "{why}: a session was made");
    }
}

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
fn every_problem_of_a_file_is_said_at_once_in_the_order_of_the_file() {
    let terminal = Terminal::new();
    let content = with("weight = 2", "weight = -2")
        .replace("Ease = 4", "Ease = 40")
        .replace("\"Blue\"", "\"red\"");
    let said = terminal.expect(2, &["rank", &terminal.file("d.toml", content)]);
    let lines: Vec<&str> = said
        .err
        .lines()
        .filter(|line| line.starts_with("  line "))
        .collect();
    assert_eq!(lines.len(), 3, "{}", said.err);
    assert!(
        lines[0].starts_with("  line 6,")
            && lines[1].starts_with("  line 15,")
            && lines[2].starts_with("  line 18,"),
        "{}",
        said.err
    );
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
