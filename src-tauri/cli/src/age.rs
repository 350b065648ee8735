//! Moments as people say them in a list: how long ago, and how long still.

use std::time::{SystemTime, UNIX_EPOCH};

const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// Now, in milliseconds since 1970.
pub fn now_ms() -> i64 {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

/// How long before `now_ms` the moment `at_ms` was.
pub fn ago(at_ms: i64, now_ms: i64) -> String {
    let seconds = (now_ms - at_ms) / 1000;
    if seconds < MINUTE {
        "just now".into()
    } else {
        format!("{} ago", span(seconds))
    }
}

/// How long after `now_ms` the moment `at_ms` comes.
pub fn ahead(at_ms: i64, now_ms: i64) -> String {
    let seconds = (at_ms - now_ms) / 1000;
    if seconds < MINUTE {
        "now".into()
    } else {
        format!("in {}", span(seconds))
    }
}

fn span(seconds: i64) -> String {
    let (count, unit) = match seconds {
        s if s < HOUR => (s / MINUTE, "min"),
        s if s < DAY => (s / HOUR, "h"),
        s if s < 60 * DAY => (s / DAY, "day"),
        s if s < 730 * DAY => (s / (30 * DAY), "month"),
        s => (s / (365 * DAY), "year"),
    };
    let plural = if count == 1 || unit == "min" || unit == "h" {
        ""
    } else {
        "s"
    };
    format!("{count} {unit}{plural}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_said_in_the_largest_unit_that_fits() {
        for (seconds, words) in [
            (-5, "just now"),
            (59, "just now"),
            (60, "1 min ago"),
            (2 * HOUR, "2 h ago"),
            (DAY, "1 day ago"),
            (59 * DAY, "59 days ago"),
            (60 * DAY, "2 months ago"),
            (800 * DAY, "2 years ago"),
        ] {
            assert_eq!(ago(1_000_000, 1_000_000 + seconds * 1000), words);
        }
        assert_eq!(ahead(30 * DAY * 1000 - 1, 0), "in 29 days");
        assert_eq!(ahead(0, 5000), "now");
    }
}
