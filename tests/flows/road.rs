//! The road from a data resource to a product on the shelf, in stretches that the stories put together.

use chrono::Duration;
use platform::Id;
use primary::announcement::{self, Announcement};
use primary::bid::{self, Bid};
use primary::demand::{self, Demand};
use primary::dossier::Paper;
use primary::filing::{self, Filing};
use primary::licence::{self, Licence};
use primary::plan::Plan;
use primary::scenario::{self, Scenario};
use primary::scoring::{self, Scoring};
use primary::selection;
use resources::Entry;
use resources::entry;
use secondary::pricing::{self, Pricing};
use secondary::product::{self, Product};
use secondary::review::{self, Review};
use serde_json::{Value, json};
use support::{Actor, World};

pub const POINTS: [&str; 5] = ["purpose_scope", "sources_named", "no_raw_exposure", "no_personal_leak", "no_other_risk"];

/// Every condition of the policy that the world is under.
fn conditions(world: &World) -> Vec<String> {
    world.db.rules().profile.conditions.iter().map(|c| c.key.clone()).collect()
}
/// Every paper that it asks for.
fn materials(world: &World) -> Vec<String> {
    world.db.rules().profile.materials.iter().map(|m| m.key.clone()).collect()
}

/// A day so many days from now, as a form takes it.
pub fn day(world: &World, days: i64) -> String {
    (world.today() + Duration::days(days)).to_string()
}

/// Published entries of the parking centre.
pub fn entries(world: &World) -> Vec<String> {
    let source = world.source(1);
    let enter = |title: &str, level: &str| {
        let said = json!({ "title": title, "domain": "city", "level": level, "share": "unconditional", "open": "unconditional", "cycle": "daily" });
        let id = source.opens::<Entry>(said).unwrap();
        source.does(id, entry::Act::Submit, json!({})).unwrap();
        world.bureau().does(id, entry::Act::Publish, json!({})).unwrap();
        id.to_string()
    };
    vec![enter("停车场基本信息", "l1"), enter("泊位实时状态", "l2")]
}

/// A demand as somebody files it.
pub fn demand(title: &str, purpose: &str) -> Value {
    json!({
        "title": title, "domain": "city", "purpose": purpose, "unit": "甲山科技有限公司", "problem": "缺少可信、及时的公共数据。",
        "expected_result": "按次调用的数据产品", "product_forms": ["interface", "report"],
        "data_needed": [{ "department": "市停车管理中心", "dataset": "泊位实时状态", "reason": "场景必需，按最小必要申请" }],
        "value": "提升治理效率", "contact": "联系人 0313-1234567",
    })
}

/// A class of scenario from one demand to its publication.
pub fn class(world: &World, title: &str, purpose: &str, entries: &[String]) -> Id<Scenario> {
    let (desk, office) = (world.scenario_desk(), world.office());
    let asked = world.developer('A').opens::<Demand>(demand(&format!("{title}需求"), purpose)).unwrap();
    let merged = desk.does(asked, demand::Act::Merge, json!({ "title": title })).unwrap();
    let class = merged.scenario.expect("a merged demand has a class");
    let said = json!({
        "title": title, "domain": "city", "purpose": purpose, "description": "在授权运营域内加工，原始数据不出域。", "product_forms": ["interface", "report"],
        "demands": [asked], "entries": entries, "safeguards": "脱敏、最小分组、全程记录", "value": "便民",
    });
    desk.does(class, scenario::Act::Edit, said).unwrap();
    publish_class(world, class);
    assert_eq!(office.sees(asked).unwrap().state, demand::State::Answered, "whoever asked is answered by the publication");
    class
}

/// From a described draft to the catalogue of scenarios.
pub fn publish_class(world: &World, class: Id<Scenario>) {
    let (desk, office) = (world.scenario_desk(), world.office());
    desk.does(class, scenario::Act::Submit, json!({})).unwrap();
    office.does(class, scenario::Act::Approve, json!({ "reason": "经会议审定，同意" })).unwrap();
    desk.does(class, scenario::Act::Publish, json!({})).unwrap();
}

/// What a call says, its deadline in 21 days.
pub fn said_of_a_call(world: &World, class: Id<Scenario>, entries: &[String], fee: &str) -> Value {
    let term = world.db.rules().profile.term_cap.value;
    json!({
        "title": "授权运营公告", "scenario": class, "method": "open_tender", "conditions": conditions(world), "conditions_text": "具备独立法人资格。",
        "materials": materials(world), "entries": entries, "term_years": term.to_string(), "fee": fee, "fee_basis": "成本", "deadline": format!("{}T17:00", day(world, 21)),
        "opening": format!("{}T09:30", day(world, 22)), "criteria": [{ "name": "方案", "weight": "60" }, { "name": "安全", "weight": "40" }],
        "pass_mark": "60", "contact": "0313-0",
    })
}

