//! The sheet a chart is drawn on: plotters' SVG backend with whole pixels, our fonts, texts made safe to show, areas
//! that tell their full name when pointed at, and the head that makes the drawing readable without seeing it.

use plotters::backend::SVGBackend;
use plotters::coord::Shift;
use plotters::drawing::{DrawingArea, IntoDrawingArea};
use plotters::element::{PathElement, Polygon, Rectangle, Text};
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{Color, FontStyle, FontTransform, IntoTextStyle, RGBColor, ShapeStyle};

use super::text_fit::{cut_to, text_width};
use crate::literal::one_line;

/// What a desktop calls its own font, then what is likely to be there.
const FONTS: &str =
    "system-ui, -apple-system, Segoe UI, Roboto, Noto Sans, DejaVu Sans, Arial, sans-serif";

/// Plotters takes the size of the box of a line; SVG the size of the font.
const BOX_OF_FONT: f64 = 1.24;

/// How one line of words is set.
#[derive(Debug, Clone, Copy)]
pub(super) struct Words {
    pub(super) size: f64,
    pub(super) colour: RGBColor,
    pub(super) bold: bool,
    pub(super) side: Side,
    /// Read from bottom to top.
    pub(super) upright: bool,
}

/// The side of the words that the given point holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    Start,
    Middle,
    End,
}

impl Words {
    pub(super) fn new(size: f64, colour: RGBColor) -> Self {
        Self {
            size,
            colour,
            bold: false,
            side: Side::Start,
            upright: false,
        }
    }

    pub(super) fn bold(self) -> Self {
        Self { bold: true, ..self }
    }

    pub(super) fn bold_if(self, bold: bool) -> Self {
        Self { bold, ..self }
    }

    pub(super) fn side(self, side: Side) -> Self {
        Self { side, ..self }
    }

    pub(super) fn upright(self) -> Self {
        Self {
            upright: true,
            ..self
        }
    }

    /// How wide `text` will be at most.
    pub(super) fn width(&self, text: &str) -> f64 {
        text_width(text, self.spread())
    }

    /// `text` cut to `room` pixels.
    pub(super) fn cut(&self, text: &str, room: f64) -> String {
        cut_to(text, self.spread(), room)
    }

    fn spread(&self) -> f64 {
        if self.bold {
            self.size * 1.13
        } else {
            self.size
        }
    }
}

/// A rectangle in pixels from the upper left corner of the drawing.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Area {
    pub(super) left: f64,
    pub(super) top: f64,
    pub(super) right: f64,
    pub(super) bottom: f64,
}

impl Area {
    pub(super) fn new(left: f64, top: f64, width: f64, height: f64) -> Self {
        Self {
            left,
            top,
            right: left + width,
            bottom: top + height,
        }
    }

    pub(super) fn width(&self) -> f64 {
        self.right - self.left
    }

    pub(super) fn middle(&self) -> (f64, f64) {
        (
            f64::midpoint(self.left, self.right),
            f64::midpoint(self.top, self.bottom),
        )
    }
}

/// A drawing in the making.
pub(super) struct Canvas<'a> {
    area: DrawingArea<SVGBackend<'a>, Shift>,
    pointed_at: Vec<(Area, String)>,
}

