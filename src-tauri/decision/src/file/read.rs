//! Reading a whole decision from the common tree: every problem in one pass, each with its field and line.

use std::collections::HashSet;

use super::Loaded;
use super::fields::{Fields, Log, number, text};
use super::read_criteria::{ReadCriteria, judge, read_criteria};
use super::read_options::read_options;
use super::read_weighting::read_weighting;
use super::tree::{Node, Value};
use crate::model::{Criterion, Decision, Method, MissingPolicy, Normalisation, Params, Scale};
use crate::problem::{Problem, ProblemCode as Code, echo, number_text, shortened};
use crate::rules;
use crate::score_table::ScoreTable;
use crate::weighting;

/// The version of the format that this program writes, and the newest it reads.
pub const FORMAT_VERSION: u32 = 1;

const TOP_FIELDS: &[&str] = &[
    "ponder",
    "topic",
    "context",
    "notes",
    "method",
    "normalisation",
    "missing",
    "scale",
    "judge",
    "params",
    "weighting",
    "criteria",
    "options",
];

/// Reads a decision; with `whole` it must be complete enough to be ranked.
pub(super) fn read(root: &Node, whole: bool) -> Result<Loaded, Vec<Problem>> {
    let mut log = Log::default();
    if let Some(newer) = newer_version(root, &mut log) {
        return Err(vec![newer]);
    }
    let decision =
        Fields::open(root, "", TOP_FIELDS, &mut log).and_then(|top| decision(&top, &mut log));
    let Some(mut decision) = decision else {
        return Err(shortened(log.problems));
    };
    // What the reader already told of a field the rules need not tell again.
    let told: HashSet<String> = log
        .problems
        .iter()
        .map(|problem| problem.field.clone())
        .collect();
    for mut problem in rules::validity(&decision) {
        problem.line = problem.line.or_else(|| log.line_of(&problem.field));
        if !told.contains(&problem.field) {
            log.problems.push(problem);
        }
    }
    if log.problems.is_empty() {
        derive_weights(&mut decision, &mut log);
    }
    let incomplete = if whole {
        decision.completeness()
    } else {
        Vec::new()
    };
    for mut problem in incomplete {
        problem.line = log.line_of(&problem.field);
        log.problems.push(problem);
    }
    if log.problems.is_empty() {
        Ok(Loaded {
            decision,
            warnings: shortened(log.warnings),
        })
    } else {
        log.problems.sort_by_key(|problem| problem.line);
        Err(shortened(log.problems))
    }
}

/// Puts the weights that follow from `[weighting]` in the place of given ones. Those that follow from numbers wait for all of them.
fn derive_weights(decision: &mut Decision, log: &mut Log) {
    if decision.criteria.is_empty() {
        return;
    }
    match weighting::derive(decision, &ScoreTable::from_given(decision)) {
        Ok(None) => {}
        Ok(Some(derived)) => weighting::take(decision, &derived),
        Err(problems) => {
            for mut problem in problems {
                problem.line = log.line_of(&problem.field);
                let list = match problem.code {
                    Code::MissingScores => &mut log.warnings,
                    _ => &mut log.problems,
                };
                list.push(problem);
            }
        }
    }
}

fn newer_version(root: &Node, log: &mut Log) -> Option<Problem> {
    let Value::Table(entries) = &root.value else {
        return None;
    };
    let entry = entries.iter().find(|entry| entry.key == "ponder")?;
    let version = number(&entry.node, "ponder", log)?;
    let current = f64::from(FORMAT_VERSION);
    let found = number_text(version);
    if version > current {
        let message = format!(
            "this file is of version {found}, and this program reads up to version {FORMAT_VERSION}: a newer Ponder wrote it, open it there"
        );
        let problem = Problem::new(Code::NewerVersion, "ponder", message).found(found);
        return Some(
            problem
                .allowed(FORMAT_VERSION.to_string())
                .at_line(entry.line),
        );
    }
    if version != current {
        let message = format!("ponder is {found}: the version of the format is {FORMAT_VERSION}");
        let problem = Problem::new(Code::BadNumber, "ponder", message).found(found);
        log.problem(problem.allowed(FORMAT_VERSION.to_string()), entry.line);
    }
    None
}

