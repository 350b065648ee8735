//! `backends`: where models are asked, and whether they answer.

use std::path::Path;

use engine::view::{
    AppError, BackendConfigView, BackendInfo, BackendKind, BackendTest, KeySource, ModelInfo,
    TestState,
};
use engine::{Engine, EngineError};
use serde_json::json;

use crate::age::took;
use crate::args::{self, AddBackend, Backends};
use crate::output::{Failure, Output, exit};
use crate::printable::{printable, printable_lines};
use crate::table::{Table, size};

/// The judge that asks nobody.
const BUILTIN: &str = "builtin";

/// What stands in `"schema": "ponder.<name>/1"`.
pub fn name(asked: &Backends) -> &'static str {
    match asked {
        Backends::List => "backends_list",
        Backends::Add(_) => "backends_add",
        Backends::Remove { .. } => "backends_remove",
        Backends::Default { .. } => "backends_default",
        Backends::Models { .. } => "backends_models",
        Backends::Test { .. } => "backends_test",
    }
}

/// Carries out one of them.
pub fn run(
    asked: Backends,
    open: impl FnOnce() -> Result<Engine, EngineError>,
    output: &Output,
) -> Result<u8, Failure> {
    match asked {
        Backends::Remove { name } | Backends::Models { name, .. } | Backends::Test { name, .. }
            if name == BUILTIN =>
        {
            let words = "`builtin` asks nobody: it has no models, no settings and nothing to test.";
            return Err(Failure(AppError::plain("invalid_usage", words)));
        }
        Backends::List => {
            let backends = open()?.backends()?;
            output.answer(&json!({ "backends": backends }), || listed(&backends))?;
        }
        Backends::Add(asked) => {
            // Said before anything is read: what comes through a pipe is a secret.
            if asked.key_stdin {
                return Err(Failure(no_keyring(&asked)));
            }
            let engine = open()?;
            let wanted = wanted(&asked, &engine.backends()?)?;
            let backends = engine.add_backend(&wanted)?;
            let backend = backends.into_iter().find(|one| one.name == wanted.name);
            output.answer(&json!({ "backend": backend }), || {
                let words = backend.as_ref().map(added);
                words.unwrap_or_default()
            })?;
        }
        Backends::Remove { name } => {
            let backends = open()?.remove_backend(&name)?;
            let left = backends.iter().find(|backend| backend.name == name);
            output.answer(
                &json!({ "removed": name, "backends": backends }),
                || match left.and_then(|backend| backend.address.as_deref()) {
                    Some(address) => format!("{name} has its defaults again: {address}."),
                    None => format!("Removed {name}."),
                },
            )?;
        }
        Backends::Default { name } => {
            let chosen = (name != "none").then_some(name.as_str());
            let backends = open()?.set_default_backend(chosen)?;
            output.answer(
                &json!({ "default": chosen, "backends": backends }),
                || match chosen {
                    Some(name) => format!("{name} judges where nothing else is said."),
                    None => "Nobody judges where nothing is said.".into(),
                },
            )?;
        }
        Backends::Models { name, offline } => {
            let models = open()?.backend_models(&name, offline)?;
            output.answer(&json!({ "backend": name, "models": models }), || {
                if models.is_empty() {
                    return format!("{name} offers no model yet.");
                }
                models_table(&models)
            })?;
        }
        Backends::Test {
            name,
            model,
            offline,
        } => {
            let found = open()?.test_backend(&name, model.as_deref(), offline)?;
            let mut answer = json!({ "backend": name, "model": model });
            if let (Some(fields), Ok(serde_json::Value::Object(more))) =
                (answer.as_object_mut(), serde_json::to_value(&found))
            {
                fields.extend(more);
            }
            output.answer(&answer, || tested(&name, &found))?;
            return Ok(match found.state {
                TestState::Ok | TestState::Slow => 0,
                _ => exit::BACKEND,
            });
        }
    }
    Ok(0)
}

fn no_keyring(asked: &AddBackend) -> AppError {
    let variable = asked.key_env.as_deref().unwrap_or("MY_KEY");
    let mut error = AppError::plain(
        "invalid_usage",
        "Keys cannot be kept yet, so none was read from standard input.",
    );
    error.hint = Some(format!(
        "Put the key into an environment variable and name that: --key-env {}",
        printable(variable)
    ));
    error
}

