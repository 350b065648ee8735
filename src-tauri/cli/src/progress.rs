//! Shows a run's progress on standard error: a line that moves on a terminal, lines of words or of JSON elsewhere.
#![allow(clippy::print_stderr, reason = "progress goes to standard error")]

use std::io::IsTerminal;

use engine::RunEvent;

use crate::args::ProgressStyle;
use crate::output::Output;

/// A receiver of run events that shows them as `output` asks.
pub fn shown(output: &Output) -> impl FnMut(&RunEvent) + use<> {
    let terminal = std::io::stderr().is_terminal();
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
                eprintln!("{line}");
            }
        }
        ProgressStyle::Plain => eprintln!("{event}"),
        ProgressStyle::Auto => match event {
            RunEvent::Finished { .. } => eprintln!("\r\x1b[K{event}"),
            other => eprint!("\r\x1b[K{other}"),
        },
    }
}
