//! What an answer says: totals under each policy, ties, close races, knock-outs, and who may be called the winner.
#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "a broken expectation is a failed test"
)]

use decision::answer::CellFlag;
use decision::{
    Answer, CellState, Decision, JudgedCell, ProblemCode, ScoreTable, Source, answer, from_toml,
    preview, trace_cell,
};

/// A decision from a few lines: top fields, criteria as `name|fields`, options as `name|fields`.
fn decision(top: &str, criteria: &[&str], options: &[&str]) -> Decision {
    let table = |kind: &str, line: &&str| {
        let (name, fields) = line.split_once('|').unwrap();
        format!(
            "[[{kind}]]\nname = \"{name}\"\n{}\n",
            fields.replace(';', "\n")
        )
    };
    let criteria: String = criteria
        .iter()
        .map(|line| table("criteria", line))
        .collect();
    let options: String = options.iter().map(|line| table("options", line)).collect();
    from_toml(&format!("topic = \"T\"\n{top}\n{criteria}{options}"))
        .unwrap()
        .decision
}

fn answered(decision: &Decision) -> Answer {
    answer(decision, &ScoreTable::from_given(decision)).unwrap()
}

fn scores(answer: &Answer) -> Vec<(&str, f64)> {
    answer
        .ranking
        .iter()
        .map(|r| {
            (
                r.option.as_str(),
                (r.score.unwrap() * 100.0).round() / 100.0,
            )
        })
        .collect()
}

const TEN: &str = "scale = { min = 0, max = 10 }";

#[test]
fn an_abstention_is_left_out_of_a_renormalised_total() {
    let decision = decision(
        &format!("{TEN}\nmissing = 'renormalise'"),
        &[
            "X|weight = 2;kind = 'manual'",
            "Y|weight = 1;kind = 'manual'",
            "Z|weight = 1;kind = 'manual'",
        ],
        &[
            "A|scores = { X = 8, Y = 6, Z = 'abstain' }",
            "B|scores = { X = 1, Y = 1, Z = 1 }",
        ],
    );
    let answer = answered(&decision);
    assert_eq!(scores(&answer), [("A", 7.33), ("B", 1.0)]);
    assert_eq!(answer.ranking[0].coverage, 0.75);
    assert!(
        answer
            .notes
            .iter()
            .any(|note| note.contains("counts for nothing")),
        "{:?}",
        answer.notes
    );
}

#[test]
fn a_scale_that_does_not_begin_at_zero_keeps_its_own_units() {
    let decision = decision(
        "scale = { min = 1, max = 5 }",
        &["X|weight = 1", "Y|weight = 3"],
        &["A|scores = { X = 5, Y = 1 }", "B|scores = { X = 1, Y = 5 }"],
    );
    let answer = answered(&decision);
    assert_eq!(scores(&answer), [("B", 4.0), ("A", 2.0)]);
    assert_eq!(answer.score_range, [1.0, 5.0]);
    assert_eq!(answer.ranking[0].contributions, [0.0, 3.0]);
}

#[test]
fn equal_totals_share_a_rank_and_have_no_winner() {
    let decision = decision(
        TEN,
        &[
            "X|weight = 1;kind = 'measured';range = [0, 10]",
            "Y|weight = 1;kind = 'measured';range = [0, 10]",
        ],
        &[
            "A|values = { X = 9, Y = 1 }",
            "B|values = { X = 1, Y = 9 }",
            "C|values = { X = 2, Y = 2 }",
        ],
    );
    let answer = answered(&decision);
    let ranks: Vec<_> = answer
        .ranking
        .iter()
        .map(|r| (r.option.as_str(), r.rank))
        .collect();
    assert_eq!(ranks, [("A", 1), ("B", 1), ("C", 3)]);
    assert_eq!(answer.winner, None);
    let race = answer.close_race.unwrap();
    assert_eq!(
        (race.rivals.as_slice(), race.because.as_str()),
        (
            ["A".to_owned(), "B".to_owned()].as_slice(),
            "A and B have the same score"
        )
    );
}

