//! Durable acts per second beside what the disk and SQLite alone can do: `bash tests/run --bench`, or `cargo bench -p
//! stories --bench acts` with `DAJING_TEST_POSTGRES` set to a server that does not have `fsync=off`.
//!
//! One act enters a person: one count, one insert, one event with its two hashes. The loops do the same statements on a
//! connection of their own, one commit each. `DAJING_BENCH_SECONDS` (3) for each line, `DAJING_BENCH_DIR` for the disk.

// A measurement that fails has no other report; it reads its settings itself.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::disallowed_methods)]

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::{Connection, SqliteConnection};
use platform::db::Place;
use platform::event::{Event, sha256};
use platform::people::{Person, person};
use platform::schema::{event as events, person as persons};
use platform::{Caller, Clock, Db, Id, Role, schema};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};
use support::place;

fn setting(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|s| !s.is_empty())
}

fn seconds() -> f64 {
    setting("DAJING_BENCH_SECONDS").and_then(|s| s.parse().ok()).unwrap_or(3.0)
}

/// The disk's mood changes from second to second, so that every line is measured in turn, so often.
const ROUNDS: usize = 5;

/// What was measured in one round: how many in a second, how long each waited.
struct Rate {
    per_second: f64,
    per_commit: f64,
    waits: Vec<Duration>,
}

/// One line of the table: what is measured, for how long in each round, and what came of it.
struct Line<'a> {
    name: String,
    run: Box<dyn FnMut(Duration) -> Rate + 'a>,
    rounds: Vec<Rate>,
}

impl<'a> Line<'a> {
    fn new(name: impl Into<String>, run: impl FnMut(Duration) -> Rate + 'a) -> Self {
        Self { name: name.into(), run: Box::new(run), rounds: Vec::new() }
    }
    /// The middle of the rounds, of whatever is asked of each.
    fn middle(&self, ask: impl Fn(usize, &Rate) -> f64) -> f64 {
        let mut all: Vec<f64> = self.rounds.iter().enumerate().map(|(n, rate)| ask(n, rate)).collect();
        all.sort_by(f64::total_cmp);
        all[all.len() / 2]
    }
    /// How many times another line's rate, round by round.
    fn beside(&self, other: &Line) -> f64 {
        self.middle(|n, rate| rate.per_second / other.rounds[n].per_second)
    }
    /// The wait in milliseconds that this part of all do not exceed.
    fn wait(&self, part: f64) -> f64 {
        let mut all: Vec<Duration> = self.rounds.iter().flat_map(|rate| rate.waits.iter().copied()).collect();
        all.sort();
        all.get((all.len().saturating_sub(1) as f64 * part) as usize).copied().unwrap_or_default().as_secs_f64() * 1e3
    }
}

/// Does it again and again for so long.
fn again(time: Duration, mut once: impl FnMut()) -> Rate {
    let start = Instant::now();
    let mut waits = Vec::new();
    while start.elapsed() < time {
        let from = Instant::now();
        once();
        waits.push(from.elapsed());
    }
    Rate { per_second: waits.len() as f64 / start.elapsed().as_secs_f64(), per_commit: 1.0, waits }
}

/// Writes 4 KiB and waits for the disk.
fn bare_fsync(folder: &Path) -> Line<'static> {
    let mut file = std::fs::File::create(folder.join("fsync")).unwrap();
    let block = [7u8; 4096];
    Line::new("write 4 KiB + fsync", move |time| {
        again(time, || {
            file.write_all(&block).unwrap();
            file.sync_all().unwrap();
        })
    })
}

