//! Which backups are kept: the last ten, one a day for a week, one a week for eight weeks. Only the rule; the files are
//! in `backup.rs`.

use std::collections::HashSet;

const DAY_MS: i64 = 24 * 60 * 60 * 1000;
const LAST: usize = 10;
const DAYS: i64 = 7;
const WEEKS: i64 = 8;

/// For each time of a backup (milliseconds since 1970, newest first) whether it is kept. Of a day or a week the newest
/// stays; days begin at midnight UTC, weeks on Monday.
pub(crate) fn kept(newest_first: &[i64], now_ms: i64) -> Vec<bool> {
    let (mut days, mut weeks) = (HashSet::new(), HashSet::new());
    let today = now_ms.div_euclid(DAY_MS);
    let keep = |(place, at): (usize, &i64)| {
        let day = at.div_euclid(DAY_MS);
        let of_day = day > today - DAYS && days.insert(day);
        let of_week = week(day) > week(today) - WEEKS && weeks.insert(week(day));
        place < LAST || of_day || of_week
    };
    newest_first.iter().enumerate().map(keep).collect()
}

/// Day 0 was a Thursday.
fn week(day: i64) -> i64 {
    (day + 3).div_euclid(7)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_753_180_000_000;

    fn left(times: &[i64]) -> usize {
        kept(times, NOW).into_iter().filter(|keep| *keep).count()
    }

    #[test]
    fn ten_of_a_busy_hour_stay() {
        let busy: Vec<i64> = (0..60).map(|minute| NOW - minute * 60_000).collect();
        assert_eq!(
            kept(&busy, NOW)[..11],
            [
                true, true, true, true, true, true, true, true, true, true, false
            ]
        );
        assert_eq!(left(&busy), 10);
    }

    #[test]
    fn a_year_of_four_a_day_leaves_the_last_ten_a_week_of_days_and_eight_weeks() {
        let year: Vec<i64> = (0..4 * 365).map(|n| NOW - n * DAY_MS / 4).collect();
        let keep = kept(&year, NOW);
        let kept_days: Vec<i64> = year
            .iter()
            .zip(&keep)
            .filter(|(_, keep)| **keep)
            .map(|(at, _)| NOW.div_euclid(DAY_MS) - at.div_euclid(DAY_MS))
            .collect();
        for day in 0..DAYS {
            assert!(kept_days.contains(&day), "day {day} of {kept_days:?}");
        }
        let oldest = kept_days.iter().max().copied().unwrap_or(0);
        assert!((42..56).contains(&oldest), "{kept_days:?}");
        assert!(left(&year) <= LAST + 7 + 8, "{kept_days:?}");
    }

    #[test]
    fn a_few_old_ones_are_all_there_is_and_stay() {
        let old: Vec<i64> = (0..3).map(|n| NOW - (400 + n) * DAY_MS).collect();
        assert_eq!(left(&old), 3);
    }
}
