//! What answers of the Messages API look like on the wire, streamed and plain, and nothing about asking for them.

use serde::Deserialize;
use serde_json::Value;

use crate::completion::Finish;
use crate::error::LlmError;
use crate::frames::Events;
use crate::loose::{Count, Text};
use crate::refusal::Refusal;
use crate::reply::{REPLY_BYTES, Reader, Reply};

/// One event of a stream. A plain answer is what `message` holds in one, with its end in it.
#[derive(Deserialize)]
struct Event<'a> {
    #[serde(borrow, default)]
    r#type: Option<Text<'a>>,
    #[serde(borrow, default)]
    message: Option<Message<'a>>,
    #[serde(default)]
    index: Count,
    #[serde(borrow, default)]
    content_block: Option<Block<'a>>,
    #[serde(borrow, default)]
    delta: Option<Delta<'a>>,
    #[serde(default)]
    usage: Option<Counts>,
}

#[derive(Deserialize)]
struct Message<'a> {
    #[serde(borrow, default)]
    model: Option<Text<'a>>,
    #[serde(borrow, default)]
    content: Option<Vec<Block<'a>>>,
    #[serde(borrow, default)]
    stop_reason: Option<Text<'a>>,
    #[serde(default)]
    usage: Option<Counts>,
}

#[derive(Deserialize)]
struct Block<'a> {
    #[serde(borrow, default)]
    r#type: Option<Text<'a>>,
    #[serde(borrow, default)]
    text: Option<Text<'a>>,
    #[serde(borrow, default)]
    thinking: Option<Text<'a>>,
    #[serde(default)]
    input: Option<Value>,
}

impl Block<'_> {
    fn is_tool(&self) -> bool {
        self.r#type
            .as_ref()
            .is_some_and(|kind| kind.0 == "tool_use")
    }
}

#[derive(Deserialize)]
struct Delta<'a> {
    #[serde(borrow, default)]
    text: Option<Text<'a>>,
    #[serde(borrow, default)]
    thinking: Option<Text<'a>>,
    #[serde(borrow, default)]
    partial_json: Option<Text<'a>>,
    #[serde(borrow, default)]
    stop_reason: Option<Text<'a>>,
}

#[derive(Deserialize, Clone, Copy, Default)]
struct Counts {
    #[serde(default)]
    input_tokens: Count,
    #[serde(default)]
    output_tokens: Count,
    #[serde(default)]
    cache_creation_input_tokens: Count,
    #[serde(default)]
    cache_read_input_tokens: Count,
}

/// What is said, in the order of its blocks. Where the reply is asked for as a tool's input, text beside the tool is no
/// part of it; only without any tool it is the reply after all.
#[derive(Default)]
struct Said {
    by_tool: bool,
    /// Text that waits to see whether a tool follows.
    beside: String,
    /// The index of the block that is the tool's.
    tool: Option<u64>,
    counts: Counts,
}

impl Said {
    fn text(&mut self, text: &str, reply: &mut Reply<'_>) -> Result<(), LlmError> {
        if !self.by_tool {
            return reply.say(text);
        }
        if self.beside.len() + text.len() > REPLY_BYTES {
            return Err(LlmError::TooLarge { limit: REPLY_BYTES });
        }
        self.beside.push_str(text);
        Ok(())
    }

    /// True for the first tool; there should be no other.
    fn uses_tool(&mut self, index: u64) -> bool {
        *self.tool.get_or_insert(index) == index
    }

    fn block(
        &mut self,
        block: Block<'_>,
        index: u64,
        reply: &mut Reply<'_>,
    ) -> Result<(), LlmError> {
        if let Some(thought) = &block.thinking {
            reply.think(&thought.0)?;
        }
        if let Some(text) = &block.text {
            self.text(&text.0, reply)?;
        }
        if block.is_tool() && self.uses_tool(index) {
            // A streamed tool begins with an empty input, whose JSON then comes in pieces.
            if let Some(Value::Object(input)) = block.input
                && !input.is_empty()
            {
                reply.say(&Value::Object(input).to_string())?;
            }
        }
        Ok(())
    }

    fn stop(&mut self, reason: &Text<'_>, reply: &mut Reply<'_>) -> Result<(), LlmError> {
        let beside = std::mem::take(&mut self.beside);
        if self.tool.is_some() {
            reply.think(&beside)?;
        } else {
            reply.say(&beside)?;
        }
        reply.finish = Some(match &*reason.0 {
            "end_turn" | "stop_sequence" => Finish::Stop,
            "tool_use" if self.by_tool => Finish::Stop,
            "max_tokens" | "model_context_window_exceeded" => Finish::Length,
            "refusal" => Finish::Filtered,
            "" => Finish::Other("unknown".to_owned()),
            other => Finish::Other(other.to_owned()),
        });
        Ok(())
    }

    /// Counts come in two parts and are totals each time. Those of the cache are not among the input's.
    fn count(&mut self, usage: Counts, reply: &mut Reply<'_>) {
        let newer = |new: Count, old: Count| Count(new.0.or(old.0));
        let all = &mut self.counts;
        *all = Counts {
            input_tokens: newer(usage.input_tokens, all.input_tokens),
            output_tokens: newer(usage.output_tokens, all.output_tokens),
            cache_creation_input_tokens: newer(
                usage.cache_creation_input_tokens,
                all.cache_creation_input_tokens,
            ),
            cache_read_input_tokens: newer(
                usage.cache_read_input_tokens,
                all.cache_read_input_tokens,
            ),
        };
        let (written, read) = (
            all.cache_creation_input_tokens.0,
            all.cache_read_input_tokens.0,
        );
        reply.usage.input = all.input_tokens.0.map(|input| {
            input
                .saturating_add(written.unwrap_or(0))
                .saturating_add(read.unwrap_or(0))
        });
        reply.usage.output = all.output_tokens.0;
        reply.usage.cached_input = read;
        reply.usage.cache_written = written;
    }

