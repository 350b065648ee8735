//! The one thread that writes: it takes what waits together into one transaction and acknowledges after the commit.
//! What is written lives with its subject; here is only when.

use std::any::Any;
use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::mpsc::{Receiver, SendError, Sender, channel, sync_channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use rusqlite::Connection;

use crate::error::{StoreError, While};

/// Jobs in one transaction at most, so that the first of a flood is not held back by the last.
const TOGETHER: usize = 256;

/// Pages in the WAL after which it is written back. SQLite's own figure, but done after the acknowledgement instead of
/// within the commit that reaches it.
const LONG_WAL: i32 = 1000;

thread_local! {
    /// Pages in the WAL after this thread's last commit.
    static WAL_PAGES: Cell<i32> = const { Cell::new(0) };
}

/// The writing thread. Dropping it finishes what was queued and closes the connection.
pub(crate) struct Writer {
    queue: Option<Sender<Task>>,
    thread: Option<JoinHandle<()>>,
}

enum Task {
    /// Runs inside the transaction it shares with its neighbours.
    Save(Box<dyn Job>),
    /// Runs by itself, outside a transaction.
    Alone(Box<dyn FnOnce(&mut Connection) + Send>),
}

trait Job: Send {
    /// Does the work inside its savepoint and says whether it is to be kept.
    fn run(&mut self, connection: &Connection) -> bool;
    /// Tells the one who waits: the job's own result when the commit went well, else why it did not.
    fn acknowledge(self: Box<Self>, committed: Result<(), StoreError>);
}

struct Pending<T, F, D> {
    what: &'static str,
    work: Option<F>,
    outcome: Option<Result<T, StoreError>>,
    done: D,
}

impl<T, F, D> Job for Pending<T, F, D>
where
    T: Send,
    F: FnOnce(&Connection) -> Result<T, StoreError> + Send,
    D: FnOnce(Result<T, StoreError>) + Send,
{
    fn run(&mut self, connection: &Connection) -> bool {
        let Some(work) = self.work.take() else {
            return false;
        };
        let outcome = guarded(self.what, || work(connection));
        let keep = outcome.is_ok();
        self.outcome = Some(outcome);
        keep
    }

    fn acknowledge(self: Box<Self>, committed: Result<(), StoreError>) {
        let answer = match (self.outcome, committed) {
            (Some(Ok(_)) | None, Err(error)) => Err(error),
            (Some(outcome), _) => outcome,
            (None, Ok(())) => Err(StoreError::defect(self.what, "the job was never run")),
        };
        let done = self.done;
        // What was committed stays committed, and the others are waiting, whatever happens to this one.
        let _ = catch_unwind(AssertUnwindSafe(|| done(answer)));
    }
}

impl Writer {
    pub(crate) fn start(connection: Connection, folder: PathBuf) -> Result<Self, StoreError> {
        let (queue, tasks) = channel();
        let thread = std::thread::Builder::new()
            .name("history writer".into())
            .spawn(move || {
                Desk {
                    connection,
                    folder,
                    aside: None,
                    crowd: Crowd::default(),
                }
                .serve(&tasks);
            })
            .when("starting the history's writer")?;
        Ok(Self {
            queue: Some(queue),
            thread: Some(thread),
        })
    }

    /// Runs `work` in a transaction, perhaps together with others, and returns once it is durable.
    pub(crate) fn save<T, F>(&self, what: &'static str, work: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static,
    {
        let (reply, answer) = sync_channel(1);
        let job = Pending {
            what,
            work: Some(work),
            outcome: None,
            // Whoever asked may have gone.
            done: move |result| drop(reply.send(result)),
        };
        self.hand_over(what, Task::Save(Box::new(job)), &answer)
    }

    /// As [`Writer::save`] without waiting: `done` is called on the writing thread once it is durable, or on this one
    /// when the writer has stopped.
    pub(crate) fn submit<F, D>(&self, what: &'static str, work: F, done: D)
    where
        F: FnOnce(&Connection) -> Result<(), StoreError> + Send + 'static,
        D: FnOnce(Result<(), StoreError>) + Send + 'static,
    {
        let job = Box::new(Pending {
            what,
            work: Some(work),
            outcome: None,
            done,
        });
        let gone = || StoreError::defect(what, "the writer has stopped");
        match &self.queue {
            None => job.acknowledge(Err(gone())),
            Some(queue) => {
                if let Err(SendError(Task::Save(job))) = queue.send(Task::Save(job)) {
                    job.acknowledge(Err(gone()));
                }
            }
        }
    }

    /// Runs `work` on the writing connection outside any transaction.
    pub(crate) fn alone<T, F>(&self, what: &'static str, work: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&mut Connection) -> Result<T, StoreError> + Send + 'static,
    {
        let (reply, answer) = sync_channel(1);
        let task = Task::Alone(Box::new(move |connection| {
            let _ = reply.send(guarded(what, || work(connection)));
        }));
        self.hand_over(what, task, &answer)
    }

    fn hand_over<T>(
        &self,
        what: &str,
        task: Task,
        answer: &Receiver<Result<T, StoreError>>,
    ) -> Result<T, StoreError> {
        let gone = || StoreError::defect(what, "the writer has stopped");
        self.queue
            .as_ref()
            .ok_or_else(gone)?
            .send(task)
            .map_err(|_| gone())?;
        answer.recv().map_err(|_| gone())?
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.queue = None;
        // The last owner may be what a callback held, and a thread cannot wait for its own end: then it finishes after.
        if let Some(thread) = self.thread.take()
            && thread.thread().id() != std::thread::current().id()
        {
            // A panic of the thread itself has been told to everyone who waited.
            let _ = thread.join();
        }
    }
}

/// What the writing thread has before it.
struct Desk {
    connection: Connection,
    folder: PathBuf,
    /// A task taken from the queue that could not join the transaction.
    aside: Option<Task>,
    crowd: Crowd,
}

/// Those who were served by the last commit.
///
/// Eight who write in a loop would fall into step as one and seven, or two and six: the first to come back after a
/// commit would start the next one alone, and two commits would serve eight. So a transaction is kept open for those
/// just served to join, for half of what the last commit took at the most. Who comes when nobody else was served, or
/// later than a commit takes, never waits for anyone.
#[derive(Default)]
struct Crowd {
    size: usize,
    /// When they were told, and how long their commit took.
    last: Option<(Instant, Duration)>,
}

impl Crowd {
    /// How long a transaction that begins now is kept open for them.
    fn patience(&self) -> Duration {
        match self.last {
            Some((told, took)) if self.size > 1 && told.elapsed() <= took => took / 2,
            _ => Duration::ZERO,
        }
    }
}

impl Desk {
    fn serve(mut self, tasks: &Receiver<Task>) {
        // The hook replaces SQLite's automatic checkpoint, which would run inside a commit.
        self.connection.wal_hook(Some(|_, pages| {
            WAL_PAGES.set(pages);
            Ok(())
        }));
        while let Some(task) = self.next(tasks) {
            match task {
                Task::Alone(work) => work(&mut self.connection),
                Task::Save(job) => self.commit_together(job, tasks),
            }
            if WAL_PAGES.get() >= LONG_WAL {
                // Another process may be reading an older state; then the next commit tries again.
                let _ = self
                    .connection
                    .execute_batch("PRAGMA wal_checkpoint(PASSIVE)");
                WAL_PAGES.set(0);
            }
        }
        // SQLite empties the WAL when the last connection closes, but only one that can write, and the pool may close
        // its readers a moment later. Where another process is reading, it is that one's turn to do it.
        let _ = self.connection.busy_timeout(Duration::ZERO);
        let _ = self
            .connection
            .execute_batch("PRAGMA wal_checkpoint(TRUNCATE)");
    }

    fn next(&mut self, tasks: &Receiver<Task>) -> Option<Task> {
        if let Some(task) = self.aside.take() {
            return Some(task);
        }
        tasks.recv().ok()
    }

    fn commit_together(&mut self, first: Box<dyn Job>, tasks: &Receiver<Task>) {
        let until = Instant::now() + self.crowd.patience();
        if let Err(error) = self
            .connection
            .execute_batch("BEGIN IMMEDIATE")
            .when("saving")
        {
            let error = error.or_full(&self.folder);
            first.acknowledge(Err(error.clone()));
            // Those who waited meanwhile waited the same time-out for the same lock.
            while let Some(job) = self.waiting(tasks) {
                job.acknowledge(Err(error.clone()));
            }
            return;
        }
        let mut done = Vec::new();
        let mut next = Some(first);
        while let Some(mut job) = next.take() {
            let kept = self.in_savepoint(job.as_mut());
            done.push(job);
            if let Err(error) = kept {
                // SQLite gave up the whole transaction (disk full, I/O error): none of it is saved.
                let _ = self.connection.execute_batch("ROLLBACK");
                return self.acknowledge(done, Err(error));
            }
            if done.len() < TOGETHER {
                next = self
                    .waiting(tasks)
                    .or_else(|| self.returning(done.len(), until, tasks));
            }
        }
        let started = Instant::now();
        let committed = self.connection.execute_batch("COMMIT").when("saving");
        let took = started.elapsed();
        if committed.is_err() {
            // A commit that failed may leave the transaction open; rolled back, it is nowhere.
            let _ = self.connection.execute_batch("ROLLBACK");
        }
        self.crowd.size = done.len();
        self.acknowledge(done, committed);
        self.crowd.last = Some((Instant::now(), took));
    }

    fn acknowledge(&self, done: Vec<Box<dyn Job>>, committed: Result<(), StoreError>) {
        let committed = committed.map_err(|error| error.or_full(&self.folder));
        for job in done {
            job.acknowledge(committed.clone());
        }
    }

    /// One job's failure takes back that job only. An error means that the whole transaction is gone.
    fn in_savepoint(&self, job: &mut dyn Job) -> Result<(), StoreError> {
        self.run("SAVEPOINT job")?;
        let keep = job.run(&self.connection);
        if self.connection.is_autocommit() {
            return Err(StoreError::Io {
                what: "saving".into(),
                why: "SQLite took the transaction back; the disk may be full or failing".into(),
            });
        }
        if !keep {
            self.run("ROLLBACK TO job")?;
        }
        self.run("RELEASE job")
    }

    fn run(&self, sql: &str) -> Result<(), StoreError> {
        let mut statement = self.connection.prepare_cached(sql).when("saving")?;
        statement.execute([]).map(|_| ()).when("saving")
    }

    /// The next job that is already there. A task that must run alone is put aside and ends the transaction.
    fn waiting(&mut self, tasks: &Receiver<Task>) -> Option<Box<dyn Job>> {
        if self.aside.is_some() {
            return None;
        }
        let task = tasks.try_recv().ok()?;
        self.joining(task)
    }

    fn joining(&mut self, task: Task) -> Option<Box<dyn Job>> {
        match task {
            Task::Save(job) => Some(job),
            alone @ Task::Alone(_) => {
                self.aside = Some(alone);
                None
            }
        }
    }

    /// The next job of those who were just served, if some are still missing and it comes in time.
    fn returning(
        &mut self,
        taken: usize,
        until: Instant,
        tasks: &Receiver<Task>,
    ) -> Option<Box<dyn Job>> {
        let left = until.saturating_duration_since(Instant::now());
        if taken >= self.crowd.size || left.is_zero() || self.aside.is_some() {
            return None;
        }
        let task = tasks.recv_timeout(left).ok()?;
        self.joining(task)
    }
}

fn guarded<T>(what: &str, work: impl FnOnce() -> Result<T, StoreError>) -> Result<T, StoreError> {
    catch_unwind(AssertUnwindSafe(work))
        .unwrap_or_else(|panic| Err(StoreError::defect(what, message(panic.as_ref()))))
}

fn message(panic: &(dyn Any + Send)) -> &str {
    panic
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("no message")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_who_comes_right_after_a_crowd_waits_for_it() {
        let commit = Duration::from_secs(3600);
        let crowd = |size, last| Crowd { size, last };
        let just_now = Some((Instant::now(), commit));
        assert_eq!(crowd(0, None).patience(), Duration::ZERO);
        assert_eq!(
            crowd(1, just_now).patience(),
            Duration::ZERO,
            "one who writes in a loop"
        );
        assert_eq!(crowd(8, just_now).patience(), commit / 2);
        let long_ago = Some((Instant::now(), Duration::ZERO));
        assert_eq!(
            crowd(8, long_ago).patience(),
            Duration::ZERO,
            "longer ago than a commit takes"
        );
    }

    fn writer(home: &tempfile::TempDir) -> Writer {
        let connection = Connection::open(home.path().join("test.db")).unwrap();
        connection
            .execute_batch("PRAGMA journal_mode = WAL; CREATE TABLE words (word TEXT UNIQUE)")
            .unwrap();
        Writer::start(connection, home.path().to_owned()).unwrap()
    }

    fn words(home: &tempfile::TempDir) -> Vec<String> {
        let connection = Connection::open(home.path().join("test.db")).unwrap();
        let mut statement = connection
            .prepare("SELECT word FROM words ORDER BY word")
            .unwrap();
        statement
            .query_map([], |row| row.get(0))
            .unwrap()
            .map(Result::unwrap)
            .collect()
    }

    type Answer = Receiver<Result<(), StoreError>>;

    /// Queues a job without waiting for its answer.
    fn queue(
        writer: &Writer,
        work: impl FnOnce(&Connection) -> Result<(), StoreError> + Send + 'static,
    ) -> Answer {
        let (reply, answer) = sync_channel(1);
        let job = Pending {
            what: "testing",
            work: Some(work),
            outcome: None,
            done: move |result| reply.send(result).unwrap(),
        };
        writer
            .queue
            .as_ref()
            .unwrap()
            .send(Task::Save(Box::new(job)))
            .unwrap();
        answer
    }

    fn insert(
        word: &'static str,
    ) -> impl FnOnce(&Connection) -> Result<(), StoreError> + Send + 'static {
        move |connection| {
            connection
                .execute("INSERT INTO words VALUES (?1)", [word])
                .map(|_| ())
                .when("testing")
        }
    }

    /// A job that keeps the transaction open until the sender is used.
    fn held_open(writer: &Writer) -> (Sender<()>, Answer) {
        let (go, wait) = channel();
        let answer = queue(writer, move |connection| {
            wait.recv().unwrap();
            insert("first")(connection)
        });
        (go, answer)
    }

    #[test]
    fn what_waits_together_is_committed_together_and_a_failing_neighbour_takes_back_only_itself() {
        let home = tempfile::tempdir().unwrap();
        let writer = writer(&home);
        let (go, first) = held_open(&writer);
        let twice = queue(&writer, |connection| {
            insert("half")(connection)?;
            insert("first")(connection)
        });
        let panics = queue(&writer, |connection| {
            insert("lost")(connection)?;
            panic!("a defect")
        });
        let other = Connection::open(home.path().join("test.db")).unwrap();
        let last = queue(&writer, move |connection| {
            let seen: u32 = other
                .query_row("SELECT count(*) FROM words", [], |row| row.get(0))
                .when("testing")?;
            assert_eq!(seen, 0, "nothing is committed before all of it is");
            insert("last")(connection)
        });
        go.send(()).unwrap();
        assert_eq!(first.recv().unwrap(), Ok(()));
        assert_eq!(twice.recv().unwrap().unwrap_err().code(), "history_refused");
        let defect = panics.recv().unwrap().unwrap_err();
        assert_eq!(defect.code(), "history_defect");
        assert!(defect.to_string().contains("a defect"), "{defect}");
        assert_eq!(last.recv().unwrap(), Ok(()));
        assert_eq!(words(&home), ["first", "last"]);
        writer.save("testing", insert("after")).unwrap();
        assert_eq!(words(&home), ["after", "first", "last"]);
    }

    #[test]
    fn a_task_outside_transactions_keeps_its_place_in_the_queue() {
        let home = tempfile::tempdir().unwrap();
        let writer = writer(&home);
        let (go, first) = held_open(&writer);
        let (reply, alone) = sync_channel(1);
        let task = Task::Alone(Box::new(move |connection: &mut Connection| {
            let seen = connection.query_row("SELECT group_concat(word) FROM words", [], |row| {
                row.get::<_, String>(0)
            });
            reply
                .send((connection.is_autocommit(), seen.unwrap()))
                .unwrap();
        }));
        writer.queue.as_ref().unwrap().send(task).unwrap();
        let last = queue(&writer, insert("last"));
        go.send(()).unwrap();
        assert_eq!(alone.recv().unwrap(), (true, "first".to_owned()));
        assert_eq!(
            (first.recv().unwrap(), last.recv().unwrap()),
            (Ok(()), Ok(()))
        );
    }

    #[test]
    fn dropping_the_writer_finishes_what_was_queued() {
        let home = tempfile::tempdir().unwrap();
        let writer = writer(&home);
        let (go, _) = held_open(&writer);
        let last = queue(&writer, insert("last"));
        go.send(()).unwrap();
        drop(writer);
        assert_eq!(last.recv().unwrap(), Ok(()));
        assert_eq!(words(&home), ["first", "last"]);
    }
}
