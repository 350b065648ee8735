//! What a heat-map says without being seen: its finding in sentences, its table, and the words of its key.

use super::ChartTable;
use super::heat_map_series::{HeatMapCell, HeatMapRow, HeatMapSeries};
use super::palette::Theme;
use super::ranking_words::{self, counted, listed};

/// What a heat-map without options says.
pub(super) const NOTHING: &str = "There is no option yet.";

/// The line under the title.
pub(super) fn line(theme: Theme) -> String {
    let towards_best = match theme {
        Theme::Light => "darker",
        Theme::Dark => "brighter",
    };
    format!(
        "Each option on each criterion · {towards_best} is better · first in the ranking on top"
    )
}

/// How many options or criteria the sentences name before they only count.
const NAMED: usize = 3;

/// The finding first, then what is missing.
pub(super) fn alt(series: &HeatMapSeries, rows: &[&HeatMapRow]) -> String {
    let options = counted(rows.len(), "option", "options");
    let mut sentences = vec![format!(
        "Heat-map of {options} against {}.",
        counted(series.columns.len(), "criterion", "criteria")
    )];
    if let Some(finding) = finding(series, rows) {
        sentences.insert(0, finding);
    }
    let heaviest = series
        .columns
        .iter()
        .max_by(|one, other| one.share().total_cmp(&other.share()));
    if let Some(column) = heaviest.filter(|_| series.columns.len() > 1) {
        sentences.push(format!(
            "{} weighs most, with {}.",
            column.criterion,
            percent(column.share())
        ));
    }
    let missing: Vec<String> = marks(series, rows)
        .into_iter()
        .filter(|(cell, _)| !matches!(cell, HeatMapCell::Scored { .. }))
        .map(|(_, words)| words)
        .collect();
    if !missing.is_empty() {
        let missing: Vec<&str> = missing.iter().map(String::as_str).collect();
        sentences.push(format!("Cells without a score: {}.", listed(&missing)));
    }
    sentences.join(" ")
}

/// Where the first option is best and where it is beaten.
fn finding(series: &HeatMapSeries, rows: &[&HeatMapRow]) -> Option<String> {
    let first = rows.first().filter(|row| row.rank.is_some())?;
    let mut best = Vec::new();
    let mut beaten = Vec::new();
    for (at, column) in series.columns.iter().enumerate() {
        let Some(own) = value(first.cell(at)) else {
            continue;
        };
        let others = rows[1..]
            .iter()
            .filter_map(|row| value(row.cell(at)))
            .fold(f64::MIN, f64::max);
        if own >= others {
            best.push(column.criterion.as_str());
        } else {
            beaten.push(column.criterion.as_str());
        }
    }
    if rows.len() < 2 || best.is_empty() && beaten.is_empty() {
        return None;
    }
    let part = |names: &[&str]| match names.len() {
        0..=NAMED => listed(names),
        some => format!("{some} of {} criteria", best.len() + beaten.len()),
    };
    let words = match (best.as_slice(), beaten.as_slice()) {
        (best, []) => format!("is best or level on {}", part(best)),
        ([], beaten) => format!("is beaten on {}", part(beaten)),
        (best, beaten) => format!(
            "is best or level on {} and beaten on {}",
            part(best),
            part(beaten)
        ),
    };
    Some(format!("{}, first in the ranking, {words}.", first.option))
}

fn value(cell: &HeatMapCell) -> Option<f64> {
    match cell {
        HeatMapCell::Scored { value, .. } => Some(*value).filter(|value| value.is_finite()),
        _ => None,
    }
}

/// One cell of each kind that needs explaining, with its name and number: "pending (3)".
pub(super) fn marks(series: &HeatMapSeries, rows: &[&HeatMapRow]) -> Vec<(HeatMapCell, String)> {
    let width = series.columns.len();
    let cells = || {
        rows.iter()
            .flat_map(|row| (0..width).map(|at| row.cell(at)))
    };
    let mut marks = Vec::new();
    let mut mark = |count: usize, sample: HeatMapCell, words: &str| {
        if count > 0 {
            marks.push((sample, format!("{words} ({count})")));
        }
    };
    let flagged = cells()
        .filter(|cell| matches!(cell, HeatMapCell::Scored { flag, .. } if !flag.is_empty()))
        .count();
    mark(
        cells()
            .filter(|cell| matches!(cell, HeatMapCell::Pending))
            .count(),
        HeatMapCell::Pending,
        "not scored yet",
    );
    mark(
        cells()
            .filter(|cell| matches!(cell, HeatMapCell::Abstained))
            .count(),
        HeatMapCell::Abstained,
        "abstained",
    );
    let mut states: Vec<&str> = cells()
        .filter_map(|cell| match cell {
            HeatMapCell::Unusable { state } => Some(state.as_str()),
            _ => None,
        })
        .collect();
    let unusable = states.len();
    states.sort_unstable();
    states.dedup();
    mark(
        unusable,
        HeatMapCell::Unusable {
            state: String::new(),
        },
        &states.join(", "),
    );
    mark(
        flagged,
        HeatMapCell::Scored {
            value: 0.5,
            label: String::new(),
            flag: "see".into(),
        },
        "noteworthy",
    );
    marks
}

/// "4, out of range" or "abstained".
pub(super) fn in_words(cell: &HeatMapCell) -> String {
    match cell {
        HeatMapCell::Scored { label, flag, .. } if flag.is_empty() => label.clone(),
        HeatMapCell::Scored { label, flag, .. } => format!("{label}, {flag}"),
        HeatMapCell::Pending => "not scored yet".to_owned(),
        HeatMapCell::Abstained => "abstained".to_owned(),
        HeatMapCell::Unusable { state } => state.clone(),
    }
}

pub(super) fn table(series: &HeatMapSeries, rows: &[&HeatMapRow]) -> ChartTable {
    let totals = rows.iter().any(|row| !row.total.is_empty());
    let mut columns = vec!["Rank".to_owned(), "Option".to_owned()];
    columns.extend(
        series
            .columns
            .iter()
            .map(|column| format!("{}, weight {}", column.head(), percent(column.weight))),
    );
    if totals {
        columns.push("Total".to_owned());
    }
    let rows = rows.iter().map(|row| {
        let mut cells = vec![ranking_words::rank(row.rank), row.option.clone()];
        cells.extend((0..series.columns.len()).map(|at| in_words(row.cell(at))));
        if totals {
            cells.push(row.total.clone());
        }
        cells
    });
    ChartTable {
        columns,
        rows: rows.collect(),
    }
}

/// "24%"; one decimal below ten percent where it says something.
pub(super) fn percent(share: f64) -> String {
    let percent = share * 100.0;
    if percent < 9.95 && (percent - percent.round()).abs() > 0.05 {
        format!("{percent:.1}%")
    } else {
        format!("{percent:.0}%")
    }
}
