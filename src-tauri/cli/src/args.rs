//! The command line's shape: names, options and their help. What they do stands in the files of the same name.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;

/// Weigh decisions from a terminal, in the same history as the window.
#[derive(Debug, Parser)]
#[command(name = "ponderctl", version, about, max_term_width = 100, propagate_version = true)]
pub struct Cli {
    /// What every command understands.
    #[command(flatten)]
    pub common: Common,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// Options of every command.
#[derive(Debug, Clone, Args)]
pub struct Common {
    /// Keep the history in this folder instead of the platform's data folder
    #[arg(long, global = true, value_name = "DIR", env = "PONDER_DATA_DIR")]
    pub data_dir: Option<PathBuf>,
    /// Answer in JSON on standard output (shapes: docs/schema/)
    #[arg(long, global = true)]
    pub json: bool,
    /// Say only what was asked for
    #[arg(short, long, global = true)]
    pub quiet: bool,
    /// Say more about what happens, on standard error
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    pub verbose: u8,
    /// How to show progress, on standard error
    #[arg(long, global = true, value_enum, default_value_t = ProgressStyle::Auto)]
    pub progress: ProgressStyle,
}

/// How progress is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ProgressStyle {
    /// A line that moves on a terminal, JSON lines elsewhere when --json is given, else nothing
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
pub struct Decide {
    /// A decision file (TOML, JSON) or a table (CSV, TSV, XLSX)
    #[arg(required_unless_present = "session")]
    pub file: Option<PathBuf>,
    /// Go on with a session of the history
    #[arg(long, value_name = "ID", conflicts_with = "file")]
    pub session: Option<String>,
    /// Go on with the newest unfinished session of the same file; only what was edited is evaluated again
    #[arg(long)]
    pub resume: bool,
    /// Never call anything beyond this machine
    #[arg(long)]
    pub offline: bool,
    /// Which backend judges the cells; `builtin` judges nothing and ranks what is measured or scored by hand
    #[arg(long, value_name = "NAME")]
    pub backend: Option<String>,
    /// Also write a report; the ending of the name says which kind (.html, .md, .csv, .json)
    #[arg(long, value_name = "PATH")]
    pub report: Option<PathBuf>,
    /// Write the report over a file that is already there
    #[arg(long)]
    pub force: bool,
}

/// `rank`.
#[derive(Debug, Args)]
pub struct Rank {
    /// A decision file (TOML, JSON) or a table (CSV, TSV, XLSX)
    #[arg(required_unless_present = "session")]
    pub file: Option<PathBuf>,
    /// Rank a session of the history
    #[arg(long, value_name = "ID", conflicts_with = "file")]
    pub session: Option<String>,
    /// Rank by another method than the file's
    #[arg(long)]
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
        /// The words
        #[arg(required = true)]
        words: Vec<String>,
    },
    /// Write a session to a file
    Export {
        /// Its id
        id: String,
        /// Where to
        path: PathBuf,
        /// Which kind; left out, the ending of the name says it
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
    /// Remove sessions for good, from every index and free page too
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
    /// Go back to a copy; what stands now is copied first
    Restore {
        /// A file in the backups folder, or a path; left out, the copies are listed
        file: Option<PathBuf>,
    },
}
