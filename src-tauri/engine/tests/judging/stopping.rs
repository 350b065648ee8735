//! Cancelling, and going on after a kill: sockets close, what is finished stays, and nothing is paid twice.

use std::process::{Command, Stdio};
use std::sync::mpsc::channel;

use engine::view::Scope;
use engine::{Cancel, CellState, DecideRequest, Engine, RunChoice, RunEvent, RunOutcome, Source};
use peers::{Fate, Model, Script, judgement};

use crate::house::{House, table};

fn good() -> Script {
    Script::default().answer(|_| judgement(Some(3.0), "Fine."))
}

fn choice(concurrency: u16) -> RunChoice {
    RunChoice {
        concurrency: Some(concurrency),
        ..RunChoice::default()
    }
}

#[test]
fn cancelling_closes_the_sockets_and_keeps_what_is_finished() {
    let house = House::new(good());
    house.server.hold_after(5);
    let id = house.session(&table(10, 2)).session.id;
    let cancel = Cancel::new();
    let request = DecideRequest {
        source: Source::Session(id.clone()),
        resume: false,
        choice: choice(4),
    };
    let (heard, hears) = channel();
    let decided = std::thread::scope(|scope| {
        let run = scope.spawn(|| {
            house.engine.decide(&request, &cancel, &mut |event| {
                let _ = heard.send(event.clone());
            })
        });
        let cells = hears
            .iter()
            .filter(|event| matches!(event, RunEvent::Cell { .. }));
        assert_eq!(cells.take(5).count(), 5);
        house.server.wait_for_in_flight(4);
        cancel.cancel();
        run.join().unwrap().unwrap()
    });
    house.server.wait_for_fates(4, Fate::CutByClient);
    assert_eq!(house.server.in_flight(), 0);
    assert_eq!(decided.outcome, RunOutcome::Cancelled);
    let of = |state| {
        decided
            .answer
            .cells
            .iter()
            .filter(|cell| cell.state == state)
            .count()
    };
    assert_eq!(
        (
            of(CellState::Scored),
            of(CellState::Cancelled),
            of(CellState::Pending)
        ),
        (5, 4, 11)
    );
    assert_eq!(
        house.engine.runs(&id).unwrap()[0].outcome,
        Some(RunOutcome::Cancelled)
    );
    assert_eq!(house.engine.live_run(&id), None);

    house.server.release();
    let asked = house.server.calls().len();
    let decided = house.decide(&id, &choice(4)).unwrap();
    assert_eq!(decided.outcome, RunOutcome::Complete);
    assert_eq!(
        house.server.calls().len() - asked,
        15,
        "what was finished is not asked again"
    );
}

#[test]
fn a_cancelled_second_asking_leaves_every_judgement_that_stood() {
    let house = House::new(good());
    let id = house.session(&table(5, 2)).session.id;
    house.decide(&id, &RunChoice::default()).unwrap();
    house
        .server
        .play(Script::default().answer(|_| judgement(Some(5.0), "New.")));
    house.server.hold_after(13);
    let all = RunChoice {
        scope: Scope::All,
        ..choice(2)
    };
    let (heard, hears) = channel();
    house
        .engine
        .judge_session(&id, &all, false, move |event| {
            let _ = heard.send(event);
        })
        .unwrap();
    let mut cells = 0;
    for event in &hears {
        match event {
            RunEvent::Cell { .. } => {
                cells += 1;
                if cells == 3 {
                    house.server.wait_for_in_flight(2);
                    assert!(house.engine.cancel_run(&id));
                }
            }
            RunEvent::Finished {
                outcome, missing, ..
            } => {
                assert_eq!((outcome, missing), (RunOutcome::Cancelled, 0));
            }
            _ => {}
        }
    }
    let judging = house.engine.open_session(&id).unwrap().judging;
    let scores: Vec<f64> = judging
        .judgements
        .iter()
        .filter_map(|cell| cell.score)
        .collect();
    assert_eq!(scores.len(), 10);
    assert_eq!(scores.iter().filter(|score| **score == 5.0).count(), 3);
    assert_eq!(judging.to_ask, 0);
}

