//! A world: a fresh database, a clock that stands still, and the cast, who come in when first called.

use crate::actor::Actor;
use crate::cast::{self, Cast};
use crate::place::{self, Folder, Keep};
use chrono::{Duration, NaiveDate};
use diesel::prelude::*;
use diesel::sql_types::Text;
use platform::db::{Place, Rules};
use platform::event::{self, Event};
use platform::file::{self, Store};
use platform::flow::Noun;
use platform::mail::{Letter, LetterState};
use platform::{At, Caller, Clock, Db, Id, Word, schema};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};

/// The place where one story happens.
pub struct World {
    pub db: Db,
    pub clock: Clock,
    /// Where files are kept.
    pub store: Store,
    cast: OnceLock<Cast>,
    finished: AtomicBool,
    files: Folder,
    // Last, so that the database goes when its connections have gone.
    _keep: Keep,
}

/// When every story begins: Monday 2 March 2026, nine in the morning in Asia/Shanghai.
fn beginning() -> At {
    NaiveDate::from_ymd_opt(2026, 3, 2).and_then(|d| d.and_hms_opt(1, 0, 0)).expect("a day of the calendar")
}

impl World {
    fn at((keep, place): (Keep, Place), rules: Rules) -> Self {
        let clock = Clock::by_hand(beginning());
        let files = Folder::fresh();
        let store = Store::folder(files.path()).expect("folder for files");
        Self {
            db: place::open_under(&place, &clock, rules),
            clock,
            store,
            cast: OnceLock::new(),
            finished: AtomicBool::new(false),
            files,
            _keep: keep,
        }
    }
    /// A world on SQLite.
    pub fn sqlite() -> Self {
        Self::sqlite_under(place::rules())
    }
    /// The same under other rules.
    pub fn sqlite_under(rules: Rules) -> Self {
        Self::at(place::sqlite(), rules)
    }
    /// A world on PostgreSQL; `None` only when skipping was asked for.
    pub fn postgres() -> Option<Self> {
        Self::postgres_under(place::rules())
    }
    /// The same under other rules.
    pub fn postgres_under(rules: Rules) -> Option<Self> {
        place::postgres().map(|at| Self::at(at, rules))
    }
    /// Starts anew under other rules, as after a restart with another policy; whoever acted before must be fetched again.
    pub fn restarts(&mut self, rules: Rules) {
        self.db = place::open_under(self.db.place(), &self.clock, rules);
    }
    /// The folder of this world's files.
    pub fn folder(&self) -> &std::path::Path {
        self.files.path()
    }

    fn actor(&self, name: &str) -> Actor {
        let cast = self.cast.get_or_init(|| cast::enter(&self.db));
        let who = cast.get(name).unwrap_or_else(|| panic!("nobody in the cast is {name}"));
        Actor::new(who.clone(), self.db.clone())
    }
    /// Anybody as the roles held now make him; after a grant, a revocation or a suspension.
    pub fn again(&self, actor: &Actor) -> Actor {
        let who = self.db.look(|look| platform::people::person::caller(look, actor.person(), actor.who.org)).expect("a caller");
        Actor::new(who, self.db.clone())
    }
    /// Somebody outside the cast.
    pub fn being(&self, who: Caller) -> Actor {
        Actor::new(who, self.db.clone())
    }

    // --- the cast -----------------------------------------------------------------------------------------------

