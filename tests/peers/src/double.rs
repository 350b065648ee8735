//! The server that every double is: a thread, a listener on the loopback address, its journal and its gate.
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Instant;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::sync::oneshot;

use crate::exchange::{Api, respond};
use crate::journal::{Fate, Seen, Shared, Socket};
use crate::script::Script;

/// A running double. It stops, and closes all its sockets, when it is dropped.
pub struct Double {
    address: SocketAddr,
    shared: Arc<Shared>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Double {
    pub(crate) fn start(port: u16, script: Script, api: impl Api) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", port))
            .unwrap_or_else(|error| panic!("port {port} on 127.0.0.1: {error}"));
        listener.set_nonblocking(true).unwrap();
        let address = listener.local_addr().unwrap();
        let shared = Arc::new(Shared::new(script));
        let (stop, stopped) = oneshot::channel();
        let thread = std::thread::Builder::new()
            .name("model server double".to_owned())
            .spawn({
                let shared = Arc::clone(&shared);
                move || serve(listener, &shared, &Arc::new(api), stopped)
            })
            .unwrap();
        Self {
            address,
            shared,
            stop: Some(stop),
            thread: Some(thread),
        }
    }

    /// `http://127.0.0.1:PORT`
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The port it listens on.
    pub fn port(&self) -> u16 {
        self.address.port()
    }

    /// Goes on with another script: its models, faults and answers, from the next request on.
    pub fn play(&self, script: Script) {
        self.shared.play(script);
    }

    /// Every request so far, in the order in which they were read.
    pub fn journal(&self) -> Vec<Seen> {
        self.shared.state().seen.clone()
    }

    /// The model calls of the journal.
    pub fn calls(&self) -> Vec<Seen> {
        let mut seen = self.journal();
        seen.retain(|seen| seen.call > 0);
        seen
    }

    /// Connections that are open now.
    pub fn open_sockets(&self) -> usize {
        self.shared.state().open
    }

    /// Connections that were ever accepted.
    pub fn accepted(&self) -> u64 {
        self.shared.state().accepted
    }

    /// When a connection was closed last.
    pub fn last_closed(&self) -> Option<Instant> {
        self.shared.state().last_closed
    }

    /// The most model calls that were in flight at once.
    pub fn max_in_flight(&self) -> usize {
        self.shared.state().most_in_flight
    }

    /// Model calls that are in flight now.
    pub fn in_flight(&self) -> usize {
        self.shared.state().in_flight
    }

    /// Holds every model call back that comes after the n-th: it arrives and waits. `hold_after(0)` holds all.
    pub fn hold_after(&self, n: u64) {
        self.shared.hold_after(n);
    }

    /// Lets so many held calls more through, in their order.
    pub fn let_through(&self, more: u64) {
        self.shared.let_through(more);
    }

    /// Lets everything through, held or to come.
    pub fn release(&self) {
        self.shared.hold_after(u64::MAX);
    }

    /// Blocks until so many model calls have arrived since the start. Panics after a minute.
    /// Not for a thread that drives the client itself.
    pub fn wait_for_requests(&self, n: u64) {
        self.shared
            .wait_until(&format!("{n} model calls"), |state| state.calls >= n);
    }

    /// Blocks until so many model calls are in flight at once. Panics after a minute.
    pub fn wait_for_in_flight(&self, n: usize) {
        self.shared
            .wait_until(&format!("{n} in flight"), |state| state.in_flight >= n);
    }

    /// Blocks until so many requests have this fate. Panics after a minute.
    pub fn wait_for_fates(&self, n: usize, fate: Fate) {
        self.shared.wait_until(&format!("{n} × {fate:?}"), |state| {
            state.seen.iter().filter(|seen| seen.fate == fate).count() >= n
        });
    }

    /// Blocks until no connection is open, and says when the last one was closed. Panics after a minute.
    pub fn wait_until_closed(&self) -> Option<Instant> {
        self.shared
            .wait_until("every socket to be closed", |state| state.open == 0);
        self.last_closed()
    }

    /// Blocks until the journal is as wanted. Panics after a minute, with `what` in its words.
    pub fn wait_until(&self, what: &str, wanted: impl Fn(&[Seen]) -> bool) {
        self.shared.wait_until(what, |state| wanted(&state.seen));
    }
}

impl Drop for Double {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            // A panic there has failed a request of the test already.
            let _ = thread.join();
        }
    }
}

/// An address of this machine on which nothing listens.
pub fn closed_address() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    format!("http://{}", listener.local_addr().unwrap())
}

fn serve(
    listener: TcpListener,
    shared: &Arc<Shared>,
    api: &Arc<impl Api>,
    stopped: oneshot::Receiver<()>,
) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let listener = tokio::net::TcpListener::from_std(listener).unwrap();
        let accept = async {
            loop {
                let Ok((stream, _)) = listener.accept().await else {
                    continue;
                };
                stream.set_nodelay(true).unwrap();
                let socket = Socket::open(shared);
                let (shared, api) = (Arc::clone(shared), Arc::clone(api));
                tokio::spawn(async move {
                    let service = service_fn(|request| respond(&shared, &*api, request));
                    // Its errors are the clients' and the script's: the journal has them.
                    let _ = http1::Builder::new()
                        .serve_connection(TokioIo::new(stream), service)
                        .await;
                    drop(socket);
                });
            }
        };
        tokio::select! {
            () = accept => {}
            _ = stopped => {}
        }
    });
}
