//! The rules of one option and of the cells: texts, evidence, numbers and scores.

use super::{
    Check, MOST_EVIDENCE, NUMBER_ALLOWED, OPTION_NAME_CHARS, TEXT_CHARS, is_scale, is_usable,
};
use crate::model::{Decision, DecisionOption, HandScore, Scale};
use crate::problem::{Problem, ProblemCode as Code, echo, number_text};

impl Check {
    pub(super) fn option(&mut self, field: &str, option: &DecisionOption, decision: &Decision) {
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

    pub(super) fn cells(&mut self, decision: &Decision) {
        let columns = decision.criteria.len();
        let rectangular = decision.cells.len() == decision.options.len()
            && decision.cells.iter().all(|row| row.len() == columns);
        if !rectangular {
            let message = "the cells do not match the options and criteria";
            self.push(Problem::new(Code::WrongType, "cells", message));
            return;
        }
        let scale = decision.scale;
        // A scale that is none is told once, not for every score.
        let is_off = |score: f64| is_scale(scale) && !scale.holds(score);
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
                    && is_off(score)
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
}

/// The problem of a hand score that is not on the scale: refused, never clamped.
pub(crate) fn off_scale(
    option: usize,
    option_name: &str,
    criterion_name: &str,
    score: f64,
    scale: Scale,
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
