//! The list: order, states, search.

use store::{SessionFilter, SessionState, Store};

use crate::samples::{DAY, NOW, create, document, open, step};

fn found(store: &Store, search: &str) -> Vec<String> {
    let filter = SessionFilter {
        state: None,
        search: search.into(),
    };
    store
        .sessions(&filter)
        .unwrap()
        .into_iter()
        .map(|session| session.id)
        .collect()
}

#[test]
fn the_last_changed_session_comes_first() {
    let home = tempfile::tempdir().unwrap();
    let store = open(home.path());
    let rows = document(1, 1, 1.0);
    for (id, at) in [
        ("s_old", NOW),
        ("s_new", NOW + 2 * DAY),
        ("s_mid", NOW + DAY),
    ] {
        create(&store, id, &rows, at);
    }
    assert_eq!(found(&store, ""), ["s_new", "s_mid", "s_old"]);
    let mut save = step("s_old", 1, &rows, &document(1, 1, 2.0), "type");
    save.now_ms = NOW + 3 * DAY;
    store.save(save).unwrap();
    assert_eq!(found(&store, ""), ["s_old", "s_new", "s_mid"]);
}

#[test]
fn archive_and_trash_are_lists_of_their_own_and_keep_revision_and_place() {
    let home = tempfile::tempdir().unwrap();
    let store = open(home.path());
    create(&store, "s_1", &document(1, 1, 1.0), NOW);
    let listed = |state| {
        store
            .sessions(&SessionFilter {
                state: Some(state),
                search: String::new(),
            })
            .unwrap()
            .len()
    };
    let counts = || {
        [
            SessionState::Open,
            SessionState::Archived,
            SessionState::Trashed,
        ]
        .map(listed)
    };
    let trashed = store
        .set_state("s_1", SessionState::Trashed, NOW + DAY)
        .unwrap();
    assert_eq!(
        (trashed.trashed_at, trashed.revision, trashed.updated_at),
        (Some(NOW + DAY), 1, NOW)
    );
    assert_eq!(counts(), [0, 0, 1]);
    let again = store
        .set_state("s_1", SessionState::Trashed, NOW + 2 * DAY)
        .unwrap();
    assert_eq!(
        again.trashed_at,
        Some(NOW + DAY),
        "trashing twice does not start the 30 days anew"
    );
    assert_eq!(
        store
            .set_state("s_1", SessionState::Archived, NOW)
            .unwrap()
            .trashed_at,
        None
    );
    assert_eq!(counts(), [0, 1, 0]);
    assert_eq!(
        store
            .set_state("s_none", SessionState::Open, NOW)
            .unwrap_err()
            .code(),
        "not_found"
    );
}

#[test]
fn search_looks_into_every_text_of_a_session() {
    let home = tempfile::tempdir().unwrap();
    let store = open(home.path());
    let mut rows = document(2, 2, 1.0);
    rows.header.topic = "Which ledger?".into();
    rows.header.context = "Zürich office".into();
    rows.header.notes = "asked Bülent".into();
    rows.options[1].name = "PostgreSQL".into();
    rows.options[1].note = "elephants".into();
    rows.criteria[0].description = "throughput under load".into();
    rows.evidence[0].quote = "measured in Reykjavík".into();
    rows.inputs[0].note = "guesswork".into();
    create(&store, "s_1", &rows, NOW);
    create(&store, "s_2", &document(1, 1, 1.0), NOW);
    for search in [
        "ledger",
        "LEDG",
        "zurich",
        "bulent",
        "postgres",
        "elephant",
        "throughput load",
        "reykjavik",
        "guess",
        "ledger guesswork",
        "\"ledger",
        "ledger)",
        "post-",
    ] {
        assert_eq!(found(&store, search), ["s_1"], "{search}");
    }
    for search in [
        "mysql",
        "edger",
        "ledger mysql",
        "ledger AND NOT zebra",
        "?!",
        "NEAR",
    ] {
        assert_eq!(found(&store, search), Vec::<String>::new(), "{search}");
    }
    assert_eq!(found(&store, "  "), ["s_2", "s_1"]);
}

#[test]
fn search_follows_edits_undo_and_a_restart() {
    let home = tempfile::tempdir().unwrap();
    let (before, mut after) = (document(1, 1, 1.0), document(1, 1, 1.0));
    after.options[0].name = "Cassandra".into();
    {
        let store = open(home.path());
        create(&store, "s_1", &before, NOW);
        assert_eq!(found(&store, "database"), ["s_1"]);
        store
            .save(step("s_1", 1, &before, &after, "rename"))
            .unwrap();
    }
    let store = open(home.path());
    assert_eq!(found(&store, "cassandra"), ["s_1"]);
    store.undo("s_1", NOW).unwrap();
    assert_eq!(found(&store, "cassandra"), Vec::<String>::new());
    assert_eq!(found(&store, "option"), ["s_1"]);
}

#[test]
fn a_new_summary_changes_what_the_list_shows_and_nothing_else() {
    let home = tempfile::tempdir().unwrap();
    let store = open(home.path());
    let rows = document(2, 2, 1.0);
    create(&store, "s_1", &rows, NOW);
    let before = store.load("s_1").unwrap().unwrap();
    let judged = store::SummaryColumns {
        filled: 3,
        status: store::SessionStatus::CloseRace,
        leader: Some("Option 1".into()),
        ..before.session.summary.clone()
    };
    store.set_summary("s_1", judged.clone()).unwrap();
    let after = store.load("s_1").unwrap().unwrap();
    assert_eq!(after.session.summary, judged);
    let expected = store::SessionRow {
        summary: judged.clone(),
        ..before.session
    };
    assert_eq!((after.session, after.undo), (expected, before.undo));
    assert_eq!(
        store.set_summary("s_none", judged).unwrap_err().code(),
        "not_found"
    );
}