/// Where the child finds its data folder and server; set for it alone.
const CHILD: &str = "PONDER_TEST_CHILD";
const URL: &str = "PONDER_TEST_URL";
/// Set where it asks for every cell, whatever stands.
const AGAIN: &str = "PONDER_TEST_AGAIN";

/// Not a test of its own: the process that is killed in the one below. It says each cell it was told of on standard error.
#[test]
fn the_process_that_is_killed() {
    let (Ok(folder), Ok(url)) = (std::env::var(CHILD), std::env::var(URL)) else {
        return;
    };
    let (data, session) = folder.split_once('|').unwrap();
    let engine = Engine::open(engine::Config::for_terminal(Some(data.into()))).unwrap();
    let request = DecideRequest {
        source: Source::Session(session.to_owned()),
        resume: false,
        choice: RunChoice {
            base_url: Some(url),
            samples: Some(2),
            scope: match std::env::var_os(AGAIN) {
                Some(_) => Scope::All,
                None => Scope::Missing,
            },
            ..choice(3)
        },
    };
    let mut tell = |event: &RunEvent| {
        if let RunEvent::Cell { .. } = event {
            eprintln!("told");
        }
    };
    engine.decide(&request, &Cancel::new(), &mut tell).unwrap();
}

/// A process that judges this session, two samples a cell and three calls in flight.
fn killed_later(house: &House, id: &str) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command
        .args([
            "--exact",
            "stopping::the_process_that_is_killed",
            "--nocapture",
        ])
        .env(
            CHILD,
            format!("{}|{id}", house.folder.path().join("data").display()),
        )
        .env(URL, house.server.url())
        .stderr(Stdio::null())
        .stdout(Stdio::null());
    command
}

/// Judges a session wholly, then kills a process that asks everything again when five of its eight calls were answered.
fn killed_second_asking(house: &House) -> String {
    let id = house.session(&table(4, 1)).session.id;
    let twice = RunChoice {
        samples: Some(2),
        ..choice(3)
    };
    house.decide(&id, &twice).unwrap();
    house.server.hold_after(8 + 5);
    let mut child = killed_later(house, &id).env(AGAIN, "1").spawn().unwrap();
    house.server.wait_until("three calls in flight", |seen| {
        seen.iter().filter(|call| call.call > 0).count() == 8 + 5 + 3
    });
    child.kill().unwrap();
    child.wait().unwrap();
    house.server.release();
    id
}

#[test]
fn a_killed_second_asking_pays_for_no_sample_twice() {
    let house = House::new(good());
    let id = killed_second_asking(&house);
    let twice = RunChoice {
        samples: Some(2),
        ..choice(3)
    };
    let decided = house.decide(&id, &twice).unwrap();
    assert_eq!(decided.outcome, RunOutcome::Complete);
    assert_eq!(
        house.server.calls().len(),
        16 + 3,
        "five of eight were kept"
    );
    assert_eq!(house.engine.runs(&id).unwrap().len(), 2);
}

#[test]
fn a_run_that_goes_on_with_another_model_says_both_and_mixes_no_cell() {
    let models = [Model::named("tiny"), Model::named("other")];
    let house = House::new(good().models(models));
    let id = killed_second_asking(&house);
    let other = RunChoice {
        samples: Some(2),
        model: Some("other".into()),
        ..choice(3)
    };
    let decided = house.decide(&id, &other).unwrap();
    assert_eq!(decided.outcome, RunOutcome::Complete);
    let run = house.engine.runs(&id).unwrap().remove(0);
    assert_eq!(run.model.as_deref(), Some("tiny, other"));
    let decision = house.engine.open_session(&id).unwrap().decision;
    for option in &decision.options {
        let (option, criterion) = (option.id.to_string(), decision.criteria[0].id.to_string());
        let trace = house.engine.trace_cell(&id, &option, &criterion).unwrap();
        let models: std::collections::BTreeSet<String> = trace
            .samples
            .iter()
            .filter_map(|sample| Some(sample.calls.last()?.model.clone()))
            .collect();
        assert_eq!(models.len(), 1, "{option}: {models:?}");
    }
}

