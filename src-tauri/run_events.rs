//! Brings what happens during a run to the page: a batch at most every 50 ms, so that an instant server cannot flood it.

use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

use engine::RunEvent;
use tauri::{AppHandle, Emitter};

const BATCH: Duration = Duration::from_millis(50);

/// A receiver of run events that emits them to the page as `run_event`, in order.
pub fn to_page(app: AppHandle) -> impl FnMut(RunEvent) + Send + 'static {
    let (sender, events) = mpsc::channel();
    std::thread::spawn(move || {
        while let Some(batch) = next_batch(&events) {
            let _ = app.emit("run_event", batch);
        }
    });
    move |event| drop(sender.send(event))
}

/// Waits for an event, takes what follows within the batch's time, and gives them in order; none when nobody sends any more.
fn next_batch<T>(events: &Receiver<T>) -> Option<Vec<T>> {
    let mut batch = vec![events.recv().ok()?];
    let until = Instant::now() + BATCH;
    loop {
        match events.recv_timeout(until.saturating_duration_since(Instant::now())) {
            Ok(event) => batch.push(event),
            Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => return Some(batch),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_arrive_in_order_and_none_is_left_behind_when_the_run_ends() {
        let (sender, events) = mpsc::channel();
        for number in 0..1000 {
            sender.send(number).unwrap();
        }
        drop(sender);
        let mut seen = Vec::new();
        while let Some(batch) = next_batch(&events) {
            seen.extend(batch);
        }
        assert_eq!(seen, (0..1000).collect::<Vec<_>>());
    }
}
