//! Point or comma: decides for every column which mark its numbers use, by the cells that can only be read one way.
//! A number that could be 1234 or 1.234 is never guessed.

use serde::Serialize;

use crate::Delimiter;
use crate::number::plain;
use crate::problem::{ImportProblem, Place, ProblemCode};
use crate::values::{Group, Value, quoted};

/// The mark between the whole and the fraction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum DecimalMark {
    /// `1.5`
    Point,
    /// `1,5`
    Comma,
}

impl DecimalMark {
    pub(crate) fn words(self) -> &'static str {
        match self {
            Self::Point => "a decimal point",
            Self::Comma => "a decimal comma",
        }
    }
}

/// A cell that can be read one way only.
#[derive(Clone, Copy)]
struct Witness<'g> {
    place: Place,
    text: &'g str,
    value: f64,
}

/// A cell that can be read both ways.
#[derive(Clone, Copy)]
struct Unsure<'g> {
    place: Place,
    text: &'g str,
    point: f64,
    comma: f64,
}

/// The first cell of each kind in a group, and how many are unsure.
#[derive(Default)]
struct Evidence<'g> {
    point: Option<Witness<'g>>,
    comma: Option<Witness<'g>>,
    unsure: Option<Unsure<'g>>,
    unsure_count: usize,
}

impl<'g> Evidence<'g> {
    fn of(group: &'g Group) -> Self {
        let mut seen = Self::default();
        for item in &group.items {
            let Value::Number(reading) = &item.value else {
                continue;
            };
            let (place, text) = (item.place, item.text.as_str());
            match (reading.point, reading.comma) {
                (Some(point), Some(comma)) if reading.is_ambiguous() && point.is_finite() => {
                    seen.unsure_count += 1;
                    seen.unsure.get_or_insert(Unsure {
                        place,
                        text,
                        point,
                        comma,
                    });
                }
                (Some(value), None) => {
                    seen.point.get_or_insert(Witness { place, text, value });
                }
                (None, Some(value)) => {
                    seen.comma.get_or_insert(Witness { place, text, value });
                }
                _ => {}
            }
        }
        seen
    }
}

/// What was decided: a mark a group (none where the group cannot be read), and what to tell the user.
pub(crate) struct Marks {
    pub of: Vec<Option<DecimalMark>>,
    pub notices: Vec<String>,
    pub problems: Vec<ImportProblem>,
}

/// Decides the mark of every group. In this order: what the user said, the group's own cells, the other groups'
/// cells if they agree, and for a point in comma-separated text the separator.
pub(crate) fn decide(
    groups: &[&Group],
    delimiter: Option<Delimiter>,
    said: Option<DecimalMark>,
) -> Marks {
    let evidence: Vec<Evidence> = groups.iter().map(|group| Evidence::of(group)).collect();
    let elsewhere = said.or_else(|| shared_mark(&evidence));
    let mut marks = Marks {
        of: Vec::with_capacity(groups.len()),
        notices: Vec::new(),
        problems: Vec::new(),
    };
    for (group, seen) in groups.iter().zip(&evidence) {
        let own = match (seen.point, seen.comma) {
            (Some(point), Some(comma)) if said.is_none() => {
                marks.problems.push(mixed(group, point, comma));
                marks.of.push(None);
                continue;
            }
            (Some(_), None) => Some(DecimalMark::Point),
            (None, Some(_)) => Some(DecimalMark::Comma),
            _ => None,
        };
        let by_separator = point_by_separator(seen, delimiter);
        let mark = said.or(own).or(elsewhere).or(by_separator);
        if let Some(unsure) = seen.unsure {
            let Some(mark) = mark else {
                marks.problems.push(ambiguous(unsure, seen.unsure_count));
                marks.of.push(None);
                continue;
            };
            let by_separator = by_separator.is_some() && elsewhere.is_none();
            let because = reason(said, own, by_separator, seen);
            marks.notices.push(resolved(group, unsure, mark, &because));
        }
        marks.of.push(Some(mark.unwrap_or(DecimalMark::Point)));
    }
    if let Some(witness) = evidence
        .iter()
        .find_map(|seen| seen.comma)
        .filter(|_| marks.problems.is_empty())
    {
        let (text, place, value) = (
            quoted(witness.text),
            witness.place.a1(),
            plain(witness.value),
        );
        marks.notices.insert(
            0,
            format!("Decimal commas are understood: {text} in {place} is read as {value}."),
        );
    }
    marks
}

/// The mark that all groups with evidence share.
fn shared_mark(evidence: &[Evidence]) -> Option<DecimalMark> {
    let point = evidence.iter().any(|seen| seen.point.is_some());
    let comma = evidence.iter().any(|seen| seen.comma.is_some());
    match (point, comma) {
        (true, false) => Some(DecimalMark::Point),
        (false, true) => Some(DecimalMark::Comma),
        _ => None,
    }
}

