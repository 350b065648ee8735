//! Where one cell's number comes from: the arithmetic from the decision room, with when it was typed and its past.

use decision::{CriterionId, OptionId};
use store::{CallRow, SampleRow};

use crate::engine::Engine;
use crate::error::EngineError;
use crate::judging::{evidence_of, judgement_view, state_of};
use crate::view::{CellEvent, CellTrace, JudgedSample, ModelCall};

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
        let present = self.present(&open)?;
        let table = present.table(&open.decision);
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
        let place = open.decision.option_index(&OptionId(option.into())).zip(
            open.decision
                .criterion_index(&CriterionId(criterion.into())),
        );
        let judged = place.and_then(|(row, column)| present.judgement(row, column));
        let samples = match (judged, present.run()) {
            (Some(_), Some(run)) => self.store()?.cell_samples(&run.id, option, criterion)?,
            _ => Vec::new(),
        };
        Ok(CellTrace {
            judgement: judged.map(|(row, state)| judgement_view(row, state)),
            samples: samples.into_iter().map(sample_view).collect(),
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

fn sample_view((sample, calls): (SampleRow, Vec<CallRow>)) -> JudgedSample {
    JudgedSample {
        number: sample.number,
        state: state_of(&sample.state),
        score: sample.score,
        justification: sample.justification,
        evidence: evidence_of(&sample.evidence),
        memory: sample.memory,
        problem: sample.problem,
        calls: calls.into_iter().map(call_view).collect(),
    }
}

fn call_view(call: CallRow) -> ModelCall {
    ModelCall {
        attempt: call.attempt,
        backend: call.backend,
        address: call.address,
        model: call.model,
        model_digest: call.model_digest,
        parameters: call.parameters,
        stable: call.stable,
        cell: call.cell,
        extra: call.extra,
        schema: call.schema,
        reply: call.reply,
        finish: call.finish,
        input_tokens: call.input_tokens,
        output_tokens: call.output_tokens,
        started_at: call.started_at,
        first_byte_ms: call.first_byte_ms,
        first_token_ms: call.first_token_ms,
        load_ms: call.load_ms,
        total_ms: call.total_ms,
        error: call.error,
        notice: call.notice,
    }
}
