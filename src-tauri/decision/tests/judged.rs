//! Cells that a model judged, in the answer: who may be called the winner, what the notes and the trace say of them.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test stops where it cannot go on"
)]

use decision::{
    Answer, CellState, Decision, JudgedCell, Method, ScoreTable, Source, answer, from_toml,
    trace_cell,
};
use proptest::collection::vec;
use proptest::prelude::*;

/// Options × judged criteria of the given weights, on the scale 0–5, nothing scored yet.
fn bare(weights: &[f64], options: usize) -> Decision {
    let criteria: String = weights
        .iter()
        .enumerate()
        .map(|(i, weight)| format!("[[criteria]]\nname = \"C{i}\"\nweight = {weight:?}\n"))
        .collect();
    let options: String = (0..options)
        .map(|i| format!("[[options]]\nname = \"O{i}\"\n"))
        .collect();
    from_toml(&format!("topic = \"T\"\n{criteria}{options}"))
        .unwrap()
        .decision
}

fn scored(score: f64, spread: Option<[f64; 2]>) -> JudgedCell {
    JudgedCell {
        state: CellState::Scored,
        score: Some(score),
        spread,
    }
}

fn without_score(state: CellState) -> JudgedCell {
    JudgedCell {
        state,
        score: Some(3.0),
        spread: Some([1.0, 5.0]),
    }
}

/// The table with every cell judged, row by row.
fn judged(decision: &Decision, cells: &[JudgedCell]) -> ScoreTable {
    let mut table = ScoreTable::from_given(decision);
    let columns = decision.criteria.len();
    for (i, cell) in cells.iter().enumerate() {
        table.overlay(decision, i / columns, i % columns, *cell);
    }
    table
}

fn answered(decision: &Decision, cells: &[JudgedCell]) -> Answer {
    answer(decision, &judged(decision, cells)).unwrap()
}

#[test]
fn no_winner_is_named_where_the_samples_of_one_cell_decide() {
    let decision = bare(&[1.0, 1.0], 2);
    let clear = [
        scored(5.0, None),
        scored(5.0, None),
        scored(2.0, None),
        scored(3.0, None),
    ];
    assert_eq!(answered(&decision, &clear).winner.as_deref(), Some("O0"));
    // The same scores, but one sample of the leader's first cell was 0.
    let mut wide = clear;
    wide[0].spread = Some([0.0, 5.0]);
    let answer = answered(&decision, &wide);
    assert_eq!(answer.winner, None);
    let race = answer.close_race.unwrap();
    assert_eq!(race.rivals, ["O0", "O1"]);
    assert_eq!(
        race.because,
        "C0 of O0 from 5 to 0, where one of its samples is, would put O1 level with or ahead of O0"
    );
    // A spread that decides nothing takes nothing away.
    let mut narrow = clear;
    narrow[0].spread = Some([4.0, 5.0]);
    assert_eq!(answered(&decision, &narrow).winner.as_deref(), Some("O0"));
}

#[test]
fn a_challengers_samples_count_as_much_as_the_leaders() {
    let decision = bare(&[2.0, 1.0], 2);
    let mut cells = [
        scored(4.0, None),
        scored(4.0, None),
        scored(2.0, None),
        scored(4.0, None),
    ];
    assert_eq!(answered(&decision, &cells).winner.as_deref(), Some("O0"));
    cells[2].spread = Some([2.0, 4.0]);
    assert_eq!(answered(&decision, &cells).winner, None);
}

#[test]
fn samples_decide_under_every_method() {
    for method in Method::ALL {
        let mut decision = bare(&[1.0, 1.0, 1.0], 3);
        decision.method = *method;
        let mut cells: Vec<JudgedCell> = [5.0, 5.0, 5.0, 3.0, 3.0, 3.0, 1.0, 1.0, 1.0]
            .map(|x| scored(x, None))
            .to_vec();
        let before = answered(&decision, &cells);
        // ELECTRE I may keep several in its kernel, whatever the samples say.
        if before.winner.is_none() {
            assert_eq!(*method, Method::ElectreI);
            continue;
        }
        // Not one cell alone may decide, so the two lower ones are raised, and one sample of the third then does.
        cells[3] = scored(5.0, None);
        cells[4] = scored(5.0, None);
        cells[5] = scored(2.0, Some([2.0, 5.0]));
        let after = answered(&decision, &cells);
        assert_eq!(after.winner, None, "{method:?}");
    }
}

#[test]
fn a_sample_that_would_bring_an_option_back_makes_a_close_race() {
    let mut decision = bare(&[1.0, 1.0], 2);
    decision.criteria[0].must = Some(">= 3".parse().unwrap());
    let mut cells = [
        scored(1.0, None),
        scored(5.0, None),
        scored(3.0, None),
        scored(1.0, None),
    ];
    // The second option hangs on one level of its own must; that is left out of this by a higher score.
    cells[2] = scored(5.0, None);
    cells[3] = scored(0.0, None);
    let rivals = |cells: &[JudgedCell]| {
        answered(&decision, cells)
            .close_race
            .map(|race| race.rivals)
    };
    assert_eq!(rivals(&cells), None);
    cells[0].spread = Some([1.0, 3.0]);
    assert_eq!(rivals(&cells).unwrap(), ["O1", "O0"]);
}

#[test]
fn a_hand_score_has_no_samples() {
    let mut decision = bare(&[1.0], 2);
    decision.cells[0][0].score = Some(decision::HandScore::Score(5.0));
    let table = judged(
        &decision,
        &[scored(3.0, Some([0.0, 5.0])), scored(1.0, None)],
    );
    assert_eq!(
        (table.spread(0, 0), table.source(0, 0)),
        (None, Some(Source::Hand))
    );
    assert_eq!(
        answer(&decision, &table).unwrap().winner.as_deref(),
        Some("O0")
    );
}

