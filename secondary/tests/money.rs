//! Money and registration: the price book from cost survey to the ten-per-cent rule, the ledger that always balances, shares
//! that are the whole, the registration from package to lapse, and the end-of-March pack. On both databases.

// The helpers of these tests stand outside them, and the runner speaks to them through the environment.
#![allow(clippy::unwrap_used, clippy::panic, clippy::disallowed_methods)]

use chrono::NaiveDate;
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use platform::db::{Db, Place, Rules};
use platform::flow::{self, Noun};
use platform::paging::Page;
use platform::people::{org, person};
use platform::sheet::Answers;
use platform::{Caller, Clock, Id, OrgKind, Refusal, Role, diesel, event};
use primary::Purpose;
use primary::licence::Licence;
use secondary::fee::{self, Act as FeeAct, Fee};
use secondary::pack::{self, Act as PackAct, Pack};
use secondary::posting::book::{self, Span};
use secondary::posting::{Account, Act as PostAct, Posting};
use secondary::pricing::{self, Pricing};
use secondary::product::{self, Product};
use secondary::registration::{self, About, Act as Reg, Registration, State};
use secondary::review::{self, Review};
use secondary::split::{self, Act as SplitAct, Split};
use secondary::survey::{self, Act as SurveyAct, Follows, Survey};
use serde_json::{Value, json};

const POINTS: [&str; 5] = ["purpose_scope", "sources_named", "no_raw_exposure", "no_personal_leak", "no_other_risk"];

struct World {
    db: Db,
    clock: Clock,
    folder: std::path::PathBuf,
    dropped: Option<(String, String)>,
    bureau: Caller,
    office: Caller,
    finance: Caller,
    finance2: Caller,
    legal: Caller,
    legal2: Caller,
    reviewers: [Caller; 2],
    maker: Caller,
    rival: Caller,
    source: Caller,
    auditor: Caller,
    licence: Id<Licence>,
    entry: String,
}

impl Drop for World {
    fn drop(&mut self) {
        let checked = self.db.look(event::verify);
        let _ = std::fs::remove_dir_all(&self.folder);
        if !std::thread::panicking() {
            assert_eq!(checked.unwrap().broken, None, "every act left its event, and the chain holds");
        }
        if let Some((server, name)) = &self.dropped
            && let Ok(mut conn) = Place::Postgres(server.clone()).connect()
        {
            let _ = conn.batch_execute(&format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"));
        }
    }
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

/// Runs a story on SQLite and on PostgreSQL.
fn on_both(name: &str, purpose: Purpose, story: impl Fn(&World)) {
    let folder = std::env::temp_dir().join(format!("dajing-{name}-{}", std::process::id()));
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).unwrap();
    story(&World::new(Place::Sqlite(folder.join("test.db").display().to_string()), folder.clone(), None, purpose));
    let Some(server) = server() else { return };
    let database = format!("dajing_money_{}_{}", name.replace('-', "_"), std::process::id());
    let mut conn = Place::Postgres(server.clone()).connect().unwrap();
    conn.batch_execute(&format!("DROP DATABASE IF EXISTS {database} WITH (FORCE)")).unwrap();
    conn.batch_execute(&format!("CREATE DATABASE {database} TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C'")).unwrap();
    let (head, query) = server.split_once('?').map_or((server.as_str(), String::new()), |(h, q)| (h, format!("?{q}")));
    let base = head.rsplit_once('/').map_or(head, |(base, _)| base);
    let place = Place::Postgres(format!("{base}/{database}{query}"));
    story(&World::new(place, folder, Some((server.clone(), database)), purpose));
}

impl World {
    fn new(place: Place, folder: std::path::PathBuf, dropped: Option<(String, String)>, purpose: Purpose) -> Self {
        platform::schema::migrate(&place).unwrap();
        let clock = Clock::by_hand("2025-05-12T02:00:00".parse().unwrap());
        let rules =
            Rules { profile: platform::profile::Profile::zhangjiakou().clone().into(), calendar: platform::day::Calendar::national().clone().into() };
        let db = Db::open(place, 2, clock.clone(), rules).unwrap();
        let roles = &[Role::Finance, Role::Finance, Role::Legal, Role::Legal, Role::Reviewer, Role::Reviewer];
        let desk = people(&db, OrgKind::Primary, "张家口大数据运营有限公司", roles);
        let [finance, finance2, legal, legal2, r1, r2] = desk.try_into().unwrap_or_else(|_| panic!());
        let one = |kind, name, role: &'static [Role]| people(&db, kind, name, role).remove(0);
        let maker = one(OrgKind::Developer, "甲科技公司", &[Role::DeveloperAdmin]);
        let rival = one(OrgKind::Developer, "乙科技公司", &[Role::DeveloperAdmin]);
        let source = one(OrgKind::Source, "市交通运输局", &[Role::Source]);
        let bureau = one(OrgKind::Bureau, "市数据和政务服务局", &[Role::Bureau]);
        let office = one(OrgKind::Office, "协调机制办公室", &[Role::Office]);
        let auditor = one(OrgKind::Audit, "市审计局", &[Role::Auditor]);
        let typed = json!({
            "title": "停车场基本信息", "domain": "transport", "level": "l1", "share": "unconditional", "open": "unconditional", "cycle": "daily",
            "summary": "全市停车场", "fields": [{"name": "编号"}, {"name": "泊位数"}],
        });
        let (who, by) = (source.clone(), bureau.clone());
        let entry: Id<resources::Entry> = db.act(move |tx| flow::open(tx, &who, Answers::of(typed))).unwrap();
        let who = source.clone();
        db.act(move |tx| flow::perform(tx, &who, entry, resources::entry::Act::Submit, Answers::default())).unwrap();
        db.act(move |tx| flow::perform(tx, &by, entry, resources::entry::Act::Publish, Answers::default())).unwrap();
        let licence = grant(&db, maker.org.unwrap(), &entry.to_string(), purpose);
        Self {
            db,
            clock,
            folder,
            dropped,
            bureau,
            office,
            finance,
            finance2,
            legal,
            legal2,
            reviewers: [r1, r2],
            maker,
            rival,
            source,
            auditor,
            licence,
            entry: entry.to_string(),
        }
    }

