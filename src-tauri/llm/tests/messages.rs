//! Anthropic's Messages: what is sent and what is understood of good answers, streamed and plain, byte by byte. What goes
//! wrong is in `faults`.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test stops where it cannot go on"
)]

mod faulty;

use std::sync::Arc;

use faulty::{Act, Server, answer, answer_with, chunk, head, json, last};
use llm::{
    Backend, BackendSpec, Clients, Completion, CompletionRequest, Failed, Finish, Kind, Message,
    Role, Schema, SecretString, TestState, Usage, connect,
};
use serde_json::{Value, json};

fn question(stream: bool) -> CompletionRequest {
    CompletionRequest {
        model: "tiny".to_owned(),
        messages: vec![
            Message::new(Role::System, "You judge."),
            Message::new(Role::User, "Berlin?"),
        ],
        stream,
        ..CompletionRequest::default()
    }
}

fn with_schema(stream: bool) -> CompletionRequest {
    CompletionRequest {
        schema: Some(Schema {
            name: "a judgement".to_owned(),
            value: json!({"type": "object", "properties": {"z": {"type": "number", "maximum": 5}, "a": {}}}),
        }),
        ..question(stream)
    }
}

fn backend(server: &Server) -> Arc<dyn Backend> {
    let mut spec = BackendSpec::new("peer", Kind::Anthropic, Some(server.url()));
    spec.key = Some(SecretString::from("sk-ant-x"));
    connect(spec, &Clients::new()).unwrap()
}

async fn ask(server: &Server, request: &CompletionRequest) -> (Result<Completion, Failed>, String) {
    let mut heard = String::new();
    let mut hear = |piece: &str| heard.push_str(piece);
    let result = backend(server).complete(request, &mut hear).await;
    (result, heard)
}

fn event(data: &Value) -> Act {
    let name = data["type"].as_str().unwrap();
    chunk(format!("event: {name}\ndata: {data}\n\n"))
}

fn started() -> Act {
    event(&json!({"type": "message_start", "message": {
        "id": "msg_1", "type": "message", "role": "assistant", "model": "tiny-20260101", "content": [],
        "stop_reason": null, "stop_sequence": null,
        "usage": {"input_tokens": 6, "cache_creation_input_tokens": 100, "cache_read_input_tokens": 2000,
            "cache_creation": {"ephemeral_5m_input_tokens": 100}, "output_tokens": 1, "service_tier": "standard"},
    }}))
}

fn delta(index: u32, delta: &Value) -> Act {
    event(&json!({"type": "content_block_delta", "index": index, "delta": delta}))
}

fn stopped(reason: &str) -> [Act; 3] {
    [
        event(
            &json!({"type": "message_delta", "delta": {"stop_reason": reason, "stop_sequence": null},
            "usage": {"output_tokens": 4}}),
        ),
        event(&json!({"type": "message_stop"})),
        last(),
    ]
}

fn talk() -> Vec<Act> {
    let mut acts = vec![
        head("text/event-stream; charset=utf-8"),
        started(),
        event(
            &json!({"type": "content_block_start", "index": 0, "content_block": {"type": "thinking", "thinking": "", "signature": ""}}),
        ),
        event(&json!({"type": "ping"})),
        delta(0, &json!({"type": "thinking_delta", "thinking": "Hm. "})),
        delta(0, &json!({"type": "signature_delta", "signature": "EqQB"})),
        event(&json!({"type": "content_block_stop", "index": 0})),
        event(
            &json!({"type": "content_block_start", "index": 1, "content_block": {"type": "text", "text": ""}}),
        ),
        event(
            &json!({"type": "a_new_kind", "delta": 7, "usage": [], "message": "of another form"}),
        ),
        delta(1, &json!({"type": "text_delta", "text": "Grü"})),
        delta(1, &json!({"type": "text_delta", "text": "ße 🦀"})),
        event(&json!({"type": "content_block_stop", "index": 1})),
    ];
    acts.extend(stopped("end_turn"));
    acts
}

fn refusal(words: &str) -> Vec<Act> {
    let body = json!({"type": "error", "error": {"type": "invalid_request_error", "message": words}, "request_id": "req_1"});
    vec![answer(400, "application/json", body.to_string())]
}

#[tokio::test]
async fn a_streamed_answer_is_heard_piece_by_piece_with_its_counts() {
    let server = Server::always(talk()).await;
    let (result, heard) = ask(&server, &question(true)).await;
    let completion = result.unwrap();
    assert_eq!(completion.text, "Grüße 🦀");
    assert_eq!(heard, completion.text);
    assert_eq!(completion.thinking.as_deref(), Some("Hm. "));
    assert_eq!(completion.finish, Finish::Stop);
    assert_eq!(completion.model, "tiny-20260101");
    assert_eq!(
        completion.usage,
        Usage {
            input: Some(2106),
            output: Some(4),
            cached_input: Some(2000),
            cache_written: Some(100),
        }
    );
    assert!(completion.notices.is_empty());
    assert!(completion.times.first_byte_ms.unwrap() <= completion.times.first_token_ms.unwrap());
}

