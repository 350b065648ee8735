//! The history as a whole: opening it, what condition it is in, and the two doors every query goes through.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use r2d2_sqlite::SqliteConnectionManager;
use rusqlite::Connection;

use crate::backup;
use crate::connection::{self, Reading};
use crate::error::{StoreError, While};
use crate::folder;
use crate::lock::HistoryLock;
use crate::migrate::{self, MIGRATIONS, Migration, Need};
use crate::processes::{self, Presence};
use crate::writer::Writer;

/// The history of one data folder. Cheap to clone; all clones share one writer and one pool of readers.
#[derive(Clone)]
pub struct Store {
    inner: Arc<Inner>,
}

/// How to open a history.
#[derive(Debug, Clone, Copy)]
pub struct OpenOptions {
    /// Now, milliseconds since 1970.
    pub now_ms: i64,
    /// How long to wait for another process that is writing before [`StoreError::Locked`].
    pub busy_timeout: Duration,
    /// The migrations to know and the way to recognise a network file system; tests put others in their place.
    pub(crate) known: &'static [Migration],
    pub(crate) network: fn(&Path) -> Option<String>,
}

impl OpenOptions {
    /// The usual ones: five seconds for another process.
    #[must_use]
    pub fn new(now_ms: i64) -> Self {
        Self {
            now_ms,
            busy_timeout: Duration::from_secs(5),
            known: MIGRATIONS,
            network: folder::network_kind,
        }
    }
}

/// What can be done with the history now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Condition {
    /// Everything.
    Ok,
    /// It was not closed properly: it can be read, and written once [`Store::verify`] has passed.
    Checking,
    /// It is damaged: what can be read can be read, a backup can be restored, nothing is written.
    Rescue {
        /// What was found.
        why: String,
    },
    /// It can only be read.
    ReadOnly {
        /// What forbids writing.
        why: String,
    },
}

/// Fields are dropped in this order: readers, the writer (which closes the WAL), then the lock.
struct Inner {
    readers: r2d2::Pool<SqliteConnectionManager>,
    writer: Option<Writer>,
    watcher: Mutex<Option<Connection>>,
    condition: Arc<Mutex<Condition>>,
    reading: Reading,
    folder: PathBuf,
    busy: Duration,
    known: &'static [Migration],
    /// None in a folder that cannot be written.
    _presence: Option<Presence>,
    _lock: HistoryLock,
}

impl Store {
    /// Opens the history in `folder`, creating both if need be and bringing an older history to this build's format.
    ///
    /// # Errors
    /// [`StoreError::NetworkFolder`], [`StoreError::Newer`], [`StoreError::ChangedMigration`],
    /// [`StoreError::Migration`], [`StoreError::Locked`] while another process migrates, restores or (when a
    /// migration is due) has the history open, [`StoreError::ReadOnly`] when there is no history yet and none can be
    /// made, [`StoreError::Corrupt`] when not even its schema can be read (a backup can be restored then),
    /// [`StoreError::Full`].
    pub fn open(folder: &Path, options: OpenOptions) -> Result<Self, StoreError> {
        folder::prepare(folder, options.network)?;
        let file = folder.join(folder::HISTORY);
        if let Some(why) = folder::refuses_files(folder).or_else(|| refuses_writing(&file)) {
            return Self::open_for_reading(folder, &options, why);
        }
        Self::open_for_writing(folder, &options).map_err(|error| error.or_full(folder))
    }

    fn open_for_writing(folder: &Path, options: &OpenOptions) -> Result<Self, StoreError> {
        let busy = options.busy_timeout;
        let mut lock = HistoryLock::take(folder, busy)?;
        let file = folder.join(folder::HISTORY);
        folder::open_private(&file).when("creating the history")?;
        let unchecked = folder.join(folder::UNCHECKED);
        // The last one to close a history empties its WAL. One that is not empty while nobody has the history open
        // was left by a process that was killed or lost its power. SQLite repairs that by itself; what it cannot see
        // is a disk that lost or swapped writes on the way, so the file is checked before anything is added to it.
        // The mark makes other processes wait for the check, too, and outlives one that never comes to it.
        if lock.is_alone()
            && folder::wal_of(&file)
                .metadata()
                .is_ok_and(|wal| wal.len() > 0)
        {
            folder::open_private(&unchecked).when("marking the history as unchecked")?;
        }
        let mut connection = connection::open_writer(&file, busy)?;
        match migrate::need(&connection, options.known)? {
            Need::Nothing => {}
            _ if !lock.is_alone() => {
                return Err(StoreError::Locked {
                    what: "another Ponder has it open, and this version must bring it to its format first".into(),
                });
            }
            Need::Everything => migrate::apply(&mut connection, options.known, 0, options.now_ms)?,
            Need::After(last) => {
                let (known, now_ms) = (options.known, options.now_ms);
                backup::copy(&connection, folder, "before-migration", now_ms, known)?;
                migrate::apply(&mut connection, options.known, last, options.now_ms)?;
            }
        }
        lock.share()?;
        let condition = if unchecked.exists() {
            Condition::Checking
        } else {
            Condition::Ok
        };
        Self::assemble(
            folder,
            options,
            Reading::Shared,
            Some(connection),
            condition,
            lock,
        )
    }

