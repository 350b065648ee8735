//! What a ranking chart says without being seen: its finding in sentences, its table, and the words on its axes.

use super::ChartTable;
use super::axis::worded;
use super::ranking_series::{Arranged, Better, RankingRow};

/// How many options the sentences name before they only count.
const NAMED: usize = 5;

/// What a chart without options says.
pub(super) const NOTHING: &str = "No option is ranked yet.";

/// "Weighted score, 0 to 5 · more is better · stacked by criterion".
pub(super) fn measure_line(arranged: &Arranged<'_>) -> String {
    let series = arranged.series;
    let direction = match series.better {
        Better::Higher => "more is better",
        Better::Lower => "less is better",
    };
    let range = series.range.map_or_else(String::new, |[low, high]| {
        format!(", {} to {}", plain(low), plain(high))
    });
    let stacked = if arranged.segments.is_empty() {
        ""
    } else {
        " · stacked by criterion"
    };
    format!("{}{range} · {direction}{stacked}", axis_title(arranged))
}

/// "Weighted score (points)".
pub(super) fn axis_title(arranged: &Arranged<'_>) -> String {
    let series = arranged.series;
    if series.unit.is_empty() {
        series.measure.clone()
    } else {
        format!("{} ({})", series.measure, series.unit)
    }
}

/// What stands at the end of a bar: the total, and how much of it is scored when not all is.
pub(super) fn end_of_bar(arranged: &Arranged<'_>, row: &RankingRow) -> String {
    match (row.total(), row.rank) {
        (Some(total), _) if row.partial() => {
            format!(
                "{} · {:.0}% scored",
                arranged.number(total),
                row.coverage.clamp(0.0, 1.0) * 100.0
            )
        }
        (Some(total), _) => arranged.number(total),
        (None, Some(_)) => String::new(),
        (None, None) => "not ranked".to_owned(),
    }
}

/// "1", or a dash for an option that is not ranked.
pub(super) fn rank(rank: Option<u32>) -> String {
    rank.map_or_else(|| "–".to_owned(), |rank| rank.to_string())
}

/// The finding first, then the field, then what limits it.
pub(super) fn alt(arranged: &Arranged<'_>) -> String {
    let mut sentences = vec![finding(arranged)];
    let ranked: Vec<String> = arranged
        .rows
        .iter()
        .filter_map(|row| place(arranged, row))
        .collect();
    if ranked.len() > 2 {
        let rest = ranked.len().saturating_sub(NAMED);
        let more = if rest > 0 {
            format!("; {rest} more follow")
        } else {
            String::new()
        };
        sentences.push(format!(
            "In order: {}{more}.",
            ranked[..ranked.len() - rest].join(", ")
        ));
    }
    let partial = arranged
        .rows
        .iter()
        .filter(|row| row.partial() && row.rank.is_some())
        .count();
    if partial > 0 {
        let all = arranged
            .rows
            .iter()
            .filter(|row| row.rank.is_some())
            .count();
        let verb = if partial == 1 { "is" } else { "are" };
        sentences.push(format!(
            "{partial} of {all} options {verb} scored in part; lines show where their totals could lie."
        ));
    }
    if let Some(other) = arranged
        .segments
        .iter()
        .find(|segment| segment.criteria.len() > 1)
    {
        sentences.push(format!(
            "The {} that contribute least are drawn together.",
            other.name
        ));
    }
    let unranked = arranged
        .rows
        .iter()
        .filter(|row| row.rank.is_none())
        .count();
    if unranked > 0 {
        sentences.push(format!(
            "{} not ranked.",
            counted(unranked, "option is", "options are")
        ));
    }
    if !arranged.series.remark.is_empty() {
        sentences.push(arranged.series.remark.clone());
    }
    sentences.join(" ")
}

