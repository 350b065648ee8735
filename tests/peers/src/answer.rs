//! What a double answers when the test does not say: a valid value of the schema that was asked for, drawn from the
//! prompt's own text, so that the same prompt always gets the same answer and another prompt another one.
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

/// A model call as an answer sees it, whatever API it came by.
#[derive(Debug, Clone)]
pub struct Asked {
    /// The number of this model call, from 1.
    pub number: u64,
    /// The model's name as it was asked for.
    pub model: String,
    /// The first system message.
    pub system: String,
    /// The last message.
    pub prompt: String,
    /// The contents of all messages, joined by line feeds.
    pub text: String,
    /// How many messages there are.
    pub messages: usize,
    /// The JSON schema of the reply, if one was asked for.
    pub schema: Option<Value>,
    /// Whether thinking was asked for.
    pub think: bool,
    /// Whether the reply is to be streamed.
    pub stream: bool,
    /// The sampling seed.
    pub seed: Option<u64>,
    /// The longest answer, in tokens.
    pub max_tokens: Option<u64>,
    /// The context window that was asked for, in tokens (Ollama).
    pub context: Option<u64>,
    /// The whole request.
    pub body: Value,
}

impl Asked {
    /// What the double counts as the prompt's tokens: four bytes each, and four for the frame of each message.
    pub fn tokens(&self) -> u64 {
        tokens(&self.text) + 4 * self.messages as u64
    }
}

/// What a model says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Answer {
    /// The answer itself.
    pub text: String,
    /// What it thought before. None: a sentence, if thinking was asked for.
    pub thinking: Option<String>,
    /// The finish reason, if it is not `stop`.
    pub finish: Option<String>,
}

impl From<String> for Answer {
    fn from(text: String) -> Self {
        Self {
            text,
            ..Self::default()
        }
    }
}

impl From<&str> for Answer {
    fn from(text: &str) -> Self {
        text.to_owned().into()
    }
}

/// A judgement with this score, in the form that Ponder asks for; None abstains.
pub fn judgement(score: Option<f64>, justification: &str) -> Answer {
    json!({
        "justification": justification,
        "status": if score.is_some() { "scored" } else { "abstained" },
        "score": score,
        "evidence": [],
        "memory": true,
    })
    .to_string()
    .into()
}

pub(crate) fn default_answer(asked: &Asked, vary_by_seed: bool) -> Answer {
    let draw = Draw {
        text: &asked.text,
        seed: asked.seed.filter(|_| vary_by_seed),
    };
    match &asked.schema {
        Some(schema) => draw.value(schema, "").to_string().into(),
        None => judgement(Some(draw.level(0.0, 5.0)), &draw.sentence()),
    }
}

struct Draw<'a> {
    text: &'a str,
    seed: Option<u64>,
}

impl Draw<'_> {
    fn number(&self, what: &str) -> u64 {
        number(&format!("{what}\n{}", self.text))
    }

    /// A whole level of the scale.
    fn level(&self, lowest: f64, highest: f64) -> f64 {
        let [at, _] = uniforms(&format!("score\n{}", self.text));
        let level = (lowest + (at * (highest - lowest + 1.0)).floor()).min(highest);
        match self.seed {
            None => level,
            Some(seed) => {
                let [step, _] = uniforms(&format!("seed {seed}\n{}", self.text));
                (level + (step * 3.0).floor() - 1.0).clamp(lowest, highest)
            }
        }
    }

    fn sentence(&self) -> String {
        format!(
            "This server has no model: the score is drawn from the prompt's text ({}).",
            &hex(self.text)[..8]
        )
    }

    fn value(&self, schema: &Value, name: &str) -> Value {
        if let Some(only) = schema.get("const") {
            return only.clone();
        }
        if let Some(choices) = schema.get("enum").and_then(Value::as_array) {
            let wanted = json!("scored");
            if choices.contains(&wanted) {
                return wanted;
            }
            let at = self.number(name) % choices.len().max(1) as u64;
            return choices
                .get(usize::try_from(at).unwrap())
                .cloned()
                .unwrap_or_default();
        }
        for either in ["anyOf", "oneOf"] {
            if let Some(choices) = schema.get(either).and_then(Value::as_array) {
                let of_value = choices.iter().find(|choice| choice["type"] != "null");
                return of_value.map_or(Value::Null, |choice| self.value(choice, name));
            }
        }
        match kind(schema) {
            "object" => {
                let mut object = Map::new();
                for (name, schema) in schema["properties"].as_object().into_iter().flatten() {
                    object.insert(name.clone(), self.value(schema, name));
                }
                Value::Object(object)
            }
            "array" => {
                let least = schema["minItems"].as_u64().unwrap_or(0);
                (0..least)
                    .map(|_| self.value(&schema["items"], name))
                    .collect()
            }
            "number" => json!(self.level(
                schema["minimum"].as_f64().unwrap_or(0.0),
                schema["maximum"].as_f64().unwrap_or(5.0),
            )),
            "integer" => {
                let level = self.level(
                    schema["minimum"].as_f64().unwrap_or(0.0),
                    schema["maximum"].as_f64().unwrap_or(5.0),
                );
                serde_json::from_str(&format!("{level:.0}")).unwrap()
            }
            "boolean" => json!(name == "memory" || self.number(name).is_multiple_of(2)),
            "null" => Value::Null,
            _ => json!(self.sentence()),
        }
    }
}

/// The schema's type; of several (`["number", "null"]`) the first that is not null.
fn kind(schema: &Value) -> &str {
    match &schema["type"] {
        Value::String(kind) => kind,
        Value::Array(kinds) => kinds
            .iter()
            .filter_map(Value::as_str)
            .find(|kind| *kind != "null")
            .unwrap_or("null"),
        _ if schema.get("properties").is_some() => "object",
        _ => "string",
    }
}

/// Four bytes a token, as English text has it in most tokenizers.
pub(crate) fn tokens(text: &str) -> u64 {
    (text.len() as u64).div_ceil(4)
}

pub(crate) fn hex(text: &str) -> String {
    hex_of(&Sha256::digest(text.as_bytes()))
}

pub(crate) fn hex_of(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::new(), |mut hex, byte| {
        write!(hex, "{byte:02x}").unwrap();
        hex
    })
}

pub(crate) fn number(text: &str) -> u64 {
    let digest = Sha256::digest(text.as_bytes());
    u64::from_le_bytes(digest[..8].try_into().unwrap())
}

/// Two independent draws from (0, 1), tied to the text.
pub(crate) fn uniforms(text: &str) -> [f64; 2] {
    let digest = Sha256::digest(text.as_bytes());
    [0, 8].map(|at| {
        let bits = u64::from_le_bytes(digest[at..at + 8].try_into().unwrap()) >> 12;
        (bits as f64 + 0.5) / (1u64 << 52) as f64
    })
}
