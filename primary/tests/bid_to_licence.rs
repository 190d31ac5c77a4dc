//! From an announcement to the end of a licence, on a database of its own and a clock moved by hand.
// A story that breaks off should say where.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use chrono::Duration;
use enclave::access;
use platform::day::Calendar;
use platform::db::{Place, Rules};
use platform::event::{self, Search};
use platform::flow::{self, Noun};
use platform::paging::Page;
use platform::people::{Org, Person, interest, org, person};
use platform::profile::Profile;
use platform::sheet::Answers;
use platform::{At, Caller, Clock, Db, Id, Look, OrgKind, Refusal, Result, Role, Tx, file, schema};
use primary::announcement::{self, Announcement};
use primary::bid::{self, Bid, TaskState};
use primary::dossier::{self, Paper};
use primary::filing::{self, Filing};
use primary::licence::{self, Licence};
use primary::objection::{self, Objection};
use primary::plan::{self, Plan};
use primary::scenario::{self, Scenario};
use primary::scoring::{self, Scoring};
use primary::{agreement, selection};
use resources::entry::{self, Entry};
use serde_json::{Value, json};
use std::sync::Arc;

struct World {
    db: Db,
    path: std::path::PathBuf,
}

impl Drop for World {
    fn drop(&mut self) {
        for end in ["", "-wal", "-shm"] {
            let _ = std::fs::remove_file(format!("{}{end}", self.path.display()));
        }
    }
}

fn at(text: &str) -> At {
    At::parse_from_str(text, "%Y-%m-%dT%H:%M").unwrap() - Duration::hours(8)
}

fn system() -> Caller {
    Caller { roles: vec![Role::SystemAdmin], kind: Some(OrgKind::Platform), ..Caller::public() }
}

impl World {
    fn new(name: &str, now: &str) -> Self {
        let path = std::env::temp_dir().join(format!("dajing-{name}-{}.db", std::process::id()));
        let _ = std::fs::remove_file(&path);
        let place = Place::Sqlite(path.display().to_string());
        schema::migrate(&place).unwrap();
        let rules = Rules { profile: Arc::new(Profile::zhangjiakou().clone()), calendar: Arc::new(Calendar::national().clone()) };
        Self { db: Db::open(place, 2, Clock::by_hand(at(now)), rules).unwrap(), path }
    }
    fn until(&self, text: &str) {
        let by = at(text) - self.db.clock().now();
        assert!(by >= Duration::zero(), "time does not run backwards");
        self.db.clock().advance(by);
    }
    fn act<T: Send + 'static>(&self, f: impl FnOnce(&mut Tx) -> Result<T> + Send + 'static) -> Result<T> {
        self.db.act(f)
    }
    fn look<T>(&self, f: impl FnOnce(&mut Look) -> Result<T>) -> Result<T> {
        self.db.look(f)
    }
    fn opens<N: Noun>(&self, who: &Caller, answers: Value) -> Result<Id<N>> {
        let who = who.clone();
        self.act(move |tx| flow::open::<N>(tx, &who, Answers::of(answers)))
    }
    fn does<N: Noun>(&self, who: &Caller, id: Id<N>, act: N::Act, answers: Value) -> Result<N> {
        let who = who.clone();
        self.act(move |tx| flow::perform::<N>(tx, &who, id, act, Answers::of(answers)))
    }
    /// Enters an organisation.
    fn org(&self, name: &'static str, kind: OrgKind) -> Id<Org> {
        self.act(move |tx| org::enter(tx, &system(), org::Act::Enter, kind, &Answers::of(json!({ "name": name })))).unwrap()
    }
    /// Enters a person with a role and returns the caller that he is.
    fn person(&self, name: &'static str, of: Id<Org>, role: Role) -> Caller {
        let id = self
            .act(move |tx| {
                let id: Id<Person> = person::enter(tx, &system(), &format!("{name}@example.cn"), name, "zh-CN")?;
                person::grant(tx, &system(), id, of, role)?;
                Ok(id)
            })
            .unwrap();
        self.look(|look| person::caller(look, id, Some(of))).unwrap()
    }
    /// A developer that is ready: officer named, administrator on record.
    fn developer(&self, name: &'static str, admin: &'static str) -> Caller {
        let of = self.org(name, OrgKind::Developer);
        let who = self.person(admin, of, Role::DeveloperAdmin);
        let said = json!({
            "legal_person": "张三", "contact": "李四", "phone": "0313-1", "security_officer": "王五", "security_department": "安全部", "security_phone": "0313-2",
        });
        self.does::<Org>(&who, of, org::Act::Describe, said).unwrap();
        who
    }
    fn records(&self, who: &Caller) {
        let who = who.clone();
        self.act(move |tx| {
            let record = json!({"real_name": "真名", "trained_on": "2026-01-10", "nda_until": "2030-12-31"});
            person::record(tx, &who, who.person()?, who.org()?, &Answers::of(record))
        })
        .unwrap();
    }
    fn file(&self, who: &Caller, name: &'static str) -> String {
        let who = who.clone();
        let upload = file::Upload { name: name.into(), media: "application/pdf", size: 5, sha256: event::sha256(name) };
        self.act(move |tx| file::record(tx, &who, &upload)).unwrap().to_string()
    }
    fn paper(&self, who: &Caller, kind: &str, expires: &str) -> Id<Paper> {
        let file = self.file(who, "材料.pdf");
        self.opens::<Paper>(who, json!({"kind": kind, "title": kind, "expires_on": expires, "file": [file]})).unwrap()
    }
}

