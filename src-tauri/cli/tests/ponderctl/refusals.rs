//! `decide` and `backends` when a server cannot or must not be asked: which exit code, which words, and what is never said.

use peers::{Model, Ollama, OpenAi, Script, closed_address};
use serde_json::Value;

use crate::terminal::{Said, Terminal, to_judge};

/// Runs with `--json` and gives the error and what was said.
fn refused(terminal: &Terminal, code: i32, args: &[&str]) -> (Value, Said) {
    let error = terminal.json(code, args)["error"].clone();
    let said = terminal.expect(code, args);
    let message = error["message"].as_str().unwrap();
    assert!(said.err.contains(message), "{said:#?}");
    assert_eq!(said.out, "");
    (error, said)
}

fn text<'a>(error: &'a Value, field: &str) -> &'a str {
    error[field].as_str().unwrap_or_default()
}

#[test]
fn a_server_that_is_down_is_said_with_its_address_and_exit_code_3() {
    let terminal = Terminal::new();
    let (file, nowhere) = (terminal.file("d.toml", to_judge(3, 3)), closed_address());
    let args = [
        "decide",
        &file,
        "--backend",
        "ollama",
        "--model",
        "tiny",
        "--base-url",
        &nowhere,
    ];
    let (error, _) = refused(&terminal, 3, &args);
    assert_eq!(error["code"], "backend_unavailable");
    assert!(
        text(&error, "message").contains(nowhere.trim_start_matches("http://")),
        "{error:#}"
    );
    assert!(
        text(&error, "hint").contains("--session s_"),
        "what was read is kept: {error:#}"
    );
    // The decision is in the history, to go on with when the server is there.
    let ollama = Ollama::start(Script::default());
    let id = text(&error, "hint").split("--session ").nth(1).unwrap();
    let id = id
        .split(|c: char| !c.is_ascii_alphanumeric() && c != '_')
        .next()
        .unwrap();
    let url = ollama.url();
    terminal.json(
        0,
        &[
            "decide",
            "--session",
            id,
            "--backend",
            "ollama",
            "--model",
            "tiny",
            "--base-url",
            &url,
        ],
    );
    assert_eq!(ollama.calls().len(), 9);
}

#[test]
fn a_wrong_key_is_said_and_never_shown() {
    let terminal = Terminal::new();
    // This server says the wrong key back in its refusal.
    let office = OpenAi::start(Script::default().key("sk-right-one"));
    let url = format!("{}/v1", office.url());
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
            "--model",
            "tiny",
            "--key-env",
            "OFFICE_KEY",
        ],
    );
    let file = terminal.file("d.toml", to_judge(2, 2));
    for args in [
        &["decide", &file, "--backend", "office"][..],
        &[
            "decide",
            &file,
            "--backend",
            "office",
            "--json",
            "--progress",
            "ndjson",
        ],
        &[
            "decide",
            &file,
            "--backend",
            "office",
            "-v",
            "--progress",
            "plain",
        ],
        &["backends", "test", "office"],
        &["backends", "test", "office", "--json"],
        &["backends", "models", "office", "--json"],
    ] {
        let mut command = terminal.command(args);
        let said = crate::terminal::said(
            command
                .env("OFFICE_KEY", "sk-wrong-secret")
                .output()
                .unwrap(),
        );
        assert_eq!(said.code, 3, "{args:?}: {said:#?}");
        let words = said.out + &said.err;
        assert!(!words.contains("wrong-secret"), "{args:?}: {words}");
        assert!(
            words.contains("key") || words.contains("unauthorised"),
            "{args:?}: {words}"
        );
    }
    let mut command = terminal.command(&["backends", "list", "--json"]);
    let said = crate::terminal::said(
        command
            .env("OFFICE_KEY", "sk-wrong-secret")
            .output()
            .unwrap(),
    );
    assert!(
        said.out.contains("\"environment\"") && !said.out.contains("wrong-secret"),
        "{}",
        said.out
    );
    for entry in walk(&terminal.data()) {
        let bytes = std::fs::read(&entry).unwrap();
        let found = bytes.windows(12).any(|window| window == b"wrong-secret");
        assert!(!found, "the key is in {}", entry.display());
    }
}

fn walk(folder: &std::path::Path) -> Vec<std::path::PathBuf> {
    let entries = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    entries
        .flat_map(|path| {
            if path.is_dir() {
                walk(&path)
            } else {
                vec![path]
            }
        })
        .collect()
}

