//! How long it takes to write the prompts of 300 cells and to read replies, beside the least such work can take in the same run:
//! copying the prompts, and parsing the JSON into a type. Prints `name | figure | limit | ratio | goal | verdict`; a miss of the
//! goal fails the run.
#![allow(clippy::print_stdout, reason = "a benchmark's figures are its output")]

use std::hint::black_box;
use std::process::ExitCode;
use std::time::Instant;

use decision::judge::{CriterionPrompt, cell_prompt, read_reply};
use decision::{Criterion, CriterionId, Decision, DecisionOption, Evidence, Level, OptionId};

const OPTIONS: u32 = 20;
const CRITERIA: u32 = 15;
const HUGE: usize = 10_000_000;

#[derive(serde::Deserialize)]
#[allow(dead_code, reason = "only the parsing of the fields is timed")]
struct Contract {
    justification: String,
    evidence: Vec<Piece>,
    memory: bool,
    status: String,
    score: Option<f64>,
}

#[derive(serde::Deserialize)]
#[allow(dead_code, reason = "only the parsing of the fields is timed")]
struct Piece {
    source: String,
    quote: String,
}

fn main() -> ExitCode {
    let decision = sample();
    let prompts: Vec<_> = cells()
        .map(|(option, criterion)| cell_prompt(&decision, option, criterion))
        .collect();
    let bytes = |text: fn(&decision::judge::CellPrompt) -> usize| {
        prompts.iter().map(text).sum::<usize>() / prompts.len()
    };
    println!(
        "a prompt: {} bytes for all options of a criterion, {} for the option, {} of schema",
        bytes(|p| p.stable.len()),
        bytes(|p| p.cell.len()),
        bytes(|p| p.schema.to_string().len())
    );
    let copied = median(|| {
        let copies = prompts.iter().map(|p| (p.stable.clone(), p.cell.clone()));
        copies
            .map(|(stable, cell)| stable.len() + cell.len())
            .sum::<usize>()
    });
    let one_by_one = median(|| {
        let asked = cells().map(|(option, criterion)| cell_prompt(&decision, option, criterion));
        asked.map(|p| p.stable.len() + p.cell.len()).sum::<usize>()
    });
    let by_column = median(|| {
        let columns = (0..decision.criteria.len()).map(|c| CriterionPrompt::of(&decision, c));
        let column = |p: CriterionPrompt<'_>| {
            let cells = (0..decision.options.len()).map(|option| p.cell(option).len());
            p.stable.len() + cells.sum::<usize>()
        };
        columns.map(column).sum::<usize>()
    });

    let reply = r#"{"justification":"The survey has eight of nine engineers productive on the first day, and the guide that ships with it covers the rest. Nothing speaks of larger teams.","evidence":[{"source":"survey 2026 p. 0","quote":"8 of 9 had it running in a day, and the ninth in two"},{"source":"vendor.pdf p. 3","quote":"ships with a guide"}],"memory":false,"status":"scored","score":4}"#;
    let parsed = median(|| serde_json::from_str::<Contract>(black_box(reply)).is_ok());
    let fenced = format!("Here is my judgement:\n```json\n{reply}\n```\n");
    let read = |raw: &str| read_reply(black_box(raw), &decision, 0, 0, false).score;
    let typical = median(|| read(&fenced));

    let long = format!("{}{reply}", "x ".repeat(HUGE / 2));
    let storm = "{\"score\":".repeat(HUGE / 9);
    let braces = "{".repeat(HUGE);
    let scanned = once(|| black_box(&braces).bytes().filter(|b| *b == b'}').count());
    let prose = once(|| read(&long));
    let storm = once(|| read(&storm));
    let braces = once(|| read(&braces));

    println!("name | figure | limit | ratio | goal | verdict");
    let met = [
        line(
            "prompts of 300 cells, one by one",
            one_by_one,
            copied,
            Some(10e6),
        ),
        line(
            "prompts of 300 cells, by column",
            by_column,
            copied,
            Some(5e6),
        ),
        line(
            "a reply in a fence, quotes looked up",
            typical,
            parsed,
            Some(100e3),
        ),
        line("a reply after 10 MB of prose", prose, scanned, Some(500e6)),
        line(
            "10 MB of judgements that never end",
            storm,
            scanned,
            Some(1e9),
        ),
        line("10 MB of opening braces", braces, scanned, Some(1e9)),
    ];
    if met.into_iter().all(|met| met) {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

fn cells() -> impl Iterator<Item = (usize, usize)> {
    let of = |n: u32| 0..usize::try_from(n).unwrap_or(0);
    of(OPTIONS).flat_map(move |option| of(CRITERIA).map(move |criterion| (option, criterion)))
}

fn line(name: &str, figure: f64, limit: f64, goal: Option<f64>) -> bool {
    let met = goal.is_none_or(|goal| figure <= goal);
    let goal = goal.map_or("–".to_owned(), |goal| format!("≤ {}", time(goal)));
    let verdict = if met { "met" } else { "missed" };
    println!(
        "{name} | {} | {} | {:.1} | {goal} | {verdict}",
        time(figure),
        time(limit),
        figure / limit
    );
    met
}

fn time(nanoseconds: f64) -> String {
    if nanoseconds < 1e6 {
        format!("{:.2} µs", nanoseconds / 1e3)
    } else {
        format!("{:.2} ms", nanoseconds / 1e6)
    }
}

/// The time of one call in nanoseconds.
fn once<T>(work: impl FnOnce() -> T) -> f64 {
    let start = Instant::now();
    black_box(work());
    start.elapsed().as_secs_f64() * 1e9
}

/// The median time of one call in nanoseconds.
fn median<T>(mut work: impl FnMut() -> T) -> f64 {
    const ROUNDS: usize = 201;
    let mut times: Vec<f64> = (0..ROUNDS).map(|_| once(&mut work)).collect();
    times.sort_by(f64::total_cmp);
    times[ROUNDS / 2]
}

/// A decision with texts of the length that people write.
fn sample() -> Decision {
    let mut decision = Decision::empty("Which database for the ledger?");
    decision.context =
        "Two engineers, no on-call, append-only writes at 40 per second, audits twice a year. "
            .repeat(4);
    for i in 0..CRITERIA {
        let mut criterion = Criterion::new(CriterionId(format!("c{i}")), format!("Criterion {i}"));
        criterion.description =
            "How fast a new engineer gets productive without asking the others.".into();
        for (level, line) in [
            (0.0, "unusable without a specialist"),
            (3.0, "a week of reading"),
            (5.0, "an afternoon"),
        ] {
            criterion.rubric.insert(Level(level), line.into());
        }
        decision.criteria.push(criterion);
    }
    for i in 0..OPTIONS {
        let mut option = DecisionOption::new(OptionId(format!("o{i}")), format!("Option {i}"));
        option.description =
            "A relational database with row-level security and logical replication. ".repeat(3);
        for c in 0..CRITERIA {
            option.evidence.push(Evidence {
                source: format!("survey 2026 p. {c}"),
                quote: "8 of 9 had it running in a day, and the ninth in two".into(),
                criterion: Some(CriterionId(format!("c{c}"))),
            });
        }
        option.evidence.push(Evidence {
            source: "vendor.pdf p. 3".into(),
            quote: "ships with a guide".into(),
            criterion: None,
        });
        decision.options.push(option);
    }
    let rows = decision.options.len();
    decision.cells = vec![vec![decision::Cell::default(); decision.criteria.len()]; rows];
    decision
}
