//! What the moving line says, in as many columns as the terminal has: the further right, the sooner it is left out.

use crate::age::{still, took};
use crate::printable::{columns, fitted, printable};

/// What is known of a run at a moment.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Moment {
    pub done: u32,
    pub total: u32,
    pub in_flight: u32,
    pub failed: u32,
    pub elapsed_ms: i64,
    pub left_ms: Option<f64>,
    /// The cell that was judged last, and how.
    pub last: String,
    pub stopping: bool,
}

/// The line, at most `width` columns wide.
pub fn line(moment: &Moment, width: usize) -> String {
    // A last cell that is cut to a few letters says nothing.
    const LEAST: usize = 12;
    const GAP: &str = "  ";
    let mut line = match moment.total {
        0 => "starting".to_owned(),
        total => {
            let percent = u64::from(moment.done) * 100 / u64::from(total);
            format!("{}/{total}  {percent}%", moment.done)
        }
    };
    let time = match (moment.stopping, moment.left_ms) {
        (true, _) => "stopping".into(),
        (false, Some(left)) => still(left),
        (false, None) => format!("{} so far", took(moment.elapsed_ms / 1000 * 1000)),
    };
    let failed = match moment.failed {
        0 => String::new(),
        failed => format!("{failed} failed"),
    };
    let asked = match moment.in_flight {
        0 => String::new(),
        in_flight => format!("{in_flight} in flight"),
    };
    for part in [failed, time, asked] {
        if part.is_empty() {
            continue;
        }
        if columns(&line) + GAP.len() + columns(&part) > width {
            return fitted(&line, width);
        }
        line = line + GAP + &part;
    }
    let last = printable(&moment.last);
    let room = width.saturating_sub(columns(&line) + GAP.len());
    if room >= columns(&last).min(LEAST) && !last.is_empty() {
        line = line + GAP + &fitted(&last, room);
    }
    fitted(&line, width)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moment() -> Moment {
        Moment {
            done: 12,
            total: 300,
            in_flight: 8,
            failed: 1,
            elapsed_ms: 9_700,
            left_ms: Some(170_000.0),
            last: "PostgreSQL × Ease of use: 4".into(),
            stopping: false,
        }
    }

    #[test]
    fn the_line_says_what_fits_and_the_most_important_first() {
        for (width, expected) in [
            (
                100,
                "12/300  4%  1 failed  about 3 min left  8 in flight  PostgreSQL × Ease of use: 4",
            ),
            (
                70,
                "12/300  4%  1 failed  about 3 min left  8 in flight  PostgreSQL × Eas…",
            ),
            (60, "12/300  4%  1 failed  about 3 min left  8 in flight"),
            (40, "12/300  4%  1 failed  about 3 min left"),
            (30, "12/300  4%  1 failed"),
            (8, "12/300 …"),
            (0, ""),
        ] {
            assert_eq!(line(&moment(), width), expected, "{width} columns");
        }
    }

    #[test]
    fn no_line_is_wider_than_the_terminal_and_none_moves_the_cursor() {
        let wide = Moment {
            last: "台北市\r\n\u{1b}[2J × 価格: 4".into(),
            ..moment()
        };
        for width in 0..120 {
            let line = line(&wide, width);
            assert!(columns(&line) <= width, "{width}: {line}");
            assert!(!line.chars().any(char::is_control), "{line:?}");
        }
    }

    #[test]
    fn before_a_forecast_the_time_so_far_is_told_and_while_stopping_that() {
        let early = Moment {
            done: 0,
            failed: 0,
            left_ms: None,
            last: String::new(),
            ..moment()
        };
        assert_eq!(line(&early, 80), "0/300  0%  9.0 s so far  8 in flight");
        let stopping = Moment {
            stopping: true,
            ..early
        };
        assert_eq!(line(&stopping, 80), "0/300  0%  stopping  8 in flight");
        assert_eq!(line(&Moment::default(), 80), "starting  0 ms so far");
    }
}
