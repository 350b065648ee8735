//! What the window and the terminal are given about backends: which there are, and what a test of one found.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// What a backend speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum BackendKind {
    /// Asks nobody.
    Builtin,
    /// Ollama's own API.
    Ollama,
    /// The API of OpenAI and of the many servers that speak it.
    Openai,
    /// Anthropic's Messages.
    Anthropic,
}

/// Where a backend's key comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum KeySource {
    /// None is needed.
    None,
    /// An environment variable.
    Environment,
    /// It was entered, and lasts until Ponder closes.
    Memory,
    /// One is needed and there is none.
    Missing,
}

/// A backend as the list shows it.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
pub struct BackendInfo {
    /// Its name.
    pub name: String,
    /// What it speaks.
    pub kind: BackendKind,
    /// Its address as configured.
    pub base_url: Option<String>,
    /// The model that is asked unless another is named.
    pub model: Option<String>,
    /// Its address in force; none for `builtin`.
    pub address: Option<String>,
    /// Whether nothing leaves this machine.
    pub this_machine: bool,
    /// Where its key comes from.
    pub key: KeySource,
    /// The environment variable its key is looked for in.
    pub key_env: Option<String>,
    /// Whether it judges where nothing else is said.
    pub is_default: bool,
    /// Whether it has settings that can be removed.
    pub removable: bool,
    /// Calls in flight at most.
    pub concurrency: u32,
    /// Seconds to connect.
    pub connect_timeout: f64,
    /// Seconds to the first byte; a cold local model takes a minute to load.
    pub first_byte_timeout: f64,
    /// Seconds between two pieces of an answer.
    pub silence_timeout: f64,
    /// The proxy.
    pub proxy: Option<String>,
    /// A file with the authority that signs the server's certificate.
    pub ca_file: Option<String>,
    /// Whether a proxy that forwards elsewhere counts as this machine.
    pub local: bool,
    /// Why it cannot be used as it is configured, in words.
    pub problem: Option<String>,
}

/// Adds a backend, or changes the one of that name; what is left out stays as it is, or is the kind's default.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct BackendConfigView {
    /// Its name: 1 to 40 of a–z, 0–9, `-` and `_`.
    pub name: String,
    /// What it speaks; never `builtin`.
    pub kind: BackendKind,
    /// Its address.
    #[serde(default)]
    pub base_url: Option<String>,
    /// The model that is asked unless another is named.
    #[serde(default)]
    pub model: Option<String>,
    /// Calls in flight at most, 1 to 64.
    #[serde(default)]
    pub concurrency: Option<u32>,
    /// Seconds to connect.
    #[serde(default)]
    #[ts(optional)]
    pub connect_timeout: Option<f64>,
    /// Seconds to the first byte.
    #[serde(default)]
    pub first_byte_timeout: Option<f64>,
    /// Seconds between two pieces of an answer.
    #[serde(default)]
    #[ts(optional)]
    pub silence_timeout: Option<f64>,
    /// The proxy.
    #[serde(default)]
    #[ts(optional)]
    pub proxy: Option<String>,
    /// A file with the authority that signs the server's certificate.
    #[serde(default)]
    #[ts(optional)]
    pub ca_file: Option<String>,
    /// A proxy that forwards elsewhere counts as this machine.
    #[serde(default)]
    #[ts(optional)]
    pub local: Option<bool>,
    /// The environment variable its key is looked for in. Never the key.
    #[serde(default)]
    #[ts(optional)]
    pub key_env: Option<String>,
}

/// A model that a backend offers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct ModelInfo {
    /// Its name.
    pub name: String,
    /// Its size on disk.
    #[ts(type = "number | null")]
    pub size_bytes: Option<u64>,
    /// Its number of parameters, in words.
    pub parameters: Option<String>,
    /// How it was made smaller.
    pub quantization: Option<String>,
    /// Tokens it can read at once.
    #[ts(type = "number | null")]
    pub context: Option<u64>,
    /// Whether it is in memory now.
    pub loaded: Option<bool>,
    /// Whether it runs elsewhere though its server is here.
    pub cloud: bool,
    /// What its name stands for now.
    pub digest: Option<String>,
}

/// What a test of a backend found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum TestState {
    /// It answers.
    Ok,
    /// It answers, slowly.
    Slow,
    /// Nothing answers there.
    Down,
    /// It wants another key.
    Unauthorised,
    /// It does not have the model.
    ModelMissing,
    /// Something answers that is not what it should be.
    Odd,
}

/// A test of a backend.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
pub struct BackendTest {
    /// What was found.
    pub state: TestState,
    /// In words.
    pub message: String,
    /// What to do about it.
    pub hint: Option<String>,
    /// How long it took to answer, in milliseconds.
    pub latency_ms: Option<f64>,
    /// The server's version.
    pub version: Option<String>,
    /// The models it offers.
    pub models: Vec<ModelInfo>,
}

/// A server that was found on this machine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct FoundServer {
    /// Where it answers.
    pub address: String,
    /// Its version.
    pub version: String,
}
