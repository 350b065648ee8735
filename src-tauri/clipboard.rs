//! The system's clipboard. It is held open for as long as the window lives: on Linux the one who copied must answer
//! whoever pastes.

use std::borrow::Cow;
use std::sync::Mutex;

use engine::Copied;
use engine::view::AppError;

/// The clipboard, opened at its first use.
#[derive(Default)]
pub struct Clipboard(Mutex<Option<arboard::Clipboard>>);

impl Clipboard {
    /// Puts a text, a table or a picture on the clipboard.
    pub fn put(&self, copied: Copied) -> Result<(), AppError> {
        self.with(|clipboard| match copied {
            Copied::Text(text) => clipboard.set_text(text),
            Copied::Table { html, text } => clipboard.set_html(html, Some(text)),
            Copied::Picture {
                width,
                height,
                rgba,
            } => clipboard.set_image(arboard::ImageData {
                width,
                height,
                bytes: Cow::Owned(rgba),
            }),
        })
    }

    /// The text on the clipboard; empty where it holds none.
    pub fn text(&self) -> Result<String, AppError> {
        self.with(|clipboard| match clipboard.get_text() {
            Err(arboard::Error::ContentNotAvailable) => Ok(String::new()),
            other => other,
        })
    }

    fn with<T>(
        &self,
        act: impl FnOnce(&mut arboard::Clipboard) -> Result<T, arboard::Error>,
    ) -> Result<T, AppError> {
        let failed = |error: arboard::Error| {
            AppError::plain(
                "clipboard",
                format!("The clipboard did not answer: {error}."),
            )
        };
        let mut held = self
            .0
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        let clipboard = match held.as_mut() {
            Some(clipboard) => clipboard,
            None => held.insert(arboard::Clipboard::new().map_err(failed)?),
        };
        act(clipboard).map_err(failed)
    }
}
