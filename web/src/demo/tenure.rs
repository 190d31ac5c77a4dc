//! Amendments, orders of rectification, ends of licences, destruction and archive of the demo city.

use super::Stage;
use super::calls::{self, Licences};
use super::resources::Entries;
use platform::{Id, Refusal, Result, deadline};
use primary::amendment::{self, Amendment};
use primary::archive::{self, Archive};
use primary::bar::{self, Bar};
use primary::destruction::{self, Destruction};
use primary::licence::{self, Licence};
use primary::rectification::{self, Rectification};
use primary::termination::{self, Termination};
use serde_json::{Value, json};

fn amend(stage: &Stage, who: &str, licence: Id<Licence>, more: Value) -> Result<Id<Amendment>> {
    let mut said = json!({ "licence": licence, "kind": "amend", "reason": "根据一年来的运营情况，调整授权内容，便于更好服务场景。" });
    if let (Some(said), Some(more)) = (said.as_object_mut(), more.as_object()) {
        said.extend(more.clone());
    }
    stage.opens::<Amendment>(who, said)
}

fn assess(stage: &Stage, id: Id<Amendment>) -> Result<()> {
    let said = json!({ "finding": "履约正常，所提调整未超出公告范围，确有必要。", "record": "未发生安全事件，整改均按期完成。" });
    stage.does::<Amendment>("legal2", id, amendment::Act::Assess, said).map(drop)
}

fn order(stage: &Stage, licence: Id<Licence>, finding: &str, days: i64, closes: &[&str]) -> Result<Id<Rectification>> {
    let said = json!({
        "licence": licence, "finding": finding, "measures": "补全记录，修订管理制度，提交整改报告和证明材料。", "due_on": stage.date(days), "closes": closes,
    });
    stage.opens::<Rectification>("office", said)
}

fn proof(stage: &Stage, who: &str, id: Id<Rectification>) -> Result<()> {
    let file = stage.file(who, "整改报告.pdf")?;
    let said = json!({ "done": "已补全全部访问日志，启用自动核对，修订了日志管理制度。", "files": [file] });
    stage.does::<Rectification>(who, id, rectification::Act::Prove, said).map(drop)
}

/// Somebody proposes the end; where results poor twice running have put it on the table already, that proposal goes on.
fn propose(stage: &Stage, licence: Id<Licence>, ground: &str, reason: &str) -> Result<Id<Termination>> {
    if let Some(open) = stage.look(|look| termination::open_on(look, licence))? {
        return Ok(open.id);
    }
    stage.opens::<Termination>("legal", json!({ "licence": licence, "ground": ground, "reason": reason }))
}

/// Proposed, heard and decided; the order to destroy that follows.
fn end(stage: &Stage, who: &str, licence: Id<Licence>, ground: &str, reason: &str) -> Result<Id<Destruction>> {
    let case = propose(stage, licence, ground, reason)?;
    stage.does::<Termination>(who, case, termination::Act::Answer, json!({ "statement": "情况属实，接受处理。" }))?;
    stage.does::<Termination>("office", case, termination::Act::End, json!({ "reason": "事实清楚，决定终止。" }))?;
    destruction_of(stage, licence)
}

fn destruction_of(stage: &Stage, licence: Id<Licence>) -> Result<Id<Destruction>> {
    let found = stage.look(|look| destruction::of_licence(look, licence))?;
    found.map(|d| d.id).ok_or_else(|| Refusal::broken("a licence that has ended has its data destroyed"))
}

fn record(stage: &Stage, who: &str, id: Id<Destruction>) -> Result<()> {
    let manifest = stage.file(who, &format!("销毁清单-{id}.pdf"))?;
    let now = stage.db.clock().now() + chrono::Duration::hours(8);
    let time = |minutes: i64| (now - chrono::Duration::minutes(minutes)).format("%Y-%m-%dT%H:%M").to_string();
    let said = json!({
        "items": [
            { "what": "授权数据资源原始数据", "place": "授权运营域 2 号空间", "medium": "对象存储", "copies": "2", "method": "crypto_erase" },
            { "what": "加工中间结果", "place": "授权运营域 2 号空间", "medium": "数据库", "copies": "1", "method": "overwrite" },
        ],
        "operator": "孔繁", "witness": "严谨", "started": time(5), "finished": time(1), "manifest": [manifest], "remark": "备份介质一并处理", "irreversible": "on",
    });
    stage.does::<Destruction>(who, id, destruction::Act::Record, said).map(drop)
}

