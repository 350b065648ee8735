//! Reading a model's reply.

use serde_json::Value;

use super::Reply;
use crate::model::Decision;
use crate::score_table::CellState;

/// Reads the raw reply to the prompt of one cell. `truncated` says that the model was stopped before it was done.
#[must_use]
pub fn read_reply(
    raw: &str,
    decision: &Decision,
    _option: usize,
    _criterion: usize,
    truncated: bool,
) -> Reply {
    let object = raw
        .find('{')
        .zip(raw.rfind('}'))
        .filter(|_| !truncated)
        .and_then(|(from, to)| serde_json::from_str::<Value>(raw.get(from..=to)?).ok());
    let mut reply = Reply {
        state: CellState::Unparsed,
        score: None,
        justification: None,
        evidence: Vec::new(),
        memory: false,
        problem: None,
    };
    let Some(object) = object else {
        reply.problem = Some("there is no JSON object in it".to_owned());
        return reply;
    };
    reply.justification = object["justification"].as_str().map(str::to_owned);
    reply.memory = object["memory"].as_bool().unwrap_or(false);
    match (object["status"].as_str(), object["score"].as_f64()) {
        (Some("abstained"), _) => reply.state = CellState::Abstained,
        (Some("scored"), Some(score)) if decision.scale.holds(score) => {
            reply.state = CellState::Scored;
            reply.score = Some(score);
        }
        _ => reply.problem = Some("it has no score on the scale".to_owned()),
    }
    reply
}
