//! Backends: which there are, how they are added, removed and tested, and where their keys come from. A key lives in the
//! environment or in memory; it is in no answer of this file.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use llm::{LlmError, SecretString};
use settings::{BackendConfig, BackendKind as Kind};

use crate::engine::Engine;
use crate::error::EngineError;
use crate::judging::{BUILTIN, CONCURRENCY};
use crate::view::{
    BackendConfigView, BackendInfo, BackendKind, BackendTest, FoundServer, KeySource, ModelInfo,
    TestState,
};

/// The variable every program looks for OpenAI's key in.
const OPENAI_KEY: &str = "OPENAI_API_KEY";

/// The variable every program looks for Anthropic's key in.
const ANTHROPIC_KEY: &str = "ANTHROPIC_API_KEY";

/// Keys that were entered; they last as long as the engine.
#[derive(Default)]
pub(crate) struct Keys(Mutex<HashMap<String, SecretString>>);

impl Keys {
    fn of(&self, backend: &str) -> Option<SecretString> {
        let keys = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        keys.get(backend).cloned()
    }

    fn put(&self, backend: &str, key: Option<SecretString>) {
        let mut keys = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match key {
            Some(key) => keys.insert(backend.to_owned(), key),
            None => keys.remove(backend),
        };
    }
}

impl Engine {
    /// The backends there are: `builtin`, each kind's own, and those that were added.
    ///
    /// # Errors
    /// None today; one that is configured wrongly is listed with its problem.
    pub fn backends(&self) -> Result<Vec<BackendInfo>, EngineError> {
        let (configs, default) = {
            let file = self.settings();
            let settings = file.current();
            let own = Kind::ALL.iter().map(|kind| kind.as_str().to_owned());
            let mut names: Vec<String> = own
                .chain(settings.backends.iter().map(|config| config.name.clone()))
                .collect();
            let mut seen = std::collections::HashSet::new();
            names.retain(|name| seen.insert(name.clone()));
            let configs: Vec<(BackendConfig, bool)> = names
                .iter()
                .filter_map(|name| {
                    let added = settings.backends.iter().any(|config| config.name == *name);
                    Some((settings.backend(name)?, added))
                })
                .collect();
            (configs, settings.default_backend.clone())
        };
        let default = default.unwrap_or_else(|| BUILTIN.to_owned());
        let mut listed = vec![builtin(default == BUILTIN)];
        for (config, added) in configs {
            listed.push(self.listed(&config, added, config.name == default));
        }
        Ok(listed)
    }

    fn listed(&self, config: &BackendConfig, removable: bool, is_default: bool) -> BackendInfo {
        let made = self.connect(config, false);
        let destination = made.as_ref().ok().map(|backend| backend.destination());
        let this_machine = destination.as_ref().is_some_and(|to| to.this_machine);
        let usual = if this_machine {
            llm::Limits::LOCAL
        } else {
            llm::Limits::REMOTE
        };
        let seconds = |set: Option<Duration>, usual: Duration| set.unwrap_or(usual).as_secs_f64();
        BackendInfo {
            name: config.name.clone(),
            kind: match config.kind {
                Kind::Ollama => BackendKind::Ollama,
                Kind::Openai => BackendKind::Openai,
                Kind::Anthropic => BackendKind::Anthropic,
            },
            base_url: config.base_url.clone(),
            model: config.model.clone(),
            address: destination.map(|to| to.address),
            this_machine,
            key: self.key_source(config, this_machine),
            key_env: key_variable(config),
            is_default,
            removable,
            concurrency: u32::from(config.concurrency.unwrap_or(CONCURRENCY)),
            connect_timeout: seconds(config.connect_timeout, usual.connect),
            first_byte_timeout: seconds(config.first_byte_timeout, usual.first_byte),
            silence_timeout: seconds(config.silence_timeout, usual.silence),
            proxy: config.proxy.clone(),
            ca_file: config
                .ca_file
                .as_ref()
                .map(|path| path.display().to_string()),
            local: config.local,
            problem: made.err().map(|error| error.to_string()),
        }
    }

    /// Adds a backend, or changes the one of that name: what is left out stays as it is.
    ///
    /// # Errors
    /// [`EngineError::Settings`] for a value that is not allowed, [`EngineError::Backend`] for an address that cannot be
    /// used. Nothing is changed then.
    pub fn add_backend(&self, wanted: &BackendConfigView) -> Result<Vec<BackendInfo>, EngineError> {
        let kind = match wanted.kind {
            BackendKind::Ollama => Kind::Ollama,
            BackendKind::Openai => Kind::Openai,
            BackendKind::Anthropic => Kind::Anthropic,
            BackendKind::Builtin => {
                return Err(EngineError::invalid(
                    "`builtin` asks nobody and has nothing to set",
                    Vec::new(),
                ));
            }
        };
        let known = self.settings().current().backend(&wanted.name);
        let mut config = known
            .filter(|config| config.kind == kind)
            .unwrap_or_else(|| BackendConfig::new(&wanted.name, kind));
        let address = config.base_url.clone();
        merge(&mut config, wanted);
        self.connect(&config, false)?;
        self.settings().put_backend(&config)?;
        if config.base_url != address {
            // The key was entered for the server that stood there.
            self.keys.put(&config.name, None);
        }
        self.backends()
    }

