//! Whatever users write, the rendered Markdown shows it as written: read back with every extension switched on.
#![allow(clippy::unwrap_used, clippy::panic)] // a page that cannot be read fails its test

mod nasty;

use proptest::prelude::*;
use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};
use report::{Block, Cell, Column, Fact, Format, NoticeKind, Report, Sheet, Table, write};

use nasty::{NAMES, on_one_line, shown, text};

/// Kind and text of each leaf that a renderer would show.
fn rendered(report: &Report) -> Vec<(&'static str, String)> {
    let markdown = String::from_utf8(write(report, Format::Markdown).unwrap()).unwrap();
    // Smart punctuation rewrites quotes on purpose; everything else must leave the text alone.
    let options =
        Options::all() - Options::ENABLE_SMART_PUNCTUATION - Options::ENABLE_OLD_FOOTNOTES;
    let mut leaves: Vec<(&'static str, String)> = Vec::new();
    let mut quoted = false;
    for event in Parser::new_ext(&markdown, options) {
        match event {
            Event::Start(Tag::Heading { .. }) => leaves.push(("heading", String::new())),
            Event::Start(Tag::Paragraph) => {
                leaves.push((if quoted { "quote" } else { "paragraph" }, String::new()));
            }
            Event::Start(Tag::Item) => leaves.push(("item", String::new())),
            Event::Start(Tag::TableCell) => leaves.push(("cell", String::new())),
            Event::Start(Tag::BlockQuote(_)) => quoted = true,
            Event::End(TagEnd::BlockQuote(_)) => quoted = false,
            Event::Start(
                Tag::List(_) | Tag::Table(_) | Tag::TableHead | Tag::TableRow | Tag::Strong,
            ) => {}
            Event::End(_) => {}
            Event::Text(text) => leaves.last_mut().unwrap().1.push_str(&text),
            Event::HardBreak => leaves.last_mut().unwrap().1.push('\n'),
            other => panic!("{other:?} in\n{markdown}"),
        }
    }
    leaves
}

fn report(blocks: Vec<Block>) -> Report {
    Report {
        title: "Title".into(),
        subtitle: String::new(),
        made_at: String::new(),
        language: "en".into(),
        facts: vec![],
        blocks,
        machine: serde_json::Value::Null,
        sheet: Sheet::default(),
    }
}

/// The paragraphs that a text is: empty lines set them apart.
fn paragraphs(text: &str) -> Vec<String> {
    let mut paragraphs = vec![String::new()];
    for line in shown(text).split('\n') {
        match paragraphs.last_mut() {
            Some(last) if line.is_empty() && !last.is_empty() => paragraphs.push(String::new()),
            Some(last) if !last.is_empty() => last.push_str(&format!("\n{line}")),
            Some(last) => last.push_str(line),
            None => {}
        }
    }
    paragraphs.retain(|paragraph| !paragraph.is_empty());
    paragraphs
}

/// A text after its label; a label without a text ends at its colon.
fn labelled(label: &str, text: &str) -> String {
    let text = paragraphs(text).concat();
    if text.is_empty() {
        format!("{label}:")
    } else {
        format!("{label}: {text}")
    }
}

fn check(given: &str) {
    let line = on_one_line(given).trim().to_owned();
    let blocks = vec![
        Block::heading(1, given),
        Block::paragraph(given),
        Block::paragraph("between"),
        Block::Table(Table {
            caption: "caption".into(),
            columns: vec![Column::words(given), Column::words("b")],
            rows: vec![
                vec![Cell::header(given), Cell::strong(given)],
                vec![Cell::new("c")],
            ],
        }),
    ];
    let mut expected = vec![("heading", "Title".to_owned()), ("heading", line.clone())];
    expected.extend(
        paragraphs(given)
            .into_iter()
            .map(|text| ("paragraph", text)),
    );
    expected.extend([
        ("paragraph", "between".to_owned()),
        ("paragraph", "caption".to_owned()),
    ]);
    let cells = [line.as_str(), "b", &line, &line, "c", ""];
    expected.extend(cells.map(|cell| ("cell", cell.to_owned())));
    assert_eq!(rendered(&report(blocks)), expected, "{given:?}");

    // Lists and quotes, each apart: an item with one paragraph has no paragraph of its own.
    let quote = Block::Quote {
        text: given.into(),
        source: Some("source".into()),
    };
    let mut expected = vec![("heading", "Title".to_owned())];
    expected.extend(paragraphs(given).into_iter().map(|text| ("quote", text)));
    expected.push(("quote", "— source".to_owned()));
    assert_eq!(rendered(&report(vec![quote])), expected, "{given:?}");

    for item in [
        Block::List {
            ordered: false,
            items: vec![given.into()],
        },
        Block::List {
            ordered: true,
            items: vec![given.into()],
        },
    ] {
        let leaves = rendered(&report(vec![item]));
        let found: Vec<&String> = leaves[1..]
            .iter()
            .map(|(_, text)| text)
            .filter(|text| !text.is_empty())
            .collect();
        assert_eq!(
            found,
            paragraphs(given).iter().collect::<Vec<_>>(),
            "{given:?} as an item"
        );
    }
    let pair = Block::KeyValues {
        pairs: vec![Fact::new("Label", given)],
    };
    let said: Vec<String> = rendered(&report(vec![pair]))[1..]
        .iter()
        .map(|(_, text)| text.clone())
        .collect();
    assert_eq!(
        said.concat(),
        labelled("Label", given),
        "{given:?} as a value"
    );
    let notice = rendered(&report(vec![Block::notice(NoticeKind::Info, given)]));
    let said: Vec<String> = notice[1..].iter().map(|(_, text)| text.clone()).collect();
    assert_eq!(
        said.concat(),
        labelled("Note", given),
        "{given:?} as a notice"
    );
}

#[test]
fn names_that_try_to_be_markup_are_only_text() {
    for name in NAMES {
        check(name);
    }
}

#[test]
fn lists_that_follow_each_other_stay_apart() {
    let list = || Block::List {
        ordered: false,
        items: vec!["item".into()],
    };
    let pairs = Block::KeyValues {
        pairs: vec![Fact::new("Label", "value")],
    };
    let facts = vec![Fact::new("Label", "value")];
    let report = Report {
        facts,
        ..report(vec![pairs, list(), Block::paragraph("text"), list()])
    };
    let markdown = String::from_utf8(write(&report, Format::Markdown).unwrap()).unwrap();
    let lists = Parser::new(&markdown)
        .filter(|event| matches!(event, Event::Start(Tag::List(_))))
        .count();
    assert_eq!(lists, 4, "{markdown}");
}

proptest! {
    #[test]
    fn any_text_is_only_text(given in text()) {
        check(&given);
    }
}
