//! Every view of the real window in both themes and at two sizes, under test-results/ for whoever wants to look; and what
//! a picture shows but no other test asks: that nothing spills out of the window, and which theme the system's is.

use engine::view::NewSession;
use fantoccini::key::Key;

use crate::desk::{Desk, Window};

const SIZES: [(u32, u32); 2] = [(1280, 800), (1920, 1080)];

/// Fifty options by twenty-five criteria, every eighth cell empty.
fn full() -> String {
    let heads = (1..=25)
        .map(|c| format!("\tCriterion {c} (ms)"))
        .collect::<String>();
    let rows = (1..=50).map(|o| {
        let cells = (1..=25).map(|c| match (o * 7 + c * 5) % 8 {
            0 => "\t".to_owned(),
            _ => format!("\t{}", (o * 37 + c * 11) % 101),
        });
        format!("Option number {o}{}\n", cells.collect::<String>())
    });
    format!("Option{heads}\n{}", rows.collect::<String>())
}

async fn pictures(theme: &str) {
    let desk = Desk::new();
    let window = desk.open(None).await;
    window.click("open-settings").await;
    window.click(&format!("theme-{theme}")).await;
    window
        .until(
            "the theme is on",
            &format!("document.documentElement.dataset.theme === {theme:?}"),
        )
        .await;
    shots(&desk, &window, theme, "settings").await;
    window.click("new-session").await;
    window.find("template-ledger-database").await;
    shots(&desk, &window, theme, "empty").await;
    window.click("create-blank").await;
    window.find("not-ranked").await;
    shots(&desk, &window, theme, "blank").await;

    window.click("new-session").await;
    window.click("template-warehouse-site").await;
    window.find("rank-row").await;
    shots(&desk, &window, theme, "decide").await;
    window.focus("cell-editor").await;
    window.type_keys(" ").await;
    window.find("cell-steps").await;
    shots(&desk, &window, theme, "cell").await;
    window.press(Key::Escape).await;
    window.gone("inspector").await;
    window
        .press_button("one('rank-row')?.querySelector('button')")
        .await;
    window.find("contributions").await;
    shots(&desk, &window, theme, "option").await;
    window.click("inspector-close").await;
    window.gone("inspector").await;
    window.click("tab-report").await;
    window.find_css("[data-testid=chart-heatmap] img").await;
    shots(&desk, &window, theme, "report").await;
    window.click("tab-decide").await;

    desk.engine()
        .create_session(&NewSession::Text {
            text: full(),
            name: None,
        })
        .unwrap();
    window
        .until(
            "the other process' decision is listed",
            "all('session-row').length === 3",
        )
        .await;
    window.click("session-row").await;
    window
        .says("decision-size", "50 options × 25 criteria")
        .await;
    shots(&desk, &window, theme, "full").await;
    window.control("k").await;
    window.find("palette-entry").await;
    shots(&desk, &window, theme, "palette").await;
    desk.close(window).await;
}

/// Pictures at both sizes, none with anything wider than the window.
async fn shots(desk: &Desk, window: &Window, theme: &str, view: &str) {
    for (width, height) in SIZES {
        desk.resize(window, width, height).await;
        window.picture(&format!("{view}-{theme}-{width}")).await;
        let spills = window.ask("document.documentElement.scrollWidth > innerWidth || document.documentElement.scrollHeight > innerHeight").await;
        assert_eq!(spills, false, "{view} spills out of {width}×{height}");
    }
}

#[tokio::test]
async fn every_view_fits_the_window_in_the_light_theme() {
    pictures("light").await;
}

#[tokio::test]
async fn every_view_fits_the_window_in_the_dark_theme() {
    pictures("dark").await;
}

#[tokio::test]
async fn the_system_theme_is_the_systems_until_another_is_chosen() {
    for (system, theme) in [("Adwaita", "light"), ("Adwaita:dark", "dark")] {
        let desk = Desk::with(&[("GTK_THEME", system)]);
        let window = desk.open(None).await;
        window
            .until(
                &format!("{system} is {theme}"),
                &format!("document.documentElement.dataset.theme === {theme:?}"),
            )
            .await;
        desk.close(window).await;
    }
}
