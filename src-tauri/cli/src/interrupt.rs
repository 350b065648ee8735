//! Ctrl-C while a run is at work: once stops it and keeps what is finished, twice leaves at once. The request to end that
//! other programs send (SIGTERM) is taken the same way.

use std::io::{self, IsTerminal};

use engine::Cancel;
use engine::view::AppError;

use crate::output::{Failure, exit, say};

/// Cancels by `cancel` from now on; `watched` when a person wants to read what happens.
pub fn cancels(cancel: &Cancel, watched: bool) -> Result<(), Failure> {
    let cancel = cancel.clone();
    let heard = move || {
        if cancel.is_cancelled() {
            std::process::exit(i32::from(exit::CANCELLED));
        }
        if watched {
            // The moving line, if there is one, gives way.
            let clear = if io::stderr().is_terminal() {
                "\r\x1b[K"
            } else {
                ""
            };
            say(&format!(
                "{clear}Stopping; what is finished is kept. Once more leaves at once."
            ));
        }
        // After the words: the run may be over in no time, and the program with it.
        cancel.cancel();
    };
    ctrlc::set_handler(heard).map_err(|error| {
        let words = format!("Ctrl-C cannot be listened to: {error}.");
        Failure(AppError::plain("internal", words))
    })
}