fn decision(top: &Fields<'_>, log: &mut Log) -> Option<Decision> {
    let topic = top
        .required("topic", "1 to 500 characters", log)
        .and_then(|node| text(node, "topic", log));
    if topic.as_ref().is_some_and(|topic| topic.trim().is_empty()) {
        let message = "the topic is empty: say in 1 to 500 characters what is decided";
        let problem = Problem::new(Code::Empty, "topic", message).allowed("1 to 500 characters");
        let line = log.line_of("topic").unwrap_or(top.line);
        log.problem(problem, line);
    }
    let mut decision = Decision::empty(topic.unwrap_or_default());
    decision.context = top.text("context", log).unwrap_or_default();
    decision.notes = top.text("notes", log).unwrap_or_default();
    if let Some(method) = top.choice("method", Method::ALL, Method::as_str, log) {
        decision.method = method;
    }
    decision.normalisation = top.choice(
        "normalisation",
        Normalisation::ALL,
        Normalisation::as_str,
        log,
    );
    if let Some(missing) = top.choice("missing", MissingPolicy::ALL, MissingPolicy::as_str, log) {
        decision.missing = missing;
    }
    if let Some(scale) = scale(top, log) {
        decision.scale = scale;
    }
    decision.judge = judge(top, log);
    decision.params = params(top, log);
    decision.extra = top.extra();

    let criteria = tables(top, "criteria", log);
    let options = tables(top, "options", log);
    if let Some(problem) = rules::too_many(options.len(), criteria.len()) {
        let line = log.line_of(&problem.field).unwrap_or(top.line);
        log.problem(problem, line);
        return None;
    }
    let read = read_criteria(criteria, log);
    let has_weight = read.has_weight.clone();
    set_criteria(&mut decision, read);
    read_options(&mut decision, options, log);
    if let Some(node) = top.get("weighting") {
        decision.weighting = read_weighting(node, &decision.criteria, log);
    } else {
        warn_of_default_weights(&decision.criteria, &has_weight, log);
    }
    Some(decision)
}

/// The tables of a list that should be there; whether there are enough is told with completeness.
fn tables<'n>(top: &Fields<'n>, key: &str, log: &mut Log) -> &'n [Node] {
    top.list(key, "a list of tables", log).unwrap_or_default()
}

fn scale(top: &Fields<'_>, log: &mut Log) -> Option<Scale> {
    let fields = Fields::open(top.get("scale")?, "scale", &["min", "max"], log)?;
    let mut end = |key: &str| {
        let node = fields.required(key, "a number", log)?;
        number(node, &fields.at(key), log)
    };
    let (min, max) = (end("min"), end("max"));
    Some(Scale {
        min: min?,
        max: max?,
    })
}

fn params(top: &Fields<'_>, log: &mut Log) -> Params {
    let fields = top
        .get("params")
        .and_then(|node| Fields::open(node, "params", &["v", "concordance", "discordance"], log));
    fields.map_or_else(Params::default, |fields| Params {
        v: fields.number("v", log),
        concordance: fields.number("concordance", log),
        discordance: fields.number("discordance", log),
    })
}

/// Ids that a file may give are kept; the rest are numbered after them.
fn set_criteria(decision: &mut Decision, read: ReadCriteria) {
    decision.criteria = read.criteria;
    let keys = decision.criteria.iter().filter_map(|c| c.id.key());
    decision.next_key = key_after(decision.next_key, keys);
    for (i, given) in read.has_id.into_iter().enumerate() {
        if !given {
            decision.criteria[i].id = decision.fresh_criterion_id();
        }
    }
}

pub(super) fn key_after(next: u32, keys: impl Iterator<Item = u32>) -> u32 {
    // A file may name an id as large as it likes; numbering goes on from sensible ones only.
    const LARGEST_FOLLOWED: u32 = 1_000_000_000;
    keys.filter(|key| *key < LARGEST_FOLLOWED)
        .map(|key| key + 1)
        .fold(next, u32::max)
}

fn warn_of_default_weights(criteria: &[Criterion], has_weight: &[bool], log: &mut Log) {
    let unweighted = criteria
        .iter()
        .zip(has_weight)
        .enumerate()
        .filter(|(_, (_, given))| !**given);
    for (i, (criterion, _)) in unweighted {
        let field = format!("criteria[{i}].weight");
        let message = format!("\"{}\" has no weight: 1 is used", echo(&criterion.name));
        let line = log.line_of(&field).unwrap_or(1);
        log.warning(
            Problem::new(Code::Assumed, field, message).allowed(rules::WEIGHT_ALLOWED),
            line,
        );
    }
}
