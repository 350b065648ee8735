//! The settings themselves: their types, their defaults, and what is allowed.

use std::ops::RangeInclusive;

use serde::{Deserialize, Serialize};

use crate::backends::BackendConfig;

/// Light, dark, or as the system says.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Theme {
    /// As the system says.
    #[default]
    System,
    /// Always light.
    Light,
    /// Always dark.
    Dark,
}

impl Theme {
    /// All of them, in the order in which they are listed to people.
    pub const ALL: [Self; 3] = [Self::System, Self::Light, Self::Dark];

    /// The word in settings.toml and on the wire.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    /// The theme of a word; none for any other word.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|theme| theme.as_str() == word)
    }
}

/// How much room rows take.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Density {
    /// Room around everything.
    #[default]
    Comfortable,
    /// More on one screen.
    Compact,
}

impl Density {
    /// All of them, in the order in which they are listed to people.
    pub const ALL: [Self; 2] = [Self::Comfortable, Self::Compact];

    /// The word in settings.toml and on the wire.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Comfortable => "comfortable",
            Self::Compact => "compact",
        }
    }

    /// The density of a word; none for any other word.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|density| density.as_str() == word)
    }
}

/// Widths of the list of sessions that make sense, in CSS pixels.
pub const SIDEBAR_WIDTHS: RangeInclusive<u32> = 160..=800;

/// Longest identifier of a session, in characters.
pub const MAX_SESSION_ID: usize = 64;

/// How the window looks and where it was left. On the wire it has the names of settings.toml.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Settings {
    /// Light or dark.
    pub theme: Theme,
    /// How much room rows take.
    pub density: Density,
    /// Width of the list of sessions in CSS pixels, within [`SIDEBAR_WIDTHS`].
    pub sidebar_width: u32,
    /// The session that was open last.
    pub last_session: Option<String>,
    /// The backend that judges when nothing else names one.
    pub default_backend: Option<String>,
    /// The backends that are configured and understood, by name. Changed by [`SettingsFile::put_backend`] and
    /// [`SettingsFile::remove_backend`], not by [`SettingsFile::save`]; on the wire they have a form of their own.
    ///
    /// [`SettingsFile::put_backend`]: crate::SettingsFile::put_backend
    /// [`SettingsFile::remove_backend`]: crate::SettingsFile::remove_backend
    /// [`SettingsFile::save`]: crate::SettingsFile::save
    #[serde(skip)]
    pub backends: Vec<BackendConfig>,
    /// Names of backends whose tables have mistakes, and which are not used therefore.
    #[serde(skip)]
    pub unusable: Vec<String>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            theme: Theme::default(),
            density: Density::default(),
            sidebar_width: 248,
            last_session: None,
            default_backend: None,
            backends: Vec::new(),
            unusable: Vec::new(),
        }
    }
}
