//! Testing a server of OpenAI's family, and what only this protocol can know about its failures.

use super::OpenAi;
use crate::error::LlmError;
use crate::models::TestReport;
use crate::probe::probe;
use crate::testing::failure;

pub(super) async fn test(openai: &OpenAi, model: Option<&str>) -> TestReport {
    let server = &openai.server;
    match probe(openai, model, server.patience(), server.has_key()).await {
        Ok(report) => report,
        Err(error) => failure(&error, server.address(), hint(openai, &error)),
    }
}

fn hint(openai: &OpenAi, error: &LlmError) -> Option<String> {
    match error {
        LlmError::Server { status: 500, .. } if !openai.server.has_key() => {
            Some("Some servers fail like this when they are asked without a key.".to_owned())
        }
        _ => None,
    }
}
