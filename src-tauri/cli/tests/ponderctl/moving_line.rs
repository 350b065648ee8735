//! The moving line on a real terminal, read as a person sees it: one line, never wrapped, gone at the end.

use std::fs::File;
use std::io::Read;
use std::process::{Child, Stdio};

use nix::pty::{Winsize, openpty};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use peers::{Fate, Ollama, Script};

use crate::terminal::{Terminal, to_judge};

/// A program whose standard error is a terminal of so many columns.
struct Watched {
    child: Child,
    screen: vt100::Parser,
    terminal: File,
}

impl Watched {
    fn start(terminal: &Terminal, ollama: &Ollama, columns: u16, args: &[&str]) -> Self {
        let size = Winsize {
            ws_row: 10,
            ws_col: columns,
            ws_xpixel: 0,
            ws_ypixel: 0,
        };
        let pty = openpty(Some(&size), None).unwrap();
        let url = ollama.url();
        let judge = ["--backend", "ollama", "--model", "tiny", "--base-url", &url];
        let mut command = terminal.command(&[&["decide"], args, &judge].concat());
        let child = command
            .stdout(Stdio::null())
            .stderr(pty.slave)
            .spawn()
            .unwrap();
        // The command holds its end of the terminal; only the child may.
        drop(command);
        Self {
            child,
            screen: vt100::Parser::new(10, columns, 0),
            terminal: pty.master.into(),
        }
    }

    /// Reads until the screen is as wanted, and holds every state of it on the way.
    fn until(&mut self, what: &str, wanted: impl Fn(&str) -> bool) {
        let mut bytes = [0; 256];
        while !wanted(&self.screen.screen().contents()) {
            // The other end is closed when the program has ended.
            let read = self.terminal.read(&mut bytes).unwrap_or(0);
            let shown = self.screen.screen().contents();
            assert!(
                read > 0,
                "the program ended before {what}; the screen showed {shown:?}"
            );
            self.screen.process(&bytes[..read]);
            let shown = self.screen.screen().contents();
            assert!(
                !shown.contains('\n'),
                "the line was wrapped or left behind: {shown:?}"
            );
        }
    }

    /// Reads to the end and gives what is left on the screen, and the exit code.
    fn end(mut self) -> (String, Option<i32>) {
        let mut bytes = [0; 256];
        while let Ok(read @ 1..) = self.terminal.read(&mut bytes) {
            self.screen.process(&bytes[..read]);
        }
        let code = self.child.wait().unwrap().code();
        (self.screen.screen().contents(), code)
    }
}

#[test]
fn one_line_moves_never_wraps_and_is_gone_at_the_end() {
    for columns in [120, 60, 24, 5] {
        let (terminal, ollama) = (Terminal::new(), Ollama::start(Script::default()));
        let file = terminal.file("d.toml", to_judge(4, 3));
        ollama.hold_after(5);
        let mut watched =
            Watched::start(&terminal, &ollama, columns, &[&file, "--concurrency", "3"]);
        match columns {
            120 => watched.until("five cells", |shown| {
                shown.contains("5/12")
                    && shown.contains("41%")
                    && shown.contains("3 in flight")
                    && shown.contains("Option 0")
            }),
            60 | 24 => watched.until("five cells", |shown| shown.contains("5/12")),
            _ => watched.until("five cells", |shown| shown.contains("5/")),
        }
        ollama.release();
        assert_eq!(watched.end(), (String::new(), Some(0)), "{columns} columns");
    }
}

#[test]
fn ctrl_c_is_answered_at_once_on_the_terminal() {
    let (terminal, ollama) = (Terminal::new(), Ollama::start(Script::default()));
    let file = terminal.file("d.toml", to_judge(2, 2));
    ollama.hold_after(1);
    let mut watched = Watched::start(&terminal, &ollama, 100, &[&file, "--concurrency", "2"]);
    ollama.wait_for_fates(1, Fate::Answered);
    watched.until("one cell", |shown| shown.contains("1/4"));
    kill(
        Pid::from_raw(watched.child.id().try_into().unwrap()),
        Signal::SIGINT,
    )
    .unwrap();
    let (left, code) = watched.end();
    assert_eq!(code, Some(130));
    assert_eq!(
        left,
        "Stopping; what is finished is kept. Once more leaves at once."
    );
    ollama.wait_until_closed();
}
