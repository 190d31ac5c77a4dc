//! The two databases behind one text: the connection, the read pool, and the one writer that commits in groups.
//!
//! Writes of a node go through one thread on both databases. On SQLite because there is one writer anyway; on PostgreSQL
//! because the event log is one chain, so that acts must be ordered before they are committed, and a group amortises
//! the wait for the disk. Other nodes on the same PostgreSQL wait at the chain's lock.

use crate::bell::Bell;
use crate::clock::{At, Clock};
use crate::day::Calendar;
use crate::event::Head;
use crate::id::Id;
use crate::profile::{Book, Profile};
use crate::vault::Vault;
use crate::{Refusal, Result};
use diesel::connection::SimpleConnection;
use diesel::r2d2::R2D2Connection;
use diesel::{Connection, PgConnection, SqliteConnection};
use std::ops::{Deref, DerefMut};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock, mpsc};
use std::time::Duration;
use tokio::sync::oneshot;

/// A connection to either database. Matched here and nowhere else.
#[derive(diesel::MultiConnection)]
pub enum Conn {
    Postgres(PgConnection),
    // Last, because it takes any text for a path.
    Sqlite(SqliteConnection),
}

/// Where the database is: `postgres://…`, or the path of a SQLite file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    Postgres(String),
    Sqlite(String),
}

impl Place {
    /// Reads a database URL: `postgres://…`, `postgresql://…`, `sqlite://PATH` or a bare path.
    pub fn parse(url: &str) -> std::result::Result<Self, String> {
        if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            Ok(Self::Postgres(url.to_string()))
        } else if let Some(path) = url.strip_prefix("sqlite://").or_else(|| (!url.contains("://")).then_some(url)) {
            if path.is_empty() { Err("the database path is empty".into()) } else { Ok(Self::Sqlite(path.to_string())) }
        } else {
            Err(format!("unknown database URL `{}`: use postgres://… or a path", url.split("://").next().unwrap_or(url)))
        }
    }

    /// Opens one connection with its session settings.
    pub fn connect(&self) -> Result<Conn> {
        match self {
            Self::Postgres(url) => {
                let mut conn = PgConnection::establish(url).map_err(|e| {
                    tracing::error!(error = %e, "database does not answer");
                    Refusal::Unavailable
                })?;
                conn.batch_execute("SET synchronous_commit = on; SET TIME ZONE 'UTC'; SET client_min_messages = warning;")?;
                Ok(Conn::Postgres(conn))
            }
            Self::Sqlite(path) => {
                let mut conn = SqliteConnection::establish(path).map_err(|e| {
                    tracing::error!(error = %e, path, "database file does not open");
                    Refusal::Unavailable
                })?;
                // FULL, because NORMAL lost acknowledged rows in simulated power cuts. Recursive triggers, because REPLACE
                // would otherwise delete rows of the append-only tables unseen.
                conn.batch_execute(
                    "PRAGMA busy_timeout = 5000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA recursive_triggers = ON; PRAGMA cache_size = -500; PRAGMA temp_store = MEMORY;",
                )?;
                Ok(Conn::Sqlite(conn))
            }
        }
    }
}

struct Manager(Place);

impl r2d2::ManageConnection for Manager {
    type Connection = Conn;
    type Error = Refusal;
    fn connect(&self) -> Result<Conn> {
        self.0.connect()
    }
    fn is_valid(&self, conn: &mut Conn) -> Result<()> {
        conn.batch_execute("SELECT 1").map_err(Refusal::from)
    }
    fn has_broken(&self, conn: &mut Conn) -> bool {
        std::thread::panicking() || conn.is_broken()
    }
}

/// What every act is judged by: the policy in force and the calendar of working days.
#[derive(Clone)]
pub struct Rules {
    pub profile: Arc<Profile>,
    pub calendar: Arc<Calendar>,
}

/// The rules in force with every profile that a running case may be pinned to.
struct Known {
    rules: Rules,
    book: Arc<Book>,
    vault: Vault,
}

