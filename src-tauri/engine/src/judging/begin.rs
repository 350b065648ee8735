//! How a run begins, or goes on after its process was killed: the lease, the rows it takes over, and what is said before the
//! first call.

use std::collections::HashMap;
use std::sync::Arc;

use store::{CallRow, Carry, NewRun, RunEnd, SampleRow, Store};

use super::cancel::Cancel;
use super::lanes::{Agreed, allowed};
use super::live::Seated;
use super::parameters::Parameters;
use super::survey::Survey;
use crate::deciding::count;
use crate::desk::Open;
use crate::engine::Engine;
use crate::error::EngineError;
use crate::view::{LiveRun, RunChoice, RunEvent, RunOutcome, Scope};

/// How a run was asked for.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Intent {
    /// In a terminal: a backend named for the call is agreed to.
    Named,
    /// In a window, which shows what leaves before it asks for this.
    Confirmed(bool),
}

/// A run that is ready to begin.
pub(crate) struct Ready {
    pub engine: Engine,
    pub store: Store,
    pub open: Arc<Open>,
    pub survey: Survey,
    /// What is told before the first call.
    pub notices: Vec<String>,
    pub run: String,
    pub started_at: i64,
    pub cancel: Cancel,
    pub seated: Seated,
    /// What a killed run had already of the cells that it still asks.
    pub samples: Samples,
}

impl Engine {
    /// Starts judging a session and returns at once; `tell` hears what happens, on a thread of its own.
    ///
    /// # Errors
    /// [`EngineError::NobodyJudges`], [`EngineError::NoBackend`], [`EngineError::NoModel`], [`EngineError::MustConfirm`],
    /// [`EngineError::RefusedOffline`], [`EngineError::RunInUse`], [`EngineError::NothingToAsk`];
    /// [`EngineError::NoSession`]; [`EngineError::Store`].
    pub fn judge_session(
        &self,
        id: &str,
        choice: &RunChoice,
        confirmed: bool,
        mut tell: impl FnMut(RunEvent) + Send + 'static,
    ) -> Result<LiveRun, EngineError> {
        self.desk.clear();
        let open = self.opened(id)?;
        let survey = self.survey(&open, choice)?;
        if survey.asks.is_empty() && survey.unfinished.is_none() {
            let waiting = super::plan::missing(&open.decision, &survey.present) > 0;
            return Err(if waiting && choice.scope == Scope::Missing {
                EngineError::NobodyJudges
            } else {
                EngineError::NothingToAsk
            });
        }
        let cancel = Cancel::new();
        let ready = self.begin(open, survey, choice, Intent::Confirmed(confirmed), &cancel)?;
        let live = ready.live();
        std::thread::Builder::new()
            .name("judging".into())
            .spawn(move || {
                // Its end was told as an event; here is nobody to hear it once more.
                let _ = ready.conduct(&mut |event| tell(event));
            })
            .map_err(|error| EngineError::Internal(error.to_string()))?;
        Ok(live)
    }

    /// Cancels the run of a session in this process; false when there is none. What is finished is kept.
    #[must_use]
    pub fn cancel_run(&self, session: &str) -> bool {
        self.live.cancel(session)
    }

    /// The run of a session that is at work in this process.
    #[must_use]
    pub fn live_run(&self, session: &str) -> Option<LiveRun> {
        self.live.of(session)
    }

    /// Takes the lease and starts or goes on with the run.
    pub(crate) fn begin(
        &self,
        open: Arc<Open>,
        survey: Survey,
        choice: &RunChoice,
        intent: Intent,
        cancel: &Cancel,
    ) -> Result<Ready, EngineError> {
        let store = self.store()?;
        let session = open.session.id.clone();
        let disclosed = self.disclosed(&session)?;
        let (now, asks_first) = match intent {
            Intent::Named => (false, false),
            Intent::Confirmed(confirmed) => (confirmed, true),
        };
        let agreed = Agreed {
            before: &disclosed,
            now,
        };
        allowed(&survey.lanes, choice, agreed, asks_first)?;
        let started_at = self.now_ms();
        let run = match &survey.unfinished {
            Some(run) => run.id.clone(),
            None => crate::clock::id('r', self.random().as_ref()),
        };
        let seated = self.live.enter(
            LiveRun {
                run: run.clone(),
                session: session.clone(),
                total: count(survey.asks.len()),
                done: 0,
                failed: 0,
                in_flight: 0,
                started_at,
                eta_ms: None,
                tokens_out: 0,
            },
            cancel.clone(),
        )?;
        let samples = if survey.unfinished.is_some() {
            let parameters = self.going_on(&survey, &open)?;
            store.take_over(&run, parameters, started_at)?;
            begun_samples(&store, &run, &open, &survey)?
        } else {
            self.end_what_was_left(&store, &survey)?;
            self.start(&store, &open, &survey, &run, started_at)?;
            Samples::new()
        };
        self.desk.forget_judgements();
        let notices = told_before(&survey, &disclosed);
        Ok(Ready {
            engine: self.clone(),
            store,
            open,
            survey,
            notices,
            run,
            started_at,
            cancel: cancel.clone(),
            seated,
            samples,
        })
    }

