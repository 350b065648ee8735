//! A key reaches the server's header and nothing else: no error, no Debug output, no report, no record of what was sent.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test stops where it cannot go on"
)]

mod faulty;

use std::time::Duration;

use faulty::{Act, Request, Server, answer, answer_with, chunk, head, last};
use llm::{
    BackendSpec, Clients, CompletionRequest, Kind, LlmError, Message, Role, SecretString, connect,
};

const KEY: &str = "sk-canary-0123456789abcdef";
const PASSWORD: &str = "hunter2-canary";

fn question(stream: bool) -> CompletionRequest {
    CompletionRequest {
        model: "tiny".to_owned(),
        messages: vec![Message::new(Role::User, "Berlin?")],
        stream,
        ..CompletionRequest::default()
    }
}

fn spec(kind: Kind, url: String) -> BackendSpec {
    let mut spec = BackendSpec::new("peer", kind, Some(url));
    spec.key = Some(SecretString::from(KEY));
    spec.limits.first_byte = Duration::from_millis(300);
    spec.limits.silence = Duration::from_millis(300);
    spec
}

fn assert_clean(shown: &str) {
    for secret in [KEY, PASSWORD, "canary"] {
        assert!(!shown.contains(secret), "{shown}");
    }
}

/// A server that repeats the header it got in everything it says.
fn echo(status: u16) -> impl Fn(&Request) -> Vec<Act> {
    move |request| {
        let header = request
            .header("authorization")
            .or_else(|| request.header("x-api-key"))
            .unwrap_or("none");
        let words = format!("{header} is wrong; sk-canary...cdef, I said ({header})");
        let error = format!("{{\"error\":{{\"message\":\"{words}\"}}}}");
        match status {
            200 => vec![
                head("text/event-stream"),
                chunk(format!(
                    "data: {}\n\n{error}\n",
                    error.replacen('{', "{\"type\":\"error\",", 1)
                )),
                last(),
            ],
            // Not JSON at all.
            299 => vec![answer(200, "application/json", words)],
            300..=399 => vec![answer_with(
                status,
                "text/plain",
                &[(
                    "location",
                    &format!("http://elsewhere.example/{words}?key={words}"),
                )],
                words,
            )],
            _ => vec![answer(status, "application/json", error)],
        }
    }
}

#[tokio::test]
async fn the_key_is_sent_as_a_bearer_header_to_both_kinds() {
    for kind in [Kind::Ollama, Kind::Openai] {
        let server = Server::always(vec![answer(500, "text/plain", "")]).await;
        let backend = connect(spec(kind, server.url()), &Clients::new()).unwrap();
        let _ = backend.complete(&question(true), &mut |_| {}).await;
        let request = &server.requests()[0];
        assert_eq!(
            request.header("authorization"),
            Some(format!("Bearer {KEY}").as_str())
        );
        assert_clean(&request.body);
        assert_clean(request.path());
        // Nothing that names the user or the machine either.
        assert!(request.header("referer").is_none());
    }
}

#[tokio::test]
async fn anthropic_gets_the_key_in_its_own_header_only() {
    let server = Server::always(vec![answer(500, "text/plain", "")]).await;
    let backend = connect(spec(Kind::Anthropic, server.url()), &Clients::new()).unwrap();
    let _ = backend.complete(&question(true), &mut |_| {}).await;
    let request = &server.requests()[0];
    assert_eq!(request.header("x-api-key"), Some(KEY));
    assert_eq!(request.header("authorization"), None);
    assert_clean(&request.body);
    assert_clean(request.path());
}

#[tokio::test]
async fn without_a_key_no_header_is_sent() {
    let server = Server::always(vec![answer(401, "application/json", "{}")]).await;
    let backend = connect(
        BackendSpec::new("peer", Kind::Openai, Some(server.url())),
        &Clients::new(),
    )
    .unwrap();
    let failed = backend
        .complete(&question(true), &mut |_| {})
        .await
        .unwrap_err();
    assert!(server.requests()[0].header("authorization").is_none());
    assert!(matches!(
        failed.error,
        LlmError::Unauthorised {
            key_sent: false,
            ..
        }
    ));
}

