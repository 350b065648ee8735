//! Holds the page's TypeScript types to the Rust they mirror. `make bindings` writes them anew; this test fails while the
//! two differ, so that neither side can drift.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test stops where it cannot go on"
)]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use engine::{ChartKind, CopyAs, Edit, Format, SessionFilter, Theme, view};
use ts_rs::{Config, TS};

fn page() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../ui/src/lib/backend/bindings")
}

fn write_all(folder: &Path) {
    let config = Config::new()
        .with_out_dir(folder)
        .with_import_extension(Some("ts"))
        .with_large_int("number");
    macro_rules! write {
        ($($kind:ty),* $(,)?) => { $(<$kind>::export_all(&config).unwrap();)* };
    }
    write![
        Edit,
        SessionFilter,
        ChartKind,
        Theme,
        CopyAs,
        Format,
        view::SessionSummary,
        view::SessionView,
        view::NewSession,
        view::Template,
        view::CellTrace,
        view::ChartView,
        view::Health,
        view::Erased,
        view::Exported,
        view::UiSettings,
        view::AppError,
        view::Startup,
        view::Judging,
        view::RunChoice,
        view::RunEvent,
        view::RunPlan,
        view::RunComparison,
        view::JudgedSample,
        view::BackendInfo,
        view::BackendConfigView,
        view::BackendTest,
    ];
}

fn read_all(folder: &Path) -> BTreeMap<String, String> {
    let files = std::fs::read_dir(folder).into_iter().flatten().flatten();
    files
        .map(|file| {
            (
                file.file_name().to_string_lossy().into_owned(),
                std::fs::read_to_string(file.path()).unwrap(),
            )
        })
        .collect()
}

#[test]
fn the_pages_types_are_those_of_the_engine() {
    if std::env::var_os("PONDER_WRITE_BINDINGS").is_some() {
        let _ = std::fs::remove_dir_all(page());
        write_all(&page());
    }
    let fresh = tempfile::tempdir().unwrap();
    write_all(fresh.path());
    let (wanted, found) = (read_all(fresh.path()), read_all(&page()));
    let differing: Vec<&String> = wanted
        .keys()
        .chain(found.keys())
        .filter(|name| wanted.get(*name) != found.get(*name))
        .collect();
    assert!(
        differing.is_empty(),
        "run `make bindings`: {differing:?} differ from the Rust types"
    );
}
