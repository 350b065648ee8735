//! A folder with an engine, a decision to judge, and a double of Ollama that is its default backend.

use std::net::IpAddr;
use std::path::PathBuf;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};

use engine::view::{BackendConfigView, BackendKind, NewSession, SessionView};
use engine::{
    Cancel, Clock, Config, DecideRequest, Decided, Edit, Engine, EngineError, RunChoice, RunEvent,
    Source, Surroundings, SystemClock,
};
use peers::{Ollama, Script};
use serde_json::Value;

/// A machine whose clock can be moved on, and whose variables and network are the test's.
#[derive(Default)]
pub struct Machine {
    ahead_ms: AtomicI64,
    pub variables: Mutex<Vec<(String, String)>>,
    pub way_out: Mutex<Option<IpAddr>>,
}

impl Machine {
    pub fn sleep(&self, ms: i64) {
        self.ahead_ms.fetch_add(ms, Ordering::Relaxed);
    }
}

impl Clock for Machine {
    fn now_ms(&self) -> i64 {
        SystemClock.now_ms() + self.ahead_ms.load(Ordering::Relaxed)
    }
}

impl Surroundings for Machine {
    fn variable(&self, name: &str) -> Option<String> {
        let variables = self.variables.lock().unwrap();
        variables
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.clone())
    }

    fn way_out(&self) -> Option<IpAddr> {
        *self.way_out.lock().unwrap()
    }
}

pub struct House {
    pub folder: tempfile::TempDir,
    pub machine: Arc<Machine>,
    pub server: Ollama,
    pub engine: Engine,
}

impl House {
    /// Ollama's double is the default backend, with the model `tiny` and four calls in flight.
    pub fn new(script: Script) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let machine = Arc::new(Machine::default());
        let server = Ollama::start(script);
        let engine = Engine::open(config(&folder, &machine)).unwrap();
        engine
            .add_backend(&backend("ollama", BackendKind::Ollama, &server.url()))
            .unwrap();
        engine.set_default_backend(Some("ollama")).unwrap();
        Self {
            folder,
            machine,
            server,
            engine,
        }
    }

    pub fn config(&self) -> Config {
        config(&self.folder, &self.machine)
    }

    pub fn file(&self, text: &str) -> PathBuf {
        let path = self.folder.path().join("decision.toml");
        std::fs::write(&path, text).unwrap();
        path
    }

    pub fn session(&self, text: &str) -> SessionView {
        self.engine
            .create_session(&NewSession::Text {
                text: text.to_owned(),
                name: Some("decision.toml".into()),
            })
            .unwrap()
    }

    pub fn decide(&self, id: &str, choice: &RunChoice) -> Result<Decided, EngineError> {
        self.decide_heard(id, choice).0
    }

    pub fn decide_heard(
        &self,
        id: &str,
        choice: &RunChoice,
    ) -> (Result<Decided, EngineError>, Vec<RunEvent>) {
        let mut heard = Vec::new();
        let request = DecideRequest {
            source: Source::Session(id.to_owned()),
            resume: false,
            choice: choice.clone(),
        };
        let decided = self.engine.decide(&request, &Cancel::new(), &mut |event| {
            heard.push(event.clone());
        });
        (decided, heard)
    }

    pub fn history(&self) -> rusqlite::Connection {
        let file = self.folder.path().join("data/history.db");
        rusqlite::Connection::open(file).unwrap()
    }

    pub fn edit(&self, id: &str, edits: Value) -> SessionView {
        let edits: Vec<Edit> = serde_json::from_value(edits).unwrap();
        self.engine.edit_session(id, &edits, None).unwrap()
    }
}

fn config(folder: &tempfile::TempDir, machine: &Arc<Machine>) -> Config {
    Config {
        clock: machine.clone(),
        surroundings: machine.clone(),
        ..Config::for_terminal(Some(folder.path().join("data")))
    }
}

pub fn backend(name: &str, kind: BackendKind, url: &str) -> BackendConfigView {
    BackendConfigView {
        name: name.to_owned(),
        kind,
        base_url: Some(url.to_owned()),
        model: Some("tiny".to_owned()),
        concurrency: Some(4),
        connect_timeout: None,
        first_byte_timeout: None,
        silence_timeout: None,
        proxy: None,
        ca_file: None,
        local: None,
        key_env: None,
    }
}

/// A decision of so many options and judged criteria. Each cell's prompt names `option N` and `criterion M`.
pub fn table(options: usize, criteria: usize) -> String {
    let mut text = String::from("topic = \"Which one?\"\n");
    for n in 0..criteria {
        text.push_str(&format!("[[criteria]]\nname = \"criterion {n}.\"\n"));
    }
    for n in 0..options {
        text.push_str(&format!(
            "[[options]]\nname = \"option {n}.\"\ndescription = \"It is number {n}.\"\n"
        ));
    }
    text
}

/// The option that a call is about, such as `option 3`.
pub fn option_in(text: &str) -> String {
    let mut found = text.match_indices("option ").filter_map(|(at, _)| {
        let number: String = text[at + 7..]
            .chars()
            .take_while(char::is_ascii_digit)
            .collect();
        (!number.is_empty()).then(|| format!("option {number}"))
    });
    found.next().expect("a cell's prompt names its option")
}
