//! Backends: listed, added, tested, and what may leave the machine.

use engine::view::{AppError, BackendKind, KeySource, TestState};
use engine::{RunChoice, RunEvent};
use peers::{Model, OpenAi, Script, closed_address};

use crate::house::{House, backend, table};

/// An address that is not this machine's by what it says, and that no test may reach.
const FAR: &str = "https://models.invalid/v1";

fn far(house: &House) {
    house
        .engine
        .add_backend(&backend("far", BackendKind::Openai, FAR))
        .unwrap();
}

fn code(error: engine::EngineError) -> String {
    AppError::from(error).code
}

#[test]
fn prompts_leave_only_when_somebody_says_so() {
    let house = House::new(Script::default());
    far(&house);
    let judged_afar = format!("judge = {{ backend = \"far\" }}\n{}", table(2, 1));
    let id = house.session(&judged_afar).session.id;
    let by_itself = house.decide(&id, &RunChoice::default()).unwrap_err();
    let shown = AppError::from(by_itself);
    assert_eq!(shown.code, "refused_offline");
    assert!(shown.hint.unwrap().contains("--backend far"));
    let offline = RunChoice {
        backend: Some("far".into()),
        offline: true,
        ..RunChoice::default()
    };
    assert_eq!(
        code(house.decide(&id, &offline).unwrap_err()),
        "refused_offline"
    );
    let file = house.file(&judged_afar);
    let request = engine::DecideRequest {
        source: engine::Source::File(file),
        resume: false,
        choice: RunChoice::default(),
    };
    let sessions = || {
        house
            .history()
            .query_row("SELECT count(*) FROM sessions", [], |row| {
                row.get::<_, i64>(0)
            })
            .unwrap()
    };
    let before = sessions();
    let refused = house
        .engine
        .decide(&request, &engine::Cancel::new(), &mut |_| {})
        .unwrap_err();
    assert_eq!(code(refused), "refused_offline");
    assert_eq!(sessions(), before, "a refusal keeps nothing");
}

#[test]
fn a_window_shows_what_leaves_and_asks_before_the_first_time_only() {
    let house = House::new(Script::default());
    far(&house);
    let id = house.session(&table(3, 2)).session.id;
    let choice = RunChoice {
        backend: Some("far".into()),
        ..RunChoice::default()
    };
    let plan = house.engine.plan_run(&id, &choice).unwrap();
    assert!(
        plan.must_confirm && !plan.destination.this_machine && plan.problem.is_none(),
        "{plan:?}"
    );
    assert_eq!((plan.calls, plan.prompts.len()), (6, 3));
    assert!(plan.destination.address.contains("models.invalid"));
    let first = &plan.prompts[0];
    assert!(first.stable.contains("criterion 0.") && first.cell.contains("option 0."));
    assert!(plan.bytes > 6 * (first.stable.len() + first.cell.len()) as u64 / 2);
    let unasked = house
        .engine
        .judge_session(&id, &choice, false, |_| {})
        .unwrap_err();
    assert_eq!(code(unasked), "must_confirm");
    let (heard, hears) = std::sync::mpsc::channel();
    house
        .engine
        .judge_session(&id, &choice, true, move |event| {
            let _ = heard.send(event);
        })
        .unwrap();
    let events: Vec<RunEvent> = hears.iter().collect();
    assert!(events.iter().any(|event| matches!(event, RunEvent::Notice { message, .. } if message.contains("models.invalid"))));
    let plan = house.engine.plan_run(&id, &choice).unwrap();
    assert!(!plan.must_confirm, "it was agreed to for this session");
    let other = house.session(&table(2, 1)).session.id;
    assert!(
        house.engine.plan_run(&other, &choice).unwrap().must_confirm,
        "and for no other"
    );
}

#[test]
fn a_cloud_model_behind_a_local_name_is_not_local() {
    let house = House::new(Script::default());
    let id = house.session(&table(2, 1)).session.id;
    let cloud = RunChoice {
        model: Some("gpt-oss:120b-cloud".into()),
        ..RunChoice::default()
    };
    assert_eq!(
        code(house.decide(&id, &cloud).unwrap_err()),
        "refused_offline"
    );
    assert!(house.engine.plan_run(&id, &cloud).unwrap().must_confirm);
    assert_eq!(house.server.calls().len(), 0);
}

#[test]
fn why_a_run_cannot_start_is_part_of_its_plan() {
    let house = House::new(Script::default());
    let id = house.session(&table(2, 1)).session.id;
    let problem = |choice: &RunChoice| {
        let plan = house.engine.plan_run(&id, choice).unwrap();
        plan.problem.map(|problem| problem.code)
    };
    let named = |name: &str| RunChoice {
        backend: Some(name.into()),
        ..RunChoice::default()
    };
    assert_eq!(problem(&RunChoice::default()), None);
    assert_eq!(problem(&named("nobody")).as_deref(), Some("no_backend"));
    assert_eq!(problem(&named("openai")).as_deref(), Some("no_model"));
    house.engine.set_default_backend(None).unwrap();
    assert_eq!(
        problem(&RunChoice::default()).as_deref(),
        Some("no_backend")
    );
    let judged = house.decide(&id, &RunChoice::default()).unwrap();
    assert_eq!(
        judged.outcome,
        engine::RunOutcome::Incomplete,
        "without a judge the cells stay pending"
    );
}

