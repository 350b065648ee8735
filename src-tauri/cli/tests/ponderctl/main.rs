//! `ponderctl` as scripts and analysts meet it: the real program, each test with a history in a folder of its own.

mod bad_input;
mod commands;
mod documents;
mod history_faults;
mod names;
mod resume;
mod schemas;
mod terminal;
