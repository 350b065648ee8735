//! The double of Anthropic's API: messages and the list of models.
use std::collections::VecDeque;
use std::ops::Deref;

use serde_json::{Value, json};

use crate::answer::{self, Asked, tokens};
use crate::body::Piece;
use crate::double::Double;
use crate::exchange::{Api, Heard, Reply, Spoken, contents};
use crate::frames;
use crate::journal::Shared;
use crate::script::{Fault, Model, Script, full_name};

const PLAIN: &str = "application/json";
const EVENTS: &str = "text/event-stream; charset=utf-8";
/// A moment for every date that must be there and says nothing.
const THEN: &str = "2026-01-02T03:03:04Z";

/// A server that speaks Anthropic's Messages, under `/v1`.
pub struct Anthropic(Double);

impl Anthropic {
    /// Starts on a free port of the loopback address.
    pub fn start(script: Script) -> Self {
        Self::start_on(0, script)
    }

    /// Starts on this port: a server that was gone comes back.
    pub fn start_on(port: u16, script: Script) -> Self {
        Self(Double::start(port, script, Messages))
    }
}

impl Deref for Anthropic {
    type Target = Double;

    fn deref(&self) -> &Double {
        &self.0
    }
}

struct Messages;

/// The tool that must be used, if one must.
fn tool(body: &Value) -> Option<&Value> {
    let choice = &body["tool_choice"];
    let tools = body["tools"].as_array()?;
    match choice["type"].as_str()? {
        "tool" => tools.iter().find(|tool| tool["name"] == choice["name"]),
        "any" => tools.first(),
        _ => None,
    }
}

impl Api for Messages {
    fn call(&self, path: &str, body: &Value) -> Option<Asked> {
        if path != "/v1/messages" {
            return None;
        }
        let system = contents(&body["system"]);
        let mut said: Vec<_> = body["messages"]
            .as_array()
            .into_iter()
            .flatten()
            .map(|message| contents(&message["content"]))
            .collect();
        let prompt = said.last().cloned().unwrap_or_default();
        if !system.is_empty() {
            said.insert(0, system.clone());
        }
        let schema = body.pointer("/output_config/format/schema");
        Some(Asked {
            number: 0,
            model: body["model"].as_str().unwrap_or_default().to_owned(),
            system,
            prompt,
            text: said.join("\n"),
            messages: said.len(),
            schema: schema
                .or_else(|| tool(body).map(|tool| &tool["input_schema"]))
                .cloned(),
            think: matches!(
                body.pointer("/thinking/type").and_then(Value::as_str),
                Some("enabled" | "adaptive")
            ),
            stream: body["stream"] == true,
            seed: None,
            max_tokens: body["max_tokens"].as_u64(),
            context: None,
            body: body.clone(),
        })
    }

