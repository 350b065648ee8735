//! The colours of every chart, for light and for dark paper. The nine criteria colours were searched for the largest
//! OKLab distance between any two as seen by normal, protanopic, deuteranopic and tritanopic eyes (Machado et al. 2009),
//! with neighbours in the stack further apart still; the tests measure both.

use plotters::style::RGBColor;

use super::colour::Oklab;

/// The paper a chart is drawn on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Theme {
    /// Dark ink on white.
    Light,
    /// Light ink on near-black.
    Dark,
}

/// How many criteria have a colour of their own; what is beyond is drawn together as "other".
pub(super) const OWN_COLOURS: usize = 9;

/// The colours of one theme.
pub(super) struct Palette {
    pub(super) paper: RGBColor,
    pub(super) ink: RGBColor,
    /// Axis numbers, captions: still 4.5 to 1 on the paper.
    pub(super) quiet_ink: RGBColor,
    pub(super) grid: RGBColor,
    /// Every second row.
    pub(super) band: RGBColor,
    /// Cells and parts of bars that hold no score.
    pub(super) hollow: RGBColor,
    criteria: [RGBColor; OWN_COLOURS],
    pub(super) other: RGBColor,
    /// Worst, middle and best of the heat-map; the lightness of the middle lies halfway.
    heat: [RGBColor; 3],
}

impl Palette {
    pub(super) fn of(theme: Theme) -> &'static Self {
        match theme {
            Theme::Light => &LIGHT,
            Theme::Dark => &DARK,
        }
    }

    /// The colour of the segment at `place` of the stack; "other" beyond the last own colour.
    pub(super) fn segment(&self, place: usize) -> RGBColor {
        self.criteria.get(place).copied().unwrap_or(self.other)
    }

    /// The colour of `value` 0 (worst) to 1 (best).
    pub(super) fn heat(&self, value: f64) -> RGBColor {
        let [worst, middle, best] = self.heat.map(Oklab::of);
        let value = value.clamp(0.0, 1.0);
        if value < 0.5 {
            worst.mixed(middle, value * 2.0)
        } else {
            middle.mixed(best, value * 2.0 - 1.0)
        }
        .rgb()
    }
}

static LIGHT: Palette = Palette {
    paper: RGBColor(0xff, 0xff, 0xff),
    ink: RGBColor(0x1a, 0x20, 0x2a),
    quiet_ink: RGBColor(0x55, 0x5f, 0x6d),
    grid: RGBColor(0xdd, 0xe2, 0xe8),
    band: RGBColor(0xf6, 0xf8, 0xfa),
    hollow: RGBColor(0x8a, 0x93, 0x9e),
    criteria: [
        RGBColor(0x3d, 0x59, 0x9c),
        RGBColor(0xae, 0xc7, 0x64),
        RGBColor(0x85, 0x3f, 0x66),
        RGBColor(0xd1, 0x8c, 0x2d),
        RGBColor(0x56, 0xb7, 0xef),
        RGBColor(0xc3, 0x51, 0x10),
        RGBColor(0xf2, 0xb8, 0xbf),
        RGBColor(0x05, 0x89, 0x65),
        RGBColor(0x21, 0x36, 0x4d),
    ],
    other: RGBColor(0x8a, 0x93, 0x9e),
    heat: [
        RGBColor(0xf3, 0xf6, 0xe8),
        RGBColor(0x4f, 0x9e, 0xa8),
        RGBColor(0x17, 0x36, 0x6b),
    ],
};

