//! What the page may ask for. Each command is one call of the engine, off the main thread so that the window never waits.
#![allow(
    missing_docs,
    reason = "the engine's method of the same name carries the documentation"
)]
#![allow(
    clippy::needless_pass_by_value,
    reason = "Tauri hands over owned arguments"
)]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use engine::view::{
    AppError, BackupInfo, CellTrace, ChartView, Erased, Exported, Health, NewSession, SessionState,
    SessionSummary, SessionView, Startup, Template, UiSettings,
};
use engine::view::{
    BackendConfigView, BackendInfo, BackendTest, LiveRun, ModelInfo, RunChoice, RunComparison,
    RunInfo, RunPlan,
};
use engine::{Answer, ChartKind, Edit, Format, Theme};
use serde::Serialize;
use tauri::{AppHandle, Emitter, Manager, State};
use tauri_plugin_dialog::DialogExt;
use tauri_plugin_notification::NotificationExt;
use tauri_plugin_opener::OpenerExt;

use crate::clipboard::Clipboard;
use crate::opening::Opening;

type Answered<T> = Result<T, AppError>;
type House<'a> = State<'a, Opening>;

#[tauri::command(async, rename_all = "snake_case")]
pub fn sessions(engine: House, filter: engine::SessionFilter) -> Answered<Vec<SessionSummary>> {
    Ok(engine.sessions(&filter)?)
}

#[tauri::command(async, rename_all = "snake_case")]
pub fn templates(engine: House) -> Vec<Template> {
    engine.templates()
}

#[tauri::command(async, rename_all = "snake_case")]
pub fn create_session(engine: House, from: NewSession) -> Answered<SessionView> {
    Ok(engine.create_session(&from)?)
}

#[tauri::command(async, rename_all = "snake_case")]
pub fn open_session(engine: House, id: &str) -> Answered<SessionView> {
    Ok(engine.open_session(id)?)
}

#[tauri::command(async, rename_all = "snake_case")]
pub fn duplicate_session(engine: House, id: &str) -> Answered<SessionView> {
    Ok(engine.duplicate_session(id)?)
}

#[tauri::command(async, rename_all = "snake_case")]
pub fn edit_session(
    engine: House,
    id: &str,
    edits: Vec<Edit>,
    label: Option<String>,
) -> Answered<SessionView> {
    Ok(engine.edit_session(id, &edits, label.as_deref())?)
}

#[tauri::command(async, rename_all = "snake_case")]
pub fn undo(engine: House, id: &str) -> Answered<SessionView> {
    Ok(engine.undo(id)?)
}

#[tauri::command(async, rename_all = "snake_case")]
pub fn redo(engine: House, id: &str) -> Answered<SessionView> {
    Ok(engine.redo(id)?)
}

#[tauri::command(async, rename_all = "snake_case")]
pub fn preview_weights(
    engine: House,
    id: &str,
    weights: BTreeMap<String, f64>,
) -> Answered<Answer> {
    Ok(engine.preview_weights(id, &weights)?)
}

#[tauri::command(async, rename_all = "snake_case")]
pub fn trace_cell(engine: House, id: &str, option: &str, criterion: &str) -> Answered<CellTrace> {
    Ok(engine.trace_cell(id, option, criterion)?)
}

#[tauri::command(async, rename_all = "snake_case")]
pub fn chart(engine: House, id: &str, kind: ChartKind, theme: Theme) -> Answered<ChartView> {
    Ok(engine.chart(id, kind, theme)?)
}

#[tauri::command(async, rename_all = "snake_case")]
pub fn set_session_state(engine: House, id: &str, state: SessionState) -> Answered<SessionSummary> {
    Ok(engine.set_session_state(id, state)?)
}

#[tauri::command(async, rename_all = "snake_case")]
pub fn erase_session(engine: House, id: &str) -> Answered<Erased> {
    Ok(engine.erase_session(id)?)
}

#[tauri::command(async, rename_all = "snake_case")]
pub fn empty_trash(engine: House) -> Answered<Erased> {
    Ok(engine.empty_trash()?)
}

