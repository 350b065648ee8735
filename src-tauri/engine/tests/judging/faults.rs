//! Servers that fail: a failed cell never stops the rest, a dead server is not asked three hundred times, and a call that the
//! machine's own sleep broke is asked again.

use engine::view::{AppError, AskReason, Scope};
use engine::{CellState, EngineError, RunChoice, RunEvent, RunOutcome};
use peers::{Fault, Script, When, closed_address, judgement};

use crate::house::{House, table};

fn refuse(status: u16) -> Fault {
    Fault::Refuse {
        status,
        body: "{\"error\":\"no\"}".into(),
        headers: Vec::new(),
    }
}

fn good() -> Script {
    Script::default().answer(|_| judgement(Some(3.0), "Fine."))
}

#[test]
fn one_cells_failure_is_its_own() {
    for fault in [
        refuse(500),
        Fault::Close,
        Fault::CutAfter(40),
        Fault::ErrorInStream("out of memory".into()),
        Fault::Html,
    ] {
        let house = House::new(good().fault(When::Text("option 2.".into()), fault.clone()));
        let id = house.session(&table(6, 1)).session.id;
        let decided = house.decide(&id, &RunChoice::default()).unwrap();
        let states: Vec<_> = decided.answer.cells.iter().map(|cell| cell.state).collect();
        for (at, state) in states.iter().enumerate() {
            let wanted = if at == 2 {
                CellState::Failed
            } else {
                CellState::Scored
            };
            assert_eq!(*state, wanted, "{fault:?}: {states:?}");
        }
        assert_eq!(decided.outcome, RunOutcome::Incomplete);
        assert_eq!(decided.answer.cells[2].score, None, "a failure is no zero");
        assert!(decided.judging[2].error.is_some());
        assert_eq!(decided.calls.failed, 1, "{fault:?}");
    }
}

#[test]
fn only_what_failed_is_tried_again() {
    let house = House::new(good().fault(When::Text("option 1.".into()), refuse(500)));
    let view = house.session(&table(4, 2));
    let id = view.session.id;
    house.decide(&id, &RunChoice::default()).unwrap();
    let plan = house
        .engine
        .plan_run(
            &id,
            &RunChoice {
                scope: Scope::Failed,
                ..RunChoice::default()
            },
        )
        .unwrap();
    assert_eq!(plan.cells.len(), 2);
    assert!(
        plan.cells
            .iter()
            .all(|cell| cell.reason == AskReason::Failed)
    );
    house.server.play(good());
    let asked = house.server.calls().len();
    let decided = house
        .decide(
            &id,
            &RunChoice {
                scope: Scope::Failed,
                ..RunChoice::default()
            },
        )
        .unwrap();
    assert_eq!(house.server.calls().len() - asked, 2);
    assert_eq!(decided.outcome, RunOutcome::Complete);
    let runs = house.engine.runs(&id).unwrap();
    assert_eq!((runs[0].asked, runs[0].carried), (2, 6));
    assert_eq!(
        (runs[1].asked, runs[1].failed),
        (8, 2),
        "the run before still says what happened then"
    );
}

#[test]
fn a_server_that_is_down_is_asked_no_more_after_five_and_the_rest_stays_pending() {
    let house = House::new(good());
    let id = house.session(&table(20, 15)).session.id;
    let choice = RunChoice {
        base_url: Some(closed_address()),
        ..RunChoice::default()
    };
    let (decided, heard) = house.decide_heard(&id, &choice);
    let error = decided.unwrap_err();
    assert!(
        matches!(&error, EngineError::Backend { session: Some(kept), .. } if *kept == id),
        "{error:?}"
    );
    let shown = AppError::from(error);
    assert_eq!(shown.code, "backend_unavailable");
    assert!(shown.hint.unwrap().contains(&id), "it says how to go on");
    let Some(RunEvent::Finished {
        outcome,
        missing,
        failed,
        error,
        ..
    }) = heard.last()
    else {
        panic!("{heard:?}")
    };
    assert_eq!((*outcome, *missing), (RunOutcome::Incomplete, 300));
    assert!((5..=8).contains(failed), "{failed}");
    assert!(error.is_some());
    let judging = house.engine.open_session(&id).unwrap().judging;
    assert_eq!(judging.to_ask, 300);
    assert!(judging.judgements.len() <= 8);
}

#[test]
fn a_wrong_key_and_a_missing_model_are_told_apart_and_cost_five_calls() {
    let cases = [
        (refuse(401), "backend_unauthorised"),
        (
            Fault::Refuse {
                status: 404,
                body: "{\"error\":\"model 'tiny' not found\"}".into(),
                headers: Vec::new(),
            },
            "model_missing",
        ),
    ];
    for (fault, code) in cases {
        let house = House::new(good().fault(When::Always, fault));
        let id = house.session(&table(10, 5)).session.id;
        let error = house.decide(&id, &RunChoice::default()).unwrap_err();
        assert_eq!(AppError::from(error).code, code);
        assert!(
            house.server.calls().len() <= 8,
            "{}",
            house.server.calls().len()
        );
    }
}

#[test]
fn a_server_that_dies_on_the_way_leaves_what_was_finished() {
    let house = House::new(good().fault(When::From(11), refuse(401)));
    let id = house.session(&table(10, 4)).session.id;
    let (decided, heard) = house.decide_heard(&id, &RunChoice::default());
    let decided = decided.unwrap();
    assert_eq!(decided.outcome, RunOutcome::Incomplete);
    let scored = decided
        .answer
        .cells
        .iter()
        .filter(|cell| cell.state == CellState::Scored)
        .count();
    assert_eq!(scored, 10);
    let told = heard.iter().any(|event| matches!(event, RunEvent::Notice { message, .. } if message.contains("asked no more")));
    assert!(told, "{heard:?}");
    house.server.play(good());
    let decided = house.decide(&id, &RunChoice::default()).unwrap();
    assert_eq!(decided.outcome, RunOutcome::Complete);
}

