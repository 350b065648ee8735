//! Everything a server can do wrong, each told apart by its type, in each protocol.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test stops where it cannot go on"
)]

mod faulty;

use std::time::Duration;

use faulty::{Act, Server, answer, answer_with, chunk, head, last};
use llm::{
    BackendSpec, Clients, CompletionRequest, Failed, Kind, Limits, LlmError, Message, Role, connect,
};

const SHORT: Duration = Duration::from_millis(150);
const EACH: [Kind; 3] = [Kind::Ollama, Kind::Openai, Kind::Anthropic];

fn question(stream: bool) -> CompletionRequest {
    CompletionRequest {
        model: "tiny".to_owned(),
        messages: vec![Message::new(Role::User, "Berlin?")],
        stream,
        ..CompletionRequest::default()
    }
}

fn spec(kind: Kind, url: String) -> BackendSpec {
    BackendSpec::new("peer", kind, Some(url))
}

async fn fail(spec: BackendSpec, stream: bool) -> Failed {
    let backend = connect(spec, &Clients::new()).unwrap();
    backend
        .complete(&question(stream), &mut |_| {})
        .await
        .unwrap_err()
}

async fn fail_with(kind: Kind, stream: bool, acts: Vec<Act>) -> Failed {
    let server = Server::always(acts).await;
    fail(spec(kind, server.url()), stream).await
}

fn content_type(kind: Kind) -> &'static str {
    match kind {
        Kind::Ollama => "application/x-ndjson",
        Kind::Openai | Kind::Anthropic => "text/event-stream",
    }
}

/// A piece of an answer, framed as the protocol does.
fn piece(kind: Kind, text: &str) -> String {
    let text = serde_json::to_string(text).unwrap();
    match kind {
        Kind::Ollama => format!("{{\"message\":{{\"content\":{text}}},\"done\":false}}\n"),
        Kind::Openai => format!("data: {{\"choices\":[{{\"delta\":{{\"content\":{text}}}}}]}}\n\n"),
        Kind::Anthropic => format!(
            "event: content_block_delta\ndata: {{\"type\":\"content_block_delta\",\"index\":0,\"delta\":{{\"type\":\"text_delta\",\"text\":{text}}}}}\n\n"
        ),
    }
}

#[tokio::test]
async fn a_server_that_is_down_is_down() {
    // A port that was just free; nothing listens there.
    let port = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    for kind in EACH {
        let failed = fail(spec(kind, format!("http://127.0.0.1:{port}")), true).await;
        let LlmError::Down { address, why } = failed.error else {
            panic!("{:?}", failed.error);
        };
        assert_eq!(address, format!("http://127.0.0.1:{port}"));
        assert_eq!(why, "Connection refused");
    }
}

#[tokio::test]
async fn a_name_nobody_knows_is_down() {
    // Behind a proxy of the environment it is the proxy that looks names up, and says in its own way that it cannot.
    if std::env::vars().any(|(name, _)| name.to_lowercase().ends_with("_proxy")) {
        return;
    }
    let failed = fail(
        spec(Kind::Openai, "http://no-such-host.invalid".to_owned()),
        true,
    )
    .await;
    assert_eq!(failed.error.code(), "down");
    assert!(failed.error.retryable());
}

