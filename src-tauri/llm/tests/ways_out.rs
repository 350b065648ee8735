//! The ways to a server: proxies, certificate authorities, and TLS where there is none.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test stops where it cannot go on"
)]

mod faulty;

use std::path::PathBuf;
use std::sync::Arc;

use faulty::{Server, answer, json};
use llm::{
    BackendSpec, Clients, CompletionRequest, Kind, LlmError, Message, Role, SecretString,
    TestState, connect,
};
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;

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

/// A server with a certificate of this authority, that says the same to everybody.
async fn encrypted_server(authority: &Issuer<'_, KeyPair>) -> String {
    let key = KeyPair::generate().unwrap();
    let certificate = CertificateParams::new(vec!["127.0.0.1".to_owned(), "localhost".to_owned()])
        .unwrap()
        .signed_by(&key, authority)
        .unwrap();
    let config = ServerConfig::builder()
        .with_no_client_auth()
        .with_single_cert(
            vec![certificate.der().clone()],
            PrivateKeyDer::try_from(key.serialize_der()).unwrap(),
        )
        .unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("https://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((socket, _)) = listener.accept().await {
            let acceptor = acceptor.clone();
            tokio::spawn(async move {
                let Ok(mut socket) = acceptor.accept(socket).await else {
                    return;
                };
                let body =
                    r#"{"choices":[{"message":{"content":"three"},"finish_reason":"stop"}]}"#;
                let answer = format!(
                    "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
                    body.len()
                );
                while socket
                    .read(&mut [0; 16_384])
                    .await
                    .is_ok_and(|read| read > 0)
                {
                    if socket.write_all(answer.as_bytes()).await.is_err() {
                        return;
                    }
                }
            });
        }
    });
    url
}

#[tokio::test]
async fn an_authority_given_for_one_backend_is_trusted_for_that_one_only() {
    let clients = Clients::new();
    let key = KeyPair::generate().unwrap();
    let mut authority = CertificateParams::new(Vec::new()).unwrap();
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let pem = authority.self_signed(&key).unwrap().pem();
    let authority = Issuer::new(authority, key);
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join("office.pem");
    std::fs::write(&file, pem).unwrap();

    let url = encrypted_server(&authority).await;
    let mut office = BackendSpec::new("office", Kind::Openai, Some(url.clone()));
    office.ca_file = Some(file);
    office.offline = true;
    let trusted = connect(office, &clients).unwrap();
    for _ in 0..3 {
        let completion = trusted.complete(&question(), &mut |_| {}).await.unwrap();
        assert_eq!(completion.text, "three");
    }
    assert_eq!(clients.connections_opened(), 1, "one handshake for all");

    let stranger = connect(BackendSpec::new("other", Kind::Openai, Some(url)), &clients).unwrap();
    let failed = stranger
        .complete(&question(), &mut |_| {})
        .await
        .unwrap_err();
    let LlmError::Down { why, .. } = failed.error else {
        panic!("{:?}", failed.error);
    };
    assert!(why.contains("UnknownIssuer"), "{why}");
    let report = stranger.test(None).await;
    assert_eq!(report.state, TestState::Down);
    assert!(report.hint.unwrap().contains("ca_file"));
}