#[test]
fn a_call_that_sleep_broke_is_asked_again_once() {
    let house = House::new(good().fault_times(1, When::Always, Fault::CutAfter(20)));
    house.server.hold_after(0);
    let view = house.session(&table(2, 1));
    let id = view.session.id;
    let choice = RunChoice {
        concurrency: Some(1),
        ..RunChoice::default()
    };
    std::thread::scope(|scope| {
        let run = scope.spawn(|| house.decide(&id, &choice).unwrap());
        house.server.wait_for_in_flight(1);
        house.machine.sleep(3_600_000);
        house.server.release();
        assert_eq!(run.join().unwrap().outcome, RunOutcome::Complete);
    });
    assert_eq!(
        house.server.calls().len(),
        3,
        "the broken one, and each cell"
    );
    let trace = house
        .engine
        .trace_cell(
            &id,
            view.decision.options[0].id.as_str(),
            view.decision.criteria[0].id.as_str(),
        )
        .unwrap();
    let calls = &trace.samples[0].calls;
    assert_eq!(calls.len(), 2);
    assert!(calls[0].error.is_some() && calls[1].error.is_none() && calls[1].extra.is_none());
}

#[test]
fn a_call_that_a_change_of_network_broke_is_asked_again_once_and_no_other_is() {
    for (moves, calls, state) in [(true, 2, CellState::Scored), (false, 1, CellState::Failed)] {
        let house =
            House::new(good().fault_times(1, When::Text("option 0.".into()), Fault::CutAfter(20)));
        house.server.hold_after(0);
        let id = house.session(&table(2, 1)).session.id;
        let choice = RunChoice {
            concurrency: Some(1),
            ..RunChoice::default()
        };
        std::thread::scope(|scope| {
            let run = scope.spawn(|| house.decide(&id, &choice).unwrap());
            house.server.wait_for_in_flight(1);
            if moves {
                *house.machine.way_out.lock().unwrap() = Some([10, 0, 0, 7].into());
            }
            house.server.release();
            assert_eq!(run.join().unwrap().answer.cells[0].state, state);
        });
        assert_eq!(house.server.calls().len(), calls + 1);
    }
}

#[test]
fn the_servers_words_about_a_key_stay_with_the_server() {
    use crate::house::backend;
    use engine::view::BackendKind;
    let server = peers::OpenAi::start(good().key("sk-right"));
    let house = House::new(good());
    house
        .engine
        .add_backend(&backend("openai", BackendKind::Openai, &server.url()))
        .unwrap();
    let key = "sk-wrong-0123456789";
    house
        .machine
        .variables
        .lock()
        .unwrap()
        .push(("OPENAI_API_KEY".into(), key.into()));
    let id = house.session(&table(2, 1)).session.id;
    let choice = RunChoice {
        backend: Some("openai".into()),
        ..RunChoice::default()
    };
    let error = house.decide(&id, &choice).unwrap_err();
    assert!(!format!("{error:?} {error}").contains(key));
    assert_eq!(AppError::from(error).code, "backend_unauthorised");
    let sent = &server.calls()[0].headers;
    assert!(
        sent.iter()
            .any(|(name, value)| name == "authorization" && value.contains(key))
    );
    drop(house.engine.clone());
    for file in std::fs::read_dir(house.folder.path().join("data"))
        .unwrap()
        .flatten()
    {
        if let Ok(bytes) = std::fs::read(file.path()) {
            let found = bytes
                .windows(key.len())
                .any(|window| window == key.as_bytes());
            assert!(!found, "{}", file.path().display());
        }
    }
}

#[test]
fn what_a_server_could_not_do_is_told_and_kept_with_the_call() {
    let refused = Fault::Refuse {
        status: 400,
        body: r#"{"error":{"message":"This response_format type is unavailable now"}}"#.into(),
        headers: Vec::new(),
    };
    let server = peers::OpenAi::start(good().fault_times(1, When::Always, refused));
    let house = House::new(Script::default());
    house
        .engine
        .add_backend(&crate::house::backend(
            "plain",
            engine::view::BackendKind::Openai,
            &format!("{}/v1", server.url()),
        ))
        .unwrap();
    let id = house.session(&table(2, 1)).session.id;
    let choice = RunChoice {
        backend: Some("plain".into()),
        concurrency: Some(1),
        ..RunChoice::default()
    };
    let (decided, heard) = house.decide_heard(&id, &choice);
    assert_eq!(decided.unwrap().outcome, RunOutcome::Complete);
    let told: Vec<&String> = heard
        .iter()
        .filter_map(|event| match event {
            RunEvent::Notice { message, .. } => Some(message),
            _ => None,
        })
        .collect();
    assert!(
        told.iter().any(|words| words.contains("schema")),
        "{told:?}"
    );
    let decision = house.engine.open_session(&id).unwrap().decision;
    let (option, criterion) = (&decision.options[0].id, &decision.criteria[0].id);
    let trace = house
        .engine
        .trace_cell(&id, &option.to_string(), &criterion.to_string())
        .unwrap();
    let notice = trace.samples[0].calls[0].notice.clone();
    assert!(notice.unwrap().contains("schema"));
}
