//! The line that moves on a terminal. A thread of its own paints it: also while a slow model says nothing, and never in the
//! way of the run.

use std::io::{self, Write};
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use engine::Cancel;

use super::line::{Moment, line};
use super::tally::Tally;
use crate::printable::printable;

/// How often it is painted when nothing happens: the time moves.
const BREATH: Duration = Duration::from_millis(500);
/// Where nobody says how wide the terminal is.
const USUAL_WIDTH: usize = 80;
const CLEAR: &str = "\r\x1b[K";

enum Change {
    Moment(Box<Moment>),
    Note(String),
}

/// A line on standard error; it is gone when this is dropped.
pub struct MovingLine {
    changes: Option<Sender<Change>>,
    painter: Option<JoinHandle<()>>,
    last: String,
}

impl MovingLine {
    /// Starts to paint; says that it stops once `cancel` is wished for.
    pub fn start(cancel: Cancel) -> Self {
        let (changes, news) = mpsc::channel();
        let paint = move || {
            let (mut moment, mut since) = (Moment::default(), Instant::now());
            loop {
                let first = match news.recv_timeout(BREATH) {
                    Ok(change) => Some(change),
                    Err(RecvTimeoutError::Timeout) => None,
                    Err(RecvTimeoutError::Disconnected) => break,
                };
                for change in first.into_iter().chain(news.try_iter()) {
                    match change {
                        Change::Moment(next) => (moment, since) = (*next, Instant::now()),
                        Change::Note(words) => write(&format!("{CLEAR}{}\r\n", printable(&words))),
                    }
                }
                let now = later(&moment, since.elapsed(), cancel.is_cancelled());
                write(&format!("{CLEAR}{}", line(&now, width())));
            }
            write(CLEAR);
        };
        let painter = std::thread::Builder::new()
            .name("progress".into())
            .spawn(paint);
        Self {
            changes: Some(changes),
            // Without a thread there is no line, and the run goes on all the same.
            painter: painter.ok(),
            last: String::new(),
        }
    }

    /// Shows how far the run has come, and the cell that was judged last if there is a new one.
    pub fn show(&mut self, tally: &Tally, last: Option<String>) {
        if let Some(last) = last {
            self.last = last;
        }
        self.change(Change::Moment(Box::new(Moment {
            done: tally.done,
            total: tally.asked,
            in_flight: tally.in_flight,
            failed: tally.without_answer(),
            elapsed_ms: tally.elapsed_ms,
            left_ms: tally.eta_ms,
            last: self.last.clone(),
            stopping: false,
        })));
    }

    /// Says something above the line.
    pub fn note(&self, words: &str) {
        self.change(Change::Note(words.to_owned()));
    }

    fn change(&self, change: Change) {
        if let Some(changes) = &self.changes {
            // A painter that is gone paints nothing.
            let _ = changes.send(change);
        }
    }
}

impl Drop for MovingLine {
    fn drop(&mut self) {
        drop(self.changes.take());
        if let Some(painter) = self.painter.take() {
            let _ = painter.join();
        }
    }
}

/// What a moment has become after this while.
fn later(moment: &Moment, passed: Duration, stopping: bool) -> Moment {
    let passed_ms = passed.as_secs_f64() * 1000.0;
    Moment {
        elapsed_ms: moment
            .elapsed_ms
            .saturating_add(i64::try_from(passed.as_millis()).unwrap_or(i64::MAX)),
        left_ms: moment.left_ms.map(|left| (left - passed_ms).max(0.0)),
        stopping,
        ..moment.clone()
    }
}

/// One column less than there are: in the last one, many terminals go to the next line.
fn width() -> usize {
    let size = terminal_size::terminal_size_of(io::stderr());
    size.map_or(USUAL_WIDTH, |(width, _)| usize::from(width.0))
        .saturating_sub(1)
}

/// Whether anybody still looks changes nothing.
fn write(text: &str) {
    let mut terminal = io::stderr().lock();
    let _ = terminal
        .write_all(text.as_bytes())
        .and_then(|()| terminal.flush());
}
