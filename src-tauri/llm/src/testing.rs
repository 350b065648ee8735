//! What a test of a backend says, in words: the parts that are the same for every protocol.

use std::time::Duration;

use crate::error::LlmError;
use crate::models::{ModelInfo, TestReport, TestState};
use crate::near::near;

/// A server on the same machine answers in a millisecond, one across the world in half a second.
const SLOW: Duration = Duration::from_secs(2);
/// The report of a test that ended with an error. `hint` is the protocol's own, for what only it can know.
pub(crate) fn failure(error: &LlmError, address: &str, hint: Option<String>) -> TestReport {
    let (state, usual) = match error {
        LlmError::Down { .. } | LlmError::ConnectTimeout { .. } => (
            TestState::Down,
            about_encryption(error)
                .or_else(|| Some(format!("Start the server, or correct the address {address}."))),
        ),
        LlmError::FirstByteTimeout { .. } | LlmError::Silent { .. } => (
            TestState::Slow,
            Some("It is there but busy or loading a model. Try again in a minute.".to_owned()),
        ),
        LlmError::RateLimited { .. } => (
            TestState::Slow,
            Some("It is there but will not be asked more just now.".to_owned()),
        ),
        LlmError::Unauthorised { key_sent, .. } => (
            TestState::Unauthorised,
            Some(if *key_sent {
                "Check the key: is it whole, for this server, and allowed to use this model?".to_owned()
            } else {
                "Give the backend a key, or name the environment variable that holds it.".to_owned()
            }),
        ),
        LlmError::ModelMissing { have, .. } => (
            TestState::ModelMissing,
            (!have.is_empty()).then(|| format!("It has {}.", list(have.iter().map(String::as_str)))),
        ),
        LlmError::BadReply { .. }
        | LlmError::NotUtf8
        | LlmError::TooLarge { .. }
        | LlmError::Cut => (
            TestState::Odd,
            Some(format!("Is {address} really the address of this kind of server?")),
        ),
        LlmError::BadRequest { status: 404, .. } => (
            TestState::Odd,
            Some("Something answers, but not this API. Check the path of the address and the kind of the backend.".to_owned()),
        ),
        _ => (TestState::Odd, None),
    };
    TestReport {
        state,
        message: error.to_string(),
        hint: hint.or(usual),
        latency_ms: None,
        version: None,
        models: Vec::new(),
    }
}

/// What helps where the encryption is at fault; the words looked for are those of rustls.
pub(crate) fn about_encryption(error: &LlmError) -> Option<String> {
    let LlmError::Down { why, .. } = error else {
        return None;
    };
    if why.contains("InvalidContentType") {
        Some(
            "Something answers there, but not encrypted: is it http:// rather than https://?"
                .to_owned(),
        )
    } else if why.contains("UnknownIssuer") {
        Some("Its certificate comes from an authority this machine does not trust. If it is your organisation's, name its file as ca_file.".to_owned())
    } else {
        None
    }
}

/// The report of a server that has no such model; `get` says how it would be got.
pub(crate) fn missing(model: &str, have: &[ModelInfo], get: Option<String>) -> TestReport {
    let near = near(model, have.iter().map(|info| info.name.as_str()));
    let mut hints = Vec::new();
    if !near.is_empty() {
        hints.push(format!("Did you mean {}?", list(near)));
    }
    hints.extend(get);
    if hints.is_empty() && have.is_empty() {
        hints.push("It offers no models at all.".to_owned());
    }
    TestReport {
        state: TestState::ModelMissing,
        message: format!("the server has no model \"{model}\""),
        hint: Some(hints.join(" ")).filter(|hint| !hint.is_empty()),
        latency_ms: None,
        version: None,
        models: have.to_vec(),
    }
}

/// The report of a server that answers as it should.
pub(crate) fn well(message: String, hint: Option<String>, latency: Duration) -> TestReport {
    let slow = latency >= SLOW;
    TestReport {
        state: if slow { TestState::Slow } else { TestState::Ok },
        message: if slow {
            format!(
                "{message}, but it took {:.1} s to answer",
                latency.as_secs_f64()
            )
        } else {
            message
        },
        hint,
        latency_ms: Some(latency.as_secs_f64() * 1000.0),
        version: None,
        models: Vec::new(),
    }
}

/// `a, b or c`, at most eight of them.
fn list<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    const SHOWN: usize = 8;
    let names: Vec<&str> = names.into_iter().collect();
    let more = names.len().saturating_sub(SHOWN);
    let shown = &names[..names.len().min(SHOWN)];
    match shown {
        [] => String::new(),
        [one] => (*one).to_owned(),
        [.., last] if more == 0 => {
            format!("{} or {last}", shown[..shown.len() - 1].join(", "))
        }
        _ => format!("{} and {more} more", shown.join(", ")),
    }
}