#[test]
fn backends_are_listed_with_where_their_keys_come_from_and_never_with_the_keys() {
    let house = House::new(Script::default());
    far(&house);
    let key_of = |name: &str| {
        let listed = house.engine.backends().unwrap();
        listed
            .into_iter()
            .find(|backend| backend.name == name)
            .unwrap()
            .key
    };
    let names: Vec<String> = house
        .engine
        .backends()
        .unwrap()
        .into_iter()
        .map(|backend| backend.name)
        .collect();
    assert_eq!(names, ["builtin", "ollama", "openai", "anthropic", "far"]);
    assert_eq!(
        (key_of("ollama"), key_of("openai"), key_of("far")),
        (KeySource::None, KeySource::Missing, KeySource::Missing)
    );
    house
        .machine
        .variables
        .lock()
        .unwrap()
        .push(("OPENAI_API_KEY".into(), "sk-secret".into()));
    assert_eq!(
        (key_of("openai"), key_of("far")),
        (KeySource::Environment, KeySource::Missing),
        "OpenAI's key is for OpenAI"
    );
    house.engine.set_key("far", "sk-entered".into()).unwrap();
    assert_eq!(key_of("far"), KeySource::Memory);
    let shown = serde_json::to_string(&house.engine.backends().unwrap()).unwrap();
    assert!(!shown.contains("sk-"), "{shown}");
    house.engine.set_key("far", " ".into()).unwrap();
    assert_eq!(key_of("far"), KeySource::Missing);
    let again = engine::Engine::open(house.config()).unwrap();
    assert_eq!(again.backends().unwrap().len(), 5, "they are kept");
    house.engine.remove_backend("far").unwrap();
    assert_eq!(
        code(house.engine.remove_backend("far").unwrap_err()),
        "no_backend"
    );
}

#[test]
fn a_test_tells_down_unauthorised_missing_and_fine_apart() {
    let house = House::new(Script::default().model(Model::named("big")));
    let guarded = OpenAi::start(Script::default().key("sk-right"));
    house
        .engine
        .add_backend(&backend("guarded", BackendKind::Openai, &guarded.url()))
        .unwrap();
    house
        .engine
        .add_backend(&backend("gone", BackendKind::Openai, &closed_address()))
        .unwrap();
    let state = |name: &str, model: Option<&str>| {
        house.engine.test_backend(name, model, false).unwrap().state
    };
    assert_eq!(state("ollama", None), TestState::Ok);
    assert_eq!(state("ollama", Some("absent")), TestState::ModelMissing);
    assert_eq!(state("gone", None), TestState::Down);
    assert_eq!(state("guarded", None), TestState::Unauthorised);
    house.engine.set_key("guarded", "sk-right".into()).unwrap();
    assert_eq!(state("guarded", None), TestState::Ok);
    let models = house.engine.backend_models("ollama", false).unwrap();
    assert!(
        models.iter().any(|model| model.name.starts_with("big")),
        "{models:?}"
    );
    far(&house);
    assert_eq!(
        code(house.engine.test_backend("far", None, true).unwrap_err()),
        "refused_offline"
    );
}

#[test]
fn changing_a_backend_leaves_what_is_not_named() {
    let house = House::new(Script::default());
    let mut change = backend("ollama", BackendKind::Ollama, &house.server.url());
    change.base_url = None;
    change.model = Some("big".into());
    change.concurrency = None;
    let listed = house.engine.add_backend(&change).unwrap();
    let ollama = listed
        .iter()
        .find(|backend| backend.name == "ollama")
        .unwrap();
    assert_eq!(
        ollama.base_url.as_deref(),
        Some(house.server.url().as_str())
    );
    assert_eq!(
        (ollama.model.as_deref(), ollama.concurrency),
        (Some("big"), 4)
    );
    let mut secret = backend("leaky", BackendKind::Openai, "https://user:hunter2@host/v1");
    secret.model = None;
    let error = house.engine.add_backend(&secret).unwrap_err();
    assert!(!format!("{error} {error:?}").contains("hunter2"));
}

#[test]
fn anthropics_messages_judge_like_any_other_backend() {
    let server = peers::Anthropic::start(Script::default().key("sk-ant-right"));
    let house = House::new(Script::default());
    house
        .machine
        .variables
        .lock()
        .unwrap()
        .push(("ANTHROPIC_API_KEY".into(), "sk-ant-right".into()));
    house
        .engine
        .add_backend(&backend("anthropic", BackendKind::Anthropic, &server.url()))
        .unwrap();
    let id = house.session(&table(3, 2)).session.id;
    let choice = RunChoice {
        backend: Some("anthropic".into()),
        ..RunChoice::default()
    };
    let decided = house.decide(&id, &choice).unwrap();
    assert_eq!(decided.outcome, engine::RunOutcome::Complete);
    assert_eq!(server.calls().len(), 6);
    let system = &server.calls()[0].body["system"][0];
    assert_eq!(
        system["cache_control"]["type"], "ephemeral",
        "what all options share is kept by the server: {system}"
    );
}
