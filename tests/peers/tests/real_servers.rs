//! The real servers as a test meets them: they start, answer under a schema, fail as they do, and end with the test.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test stops where it cannot go on"
)]
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Command, Stdio};
use std::sync::mpsc::RecvTimeoutError;
use std::time::Duration;

use peers::{Server, litellm, llama_cpp, python};
use serde_json::{Value, json};

fn llama(options: &llama_cpp::Options) -> Server {
    llama_cpp::start(options).unwrap_or_else(|missing| panic!("{missing}"))
}

/// The status and the body of a chat completion.
fn chat(url: &str, key: &str, body: &Value) -> (String, String) {
    let mut stream = TcpStream::connect(url.trim_start_matches("http://")).unwrap();
    stream
        .set_read_timeout(Some(Duration::from_secs(60)))
        .unwrap();
    let body = body.to_string();
    write!(
        stream,
        "POST /v1/chat/completions HTTP/1.1\r\nhost: test\r\nconnection: close\r\nauthorization: Bearer {key}\r\n\
         content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    )
    .unwrap();
    let mut all = Vec::new();
    stream.read_to_end(&mut all).unwrap();
    let all = String::from_utf8_lossy(&all);
    let (head, body) = all.split_once("\r\n\r\n").unwrap();
    (head[9..12].to_owned(), body.to_owned())
}

fn question(more: &Value) -> Value {
    let mut body = json!({
        "model": "tiny", "max_tokens": 300, "temperature": 0, "seed": 1,
        "messages": [{"role": "user", "content": "Cost of A?"}],
    });
    for (name, value) in more.as_object().unwrap() {
        body[name] = value.clone();
    }
    body
}

fn under_a_schema() -> Value {
    json!({"response_format": {"type": "json_schema", "json_schema": {"name": "judgement", "schema": {
        "type": "object",
        "properties": {"justification": {"type": "string", "maxLength": 100}, "score": {"enum": [0, 1, 2, 3, 4, 5]}},
        "required": ["justification", "score"],
    }}}})
}

fn score_in(answer: &str) -> u64 {
    let answer: Value = serde_json::from_str(answer).unwrap();
    let text = answer["choices"][0]["message"]["content"].as_str().unwrap();
    let judgement: Value = serde_json::from_str(text).unwrap();
    judgement["score"].as_u64().unwrap()
}

#[test]
fn llama_cpp_answers_under_a_schema_and_the_same_prompt_gets_the_same_answer() {
    let server = llama(&llama_cpp::Options::default());
    let ask = || chat(&server.url(), "", &question(&under_a_schema()));
    let (status, first) = ask();
    assert_eq!(status, "200", "{first}");
    assert!(score_in(&first) <= 5);
    assert_eq!(score_in(&first), score_in(&ask().1));
}

#[test]
fn the_cursed_model_fails_plain_and_in_the_middle_of_a_stream() {
    let options = llama_cpp::Options {
        cursed: true,
        ..llama_cpp::Options::default()
    };
    let server = llama(&options);
    let (status, body) = chat(&server.url(), "", &question(&json!({})));
    assert_eq!(status, "500", "{body}");
    let (status, body) = chat(&server.url(), "", &question(&json!({"stream": true})));
    assert_eq!(status, "200");
    assert!(body.contains("\"error\""), "{body}");
    assert!(!body.contains("[DONE]"), "{body}");
}

#[test]
fn a_prompt_that_is_too_long_for_llama_cpp_is_refused_with_its_length() {
    let options = llama_cpp::Options {
        context: 512,
        ..llama_cpp::Options::default()
    };
    let server = llama(&options);
    let long = json!({"messages": [{"role": "user", "content": "cost ".repeat(400)}]});
    let (status, body) = chat(&server.url(), "", &question(&long));
    assert_eq!(status, "400");
    let error = &serde_json::from_str::<Value>(&body).unwrap()["error"];
    assert_eq!(error["type"], "exceed_context_size_error");
    assert!(error["n_prompt_tokens"].as_u64().unwrap() > error["n_ctx"].as_u64().unwrap());
}

#[test]
fn the_proxy_hands_on_answers_keys_and_failures() {
    let server = llama(&llama_cpp::Options {
        api_key: Some("sk-behind".to_owned()),
        ..llama_cpp::Options::default()
    });
    let upstream = format!("{}/v1", server.url());
    let proxy =
        litellm::start(&upstream, Some("sk-behind")).unwrap_or_else(|missing| panic!("{missing}"));
    let (status, body) = chat(&proxy.url(), litellm::KEY, &question(&under_a_schema()));
    assert_eq!(status, "200", "{body}");
    assert!(score_in(&body) <= 5);
    let (status, body) = chat(
        &proxy.url(),
        litellm::KEY,
        &question(&json!({"stream": true})),
    );
    assert_eq!(status, "200");
    assert!(body.contains("data: [DONE]"), "{body}");
    for (model, expected) in [
        ("mock-429", "429"),
        ("mock-500", "500"),
        ("mock-context", "400"),
    ] {
        let (status, body) = chat(
            &proxy.url(),
            litellm::KEY,
            &question(&json!({"model": model})),
        );
        assert_eq!(status, expected, "{model}: {body}");
    }
    let (status, _) = chat(&proxy.url(), "sk-wrong", &question(&json!({})));
    assert!(status.starts_with('4'), "{status}");
}

#[test]
fn a_server_is_gone_when_its_handle_is_and_when_its_starter_was_killed() {
    let server = llama(&llama_cpp::Options::default());
    let address = server.url().trim_start_matches("http://").to_owned();
    assert!(TcpStream::connect(&address).is_ok());
    drop(server);
    assert!(TcpStream::connect(&address).is_err());

    // A starter that is killed cannot tidy up: the server sees that its standard input has closed.
    let script = python::script("llama_server.py").unwrap_or_else(|missing| panic!("{missing}"));
    let program = script.get_program().to_owned();
    let arguments: Vec<_> = script.get_args().map(ToOwned::to_owned).collect();
    let model = std::path::Path::new(&program).with_file_name("../models/tiny.gguf");
    let mut shell = Command::new("bash")
        // The shell holds the pipe into the server's standard input, as a test process does.
        .args(["-c", r#"exec 7> >("$@"); read -r _"#, "starter"])
        .arg(program)
        .args(arguments)
        .arg(model)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let said = BufReader::new(shell.stdout.take().unwrap());
    let (tell, told) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        for line in said.lines().map_while(Result::ok) {
            tell.send(line).unwrap();
        }
    });
    let limit = Duration::from_secs(60);
    let line = told.recv_timeout(limit).unwrap();
    let address = line.trim_start_matches("ready http://");
    assert!(TcpStream::connect(address).is_ok(), "{line}");
    shell.kill().unwrap();
    shell.wait().unwrap();
    // The server holds the other end of this pipe: it closes when the server has ended.
    assert_eq!(
        told.recv_timeout(limit),
        Err(RecvTimeoutError::Disconnected)
    );
    assert!(TcpStream::connect(address).is_err());
}
