//! Charts show what they were fed with: totals stand where they belong, the finding is said, missing scores are seen.
#![allow(clippy::unwrap_used, clippy::panic)] // a drawing that cannot be read fails its test

mod drawing;
mod sample;

use report::{Better, Chart, Figure, RankingRow, RankingSeries, Theme, heat_map, ranking_chart};
use resvg::usvg::{self, roxmltree};

use drawing::{THEMES, row, series, texts};

#[test]
fn every_size_is_drawn_and_grows_with_its_rows() {
    let mut before = 0.0;
    for (options, criteria) in [(0, 0), (1, 0), (1, 1), (2, 1), (5, 6), (50, 25)] {
        let (ranking, heat) = sample::many(options, criteria);
        for theme in THEMES {
            for chart in [
                ranking_chart(&ranking, theme, 960),
                heat_map(&heat, theme, 960),
            ] {
                assert_eq!(chart.table.rows.len(), options);
                assert!(
                    chart
                        .table
                        .rows
                        .iter()
                        .all(|row| row.len() == chart.table.columns.len())
                );
                assert!(!chart.alt.is_empty());
            }
        }
        let tree = usvg::Tree::from_str(
            &ranking_chart(&ranking, Theme::Light, 960).svg,
            &usvg::Options::default(),
        );
        let height = tree.unwrap().size().height();
        assert!(height >= before);
        before = height;
    }
}

#[test]
fn nothing_is_drawn_outside_the_sheet() {
    for (options, criteria) in [(2, 1), (5, 6), (50, 25)] {
        let (ranking, heat) = sample::many(options, criteria);
        for chart in [
            ranking_chart(&ranking, Theme::Light, 480),
            heat_map(&heat, Theme::Light, 480),
        ] {
            let document = roxmltree::Document::parse(&chart.svg).unwrap();
            let size = |name: &str| {
                document
                    .root_element()
                    .attribute(name)
                    .unwrap()
                    .parse::<f64>()
                    .unwrap()
            };
            let (width, height) = (size("width"), size("height"));
            for shape in document
                .descendants()
                .filter(|node| node.has_tag_name("rect"))
            {
                let number = |name: &str| shape.attribute(name).unwrap().parse::<f64>().unwrap();
                let (x, y, w, h) = (number("x"), number("y"), number("width"), number("height"));
                assert!(
                    x >= 0.0
                        && y >= 0.0
                        && w >= 0.0
                        && h >= 0.0
                        && x + w <= width
                        && y + h <= height,
                    "{shape:?}"
                );
            }
        }
    }
}

#[test]
fn the_finding_says_who_leads_and_by_how_much() {
    let two = |first: f64, second: f64| {
        vec![
            row("B", Some(2), second, &[second]),
            row("A", Some(1), first, &[first]),
        ]
    };
    let winner = |series: RankingSeries| RankingSeries {
        winner: Some("A".into()),
        ..series
    };
    let said = |series: RankingSeries| ranking_chart(&series, Theme::Light, 960).alt;

    assert_eq!(
        said(winner(series(&["c"], two(4.1, 3.8)))),
        "A leads with 4.10 of 5, 0.30 ahead of B."
    );
    assert_eq!(
        said(winner(series(&["c"], two(4.1, 4.0999)))),
        "A leads with 4.10 of 5, 0.0001 ahead of B.",
        "a lead is never said to be 0.00"
    );
    assert_eq!(
        said(RankingSeries {
            remark: "One level of one cell changes the first place.".into(),
            ..series(&["c"], two(4.1, 3.8))
        }),
        "No winner is named: A stands first with 4.10 of 5, 0.30 ahead of B. One level of one cell changes the first place."
    );
    let tie = vec![
        row("A", Some(1), 3.0, &[3.0]),
        row("B", Some(1), 3.0, &[3.0]),
    ];
    assert_eq!(
        said(series(&["c"], tie)),
        "No winner is named: A and B share the first place with 3.00 of 5."
    );
    let lower = RankingSeries {
        better: Better::Lower,
        range: None,
        unit: "ms".into(),
        ..series(&[], two(0.0, 0.4))
    };
    assert_eq!(
        said(winner(lower)),
        "A leads with 0.000 ms, 0.400 ahead of B."
    );
    let without_totals = vec![
        RankingRow {
            total: None,
            ..row("A", Some(1), 0.0, &[])
        },
        RankingRow {
            total: None,
            ..row("B", None, 0.0, &[])
        },
    ];
    assert_eq!(
        said(series(&[], without_totals)),
        "A is the only option that is ranked. 1 option is not ranked."
    );
    assert_eq!(said(series(&[], vec![])), "No option is ranked yet.");
}

