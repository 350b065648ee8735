//! Runs kept, compared and taken up again.

use engine::view::{AppError, RunKind};
use engine::{RunChoice, Scope};
use peers::{Script, judgement};

use crate::house::{House, table};

fn twice(house: &House, id: &str) -> (String, String) {
    let first = house.decide(id, &RunChoice::default()).unwrap().run;
    house.server.play(Script::default().answer(|asked| {
        judgement(
            Some(if asked.prompt.contains("option 0.") {
                5.0
            } else {
                2.0
            }),
            "Again.",
        )
    }));
    let all = RunChoice {
        scope: Scope::All,
        ..RunChoice::default()
    };
    (first, house.decide(id, &all).unwrap().run)
}

#[test]
fn two_runs_stand_side_by_side() {
    let house = House::new(Script::default().answer(|_| judgement(Some(2.0), "First.")));
    let id = house.session(&table(3, 2)).session.id;
    let (first, second) = twice(&house, &id);
    let compared = house.engine.compare_runs(&id, &first, &second).unwrap();
    assert_eq!(compared.cells.len(), 6);
    assert_eq!(
        (
            compared.agreement.same,
            compared.agreement.within_one,
            compared.agreement.compared
        ),
        (4, 4, 6)
    );
    let cell = &compared.cells[0];
    assert_eq!(
        (cell.option.as_str(), cell.difference, cell.prompt_changed),
        ("option 0.", Some(3.0), false)
    );
    assert_eq!(
        cell.a.as_ref().unwrap().justification.as_deref(),
        Some("First.")
    );
    assert_eq!(
        compared
            .ranking_a
            .iter()
            .filter(|place| place.rank == 1)
            .count(),
        3
    );
    assert_eq!(compared.ranking_b[0].option, "option 0.");
    assert_eq!(
        (compared.a.number, compared.b.number, compared.b.current),
        (1, 2, true)
    );
    let unknown = house
        .engine
        .compare_runs(&id, &first, "r_none")
        .unwrap_err();
    assert_eq!(AppError::from(unknown).code, "not_found");
}

#[test]
fn an_older_run_can_be_taken_up_again_without_a_call() {
    let house = House::new(Script::default().answer(|_| judgement(Some(2.0), "First.")));
    let id = house.session(&table(2, 2)).session.id;
    let (first, second) = twice(&house, &id);
    let asked = house.server.calls().len();
    let view = house.engine.adopt_run(&id, &first).unwrap();
    assert!(
        view.judging
            .judgements
            .iter()
            .all(|cell| cell.score == Some(2.0))
    );
    assert!(
        view.judging
            .judgements
            .iter()
            .all(|cell| cell.carried_from.as_deref() == Some(first.as_str()))
    );
    assert_eq!(house.server.calls().len(), asked);
    let runs = house.engine.runs(&id).unwrap();
    assert_eq!(runs.len(), 3);
    assert!(runs[0].current && runs[0].kind == RunKind::Judged && runs[0].carried == 4);
    assert_eq!(runs[1].id, second);
    let option = view.decision.options[0].id.as_str();
    let trace = house
        .engine
        .trace_cell(&id, option, view.decision.criteria[0].id.as_str())
        .unwrap();
    assert!(
        trace.samples[0].calls[0].reply.contains("First."),
        "its calls are found where they were made"
    );
}

#[test]
fn ranking_without_asking_leaves_the_judgements_present() {
    let house = House::new(Script::default());
    let id = house.session(&table(2, 2)).session.id;
    house.decide(&id, &RunChoice::default()).unwrap();
    let decided = house.decide(&id, &RunChoice::default()).unwrap();
    assert_eq!(decided.calls.made, 0);
    let runs = house.engine.runs(&id).unwrap();
    assert_eq!(
        (runs[0].kind, runs[1].kind),
        (RunKind::Ranked, RunKind::Judged)
    );
    assert!(runs[1].current);
    assert_eq!(house.engine.open_session(&id).unwrap().judging.to_ask, 0);
}
