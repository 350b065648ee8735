//! How long the real window takes from a key or a dragged slider to the painted answer, on fifty options by twenty-five
//! criteria. Measured inside the page, from the event to the first moment after the frame that shows its effect. Beside
//! it, in the same window, the same path for an event that changes nothing: what a frame costs here before any work.
//!
//! `cargo build --release --workspace --bins && cargo bench --bench window`
#![allow(
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a benchmark prints, and stops where it cannot measure"
)]

#[path = "../tests/desk/mod.rs"]
mod desk;
#[path = "../tests/screen/mod.rs"]
mod screen;

use desk::{Desk, Window};
use fantoccini::key::Key;
use serde_json::Value;

const OPTIONS: usize = 50;
const CRITERIA: usize = 25;
/// A frame at 60 Hz, rounded down as the goal has it.
const FRAME_MS: f64 = 16.0;

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let desk = Desk::new();
    let file = desk.file("large.tsv", &table());
    let window = desk.open(Some(&file)).await;
    window.find("rank-row").await;
    let empty = Figures::of(
        window
            .client
            .execute_async(EMPTY_FRAME, vec![])
            .await
            .unwrap(),
    );

    let slid = window.client.execute_async(SLIDE, vec![]).await.unwrap();
    let in_flight = slid["most_in_flight"].clone();
    let (asked, shown) = (slid["asked"].clone(), slid["shown"].clone());
    let slide = Figures::of(slid["ms"].clone());
    line("slider to painted ranking, p95", slide.p95, &empty);
    line("slider to painted ranking, median", slide.median, &empty);
    println!(
        "  {asked} movements, {shown} rankings painted, at most {in_flight} request in flight"
    );

    let typed = keys(&window, &"7".repeat(200)).await;
    line("keystroke in the table to paint, p95", typed.p95, &empty);
    line(
        "keystroke in the table to paint, median",
        typed.median,
        &empty,
    );
    window.press(Key::Escape).await;
    let arrows: String = (0..200)
        .map(|n| char::from(if n % 2 == 0 { Key::Down } else { Key::Up }))
        .collect();
    let moved = keys(&window, &arrows).await;
    line("arrow key in the table to paint, p95", moved.p95, &empty);
    line(
        "arrow key in the table to paint, median",
        moved.median,
        &empty,
    );
    desk.close(window).await;
}

/// Real keys by way of the driver, each timed by the page.
async fn keys(window: &Window, keys: &str) -> Figures {
    window.focus("cell-editor").await;
    window.client.execute(LISTEN, vec![]).await.unwrap();
    // One at a time, as a hand types: keys that wait in a queue would be timed with what they wait for.
    for key in keys.chars() {
        window.type_keys(&key.to_string()).await;
        window.frame().await;
    }
    Figures::of(
        window
            .client
            .execute("return window.benchKeys", vec![])
            .await
            .unwrap(),
    )
}

/// A script that can call back after the next frame was handed over to be shown.
macro_rules! script {
    ($body:literal) => {
        concat!(
            "const afterPaint = (then) => requestAnimationFrame(() => {
               const channel = new MessageChannel();
               channel.port1.onmessage = () => then(performance.now());
               channel.port2.postMessage(0);
             });",
            $body
        )
    };
}

const LISTEN: &str = script!(
    "window.benchKeys = [];
     if (window.benchListener) window.removeEventListener('keydown', window.benchListener, true);
     window.benchListener = () => { const from = performance.now(); afterPaint((at) => window.benchKeys.push(at - from)); };
     window.addEventListener('keydown', window.benchListener, true);"
);

const EMPTY_FRAME: &str = script!(
    "const done = arguments[0], ms = [];
     const once = () => { const from = performance.now(); afterPaint((at) => { ms.push(at - from); ms.length < 200 ? setTimeout(once, ms.length % 17) : done(ms); }); };
     once();"
);

/// Drags one slider up and down. A movement counts as shown when the ranking changed and the frame after that was painted;
/// the next movement comes then, as a hand does not wait for an answer but a frame is all it sees.
const SLIDE: &str = script!(
    "const done = arguments[0], ms = [];
     const slider = document.querySelector('[data-testid=weight-slider]');
     const pane = document.querySelector('[data-testid=ranking-pane]');
     const inside = window.__TAURI_INTERNALS__, invoke = inside.invoke;
     let flying = 0, most = 0, asked = 0;
     try {
       inside.invoke = (command, ...rest) => {
         if (command !== 'preview_weights') return invoke(command, ...rest);
         most = Math.max(most, ++flying);
         return invoke(command, ...rest).finally(() => flying--);
       };
     } catch { most = null; }
     const low = Number(slider.min), high = Number(slider.max);
     const once = () => {
       const from = performance.now();
       const given = setTimeout(() => { seen.disconnect(); next(); }, 1000);
       const seen = new MutationObserver(() => {
         seen.disconnect();
         clearTimeout(given);
         afterPaint((at) => { ms.push(at - from); next(); });
       });
       seen.observe(pane, { subtree: true, childList: true, characterData: true, attributes: true });
       asked++;
       slider.value = String(low + (high - low) * (0.2 + 0.6 * ((asked * 7) % 31) / 31));
       slider.dispatchEvent(new Event('input', { bubbles: true }));
     };
     const next = () => {
       if (asked < 120) return setTimeout(once, asked % 17);
       try { inside.invoke = invoke; } catch {}
       slider.dispatchEvent(new Event('change', { bubbles: true }));
       done({ ms, asked, shown: ms.length, most_in_flight: most === 0 ? 'uncounted' : most });
     };
     once();"
);

struct Figures {
    median: f64,
    p95: f64,
}

impl Figures {
    fn of(values: Value) -> Self {
        let mut ms: Vec<f64> = serde_json::from_value(values).unwrap();
        assert!(
            ms.len() >= 59,
            "a p95 needs 59 values, there are {}",
            ms.len()
        );
        ms.sort_by(f64::total_cmp);
        Self {
            median: ms[ms.len() / 2],
            p95: ms[ms.len() * 95 / 100],
        }
    }
}

fn line(name: &str, figure: f64, empty: &Figures) {
    let limit = if name.ends_with("p95") {
        empty.p95
    } else {
        empty.median
    };
    let verdict = if figure <= FRAME_MS { "met" } else { "MISSED" };
    println!(
        "{name}, 50×25 | {figure:.1} ms | {limit:.1} ms (an empty frame) | {:.2} | ≤ 16 ms | {verdict}",
        figure / limit
    );
}

fn table() -> String {
    let mut text = String::from("Option");
    for criterion in 0..CRITERIA {
        text.push_str(&format!("\tCriterion {criterion}"));
    }
    for option in 0..OPTIONS {
        text.push_str(&format!("\nOption {option}"));
        for criterion in 0..CRITERIA {
            text.push_str(&format!("\t{}", (option * 37 + criterion * 11) % 101));
        }
    }
    text
}
