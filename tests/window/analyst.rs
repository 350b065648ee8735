//! An analyst's whole way through one decision, and what of it outlives the window.

use fantoccini::key::Key;

use crate::desk::{Desk, Window, until};

/// The first option's place in the ranking.
const TRAIN: &str =
    "all('rank-row').find((row) => row.textContent.includes('Train'))?.querySelector('button')";
const TRAVEL: &str = "Bus\t30\t400\nFerry\t60\t700\n";

/// From a blank page to a ranking, by the keyboard alone.
async fn type_a_decision(window: &Window) {
    window.press(Key::Enter).await;
    window
        .until(
            "the topic waits to be typed",
            "document.activeElement === one('topic')",
        )
        .await;
    window.type_keys("How do we get to Oslo?").await;
    window.press(Key::Enter).await;
    window.says("session-row", "How do we get to Oslo?").await;
    window.press(Key::F6).await;
    window
        .until(
            "the table has the focus",
            "document.activeElement === one('cell-editor')",
        )
        .await;
}

#[tokio::test]
async fn a_decision_typed_pasted_weighed_and_explained_is_all_there_in_the_next_window() {
    let desk = Desk::new();
    let window = desk.open(None).await;
    type_a_decision(&window).await;
    name_criteria_and_options(&window).await;
    desk.copy(TRAVEL);
    window
        .type_keys(&(Key::Control + &char::from(Key::End).to_string()))
        .await;
    window.press(Key::Down).await;
    window.control("v").await;
    window.says("decision-size", "4 options × 2 criteria").await;
    window.says("decision-size", "8 of 8 filled").await;
    window.saved("Paste").await;

    weigh(&window).await;
    explain(&window).await;
    let before = snapshot(&window).await;
    desk.close(window).await;

    let window = desk.open(None).await;
    window.find("rank-row").await;
    window.find("add-option").await;
    assert_eq!(snapshot(&window).await, before);
    window.press_button(TRAIN).await;
    window
        .says("option-note", "Ask Ane about the night train")
        .await;
    window.says("evidence-source", "Timetable 2026").await;
    window
        .says("evidence-quote", "Depart 07:02, arrive 08:32")
        .await;
    desk.close(window).await;
}

async fn name_criteria_and_options(window: &Window) {
    window.type_keys("Price (EUR)").await;
    window.press(Key::Tab).await;
    window.type_keys("Time (min)").await;
    window.press(Key::Enter).await;
    window.says("decision-size", "2 criteria").await;
    window.cursor_at(1, 0).await;
    window.type_keys("Train").await;
    window.press(Key::Enter).await;
    window.type_keys("Plane").await;
    window.press(Key::Tab).await;
    window.cursor_at(2, 1).await;
    window.type_keys("320").await;
    window.press(Key::Tab).await;
    window.type_keys("75").await;
    window.press(Key::Up).await;
    window.type_keys("90").await;
    window.press(Key::Left).await;
    window.type_keys("240").await;
    window.press(Key::Enter).await;
    window.saved("Price of Train").await;
    window.find("rank-row").await;
}

/// Less is better for both; then the price counts more, by the slider's keys.
async fn weigh(window: &Window) {
    for criterion in ["Price", "Time"] {
        let name = format!(
            "all('weight').find((row) => row.textContent.includes('{criterion}'))?.querySelector('button')"
        );
        window.press_button(&name).await;
        window.click("direction-cost").await;
        window.saved(criterion).await;
    }
    window.click("inspector-close").await;
    window.gone("inspector").await;
    let shares = window.texts("weight-share").await;
    let order = "all('rank-row').map((row) => row.dataset.rank + row.dataset.option).join()";
    let first = window.ask(order).await;
    window.focus("weight-slider").await;
    window.press(Key::End).await;
    window.saved("Weight of Price").await;
    assert_ne!(window.texts("weight-share").await, shares);
    assert_ne!(
        window.ask(order).await,
        first,
        "the ranking follows the weights"
    );
}

