//! Text that may be shown in a terminal: without control characters, and in as many columns as there are.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// A name with control characters would move the cursor or colour the screen; they are shown as a mark.
pub fn printable(text: &str) -> String {
    text.chars()
        .map(|c| if c.is_control() { '\u{fffd}' } else { c })
        .collect()
}

/// The same for several lines.
pub fn printable_lines(text: &str) -> String {
    text.lines().map(|line| printable(line) + "\n").collect()
}

/// How many columns a text takes; a Chinese character takes two.
pub fn columns(text: &str) -> usize {
    text.width()
}

/// As much of a text as fits into so many columns, with a mark where it was cut.
pub fn fitted(text: &str, most: usize) -> String {
    if columns(text) <= most {
        return text.to_owned();
    }
    let (mut cut, mut taken) = (String::new(), 1);
    for c in text.chars() {
        taken += c.width().unwrap_or(0);
        if taken > most {
            break;
        }
        cut.push(c);
    }
    if most > 0 {
        cut.push('…');
    }
    cut
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_cut_by_columns_and_not_by_characters() {
        for (text, most, cut) in [
            ("short", 5, "short"),
            ("longer", 5, "long…"),
            ("台北市", 6, "台北市"),
            ("台北市", 5, "台北…"),
            ("台北市", 4, "台…"),
            ("e\u{301}e\u{301}", 2, "e\u{301}e\u{301}"),
            ("ab", 1, "…"),
            ("ab", 0, ""),
        ] {
            assert_eq!(fitted(text, most), cut, "{text} in {most}");
            assert!(columns(cut) <= most);
        }
    }
}