    /// Removes a backend's settings. Each kind's own backend then has its defaults again; any other is gone.
    ///
    /// # Errors
    /// [`EngineError::NoBackend`], [`EngineError::Settings`].
    pub fn remove_backend(&self, name: &str) -> Result<Vec<BackendInfo>, EngineError> {
        self.configured(name)?;
        self.settings().remove_backend(name)?;
        self.keys.put(name, None);
        self.backends()
    }

    /// Chooses who judges where nothing else is said; none for nobody.
    ///
    /// # Errors
    /// [`EngineError::NoBackend`], [`EngineError::Settings`].
    pub fn set_default_backend(&self, name: Option<&str>) -> Result<Vec<BackendInfo>, EngineError> {
        if let Some(name) = name.filter(|name| *name != BUILTIN) {
            self.configured(name)?;
        }
        {
            let mut file = self.settings();
            let mut wanted = file.current().clone();
            wanted.default_backend = name.map(str::to_owned);
            file.save(&wanted)?;
        }
        self.backends()
    }

    /// Keeps a backend's key in memory until the engine is gone; an empty one is forgotten.
    ///
    /// # Errors
    /// [`EngineError::NoBackend`].
    pub fn set_key(&self, name: &str, key: String) -> Result<Vec<BackendInfo>, EngineError> {
        self.configured(name)?;
        let given = !key.trim().is_empty();
        let key = SecretString::from(key);
        self.keys.put(name, given.then_some(key));
        self.backends()
    }

    /// The models a backend offers.
    ///
    /// # Errors
    /// [`EngineError::NoBackend`], [`EngineError::Backend`].
    pub fn backend_models(&self, name: &str, offline: bool) -> Result<Vec<ModelInfo>, EngineError> {
        let backend = self.connect(&self.configured(name)?, offline)?;
        let models = self
            .runtime()?
            .block_on(async { backend.models().await })
            .map_err(|error| EngineError::backend(name, error))?;
        Ok(models.into_iter().map(model_view).collect())
    }

    /// Tests a backend: down, unauthorised, model missing and slow are told apart. Without a model, the configured one
    /// is looked for.
    ///
    /// # Errors
    /// [`EngineError::NoBackend`], [`EngineError::Backend`] when it cannot be asked at all.
    pub fn test_backend(
        &self,
        name: &str,
        model: Option<&str>,
        offline: bool,
    ) -> Result<BackendTest, EngineError> {
        let config = self.configured(name)?;
        let backend = self.connect(&config, offline)?;
        let model = model.or(config.model.as_deref());
        let report = self
            .runtime()?
            .block_on(async { backend.test(model).await });
        let mut test = test_view(report);
        if test.state == TestState::Down && config.kind == Kind::Ollama {
            test.hint = self.found_elsewhere().or(test.hint);
        }
        Ok(test)
    }

    /// Looks whether a backend is there without asking a model anything: nothing is sent that costs money, or that wakes a
    /// model. For a window that opens.
    ///
    /// # Errors
    /// As [`Self::test_backend`].
    pub fn look_at_backend(&self, name: &str) -> Result<BackendTest, EngineError> {
        let config = self.configured(name)?;
        if config.kind == Kind::Ollama {
            // Its own test is no more than a look.
            return self.test_backend(name, None, false);
        }
        let backend = self.connect(&config, false)?;
        let began = std::time::Instant::now();
        let listed = self.runtime()?.block_on(async { backend.models().await });
        let latency_ms = Some(began.elapsed().as_secs_f64() * 1e3);
        let blank = |state, message: String| BackendTest {
            state,
            message,
            hint: None,
            latency_ms: None,
            version: None,
            models: Vec::new(),
        };
        Ok(match listed {
            Ok(models) => BackendTest {
                latency_ms,
                models: models.into_iter().map(model_view).collect(),
                hint: Some("Test asks a model for one word, and so tries the key, too.".into()),
                ..blank(TestState::Ok, "The server answers".into())
            },
            Err(LlmError::Unauthorised { .. }) => blank(
                TestState::Unauthorised,
                "The server wants another key".into(),
            ),
            Err(
                error @ (LlmError::Down { .. }
                | LlmError::ConnectTimeout { .. }
                | LlmError::FirstByteTimeout { .. }),
            ) => blank(TestState::Down, error.to_string()),
            Err(error) => blank(TestState::Odd, error.to_string()),
        })
    }

    /// Where an Ollama answers on this machine, when it is not where it was looked for.
    fn found_elsewhere(&self) -> Option<String> {
        let found = self.find_local_servers().ok()?;
        let server = found.first()?;
        Some(format!(
            "An Ollama {} answers at {}: set that as the address of `ollama`.",
            server.version, server.address
        ))
    }

