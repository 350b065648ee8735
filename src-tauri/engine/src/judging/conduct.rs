//! A run from its first call to its last: driven on the network thread, told of on the thread that asked for it, and ended with
//! a ranking of what stands then. How it begins stands in `begin.rs`.

use std::sync::mpsc::{RecvTimeoutError, channel};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use decision::CellState;
use decision::judge::cell_prompt;
use llm::LlmError;
use store::{CellRow, RunEnd, StoreError};

use super::asking::{Context, Ways, attempt_of, model_asked};
use super::begin::Ready;
use super::cancel::Cancel;
use super::driver::{Cell, Driver, Ended, Kept, Report};
use super::present::Judgements;
use super::survey::laid_over;
use crate::deciding::count;
use crate::desk::Open;
use crate::error::EngineError;
use crate::rows::json_of;
use crate::summary::{self, filled};
use crate::view::{AppError, LiveRun, RunEvent, RunOutcome};

/// How often a run says that it is still at work; silent for a minute, it counts as dead where its process cannot be seen.
const HEARTBEAT: Duration = Duration::from_secs(10);

/// What a run came to.
pub(crate) struct Conducted {
    pub run: String,
    pub outcome: RunOutcome,
    /// Not one call was answered, for this reason.
    pub nothing_answered: Option<(String, LlmError)>,
}

impl Ready {
    /// What is told of it.
    pub(crate) fn live(&self) -> LiveRun {
        LiveRun {
            run: self.run.clone(),
            session: self.open.session.id.clone(),
            total: count(self.survey.asks.len()),
            done: 0,
            failed: 0,
            in_flight: 0,
            started_at: self.started_at,
            eta_ms: None,
            tokens_out: 0,
        }
    }

    /// Carries the run out and tells of it. Blocks until it has ended.
    ///
    /// # Errors
    /// [`EngineError::RunLost`] when another process took it over; [`EngineError::Store`] when the history takes nothing
    /// more. Both were told as the run's end.
    pub(crate) fn conduct(self, tell: &mut dyn FnMut(RunEvent)) -> Result<Conducted, EngineError> {
        let session = self.open.session.id.clone();
        let decision = &self.open.decision;
        tell(RunEvent::Started {
            session: session.clone(),
            run: self.run.clone(),
            cells: count(decision.options.len() * decision.criteria.len()),
            scored: count(filled(&self.survey.present.table(decision))),
            asked: count(self.survey.asks.len()),
        });
        for message in &self.notices {
            tell(RunEvent::Notice {
                session: session.clone(),
                message: message.clone(),
            });
        }
        let ended = self.driven(tell);
        let concluded = ended.and_then(|ended| self.conclude(&ended));
        self.engine.desk.forget_judgements();
        let elapsed_ms = self.engine.now_ms() - self.started_at;
        let (run, failed) = (self.run.clone(), self.failed());
        // Whoever hears of the end may start the next run at once.
        drop(self.seated);
        match concluded {
            Ok((conducted, scored, missing, stopped)) => {
                tell(RunEvent::Finished {
                    session,
                    run,
                    outcome: conducted.outcome,
                    scored,
                    missing,
                    failed,
                    elapsed_ms,
                    error: stopped.map(Box::new),
                });
                Ok(conducted)
            }
            Err(error) => {
                let words = AppError::from_ref(&error);
                tell(RunEvent::Finished {
                    session,
                    run,
                    outcome: RunOutcome::Failed,
                    scored: 0,
                    missing: 0,
                    failed,
                    elapsed_ms,
                    error: Some(Box::new(words)),
                });
                Err(error)
            }
        }
    }

    fn failed(&self) -> u32 {
        self.engine
            .live_run(&self.open.session.id)
            .map_or(0, |live| live.failed)
    }

