//! What the window and the terminal are given: the engine's own values, ready to be serialised.
//! The shapes of a decision and of its answer are the `decision` room's; here stands what surrounds them.

mod backends;
mod judging;

use decision::{Answer, Decision, Problem};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

pub use backends::{
    BackendConfigView, BackendInfo, BackendKind, BackendTest, FoundServer, KeySource, ModelInfo,
    TestState,
};
pub use judging::{
    Agreement, AskReason, CellJudgement, CellRef, ComparedCell, DestinationInfo, JudgeInfo,
    JudgedSample, Judging, LiveRun, ModelCall, PlannedCell, PlannedDestination, PlannedPrompt,
    RankedShort, RunChoice, RunComparison, RunEvent, RunInfo, RunKind, RunOutcome, RunPlan, Scope,
};

/// Where a session stands in the list: at hand, put away, or waiting to be erased.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum SessionState {
    /// In the list.
    Open,
    /// Kept, out of the way.
    Archived,
    /// Can be taken back for 30 days, then it is erased.
    Trashed,
}

/// How far a decision has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Progress {
    /// Nothing is scored yet.
    Empty,
    /// Something is scored; cells, options or criteria are missing.
    Incomplete,
    /// Every cell is scored or abstained, and there is a leader.
    Ranked,
    /// Every cell is scored, and one level in one cell would change the first place.
    CloseRace,
}

/// One row of the session list. Times are milliseconds since 1970 (UTC).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct SessionSummary {
    /// `s_…`, stable for ever.
    pub id: String,
    /// The question being decided.
    pub topic: String,
    /// Open, archived or trashed.
    pub state: SessionState,
    /// How far it has come.
    pub status: Progress,
    /// The option in first place, when one may be named.
    pub leader: Option<String>,
    /// How many options.
    pub options: u32,
    /// How many criteria.
    pub criteria: u32,
    /// Options × criteria.
    pub cells: u32,
    /// Cells that have a value, a score or an abstention.
    pub filled: u32,
    /// When it was made.
    #[ts(type = "number")]
    pub created_at: i64,
    /// When it was last changed.
    #[ts(type = "number")]
    pub updated_at: i64,
    /// When it went to the trash.
    #[ts(type = "number | null")]
    pub trashed_at: Option<i64>,
    /// When the trash erases it.
    #[ts(type = "number | null")]
    pub erase_at: Option<i64>,
}

/// An open session: the decision, its ranking, and what undo and redo would do.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
pub struct SessionView {
    /// Its row in the list.
    pub session: SessionSummary,
    /// Grows by one with every saved change.
    #[ts(type = "number")]
    pub revision: i64,
    /// The decision as it stands.
    pub decision: Decision,
    /// The ranking; none while the decision cannot be ranked.
    pub answer: Option<Answer>,
    /// Why it cannot be ranked yet, in words.
    pub problems: Vec<Problem>,
    /// What went well but should be known, e.g. how pasted text was read.
    pub notices: Vec<Problem>,
    /// What the next undo takes back.
    pub undo: Option<String>,
    /// What the next redo does again.
    pub redo: Option<String>,
    /// What models said, and what is under way.
    pub judging: Judging,
}

/// What a new session starts from.
#[derive(Debug, Clone, PartialEq, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum NewSession {
    /// Nothing but a blank page.
    Blank,
    /// One of [`Template`]s, by id.
    Template {
        /// Its id.
        id: String,
    },
    /// A pasted table or decision file.
    Text {
        /// The text as pasted.
        text: String,
        /// A name to call it by in errors.
        name: Option<String>,
    },
    /// A decision file or table on disk.
    File {
        /// Its path.
        path: String,
    },
}

/// A decision to start from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct Template {
    /// Its id.
    pub id: String,
    /// The topic it starts with.
    pub title: String,
    /// One line on when to take it.
    pub summary: String,
    /// An empty frame or a worked example.
    pub kind: TemplateKind,
}

/// Whether a template is an empty frame or a worked example.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum TemplateKind {
    /// Criteria and weights, no options yet.
    Template,
    /// A whole decision with invented numbers.
    Example,
}

