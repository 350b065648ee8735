//! The report as one HTML file: style and charts inside, nothing fetched, readable on light and dark paper and in print.

use crate::chart::Figure;
use crate::model::{Align, Block, Cell, Column, Emphasis, Fact, NoticeKind, Report, Table};
use crate::writers::html_text::{id_of, text};

const STYLE: &str = include_str!("html_style.css");

pub(crate) fn write(report: &Report) -> String {
    let mut page = Page {
        out: String::new(),
        headings: 0,
    };
    page.head(report);
    page.out.push_str("<main>\n");
    for block in &report.blocks {
        page.block(block);
    }
    page.out.push_str("</main>\n</body>\n</html>\n");
    page.out
}

struct Page {
    out: String,
    headings: usize,
}

impl Page {
    fn head(&mut self, report: &Report) {
        let title = text(&report.title);
        self.out.push_str(&format!(
            "<!DOCTYPE html>\n<html lang=\"{language}\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
             <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'\">\n\
             <meta name=\"referrer\" content=\"no-referrer\">\n<meta name=\"color-scheme\" content=\"light dark\">\n\
             <meta name=\"generator\" content=\"Ponder\">\n<title>{title}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n\
             <header>\n<h1 dir=\"auto\">{title}</h1>\n",
            language = text(&report.language),
        ));
        if !report.subtitle.is_empty() {
            self.out.push_str(&format!(
                "<p class=\"subtitle\" dir=\"auto\">{}</p>\n",
                text(&report.subtitle)
            ));
        }
        if !report.made_at.is_empty() {
            self.out.push_str(&format!(
                "<p class=\"made\">{}</p>\n",
                text(&report.made_at)
            ));
        }
        self.facts("facts", &report.facts);
        self.out.push_str("</header>\n");
        self.contents(report);
    }

    /// Links to the main parts, when there are enough of them to get lost in.
    fn contents(&mut self, report: &Report) {
        let headings = report.blocks.iter().filter_map(|block| match block {
            Block::Heading { level, text } => Some((*level, text)),
            _ => None,
        });
        let main: Vec<(usize, &String)> = headings
            .enumerate()
            .filter(|(_, (level, _))| *level <= 1)
            .map(|(at, (_, text))| (at + 1, text))
            .collect();
        if main.len() < 4 {
            return;
        }
        self.out.push_str("<nav aria-label=\"Contents\">\n<ul>\n");
        for (at, title) in main {
            self.out.push_str(&format!(
                "<li><a href=\"#{}\" dir=\"auto\">{}</a></li>\n",
                id_of(at),
                text(title)
            ));
        }
        self.out.push_str("</ul>\n</nav>\n");
    }

    fn facts(&mut self, class: &str, facts: &[Fact]) {
        if facts.is_empty() {
            return;
        }
        self.out.push_str(&format!("<dl class=\"{class}\">\n"));
        for fact in facts {
            self.out.push_str(&format!(
                "<div><dt dir=\"auto\">{}</dt><dd dir=\"auto\">{}</dd></div>\n",
                text(&fact.label),
                text(&fact.value)
            ));
        }
        self.out.push_str("</dl>\n");
    }

    fn block(&mut self, block: &Block) {
        match block {
            Block::Heading { level, text: words } => {
                self.headings += 1;
                let level = (*level).clamp(1, 5) + 1;
                let id = id_of(self.headings);
                self.out.push_str(&format!(
                    "<h{level} id=\"{id}\" dir=\"auto\">{}</h{level}>\n",
                    text(words)
                ));
            }
            Block::Paragraph { text: words } => {
                self.out.push_str(&format!(
                    "<p class=\"prose\" dir=\"auto\">{}</p>\n",
                    text(words)
                ));
            }
            Block::List { ordered, items } => {
                let tag = if *ordered { "ol" } else { "ul" };
                self.out.push_str(&format!("<{tag}>\n"));
                for item in items {
                    self.out
                        .push_str(&format!("<li dir=\"auto\">{}</li>\n", text(item)));
                }
                self.out.push_str(&format!("</{tag}>\n"));
            }
            Block::KeyValues { pairs } => self.facts("pairs", pairs),
            Block::Table(table) => self.table(table),
            Block::Quote {
                text: words,
                source,
            } => {
                self.out.push_str(&format!(
                    "<figure class=\"quote\">\n<blockquote><p dir=\"auto\">{}</p></blockquote>\n",
                    text(words)
                ));
                if let Some(source) = source {
                    self.out.push_str(&format!(
                        "<figcaption dir=\"auto\">{}</figcaption>\n",
                        text(source)
                    ));
                }
                self.out.push_str("</figure>\n");
            }
            Block::Chart(figure) => self.chart(figure),
            Block::Notice { kind, text: words } => {
                let (class, name) = match kind {
                    NoticeKind::Info => ("info", "Note"),
                    NoticeKind::Warning => ("warning", "Warning"),
                };
                self.out.push_str(&format!(
                    "<div class=\"notice {class}\" role=\"note\"><strong>{name}</strong><p dir=\"auto\">{}</p></div>\n",
                    text(words)
                ));
            }
        }
    }