    /// Runs the driver and hands on what it reports, with a sign of life now and then.
    fn driven(&self, tell: &mut dyn FnMut(RunEvent)) -> Result<Ended, EngineError> {
        let runtime = self.engine.runtime()?;
        let (reports, heard) = channel();
        let driver = Driver {
            context: Arc::new(Context {
                decision: self.open.decision.clone(),
                lanes: self.survey.lanes.clone(),
                places: self.survey.places.clone(),
                window: self.survey.window,
                clock: self.engine.clock(),
                random: self.engine.random(),
                surroundings: self.engine.surroundings(),
                ways: Ways::default(),
                digests: OnceLock::new(),
                turn: self.store.run(&self.run)?.number.saturating_sub(1),
            }),
            store: self.store.clone(),
            run: self.run.clone(),
            cells: self.cells(),
            reports,
        };
        // Stops the driver when this thread leaves early, whatever the reason.
        let abandon = Cancel::new();
        let _abandoned = Abandoned(abandon.clone());
        let cancel = self.cancel.clone();
        let work = runtime.spawn(async move {
            let either = async {
                tokio::select! {
                    () = cancel.wished() => {}
                    () = abandon.wished() => {}
                }
            };
            driver.run(either).await
        });
        let mut told = Told::default();
        let mut beat = Instant::now();
        let mut lost = None;
        loop {
            match heard.recv_timeout(HEARTBEAT) {
                Ok(report) => self.tell(report, &mut told, tell),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => break,
            }
            if beat.elapsed() >= HEARTBEAT {
                beat = Instant::now();
                match self.store.heartbeat(&self.run, self.engine.now_ms()) {
                    // A history that another program is busy with is no lease lost: the next sign of life is soon.
                    Ok(()) | Err(StoreError::Locked { .. }) => {}
                    Err(error) => {
                        lost = Some(error);
                        self.cancel.cancel();
                    }
                }
            }
        }
        let mut ended = runtime
            .block_on(work)
            .map_err(|error| EngineError::Internal(error.to_string()))?;
        if ended.refused.is_none() {
            ended.refused = lost;
        }
        Ok(ended)
    }

    fn cells(&self) -> Vec<Cell> {
        let decision = &self.open.decision;
        let prints = self.open.prints();
        let columns = decision.criteria.len();
        self.survey
            .asks
            .iter()
            .map(|ask| {
                let option_id = decision.options[ask.option].id.to_string();
                let criterion_id = decision.criteria[ask.criterion].id.to_string();
                let wanted = self.survey.places[ask.criterion]
                    .as_ref()
                    .map_or(0, |place| place.samples as usize);
                let judge = self.survey.places[ask.criterion]
                    .as_ref()
                    .map(|place| (&self.survey.lanes[place.lane], place));
                let begun = self.samples.get(&(option_id.clone(), criterion_id.clone()));
                let prompt = begun.map(|_| cell_prompt(decision, ask.option, ask.criterion));
                let mut kept: Vec<Option<Kept>> = vec![None; wanted];
                let mut attempts = vec![0; wanted];
                for (row, last) in begun.into_iter().flatten() {
                    let at = row.number as usize - 1;
                    if at >= wanted {
                        continue;
                    }
                    attempts[at] = row.call.as_deref().map_or(0, attempt_of);
                    // One that was asked in other words, before an edit, is a sample of another question; one of another model
                    // has no part in this one's median.
                    let same = last.as_ref().zip(prompt.as_ref()).filter(|(last, now)| {
                        last.stable == now.stable
                            && last.cell == now.cell
                            && judge.is_some_and(|(lane, place)| {
                                last.backend == lane.name
                                    && model_asked(last).as_ref() == Some(&place.model)
                            })
                    });
                    kept[at] = same.map(|(last, _)| Kept {
                        row: row.clone(),
                        took_ms: last.total_ms,
                        model: last.model.clone(),
                    });
                }
                // A cell with every sample still lacks its own row: the last one is asked again.
                if kept.iter().all(Option::is_some)
                    && let Some(last) = kept.last_mut()
                {
                    *last = None;
                }
                Cell {
                    fingerprint: prints[ask.option * columns + ask.criterion].clone(),
                    ask: *ask,
                    option_id,
                    criterion_id,
                    samples: kept,
                    attempts,
                    begun: false,
                    done: false,
                }
            })
            .collect()
    }

    fn tell(&self, report: Report, told: &mut Told, tell: &mut dyn FnMut(RunEvent)) {
        let (session, run) = (self.open.session.id.clone(), self.run.clone());
        match report {
            Report::Asking(at) => {
                let ask = self.survey.asks[at];
                let decision = &self.open.decision;
                tell(RunEvent::Asking {
                    session,
                    run,
                    option_id: decision.options[ask.option].id.to_string(),
                    criterion_id: decision.criteria[ask.criterion].id.to_string(),
                });
            }
            Report::Notice(message) => {
                // The same trouble with three hundred cells is one thing to know.
                if !told.notices.contains(&message) {
                    told.notices.push(message.clone());
                    tell(RunEvent::Notice { session, message });
                }
            }
            Report::Cell {
                judgement,
                eta_ms,
                in_flight,
                tokens_out,
            } => {
                told.done += 1;
                let failed = matches!(judgement.state, CellState::Failed | CellState::Unparsed);
                told.failed += u32::from(failed);
                let (done, failed) = (told.done, told.failed);
                self.seated.update(|live| {
                    live.done = done;
                    live.failed = failed;
                    live.in_flight = count(in_flight);
                    live.eta_ms = eta_ms;
                    live.tokens_out = tokens_out;
                });
                self.engine.desk.forget_judgements();
                tell(RunEvent::Cell {
                    session,
                    run,
                    cell: judgement,
                    done,
                    total: count(self.survey.asks.len()),
                    eta_ms,
                    in_flight: count(in_flight),
                    elapsed_ms: self.engine.now_ms() - self.started_at,
                });
            }
        }
    }

