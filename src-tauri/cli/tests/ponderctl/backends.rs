//! `backends`: added, changed, listed, removed, and each way a server can be when it is tested.

use std::time::Duration;

use peers::{Fault, Latency, Model, Ollama, OpenAi, Script, When, closed_address};
use serde_json::{Value, json};

use crate::terminal::Terminal;

fn named(answer: &Value, name: &str) -> Value {
    let backends = answer["backends"].as_array().unwrap();
    backends
        .iter()
        .find(|backend| backend["name"] == name)
        .cloned()
        .unwrap_or_default()
}

#[test]
fn a_backend_is_added_changed_made_the_default_and_removed() {
    let terminal = Terminal::new();
    let first = terminal.json(0, &["backends", "list"]);
    let names: Vec<&Value> = first["backends"]
        .as_array()
        .unwrap()
        .iter()
        .map(|b| &b["name"])
        .collect();
    assert_eq!(names, ["builtin", "ollama", "openai", "anthropic"]);
    assert_eq!(named(&first, "ollama")["this_machine"], true);
    assert_eq!(named(&first, "openai")["key"], "missing");

    let add = [
        "backends",
        "add",
        "gpu",
        "--kind",
        "ollama",
        "--base-url",
        "http://192.168.0.7:11434",
    ];
    let added = terminal.json(0, &add)["backend"].clone();
    assert_eq!(
        (&added["this_machine"], &added["kind"]),
        (&json!(false), &json!("ollama"))
    );
    // What is left out stays as it is; the kind is known by now.
    let change = [
        "backends",
        "add",
        "gpu",
        "--model",
        "qwen3:8b",
        "--concurrency",
        "2",
        "--first-byte-timeout",
        "300",
    ];
    let changed = terminal.json(0, &change)["backend"].clone();
    assert_eq!(changed["base_url"], "http://192.168.0.7:11434");
    assert_eq!(
        (&changed["model"], &changed["concurrency"]),
        (&json!("qwen3:8b"), &json!(2))
    );
    assert_eq!(changed["first_byte_timeout"], 300.0);
    let local = terminal.json(0, &["backends", "add", "gpu", "--local"])["backend"].clone();
    assert_eq!(local["this_machine"], true);

    let default = terminal.json(0, &["backends", "default", "gpu"]);
    assert_eq!(
        (&default["default"], &named(&default, "gpu")["is_default"]),
        (&json!("gpu"), &json!(true))
    );
    let words = terminal.expect(0, &["backends", "list"]).out;
    assert!(
        words.contains("gpu *") && words.contains("elsewhere") && words.contains("qwen3:8b"),
        "{words}"
    );
    let none = terminal.json(0, &["backends", "default", "none"]);
    assert_eq!(none["default"], Value::Null);
    let removed = terminal.json(0, &["backends", "remove", "gpu"]);
    assert_eq!(named(&removed, "gpu"), Value::Null);
    for wrong in [
        &["backends", "remove", "gpu"][..],
        &["backends", "default", "gpu"],
        &["backends", "test", "gpu"],
        &["backends", "models", "gpu"],
    ] {
        let error = terminal.json(2, wrong)["error"].clone();
        assert_eq!(error["code"], "no_backend", "{wrong:?}: {error:#}");
    }
}

#[test]
fn what_cannot_be_set_is_refused_and_changes_nothing() {
    let terminal = Terminal::new();
    for (args, says) in [
        (&["new"][..], "--kind ollama"),
        (&["New", "--kind", "ollama"], "a–z"),
        (
            &["new", "--kind", "ollama", "--base-url", "ftp://x"],
            "http",
        ),
        (
            &["new", "--kind", "ollama", "--concurrency", "65"],
            "1..=64",
        ),
        (
            &["new", "--kind", "ollama", "--first-byte-timeout", "0"],
            "above 0",
        ),
        (
            &["new", "--kind", "ollama", "--ca-file", "nowhere.pem"],
            "nowhere.pem",
        ),
        (&["builtin", "--model", "m"], "asks nobody"),
        (&["new", "--kind", "grpc"], "openai"),
        (&["new", "--kind", "openai", "--key-stdin"], "--key-env"),
    ] {
        let said = terminal.expect(2, &[&["backends", "add"], args].concat());
        assert!(
            said.err.contains(says),
            "{args:?} should say {says}: {}",
            said.err
        );
    }
    for command in ["test", "models", "remove"] {
        let said = terminal.expect(2, &["backends", command, "builtin"]);
        assert!(said.err.contains("asks nobody"), "{}", said.err);
    }
    let secret = [
        "backends",
        "add",
        "new",
        "--kind",
        "openai",
        "--base-url",
        "https://me:hunter2@models.example.com/v1",
    ];
    let said = terminal.expect(2, &secret);
    assert!(!said.err.contains("hunter2"), "{}", said.err);
    let listed = terminal.json(0, &["backends", "list"]);
    assert_eq!(listed["backends"].as_array().unwrap().len(), 4);
}

