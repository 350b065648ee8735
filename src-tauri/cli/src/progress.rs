//! Shows a run's progress on standard error: a line that moves on a terminal, lines of words or of JSON elsewhere.

use std::io::{self, IsTerminal, Write};

use engine::RunEvent;

use crate::args::ProgressStyle;
use crate::output::{Output, say};

/// A receiver of run events that shows them as `output` asks.
pub fn shown(output: &Output) -> impl FnMut(&RunEvent) + use<> {
    let terminal = io::stderr().is_terminal();
    let style = match output.progress {
        ProgressStyle::Auto if terminal => ProgressStyle::Auto,
        ProgressStyle::Auto if output.is_json() => ProgressStyle::Ndjson,
        ProgressStyle::Auto => ProgressStyle::None,
        chosen => chosen,
    };
    move |event| match style {
        ProgressStyle::None => {}
        ProgressStyle::Ndjson => {
            if let Ok(line) = serde_json::to_string(event) {
                say(&line);
            }
        }
        ProgressStyle::Plain => say(&event.to_string()),
        ProgressStyle::Auto => {
            let end = if matches!(event, RunEvent::Finished { .. }) {
                "\n"
            } else {
                ""
            };
            let mut terminal = io::stderr().lock();
            let _ = write!(terminal, "\r\x1b[K{event}{end}").and_then(|()| terminal.flush());
        }
    }
}
