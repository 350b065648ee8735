//! What becomes of cells that are asked: scores, samples, evidence, repairs, and what a reader is shown of them.

use engine::view::{BackendKind, CellRef, RunKind, Scope};
use engine::{CellState, Format, RunChoice, RunEvent, RunOutcome};
use peers::{Answer, Fault, OpenAi, Script, When, judgement};
use serde_json::json;

use crate::house::{House, backend, table};

fn scored(score: f64) -> Script {
    Script::default().answer(move |_| judgement(Some(score), "Because it is so."))
}

#[test]
fn every_cell_is_asked_once_and_told_once_it_is_durable() {
    let house = House::new(Script::default());
    let id = house.session(&table(5, 3)).session.id;
    let (decided, heard) = house.decide_heard(&id, &RunChoice::default());
    let decided = decided.unwrap();
    assert_eq!(house.server.calls().len(), 15);
    assert_eq!(decided.calls.made, 15);
    assert_eq!(
        decided.calls.cost, None,
        "a cost that is unknown is not zero"
    );
    assert!(decided.calls.input_tokens > 0 && decided.calls.output_tokens > 0);
    assert_eq!(decided.outcome, RunOutcome::Complete);
    assert!(
        matches!(
            heard[0],
            RunEvent::Started {
                cells: 15,
                scored: 0,
                asked: 15,
                ..
            }
        ),
        "{:?}",
        heard[0]
    );
    assert!(matches!(
        heard.last(),
        Some(RunEvent::Finished {
            scored: 15,
            missing: 0,
            ..
        })
    ));
    let told = heard
        .iter()
        .filter(|event| matches!(event, RunEvent::Cell { .. }))
        .count();
    let asking = heard
        .iter()
        .filter(|event| matches!(event, RunEvent::Asking { .. }))
        .count();
    assert_eq!((told, asking), (15, 15));
    let again = house.decide(&id, &RunChoice::default()).unwrap();
    assert_eq!(
        house.server.calls().len(),
        15,
        "what is judged is not asked again"
    );
    assert_eq!(again.answer.ranking, decided.answer.ranking);
}

#[test]
fn cells_are_asked_criterion_by_criterion() {
    let house = House::new(Script::default());
    let id = house.session(&table(4, 3)).session.id;
    let one_at_a_time = RunChoice {
        concurrency: Some(1),
        ..RunChoice::default()
    };
    house.decide(&id, &one_at_a_time).unwrap();
    let systems: Vec<String> = house
        .server
        .calls()
        .iter()
        .map(|call| {
            call.body["messages"][0]["content"]
                .as_str()
                .unwrap()
                .to_owned()
        })
        .collect();
    for criterion in systems.chunks(4) {
        assert!(
            criterion.iter().all(|system| *system == criterion[0]),
            "the stable part is kept warm"
        );
    }
    assert_ne!(systems[0], systems[4]);
    assert_eq!(house.server.max_in_flight(), 1);
}

#[test]
fn never_more_calls_are_in_flight_than_allowed_and_all_places_are_used() {
    for limit in [1u16, 3, 8] {
        let house = House::new(Script::default());
        house.server.hold_after(0);
        let id = house.session(&table(10, 3)).session.id;
        let choice = RunChoice {
            concurrency: Some(limit),
            ..RunChoice::default()
        };
        std::thread::scope(|scope| {
            let run = scope.spawn(|| house.decide(&id, &choice).unwrap());
            house.server.wait_for_in_flight(usize::from(limit));
            house.server.release();
            run.join().unwrap();
        });
        assert_eq!(house.server.max_in_flight(), usize::from(limit));
        assert_eq!(house.server.calls().len(), 30);
    }
}

