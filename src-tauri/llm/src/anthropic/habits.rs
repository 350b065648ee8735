//! What a model of this family does not take, learnt from its refusals and remembered for as long as the backend lives, so
//! that it is asked wrongly once and not for every cell. Old models know no form of the reply, new ones no temperature.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use crate::completion::CompletionRequest;
use crate::error::LlmError;

/// How the form of the reply is asked for, best first.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Form {
    /// `output_config.format`: the reply keeps to the schema.
    #[default]
    Format,
    /// A tool that must be used and whose input has the schema.
    Tool,
    /// Not at all.
    Free,
}

/// How a choice to think is put, best first.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Thinking {
    /// With a number of tokens for it.
    #[default]
    Budget,
    /// As much as the model finds right: newer models take nothing else.
    Adaptive,
    /// No choice.
    Free,
}

/// What is put otherwise or left out.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Habit {
    pub(super) form: Form,
    pub(super) thinking: Thinking,
    pub(super) without_temperature: bool,
}

/// Habits by model.
#[derive(Debug, Default)]
pub(super) struct Habits {
    learnt: Mutex<HashMap<String, Habit>>,
}

impl Habits {
    pub(super) fn of(&self, model: &str) -> Habit {
        let learnt = self.learnt.lock().unwrap_or_else(PoisonError::into_inner);
        learnt.get(model).copied().unwrap_or_default()
    }

    /// Remembers what this refusal says about the optional parts of a request. True when that is new and the question is
    /// worth asking once more.
    pub(super) fn learn(&self, error: &LlmError, request: &CompletionRequest, sent: Habit) -> bool {
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
        let schema = request.schema.is_some();
        if schema
            && sent.form == Form::Format
            && about(&[
                "output_config",
                "output_format",
                "output format",
                "structured output",
                "json_schema",
            ])
        {
            now.form = Form::Tool;
        } else if schema
            && sent.form == Form::Tool
            && about(&["tool_choice", "tools", "input_schema", "tool use"])
        {
            now.form = Form::Free;
        } else if request.think.is_some()
            && sent.thinking < Thinking::Free
            && about(&["thinking", "budget_tokens"])
        {
            now.thinking = if sent.thinking == Thinking::Budget && message.contains("adaptive") {
                Thinking::Adaptive
            } else {
                Thinking::Free
            };
        } else if request.temperature.is_some()
            && !sent.without_temperature
            && about(&["temperature"])
        {
            now.without_temperature = true;
        }
        if now == sent {
            return false;
        }
        let mut learnt = self.learnt.lock().unwrap_or_else(PoisonError::into_inner);
        let known = learnt.entry(request.model.clone()).or_default();
        // Several questions under way may each have learnt something.
        known.form = known.form.max(now.form);
        known.thinking = known.thinking.max(now.thinking);
        known.without_temperature |= now.without_temperature;
        true
    }
}
