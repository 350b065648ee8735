//! The flow of a run: on the network thread, each backend's calls in flight up to its limit and never beyond, no waves. A call
//! holds its place until what came of it is durable, so a kill costs at most one limit of calls. What happens is
//! reported over a channel, after it was committed.

use std::collections::VecDeque;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::mpsc::Sender;
use std::time::Instant;

use decision::judge::pool;
use decision::{CellState, judge::Pooled};
use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use llm::LlmError;
use store::{CellRow, SampleRow, Store, StoreError};
use tokio::sync::oneshot;

use super::asking::{Answered, Context, Job, ask, word};
use super::eta::{Queue, remaining_ms};
use super::plan::Ask;
use super::present::{judgement_view, state_of};
use crate::view::CellJudgement;

/// After so many calls in a row that no further call can mend, a backend is asked no more.
const ENOUGH_HARD_ERRORS: u32 = 5;

/// What happened, after it was committed.
pub(crate) enum Report {
    /// A cell is being asked.
    Asking(usize),
    /// A cell is done.
    Cell {
        judgement: Box<CellJudgement>,
        eta_ms: Option<f64>,
        in_flight: usize,
        tokens_out: u64,
    },
    /// Calls in flight changed.
    Notice(String),
}

/// How the flow ended.
#[derive(Default)]
pub(crate) struct Ended {
    /// Somebody wanted to stop.
    pub cancelled: bool,
    /// Cells that were being asked when it stopped and have nothing to show for it.
    pub broken_off: Vec<usize>,
    /// Backends that were asked no more, and why.
    pub stopped: Vec<(String, LlmError)>,
    /// The history took nothing more.
    pub refused: Option<StoreError>,
    /// Cells that got a score, an abstention or an unreadable reply.
    pub answered: usize,
    /// Cells without a usable answer.
    pub failed: usize,
    /// The first error of a call.
    pub first_error: Option<(String, LlmError)>,
}

/// A cell of the run.
pub(crate) struct Cell {
    pub ask: Ask,
    pub option_id: String,
    pub criterion_id: String,
    pub fingerprint: Option<String>,
    /// The samples there are, by number.
    pub samples: Vec<Option<Kept>>,
    /// How often each was asked for before, by number: by this run, before its process was killed.
    pub attempts: Vec<u32>,
    /// Whether one of them was asked for by this flow.
    pub begun: bool,
    pub done: bool,
}

/// What a sample adds to its cell.
#[derive(Clone)]
pub(crate) struct Kept {
    pub row: SampleRow,
    pub took_ms: Option<f64>,
    pub model: String,
}

type Calling = Pin<Box<dyn Future<Output = Option<Answered>> + Send>>;
type Committing = Pin<Box<dyn Future<Output = Committed> + Send>>;

struct Committed {
    job: Job,
    lane: usize,
    result: Result<(), StoreError>,
    judgement: Option<Box<CellJudgement>>,
}

/// One backend's queue.
#[derive(Default)]
struct Line {
    waiting: VecDeque<Job>,
    /// Each call that holds a place: the job and when it was asked.
    holding: Vec<(usize, u32, Instant)>,
    limit: usize,
    /// Milliseconds of the calls that ended.
    took: Vec<f64>,
    hard_errors: u32,
    stopped: bool,
}

pub(crate) struct Driver {
    pub context: Arc<Context>,
    pub store: Store,
    pub run: String,
    pub cells: Vec<Cell>,
    pub reports: Sender<Report>,
}

/// A driver at work.
struct Flow {
    driver: Driver,
    lines: Vec<Line>,
    calls: FuturesUnordered<Calling>,
    commits: FuturesUnordered<Committing>,
    ended: Ended,
    tokens_out: u64,
}

impl Driver {
    /// Asks until nothing waits, somebody cancels, or it cannot go on.
    pub(crate) async fn run(self, stop: impl Future<Output = ()>) -> Ended {
        let lines = self.lines();
        let mut flow = Flow {
            driver: self,
            lines,
            calls: FuturesUnordered::new(),
            commits: FuturesUnordered::new(),
            ended: Ended::default(),
            tokens_out: 0,
        };
        tokio::pin!(stop);
        let context = Arc::clone(&flow.driver.context);
        tokio::select! {
            biased;
            () = &mut stop => {
                flow.ended.cancelled = true;
                return flow.stop().await;
            }
            () = context.learn_digests() => {}
        }
        loop {
            flow.fill();
            if flow.calls.is_empty() && flow.commits.is_empty() {
                break;
            }
            tokio::select! {
                biased;
                () = &mut stop => {
                    flow.ended.cancelled = true;
                    break;
                }
                Some(committed) = flow.commits.next() => flow.committed(committed),
                Some(answered) = flow.calls.next() => flow.answered(answered),
            }
            if flow.ended.refused.is_some() {
                break;
            }
        }
        flow.stop().await
    }

