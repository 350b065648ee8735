//! What can go wrong when a report is written or a chart is turned into a picture.

use crate::format::Format;

/// Why a report or a picture could not be made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReportError {
    /// The name is none of the formats Ponder writes.
    #[error("\"{found}\" is not a report format: allowed are {allowed}", allowed = Format::ALLOWED)]
    UnknownFormat {
        /// The name as it was given.
        found: String,
    },
    /// A value of the report has no form in the format.
    #[error("the report cannot be written as {format}: {reason}")]
    Write {
        /// The format that was asked for.
        format: Format,
        /// What the format's library said.
        reason: String,
    },
    /// No font is installed, so a picture would have no words in it.
    #[error(
        "the chart cannot be drawn as a picture: no font was found on this computer. Install one (DejaVu Sans, for example) and try again"
    )]
    NoFont,
    /// The text that was given is not an SVG drawing.
    #[error("the chart cannot be drawn as a picture: {reason}")]
    NotADrawing {
        /// What the SVG library said.
        reason: String,
    },
    /// The picture would have more pixels than a clipboard or an image viewer takes.
    #[error(
        "a picture of {width} × {height} pixels is too large: at most {limit} pixels in all; choose a smaller scale"
    )]
    PictureTooLarge {
        /// Width in pixels at the scale asked for.
        width: u32,
        /// Height in pixels at the scale asked for.
        height: u32,
        /// The largest number of pixels allowed.
        limit: u64,
    },
}
