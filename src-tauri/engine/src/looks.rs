//! The part of settings.toml that the window looks at, in the window's own words.

use decision::{Problem, ProblemCode};
use settings::{Density, Settings, Theme};

use crate::error::EngineError;
use crate::view::UiSettings;

/// The window's settings.
pub(crate) fn of(settings: &Settings) -> UiSettings {
    UiSettings {
        theme: settings.theme.as_str().to_owned(),
        last_session: settings.last_session.clone(),
        sidebar_width: settings.sidebar_width,
        density: settings.density.as_str().to_owned(),
    }
}

/// `settings` with what the window asks for.
///
/// # Errors
/// [`EngineError::Invalid`] for a word that names no theme or density.
pub(crate) fn into(looks: &UiSettings, settings: &Settings) -> Result<Settings, EngineError> {
    let theme = Theme::from_word(&looks.theme)
        .ok_or_else(|| refused("theme", &looks.theme, "system, light, dark"))?;
    let density = Density::from_word(&looks.density)
        .ok_or_else(|| refused("density", &looks.density, "comfortable, compact"))?;
    let mut wanted = settings.clone();
    wanted.theme = theme;
    wanted.density = density;
    wanted.last_session.clone_from(&looks.last_session);
    wanted.sidebar_width = looks.sidebar_width;
    Ok(wanted)
}

fn refused(field: &str, found: &str, allowed: &str) -> EngineError {
    let message = format!(
        "There is no {field} \"{}\". Allowed: {allowed}",
        decision::problem::echo(found)
    );
    let problem = Problem::new(ProblemCode::BadChoice, field, message.clone())
        .found(found)
        .allowed(allowed);
    EngineError::invalid(message, vec![problem])
}
