//! The one composition root: opens the rooms on one data folder and holds them for window and terminal alike.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, RwLock};

use settings::{Folders, SettingsFile};
use store::{OpenOptions, Store, StoreError};

use crate::backends::Keys;
use crate::clock::{Clock, Random, SystemClock, SystemRandom};
use crate::desk::Desk;
use crate::error::EngineError;
use crate::judging::{Clouds, LiveRuns};
use crate::surroundings::{Surroundings, System};
use crate::view::UiSettings;

/// Where the engine works and what it takes from outside.
#[derive(Clone)]
pub struct Config {
    /// The folder of the history and the settings; none for the platform's own folders.
    pub data_dir: Option<PathBuf>,
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
    /// Makes identifiers.
    pub random: Arc<dyn Random>,
    /// Tells environment variables and the network's state.
    pub surroundings: Arc<dyn Surroundings>,
    /// Whether an unclean exit is checked for at once (terminal), or when the window has painted.
    pub check_at_once: bool,
}

impl Config {
    /// For a window: opens fast, and checks after the first paint.
    #[must_use]
    pub fn for_window(data_dir: Option<PathBuf>) -> Self {
        Self {
            data_dir,
            clock: Arc::new(SystemClock),
            random: Arc::new(SystemRandom),
            surroundings: Arc::new(System),
            check_at_once: false,
        }
    }

    /// For a terminal: what is wrong is said before anything is done.
    #[must_use]
    pub fn for_terminal(data_dir: Option<PathBuf>) -> Self {
        Self {
            check_at_once: true,
            ..Self::for_window(data_dir)
        }
    }

    pub(crate) fn folders(&self) -> Result<Folders, EngineError> {
        Ok(Folders::resolve(self.data_dir.as_deref())?)
    }
}

/// The rooms of one data folder. Every method may be called from any thread. Clones share everything: a run that goes on
/// by itself holds one.
#[derive(Clone)]
pub struct Engine {
    config: Config,
    folders: Folders,
    /// The open history, or why it is not open: the window then shows what can be done about it.
    history: Arc<RwLock<Result<Store, StoreError>>>,
    settings: Arc<Mutex<SettingsFile>>,
    pub(crate) desk: Arc<Desk>,
    pub(crate) keys: Arc<Keys>,
    pub(crate) live: LiveRuns,
    pub(crate) clouds: Clouds,
    clients: llm::Clients,
    /// Started with the first call: who only ranks has no network thread.
    runtime: Arc<OnceLock<llm::Runtime>>,
}

impl Engine {
    /// Opens the folder's history and settings.
    ///
    /// # Errors
    /// [`EngineError::Store`] when the history cannot be opened, or is damaged and was to be checked at once;
    /// [`EngineError::Settings`] when the platform names no folder.
    pub fn open(config: Config) -> Result<Self, EngineError> {
        let engine = Self::open_whatever_the_history(config)?;
        let store = engine.store()?;
        if engine.config.check_at_once && matches!(store.condition(), store::Condition::Checking) {
            store.verify()?;
        }
        Ok(engine)
    }

    /// Opens the folder for a window: a history that cannot be opened is no reason to have no window, which then says
    /// what is wrong and offers the copies there are.
    ///
    /// # Panics
    /// Never for a folder that is given; without one, when the platform names no home at all.
    #[must_use]
    pub fn open_or_rescue(config: Config) -> Self {
        match Self::open_whatever_the_history(config.clone()) {
            Ok(engine) => engine,
            Err(error) => Self::closed(config, &error),
        }
    }

    fn open_whatever_the_history(config: Config) -> Result<Self, EngineError> {
        let folders = config.folders()?;
        let settings = SettingsFile::load(&folders)?;
        let history = Store::open(&folders.data, OpenOptions::new(config.clock.now_ms()));
        Ok(Self::assembled(config, folders, history, settings))
    }

    fn closed(config: Config, error: &EngineError) -> Self {
        let folders = Folders::inside(&config.data_dir.clone().unwrap_or_default());
        let why = StoreError::Io {
            what: "opening the data folder".into(),
            why: error.to_string(),
        };
        let settings = SettingsFile::defaults(&folders);
        Self::assembled(config, folders, Err(why), settings)
    }

    fn assembled(
        config: Config,
        folders: Folders,
        history: Result<Store, StoreError>,
        settings: SettingsFile,
    ) -> Self {
        Self {
            config,
            folders,
            history: Arc::new(RwLock::new(history)),
            settings: Arc::new(Mutex::new(settings)),
            desk: Arc::default(),
            keys: Arc::default(),
            live: LiveRuns::default(),
            clouds: Clouds::default(),
            clients: llm::Clients::new(),
            runtime: Arc::default(),
        }
    }

    /// The folder that holds the history.
    #[must_use]
    pub fn data_folder(&self) -> &Path {
        &self.folders.data
    }

    /// A number that changes when anyone writes to the history.
    #[must_use]
    pub fn history_version(&self) -> u64 {
        self.store()
            .ok()
            .and_then(|store| store.data_version().ok())
            .unwrap_or_default()
    }

    /// How the window looks.
    #[must_use]
    pub fn ui_settings(&self) -> UiSettings {
        crate::looks::of(self.settings().current())
    }

    /// Keeps how the window looks.
    ///
    /// # Errors
    /// [`EngineError::Invalid`] for a value that is not allowed, [`EngineError::Settings`] when it cannot be written.
    pub fn save_ui_settings(&self, looks: &UiSettings) -> Result<UiSettings, EngineError> {
        let mut file = self.settings();
        let wanted = crate::looks::into(looks, file.current())?;
        file.save(&wanted)?;
        Ok(crate::looks::of(file.current()))
    }

    pub(crate) fn settings(&self) -> MutexGuard<'_, SettingsFile> {
        self.settings.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The open history.
    pub(crate) fn store(&self) -> Result<Store, EngineError> {
        let held = self.history.read().unwrap_or_else(PoisonError::into_inner);
        held.as_ref().cloned().map_err(|error| error.clone().into())
    }

    pub(crate) fn history(&self) -> &RwLock<Result<Store, StoreError>> {
        &self.history
    }

    pub(crate) fn now_ms(&self) -> i64 {
        self.config.clock.now_ms()
    }

    pub(crate) fn new_id(&self) -> String {
        crate::clock::session_id(self.config.random.as_ref())
    }

    pub(crate) fn clock(&self) -> Arc<dyn Clock> {
        Arc::clone(&self.config.clock)
    }

    pub(crate) fn random(&self) -> Arc<dyn Random> {
        Arc::clone(&self.config.random)
    }

    pub(crate) fn surroundings(&self) -> Arc<dyn Surroundings> {
        Arc::clone(&self.config.surroundings)
    }

    pub(crate) fn clients(&self) -> &llm::Clients {
        &self.clients
    }

    /// The network thread.
    pub(crate) fn runtime(&self) -> Result<&llm::Runtime, EngineError> {
        if let Some(runtime) = self.runtime.get() {
            return Ok(runtime);
        }
        let started = llm::Runtime::start().map_err(|error| EngineError::backend("", error))?;
        // Two that start at once: the second one's thread ends with its value.
        let _ = self.runtime.set(started);
        self.runtime
            .get()
            .ok_or_else(|| EngineError::Internal("the network thread is gone".into()))
    }
}
