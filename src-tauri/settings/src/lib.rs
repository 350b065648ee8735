//! Where Ponder keeps things on this machine, how the window looks and which backends there are: the platform's folders
//! and settings.toml.
//! A key or a password never lives here; what is secret belongs to the system's keyring.

pub mod backends;
pub mod error;
pub mod file;
pub mod folders;
pub mod problem;
pub mod values;

mod backend_file;
mod backend_table;
mod contents;
mod keys;
mod lock;
mod write;

pub use backends::{BUILTIN, BackendConfig, BackendKind, CONCURRENCY, TIMEOUT_SECONDS};
pub use error::SettingsError;
pub use file::{Saved, SettingsFile};
pub use folders::Folders;
pub use problem::SettingProblem;
pub use values::{Density, Settings, Theme};