/// The same statements, one commit each, straight on SQLite.
fn loop_alone(folder: &Path, synchronous: &str) -> Line<'static> {
    let path = folder.join(format!("loop-{synchronous}.db"));
    let at = Place::Sqlite(path.to_string_lossy().into_owned());
    schema::migrate(&at).unwrap();
    let mut conn = SqliteConnection::establish(&path.to_string_lossy()).unwrap();
    conn.batch_execute(&format!(
        "PRAGMA busy_timeout = 5000; PRAGMA journal_mode = WAL; PRAGMA synchronous = {synchronous}; PRAGMA foreign_keys = ON; \
         PRAGMA recursive_triggers = ON; PRAGMA cache_size = -4000; PRAGMA temp_store = MEMORY;"
    ))
    .unwrap();
    let (clock, mut number) = (Clock::machine(), 0);
    Line::new(format!("SQLite alone, one act one commit, synchronous={synchronous}"), move |time| {
        again(time, || {
            number += 1;
            one_act(&mut conn, &clock, number);
        })
    })
}

fn one_act(conn: &mut SqliteConnection, clock: &Clock, n: u64) {
    conn.batch_execute("BEGIN IMMEDIATE").unwrap();
    let head: Option<(i64, String, platform::At)> =
        events::table.select((events::seq, events::hash, events::at)).order(events::seq.desc()).first(conn).optional().unwrap();
    let (seq, prev) = head.map_or((0, "0".repeat(64)), |h| (h.0, h.1));
    let (now, email) = (clock.now(), format!("p{n}@example.cn"));
    let taken: i64 = persons::table.filter(persons::email.eq(&email)).count().get_result(conn).unwrap();
    assert_eq!(taken, 0);
    let id: Id<Person> = format!("01900000-0000-7000-8000-{n:012x}").parse().unwrap();
    diesel::insert_into(persons::table)
        .values((
            persons::id.eq(id),
            persons::email.eq(&email),
            persons::name.eq("甲"),
            persons::lang.eq("zh-CN"),
            persons::totp_step.eq(0i64),
            persons::created_at.eq(now),
        ))
        .execute(conn)
        .unwrap();
    let mut line = Event {
        seq: seq + 1,
        at: now,
        noun: "person".into(),
        subject: id.to_string(),
        title: "甲".into(),
        act: "enter".into(),
        from_state: None,
        to_state: "entered".into(),
        actor: None,
        actor_name: "calendar".into(),
        role: Role::Calendar,
        org: None,
        org_name: String::new(),
        owner: None,
        reason: None,
        digest: sha256("{}"),
        detail: "{}".into(),
        article: "ZJ-5.4(1)".into(),
        profile: "zhangjiakou@1".into(),
        sealed_until: None,
        prev,
        hash: String::new(),
    };
    line.hash = sha256(serde_json::to_string(&line).unwrap());
    diesel::insert_into(events::table).values(&line).execute(conn).unwrap();
    conn.batch_execute("COMMIT").unwrap();
}

/// The platform's own writer with so many threads at its door.
fn platform<'a>(name: &str, db: &'a Db, writers: u64) -> Line<'a> {
    let enter = |email: String| db.act(move |tx| person::enter(tx, &Caller::calendar(), &email, "甲", "zh-CN").map(drop)).unwrap();
    let number = AtomicU64::new(0);
    Line::new(format!("{name}, {writers} writer{}", if writers == 1 { "" } else { "s" }), move |time| {
        let over = AtomicBool::new(false);
        let (acts, commits, start) = (db.acts(), db.commits(), Instant::now());
        let waits: Vec<Duration> = std::thread::scope(|threads| {
            let hands: Vec<_> = (0..writers)
                .map(|_| {
                    threads.spawn(|| {
                        let mut waits = Vec::new();
                        while !over.load(Ordering::Relaxed) {
                            let from = Instant::now();
                            enter(format!("w{writers}-{}@example.cn", number.fetch_add(1, Ordering::Relaxed)));
                            waits.push(from.elapsed());
                        }
                        waits
                    })
                })
                .collect();
            std::thread::sleep(time);
            over.store(true, Ordering::Relaxed);
            hands.into_iter().flat_map(|hand| hand.join().unwrap()).collect()
        });
        let took = start.elapsed().as_secs_f64();
        assert_eq!(waits.len() as u64, db.acts() - acts);
        Rate { per_second: waits.len() as f64 / took, per_commit: waits.len() as f64 / (db.commits() - commits) as f64, waits }
    })
}

