//! Offline means that nothing leaves the machine: no address but loopback, no proxy, no redirect, no cloud behind a local
//! name, and not even a question for a name's address.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test stops where it cannot go on"
)]

mod faulty;

use faulty::{Server, answer, chunk, head, json, last};
use llm::{
    BackendSpec, Clients, CompletionRequest, Kind, LlmError, Message, Role, connect, is_cloud_model,
};
use serde_json::json;

fn question(model: &str) -> CompletionRequest {
    CompletionRequest {
        model: model.to_owned(),
        messages: vec![Message::new(Role::User, "A secret plan.")],
        stream: true,
        ..CompletionRequest::default()
    }
}

fn offline(kind: Kind, url: &str) -> BackendSpec {
    let mut spec = BackendSpec::new("peer", kind, Some(url.to_owned()));
    spec.offline = true;
    spec
}

#[tokio::test]
async fn what_is_this_machine_is_decided_by_the_address_alone() {
    let table = [
        ("http://127.0.0.1:8080", true),
        ("http://127.9.8.7", true),
        ("http://[::1]:8080/v1", true),
        ("http://[::ffff:127.0.0.1]", true),
        ("http://localhost:8080", true),
        ("http://LOCALHOST.:8080", true),
        ("http://models.localhost", true),
        ("http://0.0.0.0:8080", true),
        ("http://[::]:8080", true),
        // Other ways to write 127.0.0.1, which every client would follow.
        ("http://2130706433", true),
        ("http://0x7f.1", true),
        ("http://192.168.1.4:8080", false),
        ("http://10.0.0.1", false),
        ("http://169.254.169.254", false),
        ("http://[fe80::1]", false),
        ("http://[::ffff:10.0.0.1]", false),
        ("http://localhost.example.com", false),
        ("http://notlocalhost", false),
        ("http://127.0.0.1.example.com", false),
        ("https://api.openai.com/v1", false),
        ("http://office", false),
    ];
    let clients = Clients::new();
    for (url, this_machine) in table {
        let open = connect(
            BackendSpec::new("peer", Kind::Openai, Some(url.to_owned())),
            &clients,
        )
        .unwrap();
        assert_eq!(open.destination().this_machine, this_machine, "{url}");
        let refused = connect(offline(Kind::Openai, url), &clients);
        match refused {
            Ok(_) => assert!(this_machine, "{url}"),
            Err(error) => {
                assert!(!this_machine, "{url}");
                assert_eq!(error.code(), "refused_offline");
            }
        }
    }
}

#[tokio::test]
async fn declared_local_is_shown_as_this_machine_but_offline_still_refuses_it() {
    let clients = Clients::new();
    let mut spec = BackendSpec::new("peer", Kind::Openai, Some("http://10.0.0.1".to_owned()));
    spec.local = true;
    assert!(
        connect(spec.clone(), &clients)
            .unwrap()
            .destination()
            .this_machine
    );
    spec.offline = true;
    assert!(connect(spec, &clients).is_err());
}

#[tokio::test]
async fn a_proxy_takes_a_local_address_off_this_machine() {
    let clients = Clients::new();
    let mut spec = BackendSpec::new("peer", Kind::Ollama, None);
    spec.base_url = Some("http://127.0.0.1:11434".to_owned());
    spec.proxy = Some("http://127.0.0.1:3128".to_owned());
    let destination = connect(spec.clone(), &clients).unwrap().destination();
    assert!(!destination.this_machine);
    assert_eq!(
        destination.address,
        "http://127.0.0.1:11434 through a proxy"
    );
    spec.offline = true;
    assert_eq!(
        connect(spec, &clients).err().unwrap().code(),
        "refused_offline"
    );
}

