//! The number axis of a chart: its ends, its ticks at round numbers, and how many decimals the numbers need.

/// An axis from `low` to `high`, drawn from `start` over `length` pixels.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Axis {
    low: f64,
    high: f64,
    start: f64,
    length: f64,
}

impl Axis {
    /// Holds `base`, where bars begin, and every number of `reach` that is finite; at least a small piece wide.
    pub(super) fn around(
        base: f64,
        reach: impl Iterator<Item = f64>,
        start: f64,
        length: f64,
    ) -> Self {
        let base = if base.is_finite() { base } else { 0.0 };
        let (low, high) = reach
            .filter(|number| number.is_finite())
            .fold((base, base), |(low, high), number| {
                (low.min(number), high.max(number))
            });
        let high = if high - low > 0.0 {
            high
        } else {
            low + low.abs().max(1.0)
        };
        Self {
            low,
            high,
            start,
            length,
        }
    }

    /// Where `number` stands, in pixels; what lies outside stands at the end.
    pub(super) fn at(&self, number: f64) -> f64 {
        // Halved first: the span of two very large numbers of either sign is infinite.
        let share = (number / 2.0 - self.low / 2.0) / (self.high / 2.0 - self.low / 2.0);
        self.start + share.clamp(0.0, 1.0) * self.length
    }

    /// Round numbers from end to end, about `count` of them, and their words.
    pub(super) fn ticks(&self, count: usize) -> Vec<(f64, String)> {
        let span = self.high - self.low;
        #[allow(clippy::cast_precision_loss)] // a handful
        let rough = span / count.max(1) as f64;
        let magnitude = 10.0_f64.powf(rough.log10().floor());
        if !(span.is_finite() && magnitude.is_normal()) {
            return vec![(self.low, short(self.low)), (self.high, short(self.high))];
        }
        let step = [1.0, 2.0, 2.5, 5.0, 10.0]
            .map(|factor| factor * magnitude)
            .into_iter()
            .find(|step| *step >= rough);
        let step = step.unwrap_or(rough);
        let places = decimals_of(step);
        let mut ticks = Vec::new();
        let mut at = (self.low / step - 1e-9).ceil();
        while at * step <= self.high + step * 1e-9 && ticks.len() <= 4 * count.max(1) {
            ticks.push((at * step, worded(at * step, places)));
            at += 1.0;
        }
        ticks
    }
}

/// How many decimals tell apart numbers that are `span` apart at most: three significant digits, at most four decimals.
pub(super) fn decimals_for(span: f64) -> usize {
    match span.abs() {
        span if span >= 1000.0 => 0,
        span if span >= 100.0 => 0,
        span if span >= 20.0 => 1,
        span if span > 1.0 => 2,
        span if span > 0.1 => 3,
        _ => 4,
    }
}

/// `number` with `places` decimals and a true minus sign; never "-0". Very large numbers in powers of ten.
pub(super) fn worded(number: f64, places: usize) -> String {
    if !number.is_finite() || number.abs() >= 1e9 {
        return short(number);
    }
    let text = format!("{number:.places$}");
    match text.strip_prefix('-') {
        Some(digits) if digits.chars().all(|digit| matches!(digit, '0' | '.')) => digits.to_owned(),
        Some(digits) => format!("−{digits}"),
        None => text,
    }
}

fn short(number: f64) -> String {
    format!("{number:.1e}").replace('-', "−")
}

fn decimals_of(step: f64) -> usize {
    (0..10)
        .find(|places| {
            let scaled = step * 10.0_f64.powi(*places);
            (scaled - scaled.round()).abs() < 1e-6 * scaled.abs().max(1e-9)
        })
        .map_or(9, |places| usize::try_from(places).unwrap_or(9))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn words(reach: &[f64], count: usize) -> Vec<String> {
        Axis::around(0.0, reach.iter().copied(), 0.0, 100.0)
            .ticks(count)
            .into_iter()
            .map(|(_, words)| words)
            .collect()
    }

    #[test]
    fn ticks_stand_at_round_numbers() {
        assert_eq!(words(&[5.0], 5), ["0", "1", "2", "3", "4", "5"]);
        assert_eq!(words(&[1.0], 5), ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"]);
        assert_eq!(words(&[-0.4, 0.6], 4), ["−0.25", "0.00", "0.25", "0.50"]);
        assert_eq!(words(&[], 2), ["0.0", "0.5", "1.0"]);
    }

    #[test]
    fn zero_has_no_sign_and_minus_is_a_minus() {
        assert_eq!(worded(-0.001, 2), "0.00");
        assert_eq!(worded(-1.5, 1), "−1.5");
        assert_eq!(worded(2.5e12, 1), "2.5e12");
    }

    proptest! {
        #[test]
        fn every_number_stands_on_the_axis_and_ticks_stay_few(base: f64, reach in proptest::collection::vec(any::<f64>(), 0..6), number: f64) {
            let axis = Axis::around(base, reach.into_iter(), 10.0, 300.0);
            let at = axis.at(number);
            prop_assert!(number.is_nan() || (10.0..=310.0).contains(&at));
            let ticks = axis.ticks(5);
            prop_assert!(ticks.len() >= 2 && ticks.len() <= 21, "{:?}", ticks);
        }
    }
}
