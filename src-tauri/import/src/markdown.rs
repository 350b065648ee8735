//! Tables as chats and wikis write them: `| a | b |` with a line of dashes below the header. Other text is left alone.

use crate::grid::{Raw, Row};

/// The rows of a Markdown table; none when the text is not one from its first line on.
///
/// The table ends with the first line that has no bar. Markup inside cells stays as it is.
pub(crate) fn rows(text: &str) -> Option<Vec<Row>> {
    let mut lines = text
        .lines()
        .enumerate()
        .skip_while(|(_, line)| line.trim().is_empty());
    let (first, header) = lines.next()?;
    let (_, dashes) = lines.next()?;
    if !header.trim_start().starts_with('|') || !is_rule(dashes) {
        return None;
    }
    let mut rows = vec![row(first, 1, header)];
    let body = lines.take_while(|(_, line)| line.contains('|'));
    rows.extend(
        body.enumerate()
            .map(|(i, (line, text))| row(line, i + 2, text)),
    );
    Some(rows)
}

/// `|---|:--:|`
fn is_rule(line: &str) -> bool {
    line.contains('-')
        && line.trim_start().starts_with('|')
        && line
            .chars()
            .all(|c| matches!(c, '|' | '-' | ':' | ' ' | '\t' | '\r'))
}

/// A line as a row: bars separate, `\\|` is a bar inside a cell.
fn row(line: usize, row: usize, text: &str) -> Row {
    let text = text.trim();
    let text = text.strip_prefix('|').unwrap_or(text);
    let mut cells = vec![String::new()];
    let mut escaped = false;
    for c in text.chars() {
        match (c, cells.last_mut()) {
            ('|', Some(cell)) if escaped => {
                cell.pop();
                cell.push('|');
            }
            ('|', _) => cells.push(String::new()),
            (c, Some(cell)) => cell.push(c),
            (_, None) => {}
        }
        escaped = c == '\\' && !escaped;
    }
    // The bar that closes the line opens no cell.
    if cells.len() > 1 && cells.last().is_some_and(|cell| cell.trim().is_empty()) {
        cells.pop();
    }
    let cells = cells.iter().map(|cell| Raw::text(cell)).collect();
    Row {
        row,
        line: Some(line + 1),
        cells,
        ragged: false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> Option<Vec<String>> {
        let shown = |row: &Row| {
            row.cells
                .iter()
                .map(Raw::shown)
                .collect::<Vec<_>>()
                .join(";")
        };
        rows(text).map(|rows| rows.iter().map(shown).collect())
    }

    #[test]
    fn a_table_of_bars_is_read_and_other_text_is_not() {
        let table =
            "\n| o | Cost |\r\n|:---|---:|\r\n| A | 5 |\r\n| **B** \\| C | |\n\nAs you see, …\n";
        assert_eq!(shown(table).unwrap(), ["o;Cost", "A;5", "**B** | C;"]);
        assert_eq!(rows(table).unwrap()[1].line, Some(4));
        for other in [
            "o,Cost\nA,5\n",
            "| o | Cost |\n| A | 5 |\n",
            "|",
            "",
            "a|b\n-|-\n",
        ] {
            assert!(rows(other).is_none(), "{other:?}");
        }
    }
}
