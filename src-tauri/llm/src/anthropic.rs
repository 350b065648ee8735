//! Anthropic's Messages API: one question to `/v1/messages`, the models, and whether it is well. What is sent is in
//! `anthropic/body.rs`, what comes back in `anthropic/wire.rs`, what a model does not take in `anthropic/habits.rs`.

mod body;
mod habits;
mod schema;
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
use body::Asked;
use habits::Habits;

const MESSAGES: &str = "/messages";
/// Its lists come in pages of twenty, or of this many at most.
const MODELS: &str = "/models?limit=1000";

pub(crate) struct Anthropic {
    name: String,
    server: Server,
    habits: Habits,
}

impl Anthropic {
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
        reply: &mut Reply<'_>,
    ) -> Result<Asked, LlmError> {
        let (asked, mut answer) = self.open(request).await?;
        let kind = answer.content_type();
        // What comes is believed over what was asked for: some servers know only one of the two.
        let streamed = kind.starts_with("text/event-stream")
            || (request.stream && !kind.contains("json") && !kind.contains("html"));
        let mut stream;
        let mut plain;
        let reader: &mut dyn Reader = if streamed {
            stream = wire::Stream::new(&request.model, asked.by_tool);
            &mut stream
        } else {
            plain = wire::Plain::new(&request.model, asked.by_tool);
            &mut plain
        };
        listen(&mut answer, reader, reply).await?;
        Ok(asked)
    }

    /// Asks, and asks once more without each optional part of the request that the server says it does not take.
    async fn open(&self, request: &CompletionRequest) -> Result<(Asked, Answer), LlmError> {
        loop {
            let habit = self.habits.of(&request.model);
            let asked = body::body(request, habit);
            let opened = self.server.open(
                Method::POST,
                MESSAGES,
                Some(asked.json.clone()),
                Some(&request.model),
            );
            let error = match opened.await {
                Ok(answer) => return Ok((asked, answer)),
                Err(error) => error,
            };
            if !self.habits.learn(&error, request, habit) {
                return Err(listing::with_models(error, self.list()).await);
            }
        }
    }

    async fn list(&self) -> Result<Vec<ModelInfo>, LlmError> {
        let listed = listing::models(&self.server.whole(MODELS, None).await?);
        listed.map_err(|error| self.server.clean(error))
    }
}

impl Backend for Anthropic {
    fn name(&self) -> &str {
        &self.name
    }

    fn kind(&self) -> Kind {
        Kind::Anthropic
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
            let mut reply = Reply::new(hear);
            let asked = match self.ask(request, &mut reply).await {
                Ok(asked) => asked,
                Err(error) => return Err(self.server.failed(reply, error)),
            };
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
                notices: asked.notices,
                request_body: asked.json,
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
    wire::Stream::new(model, false)
}
