//! The documents for analysts and scripts hold what they show: each complete example is run, each answer was given.

use crate::terminal::{Terminal, root};

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
    let shown = blocks("ponderctl.md", "```console");
    assert!(shown.len() >= 5, "{} answers", shown.len());
    for (line, block) in shown {
        let (command, _) = block.split_once('\n').unwrap();
        let args: Vec<&str> = command
            .strip_prefix("$ ponderctl ")
            .unwrap()
            .split(' ')
            .collect();
        let said = terminal.run(&args);
        hold(
            "ponderctl.md",
            line,
            &block,
            &format!("{command}\n{}{}", said.out, said.err),
        );
    }
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

/// Without what is another on each run: the ids of sessions.
fn steady(text: &str) -> String {
    let word = |word: &str| {
        if word.starts_with("s_") && word != "s_nobody" {
            "s_…".to_owned()
        } else {
            word.to_owned()
        }
    };
    let line = |line: &str| {
        line.trim_end()
            .split(' ')
            .map(word)
            .collect::<Vec<_>>()
            .join(" ")
    };
    text.lines()
        .map(line)
        .collect::<Vec<_>>()
        .join("\n")
        .trim_end()
        .to_owned()
}
