//! One life told under each of the five policies, from a demand to the destruction of its data. Two developers win the same call.
//! One works well, has its licence renewed where the policy knows renewal and is still in force, and leaves by notice; the other
//! is found poor two years running. What comes of it differs, and the golden file `timelines.md` lets a lawyer read how.

use crate::road;
use crate::timeline::{Told, was_escalated};
use chrono::{Duration, NaiveDate};
use platform::db::Rules;
use platform::deadline;
use platform::profile::{Book, Profile};
use platform::{Id, Word, day};
use primary::amendment::{self, Amendment};
use primary::announcement::Announcement;
use primary::archive::{self, Archive};
use primary::bid::Bid;
use primary::destruction::{self, Destruction};
use primary::filing::{self, Filing};
use primary::licence::{self, EndKind, Licence, Permission};
use primary::oversight::evaluation::{self, Evaluation};
use primary::oversight::scheme::{self, Scheme};
use primary::rectification::{self, Rectification};
use primary::termination::{self, Termination};
use resources::entry::{self, Entry};
use resources::sharing::{self, Sharing};
use serde_json::json;
use std::sync::Arc;
use support::{Actor, World, golden};

const POLICIES: [&str; 5] = ["zhangjiakou", "beijing", "nanjing", "zhejiang", "xicheng"];

fn rules(profile: Arc<Profile>) -> Rules {
    Rules { profile, calendar: Arc::new(support::future::calendar()) }
}

fn built_in(id: &str) -> Arc<Profile> {
    Book::built_in().choose(id).expect("a built-in policy").clone()
}

fn today(world: &World) -> NaiveDate {
    world.today()
}

fn of(world: &World, id: Id<Licence>) -> Licence {
    world.db.look(|look| licence::row(look, id)).unwrap()
}

fn may(world: &World, id: Id<Licence>) -> bool {
    Permission::ALL.iter().all(|p| world.db.look(|look| licence::may(look, id, *p)).is_ok())
}

fn may_nothing(world: &World, id: Id<Licence>) -> bool {
    let closed = !world.db.look(|look| enclave::access::is_open(look, id.cast())).unwrap();
    closed && Permission::ALL.iter().all(|p| world.db.look(|look| licence::may(look, id, *p)).is_err())
}

/// A unit asks another for data and gets no answer (XC-21).
fn sharing(world: &World, told: &mut Told) {
    let said = json!({
        "title": "停车场经营信息", "domain": "city", "level": "l2", "share": "conditional", "share_basis": "《公共数据共享管理办法》第九条", "open": "conditional",
        "open_basis": "涉及经营信息", "cycle": "daily", "fields": [{ "name": "泊位数" }],
    });
    let data = world.source(1).opens::<Entry>(said).unwrap();
    world.source(1).does(data, entry::Act::Submit, json!({})).unwrap();
    world.bureau().does(data, entry::Act::Publish, json!({})).unwrap();
    let asked = json!({
        "entry": data, "duty": "气象灾害防御条例第十条", "purpose": "内涝预警", "scope": "中心内部使用", "way": "interface",
        "items": [{ "item": "泊位数", "necessity": "估算受影响车辆" }], "until": road::day(world, 300), "contact": "吴桐", "only": "on",
    });
    let id = world.source(2).opens::<Sharing>(asked).unwrap();
    let due = world.source(2).sees(id).unwrap().due_on.unwrap();
    world.lives_until(due);
    assert_eq!(world.source(2).sees(id).unwrap().state, sharing::State::Asked, "its last day is not over");
    world.lives_until(due + Duration::days(1));
    let row = world.source(2).sees(id).unwrap();
    let granted = row.state == sharing::State::Granted;
    assert_ne!(granted, was_escalated(world, "sharing", id), "silence is a yes, or the office is told");
    told.mark("共享申请逾期未答复", format!("{} {}", today(world), if granted { "视为同意" } else { "报协调机制办公室" }));
    if granted {
        world.source(1).does(id, sharing::Act::Supply, json!({ "how": "接口 v1" })).unwrap();
    } else {
        world.source(1).does(id, sharing::Act::Refuse, json!({ "reason": "涉及经营信息", "basis": "反不正当竞争法" })).unwrap();
    }
}