    fn open<N: Noun>(&self, who: &Caller, answers: Value) -> Result<Id<N>, Refusal> {
        let who = who.clone();
        self.db.act(move |tx| flow::open::<N>(tx, &who, Answers::of(answers)))
    }
    fn act<N: Noun>(&self, who: &Caller, id: Id<N>, act: N::Act, answers: Value) -> Result<N, Refusal> {
        let who = who.clone();
        self.db.act(move |tx| flow::perform::<N>(tx, &who, id, act, Answers::of(answers)))
    }
    fn find<N: Noun>(&self, who: &Caller, id: Id<N>) -> Result<N, Refusal> {
        self.db.look(|look| N::find(look, who, id))
    }
    fn to(&self, day: &str) {
        let day: NaiveDate = day.parse().unwrap();
        let then = day.and_hms_opt(2, 0, 0).unwrap();
        assert!(then > self.clock.now(), "time goes forward");
        self.clock.advance(then - self.clock.now());
    }
    fn sql(&self, text: &str) -> Result<usize, Refusal> {
        let text = text.to_string();
        self.db.act(move |tx| Ok(diesel::sql_query(text).execute(tx.db())?))
    }

    /// A product of the maker, approved.
    fn approved(&self) -> Id<Product> {
        let id = self.open::<Product>(&self.maker, json!({"licence": self.licence, "title": "停车指数", "form": "indicator"})).unwrap();
        let purpose = self.db.look(|look| product::row(look, id)).unwrap().purpose;
        let full = json!({
            "title": "停车指数", "form": "indicator", "purpose": purpose, "summary": "停车难易指数", "coverage": "主城区", "update_cycle": "daily",
            "sources": [self.entry], "method": "汇总", "masking": "取整", "irreversible": "on", "irreversible_reason": "只有汇总数",
            "fields": [{"name": "value", "type": "数值", "meaning": "指数"}], "sample_text": "63", "sample_masked": "on", "usage": "curl …",
            "limits": "不得转售", "delivery": "接口",
        });
        self.act(&self.maker, id, product::Act::Save, full).unwrap();
        self.act(&self.maker, id, product::Act::Submit, json!({"truthful": true})).unwrap();
        let review: Id<Review> = self.db.look(|look| review::live(look, id)).unwrap().unwrap().id;
        let rows: Vec<Value> = POINTS.iter().map(|p| json!({"point": p, "verdict": "meets", "reason": "符合", "evidence": "field:method"})).collect();
        for who in &self.reviewers {
            self.act(who, review, review::Act::Claim, json!({})).unwrap();
            self.act(who, review, review::Act::Vote, json!({"points": rows})).unwrap();
        }
        self.act(&self.reviewers[0], review, review::Act::Approve, json!({})).unwrap();
        id
    }
    fn price(&self, of: Id<Product>, tariff: Value) -> Result<Id<Pricing>, Refusal> {
        let mut said = json!({
            "product": of, "effective_on": platform::day::shanghai_date(self.clock.now()), "costs": [{"item": "算力", "amount": "1000"}],
            "basis": "成本加收益", "scenario_use": "停车诱导", "scope": "按次调用",
        });
        said.as_object_mut().unwrap().extend(tariff.as_object().unwrap().clone());
        self.open(&self.maker, said)
    }
    /// On the shelf.
    fn listed(&self, tariff: Value) -> Id<Product> {
        let id = self.approved();
        let price = self.price(id, tariff).unwrap();
        self.act(&self.finance, price, pricing::Act::Receive, json!({})).unwrap();
        self.act(&self.maker, id, product::Act::List, json!({})).unwrap();
        id
    }
    /// An allowance of 7 309 760 yuan a year, approved.
    fn allowance(&self, first: i32, changes: Value) -> Id<Survey> {
        let id = self.open::<Survey>(&self.finance, said(first, changes)).unwrap();
        self.act(&self.finance, id, SurveyAct::Submit, json!({})).unwrap();
        self.act(&self.office, id, SurveyAct::Apply, json!({})).unwrap();
        self.act(&self.bureau, id, SurveyAct::Approve, json!({})).unwrap();
        id
    }
    fn fee(&self, item: &str, changes: Value) -> Result<Id<Fee>, Refusal> {
        let mut typed = json!({
            "item": item, "use_case": "停车治理", "purpose": "industry", "billing": "calls", "unit": "千次", "amount": "60", "resources": "两核",
            "labour": "一人", "volume": "1000", "basis": "按成本",
        });
        typed.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
        self.open(&self.finance, typed)
    }
    /// Income of the service fee, in yuan.
    fn earns(&self, day: &str, yuan: &str, more: Value) -> Id<Posting> {
        let mut typed = json!({
            "kind": "fee_income", "on_day": day, "memo": "服务费",
            "lines": [{"account": "bank", "side": "debit", "amount": yuan}, {"account": "fee_income", "side": "credit", "amount": yuan}],
        });
        typed.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        self.open(&self.finance, typed).unwrap()
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
                let record = json!({"real_name": "真名", "trained_on": "2025-01-05", "nda_until": "2039-01-05"});
                person::record(tx, &caller, id, org, &Answers::of(record))?;
                Ok(caller)
            })
            .collect()
    })
    .unwrap()
}

/// A licence in force with its agreement, without the road that leads to it: that is `primary`'s story.
fn grant(db: &Db, holder: Id<org::Org>, entry: &str, purpose: Purpose) -> Id<Licence> {
    let content = json!({"resources": [entry], "scope": "停车资源查询", "fee": 0, "purpose": purpose}).to_string();
    db.act(move |tx| {
        let [scenario, call, bid, filing, licence, agreement]: [Id<Licence>; 6] = [tx.id(), tx.id(), tx.id(), tx.id(), tx.id(), tx.id()];
        let row = |table: &str, id: Id<Licence>, state: &str, content: &str, more: &str, values: String| {
            format!(
                "INSERT INTO {table} (id, serial, title, state, owner, profile, content, created_at, updated_at, {more}) VALUES \
                 ('{id}', '{table}〔2025〕1号', '城市停车治理', '{state}', '{holder}', 'p', '{content}', '2025-01-05 02:00:00', '2025-01-05 02:00:00', {values})"
            )
        };
        let at = "'2025-03-20 02:00:00'";
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
                format!("'{scenario}', '{filing}', '2025-03-20', '2028-03-19', {at}"),
            ),
            format!(
                "INSERT INTO agreement (id, licence, number, body, digest, made_at) VALUES ('{agreement}', '{licence}', 2, '{{}}', 'd', {at})"
            ),
        ] {
            diesel::sql_query(text).execute(tx.db())?;
        }
        Ok(licence)
    })
    .unwrap()
}

