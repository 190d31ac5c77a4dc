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
use diesel::{PgConnection, SqliteConnection};
use std::ops::{Deref, DerefMut};
use std::sync::atomic::Ordering;
use std::sync::{Arc, OnceLock, mpsc};
use std::time::Duration;
use tokio::sync::oneshot;

mod place;
mod writer;
use place::Manager;
pub use place::Place;
use writer::{Act, Job, Tally, Writer};

/// A connection to either database. Matched here and nowhere else.
#[derive(diesel::MultiConnection)]
pub enum Conn {
    Postgres(PgConnection),
    // Last, because it takes any text for a path.
    Sqlite(SqliteConnection),
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

/// Most acts waiting; beyond it callers are told to come back rather than wait for ever.
const WAITING: usize = 4096;

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
