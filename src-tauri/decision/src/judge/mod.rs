//! A model as judge of single cells: what it is asked, how its reply is read, and what several replies come to. Who is asked, when,
//! and what becomes of the answer is the caller's.

mod fence;
mod json_objects;
mod plain;
mod pool;
mod prompt;
mod quotes;
mod reply;
mod schema;
mod typed_score;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::score_table::CellState;

pub use pool::{Pooled, pool};
pub use prompt::{CriterionPrompt, cell_prompt, repair_prompt};
pub use reply::read_reply;

/// What a model is asked about one cell.
#[derive(Clone, Debug, PartialEq)]
pub struct CellPrompt {
    /// The system's part: role, topic, context, criterion, scale, rules, the form of the reply. The same bytes for every option.
    pub stable: String,
    /// The user's part: the option, and the evidence that speaks to the criterion or to the option as a whole.
    pub cell: String,
    /// The JSON schema of the reply, in the form that strict servers take: every key required, no others.
    pub schema: serde_json::Value,
}

/// A model's reply, read.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Reply {
    /// `Scored`, `Abstained` or `Unparsed`.
    pub state: CellState,
    /// A number on the decision's scale, where it is scored.
    pub score: Option<f64>,
    /// Why, in the model's words.
    pub justification: Option<String>,
    /// What the model says it used, and whether it stands there.
    pub evidence: Vec<EvidenceUse>,
    /// Whether the score rests, in whole or in part, on the model's memory.
    pub memory: bool,
    /// Where it is unparsed why, in words; else what the reply lacked, if anything.
    pub problem: Option<String>,
}

/// A quote that a model gives as its reason.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct EvidenceUse {
    /// The source as the model names it.
    pub source: String,
    /// The words as the model quotes them.
    pub quote: String,
    /// Whether these words stand in the option's evidence from that source.
    pub found: bool,
}
