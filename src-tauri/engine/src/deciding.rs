//! Running a decision: where it comes from, which session it becomes, and what is kept of the run. Without a model the
//! judge is `builtin`, which judges nothing: what is measured or scored by hand is ranked, the rest stays pending.

use std::path::Path;
use std::sync::Arc;

use decision::{Answer, Problem, ProblemCode};
use store::{CellRow, NewRun, Origin, RunEnd};

use crate::desk::Open;
use crate::engine::Engine;
use crate::error::EngineError;
use crate::evaluate::{
    Calls, DecideRequest, Decided, Source, answer_of, answer_with, cannot_rank, word_of,
};
use crate::intake;
use crate::judging::{Agreed, Cancel, Intent, allowed};
use crate::resume::{keep_cells_of, with_ids_of};
use crate::rows::json_of;
use crate::sessions::absolute;
use crate::summary::filled;
use crate::view::{RunEvent, RunOutcome};

impl Engine {
    /// Evaluates a decision and ranks it; the session and the run are kept.
    ///
    /// # Errors
    /// [`EngineError::Invalid`] for a decision that breaks rules, before anything is kept; [`EngineError::NoBackend`];
    /// [`EngineError::Store`].
    pub fn decide(
        &self,
        request: &DecideRequest,
        cancel: &Cancel,
        tell: &mut dyn FnMut(&RunEvent),
    ) -> Result<Decided, EngineError> {
        self.chosen_is_there(&request.choice)?;
        self.desk.clear();
        let Chosen {
            open,
            resumed,
            notices,
        } = self.session_to_decide(request)?;
        let survey = self.survey(&open, &request.choice)?;
        let session = open.session.id.clone();
        let mut unavailable = None;
        let (run, outcome) = if survey.asks.is_empty() && survey.unfinished.is_none() {
            self.rank_only(&open, tell)?
        } else {
            let ready = self.begin(open, survey, &request.choice, Intent::Named, cancel)?;
            let conducted = ready.conduct(&mut |event| tell(&event))?;
            unavailable = conducted.nothing_answered;
            (conducted.run, conducted.outcome)
        };
        // Somebody may have edited it meanwhile: the ranking is of what stands now.
        self.desk.clear();
        let open = self.opened(&session)?;
        let present = self.present(&open)?;
        // Where earlier runs left judgements that stand, there is a ranking to give, with cells missing.
        if let Some((backend, error)) = unavailable.filter(|_| !present.any_stands()) {
            return Err(EngineError::Backend {
                backend,
                session: Some(session),
                error,
            });
        }
        let answer = answer_with(&open.decision, &present).map_err(cannot_rank)?;
        Ok(Decided {
            session,
            resumed,
            judging: self.cell_judging(&answer, &present)?,
            answer,
            calls: self.calls_of(&run)?,
            run,
            outcome,
            notices,
        })
    }

    fn calls_of(&self, run: &str) -> Result<Calls, EngineError> {
        let usage = self.store()?.run_usage(run)?;
        Ok(Calls {
            made: usage.calls,
            cached: 0,
            failed: usage.failed,
            input_tokens: u64::try_from(usage.input_tokens).unwrap_or(0),
            output_tokens: u64::try_from(usage.output_tokens).unwrap_or(0),
            cost: None,
        })
    }

    /// Ranks a session that has nothing to ask, and keeps that as a run.
    fn rank_only(
        &self,
        open: &Open,
        tell: &mut dyn FnMut(&RunEvent),
    ) -> Result<(String, RunOutcome), EngineError> {
        let started = self.now_ms();
        let session = open.session.id.clone();
        let run = crate::clock::id('r', self.random().as_ref());
        let present = self.present(open)?;
        let scored = filled(&present.table(&open.decision));
        let cells = open.decision.options.len() * open.decision.criteria.len();
        tell(&RunEvent::Started {
            session: session.clone(),
            run: run.clone(),
            cells: count(cells),
            scored: count(scored),
            asked: 0,
        });
        let answer = answer_with(&open.decision, &present).map_err(cannot_rank)?;
        let outcome = match cells - scored {
            0 => RunOutcome::Complete,
            _ => RunOutcome::Incomplete,
        };
        self.keep_run(open, &run, &answer, outcome, started)?;
        tell(&RunEvent::Finished {
            session,
            run: run.clone(),
            outcome,
            scored: count(scored),
            missing: count(cells - scored),
            failed: 0,
            elapsed_ms: self.now_ms() - started,
            error: None,
        });
        Ok((run, outcome))
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
            && let Some(before) = self.session_to_resume(path)?
        {
            let open = self.opened(&before)?;
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
        // A judge that cannot be asked is said before anything is kept.
        let mut seats = self.seats(&taken.decision, &request.choice);
        for (criterion, seat) in seats.iter_mut().enumerate() {
            // A judge of whom nothing is asked need not be there.
            if taken
                .decision
                .cells
                .iter()
                .all(|row| row[criterion].score.is_some())
            {
                *seat = None;
            }
        }
        let (mut lanes, places) = self.lanes(&seats, &request.choice)?;
        self.unmask(&mut lanes, &places);
        allowed(&lanes, &request.choice, Agreed::nothing(), false)?;
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

    /// The session that `--resume` goes on with: the newest unfinished one of the file; else, where models judged it, the
    /// newest one, so that only what was edited is asked again.
    fn session_to_resume(&self, path: &Path) -> Result<Option<String>, EngineError> {
        let store = self.store()?;
        if let Some(unfinished) = store.find_run_source(&absolute(path))? {
            return Ok(Some(unfinished.id));
        }
        let Some(newest) = self.session_of_file(path, |_| true)? else {
            return Ok(None);
        };
        Ok(store.newest_run(&newest)?.map(|_| newest))
    }

    fn keep_run(
        &self,
        open: &Open,
        id: &str,
        answer: &Answer,
        outcome: RunOutcome,
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
                ..CellRow::default()
            })
        });
        let cells = rows.collect::<Result<Vec<_>, EngineError>>()?;
        let run = NewRun {
            id: id.to_owned(),
            session_id: open.session.id.clone(),
            document_revision: open.session.revision,
            method: answer.method.as_str().to_owned(),
            parameters: json_of(&answer.params)?,
            carry: None,
        };
        let end = RunEnd {
            outcome: outcome.as_str().to_owned(),
            ranking: Some(json_of(&answer.ranking)?),
        };
        Ok(self.store()?.record_run(run, cells, end, started_at)?)
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

/// A number of cells as it is told.
pub(crate) fn count(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}
