//! What is saved is what is loaded, and every step can be taken back and repeated.

use proptest::prelude::*;
use store::{DocumentRows, RowChanges, StoreError, UNDO_STEPS};

use crate::samples::{NOW, create, document, in_order, open, step, summary};

#[test]
fn a_document_is_loaded_as_it_was_created() {
    let home = tempfile::tempdir().unwrap();
    let rows = document(3, 2, 0.5);
    create(&open(home.path()), "s_1", &rows, NOW);
    let bundle = open(home.path()).load("s_1").unwrap().unwrap();
    assert_eq!(bundle.rows, in_order(rows.clone()));
    assert_eq!(bundle.session.summary, summary(&rows));
    assert_eq!(
        (bundle.session.revision, bundle.undo, bundle.redo),
        (1, None, None)
    );
}

#[test]
fn an_unknown_session_is_none_to_load_and_an_error_to_save() {
    let home = tempfile::tempdir().unwrap();
    let store = open(home.path());
    let rows = document(1, 1, 0.0);
    assert_eq!(store.load("s_none").unwrap(), None);
    let refused = store
        .save(step("s_none", 1, &DocumentRows::default(), &rows, "type"))
        .unwrap_err();
    assert_eq!(refused.code(), "not_found");
}

#[test]
fn removing_an_option_takes_its_cells_and_evidence_and_undo_brings_all_back() {
    let home = tempfile::tempdir().unwrap();
    let store = open(home.path());
    let full = document(3, 2, 1.0);
    create(&store, "s_1", &full, NOW);
    // The caller forgot the option's inputs and evidence: they go with it all the same.
    let mut fewer = full.clone();
    fewer.options.remove(0);
    store
        .save(step("s_1", 1, &full, &fewer, "remove Option 0"))
        .unwrap();
    let left = store.load("s_1").unwrap().unwrap();
    assert_eq!(
        (
            left.rows.options.len(),
            left.rows.inputs.len(),
            left.rows.evidence.len()
        ),
        (2, 4, 0)
    );
    assert_eq!(left.undo.as_deref(), Some("remove Option 0"));

    let back = store.undo("s_1", NOW).unwrap().unwrap();
    assert_eq!(back.rows, in_order(full.clone()));
    assert_eq!(back.session.summary, summary(&full));
    assert_eq!(
        (back.session.revision, back.undo, back.redo.as_deref()),
        (3, None, Some("remove Option 0"))
    );
    assert_eq!(store.redo("s_1", NOW).unwrap().unwrap().rows, left.rows);
    assert_eq!(store.redo("s_1", NOW).unwrap(), None);
}

#[test]
fn removing_a_criterion_keeps_the_evidence_that_spoke_to_it() {
    let home = tempfile::tempdir().unwrap();
    let store = open(home.path());
    let full = document(1, 2, 1.0);
    create(&store, "s_1", &full, NOW);
    let mut fewer = full.clone();
    fewer.criteria.remove(0);
    store
        .save(step("s_1", 1, &full, &fewer, "remove Criterion 0"))
        .unwrap();
    let evidence = store.load("s_1").unwrap().unwrap().rows.evidence;
    assert_eq!(
        evidence
            .iter()
            .map(|piece| piece.criterion_id.as_deref())
            .collect::<Vec<_>>(),
        [None]
    );
    assert_eq!(
        store.undo("s_1", NOW).unwrap().unwrap().rows,
        in_order(full)
    );
}

#[test]
fn a_hundred_steps_can_be_undone_after_a_restart_and_the_older_ones_are_forgotten() {
    let home = tempfile::tempdir().unwrap();
    let at = |n: i64| document(1, 1, n as f64);
    {
        let store = open(home.path());
        create(&store, "s_1", &at(0), NOW);
        for n in 0..UNDO_STEPS + 20 {
            store
                .save(step(
                    "s_1",
                    n + 1,
                    &at(n),
                    &at(n + 1),
                    &format!("type {}", n + 1),
                ))
                .unwrap();
        }
    }
    let store = open(home.path());
    let mut undone = 0;
    while let Some(bundle) = store.undo("s_1", NOW).unwrap() {
        undone += 1;
        assert_eq!(bundle.rows, at(UNDO_STEPS + 20 - undone));
    }
    assert_eq!(undone, UNDO_STEPS);
    for n in 1..=UNDO_STEPS {
        assert_eq!(store.redo("s_1", NOW).unwrap().unwrap().rows, at(20 + n));
    }
}

#[test]
fn a_new_step_after_an_undo_forgets_what_could_be_redone() {
    let home = tempfile::tempdir().unwrap();
    let store = open(home.path());
    let (a, b, c) = (
        document(1, 1, 1.0),
        document(1, 1, 2.0),
        document(1, 1, 3.0),
    );
    create(&store, "s_1", &a, NOW);
    store.save(step("s_1", 1, &a, &b, "to b")).unwrap();
    store.undo("s_1", NOW).unwrap();
    store.save(step("s_1", 3, &a, &c, "to c")).unwrap();
    assert_eq!(store.redo("s_1", NOW).unwrap(), None);
    assert_eq!(store.undo("s_1", NOW).unwrap().unwrap().rows, a);
}

#[test]
fn a_save_made_to_an_older_revision_changes_nothing_and_says_which_is_current() {
    let home = tempfile::tempdir().unwrap();
    let store = open(home.path());
    let (a, b, c) = (
        document(1, 1, 1.0),
        document(1, 1, 2.0),
        document(1, 1, 3.0),
    );
    create(&store, "s_1", &a, NOW);
    store.save(step("s_1", 1, &a, &b, "first")).unwrap();
    let refused = store.save(step("s_1", 1, &a, &c, "second")).unwrap_err();
    assert_eq!(refused, StoreError::Conflict { current: 2 });
    assert_eq!(store.load("s_1").unwrap().unwrap().rows, b);
}

