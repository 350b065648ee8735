//! LiteLLM's proxy in front of one OpenAI-compatible server, as teams put it between their tools and their models.
use std::time::Duration;

use crate::python::{self, Missing, Server};

/// The key that clients of the proxy must show.
pub const KEY: &str = "sk-proxy";

/// Starts it on a free port, in front of the server whose OpenAI API is at `upstream` (`http://127.0.0.1:8080/v1`) and
/// asks for `upstream_key`. It offers that server's `tiny`, and `mock-429`, `mock-500` and `mock-context`, which fail.
/// It needs about ten seconds.
///
/// # Errors
/// When the environment is missing or the proxy does not come up.
pub fn start(upstream: &str, upstream_key: Option<&str>) -> Result<Server, Missing> {
    let mut command = python::script("litellm_proxy.py")?;
    command.arg(upstream).env("PROXY_KEY", KEY);
    if let Some(key) = upstream_key {
        command.env("UPSTREAM_KEY", key);
    }
    python::serve("LiteLLM's proxy", command, Duration::from_secs(180))
}
