//! The database: acts commit in groups, fall alone, stand once acknowledged, and form one chain.

use futures_util::future::join_all;
use platform::db::Place;
use platform::people::person;
use platform::{Caller, Db, Refusal, Result, Tx, event};
use std::sync::mpsc;
use support::{World, on_both, place};

pub type Act<T> = Box<dyn FnOnce(&mut Tx) -> Result<T> + Send>;

/// Lets all these acts wait at the writer's door before the first is let in, so that they come in one group.
pub fn together<T: Send + 'static>(db: &Db, acts: Vec<Act<T>>) -> Vec<Result<T>> {
    let (say, entered) = mpsc::channel();
    let (open, opened) = mpsc::channel::<()>();
    std::thread::scope(|threads| {
        threads.spawn(|| {
            let wait = move |_: &mut Tx| {
                say.send(()).unwrap();
                opened.recv().unwrap();
                Ok(())
            };
            db.act(wait).unwrap();
        });
        entered.recv().unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            // Polled in this order: everybody is at the door when it opens.
            let (results, ()) = tokio::join!(join_all(acts.into_iter().map(|act| db.write(act))), async { open.send(()).unwrap() });
            results
        })
    })
}

pub fn enter(tx: &mut Tx, email: &str) -> Result<()> {
    person::enter(tx, &Caller::calendar(), email, "甲", "zh-CN").map(drop)
}

pub fn entering(email: impl Into<String>) -> Act<()> {
    let email = email.into();
    Box::new(move |tx| enter(tx, &email))
}

pub fn is_there(db: &Db, email: &str) -> bool {
    db.look(|look| person::by_email(look, email)).unwrap().is_some()
}