fn code<T: std::fmt::Debug>(result: Result<T>) -> &'static str {
    result.unwrap_err().code()
}

/// What a complete bid says.
fn said(licence: Id<Paper>, audit: Id<Paper>, price: &str) -> Value {
    json!({
        "contact": "李四", "phone": "0313-1", "security_officer": "王五", "security_phone": "0313-2",
        "conditions": [
            {"key": "rules", "meets": "on", "evidence": "制度汇编"},
            {"key": "no_incident", "meets": "on", "evidence": "近三年无事件"},
        ],
        "technical_plan": "技术方案", "data_use_plan": "数据使用计划", "forms": ["interface"], "products": "停车指数接口", "social_value": "缓解停车难",
        "price": price, "security_plan": "安全方案", "security_commitment": "on",
        "papers": [{"material": "business_licence", "paper": licence}, {"material": "audit_report", "paper": audit}],
        "independent": "on", "truthful": "on",
    })
}

struct Cast {
    legal: Caller,
    legal_two: Caller,
    desk: Caller,
    office: Caller,
    auditor: Caller,
    experts: Vec<Caller>,
    /// Three bidders.
    bidders: Vec<Caller>,
    entries: Vec<String>,
    scenario: Id<Scenario>,
}

fn cast(world: &World) -> Cast {
    let operator = world.org("张家口数据运营公司", OrgKind::Primary);
    let office_org = world.org("协调机制办公室", OrgKind::Office);
    let bureau = world.org("市数政局", OrgKind::Bureau);
    let source = world.org("市交通局", OrgKind::Source);
    let experts = world.org("专家库", OrgKind::Expert);
    let auditors = world.org("市审计局", OrgKind::Audit);
    let (legal, legal_two) = (world.person("legal", operator, Role::Legal), world.person("legal2", operator, Role::Legal));
    let desk = world.person("desk", operator, Role::ScenarioDesk);
    let office = world.person("office", office_org, Role::Office);
    let head = world.person("bureau", bureau, Role::Bureau);
    let clerk = world.person("source", source, Role::Source);
    let auditor = world.person("auditor", auditors, Role::Auditor);
    let experts = ["e1", "e2", "e3", "e4", "e5"].map(|n| world.person(n, experts, Role::Expert)).to_vec();
    let bidders = [("甲公司", "a"), ("乙公司", "b"), ("丙公司", "c")].map(|(name, admin)| world.developer(name, admin)).to_vec();
    let entries = ["停车场信息", "泊位状态"].map(|title| {
        let said =
            json!({"title": title, "domain": "government", "level": "l2", "share": "unconditional", "open": "unconditional", "cycle": "daily"});
        let id = world.opens::<Entry>(&clerk, said).unwrap();
        world.does(&clerk, id, entry::Act::Submit, json!({})).unwrap();
        world.does(&head, id, entry::Act::Publish, json!({})).unwrap();
        id.to_string()
    });
    let said = json!({
        "title": "城市停车治理", "domain": "transport", "purpose": "industry", "description": "停车难", "product_forms": ["interface"], "entries": entries,
    });
    let scenario = world.opens::<Scenario>(&desk, said).unwrap();
    world.does(&desk, scenario, scenario::Act::Submit, json!({})).unwrap();
    world.does(&office, scenario, scenario::Act::Approve, json!({"reason": "同意"})).unwrap();
    world.does(&desk, scenario, scenario::Act::Publish, json!({})).unwrap();
    Cast { legal, legal_two, desk, office, auditor, experts, bidders, entries: entries.to_vec(), scenario }
}

