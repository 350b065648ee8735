//! Testing an Ollama: is it there, is it one, has it the model. No model is loaded for it, since that can take a minute and
//! push another out of memory.

use tokio::time::Instant;

use super::{Ollama, wire};
use crate::backend::Backend;
use crate::error::LlmError;
use crate::models::{ModelInfo, TestReport, is_cloud_model};
use crate::testing::{about_encryption, failure, missing, well};

pub(super) async fn test(ollama: &Ollama, model: Option<&str>) -> TestReport {
    match report(ollama, model).await {
        Ok(report) => report,
        Err(error) => {
            let hint = hint(ollama, &error).await;
            failure(&error, ollama.server.address(), hint)
        }
    }
}

async fn report(ollama: &Ollama, model: Option<&str>) -> Result<TestReport, LlmError> {
    let started = Instant::now();
    let version = ollama.server.whole("/api/version", None).await?;
    let latency = started.elapsed();
    let version = wire::version(&version)?;
    let mut models = ollama.models().await?;
    let mut report = match model {
        None => well(
            format!("Ollama {version} answers and has {}", count(&models)),
            models
                .is_empty()
                .then(|| "Get a model with: ollama pull llama3.2".to_owned()),
            latency,
        ),
        Some(model) => {
            let name = wire::full_name(model);
            match models.iter_mut().find(|info| info.name == name) {
                None => missing(
                    model,
                    &models,
                    Some(format!("Get it with: ollama pull {model}")),
                ),
                Some(info) => {
                    if info.context.is_none() {
                        info.context = trained_context(ollama, model).await;
                    }
                    let hint = match info.loaded {
                        _ if info.cloud => Some(format!("{model} is answered by Ollama's cloud, not by this machine.")),
                        Some(false) => Some("The model is not in memory yet: the first answer waits until it is loaded.".to_owned()),
                        _ => None,
                    };
                    well(
                        format!("Ollama {version} answers and has {model}"),
                        hint,
                        latency,
                    )
                }
            }
        }
    };
    report.latency_ms = Some(latency.as_secs_f64() * 1000.0);
    report.version = Some(version);
    report.models = models;
    Ok(report)
}

async fn trained_context(ollama: &Ollama, model: &str) -> Option<u64> {
    let body = crate::json(&serde_json::json!({ "model": model }));
    let shown = ollama.server.whole("/api/show", Some(body)).await;
    wire::trained_context(&shown.ok()?)
}

fn count(models: &[ModelInfo]) -> String {
    let cloud = models
        .iter()
        .filter(|info| info.cloud || is_cloud_model(&info.name))
        .count();
    match (models.len(), cloud) {
        (0, _) => "no models yet".to_owned(),
        (1, 0) => "1 model".to_owned(),
        (all, 0) => format!("{all} models"),
        (all, cloud) => format!("{all} models, {cloud} of them answered in the cloud"),
    }
}

/// What only this protocol can know about a failure.
async fn hint(ollama: &Ollama, error: &LlmError) -> Option<String> {
    match error {
        LlmError::Down { .. } | LlmError::ConnectTimeout { .. }
            if about_encryption(error).is_none() =>
        {
            Some(format!(
                "Start Ollama (ollama serve), or correct the address {}.",
                ollama.server.address()
            ))
        }
        LlmError::BadRequest { .. } | LlmError::BadReply { .. } => {
            ollama.server.whole("/v1/models", None).await.ok()?;
            Some(
                "This looks like an OpenAI-compatible server: add it as a backend of kind openai."
                    .to_owned(),
            )
        }
        _ => None,
    }
}