/// The grant to a winner for as long as the policy allows, and not a day longer.
fn granted(world: &World, told: &mut Told, holder: &Actor, won: Id<Bid>) -> Id<Licence> {
    let profile = world.db.rules().profile.clone();
    let from = today(world) + Duration::days(20);
    let latest = profile.latest_end(from);
    let said = |to: NaiveDate| json!({ "bid": won, "scope": "场景范围内开发数据产品", "from_on": from, "to_on": to, "risk_assessment": "总体可控" });
    let over = world.legal(1).opens::<Filing>(said(latest + Duration::days(1)));
    assert_eq!(told.refused(world, "期限超出上限一日的报备", over), "faulty");
    let filing = world.legal(1).opens::<Filing>(said(latest)).unwrap();
    // No grant without a filing that the office has received.
    assert_eq!(told.refused(world, "报备未接收即起草授权", world.legal(1).opens::<Licence>(json!({ "filing": filing }))), "not-filed");
    world.office().does(filing, filing::Act::Receive, json!({ "reason": "予以报备" })).unwrap();
    let id = world.legal(1).opens::<Licence>(json!({ "filing": filing })).unwrap();
    let alone = world.legal(1).does(id, licence::Act::Sign, json!({}));
    assert_eq!(told.refused(world, "起草人自行签署", alone), "same-person");
    world.legal(2).does(id, licence::Act::Sign, json!({})).unwrap();
    let unplanned = holder.does(id, licence::Act::Countersign, json!({}));
    assert_eq!(told.refused(world, "没有应急预案即会签", unplanned), "no-emergency-plan");
    let plan = json!({ "licence": id, "lead": "安全员", "phone": "0313-2", "risks": "泄露", "measures": "切断", "reporting": "立即" });
    holder.opens::<primary::plan::Plan>(plan).unwrap();
    holder.does(id, licence::Act::Countersign, json!({})).unwrap();
    id
}

/// Found wanting, put right within the policy's days, verified: the doors close and open again.
fn rectified(world: &World, told: &mut Told, holder: &Actor, id: Id<Licence>) {
    let said = json!({ "licence": id, "finding": "访问日志不完整", "measures": "补全日志", "closes": ["submit"] });
    let order = world.office().opens::<Rectification>(said).unwrap();
    assert!(!may(world, id));
    told.mark("整改期限", holder.sees(order).unwrap().due_on.unwrap());
    world.lives_until(today(world) + Duration::days(10));
    holder.does(order, rectification::Act::Prove, json!({ "done": "日志已补全" })).unwrap();
    world.second_office().does(order, rectification::Act::Verify, json!({ "check": "日志完整" })).unwrap();
    assert!(may(world, id));
}

/// A year of a holder, scored poor by both assessors.
fn poor(world: &World, holder: &Actor, year: i32) -> Id<Evaluation> {
    let said = json!({ "year": year, "title": format!("{year} 年度评估指标"), "basis": "年度评估", "items": [{ "name": "数据安全", "weight": "60" }, { "name": "应用成效", "weight": "40" }] });
    let scheme = world.office().opens::<Scheme>(said).unwrap();
    world.second_office().does(scheme, scheme::Act::Adopt, json!({})).unwrap();
    let said = json!({ "scheme": scheme, "holder": holder.org(), "assessors": [world.expert(1).person(), world.source(1).person()] });
    let id = world.office().opens::<Evaluation>(said).unwrap();
    let own = json!({ "items": [{ "item": "1", "points": "95", "evidence": "等保三级" }, { "item": "2", "points": "90", "evidence": "三个产品" }], "truthful": "on" });
    holder.does(id, evaluation::Act::SelfScore, own).unwrap();
    let given = json!({ "items": [{ "item": "1", "points": 40, "remark": "" }, { "item": "2", "points": 50 }], "independent": "on" });
    for who in [world.expert(1), world.source(1)] {
        who.does(id, evaluation::Act::Score, given.clone()).unwrap();
    }
    let row = world.office().does(id, evaluation::Act::Notice, json!({})).unwrap();
    world.lives_until(row.due_on.unwrap() + Duration::days(1));
    world.office().does(id, evaluation::Act::PublishPoor, json!({})).unwrap();
    let talk = json!({ "talk_kind": "talk", "present": "双方负责人", "demands": "限期改进", "improve_by": road::day(world, 60) });
    world.office().does(id, evaluation::Act::Talk, talk).unwrap();
    id
}

