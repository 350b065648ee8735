//! What every decision holds at all times, from a file or under an editor's hands: names, limits and numbers that make sense.
//! Whether enough is there to rank is [`Decision::completeness`]; what a file's text looks like is `file`'s.

mod criterion;
mod option;

use std::collections::HashMap;

pub(crate) use option::off_scale;

use crate::model::{Decision, Scale, Weighting};
use crate::problem::{Problem, ProblemCode as Code, echo, folded, number_text, shortened};
use crate::weighting::looks_at_numbers;

/// Most characters of a topic.
pub const TOPIC_CHARS: usize = 500;
/// Most characters of an option's name.
pub const OPTION_NAME_CHARS: usize = 200;
/// Most characters of a criterion's name, or of a group's.
pub const CRITERION_NAME_CHARS: usize = 100;
/// Most characters of a unit.
pub const UNIT_CHARS: usize = 40;
/// Most characters of an id.
pub const ID_CHARS: usize = 64;
/// Most characters of every other text: descriptions, notes, prompts, quotes, contexts.
pub const TEXT_CHARS: usize = 100_000;
/// Most options of a decision.
pub const MOST_OPTIONS: usize = 2_000;
/// Most criteria of a decision.
pub const MOST_CRITERIA: usize = 300;
/// Most cells of a decision.
pub const MOST_CELLS: usize = 200_000;
/// Most pieces of evidence of one option.
pub const MOST_EVIDENCE: usize = 500;
/// The largest size of a number in a cell, range or scale; beyond it sums of squares would overflow.
pub const LARGEST_NUMBER: f64 = 1e100;

/// Whether `x` may stand in a cell, a range or a scale.
pub(crate) fn is_usable(x: f64) -> bool {
    x.abs() <= LARGEST_NUMBER
}

/// Whether `x` may be a weight: finite and at least 0.
pub(crate) fn is_weight(x: f64) -> bool {
    x.is_finite() && x >= 0.0
}

/// Whether the ends make a scale.
pub(crate) fn is_scale(scale: Scale) -> bool {
    is_usable(scale.min) && is_usable(scale.max) && scale.min < scale.max
}

/// What [`is_weight`] allows, in words.
pub(crate) const WEIGHT_ALLOWED: &str = "a finite number of at least 0";

const NUMBER_ALLOWED: &str = "a finite number of a size up to 1e100";

/// The problem of a decision with more options or criteria than the program takes, if it is one.
pub(crate) fn too_many(options: usize, criteria: usize) -> Option<Problem> {
    let (what, found, most) = if options > MOST_OPTIONS {
        ("options", options, MOST_OPTIONS)
    } else if criteria > MOST_CRITERIA {
        ("criteria", criteria, MOST_CRITERIA)
    } else if options * criteria > MOST_CELLS {
        ("cells", options * criteria, MOST_CELLS)
    } else {
        return None;
    };
    let field = if what == "criteria" { what } else { "options" };
    let message = format!("{found} {what} are too many: at most {most}");
    Some(
        Problem::new(Code::TooMany, field, message)
            .found(found.to_string())
            .allowed(format!("at most {most}")),
    )
}

/// Everything in `decision` that may not be, whether or not it is complete.
#[must_use]
pub fn validity(decision: &Decision) -> Vec<Problem> {
    let mut check = Check::default();
    if let Some(problem) = too_many(decision.options.len(), decision.criteria.len()) {
        return vec![problem];
    }
    check.length("topic", "the topic", &decision.topic, TOPIC_CHARS);
    check.length("context", "the context", &decision.context, TEXT_CHARS);
    check.length("notes", "the notes", &decision.notes, TEXT_CHARS);
    check.scale(decision);
    check.params(decision);
    check.judge("judge", decision.judge.as_ref());
    for (i, criterion) in decision.criteria.iter().enumerate() {
        check.criterion(&format!("criteria[{i}]"), criterion, decision);
    }
    for (i, option) in decision.options.iter().enumerate() {
        check.option(&format!("options[{i}]"), option, decision);
    }
    let criteria = decision
        .criteria
        .iter()
        .map(|c| (c.name.as_str(), c.id.as_str()));
    check.unique("criteria", "criteria", criteria);
    let options = decision
        .options
        .iter()
        .map(|o| (o.name.as_str(), o.id.as_str()));
    check.unique("options", "options", options);
    check.cells(decision);
    check.weighting(decision);
    shortened(check.problems)
}

impl Decision {
    /// Why the decision cannot be ranked yet: too few options or criteria, or weights that are all 0. Empty when it can.
    #[must_use]
    pub fn completeness(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        let options = self.options.len();
        if options < 2 {
            let message = match options {
                0 => "there are no options yet: a decision needs at least 2",
                _ => "there is only one option: a decision needs at least 2",
            };
            problems.push(
                Problem::new(Code::Incomplete, "options", message)
                    .found(options.to_string())
                    .allowed("at least 2"),
            );
        }
        if self.criteria.is_empty() {
            let message = "there are no criteria yet: a decision needs at least 1";
            problems.push(
                Problem::new(Code::Incomplete, "criteria", message)
                    .found("0")
                    .allowed("at least 1"),
            );
        } else if self.criteria.iter().all(|c| c.weight == 0.0)
            && !looks_at_numbers(self.weighting.as_ref())
        {
            let message = "all weights are 0: at least one criterion must weigh more";
            problems.push(
                Problem::new(Code::Incomplete, "criteria", message)
                    .found("0")
                    .allowed("a sum above 0"),
            );
        }
        problems
    }
}

