//! `db`: the history as files — whole or not, copied, restored.

use engine::{Config, Engine, EngineError};
use serde_json::json;

use crate::age::{ago, now_ms};
use crate::args::Db;
use crate::output::{Failure, Output, exit};
use crate::printable::printable;
use crate::table::{Table, size};

/// How many findings are said in words; a badly damaged file has hundreds.
const SHOWN_FINDINGS: usize = 12;

/// What stands in `"schema": "ponder.<name>/1"`.
pub fn name(asked: &Db) -> &'static str {
    match asked {
        Db::Check => "db_check",
        Db::Backup { .. } => "db_backup",
        Db::Restore { .. } => "db_restore",
    }
}

/// Carries out one of them.
pub fn run(
    asked: Db,
    config: &Config,
    open: impl FnOnce() -> Result<Engine, EngineError>,
    output: &Output,
) -> Result<u8, Failure> {
    match asked {
        Db::Check => {
            let report = engine::check_history(config)?;
            output.answer(&report, || {
                let how = if report.ok { "is whole" } else { "is damaged:" };
                let mut words = format!("{} {how}", printable(&report.file));
                for finding in report.findings.iter().take(SHOWN_FINDINGS) {
                    words.push_str(&format!("\n  {finding}"));
                }
                if report.findings.len() > SHOWN_FINDINGS {
                    let more = report.findings.len() - SHOWN_FINDINGS;
                    words.push_str(&format!("\n  … and {more} more (--json lists them)"));
                }
                let (sessions, size) = (sessions(report.sessions), size(report.bytes));
                words.push_str(&format!("\n{sessions}, {size}, format {}", report.format));
                if !report.ok {
                    words.push_str("\n`ponderctl db restore` lists the copies to go back to.");
                }
                words
            })?;
            Ok(if report.ok { 0 } else { exit::DATA })
        }
        Db::Backup { to } => {
            let engine = open()?;
            let backup = match to {
                Some(path) => engine.backup_to(&path)?,
                None => engine.backup("asked for in the terminal")?,
            };
            output.answer(&backup, || {
                let held = backup
                    .sessions
                    .map(|count| sessions(count) + ", ")
                    .unwrap_or_default();
                let again = "Go back to it with: ponderctl db restore";
                format!(
                    "Copied and verified: {} ({held}{})\n{again} {}",
                    backup.file,
                    size(backup.bytes),
                    backup.file
                )
            })?;
            Ok(0)
        }
        Db::Restore { file: Some(file) } => {
            let restored = engine::restore_history(config, &file)?;
            output.answer(&restored, || {
                let held = restored
                    .sessions
                    .map(|count| format!(" ({})", sessions(count)))
                    .unwrap_or_default();
                let kept = restored
                    .kept
                    .as_ref()
                    .map(|path| format!("\nWhat stood before is kept in {path}"));
                format!(
                    "Restored {}{held}{}",
                    restored.restored,
                    kept.unwrap_or_default()
                )
            })?;
            Ok(0)
        }
        Db::Restore { file: None } => {
            let backups = engine::list_backups(config)?;
            output.answer(&json!({ "backups": backups }), || {
                if backups.is_empty() {
                    return "There are no copies yet. `ponderctl db backup` makes one.".into();
                }
                let mut table = Table::new(&["Made", "Sessions", "Size", "Why", "File"]);
                table.right(&[1, 2]);
                let now = now_ms();
                for backup in &backups {
                    table.row(vec![
                        ago(backup.at, now),
                        backup
                            .sessions
                            .map_or_else(String::new, |sessions| sessions.to_string()),
                        size(backup.bytes),
                        backup.reason.replace('-', " "),
                        backup.file.clone(),
                    ]);
                }
                format!("{table}\nGo back to one with: ponderctl db restore FILE")
            })?;
            Ok(0)
        }
    }
}

fn sessions(count: u32) -> String {
    if count == 1 {
        "1 session".into()
    } else {
        format!("{count} sessions")
    }
}
