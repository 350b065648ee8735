//! The HTTP side of one backend: addresses, the key, the three time limits, and what a status means. What is inside a body
//! is the business of `ollama`, `openai` and `anthropic`.

use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::task::Poll;
use std::time::Duration;

use reqwest::header::{
    ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, LOCATION,
};
use reqwest::{Client, Method, Response, Url};
use secrecy::{ExposeSecret, SecretString};
use tokio::time::{Instant, Sleep, sleep_until, timeout};

use crate::address;
use crate::backend::Destination;
use crate::clients::{Clients, Route, root_cause, send};
use crate::completion::Failed;
use crate::error::LlmError;
use crate::refusal::{self, Refusal};
use crate::reply::Reply;
use crate::spec::{BackendSpec, Kind, Limits};

/// More of an error's body is not read.
const REFUSAL_BYTES: usize = 64 * 1024;
/// How long a version or a list of models may take.
const SMALL_ANSWER: Duration = Duration::from_secs(15);
/// The version of Anthropic's API that is spoken here: the one after it takes no temperature, and judges have one.
const ANTHROPIC_VERSION: &str = "2023-06-01";
/// The longest answer that is read as a whole: lists of models, plain replies.
pub(crate) const WHOLE_BYTES: usize = 8_000_000;

/// One server, ready to be asked.
pub(crate) struct Server {
    client: Client,
    base: Url,
    address: String,
    key: Option<SecretString>,
    /// What goes with every request: the key, and the version of the API where one must be named.
    headers: HeaderMap,
    limits: Limits,
    this_machine: bool,
    pub(crate) offline: bool,
}

impl Server {
    pub(crate) fn new(spec: &BackendSpec, clients: &Clients) -> Result<Self, LlmError> {
        let base = address::base_url(spec.kind, spec.base_url.as_deref())?;
        let loopback = address::is_loopback(&base);
        let mut address = address::shown(&base);
        if spec.proxy.is_some() {
            address.push_str(" through a proxy");
        }
        if spec.offline && (!loopback || spec.proxy.is_some()) {
            return Err(LlmError::RefusedOffline { address });
        }
        let route = match &spec.proxy {
            Some(proxy) => Route::Through(proxy.clone()),
            None if loopback => Route::ThisMachine,
            None => Route::Environment,
        };
        let client = clients.client(spec, route, base.scheme() == "https")?;
        Ok(Self {
            client,
            address,
            headers: headers(spec)?,
            key: spec.key.clone(),
            limits: spec.limits,
            this_machine: (loopback && spec.proxy.is_none()) || spec.local,
            offline: spec.offline,
            base,
        })
    }

    pub(crate) fn destination(&self) -> Destination {
        Destination {
            address: self.address.clone(),
            this_machine: self.this_machine,
        }
    }

    pub(crate) fn address(&self) -> &str {
        &self.address
    }

    pub(crate) fn has_key(&self) -> bool {
        self.key.is_some()
    }

    /// An error without anything of our key: some servers repeat it.
    pub(crate) fn clean(&self, error: LlmError) -> LlmError {
        let key = self.key.as_ref().map(ExposeSecret::expose_secret);
        error.map_words(|words| refusal::scrub(words, key))
    }

    /// A failure without our key. What a model said is left as it is but for the key itself.
    pub(crate) fn failed(&self, reply: Reply<'_>, error: LlmError) -> Failed {
        let said = !reply.text.is_empty();
        let mut failed = reply.failed(self.clean(error));
        let key = self.key.as_ref().map(ExposeSecret::expose_secret);
        failed.partial = if said {
            refusal::without_key(failed.partial, key)
        } else {
            refusal::scrub(&failed.partial, key)
        };
        failed
    }

    /// Sends a question and waits for a good status; its body has then yet to be read.
    pub(crate) async fn open(
        &self,
        method: Method,
        path: &str,
        body: Option<String>,
        model: Option<&str>,
    ) -> Result<Answer, LlmError> {
        let started = Instant::now();
        let mut url = self.base.clone();
        let (path, query) = match path.split_once('?') {
            Some((path, query)) => (path, Some(query)),
            None => (path, None),
        };
        url.set_path(&format!("{}{path}", self.base.path().trim_end_matches('/')));
        url.set_query(query);
        let mut request = self
            .client
            .request(method, url)
            .headers(self.headers.clone())
            .header(ACCEPT, "*/*");
        if let Some(body) = body {
            request = request
                .header(CONTENT_TYPE, HeaderValue::from_static("application/json"))
                .body(body);
        }
        let patience = self.limits.first_byte;
        let response = timeout(patience, send(request))
            .await
            .map_err(|_| LlmError::FirstByteTimeout {
                waited: self.limits.first_byte,
            })?
            .map_err(|error| self.unanswered(&error))?;
        if self.offline
            && let Some(peer) = response.remote_addr()
            && !peer.ip().to_canonical().is_loopback()
        {
            return Err(LlmError::RefusedOffline {
                address: self.address.clone(),
            });
        }
        let answer = Answer::new(response, started, self.limits);
        if answer.response.status().is_success() {
            Ok(answer)
        } else {
            Err(self.refused(answer, model).await)
        }
    }

    /// A small answer read as a whole. It is soon there or something is wrong: no model is loaded for it.
    pub(crate) async fn whole(
        &self,
        path: &str,
        body: Option<String>,
    ) -> Result<Vec<u8>, LlmError> {
        let method = if body.is_some() {
            Method::POST
        } else {
            Method::GET
        };
        let waited = self.patience();
        let whole = async {
            let answer = self.open(method, path, body, None).await?;
            answer.whole(WHOLE_BYTES).await
        };
        match timeout(waited, whole).await {
            Ok(whole) => whole,
            Err(_) => Err(LlmError::FirstByteTimeout { waited }),
        }
    }

