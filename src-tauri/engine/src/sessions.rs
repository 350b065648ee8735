//! Sessions: listed, made, opened, edited, undone, put away, erased. Every change is durable when it is answered.

use std::collections::{BTreeMap, HashSet};
use std::path::Path;
use std::sync::Arc;

use decision::problem::echo;
use decision::{Answer, CriterionId, Decision, Edit, Problem, ScoreTable};
use serde::Deserialize;
use store::{
    NewSession as StoredSession, Origin, RowChanges, Save, SessionBundle, StoreError, UndoStep,
};

use crate::desk::Open;
use crate::engine::Engine;
use crate::error::EngineError;
use crate::evaluate::answer_with;
use crate::intake::{self, Taken};
use crate::rows::rows_of;
use crate::summary;
use crate::templates;
use crate::view::{Erased, NewSession, SessionState, SessionSummary, SessionView, Template};

/// Which sessions to list.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, ts_rs::TS)]
pub struct SessionFilter {
    /// Only those in this state.
    pub state: SessionState,
    /// Words that all stand in a session's texts, each as the beginning of a word; empty for every session.
    pub search: String,
}

impl Engine {
    /// The sessions of the history, newest first.
    ///
    /// # Errors
    /// [`EngineError::Store`].
    pub fn sessions(&self, filter: &SessionFilter) -> Result<Vec<SessionSummary>, EngineError> {
        let asked = store::SessionFilter {
            state: Some(summary::stored(filter.state)),
            search: filter.search.clone(),
        };
        Ok(self
            .store()?
            .sessions(&asked)?
            .iter()
            .map(summary::of)
            .collect())
    }

    /// What a new session can start from.
    #[must_use]
    pub fn templates(&self) -> Vec<Template> {
        templates::list()
    }

    /// Makes a session and opens it.
    ///
    /// # Errors
    /// [`EngineError::Invalid`] with every problem of what it should start from; [`EngineError::Store`].
    pub fn create_session(&self, from: &NewSession) -> Result<SessionView, EngineError> {
        let (taken, path) = match from {
            NewSession::Blank => (Taken::of(Decision::empty("Untitled decision")), None),
            NewSession::Template { id } => (Taken::of(templates::decision(id)?), None),
            NewSession::Text { text, name } => (intake::take_text(name.as_deref(), text)?, None),
            NewSession::File { path } => (
                intake::take_file(Path::new(path))?,
                Some(absolute(Path::new(path))),
            ),
        };
        let origin = Origin {
            path,
            fingerprint: taken.fingerprint,
        };
        let open = self.create(&taken.decision, origin)?;
        self.view(&open, taken.notices)
    }

    /// Opens the session that came from this file, or makes one of it. Gives its id.
    ///
    /// # Errors
    /// As [`Engine::create_session`].
    pub fn open_file(&self, path: &Path) -> Result<String, EngineError> {
        let taken = intake::take_file(path)?;
        if let Some(known) =
            self.session_of_file(path, |origin| origin.fingerprint == taken.fingerprint)?
        {
            return Ok(known);
        }
        let origin = Origin {
            path: Some(absolute(path)),
            fingerprint: taken.fingerprint,
        };
        Ok(self.create(&taken.decision, origin)?.session.id.clone())
    }

    /// The newest session at hand that came from this file and of whose origin `which` holds.
    pub(crate) fn session_of_file(
        &self,
        path: &Path,
        which: impl Fn(&Origin) -> bool,
    ) -> Result<Option<String>, EngineError> {
        let path = Some(absolute(path));
        let open = store::SessionFilter {
            state: Some(store::SessionState::Open),
            search: String::new(),
        };
        let mut sessions = self.store()?.sessions(&open)?.into_iter();
        Ok(sessions
            .find(|session| session.origin.path == path && which(&session.origin))
            .map(|session| session.id))
    }

