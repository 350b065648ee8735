//! An answer as scripts read it: the decision room's own, and on each cell what judging it took.

use decision::{Answer, CellResult};
use serde::ser::{Error, Serialize, Serializer};
use serde_json::{Map, Value};

#[derive(serde::Serialize)]
struct CellOutcome<'a> {
    #[serde(flatten)]
    cell: &'a CellResult,
    /// Each score that was drawn, in order; empty for what is measured or scored by hand.
    samples: Vec<f64>,
    cached: bool,
    latency_ms: Option<u64>,
    error: Option<String>,
}

/// Serialises `answer` with the judging of each cell beside its score.
pub(crate) fn with_judging<S: Serializer>(
    answer: &Answer,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    let mut fields: Map<String, Value> =
        match serde_json::to_value(answer).map_err(S::Error::custom)? {
            Value::Object(fields) => fields,
            _ => Map::new(),
        };
    let judged = |cell| CellOutcome {
        cell,
        samples: Vec::new(),
        cached: false,
        latency_ms: None,
        error: None,
    };
    let cells: Vec<CellOutcome> = answer.cells.iter().map(judged).collect();
    fields.insert(
        "cells".into(),
        serde_json::to_value(cells).map_err(S::Error::custom)?,
    );
    fields.serialize(serializer)
}
