//! The JSON schema of a reply.

use serde_json::{Value, json};

use crate::model::Scale;

/// The largest whole number up to which doubles hold every whole number.
const LARGEST_WHOLE: f64 = 9_007_199_254_740_992.0;

/// Whether scores on this scale are asked for in whole numbers: its ends and its levels are whole.
pub(super) fn is_whole(scale: Scale) -> bool {
    let whole = |x: f64| x.fract() == 0.0 && x.abs() <= LARGEST_WHOLE;
    whole(scale.min) && whole(scale.max) && whole(scale.level())
}

/// The schema of a reply on this scale. The reasons come before the score, so that the score follows from them; every key is
/// required and no other allowed, as strict servers ask.
pub(super) fn schema(scale: Scale) -> Value {
    let whole = is_whole(scale);
    json!({
        "type": "object",
        "properties": {
            "justification": { "type": "string" },
            "evidence": {
                "type": "array",
                "items": {
                    "type": "object",
                    "properties": {
                        "source": { "type": "string" },
                        "quote": { "type": "string" },
                    },
                    "required": ["source", "quote"],
                    "additionalProperties": false,
                },
            },
            "memory": { "type": "boolean" },
            "status": { "type": "string", "enum": ["scored", "abstained"] },
            "score": {
                "type": [if whole { "integer" } else { "number" }, "null"],
                "minimum": limit(scale.min, whole),
                "maximum": limit(scale.max, whole),
            },
        },
        "required": ["justification", "evidence", "memory", "status", "score"],
        "additionalProperties": false,
    })
}

/// Whole limits are written without a decimal point, which some servers' grammars ask of integers.
#[allow(
    clippy::cast_possible_truncation,
    reason = "whole numbers of up to 2^53 are exact"
)]
fn limit(x: f64, whole: bool) -> Value {
    if whole { json!(x as i64) } else { json!(x) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_score_is_a_whole_number_where_the_levels_are() {
        let cases = [
            (0.0, 5.0, true),
            (1.0, 9.0, true),
            (-3.0, 3.0, true),
            (0.0, 100.0, true),
            (0.0, 1.0, false),
            (0.5, 5.5, false),
            (0.0, 25.0, false),
            (0.0, 1e60, false),
        ];
        for (min, max, whole) in cases {
            let schema = schema(Scale { min, max });
            let score = &schema["properties"]["score"];
            let kind = if whole { "integer" } else { "number" };
            assert_eq!(score["type"], json!([kind, "null"]), "{min} to {max}");
            assert_eq!(score["minimum"].as_f64(), Some(min));
            assert_eq!(score["maximum"].as_f64(), Some(max));
            assert_eq!(score["maximum"].is_i64(), whole);
        }
    }

    #[test]
    fn every_key_is_required_and_the_reasons_come_first() {
        let schema = schema(Scale::default());
        let keys: Vec<&String> = schema["properties"].as_object().unwrap().keys().collect();
        let required: Vec<&str> = schema["required"]
            .as_array()
            .unwrap()
            .iter()
            .filter_map(Value::as_str)
            .collect();
        assert_eq!(keys, required);
        assert_eq!(required.first(), Some(&"justification"));
        assert_eq!(required.last(), Some(&"score"));
        assert_eq!(schema["additionalProperties"], json!(false));
    }
}
