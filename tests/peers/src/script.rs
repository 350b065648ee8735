//! What a double is told to do: which models it has, how long it takes, what it answers, and where it fails.
use std::sync::Arc;
use std::time::Duration;

use crate::answer::{self, Answer, Asked};

/// How a double behaves. `Script::default()` has the model `tiny:latest`, answers at once and never fails.
#[derive(Clone)]
pub struct Script {
    /// What the server offers.
    pub models: Vec<Model>,
    /// How long a model call takes until its first byte.
    pub latency: Latency,
    /// What the first call of a model that is not loaded takes on top.
    pub load: Duration,
    /// The pause before each streamed piece but the first.
    pub chunk_gap: Duration,
    /// How many bytes of text a streamed piece carries.
    pub chunk_bytes: usize,
    /// The key that the doubles of OpenAI and Anthropic ask for. None: anybody may call.
    pub key: Option<String>,
    /// What `/api/version` says.
    pub version: String,
    /// What can be pulled. None: anything.
    pub registry: Option<Vec<String>>,
    /// Whether another seed moves the default answer's score by up to one level, as a warm model does.
    pub vary_by_seed: bool,
    pub(crate) answer: Option<Arc<AnswerFn>>,
    pub(crate) rules: Vec<Rule>,
}

type AnswerFn = dyn Fn(&Asked) -> Answer + Send + Sync;

#[derive(Clone)]
pub(crate) struct Rule {
    pub when: When,
    pub fault: Fault,
    /// How often it strikes at most.
    pub times: Option<u32>,
}

/// Which requests a fault strikes. Numbers count model calls (chat, generate, completions) from 1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum When {
    /// Every model call.
    Always,
    /// The n-th model call only.
    Nth(u64),
    /// The n-th model call and all after it.
    From(u64),
    /// Every n-th model call.
    Each(u64),
    /// Model calls with this text in any of their messages.
    Text(String),
    /// Any request whose path starts so, model call or not: `/api/tags`.
    Path(String),
}

/// What goes wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// An HTTP error with this status, body and headers.
    Refuse {
        /// The status code.
        status: u16,
        /// The body as it is sent.
        body: String,
        /// Headers as (name, value): `("retry-after", "2")`.
        headers: Vec<(String, String)>,
    },
    /// Nothing is ever sent, not even headers.
    Hang,
    /// The socket is closed before any header.
    Close,
    /// Headers and this many bytes of the body are sent, then nothing more.
    HangAfter(usize),
    /// Headers and this many bytes of the body are sent, then the socket is closed.
    CutAfter(usize),
    /// Half of the pieces, then an error in the server's own form, under HTTP 200 and without an end mark.
    /// A plain request gets the error alone, under HTTP 200 too.
    ErrorInStream(String),
    /// Half of the answer, with the finish reason `length`.
    Truncate,
    /// Bytes that are no UTF-8 in the middle of the answer.
    InvalidUtf8,
    /// An answer without text.
    Empty,
    /// An answer of this many bytes.
    Huge(usize),
    /// Prose around a number, without JSON.
    Prose,
    /// The answer in a Markdown fence with prose around it.
    Fence,
    /// Prose in another language than the prompt's.
    WrongLanguage,
    /// These words instead of the answer.
    Say(String),
    /// A web page under HTTP 200, as a captive portal sends it.
    Html,
    /// The prompt is cut to this many tokens in silence, as Ollama does.
    ContextCut(u64),
    /// The answer without any token counts.
    NoCounts,
}

/// How long a model call takes until its first byte.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Latency {
    /// As fast as the double can.
    Instant,
    /// Always the same.
    Fixed(Duration),
    /// Log-normal, drawn from the request's messages: the same cell takes the same time, in whatever order it comes.
    LogNormal {
        /// Half of the calls are faster.
        median: Duration,
        /// Standard deviation of the logarithm.
        sigma: f64,
        /// Another seed, other draws.
        seed: u64,
    },
}