#[test]
fn no_winner_is_named_where_one_level_of_one_judgement_decides() {
    let criteria = ["Ease|weight = 1", "Care|weight = 1"];
    let close = decision(
        "",
        &criteria,
        &[
            "A|scores = { Ease = 4, Care = 4 }",
            "B|scores = { Ease = 3, Care = 4 }",
        ],
    );
    let answer = answered(&close);
    assert_eq!(answer.winner, None);
    assert!((answer.margin.unwrap() - 0.5).abs() < 1e-12);
    assert_eq!(answer.close_race.unwrap().rivals, ["A", "B"]);
    let weighty = ["Ease|weight = 1", "Care|weight = 2"];
    let clear = decision(
        "",
        &weighty,
        &[
            "A|scores = { Ease = 5, Care = 5 }",
            "B|scores = { Ease = 3, Care = 2 }",
        ],
    );
    let answer = answered(&clear);
    assert_eq!(answer.winner.as_deref(), Some("A"));
    assert_eq!(answer.close_race, None);
    assert_eq!(
        answer.smallest_flip.as_deref(),
        Some("Care of A from 5 to 1")
    );
}

#[test]
fn a_race_of_measured_numbers_only_is_close_only_when_it_is_a_tie() {
    let decision = decision(
        "",
        &["Cost|weight = 1;kind = 'measured';direction = 'cost';range = [0, 100]"],
        &["A|values = { Cost = 50.0 }", "B|values = { Cost = 50.1 }"],
    );
    let answer = answered(&decision);
    assert_eq!(answer.winner.as_deref(), Some("A"));
    assert_eq!(
        answer.smallest_flip.as_deref(),
        Some("Cost of A from 50 to 50.1")
    );
}

#[test]
fn there_is_no_winner_while_intervals_overlap() {
    let criteria = [
        "X|weight = 1;kind = 'measured';range = [0, 10]",
        "Y|weight = 1;kind = 'measured';range = [0, 10]",
    ];
    let open = decision(
        TEN,
        &criteria,
        &["A|values = { X = 9 }", "B|values = { X = 5, Y = 3 }"],
    );
    let answer = answered(&open);
    assert_eq!(answer.ranking[0].interval, Some([4.5, 9.5]));
    assert_eq!(answer.ranking[1].interval, None);
    assert_eq!(
        answer.winner.as_deref(),
        Some("A"),
        "A is at least 4.5, B exactly 4"
    );
    let overlapping = decision(
        TEN,
        &criteria,
        &["A|values = { X = 9 }", "B|values = { X = 5, Y = 4 }"],
    );
    assert_eq!(answered(&overlapping).winner, None);
}

#[test]
fn nothing_scored_is_no_winner_under_any_policy() {
    for policy in ["bounds", "renormalise", "neutral"] {
        let decision = decision(
            &format!("missing = '{policy}'"),
            &["X|weight = 1"],
            &["A|", "B|scores = { X = 1 }"],
        );
        let mut empty = decision.clone();
        empty.cells[1][0].score = None;
        let answer = answered(&empty);
        assert_eq!(
            (answer.winner, answer.close_race, answer.coverage),
            (None, None, 0.0),
            "{policy}"
        );
        // Neutral puts the unscored A above B; it is no winner for that.
        assert_ne!(answered(&decision).winner.as_deref(), Some("A"), "{policy}");
    }
}

#[test]
fn refuse_names_the_missing_cells() {
    let decision = decision(
        "missing = 'refuse'",
        &["X|weight = 1"],
        &["A|scores = { X = 'abstain' }", "B|scores = { X = 1 }"],
    );
    let problems = answer(&decision, &ScoreTable::from_given(&decision)).unwrap_err();
    assert_eq!(
        (problems[0].code, problems[0].field.as_str()),
        (ProblemCode::MissingScores, "cells[0][0]")
    );
    assert!(problems[0].message.contains("\"X\" of \"A\" is missing"));
}

#[test]
fn a_screened_out_option_is_shown_and_does_not_stretch_the_range() {
    let decision = decision(
        "",
        &["Cost|weight = 1;kind = 'measured';direction = 'cost';unit = 'USD';must = '<= 450'"],
        &[
            "A|values = { Cost = 100 }",
            "B|values = { Cost = 430 }",
            "C|values = { Cost = 9000 }",
        ],
    );
    let answer = answered(&decision);
    assert_eq!(scores(&answer), [("A", 5.0), ("B", 0.0)]);
    assert_eq!(answer.screened_out[0].why, "9000 USD is not <= 450");
    assert!(
        answer
            .notes
            .contains(&"range of Cost found in the data: 100–430 USD".to_owned()),
        "{:?}",
        answer.notes
    );
    assert_eq!(answer.cells[1].flags, [CellFlag::NearLimit]);
    assert_eq!(answer.cells[2].flags, [CellFlag::OutOfRange]);
}

