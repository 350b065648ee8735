//! A session's line in the list: what it shows is worked out at each save, so that listing thousands ranks nothing.

use decision::{CellState, Decision, ScoreTable};
use store::{SessionRow, SessionStatus, SummaryColumns};

use crate::view::{Progress, SessionState, SessionSummary};

/// How long the trash keeps a session.
const TRASH_DAYS: i64 = 30;

/// The line of a stored session.
pub(crate) fn of(row: &SessionRow) -> SessionSummary {
    SessionSummary {
        id: row.id.clone(),
        topic: row.topic.clone(),
        state: match row.state {
            store::SessionState::Open => SessionState::Open,
            store::SessionState::Archived => SessionState::Archived,
            store::SessionState::Trashed => SessionState::Trashed,
        },
        status: match row.summary.status {
            SessionStatus::Empty => Progress::Empty,
            SessionStatus::Incomplete => Progress::Incomplete,
            SessionStatus::Ranked => Progress::Ranked,
            SessionStatus::CloseRace => Progress::CloseRace,
        },
        leader: row.summary.leader.clone(),
        options: row.summary.options,
        criteria: row.summary.criteria,
        cells: row.summary.cells,
        filled: row.summary.filled,
        created_at: row.created_at,
        updated_at: row.updated_at,
        trashed_at: row.trashed_at,
        erase_at: row
            .trashed_at
            .map(|at| at + TRASH_DAYS * 24 * 60 * 60 * 1000),
    }
}

/// The state as the history keeps it.
pub(crate) fn stored(state: SessionState) -> store::SessionState {
    match state {
        SessionState::Open => store::SessionState::Open,
        SessionState::Archived => store::SessionState::Archived,
        SessionState::Trashed => store::SessionState::Trashed,
    }
}

/// What the list shows of a decision.
pub(crate) fn columns(decision: &Decision, table: &ScoreTable) -> SummaryColumns {
    let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    let filled = filled(table);
    let cells = decision.options.len() * decision.criteria.len();
    let answer = decision::answer(decision, table).ok();
    let (status, leader) = match answer {
        _ if filled == 0 => (SessionStatus::Empty, None),
        None => (SessionStatus::Incomplete, None),
        Some(answer) if filled < cells => (SessionStatus::Incomplete, answer.winner),
        Some(answer) if answer.close_race.is_some() => (SessionStatus::CloseRace, None),
        Some(answer) => (SessionStatus::Ranked, answer.winner),
    };
    SummaryColumns {
        options: count(decision.options.len()),
        criteria: count(decision.criteria.len()),
        cells: count(cells),
        filled: count(filled),
        status,
        leader,
    }
}

/// How many cells have a score or an abstention.
pub(crate) fn filled(table: &ScoreTable) -> usize {
    let cells = (0..table.options())
        .flat_map(|option| (0..table.criteria()).map(move |criterion| (option, criterion)));
    cells
        .filter(|(o, c)| {
            matches!(
                table.state(*o, *c),
                CellState::Scored | CellState::Abstained
            )
        })
        .count()
}
