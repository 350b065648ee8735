//! JSON schemas as `output_config.format` takes them: without limits of numbers and lengths, which stand in words instead,
//! as the vendor's own clients do it. Objects are closed. Whoever reads the reply checks the limits anyway.

use serde_json::{Map, Value};

/// What the API refuses in a schema.
const LIMITS: [&str; 11] = [
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "multipleOf",
    "minLength",
    "maxLength",
    "maxItems",
    "uniqueItems",
    "minProperties",
    "maxProperties",
];

/// The same schema as far as the API can hold a model to it.
pub(super) fn accepted(schema: &Value) -> Value {
    let Value::Object(from) = schema else {
        return schema.clone();
    };
    let mut to = Map::new();
    let mut in_words = Vec::new();
    for (key, value) in from {
        let too_many = key == "minItems" && value.as_u64().is_none_or(|least| least > 1);
        if LIMITS.contains(&key.as_str()) || too_many {
            in_words.push(format!("{key}: {value}"));
            continue;
        }
        let value = match (key.as_str(), value) {
            ("properties" | "$defs" | "definitions", Value::Object(named)) => named
                .iter()
                .map(|(name, schema)| (name.clone(), accepted(schema)))
                .collect(),
            ("items", schema) => accepted(schema),
            ("anyOf" | "oneOf" | "allOf", Value::Array(schemas)) => {
                schemas.iter().map(accepted).collect()
            }
            _ => value.clone(),
        };
        to.insert(key.clone(), value);
    }
    if to.contains_key("properties") {
        to.insert("additionalProperties".to_owned(), Value::Bool(false));
    }
    if !in_words.is_empty() {
        let words = format!("{{{}}}", in_words.join(", "));
        let said = match to.get("description").and_then(Value::as_str) {
            Some(description) => format!("{description} {words}"),
            None => words,
        };
        to.insert("description".to_owned(), Value::String(said));
    }
    Value::Object(to)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn limits_become_words_at_every_depth_and_names_of_properties_are_no_limits() {
        let schema = json!({
            "type": "object",
            "properties": {
                "words": {"type": "string", "description": "Why.", "maxLength": 200},
                "maximum": {"anyOf": [{"type": "number", "minimum": 0, "maximum": 5}, {"type": "null"}]},
                "list": {"type": "array", "minItems": 1, "maxItems": 3, "items": {"type": "integer", "multipleOf": 2}},
                "other": {"$ref": "#/$defs/inner"},
            },
            "$defs": {"inner": {"type": "object", "properties": {}}},
            "required": ["words"],
            "additionalProperties": true,
        });
        assert_eq!(
            accepted(&schema),
            json!({
                "type": "object",
                "properties": {
                    "words": {"type": "string", "description": "Why. {maxLength: 200}"},
                    "maximum": {"anyOf": [
                        {"type": "number", "description": "{minimum: 0, maximum: 5}"}, {"type": "null"},
                    ]},
                    "list": {
                        "type": "array", "minItems": 1,
                        "items": {"type": "integer", "description": "{multipleOf: 2}"},
                        "description": "{maxItems: 3}",
                    },
                    "other": {"$ref": "#/$defs/inner"},
                },
                "$defs": {"inner": {"type": "object", "properties": {}, "additionalProperties": false}},
                "required": ["words"],
                "additionalProperties": false,
            })
        );
    }

    #[test]
    fn the_order_of_the_keys_stays_for_a_model_writes_in_it() {
        let schema =
            json!({"type": "object", "properties": {"z": {"maximum": 1}, "a": {}, "m": {}}});
        let text = accepted(&schema).to_string();
        assert!(text.find("\"z\"") < text.find("\"a\"") && text.find("\"a\"") < text.find("\"m\""));
    }
}