    fn refuse(&self, shared: &Shared, request: &Heard, asked: Option<&Asked>) -> Option<Reply> {
        let header = |wanted: &str| {
            let found = request.headers.iter().find(|(name, _)| name == wanted);
            found.map(|(_, value)| value.as_str())
        };
        let state = shared.state();
        if let Some(key) = &state.script.key {
            match header("x-api-key") {
                None => {
                    return Some(error(
                        401,
                        "authentication_error",
                        "x-api-key header is required",
                    ));
                }
                Some(given) if given != key => {
                    // Some servers say the key back: whoever shows this message shows the key.
                    let message = format!("invalid x-api-key: {given}");
                    return Some(error(401, "authentication_error", &message));
                }
                Some(_) => {}
            }
        }
        let invalid = |message: &str| Some(error(400, "invalid_request_error", message));
        if header("anthropic-version").is_none() {
            return invalid("anthropic-version: header is required");
        }
        let asked = asked?;
        let body = &request.body;
        if body["max_tokens"].as_u64().is_none_or(|most| most == 0) {
            return invalid("max_tokens: Field required");
        }
        let messages = body["messages"].as_array();
        if messages.is_none_or(Vec::is_empty) {
            return invalid("messages: at least one message is required");
        }
        for (at, message) in messages.into_iter().flatten().enumerate() {
            if !matches!(message["role"].as_str(), Some("user" | "assistant")) {
                return invalid(&format!(
                    "messages.{at}.role: Input should be 'user' or 'assistant'"
                ));
            }
            if contents(&message["content"]).trim().is_empty() {
                return invalid(&format!(
                    "messages.{at}: text content blocks must be non-empty"
                ));
            }
        }
        if request
            .raw
            .windows(15)
            .filter(|part| part == b"\"cache_control\"")
            .count()
            > 4
        {
            return invalid("A maximum of 4 blocks with cache_control may be provided.");
        }
        let thinks = body.pointer("/thinking/type") == Some(&json!("enabled"));
        if thinks && tool(body).is_some() {
            return invalid("Thinking may not be enabled when tool_choice forces tool use.");
        }
        if thinks
            && body
                .pointer("/thinking/budget_tokens")
                .and_then(Value::as_u64)
                >= asked.max_tokens
        {
            return invalid("`max_tokens` must be greater than `thinking.budget_tokens`.");
        }
        let Some(model) = find(&state.models, &asked.model) else {
            return Some(error(
                404,
                "not_found_error",
                &format!("model: {}", asked.model),
            ));
        };
        if asked.tokens() > model.context {
            let (sent, most) = (asked.tokens(), model.context);
            return invalid(&format!(
                "prompt is too long: {sent} tokens > {most} maximum"
            ));
        }
        None
    }

