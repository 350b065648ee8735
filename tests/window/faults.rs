//! Histories that are damaged, or newer than this Ponder: said in words, and with a way on.

use std::os::unix::fs::FileExt;

use engine::view::NewSession;

use crate::desk::Desk;

/// A history with one decision and a backup of it.
fn history(desk: &Desk) {
    let engine = desk.engine();
    engine
        .create_session(&NewSession::Template {
            id: "ledger-database".into(),
        })
        .unwrap();
    engine.backup("a test").unwrap();
}

/// Writes over part of the history file.
fn damage(desk: &Desk, bytes: &[u8], offset: u64) {
    let file = std::fs::OpenOptions::new()
        .write(true)
        .open(desk.data().join("history.db"))
        .unwrap();
    file.write_all_at(bytes, offset).unwrap();
}

#[tokio::test]
async fn a_damaged_history_is_read_only_until_a_backup_is_restored() {
    let desk = Desk::new();
    history(&desk);
    damage(&desk, &[0xA5; 4096], 0);
    let window = desk.open(None).await;
    window.says("history-banner", "damaged").await;
    window.picture("rescue").await;
    window
        .until("nothing can be begun", "one('create-blank').disabled")
        .await;
    window.click("banner-backups").await;
    window.click("restore").await;
    window.picture("rescue-restore").await;
    window.click("restore-confirm").await;
    window.gone("history-banner").await;
    window.says("session-row", "Which database server").await;
    window.click("session-row").await;
    window.fill("topic", "Saved after the rescue").await;
    window.saved("opic").await;
    desk.close(window).await;
    assert!(
        engine::check_history(&engine::Config::for_terminal(Some(desk.data())))
            .unwrap()
            .ok
    );
}

#[tokio::test]
async fn a_history_damaged_while_the_window_was_killed_is_noticed_after_the_first_paint() {
    let desk = Desk::new();
    history(&desk);
    let window = desk.open(None).await;
    window.click("session-row").await;
    window.find("rank-row").await;
    window.kill().await;
    // Pages beyond the first: the file still opens, and only the check can tell.
    damage(&desk, &[0xA5; 20 * 4096], 4096);
    let window = desk.open(None).await;
    window.says("history-banner", "damaged").await;
    window.find("banner-backups").await;
    desk.close(window).await;
}

#[tokio::test]
async fn a_history_of_a_newer_version_is_refused_in_words_and_left_as_it_is() {
    let desk = Desk::new();
    history(&desk);
    // SQLite keeps the schema's version in bytes 60 to 63 of the file (user_version, database file format, 1.3).
    damage(&desk, &999_u32.to_be_bytes(), 60);
    let before = std::fs::read(desk.data().join("history.db")).unwrap();
    let window = desk.open(None).await;
    window.says("history-banner", "newer").await;
    window.picture("newer").await;
    window
        .until("nothing can be begun", "one('create-blank').disabled")
        .await;
    desk.close(window).await;
    assert_eq!(
        std::fs::read(desk.data().join("history.db")).unwrap(),
        before
    );
}
