//! What the window and the terminal are given about judging: judgements, runs, plans and comparisons.

use decision::CellState;
use decision::judge::EvidenceUse;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::AppError;

/// Which judged cells a run asks about.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// Those without a valid judgement: pending, stale, failed, unparsed, cancelled.
    #[default]
    Missing,
    /// Only those whose last call failed or whose reply could not be read.
    Failed,
    /// Every one that no hand has scored.
    All,
    /// These.
    Cells(Vec<CellRef>),
}

/// One cell, by the ids of its option and criterion.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, TS)]
pub struct CellRef {
    /// Its option.
    pub option_id: String,
    /// Its criterion.
    pub criterion_id: String,
}

/// Who shall judge, and what. What is left out is the decision's own choice, then the settings'.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, TS)]
#[serde(default, deny_unknown_fields)]
pub struct RunChoice {
    /// A backend's name.
    pub backend: Option<String>,
    /// A model's name, as the backend knows it.
    pub model: Option<String>,
    /// Another address for this one run.
    pub base_url: Option<String>,
    /// How many times each cell is asked, 1 to 100.
    pub samples: Option<u16>,
    /// Calls in flight at most, 1 to 64.
    pub concurrency: Option<u16>,
    /// 0 to 2.
    pub temperature: Option<f64>,
    /// Never call anything beyond this machine.
    pub offline: bool,
    /// Which cells.
    pub scope: Scope,
}

/// A model's judgement of one cell, as it stands now.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
pub struct CellJudgement {
    /// Its option.
    pub option_id: String,
    /// Its criterion.
    pub criterion_id: String,
    /// `stale` when an edit changed what the judge was asked.
    pub state: CellState,
    /// On the decision's scale; kept when stale.
    pub score: Option<f64>,
    /// Lowest and highest of several samples.
    pub spread: Option<[f64; 2]>,
    /// How many samples it rests on.
    pub samples: u32,
    /// Why, in the judge's words.
    pub justification: Option<String>,
    /// The evidence it named, and whether each quote stands in the evidence that was given.
    pub evidence: Vec<EvidenceUse>,
    /// Whether it rests, also, on what the model remembers.
    pub memory: bool,
    /// The backend that was asked.
    pub backend: Option<String>,
    /// The model that answered.
    pub model: Option<String>,
    /// When, in milliseconds since 1970.
    #[ts(type = "number | null")]
    pub at: Option<i64>,
    /// How long the answer took, in milliseconds.
    pub latency_ms: Option<f64>,
    /// Whether it came from the cache.
    pub cached: bool,
    /// Why there is no score, in words.
    pub error: Option<String>,
    /// The earlier run that asked it, when the present one took it over.
    pub carried_from: Option<String>,
}

/// How judging a session stands.
#[derive(Debug, Clone, Default, PartialEq, Serialize, TS)]
pub struct Judging {
    /// The run that the judgements belong to.
    pub run: Option<RunInfo>,
    /// Every judgement there is.
    pub judgements: Vec<CellJudgement>,
    /// Judged cells without a hand score and without a valid judgement.
    pub to_ask: u32,
    /// The run that is at work now, in this process.
    pub live: Option<LiveRun>,
    /// Who would be asked; none when nobody is chosen.
    pub judge: Option<JudgeInfo>,
}

/// Who would be asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct JudgeInfo {
    /// The backend's name.
    pub backend: String,
    /// The model; none where it still has to be chosen.
    pub model: Option<String>,
    /// Whether nothing leaves this machine.
    pub this_machine: bool,
}

