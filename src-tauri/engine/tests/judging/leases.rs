//! One process at a time works on a session.

use std::process::{Child, Command};
use std::sync::mpsc::channel;

use engine::view::AppError;
use engine::{RunChoice, RunEvent};
use peers::Script;

use crate::house::{House, table};

struct Living(Child);

impl Living {
    fn new() -> Self {
        Self(Command::new("sleep").arg("120").spawn().unwrap())
    }

    /// Field 22 of /proc/PID/stat: when it started, in ticks since boot.
    fn started(&self) -> i64 {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.0.id())).unwrap();
        let fields = stat.rsplit_once(')').unwrap().1;
        fields
            .split_ascii_whitespace()
            .nth(19)
            .unwrap()
            .parse()
            .unwrap()
    }

    fn takes_every_lease(&self, house: &House) {
        let changed = house
            .history()
            .execute(
                "UPDATE runs SET lease_pid = ?1, lease_process_start = ?2 WHERE lease_pid IS NOT NULL",
                [i64::from(self.0.id()), self.started()],
            )
            .unwrap();
        assert_eq!(changed, 1);
    }
}

impl Drop for Living {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn a_session_that_is_being_judged_is_refused_to_a_second_run() {
    let house = House::new(Script::default());
    house.server.hold_after(0);
    let id = house.session(&table(3, 1)).session.id;
    let (heard, hears) = channel();
    let live = house
        .engine
        .judge_session(&id, &RunChoice::default(), false, move |event| {
            let _ = heard.send(event);
        })
        .unwrap();
    assert_eq!(live.total, 3);
    house.server.wait_for_in_flight(3);
    let again = house.decide(&id, &RunChoice::default()).unwrap_err();
    assert_eq!(AppError::from(again).code, "run_in_use");
    let adopted = house.engine.adopt_run(&id, &live.run).unwrap_err();
    assert_eq!(AppError::from(adopted).code, "run_in_use");
    let shown = house
        .engine
        .open_session(&id)
        .unwrap()
        .judging
        .live
        .unwrap();
    assert_eq!((shown.run, shown.done), (live.run, 0));
    house.server.release();
    assert!(matches!(
        hears.iter().last(),
        Some(RunEvent::Finished { error: None, .. })
    ));
    assert_eq!(house.engine.live_run(&id), None);
}

#[cfg(target_os = "linux")]
#[test]
fn another_processs_run_is_left_alone_and_a_lost_lease_stops_the_run() {
    let house = House::new(Script::default());
    house.server.hold_after(2);
    let id = house.session(&table(8, 1)).session.id;
    let (heard, hears) = channel();
    let choice = RunChoice {
        concurrency: Some(2),
        ..RunChoice::default()
    };
    house
        .engine
        .judge_session(&id, &choice, false, move |event| {
            let _ = heard.send(event);
        })
        .unwrap();
    house.server.wait_until("four calls", |seen| {
        seen.iter().filter(|call| call.call > 0).count() >= 4
    });
    let other = Living::new();
    other.takes_every_lease(&house);
    house.server.release();
    let last = hears.iter().last();
    let Some(RunEvent::Finished {
        error: Some(error), ..
    }) = last
    else {
        panic!("{last:?}")
    };
    assert_eq!(error.code, "run_in_use");
    assert!(house.server.calls().len() <= 6, "it stopped at once");

    let refused = house.decide(&id, &RunChoice::default()).unwrap_err();
    assert_eq!(AppError::from(refused).code, "run_in_use");
    drop(other);
    let decided = house.decide(&id, &RunChoice::default()).unwrap();
    assert_eq!(decided.outcome, engine::RunOutcome::Complete);
    assert_eq!(
        house.engine.runs(&id).unwrap().len(),
        1,
        "it went on under the same id"
    );
}
