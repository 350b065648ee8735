//! Killed, locked out, short of disk, read-only, too new: nothing acknowledged is lost, nothing is half-written, and the
//! words are plain.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use rusqlite::Connection;
use store::{Condition, OpenOptions, SessionFilter, Store, StoreError};

use crate::children::{Helper, SESSIONS_EACH, command, run, start, uniform};
use crate::judgements::{call, judged, sample};
use crate::samples::{NOW, create, document, open, step};

fn wal_bytes(folder: &Path) -> u64 {
    fs::metadata(folder.join("history.db-wal")).map_or(0, |wal| wal.len())
}

/// A history whose last writer was killed right after an acknowledged save.
fn killed(folder: &Path) -> i64 {
    let mut child = start("save", folder);
    let mut acknowledged: i64 = child.hear().unwrap().parse().unwrap();
    child.kill();
    while let Some(word) = child.hear() {
        acknowledged = word.parse().unwrap();
    }
    child.process.wait().unwrap();
    acknowledged
}

#[test]
fn a_clean_close_leaves_nothing_in_the_wal_and_nothing_to_check() {
    let home = tempfile::tempdir().unwrap();
    let (first, second) = (open(home.path()), open(home.path()));
    create(&first, "s_1", &document(10, 10, 1.0), NOW);
    create(&second, "s_2", &document(10, 10, 1.0), NOW);
    second.sessions(&SessionFilter::default()).unwrap();
    drop(first);
    assert_eq!(second.sessions(&SessionFilter::default()).unwrap().len(), 2);
    drop(second);
    assert_eq!(wal_bytes(home.path()), 0);
    assert_eq!(open(home.path()).condition(), Condition::Ok);
    assert_eq!(
        fs::read_dir(home.path().join("processes")).unwrap().count(),
        0
    );
}

#[cfg(unix)]
#[test]
fn every_file_of_the_history_is_its_owners_alone() {
    use std::os::unix::fs::PermissionsExt;
    let home = tempfile::tempdir().unwrap();
    let folder = home.path().join("data");
    let store = open(&folder);
    create(&store, "s_1", &document(1, 1, 1.0), NOW);
    store.backup("manual", NOW).unwrap();
    let mode = |path: &Path| path.metadata().unwrap().permissions().mode() & 0o777;
    for name in [
        "history.db",
        "history.db-wal",
        "history.db-shm",
        "history.lock",
    ] {
        assert_eq!(mode(&folder.join(name)), 0o600, "{name}");
    }
    for name in ["", "backups", "processes"] {
        assert_eq!(mode(&folder.join(name)), 0o700, "{name}");
    }
}

#[test]
fn after_an_unclean_exit_the_history_is_read_at_once_and_written_when_it_was_checked() {
    let home = tempfile::tempdir().unwrap();
    let acknowledged = killed(home.path());
    {
        let store = open(home.path());
        assert_eq!(store.condition(), Condition::Checking);
        assert!(store.load("s_1").unwrap().unwrap().session.revision >= acknowledged);
        let refused = store.put_setting("name", Some("value")).unwrap_err();
        assert_eq!(refused, StoreError::Checking);
        assert_eq!(
            open(home.path()).condition(),
            Condition::Checking,
            "whoever opens it meanwhile waits, too"
        );
    }
    let store = open(home.path());
    assert_eq!(
        store.condition(),
        Condition::Checking,
        "closing it unchecked does not make it checked"
    );
    assert_eq!(store.verify().unwrap(), Condition::Ok);
    store.put_setting("name", Some("value")).unwrap();
    drop(store);
    assert_eq!(open(home.path()).condition(), Condition::Ok);
}

