//! What a server says when it does not answer: the bodies of errors as each vendor writes them, turned into [`LlmError`].
//! Vendors' words are matched here and nowhere else; everyone above acts on the typed error.

use std::time::SystemTime;

use reqwest::header::HeaderMap;
use serde_json::Value;

use crate::error::LlmError;
use crate::retry_after::{advice, retry_after};

/// Longer words of a server are cut: nobody reads a traceback in a table.
const MESSAGE_CHARS: usize = 400;

/// An error as the server described it.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Refusal {
    message: String,
    /// `type` and `code` in one, lower case, separated by a space.
    kind: String,
    /// The parameter that is at fault.
    parameter: String,
    needed: Option<u64>,
    limit: Option<u64>,
    /// What the vendor's support asks for.
    request: String,
}

impl Refusal {
    /// Reads an error's body, whatever it is.
    pub(crate) fn read(body: &[u8]) -> Self {
        match serde_json::from_slice::<Value>(body) {
            Ok(value) => Self {
                request: text_of(&value, "request_id"),
                ..Self::of(value.get("error").unwrap_or(&value))
            },
            Err(_) => Self {
                message: plain_words(&String::from_utf8_lossy(body)),
                ..Self::default()
            },
        }
    }

    /// Reads what stands under `error`, or beside it where a vendor has no such key.
    pub(crate) fn of(error: &Value) -> Self {
        let text = |key: &str| text_of(error, key);
        let number = |key: &str| error.get(key).and_then(Value::as_u64);
        let message = match error {
            Value::String(words) => words.clone(),
            _ => ["message", "error", "detail", "msg"]
                .into_iter()
                .map(text)
                .find(|words| !words.is_empty())
                .unwrap_or_else(|| details(error)),
        };
        Self {
            kind: format!("{} {}", text("type"), text("code")).to_lowercase(),
            parameter: text("param"),
            needed: number("n_prompt_tokens"),
            limit: number("n_ctx"),
            message: shorten(&message),
            request: String::new(),
        }
    }

    fn says(&self, words: &[&str]) -> bool {
        let message = self.message.to_lowercase();
        words
            .iter()
            .any(|word| message.contains(word) || self.kind.contains(word))
    }

    /// The error of an answer with this status.
    pub(crate) fn into_error(
        mut self,
        status: u16,
        headers: &HeaderMap,
        model: Option<&str>,
        key_sent: bool,
    ) -> LlmError {
        if self.request.is_empty()
            && let Some(id) = headers.get("request-id")
            && let Ok(id) = id.to_str()
        {
            self.request = shorten(id);
        }
        if let Some(error) = self.length() {
            return error;
        }
        if matches!(status, 400..=404 | 422)
            && let Some(model) = model
            && self.is_missing_model(status)
        {
            return LlmError::ModelMissing {
                model: model.to_owned(),
                have: Vec::new(),
            };
        }
        let message = self.words(status);
        match status {
            401 | 403 | 407 => LlmError::Unauthorised {
                status,
                key_sent,
                message,
            },
            // LiteLLM without its database refuses a wrong key with 400.
            400 if self.says(&["no_db_connection", "auth_error", "authentication error"]) => {
                LlmError::Unauthorised {
                    status,
                    key_sent,
                    message,
                }
            }
            402 | 429 => LlmError::RateLimited {
                retry_after: retry_after(headers, SystemTime::now()),
                retryable: status == 429
                    && !self.is_about_money()
                    && advice(headers) != Some(false),
                message,
            },
            400 if self.says(&[
                "budget_exceeded",
                "budget has been exceeded",
                "credit balance is too low",
                "api usage limits",
            ]) =>
            {
                LlmError::RateLimited {
                    retry_after: None,
                    retryable: false,
                    message,
                }
            }
            408 => server_failed(status, message, headers),
            400..=499 => LlmError::BadRequest { status, message },
            _ => server_failed(status, message, headers),
        }
    }

    /// The error of an answer that began well (status 200) and then said this.
    pub(crate) fn into_error_in_stream(self, model: &str) -> LlmError {
        if let Some(error) = self.length() {
            return error;
        }
        if self.says(&["model_not_found", "try pulling it first"]) {
            return LlmError::ModelMissing {
                model: model.to_owned(),
                have: Vec::new(),
            };
        }
        let limited = self.says(&["rate_limit", "rate limit", "insufficient_quota"]);
        let retryable = !self.is_about_money();
        let message = if self.message.is_empty() {
            "it gave no reason".to_owned()
        } else {
            self.with_request(self.message.clone())
        };
        if limited {
            return LlmError::RateLimited {
                retry_after: None,
                retryable,
                message,
            };
        }
        LlmError::InStream { message }
    }

