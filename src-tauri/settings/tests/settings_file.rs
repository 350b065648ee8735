//! settings.toml against careless users, other processes, kills and folders that cannot be written.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "helpers of tests may fail their test; clippy.toml allows it in #[test] only"
)]

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};

use settings::{Density, Folders, Settings, SettingsError, SettingsFile, Theme};

fn with_file(text: &str) -> (tempfile::TempDir, Folders) {
    let temp = tempfile::tempdir().unwrap();
    let folders = Folders::inside(temp.path());
    fs::write(folders.settings_file(), text).unwrap();
    (temp, folders)
}

fn text(folders: &Folders) -> String {
    fs::read_to_string(folders.settings_file()).unwrap()
}

fn dark(file: &SettingsFile) -> Settings {
    Settings {
        theme: Theme::Dark,
        ..file.current().clone()
    }
}

#[test]
fn without_a_file_there_are_the_defaults_and_no_problem() {
    let temp = tempfile::tempdir().unwrap();
    let file = SettingsFile::load(&Folders::inside(&temp.path().join("not yet"))).unwrap();
    assert_eq!(*file.current(), Settings::default());
    assert!(file.problems().is_empty());
}

#[test]
fn what_was_saved_is_loaded() {
    let temp = tempfile::tempdir().unwrap();
    let folders = Folders::inside(&temp.path().join("not yet"));
    let wanted = Settings {
        theme: Theme::Light,
        density: Density::Compact,
        sidebar_width: 321,
        last_session: Some("s_1a2b".into()),
        default_backend: Some("office".into()),
        ..Settings::default()
    };
    SettingsFile::load(&folders).unwrap().save(&wanted).unwrap();
    assert_eq!(*SettingsFile::load(&folders).unwrap().current(), wanted);
    let without = Settings {
        last_session: None,
        default_backend: None,
        ..wanted
    };
    let mut file = SettingsFile::load(&folders).unwrap();
    file.save(&without).unwrap();
    assert_eq!(*SettingsFile::load(&folders).unwrap().current(), without);
}

#[test]
fn comments_order_and_unknown_keys_survive_a_save() {
    let (_temp, folders) = with_file(
        "# mine\nfrom_a_newer_ponder = [1, 2] # keep\ntheme = \"light\"   # at work\n\n[window]\nx = 1\n",
    );
    let mut file = SettingsFile::load(&folders).unwrap();
    assert!(file.problems().is_empty());
    file.save(&Settings {
        sidebar_width: 300,
        ..dark(&file)
    })
    .unwrap();
    assert_eq!(
        text(&folders),
        "# mine\nfrom_a_newer_ponder = [1, 2] # keep\ntheme = \"dark\"   # at work\nsidebar_width = 300\n\n[window]\nx = 1\n"
    );
}

#[test]
fn a_file_of_comments_or_without_a_last_line_end_stays_well_formed() {
    for (before, after) in [
        ("# mine, for work", "# mine, for work\ntheme = \"dark\"\n"),
        (
            "# mine\n\n# and more\n",
            "# mine\n\n# and more\ntheme = \"dark\"\n",
        ),
        (
            "sidebar_width = 300",
            "sidebar_width = 300\ntheme = \"dark\"\n",
        ),
        (
            "# top\n[window]\nx = 1",
            "theme = \"dark\"\n# top\n[window]\nx = 1\n",
        ),
    ] {
        let (_temp, folders) = with_file(before);
        let mut file = SettingsFile::load(&folders).unwrap();
        file.save(&dark(&file)).unwrap();
        assert_eq!(text(&folders), after);
    }
}

#[test]
fn saving_what_is_there_already_does_not_touch_the_file() {
    let (_temp, folders) = with_file("theme='dark'\n");
    let mut file = SettingsFile::load(&folders).unwrap();
    file.save(&dark(&file)).unwrap();
    assert_eq!(text(&folders), "theme='dark'\n");
}

