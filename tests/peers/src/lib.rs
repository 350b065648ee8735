//! Model servers for tests. `Ollama`, `OpenAi` and `Anthropic` are doubles that are scripted and keep a journal; `llama_cpp` and
//! `litellm` are the real servers. Nothing of Ponder lives here: any room's tests may use it, no room may ship it.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test stops where it cannot go on"
)]

mod answer;
mod anthropic;
mod body;
mod double;
mod exchange;
mod frames;
mod journal;
pub mod litellm;
pub mod llama_cpp;
mod ollama;
mod openai;
pub mod python;
mod script;

pub use answer::{Answer, Asked, judgement};
pub use anthropic::Anthropic;
pub use double::{Double, closed_address};
pub use journal::{Fate, Seen};
pub use ollama::Ollama;
pub use openai::OpenAi;
pub use python::{Missing, Server};
pub use script::{Fault, Latency, Model, Script, When};
