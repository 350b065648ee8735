//! What a double saw and what became of it: the witness of a test. Also the gate that holds answers back until the
//! test lets them go, so that no test needs to sleep.
use std::collections::HashSet;
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::time::{Duration, Instant};

use serde_json::Value;
use tokio::sync::watch;

use crate::answer::Asked;
use crate::script::{Fault, Model, Script, When};

/// How long a wait may take before it is a failed test. Long, because test machines are busy.
const PATIENCE: Duration = Duration::from_secs(60);

/// One request.
#[derive(Debug, Clone)]
pub struct Seen {
    /// The number of this model call, from 1; 0 for every other request (lists, versions).
    pub call: u64,
    /// When it was read whole.
    pub at: Instant,
    /// `POST`
    pub method: String,
    /// `/api/chat`
    pub path: String,
    /// Names in small letters. Keys are in clear: a double is for tests.
    pub headers: Vec<(String, String)>,
    /// The model it names, or nothing.
    pub model: String,
    /// The contents of its messages, joined by line feeds.
    pub text: String,
    /// The body, or null where it is no JSON.
    pub body: Value,
    /// The latency that was drawn for it.
    pub latency: Duration,
    /// What became of it.
    pub fate: Fate,
    /// When that was known.
    pub ended: Option<Instant>,
}

/// What became of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// It waits, or its answer is being sent.
    InFlight,
    /// It was answered to the end.
    Answered,
    /// The client closed the socket before the end.
    CutByClient,
    /// It got this HTTP error, sent to the end.
    Refused(u16),
    /// The double closed the socket before the end, as its script said.
    CutByScript,
}

pub(crate) struct State {
    pub seen: Vec<Seen>,
    pub calls: u64,
    pub in_flight: usize,
    pub most_in_flight: usize,
    pub open: usize,
    pub accepted: u64,
    pub last_closed: Option<Instant>,
    /// What is on the server now: pulls add to it.
    pub models: Vec<Model>,
    pub script: Arc<Script>,
    strikes: Vec<u32>,
    prefixes: HashSet<String>,
}

pub(crate) struct Shared {
    state: Mutex<State>,
    changed: Condvar,
    /// The last model call that may be answered.
    gate: watch::Sender<u64>,
}

impl Shared {
    pub fn new(script: Script) -> Self {
        Self {
            state: Mutex::new(State {
                seen: Vec::new(),
                calls: 0,
                in_flight: 0,
                most_in_flight: 0,
                open: 0,
                accepted: 0,
                last_closed: None,
                models: script.models.clone(),
                strikes: vec![0; script.rules.len()],
                script: Arc::new(script),
                prefixes: HashSet::new(),
            }),
            changed: Condvar::new(),
            gate: watch::Sender::new(u64::MAX),
        }
    }

    pub fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    /// Changes the state and wakes whoever waits for it.
    pub fn change<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        let result = change(&mut self.state());
        self.changed.notify_all();
        result
    }

    /// Blocks until the state is as wanted.
    pub fn wait_until(&self, what: &str, wanted: impl Fn(&State) -> bool) {
        let (state, late) = self
            .changed
            .wait_timeout_while(self.state(), PATIENCE, |state| !wanted(state))
            .unwrap();
        if late.timed_out() {
            let fates: Vec<_> = state
                .seen
                .iter()
                .map(|seen| (seen.call, seen.fate))
                .collect();
            let open = state.open;
            drop(state);
            panic!("waited {PATIENCE:?} for {what}; {open} sockets open; (call, fate): {fates:?}");
        }
    }

    pub fn play(&self, script: Script) {
        self.change(|state| {
            state.models.clone_from(&script.models);
            state.strikes = vec![0; script.rules.len()];
            state.script = Arc::new(script);
        });
    }

    /// Writes a request down. The ticket ends its line, at the latest when it is dropped.
    pub fn arrive(self: &Arc<Self>, mut seen: Seen, model_call: bool) -> (Ticket, u64) {
        self.change(|state| {
            if model_call {
                state.calls += 1;
                seen.call = state.calls;
                state.in_flight += 1;
                state.most_in_flight = state.most_in_flight.max(state.in_flight);
            }
            let number = seen.call;
            let line = state.seen.len();
            state.seen.push(seen);
            let ticket = Ticket {
                shared: Arc::clone(self),
                line,
                model_call,
                outcome: Fate::Answered,
                ended: false,
            };
            (ticket, number)
        })
    }

    /// The fault that strikes this request, if any.
    pub fn fault(&self, path: &str, asked: Option<&Asked>) -> Option<Fault> {
        let mut state = self.state();
        let script = Arc::clone(&state.script);
        for (at, rule) in script.rules.iter().enumerate() {
            let strikes = match (&rule.when, asked) {
                (When::Path(start), _) => path.starts_with(start.as_str()),
                (_, None) => false,
                (When::Always, Some(_)) => true,
                (When::Nth(n), Some(asked)) => asked.number == *n,
                (When::From(n), Some(asked)) => asked.number >= *n,
                (When::Each(n), Some(asked)) => asked.number.is_multiple_of(*n),
                (When::Text(text), Some(asked)) => asked.text.contains(text.as_str()),
            };
            if strikes && rule.times.is_none_or(|times| state.strikes[at] < times) {
                state.strikes[at] += 1;
                return Some(rule.fault.clone());
            }
        }
        None
    }

    /// Whether a call with this system message came before, so that a server would have it in its prompt cache.
    pub fn prefix_is_known(&self, system: &str) -> bool {
        !system.is_empty() && !self.state().prefixes.insert(system.to_owned())
    }

    pub async fn pass_gate(&self, call: u64) {
        // An error means that the sender is gone, and it lives as long as this does.
        let _ = self.gate.subscribe().wait_for(|last| call <= *last).await;
    }

    pub fn hold_after(&self, call: u64) {
        self.gate.send_replace(call);
    }

    pub fn let_through(&self, more: u64) {
        self.gate
            .send_modify(|last| *last = last.saturating_add(more));
    }
}

/// The line of one request in the journal, open until the request has ended.
pub(crate) struct Ticket {
    shared: Arc<Shared>,
    line: usize,
    model_call: bool,
    /// What it ends with when all was sent.
    pub outcome: Fate,
    ended: bool,
}

impl Ticket {
    pub fn drew(&self, latency: Duration) {
        self.shared.change(|state| {
            if let Some(seen) = state.seen.get_mut(self.line) {
                seen.latency = latency;
            }
        });
    }

    pub fn end(&mut self, fate: Fate) {
        if self.ended {
            return;
        }
        self.ended = true;
        self.shared.change(|state| {
            if self.model_call {
                state.in_flight -= 1;
            }
            if let Some(seen) = state.seen.get_mut(self.line) {
                seen.fate = fate;
                seen.ended = Some(Instant::now());
            }
        });
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        // The server's task for a request is dropped early in one case only: the client's socket is closed.
        self.end(Fate::CutByClient);
    }
}

/// An accepted connection.
pub(crate) struct Socket(Arc<Shared>);

impl Socket {
    pub fn open(shared: &Arc<Shared>) -> Self {
        shared.change(|state| {
            state.open += 1;
            state.accepted += 1;
        });
        Self(Arc::clone(shared))
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        self.0.change(|state| {
            state.open -= 1;
            state.last_closed = Some(Instant::now());
        });
    }
}
