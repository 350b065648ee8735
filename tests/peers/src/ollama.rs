//! The double of Ollama: its native API, in the shapes that its official client accepts.
use std::collections::VecDeque;
use std::ops::Deref;
use std::time::Duration;

use hyper::Method;
use serde_json::{Value, json};

use crate::answer::{self, Asked, tokens};
use crate::body::Piece;
use crate::double::Double;
use crate::exchange::{Api, Heard, Reply, Spoken};
use crate::frames;
use crate::journal::Shared;
use crate::script::{Fault, Model, Script, full_name};

const PLAIN: &str = "application/json; charset=utf-8";
const LINES: &str = "application/x-ndjson";
/// A moment for every date that must be there and says nothing.
const THEN: &str = "2026-01-02T03:04:05.678901234Z";
/// Ollama's own window for a model whose request does not say another.
const WINDOW: u64 = 4096;

/// A server that speaks Ollama's native API.
pub struct Ollama(Double);

impl Ollama {
    /// Starts on a free port of the loopback address.
    pub fn start(script: Script) -> Self {
        Self::start_on(0, script)
    }

    /// Starts on this port: a server that was gone comes back.
    pub fn start_on(port: u16, script: Script) -> Self {
        Self(Double::start(port, script, Native))
    }
}

impl Deref for Ollama {
    type Target = Double;

    fn deref(&self) -> &Double {
        &self.0
    }
}

struct Native;

impl Api for Native {
    fn call(&self, path: &str, body: &Value) -> Option<Asked> {
        let (system, contents) = match path {
            "/api/chat" => crate::exchange::messages(body),
            "/api/generate" => {
                let system = text(body, "system");
                let contents = [system.clone(), text(body, "prompt")];
                let contents = contents.into_iter().filter(|text| !text.is_empty());
                (system, contents.collect())
            }
            _ => return None,
        };
        let options = &body["options"];
        Some(Asked {
            number: 0,
            model: text(body, "model"),
            system,
            prompt: contents.last().cloned().unwrap_or_default(),
            text: contents.join("\n"),
            messages: contents.len(),
            schema: body
                .get("format")
                .filter(|format| format.is_object())
                .cloned(),
            // "low", "medium" and "high" are allowed too.
            think: body["think"].as_bool().unwrap_or(body["think"].is_string()),
            stream: streams(body),
            seed: options["seed"].as_u64(),
            max_tokens: options["num_predict"].as_u64(),
            context: options["num_ctx"].as_u64(),
            body: body.clone(),
        })
    }

    fn refuse(&self, shared: &Shared, request: &Heard, asked: Option<&Asked>) -> Option<Reply> {
        if let Some(allowed) = method(&request.path)
            && allowed != request.method
        {
            return Some(Reply::whole(405, "text/plain", "405 method not allowed"));
        }
        if request.method == Method::POST && request.body.is_null() {
            let why = if request.raw.is_empty() {
                "missing request body"
            } else {
                "invalid character in request body"
            };
            return Some(error(400, why));
        }
        let needs_model = ["/api/chat", "/api/generate", "/api/embed", "/api/show"];
        if !needs_model.contains(&request.path.as_str()) {
            return None;
        }
        let name = text(&request.body, "model");
        if name.is_empty() {
            return Some(error(400, "model is required"));
        }
        match find(&shared.state().models, &name) {
            None => Some(error(404, &format!("model '{name}' not found"))),
            Some(model) if asked.is_some_and(|asked| asked.think) && !model.thinks => {
                Some(error(400, &format!("\"{name}\" does not support thinking")))
            }
            Some(_) => None,
        }
    }

