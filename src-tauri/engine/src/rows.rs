//! A decision as rows of the history, and back. The history keeps what queries and other programs look at in columns,
//! and the rest of a criterion or of the rules as JSON beside it.

use std::collections::HashMap;

use decision::{
    Cell, Criterion, CriterionId, Decision, DecisionOption, Evidence, HandScore, Judge, Level,
    Method, MissingPolicy, Must, Normalisation, OptionId, Params, Preference, Scale, Weighting,
};
use serde::{Deserialize, Serialize};
use store::{CriterionRow, DocumentRows, EvidenceRow, HeaderRow, InputRow, OptionRow};

use crate::error::EngineError;

#[derive(Serialize, Deserialize)]
struct Rules {
    method: Method,
    normalisation: Option<Normalisation>,
    missing: MissingPolicy,
    scale: Scale,
    judge: Option<Judge>,
    params: Params,
    weighting: Option<Weighting>,
    extra: decision::model::Extra,
}

#[derive(Serialize, Deserialize)]
struct CriterionSpec {
    range: Option<[f64; 2]>,
    points: Option<Vec<[f64; 2]>>,
    must: Option<Must>,
    group: Option<String>,
    rubric: std::collections::BTreeMap<Level, String>,
    prompt: String,
    judge: Option<Judge>,
    preference: Option<Preference>,
    note: String,
    extra: decision::model::Extra,
}

#[derive(Serialize, Deserialize)]
struct OptionSpec {
    extra: decision::model::Extra,
}

/// The rows of `decision`. A cell that `before` holds unchanged keeps its time; every other is stamped `now_ms`.
///
/// # Errors
/// [`EngineError::Internal`] when a part has no JSON form, which a validated decision always has.
pub fn rows_of(
    decision: &Decision,
    before: Option<&DocumentRows>,
    now_ms: i64,
) -> Result<DocumentRows, EngineError> {
    let known: HashMap<(&str, &str), &InputRow> = before
        .map(|rows| {
            rows.inputs
                .iter()
                .map(|row| ((row.option_id.as_str(), row.criterion_id.as_str()), row))
                .collect()
        })
        .unwrap_or_default();
    let mut rows = DocumentRows {
        header: HeaderRow {
            topic: decision.topic.clone(),
            context: decision.context.clone(),
            notes: decision.notes.clone(),
            next_key: i64::from(decision.next_key),
            settings: json_of(&Rules {
                method: decision.method,
                normalisation: decision.normalisation,
                missing: decision.missing,
                scale: decision.scale,
                judge: decision.judge.clone(),
                params: decision.params,
                weighting: decision.weighting.clone(),
                extra: decision.extra.clone(),
            })?,
        },
        ..DocumentRows::default()
    };
    for (position, criterion) in (0i64..).zip(&decision.criteria) {
        rows.criteria.push(criterion_row(criterion, position)?);
    }
    for ((position, option), cells) in (0i64..).zip(&decision.options).zip(&decision.cells) {
        rows.options.push(OptionRow {
            id: option.id.to_string(),
            position,
            name: option.name.clone(),
            description: option.description.clone(),
            note: option.note.clone(),
            spec: json_of(&OptionSpec {
                extra: option.extra.clone(),
            })?,
        });
        for (position, evidence) in (0i64..).zip(&option.evidence) {
            rows.evidence.push(EvidenceRow {
                option_id: option.id.to_string(),
                position,
                source: evidence.source.clone(),
                quote: evidence.quote.clone(),
                criterion_id: evidence.criterion.as_ref().map(ToString::to_string),
            });
        }
        for (criterion, cell) in decision.criteria.iter().zip(cells) {
            if *cell == Cell::default() {
                continue;
            }
            let mut row = input_row(option, criterion, cell, now_ms);
            if let Some(kept) = known.get(&(row.option_id.as_str(), row.criterion_id.as_str()))
                && same_number(kept, &row)
            {
                row.entered_at = kept.entered_at;
            }
            rows.inputs.push(row);
        }
    }
    Ok(rows)
}

fn criterion_row(criterion: &Criterion, position: i64) -> Result<CriterionRow, EngineError> {
    Ok(CriterionRow {
        id: criterion.id.to_string(),
        position,
        name: criterion.name.clone(),
        description: criterion.description.clone(),
        weight: criterion.weight,
        direction: criterion.direction.as_str().to_owned(),
        kind: criterion.kind.as_str().to_owned(),
        unit: criterion.unit.clone(),
        spec: json_of(&CriterionSpec {
            range: criterion.range,
            points: criterion.points.clone(),
            must: criterion.must,
            group: criterion.group.clone(),
            rubric: criterion.rubric.clone(),
            prompt: criterion.prompt.clone(),
            judge: criterion.judge.clone(),
            preference: criterion.preference,
            note: criterion.note.clone(),
            extra: criterion.extra.clone(),
        })?,
    })
}

