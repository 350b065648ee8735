//! Backups, restoring one, and what a damaged history still gives.

use std::fs;
use std::path::Path;

use rusqlite::Connection;
use store::{Condition, OpenOptions, SessionFilter, Store, StoreError};

use crate::children::nobody_is_started;
use crate::judgements::{judge, started};
use crate::samples::{DAY, NOW, create, document, in_order, open, step};

fn ids(store: &Store) -> Vec<String> {
    let mut ids: Vec<String> = store
        .sessions(&SessionFilter::default())
        .unwrap()
        .into_iter()
        .map(|session| session.id)
        .collect();
    ids.sort();
    ids
}

#[test]
fn a_backup_is_a_sound_history_of_its_own() {
    let home = tempfile::tempdir().unwrap();
    let store = open(home.path());
    create(&store, "s_1", &document(4, 3, 1.0), NOW);
    let info = store.backup("manual", NOW).unwrap();
    assert_eq!(
        (info.at, info.reason.as_str(), info.sessions),
        (NOW, "manual", Some(1))
    );
    assert_eq!(store.backups(), std::slice::from_ref(&info));
    create(&store, "s_2", &document(1, 1, 1.0), NOW);
    let copy = Connection::open(&info.file).unwrap();
    let check: String = copy
        .query_row("PRAGMA integrity_check", [], |row| row.get(0))
        .unwrap();
    let sessions: u32 = copy
        .query_row("SELECT count(*) FROM sessions", [], |row| row.get(0))
        .unwrap();
    assert_eq!((check.as_str(), sessions), ("ok", 1));
}

#[test]
fn judgements_come_back_from_a_backup_with_what_they_rest_on() {
    let home = tempfile::tempdir().unwrap();
    let _alone = nobody_is_started();
    let store = started(&home);
    judge(&store, "r_1", "o0", "c0", 4.0);
    let before = store.cell_samples("r_1", "o0", "c0").unwrap();
    assert_eq!((before.len(), before[0].1.len()), (1, 1));
    let backup = store.backup("manual", NOW).unwrap();
    store.erase(&["s_1".into()]).unwrap();
    assert_eq!(store.cell_samples("r_1", "o0", "c0").unwrap(), []);
    drop(store);
    Store::restore(home.path(), &backup.file, NOW).unwrap();
    let store = open(home.path());
    assert_eq!(store.cell_samples("r_1", "o0", "c0").unwrap(), before);
    assert_eq!(store.newest_run("s_1").unwrap().unwrap().id, "r_1");
}

#[test]
fn a_check_counts_the_rows_of_every_table() {
    let home = tempfile::tempdir().unwrap();
    let store = started(&home);
    judge(&store, "r_1", "o0", "c0", 4.0);
    let counted: Vec<String> = store
        .check()
        .unwrap()
        .rows
        .into_iter()
        .map(|(table, _)| table)
        .collect();
    let connection = Connection::open(home.path().join("history.db")).unwrap();
    let mut statement = connection
        .prepare(
            "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'session_text%'",
        )
        .unwrap();
    let tables = statement
        .query_map([], |row| row.get::<_, String>(0))
        .unwrap();
    // One row for each session, and the format's own.
    let known = ["headers", "migrations"];
    for table in tables.map(Result::unwrap) {
        assert!(
            counted.contains(&table) || known.contains(&table.as_str()),
            "{table} is left out"
        );
    }
}

