//! The decision as values: what the user wrote, and nothing that follows from it. Reading, editing and ranking live elsewhere.

mod ids;
mod method;
mod must;
mod scale;
mod weighting;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

pub use ids::{CriterionId, OptionId};
pub use method::{
    Direction, Judge, Kind, Method, MissingPolicy, Normalisation, Params, Preference,
};
pub use must::{Comparison, MUST_ALLOWED, Must, NotAMust};
pub use scale::{ABSTAIN, HandScore, Level, Scale};
pub use weighting::Weighting;

/// Fields whose names begin with `x-`: kept as they came, and never looked at.
pub type Extra = serde_json::Map<String, serde_json::Value>;

/// Options × weighted criteria, and the rules by which they are ranked.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct Decision {
    /// The question.
    pub topic: String,
    /// What the judge should know.
    #[serde(default)]
    pub context: String,
    /// The analyst's own notes; no judge sees them.
    #[serde(default)]
    pub notes: String,
    /// How options are ranked.
    pub method: Method,
    /// How raw numbers are made comparable; `None` ranks value-function scores, or is the method's own default.
    #[serde(default)]
    pub normalisation: Option<Normalisation>,
    /// What a cell without a score counts for.
    pub missing: MissingPolicy,
    /// The scale of judged and hand-given scores, and of totals.
    pub scale: Scale,
    /// Who scores judged cells.
    #[serde(default)]
    pub judge: Option<Judge>,
    /// Parameters of the method.
    #[serde(default)]
    pub params: Params,
    /// How the weights were derived; `None` when they were given.
    #[serde(default)]
    pub weighting: Option<Weighting>,
    /// What options are judged by, in the user's order.
    pub criteria: Vec<Criterion>,
    /// What is chosen from, in the user's order.
    pub options: Vec<DecisionOption>,
    /// `cells[option][criterion]`: as many rows as options, each as long as `criteria`.
    pub cells: Vec<Vec<Cell>>,
    /// The file's `x-…` fields.
    #[serde(default)]
    #[ts(type = "Record<string, unknown>")]
    pub extra: Extra,
    /// The key of the next id; ids are never reused.
    pub next_key: u32,
}

/// What options are judged by.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct Criterion {
    /// Stable over renames.
    pub id: CriterionId,
    /// 1–100 characters, unique without regard to case.
    pub name: String,
    /// What it means, for people and judges.
    #[serde(default)]
    pub description: String,
    /// Finite and at least 0; only the proportions count.
    pub weight: f64,
    /// Whether more or less is better.
    pub direction: Direction,
    /// Where its numbers come from.
    pub kind: Kind,
    /// The unit of measured numbers.
    #[serde(default)]
    pub unit: String,
    /// Measured: the ends of a linear value function, low and high; `None` is found in the data.
    #[serde(default)]
    pub range: Option<[f64; 2]>,
    /// Measured: `[number, value 0–1]` of a piecewise-linear value function, numbers strictly rising; wins over `range`.
    #[serde(default)]
    pub points: Option<Vec<[f64; 2]>>,
    /// A knock-out.
    #[serde(default)]
    pub must: Option<Must>,
    /// The group whose weight it shares.
    #[serde(default)]
    pub group: Option<String>,
    /// A line for some or all levels of the scale.
    #[serde(default)]
    #[ts(type = "Record<string, string>")]
    pub rubric: BTreeMap<Level, String>,
    /// Words to the judge beside the rubric.
    #[serde(default)]
    pub prompt: String,
    /// Parts of the judge that differ for this criterion.
    #[serde(default)]
    pub judge: Option<Judge>,
    /// PROMETHEE's preference function; `None` is `usual`.
    #[serde(default)]
    pub preference: Option<Preference>,
    /// The analyst's own note.
    #[serde(default)]
    pub note: String,
    /// The file's `x-…` fields.
    #[serde(default)]
    #[ts(type = "Record<string, unknown>")]
    pub extra: Extra,
}

