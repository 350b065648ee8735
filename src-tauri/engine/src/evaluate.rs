//! Running a decision: where it comes from, which of its cells need a judge, and what is kept of the run. Without a
//! model the judge is `builtin`, which judges nothing: what is measured or scored by hand is ranked, the rest stays
//! pending.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use decision::problem::echo;
use decision::{Answer, Decision, Method, Problem, ProblemCode, ScoreTable};
use serde::Serialize;
use store::{CellRow, NewRun, Origin, RunEnd};

use crate::desk::Open;
use crate::engine::Engine;
use crate::error::EngineError;
use crate::intake;
use crate::resume::{keep_cells_of, with_ids_of};
use crate::rows::json_of;
use crate::sessions::absolute;
use crate::summary::filled;

/// Where a decision comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// A decision file or a table.
    File(PathBuf),
    /// A session of the history.
    Session(String),
}

/// What to evaluate, and how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DecideRequest {
    /// Where the decision comes from.
    pub source: Source,
    /// Go on with the newest unfinished session of the same file.
    pub resume: bool,
    /// Never call anything beyond this machine.
    pub offline: bool,
    /// Which backend judges; none for the decision's own, or `builtin`.
    pub backend: Option<String>,
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
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Decided {
    /// The session it is kept in.
    pub session: String,
    /// Whether that session was there before.
    pub resumed: bool,
    /// The ranking.
    #[serde(flatten, serialize_with = "crate::outcome::with_judging")]
    pub answer: Answer,
    /// The calls it made.
    pub calls: Calls,
    /// What was assumed when the file was read, in words.
    pub notices: Vec<Problem>,
}

/// A ranking that is kept nowhere.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Ranking {
    /// The session that was ranked; none for a file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub session: Option<String>,
    /// The ranking.
    #[serde(flatten, serialize_with = "crate::outcome::with_judging")]
    pub answer: Answer,
    /// Always none: ranking asks nobody.
    pub calls: Calls,
    /// What was assumed when the file was read, in words.
    pub notices: Vec<Problem>,
}

impl Ranking {
    /// Of a session of the history.
    #[must_use]
    pub fn of_session(id: &str, answer: Answer) -> Self {
        Self {
            session: Some(id.to_owned()),
            answer,
            calls: Calls::default(),
            notices: Vec::new(),
        }
    }
}

/// Other rules to rank by than the decision's own.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Overrides {
    /// Another method.
    pub method: Option<String>,
    /// `name=value`, each.
    pub params: Vec<String>,
}

/// What happens during a run, in order.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum RunEvent {
    /// It begins.
    Started {
        /// The session it is kept in.
        session: String,
        /// Cells there are.
        cells: usize,
        /// Cells that already have a score or an abstention.
        scored: usize,
    },
    /// It ended.
    Finished {
        /// Cells with a score or an abstention.
        scored: usize,
        /// Cells without.
        missing: usize,
        /// How long it took.
        elapsed_ms: i64,
    },
}

impl fmt::Display for RunEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Started { cells, scored, .. } => {
                write!(f, "{scored} of {cells} cells are scored already")
            }
            Self::Finished {
                scored,
                missing: 0,
                elapsed_ms,
            } => write!(f, "{scored} cells scored in {elapsed_ms} ms"),
            Self::Finished {
                scored,
                missing,
                elapsed_ms,
            } => {
                write!(
                    f,
                    "{scored} cells scored, {missing} without a score, in {elapsed_ms} ms"
                )
            }
        }
    }
}

impl Engine {
    /// Evaluates a decision and ranks it; the session and the run are kept.
    ///
    /// # Errors
    /// [`EngineError::Invalid`] for a decision that breaks rules, before anything is kept; [`EngineError::NoBackend`];
    /// [`EngineError::Store`].
    pub fn decide(
        &self,
        request: &DecideRequest,
        tell: &mut dyn FnMut(&RunEvent),
    ) -> Result<Decided, EngineError> {
        if let Some(name) = request.backend.as_deref().filter(|name| *name != BUILTIN) {
            return Err(EngineError::NoBackend {
                name: name.to_owned(),
            });
        }
        let Chosen {
            open,
            resumed,
            notices,
        } = self.session_to_decide(request)?;
        let started = self.now_ms();
        let table = ScoreTable::from_given(&open.decision);
        let cells = open.decision.options.len() * open.decision.criteria.len();
        tell(&RunEvent::Started {
            session: open.session.id.clone(),
            cells,
            scored: filled(&table),
        });
        let answer = answer_of(&open.decision)?;
        let scored = filled(&table);
        self.keep_run(&open, &answer, cells - scored, started)?;
        tell(&RunEvent::Finished {
            scored,
            missing: cells - scored,
            elapsed_ms: self.now_ms() - started,
        });
        Ok(Decided {
            session: open.session.id.clone(),
            resumed,
            answer,
            calls: Calls::default(),
            notices,
        })
    }

