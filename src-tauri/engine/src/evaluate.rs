//! What is asked of the engine when a decision is to be ranked, what it gives, and ranking without asking anybody.
//! Running a decision lives in `deciding.rs`.

use std::path::{Path, PathBuf};

use decision::problem::echo;
use decision::{Answer, Decision, Method, Problem, ProblemCode, ScoreTable};
use serde::Serialize;

use crate::desk::Open;
use crate::engine::Engine;
use crate::error::EngineError;
use crate::intake;
use crate::judging::Present;
use crate::outcome::CellJudging;
use crate::rows::json_of;
use crate::view::{RunChoice, RunOutcome};

/// Where a decision comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// A decision file or a table.
    File(PathBuf),
    /// A session of the history.
    Session(String),
}

/// What to evaluate, and how.
#[derive(Debug, Clone, PartialEq)]
pub struct DecideRequest {
    /// Where the decision comes from.
    pub source: Source,
    /// Go on with the newest unfinished session of the same file.
    pub resume: bool,
    /// Who judges, and what.
    pub choice: RunChoice,
}

/// Calls that a run made.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Calls {
    /// Sent to a backend.
    pub made: u32,
    /// Answered from the cache.
    pub cached: u32,
    /// Without a usable answer.
    pub failed: u32,
    /// Tokens sent.
    pub input_tokens: u64,
    /// Tokens received.
    pub output_tokens: u64,
    /// What it cost; none where that is unknown.
    pub cost: Option<Cost>,
}

/// An amount of money.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Cost {
    /// How much.
    pub amount: f64,
    /// Of what, e.g. `USD`.
    pub currency: String,
}

/// What a run gave.
#[derive(Debug, Clone, PartialEq)]
pub struct Decided {
    /// The session it is kept in.
    pub session: String,
    /// Whether that session was there before.
    pub resumed: bool,
    /// The run; what it judged can be looked at under this id.
    pub run: String,
    /// How it ended.
    pub outcome: RunOutcome,
    /// The ranking.
    pub answer: Answer,
    /// What judging each of the answer's cells took, in their order.
    pub judging: Vec<CellJudging>,
    /// The calls it made.
    pub calls: Calls,
    /// What was assumed when the file was read, in words.
    pub notices: Vec<Problem>,
}

/// A ranking that is kept nowhere.
#[derive(Debug, Clone, PartialEq)]
pub struct Ranking {
    /// The session that was ranked; none for a file.
    pub session: Option<String>,
    /// The ranking.
    pub answer: Answer,
    /// What judging each of the answer's cells took, in their order; empty for a file.
    pub judging: Vec<CellJudging>,
    /// Always none: ranking asks nobody.
    pub calls: Calls,
    /// What was assumed when the file was read, in words.
    pub notices: Vec<Problem>,
}

/// Other rules to rank by than the decision's own.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Overrides {
    /// Another method.
    pub method: Option<String>,
    /// `name=value`, each.
    pub params: Vec<String>,
}

impl Engine {
    /// The ranking of an open session.
    ///
    /// # Errors
    /// [`EngineError::Invalid`] when it cannot be ranked; [`EngineError::Store`].
    pub(crate) fn answered(&self, open: &Open) -> Result<Answer, EngineError> {
        answer_with(&open.decision, &self.present(open)?).map_err(cannot_rank)
    }

    /// Ranks a session by its own or by other rules; nothing is evaluated, nothing is kept.
    ///
    /// # Errors
    /// [`EngineError::Invalid`] when it cannot be ranked so; [`EngineError::NoSession`].
    pub fn rank_session(&self, id: &str, overrides: &Overrides) -> Result<Ranking, EngineError> {
        let open = self.opened(id)?;
        let decision = overridden(open.decision.clone(), overrides)?;
        let present = self.present(&open)?;
        let answer = answer_with(&decision, &present).map_err(cannot_rank)?;
        Ok(Ranking {
            session: Some(id.to_owned()),
            judging: self.cell_judging(&answer, &present)?,
            answer,
            calls: Calls::default(),
            notices: Vec::new(),
        })
    }
}

/// Ranks a decision file without any history.
///
/// # Errors
/// [`EngineError::Invalid`], [`EngineError::CannotRead`].
pub fn rank_file(path: &Path, overrides: &Overrides) -> Result<Ranking, EngineError> {
    let taken = intake::take_file(path)?;
    let answer = answer_of(&overridden(taken.decision, overrides)?)?;
    Ok(Ranking {
        session: None,
        answer,
        judging: Vec::new(),
        calls: Calls::default(),
        notices: taken.notices,
    })
}

/// The ranking of a decision by what was given for it.
///
/// # Errors
/// [`EngineError::Invalid`] when it is not complete enough to rank, or its method cannot work on it.
pub(crate) fn answer_of(decision: &Decision) -> Result<Answer, EngineError> {
    decision::answer(decision, &ScoreTable::from_given(decision)).map_err(cannot_rank)
}

/// The ranking of a decision with what models said about it, and their words where the number is theirs.
///
/// # Errors
/// As [`decision::answer`].
pub(crate) fn answer_with(decision: &Decision, present: &Present) -> Result<Answer, Vec<Problem>> {
    let mut answer = decision::answer(decision, &present.table(decision))?;
    let columns = decision.criteria.len().max(1);
    for (place, cell) in answer.cells.iter_mut().enumerate() {
        if cell.source == Some(decision::Source::Model)
            && let Some((row, _)) = present.judgement(place / columns, place % columns)
            && row.justification.is_some()
        {
            cell.justification.clone_from(&row.justification);
        }
    }
    Ok(answer)
}

/// The word by which a closed set's member is known in JSON and in the history.
pub(crate) fn word_of(member: &impl Serialize) -> Result<String, EngineError> {
    Ok(json_of(member)?.trim_matches('"').to_owned())
}

fn overridden(mut decision: Decision, overrides: &Overrides) -> Result<Decision, EngineError> {
    if let Some(word) = overrides.method.as_deref() {
        let method = Method::from_word(word).ok_or_else(|| {
            let allowed = Method::ALL
                .iter()
                .map(|method| method.as_str())
                .collect::<Vec<_>>()
                .join(", ");
            refused("method", word, &allowed)
        })?;
        // A normalisation belongs to the method it was chosen for.
        if method != decision.method {
            decision.normalisation = None;
        }
        decision.method = method;
    }
    for param in &overrides.params {
        let allowed = "v=0.5, concordance=0.65 or discordance=0.35, each from 0 to 1";
        let (name, number) = param
            .split_once('=')
            .ok_or_else(|| refused("param", param, allowed))?;
        let number: f64 = number
            .trim()
            .parse()
            .map_err(|_| refused("param", param, allowed))?;
        if !(0.0..=1.0).contains(&number) {
            return Err(refused("param", param, allowed));
        }
        match name.trim() {
            "v" => decision.params.v = Some(number),
            "concordance" => decision.params.concordance = Some(number),
            "discordance" => decision.params.discordance = Some(number),
            _ => return Err(refused("param", param, allowed)),
        }
    }
    Ok(decision)
}

fn refused(field: &str, found: &str, allowed: &str) -> EngineError {
    let message = format!("\"{}\" is no {field}. Allowed: {allowed}", echo(found));
    let problem = Problem::new(ProblemCode::BadChoice, field, message.clone())
        .found(found)
        .allowed(allowed);
    EngineError::invalid(message, vec![problem])
}

pub(crate) fn cannot_rank(problems: Vec<Problem>) -> EngineError {
    EngineError::invalid("The decision cannot be ranked as it is", problems)
}
