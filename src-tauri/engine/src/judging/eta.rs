//! How long the rest of a run will take. Pure: latencies in, milliseconds out.

/// Fewer finished calls than this tell nothing yet.
const ENOUGH: usize = 5;

/// What is known of one queue of calls that run `slots` at a time. Times are milliseconds.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Queue<'a> {
    /// How long each finished call took.
    pub done: &'a [f64],
    /// How long each call in flight has taken so far.
    pub in_flight: &'a [f64],
    /// Calls that wait.
    pub waiting: usize,
    /// Calls in flight at most.
    pub slots: usize,
}

/// Milliseconds until the last call is done; none until enough calls are.
///
/// The calls that wait are dealt to the slots first come, first served, each taking one of the times seen so far, spread
/// evenly over the run: so the tail, when a few long ones still run and other slots are idle, is in it. The times seen are
/// those of the quick ones first; they are scaled so that their mean is all slots' time over the calls it finished.
pub(crate) fn remaining_ms(queue: &Queue<'_>) -> Option<f64> {
    if queue.done.len() < ENOUGH {
        return None;
    }
    let seen = scaled(queue);
    let mut free: Vec<f64> = queue
        .in_flight
        .iter()
        .map(|elapsed| residual(&seen, *elapsed))
        .collect();
    free.resize(queue.slots.max(free.len()).max(1), 0.0);
    for place in spread_evenly(queue.waiting) {
        let earliest = free.iter_mut().min_by(|one, other| one.total_cmp(other))?;
        *earliest += typical(&seen, place, queue.waiting);
    }
    free.into_iter().reduce(f64::max)
}

/// The finished calls' times, rising, with the mean that the calls in flight betray.
fn scaled(queue: &Queue<'_>) -> Vec<f64> {
    let finished: f64 = queue.done.iter().sum();
    let running: f64 = queue.in_flight.iter().sum();
    let factor = if finished > 0.0 {
        (finished + running) / finished
    } else {
        1.0
    };
    let mut seen: Vec<f64> = queue.done.iter().map(|time| time * factor).collect();
    seen.sort_by(f64::total_cmp);
    seen
}

/// How much longer a call runs that has run for `elapsed`: the mean of what is left of the longer ones seen.
fn residual(seen: &[f64], elapsed: f64) -> f64 {
    let longer = &seen[seen.partition_point(|time| *time <= elapsed)..];
    match longer {
        // Longer than any: such a one has most of a usual call before it still.
        [] => mean(seen),
        _ => mean(longer) - elapsed,
    }
}

/// The mean of the `place`-th of `of` equal parts of the times seen, so that all parts together have the mean of all.
fn typical(seen: &[f64], place: usize, of: usize) -> f64 {
    let from = place * seen.len() / of;
    let to = ((place + 1) * seen.len()).div_ceil(of);
    mean(&seen[from..to.max(from + 1)])
}

fn mean(times: &[f64]) -> f64 {
    #[allow(clippy::cast_precision_loss, reason = "a few thousand calls")]
    let count = times.len() as f64;
    times.iter().sum::<f64>() / count
}

