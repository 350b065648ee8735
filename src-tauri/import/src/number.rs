//! One cell's text read as a number: every reading that is possible, with a decimal point and with a decimal comma.
//! Which reading holds is decided for a whole column, in `decimal.rs`.

use crate::DecimalMark;

/// The readings of one text.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Reading {
    /// The number if `.` is the decimal mark. May be infinite.
    pub point: Option<f64>,
    /// The number if `,` is the decimal mark. May be infinite.
    pub comma: Option<f64>,
    /// What stands before or after it: `€`, `ms`, `%`.
    pub unit: Option<String>,
}

impl Reading {
    /// A number whose value is known, so that no decimal mark is needed.
    pub fn exact(value: f64, unit: &str) -> Self {
        Self {
            point: Some(value),
            comma: Some(value),
            unit: Some(unit.to_owned()),
        }
    }

    /// The number under one decimal mark.
    pub fn with(&self, mark: DecimalMark) -> Option<f64> {
        match mark {
            DecimalMark::Point => self.point,
            DecimalMark::Comma => self.comma,
        }
    }

    /// True when the decimal mark makes a difference and both readings are possible.
    pub fn is_ambiguous(&self) -> bool {
        matches!((self.point, self.comma), (Some(point), Some(comma)) if point.to_bits() != comma.to_bits())
    }
}

const CURRENCIES: [char; 7] = ['$', '€', '£', '¥', '₹', '₽', '¢'];

/// Reads `text` as a number with an optional unit, or says that it is none.
pub(crate) fn read(text: &str) -> Option<Reading> {
    let text = text.trim();
    if is_not_finite_word(text) {
        return Some(Reading {
            point: Some(f64::NAN),
            comma: Some(f64::NAN),
            unit: None,
        });
    }
    let starts = |c: char| c.is_ascii_digit() || matches!(c, '.' | ',' | '+' | '-' | '−');
    let start = text.find(starts)?;
    let end = text.rfind(|c: char| c.is_ascii_digit())? + 1;
    if end <= start {
        return None;
    }
    let (before, core, after) = (
        text[..start].trim_end(),
        &text[start..end],
        text[end..].trim_start(),
    );
    // A sign may stand before the currency: -$5.
    let unit = match (before.is_empty(), after.is_empty()) {
        (true, true) => None,
        (false, true) => Some(before_unit(before)?.to_owned()),
        (true, false) => Some(after_unit(after)?.to_owned()),
        (false, false) => return None,
    };
    signed(core, unit)
}

fn signed(core: &str, unit: Option<String>) -> Option<Reading> {
    let (negative, digits) = match core.strip_prefix(['-', '−']) {
        Some(rest) => (true, rest),
        None => (false, core.strip_prefix('+').unwrap_or(core)),
    };
    let digits = digits.trim_start();
    // -$5: the currency between sign and digits.
    let (unit, digits) = match digits.strip_prefix(CURRENCIES) {
        Some(rest) if unit.is_none() => (
            Some(digits[..digits.len() - rest.len()].to_owned()),
            rest.trim_start(),
        ),
        _ => (unit, digits),
    };
    let sign = |value: f64| if negative { -value } else { value };
    let reading = Reading {
        point: unsigned(digits, '.').map(sign),
        comma: unsigned(digits, ',').map(sign),
        unit,
    };
    (reading.point.is_some() || reading.comma.is_some()).then_some(reading)
}

fn before_unit(before: &str) -> Option<&str> {
    let code = before.len() == 3 && before.bytes().all(|b| b.is_ascii_uppercase());
    let sign = before.chars().count() == 1 && before.starts_with(CURRENCIES);
    (code || sign).then_some(before)
}

/// One short word that starts like a unit: `ms`, `%`, `€`, `req/s`, `m²`.
fn after_unit(after: &str) -> Option<&str> {
    let first = after.chars().next()?;
    let starts = first.is_alphabetic()
        || CURRENCIES.contains(&first)
        || matches!(first, '%' | '‰' | '°' | 'µ');
    let word = !after.contains(char::is_whitespace) && after.chars().count() <= 12;
    (starts && word).then_some(after)
}

/// A number without sign, `decimal` being its decimal mark; groups of three are set apart by the other mark,
/// by a space or by an apostrophe.
fn unsigned(text: &str, decimal: char) -> Option<f64> {
    let (mantissa, exponent) = match text.find(['e', 'E']) {
        Some(at) => (&text[..at], Some(&text[at + 1..])),
        None => (text, None),
    };
    if let Some(exponent) = exponent {
        let digits = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
        if digits.is_empty() || digits.len() > 6 || !is_digits(digits) {
            return None;
        }
    }
    let (whole, fraction) = match mantissa.split_once(decimal) {
        Some((whole, fraction)) => (whole, fraction),
        None => (mantissa, ""),
    };
    if !is_digits(fraction) || (whole.is_empty() && fraction.is_empty()) {
        return None;
    }
    let grouping = if exponent.is_some() {
        None
    } else {
        grouping_mark(whole, decimal)
    };
    let whole = match grouping {
        Some(mark) => ungrouped(whole, mark)?,
        None if is_digits(whole) => whole.to_owned(),
        None => return None,
    };
    let mut plain = String::with_capacity(text.len() + 2);
    plain.push_str(if whole.is_empty() { "0" } else { &whole });
    if !fraction.is_empty() {
        plain.push('.');
        plain.push_str(fraction);
    }
    if let Some(exponent) = exponent {
        plain.push('e');
        plain.push_str(exponent);
    }
    plain.parse().ok()
}

