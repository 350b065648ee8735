//! The table of a chart for the clipboard: HTML for documents and tab-separated text for spreadsheets. Names that look
//! like formulas are neutralised in both, because a spreadsheet runs them from either.

use crate::chart::ChartTable;
use crate::literal::one_line;
use crate::writers::formula::neutralised;
use crate::writers::html_text::text;

/// `table` as an HTML fragment.
#[must_use]
pub fn table_html(table: &ChartTable) -> String {
    let heads: String = table
        .columns
        .iter()
        .map(|name| format!("<th scope=\"col\">{}</th>", shown(name)))
        .collect();
    let mut out = format!("<table>\n<thead>\n<tr>{heads}</tr>\n</thead>\n<tbody>\n");
    for row in &table.rows {
        let cells: String = row
            .iter()
            .map(|cell| format!("<td>{}</td>", shown(cell)))
            .collect();
        out.push_str(&format!("<tr>{cells}</tr>\n"));
    }
    out.push_str("</tbody>\n</table>\n");
    out
}

/// `table` as lines of cells with tabs between them; tabs and line ends inside a cell are spaces.
#[must_use]
pub fn table_text(table: &ChartTable) -> String {
    let mut out = String::new();
    for row in std::iter::once(&table.columns).chain(&table.rows) {
        let cells: Vec<String> = row
            .iter()
            .map(|cell| neutralised(&one_line(cell)))
            .collect();
        out.push_str(&cells.join("\t"));
        out.push('\n');
    }
    out
}

fn shown(cell: &str) -> String {
    text(&neutralised(cell))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pasted_table_has_its_cells_and_no_formulas() {
        let table = ChartTable {
            columns: vec!["Rank".into(), "Option".into()],
            rows: vec![vec!["-0.5".into(), "=1+1 <b>\tx\ny".into()]],
        };
        assert_eq!(table_text(&table), "Rank\tOption\n-0.5\t'=1+1 <b> x y\n");
        assert!(table_html(&table).contains("<td>-0.5</td><td>&#39;=1+1 &lt;b&gt;\tx\ny</td>"));
    }
}
