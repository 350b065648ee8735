//! Our share of a streamed piece of an answer (read, frame, parse, append) beside what reqwest and a typed parse cost for
//! the same bytes in the same run. Rounds alternate between all measurements; figures are medians.
#![allow(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a bench prints its figures and stops when it cannot run"
)]
#![allow(clippy::cast_precision_loss, reason = "counts of some thousands")]

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::thread;
use std::time::Instant;

use llm::{Backend, BackendSpec, Clients, CompletionRequest, Kind, Message, Role, connect};
use serde::Deserialize;

const PIECES: usize = 20_000;
const ROUNDS: usize = 31;
const GOAL: f64 = 1.5;

fn main() {
    // `cargo test --benches` asks for a run that only shows that it works.
    let rounds = if std::env::args().any(|argument| argument == "--bench") {
        ROUNDS
    } else {
        1
    };
    let openai = serve("text/event-stream", openai_body());
    let ollama = serve("application/x-ndjson", ollama_body());
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let clients = Clients::new();
    let ours = [(Kind::Openai, &openai), (Kind::Ollama, &ollama)].map(|(kind, url)| {
        connect(BackendSpec::new("peer", kind, Some(url.clone())), &clients).unwrap()
    });
    let bare = reqwest::Client::builder()
        .no_proxy()
        .tls_certs_only([])
        .build()
        .unwrap();

    let mut times: [Vec<f64>; 5] = Default::default();
    for _ in 0..rounds {
        times[0].push(time(&runtime, asked(&ours[0])));
        times[1].push(time(&runtime, typed_events(&bare, &openai)));
        times[2].push(time(&runtime, asked(&ours[1])));
        times[3].push(time(&runtime, typed_lines(&bare, &ollama)));
        times[4].push(time(&runtime, untyped_events(&bare, &openai)));
    }
    let [
        ours_openai,
        typed_openai,
        ours_ollama,
        typed_ollama,
        untyped,
    ] = times.map(median);
    println!("figure | measured | limit in the same run | ratio | goal | verdict");
    line(
        "a streamed piece, OpenAI",
        ours_openai,
        typed_openai,
        "reqwest + typed parse",
    );
    line(
        "a streamed piece, Ollama",
        ours_ollama,
        typed_ollama,
        "reqwest + typed parse",
    );
    println!("for comparison: reqwest + serde_json::Value {untyped:.2} µs a piece");
}

fn line(figure: &str, measured: f64, limit: f64, what: &str) {
    let ratio = measured / limit;
    let verdict = if ratio <= GOAL { "met" } else { "missed" };
    println!(
        "{figure} | {measured:.2} µs | {what} {limit:.2} µs | {ratio:.2} | ≤ {GOAL} | {verdict}"
    );
}

/// Microseconds for each piece.
fn time(runtime: &tokio::runtime::Runtime, work: impl Future<Output = usize>) -> f64 {
    let started = Instant::now();
    let heard = runtime.block_on(work);
    let took = started.elapsed();
    assert_eq!(heard, PIECES * "score ".len());
    took.as_secs_f64() * 1e6 / PIECES as f64
}

fn median(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}

async fn asked(backend: &Arc<dyn Backend>) -> usize {
    let request = CompletionRequest {
        model: "tiny".to_owned(),
        messages: vec![Message::new(Role::User, "Berlin?")],
        stream: true,
        ..CompletionRequest::default()
    };
    let mut heard = 0;
    let mut hear = |piece: &str| heard += piece.len();
    let completion = backend.complete(&request, &mut hear).await.unwrap();
    assert_eq!(completion.text.len(), heard);
    heard
}

#[derive(Deserialize)]
struct Event {
    choices: Vec<Choice>,
}

#[derive(Deserialize)]
struct Choice {
    delta: Said,
}

#[derive(Deserialize)]
struct Said {
    content: Option<String>,
}

#[derive(Deserialize)]
struct Line {
    message: Said,
}

async fn typed_events(client: &reqwest::Client, url: &str) -> usize {
    let mut text = String::new();
    frames(client, url, b"\n\n", |frame| {
        let data = &frame[b"data: ".len()..];
        if data != b"[DONE]" {
            let event: Event = serde_json::from_slice(data).unwrap();
            for choice in event.choices {
                text.push_str(&choice.delta.content.unwrap_or_default());
            }
        }
    })
    .await;
    text.len()
}

