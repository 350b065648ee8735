//! Asking again: what is asked again and what never, how long is waited and for whom, and what remains to be seen of it.
//! Time is the tests' own: nothing here sleeps.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test stops where it cannot go on"
)]
#![allow(
    clippy::result_large_err,
    reason = "a failure keeps its times and its partial text; it is moved once a call"
)]

mod faulty;

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use faulty::{Act, Server, answer, answer_with, chunk, head, json, last};
use llm::{
    Backend, BackendSpec, BoxFuture, Clients, Completion, CompletionRequest, Failed, Kind, Message,
    Pace, RealPace, RetryPolicy, Retrying, Role, connect,
};
use peers::{Anthropic, Fault, Script, When};
use proptest::prelude::*;
use serde_json::json;
use tokio::time::Instant;

const KINDS: [Kind; 3] = [Kind::Ollama, Kind::Openai, Kind::Anthropic];

/// A clock that goes on only while somebody waits, and always the same chance.
struct Hand {
    began: Instant,
    waits: Mutex<Vec<Duration>>,
    chance: f64,
}

impl Hand {
    fn of(chance: f64) -> Arc<Self> {
        Arc::new(Self {
            began: Instant::now(),
            waits: Mutex::default(),
            chance,
        })
    }

    fn waits(&self) -> Vec<u128> {
        let waits = self.waits.lock().unwrap();
        waits.iter().map(Duration::as_millis).collect()
    }
}

impl Pace for Hand {
    fn now(&self) -> Instant {
        self.began + self.waits.lock().unwrap().iter().sum::<Duration>()
    }

    fn wait(&self, time: Duration) -> BoxFuture<'_, ()> {
        self.waits.lock().unwrap().push(time);
        Box::pin(async {})
    }

    fn chance(&self) -> f64 {
        self.chance
    }
}

const POLICY: RetryPolicy = RetryPolicy {
    most: 4,
    first: Duration::from_millis(500),
    longest: Duration::from_millis(1_500),
    total: Duration::from_secs(60),
};

fn question(stream: bool) -> CompletionRequest {
    CompletionRequest {
        model: "tiny".to_owned(),
        messages: vec![Message::new(Role::User, "Berlin?")],
        stream,
        ..CompletionRequest::default()
    }
}

fn retrying(kind: Kind, url: String, policy: RetryPolicy, pace: &Arc<Hand>) -> Retrying {
    let backend = connect(BackendSpec::new("peer", kind, Some(url)), &Clients::new()).unwrap();
    Retrying::paced(backend, policy, Arc::clone(pace) as Arc<dyn Pace>)
}

async fn ask(backend: &Retrying) -> (Result<Completion, Failed>, String) {
    let mut heard = String::new();
    let mut hear = |piece: &str| heard.push_str(piece);
    let result = backend.complete(&question(true), &mut hear).await;
    (result, heard)
}

fn good(kind: Kind) -> Vec<Act> {
    json(&match kind {
        Kind::Ollama => json!({"message": {"content": "3"}, "done": true, "done_reason": "stop"}),
        Kind::Openai => {
            json!({"choices": [{"message": {"content": "3"}, "finish_reason": "stop"}]})
        }
        Kind::Anthropic => {
            json!({"content": [{"type": "text", "text": "3"}], "stop_reason": "end_turn"})
        }
    })
}

/// A server that fails so often and then answers.
async fn failing(kind: Kind, times: usize, failure: Vec<Act>) -> Server {
    let asked = AtomicUsize::new(0);
    Server::start(move |_| {
        if asked.fetch_add(1, Ordering::SeqCst) < times {
            failure.clone()
        } else {
            good(kind)
        }
    })
    .await
}

fn refused(status: u16, headers: &[(&str, &str)], words: &str) -> Vec<Act> {
    let body = json!({"error": {"message": words}}).to_string();
    vec![answer_with(status, "application/json", headers, body)]
}

