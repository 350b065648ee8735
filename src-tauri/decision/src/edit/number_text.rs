//! Numbers as people type and paste them: decimal commas, grouped thousands, percent and currency signs, the criterion's own unit.
//!
//! The one ambiguous form is a single comma before exactly three digits, such as `1,234`. It is read as thousands (1234), unless
//! another text of the same action shows a decimal comma beyond doubt (`3,5`), or the number begins with 0 (`0,125`). Whoever typed
//! it is told which reading was taken. A single point is always a decimal point.

/// What a text was read as.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Typed {
    pub(super) number: f64,
    /// Whether a lone comma was taken one of two possible ways.
    pub(super) was_ambiguous: bool,
}

/// How lone commas before three digits are read in one action.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LoneComma {
    Thousands,
    Decimal,
}

const CURRENCIES: [&str; 18] = [
    "€", "$", "£", "¥", "₹", "₽", "₩", "₺", "₴", "zł", "USD", "EUR", "GBP", "CHF", "JPY", "CAD",
    "AUD", "SEK",
];

/// How the texts of one action settle the ambiguous form.
pub(super) fn lone_comma<'t>(texts: impl IntoIterator<Item = &'t str>) -> LoneComma {
    let shows_decimal_comma = texts.into_iter().any(|text| {
        let Some((before, after)) = text.trim().rsplit_once(',') else {
            return false;
        };
        let digits = after.chars().take_while(char::is_ascii_digit).count();
        let before_digits = before
            .chars()
            .next_back()
            .is_some_and(|c| c.is_ascii_digit());
        before_digits && !before.contains(',') && digits > 0 && digits != 3
    });
    if shows_decimal_comma {
        LoneComma::Decimal
    } else {
        LoneComma::Thousands
    }
}

/// Reads `text` as a finite number; `None` when it is none.
pub(super) fn parse(text: &str, unit: &str, lone_comma: LoneComma) -> Option<Typed> {
    // No number is longer, and no longer text is worth looking at.
    const LONGEST: usize = 400;
    if text.len() > LONGEST {
        return None;
    }
    let bare = without_decoration(text.trim(), unit.trim());
    let (sign, digits) = match bare.strip_prefix(['-', '\u{2212}']) {
        Some(rest) => (-1.0, rest.trim_start()),
        None => (1.0, bare.strip_prefix('+').unwrap_or(bare).trim_start()),
    };
    let digits = without_decoration(digits, unit.trim());
    let (plain, was_ambiguous) = plain(digits, lone_comma)?;
    let number = sign * plain.parse::<f64>().ok()?;
    number.is_finite().then_some(Typed {
        number,
        was_ambiguous,
    })
}

/// Takes the unit, a percent sign and a currency sign from either side.
fn without_decoration<'t>(text: &'t str, unit: &str) -> &'t str {
    let mut rest = text;
    let signs = || {
        std::iter::once(unit)
            .filter(|unit| !unit.is_empty())
            .chain(["%"])
            .chain(CURRENCIES)
    };
    loop {
        let shorter = signs().find_map(|sign| {
            strip_prefix_folded(rest, sign)
                .or_else(|| strip_suffix_folded(rest, sign))
                .filter(|shorter| shorter.chars().any(|c| c.is_ascii_digit()))
        });
        match shorter {
            Some(shorter) => rest = shorter.trim(),
            None => return rest,
        }
    }
}

fn strip_prefix_folded<'t>(text: &'t str, sign: &str) -> Option<&'t str> {
    let head = text.get(..sign.len())?;
    (head.to_lowercase() == sign.to_lowercase()).then(|| &text[sign.len()..])
}

fn strip_suffix_folded<'t>(text: &'t str, sign: &str) -> Option<&'t str> {
    let start = text.len().checked_sub(sign.len())?;
    let tail = text.get(start..)?;
    (tail.to_lowercase() == sign.to_lowercase()).then(|| &text[..start])
}

