//! The whole report for programs: `{ "schema": "ponder.report/1", …, "result": … }`. Texts are carried as they are;
//! JSON's own escapes keep them data.

use serde::Serialize;

use crate::error::ReportError;
use crate::format::Format;
use crate::model::Report;

/// The tag at the head of every report.
const SCHEMA: &str = "ponder.report/1";

#[derive(Serialize)]
struct Tagged<'a> {
    schema: &'static str,
    #[serde(flatten)]
    report: &'a Report,
}

pub(crate) fn write(report: &Report) -> Result<Vec<u8>, ReportError> {
    let mut bytes = serde_json::to_vec_pretty(&Tagged {
        schema: SCHEMA,
        report,
    })
    .map_err(|error| ReportError::Write {
        format: Format::Json,
        reason: error.to_string(),
    })?;
    bytes.push(b'\n');
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Block, Sheet};

    #[test]
    fn programs_find_the_schema_first_and_the_answer_under_result() {
        let report = Report {
            title: "a \"quoted\" <title>\u{0}".into(),
            subtitle: String::new(),
            made_at: "21 November 2026".into(),
            language: "en".into(),
            facts: vec![],
            blocks: vec![Block::heading(1, "Ranking")],
            machine: serde_json::json!({"winner": "A"}),
            sheet: Sheet::default(),
        };
        let text = String::from_utf8(write(&report).unwrap()).unwrap();
        assert!(text.starts_with("{\n  \"schema\": \"ponder.report/1\""));
        let value: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(value["title"], "a \"quoted\" <title>\u{0}");
        assert_eq!(value["result"]["winner"], "A");
        assert_eq!(
            value["blocks"][0],
            serde_json::json!({"block": "heading", "level": 1, "text": "Ranking"})
        );
    }
}