/// One point in a cell's past.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct CellEvent {
    /// When, in milliseconds since 1970.
    #[ts(type = "number")]
    pub at: i64,
    /// What happened, in words.
    pub label: String,
}

/// Where one cell's number comes from.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
#[ts(rename = "TracedCell")]
pub struct CellTrace {
    /// The arithmetic, from what was typed to its share of the total.
    #[serde(flatten)]
    pub trace: decision::CellTrace,
    /// When its value was last typed.
    #[ts(type = "number | null")]
    pub typed_at: Option<i64>,
    /// Its past, newest first.
    pub history: Vec<CellEvent>,
    /// What a model said, as it stands now; also where a hand score wins over it.
    pub judgement: Option<CellJudgement>,
    /// Each sample it rests on, with its calls.
    pub samples: Vec<JudgedSample>,
}

/// A chart with its twin for those who cannot see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct ChartView {
    /// The drawing.
    pub svg: String,
    /// What it says, in words.
    pub alt: String,
    /// The same numbers as a table.
    pub table: ChartTable,
}

/// The numbers of a chart.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct ChartTable {
    /// Heads, one a column.
    pub columns: Vec<String>,
    /// Rows of cells, as shown.
    pub rows: Vec<Vec<String>>,
}

/// What the window should show first.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
pub struct Startup {
    /// The session to open.
    pub session: Option<String>,
    /// Why the file named on the command line could not be opened.
    pub problem: Option<AppError>,
}

/// What `health` tells about the history.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct Health {
    /// Ponder's version.
    pub version: String,
    /// Where everything is kept.
    pub data_dir: String,
    /// The history's state.
    pub history: HistoryHealth,
    /// Copies of the history, newest first.
    pub backups: Vec<BackupInfo>,
    /// How many other processes have the history open.
    pub other_processes: u32,
}

/// The history's state.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct HistoryHealth {
    /// Whether it may be read and written.
    pub state: HistoryState,
    /// Why it is not `ok`, in words.
    pub message: Option<String>,
    /// Size on disk, the write-ahead log included.
    #[ts(type = "number")]
    pub bytes: u64,
    /// How many sessions, trash included.
    pub sessions: u32,
    /// The schema's version.
    pub schema: u32,
}

/// Whether the history may be read and written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum HistoryState {
    /// The last exit was not clean: readable, writable once checked.
    Checking,
    /// Fine.
    Ok,
    /// Damaged: what can be read is shown, nothing is written.
    Rescue,
    /// The folder or disk cannot be written.
    ReadOnly,
}

/// A verified copy of the history.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct BackupInfo {
    /// Its file name in the backups folder.
    pub file: String,
    /// When it was made.
    #[ts(type = "number")]
    pub at: i64,
    /// Its size.
    #[ts(type = "number")]
    pub bytes: u64,
    /// Why it was made.
    pub reason: String,
    /// How many sessions it holds; none where that cannot be read.
    pub sessions: Option<u32>,
}

/// What erasing left behind elsewhere.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct Erased {
    /// How many sessions are gone.
    pub erased: u32,
    /// Backups that still hold them.
    pub backups_holding_it: Vec<String>,
}

/// A file that was written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct Exported {
    /// Where.
    pub path: String,
    /// How large.
    #[ts(type = "number")]
    pub bytes: u64,
}

/// How the window looks; kept in settings.toml.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct UiSettings {
    /// `system`, `light` or `dark`.
    #[ts(type = "'system' | 'light' | 'dark'")]
    pub theme: String,
    /// The session to reopen on start.
    pub last_session: Option<String>,
    /// Width of the session list in CSS pixels.
    pub sidebar_width: u32,
    /// `comfortable` or `compact`.
    #[ts(type = "'comfortable' | 'compact'")]
    pub density: String,
}

/// An error as it crosses to the window or into `--json`.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
pub struct AppError {
    /// Stable; what to do about it is decided by this, never by the words.
    pub code: String,
    /// What is wrong, for a busy person.
    pub message: String,
    /// What to do about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub hint: Option<String>,
    /// Seconds after which trying again makes sense.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub retry_after: Option<f64>,
    /// For invalid input: each problem with its place.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[ts(optional, as = "Option<Vec<Problem>>")]
    pub problems: Vec<Problem>,
}
