//! From a draft to the shelf and beyond: two blind opinions, one decision, a price, the catalogue, a new version, a disclosure.

#![allow(clippy::unwrap_used, clippy::panic)] // the helpers of these tests stand outside them

use chrono::Duration;
use diesel::prelude::*;
use platform::caller::{Caller, OrgKind, Role};
use platform::db::{Db, Place, Rules};
use platform::diesel;
use platform::flow::{self, Noun};
use platform::paging::Page;
use platform::people::{Org, interest, org, person};
use platform::refusal::Refusal;
use platform::sheet::Answers;
use platform::{Clock, Id, Word, event};
use primary::Purpose;
use primary::licence::Licence;
use secondary::catalogue;
use secondary::disclosure::{self, Act as Disclose, Disclosure};
use secondary::index::{Ask, Facet, Found, Index};
use secondary::pricing::register;
use secondary::pricing::{self, Act as Price, Pricing};
use secondary::product::{self, Act, Product, State};
use secondary::review::{self, Act as Judge, Review, Tab};
use serde_json::{Value, json};

const POINTS: [&str; 5] = ["purpose_scope", "sources_named", "no_raw_exposure", "no_personal_leak", "no_other_risk"];
const FIRST: Page = Page { number: 1, size: 20 };

struct World {
    db: Db,
    clock: Clock,
    folder: std::path::PathBuf,
    reviewers: Vec<Caller>,
    finance: Caller,
    legal: Caller,
    maker: Caller,
    rival: Caller,
    licence: Id<Licence>,
    /// Entries of levels 1, 2 and 2; the licence names the first two.
    entries: Vec<String>,
}

impl Drop for World {
    fn drop(&mut self) {
        // Every act left its event, and the chain holds.
        let checked = self.db.look(event::verify);
        let _ = std::fs::remove_dir_all(&self.folder);
        if !std::thread::panicking() {
            assert_eq!(checked.unwrap().broken, None);
        }
    }
}