/// The digits with a decimal point and no grouping, as Rust reads them, and whether a lone comma was ambiguous.
fn plain(text: &str, lone_comma: LoneComma) -> Option<(String, bool)> {
    let (mantissa, exponent) = match text.find(['e', 'E']) {
        Some(at) => (&text[..at], Some(&text[at + 1..])),
        None => (text, None),
    };
    if exponent.is_some_and(|e| !is_exponent(e)) {
        return None;
    }
    let is_space = |c: char| matches!(c, ' ' | '\u{a0}' | '\u{2009}' | '\u{202f}');
    let is_apostrophe = |c: char| matches!(c, '\'' | '\u{2019}');
    let commas = mantissa.matches(',').count();
    let points = mantissa.matches('.').count();
    let mut was_ambiguous = false;
    let decimal = match (commas, points) {
        (0, 0) => None,
        (0, 1) => Some('.'),
        // Several of one sign can only group.
        (0, _) | (2.., 0) => None,
        (1, 0) => {
            let (before, after) = mantissa.split_once(',')?;
            let ambiguous =
                after.len() == 3 && matches!(before.len(), 1..=3) && !before.starts_with('0');
            was_ambiguous = ambiguous;
            (!ambiguous || lone_comma == LoneComma::Decimal).then_some(',')
        }
        // With both signs the last one is the decimal sign.
        _ => mantissa.chars().rev().find(|c| matches!(c, ',' | '.')),
    };
    let (whole, fraction) = match decimal {
        Some(sign) => {
            let (whole, fraction) = mantissa.rsplit_once(sign)?;
            if whole.contains(sign) {
                return None;
            }
            (whole, Some(fraction))
        }
        None => (mantissa, None),
    };
    if fraction.is_some_and(|f| !f.chars().all(|c| c.is_ascii_digit())) {
        return None;
    }
    let groups: Vec<&str> = whole
        .split(|c: char| is_space(c) || is_apostrophe(c) || c == ',' || c == '.')
        .collect();
    // One number groups its digits one way; the kinds of space are one.
    let way = |c: char| {
        if is_space(c) {
            ' '
        } else if is_apostrophe(c) {
            '\''
        } else {
            c
        }
    };
    let mut ways = whole.chars().filter(|c| !c.is_ascii_digit()).map(way);
    let grouped_one_way = match ways.next() {
        Some(first) => ways.all(|way| way == first),
        None => true,
    };
    let grouped_well = match groups.as_slice() {
        [_] => true,
        [first, rest @ ..] => {
            grouped_one_way
                && matches!(first.len(), 1..=3)
                && rest.iter().all(|group| group.len() == 3)
        }
        [] => false,
    };
    let whole: String = groups.concat();
    let has_digits = !whole.is_empty() || fraction.is_some_and(|f| !f.is_empty());
    if !grouped_well || !has_digits || !whole.chars().all(|c| c.is_ascii_digit()) {
        return None;
    }
    let exponent = exponent.map_or(String::new(), |e| format!("e{e}"));
    Some((
        format!("{whole}.{}{exponent}", fraction.unwrap_or("0")),
        was_ambiguous,
    ))
}

fn is_exponent(text: &str) -> bool {
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    !digits.is_empty() && digits.chars().all(|c| c.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<f64> {
        parse(text, "ms", LoneComma::Thousands).map(|typed| typed.number)
    }

    #[test]
    fn numbers_are_read_as_people_write_them() {
        let cases = [
            ("120", 120.0),
            (" -3 ", -3.0),
            ("\u{2212}3,5", -3.5),
            ("3,5", 3.5),
            ("3.5", 3.5),
            (".5", 0.5),
            ("5.", 5.0),
            ("1.234", 1.234),
            ("0,125", 0.125),
            ("1 200,50", 1200.5),
            ("1\u{202f}200,50", 1200.5),
            ("1\u{a0}200", 1200.0),
            ("1'234'567.5", 1_234_567.5),
            ("1’234", 1234.0),
            ("1.234,56", 1234.56),
            ("1,234.56", 1234.56),
            ("1.234.567", 1_234_567.0),
            ("1,234,567", 1_234_567.0),
            ("12 %", 12.0),
            ("€ 1.200,00", 1200.0),
            ("1,200.00 USD", 1200.0),
            ("-$5", -5.0),
            ("$-5", -5.0),
            ("3.5ms", 3.5),
            ("3.5 MS", 3.5),
            ("1e3", 1000.0),
            ("2.5E-2", 0.025),
        ];
        for (text, number) in cases {
            assert_eq!(read(text), Some(number), "{text}");
        }
    }

    #[test]
    fn what_is_no_number_is_not_bent_into_one() {
        let texts = [
            "",
            " ",
            "abc",
            "1x",
            "nan",
            "inf",
            "-inf",
            "1e999",
            "--1",
            "1,2,3",
            "1 2",
            "12 34",
            "1,,2",
            "1.2.3",
            "1 200'300",
            "e5",
            "1e",
            ",",
            ".",
            "%",
            "ms",
            "12,345,67",
            "1..2",
            "٣",
        ];
        for text in texts {
            assert_eq!(read(text), None, "{text}");
        }
    }

    #[test]
    fn a_lone_comma_before_three_digits_follows_the_rest_of_the_action() {
        let alone = lone_comma(["1,234", "12"]);
        let among_commas = lone_comma(["1,234", "3,5"]);
        assert_eq!(
            parse("1,234", "", alone),
            Some(Typed {
                number: 1234.0,
                was_ambiguous: true
            })
        );
        assert_eq!(
            parse("1,234", "", among_commas),
            Some(Typed {
                number: 1.234,
                was_ambiguous: true
            })
        );
        assert_eq!(lone_comma(["1,234,567", "1,234.5"]), LoneComma::Thousands);
    }
}
