//! The server that both doubles are: a thread, a listener on the loopback address, and the way of a request through
//! the script. What is said in which API stands in `ollama` and `openai`.
use std::collections::VecDeque;
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use bytes::Bytes;
use http_body_util::BodyExt as _;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Request, Response};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::sync::oneshot;

use crate::answer::{Answer, Asked, tokens};
use crate::body::{Broken, Piece, Pieces, cut_after};
use crate::frames::{NO_TEXT, boundary};
use crate::journal::{Fate, Seen, Shared, Socket, Ticket};
use crate::script::{Fault, Script};

/// What one API makes of requests and answers.
pub(crate) trait Api: Send + Sync + 'static {
    /// The model call in this request, if it is one. `number` is still 0.
    fn call(&self, path: &str, body: &Value) -> Option<Asked>;
    /// The refusal of a request that never reaches a model: a wrong key, a missing model.
    fn refuse(&self, shared: &Shared, request: &Heard, asked: Option<&Asked>) -> Option<Reply>;
    /// The answer to a model call.
    fn say(&self, shared: &Shared, spoken: &Spoken) -> Reply;
    /// The answer to everything else.
    fn tell(&self, shared: &Shared, request: &Heard) -> Reply;
}

/// A request as it was read.
pub(crate) struct Heard {
    pub method: Method,
    pub path: String,
    pub headers: Vec<(String, String)>,
    pub body: Value,
    pub raw: Bytes,
}

/// A model call with the answer it gets, before it is put into the API's form.
pub(crate) struct Spoken {
    pub asked: Asked,
    pub path: String,
    pub answer: Answer,
    pub fault: Option<Fault>,
    pub started: Instant,
    pub load: Duration,
    pub chunk_bytes: usize,
    pub chunk_gap: Duration,
}

/// A response before it is sent.
pub(crate) struct Reply {
    pub status: u16,
    pub kind: &'static str,
    pub headers: Vec<(String, String)>,
    pub pieces: VecDeque<Piece>,
    /// Whether the length is said before.
    pub whole: bool,
}

impl Reply {
    pub fn whole(status: u16, kind: &'static str, bytes: impl Into<Bytes>) -> Self {
        Self {
            status,
            kind,
            headers: Vec::new(),
            pieces: VecDeque::from([Piece::Bytes(bytes.into())]),
            whole: true,
        }
    }

    fn length(&self) -> Option<u64> {
        self.whole.then(|| {
            self.pieces
                .iter()
                .map(|piece| match piece {
                    Piece::Bytes(bytes) => bytes.len() as u64,
                    _ => 0,
                })
                .sum()
        })
    }
}

/// A running double. It stops, and closes all its sockets, when it is dropped.
pub struct Double {
    address: SocketAddr,
    shared: Arc<Shared>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Double {
    pub(crate) fn start(port: u16, script: Script, api: impl Api) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", port))
            .unwrap_or_else(|error| panic!("port {port} on 127.0.0.1: {error}"));
        listener.set_nonblocking(true).unwrap();
        let address = listener.local_addr().unwrap();
        let shared = Arc::new(Shared::new(script));
        let (stop, stopped) = oneshot::channel();
        let thread = std::thread::Builder::new()
            .name("model server double".to_owned())
            .spawn({
                let shared = Arc::clone(&shared);
                move || serve(listener, &shared, &Arc::new(api), stopped)
            })
            .unwrap();
        Self {
            address,
            shared,
            stop: Some(stop),
            thread: Some(thread),
        }
    }

    /// `http://127.0.0.1:PORT`
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The port it listens on.
    pub fn port(&self) -> u16 {
        self.address.port()
    }

    /// Goes on with another script: its models, faults and answers, from the next request on.
    pub fn play(&self, script: Script) {
        self.shared.play(script);
    }

    /// Every request so far, in the order in which they were read.
    pub fn journal(&self) -> Vec<Seen> {
        self.shared.state().seen.clone()
    }

    /// The model calls of the journal.
    pub fn calls(&self) -> Vec<Seen> {
        let mut seen = self.journal();
        seen.retain(|seen| seen.call > 0);
        seen
    }

    /// Connections that are open now.
    pub fn open_sockets(&self) -> usize {
        self.shared.state().open
    }

    /// Connections that were ever accepted.
    pub fn accepted(&self) -> u64 {
        self.shared.state().accepted
    }

    /// When a connection was closed last.
    pub fn last_closed(&self) -> Option<Instant> {
        self.shared.state().last_closed
    }

    /// The most model calls that were in flight at once.
    pub fn max_in_flight(&self) -> usize {
        self.shared.state().most_in_flight
    }

    /// Model calls that are in flight now.
    pub fn in_flight(&self) -> usize {
        self.shared.state().in_flight
    }

    /// Holds every model call back that comes after the n-th: it arrives and waits. `hold_after(0)` holds all.
    pub fn hold_after(&self, n: u64) {
        self.shared.hold_after(n);
    }

