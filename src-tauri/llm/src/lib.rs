//! Language models behind one trait, [`Backend`]: Ollama's own API, OpenAI-compatible servers and Anthropic's Messages,
//! streamed or plain, with typed errors, three time limits and one factory of clients. It knows nothing of decisions: messages in, text out.
//! [`Retrying`] asks again what may be asked again. Breakers and caches do not live here yet.

pub mod address;
pub mod backend;
pub mod clients;
pub mod completion;
pub mod error;
pub mod find;
pub mod models;
pub mod retry;
pub mod runtime;
pub mod spec;

mod anthropic;
#[cfg(test)]
mod any_split;
mod frames;
mod listing;
mod loose;
mod near;
mod ollama;
mod openai;
mod probe;
mod refusal;
mod reply;
mod retry_after;
mod server;
mod testing;
mod wire_name;

pub use address::ollama_host;
pub use backend::{Backend, BoxFuture, Destination, connect};
pub use clients::Clients;
pub use completion::{
    Attempt, Completion, CompletionRequest, ContextCut, Failed, Finish, Message, Role, Schema,
    Times, Usage,
};
pub use error::LlmError;
pub use find::{Found, find_ollama};
pub use models::{ModelInfo, TestReport, TestState, is_cloud_model};
pub use retry::{Pace, RealPace, RetryPolicy, Retrying};
pub use runtime::Runtime;
pub use secrecy::SecretString;
pub use spec::{BackendSpec, Kind, Limits};

/// Writes a request's body. Nothing in one can fail: no map has keys that are not text.
fn json(body: &impl serde::Serialize) -> String {
    serde_json::to_string(body).unwrap_or_default()
}
