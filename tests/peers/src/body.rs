//! A response's body, piece by piece, with pauses, silences and breaks between the pieces.
use std::collections::VecDeque;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use hyper::body::{Body, Frame, SizeHint};
use tokio::time::Sleep;

use crate::journal::{Fate, Ticket};

pub(crate) enum Piece {
    Bytes(Bytes),
    /// What was sent so far leaves the process before anything else happens.
    Flush,
    Wait(Duration),
    /// Nothing more, for ever.
    Hang,
    /// The socket is closed.
    Break,
}

/// The script says that the socket closes here.
#[derive(Debug, thiserror::Error)]
#[error("closed as the script says")]
pub(crate) struct Broken;

pub(crate) struct Pieces {
    queue: VecDeque<Piece>,
    sleep: Option<Pin<Box<Sleep>>>,
    /// What `content-length` says; none for a stream.
    length: Option<u64>,
    ticket: Ticket,
}

impl Pieces {
    pub fn new(queue: VecDeque<Piece>, length: Option<u64>, mut ticket: Ticket) -> Self {
        if queue.is_empty() {
            ticket.end(ticket.outcome);
        }
        Self {
            queue,
            sleep: None,
            length,
            ticket,
        }
    }
}

impl Body for Pieces {
    type Data = Bytes;
    type Error = Broken;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Broken>>> {
        let this = self.get_mut();
        loop {
            if let Some(sleep) = &mut this.sleep {
                if sleep.as_mut().poll(context).is_pending() {
                    return Poll::Pending;
                }
                this.sleep = None;
            }
            match this.queue.pop_front() {
                None => return Poll::Ready(None),
                Some(Piece::Bytes(bytes)) => {
                    if this.queue.is_empty() {
                        this.ticket.end(this.ticket.outcome);
                    }
                    return Poll::Ready(Some(Ok(Frame::data(bytes))));
                }
                Some(Piece::Flush) => {
                    // hyper flushes when its body is not ready.
                    context.waker().wake_by_ref();
                    return Poll::Pending;
                }
                Some(Piece::Wait(time)) => this.sleep = Some(Box::pin(tokio::time::sleep(time))),
                Some(Piece::Hang) => {
                    this.queue.push_front(Piece::Hang);
                    return Poll::Pending;
                }
                Some(Piece::Break) => {
                    this.ticket.end(Fate::CutByScript);
                    return Poll::Ready(Some(Err(Broken)));
                }
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.queue.is_empty() && self.sleep.is_none()
    }

    fn size_hint(&self) -> SizeHint {
        self.length
            .map_or_else(SizeHint::default, SizeHint::with_exact)
    }
}

/// Cuts the pieces after so many bytes; the rest is what `then` says.
pub(crate) fn cut_after(pieces: VecDeque<Piece>, mut bytes: usize, then: Piece) -> VecDeque<Piece> {
    let mut kept = VecDeque::new();
    for piece in pieces {
        match piece {
            Piece::Bytes(whole) if whole.len() >= bytes => {
                kept.push_back(Piece::Bytes(whole.slice(..bytes)));
                break;
            }
            Piece::Bytes(whole) => {
                bytes -= whole.len();
                kept.push_back(Piece::Bytes(whole));
            }
            other => kept.push_back(other),
        }
    }
    kept.push_back(Piece::Flush);
    kept.push_back(then);
    kept
}
