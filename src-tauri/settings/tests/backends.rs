//! The backends in settings.toml: read with every mistake named, changed without touching anything else, and never a
//! place for keys.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "helpers of tests may fail their test; clippy.toml allows it in #[test] only"
)]

use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use settings::{BackendConfig, BackendKind, Folders, Settings, SettingsError, SettingsFile, Theme};

fn with_file(text: &str) -> (tempfile::TempDir, Folders) {
    let temp = tempfile::tempdir().unwrap();
    let folders = Folders::inside(temp.path());
    fs::write(folders.settings_file(), text).unwrap();
    (temp, folders)
}

fn text(folders: &Folders) -> String {
    fs::read_to_string(folders.settings_file()).unwrap()
}

fn office() -> BackendConfig {
    BackendConfig {
        base_url: Some("https://llm.office.example/v1".into()),
        model: Some("qwen3:8b".into()),
        concurrency: Some(8),
        connect_timeout: Some(Duration::from_millis(2500)),
        first_byte_timeout: Some(Duration::from_secs(300)),
        silence_timeout: Some(Duration::from_secs(60)),
        proxy: Some("socks5h://127.0.0.1:1080".into()),
        ca_file: Some(PathBuf::from("/etc/ssl/office.pem")),
        local: true,
        key_env: Some("OFFICE_API_KEY".into()),
        ..BackendConfig::new("office", BackendKind::Openai)
    }
}

const OFFICE: &str = r#"[backends.office]
kind = "openai"
base_url = "https://llm.office.example/v1"
model = "qwen3:8b"
concurrency = 8
connect_timeout = 2.5
first_byte_timeout = 300
silence_timeout = 60
proxy = "socks5h://127.0.0.1:1080"
ca_file = "/etc/ssl/office.pem"
local = true
key_env = "OFFICE_API_KEY"
"#;

#[cfg(unix)]
#[test]
fn a_backend_with_everything_is_read_and_written_back_the_same() {
    let (_temp, folders) = with_file(OFFICE);
    let file = SettingsFile::load(&folders).unwrap();
    assert!(file.problems().is_empty(), "{:?}", file.problems());
    assert_eq!(file.current().backends, [office()]);
    let (_temp, folders) = with_file("");
    let mut file = SettingsFile::load(&folders).unwrap();
    file.put_backend(&office()).unwrap();
    assert_eq!(text(&folders), OFFICE);
    assert_eq!(file.current().backends, [office()]);
}

#[test]
fn each_kind_has_an_instance_of_its_own_name_that_needs_no_table() {
    let none = Settings::default();
    assert_eq!(
        none.backend("ollama"),
        Some(BackendConfig::new("ollama", BackendKind::Ollama))
    );
    assert_eq!(
        none.backend("openai"),
        Some(BackendConfig::new("openai", BackendKind::Openai))
    );
    assert_eq!(none.backend("builtin"), None);
    assert_eq!(none.backend("office"), None);

    let (_temp, folders) = with_file("[backends.ollama]\nmodel = \"gemma3\"\n");
    let file = SettingsFile::load(&folders).unwrap();
    let ollama = file.current().backend("ollama").unwrap();
    assert_eq!(
        (ollama.kind, ollama.model.as_deref()),
        (BackendKind::Ollama, Some("gemma3")),
        "its name says its kind"
    );
    let (_temp, folders) = with_file("[backends.ollama]\nconcurrency = 0\n");
    let file = SettingsFile::load(&folders).unwrap();
    assert_eq!(
        file.current().backend("ollama"),
        None,
        "a table with a mistake is not passed over in silence"
    );
}