    pub fn scenario_desk(&self) -> Actor {
        self.actor("scenario_desk1")
    }
    /// Reviewers 1 to 3 of the primary operator.
    pub fn reviewer(&self, number: usize) -> Actor {
        self.actor(&format!("reviewer{number}"))
    }
    /// Legal staff 1 and 2 of the primary operator.
    pub fn legal(&self, number: usize) -> Actor {
        self.actor(&format!("legal{number}"))
    }
    pub fn finance(&self) -> Actor {
        self.actor("finance1")
    }
    pub fn office(&self) -> Actor {
        self.actor("office1")
    }
    pub fn second_office(&self) -> Actor {
        self.actor("office2")
    }
    pub fn bureau(&self) -> Actor {
        self.actor("bureau1")
    }
    pub fn regulator(&self) -> Actor {
        self.actor("regulator1")
    }
    /// Source units 1 and 2, each one person.
    pub fn source(&self, number: usize) -> Actor {
        self.actor(&format!("source{number}"))
    }
    /// The administrator of developer 'A', 'B' or 'C'.
    pub fn developer(&self, letter: char) -> Actor {
        self.actor(&format!("admin-{letter}"))
    }
    /// The staff of developer 'A', 'B' or 'C'.
    pub fn staff(&self, letter: char) -> Actor {
        self.actor(&format!("staff-{letter}"))
    }
    pub fn buyer(&self) -> Actor {
        self.actor("buyer1")
    }
    /// Experts 1 to 5.
    pub fn expert(&self, number: usize) -> Actor {
        self.actor(&format!("expert{number}"))
    }
    pub fn auditor(&self) -> Actor {
        self.actor("auditor1")
    }
    pub fn system_admin(&self) -> Actor {
        self.actor("system_admin1")
    }
    pub fn security_admin(&self) -> Actor {
        self.actor("security_admin1")
    }
    pub fn audit_admin(&self) -> Actor {
        self.actor("audit_admin1")
    }
    /// A visitor.
    pub fn public(&self) -> Actor {
        self.being(Caller::public())
    }
    /// Time itself.
    pub fn calendar(&self) -> Actor {
        self.being(Caller::calendar())
    }
    /// One of everybody, with the name in stories: for "who may do this?".
    pub fn everybody(&self) -> Vec<(String, Actor)> {
        self.scenario_desk();
        let cast = self.cast.get().expect("the cast is in");
        let mut all: Vec<(String, Actor)> = cast.keys().map(|name| (name.clone(), self.actor(name))).collect();
        all.sort_by(|a, b| a.0.cmp(&b.0));
        all
    }

    // --- time ---------------------------------------------------------------------------------------------------

    /// Lets time pass.
    pub fn passes(&self, by: Duration) {
        self.clock.advance(by);
    }
    /// Lets days pass.
    pub fn days_pass(&self, days: i64) {
        self.passes(Duration::days(days));
    }
    /// Lives through every day until that one on which something comes due, with the work that the running server does each day.
    pub fn lives_until(&self, day: NaiveDate) {
        loop {
            let today = self.today();
            if today >= day {
                return;
            }
            let next = self.next_due(today).map_or(day, |due| due.min(day));
            self.days_pass((next - today).num_days());
            dajing::daily::run(&self.db).expect("the day's work");
        }
    }
    /// The next day on which a clock reminds or passes, or a licence comes to a mark of its term.
    fn next_due(&self, today: NaiveDate) -> Option<NaiveDate> {
        use schema::{deadline, licence, termination};
        let (clocks, terms, exits): (Vec<NaiveDate>, Vec<NaiveDate>, Vec<NaiveDate>) = self
            .db
            .look(|look| {
                let running = deadline::table.filter(deadline::state.eq("running").and(deadline::due_on.is_not_null()));
                let living = licence::table.filter(licence::state.eq_any(["in_force", "suspended"]));
                let leaving = termination::table.filter(termination::state.eq("noticed").and(termination::ends_on.is_not_null()));
                Ok((
                    running.select(deadline::due_on.assume_not_null()).load(look.db())?,
                    living.select(licence::to_on).load(look.db())?,
                    leaving.select(termination::ends_on.assume_not_null()).load(look.db())?,
                ))
            })
            .expect("what is due");
        let near = clocks.into_iter().flat_map(|due| (-14..=1).map(move |n| due + Duration::days(n)));
        let marks = terms
            .into_iter()
            .flat_map(|to| [6, 3, 1].map(|months| platform::day::add_months(to, -months)).into_iter().chain([to + Duration::days(1)]));
        near.chain(marks).chain(exits).filter(|day| *day > today).min()
    }
    /// Today in Asia/Shanghai.
    pub fn today(&self) -> NaiveDate {
        platform::day::shanghai_date(self.clock.now())
    }

    // --- what was left behind -----------------------------------------------------------------------------------

