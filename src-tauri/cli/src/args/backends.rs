//! The shape of `backends`.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

const ADD_EXAMPLES: &str = "\
Examples:
  ponderctl backends add office --kind openai --base-url https://models.example.com/v1 \\
      --model large --key-env OFFICE_MODELS_KEY
  ponderctl backends add gpu --kind ollama --base-url http://192.168.0.7:11434

A backend of the same name is changed; what is left out stays as it is.";

/// `backends`.
#[derive(Debug, Subcommand)]
pub enum Backends {
    /// List the backends there are
    List,
    /// Add a backend, or change one
    #[command(after_help = ADD_EXAMPLES)]
    Add(Box<AddBackend>),
    /// Remove a backend's settings
    Remove {
        /// Its name
        name: String,
    },
    /// Say who judges where nothing else is said
    Default {
        /// A backend's name, or `none`
        name: String,
    },
    /// List the models a backend offers
    Models {
        /// Its name
        name: String,
        /// Never call anything beyond this machine
        #[arg(long)]
        offline: bool,
    },
    /// Ask a backend whether it answers: down, unauthorised, model missing and slow are told apart
    Test {
        /// Its name
        name: String,
        /// Whether it has this model; left out, the one that is set for it
        #[arg(long, value_name = "MODEL")]
        model: Option<String>,
        /// Never call anything beyond this machine
        #[arg(long)]
        offline: bool,
    },
}

/// `backends add`.
#[derive(Debug, Args)]
pub struct AddBackend {
    /// Its name: a to z, 0 to 9, - and _
    pub name: String,
    /// What it speaks; left out, as it is, or the kind of that name
    #[arg(long, value_enum, value_name = "KIND")]
    pub kind: Option<BackendKind>,
    /// Its address
    #[arg(long, value_name = "URL")]
    pub base_url: Option<String>,
    /// The model that is asked unless another is named
    #[arg(long, value_name = "MODEL")]
    pub model: Option<String>,
    /// Calls in flight at most, 1 to 64
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=64))]
    pub concurrency: Option<u32>,
    /// Seconds to connect
    #[arg(long, value_name = "S", value_parser = seconds)]
    pub connect_timeout: Option<f64>,
    /// Seconds to the first byte of an answer; a cold local model takes a minute to load
    #[arg(long, value_name = "S", value_parser = seconds)]
    pub first_byte_timeout: Option<f64>,
    /// Seconds between two pieces of an answer
    #[arg(long, value_name = "S", value_parser = seconds)]
    pub silence_timeout: Option<f64>,
    /// A proxy's address
    #[arg(long, value_name = "URL")]
    pub proxy: Option<String>,
    /// A file with the authority that signs the server's certificate
    #[arg(long, value_name = "PATH")]
    pub ca_file: Option<PathBuf>,
    /// It counts as this machine though its address does not say so, or forwards elsewhere
    #[arg(long)]
    pub local: bool,
    /// The environment variable that holds its key
    #[arg(long, value_name = "VAR")]
    pub key_env: Option<String>,
    /// Read its key from standard input and keep it in the system's keyring
    #[arg(long)]
    pub key_stdin: bool,
}

/// What a backend speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum BackendKind {
    /// Ollama's own API
    Ollama,
    /// The API of OpenAI, which llama.cpp, vLLM, LM Studio and LiteLLM speak, too
    Openai,
    /// Anthropic's Messages
    Anthropic,
}

fn seconds(word: &str) -> Result<f64, String> {
    match word.parse::<f64>() {
        Ok(number) if number.is_finite() && number > 0.0 => Ok(number),
        _ => Err("a number of seconds above 0 is allowed".into()),
    }
}
