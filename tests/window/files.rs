//! A file on the command line.

use crate::desk::Desk;

const SAMPLE: &str = include_str!("../../examples/ledger-database.toml");

#[tokio::test]
async fn a_file_opens_as_a_session_and_the_same_file_as_the_same_session() {
    let desk = Desk::new();
    let file = desk.file("ledger.toml", SAMPLE);
    let mut seen = Vec::new();
    for _ in 0..2 {
        let window = desk.open(Some(&file)).await;
        window
            .says("topic", "Which database server for the new ledger?")
            .await;
        window.find("rank-row").await;
        window.find("session-row").await;
        seen.push(
            window
                .ask("all('session-row').map((row) => row.dataset.session).join()")
                .await,
        );
        desk.close(window).await;
    }
    assert_eq!(seen[0], seen[1]);
    assert!(
        !seen[0].as_str().unwrap().contains(','),
        "one session: {seen:?}"
    );
}

#[tokio::test]
async fn a_file_that_cannot_be_read_is_said_with_its_line_and_the_window_works() {
    let desk = Desk::new();
    let file = desk.file(
        "broken.toml",
        "topic = \"Which?\"\n[[criteria]]\nname = \"Cost\"\nweight = -3\n",
    );
    let window = desk.open(Some(&file)).await;
    window.says("fault-bar", "weight").await;
    window.says("fault-bar", "Line 4").await;
    window.picture("bad-file").await;
    window.click("fault-dismiss").await;
    window.gone("fault-bar").await;
    window.click("create-blank").await;
    window.find("not-ranked").await;
    desk.close(window).await;

    let window = desk.open(Some(&desk.path("not-there.toml"))).await;
    window.says("fault-bar", "not-there.toml").await;
    desk.close(window).await;
}
