//! Text of users in HTML: escaped for element content and for quoted attributes alike.

use crate::literal::literal;

/// `words` as HTML text.
pub(super) fn text(words: &str) -> String {
    let words = literal(words);
    let mut out = String::with_capacity(words.len());
    for character in words.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            other => out.push(other),
        }
    }
    out
}

/// The anchor of the `number`th heading.
pub(super) fn id_of(number: usize) -> String {
    format!("part-{number}")
}
