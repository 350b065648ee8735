//! The engine while it opens: on a thread of its own, so that WebKit starts meanwhile, with the answers to the page's first
//! questions ready by the time the page is read.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::ops::Deref;
use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

use engine::view::{Health, SessionState, SessionSummary, SessionView, Startup, UiSettings};
use engine::{Config, Engine, SessionFilter};
use serde::Serialize;

/// The engine, from before it is open. Using it waits until it is.
#[derive(Default)]
pub struct Opening {
    engine: OnceLock<Engine>,
    /// Handed out once: a page that is loaded again asks for what stands then.
    first: Mutex<Option<FirstAnswers>>,
    /// The history's version from before anything of it was read, until the watch begins.
    seen: Mutex<Option<u64>>,
}

/// What the page asks first.
#[derive(Serialize)]
struct FirstAnswers {
    startup: Startup,
    settings: UiSettings,
    health: Option<Health>,
    sessions: Option<Vec<SessionSummary>>,
    view: Option<SessionView>,
}

impl Deref for Opening {
    type Target = Engine;

    fn deref(&self) -> &Engine {
        self.engine.wait()
    }
}

impl Opening {
    /// Opens the history and answers the first questions, on a `file` when one was named. Whoever uses the engine meanwhile
    /// waits for the end of it. Returns the theme that the settings name.
    pub fn open(&self, config: Config, file: Option<PathBuf>) -> String {
        let engine = Engine::open_or_rescue(config);
        *lock(&self.seen) = Some(engine.history_version());
        let first = first_answers(&engine, file);
        let theme = first.settings.theme.clone();
        *lock(&self.first) = Some(first);
        let _ = self.engine.set(engine);
        theme
    }

    /// What the window should show first, and what became of the file that was named, to whoever asks first.
    pub fn startup(&self) -> Startup {
        let last_session = || Startup {
            session: self.ui_settings().last_session,
            problem: None,
        };
        self.engine.wait();
        let first = lock(&self.first).take();
        first.map_or_else(last_session, |first| first.startup)
    }

    /// The history's version from before anything of it was read; none when the watch has it already.
    pub fn take_seen(&self) -> Option<u64> {
        self.engine.wait();
        lock(&self.seen).take()
    }

    /// Puts into the page what is known by now, so that its first frame looks right and its first screen asks nothing. A
    /// history that is slow to open holds nothing up: the page then asks.
    pub fn fill(&self, page: &[u8]) -> Option<Cow<'static, [u8]>> {
        let page = std::str::from_utf8(page).ok()?;
        let first = self.engine.get().and_then(|_| lock(&self.first).take());
        let mut root = String::from("<html");
        if crate::traced() {
            root.push_str(" data-traced");
        }
        let mut answers = String::new();
        if let Some(first) = first {
            let UiSettings {
                theme,
                density,
                sidebar_width,
                ..
            } = &first.settings;
            if theme != "system" {
                let _ = write!(root, " data-theme=\"{theme}\"");
            }
            let screen = if first.view.is_some() {
                "decision"
            } else {
                "new"
            };
            let _ = write!(
                root,
                " data-density=\"{density}\" data-first=\"{screen}\" style=\"--sidebar: {sidebar_width}px\""
            );
            // No name in it may end the element it stands in.
            let json = serde_json::to_string(&first).ok()?.replace('<', "\\u003c");
            answers = format!(
                "<script type=\"application/json\" id=\"first-answers\">{json}</script></body>"
            );
        }
        let mut filled = page.replacen("<html", &root, 1);
        if !answers.is_empty() {
            filled = filled.replacen("</body>", &answers, 1);
        }
        Some(Cow::Owned(filled.into_bytes()))
    }
}

fn first_answers(engine: &Engine, file: Option<PathBuf>) -> FirstAnswers {
    let opened = file.map(|file| engine.open_file(&file));
    let settings = engine.ui_settings();
    let (session, problem) = match opened {
        Some(Ok(session)) => (Some(session), None),
        Some(Err(error)) => (settings.last_session.clone(), Some(error.into())),
        None => (settings.last_session.clone(), None),
    };
    let open = SessionFilter {
        state: SessionState::Open,
        search: String::new(),
    };
    FirstAnswers {
        view: session
            .as_deref()
            .and_then(|id| engine.open_session(id).ok()),
        startup: Startup { session, problem },
        health: engine.health().ok(),
        sessions: engine.sessions(&open).ok(),
        settings,
    }
}

fn lock<T>(held: &Mutex<T>) -> MutexGuard<'_, T> {
    held.lock().unwrap_or_else(PoisonError::into_inner)
}
