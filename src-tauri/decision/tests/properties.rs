//! What must hold for every decision, whatever its numbers.
#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "a broken expectation is a failed test"
)]

use decision::{
    Cell, Criterion, CriterionId, Decision, DecisionOption, Direction, Edit, Evidence, HandScore,
    Kind, Level, Method, MissingPolicy, Must, Normalisation, OptionId, Preference, Ranking, Scale,
    ScoreTable, answer, apply, from_json, from_toml, rank, rules, to_json, to_toml, trace_cell,
};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;

const MEANS: [Method; 2] = [Method::WeightedSum, Method::WeightedProduct];

fn ranked(decision: &Decision) -> Ranking {
    rank(decision, &ScoreTable::from_given(decision)).unwrap()
}

/// A decision of plain criteria whose cells are all there. Numbers are coarse, so that ties and equal columns are common.
fn complete() -> impl Strategy<Value = Decision> {
    (2_usize..7, 1_usize..6).prop_flat_map(|(options, criteria)| {
        let shapes = vec((0_u8..9, any::<bool>(), 0_u8..3, any::<bool>()), criteria);
        let cells = vec(vec(0_u8..11, criteria), options);
        (shapes, cells, 0_usize..2).prop_map(|(shapes, cells, method)| {
            let mut decision = Decision::empty("T");
            decision.method = MEANS[method];
            decision.missing = MissingPolicy::Bounds;
            decision.scale = Scale {
                min: 0.0,
                max: 10.0,
            };
            for (i, (weight, cost, kind, ranged)) in shapes.into_iter().enumerate() {
                let mut criterion = Criterion::new(CriterionId(format!("c{i}")), format!("C{i}"));
                criterion.weight = f64::from(weight) + if i == 0 { 1.0 } else { 0.0 };
                criterion.direction = if cost {
                    Direction::Cost
                } else {
                    Direction::Benefit
                };
                criterion.kind = Kind::ALL[usize::from(kind)];
                criterion.range = ranged.then_some([2.0, 9.0]);
                decision.criteria.push(criterion);
            }
            for (i, row) in cells.into_iter().enumerate() {
                decision.options.push(DecisionOption::new(
                    OptionId(format!("o{i}")),
                    format!("O{i}"),
                ));
                let cell = |x: u8| Cell {
                    value: Some(f64::from(x)),
                    score: Some(HandScore::Score(f64::from(x))),
                    ..Cell::default()
                };
                decision.cells.push(row.into_iter().map(cell).collect());
            }
            decision
        })
    })
}

/// The same with cells missing, under any policy that ranks them.
fn with_gaps() -> impl Strategy<Value = Decision> {
    (complete(), vec(any::<bool>(), 40), 0_usize..3).prop_map(|(mut decision, gaps, policy)| {
        decision.missing = MissingPolicy::ALL[policy];
        for (cell, gap) in decision.cells.iter_mut().flatten().zip(gaps) {
            if gap {
                *cell = Cell::default();
            }
        }
        decision
    })
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        Just(String::new()),
        "[a-z<=\"'\\\\#, \n\u{e9}\u{1f600}]{0,12}"
    ]
}

fn number() -> impl Strategy<Value = f64> {
    prop_oneof![
        -1e6..1e6,
        Just(0.0),
        Just(0.1),
        Just(1e15),
        Just(-1.5e-7),
        Just(9e99)
    ]
}

