//! What a report says of judged cells: who judged, when, in how many samples, how far they lay apart, how long it took, and
//! what the judge named as its evidence.

use decision::problem::number_text;
use decision::{Answer, CellResult, CellState, Source};
use store::CellRow;

use crate::exports::moment;
use crate::judging::{Present, evidence_of};

/// The judges of an answer's cells, with how many each judged; none where no model did.
pub(crate) fn judges(answer: &Answer, present: &Present) -> Option<String> {
    let columns = answer.weights.len().max(1);
    let mut counted: Vec<(String, usize)> = Vec::new();
    for (place, cell) in answer.cells.iter().enumerate() {
        if cell.source != Some(Source::Model) {
            continue;
        }
        let Some((row, _)) = present.judgement(place / columns, place % columns) else {
            continue;
        };
        let name = judge(row);
        match counted.iter_mut().find(|(known, _)| *known == name) {
            Some((_, count)) => *count += 1,
            None => counted.push((name, 1)),
        }
    }
    if counted.is_empty() {
        return None;
    }
    let words = counted.iter().map(|(name, count)| match count {
        1 => format!("{name} (1 cell)"),
        _ => format!("{name} ({count} cells)"),
    });
    Some(words.collect::<Vec<_>>().join(", "))
}

fn judge(row: &CellRow) -> String {
    match (&row.model, &row.backend) {
        (Some(model), Some(backend)) if model != backend => format!("{model} on {backend}"),
        (Some(name), _) | (None, Some(name)) => name.clone(),
        (None, None) => "a model".to_owned(),
    }
}

/// What is said of one judged cell beside its justification.
pub(crate) fn words(result: &CellResult, row: &CellRow) -> String {
    let mut said = Vec::new();
    let by_hand = result.source == Some(Source::Hand);
    let score = row.score.map(number_text);
    said.push(match (by_hand, &score) {
        (true, Some(score)) => format!("The score is by hand; {} gave {score}", judge(row)),
        (true, None) => return String::new(),
        (false, _) => format!("Judged by {}", judge(row)),
    });
    if let Some(at) = row.judged_at {
        said.push(moment(at));
    }
    if row.samples > 1 {
        let spread = row
            .spread
            .map(|[low, high]| format!(" from {} to {}", number_text(low), number_text(high)));
        said.push(format!(
            "{} samples{}",
            row.samples,
            spread.unwrap_or_default()
        ));
    }
    if let Some(ms) = row.latency_ms {
        said.push(format!("{:.1} s", ms / 1000.0));
    }
    let mut words = said.join(", ");
    words.push('.');
    if result.state == CellState::Stale
        && let Some(score) = score
    {
        words.push_str(&format!(
            " It gave {score} before an edit changed what it was asked."
        ));
    }
    if let Some(error) = &row.error {
        words.push_str(&format!(" {error}."));
    }
    words.push_str(&evidence(row));
    words
}

fn evidence(row: &CellRow) -> String {
    let mut words = String::new();
    for named in evidence_of(&row.evidence) {
        let found = if named.found {
            ""
        } else {
            " (these words do not stand in the evidence that was given)"
        };
        words.push_str(&format!(
            " Rests on {}: \u{201c}{}\u{201d}{found}.",
            named.source, named.quote
        ));
    }
    if row.memory && matches!(row.state.as_str(), "scored" | "abstained") {
        words.push_str(" Rests on the model's memory.");
    }
    words
}
