//! Models judge the cells: who judges, which cells are asked and why, the run itself, and what stands after it. Prompts and
//! the reading of replies are the `decision` room's, calls are the `llm` room's, rows are the `store` room's.

mod asking;
mod begin;
mod cancel;
mod clouds;
mod conduct;
mod driver;
mod eta;
mod fingerprint;
mod lanes;
mod live;
mod parameters;
mod plan;
mod present;
mod runs;
mod seats;
mod survey;

pub use cancel::Cancel;

pub(crate) use begin::Intent;
pub(crate) use clouds::Clouds;
pub(crate) use fingerprint::{fingerprints, fingerprints_after};
pub(crate) use lanes::{Agreed, CONCURRENCY, allowed};
pub(crate) use live::LiveRuns;
pub(crate) use present::{Judgements, Present, evidence_of, judgement_view, state_of};
pub(crate) use seats::BUILTIN;
