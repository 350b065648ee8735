//! The way of one request through the script: written down, refused or held at the gate, delayed, answered, spoiled.
//! What is said in which API stands in `ollama`, `openai` and `anthropic`.
use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use http_body_util::BodyExt as _;
use hyper::body::Incoming;
use hyper::{Method, Request, Response};
use serde_json::Value;

use crate::answer::{Answer, Asked, tokens};
use crate::body::{Broken, Piece, Pieces, cut_after};
use crate::frames::{NO_TEXT, boundary};
use crate::journal::{Fate, Seen, Shared, Ticket};
use crate::script::Fault;

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

/// Answers one request as the script says.
pub(crate) async fn respond(
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

/// The system message and the contents of all messages, in the form that Ollama and OpenAI share.
pub(crate) fn messages(body: &Value) -> (String, Vec<String>) {
    let messages = body["messages"].as_array();
    let content = |message: &Value| contents(&message["content"]);
    let contents: Vec<_> = messages.into_iter().flatten().map(content).collect();
    let system = messages
        .into_iter()
        .flatten()
        .find(|message| message["role"] == "system")
        .map(content)
        .unwrap_or_default();
    (system, contents)
}

/// What a message holds: text, or parts of it.
pub(crate) fn contents(content: &Value) -> String {
    match content {
        Value::String(text) => text.clone(),
        Value::Array(parts) => parts
            .iter()
            .filter_map(|part| part["text"].as_str())
            .collect(),
        _ => String::new(),
    }
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
