//! Where models are asked, as the user configured it: one `[backends.NAME]` table each. Keys and passwords have no place
//! in it; a key is named by the environment variable that holds it.

use std::ops::RangeInclusive;
use std::path::PathBuf;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::values::Settings;

/// The protocol a backend speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BackendKind {
    /// Ollama's own.
    Ollama,
    /// Chat completions as OpenAI defined them; many servers speak it.
    Openai,
    /// Anthropic's Messages.
    Anthropic,
}

impl BackendKind {
    /// All of them, in the order in which they are listed to people.
    pub const ALL: [Self; 3] = [Self::Ollama, Self::Openai, Self::Anthropic];

    /// The word in settings.toml and on the wire; also the name of the instance that needs no table.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ollama => "ollama",
            Self::Openai => "openai",
            Self::Anthropic => "anthropic",
        }
    }

    /// The kind of a word; none for any other word.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == word)
    }
}

/// Name of the backend that asks nobody. It needs no table and can have none.
pub const BUILTIN: &str = "builtin";

/// How many cells may be asked at once.
pub const CONCURRENCY: RangeInclusive<u16> = 1..=64;

/// Time limits that make sense, in seconds. The upper end is for a large model that is read from a slow disk.
pub const TIMEOUT_SECONDS: RangeInclusive<f64> = 0.1..=3600.0;

/// Longest name of a backend, in characters.
pub const MAX_NAME: usize = 40;

/// One backend as it stands in settings.toml. What is none is for the caller to choose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BackendConfig {
    /// 1–40 of `a–z`, `0–9`, `-` and `_`.
    pub name: String,
    /// Its protocol; that of a backend named after a kind is this kind.
    pub kind: BackendKind,
    /// Where it is; no user, no password and no query in it.
    pub base_url: Option<String>,
    /// The model that is asked when nobody names one.
    pub model: Option<String>,
    /// Cells asked at once, within [`CONCURRENCY`].
    pub concurrency: Option<u16>,
    /// Until the connection stands; within [`TIMEOUT_SECONDS`], as the others.
    pub connect_timeout: Option<Duration>,
    /// Until the first byte of the answer.
    pub first_byte_timeout: Option<Duration>,
    /// Between two pieces of the answer.
    pub silence_timeout: Option<Duration>,
    /// A proxy on the way; no user and no password in it.
    pub proxy: Option<String>,
    /// A PEM file of authorities to trust beside the system's; absolute.
    pub ca_file: Option<PathBuf>,
    /// What stands there counts as this machine, though its address is not this machine's.
    pub local: bool,
    /// The environment variable that holds the key.
    pub key_env: Option<String>,
}

impl BackendConfig {
    /// A backend of which nothing is configured but its name and kind.
    #[must_use]
    pub fn new(name: &str, kind: BackendKind) -> Self {
        Self {
            name: name.to_owned(),
            kind,
            base_url: None,
            model: None,
            concurrency: None,
            connect_timeout: None,
            first_byte_timeout: None,
            silence_timeout: None,
            proxy: None,
            ca_file: None,
            local: false,
            key_env: None,
        }
    }
}

impl Settings {
    /// The backend of a name: its table, or for a kind's own name the instance that needs none. None for `builtin`,
    /// for a name that is not there, and for one whose table has mistakes.
    #[must_use]
    pub fn backend(&self, name: &str) -> Option<BackendConfig> {
        let configured = self.backends.iter().find(|backend| backend.name == name);
        match configured {
            Some(backend) => Some(backend.clone()),
            None if self.unusable.iter().any(|wrong| wrong == name) => None,
            None => BackendKind::from_word(name).map(|kind| BackendConfig::new(name, kind)),
        }
    }
}

pub(crate) const ALLOWED_NAME: &str = "1 to 40 of a–z, 0–9, - and _, and not \"builtin\"";

pub(crate) fn is_name(name: &str) -> bool {
    let ours = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '_';
    (1..=MAX_NAME).contains(&name.len()) && name.chars().all(ours)
}

/// What keeps a text from being an address, in words that do not repeat it.
pub(crate) fn address_problem(address: &str, schemes: &[&str], bare: bool) -> Option<&'static str> {
    const LONGEST: usize = 500;
    if address.contains('@') {
        return Some("cannot hold a user name or a password");
    }
    if address.contains(['?', '#']) {
        return Some("cannot hold anything after ? or #, where keys are put at times");
    }
    let odd = |c: char| c.is_whitespace() || c.is_control() || c == '\\';
    if address.is_empty() || address.len() > LONGEST || address.contains(odd) {
        return Some("is no address");
    }
    match address.split_once("://") {
        Some((scheme, rest)) => {
            let known = schemes
                .iter()
                .any(|known| scheme.eq_ignore_ascii_case(known));
            (!known || rest.is_empty() || rest.starts_with('/')).then_some("is no address")
        }
        None => (!bare).then_some("is no address"),
    }
}

/// A variable's name, and none that is itself a key: what someone pastes by mistake must not be kept or shown.
pub(crate) fn is_variable(name: &str) -> bool {
    let ours = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_';
    let well_formed = (1..=64).contains(&name.len())
        && name.chars().all(ours)
        && !name.starts_with(|c: char| c.is_ascii_digit());
    let amazon = (name.starts_with("AKIA") || name.starts_with("ASIA")) && name.len() == 20;
    let random =
        name.len() >= 20 && !name.contains('_') && name.contains(|c: char| c.is_ascii_digit());
    well_formed && !amazon && !random
}