#[test]
fn values_out_of_range_are_held_at_the_end_and_flagged() {
    let decision = decision(
        "",
        &["Cost|weight = 1;kind = 'measured';direction = 'cost';range = [0, 100]"],
        &["A|values = { Cost = -5 }", "B|values = { Cost = 120 }"],
    );
    let answer = answered(&decision);
    assert_eq!(scores(&answer), [("A", 5.0), ("B", 0.0)]);
    assert!(
        answer
            .cells
            .iter()
            .all(|cell| cell.flags == [CellFlag::OutOfRange])
    );
}

#[test]
fn a_criterion_that_is_equal_everywhere_says_that_it_tells_nothing_apart() {
    let decision = decision(
        "",
        &["Seats|weight = 1;kind = 'measured'", "Ease|weight = 1"],
        &[
            "A|values = { Seats = 4 };scores = { Ease = 5 }",
            "B|values = { Seats = 4 };scores = { Ease = 0 }",
        ],
    );
    let answer = answered(&decision);
    assert_eq!(scores(&answer), [("A", 3.75), ("B", 1.25)]);
    assert!(
        answer.notes[0].starts_with("Seats is 4 everywhere"),
        "{:?}",
        answer.notes
    );
}

#[test]
fn raw_numbers_are_ranked_by_the_normalisation_that_is_asked_for() {
    // Triantaphyllou (2000): the sum ties A2 and A3, the product puts A1 first.
    let numbers = [[25, 20, 15, 30], [10, 30, 20, 30], [30, 10, 30, 10]];
    let criteria: Vec<String> = [("C1", 0.2), ("C2", 0.15), ("C3", 0.4), ("C4", 0.25)]
        .iter()
        .map(|(n, w)| format!("{n}|weight = {w};kind = 'measured'"))
        .collect();
    let criteria: Vec<&str> = criteria.iter().map(String::as_str).collect();
    let options: Vec<String> = numbers
        .iter()
        .enumerate()
        .map(|(i, [a, b, c, d])| {
            format!(
                "A{}|values = {{ C1 = {a}, C2 = {b}, C3 = {c}, C4 = {d} }}",
                i + 1
            )
        })
        .collect();
    let options: Vec<&str> = options.iter().map(String::as_str).collect();
    let sum = answered(&decision("normalisation = 'none'", &criteria, &options));
    assert_eq!(scores(&sum), [("A2", 22.0), ("A3", 22.0), ("A1", 21.5)]);
    let ranks: Vec<_> = sum.ranking.iter().map(|r| r.rank).collect();
    assert_eq!(ranks, [1, 1, 3]);
    let product = answered(&decision(
        "method = 'weighted_product'\nnormalisation = 'none'",
        &criteria,
        &options,
    ));
    assert_eq!(
        scores(&product),
        [("A1", 20.63), ("A2", 20.48), ("A3", 19.33)]
    );
}

#[test]
fn a_models_judgement_fills_what_no_hand_gave() {
    let decision = decision(
        "",
        &["X|weight = 1", "Y|weight = 1;kind = 'manual'"],
        &["A|scores = { X = 2 }", "B|"],
    );
    let mut table = ScoreTable::from_given(&decision);
    let scored = |score| JudgedCell {
        state: CellState::Scored,
        score: Some(score),
        spread: None,
    };
    table.overlay(&decision, 0, 0, scored(5.0));
    table.overlay(&decision, 0, 1, scored(5.0));
    table.overlay(&decision, 1, 0, scored(85.0));
    assert_eq!(
        (table.number(0, 0), table.source(0, 0)),
        (Some(2.0), Some(Source::Hand))
    );
    assert_eq!(
        (table.number(0, 1), table.state(0, 1)),
        (None, CellState::Pending)
    );
    assert_eq!(
        (table.number(1, 0), table.state(1, 0)),
        (None, CellState::Unparsed)
    );
    table.overlay(&decision, 1, 0, scored(3.0));
    assert_eq!(
        (table.number(1, 0), table.state(1, 0), table.source(1, 0)),
        (Some(3.0), CellState::Scored, Some(Source::Model))
    );
    table.overlay(
        &decision,
        1,
        0,
        JudgedCell {
            state: CellState::Stale,
            score: Some(3.0),
            spread: None,
        },
    );
    assert_eq!(
        (table.number(1, 0), table.state(1, 0)),
        (None, CellState::Stale)
    );
}