/// The worked example of `survey::mar`: 7 309 760 yuan a year.
fn said(first: i32, changes: Value) -> Value {
    let mut typed = json!({
        "surveyed": (first - 1).to_string(), "operating_since": "2025-01-01", "first_year": first.to_string(), "years": "3",
        "bond": "1.75", "points": "6", "method": "按账簿调查", "taxes": [{"name": "附加税费", "amount": "413760"}],
        "costs": [
            {"kind": "platform", "item": "平台", "amount": "3000000", "subsidy": "500000"}, {"kind": "data", "item": "治理", "amount": "1200000"},
            {"kind": "people", "item": "人员", "amount": "2000000"}, {"kind": "acquisition", "item": "获取", "amount": "300000"},
            {"kind": "period", "item": "期间", "amount": "400000"},
        ],
    });
    typed.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
    typed
}

fn refused<T: std::fmt::Debug>(result: Result<T, Refusal>) -> (&'static str, &'static str) {
    let refusal = result.unwrap_err();
    (refusal.code(), refusal.article().unwrap_or_default())
}

fn fault<T: std::fmt::Debug>(result: Result<T, Refusal>) -> (String, &'static str) {
    match result.unwrap_err() {
        Refusal::Faulty(faults) => (faults[0].field.clone(), faults[0].code),
        other => panic!("{other:?}"),
    }
}

const REASON: fn() -> Value = || json!({"reason": "依规办理"});

#[test]
fn a_price_book_from_trial_to_the_ten_per_cent_rule() {
    on_both("book", Purpose::Industry, |w| {
        // The first year: no whole year of operation, so no allowance and no cap; a trial fee.
        let early = said(2026, json!({"surveyed": "2024", "operating_since": "2025-03-20"}));
        assert_eq!(refused(w.open::<Survey>(&w.finance, early)), ("no-whole-year", "PRI65-2"));
        let trial = w.fee("停车数据接口服务", json!({"trial": "on"})).unwrap();
        assert_eq!(refused(w.act(&w.office, trial, FeeAct::Cap, json!({"cap": "60", "reason": "核定"}))), ("no-allowance", "PRI65-2"));
        assert_eq!(w.act(&w.finance, trial, FeeAct::Guide, json!({"amount": "60", "reason": "自定"})).unwrap_err().code(), "wrong-role");
        let row = w.act(&w.office, trial, FeeAct::Guide, json!({"amount": "55", "reason": "试行"})).unwrap();
        assert_eq!((row.state, row.actual, row.cap), (fee::State::Trial, Some(5500), None));
        let plain = w.fee("报告服务", json!({})).unwrap();
        assert_eq!(refused(w.act(&w.office, plain, FeeAct::Guide, json!({"amount": "1", "reason": "试行"}))), ("not-a-trial", "PRI65-2"));

        // A year later: surveyed, applied for, approved, by three hands.
        w.to("2026-02-02");
        assert_eq!(refused(w.open::<Survey>(&w.finance, said(2026, json!({"points": "6.01"})))), ("profit-points", "PRI65-3(1)"));
        assert_eq!(refused(w.open::<Survey>(&w.finance, said(2026, json!({"years": "4"})))), ("period-too-long", "PRI65-4"));
        assert_eq!(fault(w.open::<Survey>(&w.finance, said(2025, json!({"surveyed": "2025"})))), ("first_year".into(), "in-the-past"));
        let id = w.open::<Survey>(&w.finance, said(2026, json!({}))).unwrap();
        assert_eq!(w.find(&w.maker, id).unwrap_err(), Refusal::NotFound, "costs are not for developers");
        w.act(&w.finance, id, SurveyAct::Submit, json!({})).unwrap();
        assert_eq!(w.act(&w.bureau, id, SurveyAct::Approve, json!({})).unwrap_err().code(), "wrong-state", "the authorising body applies first");
        w.act(&w.office, id, SurveyAct::Return, REASON()).unwrap();
        w.act(&w.finance, id, SurveyAct::Edit, said(2026, json!({"method": "按审计报告调查"}))).unwrap();
        w.act(&w.finance, id, SurveyAct::Submit, json!({})).unwrap();
        let row = w.act(&w.office, id, SurveyAct::Apply, json!({})).unwrap();
        // Twenty working days from 2 February 2026, over the Spring Festival of 15 to 23 February with its make-up days.
        assert_eq!((row.clock.as_deref(), row.due_on.is_some()), (Some("price_approval"), true));
        let row = w.act(&w.bureau, id, SurveyAct::Approve, json!({})).unwrap();
        assert_eq!((row.mar, row.cost, row.profit, row.tax), (730_976_000, 640_000_000, 49_600_000, 41_376_000));
        assert_eq!((row.title.as_str(), row.last_year()), ("2026–2028", 2028));

        // Caps within the allowance, actual fees within the caps, the public good free.
        assert_eq!(refused(w.fee("又一试行", json!({"trial": "on"}))), ("trial-over", "PRI65-2"));
        // 1 000 units expected: a cap of 7 309.77 yuan would make 7 309 770 yuan, ten more than allowed.
        assert_eq!(refused(w.act(&w.office, trial, FeeAct::Cap, json!({"cap": "7309.77", "reason": "核定"}))), ("caps-over-allowance", "PRI65-2"));
        let row = w.act(&w.office, trial, FeeAct::Cap, json!({"cap": "60", "reason": "核定"})).unwrap();
        assert_eq!((row.state, row.actual, row.trial), (fee::State::Capped, None, false), "the trial is over; the operator sets the fee anew");
        assert_eq!(w.act(&w.office, trial, FeeAct::Set, json!({"amount": "1"})).unwrap_err().code(), "wrong-role");
        assert_eq!(refused(w.act(&w.finance, trial, FeeAct::Set, json!({"amount": "60.01"}))), ("fee-above-cap", "PRI65-2"));
        w.act(&w.finance, trial, FeeAct::Set, json!({"amount": "60"})).unwrap();
        // The database says it again.
        assert!(w.sql("UPDATE fee SET actual = 6001 WHERE cap = 6000").is_err());
        assert_eq!(refused(w.fee("应急服务", json!({"purpose": "public_good", "amount": "0.01"}))), ("public-good-free", "PRI65-1"));
        let free = w.fee("应急服务", json!({"purpose": "public_good", "amount": "0"})).unwrap();
        assert_eq!(refused(w.act(&w.office, free, FeeAct::Cap, json!({"cap": "1", "reason": "核定"}))), ("public-good-free", "PRI65-1"));
        w.act(&w.office, free, FeeAct::Cap, json!({"cap": "0", "reason": "免费"})).unwrap();
        w.act(&w.finance, free, FeeAct::Set, json!({"amount": "0"})).unwrap();
        let book = w.db.look(|look| fee::book(look, "", None, Page::first(20))).unwrap();
        let said: Vec<(&str, Option<i64>, Option<i64>)> = book.rows.iter().map(|f| (f.title.as_str(), f.cap, f.actual)).collect();
        assert_eq!(said, [("停车数据接口服务", Some(6000), Some(6000)), ("应急服务", Some(0), Some(0))]);

        // A developer's price is filed whatever the operator's cap is.
        let product = w.approved();
        let dear = w.price(product, json!({"tariff": "per_thousand_calls", "amount": "999999"})).unwrap();
        assert_eq!(w.act(&w.finance, dear, pricing::Act::Receive, json!({})).unwrap().state, pricing::State::Received);

        // A new cap below the fee brings the fee down with it.
        let row = w.act(&w.office, trial, FeeAct::Recap, json!({"cap": "50", "ground": "too_high", "reason": "社会反映"})).unwrap();
        assert_eq!((row.state, row.cap, row.actual), (fee::State::InForce, Some(5000), Some(5000)));

        // 2026: exactly 10 % above. 2027: one fen more than 10 %. 7 309 760 + 730 976 = 8 040 736 yuan.
        w.earns("2026-02-01", "8040736", json!({"fee": trial, "quantity": "160814"}));
        w.to("2027-02-01");
        w.earns("2027-01-15", "8040736.01", json!({}));
        let row = w.find(&w.bureau, id).unwrap();
        let years = w.db.look(|look| survey::years(look, &row)).unwrap();
        assert_eq!(
            years.iter().map(|y| (y.year, y.revenue, y.follows)).collect::<Vec<_>>(),
            [(2026, 804_073_600, Some(Follows::Fees)), (2027, 804_073_601, None)]
        );

        // The period is over: the excess is carried into the next one, spread over two periods.
        w.to("2029-01-05");
        w.db.act(survey::close_due).unwrap();
        assert_eq!(w.find(&w.bureau, id).unwrap().state, survey::State::Closed);
        w.sql("UPDATE posting_line SET credit = 0").unwrap_err();
        let row = w.find(&w.bureau, id).unwrap();
        assert_eq!(w.db.look(|look| survey::years(look, &row)).unwrap()[1].follows, Some(Follows::Caps), "one fen above ten per cent");
        w.earns("2028-06-01", "7309760", json!({}));
        // 8 040 736.00 + 8 040 736.01 + 7 309 760.00 − 3 × 7 309 760.00 = 1 461 952.01 yuan.
        // Over 2 × 3 years: 24 365 866.83… fen, so 24 365 866 a year, 73 097 598 in this period, 73 097 603 carried on.
        let next = w.allowance(2029, json!({"smooth": "2"}));
        let row = w.find(&w.bureau, next).unwrap();
        assert_eq!((row.carried_in, row.deducted, row.figures().carried_on()), (146_195_201, 73_097_598, 73_097_603));
        assert_eq!(row.mar, 730_976_000 - 24_365_866);
    });
}