fn certified(stage: &Stage, licence: Id<Licence>, id: Id<Destruction>) -> Result<Id<Archive>> {
    stage.does::<Destruction>("legal2", id, destruction::Act::Certify, json!({ "reason": "经现场核对，清单与实际一致" }))?;
    let kept = stage.look(|look| archive::of_licence(look, licence))?;
    kept.map(|a| a.id).ok_or_else(|| Refusal::broken("certified destruction is archived"))
}

/// Some minutes pass, so that what is recorded lies after what it follows.
fn minutes_pass(stage: &Stage) {
    stage.db.clock().advance(chrono::Duration::minutes(10));
}

/// The first ends, and what was asked and ordered meanwhile. Gives the licence that followed another.
pub fn play(stage: &mut Stage, licences: &Licences, entries: &Entries) -> Result<Id<Licence>> {
    let (parking, farm, elder) = (licences[&("yi", "parking")], licences[&("jia", "farm")], licences[&("bing", "elder")]);
    stage.day(92);
    stage.act(termination::take_effect_due)?;
    let refused = amend(stage, "yi", parking, json!({ "scope": "扩大到全省停车数据的汇聚分析" }))?;
    assess(stage, refused)?;
    stage.does::<Amendment>("legal", refused, amendment::Act::Refuse, json!({ "reason": "超出本场景范围，不予变更" }))?;
    let withdrawn = amend(stage, "yi", parking, json!({ "scope": "增加夜间停车分析" }))?;
    stage.does::<Amendment>("yi", withdrawn, amendment::Act::Withdraw, json!({ "reason": "并入下一次申请" }))?;
    // One order that was overdue, proposed the end, and was fulfilled after all; one made by mistake.
    let late = order(stage, parking, "部分接口的调用日志缺失两天", 2, &["submit"])?;
    let mistaken = order(stage, farm, "年度披露未按期公开", 20, &[])?;
    stage.does::<Rectification>("office", mistaken, rectification::Act::Revoke, json!({ "reason": "经核实已按期公开，撤销整改通知" }))?;
    let dropped = propose(stage, elder, "breach", "季度抽查发现未按协议更新数据")?;
    stage.does::<Termination>("legal", dropped, termination::Act::Withdraw, json!({ "reason": "复核后结果合格" }))?;
    let rejected = propose(stage, elder, "standing_changed", "经营范围发生变更")?;
    stage.does::<Termination>("bing", rejected, termination::Act::Answer, json!({ "statement": "变更不涉及数据业务，资质不受影响。" }))?;
    stage.does::<Termination>("office", rejected, termination::Act::Reject, json!({ "reason": "变更不影响主体资格，不予终止" }))?;
    // One for breach, with what was open about it; barred, and lifted after a check.
    let breach = licences[&("yi", "street")];
    amend(stage, "yi", breach, json!({ "scope": "增加夜间占道分析" }))?;
    order(stage, breach, "未经审核将中间结果用于其他项目", 15, &["submit", "list"])?;
    let first = end(stage, "yi", breach, "breach", "违反协议约定，将中间结果用于其他项目")?;
    lift(stage, "yi")?;
    minutes_pass(stage);
    record(stage, "yi", first)?;
    let kept = certified(stage, breach, first)?;
    let receipt = stage.file("legal", "档案接收凭证.pdf")?;
    let said = json!({ "receiver": "市档案馆", "receipt": "档接〔2026〕12号", "files": [receipt] });
    stage.does::<Archive>("legal", kept, archive::Act::HandOver, said)?;
    // The one that left by notice; one whose record never comes.
    let left = licences[&("yi", "farm")];
    let second = destruction_of(stage, left)?;
    record(stage, "legal", second)?;
    let kept = certified(stage, left, second)?;
    stage.does::<Archive>("legal", kept, archive::Act::Classify, json!({ "class": "years30", "reason": "涉及农业价格政策研究" }))?;
    end(stage, "jia", licences[&("jia", "care")], "standing_changed", "股权变更后不再符合准入条件")?;
    // An amendment that went all the way.
    let asked = amend(stage, "jia", licences[&("jia", "street")], json!({ "resources": [entries["violation"]] }))?;
    assess(stage, asked)?;
    stage.does::<Amendment>("legal", asked, amendment::Act::Accept, json!({ "risk_assessment": "缩小数据范围，风险降低。" }))?;
    let filed = stage.look(|look| amendment::filing_of(look, asked))?.ok_or(Refusal::NotFound)?;
    let followed = calls::grant(stage, "jia", filed.id)?;
    stage.day(97);
    deadline::day_of::<Rectification>(&stage.db)?;
    proof(stage, "yi", late)?;
    stage.does::<Rectification>("office", late, rectification::Act::Verify, json!({ "check": "日志已补全，自动核对有效，同意恢复权限。" }))?;
    let narrowed = destruction_of(stage, licences[&("jia", "street")])?;
    record(stage, "jia", narrowed)?;
    Ok(followed)
}

