//! The rules of one criterion and of judges: texts, weight, value function, knock-out, rubric, preference function.

use super::{
    CRITERION_NAME_CHARS, Check, NUMBER_ALLOWED, OPTION_NAME_CHARS, TEXT_CHARS, UNIT_CHARS,
    WEIGHT_ALLOWED, is_usable, is_weight,
};
use crate::model::{Criterion, Decision, Judge, Preference};
use crate::problem::{Problem, ProblemCode as Code, echo, number_text};

impl Check {
    pub(super) fn criterion(&mut self, field: &str, criterion: &Criterion, decision: &Decision) {
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

    pub(super) fn judge(&mut self, field: &str, judge: Option<&Judge>) {
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
}