async fn typed_lines(client: &reqwest::Client, url: &str) -> usize {
    let mut text = String::new();
    frames(client, url, b"\n", |frame| {
        let line: Line = serde_json::from_slice(frame).unwrap();
        text.push_str(&line.message.content.unwrap_or_default());
    })
    .await;
    text.len()
}

async fn untyped_events(client: &reqwest::Client, url: &str) -> usize {
    let mut text = String::new();
    frames(client, url, b"\n\n", |frame| {
        let data = &frame[b"data: ".len()..];
        if data != b"[DONE]" {
            let event: serde_json::Value = serde_json::from_slice(data).unwrap();
            text.push_str(
                event["choices"][0]["delta"]["content"]
                    .as_str()
                    .unwrap_or_default(),
            );
        }
    })
    .await;
    text.len()
}

/// What one writes around reqwest: collect, cut at the end of each frame, hand it over.
async fn frames(client: &reqwest::Client, url: &str, end: &[u8], mut each: impl FnMut(&[u8])) {
    let mut response = client.post(url).body("{}").send().await.unwrap();
    let mut begun: Vec<u8> = Vec::new();
    while let Some(chunk) = response.chunk().await.unwrap() {
        begun.extend_from_slice(&chunk);
        let mut from = 0;
        while let Some(at) = memchr::memmem::find(&begun[from..], end) {
            each(&begun[from..from + at]);
            from += at + end.len();
        }
        begun.drain(..from);
    }
}

fn http_chunk(into: &mut Vec<u8>, data: &str) {
    write!(into, "{:x}\r\n{data}\r\n", data.len()).unwrap();
}

/// As OpenAI and llama.cpp write them: 230 bytes for a word.
fn openai_body() -> Vec<u8> {
    let mut body = Vec::new();
    for _ in 0..PIECES {
        http_chunk(
            &mut body,
            "data: {\"id\":\"chatcmpl-9vKpQ2mZ0aXw5s7tYcBn3\",\"object\":\"chat.completion.chunk\",\"created\":1763720000,\"model\":\"tiny-2026-01\",\"system_fingerprint\":\"fp_5d3b\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"score \"},\"logprobs\":null,\"finish_reason\":null}]}\n\n",
        );
    }
    http_chunk(
        &mut body,
        "data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n",
    );
    http_chunk(&mut body, "data: [DONE]\n\n");
    body.extend_from_slice(b"0\r\n\r\n");
    body
}

fn ollama_body() -> Vec<u8> {
    let mut body = Vec::new();
    for _ in 0..PIECES {
        http_chunk(
            &mut body,
            "{\"model\":\"tiny:latest\",\"created_at\":\"2026-01-02T03:04:05.678901234Z\",\"message\":{\"role\":\"assistant\",\"content\":\"score \"},\"done\":false}\n",
        );
    }
    http_chunk(
        &mut body,
        "{\"model\":\"tiny:latest\",\"created_at\":\"2026-01-02T03:04:05.678901234Z\",\"message\":{\"role\":\"assistant\",\"content\":\"\"},\"done\":true,\"done_reason\":\"stop\",\"total_duration\":1,\"prompt_eval_count\":5,\"eval_count\":6}\n",
    );
    body.extend_from_slice(b"0\r\n\r\n");
    body
}

/// Says the same to everybody, as fast as the socket takes it.
fn serve(content_type: &'static str, body: Vec<u8>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let body: Arc<[u8]> = body.into();
    thread::spawn(move || {
        while let Ok((socket, _)) = listener.accept() {
            let body = Arc::clone(&body);
            thread::spawn(move || answer(socket, content_type, &body));
        }
    });
    url
}

fn answer(mut socket: TcpStream, content_type: &str, body: &[u8]) {
    let head = format!(
        "HTTP/1.1 200 OK\r\ncontent-type: {content_type}\r\ntransfer-encoding: chunked\r\n\r\n"
    );
    let mut request = [0; 4096];
    // A question comes in one or two packets and ends with its body's brace.
    while let Ok(read @ 1..) = socket.read(&mut request) {
        if request[..read].ends_with(b"}") {
            socket.write_all(head.as_bytes()).unwrap();
            // A client that is done with a bench does not read to the end.
            let _ = socket.write_all(body);
        }
    }
}