fn announce(world: &World, cast: &Cast) -> Id<Announcement> {
    let said = json!({
        "title": "城市停车治理授权运营公告", "scenario": cast.scenario, "method": "open_tender", "conditions": ["rules", "no_incident"],
        "materials": ["application_form", "business_licence", "audit_report", "truth_statement"], "entries": cast.entries, "term_years": "3",
        "fee": "1000", "fee_basis": "成本", "deadline": "2026-03-23T17:00", "opening": "2026-03-24T09:30",
        "criteria": [{"name": "方案", "weight": "60"}, {"name": "安全", "weight": "40"}], "pass_mark": "60", "contact": "0313-0",
    });
    let id = world.opens::<Announcement>(&cast.desk, said).unwrap();
    world.does(&cast.desk, id, announcement::Act::Publish, json!({})).unwrap();
    id
}

fn tasks_of(world: &World, who: &Caller, id: Id<Bid>) -> Vec<bid::Task> {
    world
        .look(|look| {
            let row = Bid::find(look, who, id)?;
            bid::tasks(look, who, &row)
        })
        .unwrap()
}

/// Three bids, one of them withdrawn and made anew.
fn bids(world: &World, cast: &Cast, call: Id<Announcement>) -> Vec<Id<Bid>> {
    let mut ids = Vec::new();
    for (i, who) in cast.bidders.iter().enumerate() {
        let licence = world.paper(who, "business_licence", "2040-01-01");
        let audit = world.paper(who, "audit_report", "2026-12-31");
        let id = world.opens::<Bid>(who, json!({ "announcement": call })).unwrap();
        assert_eq!(code(world.opens::<Bid>(who, json!({ "announcement": call }))), "one-bid");

        let tasks = tasks_of(world, who, id);
        let state = |section: &str, tasks: &[bid::Task]| tasks.iter().find(|t| t.section == section).unwrap().state;
        assert_eq!((state("basic", &tasks), state("plan", &tasks), state("papers", &tasks)), (TaskState::Done, TaskState::Todo, TaskState::Todo));
        world.does(who, id, bid::Act::Save, json!({"technical_plan": "方案", "price": "一千"})).unwrap();
        let tasks = tasks_of(world, who, id);
        assert_eq!(state("plan", &tasks), TaskState::Problem);
        assert_eq!(code(world.does(who, id, bid::Act::Submit, json!({}))), "bid-incomplete");

        world.does(who, id, bid::Act::Save, said(licence, audit, ["1000", "900.50", "800"][i])).unwrap();
        let sent = world.does(who, id, bid::Act::Submit, json!({})).unwrap();
        assert_eq!((sent.state, sent.submitted_at.is_some(), sent.serial.is_some()), (bid::State::Submitted, true, true));
        // The paper's file was copied into the bid.
        assert_eq!(sent.answers().0["papers"][0]["files"].as_array().unwrap().len(), 1);
        ids.push(id);
        world.db.clock().advance(Duration::minutes(10));
    }
    let who = &cast.bidders[1];
    world.does(who, ids[1], bid::Act::Withdraw, json!({"reason": "重报"})).unwrap();
    let again = world.opens::<Bid>(who, json!({ "announcement": call })).unwrap();
    let prefilled = world.look(|look| Bid::find(look, who, again)).unwrap().answers();
    assert_eq!((prefilled.text("technical_plan"), prefilled.ticked("truthful")), ("技术方案", false));
    let price = json!({"price": "950", "technical_plan": "技术方案", "data_use_plan": "计划", "forms": ["interface"], "products": "接口", "social_value": "价值"});
    world.does(who, again, bid::Act::Save, price).unwrap();
    world.does(who, again, bid::Act::Save, json!({"security_plan": "安全方案", "security_commitment": "on"})).unwrap();
    world.does(who, again, bid::Act::Save, json!({"independent": "on", "truthful": "on"})).unwrap();
    world.does(who, again, bid::Act::Submit, json!({})).unwrap();
    ids[1] = again;
    ids
}

#[test]
fn from_the_call_to_the_last_day() {
    let world = World::new("bid-to-licence", "2026-03-02T09:00");
    let cast = cast(&world);
    let call = announce(&world, &cast);
    refused_bidders(&world, &cast, call);
    let ids = bids(&world, &cast, call);
    sealed_until_the_opening(&world, &cast, call, &ids);
    let bids_by_rank = reviewed(&world, &cast, call, &ids);
    let filing = filed(&world, &cast, bids_by_rank);
    let licence = granted(&world, &cast, filing);
    lived(&world, &cast, licence);
    let verified = world.look(event::verify).unwrap();
    assert_eq!(verified.broken, None);
}