#[test]
fn a_run_that_was_killed_goes_on_under_its_id_and_asks_only_what_was_not_committed() {
    const KILLS: u64 = 8;
    let house = House::new(good());
    let id = house.session(&table(10, 3)).session.id;
    let samples = || -> u64 {
        house
            .history()
            .query_row("SELECT count(*) FROM samples", [], |row| {
                row.get::<_, u32>(0)
            })
            .unwrap()
            .into()
    };
    for kill in 0..KILLS {
        let asked = house.server.calls().len() as u64;
        house.server.hold_after(asked + 5);
        let mut child = killed_later(&house, &id).spawn().unwrap();
        // Five were let through; what came of them is durable before three others take their places.
        house.server.wait_until("eight more calls", |seen| {
            seen.iter().filter(|call| call.call > 0).count() as u64 >= asked + 8
        });
        child.kill().unwrap();
        child.wait().unwrap();
        assert_eq!(samples(), (kill + 1) * 5, "nothing that came back is lost");
    }
    let asked = house.server.calls().len() as u64;
    assert_eq!(
        asked,
        KILLS * 8,
        "a kill costs at most as many calls as were in flight"
    );
    house.server.release();
    let choice = RunChoice {
        samples: Some(2),
        ..choice(3)
    };
    let decided = house.decide(&id, &choice).unwrap();
    assert_eq!(decided.outcome, RunOutcome::Complete);
    assert_eq!(house.server.calls().len() as u64 - asked, 60 - KILLS * 5);
    assert!(
        decided
            .judging
            .iter()
            .all(|cell| cell.samples == [3.0, 3.0])
    );
    let runs = house.engine.runs(&id).unwrap();
    assert_eq!(runs.len(), 1, "one run from its first call to its last");
    assert_eq!(
        decided.calls.made, 60,
        "calls that were broken off were never answered"
    );
}

#[test]
fn a_killed_run_whose_decision_was_edited_since_asks_the_touched_cells_again_under_the_same_id() {
    let house = House::new(good());
    let view = house.session(&table(4, 1));
    let id = view.session.id;
    house.server.hold_after(5);
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args([
            "--exact",
            "stopping::the_process_that_is_killed",
            "--nocapture",
        ])
        .env(
            CHILD,
            format!("{}|{id}", house.folder.path().join("data").display()),
        )
        .env(URL, house.server.url())
        .stderr(Stdio::null())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    // Five samples are in, among them both of the first cell; three calls are in flight.
    house.server.wait_until("eight calls", |seen| {
        seen.iter().filter(|call| call.call > 0).count() >= 8
    });
    child.kill().unwrap();
    child.wait().unwrap();
    house.server.release();
    house.edit(
        &id,
        serde_json::json!([{ "edit": "update_option", "id": view.decision.options[0].id, "description": "Edited." }]),
    );
    let choice = RunChoice {
        samples: Some(2),
        ..choice(3)
    };
    let decided = house.decide(&id, &choice).unwrap();
    assert_eq!(decided.outcome, RunOutcome::Complete);
    assert_eq!(
        house.server.calls().len(),
        8 + 2 + 3,
        "both of the edited cell, and what was not committed"
    );
    assert_eq!(house.engine.runs(&id).unwrap().len(), 1);
    let trace = house
        .engine
        .trace_cell(
            &id,
            view.decision.options[0].id.as_str(),
            view.decision.criteria[0].id.as_str(),
        )
        .unwrap();
    let attempts: Vec<u32> = trace.samples[0]
        .calls
        .iter()
        .map(|call| call.attempt)
        .collect();
    assert_eq!(
        attempts,
        [1, 2],
        "what it was asked before the edit is still there"
    );
}