#[test]
fn bars_begin_at_the_lowest_end_of_the_scale() {
    // On a scale from 1 to 5, contributions are what lies above 1.
    let one_to_five = RankingSeries {
        range: Some([1.0, 5.0]),
        ..series(&["c", "d"], vec![row("A", Some(1), 4.0, &[2.0, 1.0])])
    };
    let chart = ranking_chart(&one_to_five, Theme::Light, 960);
    let drawn = texts(&chart, "text");
    assert!(
        drawn.contains(&"1".to_owned()) && !drawn.contains(&"0".to_owned()),
        "the axis begins at 1: {drawn:?}"
    );
    let bars = bars(&chart);
    let (first, last, end) = (bars[0], bars[1], axis_end(&chart));
    assert!(
        (first.1 - 2.0 * last.1).abs() <= 2.0,
        "2 is twice as long as 1: {bars:?}"
    );
    let share = (last.0 + last.1 - first.0) / (end - first.0);
    assert!(
        (share - 0.75).abs() < 0.01,
        "4 of 1 to 5 is three quarters of the axis, drawn {share}"
    );
}

/// Left edge and length of each segment with a number on it.
fn bars(chart: &Chart) -> Vec<(f64, f64)> {
    let document = roxmltree::Document::parse(&chart.svg).unwrap();
    let told = document.descendants().filter(|node| {
        node.has_tag_name("rect")
            && node
                .first_element_child()
                .is_some_and(|title| title.text().unwrap_or_default().matches(": ").count() == 2)
    });
    let number = |node: &roxmltree::Node<'_, '_>, name: &str| {
        node.attribute(name).unwrap().parse::<f64>().unwrap()
    };
    told.map(|rect| (number(&rect, "x"), number(&rect, "width")))
        .collect()
}

/// Where the last gridline stands.
fn axis_end(chart: &Chart) -> f64 {
    let document = roxmltree::Document::parse(&chart.svg).unwrap();
    let lines = document
        .descendants()
        .filter(|node| node.has_tag_name("polyline"));
    let x = lines.filter_map(|line| {
        line.attribute("points")?
            .split(',')
            .next()?
            .parse::<f64>()
            .ok()
    });
    x.fold(0.0, f64::max)
}

#[test]
fn a_method_without_contributions_has_plain_bars_and_no_legend() {
    let rows = vec![row("A", Some(1), 0.8, &[]), row("B", Some(2), 0.3, &[])];
    let chart = ranking_chart(
        &RankingSeries {
            range: Some([0.0, 1.0]),
            ..series(&["c", "d"], rows)
        },
        Theme::Light,
        960,
    );
    assert!(!texts(&chart, "text").contains(&"c".to_owned()));
    assert_eq!(chart.table.columns, ["Rank", "Option", "Weighted score"]);
    let wide = bars_of(&chart, "#3D599C");
    assert!((wide[0] / wide[1] - 8.0 / 3.0).abs() < 0.02, "{wide:?}");
}

/// The lengths of the rectangles filled with `colour`.
fn bars_of(chart: &Chart, colour: &str) -> Vec<f64> {
    let document = roxmltree::Document::parse(&chart.svg).unwrap();
    let filled = document
        .descendants()
        .filter(|node| node.has_tag_name("rect") && node.attribute("fill") == Some(colour));
    filled
        .map(|rect| rect.attribute("width").unwrap().parse().unwrap())
        .collect()
}

