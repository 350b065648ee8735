//! The rows of runs and of what was judged in them, as plain values. What a score or a prompt means lives elsewhere.

use serde::{Deserialize, Serialize};

/// A run to be started.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewRun {
    /// The caller's id, 1–64 characters, unique in the history.
    pub id: String,
    /// The session that is evaluated.
    pub session_id: String,
    /// The revision of the document that is judged.
    pub document_revision: i64,
    /// The method's name.
    pub method: String,
    /// JSON of the method's parameters, opaque here.
    pub parameters: String,
    /// Judgements that still hold, taken over from an earlier run in the commit that starts this one.
    pub carry: Option<Carry>,
}

impl Default for NewRun {
    fn default() -> Self {
        Self {
            id: String::new(),
            session_id: String::new(),
            document_revision: 1,
            method: String::new(),
            parameters: "{}".into(),
            carry: None,
        }
    }
}

/// Judgements to take over.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Carry {
    /// A run of the same session.
    pub from_run: String,
    /// Option and criterion of each cell; all of them must have a row there.
    pub cells: Vec<(String, String)>,
}

/// How a run ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunEnd {
    /// `complete`, `incomplete`, `cancelled` or `failed`.
    pub outcome: String,
    /// JSON of the ranking, if there is one.
    pub ranking: Option<String>,
}

/// A run as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RunRow {
    /// Its id.
    pub id: String,
    /// The revision of the document that was judged.
    pub document_revision: i64,
    /// The method's name.
    pub method: String,
    /// JSON of the method's parameters.
    pub parameters: String,
    /// Milliseconds since 1970.
    pub started_at: i64,
    /// Milliseconds since 1970; none while it is unfinished.
    pub finished_at: Option<i64>,
    /// `complete`, `incomplete`, `cancelled` or `failed`; none while it is unfinished.
    pub outcome: Option<String>,
    /// JSON of the ranking.
    pub ranking: Option<String>,
    /// Its place among the runs of its session, from 1.
    pub number: u32,
    /// A model was asked, or its answers were taken over; otherwise what was typed was counted in one go.
    pub judged: bool,
    /// Its cells by what became of them.
    pub cells: RunCells,
    /// What asking for them took.
    pub usage: RunUsage,
}

/// The cells of a run, counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct RunCells {
    /// All that have a row.
    pub total: u32,
    /// Taken over from an earlier run.
    pub carried: u32,
    /// Asked by this run: those with a fingerprint that were not taken over.
    pub asked: u32,
    /// In state `scored`.
    pub scored: u32,
    /// In state `abstained`.
    pub abstained: u32,
    /// In state `unparsed`.
    pub unparsed: u32,
    /// In state `failed`.
    pub failed: u32,
    /// In state `cancelled`.
    pub cancelled: u32,
}

/// The calls of one run, added up; those of cells that it took over are not among them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct RunUsage {
    /// Calls, answered or not.
    pub calls: u32,
    /// Those that ended in an error.
    pub failed: u32,
    /// Tokens read, as far as the backends told.
    pub input_tokens: i64,
    /// Tokens written, as far as the backends told.
    pub output_tokens: i64,
}

/// One judged cell of a run.
#[derive(Debug, Clone, PartialEq)]
pub struct CellRow {
    /// Its option.
    pub option_id: String,
    /// Its criterion.
    pub criterion_id: String,
    /// `pending`, `scored`, `abstained`, `unparsed`, `failed`, `cancelled` or `stale`.
    pub state: String,
    /// `model`, `measured` or `hand`.
    pub source: Option<String>,
    /// On the decision's scale.
    pub score: Option<f64>,
    /// As measured, in `unit`.
    pub raw: Option<f64>,
    /// Unit of `raw`.
    pub unit: String,
    /// After the value function, 0–1.
    pub value: Option<f64>,
    /// JSON list of flags.
    pub flags: String,
    /// Why, in the judge's words.
    pub justification: Option<String>,
    /// JSON list of evidence.
    pub evidence: String,
    /// How long the judge took, milliseconds.
    pub latency_ms: Option<f64>,
    /// Whether the answer came from the cache.
    pub cached: bool,
    /// Why the cell has no score, if it failed.
    pub error: Option<String>,
    /// Of exactly what was asked; none for a cell nobody was asked about.
    pub fingerprint: Option<String>,
    /// Lowest and highest score of its samples.
    pub spread: Option<[f64; 2]>,
    /// How many samples it is made of.
    pub samples: u32,
    /// Name of the backend that was asked.
    pub backend: Option<String>,
    /// The model that was asked.
    pub model: Option<String>,
    /// When it was judged, milliseconds since 1970.
    pub judged_at: Option<i64>,
    /// The run that asked, when this one took the judgement over. Worked out here: what a caller sets is not kept.
    pub carried_from: Option<String>,
    /// It rests, at least in part, on the model's memory.
    pub memory: bool,
}

