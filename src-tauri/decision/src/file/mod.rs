//! The decision file, TOML or JSON with the same fields: text in, a decision or every problem of the text out, and back.
//! No file is opened here.

mod fields;
mod json_tree;
mod read;
mod read_criteria;
mod read_options;
mod read_weighting;
mod toml_tree;
mod tree;
mod write;

pub use read::FORMAT_VERSION;
pub use write::{to_json, to_toml};

use crate::model::Decision;
use crate::problem::{Problem, ProblemCode as Code};

/// Most bytes of a decision file.
pub const MOST_BYTES: usize = 64 * 1024 * 1024;

/// A decision that was read, and what the reader should know about the reading.
#[derive(Clone, Debug, PartialEq)]
pub struct Loaded {
    /// The decision; complete, so that it can be ranked, unless it was read as a frame.
    pub decision: Decision,
    /// What was assumed or is kept without use. Nothing here stands in the way.
    pub warnings: Vec<Problem>,
}

/// Reads a decision file in TOML.
///
/// # Errors
/// Every problem of the text, in the order of its lines; see [`Problem`].
pub fn from_toml(text: &str) -> Result<Loaded, Vec<Problem>> {
    read::read(&toml_tree::parse(door(text)?)?, true)
}

/// Reads a frame in TOML: a decision file that may still lack options or criteria, for someone to fill in.
///
/// # Errors
/// Every problem of the text, in the order of its lines; see [`Problem`].
pub fn frame_from_toml(text: &str) -> Result<Loaded, Vec<Problem>> {
    read::read(&toml_tree::parse(door(text)?)?, false)
}

/// Reads a decision file in strict JSON (no comments, no trailing commas).
///
/// # Errors
/// Every problem of the text, in the order of its lines; see [`Problem`].
pub fn from_json(text: &str) -> Result<Loaded, Vec<Problem>> {
    read::read(&json_tree::parse(door(text)?)?, true)
}

fn door(text: &str) -> Result<&str, Vec<Problem>> {
    if text.len() > MOST_BYTES {
        let message = format!(
            "the file has {} bytes: at most {MOST_BYTES} are read",
            text.len()
        );
        return Err(vec![Problem::new(Code::TooLong, "", message)]);
    }
    Ok(text.strip_prefix('\u{feff}').unwrap_or(text))
}
