//! Runs one after another: what a later one takes over from an earlier one, and how they are listed.

use rusqlite::Connection;
use store::{Carry, CellRow, NewRun, RunCells, RunEnd, RunUsage, Store};

use crate::judgements::{call, count, finish, judge, judged, judged_run, sample, started};
use crate::samples::{NOW, create, document};

fn carrying(id: &str, from_run: &str, cells: &[(&str, &str)]) -> NewRun {
    let owned = |(option, criterion): &(&str, &str)| ((*option).into(), (*criterion).into());
    NewRun {
        carry: Some(Carry {
            from_run: from_run.into(),
            cells: cells.iter().map(owned).collect(),
        }),
        ..judged_run(id, "s_1")
    }
}

#[test]
fn judgements_are_taken_over_in_the_commit_that_starts_a_run_and_name_who_asked() {
    let home = tempfile::tempdir().unwrap();
    let store = started(&home);
    judge(&store, "r_1", "o0", "c0", 4.0);
    judge(&store, "r_1", "o1", "c0", 3.0);
    finish(&store, "r_1");
    store
        .start_run(carrying("r_2", "r_1", &[("o0", "c0")]), NOW)
        .unwrap();
    judge(&store, "r_2", "o1", "c0", 5.0);
    finish(&store, "r_2");
    store
        .start_run(carrying("r_3", "r_2", &[("o1", "c0"), ("o0", "c0")]), NOW)
        .unwrap();

    let of = |origin: &str, cell: CellRow| CellRow {
        carried_from: Some(origin.into()),
        ..cell
    };
    assert_eq!(
        store.run_cells("r_3").unwrap(),
        [
            of("r_1", judged("o0", "c0", 4.0)),
            of("r_2", judged("o1", "c0", 5.0))
        ]
    );
    assert_eq!(store.run_samples("r_3").unwrap(), []);
    let asked_by = |option: &str| {
        store.cell_samples("r_3", option, "c0").unwrap()[0].1[0]
            .id
            .clone()
    };
    assert_eq!(
        (asked_by("o0"), asked_by("o1")),
        ("r_1 o0 c0 1 1".into(), "r_2 o1 c0 1 1".into())
    );

    judge(&store, "r_3", "o0", "c0", 1.0);
    let again = &store.run_cells("r_3").unwrap()[0];
    assert_eq!(
        (again.score, again.carried_from.clone()),
        (Some(1.0), None),
        "asked again, it is its own"
    );
    assert_eq!(asked_by_run(&store, "r_3"), "r_3 o0 c0 1 1");

    let end = RunEnd {
        outcome: "complete".into(),
        ranking: None,
    };
    store.finish_run("r_3", end.clone(), NOW).unwrap();
    let adopted = carrying("r_4", "r_1", &[("o0", "c0"), ("o1", "c0")]);
    store.record_run(adopted, Vec::new(), end, NOW).unwrap();
    let newest = store.newest_run("s_1").unwrap().unwrap();
    assert_eq!((newest.id.as_str(), newest.cells.carried), ("r_4", 2));
}

fn asked_by_run(store: &Store, run: &str) -> String {
    store.cell_samples(run, "o0", "c0").unwrap()[0].1[0]
        .id
        .clone()
}

#[test]
fn a_run_that_would_take_over_what_is_not_there_does_not_start() {
    let home = tempfile::tempdir().unwrap();
    let store = started(&home);
    judge(&store, "r_1", "o0", "c0", 4.0);
    finish(&store, "r_1");
    create(&store, "s_2", &document(1, 1, 1.0), NOW);
    let elsewhere = NewRun {
        session_id: "s_2".into(),
        ..carrying("r_2", "r_1", &[("o0", "c0")])
    };
    for run in [
        carrying("r_2", "r_1", &[("o0", "c0"), ("o2", "c1")]),
        carrying("r_2", "r_none", &[]),
        elsewhere,
    ] {
        assert_eq!(store.start_run(run, NOW).unwrap_err().code(), "not_found");
        assert_eq!(store.run("r_2").unwrap_err().code(), "not_found");
    }
    assert_eq!(count(&home, "cells"), 1);
}

#[test]
fn the_list_of_runs_counts_cells_calls_and_tokens() {
    let home = tempfile::tempdir().unwrap();
    let store = started(&home);
    judge(&store, "r_1", "o0", "c0", 4.0);
    for (option, state) in [("o1", "abstained"), ("o2", "failed")] {
        let mut asked = sample(option, "c0", 1, 0.0);
        (asked.state, asked.score) = (state.into(), None);
        let mut call = call("r_1", &asked, 1);
        if state == "failed" {
            call.error_code = Some("down".into());
            call.output_tokens = None;
        }
        let cell = CellRow {
            state: state.into(),
            score: None,
            ..judged(option, "c0", 1.0)
        };
        store
            .put_judgement("r_1", cell, Some((asked, vec![call])))
            .unwrap();
    }
    let typed = CellRow {
        option_id: "o0".into(),
        criterion_id: "c1".into(),
        state: "scored".into(),
        source: Some("hand".into()),
        ..CellRow::default()
    };
    store.put_cells("r_1", vec![typed]).unwrap();
    finish(&store, "r_1");
    store
        .start_run(
            carrying("r_2", "r_1", &[("o0", "c0"), ("o1", "c0")]),
            NOW - 5,
        )
        .unwrap();
    create(&store, "s_2", &document(1, 1, 1.0), NOW);
    store.start_run(judged_run("r_other", "s_2"), NOW).unwrap();
    finish(&store, "r_2");
    let end = RunEnd {
        outcome: "complete".into(),
        ranking: None,
    };
    store
        .record_run(judged_run("r_3", "s_1"), Vec::new(), end, NOW)
        .unwrap();

    let runs = store.runs("s_1").unwrap();
    let list: Vec<_> = runs
        .iter()
        .map(|run| (run.id.as_str(), run.number, run.judged))
        .collect();
    assert_eq!(
        list,
        [("r_3", 3, false), ("r_2", 2, true), ("r_1", 1, true)]
    );
    assert_eq!(
        runs[2].cells,
        RunCells {
            total: 4,
            carried: 0,
            asked: 3,
            scored: 2,
            abstained: 1,
            unparsed: 0,
            failed: 1,
            cancelled: 0
        }
    );
    let usage = RunUsage {
        calls: 3,
        failed: 1,
        input_tokens: 1200,
        output_tokens: 120,
    };
    assert_eq!(runs[2].usage, usage);
    assert_eq!(store.run_usage("r_1").unwrap(), usage);
    // What is kept at the end of a run is what counting gives.
    let connection = Connection::open(home.path().join("history.db")).unwrap();
    assert_eq!(
        connection
            .execute("UPDATE runs SET tally = NULL WHERE tally IS NOT NULL", [])
            .unwrap(),
        3
    );
    drop(connection);
    assert_eq!(store.runs("s_1").unwrap(), runs);
    assert_eq!(
        runs[1].cells,
        RunCells {
            total: 2,
            carried: 2,
            scored: 1,
            abstained: 1,
            ..RunCells::default()
        }
    );
    assert_eq!(
        (runs[1].usage, runs[0].cells),
        (RunUsage::default(), RunCells::default())
    );
    assert_eq!(store.run("r_1").unwrap(), runs[2]);
    assert_eq!(
        store.newest_run("s_1").unwrap().as_ref(),
        Some(&runs[1]),
        "the ranked one judged nothing"
    );
    assert_eq!(store.newest_run("s_none").unwrap(), None);
    assert_eq!(store.run_usage("r_none").unwrap(), RunUsage::default());
}
