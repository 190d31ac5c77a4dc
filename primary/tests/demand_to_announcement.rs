//! From a demand to a published result: one class, one review; a fair call; questions and objections answered.

#![allow(clippy::unwrap_used, clippy::panic)] // the helpers of these tests stand outside them

use chrono::Duration;
use platform::caller::{Caller, OrgKind, Role};
use platform::db::{Db, Place, Rules};
use platform::flow::{self, Noun};
use platform::paging::Page;
use platform::people::{org, person};
use platform::refusal::Refusal;
use platform::sheet::Answers;
use platform::{Clock, Id, Word, event};
use primary::announcement::{self, Act as Announce, Announcement};
use primary::demand::{self, Act as Demanded, Demand};
use primary::objection::{self, Objection};
use primary::question::{self, Question};
use primary::scenario::{self, Act as Classed, Scenario};
use serde_json::{Value, json};

struct World {
    db: Db,
    clock: Clock,
    folder: std::path::PathBuf,
}

struct Cast {
    desk: Caller,
    legal: Caller,
    office: Caller,
    developers: Vec<Caller>,
    bureau: Caller,
    entry: String,
}

impl World {
    fn new(name: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("dajing-{name}-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(&folder).unwrap();
        let place = Place::Sqlite(folder.join("test.db").display().to_string());
        platform::schema::migrate(&place).unwrap();
        let clock = Clock::by_hand("2026-05-11T02:00:00".parse().unwrap());
        let rules =
            Rules { profile: platform::profile::Profile::zhangjiakou().clone().into(), calendar: platform::day::Calendar::national().clone().into() };
        Self { db: Db::open(place, 2, clock.clone(), rules).unwrap(), clock, folder }
    }

    fn org(&self, kind: OrgKind, name: &str, roles: &'static [Role]) -> Vec<Caller> {
        let name = name.to_string();
        self.db
            .act(move |tx| {
                let admin = Caller { roles: vec![Role::Public, Role::SystemAdmin], ..Caller::public() };
                let org = org::enter(tx, &admin, org::Act::Enter, kind, &Answers::of(json!({"name": name})))?;
                roles
                    .iter()
                    .map(|role| {
                        let address = format!("{}.{org}@example.cn", role.as_str());
                        let id = person::enter(tx, &admin, &address, role.as_str(), "zh-CN")?;
                        person::grant(tx, &admin, id, org, *role)?;
                        person::caller(tx, id, Some(org))
                    })
                    .collect()
            })
            .unwrap()
    }

    fn cast(&self) -> Cast {
        let mut primary = self.org(OrgKind::Primary, "张家口大数据运营有限公司", &[Role::ScenarioDesk, Role::Legal]);
        let legal = primary.pop().unwrap();
        let source = self.org(OrgKind::Source, "市交通运输局", &[Role::Source]).remove(0);
        let bureau = self.org(OrgKind::Bureau, "市数政局", &[Role::Bureau]).remove(0);
        let entry = self
            .open::<resources::Entry>(
                &source,
                json!({"title": "停车场基本信息", "domain": "transport", "level": "l2", "share": "unconditional", "open": "unconditional", "cycle": "daily"}),
            )
            .unwrap();
        self.act(&source, entry, resources::entry::Act::Submit, json!({})).unwrap();
        self.act(&bureau, entry, resources::entry::Act::Publish, json!({})).unwrap();
        Cast {
            desk: primary.remove(0),
            legal,
            office: self.org(OrgKind::Office, "协调机制办公室", &[Role::Office]).remove(0),
            developers: ["甲科技公司", "乙科技公司", "丙科技公司"]
                .iter()
                .map(|n| self.org(OrgKind::Developer, n, &[Role::DeveloperAdmin]).remove(0))
                .collect(),
            bureau,
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

    /// A class in the catalogue, made of one demand.
    fn class(&self, cast: &Cast, purpose: &str) -> Id<Scenario> {
        let mut said = wish();
        said["purpose"] = purpose.into();
        let wish = self.open::<Demand>(&cast.developers[0], said).unwrap();
        let class = self.act(&cast.desk, wish, Demanded::Merge, json!({"title": format!("城市停车治理{purpose}")})).unwrap().scenario.unwrap();
        self.act(&cast.desk, class, Classed::Submit, json!({})).unwrap();
        self.act(&cast.office, class, Classed::Approve, json!({"reason": "符合民生需要"})).unwrap();
        self.act(&cast.desk, class, Classed::Publish, json!({})).unwrap();
        class
    }
}

impl Drop for World {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

fn wish() -> Value {
    json!({"title": "停车难治理", "domain": "city", "purpose": "industry", "unit": "甲科技公司", "problem": "找不到车位", "expected_result": "车位指数",
        "product_forms": ["indicator", "interface"], "data_needed": [{"department": "市交通运输局", "dataset": "停车场基本信息", "reason": "计算车位"}],
        "value": "减少绕行", "contact": "张三 0313-1234567"})
}

fn call(cast: &Cast, class: Id<Scenario>) -> Value {
    json!({"title": "城市停车治理授权运营公告", "scenario": class, "method": "open_tender", "conditions": ["rules", "independent"],
        "materials": ["operation_plan", "credit_report"], "entries": [cast.entry], "term_years": "3", "fee": "1200.50", "fee_basis": "发改价格〔2025〕65号",
        "deadline": "2026-06-05T17:00", "opening": "2026-06-05T17:30",
        "criteria": [{"name": "运营计划可实施性", "weight": "60"}, {"name": "数据安全可控性", "weight": "40"}], "pass_mark": "60", "contact": "法务岗"})
}

fn codes(refusal: Refusal) -> Vec<(String, &'static str)> {
    match refusal {
        Refusal::Faulty(faults) => faults.into_iter().map(|f| (f.field, f.code)).collect(),
        other => panic!("{other:?}"),
    }
}

fn fault(field: &str, code: &'static str) -> (String, &'static str) {
    (field.to_string(), code)
}

#[test]
fn one_class_one_review() {
    let world = World::new("class");
    let cast = world.cast();
    let mut typed = wish();
    typed["personal"] = "on".into();
    assert_eq!(codes(world.open::<Demand>(&cast.developers[0], typed).unwrap_err()), [fault("consent_route", "required")]);
    assert!(matches!(world.open::<Demand>(&Caller::public(), wish()), Err(Refusal::WrongRole { .. })));
    let first = world.open::<Demand>(&cast.developers[0], wish()).unwrap();
    let second = world.open::<Demand>(&cast.developers[1], wish()).unwrap();
    let third = world.open::<Demand>(&cast.developers[1], wish()).unwrap();
    assert_eq!(world.find(&cast.developers[1], first).unwrap_err(), Refusal::NotFound);
    assert_eq!(world.act(&cast.developers[1], first, Demanded::Withdraw, json!({})).unwrap_err(), Refusal::NotFound);
    // The desk sees it, but it is not the desk's to withdraw.
    assert_eq!(world.act(&cast.desk, first, Demanded::Withdraw, json!({})).unwrap_err(), Refusal::NotFound);
    assert!(matches!(world.act(&cast.legal, first, Demanded::Decline, json!({"reason": "无"})), Err(Refusal::WrongRole { .. })));
    assert_eq!(codes(world.act(&cast.desk, first, Demanded::Merge, json!({})).unwrap_err()), [fault("scenario", "one-of-two")]);

    let class = world.act(&cast.desk, first, Demanded::Merge, json!({"title": "城市停车治理"})).unwrap().scenario.unwrap();
    assert_eq!(codes(world.act(&cast.desk, second, Demanded::Merge, json!({"title": "城市停车治理"})).unwrap_err()), [fault("title", "title-taken")]);
    world.act(&cast.desk, second, Demanded::Merge, json!({"scenario": class})).unwrap();
    assert_eq!(world.find(&cast.developers[0], class).unwrap_err(), Refusal::NotFound);
    // Taken out and in again through the class's own form.
    let filled = world.db.look(|look| {
        let row = scenario::row(look, class)?;
        Scenario::filled(look, &cast.desk, &row, Classed::Edit)
    });
    let mut form = serde_json::to_value(filled.unwrap()).unwrap();
    assert_eq!(form["demands"], json!([first, second]));
    form["demands"] = json!([second, third]);
    form["entries"] = json!([cast.entry]);
    world.act(&cast.desk, class, Classed::Edit, form.clone()).unwrap();
    assert_eq!(world.find(&cast.desk, first).unwrap().state, demand::State::Filed);
    form["entries"] = json!([class]);
    assert_eq!(codes(world.act(&cast.desk, class, Classed::Edit, form).unwrap_err()), [fault("entries", "not-a-choice")]);

    let row = world.act(&cast.desk, class, Classed::Submit, json!({})).unwrap();
    assert_eq!((row.clock.as_deref(), row.due_on), (Some("class_decision"), "2026-06-08".parse().ok()));
    // While the office has it, nothing joins and nothing leaves.
    assert_eq!(codes(world.act(&cast.desk, first, Demanded::Merge, json!({"scenario": class})).unwrap_err()), [fault("scenario", "not-a-choice")]);
    assert!(matches!(world.act(&cast.desk, second, Demanded::Split, json!({"reason": "拆"})), Err(Refusal::WrongState { .. })));
    assert!(matches!(world.act(&cast.desk, class, Classed::Approve, json!({"reason": "自批"})), Err(Refusal::WrongRole { .. })));
    assert_eq!(codes(world.act(&cast.office, class, Classed::Approve, json!({})).unwrap_err()), [fault("reason", "required")]);
    world.act(&cast.office, class, Classed::Return, json!({"reason": "补充价值说明"})).unwrap();
    assert!(matches!(world.act(&cast.desk, class, Classed::Publish, json!({})), Err(Refusal::WrongState { .. })));
    let again = world.db.look(|look| {
        let row = scenario::row(look, class)?;
        Scenario::filled(look, &cast.desk, &row, Classed::Edit)
    });
    world.act(&cast.desk, class, Classed::Edit, serde_json::to_value(again.unwrap()).unwrap()).unwrap();
    world.act(&cast.desk, class, Classed::Submit, json!({})).unwrap();
    world.act(&cast.office, class, Classed::Approve, json!({"reason": "符合民生需要"})).unwrap();
    for id in [second, third] {
        assert_eq!(world.find(&cast.developers[1], id).unwrap().state, demand::State::Answered);
    }
    let published = world.act(&cast.desk, class, Classed::Publish, json!({})).unwrap();
    assert_eq!((published.serial.as_deref(), published.published_on), (Some("张场景〔2026〕1号"), "2026-05-11".parse().ok()));
    assert!(world.find(&Caller::public(), class).is_ok());
    // A late demand joins the decided class and is answered at once.
    assert_eq!(world.act(&cast.desk, first, Demanded::Merge, json!({"scenario": class})).unwrap().state, demand::State::Answered);
    let catalogue =
        |domain: &str, purpose: &str| world.db.look(|look| scenario::published(look, "停车", domain, purpose, Page::first(20))).unwrap().total;
    assert_eq!((catalogue("city", "industry"), catalogue("", ""), catalogue("city", "public_good"), catalogue("x", "")), (1, 1, 0, 0));
    let seen = |who: &Caller| world.db.look(|look| demand::list(look, who, &demand::Ask::default(), Page::first(20))).unwrap().total;
    assert_eq!((seen(&cast.desk), seen(&cast.developers[0]), seen(&cast.developers[2])), (3, 1, 0));
}

/// Somebody who has signed in and belongs to no organisation.
fn citizen(world: &World) -> Caller {
    world
        .db
        .act(|tx| {
            let admin = Caller { roles: vec![Role::Public, Role::SystemAdmin], ..Caller::public() };
            let id = person::enter(tx, &admin, "citizen@example.cn", "赵民", "zh-CN")?;
            person::caller(tx, id, None)
        })
        .unwrap()
}

/// Acts of which letters to that person tell.
fn told(world: &World, of: &Caller) -> Vec<String> {
    let me = of.person.unwrap();
    let all = Page::of_asked(None, Some(100));
    world.db.look(|look| platform::mail::list_with_events(look, me, all)).unwrap().rows.into_iter().filter_map(|(_, e)| Some(e?.act)).collect()
}

#[test]
fn whoever_asks_for_himself_is_answered_himself() {
    let world = World::new("citizen");
    let cast = world.cast();
    let citizen = citizen(&world);
    let wish = world.open::<Demand>(&citizen, wish()).unwrap();
    assert_eq!(told(&world, &citizen), Vec::<String>::new());
    world.act(&cast.desk, wish, Demanded::Decline, json!({"reason": "已有同类场景"})).unwrap();
    assert_eq!(told(&world, &citizen), ["decline"]);
    assert_eq!(world.find(&citizen, wish).unwrap().state, demand::State::Declined);
    let class = world.class(&cast, "industry");
    let open = world.open::<Announcement>(&cast.desk, call(&cast, class)).unwrap();
    world.act(&cast.desk, open, Announce::Publish, json!({})).unwrap();
    let asked = world.open::<Question>(&citizen, json!({"announcement": open, "question": "个人可以参加吗？"})).unwrap();
    world.act(&cast.desk, asked, question::Act::Answer, json!({"answer": "应为法人。"})).unwrap();
    assert_eq!(told(&world, &citizen), ["answer", "decline"]);
    // Nobody else hears of his demand.
    assert!(!told(&world, &cast.developers[1]).contains(&"decline".to_string()));
}

#[test]
fn what_the_profile_offers_is_said_in_both_languages() {
    let world = World::new("offers");
    let cast = world.cast();
    for list in ["conditions", "materials"] {
        let offers = world.db.look(|look| Announcement::choices(look, &cast.desk, None, list)).unwrap();
        assert!(!offers.is_empty());
        for offer in offers {
            let chinese = |text: &str| text.chars().any(|c| matches!(c, '\u{4e00}'..='\u{9fff}'));
            assert!(chinese(offer.label(false)) && !chinese(offer.label(true)), "{offer:?}");
        }
    }
}

#[test]
fn a_list_of_scenarios_comes_in_as_drafts() {
    let world = World::new("scenarios");
    let cast = world.cast();
    let real = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/real/beijing_scenarios.csv");
    let (bytes, expected) = match std::fs::read(real) {
        Ok(bytes) => (bytes, 69),
        Err(_) => ("domain,scenario,purpose,service_methods\n医疗健康,公共卫生服务,公共治理、公益事业,接口\n".as_bytes().to_vec(), 1),
    };
    let preview = world.db.look(|look| scenario::preview(look, &cast.desk, &bytes, "list.csv", &Answers::default())).unwrap();
    assert_eq!((preview.rows.len(), preview.faulty), (expected, 0), "{:?}", preview.rows.iter().find(|r| !r.faults.is_empty()));
    let save = |who: &Caller| {
        let (who, rows) = (who.clone(), preview.sound());
        world.db.act(move |tx| scenario::save(tx, &who, &rows))
    };
    assert!(matches!(save(&cast.legal), Err(Refusal::WrongRole { .. })));
    let ids = save(&cast.desk).unwrap();
    assert_eq!(ids.len(), expected);
    assert_eq!(codes(save(&cast.desk).unwrap_err()).len(), expected);
    // What the office decides on must be described first.
    assert_eq!(codes(world.act(&cast.desk, ids[0], Classed::Submit, json!({})).unwrap_err()), [fault("description", "required")]);
    let who = cast.desk.clone();
    let wishes = world.db.look(|look| demand::preview(look, &cast.desk, &bytes, "list.csv", &Answers::default())).unwrap();
    assert_eq!(world.db.act(move |tx| demand::save(tx, &who, &wishes.sound())).unwrap().len(), expected);
}

#[test]
fn a_fair_call_from_draft_to_award() {
    let world = World::new("call");
    let cast = world.cast();
    let class = world.class(&cast, "industry");
    let (desk, legal) = (&cast.desk, &cast.legal);

    assert_eq!(codes(world.open::<Announcement>(desk, json!({})).unwrap_err()), [fault("title", "required"), fault("scenario", "required")]);
    // A draft is kept as it is typed; publication names every fault.
    let draft = world.open::<Announcement>(desk, json!({"title": "公告", "scenario": class, "term_years": "abc"})).unwrap();
    assert!(world.act(desk, draft, Announce::Publish, json!({})).is_err());
    assert_eq!(world.find(&cast.developers[0], draft).unwrap_err(), Refusal::NotFound);
    let wrong = |change: &[(&str, Value)]| {
        let mut typed = call(&cast, class);
        for (field, value) in change {
            typed[*field] = value.clone();
        }
        world.act(desk, draft, Announce::Edit, typed).unwrap();
        codes(world.act(desk, draft, Announce::Publish, json!({})).unwrap_err())
    };
    assert_eq!(wrong(&[("criteria", json!([{"name": "安全", "weight": "90"}]))]), [fault("criteria", "weights-sum")]);
    assert_eq!(wrong(&[("term_years", json!("4"))]), [fault("term_years", "term-over-cap")]);
    assert_eq!(wrong(&[("deadline", json!("2026-05-30T17:00"))]), [fault("deadline", "too-early")]);
    assert_eq!(wrong(&[("opening", json!("2026-06-05T16:59"))]), [fault("opening", "opening-before-deadline")]);
    assert_eq!(wrong(&[("materials", json!(["bribe"]))]), [fault("materials", "not-a-choice")]);
    assert_eq!(wrong(&[("entries", json!([class]))]), [fault("entries", "not-a-choice")]);
    let two: Vec<_> = cast.developers[..2].iter().map(|d| d.org).collect();
    assert_eq!(wrong(&[("method", json!("invited_tender")), ("invited", json!(two))]), [fault("invited", "too-few-invited")]);
    world.act(desk, draft, Announce::Edit, call(&cast, class)).unwrap();
    let row = world.act(desk, draft, Announce::Publish, json!({})).unwrap();
    assert_eq!(row.serial.as_deref(), Some("张公数告〔2026〕1号"));
    assert_eq!((row.deadline, row.due_on), ("2026-06-05T09:00:00".parse().ok(), "2026-06-05".parse().ok()));
    assert_eq!((row.call().unwrap().fee, row.call().unwrap().term_years), (120_050, 3));
    assert!(matches!(world.act(desk, draft, Announce::Edit, call(&cast, class)), Err(Refusal::WrongState { .. })));

    // A question is answered for everybody.
    let asked = world.open::<Question>(&cast.developers[0], json!({"announcement": draft, "question": "可以联合投标吗？"})).unwrap();
    let withheld = world.open::<Question>(&cast.developers[1], json!({"announcement": draft, "question": "还有谁来投标？"})).unwrap();
    assert_eq!(world.find(&cast.developers[1], asked).unwrap_err(), Refusal::NotFound);
    assert!(matches!(world.act(legal, asked, question::Act::Answer, json!({"answer": "否"})), Err(Refusal::WrongRole { .. })));
    world.act(desk, asked, question::Act::Answer, json!({"answer": "不可以。"})).unwrap();
    world.act(desk, withheld, question::Act::Withhold, json!({"reason": "不得透露"})).unwrap();
    let public = world.db.look(|look| question::of(look, &Caller::public(), draft, Page::first(20))).unwrap();
    assert_eq!((public.total, public.rows[0].answers().text("answer").to_string()), (1, "不可以。".to_string()));
    assert_eq!(world.db.look(|look| question::of(look, &cast.developers[1], draft, Page::first(20))).unwrap().total, 2);

    // Only time closes the call, and not early.
    let close = || world.db.act(announcement::close_due).unwrap();
    assert_eq!(close(), 0);
    assert!(matches!(world.act(legal, draft, Announce::Close, json!({})), Err(Refusal::WrongRole { .. })));
    let early = world.act(&Caller::calendar(), draft, Announce::Close, json!({})).unwrap_err();
    assert_eq!(early.code(), "still-open");
    world.clock.advance("2026-06-05T09:00:00".parse::<platform::At>().unwrap() - world.clock.now());
    assert_eq!((close(), close()), (1, 0));
    let late = world.open::<Question>(&cast.developers[0], json!({"announcement": draft, "question": "还能问吗？"})).unwrap_err();
    assert_eq!(late.code(), "too-late");
    assert_eq!(world.act(legal, draft, Announce::Open, json!({})).unwrap_err().code(), "not-open-yet");
    assert_eq!(world.find(legal, draft).unwrap().state, announcement::State::Closed);

    // Nobody objects before there is a result.
    let object =
        |at: &str| world.open::<Objection>(&cast.developers[1], json!({"announcement": draft, "grounds": at, "request": "复核", "contact": "李四"}));
    assert_eq!(codes(object("太早").unwrap_err()), [fault("announcement", "no-result-yet")]);
    world.db.act(move |tx| notice_by_hand(tx, draft)).unwrap();
    let objection = object("评分有误").unwrap();
    let waiting = || world.db.look(|look| objection::unanswered(look, "announcement", &draft.to_string())).unwrap();
    assert_eq!(waiting(), 1);
    assert_eq!(world.find(&cast.developers[0], objection).unwrap_err(), Refusal::NotFound);
    let blocked = |code: &str| assert_eq!(world.act(legal, draft, Announce::Award, json!({})).unwrap_err().code(), code);
    blocked("objection-period");
    world.clock.advance(Duration::days(10));
    blocked("unanswered-objection");
    assert_eq!(object("太晚").unwrap_err().code(), "too-late");
    assert_eq!(codes(world.act(legal, objection, objection::Act::Reject, json!({})).unwrap_err()), [fault("reason", "required")]);
    world.act(legal, objection, objection::Act::Reject, json!({"reason": "经复核评分无误"})).unwrap();
    assert_eq!(waiting(), 0);
    assert!(world.db.look(event::verify).unwrap().broken.is_none());
}

/// Stands the announcement where its result is published, without bids: those have stories of their own.
fn notice_by_hand(tx: &mut platform::Tx, id: Id<Announcement>) -> platform::Result<()> {
    use platform::diesel::{self, prelude::*};
    use platform::event::Record;
    use platform::schema::announcement::dsl;
    let legal = Caller { roles: vec![Role::Public, Role::Legal], ..Caller::public() };
    for act in [Announce::Open, Announce::Rank, Announce::Notice] {
        let row = announcement::row(tx, id)?;
        announcement::take_step(tx, &legal, &row, act, Record::none())?;
    }
    let until = tx.today() + Duration::days(5);
    diesel::update(dsl::announcement.find(id)).set(dsl::objection_until.eq(Some(until))).execute(tx.db())?;
    Ok(())
}

#[test]
fn what_serves_the_public_good_is_free_and_a_call_can_be_cancelled() {
    let world = World::new("cancel");
    let cast = world.cast();
    let class = world.class(&cast, "public_good");
    let draft = world.open::<Announcement>(&cast.desk, call(&cast, class)).unwrap();
    assert_eq!(codes(world.act(&cast.desk, draft, Announce::Publish, json!({})).unwrap_err()), [fault("fee", "fee-must-be-free")]);
    let mut typed = call(&cast, class);
    typed["fee"] = "0".into();
    typed["method"] = "invited_tender".into();
    typed["deadline"] = "2026-05-12T17:00".into();
    typed["invited"] = json!(cast.developers.iter().map(|d| d.org).collect::<Vec<_>>());
    world.act(&cast.desk, draft, Announce::Edit, typed).unwrap();
    let row = world.act(&cast.desk, draft, Announce::Publish, json!({})).unwrap();
    assert_eq!(row.call().unwrap().invited.len(), 3);
    assert!(matches!(world.act(&cast.office, draft, Announce::Cancel, json!({"reason": "x"})), Err(Refusal::WrongRole { .. })));
    assert_eq!(world.act(&cast.legal, draft, Announce::Cancel, json!({"reason": "需求变化"})).unwrap().state, announcement::State::Cancelled);
    // What was public stays public.
    assert!(world.find(&Caller::public(), draft).is_ok());
    // A class that left the catalogue cannot be announced again.
    world.act(&cast.desk, class, Classed::Withdraw, json!({"reason": "政策调整"})).unwrap();
    assert_eq!(codes(world.open::<Announcement>(&cast.desk, call(&cast, class)).unwrap_err()), [fault("scenario", "not-a-choice")]);
    let list = |who: &Caller| world.db.look(|look| announcement::list(look, who, &announcement::Ask::default(), Page::first(20))).unwrap().total;
    assert_eq!((list(&Caller::public()), list(&cast.desk)), (1, 1));
}

/// What the law keeps out of authorised operation is picked neither for a class nor for a call (ZJK-15).
#[test]
fn what_is_kept_out_is_picked_nowhere() {
    let world = World::new("kept-out");
    let cast = world.cast();
    let class = world.class(&cast, "industry");
    let draft = world.open::<Announcement>(&cast.desk, call(&cast, class)).unwrap();
    let said = |title: &str| json!({"title": title, "domain": "city", "purpose": "industry", "description": "说明", "product_forms": ["report"], "entries": [cast.entry]});
    world.open::<Scenario>(&cast.desk, said("之前")).unwrap();
    let entry: Id<resources::Entry> = cast.entry.parse().unwrap();
    world.act(&cast.bureau, entry, resources::entry::Act::Exclude, json!({"ground": "secret", "basis": "反不正当竞争法第九条"})).unwrap();
    let refused = world.open::<Scenario>(&cast.desk, said("之后")).unwrap_err();
    assert_eq!((refused.code(), refused.article()), ("excluded-data", Some("ZJK-15")));
    assert_eq!(world.act(&cast.desk, draft, Announce::Publish, json!({})).unwrap_err().code(), "excluded-data");
    let offers = world.db.look(|look| Scenario::choices(look, &cast.desk, None, "entries")).unwrap();
    assert!(offers.is_empty());
    world.act(&cast.bureau, entry, resources::entry::Act::Readmit, json!({"reason": "已处理"})).unwrap();
    world.act(&cast.desk, draft, Announce::Publish, json!({})).unwrap();
}
