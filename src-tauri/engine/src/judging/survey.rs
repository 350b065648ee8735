//! What a run would do, worked out before anything is asked: the cells, the judges, whether the prompts may go there, and
//! what they weigh.

use std::sync::Arc;

use decision::Decision;
use decision::judge::cell_prompt;
use store::RunRow;

use super::asking::SAID_BACK;
use super::lanes::{Agreed, Lane, Place, allowed};
use super::parameters::{Parameters, joined};
use super::plan::{Ask, cells_to_ask, missing};
use super::present::{Judgements, Present};
use super::seats::{BUILTIN, Known, Seat, seats};
use crate::deciding::count;
use crate::desk::Open;
use crate::engine::Engine;
use crate::error::EngineError;
use crate::view::{
    DestinationInfo, JudgeInfo, Judging, PlannedCell, PlannedDestination, PlannedPrompt, RunChoice,
    RunPlan, Scope,
};

/// Bytes of a prompt for each of its tokens, at least: what a window must have room for.
const BYTES_A_TOKEN: usize = 3;

/// Tokens that are kept free for the answer.
const ANSWER_TOKENS: usize = 1024;

/// Bytes of the words that ask for a reply once more, at most.
const REPAIR: usize = 1_000;

/// Sizes of a window are multiples of this, so that one more sentence does not make a server load its model anew.
const WINDOW_STEP: usize = 2048;

/// The smallest window that is asked for.
const SMALLEST_WINDOW: usize = 4096;

/// How many prompts a plan shows.
const SHOWN: usize = 3;

/// What a run would do.
pub(crate) struct Survey {
    pub present: Present,
    /// An unfinished run that nobody works on: it is gone on with.
    pub unfinished: Option<RunRow>,
    pub asks: Vec<Ask>,
    pub lanes: Vec<Lane>,
    pub places: Vec<Option<Place>>,
    pub scope: Scope,
    /// Bytes of all prompts, each sample's counted.
    pub bytes: u64,
    /// Calls at least.
    pub calls: usize,
    /// Calls and bytes of each lane.
    pub loads: Vec<(usize, u64)>,
    /// Tokens that a local model must read at once.
    pub window: u32,
}

impl Engine {
    /// The judgements of an open session, laid over its decision.
    ///
    /// # Errors
    /// [`EngineError::Store`].
    pub(crate) fn present(&self, open: &Open) -> Result<Present, EngineError> {
        let id = &open.session.id;
        let judgements = self
            .desk
            .judgements(id, || Judgements::newest(&self.store()?, id))?;
        Ok(Present::of(&open.decision, judgements, || open.prints()))
    }

    /// Who judges each criterion of a decision.
    pub(crate) fn seats(&self, decision: &Decision, choice: &RunChoice) -> Vec<Option<Seat>> {
        let file = self.settings();
        let settings = file.current();
        let model_of = |name: &str| settings.backend(name).and_then(|config| config.model);
        let known = Known {
            default: settings.default_backend.as_deref(),
            model_of: &model_of,
        };
        seats(decision, choice, &known)
    }

    /// Works out what a run would do.
    ///
    /// # Errors
    /// [`EngineError::NoBackend`], [`EngineError::NoModel`], [`EngineError::Backend`]; [`EngineError::Store`].
    pub(crate) fn survey(&self, open: &Open, choice: &RunChoice) -> Result<Survey, EngineError> {
        self.chosen_is_there(choice)?;
        let present = self.present(open)?;
        let unfinished = present
            .run()
            .filter(|run| run.finished_at.is_none() && choice.scope == Scope::Missing)
            .cloned();
        let (asks, scope) = asks(open, &present, unfinished.as_ref(), &choice.scope);
        let mut seats = self.seats(&open.decision, choice);
        for (criterion, seat) in seats.iter_mut().enumerate() {
            // A judge of whom nothing is asked need not be there.
            if !asks.iter().any(|ask| ask.criterion == criterion) {
                *seat = None;
            }
        }
        let (mut lanes, places) = self.lanes(&seats, choice)?;
        self.unmask(&mut lanes, &places);
        let mut asks = asks;
        asks.retain(|ask| places[ask.criterion].is_some());
        let mut survey = Survey {
            present,
            unfinished,
            asks,
            lanes,
            places,
            scope,
            bytes: 0,
            calls: 0,
            loads: Vec::new(),
            window: 0,
        };
        survey.weigh(&open.decision);
        Ok(survey)
    }