    /// Opens a session.
    ///
    /// # Errors
    /// [`EngineError::NoSession`]; [`EngineError::Store`].
    pub fn open_session(&self, id: &str) -> Result<SessionView, EngineError> {
        self.desk.clear();
        let open = self.opened(id)?;
        self.view(&open, Vec::new())
    }

    /// Makes a copy of a session and opens it.
    ///
    /// # Errors
    /// [`EngineError::NoSession`]; [`EngineError::Store`].
    pub fn duplicate_session(&self, id: &str) -> Result<SessionView, EngineError> {
        let mut decision = self.opened(id)?.decision.clone();
        decision.topic = format!(
            "{} (copy)",
            decision.topic.chars().take(490).collect::<String>()
        );
        let open = self.create(&decision, Origin::default())?;
        self.view(&open, Vec::new())
    }

    /// Applies edits as one step that can be undone: all of them or none.
    ///
    /// # Errors
    /// [`EngineError::Invalid`] with each problem and its field; [`EngineError::Store`].
    pub fn edit_session(
        &self,
        id: &str,
        edits: &[Edit],
        label: Option<&str>,
    ) -> Result<SessionView, EngineError> {
        // A second try reads the session again: another process may have saved since it was put on the desk.
        let mut tries = 0;
        loop {
            let before = self.opened(id)?;
            let applied = decision::apply(&before.decision, edits)
                .map_err(|problems| EngineError::invalid(refusal(&problems), problems))?;
            let label = label.map_or_else(|| applied.label.clone(), str::to_owned);
            match self.save(&before, applied.decision, label) {
                Err(EngineError::Store(StoreError::Conflict { .. })) if tries == 0 => tries += 1,
                saved => {
                    let open = saved?;
                    return self.view(&open, applied.notices);
                }
            }
        }
    }

    /// Takes back the last step. With nothing to take back the session stays as it is.
    ///
    /// # Errors
    /// [`EngineError::NoSession`]; [`EngineError::Store`].
    pub fn undo(&self, id: &str) -> Result<SessionView, EngineError> {
        let taken_back = self.store()?.undo(id, self.now_ms())?;
        self.step(id, taken_back)
    }

    /// Does the last step that was taken back again.
    ///
    /// # Errors
    /// [`EngineError::NoSession`]; [`EngineError::Store`].
    pub fn redo(&self, id: &str) -> Result<SessionView, EngineError> {
        let done_again = self.store()?.redo(id, self.now_ms())?;
        self.step(id, done_again)
    }

    fn step(&self, id: &str, moved: Option<SessionBundle>) -> Result<SessionView, EngineError> {
        match moved {
            Some(bundle) => {
                let open = self.relisted(Open::read(bundle)?)?;
                self.view(&open, Vec::new())
            }
            None => self.open_session(id),
        }
    }

    /// The ranking under other weights; nothing is saved. It comes without its cells, which no weight changes: under a
    /// moving slider their 300 KB would be written, sent and read again sixty times a second.
    ///
    /// # Errors
    /// [`EngineError::Invalid`] for a weight that is not finite or below 0, or a criterion that is not there.
    pub fn preview_weights(
        &self,
        id: &str,
        weights: &BTreeMap<String, f64>,
    ) -> Result<Answer, EngineError> {
        let open = self.opened(id)?;
        let weights = weights
            .iter()
            .map(|(id, weight)| (CriterionId(id.clone()), *weight))
            .collect();
        let table = self.present(&open)?.table(&open.decision);
        let mut answer = decision::preview(&open.decision, &table, &weights)
            .map_err(|problems| EngineError::invalid(refusal(&problems), problems))?;
        answer.cells.clear();
        Ok(answer)
    }