#[derive(Default)]
struct Check {
    problems: Vec<Problem>,
}

impl Check {
    fn push(&mut self, problem: Problem) {
        self.problems.push(problem);
    }

    fn length(&mut self, field: &str, what: &str, text: &str, most: usize) {
        // Bytes bound characters from above, so that most texts are not counted at all.
        if text.len() <= most {
            return;
        }
        let chars = text.chars().count();
        if chars > most {
            let message = format!("{what} has {chars} characters: at most {most} are allowed");
            self.push(
                Problem::new(Code::TooLong, field, message)
                    .found(text)
                    .allowed(format!("at most {most} characters")),
            );
        }
    }

    fn name(&mut self, field: &str, what: &str, name: &str, most: usize) {
        if name.trim().is_empty() {
            let message = format!("{what} has no name");
            let allowed = format!("1 to {most} characters");
            self.push(
                Problem::new(Code::Empty, field, message)
                    .found(name)
                    .allowed(allowed),
            );
        } else {
            self.length(field, &format!("the name of {what}"), name, most);
        }
    }

    fn number(&mut self, field: &str, what: &str, x: f64, fits: bool, allowed: &str) {
        if !fits {
            let found = number_text(x);
            let message = format!("{what} is {found}: it must be {allowed}");
            self.push(
                Problem::new(Code::BadNumber, field, message)
                    .found(found)
                    .allowed(allowed),
            );
        }
    }

    fn scale(&mut self, decision: &Decision) {
        let scale = decision.scale;
        if !is_scale(scale) {
            let found = format!(
                "min {} max {}",
                number_text(scale.min),
                number_text(scale.max)
            );
            let allowed = "two finite numbers, min below max";
            let message = format!("the scale is {found}: it must be {allowed}");
            self.push(
                Problem::new(Code::BadNumber, "scale", message)
                    .found(found)
                    .allowed(allowed),
            );
        }
    }

    fn params(&mut self, decision: &Decision) {
        let params = &decision.params;
        let all = [
            ("v", params.v),
            ("concordance", params.concordance),
            ("discordance", params.discordance),
        ];
        for (name, given) in all {
            if let Some(x) = given {
                let fits = (0.0..=1.0).contains(&x);
                self.number(
                    &format!("params.{name}"),
                    name,
                    x,
                    fits,
                    "a number from 0 to 1",
                );
            }
        }
    }

    fn id(&mut self, field: &str, id: &str) {
        let plain = |c: char| c.is_alphanumeric() || "-_.".contains(c);
        if id.is_empty() || id.len() > ID_CHARS || !id.chars().all(plain) {
            let allowed = "1 to 64 letters, digits, '-', '_' or '.'";
            let message = format!("the id \"{}\" must be {allowed}", echo(id));
            self.push(
                Problem::new(Code::BadText, format!("{field}.id"), message)
                    .found(id)
                    .allowed(allowed),
            );
        }
    }

    fn unique<'a>(
        &mut self,
        list: &str,
        what: &str,
        items: impl Iterator<Item = (&'a str, &'a str)>,
    ) {
        let mut names: HashMap<String, (usize, &str)> = HashMap::new();
        let mut ids: HashMap<&str, usize> = HashMap::new();
        for (i, (name, id)) in items.enumerate() {
            if !name.trim().is_empty()
                && let Some((first, other)) = names.insert(folded(name), (i, name))
            {
                let message = format!(
                    "two {what} have the same name: \"{}\" ({list}[{first}]) and \"{}\" ({list}[{i}]); upper and lower case and outer spaces do not tell them apart",
                    echo(other),
                    echo(name),
                );
                self.push(
                    Problem::new(Code::Duplicate, format!("{list}[{i}].name"), message)
                        .found(name)
                        .allowed("a name of its own"),
                );
            }
            if let Some(first) = ids.insert(id, i) {
                let message = format!(
                    "{list}[{first}] and {list}[{i}] have the same id \"{}\"",
                    echo(id)
                );
                self.push(
                    Problem::new(Code::Duplicate, format!("{list}[{i}].id"), message)
                        .found(id)
                        .allowed("an id of its own"),
                );
            }
        }
    }

    fn weighting(&mut self, decision: &Decision) {
        let Some(weighting) = &decision.weighting else {
            return;
        };
        let is_stranger = |id: &&crate::model::CriterionId| decision.criterion_index(id).is_none();
        let strangers: Vec<_> = match weighting {
            Weighting::Ahp { .. } | Weighting::Entropy | Weighting::Critic => Vec::new(),
            Weighting::Roc { ranked } => ranked.iter().filter(is_stranger).collect(),
            Weighting::Swing { swing } => swing.keys().filter(is_stranger).collect(),
            Weighting::Bwm {
                best,
                worst,
                best_to_others,
                others_to_worst,
            } => [best, worst]
                .into_iter()
                .chain(best_to_others.keys())
                .chain(others_to_worst.keys())
                .filter(is_stranger)
                .collect(),
        };
        for id in strangers {
            let message = format!(
                "the weighting names \"{}\", which is no criterion",
                echo(id.as_str())
            );
            self.push(Problem::new(Code::UnknownName, "weighting", message).found(id.as_str()));
        }
    }
}