#[test]
fn a_server_is_found_well_slow_down_locked_or_without_the_model() {
    let terminal = Terminal::new();
    let add = |name: &str, kind: &str, url: &str| {
        terminal.expect(
            0,
            &[
                "backends",
                "add",
                name,
                "--kind",
                kind,
                "--base-url",
                url,
                "--first-byte-timeout",
                "20",
            ],
        );
    };
    let test = |code, name: &str, more: &[&str]| {
        let args = [&["backends", "test", name], more].concat();
        let words = terminal.expect(code, &args).out;
        let found = terminal.json(code, &args);
        let message = found["message"].as_str().unwrap();
        assert!(words.contains(message), "{words}");
        (found["state"].as_str().unwrap().to_owned(), found, words)
    };
    let models = ["qwen3:8b", "llama3.2:3b"].map(Model::named);
    let ollama = Ollama::start(Script::default().models(models));
    add("well", "ollama", &ollama.url());
    let (state, found, words) = test(0, "well", &["--model", "qwen3:8b"]);
    assert_eq!(
        (state.as_str(), found["models"].as_array().unwrap().len()),
        ("ok", 2)
    );
    assert!(words.contains("0.13.5"), "{words}");
    let (state, found, _) = test(3, "well", &["--model", "qwen3:8"]);
    assert_eq!(state, "model_missing");
    let near = format!("{} {}", found["message"], found["hint"]);
    assert!(near.contains("qwen3:8b"), "{near}");

    add("nowhere", "ollama", &closed_address());
    let (state, found, _) = test(3, "nowhere", &[]);
    assert_eq!(state, "down");
    assert!(found["hint"].as_str().unwrap().len() > 10, "{found:#}");
    assert_eq!(
        terminal.json(3, &["backends", "models", "nowhere"])["error"]["code"],
        "backend_unavailable"
    );

    let office = OpenAi::start(Script::default().key("sk-right"));
    add("locked", "openai", &format!("{}/v1", office.url()));
    assert_eq!(test(3, "locked", &[]).0, "unauthorised");
    assert_eq!(
        terminal.json(3, &["backends", "models", "locked"])["error"]["code"],
        "backend_unauthorised"
    );

    let odd = Ollama::start(Script::default().fault(When::Path("/".into()), Fault::Html));
    add("odd", "ollama", &odd.url());
    assert_eq!(test(3, "odd", &[]).0, "odd");

    let slow = Ollama::start(Script::default().latency(Latency::Fixed(Duration::from_secs(4))));
    add("slow", "ollama", &slow.url());
    let slow = terminal.json(0, &["backends", "test", "slow", "--model", "tiny"]);
    assert!(
        ["ok", "slow"].contains(&slow["state"].as_str().unwrap()),
        "{slow:#}"
    );
}

#[test]
fn models_are_listed_with_their_size_and_where_they_run() {
    let terminal = Terminal::new();
    let models = [
        Model {
            size: 5_200_000_000,
            parameters: "8.2B".into(),
            loaded: true,
            ..Model::named("qwen3:8b")
        },
        Model {
            cloud: true,
            ..Model::named("big:480b-cloud")
        },
    ];
    let ollama = Ollama::start(Script::default().models(models));
    terminal.expect(
        0,
        &["backends", "add", "ollama", "--base-url", &ollama.url()],
    );
    let words = terminal.expect(0, &["backends", "models", "ollama"]).out;
    for said in [
        "qwen3:8b",
        "5200.0 MB",
        "8.2B",
        "in memory",
        "big:480b-cloud",
        "elsewhere (cloud)",
    ] {
        assert!(words.contains(said), "{said}: {words}");
    }
    let found = terminal.json(0, &["backends", "models", "ollama"]);
    let cloud: Vec<&Value> = found["models"]
        .as_array()
        .unwrap()
        .iter()
        .map(|m| &m["cloud"])
        .collect();
    assert!(
        cloud.contains(&&json!(true)) && cloud.contains(&&json!(false)),
        "{found:#}"
    );
    let env = terminal
        .command(&["backends", "models", "ollama"])
        .env("OLLAMA_HOST", closed_address())
        .output()
        .unwrap();
    assert_eq!(
        env.status.code(),
        Some(0),
        "what is set wins over OLLAMA_HOST"
    );
    terminal.expect(0, &["backends", "remove", "ollama"]);
    let env = terminal
        .command(&["backends", "models", "ollama"])
        .env("OLLAMA_HOST", ollama.url())
        .output()
        .unwrap();
    assert_eq!(env.status.code(), Some(0), "OLLAMA_HOST says where");
}
