//! What is asked of a model and what comes back, in words common to all backends. No wire formats here.

use serde_json::Value;

use crate::error::LlmError;

/// Who speaks in a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Instructions.
    System,
    /// The asking side.
    User,
    /// The model's own earlier words.
    Assistant,
}

impl Role {
    /// The word the APIs use.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::User => "user",
            Self::Assistant => "assistant",
        }
    }
}

/// One message of a conversation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// Who says it.
    pub role: Role,
    /// What is said.
    pub content: String,
}

impl Message {
    /// A message.
    pub fn new(role: Role, content: impl Into<String>) -> Self {
        Self {
            role,
            content: content.into(),
        }
    }
}

/// A JSON schema the reply should keep to. Nothing guarantees that it does: check what comes back.
#[derive(Debug, Clone, PartialEq)]
pub struct Schema {
    /// A name for it; characters other than letters, digits, `_` and `-` are replaced where an API forbids them.
    pub name: String,
    /// The schema itself.
    pub value: Value,
}

/// One question to a model. What is `None` is not sent, so that the server's default holds.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct CompletionRequest {
    /// The model's name as the server knows it.
    pub model: String,
    /// The conversation so far.
    pub messages: Vec<Message>,
    /// The form of the reply.
    pub schema: Option<Schema>,
    /// 0 is sent as 0.
    pub temperature: Option<f64>,
    /// For repeatable sampling where the server has it.
    pub seed: Option<u64>,
    /// The longest reply, in tokens.
    pub max_tokens: Option<u32>,
    /// The context in tokens (`num_ctx`); Ollama only, other servers fix it when they start.
    pub context: Option<u32>,
    /// Whether a thinking model thinks first, where that can be chosen.
    pub think: Option<bool>,
    /// Ask for the reply piece by piece. Plain otherwise.
    pub stream: bool,
}

/// Why the model stopped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Finish {
    /// It was done.
    Stop,
    /// It ran into the longest reply or the end of the context: the text is a fragment.
    Length,
    /// The server withheld the reply, or the model refused in so many words.
    Filtered,
    /// Anything else, in the server's word; `unknown` when it gave none.
    Other(String),
}

impl Finish {
    /// One word for records: `stop`, `length`, `filtered`, or the server's own.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::Stop => "stop",
            Self::Length => "length",
            Self::Filtered => "filtered",
            Self::Other(word) => word,
        }
    }
}

/// Tokens as the server counted them; `None` where it did not say.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Usage {
    /// Tokens of the prompt, those read from or written to the server's prompt cache included.
    pub input: Option<u64>,
    /// Tokens of the reply, thinking included.
    pub output: Option<u64>,
    /// Tokens of the prompt that came from the server's cache.
    pub cached_input: Option<u64>,
    /// Tokens of the prompt that were written to the server's cache, where that is counted (and paid) apart.
    pub cache_written: Option<u64>,
}

/// Milliseconds since the request was handed to the connection.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Times {
    /// To the first byte of the answer's body.
    pub first_byte_ms: Option<f64>,
    /// To the first piece of text or thinking.
    pub first_token_ms: Option<f64>,
    /// What the server says it took to load the model; part of the wait for the first byte.
    pub load_ms: Option<f64>,
    /// To the end, good or bad.
    pub total_ms: f64,
}

/// The server read less than it was sent: it cut the prompt to its context and answered about the rest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ContextCut {
    /// No tokenizer makes fewer tokens of what was sent.
    pub sent_tokens_at_least: u64,
    /// What the server says it read.
    pub read_tokens: u64,
    /// The context, where it is known.
    pub limit: Option<u64>,
}

/// A whole answer.
#[derive(Debug, Clone, PartialEq)]
pub struct Completion {
    /// The reply as it came, nothing trimmed.
    pub text: String,
    /// What a thinking model thought, where the server tells it apart.
    pub thinking: Option<String>,
    /// Why it ended. [`Finish::Length`] means that `text` is a fragment.
    pub finish: Finish,
    /// The model as the server named it, else as it was asked for.
    pub model: String,
    /// Tokens.
    pub usage: Usage,
    /// Times.
    pub times: Times,
    /// Set when the prompt was cut in silence.
    pub context_cut: Option<ContextCut>,
    /// Plain sentences about what was done differently from what was asked, for example that the server refused a
    /// schema and was asked without it.
    pub notices: Vec<String>,
    /// The JSON that was sent (of the last ask). It never holds a key.
    pub request_body: String,
    /// The asks before this one that failed, oldest first; empty unless [`crate::Retrying`] asked again.
    pub earlier: Vec<Attempt>,
}

/// An ask that failed and was made again. Its number, from 1, is its place in the list.
#[derive(Debug, Clone, PartialEq)]
pub struct Attempt {
    /// Why it failed.
    pub error: LlmError,
    /// Its own times.
    pub times: Times,
    /// Milliseconds that were waited after it, before the next ask.
    pub waited_ms: f64,
}

/// A failure, and what had been heard before it.
#[derive(Debug, Clone, PartialEq)]
pub struct Failed {
    /// What happened.
    pub error: LlmError,
    /// The text received so far; for a reply that could not be read, its beginning as it came.
    pub partial: String,
    /// Times; `total_ms` is the time to the failure.
    pub times: Times,
    /// The asks before this one that failed too, oldest first; empty unless [`crate::Retrying`] asked again.
    pub earlier: Vec<Attempt>,
}
