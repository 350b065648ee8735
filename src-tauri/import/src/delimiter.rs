//! Comma, semicolon or tab: which one separates the cells is told by evidence, not by the first line alone.

use serde::Serialize;

use crate::delimited::Records;
use crate::number;

/// What separates the cells of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Delimiter {
    /// `,`
    Comma,
    /// `;`
    Semicolon,
    /// A tab.
    Tab,
}

impl Delimiter {
    /// In the order of preference when the evidence is even: a tab hardly ever stands in a text, a semicolon seldom,
    /// a comma often.
    const ALL: [Self; 3] = [Self::Tab, Self::Semicolon, Self::Comma];

    pub(crate) fn byte(self) -> u8 {
        match self {
            Self::Comma => b',',
            Self::Semicolon => b';',
            Self::Tab => b'\t',
        }
    }
}

/// The separator under which most rows are as wide as the header, then the one under which most cells are numbers.
pub(crate) fn by_evidence(text: &str) -> Option<Delimiter> {
    let mut best: Option<((u32, u32), Delimiter)> = None;
    for delimiter in Delimiter::ALL {
        let Some(score) = evidence(text, delimiter) else {
            continue;
        };
        if best.is_none_or(|(other, _)| score > other) {
            best = Some((score, delimiter));
        }
    }
    best.map(|(_, delimiter)| delimiter)
}

/// Shares (of 1000) of rows as wide as the header, and of numbers among the cells; none if the header is one cell.
fn evidence(text: &str, delimiter: Delimiter) -> Option<(u32, u32)> {
    const SAMPLED_ROWS: usize = 200;
    let mut width = None;
    let (mut rows, mut fitting, mut cells, mut numbers) = (0u32, 0u32, 0u32, 0u32);
    let sampled = Records::new(text, delimiter)
        .map_while(Result::ok)
        .filter(|row| !row.is_blank());
    for row in sampled.take(SAMPLED_ROWS) {
        let Some(width) = width else {
            if row.cells.len() < 2 {
                return None;
            }
            width = Some(row.cells.len());
            continue;
        };
        rows += 1;
        fitting += u32::from(row.cells.len() == width);
        for cell in row.cells.iter().skip(1).filter(|cell| !cell.is_empty()) {
            cells += 1;
            numbers += u32::from(number::read(&cell.shown()).is_some());
        }
    }
    width?;
    let share = |part: u32, whole: u32| (part * 1000).checked_div(whole).unwrap_or(0);
    Some((share(fitting, rows), share(numbers, cells)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_separator_is_found_by_evidence_not_by_the_first_line_alone() {
        use Delimiter::{Comma, Semicolon, Tab};
        let cases = [
            ("Option,Cost\nA,1\n", Some(Comma)),
            ("Option;Cost\nA;1,5\nB;2,5\n", Some(Semicolon)),
            ("Option\tCost\nA\t1,5\n", Some(Tab)),
            // Commas in the names and one in every row: both fit, the numbers tell.
            (
                "Option;Cost, monthly;Ease, daily\nA;1,5;2,5\n",
                Some(Semicolon),
            ),
            ("Option,Cost; monthly,Ease; daily\nA; b,1,2\n", Some(Comma)),
            ("Option,Notes; remarks,Cost\nA,x,1\n", Some(Comma)),
            ("\"a,b\";Cost\n\"c,d\";2\n", Some(Semicolon)),
            ("Option\nA\nB\n", None),
        ];
        for (text, delimiter) in cases {
            assert_eq!(by_evidence(text), delimiter, "{text:?}");
        }
    }
}
