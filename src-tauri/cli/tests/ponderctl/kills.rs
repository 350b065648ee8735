//! A run that is killed again and again: nothing that was told is lost, and what is asked twice was in flight.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::Stdio;

use peers::{Asked, Fate, Ollama, Script, judgement};
use serde_json::Value;

use crate::schemas;
use crate::terminal::{Terminal, cell_of, to_judge};

const KILLS: usize = 100;
const CONCURRENCY: usize = 4;

/// What the server gives to a cell: another score for its neighbours.
fn score_of(cell: &str) -> f64 {
    let digits = cell.chars().filter_map(|c| c.to_digit(10));
    f64::from(digits.sum::<u32>() % 6)
}

/// Waits until the server has read and ended whatever the killed program had sent: connections are taken in the order
/// in which they were made, so once this one is answered those before it are counted, and then they are waited for.
fn drain(ollama: &Ollama) {
    let mut socket = TcpStream::connect(("127.0.0.1", ollama.port())).unwrap();
    let request = "GET /api/version HTTP/1.1\r\nhost: here\r\nconnection: close\r\n\r\n";
    socket.write_all(request.as_bytes()).unwrap();
    socket.read_to_end(&mut Vec::new()).unwrap();
    drop(socket);
    ollama.wait_until_closed();
}

/// The cell that a line tells of as done.
fn acknowledged(line: &str) -> Option<String> {
    // The last line may be cut by the kill.
    let event: Value = serde_json::from_str(line).ok()?;
    schemas::hold_progress(&event);
    let cell = &event["cell"];
    let name = |field: &str| cell[field].as_str().map(str::to_owned);
    assert!(cell.is_null() || cell["state"] == "scored", "{event}");
    Some(format!("{} × {}", name("option")?, name("criterion")?))
}

#[test]
fn a_hundred_kills_lose_nothing_that_was_told_and_ask_again_only_what_was_in_flight() {
    let answer = |asked: &Asked| judgement(Some(score_of(&cell_of(&asked.text))), "Because.");
    let (terminal, ollama) = (
        Terminal::new(),
        Ollama::start(Script::default().answer(answer)),
    );
    let file = terminal.file("d.toml", to_judge(20, 15));
    let id = terminal.decided(&file);
    let url = ollama.url();
    let limit = CONCURRENCY.to_string();
    let args = [
        "decide",
        "--session",
        &id,
        "--backend",
        "ollama",
        "--model",
        "tiny",
        "--base-url",
        &url,
        "--concurrency",
        &limit,
        "--progress",
        "ndjson",
    ];
    // The cells that each life of the program asked about, and those it told of as done.
    let (mut lives, mut told): (Vec<Vec<String>>, Vec<BTreeSet<String>>) = (Vec::new(), Vec::new());
    let mut seen = 0;
    for life in 0..KILLS {
        // 0 to 4 calls are answered, the next ones arrive and wait.
        let answered = life * 7 % 5;
        ollama.hold_after((seen + answered) as u64);
        let mut child = terminal
            .command(&args)
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap())
            .lines()
            .map(Result::unwrap);
        let mut heard = BTreeSet::new();
        match life % 3 {
            // Everything that was answered is told, and all places are taken.
            0 => {
                ollama.wait_for_requests((seen + answered + CONCURRENCY) as u64);
                while heard.len() < answered {
                    heard.extend(acknowledged(&lines.next().unwrap()));
                }
            }
            // The answers have left the server: they are on their way, or being committed.
            1 => ollama.wait_until("the answers", |journal| {
                let calls = journal.iter().filter(|seen| seen.call > 0).skip(seen);
                let (mut arrived, mut left) = (0, 0);
                for call in calls {
                    arrived += 1;
                    left += usize::from(call.fate == Fate::Answered);
                }
                arrived > 0 && left >= answered
            }),
            // The first is told, the others are anywhere.
            _ => {
                ollama.wait_for_requests((seen + 1) as u64);
                while answered > 0 && heard.is_empty() {
                    heard.extend(acknowledged(&lines.next().unwrap()));
                }
            }
        }
        child.kill().unwrap();
        child.wait().unwrap();
        heard.extend(lines.filter_map(|line| acknowledged(&line)));
        told.push(heard);
        drain(&ollama);
        let calls = ollama.calls();
        let asked = calls[seen..].iter().map(|seen| cell_of(&seen.text));
        lives.push(asked.collect());
        seen = calls.len();
    }
    ollama.release();
    let decided = terminal.json(
        0,
        &[&args[..args.len() - 2], &["--progress", "none"]].concat(),
    );
    assert_eq!(decided["outcome"], "complete");
    let calls = ollama.calls();
    lives.push(
        calls[seen..]
            .iter()
            .map(|seen| cell_of(&seen.text))
            .collect(),
    );

    // Each cell has the score that the server gave, and no cell is without one.
    let cells = decided["cells"].as_array().unwrap();
    assert_eq!(cells.len(), 300);
    for cell in cells {
        let name = |field: &str| cell[field].as_str().unwrap();
        let given = score_of(&format!("{} × {}", name("option"), name("criterion")));
        assert_eq!(cell["score"].as_f64(), Some(given), "{cell:#}");
    }
    // Per kill: what was asked in that life and had to be asked again was in flight when it ended.
    let mut last_life: BTreeMap<&str, usize> = BTreeMap::new();
    let mut lost = vec![0; lives.len()];
    for (life, asked) in lives.iter().enumerate() {
        for cell in asked {
            if let Some(before) = last_life.insert(cell, life) {
                assert_ne!(before, life, "{cell} was asked twice in one life");
                lost[before] += 1;
            }
        }
    }
    assert!(
        lost.iter().all(|lost| *lost <= CONCURRENCY),
        "asked again per kill: {lost:?}"
    );
    assert_eq!(last_life.len(), 300);
    for (life, cells) in told.iter().enumerate() {
        let later = lives[life + 1..].iter().flatten();
        let again: Vec<_> = later.filter(|cell| cells.contains(*cell)).collect();
        assert!(
            again.is_empty(),
            "told as done before kill {life}, and asked again: {again:?}"
        );
    }
    terminal.json(0, &["db", "check"]);
    println!(
        "{KILLS} kills: {} cells told before, {} calls for 300 cells, {} asked again",
        told.iter().map(BTreeSet::len).sum::<usize>(),
        calls.len(),
        lost.iter().sum::<usize>()
    );
}
