//! The keys of settings.toml, one by one: how each is read, checked, compared and written.

use toml_edit::{DocumentMut, Item, Value};

use crate::backends::is_name;
use crate::problem::echo;
use crate::values::{Density, MAX_SESSION_ID, SIDEBAR_WIDTHS, Settings, Theme};

/// One key of settings.toml.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Key {
    Theme,
    Density,
    SidebarWidth,
    LastSession,
    DefaultBackend,
}

impl Key {
    pub const ALL: [Self; 5] = [
        Self::Theme,
        Self::Density,
        Self::SidebarWidth,
        Self::LastSession,
        Self::DefaultBackend,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Self::Theme => "theme",
            Self::Density => "density",
            Self::SidebarWidth => "sidebar_width",
            Self::LastSession => "last_session",
            Self::DefaultBackend => "default_backend",
        }
    }

    /// What is allowed, in words.
    pub fn allowed(self) -> String {
        let words = |words: &[&str]| {
            words
                .iter()
                .map(|w| format!("\"{w}\""))
                .collect::<Vec<_>>()
                .join(", ")
        };
        match self {
            Self::Theme => words(&Theme::ALL.map(Theme::as_str)),
            Self::Density => words(&Density::ALL.map(Density::as_str)),
            Self::SidebarWidth => {
                format!(
                    "a whole number from {} to {}",
                    SIDEBAR_WIDTHS.start(),
                    SIDEBAR_WIDTHS.end()
                )
            }
            Self::LastSession => {
                format!("the identifier of a session, 1 to {MAX_SESSION_ID} characters")
            }
            Self::DefaultBackend => "the name of a backend, 1 to 40 of a–z, 0–9, - and _".into(),
        }
    }

    /// Takes the value of this key into `settings`. Gives back what was found when it is not allowed.
    pub fn read(self, item: &Item, settings: &mut Settings) -> Result<(), String> {
        let taken = match self {
            Self::Theme => item
                .as_str()
                .and_then(Theme::from_word)
                .map(|theme| settings.theme = theme),
            Self::Density => item
                .as_str()
                .and_then(Density::from_word)
                .map(|density| settings.density = density),
            Self::SidebarWidth => item
                .as_integer()
                .and_then(|width| u32::try_from(width).ok())
                .filter(|width| SIDEBAR_WIDTHS.contains(width))
                .map(|width| settings.sidebar_width = width),
            Self::LastSession => item
                .as_str()
                .filter(|id| is_session_id(id))
                .map(|id| settings.last_session = Some(id.to_owned())),
            Self::DefaultBackend => item
                .as_str()
                .filter(|name| is_name(name))
                .map(|name| settings.default_backend = Some(name.to_owned())),
        };
        taken.ok_or_else(|| found(item))
    }

    /// The value of this key as a TOML value; none when there is nothing to write.
    fn value(self, settings: &Settings) -> Option<Value> {
        match self {
            Self::Theme => Some(settings.theme.as_str().into()),
            Self::Density => Some(settings.density.as_str().into()),
            Self::SidebarWidth => Some(i64::from(settings.sidebar_width).into()),
            Self::LastSession => settings.last_session.as_deref().map(Value::from),
            Self::DefaultBackend => settings.default_backend.as_deref().map(Value::from),
        }
    }

    /// Whether both hold the same value of this key.
    pub fn same(self, one: &Settings, other: &Settings) -> bool {
        match self {
            Self::Theme => one.theme == other.theme,
            Self::Density => one.density == other.density,
            Self::SidebarWidth => one.sidebar_width == other.sidebar_width,
            Self::LastSession => one.last_session == other.last_session,
            Self::DefaultBackend => one.default_backend == other.default_backend,
        }
    }

    /// Puts the value into the document and keeps the comments around it.
    pub fn write(self, settings: &Settings, document: &mut DocumentMut) {
        let Some(mut value) = self.value(settings) else {
            document.remove(self.name());
            return;
        };
        if let Some(old) = document.get_mut(self.name()).and_then(Item::as_value_mut) {
            *value.decor_mut() = old.decor().clone();
            *old = value;
        } else {
            document.remove(self.name());
            // In a file of comments only they are the document's end; they were written as its beginning.
            let mut comments = document
                .trailing()
                .as_str()
                .filter(|_| document.is_empty())
                .unwrap_or_default()
                .to_owned();
            if !comments.is_empty() {
                document.set_trailing("");
                comments.push_str(if comments.ends_with('\n') { "" } else { "\n" });
            }
            document.insert(self.name(), Item::Value(value));
            if let Some(mut key) = document
                .key_mut(self.name())
                .filter(|_| !comments.is_empty())
            {
                key.leaf_decor_mut().set_prefix(comments);
            }
        }
    }

    /// The value's problem, if a program asks to save one that is not allowed.
    pub fn refused(self, settings: &Settings) -> Option<String> {
        match self {
            Self::SidebarWidth if !SIDEBAR_WIDTHS.contains(&settings.sidebar_width) => {
                Some(settings.sidebar_width.to_string())
            }
            Self::LastSession => settings
                .last_session
                .as_deref()
                .filter(|id| !is_session_id(id))
                .map(echo),
            Self::DefaultBackend => settings
                .default_backend
                .as_deref()
                .filter(|name| !is_name(name))
                .map(echo),
            _ => None,
        }
    }
}

fn is_session_id(id: &str) -> bool {
    let length = id.chars().count();
    (1..=MAX_SESSION_ID).contains(&length) && !id.chars().any(char::is_control)
}

fn found(item: &Item) -> String {
    match item.as_value() {
        Some(value) => echo(&value.to_string()),
        None => format!("a {}", item.type_name()),
    }
}