#[test]
fn rows_that_break_a_rule_are_refused_whole() {
    let home = tempfile::tempdir().unwrap();
    let store = open(home.path());
    let good = document(2, 2, 1.0);
    create(&store, "s_1", &good, NOW);
    type Break = fn(&mut DocumentRows);
    let rules: [(&str, Break); 6] = [
        ("a negative weight", |rows| rows.criteria[0].weight = -1.0),
        ("an infinite weight", |rows| {
            rows.criteria[0].weight = f64::INFINITY;
        }),
        ("a weight that is no number", |rows| {
            rows.criteria[0].weight = f64::NAN;
        }),
        ("an infinite value", |rows| {
            rows.inputs[0].value = Some(f64::INFINITY);
        }),
        ("an unknown direction", |rows| {
            rows.criteria[0].direction = "up".into();
        }),
        ("a score beside an abstention", |rows| {
            rows.inputs[0].abstained = true;
            rows.inputs[0].score = Some(3.0);
        }),
    ];
    for (rule, break_it) in rules {
        let mut bad = good.clone();
        bad.header.topic = "changed as well".into();
        break_it(&mut bad);
        let refused = store.save(step("s_1", 1, &good, &bad, "type")).unwrap_err();
        assert_eq!(refused.code(), "history_refused", "{rule}: {refused}");
        assert_eq!(store.load("s_1").unwrap().unwrap().rows, good, "{rule}");
    }
}

#[test]
fn the_history_of_a_cell_names_the_steps_that_changed_it_and_stand() {
    let home = tempfile::tempdir().unwrap();
    let store = open(home.path());
    let one = document(2, 1, 1.0);
    create(&store, "s_1", &one, NOW);
    let (mut two, mut three) = (one.clone(), one.clone());
    two.inputs[0].value = Some(7.0);
    three.inputs.clone_from(&two.inputs);
    three.inputs[1].value = Some(8.0);
    let mut four = three.clone();
    four.inputs.remove(0);
    for (base, old, new, label) in [
        (1, &one, &two, "type 7"),
        (2, &two, &three, "type 8"),
        (3, &three, &four, "clear"),
    ] {
        store.save(step("s_1", base, old, new, label)).unwrap();
    }
    let labels = |option: &str| -> Vec<String> {
        store
            .cell_history("s_1", option, "c0")
            .unwrap()
            .into_iter()
            .map(|step| step.label)
            .collect()
    };
    assert_eq!(labels("o0"), ["clear", "type 7"]);
    assert_eq!(labels("o1"), ["type 8"]);
    store.undo("s_1", NOW).unwrap();
    assert_eq!(labels("o0"), ["type 7"]);
    assert_eq!(labels("o9"), Vec::<String>::new());
}

/// A document whose keys overlap with any other of these, in any order of rows.
fn any_document() -> impl Strategy<Value = DocumentRows> {
    let ids =
        || proptest::sample::subsequence((0..6_usize).collect::<Vec<_>>(), 0..=6).prop_shuffle();
    (ids(), ids(), any::<u64>(), "[a-z]{0,6}").prop_map(|(options, criteria, seed, text)| {
        let full = document(6, 6, (seed % 3) as f64);
        let keep = |bits: usize| (seed >> (bits % 61)) & 1 == 1;
        let mut rows = DocumentRows {
            criteria: criteria.iter().map(|&c| full.criteria[c].clone()).collect(),
            options: options.iter().map(|&o| full.options[o].clone()).collect(),
            header: full.header.clone(),
            ..DocumentRows::default()
        };
        rows.header.notes = text.clone();
        for (position, option) in rows.options.iter_mut().enumerate() {
            option.position = position as i64;
            option.note = if keep(position) {
                text.clone()
            } else {
                String::new()
            };
        }
        for (position, criterion) in rows.criteria.iter_mut().enumerate() {
            criterion.position = position as i64;
        }
        let inputs = options
            .iter()
            .flat_map(|o| criteria.iter().map(move |c| o * 6 + c));
        rows.inputs = inputs
            .filter(|cell| keep(*cell))
            .map(|cell| full.inputs[cell].clone())
            .collect();
        for (n, o) in options.iter().enumerate() {
            let pieces = usize::from(keep(n + 40)) + usize::from(keep(n + 50));
            rows.evidence
                .extend((0..pieces).map(|position| store::EvidenceRow {
                    option_id: format!("o{o}"),
                    position: position as i64,
                    source: format!("{text} {position}"),
                    quote: String::new(),
                    criterion_id: criteria.get(position).map(|c| format!("c{c}")),
                }));
        }
        rows
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_document_can_become_any_other_and_go_back(a in any_document(), b in any_document()) {
        let home = tempfile::tempdir().unwrap();
        let store = open(home.path());
        create(&store, "s_1", &a, NOW);
        store.save(step("s_1", 1, &a, &b, "all of it")).unwrap();
        prop_assert_eq!(&store.load("s_1").unwrap().unwrap().rows, &in_order(b.clone()));
        prop_assert_eq!(&store.undo("s_1", NOW).unwrap().unwrap().rows, &in_order(a));
        prop_assert_eq!(&store.redo("s_1", NOW).unwrap().unwrap().rows, &in_order(b));
    }

    #[test]
    fn the_order_of_rows_in_memory_is_no_change(a in any_document()) {
        prop_assert!(RowChanges::between(&a, &in_order(a.clone())).is_empty());
    }
}
