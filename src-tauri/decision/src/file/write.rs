//! Writing a decision as a file that reads back as the same decision.

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use super::FORMAT_VERSION;
use crate::model::{
    Criterion, CriterionId, Decision, Direction, Extra, HandScore, Judge, Kind, Method,
    MissingPolicy, Must, Normalisation, Params, Preference, Scale, Weighting,
};

/// What a decision without a topic is called in its file, which must have one.
const UNTITLED: &str = "Untitled decision";

/// The decision as a TOML file. Nulls inside `x-…` fields are left out: TOML has none.
#[must_use]
pub fn to_toml(decision: &Decision) -> String {
    // The shapes below hold only what TOML has, so that nothing can be refused.
    toml::to_string(&FileShape::of(decision, without_nulls)).unwrap_or_default()
}

/// The decision as a JSON file.
#[must_use]
pub fn to_json(decision: &Decision) -> String {
    let mut text =
        serde_json::to_string_pretty(&FileShape::of(decision, Clone::clone)).unwrap_or_default();
    text.push('\n');
    text
}

#[derive(Serialize)]
struct FileShape<'d> {
    ponder: u32,
    topic: &'d str,
    #[serde(skip_serializing_if = "str::is_empty")]
    context: &'d str,
    #[serde(skip_serializing_if = "str::is_empty")]
    notes: &'d str,
    method: Method,
    #[serde(skip_serializing_if = "Option::is_none")]
    normalisation: Option<Normalisation>,
    missing: MissingPolicy,
    scale: Scale,
    #[serde(skip_serializing_if = "Option::is_none")]
    judge: Option<JudgeShape<'d>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    params: Option<ParamsShape>,
    #[serde(skip_serializing_if = "Option::is_none")]
    weighting: Option<WeightingShape<'d>>,
    #[serde(flatten)]
    extra: Extra,
    criteria: Vec<CriterionShape<'d>>,
    options: Vec<OptionShape<'d>>,
}

impl<'d> FileShape<'d> {
    fn of(decision: &'d Decision, kept: fn(&Extra) -> Extra) -> Self {
        let topic = decision.topic.as_str();
        let params = decision.params;
        Self {
            ponder: FORMAT_VERSION,
            topic: if topic.trim().is_empty() {
                UNTITLED
            } else {
                topic
            },
            context: &decision.context,
            notes: &decision.notes,
            method: decision.method,
            normalisation: decision.normalisation,
            missing: decision.missing,
            scale: decision.scale,
            judge: decision.judge.as_ref().map(JudgeShape::of),
            params: (params != Params::default()).then_some(ParamsShape {
                v: params.v,
                concordance: params.concordance,
                discordance: params.discordance,
            }),
            weighting: decision
                .weighting
                .as_ref()
                .map(|weighting| WeightingShape::of(weighting, decision)),
            extra: kept(&decision.extra),
            criteria: decision
                .criteria
                .iter()
                .map(|c| CriterionShape::of(c, kept(&c.extra)))
                .collect(),
            options: (0..decision.options.len())
                .map(|i| OptionShape::of(decision, i, kept))
                .collect(),
        }
    }
}

#[derive(Serialize)]
struct JudgeShape<'d> {
    #[serde(skip_serializing_if = "Option::is_none")]
    backend: Option<&'d str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    model: Option<&'d str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    temperature: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    samples: Option<u32>,
}

impl<'d> JudgeShape<'d> {
    fn of(judge: &'d Judge) -> Self {
        Self {
            backend: judge.backend.as_deref(),
            model: judge.model.as_deref(),
            temperature: judge.temperature,
            samples: judge.samples,
        }
    }
}

#[derive(Serialize)]
struct ParamsShape {
    #[serde(skip_serializing_if = "Option::is_none")]
    v: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    concordance: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    discordance: Option<f64>,
}

#[derive(Serialize)]
struct CriterionShape<'d> {
    id: &'d str,
    name: &'d str,
    #[serde(skip_serializing_if = "str::is_empty")]
    description: &'d str,
    weight: f64,
    direction: Direction,
    kind: Kind,
    #[serde(skip_serializing_if = "str::is_empty")]
    unit: &'d str,
    #[serde(skip_serializing_if = "Option::is_none")]
    range: Option<[f64; 2]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    points: Option<&'d [[f64; 2]]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    must: Option<Must>,
    #[serde(skip_serializing_if = "Option::is_none")]
    group: Option<&'d str>,
    #[serde(skip_serializing_if = "str::is_empty")]
    prompt: &'d str,
    #[serde(skip_serializing_if = "str::is_empty")]
    note: &'d str,
    #[serde(skip_serializing_if = "Pairs::is_empty")]
    rubric: Pairs<String, &'d str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    judge: Option<JudgeShape<'d>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    preference: Option<Preference>,
    #[serde(flatten)]
    extra: Extra,
}

impl<'d> CriterionShape<'d> {
    fn of(criterion: &'d Criterion, extra: Extra) -> Self {
        Self {
            id: criterion.id.as_str(),
            name: &criterion.name,
            description: &criterion.description,
            weight: criterion.weight,
            direction: criterion.direction,
            kind: criterion.kind,
            unit: &criterion.unit,
            range: criterion.range,
            points: criterion.points.as_deref(),
            must: criterion.must,
            group: criterion.group.as_deref(),
            prompt: &criterion.prompt,
            note: &criterion.note,
            rubric: criterion
                .rubric
                .iter()
                .map(|(level, line)| (level.to_string(), line.as_str()))
                .collect(),
            judge: criterion.judge.as_ref().map(JudgeShape::of),
            preference: criterion.preference,
            extra,
        }
    }
}

