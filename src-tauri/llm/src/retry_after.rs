//! How long a server wants to be left alone, in every spelling that is in use: `retry-after` and its kin, and the moments at
//! which the vendors' limits are full again. Waiting itself is in `retry`.

use std::time::{Duration, SystemTime};

use jiff::{SignedDuration, Timestamp};
use reqwest::header::{HeaderMap, RETRY_AFTER};

/// Anthropic's limits; each tells what remains and when it is full again (RFC 3339).
const ANTHROPIC: [&str; 4] = ["requests", "tokens", "input-tokens", "output-tokens"];
/// OpenAI's limits, and those of servers with one limit only; each tells how long until it is full again (`6m0s`).
const OPENAI: [&str; 3] = ["-requests", "-tokens", ""];

/// Whether to ask again, where the server says so itself.
pub(crate) fn advice(headers: &HeaderMap) -> Option<bool> {
    match text(headers, "x-should-retry")? {
        "true" => Some(true),
        "false" => Some(false),
        _ => None,
    }
}

/// How long to wait: `retry-after-ms`, `retry-after` in seconds or as a date, what LiteLLM makes of its upstream's, else
/// until the last of the used-up limits is full again.
pub(crate) fn retry_after(headers: &HeaderMap, now: SystemTime) -> Option<Duration> {
    // The server's own clock, where it tells it: ours may be wrong.
    let now = text(headers, "date")
        .and_then(|date| httpdate::parse_http_date(date).ok())
        .unwrap_or(now);
    let milliseconds = text(headers, "retry-after-ms").and_then(|text| text.parse().ok());
    milliseconds
        .and_then(|wait: f64| Duration::try_from_secs_f64(wait / 1000.0).ok())
        .or_else(|| {
            [RETRY_AFTER.as_str(), "llm_provider-retry-after"]
                .into_iter()
                .find_map(|name| after(text(headers, name)?, now))
        })
        .or_else(|| anthropic(headers, now))
        .or_else(|| openai(headers, now))
}

fn text<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    Some(headers.get(name)?.to_str().ok()?.trim())
}

fn after(text: &str, now: SystemTime) -> Option<Duration> {
    if let Ok(seconds) = text.parse() {
        return Duration::try_from_secs_f64(seconds).ok();
    }
    let then = httpdate::parse_http_date(text).ok()?;
    Some(then.duration_since(now).unwrap_or_default())
}

fn anthropic(headers: &HeaderMap, now: SystemTime) -> Option<Duration> {
    let resets = ANTHROPIC.into_iter().filter_map(|limit| {
        let limit = format!("anthropic-ratelimit-{limit}");
        used_up(headers, &format!("{limit}-remaining"))?;
        let then: Timestamp = text(headers, &format!("{limit}-reset"))?.parse().ok()?;
        let then = SystemTime::from(then);
        Some(then.duration_since(now).unwrap_or_default())
    });
    resets.max()
}

fn openai(headers: &HeaderMap, now: SystemTime) -> Option<Duration> {
    let resets = OPENAI.into_iter().filter_map(|limit| {
        used_up(headers, &format!("x-ratelimit-remaining{limit}"))?;
        until(text(headers, &format!("x-ratelimit-reset{limit}"))?, now)
    });
    resets.max()
}

/// A limit of which something remains is not the one that was hit; who does not tell may have hit it.
fn used_up(headers: &HeaderMap, remaining: &str) -> Option<()> {
    let remains = text(headers, remaining)
        .is_some_and(|count| count.parse::<f64>().is_ok_and(|count| count > 0.0));
    (!remains).then_some(())
}