#[tokio::test]
async fn each_wait_has_its_own_limit() {
    for kind in EACH {
        for stream in [true, false] {
            let hang_before_head = Server::always(vec![Act::Hang]).await;
            let mut limited = spec(kind, hang_before_head.url());
            limited.limits.first_byte = SHORT;
            let failed = fail(limited, stream).await;
            assert_eq!(failed.error, LlmError::FirstByteTimeout { waited: SHORT });
            assert_eq!(failed.times.first_byte_ms, None);
            hang_before_head.closed_by_client(1).await;

            let hang_after_head = Server::always(vec![head(content_type(kind)), Act::Hang]).await;
            let mut limited = spec(kind, hang_after_head.url());
            limited.limits.first_byte = SHORT;
            let failed = fail(limited, stream).await;
            assert_eq!(failed.error, LlmError::FirstByteTimeout { waited: SHORT });
            hang_after_head.closed_by_client(1).await;
        }
        let falls_silent = Server::always(vec![
            head(content_type(kind)),
            chunk(piece(kind, "Ber")),
            Act::Hang,
        ])
        .await;
        let mut limited = spec(kind, falls_silent.url());
        limited.limits = Limits {
            silence: SHORT,
            ..Limits::LOCAL
        };
        let failed = fail(limited, true).await;
        assert_eq!(failed.error, LlmError::Silent { waited: SHORT });
        assert_eq!(failed.partial, "Ber");
        assert!(failed.times.first_token_ms.is_some());
        assert!(failed.times.total_ms >= 150.0);
        falls_silent.closed_by_client(1).await;
    }
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_connection_that_is_never_accepted_has_a_limit_of_its_own() {
    // A queue of one, filled: the system drops further attempts without a word.
    let socket = tokio::net::TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let listener = socket.listen(1).unwrap();
    let address = listener.local_addr().unwrap();
    let mut queue = Vec::new();
    for _ in 0..8 {
        let attempt = tokio::net::TcpStream::connect(address);
        if let Ok(stream) = tokio::time::timeout(SHORT, attempt).await {
            queue.push(stream.unwrap());
        } else {
            break;
        }
    }
    let mut limited = spec(Kind::Ollama, format!("http://{address}"));
    limited.limits.connect = SHORT;
    let failed = fail(limited, true).await;
    assert_eq!(
        failed.error,
        LlmError::ConnectTimeout {
            address: format!("http://{address}"),
            waited: SHORT
        }
    );
}

#[tokio::test]
async fn a_stream_that_stops_before_its_end_is_cut_and_keeps_what_was_said() {
    for kind in EACH {
        let whole = piece(kind, "Ber");
        let half = piece(kind, "lin is");
        let half = &half.as_bytes()[..half.len() / 2];
        for (name, ending) in [
            ("closed in good order", vec![last()]),
            ("closed in the middle of the body", vec![Act::Close]),
            (
                "half a frame, closed in good order",
                vec![chunk(half), last()],
            ),
            (
                "half a frame, closed in the middle",
                vec![chunk(half), Act::Close],
            ),
        ] {
            let mut acts = vec![head(content_type(kind)), chunk(&whole)];
            acts.extend(ending);
            let failed = fail_with(kind, true, acts).await;
            assert_eq!(failed.error, LlmError::Cut, "{name}");
            assert_eq!(failed.partial, "Ber", "{name}");
        }
        let failed = fail_with(kind, true, vec![Act::Close]).await;
        assert_eq!(failed.error, LlmError::Cut, "closed before the head");
    }
}

#[tokio::test]
async fn an_empty_answer_is_no_reply() {
    for kind in EACH {
        let failed = fail_with(kind, true, vec![answer(200, content_type(kind), "")]).await;
        assert_eq!(failed.error, LlmError::Cut);
        let failed = fail_with(kind, false, vec![answer(200, "application/json", "")]).await;
        assert!(
            matches!(failed.error, LlmError::BadReply { .. } | LlmError::Cut),
            "{:?}",
            failed.error
        );
        let failed = fail_with(kind, false, vec![answer(200, "application/json", "{}")]).await;
        assert!(
            matches!(failed.error, LlmError::BadReply { .. } | LlmError::Cut),
            "{:?}",
            failed.error
        );
    }
}

#[tokio::test]
async fn a_web_page_is_no_reply_and_is_kept_to_show() {
    for kind in EACH {
        let page = "<html><body>Welcome to the hotel's network</body></html>";
        let failed = fail_with(kind, false, vec![answer(200, "text/html", page)]).await;
        assert_eq!(failed.error.code(), "bad_reply", "{:?}", failed.error);
        assert_eq!(failed.partial, page);
        assert!(!failed.error.retryable());
    }
}

#[tokio::test]
async fn an_error_inside_a_good_answer_is_an_error() {
    let table = [
        (
            Kind::Ollama,
            "{\"error\":\"llama runner process has terminated\"}\n",
            "llama runner process has terminated",
        ),
        (
            Kind::Ollama,
            "{\"error\":{\"message\":\"an object, as some write it\"}}\n",
            "an object, as some write it",
        ),
        (
            Kind::Openai,
            "data: {\"error\":{\"code\":500,\"message\":\"invalid UTF-8 byte\",\"type\":\"server_error\"}}\n\n",
            "invalid UTF-8 byte",
        ),
        (
            Kind::Openai,
            "data: {\"error\":\"just words\"}\n\n",
            "just words",
        ),
        (
            Kind::Openai,
            "event: error\ndata: {\"object\":\"error\",\"message\":\"an older vLLM\",\"code\":500}\n\n",
            "an older vLLM",
        ),
        (
            Kind::Openai,
            "error: {\"code\":500,\"message\":\"an older llama.cpp\",\"type\":\"server_error\"}\n\n",
            "an older llama.cpp",
        ),
        (
            Kind::Anthropic,
            "event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\",\"message\":\"Overloaded\"},\"request_id\":\"req_1\"}\n\n",
            "Overloaded (request req_1)",
        ),
        (
            Kind::Anthropic,
            "event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"api_error\",\"message\":\"\"}}\n\n",
            "{\"type\":\"api_error\",\"message\":\"\"}",
        ),
    ];
    for (kind, frame, words) in table {
        for before in ["", "Ber"] {
            let mut acts = vec![head(content_type(kind))];
            if !before.is_empty() {
                acts.push(chunk(piece(kind, before)));
            }
            acts.extend([chunk(frame), last()]);
            let failed = fail_with(kind, true, acts).await;
            assert_eq!(
                failed.error,
                LlmError::InStream {
                    message: words.to_owned()
                }
            );
            assert_eq!(failed.partial, before);
        }
    }
}

#[tokio::test]
async fn bytes_that_are_no_text_are_told_from_json_that_is_wrong() {
    for kind in EACH {
        for stream in [true, false] {
            let mut bad = match (kind, stream) {
                (Kind::Ollama, _) => b"{\"message\":{\"content\":\"Ber\"},\"done\":true}\n".to_vec(),
                (Kind::Openai | Kind::Anthropic, true) => piece(kind, "Ber").into_bytes(),
                (Kind::Anthropic, false) => {
                    b"{\"content\":[{\"type\":\"text\",\"text\":\"Ber\"}],\"stop_reason\":\"end_turn\"}"
                        .to_vec()
                }
                (Kind::Openai, false) => {
                    b"{\"choices\":[{\"message\":{\"content\":\"Ber\"},\"finish_reason\":\"stop\"}]}"
                        .to_vec()
                }
            };
            let place = bad.windows(3).position(|three| three == b"Ber").unwrap();
            bad[place] = 0xff;
            let content_type = if stream {
                content_type(kind)
            } else {
                "application/json"
            };
            let failed = fail_with(kind, stream, vec![answer(200, content_type, &bad)]).await;
            assert_eq!(failed.error, LlmError::NotUtf8);
            assert!(failed.partial.contains('\u{fffd}'), "{}", failed.partial);
        }
        let failed = fail_with(
            kind,
            true,
            vec![
                head(content_type(kind)),
                chunk(piece(kind, "{").replace('}', "")),
                last(),
            ],
        )
        .await;
        assert!(
            matches!(failed.error, LlmError::BadReply { .. }),
            "{:?}",
            failed.error
        );
    }
}

#[tokio::test]
async fn fifty_megabytes_are_not_read_and_the_socket_is_closed() {
    const LINES: usize = 50;
    let text = "x".repeat(1_000_000);
    for kind in EACH {
        // Many good frames, one frame without an end, a plain body, and comments that say nothing.
        let frames = chunk(piece(kind, &text));
        let endless = chunk(&text);
        let plain = answer(200, "application/json", "y".repeat(LINES * 1_000_000));
        let empty = chunk(": nothing\n\n".repeat(90_000));
        let flood = |act: Act| match act {
            Act::Send(bytes) => Act::Flood(bytes, LINES),
            other => other,
        };
        let mut floods = vec![
            (true, vec![head(content_type(kind)), flood(frames), last()]),
            (true, vec![head(content_type(kind)), flood(endless), last()]),
            (false, vec![plain]),
        ];
        if kind != Kind::Ollama {
            floods.push((true, vec![head(content_type(kind)), flood(empty), last()]));
        }
        for (number, (stream, acts)) in floods.into_iter().enumerate() {
            let server = Server::always(acts).await;
            let failed = fail(spec(kind, server.url()), stream).await;
            assert!(
                matches!(failed.error, LlmError::TooLarge { .. }),
                "{number}: {:?}",
                failed.error
            );
            assert!(failed.partial.len() <= 8_000_000);
            server.closed_by_client(1).await;
            assert!(server.bytes_sent() < 50_000_000);
        }
    }
}

#[tokio::test]
async fn vendors_refusals_are_told_apart() {
    struct Case {
        kind: Kind,
        status: u16,
        body: &'static str,
        code: &'static str,
        retryable: bool,
    }
    let case = |kind, status, body, code, retryable| Case {
        kind,
        status,
        body,
        code,
        retryable,
    };
    let table = [
        case(
            Kind::Ollama,
            404,
            r#"{"error":"model 'tiny' not found"}"#,
            "model_missing",
            false,
        ),
        case(
            Kind::Ollama,
            404,
            r#"{"error":"model \"tiny\" not found, try pulling it first"}"#,
            "model_missing",
            false,
        ),
        case(
            Kind::Ollama,
            404,
            "404 page not found",
            "bad_request",
            false,
        ),
        case(
            Kind::Ollama,
            400,
            r#"{"error":"invalid format: expected \"json\" or a JSON schema"}"#,
            "bad_request",
            false,
        ),
        case(
            Kind::Ollama,
            401,
            r#"{"error":"unauthorized"}"#,
            "unauthorised",
            false,
        ),
        case(
            Kind::Ollama,
            500,
            r#"{"error":"model requires more system memory (8.0 GiB) than is available"}"#,
            "server_error",
            true,
        ),
        case(
            Kind::Ollama,
            503,
            r#"{"error":"server busy, please try again.  maximum pending requests exceeded"}"#,
            "server_error",
            true,
        ),
        case(
            Kind::Openai,
            401,
            r#"{"error":{"message":"Incorrect API key provided","type":"invalid_request_error","code":"invalid_api_key"}}"#,
            "unauthorised",
            false,
        ),
        case(
            Kind::Openai,
            401,
            r#"{"error":{"code":401,"message":"Invalid API Key","type":"authentication_error"}}"#,
            "unauthorised",
            false,
        ),
        case(
            Kind::Openai,
            403,
            r#"{"message":"Forbidden"}"#,
            "unauthorised",
            false,
        ),
        case(
            Kind::Openai,
            400,
            r#"{"error":{"message":"No connected db.","type":"no_db_connection","param":null,"code":null}}"#,
            "unauthorised",
            false,
        ),
        case(
            Kind::Openai,
            404,
            r#"{"error":{"message":"The model `tiny` does not exist or you do not have access to it.","type":"invalid_request_error","param":null,"code":"model_not_found"}}"#,
            "model_missing",
            false,
        ),
        case(
            Kind::Openai,
            404,
            r#"{"object":"error","message":"The model `tiny` does not exist.","type":"NotFoundError","param":null,"code":404}"#,
            "model_missing",
            false,
        ),
        case(
            Kind::Openai,
            400,
            r#"{"error":{"message":"/chat/completions: Invalid model name passed in model=tiny. Call `/v1/models` to view available models for your key.","type":"None","param":"None","code":"400"}}"#,
            "model_missing",
            false,
        ),
        case(
            Kind::Openai,
            404,
            r#"{"detail":"Not Found"}"#,
            "bad_request",
            false,
        ),
        case(
            Kind::Openai,
            422,
            r#"{"detail":[{"loc":["body","n"],"msg":"extra fields not permitted"}]}"#,
            "bad_request",
            false,
        ),
        case(
            Kind::Openai,
            400,
            r#"{"error":{"message":"This model's maximum context length is 8192 tokens. However, your messages resulted in 10000 tokens.","type":"invalid_request_error","param":"messages","code":"context_length_exceeded"}}"#,
            "context_too_long",
            false,
        ),
        case(
            Kind::Openai,
            400,
            r#"{"error":{"code":400,"message":"the request exceeds the available context size, try increasing it","type":"exceed_context_size_error","n_prompt_tokens":10000,"n_ctx":8192}}"#,
            "context_too_long",
            false,
        ),
        case(
            Kind::Openai,
            429,
            r#"{"error":{"message":"Rate limit reached for requests","type":"requests","code":"rate_limit_exceeded"}}"#,
            "rate_limited",
            true,
        ),
        case(
            Kind::Openai,
            429,
            r#"{"error":{"message":"You exceeded your current quota, please check your plan and billing details.","type":"insufficient_quota","code":"insufficient_quota"}}"#,
            "rate_limited",
            false,
        ),
        case(
            Kind::Openai,
            402,
            r#"{"error":{"message":"Insufficient credits","code":402}}"#,
            "rate_limited",
            false,
        ),
        case(
            Kind::Openai,
            400,
            r#"{"error":{"message":"Budget has been exceeded! Current cost: 1.0","type":"budget_exceeded","code":"400"}}"#,
            "rate_limited",
            false,
        ),
        case(
            Kind::Openai,
            408,
            r#"{"error":{"message":"timed out"}}"#,
            "server_error",
            true,
        ),
        case(
            Kind::Openai,
            500,
            "Internal Server Error",
            "server_error",
            true,
        ),
        case(
            Kind::Openai,
            502,
            "<html><h1>Bad Gateway</h1></html>",
            "server_error",
            true,
        ),
        case(
            Kind::Openai,
            529,
            r#"{"error":{"message":"overloaded"}}"#,
            "server_error",
            true,
        ),
        case(Kind::Openai, 501, "", "server_error", false),
        case(
            Kind::Anthropic,
            401,
            r#"{"type":"error","error":{"type":"authentication_error","message":"invalid x-api-key"},"request_id":"req_1"}"#,
            "unauthorised",
            false,
        ),
        case(
            Kind::Anthropic,
            403,
            r#"{"type":"error","error":{"type":"permission_error","message":"Your API key does not have permission"}}"#,
            "unauthorised",
            false,
        ),
        case(
            Kind::Anthropic,
            404,
            r#"{"type":"error","error":{"type":"not_found_error","message":"model: tiny"},"request_id":"req_1"}"#,
            "model_missing",
            false,
        ),
        case(
            Kind::Anthropic,
            404,
            r#"{"type":"error","error":{"type":"not_found_error","message":"Not Found"}}"#,
            "bad_request",
            false,
        ),
        case(
            Kind::Anthropic,
            400,
            r#"{"type":"error","error":{"type":"invalid_request_error","message":"prompt is too long: 10000 tokens > 8192 maximum"}}"#,
            "context_too_long",
            false,
        ),
        case(
            Kind::Anthropic,
            400,
            r#"{"type":"error","error":{"type":"invalid_request_error","message":"max_tokens: Field required"}}"#,
            "bad_request",
            false,
        ),
        case(
            Kind::Anthropic,
            400,
            r#"{"type":"error","error":{"type":"invalid_request_error","message":"Your credit balance is too low to access the Anthropic API."}}"#,
            "rate_limited",
            false,
        ),
        case(
            Kind::Anthropic,
            400,
            r#"{"type":"error","error":{"type":"invalid_request_error","message":"You have reached your specified API usage limits."}}"#,
            "rate_limited",
            false,
        ),
        case(
            Kind::Anthropic,
            402,
            r#"{"type":"error","error":{"type":"billing_error","message":"Please check your payment details."}}"#,
            "rate_limited",
            false,
        ),
        case(
            Kind::Anthropic,
            413,
            r#"{"type":"error","error":{"type":"request_too_large","message":"Request exceeds the maximum size"}}"#,
            "bad_request",
            false,
        ),
        case(
            Kind::Anthropic,
            429,
            r#"{"type":"error","error":{"type":"rate_limit_error","message":"Number of request tokens has exceeded your per-minute rate limit"}}"#,
            "rate_limited",
            true,
        ),
        case(
            Kind::Anthropic,
            429,
            r#"{"type":"error","error":{"type":"rate_limit_error","message":"This request would exceed your organization's monthly spend limit"}}"#,
            "rate_limited",
            false,
        ),
        case(
            Kind::Anthropic,
            500,
            r#"{"type":"error","error":{"type":"api_error","message":"Internal server error"}}"#,
            "server_error",
            true,
        ),
        case(
            Kind::Anthropic,
            529,
            r#"{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}"#,
            "server_error",
            true,
        ),
    ];
    for Case {
        kind,
        status,
        body,
        code,
        retryable,
    } in table
    {
        for stream in [true, false] {
            let server = Server::start(move |request| {
                // The list of models that is asked for after a missing one.
                let body = match request.path() {
                    "/api/tags" => r#"{"models":[{"name":"other:latest"}]}"#,
                    "/v1/models" | "/v1/models?limit=1000" => r#"{"data":[{"id":"other:latest"}]}"#,
                    _ => return vec![answer(status, "application/json", body)],
                };
                vec![answer(200, "application/json", body)]
            })
            .await;
            let failed = fail(spec(kind, server.url()), stream).await;
            assert_eq!(
                failed.error.code(),
                code,
                "{status} {body}: {:?}",
                failed.error
            );
            assert_eq!(failed.error.retryable(), retryable, "{status} {body}");
            match &failed.error {
                LlmError::ModelMissing { model, have } => {
                    assert_eq!(
                        (model.as_str(), have.as_slice()),
                        ("tiny", &["other:latest".to_owned()][..])
                    );
                }
                LlmError::ContextTooLong { needed, limit } => {
                    assert_eq!((*needed, *limit), (Some(10000), Some(8192)));
                }
                LlmError::Server { message, .. } => assert!(!message.contains('<'), "{message}"),
                _ => {}
            }
        }
    }
}

#[tokio::test]
async fn a_server_says_how_long_to_leave_it_alone_in_many_spellings() {
    let table = [
        (vec![("retry-after", "7")], Some(7000)),
        (vec![("retry-after", "0.5")], Some(500)),
        (
            vec![("retry-after-ms", "1250"), ("retry-after", "2")],
            Some(1250),
        ),
        (vec![("llm_provider-retry-after", "3")], Some(3000)),
        (
            vec![
                ("date", "Sat, 21 Nov 2026 12:00:00 GMT"),
                ("retry-after", "Sat, 21 Nov 2026 12:01:30 GMT"),
            ],
            Some(90_000),
        ),
        (vec![("retry-after", "soon")], None),
        (vec![], None),
    ];
    for (headers, milliseconds) in table {
        let failed = fail_with(
            Kind::Openai,
            true,
            vec![answer_with(429, "application/json", &headers, "{}")],
        )
        .await;
        let LlmError::RateLimited { retry_after, .. } = failed.error else {
            panic!("{:?}", failed.error);
        };
        assert_eq!(
            retry_after,
            milliseconds.map(Duration::from_millis),
            "{headers:?}"
        );
    }
}

#[tokio::test]
async fn a_redirect_is_told_and_never_followed() {
    let elsewhere = Server::always(vec![answer(200, "application/json", "{}")]).await;
    for status in [301, 302, 303, 307, 308] {
        let to = format!("{}/v1/chat/completions?token=secret", elsewhere.url());
        let server = Server::start(move |_| {
            vec![answer_with(status, "text/plain", &[("location", &to)], "")]
        })
        .await;
        for kind in EACH {
            let failed = fail(spec(kind, server.url()), true).await;
            assert_eq!(
                failed.error,
                LlmError::Redirected {
                    status,
                    to: elsewhere.url()
                }
            );
        }
    }
    assert_eq!(elsewhere.connections(), 0);
}
