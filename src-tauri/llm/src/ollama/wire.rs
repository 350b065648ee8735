//! What Ollama's requests and answers look like on the wire, and nothing about sending them.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::completion::{CompletionRequest, Finish};
use crate::error::LlmError;
use crate::frames::Lines;
use crate::loose::{Count, Text};
use crate::models::{ModelInfo, is_cloud_model};
use crate::refusal::Refusal;
use crate::reply::{Reader, Reply, unreadable};

#[derive(Serialize)]
struct ChatBody<'a> {
    model: &'a str,
    messages: Vec<MessageBody<'a>>,
    // Left out, it would mean true.
    stream: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    format: Option<&'a Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    think: Option<bool>,
    #[serde(skip_serializing_if = "Options::is_empty")]
    options: Options,
}

#[derive(Serialize)]
struct MessageBody<'a> {
    role: &'static str,
    content: &'a str,
}

#[derive(Serialize)]
struct Options {
    #[serde(skip_serializing_if = "Option::is_none")]
    num_ctx: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    num_predict: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    seed: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    temperature: Option<f64>,
}

impl Options {
    fn is_empty(&self) -> bool {
        self.num_ctx.is_none()
            && self.num_predict.is_none()
            && self.seed.is_none()
            && self.temperature.is_none()
    }
}

/// The body of a question.
pub(super) fn body(request: &CompletionRequest) -> String {
    let messages = request.messages.iter().map(|message| MessageBody {
        role: message.role.name(),
        content: &message.content,
    });
    let body = ChatBody {
        model: &request.model,
        messages: messages.collect(),
        stream: request.stream,
        format: request.schema.as_ref().map(|schema| &schema.value),
        think: request.think,
        options: Options {
            num_ctx: request.context,
            num_predict: request.max_tokens,
            seed: request.seed,
            temperature: request.temperature,
        },
    };
    crate::json(&body)
}

/// One line of an answer. A plain answer is one such line.
#[derive(Deserialize)]
struct Line<'a> {
    #[serde(borrow, default)]
    model: Option<Text<'a>>,
    #[serde(borrow, default)]
    message: Option<Said<'a>>,
    #[serde(default)]
    done: bool,
    #[serde(borrow, default)]
    done_reason: Option<Text<'a>>,
    #[serde(default)]
    load_duration: Option<f64>,
    #[serde(default)]
    prompt_eval_count: Count,
    #[serde(default)]
    eval_count: Count,
    #[serde(borrow, default)]
    remote_host: Option<Text<'a>>,
    #[serde(default)]
    error: Option<Value>,
}

#[derive(Deserialize)]
struct Said<'a> {
    #[serde(borrow, default)]
    content: Option<Text<'a>>,
    #[serde(borrow, default)]
    thinking: Option<Text<'a>>,
}

/// Reads the answer to one question.
pub(crate) struct Chat<'m> {
    lines: Lines,
    model: &'m str,
}

impl<'m> Chat<'m> {
    pub(super) fn new(model: &'m str) -> Self {
        Self {
            lines: Lines::default(),
            model,
        }
    }
}

impl Reader for Chat<'_> {
    fn feed(&mut self, piece: &[u8], reply: &mut Reply<'_>) -> Result<(), LlmError> {
        let model = self.model;
        self.lines.feed(piece, |line| read(line, model, reply))
    }

    fn end(&mut self, reply: &mut Reply<'_>) -> Result<(), LlmError> {
        let rest = self.lines.rest();
        match read(&rest, self.model, reply) {
            // Half a line is what a cut looks like.
            Err(LlmError::BadReply { .. }) if !reply.text.is_empty() => Err(LlmError::Cut),
            other => other,
        }
    }
}

