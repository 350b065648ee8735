//! What a run costs beside its calls: the time over a perfect first come, first served queue of the same draws, the foretold
//! end, commits against an instant server, a cancel, and memory. C is the median of one-row commits by bare SQLite on
//! the same disk, taken in turn with ours.
//!
//! `cargo bench -p engine --bench judging` · `PONDER_SEEDS=20` for the full figures, `PONDER_SCALE=0.25` for shorter draws
#![allow(
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a benchmark prints, and stops where it cannot measure"
)]

use std::path::Path;
use std::sync::mpsc::channel;
use std::time::{Duration, Instant};

use engine::view::{BackendConfigView, BackendKind, NewSession};
use engine::{Cancel, Config, DecideRequest, Engine, RunChoice, RunEvent, Source};
use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use peers::{Latency, Ollama, Script};
use store::{CellRow, NewRun, OpenOptions, SampleRow, Store};

const OPTIONS: usize = 20;
const CRITERIA: usize = 15;
const CELLS: usize = OPTIONS * CRITERIA;

/// Set in the child whose memory is measured: its data folder and the server's address.
const CHILD: &str = "PONDER_BENCH_CHILD";

fn main() {
    if let Ok(told) = std::env::var(CHILD) {
        return child(&told);
    }
    let folder = tempfile::tempdir_in(".").unwrap();
    makespan(folder.path());
    against_an_instant_server(folder.path());
    cancelling(folder.path());
    memory(folder.path());
}

/// An engine whose default backend is this server, and a session of 300 judged cells.
fn ready(folder: &Path, name: &str, server: &Ollama) -> (Engine, String) {
    let engine = Engine::open(Config::for_terminal(Some(folder.join(name)))).unwrap();
    let session = prepared(&engine, &server.url());
    (engine, session)
}

fn prepared(engine: &Engine, url: &str) -> String {
    let backend = BackendConfigView {
        name: "ollama".into(),
        kind: BackendKind::Ollama,
        base_url: Some(url.to_owned()),
        model: Some("tiny".into()),
        concurrency: None,
        connect_timeout: None,
        first_byte_timeout: None,
        silence_timeout: None,
        proxy: None,
        ca_file: None,
        local: None,
        key_env: None,
    };
    engine.add_backend(&backend).unwrap();
    engine.set_default_backend(Some("ollama")).unwrap();
    let mut text = String::from("topic = \"Which one?\"\ncontext = \"Nothing is known.\"\n");
    for n in 0..CRITERIA {
        text.push_str(&format!(
            "[[criteria]]\nname = \"criterion {n}.\"\nrubric = {{ 0 = \"poor\", 3 = \"fair\", 5 = \"good\" }}\n"
        ));
    }
    for n in 0..OPTIONS {
        text.push_str(&format!(
            "[[options]]\nname = \"option {n}.\"\ndescription = \"{}\"\n",
            "It is one of many. ".repeat(10)
        ));
    }
    let from = NewSession::Text {
        text,
        name: Some("bench.toml".into()),
    };
    engine.create_session(&from).unwrap().session.id
}

fn request(session: &str, concurrency: u16) -> DecideRequest {
    DecideRequest {
        source: Source::Session(session.to_owned()),
        resume: false,
        choice: RunChoice {
            concurrency: Some(concurrency),
            ..RunChoice::default()
        },
    }
}

