//! The formats a report is written in, and their names in commands and file endings.

use std::fmt;
use std::str::FromStr;

use serde::Serialize;

use crate::error::ReportError;

/// A format of [`crate::write`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    /// GitHub-flavoured Markdown, UTF-8.
    Markdown,
    /// One HTML file with its style and charts inside.
    Html,
    /// The one table of the report, RFC 4180, UTF-8 with a byte order mark.
    Csv,
    /// The whole report for programs, tagged `ponder.report/1`.
    Json,
}

impl Format {
    /// Every format, in the order a menu lists them.
    pub const ALL: [Self; 4] = [Self::Markdown, Self::Html, Self::Csv, Self::Json];

    pub(crate) const ALLOWED: &'static str = "markdown, html, csv, json";

    /// The name in commands: `markdown`, `html`, `csv`, `json`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Markdown => "markdown",
            Self::Html => "html",
            Self::Csv => "csv",
            Self::Json => "json",
        }
    }

    /// The ending of a file's name, without the dot.
    #[must_use]
    pub fn extension(self) -> &'static str {
        match self {
            Self::Markdown => "md",
            other => other.name(),
        }
    }

    /// The media type for the clipboard and for dialogs.
    #[must_use]
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Markdown => "text/markdown; charset=utf-8",
            Self::Html => "text/html; charset=utf-8",
            Self::Csv => "text/csv; charset=utf-8",
            Self::Json => "application/json",
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.name())
    }
}

/// Reads a name or a file ending, whatever its case.
impl FromStr for Format {
    type Err = ReportError;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        match name.to_ascii_lowercase().as_str() {
            "markdown" | "md" => Ok(Self::Markdown),
            "html" | "htm" => Ok(Self::Html),
            "csv" => Ok(Self::Csv),
            "json" => Ok(Self::Json),
            _ => Err(ReportError::UnknownFormat {
                found: name.to_owned(),
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_format_is_found_by_its_name_and_by_its_ending() {
        for format in Format::ALL {
            assert_eq!(format.name().parse::<Format>().unwrap(), format);
            assert_eq!(
                format.extension().to_uppercase().parse::<Format>().unwrap(),
                format
            );
            assert!(Format::ALLOWED.contains(format.name()));
        }
    }

    #[test]
    fn an_unknown_format_says_what_was_found_and_what_is_allowed() {
        let said = "docx".parse::<Format>().unwrap_err().to_string();
        assert_eq!(
            said,
            "\"docx\" is not a report format: allowed are markdown, html, csv, json"
        );
    }
}