#[test]
fn each_mistake_is_named_with_its_line_and_what_is_allowed() {
    let start = "[backends.b]\nkind = \"openai\"\n";
    let cases = [
        (
            "concurrency = 65\n",
            "b.concurrency cannot be 65. Allowed: a whole number from 1 to 64.",
        ),
        ("concurrency = \"8\"\n", "b.concurrency cannot be \"8\"."),
        (
            "silence_timeout = 0\n",
            "b.silence_timeout cannot be 0. Allowed: seconds from 0.1 to 3600.",
        ),
        (
            "connect_timeout = nan\n",
            "b.connect_timeout cannot be nan.",
        ),
        (
            "first_byte_timeout = 3600.5\n",
            "b.first_byte_timeout cannot be 3600.5.",
        ),
        ("model = \" \"\n", "b.model cannot be \" \"."),
        (
            "ca_file = \"certs/ours.pem\"\n",
            "b.ca_file cannot be \"certs/ours.pem\". Allowed: the path of a PEM file, from the root.",
        ),
        (
            "local = 1\n",
            "b.local cannot be 1. Allowed: true or false.",
        ),
        ("base_url = \"ftp://files\"\n", "b.base_url is no address."),
        ("base_url = 3\n", "b.base_url is no address."),
        (
            "proxy = \"127.0.0.1:1080\"\n",
            "b.proxy is no address. Allowed: an address that begins with http://",
        ),
    ];
    for (line, message) in cases {
        let (_temp, folders) = with_file(&format!("{start}{line}"));
        let file = SettingsFile::load(&folders).unwrap();
        let problems = file.problems();
        assert_eq!(problems.len(), 1, "{line}: {problems:?}");
        let expected = format!("settings.toml, line 3: backends.{message}");
        assert!(
            problems[0].message.starts_with(&expected),
            "{}",
            problems[0].message
        );
        assert!(file.current().backends.is_empty(), "{line}");
        assert_eq!(file.current().unusable, ["b"]);
    }
    for (content, message) in [
        (
            "[backends.b]\n",
            "settings.toml, line 1: backends.b.kind is missing. Allowed: \"ollama\", \"openai\", \"anthropic\".",
        ),
        (
            "[backends.b]\nkind = \"claude\"\n",
            "settings.toml, line 2: backends.b.kind cannot be \"claude\".",
        ),
        (
            "[backends.ollama]\nkind = \"openai\"\n",
            "settings.toml, line 2: backends.ollama.kind cannot be \"openai\". Allowed: \"ollama\", as its name is ollama.",
        ),
        (
            "[backends.builtin]\nkind = \"openai\"\n",
            "settings.toml, line 1: backends.builtin has nothing to configure.",
        ),
        (
            "[backends.\"My Server\"]\nkind = \"openai\"\n",
            "settings.toml, line 1: backends.My Server is not a name for a backend.",
        ),
        (
            "backends = 3\n",
            "settings.toml, line 1: backends is no table.",
        ),
        (
            "[backends]\nb = 3\n",
            "settings.toml, line 2: backends.b is no table.",
        ),
        (
            "default_backend = \"My Server\"\n",
            "settings.toml, line 1: default_backend cannot be \"My Server\".",
        ),
    ] {
        let (_temp, folders) = with_file(content);
        let file = SettingsFile::load(&folders).unwrap();
        assert_eq!(file.problems().len(), 1, "{content}: {:?}", file.problems());
        let said = &file.problems()[0].message;
        assert!(said.starts_with(message), "{said}");
    }
}

#[test]
fn a_wrong_table_leaves_the_others_usable_and_all_its_mistakes_are_told() {
    let (_temp, folders) = with_file(
        "theme = \"dark\"\n[backends.b]\nkind = \"x\"\nlocal = 0\n[backends.a]\nkind = \"ollama\"\n",
    );
    let file = SettingsFile::load(&folders).unwrap();
    let names: Vec<_> = file.current().backends.iter().map(|b| &b.name).collect();
    assert_eq!(names, ["a"]);
    assert_eq!(file.current().theme, Theme::Dark);
    let keys: Vec<_> = file.problems().iter().map(|p| p.key.as_str()).collect();
    assert_eq!(keys, ["backends.b.kind", "backends.b.local"]);
}

