//! The one trait behind which every kind of server stands, and the way to one.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use crate::anthropic::Anthropic;
use crate::clients::Clients;
use crate::completion::{Completion, CompletionRequest, Failed};
use crate::error::LlmError;
use crate::models::{ModelInfo, TestReport};
use crate::ollama::Ollama;
use crate::openai::OpenAi;
use crate::spec::{BackendSpec, Kind};

/// A future that can wait on any thread.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Where a backend's questions go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Destination {
    /// `scheme://host:port`, with ` through a proxy` where there is one.
    pub address: String,
    /// Loopback and no proxy, or declared local by the user. A cloud model of Ollama leaves the machine all the same:
    /// see [`crate::is_cloud_model`] and [`ModelInfo::cloud`].
    pub this_machine: bool,
}

/// A server that answers questions. Its futures run on the [`crate::Runtime`]; dropping one closes its socket at once.
pub trait Backend: Send + Sync {
    /// The user's name for it.
    fn name(&self) -> &str;

    /// The protocol.
    fn kind(&self) -> Kind;

    /// Where questions go.
    fn destination(&self) -> Destination;

    /// Asks one question. `hear` gets every piece of the reply's text as it comes (thinking is not heard); a plain answer
    /// comes in one piece.
    fn complete<'a>(
        &'a self,
        request: &'a CompletionRequest,
        hear: &'a mut (dyn FnMut(&str) + Send),
    ) -> BoxFuture<'a, Result<Completion, Failed>>;

    /// The models the server offers, by name.
    fn models(&self) -> BoxFuture<'_, Result<Vec<ModelInfo>, LlmError>>;

    /// Tells down, unauthorised, model missing, slow and odd apart, and what would help. Never fails: a failure is what
    /// it reports.
    fn test<'a>(&'a self, model: Option<&'a str>) -> BoxFuture<'a, TestReport>;

    /// The fingerprint of the model's weights, asked once and remembered; `None` where the server has none to give.
    fn digest<'a>(&'a self, model: &'a str) -> BoxFuture<'a, Option<String>>;
}

/// Makes a backend of its description. Nothing is sent yet.
///
/// # Errors
/// [`LlmError::BadUrl`], [`LlmError::BadProxy`], [`LlmError::BadCa`], [`LlmError::BadKey`];
/// [`LlmError::RefusedOffline`] when the description is offline and the address is not loopback, or a proxy is set.
pub fn connect(spec: BackendSpec, clients: &Clients) -> Result<Arc<dyn Backend>, LlmError> {
    Ok(match spec.kind {
        Kind::Ollama => Arc::new(Ollama::new(spec, clients)?),
        Kind::Openai => Arc::new(OpenAi::new(spec, clients)?),
        Kind::Anthropic => Arc::new(Anthropic::new(spec, clients)?),
    })
}