    /// Looks for an Ollama on this machine: where `OLLAMA_HOST` says, and at its usual places.
    ///
    /// # Errors
    /// [`EngineError::Backend`] when the network thread cannot start.
    pub fn find_local_servers(&self) -> Result<Vec<FoundServer>, EngineError> {
        let clients = self.clients();
        let found = self
            .runtime()?
            .block_on(async { llm::find_ollama(clients).await });
        Ok(found
            .into_iter()
            .map(|server| FoundServer {
                address: server.address,
                version: server.version,
            })
            .collect())
    }

    /// The key to send, if there is one: what was entered wins over the environment.
    pub(crate) fn key_of(&self, config: &BackendConfig) -> Option<SecretString> {
        let entered = self.keys.of(&config.name);
        entered.or_else(|| {
            let variable = key_variable(config)?;
            self.surroundings()
                .variable(&variable)
                .map(SecretString::from)
        })
    }

    fn key_source(&self, config: &BackendConfig, this_machine: bool) -> KeySource {
        let in_environment = || {
            let variable = key_variable(config)?;
            self.surroundings().variable(&variable)
        };
        if self.keys.of(&config.name).is_some() {
            KeySource::Memory
        } else if in_environment().is_some() {
            KeySource::Environment
        } else if config.key_env.is_some() || (config.kind != Kind::Ollama && !this_machine) {
            KeySource::Missing
        } else {
            KeySource::None
        }
    }
}

/// The variable a key is looked for in. A vendor's own belongs to the backend of that name only: another server that speaks
/// the same language must not be sent it.
fn key_variable(config: &BackendConfig) -> Option<String> {
    let usual = match config.kind {
        Kind::Ollama => None,
        Kind::Openai => Some(OPENAI_KEY),
        Kind::Anthropic => Some(ANTHROPIC_KEY),
    };
    let usual = usual.filter(|_| config.name == config.kind.as_str());
    config.key_env.clone().or_else(|| usual.map(str::to_owned))
}

pub(crate) fn kind_of(kind: Kind) -> llm::Kind {
    match kind {
        Kind::Ollama => llm::Kind::Ollama,
        Kind::Openai => llm::Kind::Openai,
        Kind::Anthropic => llm::Kind::Anthropic,
    }
}

fn merge(config: &mut BackendConfig, wanted: &BackendConfigView) {
    fn take<T: Clone>(place: &mut Option<T>, wanted: Option<&T>) {
        if let Some(wanted) = wanted {
            *place = Some(wanted.clone());
        }
    }
    let duration = |seconds: Option<f64>| {
        seconds.map(|seconds| Duration::try_from_secs_f64(seconds).unwrap_or(Duration::MAX))
    };
    take(&mut config.base_url, wanted.base_url.as_ref());
    take(&mut config.model, wanted.model.as_ref());
    let concurrency = wanted
        .concurrency
        .map(|n| u16::try_from(n).unwrap_or(u16::MAX));
    take(&mut config.concurrency, concurrency.as_ref());
    take(
        &mut config.connect_timeout,
        duration(wanted.connect_timeout).as_ref(),
    );
    take(
        &mut config.first_byte_timeout,
        duration(wanted.first_byte_timeout).as_ref(),
    );
    take(
        &mut config.silence_timeout,
        duration(wanted.silence_timeout).as_ref(),
    );
    take(&mut config.proxy, wanted.proxy.as_ref());
    take(
        &mut config.ca_file,
        wanted.ca_file.as_ref().map(PathBuf::from).as_ref(),
    );
    config.local = wanted.local.unwrap_or(config.local);
    take(&mut config.key_env, wanted.key_env.as_ref());
}

fn builtin(is_default: bool) -> BackendInfo {
    BackendInfo {
        name: BUILTIN.to_owned(),
        kind: BackendKind::Builtin,
        base_url: None,
        model: None,
        address: None,
        this_machine: true,
        key: KeySource::None,
        key_env: None,
        is_default,
        removable: false,
        concurrency: 1,
        connect_timeout: 0.0,
        first_byte_timeout: 0.0,
        silence_timeout: 0.0,
        proxy: None,
        ca_file: None,
        local: false,
        problem: None,
    }
}

fn test_view(report: llm::TestReport) -> BackendTest {
    BackendTest {
        state: match report.state {
            llm::TestState::Ok => TestState::Ok,
            llm::TestState::Slow => TestState::Slow,
            llm::TestState::Down => TestState::Down,
            llm::TestState::Unauthorised => TestState::Unauthorised,
            llm::TestState::ModelMissing => TestState::ModelMissing,
            llm::TestState::Odd => TestState::Odd,
        },
        message: report.message,
        hint: report.hint,
        latency_ms: report.latency_ms,
        version: report.version,
        models: report.models.into_iter().map(model_view).collect(),
    }
}

fn model_view(model: llm::ModelInfo) -> ModelInfo {
    ModelInfo {
        name: model.name,
        size_bytes: model.size_bytes,
        parameters: model.parameters,
        quantization: model.quantization,
        context: model.context,
        loaded: model.loaded,
        cloud: model.cloud,
        digest: model.digest,
    }
}