#[derive(Serialize)]
struct OptionShape<'d> {
    id: &'d str,
    name: &'d str,
    #[serde(skip_serializing_if = "str::is_empty")]
    description: &'d str,
    #[serde(skip_serializing_if = "str::is_empty")]
    note: &'d str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    before_edit: Vec<&'d str>,
    #[serde(skip_serializing_if = "Pairs::is_empty")]
    values: Pairs<&'d str, f64>,
    #[serde(skip_serializing_if = "Pairs::is_empty")]
    scores: Pairs<&'d str, HandScore>,
    #[serde(skip_serializing_if = "Pairs::is_empty")]
    notes: Pairs<&'d str, &'d str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    evidence: Vec<EvidenceShape<'d>>,
    #[serde(flatten)]
    extra: Extra,
}

impl<'d> OptionShape<'d> {
    fn of(decision: &'d Decision, index: usize, kept: fn(&Extra) -> Extra) -> Self {
        let option = &decision.options[index];
        let row = || {
            decision
                .criteria
                .iter()
                .map(|c| c.name.as_str())
                .zip(&decision.cells[index])
        };
        let evidence = option.evidence.iter().map(|evidence| EvidenceShape {
            source: &evidence.source,
            quote: &evidence.quote,
            criterion: evidence.criterion.as_ref().map(|id| name_of(decision, id)),
        });
        Self {
            id: option.id.as_str(),
            name: &option.name,
            description: &option.description,
            note: &option.note,
            before_edit: row()
                .filter(|(_, cell)| cell.before_edit)
                .map(|(name, _)| name)
                .collect(),
            values: row()
                .filter_map(|(name, cell)| Some((name, cell.value?)))
                .collect(),
            scores: row()
                .filter_map(|(name, cell)| Some((name, cell.score?)))
                .collect(),
            notes: row()
                .filter(|(_, cell)| !cell.note.is_empty())
                .map(|(name, cell)| (name, cell.note.as_str()))
                .collect(),
            evidence: evidence.collect(),
            extra: kept(&option.extra),
        }
    }
}

#[derive(Serialize)]
struct EvidenceShape<'d> {
    source: &'d str,
    #[serde(skip_serializing_if = "str::is_empty")]
    quote: &'d str,
    #[serde(skip_serializing_if = "Option::is_none")]
    criterion: Option<&'d str>,
}

#[derive(Serialize)]
#[serde(tag = "method", rename_all = "snake_case")]
enum WeightingShape<'d> {
    Ahp {
        pairwise: &'d [Vec<f64>],
    },
    Roc {
        ranked: Vec<&'d str>,
    },
    Swing {
        swing: Pairs<&'d str, f64>,
    },
    Bwm {
        best: &'d str,
        worst: &'d str,
        best_to_others: Pairs<&'d str, f64>,
        others_to_worst: Pairs<&'d str, f64>,
    },
    Entropy,
    Critic,
}

impl<'d> WeightingShape<'d> {
    fn of(weighting: &'d Weighting, decision: &'d Decision) -> Self {
        let name = |id: &'d CriterionId| name_of(decision, id);
        match weighting {
            Weighting::Ahp { pairwise } => Self::Ahp { pairwise },
            Weighting::Roc { ranked } => Self::Roc {
                ranked: ranked.iter().map(name).collect(),
            },
            Weighting::Swing { swing } => Self::Swing {
                swing: swing.iter().map(|(id, x)| (name(id), *x)).collect(),
            },
            Weighting::Bwm {
                best,
                worst,
                best_to_others,
                others_to_worst,
            } => Self::Bwm {
                best: name(best),
                worst: name(worst),
                best_to_others: best_to_others
                    .iter()
                    .map(|(id, x)| (name(id), *x))
                    .collect(),
                others_to_worst: others_to_worst
                    .iter()
                    .map(|(id, x)| (name(id), *x))
                    .collect(),
            },
            Weighting::Entropy => Self::Entropy,
            Weighting::Critic => Self::Critic,
        }
    }
}

/// Files speak of criteria by name; an id that has none stands for itself.
fn name_of<'d>(decision: &'d Decision, id: &'d CriterionId) -> &'d str {
    decision
        .criterion_index(id)
        .map_or(id.as_str(), |i| decision.criteria[i].name.as_str())
}

/// A table in the order of its pairs.
struct Pairs<K, V>(Vec<(K, V)>);

impl<K, V> Pairs<K, V> {
    fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl<K, V> FromIterator<(K, V)> for Pairs<K, V> {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(pairs: I) -> Self {
        Self(pairs.into_iter().collect())
    }
}

impl<K: Serialize, V: Serialize> Serialize for Pairs<K, V> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (key, value) in &self.0 {
            map.serialize_entry(key, value)?;
        }
        map.end()
    }
}

fn without_nulls(extra: &Extra) -> Extra {
    use serde_json::Value;
    fn kept(value: &Value) -> Option<Value> {
        match value {
            Value::Null => None,
            Value::Array(items) => Some(Value::Array(items.iter().filter_map(kept).collect())),
            Value::Object(table) => Some(Value::Object(without_nulls(table))),
            other => Some(other.clone()),
        }
    }
    extra
        .iter()
        .filter_map(|(key, value)| Some((key.clone(), kept(value)?)))
        .collect()
}
