//! The desktop shell: commands, events and the window. It holds no logic; each command is one call of the engine.

mod clipboard;
mod commands;
mod drawing;
mod opening;
mod run_events;

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use opening::Opening;
use tauri::{AppHandle, Emitter, Listener, Manager};

include!("command_names.rs");

macro_rules! handlers {
    ($($name:ident),*) => { tauri::generate_handler![$(commands::$name),*] };
}

/// What the command line asks for: `ponder [--data-dir DIR] [FILE]`.
#[derive(Debug, Default, PartialEq, Eq)]
struct Asked {
    data_dir: Option<PathBuf>,
    file: Option<PathBuf>,
    version: bool,
}

/// Opens the window and returns when it closes. `arguments` are those of the command line, the program's name left out.
#[must_use]
pub fn run(arguments: Vec<OsString>) -> ExitCode {
    let asked = read_arguments(arguments);
    if asked.version {
        #[allow(clippy::print_stdout, reason = "--version answers on standard output")]
        {
            println!("ponder {}", env!("CARGO_PKG_VERSION"));
        }
        return ExitCode::SUCCESS;
    }
    drawing::suit_the_machine();
    let own_history = asked.data_dir.is_some();
    let mut builder = tauri::Builder::default();
    if !own_history {
        // Two windows on one history would only fight for attention. A history of its own is an application of its own.
        builder = builder.plugin(tauri_plugin_single_instance::init(
            |app, arguments, _folder| {
                let again =
                    read_arguments(arguments.into_iter().skip(1).map(OsString::from).collect());
                show_again(app, again.file);
            },
        ));
    }
    let config = engine::Config::for_window(asked.data_dir);
    let file = asked.file;
    let built = builder
        .plugin(tauri_plugin_dialog::init())
        .plugin(tauri_plugin_notification::init())
        .plugin(tauri_plugin_opener::init())
        .plugin(tauri_plugin_window_state::Builder::default().build())
        .manage(clipboard::Clipboard::default())
        .manage(Opening::default())
        // Here rather than before the builder, so that a second instance never touches the history.
        .setup(move |app| open_window(app, config, file))
        .invoke_handler(with_commands!(handlers))
        .run(tauri::generate_context!());
    match built {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            #[allow(clippy::print_stderr, reason = "there is no window to say it in")]
            {
                eprintln!("Ponder could not open its window: {error}");
            }
            ExitCode::FAILURE
        }
    }
}

/// Opens the history beside WebKit's start, and the window at once.
fn open_window(
    app: &tauri::App,
    config: engine::Config,
    file: Option<PathBuf>,
) -> Result<(), Box<dyn std::error::Error>> {
    let handle = app.handle().clone();
    std::thread::Builder::new()
        .name("open".into())
        .spawn(move || {
            let theme = handle.state::<Opening>().open(config, file);
            startup_trace("history_open");
            let painted = handle.clone();
            let _ = handle.run_on_main_thread(move || paint_ground(&painted, &theme));
        })?;
    if traced() {
        app.listen_any("first_frame", |_| startup_trace("first_frame"));
    }
    let window = app.config().app.windows.first().ok_or("no window")?;
    let handle = app.handle().clone();
    tauri::WebviewWindowBuilder::from_config(app, window)?
        .on_web_resource_request(move |request, response| {
            if matches!(request.uri().path(), "/" | "/index.html")
                && let Some(page) = handle.state::<Opening>().fill(response.body())
            {
                *response.body_mut() = page;
            }
        })
        .build()?;
    startup_trace("window_made");
    Ok(())
}

/// The window's ground before the page has painted: a dark window does not begin with a white flash.
fn paint_ground(app: &AppHandle, theme: &str) {
    let Some(window) = app.get_webview_window("main") else {
        return;
    };
    let dark = match theme {
        "system" => window
            .theme()
            .is_ok_and(|theme| theme == tauri::Theme::Dark),
        chosen => chosen == "dark",
    };
    if dark {
        // --surface of the dark theme in ui/src/styles/tokens.css.
        let _ = window.set_background_color(Some(tauri::window::Color(0x1b, 0x1b, 0x1d, 0xff)));
    }
}

fn read_arguments(arguments: Vec<OsString>) -> Asked {
    let mut asked = Asked::default();
    let mut rest = arguments.into_iter();
    while let Some(argument) = rest.next() {
        match argument.to_str() {
            Some("--data-dir") => asked.data_dir = rest.next().map(PathBuf::from),
            Some("--version" | "-V") => asked.version = true,
            _ => {
                let file = std::path::absolute(&argument);
                asked.file = Some(file.unwrap_or_else(|_| PathBuf::from(argument)));
            }
        }
    }
    asked
}

/// Someone started Ponder again: bring the window forward, and open what they asked for in it.
fn show_again(app: &AppHandle, file: Option<PathBuf>) {
    if let Some(window) = app.get_webview_window("main") {
        let _ = window.unminimize();
        let _ = window.set_focus();
    }
    let Some(path) = file else { return };
    match app.state::<Opening>().open_file(&path) {
        Ok(session) => drop(app.emit(
            "open_session",
            commands::HistoryChanged {
                session: Some(session),
            },
        )),
        Err(error) => drop(app.emit("problem", engine::view::AppError::from(error))),
    }
}

/// Tells the page when another process wrote to the history: also what was written while the page was starting. Asking is
/// one read of a counter in shared memory. A page that is loaded again finds the watch running.
pub(crate) fn watch_history(app: AppHandle) {
    let seen = app.state::<Opening>().take_seen();
    let Some(mut seen) = seen else { return };
    std::thread::spawn(move || {
        loop {
            let now = app.state::<Opening>().history_version();
            if now != seen {
                seen = now;
                let _ = app.emit(
                    "history_changed",
                    commands::HistoryChanged { session: None },
                );
            }
            std::thread::sleep(Duration::from_millis(700));
        }
    });
}

/// With `PONDER_STARTUP_TRACE` set, says on standard error when a milestone of the start was reached. The start-up
/// benchmark reads it.
pub(crate) fn startup_trace(milestone: &str) {
    if traced() {
        #[allow(clippy::print_stderr, reason = "asked for by the variable")]
        {
            eprintln!("ponder: {milestone}");
        }
    }
}

fn traced() -> bool {
    std::env::var_os("PONDER_STARTUP_TRACE").is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    macro_rules! names {
        ($($name:ident),*) => { &[$(stringify!($name)),*] };
    }

    #[test]
    fn the_capability_grants_exactly_the_commands_that_exist() {
        const COMMANDS: &[&str] = with_commands!(names);
        let granted: serde_json::Value =
            serde_json::from_str(include_str!("../capabilities/default.json")).unwrap();
        let granted: std::collections::BTreeSet<String> = granted["permissions"]
            .as_array()
            .unwrap()
            .iter()
            .filter_map(|permission| {
                permission
                    .as_str()?
                    .strip_prefix("allow-")
                    .map(|name| name.replace('-', "_"))
            })
            .collect();
        assert_eq!(granted, COMMANDS.iter().map(ToString::to_string).collect());
    }

    #[test]
    fn a_folder_and_a_file_are_read_from_the_command_line() {
        let asked = read_arguments(["--data-dir", "/d", "/f.toml"].map(OsString::from).to_vec());
        assert_eq!(
            asked,
            Asked {
                data_dir: Some("/d".into()),
                file: Some("/f.toml".into()),
                version: false
            }
        );
    }
}
