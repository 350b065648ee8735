//! A question as the Messages API takes it: what stays the same first and marked for the server's cache.

use serde::Serialize;
use serde_json::Value;

use super::habits::{Form, Habit, Thinking};
use super::schema;
use crate::completion::{CompletionRequest, Role, Schema};
use crate::wire_name::wire_name;

/// The API wants a longest reply to be named. A judgement needs some hundred tokens; the smallest models give this many.
const MAX_TOKENS: u32 = 4096;
/// Tokens to think in, beside those of the reply. The API takes no fewer than 1024.
const THINKING_TOKENS: u32 = 4096;

#[derive(Serialize)]
struct Body<'a> {
    model: &'a str,
    max_tokens: u32,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tools: Vec<Tool<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tool_choice: Option<ToolChoice<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    system: Vec<Block<'a>>,
    messages: Vec<MessageBody<'a>>,
    stream: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    temperature: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    thinking: Option<ThinkingBody>,
    #[serde(skip_serializing_if = "Option::is_none")]
    output_config: Option<OutputConfig>,
}

#[derive(Serialize)]
struct Tool<'a> {
    name: &'a str,
    description: &'static str,
    input_schema: &'a Value,
}

#[derive(Serialize)]
struct ToolChoice<'a> {
    r#type: &'static str,
    name: &'a str,
    disable_parallel_tool_use: bool,
}

#[derive(Serialize)]
struct Block<'a> {
    r#type: &'static str,
    text: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    cache_control: Option<CacheControl>,
}

#[derive(Serialize)]
struct CacheControl {
    r#type: &'static str,
}

#[derive(Serialize)]
struct MessageBody<'a> {
    role: &'static str,
    content: &'a str,
}

#[derive(Serialize)]
struct ThinkingBody {
    r#type: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    budget_tokens: Option<u32>,
}

#[derive(Serialize)]
struct OutputConfig {
    format: Format,
}

#[derive(Serialize)]
struct Format {
    r#type: &'static str,
    schema: Value,
}

/// What is sent, and what a reader of the result should know about it.
pub(super) struct Asked {
    pub(super) json: String,
    /// The reply is asked for as the input of a tool.
    pub(super) by_tool: bool,
    pub(super) notices: Vec<String>,
}

/// The body of a question as the model is known to take it.
pub(super) fn body(request: &CompletionRequest, habit: Habit) -> Asked {
    let mut notices = Vec::new();
    let mut notice = |words: &str| notices.push(words.to_owned());
    let by = |form: Form| request.schema.as_ref().filter(|_| habit.form == form);
    let (format, tool) = (by(Form::Format), by(Form::Tool));
    if tool.is_some() {
        notice(
            "The server does not take a JSON schema for the reply; it was asked by a tool that has it.",
        );
    } else if by(Form::Free).is_some() {
        notice("The server does not take a JSON schema; it was asked without.");
    }
    let thinking = thinking(request, habit, tool.is_some());
    if thinking.is_none() && request.think.is_some() {
        notice(if habit.thinking == Thinking::Free {
            "The server does not take a choice about thinking; it was asked without."
        } else {
            "A model that must use a tool cannot think first; it was asked without."
        });
    }
    let thinks = request.think == Some(true) && thinking.is_some();
    let mut temperature = request.temperature.filter(|_| !habit.without_temperature);
    if temperature.is_none() && request.temperature.is_some() {
        notice("The server does not take this temperature; it was asked without.");
    } else if thinks
        && temperature
            .take()
            .is_some_and(|temperature| temperature != 1.0)
    {
        notice("A model that thinks first has a temperature of its own; it was asked without one.");
    }
    if request.seed.is_some() {
        notice("The server does not take a seed; it was asked without.");
    }
    let name = tool
        .map(|schema| wire_name(&schema.name))
        .unwrap_or_default();
    let reply = request.max_tokens.unwrap_or(MAX_TOKENS);
    let body = Body {
        model: &request.model,
        max_tokens: if thinks {
            reply.saturating_add(THINKING_TOKENS)
        } else {
            reply
        },
        tools: tool
            .into_iter()
            .map(|schema| described(schema, &name))
            .collect(),
        tool_choice: tool.map(|_| ToolChoice {
            r#type: "tool",
            name: &name,
            disable_parallel_tool_use: true,
        }),
        system: system(request),
        messages: messages(request),
        stream: request.stream,
        temperature,
        thinking,
        output_config: format.map(|schema| OutputConfig {
            format: Format {
                r#type: "json_schema",
                schema: schema::accepted(&schema.value),
            },
        }),
    };
    Asked {
        json: crate::json(&body),
        by_tool: tool.is_some(),
        notices,
    }
}

fn described<'a>(schema: &'a Schema, name: &'a str) -> Tool<'a> {
    Tool {
        name,
        description: "Gives the reply.",
        input_schema: &schema.value,
    }
}

/// The last block carries the mark: all before it, tools included, is the prefix that is kept.
fn system(request: &CompletionRequest) -> Vec<Block<'_>> {
    let said = request.messages.iter().filter(|message| {
        // The API refuses blocks without text.
        message.role == Role::System && !message.content.trim().is_empty()
    });
    let mut blocks: Vec<Block<'_>> = said
        .map(|message| Block {
            r#type: "text",
            text: &message.content,
            cache_control: None,
        })
        .collect();
    if let Some(last) = blocks.last_mut() {
        last.cache_control = Some(CacheControl {
            r#type: "ephemeral",
        });
    }
    blocks
}

fn messages(request: &CompletionRequest) -> Vec<MessageBody<'_>> {
    let said = request
        .messages
        .iter()
        .filter(|message| message.role != Role::System && !message.content.trim().is_empty());
    said.map(|message| MessageBody {
        role: message.role.name(),
        content: &message.content,
    })
    .collect()
}

fn thinking(request: &CompletionRequest, habit: Habit, by_tool: bool) -> Option<ThinkingBody> {
    let think = request.think?;
    let (kind, budget_tokens) = match (think, habit.thinking) {
        (_, Thinking::Free) => return None,
        (false, _) => ("disabled", None),
        // A forced tool and thinking exclude each other.
        (true, _) if by_tool => return None,
        (true, Thinking::Budget) => ("enabled", Some(THINKING_TOKENS)),
        (true, Thinking::Adaptive) => ("adaptive", None),
    };
    Some(ThinkingBody {
        r#type: kind,
        budget_tokens,
    })
}
