//! The backends of a run: made ready, held to the rules on what may leave the machine, and grouped, because a limit on calls
//! in flight belongs to a server and not to a criterion.

use std::sync::Arc;

use llm::{Backend, BackendSpec, Limits, LlmError};
use settings::{BackendConfig, BackendKind};

use super::clouds::cloud;
use super::seats::Seat;
use crate::engine::Engine;
use crate::error::EngineError;
use crate::view::{DestinationInfo, RunChoice};

/// Calls in flight at most where nobody says otherwise.
pub(crate) const CONCURRENCY: u16 = 4;

/// A backend of a run.
#[derive(Clone)]
pub(crate) struct Lane {
    /// The server.
    pub backend: Arc<dyn Backend>,
    /// Its name.
    pub name: String,
    /// Calls in flight at most.
    pub limit: usize,
    /// Where it asks.
    pub destination: DestinationInfo,
    /// Whether its address is this machine's own, whatever its settings say.
    pub loopback: bool,
}

/// Which lane and model a criterion's cells are asked in.
#[derive(Debug, Clone)]
pub(crate) struct Place {
    pub lane: usize,
    pub model: String,
    pub temperature: Option<f64>,
    pub samples: u32,
}

/// What was agreed to leave the machine.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Agreed<'a> {
    /// The addresses to which this session's prompts went before.
    pub before: &'a [String],
    /// Whether the person agrees now.
    pub now: bool,
}

impl Agreed<'_> {
    /// Nothing was agreed to.
    pub(crate) fn nothing() -> Self {
        Self {
            before: &[],
            now: false,
        }
    }
}

/// The lanes of a run and the place of each criterion; none where nothing is asked about it.
pub(crate) type Seated = (Vec<Lane>, Vec<Option<Place>>);

impl Engine {
    /// Makes ready the backends of these seats.
    ///
    /// # Errors
    /// [`EngineError::NoBackend`], [`EngineError::NoModel`], [`EngineError::Backend`] for one that cannot be made.
    pub(crate) fn lanes(
        &self,
        seats: &[Option<Seat>],
        choice: &RunChoice,
    ) -> Result<Seated, EngineError> {
        let mut lanes: Vec<Lane> = Vec::new();
        let mut places = Vec::with_capacity(seats.len());
        for seat in seats {
            let Some(seat) = seat else {
                places.push(None);
                continue;
            };
            let config = self.configured(&seat.backend)?;
            let model = seat.model.clone().ok_or_else(|| EngineError::NoModel {
                backend: seat.backend.clone(),
            })?;
            let known = lanes.iter().position(|lane| lane.name == seat.backend);
            let lane = match known {
                Some(lane) => lane,
                None => {
                    let first = lanes.is_empty();
                    lanes.push(self.lane(&config, choice, first)?);
                    lanes.len() - 1
                }
            };
            if config.kind == BackendKind::Ollama && llm::is_cloud_model(&model) {
                lanes[lane].destination = cloud(&model);
            }
            places.push(Some(Place {
                lane,
                model,
                temperature: seat.temperature,
                samples: seat.samples,
            }));
        }
        Ok((lanes, places))
    }

    fn lane(
        &self,
        config: &BackendConfig,
        choice: &RunChoice,
        first: bool,
    ) -> Result<Lane, EngineError> {
        let mut config = config.clone();
        // An address is one server's: where criteria have several judges, it is the first one's.
        let meant = choice
            .backend
            .as_ref()
            .map_or(first, |name| *name == config.name);
        if meant && choice.base_url.is_some() {
            config.base_url.clone_from(&choice.base_url);
        }
        let undeclared = BackendConfig {
            local: false,
            ..config.clone()
        };
        let loopback = self.connect(&undeclared, false)?.destination().this_machine;
        // Whether it may be asked is judged below for every lane alike, and told in one way; offline, what is asked then is
        // held to it by the call itself, too.
        let backend = self.connect(&config, choice.offline && loopback)?;
        let destination = backend.destination();
        Ok(Lane {
            name: config.name.clone(),
            limit: usize::from(
                choice
                    .concurrency
                    .or(config.concurrency)
                    .unwrap_or(CONCURRENCY)
                    .clamp(1, 64),
            ),
            destination: DestinationInfo {
                address: destination.address,
                this_machine: destination.this_machine,
            },
            loopback,
            backend,
        })
    }

