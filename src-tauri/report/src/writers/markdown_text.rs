//! Text of users in Markdown: escaped so that a reader of the rendered page sees exactly what was written. Escapes stay
//! few where the text is harmless, because the file is also read as it is.

use crate::literal::{literal, one_line};

/// `text` on one line, for headings and cells of tables; blanks at its ends are dropped.
pub(super) fn line(text: &str) -> String {
    escaped(one_line(text).trim())
}

/// `text` as one or more paragraphs: an empty line begins a new paragraph, any other line end is a hard break.
pub(super) fn lines(text: &str) -> String {
    let text = literal(text);
    let mut out = String::new();
    let mut empty = 0;
    for line in text.trim_matches('\n').split('\n') {
        if line.is_empty() {
            empty += 1;
            continue;
        }
        if !out.is_empty() {
            out.push_str(if empty > 0 { "\n\n" } else { "\\\n" });
        }
        empty = 0;
        out.push_str(&at_line_start(&escaped(line)));
    }
    out
}

/// `text` on one line and bold; nothing for nothing.
pub(super) fn bold(text: &str) -> String {
    match line(text) {
        text if text.is_empty() => text,
        text => format!("**{text}**"),
    }
}

/// Escapes what means something anywhere in a line.
fn escaped(line: &str) -> String {
    let mut out = String::with_capacity(line.len() + 8);
    let mut before = None;
    let mut rest = line.chars().peekable();
    while let Some(character) = rest.next() {
        let after = rest.peek().copied();
        let means_something = match character {
            '\\' | '`' | '*' | '[' | ']' | '{' | '}' | '<' | '>' | '|' | '~' | '#' | '$' | '^' => {
                true
            }
            // Between letters or digits an underscore is one.
            '_' => {
                !(before.is_some_and(char::is_alphanumeric)
                    && after.is_some_and(char::is_alphanumeric))
            }
            '&' => after.is_some_and(|next| next.is_ascii_alphanumeric() || next == '#'),
            _ => false,
        };
        if means_something {
            out.push('\\');
        }
        out.push(character);
        before = Some(character);
    }
    out
}

/// Escapes what means something at the start of a line only, and keeps blanks at both ends of it.
fn at_line_start(line: &str) -> String {
    let body = line.trim_start_matches([' ', '\t']);
    let mut out = entities(&line[..line.len() - body.len()]);
    let digits = body.trim_start_matches(|character: char| character.is_ascii_digit());
    let number = &body[..body.len() - digits.len()];
    let blank_follows = |rest: &str| rest.is_empty() || rest.starts_with([' ', '\t']);
    let means_something = match body.chars().next() {
        Some(mark @ ('-' | '+')) => blank_follows(&body[1..]) || body[1..].starts_with(mark),
        Some('=' | ':' | '%') => true,
        _ => false,
    };
    if means_something {
        out.push('\\');
        out.push_str(body);
    } else if !number.is_empty() && digits.starts_with(['.', ')']) && blank_follows(&digits[1..]) {
        out.push_str(number);
        out.push('\\');
        out.push_str(digits);
    } else {
        out.push_str(body);
    }
    let kept = out.trim_end_matches([' ', '\t']).len();
    let end = entities(&out[kept..]);
    out.truncate(kept);
    out + &end
}

fn entities(blanks: &str) -> String {
    blanks
        .chars()
        .map(|blank| if blank == '\t' { "&#9;" } else { "&#32;" })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn harmless_text_reads_as_it_was_written() {
        for text in [
            "PostgreSQL 16.2, self-hosted (3 nodes) — 120 USD/month",
            "monthly_cost",
            "AT & T, R & D",
            "Is it enough? Yes!",
            "2026-11-21",
            "12 months",
            "-3.5 points",
            "0.26 ahead of MySQL",
        ] {
            assert_eq!(lines(text), text);
            assert_eq!(line(text), text);
        }
    }

    #[test]
    fn what_would_be_markup_is_escaped_where_it_would_be() {
        for (given, written) in [
            ("# not a heading", "\\# not a heading"),
            ("- not an item", "\\- not an item"),
            ("+ 1", "\\+ 1"),
            ("1. not a number", "1\\. not a number"),
            ("12) nor this", "12\\) nor this"),
            ("===", "\\==="),
            ("---", "\\---"),
            ("-", "\\-"),
            ("7.", "7\\."),
            ("a|b", "a\\|b"),
            ("`code`", "\\`code\\`"),
            ("[text](http://a)", "\\[text\\](http://a)"),
            ("<script>", "\\<script\\>"),
            ("&lt;", "\\&lt;"),
            ("    code", "&#32;&#32;&#32;&#32;code"),
            ("one\ntwo\n\n\nthree\n", "one\\\ntwo\n\nthree"),
            ("two blanks  \nnext", "two blanks&#32;&#32;\\\nnext"),
        ] {
            assert_eq!(lines(given), written);
        }
    }
}
