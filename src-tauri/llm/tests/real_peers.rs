//! Against servers that others wrote: llama.cpp's own with random weights, LiteLLM's proxy, and the doubles of Ollama,
//! OpenAI and Anthropic that the vendors' own clients accept.
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

use std::sync::Arc;
use std::time::Duration;

use llm::{
    Backend, BackendSpec, Clients, Completion, CompletionRequest, Failed, Finish, Kind, LlmError,
    Message, Role, Runtime, Schema, SecretString, TestState, connect,
};
use peers::{
    Anthropic, Double, Fate, Fault, Model, Ollama, OpenAi, Script, When, litellm, llama_cpp,
};
use serde_json::json;

struct Asker {
    runtime: Runtime,
    clients: Clients,
}

impl Asker {
    fn new() -> Self {
        Self {
            runtime: Runtime::start().unwrap(),
            clients: Clients::new(),
        }
    }

    fn backend(&self, kind: Kind, url: &str, key: Option<&str>) -> Arc<dyn Backend> {
        let mut spec = BackendSpec::new("peer", kind, Some(url.to_owned()));
        spec.key = key.map(SecretString::from);
        spec.limits.first_byte = Duration::from_secs(60);
        connect(spec, &self.clients).unwrap()
    }

    fn ask(
        &self,
        backend: &Arc<dyn Backend>,
        request: &CompletionRequest,
    ) -> Result<Completion, Failed> {
        let mut heard = String::new();
        let mut hear = |piece: &str| heard.push_str(piece);
        let result = self.runtime.block_on(backend.complete(request, &mut hear));
        match &result {
            Ok(completion) => assert_eq!(completion.text, heard),
            Err(failed) if !heard.is_empty() => assert_eq!(failed.partial, heard),
            Err(_) => {}
        }
        result
    }
}

fn question(stream: bool) -> CompletionRequest {
    CompletionRequest {
        model: "tiny".to_owned(),
        messages: vec![
            Message::new(Role::System, "You judge."),
            Message::new(Role::User, "Berlin?"),
        ],
        temperature: Some(0.0),
        seed: Some(1),
        max_tokens: Some(60),
        stream,
        ..CompletionRequest::default()
    }
}

fn judgement_schema() -> Schema {
    Schema {
        name: "judgement".to_owned(),
        value: json!({
            "type": "object",
            "properties": {
                "score": {"type": "integer", "minimum": 0, "maximum": 5},
                "memory": {"type": "boolean"},
            },
            "required": ["score", "memory"],
            "additionalProperties": false,
        }),
    }
}

fn llama(options: &llama_cpp::Options) -> peers::Server {
    llama_cpp::start(options).unwrap_or_else(|missing| panic!("{missing}"))
}

#[test]
fn llama_cpp_answers_plainly_streamed_and_to_a_schema() {
    let server = llama(&llama_cpp::Options::default());
    let asker = Asker::new();
    let backend = asker.backend(Kind::Openai, &server.url(), None);

    let plain = asker.ask(&backend, &question(false)).unwrap();
    let streamed = asker.ask(&backend, &question(true)).unwrap();
    assert_eq!(plain.text, streamed.text, "the same seed says the same");
    for completion in [&plain, &streamed] {
        assert_eq!(completion.finish, Finish::Length);
        assert_eq!(completion.model, "tiny");
        assert!(completion.usage.input.unwrap() > 5);
        assert_eq!(completion.usage.output, Some(60));
        assert!(completion.usage.cached_input.is_some());
        assert!(completion.notices.is_empty());
    }

    for stream in [true, false] {
        let mut request = question(stream);
        request.schema = Some(judgement_schema());
        request.max_tokens = Some(200);
        let completion = asker.ask(&backend, &request).unwrap();
        assert_eq!(completion.finish, Finish::Stop, "{}", completion.text);
        let value: serde_json::Value = serde_json::from_str(&completion.text).unwrap();
        assert!((0..=5).contains(&value["score"].as_i64().unwrap()));
        assert!(value["memory"].is_boolean());
    }

    let models = asker.runtime.block_on(backend.models()).unwrap();
    assert_eq!(models[0].name, "tiny");
    assert!(models[0].context.is_some());
    let report = asker.runtime.block_on(backend.test(Some("tiny")));
    assert_eq!(report.state, TestState::Ok, "{report:?}");

    let report = asker
        .runtime
        .block_on(asker.backend(Kind::Ollama, &server.url(), None).test(None));
    assert_eq!(report.state, TestState::Odd, "{report:?}");
    assert!(report.hint.unwrap().contains("kind openai"));
}

