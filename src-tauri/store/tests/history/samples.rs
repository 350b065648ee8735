//! Documents and folders the tests start from.

use std::path::Path;

use store::{
    CriterionRow, DocumentRows, EvidenceRow, HeaderRow, InputRow, NewSession, OpenOptions,
    OptionRow, Origin, RowChanges, Save, SessionStatus, Store, SummaryColumns, UndoStep,
};

/// Some Tuesday.
pub const NOW: i64 = 1_753_180_000_000;
pub const DAY: i64 = 86_400_000;

pub fn open(folder: &Path) -> Store {
    Store::open(folder, OpenOptions::new(NOW)).unwrap()
}

/// A document with every kind of row: `options` × `criteria`, all cells filled with `cell`.
pub fn document(options: usize, criteria: usize, cell: f64) -> DocumentRows {
    let criterion = |c: usize| CriterionRow {
        id: format!("c{c}"),
        position: c as i64,
        name: format!("Criterion {c}"),
        description: "What it costs a month, all in".into(),
        weight: 1.0 + c as f64,
        direction: if c.is_multiple_of(2) {
            "benefit"
        } else {
            "cost"
        }
        .into(),
        kind: "measured".into(),
        unit: "USD".into(),
        spec: "{}".into(),
    };
    let option = |o: usize| OptionRow {
        id: format!("o{o}"),
        position: o as i64,
        name: format!("Option {o}"),
        description: "A database that has been around".into(),
        note: String::new(),
        spec: "{}".into(),
    };
    let input = |o: usize, c: usize| InputRow {
        option_id: format!("o{o}"),
        criterion_id: format!("c{c}"),
        value: Some(cell + (o * criteria + c) as f64),
        score: None,
        abstained: false,
        note: String::new(),
        before_edit: false,
        entered_at: NOW,
    };
    DocumentRows {
        header: HeaderRow {
            topic: "Which database?".into(),
            next_key: 100,
            ..HeaderRow::default()
        },
        criteria: (0..criteria).map(criterion).collect(),
        options: (0..options).map(option).collect(),
        evidence: (0..options.min(1))
            .map(|o| EvidenceRow {
                option_id: format!("o{o}"),
                position: 0,
                source: "vendor.pdf p. 3".into(),
                quote: "120 USD a month".into(),
                criterion_id: (criteria > 0).then(|| "c0".into()),
            })
            .collect(),
        inputs: (0..options)
            .flat_map(|o| (0..criteria).map(move |c| input(o, c)))
            .collect(),
    }
}

pub fn summary(rows: &DocumentRows) -> SummaryColumns {
    let count = |n: usize| u32::try_from(n).unwrap();
    SummaryColumns {
        options: count(rows.options.len()),
        criteria: count(rows.criteria.len()),
        cells: count(rows.options.len() * rows.criteria.len()),
        filled: count(rows.inputs.len()),
        status: SessionStatus::Ranked,
        leader: rows.options.first().map(|option| option.name.clone()),
    }
}

pub fn new_session(id: &str, rows: &DocumentRows) -> NewSession {
    NewSession {
        id: id.into(),
        kind: "decision".into(),
        origin: Origin::default(),
        summary: summary(rows),
    }
}

pub fn create(store: &Store, id: &str, rows: &DocumentRows, now_ms: i64) {
    store.create(new_session(id, rows), rows, now_ms).unwrap();
}

/// A user action that turns `old` into `new`.
pub fn step(
    id: &str,
    base_revision: i64,
    old: &DocumentRows,
    new: &DocumentRows,
    label: &str,
) -> Save {
    Save {
        session_id: id.into(),
        base_revision,
        changes: RowChanges::between(old, new),
        summary: summary(new),
        undo: Some(UndoStep {
            label: label.into(),
        }),
        now_ms: NOW + base_revision,
    }
}

/// The same document in the order in which the history gives it.
pub fn in_order(mut rows: DocumentRows) -> DocumentRows {
    rows.criteria
        .sort_by(|a, b| (a.position, &a.id).cmp(&(b.position, &b.id)));
    rows.options
        .sort_by(|a, b| (a.position, &a.id).cmp(&(b.position, &b.id)));
    rows.evidence
        .sort_by(|a, b| (&a.option_id, a.position).cmp(&(&b.option_id, b.position)));
    rows.inputs
        .sort_by(|a, b| (&a.option_id, &a.criterion_id).cmp(&(&b.option_id, &b.criterion_id)));
    rows
}