fn refused_bidders(world: &World, cast: &Cast, call: Id<Announcement>) {
    let affiliate = world.developer("运营公司之子公司", "affiliate");
    let of = affiliate.org.unwrap();
    world
        .does::<Org>(
            &cast.legal,
            of,
            org::Act::Declare,
            json!({"affiliate": "on", "parent": "张家口数据运营公司", "share": "51", "since": "2025-06-01", "reason": "持股"}),
        )
        .unwrap();
    assert_eq!(code(world.opens::<Bid>(&affiliate, json!({ "announcement": call }))), "affiliate");
    let bare = world.org("没有安全负责人的公司", OrgKind::Developer);
    let bare = world.person("bare", bare, Role::DeveloperAdmin);
    assert_eq!(code(world.opens::<Bid>(&bare, json!({ "announcement": call }))), "no-officer");
    assert_eq!(code(world.opens::<Bid>(&cast.legal, json!({ "announcement": call }))), "wrong-role");

    // A paper that is over cannot be used, nor another's.
    let (a, b) = (&cast.bidders[0], &cast.bidders[1]);
    let short = world.paper(a, "credit_report", "2026-03-02");
    assert_eq!(code(world.look(|look| dossier::usable(look, b, short))), "not-found");
    assert!(world.look(|look| dossier::usable(look, a, short)).is_ok());
    world.until("2026-03-03T00:00");
    assert_eq!(code(world.look(|look| dossier::usable(look, a, short))), "paper-expired");
    let file = world.file(a, "新.pdf");
    world.does(a, short, dossier::Act::Replace, json!({"expires_on": "2027-03-01", "file": [file]})).unwrap();
    let kept = world.look(|look| dossier::list(look, a, Some(dossier::State::Kept), Page::first(10))).unwrap();
    assert_eq!((kept.total, kept.rows[0].kind), (1, dossier::Kind::CreditReport));
}

/// What the table of bids holds, read as whoever administers the database would.
fn kept(world: &World) -> Vec<String> {
    use platform::diesel;
    #[derive(diesel::QueryableByName)]
    struct Kept {
        #[diesel(sql_type = platform::diesel::sql_types::Text)]
        content: String,
    }
    use platform::diesel::RunQueryDsl;
    let rows: Vec<Kept> = world.look(|look| Ok(platform::diesel::sql_query("SELECT content FROM bid").load(look.db())?)).unwrap();
    rows.into_iter().map(|k| k.content).collect()
}

fn sealed_until_the_opening(world: &World, cast: &Cast, call: Id<Announcement>, ids: &[Id<Bid>]) {
    let opening = at("2026-03-24T09:30");
    let nobody_reads = || {
        for who in [&cast.legal, &cast.office, &cast.auditor] {
            assert_eq!(code(world.look(|look| Bid::find(look, who, ids[0]))), "not-found");
            assert_eq!(world.look(|look| bid::read(look, who, ids[0])).unwrap_err(), Refusal::Sealed { until: opening });
            assert_eq!(world.look(|look| bid::may_read_files(look, who, &ids[0].to_string())).unwrap_err(), Refusal::Sealed { until: opening });
            let ask = bid::Ask { announcement: Some(call), state: None };
            assert_eq!(world.look(|look| bid::list(look, who, &ask, Page::first(20))).unwrap().total, 0);
            assert!(world.look(|look| event::history(look, who, "bid", &ids[0].to_string())).unwrap().is_empty());
        }
        for who in [&cast.bidders[1], &cast.experts[0], &Caller::public()] {
            assert_eq!(code(world.look(|look| bid::read(look, who, ids[0]))), "not-found");
        }
        assert_eq!(world.look(|look| event::search(look, &Search { noun: "bid".into(), ..Search::default() }, Page::first(20))).unwrap().total, 0);
        // Drafts, submitted and withdrawn alike.
        assert!(kept(world).iter().all(|c| platform::vault::is_sealed(c)), "{:?}", kept(world));
    };
    nobody_reads();
    let own = world.look(|look| Bid::find(look, &cast.bidders[0], ids[0])).unwrap();
    assert_eq!(own.price(), 100_000);
    assert_eq!(world.look(|look| bid::list(look, &cast.bidders[1], &bid::Ask::default(), Page::first(20))).unwrap().total, 2);

    // The deadline is the first instant at which nothing is taken any more, whoever has closed the call.
    let late = world.developer("迟到公司", "late");
    let draft = world.opens::<Bid>(&late, json!({ "announcement": call })).unwrap();
    world.until("2026-03-23T17:00");
    assert_eq!(code(world.does(&late, draft, bid::Act::Submit, json!({}))), "too-late");
    assert_eq!(code(world.does(&cast.bidders[0], ids[0], bid::Act::Withdraw, json!({}))), "too-late");
    let other = world.developer("更迟的公司", "later");
    assert_eq!(code(world.opens::<Bid>(&other, json!({ "announcement": call }))), "too-late");
    assert_eq!(world.act(announcement::close_due).unwrap(), 1);

    assert_eq!(code(world.does(&cast.legal, call, announcement::Act::Open, json!({}))), "not-open-yet");
    assert_eq!(world.act(selection::open_due).unwrap(), 0);
    nobody_reads();
    world.until("2026-03-24T09:30");
    let early = world.look(|look| bid::read(look, &cast.legal, ids[0]));
    assert_eq!(early.unwrap_err(), Refusal::Sealed { until: opening });
    // Without its key nothing is opened, nor is anything else held up; the bidder is told why he cannot read his own.
    let (place, clock, rules) = (world.db.place().clone(), world.db.clock().clone(), world.db.rules().clone());
    let keyless = Db::open_with(place, 1, clock, rules, platform::vault::Vault::fresh()).unwrap();
    assert_eq!((keyless.act(selection::open_due), keyless.look(bid::shut)), (Ok(0), Ok(1)));
    assert_eq!(code(keyless.look(|look| Bid::find(look, &cast.bidders[0], ids[0]))), "key-missing");
    assert_eq!(world.act(selection::open_due).unwrap(), 1);
    assert!(kept(world).iter().any(|c| c.contains("技术方案")));
    let read = world.look(|look| Bid::find(look, &cast.legal, ids[0])).unwrap();
    assert_eq!((read.state, read.price()), (bid::State::Opened, 100_000));
    let submitted = world.look(|look| event::history(look, &cast.legal, "bid", &ids[0].to_string())).unwrap();
    let submitted = submitted.iter().find(|e| e.act == "submit").unwrap();
    assert_eq!(Answers::parse(&submitted.detail).text("digest"), read.digest());
    assert_eq!(code(world.look(|look| Bid::find(look, &cast.legal, draft))), "not-found");
    assert_eq!(code(world.look(|look| Bid::find(look, &cast.bidders[1], ids[0]))), "not-found");
    assert_eq!(code(world.look(|look| Bid::find(look, &cast.experts[0], ids[0]))), "not-found");
}

