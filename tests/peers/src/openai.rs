//! The double of an OpenAI-compatible server: chat completions and the list of models.
use std::collections::VecDeque;
use std::ops::Deref;

use serde_json::{Value, json};

use crate::answer::{self, Asked, tokens};
use crate::body::Piece;
use crate::double::Double;
use crate::exchange::{Api, Heard, Reply, Spoken};
use crate::frames;
use crate::journal::Shared;
use crate::script::{Fault, Model, Script, full_name};

const PLAIN: &str = "application/json";
const EVENTS: &str = "text/event-stream; charset=utf-8";
/// A moment for every date that must be there and says nothing.
const THEN: u64 = 1_767_322_984;

/// A server that speaks OpenAI's chat completions, under `/v1`.
pub struct OpenAi(Double);

impl OpenAi {
    /// Starts on a free port of the loopback address.
    pub fn start(script: Script) -> Self {
        Self::start_on(0, script)
    }

    /// Starts on this port: a server that was gone comes back.
    pub fn start_on(port: u16, script: Script) -> Self {
        Self(Double::start(port, script, Completions))
    }
}

impl Deref for OpenAi {
    type Target = Double;

    fn deref(&self) -> &Double {
        &self.0
    }
}

struct Completions;

impl Api for Completions {
    fn call(&self, path: &str, body: &Value) -> Option<Asked> {
        if path != "/v1/chat/completions" {
            return None;
        }
        let (system, contents) = crate::exchange::messages(body);
        let limit = body
            .get("max_completion_tokens")
            .or_else(|| body.get("max_tokens"));
        Some(Asked {
            number: 0,
            model: body["model"].as_str().unwrap_or_default().to_owned(),
            system,
            prompt: contents.last().cloned().unwrap_or_default(),
            text: contents.join("\n"),
            messages: contents.len(),
            schema: body.pointer("/response_format/json_schema/schema").cloned(),
            think: body.get("reasoning_effort").is_some(),
            stream: body["stream"] == true,
            seed: body["seed"].as_u64(),
            max_tokens: limit.and_then(Value::as_u64),
            context: None,
            body: body.clone(),
        })
    }

    fn refuse(&self, shared: &Shared, request: &Heard, asked: Option<&Asked>) -> Option<Reply> {
        let state = shared.state();
        if let Some(key) = &state.script.key {
            let header = request
                .headers
                .iter()
                .find(|(name, _)| name == "authorization");
            let Some((_, given)) = header else {
                let message = "You didn't provide an API key.";
                return Some(error(401, message, "invalid_request_error", None));
            };
            let given = given.strip_prefix("Bearer ").unwrap_or(given);
            if given != key {
                // Some servers say the key back: whoever shows this message shows the key.
                let message = format!("Incorrect API key provided: {given}.");
                return Some(error(
                    401,
                    &message,
                    "invalid_request_error",
                    Some("invalid_api_key"),
                ));
            }
        }
        let asked = asked?;
        if request.body["messages"]
            .as_array()
            .is_none_or(Vec::is_empty)
        {
            let message = "Missing required parameter: 'messages'.";
            return Some(error(
                400,
                message,
                "invalid_request_error",
                Some("missing_required_parameter"),
            ));
        }
        let Some(model) = find(&state.models, &asked.model) else {
            let message = format!(
                "The model `{}` does not exist or you do not have access to it.",
                asked.model
            );
            return Some(error(
                404,
                &message,
                "invalid_request_error",
                Some("model_not_found"),
            ));
        };
        if asked.tokens() > model.context {
            let message = format!(
                "This model's maximum context length is {} tokens. However, your messages resulted in {} tokens. \
                 Please reduce the length of the messages.",
                model.context,
                asked.tokens()
            );
            return Some(error(
                400,
                &message,
                "invalid_request_error",
                Some("context_length_exceeded"),
            ));
        }
        None
    }

