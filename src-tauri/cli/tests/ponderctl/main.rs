//! `ponderctl` as scripts and analysts meet it: the real program, each test with a history in a folder of its own.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "what cannot be read or run fails its test"
)]

mod asked_again;
mod backends;
mod bad_files;
mod bad_input;
mod commands;
mod documents;
mod history_faults;
mod judging;
mod kills;
mod moving_line;
mod names;
mod real_servers;
mod refusals;
mod resume;
mod schemas;
mod stopping;
mod streams;
mod terminal;
