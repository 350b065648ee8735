//! One cell of a heat-map, drawn so that what it holds is told by its words or its mark, not by its colour alone.

use plotters::style::RGBColor;

use super::canvas::{Area, Canvas, Side, Words};
use super::colour::ink_on;
use super::heat_map_series::HeatMapCell;
use super::palette::Palette;

const CELL_SIZE: f64 = 12.0;

pub(super) fn cell(canvas: &mut Canvas<'_>, cell: &HeatMapCell, area: Area, palette: &Palette) {
    match cell {
        HeatMapCell::Scored { value, label, flag } => {
            let paper = palette.heat(if value.is_finite() { *value } else { 0.0 });
            canvas.fill(area, paper);
            let words = Words::new(CELL_SIZE, ink_on(paper)).side(Side::Middle);
            canvas.words(&words.cut(label, area.width() - 4.0), area.middle(), words);
            if !flag.is_empty() {
                corner(canvas, area, ink_on(paper));
            }
        }
        HeatMapCell::Pending => {
            canvas.frame(area, palette.hollow);
            canvas.words(
                "?",
                area.middle(),
                Words::new(CELL_SIZE, palette.quiet_ink).side(Side::Middle),
            );
        }
        HeatMapCell::Abstained => {
            canvas.frame(area, palette.hollow);
            hatch(canvas, area, palette);
        }
        HeatMapCell::Unusable { .. } => {
            canvas.frame(area, palette.hollow);
            cross(canvas, area, palette);
        }
    }
}

/// Abstained: hatched all over.
fn hatch(canvas: &mut Canvas<'_>, area: Area, palette: &Palette) {
    const GAP: f64 = 8.0;
    let height = area.bottom - area.top;
    let mut start = area.left - height + GAP / 2.0;
    while start < area.right {
        let from = start.max(area.left);
        let to = (start + height).min(area.right);
        if to - from > 1.0 {
            let line = [
                (from, area.bottom - (from - start)),
                (to, area.bottom - (to - start)),
            ];
            canvas.line(&line, palette.hollow, 1);
        }
        start += GAP;
    }
}

/// Unusable: a cross.
fn cross(canvas: &mut Canvas<'_>, area: Area, palette: &Palette) {
    const ARM: f64 = 5.0;
    let (x, y) = area.middle();
    canvas.line(
        &[(x - ARM, y - ARM), (x + ARM, y + ARM)],
        palette.quiet_ink,
        2,
    );
    canvas.line(
        &[(x - ARM, y + ARM), (x + ARM, y - ARM)],
        palette.quiet_ink,
        2,
    );
}

/// Noteworthy: a folded corner.
fn corner(canvas: &mut Canvas<'_>, area: Area, ink: RGBColor) {
    const FOLD: f64 = 8.0;
    let (right, top) = (area.right, area.top);
    canvas.polygon(
        &[(right - FOLD, top), (right, top), (right, top + FOLD)],
        ink,
    );
}
