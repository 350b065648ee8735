//! One backend's table, key by key: how each is read, checked and written. The first mistake of each key is told; a
//! table with a mistake is not used, because half of it might send texts where the user did not want them.

use std::path::PathBuf;
use std::time::Duration;

use toml_edit::{Item, TableLike, Value};

use crate::backends::{
    ALLOWED_NAME, BUILTIN, BackendConfig, BackendKind, CONCURRENCY, TIMEOUT_SECONDS,
    address_problem, is_name, is_variable,
};
use crate::problem::echo;

/// A mistake in a table: of which key, what is wrong in words, what is allowed.
pub(crate) struct Mistake {
    /// Empty when the table itself is meant.
    pub key: &'static str,
    /// Completes "backends.NAME.key …".
    pub wrong: String,
    /// What was found; none when it may be secret.
    pub found: Option<String>,
    pub allowed: String,
    /// Where it stands, in bytes.
    pub at: Option<usize>,
}

const KEYS: [&str; 11] = [
    "kind",
    "base_url",
    "model",
    "concurrency",
    "connect_timeout",
    "first_byte_timeout",
    "silence_timeout",
    "proxy",
    "ca_file",
    "local",
    "key_env",
];

/// Names under which people put keys. They are not ours, and what is not ours is kept, but not in silence.
const SECRETS: [&str; 6] = ["key", "api_key", "apikey", "token", "password", "secret"];

const HTTP: [&str; 2] = ["http", "https"];
const PROXIES: [&str; 4] = ["http", "https", "socks5", "socks5h"];

/// Reads a table. The mistakes are those of all keys.
pub(crate) fn read(name: &str, table: &dyn TableLike) -> Result<BackendConfig, Vec<Mistake>> {
    let mut mistakes = Vec::new();
    if let Some(mistake) = name_mistake(name) {
        mistakes.push(mistake);
    }
    // Read with some kind, so that every mistake is told at once.
    let implied = BackendKind::from_word(name);
    let mut config = BackendConfig::new(name, implied.unwrap_or(BackendKind::Openai));
    match table.get("kind") {
        None if implied.is_none() => mistakes.push(Mistake {
            wrong: "is missing".into(),
            ..mistake("kind", None)
        }),
        None => {}
        Some(item) => {
            let kind = item.as_str().and_then(BackendKind::from_word);
            match kind.filter(|kind| implied.is_none_or(|implied| implied == *kind)) {
                Some(kind) => config.kind = kind,
                None => mistakes.push(Mistake {
                    allowed: implied.map_or_else(
                        || allowed("kind"),
                        |kind| format!("\"{0}\", as its name is {0}", kind.as_str()),
                    ),
                    ..refused("kind", item)
                }),
            }
        }
    }
    for key in KEYS.into_iter().skip(1) {
        let Some(item) = table.get(key) else {
            continue;
        };
        if let Err(mut mistake) = take(key, item, &mut config) {
            mistake.at = item.span().map(|span| span.start);
            mistakes.push(mistake);
        }
    }
    for key in SECRETS {
        if let Some(item) = table.get(key) {
            mistakes.push(Mistake {
                key,
                wrong: "does not belong into a file".into(),
                found: None,
                allowed: "key_env = \"NAME\", where NAME is the environment variable that holds it"
                    .into(),
                at: item.span().map(|span| span.start),
            });
        }
    }
    if mistakes.is_empty() {
        Ok(config)
    } else {
        Err(mistakes)
    }
}

fn name_mistake(name: &str) -> Option<Mistake> {
    if is_name(name) && name != BUILTIN {
        return None;
    }
    Some(Mistake {
        key: "",
        wrong: if name == BUILTIN {
            "has nothing to configure".into()
        } else {
            "is not a name for a backend".into()
        },
        found: Some(echo(name)),
        allowed: ALLOWED_NAME.into(),
        at: None,
    })
}

/// The mistakes of a configuration that a program wants to save.
pub(crate) fn check(config: &BackendConfig) -> Vec<Mistake> {
    let mut table = toml_edit::Table::new();
    write(config, &mut table);
    let mut mistakes = read(&config.name, &table).err().unwrap_or_default();
    for mistake in &mut mistakes {
        mistake.at = None;
    }
    mistakes
}

fn take(key: &'static str, item: &Item, config: &mut BackendConfig) -> Result<(), Mistake> {
    match key {
        "base_url" => config.base_url = Some(address(key, item, &HTTP, true)?),
        "proxy" => config.proxy = Some(address(key, item, &PROXIES, false)?),
        "key_env" => {
            let name = item.as_str().filter(|name| is_variable(name));
            let name = name.ok_or_else(|| Mistake {
                wrong: "is not the name of an environment variable".into(),
                ..mistake(key, None)
            })?;
            config.key_env = Some(name.to_owned());
        }
        "model" => {
            let model = item.as_str().filter(|model| is_line(model, 200));
            config.model = Some(model.ok_or_else(|| refused(key, item))?.to_owned());
        }
        "ca_file" => {
            let path = item.as_str().filter(|path| is_line(path, 4096));
            let path = path.map(PathBuf::from).filter(|path| path.is_absolute());
            config.ca_file = Some(path.ok_or_else(|| refused(key, item))?);
        }
        "local" => config.local = item.as_bool().ok_or_else(|| refused(key, item))?,
        "concurrency" => {
            let number = item.as_integer().and_then(|n| u16::try_from(n).ok());
            let number = number.filter(|number| CONCURRENCY.contains(number));
            config.concurrency = Some(number.ok_or_else(|| refused(key, item))?);
        }
        "connect_timeout" => config.connect_timeout = Some(seconds(key, item)?),
        "first_byte_timeout" => config.first_byte_timeout = Some(seconds(key, item)?),
        "silence_timeout" => config.silence_timeout = Some(seconds(key, item)?),
        _ => {}
    }
    Ok(())
}