#[test]
fn what_may_be_secret_is_refused_and_never_repeated() {
    let cases = [
        (
            "base_url",
            "http://ana:hunter2@host/v1",
            "cannot hold a user name or a password",
        ),
        (
            "base_url",
            "hunter2@host:11434",
            "cannot hold a user name or a password",
        ),
        (
            "base_url",
            "http:hunter2@host",
            "cannot hold a user name or a password",
        ),
        (
            "base_url",
            "https://host/v1?key=hunter2",
            "cannot hold anything after ? or #",
        ),
        (
            "base_url",
            "https://host/v1#hunter2",
            "cannot hold anything after ? or #",
        ),
        ("base_url", "https:///hunter2", "is no address"),
        (
            "proxy",
            "http://ana:hunter2@proxy:3128",
            "cannot hold a user name or a password",
        ),
        ("proxy", "hunter2", "is no address"),
        (
            "key_env",
            "sk-hunter2",
            "is not the name of an environment variable",
        ),
        (
            "key_env",
            "hunter2",
            "is not the name of an environment variable",
        ),
        (
            "key_env",
            "AKIAHUNTER2HUNTER2XY",
            "is not the name of an environment variable",
        ),
        (
            "key_env",
            "HUNTER2QWERTZUIOPASDFG",
            "is not the name of an environment variable",
        ),
        ("api_key", "sk-hunter2", "does not belong into a file"),
        ("token", "hunter2", "does not belong into a file"),
    ];
    for (key, value, words) in cases {
        let (_temp, folders) = with_file(&format!(
            "[backends.office]\nkind = \"openai\"\n{key} = \"{value}\"\n"
        ));
        let file = SettingsFile::load(&folders).unwrap();
        let said = format!(
            "{file:?} {}",
            serde_json::to_string(file.problems()).unwrap()
        );
        assert!(!said.to_lowercase().contains("hunter2"), "{said}");
        assert!(
            file.problems()[0].message.starts_with(&format!(
                "settings.toml, line 3: backends.office.{key} {words}"
            )),
            "{said}"
        );
        assert!(file.current().backends.is_empty());

        let mut backend = BackendConfig::new("office", BackendKind::Openai);
        match key {
            "base_url" => backend.base_url = Some(value.into()),
            "proxy" => backend.proxy = Some(value.into()),
            "key_env" => backend.key_env = Some(value.into()),
            _ => continue,
        }
        let (_temp, folders) = with_file("# mine\n");
        let mut file = SettingsFile::load(&folders).unwrap();
        let refused = file.put_backend(&backend).unwrap_err();
        assert!(matches!(refused, SettingsError::Invalid(_)), "{refused:?}");
        let said = format!("{refused} {refused:?}");
        assert!(!said.to_lowercase().contains("hunter2"), "{said}");
        assert!(said.contains(words), "{said}");
        assert_eq!(text(&folders), "# mine\n");
    }
}

#[test]
fn addresses_and_variables_as_people_write_them_are_taken() {
    for address in [
        "http://127.0.0.1:11434",
        "HTTPS://api.example.com/v1/",
        "[::1]:11434",
        "localhost",
        ":11434",
    ] {
        let mut backend = BackendConfig::new("b", BackendKind::Ollama);
        backend.base_url = Some(address.into());
        let (_temp, folders) = with_file("");
        let mut file = SettingsFile::load(&folders).unwrap();
        file.put_backend(&backend).unwrap();
        assert_eq!(
            SettingsFile::load(&folders).unwrap().current().backends,
            [backend]
        );
    }
    for variable in ["OPENAI_API_KEY", "KEY2", "_K", "AZURE_OPENAI_API_KEY_2024"] {
        let mut backend = BackendConfig::new("b", BackendKind::Openai);
        backend.key_env = Some(variable.into());
        let (_temp, folders) = with_file("");
        let mut file = SettingsFile::load(&folders).unwrap();
        file.put_backend(&backend).unwrap();
        assert_eq!(file.current().backends, [backend]);
    }
}

const LIVED_IN: &str = "\
# my settings
theme = 'dark'   # at night

# the one in the office
[backends.office]  # ask Ben
kind = \"openai\"
base_url = 'http://10.0.0.5/v1' # moved in May
from_a_newer_ponder = { a = 1 }
silence_timeout = 30.0

[window]
x = 1 # left
# about home

# at home
[backends.home]
kind = \"ollama\"
[backends.home.extra]
y = 2 # kept

[zoom]
z = 3
# the end
";

