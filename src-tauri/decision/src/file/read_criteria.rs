//! Reading `[[criteria]]`, judges and preference functions.

use std::collections::{BTreeMap, HashMap};

use super::fields::{Fields, Log, list, number, pair, text};
use super::tree::{Node, Value};
use crate::model::{
    Criterion, CriterionId, Direction, Judge, Kind, Level, MUST_ALLOWED, Must, Preference,
};
use crate::problem::{Problem, ProblemCode as Code, echo, folded, nearest, number_text};

const CRITERION_FIELDS: &[&str] = &[
    "id",
    "name",
    "description",
    "weight",
    "direction",
    "kind",
    "unit",
    "range",
    "points",
    "must",
    "group",
    "rubric",
    "prompt",
    "judge",
    "preference",
    "note",
];

/// The criteria, and at which positions a weight was given.
pub(super) struct ReadCriteria {
    pub(super) criteria: Vec<Criterion>,
    pub(super) has_id: Vec<bool>,
    pub(super) has_weight: Vec<bool>,
}

pub(super) fn read_criteria(items: &[Node], log: &mut Log) -> ReadCriteria {
    let mut read = ReadCriteria {
        criteria: Vec::new(),
        has_id: Vec::new(),
        has_weight: Vec::new(),
    };
    for (i, node) in items.iter().enumerate() {
        let Some(fields) = Fields::open(node, &format!("criteria[{i}]"), CRITERION_FIELDS, log)
        else {
            continue;
        };
        read.has_id.push(fields.get("id").is_some());
        read.has_weight.push(fields.get("weight").is_some());
        read.criteria.push(criterion(&fields, log));
    }
    read
}

fn criterion(fields: &Fields<'_>, log: &mut Log) -> Criterion {
    let id = CriterionId(fields.text("id", log).unwrap_or_default());
    let name = fields
        .required("name", "1 to 100 characters", log)
        .and_then(|node| text(node, &fields.at("name"), log));
    let mut criterion = Criterion::new(id, name.unwrap_or_default());
    criterion.description = fields.text("description", log).unwrap_or_default();
    criterion.weight = fields.number("weight", log).unwrap_or(1.0);
    criterion.direction = fields
        .choice("direction", Direction::ALL, Direction::as_str, log)
        .unwrap_or(Direction::Benefit);
    criterion.kind = fields
        .choice("kind", Kind::ALL, Kind::as_str, log)
        .unwrap_or(Kind::Judged);
    criterion.unit = fields.text("unit", log).unwrap_or_default();
    criterion.range = fields
        .get("range")
        .and_then(|node| pair(node, &fields.at("range"), log));
    criterion.points = points(fields, log);
    criterion.must = must(fields, log);
    criterion.group = fields.text("group", log);
    criterion.rubric = rubric(fields, log);
    criterion.prompt = fields.text("prompt", log).unwrap_or_default();
    criterion.judge = judge(fields, log);
    criterion.preference = preference(fields, log);
    criterion.note = fields.text("note", log).unwrap_or_default();
    criterion.extra = fields.extra();
    warn_of_unused(&criterion, fields, log);
    criterion
}

fn points(fields: &Fields<'_>, log: &mut Log) -> Option<Vec<[f64; 2]>> {
    let at = fields.at("points");
    let items = fields.list("points", "a list of [number, value] pairs", log)?;
    let pairs: Vec<_> = items
        .iter()
        .enumerate()
        .map(|(i, node)| pair(node, &format!("{at}[{i}]"), log))
        .collect();
    pairs.into_iter().collect()
}

fn must(fields: &Fields<'_>, log: &mut Log) -> Option<Must> {
    let words = fields.text("must", log)?;
    let must = words.parse();
    if must.is_err() {
        let at = fields.at("must");
        let line = fields.get("must").map_or(fields.line, |node| node.line);
        let message = format!("{at} is \"{}\": it must be {MUST_ALLOWED}", echo(&words));
        let problem = Problem::new(Code::BadText, at, message)
            .found(&words)
            .allowed(MUST_ALLOWED);
        log.problem(problem, line);
    }
    must.ok()
}