#[tokio::test]
async fn a_plain_answer_is_read_with_every_reason_to_stop() {
    for (reason, finish) in [
        ("end_turn", Finish::Stop),
        ("stop_sequence", Finish::Stop),
        ("max_tokens", Finish::Length),
        ("model_context_window_exceeded", Finish::Length),
        ("refusal", Finish::Filtered),
        ("pause_turn", Finish::Other("pause_turn".to_owned())),
    ] {
        let server = Server::always(json(&json!({
            "type": "message", "model": "tiny-1", "stop_reason": reason,
            "content": [{"type": "thinking", "thinking": "Hm."}, {"type": "text", "text": "thr"}, {"type": "text", "text": "ee"}],
            "usage": {"input_tokens": 26, "output_tokens": 4},
        })))
        .await;
        let (result, heard) = ask(&server, &question(false)).await;
        let completion = result.unwrap();
        assert_eq!(
            (completion.text.as_str(), heard.as_str()),
            ("three", "three")
        );
        assert_eq!(completion.thinking.as_deref(), Some("Hm."));
        assert_eq!(completion.finish, finish);
        assert_eq!(completion.usage.input, Some(26));
        assert_eq!(completion.usage.cached_input, None);
    }
}

#[tokio::test]
async fn everything_is_sent_under_its_own_name_and_the_stable_part_is_marked() {
    let server = Server::always(talk()).await;
    let request = CompletionRequest {
        temperature: Some(0.0),
        max_tokens: Some(99),
        context: Some(8192),
        think: Some(false),
        messages: vec![
            Message::new(Role::System, "You judge."),
            Message::new(Role::System, "The scale."),
            Message::new(Role::User, "Berlin?"),
            // A reply without words, then what was wrong with it: the API takes no empty message.
            Message::new(Role::Assistant, "\n"),
            Message::new(Role::User, "Say it in JSON."),
        ],
        ..with_schema(true)
    };
    let (result, _) = ask(&server, &request).await;
    let sent = &server.requests()[0];
    assert_eq!(sent.path(), "/v1/messages");
    assert_eq!(sent.header("anthropic-version"), Some("2023-06-01"));
    assert_eq!(sent.header("x-api-key"), Some("sk-ant-x"));
    assert_eq!(
        sent.json(),
        json!({
            "model": "tiny", "max_tokens": 99, "stream": true, "temperature": 0.0,
            "system": [
                {"type": "text", "text": "You judge."},
                {"type": "text", "text": "The scale.", "cache_control": {"type": "ephemeral"}},
            ],
            "messages": [{"role": "user", "content": "Berlin?"}, {"role": "user", "content": "Say it in JSON."}],
            "thinking": {"type": "disabled"},
            "output_config": {"format": {"type": "json_schema", "schema": {
                "type": "object", "additionalProperties": false,
                "properties": {"z": {"type": "number", "description": "{maximum: 5}"}, "a": {}},
            }}},
        })
    );
    assert_eq!(result.unwrap().request_body, sent.body);

    let server = Server::always(talk()).await;
    let mut bare = question(false);
    bare.messages.remove(0);
    let _ = ask(&server, &bare).await;
    assert_eq!(
        server.requests()[0].json(),
        json!({"model": "tiny", "max_tokens": 4096, "stream": false, "messages": [{"role": "user", "content": "Berlin?"}]})
    );
}

#[tokio::test]
async fn thinking_has_tokens_of_its_own_and_no_temperature_beside_it() {
    let server = Server::always(talk()).await;
    let request = CompletionRequest {
        think: Some(true),
        temperature: Some(0.0),
        max_tokens: Some(100),
        ..question(true)
    };
    let (result, _) = ask(&server, &request).await;
    let sent = server.requests()[0].json();
    assert_eq!(
        sent["thinking"],
        json!({"type": "enabled", "budget_tokens": 4096})
    );
    assert_eq!(sent["max_tokens"], 4196);
    assert!(sent.get("temperature").is_none());
    let notices = result.unwrap().notices;
    assert!(notices[0].contains("temperature"), "{notices:?}");
}

