//! What a server has to offer, and the result of testing it, in words common to all backends.

/// One model a server offers; `None` where it does not say.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ModelInfo {
    /// The name to ask for.
    pub name: String,
    /// Size on disk, bytes.
    pub size_bytes: Option<u64>,
    /// Number of parameters as the server writes it, for example `3.2B`.
    pub parameters: Option<String>,
    /// For example `Q4_K_M`.
    pub quantization: Option<String>,
    /// The context in tokens: as loaded, else the longest the model was made for.
    pub context: Option<u64>,
    /// In memory now.
    pub loaded: Option<bool>,
    /// Answered by somebody else's machine under a local name.
    pub cloud: bool,
    /// Fingerprint of its weights.
    pub digest: Option<String>,
}

/// What a test of a backend found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TestState {
    /// It answers, knows the key and has the model.
    Ok,
    /// It answers, but late or not within the test's patience.
    Slow,
    /// Nothing can be reached there.
    Down,
    /// The key is missing, wrong or not allowed.
    Unauthorised,
    /// It answers but does not have the model.
    ModelMissing,
    /// Something answers that is not what was expected.
    Odd,
}

impl TestState {
    /// The word in records and for the page: `ok`, `slow`, `down`, `unauthorised`, `model_missing`, `odd`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Slow => "slow",
            Self::Down => "down",
            Self::Unauthorised => "unauthorised",
            Self::ModelMissing => "model_missing",
            Self::Odd => "odd",
        }
    }
}

/// The result of a test, in words a busy person can act on.
#[derive(Debug, Clone, PartialEq)]
pub struct TestReport {
    /// In one word.
    pub state: TestState,
    /// What was found.
    pub message: String,
    /// What would help.
    pub hint: Option<String>,
    /// How long the server took to answer its quickest question, milliseconds.
    pub latency_ms: Option<f64>,
    /// The server's version, where it says.
    pub version: Option<String>,
    /// The models it offers.
    pub models: Vec<ModelInfo>,
}

/// Whether Ollama answers this model from somebody else's machine, as far as its name tells (`gpt-oss:120b-cloud`).
#[must_use]
pub fn is_cloud_model(name: &str) -> bool {
    let tag = name.rsplit_once(':').map(|(_, tag)| tag);
    tag.is_some_and(|tag| tag == "cloud" || tag.ends_with("-cloud")) || name.ends_with("-cloud")
}