    fn say(&self, shared: &Shared, spoken: &Spoken) -> Reply {
        let asked = &spoken.asked;
        let chat = spoken.path == "/api/chat";
        if asked.messages == 0 {
            // An empty request loads the model.
            let mut line = json!({"model": asked.model, "created_at": THEN, "done": true, "done_reason": "load"});
            line[if chat { "message" } else { "response" }] = if chat {
                json!({"role": "assistant", "content": ""})
            } else {
                json!("")
            };
            return Reply::whole(200, PLAIN, line.to_string());
        }
        let thinking = spoken.answer.thinking.clone().or_else(|| {
            asked.think.then(|| {
                "The prompt names one option and one criterion. What speaks for it?".to_owned()
            })
        });
        let line = |text: &str, thinking: Option<&str>| {
            let mut line = json!({"model": asked.model, "created_at": THEN});
            if chat {
                line["message"] = json!({"role": "assistant", "content": text});
            } else {
                line["response"] = json!(text);
            }
            match thinking {
                Some(thinking) if chat => line["message"]["thinking"] = json!(thinking),
                Some(thinking) => line["thinking"] = json!(thinking),
                None => {}
            }
            line["done"] = json!(false);
            line
        };
        let finished = |mut line: Value| {
            line["done"] = json!(true);
            line["done_reason"] = json!(spoken.answer.finish.as_deref().unwrap_or("stop"));
            if !chat {
                line["context"] = json!([1, 2, 3]);
            }
            counts(shared, spoken, &mut line);
            line
        };
        if !asked.stream {
            if let Some(Fault::ErrorInStream(message)) = &spoken.fault {
                return error(200, message);
            }
            let pieces = frames::in_one(spoken, |text| {
                finished(line(text, thinking.as_deref())).to_string()
            });
            return Reply {
                status: 200,
                kind: PLAIN,
                headers: Vec::new(),
                pieces,
                whole: true,
            };
        }
        let before = thinking
            .iter()
            .flat_map(|thinking| frames::split(thinking, spoken.chunk_bytes));
        let before = before
            .map(|thought| row(&line("", Some(thought))))
            .collect();
        let pieces = frames::streamed(
            spoken,
            before,
            |text| row(&line(text, None)),
            |message| row(&json!({"error": message})),
            vec![row(&finished(line("", None)))],
        );
        Reply {
            status: 200,
            kind: LINES,
            headers: Vec::new(),
            pieces,
            whole: false,
        }
    }

    fn tell(&self, shared: &Shared, request: &Heard) -> Reply {
        let body = &request.body;
        match request.path.as_str() {
            "/" => Reply::whole(200, "text/plain; charset=utf-8", "Ollama is running"),
            "/api/version" => plain(&json!({"version": shared.state().script.version})),
            "/api/tags" => {
                let models: Vec<_> = shared.state().models.iter().map(listed).collect();
                plain(&json!({"models": models}))
            }
            "/api/ps" => {
                let state = shared.state();
                let loaded = state
                    .models
                    .iter()
                    .filter(|model| model.loaded)
                    .map(|model| {
                        let mut entry = listed(model);
                        entry["expires_at"] = json!("2030-01-02T03:04:05Z");
                        entry["size_vram"] = json!(0);
                        entry["context_length"] = json!(WINDOW.min(model.context));
                        entry
                    });
                plain(&json!({"models": loaded.collect::<Vec<_>>()}))
            }
            "/api/show" => show(shared, &text(body, "model")),
            "/api/embed" => embed(body),
            "/api/pull" => pull(shared, body),
            _ => Reply::whole(404, "text/plain", "404 page not found"),
        }
    }
}

fn method(path: &str) -> Option<Method> {
    match path {
        "/api/version" | "/api/tags" | "/api/ps" => Some(Method::GET),
        "/api/chat" | "/api/generate" | "/api/embed" | "/api/show" | "/api/pull" => {
            Some(Method::POST)
        }
        _ => None,
    }
}

/// Streams unless it is told not to, as Ollama does.
fn streams(body: &Value) -> bool {
    body["stream"].as_bool().unwrap_or(true)
}

fn text(body: &Value, field: &str) -> String {
    // `name` is the older word for `model`, still accepted.
    let value = match field {
        "model" => body.get("model").or_else(|| body.get("name")),
        _ => body.get(field),
    };
    value.and_then(Value::as_str).unwrap_or_default().to_owned()
}

fn find<'a>(models: &'a [Model], name: &str) -> Option<&'a Model> {
    models.iter().find(|model| model.name == full_name(name))
}

fn error(status: u16, message: &str) -> Reply {
    Reply::whole(status, PLAIN, json!({"error": message}).to_string())
}

fn plain(value: &Value) -> Reply {
    Reply::whole(200, PLAIN, value.to_string())
}

fn row(value: &Value) -> String {
    format!("{value}\n")
}

fn counts(shared: &Shared, spoken: &Spoken, line: &mut Value) {
    let asked = &spoken.asked;
    let total = spoken.started.elapsed();
    let load = spoken.load;
    let rest = total.saturating_sub(load);
    let nanos = |time: Duration| u64::try_from(time.as_nanos()).unwrap_or(u64::MAX);
    line["total_duration"] = json!(nanos(total));
    line["load_duration"] = json!(nanos(load) + 1_000);
    if spoken.fault != Some(Fault::NoCounts) {
        let trained =
            find(&shared.state().models, &asked.model).map_or(WINDOW, |model| model.context);
        let window = match spoken.fault {
            Some(Fault::ContextCut(window)) => window,
            _ => asked.context.unwrap_or(WINDOW).min(trained),
        };
        line["prompt_eval_count"] = json!(asked.tokens().min(window));
        line["eval_count"] = json!(tokens(&spoken.answer.text).max(1));
    }
    line["prompt_eval_duration"] = json!(nanos(rest / 4));
    line["eval_duration"] = json!(nanos(rest - rest / 4));
}

