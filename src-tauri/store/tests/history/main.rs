//! The history as its callers see it: documents, sessions, several processes, and everything that can go wrong.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::cast_possible_truncation,
    reason = "a test that fails should stop where it fails; its numbers are small"
)]

mod backups;
mod children;
mod documents;
mod faults;
mod judgements;
mod kills;
mod run_list;
mod runs;
mod samples;
mod sessions;
mod submitting;
