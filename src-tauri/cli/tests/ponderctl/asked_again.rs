//! What is asked again: what failed, what an edit touched, or everything; and runs held side by side.

use std::collections::BTreeSet;

use peers::{Fault, Ollama, Script, When, judgement};
use serde_json::Value;

use crate::terminal::{Terminal, asked, to_judge};

#[test]
fn failed_cells_are_told_by_their_reasons_and_asked_again_alone() {
    let terminal = Terminal::new();
    let broken = Script::default()
        .fault(When::Text("Option 02".into()), Fault::CutAfter(40))
        .fault(
            When::Text("Option 03".into()),
            Fault::Say("Nice one.".into()),
        );
    let ollama = Ollama::start(broken);
    let file = terminal.file("d.toml", to_judge(3, 2));
    let url = ollama.url();
    let args = [
        "decide",
        &file,
        "--backend",
        "ollama",
        "--model",
        "tiny",
        "--base-url",
        &url,
    ];
    let said = terminal.expect(4, &args);
    assert!(said.out.contains("Judged 2 of 6 cells"), "{}", said.out);
    assert!(
        said.out
            .contains("2 failed: the answer broke off before its end."),
        "{}",
        said.out
    );
    assert!(said.out.contains("2 could not be read: "), "{}", said.out);
    assert!(
        said.out.contains("--resume --backend ollama --model tiny"),
        "{}",
        said.out
    );
    let id = said.out.split("session ").nth(1).unwrap().trim_end();
    let id = id.split(['.', ',']).next().unwrap().to_owned();

    // The server is mended. Only what failed is asked.
    ollama.play(Script::default());
    let before = ollama.calls().len();
    let again = [
        "decide",
        "--session",
        &id,
        "--retry-failed",
        "--backend",
        "ollama",
        "--model",
        "tiny",
    ];
    let answer = terminal.json(0, &[&again[..], &["--base-url", &url]].concat());
    assert_eq!(answer["outcome"], "complete");
    let now: BTreeSet<String> = asked(&ollama).split_off(before).into_iter().collect();
    let failed = [
        "Option 02 × Criterion 01",
        "Option 02 × Criterion 02",
        "Option 03 × Criterion 01",
        "Option 03 × Criterion 02",
    ];
    assert_eq!(now, failed.map(str::to_owned).into());

    // Everything is asked again only when that is wanted; both runs are kept and can be held side by side.
    let before = ollama.calls().len();
    let url = ollama.url();
    let whole = [
        "decide",
        "--session",
        &id,
        "--backend",
        "ollama",
        "--model",
        "tiny",
        "--base-url",
        &url,
    ];
    terminal.json(0, &whole);
    assert_eq!(ollama.calls().len(), before, "nothing was missing");
    ollama.play(Script::default().answer(|_| judgement(Some(5.0), "all the best")));
    terminal.json(0, &[&whole[..], &["--again"]].concat());
    assert_eq!(ollama.calls().len(), before + 6);
    let runs = terminal.json(0, &["sessions", "runs", &id])["runs"].clone();
    let mut judged: Vec<&Value> = runs
        .as_array()
        .unwrap()
        .iter()
        .filter(|run| run["kind"] == "judged" && run["asked"] != 0)
        .collect();
    judged.sort_by_key(|run| run["number"].as_u64());
    assert_eq!(judged.len(), 3, "{runs:#}");
    let number = |at: usize| judged[at]["number"].to_string();
    let compared = terminal.json(0, &["sessions", "compare", &id, &number(1), &number(2)]);
    assert_eq!(compared["comparison"]["agreement"]["compared"], 6);
    let words = terminal.expect(
        0,
        &[
            "sessions",
            "compare",
            &id,
            &number(1),
            judged[2]["id"].as_str().unwrap(),
        ],
    );
    assert!(words.out.contains("scored 6 cells both"), "{}", words.out);
    terminal.expect(2, &["sessions", "compare", &id, "99", "1"]);
    let words = terminal.expect(0, &["sessions", "runs", &id]).out;
    assert!(words.contains("tiny at ollama"), "{words}");
}

#[test]
fn an_edit_of_the_file_asks_only_the_cells_it_touches() {
    let (terminal, ollama) = (Terminal::new(), Ollama::start(Script::default()));
    // One cell is left open, so that the session is not finished.
    let text = to_judge(3, 2) + "[[criteria]]\nname = \"Feel\"\nkind = \"manual\"\n";
    let file = terminal.file("d.toml", &text);
    terminal.judged(4, &file, &ollama, &[]);
    let before = ollama.calls().len();
    assert_eq!(before, 6);
    let edited = text.replace(
        "name = \"Option 02\"",
        "name = \"Option 02\"\ndescription = \"Now cheaper.\"",
    );
    terminal.file("d.toml", edited);
    let decided = terminal.judged(4, &file, &ollama, &["--resume"]);
    assert_eq!(decided["resumed"], true);
    let now: BTreeSet<String> = asked(&ollama).split_off(before).into_iter().collect();
    let touched = ["Option 02 × Criterion 01", "Option 02 × Criterion 02"];
    assert_eq!(now, touched.map(str::to_owned).into());
}