fn details(model: &Model) -> Value {
    json!({
        "parent_model": "", "format": "gguf", "family": "llama", "families": ["llama"],
        "parameter_size": model.parameters, "quantization_level": model.quantization,
    })
}

fn listed(model: &Model) -> Value {
    let mut entry = json!({
        "name": model.name, "model": model.name, "modified_at": THEN, "size": model.size,
        "digest": model.digest(), "details": details(model),
    });
    if model.cloud {
        entry["remote_model"] = json!(model.name.trim_end_matches("-cloud"));
        entry["remote_host"] = json!("https://ollama.com:443");
    }
    entry
}

fn show(shared: &Shared, name: &str) -> Reply {
    let state = shared.state();
    let Some(model) = find(&state.models, name) else {
        return error(404, &format!("model '{name}' not found"));
    };
    let mut capabilities = vec!["completion"];
    if model.thinks {
        capabilities.push("thinking");
    }
    let mut shown = json!({
        "modelfile": format!("FROM {}", model.name), "parameters": "temperature 0.8",
        "template": "{{ .Prompt }}", "details": details(model),
        "model_info": {
            "general.architecture": "llama", "general.parameter_count": model.size,
            "llama.context_length": model.context, "llama.embedding_length": 64,
        },
        "capabilities": capabilities, "modified_at": THEN,
    });
    if model.cloud {
        shown["remote_model"] = json!(model.name.trim_end_matches("-cloud"));
        shown["remote_host"] = json!("https://ollama.com:443");
    }
    plain(&shown)
}

fn embed(body: &Value) -> Reply {
    let input: Vec<&str> = match &body["input"] {
        Value::String(text) => vec![text],
        Value::Array(texts) => texts.iter().filter_map(Value::as_str).collect(),
        _ => return error(400, "invalid input type"),
    };
    let embeddings: Vec<Vec<f64>> = input.iter().map(|text| direction(text)).collect();
    plain(&json!({
        "model": body["model"], "embeddings": embeddings, "total_duration": 1_000_000, "load_duration": 1_000,
        "prompt_eval_count": input.iter().map(|text| tokens(text)).sum::<u64>(),
    }))
}

/// A direction of length 1 in 64 dimensions, drawn from the text.
fn direction(text: &str) -> Vec<f64> {
    let draws = (0..32).flat_map(|part| answer::uniforms(&format!("direction {part}\n{text}")));
    let raw: Vec<f64> = draws.map(|draw| draw - 0.5).collect();
    let length = raw.iter().map(|x| x * x).sum::<f64>().sqrt();
    raw.into_iter().map(|x| x / length).collect()
}

fn pull(shared: &Shared, body: &Value) -> Reply {
    let name = text(body, "model");
    if name.is_empty() {
        return error(400, "model is required");
    }
    let model = Model::named(&name);
    let registry = shared.state().script.registry.clone();
    if registry.is_some_and(|names| !names.iter().any(|known| full_name(known) == model.name)) {
        let message = "pull model manifest: file does not exist";
        if !streams(body) {
            return error(500, message);
        }
        let mut reply = Reply::whole(200, LINES, row(&json!({"status": "pulling manifest"})));
        reply
            .pieces
            .push_back(Piece::Bytes(row(&json!({"error": message})).into()));
        reply.whole = false;
        return reply;
    }
    let (digest, total) = (format!("sha256:{}", model.digest()), model.size);
    shared.change(|state| {
        if find(&state.models, &name).is_none() {
            state.models.push(model);
        }
    });
    if !streams(body) {
        return plain(&json!({"status": "success"}));
    }
    let layer = format!("pulling {}", &digest[7..19]);
    let mut lines = vec![json!({"status": "pulling manifest"})];
    lines.extend((0..=4).map(|quarter| {
        let mut line = json!({"status": layer, "digest": digest, "total": total});
        if quarter > 0 {
            line["completed"] = json!(total * quarter / 4);
        }
        line
    }));
    lines.extend(
        ["verifying sha256 digest", "writing manifest", "success"]
            .map(|status| json!({"status": status})),
    );
    let pieces = lines
        .iter()
        .flat_map(|line| [Piece::Bytes(row(line).into()), Piece::Flush]);
    let mut pieces: VecDeque<_> = pieces.collect();
    pieces.pop_back();
    Reply {
        status: 200,
        kind: LINES,
        headers: Vec::new(),
        pieces,
        whole: false,
    }
}