#[test]
fn a_ledger_that_balances_and_is_never_rubbed_out() {
    on_both("ledger", Purpose::Industry, |w| {
        let product = w.listed(json!({"tariff": "per_call", "amount": "0.35"}));
        let sale = json!({
            "kind": "product_income", "on_day": "2025-05-10", "memo": "停车指数五月", "product": product, "licence": w.licence, "quantity": "1000",
            "lines": [{"account": "bank", "side": "debit", "amount": "371"}, {"account": "product_income", "side": "credit", "amount": "350"}, {"account": "tax", "side": "credit", "amount": "21"}],
        });
        let mut short = sale.clone();
        short["lines"][2]["amount"] = "20.99".into();
        assert_eq!(refused(w.open::<Posting>(&w.maker, short)), ("unbalanced", "ZJK-24"));
        let mut late = sale.clone();
        late["on_day"] = "2025-05-13".into();
        assert_eq!(fault(w.open::<Posting>(&w.maker, late)), ("on_day".into(), "in-the-future"));
        let mut by_hand = sale.clone();
        by_hand["kind"] = "counter".into();
        assert_eq!(fault(w.open::<Posting>(&w.maker, by_hand)), ("kind".into(), "not-a-choice"));
        let mut nothing = sale.clone();
        nothing["lines"][1]["account"] = "bank".into();
        assert_eq!(fault(w.open::<Posting>(&w.maker, nothing)), ("lines".into(), "no-such-income"));
        let id = w.open::<Posting>(&w.maker, sale.clone()).unwrap();
        let row = w.find(&w.maker, id).unwrap();
        assert_eq!((row.amount, row.agreement, row.quantity), (37_100, Some(2), Some(1000)), "the agreement's version is kept with it");

        // One's own books; the authorities and the audit read all.
        for who in [&w.rival, &w.finance, &w.legal] {
            assert_eq!(w.find(who, id).unwrap_err(), Refusal::NotFound);
        }
        for who in [&w.bureau, &w.office, &w.auditor] {
            assert!(w.find(who, id).is_ok());
        }
        assert_eq!(fault(w.open::<Posting>(&w.rival, sale)), ("product".into(), "not-a-choice"));

        // Lines are never changed; what was wrong is posted the other way round, once.
        for text in ["UPDATE posting_line SET debit = 1 WHERE debit > 0", "DELETE FROM posting_line"] {
            assert!(w.sql(text).is_err(), "{text}");
        }
        let holder = w.maker.org.unwrap();
        let span = Span::year(2025);
        let income = || w.db.look(|look| book::licence_revenue(look, holder, w.licence, span)).unwrap();
        assert_eq!(income(), 35_000);
        assert_eq!(w.act(&w.auditor, id, PostAct::Reverse, REASON()).unwrap_err().code(), "wrong-role");
        w.act(&w.maker, id, PostAct::Reverse, REASON()).unwrap();
        assert_eq!(income(), 0);
        assert_eq!(w.act(&w.maker, id, PostAct::Reverse, REASON()).unwrap_err().code(), "wrong-state");
        let all =
            w.db.look(|look| {
                platform::case::list::<Posting>(look, &<Posting as platform::case::Case>::sight(&w.maker), &Default::default(), Page::first(9))
            })
            .unwrap();
        let counter = all.rows.iter().find(|p| p.reverses == Some(id)).unwrap();
        assert_eq!((counter.quantity, counter.amount), (Some(-1000), 37_100));
        assert_eq!(refused(w.act(&w.maker, counter.id, PostAct::Reverse, REASON())), ("counter-posting", "ZJK-24"));

        // Whatever is posted, the books balance, and each account is what its postings say.
        let mut seed = 11u64;
        let mut next = |most: u64| {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (seed >> 33) % most
        };
        let accounts = ["bank", "receivable", "payable", "product_income", "cost_people", "tax"];
        let mut kept = Vec::new();
        for i in 0..40 {
            let parts: Vec<u64> = (0..=next(4)).map(|_| 1 + next(1_000_000)).collect();
            let sum: u64 = parts.iter().sum();
            let off = if next(3) == 0 { 1 } else { 0 };
            let yuan = |fen: u64| format!("{}.{:02}", fen / 100, fen % 100);
            let mut lines: Vec<Value> =
                parts.iter().map(|p| json!({"account": accounts[next(6) as usize], "side": "debit", "amount": yuan(*p)})).collect();
            lines.push(json!({"account": "equity", "side": "credit", "amount": yuan(sum + off)}));
            let typed = json!({"kind": "other", "on_day": "2025-05-12", "memo": format!("第{i}笔"), "lines": lines});
            match w.open::<Posting>(&w.maker, typed) {
                Ok(id) => {
                    assert_eq!(off, 0);
                    kept.push(id);
                }
                Err(refusal) => assert_eq!((refusal.code(), off), ("unbalanced", 1)),
            }
        }
        for id in kept.iter().step_by(3) {
            w.act(&w.maker, *id, PostAct::Reverse, REASON()).unwrap();
        }
        let sums = w.db.look(|look| book::sums(look, holder, span)).unwrap();
        assert!(kept.len() > 10 && !sums.is_empty());
        assert_eq!(sums.iter().map(|s| s.debit).sum::<i64>(), sums.iter().map(|s| s.credit).sum::<i64>());
        let income = sums.iter().find(|s| s.account == Account::ProductIncome).unwrap();
        assert!(income.debit >= 35_000);
    });
}

