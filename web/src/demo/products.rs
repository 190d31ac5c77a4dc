//! Products, reviews, prices and disclosures of the demo city.

use super::Stage;
use super::calls::Licences;
use chrono::Datelike;
use platform::{Id, Result};
use primary::licence::{self, Licence};
use secondary::disclosure::{self, Disclosure};
use secondary::pricing::{self, Pricing};
use secondary::product::{self, Product};
use secondary::review::{self, Review};
use serde_json::{Value, json};

/// The product that is shown whole: with a file as its sample, and later revised.
const INDEX: &str = "停车泊位指数接口";
const POINTS: [&str; 5] = ["purpose_scope", "sources_named", "no_raw_exposure", "no_personal_leak", "no_other_risk"];

/// What a product says of itself.
struct Plan {
    who: &'static str,
    licence: Id<Licence>,
    title: &'static str,
    form: &'static str,
    purpose: &'static str,
    summary: &'static str,
}

fn content(stage: &Stage, plan: &Plan) -> Result<Value> {
    // Data of level 4 needs an approval of its own: see `clearances`.
    let sources: Vec<_> = stage.look(|look| {
        let terms = licence::row(look, plan.licence)?.terms();
        Ok(resources::entry::by_ids(look, &terms.resources)?.into_iter().filter(|e| e.level.number() < 4).map(|e| e.id).collect())
    })?;
    // One of them shows its sample as a file.
    let sample = if plan.title == INDEX { vec![stage.file(plan.who, "停车泊位指数样例.pdf")?] } else { Vec::new() };
    Ok(json!({
        "sample_file": sample,
        "licence": plan.licence, "title": plan.title, "form": plan.form, "purpose": plan.purpose, "summary": plan.summary, "coverage": "张家口市主城区，2024 年至今",
        "update_cycle": "daily", "sources": sources, "method": "在授权运营域内清洗、汇总、建模，按网格和时段输出统计结果。",
        "masking": "去除直接标识，按不少于 20 户分组，结果取整。", "min_group": "20", "irreversible": "on", "irreversible_reason": "只输出分组统计，经重标识测试不能还原。",
        "fields": [{ "name": "grid", "type": "文本", "meaning": "网格编号" }, { "name": "value", "type": "数值", "meaning": "指数值，0 至 100" }],
        "interface": "GET /v1/index?grid=网格编号&date=日期，返回 JSON：grid、date、value。", "sample_text": "grid,date,value\nQD-001,2026-09-01,63\nQD-002,2026-09-01,71",
        "sample_masked": "on", "usage": "curl 'https://api.example/v1/index?grid=QD-001'", "limits": "仅限备案场景使用，不得用于个人画像，不得转授。", "delivery": "接口调用，工作日 9:00—18:00 提供支持",
    }))
}

fn submit(stage: &Stage, plan: &Plan) -> Result<Id<Product>> {
    let id = stage.opens::<Product>(plan.who, json!({ "licence": plan.licence, "title": plan.title, "form": plan.form }))?;
    stage.does::<Product>(plan.who, id, product::Act::Save, content(stage, plan)?)?;
    stage.does::<Product>(plan.who, id, product::Act::Submit, json!({ "truthful": "on" }))?;
    Ok(id)
}

fn review_of(stage: &Stage, id: Id<Product>) -> Result<Id<Review>> {
    let live = stage.look(|look| review::live(look, id))?;
    live.map(|r| r.id).ok_or_else(|| platform::Refusal::broken("a submitted product is under review"))
}

fn vote(verdict: &str) -> Value {
    let rows: Vec<Value> = POINTS
        .iter()
        .map(|p| json!({ "point": p, "verdict": if *p == "no_personal_leak" { verdict } else { "meets" }, "reason": if verdict == "meets" { "符合要求" } else { "样例中的时间粒度过细，存在识别风险" }, "evidence": "field:sample_text" }))
        .collect();
    json!({ "points": rows })
}

/// Both reviewers claim and vote.
fn reviewed(stage: &Stage, id: Id<Product>, verdict: &str) -> Result<Id<Review>> {
    let review = review_of(stage, id)?;
    for who in ["reviewer", "reviewer2"] {
        stage.does::<Review>(who, review, review::Act::Claim, json!({}))?;
        stage.does::<Review>(who, review, review::Act::Vote, vote(verdict))?;
    }
    Ok(review)
}

fn approved(stage: &Stage, plan: &Plan) -> Result<Id<Product>> {
    let id = submit(stage, plan)?;
    let review = reviewed(stage, id, "meets")?;
    stage.does::<Review>("reviewer", review, review::Act::Approve, json!({ "reason": "五项要点均符合，准予通过" }))?;
    Ok(id)
}

