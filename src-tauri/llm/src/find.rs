//! Finding an Ollama that runs on this machine.

use std::time::Duration;

use tokio::time::timeout;

use crate::address::ollama_host;
use crate::clients::Clients;
use crate::ollama;
use crate::server::Server;
use crate::spec::{BackendSpec, Kind, Limits};

/// Who has not answered by then is not there: these are addresses of this machine, or one the user set.
const PATIENCE: Duration = Duration::from_secs(2);

/// A server that answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// `scheme://host:port`, good as a `base_url`.
    pub address: String,
    /// Its version.
    pub version: String,
}

/// Looks for Ollama where `OLLAMA_HOST` says, on 127.0.0.1 and on ::1, all at once. Each address is listed once; one server
/// that answers under two addresses is listed under both. Runs on the [`crate::Runtime`].
pub async fn find_ollama(clients: &Clients) -> Vec<Found> {
    let host = std::env::var("OLLAMA_HOST").ok();
    let mut places = Vec::new();
    if let Some(host) = host.filter(|host| !host.trim().is_empty())
        && let Ok(url) = ollama_host(Some(&host))
    {
        places.push(url.to_string());
    }
    places.push("http://127.0.0.1:11434".to_owned());
    places.push("http://[::1]:11434".to_owned());
    find_at(clients, &places).await
}

/// Those of the places where an Ollama answers, in their order, each once. Runs on the [`crate::Runtime`].
pub async fn find_at(clients: &Clients, places: &[String]) -> Vec<Found> {
    let asked = places
        .iter()
        .map(|place| tokio::spawn(ask(place.clone(), clients.clone())));
    let mut found: Vec<Found> = Vec::new();
    for answer in asked.collect::<Vec<_>>() {
        if let Ok(Some(server)) = answer.await
            && found.iter().all(|known| known.address != server.address)
        {
            found.push(server);
        }
    }
    found
}

async fn ask(place: String, clients: Clients) -> Option<Found> {
    let spec = BackendSpec {
        limits: Limits {
            connect: PATIENCE,
            ..Limits::LOCAL
        },
        ..BackendSpec::new("ollama", Kind::Ollama, Some(place))
    };
    let server = Server::new(&spec, &clients).ok()?;
    let body = timeout(PATIENCE, server.whole("/api/version", None)).await;
    Some(Found {
        version: ollama::version(&body.ok()?.ok()?).ok()?,
        address: server.address().to_owned(),
    })
}
