//! Small series, and a drawing read back with an XML parser and a renderer. Shared by the tests of charts.
#![allow(dead_code, clippy::unwrap_used)] // each user needs a part of it; a drawing that cannot be read fails its test

use report::{Better, Chart, RankingRow, RankingSeries, Theme};
use resvg::usvg::{self, roxmltree};

pub const THEMES: [Theme; 2] = [Theme::Light, Theme::Dark];

pub fn row(option: &str, rank: Option<u32>, total: f64, contributions: &[f64]) -> RankingRow {
    RankingRow {
        option: option.into(),
        rank,
        total: Some(total),
        interval: None,
        coverage: 1.0,
        contributions: contributions.to_vec(),
    }
}

pub fn series(criteria: &[&str], rows: Vec<RankingRow>) -> RankingSeries {
    RankingSeries {
        title: "Topic".into(),
        measure: "Weighted score".into(),
        unit: String::new(),
        range: Some([0.0, 5.0]),
        better: Better::Higher,
        criteria: criteria.iter().map(|name| (*name).to_owned()).collect(),
        rows,
        winner: None,
        remark: String::new(),
    }
}

/// Reads the drawing with an XML parser and with a renderer; gives the texts of its `tag` elements.
pub fn texts(chart: &Chart, tag: &str) -> Vec<String> {
    usvg::Tree::from_str(&chart.svg, &usvg::Options::default()).unwrap();
    let document = roxmltree::Document::parse(&chart.svg).unwrap();
    let known = [
        "svg", "title", "desc", "rect", "line", "polyline", "polygon", "text",
    ];
    let elements = || document.descendants().filter(roxmltree::Node::is_element);
    assert!(elements().all(|element| known.contains(&element.tag_name().name())));
    elements()
        .filter(|element| element.tag_name().name() == tag)
        .map(|element| {
            element
                .text()
                .unwrap_or_default()
                .trim_matches('\n')
                .to_owned()
        })
        .collect()
}
