//! `ponderctl` against servers that nobody here wrote: llama.cpp's own, and LiteLLM's proxy in front of it. The model's
//! weights are random, so what it says means nothing; that it arrives, is read and is kept is what is held here.

use peers::{litellm, llama_cpp};
use serde_json::Value;

use crate::terminal::{Said, Terminal, events, said, to_judge};

fn judged(terminal: &Terminal, what: &[&str], url: &str, key: &str, more: &[&str]) -> Said {
    let args = [
        "--backend",
        "openai",
        "--model",
        "tiny",
        "--base-url",
        url,
        "--temperature",
        "0.7",
    ];
    let shown = ["--json", "--progress", "ndjson"];
    let mut command = terminal.command(&[&["decide"], what, &args, more, &shown].concat());
    said(command.env("OPENAI_API_KEY", key).output().unwrap())
}

/// Random weights may give a reply that cannot be read; every cell must come to something.
fn hold(said: &Said, cells: usize, states: &[&str]) -> Value {
    assert!([0, 4].contains(&said.code), "{said:#?}");
    let answer: Value = serde_json::from_str(&said.out).unwrap();
    crate::schemas::hold(&answer);
    let told: Vec<Value> = events(&said.err)
        .into_iter()
        .filter(|event| event["event"] == "cell")
        .collect();
    assert_eq!(told.len(), cells, "{}", said.err);
    for event in &told {
        let state = event["cell"]["state"].as_str().unwrap();
        assert!(states.contains(&state), "{event}");
    }
    assert!(
        answer["calls"]["output_tokens"].as_u64().unwrap() > 0,
        "{}",
        answer["calls"]
    );
    answer
}

#[test]
fn llama_cpps_server_judges_a_decision_from_end_to_end() {
    let server = llama_cpp::start(&llama_cpp::Options {
        api_key: Some("sk-llama".into()),
        ..llama_cpp::Options::default()
    })
    .unwrap();
    let terminal = Terminal::new();
    let file = terminal.file("d.toml", to_judge(3, 2));
    let url = format!("{}/v1", server.url());
    let said = judged(&terminal, &[&file], &url, "sk-llama", &["--samples", "2"]);
    let answer = hold(&said, 6, &["scored", "abstained", "unparsed"]);
    let id = answer["session"].as_str().unwrap();
    terminal.expect(0, &["sessions", "export", id, "out.html"]);
    let runs = terminal.json(0, &["sessions", "runs", id]);
    assert_eq!(runs["runs"][0]["model"], "tiny", "{runs:#}");
    let wrong = judged(&terminal, &[&file], &url, "sk-wrong", &[]);
    assert_eq!(wrong.code, 3, "{wrong:#?}");
    assert!(!(wrong.out + &wrong.err).contains("sk-wrong"));
}

#[test]
fn litellms_proxy_stands_in_between() {
    let server = llama_cpp::start(&llama_cpp::Options::default()).unwrap();
    let proxy = litellm::start(&format!("{}/v1", server.url()), None).unwrap();
    let terminal = Terminal::new();
    let file = terminal.file("d.toml", to_judge(2, 2));
    let url = format!("{}/v1", proxy.url());
    let states = ["scored", "abstained", "unparsed", "failed"];
    let said = judged(&terminal, &[&file], &url, litellm::KEY, &[]);
    let mut answer = hold(&said, 4, &states);
    // The proxy loses its own connection to the server now and then and answers 500: those cells are asked again.
    let failed = |answer: &Value| {
        let cells = answer["cells"].as_array().unwrap().iter();
        cells.filter(|cell| cell["state"] == "failed").count()
    };
    let id = answer["session"].as_str().unwrap().to_owned();
    for _ in 0..3 {
        if failed(&answer) == 0 {
            break;
        }
        let again = judged(&terminal, &["--session", &id], &url, litellm::KEY, &[]);
        answer = serde_json::from_str(&again.out).unwrap();
    }
    assert_eq!(failed(&answer), 0, "{answer:#}");
}