#[test]
fn each_bad_value_is_named_with_its_line_and_what_is_allowed() {
    let cases = [
        (
            "theme = \"blue\"\n",
            "theme",
            "settings.toml, line 1: theme cannot be \"blue\". Allowed: \"system\", \"light\", \"dark\".",
        ),
        (
            "\ndensity = 3\n",
            "density",
            "settings.toml, line 2: density cannot be 3. Allowed: \"comfortable\", \"compact\".",
        ),
        (
            "sidebar_width = -5\n",
            "sidebar_width",
            "settings.toml, line 1: sidebar_width cannot be -5. Allowed: a whole number from 160 to 800.",
        ),
        (
            "sidebar_width = 300.5\n",
            "sidebar_width",
            "settings.toml, line 1: sidebar_width cannot be 300.5.",
        ),
        (
            "[theme]\nx = 1\n",
            "theme",
            "settings.toml, line 1: theme cannot be a table.",
        ),
        (
            "last_session = \"\"\n",
            "last_session",
            "settings.toml, line 1: last_session cannot be \"\".",
        ),
    ];
    for (content, key, message) in cases {
        let (_temp, folders) = with_file(content);
        let file = SettingsFile::load(&folders).unwrap();
        assert_eq!(*file.current(), Settings::default(), "{content}");
        assert_eq!(file.problems().len(), 1, "{content}");
        assert_eq!(file.problems()[0].key, key);
        assert!(
            file.problems()[0].message.starts_with(message),
            "{}",
            file.problems()[0].message
        );
        assert_eq!(text(&folders), content, "loading changes nothing");
    }
}

#[test]
fn a_bad_value_costs_its_own_key_only() {
    let (_temp, folders) = with_file("theme = \"blue\"\nsidebar_width = 400\n");
    let file = SettingsFile::load(&folders).unwrap();
    assert_eq!(
        (file.current().theme, file.current().sidebar_width),
        (Theme::System, 400)
    );
}

#[test]
fn a_file_with_mistakes_is_kept_aside_when_settings_are_saved() {
    for (bad, after) in [
        (
            "theme = \"blue\"\nmine = 1\nsidebar_width = 400\n",
            "theme = \"system\"\nmine = 1\nsidebar_width = 400\ndensity = \"compact\"\n",
        ),
        (
            "theme = = \"dark\"\n",
            "theme = \"system\"\ndensity = \"compact\"\nsidebar_width = 248\n",
        ),
    ] {
        let (_temp, folders) = with_file(bad);
        let mut file = SettingsFile::load(&folders).unwrap();
        assert_eq!(file.problems().len(), 1);
        let wanted = Settings {
            density: Density::Compact,
            ..file.current().clone()
        };
        let kept = file.save(&wanted).unwrap().kept_aside.unwrap();
        assert_eq!(fs::read_to_string(kept).unwrap(), bad);
        assert_eq!(text(&folders), after);
        assert!(file.problems().is_empty());
        assert_eq!(
            file.save(&dark(&file)).unwrap().kept_aside,
            None,
            "a good file needs no copy"
        );
    }
}

#[test]
fn copies_kept_aside_never_replace_one_another() {
    let (_temp, folders) = with_file("");
    let mut kept = Vec::new();
    for bad in ["theme = 1\n", "theme = 2\n", "theme = 1\n"] {
        fs::write(folders.settings_file(), bad).unwrap();
        let mut file = SettingsFile::load(&folders).unwrap();
        kept.push(file.save(&dark(&file)).unwrap().kept_aside.unwrap());
    }
    assert_eq!(fs::read_to_string(&kept[0]).unwrap(), "theme = 1\n");
    assert_eq!(fs::read_to_string(&kept[1]).unwrap(), "theme = 2\n");
    assert_eq!(kept[0], kept[2], "the same content is not kept twice");
}

#[test]
fn a_file_that_is_no_toml_names_the_line_and_repeats_nothing_of_it() {
    let cases: [&[u8]; 3] = [
        b"theme = \"dark\"\napi_key = sk-secret oops\n",
        b"theme = \"dark\"\n\xFF\xFE sk-secret\n",
        b"a = 1\na = \"sk-secret\"\n",
    ];
    for content in cases {
        let (_temp, folders) = with_file("");
        fs::write(folders.settings_file(), content).unwrap();
        let file = SettingsFile::load(&folders).unwrap();
        assert_eq!(*file.current(), Settings::default());
        let problem = &file.problems()[0];
        assert_eq!(problem.line, Some(2), "{problem:?}");
        assert!(
            problem.message.starts_with("settings.toml, line 2: "),
            "{}",
            problem.message
        );
        assert!(!format!("{file:?}").contains("secret"), "{file:?}");
    }
}