/// A run at work in this process.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
pub struct LiveRun {
    /// Its id.
    pub run: String,
    /// Its session.
    pub session: String,
    /// Cells it asks about.
    pub total: u32,
    /// Cells that are done.
    pub done: u32,
    /// Of these, cells without a usable answer.
    pub failed: u32,
    /// Calls in flight.
    pub in_flight: u32,
    /// When it began, in milliseconds since 1970.
    #[ts(type = "number")]
    pub started_at: i64,
    /// How long it will still take, in milliseconds; none until that can be told.
    pub eta_ms: Option<f64>,
    /// Tokens received.
    #[ts(type = "number")]
    pub tokens_out: u64,
}

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum RunOutcome {
    /// Every cell has a score or an abstention.
    Complete,
    /// Cells are missing.
    Incomplete,
    /// It was cancelled; what was finished is kept.
    Cancelled,
    /// It could not go on.
    Failed,
}

impl RunOutcome {
    /// The word in the history and in JSON.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Complete => "complete",
            Self::Incomplete => "incomplete",
            Self::Cancelled => "cancelled",
            Self::Failed => "failed",
        }
    }
}

/// What happens during a run, in order.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum RunEvent {
    /// It begins.
    Started {
        /// The session it is kept in.
        session: String,
        /// Its id.
        run: String,
        /// Cells the decision has.
        cells: u32,
        /// Cells that already have a score or an abstention.
        scored: u32,
        /// Cells the run asks about.
        asked: u32,
    },
    /// A cell is being asked.
    Asking {
        /// The session.
        session: String,
        /// The run.
        run: String,
        /// The cell's option.
        option_id: String,
        /// The cell's criterion.
        criterion_id: String,
    },
    /// A cell is done, and durable.
    Cell {
        /// The session.
        session: String,
        /// The run.
        run: String,
        /// Its judgement.
        cell: Box<CellJudgement>,
        /// Cells that are done.
        done: u32,
        /// Cells the run asks about.
        total: u32,
        /// How long the rest will take, in milliseconds; none until that can be told.
        eta_ms: Option<f64>,
        /// Calls in flight.
        in_flight: u32,
        /// How long the run has taken so far, in milliseconds.
        #[ts(type = "number")]
        elapsed_ms: i64,
    },
    /// Something to know, in words.
    Notice {
        /// The session.
        session: String,
        /// What.
        message: String,
    },
    /// It ended.
    Finished {
        /// The session.
        session: String,
        /// The run.
        run: String,
        /// How.
        outcome: RunOutcome,
        /// Cells with a score or an abstention.
        scored: u32,
        /// Cells without.
        missing: u32,
        /// Cells of this run without a usable answer.
        failed: u32,
        /// How long it took, in milliseconds.
        #[ts(type = "number")]
        elapsed_ms: i64,
        /// Why it stopped before its end.
        error: Option<Box<AppError>>,
    },
}

/// Whether a run asked models, or ranked what was there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum RunKind {
    /// It asked models.
    Judged,
    /// It asked nobody.
    Ranked,
}

/// A run as the list of runs shows it.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
pub struct RunInfo {
    /// Its id.
    pub id: String,
    /// 1, 2, … in its session.
    pub number: u32,
    /// In milliseconds since 1970.
    #[ts(type = "number")]
    pub started_at: i64,
    /// In milliseconds since 1970; none while it is unfinished.
    #[ts(type = "number | null")]
    pub finished_at: Option<i64>,
    /// How it ended; none while it is unfinished.
    pub outcome: Option<RunOutcome>,
    /// The backend that was asked; several are joined by commas.
    pub backend: Option<String>,
    /// The model that was asked; several are joined by commas.
    pub model: Option<String>,
    /// Samples a cell.
    pub samples: u32,
    /// Cells it asked about.
    pub asked: u32,
    /// Judgements it took over from an earlier run.
    pub carried: u32,
    /// Cells with a score.
    pub scored: u32,
    /// Cells on which the judge abstained.
    pub abstained: u32,
    /// Cells whose calls failed.
    pub failed: u32,
    /// Cells whose replies were no score on the scale.
    pub unparsed: u32,
    /// Calls it made.
    pub calls: u32,
    /// Tokens sent.
    #[ts(type = "number")]
    pub input_tokens: u64,
    /// Tokens received.
    #[ts(type = "number")]
    pub output_tokens: u64,
    /// The document's revision when it began.
    #[ts(type = "number")]
    pub document_revision: i64,
    /// Whether it asked models.
    pub kind: RunKind,
    /// Whether its judgements are the present ones.
    pub current: bool,
}