#[test]
fn backups_are_thinned_and_private() {
    let home = tempfile::tempdir().unwrap();
    let store = open(home.path());
    for day in 0..30 {
        store.backup("manual", NOW + day * DAY).unwrap();
    }
    let ages: Vec<i64> = store
        .backups()
        .iter()
        .map(|backup| (NOW + 29 * DAY - backup.at) / DAY)
        .collect();
    assert_eq!(ages[..10], [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    assert!(
        ages.len() <= 10 + 5 && ages.iter().max() >= Some(&21),
        "{ages:?}"
    );
    let names: Vec<_> = fs::read_dir(home.path().join("backups"))
        .unwrap()
        .flatten()
        .collect();
    assert_eq!(
        names.len(),
        ages.len(),
        "nothing half-done is left: {names:?}"
    );
    #[cfg(unix)]
    for entry in names {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(
            entry.metadata().unwrap().permissions().mode() & 0o777,
            0o600
        );
    }
}

#[test]
fn a_restore_brings_the_backup_back_and_keeps_what_was_there() {
    let home = tempfile::tempdir().unwrap();
    let backup = {
        let store = open(home.path());
        create(&store, "s_1", &document(2, 2, 1.0), NOW);
        let backup = store.backup("manual", NOW).unwrap();
        create(&store, "s_2", &document(2, 2, 2.0), NOW);
        backup
    };
    let restored = Store::restore(home.path(), &backup.file, NOW + 1).unwrap();
    let aside = restored.aside.unwrap();
    assert_eq!(
        (restored.sessions, aside.sessions, aside.reason.as_str()),
        (Some(1), Some(2), "before-restore")
    );
    let store = open(home.path());
    assert_eq!(
        (store.condition(), ids(&store)),
        (Condition::Ok, vec!["s_1".to_owned()])
    );
    drop(store);
    Store::restore(home.path(), &aside.file, NOW + 2).unwrap();
    assert_eq!(ids(&open(home.path())), ["s_1", "s_2"]);
}

#[test]
fn a_restore_waits_for_nobody_and_touches_nothing_while_the_history_is_open() {
    let home = tempfile::tempdir().unwrap();
    let store = open(home.path());
    create(&store, "s_1", &document(1, 1, 1.0), NOW);
    let backup = store.backup("manual", NOW).unwrap();
    create(&store, "s_2", &document(1, 1, 1.0), NOW);
    let refused = Store::restore(home.path(), &backup.file, NOW).unwrap_err();
    assert_eq!(refused.code(), "history_locked");
    assert_eq!(ids(&store), ["s_1", "s_2"]);
}

#[test]
fn what_is_no_backup_is_refused_and_changes_nothing() {
    let home = tempfile::tempdir().unwrap();
    let backup = {
        let store = open(home.path());
        create(&store, "s_1", &document(20, 20, 1.0), NOW);
        store.backup("manual", NOW).unwrap()
    };
    let elsewhere = tempfile::tempdir().unwrap();
    let file = |name: &str| elsewhere.path().join(name);
    fs::write(
        file("text"),
        "no database at all, but long enough to be looked at",
    )
    .unwrap();
    fs::write(file("empty"), "").unwrap();
    Connection::open(file("other"))
        .unwrap()
        .execute_batch("CREATE TABLE cats (name TEXT)")
        .unwrap();
    let whole = fs::read(&backup.file).unwrap();
    fs::write(file("cut"), &whole[..whole.len() / 2]).unwrap();
    for (name, code) in [
        ("text", "bad_backup"),
        ("empty", "bad_backup"),
        ("other", "bad_backup"),
        ("cut", "bad_backup"),
        ("none", "not_found"),
    ] {
        let refused = Store::restore(home.path(), &file(name), NOW).unwrap_err();
        assert_eq!(refused.code(), code, "{name}: {refused}");
        assert_eq!(ids(&open(home.path())), ["s_1"], "{name}");
    }
    assert_eq!(
        Store::backups_in(home.path()).len(),
        1,
        "nothing was set aside for a restore that was refused"
    );
}

/// Overwrites the middle of every page that holds the needle.
fn damage(history: &Path, needle: &str) {
    let mut bytes = fs::read(history).unwrap();
    let mut hit = 0;
    for page in bytes.chunks_mut(4096).skip(1) {
        if page
            .windows(needle.len())
            .any(|window| window == needle.as_bytes())
        {
            page[..64].fill(0xa5);
            hit += 1;
        }
    }
    assert!(hit > 0, "{needle} is nowhere in the file");
    fs::write(history, bytes).unwrap();
}

#[test]
fn a_damaged_history_gives_what_can_be_read_and_takes_nothing_until_a_backup_is_restored() {
    let home = tempfile::tempdir().unwrap();
    let rows = |n: i64| {
        let mut rows = document(10, 10, n as f64);
        rows.options[0].note = format!("needle{n}-");
        rows
    };
    let backup = {
        let store = open(home.path());
        for n in 0..20 {
            create(&store, &format!("s_{n}"), &rows(n), NOW + n);
        }
        store.backup("manual", NOW).unwrap()
    };
    damage(&home.path().join("history.db"), "needle7-");

    let store = open(home.path());
    assert_eq!(store.load("s_7").unwrap_err().code(), "history_corrupt");
    let Condition::Rescue { why } = store.condition() else {
        panic!("{:?}", store.condition())
    };
    assert!(!why.is_empty());
    assert!(matches!(store.verify().unwrap(), Condition::Rescue { .. }));
    let refused = store
        .save(step("s_1", 1, &rows(1), &rows(2), "type"))
        .unwrap_err();
    assert!(
        refused.to_string().contains("a backup can be restored"),
        "{refused}"
    );
    assert_eq!(store.sessions(&SessionFilter::default()).unwrap().len(), 20);
    let salvage = store.salvage().unwrap();
    assert!(
        salvage.lost.contains(&"s_7".to_owned()),
        "{:?}",
        salvage.lost
    );
    assert!(salvage.readable.len() >= 10 && salvage.readable.len() + salvage.lost.len() == 20);
    assert!(!store.check().unwrap().problems.is_empty());
    assert_eq!(
        store.backup("manual", NOW + 1).unwrap_err().code(),
        "history_corrupt",
        "no copy of damage"
    );
    assert_eq!(store.backups(), std::slice::from_ref(&backup));
    drop(store);

    let restored = Store::restore(home.path(), &backup.file, NOW + 2).unwrap();
    assert_eq!(restored.aside.unwrap().reason, "damaged");
    let store = open(home.path());
    assert_eq!(store.verify().unwrap(), Condition::Ok);
    assert_eq!(store.load("s_7").unwrap().unwrap().rows, in_order(rows(7)));
    assert_eq!(store.check().unwrap().problems, Vec::<String>::new());
}

#[test]
fn a_damaged_list_of_sessions_is_read_row_by_row() {
    let home = tempfile::tempdir().unwrap();
    {
        let store = open(home.path());
        for n in 0..200 {
            let mut rows = document(1, 1, 0.0);
            rows.header.topic = format!("topic{n}-{}", "x".repeat(150));
            create(&store, &format!("s_{n}"), &rows, NOW + n);
        }
    }
    damage(&home.path().join("history.db"), "topic100-");
    let store = open(home.path());
    let listed = store.sessions(&SessionFilter::default()).unwrap();
    assert!((150..200).contains(&listed.len()), "{}", listed.len());
    assert!(
        listed
            .iter()
            .all(|session| session.topic.starts_with("topic"))
    );
    assert!(matches!(store.condition(), Condition::Rescue { .. }));
}

#[test]
fn a_history_without_a_readable_schema_says_so_and_its_backups_are_still_listed() {
    let home = tempfile::tempdir().unwrap();
    let backup = {
        let store = open(home.path());
        create(&store, "s_1", &document(1, 1, 1.0), NOW);
        store.backup("manual", NOW).unwrap()
    };
    let history = home.path().join("history.db");
    fs::write(&history, [0xa5; 8192]).unwrap();
    let refused = Store::open(home.path(), OpenOptions::new(NOW))
        .map(|_| ())
        .unwrap_err();
    assert!(matches!(refused, StoreError::Corrupt { .. }), "{refused:?}");
    assert_eq!(
        Store::backups_in(home.path()),
        std::slice::from_ref(&backup)
    );
    Store::restore(home.path(), &backup.file, NOW).unwrap();
    assert_eq!(ids(&open(home.path())), ["s_1"]);
    let kept: Vec<Vec<u8>> = Store::backups_in(home.path())
        .into_iter()
        .filter(|info| info.reason == "damaged")
        .map(|info| fs::read(info.file).unwrap())
        .collect();
    assert_eq!(
        kept,
        [[0xa5; 8192].to_vec()],
        "what was there is kept byte by byte"
    );
}