    /// Lets so many held calls more through, in their order.
    pub fn let_through(&self, more: u64) {
        self.shared.let_through(more);
    }

    /// Lets everything through, held or to come.
    pub fn release(&self) {
        self.shared.hold_after(u64::MAX);
    }

    /// Blocks until so many model calls have arrived since the start. Panics after a minute.
    /// Not for a thread that drives the client itself.
    pub fn wait_for_requests(&self, n: u64) {
        self.shared
            .wait_until(&format!("{n} model calls"), |state| state.calls >= n);
    }

    /// Blocks until so many model calls are in flight at once. Panics after a minute.
    pub fn wait_for_in_flight(&self, n: usize) {
        self.shared
            .wait_until(&format!("{n} in flight"), |state| state.in_flight >= n);
    }

    /// Blocks until so many requests have this fate. Panics after a minute.
    pub fn wait_for_fates(&self, n: usize, fate: Fate) {
        self.shared.wait_until(&format!("{n} × {fate:?}"), |state| {
            state.seen.iter().filter(|seen| seen.fate == fate).count() >= n
        });
    }

    /// Blocks until no connection is open, and says when the last one was closed. Panics after a minute.
    pub fn wait_until_closed(&self) -> Option<Instant> {
        self.shared
            .wait_until("every socket to be closed", |state| state.open == 0);
        self.last_closed()
    }

    /// Blocks until the journal is as wanted. Panics after a minute, with `what` in its words.
    pub fn wait_until(&self, what: &str, wanted: impl Fn(&[Seen]) -> bool) {
        self.shared.wait_until(what, |state| wanted(&state.seen));
    }
}

impl Drop for Double {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            // A panic there has failed a request of the test already.
            let _ = thread.join();
        }
    }
}

/// An address of this machine on which nothing listens.
pub fn closed_address() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    format!("http://{}", listener.local_addr().unwrap())
}

fn serve(
    listener: TcpListener,
    shared: &Arc<Shared>,
    api: &Arc<impl Api>,
    stopped: oneshot::Receiver<()>,
) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let listener = tokio::net::TcpListener::from_std(listener).unwrap();
        let accept = async {
            loop {
                let Ok((stream, _)) = listener.accept().await else {
                    continue;
                };
                stream.set_nodelay(true).unwrap();
                let socket = Socket::open(shared);
                let (shared, api) = (Arc::clone(shared), Arc::clone(api));
                tokio::spawn(async move {
                    let service = service_fn(|request| respond(&shared, &*api, request));
                    // Its errors are the clients' and the script's: the journal has them.
                    let _ = http1::Builder::new()
                        .serve_connection(TokioIo::new(stream), service)
                        .await;
                    drop(socket);
                });
            }
        };
        tokio::select! {
            () = accept => {}
            _ = stopped => {}
        }
    });
}

async fn respond(
    shared: &Arc<Shared>,
    api: &impl Api,
    request: Request<Incoming>,
) -> Result<Response<Pieces>, Broken> {
    let started = Instant::now();
    let (head, body) = request.into_parts();
    let raw = body.collect().await.map_err(|_| Broken)?.to_bytes();
    let heard = Heard {
        method: head.method,
        path: head.uri.path().to_owned(),
        headers: head
            .headers
            .iter()
            .map(|(name, value)| {
                let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
                (name.to_string(), value)
            })
            .collect(),
        body: serde_json::from_slice(&raw).unwrap_or_default(),
        raw,
    };
    let mut asked = (heard.method == Method::POST)
        .then(|| api.call(&heard.path, &heard.body))
        .flatten();
    let seen = Seen {
        call: 0,
        at: Instant::now(),
        method: heard.method.to_string(),
        path: heard.path.clone(),
        headers: heard.headers.clone(),
        model: heard.body["model"].as_str().unwrap_or_default().to_owned(),
        text: asked
            .as_ref()
            .map(|asked| asked.text.clone())
            .unwrap_or_default(),
        body: heard.body.clone(),
        latency: Duration::ZERO,
        fate: Fate::InFlight,
        ended: None,
    };
    let (mut ticket, number) = shared.arrive(seen, asked.is_some());
    if let Some(asked) = &mut asked {
        asked.number = number;
    }
    if let Some(refusal) = api.refuse(shared, &heard, asked.as_ref()) {
        return Ok(send(refusal, None, ticket));
    }
    if asked.is_some() {
        shared.pass_gate(number).await;
    }
    let fault = shared.fault(&heard.path, asked.as_ref());
    match &fault {
        Some(Fault::Hang) => std::future::pending().await,
        Some(Fault::Close) => {
            ticket.end(Fate::CutByScript);
            return Err(Broken);
        }
        Some(Fault::Refuse {
            status,
            body,
            headers,
        }) => {
            let kind = if body.starts_with('{') {
                "application/json"
            } else {
                "text/plain"
            };
            let mut refusal = Reply::whole(*status, kind, body.clone());
            refusal.headers.clone_from(headers);
            return Ok(send(refusal, None, ticket));
        }
        _ => {}
    }
    let Some(asked) = asked else {
        let reply = match &fault {
            Some(Fault::Html) => web_page(),
            _ => api.tell(shared, &heard),
        };
        return Ok(send(reply, fault.as_ref(), ticket));
    };
    let reply = ask(
        shared,
        api,
        heard.path,
        asked,
        fault.clone(),
        &ticket,
        started,
    )
    .await;
    Ok(send(reply, fault.as_ref(), ticket))
}

