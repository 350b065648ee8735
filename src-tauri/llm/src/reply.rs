//! A reply as it grows, and the loop that reads one from a server: the same for every protocol. How a frame is parsed is
//! the protocol's [`Reader`].

use std::time::Duration;

use tokio::time::{Instant, timeout};

use crate::completion::{Failed, Finish, Times, Usage};
use crate::error::LlmError;
use crate::server::Answer;

/// The longest reply: text and thinking together, in bytes.
pub(crate) const REPLY_BYTES: usize = 8_000_000;
/// The most that is read from the socket for one reply: a piece of three letters travels in 250 bytes.
pub(crate) const RAW_BYTES: usize = 40_000_000;
/// How much of an answer that cannot be read is kept to show.
const SHOWN_BYTES: usize = 4_000;
/// How long a finished answer may take to end its body, so that its connection can be used again.
const FAREWELL: Duration = Duration::from_millis(25);
/// How long to wait for token counts once the text is complete.
const COUNTS: Duration = Duration::from_secs(5);

/// What has been heard so far.
pub(crate) struct Reply<'h> {
    pub(crate) text: String,
    pub(crate) thinking: String,
    pub(crate) finish: Option<Finish>,
    pub(crate) model: Option<String>,
    pub(crate) usage: Usage,
    pub(crate) load_ms: Option<f64>,
    /// Somebody else's machine that answered under a local name.
    pub(crate) remote_host: Option<String>,
    /// The model declined in so many words.
    pub(crate) refused: bool,
    /// The protocol's last word was heard.
    pub(crate) done: bool,
    hear: &'h mut (dyn FnMut(&str) + Send),
    started: Instant,
    first_token: Option<Instant>,
    first_byte: Option<Duration>,
    /// The beginning of what could not be read.
    unread: String,
}

impl<'h> Reply<'h> {
    pub(crate) fn new(hear: &'h mut (dyn FnMut(&str) + Send)) -> Self {
        Self {
            text: String::new(),
            thinking: String::new(),
            finish: None,
            model: None,
            usage: Usage::default(),
            load_ms: None,
            remote_host: None,
            refused: false,
            done: false,
            hear,
            started: Instant::now(),
            first_token: None,
            first_byte: None,
            unread: String::new(),
        }
    }

    pub(crate) fn say(&mut self, piece: &str) -> Result<(), LlmError> {
        if piece.is_empty() {
            return Ok(());
        }
        self.token(piece)?;
        self.text.push_str(piece);
        (self.hear)(piece);
        Ok(())
    }

    pub(crate) fn think(&mut self, piece: &str) -> Result<(), LlmError> {
        if piece.is_empty() {
            return Ok(());
        }
        self.token(piece)?;
        self.thinking.push_str(piece);
        Ok(())
    }

    fn token(&mut self, piece: &str) -> Result<(), LlmError> {
        if self.first_token.is_none() {
            self.first_token = Some(Instant::now());
        }
        if self.text.len() + self.thinking.len() + piece.len() > REPLY_BYTES {
            return Err(LlmError::TooLarge { limit: REPLY_BYTES });
        }
        Ok(())
    }

    /// The error of a frame that does not parse, whose bytes are kept to show.
    pub(crate) fn unreadable(&mut self, frame: &[u8], error: &serde_json::Error) -> LlmError {
        let start = &frame[..frame.len().min(SHOWN_BYTES)];
        self.unread = String::from_utf8_lossy(start).into_owned();
        unreadable(frame, error)
    }

    pub(crate) fn times(&self) -> Times {
        let ms = |time: Duration| time.as_secs_f64() * 1000.0;
        Times {
            first_byte_ms: self.first_byte.map(ms),
            first_token_ms: self.first_token.map(|at| ms(at - self.started)),
            load_ms: self.load_ms,
            total_ms: ms(self.started.elapsed()),
        }
    }

    pub(crate) fn failed(self, error: LlmError) -> Failed {
        let times = self.times();
        let partial = if self.text.is_empty() {
            self.unread
        } else {
            self.text
        };
        Failed {
            error,
            partial,
            times,
            earlier: Vec::new(),
        }
    }
}

/// Why these bytes are no frame.
pub(crate) fn unreadable(frame: &[u8], error: &serde_json::Error) -> LlmError {
    if std::str::from_utf8(frame).is_err() {
        LlmError::NotUtf8
    } else if frame.iter().all(u8::is_ascii_whitespace) {
        LlmError::BadReply {
            why: "it is empty".to_owned(),
        }
    } else if frame.trim_ascii_start().starts_with(b"<") {
        LlmError::BadReply {
            why: "it is a web page".to_owned(),
        }
    } else {
        LlmError::BadReply {
            why: format!("it is not the JSON of this API ({error})"),
        }
    }
}

/// What a protocol makes of the bytes of an answer.
pub(crate) trait Reader: Send {
    /// Takes the next bytes and tells what they say.
    fn feed(&mut self, piece: &[u8], reply: &mut Reply<'_>) -> Result<(), LlmError>;

    /// The body has ended.
    fn end(&mut self, reply: &mut Reply<'_>) -> Result<(), LlmError>;
}

/// Reads an answer to its end. An answer whose finish was heard is whole, whatever happens to the connection after it.
pub(crate) async fn listen(
    answer: &mut Answer,
    reader: &mut dyn Reader,
    reply: &mut Reply<'_>,
) -> Result<(), LlmError> {
    let mut received = 0;
    loop {
        let next = if reply.finish.is_some() {
            match timeout(COUNTS, answer.chunk()).await {
                Ok(Ok(next)) => next,
                Ok(Err(_)) | Err(_) => return Ok(()),
            }
        } else {
            answer.chunk().await?
        };
        reply.first_byte = answer.first_byte();
        let Some(piece) = next else {
            reader.end(reply)?;
            return if reply.finish.is_some() {
                Ok(())
            } else {
                Err(LlmError::Cut)
            };
        };
        received += piece.len();
        if received > RAW_BYTES {
            return Err(LlmError::TooLarge { limit: RAW_BYTES });
        }
        reader.feed(&piece, reply)?;
        if reply.done {
            // The end of the body mostly came in the same packet; a server that keeps the line open loses it.
            let _ = timeout(FAREWELL, answer.chunk()).await;
            return Ok(());
        }
    }
}
