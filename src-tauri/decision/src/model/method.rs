//! The words of a decision's rules: methods, normalisations, policies and their parameters. No arithmetic here.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// A closed set of words that stand in files and on the wire in snake case.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $word:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
        pub enum $name {
            $($(#[$vdoc])* #[serde(rename = $word)] $variant,)+
        }

        impl $name {
            /// Every word of the set, in its usual order.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// The word as it stands in files.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $word,)+
                }
            }

            /// The member that `word` names.
            #[must_use]
            pub fn from_word(word: &str) -> Option<Self> {
                match word {
                    $($word => Some(Self::$variant),)+
                    _ => None,
                }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}

words! {
    /// How options are ranked. The papers and equations stand at each method's own file.
    Method {
        /// Weighted arithmetic mean of the criteria's values.
        WeightedSum = "weighted_sum",
        /// Weighted geometric mean of the criteria's values.
        WeightedProduct = "weighted_product",
        /// Closeness to an ideal option (Hwang, Yoon 1981).
        Topsis = "topsis",
        /// Compromise ranking (Opricovic, Tzeng 2004).
        Vikor = "vikor",
        /// Net outranking flows (Brans, Vincke 1985).
        PrometheeIi = "promethee_ii",
        /// Kernel of an outranking graph (Roy 1968).
        ElectreI = "electre_i",
        /// Ratio system (Brauers, Zavadskas 2006).
        Moora = "moora",
    }
}

words! {
    /// How raw numbers of different units are made comparable.
    Normalisation {
        /// `(x − min) / (max − min)`, reversed for cost.
        Minmax = "minmax",
        /// `x / max`, for cost `1 − x / max`.
        Max = "max",
        /// `x / Σx`, for cost the same of `1 / x`.
        Sum = "sum",
        /// `x / √Σx²`, for cost `1 − x / √Σx²`.
        Vector = "vector",
        /// `x / max`, for cost `min / x`.
        LinearMax = "linear_max",
        /// The numbers as they are; cost counts against.
        None = "none",
    }
}

words! {
    /// What a cell without a score counts for.
    MissingPolicy {
        /// As worst and as best: totals are intervals.
        Bounds = "bounds",
        /// For nothing: the weights of what is scored are rescaled.
        Renormalise = "renormalise",
        /// As the middle of the scale.
        Neutral = "neutral",
        /// Nothing is ranked until it is there.
        Refuse = "refuse",
    }
}

words! {
    /// Where a criterion's numbers come from.
    Kind {
        /// Scores on the decision's scale, by a model or by hand.
        Judged = "judged",
        /// Numbers in the criterion's own unit.
        Measured = "measured",
        /// Scores on the decision's scale, by hand only.
        Manual = "manual",
    }
}

words! {
    /// Whether more or less of a criterion is better.
    Direction {
        /// More is better.
        Benefit = "benefit",
        /// Less is better.
        Cost = "cost",
    }
}

/// Parameters of the methods; `None` is the method's own default.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize, TS)]
#[serde(default)]
pub struct Params {
    /// VIKOR: weight of the majority's utility against the worst regret, 0 to 1; 0.5 by default.
    pub v: Option<f64>,
    /// ELECTRE I: least share of the weight that has to agree, 0 to 1; 0.65 by default.
    pub concordance: Option<f64>,
    /// ELECTRE I: most opposition of any one criterion, 0 to 1; 0.35 by default.
    pub discordance: Option<f64>,
}

/// PROMETHEE's preference functions (Brans, Vincke 1985, table 1), thresholds in the criterion's own unit.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Preference {
    /// Any difference is full preference.
    Usual,
    /// Full preference above `q`.
    UShape {
        /// Largest difference that does not matter; at least 0.
        q: f64,
    },
    /// Preference grows up to `p`.
    VShape {
        /// Smallest difference of full preference; above 0.
        p: f64,
    },
    /// None to `q`, half to `p`, then full.
    Level {
        /// Largest difference that does not matter; at least 0.
        q: f64,
        /// Smallest difference of full preference; above `q`.
        p: f64,
    },
    /// None to `q`, growing to `p`, then full.
    Linear {
        /// Largest difference that does not matter; at least 0.
        q: f64,
        /// Smallest difference of full preference; above `q`.
        p: f64,
    },
    /// `1 − exp(−d² / 2s²)`.
    Gaussian {
        /// The inflection point; above 0.
        s: f64,
    },
}

/// Who scores judged cells. A criterion's own judge overrides any part of the decision's.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, TS)]
#[serde(default)]
pub struct Judge {
    /// A backend's name.
    pub backend: Option<String>,
    /// A model's name, as the backend knows it.
    pub model: Option<String>,
    /// 0 to 2; an explicit 0 is kept apart from none.
    pub temperature: Option<f64>,
    /// How many times each cell is asked, 1 to 100.
    pub samples: Option<u32>,
}