#[test]
fn what_is_free_brings_no_income() {
    on_both("free", Purpose::PublicGood, |w| {
        let product = w.listed(json!({"tariff": "free"}));
        let posted = |account: &str, kind: &str| {
            let lines = json!([{"account": "bank", "side": "debit", "amount": "1"}, {"account": account, "side": "credit", "amount": "1"}]);
            w.open::<Posting>(&w.maker, json!({"kind": kind, "on_day": "2025-05-10", "memo": "收入", "product": product, "lines": lines}))
        };
        assert_eq!(refused(posted("product_income", "product_income")), ("free-no-income", "ZJK-6 PRI65"));
        assert_eq!(refused(posted("product_income", "other")), ("free-no-income", "ZJK-6 PRI65"), "whatever it is called");
        posted("payable", "other").unwrap();
    });
}

#[test]
fn shares_are_agreed_simulated_and_posted() {
    on_both("split", Purpose::Industry, |w| {
        let product = w.listed(json!({"tariff": "per_call", "amount": "0.35"}));
        let income = |day: &str, yuan: &str| {
            let typed = json!({
                "kind": "product_income", "on_day": day, "memo": "销售", "product": product,
                "lines": [{"account": "bank", "side": "debit", "amount": yuan}, {"account": "product_income", "side": "credit", "amount": yuan}],
            });
            w.open::<Posting>(&w.maker, typed).unwrap()
        };
        income("2025-05-12", "1000.01");
        w.to("2026-03-02");
        let shares = |percents: [&str; 3]| {
            let row = |(who, name, percent): (&str, &str, &str)| json!({"contributor": who, "name": name, "percent": percent, "for": "投入和贡献"});
            json!([
                row(("developer", "甲科技公司", percents[0])),
                row(("primary", "张家口大数据运营有限公司", percents[1])),
                row(("source", "市交通运输局", percents[2])),
            ])
        };
        let draft = |percents| json!({"licence": w.licence, "shares": shares(percents), "basis": "谁投入、谁贡献、谁受益"});
        assert_eq!(fault(w.open::<Split>(&w.legal, draft(["70", "20", "9.99"]))), ("shares".into(), "shares-sum"));
        let id = w.open::<Split>(&w.legal, draft(["33.3333", "33.3333", "33.3334"])).unwrap();
        assert_eq!(w.find(&w.rival, id).unwrap_err(), Refusal::NotFound);
        let row = w.find(&w.maker, id).unwrap();
        assert_eq!(row.agreement, 2);
        // Before anybody signs: last year's 1 000.01 yuan. 100 001 fen × 0.333333 = 33 333.63…, × 0.333334 = 33 333.73…
        // Whole fen: 33 333 three times, two fen left; they go to the largest remainders: the third, then the first.
        let seen = w.db.look(|look| split::simulate(look, &row)).unwrap();
        assert_eq!((seen[0].year, seen[0].income), (2025, 100_001));
        assert_eq!(seen[0].parts.iter().map(|(_, fen)| *fen).collect::<Vec<_>>(), [33_334, 33_333, 33_334]);
        assert_eq!(w.act(&w.legal, id, SplitAct::Agree, json!({})).unwrap_err().code(), "wrong-role");
        w.act(&w.maker, id, SplitAct::Agree, json!({})).unwrap();
        assert_eq!(
            fault(w.act(&w.maker, id, SplitAct::Distribute, json!({"amount": "0", "on_day": "2026-03-02", "memo": "分配"}))),
            ("amount".into(), "nought")
        );
        let shares_out =
            |id, yuan: &str| w.act(&w.maker, id, SplitAct::Distribute, json!({"amount": yuan, "on_day": "2026-03-02", "memo": "2025年收益分配"}));
        assert_eq!(fault(shares_out(id, "1000.02")), ("amount".into(), "over-income"));
        shares_out(id, "1000.01").unwrap();
        assert_eq!(fault(shares_out(id, "0.01")), ("amount".into(), "over-income"), "nothing is left");
        let sums = w.db.look(|look| book::sums(look, w.maker.org.unwrap(), Span::year(2026))).unwrap();
        let of = |account| sums.iter().find(|s| s.account == account).map(|s| (s.debit, s.credit));
        assert_eq!((of(Account::Shared), of(Account::Payable)), (Some((66_667, 0)), Some((0, 66_667))), "what the holder keeps moves nowhere");
        // A later agreement takes the place of the first.
        let next = w.open::<Split>(&w.legal, draft(["60", "30", "10"])).unwrap();
        w.act(&w.maker, next, SplitAct::Agree, json!({})).unwrap();
        assert_eq!(w.find(&w.maker, id).unwrap().state, split::State::Superseded);
        assert_eq!(fault(shares_out(next, "0.01")), ("amount".into(), "over-income"), "other shares do not share it out again");
        income("2026-03-01", "10");
        shares_out(next, "10").unwrap();
    });
}