/// Whether the server waits for its disk.
fn postgres_fsync(at: &Place) -> String {
    #[derive(QueryableByName)]
    struct Setting {
        #[diesel(sql_type = diesel::sql_types::Text)]
        setting: String,
    }
    let sql = "SELECT setting FROM pg_settings WHERE name = 'fsync'";
    diesel::sql_query(sql).get_result::<Setting>(&mut at.connect().unwrap()).unwrap().setting
}

fn main() {
    let folder = setting("DAJING_BENCH_DIR").map_or_else(|| PathBuf::from(env!("CARGO_TARGET_TMPDIR")), PathBuf::from);
    let folder = folder.join(format!("acts-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    println!("disk of {}, {} s a line in {ROUNDS} rounds, middle of the rounds", folder.display(), seconds());

    let at = Place::Sqlite(folder.join("dajing.db").to_string_lossy().into_owned());
    schema::migrate(&at).unwrap();
    let sqlite = place::open(&at, &Clock::machine());
    let postgres = setting("DAJING_TEST_POSTGRES").and_then(|_| place::postgres()).map(|(keep, at)| {
        let name = format!("Dajing on PostgreSQL (fsync={})", postgres_fsync(&at));
        (place::open(&at, &Clock::machine()), name, keep)
    });
    let mut lines = vec![bare_fsync(&folder), loop_alone(&folder, "FULL"), loop_alone(&folder, "OFF")];
    lines.extend([1, 16, 64].map(|writers| platform("Dajing on SQLite", &sqlite, writers)));
    match &postgres {
        None => println!("PostgreSQL not measured: DAJING_TEST_POSTGRES is not set"),
        Some((db, name, _)) => lines.extend([1, 16, 64].map(|writers| platform(name, db, writers))),
    }
    for _ in 0..ROUNDS {
        for line in &mut lines {
            let rate = (line.run)(Duration::from_secs_f64(seconds() / ROUNDS as f64));
            line.rounds.push(rate);
        }
    }
    std::fs::remove_dir_all(&folder).unwrap();

    let [fsync, full, off, one, _, many, ..] = &lines[..] else { panic!("lines are missing") };
    println!("\n{:<54} {:>8} {:>9} {:>8} {:>8} {:>8} {:>8} {:>8}", "", "per s", "a commit", "p50 ms", "p99 ms", "× fsync", "× FULL", "× OFF");
    for line in &lines {
        println!(
            "{:<54} {:>8.0} {:>9.1} {:>8.2} {:>8.2} {:>8.2} {:>8.2} {:>8.2}",
            line.name,
            line.middle(|_, rate| rate.per_second),
            line.middle(|_, rate| rate.per_commit),
            line.wait(0.5),
            line.wait(0.99),
            line.beside(fsync),
            line.beside(full),
            line.beside(off),
        );
    }

    let slow_disk = 1.0 / fsync.middle(|_, rate| rate.per_second) >= 0.002;
    let mut missed = 0;
    let mut aim = |what: &str, have: f64, want: f64| {
        println!("{} {what}: {have:.2}, aim {want}", if have >= want { "met   " } else { "MISSED" });
        missed += i32::from(have < want);
    };
    println!();
    aim("one writer, beside the loop with FULL", one.beside(full), 0.8);
    if slow_disk {
        aim("64 writers, beside the bare fsync (2 ms or more here)", many.beside(fsync), 8.0);
    } else {
        aim("64 writers, beside the loop with OFF (fsync below 2 ms here)", many.beside(off), 0.5);
    }
    std::process::exit(missed.min(1));
}
