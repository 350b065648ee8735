//! The desktop shell: commands, events and the window. It holds no logic; each command is one call of the engine.

/// Opens the window and returns when it closes.
pub fn run() {
    let built = tauri::Builder::default()
        .plugin(tauri_plugin_dialog::init())
        .plugin(tauri_plugin_opener::init())
        .plugin(tauri_plugin_window_state::Builder::default().build())
        .run(tauri::generate_context!());
    drop(built);
}
