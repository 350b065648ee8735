//! An answer as scripts read it: the decision room's own, and on each cell what judging it took.

use decision::judge::EvidenceUse;
use decision::{Answer, CellResult, Source};
use serde::Serialize;
use serde::ser::{Error, Serializer};
use serde_json::{Map, Value};

use crate::engine::Engine;
use crate::error::EngineError;
use crate::evaluate::{Calls, Decided, Ranking};
use crate::judging::{Present, evidence_of};

/// What judging one cell took.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct CellJudging {
    /// Each score that was drawn, in order; empty for what is measured or scored by hand.
    pub samples: Vec<f64>,
    /// Lowest and highest of several.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub spread: Option<[f64; 2]>,
    /// Whether it was answered from the cache.
    pub cached: bool,
    /// How long the answer took, in milliseconds.
    pub latency_ms: Option<f64>,
    /// Why there is no score, in words.
    pub error: Option<String>,
    /// The backend that was asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub backend: Option<String>,
    /// The model that answered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// The evidence the judge named; it stands in the place of the cell's own.
    #[serde(rename = "evidence", skip_serializing_if = "Option::is_none")]
    pub named: Option<Vec<EvidenceUse>>,
    /// Whether it rests, also, on what the model remembers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub memory: Option<bool>,
}

impl Engine {
    /// What judging each cell of an answer took.
    ///
    /// # Errors
    /// [`EngineError::Store`].
    pub(crate) fn cell_judging(
        &self,
        answer: &Answer,
        present: &Present,
    ) -> Result<Vec<CellJudging>, EngineError> {
        let columns = answer.weights.len().max(1);
        let cells = answer.cells.iter().enumerate();
        cells
            .map(|(place, cell)| self.judging_of(cell, (place / columns, place % columns), present))
            .collect()
    }

    fn judging_of(
        &self,
        cell: &CellResult,
        (row, column): (usize, usize),
        present: &Present,
    ) -> Result<CellJudging, EngineError> {
        let judged = present.judgement(row, column);
        let Some((row, _)) = judged.filter(|_| cell.source == Some(Source::Model)) else {
            return Ok(CellJudging::default());
        };
        let samples = match (row.samples, present.run()) {
            (2.., Some(run)) => {
                let samples =
                    self.store()?
                        .cell_samples(&run.id, &row.option_id, &row.criterion_id)?;
                samples
                    .iter()
                    .filter_map(|(sample, _)| sample.score)
                    .collect()
            }
            _ => row.score.into_iter().collect(),
        };
        Ok(CellJudging {
            samples,
            spread: row.spread,
            cached: row.cached,
            latency_ms: row.latency_ms,
            error: row.error.clone(),
            backend: row.backend.clone(),
            model: row.model.clone(),
            named: Some(evidence_of(&row.evidence)),
            memory: Some(row.memory),
        })
    }
}

/// Writes `front`, then the answer with the judging of each cell in it, then the calls and what was assumed.
fn serialized<S: Serializer>(
    mut fields: Map<String, Value>,
    (answer, judging): (&Answer, &[CellJudging]),
    (calls, notices): (&Calls, &[decision::Problem]),
    serializer: S,
) -> Result<S::Ok, S::Error> {
    let object = |value: Result<Value, serde_json::Error>| match value.map_err(S::Error::custom)? {
        Value::Object(fields) => Ok(fields),
        _ => Ok(Map::new()),
    };
    let mut body = object(serde_json::to_value(answer))?;
    let unjudged = CellJudging::default();
    let mut cells = Vec::with_capacity(answer.cells.len());
    for (place, cell) in answer.cells.iter().enumerate() {
        let mut shown = object(serde_json::to_value(cell))?;
        shown.append(&mut object(serde_json::to_value(
            judging.get(place).unwrap_or(&unjudged),
        ))?);
        cells.push(Value::Object(shown));
    }
    body.insert("cells".into(), Value::Array(cells));
    fields.append(&mut body);
    fields.insert(
        "calls".into(),
        serde_json::to_value(calls).map_err(S::Error::custom)?,
    );
    fields.insert(
        "notices".into(),
        serde_json::to_value(notices).map_err(S::Error::custom)?,
    );
    fields.serialize(serializer)
}

impl Serialize for Decided {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut front = Map::new();
        front.insert("session".into(), self.session.clone().into());
        front.insert("resumed".into(), self.resumed.into());
        front.insert("run".into(), self.run.clone().into());
        front.insert("outcome".into(), self.outcome.as_str().into());
        serialized(
            front,
            (&self.answer, &self.judging),
            (&self.calls, &self.notices),
            serializer,
        )
    }
}

impl Serialize for Ranking {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut front = Map::new();
        if let Some(session) = &self.session {
            front.insert("session".into(), session.clone().into());
        }
        serialized(
            front,
            (&self.answer, &self.judging),
            (&self.calls, &self.notices),
            serializer,
        )
    }
}
