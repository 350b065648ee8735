//! A score that a model wrote as text. Only what can mean one number is one.

/// The number that `text` is: digits with an optional sign and one decimal point or comma, and nothing else. A comma before exactly
/// three digits may stand for thousands, so that is none, unless the number begins with 0.
pub(super) fn typed_score(text: &str) -> Option<f64> {
    let text = text.trim();
    let (sign, digits) = match text.strip_prefix(['-', '\u{2212}']) {
        Some(rest) => (-1.0, rest),
        None => (1.0, text.strip_prefix('+').unwrap_or(text)),
    };
    let is_digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    let (whole, fraction) = match digits.split_once(['.', ',']) {
        Some((whole, fraction)) => (whole, fraction),
        None => (digits, "0"),
    };
    let is_ambiguous = digits.contains(',') && fraction.len() == 3 && whole != "0";
    if !is_digits(whole) || !is_digits(fraction) || is_ambiguous {
        return None;
    }
    let number: f64 = format!("{whole}.{fraction}").parse().ok()?;
    number.is_finite().then_some(sign * number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_a_score_only_when_it_is_one_number() {
        let numbers = [
            ("4", 4.0),
            (" 4.0 ", 4.0),
            ("+4", 4.0),
            ("-1.5", -1.5),
            ("\u{2212}2", -2.0),
            ("4,5", 4.5),
            ("4,25", 4.25),
            ("0,125", 0.125),
            ("4.125", 4.125),
            ("04", 4.0),
        ];
        for (text, number) in numbers {
            assert_eq!(typed_score(text), Some(number), "{text}");
        }
        let none = [
            "",
            " ",
            "four",
            "9 out of 100",
            "9/10",
            "4/5",
            "4-5",
            "4–5",
            "3 4",
            "1,234",
            "4,5,6",
            "4.5.6",
            "4.",
            ".5",
            "~4",
            "≥4",
            "80%",
            "4 points",
            "1e1",
            "0x4",
            "NaN",
            "inf",
            "-",
            "٤",
            "４",
            "IV",
            "4\u{fe0f}\u{20e3}",
            "null",
            "true",
        ];
        for text in none {
            assert_eq!(typed_score(text), None, "{text}");
        }
    }
}
