//! The lines above a chart: its title, in two lines at most, and what is drawn.

use super::canvas::{Area, Canvas, Words};
use super::palette::Palette;
use super::text_fit::wrapped;

/// The paper left free around every chart.
pub(super) const MARGIN: f64 = 24.0;

const TITLE_SIZE: f64 = 17.0;
const TITLE_LINE: f64 = 22.0;
const KIND_SIZE: f64 = 12.0;
const KIND_LINE: f64 = 22.0;

/// The head of a chart; without a title inside a report, where the figure has one.
pub(super) struct Head {
    title: String,
    lines: Vec<String>,
    kind: String,
    room: f64,
}

impl Head {
    pub(super) fn new(title: Option<&str>, kind: String, width: f64) -> Self {
        let room = width - 2.0 * MARGIN;
        let title = title.unwrap_or_default();
        // Bold letters are wider than the estimate.
        let lines = if title.is_empty() {
            Vec::new()
        } else {
            wrapped(title, TITLE_SIZE * 1.13, room, 2)
        };
        Self {
            title: title.to_owned(),
            lines,
            kind,
            room,
        }
    }

    /// From the upper edge to where the chart may begin.
    pub(super) fn bottom(&self) -> f64 {
        let top = if self.lines.is_empty() {
            MARGIN / 2.0
        } else {
            MARGIN - 4.0
        };
        top + self.titles() + KIND_LINE
    }

    fn titles(&self) -> f64 {
        self.lines.iter().map(|_| TITLE_LINE).sum()
    }

    pub(super) fn draw(&self, canvas: &mut Canvas<'_>, palette: &Palette) {
        let mut middle = self.bottom() - KIND_LINE - self.titles() + TITLE_LINE / 2.0;
        for line in &self.lines {
            canvas.words(
                line,
                (MARGIN, middle),
                Words::new(TITLE_SIZE, palette.ink).bold(),
            );
            middle += TITLE_LINE;
        }
        if self.lines.last().is_some_and(|line| line.ends_with('…')) {
            canvas.tell(
                Area::new(MARGIN, MARGIN, self.room, self.titles()),
                self.title.clone(),
            );
        }
        let words = Words::new(KIND_SIZE, palette.quiet_ink);
        canvas.words(&words.cut(&self.kind, self.room), (MARGIN, middle), words);
    }
}