#[test]
fn llama_cpp_asks_for_its_key() {
    let server = llama(&llama_cpp::Options {
        api_key: Some("sk-right".to_owned()),
        ..llama_cpp::Options::default()
    });
    let asker = Asker::new();
    for (key, state) in [
        (None, TestState::Unauthorised),
        (Some("sk-wrong"), TestState::Unauthorised),
        (Some("sk-right"), TestState::Ok),
    ] {
        let backend = asker.backend(Kind::Openai, &server.url(), key);
        let result = asker.ask(&backend, &question(true));
        assert_eq!(result.is_ok(), state == TestState::Ok);
        if let Err(failed) = result {
            assert_eq!(failed.error.code(), "unauthorised", "{:?}", failed.error);
        }
        let report = asker.runtime.block_on(backend.test(Some("tiny")));
        assert_eq!(report.state, state, "{report:?}");
    }
}

#[test]
fn llama_cpp_says_when_a_prompt_is_too_long() {
    let server = llama(&llama_cpp::Options {
        context: 256,
        slots: 1,
        ..llama_cpp::Options::default()
    });
    let asker = Asker::new();
    let backend = asker.backend(Kind::Openai, &server.url(), None);
    let mut request = question(true);
    request.messages[1].content = "Berlin is a city. ".repeat(60);
    let LlmError::ContextTooLong { needed, limit } =
        asker.ask(&backend, &request).unwrap_err().error
    else {
        panic!("not told");
    };
    assert!(needed.unwrap() > limit.unwrap());
}

#[test]
fn a_llama_cpp_that_speaks_no_text_fails_and_is_not_understood_as_an_answer() {
    let server = llama(&llama_cpp::Options {
        cursed: true,
        ..llama_cpp::Options::default()
    });
    let asker = Asker::new();
    let backend = asker.backend(Kind::Openai, &server.url(), None);
    let plain = asker.ask(&backend, &question(false)).unwrap_err();
    assert_eq!(plain.error.code(), "server_error", "{:?}", plain.error);
    let streamed = asker.ask(&backend, &question(true)).unwrap_err();
    assert!(
        matches!(
            streamed.error,
            LlmError::InStream { .. } | LlmError::Server { status: 500, .. }
        ),
        "{:?}",
        streamed.error
    );
}

#[test]
fn llama_cpp_answers_anthropics_messages_too() {
    let server = llama(&llama_cpp::Options {
        api_key: Some("sk-right".to_owned()),
        context: 512,
        slots: 1,
        ..llama_cpp::Options::default()
    });
    let asker = Asker::new();
    let backend = asker.backend(Kind::Anthropic, &server.url(), Some("sk-right"));
    for stream in [true, false] {
        let completion = asker.ask(&backend, &question(stream)).unwrap();
        assert_eq!(completion.finish, Finish::Length);
        assert_eq!(completion.model, "tiny");
        assert!(!completion.text.is_empty());
        let usage = completion.usage;
        assert!(usage.input.unwrap() > 20, "{usage:?}");
        assert_eq!(usage.output, Some(60));
        // It passes the form of the reply over: nothing fails, and the reader of the reply must look.
        let mut request = question(stream);
        request.schema = Some(judgement_schema());
        assert!(asker.ask(&backend, &request).is_ok());
    }
    let report = asker.runtime.block_on(backend.test(Some("tiny")));
    assert_eq!(report.state, TestState::Ok, "{report:?}");
    assert_eq!(report.models[0].name, "tiny");

    let mut request = question(true);
    request.messages[1].content = "Berlin is a city. ".repeat(60);
    let failed = asker.ask(&backend, &request).unwrap_err();
    assert_eq!(failed.error.code(), "context_too_long", "{failed:?}");
    let wrong = asker.backend(Kind::Anthropic, &server.url(), Some("sk-wrong"));
    let failed = asker.ask(&wrong, &question(true)).unwrap_err();
    assert_eq!(failed.error.code(), "unauthorised", "{failed:?}");
}