fn wanted(asked: &AddBackend, known: &[BackendInfo]) -> Result<BackendConfigView, Failure> {
    let before = known.iter().find(|backend| backend.name == asked.name);
    let kind = match (asked.kind, before) {
        (Some(args::BackendKind::Ollama), _) => BackendKind::Ollama,
        (Some(args::BackendKind::Openai), _) => BackendKind::Openai,
        (Some(args::BackendKind::Anthropic), _) => BackendKind::Anthropic,
        (None, Some(before)) => before.kind,
        (None, None) => {
            let name = printable(&asked.name);
            let words = format!("What \"{name}\" speaks is missing.");
            let mut error = AppError::plain("invalid_usage", words);
            error.hint = Some("Allowed: --kind ollama, --kind openai or --kind anthropic.".into());
            return Err(Failure(error));
        }
    };
    // The settings are read from other folders, too.
    let absolute = |path: &Path| {
        let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
        path.to_string_lossy().into_owned()
    };
    Ok(BackendConfigView {
        name: asked.name.clone(),
        kind,
        base_url: asked.base_url.clone(),
        model: asked.model.clone(),
        concurrency: asked.concurrency,
        connect_timeout: asked.connect_timeout,
        first_byte_timeout: asked.first_byte_timeout,
        silence_timeout: asked.silence_timeout,
        proxy: asked.proxy.clone(),
        ca_file: asked.ca_file.as_deref().map(absolute),
        local: asked.local.then_some(true),
        key_env: asked.key_env.clone(),
    })
}

fn listed(backends: &[BackendInfo]) -> String {
    let mut table = Table::new(&["Backend", "Speaks", "Address", "Where", "Model", "Key"]);
    for backend in backends {
        let asks = backend.kind != BackendKind::Builtin;
        let default = if backend.is_default { " *" } else { "" };
        table.row(vec![
            format!("{}{default}", backend.name),
            if asks { kind(backend.kind) } else { "–" }.into(),
            backend.address.clone().unwrap_or_else(|| "–".into()),
            match (asks, backend.this_machine) {
                (false, _) => "asks nobody".into(),
                (true, true) => "this machine".into(),
                (true, false) => "elsewhere".into(),
            },
            backend.model.clone().unwrap_or_else(|| "–".into()),
            key(backend),
        ]);
    }
    let mut words = format!("{table}\n* judges where nothing else is said.");
    for backend in backends {
        if let Some(problem) = &backend.problem {
            words.push_str(&format!("\n{} cannot be used: {problem}", backend.name));
        }
    }
    printable_lines(&words)
}

fn added(backend: &BackendInfo) -> String {
    let address = backend.address.as_deref().unwrap_or("no address");
    let place = if backend.this_machine {
        "on this machine"
    } else {
        "not on this machine: it is asked only when you name it"
    };
    let mut words = format!("{} asks {address}, {place}.\n", backend.name);
    if let (KeySource::Missing, Some(variable)) = (backend.key, &backend.key_env) {
        words.push_str(&format!(
            "Its key is looked for in {variable}, which is not set.\n"
        ));
    }
    words.push_str(&format!(
        "Look whether it answers: ponderctl backends test {}",
        backend.name
    ));
    printable_lines(&words)
}

fn models_table(models: &[ModelInfo]) -> String {
    let mut table = Table::new(&["Model", "Size", "Parameters", "Reads", "State"]);
    table.right(&[1, 2, 3]);
    let dash = || "–".to_owned();
    for model in models {
        let state = match (model.cloud, model.loaded) {
            (true, _) => "elsewhere (cloud)",
            (false, Some(true)) => "in memory",
            (false, _) => "",
        };
        table.row(vec![
            model.name.clone(),
            model.size_bytes.map_or_else(dash, size),
            model.parameters.clone().unwrap_or_else(dash),
            model
                .context
                .map_or_else(dash, |tokens| format!("{tokens} tokens")),
            state.into(),
        ]);
    }
    table.to_string()
}

fn tested(name: &str, found: &BackendTest) -> String {
    let state = match found.state {
        TestState::Ok => "answers",
        TestState::Slow => "answers slowly",
        TestState::Down => "is down",
        TestState::Unauthorised => "does not let us in",
        TestState::ModelMissing => "does not have the model",
        TestState::Odd => "answers oddly",
    };
    let mut words = format!("{name} {state}: {}", found.message);
    let version = found
        .version
        .as_ref()
        .filter(|version| !found.message.contains(version.as_str()))
        .map(|version| format!("version {version}"));
    #[allow(
        clippy::cast_possible_truncation,
        reason = "a time to answer, far below the end of an i64"
    )]
    let latency = found
        .latency_ms
        .map(|ms| format!("answered in {}", took(ms.round() as i64)));
    let known: Vec<String> = [version, latency].into_iter().flatten().collect();
    if !known.is_empty() {
        words.push_str(&format!("\n{}", known.join(", ")));
    }
    if let Some(hint) = &found.hint {
        words.push_str(&format!("\n{hint}"));
    }
    printable_lines(&words)
}

fn kind(kind: BackendKind) -> &'static str {
    match kind {
        BackendKind::Builtin => "builtin",
        BackendKind::Ollama => "ollama",
        BackendKind::Openai => "openai",
        BackendKind::Anthropic => "anthropic",
    }
}

fn key(backend: &BackendInfo) -> String {
    let variable = backend.key_env.as_deref().unwrap_or("the environment");
    match backend.key {
        KeySource::None => "none needed".into(),
        KeySource::Environment => format!("from {variable}"),
        KeySource::Memory => "entered".into(),
        KeySource::Missing => match &backend.key_env {
            Some(variable) => format!("missing: set {variable}"),
            None => "missing: name its variable with --key-env".into(),
        },
    }
}
