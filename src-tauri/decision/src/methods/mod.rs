//! The methods beside weighted sum and product. Each works on the raw numbers of the ranked options with the normalisation
//! of its original paper, and none ranks while a cell is missing.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::evaluation::Evaluation;
use crate::model::Decision;
use crate::problem::{Problem, ProblemCode as Code};
use crate::score_table::ScoreTable;

/// What a method tells beside the scores.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(tag = "method", rename_all = "snake_case")]
pub enum Details {}

/// Ranks by the decision's method.
pub(crate) fn run(
    decision: &Decision,
    _table: &ScoreTable,
    _evaluation: &mut Evaluation,
) -> Result<(), Vec<Problem>> {
    let message = format!(
        "the method {} is not ranked by this version",
        decision.method
    );
    Err(vec![
        Problem::new(Code::NotComputable, "method", message).found(decision.method.as_str()),
    ])
}