impl World {
    fn new(name: &str, purpose: Purpose) -> Self {
        let folder = std::env::temp_dir().join(format!("dajing-{name}-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(&folder).unwrap();
        let place = Place::Sqlite(folder.join("test.db").display().to_string());
        platform::schema::migrate(&place).unwrap();
        let clock = Clock::by_hand("2026-05-11T02:00:00".parse().unwrap());
        let rules =
            Rules { profile: platform::profile::Profile::zhangjiakou().clone().into(), calendar: platform::day::Calendar::national().clone().into() };
        let db = Db::open(place, 2, clock.clone(), rules).unwrap();
        let roles = &[Role::Reviewer, Role::Reviewer, Role::Reviewer, Role::Finance, Role::Legal];
        let mut desk = people(&db, OrgKind::Primary, "张家口大数据运营有限公司", roles);
        let legal = desk.pop().unwrap();
        let finance = desk.pop().unwrap();
        let maker = people(&db, OrgKind::Developer, "甲科技公司", &[Role::DeveloperAdmin]).remove(0);
        let rival = people(&db, OrgKind::Developer, "乙科技公司", &[Role::DeveloperAdmin]).remove(0);
        let source = people(&db, OrgKind::Source, "市交通运输局", &[Role::Source]).remove(0);
        let entries: Vec<String> = [("停车场基本信息", "l1"), ("停车记录", "l2"), ("车主信息", "l2")]
            .map(|(title, level)| {
                let typed = json!({
                    "title": title, "domain": "transport", "level": level, "share": "unconditional", "open": "unconditional", "cycle": "daily",
                });
                let (who, typed) = (source.clone(), Answers::of(typed));
                db.act(move |tx| flow::open::<resources::Entry>(tx, &who, typed)).unwrap().to_string()
            })
            .to_vec();
        let licence = grant(&db, maker.org.unwrap(), &entries[..2], purpose);
        Self { db, clock, folder, reviewers: desk, finance, legal, maker, rival, licence, entries }
    }

    fn open<N: Noun>(&self, who: &Caller, answers: Value) -> Result<Id<N>, Refusal> {
        let who = who.clone();
        self.db.act(move |tx| flow::open::<N>(tx, &who, Answers::of(answers)))
    }

    fn act<N: Noun>(&self, who: &Caller, id: Id<N>, act: N::Act, answers: Value) -> Result<N, Refusal> {
        let who = who.clone();
        self.db.act(move |tx| flow::perform::<N>(tx, &who, id, act, Answers::of(answers)))
    }

    fn may<N: Noun>(&self, who: &Caller, id: Id<N>) -> Vec<&'static str> {
        let row = self.find(who, id).unwrap();
        self.db.look(|look| flow::open_to::<N>(look, who, &row)).unwrap().iter().map(|d| d.act.as_str()).collect()
    }

    fn find<N: Noun>(&self, who: &Caller, id: Id<N>) -> Result<N, Refusal> {
        self.db.look(|look| N::find(look, who, id))
    }

    fn sql(&self, text: &str) -> Result<usize, Refusal> {
        let text = text.to_string();
        self.db.act(move |tx| Ok(diesel::sql_query(text).execute(tx.db())?))
    }

    fn full(&self) -> Value {
        json!({
            "title": "停车泊位查询接口", "form": "interface", "purpose": "industry", "summary": "查询公共停车场实时空余泊位",
            "coverage": "张家口市区，2024年至今", "update_cycle": "real_time", "sources": [self.entries[0], self.entries[1]],
            "method": "按停车场汇总后计算空余泊位数", "masking": "不含车牌，时间取整到5分钟", "min_group": "10", "irreversible": "on",
            "irreversible_reason": "只输出汇总数，无法还原单次停车记录", "interface": "GET /parking?lot=ID → {free: 12}",
            "sample_text": "{\"lot\": \"A01\", \"free\": 12}", "sample_masked": "on", "usage": "curl …", "limits": "不得转售，不得用于识别个人",
            "delivery": "接口",
        })
    }

    /// A product submitted by the maker, with its open review.
    fn submitted(&self) -> (Id<Product>, Id<Review>) {
        let id = self.open::<Product>(&self.maker, json!({"licence": self.licence.to_string(), "title": "草稿", "form": "interface"})).unwrap();
        self.act(&self.maker, id, Act::Save, self.full()).unwrap();
        self.act(&self.maker, id, Act::Submit, json!({"truthful": true})).unwrap();
        (id, self.review_of(id).id)
    }

    fn review_of(&self, id: Id<Product>) -> Review {
        self.db.look(|look| review::live(look, id)).unwrap().unwrap()
    }

    /// Both reviewers look and find so.
    fn voted(&self, id: Id<Review>, first: [&str; 5], second: [&str; 5]) {
        for (who, verdicts) in [(&self.reviewers[0], first), (&self.reviewers[1], second)] {
            self.act(who, id, Judge::Claim, json!({})).unwrap();
            self.act(who, id, Judge::Vote, findings(verdicts)).unwrap();
        }
    }

    fn price(&self, of: Id<Product>) -> Value {
        json!({
            "product": of.to_string(), "tariff": "per_call", "amount": "0.35", "effective_on": self.clock.now().date().to_string(),
            "costs": [{"item": "算力", "amount": "1000"}], "basis": "成本加合理收益", "scenario_use": "停车诱导", "scope": "按次调用",
        })
    }

    /// A product on the shelf.
    fn listed(&self) -> Id<Product> {
        let (id, review) = self.submitted();
        self.voted(review, ["meets"; 5], ["meets"; 5]);
        self.act(&self.reviewers[0], review, Judge::Approve, json!({})).unwrap();
        let price = self.open::<Pricing>(&self.maker, self.price(id)).unwrap();
        self.act(&self.finance, price, Price::Receive, json!({})).unwrap();
        self.act(&self.maker, id, Act::List, json!({})).unwrap();
        id
    }

    fn offers(&self) -> Vec<String> {
        self.db.look(|look| catalogue::list(look, catalogue::Of::default(), FIRST)).unwrap().rows.into_iter().map(|o| o.title).collect()
    }
    /// What an index finds that is made of the database as it stands.
    fn found(&self, words: &str, facets: &[(Facet, &str)]) -> Found {
        let index = Index::open(&self.folder.join("index")).unwrap();
        index.catch_up(&self.db).unwrap();
        let facets = facets.iter().map(|(facet, word)| (*facet, word.to_string())).chain([(Facet::Kind, "product".to_string())]).collect();
        index.ask(&Ask { words: words.into(), facets, size: 20, counted: true, ..Ask::default() }).unwrap()
    }
}

fn people(db: &Db, kind: OrgKind, name: &str, roles: &'static [Role]) -> Vec<Caller> {
    let name = name.to_string();
    db.act(move |tx| {
        let admin = Caller { roles: vec![Role::Public, Role::SystemAdmin], ..Caller::public() };
        let typed = json!({"name": name, "security_officer": "王五", "security_department": "安全部", "security_phone": "0313"});
        let org = org::enter(tx, &admin, org::Act::Enter, kind, &Answers::of(typed))?;
        roles
            .iter()
            .enumerate()
            .map(|(i, role)| {
                let id = person::enter(tx, &admin, &format!("{role}.{i}.{org}@example.cn"), &format!("{role}{i}"), "zh-CN")?;
                person::grant(tx, &admin, id, org, *role)?;
                let caller = person::caller(tx, id, Some(org))?;
                let record = json!({"real_name": "真名", "trained_on": "2026-01-05", "nda_until": "2029-01-05"});
                person::record(tx, &caller, id, org, &Answers::of(record))?;
                Ok(caller)
            })
            .collect()
    })
    .unwrap()
}

/// A licence in force, without the road that leads to it: that is `primary`'s story.
fn grant(db: &Db, holder: Id<Org>, entries: &[String], purpose: Purpose) -> Id<Licence> {
    let content = json!({"resources": entries, "scope": "停车资源查询", "fee": 0, "purpose": purpose}).to_string();
    db.act(move |tx| {
        let [scenario, call, bid, filing, licence]: [Id<Licence>; 5] = [tx.id(), tx.id(), tx.id(), tx.id(), tx.id()];
        let row = |table: &str, id: Id<Licence>, state: &str, content: &str, more: &str, values: String| {
            format!(
                "INSERT INTO {table} (id, serial, title, state, owner, profile, content, created_at, updated_at, {more}) VALUES \
                 ('{id}', '{table}〔2026〕1号', '城市停车治理', '{state}', '{holder}', 'p', '{content}', '2026-01-05 02:00:00', '2026-01-05 02:00:00', {values})"
            )
        };
        let at = "'2026-01-20 02:00:00'";
        for text in [
            row("scenario", scenario, "published", "{}", "domain, purpose", format!("'transport', '{purpose}'")),
            row("announcement", call, "awarded", "{}", "scenario, method", format!("'{scenario}', 'open_tender'")),
            row("bid", bid, "won", "{}", "announcement, scenario, opening", format!("'{call}', '{scenario}', {at}")),
            row("filing", filing, "received", "{}", "announcement, bid, scenario, holder", format!("'{call}', '{bid}', '{scenario}', '{holder}'")),
            row(
                "licence",
                licence,
                "in_force",
                &content,
                "scenario, filing, from_on, to_on, in_force_at",
                format!("'{scenario}', '{filing}', '2026-02-01', '2029-01-31', {at}"),
            ),
        ] {
            diesel::sql_query(text).execute(tx.db())?;
        }
        Ok(licence)
    })
    .unwrap()
}

fn findings(verdicts: [&str; 5]) -> Value {
    let row = |(point, verdict): (&str, &str)| json!({"point": point, "verdict": verdict, "reason": "说明", "evidence": "field:method"});
    json!({"points": POINTS.into_iter().zip(verdicts).map(row).collect::<Vec<_>>()})
}

fn faults(refused: Refusal) -> Vec<(String, &'static str)> {
    match refused {
        Refusal::Faulty(faults) => faults.into_iter().map(|f| (f.field, f.code)).collect(),
        other => panic!("{other:?}"),
    }
}

fn one(field: &str, code: &'static str) -> Vec<(String, &'static str)> {
    vec![(field.to_string(), code)]
}

fn code<T: std::fmt::Debug>(result: Result<T, Refusal>) -> &'static str {
    result.unwrap_err().code()
}

