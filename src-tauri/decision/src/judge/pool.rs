//! Several samples of one cell and what they come to.

use crate::score_table::CellState;

/// What the samples of one cell come to.
#[derive(Clone, Debug, PartialEq)]
pub struct Pooled {
    /// Where the cell stands.
    pub state: CellState,
    /// The median of the scored samples, where the cell is scored; of an even number the mean of the middle two.
    pub score: Option<f64>,
    /// The lowest and highest scored sample; `None` below two of them.
    pub spread: Option<[f64; 2]>,
    /// How many samples are scored.
    pub scored: u32,
    /// How many abstain.
    pub abstained: u32,
    /// How many are no score on the scale.
    pub unparsed: u32,
    /// How many could not be asked.
    pub failed: u32,
    /// The position of the sample whose words stand for the cell: the scored one nearest the median, else the first that is in
    /// the cell's state.
    pub speaks: Option<usize>,
}

/// Pools the samples of a cell: each its state, and its score where it is scored.
///
/// Scored, unless more samples abstain than score; where the samples that do either are fewer than those that failed or cannot
/// be read, they stand for nothing: one lucky answer of five is no median. Then, and where none scores or abstains: failed if
/// any failed, else unparsed if any is, else cancelled if any was, else pending. A scored sample without a finite number
/// counts as unparsed.
#[must_use]
pub fn pool(samples: &[(CellState, Option<f64>)]) -> Pooled {
    let state_of = |sample: &(CellState, Option<f64>)| match sample {
        (CellState::Scored, score) if !score.is_some_and(f64::is_finite) => CellState::Unparsed,
        (state, _) => *state,
    };
    let count = |state: CellState| {
        let found = samples.iter().filter(|s| state_of(s) == state).count();
        u32::try_from(found).unwrap_or(u32::MAX)
    };
    let mut scores: Vec<f64> = samples
        .iter()
        .filter(|sample| state_of(sample) == CellState::Scored)
        .filter_map(|sample| sample.1)
        .collect();
    scores.sort_by(f64::total_cmp);
    let (scored, abstained) = (count(CellState::Scored), count(CellState::Abstained));
    let (unparsed, failed) = (count(CellState::Unparsed), count(CellState::Failed));
    let enough = scored + abstained >= unparsed + failed;
    let state = if enough && scored > 0 && scored >= abstained {
        CellState::Scored
    } else if enough && abstained > 0 {
        CellState::Abstained
    } else if failed > 0 {
        CellState::Failed
    } else if unparsed > 0 {
        CellState::Unparsed
    } else if count(CellState::Cancelled) > 0 {
        CellState::Cancelled
    } else {
        CellState::Pending
    };
    let score = median(&scores).filter(|_| state == CellState::Scored);
    let spread = match scores.as_slice() {
        [low, .., high] if state == CellState::Scored => Some([*low, *high]),
        _ => None,
    };
    let mut in_state = (0..samples.len()).filter(|i| state_of(&samples[*i]) == state);
    let speaks = match score {
        Some(middle) => {
            let far = |i: &usize| (samples[*i].1.unwrap_or(f64::INFINITY) - middle).abs();
            in_state.min_by(|a, b| far(a).total_cmp(&far(b)))
        }
        None => in_state.next(),
    };
    Pooled {
        state,
        score,
        spread,
        scored,
        abstained,
        unparsed,
        failed,
        speaks,
    }
}

/// The middle of rising numbers.
fn median(rising: &[f64]) -> Option<f64> {
    let upper = *rising.get(rising.len() / 2)?;
    if rising.len() % 2 == 1 {
        return Some(upper);
    }
    Some(f64::midpoint(rising[rising.len() / 2 - 1], upper))
}

#[cfg(test)]
mod tests {
    use CellState::{Abstained, Cancelled, Failed, Pending, Scored, Stale, Unparsed};
    use proptest::prelude::*;

    use super::*;

    fn samples(scores: &[f64]) -> Vec<(CellState, Option<f64>)> {
        scores.iter().map(|x| (Scored, Some(*x))).collect()
    }