/// A look at the database at one moment. Questions take it; it cannot write.
pub struct Look<'c> {
    conn: &'c mut Conn,
    now: At,
    known: &'c Known,
}

impl Look<'_> {
    /// The connection, for diesel.
    pub fn db(&mut self) -> &mut Conn {
        self.conn
    }
    /// Now, the same instant throughout one look or act.
    pub fn now(&self) -> At {
        self.now
    }
    /// Today in Asia/Shanghai.
    pub fn today(&self) -> chrono::NaiveDate {
        crate::day::shanghai_date(self.now)
    }
    /// The policy profile in force.
    pub fn profile(&self) -> Arc<Profile> {
        self.known.rules.profile.clone()
    }
    /// The version of a profile that a case is pinned to, by its tag: `zhangjiakou@1`.
    pub fn profile_of(&self, tag: &str) -> Result<Arc<Profile>> {
        let known = self.known;
        if known.rules.profile.is_tagged(tag) {
            return Ok(known.rules.profile.clone());
        }
        known.book.get(tag).cloned().ok_or_else(|| Refusal::broken(format!("no profile {tag} is known; put its file into DATA/profiles")))
    }
    /// The version that a case is pinned to. Where its file was taken out of DATA/profiles, the one in force, and a line in the log.
    pub fn pinned(&self, tag: &str) -> Arc<Profile> {
        self.profile_of(tag).unwrap_or_else(|_| {
            tracing::warn!(profile = tag, "no such profile is known: the one in force is used");
            self.profile()
        })
    }
    /// Every profile that is known.
    pub fn book(&self) -> Arc<Book> {
        self.known.book.clone()
    }
    /// The keys for what the database keeps sealed.
    pub fn vault(&self) -> &Vault {
        &self.known.vault
    }
    /// The calendar of working days.
    pub fn calendar(&self) -> Arc<Calendar> {
        self.known.rules.calendar.clone()
    }
}

/// One act under way: all or nothing, with its events.
pub struct Tx<'c> {
    look: Look<'c>,
    pub(crate) head: Head,
    pub(crate) events: u32,
}

impl<'c> Deref for Tx<'c> {
    type Target = Look<'c>;
    fn deref(&self) -> &Look<'c> {
        &self.look
    }
}
impl<'c> DerefMut for Tx<'c> {
    fn deref_mut(&mut self) -> &mut Look<'c> {
        &mut self.look
    }
}

impl Tx<'_> {
    /// A new id, in order of making.
    pub fn id<T>(&self) -> Id<T> {
        // The one place that makes ids; version 7 keeps new rows together on disk.
        #[allow(clippy::disallowed_methods)]
        Id::new(uuid::Uuid::now_v7())
    }
}

trait Job: Send {
    /// Runs the act; true when it is to be kept.
    fn run(&mut self, tx: &mut Tx) -> bool;
    /// Whether the act itself ran out of room.
    fn out_of_space(&self) -> bool;
    /// Undoes an act that was to be kept.
    fn refuse(&mut self, refusal: Refusal);
    /// Answers the caller: after the commit, or with the refusal that undid it.
    fn answer(self: Box<Self>, lost: Option<Refusal>);
}

struct Act<T, F> {
    run: Option<F>,
    result: Option<Result<T>>,
    reply: oneshot::Sender<Result<T>>,
}