const TRUTHFUL: fn() -> Value = || json!({"truthful": true});

#[test]
fn a_draft_is_kept_as_typed_and_only_what_the_licence_covers_is_submitted() {
    let w = World::new("draft", Purpose::Industry);
    let start = |title: &str| json!({"licence": w.licence.to_string(), "title": title, "form": "interface"});
    let id = w.open::<Product>(&w.maker, start("停车草稿")).unwrap();
    assert_eq!(code(w.open::<Product>(&w.rival, start("蹭"))), "not-found");
    assert_eq!(code(w.find(&w.rival, id)), "not-found");
    assert_eq!(code(w.find(&w.reviewers[0], id)), "not-found", "nobody oversees a draft");

    w.act(&w.maker, id, Act::Save, json!({"title": "停车泊位", "form": "interface", "min_group": "many", "state": "listed"})).unwrap();
    let row = w.find(&w.maker, id).unwrap();
    assert_eq!((row.title.as_str(), row.answers().text("min_group"), row.state), ("停车泊位", "many", State::Drafted));
    let found = faults(w.act(&w.maker, id, Act::Submit, TRUTHFUL()).unwrap_err());
    for (field, code) in [
        ("min_group", "not-a-number"),
        ("irreversible", "must-agree"),
        ("interface", "required"),
        ("sample_masked", "must-agree"),
        ("sources", "required"),
    ] {
        assert!(found.contains(&(field.to_string(), code)), "{field} {code} in {found:?}");
    }
    for (field, value, refused) in [("sources", json!([w.entries[2]]), "outside-scope"), ("form", json!("dataset"), "level-form")] {
        let mut typed = w.full();
        typed["fields"] = json!([{"name": "free", "type": "number", "meaning": "空余泊位"}]);
        typed[field] = value;
        w.act(&w.maker, id, Act::Save, typed).unwrap();
        assert_eq!(code(w.act(&w.maker, id, Act::Submit, TRUTHFUL())), refused);
    }
    w.act(&w.maker, id, Act::Save, w.full()).unwrap();
    let row = w.act(&w.maker, id, Act::Submit, TRUTHFUL()).unwrap();
    assert_eq!((row.state, row.version, row.serial.as_deref()), (State::Submitted, 1, Some("张公数品〔2026〕1号")));
    assert!(w.find(&w.reviewers[0], id).is_ok());
}

#[test]
fn what_is_allowed_by_exception_waits_for_the_offices_approval_of_that_product() {
    use secondary::clearance::{self, Clearance};
    let w = World::new("clearance", Purpose::Industry);
    let office = people(&w.db, OrgKind::Office, "协调机制办公室", &[Role::Office]).remove(0);
    w.sql(&format!("UPDATE entry SET level = 'l4' WHERE id = '{}'", w.entries[1])).unwrap();
    let id = w.open::<Product>(&w.maker, json!({"licence": w.licence.to_string(), "title": "停车模型", "form": "model"})).unwrap();
    let save = |form: &str| {
        let mut typed = w.full();
        typed["form"] = form.into();
        typed["fields"] = json!([{"name": "free", "type": "number", "meaning": "空余泊位"}]);
        w.act(&w.maker, id, Act::Save, typed).unwrap();
    };
    let wish = || json!({"product": id.to_string(), "need": "只有用到停车记录才能训练模型", "safeguards": "仅交付模型参数，经重标识测试"});
    let submits = || w.act(&w.maker, id, Act::Submit, TRUTHFUL());
    // An interface to data of level 4 is refused outright: there is nothing to approve.
    save("interface");
    assert_eq!(code(submits()), "level-form");
    assert_eq!(code(w.open::<Clearance>(&w.maker, wish())), "no-approval-needed");
    save("model");
    assert_eq!(code(submits()), "approval-missing");
    let offers = w.db.look(|look| Clearance::choices(look, &w.maker, None, "product")).unwrap();
    assert_eq!(offers.len(), 1);
    assert_eq!(code(w.open::<Clearance>(&w.rival, wish())), "not-found");
    let asked = w.open::<Clearance>(&w.maker, wish()).unwrap();
    assert_eq!(code(w.open::<Clearance>(&w.maker, wish())), "taken");
    assert!(w.find(&office, asked).unwrap().due_on.is_some());
    assert_eq!(code(w.find(&w.rival, asked)), "not-found");
    assert_eq!(code(submits()), "approval-missing");
    assert_eq!(code(w.act(&w.reviewers[0], asked, clearance::Act::Approve, json!({}))), "wrong-role");
    w.act(&office, asked, clearance::Act::Approve, json!({"reason": "限于模型参数"})).unwrap();
    // The approval is for that form and those resources.
    save("report");
    assert_eq!(code(submits()), "approval-missing");
    save("model");
    submits().unwrap();
    // Revoked before it is decided: the review cannot approve it, and it cannot be listed.
    w.act(&office, asked, clearance::Act::Revoke, json!({"reason": "发现重标识风险"})).unwrap();
    let review = w.review_of(id).id;
    w.voted(review, ["meets"; 5], ["meets"; 5]);
    assert_eq!(code(w.act(&w.reviewers[0], review, Judge::Approve, json!({}))), "approval-missing");
    let again = w.open::<Clearance>(&w.maker, wish()).unwrap();
    w.act(&office, again, clearance::Act::Refuse, json!({"reason": "风险未消除"})).unwrap();
    let third = w.open::<Clearance>(&w.maker, wish()).unwrap();
    w.act(&w.maker, third, clearance::Act::Withdraw, json!({})).unwrap();
    assert_eq!(code(w.act(&office, third, clearance::Act::Approve, json!({}))), "wrong-state");
    let last = w.open::<Clearance>(&w.maker, wish()).unwrap();
    w.act(&office, last, clearance::Act::Approve, json!({})).unwrap();
    w.act(&w.reviewers[0], review, Judge::Approve, json!({})).unwrap();
    let price = w.open::<Pricing>(&w.maker, w.price(id)).unwrap();
    w.act(&w.finance, price, Price::Receive, json!({})).unwrap();
    assert!(w.may(&w.maker, id).contains(&"list"));
    w.act(&office, last, clearance::Act::Revoke, json!({"reason": "发现重标识风险"})).unwrap();
    assert!(!w.may(&w.maker, id).contains(&"list"));
}

