//! `sessions`: the history from a terminal.

use engine::view::{Progress, RunInfo, RunKind, SessionState, SessionSummary, SessionView};
use engine::{Engine, Format, SessionFilter};
use serde::Serialize;
use serde_json::json;

use crate::age::{ago, ahead, now_ms};
use crate::args::{Sessions, State};
use crate::output::{Failure, Output};
use crate::printable::printable;
use crate::ranking;
use crate::runs;
use crate::table::{Table, size};

/// What stands in `"schema": "ponder.<name>/1"`.
pub fn name(asked: &Sessions) -> &'static str {
    match asked {
        Sessions::List { .. } => "sessions_list",
        Sessions::Show { .. } => "sessions_show",
        Sessions::Search { .. } => "sessions_search",
        Sessions::Runs { .. } => "sessions_runs",
        Sessions::Compare { .. } => "sessions_compare",
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
        Sessions::List { state } => list(engine, output, state, ""),
        Sessions::Search { words, state } => list(engine, output, state, &words.join(" ")),
        Sessions::Show { id } => {
            let shown = Shown {
                view: engine.open_session(&id)?,
                runs: engine.runs(&id)?,
            };
            output.answer(&shown, || words(&shown))?;
            Ok(0)
        }
        Sessions::Runs { id } => runs::list(&id, engine, output),
        Sessions::Compare { id, a, b } => runs::compare(&id, &a, &b, engine, output),
        Sessions::Export {
            id,
            path,
            format,
            force,
        } => {
            let format = match format {
                Some(name) => Format::from_name(&name)?,
                None => Format::from_path(&path)?,
            };
            let written = engine.export_session(&id, format, &path, force)?;
            output.answer(&written, || {
                format!("Written: {} ({})", written.path, size(written.bytes))
            })?;
            Ok(0)
        }
        Sessions::Import { path } => {
            let from = engine::view::NewSession::File {
                path: path.to_string_lossy().into_owned(),
            };
            let view = engine.create_session(&from)?;
            output.notices(&view.notices);
            let session = &view.session;
            output.answer(session, || {
                let topic = printable(&session.topic);
                let size = format!(
                    "{} options × {} criteria",
                    session.options, session.criteria
                );
                format!(
                    "Imported as session {}: {topic} ({size}, {} of {} cells filled).",
                    session.id, session.filled, session.cells
                )
            })?;
            Ok(0)
        }
        Sessions::Archive { ids } => set_state(engine, output, &ids, SessionState::Archived),
        Sessions::Trash { ids } => set_state(engine, output, &ids, SessionState::Trashed),
        Sessions::Restore { ids } => set_state(engine, output, &ids, SessionState::Open),
        Sessions::Erase { ids } => {
            let erased = engine.erase_sessions(&ids)?;
            output.answer(&erased, || {
                let what = if erased.erased == 1 {
                    "1 session".into()
                } else {
                    format!("{} sessions", erased.erased)
                };
                let mut words = format!("Erased {what} for good.");
                if !erased.backups_holding_it.is_empty() {
                    words.push_str("\nStill in these backups, until you delete them:");
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
struct Shown {
    #[serde(flatten)]
    view: SessionView,
    runs: Vec<RunInfo>,
}

#[derive(Serialize)]
struct Listed {
    sessions: Vec<SessionSummary>,
}

fn list(engine: &Engine, output: &Output, state: State, search: &str) -> Result<u8, Failure> {
    let listed = Listed {
        sessions: engine.sessions(&SessionFilter {
            state: state.into(),
            search: search.to_owned(),
        })?,
    };
    output.answer(&listed, || {
        match (listed.sessions.is_empty(), search.is_empty(), state) {
            (false, ..) => table(&listed.sessions),
            (true, false, _) => format!("No session holds \"{}\".", printable(search)),
            (true, true, State::Open) => {
                "No sessions yet. `ponderctl decide FILE` makes one.".into()
            }
            (true, true, State::Archived) => "The archive is empty.".into(),
            (true, true, State::Trashed) => "The trash is empty.".into(),
        }
    })?;
    Ok(0)
}

fn set_state(
    engine: &Engine,
    output: &Output,
    ids: &[String],
    state: SessionState,
) -> Result<u8, Failure> {
    let sessions = engine.set_session_states(ids, state)?;
    let done = match state {
        SessionState::Open => "Back in the list",
        SessionState::Archived => "Archived",
        SessionState::Trashed => "In the trash, erased after 30 days",
    };
    output.answer(&json!({ "sessions": sessions }), || {
        let lines = sessions
            .iter()
            .map(|session| format!("{done}: {}  {}\n", session.id, printable(&session.topic)));
        lines.collect()
    })?;
    Ok(0)
}

fn table(sessions: &[SessionSummary]) -> String {
    let now = now_ms();
    let trash = sessions.iter().any(|session| session.erase_at.is_some());
    let mut heads = vec!["Session", "Changed", "Topic", "Size", "Filled", "First"];
    if trash {
        heads.push("Erased");
    }
    let mut table = Table::new(&heads);
    table.right(&[3, 4]);
    for session in sessions {
        let mut row = vec![
            session.id.clone(),
            ago(session.updated_at, now),
            shortened(&session.topic),
            format!("{} × {}", session.options, session.criteria),
            (100 * session.filled)
                .checked_div(session.cells)
                .map_or_else(|| "–".into(), |percent| format!("{percent}%")),
            first(session),
        ];
        if trash {
            row.push(
                session
                    .erase_at
                    .map(|at| ahead(at, now))
                    .unwrap_or_default(),
            );
        }
        table.row(row);
    }
    table.to_string()
}

fn first(session: &SessionSummary) -> String {
    match (&session.leader, session.status) {
        (Some(leader), _) => leader.clone(),
        (None, Progress::CloseRace) => "(a close race)".into(),
        (None, _) => "–".into(),
    }
}

fn shortened(topic: &str) -> String {
    const LONGEST: usize = 60;
    if topic.chars().count() <= LONGEST {
        return topic.to_owned();
    }
    topic.chars().take(LONGEST - 1).chain(['…']).collect()
}

/// One session: where it stands, its ranking or what keeps it from one, what it weighs, and its runs.
fn words(shown: &Shown) -> String {
    let view = &shown.view;
    let (session, now) = (&view.session, now_ms());
    let state = match session.state {
        SessionState::Open => "",
        SessionState::Archived => ", archived",
        SessionState::Trashed => ", in the trash",
    };
    let made = ago(session.created_at, now);
    let changed = if view.revision > 1 {
        format!(", changed {}", ago(session.updated_at, now))
    } else {
        String::new()
    };
    let mut words = format!("Session {}, made {made}{changed}{state}\n\n", session.id);
    let Some(answer) = &view.answer else {
        words.push_str(&format!(
            "{}\n\nNot ranked yet:\n",
            printable(&view.decision.topic)
        ));
        for problem in &view.problems {
            words.push_str(&format!("  {}\n", engine::problem_line(problem)));
        }
        return words;
    };
    words.push_str(&ranking::words(answer));
    let mut table = Table::new(&["Criterion", "Weight", "Counts", "Better", "Must"]);
    table.right(&[1]);
    for criterion in &view.decision.criteria {
        let kind = criterion.kind.as_str();
        let unit = if criterion.unit.is_empty() {
            String::new()
        } else {
            format!(", {}", criterion.unit)
        };
        table.row(vec![
            criterion.name.clone(),
            ranking::percent(
                answer
                    .weights
                    .get(&criterion.id)
                    .copied()
                    .unwrap_or_default(),
            ),
            format!("{kind}{unit}"),
            if criterion.direction.as_str() == "cost" {
                "less".into()
            } else {
                "more".into()
            },
            criterion
                .must
                .map(|must| must.to_string())
                .unwrap_or_default(),
        ]);
    }
    words.push_str(&format!("\n{table}"));
    if shown.runs.iter().any(|run| run.kind == RunKind::Judged) {
        words.push_str(&format!("\n{}", runs::table(&shown.runs)));
    }
    words
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