    /// How long a small answer may take.
    pub(crate) fn patience(&self) -> Duration {
        self.limits.first_byte.min(SMALL_ANSWER)
    }

    fn unanswered(&self, error: &reqwest::Error) -> LlmError {
        if error.is_connect() && error.is_timeout() {
            LlmError::ConnectTimeout {
                address: self.address.clone(),
                waited: self.limits.connect,
            }
        } else if error.is_connect() {
            LlmError::Down {
                address: self.address.clone(),
                why: root_cause(error),
            }
        } else {
            LlmError::Cut
        }
    }

    async fn refused(&self, mut answer: Answer, model: Option<&str>) -> LlmError {
        let status = answer.response.status().as_u16();
        if (300..400).contains(&status) {
            let to = answer.response.headers().get(LOCATION);
            let to = to.and_then(|to| to.to_str().ok());
            let to = to.and_then(|to| answer.response.url().join(to).ok());
            return LlmError::Redirected {
                status,
                to: to.map(|to| address::shown(&to)).unwrap_or_default(),
            };
        }
        let headers = answer.response.headers().clone();
        let mut body = Vec::new();
        while body.len() < REFUSAL_BYTES {
            match answer.chunk().await {
                Ok(Some(chunk)) => body.extend_from_slice(&chunk),
                // What was read so far says more than the second failure.
                Ok(None) | Err(_) => break,
            }
        }
        body.truncate(REFUSAL_BYTES);
        self.clean(Refusal::read(&body).into_error(status, &headers, model, self.has_key()))
    }
}

fn headers(spec: &BackendSpec) -> Result<HeaderMap, LlmError> {
    let mut headers = HeaderMap::new();
    let (name, before) = match spec.kind {
        Kind::Ollama | Kind::Openai => (AUTHORIZATION, "Bearer "),
        Kind::Anthropic => {
            headers.insert(
                HeaderName::from_static("anthropic-version"),
                HeaderValue::from_static(ANTHROPIC_VERSION),
            );
            (HeaderName::from_static("x-api-key"), "")
        }
    };
    if let Some(key) = &spec.key {
        let mut value = HeaderValue::from_str(&format!("{before}{}", key.expose_secret().trim()))
            .map_err(|_| LlmError::BadKey)?;
        value.set_sensitive(true);
        headers.insert(name, value);
    }
    Ok(headers)
}

/// An answer whose body is still to be read. Dropping it closes its connection unless it was read to the end.
pub(crate) struct Answer {
    response: Response,
    limits: Limits,
    started: Instant,
    first_byte: Option<Instant>,
    last: Instant,
    alarm: Pin<Box<Sleep>>,
}

impl Answer {
    fn new(response: Response, started: Instant, limits: Limits) -> Self {
        Self {
            response,
            limits,
            started,
            first_byte: None,
            last: started,
            alarm: Box::pin(sleep_until(started + limits.first_byte)),
        }
    }

    pub(crate) fn content_type(&self) -> &str {
        let value = self.response.headers().get(CONTENT_TYPE);
        value.and_then(|value| value.to_str().ok()).unwrap_or("")
    }

    pub(crate) fn first_byte(&self) -> Option<Duration> {
        self.first_byte.map(|at| at - self.started)
    }

    /// The next piece of the body as it came from the socket, `None` at its end.
    ///
    /// The alarm is set anew only when it rings: to move it for every piece costs more than reading the piece.
    pub(crate) async fn chunk(&mut self) -> Result<Option<bytes::Bytes>, LlmError> {
        let Self {
            response,
            limits,
            first_byte,
            last,
            alarm,
            ..
        } = self;
        let (patience, silent) = match first_byte {
            None => (limits.first_byte, false),
            Some(_) => (limits.silence, true),
        };
        let due = *last + patience;
        if silent && alarm.deadline() > due {
            alarm.as_mut().reset(due);
        }
        let mut read = pin!(response.chunk());
        let read = poll_fn(|cx| {
            if let Poll::Ready(read) = read.as_mut().poll(cx) {
                return Poll::Ready(Some(read));
            }
            while alarm.as_mut().poll(cx).is_ready() {
                if Instant::now() >= due {
                    return Poll::Ready(None);
                }
                alarm.as_mut().reset(due);
            }
            Poll::Pending
        })
        .await;
        let Some(read) = read else {
            return Err(if silent {
                LlmError::Silent {
                    waited: limits.silence,
                }
            } else {
                LlmError::FirstByteTimeout {
                    waited: limits.first_byte,
                }
            });
        };
        let chunk = read.map_err(|_| LlmError::Cut)?;
        if chunk.is_some() {
            *last = Instant::now();
            first_byte.get_or_insert(*last);
        }
        Ok(chunk)
    }

    /// The rest of the body in one piece.
    pub(crate) async fn whole(mut self, limit: usize) -> Result<Vec<u8>, LlmError> {
        let announced = self.response.content_length().unwrap_or(0);
        if announced > limit as u64 {
            return Err(LlmError::TooLarge { limit });
        }
        let mut body = Vec::with_capacity(usize::try_from(announced).unwrap_or(0));
        while let Some(chunk) = self.chunk().await? {
            if body.len() + chunk.len() > limit {
                return Err(LlmError::TooLarge { limit });
            }
            body.extend_from_slice(&chunk);
        }
        Ok(body)
    }
}