    /// Refuses a backend that was named and is not there, also where nothing would be asked of it.
    ///
    /// # Errors
    /// [`EngineError::NoBackend`].
    pub(crate) fn chosen_is_there(&self, choice: &RunChoice) -> Result<(), EngineError> {
        match choice.backend.as_deref() {
            Some(name) if name != BUILTIN => self.configured(name).map(|_| ()),
            _ => Ok(()),
        }
    }

    /// Where a session's prompts went before.
    ///
    /// # Errors
    /// [`EngineError::Store`].
    pub(crate) fn disclosed(&self, session: &str) -> Result<Vec<String>, EngineError> {
        let runs = self.store()?.runs(session)?;
        Ok(runs
            .iter()
            .flat_map(|run| {
                Parameters::read(&run.parameters)
                    .disclosed()
                    .collect::<Vec<_>>()
            })
            .collect())
    }

    /// What a run would ask, of whom, and what would leave the machine. Nothing is asked.
    ///
    /// # Errors
    /// [`EngineError::NoSession`]; [`EngineError::Store`]. Why the run could not start is part of the answer.
    pub fn plan_run(&self, id: &str, choice: &RunChoice) -> Result<RunPlan, EngineError> {
        self.desk.clear();
        let open = self.opened(id)?;
        let survey = match self.survey(&open, choice) {
            Ok(survey) => survey,
            Err(error @ EngineError::Store(_)) => return Err(error),
            Err(error) => return self.plan_without_judge(&open, choice, error),
        };
        let disclosed = self.disclosed(id)?;
        let agreed = |now| Agreed {
            before: &disclosed,
            now,
        };
        let must_confirm = allowed(&survey.lanes, choice, agreed(false), true).is_err();
        let problem = allowed(&survey.lanes, choice, agreed(true), true).err();
        let nobody = survey.asks.is_empty() && missing(&open.decision, &survey.present) > 0;
        let problem = problem.or_else(|| {
            (nobody && survey.lanes.is_empty() && choice.scope == Scope::Missing)
                .then_some(EngineError::NobodyJudges)
        });
        let far = survey
            .lanes
            .iter()
            .find(|lane| !lane.destination.this_machine)
            .or(survey.lanes.first());
        Ok(RunPlan {
            cells: survey.planned(&open.decision),
            calls: count(survey.calls),
            backend: joined(survey.lanes.iter().map(|lane| lane.name.as_str())),
            model: joined(
                survey
                    .places
                    .iter()
                    .flatten()
                    .map(|place| place.model.as_str()),
            ),
            destination: far.map_or_else(DestinationInfo::default, |lane| lane.destination.clone()),
            destinations: survey.destinations(),
            bytes: survey.bytes,
            tokens_about: survey.bytes / 4,
            prompts: survey.shown(&open.decision),
            must_confirm: must_confirm && problem.is_none(),
            problem: problem.map(Into::into),
        })
    }

    fn plan_without_judge(
        &self,
        open: &Open,
        choice: &RunChoice,
        error: EngineError,
    ) -> Result<RunPlan, EngineError> {
        let present = self.present(open)?;
        let asks = cells_to_ask(&open.decision, &present, &choice.scope);
        let seats = self.seats(&open.decision, choice);
        let seats: Vec<&Seat> = seats.iter().flatten().collect();
        Ok(RunPlan {
            calls: count(asks.len()),
            cells: asks
                .iter()
                .map(|ask| planned(&open.decision, ask))
                .collect(),
            backend: joined(seats.iter().map(|seat| seat.backend.as_str())),
            model: joined(seats.iter().filter_map(|seat| seat.model.as_deref())),
            destination: DestinationInfo::default(),
            destinations: Vec::new(),
            bytes: 0,
            tokens_about: 0,
            prompts: Vec::new(),
            must_confirm: false,
            problem: Some(error.into()),
        })
    }

    /// How judging a session stands.
    ///
    /// # Errors
    /// [`EngineError::Store`].
    pub(crate) fn judging(&self, open: &Open, present: &Present) -> Result<Judging, EngineError> {
        let id = &open.session.id;
        Ok(Judging {
            run: present
                .run()
                .map(|run| super::runs::info(run, Some(&run.id))),
            judgements: present.views(),
            to_ask: count(missing(&open.decision, present)),
            live: self.live.of(id),
            judge: self.judge_of(&open.decision),
        })
    }

