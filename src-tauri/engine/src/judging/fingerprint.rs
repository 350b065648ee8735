//! The mark of exactly what a judge was asked. A cell whose prompt has another mark now has a stale judgement.

use decision::Decision;
use decision::judge::cell_prompt;
use sha2::{Digest, Sha256};

/// The fingerprints of a decision's judged cells, row by row; none where no model is asked. Each is SHA-256, in hex, over the
/// digests of the three parts of the question, so that no part can run into the next.
pub(crate) fn fingerprints(decision: &Decision) -> Vec<Option<String>> {
    let columns = decision.criteria.len();
    let mut prints = vec![None; decision.options.len() * columns];
    for (column, criterion) in decision.criteria.iter().enumerate() {
        if criterion.kind != decision::Kind::Judged {
            continue;
        }
        // The stable part and the schema are the same bytes for all options: they are digested once.
        let mut stable: Option<(String, [u8; 32])> = None;
        for row in 0..decision.options.len() {
            let prompt = cell_prompt(decision, row, column);
            let known = stable.take().filter(|(text, _)| *text == prompt.stable);
            let (text, digested) = known.unwrap_or_else(|| {
                let digested = digest(&prompt.stable);
                (prompt.stable, digested)
            });
            let schema = prompt.schema.to_string();
            prints[row * columns + column] = Some(hex(&combined(&digested, &prompt.cell, &schema)));
            stable = Some((text, digested));
        }
    }
    prints
}

fn combined(stable: &[u8; 32], cell: &str, schema: &str) -> [u8; 32] {
    let mut hash = Sha256::new();
    hash.update(stable);
    hash.update(digest(cell));
    hash.update(digest(schema));
    hash.finalize().into()
}

fn digest(text: &str) -> [u8; 32] {
    Sha256::digest(text).into()
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes
        .iter()
        .fold(String::with_capacity(64), |mut text, byte| {
            let _ = write!(text, "{byte:02x}");
            text
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = r#"
        topic = "Which?"
        criteria = [{ name = "Ease" }, { name = "Cost", kind = "measured" }, { name = "Trust" }]
        options = [{ name = "A", description = "one" }, { name = "B" }, { name = "C" }]
    "#;

    fn file(text: &str) -> Decision {
        decision::from_toml(text).unwrap().decision
    }

    #[test]
    fn each_judged_cell_has_a_mark_of_its_own_and_a_measurement_none() {
        let prints = fingerprints(&file(FILE));
        assert_eq!(prints.iter().filter(|print| print.is_none()).count(), 3);
        let marks: std::collections::BTreeSet<_> = prints.iter().flatten().collect();
        assert_eq!(marks.len(), 6);
        assert!(marks.iter().all(|mark| mark.len() == 64));
    }

    #[test]
    fn adding_moving_and_weighing_others_leaves_a_cells_mark() {
        let before = file(FILE);
        let after = file(
            r#"
            topic = "Which?"
            notes = "for myself"
            criteria = [{ name = "Trust", weight = 7 }, { name = "New" }, { name = "Ease", note = "mine" }]
            options = [{ name = "New" }, { name = "C" }, { name = "A", description = "one" }, { name = "B", scores = { Ease = 3 } }]
        "#,
        );
        let place = |decision: &Decision, option: &str, criterion: &str| {
            let row = decision
                .options
                .iter()
                .position(|o| o.name == option)
                .unwrap();
            let column = decision
                .criteria
                .iter()
                .position(|c| c.name == criterion)
                .unwrap();
            row * decision.criteria.len() + column
        };
        let (old, new) = (fingerprints(&before), fingerprints(&after));
        for option in ["A", "B", "C"] {
            for criterion in ["Ease", "Trust"] {
                assert_eq!(
                    old[place(&before, option, criterion)],
                    new[place(&after, option, criterion)],
                    "{option} × {criterion}"
                );
            }
        }
    }
}
