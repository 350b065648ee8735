//! A terminal to run the real program in: a folder for files, a history of its own, and what the program said.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::schemas;

/// The repository's root.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// A folder with a history of its own, both gone at the end of the test.
pub struct Terminal {
    folder: tempfile::TempDir,
}

/// What one call of the program gave.
#[derive(Debug)]
pub struct Said {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl Terminal {
    pub fn new() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
        }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn data(&self) -> PathBuf {
        self.path("data")
    }

    /// Writes a file and gives its path as an argument.
    pub fn file(&self, name: &str, content: impl AsRef<[u8]>) -> String {
        let path = self.path(name);
        std::fs::write(&path, content).unwrap();
        path.display().to_string()
    }

    /// The program with these arguments, ready to be started.
    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_ponderctl"));
        command.arg("--data-dir").arg(self.data()).args(args);
        command
            .current_dir(self.folder.path())
            .stdin(Stdio::null())
            .env_remove("PONDER_DATA_DIR");
        // What the machine says about models is nothing to a test.
        for variable in [
            "OLLAMA_HOST",
            "OPENAI_API_KEY",
            "HTTP_PROXY",
            "HTTPS_PROXY",
            "ALL_PROXY",
        ] {
            command
                .env_remove(variable)
                .env_remove(variable.to_lowercase());
        }
        command
    }

    /// Runs the program to its end. Whatever happens, it never panics.
    pub fn run(&self, args: &[&str]) -> Said {
        said(self.command(args).output().unwrap())
    }

    /// Runs it and expects this exit code.
    pub fn expect(&self, code: i32, args: &[&str]) -> Said {
        let said = self.run(args);
        assert_eq!(said.code, code, "ponderctl {args:?} said {said:#?}");
        said
    }

    /// Runs it with `--json` and holds the answer against its schema.
    pub fn json(&self, code: i32, args: &[&str]) -> Value {
        let mut with_json = args.to_vec();
        with_json.push("--json");
        let said = self.expect(code, &with_json);
        let answer: Value = serde_json::from_str(&said.out).unwrap_or_else(|error| {
            panic!("standard output is not one JSON document ({error}): {said:#?}")
        });
        schemas::hold(&answer);
        answer
    }

    /// Judges a file with Ollama's double and gives the answer, which must come with this exit code.
    pub fn judged(&self, code: i32, file: &str, ollama: &peers::Ollama, more: &[&str]) -> Value {
        let url = ollama.url();
        let mut args = vec!["decide", file, "--backend", "ollama", "--model", "tiny"];
        args.extend(["--base-url", &url]);
        args.extend(more);
        self.json(code, &args)
    }

    /// Judges every cell of a session again.
    pub fn judged_again(&self, id: &str, ollama: &peers::Ollama) -> Value {
        let url = ollama.url();
        let args = [
            "decide",
            "--session",
            id,
            "--again",
            "--backend",
            "ollama",
            "--model",
            "tiny",
        ];
        self.json(0, &[&args[..], &["--base-url", &url]].concat())
    }

    /// The sessions in the list, newest first.
    pub fn sessions(&self) -> Vec<Value> {
        self.json(0, &["sessions", "list"])["sessions"]
            .as_array()
            .unwrap()
            .clone()
    }

    /// Decides a file and gives the session's id.
    pub fn decided(&self, file: &str) -> String {
        let said = self.run(&["decide", file, "--json"]);
        assert!([0, 4].contains(&said.code), "{said:#?}");
        let answer: Value = serde_json::from_str(&said.out).unwrap();
        answer["session"].as_str().unwrap().to_owned()
    }
}

pub fn said(output: std::process::Output) -> Said {
    let said = Said {
        code: output.status.code().unwrap_or(-1),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    };
    assert!(!said.err.contains("panicked"), "{said:#?}");
    said
}

/// The events of `--progress ndjson` on standard error, each as its schema says.
pub fn events(err: &str) -> Vec<Value> {
    let line = |line: &str| {
        let event: Value = serde_json::from_str(line).unwrap_or_else(|_| panic!("{line}"));
        schemas::hold_progress(&event);
        event
    };
    err.lines().map(line).collect()
}

/// A decision with so many options and criteria, each cell to be judged. Every name stands in one prompt's place only.
pub fn to_judge(options: usize, criteria: usize) -> String {
    let mut file = "topic = \"Which supplier?\"\n".to_owned();
    for at in 1..=criteria {
        file += &format!("[[criteria]]\nname = \"Criterion {at:02}\"\nweight = 1\n");
    }
    for at in 1..=options {
        file += &format!("[[options]]\nname = \"Option {at:02}\"\n");
    }
    file
}

/// Which cell of such a decision a prompt is about: "Option 03 × Criterion 07".
pub fn cell_of(prompt: &str) -> String {
    let word = |what: &str| {
        let at = prompt.find(what).unwrap_or_else(|| panic!("{prompt}"));
        prompt[at..at + what.len() + 2].to_owned()
    };
    format!("{} × {}", word("Option "), word("Criterion "))
}

/// The cells that a server was asked about, in order.
pub fn asked(ollama: &peers::Ollama) -> Vec<String> {
    ollama
        .calls()
        .iter()
        .map(|seen| cell_of(&seen.text))
        .collect()
}

/// One of the repository's examples, as an argument.
pub fn example(name: &str) -> String {
    root().join("examples").join(name).display().to_string()
}

/// A decision by hand: two options, two criteria, every cell scored.
pub const SMALL: &str = r#"topic = "Which line?"

[[criteria]]
name = "Ease"
kind = "manual"
weight = 2

[[criteria]]
name = "Speed"
kind = "manual"
weight = 1

[[options]]
name = "Red"
scores = { Ease = 4, Speed = 3 }

[[options]]
name = "Blue"
scores = { Ease = 1, Speed = 2 }
"#;

/// The same with one cell open.
pub fn unfinished() -> String {
    SMALL.replace("Ease = 1, Speed = 2", "Ease = 1")
}