#[test]
fn two_reviewers_look_unseen_by_each_other_and_decide_together() {
    let w = World::new("blind", Purpose::Industry);
    let (id, _) = w.submitted();
    let open = w.review_of(id);
    assert_eq!((open.serial.as_deref(), open.due_on.map(|d| d.to_string()).as_deref()), (Some("张公数审〔2026〕1号"), Some("2026-05-25")));
    let [a, b, c] = [&w.reviewers[0], &w.reviewers[1], &w.reviewers[2]];
    let tabs = |who: &Caller| Tab::ALL.iter().map(|t| w.db.look(|look| review::queue(look, who, *t, FIRST)).unwrap().total).collect::<Vec<_>>();
    assert_eq!(tabs(a), [0, 1, 0, 0]);
    let line = w.db.look(|look| review::queue(look, a, Tab::Unclaimed, FIRST)).unwrap().rows.remove(0);
    assert_eq!((line.days_left, line.holder.as_str(), line.product_serial.as_str()), (Some(10), "甲科技公司", "张公数品〔2026〕1号"));

    // Seats: two, for people without an interest.
    assert_eq!(code(w.act(a, open.id, Judge::Vote, findings(["meets"; 5]))), "not-claimed");
    w.act(a, open.id, Judge::Claim, json!({})).unwrap();
    assert_eq!(code(w.act(a, open.id, Judge::Claim, json!({}))), "taken");
    let (who, of) = (b.clone(), w.maker.org.unwrap());
    w.db.act(move |tx| interest::declare(tx, &who, of, "持股")).unwrap();
    assert_eq!(code(w.act(b, open.id, Judge::Claim, json!({}))), "interest");
    assert_eq!(code(w.act(a, open.id, Judge::HandOver, json!({"to": b.person, "reason": "出差"}))), "interest");
    w.act(a, open.id, Judge::HandOver, json!({"to": c.person, "reason": "出差"})).unwrap();
    w.act(a, open.id, Judge::Claim, json!({})).unwrap();
    w.sql("DELETE FROM interest").unwrap();
    assert_eq!(code(w.act(b, open.id, Judge::Claim, json!({}))), "seats-taken");

    // Opinions: complete, pinned, given once, unseen.
    let mut unpinned = findings(["meets"; 5]);
    unpinned["points"][2]["evidence"] = "看过了".into();
    assert_eq!(faults(w.act(a, open.id, Judge::Vote, unpinned).unwrap_err()), one("points[2].evidence", "not-evidence"));
    let mut short = findings(["meets"; 5]);
    short["points"].as_array_mut().unwrap().pop();
    assert_eq!(faults(w.act(a, open.id, Judge::Vote, short).unwrap_err()), one("points", "point-missing"));
    w.act(a, open.id, Judge::Vote, findings(["meets"; 5])).unwrap();
    assert_eq!(code(w.act(a, open.id, Judge::Vote, findings(["fails"; 5]))), "already-voted");
    assert_eq!(code(w.act(a, open.id, Judge::Release, json!({"reason": "反悔"}))), "already-voted");
    let row = w.find(c, open.id).unwrap();
    assert_eq!(code(w.db.look(|look| review::votes(look, c, &row))), "blind");
    assert_eq!(w.db.look(|look| review::own_opinion(look, a, &row)).unwrap().unwrap().findings.len(), 5);
    assert!(w.db.look(|look| review::own_opinion(look, c, &row)).unwrap().is_none());
    let told = w.db.look(|look| event::history(look, c, "review", &open.id.to_string())).unwrap();
    assert!(told.iter().all(|e| !e.detail.contains("verdict")), "the log keeps the opinion unseen");
    assert_eq!((tabs(a), tabs(c)), (vec![0, 0, 1, 0], vec![1, 0, 0, 0]));

    let row = w.act(c, open.id, Judge::Vote, findings(["meets", "needs_change", "meets", "meets", "meets"])).unwrap();
    assert_eq!((row.state, row.due_on), (review::State::Consolidating, open.due_on), "the clock runs on");
    assert_eq!(w.db.look(|look| review::votes(look, a, &row)).unwrap().len(), 2);
    assert_eq!(code(w.db.look(|look| review::votes(look, &w.maker, &row))), "not-found");
    assert!(w.sql("UPDATE vote SET verdict = 'meets'").is_err(), "votes are never changed");

    // A difference is settled with a reason, by one of the two.
    assert_eq!(code(w.act(b, open.id, Judge::Approve, json!({}))), "not-claimed");
    assert_eq!(code(w.act(a, open.id, Judge::Approve, json!({}))), "points-not-met");
    let prefilled = w.db.look(|look| Review::filled(look, a, &row, Judge::Approve)).unwrap();
    assert_eq!(prefilled.0["resolved"], json!([{"point": "sources_named"}]));
    w.act(a, open.id, Judge::Approve, json!({"resolved": [{"point": "sources_named", "reason": "来源已在说明中注明"}]})).unwrap();
    let row = w.find(&w.maker, id).unwrap();
    assert_eq!((row.state, row.approved_version, tabs(b)), (State::Approved, Some(1), vec![0, 0, 0, 1]));
}

