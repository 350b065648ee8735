//! Value functions: how good a number is, from 0 (worst) to 1 (best).

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::model::{Criterion, Direction, Kind, Scale};

/// The value of every number of a criterion that is the same everywhere and has no range of its own.
/// There is nothing to tell the options apart by, and the middle favours neither the scored nor the missing.
pub const EQUAL_VALUE: f64 = 0.5;

/// How a criterion's numbers become values. Out of its ends a function stays at the value of the end.
#[derive(Clone, Debug, PartialEq)]
pub enum ValueFunction {
    /// A straight line from `worst` (0) to `best` (1).
    Linear {
        /// The number of value 0.
        worst: f64,
        /// The number of value 1.
        best: f64,
        /// `1 / (best − worst)`.
        slope: f64,
        /// Where the ends come from.
        ends: Ends,
    },
    /// Straight lines between `[number, value]` points, numbers strictly rising.
    Piecewise(Vec<[f64; 2]>),
    /// All numbers are equal and there is no range: each has [`EQUAL_VALUE`].
    Equal(f64),
    /// There are no numbers and no range: nothing has a value.
    Unknown,
}

/// Where the ends of a linear value function come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Ends {
    /// The decision's scale.
    Scale,
    /// The criterion's `range`.
    Given,
    /// The lowest and highest number in the data of the ranked options.
    Found,
}

impl ValueFunction {
    /// The function of `criterion`; `found` is the lowest and highest number in its column, if there is any.
    #[must_use]
    pub fn of(criterion: &Criterion, scale: Scale, found: Option<[f64; 2]>) -> Self {
        if criterion.kind != Kind::Measured {
            return Self::linear([scale.min, scale.max], criterion.direction, Ends::Scale);
        }
        if let Some(points) = &criterion.points {
            return Self::Piecewise(points.clone());
        }
        match (criterion.range, found) {
            (Some(range), _) => Self::linear(range, criterion.direction, Ends::Given),
            (None, Some(found)) => Self::linear(found, criterion.direction, Ends::Found),
            (None, None) => Self::Unknown,
        }
    }

    fn linear([low, high]: [f64; 2], direction: Direction, ends: Ends) -> Self {
        let (worst, best) = match direction {
            Direction::Benefit => (low, high),
            Direction::Cost => (high, low),
        };
        let slope = 1.0 / (best - worst);
        // Equal ends, or ends so close that the line is too steep for a double.
        if slope.is_finite() {
            Self::Linear {
                worst,
                best,
                slope,
                ends,
            }
        } else {
            Self::Equal(low)
        }
    }

    /// The value of `x`, 0 to 1; NaN for NaN.
    #[must_use]
    pub fn value(&self, x: f64) -> f64 {
        match self {
            // NaN must stay NaN, which `clamp` grants and `max`/`min` do not.
            Self::Linear { worst, slope, .. } => ((x - worst) * slope).clamp(0.0, 1.0),
            Self::Piecewise(points) => piecewise(points, x),
            Self::Equal(_) if x.is_nan() => x,
            Self::Equal(_) => EQUAL_VALUE,
            Self::Unknown => f64::NAN,
        }
    }

    /// Whether `x` lies outside the ends and is held at one of them.
    #[must_use]
    pub fn is_out_of_range(&self, x: f64) -> bool {
        match self {
            Self::Linear { worst, best, .. } => x < worst.min(*best) || x > worst.max(*best),
            Self::Piecewise(points) => match (points.first(), points.last()) {
                (Some(first), Some(last)) => x < first[0] || x > last[0],
                _ => false,
            },
            Self::Equal(_) | Self::Unknown => false,
        }
    }

    /// The function as `[number, value]` points, numbers rising.
    #[must_use]
    pub fn points(&self) -> Vec<[f64; 2]> {
        match self {
            Self::Linear { worst, best, .. } if worst < best => vec![[*worst, 0.0], [*best, 1.0]],
            Self::Linear { worst, best, .. } => vec![[*best, 1.0], [*worst, 0.0]],
            Self::Piecewise(points) => points.clone(),
            Self::Equal(x) => vec![[*x, EQUAL_VALUE]],
            Self::Unknown => Vec::new(),
        }
    }
}

fn piecewise(points: &[[f64; 2]], x: f64) -> f64 {
    if x.is_nan() {
        return x;
    }
    let after = points.partition_point(|point| point[0] <= x);
    if after == 0 {
        return points.first().map_or(f64::NAN, |first| first[1]);
    }
    let [x0, y0] = points[after - 1];
    let Some([x1, y1]) = points.get(after) else {
        return y0;
    };
    y0 + (y1 - y0) * ((x - x0) / (x1 - x0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::CriterionId;

    fn measured(
        direction: Direction,
        range: Option<[f64; 2]>,
        points: Option<Vec<[f64; 2]>>,
    ) -> Criterion {
        let mut criterion = Criterion::new(CriterionId::from("c1"), "Cost");
        criterion.kind = Kind::Measured;
        criterion.direction = direction;
        criterion.range = range;
        criterion.points = points;
        criterion
    }

    #[test]
    fn values_run_from_worst_to_best_and_are_held_at_the_ends() {
        let scale = Scale::default();
        let points = vec![[0.0, 1.0], [200.0, 0.8], [500.0, 0.0]];
        let cases = [
            (
                measured(Direction::Benefit, Some([0.0, 500.0]), None),
                125.0,
                0.25,
                false,
            ),
            (
                measured(Direction::Cost, Some([0.0, 500.0]), None),
                125.0,
                0.75,
                false,
            ),
            (
                measured(Direction::Cost, Some([0.0, 500.0]), None),
                600.0,
                0.0,
                true,
            ),
            (
                measured(Direction::Cost, Some([0.0, 500.0]), None),
                -1.0,
                1.0,
                true,
            ),
            (
                measured(Direction::Cost, None, Some(points.clone())),
                100.0,
                0.9,
                false,
            ),
            (
                measured(Direction::Cost, None, Some(points.clone())),
                350.0,
                0.4,
                false,
            ),
            (
                measured(Direction::Cost, None, Some(points.clone())),
                500.0,
                0.0,
                false,
            ),
            (
                measured(Direction::Cost, None, Some(points)),
                501.0,
                0.0,
                true,
            ),
            (measured(Direction::Benefit, None, None), 4.0, 0.25, false),
        ];
        for (criterion, x, value, out) in cases {
            let function = ValueFunction::of(&criterion, scale, Some([3.0, 7.0]));
            assert!(
                (function.value(x) - value).abs() < 1e-12,
                "{function:?} of {x}"
            );
            assert_eq!(function.is_out_of_range(x), out, "{function:?} of {x}");
            assert!(function.value(f64::NAN).is_nan());
        }
    }

    #[test]
    fn equal_numbers_have_the_middle_value_and_none_have_none() {
        let criterion = measured(Direction::Benefit, None, None);
        let equal = ValueFunction::of(&criterion, Scale::default(), Some([5.0, 5.0]));
        assert_eq!(equal.value(5.0), EQUAL_VALUE);
        let none = ValueFunction::of(&criterion, Scale::default(), None);
        assert!(none.value(5.0).is_nan());
    }

    #[test]
    fn a_cost_on_the_scale_is_best_at_its_lowest_level() {
        let mut criterion = measured(Direction::Cost, None, None);
        criterion.kind = Kind::Judged;
        let function = ValueFunction::of(&criterion, Scale { min: 1.0, max: 5.0 }, None);
        assert_eq!(function.value(1.0), 1.0);
        assert_eq!(function.value(5.0), 0.0);
    }
}