    fn lines(&self) -> Vec<Line> {
        let mut lines: Vec<Line> = self
            .context
            .lanes
            .iter()
            .map(|lane| Line {
                limit: lane.limit,
                ..Line::default()
            })
            .collect();
        for (at, cell) in self.cells.iter().enumerate() {
            let Some(place) = &self.context.places[cell.ask.criterion] else {
                continue;
            };
            for (sample, kept) in (1..).zip(&cell.samples) {
                if kept.is_none() {
                    lines[place.lane].waiting.push_back(Job {
                        cell: at,
                        option: cell.ask.option,
                        criterion: cell.ask.criterion,
                        sample,
                        attempts: cell.attempts[sample as usize - 1],
                    });
                }
            }
        }
        lines
    }
}

impl Flow {
    /// Puts as many calls in flight as there are places.
    fn fill(&mut self) {
        for line in &mut self.lines {
            while line.holding.len() < line.limit && !line.stopped {
                let Some(job) = line.waiting.pop_front() else {
                    break;
                };
                line.holding.push((job.cell, job.sample, Instant::now()));
                let cell = &mut self.driver.cells[job.cell];
                if !cell.begun {
                    cell.begun = true;
                    let _ = self.driver.reports.send(Report::Asking(job.cell));
                }
                self.calls
                    .push(Box::pin(ask(Arc::clone(&self.driver.context), job)));
            }
        }
    }

    fn lane_of(&self, job: Job) -> usize {
        self.driver.context.places[job.criterion]
            .as_ref()
            .map_or(0, |place| place.lane)
    }

    /// A call ended: what came of it goes to the history, and its place stays taken until it is there.
    fn answered(&mut self, answered: Option<Answered>) {
        let Some(mut answered) = answered else { return };
        let (job, lane) = (answered.job, self.lane_of(answered.job));
        self.tokens_out += answered.tokens_out;
        for notice in std::mem::take(&mut answered.notices) {
            let _ = self.driver.reports.send(Report::Notice(notice));
        }
        self.judge_line(lane, &answered);
        let row = answered.row(&self.driver.context);
        let calls = std::mem::take(&mut answered.calls);
        let kept = Kept {
            row: row.clone(),
            took_ms: Some(answered.took_ms),
            model: calls
                .last()
                .map(|call| call.model.clone())
                .unwrap_or_default(),
        };
        let cell = &mut self.driver.cells[job.cell];
        cell.samples[job.sample as usize - 1] = Some(kept);
        let (done, committed) = oneshot::channel();
        let told = move |result| {
            // Whoever waited may have been cancelled; what was committed stays committed.
            let _ = done.send(result);
        };
        let last = cell.samples.iter().all(Option::is_some);
        let judgement = last.then(|| self.judgement(job.cell, lane));
        let (store, run) = (&self.driver.store, &self.driver.run);
        let view = match judgement {
            Some(judged) => {
                let view = judgement_view(&judged, state_of(&judged.state));
                store.submit_judgement(run, judged, Some((row, calls)), told);
                Some(Box::new(view))
            }
            None => {
                store.submit_sample(run, row, calls, told);
                None
            }
        };
        self.commits.push(Box::pin(async move {
            let gone = || StoreError::Defect {
                what: "saving the judgement".into(),
                why: "the writer has stopped".into(),
            };
            Committed {
                job,
                lane,
                result: committed.await.unwrap_or_else(|_| Err(gone())),
                judgement: view,
            }
        }));
    }

    /// A backend that is down, does not know the key or lacks the model would fail three hundred times: it is asked no more.
    fn judge_line(&mut self, lane: usize, answered: &Answered) {
        let name = &self.driver.context.lanes[lane].name;
        let line = &mut self.lines[lane];
        let Some(error) = &answered.failure else {
            line.hard_errors = 0;
            line.took.push(answered.took_ms);
            return;
        };
        if self.ended.first_error.is_none() {
            self.ended.first_error = Some((name.clone(), error.clone()));
        }
        if !hopeless(error) {
            line.hard_errors = 0;
            return;
        }
        line.hard_errors += 1;
        if line.hard_errors >= ENOUGH_HARD_ERRORS && !line.stopped {
            line.stopped = true;
            self.ended.stopped.push((name.clone(), error.clone()));
            let left = line.waiting.len();
            let _ = self.driver.reports.send(Report::Notice(format!(
                "{name} is asked no more after {ENOUGH_HARD_ERRORS} calls in a row failed ({error}); {left} calls were not made"
            )));
        }
    }

