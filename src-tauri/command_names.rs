// The one list of commands that the page may call: the build script makes a permission of each, the shell a handler.
// capabilities/default.json grants them; a test holds the two together.
macro_rules! with_commands {
    ($use:ident) => {
        $use![
            sessions,
            templates,
            create_session,
            open_session,
            duplicate_session,
            edit_session,
            undo,
            redo,
            preview_weights,
            trace_cell,
            chart,
            set_session_state,
            erase_session,
            empty_trash,
            export_session,
            choose_export_path,
            choose_import_file,
            copy_to_clipboard,
            copy_text,
            paste_text,
            settings,
            save_settings,
            health,
            backup_now,
            restore_backup,
            open_data_folder,
            show_in_folder,
            startup,
            first_paint
        ]
    };
}
