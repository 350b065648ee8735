//! How long the real window takes from a key or a dragged slider to the painted answer, on fifty options by twenty-five
//! criteria. Measured inside the page, between the input event and the animation frame after the change.
//!
//! `cargo bench --bench window`
#![allow(clippy::print_stdout, clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a benchmark prints, and stops where it cannot measure")]

#[path = "../tests/desk/mod.rs"]
mod desk;
#[path = "../tests/screen/mod.rs"]
mod screen;

use desk::Desk;

fn main() {
    println!("not measured yet");
}