fn makespan(folder: &Path) {
    const IN_FLIGHT: u16 = 8;
    let number = |name: &str, usual: f64| {
        let told = std::env::var(name).ok().and_then(|told| told.parse().ok());
        told.unwrap_or(usual)
    };
    let seeds = number("PONDER_SEEDS", 5.0) as u64;
    let median = Duration::from_millis(200).mul_f64(number("PONDER_SCALE", 1.0));
    let (mut ratios, mut misses, mut ends) = (Vec::new(), Vec::new(), Vec::new());
    let mut longest = (0.0, 0.0);
    for seed in 1..=seeds {
        let latency = Latency::LogNormal {
            median,
            sigma: 0.8,
            seed,
        };
        let server = Ollama::start(Script::default().latency(latency));
        let (engine, session) = ready(folder, &format!("makespan{seed}"), &server);
        let mut told = Vec::new();
        let began = Instant::now();
        engine
            .decide(
                &request(&session, IN_FLIGHT),
                &Cancel::new(),
                &mut |event| {
                    if let RunEvent::Cell {
                        done,
                        eta_ms: Some(left),
                        ..
                    } = event
                    {
                        told.push((*done, *left, began.elapsed().as_secs_f64() * 1e3));
                    }
                },
            )
            .unwrap();
        let took = began.elapsed().as_secs_f64() * 1e3;
        let mut calls = server.calls();
        assert_eq!(calls.len(), CELLS);
        calls.sort_by_key(|call| call.at);
        let perfect = fifo(
            calls.iter().map(|call| call.latency.as_secs_f64() * 1e3),
            IN_FLIGHT,
        );
        ratios.push(took / perfect);
        longest = (took, perfect);
        for (done, left, now) in told {
            let share = f64::from(done) / CELLS as f64;
            if (0.2..1.0).contains(&share) {
                ends.push(((now + left) / took - 1.0).abs());
                if share < 0.8 {
                    misses.push((left / (took - now) - 1.0).abs());
                }
            }
        }
    }
    let worst = quantile(&mut ratios, 0.95);
    line(
        &format!(
            "300 cells, log-normal {} ms σ 0.8, 8 in flight, p95 of {seeds} seeds",
            median.as_millis()
        ),
        &format!("{:.2} s (last)", longest.0 / 1e3),
        &format!("{:.2} s (perfect FIFO of the same draws)", longest.1 / 1e3),
        worst,
        "≤ 1.05",
        worst <= 1.05,
    );
    let end = quantile(&mut ends, 0.95);
    line(
        "foretold end from 20% done on, off by (p95)",
        &format!("{:.0}%", end * 100.0),
        "the run's real end",
        end,
        "≤ 0.30",
        end <= 0.3,
    );
    let within = misses.iter().filter(|miss| **miss <= 0.3).count() as f64 / misses.len() as f64;
    line(
        "foretold rest from 20% to 80% done, within ±30%",
        &format!("{:.0}% of {} estimates", within * 100.0, misses.len()),
        "the real rest",
        within,
        "≥ 0.90",
        within >= 0.9,
    );
}

/// The end of a queue whose calls start the moment a place is free.
fn fifo(times: impl Iterator<Item = f64>, slots: u16) -> f64 {
    let mut free = vec![0.0f64; usize::from(slots)];
    for time in times {
        let earliest = free.iter_mut().min_by(|a, b| a.total_cmp(b)).unwrap();
        *earliest += time;
    }
    free.into_iter().fold(0.0, f64::max)
}

fn against_an_instant_server(folder: &Path) {
    const IN_FLIGHT: usize = 16;
    let server = Ollama::start(Script::default());
    let bare = rusqlite::Connection::open(folder.join("bare.db")).unwrap();
    bare.execute_batch(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; CREATE TABLE t (a INTEGER PRIMARY KEY, b TEXT);",
    )
    .unwrap();
    let row = row_cost(folder);
    let (mut commits, mut rates) = (Vec::new(), Vec::new());
    for round in 0..5 {
        let (engine, session) = ready(folder, &format!("instant{round}"), &server);
        for _ in 0..20 {
            commits.push(time(|| {
                bare.execute("INSERT INTO t (b) VALUES ('x')", []).unwrap()
            }));
        }
        // From the first cell told to the last: the connections are open and the model's digest is known.
        let mut told = Vec::with_capacity(CELLS);
        engine
            .decide(&request(&session, 16), &Cancel::new(), &mut |event| {
                if matches!(event, RunEvent::Cell { .. }) {
                    told.push(Instant::now());
                }
            })
            .unwrap();
        let took = (told[CELLS - 1] - told[IN_FLIGHT - 1]).as_secs_f64() * 1e3;
        rates.push((CELLS - IN_FLIGHT) as f64 / took);
    }
    let alone = calls_alone(&server, IN_FLIGHT);
    let c = quantile(&mut commits, 0.5);
    let rate = quantile(&mut rates, 0.5);
    let limit = IN_FLIGHT as f64 / (c + IN_FLIGHT as f64 * row);
    line(
        "16 in flight, instant server, each durable before it is told",
        &format!("{:.0} cells/s", rate * 1e3),
        &format!(
            "{:.0} cells/s (16 per C {c:.2} ms + 16 × row {row:.3} ms)",
            limit * 1e3
        ),
        rate / limit,
        "≥ 0.60",
        rate / limit >= 0.6,
    );
    let both = 1.0 / (1.0 / limit + 1.0 / alone);
    line(
        "the same, beside the calls alone",
        &format!("{:.0} cells/s", rate * 1e3),
        &format!(
            "{:.0} cells/s (calls alone {:.0}/s with the double on the same cores, then the commits)",
            both * 1e3,
            alone * 1e3
        ),
        rate / both,
        "≥ 0.60",
        rate / both >= 0.6,
    );
}

