//! Whatever names and numbers a chart is fed with, its drawing holds the names as text and no broken number.
#![allow(clippy::unwrap_used)] // a drawing that cannot be read fails its test

mod drawing;
mod nasty;

use proptest::prelude::*;
use report::{
    Chart, HeatMapCell, HeatMapColumn, HeatMapRow, HeatMapSeries, RankingRow, RankingSeries, Theme,
    heat_map, ranking_chart,
};

use drawing::{THEMES, row, series, texts};
use nasty::{NAMES, on_one_line, text};

fn alone(name: &str) -> [Chart; 2] {
    let ranking = RankingSeries {
        title: name.into(),
        ..series(&[name], vec![row(name, Some(1), 2.0, &[2.0])])
    };
    let heat = HeatMapSeries {
        title: name.into(),
        columns: vec![HeatMapColumn {
            criterion: name.into(),
            unit: String::new(),
            weight: 1.0,
        }],
        rows: vec![HeatMapRow {
            option: name.into(),
            rank: Some(1),
            total: String::new(),
            cells: vec![HeatMapCell::Scored {
                value: 0.5,
                label: name.into(),
                flag: String::new(),
            }],
        }],
    };
    [
        ranking_chart(&ranking, Theme::Light, 900),
        heat_map(&heat, Theme::Dark, 900),
    ]
}

fn check_name(name: &str) {
    let seen = on_one_line(name);
    for chart in alone(name) {
        let titles = texts(&chart, "title");
        assert_eq!(titles[0], seen, "title of {name:?}");
        assert!(
            titles[1..].contains(&seen),
            "{name:?} is nowhere in full: {titles:?}"
        );
        assert_eq!(texts(&chart, "desc"), [on_one_line(&chart.alt)]);
        let drawn = texts(&chart, "text");
        let cut = |text: &String| {
            text.strip_suffix('…')
                .is_some_and(|start| seen.starts_with(start))
        };
        assert!(
            drawn.iter().any(|text| *text == seen || cut(text)),
            "{name:?} is not drawn: {drawn:?}"
        );
        assert_eq!(chart.table.rows[0][1], name, "the table has it as it is");
    }
}

#[test]
fn names_that_try_to_be_markup_are_only_text() {
    for name in NAMES {
        check_name(name);
    }
}

proptest! {
    // A drawing is read back by a renderer each time.
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_name_is_only_text(name in text()) {
        check_name(&name);
    }

    #[test]
    fn no_number_breaks_a_chart(
        rows in proptest::collection::vec(
            (any::<f64>(), proptest::option::of(any::<[f64; 2]>()), any::<f64>(), any::<[f64; 3]>(), proptest::option::of(1_u32..4)),
            0..5,
        ),
        range in proptest::option::of(any::<[f64; 2]>()),
        width: u32,
    ) {
        let heat = HeatMapSeries {
            title: "Topic".into(),
            columns: vec![HeatMapColumn { criterion: "C".into(), unit: "u".into(), weight: rows.first().map_or(f64::NAN, |row| row.0) }],
            rows: rows.iter().map(|(value, _, _, _, rank)| HeatMapRow {
                option: "O".into(), rank: *rank, total: "1".into(),
                cells: vec![HeatMapCell::Scored { value: *value, label: "1".into(), flag: String::new() }],
            }).collect(),
        };
        let rows = rows.into_iter().map(|(total, interval, coverage, contributions, rank)| RankingRow {
            option: "O".into(), rank, total: Some(total), interval, coverage, contributions: contributions.to_vec(),
        });
        let ranking = RankingSeries { range, ..series(&["a", "b", "c", "d"], rows.collect()) };
        for theme in THEMES {
            for chart in [ranking_chart(&ranking, theme, width), heat_map(&heat, theme, width)] {
                prop_assert!(!chart.svg.contains("NaN") && !chart.svg.contains("\"inf"), "{}", chart.svg);
                texts(&chart, "text");
            }
        }
    }
}
