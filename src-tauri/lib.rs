//! The desktop shell: commands, events and the window. It holds no logic; each command is one call of the engine.

mod clipboard;
mod commands;
mod drawing;
mod run_events;

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Mutex;
use std::time::Duration;

use engine::Engine;
use tauri::{AppHandle, Emitter, Manager};

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

/// The file named on the command line, until the page has asked for it.
pub(crate) struct FileToOpen(Mutex<Option<PathBuf>>);

impl FileToOpen {
    fn take(&self) -> Option<PathBuf> {
        self.0
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
            .take()
    }
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
    let data_dir = asked.data_dir;
    let built = builder
        .plugin(tauri_plugin_dialog::init())
        .plugin(tauri_plugin_notification::init())
        .plugin(tauri_plugin_opener::init())
        .plugin(tauri_plugin_window_state::Builder::default().build())
        .manage(clipboard::Clipboard::default())
        .manage(FileToOpen(Mutex::new(asked.file)))
        .setup(move |app| {
            // Opened here rather than before the builder, so that a second instance never touches the history.
            let engine = Engine::open_or_rescue(engine::Config::for_window(data_dir));
            app.manage(SeenAtStart(Mutex::new(Some(engine.history_version()))));
            app.manage(engine);
            startup_trace("engine_open");
            Ok(())
        })
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
    match app.state::<Engine>().open_file(&path) {
        Ok(session) => drop(app.emit(
            "open_session",
            commands::HistoryChanged {
                session: Some(session),
            },
        )),
        Err(error) => drop(app.emit("problem", engine::view::AppError::from(error))),
    }
}

/// The history's version from before the page read anything of it, until the watch begins.
pub(crate) struct SeenAtStart(Mutex<Option<u64>>);

/// Tells the page when another process wrote to the history: also what was written while the page was starting. Asking is
/// one read of a counter in shared memory. A page that is loaded again finds the watch running.
pub(crate) fn watch_history(app: AppHandle) {
    let seen = app
        .state::<SeenAtStart>()
        .0
        .lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner)
        .take();
    let Some(mut seen) = seen else { return };
    std::thread::spawn(move || {
        loop {
            let now = app.state::<Engine>().history_version();
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
    if std::env::var_os("PONDER_STARTUP_TRACE").is_some() {
        #[allow(clippy::print_stderr, reason = "asked for by the variable")]
        {
            eprintln!("ponder: {milestone}");
        }
    }
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
