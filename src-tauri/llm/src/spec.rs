//! What a backend is told to be: kind, address, key, limits and how it is reached. Parsing of addresses lives in
//! `address`; reading settings does not live in this room.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use secrecy::SecretString;

/// The protocol a backend speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Ollama's own API (`/api/chat`, newline-delimited JSON).
    Ollama,
    /// The chat completions API of OpenAI, which many servers speak (`/v1/chat/completions`, server-sent events).
    Openai,
    /// Anthropic's Messages API (`/v1/messages`, named server-sent events).
    Anthropic,
}

impl Kind {
    /// The name in settings and records: `ollama`, `openai` or `anthropic`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Ollama => "ollama",
            Self::Openai => "openai",
            Self::Anthropic => "anthropic",
        }
    }
}

/// How long to wait for what.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// For a connection to be made, encryption included.
    pub connect: Duration,
    /// From the sent request to the first byte of the answer's body: a cold local model loads for a minute and more.
    pub first_byte: Duration,
    /// Between two pieces of an answer.
    pub silence: Duration,
}

impl Limits {
    /// For a server on this machine: 10 s to connect, 300 s for the first byte, 60 s of silence.
    pub const LOCAL: Self = Self {
        connect: Duration::from_secs(10),
        first_byte: Duration::from_secs(300),
        silence: Duration::from_secs(60),
    };
    /// For a server elsewhere: 10 s to connect, 120 s for the first byte, 60 s of silence.
    pub const REMOTE: Self = Self {
        first_byte: Duration::from_secs(120),
        ..Self::LOCAL
    };
}

/// One backend as configured. Its Debug output shows no key, and no user or password of a URL.
#[derive(Clone)]
pub struct BackendSpec {
    /// The user's name for it, for example `ollama` or `office`.
    pub name: String,
    /// The protocol.
    pub kind: Kind,
    /// Where it is. `None`: Ollama where `OLLAMA_HOST` says (else `http://127.0.0.1:11434`), OpenAI at
    /// `https://api.openai.com/v1`, Anthropic at `https://api.anthropic.com/v1`. With or without `/v1`; what Ollama accepts in `OLLAMA_HOST` is accepted for Ollama.
    pub base_url: Option<String>,
    /// Sent as `Authorization: Bearer …`, to Anthropic as `x-api-key`, to this address only.
    pub key: Option<SecretString>,
    /// Time limits; [`Limits::LOCAL`] or [`Limits::REMOTE`] are good ones.
    pub limits: Limits,
    /// `http://`, `https://`, `socks5://` or `socks5h://` address of a proxy. `None`: a server on this machine is asked
    /// directly, any other as `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY` and `NO_PROXY` say.
    pub proxy: Option<String>,
    /// A PEM file with certificate authorities that are trusted for this backend beside the system's.
    pub ca_file: Option<PathBuf>,
    /// The user says that what stands there counts as this machine, although the address is not loopback.
    pub local: bool,
    /// Refuse everything but loopback, whatever `local` says: no other address, no proxy, no cloud model of Ollama.
    pub offline: bool,
}

impl BackendSpec {
    /// A backend with the limits for this machine, no key, no proxy and online.
    #[must_use]
    pub fn new(name: impl Into<String>, kind: Kind, base_url: Option<String>) -> Self {
        Self {
            name: name.into(),
            kind,
            base_url,
            key: None,
            limits: Limits::LOCAL,
            proxy: None,
            ca_file: None,
            local: false,
            offline: false,
        }
    }
}

impl fmt::Debug for BackendSpec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = |url: &Option<String>| url.as_deref().map(crate::address::without_secrets);
        f.debug_struct("BackendSpec")
            .field("name", &self.name)
            .field("kind", &self.kind)
            .field("base_url", &shown(&self.base_url))
            .field("key", &self.key.as_ref().map(|_| "<redacted>"))
            .field("limits", &self.limits)
            .field("proxy", &shown(&self.proxy))
            .field("ca_file", &self.ca_file)
            .field("local", &self.local)
            .field("offline", &self.offline)
            .finish()
    }
}
