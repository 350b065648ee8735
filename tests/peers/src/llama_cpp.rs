//! llama.cpp's own server with a model of random weights: real sockets, sampling, grammars, slots and errors, without a
//! download. Its words mean nothing; under a schema they are valid JSON.
use std::time::Duration;

use crate::python::{self, Missing, Server};

/// How the server is started.
#[derive(Debug, Clone)]
pub struct Options {
    /// The model whose output is no UTF-8: errors 500, and errors in the middle of a stream.
    pub cursed: bool,
    /// The Bearer key that it asks for.
    pub api_key: Option<String>,
    /// How many calls it answers at once.
    pub slots: u16,
    /// The context of a slot, in tokens; the tiny model has a token for each byte.
    pub context: u32,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            cursed: false,
            api_key: None,
            slots: 4,
            context: 8192,
        }
    }
}

/// Starts it on a free port; the model is called `tiny`. OpenAI's API is under `/v1`.
///
/// # Errors
/// When the environment is missing or the server does not come up.
pub fn start(options: &Options) -> Result<Server, Missing> {
    let model = if options.cursed { "cursed" } else { "tiny" };
    let model = python::venv()?.join("models").join(format!("{model}.gguf"));
    let mut command = python::script("llama_server.py")?;
    command
        .arg(model)
        .args(["--slots", &options.slots.to_string()])
        .args(["--context", &options.context.to_string()]);
    if let Some(key) = &options.api_key {
        command.args(["--api-key", key]);
    }
    python::serve("llama.cpp's server", command, Duration::from_secs(60))
}
