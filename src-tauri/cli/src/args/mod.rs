//! The command line's shape: names, options and their help. What they do stands in the files of the same name.

mod backends;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;

pub use backends::{AddBackend, BackendKind, Backends};

/// Weigh decisions from a terminal, in the same history as the window
#[derive(Debug, Parser)]
#[command(name = "ponderctl", version, max_term_width = 100, propagate_version = true, after_help = EXIT_CODES)]
pub struct Cli {
    /// What every command understands.
    #[command(flatten)]
    pub common: Common,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

const EXIT_CODES: &str = "\
Exit codes: 0 done, 1 an error of ours, 2 invalid input, 3 backend unavailable,
4 finished with cells missing, 5 refused, 6 the history is locked, damaged,
full or newer, 130 cancelled.";

const DECIDE_EXAMPLES: &str = "\
Examples:
  ponderctl decide ledger.toml
  ponderctl decide ledger.toml --report ledger.html
  ponderctl decide ledger.toml --backend ollama --model qwen3
  ponderctl decide ledger.toml --resume    after Ctrl-C, a failure, or an edit of the file
  ponderctl decide --session s_ttmra8sq3drvb --retry-failed
  ponderctl decide vendors.csv --json      first column the options, first row the criteria

Ctrl-C stops and keeps what is finished; a second one leaves at once.
Exit code 4: ranked, but some cells have no score yet.";

const RANK_EXAMPLES: &str = "\
Examples:
  ponderctl rank ledger.toml
  ponderctl rank ledger.toml --method weighted_product
  ponderctl rank --session s_ttmra8sq3drvb";

const EXPORT_EXAMPLES: &str = "\
Formats: markdown (md), html, csv, json and toml. toml is the decision file, to import again.

Examples:
  ponderctl sessions export s_ttmra8sq3drvb ledger.html
  ponderctl sessions export s_ttmra8sq3drvb ledger.toml --force";

/// Options of every command.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Options of every command")]
pub struct Common {
    /// Keep the history in this folder instead of the platform's data folder
    #[arg(
        long,
        global = true,
        value_name = "DIR",
        env = "PONDER_DATA_DIR",
        hide_env_values = true
    )]
    pub data_dir: Option<PathBuf>,
    /// Answer in JSON on standard output
    #[arg(long, global = true)]
    pub json: bool,
    /// Print the answer and errors, nothing else
    #[arg(short, long, global = true)]
    pub quiet: bool,
    /// Say on standard error what is read, kept and assumed
    #[arg(short, long, global = true, conflicts_with = "quiet")]
    pub verbose: bool,
    /// Progress on standard error: auto, plain, ndjson or none
    #[arg(long, global = true, value_enum, value_name = "STYLE", default_value_t = ProgressStyle::Auto,
        hide_possible_values = true, hide_default_value = true)]
    pub progress: ProgressStyle,
}

/// How progress is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ProgressStyle {
    /// A line that moves on a terminal; elsewhere JSON lines with --json, else nothing
    Auto,
    /// A line for each step
    Plain,
    /// A JSON object a line
    Ndjson,
    /// Nothing
    None,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Evaluate a decision and rank its options; the session stays in the history
    Decide(Decide),
    /// Rank what is scored; nothing is evaluated, nothing is kept
    Rank(Rank),
    /// Show the weights of a decision file, given or derived
    Weights {
        /// A decision file (TOML, JSON) or a table (CSV, TSV, XLSX)
        file: PathBuf,
    },
    /// Look into the history and change what is kept
    #[command(subcommand)]
    Sessions(Sessions),
    /// Say where models are asked, and look whether they answer
    #[command(subcommand)]
    Backends(Backends),
    /// Check, copy and restore the history
    #[command(subcommand)]
    Db(Db),
    /// Print a completion script for your shell
    Completions {
        /// Which shell
        shell: Shell,
    },
}

