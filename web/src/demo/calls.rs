//! Announcements, bids, filings and licences of the demo city.

use super::Stage;
use super::resources::Entries;
use super::scenarios::Scenarios;
use platform::{Id, Result};
use primary::announcement::{self, Announcement};
use primary::bid::{self, Bid};
use primary::dossier::{self, Paper};
use primary::filing::{self, Filing};
use primary::licence::{self, Licence};
use primary::objection::{self, Objection};
use primary::plan::Plan;
use primary::question::{self, Question};
use primary::scoring::{self, Scoring};
use primary::selection;
use serde_json::{Value, json};
use std::collections::HashMap;

/// Licences in force by holder and scenario.
pub type Licences = HashMap<(&'static str, &'static str), Id<Licence>>;

const BIDDERS: [&str; 3] = ["yi", "jia", "bing"];
pub const EXPERTS: [&str; 3] = ["expert", "expert2", "expert3"];

/// Scenario, title, entries.
pub type Call = (&'static str, &'static str, &'static [&'static str]);

const CALLS: &[Call] = &[
    ("parking", "城市停车治理场景授权运营公告", &["parking", "berth", "toll"]),
    ("farm", "农产品价格风险预警场景授权运营公告", &["price", "crop", "loss"]),
    ("elder", "独居老人关爱服务场景授权运营公告", &["elder", "home"]),
    ("credit", "涉农小微企业信贷服务场景授权运营公告", &["subsidy", "crop", "price"]),
    ("care", "养老机构服务评价场景授权运营公告", &["home"]),
    ("street", "占道经营综合分析场景首批授权运营公告", &["violation", "parking"]),
];

fn said(stage: &Stage, entries: &Entries, scenarios: &Scenarios, (scenario, title, of): &Call, days: (i64, i64)) -> Value {
    let entries: Vec<&String> = of.iter().filter_map(|e| entries.get(e)).collect();
    json!({
        "title": title, "scenario": scenarios[scenario], "method": "open_tender", "conditions": ["legal_person", "rules", "no_incident", "security_officer"],
        "conditions_text": "具备独立法人资格，近三年未发生网络安全或者数据安全事件。", "materials": ["business_licence", "audit_report", "security_commitment"],
        "entries": entries, "term_years": "3", "fee": if *scenario == "elder" { "0" } else { "120000" }, "fee_basis": "按《关于建立公共数据资源授权运营价格形成机制的通知》核定的试行标准",
        "deadline": stage.time(days.0, "17:00"), "opening": stage.time(days.1, "09:30"),
        "criteria": [{ "name": "运营计划的可实施性", "weight": "40" }, { "name": "数据安全的可控性", "weight": "35" }, { "name": "产品价值与信息披露", "weight": "25" }],
        "pass_mark": "60", "contact": "大境门数据运营有限公司法务岗 0313-8000010",
    })
}

pub fn announce(stage: &Stage, entries: &Entries, scenarios: &Scenarios, call: &Call, days: (i64, i64)) -> Result<Id<Announcement>> {
    let mut said = said(stage, entries, scenarios, call, days);
    said["attachments"] = json!([stage.file("desk", "授权运营协议范本.pdf")?]);
    let id = stage.opens::<Announcement>("desk", said)?;
    stage.does::<Announcement>("desk", id, announcement::Act::Publish, json!({}))?;
    Ok(id)
}

/// The papers that every bidder keeps: entered once, referred to in each bid.
pub type Papers = HashMap<&'static str, Vec<Value>>;

