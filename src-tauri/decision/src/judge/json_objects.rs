//! The JSON objects in a text that may hold anything around them: prose, code fences, thoughts. Which of them is the answer is
//! `reply`'s to say.

use std::ops::Range;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::Value;

/// A JSON object with its keys in order, twice where they stand twice.
#[derive(Debug)]
pub(super) struct Object(pub(super) Vec<(String, Value)>);

impl Object {
    /// Every value of a key, whose case does not matter.
    pub(super) fn all<'o>(&'o self, key: &'o str) -> impl Iterator<Item = &'o Value> {
        let pairs = self.0.iter();
        pairs
            .filter(move |(name, _)| name.eq_ignore_ascii_case(key))
            .map(|(_, value)| value)
    }

    /// Whether it speaks of a judgement.
    fn is_judgement(&self) -> bool {
        JUDGEMENT_KEYS
            .iter()
            .any(|key| self.all(key).next().is_some())
    }
}

/// The keys that nothing but a judgement has.
const JUDGEMENT_KEYS: [&str; 2] = ["status", "score"];

impl<'de> Deserialize<'de> for Object {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Pairs;
        impl<'de> Visitor<'de> for Pairs {
            type Value = Object;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Object, A::Error> {
                let mut pairs = Vec::new();
                while let Some(pair) = map.next_entry()? {
                    pairs.push(pair);
                }
                Ok(Object(pairs))
            }
        }
        deserializer.deserialize_map(Pairs)
    }
}

/// What a text holds of judgements.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// Where the complete objects are that speak of a judgement, in order. None lies in another.
    pub(super) judgements: Vec<Range<usize>>,
    /// Where what looks like a judgement begins that is no JSON, and what is wrong with it; the last such.
    pub(super) broken: Option<(usize, String)>,
    /// Where something begins that the text does not finish: an object or a thought.
    pub(super) unfinished: Option<Unfinished>,
    /// Whether anything was thought, and is left out.
    pub(super) thought: bool,
    /// Whether the text is such a tangle of braces that it was not looked through to its end.
    pub(super) tangled: bool,
}

/// What a text ends in the middle of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unfinished {
    /// An object; whether it speaks of a judgement.
    Object { is_judgement: bool },
    /// A thought.
    Thought,
}

/// Tags between which reasoning models think aloud.
const THOUGHTS: [&str; 4] = ["think", "thinking", "thought", "reasoning"];

/// Finds the judgements in `text`, in time linear in its length.
pub(super) fn find(text: &str) -> Found {
    let mut found = Found::default();
    // What failed attempts may look at in all; ordinary texts need a small part of it.
    let mut patience = 8 * text.len() + 100_000;
    let mut at = 0;
    while let Some(next) = text[at..].find(['{', '<']) {
        at += next;
        let rest = &text[at..];
        if rest.starts_with('<') {
            at = match thought(rest) {
                None => at + 1,
                Some(Tag::Thought {
                    length: Some(length),
                }) => {
                    found.thought = true;
                    at + length
                }
                Some(Tag::Thought { length: None }) => {
                    found.unfinished = Some(Unfinished::Thought);
                    return found;
                }
                Some(Tag::End { length }) => {
                    // The server left out where the thought begins: at the start.
                    found = Found {
                        thought: true,
                        ..Found::default()
                    };
                    at + length
                }
            };
            continue;
        }
        if !looks_like_object(rest) {
            at += 1;
            continue;
        }
        let spent = match object(rest) {
            Attempt::Judgement { length } => {
                found.judgements.push(at..at + length);
                at += length;
                continue;
            }
            // A judgement may be wrapped in another object.
            Attempt::Other { length } => length,
            Attempt::Unfinished => {
                found.unfinished = Some(Unfinished::Object {
                    is_judgement: speaks_of_judgement(rest),
                });
                return found;
            }
            Attempt::Broken { length, why } => {
                let is_judgement = speaks_of_judgement(&rest[..length.unwrap_or(rest.len())]);
                if is_judgement {
                    found.broken = Some((at, why));
                }
                if let (Some(length), true) = (length, is_judgement) {
                    // What lies in a broken judgement may be a quote, and is none.
                    at += length;
                    continue;
                }
                length.unwrap_or(rest.len())
            }
        };
        at += 1;
        match patience.checked_sub(spent.max(LEAST_SPENT)) {
            Some(left) => patience = left,
            None => {
                found.tangled = true;
                return found;
            }
        }
    }
    found
}

/// What an attempt costs however short it is.
const LEAST_SPENT: usize = 50;

enum Tag {
    /// A thought with its tags; no length where it does not end.
    Thought { length: Option<usize> },
    /// The end of a thought that began unmarked.
    End { length: usize },
}

