//! What the engine asks of the machine it runs on, beside the time: environment variables, and which way out of it the
//! network takes. Passed in from the top, so that a test can move the machine.

use std::net::{IpAddr, UdpSocket};

/// The machine around the engine.
pub trait Surroundings: Send + Sync {
    /// The value of an environment variable; none when it is not set, empty or no text.
    fn variable(&self, name: &str) -> Option<String>;

    /// The address by which this machine would reach the internet; none without a network. It changes with the network.
    fn way_out(&self) -> Option<IpAddr>;
}

/// The real machine.
#[derive(Debug, Default, Clone, Copy)]
pub struct System;

impl Surroundings for System {
    fn variable(&self, name: &str) -> Option<String> {
        std::env::var(name)
            .ok()
            .filter(|value| !value.trim().is_empty())
    }

    /// Connecting a datagram socket sends nothing: it only asks the system's routes. The addresses are those kept for
    /// documentation (RFC 5737, RFC 3849), which nobody owns.
    fn way_out(&self) -> Option<IpAddr> {
        let ways = [("0.0.0.0:0", "192.0.2.1:9"), ("[::]:0", "[2001:db8::1]:9")];
        ways.into_iter().find_map(|(from, to)| {
            let socket = UdpSocket::bind(from).ok()?;
            socket.connect(to).ok()?;
            Some(socket.local_addr().ok()?.ip())
        })
    }
}
