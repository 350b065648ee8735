//! How long a ranking of 50 options × 25 criteria takes, beside the least such work can take: the same weighted sum and sort over
//! dense numbers, in the same run. Prints `name | figure | limit | ratio | goal | verdict`; a miss of the goal fails the run.
#![allow(clippy::print_stdout, reason = "a benchmark's figures are its output")]

use std::hint::black_box;
use std::process::ExitCode;
use std::time::Instant;

use decision::{
    Cell, Criterion, CriterionId, Decision, DecisionOption, Direction, HandScore, Kind, OptionId,
    ScoreTable, answer, rank,
};

const OPTIONS: u32 = 50;
const CRITERIA: u32 = 25;
/// What issue and architecture promise, in nanoseconds.
const GOAL: f64 = 3_000.0;

fn main() -> ExitCode {
    let decision = sample();
    let (numbers, weights) = dense(&decision);
    let limit = median(|| bare(black_box(&numbers), black_box(&weights)));
    let ranked = median(|| {
        let decision = black_box(&decision);
        rank(decision, &ScoreTable::from_given(decision)).map(|ranking| ranking.placed.len())
    });
    let table = ScoreTable::from_given(&decision);
    let filled = median(|| ScoreTable::from_given(black_box(&decision)).options());
    let reranked = median(|| {
        rank(black_box(&decision), black_box(&table)).map(|ranking| ranking.placed.len())
    });
    let answered =
        median(|| answer(black_box(&decision), black_box(&table)).map(|answer| answer.cells.len()));

    println!("name | figure | limit | ratio | goal | verdict");
    let met = line("rank 50×25 from the model", ranked, limit, Some(GOAL));
    line("  of it: the score table", filled, limit, None);
    line("  of it: values, totals, sort", reranked, limit, None);
    line(
        "the whole answer, with names and words",
        answered,
        limit,
        None,
    );
    if met {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

fn line(name: &str, figure: f64, limit: f64, goal: Option<f64>) -> bool {
    let met = goal.is_none_or(|goal| figure <= goal);
    let goal_words = goal.map_or("–".to_owned(), |goal| format!("≤ {}", time(goal)));
    let verdict = match goal {
        None => "for information",
        Some(_) if met => "met",
        Some(_) => "missed",
    };
    println!(
        "{name} | {} | {} | {:.1} | {goal_words} | {verdict}",
        time(figure),
        time(limit),
        figure / limit
    );
    met
}

fn time(nanoseconds: f64) -> String {
    format!("{:.2} µs", nanoseconds / 1e3)
}

/// The median time of one call in nanoseconds, over rounds long enough for the clock.
fn median<T>(mut work: impl FnMut() -> T) -> f64 {
    const ROUNDS: usize = 301;
    const ROUND_SECONDS: f64 = 5e-4;
    let start = Instant::now();
    black_box(work());
    let mut calls = 1_u32;
    while start.elapsed().as_secs_f64() < ROUND_SECONDS {
        black_box(work());
        calls += 1;
    }
    let mut rounds: Vec<f64> = (0..ROUNDS)
        .map(|_| {
            let start = Instant::now();
            for _ in 0..calls {
                black_box(work());
            }
            start.elapsed().as_secs_f64() * 1e9 / f64::from(calls)
        })
        .collect();
    rounds.sort_by(f64::total_cmp);
    rounds[ROUNDS / 2]
}

/// The least that has to be done: a weighted sum of each row and a sort of the sums.
fn bare(numbers: &[f64], weights: &[f64]) -> usize {
    let sums = numbers
        .chunks_exact(weights.len())
        .map(|row| row.iter().zip(weights).map(|(x, w)| x * w).sum::<f64>());
    let mut order: Vec<(f64, usize)> = sums.zip(0..).collect();
    order.sort_unstable_by(|a, b| b.0.total_cmp(&a.0));
    order[0].1
}

fn dense(decision: &Decision) -> (Vec<f64>, Vec<f64>) {
    let number = |cell: &Cell| match (cell.value, cell.score) {
        (Some(x), _) | (_, Some(HandScore::Score(x))) => x,
        _ => 0.0,
    };
    let numbers = decision.cells.iter().flatten().map(number).collect();
    (
        numbers,
        decision.criteria.iter().map(|c| c.weight).collect(),
    )
}

/// A full decision with every kind of criterion, both directions, given ranges, points and ranges found in the data.
fn sample() -> Decision {
    let mut decision = Decision::empty("Which supplier?");
    for c in 0..CRITERIA {
        let mut criterion = Criterion::new(CriterionId(format!("c{c}")), format!("Criterion {c}"));
        criterion.weight = f64::from(1 + c % 7);
        criterion.direction = if c % 3 == 0 {
            Direction::Cost
        } else {
            Direction::Benefit
        };
        criterion.kind = [Kind::Measured, Kind::Judged, Kind::Manual][c as usize % 3];
        criterion.range = (c % 2 == 0).then_some([0.0, 1000.0]);
        criterion.points = (c == 9).then(|| vec![[0.0, 1.0], [300.0, 0.8], [1000.0, 0.0]]);
        decision.criteria.push(criterion);
    }
    let mut state = 7_u32;
    for o in 0..OPTIONS {
        decision.options.push(DecisionOption::new(
            OptionId(format!("o{o}")),
            format!("Supplier {o}"),
        ));
        let row = (0..CRITERIA as usize).map(|c| {
            // Any fixed spread of numbers will do.
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let spread = f64::from(state >> 8) / f64::from(1 << 24);
            let mut cell = Cell::default();
            match decision.criteria[c].kind {
                Kind::Measured => cell.value = Some(1000.0 * spread),
                _ => cell.score = Some(HandScore::Score((6.0 * spread).floor())),
            }
            cell
        });
        let row = row.collect();
        decision.cells.push(row);
    }
    decision
}
