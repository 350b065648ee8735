//! From bytes to a decision: decision files as they are, tables by way of the `import` room.

use std::path::Path;

use decision::problem::echo;
use decision::{Cell, Decision, Direction, Edit, HandScore, Problem, ProblemCode};
use import::ImportProblem;
use import::kind::Kind;
use import::table::{CellText, Hints, Table};

use crate::error::EngineError;

/// Endings of files that can be opened.
pub const IMPORT_EXTENSIONS: &[&str] = &["toml", "json", "csv", "tsv", "txt", "xlsx"];

/// A decision that came in, what is worth knowing about how it was read, and a mark by which the same file is known.
pub(crate) struct Taken {
    pub decision: Decision,
    pub notices: Vec<Problem>,
    pub fingerprint: Option<String>,
}

impl Taken {
    /// A decision that came from nowhere else.
    pub(crate) fn of(decision: Decision) -> Self {
        Self {
            decision,
            notices: Vec::new(),
            fingerprint: None,
        }
    }
}

/// Reads a decision file or a table.
///
/// # Errors
/// [`EngineError::CannotRead`] when the file cannot be read at all, [`EngineError::Invalid`] with every problem found.
pub(crate) fn take_file(path: &Path) -> Result<Taken, EngineError> {
    let cannot = |why: String| EngineError::CannotRead {
        path: path.to_owned(),
        why,
    };
    let about = std::fs::metadata(path).map_err(|error| cannot(plain(&error)))?;
    if about.is_dir() {
        return Err(cannot("it is a folder, not a file".into()));
    }
    if about.len() > import::MAX_BYTES as u64 {
        return Err(cannot(format!(
            "it is larger than {} MB",
            import::MAX_BYTES / 1_000_000
        )));
    }
    let bytes = std::fs::read(path).map_err(|error| cannot(plain(&error)))?;
    let name = path
        .file_name()
        .map(|name| name.to_string_lossy().into_owned())
        .unwrap_or_default();
    take_bytes(&name, &bytes)
}

/// Reads pasted text: a decision file or a table.
///
/// # Errors
/// [`EngineError::Invalid`] with every problem found.
pub(crate) fn take_text(name: Option<&str>, text: &str) -> Result<Taken, EngineError> {
    take_bytes(name.unwrap_or(""), text.as_bytes())
}

fn take_bytes(name: &str, bytes: &[u8]) -> Result<Taken, EngineError> {
    let quoted = format!("\"{}\"", echo(name));
    let shown = if name.is_empty() {
        "The pasted text"
    } else {
        &quoted
    };
    let hint = (!name.is_empty()).then_some(name);
    let hints = Hints::default();
    let mut taken = match import::kind::sniff(hint, bytes) {
        Kind::Xlsx => from_table(name, import::table::read_xlsx(bytes, &hints))?,
        Kind::Unsupported { what, instead } => {
            let message = format!("{shown} is {what}, which Ponder does not read. {instead}");
            return Err(EngineError::invalid(
                message.clone(),
                vec![Problem::new(ProblemCode::Syntax, "", message)],
            ));
        }
        text => {
            let decoded = import::text::decode(bytes).map_err(|error| {
                refused(
                    shown,
                    vec![Problem::new(ProblemCode::Syntax, "", error.to_string())],
                )
            })?;
            let mut taken = match text {
                Kind::DecisionToml => from_file(shown, decision::from_toml(&decoded.text))?,
                Kind::DecisionJson => from_file(shown, decision::from_json(&decoded.text))?,
                _ if name.is_empty() => {
                    from_table(name, import::table::read_pasted(&decoded.text))?
                }
                _ => from_table(name, import::table::read_delimited(&decoded.text, &hints))?,
            };
            taken
                .notices
                .extend(decoded.notices.iter().map(|notice| noticed(notice)));
            taken
        }
    };
    taken.fingerprint = Some(fingerprint(bytes));
    Ok(taken)
}