#[test]
fn a_spread_goes_with_its_score() {
    let decision = bare(&[1.0], 2);
    let mut table = judged(&decision, &[scored(3.0, Some([2.0, 4.0]))]);
    assert_eq!((table.spread(0, 0), table.spreads()), (Some([2.0, 4.0]), 1));
    table.overlay(&decision, 0, 0, scored(3.0, Some([-4.0, 40.0])));
    assert_eq!(table.spread(0, 0), Some([0.0, 5.0]));
    for cell in [
        without_score(CellState::Stale),
        scored(3.0, Some([3.0, 3.0])),
        scored(3.0, Some([f64::NAN, f64::NAN])),
        scored(3.0, None),
        scored(9.0, Some([1.0, 2.0])),
    ] {
        table.overlay(&decision, 0, 0, scored(3.0, Some([2.0, 4.0])));
        table.overlay(&decision, 0, 0, cell);
        assert_eq!(table.spread(0, 0), None, "{cell:?}");
    }
}

#[test]
fn the_notes_say_what_became_of_the_models_cells() {
    let decision = bare(&[1.0, 1.0, 1.0], 2);
    let cells = [
        scored(3.0, Some([1.0, 4.0])),
        scored(3.0, Some([2.0, 3.0])),
        without_score(CellState::Stale),
        without_score(CellState::Unparsed),
        without_score(CellState::Failed),
        without_score(CellState::Abstained),
    ];
    let notes = answered(&decision, &cells).notes;
    for note in [
        "2 cells are scored by a model",
        "1 cell was judged before an edit of what was asked, and waits to be judged again",
        "1 cell has a reply of the model that is no score on the scale",
        "1 cell could not be judged: the model could not be asked",
        "1 cell is left without a score by the model",
        "1 cell has samples that differ by more than one level",
    ] {
        assert!(notes.iter().any(|said| said == note), "{note}: {notes:#?}");
    }
    let untouched = answered(&decision, &[]).notes;
    assert!(
        !untouched.iter().any(|note| note.contains("model")),
        "{untouched:?}"
    );
}

#[test]
fn a_trace_begins_with_what_the_model_gave() {
    let decision = bare(&[1.0], 2);
    let table = judged(
        &decision,
        &[scored(3.0, Some([2.0, 5.0])), scored(4.0, None)],
    );
    let first = |option: usize| {
        let trace = trace_cell(
            &decision,
            &table,
            &decision.options[option].id,
            &decision.criteria[0].id,
        )
        .unwrap();
        assert_eq!(trace.source, Some(Source::Model));
        trace.steps[0].clone()
    };
    assert_eq!(
        first(0),
        "a model judged it 3 on the scale 0 to 5, the median of samples from 2 to 5"
    );
    assert_eq!(first(1), "a model judged it 4 on the scale 0 to 5");
    let table = judged(&decision, &[without_score(CellState::Stale)]);
    let stale = trace_cell(
        &decision,
        &table,
        &decision.options[0].id,
        &decision.criteria[0].id,
    )
    .unwrap();
    assert_eq!(
        (stale.source, stale.score, stale.state),
        (Some(Source::Model), None, CellState::Stale)
    );
    assert!(
        stale.steps[0].starts_with("an edit made the old score invalid"),
        "{:?}",
        stale.steps
    );
}

/// A decision under any method, and a judgement with samples for every cell.
fn anything_judged() -> impl Strategy<Value = (Decision, Vec<JudgedCell>)> {
    let cell = (0_u8..=5, 0_u8..=5, 0_u8..=5).prop_map(|(a, b, c)| {
        let mut samples = [a, b, c].map(f64::from);
        samples.sort_by(f64::total_cmp);
        // Mostly agreement: else hardly any race is clear.
        let close = samples[2] - samples[0] > 3.0;
        scored(samples[1], (!close).then_some([samples[0], samples[2]]))
    });
    (vec(1_u8..9, 1..4), 2_usize..5, 0_usize..6).prop_flat_map(move |(weights, options, method)| {
        let weights: Vec<f64> = weights.into_iter().map(f64::from).collect();
        let mut decision = bare(&weights, options);
        // ELECTRE I tells no first place from the others.
        let ranking: Vec<Method> = Method::ALL
            .iter()
            .copied()
            .filter(|m| *m != Method::ElectreI)
            .collect();
        decision.method = ranking[method];
        vec(cell.clone(), weights.len() * options).prop_map(move |cells| (decision.clone(), cells))
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_named_winner_survives_every_single_change_by_a_level_or_to_a_sample((decision, cells) in anything_judged()) {
        let before = answered(&decision, &cells);
        let first = |answer: &Answer| -> Vec<String> {
            answer.ranking.iter().filter(|r| r.rank == 1).map(|r| r.option.clone()).collect()
        };
        let mut changed_by = None;
        for (i, cell) in cells.iter().enumerate() {
            let score = cell.score.unwrap();
            let moves = [(score - 1.0).max(0.0), (score + 1.0).min(5.0)];
            for to in moves.into_iter().chain(cell.spread.into_iter().flatten()) {
                let mut other = cells.clone();
                other[i] = scored(to, None);
                if let Ok(after) = answer(&decision, &judged(&decision, &other)) && first(&after) != first(&before) {
                    changed_by = Some((i, to));
                }
            }
        }
        if before.winner.is_some() {
            prop_assert_eq!(changed_by, None);
        }
        // And no race is called close without a reason: a tie, or such a change, or a method that names several itself.
        if before.close_race.is_some() && first(&before).len() == 1 && decision.method != Method::Vikor {
            prop_assert!(changed_by.is_some(), "{:?}", before.close_race);
        }
    }
}