#[test]
fn on_offer_means_listed_licensed_and_priced() {
    let w = World::new("shelf", Purpose::Industry);
    let (id, open) = w.submitted();
    w.voted(open, ["meets"; 5], ["meets"; 5]);
    w.act(&w.reviewers[1], open, Judge::Approve, json!({})).unwrap();

    // No price, no shelf; a price not yet in effect, no shelf either.
    assert_eq!(code(w.act(&w.maker, id, Act::List, json!({}))), "price-not-filed");
    let mut typed = w.price(id);
    typed["effective_on"] = "2026-05-10".into();
    typed["costs"] = json!([]);
    let found = faults(w.open::<Pricing>(&w.maker, typed).unwrap_err());
    assert_eq!(found, [one("costs", "required"), one("effective_on", "in-the-past")].concat());
    assert_eq!(code(w.open::<Pricing>(&w.rival, w.price(id))), "not-found");
    let mut typed = w.price(id);
    typed["effective_on"] = "2026-05-20".into();
    let price = w.open::<Pricing>(&w.maker, typed.clone()).unwrap();
    w.act(&w.finance, price, Price::Return, json!({"reason": "请补充依据"})).unwrap();
    let shown = w.db.look(|look| Pricing::find(look, &w.maker, price).and_then(|row| Pricing::filled(look, &w.maker, &row, Price::Refile))).unwrap();
    assert_eq!(shown.text("amount"), "0.35");
    w.act(&w.maker, price, Price::Refile, typed).unwrap();
    w.act(&w.finance, price, Price::Receive, json!({})).unwrap();
    assert_eq!(code(w.act(&w.maker, id, Act::List, json!({}))), "not-effective");
    assert!(w.may(&w.maker, price).contains(&"withdraw"));
    w.clock.advance(Duration::days(9));
    w.act(&w.maker, id, Act::List, json!({})).unwrap();
    assert!(!w.may(&w.maker, price).contains(&"withdraw"), "a price in effect stands");

    let paged = w.db.look(|look| catalogue::list(look, catalogue::Of::default(), FIRST)).unwrap();
    let offer = &paged.rows[0];
    assert_eq!((paged.total, offer.price_zh.as_str(), offer.price_en.as_str()), (1, "0.35 元/次", "0.35 yuan per call"));
    assert_eq!((offer.scenario_title.as_str(), offer.licence_serial.as_str()), ("城市停车治理", "licence〔2026〕1号"));
    assert_eq!(w.found("泊位 甲科技", &[]).total, 1);
    assert_eq!(w.found("", &[(Facet::Level, "l2"), (Facet::Delivery, "interface")]).total, 1, "of the sources the highest level counts");
    for (words, facet) in [
        ("泊位 水电", None),
        ("%", None),
        ("", Some((Facet::Form, "report"))),
        ("", Some((Facet::Tariff, "free"))),
        ("", Some((Facet::Purpose, "public_good"))),
        ("", Some((Facet::Domain, "no such domain"))),
    ] {
        assert_eq!(w.found(words, facet.as_slice()).total, 0, "{words} {facet:?}");
    }
    // Each facet is counted with all filters but its own.
    let counted = w.found("", &[(Facet::Form, "report")]).counted;
    let of = |facet: Facet| counted.words.iter().find(|(f, _)| *f == facet).map(|(_, words)| words.clone()).unwrap();
    assert_eq!((of(Facet::Form), of(Facet::Tariff), of(Facet::Domain)), (vec![("interface", 1)], vec![], vec![]));
    let page = w.db.look(|look| catalogue::offer(look, id)).unwrap();
    assert_eq!((page.sources.len(), page.versions.len(), page.prices.len()), (2, 1, 1));
    let public = serde_json::to_string(&page).unwrap();
    assert!(!public.contains("车牌") && !public.contains("汇总后计算"), "method and masking stay inside");

    // The shelf follows the licence in the same instant.
    w.sql("UPDATE licence SET state = 'suspended'").unwrap();
    assert_eq!((w.offers().len(), code(w.db.look(|look| catalogue::offer(look, id)))), (0, "not-found"));
    w.sql("UPDATE licence SET state = 'in_force', to_on = '2026-05-19'").unwrap();
    assert_eq!(w.offers().len(), 0);
    w.sql("UPDATE licence SET to_on = '2026-05-20'").unwrap();
    assert_eq!(w.offers().len(), 1);
    w.act(&w.maker, id, Act::Delist, json!({"reason": "停售"})).unwrap();
    assert_eq!(w.offers().len(), 0);
    w.act(&w.maker, id, Act::List, json!({})).unwrap();
}

