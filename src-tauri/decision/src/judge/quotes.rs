//! Whether a model's quotes stand where it says: literally, but for spaces and typography.

use super::EvidenceUse;
use super::plain::comparable;
use super::prompt::evidence_of;
use crate::model::{Criterion, DecisionOption};

/// The evidence that a judge was given, ready to be searched.
pub(super) struct Given(Vec<(String, String)>);

impl Given {
    pub(super) fn to_judge(option: &DecisionOption, criterion: &Criterion) -> Self {
        let given = evidence_of(option, criterion);
        Self(
            given
                .map(|evidence| (name_of(&evidence.source), comparable(&evidence.quote)))
                .collect(),
        )
    }

    /// A quote with whether its words stand in the evidence of that source. No words stand nowhere.
    pub(super) fn checked(&self, source: &str, quote: &str) -> EvidenceUse {
        let (named, quoted) = (name_of(source), comparable(quote));
        // An excerpt is often put in quotation marks, or between ellipses.
        let words = quoted.trim_matches(|c: char| c.is_whitespace() || "\"'.".contains(c));
        let stands = |(source, text): &(String, String)| *source == named && text.contains(words);
        EvidenceUse {
            source: source.trim().to_owned(),
            quote: quote.trim().to_owned(),
            found: !words.is_empty() && self.0.iter().any(stands),
        }
    }
}

/// A source as it is compared: without regard to case and outer quotation marks.
fn name_of(source: &str) -> String {
    let source = comparable(source).to_lowercase();
    let bare = source.trim_matches(|c: char| c.is_whitespace() || "\"'".contains(c));
    bare.to_owned()
}
