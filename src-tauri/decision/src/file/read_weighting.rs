//! Reading `[weighting]`: the statements, by criterion id. What weights follow is the crate's `weighting` room.

use super::fields::{Fields, Log, list, number, text};
use super::read_criteria::CriterionNames;
use super::tree::{Node, Value};
use crate::model::{Criterion, CriterionId, Weighting};

const METHODS: [&str; 6] = ["ahp", "roc", "swing", "bwm", "entropy", "critic"];

pub(super) fn read_weighting(
    node: &Node,
    criteria: &[Criterion],
    log: &mut Log,
) -> Option<Weighting> {
    let known: &[&str] = match method_word(node).as_deref() {
        Some("ahp") => &["method", "pairwise"],
        Some("roc") => &["method", "ranked"],
        Some("swing") => &["method", "swing"],
        Some("bwm") => &[
            "method",
            "best",
            "worst",
            "best_to_others",
            "others_to_worst",
        ],
        Some("entropy" | "critic") => &["method"],
        _ => &[
            "method",
            "pairwise",
            "ranked",
            "swing",
            "best",
            "worst",
            "best_to_others",
            "others_to_worst",
        ],
    };
    let fields = Fields::open(node, "weighting", known, log)?;
    let method = fields.required("method", &METHODS.join(", "), log)?;
    let method = text(method, "weighting.method", log)?;
    let names = CriterionNames::of(criteria);
    match method.as_str() {
        "ahp" => Some(Weighting::Ahp {
            pairwise: pairwise(&fields, log)?,
        }),
        "roc" => {
            let node = fields.required("ranked", "all criteria, the most important first", log)?;
            let ranked = names.list(node, "weighting.ranked", log);
            Some(Weighting::Roc {
                ranked: ranked.into_iter().map(|i| criteria[i].id.clone()).collect(),
            })
        }
        "swing" => {
            let node = fields.required("swing", "points by criterion", log)?;
            Some(Weighting::Swing {
                swing: names.numbers(node, "weighting.swing", log),
            })
        }
        "bwm" => {
            let best = named(&fields, "best", criteria, &names, log);
            let worst = named(&fields, "worst", criteria, &names, log);
            let mut ratios = |key: &str| {
                let node = fields.required(key, "ratios by criterion", log)?;
                Some(names.numbers(node, &fields.at(key), log))
            };
            let (best_to_others, others_to_worst) =
                (ratios("best_to_others"), ratios("others_to_worst"));
            Some(Weighting::Bwm {
                best: best?,
                worst: worst?,
                best_to_others: best_to_others?,
                others_to_worst: others_to_worst?,
            })
        }
        "entropy" => Some(Weighting::Entropy),
        "critic" => Some(Weighting::Critic),
        other => {
            fields.refuse_choice("method", other, &METHODS, log);
            None
        }
    }
}

fn method_word(node: &Node) -> Option<String> {
    let Value::Table(entries) = &node.value else {
        return None;
    };
    match &entries
        .iter()
        .find(|entry| entry.key == "method")?
        .node
        .value
    {
        Value::Text(word) => Some(word.clone()),
        _ => None,
    }
}

fn pairwise(fields: &Fields<'_>, log: &mut Log) -> Option<Vec<Vec<f64>>> {
    let at = fields.at("pairwise");
    let node = fields.required("pairwise", "a square list of lists of numbers", log)?;
    let rows = list(node, &at, "a square list of lists of numbers", log)?;
    let mut matrix = Vec::new();
    for (i, row) in rows.iter().enumerate() {
        let path = format!("{at}[{i}]");
        let items = list(row, &path, "a list of numbers", log)?;
        let numbers: Option<Vec<f64>> = items.iter().map(|item| number(item, &path, log)).collect();
        matrix.push(numbers?);
    }
    Some(matrix)
}

fn named(
    fields: &Fields<'_>,
    key: &str,
    criteria: &[Criterion],
    names: &CriterionNames<'_>,
    log: &mut Log,
) -> Option<CriterionId> {
    let node = fields.required(key, "a criterion", log)?;
    let at = fields.at(key);
    let name = text(node, &at, log)?;
    let index = names.find(&name, &at, node.line, log)?;
    Some(criteria[index].id.clone())
}