#[test]
fn a_new_backend_is_added_after_everything_that_is_there() {
    for (before, between) in [
        (LIVED_IN, "\n"),
        ("# only this", "\n\n"),
        ("theme = \"dark\"\n", "\n"),
        ("[backends]\n[backends.a]\nkind = \"ollama\"\n", "\n"),
        ("backends.a.kind = \"ollama\"\n", "\n"),
        ("\u{feff}# mine\r\ntheme = \"dark\"\r\n", "\r\n"),
    ] {
        let (_temp, folders) = with_file(before);
        let mut file = SettingsFile::load(&folders).unwrap();
        let others = file.current().backends.clone();
        file.put_backend(&BackendConfig::new("new", BackendKind::Ollama))
            .unwrap();
        let table = "[backends.new]\nkind = \"ollama\"\n";
        let table = if before.contains('\r') {
            table.replace('\n', "\r\n")
        } else {
            table.into()
        };
        assert_eq!(text(&folders), format!("{before}{between}{table}"));
        assert_eq!(file.current().backends.len(), others.len() + 1);
        assert!(file.problems().is_empty(), "{:?}", file.problems());
    }
    let (_temp, folders) =
        with_file("backends = { a = { kind = \"ollama\" } } # short\ntheme = \"dark\"\n");
    let mut file = SettingsFile::load(&folders).unwrap();
    file.put_backend(&BackendConfig::new("new", BackendKind::Ollama))
        .unwrap();
    assert_eq!(
        text(&folders),
        "backends = { a = { kind = \"ollama\" } , new = { kind = \"ollama\" } } # short\ntheme = \"dark\"\n"
    );
}

#[test]
fn a_replaced_backend_keeps_comments_and_unknown_keys_and_the_rest_byte_by_byte() {
    let (_temp, folders) = with_file(LIVED_IN);
    let mut file = SettingsFile::load(&folders).unwrap();
    let mut office = file.current().backend("office").unwrap();
    file.put_backend(&office).unwrap();
    assert_eq!(
        text(&folders),
        LIVED_IN,
        "the same configuration changes nothing"
    );
    office.base_url = Some("http://10.0.0.6/v1".into());
    office.silence_timeout = None;
    office.model = Some("qwen3:8b".into());
    file.put_backend(&office).unwrap();
    let expected = LIVED_IN
        .replace("'http://10.0.0.5/v1'", "\"http://10.0.0.6/v1\"")
        .replace("silence_timeout = 30.0\n", "model = \"qwen3:8b\"\n");
    assert_eq!(text(&folders), expected);
    assert_eq!(file.current().backend("office"), Some(office));
}

#[test]
fn a_removed_backend_takes_its_own_lines_and_no_others() {
    let cases = [
        (
            LIVED_IN.to_owned(),
            "office",
            LIVED_IN.replace(
                "# the one in the office\n[backends.office]  # ask Ben\nkind = \"openai\"\nbase_url = 'http://10.0.0.5/v1' # moved in May\nfrom_a_newer_ponder = { a = 1 }\nsilence_timeout = 30.0\n\n",
                "",
            ),
        ),
        (
            LIVED_IN.to_owned(),
            "home",
            LIVED_IN.replace(
                "# at home\n[backends.home]\nkind = \"ollama\"\n[backends.home.extra]\ny = 2 # kept\n\n",
                "",
            ),
        ),
        (LIVED_IN.to_owned(), "none", LIVED_IN.to_owned()),
        (
            "default_backend = \"b\"\ntheme = \"dark\"\n\n[backends.b]\nkind = \"ollama\"".to_owned(),
            "b",
            "theme = \"dark\"\n".to_owned(),
        ),
        (
            "default_backend = \"ollama\"\n[backends.ollama]\n# none\n[zoom]\nz = 1\n".to_owned(),
            "ollama",
            "default_backend = \"ollama\"\n# none\n[zoom]\nz = 1\n".to_owned(),
        ),
        (
            "backends = { a = { kind = \"ollama\" }, b = { kind = \"ollama\" } }\n".to_owned(),
            "a",
            "backends = { b = { kind = \"ollama\" } }\n".to_owned(),
        ),
        (
            "backends.a.kind = \"ollama\"\nbackends.b.kind = \"ollama\"\n# end\n".to_owned(),
            "a",
            "backends.b.kind = \"ollama\"\n# end\n".to_owned(),
        ),
        (
            "# é — ü\n[backends.a]\nkind = \"ollama\"\nmodel = \"\"\"\nx\n\"\"\"\n\n\n[b]\n".to_owned(),
            "a",
            "# é — ü\n\n\n[b]\n".to_owned(),
        ),
    ];
    for (before, name, after) in cases {
        let (_temp, folders) = with_file(&before);
        let mut file = SettingsFile::load(&folders).unwrap();
        file.remove_backend(name).unwrap();
        assert_eq!(text(&folders), after, "{name} of {before}");
        assert!(!file.current().backends.iter().any(|b| b.name == name));
    }
}

