//! What is sent and what is understood of good answers, in both protocols, streamed and plain.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test stops where it cannot go on"
)]

mod faulty;

use faulty::{Act, Server, answer, chunk, head, json, last};
use llm::{
    BackendSpec, Clients, Completion, CompletionRequest, Failed, Finish, Kind, Message, Role,
    Schema, Usage, connect,
};
use serde_json::json;

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

fn full_question(stream: bool) -> CompletionRequest {
    CompletionRequest {
        schema: Some(Schema {
            name: "a judgement".to_owned(),
            value: json!({"type": "object", "properties": {"z": {}, "a": {}}}),
        }),
        temperature: Some(0.0),
        seed: Some(7),
        max_tokens: Some(99),
        context: Some(8192),
        think: Some(false),
        ..question(stream)
    }
}

async fn ask(
    kind: Kind,
    server: &Server,
    request: &CompletionRequest,
) -> (Result<Completion, Failed>, String) {
    let backend = connect(
        BackendSpec::new("peer", kind, Some(server.url())),
        &Clients::new(),
    )
    .unwrap();
    let mut heard = String::new();
    let mut hear = |piece: &str| heard.push_str(piece);
    let result = backend.complete(request, &mut hear).await;
    (result, heard)
}

fn ollama_stream() -> Vec<Act> {
    vec![
        head("application/x-ndjson"),
        chunk(
            r#"{"model":"tiny:latest","created_at":"x","message":{"role":"assistant","content":"","thinking":"Hm. "},"done":false}
"#,
        ),
        chunk(
            r#"{"model":"tiny:latest","message":{"role":"assistant","content":"Gr\u00fc"},"done":false}
{"model":"tiny:latest","message":{"content":"ße 🦀"},"done":false}"#,
        ),
        chunk("\n"),
        chunk(
            r#"{"model":"tiny:latest","message":{"content":""},"done":true,"done_reason":"stop","total_duration":5000000,"load_duration":1500000,"prompt_eval_count":26,"prompt_eval_duration":1,"eval_count":4,"eval_duration":2}
"#,
        ),
        last(),
    ]
}

fn openai_stream() -> Vec<Act> {
    vec![
        head("text/event-stream; charset=utf-8"),
        chunk(
            ": a comment\n\ndata: {\"id\":\"1\",\"model\":\"tiny-1\",\"choices\":[{\"index\":0,\"delta\":{\"role\":\"assistant\",\"content\":null},\"finish_reason\":null}]}\n\n",
        ),
        chunk(
            "data: {\"choices\":[{\"index\":0,\"delta\":{\"reasoning_content\":\"Hm. \"}}]}\r\n\r\ndata: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"Gr\\u00fc\"}}]}\n\n",
        ),
        chunk(
            "data:{\"choices\":[{\"index\":0,\"delta\":{\"content\":\"ße 🦀\"}}]}\n\ndata: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n",
        ),
        chunk(
            "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":26,\"completion_tokens\":4,\"total_tokens\":30,\"prompt_tokens_details\":{\"cached_tokens\":20}}}\n\ndata: [DONE]\n\n",
        ),
        last(),
    ]
}

#[tokio::test]
async fn a_streamed_answer_of_ollama_is_heard_piece_by_piece() {
    let server = Server::always(ollama_stream()).await;
    let (result, heard) = ask(Kind::Ollama, &server, &question(true)).await;
    let completion = result.unwrap();
    assert_eq!(completion.text, "Grüße 🦀");
    assert_eq!(heard, completion.text);
    assert_eq!(completion.thinking.as_deref(), Some("Hm. "));
    assert_eq!(completion.finish, Finish::Stop);
    assert_eq!(completion.model, "tiny:latest");
    assert_eq!(
        completion.usage,
        Usage {
            input: Some(26),
            output: Some(4),
            cached_input: None,
            ..Usage::default()
        }
    );
    assert_eq!(completion.times.load_ms, Some(1.5));
    let first = completion.times.first_token_ms.unwrap();
    assert!(completion.times.first_byte_ms.unwrap() <= first);
    assert!(first <= completion.times.total_ms);
    assert_eq!(completion.context_cut, None);
}