fn finding(arranged: &Arranged<'_>) -> String {
    let ranked: Vec<&RankingRow> = arranged
        .rows
        .iter()
        .copied()
        .filter(|row| row.rank.is_some())
        .collect();
    let Some(first) = ranked.first() else {
        return NOTHING.to_owned();
    };
    let winner = arranged.series.winner.as_deref();
    let leader = ranked
        .iter()
        .find(|row| Some(row.option.as_str()) == winner)
        .unwrap_or(first);
    let with = leader.total().map_or_else(String::new, |total| {
        format!(" with {}", of_range(arranged, total))
    });
    if ranked.len() == 1 {
        return format!(
            "{} is the only option that is ranked,{with}.",
            leader.option
        )
        .replace(",.", ".");
    }
    let next = ranked.iter().find(|row| row.option != leader.option);
    let ahead = match (leader.total(), next.and_then(|row| row.total()), next) {
        (Some(total), Some(second), Some(row)) if (total - second).abs() > 0.0 => {
            let margin = (total - second).abs();
            // More decimals than the totals have, when their difference would read as nothing.
            let words = (arranged.decimals..arranged.decimals + 5)
                .map(|places| worded(margin, places))
                .find(|words| words.contains(|digit: char| ('1'..='9').contains(&digit)));
            words.map_or_else(String::new, |words| {
                format!(", {words} ahead of {}", row.option)
            })
        }
        _ => String::new(),
    };
    let tied: Vec<&str> = ranked
        .iter()
        .filter(|row| row.rank == first.rank)
        .map(|row| row.option.as_str())
        .collect();
    if winner.is_some_and(|name| name == leader.option) {
        format!("{} leads{with}{ahead}.", leader.option)
    } else if tied.len() > 1 {
        format!(
            "No winner is named: {} share the first place{with}.",
            listed(&tied)
        )
    } else {
        format!(
            "No winner is named: {} stands first{with}{ahead}.",
            leader.option
        )
    }
}

/// "PostgreSQL 4.12" or "PostgreSQL 4.12 (3.60 to 4.50)".
fn place(arranged: &Arranged<'_>, row: &RankingRow) -> Option<String> {
    row.rank?;
    let total = row
        .total()
        .map_or_else(String::new, |total| format!(" {}", arranged.number(total)));
    let interval = row.interval().map_or_else(String::new, |[low, high]| {
        format!(" ({} to {})", arranged.number(low), arranged.number(high))
    });
    Some(format!("{}{total}{interval}", row.option))
}

/// "4.12 of 5" where totals begin at zero, else "4.12".
fn of_range(arranged: &Arranged<'_>, total: f64) -> String {
    let number = arranged.number(total);
    let unit = if arranged.series.unit.is_empty() {
        String::new()
    } else {
        format!(" {}", arranged.series.unit)
    };
    match arranged.series.range {
        Some([_, high]) if arranged.series.better == Better::Higher => {
            format!("{number} of {}{unit}", plain(high))
        }
        _ => format!("{number}{unit}"),
    }
}

/// Every number of the chart, criteria that were drawn together one by one.
pub(super) fn table(arranged: &Arranged<'_>) -> ChartTable {
    let series = arranged.series;
    let unit = if series.unit.is_empty() {
        String::new()
    } else {
        format!(" ({})", series.unit)
    };
    let mut columns = vec![
        "Rank".to_owned(),
        "Option".to_owned(),
        format!("{}{unit}", series.measure),
    ];
    let intervals = arranged.rows.iter().any(|row| row.interval().is_some());
    let partial = arranged.rows.iter().any(|row| row.partial());
    if intervals {
        columns.push("Could be".to_owned());
    }
    if partial {
        columns.push("Scored".to_owned());
    }
    // Not stacked: the method has no contributions to show.
    let criteria = if arranged.segments.is_empty() {
        &[]
    } else {
        series.criteria.as_slice()
    };
    columns.extend(criteria.iter().cloned());
    let rows = arranged.rows.iter().map(|row| {
        let mut cells = vec![
            rank(row.rank),
            row.option.clone(),
            row.total()
                .map_or_else(|| "–".to_owned(), |total| arranged.cell(total)),
        ];
        if intervals {
            cells.push(row.interval().map_or_else(String::new, |[low, high]| {
                format!("{} to {}", arranged.cell(low), arranged.cell(high))
            }));
        }
        if partial {
            cells.push(format!("{:.0}%", row.coverage.clamp(0.0, 1.0) * 100.0));
        }
        cells.extend(
            (0..criteria.len()).map(|criterion| match row.contributions.get(criterion) {
                Some(part) if part.is_finite() => arranged.cell(*part),
                _ => "–".to_owned(),
            }),
        );
        cells
    });
    ChartTable {
        columns,
        rows: rows.collect(),
    }
}

/// The end of a range as short as it can be: 5, 0.5.
pub(super) fn plain(number: f64) -> String {
    worded(
        number,
        (0..4)
            .find(|places| {
                worded(number, *places).trim_start_matches('−').parse() == Ok(number.abs())
            })
            .unwrap_or(4),
    )
}

pub(super) fn counted(number: usize, one: &str, many: &str) -> String {
    if number == 1 {
        format!("1 {one}")
    } else {
        format!("{number} {many}")
    }
}

pub(super) fn listed(names: &[&str]) -> String {
    match names {
        [] => String::new(),
        [one] => (*one).to_owned(),
        [most @ .., last] => format!("{} and {last}", most.join(", ")),
    }
}