#[tokio::test]
async fn a_server_that_is_busy_is_asked_again_and_the_answer_says_how_often() {
    for kind in KINDS {
        for status in [408, 429, 500, 502, 503, 504, 529] {
            let server = failing(kind, 3, refused(status, &[], "busy")).await;
            let pace = Hand::of(0.5);
            let (result, heard) = ask(&retrying(kind, server.url(), POLICY, &pace)).await;
            let completion = result.unwrap();
            assert_eq!((completion.text.as_str(), heard.as_str()), ("3", "3"));
            // Half of 500, 1000 and 1500 ms: the last would be 2000 without the limit.
            assert_eq!(pace.waits(), [250, 500, 750], "{kind:?} {status}");
            assert_eq!(server.requests().len(), 4);
            let waited: Vec<f64> = completion.earlier.iter().map(|ask| ask.waited_ms).collect();
            assert_eq!(waited, [250.0, 500.0, 750.0]);
            for attempt in &completion.earlier {
                assert!(attempt.error.retryable());
                assert!(attempt.times.total_ms > 0.0);
            }
        }
    }
}

#[tokio::test]
async fn an_error_before_the_first_token_is_asked_again_and_one_after_it_never() {
    let broken = |piece: &'static str| {
        vec![
            head("text/event-stream"),
            chunk(format!(
                "{piece}data: {{\"error\":{{\"message\":\"out of memory\"}}}}\n\n"
            )),
            last(),
        ]
    };
    let thought = "data: {\"choices\":[{\"delta\":{\"reasoning_content\":\"Hm.\"}}]}\n\n";
    let text = "data: {\"choices\":[{\"delta\":{\"content\":\"Ber\"}}]}\n\n";
    for (piece, asks) in [("", 2), (thought, 1), (text, 1)] {
        let server = failing(Kind::Openai, 1, broken(piece)).await;
        let pace = Hand::of(0.5);
        let (result, heard) = ask(&retrying(Kind::Openai, server.url(), POLICY, &pace)).await;
        assert_eq!(server.requests().len(), asks, "{piece}");
        assert_eq!(result.is_ok(), asks == 2, "{piece}");
        match result {
            Ok(completion) => assert_eq!((heard.as_str(), completion.text.as_str()), ("3", "3")),
            Err(failed) => {
                assert_eq!(failed.error.code(), "in_stream");
                assert_eq!(failed.partial, heard);
                assert!(failed.earlier.is_empty());
            }
        }
    }
}