#[tokio::test]
async fn no_error_and_no_report_holds_the_key_even_when_the_server_repeats_it() {
    for kind in [Kind::Ollama, Kind::Openai, Kind::Anthropic] {
        for status in [
            200, 299, 307, 400, 401, 402, 403, 404, 408, 422, 429, 500, 503,
        ] {
            let server = Server::start(echo(status)).await;
            let backend = connect(spec(kind, server.url()), &Clients::new()).unwrap();
            for stream in [true, false] {
                let failed = backend
                    .complete(&question(stream), &mut |_| {})
                    .await
                    .unwrap_err();
                assert_clean(&format!("{failed:?} {failed:#?} {}", failed.error));
            }
            for model in [None, Some("tiny")] {
                let report = backend.test(model).await;
                assert_clean(&format!("{report:?}"));
            }
            if let Err(error) = backend.models().await {
                assert_clean(&format!("{error:?} {error}"));
            }
        }
    }
}

#[tokio::test]
async fn no_failure_of_the_network_holds_the_key() {
    let hang = Server::always(vec![Act::Hang]).await;
    let broken = Server::always(vec![Act::Close]).await;
    for url in [
        hang.url(),
        broken.url(),
        "http://127.0.0.1:1".to_owned(),
        "https://127.0.0.1:1".to_owned(),
        "http://no-such-host.invalid/v1".to_owned(),
        // A server that speaks no TLS where TLS is wanted.
        broken.url().replace("http", "https"),
    ] {
        let backend = connect(spec(Kind::Openai, url), &Clients::new()).unwrap();
        let failed = backend
            .complete(&question(true), &mut |_| {})
            .await
            .unwrap_err();
        assert_clean(&format!("{failed:?} {}", failed.error));
        assert_clean(&format!("{:?}", backend.test(Some("tiny")).await));
    }
}

#[tokio::test]
async fn a_description_shows_no_secret() {
    let mut spec = spec(Kind::Openai, format!("http://user:{PASSWORD}@127.0.0.1/v1"));
    spec.proxy = Some(format!("socks5://user:{PASSWORD}@127.0.0.1:1080"));
    assert_clean(&format!("{spec:?} {spec:#?}"));
    assert!(format!("{spec:?}").contains("socks5://127.0.0.1:1080"));
    let clients = Clients::new();
    let error = connect(spec.clone(), &clients).err().unwrap();
    assert_eq!(error.code(), "bad_url");
    assert_clean(&format!("{error:?} {error}"));

    spec.base_url = Some("http://127.0.0.1/v1".to_owned());
    let backend = connect(spec.clone(), &clients).unwrap();
    assert_clean(&format!("{:?} {clients:?}", backend.destination()));
    let failed = backend
        .complete(&question(true), &mut |_| {})
        .await
        .unwrap_err();
    assert_clean(&format!("{failed:?} {}", failed.error));

    for proxy in [
        format!("://user:{PASSWORD}@127.0.0.1:1080"),
        format!("http://user:{PASSWORD}@:x"),
    ] {
        spec.proxy = Some(proxy);
        assert_clean(&format!("{spec:?}"));
        let error = connect(spec.clone(), &clients).err().unwrap();
        assert_eq!(error.code(), "bad_proxy");
        assert_clean(&format!("{error:?} {error}"));
    }
}

#[tokio::test]
async fn a_key_that_no_header_can_hold_is_refused_without_being_shown() {
    let mut spec = spec(Kind::Openai, "http://127.0.0.1:1".to_owned());
    spec.key = Some(SecretString::from(format!("{KEY}\nX-Other: 1")));
    let error = connect(spec.clone(), &Clients::new()).err().unwrap();
    assert_eq!(error, LlmError::BadKey);
    assert_clean(&format!("{error:?} {error}"));
    // A line end after a key is how it comes out of a file.
    spec.key = Some(SecretString::from(format!("{KEY}\n")));
    connect(spec, &Clients::new()).unwrap();
}
