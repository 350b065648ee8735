//! The one place where HTTP clients are made: one for each way out (direct to this machine, as the environment says, a
//! given proxy) and set of trusted authorities, shared by all backends that go that way, so that connections are reused.

use std::cell::Cell;
use std::collections::HashMap;
use std::future::Future;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::{Certificate, Client, ClientBuilder, Proxy, RequestBuilder, Response, redirect};
use tower_layer::Layer;
use tower_service::Service;

use crate::address::is_localhost;
use crate::error::LlmError;
use crate::spec::BackendSpec;

/// How the network is reached.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(crate) enum Route {
    /// Straight to loopback; this client cannot reach anything else by name, and knows no proxy.
    ThisMachine,
    /// As `HTTPS_PROXY` and its like say, else directly.
    Environment,
    /// Through this proxy. May hold a password: never shown.
    Through(String),
}

/// What makes one client different from another.
#[derive(Clone, PartialEq, Eq, Hash)]
struct Profile {
    route: Route,
    /// PEM of the authorities trusted beside the system's.
    authorities: Option<Vec<u8>>,
    encrypted: bool,
    connect: Duration,
}

/// The factory of clients. Cloning shares it.
#[derive(Clone)]
pub struct Clients {
    made: Arc<Mutex<HashMap<Profile, Client>>>,
    opened: Arc<AtomicU64>,
}

impl Default for Clients {
    fn default() -> Self {
        Self::new()
    }
}

impl std::fmt::Debug for Clients {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Clients")
            .field("connections_opened", &self.connections_opened())
            .finish_non_exhaustive()
    }
}

impl Clients {
    /// A factory that has made nothing yet.
    #[must_use]
    pub fn new() -> Self {
        // Somebody else in this process may have chosen a provider before; theirs will do.
        let _ = rustls::crypto::ring::default_provider().install_default();
        Self {
            made: Arc::default(),
            opened: Arc::default(),
        }
    }

    /// How many connections were opened so far, by all clients together.
    #[must_use]
    pub fn connections_opened(&self) -> u64 {
        self.opened.load(Ordering::Relaxed)
    }

    /// How many clients were made so far.
    #[must_use]
    pub fn clients_made(&self) -> usize {
        self.made
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .len()
    }

    /// The client for this way out; made when it is first wanted.
    pub(crate) fn client(
        &self,
        spec: &BackendSpec,
        route: Route,
        encrypted: bool,
    ) -> Result<Client, LlmError> {
        let authorities = match &spec.ca_file {
            None => None,
            Some(path) => Some(std::fs::read(path).map_err(|error| LlmError::BadCa {
                path: path.clone(),
                why: error.to_string(),
            })?),
        };
        let profile = Profile {
            // A proxy may itself be spoken to through TLS.
            encrypted: encrypted || route != Route::ThisMachine,
            route,
            authorities,
            connect: spec.limits.connect,
        };
        let mut made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(client) = made.get(&profile) {
            return Ok(client.clone());
        }
        let client = self.make(spec, &profile)?;
        made.insert(profile, client.clone());
        Ok(client)
    }

    fn make(&self, spec: &BackendSpec, profile: &Profile) -> Result<Client, LlmError> {
        let builder = Client::builder()
            .user_agent(concat!("ponder/", env!("CARGO_PKG_VERSION")))
            .redirect(redirect::Policy::none())
            .referer(false)
            // Without it a small request waits for the acknowledgement of the one before: 40 ms to the first token.
            .tcp_nodelay(true)
            .connect_timeout(profile.connect)
            .connector_layer(CountLayer(Arc::clone(&self.opened)));
        let builder = match &profile.route {
            Route::ThisMachine => builder.no_proxy().dns_resolver(Arc::new(Loopback)),
            Route::Environment => builder,
            Route::Through(proxy) => {
                builder.proxy(Proxy::all(proxy).map_err(|_| LlmError::BadProxy {
                    why: "it must look like http://host:port or socks5://host:port".to_owned(),
                })?)
            }
        };
        let started = |error: reqwest::Error| LlmError::Start {
            why: root_cause(&error),
        };
        // Reading the system's authorities costs 10 ms and a megabyte, and fails where there are none: not for plain HTTP.
        if !profile.encrypted && profile.authorities.is_none() {
            return builder.tls_certs_only([]).build().map_err(started);
        }
        with_authorities(spec, profile, builder)?
            .build()
            .map_err(started)
    }
}