/// Calls a millisecond that the same double answers when nothing is made of the answers: the same prompts, as many in flight.
fn calls_alone(server: &Ollama, in_flight: usize) -> f64 {
    let prompts: Vec<(String, String)> = server
        .calls()
        .iter()
        .rev()
        .take(CELLS)
        .map(|call| {
            let said = |at: usize| {
                call.body["messages"][at]["content"]
                    .as_str()
                    .unwrap()
                    .to_owned()
            };
            (said(0), said(1))
        })
        .collect();
    let schema = server.calls().last().unwrap().body["format"].clone();
    let spec = llm::BackendSpec::new("ollama", llm::Kind::Ollama, Some(server.url()));
    let backend = llm::connect(spec, &llm::Clients::new()).unwrap();
    let runtime = llm::Runtime::start().unwrap();
    let work = runtime.spawn(async move {
        let call = |(stable, cell): (String, String)| {
            let (backend, schema) = (backend.clone(), schema.clone());
            async move {
                let request = llm::CompletionRequest {
                    model: "tiny".into(),
                    messages: vec![
                        llm::Message::new(llm::Role::System, stable),
                        llm::Message::new(llm::Role::User, cell),
                    ],
                    schema: Some(llm::Schema {
                        name: "judgement".into(),
                        value: schema,
                    }),
                    context: Some(4096),
                    stream: true,
                    ..llm::CompletionRequest::default()
                };
                backend.complete(&request, &mut |_| {}).await.unwrap();
            }
        };
        let mut waiting = prompts.into_iter().map(call);
        let mut flying: FuturesUnordered<_> = waiting.by_ref().take(in_flight).collect();
        // The connections are opened by the first of them.
        for _ in 0..in_flight {
            flying.next().await.unwrap();
            flying.extend(waiting.next());
        }
        let (began, mut done) = (Instant::now(), 0);
        while flying.next().await.is_some() {
            done += 1;
            flying.extend(waiting.next());
        }
        f64::from(done) / (began.elapsed().as_secs_f64() * 1e3)
    });
    runtime.block_on(work).unwrap()
}

/// Milliseconds that one more judged cell costs in a commit that is made anyway: 16 at once against one, by the history
/// itself, with texts of the usual length.
fn row_cost(folder: &Path) -> f64 {
    let data = folder.join("row");
    let store = Store::open(&data, OpenOptions::new(0)).unwrap();
    let engine = Engine::open(Config::for_terminal(Some(data))).unwrap();
    let session = prepared(&engine, "http://127.0.0.1:9");
    let run = "r_bench";
    let new = NewRun {
        id: run.into(),
        session_id: session,
        ..NewRun::default()
    };
    store.start_run(new, 0).unwrap();
    let mut next = 0;
    let mut together = |count: usize| {
        let (done, told) = channel();
        let began = Instant::now();
        for _ in 0..count {
            next += 1;
            let (cell, sample, call) = rows(next);
            let done = done.clone();
            store.submit_judgement(run, cell, Some((sample, vec![call])), move |kept| {
                kept.unwrap();
                let _ = done.send(());
            });
        }
        assert_eq!(told.iter().take(count).count(), count);
        began.elapsed().as_secs_f64() * 1e3
    };
    let (mut one, mut sixteen) = (Vec::new(), Vec::new());
    for _ in 0..40 {
        one.push(together(1));
        sixteen.push(together(16));
    }
    ((quantile(&mut sixteen, 0.5) - quantile(&mut one, 0.5)) / 15.0).max(0.0)
}

