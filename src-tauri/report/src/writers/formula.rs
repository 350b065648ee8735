//! Text of users in spreadsheets: what would run as a formula is made words again.

use crate::literal::literal;

/// Text that a spreadsheet would run gets an apostrophe before it, and so does text that already looks as if it had
/// been treated: taking one apostrophe away always gives back what the user wrote.
pub(super) fn neutralised(text: &str) -> String {
    let text = literal(text);
    let bare = text.trim_start_matches('\'');
    // Spreadsheets in Japanese and Chinese take the full-width signs for the plain ones.
    let runs = bare
        .trim_start_matches(' ')
        .starts_with(['=', '+', '-', '@', '\t', '\n', '＝', '＋', '－', '＠']);
    if runs && !is_plain_number(&text) {
        format!("'{text}")
    } else {
        text.into_owned()
    }
}

/// A sign, digits, one point or comma, an exponent: nothing a formula could hide in.
fn is_plain_number(text: &str) -> bool {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    digits.starts_with(|character: char| character.is_ascii_digit())
        && (digits.parse::<f64>().is_ok() || digits.replacen(',', ".", 1).parse::<f64>().is_ok())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn formulas_are_words_in_a_spreadsheet_and_numbers_stay_numbers() {
        for (given, found) in [
            ("=1+1", "'=1+1"),
            ("+cmd|' /C calc'!A0", "'+cmd|' /C calc'!A0"),
            ("-2+3", "'-2+3"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("\t=1", "'\t=1"),
            ("\r=1", "'\n=1"),
            ("  =1", "'  =1"),
            ("＝1+1", "'＝1+1"),
            ("'=1", "''=1"),
            ("'quoted'", "'quoted'"),
            ("-3.5", "-3.5"),
            ("+1,5", "+1,5"),
            ("-1e3", "-1e3"),
            ("-inf", "'-inf"),
            ("-", "'-"),
            ("- a list item", "'- a list item"),
            ("a,b\"c\nd", "a,b\"c\nd"),
            ("PostgreSQL", "PostgreSQL"),
            ("", ""),
        ] {
            assert_eq!(neutralised(given), found, "{given:?}");
        }
    }

    proptest! {
        #[test]
        fn any_text_comes_back_by_taking_one_apostrophe_away(text in any::<String>()) {
            let shown = literal(&text).into_owned();
            let found = neutralised(&text);
            let undone = match found.strip_prefix('\'') {
                Some(rest) if found != shown => rest,
                _ => &found,
            };
            prop_assert_eq!(undone, shown);
            prop_assert!(!found.starts_with(['=', '@', '\t', '\r']));
            if found.starts_with(['+', '-']) {
                prop_assert!(is_plain_number(&found));
            }
        }
    }
}