/// A published call.
pub fn call(world: &World, class: Id<Scenario>, entries: &[String], fee: &str) -> Id<Announcement> {
    let desk = world.scenario_desk();
    let said = said_of_a_call(world, class, entries, fee);
    let id = desk.opens::<Announcement>(said).unwrap();
    desk.does(id, announcement::Act::Publish, json!({})).unwrap();
    id
}

/// Papers of a bidder, kept once and referred to in each bid.
pub fn papers(world: &World, who: &Actor) -> Vec<Value> {
    let profile = world.db.rules().profile.clone();
    let kept = profile.materials.iter().filter(|m| m.from_dossier).map(|m| m.key.as_str());
    let keep = |kind: &str| {
        let file = world.pdf(who, &format!("{kind}.pdf"));
        let id = who.opens::<Paper>(json!({ "kind": kind, "title": kind, "expires_on": "2039-12-31", "file": [file] })).unwrap();
        json!({ "material": kind, "paper": id })
    };
    kept.map(keep).collect()
}

/// What a complete bid says.
pub fn offer(world: &World, papers: &[Value], price: &str) -> Value {
    let conditions: Vec<Value> = conditions(world).iter().map(|key| json!({ "key": key, "meets": "on", "evidence": "见附件" })).collect();
    json!({
        "contact": "联系人", "phone": "0313-1", "security_officer": "安全员", "security_phone": "0313-2", "conditions": conditions, "experience": "三个项目",
        "technical_plan": "在授权运营域内归集、脱敏、建模", "data_use_plan": "最小必要", "forms": ["interface", "report"], "products": "接口、报告",
        "social_value": "便民", "price": price, "security_plan": "专人值守，全程审计", "security_commitment": "on", "papers": papers, "independent": "on",
        "truthful": "on",
    })
}

/// A submitted bid.
pub fn bid(world: &World, who: &Actor, call: Id<Announcement>, papers: &[Value], price: &str) -> Id<Bid> {
    let id = who.opens::<Bid>(json!({ "announcement": call })).unwrap();
    who.does(id, bid::Act::Save, offer(world, papers, price)).unwrap();
    who.does(id, bid::Act::Submit, json!({})).unwrap();
    id
}

/// A legal officer's check of a bid's conditions.
pub fn check(world: &World) -> Value {
    let rows: Vec<Value> = conditions(world).iter().map(|key| json!({ "key": key, "meets": true, "evidence": "核对" })).collect();
    json!({ "conditions": rows, "reason": "见核对记录" })
}

/// Lets the deadline and the opening pass.
pub fn opened(world: &World, call: Id<Announcement>) {
    let row = world.scenario_desk().sees(call).unwrap();
    let wait = row.opening.expect("an opening") - world.clock.now();
    world.passes(wait + Duration::minutes(1));
    world.db.act(announcement::close_due).unwrap();
    world.db.act(selection::open_due).unwrap();
    assert_eq!(world.legal(1).sees(call).unwrap().state, announcement::State::Opened);
}

/// Admits every bid, lets three experts score them in this order, ranks, and announces so many as winners.
pub fn noticed(world: &World, call: Id<Announcement>, bids: &[Id<Bid>], winners: usize) {
    let legal = world.legal(1);
    for id in bids {
        legal.does(*id, bid::Act::Admit, check(world)).unwrap();
    }
    for number in 1..=3 {
        let expert = world.expert(number);
        let sheet = legal.opens::<Scoring>(json!({ "announcement": call, "expert": expert.person() })).unwrap();
        let points: Vec<Value> = bids
            .iter()
            .enumerate()
            .flat_map(|(b, id)| (1..=2).map(move |c| json!({ "bid": id, "criterion": c, "points": 92 - 5 * b as i64 - number as i64, "remark": "" })))
            .collect();
        expert.does(sheet, scoring::Act::Submit, json!({ "points": points, "opinion": "可行", "independent": true })).unwrap();
    }
    legal.does(call, announcement::Act::Rank, json!({})).unwrap();
    legal.does(call, announcement::Act::Notice, json!({ "winners": winners.to_string() })).unwrap();
}

/// Lets the time for objections pass and awards.
pub fn awarded(world: &World, call: Id<Announcement>) {
    world.days_pass(15);
    world.legal(1).does(call, announcement::Act::Award, json!({})).unwrap();
}

/// The winner's grant is reported, and received by the office.
pub fn filed(world: &World, winner: Id<Bid>) -> Id<Filing> {
    let said = json!({ "bid": winner, "scope": "场景范围内开发数据产品", "from_on": day(world, 2), "to_on": day(world, 1_000), "risk_assessment": "总体可控" });
    let id = world.legal(1).opens::<Filing>(said).unwrap();
    world.office().does(id, filing::Act::Receive, json!({ "reason": "予以报备" })).unwrap();
    id
}