#[tokio::test]
async fn what_will_not_be_better_later_is_never_asked_again() {
    let table = [
        (400, "temperature must be at most 2"),
        (401, "no such key"),
        (402, "no credit"),
        (403, "not allowed"),
        (404, "no such model"),
        (413, "too large"),
        (422, "what is this"),
        (
            429,
            "You exceeded your current quota, please check your plan and billing details.",
        ),
        (429, "monthly spend limit reached"),
        (400, "Your credit balance is too low"),
        (400, "prompt is too long: 10000 tokens > 8192 maximum"),
        (307, "elsewhere"),
        (501, "not made"),
    ];
    for kind in KINDS {
        for (status, words) in table {
            let server = failing(kind, 9, refused(status, &[("retry-after", "1")], words)).await;
            let pace = Hand::of(0.5);
            let (result, _) = ask(&retrying(kind, server.url(), POLICY, &pace)).await;
            let failed = result.unwrap_err();
            assert!(pace.waits().is_empty(), "{kind:?} {status} {words}");
            assert!(failed.earlier.is_empty());
            let calls = server.requests();
            let calls = calls.iter().filter(|request| !request.body.is_empty());
            assert_eq!(calls.count(), 1, "{kind:?} {status} {words}");
        }
    }
    // A good status with something else behind it.
    let server = Server::always(vec![answer(200, "text/html", "<h1>Sign in</h1>")]).await;
    let pace = Hand::of(0.5);
    let (result, _) = ask(&retrying(Kind::Openai, server.url(), POLICY, &pace)).await;
    assert_eq!(result.unwrap_err().error.code(), "bad_reply");
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn a_server_is_left_alone_for_as_long_as_it_asks_and_its_word_on_asking_again_counts() {
    type Headers = &'static [(&'static str, &'static str)];
    let table: [(u16, Headers, Option<u128>); 7] = [
        (429, &[("retry-after", "7")], Some(7_250)),
        (529, &[("retry-after", "7")], Some(7_250)),
        (503, &[("retry-after-ms", "40")], Some(290)),
        (429, &[("x-ratelimit-reset-requests", "20s")], Some(20_250)),
        (429, &[("x-should-retry", "false")], None),
        (
            500,
            &[("x-should-retry", "false"), ("retry-after", "1")],
            None,
        ),
        (501, &[("x-should-retry", "true")], Some(250)),
    ];
    for (status, headers, wait) in table {
        let server = failing(Kind::Anthropic, 1, refused(status, headers, "busy")).await;
        let pace = Hand::of(0.5);
        let (result, _) = ask(&retrying(Kind::Anthropic, server.url(), POLICY, &pace)).await;
        assert_eq!(result.is_ok(), wait.is_some(), "{status} {headers:?}");
        assert_eq!(pace.waits(), Vec::from_iter(wait), "{status} {headers:?}");
    }
}

#[tokio::test]
async fn after_so_many_asks_or_so_much_time_the_last_failure_stands_with_all_before_it() {
    // So many asks.
    let server = failing(Kind::Openai, 9, refused(503, &[], "busy")).await;
    let pace = Hand::of(0.0);
    let (result, _) = ask(&retrying(Kind::Openai, server.url(), POLICY, &pace)).await;
    let failed = result.unwrap_err();
    assert_eq!(failed.error.code(), "server_error");
    assert_eq!(failed.earlier.len(), 3);
    assert_eq!(server.requests().len(), 4);

    // So much time: 25 + 25 s fit into a minute, a third wait does not and is not begun.
    let server = failing(
        Kind::Openai,
        9,
        refused(429, &[("retry-after", "25")], "busy"),
    )
    .await;
    let pace = Hand::of(0.0);
    let (result, _) = ask(&retrying(Kind::Openai, server.url(), POLICY, &pace)).await;
    assert_eq!(result.unwrap_err().earlier.len(), 2);
    assert_eq!(pace.waits(), [25_000, 25_000]);

    // A wait that leads past the deadline is none.
    let server = failing(
        Kind::Openai,
        1,
        refused(429, &[("retry-after", "61")], "busy"),
    )
    .await;
    let pace = Hand::of(0.0);
    let (result, _) = ask(&retrying(Kind::Openai, server.url(), POLICY, &pace)).await;
    let failed = result.unwrap_err();
    assert_eq!(failed.error.retry_after(), Some(Duration::from_secs(61)));
    assert!(failed.earlier.is_empty() && pace.waits().is_empty());

    // One ask is one ask.
    let server = failing(Kind::Openai, 1, refused(503, &[], "busy")).await;
    let pace = Hand::of(0.0);
    let once = RetryPolicy { most: 1, ..POLICY };
    let (result, _) = ask(&retrying(Kind::Openai, server.url(), once, &pace)).await;
    assert!(result.unwrap_err().earlier.is_empty());
}

#[tokio::test]
async fn a_server_that_is_down_is_tried_again() {
    let pace = Hand::of(0.5);
    let (result, _) = ask(&retrying(
        Kind::Ollama,
        peers::closed_address(),
        POLICY,
        &pace,
    ))
    .await;
    let failed = result.unwrap_err();
    assert_eq!(failed.error.code(), "down");
    assert_eq!(failed.earlier.len(), 3);
}

#[tokio::test]
async fn the_double_of_anthropic_is_overloaded_twice_and_then_answers() {
    let double = Anthropic::start(
        Script::default().fault_times(
            2,
            When::Always,
            Fault::Refuse {
                status: 529,
                body:
                    r#"{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}"#
                        .to_owned(),
                headers: vec![("retry-after".to_owned(), "3".to_owned())],
            },
        ),
    );
    let pace = Hand::of(0.0);
    let (result, _) = ask(&retrying(Kind::Anthropic, double.url(), POLICY, &pace)).await;
    let completion = result.unwrap();
    assert_eq!(pace.waits(), [3_000, 3_000]);
    assert_eq!(completion.earlier.len(), 2);
    assert_eq!(
        completion.earlier[0].error.to_string(),
        "the server failed (HTTP 529): Overloaded"
    );
    assert_eq!(double.calls().len(), 3);
}

/// Waits for ever, and tells that somebody does.
struct Endless(tokio::sync::Notify);

impl Pace for Endless {
    fn now(&self) -> Instant {
        Instant::now()
    }

    fn wait(&self, _: Duration) -> BoxFuture<'_, ()> {
        self.0.notify_one();
        Box::pin(std::future::pending())
    }

    fn chance(&self) -> f64 {
        0.0
    }
}