/// A model call that got this far: it takes its time and is answered.
async fn ask(
    shared: &Arc<Shared>,
    api: &impl Api,
    path: String,
    asked: Asked,
    fault: Option<Fault>,
    ticket: &Ticket,
    started: Instant,
) -> Reply {
    let script = Arc::clone(&shared.state().script);
    let load = shared.change(|state| {
        let name = crate::script::full_name(&asked.model);
        let model = state
            .models
            .iter_mut()
            .find(|model| model.name == name || model.name == asked.model);
        match model {
            Some(model) if !model.loaded => {
                model.loaded = true;
                script.load
            }
            _ => Duration::ZERO,
        }
    });
    let latency = script.latency.draw(&asked.text) + load;
    ticket.drew(latency);
    if !latency.is_zero() {
        tokio::time::sleep_until((started + latency).into()).await;
    }
    if fault == Some(Fault::Html) {
        return web_page();
    }
    let answer = spoil(script.answer_to(&asked), fault.as_ref());
    let answer = shorten(answer, asked.max_tokens);
    api.say(
        shared,
        &Spoken {
            asked,
            path,
            answer,
            fault,
            started,
            load,
            chunk_bytes: script.chunk_bytes,
            chunk_gap: script.chunk_gap,
        },
    )
}

fn web_page() -> Reply {
    let page = "<!doctype html><title>Sign in</title><h1>Sign in to this network</h1>";
    Reply::whole(200, "text/html; charset=utf-8", page)
}

/// The faults that are in the answer's words.
fn spoil(mut answer: Answer, fault: Option<&Fault>) -> Answer {
    let half = |text: &str| boundary(text, text.len() / 2);
    match fault {
        Some(Fault::Truncate) => {
            answer.text.truncate(half(&answer.text));
            answer.finish = Some("length".to_owned());
        }
        Some(Fault::InvalidUtf8) => answer.text.insert(half(&answer.text), NO_TEXT),
        Some(Fault::Empty) => answer.text.clear(),
        Some(Fault::Prose) => {
            answer.text = "I would say that this option does rather well here, about 4 out of 5, \
                           or 9 out of 100 if one is strict. I cannot rule out that others see it differently."
                .to_owned();
        }
        Some(Fault::Fence) => {
            answer.text = format!(
                "Here is my judgement:\n```json\n{}\n```\nTell me if you need more.",
                answer.text
            );
        }
        Some(Fault::WrongLanguage) => {
            answer.text =
                "Diese Möglichkeit überzeugt mich hier: ich vergebe vier von fünf Punkten."
                    .to_owned();
        }
        Some(Fault::Say(words)) => answer.text.clone_from(words),
        _ => {}
    }
    answer
}

/// The text as far as the request's limit of tokens allows.
fn shorten(mut answer: Answer, most: Option<u64>) -> Answer {
    if let Some(most) = most
        && tokens(&answer.text) > most
    {
        let bytes = usize::try_from(most * 4).unwrap_or(usize::MAX);
        answer.text.truncate(boundary(&answer.text, bytes));
        answer.finish = Some("length".to_owned());
    }
    answer
}

/// The system message and the contents of all messages, in the form that both APIs share.
pub(crate) fn messages(body: &Value) -> (String, Vec<String>) {
    let messages = body["messages"].as_array();
    let content = |message: &Value| match &message["content"] {
        Value::String(text) => text.clone(),
        // OpenAI's form in parts.
        Value::Array(parts) => parts
            .iter()
            .filter_map(|part| part["text"].as_str())
            .collect(),
        _ => String::new(),
    };
    let contents: Vec<_> = messages.into_iter().flatten().map(content).collect();
    let system = messages
        .into_iter()
        .flatten()
        .find(|message| message["role"] == "system")
        .map(content)
        .unwrap_or_default();
    (system, contents)
}

fn send(reply: Reply, fault: Option<&Fault>, mut ticket: Ticket) -> Response<Pieces> {
    let length = reply.length();
    let pieces = match fault {
        Some(Fault::CutAfter(bytes)) => cut_after(reply.pieces, *bytes, Piece::Break),
        Some(Fault::HangAfter(bytes)) => cut_after(reply.pieces, *bytes, Piece::Hang),
        _ => reply.pieces,
    };
    if reply.status >= 400 {
        ticket.outcome = Fate::Refused(reply.status);
    }
    let mut response = Response::builder()
        .status(reply.status)
        .header("content-type", reply.kind);
    for (name, value) in &reply.headers {
        response = response.header(name, value);
    }
    response.body(Pieces::new(pieces, length, ticket)).unwrap()
}
