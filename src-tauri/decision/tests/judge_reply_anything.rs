//! What must hold of any reply at all: no panic, no score off the scale, no time that grows faster than the text.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test stops where it cannot go on"
)]

use decision::judge::{Reply, read_reply};
use decision::{CellState, Decision, from_toml};
use proptest::option;
use proptest::prelude::*;

fn decision() -> Decision {
    let text = "topic = 'T'\n[[criteria]]\nname = 'Ease'\n[[options]]\nname = 'A'\ndescription = 'Great.'\nevidence = [{ source = 'Blog', quote = \"it's easy\" }]\n[[options]]\nname = 'B'\n";
    from_toml(text).unwrap().decision
}

fn read(raw: &str) -> Reply {
    read_reply(raw, &decision(), 0, 0, false)
}

#[test]
fn huge_and_hostile_replies_are_read_once_and_no_more() {
    const SIZE: usize = 200_000;
    let answer = r#"{"justification":"j","status":"scored","score":4}"#;
    let padded = format!("{}{answer}{}", "x".repeat(SIZE), " ".repeat(SIZE));
    assert_eq!(read(&padded).score, Some(4.0));
    let long = format!(
        r#"{{"justification":"{}","status":"scored","score":4}}"#,
        "é".repeat(SIZE)
    );
    assert_eq!(read(&long).justification.unwrap().chars().count(), 20_001);
    let many = format!(
        r#"{{"status":"scored","score":4,"evidence":[{}0]}}"#,
        r#"{"source":"a","quote":"b"},"#.repeat(50_000)
    );
    assert_eq!(read(&many).evidence.len(), 100);
    // Texts that would take a careless reader a time that grows with the square of their length.
    for piece in [
        "{",
        "{\"",
        "{\"a\":",
        "[{",
        "{\"a\":[",
        "{\"a\":0,\"b\":",
        "{{}",
        "<think>",
        "</think>",
        "<",
        "{\"score\"",
        "{score: \"",
        "{\"score\":1,}",
        "\"",
        "\\",
        "{ ",
        "{\"a\":{}}x",
    ] {
        let mut raw = piece.repeat(SIZE / piece.len());
        let reply = read(&raw);
        assert_ne!(reply.state, CellState::Abstained, "{piece}");
        raw.push_str(answer);
        let _ = read(&raw);
    }
    let nested = format!("{}{}", r#"{"a":["#.repeat(120), "1,".repeat(SIZE / 2));
    assert_eq!(read(&nested).state, CellState::Unparsed);
    let nested = format!("{nested} x");
    assert_eq!(read(&nested).state, CellState::Unparsed);
}

fn jsonish() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("{".to_owned()),
        Just("}".to_owned()),
        Just("[".to_owned()),
        Just("]".to_owned()),
        Just(",".to_owned()),
        Just(":".to_owned()),
        Just("\"".to_owned()),
        Just("\\".to_owned()),
        Just("\n".to_owned()),
        Just("<think>".to_owned()),
        Just("</think>".to_owned()),
        Just("\"status\":".to_owned()),
        Just("\"score\":".to_owned()),
        Just("\"scored\"".to_owned()),
        Just("\"abstained\"".to_owned()),
        Just("\"evidence\":[{\"source\":\"Blog\",\"quote\":\"it's easy\"}]".to_owned()),
        Just("{\"status\":\"scored\",\"score\":4}".to_owned()),
        any::<f64>().prop_map(|x| x.to_string()),
        (0_u8..12).prop_map(|x| x.to_string()),
        "\\PC{0,3}",
        any::<char>().prop_map(String::from),
    ];
    proptest::collection::vec(piece, 0..24).prop_map(|pieces| pieces.concat())
}

/// A reply in the contract's form with a score that may be anything.
fn contract() -> impl Strategy<Value = (String, Option<f64>)> {
    let number = prop_oneof![
        (0_i32..=5).prop_map(f64::from),
        -10.0..10.0,
        any::<f64>().prop_filter("finite", |x| x.is_finite())
    ];
    (
        "\\PC{0,40}",
        option::of(number),
        "\\PC{0,20}",
        "\\PC{0,20}",
        any::<bool>(),
    )
        .prop_map(|(why, score, source, quote, memory)| {
            let status = if score.is_some() {
                "scored"
            } else {
                "abstained"
            };
            let json = serde_json::json!({
                "justification": why, "evidence": [{ "source": source, "quote": quote }],
                "memory": memory, "status": status, "score": score,
            });
            (json.to_string(), score)
        })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_text_panics_or_gives_a_score_off_the_scale(raw in prop_oneof![jsonish(), "\\PC{0,200}", any::<String>()], truncated in any::<bool>()) {
        let reply = read_reply(&raw, &decision(), 0, 0, truncated);
        prop_assert!(matches!(reply.state, CellState::Scored | CellState::Abstained | CellState::Unparsed));
        prop_assert_eq!(reply.state == CellState::Scored, reply.score.is_some());
        prop_assert!(reply.score.is_none_or(|score| (0.0..=5.0).contains(&score)));
        prop_assert!(reply.state != CellState::Unparsed || reply.problem.is_some_and(|why| !why.is_empty()));
    }

    #[test]
    fn what_keeps_to_the_contract_is_read_as_it_is((raw, score) in contract(), before in "[^{}<\"]{0,40}", after in "[^{}<\"]{0,40}") {
        let reply = read(&format!("{before}{raw}{after}"));
        let on_scale = score.filter(|score| (0.0..=5.0).contains(score));
        let state = match (score, on_scale) {
            (None, _) => CellState::Abstained,
            (Some(_), Some(_)) => CellState::Scored,
            (Some(_), None) => CellState::Unparsed,
        };
        prop_assert_eq!(reply.state, state);
        prop_assert_eq!(reply.score, on_scale);
    }

    #[test]
    fn no_beginning_of_a_reply_is_another_reply((raw, _) in contract(), cut in any::<prop::sample::Index>()) {
        let mut at = cut.index(raw.len());
        while !raw.is_char_boundary(at) {
            at -= 1;
        }
        for truncated in [true, false] {
            let reply = read_reply(&raw[..at], &decision(), 0, 0, truncated);
            prop_assert_eq!(reply.state, CellState::Unparsed);
        }
    }
}