    fn say(&self, shared: &Shared, spoken: &Spoken) -> Reply {
        let asked = &spoken.asked;
        let id = format!("chatcmpl-{}", &answer::hex(&asked.text)[..24]);
        let finish = spoken.answer.finish.as_deref().unwrap_or("stop");
        let cached = if shared.prefix_is_known(&asked.system) {
            tokens(&asked.system)
        } else {
            0
        };
        let usage = (spoken.fault != Some(Fault::NoCounts)).then(|| {
            let (input, output) = (asked.tokens(), tokens(&spoken.answer.text).max(1));
            json!({
                "prompt_tokens": input, "completion_tokens": output, "total_tokens": input + output,
                "prompt_tokens_details": {"cached_tokens": cached},
            })
        });
        let headers = vec![("x-request-id".to_owned(), format!("req_{}", asked.number))];
        if !asked.stream {
            if let Some(Fault::ErrorInStream(message)) = &spoken.fault {
                return error(200, message, "server_error", None);
            }
            let pieces = frames::in_one(spoken, |text| {
                let mut whole = json!({
                    "id": id, "object": "chat.completion", "created": THEN, "model": asked.model,
                    "choices": [{
                        "index": 0, "message": {"role": "assistant", "content": text, "refusal": null},
                        "logprobs": null, "finish_reason": finish,
                    }],
                });
                if let Some(usage) = &usage {
                    whole["usage"] = usage.clone();
                }
                whole.to_string()
            });
            return Reply {
                status: 200,
                kind: PLAIN,
                headers,
                pieces,
                whole: true,
            };
        }
        let with_usage = asked.body.pointer("/stream_options/include_usage") == Some(&json!(true));
        let chunk = |delta: Value, finish: Option<&str>| {
            let mut chunk = json!({
                "id": id, "object": "chat.completion.chunk", "created": THEN, "model": asked.model,
                "choices": [{"index": 0, "delta": delta, "logprobs": null, "finish_reason": finish}],
            });
            if with_usage {
                chunk["usage"] = Value::Null;
            }
            chunk
        };
        let mut after = vec![event(&chunk(json!({}), Some(finish)))];
        if let Some(usage) = usage.filter(|_| with_usage) {
            let mut last = chunk(json!({}), None);
            last["choices"] = json!([]);
            last["usage"] = usage;
            after.push(event(&last));
        }
        after.push("data: [DONE]\n\n".to_owned());
        let pieces = frames::streamed(
            spoken,
            vec![event(&chunk(
                json!({"role": "assistant", "content": ""}),
                None,
            ))],
            |text| event(&chunk(json!({"content": text}), None)),
            |message| {
                event(
                    &json!({"error": {"message": message, "type": "server_error", "param": null, "code": null}}),
                )
            },
            after,
        );
        Reply {
            status: 200,
            kind: EVENTS,
            headers,
            pieces,
            whole: false,
        }
    }

    fn tell(&self, shared: &Shared, request: &Heard) -> Reply {
        let state = shared.state();
        let entry = |model: &Model| json!({"id": name(model), "object": "model", "created": THEN, "owned_by": "tests"});
        let value = match request.path.strip_prefix("/v1/models") {
            Some("") => {
                let models: Vec<_> = state.models.iter().map(entry).collect();
                json!({"object": "list", "data": models})
            }
            Some(rest) => match find(&state.models, rest.trim_start_matches('/')) {
                Some(model) => entry(model),
                None => {
                    return error(
                        404,
                        "The model does not exist",
                        "invalid_request_error",
                        Some("model_not_found"),
                    );
                }
            },
            None => {
                let message = format!("Invalid URL ({} {})", request.method, request.path);
                return error(404, &message, "invalid_request_error", None);
            }
        };
        Reply::whole(200, PLAIN, value.to_string())
    }
}

/// OpenAI's models have no tags.
fn name(model: &Model) -> &str {
    model.name.trim_end_matches(":latest")
}

fn find<'a>(models: &'a [Model], wanted: &str) -> Option<&'a Model> {
    models.iter().find(|model| model.name == full_name(wanted))
}

fn event(value: &Value) -> String {
    format!("data: {value}\n\n")
}

fn error(status: u16, message: &str, kind: &str, code: Option<&str>) -> Reply {
    let body = json!({"error": {"message": message, "type": kind, "param": null, "code": code}})
        .to_string();
    Reply {
        status,
        kind: PLAIN,
        headers: Vec::new(),
        pieces: VecDeque::from([Piece::Bytes(body.into())]),
        whole: true,
    }
}