/// Two poor years: the end where the policy says so, a warning where it does not.
fn judged(world: &World, told: &mut Told, holder: &Actor, id: Id<Licence>) {
    poor(world, holder, 2026);
    world.lives_until("2028-02-01".parse().unwrap());
    poor(world, holder, 2027);
    let proposed = world.db.look(|look| termination::open_on(look, id)).unwrap();
    let Some(case) = proposed else {
        told.mark("连续两年评估较差", format!("{} 提醒约谈，授权继续", today(world)));
        // Nor can it be proposed by hand on a ground that the policy does not know.
        let said = json!({ "licence": id, "ground": "poor_evaluation", "reason": "连续两次较差" });
        assert_eq!(told.refused(world, "以评估较差为由提出终止", world.legal(1).opens::<Termination>(said)), "faulty");
        return;
    };
    let end = || world.office().does(case.id, termination::Act::End, json!({ "reason": "连续两次评估较差" }));
    assert_eq!(told.refused(world, "未听取陈述即终止", end()), "hearing-open");
    let heard = case.heard_until.unwrap();
    world.lives_until(heard + Duration::days(1));
    end().unwrap();
    assert!(may_nothing(world, id));
    assert_eq!(of(world, id).end_kind, Some(EndKind::PoorEvaluation));
    assert!(world.db.look(|look| primary::bar::must_not_be_barred(look, holder.org())).is_ok(), "who was poor is not barred");
    told.mark("连续两年评估较差", format!("{} 终止授权（陈述申辩至 {heard}）", today(world)));
}

/// Asks for a new term on the first day on which that may be; the new licence, where there is one.
fn renewed(world: &World, told: &mut Told, holder: &Actor, id: Id<Licence>) -> Option<Id<Licence>> {
    let (old, policy) = (of(world, id), world.db.rules().profile.clone());
    let first = day::add_months(old.to_on, -3);
    let ask = || {
        let to = policy.latest_end(old.to_on + Duration::days(1));
        holder.opens::<Amendment>(json!({ "licence": id, "kind": "renew", "to_on": to, "reason": "继续运营" }))
    };
    world.lives_until(first - Duration::days(1));
    let early = told.refused(world, "窗口开启前一日申请续期", ask());
    world.lives_until(first);
    match policy.renewal_window(old.to_on) {
        None => {
            assert_eq!((early, told.refused(world, "届满前三个月申请续期", ask())), ("renewal-anew", "renewal-anew"));
            told.mark("续期", "不设续期，届满后重新申请");
            None
        }
        Some(_) if !policy.in_force_on(today(world)) => {
            assert_eq!((early, told.refused(world, "政策失效后申请续期", ask())), ("renewal-too-early", "policy-not-in-force"));
            told.mark("续期", format!("政策已于 {} 失效，不能续期", policy.in_force.until.unwrap()));
            None
        }
        Some((opens, _)) => {
            assert_eq!((early, opens), ("renewal-too-early", Some(first)));
            let asked = ask().unwrap();
            world.legal(2).does(asked, amendment::Act::Assess, json!({ "finding": "运营良好" })).unwrap();
            let same = world.legal(2).does(asked, amendment::Act::Accept, json!({ "risk_assessment": "低" }));
            assert_eq!(told.refused(world, "评估人自行准予续期", same), "same-person");
            world.legal(1).does(asked, amendment::Act::Accept, json!({ "risk_assessment": "低" })).unwrap();
            let filing = world.db.look(|look| amendment::filing_of(look, asked)).unwrap().unwrap();
            world.office().does(filing.id, filing::Act::Receive, json!({ "reason": "予以报备" })).unwrap();
            let next = world.legal(1).opens::<Licence>(json!({ "filing": filing.id })).unwrap();
            world.legal(2).does(next, licence::Act::Sign, json!({})).unwrap();
            let plan = json!({ "licence": next, "lead": "安全员", "phone": "0313-2", "risks": "泄露", "measures": "切断", "reporting": "立即" });
            holder.opens::<primary::plan::Plan>(plan).unwrap();
            holder.does(next, licence::Act::Countersign, json!({})).unwrap();
            world.lives_until(old.to_on + Duration::days(1));
            assert!(may_nothing(world, id) && may(world, next), "one follows the other without a gap");
            told.mark("续期", format!("{} 至 {}", of(world, next).from_on, of(world, next).to_on));
            Some(next)
        }
    }
}

/// The data of an ended licence are destroyed, verified by another, certified, archived and handed over.
fn destroyed(world: &World, told: &mut Told, holder: &Actor, id: Id<Licence>) {
    let order: Destruction = world.db.look(|look| destruction::of_licence(look, id)).unwrap().expect("an order to destroy");
    world.lives_until(today(world) + Duration::days(1));
    let minute = |hour: &str| format!("{}T{hour}", today(world));
    let said = |by: &Actor| {
        json!({
            "items": [{ "what": "停车场基本信息", "place": "授权运营域 3 号空间", "medium": "对象存储", "copies": "2", "method": "crypto_erase" }],
            "operator": "李四", "witness": "王五", "started": minute("08:00"), "finished": minute("08:30"), "manifest": [world.pdf(by, "清单.pdf")], "irreversible": "on",
        })
    };
    holder.does(order.id, destruction::Act::Record, said(holder)).unwrap();
    world.legal(2).does(order.id, destruction::Act::Certify, json!({})).unwrap();
    let kept: Archive = world.db.look(|look| archive::of_licence(look, id)).unwrap().expect("an archived file");
    let until = kept.keep_until.map_or_else(|| "永久".to_string(), |d| d.to_string());
    told.mark("销毁期限 → 核验", format!("{} → {}", order.due_on.unwrap(), today(world)));
    told.mark("日志至少留存至", order.hold_until);
    told.mark("档案保管至", until);
    let receipt = json!({ "receiver": "市档案馆", "receipt": "档接 5 号", "files": [world.pdf(&world.legal(1), "回执.pdf")] });
    world.legal(1).does(kept.id, archive::Act::HandOver, receipt).unwrap();
}