#[test]
fn two_processes_writing_one_history_both_complete_and_nothing_is_lost() {
    let home = tempfile::tempdir().unwrap();
    let store = open(home.path());
    create(&store, "s_shared", &uniform(1), NOW);
    assert_eq!(store.other_processes(), 0);
    let mut children = ["ana", "ben"].map(|name| start(&format!("write {name}"), home.path()));
    for child in &mut children {
        assert_eq!(child.hear().as_deref(), Some("open"));
    }
    assert_eq!(store.other_processes(), 2);
    let before = store.data_version().unwrap();
    children.iter_mut().for_each(|child| child.tell("go"));
    children.into_iter().for_each(Helper::finish);
    assert_ne!(store.data_version().unwrap(), before);
    assert_eq!(store.other_processes(), 0);

    let shared = store.load("s_shared").unwrap().unwrap();
    assert_eq!(shared.session.revision, 1 + 2 * SESSIONS_EACH);
    assert_eq!(shared.rows, uniform(1 + 2 * SESSIONS_EACH));
    for id in ["ana", "ben"]
        .iter()
        .flat_map(|name| (0..SESSIONS_EACH).map(move |n| format!("s_{name}_{n}")))
    {
        assert_eq!(store.load(&id).unwrap().unwrap().rows, uniform(2), "{id}");
    }
    assert_eq!(store.check().unwrap().problems, Vec::<String>::new());
}

#[test]
fn the_data_version_changes_when_somebody_else_wrote_and_only_then() {
    let home = tempfile::tempdir().unwrap();
    let (ours, theirs) = (open(home.path()), open(home.path()));
    let first = ours.data_version().unwrap();
    create(&ours, "s_1", &document(1, 1, 1.0), NOW);
    assert_eq!(ours.data_version().unwrap(), first);
    theirs.put_setting("name", Some("value")).unwrap();
    let second = ours.data_version().unwrap();
    assert_ne!(second, first);
    assert_eq!(ours.data_version().unwrap(), second);
}

#[test]
fn a_history_locked_by_another_process_is_read_and_says_that_it_is_in_use() {
    let home = tempfile::tempdir().unwrap();
    let mut options = OpenOptions::new(NOW);
    options.busy_timeout = Duration::from_millis(50);
    let store = Store::open(home.path(), options).unwrap();
    let rows = document(2, 2, 1.0);
    create(&store, "s_1", &rows, NOW);
    let mut child = start("lock", home.path());
    assert_eq!(child.hear().as_deref(), Some("locked"));
    let writers: Vec<_> = (0..4)
        .map(|_| {
            let (store, save) = (
                store.clone(),
                step("s_1", 1, &rows, &document(2, 2, 2.0), "type"),
            );
            std::thread::spawn(move || store.save(save).unwrap_err())
        })
        .collect();
    for writer in writers {
        let refused = writer.join().unwrap();
        assert_eq!(refused.code(), "history_locked");
        assert!(
            refused.to_string().contains("in use by another program"),
            "{refused}"
        );
    }
    assert_eq!(store.load("s_1").unwrap().unwrap().rows, rows);
    let search = SessionFilter {
        state: None,
        search: "database".into(),
    };
    assert_eq!(
        store.sessions(&search).unwrap(),
        [],
        "searched as far as it is indexed"
    );
    child.tell("enough");
    child.finish();
    store
        .save(step("s_1", 1, &rows, &document(2, 2, 2.0), "type"))
        .unwrap();
}

