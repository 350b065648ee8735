//! One sample of one cell: the call, the second ask when its reply cannot be read, and what is kept of both.

use std::collections::{HashMap, HashSet};
use std::net::IpAddr;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use decision::judge::{CellPrompt, Reply, cell_prompt, read_reply, repair_prompt};
use decision::{CellState, Decision};
use llm::{Completion, CompletionRequest, Failed, Finish, Kind, LlmError, Message, Role, Schema};
use serde_json::json;
use store::{CallRow, SampleRow};

use super::lanes::{Lane, Place};
use crate::clock::{Clock, Random};
use crate::rows::json_of;
use crate::surroundings::Surroundings;

/// How long the models' digests are waited for before the first call.
const DIGEST_PATIENCE: Duration = Duration::from_secs(2);

/// By how much the wall clock must have run ahead of the machine's own for the machine to have slept.
const SLEPT: Duration = Duration::from_secs(2);

/// How long the network is waited for before a call is asked again, and how often it is looked for.
const NETWORK_PATIENCE: Duration = Duration::from_secs(15);
const NETWORK_LOOK: Duration = Duration::from_millis(250);

/// Seeds that the samples of one run may use; the next run begins after them.
const SEEDS_A_TURN: u64 = 1_000;

/// How much of a reply that could not be read is said back to the model.
pub(super) const SAID_BACK: usize = 4_000;

/// How long an answer of a server on this machine may be, in tokens: a small model that repeats itself would hold its place
/// for ever. Elsewhere the server's own limit holds.
const ANSWER_LIMIT: u32 = 4_096;

/// The model that a call asked for; the answer may name it otherwise.
pub(crate) fn model_asked(call: &CallRow) -> Option<String> {
    let parameters: serde_json::Value = serde_json::from_str(&call.parameters).ok()?;
    Some(parameters.get("model")?.as_str()?.to_owned())
}

/// Which attempt a call was, by its id: a run that goes on after a kill counts on from there.
pub(crate) fn attempt_of(call: &str) -> u32 {
    call.rsplit_once('-')
        .and_then(|(_, attempt)| attempt.parse().ok())
        .unwrap_or(0)
}

/// What every call of a run needs.
pub(crate) struct Context {
    pub decision: Decision,
    pub lanes: Vec<Lane>,
    pub places: Vec<Option<Place>>,
    /// Tokens a local model shall read at once.
    pub window: u32,
    pub clock: Arc<dyn Clock>,
    pub random: Arc<dyn Random>,
    pub surroundings: Arc<dyn Surroundings>,
    pub ways: Ways,
    /// The models' digests by lane and model, as far as their servers told.
    pub digests: OnceLock<HashMap<(usize, String), String>>,
    /// How many runs the session had before: asking again must not draw the same samples.
    pub turn: u32,
}

impl Context {
    /// Learns which models are really asked, before the first call: no answer waits for it.
    pub(crate) async fn learn_digests(&self) {
        let models: HashSet<(usize, &str)> = self
            .places
            .iter()
            .flatten()
            .map(|place| (place.lane, place.model.as_str()))
            .collect();
        let asked = models.into_iter().map(|(lane, model)| async move {
            let digest = self.lanes[lane].backend.digest(model);
            let digest = tokio::time::timeout(DIGEST_PATIENCE, digest).await;
            Some(((lane, model.to_owned()), digest.ok().flatten()?))
        });
        let learnt = futures_util::future::join_all(asked).await;
        let _ = self.digests.set(learnt.into_iter().flatten().collect());
    }

    fn digest(&self, place: &Place) -> Option<String> {
        let known = self.digests.get()?;
        known.get(&(place.lane, place.model.clone())).cloned()
    }
}

/// The network's way out, looked up once a second at most: it is asked for at every call, and costs four calls of the system.
#[derive(Default)]
pub(crate) struct Ways(Mutex<Option<(Instant, Option<IpAddr>)>>);

impl Ways {
    const FRESH: Duration = Duration::from_secs(1);

    fn now(&self, surroundings: &dyn Surroundings) -> Option<IpAddr> {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match *known {
            Some((at, way)) if at.elapsed() < Self::FRESH => way,
            _ => {
                let way = surroundings.way_out();
                *known = Some((Instant::now(), way));
                way
            }
        }
    }
}

/// One sample to ask for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Job {
    /// The cell's place among those of the run.
    pub cell: usize,
    pub option: usize,
    pub criterion: usize,
    /// From 1.
    pub sample: u32,
    /// How often it was asked for before.
    pub attempts: u32,
}

/// One sample, answered or failed.
pub(crate) struct Answered {
    pub job: Job,
    pub reply: Reply,
    pub calls: Vec<CallRow>,
    /// Why there is no reply.
    pub failure: Option<LlmError>,
    pub notices: Vec<String>,
    /// All its calls together.
    pub took_ms: f64,
    pub tokens_out: u64,
}

