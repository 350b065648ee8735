//! The ways to a server: proxies, certificate authorities, and TLS where there is none.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test stops where it cannot go on"
)]

mod faulty;

use std::path::PathBuf;

use faulty::{Server, answer, json};
use llm::{
    BackendSpec, Clients, CompletionRequest, Kind, LlmError, Message, Role, SecretString,
    TestState, connect,
};
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

fn question() -> CompletionRequest {
    CompletionRequest {
        model: "tiny".to_owned(),
        messages: vec![Message::new(Role::User, "Berlin?")],
        ..CompletionRequest::default()
    }
}

#[tokio::test]
async fn a_proxy_is_asked_for_the_server_and_a_name_is_not_looked_up_here() {
    let proxy = Server::always(json(&json!({
        "choices": [{"message": {"content": "three"}, "finish_reason": "stop"}],
    })))
    .await;
    let mut spec = BackendSpec::new(
        "far",
        Kind::Openai,
        Some("http://no-such-host.invalid:8080".to_owned()),
    );
    spec.proxy = Some(proxy.url());
    spec.key = Some(SecretString::from("sk-1"));
    let backend = connect(spec, &Clients::new()).unwrap();
    let completion = backend.complete(&question(), &mut |_| {}).await.unwrap();
    assert_eq!(completion.text, "three");
    assert_eq!(
        proxy.requests()[0].path(),
        "http://no-such-host.invalid:8080/v1/chat/completions"
    );
}

#[tokio::test]
async fn an_encrypted_server_behind_a_proxy_gets_a_tunnel_and_the_proxy_no_key() {
    let proxy = Server::always(vec![answer(403, "text/plain", "not through here")]).await;
    let mut spec = BackendSpec::new(
        "far",
        Kind::Openai,
        Some("https://no-such-host.invalid/v1".to_owned()),
    );
    spec.proxy = Some(proxy.url());
    spec.key = Some(SecretString::from("sk-canary"));
    let backend = connect(spec, &Clients::new()).unwrap();
    let failed = backend
        .complete(&question(), &mut |_| {})
        .await
        .unwrap_err();
    assert_eq!(failed.error.code(), "down", "{:?}", failed.error);
    let asked = &proxy.requests()[0];
    assert!(asked.head.starts_with("CONNECT no-such-host.invalid:443 "));
    assert!(asked.header("authorization").is_none());
}

#[tokio::test]
async fn a_proxy_that_is_down_is_told_as_down() {
    let mut spec = BackendSpec::new("far", Kind::Openai, Some("http://far.example".to_owned()));
    for proxy in ["http://127.0.0.1:1", "socks5h://127.0.0.1:1"] {
        spec.proxy = Some(proxy.to_owned());
        let backend = connect(spec.clone(), &Clients::new()).unwrap();
        let failed = backend
            .complete(&question(), &mut |_| {})
            .await
            .unwrap_err();
        let LlmError::Down { address, .. } = failed.error else {
            panic!("{:?}", failed.error);
        };
        assert_eq!(address, "http://far.example:80 through a proxy");
    }
}

#[tokio::test]
async fn a_server_without_encryption_is_recognised_behind_https() {
    // As every HTTP server does when it is greeted with TLS.
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("https://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((mut socket, _)) = listener.accept().await {
            let _ = socket.read(&mut [0; 1024]).await;
            let _ = socket.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await;
        }
    });
    for kind in [Kind::Ollama, Kind::Openai] {
        let backend = connect(
            BackendSpec::new("peer", kind, Some(url.clone())),
            &Clients::new(),
        )
        .unwrap();
        let report = backend.test(None).await;
        assert_eq!(report.state, TestState::Down, "{report:?}");
        assert!(
            report
                .hint
                .as_deref()
                .unwrap()
                .contains("http:// rather than https://"),
            "{report:?}"
        );
    }
}

#[test]
fn a_file_of_authorities_that_cannot_be_used_is_named() {
    let here = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    for (path, code) in [
        (here.join("no-such-file.pem"), "bad_ca"),
        // Neither a certificate nor PEM.
        (here.join("Cargo.toml"), "bad_ca"),
    ] {
        let mut spec =
            BackendSpec::new("far", Kind::Openai, Some("https://far.example".to_owned()));
        spec.ca_file = Some(path.clone());
        let error = connect(spec, &Clients::new()).err().unwrap();
        assert_eq!(error.code(), code);
        assert!(error.to_string().contains(&path.display().to_string()));
    }
}
