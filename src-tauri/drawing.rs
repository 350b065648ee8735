//! How WebKit draws on this machine: with the graphics card where there is one, without pretending where there is none.

/// Lets WebKit draw straight into memory where no graphics card could help. Without this it asks a graphics library to
/// play the card on the processor: a hundred megabytes and some 20 ms a frame for nothing. Called before anything else
/// runs, because WebKit reads the variable when it starts. Whoever has set it already, has decided.
#[cfg(target_os = "linux")]
pub fn suit_the_machine() {
    const SWITCH: &str = "WEBKIT_DISABLE_DMABUF_RENDERER";
    if std::env::var_os(SWITCH).is_none() && !has_render_node(std::path::Path::new("/dev/dri")) {
        // Drawing as WebKit would have drawn is the worst that a failure here can mean.
        let _ = gtk::glib::setenv(SWITCH, "1", false);
    }
}

/// Whether the kernel offers a graphics card to draw with: a file `renderD…` in its folder of cards.
#[cfg(target_os = "linux")]
fn has_render_node(cards: &std::path::Path) -> bool {
    let Ok(entries) = std::fs::read_dir(cards) else {
        return false;
    };
    entries
        .flatten()
        .any(|entry| entry.file_name().as_encoded_bytes().starts_with(b"renderD"))
}

#[cfg(not(target_os = "linux"))]
pub fn suit_the_machine() {}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn a_card_that_can_only_show_is_no_card_to_draw_with() {
        let folder = tempfile::tempdir().unwrap();
        assert!(!has_render_node(&folder.path().join("none")));
        std::fs::write(folder.path().join("card0"), "").unwrap();
        assert!(!has_render_node(folder.path()));
        std::fs::write(folder.path().join("renderD128"), "").unwrap();
        assert!(has_render_node(folder.path()));
    }
}