fn rows(n: usize) -> (CellRow, SampleRow, store::CallRow) {
    let (option_id, criterion_id) = (format!("o{n}"), "c1".to_owned());
    let reply = "x".repeat(300);
    let cell = CellRow {
        option_id: option_id.clone(),
        criterion_id: criterion_id.clone(),
        state: "scored".into(),
        source: Some("model".into()),
        score: Some(3.0),
        samples: 1,
        justification: Some("y".repeat(150)),
        fingerprint: Some("f".repeat(64)),
        ..CellRow::default()
    };
    let sample = SampleRow {
        option_id: option_id.clone(),
        criterion_id: criterion_id.clone(),
        state: "scored".into(),
        score: Some(3.0),
        justification: Some("y".repeat(150)),
        ..SampleRow::default()
    };
    let call = store::CallRow {
        id: format!("k{n}"),
        option_id,
        criterion_id,
        stable: "s".repeat(3000),
        cell: format!("{n} {}", "c".repeat(400)),
        schema: "{}".into(),
        reply,
        ..store::CallRow::default()
    };
    (cell, sample, call)
}

fn cancelling(folder: &Path) {
    let mut worst = Vec::new();
    for round in 0..20 {
        let server = Ollama::start(Script::default());
        server.hold_after(20);
        let (engine, session) = ready(folder, &format!("cancel{round}"), &server);
        let cancel = Cancel::new();
        let (wish, request) = (cancel.clone(), request(&session, 8));
        let run = std::thread::spawn(move || {
            engine.decide(&request, &wish, &mut |_| {}).unwrap();
            Instant::now()
        });
        server.wait_until("28 calls", |seen| {
            seen.iter().filter(|call| call.call > 0).count() >= 28
        });
        server.wait_for_in_flight(8);
        let wished = Instant::now();
        cancel.cancel();
        let ended = run.join().unwrap();
        let cut = peers::Fate::CutByClient;
        server.wait_for_fates(8, cut);
        let closed = server
            .calls()
            .iter()
            .filter(|call| call.fate == cut)
            .filter_map(|call| call.ended)
            .max()
            .unwrap();
        worst.push(ended.max(closed).duration_since(wished).as_secs_f64() * 1e3);
    }
    let worst = quantile(&mut worst, 1.0);
    line(
        "cancel, 8 in flight: last socket closed and all committed, worst of 20",
        &format!("{worst:.1} ms"),
        "200 ms",
        worst / 200.0,
        "≤ 200 ms",
        worst <= 200.0,
    );
}

/// A process of its own, so that the server and this benchmark are not counted.
fn memory(folder: &Path) {
    let server = Ollama::start(Script::default());
    let data = folder.join("memory");
    let mut peaks = Vec::new();
    for round in 0..3 {
        let output = std::process::Command::new(std::env::current_exe().unwrap())
            .env(CHILD, format!("{}{round}|{}", data.display(), server.url()))
            .output()
            .unwrap();
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
        let told = String::from_utf8(output.stdout).unwrap();
        peaks.push(told.trim().parse::<f64>().unwrap() / 1024.0);
    }
    let peak = quantile(&mut peaks, 1.0);
    line(
        "peak memory of the headless core, 300 cells judged",
        &format!("{peak:.1} MB"),
        "40 MB",
        peak / 40.0,
        "≤ 40 MB",
        peak <= 40.0,
    );
}

/// Judges 300 cells and says this process's peak resident size in KB.
fn child(told: &str) {
    let (data, url) = told.split_once('|').unwrap();
    let engine = Engine::open(Config::for_terminal(Some(data.into()))).unwrap();
    let session = prepared(&engine, url);
    let decided = engine
        .decide(&request(&session, 16), &Cancel::new(), &mut |_| {})
        .unwrap();
    assert_eq!(decided.calls.made as usize, CELLS);
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let peak = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))
        .unwrap();
    println!("{}", peak.trim().trim_end_matches(" kB"));
}

fn time<T>(act: impl FnOnce() -> T) -> f64 {
    let began = Instant::now();
    std::hint::black_box(act());
    began.elapsed().as_secs_f64() * 1e3
}

fn quantile(figures: &mut [f64], share: f64) -> f64 {
    figures.sort_by(f64::total_cmp);
    figures[((figures.len() - 1) as f64 * share).ceil() as usize]
}

fn line(name: &str, measured: &str, limit: &str, ratio: f64, goal: &str, met: bool) {
    println!(
        "{name} | {measured} | {limit} | {ratio:.2} | {goal} | {}",
        if met { "met" } else { "MISSED" }
    );
}
