//! The desktop application's entry point.
#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

fn main() -> std::process::ExitCode {
    ponder_shell::run(std::env::args_os().skip(1).collect())
}
