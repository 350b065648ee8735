//! Holds the plan of the house: arrows go down only, never sideways, and Tauri is known to the shell alone.
//! The floors are those of ARCHITECTURE.md; a new room must be given one here before it compiles into the tests.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test stops where it cannot go on"
)]
use std::collections::BTreeMap;

use cargo_metadata::{DependencyKind, MetadataCommand};

/// What stands outside the house: model servers for tests. It knows no room, and no room ships it.
const OUTSIDE: u8 = 0;

fn floors() -> BTreeMap<&'static str, u8> {
    BTreeMap::from([
        ("peers", OUTSIDE),
        ("decision", 1),
        ("okr", 1),
        ("profiler", 1),
        ("llm", 2),
        ("store", 2),
        ("import", 2),
        ("report", 2),
        ("settings", 2),
        ("engine", 3),
        ("cli", 4),
        ("ponder", 4),
    ])
}

/// Arrows that skip the reading "one floor down" on purpose: floor-2 rooms keep their own types, so that
/// `engine` is the only place where rooms meet.
fn allowed(from: u8, to: u8) -> bool {
    match from {
        OUTSIDE..=2 => false,
        3 => to != OUTSIDE && to < 3,
        _ => to == 3,
    }
}

#[test]
fn arrows_between_rooms_go_down_only() {
    let metadata = MetadataCommand::new().no_deps().exec().unwrap();
    let floors = floors();
    let mut wrong = Vec::new();
    for package in &metadata.packages {
        let Some(&from) = floors.get(package.name.as_str()) else {
            panic!(
                "{} has no floor: add it to ARCHITECTURE.md and to this test",
                package.name
            );
        };
        for dependency in &package.dependencies {
            // A dev-dependency may look down as far as it likes (the shell's tests drive the whole house), never up or sideways.
            let dev = dependency.kind == DependencyKind::Development;
            if let Some(&to) = floors.get(dependency.name.as_str())
                && !(allowed(from, to) || (dev && to < from))
            {
                wrong.push(format!(
                    "{} (floor {from}) -> {} (floor {to})",
                    package.name, dependency.name
                ));
            }
            if dependency.name.starts_with("tauri") && package.name.as_str() != "ponder" {
                wrong.push(format!(
                    "{} knows {}: only the shell may",
                    package.name, dependency.name
                ));
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "arrows that do not go down:\n{}",
        wrong.join("\n")
    );
}

#[test]
fn the_model_servers_for_tests_may_be_used_by_tests_only() {
    for from in 1..=4 {
        assert!(!allowed(from, OUTSIDE), "floor {from} would ship them");
        assert!(!allowed(OUTSIDE, from), "they would know floor {from}");
    }
    let metadata = MetadataCommand::new().no_deps().exec().unwrap();
    let peers = metadata
        .packages
        .iter()
        .find(|package| package.name.as_str() == "peers");
    let peers = peers.expect("the package is in the workspace");
    assert_eq!(
        peers.publish.as_deref(),
        Some(&[][..]),
        "it is never published"
    );
    // Its own tests may look at no room either: it must stand before any of them compiles.
    for dependency in &peers.dependencies {
        assert!(
            !floors().contains_key(dependency.name.as_str()),
            "peers knows {}",
            dependency.name
        );
    }
}

#[test]
fn floor_one_is_pure() {
    const IMPURE: [&str; 8] = [
        "tokio",
        "reqwest",
        "rusqlite",
        "r2d2",
        "rand",
        "getrandom",
        "plotters",
        "chrono",
    ];
    let metadata = MetadataCommand::new().no_deps().exec().unwrap();
    for package in &metadata.packages {
        if floors().get(package.name.as_str()) == Some(&1) {
            for dependency in package
                .dependencies
                .iter()
                .filter(|d| d.kind == DependencyKind::Normal)
            {
                assert!(
                    !IMPURE.contains(&dependency.name.as_str()),
                    "{} must not know {}",
                    package.name,
                    dependency.name
                );
            }
        }
    }
}
