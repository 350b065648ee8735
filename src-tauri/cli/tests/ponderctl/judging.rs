//! `decide` with a model: what is asked, what comes of it, and what is asked again.

use std::collections::BTreeSet;
use std::time::Duration;

use peers::{Latency, Ollama, OpenAi, Script};
use serde_json::{Value, json};

use crate::terminal::{Terminal, asked, cell_of, events, to_judge};

fn cells(answer: &Value) -> Vec<(String, String, Option<f64>)> {
    let cells = answer["cells"].as_array().unwrap().iter();
    cells
        .map(|cell| {
            let name = |field: &str| cell[field].as_str().unwrap();
            (
                format!("{} × {}", name("option"), name("criterion")),
                name("state").to_owned(),
                cell["score"].as_f64(),
            )
        })
        .collect()
}

#[test]
fn a_model_judges_every_cell_and_the_ranking_rests_on_it() {
    let (terminal, ollama) = (Terminal::new(), Ollama::start(Script::default()));
    let file = terminal.file("d.toml", to_judge(4, 3));
    let decided = terminal.judged(0, &file, &ollama, &["--progress", "none"]);
    assert_eq!(decided["outcome"], "complete");
    assert_eq!(decided["calls"]["made"], 12);
    assert!(decided["calls"]["output_tokens"].as_u64().unwrap() > 0);
    for cell in decided["cells"].as_array().unwrap() {
        assert_eq!(
            (&cell["state"], &cell["source"]),
            (&json!("scored"), &json!("model"))
        );
        assert!(cell["justification"].as_str().unwrap().len() > 10);
        assert!(cell["latency_ms"].is_number(), "{cell:#}");
    }
    let each: BTreeSet<String> = asked(&ollama).into_iter().collect();
    assert_eq!((each.len(), ollama.calls().len()), (12, 12));
    let id = decided["session"].as_str().unwrap();
    // What was judged is there for every other command.
    let ranked = terminal.json(0, &["rank", "--session", id]);
    assert_eq!(ranked["ranking"], decided["ranking"]);
    assert_eq!(cells(&ranked), cells(&decided));
    let by_topsis = terminal.json(0, &["rank", "--session", id, "--method", "topsis"]);
    assert_eq!(by_topsis["method"], "topsis");
    let words = terminal.expect(0, &["sessions", "show", id]).out;
    assert!(
        words.contains("tiny") && words.contains("complete"),
        "{words}"
    );
    terminal.expect(0, &["sessions", "export", id, "out.md"]);
    let report = std::fs::read_to_string(terminal.path("out.md")).unwrap();
    assert!(report.contains("This server has no model"), "{report}");
    assert_eq!(ollama.calls().len(), 12, "nobody else asked");
}

#[test]
fn the_words_at_the_end_say_who_judged_and_what_it_took() {
    let (terminal, ollama) = (Terminal::new(), Ollama::start(Script::default()));
    let file = terminal.file("d.toml", to_judge(2, 2));
    let args = ["decide", &file, "--backend", "ollama", "--model", "tiny"];
    let url = ollama.url();
    let said = terminal.expect(0, &[&args[..], &["--base-url", &url]].concat());
    assert!(
        said.out.contains("Judged 4 of 4 cells by tiny"),
        "{}",
        said.out
    );
    assert!(
        said.out.contains("4 calls, ") && said.out.contains(" tokens sent, "),
        "{}",
        said.out
    );
    assert_eq!(said.err, "", "no terminal, no progress");
}

#[test]
fn events_are_told_in_order_and_each_as_its_schema_says() {
    let (terminal, ollama) = (Terminal::new(), Ollama::start(Script::default()));
    let file = terminal.file("d.toml", to_judge(3, 2));
    let url = ollama.url();
    let args = [
        "decide",
        &file,
        "--backend",
        "ollama",
        "--model",
        "tiny",
        "--base-url",
        &url,
    ];
    let said = terminal.expect(
        0,
        &[&args[..], &["--progress", "ndjson", "--concurrency", "2"]].concat(),
    );
    let events = events(&said.err);
    let of = |kind: &str| -> Vec<&Value> { events.iter().filter(|e| e["event"] == kind).collect() };
    assert_eq!(events[0]["event"], "started");
    assert_eq!(events[0]["asked"], 6);
    assert_eq!((of("asking").len(), of("cell").len()), (6, 6));
    for (at, event) in of("cell").iter().enumerate() {
        assert_eq!(event["done"], at + 1);
        assert_eq!(event["total"], 6);
        let cell = &event["cell"];
        assert!(
            cell["option"].as_str().unwrap().starts_with("Option 0"),
            "{event}"
        );
        assert!(
            cell["criterion"]
                .as_str()
                .unwrap()
                .starts_with("Criterion 0"),
            "{event}"
        );
    }
    let last = events.last().unwrap();
    assert_eq!(
        (&last["event"], &last["outcome"]),
        (&json!("finished"), &json!("complete"))
    );
    let plain = terminal.expect(0, &[&args[..], &["--progress", "plain"]].concat());
    let lines: Vec<&str> = plain.err.lines().collect();
    assert_eq!(lines[0], "0 of 6 cells are scored already, 6 are asked");
    assert!(lines[1].starts_with("[1/6] Option 0"), "{}", plain.err);
    assert!(lines[6].starts_with("[6/6] "), "{}", plain.err);
    assert_eq!(lines.len(), 8, "{}", plain.err);
}

