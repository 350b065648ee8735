//! Servers that speak OpenAI's chat completions: one question to `/v1/chat/completions`, the models, and whether it is
//! well. What its bytes mean is in `openai/wire.rs`; what a server does not understand is in `openai/habits.rs`.

mod habits;
mod test;
mod wire;

use reqwest::Method;

use crate::backend::{Backend, BoxFuture, Destination};
use crate::clients::Clients;
use crate::completion::{Completion, CompletionRequest, Failed, Finish};
use crate::error::LlmError;
use crate::listing;
use crate::models::{ModelInfo, TestReport};
use crate::reply::{Reader, Reply, listen};
use crate::server::{Answer, Server};
use crate::spec::{BackendSpec, Kind};
use habits::{Habits, Without};

const CHAT: &str = "/chat/completions";

pub(crate) struct OpenAi {
    name: String,
    server: Server,
    habits: Habits,
}

impl OpenAi {
    pub(crate) fn new(spec: BackendSpec, clients: &Clients) -> Result<Self, LlmError> {
        Ok(Self {
            server: Server::new(&spec, clients)?,
            name: spec.name,
            habits: Habits::default(),
        })
    }

    async fn ask(
        &self,
        request: &CompletionRequest,
        body: &mut String,
        without: &mut Without,
        reply: &mut Reply<'_>,
    ) -> Result<(), LlmError> {
        let mut answer = self.open(request, body, without).await?;
        let kind = answer.content_type();
        // What comes is believed over what was asked for: some servers know only one of the two.
        let streamed = kind.starts_with("text/event-stream")
            || (request.stream && !kind.contains("json") && !kind.contains("html"));
        let mut stream;
        let mut plain;
        let reader: &mut dyn Reader = if streamed {
            stream = wire::Stream::new(&request.model);
            &mut stream
        } else {
            plain = wire::Plain::new(&request.model);
            &mut plain
        };
        listen(&mut answer, reader, reply).await
    }

    /// Asks, and asks once more without each optional part of the request that the server says it does not take.
    async fn open(
        &self,
        request: &CompletionRequest,
        body: &mut String,
        without: &mut Without,
    ) -> Result<Answer, LlmError> {
        loop {
            *without = self.habits.of(&request.model);
            *body = wire::body(request, *without);
            let asked =
                self.server
                    .open(Method::POST, CHAT, Some(body.clone()), Some(&request.model));
            let error = match asked.await {
                Ok(answer) => return Ok(answer),
                Err(error) => error,
            };
            if !self.habits.learn(&error, request, *without) {
                return Err(listing::with_models(error, self.list()).await);
            }
        }
    }

    async fn list(&self) -> Result<Vec<ModelInfo>, LlmError> {
        let listed = listing::models(&self.server.whole("/models", None).await?);
        listed.map_err(|error| self.server.clean(error))
    }
}

impl Backend for OpenAi {
    fn name(&self) -> &str {
        &self.name
    }

    fn kind(&self) -> Kind {
        Kind::Openai
    }

    fn destination(&self) -> Destination {
        self.server.destination()
    }

    fn complete<'a>(
        &'a self,
        request: &'a CompletionRequest,
        hear: &'a mut (dyn FnMut(&str) + Send),
    ) -> BoxFuture<'a, Result<Completion, Failed>> {
        Box::pin(async move {
            let mut body = String::new();
            let mut without = Without::default();
            let mut reply = Reply::new(hear);
            if let Err(error) = self.ask(request, &mut body, &mut without, &mut reply).await {
                return Err(self.server.failed(reply, error));
            }
            Ok(Completion {
                times: reply.times(),
                text: reply.text,
                thinking: Some(reply.thinking).filter(|thinking| !thinking.is_empty()),
                finish: reply
                    .finish
                    .unwrap_or_else(|| Finish::Other("unknown".to_owned())),
                model: reply.model.unwrap_or_else(|| request.model.clone()),
                usage: reply.usage,
                context_cut: None,
                notices: without.notices(request),
                request_body: body,
                earlier: Vec::new(),
            })
        })
    }

    fn models(&self) -> BoxFuture<'_, Result<Vec<ModelInfo>, LlmError>> {
        Box::pin(self.list())
    }

    fn test<'a>(&'a self, model: Option<&'a str>) -> BoxFuture<'a, TestReport> {
        Box::pin(test::test(self, model))
    }

    fn digest<'a>(&'a self, _model: &'a str) -> BoxFuture<'a, Option<String>> {
        Box::pin(async { None })
    }
}

/// The reader of a streamed answer, for tests that cut answers into pieces.
#[cfg(test)]
pub(crate) fn stream_reader(model: &str) -> wire::Stream<'_> {
    wire::Stream::new(model)
}
