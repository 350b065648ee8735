//! Where one cell's number comes from: the arithmetic from the decision room, with when it was typed and its past.

use decision::{CriterionId, OptionId, ScoreTable};

use crate::engine::Engine;
use crate::error::EngineError;
use crate::view::{CellEvent, CellTrace};

impl Engine {
    /// Traces one cell of a session.
    ///
    /// # Errors
    /// [`EngineError::Invalid`] when the option or criterion is gone, or the method cannot work on the numbers; [`EngineError::NoSession`].
    pub fn trace_cell(
        &self,
        id: &str,
        option: &str,
        criterion: &str,
    ) -> Result<CellTrace, EngineError> {
        let open = self.opened(id)?;
        let table = ScoreTable::from_given(&open.decision);
        let trace = decision::trace_cell(
            &open.decision,
            &table,
            &OptionId(option.into()),
            &CriterionId(criterion.into()),
        )
        .map_err(|problem| EngineError::invalid(problem.message.clone(), vec![problem]))?;
        let typed = open
            .rows
            .inputs
            .iter()
            .find(|row| row.option_id == option && row.criterion_id == criterion);
        let history = self.store()?.cell_history(id, option, criterion)?;
        Ok(CellTrace {
            trace,
            typed_at: typed.map(|row| row.entered_at),
            history: history
                .into_iter()
                .map(|event| CellEvent {
                    at: event.at,
                    label: event.label,
                })
                .collect(),
        })
    }
}
