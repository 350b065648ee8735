//! Ollama's own API: one question to `/api/chat`, the models it has, and whether it is well. What its bytes mean is in
//! `ollama/wire.rs`, what it reads of a prompt in `ollama/context.rs`.

mod context;
mod test;
mod wire;

pub(crate) use wire::version;

use std::collections::HashMap;
use std::sync::Mutex;
use std::time::Duration;

use reqwest::Method;
use tokio::time::timeout;

use crate::backend::{Backend, BoxFuture, Destination};
use crate::clients::Clients;
use crate::completion::{Completion, CompletionRequest, Failed, Finish};
use crate::error::LlmError;
use crate::models::{ModelInfo, TestReport, is_cloud_model};
use crate::reply::{Reply, listen};
use crate::server::Server;
use crate::spec::{BackendSpec, Kind};

/// How long a failure may be held up to find out which models there are instead.
const SECOND_QUESTION: Duration = Duration::from_secs(5);

pub(crate) struct Ollama {
    name: String,
    server: Server,
    /// What `/api/tags` said, asked once: digests and who really answers. Only successes are remembered.
    known: tokio::sync::Mutex<Option<HashMap<String, ModelInfo>>>,
    /// Contexts of loaded models, as `/api/ps` told.
    contexts: Mutex<HashMap<String, u64>>,
}

impl Ollama {
    pub(crate) fn new(spec: BackendSpec, clients: &Clients) -> Result<Self, LlmError> {
        Ok(Self {
            server: Server::new(&spec, clients)?,
            name: spec.name,
            known: tokio::sync::Mutex::default(),
            contexts: Mutex::default(),
        })
    }

    async fn ask(
        &self,
        request: &CompletionRequest,
        body: &str,
        reply: &mut Reply<'_>,
    ) -> Result<(), LlmError> {
        self.refuse_cloud(&request.model).await?;
        let asked = self.server.open(
            Method::POST,
            "/api/chat",
            Some(body.to_owned()),
            Some(&request.model),
        );
        let mut answer = match asked.await {
            Ok(answer) => answer,
            Err(error) => return Err(self.with_models(error).await),
        };
        let mut reader = wire::Chat::new(&request.model);
        listen(&mut answer, &mut reader, reply).await?;
        match &reply.remote_host {
            Some(host) if self.server.offline => Err(LlmError::RefusedOffline {
                address: host.clone(),
            }),
            _ => Ok(()),
        }
    }

    /// Offline, a model that is answered elsewhere is refused before a word of the prompt is sent.
    async fn refuse_cloud(&self, model: &str) -> Result<(), LlmError> {
        if !self.server.offline {
            return Ok(());
        }
        if is_cloud_model(model) || self.known(model).await?.is_some_and(|info| info.cloud) {
            return Err(LlmError::RefusedOffline {
                address: format!("the cloud model {model}"),
            });
        }
        Ok(())
    }

    /// Names what the server has, where a model is missing.
    async fn with_models(&self, error: LlmError) -> LlmError {
        match error {
            LlmError::ModelMissing { model, .. } => {
                let have = timeout(SECOND_QUESTION, self.list()).await;
                let have = have.ok().and_then(Result::ok).unwrap_or_default();
                LlmError::ModelMissing {
                    model,
                    have: have.into_iter().map(|info| info.name).collect(),
                }
            }
            other => other,
        }
    }

    async fn list(&self) -> Result<Vec<ModelInfo>, LlmError> {
        let listed = wire::models(&self.server.whole("/api/tags", None).await?);
        listed.map_err(|error| self.server.clean(error))
    }

    /// What `/api/tags` said about a model.
    async fn known(&self, model: &str) -> Result<Option<ModelInfo>, LlmError> {
        let mut known = self.known.lock().await;
        let models = match &mut *known {
            Some(models) => models,
            none => none.insert(
                self.list()
                    .await?
                    .into_iter()
                    .map(|info| (info.name.clone(), info))
                    .collect(),
            ),
        };
        Ok(models.get(&wire::full_name(model)).cloned())
    }

    async fn loaded_context(&self, model: &str) -> Option<u64> {
        let name = wire::full_name(model);
        let remembered =
            |contexts: &Mutex<HashMap<String, u64>>| contexts.lock().ok()?.get(&name).copied();
        if let Some(context) = remembered(&self.contexts) {
            return Some(context);
        }
        let body = timeout(SECOND_QUESTION, self.server.whole("/api/ps", None)).await;
        let loaded = wire::loaded(&body.ok()?.ok()?).ok()?;
        let context = loaded.iter().find(|info| info.name == name)?.context?;
        self.contexts.lock().ok()?.insert(name, context);
        Some(context)
    }
}

impl Backend for Ollama {
    fn name(&self) -> &str {
        &self.name
    }

    fn kind(&self) -> Kind {
        Kind::Ollama
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
            let body = wire::body(request);
            let mut reply = Reply::new(hear);
            if let Err(error) = self.ask(request, &body, &mut reply).await {
                return Err(self.server.failed(reply, error));
            }
            let times = reply.times();
            let context_cut = context::cut(self, request, reply.usage.input).await;
            let passed_on = reply.remote_host.take();
            let passed_on = passed_on.map(|host| format!("Ollama passed the prompt on to {host}."));
            Ok(Completion {
                text: reply.text,
                thinking: Some(reply.thinking).filter(|thinking| !thinking.is_empty()),
                finish: reply
                    .finish
                    .unwrap_or_else(|| Finish::Other("unknown".to_owned())),
                model: reply.model.unwrap_or_else(|| request.model.clone()),
                usage: reply.usage,
                times,
                context_cut,
                notices: passed_on.into_iter().collect(),
                request_body: body,
                earlier: Vec::new(),
            })
        })
    }

    fn models(&self) -> BoxFuture<'_, Result<Vec<ModelInfo>, LlmError>> {
        Box::pin(async move {
            let mut models = self.list().await?;
            // Which of them are loaded is a courtesy; a server that does not tell still has its models.
            if let Ok(body) = self.server.whole("/api/ps", None).await
                && let Ok(loaded) = wire::loaded(&body)
            {
                for model in &mut models {
                    let running = loaded.iter().find(|running| running.name == model.name);
                    model.loaded = Some(running.is_some());
                    model.context = running.and_then(|running| running.context);
                }
            }
            Ok(models)
        })
    }

    fn test<'a>(&'a self, model: Option<&'a str>) -> BoxFuture<'a, TestReport> {
        Box::pin(test::test(self, model))
    }

    fn digest<'a>(&'a self, model: &'a str) -> BoxFuture<'a, Option<String>> {
        Box::pin(async move { self.known(model).await.ok()??.digest })
    }
}

/// The reader of an answer, for tests that cut answers into pieces.
#[cfg(test)]
pub(crate) fn chat_reader(model: &str) -> wire::Chat<'_> {
    wire::Chat::new(model)
}

#[cfg(test)]
mod tests {
    use super::context::tokens_at_least;

    #[test]
    fn no_tokenizer_makes_fewer_tokens_than_we_count() {
        for (text, at_least) in [
            ("", 0),
            ("one", 1),
            ("one two  three\nfour", 4),
            // Rows of signs may be one token each.
            ("----------- === ***", 0),
            ("a-b c_d", 2),
            ("日本語の文章です", 2),
        ] {
            assert_eq!(tokens_at_least(text), at_least, "{text}");
        }
    }
}