fn price(stage: &Stage, who: &str, product: Id<Product>, tariff: Value) -> Result<Id<Pricing>> {
    let mut said = json!({
        "product": product, "effective_on": stage.date(0), "costs": [{ "item": "计算与存储", "amount": "12000", "note": "按年分摊" }, { "item": "人员", "amount": "30000" }],
        "basis": "按成本加合理利润测算，低于同类产品市场价。", "scenario_use": "备案场景内使用", "scope": "面向企业和公共服务机构，按接口调用或文件交付", "effect": "预计减少无效绕行 8%",
    });
    if let (Some(said), Some(tariff)) = (said.as_object_mut(), tariff.as_object()) {
        said.extend(tariff.clone());
    }
    stage.opens::<Pricing>(who, said)
}

fn listed(stage: &Stage, plan: &Plan, tariff: Value) -> Result<Id<Product>> {
    let id = approved(stage, plan)?;
    let pricing = price(stage, plan.who, id, tariff)?;
    stage.does::<Pricing>("finance", pricing, pricing::Act::Receive, json!({}))?;
    stage.does::<Product>(plan.who, id, product::Act::List, json!({}))?;
    Ok(id)
}

pub fn play(stage: &mut Stage, licences: &Licences) -> Result<()> {
    let (parking, farm, elder) = (licences[&("yi", "parking")], licences[&("jia", "farm")], licences[&("bing", "elder")]);
    let (stopped, over) = (licences[&("jia", "parking")], licences[&("yi", "farm")]);
    let plan = |who, licence, title, form, purpose, summary| Plan { who, licence, title, form, purpose, summary };
    stage.day(64);
    listed(
        stage,
        &plan("yi", parking, INDEX, "interface", "industry", "按网格给出未来一小时停车难易指数，供导航和商圈使用。"),
        json!({ "tariff": "per_call", "amount": "0.35" }),
    )?;
    listed(
        stage,
        &plan("yi", parking, "停车供需月度报告", "report", "industry", "全市停车供需、周转率与潮汐特征月度分析。"),
        json!({ "tariff": "per_copy", "amount": "800" }),
    )?;
    listed(
        stage,
        &plan("jia", farm, "农产品价格波动指标", "indicator", "industry", "三十六个品类的价格波动与风险分级指标。"),
        json!({ "tariff": "tiered", "unit": "call", "tiers": [{ "from": "1", "up_to": "10000", "amount": "0.20" }, { "from": "10001", "amount": "0.12" }] }),
    )?;
    listed(
        stage,
        &plan("jia", farm, "种植结构分析模型", "model", "industry", "按乡镇给出种植结构与适宜性评估。"),
        json!({ "tariff": "base_plus_use", "base": "5000", "base_unit": "year", "amount": "2.00", "unit": "call" }),
    )?;
    listed(
        stage,
        &plan("bing", elder, "独居老人关爱提醒服务", "application", "public_good", "向街道和社区提示需要走访的网格，免费提供给公共服务机构。"),
        json!({ "tariff": "free" }),
    )?;
    listed(
        stage,
        &plan("jia", stopped, "商圈停车热度指标", "indicator", "industry", "商圈停车热度与周转分析。"),
        json!({ "tariff": "per_month", "amount": "3000" }),
    )?;
    stage.day(70);
    let gone = listed(
        stage,
        &plan("yi", parking, "停车收费对账接口", "interface", "industry", "面向停车企业的收费对账服务。"),
        json!({ "tariff": "per_thousand_calls", "amount": "60" }),
    )?;
    stage.does::<Product>("yi", gone, product::Act::Delist, json!({ "reason": "产品调整" }))?;
    let waiting = approved(stage, &plan("yi", parking, "路段停车建议指标", "indicator", "industry", "向规划单位提供路段停车供给建议。"))?;
    price(stage, "yi", waiting, json!({ "tariff": "on_request" }))?;
    let returned_price = approved(stage, &plan("jia", farm, "价格预警周报", "report", "industry", "农产品价格预警周报。"))?;
    let id = price(stage, "jia", returned_price, json!({ "tariff": "per_year", "amount": "9800" }))?;
    stage.does::<Pricing>("finance", id, pricing::Act::Return, json!({ "reason": "请补充成本构成依据" }))?;
    let id = price(stage, "jia", returned_price, json!({ "tariff": "per_record", "amount": "0.05" }))?;
    stage.does::<Pricing>("jia", id, pricing::Act::Withdraw, json!({ "reason": "计价方式填写有误" }))?;
    let refused = submit(stage, &plan("yi", parking, "车辆停放轨迹查询", "interface", "industry", "按车牌查询停放记录。"))?;
    let review = reviewed(stage, refused, "fails")?;
    stage.does::<Review>("reviewer2", review, review::Act::Refuse, json!({ "reason": "可还原个人行踪，不得导出" }))?;
    let withdrawn = submit(stage, &plan("yi", parking, "停车诱导屏内容", "application", "industry", "诱导屏内容服务。"))?;
    stage.does::<Product>("yi", withdrawn, product::Act::Withdraw, json!({ "reason": "并入指数接口" }))?;
    stage.day(90);
    // One licence is suspended, one has ended.
    stage.does::<Licence>(
        "office",
        stopped,
        licence::Act::Suspend,
        json!({ "reason": "监督检查发现访问日志不完整，限期整改，整改期间暂时关闭权限（张政办规〔2025〕4号第三十四条）" }),
    )?;
    stage.does::<Licence>("yi", over, licence::Act::GiveNotice, json!({ "ends_on": stage.date(1), "reason": "业务调整，不再使用该场景数据" }))?;
    disclose_last_year(stage)?;
    // Disclosures of the quarter so far, one of them superseded.
    let today = stage.look(|look| Ok(look.today()))?;
    let period = format!("{}Q{}", today.year(), today.month0() / 3 + 1);
    for who in ["legal", "yi", "jia", "bing"] {
        let id = stage.opens::<Disclosure>(who, json!({ "period": period }))?;
        stage.does::<Disclosure>(who, id, disclosure::Act::Annotate, json!({ "remark": "本期内容由系统根据办理记录生成。" }))?;
        if who != "bing" {
            stage.does::<Disclosure>(who, id, disclosure::Act::Publish, json!({}))?;
        }
        if who == "yi" {
            let next = stage.opens::<Disclosure>(who, json!({ "period": period }))?;
            stage.does::<Disclosure>(who, next, disclosure::Act::Publish, json!({}))?;
        }
    }
    Ok(())
}

