//! Whether a server is well: down, unauthorised, model missing, slow and odd are told apart, each with words that help;
//! and finding Ollama.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test stops where it cannot go on"
)]

mod faulty;

use std::time::Duration;

use faulty::{Act, Request, Server, answer, json};
use llm::{
    BackendSpec, Clients, Kind, SecretString, TestReport, TestState, connect, find, ollama_host,
};
use serde_json::json;

async fn report(spec: BackendSpec, model: Option<&str>) -> TestReport {
    connect(spec, &Clients::new()).unwrap().test(model).await
}

fn spec(kind: Kind, url: String) -> BackendSpec {
    BackendSpec::new("peer", kind, Some(url))
}

fn ollama(request: &Request) -> Vec<Act> {
    match request.path() {
        "/api/version" => json(&json!({"version": "0.12.11"})),
        "/api/tags" => json(&json!({"models": [
            {"name": "llama3.2:1b", "model": "llama3.2:1b", "size": 1_321_098_329_u64, "digest": "baf6a787fdff",
             "details": {"format": "gguf", "family": "llama", "parameter_size": "1.2B", "quantization_level": "Q8_0"}},
            {"name": "qwen3:latest", "size": 5_000_000_000_u64, "digest": "500a1f067a9f"},
            {"name": "gpt-oss:120b-cloud", "size": 384, "digest": "x", "remote_host": "https://ollama.com:443"},
        ]})),
        "/api/ps" => json(&json!({"models": [{"name": "qwen3:latest", "context_length": 8192}]})),
        "/api/show" => json(
            &json!({"model_info": {"general.architecture": "llama", "llama.context_length": 131_072}}),
        ),
        _ => vec![answer(404, "text/plain", "404 page not found")],
    }
}