/// Any decision that the rules allow, with every field in use.
fn anything_valid() -> impl Strategy<Value = Decision> {
    let extra = (text(), number()).prop_map(|(text, x)| {
        serde_json::json!({ "x-a": text, "x-b": [1, true, { "deep": x }] })
            .as_object()
            .cloned()
            .unwrap()
    });
    (
        with_gaps(),
        vec(text(), 12),
        vec(number(), 12),
        extra,
        any::<[bool; 8]>(),
        0_usize..7,
    )
        .prop_map(|(mut decision, texts, numbers, extra, on, method)| {
            decision.topic = format!("T{}", texts[0]);
            decision.context.clone_from(&texts[1]);
            decision.notes.clone_from(&texts[2]);
            decision.method = Method::ALL[method];
            decision.params.v = on[0].then_some(0.25);
            if on[1] {
                decision.extra = extra.clone();
                decision.criteria[0].extra = extra.clone();
                decision.options[1].extra = extra;
            }
            decision.judge = on[2].then(|| decision::Judge {
                model: Some(format!("m{}", texts[3])),
                ..Default::default()
            });
            let first = decision.criteria[0].id.clone();
            let criterion = &mut decision.criteria[0];
            criterion.name = format!("C0 {}", texts[4]).trim().to_owned();
            criterion.description.clone_from(&texts[5]);
            criterion.unit.clone_from(&texts[6]);
            criterion.must = on[3].then(|| format!("<= {}", numbers[0]).parse::<Must>().unwrap());
            criterion.group = on[4].then(|| format!("g{}", texts[7]));
            criterion.points =
                on[5].then(|| vec![[-1.0, 1.0], [numbers[1].abs(), 0.25], [9.9e99, 0.0]]);
            criterion.preference = on[6].then_some(Preference::Level { q: 0.5, p: 1.5 });
            criterion.rubric.insert(Level(2.5), texts[8].clone());
            criterion.prompt.clone_from(&texts[9]);
            criterion.note.clone_from(&texts[10]);
            criterion.judge = on[1].then(|| decision::Judge {
                backend: on[2].then(|| "b".to_owned()),
                model: None,
                temperature: on[3].then_some(1.5),
                samples: Some(3),
            });
            let option = &mut decision.options[0];
            option.note.clone_from(&texts[11]);
            option.evidence = vec![Evidence {
                source: "s".into(),
                quote: texts[0].clone(),
                criterion: on[7].then_some(first),
            }];
            decision.cells[0][0].note.clone_from(&texts[1]);
            decision.cells[0][0].value = Some(numbers[2]);
            decision.cells[1][0].score = Some(HandScore::Abstain);
            decision.cells[1][0].before_edit = on[0];
            let keys = u32::try_from(decision.criteria.len().max(decision.options.len())).unwrap();
            decision.next_key = keys;
            decision
        })
}

fn any_edit() -> impl Strategy<Value = Edit> {
    let id = || {
        (0_u8..9, any::<bool>()).prop_map(|(i, wild)| {
            if wild {
                format!("c{i}")
            } else {
                format!("o{i}")
            }
        })
    };
    let typed = || {
        prop_oneof![
            text(),
            number().prop_map(|x| x.to_string()),
            Just("abstain".to_owned()),
            Just("1,234".to_owned())
        ]
    };
    let json = prop_oneof![
        (id(), text()).prop_map(|(id, name)| serde_json::json!({ "edit": "update_option", "id": id, "name": name })),
        (id(), text()).prop_map(|(id, name)| serde_json::json!({ "edit": "update_criterion", "id": id, "name": name, "range": null, "group": name })),
        (id(), number()).prop_map(|(id, x)| serde_json::json!({ "edit": "update_criterion", "id": id, "weight": x, "points": [[x, 0], [1, 1]] })),
        (id(), number()).prop_map(|(id, x)| serde_json::json!({ "edit": "set_weights", "weights": { id: x } })),
        (id(), any::<u32>()).prop_map(|(id, to)| serde_json::json!({ "edit": "move_option", "id": id, "to": to })),
        (id(), any::<u8>()).prop_map(|(id, to)| serde_json::json!({ "edit": "move_criterion", "id": id, "to": to })),
        (text(), number()).prop_map(|(model, x)| serde_json::json!({ "edit": "set_judge", "judge": { "model": model, "temperature": x } })),
        (id(), option::of(0_u8..4)).prop_map(|(id, n)| serde_json::json!({ "edit": "update_criterion", "id": id, "judge": n.map(|n| serde_json::json!({ "samples": n })) })),
        id().prop_map(|id| serde_json::json!({ "edit": "remove_option", "id": id })),
        id().prop_map(|id| serde_json::json!({ "edit": "remove_criterion", "id": id })),
        (text(), option::of(0_u8..9)).prop_map(|(name, at)| serde_json::json!({ "edit": "add_option", "at": at, "name": name })),
        (text(), number()).prop_map(|(name, x)| serde_json::json!({ "edit": "add_criterion", "at": null, "name": name, "kind": "manual", "weight": x })),
        (number(), number()).prop_map(|(min, max)| serde_json::json!({ "edit": "set_scale", "min": min, "max": max })),
        (id(), id(), typed()).prop_map(|(o, c, text)| serde_json::json!({ "edit": "type_cells", "cells": [{ "option": o, "criterion": c, "text": text }] })),
        (-3_i64..9, -3_i64..9, vec(vec(typed(), 0..4), 0..4))
            .prop_map(|(o, c, rows)| serde_json::json!({ "edit": "paste", "option": o, "criterion": c, "rows": rows })),
        any::<i64>().prop_map(|far| serde_json::json!({ "edit": "paste", "option": far, "criterion": far, "rows": [["1"]] })),
    ];
    json.prop_map(|json| serde_json::from_value(json).unwrap())
}

