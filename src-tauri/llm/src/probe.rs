//! Testing a server that lists its models under `/v1/models`: is it there, does it take the key, has it the model. Where a
//! model is named one token is asked for, because many servers list their models to anybody and look at the key only then.

use std::time::Duration;

use tokio::time::{Instant, timeout};

use crate::backend::Backend;
use crate::completion::{CompletionRequest, Message, Role};
use crate::error::LlmError;
use crate::models::{ModelInfo, TestReport};
use crate::testing::{missing, well};

/// Asks for the list, then for one token of `model` or of the only model there is. `patience` limits each.
pub(crate) async fn probe(
    backend: &dyn Backend,
    model: Option<&str>,
    patience: Duration,
    has_key: bool,
) -> Result<TestReport, LlmError> {
    let started = Instant::now();
    let listed = backend.models().await;
    let latency = started.elapsed();
    let models = match listed {
        Ok(models) => models,
        // Some servers list nothing and answer all the same.
        Err(LlmError::BadRequest {
            status: 404 | 405, ..
        }) if model.is_some() => Vec::new(),
        Err(error) => return Err(error),
    };
    let alone = match models.as_slice() {
        [only] => Some(only.name.as_str()),
        _ => None,
    };
    if let Some(model) = model.or(alone) {
        match timeout(patience, one_token(backend, model)).await {
            Err(_) => return Err(LlmError::FirstByteTimeout { waited: patience }),
            Ok(Err(LlmError::ModelMissing { .. })) => {
                let mut report = missing(model, &models, None);
                report.latency_ms = Some(latency.as_secs_f64() * 1000.0);
                return Ok(report);
            }
            Ok(Err(error)) => return Err(error),
            Ok(Ok(())) => {}
        }
    }
    let mut report = match model {
        Some(model) => well(format!("the server answers with {model}"), None, latency),
        None => well(
            format!("the server answers and has {}", count(&models)),
            (alone.is_none() && has_key).then(|| {
                "Name a model to test the key as well: lists of models are often open to anybody.".to_owned()
            }),
            latency,
        ),
    };
    report.models = models;
    Ok(report)
}

async fn one_token(backend: &dyn Backend, model: &str) -> Result<(), LlmError> {
    let request = CompletionRequest {
        model: model.to_owned(),
        messages: vec![Message::new(Role::User, "Say yes.")],
        max_tokens: Some(1),
        ..CompletionRequest::default()
    };
    let mut nobody = |_: &str| {};
    match backend.complete(&request, &mut nobody).await {
        Ok(_) => Ok(()),
        // Some models need more than one token to say anything; they were asked, which is what was to be tested.
        Err(failed) => match failed.error {
            LlmError::BadRequest { message, .. } if message.contains("max_") => Ok(()),
            error => Err(error),
        },
    }
}

fn count(models: &[ModelInfo]) -> String {
    match models.len() {
        0 => "no models".to_owned(),
        1 => "1 model".to_owned(),
        all => format!("{all} models"),
    }
}
