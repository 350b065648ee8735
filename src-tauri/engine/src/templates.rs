//! What a new decision can start from: the examples and templates that ship with Ponder, embedded in the binary.

use decision::Decision;

use crate::error::EngineError;
use crate::view::{Template, TemplateKind};

macro_rules! shipped {
    ($($id:literal $kind:ident $path:literal $summary:literal,)*) => {
        &[$(Shipped { id: $id, kind: TemplateKind::$kind, summary: $summary, text: include_str!(concat!("../../../examples/", $path)) }),*]
    };
}

struct Shipped {
    id: &'static str,
    kind: TemplateKind,
    summary: &'static str,
    text: &'static str,
}

const SHIPPED: &[Shipped] = shipped! {
    "ledger-database" Example "ledger-database.toml" "Everything measured: units, ranges, value functions and a must",
    "reporting-tool" Example "reporting-tool.toml" "Judged against rubrics, no score yet: what a model or you fill in",
    "warehouse-site" Example "warehouse-site.toml" "Mixed: measured and by hand, an abstention, evidence, a knock-out",
    "choose-a-supplier" Template "templates/choose-a-supplier.toml" "Price, quality, delivery and risk of several offers",
    "choose-a-tool" Template "templates/choose-a-tool.toml" "Software for a team: fit, effort, cost, exit",
    "build-or-buy" Template "templates/build-or-buy.toml" "Make it, buy it, or do without",
    "prioritise-features" Template "templates/prioritise-features.toml" "Value against effort, for a backlog",
    "hire-a-candidate" Template "templates/hire-a-candidate.toml" "The same questions for every candidate",
    "choose-an-office" Template "templates/choose-an-office.toml" "Rent, reach, room and lease of several places",
};

/// All of them, examples first.
pub(crate) fn list() -> Vec<Template> {
    SHIPPED
        .iter()
        .filter_map(|shipped| {
            let title = read(shipped).ok()?.topic;
            Some(Template { id: shipped.id.into(), title, summary: shipped.summary.into(), kind: shipped.kind })
        })
        .collect()
}

/// The decision of one of them.
///
/// # Errors
/// [`EngineError::NotFound`].
pub(crate) fn decision(id: &str) -> Result<Decision, EngineError> {
    let shipped = SHIPPED.iter().find(|shipped| shipped.id == id);
    read(shipped.ok_or_else(|| EngineError::NotFound { what: format!("template \"{id}\"") })?)
}

fn read(shipped: &Shipped) -> Result<Decision, EngineError> {
    let read = match shipped.kind {
        TemplateKind::Example => decision::file::from_toml(shipped.text),
        TemplateKind::Template => decision::file::frame_from_toml(shipped.text),
    };
    read.map(|loaded| loaded.decision).map_err(|problems| EngineError::invalid(format!("template {}", shipped.id), problems))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_shipped_decision_can_be_opened_and_examples_can_be_ranked() {
        assert_eq!(list().len(), SHIPPED.len());
        for shipped in SHIPPED {
            let decision = read(shipped).unwrap();
            assert!(!decision.criteria.is_empty(), "{}", shipped.id);
            if shipped.kind == TemplateKind::Example {
                crate::evaluate::answer_of(&decision).unwrap();
            }
        }
    }
}