pub fn papers(stage: &Stage) -> Result<Papers> {
    let mut kept = HashMap::new();
    for who in BIDDERS {
        let mut own = Vec::new();
        for (kind, title) in [("business_licence", "营业执照"), ("audit_report", "上一年度第三方审计报告"), ("security_commitment", "数据安全承诺书")]
        {
            let file = stage.file(who, &format!("{title}-{who}.pdf"))?;
            let id = stage.opens::<Paper>(
                who,
                json!({ "kind": kind, "title": title, "issued_on": stage.date(-60), "expires_on": "2039-12-31", "file": [file] }),
            )?;
            own.push(json!({ "material": kind, "paper": id }));
        }
        kept.insert(who, own);
    }
    // One replaced, one withdrawn.
    let file = stage.file("jia", "信用报告-旧.pdf")?;
    let old =
        stage.opens::<Paper>("jia", json!({ "kind": "credit_report", "title": "企业信用报告", "expires_on": stage.date(30), "file": [file] }))?;
    let file = stage.file("jia", "信用报告-新.pdf")?;
    stage.does::<Paper>("jia", old, dossier::Act::Replace, json!({ "expires_on": "2039-12-31", "file": [file] }))?;
    let file = stage.file("jia", "误传材料.pdf")?;
    let wrong = stage.opens::<Paper>("jia", json!({ "kind": "other", "title": "误传材料", "file": [file] }))?;
    stage.does::<Paper>("jia", wrong, dossier::Act::Withdraw, json!({ "reason": "上传有误" }))?;
    Ok(kept)
}

/// A bid, filled in; submitted unless it stays a draft.
pub fn bid(stage: &Stage, who: &str, call: Id<Announcement>, papers: &[Value], submit: bool) -> Result<Id<Bid>> {
    // A call for the public good takes no fee, and so no price.
    let price = if stage.look(|look| announcement::row(look, call)?.call())?.fee == 0 { "0" } else { "110000" };
    let id = stage.opens::<Bid>(who, json!({ "announcement": call }))?;
    let conditions: Vec<Value> = ["legal_person", "rules", "no_incident", "security_officer"]
        .iter()
        .map(|key| json!({ "key": key, "meets": "on", "evidence": "见附件及公开查询结果" }))
        .collect();
    let said = json!({
        "contact": "张弛", "phone": "0313-8000000", "security_officer": "孔繁", "security_phone": "0313-8000001", "conditions": conditions,
        "experience": "承担过三个城市级数据治理项目。", "technical_plan": "在授权运营域内完成归集、脱敏、建模，以接口和报告形式输出。",
        "data_use_plan": "按最小必要申请数据项，仅用于本场景。", "forms": ["interface", "report"], "products": "指数接口、月度报告", "social_value": "改善公共服务，降低社会成本。",
        "price": price, "security_plan": "等级保护三级，专人值守，全程审计。", "security_commitment": "on", "papers": papers, "independent": "on", "truthful": "on",
    });
    stage.does::<Bid>(who, id, bid::Act::Save, said)?;
    if submit {
        stage.does::<Bid>(who, id, bid::Act::Submit, json!({}))?;
    }
    Ok(id)
}

pub fn check(meets: bool) -> Value {
    let rows: Vec<Value> = ["legal_person", "rules", "no_incident", "security_officer"]
        .iter()
        .map(|key| json!({ "key": key, "meets": meets || *key != "no_incident", "evidence": if meets || *key != "no_incident" { "经核对符合" } else { "公开处罚信息显示近三年发生过数据安全事件" } }))
        .collect();
    json!({ "conditions": rows, "reason": "见准入审查记录" })
}

