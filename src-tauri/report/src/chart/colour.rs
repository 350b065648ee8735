//! Colour arithmetic: perceptual mixing (OKLab; Ottosson 2020) and contrast (WCAG 2.2, relative luminance).

use plotters::style::RGBColor;

/// A colour in OKLab: lightness 0–1, then the green–red and blue–yellow axes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Oklab(pub(super) [f64; 3]);

impl Oklab {
    /// Ottosson 2020, "A perceptual color space for image processing": linear sRGB → LMS → cube root → Lab.
    pub(super) fn from_linear([red, green, blue]: [f64; 3]) -> Self {
        let long =
            (0.412_221_470_8 * red + 0.536_332_536_3 * green + 0.051_445_992_9 * blue).cbrt();
        let medium =
            (0.211_903_498_2 * red + 0.680_699_545_1 * green + 0.107_396_956_6 * blue).cbrt();
        let short =
            (0.088_302_461_9 * red + 0.281_718_837_6 * green + 0.629_978_700_5 * blue).cbrt();
        Self([
            0.210_454_255_3 * long + 0.793_617_785_0 * medium - 0.004_072_046_8 * short,
            1.977_998_495_1 * long - 2.428_592_205_0 * medium + 0.450_593_709_9 * short,
            0.025_904_037_1 * long + 0.782_771_766_2 * medium - 0.808_675_766_0 * short,
        ])
    }

    pub(super) fn of(colour: RGBColor) -> Self {
        Self::from_linear(linear(colour))
    }

    /// `share` 0 is `self`, 1 is `other`.
    pub(super) fn mixed(self, other: Self, share: f64) -> Self {
        let mut mix = self.0;
        for (channel, end) in mix.iter_mut().zip(other.0) {
            *channel += (end - *channel) * share;
        }
        Self(mix)
    }

    /// The sRGB colour; what lies outside its gamut is brought to the edge.
    pub(super) fn rgb(self) -> RGBColor {
        let [lightness, a, b] = self.0;
        let long = (lightness + 0.396_337_777_4 * a + 0.215_803_757_3 * b).powi(3);
        let medium = (lightness - 0.105_561_345_8 * a - 0.063_854_172_8 * b).powi(3);
        let short = (lightness - 0.089_484_177_5 * a - 1.291_485_548_0 * b).powi(3);
        RGBColor(
            encoded(4.076_741_662_1 * long - 3.307_711_591_3 * medium + 0.230_969_929_2 * short),
            encoded(-1.268_438_004_6 * long + 2.609_757_401_1 * medium - 0.341_319_396_5 * short),
            encoded(-0.004_196_086_3 * long - 0.703_418_614_7 * medium + 1.707_614_701_0 * short),
        )
    }
}

/// The red, green and blue of `colour` in linear light, 0–1.
pub(super) fn linear(colour: RGBColor) -> [f64; 3] {
    [colour.0, colour.1, colour.2].map(|byte| {
        let share = f64::from(byte) / 255.0;
        if share <= 0.040_45 {
            share / 12.92
        } else {
            ((share + 0.055) / 1.055).powf(2.4)
        }
    })
}

/// The WCAG contrast of two colours, 1–21.
pub(super) fn contrast(one: RGBColor, other: RGBColor) -> f64 {
    let (one, other) = (luminance(one), luminance(other));
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

/// Dark or light ink, whichever stands out more on `paper`: never less than 4.5 to 1.
pub(super) fn ink_on(paper: RGBColor) -> RGBColor {
    const DARK: RGBColor = RGBColor(0, 0, 0);
    const LIGHT: RGBColor = RGBColor(255, 255, 255);
    if contrast(DARK, paper) >= contrast(LIGHT, paper) {
        DARK
    } else {
        LIGHT
    }
}

fn luminance(colour: RGBColor) -> f64 {
    let [red, green, blue] = linear(colour);
    0.2126 * red + 0.7152 * green + 0.0722 * blue
}

#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // clamped to 0–255 first
fn encoded(share: f64) -> u8 {
    let share = share.clamp(0.0, 1.0);
    let curve = if share <= 0.003_130_8 {
        share * 12.92
    } else {
        1.055 * share.powf(1.0 / 2.4) - 0.055
    };
    (curve * 255.0).round().clamp(0.0, 255.0) as u8
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_colour_comes_back_from_oklab_and_takes_a_legible_ink(red: u8, green: u8, blue: u8) {
            let colour = RGBColor(red, green, blue);
            prop_assert_eq!(Oklab::of(colour).rgb(), colour);
            prop_assert!(contrast(ink_on(colour), colour) >= 4.5);
        }
    }
}
