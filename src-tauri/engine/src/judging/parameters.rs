//! What a run was told to do, as the history keeps it: JSON beside the method's own parameters.

use decision::Params;
use serde::{Deserialize, Serialize};

use super::lanes::{Lane, Place};
use crate::error::EngineError;
use crate::rows::json_of;
use crate::view::{DestinationInfo, Scope};

/// The parameters of a run.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Parameters {
    /// Of the method.
    #[serde(flatten)]
    pub method: Params,
    /// Who judges; empty in a run that asks nobody.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub judges: Vec<JudgeKept>,
    /// Which cells it asks, so that a killed run knows what was still to come.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scope: Option<Scope>,
    /// The run it is a copy of, when it was made by taking an older one up again.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub adopted: Option<String>,
}

/// A judge of a run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct JudgeKept {
    pub backend: String,
    pub model: String,
    pub samples: u32,
    pub address: String,
    pub this_machine: bool,
}

impl Parameters {
    /// Those of a run that asks.
    pub(crate) fn judged(
        method: Params,
        lanes: &[Lane],
        places: &[Option<Place>],
        scope: &Scope,
    ) -> Self {
        let mut judges: Vec<JudgeKept> = Vec::new();
        for place in places.iter().flatten() {
            let lane = &lanes[place.lane];
            let DestinationInfo {
                address,
                this_machine,
            } = lane.destination.clone();
            let judge = JudgeKept {
                backend: lane.name.clone(),
                model: place.model.clone(),
                samples: place.samples,
                address,
                this_machine,
            };
            if !judges.contains(&judge) {
                judges.push(judge);
            }
        }
        Self {
            method,
            judges,
            scope: Some(scope.clone()),
            adopted: None,
        }
    }

    /// These with the judges of a run that goes on with them.
    pub(crate) fn joined_by(mut self, now: Self) -> Self {
        for judge in now.judges {
            if !self.judges.contains(&judge) {
                self.judges.push(judge);
            }
        }
        self
    }

    /// As the history has them. What cannot be read names no judge.
    pub(crate) fn read(json: &str) -> Self {
        serde_json::from_str(json).unwrap_or_default()
    }

    /// For the history.
    ///
    /// # Errors
    /// [`EngineError::Internal`].
    pub(crate) fn json(&self) -> Result<String, EngineError> {
        json_of(self)
    }

    /// The addresses beyond this machine to which its prompts went.
    pub(crate) fn disclosed(&self) -> impl Iterator<Item = String> {
        self.judges
            .iter()
            .filter(|judge| !judge.this_machine)
            .map(|judge| judge.address.clone())
    }

    /// Backends, joined by commas; none where nobody was asked.
    pub(crate) fn backends(&self) -> Option<String> {
        joined(self.judges.iter().map(|judge| judge.backend.as_str()))
    }

    /// Models, joined by commas.
    pub(crate) fn models(&self) -> Option<String> {
        joined(self.judges.iter().map(|judge| judge.model.as_str()))
    }

    /// The most samples that any of them is asked for.
    pub(crate) fn samples(&self) -> u32 {
        self.judges
            .iter()
            .map(|judge| judge.samples)
            .max()
            .unwrap_or(0)
    }
}

/// Each word once, in order, joined by commas; none for no words.
pub(crate) fn joined<'a>(words: impl Iterator<Item = &'a str>) -> Option<String> {
    let mut seen: Vec<&str> = Vec::new();
    for word in words {
        if !seen.contains(&word) {
            seen.push(word);
        }
    }
    (!seen.is_empty()).then(|| seen.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_of_runs_made_before_models_judged_are_read_too() {
        let old = Parameters::read(r#"{"v":0.5,"concordance":null,"discordance":null}"#);
        assert_eq!(old.method.v, Some(0.5));
        assert_eq!((old.backends(), old.samples()), (None, 0));
        let kept = Parameters {
            judges: vec![JudgeKept {
                backend: "b".into(),
                model: "m".into(),
                samples: 3,
                address: "https://x:443".into(),
                this_machine: false,
            }],
            scope: Some(Scope::Failed),
            ..old
        };
        assert_eq!(Parameters::read(&kept.json().unwrap()), kept);
        assert_eq!(kept.disclosed().collect::<Vec<_>>(), ["https://x:443"]);
    }
}
