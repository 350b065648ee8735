//! Normalisations: raw numbers of different units made comparable, column by column, more being better in every result.
//! Conventions and what each is good for: Vafaei, Ribeiro, Camarinha-Matos (2016).

use crate::aggregate::Mean;
use crate::model::{Direction, Normalisation};
use crate::value::EQUAL_VALUE;

/// A column that a normalisation is not defined on, and what it would need.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Undefined {
    pub(crate) criterion: usize,
    pub(crate) needs: &'static str,
}

/// Normalises `numbers` (rows × `directions`, NaN where there is none) in place. Rows that are not `kept` take no part and become NaN.
pub(crate) fn normalise(
    numbers: &mut [f64],
    kept: &[bool],
    directions: &[Direction],
    normalisation: Normalisation,
    mean: Mean,
) -> Result<(), Undefined> {
    let columns = directions.len();
    for (criterion, direction) in directions.iter().enumerate() {
        let mut column: Vec<f64> = numbers
            .iter()
            .skip(criterion)
            .step_by(columns)
            .copied()
            .collect();
        for (x, kept) in column.iter_mut().zip(kept) {
            if !kept {
                *x = f64::NAN;
            }
        }
        let undefined = |needs| Undefined { criterion, needs };
        normalise_column(&mut column, *direction, normalisation, mean).map_err(undefined)?;
        for (row, x) in column.into_iter().enumerate() {
            numbers[row * columns + criterion] = x;
        }
    }
    Ok(())
}

/// Numbers below it, 0 among them, have no usable inverse.
const SMALLEST_DIVISOR: f64 = 1e-100;

const POSITIVE: &str = "numbers above 0";
const NOT_NEGATIVE: &str = "numbers of at least 0";

/// Normalises one column in place; the error is what the normalisation needs.
pub(crate) fn normalise_column(
    column: &mut [f64],
    direction: Direction,
    normalisation: Normalisation,
    mean: Mean,
) -> Result<(), &'static str> {
    let known = || column.iter().copied().filter(|x| !x.is_nan());
    let (min, max) = known().fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), x| {
        (low.min(x), high.max(x))
    });
    if min > max {
        return Ok(());
    }
    let cost = direction == Direction::Cost;
    let inverts = cost
        && match normalisation {
            Normalisation::Sum | Normalisation::LinearMax => true,
            Normalisation::None => mean == Mean::Geometric,
            _ => false,
        };
    let signed = match normalisation {
        Normalisation::Minmax => true,
        Normalisation::None => mean == Mean::Arithmetic,
        _ => false,
    };
    // Equal numbers (all 0 where a sum or largest number divides) cannot tell the options apart.
    let nothing_to_divide_by = match normalisation {
        Normalisation::Minmax => !(1.0 / (max - min)).is_finite(),
        Normalisation::None => false,
        _ => min == 0.0 && max == 0.0,
    };
    if nothing_to_divide_by {
        replace(column, |_| EQUAL_VALUE);
        return Ok(());
    }
    if inverts && min < SMALLEST_DIVISOR {
        return Err(POSITIVE);
    }
    if !signed && min < 0.0 {
        return Err(NOT_NEGATIVE);
    }
    match (normalisation, cost) {
        (Normalisation::Minmax, false) => replace(column, |x| (x - min) / (max - min)),
        (Normalisation::Minmax, true) => replace(column, |x| (max - x) / (max - min)),
        (Normalisation::Max | Normalisation::LinearMax, false) => replace(column, |x| x / max),
        (Normalisation::Max, true) => replace(column, |x| 1.0 - x / max),
        (Normalisation::LinearMax, true) => replace(column, |x| min / x),
        (Normalisation::Sum, false) => {
            let sum: f64 = known().sum();
            replace(column, |x| x / sum);
        }
        (Normalisation::Sum, true) => {
            let sum: f64 = known().map(|x| 1.0 / x).sum();
            replace(column, |x| 1.0 / x / sum);
        }
        (Normalisation::Vector, cost) => {
            let length = vector_length(known());
            replace(column, |x| if cost { 1.0 - x / length } else { x / length });
        }
        (Normalisation::None, false) => {}
        (Normalisation::None, true) if mean == Mean::Geometric => replace(column, |x| 1.0 / x),
        (Normalisation::None, true) => replace(column, |x| -x),
    }
    Ok(())
}

