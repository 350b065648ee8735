//! A decision file that was edited since its session was made: what is the same keeps its id, so that its scores and
//! history stay with it.

use std::collections::{BTreeMap, HashMap, HashSet};

use decision::{CriterionId, Decision, OptionId, Weighting};

/// `edited` with the ids of `kept` wherever an option or criterion is the same: by id where the file gives ids, else by
/// name without regard to case. What is new gets an id that `kept` never had.
pub(crate) fn with_ids_of(kept: &Decision, mut edited: Decision) -> Decision {
    let mut next_key = kept.next_key.max(edited.next_key);
    let mut fresh = |letter: char| {
        next_key += 1;
        format!("{letter}{}", next_key - 1)
    };
    let known: HashMap<String, CriterionId> = kept
        .criteria
        .iter()
        .map(|criterion| (folded(&criterion.name), criterion.id.clone()))
        .collect();
    let named: HashSet<CriterionId> = kept
        .criteria
        .iter()
        .map(|criterion| criterion.id.clone())
        .collect();
    let mut moved = HashMap::new();
    let mut taken = HashSet::new();
    for criterion in &mut edited.criteria {
        let by_name = known.get(&folded(&criterion.name)).cloned();
        // An id of the file's own that the session knows outranks the name: the criterion was renamed.
        let explicit = named.contains(&criterion.id) && !is_made(criterion.id.as_str());
        let id = if explicit {
            Some(criterion.id.clone())
        } else {
            by_name
        };
        let id = id.filter(|id| taken.insert(id.clone())).unwrap_or_else(|| {
            if is_made(criterion.id.as_str()) {
                CriterionId(fresh('c'))
            } else {
                criterion.id.clone()
            }
        });
        moved.insert(criterion.id.clone(), id.clone());
        criterion.id = id;
    }
    let known: HashMap<String, OptionId> = kept
        .options
        .iter()
        .map(|option| (folded(&option.name), option.id.clone()))
        .collect();
    for option in &mut edited.options {
        option.id = known
            .get(&folded(&option.name))
            .cloned()
            .unwrap_or_else(|| OptionId(fresh('o')));
        for evidence in &mut option.evidence {
            evidence.criterion = evidence
                .criterion
                .take()
                .map(|id| moved.get(&id).cloned().unwrap_or(id));
        }
    }
    if let Some(weighting) = &mut edited.weighting {
        rename(weighting, &moved);
    }
    edited.next_key = next_key;
    edited
}

/// A weighting names its criteria by id, so it follows them.
fn rename(weighting: &mut Weighting, moved: &HashMap<CriterionId, CriterionId>) {
    let one = |id: &mut CriterionId| {
        if let Some(new) = moved.get(id) {
            id.clone_from(new);
        }
    };
    let all = |points: &mut BTreeMap<CriterionId, f64>| {
        *points = std::mem::take(points)
            .into_iter()
            .map(|(mut id, value)| {
                one(&mut id);
                (id, value)
            })
            .collect();
    };
    match weighting {
        Weighting::Ahp { .. } | Weighting::Entropy | Weighting::Critic => {}
        Weighting::Roc { ranked } => ranked.iter_mut().for_each(one),
        Weighting::Swing { swing } => all(swing),
        Weighting::Bwm {
            best,
            worst,
            best_to_others,
            others_to_worst,
        } => {
            one(best);
            one(worst);
            all(best_to_others);
            all(others_to_worst);
        }
    }
}

/// Fills the cells that `edited` leaves empty with what `kept` has there: somebody typed it since. Gives their number.
/// Call it after [`with_ids_of`]. A criterion that is counted in another way now keeps nothing.
pub(crate) fn keep_cells_of(kept: &Decision, edited: &mut Decision) -> usize {
    let mut count = 0;
    let same_scale = kept.scale == edited.scale;
    for (column, criterion) in edited.criteria.iter().enumerate() {
        let before = kept
            .criteria
            .iter()
            .position(|known| known.id == criterion.id && known.kind == criterion.kind);
        let Some(before) = before.filter(|_| same_scale) else {
            continue;
        };
        for (row, option) in edited.options.iter().enumerate() {
            let Some(known) = kept.options.iter().position(|known| known.id == option.id) else {
                continue;
            };
            let (cell, old) = (&mut edited.cells[row][column], &kept.cells[known][before]);
            let given = cell.value.is_some() || cell.score.is_some();
            if !given && (old.value.is_some() || old.score.is_some()) {
                (cell.value, cell.score, cell.before_edit) =
                    (old.value, old.score, old.before_edit);
                count += 1;
            }
            if cell.note.is_empty() {
                cell.note.clone_from(&old.note);
            }
        }
    }
    count
}

fn folded(name: &str) -> String {
    name.trim().to_lowercase()
}

/// Whether an id was made by counting rather than given by the file.
fn is_made(id: &str) -> bool {
    id.strip_prefix('c')
        .is_some_and(|key| key.parse::<u32>().is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(text: &str) -> Decision {
        decision::file::from_toml(text).unwrap().decision
    }

    const BEFORE: &str = r#"
        topic = "Which?"
        criteria = [{ name = "Cost", kind = "manual" }, { id = "ease", name = "Ease", kind = "manual" }]
        options = [{ name = "A" }, { name = "B", evidence = [{ source = "s", quote = "q", criterion = "Ease" }] }]
    "#;

    #[test]
    fn what_is_the_same_keeps_its_id_wherever_it_moved() {
        let before = file(BEFORE);
        let after = file(
            r#"
            topic = "Which?"
            criteria = [{ id = "ease", name = "Ease of use", kind = "manual" }, { name = "Speed", kind = "manual" }, { name = "cost ", kind = "manual" }]
            options = [{ name = "New" }, { name = "B", evidence = [{ source = "s", quote = "q", criterion = "cost" }] }, { name = "a" }]
        "#,
        );
        let merged = with_ids_of(&before, after);
        let criteria: Vec<&str> = merged
            .criteria
            .iter()
            .map(|criterion| criterion.id.as_str())
            .collect();
        assert_eq!(
            criteria[0], "ease",
            "a rename keeps the id that the file gives"
        );
        assert_eq!(criteria[2], before.criteria[0].id.as_str());
        assert!(
            before
                .criteria
                .iter()
                .all(|known| known.id.as_str() != criteria[1]),
            "Speed is new"
        );
        assert_eq!(merged.options[1].id, before.options[1].id);
        assert_eq!(merged.options[2].id, before.options[0].id);
        assert!(
            before
                .options
                .iter()
                .all(|known| known.id != merged.options[0].id),
            "New is new"
        );
        assert_eq!(
            merged.options[1].evidence[0].criterion.as_ref(),
            Some(&merged.criteria[2].id)
        );
    }

    #[test]
    fn a_weighting_follows_its_criteria() {
        let before = file(BEFORE);
        let swing = "weighting = { method = \"swing\", swing = { Cost = 100, Ease = 40 } }\n";
        let reordered = BEFORE.replace(
            r#"[{ name = "Cost", kind = "manual" }, { id = "ease", name = "Ease", kind = "manual" }]"#,
            r#"[{ name = "Ease", kind = "manual" }, { name = "Cost", kind = "manual" }]"#,
        );
        let merged = with_ids_of(&before, file(&format!("{swing}{reordered}")));
        let Some(Weighting::Swing { swing }) = &merged.weighting else {
            panic!("{:?}", merged.weighting)
        };
        assert_eq!(swing[&before.criteria[0].id], 100.0);
        assert_eq!(swing[&before.criteria[1].id], 40.0);
    }
}
