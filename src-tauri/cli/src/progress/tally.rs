//! What became of a run's cells, counted as it happens, and said in words at the end.

use std::collections::{BTreeMap, BTreeSet};

use engine::{Calls, CellState, RunEvent};

use crate::age::took;
use crate::printable::printable;

/// How many different reasons are said; more are no overview.
const SHOWN_REASONS: usize = 5;

/// The count of a run.
#[derive(Debug, Default)]
pub struct Tally {
    /// Cells the run asks about.
    pub asked: u32,
    /// Of these, how many are done.
    pub done: u32,
    /// Calls in flight.
    pub in_flight: u32,
    /// Since the run began.
    pub elapsed_ms: i64,
    /// Until it ends; none until that can be told.
    pub eta_ms: Option<f64>,
    scored: u32,
    abstained: u32,
    failed: BTreeMap<String, u32>,
    unparsed: BTreeMap<String, u32>,
    judges: BTreeSet<String>,
}

impl Tally {
    /// Counts an event.
    pub fn count(&mut self, event: &RunEvent) {
        match event {
            RunEvent::Started { asked, .. } => self.asked = *asked,
            RunEvent::Cell {
                cell,
                done,
                total,
                eta_ms,
                in_flight,
                elapsed_ms,
                ..
            } => {
                (self.done, self.asked) = (*done, *total);
                (self.in_flight, self.eta_ms) = (*in_flight, *eta_ms);
                self.elapsed_ms = *elapsed_ms;
                let why = || {
                    cell.error
                        .clone()
                        .unwrap_or_else(|| "no reason given".into())
                };
                match cell.state {
                    CellState::Scored => self.scored += 1,
                    CellState::Abstained => self.abstained += 1,
                    CellState::Unparsed => *self.unparsed.entry(why()).or_default() += 1,
                    _ => *self.failed.entry(why()).or_default() += 1,
                }
                if let (Some(backend), Some(model)) = (&cell.backend, &cell.model) {
                    self.judges.insert(format!("{model} at {backend}"));
                }
            }
            RunEvent::Finished { elapsed_ms, .. } => self.elapsed_ms = *elapsed_ms,
            RunEvent::Asking { .. } => self.in_flight += 1,
            RunEvent::Notice { .. } => {}
        }
    }

    /// Cells whose call failed or whose reply could not be read.
    pub fn without_answer(&self) -> u32 {
        self.failed.values().chain(self.unparsed.values()).sum()
    }

    /// What the run did, in words; nothing when it asked nobody.
    pub fn words(&self, calls: &Calls) -> String {
        if self.asked == 0 {
            return String::new();
        }
        let judged = self.scored + self.abstained;
        let by = match self.judges.len() {
            0 => String::new(),
            _ => format!(
                " by {}",
                self.judges.iter().cloned().collect::<Vec<_>>().join(", ")
            ),
        };
        let abstained = match self.abstained {
            0 => String::new(),
            abstained => format!(", {abstained} of them abstained"),
        };
        let mut words = format!(
            "Judged {judged} of {}{by} in {}{abstained}.\n",
            cells(self.asked),
            took(self.elapsed_ms)
        );
        let left = self.asked.saturating_sub(self.done);
        if left > 0 {
            let were = if left == 1 { "was" } else { "were" };
            words.push_str(&format!("{} {were} not reached.\n", cells(left)));
        }
        words.push_str(&reasons("failed", &self.failed));
        words.push_str(&reasons("could not be read", &self.unparsed));
        if calls.made > 0 {
            words.push_str(&format!(
                "{}, {} tokens sent, {} received.\n",
                counted(calls.made, "call"),
                grouped(calls.input_tokens),
                grouped(calls.output_tokens)
            ));
        }
        words.lines().map(|line| printable(line) + "\n").collect()
    }
}

fn reasons(what: &str, found: &BTreeMap<String, u32>) -> String {
    let all: u32 = found.values().sum();
    let mut sorted: Vec<_> = found.iter().collect();
    sorted.sort_by_key(|(_, count)| std::cmp::Reverse(**count));
    match sorted.as_slice() {
        [] => String::new(),
        [(why, _)] => format!("{all} {what}: {}\n", ended(why)),
        many => {
            let mut words = format!("{all} {what}:\n");
            for (why, count) in many.iter().take(SHOWN_REASONS) {
                words.push_str(&format!("  {count} × {}\n", ended(why)));
            }
            let rest: u32 = many
                .iter()
                .skip(SHOWN_REASONS)
                .map(|(_, count)| **count)
                .sum();
            if rest > 0 {
                words.push_str(&format!("  {rest} × something else (--json lists them)\n"));
            }
            words
        }
    }
}

fn ended(why: &str) -> String {
    let why = why.lines().collect::<Vec<_>>().join(" ");
    if why.ends_with(['.', '!', '?']) {
        why
    } else {
        why + "."
    }
}

fn cells(count: u32) -> String {
    counted(count, "cell")
}

fn counted(count: u32, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}

/// A number with its thousands apart.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut words = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            words.push(',');
        }
        words.push(digit);
    }
    words
}

/// A score on the decision's scale, without needless zeros.
pub fn score(score: f64) -> String {
    let text = format!("{score:.2}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}
