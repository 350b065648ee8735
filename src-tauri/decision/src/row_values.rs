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

/// The weighted sums of complete rows: value functions and weights laid out as the loop reads them.
pub(crate) struct RowSums<'f> {
    functions: &'f [ValueFunction],
    weights: &'f [f64],
    /// Two columns at a time, which every processor of our platforms takes in one step; `weight·clamp((x − worst)·slope)`.
    pairs: Vec<Lines>,
    /// The last column of an odd number.
    last: Option<(f64, f64, f64)>,
    /// The columns whose function is no straight line; among the lines they are zeros.
    bent: Vec<usize>,
}

#[derive(Clone, Copy)]
struct Lines {
    worst: [f64; 2],
    slope: [f64; 2],
    weight: [f64; 2],
}

impl<'f> RowSums<'f> {
    pub(crate) fn of(functions: &'f [ValueFunction], weights: &'f [f64]) -> Self {
        let mut bent = Vec::new();
        let mut line = |column: usize| match &functions[column] {
            ValueFunction::Linear { worst, slope, .. } => (*worst, *slope, weights[column]),
            _ => {
                bent.push(column);
                (0.0, 0.0, weights[column])
            }
        };
        let pairs = (0..functions.len() / 2)
            .map(|pair| {
                let (a, b) = (line(2 * pair), line(2 * pair + 1));
                Lines {
                    worst: [a.0, b.0],
                    slope: [a.1, b.1],
                    weight: [a.2, b.2],
                }
            })
            .collect();
        let last = (functions.len() % 2 == 1).then(|| line(functions.len() - 1));
        Self {
            functions,
            weights,
            pairs,
            last,
            bent,
        }
    }

    /// `Σ wv` of a row; NaN when a number is missing.
    pub(crate) fn sum(&self, numbers: &[f64]) -> f64 {
        let (by_two, rest) = numbers.as_chunks::<2>();
        let mut sums = [0.0; 2];
        for (x, lines) in by_two.iter().zip(&self.pairs) {
            for lane in 0..2 {
                let value = ((x[lane] - lines.worst[lane]) * lines.slope[lane]).clamp(0.0, 1.0);
                sums[lane] += lines.weight[lane] * value;
            }
        }
        let mut sum = sums[0] + sums[1];
        if let (Some((worst, slope, weight)), [x]) = (self.last, rest) {
            sum += weight * ((x - worst) * slope).clamp(0.0, 1.0);
        }
        // On their lines of zeros the bent columns added nothing, or the NaN that they hold.
        for column in &self.bent {
            sum += self.weights[*column] * self.functions[*column].value(numbers[*column]);
        }
        sum
    }
}