impl Latency {
    /// The time for a call whose messages' contents, joined by line feeds, are `text`.
    pub fn draw(&self, text: &str) -> Duration {
        match *self {
            Self::Instant => Duration::ZERO,
            Self::Fixed(time) => time,
            Self::LogNormal {
                median,
                sigma,
                seed,
            } => {
                let [a, b] = answer::uniforms(&format!("latency {seed}\n{text}"));
                // Box and Muller: one normal draw from two uniform ones.
                let normal = (-2.0 * a.ln()).sqrt() * (std::f64::consts::TAU * b).cos();
                median.mul_f64((sigma * normal).exp())
            }
        }
    }
}

/// A model that a double offers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Model {
    /// `name:tag`.
    pub name: String,
    /// Bytes on disk.
    pub size: u64,
    /// "8.0B"
    pub parameters: String,
    /// "Q4_K_M"
    pub quantization: String,
    /// The longest context it was trained for, in tokens.
    pub context: u64,
    /// Whether it can think aloud.
    pub thinks: bool,
    /// Whether it is in memory before the first call.
    pub loaded: bool,
    /// Whether it runs on Ollama's own machines.
    pub cloud: bool,
}

impl Model {
    /// A small model of this name; without a tag it gets `:latest`.
    pub fn named(name: &str) -> Self {
        Self {
            name: full_name(name),
            size: 470_000,
            parameters: "0.1M".to_owned(),
            quantization: "F32".to_owned(),
            context: 32_768,
            thinks: true,
            loaded: false,
            cloud: false,
        }
    }

    /// The digest that Ollama would list: 64 hex digits, another for another name.
    pub fn digest(&self) -> String {
        answer::hex(&format!("digest {}", self.name))
    }
}

/// Ollama's own rule: no tag means `latest`.
pub(crate) fn full_name(name: &str) -> String {
    if name.contains(':') {
        name.to_owned()
    } else {
        format!("{name}:latest")
    }
}

impl Default for Script {
    fn default() -> Self {
        Self {
            models: vec![Model::named("tiny")],
            latency: Latency::Instant,
            load: Duration::ZERO,
            chunk_gap: Duration::ZERO,
            chunk_bytes: 24,
            key: None,
            version: "0.13.5".to_owned(),
            registry: None,
            vary_by_seed: false,
            answer: None,
            rules: Vec::new(),
        }
    }
}

impl Script {
    /// With one model more.
    #[must_use]
    pub fn model(mut self, model: Model) -> Self {
        self.models.push(model);
        self
    }

    /// With these models only.
    #[must_use]
    pub fn models(mut self, models: impl IntoIterator<Item = Model>) -> Self {
        self.models = models.into_iter().collect();
        self
    }

    /// With this latency.
    #[must_use]
    pub fn latency(mut self, latency: Latency) -> Self {
        self.latency = latency;
        self
    }

    /// With this Bearer key asked for.
    #[must_use]
    pub fn key(mut self, key: &str) -> Self {
        self.key = Some(key.to_owned());
        self
    }

    /// With answers of the test's own. `judgement` writes a valid one.
    #[must_use]
    pub fn answer(mut self, answer: impl Fn(&Asked) -> Answer + Send + Sync + 'static) -> Self {
        self.answer = Some(Arc::new(answer));
        self
    }

    /// With a fault. Of several that apply the first one strikes.
    #[must_use]
    pub fn fault(mut self, when: When, fault: Fault) -> Self {
        self.rules.push(Rule {
            when,
            fault,
            times: None,
        });
        self
    }

    /// With a fault that is over after it struck so often.
    #[must_use]
    pub fn fault_times(mut self, times: u32, when: When, fault: Fault) -> Self {
        self.rules.push(Rule {
            when,
            fault,
            times: Some(times),
        });
        self
    }

    pub(crate) fn answer_to(&self, asked: &Asked) -> Answer {
        match &self.answer {
            Some(answer) => answer(asked),
            None => answer::default_answer(asked, self.vary_by_seed),
        }
    }
}
