//! Which cells a run asks, in which order, and why. Pure: what stands comes in, a list goes out.

use std::collections::HashSet;

use decision::{CellState, Decision, Kind};

use super::present::Present;
use crate::view::{AskReason, CellRef, Scope};

/// A cell to be asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Ask {
    /// The option's place.
    pub option: usize,
    /// The criterion's place.
    pub criterion: usize,
    /// Why.
    pub reason: AskReason,
}

/// The cells to ask: criterion by criterion, because a backend that keeps the beginning of a prompt keeps what all options
/// of a criterion share, and within it option by option. A cell with a score by hand is asked only when it is named.
pub(crate) fn cells_to_ask(decision: &Decision, present: &Present, scope: &Scope) -> Vec<Ask> {
    let named: HashSet<&CellRef> = match scope {
        Scope::Cells(cells) => cells.iter().collect(),
        _ => HashSet::new(),
    };
    let mut asks = Vec::new();
    for (criterion, described) in decision.criteria.iter().enumerate() {
        if described.kind != Kind::Judged {
            continue;
        }
        for option in 0..decision.options.len() {
            let by_hand = decision.cells[option][criterion].score.is_some();
            let reason = reason(present.state(option, criterion));
            let wanted = match scope {
                Scope::Missing => !by_hand && reason != AskReason::AskedAgain,
                Scope::Failed => {
                    !by_hand && matches!(reason, AskReason::Failed | AskReason::Unparsed)
                }
                Scope::All => !by_hand,
                Scope::Cells(_) => named.contains(&CellRef {
                    option_id: decision.options[option].id.to_string(),
                    criterion_id: described.id.to_string(),
                }),
            };
            if wanted {
                asks.push(Ask {
                    option,
                    criterion,
                    reason,
                });
            }
        }
    }
    asks
}

/// How many cells have neither a hand score nor a valid judgement.
pub(crate) fn missing(decision: &Decision, present: &Present) -> usize {
    cells_to_ask(decision, present, &Scope::Missing).len()
}

fn reason(state: CellState) -> AskReason {
    match state {
        CellState::Pending => AskReason::Pending,
        CellState::Stale => AskReason::Stale,
        CellState::Failed => AskReason::Failed,
        CellState::Unparsed => AskReason::Unparsed,
        CellState::Cancelled => AskReason::Cancelled,
        CellState::Scored | CellState::Abstained => AskReason::AskedAgain,
    }
}