impl Default for CellRow {
    fn default() -> Self {
        Self {
            option_id: String::new(),
            criterion_id: String::new(),
            state: "pending".into(),
            source: None,
            score: None,
            raw: None,
            unit: String::new(),
            value: None,
            flags: "[]".into(),
            justification: None,
            evidence: "[]".into(),
            latency_ms: None,
            cached: false,
            error: None,
            fingerprint: None,
            spread: None,
            samples: 0,
            backend: None,
            model: None,
            judged_at: None,
            carried_from: None,
            memory: false,
        }
    }
}

/// One answer to the question of a cell.
#[derive(Debug, Clone, PartialEq)]
pub struct SampleRow {
    /// The cell's option.
    pub option_id: String,
    /// The cell's criterion.
    pub criterion_id: String,
    /// Its number among the samples of the cell, from 1.
    pub number: u32,
    /// `scored`, `abstained`, `unparsed`, `failed` or `cancelled`.
    pub state: String,
    /// On the decision's scale; there exactly when it is scored.
    pub score: Option<f64>,
    /// Why, in the model's words.
    pub justification: Option<String>,
    /// JSON list of the evidence it names.
    pub evidence: String,
    /// It rests, at least in part, on the model's memory.
    pub memory: bool,
    /// Why it is not scored, in words.
    pub problem: Option<String>,
    /// Id of its last call. Worked out from the calls when read: what a caller sets is not kept.
    pub call: Option<String>,
}

impl Default for SampleRow {
    fn default() -> Self {
        Self {
            option_id: String::new(),
            criterion_id: String::new(),
            number: 1,
            state: "failed".into(),
            score: None,
            justification: None,
            evidence: "[]".into(),
            memory: false,
            problem: None,
            call: None,
        }
    }
}

/// One request to a model and what came back. It never holds a key.
#[derive(Debug, Clone, PartialEq)]
pub struct CallRow {
    /// The caller's id, 1–64 characters, unique in the history.
    pub id: String,
    /// The cell's option.
    pub option_id: String,
    /// The cell's criterion.
    pub criterion_id: String,
    /// Number of the sample it was made for.
    pub sample: u32,
    /// Which try for that sample, from 1.
    pub attempt: u32,
    /// Name of the backend.
    pub backend: String,
    /// Kind of the backend.
    pub kind: String,
    /// Where it was sent.
    pub address: String,
    /// The model that answered, or was asked when none did.
    pub model: String,
    /// Digest of the model's weights, where the backend tells.
    pub model_digest: Option<String>,
    /// JSON of temperature, seed and the like.
    pub parameters: String,
    /// The part of the prompt that all options share.
    pub stable: String,
    /// The part that is this cell's.
    pub cell: String,
    /// What was said after an answer that could not be read.
    pub extra: Option<String>,
    /// JSON schema the answer had to follow.
    pub schema: String,
    /// What came back, as it came; of more than [`MAX_REPLY`] bytes the beginning and a mark with their number.
    pub reply: String,
    /// Why the answer ended, in the backend's word.
    pub finish: Option<String>,
    /// Tokens read.
    pub input_tokens: Option<i64>,
    /// Tokens written.
    pub output_tokens: Option<i64>,
    /// Tokens read that the backend had in its cache.
    pub cached_tokens: Option<i64>,
    /// When it was sent, milliseconds since 1970.
    pub started_at: i64,
    /// Until the first byte, milliseconds.
    pub first_byte_ms: Option<f64>,
    /// Until the first token, milliseconds.
    pub first_token_ms: Option<f64>,
    /// Loading the model, milliseconds.
    pub load_ms: Option<f64>,
    /// All of it, milliseconds.
    pub total_ms: Option<f64>,
    /// The error's name for programs, if it failed.
    pub error_code: Option<String>,
    /// The error in words.
    pub error: Option<String>,
    /// What the person should know about the answer, such as a prompt the server cut short.
    pub notice: Option<String>,
}

impl Default for CallRow {
    fn default() -> Self {
        Self {
            id: String::new(),
            option_id: String::new(),
            criterion_id: String::new(),
            sample: 1,
            attempt: 1,
            backend: String::new(),
            kind: String::new(),
            address: String::new(),
            model: String::new(),
            model_digest: None,
            parameters: "{}".into(),
            stable: String::new(),
            cell: String::new(),
            extra: None,
            schema: String::new(),
            reply: String::new(),
            finish: None,
            input_tokens: None,
            output_tokens: None,
            cached_tokens: None,
            started_at: 0,
            first_byte_ms: None,
            first_token_ms: None,
            load_ms: None,
            total_ms: None,
            error_code: None,
            error: None,
            notice: None,
        }
    }
}

/// Bytes of a reply that are kept.
pub const MAX_REPLY: usize = 1024 * 1024;