fn by_tool() -> Vec<Act> {
    let mut acts = vec![
        head("text/event-stream"),
        started(),
        event(
            &json!({"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}}),
        ),
        delta(
            0,
            &json!({"type": "text_delta", "text": "I shall use the tool."}),
        ),
        event(&json!({"type": "content_block_start", "index": 1,
            "content_block": {"type": "tool_use", "id": "toolu_1", "name": "a_judgement", "input": {}}})),
        delta(1, &json!({"type": "input_json_delta", "partial_json": ""})),
        delta(
            1,
            &json!({"type": "input_json_delta", "partial_json": "{\"z\": 3,"}),
        ),
        delta(
            1,
            &json!({"type": "input_json_delta", "partial_json": " \"a\": 1}"}),
        ),
        event(&json!({"type": "content_block_start", "index": 2,
            "content_block": {"type": "tool_use", "id": "toolu_2", "name": "a_judgement", "input": {}}})),
        delta(
            2,
            &json!({"type": "input_json_delta", "partial_json": "{\"again\": 1}"}),
        ),
    ];
    acts.extend(stopped("tool_use"));
    acts
}

#[tokio::test]
async fn a_model_that_takes_no_form_of_reply_is_asked_by_a_tool_and_then_always() {
    let server = Server::start(|request| {
        let body = request.json();
        if body.get("output_config").is_some() {
            refusal("output_config.format: Extra inputs are not permitted")
        } else if body["stream"] == true {
            by_tool()
        } else {
            json(&json!({
                "type": "message", "stop_reason": "tool_use", "content": [
                    {"type": "text", "text": "I shall use the tool."},
                    {"type": "tool_use", "id": "toolu_1", "name": "a_judgement", "input": {"z": 3, "a": 1}},
                    {"type": "tool_use", "id": "toolu_2", "name": "a_judgement", "input": {"again": 1}},
                ],
            }))
        }
    })
    .await;
    let backend = backend(&server);
    for (stream, text, asked) in [
        (true, "{\"z\": 3, \"a\": 1}", 2),
        (false, "{\"z\":3,\"a\":1}", 3),
    ] {
        let mut heard = String::new();
        let completion = backend
            .complete(&with_schema(stream), &mut |piece: &str| {
                heard.push_str(piece);
            })
            .await
            .unwrap();
        assert_eq!(completion.text, text);
        assert_eq!(heard, text);
        assert_eq!(completion.finish, Finish::Stop);
        assert_eq!(
            completion.thinking.as_deref(),
            Some("I shall use the tool.")
        );
        assert!(
            completion.notices[0].contains("tool"),
            "{:?}",
            completion.notices
        );
        assert_eq!(server.requests().len(), asked, "refused once only");
    }
    let sent = server.requests()[1].json();
    assert_eq!(
        sent["tool_choice"],
        json!({"type": "tool", "name": "a_judgement", "disable_parallel_tool_use": true})
    );
    assert_eq!(
        sent["tools"],
        json!([{"name": "a_judgement", "description": "Gives the reply.", "input_schema": with_schema(true).schema.unwrap().value}])
    );
    // Another model behind the same address is asked the better way first.
    let mut other = with_schema(true);
    other.model = "other".to_owned();
    backend.complete(&other, &mut |_| {}).await.unwrap();
    assert_eq!(server.requests().len(), 5);
}

#[tokio::test]
async fn text_is_the_reply_where_a_server_passes_the_tool_over() {
    let server = Server::start(|request| {
        if request.json().get("output_config").is_some() {
            refusal("structured outputs are not supported by this model")
        } else {
            talk()
        }
    })
    .await;
    let (result, heard) = ask(&server, &with_schema(true)).await;
    assert_eq!(result.unwrap().text, "Grüße 🦀");
    assert_eq!(heard, "Grüße 🦀");
}

#[tokio::test]
async fn every_optional_part_that_is_refused_is_left_out_once_and_for_all() {
    let server = Server::start(|request| {
        let body = request.json();
        if body.get("output_config").is_some() {
            refusal("output_config: Extra inputs are not permitted")
        } else if body.get("tools").is_some() {
            refusal("tools: this model does not support tool use")
        } else if body.pointer("/thinking/type") == Some(&json!("enabled")) {
            refusal("thinking.type: this model takes 'adaptive' only")
        } else if body.get("thinking").is_some() {
            refusal("thinking is not supported by this model")
        } else if body.get("temperature").is_some() {
            refusal("`temperature` is deprecated for this model.")
        } else {
            talk()
        }
    })
    .await;
    let request = CompletionRequest {
        think: Some(true),
        temperature: Some(0.5),
        seed: Some(1),
        ..with_schema(true)
    };
    let backend = backend(&server);
    let first = backend.complete(&request, &mut |_| {}).await.unwrap();
    assert_eq!(server.requests().len(), 6);
    assert_eq!(first.notices.len(), 4, "{:?}", first.notices);
    assert_eq!(first.request_body, server.requests()[5].body);
    backend.complete(&request, &mut |_| {}).await.unwrap();
    assert_eq!(server.requests().len(), 7);
}

#[tokio::test]
async fn a_refusal_about_anything_else_is_told_with_its_number_and_not_asked_again() {
    let server = Server::always(refusal("max_tokens: 9999999 > 64000")).await;
    let (result, _) = ask(&server, &with_schema(true)).await;
    assert_eq!(
        result.unwrap_err().error.to_string(),
        "the server did not accept the request (HTTP 400): max_tokens: 9999999 > 64000 (request req_1)"
    );
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn the_number_of_a_request_is_told_where_only_a_header_has_it() {
    let failure = answer_with(500, "text/plain", &[("request-id", "req_9")], "gone");
    let server = Server::always(vec![failure]).await;
    let (result, _) = ask(&server, &question(true)).await;
    assert_eq!(
        result.unwrap_err().error.to_string(),
        "the server failed (HTTP 500): gone (request req_9)"
    );
}

#[tokio::test]
async fn an_odd_value_that_nobody_needs_costs_no_answer() {
    for odd in [
        json!(null),
        json!(-1),
        json!(12.5),
        json!("many"),
        json!(true),
        json!([1]),
        json!({"a": 1}),
    ] {
        let server = Server::always(json(&json!({
            "id": odd, "stop_sequence": odd, "container": odd, "stop_reason": "end_turn",
            "content": [{"type": "text", "text": "three", "citations": odd}],
            "usage": {"input_tokens": odd, "output_tokens": 12.0, "cache_read_input_tokens": odd, "server_tool_use": odd},
        })))
        .await;
        let (result, _) = ask(&server, &question(false)).await;
        let completion = result.unwrap();
        assert_eq!(completion.text, "three");
        assert_eq!(
            (completion.usage.input, completion.usage.output),
            (None, Some(12))
        );
    }
}

#[tokio::test]
async fn the_base_address_may_be_written_with_or_without_its_version() {
    let server = Server::start(|_| talk()).await;
    for (written, asked) in [
        ("", "/v1/messages"),
        ("/v1/", "/v1/messages"),
        ("/v1/messages", "/v1/messages"),
        ("/anthropic", "/anthropic/v1/messages"),
    ] {
        let url = format!("{}{written}", server.url());
        let spec = BackendSpec::new("peer", Kind::Anthropic, Some(url));
        let backend = connect(spec, &Clients::new()).unwrap();
        backend
            .complete(&question(true), &mut |_| {})
            .await
            .unwrap();
        assert_eq!(server.requests().last().unwrap().path(), asked);
    }
    let far = connect(
        BackendSpec::new("far", Kind::Anthropic, None),
        &Clients::new(),
    )
    .unwrap();
    assert_eq!(far.destination().address, "https://api.anthropic.com:443");
    assert!(!far.destination().this_machine);
}

#[tokio::test]
async fn a_test_tells_well_from_busy_from_a_wrong_key_from_a_missing_model() {
    let models = json!({"data": [
        {"type": "model", "id": "tiny", "display_name": "Tiny", "max_input_tokens": 200_000},
        {"type": "model", "id": "other", "display_name": "Other"},
    ], "has_more": false, "first_id": "tiny", "last_id": "other"});
    let server = Server::start(move |request| match request.path() {
        "/v1/models?limit=1000" => json(&models),
        _ => match request.json()["model"].as_str().unwrap() {
            "tiny" => json(&json!({"content": [{"type": "text", "text": "Yes"}], "stop_reason": "max_tokens"})),
            "busy" => vec![answer(529, "application/json", r#"{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}"#)],
            "closed" => vec![answer(401, "application/json", r#"{"type":"error","error":{"type":"authentication_error","message":"invalid x-api-key"}}"#)],
            model => vec![answer(404, "application/json", format!(r#"{{"type":"error","error":{{"type":"not_found_error","message":"model: {model}"}}}}"#))],
        },
    })
    .await;
    let backend = backend(&server);
    for (model, state, hint) in [
        (None, TestState::Ok, "Name a model"),
        (Some("tiny"), TestState::Ok, ""),
        (Some("busy"), TestState::Odd, "more to do"),
        (Some("closed"), TestState::Unauthorised, "console"),
        (Some("tinny"), TestState::ModelMissing, "Did you mean tiny?"),
    ] {
        let report = backend.test(model).await;
        assert_eq!(report.state, state, "{report:?}");
        assert!(
            report.hint.clone().unwrap_or_default().contains(hint),
            "{report:?}"
        );
    }
    let listed = backend.models().await.unwrap();
    assert_eq!(listed[0].context, Some(200_000));
    assert_eq!(listed[1].name, "other");
}
