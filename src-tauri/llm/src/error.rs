//! Everything that can go wrong between a question and its answer, with what a caller can act on. No key, header or full
//! URL is ever part of an error.

use std::path::PathBuf;
use std::time::Duration;

/// What went wrong. `address` is `scheme://host:port`, nothing more of a URL.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LlmError {
    /// Nobody answers there: refused, unreachable, unknown host, or no trust in its certificate.
    #[error("nothing answers at {address}: {why}")]
    Down {
        /// Where.
        address: String,
        /// The system's reason.
        why: String,
    },
    /// The connection was not made in time.
    #[error("no connection to {address} within {}", words(.waited))]
    ConnectTimeout {
        /// Where.
        address: String,
        /// The limit.
        waited: Duration,
    },
    /// Connected, but not one byte of an answer in time.
    #[error(
        "the server did not begin to answer within {}; a cold local model may need longer (first_byte_timeout)",
        words(.waited)
    )]
    FirstByteTimeout {
        /// The limit.
        waited: Duration,
    },
    /// The answer began and then stood still.
    #[error("the server fell silent in the middle of its answer for {}", words(.waited))]
    Silent {
        /// The limit.
        waited: Duration,
    },
    /// The server wants a key, another key, or a right this key lacks.
    #[error("{}: {message}", if *.key_sent { "the server refused the key" } else { "the server asks for a key" })]
    Unauthorised {
        /// HTTP status; 401 or 403, other where a vendor says it otherwise.
        status: u16,
        /// Whether a key was sent at all.
        key_sent: bool,
        /// The server's words.
        message: String,
    },
    /// The server does not have the model.
    #[error("the server has no model \"{model}\"")]
    ModelMissing {
        /// As asked for.
        model: String,
        /// What it does have, as far as it could be asked.
        have: Vec<String>,
    },
    /// Too much asked in a time, or the account has no money left.
    #[error("the server limits how much may be asked: {message}")]
    RateLimited {
        /// How long the server wants to be left alone.
        retry_after: Option<Duration>,
        /// False for spend limits and used-up credit: asking again costs patience and helps nobody.
        retryable: bool,
        /// The server's words.
        message: String,
    },
    /// The prompt is longer than the model's context, and the server says so.
    #[error("the prompt is too long for the model's context{}", lengths(.needed, .limit))]
    ContextTooLong {
        /// Tokens of the prompt.
        needed: Option<u64>,
        /// Tokens of the context.
        limit: Option<u64>,
    },
    /// The server does not accept the question.
    #[error("the server did not accept the request (HTTP {status}): {message}")]
    BadRequest {
        /// HTTP status, 4xx.
        status: u16,
        /// The server's words.
        message: String,
    },
    /// The server itself failed.
    #[error("the server failed (HTTP {status}): {message}")]
    Server {
        /// HTTP status, mostly 5xx.
        status: u16,
        /// The server's words.
        message: String,
        /// How long the server wants to be left alone.
        retry_after: Option<Duration>,
        /// Whether it may be better later: the server's own word on it, else by its status.
        retryable: bool,
    },
    /// The stream ended before the answer did.
    #[error("the answer broke off before its end")]
    Cut,
    /// The server reported an error in the middle of an answer that had begun well.
    #[error("the server failed in the middle of its answer: {message}")]
    InStream {
        /// The server's words.
        message: String,
    },
    /// Bytes that are not UTF-8 text.
    #[error("the server sent bytes that are not text (invalid UTF-8)")]
    NotUtf8,
    /// More than anybody would read; the connection was closed.
    #[error("the answer is longer than {} MB", .limit / 1_000_000)]
    TooLarge {
        /// Bytes.
        limit: usize,
    },
    /// Text that is not what this API answers.
    #[error("the server's answer cannot be read: {why}")]
    BadReply {
        /// What is wrong with it.
        why: String,
    },
    /// The server sends us elsewhere; that is never followed, least of all with a key.
    #[error("the server redirects to {to}; set that as its address if it is right")]
    Redirected {
        /// HTTP status, 3xx.
        status: u16,
        /// Scheme, host and port of the new place; empty when it was not given.
        to: String,
    },
    /// Offline, and this would leave the machine.
    #[error("offline: {address} is not on this machine")]
    RefusedOffline {
        /// What would have been asked.
        address: String,
    },
    /// The address cannot be used. It is not repeated here, since it may hold a password.
    #[error("the backend's address cannot be used: {why}")]
    BadUrl {
        /// Which rule it breaks.
        why: String,
    },
    /// The proxy's address cannot be used. It is not repeated here, since it may hold a password.
    #[error("the proxy's address cannot be used: {why}")]
    BadProxy {
        /// Which rule it breaks.
        why: String,
    },
    /// The file with certificate authorities cannot be used.
    #[error("the certificate file {} cannot be used: {why}", path.display())]
    BadCa {
        /// Which file.
        path: PathBuf,
        /// Why.
        why: String,
    },
    /// The key holds a character that no header may hold.
    #[error("the key holds a line break or another character that cannot be sent")]
    BadKey,
    /// This machine cannot start what is needed: a thread, or the encryption.
    #[error("the network part could not start: {why}")]
    Start {
        /// The system's reason.
        why: String,
    },
}

