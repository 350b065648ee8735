//! The real window, as a person at it sees it: started from the binary, on a screen, with a keyboard and a clipboard,
//! on a history of its own. Each file is one part of that person's day.
#![cfg(target_os = "linux")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test stops where it cannot go on"
)]

#[path = "../desk/mod.rs"]
mod desk;
#[path = "../screen/mod.rs"]
mod screen;

mod analyst;
mod clipboard;
mod faults;
mod files;
mod judging;
mod pictures;
mod sessions;