#[test]
fn a_run_is_held_by_one_process_until_that_process_is_gone() {
    let home = tempfile::tempdir().unwrap();
    let run = |id: &str| store::NewRun {
        id: id.into(),
        session_id: "s_1".into(),
        document_revision: 1,
        method: "weighted_sum".into(),
        ..store::NewRun::default()
    };
    {
        let store = open(home.path());
        create(&store, "s_1", &document(1, 1, 1.0), NOW);
        store.start_run(run("r_1"), NOW).unwrap();
        let mut child = start("lease", home.path());
        assert_eq!(
            child.hear().as_deref(),
            Some("run_in_use"),
            "this process holds it"
        );
        child.finish();
        let end = store::RunEnd {
            outcome: "cancelled".into(),
            ranking: None,
        };
        store.finish_run("r_1", end, NOW).unwrap();
    }
    // An unfinished run that nobody holds.
    let connection = Connection::open(home.path().join("history.db")).unwrap();
    connection
        .execute(
            "UPDATE runs SET finished_at = NULL, outcome = NULL, tally = NULL",
            [],
        )
        .unwrap();
    drop(connection);

    let store = open(home.path());
    let mut child = start("lease", home.path());
    assert_eq!(child.hear().as_deref(), Some("held"));
    let pid = child.process.id();
    assert_eq!(
        store.take_lease("r_1", NOW).unwrap_err(),
        StoreError::Leased { pid }
    );
    assert_eq!(
        store.start_run(run("r_2"), NOW).unwrap_err(),
        StoreError::Leased { pid }
    );
    assert_eq!(
        store.put_cells("r_1", Vec::new()).unwrap_err(),
        StoreError::Leased { pid }
    );
    let answer = sample("o0", "c0", 1, 1.0);
    let calls = vec![call("r_1", &answer, 1)];
    let last = Some((answer.clone(), calls.clone()));
    assert_eq!(
        store.put_sample("r_1", answer, calls).unwrap_err(),
        StoreError::Leased { pid }
    );
    assert_eq!(
        store
            .put_judgement("r_1", judged("o0", "c0", 1.0), last.clone())
            .unwrap_err(),
        StoreError::Leased { pid }
    );
    let (tell, told) = std::sync::mpsc::channel();
    store.submit_judgement("r_1", judged("o0", "c0", 1.0), last.clone(), move |kept| {
        tell.send(kept).unwrap();
    });
    assert_eq!(told.recv().unwrap(), Err(StoreError::Leased { pid }));
    child.kill();
    child.process.wait().unwrap();
    store.take_lease("r_1", NOW).unwrap();
    store
        .put_judgement("r_1", judged("o0", "c0", 1.0), last)
        .unwrap();
    assert_eq!(store.run_samples("r_1").unwrap().len(), 1);
}

/// How to run a program for which permission bits hold: root passes over them by a capability, which is taken away.
fn bound_by_permissions() -> &'static [&'static str] {
    let root = run(Command::new("id").arg("-u")).stdout.starts_with(b"0\n");
    if root {
        &["setpriv", "--bounding-set=-dac_override,-dac_read_search"]
    } else {
        &[]
    }
}

#[cfg(unix)]
#[test]
fn a_read_only_folder_is_read_and_nothing_is_written_into_it() {
    use std::os::unix::fs::PermissionsExt;
    for unclean in [false, true] {
        let home = tempfile::tempdir().unwrap();
        let folder = home.path().join("data");
        let store = open(&folder);
        create(&store, "s_1", &uniform(1), NOW);
        if unclean {
            // Copied while it is open: the rows are still in the WAL, as after a kill.
            let copy = home.path().join("copy");
            fs::create_dir(&copy).unwrap();
            for entry in fs::read_dir(&folder)
                .unwrap()
                .flatten()
                .filter(|entry| entry.path().is_file())
            {
                fs::copy(entry.path(), copy.join(entry.file_name())).unwrap();
            }
            assert!(wal_bytes(&copy) > 0);
            drop(store);
            fs::remove_dir_all(&folder).unwrap();
            fs::rename(copy, &folder).unwrap();
        } else {
            drop(store);
        }
        let chmod = |path: &Path, mode| {
            fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
        };
        let names = || {
            let mut names: Vec<_> = fs::read_dir(&folder)
                .unwrap()
                .flatten()
                .map(|entry| entry.file_name())
                .collect();
            names.sort();
            names
        };
        for entry in fs::read_dir(&folder)
            .unwrap()
            .flatten()
            .filter(|entry| entry.path().is_file())
        {
            chmod(&entry.path(), 0o444);
        }
        chmod(&folder, 0o555);
        let (before, bytes) = (names(), fs::read(folder.join("history.db")).unwrap());
        let output = run(&mut command("read", &folder, bound_by_permissions()));
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "unclean: {unclean}: {said}");
        assert_eq!(
            (names(), fs::read(folder.join("history.db")).unwrap()),
            (before, bytes),
            "unclean: {unclean}"
        );
        chmod(&folder, 0o755);
    }
}