    /// Ends the run's rows: what was broken off, the ranking of what stands, and the session's line in the list.
    fn conclude(&self, ended: &Ended) -> Result<Concluded, EngineError> {
        if let Some(refused) = &ended.refused {
            return Err(lost(refused.clone()));
        }
        let broken_off = self.broken_off(ended);
        if !broken_off.is_empty() {
            self.store.put_cells(&self.run, broken_off).map_err(lost)?;
        }
        let session = &self.open.session.id;
        // The decision may have been edited while its cells were asked.
        let bundle = self.store.load(session)?;
        let bundle = bundle.ok_or_else(|| EngineError::NoSession {
            id: session.clone(),
            near: None,
        })?;
        let open = Open::read(bundle)?;
        let judgements = Judgements::of(&self.store, self.store.run(&self.run)?)?;
        let present = laid_over(&open, judgements);
        let table = present.table(&open.decision);
        let scored = filled(&table);
        let missing = open.decision.options.len() * open.decision.criteria.len() - scored;
        let outcome = match missing {
            _ if ended.cancelled => RunOutcome::Cancelled,
            0 => RunOutcome::Complete,
            _ => RunOutcome::Incomplete,
        };
        let answer = decision::answer(&open.decision, &table).ok();
        let end = RunEnd {
            outcome: outcome.as_str().to_owned(),
            ranking: answer
                .as_ref()
                .map(|answer| json_of(&answer.ranking))
                .transpose()?,
        };
        self.store
            .finish_run(&self.run, end, self.engine.now_ms())?;
        let columns = summary::columns(&open.decision, &table);
        self.store.set_summary(session, columns)?;
        let stopped = ended
            .stopped
            .first()
            .map(|(backend, error)| AppError::from(EngineError::backend(backend, error.clone())));
        let nothing = ended.answered == 0 && !self.survey.asks.is_empty() && !ended.cancelled;
        let conducted = Conducted {
            run: self.run.clone(),
            outcome,
            nothing_answered: ended.first_error.clone().filter(|_| nothing),
        };
        Ok((conducted, count(scored), count(missing), stopped))
    }

    /// Rows for cells that were being asked when the run stopped. One that had a judgement keeps it.
    fn broken_off(&self, ended: &Ended) -> Vec<CellRow> {
        let (decision, prints) = (&self.open.decision, self.open.prints());
        let columns = decision.criteria.len();
        let cells = ended.broken_off.iter().map(|at| self.survey.asks[*at]);
        cells
            .filter(|ask| {
                self.survey
                    .present
                    .judgement(ask.option, ask.criterion)
                    .is_none()
            })
            .map(|ask| CellRow {
                option_id: decision.options[ask.option].id.to_string(),
                criterion_id: decision.criteria[ask.criterion].id.to_string(),
                state: "cancelled".into(),
                source: Some("model".into()),
                fingerprint: prints[ask.option * columns + ask.criterion].clone(),
                judged_at: Some(self.engine.now_ms()),
                ..CellRow::default()
            })
            .collect()
    }
}

/// A run that is not ours any more, or not there, was taken over.
fn lost(error: StoreError) -> EngineError {
    match error {
        StoreError::Leased { .. } | StoreError::NotFound { .. } => EngineError::RunLost,
        other => other.into(),
    }
}

type Concluded = (Conducted, u32, u32, Option<AppError>);

/// What was told so far.
#[derive(Default)]
struct Told {
    done: u32,
    failed: u32,
    notices: Vec<String>,
}

/// Stops a driver that nobody listens to any more.
struct Abandoned(Cancel);

impl Drop for Abandoned {
    fn drop(&mut self) {
        self.0.cancel();
    }
}
