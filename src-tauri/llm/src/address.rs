//! Where a backend is: base URLs with and without what people leave out, `OLLAMA_HOST` as Ollama reads it, and whether an
//! address is this machine. Nothing is looked up here: a name other than `localhost` is never taken for this machine.

use std::net::IpAddr;

use reqwest::Url;

use crate::error::LlmError;
use crate::spec::Kind;

const OLLAMA_DEFAULT: &str = "http://127.0.0.1:11434";
const OPENAI_DEFAULT: &str = "https://api.openai.com/v1";
const ANTHROPIC_DEFAULT: &str = "https://api.anthropic.com/v1";

/// The address to which a path is appended: no trailing slash, OpenAI's and Anthropic's with its version.
///
/// # Errors
/// [`LlmError::BadUrl`] when it is no http(s) URL, or holds a user, a password, a query or a fragment.
pub(crate) fn base_url(kind: Kind, given: Option<&str>) -> Result<Url, LlmError> {
    let given = given.map(str::trim).filter(|given| !given.is_empty());
    match (kind, given) {
        (Kind::Ollama, None) => ollama_host(std::env::var("OLLAMA_HOST").ok().as_deref()),
        (Kind::Ollama, Some(given)) => ollama_host(Some(given)),
        (Kind::Openai, given) => versioned(given.unwrap_or(OPENAI_DEFAULT), "/chat/completions"),
        (Kind::Anthropic, given) => versioned(given.unwrap_or(ANTHROPIC_DEFAULT), "/messages"),
    }
}

/// Reads an `OLLAMA_HOST` as Ollama does (`host`, `:port`, `[::1]:port`, `http://…`, quotes and spaces around it; a scheme
/// brings its own port, a port that is none gives way to the default). What a server listens on is turned into what a
/// client asks: `0.0.0.0`, `[::]` and no host at all become loopback.
///
/// # Errors
/// [`LlmError::BadUrl`] for another scheme, or when it holds a user or a password.
pub fn ollama_host(value: Option<&str>) -> Result<Url, LlmError> {
    let value = value.unwrap_or_default().trim();
    let value = value
        .trim_matches(|quote| quote == '"' || quote == '\'')
        .trim();
    let (scheme, rest, default_port) = match value.split_once("://") {
        None if value == "ollama.com" => ("https", value, 443),
        None => ("http", value, 11434),
        Some((scheme, rest)) if scheme.eq_ignore_ascii_case("http") => ("http", rest, 80),
        Some((scheme, rest)) if scheme.eq_ignore_ascii_case("https") => ("https", rest, 443),
        Some(_) => return Err(bad("it must begin with http:// or https://")),
    };
    if rest.is_empty() && scheme == "http" && default_port == 11434 {
        return parse(OLLAMA_DEFAULT);
    }
    let (host_port, path) = rest.split_once('/').unwrap_or((rest, ""));
    if host_port.contains('@') {
        return Err(bad("it must not hold a user or a password"));
    }
    let (host, port) = split_host_port(host_port, default_port);
    let host = if host.is_empty() { "127.0.0.1" } else { host };
    let host = match host.parse::<IpAddr>() {
        Ok(IpAddr::V6(address)) => format!("[{address}]"),
        _ => host.to_owned(),
    };
    let mut url = parse(&format!("{scheme}://{host}:{port}/{path}"))?;
    trim_path(&mut url, &["/v1", "/api"]);
    Ok(url)
}

fn split_host_port(host_port: &str, default_port: u16) -> (&str, u16) {
    let bare = host_port.trim_start_matches('[').trim_end_matches(']');
    if bare.parse::<IpAddr>().is_ok() {
        return (bare, default_port);
    }
    match host_port.rsplit_once(':') {
        Some((host, port)) => (
            host.trim_start_matches('[').trim_end_matches(']'),
            port.parse().unwrap_or(default_port),
        ),
        None => (host_port, default_port),
    }
}

fn versioned(given: &str, call: &str) -> Result<Url, LlmError> {
    let mut url = if given.contains("://") {
        parse(given)?
    } else {
        let encrypted = parse(&format!("https://{given}"))?;
        if is_loopback(&encrypted) {
            parse(&format!("http://{given}"))?
        } else {
            encrypted
        }
    };
    trim_path(&mut url, &[call, "/models"]);
    let versioned = url.path().split('/').any(|part| {
        part.strip_prefix('v')
            .is_some_and(|rest| rest.starts_with(|first: char| first.is_ascii_digit()))
    });
    if !versioned {
        let path = format!("{}/v1", url.path().trim_end_matches('/'));
        url.set_path(&path);
    }
    Ok(url)
}

fn parse(text: &str) -> Result<Url, LlmError> {
    let mut url = Url::parse(text).map_err(|error| bad(&error.to_string()))?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(bad("it must begin with http:// or https://"));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(bad("it must not hold a user or a password"));
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err(bad("it must not hold a ? or a #"));
    }
    let reached = match host_ip(&url) {
        Some(IpAddr::V4(address)) if address.is_unspecified() => Some("127.0.0.1"),
        Some(IpAddr::V6(address)) if address.is_unspecified() => Some("[::1]"),
        _ => None,
    };
    if let Some(reached) = reached {
        url.set_host(Some(reached))
            .map_err(|error| bad(&error.to_string()))?;
    }
    Ok(url)
}

fn bad(why: &str) -> LlmError {
    LlmError::BadUrl {
        why: why.to_owned(),
    }
}

fn trim_path(url: &mut Url, endings: &[&str]) {
    let mut path = url.path().trim_end_matches('/');
    for ending in endings {
        path = path.strip_suffix(ending).unwrap_or(path);
    }
    let path = path.trim_end_matches('/').to_owned();
    url.set_path(&path);
}

fn host_ip(url: &Url) -> Option<IpAddr> {
    let host = url.host_str()?;
    host.trim_start_matches('[')
        .trim_end_matches(']')
        .parse()
        .ok()
}

/// Whether the address is loopback by what it says: a loopback number, `localhost`, or a name under it.
pub(crate) fn is_loopback(url: &Url) -> bool {
    match host_ip(url) {
        Some(address) => address.to_canonical().is_loopback(),
        None => url.host_str().is_some_and(is_localhost),
    }
}

/// Names that mean this machine by standard (RFC 6761) and are never looked up elsewhere.
pub(crate) fn is_localhost(name: &str) -> bool {
    let name = name.strip_suffix('.').unwrap_or(name).to_ascii_lowercase();
    name == "localhost" || name.ends_with(".localhost")
}

/// `scheme://host:port`, what errors and the page show.
pub(crate) fn shown(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    match url.port_or_known_default() {
        Some(port) => format!("{}://{host}:{port}", url.scheme()),
        None => format!("{}://{host}", url.scheme()),
    }
}

/// A URL as it may be shown: without user, password, query and fragment.
pub(crate) fn without_secrets(text: &str) -> String {
    match Url::parse(text) {
        Ok(url) if url.has_host() => format!("{}{}", shown(&url), url.path()),
        _ if text.contains(['@', '?']) => "<not shown>".to_owned(),
        _ => text.to_owned(),
    }
}