/// Admission, scores, result, objections, award. Returns the bids: winner, loser.
fn reviewed(world: &World, cast: &Cast, call: Id<Announcement>, ids: &[Id<Bid>]) -> (Id<Bid>, Id<Bid>) {
    let (legal, experts) = (&cast.legal, &cast.experts);
    let check = |meets: bool| json!({"conditions": [{"key": "rules", "meets": true, "evidence": "核对"}, {"key": "no_incident", "meets": meets, "evidence": "核对"}], "reason": "见核对记录"});
    assert_eq!(code(world.does(legal, ids[0], bid::Act::Admit, check(false))), "faulty");
    for id in &ids[..2] {
        world.does(legal, *id, bid::Act::Admit, check(true)).unwrap();
    }
    world
        .act({
            let (e4, a) = (experts[3].clone(), cast.bidders[0].org.unwrap());
            move |tx| interest::declare(tx, &e4, a, "曾任顾问")
        })
        .unwrap();
    let invites = |expert: &Caller| world.opens::<Scoring>(legal, json!({"announcement": call, "expert": expert.person}));
    assert_eq!(code(invites(&experts[3])), "interest");
    let sheets: Vec<Id<Scoring>> = experts[..3].iter().map(|e| invites(e).unwrap()).collect();
    assert_eq!(code(invites(&experts[0])), "taken");

    let points = |ids: &[Id<Bid>], each: [[i64; 2]; 2]| {
        let rows: Vec<Value> = ids[..2]
            .iter()
            .zip(each)
            .flat_map(|(id, of)| [json!({"bid": id, "criterion": 1, "points": of[0]}), json!({"bid": id, "criterion": 2, "points": of[1]})])
            .collect();
        json!({"points": rows, "independent": true})
    };
    assert_eq!(code(world.does(&experts[0], sheets[0], scoring::Act::Submit, points(ids, [[80, 90], [90, 85]]))), "admission-open");
    world.does(legal, ids[2], bid::Act::RefuseAdmission, check(false)).unwrap();
    assert!(world.look(|look| Bid::find(look, &experts[0], ids[0])).is_ok());
    assert_eq!(code(world.does(&experts[1], sheets[0], scoring::Act::Submit, points(ids, [[1, 1], [1, 1]]))), "not-found");
    assert_eq!(
        code(world.does(
            &experts[0],
            sheets[0],
            scoring::Act::Submit,
            json!({"points": [{"bid": ids[0], "criterion": 1, "points": 80}], "independent": true})
        )),
        "faulty"
    );
    world.does(&experts[0], sheets[0], scoring::Act::Submit, points(ids, [[80, 90], [90, 85]])).unwrap();
    assert_eq!(code(world.does(&experts[0], sheets[0], scoring::Act::Submit, points(ids, [[1, 1], [1, 1]]))), "wrong-state");

    // Blind until all are in.
    assert_eq!(world.look(|look| Scoring::find(look, legal, sheets[0])).unwrap().content, "{}");
    assert_eq!(code(world.look(|look| Scoring::find(look, &experts[1], sheets[0]))), "not-found");
    assert_eq!(code(world.does(legal, call, announcement::Act::Rank, json!({}))), "scores-missing");
    world.does(&experts[1], sheets[1], scoring::Act::Recuse, json!({"bidders": [cast.bidders[0].org], "reason": "亲属任职"})).unwrap();
    assert_eq!(code(world.look(|look| Bid::find(look, &experts[1], ids[0]))), "not-found");
    world.does(&experts[2], sheets[2], scoring::Act::Submit, points(ids, [[70, 80], [90, 95]])).unwrap();
    assert_eq!(code(world.does(legal, call, announcement::Act::Rank, json!({}))), "not-enough-experts");
    let third = invites(&experts[4]).unwrap();
    world.does(&experts[4], third, scoring::Act::Submit, points(ids, [[75, 85], [85, 90]])).unwrap();
    assert_ne!(world.look(|look| Scoring::find(look, legal, sheets[0])).unwrap().content, "{}");

    let results = |who: &Caller| {
        world.look(|look| {
            let row = announcement::row(look, call)?;
            selection::results(look, who, &row)
        })
    };
    assert_eq!(code(results(legal)), "not-found");
    world.does(legal, call, announcement::Act::Rank, json!({})).unwrap();
    let table = results(legal).unwrap();
    // 乙: 60 × 265 + 40 × 270 = 26,700 ÷ 300; 甲: 60 × 225 + 40 × 255 = 23,700 ÷ 300.
    let seen: Vec<(Id<Bid>, i64, Option<i32>)> = table.rows.iter().map(|r| (r.bid, r.total, r.rank)).collect();
    assert_eq!(seen, [(ids[1], 8900, Some(1)), (ids[0], 7900, Some(2))]);
    assert_eq!((table.experts, table.rows[0].means.clone(), table.rows[0].scores.len()), (3, vec![8833, 9000], 3));
    assert_eq!(code(results(&Caller::public())), "not-found");

    world.does(legal, call, announcement::Act::Notice, json!({})).unwrap();
    assert!(results(&Caller::public()).unwrap().rows.iter().all(|r| r.scores.is_empty()));
    assert!(matches!(world.does(legal, call, announcement::Act::Award, json!({})), Err(Refusal::Rule { code: "objection-period", .. })));
    let loser = &cast.bidders[0];
    let objection =
        world.opens::<Objection>(loser, json!({"announcement": call, "grounds": "评分有误", "request": "复核", "contact": "李四"})).unwrap();
    world.until("2026-04-01T09:00");
    assert_eq!(code(world.does(legal, call, announcement::Act::Award, json!({}))), "unanswered-objection");
    world.does(legal, objection, objection::Act::Reject, json!({"reason": "复核无误"})).unwrap();
    world.does(legal, call, announcement::Act::Award, json!({})).unwrap();
    let state = |id| world.look(|look| Bid::find(look, legal, id)).unwrap().state;
    assert_eq!(ids.iter().map(|id| state(*id)).collect::<Vec<_>>(), [bid::State::Lost, bid::State::Won, bid::State::NotAdmitted]);
    (ids[1], ids[0])
}

