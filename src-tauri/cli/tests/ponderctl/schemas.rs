//! The schemas of `docs/schema/`: every answer is held against its own, and each is strict enough to see a field go.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use jsonschema::{Registry, Validator};
use peers::{Ollama, Script};
use serde_json::{Value, json};

use crate::terminal::{SMALL, Terminal, example, root, to_judge, unfinished};

const BASE: &str = "file:///schema/";

fn all() -> &'static BTreeMap<String, Validator> {
    static ALL: OnceLock<BTreeMap<String, Validator>> = OnceLock::new();
    ALL.get_or_init(|| {
        let mut texts = BTreeMap::new();
        for entry in std::fs::read_dir(root().join("docs/schema")).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_stem().unwrap().to_string_lossy().into_owned();
            let schema: Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
            assert!(
                jsonschema::meta::is_valid(&schema),
                "{name} is no JSON Schema"
            );
            texts.insert(name, schema);
        }
        let registry = Registry::new()
            .add(format!("{BASE}common.json"), texts["common"].clone())
            .unwrap();
        let registry = registry.prepare().unwrap();
        let build = |(name, schema): (&String, &Value)| {
            let options = jsonschema::options()
                .with_registry(&registry)
                .with_base_uri(format!("{BASE}{name}.json"));
            (name.clone(), options.build(schema).unwrap())
        };
        texts.iter().map(build).collect()
    })
}

fn wrong(name: &str, document: &Value) -> Vec<String> {
    let schema = all()
        .get(name)
        .unwrap_or_else(|| panic!("docs/schema/{name}.json is missing"));
    schema
        .iter_errors(document)
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect()
}

/// Holds an answer against the schema that it names, an error against the one of errors.
pub fn hold(answer: &Value) {
    let named = answer["schema"]
        .as_str()
        .unwrap_or_else(|| panic!("an answer begins with its schema: {answer:#}"));
    assert_eq!(answer.as_object().unwrap().keys().next().unwrap(), "schema");
    let command = named
        .strip_prefix("ponder.")
        .and_then(|name| name.strip_suffix("/1"))
        .unwrap();
    let schema = if answer.get("error").is_some() {
        "error"
    } else {
        command
    };
    let wrong = wrong(schema, answer);
    assert!(wrong.is_empty(), "{schema}.json: {wrong:#?}\n{answer:#}");
}

/// Holds one line of `--progress ndjson`.
pub fn hold_progress(line: &Value) {
    let wrong = wrong("progress", line);
    assert!(wrong.is_empty(), "{wrong:#?}\n{line}");
}

#[test]
fn every_command_answers_as_its_schema_says() {
    let terminal = Terminal::new();
    let small = terminal.file("small.toml", SMALL);
    let open = terminal.file("open.toml", unfinished());
    let mut seen = Vec::new();
    let mut answered = |code, args: &[&str]| {
        let answer = terminal.json(code, args);
        seen.push(answer["schema"].as_str().unwrap().to_owned());
        answer
    };
    for file in ["ledger-database.toml", "warehouse-site.toml"] {
        answered(0, &["decide", &example(file)]);
        answered(0, &["rank", &example(file)]);
        answered(0, &["weights", &example(file)]);
    }
    for method in [
        "weighted_product",
        "topsis",
        "vikor",
        "promethee_ii",
        "electre_i",
        "moora",
    ] {
        let ranked = answered(
            0,
            &["rank", &example("ledger-database.toml"), "--method", method],
        );
        assert_eq!(ranked["method"], method);
    }
    let ahp = "topic = \"T\"\n[weighting]\nmethod = \"ahp\"\npairwise = [[1, 3, 5], [0.3333, 1, 2], [0.2, 0.5, 1]]\n";
    let ahp = ["A", "B", "C"].iter().fold(ahp.to_owned(), |file, name| {
        file + &format!("[[criteria]]\nname = \"{name}\"\nkind = \"manual\"\n")
    });
    let ahp = ahp + "[[options]]\nname = \"X\"\n[[options]]\nname = \"Y\"\n";
    let ahp = answered(0, &["weights", &terminal.file("ahp.toml", ahp)]);
    assert!(
        ahp["consistency_ratio"].as_f64().unwrap() < 0.1 && ahp["method"] == "ahp",
        "{ahp:#}"
    );
    answered(4, &["decide", &example("reporting-tool.toml")]);
    answered(4, &["rank", &open]);
    let decided = answered(0, &["decide", &small, "--report", "small.md"]);
    let id = decided["session"].as_str().unwrap();
    assert!(decided["report"]["bytes"].as_u64().unwrap() > 100);
    answered(
        0,
        &["rank", "--session", id, "--method", "weighted_product"],
    );
    let ollama = Ollama::start(Script::default());
    let url = ollama.url();
    answered(
        0,
        &[
            "backends",
            "add",
            "ollama",
            "--base-url",
            &url,
            "--model",
            "tiny",
        ],
    );
    answered(0, &["backends", "list"]);
    answered(0, &["backends", "models", "ollama"]);
    answered(0, &["backends", "test", "ollama"]);
    answered(3, &["backends", "test", "ollama", "--model", "none"]);
    answered(0, &["backends", "default", "ollama"]);
    answered(2, &["backends", "remove", "nobody"]);
    let judged = terminal.file("judged.toml", to_judge(2, 2));
    let judged = answered(0, &["decide", &judged, "--samples", "2"]);
    let judged = judged["session"].as_str().unwrap();
    answered(
        0,
        &["decide", "--session", judged, "--again", "--samples", "3"],
    );
    answered(0, &["rank", "--session", judged]);
    answered(0, &["sessions", "show", judged]);
    answered(0, &["sessions", "runs", judged]);
    answered(0, &["sessions", "compare", judged, "1", "2"]);
    answered(0, &["backends", "remove", "ollama"]);
    answered(0, &["sessions", "list"]);
    answered(0, &["sessions", "show", id]);
    answered(0, &["sessions", "search", "line"]);
    answered(0, &["sessions", "export", id, "small.html"]);
    let imported = answered(0, &["sessions", "import", &small]);
    answered(0, &["sessions", "archive", id]);
    answered(0, &["sessions", "trash", id]);
    answered(0, &["sessions", "list", "--state", "trashed"]);
    answered(0, &["sessions", "restore", id]);
    let backup = answered(0, &["db", "backup"]);
    answered(
        0,
        &["sessions", "erase", id, imported["id"].as_str().unwrap()],
    );
    answered(0, &["db", "check"]);
    answered(0, &["db", "restore"]);
    answered(0, &["db", "restore", backup["file"].as_str().unwrap()]);
    answered(2, &["sessions", "show", "s_nobody"]);
    answered(2, &["rank", "nowhere.toml"]);
    answered(2, &["decide"]);

    let shown: Vec<String> = all()
        .keys()
        .filter(|name| !["common", "error", "progress"].contains(&name.as_str()))
        .map(|name| format!("ponder.{name}/1"))
        .collect();
    for schema in shown {
        assert!(
            seen.contains(&schema),
            "no answer was held against {schema}"
        );
    }
}

