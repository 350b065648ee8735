//! The documents for analysts and scripts hold what they show: each complete example is run, each answer was given.

use peers::{Asked, Model, Ollama, Script, judgement};

use crate::terminal::{Terminal, root, said};

/// The fenced blocks of a document whose opening line is exactly this, with the line each stands in.
fn blocks(document: &str, fence: &str) -> Vec<(usize, String)> {
    let text = std::fs::read_to_string(root().join("docs").join(document)).unwrap();
    let mut blocks = Vec::new();
    let mut open: Option<(usize, String)> = None;
    for (number, line) in text.lines().enumerate() {
        match &mut open {
            Some(_) if line == "```" => blocks.extend(open.take()),
            Some((_, block)) => *block += &format!("{line}\n"),
            None if line == fence => open = Some((number + 1, String::new())),
            None => {}
        }
    }
    blocks
}

#[test]
fn every_complete_decision_file_in_the_documents_is_ranked() {
    let terminal = Terminal::new();
    let mut count = 0;
    for (fence, name) in [
        ("```toml complete", "d.toml"),
        ("```json complete", "d.json"),
        ("```csv complete", "d.csv"),
    ] {
        for (line, block) in blocks("decision-file.md", fence) {
            let path = terminal.file(name, &block);
            let said = terminal.run(&["decide", &path]);
            assert!(
                [0, 4].contains(&said.code),
                "decision-file.md, line {line}: {}",
                said.err
            );
            count += 1;
        }
    }
    assert!(count >= 8, "only {count} examples were found");
}

#[test]
fn every_refused_example_in_the_documents_is_refused_with_the_words_shown() {
    let terminal = Terminal::new();
    let refused = blocks("decision-file.md", "```toml refused");
    let words = blocks("decision-file.md", "```text refusal");
    assert_eq!(refused.len(), words.len());
    assert!(!refused.is_empty());
    for ((_, file), (line, words)) in refused.into_iter().zip(words) {
        terminal.file("decision.toml", &file);
        let said = terminal.expect(2, &["rank", "decision.toml"]);
        hold("decision-file.md", line, &words, &said.err);
    }
}

#[test]
fn the_answers_in_the_documents_are_the_programs_own() {
    let terminal = Terminal::new();
    for name in [
        "ledger-database.toml",
        "warehouse-site.toml",
        "reporting-tool.toml",
    ] {
        std::fs::copy(root().join("examples").join(name), terminal.path(name)).unwrap();
    }
    let ollama = Ollama::start(analyst());
    let shown = blocks("ponderctl.md", "```console");
    assert!(shown.len() >= 8, "{} answers", shown.len());
    for (line, block) in shown {
        let (command, _) = block.split_once('\n').unwrap();
        let args: Vec<&str> = command
            .strip_prefix("$ ponderctl ")
            .unwrap()
            .split(' ')
            .collect();
        let mut program = terminal.command(&args);
        let said = said(program.env("OLLAMA_HOST", ollama.url()).output().unwrap());
        hold(
            "ponderctl.md",
            line,
            &block,
            &format!("{command}\n{}{}", said.out, said.err),
        );
    }
}

/// A server with two models. It knows the options of the example that is judged, abstains twice, and gives a score once
/// that the scale does not have.
fn analyst() -> Script {
    let models = ["qwen3:8b", "llama3.2:3b"].map(Model::named);
    let answer = |asked: &Asked| {
        let scores = [
            ("Ease for spreadsheet users", [4, 3, 5]),
            ("Audit trail", [4, 5, 1]),
            ("One definition of each figure", [3, 5, 1]),
            ("Upkeep", [4, 2, 4]),
            ("Lock-in", [2, 9, 4]),
        ];
        let options = ["Brightgrid", "Cobalt Metrics", "Ledgerlight"];
        let (_, scores) = scores
            .iter()
            .find(|(name, _)| asked.system.contains(name))
            .unwrap();
        let option = options
            .iter()
            .position(|name| asked.text.contains(name))
            .unwrap();
        let abstains = scores[option] == 2;
        judgement(
            (!abstains).then_some(f64::from(scores[option])),
            "As the evidence says.",
        )
    };
    Script::default().models(models).answer(answer)
}

/// Holds a block against what the program says today; with `PONDERCTL_REWRITE_DOCS=1` it is written anew instead.
fn hold(document: &str, line: usize, block: &str, said: &str) {
    if steady(block) == steady(said) {
        return;
    }
    assert!(
        std::env::var_os("PONDERCTL_REWRITE_DOCS").is_some(),
        "docs/{document}, line {line}, shows\n{block}\nand the program says\n{said}\n\
         PONDERCTL_REWRITE_DOCS=1 in the environment of this test writes it anew."
    );
    let path = root().join("docs").join(document);
    let text = std::fs::read_to_string(&path).unwrap();
    std::fs::write(path, text.replacen(block, said, 1)).unwrap();
}

/// Without what is another on each run: the ids of sessions, ports, times and the lengths of prompts.
fn steady(text: &str) -> String {
    let word = |word: &str| {
        if word.starts_with("s_") && word != "s_nobody" {
            "s_…".to_owned()
        } else if word.starts_with("http://127.0.0.1:") {
            "http://127.0.0.1:…".to_owned()
        } else {
            word.to_owned()
        }
    };
    let line = |line: &str| {
        let mut words: Vec<String> = line.trim_end().split(' ').map(word).collect();
        for at in 1..words.len() {
            let unit = words[at].trim_end_matches([',', '.']).to_owned();
            if ["ms", "s", "tokens", "received"].contains(&unit.as_str()) {
                words[at - 1] = "…".into();
                if ["ms", "s"].contains(&unit.as_str()) {
                    words[at] = "…".into();
                }
            }
        }
        words.join(" ")
    };
    text.lines()
        .map(line)
        .collect::<Vec<_>>()
        .join("\n")
        .trim_end()
        .to_owned()
}
