//! A report and series such as the engine makes, in the sizes that matter. Shared by the tests and the gallery.
#![allow(dead_code)] // each of its users needs a part of it
#![allow(clippy::unwrap_used)] // every row of the samples has a total

use report::{
    Better, Block, Cell, Column, Fact, Figure, HeatMapCell, HeatMapColumn, HeatMapRow,
    HeatMapSeries, NoticeKind, RankingRow, RankingSeries, Report, Sheet, SheetCell, Table,
};

const CRITERIA: [(&str, &str, f64); 6] = [
    ("Monthly cost", "USD", 0.24),
    ("Write latency p99", "ms", 0.20),
    ("Ease of operation", "", 0.18),
    ("Ecosystem and hiring", "", 0.14),
    ("Recovery time", "min", 0.14),
    ("Licence risk", "", 0.10),
];

/// Name, then the value 0–1 and the label of each criterion; no label is a cell without a score.
type Row = (&'static str, [(f64, &'static str); 6]);

const OPTIONS: [Row; 5] = [
    (
        "PostgreSQL",
        [
            (0.86, "120"),
            (0.78, "9"),
            (0.80, "4"),
            (1.00, "5"),
            (0.72, "8"),
            (1.00, "5"),
        ],
    ),
    (
        "CockroachDB",
        [
            (0.52, "310"),
            (0.55, "18"),
            (0.60, "3"),
            (0.60, "3"),
            (0.95, "2"),
            (0.20, "1"),
        ],
    ),
    (
        "Amazon Aurora",
        [
            (0.35, "410"),
            (0.82, "7"),
            (1.00, "5"),
            (0.80, "4"),
            (0.88, "4"),
            (0.40, "2"),
        ],
    ),
    (
        "MySQL",
        [
            (0.90, "95"),
            (0.70, "12"),
            (0.60, "3"),
            (0.80, "4"),
            (0.0, ""),
            (0.60, "3"),
        ],
    ),
    (
        "SQLite with Litestream",
        [
            (1.00, "12"),
            (0.93, "3"),
            (0.0, ""),
            (0.40, "2"),
            (0.30, "21"),
            (1.00, "5"),
        ],
    ),
];

/// Five options against six criteria, two cells missing.
pub fn ranking() -> RankingSeries {
    let mut rows: Vec<RankingRow> = OPTIONS
        .iter()
        .map(|(name, cells)| {
            let mut row = RankingRow {
                option: (*name).into(),
                rank: None,
                total: None,
                interval: None,
                coverage: 0.0,
                contributions: vec![],
            };
            for ((value, label), (_, _, weight)) in cells.iter().zip(CRITERIA) {
                row.contributions.push(if label.is_empty() {
                    f64::NAN
                } else {
                    value * weight * 5.0
                });
                row.coverage += if label.is_empty() { 0.0 } else { weight };
            }
            let sum: f64 = row
                .contributions
                .iter()
                .filter(|part| part.is_finite())
                .sum();
            let open = (1.0 - row.coverage) * 5.0;
            row.total = Some(sum + open / 2.0);
            row.interval = Some([sum, sum + open]).filter(|_| open > 0.01);
            row
        })
        .collect();
    rank(&mut rows);
    RankingSeries {
        title: "Which database for the ledger?".into(),
        measure: "Weighted score".into(),
        unit: String::new(),
        range: Some([0.0, 5.0]),
        better: Better::Higher,
        criteria: CRITERIA.iter().map(|(name, ..)| (*name).into()).collect(),
        rows,
        winner: Some("PostgreSQL".into()),
        remark: String::new(),
    }
}

/// The same as a heat-map, with each kind of cell.
pub fn heat_map() -> HeatMapSeries {
    let ranking = ranking();
    let mut rows: Vec<HeatMapRow> = OPTIONS
        .iter()
        .map(|(name, cells)| {
            let ranked = ranking.rows.iter().find(|row| row.option == *name).unwrap();
            HeatMapRow {
                option: (*name).into(),
                rank: ranked.rank,
                total: format!("{:.2}", ranked.total.unwrap()),
                cells: cells
                    .iter()
                    .map(|(value, label)| match *label {
                        "" => HeatMapCell::Pending,
                        label => HeatMapCell::Scored {
                            value: *value,
                            label: label.into(),
                            flag: if label == "410" {
                                "out of range".into()
                            } else {
                                String::new()
                            },
                        },
                    })
                    .collect(),
            }
        })
        .collect();
    rows[1].cells[3] = HeatMapCell::Abstained;
    rows[3].cells[2] = HeatMapCell::Unusable {
        state: "stale".into(),
    };
    HeatMapSeries {
        title: ranking.title,
        columns: CRITERIA
            .iter()
            .map(|(name, unit, weight)| HeatMapColumn {
                criterion: (*name).into(),
                unit: (*unit).into(),
                weight: *weight,
            })
            .collect(),
        rows,
    }
}

