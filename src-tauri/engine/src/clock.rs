//! Time and randomness, passed in from the top so that every run can be repeated in a test.

use std::time::{SystemTime, UNIX_EPOCH};

/// Tells the time of day.
pub trait Clock: Send + Sync {
    /// Milliseconds since 1970 (UTC).
    fn now_ms(&self) -> i64;
}

/// Makes numbers that nobody can foresee, for identifiers.
pub trait Random: Send + Sync {
    /// 64 random bits.
    fn bits(&self) -> u64;
}

/// The operating system's clock.
#[derive(Debug, Default, Clone, Copy)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now_ms(&self) -> i64 {
        SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .map_or(0, |since| {
                i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
            })
    }
}

/// The operating system's randomness.
#[derive(Debug, Default, Clone, Copy)]
pub struct SystemRandom;

impl Random for SystemRandom {
    fn bits(&self) -> u64 {
        // The system's generator fails only where there is none at all; the clock then still tells two calls apart.
        getrandom::u64().unwrap_or_else(|_| SystemClock.now_ms().unsigned_abs())
    }
}

/// `s_` and 13 characters of Crockford's base 32 (65 bits' worth of room for 64), no look-alikes.
pub fn session_id(random: &dyn Random) -> String {
    id('s', random)
}

/// As [`session_id`], with another letter before it: `r` for runs, `k` for calls.
pub(crate) fn id(letter: char, random: &dyn Random) -> String {
    const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
    let mut bits = random.bits();
    let mut id = String::with_capacity(15);
    id.push(letter);
    id.push('_');
    for _ in 0..13 {
        id.push(char::from(
            ALPHABET[usize::try_from(bits & 31).unwrap_or(0)],
        ));
        bits >>= 5;
    }
    id
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_sessions_never_share_an_id() {
        let ids: std::collections::BTreeSet<String> =
            (0..10_000).map(|_| session_id(&SystemRandom)).collect();
        assert_eq!(ids.len(), 10_000);
    }
}