fn is_digits(text: &str) -> bool {
    text.bytes().all(|b| b.is_ascii_digit())
}

fn grouping_mark(whole: &str, decimal: char) -> Option<char> {
    whole.chars().find(|c| !c.is_ascii_digit()).filter(|c| {
        *c != decimal
            && matches!(
                c,
                '.' | ',' | ' ' | '\u{a0}' | '\u{202f}' | '\u{2009}' | '\'' | '’' | '_'
            )
    })
}

/// The digits of `1,234,567`; none when the groups are not of three or the first begins with a zero (`0,123`).
fn ungrouped(whole: &str, mark: char) -> Option<String> {
    let mut groups = whole.split(mark);
    let first = groups.next()?;
    if first.is_empty() || first.len() > 3 || first.starts_with('0') || !is_digits(first) {
        return None;
    }
    let mut digits = first.to_owned();
    for group in groups {
        if group.len() != 3 || !is_digits(group) {
            return None;
        }
        digits.push_str(group);
    }
    Some(digits)
}

fn is_not_finite_word(text: &str) -> bool {
    let bare = text
        .strip_prefix(['+', '-', '−'])
        .unwrap_or(text)
        .to_ascii_lowercase();
    matches!(
        bare.as_str(),
        "nan" | "inf" | "infinity" | "∞" | "1.#inf" | "1.#ind" | "1.#qnan"
    )
}

/// A number from a workbook as a person would type it.
pub(crate) fn plain(value: f64) -> String {
    let size = value.abs();
    if size != 0.0 && !(1e-7..1e16).contains(&size) {
        format!("{value:e}")
    } else {
        value.to_string()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn both(text: &str) -> (Option<f64>, Option<f64>) {
        read(text).map_or((None, None), |r| (r.point, r.comma))
    }

    #[test]
    fn every_possible_reading_is_kept() {
        let same = |v: f64| (Some(v), Some(v));
        let cases = [
            ("120", same(120.0)),
            (" 120 ", same(120.0)),
            ("-5", same(-5.0)),
            ("−5", same(-5.0)),
            ("+5", same(5.0)),
            ("1.5", (Some(1.5), None)),
            ("1,5", (None, Some(1.5))),
            ("1,234", (Some(1234.0), Some(1.234))),
            ("1.234", (Some(1.234), Some(1234.0))),
            ("1,234.5", (Some(1234.5), None)),
            ("1.234,5", (None, Some(1234.5))),
            ("1,234,567", (Some(1_234_567.0), None)),
            ("1.234.567", (None, Some(1_234_567.0))),
            ("0,123", (None, Some(0.123))),
            ("0.500", (Some(0.5), None)),
            ("1234,567", (None, Some(1234.567))),
            ("1 234", same(1234.0)),
            ("1\u{a0}234,50", (None, Some(1234.5))),
            ("1\u{202f}234", same(1234.0)),
            ("1'234.5", (Some(1234.5), None)),
            ("1.5e3", (Some(1500.0), None)),
            ("1,5E-3", (None, Some(0.0015))),
            ("2e3", same(2000.0)),
            (".5", (Some(0.5), None)),
            (",5", (None, Some(0.5))),
            ("12 34", (None, None)),
            ("1,23,4", (None, None)),
            ("1.2.3", (None, None)),
            ("2024-11-03", (None, None)),
            ("10:30", (None, None)),
            ("1/2", (None, None)),
            ("abc", (None, None)),
            ("", (None, None)),
            ("-", (None, None)),
            ("--5", (None, None)),
            ("PostgreSQL 16", (None, None)),
            ("3 out of 5", (None, None)),
            ("(5)", (None, None)),
        ];
        for (text, expected) in cases {
            assert_eq!(both(text), expected, "{text:?}");
        }
    }

    #[test]
    fn a_short_unit_beside_the_number_is_kept_apart() {
        let cases = [
            ("€ 1.200,50", "€", 1200.5),
            ("$99", "$", 99.0),
            ("-$5", "$", -5.0),
            ("USD 120", "USD", 120.0),
            ("45%", "%", 45.0),
            ("45 %", "%", 45.0),
            ("12ms", "ms", 12.0),
            ("3 req/s", "req/s", 3.0),
            ("1,5 m²", "m²", 1.5),
        ];
        for (text, unit, value) in cases {
            let reading = read(text).unwrap();
            assert_eq!(
                (reading.unit.as_deref(), reading.comma),
                (Some(unit), Some(value)),
                "{text}"
            );
        }
    }

    #[test]
    fn not_a_number_and_infinity_are_seen_for_what_they_are() {
        for text in ["NaN", "-inf", "Infinity", "∞", "1e999"] {
            assert!(!read(text).unwrap().point.unwrap().is_finite(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn a_number_written_plainly_is_read_exactly(value in proptest::num::f64::NORMAL | proptest::num::f64::ZERO) {
            prop_assert_eq!(read(&plain(value)).unwrap().point, Some(value));
        }

        #[test]
        fn any_text_is_read_or_refused_without_a_panic(text in "\\PC{0,40}") {
            let _ = read(&text);
        }
    }
}