#[test]
fn a_missing_model_is_said_with_those_that_come_near() {
    let terminal = Terminal::new();
    let models = ["qwen3:8b", "llama3.2:3b"].map(Model::named);
    let ollama = Ollama::start(Script::default().models(models));
    let file = terminal.file("d.toml", to_judge(2, 2));
    let url = ollama.url();
    let args = [
        "decide",
        &file,
        "--backend",
        "ollama",
        "--model",
        "qwen3:8",
        "--base-url",
        &url,
    ];
    let (error, _) = refused(&terminal, 3, &args);
    assert_eq!(error["code"], "model_missing");
    assert!(text(&error, "hint").contains("qwen3:8b"), "{error:#}");
    let none = ["decide", &file, "--backend", "ollama", "--base-url", &url];
    let (error, _) = refused(&terminal, 2, &none);
    assert_eq!(error["code"], "no_model");
    assert!(text(&error, "hint").contains("--model"), "{error:#}");
    let (error, _) = refused(
        &terminal,
        2,
        &["decide", &file, "--backend", "olama", "--model", "m"],
    );
    assert_eq!(error["code"], "no_backend");
    assert!(text(&error, "hint").contains("ollama"), "{error:#}");
}

#[test]
fn offline_nothing_is_sent_beyond_this_machine() {
    let terminal = Terminal::new();
    let file = terminal.file("d.toml", to_judge(2, 2));
    // 192.0.2.1 is nobody's address: would it be asked, the run would not end in a refusal.
    let far = [
        "--backend",
        "ollama",
        "--model",
        "tiny",
        "--base-url",
        "http://192.0.2.1:11434",
    ];
    let (error, _) = refused(
        &terminal,
        5,
        &[&["decide", &file, "--offline"][..], &far].concat(),
    );
    assert_eq!(error["code"], "refused_offline");
    assert!(text(&error, "message").contains("192.0.2.1"), "{error:#}");
    // This machine is no way out, also offline.
    let ollama = Ollama::start(Script::default());
    let answer = terminal.judged(0, &file, &ollama, &["--offline"]);
    assert_eq!(answer["outcome"], "complete");
    // A model of Ollama's cloud is elsewhere though its server is here.
    let cloud = Model {
        cloud: true,
        ..Model::named("big:480b-cloud")
    };
    ollama.play(Script::default().model(cloud));
    let (before, url) = (ollama.calls().len(), ollama.url());
    let cloud = [
        "decide",
        &file,
        "--backend",
        "ollama",
        "--model",
        "big:480b-cloud",
        "--base-url",
        &url,
        "--offline",
    ];
    let (error, _) = refused(&terminal, 5, &cloud);
    assert_eq!(error["code"], "refused_offline");
    assert_eq!(ollama.calls().len(), before);
    terminal.expect(
        0,
        &[
            "backends",
            "add",
            "far",
            "--kind",
            "ollama",
            "--base-url",
            "http://192.0.2.1:11434",
        ],
    );
    for args in [
        ["backends", "test", "far", "--offline"],
        ["backends", "models", "far", "--offline"],
    ] {
        let (error, _) = refused(&terminal, 5, &args);
        assert_eq!(error["code"], "refused_offline");
    }
}

#[test]
fn a_file_does_not_send_its_prompts_away_by_itself() {
    let terminal = Terminal::new();
    let far = [
        "backends",
        "add",
        "far",
        "--kind",
        "openai",
        "--base-url",
        "https://models.example.com/v1",
        "--model",
        "big",
    ];
    terminal.expect(0, &far);
    let judged = "judge = { backend = \"far\" }\n".to_owned() + &to_judge(2, 2);
    let file = terminal.file("d.toml", judged);
    let (error, _) = refused(&terminal, 5, &["decide", &file]);
    assert_eq!(error["code"], "refused_offline");
    assert!(text(&error, "hint").contains("--backend far"), "{error:#}");
}

#[test]
fn numbers_that_are_not_allowed_are_named_with_what_is() {
    let terminal = Terminal::new();
    let file = terminal.file("d.toml", to_judge(2, 2));
    for (option, value, allowed) in [
        ("--samples", "0", "1..=100"),
        ("--samples", "101", "1..=100"),
        ("--samples", "two", "invalid digit"),
        ("--concurrency", "0", "1..=64"),
        ("--concurrency", "65", "1..=64"),
        ("--temperature", "-1", "from 0 to 2"),
        ("--temperature", "2.1", "from 0 to 2"),
        ("--temperature", "NaN", "from 0 to 2"),
        ("--temperature", "warm", "from 0 to 2"),
    ] {
        let said = terminal.expect(2, &["decide", &file, option, value]);
        assert!(
            said.err.contains(allowed) && said.err.contains(option),
            "{}",
            said.err
        );
        assert!(said.err.contains(value), "{}", said.err);
    }
    terminal.expect(2, &["decide", &file, "--again", "--retry-failed"]);
    assert!(!terminal.data().exists(), "nothing was changed");
}