#[test]
fn the_double_of_anthropic_reads_a_marked_prefix_from_its_cache_and_keeps_to_schemas() {
    let double = Anthropic::start(Script::default());
    let asker = Asker::new();
    let backend = asker.backend(Kind::Anthropic, &double.url(), None);
    let mut request = question(true);
    request.messages[0].content = "You judge. ".repeat(100);
    request.schema = Some(judgement_schema());
    for cached in [0, 275] {
        let completion = asker.ask(&backend, &request).unwrap();
        let usage = completion.usage;
        assert_eq!(usage.cached_input, Some(cached));
        assert_eq!(usage.cache_written, Some(275 - cached));
        assert!(usage.input.unwrap() > 275);
        let value: serde_json::Value = serde_json::from_str(&completion.text).unwrap();
        assert_eq!(value["memory"], true);
        assert!((0..=5).contains(&value["score"].as_i64().unwrap()));
    }
    let report = asker.runtime.block_on(backend.test(Some("tinny")));
    assert_eq!(report.state, TestState::ModelMissing, "{report:?}");
}

#[test]
fn litellm_passes_answers_on_and_says_its_odd_errors() {
    let upstream = OpenAi::start(Script::default().key("sk-upstream"));
    let server = litellm::start(&format!("{}/v1", upstream.url()), Some("sk-upstream"))
        .unwrap_or_else(|missing| panic!("{missing}"));
    let asker = Asker::new();
    let backend = asker.backend(Kind::Openai, &server.url(), Some(litellm::KEY));
    for stream in [true, false] {
        let completion = asker.ask(&backend, &question(stream)).unwrap();
        assert_eq!(completion.finish, Finish::Stop);
        assert!(!completion.text.is_empty());
    }
    for (model, code, retryable) in [
        ("mock-429", "rate_limited", true),
        ("mock-500", "server_error", true),
        ("mock-context", "context_too_long", false),
        ("nobody", "model_missing", false),
    ] {
        let mut request = question(false);
        request.model = model.to_owned();
        let failed = asker.ask(&backend, &request).unwrap_err();
        assert_eq!(failed.error.code(), code, "{model}: {:?}", failed.error);
        assert_eq!(failed.error.retryable(), retryable, "{model}");
    }
    let wrong = asker.backend(Kind::Openai, &server.url(), Some("sk-wrong"));
    let failed = asker.ask(&wrong, &question(false)).unwrap_err();
    assert_eq!(failed.error.code(), "unauthorised", "{:?}", failed.error);
    assert!(!format!("{failed:?}").contains("sk-wrong"));
}

fn doubles(script: &Script) -> [(Kind, Box<dyn std::ops::Deref<Target = Double>>); 3] {
    [
        (Kind::Ollama, Box::new(Ollama::start(script.clone()))),
        (Kind::Openai, Box::new(OpenAi::start(script.clone()))),
        (Kind::Anthropic, Box::new(Anthropic::start(script.clone()))),
    ]
}

#[test]
fn every_fault_of_a_double_has_its_error_or_its_mark() {
    let table = [
        (Fault::Close, Err("cut")),
        (Fault::CutAfter(40), Err("cut")),
        (
            Fault::ErrorInStream("the runner died".to_owned()),
            Err("in_stream"),
        ),
        (Fault::InvalidUtf8, Err("not_utf8")),
        (Fault::Huge(50_000_000), Err("too_large")),
        (Fault::Html, Err("bad_reply")),
        (
            Fault::Refuse {
                status: 503,
                body: "busy".to_owned(),
                headers: Vec::new(),
            },
            Err("server_error"),
        ),
        (Fault::Truncate, Ok(Finish::Length)),
        (Fault::Empty, Ok(Finish::Stop)),
        (Fault::Prose, Ok(Finish::Stop)),
        (Fault::Fence, Ok(Finish::Stop)),
        (Fault::NoCounts, Ok(Finish::Stop)),
    ];
    let asker = Asker::new();
    for (fault, expected) in table {
        for (kind, double) in doubles(&Script::default().fault(When::Always, fault.clone())) {
            let backend = asker.backend(kind, &double.url(), None);
            for stream in [true, false] {
                let mut request = question(stream);
                request.max_tokens = None;
                let case = format!("{kind:?} {fault:?}, streamed: {stream}");
                match (asker.ask(&backend, &request), &expected) {
                    (Ok(completion), Ok(finish)) => {
                        assert_eq!(completion.finish, *finish, "{case}");
                        assert_eq!(completion.text.is_empty(), fault == Fault::Empty);
                        assert_eq!(completion.usage.input.is_none(), fault == Fault::NoCounts);
                    }
                    (Err(failed), Err(code)) => {
                        assert_eq!(failed.error.code(), *code, "{case}: {failed:?}");
                    }
                    (result, _) => panic!("{case}: {result:?}"),
                }
            }
        }
    }
}