    fn length(&self) -> Option<LlmError> {
        let too_long = [
            "exceed_context_size_error",
            "context_length_exceeded",
            "maximum context length",
            "exceeds the context length",
            "exceeds the available context size",
            "longer than the context",
            "prompt is too long",
            "context window exceeded",
            "contextwindowexceedederror",
            "exceed context limit",
        ];
        if !self.says(&too_long) {
            return None;
        }
        let after = |words: &str| number_after(&self.message, words);
        Some(LlmError::ContextTooLong {
            needed: self
                .needed
                .or_else(|| after("resulted in"))
                .or_else(|| after("requested"))
                .or_else(|| after("prompt contains"))
                .or_else(|| after("prompt is too long")),
            limit: self
                .limit
                .or_else(|| after("context length is"))
                .or_else(|| after(">")),
        })
    }

    fn is_missing_model(&self, status: u16) -> bool {
        if self.says(&["model_not_found", "invalid model name", "model_not_loaded"]) {
            return true;
        }
        let message = self.message.to_lowercase();
        let missing = ["not found", "does not exist", "no such model", "not exist"];
        if self.kind.starts_with("not_found_error") && message.starts_with("model:") {
            return true;
        }
        status == 404
            && message.contains("model")
            && (missing.iter().any(|words| message.contains(words)))
    }

    fn is_about_money(&self) -> bool {
        self.says(&[
            "insufficient_quota",
            "exceeded your current quota",
            "billing",
            "credit",
            "budget",
            "spend limit",
            "spending limit",
            "payment",
        ])
    }

    fn words(&self, status: u16) -> String {
        let words = if self.message.is_empty() {
            format!("HTTP {status} without a word")
        } else if self.parameter.is_empty() || self.message.contains(&self.parameter) {
            self.message.clone()
        } else {
            format!("{} ({})", self.message, self.parameter)
        };
        self.with_request(words)
    }

    fn with_request(&self, words: String) -> String {
        if self.request.is_empty() {
            words
        } else {
            format!("{words} (request {})", self.request)
        }
    }
}

fn text_of(value: &Value, key: &str) -> String {
    match value.get(key) {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Number(number)) => number.to_string(),
        _ => String::new(),
    }
}

fn server_failed(status: u16, message: String, headers: &HeaderMap) -> LlmError {
    LlmError::Server {
        status,
        message,
        retry_after: retry_after(headers, SystemTime::now()),
        retryable: advice(headers)
            .unwrap_or(matches!(status, 408 | 500 | 502 | 503 | 504 | 520..=529)),
    }
}

/// FastAPI's list of what is wrong where.
fn details(error: &Value) -> String {
    let Some(list) = error.get("detail").and_then(Value::as_array) else {
        return match error {
            Value::Object(_) => error.to_string(),
            _ => String::new(),
        };
    };
    let lines = list.iter().map(|item| {
        let place = item.get("loc").map(Value::to_string).unwrap_or_default();
        let what = item.get("msg").and_then(Value::as_str).unwrap_or_default();
        format!("{place} {what}")
    });
    lines.collect::<Vec<_>>().join("; ")
}

fn plain_words(body: &str) -> String {
    let body = body.trim();
    if body.starts_with('<') {
        return "a web page instead of an answer".to_owned();
    }
    shorten(body)
}

fn shorten(words: &str) -> String {
    let words = words.trim();
    match words.char_indices().nth(MESSAGE_CHARS) {
        Some((end, _)) => format!("{}…", &words[..end]),
        None => words.to_owned(),
    }
}

fn number_after(message: &str, words: &str) -> Option<u64> {
    let start = message.to_lowercase().find(words)? + words.len();
    let digits: String = message
        .get(start..)?
        .chars()
        .skip_while(|letter| !letter.is_ascii_digit())
        .take_while(char::is_ascii_digit)
        .collect();
    digits.parse().ok()
}

const HIDDEN: &str = "<key>";

/// The same words without the key as it stands.
pub(crate) fn without_key(words: String, key: Option<&str>) -> String {
    match key.map(str::trim) {
        Some(key) if !key.is_empty() && words.contains(key) => words.replace(key, HIDDEN),
        _ => words,
    }
}

/// The same words without the key, whole or shortened (`sk-…4f2a`).
pub(crate) fn scrub(words: &str, key: Option<&str>) -> String {
    let mut clean = without_key(words.to_owned(), key);
    let mut from = 0;
    while let Some(found) = clean[from..].find("sk-") {
        let start = from + found;
        let inside_word = clean[..start].ends_with(|before: char| before.is_alphanumeric());
        let end = clean[start..]
            .find(|letter: char| letter.is_whitespace() || "\"',;()<>".contains(letter))
            .map_or(clean.len(), |length| start + length);
        if inside_word {
            from = start + 3;
        } else {
            clean.replace_range(start..end, HIDDEN);
            from = start + HIDDEN.len();
        }
    }
    clean
}