fn filed(world: &World, cast: &Cast, (winner, loser): (Id<Bid>, Id<Bid>)) -> Id<Filing> {
    let legal = &cast.legal;
    let said = |bid: Id<Bid>, to: &str| json!({"bid": bid, "scope": "停车治理", "from_on": "2026-05-01", "to_on": to, "risk_assessment": "低"});
    assert_eq!(code(world.opens::<Filing>(legal, said(loser, "2029-04-30"))), "not-winner");
    assert_eq!(code(world.opens::<Filing>(legal, said(winner, "2029-05-01"))), "faulty");
    let mut outside = said(winner, "2029-04-30");
    outside["resources"] = json!([cast.scenario]);
    assert_eq!(code(world.opens::<Filing>(legal, outside)), "outside-scope");
    let mut dearer = said(winner, "2029-04-30");
    dearer["fee"] = json!("960");
    assert_eq!(code(world.opens::<Filing>(legal, dearer)), "faulty");
    // What was marked since the call was published goes no further (ZJK-15).
    let bureau = world.person("bureau2", world.org("县数政局", OrgKind::Bureau), Role::Bureau);
    let entry: Id<Entry> = cast.entries[0].parse().unwrap();
    world.does(&bureau, entry, entry::Act::Exclude, json!({"ground": "security", "basis": "数据安全法第二十一条"})).unwrap();
    assert_eq!(code(world.opens::<Filing>(legal, said(winner, "2029-04-30"))), "excluded-data");
    world.does(&bureau, entry, entry::Act::Readmit, json!({"reason": "复核后解除"})).unwrap();
    let id = world.opens::<Filing>(legal, said(winner, "2029-04-30")).unwrap();
    assert_eq!(code(world.opens::<Filing>(legal, said(winner, "2029-04-30"))), "taken");
    let row = world.look(|look| Filing::find(look, &cast.office, id)).unwrap();
    assert_eq!((row.grant().unwrap().fee, row.grant().unwrap().resources.len()), (95_000, 2));
    assert_eq!(row.answers().0["selection"]["rank"], json!(1));
    assert_eq!(code(world.look(|look| Filing::find(look, &cast.bidders[1], id))), "not-found");

    assert_eq!(code(world.opens::<Licence>(legal, json!({ "filing": id }))), "not-filed");
    world.does(&cast.office, id, filing::Act::Return, json!({"reason": "补充风险评估"})).unwrap();
    assert_eq!(code(world.opens::<Licence>(legal, json!({ "filing": id }))), "not-filed");
    let mended = json!({"scope": "停车治理", "from_on": "2026-05-01", "to_on": "2029-04-30", "risk_assessment": "低，已补充"});
    world.does(legal, id, filing::Act::Refile, mended).unwrap();
    assert_eq!(code(world.does(legal, id, filing::Act::Receive, json!({}))), "wrong-role");
    world.does(&cast.office, id, filing::Act::Receive, json!({})).unwrap();
    id
}

