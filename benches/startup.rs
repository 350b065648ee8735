//! How fast Ponder starts and how much memory it takes, beside the least that any program of its kind could: a bare
//! WebKitGTK window for the window, an empty Rust program for the terminal. Both sides run in turn, so that a busy
//! machine slows both.
//!
//! `cargo bench --bench startup` (after `cargo build --release --workspace --bins`).
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a benchmark prints, and stops where it cannot measure"
)]

#[path = "../tests/screen/mod.rs"]
mod screen;

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use screen::Screen;

const ROUNDS: usize = 9;

fn main() {
    if std::env::args().any(|argument| argument == "--bare-window") {
        bare_window();
        return;
    }
    window();
    terminal();
}

/// One start of a window: milliseconds to its first frame, to its first screen with content (a bare window has no other
/// than its first frame), and MiB of proportional memory of all its processes then.
struct Start {
    frame_ms: f64,
    screen_ms: f64,
    pss_mib: f64,
}

fn window() {
    let screen = Screen::new();
    let folder = tempfile::tempdir().unwrap();
    let ponder = built("ponder");
    let (mut ours, mut bare) = (Vec::new(), Vec::new());
    for round in 0..ROUNDS {
        let data = folder.path().join("history").display().to_string();
        ours.push(start(
            &screen,
            &ponder,
            &["--data-dir", &data],
            "first_screen",
            folder.path(),
        ));
        bare.push(start(
            &screen,
            &std::env::current_exe().unwrap(),
            &["--bare-window"],
            "first_frame",
            folder.path(),
        ));
        if round == 0 {
            // The first start reads everything from disk and makes the history; only warm starts are compared.
            ours.clear();
            bare.clear();
        }
    }
    let frame = |starts: &[Start]| median(starts.iter().map(|start| start.frame_ms).collect());
    let screen = |starts: &[Start]| median(starts.iter().map(|start| start.screen_ms).collect());
    let memory = |starts: &[Start]| median(starts.iter().map(|start| start.pss_mib).collect());
    let (a, b) = (frame(&ours), frame(&bare));
    line(
        "first frame of the window",
        &format!("{a:.0} ms"),
        &format!("{b:.0} ms (bare WebKitGTK window)"),
        a / b,
        "≤ 1.25 ×",
        a <= 1.25 * b,
    );
    let (a, b) = (screen(&ours), frame(&bare));
    println!(
        "first screen with content | {a:.0} ms | {b:.0} ms (bare WebKitGTK window, empty) | {:.2} | none | shown",
        a / b
    );
    let (a, b) = (memory(&ours), memory(&bare));
    line(
        "memory of the window (PSS)",
        &format!("{a:.0} MiB"),
        &format!("{b:.0} MiB (bare WebKitGTK window)"),
        a / b,
        "≤ + 60 MiB",
        a <= b + 60.0,
    );
}

fn terminal() {
    let folder = tempfile::tempdir().unwrap();
    let ponderctl = built("ponderctl");
    let empty = folder.path().join("empty");
    std::fs::write(folder.path().join("empty.rs"), "fn main() {}").unwrap();
    let compiled = Command::new("rustc")
        .args(["-O", "-o"])
        .arg(&empty)
        .arg(folder.path().join("empty.rs"))
        .status();
    assert!(compiled.unwrap().success());
    let time = |program: &Path, arguments: &[&str]| {
        let began = Instant::now();
        let mut command = Command::new(program);
        assert!(
            command
                .args(arguments)
                .stdout(Stdio::null())
                .status()
                .unwrap()
                .success()
        );
        began.elapsed().as_secs_f64() * 1e3
    };
    let (mut ours, mut bare) = (Vec::new(), Vec::new());
    for _ in 0..60 {
        ours.push(time(&ponderctl, &["--version"]));
        bare.push(time(&empty, &[]));
    }
    let (a, b) = (median(ours), median(bare));
    line(
        "ponderctl --version",
        &format!("{a:.2} ms"),
        &format!("{b:.2} ms (empty Rust program)"),
        a / b,
        "≤ 3 ×",
        a <= 3.0 * b,
    );

    let file = folder.path().join("large.toml");
    std::fs::write(&file, large_decision()).unwrap();
    let data = folder.path().join("data").display().to_string();
    let mut peaks = Vec::new();
    for _ in 0..5 {
        let mut command = Command::new(&ponderctl);
        command
            .args(["--data-dir", &data, "decide"])
            .arg(&file)
            .stdout(Stdio::null());
        peaks.push(peak_mib(command.spawn().unwrap()));
    }
    let peak = median(peaks);
    line(
        "peak memory, ponderctl decide 50×25",
        &format!("{peak:.1} MB"),
        "30 MB",
        peak / 30.0,
        "≤ 30 MB",
        peak <= 30.0,
    );
}

