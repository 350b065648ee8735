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

/// The first cell of each kind in a group.
#[derive(Default)]
struct Evidence<'g> {
    point: Option<(&'g Place, &'g str)>,
    comma: Option<(&'g Place, &'g str)>,
    unsure: Option<(&'g Place, &'g str, f64, f64)>,
}

impl<'g> Evidence<'g> {
    fn of(group: &'g Group) -> Self {
        let mut seen = Self::default();
        for item in &group.items {
            let Value::Number(reading) = &item.value else {
                continue;
            };
            let text = item.text.as_str();
            match (reading.point, reading.comma) {
                (Some(point), Some(comma)) if reading.is_ambiguous() && point.is_finite() => {
                    seen.unsure.get_or_insert((&item.place, text, point, comma));
                }
                (Some(_), None) => {
                    seen.point.get_or_insert((&item.place, text));
                }
                (None, Some(_)) => {
                    seen.comma.get_or_insert((&item.place, text));
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
        if let Some((place, text, point, comma)) = seen.unsure {
            if let Some(mark) = mark {
                let because = reason(
                    said,
                    own,
                    by_separator.is_some() && elsewhere.is_none(),
                    seen,
                );
                marks
                    .notices
                    .push(resolved(group, place, text, mark, (point, comma), &because));
            } else {
                marks.problems.push(ambiguous(place, text, point, comma));
                marks.of.push(None);
                continue;
            }
        }
        marks.of.push(Some(mark.unwrap_or(DecimalMark::Point)));
    }
    if let Some((place, text)) = evidence
        .iter()
        .find_map(|seen| seen.comma)
        .filter(|_| marks.problems.is_empty())
    {
        marks.notices.insert(
            0,
            format!(
                "Decimal commas are understood: {} in {} is a number.",
                quoted(text),
                place.a1()
            ),
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
    let (_, text, ..) = seen.unsure?;
    (delimiter == Some(Delimiter::Comma) && !text.contains(',')).then_some(DecimalMark::Point)
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
        (None, Some(mark), Some((place, text))) => {
            format!(
                "because {} in {} has {}",
                quoted(text),
                place.a1(),
                mark.words()
            )
        }
        _ if by_separator => "because the table is separated by commas".to_owned(),
        _ => "as the other columns are written".to_owned(),
    }
}

fn resolved(
    group: &Group,
    place: &Place,
    text: &str,
    mark: DecimalMark,
    (point, comma): (f64, f64),
    because: &str,
) -> String {
    let value = if mark == DecimalMark::Point {
        point
    } else {
        comma
    };
    format!(
        "In {}, {} ({}) is read as {}, {because}.",
        group.label,
        quoted(text),
        place.a1(),
        plain(value)
    )
}

fn mixed(group: &Group, point: (&Place, &str), comma: (&Place, &str)) -> ImportProblem {
    let message = format!(
        "{} has a decimal comma and {} in {} a decimal point. Use one of them in the whole of {}.",
        quoted(comma.1),
        quoted(point.1),
        point.0.a1(),
        group.label
    );
    ImportProblem::new(ProblemCode::MixedDecimals, message)
        .at(*comma.0)
        .found(comma.1)
        .allowed("one decimal mark")
}

fn ambiguous(place: &Place, text: &str, point: f64, comma: f64) -> ImportProblem {
    let (large, small) = if point.abs() > comma.abs() {
        (point, comma)
    } else {
        (comma, point)
    };
    let (large, small) = (plain(large), format!("{small:.4}"));
    let message = format!(
        "{} can be {large} or {}, and nothing in the table tells which. Write {large}, or {small} with a further zero.",
        quoted(text),
        small.trim_end_matches('0')
    );
    let allowed = format!("{large} or {small}");
    ImportProblem::new(ProblemCode::AmbiguousNumber, message)
        .at(*place)
        .found(text)
        .allowed(allowed)
}