    /// The log of one case, oldest first, sealed lines too.
    pub fn events<N: Noun>(&self, id: Id<N>) -> Vec<Event> {
        use schema::event;
        self.db
            .look(|look| {
                let lines = event::table.filter(event::noun.eq(N::NAME).and(event::subject.eq(id.to_string())));
                Ok(lines.order(event::seq.asc()).select(Event::as_select()).load(look.db())?)
            })
            .expect("the log")
    }
    /// The acts taken on a case, oldest first.
    pub fn acts_on<N: Noun>(&self, id: Id<N>) -> Vec<N::Act> {
        self.events(id).iter().map(|e| N::Act::of(&e.act).unwrap_or_else(|| panic!("no act {} of {}", e.act, N::NAME))).collect()
    }
    /// How many events the log has.
    pub fn log_length(&self) -> i64 {
        self.db.look(event::verify).expect("the log").events
    }
    /// The letters to a person, oldest first.
    pub fn letters_to(&self, actor: &Actor) -> Vec<Letter> {
        use schema::letter;
        self.db
            .look(|look| {
                let own = letter::table.filter(letter::person.eq(actor.person()));
                Ok(own.order((letter::created_at.asc(), letter::id.asc())).select(Letter::as_select()).load(look.db())?)
            })
            .expect("the outbox")
    }
    /// Stores a file as that person's; the id to type into a form.
    pub fn uploads(&self, actor: &Actor, name: &str, bytes: &[u8]) -> String {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        let upload = runtime.block_on(self.store.put(name, bytes::Bytes::copy_from_slice(bytes))).expect("a file that may be stored");
        actor.tries(move |tx, who| file::record(tx, who, &upload)).expect("a file's row").to_string()
    }
    /// A small PDF as that person's.
    pub fn pdf(&self, actor: &Actor, name: &str) -> String {
        self.uploads(actor, name, format!("%PDF-1.7\n% {name}\n%%EOF\n").as_bytes())
    }

    // --- the end ------------------------------------------------------------------------------------------------

    /// What every story must leave behind: a chain that holds, no failed letter, and no row whose state the log does not know.
    pub fn finish(self) {
        self.check();
    }

    fn check(&self) {
        self.finished.store(true, Ordering::Relaxed);
        let verified = self.db.look(event::verify).expect("the log");
        assert_eq!(verified.broken, None, "the chain of events is broken");
        let failed: i64 = self
            .db
            .look(|look| Ok(schema::letter::table.filter(schema::letter::state.eq(LetterState::Failed)).count().get_result(look.db())?))
            .expect("the outbox");
        assert_eq!(failed, 0, "letters failed");
        crate::leaves::sound(&self.db);
        let mut silent = Vec::new();
        for (table, columns) in schema::tables(self.db.place()).expect("the tables") {
            let is_noun = ["serial", "title", "state", "clock", "due_on"].iter().all(|c| columns.iter().any(|have| have == c));
            if is_noun {
                silent.extend(self.silent_changes(&table));
            }
        }
        assert!(silent.is_empty(), "rows changed without an event: {silent:#?}");
    }

    /// Rows whose state is not the one their last event led to.
    fn silent_changes(&self, table: &str) -> Vec<String> {
        #[derive(diesel::QueryableByName, Debug)]
        struct Row {
            #[diesel(sql_type = Text)]
            id: String,
            #[diesel(sql_type = Text)]
            state: String,
            #[diesel(sql_type = Text)]
            told: String,
        }
        let sql = format!(
            "SELECT id, state, told FROM (SELECT t.id, t.state, COALESCE((SELECT e.to_state FROM event e WHERE e.noun = '{table}' \
             AND e.subject = t.id ORDER BY e.seq DESC LIMIT 1), 'nothing') AS told FROM {table} t) rows WHERE state <> told"
        );
        let rows: Vec<Row> = self.db.look(|look| Ok(diesel::sql_query(sql).load(look.db())?)).expect("a noun's table");
        rows.iter().map(|r| format!("{table} {} is {} but its last event says {}", r.id, r.state, r.told)).collect()
    }
}

impl Drop for World {
    /// A story told without [`on_both!`](crate::on_both) is checked too.
    fn drop(&mut self) {
        if !self.finished.load(Ordering::Relaxed) && !std::thread::panicking() {
            self.check();
        }
    }
}