    fn table(&mut self, table: &Table) {
        if table.columns.is_empty() {
            return;
        }
        self.open_table(&table.caption, table.columns.len());
        for column in &table.columns {
            let unit = match column.unit.as_deref() {
                Some(unit) if !unit.is_empty() => {
                    format!(" <span class=\"unit\">({})</span>", text(unit))
                }
                _ => String::new(),
            };
            let class = class_of(column, None);
            self.out.push_str(&format!(
                "<th scope=\"col\"{class} dir=\"auto\">{}{unit}</th>",
                text(&column.title)
            ));
        }
        self.out.push_str("</tr>\n</thead>\n<tbody>\n");
        for row in &table.rows {
            self.out.push_str("<tr>");
            for (column, cell) in table.cells(row) {
                let class = class_of(column, cell);
                let words = cell.map_or_else(String::new, |cell| text(&cell.text));
                let (open, close) = match cell {
                    Some(cell) if cell.header => ("th scope=\"row\"", "th"),
                    _ => ("td", "td"),
                };
                self.out
                    .push_str(&format!("<{open}{class} dir=\"auto\">{words}</{close}>"));
            }
            self.out.push_str("</tr>\n");
        }
        self.out.push_str("</tbody>\n</table>\n</div>\n");
    }

    fn chart(&mut self, figure: &Figure) {
        let (caption, finding) = (text(&figure.caption), text(&figure.alt));
        self.out.push_str(&format!(
            "<figure class=\"chart\">\n<figcaption><strong dir=\"auto\">{caption}</strong> <span dir=\"auto\">{finding}</span></figcaption>\n"
        ));
        // Below nine tenths of their size, the words in a drawing are too small to read: it scrolls instead.
        let least = figure.width * 9 / 10;
        for (class, svg) in [("light", &figure.light), ("dark", &figure.dark)] {
            self.out.push_str(&format!(
                "<div class=\"drawing on-{class}\" role=\"group\" aria-label=\"{caption}\" tabindex=\"0\" style=\"--least: {least}px\">\n{svg}</div>\n"
            ));
        }
        self.out
            .push_str("<details>\n<summary>The numbers of this chart</summary>\n");
        self.open_table(&figure.caption, figure.table.columns.len());
        for (at, name) in figure.table.columns.iter().enumerate() {
            let class = if at == 1 { "" } else { " class=\"number\"" };
            self.out.push_str(&format!(
                "<th scope=\"col\"{class} dir=\"auto\">{}</th>",
                text(name)
            ));
        }
        self.out.push_str("</tr>\n</thead>\n<tbody>\n");
        for row in &figure.table.rows {
            self.out.push_str("<tr>");
            for (at, cell) in row.iter().enumerate() {
                let words = text(cell);
                if at == 1 {
                    self.out
                        .push_str(&format!("<th scope=\"row\" dir=\"auto\">{words}</th>"));
                } else {
                    self.out
                        .push_str(&format!("<td class=\"number\" dir=\"auto\">{words}</td>"));
                }
            }
            self.out.push_str("</tr>\n");
        }
        self.out
            .push_str("</tbody>\n</table>\n</div>\n</details>\n</figure>\n");
    }

    /// Up to the first head; wide tables scroll in their own box, which the keyboard can reach, and are printed across.
    fn open_table(&mut self, caption: &str, columns: usize) {
        const ACROSS: usize = 12;
        let caption = text(caption);
        let wide = if columns > ACROSS { " wide" } else { "" };
        self.out.push_str(&format!(
            "<div class=\"scroll{wide}\" role=\"group\" aria-label=\"{caption}\" tabindex=\"0\">\n<table>\n<caption dir=\"auto\">{caption}</caption>\n<thead>\n<tr>"
        ));
    }
}

fn class_of(column: &Column, cell: Option<&Cell>) -> String {
    let align = match column.align {
        Align::Left => "",
        Align::Right => "number",
        Align::Center => "mark",
    };
    let emphasis = match cell.map(|cell| cell.emphasis) {
        Some(Emphasis::Strong) => "strong",
        Some(Emphasis::Muted) => "muted",
        Some(Emphasis::None) | None => "",
    };
    match [align, emphasis].join(" ").trim() {
        "" => String::new(),
        classes => format!(" class=\"{classes}\""),
    }
}
