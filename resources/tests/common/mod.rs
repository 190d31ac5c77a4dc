//! A world of its own for each story: a fresh database on SQLite, and on PostgreSQL where `DAJING_TEST_POSTGRES` names a server.

// The helpers of these tests stand outside them, and the runner speaks to them through the environment.
#![allow(clippy::unwrap_used, clippy::panic, clippy::disallowed_methods, dead_code)]

use platform::caller::{Caller, OrgKind, Role};
use platform::db::{Db, Place, Rules};
use platform::diesel::connection::SimpleConnection;
use platform::flow::{self, Noun};
use platform::people::{org, person};
use platform::refusal::Refusal;
use platform::sheet::Answers;
use platform::{Clock, Id, Look, Word, event};
use resources::entry::{self, Entry};
use serde_json::{Value, json};

pub struct World {
    pub db: Db,
    folder: Option<std::path::PathBuf>,
    server: Option<(String, String)>,
}

/// Tells the story on each database, from Monday, 11 May 2026.
pub fn on_both(name: &str, story: impl Fn(&World)) {
    on_both_from(name, "2026-05-11T02:00:00", story);
}

/// The PostgreSQL of the run. A run that merely forgot it fails; none only when skipping was asked for.
fn server() -> Option<String> {
    if std::env::var("DAJING_TEST_SKIP_POSTGRES").as_deref() == Ok("1") {
        eprintln!("SKIPPED PostgreSQL: DAJING_TEST_SKIP_POSTGRES=1");
        return None;
    }
    let url = std::env::var("DAJING_TEST_POSTGRES").unwrap_or_default();
    assert!(!url.is_empty(), "DAJING_TEST_POSTGRES is not set: run `bash tests/run`, or set DAJING_TEST_SKIP_POSTGRES=1 to go without");
    Some(url)
}

/// The same from another day: one from which the story ends in a year whose holidays are announced.
pub fn on_both_from(name: &str, start: &str, story: impl Fn(&World)) {
    story(&World::sqlite(name, start));
    if let Some(url) = server() {
        story(&World::postgres(name, &url, start));
    }
}

fn open(place: Place, start: &str) -> Db {
    platform::schema::migrate(&place).unwrap();
    let clock = Clock::by_hand(start.parse().unwrap());
    let rules =
        Rules { profile: platform::profile::Profile::default_profile().clone().into(), calendar: platform::day::Calendar::national().clone().into() };
    Db::open(place, 2, clock, rules).unwrap()
}