impl<T: Send, F: FnOnce(&mut Tx) -> Result<T> + Send> Job for Act<T, F> {
    fn run(&mut self, tx: &mut Tx) -> bool {
        let Some(run) = self.run.take() else { return false };
        let result = catch_unwind(AssertUnwindSafe(|| run(tx))).unwrap_or_else(|panic| {
            let what = panic.downcast_ref::<&str>().map(|s| s.to_string()).or_else(|| panic.downcast_ref::<String>().cloned());
            Err(Refusal::Broken(format!("panic in an act: {}", what.unwrap_or_default())))
        });
        let keep = result.is_ok();
        self.result = Some(result);
        keep
    }
    fn out_of_space(&self) -> bool {
        matches!(self.result, Some(Err(Refusal::NoSpace)))
    }
    fn refuse(&mut self, refusal: Refusal) {
        self.result = Some(Err(refusal));
    }
    fn answer(self: Box<Self>, lost: Option<Refusal>) {
        let result = match (lost, self.result) {
            // A fault of ours in a lost group is most likely the database's going away.
            (Some(refusal), Some(Ok(_) | Err(Refusal::Broken(_))) | None) => Err(refusal),
            (_, Some(result)) => result,
            (None, None) => Err(Refusal::Unavailable),
        };
        // The caller may have gone; the act stands all the same.
        let _ = self.reply.send(result);
    }
}

/// Most acts in one commit; keeps the wait of the first short.
const GROUP: usize = 256;
/// Most acts waiting; beyond it callers are told to come back rather than wait for ever.
const WAITING: usize = 4096;

/// What the writer has done since the database was opened.
#[derive(Default)]
struct Tally {
    acts: AtomicU64,
    commits: AtomicU64,
}

/// The database: reads from a pool, writes through the one writer.
#[derive(Clone)]
pub struct Db {
    place: Place,
    pool: r2d2::Pool<Manager>,
    queue: mpsc::SyncSender<Box<dyn Job>>,
    clock: Clock,
    known: Arc<Known>,
    tally: Arc<Tally>,
    bell: Arc<Bell>,
    /// Why nothing may be written any more.
    frozen: Arc<OnceLock<String>>,
}

impl Db {
    /// Opens the database for a test, with [`Vault::of_this_process`].
    pub fn open(place: Place, readers: u32, clock: Clock, rules: Rules) -> Result<Self> {
        Self::open_with(place, readers, clock, rules, Vault::of_this_process())
    }

    /// Opens the database and starts the writer. The schema must be up to date, see [`crate::schema::migrate`].
    pub fn open_with(place: Place, readers: u32, clock: Clock, rules: Rules, vault: Vault) -> Result<Self> {
        Self::open_knowing(place, readers, clock, rules, Arc::new(Book::built_in().clone()), vault)
    }

    /// Opens the database with further profiles, to which running cases may be pinned.
    pub fn open_knowing(place: Place, readers: u32, clock: Clock, rules: Rules, book: Arc<Book>, vault: Vault) -> Result<Self> {
        let pool = r2d2::Pool::builder()
            .max_size(readers)
            .min_idle(Some(1))
            .connection_timeout(Duration::from_secs(5))
            .test_on_check_out(matches!(place, Place::Postgres(_)))
            .build(Manager(place.clone()))
            .map_err(|_| Refusal::Unavailable)?;
        let (queue, jobs) = mpsc::sync_channel(WAITING);
        let known = Arc::new(Known { rules, book, vault });
        let (tally, bell) = (Arc::new(Tally::default()), Arc::new(Bell::default()));
        let writer =
            Writer { place: place.clone(), clock: clock.clone(), known: known.clone(), tally: tally.clone(), bell: bell.clone(), conn: None };
        std::thread::Builder::new().name("writer".into()).spawn(move || writer.work(jobs)).map_err(Refusal::broken)?;
        Ok(Self { place, pool, queue, clock, known, tally, bell, frozen: Arc::default() })
    }

    /// Acts taken from the queue since opening, refused ones too.
    pub fn acts(&self) -> u64 {
        self.tally.acts.load(Ordering::Relaxed)
    }
    /// Commits since opening; fewer than acts when acts came together.
    pub fn commits(&self) -> u64 {
        self.tally.commits.load(Ordering::Relaxed)
    }