#[tokio::test]
async fn a_plain_answer_of_ollama_comes_in_one_piece() {
    let server = Server::always(json(&json!({
        "model": "tiny:latest", "message": {"role": "assistant", "content": "three"},
        "done": true, "done_reason": "length", "prompt_eval_count": 26, "eval_count": 4,
    })))
    .await;
    let (result, heard) = ask(Kind::Ollama, &server, &question(false)).await;
    let completion = result.unwrap();
    assert_eq!(
        (completion.text.as_str(), heard.as_str()),
        ("three", "three")
    );
    assert_eq!(completion.finish, Finish::Length);
    assert_eq!(completion.times.load_ms, None);
}

#[tokio::test]
async fn ollama_is_sent_every_parameter_under_its_own_name_and_nothing_else() {
    let server = Server::always(ollama_stream()).await;
    let (result, _) = ask(Kind::Ollama, &server, &full_question(true)).await;
    let request = &server.requests()[0];
    assert_eq!(request.path(), "/api/chat");
    assert_eq!(request.header("content-type"), Some("application/json"));
    assert_eq!(
        request.json(),
        json!({
            "model": "tiny", "stream": true, "think": false,
            "messages": [{"role": "system", "content": "You judge."}, {"role": "user", "content": "Berlin?"}],
            "format": {"type": "object", "properties": {"z": {}, "a": {}}},
            "options": {"num_ctx": 8192, "num_predict": 99, "seed": 7, "temperature": 0.0},
        })
    );
    // A schema's order is the order in which the model writes.
    assert!(request.body.contains(r#"{"z":{},"a":{}}"#));
    assert_eq!(result.unwrap().request_body, request.body);

    let server = Server::always(ollama_stream()).await;
    let _ = ask(Kind::Ollama, &server, &question(false)).await;
    let bare = server.requests()[0].json();
    assert_eq!(
        bare.as_object().unwrap().keys().collect::<Vec<_>>(),
        ["model", "messages", "stream"]
    );
    assert_eq!(bare["stream"], false);
}

#[tokio::test]
async fn a_streamed_answer_of_openai_is_heard_piece_by_piece() {
    let server = Server::always(openai_stream()).await;
    let (result, heard) = ask(Kind::Openai, &server, &question(true)).await;
    let completion = result.unwrap();
    assert_eq!(completion.text, "Grüße 🦀");
    assert_eq!(heard, completion.text);
    assert_eq!(completion.thinking.as_deref(), Some("Hm. "));
    assert_eq!(completion.finish, Finish::Stop);
    assert_eq!(completion.model, "tiny-1");
    assert_eq!(
        completion.usage,
        Usage {
            input: Some(26),
            output: Some(4),
            cached_input: Some(20),
            ..Usage::default()
        }
    );
    assert!(completion.notices.is_empty());
}

#[tokio::test]
async fn a_plain_answer_of_openai_is_read_in_every_spelling() {
    let table = [
        (
            json!({"content": "three"}),
            "stop",
            "three",
            Finish::Stop,
            None,
        ),
        (
            json!({"content": "thr"}),
            "length",
            "thr",
            Finish::Length,
            None,
        ),
        (
            json!({"content": null, "refusal": "I will not."}),
            "stop",
            "I will not.",
            Finish::Filtered,
            None,
        ),
        (
            json!({"content": ""}),
            "content_filter",
            "",
            Finish::Filtered,
            None,
        ),
        (
            json!({"content": "3", "reasoning": "Hm."}),
            "stop",
            "3",
            Finish::Stop,
            Some("Hm."),
        ),
        (
            json!({"content": [{"type": "text", "text": "3"}, {"type": "text", "text": "4"}]}),
            "stop",
            "34",
            Finish::Stop,
            None,
        ),
        (
            json!({"content": "3"}),
            "tool_calls",
            "3",
            Finish::Other("tool_calls".to_owned()),
            None,
        ),
    ];
    for (message, reason, text, finish, thinking) in table {
        let server = Server::always(json(&json!({
            "choices": [{"index": 0, "message": message, "finish_reason": reason}],
            "usage": {"prompt_tokens": 1, "completion_tokens": 2},
        })))
        .await;
        let (result, _) = ask(Kind::Openai, &server, &question(false)).await;
        let completion = result.unwrap();
        assert_eq!(completion.text, text);
        assert_eq!(completion.finish, finish, "{message}");
        assert_eq!(completion.thinking.as_deref(), thinking);
    }
}

#[tokio::test]
async fn openai_is_sent_every_parameter_under_its_own_name_and_nothing_else() {
    let server = Server::always(openai_stream()).await;
    let (result, _) = ask(Kind::Openai, &server, &full_question(true)).await;
    let request = &server.requests()[0];
    assert_eq!(request.path(), "/v1/chat/completions");
    assert_eq!(
        request.json(),
        json!({
            "model": "tiny", "stream": true, "stream_options": {"include_usage": true},
            "messages": [{"role": "system", "content": "You judge."}, {"role": "user", "content": "Berlin?"}],
            "temperature": 0.0, "seed": 7, "max_tokens": 99,
            "chat_template_kwargs": {"enable_thinking": false},
            "response_format": {"type": "json_schema", "json_schema": {
                "name": "a_judgement", "strict": true,
                "schema": {"type": "object", "properties": {"z": {}, "a": {}}},
            }},
        })
    );
    assert_eq!(result.unwrap().request_body, request.body);

    let server = Server::always(openai_stream()).await;
    let _ = ask(Kind::Openai, &server, &question(false)).await;
    let bare = server.requests()[0].json();
    assert_eq!(
        bare.as_object().unwrap().keys().collect::<Vec<_>>(),
        ["model", "messages", "stream"]
    );
}

#[tokio::test]
async fn a_server_that_streams_unasked_or_will_not_stream_is_understood() {
    let server = Server::always(openai_stream()).await;
    let (result, _) = ask(Kind::Openai, &server, &question(false)).await;
    assert_eq!(result.unwrap().text, "Grüße 🦀");

    let server = Server::always(json(&json!({
        "choices": [{"message": {"content": "three"}, "finish_reason": "stop"}],
    })))
    .await;
    let (result, heard) = ask(Kind::Openai, &server, &question(true)).await;
    assert_eq!(result.unwrap().text, "three");
    assert_eq!(heard, "three");
}

#[tokio::test]
async fn an_answer_is_whole_once_its_finish_was_heard() {
    let finished = "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"three\"},\"finish_reason\":\"stop\"}]}\n\n";
    for ending in [vec![last()], vec![Act::Close]] {
        let mut acts = vec![head("text/event-stream"), chunk(finished)];
        acts.extend(ending);
        let server = Server::always(acts).await;
        let (result, _) = ask(Kind::Openai, &server, &question(true)).await;
        let completion = result.unwrap();
        assert_eq!(completion.text, "three");
        assert_eq!(completion.usage, Usage::default());
    }
}

#[tokio::test]
async fn the_base_address_may_be_written_with_or_without_its_version() {
    let server = Server::start(|_| openai_stream()).await;
    let clients = Clients::new();
    for (written, asked) in [
        ("", "/v1/chat/completions"),
        ("/", "/v1/chat/completions"),
        ("/v1", "/v1/chat/completions"),
        ("/v1/", "/v1/chat/completions"),
        ("/v1/chat/completions", "/v1/chat/completions"),
        ("/litellm", "/litellm/v1/chat/completions"),
        ("/v1beta/openai/", "/v1beta/openai/chat/completions"),
    ] {
        let url = format!("{}{written}", server.url());
        let backend = connect(BackendSpec::new("peer", Kind::Openai, Some(url)), &clients).unwrap();
        backend
            .complete(&question(true), &mut |_| {})
            .await
            .unwrap();
        assert_eq!(server.requests().last().unwrap().path(), asked, "{written}");
    }
}

#[tokio::test]
async fn a_server_that_refuses_an_optional_part_is_asked_once_more_without_it_and_then_never_again()
{
    let server = Server::start(|request| {
        let body = request.json();
        let refuse = |words: &str| {
            vec![answer(
                400,
                "application/json",
                json!({"error": {"message": words, "type": "invalid_request_error"}}).to_string(),
            )]
        };
        if body.get("stream_options").is_some() {
            refuse("Unrecognized request argument supplied: stream_options")
        } else if body.get("response_format").is_some() {
            refuse("This response_format type is unavailable now")
        } else if body.get("max_tokens").is_some() {
            refuse("Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead.")
        } else if body.get("chat_template_kwargs").is_some() {
            refuse("Unknown parameter: 'chat_template_kwargs'.")
        } else {
            openai_stream()
        }
    })
    .await;
    let backend = connect(
        BackendSpec::new("peer", Kind::Openai, Some(server.url())),
        &Clients::new(),
    )
    .unwrap();
    let first = backend
        .complete(&full_question(true), &mut |_| {})
        .await
        .unwrap();
    assert_eq!(server.requests().len(), 5);
    assert_eq!(first.notices.len(), 2, "{:?}", first.notices);
    assert!(first.notices[0].contains("JSON schema"));
    assert!(first.request_body.contains("\"max_completion_tokens\":99"));
    assert_eq!(first.request_body, server.requests()[4].body);

    backend
        .complete(&full_question(true), &mut |_| {})
        .await
        .unwrap();
    assert_eq!(server.requests().len(), 6);
}

#[tokio::test]
async fn a_refusal_about_anything_else_is_not_asked_again() {
    let server = Server::always(vec![answer(
        400,
        "application/json",
        r#"{"error":{"message":"temperature must be at most 2","param":"temperature"}}"#,
    )])
    .await;
    let (result, _) = ask(Kind::Openai, &server, &full_question(true)).await;
    assert_eq!(result.unwrap_err().error.code(), "bad_request");
    assert_eq!(server.requests().len(), 1);
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
        json!({"a": {"b": 1}}),
    ] {
        let server = Server::always(json(&json!({
            "id": odd, "created": odd, "system_fingerprint": odd,
            "choices": [{"index": odd, "logprobs": odd, "message": {"content": "three", "tool_calls": odd}, "finish_reason": "stop"}],
            "usage": {"prompt_tokens": odd, "completion_tokens": 12.0, "prompt_tokens_details": {"cached_tokens": odd}},
        })))
        .await;
        let (result, _) = ask(Kind::Openai, &server, &question(false)).await;
        let completion = result.unwrap();
        assert_eq!(completion.text, "three");
        assert_eq!(
            completion.usage,
            Usage {
                input: None,
                output: Some(12),
                cached_input: None,
                ..Usage::default()
            }
        );

        let server = Server::always(json(&json!({
            "created_at": odd, "total_duration": odd,
            "message": {"role": odd, "content": "three", "thinking": null, "tool_calls": odd},
            "done": true, "done_reason": null, "prompt_eval_count": odd, "eval_count": 12.0,
        })))
        .await;
        let (result, _) = ask(Kind::Ollama, &server, &question(false)).await;
        let completion = result.unwrap();
        assert_eq!(completion.text, "three");
        assert_eq!(
            (completion.usage.input, completion.usage.output),
            (None, Some(12))
        );
    }
}
