//! Knock-outs: which options fail a criterion's `must`. A cell without a number fails nothing yet.

use crate::model::Decision;
use crate::problem::number_text;
use crate::score_table::ScoreTable;

/// An option that is shown but not ranked, and the first criterion it failed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ScreenedOut {
    /// Position of the option.
    pub option: usize,
    /// Position of the criterion.
    pub criterion: usize,
    /// The number that failed.
    pub number: f64,
}

impl ScreenedOut {
    /// Why, in words: `450 USD is not <= 400`.
    #[must_use]
    pub fn why(&self, decision: &Decision) -> String {
        let criterion = &decision.criteria[self.criterion];
        let rule = criterion
            .must
            .map_or(String::new(), |must| must.to_string());
        format!("{} is not {rule}", with_unit(self.number, &criterion.unit))
    }
}

/// `x` with its unit, if it has one.
pub(crate) fn with_unit(x: f64, unit: &str) -> String {
    let unit = unit.trim();
    if unit.is_empty() {
        number_text(x)
    } else {
        format!("{} {unit}", number_text(x))
    }
}

/// Every failed knock-out, by option and then criterion.
pub(crate) fn failures<'d>(
    decision: &'d Decision,
    table: &'d ScoreTable,
) -> impl Iterator<Item = ScreenedOut> + 'd {
    let musts: Vec<_> = decision
        .criteria
        .iter()
        .enumerate()
        .filter_map(|(i, criterion)| Some((i, criterion.must?)))
        .collect();
    let rows = if musts.is_empty() { 0 } else { table.options() };
    (0..rows).flat_map(move |option| {
        let failed = musts
            .clone()
            .into_iter()
            .filter_map(move |(criterion, must)| {
                let number = table.number(option, criterion)?;
                (!must.passes(number)).then_some(ScreenedOut {
                    option,
                    criterion,
                    number,
                })
            });
        failed.collect::<Vec<_>>()
    })
}

/// The options that are screened out, each with the first criterion it failed.
pub(crate) fn screened_out(decision: &Decision, table: &ScoreTable) -> Vec<ScreenedOut> {
    let mut screened: Vec<ScreenedOut> = failures(decision, table).collect();
    screened.dedup_by_key(|failure| failure.option);
    screened
}