fn thought(rest: &str) -> Option<Tag> {
    let name = |inner: &str| {
        THOUGHTS.into_iter().find(|name| {
            let bytes = inner.as_bytes();
            bytes.len() > name.len()
                && bytes[..name.len()].eq_ignore_ascii_case(name.as_bytes())
                && bytes[name.len()] == b'>'
        })
    };
    if let Some(name) = rest.strip_prefix("</").and_then(name) {
        return Some(Tag::End {
            length: name.len() + 3,
        });
    }
    let opened = name(rest.get(1..)?)?;
    let mut at = opened.len() + 2;
    while let Some(next) = rest[at..].find("</") {
        at += next + 2;
        if name(&rest[at..]) == Some(opened) {
            return Some(Tag::Thought {
                length: Some(at + opened.len() + 1),
            });
        }
    }
    Some(Tag::Thought { length: None })
}

/// Whether an object may begin here, rather than a brace in prose or code.
fn looks_like_object(rest: &str) -> bool {
    let inner = rest[1..].trim_start();
    let is_key = |key: &str| {
        let head = inner.as_bytes().get(..key.len());
        head.is_some_and(|head| head.eq_ignore_ascii_case(key.as_bytes()))
    };
    inner.is_empty()
        || inner.starts_with(['"', '\'', '“'])
        || JUDGEMENT_KEYS.into_iter().any(is_key)
        || is_key("justification")
}

enum Attempt {
    Judgement {
        length: usize,
    },
    Other {
        length: usize,
    },
    Unfinished,
    /// Its length is that of its braces, if they close.
    Broken {
        length: Option<usize>,
        why: String,
    },
}

/// Reads the object that begins `rest`.
fn object(rest: &str) -> Attempt {
    let mut stream = serde_json::Deserializer::from_str(rest).into_iter::<Object>();
    let error = match stream.next() {
        Some(Ok(object)) => {
            let length = stream.byte_offset();
            return if object.is_judgement() {
                Attempt::Judgement { length }
            } else {
                Attempt::Other { length }
            };
        }
        Some(Err(error)) if error.is_eof() => return Attempt::Unfinished,
        Some(Err(error)) => error,
        None => return Attempt::Unfinished,
    };
    let length = balanced(rest);
    let whole = &rest[..length.unwrap_or(rest.len())];
    if let Some(length) = length
        && mended(whole).is_some_and(|object| object.is_judgement())
    {
        return Attempt::Judgement { length };
    }
    Attempt::Broken {
        length,
        why: why_broken(whole, &error),
    }
}

fn why_broken(whole: &str, error: &serde_json::Error) -> String {
    let odd = ["NaN", "Infinity"]
        .into_iter()
        .find(|word| whole.contains(word));
    match odd {
        Some(word) => format!("its JSON is broken: {word} is no number in JSON"),
        None => format!("its JSON is broken: {error}"),
    }
}

/// Reads a judgement that [`find`] found.
pub(super) fn read(whole: &str) -> Option<Object> {
    serde_json::from_str(whole).ok().or_else(|| mended(whole))
}

/// The object with two slips put right that cannot change what it says: a comma before a closing bracket, and line ends inside
/// texts.
fn mended(whole: &str) -> Option<Object> {
    let mut out = String::with_capacity(whole.len() + 16);
    let mut in_text = false;
    let mut escaped = false;
    for (at, c) in whole.char_indices() {
        match c {
            _ if escaped => {
                escaped = false;
                out.push(c);
            }
            '\\' if in_text => {
                escaped = true;
                out.push(c);
            }
            '"' => {
                in_text = !in_text;
                out.push(c);
            }
            '\n' if in_text => out.push_str("\\n"),
            '\t' if in_text => out.push_str("\\t"),
            c if in_text && c.is_ascii_control() => out.push(' '),
            ',' if !in_text && whole[at + 1..].trim_start().starts_with(['}', ']']) => {}
            c => out.push(c),
        }
    }
    serde_json::from_str(&out).ok()
}

/// The length of the object that begins `rest`, by its braces outside texts.
fn balanced(rest: &str) -> Option<usize> {
    let mut depth = 0_usize;
    let mut in_text = false;
    let mut escaped = false;
    for (at, byte) in rest.bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_text => escaped = true,
            b'"' => in_text = !in_text,
            b'{' if !in_text => depth += 1,
            b'}' if !in_text => {
                depth -= 1;
                if depth == 0 {
                    return Some(at + 1);
                }
            }
            _ => {}
        }
    }
    None
}

/// Whether a text that is no JSON has a judgement's keys, with any quotation marks or none.
fn speaks_of_judgement(text: &str) -> bool {
    let is_mark = |c: char| "\"'“”".contains(c);
    JUDGEMENT_KEYS.into_iter().any(|key| {
        let text = text.to_ascii_lowercase();
        let mut ends = text
            .match_indices(key)
            .map(|(at, _)| &text[at + key.len()..]);
        ends.any(|end| {
            end.trim_start_matches(is_mark)
                .trim_start()
                .starts_with(':')
        })
    })
}