impl Criterion {
    /// A criterion with defaults for all but its id and name.
    #[must_use]
    pub fn new(id: CriterionId, name: impl Into<String>) -> Self {
        Self {
            id,
            name: name.into(),
            description: String::new(),
            weight: 1.0,
            direction: Direction::Benefit,
            kind: Kind::Judged,
            unit: String::new(),
            range: None,
            points: None,
            must: None,
            group: None,
            rubric: BTreeMap::new(),
            prompt: String::new(),
            judge: None,
            preference: None,
            note: String::new(),
            extra: Extra::new(),
        }
    }
}

/// What is chosen from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct DecisionOption {
    /// Stable over renames.
    pub id: OptionId,
    /// 1–200 characters, unique without regard to case.
    pub name: String,
    /// What it is, for people and judges.
    #[serde(default)]
    pub description: String,
    /// The analyst's own note.
    #[serde(default)]
    pub note: String,
    /// What its scores rest on.
    #[serde(default)]
    pub evidence: Vec<Evidence>,
    /// The file's `x-…` fields.
    #[serde(default)]
    #[ts(type = "Record<string, unknown>")]
    pub extra: Extra,
}

impl DecisionOption {
    /// An option of which only the id and name are known.
    #[must_use]
    pub fn new(id: OptionId, name: impl Into<String>) -> Self {
        Self {
            id,
            name: name.into(),
            description: String::new(),
            note: String::new(),
            evidence: Vec::new(),
            extra: Extra::new(),
        }
    }
}

/// A quote that a score rests on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct Evidence {
    /// Where it stands, such as `vendor.pdf p. 3`.
    pub source: String,
    /// The words themselves.
    #[serde(default)]
    pub quote: String,
    /// The criterion it speaks to; `None` is the option as a whole.
    #[serde(default)]
    pub criterion: Option<CriterionId>,
}

/// What was given for one option and criterion.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, TS)]
pub struct Cell {
    /// The measured number, in the criterion's unit.
    #[serde(default)]
    pub value: Option<f64>,
    /// The score by hand.
    #[serde(default)]
    pub score: Option<HandScore>,
    /// The analyst's note on it.
    #[serde(default)]
    pub note: String,
    /// Whether the hand score is older than the last edit of the option's or criterion's texts.
    #[serde(default)]
    pub before_edit: bool,
}

impl Decision {
    /// A decision about `topic` with nothing in it yet, by weighted sum on the scale 0–5.
    #[must_use]
    pub fn empty(topic: impl Into<String>) -> Self {
        Self {
            topic: topic.into(),
            context: String::new(),
            notes: String::new(),
            method: Method::WeightedSum,
            normalisation: None,
            missing: MissingPolicy::Bounds,
            scale: Scale::default(),
            judge: None,
            params: Params::default(),
            weighting: None,
            criteria: Vec::new(),
            options: Vec::new(),
            cells: Vec::new(),
            extra: Extra::new(),
            next_key: 1,
        }
    }

    /// Where the criterion with this id stands.
    #[must_use]
    pub fn criterion_index(&self, id: &CriterionId) -> Option<usize> {
        self.criteria.iter().position(|c| c.id == *id)
    }

    /// Where the option with this id stands.
    #[must_use]
    pub fn option_index(&self, id: &OptionId) -> Option<usize> {
        self.options.iter().position(|o| o.id == *id)
    }

    /// A criterion id that this decision never had.
    pub(crate) fn fresh_criterion_id(&mut self) -> CriterionId {
        loop {
            let id = CriterionId::from_key(self.take_key());
            if self.criterion_index(&id).is_none() {
                return id;
            }
        }
    }

    /// An option id that this decision never had.
    pub(crate) fn fresh_option_id(&mut self) -> OptionId {
        loop {
            let id = OptionId::from_key(self.take_key());
            if self.option_index(&id).is_none() {
                return id;
            }
        }
    }

    fn take_key(&mut self) -> u32 {
        let key = self.next_key;
        self.next_key = self.next_key.saturating_add(1);
        key
    }
}
