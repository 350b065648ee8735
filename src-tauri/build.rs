//! Lets Tauri read tauri.conf.json and the capabilities at compile time, and makes a permission of each command.
include!("command_names.rs");

macro_rules! names {
    ($($name:ident),*) => { &[$(stringify!($name)),*] };
}

fn main() {
    const COMMANDS: &[&str] = with_commands!(names);
    let attributes = tauri_build::Attributes::new()
        .app_manifest(tauri_build::AppManifest::new().commands(COMMANDS));
    if let Err(error) = tauri_build::try_build(attributes) {
        println!("cargo::error={error:#}");
    }
}
