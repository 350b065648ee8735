//! Where Ponder keeps things on this machine, and how the window looks: the platform's folders and settings.toml.
//! A key or a password never lives here; what is secret belongs to the system's keyring.

pub mod error;
pub mod file;
pub mod folders;
pub mod problem;
pub mod values;

mod keys;
mod lock;
mod write;

pub use error::SettingsError;
pub use file::{Saved, SettingsFile};
pub use folders::Folders;
pub use problem::SettingProblem;
pub use values::{Density, Settings, Theme};