#[test]
fn what_is_on_offer_stays_while_a_new_version_is_decided() {
    let w = World::new("versions", Purpose::Industry);
    let id = w.listed();
    let mut typed = w.full();
    typed["title"] = "停车泊位预测".into();
    w.act(&w.maker, id, Act::Revise, typed.clone()).unwrap();
    assert_eq!(w.find(&w.maker, id).unwrap().title, "停车泊位查询接口", "a draft changes nothing on offer");
    assert_eq!(w.find(&w.finance, id).unwrap().answers().text("title"), "停车泊位查询接口", "nor is it seen by others");
    w.act(&w.maker, id, Act::Resubmit, TRUTHFUL()).unwrap();
    let second = w.review_of(id);
    assert_eq!((second.version, second.about().changed), (2, vec!["title".to_string()]));
    w.act(&w.reviewers[0], second.id, Judge::Claim, json!({})).unwrap();
    w.act(&w.reviewers[0], second.id, Judge::Vote, findings(["fails"; 5])).unwrap();

    // A changed version voids the open review, votes and all.
    typed["limits"] = "不得转售".into();
    w.act(&w.maker, id, Act::Revise, typed.clone()).unwrap();
    w.act(&w.maker, id, Act::Resubmit, TRUTHFUL()).unwrap();
    let gone = w.find(&w.reviewers[0], second.id).unwrap();
    assert_eq!(gone.state, review::State::Void);
    assert!(w.db.look(|look| review::votes(look, &w.reviewers[1], &gone)).unwrap().is_empty());
    assert_eq!(code(w.act(&w.reviewers[1], second.id, Judge::Claim, json!({}))), "wrong-state");

    // What both find unmet stays unmet; it is returned, and each point answered before the next submission.
    let third = w.review_of(id);
    w.voted(third.id, ["needs_change", "meets", "meets", "meets", "meets"], ["needs_change", "meets", "meets", "meets", "meets"]);
    let all = json!({"resolved": POINTS.map(|p| json!({"point": p, "reason": "可"}))});
    assert_eq!(code(w.act(&w.reviewers[0], third.id, Judge::Approve, all)), "points-not-met");
    assert_eq!(faults(w.act(&w.reviewers[0], third.id, Judge::Return, json!({"points": []})).unwrap_err()), one("points", "required"));
    let twice = json!({"points": [{"point": "purpose_scope", "remark": "一"}, {"point": "purpose_scope", "remark": "二"}]});
    assert_eq!(faults(w.act(&w.reviewers[0], third.id, Judge::Return, twice).unwrap_err()), one("points[1].point", "point-twice"));
    w.act(&w.reviewers[1], third.id, Judge::Return, json!({"points": [{"point": "purpose_scope", "remark": "预测超出授权范围"}]})).unwrap();
    let row = w.find(&w.maker, id).unwrap();
    assert_eq!((row.state, row.approved_version, w.offers()), (State::Listed, Some(1), vec!["停车泊位查询接口".to_string()]));
    assert_eq!(row.answers().0["answers"], json!([{"point": "purpose_scope", "answer": ""}]), "the point waits for its answer");
    assert_eq!(code(w.act(&w.maker, id, Act::Resubmit, TRUTHFUL())), "open-points");
    typed["answers"] = json!([{"point": "no_other_risk", "answer": "答非所问"}]);
    w.act(&w.maker, id, Act::Revise, typed.clone()).unwrap();
    assert_eq!(code(w.act(&w.maker, id, Act::Resubmit, TRUTHFUL())), "open-points");
    typed["answers"] = json!([{"point": "purpose_scope", "answer": "已改为查询"}]);
    w.act(&w.maker, id, Act::Revise, typed).unwrap();
    w.act(&w.maker, id, Act::Resubmit, TRUTHFUL()).unwrap();

    let fourth = w.review_of(id);
    w.voted(fourth.id, ["meets"; 5], ["meets"; 5]);
    w.act(&w.reviewers[0], fourth.id, Judge::Approve, json!({})).unwrap();
    assert_eq!(w.find(&w.maker, id).unwrap().approved_version, Some(4));
    assert_eq!(w.offers(), ["停车泊位预测"]);
    let page = w.db.look(|look| catalogue::offer(look, id)).unwrap();
    assert_eq!(page.versions.iter().map(|v| v.number).collect::<Vec<_>>(), [4, 1], "only approved versions are public");
    assert!(w.sql("UPDATE product_version SET content = '{}'").is_err(), "versions are never changed");

    // A new price replaces the old on its day.
    let mut typed = w.price(id);
    typed["amount"] = "0.20".into();
    typed["effective_on"] = "2026-06-01".into();
    let price = w.open::<Pricing>(&w.maker, typed).unwrap();
    w.act(&w.finance, price, Price::Receive, json!({})).unwrap();
    let now = || w.db.look(|look| catalogue::offer(look, id)).unwrap().offer.price_zh;
    assert_eq!(now(), "0.35 元/次");
    w.clock.advance(Duration::days(21));
    assert_eq!(now(), "0.20 元/次");
    assert_eq!(w.offers().len(), 1, "one line, whatever its prices");

    // Taken off by the operator, it stays off until a new version is approved.
    w.act(&w.reviewers[2], id, Act::Delist, json!({"reason": "发现关联风险"})).unwrap();
    assert_eq!(code(w.act(&w.maker, id, Act::List, json!({}))), "taken-off");
    assert!(!w.may(&w.maker, id).contains(&"list"));
}

