//! The decision model and the methods that rank it: values in, values out. No clock, no randomness, no files.

pub mod aggregate;
pub mod answer;
pub mod edit;
mod evaluation;
pub mod file;
pub mod judge;
pub mod methods;
mod missing;
pub mod model;
mod normalise;
mod notes;
pub mod problem;
pub mod rank;
mod row_values;
pub mod rules;
pub mod score_table;
pub mod screening;
mod sensitivity;
pub mod trace;
pub mod value;
pub mod weighting;
pub mod weights;

pub use answer::{Answer, CellResult, CloseRace, Ranked, ScreenedOption, answer, preview};
pub use edit::{Applied, Edit, apply};
pub use evaluation::Better;
pub use file::{Loaded, from_json, from_toml, to_json, to_toml};
pub use methods::Details;
pub use model::{
    Cell, Criterion, CriterionId, Decision, DecisionOption, Direction, Evidence, HandScore, Judge,
    Kind, Level, Method, MissingPolicy, Must, Normalisation, OptionId, Params, Preference, Scale,
    Weighting,
};
pub use problem::{Problem, ProblemCode};
pub use rank::{Placed, Ranking, rank};
pub use score_table::{CellState, JudgedCell, ScoreTable, Source};
pub use trace::{CellTrace, trace_cell};
