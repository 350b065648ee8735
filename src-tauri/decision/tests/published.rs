//! The methods against the worked examples of their papers (tests/published/examples.json has the citations).
#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "a broken expectation is a failed test"
)]

use std::collections::BTreeMap;

use decision::methods::Details;
use decision::{Answer, Decision, ScoreTable, answer, from_json, weighting};
use serde_json::{Value, json};

fn examples(kind: &str) -> Vec<Value> {
    let all: Value = serde_json::from_str(include_str!("published/examples.json")).unwrap();
    all[kind].as_array().unwrap().clone()
}

fn numbers(value: &Value) -> Vec<f64> {
    value
        .as_array()
        .unwrap()
        .iter()
        .map(|x| x.as_f64().unwrap())
        .collect()
}

fn near(found: &[f64], expected: &[f64], within: f64, what: &str) {
    assert_eq!(found.len(), expected.len(), "{what}");
    for (a, b) in found.iter().zip(expected) {
        assert!(
            (a - b).abs() <= within,
            "{what}: {found:?} is not {expected:?}"
        );
    }
}

/// A decision of measured criteria with these numbers.
fn decision(criteria: &[Value], options: &[String], matrix: &[Vec<f64>], top: &Value) -> Decision {
    let names: Vec<&str> = criteria
        .iter()
        .map(|c| c["name"].as_str().unwrap())
        .collect();
    let options: Vec<Value> = options
        .iter()
        .zip(matrix)
        .map(|(name, row)| {
            let values: BTreeMap<&str, f64> =
                names.iter().copied().zip(row.iter().copied()).collect();
            json!({ "name": name, "values": values })
        })
        .collect();
    let mut file = json!({ "topic": "Published", "criteria": criteria, "options": options });
    file.as_object_mut()
        .unwrap()
        .extend(top.as_object().unwrap().clone());
    from_json(&file.to_string()).unwrap().decision
}

fn ranked(example: &Value) -> Answer {
    let measured = |c: &Value| {
        let mut c = c.clone();
        c["kind"] = json!("measured");
        c
    };
    let criteria: Vec<Value> = example["criteria"]
        .as_array()
        .unwrap()
        .iter()
        .map(measured)
        .collect();
    let options: Vec<String> = serde_json::from_value(example["options"].clone()).unwrap();
    let matrix: Vec<Vec<f64>> = example["matrix"]
        .as_array()
        .unwrap()
        .iter()
        .map(numbers)
        .collect();
    let top = json!({ "method": example["method"], "normalisation": example.get("normalisation").unwrap_or(&Value::Null) });
    let decision = decision(&criteria, &options, &matrix, &top);
    answer(&decision, &ScoreTable::from_given(&decision)).unwrap()
}

#[test]
fn rankings_are_those_of_the_papers() {
    for example in examples("rankings") {
        let source = example["source"].as_str().unwrap();
        let answer = ranked(&example);
        let options: Vec<&str> = example["options"]
            .as_array()
            .unwrap()
            .iter()
            .map(|o| o.as_str().unwrap())
            .collect();
        let of = |name: &str| answer.ranking.iter().find(|r| r.option == name).unwrap();
        let scores: Vec<f64> = options.iter().map(|name| of(name).score.unwrap()).collect();
        near(
            &scores,
            &numbers(&example["scores"]),
            example["within"].as_f64().unwrap(),
            source,
        );
        let ranks: Vec<u64> = options.iter().map(|name| of(name).rank as u64).collect();
        assert_eq!(json!(ranks), example["ranks"], "{source}");
    }
}

#[test]
fn vikor_tells_utilities_regrets_and_the_compromise() {
    let example = examples("rankings")
        .into_iter()
        .find(|e| e["method"] == "vikor")
        .unwrap();
    let answer = ranked(&example);
    let Some(Details::Vikor {
        options,
        compromise,
        acceptable_advantage,
        acceptable_stability,
    }) = answer.details
    else {
        unreachable!("VIKOR has its own details");
    };
    let expected = &example["details"];
    near(
        &options.iter().map(|o| o.s).collect::<Vec<_>>(),
        &numbers(&expected["s"]),
        1e-9,
        "S",
    );
    near(
        &options.iter().map(|o| o.r).collect::<Vec<_>>(),
        &numbers(&expected["r"]),
        1e-9,
        "R",
    );
    assert_eq!(json!(compromise), expected["compromise"]);
    assert_eq!((acceptable_advantage, acceptable_stability), (true, true));
    assert_eq!(
        (answer.winner.as_deref(), answer.params.v),
        (Some("A2"), Some(0.5))
    );
}

