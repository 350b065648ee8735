//! A knock-out condition: a comparison that an option's number has to pass. Applying it to options is `screening`'s.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::problem::number_text;

/// How a [`Must`] compares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comparison {
    /// `<=`
    AtMost,
    /// `<`
    Below,
    /// `>=`
    AtLeast,
    /// `>`
    Above,
    /// `=`
    Equal,
    /// `!=`
    NotEqual,
}

/// A knock-out such as `<= 450`: an option whose number fails it is shown, but not ranked.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(try_from = "String", into = "String")]
#[ts(type = "string")]
pub struct Must {
    /// How the number is compared with the limit.
    pub comparison: Comparison,
    /// The limit, in the criterion's unit (measured) or on the decision's scale; finite.
    pub limit: f64,
}

/// What a `must` looks like, for messages.
pub const MUST_ALLOWED: &str =
    "a comparison with a number, such as \"<= 450\" (<=, <, >=, >, =, !=)";

const SYMBOLS: [(&str, Comparison); 10] = [
    ("<=", Comparison::AtMost),
    (">=", Comparison::AtLeast),
    ("!=", Comparison::NotEqual),
    ("==", Comparison::Equal),
    ("≤", Comparison::AtMost),
    ("≥", Comparison::AtLeast),
    ("≠", Comparison::NotEqual),
    ("<", Comparison::Below),
    (">", Comparison::Above),
    ("=", Comparison::Equal),
];

/// A text that is no comparison with a finite number.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a must is {MUST_ALLOWED}")]
pub struct NotAMust;

impl Must {
    /// Whether `x` passes.
    #[must_use]
    pub fn passes(&self, x: f64) -> bool {
        match self.comparison {
            Comparison::AtMost => x <= self.limit,
            Comparison::Below => x < self.limit,
            Comparison::AtLeast => x >= self.limit,
            Comparison::Above => x > self.limit,
            Comparison::Equal => x == self.limit,
            Comparison::NotEqual => x != self.limit,
        }
    }
}

impl FromStr for Must {
    type Err = NotAMust;

    fn from_str(text: &str) -> Result<Self, NotAMust> {
        let text = text.trim();
        let (comparison, rest) = SYMBOLS
            .iter()
            .find_map(|(symbol, comparison)| Some((*comparison, text.strip_prefix(symbol)?)))
            .ok_or(NotAMust)?;
        let limit: f64 = rest.trim().parse().map_err(|_| NotAMust)?;
        if limit.is_finite() {
            Ok(Self { comparison, limit })
        } else {
            Err(NotAMust)
        }
    }
}

impl TryFrom<String> for Must {
    type Error = NotAMust;

    fn try_from(text: String) -> Result<Self, NotAMust> {
        text.parse()
    }
}

impl From<Must> for String {
    fn from(must: Must) -> Self {
        must.to_string()
    }
}

impl fmt::Display for Must {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let symbol = match self.comparison {
            Comparison::AtMost => "<=",
            Comparison::Below => "<",
            Comparison::AtLeast => ">=",
            Comparison::Above => ">",
            Comparison::Equal => "=",
            Comparison::NotEqual => "!=",
        };
        // Rounded words must read back as the same rule, or the shortest exact form is written.
        let short = number_text(self.limit);
        if short.parse() == Ok(self.limit) {
            write!(f, "{symbol} {short}")
        } else {
            write!(f, "{symbol} {}", self.limit)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_must_reads_back_as_it_was_written() {
        for text in [
            "<= 450",
            "< 0.1",
            ">= -3",
            "> 1e300",
            "= 2",
            "!= 0.123456789",
        ] {
            let must: Must = text.parse().unwrap();
            assert_eq!(must.to_string().parse::<Must>().unwrap(), must, "{text}");
        }
    }

    #[test]
    fn what_is_no_comparison_is_refused() {
        for text in ["", "450", "<=", "<= x", "<= nan", "< inf", "<> 3", "=< 4"] {
            assert_eq!(text.parse::<Must>(), Err(NotAMust), "{text}");
        }
    }

    #[test]
    fn a_limit_itself_passes_only_where_it_is_included() {
        let passes = |text: &str| text.parse::<Must>().unwrap().passes(3.0);
        assert!(passes("<= 3") && passes(">=3") && passes("== 3") && passes("≤ 3"));
        assert!(!passes("< 3") && !passes("> 3") && !passes("≠ 3"));
    }
}
