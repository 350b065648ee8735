//! Reading `[[options]]`: texts, evidence, and the cells by the names of their criteria.

use super::fields::{Fields, Log, number, text};
use super::read::key_after;
use super::read_criteria::{CriterionNames, named_twice};
use super::tree::{Node, Value};
use crate::model::{
    ABSTAIN, Cell, Criterion, Decision, DecisionOption, Evidence, HandScore, Kind, OptionId,
};
use crate::problem::{Problem, ProblemCode as Code, echo};

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

pub(super) fn read_options(decision: &mut Decision, items: &[Node], log: &mut Log) {
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