#[test]
fn a_registration_from_package_to_lapse() {
    on_both("registration", Purpose::Industry, |w| {
        let product = w.listed(json!({"tariff": "per_call", "amount": "0.35"}));
        let subject = format!("product:{product}");
        let owed = |who: &Caller| w.db.look(|look| registration::owed(look, who)).unwrap();
        // Twenty working days from 12 May 2025: 31 May to 2 June are off, so the day is 10 June. The entry has been in use
        // under the licence since 20 March, so that its day is past.
        assert_eq!(
            owed(&w.maker).iter().map(|o| (o.about, o.due_on.unwrap().to_string())).collect::<Vec<_>>(),
            [(About::Product, "2025-06-10".to_string())]
        );
        assert_eq!(owed(&w.bureau).iter().map(|o| (o.about, o.overdue)).collect::<Vec<_>>(), [(About::Resource, true), (About::Product, false)]);
        assert_eq!(owed(&w.rival).len(), 0);

        let first = json!({"kind": "first", "subject": subject});
        assert_eq!(fault(w.open::<Registration>(&w.rival, first.clone())), ("subject".into(), "not-a-choice"));
        let change = |kind: &str| json!({"kind": kind, "subject": subject, "reason": "更新周期变化"});
        assert_eq!(refused(w.open::<Registration>(&w.maker, change("change"))), ("not-registered", "REG26-9"));
        let id = w.open::<Registration>(&w.maker, first.clone()).unwrap();
        assert_eq!(w.open::<Registration>(&w.maker, first.clone()).unwrap_err(), Refusal::Taken);
        let row = w.find(&w.maker, id).unwrap();
        assert_eq!((row.clock.as_deref(), row.due_on.unwrap().to_string().as_str()), (Some("registration_apply"), "2025-06-10"));
        let a = row.answers();
        assert!(
            a.text("registrant").contains("甲科技公司") && a.text("evidence").contains("SHA-256") && a.text("risk").contains("合规审核"),
            "{a:?}"
        );
        // The registrant adds what only it knows; a package that lacks it is not submitted.
        assert_eq!(fault(w.act(&w.maker, id, Reg::Submit, json!({}))), ("industry".into(), "required"));
        let filled = |id: Id<Registration>, who: &Caller, more: Value| {
            let mut typed = Value::Object(w.db.look(|look| Registration::row(look, id)).unwrap().answers().0);
            typed["industry"] = "I6540、G5442".into();
            typed["area"] = "130702,130703".into();
            typed.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            w.act(who, id, Reg::Fill, typed).unwrap()
        };
        filled(id, &w.maker, json!({}));
        let row = w.act(&w.maker, id, Reg::Submit, json!({})).unwrap();
        assert_eq!(row.due_on.unwrap().to_string(), "2025-05-15", "three working days");

        // What is missing is told once; the clock begins again with the resubmission.
        assert_eq!(refused(w.act(&w.legal, id, Reg::TakeUp, json!({}))), ("wrong-registration-kind", "REG26-9(4)"));
        w.act(&w.legal, id, Reg::Return, json!({"reason": "请补充存证材料和行业代码说明"})).unwrap();
        w.to("2025-05-14");
        let row = w.act(&w.maker, id, Reg::Submit, json!({})).unwrap();
        assert_eq!(row.due_on.unwrap().to_string(), "2025-05-19");
        assert_eq!(refused(w.act(&w.bureau, id, Reg::Return, REASON())), ("told-once", "REG26-10"));
        let row = w.act(&w.bureau, id, Reg::Accept, json!({})).unwrap();
        assert_eq!(row.due_on.unwrap().to_string(), "2025-06-12", "twenty working days");
        w.act(&w.bureau, id, Reg::Explain, json!({"reason": "核验中"})).unwrap();
        assert_eq!(w.find(&w.bureau, id).unwrap().due_on.unwrap().to_string(), "2025-06-12", "an explanation moves no day");
        w.act(&w.bureau, id, Reg::Review, json!({})).unwrap();
        let row = w.act(&w.bureau, id, Reg::Notice, json!({})).unwrap();
        assert_eq!(row.notice_until.unwrap().to_string(), "2025-05-28", "ten working days");

        // An objection is rechecked; the notice goes on to its day, and no code comes before it.
        let object = json!({"name": "某公司", "contact": "0313", "reason": "来源有误"});
        w.act(&w.legal, id, Reg::Object, object.clone()).unwrap();
        let row = w.act(&w.legal, id, Reg::Dismiss, REASON()).unwrap();
        assert_eq!(row.due_on, row.notice_until);
        let code = json!({"code": "1307-2025-000001"});
        w.to("2025-05-28");
        assert_eq!(refused(w.act(&w.legal, id, Reg::Code, code.clone())), ("objection-period", "REG26-13"));
        w.to("2025-05-29");
        assert_eq!(refused(w.act(&w.legal, id, Reg::Object, object)), ("notice-over", "REG26-12"));
        assert_eq!(fault(w.act(&w.legal, id, Reg::Code, json!({"code": "1", "valid_to": "2028-03-20"}))), ("valid_to".into(), "over-cap"));
        let row = w.act(&w.legal, id, Reg::Code, code).unwrap();
        // Three years would end on 28 May 2028; the licence ends on 19 March 2028, and the shorter counts.
        assert_eq!((row.state, row.valid_to.unwrap().to_string().as_str()), (State::Coded, "2028-03-19"));
        assert_eq!(
            w.db.look(|look| registration::current(look, About::Product, &product.to_string())).unwrap().unwrap().code.as_deref(),
            Some("1307-2025-000001")
        );
        assert!(owed(&w.maker).is_empty());
        let national = registration::package::json_of(&row, "甲科技公司");
        assert_eq!((national["dataRegistType"].as_i64(), &national["industryCodes"]), (Some(2), &json!(["I6540", "G5442"])));
        assert!(national.get("dataCoverageTimeStart").is_none(), "only a resource covers a time");
        assert_eq!(national["materials"].as_array().unwrap().len(), 7);

        // A change keeps the term; the registration before it is changed.
        assert_eq!(refused(w.open::<Registration>(&w.maker, change("renewal"))), ("registration-renewal", "REG26-15"));
        assert_eq!(fault(w.open::<Registration>(&w.maker, json!({"kind": "correction", "subject": subject}))), ("reason".into(), "required"));
        let through = |id: Id<Registration>, until: &str| {
            w.act(&w.maker, id, Reg::Submit, json!({})).unwrap();
            w.act(&w.legal, id, Reg::Accept, json!({})).unwrap();
            w.act(&w.legal, id, Reg::Review, json!({})).unwrap();
            w.act(&w.legal, id, Reg::Notice, json!({})).unwrap();
            w.to(until);
            w.act(&w.legal, id, Reg::Code, json!({"code": "1307-2025-000001"})).unwrap()
        };
        let second = w.open::<Registration>(&w.maker, change("change")).unwrap();
        let row = through(second, "2025-06-20");
        assert_eq!(row.valid_to.unwrap().to_string(), "2028-03-19");
        assert_eq!(w.find(&w.maker, id).unwrap().state, State::Changed);

        // Cancelled on its own road, within ten working days.
        let end = json!({"kind": "cancellation", "subject": subject, "reason": "产品停止提供"});
        assert_eq!(fault(w.open::<Registration>(&w.maker, end.clone())), ("ground".into(), "required"));
        let mut end = end;
        end["ground"] = "given_up".into();
        let cancel = w.open::<Registration>(&w.maker, end).unwrap();
        w.act(&w.maker, cancel, Reg::Submit, json!({})).unwrap();
        assert_eq!(refused(w.act(&w.legal, cancel, Reg::Accept, json!({}))), ("wrong-registration-kind", "REG26-9(4)"));
        let row = w.act(&w.legal, cancel, Reg::TakeUp, json!({})).unwrap();
        assert_eq!(row.due_on.unwrap().to_string(), "2025-07-04");
        w.act(&w.legal, cancel, Reg::Cancel, json!({})).unwrap();
        assert_eq!(w.find(&w.maker, second).unwrap().state, State::Cancelled);

        // A resource: by its source unit, with the time its data covers; three years, renewed within 60 days, or it lapses.
        let resource = format!("resource:{}", w.entry);
        let id = w.open::<Registration>(&w.source, json!({"kind": "first", "subject": resource})).unwrap();
        filled(id, &w.source, json!({}));
        assert_eq!(fault(w.act(&w.source, id, Reg::Submit, json!({}))), ("time_start".into(), "required"));
        filled(id, &w.source, json!({"time_start": "2024-01-01", "time_end": "2024-12-31"}));
        assert_eq!(w.act(&w.maker, id, Reg::Submit, json!({})).unwrap_err(), Refusal::NotFound);
        w.act(&w.source, id, Reg::Submit, json!({})).unwrap();
        w.act(&w.legal, id, Reg::Accept, json!({})).unwrap();
        w.act(&w.legal, id, Reg::Review, json!({})).unwrap();
        w.act(&w.legal, id, Reg::Notice, json!({})).unwrap();
        w.to("2025-07-09");
        let row = w.act(&w.legal, id, Reg::Code, json!({"code": "1307-2025-000002", "valid_to": "2026-01-31"})).unwrap();
        assert_eq!(row.valid_to.unwrap().to_string(), "2026-01-31", "the registry may give less than three years");
        let renew = json!({"kind": "renewal", "subject": resource});
        // Sixty days before 31 January 2026 is 2 December 2025: a day early, then on the day.
        w.to("2025-12-01");
        assert_eq!(refused(w.open::<Registration>(&w.source, renew.clone())), ("registration-renewal", "REG26-15"));
        w.to("2025-12-02");
        let next = w.open::<Registration>(&w.source, renew).unwrap();
        assert_eq!(w.find(&w.source, next).unwrap().answers().text("time_start"), "2024-01-01", "what only people know is taken over");
        w.act(&w.source, next, Reg::Submit, json!({})).unwrap();
        w.act(&w.legal, next, Reg::Accept, json!({})).unwrap();
        w.act(&w.legal, next, Reg::Review, json!({})).unwrap();
        w.act(&w.legal, next, Reg::Notice, json!({})).unwrap();
        w.to("2025-12-18");
        let row = w.act(&w.legal, next, Reg::Code, json!({"code": "1307-2025-000002"})).unwrap();
        assert_eq!((row.valid_from.unwrap().to_string(), row.valid_to.unwrap().to_string()), ("2026-02-01".into(), "2029-01-31".into()));
        assert_eq!(w.find(&w.source, id).unwrap().state, State::Renewed);
        w.to("2029-02-01");
        assert_eq!(w.db.act(registration::lapse_due).unwrap(), 1);
        assert_eq!(w.find(&w.source, next).unwrap().state, State::Lapsed);
    });
}

