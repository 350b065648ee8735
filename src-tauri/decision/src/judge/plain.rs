//! Texts as a model gets them, and as a quote of them is compared.

/// The text as a model gets it: line ends are one kind, and what a reader cannot see but a model would read is left out: control
/// characters, direction overrides and tag characters. Outer spaces go too.
pub(super) fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\r' => {
                chars.next_if_eq(&'\n');
                plain.push('\n');
            }
            '\n' | '\t' => plain.push(c),
            '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{e0000}'..='\u{e007f}' => {}
            c if c.is_control() => plain.push(' '),
            c => plain.push(c),
        }
    }
    plain.trim().to_owned()
}

/// The text as quotes are compared: every run of spaces and line ends is one space, quotation marks, dashes and ellipses are one
/// kind each, what has no width is gone. Upper and lower case stay.
pub(super) fn comparable(text: &str) -> String {
    let text = plain(text);
    let mut folded = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}' => {}
            '“' | '”' | '„' | '‟' | '«' | '»' | '″' | '＂' => folded.push('"'),
            '‘' | '’' | '‚' | '‛' | '‹' | '›' | '′' | '`' | '´' => folded.push('\''),
            '‐'..='―' | '−' => folded.push('-'),
            '…' => folded.push_str("..."),
            c if c.is_whitespace() => {
                if !folded.ends_with(' ') {
                    folded.push(' ');
                }
            }
            c => folded.push(c),
        }
    }
    folded.truncate(folded.trim_end().len());
    folded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_seen_is_not_said_to_the_model() {
        let cases = [
            ("  a\r\nb\rc\n", "a\nb\nc"),
            ("a\0b\u{7}c", "a b c"),
            ("\u{7}\u{202e}\0", ""),
            ("a\u{202e}b\u{2066}c", "abc"),
            ("x\u{e0067}\u{e0069}y", "xy"),
            ("שלום\u{200f} عربي", "שלום\u{200f} عربي"),
            ("\tcol\tumn", "col\tumn"),
        ];
        for (text, expected) in cases {
            assert_eq!(plain(text), expected, "{text:?}");
        }
    }

    #[test]
    fn quotes_compare_without_their_typography() {
        let cases = [
            (
                " It’s \u{a0} “fast”\n and – cheap… ",
                "It's \"fast\" and - cheap...",
            ),
            ("soft\u{ad}ware\u{200b}", "software"),
            ("«да»", "\"да\""),
            ("Case Stays", "Case Stays"),
        ];
        for (text, expected) in cases {
            assert_eq!(comparable(text), expected, "{text:?}");
        }
    }
}