/// Places by option, as the ranking gives them.
fn places(ranking: &Ranking) -> Vec<(usize, usize)> {
    let mut places: Vec<_> = ranking
        .placed
        .iter()
        .map(|place| (place.option, place.rank))
        .collect();
    places.sort_unstable();
    places
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn scaling_all_weights_changes_nothing(mut decision in with_gaps(), factor in prop_oneof![1e-6..1e6, Just(1e300), Just(1e-300)]) {
        let before = ranked(&decision);
        for criterion in &mut decision.criteria {
            criterion.weight *= factor;
        }
        let after = ranked(&decision);
        prop_assert_eq!(places(&before), places(&after));
        for (a, b) in before.placed.iter().zip(&after.placed) {
            prop_assert!((a.score.unwrap_or(0.0) - b.score.unwrap_or(0.0)).abs() < 1e-8);
        }
    }

    #[test]
    fn a_dominated_option_never_wins(mut decision in complete(), loser in 0_usize..6, worse in vec(0_u8..4, 6)) {
        // A copy of an option that is worse where `worse` says so, and nowhere better.
        let model = loser % decision.options.len();
        let mut row = decision.cells[model].clone();
        let mut strictly = false;
        for ((cell, criterion), worse) in row.iter_mut().zip(&decision.criteria).zip(worse) {
            let x = cell.value.unwrap();
            let y = match criterion.direction {
                Direction::Benefit => (x - f64::from(worse)).max(0.0),
                Direction::Cost => (x + f64::from(worse)).min(10.0),
            };
            strictly |= y != x && criterion.weight > 0.0;
            *cell = Cell { value: Some(y), score: Some(HandScore::Score(y)), ..Cell::default() };
        }
        prop_assume!(strictly);
        decision.options.insert(0, DecisionOption::new(OptionId::from("worse"), "Worse"));
        decision.cells.insert(0, row);
        let answer = answer(&decision, &ScoreTable::from_given(&decision)).unwrap();
        prop_assert_ne!(answer.winner.as_deref(), Some("Worse"));
    }

    #[test]
    fn permuting_options_permutes_the_ranking(decision in with_gaps(), seed in any::<u64>()) {
        let mut order: Vec<usize> = (0..decision.options.len()).collect();
        order.sort_by_key(|i| seed.rotate_left(7 * u32::try_from(*i).unwrap()));
        let mut permuted = decision.clone();
        permuted.options = order.iter().map(|i| decision.options[*i].clone()).collect();
        permuted.cells = order.iter().map(|i| decision.cells[*i].clone()).collect();
        let mut mapped: Vec<_> = places(&ranked(&permuted)).into_iter().map(|(option, rank)| (order[option], rank)).collect();
        mapped.sort_unstable();
        prop_assert_eq!(places(&ranked(&decision)), mapped);
    }

    #[test]
    fn a_missing_cell_never_raises_a_guaranteed_total(mut decision in with_gaps(), at in (0_usize..6, 0_usize..5)) {
        decision.missing = MissingPolicy::Bounds;
        let (option, criterion) = (at.0 % decision.options.len(), at.1 % decision.criteria.len());
        let low = |decision: &Decision| {
            let ranking = ranked(decision);
            ranking.placed.iter().find(|place| place.option == option).unwrap().low
        };
        let before = low(&decision);
        decision.cells[option][criterion] = Cell::default();
        prop_assert!(low(&decision) <= before + 1e-9);
    }

    #[test]
    fn an_abstained_cell_counts_as_a_missing_one(mut decision in with_gaps(), at in (0_usize..6, 0_usize..5)) {
        let (option, criterion) = (at.0 % decision.options.len(), at.1 % decision.criteria.len());
        prop_assume!(decision.criteria[criterion].kind != Kind::Measured);
        decision.cells[option][criterion] = Cell::default();
        let missing = ranked(&decision);
        decision.cells[option][criterion].score = Some(HandScore::Abstain);
        // NaN scores are no scores; they compare by their places.
        prop_assert_eq!(places(&missing), places(&ranked(&decision)));
    }

    #[test]
    fn a_decision_reads_back_from_its_file(decision in anything_valid()) {
        prop_assert_eq!(rules::validity(&decision), vec![]);
        for (read, text) in [(from_toml(&to_toml(&decision)), to_toml(&decision)), (from_json(&to_json(&decision)), to_json(&decision))] {
            let read = read.map_err(|problems| TestCaseError::fail(format!("{problems:#?}\n{text}")))?.decision;
            let same = Decision { next_key: decision.next_key, ..read };
            prop_assert_eq!(&same, &decision, "{}", text);
        }
    }

    #[test]
    fn edits_leave_a_valid_decision_or_none(decision in anything_valid(), edits in vec(any_edit(), 0..6)) {
        match apply(&decision, &edits) {
            Ok(applied) => {
                prop_assert_eq!(rules::validity(&applied.decision), vec![]);
                prop_assert!(!applied.label.is_empty());
                let ids: std::collections::HashSet<_> = applied.decision.options.iter().map(|o| o.id.clone()).collect();
                prop_assert_eq!(ids.len(), applied.decision.options.len());
            }
            Err(problems) => prop_assert!(!problems.is_empty()),
        }
    }

    #[test]
    fn any_text_is_read_or_refused(text in "\\PC{0,200}") {
        prop_assert!(from_toml(&text).is_err());
        prop_assert!(from_json(&text).is_err());
    }

    #[test]
    fn a_broken_file_is_read_or_refused(decision in anything_valid(), cut in any::<prop::sample::Index>(), put in "[\\]\\[{}\"'=,0-9a-z\n#.-]{0,4}") {
        for (text, is_toml) in [(to_toml(&decision), true), (to_json(&decision), false)] {
            let mut at = cut.index(text.len());
            while !text.is_char_boundary(at) {
                at -= 1;
            }
            let broken = format!("{}{put}{}", &text[..at], &text[at..]);
            let outcome = if is_toml { from_toml(&broken) } else { from_json(&broken) };
            if let Err(problems) = outcome {
                prop_assert!(!problems.is_empty());
            }
        }
    }

    #[test]
    fn whatever_is_answered_adds_up(decision in with_gaps()) {
        let answer = answer(&decision, &ScoreTable::from_given(&decision)).unwrap();
        let shares: f64 = answer.weights.values().sum();
        prop_assert!((shares - 1.0).abs() < 1e-9);
        for ranked in &answer.ranking {
            prop_assert!((-1e-9..=1.0 + 1e-9).contains(&ranked.coverage));
            if let Some(score) = ranked.score {
                prop_assert!((-1e-9..=10.0 + 1e-9).contains(&score));
                if !ranked.contributions.is_empty() {
                    let sum: f64 = ranked.contributions.iter().sum();
                    let sure = ranked.interval.map_or(score, |interval| interval[0]);
                    prop_assert!((sum - sure).abs() < 1e-9);
                }
            }
        }
        if let Some(winner) = &answer.winner {
            prop_assert_eq!(winner, &answer.ranking[0].option);
            prop_assert!(answer.ranking[0].coverage > 0.0);
        }
    }

    #[test]
    fn any_decision_is_answered_in_finite_numbers_or_refused(decision in anything_valid()) {
        let table = ScoreTable::from_given(&decision);
        match answer(&decision, &table) {
            // JSON has no NaN: what is not finite would come back as something else.
            Ok(answer) => {
                let text = serde_json::to_string(&answer).unwrap();
                prop_assert_eq!(serde_json::from_str::<decision::Answer>(&text).unwrap(), answer);
            }
            Err(problems) => prop_assert!(!problems.is_empty()),
        }
        for option in &decision.options {
            let trace = trace_cell(&decision, &table, &option.id, &decision.criteria[0].id).unwrap();
            prop_assert!(!trace.steps.is_empty());
        }
    }

    #[test]
    fn every_method_ranks_every_complete_decision(mut decision in complete(), method in 0_usize..7, normalisation in 0_usize..7) {
        decision.method = Method::ALL[method];
        decision.normalisation = Normalisation::ALL.get(normalisation).copied();
        match answer(&decision, &ScoreTable::from_given(&decision)) {
            Ok(answer) => {
                let ranks: Vec<usize> = answer.ranking.iter().map(|r| r.rank).collect();
                prop_assert_eq!((ranks.len(), ranks[0]), (decision.options.len(), 1));
                prop_assert!(ranks.is_sorted());
                let [low, high] = answer.score_range;
                for score in answer.ranking.iter().filter_map(|r| r.score) {
                    prop_assert!(score.is_finite() && low - 1e-9 <= score && score <= high + 1e-9, "{} in {:?}", score, answer.score_range);
                }
            }
            // Zeros have no inverse and no logarithm.
            Err(problems) => prop_assert!(problems[0].message.contains("the normalisation"), "{:?}", problems),
        }
    }
}