/// `options` × `criteria` with names of every length and numbers that look drawn by lot but never change.
pub fn many(options: usize, criteria: usize) -> (RankingSeries, HeatMapSeries) {
    let mut state = 7_u32;
    let mut draw = move || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        f64::from(state >> 8) / f64::from(1_u32 << 24)
    };
    let raw: Vec<f64> = (0..criteria).map(|_| draw() * draw() + 0.02).collect();
    let weights: Vec<f64> = raw
        .iter()
        .map(|weight| weight / raw.iter().sum::<f64>())
        .collect();
    let name = |at: usize, kind: &str| match at % 4 {
        0 => format!("{kind} {}", at + 1),
        1 => format!("{kind} {} with a longer name", at + 1),
        2 => format!(
            "{kind} {} whose name says much more than anybody can read in a chart",
            at + 1
        ),
        _ => format!("选项 {} Größe", at + 1),
    };
    let names: Vec<String> = (0..options).map(|at| name(at, "Option")).collect();
    let columns: Vec<String> = (0..criteria).map(|at| name(at, "Criterion")).collect();
    let values: Vec<Vec<f64>> = (0..options)
        .map(|_| (0..criteria).map(|_| draw()).collect())
        .collect();
    let mut rows: Vec<RankingRow> = names
        .iter()
        .zip(&values)
        .map(|(name, values)| {
            let contributions: Vec<f64> = values
                .iter()
                .zip(&weights)
                .map(|(value, weight)| value * weight * 5.0)
                .collect();
            RankingRow {
                option: name.clone(),
                rank: None,
                total: Some(contributions.iter().sum()),
                interval: None,
                coverage: 1.0,
                contributions,
            }
        })
        .collect();
    rank(&mut rows);
    let heat = rows
        .iter()
        .zip(&names)
        .zip(&values)
        .map(|((row, name), values)| HeatMapRow {
            option: name.clone(),
            rank: row.rank,
            total: format!("{:.2}", row.total.unwrap()),
            cells: values
                .iter()
                .enumerate()
                .map(|(at, value)| match (at * 31 + name.len() * 17) % 23 {
                    0 => HeatMapCell::Pending,
                    1 => HeatMapCell::Abstained,
                    _ => HeatMapCell::Scored {
                        value: *value,
                        label: format!("{:.1}", value * 5.0),
                        flag: String::new(),
                    },
                })
                .collect(),
        })
        .collect();
    let ranking = RankingSeries {
        title: format!("{options} options against {criteria} criteria"),
        measure: "Weighted score".into(),
        unit: "points".into(),
        range: Some([0.0, 5.0]),
        better: Better::Higher,
        criteria: columns.clone(),
        winner: None,
        remark: "The first two are closer than one level of one judged cell.".into(),
        rows,
    };
    let columns = columns
        .into_iter()
        .zip(&weights)
        .map(|(criterion, weight)| HeatMapColumn {
            criterion,
            unit: String::new(),
            weight: *weight,
        })
        .collect();
    (
        ranking.clone(),
        HeatMapSeries {
            title: ranking.title,
            columns,
            rows: heat,
        },
    )
}

/// A long topic, names that are markup, contributions below zero, an option that is not ranked.
pub fn awkward() -> RankingSeries {
    let row = |option: &str, rank: Option<u32>, contributions: &[f64]| RankingRow {
        option: option.into(),
        rank,
        total: rank.map(|_| contributions.iter().sum()),
        interval: None,
        coverage: 1.0,
        contributions: contributions.to_vec(),
    };
    RankingSeries {
        title: "Which of the four regional suppliers should deliver the cold-chain packaging for the vaccines \
                programme over the next three years, given price, reliability and the carbon budget of the board?"
            .into(),
        measure: "Net flow".into(),
        unit: "points".into(),
        range: None,
        better: Better::Higher,
        criteria: vec!["Price <per unit> & freight".into(), "Reliability".into(), "Carbon \"budget\"".into()],
        rows: vec![
            row("<b>Nordfrost</b> & Söhne Verpackungstechnik GmbH & Co. KG, Flensburg", Some(1), &[0.32, 0.18, -0.05]),
            row("=CMD()", Some(2), &[0.12, -0.08, 0.14]),
            row("شركة التغليف البارد", Some(3), &[-0.21, 0.10, -0.12]),
            row("Withdrawn", None, &[]),
        ],
        winner: Some("<b>Nordfrost</b> & Söhne Verpackungstechnik GmbH & Co. KG, Flensburg".into()),
        remark: String::new(),
    }
}