/// The life under one policy.
fn lived(mut world: World, id: &str) -> Told {
    let mut told = Told::default();
    let (a, b) = (world.developer('A'), world.developer('B'));
    sharing(&world, &mut told);
    let entries = road::entries(&world);
    let class = road::class(&world, "城市停车治理", "industry", &entries);
    let call: Id<Announcement> = road::call(&world, class, &entries, "1000");
    let bids = [&a, &b].map(|who| road::bid(&world, who, call, &road::papers(&world, who), "900"));
    road::opened(&world, call);
    road::noticed(&world, call, &bids, 2);
    let objections = world.legal(1).sees(call).unwrap().objection_until.unwrap();
    let early = world.legal(1).does(call, primary::announcement::Act::Award, json!({}));
    told.refused(&world, "异议期内定标", early);
    world.lives_until(objections + Duration::days(1));
    world.legal(1).does(call, primary::announcement::Act::Award, json!({})).unwrap();
    let first = granted(&world, &mut told, &a, bids[0]);
    let second = granted(&world, &mut told, &b, bids[1]);
    assert!(may_nothing(&world, first), "signed, but its first day has not come");
    world.lives_until(of(&world, first).from_on);
    assert!(may(&world, first) && may(&world, second));
    told.mark("授权期限", format!("{} 至 {}", of(&world, first).from_on, of(&world, first).to_on));

    let (product, review) = road::submitted(&world, &a, first, road::content("停车泊位指数接口", "interface", "industry", &entries));
    road::approved(&world, review);
    road::listed(&world, &a, product, json!({ "tariff": "per_call", "amount": "0.35" }));
    assert_eq!(road::on_offer(&world), ["停车泊位指数接口"]);
    rectified(&world, &mut told, &a, first);

    if id == "zhangjiakou" {
        // Before it lapses the city carries its policy on in a new version; what was granted stays under the old one.
        world.lives_until("2027-03-01".parse().unwrap());
        let mut next = (*built_in(id)).clone();
        (next.version, next.in_force.until) = (2, "2032-03-31".parse().ok());
        next.term_cap.value = 2;
        world.restarts(rules(Arc::new(next)));
    }
    let (a, b) = (world.developer('A'), world.developer('B'));
    assert_eq!(world.db.look(|look| deadline::pinned(look, first)).unwrap().term_cap, built_in(id).term_cap);
    let until = world.db.rules().profile.in_force.until.map_or_else(|| "未规定".into(), |day| day.to_string());
    told.mark("政策有效期至", until);

    world.lives_until("2027-02-01".parse::<NaiveDate>().unwrap().max(today(&world)));
    judged(&world, &mut told, &b, second);
    if of(&world, second).state == licence::State::Ended {
        destroyed(&world, &mut told, &b, second);
    }
    let last = renewed(&world, &mut told, &a, first);
    let gone = match last {
        // The new term is left early, by notice.
        Some(next) => {
            world.lives_until(of(&world, next).from_on + Duration::days(100));
            let leaves = today(&world) + Duration::days(60);
            a.does(next, licence::Act::GiveNotice, json!({ "ends_on": leaves, "reason": "业务调整" })).unwrap();
            world.lives_until(leaves);
            next
        }
        None => {
            world.lives_until(of(&world, first).to_on);
            assert!(may(&world, first), "the last day is its own");
            world.lives_until(of(&world, first).to_on + Duration::days(1));
            first
        }
    };
    assert!(may_nothing(&world, gone) && road::on_offer(&world).is_empty(), "no door is open after the end");
    let ended = of(&world, gone);
    told.mark(
        "最后的授权结束",
        format!("{} {}", ended.ended_at.map(day::shanghai_date).unwrap(), ended.end_kind.map_or("期限届满".into(), |k| dajing::say::Lang::Zh.w(k))),
    );
    destroyed(&world, &mut told, &a, gone);
    told.text = told.table(&world);
    world.finish();
    told
}