impl Answered {
    /// As the history keeps it.
    pub(crate) fn row(&self, context: &Context) -> SampleRow {
        SampleRow {
            option_id: context.decision.options[self.job.option].id.to_string(),
            criterion_id: context.decision.criteria[self.job.criterion].id.to_string(),
            number: self.job.sample,
            state: word(self.reply.state).to_owned(),
            score: self.reply.score,
            justification: self.reply.justification.clone(),
            evidence: json_of(&self.reply.evidence).unwrap_or_else(|_| "[]".into()),
            memory: self.reply.memory,
            problem: self.reply.problem.clone(),
            call: None,
        }
    }
}

/// The word by which the history knows a state.
pub(crate) fn word(state: CellState) -> &'static str {
    match state {
        CellState::Pending => "pending",
        CellState::Scored => "scored",
        CellState::Abstained => "abstained",
        CellState::Unparsed => "unparsed",
        CellState::Failed => "failed",
        CellState::Cancelled => "cancelled",
        CellState::Stale => "stale",
    }
}

/// Asks for one sample. A reply that cannot be read is asked for once more, with what was wrong with it said. A call that
/// broke off because the machine slept or its network changed is asked once more as it was.
pub(crate) async fn ask(context: Arc<Context>, job: Job) -> Option<Answered> {
    let place = context.places[job.criterion].as_ref()?;
    let lane = &context.lanes[place.lane];
    let prompt = cell_prompt(&context.decision, job.option, job.criterion);
    let mut request = request_of(&context, lane, place, &prompt, job.sample);
    let began = Instant::now();
    let mut asked = Asked {
        context: &context,
        lane,
        place,
        prompt: &prompt,
        job,
        calls: Vec::new(),
        notices: Vec::new(),
        tokens_out: 0,
    };
    let (mut repaired, mut again) = (None::<String>, false);
    let (reply, failure) = loop {
        let before = Moment::now(&context);
        let mut hear = |_: &str| {};
        match lane.backend.complete(&request, &mut hear).await {
            Ok(answer) => {
                let reply = read_reply(
                    &answer.text,
                    &context.decision,
                    job.option,
                    job.criterion,
                    answer.finish == Finish::Length,
                );
                asked.keep_answer(&request, &answer, before.at, repaired.as_deref());
                if reply.state == CellState::Unparsed && repaired.is_none() {
                    let words = repair_prompt(reply.problem.as_deref().unwrap_or_default());
                    say_back(&mut request, &answer.text, &words);
                    repaired = Some(words);
                    continue;
                }
                break (reply, None);
            }
            Err(failed) => {
                asked.keep_failure(&request, &failed, before.at, repaired.as_deref());
                if !again && transient(&failed.error) && before.interrupted(&context) {
                    again = true;
                    network_back(&context, lane).await;
                    continue;
                }
                let reply = Reply {
                    state: CellState::Failed,
                    score: None,
                    justification: None,
                    evidence: Vec::new(),
                    memory: false,
                    problem: Some(failed.error.to_string()),
                };
                break (reply, Some(failed.error));
            }
        }
    };
    Some(Answered {
        job,
        reply,
        failure,
        took_ms: began.elapsed().as_secs_f64() * 1e3,
        calls: asked.calls,
        notices: asked.notices,
        tokens_out: asked.tokens_out,
    })
}

fn request_of(
    context: &Context,
    lane: &Lane,
    place: &Place,
    prompt: &CellPrompt,
    sample: u32,
) -> CompletionRequest {
    let ollama = lane.backend.kind() == Kind::Ollama;
    CompletionRequest {
        model: place.model.clone(),
        messages: vec![
            Message::new(Role::System, prompt.stable.clone()),
            Message::new(Role::User, prompt.cell.clone()),
        ],
        schema: Some(Schema {
            name: "judgement".into(),
            value: prompt.schema.clone(),
        }),
        temperature: place.temperature,
        // Samples must differ, and be the same when they are drawn again. Other servers may refuse what they do not know.
        seed: ollama.then(|| u64::from(context.turn) * SEEDS_A_TURN + u64::from(sample)),
        max_tokens: lane.destination.this_machine.then_some(ANSWER_LIMIT),
        context: ollama.then_some(context.window),
        stream: true,
        ..CompletionRequest::default()
    }
}

/// Lays the reply that could not be read before the model, with what was wrong with it.
fn say_back(request: &mut CompletionRequest, reply: &str, words: &str) {
    if !reply.trim().is_empty() {
        let short: String = reply.chars().take(SAID_BACK).collect();
        request.messages.push(Message::new(Role::Assistant, short));
    }
    request.messages.push(Message::new(Role::User, words));
}

/// The calls of one sample as they are kept.
struct Asked<'a> {
    context: &'a Context,
    lane: &'a Lane,
    place: &'a Place,
    prompt: &'a CellPrompt,
    job: Job,
    calls: Vec<CallRow>,
    notices: Vec<String>,
    tokens_out: u64,
}