#[tokio::test]
async fn who_gives_up_while_waiting_is_not_asked_for_any_more() {
    let server = failing(Kind::Openai, 1, refused(503, &[], "busy")).await;
    let spec = BackendSpec::new("peer", Kind::Openai, Some(server.url()));
    let inner = connect(spec, &Clients::new()).unwrap();
    let alive = Arc::downgrade(&inner);
    let pace = Arc::new(Endless(tokio::sync::Notify::new()));
    let backend = Retrying::paced(inner, POLICY, Arc::clone(&pace) as Arc<dyn Pace>);
    let asking = tokio::spawn(async move { ask(&backend).await.0 });
    pace.0.notified().await;
    asking.abort();
    assert!(asking.await.unwrap_err().is_cancelled());
    assert_eq!(server.requests().len(), 1);
    assert!(alive.upgrade().is_none(), "nothing is left that could ask");
}

#[tokio::test]
async fn it_is_the_backend_around_which_it_stands() {
    let server = failing(Kind::Anthropic, 9, refused(503, &[], "busy")).await;
    let pace = Hand::of(0.5);
    let backend = retrying(Kind::Anthropic, server.url(), POLICY, &pace);
    assert_eq!((backend.name(), backend.kind()), ("peer", Kind::Anthropic));
    assert_eq!(backend.destination().address, server.url());
    assert!(backend.destination().this_machine);
    assert_eq!(backend.digest("tiny").await, None);
    // What a server has and whether it is well is asked once: a test shows it as it is.
    assert!(backend.models().await.is_err());
    let _ = backend.test(None).await;
    assert_eq!(server.requests().len(), 2);
    assert!(pace.waits().is_empty());
}

#[test]
fn real_chance_is_a_share_and_not_always_the_same() {
    let draws: Vec<f64> = (0..200).map(|_| RealPace.chance()).collect();
    assert!(draws.iter().all(|draw| (0.0..1.0).contains(draw)));
    assert!(draws.iter().any(|draw| *draw < 0.5) && draws.iter().any(|draw| *draw >= 0.5));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]
    #[test]
    fn every_wait_keeps_to_its_bounds_whatever_the_chance_and_the_policy(
        chance in prop_oneof![0.0..1.0, Just(f64::NAN), Just(-1.0), Just(7.0)],
        most in 1_u32..7,
        first in 0_u64..5_000,
        longest in 0_u64..8_000,
        total in 0_u64..20_000,
        asked_for in prop::option::of(0_u64..9),
    ) {
        let policy = RetryPolicy {
            most,
            first: Duration::from_millis(first),
            longest: Duration::from_millis(longest),
            total: Duration::from_millis(total),
        };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let pace = Hand::of(chance);
        let (result, asks) = runtime.block_on(async {
            let seconds = asked_for.map(|seconds| seconds.to_string());
            let headers: Vec<_> = seconds.iter().map(|value| ("retry-after", value.as_str())).collect();
            let server = failing(Kind::Openai, 99, refused(429, &headers, "busy")).await;
            let (result, _) = ask(&retrying(Kind::Openai, server.url(), policy, &pace)).await;
            (result, server.requests().len())
        });
        let waits = pace.waits();
        prop_assert!(asks as u64 <= u64::from(most));
        prop_assert_eq!(result.unwrap_err().earlier.len() + 1, asks);
        prop_assert!(waits.iter().sum::<u128>() <= u128::from(total));
        let least = u128::from(asked_for.unwrap_or(0) * 1_000);
        for (number, wait) in waits.iter().enumerate() {
            let steps = if asked_for.is_some() { first } else { first << number };
            prop_assert!(*wait >= least);
            prop_assert!(*wait <= least + u128::from(steps.min(longest)));
        }
    }
}