fn granted(world: &World, cast: &Cast, filing: Id<Filing>) -> Id<Licence> {
    let (legal, holder) = (&cast.legal, &cast.bidders[1]);
    let id = world.opens::<Licence>(legal, json!({ "filing": filing })).unwrap();
    assert_eq!(code(world.opens::<Licence>(legal, json!({ "filing": filing }))), "second-live-licence");
    assert_eq!(code(world.does(legal, filing, filing::Act::Withdraw, json!({"reason": "误报"}))), "taken");
    let longer = json!({"from_on": "2026-06-01", "to_on": "2029-06-01"});
    assert_eq!(code(world.does(legal, id, licence::Act::Redraft, longer)), "faulty");
    let redrafted =
        world.does(legal, id, licence::Act::Redraft, json!({"from_on": "2026-05-06", "to_on": "2029-04-30", "supplement": "补充条款"})).unwrap();
    assert_eq!(redrafted.terms().supplement, "补充条款");
    let versions = world.look(|look| agreement::versions(look, id)).unwrap();
    assert_eq!(versions.iter().map(|v| v.number).collect::<Vec<_>>(), [2, 1]);
    let text = versions[0].clauses(false).unwrap();
    assert_eq!(text.len(), 9);
    assert!(text.iter().any(|c| c.text.contains("2026年5月6日") && !c.text.contains('{')));
    assert!(text.iter().any(|c| c.text.contains("停车场信息、泊位状态") && c.text.contains(redrafted.serial.as_deref().unwrap())));
    assert!(versions[0].holds());
    assert_eq!(world.look(|look| agreement::assemble(look, &redrafted, true)).unwrap(), versions[0].clauses(true).unwrap());

    assert_eq!(code(world.does(legal, id, licence::Act::Sign, json!({}))), "same-person");
    world.does(&cast.legal_two, id, licence::Act::Sign, json!({})).unwrap();
    assert_eq!(code(world.does(legal, id, licence::Act::Redraft, json!({"from_on": "2026-05-06", "to_on": "2029-04-30"}))), "wrong-state");
    assert_eq!(code(world.does(&cast.bidders[0], id, licence::Act::Countersign, json!({}))), "not-found");
    assert_eq!(code(world.does(holder, id, licence::Act::Countersign, json!({}))), "no-emergency-plan");
    let plan = |who: &Caller| {
        world.opens::<Plan>(
            who,
            json!({"licence": id, "lead": "王五", "phone": "0313-2", "risks": "泄露", "measures": "切断", "reporting": "两小时内"}),
        )
    };
    assert_eq!(code(plan(&cast.bidders[0])), "not-found");
    let first = plan(holder).unwrap();
    assert_eq!(code(world.does(holder, id, licence::Act::Countersign, json!({}))), "not-ready-person");
    world.records(holder);
    assert!(world.look(|look| licence::public(look, redrafted.serial.as_deref().unwrap_or_default())).is_err());
    let signed = world.does(holder, id, licence::Act::Countersign, json!({})).unwrap();
    assert_eq!((signed.state, signed.in_force_at.is_some()), (licence::State::InForce, true));
    plan(holder).unwrap();
    assert_eq!(world.look(|look| Plan::find(look, holder, first)).unwrap().state, plan::State::Replaced);
    id
}