fn rank(rows: &mut [RankingRow]) {
    let totals: Vec<f64> = rows.iter().filter_map(|row| row.total).collect();
    for row in rows {
        let better = totals
            .iter()
            .filter(|total| **total > row.total.unwrap())
            .count();
        row.rank = u32::try_from(better + 1).ok();
    }
}

/// A whole decision report with every kind of block.
pub fn report() -> Report {
    let ranking = ranking();
    let criteria = Table {
        caption: "Criteria and weights".into(),
        columns: vec![
            Column::words("Criterion"),
            Column::numbers("Weight", Some("%".into())),
            Column::words("Better is"),
            Column::words("How it is scored"),
        ],
        rows: CRITERIA
            .iter()
            .map(|(name, unit, weight)| {
                vec![
                    Cell::header(*name),
                    Cell::new(format!("{:.0}", weight * 100.0)),
                    Cell::new(if unit.is_empty() { "more" } else { "less" }),
                    if unit.is_empty() {
                        Cell::muted("judged, 0 to 5")
                    } else {
                        Cell::new(format!("measured in {unit}"))
                    },
                ]
            })
            .collect(),
    };
    let sheet = Sheet {
        columns: ["Rank", "Option", "Total", "Lowest", "Highest", "Coverage"]
            .into_iter()
            .chain(CRITERIA.iter().map(|(name, ..)| *name))
            .map(String::from)
            .collect(),
        rows: ranking
            .rows
            .iter()
            .map(|row| {
                let mut cells = vec![
                    SheetCell::from(row.rank.map(f64::from)),
                    SheetCell::from(row.option.clone()),
                    SheetCell::from(row.total),
                    SheetCell::from(row.interval.map(|[low, _]| low)),
                    SheetCell::from(row.interval.map(|[_, high]| high)),
                    SheetCell::Number(row.coverage),
                ];
                cells.extend(
                    row.contributions
                        .iter()
                        .map(|part| SheetCell::Number(*part)),
                );
                cells
            })
            .collect(),
    };
    Report {
        title: ranking.title.clone(),
        subtitle: "Decision report for the architecture board".into(),
        made_at: "Made 21 November 2026, 09:30 UTC".into(),
        language: "en".into(),
        facts: vec![
            Fact::new("Leader", "PostgreSQL, 4.22 of 5"),
            Fact::new("Margin", "0.26 ahead of MySQL"),
            Fact::new(
                "Smallest flip",
                "Ease of operation of PostgreSQL from 4 to 2",
            ),
            Fact::new("Coverage", "93% of all weight is scored"),
        ],
        blocks: vec![
            Block::heading(1, "Ranking"),
            Block::notice(
                NoticeKind::Warning,
                "Two cells have no score yet. Totals of MySQL and SQLite with Litestream are intervals.",
            ),
            Block::Chart(Figure::ranking("Ranking of the options", &ranking, 960)),
            Block::heading(1, "How each option does"),
            Block::Chart(Figure::heat_map("Scores by criterion", &heat_map(), 960)),
            Block::heading(1, "Criteria"),
            Block::Table(criteria),
            Block::heading(2, "Monthly cost"),
            Block::paragraph(
                "List price for three nodes in one region, without support.\nThe range of the value function is 0 to 500 USD: it was set, not found in the data.",
            ),
            Block::Quote {
                text:
                    "Three db.r6g.large instances with 200 GB of storage come to USD 410 a month."
                        .into(),
                source: Some("vendor.pdf p. 3".into()),
            },
            Block::heading(1, "How to read this"),
            Block::KeyValues {
                pairs: vec![
                    Fact::new("Method", "weighted sum of value-function scores"),
                    Fact::new(
                        "Missing scores",
                        "count as worst and as best: totals are intervals",
                    ),
                ],
            },
            Block::List {
                ordered: false,
                items: vec![
                    "A bar is stacked from what each criterion adds.".into(),
                    "A line through its end shows where the total could lie.".into(),
                ],
            },
            Block::notice(
                NoticeKind::Info,
                "Range of Write latency p99 found in the data: 3 to 18 ms.",
            ),
        ],
        machine: serde_json::json!({ "winner": "PostgreSQL" }),
        sheet,
    }
}
