//! Testing Anthropic's API, and what only this protocol can know about its failures.

use super::Anthropic;
use crate::error::LlmError;
use crate::models::TestReport;
use crate::probe::probe;
use crate::testing::failure;

pub(super) async fn test(anthropic: &Anthropic, model: Option<&str>) -> TestReport {
    let server = &anthropic.server;
    match probe(anthropic, model, server.patience(), server.has_key()).await {
        Ok(report) => report,
        Err(error) => failure(&error, server.address(), hint(anthropic, &error)),
    }
}

fn hint(anthropic: &Anthropic, error: &LlmError) -> Option<String> {
    match error {
        LlmError::Server { status: 529, .. } => {
            Some("It is there but has more to do than it can. Try again in a minute.".to_owned())
        }
        LlmError::Unauthorised { .. } if anthropic.server.has_key() => Some(
            "Check the key: is it whole, from this server's own console, and allowed to use this model?"
                .to_owned(),
        ),
        _ => None,
    }
}