/// The most memory a process held, in MiB, read over and over until it ends. What the system accounts to an ended child
/// is no use here: it counts this benchmark's own memory, which the child shares until it becomes another program.
fn peak_mib(mut child: std::process::Child) -> f64 {
    let status = format!("/proc/{}/status", child.id());
    let mut peak = 0_u64;
    loop {
        let text = std::fs::read_to_string(&status).unwrap_or_default();
        let kib = text.lines().find_map(|line| {
            line.strip_prefix("VmHWM:")?
                .trim()
                .strip_suffix(" kB")?
                .parse()
                .ok()
        });
        let is_ours = text.starts_with("Name:\tponderctl");
        peak = peak.max(kib.filter(|_| is_ours).unwrap_or(0));
        if let Some(ended) = child.try_wait().unwrap() {
            assert!(ended.success() && peak > 0);
            return peak as f64 / 1024.0;
        }
    }
}

/// Fifty options by twenty-five measured criteria, every cell filled.
fn large_decision() -> String {
    let mut text = String::from("topic = \"Fifty by twenty-five\"\n");
    for criterion in 0..25 {
        text.push_str(&format!("[[criteria]]\nname = \"Criterion {criterion}\"\nkind = \"measured\"\nweight = {}\nrange = [0, 100]\n", criterion % 5 + 1));
    }
    for option in 0..50 {
        text.push_str(&format!(
            "[[options]]\nname = \"Option {option}\"\n[options.values]\n"
        ));
        for criterion in 0..25 {
            text.push_str(&format!(
                "\"Criterion {criterion}\" = {}\n",
                (option * 37 + criterion * 11) % 101
            ));
        }
    }
    text
}

/// Starts a program and waits for its milestones `first_frame` and `last` on standard error.
fn start(screen: &Screen, program: &Path, arguments: &[&str], last: &str, home: &Path) -> Start {
    let began = Instant::now();
    let mut command = screen.command(program, home);
    let mut child = command
        .args(arguments)
        .env("PONDER_STARTUP_TRACE", "1")
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let (mut frame_ms, mut screen_ms) = (None, None);
    for line in BufReader::new(child.stderr.take().unwrap()).lines() {
        let (line, now) = (line.unwrap(), began.elapsed().as_secs_f64() * 1e3);
        if line.ends_with("first_frame") {
            frame_ms = Some(now);
        }
        if line.ends_with(last) {
            screen_ms = Some(now);
        }
        if frame_ms.is_some() && screen_ms.is_some() {
            break;
        }
    }
    let (Some(frame_ms), Some(screen_ms)) = (frame_ms, screen_ms) else {
        panic!("{} ended before it painted", program.display());
    };
    // Memory is read after the page has come to rest; both sides wait equally long.
    std::thread::sleep(Duration::from_millis(800));
    let pss_mib = screen::pss_kib(child.id()) as f64 / 1024.0;
    screen::end_tree(child.id());
    child.wait().unwrap();
    Start {
        frame_ms,
        screen_ms,
        pss_mib,
    }
}

/// The least a WebKitGTK program can be: one window, one page, a message at its second animation frame.
fn bare_window() {
    use gtk::prelude::*;
    use webkit2gtk::{UserContentManager, UserContentManagerExt, WebViewExt};
    gtk::init().unwrap();
    let messages = UserContentManager::new();
    messages.register_script_message_handler("painted");
    messages
        .connect_script_message_received(Some("painted"), |_, _| eprintln!("bare: first_frame"));
    let view = webkit2gtk::WebView::builder()
        .user_content_manager(&messages)
        .build();
    let window = gtk::Window::new(gtk::WindowType::Toplevel);
    window.set_default_size(1280, 800);
    window.add(&view);
    view.load_html(
        "<p>Ponder</p><script>requestAnimationFrame(()=>requestAnimationFrame(()=>webkit.messageHandlers.painted.postMessage(1)))</script>",
        None,
    );
    window.show_all();
    gtk::main();
}

fn built(name: &str) -> PathBuf {
    // target/release/deps/startup-… → target/release/<name>
    let here = std::env::current_exe().unwrap();
    let path = here.parent().unwrap().parent().unwrap().join(name);
    assert!(
        path.exists(),
        "{} is missing: cargo build --release --workspace --bins",
        path.display()
    );
    path
}

fn median(mut figures: Vec<f64>) -> f64 {
    figures.sort_by(f64::total_cmp);
    figures[figures.len() / 2]
}

fn line(name: &str, figure: &str, limit: &str, ratio: f64, goal: &str, met: bool) {
    println!(
        "{name} | {figure} | {limit} | {ratio:.2} | {goal} | {}",
        if met { "met" } else { "MISSED" }
    );
}
