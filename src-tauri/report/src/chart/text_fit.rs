//! How wide words will be without a font at hand, and cutting them to a width. The estimates are on the wide side of
//! the common interface fonts, so that a cut comes early rather than a name running over its neighbour.

use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

/// The width of one line in pixels at `size` pixels.
pub(super) fn text_width(text: &str, size: f64) -> f64 {
    text.graphemes(true)
        .map(|cluster| advance(cluster) * size)
        .sum()
}

/// `text` if it fits into `room` pixels, else as many whole characters as fit and an ellipsis.
pub(super) fn cut_to(text: &str, size: f64, room: f64) -> String {
    if text_width(text, size) <= room {
        return text.to_owned();
    }
    let mut left = room - advance("…") * size;
    let mut kept = String::new();
    for cluster in text.graphemes(true) {
        left -= advance(cluster) * size;
        if left < 0.0 {
            break;
        }
        kept.push_str(cluster);
    }
    format!("{}…", kept.trim_end())
}

/// `text` broken at spaces into at most `lines` lines of `room` pixels; the last is cut when more is left.
pub(super) fn wrapped(text: &str, size: f64, room: f64, lines: usize) -> Vec<String> {
    let mut done: Vec<String> = Vec::new();
    let mut line = String::new();
    for word in text.split(' ').filter(|word| !word.is_empty()) {
        let longer = if line.is_empty() {
            word.to_owned()
        } else {
            format!("{line} {word}")
        };
        if line.is_empty() || done.len() + 1 == lines || text_width(&longer, size) <= room {
            line = longer;
        } else {
            done.push(std::mem::replace(&mut line, word.to_owned()));
        }
    }
    done.push(line);
    done.iter().map(|line| cut_to(line, size, room)).collect()
}

/// The advance of one character in ems, after DejaVu Sans, the widest of the fonts a desktop is likely to have.
fn advance(cluster: &str) -> f64 {
    match cluster.chars().next() {
        Some('i' | 'j' | 'l' | 'I' | '.' | ',' | ':' | ';' | '\'' | '|' | '!' | ' ') => 0.33,
        Some('f' | 't' | 'r' | 'J' | '(' | ')' | '[' | ']' | '/' | '-') => 0.41,
        Some('m' | 'w' | 'M' | 'W' | '@' | '%' | '…' | '—') => 1.0,
        Some(first) if first.is_ascii_uppercase() => 0.71,
        Some(first) if first.is_ascii() => 0.62,
        Some(_) => match cluster.width() {
            0 => 0.0,
            1 => 0.66,
            _ => 1.05,
        },
        None => 0.0,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_family_emoji_is_never_cut_in_two() {
        let family = "👨‍👩‍👧‍👦";
        let name = format!("{family}{family}{family}");
        assert_eq!(cut_to(&name, 10.0, 22.0), format!("{family}…"));
    }

    #[test]
    fn long_heads_break_at_spaces_and_the_last_line_is_cut() {
        assert_eq!(wrapped("Ease of use", 10.0, 60.0, 2), ["Ease of", "use"]);
        assert_eq!(
            wrapped("Total cost of ownership", 10.0, 60.0, 2),
            ["Total cost", "of owner…"]
        );
        assert_eq!(wrapped("", 10.0, 60.0, 2), [""]);
    }

    proptest! {
        #[test]
        fn what_was_cut_fits_and_begins_as_the_name_does(text in any::<String>(), room in 20.0..400.0) {
            let cut = cut_to(&text, 12.0, room);
            prop_assert!(text_width(&cut, 12.0) <= room || cut == "…");
            if cut != text {
                prop_assert!(text.starts_with(cut.trim_end_matches('…').trim_end()) || text.contains('…'));
            }
        }
    }
}