#[test]
fn weights_are_those_of_the_papers() {
    for example in examples("weightings") {
        let source = example["source"].as_str().unwrap();
        let criteria: Vec<Value> = example["criteria"]
            .as_array()
            .unwrap()
            .iter()
            .map(|name| json!({ "name": name, "kind": "measured" }))
            .collect();
        let matrix: Vec<Vec<f64>> = match example.get("matrix") {
            Some(matrix) => matrix.as_array().unwrap().iter().map(numbers).collect(),
            None => vec![vec![1.0; criteria.len()]; 2],
        };
        let options: Vec<String> = (1..=matrix.len()).map(|i| format!("A{i}")).collect();
        let decision = decision(
            &criteria,
            &options,
            &matrix,
            &json!({ "weighting": example["weighting"] }),
        );
        let within = example["within"].as_f64().unwrap();
        let weights: Vec<f64> = decision.criteria.iter().map(|c| c.weight).collect();
        near(&weights, &numbers(&example["weights"]), within, source);
        let derived = weighting::derive(&decision, &ScoreTable::from_given(&decision))
            .unwrap()
            .unwrap();
        if let Some(ratio) = example.get("consistency_ratio") {
            near(
                &[derived.consistency_ratio.unwrap()],
                &[ratio.as_f64().unwrap()],
                within,
                source,
            );
        }
        assert_eq!(
            derived.random_index,
            example.get("random_index").and_then(Value::as_f64),
            "{source}"
        );
    }
}

#[test]
fn an_inconsistent_house_names_its_worst_judgement() {
    let example = examples("weightings").remove(0);
    let criteria: Vec<Value> = example["criteria"]
        .as_array()
        .unwrap()
        .iter()
        .map(|name| json!({ "name": name, "kind": "measured" }))
        .collect();
    let options = ["A".to_owned(), "B".to_owned()];
    let decision = decision(
        &criteria,
        &options,
        &vec![vec![1.0; 8]; 2],
        &json!({ "weighting": example["weighting"] }),
    );
    let derived = weighting::derive(&decision, &ScoreTable::from_given(&decision))
        .unwrap()
        .unwrap();
    assert_eq!(
        derived.worst_judgement.as_deref(),
        Some(
            "\"neighbourhood\" is said to matter 6 times as much as \"condition\"; the weights make it 1.13"
        )
    );
}

/// Derived by hand: equal numbers have entropy 1, (1, 0) has none, (1, 3) has 0.811278.
#[test]
fn entropy_weighs_what_tells_options_apart() {
    let criteria = ["same", "some", "all"].map(|name| json!({ "name": name, "kind": "measured" }));
    let options = ["A".to_owned(), "B".to_owned()];
    let matrix = [vec![2.0, 1.0, 1.0], vec![2.0, 3.0, 0.0]];
    let decision = decision(
        &criteria,
        &options,
        &matrix,
        &json!({ "weighting": { "method": "entropy" } }),
    );
    let weights: Vec<f64> = decision.criteria.iter().map(|c| c.weight).collect();
    near(&weights, &[0.0, 0.158_760, 0.841_240], 1e-6, "entropy");
}

/// Derived by hand from Roy's definitions: A agrees with B on 0.7 of the weight and falls short by a quarter of the range at most.
#[test]
fn electre_tells_a_kernel_and_no_scores() {
    let criteria = [("x", 0.4), ("y", 0.3), ("z", 0.3)]
        .map(|(name, weight)| json!({ "name": name, "kind": "measured", "weight": weight }));
    let options = ["A", "B", "C"].map(str::to_owned);
    let matrix = [
        vec![8.0, 4.0, 5.0],
        vec![6.0, 5.0, 4.0],
        vec![4.0, 8.0, 9.0],
    ];
    let decision = decision(
        &criteria,
        &options,
        &matrix,
        &json!({ "method": "electre_i" }),
    );
    let answer = answer(&decision, &ScoreTable::from_given(&decision)).unwrap();
    let Some(Details::ElectreI { kernel, outranking }) = &answer.details else {
        unreachable!("ELECTRE has its own details");
    };
    assert_eq!(kernel, &["A", "C"]);
    let pairs: Vec<_> = outranking
        .iter()
        .map(|o| {
            (
                o.option.as_str(),
                o.outranks.as_str(),
                o.concordance,
                o.discordance,
            )
        })
        .collect();
    assert_eq!(pairs, [("A", "B", 0.7, 0.25)]);
    let places: Vec<_> = answer
        .ranking
        .iter()
        .map(|r| (r.option.as_str(), r.rank, r.score))
        .collect();
    assert_eq!(places, [("A", 1, None), ("C", 1, None), ("B", 3, None)]);
    assert_eq!((answer.winner, answer.margin), (None, None));
    assert_eq!(answer.close_race.unwrap().rivals, ["A", "C"]);
}