    fn say(&self, shared: &Shared, spoken: &Spoken) -> Reply {
        let asked = &spoken.asked;
        let headers = vec![("request-id".to_owned(), format!("req_{}", asked.number))];
        let tool = tool(&asked.body).map(|tool| tool["name"].clone());
        let (finish, tool) = match (spoken.answer.finish.as_deref(), tool) {
            (Some("length"), tool) => ("max_tokens".to_owned(), tool),
            (Some(other), tool) => (other.to_owned(), tool),
            (None, Some(name)) => ("tool_use".to_owned(), Some(name)),
            (None, None) => ("end_turn".to_owned(), None),
        };
        let thought = asked.think.then(|| {
            let thinking = spoken.answer.thinking.clone();
            thinking.unwrap_or_else(|| "The scale is read before the option.".to_owned())
        });
        let usage = (spoken.fault != Some(Fault::NoCounts)).then(|| count(shared, spoken));
        let mut message = json!({
            "id": format!("msg_{}", &answer::hex(&asked.text)[..24]), "type": "message", "role": "assistant",
            "model": asked.model, "content": [], "stop_reason": null, "stop_sequence": null,
        });
        if !asked.stream {
            if let Some(Fault::ErrorInStream(message)) = &spoken.fault {
                return error(200, "api_error", message);
            }
            message["stop_reason"] = json!(finish);
            if let Some(usage) = usage {
                message["usage"] = usage;
            }
            let pieces = frames::in_one(spoken, |text| {
                let mut content = Vec::new();
                if let Some(thought) = &thought {
                    content.push(
                        json!({"type": "thinking", "thinking": thought, "signature": "c2lnbmVk"}),
                    );
                }
                content.push(match &tool {
                    Some(name) => json!({
                        "type": "tool_use", "id": "toolu_1", "name": name,
                        "input": serde_json::from_str::<Value>(text).unwrap_or_else(|_| json!({"said": text})),
                    }),
                    None => json!({"type": "text", "text": text}),
                });
                let mut whole = message.clone();
                whole["content"] = json!(content);
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
        if let Some(usage) = &usage {
            message["usage"] = usage.clone();
            message["usage"]["output_tokens"] = json!(1);
        }
        let mut before = vec![
            event(&json!({"type": "message_start", "message": message})),
            event(&json!({"type": "ping"})),
        ];
        let mut index = 0;
        if let Some(thought) = thought {
            before.extend([
                event(&json!({"type": "content_block_start", "index": 0,
                    "content_block": {"type": "thinking", "thinking": "", "signature": ""}})),
                event(&json!({"type": "content_block_delta", "index": 0,
                    "delta": {"type": "thinking_delta", "thinking": thought}})),
                event(&json!({"type": "content_block_delta", "index": 0,
                    "delta": {"type": "signature_delta", "signature": "c2lnbmVk"}})),
                event(&json!({"type": "content_block_stop", "index": 0})),
            ]);
            index = 1;
        }
        let block = match &tool {
            Some(name) => json!({"type": "tool_use", "id": "toolu_1", "name": name, "input": {}}),
            None => json!({"type": "text", "text": ""}),
        };
        before.push(event(
            &json!({"type": "content_block_start", "index": index, "content_block": block}),
        ));
        let mut last = json!({"type": "message_delta", "delta": {"stop_reason": finish, "stop_sequence": null}});
        if let Some(usage) = &usage {
            last["usage"] = json!({"output_tokens": usage["output_tokens"]});
        }
        let pieces = frames::streamed(
            spoken,
            before,
            |text| {
                let delta = match &tool {
                    Some(_) => json!({"type": "input_json_delta", "partial_json": text}),
                    None => json!({"type": "text_delta", "text": text}),
                };
                event(&json!({"type": "content_block_delta", "index": index, "delta": delta}))
            },
            |message| event(&failure("api_error", message)),
            vec![
                event(&json!({"type": "content_block_stop", "index": index})),
                event(&last),
                event(&json!({"type": "message_stop"})),
            ],
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
        let entry = |model: &Model| json!({"type": "model", "id": name(model), "display_name": name(model), "created_at": THEN});
        let value = match request.path.strip_prefix("/v1/models") {
            Some("") => {
                let models: Vec<_> = state.models.iter().map(entry).collect();
                json!({
                    "data": models, "has_more": false,
                    "first_id": state.models.first().map(name), "last_id": state.models.last().map(name),
                })
            }
            Some(rest) => match find(&state.models, rest.trim_start_matches('/')) {
                Some(model) => entry(model),
                None => return error(404, "not_found_error", &format!("model: {rest}")),
            },
            None => return error(404, "not_found_error", "Not Found"),
        };
        Reply::whole(200, PLAIN, value.to_string())
    }
}

/// What stands in the cache's part of the prompt is not counted as input.
fn count(shared: &Shared, spoken: &Spoken) -> Value {
    let asked = &spoken.asked;
    let marked = asked.body["system"]
        .as_array()
        .is_some_and(|blocks| blocks.iter().any(|block| !block["cache_control"].is_null()));
    let prefix = if marked { tokens(&asked.system) } else { 0 };
    let (written, read) = match prefix {
        0 => (0, 0),
        _ if shared.prefix_is_known(&asked.system) => (0, prefix),
        _ => (prefix, 0),
    };
    json!({
        "input_tokens": asked.tokens() - prefix, "output_tokens": tokens(&spoken.answer.text).max(1),
        "cache_creation_input_tokens": written, "cache_read_input_tokens": read,
    })
}

/// Its models have no tags.
fn name(model: &Model) -> &str {
    model.name.trim_end_matches(":latest")
}

fn find<'a>(models: &'a [Model], wanted: &str) -> Option<&'a Model> {
    models.iter().find(|model| model.name == full_name(wanted))
}

fn event(value: &Value) -> String {
    let name = value["type"].as_str().unwrap_or_default();
    format!("event: {name}\ndata: {value}\n\n")
}

fn failure(kind: &str, message: &str) -> Value {
    json!({"type": "error", "error": {"type": kind, "message": message}, "request_id": "req_0"})
}

fn error(status: u16, kind: &str, message: &str) -> Reply {
    Reply {
        status,
        kind: PLAIN,
        headers: vec![("request-id".to_owned(), "req_0".to_owned())],
        pieces: VecDeque::from([Piece::Bytes(failure(kind, message).to_string().into())]),
        whole: true,
    }
}