#[test]
fn two_criteria_reach_two_servers_each_with_its_own_model_and_temperature() {
    let house = House::new(Script::default());
    let other = OpenAi::start(Script::default());
    let office = backend("office", BackendKind::Openai, &other.url());
    house.engine.add_backend(&office).unwrap();
    let file = "topic = \"T\"\njudge = { temperature = 0.7 }\n
        criteria = [{ name = \"X\", judge = { temperature = 0.0 } }, { name = \"Y\", judge = { backend = \"office\" } }]
        options = [{ name = \"A\" }, { name = \"B\" }]";
    let id = house.session(file).session.id;
    let decided = house.decide(&id, &RunChoice::default()).unwrap();
    assert_eq!((house.server.calls().len(), other.calls().len()), (2, 2));
    assert_eq!(
        house.server.calls()[0].body["options"]["temperature"],
        json!(0.0)
    );
    assert_eq!(other.calls()[0].body["temperature"], json!(0.7));
    let backends: Vec<_> = decided
        .judging
        .iter()
        .map(|cell| cell.backend.clone().unwrap())
        .collect();
    assert_eq!(backends, ["ollama", "office", "ollama", "office"]);
    let run = &house.engine.runs(&id).unwrap()[0];
    assert_eq!(run.backend.as_deref(), Some("ollama, office"));
    assert_eq!(run.kind, RunKind::Judged);
}

#[test]
fn samples_give_a_median_and_a_spread_and_each_can_be_looked_at() {
    let script = Script::default().answer(|asked| {
        let level = [1.0, 5.0, 4.0][usize::try_from(asked.seed.unwrap_or(1) - 1).unwrap() % 3];
        judgement(Some(level), &format!("Level {level}."))
    });
    let house = House::new(script);
    let view = house.session(&table(2, 1));
    let id = view.session.id;
    let choice = RunChoice {
        samples: Some(3),
        ..RunChoice::default()
    };
    let decided = house.decide(&id, &choice).unwrap();
    assert_eq!(house.server.calls().len(), 6);
    let cell = &decided.answer.cells[0];
    assert_eq!(cell.score, Some(4.0), "the median");
    assert_eq!(
        cell.justification.as_deref(),
        Some("Level 4."),
        "the words of the sample at the median"
    );
    assert_eq!(decided.judging[0].samples, [1.0, 5.0, 4.0]);
    assert_eq!(decided.judging[0].spread, Some([1.0, 5.0]));
    let trace = house
        .engine
        .trace_cell(
            &id,
            view.decision.options[0].id.as_str(),
            view.decision.criteria[0].id.as_str(),
        )
        .unwrap();
    assert_eq!(trace.samples.len(), 3);
    assert_eq!(trace.judgement.unwrap().samples, 3);
    let call = &trace.samples[2].calls[0];
    assert!(call.stable.contains("criterion 0.") && call.cell.contains("option 0."));
    assert!(call.reply.contains("Level 4.") && call.total_ms.is_some());
    assert_eq!(
        call.model_digest,
        Some(peers::Model::named("tiny").digest())
    );
}

#[test]
fn a_reply_that_cannot_be_read_is_asked_for_once_more_with_what_was_wrong() {
    let script = Script::default().answer(|asked| {
        if asked.messages > 2 {
            judgement(Some(3.0), "Now in form.")
        } else {
            Answer::from("I would say it is rather good.")
        }
    });
    let house = House::new(script);
    let view = house.session(&table(2, 1));
    let id = view.session.id;
    let decided = house.decide(&id, &RunChoice::default()).unwrap();
    assert_eq!(decided.answer.cells[0].score, Some(3.0));
    assert_eq!(house.server.calls().len(), 4);
    let trace = house
        .engine
        .trace_cell(
            &id,
            view.decision.options[0].id.as_str(),
            view.decision.criteria[0].id.as_str(),
        )
        .unwrap();
    let calls = &trace.samples[0].calls;
    assert_eq!(calls.len(), 2, "both are kept");
    assert_eq!((calls[0].attempt, calls[1].attempt), (1, 2));
    assert!(calls[0].extra.is_none() && calls[1].extra.is_some());
    assert_eq!(calls[0].reply, "I would say it is rather good.");
}

#[test]
fn a_reply_that_stays_unreadable_is_unparsed_and_never_a_score() {
    for (fault, cell) in [
        (Fault::Prose, CellState::Unparsed),
        (Fault::Empty, CellState::Unparsed),
        (Fault::Truncate, CellState::Unparsed),
        (Fault::WrongLanguage, CellState::Unparsed),
        (Fault::Say("{\"status\":\"scored\",\"score\":85,\"justification\":\"x\",\"evidence\":[],\"memory\":true}".into()), CellState::Unparsed),
        (Fault::Fence, CellState::Scored),
        (Fault::Huge(50_000_000), CellState::Failed),
        (Fault::InvalidUtf8, CellState::Failed),
    ] {
        let house = House::new(scored(2.0).fault(When::Text("option 1.".into()), fault.clone()));
        let id = house.session(&table(3, 1)).session.id;
        let decided = house.decide(&id, &RunChoice::default()).unwrap();
        let states: Vec<CellState> = decided.answer.cells.iter().map(|cell| cell.state).collect();
        assert_eq!(states, [CellState::Scored, cell, CellState::Scored], "{fault:?}");
        let error = &decided.judging[1].error;
        assert_eq!(error.is_some(), cell != CellState::Scored, "{fault:?}: {error:?}");
        let whole = cell == CellState::Scored;
        assert_eq!(decided.outcome == RunOutcome::Complete, whole, "{fault:?}");
    }
}

#[test]
fn an_abstention_is_a_result_and_no_failure() {
    let house = House::new(Script::default().answer(|asked| {
        judgement(
            (!asked.prompt.contains("option 0.")).then_some(4.0),
            "Nothing is known of it.",
        )
    }));
    let id = house.session(&table(2, 1)).session.id;
    let decided = house.decide(&id, &RunChoice::default()).unwrap();
    assert_eq!(decided.answer.cells[0].state, CellState::Abstained);
    assert_eq!(decided.outcome, RunOutcome::Complete);
    let shown = serde_json::to_value(&decided).unwrap();
    assert_eq!(
        shown["cells"][0]["justification"],
        "Nothing is known of it."
    );
    assert_eq!(shown["cells"][0]["samples"], json!([]));
    assert_eq!(shown["cells"][1]["samples"], json!([4.0]));
    assert_eq!(shown["calls"]["cost"], json!(null));
}

#[test]
fn a_hand_score_wins_and_clearing_it_brings_the_models_back() {
    let house = House::new(scored(2.0));
    let view = house.session(&table(2, 2));
    let id = view.session.id;
    let (option, criterion) = (
        view.decision.options[0].id.clone(),
        view.decision.criteria[0].id.clone(),
    );
    house.decide(&id, &RunChoice::default()).unwrap();
    let typed = |text: &str| json!([{ "edit": "type_cells", "cells": [{ "option": option, "criterion": criterion, "text": text }] }]);
    let by_hand = house.edit(&id, typed("5"));
    assert_eq!(by_hand.answer.unwrap().cells[0].score, Some(5.0));
    assert_eq!(
        by_hand.judging.judgements[0].score,
        Some(2.0),
        "the model's stays to be seen"
    );
    assert_eq!(by_hand.judging.to_ask, 0);
    let cleared = house.edit(&id, typed(""));
    assert_eq!(cleared.answer.unwrap().cells[0].score, Some(2.0));
    assert_eq!(house.server.calls().len(), 4);
}

#[test]
fn one_cell_can_be_asked_again_and_the_others_stay() {
    let house = House::new(scored(2.0));
    let view = house.session(&table(3, 2));
    let id = view.session.id;
    house.decide(&id, &RunChoice::default()).unwrap();
    house.server.play(scored(5.0));
    let one = CellRef {
        option_id: view.decision.options[1].id.to_string(),
        criterion_id: view.decision.criteria[1].id.to_string(),
    };
    let choice = RunChoice {
        scope: Scope::Cells(vec![one]),
        ..RunChoice::default()
    };
    let decided = house.decide(&id, &choice).unwrap();
    assert_eq!(house.server.calls().len(), 7);
    let scores: Vec<_> = decided
        .answer
        .cells
        .iter()
        .map(|cell| cell.score.unwrap())
        .collect();
    assert_eq!(scores, [2.0, 2.0, 2.0, 5.0, 2.0, 2.0]);
}

#[test]
fn a_context_that_was_cut_is_told_once_and_kept_with_its_call() {
    let house = House::new(scored(1.0).fault(When::Always, Fault::ContextCut(30)));
    let view = house.session(&table(4, 1));
    let id = view.session.id;
    let (decided, heard) = house.decide_heard(&id, &RunChoice::default());
    decided.unwrap();
    let notices = heard.iter().filter_map(|event| match event {
        RunEvent::Notice { message, .. } => Some(message),
        _ => None,
    });
    let cut: Vec<_> = notices
        .filter(|message| message.contains("context"))
        .collect();
    assert!(!cut.is_empty(), "{heard:?}");
    let trace = house
        .engine
        .trace_cell(
            &id,
            view.decision.options[0].id.as_str(),
            view.decision.criteria[0].id.as_str(),
        )
        .unwrap();
    assert!(trace.samples[0].calls[0].notice.is_some());
}

#[test]
fn what_the_judge_said_stands_in_every_report() {
    let script = Script::default().answer(|asked| {
        judgement(
            (!asked.prompt.contains("option 1.")).then_some(4.0),
            "It keeps what it promises.",
        )
    });
    let house = House::new(script);
    let id = house.session(&table(2, 1)).session.id;
    house.decide(&id, &RunChoice::default()).unwrap();
    for format in [Format::Markdown, Format::Html, Format::Json] {
        let path = house
            .folder
            .path()
            .join(house.engine.export_name(&id, format).unwrap());
        house
            .engine
            .export_session(&id, format, &path, false)
            .unwrap();
        let text = std::fs::read_to_string(&path).unwrap();
        for said in ["It keeps what it promises", "tiny", "abstained"] {
            assert!(text.contains(said), "{format:?} lacks {said:?}");
        }
    }
}
