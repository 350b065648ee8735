//! kill -9 at any moment, many times: nothing acknowledged is lost, nothing is half-written.

use std::collections::BTreeSet;
use std::time::Duration;

use store::Condition;

use crate::children::{Helper, IN_FLIGHT, nobody_is_started, start, uniform};
use crate::samples::{NOW, open};

#[test]
fn two_hundred_kills_while_saving_lose_nothing_that_was_acknowledged() {
    // Four histories side by side, because most of a round is one process starting and one disk syncing.
    let lanes: Vec<_> = (1..=4)
        .map(|lane| std::thread::spawn(move || fifty_kills(lane)))
        .collect();
    for lane in lanes {
        lane.join().unwrap();
    }
}

/// Numbers below the one asked for, the same in each run.
fn dice(seed: u64) -> impl FnMut(u64) -> u64 {
    let mut dice = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    move |sides| {
        dice ^= dice << 13;
        dice ^= dice >> 7;
        dice ^= dice << 17;
        dice % sides
    }
}

fn fifty_kills(lane: u64) {
    let home = tempfile::tempdir().unwrap();
    let mut roll = dice(lane);
    let mut acknowledged = 0;
    for round in 0..50 {
        let mut child = start("save", home.path());
        let heard = |child: &mut Helper| child.hear().map(|word| word.parse::<i64>().unwrap());
        for _ in 0..=roll(3) {
            acknowledged = heard(&mut child).expect("the child saves until it is killed");
        }
        // Anywhere in the next save: before it, in its transaction, in its sync.
        std::thread::sleep(Duration::from_micros(roll(4000)));
        child.kill();
        while let Some(last) = heard(&mut child) {
            acknowledged = last;
        }
        child.process.wait().unwrap();

        let _alone = nobody_is_started();
        let store = open(home.path());
        assert_eq!(store.condition(), Condition::Checking, "round {round}");
        assert_eq!(store.verify().unwrap(), Condition::Ok, "round {round}");
        let bundle = store.load("s_1").unwrap().unwrap();
        let saved = bundle.session.revision;
        assert!(
            saved == acknowledged || saved == acknowledged + 1,
            "round {round}: {saved}, heard {acknowledged}"
        );
        assert_eq!(bundle.rows, uniform(saved), "round {round}");
        acknowledged = saved;
        if round % 10 == 9 {
            assert_eq!(
                store.check().unwrap().problems,
                Vec::<String>::new(),
                "round {round}"
            );
        }
    }
    let store = open(home.path());
    assert_eq!(
        store.undo("s_1", NOW).unwrap().unwrap().rows,
        uniform(acknowledged - 1)
    );
}

#[test]
fn a_hundred_kills_while_judging_lose_no_answer_and_ask_nothing_twice_that_was_kept() {
    let lanes: Vec<_> = (5..=8)
        .map(|lane| std::thread::spawn(move || twenty_five_kills(lane)))
        .collect();
    for lane in lanes {
        lane.join().unwrap();
    }
}

/// A cell's number and its sample's.
type Asked = (u32, u32);

fn twenty_five_kills(lane: u64) {
    let home = tempfile::tempdir().unwrap();
    let mut roll = dice(lane);
    let mut present = BTreeSet::<Asked>::new();
    for round in 0..25 {
        let mut child = start("judge", home.path());
        let (mut asked, mut kept) = (BTreeSet::new(), BTreeSet::new());
        let mut note = |line: String| {
            let mut words = line.split(' ');
            let verb = words.next().unwrap();
            let step: Vec<u32> = words.map(|word| word.parse().unwrap()).collect();
            let heard = if verb == "kept" {
                &mut kept
            } else {
                &mut asked
            };
            assert!(heard.insert((step[0], step[1])), "{line} twice");
        };
        for _ in 0..=roll(60) {
            note(child.hear().expect("the child judges until it is killed"));
        }
        std::thread::sleep(Duration::from_micros(roll(3000)));
        child.kill();
        while let Some(line) = child.hear() {
            note(line);
        }
        child.process.wait().unwrap();
        assert_eq!(
            asked.intersection(&present).count(),
            0,
            "round {round}: what was kept is asked again"
        );

        let _alone = nobody_is_started();
        let store = open(home.path());
        assert_eq!(store.verify().unwrap(), Condition::Ok, "round {round}");
        let number = |option: &str| option[1..].parse::<u32>().unwrap();
        let samples = store.run_samples("r_1").unwrap();
        assert!(samples.iter().all(|sample| sample.call.is_some()));
        let saved: BTreeSet<Asked> = samples
            .iter()
            .map(|sample| (number(&sample.option_id), sample.number))
            .collect();
        let cells: BTreeSet<u32> = store
            .run_cells("r_1")
            .unwrap()
            .iter()
            .map(|cell| number(&cell.option_id))
            .collect();
        let whole: BTreeSet<u32> = saved
            .iter()
            .filter_map(|(cell, sample)| (*sample == 2).then_some(*cell))
            .collect();
        assert_eq!(cells, whole, "round {round}: a cell and its last sample");
        assert!(kept.is_subset(&saved), "round {round}: an answer is lost");
        assert!(present.is_subset(&saved), "round {round}");
        let unheard = saved
            .difference(&present)
            .filter(|step| !kept.contains(step));
        assert!(unheard.count() <= IN_FLIGHT, "round {round}");
        if round % 8 == 7 {
            assert_eq!(store.check().unwrap().problems, Vec::<String>::new());
        }
        present = saved;
    }
    assert!(present.len() > 25, "they were judged");
}
