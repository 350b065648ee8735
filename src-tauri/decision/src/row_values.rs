//! Values and weighted sums of one row of numbers at a time: the loop that runs while a slider moves.

use crate::value::ValueFunction;

/// Turns rows of numbers into rows of values, without a place for all of them at once.
pub(crate) struct RowValues<'f> {
    functions: &'f [ValueFunction],
    /// Of linear functions, by column; zeros for the others.
    worst: Vec<f64>,
    slopes: Vec<f64>,
    /// The columns of the others.
    bent: Vec<usize>,
    row: Vec<f64>,
}

impl<'f> RowValues<'f> {
    pub(crate) fn of(functions: &'f [ValueFunction]) -> Self {
        let columns = functions.len();
        let (mut worst, mut slopes, mut bent) =
            (vec![0.0; columns], vec![0.0; columns], Vec::new());
        for (i, function) in functions.iter().enumerate() {
            match function {
                ValueFunction::Linear {
                    worst: at, slope, ..
                } => (worst[i], slopes[i]) = (*at, *slope),
                _ => bent.push(i),
            }
        }
        Self {
            functions,
            worst,
            slopes,
            bent,
            row: Vec::new(),
        }
    }

    /// `Σ wv` of a row; NaN when a number is missing.
    pub(crate) fn weighted_sum(&self, numbers: &[f64], weights: &[f64]) -> f64 {
        // Two at a time is what every processor of the platforms takes in one step.
        const LANES: usize = 2;
        let (numbers_by_two, numbers_rest) = numbers.as_chunks::<LANES>();
        let (worst, worst_rest) = self.worst.as_chunks::<LANES>();
        let (slopes, slopes_rest) = self.slopes.as_chunks::<LANES>();
        let (weights_by_two, weights_rest) = weights.as_chunks::<LANES>();
        let mut sums = [0.0; LANES];
        let lines = numbers_by_two
            .iter()
            .zip(worst)
            .zip(slopes.iter().zip(weights_by_two));
        for ((x, worst), (slope, weight)) in lines {
            for lane in 0..LANES {
                sums[lane] +=
                    weight[lane] * ((x[lane] - worst[lane]) * slope[lane]).clamp(0.0, 1.0);
            }
        }
        let mut sum = sums[0] + sums[1];
        let rest = numbers_rest
            .iter()
            .zip(worst_rest)
            .zip(slopes_rest.iter().zip(weights_rest));
        for ((x, worst), (slope, weight)) in rest {
            sum += weight * ((x - worst) * slope).clamp(0.0, 1.0);
        }
        // On their lines of zeros the bent columns added nothing, or the NaN that they hold.
        for column in &self.bent {
            sum += weights[*column] * self.functions[*column].value(numbers[*column]);
        }
        sum
    }

    pub(crate) fn of_row(&mut self, numbers: &[f64]) -> &[f64] {
        let columns = self.worst.len();
        self.row.resize(columns, 0.0);
        // One length for all lets the compiler take several columns at a time.
        let (row, numbers) = (&mut self.row[..columns], &numbers[..columns]);
        let (worst, slopes) = (&self.worst[..columns], &self.slopes[..columns]);
        for i in 0..columns {
            let value = (numbers[i] - worst[i]) * slopes[i];
            let value = if value < 0.0 { 0.0 } else { value };
            row[i] = if value > 1.0 { 1.0 } else { value };
        }
        for column in &self.bent {
            self.row[*column] = self.functions[*column].value(numbers[*column]);
        }
        &self.row
    }
}