/// Opens where a number comes from, and says what it rests on.
async fn explain(window: &Window) {
    window.focus("cell-editor").await;
    window
        .type_keys(&(Key::Control + &char::from(Key::Home).to_string()))
        .await;
    window.cursor_at(1, 1).await;
    window.type_keys(" ").await;
    window.says("cell-trace", "240 EUR").await;
    window.find("cell-steps").await;
    window.fill("cell-note", "Booked three weeks ahead").await;
    window.saved("ote").await;
    window.press(Key::Escape).await;
    window.gone("inspector").await;

    window.press_button(TRAIN).await;
    window
        .fill("option-note", "Ask Ane about the night train")
        .await;
    window.click("add-evidence").await;
    window.find("evidence-source").await;
    window.fill("evidence-source", "Timetable 2026").await;
    window
        .fill("evidence-quote", "Depart 07:02, arrive 08:32")
        .await;
    window.saved("Evidence of Train").await;
    window
        .until(
            "the quote is saved",
            "all('evidence-quote').some((field) => field.value.startsWith('Depart'))",
        )
        .await;
    window.click("inspector-close").await;
    window.gone("inspector").await;
}

/// Everything the decision's own view says but how long ago it was saved.
async fn snapshot(window: &Window) -> serde_json::Value {
    window
        .ask(
            "[one('topic').value, one('grid').textContent, one('ranking-pane').textContent,
              all('weight-number').map((e) => e.value), one('undo').getAttribute('aria-label')]",
        )
        .await
}

#[tokio::test]
async fn a_hundred_acknowledged_edits_survive_a_kill_and_can_still_be_taken_back() {
    let desk = Desk::new();
    let file = desk.file(
        "travel.tsv",
        "Option\tPrice (EUR)\tTime (min)\nTrain\t1\t90\nPlane\t2\t75\n",
    );
    let window = desk.open(Some(&file)).await;
    window.find("rank-row").await;
    window.focus("cell-editor").await;
    window
        .type_keys(&(Key::Control + &char::from(Key::Home).to_string()))
        .await;
    window.cursor_at(1, 1).await;
    // Down and up by turns, so that each number is one edit of one of two cells.
    let (down, up) = (char::from(Key::Down), char::from(Key::Up));
    let keys: String = (0..104)
        .map(|n| format!("{}{}", 1000 + n, if n % 2 == 0 { down } else { up }))
        .collect();
    window.type_keys(&keys).await;
    window
        .until(
            "all is saved",
            &format!("({CELLS}) === '1102,1103' && !document.querySelector('.saving')"),
        )
        .await;
    window.kill().await;

    let window = desk.open(None).await;
    window.find("rank-row").await;
    assert_eq!(
        window.ask(CELLS).await,
        "1102,1103",
        "every acknowledged edit is there"
    );
    window.gone("history-banner").await;
    window.focus("cell-editor").await;
    window.control(&"z".repeat(100)).await;
    window
        .until(
            "a hundred steps are taken back",
            &format!("({CELLS}) === '1002,1003'"),
        )
        .await;
    desk.close(window).await;
    assert!(
        !desk.engine().needs_check(),
        "the check after the kill has passed"
    );
}

/// The two prices.
const CELLS: &str = "[...document.querySelectorAll('[role=gridcell][aria-colindex=\"2\"]')].map((e) => e.innerText.trim()).join()";

#[tokio::test]
async fn an_export_goes_where_the_systems_own_dialog_says() {
    let desk = Desk::new();
    let file = desk.file("travel.tsv", "Option\tPrice (EUR)\nTrain\t1\nPlane\t2\n");
    let window = desk.open(Some(&file)).await;
    window.find("rank-row").await;
    for (steps, name, holds) in [
        (1, "report.html", "<!doctype html>"),
        (2, "report.csv", "Train"),
    ] {
        window.control("e").await;
        window.find("export-html").await;
        for _ in 0..steps {
            window.press(Key::Down).await;
        }
        window.press(Key::Enter).await;
        let target = desk.path(name).display().to_string();
        desk.keys_in(
            "^Export$",
            &[&["key", "ctrl+a"], &["type", &target], &["key", "Return"]],
        );
        window.says("toast", name).await;
        until("the export is written", || desk.path(name).exists());
        let written = std::fs::read_to_string(desk.path(name)).unwrap();
        assert!(
            written.to_lowercase().contains(&holds.to_lowercase()),
            "{name}: {written}"
        );
    }
    desk.close(window).await;
}
