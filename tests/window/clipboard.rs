//! Ranking and heat-map for a document or a mail: what another program finds on the clipboard.

use crate::desk::{Desk, until};

#[tokio::test]
async fn ranking_and_heat_map_are_copied_as_a_table_and_as_a_picture() {
    let desk = Desk::new();
    let file = desk.file(
        "travel.tsv",
        "Option\tPrice (EUR)\tTime (min)\nTrain\t240\t90\nPlane <b>\t320\t75\n",
    );
    let window = desk.open(Some(&file)).await;
    window.click("tab-report").await;
    for (kind, title) in [("ranking", "Ranking"), ("heatmap", "Heat-map")] {
        window
            .find_css(&format!("[data-testid=chart-{kind}] img"))
            .await;
        window.click(&format!("copy-{kind}-table")).await;
        window
            .says("toast", &format!("{title} is copied as a table"))
            .await;
        let html = String::from_utf8(desk.clipboard("text/html")).unwrap();
        assert!(html.contains("<table"), "{html}");
        assert!(
            html.contains("Train") && html.contains("Plane &lt;b&gt;"),
            "{html}"
        );
        let text = String::from_utf8(desk.clipboard("UTF8_STRING")).unwrap();
        assert!(
            text.lines()
                .any(|line| line.contains("Train") && line.contains('\t')),
            "{text}"
        );

        window.click(&format!("copy-{kind}-picture")).await;
        window
            .says("toast", &format!("{title} is copied as a picture"))
            .await;
        let png = desk.clipboard("image/png");
        assert!(
            png.starts_with(b"\x89PNG\r\n\x1a\n"),
            "no PNG of {} bytes",
            png.len()
        );
        let (width, height) = (&png[16..20], &png[20..24]);
        assert!(
            u32::from_be_bytes(width.try_into().unwrap()) > 300,
            "{width:?} × {height:?}"
        );
    }
    until("the window still owns the clipboard", || {
        !desk.clipboard("TARGETS").is_empty()
    });
    desk.close(window).await;
}