fn rubric(fields: &Fields<'_>, log: &mut Log) -> BTreeMap<Level, String> {
    let mut rubric = BTreeMap::new();
    let Some(node) = fields.get("rubric") else {
        return rubric;
    };
    let Some(lines) = Fields::open_map(node, &fields.at("rubric"), log) else {
        return rubric;
    };
    for entry in lines.entries {
        let at = lines.at(&entry.key);
        let level = entry
            .key
            .trim()
            .parse()
            .ok()
            .filter(|x: &f64| x.is_finite());
        let Some(level) = level.map(Level) else {
            let allowed = "a level of the scale, such as 3";
            let message = format!(
                "the rubric's key \"{}\" must be {allowed}",
                echo(&entry.key)
            );
            let problem = Problem::new(Code::BadText, at, message)
                .found(&entry.key)
                .allowed(allowed);
            log.problem(problem, entry.line);
            continue;
        };
        if let Value::Table(_) = entry.node.value {
            let message = format!(
                "{at} is a table: write a level with a fraction in quotes, such as \"2.5\""
            );
            log.problem(
                Problem::new(Code::WrongType, at, message).allowed("a text"),
                entry.line,
            );
            continue;
        }
        let line = text(&entry.node, &at, log).unwrap_or_default();
        if rubric.insert(level, line).is_some() {
            let message = format!("the rubric has the level {level} twice");
            log.problem(
                Problem::new(Code::Duplicate, at, message).found(&entry.key),
                entry.line,
            );
        }
    }
    rubric
}

pub(super) fn judge(fields: &Fields<'_>, log: &mut Log) -> Option<Judge> {
    let node = fields.get("judge")?;
    let at = fields.at("judge");
    let parts = Fields::open(
        node,
        &at,
        &["backend", "model", "temperature", "samples"],
        log,
    )?;
    Some(Judge {
        backend: parts.text("backend", log),
        model: parts.text("model", log),
        temperature: parts.number("temperature", log),
        samples: samples(&parts, log),
    })
}

fn samples(parts: &Fields<'_>, log: &mut Log) -> Option<u32> {
    let x = parts.number("samples", log)?;
    let whole = parts.get("samples").and_then(|node| match node.value {
        Value::Number(_, Some(whole)) => u32::try_from(whole).ok(),
        _ => None,
    });
    if whole.is_none() {
        let at = parts.at("samples");
        let allowed = "a whole number from 1 to 100";
        let message = format!("{at} is {}: it must be {allowed}", number_text(x));
        let problem = Problem::new(Code::BadNumber, at.as_str(), message)
            .found(number_text(x))
            .allowed(allowed);
        let line = log.line_of(&at).unwrap_or(parts.line);
        log.problem(problem, line);
    }
    whole
}

const PREFERENCES: [&str; 6] = ["usual", "u_shape", "v_shape", "level", "linear", "gaussian"];

fn preference(fields: &Fields<'_>, log: &mut Log) -> Option<Preference> {
    let node = fields.get("preference")?;
    let at = fields.at("preference");
    let word = match &node.value {
        Value::Table(entries) => {
            entries
                .iter()
                .find(|e| e.key == "type")
                .and_then(|e| match &e.node.value {
                    Value::Text(word) => Some(word.clone()),
                    _ => None,
                })
        }
        _ => None,
    };
    let known: &[&str] = match word.as_deref() {
        Some("usual") => &["type"],
        Some("u_shape") => &["type", "q"],
        Some("v_shape") => &["type", "p"],
        Some("level" | "linear") => &["type", "q", "p"],
        Some("gaussian") => &["type", "s"],
        _ => &["type", "q", "p", "s"],
    };
    let parts = Fields::open(node, &at, known, log)?;
    let kind = parts.required("type", &PREFERENCES.join(", "), log)?;
    let kind = text(kind, &parts.at("type"), log)?;
    let mut threshold = |name: &str| {
        let node = parts.required(name, "a number", log)?;
        number(node, &parts.at(name), log)
    };
    match kind.as_str() {
        "usual" => Some(Preference::Usual),
        "u_shape" => Some(Preference::UShape { q: threshold("q")? }),
        "v_shape" => Some(Preference::VShape { p: threshold("p")? }),
        "level" => Some(Preference::Level {
            q: threshold("q")?,
            p: threshold("p")?,
        }),
        "linear" => Some(Preference::Linear {
            q: threshold("q")?,
            p: threshold("p")?,
        }),
        "gaussian" => Some(Preference::Gaussian { s: threshold("s")? }),
        _ => {
            parts.refuse_choice("type", &kind, &PREFERENCES, log);
            None
        }
    }
}