#[test]
fn among_events_what_was_assumed_is_an_event_too() {
    let (terminal, ollama) = (Terminal::new(), Ollama::start(Script::default()));
    let file = terminal.file("d.toml", to_judge(2, 1).replace("weight = 1\n", ""));
    let url = ollama.url();
    let args = [
        "decide",
        &file,
        "--backend",
        "ollama",
        "--model",
        "tiny",
        "--base-url",
        &url,
    ];
    let said = terminal.expect(0, &[&args[..], &["--progress", "ndjson"]].concat());
    let told = events(&said.err);
    let notices: Vec<&Value> = told
        .iter()
        .filter(|event| event["event"] == "notice")
        .collect();
    assert_eq!(notices.len(), 1, "{}", said.err);
    assert!(
        notices[0]["message"]
            .as_str()
            .unwrap()
            .contains("has no weight"),
        "{}",
        notices[0]
    );
    let verbose = terminal.expect(0, &[&args[..], &["--no-cache", "-v"]].concat());
    assert!(
        verbose.err.contains("Nothing is cached yet"),
        "{}",
        verbose.err
    );
}

#[test]
fn samples_temperature_and_concurrency_are_as_asked_for() {
    let terminal = Terminal::new();
    let mut script = Script::default().latency(Latency::Fixed(Duration::from_millis(20)));
    script.vary_by_seed = true;
    let ollama = Ollama::start(script);
    let file = terminal.file("d.toml", to_judge(3, 2));
    let more = ["--samples", "3", "--concurrency", "5", "--temperature", "0"];
    let decided = terminal.judged(0, &file, &ollama, &more);
    assert_eq!(ollama.calls().len(), 18);
    assert_eq!(ollama.max_in_flight(), 5);
    for seen in ollama.calls() {
        assert_eq!(seen.body["options"]["temperature"], 0.0, "{}", seen.body);
    }
    for cell in decided["cells"].as_array().unwrap() {
        let mut samples: Vec<f64> = cell["samples"]
            .as_array()
            .unwrap()
            .iter()
            .map(|s| s.as_f64().unwrap())
            .collect();
        assert_eq!(samples.len(), 3, "{cell:#}");
        samples.sort_by(f64::total_cmp);
        assert_eq!(cell["score"].as_f64().unwrap(), samples[1], "{cell:#}");
    }
    // A file may say it too, and nothing said is nothing sent.
    let own = terminal.file(
        "own.toml",
        "judge = { temperature = 0.0 }\n".to_owned() + &to_judge(2, 1),
    );
    let before = ollama.calls().len();
    terminal.judged(0, &own, &ollama, &[]);
    assert_eq!(ollama.calls()[before].body["options"]["temperature"], 0.0);
    let none = terminal.file("none.toml", to_judge(2, 1));
    let before = ollama.calls().len();
    terminal.judged(0, &none, &ollama, &[]);
    assert!(
        ollama.calls()[before].body["options"]
            .get("temperature")
            .is_none()
    );
}

#[test]
fn two_criteria_are_asked_of_two_servers() {
    let terminal = Terminal::new();
    let (ollama, office) = (
        Ollama::start(Script::default()),
        OpenAi::start(Script::default().key("sk-office")),
    );
    let url = format!("{}/v1", office.url());
    terminal.expect(
        0,
        &["backends", "add", "ollama", "--base-url", &ollama.url()],
    );
    terminal.expect(
        0,
        &[
            "backends",
            "add",
            "office",
            "--kind",
            "openai",
            "--base-url",
            &url,
            "--key-env",
            "OFFICE_KEY",
        ],
    );
    let file = r#"topic = "Which supplier?"
judge = { backend = "ollama", model = "tiny" }
[[criteria]]
name = "Criterion 01"
[[criteria]]
name = "Criterion 02"
judge = { backend = "office", model = "tiny", temperature = 0.0 }
[[options]]
name = "Option 01"
[[options]]
name = "Option 02"
"#;
    let file = terminal.file("d.toml", file);
    let mut command = terminal.command(&["decide", &file, "--json"]);
    let said = crate::terminal::said(command.env("OFFICE_KEY", "sk-office").output().unwrap());
    assert_eq!(said.code, 0, "{said:#?}");
    let asked = |text: &str| -> BTreeSet<String> { [cell_of(text)].into() };
    assert_eq!((ollama.calls().len(), office.calls().len()), (2, 2));
    assert!(
        ollama
            .calls()
            .iter()
            .all(|seen| asked(&seen.text).iter().all(|cell| cell.ends_with("01")))
    );
    assert!(
        office
            .calls()
            .iter()
            .all(|seen| asked(&seen.text).iter().all(|cell| cell.ends_with("02")))
    );
    assert!(
        office
            .calls()
            .iter()
            .all(|seen| seen.body["temperature"] == 0.0)
    );
    assert!(!said.out.contains("sk-office") && !said.err.contains("sk-office"));
}