impl LlmError {
    /// A short stable word, for records and for the page.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Down { .. } => "down",
            Self::ConnectTimeout { .. } => "connect_timeout",
            Self::FirstByteTimeout { .. } => "first_byte_timeout",
            Self::Silent { .. } => "silent",
            Self::Unauthorised { .. } => "unauthorised",
            Self::ModelMissing { .. } => "model_missing",
            Self::RateLimited { .. } => "rate_limited",
            Self::ContextTooLong { .. } => "context_too_long",
            Self::BadRequest { .. } => "bad_request",
            Self::Server { .. } => "server_error",
            Self::Cut => "cut",
            Self::InStream { .. } => "in_stream",
            Self::NotUtf8 => "not_utf8",
            Self::TooLarge { .. } => "too_large",
            Self::BadReply { .. } => "bad_reply",
            Self::Redirected { .. } => "redirected",
            Self::RefusedOffline { .. } => "refused_offline",
            Self::BadUrl { .. } => "bad_url",
            Self::BadProxy { .. } => "bad_proxy",
            Self::BadCa { .. } => "bad_ca",
            Self::BadKey => "bad_key",
            Self::Start { .. } => "start",
        }
    }

    /// Whether the same question may be answered if it is asked again later. Whether a token had been heard already is
    /// the caller's to weigh.
    #[must_use]
    pub fn retryable(&self) -> bool {
        match self {
            Self::Down { .. }
            | Self::ConnectTimeout { .. }
            | Self::FirstByteTimeout { .. }
            | Self::Silent { .. }
            | Self::Cut
            | Self::InStream { .. } => true,
            Self::RateLimited { retryable, .. } | Self::Server { retryable, .. } => *retryable,
            _ => false,
        }
    }

    /// How long the server wants to be left alone, where it said.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::RateLimited { retry_after, .. } | Self::Server { retry_after, .. } => {
                *retry_after
            }
            _ => None,
        }
    }

    /// The same error with the server's words passed through `clean`.
    pub(crate) fn map_words(mut self, clean: impl Fn(&str) -> String) -> Self {
        match &mut self {
            Self::Unauthorised { message: words, .. }
            | Self::RateLimited { message: words, .. }
            | Self::BadRequest { message: words, .. }
            | Self::Server { message: words, .. }
            | Self::InStream { message: words }
            | Self::BadReply { why: words }
            | Self::Down { why: words, .. }
            | Self::RefusedOffline { address: words }
            | Self::Redirected { to: words, .. } => *words = clean(words),
            Self::ModelMissing { have, .. } => {
                for name in have {
                    *name = clean(name);
                }
            }
            _ => {}
        }
        self
    }
}

fn words(limit: &Duration) -> String {
    if limit.as_millis().is_multiple_of(1000) {
        format!("{} s", limit.as_secs())
    } else {
        format!("{} ms", limit.as_millis())
    }
}

fn lengths(needed: &Option<u64>, limit: &Option<u64>) -> String {
    match (needed, limit) {
        (Some(needed), Some(limit)) => format!(": {needed} tokens, room for {limit}"),
        (None, Some(limit)) => format!(": room for {limit} tokens"),
        (Some(needed), None) => format!(": {needed} tokens"),
        (None, None) => String::new(),
    }
}
