//! Reading a model's reply: strict wherever a guess could invent a score. A score off the scale is no score, and nothing but the
//! status makes an abstention.

use std::ops::Range;

use serde_json::Value;

use super::json_objects::{Found, Object, Unfinished, find, read};
use super::plain::plain;
use super::prompt::evidence_of;
use super::quotes::Given;
use super::typed_score::typed_score;
use super::{EvidenceUse, Reply};
use crate::model::{Decision, Scale};
use crate::problem::{echo, number_text};
use crate::score_table::CellState;

/// Reads the raw reply to the prompt of the cell at `option` and `criterion`. `truncated` says that the model was stopped before it
/// was done.
///
/// The answer is the last complete JSON object with a `status` or a `score`, whatever stands around it: models think aloud, and draft
/// before they decide. It is not read where something like an answer follows that is broken or cut off, where several answers
/// stand side by side and differ, or where it is a copy of the option's own text. A fraction on a scale of whole numbers is a
/// score as long as it is on the scale, as it is by hand.
///
/// # Panics
/// There is no such option or criterion.
#[must_use]
pub fn read_reply(
    raw: &str,
    decision: &Decision,
    option: usize,
    criterion: usize,
    truncated: bool,
) -> Reply {
    let option = &decision.options[option];
    let criterion = &decision.criteria[criterion];
    let evidence = evidence_of(option, criterion).flat_map(|e| [e.source.as_str(), &e.quote]);
    let given = [
        decision.topic.as_str(),
        &decision.context,
        &criterion.description,
        &criterion.prompt,
        &option.name,
        &option.description,
    ];
    let lines = criterion.rubric.values().map(String::as_str);
    let copied_from = given.into_iter().chain(lines).chain(evidence);
    let unwrapped = whole_text(raw);
    let text = unwrapped.as_deref().unwrap_or(raw);
    let object = match answer_in(text, truncated, copied_from) {
        Ok(object) => object,
        Err(why) => return unparsed(why),
    };
    let reading = Reading {
        scale: decision.scale,
        given: Given::to_judge(option, criterion),
        is_described: !plain(&option.description).is_empty(),
    };
    reading.reply(&object)
}

fn unparsed(why: impl Into<String>) -> Reply {
    Reply {
        state: CellState::Unparsed,
        score: None,
        justification: None,
        evidence: Vec::new(),
        memory: false,
        problem: Some(why.into()),
    }
}

/// The text of a reply that is one JSON text as a whole: some servers put an answer into quotes once more.
fn whole_text(raw: &str) -> Option<String> {
    let raw = raw.trim();
    raw.starts_with('"')
        .then(|| serde_json::from_str(raw).ok())
        .flatten()
}

/// The object that is the answer, or why there is none.
fn answer_in<'d>(
    text: &str,
    truncated: bool,
    copied_from: impl Iterator<Item = &'d str>,
) -> Result<Object, String> {
    let found = find(text);
    if found.tangled {
        return Err("it is a tangle of braces".to_owned());
    }
    let ends_in_a_judgement = found.unfinished == Some(Unfinished::Object { is_judgement: true });
    if ends_in_a_judgement || (truncated && found.unfinished.is_some()) {
        return Err(cut_off(&found).to_owned());
    }
    let last_start = found.judgements.last().map(|range| range.start);
    if let Some((at, why)) = &found.broken
        && last_start.is_none_or(|start| start < *at)
    {
        return Err(why.clone());
    }
    let corpus: Vec<String> = copied_from.map(bare).collect();
    // An abstention in borrowed words invents nothing.
    let is_copy = |range: &Range<usize>| {
        let words = bare(&text[range.clone()]);
        corpus.iter().any(|text| text.contains(&words)) && !abstains(&text[range.clone()])
    };
    let first = found.judgements.len().saturating_sub(MOST_COPIES);
    let own = found.judgements[first..]
        .iter()
        .rposition(|range| !is_copy(range));
    let own = own.map(|own| first + own);
    let Some(own) = own else {
        return Err(if last_start.is_some() {
            "its only JSON is a copy of a text it was given".to_owned()
        } else {
            nothing_found(text, &found, truncated).to_owned()
        });
    };
    let range = &found.judgements[own];
    let object = read(&text[range.clone()]).ok_or("its JSON is broken")?;
    // Answers side by side, as in a list: no telling which one is meant.
    let mut after = range.start;
    for earlier in found.judgements[..own].iter().rev() {
        let between = text[earlier.end..after].trim();
        if !between.is_empty() && between != "," {
            break;
        }
        let same = read(&text[earlier.clone()]).is_some_and(|other| says_the_same(&object, &other));
        if !same {
            return Err("it gives several answers that differ".to_owned());
        }
        after = earlier.start;
    }
    Ok(object)
}

fn abstains(judgement: &str) -> bool {
    let is_word = |value: &Value| value.as_str().is_some_and(is_abstention);
    read(judgement).is_some_and(|object| {
        object.all("status").all(is_word) && object.all("status").next().is_some()
    })
}

/// The words for an abstention, in any case.
fn is_abstention(word: &str) -> bool {
    let word = word.trim().to_lowercase();
    ["abstained", "abstain"].contains(&word.as_str())
}

fn says_the_same(a: &Object, b: &Object) -> bool {
    ["status", "score"]
        .into_iter()
        .all(|key| a.all(key).eq(b.all(key)))
}

fn cut_off(found: &Found) -> &'static str {
    match found.unfinished {
        Some(Unfinished::Thought) => "it was cut off before the thinking ended",
        _ => "it ends in the middle of its JSON",
    }
}

