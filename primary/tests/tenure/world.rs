//! A city in which a licence can be had in one call, on a database of its own and a clock moved by hand.

use chrono::{Duration, NaiveDate};
use diesel::connection::SimpleConnection;
use platform::day::Calendar;
use platform::db::{Place, Rules};
use platform::event::{self, Event};
use platform::flow::{self, Noun};
use platform::people::{Org, Person, org, person};
use platform::profile::Profile;
use platform::sheet::Answers;
use platform::{At, Caller, Clock, Db, Id, Look, OrgKind, Result, Role, Tx, Word, deadline, diesel, file, schema};
use primary::announcement::{self, Announcement};
use primary::bid::{self, Bid};
use primary::destruction::Destruction;
use primary::dossier::Paper;
use primary::filing::{self, Filing};
use primary::licence::{self, Licence, Permission};
use primary::plan::Plan;
use primary::rectification::Rectification;
use primary::scenario::{self, Scenario};
use primary::scoring::{self, Scoring};
use primary::termination::{self, Termination};
use primary::{amendment, selection};
use resources::entry::{self, Entry};
use serde_json::{Value, json};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

/// Where a world lives, taken away with it.
enum Keep {
    File(std::path::PathBuf),
    Database { server: String, name: String },
}

impl Drop for Keep {
    fn drop(&mut self) {
        match self {
            Keep::File(path) => {
                for end in ["", "-wal", "-shm"] {
                    let _ = std::fs::remove_file(format!("{}{end}", path.display()));
                }
            }
            Keep::Database { server, name } => {
                let _ = admin(server, &format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"));
            }
        }
    }
}

fn admin(server: &str, sql: &str) -> Result<()> {
    Ok(Place::Postgres(server.into()).connect()?.batch_execute(sql)?)
}

fn unique() -> String {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    format!("dajing_tenure_{}_{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed))
}

pub struct World {
    pub db: Db,
    pub legal: Caller,
    pub legal_two: Caller,
    pub desk: Caller,
    pub office: Caller,
    pub office_two: Caller,
    pub experts: Vec<Caller>,
    /// Two developers that are ready.
    pub holder: Caller,
    pub rival: Caller,
    pub entries: Vec<String>,
    pub scenario: Id<Scenario>,
    _keep: Keep,
}

pub fn at(text: &str) -> At {
    At::parse_from_str(text, "%Y-%m-%dT%H:%M").unwrap() - Duration::hours(8)
}

pub fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

pub fn code<T: std::fmt::Debug>(result: Result<T>) -> &'static str {
    result.unwrap_err().code()
}

/// A test on SQLite, and on PostgreSQL where `DAJING_TEST_POSTGRES` names one.
macro_rules! on_both {
    ($(fn $name:ident($world:ident: &World) $body:block)*) => {
        mod sqlite {
            $(#[test] fn $name() { super::$name(&super::World::sqlite()); })*
        }
        mod postgres {
            $(#[test] fn $name() { if let Some(world) = super::World::postgres() { super::$name(&world); } })*
        }
        $(fn $name($world: &World) {
            $body
            $world.holds();
        })*
    };
}
pub(crate) use on_both;

fn system() -> Caller {
    Caller { roles: vec![Role::SystemAdmin], kind: Some(OrgKind::Platform), ..Caller::public() }
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

impl World {
    pub fn sqlite() -> Self {
        Self::sqlite_under(Profile::zhangjiakou().clone())
    }
    pub fn sqlite_under(profile: Profile) -> Self {
        let path = std::env::temp_dir().join(format!("{}.db", unique()));
        let _ = std::fs::remove_file(&path);
        Self::open(Place::Sqlite(path.display().to_string()), Keep::File(path), profile)
    }
    pub fn postgres() -> Option<Self> {
        let server = server()?;
        let name = unique();
        admin(&server, &format!("CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C'")).unwrap();
        let (head, query) = server.split_once('?').map_or((server.as_str(), ""), |(h, q)| (h, q));
        let base = head.rsplit_once('/').map_or(head, |(b, _)| b);
        let place = Place::Postgres(format!("{base}/{name}?{query}"));
        Some(Self::open(place, Keep::Database { server: server.clone(), name }, Profile::zhangjiakou().clone()))
    }

    fn open(place: Place, keep: Keep, mut profile: Profile) -> Self {
        // These stories reach beyond the policy's own last day.
        profile.in_force.until = None;
        schema::migrate(&place).unwrap();
        let rules = Rules { profile: Arc::new(profile), calendar: Arc::new(Calendar::national().clone()) };
        let db = Db::open(place, 2, Clock::by_hand(at("2026-01-05T09:00")), rules).unwrap();
        let operator = enter(&db, "运营公司", OrgKind::Primary);
        let office = enter(&db, "协调机制办公室", OrgKind::Office);
        let pool = enter(&db, "专家库", OrgKind::Expert);
        let source = person_of(&db, "source", enter(&db, "市交通局", OrgKind::Source), Role::Source);
        let bureau = person_of(&db, "bureau", enter(&db, "市数政局", OrgKind::Bureau), Role::Bureau);
        let desk = person_of(&db, "desk", operator, Role::ScenarioDesk);
        let mut world = Self {
            legal: person_of(&db, "legal", operator, Role::Legal),
            legal_two: person_of(&db, "legal2", operator, Role::Legal),
            office: person_of(&db, "office", office, Role::Office),
            office_two: person_of(&db, "office2", office, Role::Office),
            experts: ["e1", "e2", "e3"].map(|n| person_of(&db, n, pool, Role::Expert)).to_vec(),
            holder: developer(&db, "甲公司", "a"),
            rival: developer(&db, "乙公司", "b"),
            entries: Vec::new(),
            scenario: "00000000-0000-7000-8000-000000000000".parse().unwrap(),
            desk,
            db,
            _keep: keep,
        };
        world.entries = ["停车场信息", "泊位状态", "收费记录"]
            .map(|title| {
                let said = json!({"title": title, "domain": "transport", "level": "l2", "share": "unconditional", "open": "unconditional", "cycle": "daily"});
                let id = world.opens::<Entry>(&source, said).unwrap();
                world.does(&source, id, entry::Act::Submit, json!({})).unwrap();
                world.does(&bureau, id, entry::Act::Publish, json!({})).unwrap();
                id.to_string()
            })
            .to_vec();
        let said = json!({
            "title": "城市停车治理", "domain": "transport", "purpose": "industry", "description": "停车难", "product_forms": ["interface"], "entries": world.entries,
        });
        world.scenario = world.opens::<Scenario>(&world.desk, said).unwrap();
        world.does(&world.desk, world.scenario, scenario::Act::Submit, json!({})).unwrap();
        world.does(&world.office, world.scenario, scenario::Act::Approve, json!({"reason": "同意"})).unwrap();
        world.does(&world.desk, world.scenario, scenario::Act::Publish, json!({})).unwrap();
        world
    }

    pub fn until(&self, text: &str) {
        let by = at(text) - self.db.clock().now();
        assert!(by >= Duration::zero(), "time does not run backwards");
        self.db.clock().advance(by);
    }
    pub fn act<T: Send + 'static>(&self, f: impl FnOnce(&mut Tx) -> Result<T> + Send + 'static) -> Result<T> {
        self.db.act(f)
    }
    pub fn look<T>(&self, f: impl FnOnce(&mut Look) -> Result<T>) -> Result<T> {
        self.db.look(f)
    }
    pub fn opens<N: Noun>(&self, who: &Caller, answers: Value) -> Result<Id<N>> {
        let who = who.clone();
        self.act(move |tx| flow::open::<N>(tx, &who, Answers::of(answers)))
    }
    pub fn does<N: Noun>(&self, who: &Caller, id: Id<N>, act: N::Act, answers: Value) -> Result<N> {
        let who = who.clone();
        self.act(move |tx| flow::perform::<N>(tx, &who, id, act, Answers::of(answers)))
    }
    pub fn file(&self, who: &Caller, name: &str) -> String {
        let (who, name) = (who.clone(), name.to_string());
        let upload = file::Upload { name: name.clone(), media: "application/pdf", size: 5, sha256: event::sha256(name) };
        self.act(move |tx| file::record(tx, &who, &upload)).unwrap().to_string()
    }
    /// What the daily job does for licences.
    pub fn night(&self) {
        self.act(|tx| {
            termination::take_effect_due(tx)?;
            licence::expire_due(tx)?;
            licence::remind_due(tx).map(drop)
        })
        .unwrap();
        deadline::day_of::<Rectification>(&self.db).unwrap();
        deadline::day_of::<Termination>(&self.db).unwrap();
        deadline::day_of::<Destruction>(&self.db).unwrap();
    }
    pub fn licence(&self, id: Id<Licence>) -> Licence {
        self.look(|look| licence::row(look, id)).unwrap()
    }
    /// The acts on a case, oldest first.
    pub fn acts<N: Noun>(&self, id: Id<N>) -> Vec<String> {
        self.events(id).into_iter().map(|e| e.act).collect()
    }
    pub fn events<N: Noun>(&self, id: Id<N>) -> Vec<Event> {
        self.look(|look| event::history(look, &self.office, N::NAME, &id.to_string())).unwrap()
    }
    /// The permissions that a licence gives now; the function and its face for the page agree.
    pub fn permitted(&self, id: Id<Licence>) -> Vec<Permission> {
        let open: Vec<Permission> = Permission::ALL.iter().copied().filter(|p| self.look(|look| licence::may(look, id, *p)).is_ok()).collect();
        let shown = self
            .look(|look| {
                let row = licence::row(look, id)?;
                licence::permissions(look, &row)
            })
            .unwrap();
        assert_eq!(shown.iter().filter(|(_, no)| no.is_none()).map(|(p, _)| *p).collect::<Vec<_>>(), open);
        open
    }
    /// What every story leaves behind: a chain that holds.
    pub fn holds(&self) {
        assert_eq!(self.look(event::verify).unwrap().broken, None);
    }
    pub fn sql(&self, text: &'static str) -> Result<usize> {
        use diesel::RunQueryDsl;
        self.act(move |tx| Ok(diesel::sql_query(text).execute(tx.db())?))
    }

    // --- a licence ----------------------------------------------------------------------------------------------

    pub fn bid(&self, who: &Caller, call: Id<Announcement>) -> Result<Id<Bid>> {
        let id = self.opens::<Bid>(who, json!({ "announcement": call }))?;
        let file = self.file(who, "营业执照.pdf");
        let paper = self.opens::<Paper>(who, json!({"kind": "business_licence", "title": "营业执照", "expires_on": "2040-01-01", "file": [file]}))?;
        let said = json!({
            "contact": "李四", "phone": "0313-1", "security_officer": "王五", "security_phone": "0313-2",
            "conditions": [{"key": "rules", "meets": "on", "evidence": "制度汇编"}],
            "technical_plan": "技术方案", "data_use_plan": "计划", "forms": ["interface"], "products": "接口", "social_value": "价值", "price": "1000",
            "security_plan": "安全方案", "security_commitment": "on", "papers": [{"material": "business_licence", "paper": paper}],
            "independent": "on", "truthful": "on",
        });
        self.does(who, id, bid::Act::Save, said)?;
        self.does(who, id, bid::Act::Submit, json!({}))?;
        Ok(id)
    }
    /// A call for the first two entries of three; deadline in 25 days, opening a day later.
    pub fn call(&self) -> Id<Announcement> {
        let days = |n: i64, hour: &str| {
            let today = platform::day::shanghai_date(self.db.clock().now());
            format!("{}T{hour}", today + Duration::days(n))
        };
        let said = json!({
            "title": "城市停车治理授权运营公告", "scenario": self.scenario, "method": "open_tender", "conditions": ["rules"],
            "materials": ["business_licence"], "entries": self.entries[..2], "term_years": "3", "fee": "1000", "fee_basis": "成本",
            "deadline": days(25, "17:00"), "opening": days(26, "09:00"), "criteria": [{"name": "方案", "weight": "100"}], "pass_mark": "60", "contact": "0313-0",
        });
        let id = self.opens::<Announcement>(&self.desk, said).unwrap();
        self.does(&self.desk, id, announcement::Act::Publish, json!({})).unwrap();
        id
    }
    pub fn passes(&self, days: i64) {
        self.db.clock().advance(Duration::days(days));
    }
    /// Up to the award of a call to everybody who bid.
    pub fn awarded(&self, call: Id<Announcement>, bids: &[Id<Bid>]) {
        self.passes(27);
        self.act(announcement::close_due).unwrap();
        self.act(selection::open_due).unwrap();
        for id in bids {
            let check = json!({"conditions": [{"key": "rules", "meets": true, "evidence": "核对"}], "reason": "见记录"});
            self.does(&self.legal, *id, bid::Act::Admit, check).unwrap();
        }
        for expert in &self.experts {
            let sheet = self.opens::<Scoring>(&self.legal, json!({"announcement": call, "expert": expert.person})).unwrap();
            let rows: Vec<Value> = bids.iter().map(|b| json!({"bid": b, "criterion": 1, "points": 80})).collect();
            self.does(expert, sheet, scoring::Act::Submit, json!({"points": rows, "independent": true})).unwrap();
        }
        self.does(&self.legal, call, announcement::Act::Rank, json!({})).unwrap();
        self.does(&self.legal, call, announcement::Act::Notice, json!({"winners": bids.len().to_string()})).unwrap();
        self.passes(14);
        self.does(&self.legal, call, announcement::Act::Award, json!({})).unwrap();
    }
    /// Files the grant to a winner and lets the office receive it.
    pub fn filed(&self, bid: Id<Bid>, from: &str, to: &str) -> Id<Filing> {
        let said = json!({"bid": bid, "scope": "停车治理", "from_on": from, "to_on": to, "risk_assessment": "低"});
        let id = self.opens::<Filing>(&self.legal, said).unwrap();
        self.does(&self.office, id, filing::Act::Receive, json!({})).unwrap();
        id
    }
    pub fn plan(&self, who: &Caller, licence: Id<Licence>) {
        let said = json!({"licence": licence, "lead": "王五", "phone": "0313-2", "risks": "泄露", "measures": "切断", "reporting": "两小时内"});
        self.opens::<Plan>(who, said).unwrap();
    }
    /// Draft, signature, plan, countersignature.
    pub fn signed(&self, who: &Caller, filing: Id<Filing>) -> Id<Licence> {
        let id = self.opens::<Licence>(&self.legal, json!({ "filing": filing })).unwrap();
        self.does(&self.legal_two, id, licence::Act::Sign, json!({})).unwrap();
        self.plan(who, id);
        self.does(who, id, licence::Act::Countersign, json!({})).unwrap();
        id
    }
    /// A licence of the holder, in force from 1 March 2026 to the end of February 2028, on its first day.
    pub fn granted(&self) -> Id<Licence> {
        let call = self.call();
        let bid = self.bid(&self.holder, call).unwrap();
        self.awarded(call, &[bid]);
        let filing = self.filed(bid, "2026-03-01", "2028-02-29");
        let id = self.signed(&self.holder, filing);
        self.until("2026-03-01T09:00");
        assert_eq!(self.permitted(id), Permission::ALL);
        id
    }
    /// An application of the holder, assessed by one and accepted by another, and its filing.
    pub fn accepted(&self, id: Id<amendment::Amendment>) -> Filing {
        self.does(&self.legal_two, id, amendment::Act::Assess, json!({"finding": "运营良好"})).unwrap();
        let accept = json!({"risk_assessment": "低"});
        assert_eq!(code(self.does(&self.legal_two, id, amendment::Act::Accept, accept.clone())), "same-person");
        self.does(&self.legal, id, amendment::Act::Accept, accept).unwrap();
        self.look(|look| amendment::filing_of(look, id)).unwrap().unwrap()
    }
}

fn enter(db: &Db, name: &'static str, kind: OrgKind) -> Id<Org> {
    db.act(move |tx| org::enter(tx, &system(), org::Act::Enter, kind, &Answers::of(json!({ "name": name })))).unwrap()
}

/// A person with a role and a complete record.
pub fn person_of(db: &Db, name: &'static str, of: Id<Org>, role: Role) -> Caller {
    let id = db
        .act(move |tx| {
            let id: Id<Person> = person::enter(tx, &system(), &format!("{name}@example.cn"), name, "zh-CN")?;
            person::grant(tx, &system(), id, of, role)?;
            let own = person::caller(tx, id, Some(of))?;
            let record = json!({"real_name": name, "trained_on": "2026-01-02", "nda_until": "2039-12-31"});
            person::record(tx, &own, id, of, &Answers::of(record))?;
            Ok(id)
        })
        .unwrap();
    db.look(|look| person::caller(look, id, Some(of))).unwrap()
}

fn developer(db: &Db, name: &'static str, admin: &'static str) -> Caller {
    let of = enter(db, name, OrgKind::Developer);
    let who = person_of(db, admin, of, Role::DeveloperAdmin);
    let said = json!({
        "legal_person": "张三", "contact": "李四", "phone": "0313-1", "security_officer": "王五", "security_department": "安全部", "security_phone": "0313-2",
    });
    let by = who.clone();
    db.act(move |tx| flow::perform::<Org>(tx, &by, of, org::Act::Describe, Answers::of(said))).unwrap();
    who
}
