//! Makes text of users safe to show as what it is: characters that a document must not hold, or that reorder what is
//! read, are replaced by something a reader sees. Escaping for one format lives in that format's writer.

use std::borrow::Cow;

/// `text` with line ends as `\n`, each control character and noncharacter as U+FFFD, and each bidirectional embedding
/// or override spelled out as `[U+202E]`. Left as they are: tabs, marks and isolates of right-to-left scripts, which
/// the writers keep inside the element of the text.
pub(crate) fn literal(text: &str) -> Cow<'_, str> {
    if !text.chars().any(needs_replacing) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(character) = chars.next() {
        match character {
            '\r' => {
                chars.next_if_eq(&'\n');
                out.push('\n');
            }
            '\u{202a}'..='\u{202e}' => out.push_str(&format!("[U+{:04X}]", u32::from(character))),
            other if needs_replacing(other) => out.push(char::REPLACEMENT_CHARACTER),
            other => out.push(other),
        }
    }
    Cow::Owned(out)
}

/// The same on one line: each run of line ends and tabs is one space.
pub(crate) fn one_line(text: &str) -> String {
    let text = literal(text);
    let mut out = String::with_capacity(text.len());
    for part in text
        .split(['\n', '\t', '\u{2028}', '\u{2029}'])
        .filter(|part| !part.is_empty())
    {
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(part);
    }
    out
}

fn needs_replacing(character: char) -> bool {
    let code = u32::from(character);
    match character {
        '\n' | '\t' => false,
        '\u{202a}'..='\u{202e}' => true,
        '\u{fdd0}'..='\u{fdef}' => true,
        _ => character.is_control() || code & 0xfffe == 0xfffe,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_document_must_not_hold_is_replaced_where_a_reader_sees_it() {
        for (given, shown) in [
            ("plain <b> & = |", "plain <b> & = |"),
            ("a\r\nb\rc\nd", "a\nb\nc\nd"),
            (
                "nul\0 bell\u{7} del\u{7f} c1\u{85}",
                "nul\u{fffd} bell\u{fffd} del\u{fffd} c1\u{fffd}",
            ),
            ("\u{fffe}\u{1ffff}\u{fdd0}", "\u{fffd}\u{fffd}\u{fffd}"),
            ("safe\u{202e}gnp.exe", "safe[U+202E]gnp.exe"),
            (
                "\u{2067}עברית\u{2069}\u{200f}",
                "\u{2067}עברית\u{2069}\u{200f}",
            ),
            ("tab\tkept", "tab\tkept"),
        ] {
            assert_eq!(literal(given), shown);
        }
    }

    #[test]
    fn one_line_has_no_line_ends() {
        assert_eq!(one_line("a\r\n\nb\tc"), "a b c");
    }
}
