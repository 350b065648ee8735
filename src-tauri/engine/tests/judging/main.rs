//! Judging by models, against doubles of Ollama and of an OpenAI-compatible server: what they were asked is in their journals.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test stops where it cannot go on"
)]

mod backends;
mod cells;
mod destinations;
mod edits;
mod faults;
mod house;
mod leases;
mod runs;
mod stopping;