    fn open_for_reading(
        folder: &Path,
        options: &OpenOptions,
        why: String,
    ) -> Result<Self, StoreError> {
        let file = folder.join(folder::HISTORY);
        if !file.exists() {
            return Err(StoreError::ReadOnly { why });
        }
        let lock = HistoryLock::for_reading(folder);
        // Beside a WAL the side files are needed; without one nobody is writing, and SQLite could not make them here.
        let wal = folder::wal_of(&file)
            .metadata()
            .is_ok_and(|wal| wal.len() > 0);
        let reading = if wal {
            Reading::Shared
        } else {
            Reading::Immutable
        };
        let connection = connection::open_reader(&file, reading, options.busy_timeout)
            .when("opening the history")?;
        match migrate::need(&connection, options.known)? {
            Need::Nothing => {}
            Need::Everything | Need::After(_) => {
                return Err(StoreError::ReadOnly {
                    why: format!(
                        "{why}, and it must be brought to this version's format before it can be read"
                    ),
                });
            }
        }
        Self::assemble(
            folder,
            options,
            reading,
            None,
            Condition::ReadOnly { why },
            lock,
        )
    }

    fn assemble(
        folder: &Path,
        options: &OpenOptions,
        reading: Reading,
        writer: Option<Connection>,
        condition: Condition,
        lock: HistoryLock,
    ) -> Result<Self, StoreError> {
        let file = folder.join(folder::HISTORY);
        let presence = writer
            .as_ref()
            .map(|_| Presence::announce(folder))
            .transpose()?;
        let writer = writer
            .map(|connection| Writer::start(connection, folder.to_owned()))
            .transpose()?;
        let inner = Inner {
            readers: connection::open_pool(&file, reading, options.busy_timeout),
            writer,
            watcher: Mutex::new(None),
            condition: Arc::new(Mutex::new(condition)),
            reading,
            folder: folder.to_owned(),
            busy: options.busy_timeout,
            known: options.known,
            _presence: presence,
            _lock: lock,
        };
        Ok(Self {
            inner: Arc::new(inner),
        })
    }

    /// What can be done with the history now.
    #[must_use]
    pub fn condition(&self) -> Condition {
        self.inner
            .condition
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Checks the pages of the file (SQLite's `quick_check`) and says what can be done from now on. After an unclean
    /// exit this opens the history for writing, or finds it damaged. Reads about as long as copying the file takes.
    ///
    /// # Errors
    /// When the check itself could not run; the condition stays as it was.
    pub fn verify(&self) -> Result<Condition, StoreError> {
        let found = match self.read_afresh(quick_check) {
            Ok(found) => found,
            Err(StoreError::Corrupt { why }) => Some(why),
            Err(other) => return Err(other),
        };
        let condition = match (found, self.condition()) {
            (Some(why), _) => Condition::Rescue { why },
            (None, readonly @ Condition::ReadOnly { .. }) => readonly,
            (None, _) => {
                let unchecked = self.inner.folder.join(folder::UNCHECKED);
                if unchecked.exists() {
                    std::fs::remove_file(unchecked).when("marking the history as checked")?;
                }
                Condition::Ok
            }
        };
        self.set_condition(condition.clone());
        Ok(condition)
    }

    /// A number that changes when somebody else wrote: another process or another [`Store`] of this one, but not this
    /// store. Cheap enough to be asked several times a second.
    ///
    /// # Errors
    /// When the history cannot be read.
    pub fn data_version(&self) -> Result<u64, StoreError> {
        let what = "looking for changes by others";
        let version = |connection: &Connection| {
            connection
                .query_row("PRAGMA data_version", [], |row| row.get(0))
                .when(what)
                .map(u32::into)
        };
        // SQLite leaves a connection's own writes out of its number, so the writing connection is the one to ask.
        if let Some(writer) = &self.inner.writer {
            return writer.alone(what, move |connection| version(connection));
        }
        if self.inner.reading == Reading::Immutable {
            return Ok(0);
        }
        let mut watcher = self
            .inner
            .watcher
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if watcher.is_none() {
            let file = self.inner.folder.join(folder::HISTORY);
            *watcher =
                Some(connection::open_reader(&file, Reading::Shared, self.inner.busy).when(what)?);
        }
        watcher
            .as_ref()
            .map_or_else(|| Err(StoreError::defect(what, "no connection")), version)
    }

    /// How many other processes have the history open now.
    #[must_use]
    pub fn other_processes(&self) -> usize {
        processes::others(&self.inner.folder)
    }

    /// The data folder.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.inner.folder
    }

    pub(crate) fn known(&self) -> &'static [Migration] {
        self.inner.known
    }