#[test]
fn a_prompt_that_ollama_cut_in_silence_is_noticed() {
    let asker = Asker::new();
    let long = "Berlin is the capital of Germany and its largest city by far. ".repeat(400);
    let mut request = question(true);
    request.messages[1].content = long;

    // Its own window, of which only the list of loaded models tells.
    let double = Ollama::start(Script::default());
    let backend = asker.backend(Kind::Ollama, &double.url(), None);
    let cut = asker.ask(&backend, &request).unwrap().context_cut.unwrap();
    assert!(cut.read_tokens <= 4096);
    assert!(cut.sent_tokens_at_least > 4096);
    assert_eq!(cut.limit, Some(4096));

    // The window that was asked for.
    request.context = Some(2048);
    let cut = asker.ask(&backend, &request).unwrap().context_cut.unwrap();
    assert_eq!((cut.read_tokens, cut.limit), (2048, Some(2048)));

    // Room enough: nothing is said.
    request.context = Some(16_384);
    assert_eq!(asker.ask(&backend, &request).unwrap().context_cut, None);

    // A model that was trained with less than it is asked for: nobody says so but the list of loaded models. The prompt has
    // fewer words than are read, so that only the full window tells.
    let small = Model {
        context: 2048,
        ..Model::named("tiny")
    };
    let double = Ollama::start(Script::default().models([small]));
    let backend = asker.backend(Kind::Ollama, &double.url(), None);
    let mut unspaced = request.clone();
    unspaced.messages[1].content = "incomprehensibilities ".repeat(600);
    let cut = asker.ask(&backend, &unspaced).unwrap().context_cut.unwrap();
    assert!(cut.sent_tokens_at_least < cut.read_tokens);
    assert_eq!((cut.read_tokens, cut.limit), (2048, Some(2048)));

    // A server that reads less than its window holds.
    let script = Script::default().fault(When::Always, Fault::ContextCut(700));
    let double = Ollama::start(script);
    let backend = asker.backend(Kind::Ollama, &double.url(), None);
    let cut = asker.ask(&backend, &request).unwrap().context_cut.unwrap();
    assert_eq!(cut.read_tokens, 700);
}

#[test]
fn the_double_of_ollama_shows_its_models_and_their_makers_clouds() {
    let cloud = Model {
        cloud: true,
        ..Model::named("gpt-oss:120b-cloud")
    };
    let double = Ollama::start(Script::default().model(cloud));
    let asker = Asker::new();
    let backend = asker.backend(Kind::Ollama, &double.url(), None);
    let models = asker.runtime.block_on(backend.models()).unwrap();
    assert_eq!(
        models
            .iter()
            .map(|info| (info.name.as_str(), info.cloud))
            .collect::<Vec<_>>(),
        [("tiny:latest", false), ("gpt-oss:120b-cloud", true)]
    );
    let digest = asker.runtime.block_on(backend.digest("tiny"));
    assert_eq!(digest, Some(Model::named("tiny").digest()));
    let report = asker.runtime.block_on(backend.test(Some("tinny")));
    assert_eq!(report.state, TestState::ModelMissing);
    assert!(
        report
            .hint
            .unwrap()
            .starts_with("Did you mean tiny:latest?")
    );
    assert!(double.calls().is_empty(), "a test loads no model");
}

#[test]
fn a_question_given_up_is_seen_as_such_by_the_server() {
    let asker = Asker::new();
    for (kind, double) in doubles(&Script::default().fault(When::Always, Fault::HangAfter(150))) {
        let backend = asker.backend(kind, &double.url(), None);
        let asking = asker
            .runtime
            .spawn(async move { backend.complete(&question(true), &mut |_| {}).await });
        double.wait_for_in_flight(1);
        asking.abort();
        double.wait_for_fates(1, Fate::CutByClient);
        double.wait_until_closed();
        assert_eq!(double.open_sockets(), 0);
    }
}
