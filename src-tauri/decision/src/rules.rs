//! What every decision holds at all times, from a file or under an editor's hands: names, limits and numbers that make sense.
//! Whether enough is there to rank is [`Decision::completeness`]; what a file's text looks like is `file`'s.

use std::collections::HashMap;

use crate::model::{Criterion, Decision, DecisionOption, HandScore, Judge, Preference, Weighting};
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
        let usable = is_usable(scale.min) && is_usable(scale.max);
        if !(usable && scale.min < scale.max) {
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

    fn judge(&mut self, field: &str, judge: Option<&Judge>) {
        let Some(judge) = judge else { return };
        for (part, text) in [("backend", &judge.backend), ("model", &judge.model)] {
            if let Some(text) = text {
                self.name(
                    &format!("{field}.{part}"),
                    &format!("the judge's {part}"),
                    text,
                    OPTION_NAME_CHARS,
                );
            }
        }
        if let Some(t) = judge.temperature {
            let fits = (0.0..=2.0).contains(&t);
            self.number(
                &format!("{field}.temperature"),
                "the temperature",
                t,
                fits,
                "a number from 0 to 2",
            );
        }
        if let Some(n) = judge.samples {
            let fits = (1..=100).contains(&n);
            self.number(
                &format!("{field}.samples"),
                "samples",
                f64::from(n),
                fits,
                "a whole number from 1 to 100",
            );
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

    fn criterion(&mut self, field: &str, criterion: &Criterion, decision: &Decision) {
        let named = format!("criterion \"{}\"", echo(&criterion.name));
        let at = |part: &str| format!("{field}.{part}");
        self.id(field, criterion.id.as_str());
        self.name(&at("name"), &named, &criterion.name, CRITERION_NAME_CHARS);
        let texts = [
            ("description", &criterion.description, TEXT_CHARS),
            ("unit", &criterion.unit, UNIT_CHARS),
            ("prompt", &criterion.prompt, TEXT_CHARS),
            ("note", &criterion.note, TEXT_CHARS),
        ];
        for (part, text, most) in texts {
            self.length(&at(part), &format!("the {part} of {named}"), text, most);
        }
        if let Some(group) = &criterion.group {
            self.name(
                &at("group"),
                &format!("the group of {named}"),
                group,
                CRITERION_NAME_CHARS,
            );
        }
        let weight = criterion.weight;
        self.number(
            &at("weight"),
            &format!("the weight of {named}"),
            weight,
            is_weight(weight),
            WEIGHT_ALLOWED,
        );
        if let Some(range) = criterion.range {
            self.range(&at("range"), &named, range);
        }
        if let Some(points) = &criterion.points {
            self.points(&at("points"), &named, points);
        }
        if let Some(must) = &criterion.must {
            let limit = must.limit;
            self.number(
                &at("must"),
                &format!("the limit of {named}"),
                limit,
                is_usable(limit),
                NUMBER_ALLOWED,
            );
        }
        for (level, line) in &criterion.rubric {
            let at = format!("{field}.rubric.{level}");
            if !decision.scale.holds(level.0) {
                let allowed = format!("levels from {}", decision.scale);
                let message = format!(
                    "the rubric of {named} has a level {level}, which is not on the scale {}",
                    decision.scale
                );
                self.push(
                    Problem::new(Code::OffScale, &at, message)
                        .found(level.to_string())
                        .allowed(allowed),
                );
            }
            self.length(&at, &format!("the rubric of {named}"), line, TEXT_CHARS);
        }
        self.judge(&at("judge"), criterion.judge.as_ref());
        if let Some(preference) = criterion.preference {
            self.preference(&at("preference"), &named, preference);
        }
    }

    fn range(&mut self, field: &str, named: &str, [low, high]: [f64; 2]) {
        if !(is_usable(low) && is_usable(high) && low < high) {
            let found = format!("[{}, {}]", number_text(low), number_text(high));
            let allowed = "two finite numbers, the lower first";
            let message = format!("the range of {named} is {found}: it must be {allowed}");
            self.push(
                Problem::new(Code::BadNumber, field, message)
                    .found(found)
                    .allowed(allowed),
            );
        }
    }

    fn points(&mut self, field: &str, named: &str, points: &[[f64; 2]]) {
        let allowed =
            "at least two [number, value] pairs, numbers strictly rising, values from 0 to 1";
        let wrong = if points.len() < 2 {
            Some(format!("{} point(s)", points.len()))
        } else {
            let bad_point = points
                .iter()
                .find(|[x, y]| !is_usable(*x) || !(0.0..=1.0).contains(y))
                .map(|[x, y]| format!("[{}, {}]", number_text(*x), number_text(*y)));
            let falling = || {
                let pair = points.windows(2).find(|pair| pair[0][0] >= pair[1][0])?;
                Some(format!(
                    "{} before {}",
                    number_text(pair[0][0]),
                    number_text(pair[1][0])
                ))
            };
            bad_point.or_else(falling)
        };
        if let Some(found) = wrong {
            let message = format!("the points of {named} have {found}: they must be {allowed}");
            self.push(
                Problem::new(Code::BadNumber, field, message)
                    .found(found)
                    .allowed(allowed),
            );
        }
    }

    fn preference(&mut self, field: &str, named: &str, preference: Preference) {
        let threshold = |x: f64| x >= 0.0 && is_usable(x);
        let (fits, allowed) = match preference {
            Preference::Usual => (true, ""),
            Preference::UShape { q } => (threshold(q), "q of at least 0"),
            Preference::VShape { p } => (threshold(p) && p > 0.0, "p above 0"),
            Preference::Level { q, p } | Preference::Linear { q, p } => (
                threshold(q) && threshold(p) && q < p,
                "q of at least 0 and p above q",
            ),
            Preference::Gaussian { s } => (threshold(s) && s > 0.0, "s above 0"),
        };
        if !fits {
            let message = format!("the preference function of {named} needs {allowed}");
            self.push(Problem::new(Code::BadNumber, field, message).allowed(allowed));
        }
    }

    fn option(&mut self, field: &str, option: &DecisionOption, decision: &Decision) {
        let named = format!("option \"{}\"", echo(&option.name));
        self.id(field, option.id.as_str());
        self.name(
            &format!("{field}.name"),
            &named,
            &option.name,
            OPTION_NAME_CHARS,
        );
        for (part, text) in [("description", &option.description), ("note", &option.note)] {
            self.length(
                &format!("{field}.{part}"),
                &format!("the {part} of {named}"),
                text,
                TEXT_CHARS,
            );
        }
        if option.evidence.len() > MOST_EVIDENCE {
            let message = format!(
                "{named} has {} pieces of evidence: at most {MOST_EVIDENCE}",
                option.evidence.len()
            );
            self.push(Problem::new(
                Code::TooMany,
                format!("{field}.evidence"),
                message,
            ));
        }
        for (i, evidence) in option.evidence.iter().enumerate() {
            let at = format!("{field}.evidence[{i}]");
            self.name(
                &format!("{at}.source"),
                &format!("a source of {named}"),
                &evidence.source,
                TEXT_CHARS,
            );
            self.length(
                &format!("{at}.quote"),
                &format!("a quote of {named}"),
                &evidence.quote,
                TEXT_CHARS,
            );
            if let Some(id) = &evidence.criterion
                && decision.criterion_index(id).is_none()
            {
                let message = format!(
                    "a piece of evidence of {named} speaks to a criterion that is not there"
                );
                self.push(
                    Problem::new(Code::UnknownName, format!("{at}.criterion"), message)
                        .found(id.as_str()),
                );
            }
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

    fn cells(&mut self, decision: &Decision) {
        let columns = decision.criteria.len();
        let rectangular = decision.cells.len() == decision.options.len()
            && decision.cells.iter().all(|row| row.len() == columns);
        if !rectangular {
            let message = "the cells do not match the options and criteria";
            self.push(Problem::new(Code::WrongType, "cells", message));
            return;
        }
        let scale = decision.scale;
        for (i, (row, option)) in decision.cells.iter().zip(&decision.options).enumerate() {
            for (cell, criterion) in row.iter().zip(&decision.criteria) {
                if let Some(value) = cell.value
                    && !is_usable(value)
                {
                    let what = format!(
                        "\"{}\" of \"{}\"",
                        echo(&criterion.name),
                        echo(&option.name)
                    );
                    let field = format!("options[{i}].values.{}", echo(&criterion.name));
                    self.number(&field, &what, value, false, NUMBER_ALLOWED);
                }
                if let Some(HandScore::Score(score)) = cell.score
                    && !scale.holds(score)
                {
                    self.push(off_scale(i, &option.name, &criterion.name, score, scale));
                }
                if cell.note.len() > TEXT_CHARS {
                    let field = format!("options[{i}].notes.{}", echo(&criterion.name));
                    self.length(&field, "a cell's note", &cell.note, TEXT_CHARS);
                }
            }
        }
    }

    fn weighting(&mut self, decision: &Decision) {
        let Some(weighting) = &decision.weighting else {
            return;
        };
        let known = |id: &&crate::model::CriterionId| decision.criterion_index(id).is_none();
        let strangers: Vec<_> = match weighting {
            Weighting::Ahp { .. } | Weighting::Entropy | Weighting::Critic => Vec::new(),
            Weighting::Roc { ranked } => ranked.iter().filter(known).collect(),
            Weighting::Swing { swing } => swing.keys().filter(known).collect(),
            Weighting::Bwm {
                best,
                worst,
                best_to_others,
                others_to_worst,
            } => [best, worst]
                .into_iter()
                .chain(best_to_others.keys())
                .chain(others_to_worst.keys())
                .filter(known)
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

/// The problem of a hand score that is not on the scale: refused, never clamped.
pub(crate) fn off_scale(
    option: usize,
    option_name: &str,
    criterion_name: &str,
    score: f64,
    scale: crate::model::Scale,
) -> Problem {
    let found = number_text(score);
    let (criterion, option_name) = (echo(criterion_name), echo(option_name));
    let message = format!(
        "\"{criterion}\" of \"{option_name}\" is {found}, which is not on the scale {scale}"
    );
    let field = format!("options[{option}].scores.{criterion}");
    Problem::new(Code::OffScale, field, message)
        .found(found)
        .allowed(format!("a number from {scale}, or \"abstain\""))
}
