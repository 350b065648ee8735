//! Files that break rules: each case ends with code 2, names its place and what is allowed, stays short, and leaves no session.

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
            "a field that is nothing like any",
            with("weight = 2", "zzzzzzzzzzzz = 2"),
            "criteria[0].zzzzzzzzzzzz",
            6,
            &["zzzzzzzzzzzz", "allowed: id, name, description, weight"],
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