/// The numbers below `count` in an order in which every stretch covers them evenly (van der Corput 1935, base 2).
fn spread_evenly(count: usize) -> impl Iterator<Item = usize> {
    let bits = count.next_power_of_two().trailing_zeros();
    (0..1usize << bits)
        .map(move |n| {
            n.reverse_bits()
                .checked_shr(usize::BITS - bits)
                .unwrap_or(0)
        })
        .filter(move |n| *n < count)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Log-normal draws (Box and Muller 1958) from a small generator (splitmix64, Steele 2014).
    pub(super) fn draws(seed: u64, count: usize, median: f64, sigma: f64) -> Vec<f64> {
        let mut state = seed;
        let mut uniform = || {
            state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let mut z = state;
            z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            z ^= z >> 31;
            (((z >> 11) as f64) + 0.5) / (1u64 << 53) as f64
        };
        (0..count)
            .map(|_| {
                let (u, v) = (uniform(), uniform());
                let normal = (-2.0 * u.ln()).sqrt() * (std::f64::consts::TAU * v).cos();
                median * (sigma * normal).exp()
            })
            .collect()
    }

    /// Each moment at which a call ends: the share that is done, the estimate, and the truth.
    fn estimates(times: &[f64], slots: usize) -> Vec<(f64, f64, f64)> {
        let mut ends: Vec<(f64, f64)> = Vec::new();
        let mut free = vec![0.0f64; slots];
        for time in times {
            let slot = free
                .iter_mut()
                .min_by(|a, b| a.total_cmp(b))
                .expect("a slot");
            ends.push((*slot, *slot + time));
            *slot += time;
        }
        let last = free.iter().copied().fold(0.0, f64::max);
        let mut moments: Vec<f64> = ends.iter().map(|(_, end)| *end).collect();
        moments.sort_by(f64::total_cmp);
        let mut said = Vec::new();
        for now in moments {
            let mut done = Vec::new();
            let mut in_flight = Vec::new();
            let mut waiting = 0;
            for ((start, end), time) in ends.iter().zip(times) {
                match () {
                    () if *end <= now => done.push(*time),
                    () if *start <= now => in_flight.push(now - start),
                    () => waiting += 1,
                }
            }
            let queue = Queue {
                done: &done,
                in_flight: &in_flight,
                waiting,
                slots,
            };
            if let Some(left) = remaining_ms(&queue) {
                said.push((done.len() as f64 / times.len() as f64, left, last - now));
            }
        }
        said
    }

    /// Of sixteen slots the last few calls are most of what is left, and how long those take nobody knows.
    #[test]
    fn the_end_is_foreseen_within_thirty_percent_from_a_fifth_of_the_run_on() {
        for (slots, allowed) in [(1, 0.05), (4, 0.05), (8, 0.08), (16, 0.14)] {
            let (mut off, mut all, mut ratio) = (0.0, 0.0, 0.0);
            for seed in 0..20 {
                let times = draws(seed, 300, 200.0, 0.8);
                for (share, left, truth) in estimates(&times, slots) {
                    if (0.2..0.8).contains(&share) {
                        all += 1.0;
                        ratio += left / truth;
                        off += f64::from(u8::from((left - truth).abs() > 0.3 * truth));
                    }
                }
            }
            let (off, bias): (f64, f64) = (off / all, ratio / all);
            assert!(off <= allowed, "{slots} slots: {:.1}% off", off * 100.0);
            assert!(
                (0.9..1.1).contains(&bias),
                "{slots} slots: {bias:.3} of the truth"
            );
        }
    }

    #[test]
    fn nothing_is_foretold_from_too_little_and_nothing_is_left_at_the_end() {
        let few = Queue {
            done: &[1.0; ENOUGH - 1],
            in_flight: &[],
            waiting: 9,
            slots: 2,
        };
        assert_eq!(remaining_ms(&few), None);
        let over = Queue {
            done: &[100.0; 20],
            in_flight: &[],
            waiting: 0,
            slots: 8,
        };
        assert_eq!(remaining_ms(&over), Some(0.0));
    }

    #[test]
    fn calls_of_one_length_end_when_arithmetic_says() {
        let queue = Queue {
            done: &[100.0; 20],
            in_flight: &[],
            waiting: 30,
            slots: 10,
        };
        let left = remaining_ms(&queue).expect("enough is known");
        assert!((left - 300.0).abs() < 1e-6, "{left}");
    }

    #[test]
    fn one_call_that_outlasts_all_others_is_still_given_time() {
        let queue = Queue {
            done: &[100.0; 20],
            in_flight: &[5_000.0],
            waiting: 0,
            slots: 4,
        };
        assert!(remaining_ms(&queue).expect("enough is known") > 50.0);
    }
}
