//! What a new decision can start from: the examples and templates that ship with Ponder, embedded in the binary.

use decision::Decision;

use crate::error::EngineError;
use crate::view::{Template, TemplateKind};

/// The field in which a shipped file says in one line when to take it.
const SUMMARY: &str = "x-summary";

struct Shipped {
    id: &'static str,
    kind: TemplateKind,
    text: &'static str,
}

macro_rules! shipped {
    ($($kind:ident $id:literal $path:literal,)*) => {
        &[$(Shipped { id: $id, kind: TemplateKind::$kind, text: include_str!(concat!("../../../examples/", $path)) }),*]
    };
}

const SHIPPED: &[Shipped] = shipped! {
    Example "ledger-database" "ledger-database.toml",
    Example "reporting-tool" "reporting-tool.toml",
    Example "warehouse-site" "warehouse-site.toml",
    Template "choose-a-supplier" "templates/choose-a-supplier.toml",
    Template "choose-a-tool" "templates/choose-a-tool.toml",
    Template "build-or-buy" "templates/build-or-buy.toml",
    Template "prioritise-features" "templates/prioritise-features.toml",
    Template "hire-a-candidate" "templates/hire-a-candidate.toml",
    Template "choose-an-office" "templates/choose-an-office.toml",
};

/// All of them, examples first.
pub(crate) fn list() -> Vec<Template> {
    SHIPPED
        .iter()
        .filter_map(|shipped| described(shipped).ok())
        .collect()
}

fn described(shipped: &Shipped) -> Result<Template, EngineError> {
    let mut decision = read(shipped)?;
    let summary = decision
        .extra
        .remove(SUMMARY)
        .and_then(|line| line.as_str().map(str::to_owned));
    Ok(Template {
        id: shipped.id.into(),
        title: decision.topic,
        summary: summary.unwrap_or_default(),
        kind: shipped.kind,
    })
}

/// The decision of one of them.
///
/// # Errors
/// [`EngineError::NotFound`].
pub(crate) fn decision(id: &str) -> Result<Decision, EngineError> {
    let shipped = SHIPPED.iter().find(|shipped| shipped.id == id);
    let mut decision = read(shipped.ok_or_else(|| EngineError::NotFound {
        what: format!("template \"{id}\""),
    })?)?;
    // It says what the template is good for, which is nothing about the decision that someone makes of it.
    decision.extra.remove(SUMMARY);
    Ok(decision)
}

fn read(shipped: &Shipped) -> Result<Decision, EngineError> {
    let read = match shipped.kind {
        TemplateKind::Example => decision::from_toml(shipped.text),
        TemplateKind::Template => decision::file::frame_from_toml(shipped.text),
    };
    let refused = |problems| EngineError::invalid(format!("template {}", shipped.id), problems);
    read.map(|loaded| loaded.decision).map_err(refused)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_shipped_decision_can_be_opened_and_examples_can_be_ranked() {
        assert_eq!(list().len(), SHIPPED.len());
        for shipped in SHIPPED {
            assert!(
                !described(shipped).unwrap().summary.is_empty(),
                "{} says when to take it",
                shipped.id
            );
            let decision = decision(shipped.id).unwrap();
            assert!(!decision.criteria.is_empty(), "{}", shipped.id);
            if shipped.kind == TemplateKind::Example {
                crate::evaluate::answer_of(&decision).unwrap();
            }
        }
    }
}
