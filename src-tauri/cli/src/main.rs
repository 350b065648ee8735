//! `ponderctl`: the engine from a terminal, for scripts, CI and agents. It holds no logic: each command is a call of the
//! engine and a way of printing its answer.

mod age;
mod args;
mod backends;
mod db;
mod decisions;
mod interrupt;
mod output;
mod printable;
mod progress;
mod ranking;
mod runs;
mod sessions;
mod table;

use std::process::ExitCode;

use args::{Cli, Command};
use clap::{CommandFactory, Parser};
use engine::{Config, Engine};
use output::{Failure, Output};

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(usage) => return output::usage(&usage),
    };
    let output = Output::new(&cli.common, name(&cli.command));
    match carry_out(cli, &output) {
        Ok(code) => ExitCode::from(code),
        Err(failure) => output.fail(&failure),
    }
}

fn carry_out(cli: Cli, output: &Output) -> Result<u8, Failure> {
    let config = Config::for_terminal(cli.common.data_dir);
    let open = || {
        let engine = Engine::open(config.clone())?;
        output.detail(|| format!("History: {}", engine.data_folder().display()));
        Ok(engine)
    };
    match cli.command {
        Command::Completions { shell } => {
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut Cli::command(), "ponderctl", &mut script);
            output.text(&String::from_utf8_lossy(&script))?;
            Ok(0)
        }
        Command::Rank(asked) => decisions::rank(&asked, open, output),
        Command::Weights { file } => decisions::weights(&file, output),
        Command::Decide(asked) => decisions::decide(&asked, open, output),
        Command::Sessions(asked) => sessions::run(asked, &open()?, output),
        Command::Backends(asked) => backends::run(asked, open, output),
        Command::Db(asked) => db::run(asked, &config, open, output),
    }
}

/// What stands in `"schema": "ponder.<name>/1"`.
fn name(command: &Command) -> &'static str {
    match command {
        Command::Decide(_) => "decide",
        Command::Rank(_) => "rank",
        Command::Weights { .. } => "weights",
        Command::Sessions(asked) => sessions::name(asked),
        Command::Backends(asked) => backends::name(asked),
        Command::Db(asked) => db::name(asked),
        Command::Completions { .. } => "completions",
    }
}
