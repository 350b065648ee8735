//! What joins the rooms: runs a decision, keeps sessions, converts between the rooms' types, reads and writes files. One
//! composition root for window and terminal, [`Engine::open`]. It knows neither Tauri nor the terminal.

mod backends;
mod clock;
mod deciding;
mod decision_report;
mod desk;
mod engine;
mod error;
mod evaluate;
mod exports;
mod files;
mod health;
mod intake;
mod judged_grounds;
mod judging;
mod looks;
mod outcome;
mod resume;
mod rows;
mod series;
mod sessions;
mod summary;
mod surroundings;
mod templates;
mod trace;
pub mod view;
mod weights;

pub use clock::{Clock, Random, SystemClock, SystemRandom};
pub use decision::{Answer, Better, CellState, Decision, Edit, Problem, ProblemCode};
pub use engine::{Config, Engine};
pub use error::{EngineError, problem_line};
pub use evaluate::{Calls, Cost, DecideRequest, Decided, Overrides, Ranking, Source, rank_file};
pub use exports::Format;
pub use files::check_target;
pub use health::{CheckReport, Restored, check_history, list_backups, restore_history};
pub use intake::IMPORT_EXTENSIONS;
pub use judging::Cancel;
pub use outcome::CellJudging;
pub use series::{ChartKind, Copied, CopyAs, Theme};
pub use sessions::SessionFilter;
pub use surroundings::{Surroundings, System};
pub use view::{CellRef, RunChoice, RunEvent, RunOutcome, Scope};
pub use weights::{Weights, weights_of};
