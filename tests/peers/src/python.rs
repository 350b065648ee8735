//! The local Python environment that `make peers` makes, and servers that run from it. A server ends with its handle,
//! and with this process however it ends: it watches its standard input.
use std::io::{BufRead as _, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::Duration;

use sha2::{Digest as _, Sha256};

/// A real server that cannot be had. A test fails on it: it never passes in silence.
#[derive(Debug, thiserror::Error)]
pub enum Missing {
    /// The environment was never made.
    #[error("{} is not there. Make it with: make peers", venv.display())]
    NotMade {
        /// Where it would be.
        venv: PathBuf,
    },
    /// The environment was made from other versions than those that are asked for now.
    #[error("{} is not up to date. Make it anew with: make peers", venv.display())]
    OutOfDate {
        /// Where it is.
        venv: PathBuf,
    },
    /// The server ended, or said nothing for too long.
    #[error("{what} did not start within {waited:?}. It said:\n{said}")]
    DidNotStart {
        /// Which server.
        what: &'static str,
        /// How long it had.
        waited: Duration,
        /// Its output.
        said: String,
    },
}

/// A real server in a process of its own. Dropped, it ends.
#[derive(Debug)]
pub struct Server {
    url: String,
    child: Child,
}

impl Server {
    /// `http://127.0.0.1:PORT`
    pub fn url(&self) -> String {
        self.url.clone()
    }

    /// The process, for what a test wants to measure or do to it.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// This package's folder.
fn here() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The environment's folder, if it is made of what is asked for now.
pub(crate) fn venv() -> Result<PathBuf, Missing> {
    let venv = here().join("../../.venv-peers");
    let Ok(made_of) = std::fs::read_to_string(venv.join(".ponder-made-of")) else {
        return Err(Missing::NotMade { venv });
    };
    let mut wanted = Sha256::new();
    for file in ["requirements.txt", "python/tiny_model.py"] {
        wanted.update(std::fs::read(here().join(file)).unwrap());
    }
    if made_of.trim() == crate::answer::hex_of(&wanted.finalize()) {
        Ok(venv)
    } else {
        Err(Missing::OutOfDate { venv })
    }
}

/// A command that runs one of this package's scripts in the environment: `ollama_client.py`.
///
/// # Errors
/// When the environment is not there or not up to date.
pub fn script(name: &str) -> Result<Command, Missing> {
    let mut command = Command::new(venv()?.join("bin/python"));
    command.arg(here().join("python").join(name));
    // No proxy of the machine stands between a test and the loopback address.
    for variable in ["http_proxy", "https_proxy", "all_proxy"] {
        command
            .env_remove(variable)
            .env_remove(variable.to_uppercase());
    }
    Ok(command)
}

/// Starts a script that prints `ready ADDRESS` and then serves.
pub(crate) fn serve(
    what: &'static str,
    mut command: Command,
    limit: Duration,
) -> Result<Server, Missing> {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let (tell, told) = mpsc::channel();
    let streams: [Box<dyn Read + Send>; 2] = [
        Box::new(child.stdout.take().unwrap()),
        Box::new(child.stderr.take().unwrap()),
    ];
    for stream in streams {
        let tell = tell.clone();
        // Reads to the end, or a server that writes much would stand still.
        std::thread::spawn(move || {
            for line in BufReader::new(stream).lines().map_while(Result::ok) {
                let _ = tell.send(line);
            }
        });
    }
    drop(tell);
    let mut server = Server {
        url: String::new(),
        child,
    };
    let end = std::time::Instant::now() + limit;
    let mut said = String::new();
    loop {
        let left = end.saturating_duration_since(std::time::Instant::now());
        match told.recv_timeout(left) {
            Ok(line) => match line.strip_prefix("ready ") {
                Some(url) => {
                    url.clone_into(&mut server.url);
                    return Ok(server);
                }
                None => said = format!("{said}{line}\n"),
            },
            Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => {
                let waited = limit;
                return Err(Missing::DidNotStart { what, waited, said });
            }
        }
    }
}
