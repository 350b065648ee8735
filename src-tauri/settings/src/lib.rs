//! settings.toml and the platform's folders.
