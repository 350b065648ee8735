//! A small report in each format, as a person would read the file.
#![allow(clippy::unwrap_used, clippy::panic)] // a report that cannot be written fails its test

use report::{
    Better, Block, Cell, Column, Fact, Figure, Format, NoticeKind, RankingRow, RankingSeries,
    Report, Sheet, SheetCell, Table, write,
};

fn small() -> Report {
    let row = |option: &str, rank: u32, total: f64| RankingRow {
        option: option.into(),
        rank: Some(rank),
        total: Some(total),
        interval: None,
        coverage: 1.0,
        contributions: vec![total],
    };
    let series = RankingSeries {
        title: "Lunch".into(),
        measure: "Weighted score".into(),
        unit: String::new(),
        range: Some([0.0, 5.0]),
        better: Better::Higher,
        criteria: vec!["Taste".into()],
        rows: vec![row("Soup", 1, 4.0), row("=Bread|Cheese", 2, 3.0)],
        winner: Some("Soup".into()),
        remark: String::new(),
    };
    Report {
        title: "Lunch".into(),
        subtitle: "For <everyone>".into(),
        made_at: "Made on a Saturday".into(),
        language: "en".into(),
        facts: vec![Fact::new("Leader", "Soup")],
        blocks: vec![
            Block::heading(1, "Ranking"),
            Block::notice(NoticeKind::Warning, "1. Not a list"),
            Block::Chart(Figure::ranking("Ranking of the options", &series, 640)),
            Block::Table(Table {
                caption: "Prices".into(),
                columns: vec![
                    Column::words("Dish"),
                    Column::numbers("Price", Some("EUR".into())),
                ],
                rows: vec![
                    vec![Cell::header("Soup"), Cell::strong("4.50")],
                    vec![Cell::header("=Bread|Cheese"), Cell::muted("not known")],
                ],
            }),
            Block::Quote {
                text: "Best in town.\nReally.".into(),
                source: Some("A guest".into()),
            },
            Block::List {
                ordered: true,
                items: vec!["Order".into(), "Eat".into()],
            },
        ],
        machine: serde_json::json!({ "winner": "Soup" }),
        sheet: Sheet {
            columns: vec!["Option".into(), "Total".into()],
            rows: vec![
                vec![SheetCell::Text("Soup".into()), SheetCell::Number(4.0)],
                vec![
                    SheetCell::Text("=Bread|Cheese".into()),
                    SheetCell::Number(3.0),
                ],
            ],
        },
    }
}

fn written(format: Format) -> String {
    String::from_utf8(write(&small(), format).unwrap()).unwrap()
}

#[test]
fn markdown() {
    insta::assert_snapshot!(written(Format::Markdown));
}

#[test]
fn html() {
    // Style and drawings are looked at, not compared.
    let html = written(Format::Html);
    let mut rest = html.as_str();
    let mut out = String::new();
    for (open, close) in [
        ("<style>", "</style>"),
        ("<svg ", "</svg>"),
        ("<svg ", "</svg>"),
    ] {
        let (before, inside) = rest.split_once(open).unwrap();
        out.push_str(before);
        out.push_str(open.trim_end());
        out.push('…');
        rest = inside.split_once(close).unwrap().1;
    }
    insta::assert_snapshot!(out + rest);
}

#[test]
fn csv() {
    insta::assert_snapshot!(
        written(Format::Csv)
            .replace('\u{feff}', "BOM ")
            .replace("\r\n", " CRLF\n")
    );
}

#[test]
fn json() {
    insta::assert_snapshot!(written(Format::Json));
}

#[test]
fn the_same_report_gives_the_same_bytes() {
    for format in Format::ALL {
        assert_eq!(
            write(&small(), format).unwrap(),
            write(&small(), format).unwrap()
        );
    }
}
