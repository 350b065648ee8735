//! A model judges, watched by a person: chosen, started, watched as the table fills, stopped, gone on with, overruled,
//! compared and exported. The servers are a double that waits where the test wants it to, and llama.cpp's own.

use fantoccini::key::Key;
use peers::{Fate, Fault, Latency, Model, OpenAi, Script, When, judgement, llama_cpp};

use crate::desk::{Desk, Window, until};

const OPTIONS: [&str; 6] = [
    "Ledgerly",
    "Tallyhouse",
    "Sumwise",
    "Cellbook",
    "Reckoner",
    "Abaca",
];
const CRITERIA: [&str; 4] = ["Ease of use", "Audit trail", "Price fairness", "Support"];

/// Six tools by four judged criteria: 24 cells to ask.
fn tools() -> String {
    let mut text = String::from(
        "topic = \"Which reporting tool?\"\ncontext = \"Twelve people, no administrator.\"\n",
    );
    for (at, name) in CRITERIA.iter().enumerate() {
        let weight = 4 - at;
        text.push_str(&format!(
            "[[criteria]]\nname = \"{name}\"\nkind = \"judged\"\nweight = {weight}\nrubric = {{ 0 = \"poor\", 3 = \"fair\", 5 = \"excellent\" }}\n"
        ));
    }
    for name in OPTIONS {
        text.push_str(&format!(
            "[[options]]\nname = \"{name}\"\ndescription = \"What {name} is.\"\nevidence = [{{ source = \"{name} handbook\", quote = \"{name} keeps every change.\" }}]\n"
        ));
    }
    text
}

/// Chooses the first model of the Ollama that the desk's environment names.
async fn choose_ollama(window: &Window) {
    window.click("judge-choose-first").await;
    window.find("judge-chooser").await;
    window.click("server-ollama").await;
    window
        .until(
            "the server is tested",
            "one('server-test')?.dataset.state === 'ok'",
        )
        .await;
    window.click("model-tiny:latest").await;
    window.picture("judge-chooser").await;
    window.click("chooser-save").await;
    window.gone("judge-chooser").await;
}

/// Exports a web page by the system's own dialog.
async fn export_page(desk: &Desk, window: &Window, name: &str) {
    let target = desk.path(name).display().to_string();
    window.control("e").await;
    window.find("export-html").await;
    window.press(Key::Down).await;
    window.press(Key::Enter).await;
    desk.keys_in(
        "^Export$",
        &[&["key", "ctrl+a"], &["type", &target], &["key", "Return"]],
    );
    window.says("toast", name).await;
    until("the export is written", || desk.path(name).exists());
}

/// How many cells show what a model said: a score, an abstention, or why there is none.
const JUDGED: &str = "document.querySelectorAll('[role=gridcell].judged').length";

/// How many cells show the score of a model.
const SCORED: &str = "document.querySelectorAll('[role=gridcell].judged.is-scored').length";