impl World {
    fn sqlite(name: &str, start: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("dajing-{name}-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(&folder).unwrap();
        Self { db: open(Place::Sqlite(folder.join("test.db").display().to_string()), start), folder: Some(folder), server: None }
    }
    fn postgres(name: &str, url: &str, start: &str) -> Self {
        let base = format!("dajing_{}_{}", name.replace('-', "_"), std::process::id());
        let mut admin = Place::Postgres(url.into()).connect().unwrap();
        admin.batch_execute(&format!("CREATE DATABASE {base} TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C'")).unwrap();
        let (head, query) = url.split_once('?').unwrap_or((url, ""));
        let own = format!("{}/{base}?{query}", head.rsplit_once('/').unwrap().0);
        Self { db: open(Place::Postgres(own), start), folder: None, server: Some((url.into(), base)) }
    }

    pub fn person(&self, kind: OrgKind, org_name: &'static str, role: Role) -> Caller {
        let email = format!("{}{}@example.cn", role.as_str().replace('_', "-"), event::sha256(org_name).get(..8).unwrap());
        self.db
            .act(move |tx| {
                let admin = Caller { roles: vec![Role::Public, Role::SystemAdmin], ..Caller::public() };
                let org = org::enter(tx, &admin, org::Act::Enter, kind, &Answers::of(json!({"name": org_name})))?;
                let id = person::enter(tx, &admin, &email, "经办人", "zh-CN")?;
                person::grant(tx, &admin, id, org, role)?;
                person::caller(tx, id, Some(org))
            })
            .unwrap()
    }
    /// A source unit's person.
    pub fn unit(&self, name: &'static str) -> Caller {
        self.person(OrgKind::Source, name, Role::Source)
    }
    pub fn bureau(&self) -> Caller {
        self.person(OrgKind::Bureau, "市数据和政务服务局", Role::Bureau)
    }

    pub fn opens<N: Noun>(&self, who: &Caller, answers: Value) -> Result<Id<N>, Refusal> {
        let who = who.clone();
        self.db.act(move |tx| flow::open::<N>(tx, &who, Answers::of(answers)))
    }
    pub fn does<N: Noun>(&self, who: &Caller, id: Id<N>, act: N::Act, answers: Value) -> Result<N, Refusal> {
        let who = who.clone();
        self.db.act(move |tx| flow::perform::<N>(tx, &who, id, act, Answers::of(answers)))
    }
    pub fn sees<N: Noun>(&self, who: &Caller, id: Id<N>) -> Result<N, Refusal> {
        self.db.look(|look| N::find(look, who, id))
    }
    pub fn look<T>(&self, f: impl FnOnce(&mut Look) -> Result<T, Refusal>) -> T {
        self.db.look(f).unwrap()
    }
    pub fn days_pass(&self, days: i64) {
        self.db.clock().advance(chrono::Duration::days(days));
    }
    pub fn today(&self) -> chrono::NaiveDate {
        self.look(|look| Ok(look.today()))
    }
    pub fn day(&self, days: i64) -> String {
        (self.today() + chrono::Duration::days(days)).to_string()
    }
    /// How many letters wait for the people of an organisation.
    pub fn letters(&self, who: &Caller) -> i64 {
        self.look(|look| Ok(platform::mail::list(look, who.person, platform::paging::Page::first(1))?.total))
    }
    /// The acts on a case, in order, and that the log holds.
    pub fn acts<N: Noun>(&self, who: &Caller, id: Id<N>) -> Vec<String> {
        self.look(|look| {
            assert_eq!(event::verify(look)?.broken, None);
            Ok(event::history(look, who, N::NAME, &id.to_string())?.into_iter().map(|e| e.act).collect())
        })
    }

    /// A published entry of a unit.
    pub fn published(&self, unit: &Caller, bureau: &Caller, said: Value) -> Id<Entry> {
        let id = self.opens::<Entry>(unit, said).unwrap();
        self.does::<Entry>(unit, id, entry::Act::Submit, json!({})).unwrap();
        self.does::<Entry>(bureau, id, entry::Act::Publish, json!({})).unwrap();
        id
    }
}

impl Drop for World {
    fn drop(&mut self) {
        if let Some(folder) = &self.folder {
            let _ = std::fs::remove_dir_all(folder);
        }
        if let Some((url, base)) = &self.server
            && let Ok(mut admin) = Place::Postgres(url.clone()).connect()
        {
            let _ = admin.batch_execute(&format!("DROP DATABASE IF EXISTS {base} WITH (FORCE)"));
        }
    }
}

/// What an entry says; `share` and `open` decide what may be done with it.
pub fn said(title: &str, level: &str, share: &str, open: &str, fields: &[&str]) -> Value {
    let fields: Vec<Value> = fields.iter().map(|name| json!({"name": name})).collect();
    json!({
        "title": title, "domain": "city", "level": level, "share": share, "share_basis": "《公共数据共享管理办法》第九条", "open": open,
        "open_basis": "涉及经营信息", "cycle": "daily", "fields": fields,
    })
}

pub fn code<T: std::fmt::Debug>(result: Result<T, Refusal>) -> &'static str {
    result.unwrap_err().code()
}

pub fn faults<T: std::fmt::Debug>(result: Result<T, Refusal>) -> Vec<(String, &'static str)> {
    match result.unwrap_err() {
        Refusal::Faulty(faults) => faults.into_iter().map(|f| (f.field, f.code)).collect(),
        other => panic!("{other:?}"),
    }
}