fn lift(stage: &Stage, who: &str) -> Result<()> {
    use platform::case::{self, Ask, Sight};
    let barred = stage.who(who)?.org()?;
    let ask = Ask::about("owner", barred);
    let list = stage.look(|look| case::list::<Bar>(look, &Sight::everybody(), &ask, platform::paging::Page::first(1)))?;
    let entry = list.rows.first().map(|b| b.id).ok_or(Refusal::NotFound)?;
    stage.does::<Bar>("office", entry, bar::Act::Lift, json!({ "reason": "损害已消除，整改到位，经复查解除限制" })).map(drop)
}

/// What is under way on the last days.
pub fn finish(stage: &mut Stage, licences: &Licences, followed: Id<Licence>) -> Result<()> {
    let (parking, farm, elder) = (licences[&("yi", "parking")], licences[&("jia", "farm")], licences[&("bing", "elder")]);
    let stopped = licences[&("jia", "parking")];
    stage.before_end(2);
    let accepted = amend(stage, "yi", parking, json!({ "scope": "增加夜间停车指数，服务商圈错时停车" }))?;
    assess(stage, accepted)?;
    stage.does::<Amendment>("legal", accepted, amendment::Act::Accept, json!({ "risk_assessment": "不增加数据资源，风险总体可控。" }))?;
    let returned = amend(stage, "jia", followed, json!({ "scope": "增加重点路段分析" }))?;
    stage.does::<Amendment>("legal", returned, amendment::Act::Return, json!({ "reason": "请说明增加内容与场景的关系" }))?;
    assess(stage, amend(stage, "bing", elder, json!({ "scope": "增加节假日走访提醒" }))?)?;
    amend(stage, "jia", farm, json!({ "to_on": stage.date(300) }))?;
    // Orders in every state; one is due tomorrow and will be overdue on the last day.
    order(stage, elder, "应急联系人信息未更新", 20, &[])?;
    proof(stage, "jia", order(stage, farm, "访问权限清单未按季度复核", 15, &[])?)?;
    let back = order(stage, stopped, "访问日志不完整", 15, &["submit", "list"])?;
    proof(stage, "jia", back)?;
    let said = json!({ "reason": "仍缺三天日志，请补充", "due_on": stage.date(10) });
    stage.does::<Rectification>("office", back, rectification::Act::SendBack, said)?;
    order(stage, followed, "数据安全负责人变更未备案", 1, &[])?;
    // Ends under way: heard, and by notice.
    let heard = propose(stage, stopped, "incident", "暂停期间发现曾发生数据泄露未报告")?;
    stage.does::<Termination>("jia", heard, termination::Act::Answer, json!({ "statement": "泄露的是测试数据，已提交技术说明。" }))?;
    stage.does::<Licence>("jia", farm, licence::Act::GiveNotice, json!({ "ends_on": stage.date(45), "reason": "业务方向调整" }))?;
    let narrowed = destruction_of(stage, licences[&("jia", "street")])?;
    stage.does::<Destruction>("legal2", narrowed, destruction::Act::SendBack, json!({ "reason": "清单缺少备份介质编号" }))?;
    // The last ends: one recorded and not yet verified, its holder barred; one just ordered.
    let third = end(stage, "jia", licences[&("jia", "credit")], "misuse", "超出授权范围比对个人信息")?;
    minutes_pass(stage);
    record(stage, "jia", third)?;
    end(stage, "bing", licences[&("bing", "street")], "policy_stop", "该类场景暂停开展授权运营")?;
    Ok(())
}
