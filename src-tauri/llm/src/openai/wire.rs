//! What requests and answers look like on the wire of OpenAI and those who follow it, and nothing about sending them.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::habits::Without;
use crate::completion::{CompletionRequest, Finish};
use crate::error::LlmError;
use crate::frames::Events;
use crate::loose::{Count, Text};
use crate::refusal::Refusal;
use crate::reply::{REPLY_BYTES, Reader, Reply};
use crate::wire_name::wire_name;

#[derive(Serialize)]
struct ChatBody<'a> {
    model: &'a str,
    messages: Vec<MessageBody<'a>>,
    stream: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    stream_options: Option<StreamOptions>,
    #[serde(skip_serializing_if = "Option::is_none")]
    temperature: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    seed: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_tokens: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_completion_tokens: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    chat_template_kwargs: Option<TemplateOptions>,
    #[serde(skip_serializing_if = "Option::is_none")]
    response_format: Option<ResponseFormat<'a>>,
}

#[derive(Serialize)]
struct MessageBody<'a> {
    role: &'static str,
    content: &'a str,
}

#[derive(Serialize)]
struct StreamOptions {
    include_usage: bool,
}

#[derive(Serialize)]
struct TemplateOptions {
    enable_thinking: bool,
}

#[derive(Serialize)]
struct ResponseFormat<'a> {
    r#type: &'static str,
    json_schema: SchemaBody<'a>,
}

#[derive(Serialize)]
struct SchemaBody<'a> {
    name: String,
    strict: bool,
    schema: &'a Value,
}

/// The body of a question, without what the server is known not to take.
pub(super) fn body(request: &CompletionRequest, without: Without) -> String {
    let messages = request.messages.iter().map(|message| MessageBody {
        role: message.role.name(),
        content: &message.content,
    });
    let schema = request.schema.as_ref().filter(|_| !without.schema);
    let body = ChatBody {
        model: &request.model,
        messages: messages.collect(),
        stream: request.stream,
        stream_options: (request.stream && !without.stream_options).then_some(StreamOptions {
            include_usage: true,
        }),
        temperature: request.temperature,
        seed: request.seed.filter(|_| !without.seed),
        max_tokens: request.max_tokens.filter(|_| !without.max_tokens),
        max_completion_tokens: request.max_tokens.filter(|_| without.max_tokens),
        chat_template_kwargs: request
            .think
            .filter(|_| !without.think)
            .map(|enable_thinking| TemplateOptions { enable_thinking }),
        response_format: schema.map(|schema| ResponseFormat {
            r#type: "json_schema",
            json_schema: SchemaBody {
                name: wire_name(&schema.name),
                strict: true,
                schema: &schema.value,
            },
        }),
    };
    crate::json(&body)
}

/// One event of a stream, or a plain answer: they differ in `delta` and `message`.
#[derive(Deserialize)]
struct Chunk<'a> {
    #[serde(borrow, default)]
    model: Option<Text<'a>>,
    #[serde(borrow, default)]
    choices: Option<Vec<Choice<'a>>>,
    #[serde(default)]
    usage: Option<Counts>,
    #[serde(default)]
    error: Option<Value>,
}

#[derive(Deserialize)]
struct Choice<'a> {
    #[serde(default)]
    index: Count,
    #[serde(borrow, default)]
    delta: Option<Said<'a>>,
    #[serde(borrow, default)]
    message: Option<Said<'a>>,
    #[serde(borrow, default)]
    finish_reason: Option<Text<'a>>,
}

#[derive(Deserialize)]
struct Said<'a> {
    #[serde(borrow, default)]
    content: Option<Text<'a>>,
    /// What DeepSeek, llama.cpp and vLLM call it.
    #[serde(borrow, default)]
    reasoning_content: Option<Text<'a>>,
    /// What OpenRouter and newer vLLM call it.
    #[serde(borrow, default)]
    reasoning: Option<Text<'a>>,
    #[serde(borrow, default)]
    refusal: Option<Text<'a>>,
}

#[derive(Deserialize)]
struct Counts {
    #[serde(default)]
    prompt_tokens: Count,
    #[serde(default)]
    completion_tokens: Count,
    #[serde(default)]
    prompt_tokens_details: Option<PromptCounts>,
}

#[derive(Deserialize)]
struct PromptCounts {
    #[serde(default)]
    cached_tokens: Count,
}

/// Reads a streamed answer.
pub(crate) struct Stream<'m> {
    events: Events,
    model: &'m str,
}

impl<'m> Stream<'m> {
    pub(super) fn new(model: &'m str) -> Self {
        Self {
            events: Events::default(),
            model,
        }
    }
}

