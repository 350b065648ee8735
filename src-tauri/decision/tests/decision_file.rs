//! The decision file from text to ranking and back.

use decision::{
    CellState, Direction, HandScore, Kind, Method, MissingPolicy, ScoreTable, answer, from_json,
    from_toml, to_json, to_toml,
};

const LEDGER: &str = r#"
ponder = 1
topic = "Which database for the ledger?"
context = "Two people run it."
notes = "Asked for by finance."
method = "weighted_sum"
missing = "bounds"
scale = { min = 0, max = 5 }
judge = { backend = "ollama", model = "small", temperature = 0.0, samples = 1 }
x-ticket = { key = "LED-1", tags = ["a", 2] }

[[criteria]]
id = "cost"
name = "Monthly cost"
weight = 3.0
direction = "cost"
kind = "measured"
unit = "USD"
range = [0, 500]
must = "<= 450"
group = "Operations"
note = "List prices."

[[criteria]]
name = "Latency"
weight = 2
direction = "cost"
kind = "measured"
unit = "ms"
points = [[0, 1.0], [200, 0.8], [500, 0.0]]
preference = { type = "linear", q = 5, p = 50 }

[[criteria]]
name = "Ease of use"
rubric = { 0 = "unusable", 3 = "good", 5 = "best in class" }
judge = { model = "large" }

[[options]]
name = "PostgreSQL"
description = "Elephant."
values = { "Monthly cost" = 120, "latency" = 9 }
scores = { "Ease of use" = 4 }
notes = { "Ease of use" = "We know it." }
evidence = [{ source = "vendor.pdf p. 3", quote = "from 120", criterion = "Monthly cost" }]

[[options]]
name = "SQLite"
values = { "Monthly cost" = 0, "Latency" = 3 }
scores = { "Ease of use" = "abstain" }
before_edit = ["Ease of use"]

[[options]]
name = "Spanner"
values = { "Monthly cost" = 900, "Latency" = 20 }
"#;

#[test]
fn every_field_of_the_format_is_read() {
    let loaded = from_toml(LEDGER).unwrap();
    let decision = &loaded.decision;
    assert_eq!(decision.method, Method::WeightedSum);
    assert_eq!(decision.missing, MissingPolicy::Bounds);
    assert_eq!(decision.judge.as_ref().unwrap().temperature, Some(0.0));
    assert_eq!(decision.extra["x-ticket"]["tags"][1], 2);
    let cost = &decision.criteria[0];
    assert_eq!(
        (cost.id.as_str(), cost.kind, cost.direction),
        ("cost", Kind::Measured, Direction::Cost)
    );
    assert_eq!(cost.must.unwrap().to_string(), "<= 450");
    assert_eq!(decision.criteria[2].rubric.len(), 3);
    assert_eq!(
        decision.criteria[2]
            .judge
            .as_ref()
            .unwrap()
            .model
            .as_deref(),
        Some("large")
    );
    assert_eq!(decision.cells[0][1].value, Some(9.0));
    assert_eq!(decision.cells[0][2].note, "We know it.");
    assert_eq!(decision.cells[1][2].score, Some(HandScore::Abstain));
    assert!(decision.cells[1][2].before_edit);
    assert_eq!(
        decision.options[0].evidence[0]
            .criterion
            .as_ref()
            .unwrap()
            .as_str(),
        "cost"
    );
    let warned: Vec<_> = loaded
        .warnings
        .iter()
        .map(|w| (w.field.as_str(), w.line))
        .collect();
    assert_eq!(warned, [("criteria[2].weight", Some(33))]);
}

#[test]
fn a_file_reads_back_as_the_same_decision_in_both_formats() {
    let decision = from_toml(LEDGER).unwrap().decision;
    assert_eq!(from_toml(&to_toml(&decision)).unwrap().decision, decision);
    assert_eq!(from_json(&to_json(&decision)).unwrap().decision, decision);
}

#[test]
fn the_answer_names_what_was_ranked_and_what_was_screened_out() {
    let decision = from_toml(LEDGER).unwrap().decision;
    let table = ScoreTable::from_given(&decision);
    let answer = answer(&decision, &table).unwrap();
    let order: Vec<_> = answer
        .ranking
        .iter()
        .map(|r| (r.option.as_str(), r.rank))
        .collect();
    assert_eq!(order, [("SQLite", 1), ("PostgreSQL", 2)]);
    assert_eq!(answer.screened_out[0].option, "Spanner");
    assert_eq!(answer.screened_out[0].why, "900 USD is not <= 450");
    assert_eq!(
        answer.winner, None,
        "SQLite's interval reaches down to PostgreSQL's score"
    );
    assert_eq!(answer.ranking[0].interval.map(|i| i[1] > i[0]), Some(true));
    assert_eq!(answer.cells[5].state, CellState::Abstained);
    assert_eq!(answer.score_range, [0.0, 5.0]);
}

#[test]
fn what_is_kept_but_not_used_is_told() {
    let text = LEDGER
        .replace(
            "range = [0, 500]",
            "range = [0, 500]\npoints = [[0, 0.0], [500, 1.0]]",
        )
        .replace(
            "scores = { \"Ease of use\" = 4 }",
            "scores = { \"Ease of use\" = 4, Latency = 3 }",
        )
        .replace(
            "x-ticket = { key = \"LED-1\", tags = [\"a\", 2] }",
            "x-when = 2026-11-21\nx-odd = [nan]",
        );
    let loaded = from_toml(&text).unwrap();
    let fields: Vec<_> = loaded.warnings.iter().map(|w| w.field.as_str()).collect();
    assert_eq!(
        fields,
        [
            "criteria[0].range",
            "criteria[0].direction",
            "options[0].scores.Latency",
            "criteria[2].weight"
        ]
    );
    assert_eq!(loaded.decision.extra["x-when"], "2026-11-21");
    assert_eq!(loaded.decision.extra["x-odd"][0], "NaN");
}