impl Asked<'_> {
    fn call(&self, request: &CompletionRequest, at: i64, extra: Option<&str>) -> CallRow {
        let decision = &self.context.decision;
        let attempt = self.job.attempts + u32::try_from(self.calls.len() + 1).unwrap_or(u32::MAX);
        CallRow {
            id: format!(
                "{}-{attempt}",
                crate::clock::id('k', self.context.random.as_ref())
            ),
            option_id: decision.options[self.job.option].id.to_string(),
            criterion_id: decision.criteria[self.job.criterion].id.to_string(),
            sample: self.job.sample,
            attempt,
            backend: self.lane.name.clone(),
            kind: self.lane.backend.kind().name().to_owned(),
            address: self.lane.destination.address.clone(),
            model: self.place.model.clone(),
            parameters: json!({
                "model": self.place.model,
                "temperature": request.temperature,
                "seed": request.seed,
                "context": request.context,
                "max_tokens": request.max_tokens,
                "stream": request.stream,
            })
            .to_string(),
            stable: self.prompt.stable.clone(),
            cell: self.prompt.cell.clone(),
            extra: extra.map(str::to_owned),
            schema: self.prompt.schema.to_string(),
            started_at: at,
            ..CallRow::default()
        }
    }

    fn keep_answer(
        &mut self,
        request: &CompletionRequest,
        answer: &Completion,
        at: i64,
        extra: Option<&str>,
    ) {
        let cut = answer.context_cut.as_ref().map(|cut| {
            format!(
                "{} read only {} of at least {} tokens of the prompt: its context is too small for this cell",
                self.lane.name, cut.read_tokens, cut.sent_tokens_at_least
            )
        });
        let told: Vec<String> = cut
            .into_iter()
            .chain(answer.notices.iter().cloned())
            .collect();
        let notice = (!told.is_empty()).then(|| told.join(" "));
        self.notices.extend(told);
        self.tokens_out += answer.usage.output.unwrap_or(0);
        let count = |tokens: Option<u64>| tokens.and_then(|n| i64::try_from(n).ok());
        self.calls.push(CallRow {
            model: if answer.model.is_empty() {
                self.place.model.clone()
            } else {
                answer.model.clone()
            },
            model_digest: self.context.digest(self.place),
            reply: answer.text.clone(),
            finish: Some(answer.finish.name().to_owned()),
            input_tokens: count(answer.usage.input),
            output_tokens: count(answer.usage.output),
            cached_tokens: count(answer.usage.cached_input),
            first_byte_ms: answer.times.first_byte_ms,
            first_token_ms: answer.times.first_token_ms,
            load_ms: answer.times.load_ms,
            total_ms: Some(answer.times.total_ms),
            notice,
            ..self.call(request, at, extra)
        });
    }

    fn keep_failure(
        &mut self,
        request: &CompletionRequest,
        failed: &Failed,
        at: i64,
        extra: Option<&str>,
    ) {
        self.calls.push(CallRow {
            reply: failed.partial.clone(),
            first_byte_ms: failed.times.first_byte_ms,
            first_token_ms: failed.times.first_token_ms,
            load_ms: failed.times.load_ms,
            total_ms: Some(failed.times.total_ms),
            error_code: Some(failed.error.code().to_owned()),
            error: Some(failed.error.to_string()),
            ..self.call(request, at, extra)
        });
    }
}

/// When a call began, by both clocks, and where the network was.
struct Moment {
    at: i64,
    own: Instant,
    way_out: Option<IpAddr>,
}

impl Moment {
    fn now(context: &Context) -> Self {
        Self {
            at: context.clock.now_ms(),
            own: Instant::now(),
            way_out: context.ways.now(context.surroundings.as_ref()),
        }
    }

    /// Whether the machine slept since, or its network changed. The machine's own clock stands still while it sleeps, the
    /// wall clock does not.
    fn interrupted(&self, context: &Context) -> bool {
        let wall = context.clock.now_ms().saturating_sub(self.at);
        let wall = Duration::from_millis(u64::try_from(wall).unwrap_or(0));
        wall > self.own.elapsed() + SLEPT || context.surroundings.way_out() != self.way_out
    }
}

/// Errors that a broken connection gives, as against a server's own answer.
fn transient(error: &LlmError) -> bool {
    matches!(
        error,
        LlmError::Down { .. }
            | LlmError::ConnectTimeout { .. }
            | LlmError::FirstByteTimeout { .. }
            | LlmError::Silent { .. }
            | LlmError::Cut
    )
}

/// After a sleep a network takes some seconds to come back. A server on this machine needs none.
async fn network_back(context: &Context, lane: &Lane) {
    let mut waited = Duration::ZERO;
    while !lane.destination.this_machine
        && context.surroundings.way_out().is_none()
        && waited < NETWORK_PATIENCE
    {
        tokio::time::sleep(NETWORK_LOOK).await;
        waited += NETWORK_LOOK;
    }
}
