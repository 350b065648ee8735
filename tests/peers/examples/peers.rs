//! Serves a double on a port, for trying things by hand and for pictures.
//!
//! `cargo run -p peers --example peers -- ollama 11434 --latency-ms 800 --spread 0.8 --model qwen3:8b`
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "it speaks to the person who started it"
)]
use std::collections::HashSet;
use std::time::Duration;

use peers::{Anthropic, Double, Fault, Latency, Model, Ollama, OpenAi, Script, When};

const USAGE: &str = "usage: peers ollama|openai|anthropic PORT [options]
  --model NAME       offer this model too (again for more); the first is always tiny
  --latency-ms N     the median time to the first byte (0)
  --spread S         log-normal around that median, S = standard deviation of the logarithm (0: always the same)
  --load-ms N        what the first call of a model takes on top (0)
  --chunk-ms N       the pause between streamed pieces (0)
  --key KEY          ask for this key (openai and anthropic)
  --fault NAME       hang, close, cut, stall, error, truncate, utf8, empty, huge, prose, fence, language, html, 429, 500
  --each N           the fault strikes every N-th model call (1: every one)
  --on TEXT          the fault strikes prompts with this text";

fn main() -> std::process::ExitCode {
    match start(std::env::args().skip(1)) {
        Ok(double) => {
            println!("listening on {} until you press Ctrl+C", double.url());
            watch(&double)
        }
        Err(problem) => {
            eprintln!("{problem}\n{USAGE}");
            std::process::ExitCode::FAILURE
        }
    }
}

fn start(mut arguments: impl Iterator<Item = String>) -> Result<Box<dyn AsDouble>, String> {
    let kind = arguments.next().ok_or("which server?")?;
    let port = number(&arguments.next().ok_or("which port?")?)?;
    let port = u16::try_from(port).map_err(|_| "a port is at most 65535")?;
    let mut script = Script::default();
    script.vary_by_seed = true;
    let (mut median, mut sigma) = (Duration::ZERO, 0.0);
    let (mut fault, mut when) = (None, When::Always);
    while let Some(option) = arguments.next() {
        let value = arguments
            .next()
            .ok_or_else(|| format!("{option} needs a value"))?;
        let millis = || number(&value).map(Duration::from_millis);
        match option.as_str() {
            "--model" => script.models.push(Model::named(&value)),
            "--latency-ms" => median = millis()?,
            "--spread" => {
                sigma = value
                    .parse()
                    .map_err(|_| format!("{value} is not a number"))?;
            }
            "--load-ms" => script.load = millis()?,
            "--chunk-ms" => script.chunk_gap = millis()?,
            "--key" => script.key = Some(value),
            "--fault" => fault = Some(named(&value)?),
            "--each" => when = When::Each(number(&value)?),
            "--on" => when = When::Text(value),
            _ => return Err(format!("{option} is not known")),
        }
    }
    script.latency = Latency::LogNormal {
        median,
        sigma,
        seed: 1,
    };
    if let Some(fault) = fault {
        script = script.fault(when, fault);
    }
    match kind.as_str() {
        "ollama" => Ok(Box::new(Ollama::start_on(port, script))),
        "openai" => Ok(Box::new(OpenAi::start_on(port, script))),
        "anthropic" => Ok(Box::new(Anthropic::start_on(port, script))),
        _ => Err(format!("{kind} is not known")),
    }
}

fn number(text: &str) -> Result<u64, String> {
    text.parse()
        .map_err(|_| format!("{text} is not a whole number"))
}

fn named(fault: &str) -> Result<Fault, String> {
    let refuse = |status, body: &str| Fault::Refuse {
        status,
        body: format!(r#"{{"error":"{body}"}}"#),
        headers: vec![("retry-after".to_owned(), "2".to_owned())],
    };
    Ok(match fault {
        "hang" => Fault::Hang,
        "close" => Fault::Close,
        "cut" => Fault::CutAfter(200),
        "stall" => Fault::HangAfter(200),
        "error" => Fault::ErrorInStream("the model ran out of memory".to_owned()),
        "truncate" => Fault::Truncate,
        "utf8" => Fault::InvalidUtf8,
        "empty" => Fault::Empty,
        "huge" => Fault::Huge(50_000_000),
        "prose" => Fault::Prose,
        "fence" => Fault::Fence,
        "language" => Fault::WrongLanguage,
        "html" => Fault::Html,
        "429" => refuse(429, "too many requests"),
        "500" => refuse(500, "the model runner has stopped"),
        _ => return Err(format!("{fault} is not a fault")),
    })
}

trait AsDouble: std::ops::Deref<Target = Double> {}
impl AsDouble for Ollama {}
impl AsDouble for OpenAi {}
impl AsDouble for Anthropic {}

/// Says what became of each request, as soon as it has ended.
fn watch(double: &Double) -> ! {
    let mut told = HashSet::new();
    loop {
        for (line, seen) in double.journal().iter().enumerate() {
            if let Some(ended) = seen.ended
                && told.insert(line)
            {
                let (method, path, fate) = (&seen.method, &seen.path, seen.fate);
                println!(
                    "{method} {path} {}: {fate:?} after {:.0?}",
                    seen.model,
                    ended - seen.at
                );
            }
        }
        std::thread::sleep(Duration::from_millis(100));
    }
}
