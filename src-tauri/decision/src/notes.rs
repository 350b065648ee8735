//! The rules that were applied, in words: whatever was found, assumed or left out on the way to an answer.

use crate::answer::number_words;
use crate::evaluation::{Evaluation, mean};
use crate::methods;
use crate::model::{Decision, MissingPolicy};
use crate::problem::number_text;
use crate::score_table::{CellState, ScoreTable, Source};
use crate::value::{EQUAL_VALUE, Ends, ValueFunction};

/// Everything a reader should know about how the numbers came about.
pub(crate) fn notes(
    decision: &Decision,
    table: &ScoreTable,
    evaluation: &Evaluation,
) -> Vec<String> {
    let mut notes = Vec::new();
    for (i, function) in evaluation.functions.iter().enumerate() {
        notes.extend(function_note(decision, i, function));
    }
    notes.extend(methods::notes(decision));
    notes.extend(normalisation_note(decision, evaluation));
    notes.extend(missing_note(decision, table, evaluation));
    notes.extend(open_musts(decision, table));
    notes.extend(judgement_notes(decision, table));
    notes
}

fn function_note(
    decision: &Decision,
    criterion: usize,
    function: &ValueFunction,
) -> Option<String> {
    let name = &decision.criteria[criterion].name;
    match function {
        ValueFunction::Linear {
            worst,
            best,
            ends: Ends::Found,
            ..
        } => {
            let (low, high) = (worst.min(*best), worst.max(*best));
            let high = number_words(decision, criterion, high);
            Some(format!(
                "range of {name} found in the data: {}–{high}",
                number_text(low)
            ))
        }
        ValueFunction::Equal(x) => {
            let x = number_words(decision, criterion, *x);
            Some(format!(
                "{name} is {x} everywhere and tells no options apart: each has the value {EQUAL_VALUE}"
            ))
        }
        ValueFunction::Unknown => Some(format!("{name} has no numbers yet")),
        _ => None,
    }
}

fn normalisation_note(decision: &Decision, evaluation: &Evaluation) -> Option<String> {
    evaluation.normalised.as_ref()?;
    let normalisation = decision.normalisation?;
    mean(decision.method)?;
    Some(format!(
        "scores are made of raw numbers, normalised by {normalisation}; value functions show only the cells' values"
    ))
}

fn missing_note(
    decision: &Decision,
    table: &ScoreTable,
    evaluation: &Evaluation,
) -> Option<String> {
    let columns = decision.criteria.len();
    let missing = |i: &usize| evaluation.kept[i / columns] && table.numbers()[*i].is_nan();
    let count = (0..table.numbers().len()).filter(missing).count();
    if count == 0 {
        return None;
    }
    let cells = if count == 1 {
        "1 cell without a score counts".to_owned()
    } else {
        format!("{count} cells without a score count")
    };
    Some(match decision.missing {
        MissingPolicy::Bounds => {
            format!("{cells} as worst and as best: scores are intervals, ordered by their middles")
        }
        MissingPolicy::Renormalise => {
            format!("{cells} for nothing: the weights of what is scored are rescaled")
        }
        MissingPolicy::Neutral => format!("{cells} as the middle of the scale"),
        MissingPolicy::Refuse => return None,
    })
}

fn open_musts(decision: &Decision, table: &ScoreTable) -> Vec<String> {
    let mut notes = Vec::new();
    for (i, criterion) in decision.criteria.iter().enumerate() {
        let Some(must) = criterion.must else { continue };
        let open: Vec<&str> = (0..decision.options.len())
            .filter(|option| table.number(*option, i).is_none())
            .map(|option| decision.options[option].name.as_str())
            .collect();
        if !open.is_empty() {
            notes.push(format!(
                "whether {} passes {} {must} is not known yet",
                open.join(", "),
                criterion.name
            ));
        }
    }
    notes
}

/// What became of the cells that a model was asked about.
fn judgement_notes(decision: &Decision, table: &ScoreTable) -> Vec<String> {
    if !table.has_judgements() {
        return Vec::new();
    }
    let columns = decision.criteria.len();
    let by_model = |i: usize| table.source(i / columns, i % columns) == Some(Source::Model);
    let cells: Vec<usize> = (0..table.numbers().len())
        .filter(|i| by_model(*i))
        .collect();
    let said = |count: usize, one: &str, many: &str| match count {
        0 => None,
        1 => Some(format!("1 cell {one}")),
        _ => Some(format!("{count} cells {many}")),
    };
    let in_state = |state: CellState| {
        let found = cells
            .iter()
            .filter(|i| table.state(**i / columns, **i % columns) == state);
        found.count()
    };
    let wide = |i: &&usize| {
        let spread = table.spread(**i / columns, **i % columns);
        spread.is_some_and(|[low, high]| high - low > decision.scale.level())
    };
    [
        (
            CellState::Scored,
            "is scored by a model",
            "are scored by a model",
        ),
        (
            CellState::Abstained,
            "is left without a score by the model",
            "are left without a score by the model",
        ),
        (
            CellState::Stale,
            "was judged before an edit of what was asked, and waits to be judged again",
            "were judged before an edit of what was asked, and wait to be judged again",
        ),
        (
            CellState::Unparsed,
            "has a reply of the model that is no score on the scale",
            "have replies of the model that are no score on the scale",
        ),
        (
            CellState::Failed,
            "could not be judged: the model could not be asked",
            "could not be judged: the model could not be asked",
        ),
    ]
    .into_iter()
    .filter_map(|(state, one, many)| said(in_state(state), one, many))
    .chain(said(
        cells.iter().filter(wide).count(),
        "has samples that differ by more than one level",
        "have samples that differ by more than one level",
    ))
    .collect()
}