/// The operator tells of last year, in which the pilot ran; who held its licence still owes that.
fn disclose_last_year(stage: &Stage) -> Result<()> {
    let today = stage.look(|look| Ok(look.today()))?;
    let period = (today.year() - 1).to_string();
    let held = stage.look(secondary::disclosure::due_list)?;
    if held.iter().any(|d| d.period == period) {
        let id = stage.opens::<Disclosure>("legal", json!({ "period": period }))?;
        stage.does::<Disclosure>("legal", id, disclosure::Act::Publish, json!({}))?;
    }
    Ok(())
}

/// Products under way on the last days.
pub fn finish(stage: &mut Stage, licences: &Licences) -> Result<()> {
    let (parking, farm, elder) = (licences[&("yi", "parking")], licences[&("jia", "farm")], licences[&("bing", "elder")]);
    let plan = |who, licence, title, form, purpose, summary| Plan { who, licence, title, form, purpose, summary };
    let yi = stage.who("yi")?;
    let index = stage.look(|look| {
        secondary::product::list(look, &yi, &product::Ask { words: INDEX.into(), ..product::Ask::default() }, platform::paging::Page::first(1))
    })?;
    let index = index.rows.first().map(|p| p.id).ok_or(platform::Refusal::NotFound)?;
    stage.opens::<Product>("yi", json!({ "licence": parking, "title": "夜间停车指数", "form": "indicator" }))?;
    let returned = submit(stage, &plan("yi", parking, "停车投诉热点报告", "report", "industry", "投诉热点与成因分析。"))?;
    let review = reviewed(stage, returned, "needs_change")?;
    stage.does::<Review>(
        "reviewer",
        review,
        review::Act::Return,
        json!({ "points": [{ "point": "no_personal_leak", "remark": "样例请改为按周汇总" }], "reason": "补正后重新提交" }),
    )?;
    submit(stage, &plan("jia", farm, "农资价格指数", "indicator", "industry", "化肥、种子等农资价格指数。"))?;
    let half = submit(stage, &plan("jia", farm, "农产品产销对接报告", "report", "industry", "产销匹配分析。"))?;
    let review = review_of(stage, half)?;
    for who in ["reviewer", "reviewer3"] {
        stage.does::<Review>(who, review, review::Act::Claim, json!({}))?;
    }
    stage.does::<Review>("reviewer", review, review::Act::Vote, vote("meets"))?;
    let both = submit(stage, &plan("bing", elder, "养老服务可达性指标", "indicator", "public_good", "社区养老服务可达性指标。"))?;
    reviewed(stage, both, "meets")?;
    // A listed product is being revised; the approved version stays on offer.
    let mut next = content(stage, &plan("yi", parking, INDEX, "interface", "industry", "按网格给出未来两小时停车难易指数，供导航和商圈使用。"))?;
    next["coverage"] = "张家口市主城区及崇礼区，2024 年至今".into();
    stage.does::<Product>("yi", index, product::Act::Revise, next)?;
    stage.does::<Product>("yi", index, product::Act::Resubmit, json!({ "truthful": "on" }))?;
    Ok(())
}
