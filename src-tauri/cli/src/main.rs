//! `ponderctl`: the engine from a terminal, for scripts, CI and agents.
fn main() {}