#[tokio::test]
async fn localhost_is_asked_on_loopback_without_looking_it_up() {
    let server = Server::always(json(&json!({
        "message": {"content": "3"}, "done": true, "done_reason": "stop",
    })))
    .await;
    for host in ["localhost", "models.localhost"] {
        let url = format!("http://{host}:{}", server.port);
        let backend = connect(offline(Kind::Ollama, &url), &Clients::new()).unwrap();
        // The list of models is not what is tested here, so this server's answer to it is no list.
        let failed = backend
            .complete(&question("tiny"), &mut |_| {})
            .await
            .unwrap_err();
        assert_eq!(failed.error.code(), "bad_reply");
        assert_eq!(server.requests().last().unwrap().path(), "/api/tags");
        let mut open = offline(Kind::Ollama, &url);
        open.offline = false;
        let backend = connect(open, &Clients::new()).unwrap();
        let completion = backend
            .complete(&question("tiny"), &mut |_| {})
            .await
            .unwrap();
        assert_eq!(completion.text, "3");
    }
}

#[test]
fn cloud_models_are_known_by_their_names() {
    for (name, cloud) in [
        ("gpt-oss:120b-cloud", true),
        ("qwen3-coder:480b-cloud", true),
        ("minimax-m2:cloud", true),
        ("someone/kimi:cloud", true),
        ("odd-cloud", true),
        ("llama3.2", false),
        ("llama3.2:latest", false),
        ("cloudy:7b", false),
        ("cloud-9:7b", false),
    ] {
        assert_eq!(is_cloud_model(name), cloud, "{name}");
    }
}

#[tokio::test]
async fn offline_a_cloud_model_is_refused_before_a_word_is_sent() {
    let server = Server::start(|request| match request.path() {
        "/api/tags" => json(&json!({"models": [
            {"name": "mine:latest", "digest": "abc"},
            {"name": "disguised:latest", "remote_host": "https://ollama.com:443", "remote_model": "gpt-oss:120b"},
        ]})),
        _ => json(&json!({"message": {"content": "3"}, "done": true, "done_reason": "stop"})),
    })
    .await;
    let backend = connect(offline(Kind::Ollama, &server.url()), &Clients::new()).unwrap();
    for model in ["gpt-oss:120b-cloud", "disguised", "disguised:latest"] {
        let failed = backend
            .complete(&question(model), &mut |_| {})
            .await
            .unwrap_err();
        assert_eq!(
            failed.error,
            LlmError::RefusedOffline {
                address: format!("the cloud model {model}")
            }
        );
    }
    assert!(
        server
            .requests()
            .iter()
            .all(|request| request.path() == "/api/tags" && request.body.is_empty())
    );
    for _ in 0..3 {
        backend
            .complete(&question("mine"), &mut |_| {})
            .await
            .unwrap();
    }
    // Asked once, however many questions follow.
    let lists = server
        .requests()
        .iter()
        .filter(|request| request.path() == "/api/tags")
        .count();
    assert_eq!(lists, 1);
    let models = backend.models().await.unwrap();
    assert_eq!(
        models.iter().map(|info| info.cloud).collect::<Vec<_>>(),
        [false, true]
    );
}

#[tokio::test]
async fn offline_an_answer_that_came_from_elsewhere_is_not_taken() {
    let server = Server::start(|request| match request.path() {
        "/api/tags" => json(&json!({"models": [{"name": "sly:latest"}]})),
        _ => vec![
            head("application/x-ndjson"),
            chunk("{\"remote_host\":\"https://ollama.com:443\",\"message\":{\"content\":\"3\"},\"done\":true,\"done_reason\":\"stop\"}\n"),
            last(),
        ],
    })
    .await;
    let backend = connect(offline(Kind::Ollama, &server.url()), &Clients::new()).unwrap();
    let failed = backend
        .complete(&question("sly"), &mut |_| {})
        .await
        .unwrap_err();
    assert_eq!(failed.error.code(), "refused_offline");
}

#[tokio::test]
async fn offline_a_list_that_cannot_be_had_refuses_the_question() {
    let server = Server::start(|request| match request.path() {
        "/api/tags" => vec![answer(500, "text/plain", "no")],
        _ => json(&json!({"message": {"content": "3"}, "done": true})),
    })
    .await;
    let backend = connect(offline(Kind::Ollama, &server.url()), &Clients::new()).unwrap();
    let failed = backend
        .complete(&question("tiny"), &mut |_| {})
        .await
        .unwrap_err();
    assert_eq!(failed.error.code(), "server_error");
    assert_eq!(server.requests().len(), 1);
}