pub fn score(stage: &Stage, call: Id<Announcement>, bids: &[Id<Bid>], experts: &[&'static str]) -> Result<()> {
    for (e, expert) in experts.iter().enumerate() {
        let person = stage.who(expert)?.person;
        let sheet = stage.opens::<Scoring>("legal", json!({ "announcement": call, "expert": person }))?;
        let points: Vec<Value> = bids
            .iter()
            .enumerate()
            .flat_map(|(b, id)| (1..=3).map(move |c| json!({ "bid": id, "criterion": c, "points": 92 - 4 * b as i64 - e as i64 - c, "remark": "" })))
            .collect();
        stage.does::<Scoring>(
            expert,
            sheet,
            scoring::Act::Submit,
            json!({ "points": points, "opinion": "方案完整，安全措施可行。", "independent": true }),
        )?;
    }
    Ok(())
}

pub fn file_grant(stage: &Stage, bid: Id<Bid>) -> Result<Id<Filing>> {
    let said = json!({ "bid": bid, "scope": "在公告所列场景和数据资源范围内开发数据产品并向社会提供", "from_on": stage.date(10), "to_on": stage.date(1000), "risk_assessment": "风险总体可控：数据不出域，产品经合规审核后提供。" });
    stage.opens::<Filing>("legal", said)
}

fn plan(stage: &Stage, who: &str, licence: Id<Licence>) -> Result<Id<Plan>> {
    let said = json!({ "licence": licence, "lead": "孔繁", "phone": "0313-8000001", "risks": "接口滥用、账号泄露、结果反推", "measures": "立即切断访问，保全日志，评估影响，限期修复", "reporting": "发现后立即报告一级开发运营主体，二十四小时内书面报告" });
    stage.opens::<Plan>(who, said)
}

/// Walks a filing to a licence in force.
pub fn grant(stage: &Stage, who: &str, filing: Id<Filing>) -> Result<Id<Licence>> {
    stage.does::<Filing>("office", filing, filing::Act::Receive, json!({ "reason": "予以报备" }))?;
    let id = stage.opens::<Licence>("legal", json!({ "filing": filing }))?;
    stage.does::<Licence>("legal2", id, licence::Act::Sign, json!({}))?;
    plan(stage, who, id)?;
    stage.does::<Licence>(who, id, licence::Act::Countersign, json!({}))?;
    Ok(id)
}

/// From five announcements to licences in every state.
pub fn play(stage: &mut Stage, entries: &Entries, scenarios: &Scenarios, papers: &Papers) -> Result<Licences> {
    stage.day(8);
    let calls = CALLS.iter().map(|c| announce(stage, entries, scenarios, c, (22, 23))).collect::<Result<Vec<_>>>()?;
    let asked = stage.opens::<Question>("jia", json!({ "announcement": calls[0], "question": "是否允许两家单位联合申请？" }))?;
    stage.does::<Question>("desk", asked, question::Act::Answer, json!({ "answer": "一场景一申请，不接受联合申请。" }))?;
    let withheld = stage.opens::<Question>("bing", json!({ "announcement": calls[0], "question": "目前有几家单位申请？" }))?;
    stage.does::<Question>("desk", withheld, question::Act::Withhold, json!({ "reason": "开启前不得透露申请情况" }))?;
    stage.day(12);
    let mut bids: HashMap<(&str, usize), Id<Bid>> = HashMap::new();
    for (at, call) in calls.iter().enumerate() {
        for who in BIDDERS {
            bids.insert((who, at), bid(stage, who, *call, &papers[who], true)?);
        }
    }
    // Withdrawn and replaced while the call is open.
    stage.day(14);
    stage.does::<Bid>("bing", bids[&("bing", 1)], bid::Act::Withdraw, json!({ "reason": "完善技术方案后重新提交" }))?;
    bids.insert(("bing", 1), bid(stage, "bing", calls[1], &papers["bing"], true)?);
    stage.day(31);
    stage.act(announcement::close_due)?;
    stage.day(32);
    stage.act(selection::open_due)?;
    for (at, call) in calls.iter().enumerate() {
        let mut admitted = Vec::new();
        for who in BIDDERS {
            let id = bids[&(who, at)];
            // One bidder fails admission in the parking call.
            if at == 0 && who == "bing" {
                stage.does::<Bid>("legal", id, bid::Act::RefuseAdmission, check(false))?;
            } else {
                stage.does::<Bid>("legal", id, bid::Act::Admit, check(true))?;
                admitted.push(id);
            }
        }
        if at == 0 {
            let person = stage.who("expert4")?.person;
            let sheet = stage.opens::<Scoring>("legal", json!({ "announcement": call, "expert": person }))?;
            stage.does::<Scoring>("expert4", sheet, scoring::Act::Recuse, json!({ "reason": "与申请单位法定代表人系亲属" }))?;
        }
        score(stage, *call, &admitted, &EXPERTS)?;
        stage.does::<Announcement>("legal", *call, announcement::Act::Rank, json!({}))?;
        let winners = match at {
            1 => "2",
            0 => "2",
            _ => "3",
        };
        stage.does::<Announcement>("legal", *call, announcement::Act::Notice, json!({ "winners": winners }))?;
    }
    let objection = |call: Id<Announcement>| json!({ "announcement": call, "grounds": "认为评分与公告标准不一致", "request": "请求复核", "contact": "曹阳 0313-8000000" });
    let upheld = stage.opens::<Objection>("bing", objection(calls[1]))?;
    let rejected = stage.opens::<Objection>("bing", objection(calls[0]))?;
    stage.day(36);
    stage.does::<Objection>("legal", upheld, objection::Act::Uphold, json!({ "reason": "公告附件一处表述有误，已更正，不影响排序" }))?;
    stage.does::<Objection>("legal", rejected, objection::Act::Reject, json!({ "reason": "经复核，评分依据充分" }))?;
    stage.day(44);
    for call in &calls {
        stage.does::<Announcement>("legal", *call, announcement::Act::Award, json!({}))?;
    }
    stage.day(46);
    let mut filings: HashMap<(&str, usize), Id<Filing>> = HashMap::new();
    for (who, at) in [
        ("yi", 0),
        ("jia", 0),
        ("jia", 1),
        ("yi", 1),
        ("bing", 2),
        ("jia", 2),
        ("yi", 2),
        ("jia", 3),
        ("yi", 3),
        ("bing", 3),
        ("yi", 4),
        ("bing", 4),
        ("jia", 4),
        ("yi", 5),
        ("jia", 5),
        ("bing", 5),
    ] {
        filings.insert((who, at), file_grant(stage, bids[&(who, at)])?);
    }
    stage.day(50);
    let mut licences = Licences::new();
    for (who, at, key) in [("yi", 0, "parking"), ("jia", 0, "parking"), ("jia", 1, "farm"), ("yi", 1, "farm"), ("bing", 2, "elder")] {
        licences.insert((who, key), grant(stage, who, filings[&(who, at)])?);
    }
    for (who, at, key) in [("jia", 4, "care"), ("yi", 5, "street"), ("jia", 5, "street"), ("bing", 5, "street")] {
        licences.insert((who, key), grant(stage, who, filings[&(who, at)])?);
    }
    plan(stage, "yi", licences[&("yi", "parking")])?;
    for (who, at) in [("jia", 2), ("yi", 2), ("jia", 3)] {
        stage.does::<Filing>("office", filings[&(who, at)], filing::Act::Receive, json!({}))?;
    }
    let signed = stage.opens::<Licence>("legal", json!({ "filing": filings[&("jia", 2)] }))?;
    stage.does::<Licence>("legal2", signed, licence::Act::Sign, json!({}))?;
    stage.opens::<Licence>("legal", json!({ "filing": filings[&("yi", 2)] }))?;
    let dropped = stage.opens::<Licence>("legal", json!({ "filing": filings[&("jia", 3)] }))?;
    stage.does::<Licence>("legal", dropped, licence::Act::Drop, json!({ "reason": "持有人放弃签约" }))?;
    // It thought better of it: the same filing serves a second draft.
    let again = stage.opens::<Licence>("legal", json!({ "filing": filings[&("jia", 3)] }))?;
    stage.does::<Licence>("legal2", again, licence::Act::Sign, json!({}))?;
    plan(stage, "jia", again)?;
    stage.does::<Licence>("jia", again, licence::Act::Countersign, json!({}))?;
    licences.insert(("jia", "credit"), again);
    stage.does::<Filing>("office", filings[&("yi", 3)], filing::Act::Return, json!({ "reason": "请补充收益分配说明" }))?;
    stage.does::<Filing>("office", filings[&("bing", 3)], filing::Act::Object, json!({ "reason": "与既有授权范围重复" }))?;
    stage.does::<Filing>("legal", filings[&("yi", 4)], filing::Act::Withdraw, json!({ "reason": "中选主体书面放弃" }))?;
    stage.day(62);
    Ok(licences)
}

/// Licences that are suspended or ended, and calls in every other state, near the end of the story.
pub fn finish(stage: &mut Stage, entries: &Entries, scenarios: &Scenarios) -> Result<()> {
    let street: Call = ("street", "占道经营综合分析场景授权运营公告", &["violation", "parking"]);
    let again: Call = ("care", "养老机构服务评价场景第二次授权运营公告", &["home"]);
    let papers: HashMap<&str, Vec<Value>> = BIDDERS
        .iter()
        .map(|who| {
            let caller = stage.who(who)?;
            let kept = stage.look(|look| dossier::list(look, &caller, Some(dossier::State::Kept), platform::paging::Page::first(20)))?;
            let rows = kept.rows.iter().map(|p| json!({ "material": p.kind, "paper": p.id })).filter(|p| p["material"] != "credit_report").collect();
            Ok((*who, rows))
        })
        .collect::<Result<_>>()?;
    // Published so that each stands where it should on the last day: days from publication to deadline and opening.
    stage.before_end(42);
    let noticed = announce(stage, entries, scenarios, &street, (21, 22))?;
    let bid_noticed = [bid(stage, "yi", noticed, &papers["yi"], true)?, bid(stage, "jia", noticed, &papers["jia"], true)?];
    stage.before_end(34);
    let ranked = announce(stage, entries, scenarios, &again, (21, 22))?;
    let bid_ranked = [bid(stage, "bing", ranked, &papers["bing"], true)?, bid(stage, "jia", ranked, &papers["jia"], true)?];
    let failed = announce(stage, entries, scenarios, &("credit", "涉农小微企业信贷服务场景补充公告", &["subsidy"]), (21, 22))?;
    stage.before_end(28);
    let opened = announce(stage, entries, scenarios, &("farm", "农产品价格风险预警场景第二批公告", &["price"]), (21, 22))?;
    bid(stage, "bing", opened, &papers["bing"], true)?;
    let admitted = bid(stage, "yi", opened, &papers["yi"], true)?;
    stage.before_end(22);
    let closed = announce(stage, entries, scenarios, &("parking", "城市停车治理场景第二批公告", &["parking", "berth"]), (21, 25))?;
    bid(stage, "jia", closed, &papers["jia"], true)?;
    let cancelled = announce(stage, entries, scenarios, &("elder", "独居老人关爱服务场景补充公告", &["home"]), (25, 26))?;
    bid(stage, "jia", cancelled, &papers["jia"], true)?;
    stage.act(announcement::close_due)?;
    stage.before_end(18);
    stage.act(announcement::close_due)?;
    stage.act(selection::open_due)?;
    for id in bid_noticed {
        stage.does::<Bid>("legal", id, bid::Act::Admit, check(true))?;
    }
    score(stage, noticed, &bid_noticed, &EXPERTS)?;
    stage.before_end(11);
    stage.act(announcement::close_due)?;
    stage.act(selection::open_due)?;
    for id in bid_ranked {
        stage.does::<Bid>("legal", id, bid::Act::Admit, check(true))?;
    }
    score(stage, ranked, &bid_ranked, &EXPERTS)?;
    stage.does::<Announcement>("legal", ranked, announcement::Act::Rank, json!({}))?;
    stage.does::<Announcement>("legal", failed, announcement::Act::Fail, json!({ "reason": "截止时无人申请" }))?;
    stage.before_end(5);
    stage.act(announcement::close_due)?;
    stage.act(selection::open_due)?;
    stage.does::<Bid>("legal", admitted, bid::Act::Admit, check(true))?;
    let expert = stage.who("expert")?.person;
    stage.opens::<Scoring>("legal", json!({ "announcement": opened, "expert": expert }))?;
    stage.does::<Announcement>("legal", noticed, announcement::Act::Rank, json!({}))?;
    stage.before_end(2);
    stage.does::<Announcement>("legal", noticed, announcement::Act::Notice, json!({ "winners": "1" }))?;
    stage.opens::<Objection>(
        "jia",
        json!({ "announcement": noticed, "grounds": "对安全方案得分有疑问", "request": "请求说明评分理由", "contact": "吕晨 0313-8000000" }),
    )?;
    stage.does::<Announcement>("desk", cancelled, announcement::Act::Cancel, json!({ "reason": "数据资源范围调整，另行公告" }))?;
    // An open call with a draft bid, a submitted one and a question; and a draft announcement.
    let open = announce(stage, entries, scenarios, &("care", "养老机构服务评价场景第三次授权运营公告", &["home"]), (25, 26))?;
    bid(stage, "yi", open, &papers["yi"], false)?;
    bid(stage, "bing", open, &papers["bing"], true)?;
    stage.opens::<Question>("jia", json!({ "announcement": open, "question": "服务费是否可以分期支付？" }))?;
    stage.opens::<Announcement>(
        "desk",
        said(stage, entries, scenarios, &("street", "占道经营综合分析场景补充公告（草稿）", &["violation"]), (30, 31)),
    )?;
    stage.act(announcement::close_due)?;
    Ok(())
}