#[test]
fn a_missing_score_is_not_a_zero() {
    let partial = RankingRow {
        interval: Some([2.0, 3.0]),
        coverage: 0.8,
        ..row("A", Some(1), 2.5, &[2.0, f64::NAN])
    };
    let chart = ranking_chart(&series(&["c", "d"], vec![partial]), Theme::Light, 960);
    assert_eq!(
        chart.table.columns,
        [
            "Rank",
            "Option",
            "Weighted score",
            "Could be",
            "Scored",
            "c",
            "d"
        ]
    );
    assert_eq!(
        chart.table.rows[0],
        ["1", "A", "2.50", "2.00 to 3.00", "80%", "2.00", "–"]
    );
    assert!(chart.alt.contains("1 of 1 options is scored in part"));
    let drawn = texts(&chart, "text");
    assert!(drawn.contains(&"2.50 · 80% scored".to_owned()), "{drawn:?}");
    assert!(drawn.contains(&"where the total could lie".to_owned()));
}

#[test]
fn the_smallest_of_many_criteria_are_drawn_together_and_told_apart_in_the_table() {
    let (ranking, _) = sample::many(3, 25);
    let chart = ranking_chart(&ranking, Theme::Light, 960);
    assert!(texts(&chart, "text").contains(&"16 other criteria".to_owned()));
    assert!(
        chart
            .alt
            .contains("The 16 other criteria that contribute least are drawn together.")
    );
    assert_eq!(chart.table.columns.len(), 3 + 25);

    let (ranking, _) = sample::many(3, 10);
    let chart = ranking_chart(&ranking, Theme::Light, 960);
    assert!(
        !chart.alt.contains("other"),
        "ten criteria have a colour each"
    );
}

#[test]
fn cells_without_a_score_differ_in_shape() {
    let heat = sample::heat_map();
    let chart = heat_map(&heat, Theme::Light, 960);
    let drawn = texts(&chart, "text");
    for mark in [
        "not scored yet (2)",
        "abstained (1)",
        "stale (1)",
        "noteworthy (1)",
    ] {
        assert!(
            drawn.contains(&mark.to_owned()),
            "{mark} is not in the key: {drawn:?}"
        );
    }
    assert_eq!(
        drawn.iter().filter(|text| *text == "?").count(),
        3,
        "two cells and the key"
    );
    let told = texts(&chart, "title");
    assert!(told.contains(&"Amazon Aurora, Monthly cost: 410, out of range".to_owned()));
    assert!(told.contains(&"MySQL, Ease of operation: stale".to_owned()));
}

#[test]
fn rows_stand_in_rank_order_whatever_order_they_come_in() {
    let (mut ranking, mut heat) = sample::many(6, 3);
    let before = (
        ranking_chart(&ranking, Theme::Light, 960),
        heat_map(&heat, Theme::Light, 960),
    );
    ranking.rows.reverse();
    heat.rows.reverse();
    assert_eq!(ranking_chart(&ranking, Theme::Light, 960), before.0);
    assert_eq!(heat_map(&heat, Theme::Light, 960), before.1);
    let ranks: Vec<&str> = before
        .0
        .table
        .rows
        .iter()
        .map(|row| row[0].as_str())
        .collect();
    assert_eq!(ranks, ["1", "2", "3", "4", "5", "6"]);
}

#[test]
fn a_figure_is_drawn_for_both_papers_and_says_the_same_on_both() {
    let figure = Figure::ranking("Caption", &sample::ranking(), 960);
    assert_ne!(figure.light, figure.dark);
    let names = |svg: &str| {
        let document = roxmltree::Document::parse(svg).unwrap();
        document
            .descendants()
            .filter(|node| node.has_tag_name("text"))
            .map(|node| node.text().map(str::to_owned))
            .collect::<Vec<_>>()
    };
    assert_eq!(names(&figure.light), names(&figure.dark));
    assert!(figure.light.contains("<title>Caption</title>"));
    assert!(
        !names(&figure.light)
            .iter()
            .flatten()
            .any(|text| text.contains("Which database")),
        "the figure has the title"
    );
}
