//! The report as Markdown (CommonMark with GitHub's tables). What users wrote is shown literally: the escapes live in
//! `markdown_text.rs`.

use crate::chart::Figure;
use crate::model::{Align, Block, Cell, Emphasis, Fact, NoticeKind, Report, Table};
use crate::writers::markdown_text::{bold, line, lines};

pub(crate) fn write(report: &Report) -> String {
    let mut parts = vec![format!("# {}", line(&report.title))];
    parts.extend(text_part(&report.subtitle));
    parts.extend(text_part(&report.made_at));
    parts.extend(facts(&report.facts));
    let mut after_list = !report.facts.is_empty();
    for block in &report.blocks {
        let is_list = matches!(block, Block::List { .. } | Block::KeyValues { .. });
        if is_list && after_list {
            // Two lists with nothing between them are read as one.
            parts.push("<!-- -->".to_owned());
        }
        after_list = is_list;
        parts.extend(part(block));
    }
    parts.retain(|part| !part.is_empty());
    parts.join("\n\n") + "\n"
}

/// The block in parts, which are set apart by an empty line.
fn part(block: &Block) -> Vec<String> {
    match block {
        Block::Heading { level, text } => {
            vec![format!(
                "{} {}",
                "#".repeat(usize::from(*level).clamp(1, 5) + 1),
                line(text)
            )]
        }
        Block::Paragraph { text } => text_part(text).into_iter().collect(),
        Block::List { ordered, items } => list(*ordered, items),
        Block::KeyValues { pairs } => facts(pairs).into_iter().collect(),
        Block::Table(table) => self::table(&table.caption, &table_head(table), &table_rows(table)),
        Block::Quote { text, source } => {
            let source = source
                .as_deref()
                .map(|source| format!("— {}", line(source)));
            let parts: Vec<String> = text_part(text).into_iter().chain(source).collect();
            vec![indented("> ", ">", &parts.join("\n\n"))]
        }
        Block::Chart(figure) => chart(figure),
        Block::Notice { kind, text } => {
            let kind = match kind {
                NoticeKind::Info => "Note",
                NoticeKind::Warning => "Warning",
            };
            vec![indented("> ", ">", &format!("**{kind}:** {}", lines(text)))]
        }
    }
}

fn text_part(text: &str) -> Option<String> {
    Some(lines(text)).filter(|text| !text.is_empty())
}

fn facts(facts: &[Fact]) -> Option<String> {
    let items = facts.iter().map(|fact| {
        let label = bold(&fact.label);
        let colon = if label.is_empty() { "" } else { ": " };
        format!(
            "- {}",
            indented("", "  ", &format!("{label}{colon}{}", lines(&fact.value))).trim_end()
        )
    });
    Some(items.collect::<Vec<_>>().join("\n")).filter(|list| !list.is_empty())
}

fn list(ordered: bool, items: &[String]) -> Vec<String> {
    let items = items.iter().enumerate().map(|(at, item)| {
        let mark = if ordered {
            format!("{}. ", at + 1)
        } else {
            "- ".to_owned()
        };
        let indent = " ".repeat(mark.len());
        let text = indented("", &indent, &lines(item));
        if text.is_empty() {
            mark.trim_end().to_owned()
        } else {
            format!("{mark}{text}")
        }
    });
    vec![items.collect::<Vec<_>>().join("\n")]
}

fn chart(figure: &Figure) -> Vec<String> {
    let align = |at: usize| if at == 1 { Align::Left } else { Align::Right };
    let head: Vec<(String, Align)> = figure
        .table
        .columns
        .iter()
        .enumerate()
        .map(|(at, name)| (line(name), align(at)))
        .collect();
    let rows: Vec<Vec<String>> = figure
        .table
        .rows
        .iter()
        .map(|row| row.iter().map(|cell| line(cell)).collect())
        .collect();
    let mut parts = table(&figure.caption, &head, &rows);
    parts.insert(parts.len().min(1), lines(&figure.alt));
    parts
}

fn table_head(table: &Table) -> Vec<(String, Align)> {
    table
        .columns
        .iter()
        .map(|column| (line(&column.head()), column.align))
        .collect()
}

fn table_rows(table: &Table) -> Vec<Vec<String>> {
    let cell = |cell: Option<&Cell>| match cell {
        Some(cell) if cell.emphasis == Emphasis::Strong => bold(&cell.text),
        Some(cell) => line(&cell.text),
        None => String::new(),
    };
    table
        .rows
        .iter()
        .map(|row| table.cells(row).map(|(_, found)| cell(found)).collect())
        .collect()
}

/// The caption, then the table; heads and cells are escaped already.
fn table(caption: &str, head: &[(String, Align)], rows: &[Vec<String>]) -> Vec<String> {
    let caption = bold(caption);
    if head.is_empty() {
        return vec![caption];
    }
    let row = |cells: &mut dyn Iterator<Item = &str>| {
        format!("| {} |", cells.collect::<Vec<_>>().join(" | "))
    };
    let rule = |align: &Align| match align {
        Align::Left => ":---",
        Align::Right => "---:",
        Align::Center => ":---:",
    };
    let mut rendered = vec![
        row(&mut head.iter().map(|(name, _)| name.as_str())),
        row(&mut head.iter().map(|(_, align)| rule(align))),
    ];
    rendered.extend(
        rows.iter()
            .map(|cells| row(&mut cells.iter().map(String::as_str))),
    );
    vec![caption, rendered.join("\n")]
}

/// `first` before the first line, `others` before each further one; no blanks at the end of empty lines.
fn indented(first: &str, others: &str, text: &str) -> String {
    let mut out = String::new();
    for (at, text_line) in text.split('\n').enumerate() {
        if at > 0 {
            out.push('\n');
        }
        let before = if at == 0 {
            first
        } else if others == ">" && !text_line.is_empty() {
            "> "
        } else {
            others
        };
        if text_line.is_empty() {
            out.push_str(before.trim_end());
        } else {
            out.push_str(before);
            out.push_str(text_line);
        }
    }
    out
}