fn read(line: &[u8], model: &str, reply: &mut Reply<'_>) -> Result<(), LlmError> {
    if line.iter().all(u8::is_ascii_whitespace) || reply.done {
        return Ok(());
    }
    let line: Line<'_> =
        serde_json::from_slice(line).map_err(|error| reply.unreadable(line, &error))?;
    if let Some(error) = line.error {
        return Err(Refusal::of(&error).into_error_in_stream(model));
    }
    if reply.model.is_none()
        && let Some(model) = line.model
    {
        reply.model = Some(model.0.into_owned());
    }
    if let Some(host) = line.remote_host.filter(|host| !host.0.is_empty()) {
        reply.remote_host = Some(host.0.into_owned());
    }
    if let Some(said) = line.message {
        if let Some(thinking) = said.thinking {
            reply.think(&thinking.0)?;
        }
        if let Some(content) = said.content {
            reply.say(&content.0)?;
        }
    }
    if line.done {
        let reason = line.done_reason.unwrap_or_default().0;
        reply.finish = Some(match &*reason {
            "stop" => Finish::Stop,
            "length" => Finish::Length,
            "" => Finish::Other("unknown".to_owned()),
            other => Finish::Other(other.to_owned()),
        });
        // A count of 0 means that the server did not count.
        reply.usage.input = line.prompt_eval_count.0.filter(|&count| count > 0);
        reply.usage.output = line.eval_count.0;
        reply.load_ms = line.load_duration.map(|nanoseconds| nanoseconds / 1e6);
        reply.done = true;
    }
    Ok(())
}

#[derive(Deserialize)]
struct List<'a> {
    #[serde(borrow, default)]
    models: Option<Vec<Listed<'a>>>,
}

#[derive(Deserialize)]
struct Listed<'a> {
    #[serde(borrow, default)]
    name: Option<Text<'a>>,
    #[serde(borrow, default)]
    model: Option<Text<'a>>,
    #[serde(default)]
    size: Count,
    #[serde(borrow, default)]
    digest: Option<Text<'a>>,
    #[serde(borrow, default)]
    details: Option<Details<'a>>,
    #[serde(borrow, default)]
    remote_host: Option<Text<'a>>,
    #[serde(default)]
    context_length: Count,
}

#[derive(Deserialize, Default)]
struct Details<'a> {
    #[serde(borrow, default)]
    parameter_size: Option<Text<'a>>,
    #[serde(borrow, default)]
    quantization_level: Option<Text<'a>>,
}

fn owned(text: Option<Text<'_>>) -> Option<String> {
    text.map(|text| text.0.into_owned())
        .filter(|text| !text.is_empty())
}

/// Reads `/api/tags`.
pub(super) fn models(body: &[u8]) -> Result<Vec<ModelInfo>, LlmError> {
    let list: List<'_> = serde_json::from_slice(body).map_err(|error| unreadable(body, &error))?;
    let Some(models) = list.models else {
        return Err(LlmError::BadReply {
            why: "it lists no models".to_owned(),
        });
    };
    let models = models.into_iter().map(|listed| {
        let name = owned(listed.name)
            .or_else(|| owned(listed.model))
            .unwrap_or_default();
        let details = listed.details.unwrap_or_default();
        ModelInfo {
            cloud: is_cloud_model(&name) || owned(listed.remote_host).is_some(),
            size_bytes: listed.size.0,
            parameters: owned(details.parameter_size),
            quantization: owned(details.quantization_level),
            context: listed.context_length.0,
            loaded: None,
            digest: owned(listed.digest),
            name,
        }
    });
    Ok(models.filter(|model| !model.name.is_empty()).collect())
}

/// Reads `/api/ps`: the models in memory, with the context they were loaded with.
pub(super) fn loaded(body: &[u8]) -> Result<Vec<ModelInfo>, LlmError> {
    models(body)
}

/// Reads `/api/version`.
pub(crate) fn version(body: &[u8]) -> Result<String, LlmError> {
    #[derive(Deserialize)]
    struct Version {
        version: String,
    }
    let version: Version =
        serde_json::from_slice(body).map_err(|error| unreadable(body, &error))?;
    Ok(version.version)
}

/// The longest context the model was made for, from `/api/show`; the key's first part is the model's architecture.
pub(super) fn trained_context(body: &[u8]) -> Option<u64> {
    let shown: Value = serde_json::from_slice(body).ok()?;
    shown
        .get("model_info")?
        .as_object()?
        .iter()
        .find(|(key, _)| key.ends_with(".context_length"))?
        .1
        .as_u64()
}

/// The name as Ollama lists it: a name without a tag means `:latest`.
pub(super) fn full_name(name: &str) -> String {
    let base = name.rsplit('/').next().unwrap_or(name);
    let tag: Cow<'_, str> = if base.contains(':') {
        "".into()
    } else {
        ":latest".into()
    };
    format!("{name}{tag}")
}