/// Programs that separate with commas write decimal points; thousands set apart by points come with semicolons.
fn point_by_separator(seen: &Evidence, delimiter: Option<Delimiter>) -> Option<DecimalMark> {
    let unsure = seen.unsure?;
    (delimiter == Some(Delimiter::Comma) && !unsure.text.contains(','))
        .then_some(DecimalMark::Point)
}

fn reason(
    said: Option<DecimalMark>,
    own: Option<DecimalMark>,
    by_separator: bool,
    seen: &Evidence,
) -> String {
    let witness = seen.point.or(seen.comma);
    match (said, own, witness) {
        (Some(mark), ..) => format!("because you said that the table uses {}", mark.words()),
        (None, Some(mark), Some(witness)) => {
            format!(
                "because {} in {} has {}",
                quoted(witness.text),
                witness.place.a1(),
                mark.words()
            )
        }
        _ if by_separator => "because the table is separated by commas".to_owned(),
        _ => "as the other columns are written".to_owned(),
    }
}

fn resolved(group: &Group, unsure: Unsure, mark: DecimalMark, because: &str) -> String {
    let value = if mark == DecimalMark::Point {
        unsure.point
    } else {
        unsure.comma
    };
    let (text, place) = (quoted(unsure.text), unsure.place.a1());
    format!(
        "In {}, {text} ({place}) is read as {}, {because}.",
        group.label,
        plain(value)
    )
}

fn mixed(group: &Group, point: Witness, comma: Witness) -> ImportProblem {
    let message = format!(
        "{} has a decimal comma and {} in {} a decimal point. Use one of them in the whole of {}.",
        quoted(comma.text),
        quoted(point.text),
        point.place.a1(),
        group.label
    );
    let problem = ImportProblem::new(ProblemCode::MixedDecimals, message).at(comma.place);
    problem.found(comma.text).allowed("one decimal mark")
}

/// One problem a column, with the two spellings that would settle it: nobody mends fifty cells one by one.
fn ambiguous(unsure: Unsure, count: usize) -> ImportProblem {
    let (large, small) = if unsure.point > unsure.comma {
        (unsure.point, unsure.comma)
    } else {
        (unsure.comma, unsure.point)
    };
    let (large, small) = if large < 0.0 {
        (small, large)
    } else {
        (large, small)
    };
    // The larger reading takes the mark for a thousands mark, so the other one is its decimal mark.
    let (thousands, decimal) = if unsure.text.contains(',') {
        (',', '.')
    } else {
        ('.', ',')
    };
    let settled_large = format!("{}{decimal}00", plain(large));
    let settled_small = format!("{small:.4}").replace('.', &thousands.to_string());
    let others = match count - 1 {
        0 => String::new(),
        1 => " (so can one more cell of the column)".to_owned(),
        more => format!(" (so can {more} more cells of the column)"),
    };
    let message = format!(
        "{} can be {} or {}{others}, and nothing in the table tells which. Write it as {settled_large} or as \
         {settled_small}: one cell that can only be read one way settles the whole column.",
        quoted(unsure.text),
        plain(large),
        plain(small)
    );
    let problem = ImportProblem::new(ProblemCode::AmbiguousNumber, message).at(unsure.place);
    problem
        .found(unsure.text)
        .allowed(format!("{settled_large} or {settled_small}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::number;
    use crate::values::Item;

    fn group(texts: &[&str]) -> Group {
        let item = |(i, text): (usize, &&str)| Item {
            place: Place {
                row: i + 2,
                column: Some(2),
                line: None,
            },
            text: (*text).to_owned(),
            value: number::read(text).map_or(Value::Text, Value::Number),
        };
        Group {
            label: "column \"c\"".to_owned(),
            items: texts.iter().enumerate().map(item).collect(),
        }
    }

    #[test]
    fn both_spellings_that_the_refusal_offers_settle_the_column() {
        for text in ["1,234", "1.200", "-1,500", "$12,345", "-2.000"] {
            let refused = decide(&[&group(&[text, "7"])], None, None);
            let allowed = refused.problems[0].allowed.clone().unwrap();
            let readings = number::read(text).unwrap();
            let mut offered = Vec::new();
            for spelling in allowed.split(" or ") {
                let settled = decide(&[&group(&[spelling, text])], None, None);
                let mark = settled.of[0].unwrap();
                let value = readings.with(mark);
                assert_eq!(
                    number::read(spelling).unwrap().with(mark),
                    value,
                    "{text} as {spelling}"
                );
                offered.push(value.unwrap());
            }
            offered.sort_by(f64::total_cmp);
            let mut both = [readings.point.unwrap(), readings.comma.unwrap()];
            both.sort_by(f64::total_cmp);
            assert_eq!(offered, both, "{text}");
        }
    }
}
