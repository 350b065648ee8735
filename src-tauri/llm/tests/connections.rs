//! What happens to sockets: they are reused, closed the moment nobody waits any more, and never wait for each other.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test stops where it cannot go on"
)]

mod faulty;

use std::sync::Arc;

use faulty::{Act, Server, answer, chunk, head, joined, last};
use llm::{
    Backend, BackendSpec, Clients, CompletionRequest, Kind, Message, Role, Runtime, connect,
};
use tokio::sync::mpsc;

const EACH: [Kind; 3] = [Kind::Ollama, Kind::Openai, Kind::Anthropic];

fn question(stream: bool) -> CompletionRequest {
    CompletionRequest {
        model: "tiny".to_owned(),
        messages: vec![Message::new(Role::User, "Berlin?")],
        stream,
        ..CompletionRequest::default()
    }
}

fn backend(kind: Kind, server: &Server, clients: &Clients) -> Arc<dyn Backend> {
    connect(BackendSpec::new("peer", kind, Some(server.url())), clients).unwrap()
}

fn good_answer(kind: Kind) -> Vec<Act> {
    // The last piece and the end of the body in one packet, as servers send them.
    match kind {
        Kind::Ollama => vec![
            head("application/x-ndjson"),
            chunk("{\"message\":{\"content\":\"3\"},\"done\":false}\n"),
            joined([chunk("{\"done\":true,\"done_reason\":\"stop\"}\n"), last()]),
        ],
        Kind::Openai => vec![
            head("text/event-stream"),
            chunk(
                "data: {\"choices\":[{\"delta\":{\"content\":\"3\"},\"finish_reason\":\"stop\"}]}\n\n",
            ),
            joined([chunk("data: [DONE]\n\n"), last()]),
        ],
        Kind::Anthropic => vec![
            head("text/event-stream"),
            chunk(
                "event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"delta\":{\"text\":\"3\"}}\n\nevent: message_delta\ndata: {\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"end_turn\"}}\n\n",
            ),
            joined([
                chunk("event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n"),
                last(),
            ]),
        ],
    }
}

#[tokio::test]
async fn a_hundred_questions_one_after_the_other_use_one_connection() {
    for kind in EACH {
        let server = Server::start(move |_| good_answer(kind)).await;
        let clients = Clients::new();
        let backend = backend(kind, &server, &clients);
        for _ in 0..100 {
            let completion = backend
                .complete(&question(true), &mut |_| {})
                .await
                .unwrap();
            assert_eq!(completion.text, "3");
        }
        assert_eq!(server.requests().len(), 100);
        assert_eq!(clients.connections_opened(), 1);
        assert_eq!(server.connections(), 1);
    }
}

#[tokio::test]
async fn all_backends_that_go_the_same_way_share_one_client() {
    let server = Server::start(|_| good_answer(Kind::Ollama)).await;
    let clients = Clients::new();
    for name in ["one", "two", "three"] {
        let mut spec = BackendSpec::new(name, Kind::Ollama, Some(server.url()));
        spec.offline = name == "two";
        connect(spec, &clients).unwrap();
    }
    connect(
        BackendSpec::new("other", Kind::Openai, Some("http://[::1]:9".to_owned())),
        &clients,
    )
    .unwrap();
    assert_eq!(clients.clients_made(), 1);
    let mut proxied = BackendSpec::new("far", Kind::Openai, Some("http://far.example".to_owned()));
    proxied.proxy = Some("socks5://127.0.0.1:9".to_owned());
    connect(proxied, &clients).unwrap();
    assert_eq!(clients.clients_made(), 2);
}

#[tokio::test]
async fn a_dropped_question_closes_its_socket_at_once() {
    let ollama = "{\"message\":{\"content\":\"Ber\"},\"done\":false}\n";
    let openai = "data: {\"choices\":[{\"delta\":{\"content\":\"Ber\"}}]}\n\n";
    for (kind, piece, kind_of_body) in [
        (Kind::Ollama, ollama, "application/x-ndjson"),
        (Kind::Openai, openai, "text/event-stream"),
    ] {
        let server = Server::always(vec![head(kind_of_body), chunk(piece), Act::Hang]).await;
        let backend = backend(kind, &server, &Clients::new());
        let (heard, mut hears) = mpsc::unbounded_channel();
        let asking = tokio::spawn(async move {
            let mut hear = |piece: &str| heard.send(piece.to_owned()).unwrap();
            backend.complete(&question(true), &mut hear).await
        });
        assert_eq!(hears.recv().await.unwrap(), "Ber");
        asking.abort();
        assert!(asking.await.unwrap_err().is_cancelled());
        server.closed_by_client(1).await;
    }
}