fn warn_of_unused(criterion: &Criterion, fields: &Fields<'_>, log: &mut Log) {
    let mut unused = |field: &str, why: &str| {
        let at = fields.at(field);
        let line = log.line_of(&at).unwrap_or(fields.line);
        let message = format!("{at} is kept but not used: {why}");
        log.warning(Problem::new(Code::Ignored, at, message), line);
    };
    if criterion.kind == Kind::Measured {
        if criterion.range.is_some() && criterion.points.is_some() {
            unused("range", "the points decide");
        }
        if !criterion.rubric.is_empty() {
            unused("rubric", "the criterion is measured");
        }
        if let Some((direction, points)) = points_against_direction(criterion) {
            let why = format!("the points {points}, and they decide");
            unused(
                "direction",
                &format!("{direction} is only used by methods on raw numbers: {why}"),
            );
        }
    } else {
        for (field, given) in [
            ("range", criterion.range.is_some()),
            ("points", criterion.points.is_some()),
        ] {
            if given {
                unused(
                    field,
                    "the criterion is not measured, its scores are on the decision's scale",
                );
            }
        }
    }
}

/// The direction and what the points do, where values of the ends run against the direction.
fn points_against_direction(criterion: &Criterion) -> Option<(Direction, &'static str)> {
    let points = criterion.points.as_ref()?;
    let (first, last) = (points.first()?[1], points.last()?[1]);
    match criterion.direction {
        Direction::Benefit if first > last => Some((Direction::Benefit, "fall")),
        Direction::Cost if first < last => Some((Direction::Cost, "rise")),
        _ => None,
    }
}

/// Finds criteria by the names (or ids) by which other parts of the file refer to them.
pub(super) struct CriterionNames<'c> {
    criteria: &'c [Criterion],
    by_name: HashMap<String, usize>,
    by_id: HashMap<&'c str, usize>,
}

impl<'c> CriterionNames<'c> {
    pub(super) fn of(criteria: &'c [Criterion]) -> Self {
        let by_name = criteria
            .iter()
            .enumerate()
            .rev()
            .map(|(i, c)| (folded(&c.name), i))
            .collect();
        let by_id = criteria
            .iter()
            .enumerate()
            .rev()
            .map(|(i, c)| (c.id.as_str(), i))
            .collect();
        Self {
            criteria,
            by_name,
            by_id,
        }
    }

    /// The criterion called `name`; a problem at `field` when there is none.
    pub(super) fn find(
        &self,
        name: &str,
        field: &str,
        line: usize,
        log: &mut Log,
    ) -> Option<usize> {
        let found = self
            .by_name
            .get(&folded(name))
            .or_else(|| self.by_id.get(name.trim()))
            .copied();
        if found.is_none() {
            let names = || self.criteria.iter().map(|c| c.name.as_str());
            let meant = nearest(name, names());
            let hint = meant.map_or(String::new(), |near| format!("; did you mean \"{near}\"?"));
            let message = format!("there is no criterion \"{}\"{hint}", echo(name));
            let allowed = meant.map_or_else(
                || names().take(10).map(echo).collect::<Vec<_>>().join(", "),
                str::to_owned,
            );
            let problem = Problem::new(Code::UnknownName, field, message)
                .found(name)
                .allowed(allowed);
            log.problem(problem, line);
        }
        found
    }

    /// The same for a list of names.
    pub(super) fn list(&self, node: &Node, field: &str, log: &mut Log) -> Vec<usize> {
        let mut found = Vec::new();
        for (i, item) in list(node, field, "a list of criteria", log)
            .unwrap_or_default()
            .iter()
            .enumerate()
        {
            let at = format!("{field}[{i}]");
            if let Some(name) = text(item, &at, log)
                && let Some(index) = self.find(&name, &at, item.line, log)
            {
                found.push(index);
            }
        }
        found
    }

    /// The same for a table of numbers by name; a criterion named twice is a problem.
    pub(super) fn numbers(
        &self,
        node: &Node,
        field: &str,
        log: &mut Log,
    ) -> BTreeMap<CriterionId, f64> {
        let mut numbers = BTreeMap::new();
        let Some(fields) = Fields::open_map(node, field, log) else {
            return numbers;
        };
        for entry in fields.entries {
            let at = fields.at(&entry.key);
            let Some(index) = self.find(&entry.key, &at, entry.line, log) else {
                continue;
            };
            let Some(x) = number(&entry.node, &at, log) else {
                continue;
            };
            if numbers.insert(self.criteria[index].id.clone(), x).is_some() {
                log.problem(named_twice(&at, &entry.key), entry.line);
            }
        }
        numbers
    }
}

/// The problem of a table in which two keys mean the same criterion.
pub(super) fn named_twice(field: &str, name: &str) -> Problem {
    let message = format!(
        "\"{}\" is given twice; upper and lower case and outer spaces do not tell names apart",
        echo(name)
    );
    Problem::new(Code::Duplicate, field, message).found(name)
}