    /// Puts a session at hand, out of the way, or into the trash.
    ///
    /// # Errors
    /// [`EngineError::NoSession`]; [`EngineError::Store`].
    pub fn set_session_state(
        &self,
        id: &str,
        state: SessionState,
    ) -> Result<SessionSummary, EngineError> {
        let store = self.store()?;
        store
            .set_state(id, summary::stored(state), self.now_ms())
            .map_err(|error| self.missing(error, &[id.to_owned()]))?;
        self.desk.clear();
        Ok(summary::of(
            &store.load(id)?.ok_or_else(|| self.no_session(id))?.session,
        ))
    }

    /// Puts several sessions there. All of them or, when one of the ids is none, nothing.
    ///
    /// # Errors
    /// [`EngineError::NoSession`]; [`EngineError::Store`].
    pub fn set_session_states(
        &self,
        ids: &[String],
        state: SessionState,
    ) -> Result<Vec<SessionSummary>, EngineError> {
        self.all_known(ids)?;
        ids.iter()
            .map(|id| self.set_session_state(id, state))
            .collect()
    }

    /// Removes a session for good, from every index and free page too.
    ///
    /// # Errors
    /// [`EngineError::NoSession`]; [`EngineError::Store`].
    pub fn erase_session(&self, id: &str) -> Result<Erased, EngineError> {
        self.erase_sessions(&[id.to_owned()])
    }

    /// Removes sessions for good. All of them or none.
    ///
    /// # Errors
    /// [`EngineError::NoSession`]; [`EngineError::Store`].
    pub fn erase_sessions(&self, ids: &[String]) -> Result<Erased, EngineError> {
        self.all_known(ids)?;
        let erased = self
            .store()?
            .erase(ids)
            .map_err(|error| self.missing(error, ids))?;
        self.desk.clear();
        Ok(Erased {
            erased: u32::try_from(erased.sessions).unwrap_or(u32::MAX),
            backups_holding_it: erased
                .backups_holding
                .iter()
                .map(|path| path.display().to_string())
                .collect(),
        })
    }

    /// Removes for good what is in the trash.
    ///
    /// # Errors
    /// [`EngineError::Store`].
    pub fn empty_trash(&self) -> Result<Erased, EngineError> {
        let filter = SessionFilter {
            state: SessionState::Trashed,
            search: String::new(),
        };
        let ids: Vec<String> = self
            .sessions(&filter)?
            .into_iter()
            .map(|session| session.id)
            .collect();
        if ids.is_empty() {
            Ok(Erased {
                erased: 0,
                backups_holding_it: Vec::new(),
            })
        } else {
            self.erase_sessions(&ids)
        }
    }

    /// The session as it lies on the desk, read from the history if it does not.
    pub(crate) fn opened(&self, id: &str) -> Result<Arc<Open>, EngineError> {
        if let Some(open) = self.desk.take(id) {
            return Ok(open);
        }
        let bundle = self.store()?.load(id)?.ok_or_else(|| self.no_session(id))?;
        Ok(self.desk.put(Open::read(bundle)?))
    }

    pub(crate) fn create(
        &self,
        decision: &Decision,
        origin: Origin,
    ) -> Result<Arc<Open>, EngineError> {
        let (id, now) = (self.new_id(), self.now_ms());
        let rows = rows_of(decision, None, now)?;
        let summary = summary::columns(decision, &ScoreTable::from_given(decision));
        let session = StoredSession {
            id: id.clone(),
            kind: "decision".into(),
            origin,
            summary,
        };
        self.store()?.create(session, &rows, now)?;
        self.desk.clear();
        self.opened(&id)
    }

