//! The rows the history keeps, as plain values. What they mean (methods, scores, rankings) lives elsewhere.

use rusqlite::types::{FromSql, FromSqlError, FromSqlResult, ValueRef};
use serde::{Deserialize, Serialize};

/// Where a session stands in the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SessionState {
    /// In the list.
    Open,
    /// Put away, kept.
    Archived,
    /// In the trash: erased 30 days after `trashed_at`.
    Trashed,
}

impl SessionState {
    /// The word stored and shown to programs.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Archived => "archived",
            Self::Trashed => "trashed",
        }
    }
}

impl FromSql for SessionState {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        let word = value.as_str()?;
        let known = [Self::Open, Self::Archived, Self::Trashed];
        known
            .into_iter()
            .find(|state| state.as_str() == word)
            .ok_or(FromSqlError::InvalidType)
    }
}

/// How far a session's ranking is, as the list shows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SessionStatus {
    /// Nothing is scored yet.
    #[default]
    Empty,
    /// Something is missing before it can be ranked.
    Incomplete,
    /// Ranked, with a winner.
    Ranked,
    /// Ranked, too close to name a winner.
    CloseRace,
}

impl SessionStatus {
    /// The word stored and shown to programs.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::Incomplete => "incomplete",
            Self::Ranked => "ranked",
            Self::CloseRace => "close_race",
        }
    }
}

impl FromSql for SessionStatus {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        let word = value.as_str()?;
        let known = [Self::Empty, Self::Incomplete, Self::Ranked, Self::CloseRace];
        known
            .into_iter()
            .find(|status| status.as_str() == word)
            .ok_or(FromSqlError::InvalidType)
    }
}

/// The file a session came from.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Origin {
    /// Its path when it was read.
    pub path: Option<String>,
    /// A digest of its bytes, or whatever the caller recognises the file by.
    pub fingerprint: Option<String>,
}

/// What the list shows of a session's content, worked out by the caller at each save.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct SummaryColumns {
    /// Number of options.
    pub options: u32,
    /// Number of criteria.
    pub criteria: u32,
    /// Number of cells.
    pub cells: u32,
    /// Number of cells that hold something; at most `cells`.
    pub filled: u32,
    /// How far the ranking is.
    pub status: SessionStatus,
    /// Name of the option in first place.
    pub leader: Option<String>,
}

/// A session as the list shows it. Times are milliseconds since 1970 (UTC).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionRow {
    /// The caller's id (`s_…`), unique in the history.
    pub id: String,
    /// `decision` or `okr`.
    pub kind: String,
    /// The question.
    pub topic: String,
    /// Open, archived or trashed.
    pub state: SessionState,
    /// Counts the saves, from 1; a save names the revision it started from.
    pub revision: i64,
    /// When it was created.
    pub created_at: i64,
    /// When its content last changed; moving it to the archive or trash does not count.
    pub updated_at: i64,
    /// When it was put into the trash.
    pub trashed_at: Option<i64>,
    /// The file it came from.
    pub origin: Origin,
    /// The content in numbers.
    pub summary: SummaryColumns,
}

/// A session to be created.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewSession {
    /// The caller's id, 1–64 characters, unique in the history.
    pub id: String,
    /// `decision` or `okr`.
    pub kind: String,
    /// The file it came from, if any.
    pub origin: Origin,
    /// The content in numbers.
    pub summary: SummaryColumns,
}

/// One document: everything a person entered into a session.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DocumentRows {
    /// Topic, texts and settings.
    pub header: HeaderRow,
    /// Criteria, by position.
    pub criteria: Vec<CriterionRow>,
    /// Options, by position.
    pub options: Vec<OptionRow>,
    /// Evidence, by option and position.
    pub evidence: Vec<EvidenceRow>,
    /// Cells that hold something, by option and criterion.
    pub inputs: Vec<InputRow>,
}

/// What a document has once.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct HeaderRow {
    /// The question.
    pub topic: String,
    /// What a judge should know.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub context: String,
    /// Notes of the analyst.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub notes: String,
    /// Number of the next option or criterion id; ids are never reused.
    pub next_key: i64,
    /// JSON of the method and its settings, opaque here.
    pub settings: String,
}

impl Default for HeaderRow {
    fn default() -> Self {
        Self {
            topic: String::new(),
            context: String::new(),
            notes: String::new(),
            next_key: 0,
            settings: "{}".into(),
        }
    }
}

/// One criterion.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CriterionRow {
    /// Unique in the session, 1–64 characters.
    pub id: String,
    /// Place in the order, from 0.
    pub position: i64,
    /// Its name.
    pub name: String,
    /// What it means.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// Finite, not negative.
    pub weight: f64,
    /// `benefit` or `cost`.
    pub direction: String,
    /// `judged`, `measured` or `manual`.
    pub kind: String,
    /// Unit of a measured value.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub unit: String,
    /// JSON of everything else, opaque here.
    pub spec: String,
}

/// One option.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OptionRow {
    /// Unique in the session, 1–64 characters.
    pub id: String,
    /// Place in the order, from 0.
    pub position: i64,
    /// Its name.
    pub name: String,
    /// What it is.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// A note of the analyst.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
    /// JSON of everything else, opaque here.
    pub spec: String,
}

/// One piece of evidence of an option.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EvidenceRow {
    /// The option it belongs to.
    pub option_id: String,
    /// Place among the option's evidence, from 0.
    pub position: i64,
    /// Where it comes from.
    pub source: String,
    /// What it says.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub quote: String,
    /// The criterion it speaks to, if it speaks to one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub criterion_id: Option<String>,
}

/// What a person typed into one cell.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct InputRow {
    /// Its option.
    pub option_id: String,
    /// Its criterion.
    pub criterion_id: String,
    /// A measured value, in the criterion's unit; finite.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<f64>,
    /// A score by hand, on the decision's scale; finite, and none when abstained.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub score: Option<f64>,
    /// The person abstained.
    #[serde(default, skip_serializing_if = "is_false")]
    pub abstained: bool,
    /// A note on the cell.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
    /// The score is older than the last edit of the texts it rests on.
    #[serde(default, skip_serializing_if = "is_false")]
    pub before_edit: bool,
    /// When it was typed, milliseconds since 1970.
    pub entered_at: i64,
}

#[allow(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde calls skip_serializing_if with a reference"
)]
fn is_false(flag: &bool) -> bool {
    !flag
}

/// A session with its document, as one consistent read gives it.
#[derive(Debug, Clone, PartialEq)]
pub struct SessionBundle {
    /// The session.
    pub session: SessionRow,
    /// Its document.
    pub rows: DocumentRows,
    /// Label of the step that undo would take back.
    pub undo: Option<String>,
    /// Label of the step that redo would repeat.
    pub redo: Option<String>,
}

/// Which sessions a list shows.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SessionFilter {
    /// Only those in this state; all when none.
    pub state: Option<SessionState>,
    /// Words that all stand in the session's texts, each as the beginning of a word; empty: every session.
    pub search: String,
}