static DARK: Palette = Palette {
    paper: RGBColor(0x16, 0x1b, 0x22),
    ink: RGBColor(0xe8, 0xec, 0xf1),
    quiet_ink: RGBColor(0xa3, 0xad, 0xba),
    grid: RGBColor(0x2f, 0x37, 0x42),
    band: RGBColor(0x1b, 0x21, 0x2a),
    hollow: RGBColor(0x7d, 0x86, 0x92),
    criteria: [
        RGBColor(0x29, 0x84, 0xfe),
        RGBColor(0xde, 0x98, 0x15),
        RGBColor(0xce, 0xee, 0xfb),
        RGBColor(0x23, 0xc3, 0x91),
        RGBColor(0x97, 0x52, 0xac),
        RGBColor(0xfb, 0xac, 0xd4),
        RGBColor(0xcd, 0x67, 0x4f),
        RGBColor(0xaf, 0x9a, 0xfb),
        RGBColor(0xfc, 0xe6, 0x4a),
    ],
    other: RGBColor(0x7d, 0x86, 0x92),
    heat: [
        RGBColor(0x24, 0x30, 0x40),
        RGBColor(0x3d, 0x8f, 0xa2),
        RGBColor(0xc2, 0xec, 0xc4),
    ],
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chart::colour::{contrast, linear};

    /// Machado, Oliveira and Fernandes 2009, table 1, severity 1.0: rows of the matrices over linear RGB.
    const EYES: [(&str, [[f64; 3]; 3]); 4] = [
        (
            "normal",
            [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]],
        ),
        (
            "protanopia",
            [
                [0.152_286, 1.052_583, -0.204_868],
                [0.114_503, 0.786_281, 0.099_216],
                [-0.003_882, -0.048_116, 1.051_998],
            ],
        ),
        (
            "deuteranopia",
            [
                [0.367_322, 0.860_646, -0.227_968],
                [0.280_085, 0.672_501, 0.047_413],
                [-0.011_820, 0.042_940, 0.968_881],
            ],
        ),
        (
            "tritanopia",
            [
                [1.255_528, -0.076_749, -0.178_779],
                [-0.078_411, 0.930_809, 0.147_602],
                [0.004_733, 0.691_367, 0.303_900],
            ],
        ),
    ];

    fn seen(colour: RGBColor, eye: &[[f64; 3]; 3]) -> [f64; 3] {
        let light = linear(colour);
        let cone = eye.map(|row| {
            row.iter()
                .zip(light)
                .map(|(share, part)| share * part)
                .sum::<f64>()
                .clamp(0.0, 1.0)
        });
        Oklab::from_linear(cone).0
    }

    fn distance(one: [f64; 3], other: [f64; 3]) -> f64 {
        one.iter()
            .zip(other)
            .map(|(a, b)| (a - b).powi(2))
            .sum::<f64>()
            .sqrt()
    }

    #[test]
    fn criteria_are_told_apart_by_every_eye() {
        for palette in [&LIGHT, &DARK] {
            let stack: Vec<RGBColor> = (0..=OWN_COLOURS)
                .map(|place| palette.segment(place))
                .collect();
            for (name, eye) in &EYES {
                let seen: Vec<[f64; 3]> = stack.iter().map(|colour| seen(*colour, eye)).collect();
                for one in 0..seen.len() {
                    for other in one + 1..seen.len() {
                        let far = distance(seen[one], seen[other]);
                        let needed = if other == one + 1 { 0.18 } else { 0.08 };
                        assert!(
                            far >= needed,
                            "{name}: colours {one} and {other} are {far:.3} apart"
                        );
                    }
                }
            }
        }
    }

    #[test]
    fn words_have_the_contrast_that_wcag_asks_for() {
        for palette in [&LIGHT, &DARK] {
            for paper in [palette.paper, palette.band] {
                assert!(contrast(palette.ink, paper) >= 7.0);
                assert!(contrast(palette.quiet_ink, paper) >= 4.5);
            }
        }
    }

    #[test]
    fn equal_steps_of_value_look_equal_on_the_heat_map() {
        for palette in [&LIGHT, &DARK] {
            let scale: Vec<[f64; 3]> = (0..=20)
                .map(|step| Oklab::of(palette.heat(f64::from(step) / 20.0)).0)
                .collect();
            let steps: Vec<f64> = scale
                .windows(2)
                .map(|pair| distance(pair[0], pair[1]))
                .collect();
            let (least, most) = steps.iter().fold((f64::MAX, 0.0_f64), |(low, high), step| {
                (low.min(*step), high.max(*step))
            });
            assert!(
                most / least < 1.35,
                "steps between {least:.4} and {most:.4}"
            );
            let rises: Vec<bool> = scale
                .windows(2)
                .map(|pair| pair[1][0] > pair[0][0])
                .collect();
            assert!(
                rises.iter().all(|rise| *rise == rises[0]),
                "the lightness turns back"
            );
        }
    }
}