fn nothing_found(text: &str, found: &Found, truncated: bool) -> &'static str {
    if text.trim().is_empty() {
        "it is empty"
    } else if truncated {
        "it was cut off before its JSON began"
    } else if found.unfinished == Some(Unfinished::Thought) {
        "it ends before the thinking does"
    } else if found.thought {
        "there is no JSON object with a judgement after the thinking"
    } else {
        "there is no JSON object with a judgement in it"
    }
}

/// A text without its spaces, which JSON does not count.
fn bare(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).collect()
}

/// How many copies of given texts are passed over.
const MOST_COPIES: usize = 50;
/// The most pieces of evidence that are looked up.
const MOST_EVIDENCE: usize = 100;
/// The most characters of a justification or quote that are kept; the raw reply keeps the rest.
const MOST_CHARS: usize = 20_000;

struct Reading {
    scale: Scale,
    given: Given,
    is_described: bool,
}

impl Reading {
    fn reply(&self, object: &Object) -> Reply {
        let mut reply = unparsed("");
        let mut lacks = Vec::new();
        reply.justification = justification(object);
        reply.evidence = self.evidence(object);
        reply.memory = self.memory(object, &reply.evidence);
        match self.verdict(object, &mut lacks) {
            Ok(score) => {
                reply.state = score.map_or(CellState::Abstained, |_| CellState::Scored);
                reply.score = score;
                if reply.justification.is_none() {
                    lacks.push("it gives no justification");
                }
                reply.problem = (!lacks.is_empty()).then(|| lacks.join("; "));
            }
            Err(why) => reply.problem = Some(why),
        }
        reply
    }

    /// The score, or none for an abstention.
    fn verdict(
        &self,
        object: &Object,
        lacks: &mut Vec<&'static str>,
    ) -> Result<Option<f64>, String> {
        let status = once(object, "status")?.unwrap_or(&Value::Null);
        let score = once(object, "score")?.unwrap_or(&Value::Null);
        let word = match status {
            Value::String(word) => word.trim().to_lowercase(),
            Value::Null if score.is_null() => {
                return Err("it has neither a \"status\" nor a \"score\"".to_owned());
            }
            Value::Null if object.all("justification").next().is_some() => {
                lacks.push("it gives no \"status\"");
                "scored".to_owned()
            }
            Value::Null => return Err("it has no \"status\"".to_owned()),
            other => return Err(bad_status(&shown(other))),
        };
        match word.as_str() {
            word if is_abstention(word) => {
                if !score.is_null() {
                    lacks.push("it abstains and gives a score all the same, which is left out");
                }
                Ok(None)
            }
            "scored" => self.score(score).map(Some),
            _ => Err(bad_status(&echo(&word))),
        }
    }

    fn score(&self, score: &Value) -> Result<f64, String> {
        let number = match score {
            Value::Null => return Err("it says \"scored\" and gives no score".to_owned()),
            Value::Number(number) => number.as_f64(),
            Value::String(text) => typed_score(text),
            _ => None,
        };
        let Some(number) = number else {
            return Err(format!("the score {} is not one number", shown(score)));
        };
        if self.scale.holds(number) {
            // Without the sign of a negative zero.
            Ok(number + 0.0)
        } else {
            let number = number_text(number);
            Err(format!(
                "the score {number} is not on the scale {}",
                self.scale
            ))
        }
    }

    fn evidence(&self, object: &Object) -> Vec<EvidenceUse> {
        let Some(Value::Array(items)) = object.all("evidence").last() else {
            return Vec::new();
        };
        let text = |item: &Value, key: &str| {
            let text = item.get(key).and_then(Value::as_str).unwrap_or_default();
            shortened(text)
        };
        let pieces = items.iter().take(MOST_EVIDENCE).map(|item| match item {
            Value::String(words) => self.given.checked("", &shortened(words)),
            item => self
                .given
                .checked(&text(item, "source"), &text(item, "quote")),
        });
        pieces
            .filter(|piece| !piece.source.is_empty() || !piece.quote.is_empty())
            .collect()
    }

    /// What the model says, unless there is nothing else that its score can rest on: no quote that stands where it says, and no
    /// description either.
    fn memory(&self, object: &Object, evidence: &[EvidenceUse]) -> bool {
        let said = match object.all("memory").last() {
            Some(Value::Bool(said)) => Some(*said),
            Some(Value::String(word)) => word.trim().to_lowercase().parse().ok(),
            _ => None,
        };
        let rests_on_evidence = evidence.iter().any(|piece| piece.found);
        match said {
            Some(true) => true,
            Some(false) => !rests_on_evidence && !self.is_described,
            None => !rests_on_evidence,
        }
    }
}

/// The value of a key that may stand there once.
fn once<'o>(object: &'o Object, key: &'o str) -> Result<Option<&'o Value>, String> {
    let mut values = object.all(key);
    let first = values.next();
    if values.all(|other| Some(other) == first) {
        Ok(first)
    } else {
        Err(format!(
            "\"{key}\" stands there twice with different values"
        ))
    }
}

fn justification(object: &Object) -> Option<String> {
    let words = match object.all("justification").last()? {
        Value::String(words) => words.clone(),
        Value::Array(lines) => {
            let lines: Vec<&str> = lines.iter().filter_map(Value::as_str).collect();
            lines.join("\n")
        }
        _ => return None,
    };
    let words = words.trim();
    (!words.is_empty()).then(|| shortened(words))
}

fn shortened(text: &str) -> String {
    match text.char_indices().nth(MOST_CHARS) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

fn bad_status(found: &str) -> String {
    format!("the status {found} is neither \"scored\" nor \"abstained\"")
}

fn shown(value: &Value) -> String {
    match value {
        Value::Array(_) => "in form of a list".to_owned(),
        Value::Object(_) => "in form of an object".to_owned(),
        other => echo(&other.to_string()),
    }
}
