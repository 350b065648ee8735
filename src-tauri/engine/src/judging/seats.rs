//! Who judges: which backend and model each criterion's cells are asked of. Pure; what a name stands for, and whether it may
//! be used, is looked up elsewhere.

use decision::{Criterion, Decision, Judge, Kind};

use crate::view::RunChoice;

/// The judge that judges nothing.
pub(crate) const BUILTIN: &str = "builtin";

/// The judge of one criterion's cells.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Seat {
    /// The backend's name.
    pub backend: String,
    /// The model; none where none was chosen.
    pub model: Option<String>,
    /// 0 to 2; none leaves it to the server.
    pub temperature: Option<f64>,
    /// How many times each cell is asked.
    pub samples: u32,
}

/// What the settings say about judges.
pub(crate) struct Known<'a> {
    /// The backend that judges where nothing else is said.
    pub default: Option<&'a str>,
    /// The model a backend is asked for unless another is named.
    pub model_of: &'a dyn Fn(&str) -> Option<String>,
}

/// The judge of each criterion; none where no model judges it.
pub(crate) fn seats(
    decision: &Decision,
    choice: &RunChoice,
    known: &Known<'_>,
) -> Vec<Option<Seat>> {
    let seat = |criterion: &Criterion| {
        (criterion.kind == Kind::Judged)
            .then(|| seat(decision.judge.as_ref(), criterion, choice, known))
            .flatten()
    };
    decision.criteria.iter().map(seat).collect()
}

fn seat(
    judge: Option<&Judge>,
    criterion: &Criterion,
    choice: &RunChoice,
    known: &Known<'_>,
) -> Option<Seat> {
    let levels = [criterion.judge.as_ref(), judge];
    let named = |from: usize| {
        let mut below = levels[from..].iter().flatten();
        below
            .find_map(|judge| judge.backend.as_deref())
            .or(known.default)
    };
    let backend = choice.backend.as_deref().or_else(|| named(0))?;
    if backend == BUILTIN {
        return None;
    }
    // A model belongs to the backend it was chosen for: another backend knows it by another name, or not at all.
    let own = levels.iter().enumerate().find_map(|(level, judge)| {
        let model = judge.as_ref()?.model.clone()?;
        (named(level) == Some(backend)).then_some(model)
    });
    let part = |part: fn(&Judge) -> Option<f64>| levels.iter().flatten().find_map(|j| part(j));
    let samples = levels.iter().flatten().find_map(|judge| judge.samples);
    Some(Seat {
        backend: backend.to_owned(),
        model: choice
            .model
            .clone()
            .or(own)
            .or_else(|| (known.model_of)(backend)),
        temperature: choice.temperature.or_else(|| part(|j| j.temperature)),
        samples: choice
            .samples
            .map(u32::from)
            .or(samples)
            .unwrap_or(1)
            .clamp(1, 100),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decided(file: &str, choice: &RunChoice, default: Option<&str>) -> Vec<Option<Seat>> {
        let decision = decision::from_toml(file).unwrap().decision;
        let model_of = |name: &str| (name == "office").then(|| "big".to_owned());
        let known = Known {
            default,
            model_of: &model_of,
        };
        seats(&decision, choice, &known)
    }

    const OPTIONS: &str = "options = [{ name = \"A\" }, { name = \"B\" }]\n";

    #[test]
    fn a_criterions_judge_wins_over_the_decisions_and_that_over_the_settings() {
        let file = format!(
            "topic = \"T\"\njudge = {{ backend = \"ollama\", model = \"small\", temperature = 0.0, samples = 3 }}\n{OPTIONS}
             criteria = [{{ name = \"X\" }}, {{ name = \"Y\", judge = {{ backend = \"office\", samples = 1 }} }}, {{ name = \"Z\", kind = \"manual\" }}]"
        );
        let seats = decided(&file, &RunChoice::default(), Some("other"));
        let x = seats[0].clone().unwrap();
        assert_eq!(
            (x.backend.as_str(), x.model.as_deref()),
            ("ollama", Some("small"))
        );
        assert_eq!(
            (x.temperature, x.samples),
            (Some(0.0), 3),
            "an explicit 0 is kept"
        );
        let y = seats[1].clone().unwrap();
        assert_eq!(
            (y.backend.as_str(), y.model.as_deref(), y.samples),
            ("office", Some("big"), 1),
            "the other backend's model is not asked for here"
        );
        assert_eq!(seats[2], None);
    }

    #[test]
    fn a_choice_wins_over_everything_and_brings_its_own_model() {
        let file = format!(
            "topic = \"T\"\njudge = {{ backend = \"ollama\", model = \"small\" }}\n{OPTIONS}criteria = [{{ name = \"X\" }}]"
        );
        let chosen = |backend: Option<&str>, model: Option<&str>| {
            let choice = RunChoice {
                backend: backend.map(str::to_owned),
                model: model.map(str::to_owned),
                ..RunChoice::default()
            };
            let seat = decided(&file, &choice, None).remove(0);
            seat.map(|seat| (seat.backend, seat.model))
        };
        let pair = |backend: &str, model: Option<&str>| {
            Some((backend.to_owned(), model.map(str::to_owned)))
        };
        assert_eq!(chosen(None, None), pair("ollama", Some("small")));
        assert_eq!(chosen(Some("ollama"), None), pair("ollama", Some("small")));
        assert_eq!(chosen(Some("office"), None), pair("office", Some("big")));
        assert_eq!(chosen(Some("new"), None), pair("new", None));
        assert_eq!(chosen(None, Some("m")), pair("ollama", Some("m")));
        assert_eq!(chosen(Some(BUILTIN), None), None);
    }

    #[test]
    fn nobody_judges_while_nobody_is_chosen() {
        let file = format!("topic = \"T\"\n{OPTIONS}criteria = [{{ name = \"X\" }}]");
        assert_eq!(decided(&file, &RunChoice::default(), None), [None]);
        let seat = decided(&file, &RunChoice::default(), Some("office")).remove(0);
        assert_eq!(seat.unwrap().model.as_deref(), Some("big"));
    }
}