/// Why a cell is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum AskReason {
    /// It was never asked.
    Pending,
    /// An edit changed what it is asked.
    Stale,
    /// Its last call failed.
    Failed,
    /// Its last reply was no score on the scale.
    Unparsed,
    /// The run before was stopped while it was being asked.
    Cancelled,
    /// It has a valid judgement, and a new one is wanted.
    AskedAgain,
}

/// A cell that a run would ask, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct PlannedCell {
    /// Its option.
    pub option_id: String,
    /// Its criterion.
    pub criterion_id: String,
    /// Why.
    pub reason: AskReason,
}

/// Where prompts would go.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, TS)]
pub struct DestinationInfo {
    /// Its address; empty when nobody is asked.
    pub address: String,
    /// Whether nothing leaves this machine.
    pub this_machine: bool,
}

/// A prompt as it would be sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct PlannedPrompt {
    /// The option's name.
    pub option: String,
    /// The criterion's name.
    pub criterion: String,
    /// The part that is the same for every option.
    pub stable: String,
    /// The part about this option.
    pub cell: String,
}

/// What a run would ask, of whom, and what leaves the machine.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
pub struct RunPlan {
    /// The cells, in the order in which they are asked.
    pub cells: Vec<PlannedCell>,
    /// Calls at least: cells times samples.
    pub calls: u32,
    /// The backend; several are joined by commas.
    pub backend: Option<String>,
    /// The model; several are joined by commas.
    pub model: Option<String>,
    /// Where the prompts go; the first remote one when there are several.
    pub destination: DestinationInfo,
    /// Every place the prompts go to.
    pub destinations: Vec<PlannedDestination>,
    /// Bytes of all prompts together.
    #[ts(type = "number")]
    pub bytes: u64,
    /// Tokens of all prompts together, roughly.
    #[ts(type = "number")]
    pub tokens_about: u64,
    /// The first three prompts, word for word.
    pub prompts: Vec<PlannedPrompt>,
    /// Whether the prompts leave this machine and nobody has agreed to it for this session.
    pub must_confirm: bool,
    /// Why the run cannot start.
    pub problem: Option<AppError>,
}

/// One of the places that a run's prompts go to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct PlannedDestination {
    /// The backend.
    pub backend: String,
    /// Its address.
    pub address: String,
    /// Whether that is this machine.
    pub this_machine: bool,
    /// Calls at least.
    pub calls: u32,
    /// Bytes of the prompts.
    #[ts(type = "number")]
    pub bytes: u64,
}

/// Two runs of a session side by side.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
pub struct RunComparison {
    /// The one.
    pub a: RunInfo,
    /// The other.
    pub b: RunInfo,
    /// Every cell that either of them judged.
    pub cells: Vec<ComparedCell>,
    /// How far they agree.
    pub agreement: Agreement,
    /// The ranking by the one's judgements, as the decision stands now.
    pub ranking_a: Vec<RankedShort>,
    /// The ranking by the other's.
    pub ranking_b: Vec<RankedShort>,
}

/// One cell in two runs.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
pub struct ComparedCell {
    /// The option's id.
    pub option_id: String,
    /// Its name; the id when it is gone.
    pub option: String,
    /// The criterion's id.
    pub criterion_id: String,
    /// Its name; the id when it is gone.
    pub criterion: String,
    /// In the one run.
    pub a: Option<CellJudgement>,
    /// In the other.
    pub b: Option<CellJudgement>,
    /// The other's score less the one's.
    pub difference: Option<f64>,
    /// Whether the two were asked different words.
    pub prompt_changed: bool,
}

/// How far two runs agree.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, TS)]
pub struct Agreement {
    /// Cells with the same score.
    pub same: u32,
    /// Cells whose scores differ by at most one level.
    pub within_one: u32,
    /// Cells that both scored.
    pub compared: u32,
}

