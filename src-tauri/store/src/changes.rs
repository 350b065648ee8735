//! The difference between two documents, row by row, which can be turned round. Applying it to the database lives in
//! `document.rs`.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::hash::Hash;

use serde::{Deserialize, Serialize};

use crate::rows::{CriterionRow, DocumentRows, EvidenceRow, HeaderRow, InputRow, OptionRow};

/// One row before and after: no `before` is a new row, no `after` a deleted one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Change<T> {
    /// The row as it was.
    #[serde(
        rename = "b",
        default = "Option::default",
        skip_serializing_if = "Option::is_none"
    )]
    pub before: Option<T>,
    /// The row as it becomes.
    #[serde(
        rename = "a",
        default = "Option::default",
        skip_serializing_if = "Option::is_none"
    )]
    pub after: Option<T>,
}

impl<T> Change<T> {
    fn inverse(self) -> Self {
        Self {
            before: self.after,
            after: self.before,
        }
    }
}

/// Everything that differs between two documents.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct RowChanges {
    /// Topic, texts and settings.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub header: Option<Change<HeaderRow>>,
    /// Criteria that came, went or changed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub criteria: Vec<Change<CriterionRow>>,
    /// Options that came, went or changed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub options: Vec<Change<OptionRow>>,
    /// Evidence that came, went or changed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub evidence: Vec<Change<EvidenceRow>>,
    /// Inputs that came, went or changed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub inputs: Vec<Change<InputRow>>,
}

impl RowChanges {
    /// What turns `old` into `new`. Inputs and evidence that `new` still has for an option or criterion it no longer
    /// has count as deleted with it, so that the inverse brings them back; evidence only loses its criterion.
    #[must_use]
    pub fn between(old: &DocumentRows, new: &DocumentRows) -> Self {
        let options: HashSet<&str> = new
            .options
            .iter()
            .map(|option| option.id.as_str())
            .collect();
        let criteria: HashSet<&str> = new
            .criteria
            .iter()
            .map(|criterion| criterion.id.as_str())
            .collect();
        let inputs = new.inputs.iter().filter(|input| {
            options.contains(input.option_id.as_str())
                && criteria.contains(input.criterion_id.as_str())
        });
        let evidence = new
            .evidence
            .iter()
            .filter(|piece| options.contains(piece.option_id.as_str()))
            .map(|piece| match &piece.criterion_id {
                Some(id) if !criteria.contains(id.as_str()) => Cow::Owned(EvidenceRow {
                    criterion_id: None,
                    ..piece.clone()
                }),
                _ => Cow::Borrowed(piece),
            });
        let header = (old.header != new.header).then(|| Change {
            before: Some(old.header.clone()),
            after: Some(new.header.clone()),
        });
        Self {
            header,
            criteria: difference(&old.criteria, &borrowed(&new.criteria)),
            options: difference(&old.options, &borrowed(&new.options)),
            evidence: difference(&old.evidence, &evidence.collect::<Vec<_>>()),
            inputs: difference(&old.inputs, &inputs.map(Cow::Borrowed).collect::<Vec<_>>()),
        }
    }

    /// What turns the newer document back into the older one.
    #[must_use]
    pub fn inverse(self) -> Self {
        Self {
            header: self.header.map(Change::inverse),
            criteria: turned_round(self.criteria),
            options: turned_round(self.options),
            evidence: turned_round(self.evidence),
            inputs: turned_round(self.inputs),
        }
    }

    /// Whether nothing differs.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.header.is_none()
            && self.criteria.is_empty()
            && self.options.is_empty()
            && self.evidence.is_empty()
            && self.inputs.is_empty()
    }

    /// Whether a text that search looks into differs. Numbers alone leave the index as it is.
    pub(crate) fn touches_text(&self) -> bool {
        fn any<T>(changes: &[Change<T>], same_text: impl Fn(&T, &T) -> bool) -> bool {
            changes
                .iter()
                .any(|change| match (&change.before, &change.after) {
                    (Some(before), Some(after)) => !same_text(before, after),
                    _ => true,
                })
        }
        fn note(row: Option<&InputRow>) -> &str {
            row.map_or("", |row| &row.note)
        }
        self.header
            .as_ref()
            .is_some_and(|change| match (&change.before, &change.after) {
                (Some(a), Some(b)) => {
                    a.topic != b.topic || a.context != b.context || a.notes != b.notes
                }
                _ => true,
            })
            || any(&self.criteria, |a, b| {
                a.name == b.name && a.description == b.description
            })
            || any(&self.options, |a, b| {
                a.name == b.name && a.description == b.description && a.note == b.note
            })
            || any(&self.evidence, |a, b| {
                a.source == b.source && a.quote == b.quote
            })
            || self
                .inputs
                .iter()
                .any(|change| note(change.before.as_ref()) != note(change.after.as_ref()))
    }
}

fn turned_round<T>(changes: Vec<Change<T>>) -> Vec<Change<T>> {
    changes.into_iter().map(Change::inverse).collect()
}

/// A row that is found by a key within its document.
trait Keyed: Clone + PartialEq {
    type Key<'row>: Eq + Hash
    where
        Self: 'row;
    fn key(&self) -> Self::Key<'_>;
}

impl Keyed for CriterionRow {
    type Key<'row> = &'row str;
    fn key(&self) -> &str {
        &self.id
    }
}

impl Keyed for OptionRow {
    type Key<'row> = &'row str;
    fn key(&self) -> &str {
        &self.id
    }
}

impl Keyed for EvidenceRow {
    type Key<'row> = (&'row str, i64);
    fn key(&self) -> (&str, i64) {
        (&self.option_id, self.position)
    }
}

impl Keyed for InputRow {
    type Key<'row> = (&'row str, &'row str);
    fn key(&self) -> (&str, &str) {
        (&self.option_id, &self.criterion_id)
    }
}

/// Rows of one table that differ. Most edits touch one row and keep the order, so rows are first compared side by
/// side; only the rest, from the first place where the keys part, goes through a map.
fn difference<T: Keyed>(old: &[T], new: &[Cow<'_, T>]) -> Vec<Change<T>> {
    if old.is_empty() {
        let created = |row: &Cow<'_, T>| Change {
            before: None,
            after: Some(row.as_ref().clone()),
        };
        return new.iter().map(created).collect();
    }
    let in_step = old
        .iter()
        .zip(new)
        .take_while(|(before, after)| before.key() == after.key())
        .count();
    let mut changes: Vec<Change<T>> = old[..in_step]
        .iter()
        .zip(new)
        .filter(|(before, after)| *before != after.as_ref())
        .map(|(before, after)| Change {
            before: Some(before.clone()),
            after: Some(after.as_ref().clone()),
        })
        .collect();
    let (old, new) = (&old[in_step..], &new[in_step..]);
    let mut unseen: HashMap<T::Key<'_>, &T> = old.iter().map(|row| (row.key(), row)).collect();
    for after in new {
        let before = unseen.remove(&after.key());
        if before != Some(after.as_ref()) {
            changes.push(Change {
                before: before.cloned(),
                after: Some(after.as_ref().clone()),
            });
        }
    }
    let deleted = old.iter().filter(|row| unseen.contains_key(&row.key()));
    changes.extend(deleted.map(|row| Change {
        before: Some(row.clone()),
        after: None,
    }));
    changes
}

fn borrowed<T: Clone>(rows: &[T]) -> Vec<Cow<'_, T>> {
    rows.iter().map(Cow::Borrowed).collect()
}