#[test]
fn what_serves_the_public_good_is_free_and_a_recalled_product_loses_its_review() {
    let w = World::new("free", Purpose::PublicGood);
    let id = w.open::<Product>(&w.maker, json!({"licence": w.licence.to_string(), "title": "便民停车", "form": "interface"})).unwrap();
    w.act(&w.maker, id, Act::Save, w.full()).unwrap();
    assert_eq!(code(w.act(&w.maker, id, Act::Submit, TRUTHFUL())), "outside-purpose");
    let mut typed = w.full();
    typed["purpose"] = "public_good".into();
    w.act(&w.maker, id, Act::Save, typed).unwrap();
    w.act(&w.maker, id, Act::Submit, TRUTHFUL()).unwrap();
    assert_eq!(code(w.open::<Pricing>(&w.maker, w.price(id))), "public-good-free");
    let mut free = w.price(id);
    free["tariff"] = "free".into();
    free["costs"] = json!([]);
    let price = w.open::<Pricing>(&w.maker, free).unwrap();
    w.act(&w.finance, price, Price::Receive, json!({})).unwrap();

    let first = w.review_of(id);
    w.act(&w.maker, id, Act::Recall, json!({"reason": "还要修改"})).unwrap();
    assert_eq!(w.find(&w.maker, id).unwrap().state, State::Drafted);
    assert_eq!(w.find(&w.reviewers[0], first.id).unwrap().state, review::State::Void);
    w.act(&w.maker, id, Act::Submit, TRUTHFUL()).unwrap();
    let again = w.review_of(id);
    w.voted(again.id, ["fails"; 5], ["fails"; 5]);
    w.act(&w.reviewers[0], again.id, Judge::Refuse, json!({"reason": "可还原原始数据"})).unwrap();
    assert_eq!(w.find(&w.maker, id).unwrap().state, State::Refused);
    assert!(w.may(&w.maker, id).is_empty(), "refused is final");

    w.sql("UPDATE licence SET state = 'suspended'").unwrap();
    let start = json!({"licence": w.licence.to_string(), "title": "再来", "form": "report"});
    assert_eq!(code(w.open::<Product>(&w.maker, start)), "licence-not-in-force");
}

#[test]
fn disclosures_come_from_the_record_edition_by_edition() {
    let w = World::new("disclosure", Purpose::Industry);
    let id = w.listed();
    let build = |who: &Caller, period: &str| w.open::<Disclosure>(who, json!({"period": period}));
    assert_eq!(faults(build(&w.maker, "2026Q9").unwrap_err()), one("period", "not-a-period"));
    assert_eq!(faults(build(&w.maker, "2027").unwrap_err()), one("period", "not-begun"));
    assert_eq!(code(build(&w.rival, "2026")), "nothing-to-disclose");
    assert_eq!(code(build(&w.maker, "2025")), "nothing-to-disclose");

    let early = build(&w.maker, "2026").unwrap();
    assert_eq!(code(build(&w.maker, "2026")), "taken", "one draft at a time");
    let lists = w.find(&w.maker, early).unwrap().read().lists;
    assert_eq!((lists.products[0].price_zh.as_str(), lists.resources.len()), ("0.35 元/次", 2));
    assert_eq!((lists.resources[0].unit.as_str(), lists.resources[0].since.to_string().as_str()), ("市交通运输局", "2026-02-01"));
    assert_eq!(code(w.find(&w.rival, early)), "not-found");
    w.act(&w.maker, early, Disclose::Annotate, json!({"products": "另有定制服务"})).unwrap();
    w.act(&w.maker, early, Disclose::Rebuild, json!({})).unwrap();
    let row = w.act(&w.maker, early, Disclose::Publish, json!({})).unwrap();
    assert_eq!((row.edition, row.holds(), row.read().notes.text("products")), (1, true, "另有定制服务"));

    // When the year is over it is owed; what was published before does not cover it.
    w.clock.advance(Duration::days(240));
    let due = |who: &Caller| w.db.look(disclosure::due_list).unwrap().into_iter().find(|d| Some(d.owner) == who.org);
    assert_eq!(due(&w.rival), None, "who holds no licence owes nothing");
    let owed = due(&w.maker).unwrap();
    assert_eq!((owed.due_on.to_string().as_str(), owed.published, owed.overdue), ("2027-03-31", false, false));
    let next = build(&w.maker, "2026").unwrap();
    let row = w.act(&w.maker, next, Disclose::Publish, json!({})).unwrap();
    assert_eq!((row.edition, w.find(&Caller::public(), early).unwrap().state), (2, disclosure::State::Superseded));
    w.clock.advance(Duration::days(90));
    assert_eq!(due(&w.maker).map(|d| (d.published, d.overdue)), Some((true, false)));
    assert_eq!(due(&w.legal).map(|d| (d.published, d.overdue)), Some((false, true)));
    let own = build(&w.legal, "2026").unwrap();
    let row = w.act(&w.legal, own, Disclose::Publish, json!({})).unwrap();
    assert_eq!(row.read().lists.licences[0].holder, "甲科技公司");

    // The public registers.
    let (published, editions) = w.db.look(|look| disclosure::published_one(look, early)).unwrap();
    assert_eq!((published.owner_name.as_str(), editions.len()), ("甲科技公司", 2));
    w.db.look(|look| {
        let price = register::prices(look, "", None, FIRST)?.rows.remove(0);
        assert_eq!((price.tariff.as_str(), price.price_zh.as_str(), price.on_offer), ("per_call", "0.35 元/次", true));
        assert_eq!(price.standing, register::Standing::Current);
        assert_eq!(product::list(look, &w.maker, &product::Ask { words: "泊位".into(), ..product::Ask::default() }, FIRST)?.total, 1);
        assert_eq!(product::list(look, &w.rival, &product::Ask::default(), FIRST)?.total, 0);
        assert_eq!(pricing::list(look, &w.finance, &pricing::Ask { product: Some(id), ..pricing::Ask::default() }, FIRST)?.total, 1);
        Ok(())
    })
    .unwrap();
}

