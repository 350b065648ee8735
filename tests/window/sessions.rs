//! Decisions put away, found, brought back and erased, and changed by somebody else.

use engine::Edit;
use engine::view::NewSession;
use fantoccini::key::Key;

use crate::desk::{Desk, Window};

fn table(desk: &Desk, topic: &str, note: &str) -> String {
    let engine = desk.engine();
    let text = "Option\tPrice\nTrain\t1\nPlane\t2\n".to_owned();
    let made = engine
        .create_session(&NewSession::Text { text, name: None })
        .unwrap();
    let edits = [
        Edit::SetTopic { text: topic.into() },
        Edit::SetNotes { text: note.into() },
    ];
    engine.edit_session(&made.session.id, &edits, None).unwrap();
    made.session.id
}

async fn rows(window: &Window, wanted: &str) {
    let list =
        "all('session-row').map((row) => row.querySelector('.topic').innerText).sort().join()";
    window
        .until(
            &format!("the list holds {wanted:?}"),
            &format!("({list}) === {wanted:?}"),
        )
        .await;
}

#[tokio::test]
async fn what_is_put_away_can_be_found_and_brought_back_until_it_is_erased() {
    let desk = Desk::new();
    table(&desk, "Alpha", "here lies a quokka");
    table(&desk, "Beta", "nothing");
    let window = desk.open(None).await;
    rows(&window, "Alpha,Beta").await;

    window.focus("session-search").await;
    window.type_keys("quok").await;
    rows(&window, "Alpha").await;
    window.press(Key::Escape).await;
    rows(&window, "Alpha,Beta").await;

    menu(&window, "Beta", "session-archive").await;
    rows(&window, "Alpha").await;
    window.click("place-archived").await;
    rows(&window, "Beta").await;
    window.click("place-open").await;

    menu(&window, "Alpha", "session-trash").await;
    rows(&window, "").await;
    window.press_button("all('toast').find((toast) => toast.textContent.includes('Alpha'))?.querySelector('button')").await;
    rows(&window, "Alpha").await;

    menu(&window, "Alpha", "session-trash").await;
    rows(&window, "").await;
    window.click("place-trashed").await;
    rows(&window, "Alpha").await;
    menu(&window, "Alpha", "session-restore").await;
    rows(&window, "").await;
    window.click("place-open").await;
    rows(&window, "Alpha").await;

    menu(&window, "Alpha", "session-trash").await;
    window.click("place-trashed").await;
    rows(&window, "Alpha").await;
    window.click("empty-trash").await;
    window.says("erase-confirm", "Erase 1 decision").await;
    window.click("erase-confirm").await;
    window.says("erase-dialog", "No backup holds it").await;
    window.click("erase-done").await;
    window.find("session-list-empty").await;
    desk.close(window).await;
    let left = std::fs::read(desk.data().join("history.db")).unwrap();
    assert!(
        !left.windows(6).any(|bytes| bytes == b"quokka"),
        "erased from every page of the file"
    );
}

/// Chooses from the menu of the decision called `topic`.
async fn menu(window: &Window, topic: &str, choice: &str) {
    let row = format!("all('session-row').find((row) => row.textContent.includes({topic:?}))");
    let button = format!("{row}?.closest('li').querySelector('[data-testid=session-menu]')");
    window.press_button(&button).await;
    window.click(choice).await;
}

#[tokio::test]
async fn a_change_by_another_process_shows_by_itself() {
    let desk = Desk::new();
    let id = table(&desk, "Alpha", "");
    let window = desk.open(None).await;
    window.click("session-row").await;
    window.says("topic", "Alpha").await;
    let other = desk.engine();
    other
        .edit_session(
            &id,
            &[Edit::SetTopic {
                text: "Changed elsewhere".into(),
            }],
            None,
        )
        .unwrap();
    window.says("topic", "Changed elsewhere").await;
    window.says("session-row", "Changed elsewhere").await;
    window.says("toast", "Another program changed").await;
    // Both go on writing: neither is locked out, and each sees the other's work.
    window.fill("topic", "Changed here").await;
    window.says("session-row", "Changed here").await;
    assert_eq!(
        other.open_session(&id).unwrap().decision.topic,
        "Changed here"
    );
    desk.close(window).await;
}
