//! Answers submitted without waiting: told after their commit, on the writer's thread, whatever becomes of the listeners.

use std::sync::mpsc::channel;

use rusqlite::Connection;

use crate::judgements::{call, count, judge, judged, sample, started};
use crate::samples::open;

#[test]
fn what_is_submitted_is_told_after_its_commit_and_neighbours_share_one() {
    let home = tempfile::tempdir().unwrap();
    let store = started(&home);
    // The writer is kept busy by somebody who takes his time to hear.
    let (go, wait) = channel::<()>();
    let first = sample("o0", "c0", 1, 1.0);
    let calls = vec![call("r_1", &first, 1)];
    store.submit_sample("r_1", first, calls, move |kept| {
        kept.unwrap();
        wait.recv().unwrap();
    });
    let (tell, told) = channel();
    for number in 1..=16 {
        let asked = sample("o1", "c0", number, 1.0);
        let calls = vec![call("r_1", &asked, 1)];
        let (tell, file) = (tell.clone(), home.path().join("history.db"));
        store.submit_sample("r_1", asked, calls, move |kept| {
            let seen = Connection::open(file).unwrap().query_row(
                "SELECT count(*) FROM samples WHERE option_id = 'o1'",
                [],
                |row| row.get::<_, u32>(0),
            );
            let thread = std::thread::current().name().map(str::to_owned);
            tell.send((kept, seen.unwrap(), thread)).unwrap();
        });
    }
    go.send(()).unwrap();
    for _ in 0..16 {
        let (kept, seen, thread) = told.recv().unwrap();
        assert_eq!(
            (kept, seen),
            (Ok(()), 16),
            "the first to hear sees all of them on disk"
        );
        assert_eq!(thread.as_deref(), Some("history writer"));
    }
    let refused_tell = tell;
    store.submit_judgement("r_none", judged("o1", "c0", 1.0), None, move |kept| {
        refused_tell.send((kept, 0, None)).unwrap();
    });
    assert_eq!(told.recv().unwrap().0.unwrap_err().code(), "not_found");
}

#[test]
fn a_listener_that_panics_or_holds_the_last_history_harms_nobody() {
    let home = tempfile::tempdir().unwrap();
    let store = started(&home);
    let (tell, told) = channel();
    store.submit_judgement("r_1", judged("o0", "c0", 1.0), None, |_| {
        panic!("a listener's defect")
    });
    let (go, wait) = channel::<()>();
    let (held, heard) = (store.clone(), tell.clone());
    store.submit_judgement("r_1", judged("o1", "c0", 1.0), None, move |kept| {
        wait.recv().unwrap();
        drop(held);
        heard.send(kept).unwrap();
    });
    store.submit_judgement("r_1", judged("o2", "c0", 1.0), None, move |kept| {
        tell.send(kept).unwrap();
    });
    drop(store);
    go.send(()).unwrap();
    assert_eq!(told.recv().unwrap(), Ok(()));
    assert_eq!(told.recv().unwrap(), Ok(()));
    // Its thread closes the history when nobody waits for it: then every listener is gone.
    assert!(told.recv().is_err());
    assert_eq!(count(&home, "cells"), 3);
}

#[test]
fn what_cannot_be_written_is_told_to_whoever_submits_it() {
    let home = tempfile::tempdir().unwrap();
    {
        let store = started(&home);
        judge(&store, "r_1", "o0", "c0", 4.0);
    }
    // As an unclean exit leaves it.
    std::fs::write(home.path().join("history.unchecked"), "").unwrap();
    let store = open(home.path());
    let (tell, told) = channel();
    store.submit_judgement("r_1", judged("o1", "c0", 1.0), None, move |kept| {
        tell.send(kept).unwrap();
    });
    let refused = told.try_recv().expect("it is told at once").unwrap_err();
    assert_eq!(refused.code(), "history_checking");
}