/// All five, side by side and then each by itself.
fn told(open: impl Fn(Rules) -> World + Sync) -> String {
    let lives: Vec<(Arc<Profile>, Told)> = std::thread::scope(|threads| {
        let told = POLICIES.map(|id| {
            let open = &open;
            threads.spawn(move || (built_in(id), lived(open(rules(built_in(id))), id)))
        });
        told.into_iter().map(|one| one.join().expect("a life is told")).collect()
    });
    let mut out = String::from(
        "# 五个政策下的同一件事 · One life under five policies\n\nWritten by the stories from the record (`tests/flows/policies.rs`); do not edit. \
         Holidays of years without a notice are assumed.\n\n",
    );
    let names: Vec<&str> = lives.iter().map(|(p, _)| p.city.zh.as_str()).collect();
    out.push_str(&format!("| | {} |\n| --- |{}\n", names.join(" | "), " --- |".repeat(names.len())));
    let mut rows: Vec<&'static str> = Vec::new();
    for name in lives.iter().flat_map(|(_, t)| &t.marks).map(|(name, _)| *name) {
        if !rows.contains(&name) {
            rows.push(name);
        }
    }
    for name in rows {
        let cell = |t: &Told| t.marks.iter().filter(|(n, _)| *n == name).map(|(_, text)| text.as_str()).collect::<Vec<_>>().join("；");
        let cells: Vec<String> = lives.iter().map(|(_, t)| cell(t)).collect();
        out.push_str(&format!("| {name} | {} |\n", cells.join(" | ")));
    }
    for (profile, told) in &lives {
        out.push_str(&format!("\n## {}（{}）\n\n{}", profile.name.zh, profile.number, told.text));
    }
    // Five policies, five lives: no two read alike.
    for (i, (_, one)) in lives.iter().enumerate() {
        assert!(lives[..i].iter().all(|(_, other)| other.marks != one.marks));
    }
    out
}

#[test]
fn one_life_under_five_policies_on_sqlite() {
    golden("timelines.md", &told(World::sqlite_under));
}

#[test]
fn one_life_under_five_policies_on_postgres() {
    let Some(world) = World::postgres() else { return };
    drop(world);
    golden("timelines.md", &told(|rules| World::postgres_under(rules).expect("PostgreSQL is there")));
}

/// The words of the refusals that a page shows name each policy's own article first.
#[test]
fn refusals_cite_the_policy_that_is_read() {
    let cited = POLICIES.map(|id| dajing::law::cite(id, "ZJK-17"));
    // Xicheng's rules say nothing of a licence's term: the article is left as it stands.
    assert_eq!(cited, ["ZJK-17", "BJ-14 (ZJK-17)", "NJ-12 (ZJK-17)", "ZJ-4.2 ZJ-4.4 (ZJK-17)", "ZJK-17"]);
}

/// Under a policy whose last day is over nothing begins; what was granted under it runs on.
#[test]
fn nothing_begins_under_a_policy_that_has_lapsed() {
    let mut profile = (*built_in("beijing")).clone();
    profile.in_force.until = "2026-04-20".parse().ok();
    let world = World::sqlite_under(rules(Arc::new(profile)));
    let entries = road::entries(&world);
    let class = road::class(&world, "城市停车治理", "industry", &entries);
    let call = road::call(&world, class, &entries, "1000");
    let bids = ['A', 'B'].map(|letter| world.developer(letter)).map(|who| road::bid(&world, &who, call, &road::papers(&world, &who), "900"));
    road::opened(&world, call);
    road::noticed(&world, call, &bids, 2);
    road::awarded(&world, call);
    assert!(today(&world) <= "2026-04-20".parse().unwrap());
    let filing = road::filed(&world, bids[0]);
    let held = road::granted(&world, &world.developer('A'), filing);
    world.lives_until("2026-04-21".parse().unwrap());
    let late =
        json!({ "bid": bids[1], "scope": "场景范围内", "from_on": road::day(&world, 2), "to_on": road::day(&world, 300), "risk_assessment": "低" });
    assert_eq!(world.legal(1).opens::<Filing>(late).unwrap_err().code(), "policy-not-in-force");
    let draft = world.scenario_desk().opens::<Announcement>(road::said_of_a_call(&world, class, &entries, "1000")).unwrap();
    let published = world.scenario_desk().does(draft, primary::announcement::Act::Publish, json!({}));
    assert_eq!(published.unwrap_err().code(), "policy-not-in-force");
    assert!(may(&world, held), "what was granted runs on");
    world.finish();
}