/// `decide`.
#[derive(Debug, Args)]
#[command(after_help = DECIDE_EXAMPLES, group = clap::ArgGroup::new("what").required(true).args(["file", "session"]))]
pub struct Decide {
    /// A decision file (TOML, JSON) or a table (CSV, TSV, XLSX)
    pub file: Option<PathBuf>,
    /// Go on with a session of the history
    #[arg(long, value_name = "ID")]
    pub session: Option<String>,
    /// Go on with the newest unfinished session of this file
    #[arg(long)]
    pub resume: bool,
    /// Ask again only what failed or could not be read
    #[arg(long, conflicts_with = "again")]
    pub retry_failed: bool,
    /// Ask every cell again, also those with a valid judgement
    #[arg(long)]
    pub again: bool,
    /// Who judges; `builtin` asks nobody
    #[arg(long, value_name = "NAME")]
    pub backend: Option<String>,
    /// The model, as its backend knows it
    #[arg(long, value_name = "MODEL")]
    pub model: Option<String>,
    /// Another address for this one run
    #[arg(long, value_name = "URL")]
    pub base_url: Option<String>,
    /// Ask each cell so often, 1 to 100; its score is the median
    #[arg(long, value_name = "K", value_parser = clap::value_parser!(u16).range(1..=100))]
    pub samples: Option<u16>,
    /// Calls in flight at most, 1 to 64
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=64))]
    pub concurrency: Option<u16>,
    /// How freely the model chooses its words, 0 to 2
    #[arg(long, value_name = "T", value_parser = temperature, allow_negative_numbers = true)]
    pub temperature: Option<f64>,
    /// Never call anything beyond this machine
    #[arg(long)]
    pub offline: bool,
    /// Do not take replies from the cache
    #[arg(long)]
    pub no_cache: bool,
    /// Also write a report; its ending says which kind (.html, .md, .csv, .json)
    #[arg(long, value_name = "PATH")]
    pub report: Option<PathBuf>,
    /// Write the report over a file that is already there
    #[arg(long)]
    pub force: bool,
}

/// `rank`.
#[derive(Debug, Args)]
#[command(after_help = RANK_EXAMPLES, group = clap::ArgGroup::new("what").required(true).args(["file", "session"]))]
pub struct Rank {
    /// A decision file (TOML, JSON) or a table (CSV, TSV, XLSX)
    pub file: Option<PathBuf>,
    /// Rank a session of the history
    #[arg(long, value_name = "ID")]
    pub session: Option<String>,
    /// Rank by another method, e.g. weighted_product
    #[arg(long, value_name = "METHOD")]
    pub method: Option<String>,
    /// Set one of the method's parameters, e.g. v=0.5
    #[arg(long = "param", value_name = "K=V")]
    pub params: Vec<String>,
}

/// `sessions`.
#[derive(Debug, Subcommand)]
pub enum Sessions {
    /// List the sessions, newest first
    List {
        /// Only those in this state
        #[arg(long, value_enum, default_value_t = State::Open)]
        state: State,
    },
    /// Show one session with its ranking
    Show {
        /// Its id
        id: String,
    },
    /// Find sessions by words in their texts
    Search {
        /// The words; each is looked for as the beginning of a word, and all must be there
        #[arg(required = true)]
        words: Vec<String>,
        /// Only those in this state
        #[arg(long, value_enum, default_value_t = State::Open)]
        state: State,
    },
    /// List a session's runs: who judged when, and what came of it
    Runs {
        /// The session's id
        id: String,
    },
    /// Hold two runs of a session side by side
    Compare {
        /// The session's id
        id: String,
        /// The one run: its number or its id, as `sessions runs` lists them
        a: String,
        /// The other
        b: String,
    },
    /// Write a session to a file
    #[command(after_help = EXPORT_EXAMPLES)]
    Export {
        /// Its id
        id: String,
        /// Where to
        path: PathBuf,
        /// Which kind; left out, the ending of the file's name says it
        #[arg(long, value_name = "FORMAT")]
        format: Option<String>,
        /// Write over a file that is already there
        #[arg(long)]
        force: bool,
    },
    /// Take a decision file or a table into the history, as a new session
    Import {
        /// The file
        path: PathBuf,
    },
    /// Put sessions out of the way
    Archive {
        /// Their ids
        #[arg(required = true)]
        ids: Vec<String>,
    },
    /// Put sessions into the trash, from where they can be restored for 30 days
    Trash {
        /// Their ids
        #[arg(required = true)]
        ids: Vec<String>,
    },
    /// Take sessions back from the archive or the trash
    Restore {
        /// Their ids
        #[arg(required = true)]
        ids: Vec<String>,
    },
    /// Remove sessions for good; this cannot be taken back
    Erase {
        /// Their ids
        #[arg(required = true)]
        ids: Vec<String>,
    },
}

/// Which sessions to list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum State {
    /// At hand
    Open,
    /// Put away
    Archived,
    /// Waiting to be erased
    Trashed,
}

/// `db`.
#[derive(Debug, Subcommand)]
pub enum Db {
    /// Check that the history is whole
    Check,
    /// Make a verified copy
    Backup {
        /// Also put a copy here
        #[arg(long, value_name = "PATH")]
        to: Option<PathBuf>,
    },
    /// Go back to a copy, or list the copies; what stands now is copied first
    Restore {
        /// A file in the backups folder, or a path; left out, the copies are listed
        file: Option<PathBuf>,
    },
}

fn temperature(word: &str) -> Result<f64, String> {
    match word.parse::<f64>() {
        Ok(number) if (0.0..=2.0).contains(&number) => Ok(number),
        _ => Err("a number from 0 to 2 is allowed".into()),
    }
}