/// `6m0s`, `20ms`, or a number: seconds, or a moment in seconds or milliseconds since 1970.
fn until(text: &str, now: SystemTime) -> Option<Duration> {
    const MOMENT: f64 = 1e9;
    const MOMENT_IN_MS: f64 = 1e12;
    let Ok(number) = text.parse::<f64>() else {
        let wait: SignedDuration = text.parse().ok()?;
        return Duration::try_from(wait).ok();
    };
    if number < MOMENT {
        return Duration::try_from_secs_f64(number).ok();
    }
    let seconds = if number < MOMENT_IN_MS {
        number
    } else {
        number / 1000.0
    };
    let then = SystemTime::UNIX_EPOCH.checked_add(Duration::try_from_secs_f64(seconds).ok()?)?;
    Some(then.duration_since(now).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use reqwest::header::{HeaderName, HeaderValue};

    use super::*;

    type List = &'static [(&'static str, &'static str)];

    fn headers(list: List) -> HeaderMap {
        list.iter()
            .map(|(name, value)| {
                (
                    HeaderName::from_static(name),
                    HeaderValue::from_static(value),
                )
            })
            .collect()
    }

    #[test]
    fn every_spelling_is_understood() {
        // 21 November 2026, 12:00:00 UTC.
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_795_262_400);
        let table: [(List, Option<u64>); 26] = [
            (&[], None),
            (&[("retry-after", "7")], Some(7_000)),
            (&[("retry-after", " 0.5 ")], Some(500)),
            (&[("retry-after", "0")], Some(0)),
            (&[("retry-after", "-1")], None),
            (&[("retry-after", "NaN")], None),
            (&[("retry-after", "1e300")], None),
            (&[("retry-after", "soon")], None),
            (
                &[("retry-after-ms", "1250.5"), ("retry-after", "2")],
                Some(1_250),
            ),
            (
                &[("retry-after-ms", "soon"), ("retry-after", "2")],
                Some(2_000),
            ),
            (
                &[("retry-after", "Sat, 21 Nov 2026 12:01:30 GMT")],
                Some(90_000),
            ),
            (&[("retry-after", "Sat, 21 Nov 2026 11:00:00 GMT")], Some(0)),
            (
                &[
                    ("date", "Sat, 21 Nov 2026 12:01:00 GMT"),
                    ("retry-after", "Sat, 21 Nov 2026 12:01:30 GMT"),
                ],
                Some(30_000),
            ),
            (&[("llm_provider-retry-after", "3")], Some(3_000)),
            (
                &[("retry-after", "soon"), ("llm_provider-retry-after", "3")],
                Some(3_000),
            ),
            (
                &[("anthropic-ratelimit-requests-reset", "2026-11-21T12:00:42Z")],
                Some(42_000),
            ),
            (
                &[(
                    "anthropic-ratelimit-tokens-reset",
                    "2026-11-21T13:00:10+01:00",
                )],
                Some(10_000),
            ),
            (
                &[("anthropic-ratelimit-tokens-reset", "2026-11-21T11:59:00Z")],
                Some(0),
            ),
            (
                &[
                    ("anthropic-ratelimit-requests-remaining", "12"),
                    ("anthropic-ratelimit-requests-reset", "2026-11-21T12:50:00Z"),
                    ("anthropic-ratelimit-input-tokens-remaining", "0"),
                    (
                        "anthropic-ratelimit-input-tokens-reset",
                        "2026-11-21T12:00:05Z",
                    ),
                    ("anthropic-ratelimit-output-tokens-remaining", "0"),
                    (
                        "anthropic-ratelimit-output-tokens-reset",
                        "2026-11-21T12:00:09Z",
                    ),
                ],
                Some(9_000),
            ),
            (&[("anthropic-ratelimit-tokens-reset", "tomorrow")], None),
            (&[("x-ratelimit-reset-requests", "6m0s")], Some(360_000)),
            (&[("x-ratelimit-reset-tokens", "1m26.4s")], Some(86_400)),
            (
                &[
                    ("x-ratelimit-reset-tokens", "20ms"),
                    ("x-ratelimit-reset-requests", "1s"),
                ],
                Some(1_000),
            ),
            (
                &[
                    ("x-ratelimit-remaining-requests", "5"),
                    ("x-ratelimit-reset-requests", "1h0m0s"),
                    ("x-ratelimit-remaining-tokens", "0"),
                    ("x-ratelimit-reset-tokens", "8.64s"),
                ],
                Some(8_640),
            ),
            (&[("x-ratelimit-reset", "1795262410")], Some(10_000)),
            (&[("x-ratelimit-reset", "1795262411500")], Some(11_500)),
        ];
        for (list, milliseconds) in table {
            let wait = retry_after(&headers(list), now);
            let wait = wait.map(|wait| u64::try_from(wait.as_millis()).unwrap());
            assert_eq!(wait, milliseconds, "{list:?}");
        }
    }
}