fn input_row(option: &DecisionOption, criterion: &Criterion, cell: &Cell, now_ms: i64) -> InputRow {
    let (score, abstained) = match cell.score {
        Some(HandScore::Score(score)) => (Some(score), false),
        Some(HandScore::Abstain) => (None, true),
        None => (None, false),
    };
    InputRow {
        option_id: option.id.to_string(),
        criterion_id: criterion.id.to_string(),
        value: cell.value,
        score,
        abstained,
        note: cell.note.clone(),
        before_edit: cell.before_edit,
        entered_at: now_ms,
    }
}

fn same_number(kept: &InputRow, row: &InputRow) -> bool {
    kept.value == row.value && kept.score == row.score && kept.abstained == row.abstained
}

/// The decision that these rows hold.
///
/// # Errors
/// [`EngineError::Unreadable`] when a column holds what no version of Ponder wrote.
pub fn decision_of(rows: &DocumentRows) -> Result<Decision, EngineError> {
    let rules: Rules = parse(&rows.header.settings, "the session's rules")?;
    let mut decision = Decision {
        topic: rows.header.topic.clone(),
        context: rows.header.context.clone(),
        notes: rows.header.notes.clone(),
        method: rules.method,
        normalisation: rules.normalisation,
        missing: rules.missing,
        scale: rules.scale,
        judge: rules.judge,
        params: rules.params,
        weighting: rules.weighting,
        criteria: Vec::with_capacity(rows.criteria.len()),
        options: Vec::with_capacity(rows.options.len()),
        cells: Vec::with_capacity(rows.options.len()),
        extra: rules.extra,
        next_key: u32::try_from(rows.header.next_key).map_err(|_| unreadable("next_key"))?,
    };
    let mut columns = HashMap::new();
    for (at, row) in rows.criteria.iter().enumerate() {
        columns.insert(row.id.as_str(), at);
        decision.criteria.push(criterion_of(row)?);
    }
    let mut lines = HashMap::new();
    for (at, row) in rows.options.iter().enumerate() {
        lines.insert(row.id.as_str(), at);
        let spec: OptionSpec = parse(&row.spec, "an option's fields")?;
        decision.options.push(DecisionOption {
            id: OptionId(row.id.clone()),
            name: row.name.clone(),
            description: row.description.clone(),
            note: row.note.clone(),
            evidence: Vec::new(),
            extra: spec.extra,
        });
        decision
            .cells
            .push(vec![Cell::default(); rows.criteria.len()]);
    }
    for row in &rows.evidence {
        let line = *lines
            .get(row.option_id.as_str())
            .ok_or_else(|| unreadable("evidence without its option"))?;
        decision.options[line].evidence.push(Evidence {
            source: row.source.clone(),
            quote: row.quote.clone(),
            criterion: row.criterion_id.clone().map(CriterionId),
        });
    }
    for row in &rows.inputs {
        let line = *lines
            .get(row.option_id.as_str())
            .ok_or_else(|| unreadable("a cell without its option"))?;
        let column = *columns
            .get(row.criterion_id.as_str())
            .ok_or_else(|| unreadable("a cell without its criterion"))?;
        decision.cells[line][column] = Cell {
            value: row.value,
            score: if row.abstained {
                Some(HandScore::Abstain)
            } else {
                row.score.map(HandScore::Score)
            },
            note: row.note.clone(),
            before_edit: row.before_edit,
        };
    }
    Ok(decision)
}

fn criterion_of(row: &CriterionRow) -> Result<Criterion, EngineError> {
    let spec: CriterionSpec = parse(&row.spec, "a criterion's fields")?;
    Ok(Criterion {
        id: CriterionId(row.id.clone()),
        name: row.name.clone(),
        description: row.description.clone(),
        weight: row.weight,
        direction: decision::Direction::from_word(&row.direction)
            .ok_or_else(|| unreadable("a direction"))?,
        kind: decision::Kind::from_word(&row.kind)
            .ok_or_else(|| unreadable("a kind of criterion"))?,
        unit: row.unit.clone(),
        range: spec.range,
        points: spec.points,
        must: spec.must,
        group: spec.group,
        rubric: spec.rubric,
        prompt: spec.prompt,
        judge: spec.judge,
        preference: spec.preference,
        note: spec.note,
        extra: spec.extra,
    })
}

/// `value` as JSON text for a column.
pub(crate) fn json_of(value: &impl Serialize) -> Result<String, EngineError> {
    serde_json::to_string(value).map_err(|error| EngineError::Internal(error.to_string()))
}

fn parse<'a, T: Deserialize<'a>>(json: &'a str, what: &str) -> Result<T, EngineError> {
    serde_json::from_str(json).map_err(|error| EngineError::Unreadable {
        what: format!("{what}: {error}"),
    })
}

fn unreadable(what: &str) -> EngineError {
    EngineError::Unreadable {
        what: what.to_owned(),
    }
}
