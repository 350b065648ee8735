//! Who may be called the winner, and the words for why nobody is.

use super::{CloseRace, number_words};
use crate::methods::Details;
use crate::model::Decision;
use crate::problem::number_text;
use crate::rank::Placed;
use crate::sensitivity::{Flip, MeasuredFlip};

/// The option that is first beyond doubt, if one is.
pub(super) fn winner(placed: &[Placed], close: bool) -> Option<usize> {
    let first = placed.first()?;
    let others = &placed[1..];
    let alone = others.iter().all(|other| other.rank > 1);
    let overlapped = first.score.is_some()
        && others
            .iter()
            .any(|other| other.score.is_some() && reaches(other, first));
    let scored = first.coverage > 0.0;
    (alone && scored && !overlapped && !close).then_some(first.option)
}

/// Whether the interval of `other` reaches that of `first`. Points never do: their order is the ranking's.
fn reaches(other: &Placed, first: &Placed) -> bool {
    let is_point = |place: &Placed| place.low == place.high;
    if is_point(other) && is_point(first) {
        return false;
    }
    other.high >= first.low
}

/// What a method itself leaves open between several options.
pub(super) fn undecided(details: Option<&Details>) -> Option<CloseRace> {
    let (rivals, why) = match details? {
        Details::Vikor { compromise, .. } => (
            compromise,
            "are a compromise only together, by VIKOR's conditions",
        ),
        Details::ElectreI { kernel, .. } => (
            kernel,
            "are in the kernel together, and ELECTRE I tells them no further apart",
        ),
        _ => return None,
    };
    (rivals.len() > 1).then(|| CloseRace {
        rivals: rivals.clone(),
        because: format!("{} {why}", listed(rivals.iter().cloned())),
    })
}

pub(super) fn close_race(
    decision: &Decision,
    placed: &[Placed],
    flips: &[Flip],
) -> Option<CloseRace> {
    let first = placed.first()?;
    let name = |option: usize| decision.options[option].name.clone();
    let mut rivals = vec![first.option];
    let tied: Vec<usize> = placed[1..]
        .iter()
        .filter(|p| p.rank == 1)
        .map(|p| p.option)
        .collect();
    let near = flips.iter().filter(|flip| flip.is_close());
    let because = if !tied.is_empty() && first.coverage > 0.0 {
        rivals.extend(&tied);
        format!(
            "{} have the same score",
            listed(rivals.iter().map(|o| name(*o)))
        )
    } else {
        let flip = near.clone().next()?;
        for flip in near {
            if !rivals.contains(&flip.rival) {
                rivals.push(flip.rival);
            }
        }
        let rival = name(flip.rival);
        format!(
            "{} would put {rival} level with or ahead of {}",
            close_words(decision, flip),
            name(first.option)
        )
    };
    Some(CloseRace {
        rivals: rivals.into_iter().map(name).collect(),
        because,
    })
}

fn listed(names: impl Iterator<Item = String>) -> String {
    let names: Vec<String> = names.collect();
    match names.as_slice() {
        [] => String::new(),
        [one] => one.clone(),
        [all @ .., last] => format!("{} and {last}", all.join(", ")),
    }
}

/// The smallest change that changes the first place, in words: of a judgement, or where none does, of a measured number.
pub(super) fn smallest_flip(
    decision: &Decision,
    judged: Option<&Flip>,
    measured: impl FnOnce() -> Option<MeasuredFlip>,
) -> Option<String> {
    if let Some(flip) = judged {
        return Some(flip_words(decision, flip));
    }
    let flip = measured()?;
    Some(format!(
        "{} of {} from {} to {}",
        decision.criteria[flip.criterion].name,
        decision.options[flip.option].name,
        number_text(flip.from),
        number_words(decision, flip.criterion, flip.to),
    ))
}

/// The words for a change that is close: by one level, or to where a sample is.
fn close_words(decision: &Decision, flip: &Flip) -> String {
    match flip.sample {
        Some(to) if flip.levels > 1 => {
            format!(
                "{}, where one of its samples is,",
                change_words(decision, flip, to)
            )
        }
        _ => flip_words(decision, flip),
    }
}

fn flip_words(decision: &Decision, flip: &Flip) -> String {
    change_words(decision, flip, flip.to)
}

fn change_words(decision: &Decision, flip: &Flip, to: f64) -> String {
    let criterion = &decision.criteria[flip.criterion].name;
    let option = &decision.options[flip.option].name;
    format!(
        "{criterion} of {option} from {} to {}",
        number_text(flip.from),
        number_text(to)
    )
}

pub(super) fn margin(placed: &[Placed]) -> Option<f64> {
    match placed {
        [first, second, ..] => Some((first.score? - second.score?).abs()),
        _ => None,
    }
}