impl Reader for Stream<'_> {
    fn feed(&mut self, piece: &[u8], reply: &mut Reply<'_>) -> Result<(), LlmError> {
        let model = self.model;
        self.events.feed(piece, |data| event(data, model, reply))
    }

    fn end(&mut self, reply: &mut Reply<'_>) -> Result<(), LlmError> {
        let model = self.model;
        match self.events.end(|data| event(data, model, reply)) {
            // Half an event is what a cut looks like.
            Err(LlmError::BadReply { .. }) => Err(LlmError::Cut),
            other => other,
        }
    }
}

fn event(data: &[u8], model: &str, reply: &mut Reply<'_>) -> Result<(), LlmError> {
    if data.trim_ascii() == b"[DONE]" {
        // Who says so without a reason to finish has nothing more to say either.
        reply
            .finish
            .get_or_insert_with(|| Finish::Other("unknown".to_owned()));
        reply.done = true;
        return Ok(());
    }
    if reply.done {
        return Ok(());
    }
    read(data, model, reply)
}

/// Reads a plain answer.
pub(super) struct Plain<'m> {
    body: Vec<u8>,
    model: &'m str,
}

impl<'m> Plain<'m> {
    pub(super) fn new(model: &'m str) -> Self {
        Self {
            body: Vec::new(),
            model,
        }
    }
}

impl Reader for Plain<'_> {
    fn feed(&mut self, piece: &[u8], _reply: &mut Reply<'_>) -> Result<(), LlmError> {
        if self.body.len() + piece.len() > REPLY_BYTES {
            return Err(LlmError::TooLarge { limit: REPLY_BYTES });
        }
        self.body.extend_from_slice(piece);
        Ok(())
    }

    fn end(&mut self, reply: &mut Reply<'_>) -> Result<(), LlmError> {
        read(&self.body, self.model, reply)?;
        if reply.finish.is_none() {
            return Err(LlmError::BadReply {
                why: "it holds no choice of the model".to_owned(),
            });
        }
        Ok(())
    }
}

fn read(json: &[u8], model: &str, reply: &mut Reply<'_>) -> Result<(), LlmError> {
    let chunk: Chunk<'_> =
        serde_json::from_slice(json).map_err(|error| reply.unreadable(json, &error))?;
    if let Some(error) = chunk.error {
        return Err(Refusal::of(&error).into_error_in_stream(model));
    }
    let Some(choices) = chunk.choices else {
        return without_choices(json, chunk.usage, model, reply);
    };
    if reply.model.is_none()
        && let Some(model) = chunk.model
        && !model.0.is_empty()
    {
        reply.model = Some(model.0.into_owned());
    }
    for choice in choices {
        // One answer was asked for.
        if choice.index.0.unwrap_or(0) == 0 {
            choose(choice, reply)?;
        }
    }
    if let Some(usage) = chunk.usage {
        count(&usage, reply);
    }
    Ok(())
}

fn choose(choice: Choice<'_>, reply: &mut Reply<'_>) -> Result<(), LlmError> {
    if let Some(said) = choice.delta.or(choice.message) {
        if let Some(thought) = said.reasoning_content.or(said.reasoning) {
            reply.think(&thought.0)?;
        }
        if let Some(content) = said.content {
            reply.say(&content.0)?;
        }
        if let Some(refusal) = said.refusal.filter(|refusal| !refusal.0.is_empty()) {
            reply.refused = true;
            reply.say(&refusal.0)?;
        }
    }
    if let Some(Text(reason)) = choice.finish_reason {
        reply.finish = Some(match &*reason {
            _ if reply.refused => Finish::Filtered,
            "stop" | "eos" | "end_turn" => Finish::Stop,
            "length" | "max_tokens" => Finish::Length,
            "content_filter" => Finish::Filtered,
            "" => Finish::Other("unknown".to_owned()),
            other => Finish::Other(other.to_owned()),
        });
    }
    Ok(())
}

/// Some send their token counts alone, some an error without a name for it.
fn without_choices(
    json: &[u8],
    usage: Option<Counts>,
    model: &str,
    reply: &mut Reply<'_>,
) -> Result<(), LlmError> {
    if let Some(usage) = usage {
        count(&usage, reply);
        return Ok(());
    }
    let value: Value = serde_json::from_slice(json).unwrap_or_default();
    if value.get("message").is_some() || value.get("detail").is_some() {
        return Err(Refusal::of(&value).into_error_in_stream(model));
    }
    Ok(())
}

fn count(usage: &Counts, reply: &mut Reply<'_>) {
    reply.usage.input = usage.prompt_tokens.0;
    reply.usage.output = usage.completion_tokens.0;
    reply.usage.cached_input = usage
        .prompt_tokens_details
        .as_ref()
        .and_then(|details| details.cached_tokens.0);
}
