//! The vendors' own clients are the judges of the doubles: what they take for an answer is one.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test stops where it cannot go on"
)]
use std::process::Command;

use peers::{Anthropic, Fault, Model, Ollama, OpenAi, Script, When, llama_cpp, python};

fn passes(command: &mut Command, tests: usize) {
    let output = command.output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    let complained = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}{complained}");
    assert_eq!(said.trim(), format!("{tests} passed"));
}

#[test]
fn ollamas_own_client_accepts_the_double() {
    let plain = Model {
        thinks: false,
        ..Model::named("plain")
    };
    let mut script = Script::default().model(plain).fault(
        When::Text("break off".to_owned()),
        Fault::ErrorInStream("out of memory".to_owned()),
    );
    script.registry = Some(vec!["small".to_owned()]);
    let server = Ollama::start(script);
    let mut client =
        python::script("ollama_client.py").unwrap_or_else(|missing| panic!("{missing}"));
    passes(client.arg(server.url()), 11);
}

#[test]
fn openais_own_client_accepts_the_double() {
    let script = Script::default()
        .key("sk-right")
        .fault(
            When::Text("break off".to_owned()),
            Fault::ErrorInStream("out of memory".to_owned()),
        )
        .fault(
            When::Text("too many".to_owned()),
            Fault::Refuse {
                status: 429,
                body: r#"{"error":{"message":"Slow down.","type":"requests","param":null,"code":"rate_limit_exceeded"}}"#
                    .to_owned(),
                headers: vec![("retry-after".to_owned(), "2".to_owned())],
            },
        );
    let server = OpenAi::start(script);
    let mut client =
        python::script("openai_client.py").unwrap_or_else(|missing| panic!("{missing}"));
    client.args([&format!("{}/v1", server.url()), "sk-right", "--double"]);
    passes(&mut client, 7);
}

#[test]
fn anthropics_own_client_accepts_the_double() {
    let script = Script::default()
        .key("sk-right")
        .fault(
            When::Text("break off".to_owned()),
            Fault::ErrorInStream("out of memory".to_owned()),
        )
        .fault(
            When::Text("too many".to_owned()),
            Fault::Refuse {
                status: 429,
                body:
                    r#"{"type":"error","error":{"type":"rate_limit_error","message":"Slow down."}}"#
                        .to_owned(),
                headers: vec![("retry-after".to_owned(), "2".to_owned())],
            },
        );
    let server = Anthropic::start(script);
    let mut client =
        python::script("anthropic_client.py").unwrap_or_else(|missing| panic!("{missing}"));
    client.args([&server.url(), "sk-right", "--double"]);
    passes(&mut client, 10);
}

#[test]
fn anthropics_own_client_accepts_llama_cpp_the_same_way() {
    let options = llama_cpp::Options {
        api_key: Some("sk-right".to_owned()),
        ..llama_cpp::Options::default()
    };
    let server = llama_cpp::start(&options).unwrap_or_else(|missing| panic!("{missing}"));
    let mut client =
        python::script("anthropic_client.py").unwrap_or_else(|missing| panic!("{missing}"));
    client.args([&server.url(), "sk-right"]);
    passes(&mut client, 3);
}

#[test]
fn openais_own_client_accepts_llama_cpp_the_same_way() {
    let options = llama_cpp::Options {
        api_key: Some("sk-right".to_owned()),
        ..llama_cpp::Options::default()
    };
    let server = llama_cpp::start(&options).unwrap_or_else(|missing| panic!("{missing}"));
    let mut client =
        python::script("openai_client.py").unwrap_or_else(|missing| panic!("{missing}"));
    client.args([&format!("{}/v1", server.url()), "sk-right"]);
    passes(&mut client, 5);
}