#[test]
fn a_schema_sees_every_field_that_goes_or_changes_its_kind() {
    let terminal = Terminal::new();
    let id = terminal.decided(&example("warehouse-site.toml"));
    terminal.json(0, &["db", "backup"]);
    let ollama = Ollama::start(Script::default());
    let url = ollama.url();
    terminal.expect(
        0,
        &[
            "backends",
            "add",
            "ollama",
            "--base-url",
            &url,
            "--model",
            "tiny",
        ],
    );
    let file = terminal.file("judged.toml", to_judge(2, 2));
    let judged = terminal.judged(0, &file, &ollama, &["--samples", "2"]);
    let judged = judged["session"].as_str().unwrap();
    terminal.judged_again(judged, &ollama);
    for args in [
        &["sessions", "runs", judged][..],
        &["sessions", "compare", judged, "1", "2"],
        &["backends", "list"],
        &["backends", "add", "office", "--kind", "openai"],
        &["backends", "models", "ollama"],
        &["backends", "test", "ollama"],
        &["backends", "default", "ollama"],
        &["rank", "--session", &id],
        &["weights", &example("warehouse-site.toml")],
        &["sessions", "list"],
        &["sessions", "export", &id, "out.json"],
        &["db", "check"],
        &["db", "restore"],
        &["sessions", "show", "s_nobody"],
    ] {
        let code = if args.contains(&"s_nobody") { 2 } else { 0 };
        let answer = terminal.json(code, args);
        let schema = if answer.get("error").is_some() {
            "error"
        } else {
            answer["schema"].as_str().unwrap()
        };
        let schema = schema.trim_start_matches("ponder.").trim_end_matches("/1");
        // `session` is there when a session was ranked, `hint` when there is one.
        let optional = ["/session", "/error/hint"];
        for path in paths(&answer, "")
            .into_iter()
            .filter(|path| !optional.contains(&path.as_str()))
        {
            let (parent, field) = path.rsplit_once('/').unwrap();
            let mut without = answer.clone();
            let removed = without
                .pointer_mut(parent)
                .unwrap()
                .as_object_mut()
                .unwrap()
                .remove(field)
                .unwrap();
            let keyed_by_name = parent == "/weights" || parent.ends_with("/details");
            assert!(
                keyed_by_name || !wrong(schema, &without).is_empty(),
                "{schema} does not miss {path}"
            );
            let mut other = answer.clone();
            *other.pointer_mut(&path).unwrap() = if removed.is_array() {
                json!(7)
            } else {
                json!([[]])
            };
            assert!(
                !wrong(schema, &other).is_empty(),
                "{schema} takes a list for {path}"
            );
        }
    }
}

/// The pointer of each field, of a list those of its first item.
fn paths(value: &Value, at: &str) -> Vec<String> {
    match value {
        Value::Object(fields) => fields
            .iter()
            .flat_map(|(key, value)| {
                let here = format!("{at}/{}", key.replace('~', "~0").replace('/', "~1"));
                let below = paths(value, &here);
                std::iter::once(here).chain(below)
            })
            .collect(),
        Value::Array(items) => items
            .first()
            .map(|item| paths(item, &format!("{at}/0")))
            .unwrap_or_default(),
        _ => Vec::new(),
    }
}