on_both! {
    sixty_four_acts_share_one_commit(world) {
        let (acts, commits) = (world.db.acts(), world.db.commits());
        let results = together(&world.db, (0..64).map(|n| entering(format!("p{n}@example.cn"))).collect());
        assert!(results.iter().all(Result::is_ok), "{results:?}");
        assert_eq!(world.db.acts() - acts, 65, "with the act at the door");
        assert_eq!(world.db.commits() - commits, 2, "one for the act at the door, one for all the others");
        assert_eq!(world.log_length(), 64);
    }

    an_act_falls_alone(world) {
        let results = together(&world.db, vec![
            entering("first@example.cn"),
            Box::new(|tx| { enter(tx, "refused@example.cn")?; Err(Refusal::rule("interest", "ZJK-28 BID-37")) }),
            entering("second@example.cn"),
            Box::new(|tx| { enter(tx, "panicked@example.cn")?; panic!("a fault of ours") }),
            entering("third@example.cn"),
            Box::new(|tx| { enter(tx, "broken@example.cn")?; tx.db_fails() }),
            entering("fourth@example.cn"),
            // Goes on after a failed statement as if nothing had been.
            Box::new(|tx| { enter(tx, "blind@example.cn")?; let _ = tx.db_fails(); Ok(()) }),
            entering("first@example.cn"),
            entering("last@example.cn"),
        ]);
        let email = |n: usize| ["first", "refused", "second", "panicked", "third", "broken", "fourth", "blind", "first", "last"][n];
        for (n, result) in results.iter().enumerate() {
            match (email(n), result) {
                ("refused", result) => assert_eq!(*result, Err(Refusal::rule("interest", "ZJK-28 BID-37"))),
                ("panicked", Err(Refusal::Broken(what))) => assert!(what.contains("a fault of ours"), "{what}"),
                ("broken", Err(Refusal::Broken(what))) => assert!(what.contains("no_such_table"), "{what}"),
                ("first", result) if n == 8 => assert_eq!(*result, Err(Refusal::fault("email", "email-taken"))),
                // PostgreSQL undoes it, SQLite lets it stand; either way the answer tells the truth.
                ("blind", result) => assert_eq!(is_there(&world.db, "blind@example.cn"), result.is_ok()),
                (name, result) => assert_eq!(*result, Ok(()), "{name}"),
            }
        }
        for name in ["first", "second", "third", "fourth", "last"] {
            assert!(is_there(&world.db, &format!("{name}@example.cn")), "{name}");
        }
        for name in ["refused", "panicked", "broken"] {
            assert!(!is_there(&world.db, &format!("{name}@example.cn")), "{name} left something behind");
        }
        // Every line of the log is of an act that stands.
        let blind = i64::from(results[7].is_ok());
        assert_eq!(world.log_length(), 5 + blind);
    }

    the_writer_goes_on_after_a_panic(world) {
        for n in 0..3 {
            let fell: Result<()> = world.db.act(|_| panic!("again"));
            assert!(matches!(fell, Err(Refusal::Broken(_))), "{fell:?}");
            world.db.act(entering(format!("after{n}@example.cn"))).unwrap();
        }
        let fell: Result<()> = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| world.db.look(|_| panic!("in a question"))))
            .unwrap_or(Err(Refusal::Unavailable));
        assert_eq!(fell, Err(Refusal::Unavailable));
        assert!(is_there(&world.db, "after2@example.cn"));
    }

    sixty_four_hands_write_one_chain(world) {
        std::thread::scope(|threads| {
            for hand in 0..64 {
                threads.spawn(move || for n in 0..5 {
                    world.db.act(entering(format!("h{hand}-{n}@example.cn"))).unwrap();
                });
            }
        });
        let verified = world.db.look(event::verify).unwrap();
        assert_eq!((verified.events, verified.broken), (320, None));
        assert!(world.db.commits() <= world.db.acts());
    }

    a_changed_line_is_found(world) {
        use diesel::connection::SimpleConnection;
        for n in 0..5 {
            world.db.act(entering(format!("p{n}@example.cn"))).unwrap();
        }
        let mut conn = world.db.place().connect().unwrap();
        let (off, on) = match &conn {
            platform::Conn::Postgres(_) => ("ALTER TABLE event DISABLE TRIGGER ALL;", "ALTER TABLE event ENABLE TRIGGER ALL;"),
            platform::Conn::Sqlite(_) => ("DROP TRIGGER event_no_update;", ""),
        };
        for (change, back, what) in [
            ("actor_name = 'x'", "actor_name = 'calendar'", "it was changed"),
            ("detail = '{\"a\":1}'", "detail = '{}'", "its detail was changed"),
            ("seq = 30", "seq = 3", "a line is missing before it"),
        ] {
            conn.batch_execute(&format!("{off} UPDATE event SET {change} WHERE seq = 3; {on}")).unwrap();
            let (at, found) = world.db.look(event::verify).unwrap().broken.unwrap();
            assert!(found == what && (at == 3 || at == 4), "{change}: {at} {found}");
            let off = if off.starts_with("DROP") { "" } else { off };
            conn.batch_execute(&format!("{off} UPDATE event SET {back} WHERE seq IN (3, 30); {on}")).unwrap();
            assert_eq!(world.db.look(event::verify).unwrap().broken, None);
            platform::schema::migrate(world.db.place()).unwrap();
        }
    }

    time_in_the_log_never_runs_backwards(world) {
        world.db.act(entering("before@example.cn")).unwrap();
        world.clock.advance(chrono::Duration::hours(-3));
        world.db.act(entering("after@example.cn")).unwrap();
        let person = world.db.look(|look| person::by_email(look, "after@example.cn")).unwrap().unwrap();
        assert_eq!(person.created_at, world.clock.now() + chrono::Duration::hours(3));
    }

    an_act_stands_though_nobody_waits_for_its_answer(world) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        runtime.block_on(async {
            let gone = world.db.write(entering("gone@example.cn"));
            // Polled once, then dropped, as when a browser closes the connection.
            let _ = tokio::time::timeout(std::time::Duration::ZERO, gone).await;
        });
        world.db.act(|_| Ok(())).unwrap();
        assert!(is_there(&world.db, "gone@example.cn"));
    }

    a_full_queue_says_so_at_once(world) {
        let results = together(&world.db, (0..4_100).map(|_| -> Act<()> { Box::new(|_| Ok(())) }).collect());
        assert_eq!(results.iter().filter(|r| r.is_ok()).count(), 4_096);
        assert_eq!(results.iter().filter(|r| **r == Err(Refusal::Unavailable)).count(), 4);
        assert_eq!(world.db.act(|_| Ok(())), Ok(()), "and then it goes on");
    }
}

