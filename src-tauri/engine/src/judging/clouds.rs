//! Models that stand on this machine by name only: an Ollama may pass them on to somebody else's. Its own list tells which,
//! and is asked before anything is planned or sent.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use llm::Kind;

use super::lanes::{Lane, Place};
use crate::engine::Engine;
use crate::view::DestinationInfo;

/// How long a list is waited for. Offline the call itself asks again, and refuses where it cannot know.
const PATIENCE: Duration = Duration::from_millis(1500);

/// How long a list is believed.
const FRESH: Duration = Duration::from_secs(20);

/// Names of passed-on models by the address of their Ollama, and when it was asked.
type ByAddress = HashMap<String, (Instant, Vec<String>)>;

/// What is known of passed-on models.
#[derive(Clone, Default)]
pub(crate) struct Clouds(Arc<Mutex<ByAddress>>);

impl Clouds {
    fn known(&self, address: &str) -> Option<Vec<String>> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (at, names) = known.get(address)?;
        (at.elapsed() < FRESH).then(|| names.clone())
    }

    fn learn(&self, address: &str, names: Vec<String>) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.insert(address.to_owned(), (Instant::now(), names));
    }

    /// Whether this model is known to be passed on. Nobody is asked.
    pub(crate) fn passes_on(&self, address: &str, model: &str) -> bool {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let names = known.get(address).map(|(_, names)| names);
        names.is_some_and(|names| names.iter().any(|name| is(name, model)))
    }
}

impl Engine {
    /// Gives every lane whose model is passed on the destination that its words would really have.
    pub(crate) fn unmask(&self, lanes: &mut [Lane], places: &[Option<Place>]) {
        for (at, lane) in lanes.iter_mut().enumerate() {
            if !lane.destination.this_machine || lane.backend.kind() != Kind::Ollama {
                continue;
            }
            let passed_on = self.passed_on(lane);
            let mut asked = places.iter().flatten().filter(|place| place.lane == at);
            let far = asked.find(|place| passed_on.iter().any(|name| is(name, &place.model)));
            if let Some(place) = far {
                lane.destination = cloud(&place.model);
            }
        }
    }

    fn passed_on(&self, lane: &Lane) -> Vec<String> {
        let address = &lane.destination.address;
        if let Some(known) = self.clouds.known(address) {
            return known;
        }
        let Ok(runtime) = self.runtime() else {
            return Vec::new();
        };
        let listed =
            runtime.block_on(async { tokio::time::timeout(PATIENCE, lane.backend.models()).await });
        let models = listed.ok().and_then(Result::ok).unwrap_or_default();
        let names: Vec<String> = models
            .into_iter()
            .filter(|model| model.cloud)
            .map(|model| model.name)
            .collect();
        self.clouds.learn(address, names.clone());
        names
    }
}

/// Where the words to a passed-on model go.
pub(crate) fn cloud(model: &str) -> DestinationInfo {
    DestinationInfo {
        address: format!("{model} in Ollama's cloud"),
        this_machine: false,
    }
}

/// Ollama lists `name:latest` for what is asked for as `name`.
fn is(listed: &str, asked: &str) -> bool {
    listed == asked || listed.strip_suffix(":latest") == Some(asked)
}
