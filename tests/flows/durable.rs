//! What was acknowledged stands: after a kill, after the disk was full.

use crate::db::{Act, entering, is_there, together};
use diesel::QueryableByName;
use diesel::sql_types::Text;
use platform::db::Place;
use platform::people::{org, person};
use platform::{Caller, Clock, Db, OrgKind, Refusal, Result, Tx, event, schema};
use serde_json::json;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use support::place::{self, Folder};

/// Every address stands, and the log is one chain of just these acts or of a few more that were not yet acknowledged.
fn all_stand(db: &Db, acknowledged: &[String]) {
    for email in acknowledged {
        assert!(db.look(|look| person::by_email(look, email)).unwrap().is_some(), "acknowledged, but lost: {email}");
    }
    let verified = db.look(event::verify).unwrap();
    assert_eq!(verified.broken, None);
    assert!(verified.events as usize >= acknowledged.len());
}

/// Starts a process that writes, kills it in the midst of it (SIGKILL), and opens what it left.
fn killed(at: &Place, url: &str) {
    let mut scribe = Command::new(env!("CARGO_BIN_EXE_scribe")).arg(url).stdout(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(scribe.stdout.take().unwrap()).split(b'\n').map(|line| String::from_utf8(line.unwrap()).unwrap());
    let mut acknowledged: Vec<String> = lines.by_ref().take(300).collect();
    scribe.kill().unwrap();
    // What it still said before it died; a last line cut short is no address.
    acknowledged.extend(lines.filter(|line| line.ends_with("@example.cn")));
    assert!(!scribe.wait().unwrap().success());
    assert!(acknowledged.len() >= 300);
    let db = place::open(at, &Clock::machine());
    all_stand(&db, &acknowledged);
    db.act(|tx| person::enter(tx, &Caller::calendar(), "next@example.cn", "甲", "zh-CN").map(drop)).unwrap();
}

#[test]
fn a_kill_loses_nothing_on_sqlite() {
    let (_keep, at) = place::sqlite();
    let Place::Sqlite(path) = &at else { panic!("{at:?}") };
    killed(&at, path);
}

#[test]
fn a_kill_loses_nothing_on_postgres() {
    let Some((_keep, at)) = place::postgres() else { return };
    let Place::Postgres(url) = &at else { panic!("{at:?}") };
    killed(&at, url);
}

#[test]
fn another_process_finds_what_was_acknowledged() {
    let (_keep, at) = place::sqlite();
    let first = place::open(&at, &Clock::machine());
    first.act(|tx| person::enter(tx, &Caller::calendar(), "a@example.cn", "甲", "zh-CN").map(drop)).unwrap();
    let second = place::open(&at, &Clock::machine());
    all_stand(&second, &["a@example.cn".into()]);
    // Two writers of one file take turns and keep one chain.
    std::thread::scope(|threads| {
        for (hand, db) in [&first, &second].into_iter().enumerate() {
            threads.spawn(move || {
                for n in 0..50 {
                    db.act(move |tx| person::enter(tx, &Caller::calendar(), &format!("b{hand}-{n}@example.cn"), "乙", "zh-CN").map(drop)).unwrap();
                }
            });
        }
    });
    let verified = first.look(event::verify).unwrap();
    assert_eq!((verified.events, verified.broken), (101, None));
}

/// A disk of a few megabytes: a tmpfs where this process may mount one, else a file that SQLite may not let grow.
enum SmallDisk {
    Mounted(PathBuf, #[allow(dead_code)] Folder),
    Capped(Folder),
}

impl SmallDisk {
    fn new() -> Self {
        let folder = Folder::fresh();
        let mounted = Command::new("mount").args(["-t", "tmpfs", "-o", "size=6m", "tmpfs"]).arg(folder.path()).stderr(Stdio::null()).status();
        if mounted.is_ok_and(|status| status.success()) { Self::Mounted(folder.path().into(), folder) } else { Self::Capped(folder) }
    }
    fn path(&self) -> &Path {
        match self {
            Self::Mounted(path, _) => path,
            Self::Capped(folder) => folder.path(),
        }
    }
    /// Takes room away, so that the disk is full before long.
    fn shrink(&self, db: &Db) {
        match self {
            Self::Mounted(path, _) => std::fs::write(path.join("ballast"), vec![1; 2 << 20]).unwrap(),
            Self::Capped(_) => pragma(db, "max_page_count = 400"),
        }
    }
    /// Gives it back.
    fn grow(&self, db: &Db) {
        match self {
            Self::Mounted(path, _) => std::fs::remove_file(path.join("ballast")).unwrap(),
            Self::Capped(_) => pragma(db, "max_page_count = 100000"),
        }
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        if let Self::Mounted(path, _) = self {
            let _ = Command::new("umount").arg("-l").arg(path).status();
        }
    }
}

fn pragma(db: &Db, text: &str) {
    let text = format!("PRAGMA {text}");
    db.act(move |tx| Ok(diesel::RunQueryDsl::execute(diesel::sql_query(text), tx.db())?)).unwrap();
}

/// Enters an organisation with much to say of itself.
fn long_winded_in(tx: &mut Tx, number: usize) -> Result<()> {
    let admin = Caller { roles: vec![platform::Role::SystemAdmin], ..Caller::public() };
    let answers = platform::sheet::Answers::of(json!({ "name": format!("单位{number}"), "introduction": "长".repeat(5_000) }));
    org::enter(tx, &admin, org::Act::Enter, OrgKind::Source, &answers).map(drop)
}

fn long_winded(db: &Db, number: usize) -> Result<()> {
    db.act(move |tx| long_winded_in(tx, number))
}

/// SQLite's own opinion of its file.
fn sound(at: &Place) -> String {
    #[derive(QueryableByName)]
    struct Sound {
        #[diesel(sql_type = Text)]
        integrity_check: String,
    }
    let sound: Sound = diesel::RunQueryDsl::get_result(diesel::sql_query("PRAGMA integrity_check"), &mut at.connect().unwrap()).unwrap();
    sound.integrity_check
}

#[test]
fn an_act_larger_than_the_disk_is_refused_for_want_of_room_and_so_is_its_group() {
    let disk = SmallDisk::new();
    let at = Place::Sqlite(disk.path().join("dajing.db").to_string_lossy().into_owned());
    schema::migrate(&at).unwrap();
    let db = place::open(&at, &Clock::machine());
    disk.shrink(&db);
    let huge: Act<()> = Box::new(|tx| (0..1_000).try_for_each(|number| long_winded_in(tx, number)));
    let results = together(&db, vec![entering("before@example.cn"), huge, entering("after@example.cn")]);
    assert_eq!(results[1], Err(Refusal::NoSpace));
    for (result, email) in [(&results[0], "before@example.cn"), (&results[2], "after@example.cn")] {
        assert!(*result == Err(Refusal::NoSpace) || *result == Ok(()), "{result:?}");
        assert_eq!(is_there(&db, email), result.is_ok());
    }
    let stand = results.iter().filter(|r| r.is_ok()).count();
    disk.grow(&db);
    db.act(entering("then@example.cn")).unwrap();
    let verified = db.look(event::verify).unwrap();
    assert_eq!((verified.events as usize, verified.broken), (stand + 1, None));
    assert_eq!(sound(&at), "ok");
}

#[test]
fn a_full_disk_refuses_whole_acts_and_serves_again_when_there_is_room() {
    let disk = SmallDisk::new();
    let at = Place::Sqlite(disk.path().join("dajing.db").to_string_lossy().into_owned());
    schema::migrate(&at).unwrap();
    let db = place::open(&at, &Clock::machine());
    disk.shrink(&db);
    let mut kept = 0;
    let refusal = loop {
        match long_winded(&db, kept) {
            Ok(()) => kept += 1,
            Err(refusal) => break refusal,
        }
        assert!(kept < 2_000, "the disk is not small");
    };
    assert_eq!(refusal, Refusal::NoSpace);
    // Still full: small acts and many at once are refused in the same words, or find a last corner; none is half done.
    let results: Vec<Result<()>> = std::thread::scope(|threads| {
        let hands: Vec<_> = (0..16)
            .map(|n| {
                threads.spawn({
                    let db = &db;
                    move || long_winded(db, 10_000 + n)
                })
            })
            .collect();
        hands.into_iter().map(|hand| hand.join().unwrap()).collect()
    });
    assert!(results.iter().all(|r| *r == Err(Refusal::NoSpace) || *r == Ok(())), "{results:?}");
    let more = results.iter().filter(|r| r.is_ok()).count();
    let count = |db: &Db| db.look(|look| Ok(org::list(look, None, None, "", platform::paging::Page::first(1))?.total)).unwrap() as usize;
    let log = |db: &Db| db.look(event::verify).unwrap();
    assert_eq!(count(&db), kept + more, "reading goes on, and nothing refused was saved");
    assert_eq!((log(&db).events as usize, log(&db).broken), (kept + more, None));
    disk.grow(&db);
    long_winded(&db, 20_000).expect("room again");
    assert_eq!(count(&db), kept + more + 1);
    assert_eq!(log(&db).broken, None);
    assert_eq!(sound(&at), "ok");
}