/// A place in a ranking.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
pub struct RankedShort {
    /// The option's name.
    pub option: String,
    /// Its score.
    pub score: Option<f64>,
    /// 1 is the first.
    pub rank: u32,
}

/// One sample of a cell, with each call it took.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
pub struct JudgedSample {
    /// From 1.
    pub number: u32,
    /// What became of it.
    pub state: CellState,
    /// On the decision's scale.
    pub score: Option<f64>,
    /// Why, in the judge's words.
    pub justification: Option<String>,
    /// The evidence it named.
    pub evidence: Vec<EvidenceUse>,
    /// Whether it rests, also, on what the model remembers.
    pub memory: bool,
    /// Why there is no score, in words.
    pub problem: Option<String>,
    /// The calls, in order.
    pub calls: Vec<ModelCall>,
}

/// One call of a model: what was sent, and what came back.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
pub struct ModelCall {
    /// From 1; the second asks again after a reply that could not be read.
    pub attempt: u32,
    /// The backend's name.
    pub backend: String,
    /// Where it was asked.
    pub address: String,
    /// The model.
    pub model: String,
    /// The model's digest, where the backend tells it.
    pub model_digest: Option<String>,
    /// Temperature and the like, as JSON.
    pub parameters: String,
    /// The part of the prompt that is the same for every option.
    pub stable: String,
    /// The part about this option.
    pub cell: String,
    /// What was said to a reply that could not be read.
    pub extra: Option<String>,
    /// The JSON schema that was sent.
    pub schema: String,
    /// The raw reply.
    pub reply: String,
    /// Why the model stopped.
    pub finish: Option<String>,
    /// Tokens sent.
    #[ts(type = "number | null")]
    pub input_tokens: Option<i64>,
    /// Tokens received.
    #[ts(type = "number | null")]
    pub output_tokens: Option<i64>,
    /// In milliseconds since 1970.
    #[ts(type = "number")]
    pub started_at: i64,
    /// To the first byte, in milliseconds.
    pub first_byte_ms: Option<f64>,
    /// To the first token, in milliseconds.
    pub first_token_ms: Option<f64>,
    /// Of which loading the model, in milliseconds.
    pub load_ms: Option<f64>,
    /// To the last byte, in milliseconds.
    pub total_ms: Option<f64>,
    /// Why it failed, in words.
    pub error: Option<String>,
    /// Something to know, such as a context that was cut.
    pub notice: Option<String>,
}

impl std::fmt::Display for RunEvent {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Started {
                cells,
                scored,
                asked: 0,
                ..
            } => write!(f, "{scored} of {cells} cells are scored already"),
            Self::Started {
                cells,
                scored,
                asked,
                ..
            } => write!(
                f,
                "{scored} of {cells} cells are scored already, {asked} are asked"
            ),
            Self::Asking { .. } => Ok(()),
            Self::Cell {
                done,
                total,
                eta_ms,
                in_flight,
                ..
            } => {
                write!(f, "{done} of {total} cells, {in_flight} in flight")?;
                match eta_ms {
                    Some(left) => write!(f, ", about {} left", duration(*left)),
                    None => Ok(()),
                }
            }
            Self::Notice { message, .. } => f.write_str(message),
            Self::Finished {
                outcome,
                scored,
                missing,
                elapsed_ms,
                ..
            } => {
                if *outcome == RunOutcome::Cancelled {
                    f.write_str("cancelled: ")?;
                }
                write!(f, "{scored} cells scored")?;
                if *missing > 0 {
                    write!(f, ", {missing} without a score,")?;
                }
                write!(f, " in {elapsed_ms} ms")
            }
        }
    }
}

/// A time to wait, as a person says it.
fn duration(ms: f64) -> String {
    let seconds = (ms / 1000.0).ceil();
    if seconds < 100.0 {
        format!("{seconds:.0} s")
    } else {
        format!("{:.0} min", (seconds / 60.0).ceil())
    }
}
