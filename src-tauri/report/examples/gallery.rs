//! Writes the sample report in every format and the charts in several sizes and both themes to a folder, to be looked
//! at: `cargo run -p report --example gallery -- FOLDER`.

#[path = "../tests/sample/mod.rs"]
mod sample;

use std::error::Error;
use std::fs;
use std::path::PathBuf;

use report::{Block, Chart, Figure, Format, Theme, heat_map, png, ranking_chart, write};

fn main() -> Result<(), Box<dyn Error>> {
    let folder = PathBuf::from(
        std::env::args_os()
            .nth(1)
            .ok_or("say which folder to write to")?,
    );
    fs::create_dir_all(&folder)?;
    let report = sample::report();
    for format in Format::ALL {
        fs::write(
            folder.join(format!("report.{}", format.extension())),
            write(&report, format)?,
        )?;
    }
    let (ranking, heat) = sample::many(50, 25);
    let mut large = sample::report();
    large.blocks.insert(
        3,
        Block::Chart(Figure::ranking("Fifty options", &ranking, 960)),
    );
    large.blocks.insert(
        4,
        Block::Chart(Figure::heat_map("Twenty-five criteria", &heat, 960)),
    );
    fs::write(folder.join("large.html"), write(&large, Format::Html)?)?;
    let save = |name: String, chart: Chart| -> Result<(), Box<dyn Error>> {
        fs::write(folder.join(format!("{name}.svg")), &chart.svg)?;
        fs::write(folder.join(format!("{name}.png")), png(&chart.svg, 1.0)?)?;
        fs::write(folder.join(format!("{name}.txt")), &chart.alt)?;
        Ok(())
    };
    for (theme, name) in [(Theme::Light, "light"), (Theme::Dark, "dark")] {
        save(
            format!("ranking-5x6-{name}"),
            ranking_chart(&sample::ranking(), theme, 960),
        )?;
        save(
            format!("heatmap-5x6-{name}"),
            heat_map(&sample::heat_map(), theme, 960),
        )?;
        save(
            format!("ranking-narrow-{name}"),
            ranking_chart(&sample::awkward(), theme, 480),
        )?;
        save(
            format!("heatmap-narrow-{name}"),
            heat_map(&sample::heat_map(), theme, 480),
        )?;
        save(
            format!("ranking-awkward-{name}"),
            ranking_chart(&sample::awkward(), theme, 960),
        )?;
        for (options, criteria) in [(0, 0), (1, 1), (2, 1), (50, 25)] {
            let (ranking, heat) = sample::many(options, criteria);
            save(
                format!("ranking-{options}x{criteria}-{name}"),
                ranking_chart(&ranking, theme, 960),
            )?;
            save(
                format!("heatmap-{options}x{criteria}-{name}"),
                heat_map(&heat, theme, 960),
            )?;
        }
    }
    Ok(())
}