    #[test]
    fn the_median_and_its_spread_stand_for_the_samples() {
        // scores, median, spread, who speaks
        type Case = (&'static [f64], f64, Option<[f64; 2]>, usize);
        let cases: [Case; 6] = [
            (&[4.0], 4.0, None, 0),
            (&[4.0, 4.0], 4.0, Some([4.0, 4.0]), 0),
            (&[5.0, 1.0, 2.0], 2.0, Some([1.0, 5.0]), 2),
            (&[2.0, 5.0], 3.5, Some([2.0, 5.0]), 0),
            (&[5.0, 1.0, 4.0, 2.0], 3.0, Some([1.0, 5.0]), 2),
            (&[0.0, 0.0, 5.0, 5.0, 5.0], 5.0, Some([0.0, 5.0]), 2),
        ];
        for (scores, middle, spread, speaks) in cases {
            let pooled = pool(&samples(scores));
            assert_eq!(
                (pooled.score, pooled.spread, pooled.speaks),
                (Some(middle), spread, Some(speaks)),
                "{scores:?}"
            );
        }
    }

    #[test]
    fn the_state_of_a_cell_follows_its_samples() {
        let one = |state| (state, (state == Scored).then_some(3.0));
        let cases: [(&[CellState], CellState, Option<usize>); 14] = [
            (&[], Pending, None),
            (&[Scored, Abstained], Scored, Some(0)),
            (&[Abstained, Scored, Abstained], Abstained, Some(0)),
            (&[Failed, Failed, Scored], Failed, Some(0)),
            (&[Failed, Scored, Scored], Scored, Some(1)),
            (&[Failed, Scored], Scored, Some(1)),
            (&[Unparsed, Abstained, Unparsed], Unparsed, Some(0)),
            (&[Failed, Abstained, Abstained], Abstained, Some(1)),
            (&[Unparsed, Failed], Failed, Some(1)),
            (&[Cancelled, Unparsed], Unparsed, Some(1)),
            (&[Cancelled, Pending], Cancelled, Some(0)),
            (&[Pending, Pending], Pending, Some(0)),
            (&[Stale], Pending, None),
            (&[Scored, Unparsed, Failed], Failed, Some(2)),
        ];
        for (states, expected, speaks) in cases {
            let pooled = pool(&states.iter().map(|s| one(*s)).collect::<Vec<_>>());
            assert_eq!(
                (pooled.state, pooled.speaks),
                (expected, speaks),
                "{states:?}"
            );
            assert_eq!(pooled.score.is_some(), expected == Scored, "{states:?}");
        }
    }

    #[test]
    fn a_sample_that_claims_a_score_without_a_number_is_none() {
        let pooled = pool(&[(Scored, None), (Abstained, None)]);
        assert_eq!((pooled.state, pooled.unparsed), (Abstained, 1));
        let pooled = pool(&[(Scored, None), (Scored, Some(f64::NAN)), (Abstained, None)]);
        assert_eq!((pooled.state, pooled.unparsed), (Unparsed, 2));
    }

    fn anything() -> impl Strategy<Value = Vec<(CellState, Option<f64>)>> {
        let state = proptest::sample::select(vec![
            Scored, Scored, Scored, Abstained, Unparsed, Failed, Cancelled, Pending, Stale,
        ]);
        let score = proptest::option::of(prop_oneof![(0_u8..6).prop_map(f64::from), any::<f64>()]);
        proptest::collection::vec((state, score), 0..12)
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn a_median_lies_within_its_samples_in_whatever_order_they_come(samples in anything(), turn in 0_usize..12) {
            let pooled = pool(&samples);
            prop_assert_eq!(pooled.state == Scored, pooled.score.is_some());
            if let Some(score) = pooled.score {
                let scores = samples.iter().filter(|s| s.0 == Scored).filter_map(|s| s.1).filter(|x| x.is_finite());
                prop_assert!(scores.clone().any(|x| x <= score) && scores.clone().any(|x| x >= score));
                prop_assert_eq!(pooled.spread.is_some(), scores.count() > 1);
            }
            if let Some([low, high]) = pooled.spread {
                prop_assert!(pooled.score.is_some_and(|score| low <= score && score <= high));
            }
            if let Some(speaks) = pooled.speaks {
                prop_assert!(samples[speaks].0 == pooled.state || pooled.state == Unparsed);
            }
            let mut turned = samples.clone();
            turned.rotate_left(turn % samples.len().max(1));
            let turned = pool(&turned);
            prop_assert_eq!((turned.state, turned.score, turned.spread), (pooled.state, pooled.score, pooled.spread));
        }
    }
}
