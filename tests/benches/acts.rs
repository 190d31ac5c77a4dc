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
use platform::{Caller, Clock, Id, Role, schema};
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

/// What was measured: how many in a second, how long each waited in the middle and at worst but one in a hundred.
struct Rate {
    name: String,
    per_second: f64,
    per_commit: f64,
    middle: Duration,
    worst: Duration,
}

fn rate(name: impl Into<String>, took: Duration, mut waits: Vec<Duration>, commits: f64) -> Rate {
    waits.sort();
    let at = |part: f64| waits.get(((waits.len() as f64 - 1.0) * part).max(0.0) as usize).copied().unwrap_or_default();
    let count = waits.len() as f64;
    Rate { name: name.into(), per_second: count / took.as_secs_f64(), per_commit: count / commits, middle: at(0.5), worst: at(0.99) }
}

/// Does it again and again for the time of one line.
fn measure(name: impl Into<String>, mut once: impl FnMut(u64)) -> Rate {
    let start = Instant::now();
    let mut waits = Vec::new();
    while start.elapsed().as_secs_f64() < seconds() {
        let from = Instant::now();
        once(waits.len() as u64);
        waits.push(from.elapsed());
    }
    let count = waits.len() as f64;
    rate(name, start.elapsed(), waits, count)
}

/// Writes 4 KiB and waits for the disk.
fn bare_fsync(folder: &Path) -> Rate {
    let path = folder.join("fsync");
    let mut file = std::fs::File::create(&path).unwrap();
    let block = [7u8; 4096];
    let rate = measure("write 4 KiB + fsync", |_| {
        file.write_all(&block).unwrap();
        file.sync_all().unwrap();
    });
    std::fs::remove_file(path).unwrap();
    rate
}

/// The same statements, one commit each, straight on SQLite.
fn loop_alone(folder: &Path, synchronous: &str) -> Rate {
    let path = folder.join(format!("loop-{synchronous}.db"));
    let at = Place::Sqlite(path.to_string_lossy().into_owned());
    schema::migrate(&at).unwrap();
    let mut conn = SqliteConnection::establish(&path.to_string_lossy()).unwrap();
    conn.batch_execute(&format!(
        "PRAGMA busy_timeout = 5000; PRAGMA journal_mode = WAL; PRAGMA synchronous = {synchronous}; PRAGMA foreign_keys = ON; \
         PRAGMA recursive_triggers = ON; PRAGMA cache_size = -4000; PRAGMA temp_store = MEMORY;"
    ))
    .unwrap();
    let clock = Clock::machine();
    measure(format!("SQLite alone, one act one commit, synchronous={synchronous}"), |n| one_act(&mut conn, &clock, n))
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
fn platform(name: &str, at: &Place, writers: u64) -> Rate {
    let db = place::open(at, &Clock::machine());
    let enter = |email: String| db.act(move |tx| person::enter(tx, &Caller::calendar(), &email, "甲", "zh-CN").map(drop)).unwrap();
    enter(format!("first-{writers}@example.cn"));
    let (number, over) = (AtomicU64::new(0), AtomicBool::new(false));
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
        std::thread::sleep(Duration::from_secs_f64(seconds()));
        over.store(true, Ordering::Relaxed);
        hands.into_iter().flat_map(|hand| hand.join().unwrap()).collect()
    });
    let took = start.elapsed();
    assert_eq!(waits.len() as u64, db.acts() - acts);
    rate(format!("{name}, {writers} writer{}", if writers == 1 { "" } else { "s" }), took, waits, (db.commits() - commits) as f64)
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
    println!("disk of {}, {} s a line", folder.display(), seconds());

    let before = bare_fsync(&folder);
    let full = loop_alone(&folder, "FULL");
    let off = loop_alone(&folder, "OFF");
    let at = Place::Sqlite(folder.join("dajing.db").to_string_lossy().into_owned());
    schema::migrate(&at).unwrap();
    let sqlite: Vec<Rate> = [1, 16, 64].map(|writers| platform("Dajing on SQLite", &at, writers)).into();
    let after = bare_fsync(&folder);
    let mut postgres = Vec::new();
    match setting("DAJING_TEST_POSTGRES") {
        None => println!("PostgreSQL not measured: DAJING_TEST_POSTGRES is not set"),
        Some(_) => {
            let (_keep, at) = place::postgres().expect("PostgreSQL");
            let name = format!("Dajing on PostgreSQL (fsync={})", postgres_fsync(&at));
            postgres.extend([1, 16, 64].map(|writers| platform(&name, &at, writers)));
        }
    }
    std::fs::remove_dir_all(&folder).unwrap();

    let disk = (before.per_second + after.per_second) / 2.0;
    println!("\n{:<58} {:>9} {:>9} {:>9} {:>9} {:>8} {:>8} {:>8}", "", "per s", "a commit", "p50 ms", "p99 ms", "× fsync", "× FULL", "× OFF");
    for rate in [&before, &after, &full, &off].into_iter().chain(&sqlite).chain(&postgres) {
        println!(
            "{:<58} {:>9.0} {:>9.1} {:>9.2} {:>9.2} {:>8.2} {:>8.2} {:>8.2}",
            rate.name,
            rate.per_second,
            rate.per_commit,
            rate.middle.as_secs_f64() * 1e3,
            rate.worst.as_secs_f64() * 1e3,
            rate.per_second / disk,
            rate.per_second / full.per_second,
            rate.per_second / off.per_second,
        );
    }

    let slow_disk = 1.0 / disk >= 0.002;
    let mut missed = 0;
    let mut aim = |what: &str, have: f64, want: f64| {
        println!("{} {what}: {have:.2}, aim {want}", if have >= want { "met   " } else { "MISSED" });
        missed += i32::from(have < want);
    };
    println!();
    aim("one writer, beside the loop with FULL", sqlite[0].per_second / full.per_second, 0.8);
    if slow_disk {
        aim("64 writers, beside the bare fsync (2 ms or more here)", sqlite[2].per_second / disk, 8.0);
    } else {
        aim("64 writers, beside the loop with OFF (fsync below 2 ms here)", sqlite[2].per_second / off.per_second, 0.5);
    }
    std::process::exit(missed.min(1));
}
