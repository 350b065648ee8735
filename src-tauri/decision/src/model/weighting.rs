//! How weights are derived when they are not given: the user's statements, kept with the decision.
//! The arithmetic is in the crate's `weighting` room.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::CriterionId;

/// Statements from which weights follow. Criteria are named by id, so that a rename changes nothing.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(tag = "method", rename_all = "snake_case")]
pub enum Weighting {
    /// Pairwise comparisons (Saaty 1980).
    Ahp {
        /// `pairwise[i][j]`: how many times criterion `i` matters more than `j`, in the criteria's order.
        pairwise: Vec<Vec<f64>>,
    },
    /// Rank-order centroid (Edwards, Barron 1994).
    Roc {
        /// All criteria, the most important first.
        ranked: Vec<CriterionId>,
    },
    /// Swing weighting (von Winterfeldt, Edwards 1986).
    Swing {
        /// Points for the swing from worst to best, at least 0, the largest usually 100.
        #[ts(type = "Record<string, number>")]
        swing: BTreeMap<CriterionId, f64>,
    },
    /// Best-worst method (Rezaei 2015, 2016).
    Bwm {
        /// The most important criterion.
        best: CriterionId,
        /// The least important criterion.
        worst: CriterionId,
        /// How many times the best matters more than each, 1 to 9.
        #[ts(type = "Record<string, number>")]
        best_to_others: BTreeMap<CriterionId, f64>,
        /// How many times each matters more than the worst, 1 to 9.
        #[ts(type = "Record<string, number>")]
        others_to_worst: BTreeMap<CriterionId, f64>,
    },
    /// Shannon entropy of the numbers (Hwang, Yoon 1981).
    Entropy,
    /// Contrast and conflict of the numbers (Diakoulaki, Mavrotas, Papayannakis 1995).
    Critic,
}

impl Weighting {
    /// The method's word, as it stands in files.
    #[must_use]
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Ahp { .. } => "ahp",
            Self::Roc { .. } => "roc",
            Self::Swing { .. } => "swing",
            Self::Bwm { .. } => "bwm",
            Self::Entropy => "entropy",
            Self::Critic => "critic",
        }
    }
}
