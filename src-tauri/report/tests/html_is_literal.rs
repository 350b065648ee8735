//! Whatever users write, the HTML file shows it as written: read back with a browser's parser.
#![allow(clippy::unwrap_used, clippy::panic)] // a page that cannot be read fails its test

mod nasty;
mod sample;

use proptest::prelude::*;
use report::{Block, Cell, Column, Fact, Format, NoticeKind, Report, Sheet, Table, write};
use scraper::{Html, Selector};

use nasty::{NAMES, shown, text};

/// A report with `text` in every place that shows text.
fn everywhere(text: &str) -> Report {
    let text = text.to_owned();
    Report {
        title: text.clone(),
        subtitle: text.clone(),
        made_at: text.clone(),
        language: "en".into(),
        facts: vec![Fact::new(&text, &text)],
        blocks: vec![
            Block::heading(1, &text),
            Block::paragraph(&text),
            Block::List {
                ordered: true,
                items: vec![text.clone()],
            },
            Block::KeyValues {
                pairs: vec![Fact::new(&text, &text)],
            },
            Block::Quote {
                text: text.clone(),
                source: Some(text.clone()),
            },
            Block::notice(NoticeKind::Warning, &text),
            Block::Table(Table {
                caption: text.clone(),
                columns: vec![
                    Column::words(&text),
                    Column::numbers("b", Some(text.clone())),
                ],
                rows: vec![vec![Cell::header(&text), Cell::strong(&text)]],
            }),
        ],
        machine: serde_json::Value::Null,
        sheet: Sheet::default(),
    }
}

fn parsed(report: &Report) -> (String, Html) {
    let html = String::from_utf8(write(report, Format::Html).unwrap()).unwrap();
    let page = Html::parse_document(&html);
    (html, page)
}

fn texts(page: &Html, selector: &str) -> Vec<String> {
    page.select(&Selector::parse(selector).unwrap())
        .map(|element| element.text().collect())
        .collect()
}

fn check(given: &str) {
    let (_, page) = parsed(&everywhere(given));
    let seen = shown(given);
    for (place, count) in [
        ("title", 1),
        ("h1", 1),
        ("h2", 1),
        ("p.prose", 1),
        ("li", 1),
        ("dt", 2),
        ("dd", 2),
        ("blockquote p", 1),
        ("figure.quote figcaption", 1),
        (".warning p", 1),
        ("caption", 1),
        ("tbody th", 1),
        ("tbody td", 1),
    ] {
        assert_eq!(
            texts(&page, place),
            vec![seen.clone(); count],
            "{place} of {given:?}"
        );
    }
    // An empty line under the title is left out.
    let lines = if given.is_empty() {
        vec![]
    } else {
        vec![seen.clone()]
    };
    assert_eq!(texts(&page, ".subtitle"), lines);
    assert_eq!(texts(&page, ".made"), lines);
    let unit = if given.is_empty() {
        String::new()
    } else {
        format!(" ({seen})")
    };
    assert_eq!(texts(&page, "thead th"), [seen.clone(), format!("b{unit}")]);
    let label = page
        .select(&Selector::parse(".scroll").unwrap())
        .next()
        .unwrap();
    assert_eq!(label.attr("aria-label"), Some(seen.as_str()));
    assert_eq!(
        texts(&page, "script, img, iframe, link, b, a").len(),
        0,
        "{given:?} became an element"
    );
    assert!(page.errors.is_empty(), "{given:?}: {:?}", page.errors);
}

#[test]
fn names_that_try_to_be_markup_are_only_text() {
    for name in NAMES {
        check(name);
    }
}

proptest! {
    #[test]
    fn any_text_is_only_text(given in text()) {
        check(&given);
    }
}

#[test]
fn the_sample_is_valid_and_asks_nothing_of_the_network() {
    let (html, page) = parsed(&sample::report());
    assert!(page.errors.is_empty(), "{:?}", page.errors);
    for element in page
        .select(&Selector::parse("[src], [srcset], [href], link, script, [style*='url']").unwrap())
    {
        let target = element.attr("href").unwrap_or_default();
        assert!(
            element.value().name() == "a" && target.starts_with('#'),
            "{}",
            element.html()
        );
    }
    let style = &texts(&page, "style").concat();
    assert!(
        !style.contains("url(") && !style.contains("@import"),
        "the style fetches something"
    );
    assert!(html.contains("default-src 'none'"));
}

#[test]
fn the_sample_can_be_read_without_seeing_it() {
    let (_, page) = parsed(&sample::report());
    let select = |selector: &str| {
        page.select(&Selector::parse(selector).unwrap())
            .collect::<Vec<_>>()
    };
    assert_eq!(select("html[lang=en]").len(), 1);
    let levels: Vec<u32> = select("h1, h2, h3, h4, h5, h6")
        .iter()
        .map(|heading| heading.value().name()[1..].parse().unwrap())
        .collect();
    assert_eq!(levels.iter().filter(|level| **level == 1).count(), 1);
    assert!(
        levels.windows(2).all(|pair| pair[1] <= pair[0] + 1),
        "a level is left out: {levels:?}"
    );
    assert!(!select("th").is_empty() && select("th:not([scope])").is_empty());
    assert!(
        select("table")
            .iter()
            .all(|table| table.html().contains("<caption"))
    );
    for drawing in select("svg") {
        assert_eq!(drawing.attr("role"), Some("img"));
        let named = drawing
            .child_elements()
            .take(2)
            .map(|child| child.value().name().to_owned());
        assert_eq!(named.collect::<Vec<_>>(), ["title", "desc"]);
    }
    assert_eq!(select("figure.chart").len(), 2);
    assert_eq!(select("figure.chart > details table").len(), 2);
    let mut ids: Vec<_> = select("[id]")
        .iter()
        .filter_map(|element| element.attr("id"))
        .collect();
    let all = ids.len();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), all, "an id stands twice");
    for link in select("a") {
        let target = link.attr("href").unwrap().trim_start_matches('#');
        assert!(ids.contains(&target), "{target} leads nowhere");
    }
}