    /// The parameters of a run that is gone on with: what it was told to do, and every judge that has a part in it.
    fn going_on(&self, survey: &Survey, open: &Open) -> Result<String, EngineError> {
        let before = survey.unfinished.as_ref();
        let before =
            before.map_or_else(Parameters::default, |run| Parameters::read(&run.parameters));
        let scope = before.scope.clone().unwrap_or_default();
        let now = Parameters::judged(open.decision.params, &survey.lanes, &survey.places, &scope);
        before.joined_by(now).json()
    }

    /// A run whose process died is ended before another begins: there is one to go on with at most.
    fn end_what_was_left(&self, store: &Store, survey: &Survey) -> Result<(), EngineError> {
        let left = survey.present.run().filter(|run| run.finished_at.is_none());
        let Some(left) = left else { return Ok(()) };
        let now = self.now_ms();
        store.take_lease(&left.id, now)?;
        let end = RunEnd {
            outcome: RunOutcome::Cancelled.as_str().to_owned(),
            ranking: None,
        };
        Ok(store.finish_run(&left.id, end, now)?)
    }

    fn start(
        &self,
        store: &Store,
        open: &Open,
        survey: &Survey,
        run: &str,
        now: i64,
    ) -> Result<(), EngineError> {
        let decision = &open.decision;
        let parameters = Parameters::judged(
            decision.params,
            &survey.lanes,
            &survey.places,
            &survey.scope,
        );
        let new = NewRun {
            id: run.to_owned(),
            session_id: open.session.id.clone(),
            document_revision: open.session.revision,
            method: decision.method.as_str().to_owned(),
            parameters: parameters.json()?,
            carry: carry(survey),
        };
        Ok(store.start_run(new, now)?)
    }
}

/// Samples by option and criterion, each with its last call where that tells in which words it was asked.
pub(crate) type Samples = HashMap<(String, String), Vec<(SampleRow, Option<CallRow>)>>;

/// The samples that a killed run has of cells it must still ask about.
fn begun_samples(
    store: &Store,
    run: &str,
    open: &Open,
    survey: &Survey,
) -> Result<Samples, EngineError> {
    let mut begun = Samples::new();
    for sample in store.run_samples(run)? {
        let key = (sample.option_id.clone(), sample.criterion_id.clone());
        begun.entry(key).or_default().push((sample, None));
    }
    let mut samples = Samples::new();
    for ask in &survey.asks {
        let option = open.decision.options[ask.option].id.to_string();
        let criterion = open.decision.criteria[ask.criterion].id.to_string();
        let Some((key, mut own)) = begun.remove_entry(&(option, criterion)) else {
            continue;
        };
        for (row, calls) in store.own_samples(run, &key.0, &key.1)? {
            let known = own.iter_mut().find(|(known, _)| known.number == row.number);
            if let Some((_, last)) = known {
                *last = calls.last().cloned();
            }
        }
        samples.insert(key, own);
    }
    Ok(samples)
}

/// Everything that stands is taken over, also what is about to be asked again: a run that is cancelled loses nothing.
fn carry(survey: &Survey) -> Option<Carry> {
    let rows = survey.present.rows();
    let run = survey.present.run().filter(|_| !rows.is_empty())?;
    Some(Carry {
        from_run: run.id.clone(),
        cells: rows
            .iter()
            .map(|row| (row.option_id.clone(), row.criterion_id.clone()))
            .collect(),
    })
}

/// The first time a session's prompts leave the machine, it is said what leaves and where to.
fn told_before(survey: &Survey, disclosed: &[String]) -> Vec<String> {
    let far = survey.lanes.iter().filter(|lane| {
        !lane.destination.this_machine && !disclosed.contains(&lane.destination.address)
    });
    far.map(|lane| {
        format!(
            "{} prompts with {} KB of text go to {}",
            survey.calls,
            survey.bytes.div_ceil(1000),
            lane.destination.address
        )
    })
    .collect()
}