    /// What a cell comes to when its last sample is there.
    fn judgement(&self, at: usize, lane: usize) -> CellRow {
        let cell = &self.driver.cells[at];
        let kept: Vec<&Kept> = cell.samples.iter().flatten().collect();
        let states: Vec<(CellState, Option<f64>)> = kept
            .iter()
            .map(|kept| (state_of(&kept.row.state), kept.row.score))
            .collect();
        let pooled: Pooled = pool(&states);
        let speaker = pooled.speaks.and_then(|at| kept.get(at));
        let words = speaker.map(|kept| &kept.row);
        let unusable = matches!(pooled.state, CellState::Failed | CellState::Unparsed);
        CellRow {
            option_id: cell.option_id.clone(),
            criterion_id: cell.criterion_id.clone(),
            state: word(pooled.state).to_owned(),
            source: Some("model".into()),
            score: pooled.score,
            spread: pooled.spread,
            samples: u32::try_from(kept.len()).unwrap_or(u32::MAX),
            justification: words.and_then(|row| row.justification.clone()),
            evidence: words.map_or_else(|| "[]".into(), |row| row.evidence.clone()),
            memory: words.is_some_and(|row| row.memory),
            latency_ms: speaker.and_then(|kept| kept.took_ms),
            error: words
                .filter(|_| unusable)
                .and_then(|row| row.problem.clone()),
            fingerprint: cell.fingerprint.clone(),
            backend: Some(self.driver.context.lanes[lane].name.clone()),
            model: speaker.map(|kept| kept.model.clone()),
            judged_at: Some(self.driver.context.clock.now_ms()),
            ..CellRow::default()
        }
    }

    /// What came of a call is durable, or the history refused it.
    fn committed(&mut self, committed: Committed) {
        let Committed {
            job,
            lane,
            result,
            judgement,
        } = committed;
        self.lines[lane]
            .holding
            .retain(|(cell, sample, _)| (*cell, *sample) != (job.cell, job.sample));
        if let Err(error) = result {
            self.ended.refused.get_or_insert(error);
            return;
        }
        let Some(judgement) = judgement else { return };
        self.driver.cells[job.cell].done = true;
        match judgement.state {
            CellState::Failed => self.ended.failed += 1,
            CellState::Unparsed => {
                self.ended.failed += 1;
                self.ended.answered += 1;
            }
            _ => self.ended.answered += 1,
        }
        let _ = self.driver.reports.send(Report::Cell {
            judgement,
            eta_ms: self.eta(),
            in_flight: self.calls.len(),
            tokens_out: self.tokens_out,
        });
    }

    /// The backend that needs longest decides.
    fn eta(&self) -> Option<f64> {
        let now = Instant::now();
        let mut longest = Some(0.0f64);
        for line in self.lines.iter().filter(|line| !line.stopped) {
            if line.waiting.is_empty() && line.holding.is_empty() {
                continue;
            }
            let in_flight: Vec<f64> = line
                .holding
                .iter()
                .map(|(_, _, since)| (now - *since).as_secs_f64() * 1e3)
                .collect();
            let left = remaining_ms(&Queue {
                done: &line.took,
                in_flight: &in_flight,
                waiting: line.waiting.len(),
                slots: line.limit,
            });
            longest = longest.zip(left).map(|(one, other)| one.max(other));
        }
        longest
    }

    /// Drops what is in flight, which closes its sockets, and waits for what is being committed.
    async fn stop(mut self) -> Ended {
        self.calls.clear();
        // The sockets' own tasks close them; they get their turn before anything else is done.
        tokio::task::yield_now().await;
        while let Some(committed) = self.commits.next().await {
            self.committed(committed);
        }
        self.ended.broken_off = (0..self.driver.cells.len())
            .filter(|at| {
                let cell = &self.driver.cells[*at];
                cell.begun && !cell.done
            })
            .collect();
        self.ended
    }
}

/// Errors that no further call can mend, not now at least.
fn hopeless(error: &LlmError) -> bool {
    matches!(
        error,
        LlmError::Down { .. }
            | LlmError::ConnectTimeout { .. }
            | LlmError::FirstByteTimeout { .. }
            | LlmError::Unauthorised { .. }
            | LlmError::ModelMissing { .. }
            | LlmError::Redirected { .. }
            | LlmError::RefusedOffline { .. }
            | LlmError::BadKey
            | LlmError::BadRequest { .. }
            | LlmError::RateLimited { .. }
            | LlmError::Server {
                status: 502 | 503 | 529,
                ..
            }
    )
}