    fn message(&mut self, message: Message<'_>, reply: &mut Reply<'_>) -> Result<(), LlmError> {
        if let Some(model) = message.model
            && !model.0.is_empty()
        {
            reply.model = Some(model.0.into_owned());
        }
        for (index, block) in (0..).zip(message.content.unwrap_or_default()) {
            self.block(block, index, reply)?;
        }
        if let Some(usage) = message.usage {
            self.count(usage, reply);
        }
        match message.stop_reason {
            Some(reason) => self.stop(&reason, reply),
            None => Ok(()),
        }
    }

    fn event(&mut self, data: &[u8], model: &str, reply: &mut Reply<'_>) -> Result<(), LlmError> {
        if reply.done {
            return Ok(());
        }
        let event: Event<'_> = match serde_json::from_slice(data) {
            Ok(event) => event,
            Err(error) => {
                // New kinds of events may come, in forms of their own.
                return match serde_json::from_slice::<Kind<'_>>(data) {
                    Ok(kind) if kind.is_new() => Ok(()),
                    _ => Err(reply.unreadable(data, &error)),
                };
            }
        };
        match event.r#type.as_ref().map_or("", |kind| &*kind.0) {
            "message_start" | "content_block_start" | "content_block_delta" | "message_delta" => {}
            "error" => return Err(in_stream(data, model)),
            "message_stop" => {
                // Who stops without a reason has nothing more to say either.
                if reply.finish.is_none() {
                    self.stop(&Text::default(), reply)?;
                }
                reply.done = true;
                return Ok(());
            }
            _ => return Ok(()),
        }
        let index = event.index.0.unwrap_or(0);
        if let Some(message) = event.message {
            self.message(message, reply)?;
        }
        if let Some(block) = event.content_block {
            self.block(block, index, reply)?;
        }
        if let Some(usage) = event.usage {
            self.count(usage, reply);
        }
        let Some(delta) = event.delta else {
            return Ok(());
        };
        if let Some(thought) = delta.thinking {
            reply.think(&thought.0)?;
        }
        if let Some(text) = delta.text {
            self.text(&text.0, reply)?;
        }
        if let Some(json) = delta.partial_json
            && self.uses_tool(index)
        {
            reply.say(&json.0)?;
        }
        match delta.stop_reason {
            Some(reason) => self.stop(&reason, reply),
            None => Ok(()),
        }
    }
}

/// The events that are read.
const KNOWN: [&str; 6] = [
    "message_start",
    "content_block_start",
    "content_block_delta",
    "message_delta",
    "message_stop",
    "error",
];

#[derive(Deserialize)]
struct Kind<'a> {
    #[serde(borrow, default)]
    r#type: Option<Text<'a>>,
}

impl Kind<'_> {
    fn name(&self) -> &str {
        self.r#type.as_ref().map_or("", |kind| &*kind.0)
    }

    fn is_new(&self) -> bool {
        !self.name().is_empty() && !KNOWN.contains(&self.name())
    }
}

fn in_stream(data: &[u8], model: &str) -> LlmError {
    Refusal::read(data).into_error_in_stream(model)
}

/// Reads a streamed answer.
pub(crate) struct Stream<'m> {
    events: Events,
    said: Said,
    model: &'m str,
}

impl<'m> Stream<'m> {
    pub(super) fn new(model: &'m str, by_tool: bool) -> Self {
        Self {
            events: Events::default(),
            said: Said {
                by_tool,
                ..Said::default()
            },
            model,
        }
    }
}

impl Reader for Stream<'_> {
    fn feed(&mut self, piece: &[u8], reply: &mut Reply<'_>) -> Result<(), LlmError> {
        let Self {
            events,
            said,
            model,
        } = self;
        events.feed(piece, |data| said.event(data, model, reply))
    }

    fn end(&mut self, reply: &mut Reply<'_>) -> Result<(), LlmError> {
        let Self {
            events,
            said,
            model,
        } = self;
        match events.end(|data| said.event(data, model, reply)) {
            // Half an event is what a cut looks like.
            Err(LlmError::BadReply { .. }) => Err(LlmError::Cut),
            other => other,
        }
    }
}

/// Reads a plain answer.
pub(super) struct Plain<'m> {
    body: Vec<u8>,
    said: Said,
    model: &'m str,
}

impl<'m> Plain<'m> {
    pub(super) fn new(model: &'m str, by_tool: bool) -> Self {
        Self {
            body: Vec::new(),
            said: Said {
                by_tool,
                ..Said::default()
            },
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
        let body = &self.body;
        let kind: Kind<'_> =
            serde_json::from_slice(body).map_err(|error| reply.unreadable(body, &error))?;
        if kind.name() == "error" {
            return Err(in_stream(body, self.model));
        }
        let message: Message<'_> =
            serde_json::from_slice(body).map_err(|error| reply.unreadable(body, &error))?;
        if message.content.is_none() {
            return match serde_json::from_slice::<Value>(body) {
                // Those in between who write errors in their own way.
                Ok(value) if value.get("error").is_some() => Err(in_stream(body, self.model)),
                _ => Err(LlmError::BadReply {
                    why: "it holds no message of the model".to_owned(),
                }),
            };
        }
        self.said.message(message, reply)?;
        if reply.finish.is_none() {
            self.said.stop(&Text::default(), reply)?;
        }
        Ok(())
    }
}
