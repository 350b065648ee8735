//! Where prompts go when it is not what it looks like: models behind local names, servers declared local, several at once.

use engine::RunChoice;
use engine::view::{AppError, BackendConfigView, BackendKind};
use peers::{Fault, Model, Script, When};

use crate::house::{House, backend, table};

const FAR: &str = "https://models.invalid/v1";

#[test]
fn a_model_that_ollama_passes_on_is_not_local_whatever_it_is_called() {
    let mine = Model {
        cloud: true,
        ..Model::named("mine")
    };
    let house = House::new(Script::default().models([Model::named("tiny"), mine]));
    let id = house.session(&table(2, 1)).session.id;
    for offline in [true, false] {
        let choice = RunChoice {
            model: Some("mine".into()),
            offline,
            ..RunChoice::default()
        };
        let refused = AppError::from(house.decide(&id, &choice).unwrap_err());
        assert_eq!(refused.code, "refused_offline", "offline: {offline}");
    }
    let choice = RunChoice {
        model: Some("mine".into()),
        ..RunChoice::default()
    };
    assert!(house.engine.plan_run(&id, &choice).unwrap().must_confirm);
    assert_eq!(house.server.calls().len(), 0, "not a word was sent");
    assert_eq!(
        house.decide(&id, &RunChoice::default()).unwrap().calls.made,
        2
    );
}

#[test]
fn a_server_declared_local_is_refused_offline_all_the_same() {
    let house = House::new(Script::default());
    let declared = BackendConfigView {
        local: Some(true),
        ..backend("proxy", BackendKind::Openai, FAR)
    };
    house.engine.add_backend(&declared).unwrap();
    let id = house.session(&table(2, 1)).session.id;
    let choice = RunChoice {
        backend: Some("proxy".into()),
        offline: true,
        ..RunChoice::default()
    };
    let refused = AppError::from(house.decide(&id, &choice).unwrap_err());
    assert_eq!(refused.code, "refused_offline");
    let plan = house.engine.plan_run(&id, &choice).unwrap();
    assert_eq!(plan.problem.unwrap().code, "refused_offline");
}

#[test]
fn a_plan_shows_every_place_that_its_prompts_go_to() {
    let house = House::new(Script::default());
    for (name, url) in [("one", FAR), ("two", "https://others.invalid/v1")] {
        house
            .engine
            .add_backend(&backend(name, BackendKind::Openai, url))
            .unwrap();
    }
    let file = "topic = \"T\"\noptions = [{ name = \"A\" }, { name = \"B\" }]\n
        criteria = [{ name = \"X\", judge = { backend = \"one\" } }, { name = \"Y\", judge = { backend = \"two\", samples = 3 } }]";
    let id = house.session(file).session.id;
    let plan = house.engine.plan_run(&id, &RunChoice::default()).unwrap();
    let shown: Vec<_> = plan
        .destinations
        .iter()
        .map(|to| (to.backend.as_str(), to.this_machine, to.calls))
        .collect();
    assert_eq!(shown, [("one", false, 2), ("two", false, 6)]);
    assert_eq!(
        plan.destinations.iter().map(|to| to.bytes).sum::<u64>(),
        plan.bytes
    );
}

#[test]
fn a_judge_of_whom_nothing_is_asked_need_not_be_there() {
    let house = House::new(Script::default());
    let file = house.file(
        "topic = \"T\"\njudge = { backend = \"openai\" }\ncriteria = [{ name = \"X\" }]\n
         [[options]]\nname = \"A\"\nscores = { X = 4 }\n[[options]]\nname = \"B\"\nscores = { X = 2 }\n",
    );
    let request = engine::DecideRequest {
        source: engine::Source::File(file),
        resume: false,
        choice: RunChoice::default(),
    };
    let decided = house
        .engine
        .decide(&request, &engine::Cancel::new(), &mut |_| {})
        .unwrap();
    assert_eq!(decided.answer.winner.as_deref(), Some("A"));
}

#[test]
fn one_cell_that_fails_again_leaves_the_ranking_of_the_others() {
    let cut = Fault::CutAfter(20);
    let house = House::new(Script::default().fault(When::Text("option 1.".into()), cut));
    let id = house.session(&table(3, 1)).session.id;
    for _ in 0..2 {
        let decided = house.decide(&id, &RunChoice::default()).unwrap();
        assert_eq!(decided.outcome, engine::view::RunOutcome::Incomplete);
        assert_eq!(decided.answer.ranking.len(), 3);
    }
}

#[test]
fn asking_again_draws_other_samples_and_says_which() {
    let house = House::new(Script::default());
    let id = house.session(&table(2, 1)).session.id;
    let again = RunChoice {
        scope: engine::view::Scope::All,
        ..RunChoice::default()
    };
    house.decide(&id, &RunChoice::default()).unwrap();
    house.decide(&id, &again).unwrap();
    let seeds: Vec<i64> = house
        .server
        .calls()
        .iter()
        .map(|seen| seen.body["options"]["seed"].as_i64().unwrap())
        .collect();
    assert_eq!(seeds, [1, 1, 1001, 1001]);
}