fn lived(world: &World, cast: &Cast, id: Id<Licence>) {
    let (legal, office, holder) = (&cast.legal, &cast.office, &cast.bidders[1]);
    let open = || (world.look(|look| licence::must_be_in_force(look, id)).is_ok(), world.look(|look| access::is_open(look, id.cast())).unwrap());
    assert_eq!(open(), (false, false), "before its first day the door is closed");
    assert_eq!(world.look(|look| licence::in_force_of(look, holder.org()?)).unwrap().len(), 0);
    world.until("2026-05-06T00:00");
    assert_eq!(open(), (true, true));
    assert!(world.look(|look| licence::may(look, id, licence::Permission::Enter)).is_ok());
    assert_eq!(world.look(|look| licence::in_force_of(look, holder.org()?)).unwrap().len(), 1);
    assert_eq!(code(world.look(|look| Licence::find(look, &cast.bidders[0], id))), "not-found");
    let register = world.look(|look| licence::public_list(look, "乙公司", None, Page::first(10))).unwrap();
    assert_eq!((register.total, register.rows[0].resources.len(), register.rows[0].in_force), (1, 2, true));

    assert_eq!(code(world.does(holder, id, licence::Act::Suspend, json!({"reason": "试"}))), "wrong-role");
    world.does(office, id, licence::Act::Suspend, json!({"reason": "限期整改"})).unwrap();
    assert_eq!(open(), (false, false));
    assert_eq!(code(world.look(|look| licence::must_be_in_force(look, id))), "licence-not-in-force");
    assert_eq!(code(world.does(legal, id, licence::Act::Resume, json!({"reason": "已整改"}))), "wrong-role");
    world.does(office, id, licence::Act::Resume, json!({"reason": "验收"})).unwrap();
    assert_eq!(open(), (true, true));
    assert_eq!(world.look(|look| access::history(look, id.cast())).unwrap().len(), 2);

    world.until("2029-04-30T23:59");
    assert_eq!(open(), (true, true));
    assert_eq!(world.act(licence::expire_due).unwrap(), 0);
    world.until("2029-05-01T00:00");
    assert_eq!(open(), (false, false), "the last day closes it, whether or not the daily job has run");
    assert_eq!(world.act(licence::expire_due).unwrap(), 1);
    assert_eq!(world.act(licence::expire_due).unwrap(), 0);
    let ended = world.look(|look| Licence::find(look, holder, id)).unwrap();
    assert_eq!((ended.state, ended.ended_at, ended.end_kind), (licence::State::Ended, Some(at("2029-05-01T00:00")), None));
    assert_eq!(world.look(|look| access::history(look, id.cast())).unwrap()[1].cause.as_deref(), Some("expire"));
    // A filing serves one grant.
    assert_eq!(code(world.opens::<Licence>(legal, json!({ "filing": ended.filing }))), "not-filed");
}

#[test]
fn a_cancelled_call_leaves_its_bids_sealed() {
    let world = World::new("cancelled-call", "2026-03-02T09:00");
    let cast = cast(&world);
    let call = announce(&world, &cast);
    let ids = bids(&world, &cast, call);
    world.does(&cast.desk, call, announcement::Act::Cancel, json!({"reason": "政策调整"})).unwrap();
    let own = world.look(|look| Bid::find(look, &cast.bidders[0], ids[0])).unwrap();
    assert_eq!(own.state, bid::State::Void);
    world.until("2026-03-25T09:00");
    assert_eq!(code(world.look(|look| bid::read(look, &cast.legal, ids[0]))), "not-found");
    assert_eq!(world.look(|look| bid::list(look, &cast.legal, &bid::Ask::default(), Page::first(20))).unwrap().total, 0);
    assert_eq!(code(world.opens::<Bid>(&cast.bidders[0], json!({ "announcement": call }))), "too-late");
}

#[test]
fn of_many_who_draft_at_once_one_licence_comes() {
    let world = World::new("one-licence", "2026-03-02T09:00");
    let cast = cast(&world);
    let call = announce(&world, &cast);
    let ids = bids(&world, &cast, call);
    sealed_until_the_opening(&world, &cast, call, &ids);
    let winner = reviewed(&world, &cast, call, &ids);
    let filing = filed(&world, &cast, winner);
    let drafted: Vec<Result<Id<Licence>>> = std::thread::scope(|scope| {
        let tries: Vec<_> = (0..16).map(|_| scope.spawn(|| world.opens::<Licence>(&cast.legal, json!({ "filing": filing })))).collect();
        tries.into_iter().map(|t| t.join().unwrap()).collect()
    });
    assert_eq!(drafted.iter().filter(|d| d.is_ok()).count(), 1);
    assert!(drafted.into_iter().filter_map(Result::err).all(|r| r.code() == "second-live-licence"));
}