#[test]
fn every_door_closes_with_the_licence_and_opens_with_it() {
    use primary::licence::Act as Licensing;
    use primary::rectification::{Act as Mend, Rectification};
    let w = World::new("doors", Purpose::Industry);
    let on_offer = w.listed();
    let draft = w.open::<Product>(&w.maker, json!({"licence": w.licence.to_string(), "title": "草稿", "form": "interface"})).unwrap();
    w.act(&w.maker, draft, Act::Save, w.full()).unwrap();
    let offered = || w.db.look(|look| catalogue::is_on_offer(look, on_offer)).unwrap();
    let page = || w.db.look(|look| catalogue::offer(look, on_offer)).map(drop).map_err(|r| r.code());
    let choices = || w.db.look(|look| Product::choices(look, &w.maker, None, "licence")).unwrap().len();
    // Each door by itself: begin, submit, put on the shelf, be searched, be read.
    let shut = |why: &str| {
        let begun = w.open::<Product>(&w.maker, json!({"licence": w.licence.to_string(), "title": "另一件", "form": "interface"}));
        let submitted = w.act(&w.maker, draft, Act::Submit, json!({"truthful": true}));
        let row = w.find(&w.maker, on_offer).unwrap();
        let listed = w.db.look(|look| product::must_be_listable(look, &w.maker, &row));
        assert_eq!([begun.unwrap_err().code(), submitted.unwrap_err().code(), listed.unwrap_err().code()], [why; 3]);
        assert_eq!((offered(), w.offers().len(), choices()), (false, 0, 0));
        assert_eq!(page(), Err("not-found"));
    };
    assert_eq!((offered(), page(), choices()), (true, Ok(()), 1));
    w.act(&w.legal, w.licence, Licensing::Suspend, json!({"reason": "检查"})).unwrap();
    shut("licence-not-in-force");
    w.act(&w.legal, w.licence, Licensing::Resume, json!({"reason": "恢复"})).unwrap();
    assert_eq!((offered(), page(), choices()), (true, Ok(()), 1));

    let order = json!({"licence": w.licence.to_string(), "finding": "日志缺失", "measures": "补全", "closes": ["submit", "list"]});
    let order = w.open::<Rectification>(&w.legal, order).unwrap();
    shut("permission-closed");
    w.act(&w.maker, order, Mend::Prove, json!({"done": "已补全"})).unwrap();
    shut("permission-closed");
    w.act(&w.legal, order, Mend::Verify, json!({"check": "属实"})).unwrap();
    assert_eq!((offered(), page(), choices()), (true, Ok(()), 1));
    // An order that closes the ways to data only leaves the shelf alone.
    let order = json!({"licence": w.licence.to_string(), "finding": "日志缺失", "measures": "补全"});
    w.open::<Rectification>(&w.legal, order).unwrap();
    assert!(offered());
    w.act(&w.maker, draft, Act::Submit, json!({"truthful": true})).unwrap();
    // Declared an affiliate: at once, without anything else having been done.
    w.sql("UPDATE org SET affiliate = TRUE WHERE kind = 'developer'").unwrap();
    assert_eq!((offered(), page()), (false, Err("not-found")));
}

#[test]
fn products_go_over_to_the_licence_that_follows() {
    let w = World::new("succession", Purpose::Industry);
    let covered = w.listed();
    let draft = w.open::<Product>(&w.maker, json!({"licence": w.licence.to_string(), "title": "草稿", "form": "interface"})).unwrap();
    let next: Id<Licence> = "01930000-0000-7000-8000-0000000000aa".parse().unwrap();
    let follow = |id: Id<Licence>, of: Id<Licence>, content: &str| {
        w.sql(&format!(
            "INSERT INTO licence (id, serial, title, state, owner, profile, content, created_at, updated_at, scenario, filing, from_on, to_on, in_force_at, follows) \
             SELECT '{id}', '{id}', title, 'in_force', owner, profile, {content}, created_at, updated_at, scenario, filing, from_on, to_on, in_force_at, id \
             FROM licence WHERE id = '{of}'"
        ))
        .unwrap();
        w.sql(&format!("UPDATE licence SET state = 'ended', end_kind = 'superseded' WHERE id = '{of}'")).unwrap();
    };
    follow(next, w.licence, "content");
    let offered = || w.db.look(|look| catalogue::is_on_offer(look, covered)).unwrap();
    assert!(!offered(), "nothing of a licence that has ended is on offer");
    assert_eq!(w.db.act(product::carry_over).unwrap(), 2);
    assert_eq!(w.db.act(product::carry_over).unwrap(), 0);
    assert!(offered());
    assert_eq!(w.find(&w.maker, draft).unwrap().licence, next);
    // The next one grants less: what needs more leaves the shelf and cannot be put back.
    let last: Id<Licence> = "01930000-0000-7000-8000-0000000000bb".parse().unwrap();
    follow(last, next, &format!("REPLACE(content, '{}', 'gone')", w.entries[1]));
    assert_eq!(w.db.act(product::carry_over).unwrap(), 2);
    let row = w.find(&w.maker, covered).unwrap();
    assert_eq!((row.licence, row.state, offered()), (last, State::Delisted, false));
    assert_eq!(w.act(&w.maker, covered, Act::List, json!({})).unwrap_err().code(), "outside-scope");
}