/// Derived by hand: 3/5 and 4/5 on the benefit, 4/5 and 3/5 on the cost, at half the weight each.
#[test]
fn moora_takes_costs_from_benefits() {
    let criteria = [("gain", "benefit"), ("cost", "cost")].map(
        |(name, direction)| json!({ "name": name, "direction": direction, "kind": "measured" }),
    );
    let options = ["A", "B"].map(str::to_owned);
    let decision = decision(
        &criteria,
        &options,
        &[vec![3.0, 4.0], vec![4.0, 3.0]],
        &json!({ "method": "moora" }),
    );
    let answer = answer(&decision, &ScoreTable::from_given(&decision)).unwrap();
    let scores: Vec<_> = answer
        .ranking
        .iter()
        .map(|r| (r.option.as_str(), (r.score.unwrap() * 1e6).round() / 1e6))
        .collect();
    assert_eq!(scores, [("B", 0.1), ("A", -0.1)]);
    near(&answer.score_range, &[-0.1, 0.1], 1e-9, "the range");
}

#[test]
fn methods_of_raw_numbers_never_rank_with_a_cell_missing() {
    for method in ["topsis", "vikor", "promethee_ii", "electre_i", "moora"] {
        let criteria = [json!({ "name": "x", "kind": "measured" })];
        let options = ["A", "B"].map(str::to_owned);
        let mut decision = decision(
            &criteria,
            &options,
            &[vec![1.0], vec![2.0]],
            &json!({ "method": method, "missing": "neutral" }),
        );
        assert!(answer(&decision, &ScoreTable::from_given(&decision)).is_ok());
        decision.cells[0][0].value = None;
        let problems = answer(&decision, &ScoreTable::from_given(&decision)).unwrap_err();
        assert!(
            problems[0]
                .message
                .contains("ranks only when every cell has its number"),
            "{method}"
        );
    }
}

#[test]
fn statements_that_do_not_cover_the_criteria_are_refused_with_their_line() {
    for (weighting, message) in [
        (
            "method = 'ahp'\npairwise = [[1, 3], [3, 1]]",
            "pairwise says 3 for \"X\" against \"Y\" and 3 for the reverse",
        ),
        (
            "method = 'ahp'\npairwise = [[1]]",
            "pairwise has 1 rows of 1: there are 2 criteria",
        ),
        (
            "method = 'roc'\nranked = ['X', 'X']",
            "\"X\" is in the ranking 2 times",
        ),
        (
            "method = 'swing'\nswing = { X = 100 }",
            "weighting.swing says nothing about \"Y\"",
        ),
        (
            "method = 'swing'\nswing = { X = 0, Y = 0 }",
            "all swings are 0",
        ),
        (
            "method = 'bwm'\nbest = 'X'\nworst = 'Y'\nbest_to_others = { Y = 12 }\nothers_to_worst = { X = 12 }",
            "the ratio of \"Y\" is 12",
        ),
        (
            "method = 'bwm'\nbest = 'X'\nworst = 'Y'\nbest_to_others = { Y = 5 }\nothers_to_worst = { X = 4 }",
            "the best is said to matter 5 times as much as the worst in best_to_others, and 4 times in others_to_worst",
        ),
    ] {
        let text = format!(
            "topic = 'T'\n[[criteria]]\nname = 'X'\n[[criteria]]\nname = 'Y'\n[[options]]\nname = 'A'\n[[options]]\nname = 'B'\n[weighting]\n{weighting}\n"
        );
        let problems = decision::from_toml(&text).unwrap_err();
        assert_eq!(problems[0].message, message);
        assert!(
            problems[0].line.is_some_and(|line| line >= 10),
            "{problems:#?}"
        );
    }
}