fn openai(request: &Request) -> Vec<Act> {
    match (request.path(), request.header("authorization")) {
        // llama.cpp lists its models to anybody.
        ("/v1/models", _) => json(&json!({"object": "list", "data": [
            {"id": "tiny", "object": "model", "meta": {"n_ctx_train": 4096, "size": 470_000}},
            {"id": "other", "max_model_len": 8192},
        ]})),
        ("/v1/chat/completions", Some("Bearer right")) => {
            if request.json()["model"] == "tiny" {
                json(
                    &json!({"choices": [{"message": {"content": "yes"}, "finish_reason": "length"}]}),
                )
            } else {
                vec![answer(
                    404,
                    "application/json",
                    r#"{"error":{"message":"The model does not exist","code":"model_not_found"}}"#,
                )]
            }
        }
        ("/v1/chat/completions", _) => vec![answer(
            401,
            "application/json",
            r#"{"error":{"message":"Invalid API Key"}}"#,
        )],
        _ => vec![answer(404, "application/json", r#"{"detail":"Not Found"}"#)],
    }
}

#[tokio::test]
async fn an_ollama_that_is_well_says_what_it_has() {
    let server = Server::start(ollama).await;
    let report = report(spec(Kind::Ollama, server.url()), None).await;
    assert_eq!(report.state, TestState::Ok, "{report:?}");
    assert_eq!(
        report.message,
        "Ollama 0.12.11 answers and has 3 models, 1 of them answered in the cloud"
    );
    assert_eq!(report.version.as_deref(), Some("0.12.11"));
    assert!(report.latency_ms.unwrap() < 2000.0);
    let small = &report.models[0];
    assert_eq!(small.parameters.as_deref(), Some("1.2B"));
    assert_eq!(small.quantization.as_deref(), Some("Q8_0"));
    assert_eq!(small.size_bytes, Some(1_321_098_329));
    assert_eq!((small.loaded, small.cloud), (Some(false), false));
    assert_eq!(
        (report.models[1].loaded, report.models[1].context),
        (Some(true), Some(8192))
    );
    assert!(report.models[2].cloud);
}

#[tokio::test]
async fn an_ollama_is_asked_for_a_model_without_loading_it() {
    let server = Server::start(ollama).await;
    let found = report(spec(Kind::Ollama, server.url()), Some("llama3.2:1b")).await;
    assert_eq!(found.state, TestState::Ok);
    assert!(found.hint.unwrap().contains("not in memory"));
    assert_eq!(found.models[0].context, Some(131_072));
    let loaded = report(spec(Kind::Ollama, server.url()), Some("qwen3")).await;
    assert_eq!((loaded.state, loaded.hint), (TestState::Ok, None));
    let cloud = report(spec(Kind::Ollama, server.url()), Some("gpt-oss:120b-cloud")).await;
    assert!(cloud.hint.unwrap().contains("cloud"));
    assert!(
        server
            .requests()
            .iter()
            .all(|request| request.path() != "/api/chat")
    );
}

#[tokio::test]
async fn a_missing_model_is_told_with_how_to_get_it_and_what_looks_like_it() {
    let server = Server::start(ollama).await;
    let missing = report(spec(Kind::Ollama, server.url()), Some("llama3.2")).await;
    assert_eq!(missing.state, TestState::ModelMissing);
    assert_eq!(
        missing.hint.as_deref(),
        Some("Did you mean llama3.2:1b? Get it with: ollama pull llama3.2")
    );
    assert_eq!(missing.models.len(), 3);
    let unlike = report(spec(Kind::Ollama, server.url()), Some("zephyr")).await;
    assert_eq!(
        unlike.hint.as_deref(),
        Some("Get it with: ollama pull zephyr")
    );

    let server = Server::start(openai).await;
    let mut keyed = spec(Kind::Openai, server.url());
    keyed.key = Some(SecretString::from("right"));
    let missing = report(keyed, Some("tinny")).await;
    assert_eq!(missing.state, TestState::ModelMissing);
    assert_eq!(missing.hint.as_deref(), Some("Did you mean tiny?"));
}

#[tokio::test]
async fn a_key_is_really_tried_where_lists_are_open_to_anybody() {
    let server = Server::start(openai).await;
    for (key, state, words) in [
        (None, TestState::Unauthorised, "Give the backend a key"),
        (Some("wrong"), TestState::Unauthorised, "Check the key"),
        (Some("right"), TestState::Ok, ""),
    ] {
        let mut keyed = spec(Kind::Openai, server.url());
        keyed.key = key.map(SecretString::from);
        let report = report(keyed, Some("tiny")).await;
        assert_eq!(report.state, state, "{report:?}");
        assert!(report.hint.unwrap_or_default().starts_with(words));
    }
    let last = server.requests().last().unwrap().json();
    assert_eq!(last["max_tokens"], 1);

    let mut keyed = spec(Kind::Openai, server.url());
    keyed.key = Some(SecretString::from("wrong"));
    let unnamed = report(keyed, None).await;
    assert_eq!(unnamed.state, TestState::Ok);
    assert!(unnamed.hint.unwrap().contains("Name a model"));
    assert_eq!(unnamed.models[1].context, Some(8192));
}

#[tokio::test]
async fn down_slow_and_odd_are_told_apart() {
    for kind in [Kind::Ollama, Kind::Openai] {
        let down = report(spec(kind, "http://127.0.0.1:1".to_owned()), None).await;
        assert_eq!(down.state, TestState::Down, "{down:?}");
        assert!(down.hint.unwrap().contains("http://127.0.0.1:1"));

        let hangs = Server::always(vec![Act::Hang]).await;
        let mut limited = spec(kind, hangs.url());
        limited.limits.first_byte = Duration::from_millis(100);
        let slow = report(limited, None).await;
        assert_eq!(slow.state, TestState::Slow, "{slow:?}");

        for odd in [
            answer(200, "text/html", "<html>Log in to the network</html>"),
            answer(404, "text/plain", "not here"),
            answer(500, "text/plain", "oh"),
            answer(200, "application/json", "{\"fine\":true}"),
            Act::Close,
        ] {
            let server = Server::always(vec![odd.clone()]).await;
            let report = report(spec(kind, server.url()), None).await;
            assert_eq!(report.state, TestState::Odd, "{odd:?}: {report:?}");
        }
    }
}

#[tokio::test]
async fn the_wrong_kind_is_recognised() {
    let server = Server::start(openai).await;
    let report = report(spec(Kind::Ollama, server.url()), None).await;
    assert_eq!(report.state, TestState::Odd);
    assert!(report.hint.unwrap().contains("kind openai"));
}

#[tokio::test]
async fn a_digest_is_asked_once_and_remembered() {
    let server = Server::start(ollama).await;
    let backend = connect(spec(Kind::Ollama, server.url()), &Clients::new()).unwrap();
    for _ in 0..3 {
        assert_eq!(
            backend.digest("qwen3").await.as_deref(),
            Some("500a1f067a9f")
        );
        assert_eq!(backend.digest("nobody").await, None);
    }
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn an_ollama_is_found_where_it_is_and_nothing_else_is_taken_for_one() {
    let ollama = Server::start(ollama).await;
    let other = Server::start(openai).await;
    let hangs = Server::always(vec![Act::Hang]).await;
    let places = [
        "http://127.0.0.1:1".to_owned(),
        ollama.url(),
        other.url(),
        hangs.url(),
        ollama.url(),
    ];
    let found = find::find_at(&Clients::new(), &places).await;
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].address, ollama.url());
    assert_eq!(found[0].version, "0.12.11");
}

#[test]
fn ollama_host_is_read_as_ollama_reads_it() {
    let table = [
        ("", "http://127.0.0.1:11434"),
        ("1.2.3.4", "http://1.2.3.4:11434"),
        (":1234", "http://127.0.0.1:1234"),
        ("1.2.3.4:1234", "http://1.2.3.4:1234"),
        ("example.com", "http://example.com:11434"),
        ("example.com:1234", "http://example.com:1234"),
        (":66000", "http://127.0.0.1:11434"),
        (":-1", "http://127.0.0.1:11434"),
        ("[::1]", "http://[::1]:11434"),
        ("::1", "http://[::1]:11434"),
        ("[::1]:1337", "http://[::1]:1337"),
        (" 1.2.3.4 ", "http://1.2.3.4:11434"),
        ("\"1.2.3.4\"", "http://1.2.3.4:11434"),
        (" \" 1.2.3.4 \" ", "http://1.2.3.4:11434"),
        ("'1.2.3.4'", "http://1.2.3.4:11434"),
        ("http://1.2.3.4", "http://1.2.3.4"),
        ("http://1.2.3.4:4321", "http://1.2.3.4:4321"),
        ("https://1.2.3.4", "https://1.2.3.4"),
        ("https://example.com/ollama", "https://example.com/ollama"),
        ("http://example.com:11434/v1/", "http://example.com:11434"),
        ("http://example.com:11434/api", "http://example.com:11434"),
        ("ollama.com", "https://ollama.com"),
        // What a server listens on is not what a client can ask.
        ("0.0.0.0", "http://127.0.0.1:11434"),
        ("0.0.0.0:8080", "http://127.0.0.1:8080"),
        ("[::]", "http://[::1]:11434"),
        ("http://0.0.0.0:11434", "http://127.0.0.1:11434"),
    ];
    for (written, read) in table {
        let url = ollama_host(Some(written)).unwrap();
        assert_eq!(url.as_str().trim_end_matches('/'), read, "{written:?}");
    }
    assert_eq!(
        ollama_host(None).unwrap().as_str(),
        "http://127.0.0.1:11434/"
    );
    for wrong in [
        "ftp://example.com",
        "unix:///var/run/x",
        "http://a:b@c",
        "exa mple",
    ] {
        assert_eq!(
            ollama_host(Some(wrong)).unwrap_err().code(),
            "bad_url",
            "{wrong}"
        );
    }
}
