//! Lists of models as `/v1/models` gives them: OpenAI's form, in which Anthropic and everybody else answers, with what each
//! adds to it. Ollama's own lists are in `ollama/wire.rs`.

use std::future::Future;
use std::time::Duration;

use serde::Deserialize;
use tokio::time::timeout;

use crate::error::LlmError;
use crate::loose::{Count, Text};
use crate::models::ModelInfo;
use crate::reply::unreadable;

/// How long a failure may be held up to find out which models there are instead.
const SECOND_QUESTION: Duration = Duration::from_secs(5);

#[derive(Deserialize)]
struct List<'a> {
    #[serde(borrow, default)]
    data: Option<Vec<Listed<'a>>>,
}

#[derive(Deserialize)]
struct Listed<'a> {
    #[serde(borrow, default)]
    id: Option<Text<'a>>,
    /// vLLM.
    #[serde(default)]
    max_model_len: Count,
    /// Anthropic.
    #[serde(default)]
    max_input_tokens: Count,
    /// OpenRouter, Together.
    #[serde(default)]
    context_length: Count,
    /// llama.cpp.
    #[serde(default)]
    meta: Option<Meta>,
}

#[derive(Deserialize, Default)]
struct Meta {
    #[serde(default)]
    n_ctx: Count,
    #[serde(default)]
    n_ctx_train: Count,
    #[serde(default)]
    size: Count,
}

/// Reads `/v1/models`.
pub(crate) fn models(body: &[u8]) -> Result<Vec<ModelInfo>, LlmError> {
    let list: List<'_> = serde_json::from_slice(body).map_err(|error| unreadable(body, &error))?;
    let Some(data) = list.data else {
        return Err(LlmError::BadReply {
            why: "it lists no models".to_owned(),
        });
    };
    let models = data.into_iter().filter_map(|listed| {
        let meta = listed.meta.unwrap_or_default();
        Some(ModelInfo {
            name: listed.id?.0.into_owned(),
            size_bytes: meta.size.0,
            context: listed
                .max_model_len
                .0
                .or(listed.max_input_tokens.0)
                .or(listed.context_length.0)
                .or(meta.n_ctx.0)
                .or(meta.n_ctx_train.0),
            ..ModelInfo::default()
        })
    });
    Ok(models.collect())
}

/// The same error, with what the server does have where a model is missing.
pub(crate) async fn with_models(
    error: LlmError,
    list: impl Future<Output = Result<Vec<ModelInfo>, LlmError>>,
) -> LlmError {
    match error {
        LlmError::ModelMissing { model, .. } => {
            let have = timeout(SECOND_QUESTION, list).await;
            let have = have.ok().and_then(Result::ok).unwrap_or_default();
            LlmError::ModelMissing {
                model,
                have: have.into_iter().map(|info| info.name).collect(),
            }
        }
        other => other,
    }
}
