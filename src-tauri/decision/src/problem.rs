//! What is wrong with a decision, said so that a person can put it right: where, what was found, what is allowed.
//! The rules themselves live beside what they check.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// The kind of a [`Problem`], for programs; the words for people are in [`Problem::message`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum ProblemCode {
    /// The text is not TOML or JSON.
    Syntax,
    /// The file says it is of a version this program does not know.
    NewerVersion,
    /// A field that no version of the format has.
    UnknownField,
    /// A field that must be there is not.
    MissingField,
    /// The field holds another type than it should, such as a text where a number belongs.
    WrongType,
    /// A number that is not finite, negative where it may not be, or outside its limits.
    BadNumber,
    /// A word that is none of the allowed ones.
    BadChoice,
    /// A text that cannot be read as what the field holds.
    BadText,
    /// A text over its limit of characters.
    TooLong,
    /// A name that must not be empty is.
    Empty,
    /// Two things with one name, id or key.
    Duplicate,
    /// A name or id that nothing in the decision has.
    UnknownName,
    /// A score that is not on the decision's scale.
    OffScale,
    /// More options, criteria or cells than the program takes.
    TooMany,
    /// Fewer options or criteria than a decision needs, or weights that add up to nothing.
    Incomplete,
    /// Cells without a score, where the rules in force need one.
    MissingScores,
    /// Numbers that the chosen method or normalisation cannot work on.
    NotComputable,
    /// Something was given that the rules in force do not use.
    Ignored,
    /// A default or a reading was chosen for the user.
    Assumed,
}

/// One thing that is wrong (or, among warnings and notices, worth knowing).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS, thiserror::Error)]
#[error("{message}")]
pub struct Problem {
    /// What kind of problem it is.
    pub code: ProblemCode,
    /// The field's path from the top of the decision, such as `criteria[2].weight`; empty for the whole.
    pub field: String,
    /// 1-based line of the file, when there is a file.
    #[ts(type = "number | null")]
    pub line: Option<usize>,
    /// What stands there, at most [`ECHO_CHARS`] characters of it.
    pub found: Option<String>,
    /// What may stand there.
    pub allowed: Option<String>,
    /// The whole in words.
    pub message: String,
}

/// No message repeats more than this many characters of what it found, however long that is.
pub const ECHO_CHARS: usize = 80;

/// How many problems one reading reports before it only counts the rest.
const MOST_PROBLEMS: usize = 200;

impl Problem {
    /// A problem at `field` in the words of `message`.
    #[must_use]
    pub fn new(code: ProblemCode, field: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            code,
            field: field.into(),
            line: None,
            found: None,
            allowed: None,
            message: message.into(),
        }
    }

    /// The same problem with what was found, shortened to [`ECHO_CHARS`].
    #[must_use]
    pub fn found(mut self, found: impl AsRef<str>) -> Self {
        self.found = Some(echo(found.as_ref()));
        self
    }

    /// The same problem with what is allowed.
    #[must_use]
    pub fn allowed(mut self, allowed: impl Into<String>) -> Self {
        self.allowed = Some(allowed.into());
        self
    }

    /// The same problem with its 1-based line.
    #[must_use]
    pub fn at_line(mut self, line: usize) -> Self {
        self.line = Some(line);
        self
    }
}

/// `text` on one line and cut to [`ECHO_CHARS`] characters, so that a 10 MB name cannot fill a message.
#[must_use]
pub fn echo(text: &str) -> String {
    let mut shown: String = text
        .chars()
        .take(ECHO_CHARS)
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    if text.len() > shown.len() && text.chars().nth(ECHO_CHARS).is_some() {
        shown.pop();
        shown.push('…');
    }
    shown
}

/// The candidate that is closest to `word`, if one is close enough to have been meant.
pub(crate) fn nearest<'a>(
    word: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    const LONGEST_COMPARED: usize = 64;
    if word.len() > LONGEST_COMPARED {
        return None;
    }
    let folded = word.to_lowercase();
    candidates
        .into_iter()
        .filter(|candidate| candidate.len() <= 2 * LONGEST_COMPARED)
        .map(|candidate| {
            let distance = strsim::damerau_levenshtein(&folded, &candidate.to_lowercase());
            (distance, candidate)
        })
        .filter(|(distance, candidate)| *distance <= 1 + candidate.chars().count() / 3)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// Keeps the first problems and says how many more there were, so that a hostile file cannot fill the screen.
pub(crate) fn shortened(mut problems: Vec<Problem>) -> Vec<Problem> {
    if problems.len() > MOST_PROBLEMS {
        let more = problems.len() - MOST_PROBLEMS;
        problems.truncate(MOST_PROBLEMS);
        let code = problems[0].code;
        problems.push(Problem::new(
            code,
            "",
            format!("… and {more} more problems"),
        ));
    }
    problems
}

/// The key under which names are one and the same: trimmed, and without regard to upper and lower case.
pub(crate) fn folded(name: &str) -> String {
    // Up and then down folds what one way alone misses, such as "ß" and "SS".
    name.trim().to_uppercase().to_lowercase()
}

/// `x` as people write it: as it is where that is short, else to six significant digits and at least two decimals, without an
/// exponent for everyday sizes.
#[must_use]
pub fn number_text(x: f64) -> String {
    const SHORT: usize = 10;
    let size = x.abs();
    if x == 0.0 || !x.is_finite() {
        return (x + 0.0).to_string();
    }
    if !(1e-6..1e15).contains(&size) {
        return format!("{x:e}");
    }
    let exact = x.to_string();
    if exact.len() <= SHORT {
        return exact;
    }
    let rounded = if size >= 1000.0 {
        format!("{x:.2}")
    } else {
        format!("{x:.5e}")
    };
    rounded
        .parse::<f64>()
        .map_or(exact, |rounded| rounded.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_short_and_keep_what_matters() {
        for (x, text) in [
            (0.0, "0"),
            (-0.0, "0"),
            (120.0, "120"),
            (0.1 + 0.2, "0.3"),
            (1.0 / 3.0, "0.333333"),
            (0.000_123_456_789, "0.000123457"),
            (1_234_567.899, "1234567.9"),
            (123_456_789.987, "123456789.99"),
            (1e-7, "1e-7"),
            (1e21, "1e21"),
            (f64::INFINITY, "inf"),
            (f64::NAN, "NaN"),
        ] {
            assert_eq!(number_text(x), text);
        }
    }

    #[test]
    fn an_echo_is_one_short_line() {
        assert_eq!(echo("a\nb"), "a b");
        assert_eq!(echo(&"é".repeat(500)).chars().count(), ECHO_CHARS);
        assert_eq!(echo(&"é".repeat(ECHO_CHARS)), "é".repeat(ECHO_CHARS));
    }

    #[test]
    fn only_a_near_miss_is_taken_for_what_was_meant() {
        let known = ["weight", "direction", "kind"];
        assert_eq!(nearest("Weigth", known), Some("weight"));
        assert_eq!(nearest("colour", known), None);
        assert_eq!(nearest(&"w".repeat(1_000_000), known), None);
    }
}