fn with_authorities(
    spec: &BackendSpec,
    profile: &Profile,
    builder: ClientBuilder,
) -> Result<ClientBuilder, LlmError> {
    let (Some(pem), Some(path)) = (&profile.authorities, &spec.ca_file) else {
        return Ok(builder);
    };
    let bad = |why: String| LlmError::BadCa {
        path: path.clone(),
        why,
    };
    let certificates =
        Certificate::from_pem_bundle(pem).map_err(|error| bad(root_cause(&error)))?;
    if certificates.is_empty() {
        return Err(bad("it holds no certificate in PEM form".to_owned()));
    }
    Ok(builder.tls_certs_merge(certificates))
}

/// The innermost reason of an error, which is the one that says something; the outer ones repeat the URL.
pub(crate) fn root_cause(error: &(dyn std::error::Error + 'static)) -> String {
    let mut cause = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    let words = cause.to_string();
    match words.find(" (os error ") {
        Some(end) => words[..end].to_owned(),
        None => words,
    }
}

/// Knows `localhost` and nothing else: not even a question about a name leaves the machine.
struct Loopback;

impl Resolve for Loopback {
    fn resolve(&self, name: Name) -> Resolving {
        let known = is_localhost(name.as_str());
        Box::pin(async move {
            if !known {
                return Err("only this machine may be asked".into());
            }
            let addresses: Addrs = Box::new(
                [
                    IpAddr::V4(Ipv4Addr::LOCALHOST),
                    IpAddr::V6(Ipv6Addr::LOCALHOST),
                ]
                .into_iter()
                .map(|address| SocketAddr::new(address, 0)),
            );
            Ok(addresses)
        })
    }
}

tokio::task_local! {
    /// Whether the request that is being sent had to begin a connection of its own.
    static BEGAN: Cell<bool>;
}

/// Sends a request. A connection kept from before may be one that the server is just closing, which shows only when it is
/// used again: llama.cpp does so after every stream. Then nothing was answered, and the request goes out once more.
pub(crate) async fn send(request: RequestBuilder) -> reqwest::Result<Response> {
    loop {
        // Bodies here are text in memory; only a stream could not be sent twice.
        let Some(again) = request.try_clone() else {
            return request.send().await;
        };
        let (sent, began) = BEGAN
            .scope(Cell::new(false), async {
                let sent = again.send().await;
                (sent, BEGAN.with(Cell::get))
            })
            .await;
        match sent {
            // Each round uses up one kept connection, so there is an end to it.
            Err(error) if !began && !error.is_builder() => {}
            sent => return sent,
        }
    }
}

/// Counts the connections that were made.
#[derive(Clone)]
struct CountLayer(Arc<AtomicU64>);

impl<S> Layer<S> for CountLayer {
    type Service = Counted<S>;

    fn layer(&self, inner: S) -> Self::Service {
        Counted {
            inner,
            opened: Arc::clone(&self.0),
        }
    }
}

#[derive(Clone)]
struct Counted<S> {
    inner: S,
    opened: Arc<AtomicU64>,
}

impl<S, R> Service<R> for Counted<S>
where
    S: Service<R>,
    S::Future: Send + 'static,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<S::Response, S::Error>> + Send>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: R) -> Self::Future {
        // Not there when the pool makes a connection on its own account.
        let _ = BEGAN.try_with(|began| began.set(true));
        let connecting = self.inner.call(request);
        let opened = Arc::clone(&self.opened);
        Box::pin(async move {
            let connected = connecting.await;
            if connected.is_ok() {
                opened.fetch_add(1, Ordering::Relaxed);
            }
            connected
        })
    }
}