#[tokio::test]
async fn a_question_dropped_before_any_answer_closes_its_socket_too() {
    let (asked, mut is_asked) = mpsc::unbounded_channel();
    let server = Server::start(move |_| {
        asked.send(()).unwrap();
        vec![Act::Hang]
    })
    .await;
    for (count, kind) in EACH.into_iter().enumerate() {
        let backend = backend(kind, &server, &Clients::new());
        let asking =
            tokio::spawn(async move { backend.complete(&question(true), &mut |_| {}).await });
        is_asked.recv().await.unwrap();
        asking.abort();
        server.closed_by_client(count + 1).await;
    }
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn every_socket_sends_without_delay() {
    use rustix::process::{PidfdFlags, PidfdGetfdFlags, getpid, pidfd_getfd, pidfd_open};

    let (asked, mut is_asked) = mpsc::unbounded_channel();
    let watched = Server::start(move |_| {
        asked.send(()).unwrap();
        vec![Act::Hang]
    })
    .await;
    let backend = backend(Kind::Ollama, &watched, &Clients::new());
    let asking = tokio::spawn(async move { backend.complete(&question(true), &mut |_| {}).await });
    is_asked.recv().await.unwrap();

    // The client hides its sockets; the system shows a process its own.
    let me = pidfd_open(getpid(), PidfdFlags::empty()).unwrap();
    let mut checked = 0;
    for entry in std::fs::read_dir("/proc/self/fd").unwrap() {
        let number = entry
            .unwrap()
            .file_name()
            .to_str()
            .unwrap()
            .parse()
            .unwrap();
        let Ok(copy) = pidfd_getfd(&me, number, PidfdGetfdFlags::empty()) else {
            continue;
        };
        let socket = std::net::TcpStream::from(copy);
        if socket
            .peer_addr()
            .is_ok_and(|peer| peer.port() == watched.port)
        {
            assert!(socket.nodelay().unwrap());
            checked += 1;
        }
    }
    assert_eq!(checked, 1);
    asking.abort();
}

#[test]
fn the_runtime_is_one_named_thread_and_ends_with_its_questions() {
    let runtime = Runtime::start().unwrap();
    let (server, clients) = runtime.block_on(async {
        // Spawned work runs on the network thread, where the server of this test lives too.
        (Server::always(vec![Act::Hang]).await, Clients::new())
    });
    let url = server.url();
    let backend = connect(BackendSpec::new("peer", Kind::Ollama, Some(url)), &clients).unwrap();
    let name = runtime.spawn(async { std::thread::current().name().map(str::to_owned) });
    assert_eq!(
        runtime.block_on(name).unwrap().as_deref(),
        Some("ponder-network")
    );
    let asking = runtime.spawn(async move { backend.complete(&question(true), &mut |_| {}).await });
    drop(runtime);
    // Nobody drives it any more: it was dropped with the runtime, not left hanging.
    let waiting = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    assert!(waiting.block_on(asking).unwrap_err().is_cancelled());
}

#[test]
fn a_question_can_be_awaited_from_any_thread() {
    let runtime = Runtime::start().unwrap();
    let server = runtime.block_on(Server::start(|request| match request.path() {
        "/api/tags" => vec![answer(200, "application/json", r#"{"models":[]}"#)],
        _ => good_answer(Kind::Ollama),
    }));
    let clients = Clients::new();
    let backend = backend(Kind::Ollama, &server, &clients);
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                let mut heard = String::new();
                let mut hear = |piece: &str| heard.push_str(piece);
                let completion = runtime
                    .block_on(backend.complete(&question(true), &mut hear))
                    .unwrap();
                assert_eq!(completion.text, "3");
                assert_eq!(heard, "3");
            });
        }
    });
}

#[tokio::test]
async fn sixteen_questions_at_once_do_not_wait_for_each_other() {
    const AT_ONCE: usize = 16;
    // Nobody is answered before all have asked.
    let barrier = Arc::new(std::sync::atomic::AtomicUsize::new(0));
    let server = Server::start({
        let barrier = Arc::clone(&barrier);
        move |_| {
            barrier.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
            vec![Act::Hang]
        }
    })
    .await;
    let clients = Clients::new();
    let backend = backend(Kind::Openai, &server, &clients);
    let asking: Vec<_> = (0..AT_ONCE)
        .map(|_| {
            let backend = Arc::clone(&backend);
            tokio::spawn(async move { backend.complete(&question(true), &mut |_| {}).await })
        })
        .collect();
    tokio::time::timeout(std::time::Duration::from_secs(20), async {
        while barrier.load(std::sync::atomic::Ordering::SeqCst) < AT_ONCE {
            tokio::task::yield_now().await;
        }
    })
    .await
    .unwrap();
    assert_eq!(clients.connections_opened(), AT_ONCE as u64);
    for question in asking {
        question.abort();
    }
    server.closed_by_client(AT_ONCE).await;
}

#[tokio::test]
async fn a_kept_connection_that_the_server_gives_up_is_replaced_without_a_failure() {
    for kind in EACH {
        // Every second request is read and met with a closed connection.
        let count = std::sync::atomic::AtomicUsize::new(0);
        let server = Server::start(move |_| {
            match count.fetch_add(1, std::sync::atomic::Ordering::SeqCst) % 2 {
                0 => good_answer(kind),
                _ => vec![Act::Close],
            }
        })
        .await;
        let backend = backend(kind, &server, &Clients::new());
        for _ in 0..10 {
            let result = backend.complete(&question(true), &mut |_| {}).await;
            assert!(result.is_ok(), "{result:?}");
        }
        assert_eq!(server.requests().len(), 19);
    }
}

#[tokio::test]
async fn a_new_connection_that_is_closed_without_an_answer_is_a_failure_at_once() {
    let server = Server::always(vec![Act::Close]).await;
    let backend = backend(Kind::Ollama, &server, &Clients::new());
    let failed = backend
        .complete(&question(true), &mut |_| {})
        .await
        .unwrap_err();
    assert_eq!(failed.error.code(), "cut");
    assert_eq!(server.requests().len(), 1);
}
