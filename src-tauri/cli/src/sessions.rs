//! `sessions`: the history from a terminal.

use engine::view::{SessionState, SessionSummary};
use engine::{Engine, Format, SessionFilter};
use serde::Serialize;
use serde_json::json;

use crate::args::{Sessions, State};
use crate::decisions::ranking_words;
use crate::output::{Failure, Output};
use crate::table::Table;

/// What stands in `"schema": "ponder.<name>/1"`.
pub fn name(asked: &Sessions) -> &'static str {
    match asked {
        Sessions::List { .. } => "sessions_list",
        Sessions::Show { .. } => "sessions_show",
        Sessions::Search { .. } => "sessions_search",
        Sessions::Export { .. } => "sessions_export",
        Sessions::Import { .. } => "sessions_import",
        Sessions::Archive { .. } => "sessions_archive",
        Sessions::Trash { .. } => "sessions_trash",
        Sessions::Restore { .. } => "sessions_restore",
        Sessions::Erase { .. } => "sessions_erase",
    }
}

/// Carries out one of them.
pub fn run(asked: Sessions, engine: &Engine, output: &Output) -> Result<u8, Failure> {
    match asked {
        Sessions::List { state } => list(engine, output, state.into(), String::new()),
        Sessions::Search { words } => list(engine, output, SessionState::Open, words.join(" ")),
        Sessions::Show { id } => {
            let view = engine.open_session(&id)?;
            output.answer(&view, || match &view.answer {
                Some(answer) => ranking_words(answer),
                None => {
                    let problems = view.problems.iter().map(|problem| format!("\n{}", engine::problem_line(problem)));
                    format!("{}\n{}", view.decision.topic, problems.collect::<String>())
                }
            })?;
            Ok(0)
        }
        Sessions::Export { id, path, format, force } => {
            let format = match format {
                Some(name) => Format::from_name(&name)?,
                None => Format::from_path(&path)?,
            };
            let written = engine.export_session(&id, format, &path, force)?;
            output.answer(&written, || format!("Written: {} ({} bytes)", written.path, written.bytes))?;
            Ok(0)
        }
        Sessions::Import { path } => {
            let from = engine::view::NewSession::File { path: path.to_string_lossy().into_owned() };
            let view = engine.create_session(&from)?;
            for notice in &view.notices {
                output.note(&notice.message);
            }
            output.answer(&view.session, || format!("{}  {}", view.session.id, view.session.topic))?;
            Ok(0)
        }
        Sessions::Archive { ids } => set_state(engine, output, &ids, SessionState::Archived),
        Sessions::Trash { ids } => set_state(engine, output, &ids, SessionState::Trashed),
        Sessions::Restore { ids } => set_state(engine, output, &ids, SessionState::Open),
        Sessions::Erase { ids } => {
            let erased = engine.erase_sessions(&ids)?;
            output.answer(&erased, || {
                let mut words = format!("Erased: {}", erased.erased);
                if !erased.backups_holding_it.is_empty() {
                    words.push_str("\nThese backups still hold it:");
                    for backup in &erased.backups_holding_it {
                        words.push_str(&format!("\n  {backup}"));
                    }
                }
                words
            })?;
            Ok(0)
        }
    }
}

#[derive(Serialize)]
struct Listed {
    sessions: Vec<SessionSummary>,
}

fn list(engine: &Engine, output: &Output, state: SessionState, search: String) -> Result<u8, Failure> {
    let listed = Listed { sessions: engine.sessions(&SessionFilter { state, search })? };
    output.answer(&listed, || words(&listed.sessions))?;
    Ok(0)
}

fn set_state(engine: &Engine, output: &Output, ids: &[String], state: SessionState) -> Result<u8, Failure> {
    let mut sessions = Vec::new();
    for id in ids {
        sessions.push(engine.set_session_state(id, state)?);
    }
    output.answer(&json!({ "sessions": sessions }), || words(&sessions))?;
    Ok(0)
}

fn words(sessions: &[SessionSummary]) -> String {
    if sessions.is_empty() {
        return "No sessions here.".into();
    }
    let mut table = Table::new(&["Session", "Topic", "Options", "Criteria", "Filled", "First"]);
    table.right(&[2, 3, 4]);
    for session in sessions {
        table.row(vec![
            session.id.clone(),
            session.topic.chars().take(60).collect(),
            session.options.to_string(),
            session.criteria.to_string(),
            format!("{}/{}", session.filled, session.cells),
            session.leader.clone().unwrap_or_default(),
        ]);
    }
    table.to_string()
}

impl From<State> for SessionState {
    fn from(state: State) -> Self {
        match state {
            State::Open => Self::Open,
            State::Archived => Self::Archived,
            State::Trashed => Self::Trashed,
        }
    }
}