#[tokio::test]
async fn a_run_is_watched_stopped_gone_on_with_overruled_and_exported() {
    let server = peers::Ollama::start(Script::default());
    server.hold_after(0);
    let desk = Desk::with(&[("OLLAMA_HOST", &server.url())]);
    let file = desk.file("tools.toml", &tools());
    let window = desk.open(Some(&file)).await;
    choose_ollama(&window).await;
    window.says("judge-status", "24").await;
    window.says("judge-where", "This machine").await;
    window.click("judge-start").await;

    // It is watched: seven answers come, the rest waits.
    server.let_through(7);
    window.says("judge-count", "7 of 24").await;
    window
        .until("seven cells show their score", &format!("{SCORED} === 7"))
        .await;
    window.picture("judging-running").await;
    window.click("judge-cancel").await;
    window.find("judge-start").await;
    server.wait_for_fates(1, Fate::CutByClient);
    until("every socket of the run is closed", || {
        server.in_flight() == 0
    });
    window.says("judge-status", "17").await;
    window.picture("judging-cancelled").await;

    // It is gone on with: only what was not judged is asked.
    let asked_before = server
        .calls()
        .iter()
        .filter(|seen| seen.fate == Fate::Answered)
        .count();
    assert_eq!(asked_before, 7);
    server.release();
    window.click("judge-start").await;
    window
        .until("all cells show their score", &format!("{SCORED} === 24"))
        .await;
    window.says("judge-status", "Nothing left to judge").await;
    let answered = server
        .calls()
        .iter()
        .filter(|seen| seen.fate == Fate::Answered)
        .count();
    assert_eq!(answered, 24, "nothing was asked twice");
    window.find("rank-row").await;
    window.picture("judging-done").await;

    // A cell says why, and what was asked and answered.
    window.focus("cell-editor").await;
    window.press(Key::Right).await;
    window.type_keys(" ").await;
    window.find("judgement").await;
    window.find("justification").await;
    window.picture("judging-cell").await;

    // The analyst knows better; the model's word is still there.
    window.press(Key::Escape).await;
    window.gone("inspector").await;
    window.focus("cell-editor").await;
    window.type_keys("2").await;
    window.press(Key::Enter).await;
    window
        .until("one cell is by hand", &format!("{SCORED} === 23"))
        .await;
    window.control("z").await;
    window
        .until("the model's score is back", &format!("{SCORED} === 24"))
        .await;

    export_page(&desk, &window, "report.html").await;
    let report = std::fs::read_to_string(desk.path("report.html")).unwrap();
    assert!(report.contains("tiny"), "the report names the model");
    desk.close(window).await;

    // All of it is there in the next window.
    let window = desk.open(None).await;
    window
        .until("the judgements were kept", &format!("{SCORED} === 24"))
        .await;
    desk.close(window).await;
}

#[tokio::test]
async fn failed_cells_are_told_and_only_they_are_asked_again() {
    let script = Script::default().fault_times(
        3,
        When::Text("Sumwise".into()),
        Fault::Refuse {
            status: 500,
            body: r#"{"error":"out of memory"}"#.into(),
            headers: Vec::new(),
        },
    );
    let server = peers::Ollama::start(script);
    let desk = Desk::with(&[("OLLAMA_HOST", &server.url())]);
    let file = desk.file("tools.toml", &tools());
    let window = desk.open(Some(&file)).await;
    choose_ollama(&window).await;
    window.click("judge-start").await;
    window.says("judge-retry", "Retry 3 failed").await;
    window
        .until("the others are scored", &format!("{SCORED} === 21"))
        .await;
    window.picture("judging-failed").await;
    window.click("judge-retry").await;
    window
        .until("all are scored", &format!("{SCORED} === 24"))
        .await;
    assert_eq!(server.calls().len(), 27);
    desk.close(window).await;
}

#[tokio::test]
async fn what_leaves_the_machine_is_shown_before_anything_does() {
    let desk = Desk::with(&[("OLLAMA_HOST", &peers::closed_address())]);
    let file = desk.file("tools.toml", &tools());
    let window = desk.open(Some(&file)).await;
    window.click("judge-choose-first").await;
    window.click("server-ollama").await;
    window
        .until(
            "the server is down",
            "one('server-test')?.dataset.state === 'down'",
        )
        .await;
    window.picture("judge-chooser-down").await;
    window.click("add-server").await;
    window.focus("new-server-name").await;
    window.type_keys("team").await;
    window.focus("new-server-address").await;
    // An address for documentation (RFC 5737): nothing ever answers there.
    window.type_keys("http://192.0.2.7:8080/v1").await;
    window.focus("new-server-model").await;
    window.type_keys("judge-large").await;
    window.click("new-server-add").await;
    window.find("server-team").await;
    window.click("server-team").await;
    window.click("chooser-save").await;
    window.gone("judge-chooser").await;
    window.says("judge-where", "Leaves this machine").await;
    window.click("judge-start").await;
    window.find("send-dialog").await;
    window.says("send-facts", "192.0.2.7").await;
    window.says("send-prompt", "Ease of use").await;
    window.picture("judging-send").await;
    window.click("send-other").await;
    window.find("judge-chooser").await;
    desk.close(window).await;
}