#[test]
fn the_end_of_march_in_one_workflow() {
    on_both("pack", Purpose::Industry, |w| {
        w.listed(json!({"tariff": "per_call", "amount": "0.35"}));
        let trial = w.fee("停车数据接口服务", json!({"trial": "on"})).unwrap();
        w.act(&w.office, trial, FeeAct::Guide, json!({"amount": "55", "reason": "试行"})).unwrap();
        w.earns("2025-05-12", "55000", json!({"fee": trial, "quantity": "1000"}));
        let cost = |day: &str, account: &str, yuan: &str| {
            let lines = json!([{"account": account, "side": "debit", "amount": yuan}, {"account": "bank", "side": "credit", "amount": yuan}]);
            w.open::<Posting>(&w.finance, json!({"kind": "cost", "on_day": day, "memo": "成本", "lines": lines})).unwrap()
        };
        cost("2025-05-12", "cost_people", "20000");
        cost("2025-05-12", "cost_platform", "12000.50");
        assert_eq!(w.db.look(pack::owed).unwrap(), None, "nothing was operated in 2024");
        let running = w.open::<Pack>(&w.finance, json!({"year": "2025"})).unwrap();
        w.act(&w.finance, running, PackAct::Withdraw, REASON()).unwrap();
        w.to("2026-01-12");
        let due = w.db.look(pack::owed).unwrap().unwrap();
        assert_eq!((due.period.as_str(), due.due_on.to_string().as_str(), due.overdue), ("2025", "2026-03-31", false));
        assert_eq!(fault(w.open::<Pack>(&w.finance, json!({"year": "2027"}))), ("year".into(), "not-begun"));
        let id = w.open::<Pack>(&w.finance, json!({"year": "2025"})).unwrap();
        assert_eq!(w.open::<Pack>(&w.finance, json!({"year": "2025"})).unwrap_err(), Refusal::Taken, "one in the making");
        let row = w.find(&w.finance, id).unwrap();
        assert_eq!(row.due_on.unwrap().to_string(), "2026-03-31");
        let said = row.read();
        // Revenue 55 000.00, cost 20 000.00 + 12 000.50; profit 22 999.50 yuan.
        assert_eq!((said.revenue, said.cost, said.profit), (5_500_000, 3_200_050, 2_299_950));
        assert_eq!((said.authorisations.len(), said.resources.len(), said.products.len(), said.fees.len()), (1, 1, 1, 1));
        assert_eq!((said.sales[0].item.as_str(), said.sales[0].quantity, said.sales[0].revenue), ("停车数据接口服务", 1000, 5_500_000));
        assert_eq!((said.adjustments.len(), said.deviation.is_none()), (1, true), "no allowance, no deviation");
        assert!(said.body.iter().any(|p| p.value == "市数据和政务服务局") && said.operator.iter().any(|p| p.value.contains("大数据运营")));
        assert_eq!(w.find(&w.maker, id).unwrap_err(), Refusal::NotFound);

        // Words are asked for; whoever made or checked it does not sign it.
        assert_eq!(fault(w.act(&w.finance, id, PackAct::Check, json!({}))), ("overall".into(), "required"));
        w.act(&w.finance, id, PackAct::Write, json!({"overall": "运行平稳"})).unwrap();
        w.act(&w.finance2, id, PackAct::Check, json!({})).unwrap();
        for who in [&w.finance, &w.finance2] {
            assert_eq!(refused(w.act(who, id, PackAct::Sign, json!({}))), ("same-person", "ZJK-28"));
        }
        w.act(&w.legal, id, PackAct::Return, REASON()).unwrap();
        cost("2025-12-31", "tax", "999.50");
        w.act(&w.finance, id, PackAct::Rebuild, json!({})).unwrap();
        let row = w.find(&w.finance, id).unwrap();
        assert_eq!((row.read().profit, row.read().texts.text("overall")), (2_200_000, "运行平稳"));
        w.act(&w.finance, id, PackAct::Check, json!({})).unwrap();
        w.act(&w.legal, id, PackAct::Sign, json!({})).unwrap();
        w.to("2026-04-01");
        assert!(w.db.look(pack::owed).unwrap().unwrap().overdue);
        let row = w.act(&w.legal2, id, PackAct::Publish, json!({})).unwrap();
        assert_eq!((row.edition, row.serial.is_some(), row.holds()), (1, true, true));
        assert!(!w.db.look(pack::owed).unwrap().unwrap().overdue);
        // It is the yearly disclosure of ZJK-29 too, and it closes the year's books.
        let due = w.db.look(secondary::disclosure::due_list).unwrap();
        assert!(due.iter().any(|d| d.kind == secondary::disclosure::Kind::Primary && d.published));
        let late = json!({
            "kind": "cost", "on_day": "2025-12-31", "memo": "补记",
            "lines": [{"account": "tax", "side": "debit", "amount": "1"}, {"account": "bank", "side": "credit", "amount": "1"}],
        });
        assert_eq!(refused(w.open::<Posting>(&w.finance, late)), ("year-closed", "PRI65-5"));
        // A second edition supersedes the first; the year that runs is not published.
        let again = w.open::<Pack>(&w.legal, json!({"year": "2025"})).unwrap();
        w.act(&w.legal, again, PackAct::Write, json!({"overall": "更正"})).unwrap();
        w.act(&w.legal, again, PackAct::Check, json!({})).unwrap();
        w.act(&w.finance, again, PackAct::Sign, json!({})).unwrap();
        assert_eq!(w.act(&w.legal, again, PackAct::Publish, json!({})).unwrap().edition, 2);
        assert_eq!(w.find(&w.bureau, id).unwrap().state, pack::State::Superseded);
        let this = w.open::<Pack>(&w.legal, json!({"year": "2026"})).unwrap();
        w.act(&w.legal, this, PackAct::Write, json!({"overall": "进行中"})).unwrap();
        assert_eq!(
            refused(w.act(&w.legal, this, PackAct::Check, json!({}))),
            ("figures-too-early", "PRI65-5"),
            "figures of a part are not the year's"
        );
        assert!(w.find(&w.legal, this).unwrap().read().deviation.is_none());
        assert_eq!(w.db.look(|look| pack::published(look, Page::first(9))).unwrap().total, 2);
    });
}
