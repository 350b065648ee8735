//! The scale of judged and hand-given scores, and a score by hand.

use std::cmp::Ordering;
use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use ts_rs::TS;

use crate::problem::number_text;

/// The ends of the scale; `min < max`, both finite.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct Scale {
    /// The lowest score.
    pub min: f64,
    /// The highest score.
    pub max: f64,
}

impl Default for Scale {
    fn default() -> Self {
        Self { min: 0.0, max: 5.0 }
    }
}

impl Scale {
    /// The largest distance between the ends at which each whole number is a level of its own.
    const MOST_LEVELS: f64 = 20.0;

    /// Whether `score` lies on the scale, ends included.
    #[must_use]
    pub fn holds(&self, score: f64) -> bool {
        score >= self.min && score <= self.max
    }

    /// `max − min`.
    #[must_use]
    pub fn width(&self) -> f64 {
        self.max - self.min
    }

    /// One level: 1 where `max − min` is a whole number from 2 to 20, else a tenth of it.
    #[must_use]
    pub fn level(&self) -> f64 {
        let width = self.width();
        if width.fract() == 0.0 && (2.0..=Self::MOST_LEVELS).contains(&width) {
            1.0
        } else {
            width / 10.0
        }
    }
}

impl fmt::Display for Scale {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} to {}", number_text(self.min), number_text(self.max))
    }
}

/// A score given by hand: a number on the scale, or the statement that none can be given.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(try_from = "RawHandScore", into = "RawHandScore")]
#[ts(type = "number | \"abstain\"")]
pub enum HandScore {
    /// A number on the decision's scale.
    Score(f64),
    /// Looked at, and left without a score on purpose.
    Abstain,
}

/// The word for [`HandScore::Abstain`] in files, cells and on the wire.
pub const ABSTAIN: &str = "abstain";

#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum RawHandScore {
    Number(f64),
    Word(String),
}

impl TryFrom<RawHandScore> for HandScore {
    type Error = String;

    fn try_from(raw: RawHandScore) -> Result<Self, String> {
        match raw {
            RawHandScore::Number(score) => Ok(Self::Score(score)),
            RawHandScore::Word(word) if word == ABSTAIN => Ok(Self::Abstain),
            RawHandScore::Word(_) => Err(format!("a score is a number or \"{ABSTAIN}\"")),
        }
    }
}

impl From<HandScore> for RawHandScore {
    fn from(score: HandScore) -> Self {
        match score {
            HandScore::Score(score) => Self::Number(score),
            HandScore::Abstain => Self::Word(ABSTAIN.to_owned()),
        }
    }
}

/// A level of the scale that a rubric line describes; ordered by size, written as text.
#[derive(Clone, Copy, Debug, TS)]
#[ts(type = "string")]
pub struct Level(pub f64);

impl PartialEq for Level {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Level {}

impl PartialOrd for Level {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Level {
    fn cmp(&self, other: &Self) -> Ordering {
        // Adding zero makes -0 and 0 one level.
        (self.0 + 0.0).total_cmp(&(other.0 + 0.0))
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0 + 0.0)
    }
}

impl Serialize for Level {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Level {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.trim()
            .parse()
            .map(Self)
            .map_err(|_| serde::de::Error::custom("a rubric's level is a number"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_level_is_one_step_on_short_whole_scales_and_a_tenth_elsewhere() {
        let level = |min, max| Scale { min, max }.level();
        assert_eq!(level(0.0, 5.0), 1.0);
        assert_eq!(level(1.0, 9.0), 1.0);
        assert_eq!(level(0.0, 20.0), 1.0);
        assert_eq!(level(0.0, 100.0), 10.0);
        assert_eq!(level(0.0, 1.0), 0.1);
        assert_eq!(level(0.5, 5.0), 0.45);
    }

    #[test]
    fn abstain_is_the_only_word_that_is_a_score() {
        let read = |text: &str| serde_json::from_str::<HandScore>(text);
        assert_eq!(read("4").unwrap(), HandScore::Score(4.0));
        assert_eq!(read("\"abstain\"").unwrap(), HandScore::Abstain);
        assert!(read("\"none\"").is_err());
    }
}
