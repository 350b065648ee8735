//! Sessions as files: reports for people, the decision file for other programs and for going on elsewhere.

use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::decision_report::report_of;
use crate::engine::Engine;
use crate::error::EngineError;
use crate::evaluate::{answer_with, cannot_rank};
use crate::files;
use crate::view::Exported;

/// What a session can be exported as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    /// A report for a wiki or a mail.
    Markdown,
    /// A report to read, print or send: one file with everything in it.
    Html,
    /// Options × criteria for a spreadsheet.
    Csv,
    /// The whole report for programs.
    Json,
    /// The decision file: everything that was entered, to import again.
    Toml,
}

impl Format {
    /// Every format.
    pub const ALL: [Self; 5] = [
        Self::Markdown,
        Self::Html,
        Self::Csv,
        Self::Json,
        Self::Toml,
    ];

    /// Its name in commands.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Markdown => "markdown",
            Self::Html => "html",
            Self::Csv => "csv",
            Self::Json => "json",
            Self::Toml => "toml",
        }
    }

    /// Its name for people.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Markdown => "Markdown report",
            Self::Html => "Web page report",
            Self::Csv => "Table for a spreadsheet",
            Self::Json => "Report for programs",
            Self::Toml => "Decision file",
        }
    }

    /// The ending of its files.
    #[must_use]
    pub fn extension(self) -> &'static str {
        match self {
            Self::Markdown => "md",
            other => other.name(),
        }
    }

    /// The format called `name`.
    ///
    /// # Errors
    /// [`EngineError::UnknownFormat`].
    pub fn from_name(name: &str) -> Result<Self, EngineError> {
        let known = |format: &Self| format.name() == name || format.extension() == name;
        Self::ALL
            .into_iter()
            .find(known)
            .ok_or_else(|| EngineError::UnknownFormat {
                found: name.chars().take(40).collect(),
                allowed: Self::ALL.map(Self::name).join(", "),
            })
    }

    /// The format that the ending of a file's name says.
    ///
    /// # Errors
    /// [`EngineError::UnknownFormat`].
    pub fn from_path(path: &Path) -> Result<Self, EngineError> {
        let ending = path
            .extension()
            .map(|ending| ending.to_string_lossy().to_lowercase())
            .unwrap_or_default();
        Self::from_name(if ending == "htm" { "html" } else { &ending })
    }
}

impl Engine {
    /// Writes a session to a file, as a whole or not at all.
    ///
    /// # Errors
    /// [`EngineError::FileExists`] without `force`; [`EngineError::CannotWrite`]; [`EngineError::Invalid`] when a report
    /// is asked for of a decision that cannot be ranked yet; [`EngineError::NoSession`].
    pub fn export_session(
        &self,
        id: &str,
        format: Format,
        path: &Path,
        force: bool,
    ) -> Result<Exported, EngineError> {
        files::write(path, &self.exported(id, format)?, force)
    }

    /// A file name to propose for an export.
    ///
    /// # Errors
    /// [`EngineError::NoSession`]; [`EngineError::Store`].
    pub fn export_name(&self, id: &str, format: Format) -> Result<String, EngineError> {
        let topic = &self.opened(id)?.decision.topic;
        let mut name = String::new();
        for letter in topic.chars().flat_map(char::to_lowercase) {
            if letter.is_alphanumeric() {
                name.push(letter);
            } else if !name.ends_with('-') && !name.is_empty() {
                name.push('-');
            }
        }
        let name: String = name.chars().take(60).collect();
        let name = name.trim_end_matches('-');
        Ok(format!(
            "{}.{}",
            if name.is_empty() { "decision" } else { name },
            format.extension()
        ))
    }

    fn exported(&self, id: &str, format: Format) -> Result<Vec<u8>, EngineError> {
        let open = self.opened(id)?;
        let format = match format {
            Format::Toml => return Ok(decision::file::to_toml(&open.decision).into_bytes()),
            Format::Markdown => report::Format::Markdown,
            Format::Html => report::Format::Html,
            Format::Csv => report::Format::Csv,
            Format::Json => report::Format::Json,
        };
        let present = self.present(&open)?;
        let answer = answer_with(&open.decision, &present).map_err(cannot_rank)?;
        let file: serde_json::Value = serde_json::from_str(&decision::to_json(&open.decision))
            .map_err(|error| EngineError::Internal(error.to_string()))?;
        let machine = serde_json::json!({
            "session": id,
            "revision": open.session.revision,
            "decision": file,
            "answer": answer,
            "judgements": present.views(),
        });
        let report = report_of(
            &open.decision,
            &answer,
            &present,
            moment(self.now_ms()),
            machine,
        );
        Ok(report::write(&report, format)?)
    }
}

/// A moment in words, in UTC, so that two people read the same.
pub(crate) fn moment(ms: i64) -> String {
    jiff::Timestamp::from_millisecond(ms).map_or_else(
        |_| String::new(),
        |at| at.strftime("%-d %B %Y, %H:%M UTC").to_string(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_format_is_known_by_its_name_and_by_a_files_ending() {
        for format in Format::ALL {
            assert_eq!(Format::from_name(format.name()).unwrap(), format);
            let path = format!("/tmp/Report.{}", format.extension().to_uppercase());
            assert_eq!(Format::from_path(Path::new(&path)).unwrap(), format);
        }
        let error = Format::from_path(Path::new("report.docx"))
            .unwrap_err()
            .to_string();
        assert!(
            error.contains("docx") && error.contains("markdown, html"),
            "{error}"
        );
    }

    #[test]
    fn a_moment_reads_the_same_everywhere() {
        assert_eq!(moment(1_780_000_000_000), "28 May 2026, 20:26 UTC");
    }
}
