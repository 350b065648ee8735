//! Times as people say them: how long ago, how long still, how long it took.

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

/// How long something took.
pub fn took(ms: i64) -> String {
    #[allow(clippy::cast_precision_loss, reason = "one decimal is shown")]
    let seconds = ms.max(0) as f64 / 1000.0;
    match ms {
        ..1_000 => format!("{} ms", ms.max(0)),
        1_000..10_000 => format!("{seconds:.1} s"),
        10_000..100_000 => format!("{seconds:.0} s"),
        _ => hours_and_minutes(seconds / 60.0),
    }
}

/// How long something will still take: no more exact than a forecast is.
pub fn still(ms: f64) -> String {
    let seconds = (ms / 1000.0).max(0.0);
    match seconds {
        s if s < 5.0 => "a few seconds left".into(),
        s if s < 100.0 => format!("about {:.0} s left", (s / 5.0).ceil() * 5.0),
        s => format!("about {} left", hours_and_minutes(s / 60.0)),
    }
}

fn hours_and_minutes(minutes: f64) -> String {
    let minutes = minutes.round();
    match ((minutes / 60.0).floor(), minutes % 60.0) {
        (0.0, minutes) => format!("{minutes:.0} min"),
        (hours, 0.0) => format!("{hours:.0} h"),
        (hours, minutes) => format!("{hours:.0} h {minutes:.0} min"),
    }
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

    #[test]
    fn a_time_is_said_as_exactly_as_it_is_known() {
        for (ms, words) in [
            (-3, "0 ms"),
            (840, "840 ms"),
            (4_240, "4.2 s"),
            (41_600, "42 s"),
            (100_000, "2 min"),
            (3_600_000, "1 h"),
            (7_500_000, "2 h 5 min"),
        ] {
            assert_eq!(took(ms), words);
        }
        for (ms, words) in [
            (-20.0, "a few seconds left"),
            (4_999.0, "a few seconds left"),
            (31_000.0, "about 35 s left"),
            (98_000.0, "about 100 s left"),
            (170_000.0, "about 3 min left"),
            (3_580_000.0, "about 1 h left"),
            (7_500_000.0, "about 2 h 5 min left"),
        ] {
            assert_eq!(still(ms), words);
        }
    }
}