#[test]
fn what_is_wrong_with_the_toml_is_said_in_a_few_words() {
    let (_temp, folders) = with_file("\ntheme = dark\n");
    let file = SettingsFile::load(&folders).unwrap();
    let start = "settings.toml, line 2: string values must be quoted. The defaults are used";
    assert!(
        file.problems()[0].message.starts_with(start),
        "{}",
        file.problems()[0].message
    );
}

#[test]
fn two_processes_that_change_different_keys_keep_both_changes() {
    let (_temp, folders) = with_file("# ours\n");
    let mut one = SettingsFile::load(&folders).unwrap();
    let mut other = SettingsFile::load(&folders).unwrap();
    one.save(&dark(&one)).unwrap();
    other
        .save(&Settings {
            sidebar_width: 500,
            ..other.current().clone()
        })
        .unwrap();
    assert_eq!(
        (other.current().theme, other.current().sidebar_width),
        (Theme::Dark, 500)
    );
    assert_eq!(
        SettingsFile::load(&folders).unwrap().current(),
        other.current()
    );
    assert!(text(&folders).starts_with("# ours\n"));
}

#[test]
fn many_savers_at_once_lose_nothing_and_no_reader_sees_half_a_file() {
    const ROUNDS: u32 = 60;
    let (_temp, folders) = with_file("theme = \"light\"\nsidebar_width = 200\n");
    std::thread::scope(|scope| {
        let widths = scope.spawn(|| {
            let mut file = SettingsFile::load(&folders).unwrap();
            for round in 0..ROUNDS {
                file.save(&Settings {
                    sidebar_width: 200 + round,
                    ..file.current().clone()
                })
                .unwrap();
            }
        });
        let sessions = scope.spawn(|| {
            let mut file = SettingsFile::load(&folders).unwrap();
            for round in 0..ROUNDS {
                file.save(&Settings {
                    last_session: Some(format!("s_{round}")),
                    ..file.current().clone()
                })
                .unwrap();
            }
        });
        while !(widths.is_finished() && sessions.is_finished()) {
            let seen = SettingsFile::load(&folders).unwrap();
            assert!(seen.problems().is_empty(), "{:?}", seen.problems());
            assert_eq!(seen.current().theme, Theme::Light);
        }
    });
    let end = SettingsFile::load(&folders).unwrap();
    assert_eq!(end.current().sidebar_width, 200 + ROUNDS - 1);
    assert_eq!(
        end.current().last_session,
        Some(format!("s_{}", ROUNDS - 1))
    );
}

const CHILD_FOLDER: &str = "PONDER_TEST_SETTINGS_FOLDER";

/// Not a test of its own: the process that the next test kills.
#[test]
#[ignore = "run as a child by the test below"]
fn child_that_saves_until_it_is_killed() {
    let folders = Folders::inside(Path::new(&std::env::var(CHILD_FOLDER).unwrap()));
    let mut file = SettingsFile::load(&folders).unwrap();
    for width in (200..=700).cycle() {
        file.save(&Settings {
            sidebar_width: width,
            ..file.current().clone()
        })
        .unwrap();
        println!("saved {width}");
        std::io::stdout().flush().unwrap();
    }
}

#[test]
fn a_kill_at_any_moment_leaves_a_whole_file_with_what_was_acknowledged() {
    let (temp, folders) = with_file("# mine\ntheme = \"dark\"\n");
    for kill in 0..12 {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args([
                "--ignored",
                "--exact",
                "--nocapture",
                "child_that_saves_until_it_is_killed",
            ])
            .env(CHILD_FOLDER, temp.path())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap())
            .lines()
            .map_while(Result::ok);
        let mut saved = lines.filter_map(|line| {
            line.strip_prefix("saved ")
                .and_then(|w| w.parse::<u32>().ok())
        });
        let mut acknowledged = saved.by_ref().nth(kill).unwrap();
        child.kill().unwrap();
        child.wait().unwrap();
        acknowledged = saved.last().unwrap_or(acknowledged);
        let after = SettingsFile::load(&folders).unwrap();
        assert!(after.problems().is_empty(), "{:?}", after.problems());
        assert_eq!(after.current().theme, Theme::Dark);
        let width = after.current().sidebar_width;
        assert!(
            width == acknowledged || width == acknowledged + 1,
            "{width} after {acknowledged}"
        );
        assert!(text(&folders).starts_with("# mine\n"));
    }
}