fn is_line(text: &str, longest: usize) -> bool {
    !text.trim().is_empty() && text.len() <= longest && !text.chars().any(char::is_control)
}

fn address(
    key: &'static str,
    item: &Item,
    schemes: &[&str],
    bare: bool,
) -> Result<String, Mistake> {
    let text = item.as_str().unwrap_or_default();
    match address_problem(text, schemes, bare) {
        None => Ok(text.to_owned()),
        // Not repeated: a password may stand in it.
        Some(wrong) => Err(Mistake {
            wrong: wrong.into(),
            ..mistake(key, None)
        }),
    }
}

fn seconds(key: &'static str, item: &Item) -> Result<Duration, Mistake> {
    let number = match item.as_integer() {
        Some(whole) => i32::try_from(whole).ok().map(f64::from),
        None => item.as_float(),
    };
    number
        .filter(|number| TIMEOUT_SECONDS.contains(number))
        .map(Duration::from_secs_f64)
        .ok_or_else(|| refused(key, item))
}

fn refused(key: &'static str, item: &Item) -> Mistake {
    let found = match item.as_value() {
        Some(value) => echo(&value.to_string()),
        None => format!("a {}", item.type_name()),
    };
    Mistake {
        at: item.span().map(|span| span.start),
        ..mistake(key, Some(found))
    }
}

fn mistake(key: &'static str, found: Option<String>) -> Mistake {
    let wrong = found
        .as_ref()
        .map_or_else(String::new, |found| format!("cannot be {found}"));
    Mistake {
        key,
        wrong,
        found,
        allowed: allowed(key),
        at: None,
    }
}

fn allowed(key: &str) -> String {
    match key {
        "kind" => "\"ollama\", \"openai\", \"anthropic\"".into(),
        "base_url" => "an address such as \"http://127.0.0.1:11434\", without a user, a password or a query; keys are named with key_env".into(),
        "proxy" => "an address that begins with http://, https://, socks5:// or socks5h://, without a user or a password".into(),
        "key_env" => "the name of the environment variable that holds the key, of A–Z, 0–9 and _, such as \"OFFICE_API_KEY\"; never the key itself".into(),
        "model" => "a model's name on one line".into(),
        "ca_file" => "the path of a PEM file, from the root".into(),
        "local" => "true or false".into(),
        "concurrency" => format!("a whole number from {} to {}", CONCURRENCY.start(), CONCURRENCY.end()),
        _ => format!("seconds from {} to {}", TIMEOUT_SECONDS.start(), TIMEOUT_SECONDS.end()),
    }
}

/// Puts a configuration into its table; keys that are not ours, and the comments around ours, stay.
pub(crate) fn write(config: &BackendConfig, table: &mut dyn TableLike) {
    let text = |text: &Option<String>| text.as_deref().map(Value::from);
    let values: [Option<Value>; KEYS.len()] = [
        Some(config.kind.as_str().into()),
        text(&config.base_url),
        text(&config.model),
        config.concurrency.map(|number| i64::from(number).into()),
        config.connect_timeout.map(seconds_value),
        config.first_byte_timeout.map(seconds_value),
        config.silence_timeout.map(seconds_value),
        text(&config.proxy),
        config
            .ca_file
            .as_ref()
            .map(|path| path.to_string_lossy().into_owned().into()),
        config.local.then(|| true.into()),
        text(&config.key_env),
    ];
    for (key, value) in KEYS.into_iter().zip(values) {
        let Some(mut value) = value else {
            table.remove(key);
            continue;
        };
        match table.get_mut(key).and_then(Item::as_value_mut) {
            Some(old) if same(old, &value) => {}
            Some(old) => {
                *value.decor_mut() = old.decor().clone();
                *old = value;
            }
            None => {
                table.remove(key);
                table.insert(key, Item::Value(value));
            }
        }
    }
}

/// The same value, however it is spelt: 'a' and "a", 30 and 30.0.
fn same(old: &Value, new: &Value) -> bool {
    let number = |value: &Value| {
        value.as_float().or_else(|| {
            value
                .as_integer()
                .and_then(|whole| i32::try_from(whole).ok())
                .map(f64::from)
        })
    };
    match (old.as_str(), new.as_str()) {
        (Some(old), Some(new)) => old == new,
        _ => match (old.as_bool(), new.as_bool()) {
            (Some(old), Some(new)) => old == new,
            _ => number(old).is_some() && number(old) == number(new),
        },
    }
}

fn seconds_value(time: Duration) -> Value {
    if time.subsec_nanos() == 0 {
        i64::try_from(time.as_secs()).unwrap_or(i64::MAX).into()
    } else {
        time.as_secs_f64().into()
    }
}
