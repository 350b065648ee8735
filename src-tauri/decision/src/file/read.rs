//! Reading a whole decision from the common tree: every problem in one pass, each with its field and line.

use std::collections::HashSet;

use super::Loaded;
use super::fields::{Fields, Log, number, text};
use super::read_criteria::{CriterionNames, ReadCriteria, judge, named_twice, read_criteria};
use super::read_weighting::read_weighting;
use super::tree::{Node, Value};
use crate::model::{
    ABSTAIN, Cell, Criterion, Decision, DecisionOption, Evidence, HandScore, Kind, Method,
    MissingPolicy, Normalisation, OptionId, Params, Scale,
};
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

const OPTION_FIELDS: &[&str] = &[
    "id",
    "name",
    "description",
    "note",
    "values",
    "scores",
    "notes",
    "evidence",
    "before_edit",
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

fn key_after(next: u32, keys: impl Iterator<Item = u32>) -> u32 {
    // A file may name an id as large as it likes; numbering goes on from sensible ones only.
    const LARGEST_FOLLOWED: u32 = 1_000_000_000;
    keys.filter(|key| *key < LARGEST_FOLLOWED)
        .map(|key| key + 1)
        .fold(next, u32::max)
}

fn read_options(decision: &mut Decision, items: &[Node], log: &mut Log) {
    let criteria = std::mem::take(&mut decision.criteria);
    let names = CriterionNames::of(&criteria);
    let mut has_id = Vec::new();
    for (i, node) in items.iter().enumerate() {
        let path = format!("options[{i}]");
        let Some(fields) = Fields::open(node, &path, OPTION_FIELDS, log) else {
            continue;
        };
        has_id.push(fields.get("id").is_some());
        decision
            .options
            .push(option(&fields, &criteria, &names, log));
        decision.cells.push(cells(&fields, &criteria, &names, log));
    }
    let keys = decision.options.iter().filter_map(|o| o.id.key());
    decision.next_key = key_after(decision.next_key, keys);
    for (i, given) in has_id.into_iter().enumerate() {
        if !given {
            decision.options[i].id = decision.fresh_option_id();
        }
    }
    decision.criteria = criteria;
}

fn option(
    fields: &Fields<'_>,
    criteria: &[Criterion],
    names: &CriterionNames<'_>,
    log: &mut Log,
) -> DecisionOption {
    let id = OptionId(fields.text("id", log).unwrap_or_default());
    let name = fields
        .required("name", "1 to 200 characters", log)
        .and_then(|node| text(node, &fields.at("name"), log));
    let mut option = DecisionOption::new(id, name.unwrap_or_default());
    option.description = fields.text("description", log).unwrap_or_default();
    option.note = fields.text("note", log).unwrap_or_default();
    option.evidence = evidence(fields, criteria, names, log);
    option.extra = fields.extra();
    option
}

fn evidence(
    fields: &Fields<'_>,
    criteria: &[Criterion],
    names: &CriterionNames<'_>,
    log: &mut Log,
) -> Vec<Evidence> {
    let at = fields.at("evidence");
    let items = fields
        .list("evidence", "a list of tables", log)
        .unwrap_or_default();
    let mut all = Vec::new();
    for (i, node) in items.iter().enumerate() {
        let path = format!("{at}[{i}]");
        let Some(parts) = Fields::open(node, &path, &["source", "quote", "criterion"], log) else {
            continue;
        };
        let source = parts
            .required("source", "a text", log)
            .and_then(|node| text(node, &parts.at("source"), log));
        let criterion = parts.text("criterion", log).and_then(|name| {
            let field = parts.at("criterion");
            let line = log.line_of(&field).unwrap_or(parts.line);
            names.find(&name, &field, line, log)
        });
        all.push(Evidence {
            source: source.unwrap_or_default(),
            quote: parts.text("quote", log).unwrap_or_default(),
            criterion: criterion.map(|index| criteria[index].id.clone()),
        });
    }
    all
}

fn cells(
    fields: &Fields<'_>,
    criteria: &[Criterion],
    names: &CriterionNames<'_>,
    log: &mut Log,
) -> Vec<Cell> {
    let mut row = vec![Cell::default(); criteria.len()];
    by_criterion(
        fields,
        "values",
        criteria,
        names,
        log,
        |index, node, at, log| {
            let value = number(node, at, log);
            if criteria[index].kind != Kind::Measured {
                warn_unused_cell(at, node, "this criterion takes scores, not values", log);
            }
            row[index].value = value;
        },
    );
    by_criterion(
        fields,
        "scores",
        criteria,
        names,
        log,
        |index, node, at, log| {
            let score = hand_score(node, at, log);
            if criteria[index].kind == Kind::Measured {
                warn_unused_cell(
                    at,
                    node,
                    "this criterion is measured: its numbers belong in values",
                    log,
                );
            }
            row[index].score = score;
        },
    );
    by_criterion(
        fields,
        "notes",
        criteria,
        names,
        log,
        |index, node, at, log| {
            row[index].note = text(node, at, log).unwrap_or_default();
        },
    );
    let at = fields.at("before_edit");
    if let Some(node) = fields.get("before_edit") {
        for index in names.list(node, &at, log) {
            row[index].before_edit = true;
        }
    }
    row
}

/// Hands each entry of the table `key` to `take` with the criterion it names; one criterion named twice is a problem.
fn by_criterion(
    fields: &Fields<'_>,
    key: &str,
    criteria: &[Criterion],
    names: &CriterionNames<'_>,
    log: &mut Log,
    mut take: impl FnMut(usize, &Node, &str, &mut Log),
) {
    let Some(node) = fields.get(key) else { return };
    let Some(entries) = Fields::open_map(node, &fields.at(key), log) else {
        return;
    };
    let mut taken = vec![false; criteria.len()];
    for entry in entries.entries {
        let at = entries.at(&entry.key);
        let Some(index) = names.find(&entry.key, &at, entry.line, log) else {
            continue;
        };
        if std::mem::replace(&mut taken[index], true) {
            log.problem(named_twice(&at, &entry.key), entry.line);
            continue;
        }
        // The rules speak of a cell by its criterion's own name.
        log.lines
            .insert(entries.at(&criteria[index].name), entry.line);
        if !matches!(entry.node.value, Value::Null) {
            take(index, &entry.node, &at, log);
        }
    }
}

fn hand_score(node: &Node, at: &str, log: &mut Log) -> Option<HandScore> {
    match &node.value {
        Value::Text(word) if word.trim().eq_ignore_ascii_case(ABSTAIN) => Some(HandScore::Abstain),
        Value::Text(word) => {
            let allowed = "a number on the scale, or \"abstain\"";
            let message = format!("{at} is \"{}\": it must be {allowed}", echo(word));
            log.problem(
                Problem::new(Code::BadText, at, message)
                    .found(word)
                    .allowed(allowed),
                node.line,
            );
            None
        }
        _ => number(node, at, log).map(HandScore::Score),
    }
}

fn warn_unused_cell(at: &str, node: &Node, why: &str, log: &mut Log) {
    let message = format!("{at} is kept but not used: {why}");
    log.warning(
        Problem::new(Code::Ignored, at, message).found(node.words()),
        node.line,
    );
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