    /// Who would be asked about most of a decision's cells.
    fn judge_of(&self, decision: &Decision) -> Option<JudgeInfo> {
        let seats = self.seats(decision, &RunChoice::default());
        let seat = seats.iter().flatten().next()?;
        let config = self.configured(&seat.backend).ok();
        let destination = config
            .and_then(|config| self.connect(&config, false).ok())
            .map(|backend| backend.destination());
        let here = destination.as_ref().is_some_and(|to| to.this_machine);
        let address = destination.map(|to| to.address);
        let cloud = seat.model.as_deref().is_some_and(|model| {
            llm::is_cloud_model(model)
                || address.is_some_and(|address| self.clouds.passes_on(&address, model))
        });
        Some(JudgeInfo {
            backend: seat.backend.clone(),
            model: seat.model.clone(),
            this_machine: here && !cloud,
        })
    }
}

/// The cells to ask and the scope they come from. A killed run goes on with what it still had before it: a cell that it has
/// answered itself, and whose answer still holds, is done.
fn asks(
    open: &Open,
    present: &Present,
    unfinished: Option<&RunRow>,
    scope: &Scope,
) -> (Vec<Ask>, Scope) {
    let Some(run) = unfinished else {
        return (cells_to_ask(&open.decision, present, scope), scope.clone());
    };
    let scope = Parameters::read(&run.parameters).scope.unwrap_or_default();
    let prints = open.prints();
    let columns = open.decision.criteria.len();
    let mut asks = cells_to_ask(&open.decision, present, &scope);
    asks.retain(|ask| {
        let Some((row, _)) = present.judgement(ask.option, ask.criterion) else {
            return true;
        };
        let asked_as_today = row.fingerprint == prints[ask.option * columns + ask.criterion];
        row.carried_from.is_some() || !asked_as_today
    });
    (asks, scope)
}

fn planned(decision: &Decision, ask: &Ask) -> PlannedCell {
    PlannedCell {
        option_id: decision.options[ask.option].id.to_string(),
        criterion_id: decision.criteria[ask.criterion].id.to_string(),
        reason: ask.reason,
    }
}

impl Survey {
    fn planned(&self, decision: &Decision) -> Vec<PlannedCell> {
        self.asks.iter().map(|ask| planned(decision, ask)).collect()
    }

    fn shown(&self, decision: &Decision) -> Vec<PlannedPrompt> {
        let first = self.asks.iter().take(SHOWN);
        first
            .map(|ask| {
                let prompt = cell_prompt(decision, ask.option, ask.criterion);
                PlannedPrompt {
                    option: decision.options[ask.option].name.clone(),
                    criterion: decision.criteria[ask.criterion].name.clone(),
                    stable: prompt.stable,
                    cell: prompt.cell,
                }
            })
            .collect()
    }

    /// Every place the prompts go to, with what goes there.
    fn destinations(&self) -> Vec<PlannedDestination> {
        let lanes = self.lanes.iter().zip(&self.loads);
        lanes
            .filter(|(_, (calls, _))| *calls > 0)
            .map(|(lane, (calls, bytes))| PlannedDestination {
                backend: lane.name.clone(),
                address: lane.destination.address.clone(),
                this_machine: lane.destination.this_machine,
                calls: count(*calls),
                bytes: *bytes,
            })
            .collect()
    }

    fn weigh(&mut self, decision: &Decision) {
        let mut longest = 0;
        self.loads = vec![(0, 0); self.lanes.len()];
        for ask in &self.asks {
            let prompt = cell_prompt(decision, ask.option, ask.criterion);
            let bytes = prompt.stable.len() + prompt.cell.len() + prompt.schema.to_string().len();
            longest = longest.max(bytes);
            let Some(place) = &self.places[ask.criterion] else {
                continue;
            };
            let (calls, sent) = (
                place.samples as usize,
                bytes as u64 * u64::from(place.samples),
            );
            self.calls += calls;
            self.bytes += sent;
            let load = &mut self.loads[place.lane];
            *load = (load.0 + calls, load.1 + sent);
        }
        // A reply that cannot be read is said back with what was wrong: the prompt must still be there then.
        let needed = (longest + SAID_BACK + REPAIR).div_ceil(BYTES_A_TOKEN) + ANSWER_TOKENS;
        let window = (needed.div_ceil(WINDOW_STEP) * WINDOW_STEP).max(SMALLEST_WINDOW);
        self.window = u32::try_from(window).unwrap_or(u32::MAX);
    }
}

/// Judgements of a run other than the newest, laid over an open session.
pub(crate) fn laid_over(open: &Open, judgements: Judgements) -> Present {
    Present::of(&open.decision, Arc::new(judgements), || open.prints())
}
