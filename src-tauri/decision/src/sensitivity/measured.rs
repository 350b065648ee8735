//! The smallest change of a measured number that changes the first place, for decisions in which no judgement can.

use super::Search;
use crate::model::Kind;
use crate::rank::Placed;
use crate::score_table::ScoreTable;
use crate::value::{Ends, ValueFunction};

/// A measured number that would have to be another.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct MeasuredFlip {
    pub(crate) option: usize,
    pub(crate) criterion: usize,
    pub(crate) from: f64,
    pub(crate) to: f64,
}

/// The smallest such change, by the distance in value. Only straight value functions are looked at; where a range was found in the
/// data, only numbers between its ends, because another end would change every value.
pub(super) fn smallest(
    search: &Search<'_>,
    table: &ScoreTable,
    placed: &[Placed],
) -> Option<MeasuredFlip> {
    let [first, second, ..] = placed else {
        return None;
    };
    let mut best: Option<(f64, MeasuredFlip)> = None;
    for place in placed {
        let is_leader = place.option == first.option;
        let bar = if is_leader {
            second.score?
        } else {
            first.score?
        };
        for (criterion, described) in search.decision.criteria.iter().enumerate() {
            let Some(from) = table.number(place.option, criterion) else {
                continue;
            };
            let Some((worst, top)) = straight(&search.evaluation.functions[criterion], from) else {
                continue;
            };
            if described.kind != Kind::Measured || search.evaluation.weights[criterion] == 0.0 {
                continue;
            }
            let end = if is_leader { worst } else { top };
            let crosses = |x: f64| {
                let is_out = described.must.is_some_and(|must| !must.passes(x));
                if is_out {
                    return is_leader;
                }
                let score = search.score_with(place.option, criterion, x);
                let ahead = if is_leader { bar - score } else { score - bar };
                ahead >= -search.evaluation.tolerance()
            };
            let Some(to) = nearest_crossing(from, end, crosses) else {
                continue;
            };
            let distance = ((to - from) / (top - worst)).abs();
            if best.is_none_or(|(least, _)| distance < least) {
                best = Some((
                    distance,
                    MeasuredFlip {
                        option: place.option,
                        criterion,
                        from,
                        to,
                    },
                ));
            }
        }
    }
    best.map(|(_, flip)| flip)
}

/// The worst and best number of a straight function on which `x` can move without changing the function.
fn straight(function: &ValueFunction, x: f64) -> Option<(f64, f64)> {
    let ValueFunction::Linear {
        worst, best, ends, ..
    } = function
    else {
        return None;
    };
    let is_end = x == *worst || x == *best;
    (*ends != Ends::Found || !is_end).then_some((*worst, *best))
}

/// The number nearest to `from` on the way to `end` at which `crosses` is met, in four digits or the end itself.
fn nearest_crossing(from: f64, end: f64, crosses: impl Fn(f64) -> bool) -> Option<f64> {
    const HALVINGS: usize = 60;
    let is_between = |x: f64| (from < x) == (x < end) && x != from;
    if from == end || !crosses(end) {
        return None;
    }
    let (mut before, mut after) = (from, end);
    for _ in 0..HALVINGS {
        let middle = before + 0.5 * (after - before);
        if crosses(middle) {
            after = middle;
        } else {
            before = middle;
        }
    }
    // A number that people can say, rounded onwards so that it still crosses.
    let digits = 10_f64.powf(3.0 - after.abs().max((end - from).abs() * 1e-6).log10().floor());
    let onwards = if end > from {
        (after * digits).ceil()
    } else {
        (after * digits).floor()
    } / digits;
    Some(if is_between(onwards) && crosses(onwards) {
        onwards
    } else {
        after
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_crossing_is_told_in_a_number_that_still_crosses() {
        let above = |limit: f64| move |x: f64| x >= limit;
        let below = |limit: f64| move |x: f64| x <= limit;
        assert_eq!(nearest_crossing(0.0, 10.0, above(10.0 / 3.0)), Some(3.334));
        assert_eq!(nearest_crossing(500.0, 0.0, below(123.456)), Some(123.4));
        assert_eq!(nearest_crossing(0.0, 10.0, above(10.0)), Some(10.0));
        assert_eq!(nearest_crossing(0.0, 10.0, above(11.0)), None);
        assert_eq!(nearest_crossing(5.0, 5.0, above(5.0)), None);
    }
}