#[tokio::test]
async fn llama_cpps_own_server_judges_in_the_window_and_its_run_is_compared_with_another_models() {
    let server = llama_cpp::start(&llama_cpp::Options {
        context: 16384,
        ..Default::default()
    })
    .unwrap_or_else(|missing| panic!("{missing}"));
    let double = OpenAi::start(
        Script::default()
            .model(Model::named("steady"))
            .latency(Latency::Instant)
            .answer(|_| judgement(Some(4.0), "It fits.")),
    );
    let desk = Desk::new();
    let engine = desk.engine();
    for (name, url, model) in [
        ("llama", server.url(), "tiny"),
        ("steady", double.url(), "steady"),
    ] {
        engine
            .add_backend(
                &serde_json::from_value(serde_json::json!({
                    "name": name, "kind": "openai", "base_url": format!("{url}/v1"), "model": model
                }))
                .unwrap(),
            )
            .unwrap();
    }
    drop(engine);
    let file = desk.file("tools.toml", &tools());
    let window = desk.open(Some(&file)).await;
    window.click("judge-choose-first").await;
    window.click("server-llama").await;
    window
        .until(
            "the server is tested",
            "one('server-test')?.dataset.state === 'ok'",
        )
        .await;
    window.click("chooser-save").await;
    window.gone("judge-chooser").await;
    window.click("judge-start").await;
    // Random weights under a schema give valid replies; whether each is on the scale or cut off is theirs to decide.
    window
        .until(
            "a first cell is judged",
            "document.querySelectorAll('[role=gridcell].judged').length > 0",
        )
        .await;
    window.picture("judging-llama-running").await;
    window.click("judge-cancel").await;
    window.find("judge-start").await;
    let kept = window.ask(JUDGED).await.as_u64().unwrap();
    assert!((1..24).contains(&kept), "{kept} cells were kept");
    window.click("judge-start").await;
    window
        .until("all cells are judged", &format!("{JUDGED} === 24"))
        .await;
    window
        .until(
            "the run ends",
            "one('judge-bar').dataset.state !== 'running'",
        )
        .await;
    window.picture("judging-llama").await;

    // A score by hand wins, and the report says both who judged and what was overruled.
    window.focus("cell-editor").await;
    window.type_keys("2").await;
    window.press(Key::Enter).await;
    window
        .until("one cell is by hand", &format!("{JUDGED} === 23"))
        .await;
    export_page(&desk, &window, "llama.html").await;
    let report = std::fs::read_to_string(desk.path("llama.html")).unwrap();
    assert!(report.contains("tiny"), "the report names the model");
    window.control("z").await;
    window
        .until("the model's word is back", &format!("{JUDGED} === 24"))
        .await;

    window.click("judge-who").await;
    window.click("server-steady").await;
    window.click("chooser-save").await;
    window.gone("judge-chooser").await;
    window.click("judge-more").await;
    window.click("judge-all").await;
    window
        .until("the second run ends", &format!("{SCORED} === 24"))
        .await;
    window
        .until("the run ends", "one('judge-bar').dataset.state === 'done'")
        .await;
    window.click("judge-more").await;
    window.click("judge-runs").await;
    window
        .until("all runs are listed", "all('run-row').length === 3")
        .await;
    window.picture("judging-runs").await;
    window
        .ask("all('run-pick').forEach((box, at) => box.checked !== at < 2 && box.click())")
        .await;
    window.click("compare").await;
    window.find("compared-cells").await;
    window.picture("judging-compare").await;
    desk.close(window).await;
}