    /// Rung after each commit of this process.
    pub fn bell(&self) -> &Arc<Bell> {
        &self.bell
    }
    /// Refuses every write from now on, until the server is started anew: what the database holds is not the past that was
    /// shown to others, and nothing may be added to it.
    pub fn freeze(&self, why: &str) {
        if self.frozen.set(why.to_string()).is_ok() {
            tracing::error!(why, "read-only from now on");
            metrics::gauge!("dajing_read_only").set(1.0);
        }
    }
    /// Whether every write is refused.
    pub fn is_frozen(&self) -> bool {
        self.frozen.get().is_some()
    }
    /// Why every write is refused, for whoever runs the server.
    pub fn frozen(&self) -> Option<&str> {
        self.frozen.get().map(String::as_str)
    }

    /// The clock that stamps every act.
    pub fn clock(&self) -> &Clock {
        &self.clock
    }
    /// The policy and the calendar.
    pub fn rules(&self) -> &Rules {
        &self.known.rules
    }
    /// Every profile that is known.
    pub fn book(&self) -> &Book {
        &self.known.book
    }
    /// Where the database is.
    pub fn place(&self) -> &Place {
        &self.place
    }

    /// Asks the database from async code.
    pub async fn read<T, F>(&self, question: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&mut Look) -> Result<T> + Send + 'static,
    {
        let db = self.clone();
        tokio::task::spawn_blocking(move || db.look(question)).await.map_err(|e| Refusal::Broken(format!("panic in a question: {e}")))?
    }

    /// Asks the database from ordinary code. A question asks no second one of the pool: as many as there are readers would then wait
    /// for each other.
    pub fn look<T>(&self, question: impl FnOnce(&mut Look) -> Result<T>) -> Result<T> {
        let _one = OneQuestion::begin();
        let mut conn = self.pool.get().map_err(|_| Refusal::Unavailable)?;
        question(&mut Look { conn: &mut conn, now: self.clock.now(), known: &self.known })
    }

    /// Does one act from async code: all or nothing, answered only when it is durable.
    pub async fn write<T, F>(&self, act: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&mut Tx) -> Result<T> + Send + 'static,
    {
        let reply = self.submit(act)?;
        reply.await.map_err(|_| Refusal::Unavailable)?
    }

    /// Does one act from ordinary code; never call it from async code.
    pub fn act<T, F>(&self, act: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&mut Tx) -> Result<T> + Send + 'static,
    {
        let reply = self.submit(act)?;
        reply.blocking_recv().map_err(|_| Refusal::Unavailable)?
    }

    fn submit<T, F>(&self, act: F) -> Result<oneshot::Receiver<Result<T>>>
    where
        T: Send + 'static,
        F: FnOnce(&mut Tx) -> Result<T> + Send + 'static,
    {
        if self.is_frozen() {
            return Err(Refusal::ReadOnly);
        }
        let (reply, answer) = oneshot::channel();
        self.queue.try_send(Box::new(Act { run: Some(act), result: None, reply })).map_err(|_| Refusal::Unavailable)?;
        metrics::gauge!("dajing_writes_waiting").increment(1.0);
        Ok(answer)
    }
}

std::thread_local! {
    static ASKING: std::cell::Cell<bool> = const { std::cell::Cell::new(false) };
}

/// The one question of a thread; where a second is begun within it, tests fail.
struct OneQuestion;

impl OneQuestion {
    fn begin() -> Self {
        debug_assert!(!ASKING.replace(true), "a question within a question");
        Self
    }
}
impl Drop for OneQuestion {
    fn drop(&mut self) {
        ASKING.set(false);
    }
}

struct Writer {
    place: Place,
    clock: Clock,
    known: Arc<Known>,
    tally: Arc<Tally>,
    bell: Arc<Bell>,
    conn: Option<Conn>,
}

/// Between two acts of a group, and after the last.
const KEEP: &str = "RELEASE act;";
const UNDO: &str = "ROLLBACK TO act; RELEASE act;";
const NEXT: &str = "SAVEPOINT act";
const DONE: &str = "COMMIT";