    pub(crate) fn save(
        &self,
        before: &Open,
        decision: Decision,
        label: String,
    ) -> Result<Arc<Open>, EngineError> {
        let now = self.now_ms();
        let rows = rows_of(&decision, Some(&before.rows), now)?;
        let changes = RowChanges::between(&before.rows, &rows);
        if changes.is_empty() {
            return Ok(Arc::new(before.clone()));
        }
        let mut open = Open::edited(before, rows, decision, label.clone());
        let table = self.present(&open)?.table(&open.decision);
        let summary = summary::columns(&open.decision, &table);
        let saved = self.store()?.save(Save {
            session_id: before.session.id.clone(),
            base_revision: before.session.revision,
            changes,
            summary: summary.clone(),
            undo: Some(UndoStep { label }),
            now_ms: now,
        });
        let saved = saved
            .inspect_err(|_| self.desk.clear())
            .map_err(|error| self.missing(error, std::slice::from_ref(&before.session.id)))?;
        open.session.topic.clone_from(&open.decision.topic);
        open.session.revision = saved.revision;
        open.session.updated_at = now;
        open.session.summary = summary;
        Ok(self.desk.put(open))
    }

    /// Puts a session on the desk whose line in the list was written before a model judged it: undo and redo bring back the
    /// line of their step.
    fn relisted(&self, mut open: Open) -> Result<Arc<Open>, EngineError> {
        let present = self.present(&open)?;
        if present.run().is_some() {
            let columns = summary::columns(&open.decision, &present.table(&open.decision));
            if columns != open.session.summary {
                self.store()?
                    .set_summary(&open.session.id, columns.clone())?;
                open.session.summary = columns;
            }
        }
        Ok(self.desk.put(open))
    }

    /// What the window shows of an open session: ranked where it can be, and why not where it cannot.
    pub(crate) fn view(
        &self,
        open: &Open,
        notices: Vec<Problem>,
    ) -> Result<SessionView, EngineError> {
        let present = self.present(open)?;
        let (answer, problems) = match answer_with(&open.decision, &present) {
            Ok(answer) => (Some(answer), Vec::new()),
            Err(problems) => (None, problems),
        };
        Ok(SessionView {
            session: summary::of(&open.session),
            revision: open.session.revision,
            decision: open.decision.clone(),
            answer,
            problems,
            notices,
            undo: open.undo.clone(),
            redo: open.redo.clone(),
            judging: self.judging(open, &present)?,
        })
    }
}

fn refusal(problems: &[Problem]) -> String {
    problems.first().map_or_else(
        || "That was not taken".into(),
        |problem| problem.message.clone(),
    )
}

impl Engine {
    fn missing(&self, error: StoreError, ids: &[String]) -> EngineError {
        let StoreError::NotFound { .. } = error else {
            return error.into();
        };
        let known = self.every_id().unwrap_or_default();
        let stranger = ids.iter().find(|id| !known.contains(*id)).or(ids.first());
        self.no_session(stranger.map_or("", String::as_str))
    }

    fn all_known(&self, ids: &[String]) -> Result<(), EngineError> {
        let known: HashSet<String> = self.every_id()?.into_iter().collect();
        let stranger = ids.iter().find(|id| !known.contains(*id));
        stranger.map_or(Ok(()), |stranger| Err(self.no_session(stranger)))
    }

    /// The refusal of an id that no session has, with the one that was probably meant.
    fn no_session(&self, id: &str) -> EngineError {
        const TYPING_ERRORS: usize = 2;
        let known = self.every_id().unwrap_or_default();
        let begun = known
            .iter()
            .filter(|known| id.len() > 2 && known.starts_with(id))
            .collect::<Vec<_>>();
        let near = match begun[..] {
            [only] => Some(only),
            _ => known
                .iter()
                .find(|known| strsim::damerau_levenshtein(known, &echo(id)) <= TYPING_ERRORS),
        };
        EngineError::NoSession {
            id: echo(id),
            near: near.cloned(),
        }
    }

    fn every_id(&self) -> Result<Vec<String>, EngineError> {
        let all = store::SessionFilter {
            state: None,
            search: String::new(),
        };
        Ok(self
            .store()?
            .sessions(&all)?
            .into_iter()
            .map(|session| session.id)
            .collect())
    }
}

pub(crate) fn absolute(path: &Path) -> String {
    std::fs::canonicalize(path)
        .unwrap_or_else(|_| path.to_owned())
        .display()
        .to_string()
}