#[test]
fn adding_a_backend_and_removing_it_again_leaves_the_file_as_it_was() {
    for before in [
        LIVED_IN,
        "theme = \"dark\"\n",
        "# mine\r\ntheme = \"dark\"\r\n",
        "[backends.a]\nkind = \"ollama\"\n\n# at the end\n",
        "backends = { a = { kind = \"ollama\" } } # short\n",
        "\u{feff}[[lists]]\nx = 1\n[[lists]]\nx = 2\n",
    ] {
        let (_temp, folders) = with_file(before);
        let mut file = SettingsFile::load(&folders).unwrap();
        file.put_backend(&BackendConfig::new("new", BackendKind::Openai))
            .unwrap();
        assert_ne!(text(&folders), before);
        file.remove_backend("new").unwrap();
        assert_eq!(text(&folders), before);
    }
}

#[test]
fn saving_how_the_window_looks_leaves_wrong_backends_alone() {
    let content = "theme = \"light\"\n[backends.b]\nkind = \"x\"\n";
    let (_temp, folders) = with_file(content);
    let mut file = SettingsFile::load(&folders).unwrap();
    let dark = Settings {
        theme: Theme::Dark,
        ..file.current().clone()
    };
    assert_eq!(
        file.save(&dark).unwrap().kept_aside,
        None,
        "nothing of it is replaced"
    );
    assert_eq!(text(&folders), content.replace("light", "dark"));
    assert_eq!(file.problems().len(), 1, "and it is still wrong");
    let kept = file
        .put_backend(&BackendConfig::new("b", BackendKind::Ollama))
        .unwrap()
        .kept_aside
        .unwrap();
    assert_eq!(
        fs::read_to_string(kept).unwrap(),
        content.replace("light", "dark")
    );
    assert_eq!(
        text(&folders),
        "theme = \"dark\"\n[backends.b]\nkind = \"ollama\"\n"
    );
    assert!(file.problems().is_empty());
}

#[test]
fn a_file_that_broke_meanwhile_is_kept_aside_and_what_was_known_is_written_anew() {
    let (_temp, folders) = with_file("theme = \"dark\"\n[backends.a]\nkind = \"ollama\"\n");
    let mut file = SettingsFile::load(&folders).unwrap();
    fs::write(folders.settings_file(), "theme = = 1\n").unwrap();
    let kept = file
        .put_backend(&BackendConfig::new("b", BackendKind::Openai))
        .unwrap()
        .kept_aside
        .unwrap();
    assert_eq!(fs::read_to_string(kept).unwrap(), "theme = = 1\n");
    let file = SettingsFile::load(&folders).unwrap();
    assert_eq!(file.current().theme, Theme::Dark);
    let names: Vec<_> = file.current().backends.iter().map(|b| &b.name).collect();
    assert_eq!(names, ["a", "b"]);
}

#[test]
fn two_processes_that_change_different_backends_keep_both_changes() {
    let (_temp, folders) = with_file("# ours\n");
    let mut one = SettingsFile::load(&folders).unwrap();
    let mut other = SettingsFile::load(&folders).unwrap();
    one.put_backend(&BackendConfig::new("a", BackendKind::Ollama))
        .unwrap();
    other
        .put_backend(&BackendConfig::new("b", BackendKind::Openai))
        .unwrap();
    let default = Settings {
        default_backend: Some("b".into()),
        ..one.current().clone()
    };
    one.save(&default).unwrap();
    other.remove_backend("a").unwrap();
    let end = SettingsFile::load(&folders).unwrap();
    assert_eq!(
        end.current().backends,
        [BackendConfig::new("b", BackendKind::Openai)]
    );
    assert_eq!(end.current().default_backend.as_deref(), Some("b"));
    assert_eq!(end.current(), other.current());
}
