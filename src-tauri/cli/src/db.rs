//! `db`: the history as files — whole or not, copied, restored.

use std::path::PathBuf;

use engine::{Config, Engine};
use serde_json::json;

use crate::args::Db;
use crate::output::{Failure, Output, exit};
use crate::table::Table;

/// What stands in `"schema": "ponder.<name>/1"`.
pub fn name(asked: &Db) -> &'static str {
    match asked {
        Db::Check => "db_check",
        Db::Backup { .. } => "db_backup",
        Db::Restore { .. } => "db_restore",
    }
}

/// Carries out one of them.
pub fn run(asked: Db, data_dir: Option<PathBuf>, output: &Output) -> Result<u8, Failure> {
    let config = Config::for_terminal(data_dir);
    match asked {
        Db::Check => {
            let report = engine::check_history(&config)?;
            output.answer(&report, || {
                let mut words = if report.ok { String::from("The history is whole.") } else { String::from("The history is damaged:") };
                for finding in &report.findings {
                    words.push_str(&format!("\n  {finding}"));
                }
                words.push_str(&format!("\n{} sessions, {} bytes, schema {}", report.sessions, report.bytes, report.schema));
                words
            })?;
            Ok(if report.ok { 0 } else { exit::DATA })
        }
        Db::Backup { to } => {
            let engine = Engine::open(config)?;
            let backup = match to {
                Some(path) => engine.backup_to(&path)?,
                None => engine.backup("asked for in the terminal")?,
            };
            output.answer(&backup, || format!("Copied and verified: {} ({} bytes)", backup.file, backup.bytes))?;
            Ok(0)
        }
        Db::Restore { file: Some(file) } => {
            let restored = engine::restore_history(&config, &file)?;
            output.answer(&restored, || {
                let kept = restored.kept.as_ref().map(|path| format!("\nWhat stood before is kept in {path}."));
                format!("Restored {}.{}", restored.restored, kept.unwrap_or_default())
            })?;
            Ok(0)
        }
        Db::Restore { file: None } => {
            let backups = engine::list_backups(&config)?;
            output.answer(&json!({ "backups": backups }), || {
                if backups.is_empty() {
                    return "There are no copies yet. `ponderctl db backup` makes one.".into();
                }
                let mut table = Table::new(&["File", "Sessions", "Bytes", "Why"]);
                table.right(&[1, 2]);
                for backup in &backups {
                    table.row(vec![
                        backup.file.clone(),
                        backup.sessions.map_or_else(String::new, |sessions| sessions.to_string()),
                        backup.bytes.to_string(),
                        backup.reason.clone(),
                    ]);
                }
                format!("{table}Restore one with: ponderctl db restore FILE")
            })?;
            Ok(0)
        }
    }
}
