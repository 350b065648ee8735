//! The doubles from a bare socket: what a client does and what the journal says of it.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test stops where it cannot go on"
)]
use std::io::{ErrorKind, Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use peers::{Fate, Fault, Latency, Model, Ollama, OpenAi, Script, When, judgement};
use serde_json::{Value, json};

/// Sends a request on a connection of its own and leaves it open.
fn ask(port: u16, method: &str, path: &str, extra: &str, body: &str) -> TcpStream {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
    stream
        .set_read_timeout(Some(Duration::from_secs(30)))
        .unwrap();
    let request = format!(
        "{method} {path} HTTP/1.1\r\nhost: double\r\nconnection: close\r\n{extra}content-length: {}\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(request.as_bytes()).unwrap();
    stream
}

struct Got {
    head: String,
    body: Vec<u8>,
}

impl Got {
    fn status(&self) -> &str {
        &self.head[9..12]
    }

    fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }
}

/// Reads until the other side closes, and undoes the chunks.
fn read(mut stream: TcpStream) -> Got {
    let mut all = Vec::new();
    if let Err(error) = stream.read_to_end(&mut all) {
        assert_eq!(error.kind(), ErrorKind::ConnectionReset, "{error}");
    }
    let Some(end) = all.windows(4).position(|four| four == b"\r\n\r\n") else {
        return Got {
            head: String::new(),
            body: all,
        };
    };
    let head = String::from_utf8(all[..end].to_vec()).unwrap();
    let mut rest = &all[end + 4..];
    if !head.contains("transfer-encoding: chunked") {
        return Got {
            head,
            body: rest.to_vec(),
        };
    }
    let mut body = Vec::new();
    while let Some(line) = rest.windows(2).position(|two| two == b"\r\n") {
        let size = std::str::from_utf8(&rest[..line]).unwrap();
        let size = usize::from_str_radix(size, 16).unwrap();
        let chunk = &rest[line + 2..];
        body.extend_from_slice(&chunk[..size.min(chunk.len())]);
        if size == 0 || chunk.len() < size + 2 {
            break;
        }
        rest = &chunk[size + 2..];
    }
    Got { head, body }
}

fn chat(text: &str, stream: bool) -> String {
    json!({"model": "tiny", "stream": stream, "messages": [{"role": "user", "content": text}]})
        .to_string()
}

fn ollama_chat(server: &Ollama, text: &str, stream: bool) -> Got {
    read(ask(
        server.port(),
        "POST",
        "/api/chat",
        "",
        &chat(text, stream),
    ))
}

fn lines(got: &Got) -> Vec<Value> {
    got.body
        .split(|byte| *byte == b'\n')
        .filter(|line| !line.is_empty())
        .map(|line| serde_json::from_slice(line).unwrap())
        .collect()
}

fn text_of(lines: &[Value]) -> String {
    lines
        .iter()
        .filter_map(|line| line["message"]["content"].as_str())
        .collect()
}

#[test]
fn an_answer_is_tied_to_the_prompt_and_not_to_its_turn() {
    let server = Ollama::start(Script::default());
    let first = text_of(&lines(&ollama_chat(&server, "a", true)));
    let scores: Vec<f64> = (0..20)
        .map(|n| {
            let got = ollama_chat(&server, &format!("cell {n}"), false).json();
            let text = got["message"]["content"].as_str().unwrap();
            let answer: Value = serde_json::from_str(text).unwrap();
            answer["score"].as_f64().unwrap()
        })
        .collect();
    let again = ollama_chat(&server, "a", false).json();
    assert_eq!(
        first, again["message"]["content"],
        "streamed or plain, first or last"
    );
    assert!(scores.iter().all(|score| (0.0..=5.0).contains(score)));
    assert!(scores.iter().any(|score| *score != scores[0]), "{scores:?}");
}

#[test]
fn the_schema_that_is_asked_for_is_kept() {
    let server = Ollama::start(Script::default());
    let schema = json!({"type": "object", "properties": {
        "justification": {"type": "string"},
        "status": {"enum": ["abstained", "scored"]},
        "score": {"anyOf": [{"type": "null"}, {"type": "number", "minimum": 7, "maximum": 9}]},
        "evidence": {"type": "array", "items": {"type": "object"}},
        "memory": {"type": "boolean"},
    }});
    let mut body: Value = serde_json::from_str(&chat("cell", false)).unwrap();
    body["format"] = schema;
    let got = read(ask(
        server.port(),
        "POST",
        "/api/chat",
        "",
        &body.to_string(),
    ))
    .json();
    let text = got["message"]["content"].as_str().unwrap();
    let answer: Value = serde_json::from_str(text).unwrap();
    let keys: Vec<_> = answer.as_object().unwrap().keys().cloned().collect();
    assert_eq!(
        keys,
        ["justification", "status", "score", "evidence", "memory"]
    );
    assert_eq!(answer["status"], "scored");
    assert!((7.0..=9.0).contains(&answer["score"].as_f64().unwrap()));
    assert_eq!(answer["evidence"], json!([]));
}

#[test]
fn a_cell_takes_its_own_time_whatever_the_order() {
    let latency = Latency::LogNormal {
        median: Duration::from_millis(200),
        sigma: 0.8,
        seed: 1,
    };
    let mut draws: Vec<_> = (0..2001)
        .map(|n| latency.draw(&format!("cell {n}")))
        .collect();
    assert_eq!(draws[7], latency.draw("cell 7"));
    draws.sort();
    let (low, middle, high) = (draws[317], draws[1000], draws[1683]);
    // One standard deviation to either side: 200 ms × e^±0.8.
    assert!((170..230).contains(&middle.as_millis()), "{middle:?}");
    assert!((76..104).contains(&low.as_millis()), "{low:?}");
    assert!((380..510).contains(&high.as_millis()), "{high:?}");
}

#[test]
fn a_client_that_hangs_up_is_seen_before_and_amid_the_answer() {
    let faults = [Fault::Hang, Fault::HangAfter(10)];
    for fault in faults {
        let server = Ollama::start(Script::default().fault(When::Always, fault.clone()));
        let stream = ask(server.port(), "POST", "/api/chat", "", &chat("a", true));
        server.wait_for_requests(1);
        assert_eq!(server.journal()[0].fate, Fate::InFlight, "{fault:?}");
        assert_eq!(server.open_sockets(), 1);
        drop(stream);
        server.wait_for_fates(1, Fate::CutByClient);
        let closed = server.wait_until_closed().unwrap();
        assert!(closed >= server.journal()[0].at);
        assert_eq!(server.in_flight(), 0);
    }
}

#[test]
fn held_calls_wait_at_the_gate_and_the_most_in_flight_is_counted() {
    let server = Ollama::start(Script::default());
    server.hold_after(1);
    assert_eq!(ollama_chat(&server, "first", false).status(), "200");
    let held: Vec<_> = (0..3)
        .map(|n| {
            ask(
                server.port(),
                "POST",
                "/api/chat",
                "",
                &chat(&format!("{n}"), false),
            )
        })
        .collect();
    server.wait_for_requests(4);
    server.wait_for_in_flight(3);
    server.let_through(1);
    server.wait_for_fates(2, Fate::Answered);
    assert_eq!(server.in_flight(), 2);
    server.release();
    for stream in held {
        assert_eq!(read(stream).status(), "200");
    }
    assert_eq!(server.max_in_flight(), 3);
    assert_eq!(server.accepted(), 4);
    let numbers: Vec<_> = server.calls().iter().map(|seen| seen.call).collect();
    assert_eq!(numbers, [1, 2, 3, 4]);
}

#[test]
fn faults_strike_where_they_are_told_to() {
    let refuse = |status| Fault::Refuse {
        status,
        body: json!({"error": "no"}).to_string(),
        headers: vec![("retry-after".to_owned(), "2".to_owned())],
    };
    let script = Script::default()
        .fault(When::Nth(2), refuse(503))
        .fault_times(1, When::Text("poison".to_owned()), refuse(429))
        .fault(When::Path("/api/tags".to_owned()), refuse(500));
    let server = Ollama::start(script);
    let of = |text: &str| ollama_chat(&server, text, false);
    assert_eq!(of("a").status(), "200");
    assert_eq!(of("a").status(), "503");
    let limited = of("poison");
    assert_eq!(limited.status(), "429");
    assert!(limited.head.contains("retry-after: 2"), "{}", limited.head);
    assert_eq!(of("poison").status(), "200", "it strikes once");
    let tags = read(ask(server.port(), "GET", "/api/tags", "", ""));
    assert_eq!(tags.status(), "500");
    let fates: Vec<_> = server.journal().iter().map(|seen| seen.fate).collect();
    assert_eq!(fates[1..3], [Fate::Refused(503), Fate::Refused(429)]);
}

#[test]
fn every_fault_of_an_answer_is_on_the_wire() {
    let streamed = |fault: Fault| {
        let server = Ollama::start(Script::default().fault(When::Always, fault));
        let got = ollama_chat(&server, "cell", true);
        (got, server.journal()[0].fate)
    };
    let (got, fate) = streamed(Fault::CutAfter(100));
    assert_eq!((got.body.len(), fate), (100, Fate::CutByScript));

    let (got, fate) = streamed(Fault::Close);
    assert_eq!(
        (got.head.as_str(), got.body.len(), fate),
        ("", 0, Fate::CutByScript)
    );

    let (got, _) = streamed(Fault::ErrorInStream("out of memory".to_owned()));
    let rows = lines(&got);
    assert_eq!(got.status(), "200");
    assert_eq!(rows.last().unwrap()["error"], "out of memory");
    assert!(rows.iter().all(|row| row["done"] != true));

    let rows = lines(&streamed(Fault::Truncate).0);
    assert_eq!(rows.last().unwrap()["done_reason"], "length");
    assert!(serde_json::from_str::<Value>(&text_of(&rows)).is_err());

    let (got, _) = streamed(Fault::InvalidUtf8);
    assert!(std::str::from_utf8(&got.body).is_err());

    assert_eq!(text_of(&lines(&streamed(Fault::Empty).0)), "");
    assert!(text_of(&lines(&streamed(Fault::Prose).0)).contains("9 out of 100"));
    assert!(text_of(&lines(&streamed(Fault::Fence).0)).contains("```json\n{"));
    assert!(text_of(&lines(&streamed(Fault::WrongLanguage).0)).contains("vier von fünf"));
    let said = Fault::Say("{\"score\": 77}".to_owned());
    assert_eq!(text_of(&lines(&streamed(said).0)), "{\"score\": 77}");
    let huge = text_of(&lines(&streamed(Fault::Huge(1_000_000)).0)).len();
    assert!((1_000_000..1_100_000).contains(&huge), "{huge}");
    assert!(streamed(Fault::Html).0.body.starts_with(b"<!doctype html>"));
    let rows = lines(&streamed(Fault::NoCounts).0);
    assert!(rows.last().unwrap().get("eval_count").is_none());
}

#[test]
fn a_prompt_beyond_the_window_is_cut_in_silence_by_ollama_and_refused_by_the_other() {
    let long = "word ".repeat(4000);
    let ollama = Ollama::start(Script::default());
    let got = ollama_chat(&ollama, &long, false).json();
    assert_eq!(got["prompt_eval_count"], 4096);
    assert_eq!(got["done_reason"], "stop");

    let narrow = Model {
        context: 2048,
        ..Model::named("tiny")
    };
    let openai = OpenAi::start(Script::default().models([narrow]));
    let body = chat(&long, false);
    let got = read(ask(
        openai.port(),
        "POST",
        "/v1/chat/completions",
        "",
        &body,
    ));
    assert_eq!(got.status(), "400");
    assert_eq!(got.json()["error"]["code"], "context_length_exceeded");
}

#[test]
fn a_key_is_asked_for_and_said_back() {
    let server = OpenAi::start(Script::default().key("sk-right"));
    let with = |header: &str| read(ask(server.port(), "GET", "/v1/models", header, ""));
    assert_eq!(with("").status(), "401");
    let wrong = with("authorization: Bearer sk-wrong\r\n");
    assert_eq!(wrong.status(), "401");
    assert!(
        wrong.json()["error"]["message"]
            .as_str()
            .unwrap()
            .contains("sk-wrong")
    );
    let right = with("authorization: Bearer sk-right\r\n");
    assert_eq!(right.json()["data"][0]["id"], "tiny");
}

#[test]
fn the_other_api_streams_events_with_usage_and_an_end() {
    let server = OpenAi::start(Script::default().answer(|_| judgement(Some(3.0), "so")));
    let mut body: Value = serde_json::from_str(&chat("cell", true)).unwrap();
    body["stream_options"] = json!({"include_usage": true});
    let got = read(ask(
        server.port(),
        "POST",
        "/v1/chat/completions",
        "",
        &body.to_string(),
    ));
    let text = String::from_utf8(got.body).unwrap();
    let events: Vec<_> = text
        .split("\n\n")
        .filter_map(|event| event.strip_prefix("data: "))
        .collect();
    assert_eq!(*events.last().unwrap(), "[DONE]");
    let events: Vec<Value> = events[..events.len() - 1]
        .iter()
        .map(|event| serde_json::from_str(event).unwrap())
        .collect();
    let said: String = events
        .iter()
        .filter_map(|event| event["choices"][0]["delta"]["content"].as_str())
        .collect();
    assert_eq!(serde_json::from_str::<Value>(&said).unwrap()["score"], 3.0);
    let usage = &events.last().unwrap();
    assert_eq!(usage["choices"], json!([]));
    assert!(usage["usage"]["total_tokens"].as_u64().unwrap() > 2);
}

#[test]
fn a_script_can_change_while_the_server_stands_and_a_server_can_come_back() {
    let server = Ollama::start(Script::default());
    server.play(Script::default().fault(When::Always, Fault::Say("other".to_owned())));
    assert_eq!(text_of(&lines(&ollama_chat(&server, "a", true))), "other");
    let port = server.port();
    drop(server);
    assert!(TcpStream::connect(("127.0.0.1", port)).is_err());
    let server = Ollama::start_on(port, Script::default());
    assert_eq!(ollama_chat(&server, "a", true).status(), "200");
}