/// A mark by which the same bytes are known again.
fn fingerprint(bytes: &[u8]) -> String {
    use sha2::Digest;
    sha2::Sha256::digest(bytes)
        .iter()
        .take(16)
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

fn from_file(
    shown: &str,
    read: Result<decision::Loaded, Vec<Problem>>,
) -> Result<Taken, EngineError> {
    let loaded = read.map_err(|problems| refused(shown, problems))?;
    Ok(Taken {
        decision: loaded.decision,
        notices: loaded.warnings,
        fingerprint: None,
    })
}

/// A column of numbers is measured. One with abstentions among its numbers holds scores by hand. A column of texts has
/// no numbers to rank by, so it is judged, and its texts are kept as notes on the cells.
fn from_table(name: &str, read: Result<Table, Vec<ImportProblem>>) -> Result<Taken, EngineError> {
    let quoted = format!("\"{}\"", echo(name));
    let shown = if name.is_empty() {
        "The pasted table"
    } else {
        &quoted
    };
    let table =
        read.map_err(|problems| refused(shown, problems.iter().map(import_problem).collect()))?;
    let topic = Path::new(name)
        .file_stem()
        .map(|stem| stem.to_string_lossy().replace(['_', '-'], " "));
    let topic = topic
        .filter(|topic| !topic.trim().is_empty())
        .unwrap_or_else(|| "Pasted table".into());
    let mut edits: Vec<Edit> = Vec::new();
    for (at, column) in table.criteria.iter().enumerate() {
        edits.push(Edit::AddCriterion {
            at: None,
            name: column.name.clone(),
            kind: kind_of(&table, at),
            weight: column.weight,
            direction: column.direction.map(|direction| match direction {
                import::table::Direction::Benefit => Direction::Benefit,
                import::table::Direction::Cost => Direction::Cost,
            }),
            unit: column.unit.clone(),
        });
    }
    edits.extend(table.options.iter().map(|name| Edit::AddOption {
        at: None,
        name: name.clone(),
    }));
    let empty = Decision::empty(topic);
    let mut decision = decision::apply(&empty, &edits)
        .map_err(|problems| refused(shown, problems))?
        .decision;
    let mut problems = Vec::new();
    for (line, row) in table.cells.iter().enumerate() {
        for (column, text) in row.iter().enumerate() {
            let Some(text) = text else { continue };
            match cell_of(&decision, column, text) {
                Ok(cell) => decision.cells[line][column] = cell,
                Err(message) => problems.push(Problem::new(ProblemCode::OffScale, "", message)),
            }
        }
    }
    if !problems.is_empty() {
        return Err(refused(shown, problems));
    }
    let mut notices: Vec<Problem> = table.notices.iter().map(|notice| noticed(notice)).collect();
    for (column, criterion) in table.criteria.iter().zip(&decision.criteria) {
        if !column.numeric {
            let words = format!(
                "\"{}\" holds texts, not numbers: they are kept as notes, and it waits to be judged",
                criterion.name
            );
            notices.push(noticed(&words));
        }
    }
    Ok(Taken {
        decision,
        notices,
        fingerprint: None,
    })
}

fn kind_of(table: &Table, column: usize) -> decision::Kind {
    let mut cells = table.cells.iter().filter_map(|row| row[column].as_ref());
    match table.criteria[column].numeric {
        false => decision::Kind::Judged,
        true if cells.any(|cell| cell.number.is_none()) => decision::Kind::Manual,
        true => decision::Kind::Measured,
    }
}

fn cell_of(decision: &Decision, column: usize, text: &CellText) -> Result<Cell, String> {
    let criterion = &decision.criteria[column];
    Ok(match (criterion.kind, text.number) {
        (decision::Kind::Judged, _) => Cell {
            note: text.text.clone(),
            ..Cell::default()
        },
        (decision::Kind::Measured, number) => Cell {
            value: number,
            ..Cell::default()
        },
        (decision::Kind::Manual, None) => Cell {
            score: Some(HandScore::Abstain),
            ..Cell::default()
        },
        (decision::Kind::Manual, Some(score)) if decision.scale.holds(score) => Cell {
            score: Some(HandScore::Score(score)),
            ..Cell::default()
        },
        (decision::Kind::Manual, Some(score)) => {
            return Err(format!(
                "\"{}\" has abstentions, so its numbers are scores by hand, and {score} is not on the scale from {}",
                criterion.name, decision.scale
            ));
        }
    })
}

fn refused(shown: &str, problems: Vec<Problem>) -> EngineError {
    let what = match problems.len() {
        1 => format!("{shown} was not taken: {}", problems[0].message),
        count => format!("{shown} was not taken: {count} things are wrong with it"),
    };
    EngineError::invalid(what, problems)
}

fn import_problem(problem: &ImportProblem) -> Problem {
    let mut said = Problem::new(ProblemCode::BadText, "", problem.message.clone());
    said.line = problem.place.and_then(|place| place.line);
    said.found.clone_from(&problem.found);
    said.allowed.clone_from(&problem.allowed);
    said
}

fn noticed(words: &str) -> Problem {
    Problem::new(ProblemCode::Assumed, "", words)
}

/// The system's reason in plain words.
pub(crate) fn plain(error: &std::io::Error) -> String {
    match error.kind() {
        std::io::ErrorKind::NotFound => "there is no such file".into(),
        std::io::ErrorKind::PermissionDenied => "this user may not".into(),
        std::io::ErrorKind::IsADirectory => "it is a folder, not a file".into(),
        std::io::ErrorKind::StorageFull => "the disk is full".into(),
        std::io::ErrorKind::ReadOnlyFilesystem => "the disk is read-only".into(),
        _ => error.to_string(),
    }
}
