//! How a ranking reads in a terminal: the table, what may be said of the first place, and what must be known to read it.

use std::collections::BTreeMap;

use engine::{Answer, Better, CellState};

use crate::printable::{printable, printable_lines};
use crate::table::Table;

/// The ranking in words.
pub fn words(answer: &Answer) -> String {
    let mut words = format!("{}\n\n{}", printable(&answer.topic), table(answer));
    words.push_str(&verdict(answer));
    for out in &answer.screened_out {
        words.push_str(&printable(&format!(
            "Screened out: {}, {}: {}",
            out.option, out.criterion, out.why
        )));
        words.push('\n');
    }
    words.push_str(&missing(answer));
    for note in &answer.notes {
        words.push_str(&printable(&format!("Note: {note}")));
        words.push('\n');
    }
    words
}

/// What was ranked and by which rules, for `-v`.
pub fn rules(answer: &Answer) -> String {
    let normalisation = answer
        .normalisation
        .map(|how| format!(", normalised by {how}"))
        .unwrap_or_default();
    let options = answer.ranking.len() + answer.screened_out.len();
    let criteria = answer.weights.len();
    let mut words = format!(
        "{options} options × {criteria} criteria, by {}{normalisation}; missing cells: {}\nWeights:",
        answer.method,
        answer.missing.as_str(),
    );
    let names: BTreeMap<_, _> = answer
        .cells
        .iter()
        .map(|cell| (&cell.criterion_id, &cell.criterion))
        .collect();
    for cell in answer.cells.iter().take(criteria) {
        let share = answer
            .weights
            .get(&cell.criterion_id)
            .copied()
            .unwrap_or_default();
        let name = names
            .get(&cell.criterion_id)
            .map_or("", |name| name.as_str());
        words.push_str(&format!("\n  {} {}", printable(name), percent(share)));
    }
    words
}

/// Cells that are neither scored nor abstained, of the options that are ranked.
pub fn open_cells(answer: &Answer) -> impl Iterator<Item = (&str, &str)> {
    let open = answer.cells.iter().filter(|cell| {
        !matches!(cell.state, CellState::Scored | CellState::Abstained)
            && !answer
                .screened_out
                .iter()
                .any(|out| out.option_id == cell.option_id)
    });
    open.map(|cell| (cell.option.as_str(), cell.criterion.as_str()))
}

fn table(answer: &Answer) -> String {
    if answer.ranking.is_empty() {
        return "No option is left to rank.\n".into();
    }
    let scored = answer.ranking.iter().any(|ranked| ranked.score.is_some());
    let whole = answer.ranking.iter().all(|ranked| ranked.coverage >= 1.0);
    let mut heads = vec!["Rank", "Option"];
    // A column without a number says nothing, and neither does one that says 100% everywhere.
    if scored {
        heads.push(if answer.better == Better::Lower {
            "Score, less is better"
        } else {
            "Score"
        });
    }
    if !whole {
        heads.push("Scored");
    }
    let mut table = Table::new(&heads);
    table.right(&[0, 2, 3]);
    let digits = digits(answer);
    for ranked in &answer.ranking {
        let mut row = vec![ranked.rank.to_string(), ranked.option.clone()];
        if scored {
            row.push(match (ranked.score, ranked.interval) {
                (_, Some([low, high])) if high - low > 1e-9 => {
                    format!("{low:.digits$} to {high:.digits$}")
                }
                (Some(score), _) => format!("{score:.digits$}"),
                (None, _) => "–".into(),
            });
        }
        if !whole {
            row.push(percent(ranked.coverage));
        }
        table.row(row);
    }
    format!("{table}\n")
}

/// Two decimals, and as many more as it takes to tell different scores apart, up to six.
fn digits(answer: &Answer) -> usize {
    let differ = |digits: &usize| {
        answer
            .ranking
            .windows(2)
            .all(|pair| match (pair[0].score, pair[1].score) {
                (Some(one), Some(other)) if pair[0].rank != pair[1].rank => {
                    format!("{one:.digits$}") != format!("{other:.digits$}")
                }
                _ => true,
            })
    };
    (2..=6).find(differ).unwrap_or(6)
}

fn verdict(answer: &Answer) -> String {
    let [low, high] = answer.score_range.map(rounded);
    let mut words = match (&answer.winner, &answer.close_race) {
        (_, Some(race)) => format!("No winner: a close race. {}.\n", race.because),
        (Some(winner), None) => match answer.margin {
            Some(margin) => {
                format!(
                    "First: {winner}, {} ahead on a scale of {low} to {high}.\n",
                    lead(margin)
                )
            }
            None => format!("First: {winner}.\n"),
        },
        (None, None) if answer.ranking.is_empty() => String::new(),
        (None, None) => {
            "No winner yet: the missing scores can still change the first place.\n".into()
        }
    };
    if let (Some(flip), None) = (&answer.smallest_flip, &answer.close_race) {
        words.push_str(&format!(
            "Smallest change that would move the first place: {flip}.\n"
        ));
    }
    printable_lines(&words)
}

fn missing(answer: &Answer) -> String {
    const NAMED: usize = 4;
    let open: Vec<_> = open_cells(answer).collect();
    let have = match open.len() {
        0 => return String::new(),
        1 => "1 cell has no score yet".into(),
        all if all == answer.cells.len() => "No cell has a score yet".into(),
        some => format!("{some} of {} cells have no score yet", answer.cells.len()),
    };
    if open.len() > NAMED {
        return format!("{have}.\n");
    }
    let named: Vec<String> = open
        .iter()
        .map(|(option, criterion)| format!("{option} × {criterion}"))
        .collect();
    printable(&format!("{have}: {}.", named.join("; "))) + "\n"
}

/// A lead with as many decimals as it takes to be more than nothing, from two to six.
fn lead(margin: f64) -> String {
    let shows = |digits: &usize| margin * 10f64.powi(i32::try_from(*digits).unwrap_or(6)) >= 0.5;
    let digits = if margin == 0.0 {
        2
    } else {
        (2..=6).find(shows).unwrap_or(6)
    };
    format!("{margin:.digits$}")
}

fn rounded(end: f64) -> f64 {
    (end * 100.0).round() / 100.0
}

/// A share in percent, with a decimal only where it says something.
pub fn percent(share: f64) -> String {
    let text = format!("{:.1}", share * 100.0);
    format!("{}%", text.strip_suffix(".0").unwrap_or(&text))
}
