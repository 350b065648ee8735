//! One value of settings.toml that is not understood. Words for people; a value that is not ours is never repeated,
//! because someone may have put a password there.

use serde::Serialize;

/// A value that was not taken; the default stands in for it until it is saved anew.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SettingProblem {
    /// The key, such as `theme`; empty when the whole file is meant.
    pub key: String,
    /// Line of the file, from 1; none for a value that did not come from a file.
    pub line: Option<usize>,
    /// What was found, cut short; none when it is not one of our keys.
    pub found: Option<String>,
    /// What is allowed.
    pub allowed: String,
    /// All of it in one or two plain sentences.
    pub message: String,
}

/// A text as it may stand in a message: one line, at most 40 characters of it.
pub(crate) fn echo(text: &str) -> String {
    let shown: String = text
        .trim()
        .chars()
        .take(40)
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    if text.trim().chars().nth(40).is_some() {
        format!("{shown}…")
    } else {
        shown
    }
}