    /// The door for reading: a connection of the pool.
    pub(crate) fn read<T>(
        &self,
        query: impl FnOnce(&Connection) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let connection = self
            .inner
            .readers
            .get()
            .map_err(|error| StoreError::Sqlite {
                what: "opening the history for reading".into(),
                why: error.to_string(),
            })?;
        self.noted(query(&connection))
    }

    /// As [`Store::read`], on a connection that has read nothing yet. SQLite's checks need one: FTS5 keeps what it
    /// last saw of its index and, when checking, takes another connection's later changes for damage.
    pub(crate) fn read_afresh<T>(
        &self,
        query: impl FnOnce(&Connection) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let file = self.inner.folder.join(folder::HISTORY);
        let connection = connection::open_reader(&file, self.inner.reading, self.inner.busy)
            .when("opening the history for reading")?;
        self.noted(query(&connection))
    }

    /// The door for writing: a job for the writer, refused in every condition but [`Condition::Ok`]. Returns once it
    /// is durable.
    pub(crate) fn write<T, F>(&self, what: &'static str, job: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static,
    {
        let writer = self.writer()?;
        self.noted(writer.save(what, job))
    }

    /// As [`Store::write`] without waiting: `done` hears the result on the writer's thread once it is durable, or on
    /// this one when the history cannot be written.
    pub(crate) fn submit<F, D>(&self, what: &'static str, job: F, done: D)
    where
        F: FnOnce(&Connection) -> Result<(), StoreError> + Send + 'static,
        D: FnOnce(Result<(), StoreError>) + Send + 'static,
    {
        match self.writer() {
            Err(refused) => done(Err(refused)),
            Ok(writer) => {
                // Not the whole store: its last owner must not be a job in its own queue.
                let condition = Arc::clone(&self.inner.condition);
                writer.submit(what, job, move |result| {
                    note(&condition, &result);
                    done(result);
                });
            }
        }
    }

    /// As [`Store::write`], outside any transaction.
    pub(crate) fn write_alone<T, F>(&self, what: &'static str, work: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&mut Connection) -> Result<T, StoreError> + Send + 'static,
    {
        let writer = self.writer()?;
        self.noted(writer.alone(what, work))
    }

    pub(crate) fn accepts_writes(&self) -> bool {
        self.condition() == Condition::Ok
    }

    fn writer(&self) -> Result<&Writer, StoreError> {
        match self.condition() {
            Condition::Ok => {}
            Condition::Checking => return Err(StoreError::Checking),
            Condition::Rescue { why } => return Err(StoreError::Corrupt { why }),
            Condition::ReadOnly { why } => return Err(StoreError::ReadOnly { why }),
        }
        self.inner
            .writer
            .as_ref()
            .ok_or_else(|| StoreError::defect("saving", "a writable history without a writer"))
    }

    fn noted<T>(&self, result: Result<T, StoreError>) -> Result<T, StoreError> {
        note(&self.inner.condition, &result);
        result
    }

    fn set_condition(&self, condition: Condition) {
        set(&self.inner.condition, condition);
    }
}

/// Damage found on the way puts the history into rescue at once: writing on could spread it.
fn note<T>(shared: &Mutex<Condition>, result: &Result<T, StoreError>) {
    if let Err(StoreError::Corrupt { why }) = result {
        set(shared, Condition::Rescue { why: why.clone() });
    }
}

fn set(shared: &Mutex<Condition>, condition: Condition) {
    *shared.lock().unwrap_or_else(PoisonError::into_inner) = condition;
}

/// The first things SQLite finds wrong; none when all is well.
pub(crate) fn quick_check(connection: &Connection) -> Result<Option<String>, StoreError> {
    let what = "checking the history";
    let mut statement = connection.prepare("PRAGMA quick_check(5)").when(what)?;
    let lines = statement
        .query_map([], |row| row.get::<_, String>(0))
        .when(what)?;
    let lines = lines.collect::<Result<Vec<_>, _>>().when(what)?;
    Ok((lines != ["ok"]).then(|| lines.join("; ")))
}

fn refuses_writing(file: &Path) -> Option<String> {
    let error = std::fs::OpenOptions::new().write(true).open(file).err()?;
    match StoreError::io(format!("writing {}", file.display()), &error) {
        StoreError::ReadOnly { why } => Some(why),
        _ => None,
    }
}
