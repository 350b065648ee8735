//! Which of the names a server has may have been meant.

/// At most this many are worth reading.
const SHOWN: usize = 3;

/// The names nearest to the one asked for, best first: those that share its base (`llama3.2` and `llama3.2:1b`) and those
/// that look alike.
pub(crate) fn near<'a>(wanted: &str, have: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
    let base = |name: &str| {
        let name = name.rsplit('/').next().unwrap_or(name);
        name.split(':').next().unwrap_or(name).to_lowercase()
    };
    let wanted_base = base(wanted);
    let mut near: Vec<(f64, &str)> = have
        .into_iter()
        .map(|name| {
            let likeness = strsim::jaro_winkler(&wanted_base, &base(name));
            let same = if base(name) == wanted_base { 1.0 } else { 0.0 };
            (likeness + same, name)
        })
        .filter(|(likeness, _)| *likeness >= 0.8)
        .collect();
    near.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.cmp(b.1)));
    near.into_iter().take(SHOWN).map(|(_, name)| name).collect()
}