/// Signed by both, with an emergency plan, on its first day.
pub fn granted(world: &World, holder: &Actor, filing: Id<Filing>) -> Id<Licence> {
    let id = signed(world, holder, filing);
    world.days_pass(3);
    world.db.look(|look| licence::must_be_in_force(look, id)).unwrap();
    id
}

/// Signed by both, with an emergency plan.
pub fn signed(world: &World, holder: &Actor, filing: Id<Filing>) -> Id<Licence> {
    let id = world.legal(1).opens::<Licence>(json!({ "filing": filing })).unwrap();
    world.legal(2).does(id, licence::Act::Sign, json!({})).unwrap();
    let plan = json!({ "licence": id, "lead": "安全员", "phone": "0313-2", "risks": "泄露", "measures": "切断", "reporting": "立即" });
    holder.opens::<Plan>(plan).unwrap();
    holder.does(id, licence::Act::Countersign, json!({})).unwrap();
    id
}

/// From a call to a licence in force; the holder is developer A, and B lost.
pub fn licensed(world: &World, class: Id<Scenario>, entries: &[String], fee: &str) -> Id<Licence> {
    let call = call(world, class, entries, fee);
    let (a, b) = (world.developer('A'), world.developer('B'));
    let price = if fee == "0" { "0" } else { "900" };
    let (first, second) = (bid(world, &a, call, &papers(world, &a), price), bid(world, &b, call, &papers(world, &b), price));
    opened(world, call);
    noticed(world, call, &[first, second], 1);
    awarded(world, call);
    let filing = filed(world, first);
    granted(world, &a, filing)
}

/// What a product says of itself.
pub fn content(title: &str, form: &str, purpose: &str, entries: &[String]) -> Value {
    json!({
        "title": title, "form": form, "purpose": purpose, "summary": format!("{title}，按网格和时段提供。"), "coverage": "全市，2024 年至今", "update_cycle": "daily",
        "sources": entries, "method": "汇总、建模", "masking": "去除直接标识，按不少于 20 户分组", "min_group": "20", "irreversible": "on",
        "irreversible_reason": "只输出分组统计", "fields": [{ "name": "grid", "type": "文本", "meaning": "网格编号" }],
        "interface": "GET /v1/index?grid=网格编号", "sample_text": "grid,value\nQD-001,63", "sample_masked": "on", "usage": "curl …",
        "limits": "仅限备案场景使用", "delivery": "接口调用",
    })
}

/// A submitted product and its open review.
pub fn submitted(world: &World, holder: &Actor, licence: Id<Licence>, said: Value) -> (Id<Product>, Id<Review>) {
    let start = json!({ "licence": licence, "title": said["title"], "form": said["form"] });
    let id = holder.opens::<Product>(start).unwrap();
    holder.does(id, product::Act::Save, said).unwrap();
    holder.does(id, product::Act::Submit, json!({ "truthful": "on" })).unwrap();
    let review = world.db.look(|look| review::live(look, id)).unwrap().expect("a submitted product is under review");
    (id, review.id)
}

/// An opinion with one verdict on every point.
pub fn opinion(verdict: &str) -> Value {
    let row = |point: &&str| json!({ "point": point, "verdict": verdict, "reason": "说明", "evidence": "field:method" });
    json!({ "points": POINTS.iter().map(row).collect::<Vec<_>>() })
}

/// Two reviewers look and approve.
pub fn approved(world: &World, review: Id<Review>) {
    for number in [1, 2] {
        world.reviewer(number).does(review, review::Act::Claim, json!({})).unwrap();
        world.reviewer(number).does(review, review::Act::Vote, opinion("meets")).unwrap();
    }
    world.reviewer(1).does(review, review::Act::Approve, json!({ "reason": "五项要点均符合" })).unwrap();
}

/// Priced, received by finance, and put on the shelf.
pub fn listed(world: &World, holder: &Actor, id: Id<Product>, tariff: Value) -> Id<Pricing> {
    let mut said = json!({
        "product": id, "effective_on": day(world, 0), "costs": [{ "item": "计算", "amount": "1000" }], "basis": "成本加合理收益", "scenario_use": "场景内",
        "scope": "按次调用", "effect": "便民",
    });
    for (key, value) in tariff.as_object().unwrap() {
        said[key] = value.clone();
    }
    let price = holder.opens::<Pricing>(said).unwrap();
    world.finance().does(price, pricing::Act::Receive, json!({})).unwrap();
    holder.does(id, product::Act::List, json!({})).unwrap();
    price
}

/// Titles on offer now.
pub fn on_offer(world: &World) -> Vec<String> {
    let page = world.db.look(|look| secondary::catalogue::list(look, Default::default(), platform::paging::Page::first(100))).unwrap();
    page.rows.into_iter().map(|offer| offer.title).collect()
}