/// Draws on a sheet of `width` × `height` pixels and closes it with `title` and `alt`.
pub(super) fn drawing(
    (width, height): (f64, f64),
    title: &str,
    alt: &str,
    paper: RGBColor,
    paint: impl FnOnce(&mut Canvas<'_>),
) -> String {
    let (width, height) = (px(width).unsigned_abs(), px(height).unsigned_abs());
    let mut drawn = String::new();
    let pointed_at = {
        let area = SVGBackend::with_string(&mut drawn, (width, height)).into_drawing_area();
        let mut canvas = Canvas {
            area,
            pointed_at: Vec::new(),
        };
        canvas.fill(
            Area::new(0.0, 0.0, f64::from(width), f64::from(height)),
            paper,
        );
        paint(&mut canvas);
        canvas.pointed_at
    };

    // Plotters opens with its own <svg …> line and closes with </svg>; ours adds what screen readers need.
    let body = drawn.split_once('\n').map_or("", |(_, body)| body);
    let body = body.trim_end().trim_end_matches("</svg>");
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\" role=\"img\">\n\
         <title>{}</title>\n<desc>{}</desc>\n{body}",
        escaped(&one_line(title)),
        escaped(&one_line(alt)),
    );
    for (area, text) in &pointed_at {
        svg.push_str(&format!(
            "<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" fill-opacity=\"0\"><title>{}</title></rect>\n",
            px(area.left),
            px(area.top),
            px(area.right) - px(area.left),
            px(area.bottom) - px(area.top),
            escaped(&one_line(text)),
        ));
    }
    svg.push_str("</svg>\n");
    svg
}

impl<'a> Canvas<'a> {
    pub(super) fn fill(&mut self, area: Area, colour: RGBColor) {
        self.put(&Rectangle::new(
            [
                (px(area.left), px(area.top)),
                (px(area.right), px(area.bottom)),
            ],
            colour.filled(),
        ));
    }

    pub(super) fn frame(&mut self, area: Area, colour: RGBColor) {
        let (right, bottom) = (area.right - 1.0, area.bottom - 1.0);
        let corners = [
            (area.left, area.top),
            (right, area.top),
            (right, bottom),
            (area.left, bottom),
        ];
        self.line(&[&corners[..], &corners[..1]].concat(), colour, 1);
    }

    pub(super) fn line(&mut self, points: &[(f64, f64)], colour: RGBColor, width: u32) {
        let points: Vec<(i32, i32)> = points.iter().map(|(x, y)| (px(*x), px(*y))).collect();
        self.put(&PathElement::new(
            points,
            ShapeStyle {
                color: colour.to_rgba(),
                filled: false,
                stroke_width: width,
            },
        ));
    }

    pub(super) fn polygon(&mut self, points: &[(f64, f64)], colour: RGBColor) {
        let points: Vec<(i32, i32)> = points.iter().map(|(x, y)| (px(*x), px(*y))).collect();
        self.put(&Polygon::new(points, colour.filled()));
    }

    /// One line of words whose middle stands at the height of `at`.
    pub(super) fn words(&mut self, text: &str, (x, y): (f64, f64), words: Words) {
        let side = match words.side {
            Side::Start => HPos::Left,
            Side::Middle => HPos::Center,
            Side::End => HPos::Right,
        };
        let style = if words.bold {
            FontStyle::Bold
        } else {
            FontStyle::Normal
        };
        let turn = if words.upright {
            FontTransform::Rotate270
        } else {
            FontTransform::None
        };
        let style = (FONTS, words.size * BOX_OF_FONT, style)
            .into_text_style(&self.area)
            .color(&words.colour)
            .transform(turn)
            .pos(Pos::new(side, VPos::Center));
        self.put(&Text::new(one_line(text), (px(x), px(y)), style));
    }

    /// Tells `text` when `area` is pointed at.
    pub(super) fn tell(&mut self, area: Area, text: String) {
        self.pointed_at.push((area, text));
    }

    fn put<'e, E>(&mut self, element: &'e E)
    where
        &'e E: plotters::element::PointCollection<'e, (i32, i32)>,
        E: plotters::element::Drawable<SVGBackend<'a>>,
    {
        // Only writing a file can fail in the SVG backend; this one writes into memory.
        drop(self.area.draw(element));
    }
}

/// Whole pixels keep edges sharp. Numbers beyond any drawing are brought to its edge.
#[allow(clippy::cast_possible_truncation)] // clamped first
pub(super) fn px(number: f64) -> i32 {
    number.round().clamp(-100_000.0, 100_000.0) as i32
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}