    /// The backend of a name as it is configured.
    ///
    /// # Errors
    /// [`EngineError::NoBackend`].
    pub(crate) fn configured(&self, name: &str) -> Result<BackendConfig, EngineError> {
        let file = self.settings();
        let settings = file.current();
        settings.backend(name).ok_or_else(|| {
            let mut known: Vec<String> = BackendKind::ALL
                .iter()
                .map(|kind| kind.as_str().to_owned())
                .collect();
            known.extend(settings.backends.iter().map(|config| config.name.clone()));
            known.sort();
            known.dedup();
            EngineError::NoBackend {
                name: name.to_owned(),
                known,
            }
        })
    }

    /// A backend ready to be asked.
    ///
    /// # Errors
    /// [`EngineError::Backend`] when its address, proxy, certificate or key cannot be used, or offline forbids it.
    pub(crate) fn connect(
        &self,
        config: &BackendConfig,
        offline: bool,
    ) -> Result<Arc<dyn Backend>, EngineError> {
        let mut spec = BackendSpec::new(
            config.name.clone(),
            crate::backends::kind_of(config.kind),
            config.base_url.clone().or_else(|| self.host_of(config)),
        );
        spec.key = self.key_of(config);
        spec.proxy.clone_from(&config.proxy);
        spec.ca_file.clone_from(&config.ca_file);
        spec.local = config.local;
        spec.offline = offline;
        let failed = |error: LlmError| EngineError::backend(&config.name, error);
        let remote = !llm::connect(spec.clone(), self.clients())
            .map_err(failed)?
            .destination()
            .this_machine;
        let usual = if remote {
            Limits::REMOTE
        } else {
            Limits::LOCAL
        };
        spec.limits = Limits {
            connect: config.connect_timeout.unwrap_or(usual.connect),
            first_byte: config.first_byte_timeout.unwrap_or(usual.first_byte),
            silence: config.silence_timeout.unwrap_or(usual.silence),
        };
        llm::connect(spec, self.clients()).map_err(failed)
    }

    /// Where Ollama is, when its table does not say. The other kinds have one address for everybody.
    fn host_of(&self, config: &BackendConfig) -> Option<String> {
        (config.kind == BackendKind::Ollama)
            .then(|| self.surroundings().variable("OLLAMA_HOST"))
            .flatten()
    }
}

/// Refuses what would leave the machine against the person's will: with `--offline` always; otherwise unless the backend
/// was named for this run, or the session's prompts went to the same place before. A window asks first.
///
/// # Errors
/// [`EngineError::RefusedOffline`], [`EngineError::MustConfirm`].
pub(crate) fn allowed(
    lanes: &[Lane],
    choice: &RunChoice,
    agreed: Agreed<'_>,
    asks_first: bool,
) -> Result<(), EngineError> {
    let far = |lane: &&Lane| !lane.destination.this_machine || (choice.offline && !lane.loopback);
    for lane in lanes.iter().filter(far) {
        let refused = |asked_for| EngineError::RefusedOffline {
            backend: lane.name.clone(),
            address: lane.destination.address.clone(),
            asked_for,
        };
        if choice.offline {
            return Err(refused(true));
        }
        if agreed.now || agreed.before.contains(&lane.destination.address) {
            continue;
        }
        if asks_first {
            return Err(EngineError::MustConfirm {
                address: lane.destination.address.clone(),
            });
        }
        if choice.backend.as_deref() != Some(lane.name.as_str()) {
            return Err(refused(false));
        }
    }
    Ok(())
}
