//! What a server of this family does not understand, learnt from its refusals and remembered for as long as the backend
//! lives, so that it is asked wrongly once and not for every cell.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use crate::completion::CompletionRequest;
use crate::error::LlmError;

/// What is left out of a request or put otherwise.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Without {
    /// No `response_format`.
    pub(super) schema: bool,
    /// No `stream_options`: the tokens of a streamed answer stay unknown.
    pub(super) stream_options: bool,
    /// `max_completion_tokens` instead of `max_tokens`.
    pub(super) max_tokens: bool,
    /// No `chat_template_kwargs`.
    pub(super) think: bool,
    /// No `seed`.
    pub(super) seed: bool,
}

impl Without {
    /// What a reader of the result should know.
    pub(super) fn notices(self, request: &CompletionRequest) -> Vec<String> {
        let mut notices = Vec::new();
        if self.schema && request.schema.is_some() {
            notices
                .push("The server does not take a JSON schema; it was asked without.".to_owned());
        }
        if self.think && request.think.is_some() {
            notices.push(
                "The server does not take a choice about thinking; it was asked without."
                    .to_owned(),
            );
        }
        if self.seed && request.seed.is_some() {
            notices.push("The server does not take a seed; it was asked without.".to_owned());
        }
        notices
    }
}

/// What was learnt, by model: behind one address there may be models of many makers.
#[derive(Debug, Default)]
pub(super) struct Habits {
    learnt: Mutex<HashMap<String, Without>>,
}

impl Habits {
    pub(super) fn of(&self, model: &str) -> Without {
        let learnt = self.learnt.lock().unwrap_or_else(PoisonError::into_inner);
        learnt.get(model).copied().unwrap_or_default()
    }

    /// Remembers what this refusal says about the optional parts of a request. True when that is new and the question is
    /// worth asking once more.
    pub(super) fn learn(
        &self,
        error: &LlmError,
        request: &CompletionRequest,
        sent: Without,
    ) -> bool {
        let LlmError::BadRequest {
            status: 400 | 415 | 422 | 501,
            message,
        } = error
        else {
            return false;
        };
        let message = message.to_lowercase();
        let about = |names: &[&str]| names.iter().any(|name| message.contains(name));
        let mut now = sent;
        if request.stream && !sent.stream_options && about(&["stream_options", "include_usage"]) {
            now.stream_options = true;
        } else if request.max_tokens.is_some()
            && !sent.max_tokens
            && about(&["max_completion_tokens"])
        {
            now.max_tokens = true;
        } else if request.think.is_some() && !sent.think && about(&["chat_template_kwargs"]) {
            now.think = true;
        } else if request.schema.is_some()
            && !sent.schema
            && about(&[
                "response_format",
                "json_schema",
                "structured output",
                "guided",
                "grammar",
            ])
        {
            now.schema = true;
        } else if request.seed.is_some() && !sent.seed && about(&["seed"]) {
            now.seed = true;
        }
        if now == sent {
            return false;
        }
        let mut learnt = self.learnt.lock().unwrap_or_else(PoisonError::into_inner);
        let known = learnt.entry(request.model.clone()).or_default();
        // Several questions under way may each have learnt something.
        known.schema |= now.schema;
        known.stream_options |= now.stream_options;
        known.max_tokens |= now.max_tokens;
        known.think |= now.think;
        known.seed |= now.seed;
        true
    }
}
