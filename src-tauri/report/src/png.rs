//! A chart as a picture for the clipboard and for files: the SVG drawn by resvg with the fonts of the computer.

use std::sync::{Arc, OnceLock};

use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::fontdb::{Database, Family, Query};
use resvg::usvg::{Options, Tree};

use crate::error::ReportError;

/// 256 MB of pixels; a 50 × 25 heat-map at scale 3 has about 16 million.
const PIXELS: u64 = 64_000_000;

/// Sans-serif families in the order they are preferred when the drawing's own are not there.
const SANS: [&str; 8] = [
    "Noto Sans",
    "DejaVu Sans",
    "Liberation Sans",
    "Segoe UI",
    "Helvetica Neue",
    "Arial",
    "Ubuntu",
    "Cantarell",
];

/// A picture in memory, as clipboards take it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    /// In pixels.
    pub width: u32,
    /// In pixels.
    pub height: u32,
    /// Rows from the top, four bytes a pixel: red, green, blue, alpha, not premultiplied.
    pub rgba: Vec<u8>,
}

/// Draws `svg` as PNG; `scale` 1.0 is one pixel a unit of the drawing.
///
/// # Errors
/// As [`picture`].
pub fn png(svg: &str, scale: f32) -> Result<Vec<u8>, ReportError> {
    pixmap(svg, scale, fonts())?
        .encode_png()
        .map_err(|error| ReportError::NotADrawing {
            reason: error.to_string(),
        })
}

/// Draws `svg` as pixels; `scale` 1.0 is one pixel a unit of the drawing.
///
/// # Errors
/// [`ReportError::NoFont`] when the computer has no font, [`ReportError::NotADrawing`] when `svg` is none or `scale` is
/// not a positive number, [`ReportError::PictureTooLarge`] above 64 million pixels.
pub fn picture(svg: &str, scale: f32) -> Result<Picture, ReportError> {
    let pixmap = pixmap(svg, scale, fonts())?;
    let mut rgba = Vec::with_capacity(pixmap.data().len());
    for pixel in pixmap.pixels() {
        let colour = pixel.demultiply();
        rgba.extend([colour.red(), colour.green(), colour.blue(), colour.alpha()]);
    }
    Ok(Picture {
        width: pixmap.width(),
        height: pixmap.height(),
        rgba,
    })
}

fn pixmap(svg: &str, scale: f32, fonts: &Arc<Database>) -> Result<Pixmap, ReportError> {
    if fonts.is_empty() {
        return Err(ReportError::NoFont);
    }
    let options = Options {
        fontdb: Arc::clone(fonts),
        ..Options::default()
    };
    let not_a_drawing = |reason: String| ReportError::NotADrawing { reason };
    let tree = Tree::from_str(svg, &options).map_err(|error| not_a_drawing(error.to_string()))?;
    let size = tree
        .size()
        .to_int_size()
        .scale_by(scale)
        .ok_or_else(|| not_a_drawing(format!("a scale of {scale} leaves no pixels")))?;
    let (width, height) = (size.width(), size.height());
    if u64::from(width) * u64::from(height) > PIXELS {
        return Err(ReportError::PictureTooLarge {
            width,
            height,
            limit: PIXELS,
        });
    }
    let mut pixmap = Pixmap::new(width, height)
        .ok_or_else(|| not_a_drawing(format!("{width} × {height} pixels cannot be held")))?;
    resvg::render(
        &tree,
        Transform::from_scale(scale, scale),
        &mut pixmap.as_mut(),
    );
    Ok(pixmap)
}

/// Reading the fonts of a computer takes a tenth of a second, so it is done once.
fn fonts() -> &'static Arc<Database> {
    static FONTS: OnceLock<Arc<Database>> = OnceLock::new();
    FONTS.get_or_init(|| {
        let mut fonts = Database::new();
        fonts.load_system_fonts();
        let there = |name: &&str| {
            fonts
                .query(&Query {
                    families: &[Family::Name(name)],
                    ..Query::default()
                })
                .is_some()
        };
        let any = fonts
            .faces()
            .find_map(|face| face.families.first())
            .map(|(name, _)| name.clone());
        if let Some(name) = SANS
            .iter()
            .find(|name| there(name))
            .map(|name| (*name).to_owned())
            .or(any)
        {
            fonts.set_sans_serif_family(name);
        }
        Arc::new(fonts)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const SQUARE: &str = r##"<svg xmlns="http://www.w3.org/2000/svg" width="4" height="2"><rect width="4" height="2" fill="#ff8000" fill-opacity="0.5"/></svg>"##;

    #[test]
    fn a_computer_without_fonts_is_told_what_to_install() {
        let error = pixmap(SQUARE, 1.0, &Arc::new(Database::new())).unwrap_err();
        assert!(matches!(error, ReportError::NoFont));
        assert!(error.to_string().contains("Install one"));
    }

    #[test]
    fn pixels_are_not_premultiplied_and_grow_with_the_scale() {
        let picture = picture(SQUARE, 2.0).unwrap();
        assert_eq!(
            (picture.width, picture.height, picture.rgba.len()),
            (8, 4, 8 * 4 * 4)
        );
        let [red, green, blue, alpha] = picture.rgba[..4] else {
            unreachable!()
        };
        assert!(
            red >= 253 && (126..=130).contains(&green) && blue == 0 && (127..=128).contains(&alpha)
        );
    }

    #[test]
    fn what_cannot_be_a_picture_is_refused_in_words() {
        assert!(matches!(
            png("not svg", 1.0),
            Err(ReportError::NotADrawing { .. })
        ));
        for scale in [0.0, -1.0, f32::NAN] {
            assert!(
                matches!(png(SQUARE, scale), Err(ReportError::NotADrawing { .. })),
                "scale {scale}"
            );
        }
        assert!(matches!(
            png(SQUARE, 9000.0),
            Err(ReportError::PictureTooLarge { .. })
        ));
    }
}