#[cfg(unix)]
#[test]
fn a_file_that_may_not_grow_refuses_the_save_and_keeps_the_others() {
    let home = tempfile::tempdir().unwrap();
    // 600 blocks of 512 or 1024 bytes, as the shell counts them. Ignored, the signal becomes an error of write(2).
    let limit = [
        "sh",
        "-c",
        "trap '' XFSZ; ulimit -f 600; exec \"$0\" \"$@\"",
    ];
    let output = run(&mut command("outgrow", home.path(), &limit));
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(
        output.status.success(),
        "{said}\n{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let kept: usize = said
        .lines()
        .find_map(|line| line.split_once("child: "))
        .unwrap()
        .1
        .parse()
        .unwrap();
    let store = open(home.path());
    store.verify().unwrap();
    assert_eq!(
        store.sessions(&SessionFilter::default()).unwrap().len(),
        kept
    );
    assert_eq!(store.check().unwrap().problems, Vec::<String>::new());
}

/// On a disk of 2 MB in a mount namespace of its own. Where the system allows no such namespace to this user, the
/// limit on the size of files above stands alone, and this says so.
#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_named_as_the_reason_and_saving_goes_on_when_there_is_room() {
    let disk = "mount -t tmpfs -o size=2m none \"$PONDER_STORE_CHILD_FOLDER\"";
    let home = tempfile::tempdir().unwrap();
    let mut probe = Command::new("sh");
    probe
        .args(["-c", "exec unshare -rm sh -c \"$0\"", disk])
        .env("PONDER_STORE_CHILD_FOLDER", home.path());
    let allowed = run(&mut probe).status.success();
    if !allowed {
        eprintln!(
            "no private mounts here: a full disk is tested by a limit on the size of files only"
        );
        return;
    }
    let mounted = format!("{disk} && exec \"$0\" \"$@\"");
    let output = run(&mut command(
        "fill",
        home.path(),
        &["unshare", "-rm", "sh", "-c", &mounted],
    ));
    let said = [output.stdout, output.stderr]
        .map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
        .concat();
    assert!(output.status.success(), "{said}");
}

#[test]
fn a_newer_history_is_refused_in_plain_words_and_left_alone() {
    let home = tempfile::tempdir().unwrap();
    let known = {
        let store = open(home.path());
        create(&store, "s_1", &document(1, 1, 1.0), NOW);
        store.facts().unwrap().schema
    };
    let history = home.path().join("history.db");
    Connection::open(&history)
        .unwrap()
        .pragma_update(None, "user_version", known + 7)
        .unwrap();
    let before = fs::read(&history).unwrap();
    let refused = Store::open(home.path(), OpenOptions::new(NOW))
        .map(|_| ())
        .unwrap_err();
    assert_eq!(
        refused,
        StoreError::Newer {
            found: known + 7,
            known
        }
    );
    assert!(
        refused.to_string().contains("newer version of Ponder"),
        "{refused}"
    );
    assert!(
        fs::read(&history).unwrap() == before,
        "the file is the same, byte by byte"
    );
    assert_eq!(Store::backups_in(home.path()), []);
}

#[test]
fn a_file_as_the_data_folder_and_another_database_as_the_history_are_refused() {
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join("file");
    fs::write(&file, "text").unwrap();
    let refused = Store::open(&file, OpenOptions::new(NOW))
        .map(|_| ())
        .unwrap_err();
    assert!(
        refused
            .to_string()
            .contains("it is a file, and a folder is needed"),
        "{refused}"
    );
    let other = home.path().join("other");
    fs::create_dir(&other).unwrap();
    Connection::open(other.join("history.db"))
        .unwrap()
        .execute_batch("CREATE TABLE cats (name TEXT)")
        .unwrap();
    let refused = Store::open(&other, OpenOptions::new(NOW))
        .map(|_| ())
        .unwrap_err();
    assert!(
        refused.to_string().contains("not a history of Ponder"),
        "{refused}"
    );
}
