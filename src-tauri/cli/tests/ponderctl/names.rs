//! Formulas and markup as names come out of every format as they went in: each export is read back by its own parser.

use pulldown_cmark::{Event, Options, Parser};
use scraper::{Html, Selector};
use serde_json::Value;

use crate::terminal::Terminal;

const NAMES: [&str; 8] = [
    "=cmd|' /C calc'!A0",
    "<script>alert(1)</script>",
    "a|b",
    "*x* _y_ `z`",
    "[click](http://example.com)",
    "\"quoted\", and 'so'",
    "@SUM(1+1)",
    "<img src=x onerror=alert(1)>",
];

/// A decision whose options and criteria have these names, in JSON, where quoting is the parser's business.
fn decided(terminal: &Terminal) -> String {
    let criteria: Vec<Value> = NAMES
        .iter()
        .map(|name| serde_json::json!({ "name": name, "kind": "manual", "group": name }))
        .collect();
    let scores: serde_json::Map<String, Value> = NAMES
        .iter()
        .map(|name| ((*name).to_owned(), 3.into()))
        .collect();
    let options: Vec<Value> = NAMES
        .iter()
        .map(|name| {
            serde_json::json!({ "name": name, "description": name, "scores": scores,
                "evidence": [{ "source": name, "quote": name, "criterion": NAMES[0] }] })
        })
        .collect();
    let file = serde_json::json!({ "topic": NAMES[1], "context": NAMES[0], "criteria": criteria, "options": options });
    terminal.decided(&terminal.file("names.json", file.to_string()))
}

fn exported(terminal: &Terminal, id: &str, name: &str) -> String {
    terminal.expect(0, &["sessions", "export", id, name]);
    std::fs::read_to_string(terminal.path(name)).unwrap()
}

#[test]
fn html_shows_names_as_text_and_runs_nothing() {
    let terminal = Terminal::new();
    let id = decided(&terminal);
    let page = Html::parse_document(&exported(&terminal, &id, "r.html"));
    let select = |selector: &str| {
        page.select(&Selector::parse(selector).unwrap())
            .map(|e| e.text().collect::<String>())
            .collect::<Vec<_>>()
    };
    for script in select("script") {
        assert!(
            !script.contains("alert(1)") || serde_json::from_str::<Value>(&script).is_ok(),
            "a script runs: {script}"
        );
    }
    assert!(
        select("img[onerror], [onload], a[href^='javascript'], a[href='http://example.com']")
            .is_empty()
    );
    let cells = [select("th"), select("td")].concat();
    for name in NAMES {
        assert!(
            cells.iter().any(|cell| cell.trim() == name),
            "{name} is no cell of {cells:?}"
        );
    }
    assert_eq!(
        select("h1")
            .iter()
            .filter(|title| title.as_str() == NAMES[1])
            .count(),
        1
    );
}

#[test]
fn markdown_shows_names_as_text() {
    let terminal = Terminal::new();
    let id = decided(&terminal);
    let markdown = exported(&terminal, &id, "r.md");
    let mut cells = Vec::new();
    let mut inside = false;
    for event in Parser::new_ext(
        &markdown,
        Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH,
    ) {
        match event {
            Event::Html(html) | Event::InlineHtml(html) => panic!("markup came through: {html}"),
            Event::Start(pulldown_cmark::Tag::Link { dest_url, .. }) => {
                panic!("a link came through: {dest_url}")
            }
            Event::Start(pulldown_cmark::Tag::TableCell) => {
                inside = true;
                cells.push(String::new());
            }
            Event::End(pulldown_cmark::TagEnd::TableCell) => inside = false,
            Event::Text(text) | Event::Code(text) if inside => {
                cells.last_mut().unwrap().push_str(&text);
            }
            _ => {}
        }
    }
    for name in NAMES {
        assert!(
            cells.iter().any(|cell| cell == name),
            "{name} is no cell of {cells:?}"
        );
    }
}

#[test]
fn csv_gives_a_spreadsheet_texts_and_never_formulas() {
    let terminal = Terminal::new();
    let id = decided(&terminal);
    let text = exported(&terminal, &id, "r.csv");
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .from_reader(text.trim_start_matches('\u{feff}').as_bytes());
    let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    let options: Vec<&str> = rows[1..].iter().map(|row| &row[0]).collect();
    for name in NAMES {
        // What would be a formula is held as text by an apostrophe, as spreadsheets do it.
        let held = format!("'{name}");
        let starts_formula = name.starts_with(['=', '+', '-', '@']);
        let expected = if starts_formula { held.as_str() } else { name };
        assert!(
            options.contains(&expected),
            "{expected} is none of {options:?}"
        );
        assert!(
            rows[0].iter().any(|head| head == expected),
            "{expected} is no head of {:?}",
            rows[0]
        );
    }
    for field in rows.iter().flatten() {
        assert!(!field.starts_with(['=', '+', '@']), "{field} is a formula");
    }
}

#[test]
fn json_holds_the_names_as_they_are() {
    let terminal = Terminal::new();
    let id = decided(&terminal);
    let report: Value = serde_json::from_str(&exported(&terminal, &id, "r.json")).unwrap();
    let mut texts = Vec::new();
    collect(&report, &mut texts);
    for name in NAMES {
        assert!(texts.iter().any(|text| text == name), "{name}");
    }
}

fn collect(value: &Value, texts: &mut Vec<String>) {
    match value {
        Value::String(text) => texts.push(text.clone()),
        Value::Array(items) => items.iter().for_each(|item| collect(item, texts)),
        Value::Object(fields) => fields.values().for_each(|value| collect(value, texts)),
        _ => {}
    }
}

#[test]
fn the_decision_file_reads_back_to_the_same_decision() {
    let terminal = Terminal::new();
    let id = decided(&terminal);
    let file: toml::Table = exported(&terminal, &id, "r.toml").parse().unwrap();
    for list in ["criteria", "options"] {
        let names: Vec<&str> = file[list]
            .as_array()
            .unwrap()
            .iter()
            .map(|item| item["name"].as_str().unwrap())
            .collect();
        assert_eq!(names, NAMES, "{list}");
    }
    let before = terminal.json(0, &["rank", "--session", &id]);
    let after = terminal.json(0, &["rank", "r.toml"]);
    assert_eq!(before["cells"], after["cells"]);
}

#[test]
fn a_name_cannot_move_the_cursor_or_colour_the_screen() {
    let terminal = Terminal::new();
    let nasty = "Red\u{1b}[31m\u{7}\u{1b}]0;title\u{7}";
    let name = |name: &str| serde_json::json!({ "name": name, "scores": { "C": 3 } });
    let file = serde_json::json!({ "topic": nasty, "criteria": [{ "name": "C", "kind": "manual" }], "options": [name(nasty), name("B")] });
    let path = terminal.file("d.json", file.to_string());
    let said = terminal.run(&["decide", &path, "-v"]);
    let broken = terminal.file("e.json", file.to_string().replace("\"C\":3", "\"C\":99"));
    let refused = terminal.run(&["rank", &broken]);
    let shown = if said.code == 0 {
        terminal.sessions()[0]["id"]
            .as_str()
            .map(|id| terminal.expect(0, &["sessions", "show", id]).out)
    } else {
        None
    };
    let listed = terminal.expect(0, &["sessions", "list"]).out;
    for text in [
        said.out,
        said.err,
        refused.err,
        listed,
        shown.unwrap_or_default(),
    ] {
        assert!(
            !text.contains('\u{1b}') && !text.contains('\u{7}'),
            "{text:?}"
        );
    }
}