/// What breaks in the database itself.
trait Fails {
    fn db_fails(&mut self) -> Result<()>;
}
impl Fails for Tx<'_> {
    fn db_fails(&mut self) -> Result<()> {
        use diesel::RunQueryDsl;
        diesel::sql_query("SELECT 1 FROM no_such_table").execute(self.db())?;
        Ok(())
    }
}

fn sql(tx: &mut Tx, text: &str) -> Result<usize> {
    Ok(diesel::RunQueryDsl::execute(diesel::sql_query(text), tx.db())?)
}

#[test]
fn postgres_that_hangs_up_during_an_act_refuses_the_group_and_comes_back() {
    let Some(world) = World::postgres() else { return };
    let results = together(
        &world.db,
        vec![
            entering("before@example.cn"),
            Box::new(|tx| sql(tx, "SELECT pg_terminate_backend(pg_backend_pid())").map(drop)),
            entering("after@example.cn"),
        ],
    );
    assert_eq!(results, [Err(Refusal::Unavailable), Err(Refusal::Unavailable), Err(Refusal::Unavailable)]);
    for name in ["before", "after"] {
        assert!(!is_there(&world.db, &format!("{name}@example.cn")), "refused, but saved: {name}");
        world.db.act(entering(format!("{name}@example.cn"))).unwrap();
    }
    world.finish();
}

#[test]
fn postgres_that_hung_up_while_idle_is_not_noticed() {
    let Some(world) = World::postgres() else { return };
    world.db.act(entering("before@example.cn")).unwrap();
    let mut admin = world.db.place().connect().unwrap();
    let all = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()";
    let ended = diesel::RunQueryDsl::execute(diesel::sql_query(all), &mut admin).unwrap();
    assert!(ended >= 2, "the writer and a reader: {ended}");
    world.db.act(entering("after@example.cn")).unwrap();
    assert!(is_there(&world.db, "before@example.cn") && is_there(&world.db, "after@example.cn"));
    world.finish();
}

#[test]
fn a_database_that_is_gone_refuses_and_one_that_is_back_serves() {
    let Some(place::Keep::Database(database)) = place::postgres().map(|p| p.0) else { return };
    let db = place::open(&database.place(), &platform::Clock::machine());
    db.act(entering("before@example.cn")).unwrap();
    database.goes_away();
    assert_eq!(db.act(entering("meanwhile@example.cn")), Err(Refusal::Unavailable));
    assert_eq!(db.look(|look| person::by_email(look, "before@example.cn")).map(drop), Err(Refusal::Unavailable));
    database.comes_back();
    db.act(entering("after@example.cn")).unwrap();
    assert!(is_there(&db, "before@example.cn") && is_there(&db, "after@example.cn") && !is_there(&db, "meanwhile@example.cn"));
}

#[test]
fn a_place_is_read_from_its_url() {
    for (url, place) in [
        ("postgres://u@h/d", Ok(Place::Postgres("postgres://u@h/d".into()))),
        ("postgresql:///d?host=/tmp", Ok(Place::Postgres("postgresql:///d?host=/tmp".into()))),
        ("sqlite://data/a.db", Ok(Place::Sqlite("data/a.db".into()))),
        ("data/库.db", Ok(Place::Sqlite("data/库.db".into()))),
        ("", Err("the database path is empty".into())),
        ("mysql://u:secret@h/d", Err("unknown database URL `mysql`: use postgres://… or a path".into())),
    ] {
        assert_eq!(Place::parse(url), place, "{url}");
    }
}