impl Writer {
    fn work(mut self, jobs: mpsc::Receiver<Box<dyn Job>>) {
        let mut group: Vec<Box<dyn Job>> = Vec::with_capacity(GROUP);
        while let Ok(first) = jobs.recv() {
            group.push(first);
            while group.len() < GROUP {
                match jobs.try_recv() {
                    Ok(job) => group.push(job),
                    Err(_) => break,
                }
            }
            metrics::gauge!("dajing_writes_waiting").decrement(group.len() as f64);
            metrics::counter!("dajing_acts_total").increment(group.len() as u64);
            self.tally.acts.fetch_add(group.len() as u64, Ordering::Relaxed);
            let lost = match self.commit(&mut group) {
                Ok(seq) => {
                    self.bell.ring(seq);
                    metrics::counter!("dajing_commits_total").increment(1);
                    self.tally.commits.fetch_add(1, Ordering::Relaxed);
                    None
                }
                Err(refusal) => {
                    tracing::error!(%refusal, acts = group.len(), "group not committed");
                    // A broken connection is not trusted again.
                    self.conn = None;
                    Some(match refusal {
                        Refusal::NoSpace => Refusal::NoSpace,
                        _ => Refusal::Unavailable,
                    })
                }
            };
            for job in group.drain(..) {
                job.answer(lost.clone());
            }
        }
    }

    /// Begins the group's transaction with the first savepoint. A connection that died while idle is made anew, once.
    fn begin(&mut self) -> Result<&mut Conn> {
        let (begin, may_die) = match self.place {
            // The lock orders all nodes' groups, as the chain of events needs.
            Place::Postgres(_) => ("BEGIN; SELECT pg_advisory_xact_lock(7220261); SAVEPOINT act", true),
            Place::Sqlite(_) => ("BEGIN IMMEDIATE; SAVEPOINT act", false),
        };
        if let Some(mut conn) = self.conn.take() {
            match conn.batch_execute(begin) {
                Ok(()) => return Ok(self.conn.insert(conn)),
                Err(fault) if !may_die => return Err(fault.into()),
                Err(_) => {}
            }
        }
        let conn = self.conn.insert(self.place.connect()?);
        conn.batch_execute(begin)?;
        Ok(conn)
    }

    /// Runs the group in one transaction, each act in its own savepoint, one commit for all; returns the number of the last event.
    fn commit(&mut self, group: &mut [Box<dyn Job>]) -> Result<i64> {
        let (clock, known) = (self.clock.clone(), self.known.clone());
        let conn = self.begin()?;
        let done = Self::run(conn, &clock, &known, group);
        if done.is_err() {
            let _ = conn.batch_execute("ROLLBACK");
        }
        done
    }

    fn run(conn: &mut Conn, clock: &Clock, known: &Known, group: &mut [Box<dyn Job>]) -> Result<i64> {
        let mut head = Head::last(conn)?;
        let last = group.len() - 1;
        for (number, job) in group.iter_mut().enumerate() {
            // Time in the log never runs backwards, whatever the machine's clock does.
            let now = clock.now().max(head.at);
            let mut tx = Tx { look: Look { conn, now, known }, head: head.clone(), events: 0 };
            let keep = job.run(&mut tx);
            let after = tx.head;
            // One round trip between two acts.
            let then = if number == last { DONE } else { NEXT };
            match conn.batch_execute(&format!("{} {then}", if keep { KEEP } else { UNDO })) {
                Ok(()) if keep => head = after,
                Ok(()) => {}
                // SQLite ends the whole transaction when the disk is full.
                Err(_) if job.out_of_space() => return Err(Refusal::NoSpace),
                Err(fault) => {
                    let fault = Refusal::from(fault);
                    // An act that went on after a failed statement spoils itself only, while the connection lives.
                    if !keep || conn.batch_execute(&format!("{UNDO} {then}")).is_err() {
                        return Err(fault);
                    }
                    job.refuse(fault);
                }
            }
        }
        Ok(head.seq)
    }
}