#[test]
fn a_preview_weighs_without_changing_anything() {
    let decision = decision(
        TEN,
        &[
            "X|weight = 1;kind = 'measured';range = [0, 10]",
            "Y|weight = 1;kind = 'measured';range = [0, 10]",
        ],
        &["A|values = { X = 9, Y = 1 }", "B|values = { X = 1, Y = 8 }"],
    );
    let table = ScoreTable::from_given(&decision);
    let heavy = [(decision.criteria[1].id.clone(), 9.0)].into();
    assert_eq!(answered(&decision).winner.as_deref(), Some("A"));
    assert_eq!(
        preview(&decision, &table, &heavy)
            .unwrap()
            .winner
            .as_deref(),
        Some("B")
    );
    for wrong in [-1.0, f64::NAN, f64::INFINITY] {
        let weights = [(decision.criteria[1].id.clone(), wrong)].into();
        assert_eq!(
            preview(&decision, &table, &weights).unwrap_err()[0].code,
            ProblemCode::BadNumber
        );
    }
}

#[test]
fn a_trace_tells_the_arithmetic_of_its_cell() {
    let decision = decision(
        "missing = 'renormalise'",
        &[
            "Cost|weight = 3;kind = 'measured';direction = 'cost';unit = 'USD';range = [0, 500];must = '<= 450'",
            "Ease|weight = 1",
        ],
        &[
            "A|values = { Cost = 125 }",
            "B|values = { Cost = 500 };scores = { Ease = 2 }",
        ],
    );
    let table = ScoreTable::from_given(&decision);
    let trace = |option: usize, criterion: usize| {
        trace_cell(
            &decision,
            &table,
            &decision.options[option].id,
            &decision.criteria[criterion].id,
        )
        .unwrap()
    };
    let cost = trace(0, 0);
    assert_eq!(
        cost.steps,
        [
            "125 USD passes the knock-out <= 450",
            "value = (125 − 500) / (0 − 500) = 0.75, 500 being the worst and 0 the best of the range given",
            "share of the weight = 3 / 4 = 0.75",
            "rescaled to the 0.75 of the weight that is scored = 1",
            "adds 5 × 1 × 0.75 = 3.75 to the score, which starts at 0",
        ]
    );
    assert_eq!(cost.contribution, Some(3.75));
    assert_eq!(
        trace(0, 1).steps,
        [
            "there is no number yet: it counts for nothing, and the option's other weights are rescaled"
        ]
    );
    let out = trace(1, 1);
    assert_eq!(
        (out.contribution, out.steps.last().map(String::as_str)),
        (None, Some("the option is screened out and has no score"))
    );
    assert_eq!(trace(1, 0).must.map(|must| must.passed), Some(false));
}

#[test]
fn a_close_race_is_told_under_every_method() {
    let criteria = ["Ease|weight = 1", "Care|weight = 1"];
    for method in [
        "weighted_sum",
        "weighted_product",
        "topsis",
        "vikor",
        "promethee_ii",
        "moora",
    ] {
        let top = format!("method = '{method}'");
        let close = decision(
            &top,
            &criteria,
            &[
                "A|scores = { Ease = 4, Care = 4 }",
                "B|scores = { Ease = 3, Care = 4 }",
            ],
        );
        let answer = answered(&close);
        assert_eq!(
            (answer.winner, answer.ranking[0].option.as_str()),
            (None, "A"),
            "{method}"
        );
        assert!(
            answer
                .close_race
                .is_some_and(|race| race.because.contains("from")),
            "{method}"
        );
    }
}

#[test]
fn an_option_that_one_level_would_bring_back_first_makes_a_close_race() {
    let criteria = ["Ease|weight = 1;must = '>= 3'", "Care|weight = 1"];
    let decision = decision(
        "",
        &criteria,
        &[
            "A|scores = { Ease = 2, Care = 5 }",
            "B|scores = { Ease = 3, Care = 3 }",
            "C|scores = { Ease = 4, Care = 0 }",
        ],
    );
    let answer = answered(&decision);
    assert_eq!(
        (
            answer.screened_out[0].option.as_str(),
            answer.winner.as_deref()
        ),
        ("A", None)
    );
    assert!(answer.close_race.unwrap().rivals.contains(&"A".to_owned()));
}
