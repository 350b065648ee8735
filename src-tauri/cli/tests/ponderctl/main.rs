//! `ponderctl` as scripts and analysts meet it: the real program, each test with a history in a folder of its own.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "what cannot be read or run fails its test"
)]

mod bad_files;
mod bad_input;
mod commands;
mod documents;
mod history_faults;
mod names;
mod resume;
mod schemas;
mod streams;
mod terminal;
