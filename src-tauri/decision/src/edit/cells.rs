//! Typing into cells: text to a number, a score or nothing, by the criterion's kind.

use super::number_text::{LoneComma, lone_comma, parse};
use super::{TypedCell, Work};
use crate::model::{ABSTAIN, CriterionId, HandScore, Kind, OptionId};
use crate::problem::{Problem, ProblemCode as Code, echo, number_text};
use crate::rules;

impl Work {
    pub(super) fn type_cells(&mut self, cells: &[TypedCell]) {
        let commas = lone_comma(cells.iter().map(|cell| cell.text.as_str()));
        for cell in cells {
            let (option, criterion) = (
                self.option_index(&cell.option),
                self.criterion_index(&cell.criterion),
            );
            if let (Some(option), Some(criterion)) = (option, criterion) {
                self.type_cell(option, criterion, &cell.text, commas);
            }
        }
    }

    /// Types `text` into the cell of `option` and `criterion`.
    pub(super) fn type_cell(
        &mut self,
        option: usize,
        criterion: usize,
        text: &str,
        commas: LoneComma,
    ) {
        let text = text.trim();
        let described = &self.decision.criteria[criterion];
        let measured = described.kind == Kind::Measured;
        let cell = &mut self.decision.cells[option][criterion];
        if text.is_empty() {
            if measured {
                cell.value = None;
            } else {
                cell.score = None;
                cell.before_edit = false;
            }
            return;
        }
        if !measured && text.eq_ignore_ascii_case(ABSTAIN) {
            cell.score = Some(HandScore::Abstain);
            cell.before_edit = false;
            return;
        }
        let Some(typed) = parse(text, &described.unit, commas) else {
            self.problems.push(self.no_number(option, criterion, text));
            return;
        };
        let x = typed.number;
        if !rules::is_usable(x) {
            self.problems.push(self.no_number(option, criterion, text));
            return;
        }
        let scale = self.decision.scale;
        if measured {
            cell.value = Some(x);
        } else if scale.holds(x) {
            cell.score = Some(HandScore::Score(x));
            cell.before_edit = false;
        } else {
            let option_name = &self.decision.options[option].name;
            let mut problem = rules::off_scale(option, option_name, &described.name, x, scale);
            problem.field = field(option, criterion);
            self.problems.push(problem);
            return;
        }
        if typed.was_ambiguous {
            self.notices
                .push(self.chosen_reading(option, criterion, text, x));
        }
    }

    fn no_number(&self, option: usize, criterion: usize, text: &str) -> Problem {
        let described = &self.decision.criteria[criterion];
        let allowed = match described.kind {
            Kind::Measured => "a number, or nothing".to_owned(),
            _ => format!(
                "a number from {}, \"{ABSTAIN}\", or nothing",
                self.decision.scale
            ),
        };
        let name = echo(&described.name);
        let option_name = echo(&self.decision.options[option].name);
        let message = format!(
            "\"{name}\" of \"{option_name}\" is \"{}\": it must be {allowed}",
            echo(text)
        );
        Problem::new(Code::BadText, field(option, criterion), message)
            .found(text)
            .allowed(allowed)
    }

    fn chosen_reading(&self, option: usize, criterion: usize, text: &str, x: f64) -> Problem {
        let name = echo(&self.decision.criteria[criterion].name);
        let option_name = echo(&self.decision.options[option].name);
        let message = format!(
            "\"{}\" in \"{name}\" of \"{option_name}\" was read as {}",
            echo(text),
            number_text(x)
        );
        Problem::new(Code::Assumed, field(option, criterion), message).found(text)
    }

    pub(super) fn set_cell_note(&mut self, option: &OptionId, criterion: &CriterionId, text: &str) {
        if let (Some(option), Some(criterion)) =
            (self.option_index(option), self.criterion_index(criterion))
        {
            text.clone_into(&mut self.decision.cells[option][criterion].note);
        }
    }
}

fn field(option: usize, criterion: usize) -> String {
    format!("cells[{option}][{criterion}]")
}