#[cfg(unix)]
#[test]
fn the_file_is_the_users_alone() {
    use std::os::unix::fs::PermissionsExt;
    let (_temp, folders) = with_file("theme = 1\n");
    let mut file = SettingsFile::load(&folders).unwrap();
    let kept = file.save(&dark(&file)).unwrap().kept_aside.unwrap();
    for path in [folders.settings_file(), kept] {
        assert_eq!(
            fs::metadata(path).unwrap().permissions().mode() & 0o777,
            0o600
        );
    }
}

#[cfg(unix)]
#[test]
fn a_linked_settings_file_stays_a_link() {
    let (temp, folders) = with_file("");
    let real = temp.path().join("dotfiles.toml");
    fs::rename(folders.settings_file(), &real).unwrap();
    std::os::unix::fs::symlink(&real, folders.settings_file()).unwrap();
    let mut file = SettingsFile::load(&folders).unwrap();
    file.save(&dark(&file)).unwrap();
    assert!(
        fs::symlink_metadata(folders.settings_file())
            .unwrap()
            .is_symlink()
    );
    assert_eq!(fs::read_to_string(real).unwrap(), "theme = \"dark\"\n");
}

#[cfg(target_os = "linux")]
#[test]
fn a_folder_that_cannot_be_written_is_a_typed_error_and_nothing_changes() {
    // Nothing can be created in /sys, not even by root, for whom permissions do not count.
    let folders = Folders::inside(Path::new("/sys"));
    let mut file = SettingsFile::load(&folders).unwrap();
    let error = file.save(&dark(&file)).unwrap_err();
    assert!(matches!(error, SettingsError::ReadOnly { .. }), "{error:?}");
    assert!(error.to_string().contains("read-only"), "{error}");
    assert_eq!(*file.current(), Settings::default());
}

#[test]
fn a_file_that_is_read_only_is_not_replaced() {
    let (_temp, folders) = with_file("theme = \"light\"\n");
    let mut permissions = fs::metadata(folders.settings_file()).unwrap().permissions();
    permissions.set_readonly(true);
    fs::set_permissions(folders.settings_file(), permissions).unwrap();
    let mut file = SettingsFile::load(&folders).unwrap();
    let error = file.save(&dark(&file)).unwrap_err();
    assert!(matches!(error, SettingsError::ReadOnly { .. }), "{error:?}");
    assert_eq!(text(&folders), "theme = \"light\"\n");
}

#[test]
fn a_folder_in_the_place_of_the_file_is_named() {
    let temp = tempfile::tempdir().unwrap();
    let folders = Folders::inside(temp.path());
    fs::create_dir(folders.settings_file()).unwrap();
    let error = SettingsFile::load(&folders).unwrap_err();
    assert!(
        matches!(
            error,
            SettingsError::WrongKind {
                found: "a folder",
                ..
            }
        ),
        "{error:?}"
    );
}

#[test]
fn a_huge_file_is_not_read_and_not_replaced() {
    let (_temp, folders) = with_file(&"#".repeat(2 * 1024 * 1024));
    let mut file = SettingsFile::load(&folders).unwrap();
    assert_eq!(file.problems().len(), 1);
    let error = file.save(&dark(&file)).unwrap_err();
    assert!(
        matches!(error, SettingsError::WrongKind { .. }),
        "{error:?}"
    );
    assert_eq!(text(&folders).len(), 2 * 1024 * 1024);
}

#[test]
fn a_value_that_is_not_allowed_is_refused_before_anything_is_written() {
    let (_temp, folders) = with_file("theme = \"light\"\n");
    let mut file = SettingsFile::load(&folders).unwrap();
    let error = file
        .save(&Settings {
            sidebar_width: 5,
            ..dark(&file)
        })
        .unwrap_err();
    let SettingsError::Invalid(problems) = &error else {
        panic!("{error:?}")
    };
    assert_eq!(problems[0].key, "sidebar_width");
    assert_eq!(
        error.to_string(),
        "sidebar_width cannot be 5. Allowed: a whole number from 160 to 800."
    );
    assert_eq!(text(&folders), "theme = \"light\"\n");
}

#[test]
fn the_wire_has_the_names_of_the_file() {
    let json = serde_json::to_value(Settings::default()).unwrap();
    let expected = serde_json::json!({
        "theme": "system", "density": "comfortable", "sidebar_width": 248, "last_session": null,
        "default_backend": null
    });
    assert_eq!(json, expected);
}
