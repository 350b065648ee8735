//! A server that does exactly what a test tells it, byte by byte: what no well-behaved library would let through.
#![allow(dead_code, reason = "each test file uses its own part of it")]

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// One thing to do with a connection after a request was read.
#[derive(Debug, Clone)]
pub enum Act {
    /// Write these bytes.
    Send(Vec<u8>),
    /// Write these bytes this many times, or until the client has had enough.
    Flood(Vec<u8>, usize),
    /// Do nothing until the client closes.
    Hang,
    /// Close the connection.
    Close,
}

/// A request as it came.
#[derive(Debug, Clone)]
pub struct Request {
    pub head: String,
    pub body: String,
}

impl Request {
    pub fn path(&self) -> &str {
        self.head.split(' ').nth(1).unwrap_or_default()
    }

    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).unwrap()
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| {
            let (key, value) = line.split_once(": ")?;
            key.eq_ignore_ascii_case(name).then_some(value)
        })
    }
}

/// A running server. It stops with the test's runtime.
pub struct Server {
    pub port: u16,
    seen: Arc<Mutex<Vec<Request>>>,
    accepted: Arc<AtomicUsize>,
    sent: Arc<AtomicUsize>,
    closed_by_client: watch::Receiver<usize>,
}

impl Server {
    pub async fn start(answer: impl Fn(&Request) -> Vec<Act> + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let (closed, closed_by_client) = watch::channel(0);
        let server = Self {
            port,
            seen: Arc::default(),
            accepted: Arc::default(),
            sent: Arc::default(),
            closed_by_client,
        };
        let answer = Arc::new(answer);
        let (seen, accepted, sent) = (
            Arc::clone(&server.seen),
            Arc::clone(&server.accepted),
            Arc::clone(&server.sent),
        );
        tokio::spawn(async move {
            while let Ok((mut socket, _)) = listener.accept().await {
                accepted.fetch_add(1, Ordering::SeqCst);
                socket.set_nodelay(true).unwrap();
                let (answer, seen, sent, closed) = (
                    Arc::clone(&answer),
                    Arc::clone(&seen),
                    Arc::clone(&sent),
                    closed.clone(),
                );
                tokio::spawn(async move {
                    while let Some(request) = read_request(&mut socket).await {
                        let acts = answer(&request);
                        seen.lock().unwrap().push(request);
                        if !perform(acts, &mut socket, &sent, &closed).await {
                            break;
                        }
                    }
                });
            }
        });
        server
    }

    /// The same answer to every request.
    pub async fn always(acts: Vec<Act>) -> Self {
        Self::start(move |_| acts.clone()).await
    }

    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    pub fn requests(&self) -> Vec<Request> {
        self.seen.lock().unwrap().clone()
    }

    pub fn connections(&self) -> usize {
        self.accepted.load(Ordering::SeqCst)
    }

    pub fn bytes_sent(&self) -> usize {
        self.sent.load(Ordering::SeqCst)
    }

    /// Returns when this many connections were closed by the client while they hung or were being written to.
    pub async fn closed_by_client(&self, count: usize) {
        let mut closed = self.closed_by_client.clone();
        let wait = closed.wait_for(|closed| *closed >= count);
        tokio::time::timeout(Duration::from_secs(20), wait)
            .await
            .expect("the client kept its socket open")
            .unwrap();
    }
}

async fn read_request(socket: &mut TcpStream) -> Option<Request> {
    let mut bytes = Vec::new();
    let mut piece = [0; 16 * 1024];
    let head = loop {
        if let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
            break end + 4;
        }
        let read = socket.read(&mut piece).await.ok()?;
        if read == 0 {
            return None;
        }
        bytes.extend_from_slice(&piece[..read]);
    };
    let mut request = Request {
        head: String::from_utf8(bytes[..head].to_vec()).unwrap(),
        body: String::new(),
    };
    let length = request
        .header("content-length")
        .map_or(0, |length| length.trim().parse().unwrap());
    while bytes.len() < head + length {
        let read = socket.read(&mut piece).await.ok()?;
        if read == 0 {
            return None;
        }
        bytes.extend_from_slice(&piece[..read]);
    }
    request.body = String::from_utf8(bytes[head..].to_vec()).unwrap();
    Some(request)
}

/// Whether the connection lives on.
async fn perform(
    acts: Vec<Act>,
    socket: &mut TcpStream,
    sent: &AtomicUsize,
    closed: &watch::Sender<usize>,
) -> bool {
    for act in acts {
        let (bytes, times) = match act {
            Act::Send(bytes) => (bytes, 1),
            Act::Flood(bytes, times) => (bytes, times),
            Act::Hang => {
                let mut rest = [0; 1024];
                while socket.read(&mut rest).await.is_ok_and(|read| read > 0) {}
                closed.send_modify(|closed| *closed += 1);
                return false;
            }
            Act::Close => return false,
        };
        for _ in 0..times {
            if socket.write_all(&bytes).await.is_err() {
                closed.send_modify(|closed| *closed += 1);
                return false;
            }
            sent.fetch_add(bytes.len(), Ordering::SeqCst);
        }
    }
    true
}

/// A whole HTTP answer.
pub fn answer(status: u16, content_type: &str, body: impl AsRef<[u8]>) -> Act {
    answer_with(status, content_type, &[], body)
}

/// A whole HTTP answer with more headers.
pub fn answer_with(
    status: u16,
    content_type: &str,
    headers: &[(&str, &str)],
    body: impl AsRef<[u8]>,
) -> Act {
    let body = body.as_ref();
    let more: String = headers
        .iter()
        .map(|(name, value)| format!("{name}: {value}\r\n"))
        .collect();
    let mut bytes = format!(
        "HTTP/1.1 {status} Some Reason\r\ncontent-type: {content_type}\r\ncontent-length: {}\r\n{more}\r\n",
        body.len()
    )
    .into_bytes();
    bytes.extend_from_slice(body);
    Act::Send(bytes)
}

/// JSON with status 200.
pub fn json(body: &serde_json::Value) -> Vec<Act> {
    vec![answer(200, "application/json", body.to_string())]
}

/// The head of an answer whose body comes in chunks.
pub fn head(content_type: &str) -> Act {
    Act::Send(
        format!(
            "HTTP/1.1 200 OK\r\ncontent-type: {content_type}\r\ntransfer-encoding: chunked\r\n\r\n"
        )
        .into_bytes(),
    )
}

/// One chunk of such a body.
pub fn chunk(data: impl AsRef<[u8]>) -> Act {
    let data = data.as_ref();
    let mut bytes = format!("{:x}\r\n", data.len()).into_bytes();
    bytes.extend_from_slice(data);
    bytes.extend_from_slice(b"\r\n");
    Act::Send(bytes)
}

/// The end of such a body.
pub fn last() -> Act {
    Act::Send(b"0\r\n\r\n".to_vec())
}

/// What is sent in several acts, sent in one.
pub fn joined(acts: impl IntoIterator<Item = Act>) -> Act {
    let bytes = acts.into_iter().flat_map(|act| match act {
        Act::Send(bytes) => bytes,
        other => panic!("{other:?} is not sent"),
    });
    Act::Send(bytes.collect())
}