    fn session_to_decide(&self, request: &DecideRequest) -> Result<Chosen, EngineError> {
        let path = match &request.source {
            Source::Session(id) => {
                return Ok(Chosen {
                    open: self.opened(id)?,
                    resumed: true,
                    notices: Vec::new(),
                });
            }
            Source::File(path) => path,
        };
        let mut taken = intake::take_file(path)?;
        answer_of(&taken.decision)?;
        if request.resume
            && let Some(unfinished) = self.store()?.find_run_source(&absolute(path))?
        {
            let open = self.opened(&unfinished.id)?;
            // A file that nobody touched has nothing new to say: the session may have come further than it.
            if open.session.origin.fingerprint == taken.fingerprint {
                return Ok(Chosen {
                    open,
                    resumed: true,
                    notices: taken.notices,
                });
            }
            let mut edited = with_ids_of(&open.decision, taken.decision);
            let kept = keep_cells_of(&open.decision, &mut edited);
            if kept > 0 {
                taken.notices.push(kept_words(kept));
            }
            let open = self.save(&open, edited, "File read again".into())?;
            // From here on this state of the file is known: resuming it again must not undo what is typed meanwhile.
            let origin = Origin {
                path: Some(absolute(path)),
                fingerprint: taken.fingerprint,
            };
            self.store()?.set_origin(&open.session.id, origin)?;
            self.desk.clear();
            return Ok(Chosen {
                open,
                resumed: true,
                notices: taken.notices,
            });
        }
        let origin = Origin {
            path: Some(absolute(path)),
            fingerprint: taken.fingerprint,
        };
        Ok(Chosen {
            open: self.create(&taken.decision, origin)?,
            resumed: false,
            notices: taken.notices,
        })
    }

    fn keep_run(
        &self,
        open: &Open,
        answer: &Answer,
        missing: usize,
        started_at: i64,
    ) -> Result<(), EngineError> {
        let rows = answer.cells.iter().map(|cell| {
            Ok(CellRow {
                option_id: cell.option_id.to_string(),
                criterion_id: cell.criterion_id.to_string(),
                state: word_of(&cell.state)?,
                source: cell.source.as_ref().map(word_of).transpose()?,
                score: cell.score,
                raw: cell.raw,
                unit: cell.unit.clone(),
                value: cell.value,
                flags: json_of(&cell.flags)?,
                justification: cell.justification.clone(),
                evidence: json_of(&cell.evidence)?,
                latency_ms: None,
                cached: false,
                error: None,
            })
        });
        let cells = rows.collect::<Result<Vec<_>, EngineError>>()?;
        let run = NewRun {
            id: self.new_id().replacen("s_", "r_", 1),
            session_id: open.session.id.clone(),
            document_revision: open.session.revision,
            method: answer.method.as_str().to_owned(),
            parameters: json_of(&answer.params)?,
        };
        let outcome = if missing == 0 {
            "complete"
        } else {
            "incomplete"
        };
        let end = RunEnd {
            outcome: outcome.into(),
            ranking: Some(json_of(&answer.ranking)?),
        };
        Ok(self.store()?.record_run(run, cells, end, started_at)?)
    }

    /// Ranks a session by its own or by other rules; nothing is evaluated, nothing is kept.
    ///
    /// # Errors
    /// [`EngineError::Invalid`] when it cannot be ranked so; [`EngineError::NoSession`].
    pub fn rank_session(&self, id: &str, overrides: &Overrides) -> Result<Answer, EngineError> {
        answer_of(&overridden(self.opened(id)?.decision.clone(), overrides)?)
    }
}

/// The session that a run works on.
struct Chosen {
    open: Arc<Open>,
    resumed: bool,
    notices: Vec<Problem>,
}

fn kept_words(kept: usize) -> Problem {
    let cells = if kept == 1 {
        "1 cell".to_owned()
    } else {
        format!("{kept} cells")
    };
    let message = format!(
        "{cells} that the file leaves empty kept what the session has; start without --resume to leave it out"
    );
    Problem::new(ProblemCode::Assumed, "", message)
}

/// The name of the judge that judges nothing.
const BUILTIN: &str = "builtin";

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

/// The word by which a closed set's member is known in JSON and in the history.
fn word_of(member: &impl Serialize) -> Result<String, EngineError> {
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
