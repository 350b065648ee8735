//! The rows below the header that speak about the criteria: weight, direction and unit, and the words they understand.

use crate::table::Direction;

/// A row about the criteria instead of an option.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Special {
    Weight,
    Direction,
    Unit,
}

impl Special {
    /// The kind of row that a first cell announces.
    pub fn named(name: &str) -> Option<Self> {
        match name
            .trim()
            .trim_end_matches(':')
            .trim_end()
            .to_lowercase()
            .as_str()
        {
            "weight" | "weights" => Some(Self::Weight),
            "direction" | "directions" => Some(Self::Direction),
            "unit" | "units" => Some(Self::Unit),
            _ => None,
        }
    }

    pub fn word(self) -> &'static str {
        match self {
            Self::Weight => "weight",
            Self::Direction => "direction",
            Self::Unit => "unit",
        }
    }
}

/// The words for a direction, as a message lists them.
pub(crate) const DIRECTION_WORDS: &str =
    "benefit, max, higher or + (more is better); cost, min, lower or - (less is better)";

/// Reads a direction: `benefit`, `max`, `Higher is better`, `+`, `↑` and their opposites.
pub(crate) fn direction(text: &str) -> Option<Direction> {
    let lower = text.trim().to_lowercase();
    let words = lower
        .strip_suffix("is better")
        .or_else(|| lower.strip_suffix("better"))
        .unwrap_or(&lower)
        .trim();
    match words {
        "benefit" | "benefits" | "max" | "maximum" | "maximise" | "maximize" | "high"
        | "higher" | "highest" | "more" | "most" | "larger" | "bigger" | "up" | "+" | "++"
        | "↑" => Some(Direction::Benefit),
        "cost" | "costs" | "min" | "minimum" | "minimise" | "minimize" | "low" | "lower"
        | "lowest" | "less" | "least" | "fewer" | "smaller" | "down" | "-" | "--" | "−" | "–"
        | "↓" => Some(Direction::Cost),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_known_by_name_in_any_capitals_and_number() {
        for (name, special) in [
            ("weight", Some(Special::Weight)),
            (" Weights: ", Some(Special::Weight)),
            ("DIRECTION", Some(Special::Direction)),
            ("Units", Some(Special::Unit)),
            ("Weight Watchers", None),
            ("", None),
        ] {
            assert_eq!(Special::named(name), special, "{name:?}");
        }
    }

    #[test]
    fn directions_are_understood_in_the_words_people_use() {
        for word in [
            "benefit",
            "Benefits",
            "MAX",
            "maximise",
            "higher",
            "Higher is better",
            "higher better",
            "+",
            "↑",
        ] {
            assert_eq!(direction(word), Some(Direction::Benefit), "{word}");
        }
        for word in [
            "cost",
            "Costs",
            "min",
            "Minimize",
            "lower",
            "Lower is better",
            "less is better",
            "-",
            "−",
            "↓",
        ] {
            assert_eq!(direction(word), Some(Direction::Cost), "{word}");
        }
        for word in ["", "better", "sideways", "0", "max min"] {
            assert_eq!(direction(word), None, "{word}");
        }
    }
}