#[tauri::command(async, rename_all = "snake_case")]
pub fn export_session(
    engine: House,
    id: &str,
    format: Format,
    path: &str,
    force: bool,
) -> Answered<Exported> {
    Ok(engine.export_session(id, format, Path::new(path), force)?)
}

#[tauri::command(async, rename_all = "snake_case")]
pub fn choose_export_path(
    app: AppHandle,
    engine: House,
    id: &str,
    format: Format,
) -> Answered<Option<String>> {
    let name = engine.export_name(id, format)?;
    let chosen = app
        .dialog()
        .file()
        .set_title("Export")
        .set_file_name(name)
        .add_filter(format.title(), &[format.extension()])
        .blocking_save_file();
    Ok(chosen.map(|path| path.to_string()))
}

#[tauri::command(async, rename_all = "snake_case")]
pub fn choose_import_file(app: AppHandle) -> Option<String> {
    app.dialog()
        .file()
        .set_title("Open a decision file or a table")
        .add_filter("Decision or table", engine::IMPORT_EXTENSIONS)
        .blocking_pick_file()
        .map(|path| path.to_string())
}

#[tauri::command(async, rename_all = "snake_case")]
pub fn copy_to_clipboard(
    engine: House,
    clipboard: State<Clipboard>,
    id: &str,
    what: ChartKind,
    r#as: engine::CopyAs,
) -> Answered<()> {
    clipboard.put(engine.copy(id, what, r#as)?)
}

#[tauri::command(async, rename_all = "snake_case")]
pub fn copy_text(clipboard: State<Clipboard>, text: String) -> Answered<()> {
    clipboard.put(engine::Copied::Text(text))
}

#[tauri::command(async, rename_all = "snake_case")]
pub fn paste_text(clipboard: State<Clipboard>) -> Answered<String> {
    clipboard.text()
}

#[tauri::command(async, rename_all = "snake_case")]
pub fn settings(engine: House) -> UiSettings {
    engine.ui_settings()
}

#[tauri::command(async, rename_all = "snake_case")]
pub fn save_settings(engine: House, settings: UiSettings) -> Answered<UiSettings> {
    Ok(engine.save_ui_settings(&settings)?)
}

#[tauri::command(async, rename_all = "snake_case")]
pub fn health(engine: House) -> Answered<Health> {
    Ok(engine.health()?)
}

#[tauri::command(async, rename_all = "snake_case")]
pub fn backup_now(engine: House) -> Answered<BackupInfo> {
    Ok(engine.backup("asked for in the window")?)
}

#[tauri::command(async, rename_all = "snake_case")]
pub fn restore_backup(app: AppHandle, engine: House, file: &str) -> Answered<Health> {
    let health = engine.restore(file)?;
    // Every session may have changed, so whoever shows one reads it again.
    let _ = app.emit("history_changed", HistoryChanged { session: None });
    Ok(health)
}

#[tauri::command(async, rename_all = "snake_case")]
pub fn open_data_folder(app: AppHandle, engine: House) -> Answered<()> {
    app.opener()
        .open_path(engine.data_folder().to_string_lossy(), None::<&str>)
        .map_err(|error| {
            AppError::plain(
                "cannot_open",
                format!("The folder could not be opened: {error}."),
            )
        })
}

#[tauri::command(async, rename_all = "snake_case")]
pub fn show_in_folder(app: AppHandle, path: PathBuf) -> Answered<()> {
    app.opener().reveal_item_in_dir(path).map_err(|error| {
        AppError::plain(
            "cannot_open",
            format!("The folder could not be opened: {error}."),
        )
    })
}

#[tauri::command(async, rename_all = "snake_case")]
pub fn startup(engine: House) -> Startup {
    engine.startup()
}

#[tauri::command(async, rename_all = "snake_case")]
pub fn first_paint(app: AppHandle, engine: House) -> Answered<()> {
    crate::startup_trace("first_screen");
    if engine.needs_check() {
        let health = engine.check_after_unclean_exit()?;
        let _ = app.emit("health_changed", health);
    }
    crate::watch_history(app.clone());
    let _ = app.state::<Opening>().purge_trash();
    Ok(())
}

#[tauri::command(rename_all = "snake_case")]
pub async fn plan_run(app: AppHandle, id: String, choice: RunChoice) -> Answered<RunPlan> {
    aside(app, move |engine| Ok(engine.plan_run(&id, &choice)?)).await
}

#[tauri::command(rename_all = "snake_case")]
pub async fn judge_session(
    app: AppHandle,
    id: String,
    choice: RunChoice,
    confirmed: bool,
) -> Answered<LiveRun> {
    let page = app.clone();
    aside(app, move |engine| {
        let tell = crate::run_events::to_page(page);
        Ok(engine.judge_session(&id, &choice, confirmed, tell)?)
    })
    .await
}

#[tauri::command(async, rename_all = "snake_case")]
pub fn cancel_run(engine: House, id: &str) -> bool {
    engine.cancel_run(id)
}

#[tauri::command(async, rename_all = "snake_case")]
pub fn runs(engine: House, id: &str) -> Answered<Vec<RunInfo>> {
    Ok(engine.runs(id)?)
}

#[tauri::command(async, rename_all = "snake_case")]
pub fn compare_runs(engine: House, id: &str, a: &str, b: &str) -> Answered<RunComparison> {
    Ok(engine.compare_runs(id, a, b)?)
}

#[tauri::command(async, rename_all = "snake_case")]
pub fn adopt_run(engine: House, id: &str, run: &str) -> Answered<SessionView> {
    Ok(engine.adopt_run(id, run)?)
}

#[tauri::command(async, rename_all = "snake_case")]
pub fn backends(engine: House) -> Answered<Vec<BackendInfo>> {
    Ok(engine.backends()?)
}

#[tauri::command(async, rename_all = "snake_case")]
pub fn add_backend(engine: House, config: BackendConfigView) -> Answered<Vec<BackendInfo>> {
    Ok(engine.add_backend(&config)?)
}

#[tauri::command(async, rename_all = "snake_case")]
pub fn remove_backend(engine: House, name: &str) -> Answered<Vec<BackendInfo>> {
    Ok(engine.remove_backend(name)?)
}

#[tauri::command(async, rename_all = "snake_case")]
pub fn set_default_backend(engine: House, name: Option<&str>) -> Answered<Vec<BackendInfo>> {
    Ok(engine.set_default_backend(name)?)
}

#[tauri::command(async, rename_all = "snake_case")]
pub fn set_backend_key(engine: House, name: &str, key: String) -> Answered<Vec<BackendInfo>> {
    Ok(engine.set_key(name, key)?)
}

#[tauri::command(rename_all = "snake_case")]
pub async fn backend_models(app: AppHandle, name: String) -> Answered<Vec<ModelInfo>> {
    aside(app, move |engine| Ok(engine.backend_models(&name, false)?)).await
}

#[tauri::command(rename_all = "snake_case")]
pub async fn test_backend(
    app: AppHandle,
    name: String,
    model: Option<String>,
    ask: bool,
) -> Answered<BackendTest> {
    aside(app, move |engine| {
        Ok(if ask {
            engine.test_backend(&name, model.as_deref(), false)?
        } else {
            engine.look_at_backend(&name)?
        })
    })
    .await
}

/// Does what waits for the network on a thread of its own: the few threads that answer commands stay free, and so does the
/// window.
async fn aside<T: Send + 'static>(
    app: AppHandle,
    work: impl FnOnce(&engine::Engine) -> Answered<T> + Send + 'static,
) -> Answered<T> {
    let done = tauri::async_runtime::spawn_blocking(move || work(&app.state::<Opening>())).await;
    done.unwrap_or_else(|error| {
        Err(AppError::plain(
            "internal",
            format!("Ponder made a mistake: {error}."),
        ))
    })
}

#[tauri::command(async, rename_all = "snake_case")]
pub fn notify(app: AppHandle, title: &str, body: &str) -> Answered<()> {
    let shown = app.notification().builder().title(title).body(body).show();
    shown.map_err(|error| {
        let words = format!("The system took no notification: {error}.");
        AppError::plain("no_notification", words)
    })
}

/// Another process wrote to the history.
#[derive(Debug, Clone, Serialize)]
pub struct HistoryChanged {
    /// Which session, where that is known.
    pub session: Option<String>,
}