/// `√Σx²`, without overflow or underflow of the squares.
pub(crate) fn vector_length(numbers: impl Iterator<Item = f64> + Clone) -> f64 {
    let largest = numbers.clone().fold(0.0, |most: f64, x| most.max(x.abs()));
    if largest == 0.0 {
        return 0.0;
    }
    largest
        * numbers
            .map(|x| (x / largest) * (x / largest))
            .sum::<f64>()
            .sqrt()
}

fn replace(column: &mut [f64], new: impl Fn(f64) -> f64) {
    for x in column.iter_mut().filter(|x| !x.is_nan()) {
        *x = new(*x);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The column 2, 4, 8 by the conventions of Vafaei, Ribeiro, Camarinha-Matos (2016).
    #[test]
    fn each_normalisation_gives_its_published_column() {
        let third = 1.0 / 3.0;
        let cases = [
            (
                Normalisation::Minmax,
                [0.0, third, 1.0],
                [1.0, 2.0 * third, 0.0],
            ),
            (Normalisation::Max, [0.25, 0.5, 1.0], [0.75, 0.5, 0.0]),
            (
                Normalisation::Sum,
                [0.142_857, 0.285_714, 0.571_429],
                [0.571_429, 0.285_714, 0.142_857],
            ),
            (
                Normalisation::Vector,
                [0.218_218, 0.436_436, 0.872_872],
                [0.781_782, 0.563_564, 0.127_128],
            ),
            (Normalisation::LinearMax, [0.25, 0.5, 1.0], [1.0, 0.5, 0.25]),
            (Normalisation::None, [2.0, 4.0, 8.0], [-2.0, -4.0, -8.0]),
        ];
        for (normalisation, benefit, cost) in cases {
            for (direction, expected) in [(Direction::Benefit, benefit), (Direction::Cost, cost)] {
                let mut column = [2.0, 4.0, 8.0];
                normalise_column(&mut column, direction, normalisation, Mean::Arithmetic).unwrap();
                for (x, wanted) in column.iter().zip(expected) {
                    assert!(
                        (x - wanted).abs() < 1e-6,
                        "{normalisation} {direction}: {column:?}"
                    );
                }
            }
        }
    }

    #[test]
    fn numbers_that_a_normalisation_cannot_divide_are_refused_not_bent() {
        let cases = [
            (Normalisation::Sum, Direction::Cost, [0.0, 1.0], POSITIVE),
            (
                Normalisation::LinearMax,
                Direction::Cost,
                [-1.0, 1.0],
                POSITIVE,
            ),
            (
                Normalisation::Max,
                Direction::Benefit,
                [-1.0, 1.0],
                NOT_NEGATIVE,
            ),
            (
                Normalisation::Vector,
                Direction::Benefit,
                [-1.0, 1.0],
                NOT_NEGATIVE,
            ),
        ];
        for (normalisation, direction, mut column, needs) in cases {
            let outcome = normalise_column(&mut column, direction, normalisation, Mean::Arithmetic);
            assert_eq!(outcome, Err(needs), "{normalisation} {direction}");
        }
    }

    #[test]
    fn equal_columns_get_the_middle_and_missing_cells_stay_missing() {
        for (normalisation, x) in [
            (Normalisation::Minmax, 7.0),
            (Normalisation::Max, 0.0),
            (Normalisation::Vector, 0.0),
        ] {
            let mut column = [x, f64::NAN, x];
            normalise_column(
                &mut column,
                Direction::Cost,
                normalisation,
                Mean::Arithmetic,
            )
            .unwrap();
            assert_eq!((column[0], column[2]), (EQUAL_VALUE, EQUAL_VALUE));
            assert!(column[1].is_nan());
        }
    }
}
