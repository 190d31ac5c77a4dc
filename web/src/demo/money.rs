//! Registrations, the price book, the ledger, shares and yearly packs of the demo city.

use super::Stage;
use super::calls::Licences;
use super::resources::Entries;
use chrono::Datelike;
use platform::paging::Page;
use platform::{Id, Refusal, Result};
use secondary::fee::{self, Fee};
use secondary::pack::{self, Pack};
use secondary::posting::{self, Posting};
use secondary::product::{self, Product};
use secondary::registration::{self, Registration};
use secondary::split::{self, Split};
use secondary::survey::{self, Survey};
use serde_json::{Value, json};

fn reason(text: &str) -> Value {
    json!({ "reason": text })
}

fn year(stage: &Stage) -> Result<i32> {
    stage.look(|look| Ok(look.today().year()))
}

/// How far a registration goes.
#[derive(Clone, Copy, PartialEq, PartialOrd)]
enum To {
    Prepared,
    Submitted,
    Accepted,
    Reviewed,
    Notice,
}

/// A registration of that kind, filled in as its registrant would, and on its way.
fn register(stage: &Stage, who: &str, kind: &str, subject: &str, to: To) -> Result<Id<Registration>> {
    let said = json!({ "kind": kind, "subject": subject, "ground": if kind == "cancellation" { "given_up" } else { "" }, "reason": if kind == "first" || kind == "renewal" { "" } else { "更新周期和数据项有变化" } });
    let id = stage.opens::<Registration>(who, said)?;
    if to == To::Prepared {
        return Ok(id);
    }
    let mut package = Value::Object(stage.look(|look| Registration::row(look, id))?.answers().0);
    package["industry"] = "I6540".into();
    package["area"] = "130700".into();
    package["time_start"] = "2024-01-01".into();
    package["time_end"] = "2024-12-31".into();
    stage.does::<Registration>(who, id, registration::Act::Fill, package)?;
    stage.does::<Registration>(who, id, registration::Act::Submit, json!({}))?;
    for (step, act) in [(To::Accepted, registration::Act::Accept), (To::Reviewed, registration::Act::Review), (To::Notice, registration::Act::Notice)]
    {
        if to >= step {
            stage.does::<Registration>("legal", id, act, json!({}))?;
        }
    }
    Ok(id)
}

fn code(stage: &Stage, id: Id<Registration>, number: usize, valid_to: Option<String>) -> Result<()> {
    let said = json!({ "code": format!("1307-{}-{number:06}", year(stage)?), "valid_to": valid_to });
    stage.does::<Registration>("legal", id, registration::Act::Code, said).map(drop)
}

/// The pilot's year: the first resources are registered, some of them a second time.
fn resources(stage: &mut Stage, entries: &Entries) -> Result<()> {
    let of = |key: &str| entries.get(key).map(|id| format!("resource:{id}")).ok_or(Refusal::NotFound);
    let first: &[(&str, &str)] = &[
        ("source", "parking"),
        ("source", "berth"),
        ("source", "toll"),
        ("source_farm", "price"),
        ("source_farm", "crop"),
        ("source_farm", "subsidy"),
        ("source_civil", "elder"),
        ("source_civil", "home"),
    ];
    let mut open = Vec::new();
    for (who, key) in first {
        open.push(register(stage, who, "first", &of(key)?, To::Notice)?);
    }
    let object = json!({ "name": "张家口某信息服务部", "contact": "0313-8000099", "reason": "公示的数据来源与实际不符，附证据材料" });
    stage.does::<Registration>("legal", open[7], registration::Act::Object, object)?;
    stage.does::<Registration>("legal", open[7], registration::Act::Uphold, reason("经复核，来源说明有误，终止登记"))?;
    stage.day(90);
    for (at, days) in [None, None, None, Some(40), Some(8), None, None].into_iter().enumerate() {
        code(stage, open[at], at + 1, days.map(|n| stage.date(n)))?;
    }
    stage.does::<Registration>(
        "bureau",
        open[5],
        registration::Act::Revoke,
        json!({ "breach": "concealed", "reason": "登记材料与实际情况不符，经核实认定" }),
    )?;
    let cancel = register(stage, "source", "cancellation", &of("toll")?, To::Submitted)?;
    stage.does::<Registration>("legal", cancel, registration::Act::TakeUp, json!({}))?;
    stage.does::<Registration>("legal", cancel, registration::Act::Cancel, json!({}))?;
    let again = [
        (register(stage, "source", "change", &of("parking")?, To::Notice)?, 1),
        (register(stage, "source", "correction", &of("berth")?, To::Notice)?, 2),
        (register(stage, "source_farm", "renewal", &of("price")?, To::Notice)?, 4),
    ];
    stage.day(120);
    stage.act(registration::lapse_due)?;
    for (id, number) in again {
        code(stage, id, number, None)?;
    }
    Ok(())
}

fn fee(stage: &Stage, item: &str, use_case: &str, amount: &str, more: Value) -> Result<Id<Fee>> {
    let mut said = json!({
        "item": item, "use_case": use_case, "purpose": "industry", "billing": "calls", "unit": "千次", "amount": amount, "resources": "计算两核，存储 200 GB",
        "labour": "运维半人年", "volume": "2000", "basis": "按资源使用和人力投入测算",
    });
    if let (Some(said), Some(more)) = (said.as_object_mut(), more.as_object()) {
        said.extend(more.clone());
    }
    stage.opens::<Fee>("finance", said)
}

/// A survey of the last whole year for the three years that follow.
fn survey(stage: &Stage, platform: &str) -> Result<Id<Survey>> {
    let first = year(stage)?;
    stage.opens::<Survey>(
        "finance",
        json!({
            "surveyed": (first - 1).to_string(), "operating_since": format!("{}-01-01", first - 2), "first_year": first.to_string(), "years": "3", "bond": "1.75", "points": "4.5",
            "costs": [
                { "kind": "platform", "item": "授权运营平台建设和运维", "amount": platform, "subsidy": "200000" }, { "kind": "data", "item": "数据汇聚、治理和存储", "amount": "260000" },
                { "kind": "people", "item": "运营、审核和安全人员", "amount": "380000" }, { "kind": "acquisition", "item": "获取公共数据资源的支出", "amount": "60000" },
                { "kind": "period", "item": "管理费用和财务费用", "amount": "90000" },
            ],
            "taxes": [{ "name": "增值税附加等", "amount": "52000" }], "method": "按审计后的账簿调查，公益性服务的成本按调用量剥离。", "public_good": "独居老人关爱等免费服务的成本不计入。",
        }),
    )
}

fn approve(stage: &Stage, id: Id<Survey>) -> Result<()> {
    stage.does::<Survey>("finance", id, survey::Act::Submit, json!({}))?;
    stage.does::<Survey>("office", id, survey::Act::Apply, reason("具备定价基础，申请核定"))?;
    stage.does::<Survey>("bureau", id, survey::Act::Approve, reason("会同价格主管部门核定")).map(drop)
}

fn post(stage: &Stage, who: &str, kind: &str, memo: &str, (debit, credit): (&str, &str), yuan: &str, more: Value) -> Result<Id<Posting>> {
    let mut said = json!({
        "kind": kind, "on_day": stage.date(0), "memo": memo,
        "lines": [{ "account": debit, "side": "debit", "amount": yuan }, { "account": credit, "side": "credit", "amount": yuan }],
    });
    if let (Some(said), Some(more)) = (said.as_object_mut(), more.as_object()) {
        said.extend(more.clone());
    }
    stage.opens::<Posting>(who, said)
}

/// A pack of a year with its words.
fn pack_of(stage: &Stage, year: i32) -> Result<Id<Pack>> {
    let id = stage.opens::<Pack>("finance", json!({ "year": year.to_string() }))?;
    let words = json!({
        "overall": "授权运营总体平稳，收入、成本与计划相符，未发生价格投诉。", "cost": "成本单独核算，公益性服务成本已剥离。", "fees": "各项收费均未高于上限。",
        "deviation": "新场景陆续上线，首年实际收入低于最高准许收入，拟按程序调整上限。",
    });
    stage.does::<Pack>("finance", id, pack::Act::Write, words)?;
    Ok(id)
}

fn publish(stage: &Stage, year: i32) -> Result<()> {
    let id = pack_of(stage, year)?;
    stage.does::<Pack>("finance", id, pack::Act::Check, json!({}))?;
    stage.does::<Pack>("legal", id, pack::Act::Sign, json!({}))?;
    stage.does::<Pack>("legal2", id, pack::Act::Publish, json!({})).map(drop)
}

/// The year before: registrations, trial fees, the first books, the first pack, an allowance and caps.
pub fn early(stage: &mut Stage, entries: &Entries) -> Result<()> {
    stage.day(60);
    let trial = |item: &str, use_case: &str, amount: &str| -> Result<Id<Fee>> {
        let id = fee(stage, item, use_case, amount, json!({ "trial": "on", "volume": "18000" }))?;
        stage.does::<Fee>("office", id, fee::Act::Guide, json!({ "amount": amount, "reason": "尚无完整年度运营情况，指导制定试行收费标准" }))?;
        Ok(id)
    };
    let calls = trial("停车数据查询服务", "城市停车治理", "40")?;
    trial("联合建模环境服务", "各类场景", "300")?;
    post(stage, "finance", "fee_income", "停车数据查询服务费", ("bank", "fee_income"), "36000", json!({ "fee": calls, "quantity": "900" }))?;
    post(stage, "finance", "cost", "平台运维", ("cost_platform", "bank"), "18000", json!({}))?;
    resources(stage, entries)?;
    stage.day(170);
    let last = year(stage)? - 1;
    for _ in 0..2 {
        publish(stage, last)?;
    }
    approve(stage, survey(stage, "560000")?)?;
    stage.day(175);
    approve(stage, survey(stage, "600000")?)?;
    let cap = |id: Id<Fee>, cap: &str, fee: &str| -> Result<()> {
        stage.does::<Fee>("office", id, fee::Act::Cap, json!({ "cap": cap, "reason": "综合资源使用、人力投入和销售规模" }))?;
        if !fee.is_empty() {
            stage.does::<Fee>("finance", id, fee::Act::Set, json!({ "amount": fee }))?;
        }
        Ok(())
    };
    cap(calls, "50", "45")?;
    let month = json!({ "billing": "time", "unit": "月", "volume": "60" });
    cap(fee(stage, "农产品价格数据服务", "农产品价格风险预警", "5000", month.clone())?, "4800", "4500")?;
    let free = json!({ "purpose": "public_good", "billing": "number", "unit": "项" });
    cap(fee(stage, "独居老人关爱数据服务", "独居老人关爱服务", "0", free)?, "0", "0")?;
    cap(fee(stage, "数据存储服务", "各类场景", "12", json!({ "billing": "volume", "unit": "GB" }))?, "10", "")?;
    let ended = fee(stage, "停车收费数据批量服务", "城市停车治理", "900", month)?;
    cap(ended, "800", "800")?;
    stage.does::<Fee>("finance", ended, fee::Act::End, reason("并入停车数据查询服务"))?;
    stage.does::<Fee>("office", calls, fee::Act::Recap, json!({ "cap": "44", "ground": "cost", "reason": "单位成本下降，降低上限" }))?;
    Ok(())
}

fn product(stage: &Stage, who: &str, title: &str) -> Result<Id<Product>> {
    let caller = stage.who(who)?;
    let ask = product::Ask { words: title.into(), ..product::Ask::default() };
    let rows = stage.look(|look| product::list(look, &caller, &ask, Page::first(5)))?.rows;
    rows.iter().find(|p| p.title == title).map(|p| p.id).ok_or(Refusal::NotFound)
}

/// When the products are on the shelf, the first is handed in for registration.
pub fn register_first(stage: &Stage) -> Result<Id<Registration>> {
    let subject = format!("product:{}", product(stage, "yi", "停车泊位指数接口")?);
    register(stage, "yi", "first", &subject, To::Notice)
}

/// Everything else, as it stands on the last days.
pub fn finish(stage: &mut Stage, licences: &Licences, first: Id<Registration>) -> Result<()> {
    code(stage, first, 21, None)?;
    products(stage)?;
    books(stage, licences)?;
    shares(stage, licences)?;
    prices(stage)?;
    packs(stage)
}

/// Registrations of products in every state before the code.
fn products(stage: &Stage) -> Result<()> {
    let subject = |who: &str, title: &str| product(stage, who, title).map(|id| format!("product:{id}"));
    register(stage, "yi", "first", &subject("yi", "停车供需月度报告")?, To::Prepared)?;
    register(stage, "yi", "first", &subject("yi", "停车收费对账接口")?, To::Submitted)?;
    let gone = register(stage, "yi", "first", &subject("yi", "路段停车建议指标")?, To::Prepared)?;
    stage.does::<Registration>("yi", gone, registration::Act::Withdraw, reason("待产品上架后再申请"))?;
    let returned = register(stage, "jia", "first", &subject("jia", "农产品价格波动指标")?, To::Submitted)?;
    stage.does::<Registration>("legal", returned, registration::Act::Return, reason("请补充存证材料和脱敏方法说明"))?;
    let refused = register(stage, "jia", "first", &subject("jia", "价格预警周报")?, To::Submitted)?;
    stage.does::<Registration>("bureau", refused, registration::Act::Refuse, reason("产品尚未交付，暂不受理"))?;
    register(stage, "jia", "first", &subject("jia", "种植结构分析模型")?, To::Accepted)?;
    register(stage, "bing", "first", &subject("bing", "独居老人关爱提醒服务")?, To::Reviewed)?;
    let entry = |title: &str| -> Result<String> {
        let all = stage.look(|look| resources::entry::published(look, title, "", Page::first(5)))?.rows;
        all.iter().find(|e| e.title == title).map(|e| format!("resource:{}", e.id)).ok_or(Refusal::NotFound)
    };
    register(stage, "source", "first", &entry("占道停车执法记录")?, To::Notice)?;
    let doubted = register(stage, "source_civil", "first", &entry("养老服务机构信息")?, To::Notice)?;
    let object = json!({ "name": "某养老服务中心", "contact": "0313-8000098", "reason": "床位数与实际不符" });
    stage.does::<Registration>("legal", doubted, registration::Act::Object, object).map(drop)
}

/// This year's books of the operator and of a developer; one posting is undone.
fn books(stage: &Stage, licences: &Licences) -> Result<()> {
    let own = stage.who("finance")?;
    let fees = stage.look(|look| fee::choices(look, own.org()?))?;
    let of = |words: &str| fees.iter().find(|c| c.label(false).starts_with(words)).map(|c| c.value.clone());
    let calls = json!({ "fee": of("停车数据查询服务"), "quantity": "17500" });
    post(stage, "finance", "fee_income", "停车数据查询服务费", ("bank", "fee_income"), "770000", calls)?;
    let farm = json!({ "fee": of("农产品价格数据服务"), "quantity": "58" });
    post(stage, "finance", "fee_income", "农产品价格数据服务费", ("receivable", "fee_income"), "261000", farm)?;
    for (memo, account, yuan) in [
        ("平台运维", "cost_platform", "410000"),
        ("数据治理", "cost_data", "255000"),
        ("人员薪酬", "cost_people", "272500.50"),
        ("税金", "tax", "50960"),
    ] {
        post(stage, "finance", if account == "tax" { "tax" } else { "cost" }, memo, (account, "bank"), yuan, json!({}))?;
    }
    post(stage, "finance", "subsidy", "数字化专项补助", ("bank", "subsidy"), "20000", json!({}))?;
    let index = product(stage, "yi", "停车泊位指数接口")?;
    let sold = |quantity: &str| json!({ "product": index, "licence": licences[&("yi", "parking")], "quantity": quantity });
    post(stage, "yi", "product_income", "停车泊位指数接口调用收入", ("bank", "product_income"), "35000", sold("100000"))?;
    let wrong = post(stage, "yi", "product_income", "停车泊位指数接口调用收入（重复）", ("bank", "product_income"), "3500", sold("10000"))?;
    stage.does::<Posting>("yi", wrong, posting::Act::Reverse, reason("重复记账"))?;
    Ok(())
}

fn shares(stage: &Stage, licences: &Licences) -> Result<()> {
    let draft = |licence: (&'static str, &'static str), percents: [&str; 3]| {
        let row = |(who, name, percent, why): (&str, &str, &str, &str)| json!({ "contributor": who, "name": name, "percent": percent, "for": why });
        stage.opens::<Split>(
            "legal",
            json!({
                "licence": licences[&licence], "basis": "按照谁投入、谁贡献、谁受益的原则协商确定。",
                "shares": [
                    row(("developer", "产品开发单位", percents[0], "产品开发和市场运营")), row(("primary", "大境门数据运营有限公司", percents[1], "平台、算力和合规审核")),
                    row(("source", "数源单位", percents[2], "数据采集和治理")),
                ],
            }),
        )
    };
    let (yi, jia) = (("yi", "parking"), ("jia", "farm"));
    for percents in [["80", "15", "5"], ["75", "18", "7"]] {
        let id = draft(yi, percents)?;
        stage.does::<Split>("yi", id, split::Act::Agree, json!({}))?;
    }
    let agreed = stage.look(|look| platform::case::all_of::<Split>(look, "licence", licences[&yi], &[split::State::Agreed]))?;
    if let Some(agreed) = agreed.first() {
        let said = json!({ "amount": "35000", "on_day": stage.date(0), "memo": "按协议分配产品收益" });
        stage.does::<Split>("yi", agreed.id, split::Act::Distribute, said)?;
    }
    let withdrawn = draft(jia, ["90", "5", "5"])?;
    stage.does::<Split>("legal", withdrawn, split::Act::Withdraw, reason("各方重新协商"))?;
    draft(jia, ["70", "20", "10"]).map(drop)
}

/// Fees and surveys that wait for somebody.
fn prices(stage: &Stage) -> Result<()> {
    fee(stage, "算力服务", "各类场景", "8", json!({ "billing": "time", "unit": "核时" }))?;
    let returned = fee(stage, "数据快递服务", "各类场景", "200", json!({ "billing": "number", "unit": "次" }))?;
    stage.does::<Fee>("office", returned, fee::Act::Return, reason("请补充测算依据"))?;
    let withdrawn = fee(stage, "图层服务", "各类场景", "30", json!({}))?;
    stage.does::<Fee>("finance", withdrawn, fee::Act::Withdraw, reason("与查询服务重复"))?;
    survey(stage, "610000")?;
    let submitted = survey(stage, "620000")?;
    stage.does::<Survey>("finance", submitted, survey::Act::Submit, json!({}))?;
    let applied = survey(stage, "630000")?;
    stage.does::<Survey>("finance", applied, survey::Act::Submit, json!({}))?;
    stage.does::<Survey>("office", applied, survey::Act::Apply, reason("成本变化较大，申请提前评估"))?;
    let returned = survey(stage, "640000")?;
    stage.does::<Survey>("finance", returned, survey::Act::Submit, json!({}))?;
    stage.does::<Survey>("office", returned, survey::Act::Return, reason("请附审计报告"))?;
    let withdrawn = survey(stage, "650000")?;
    stage.does::<Survey>("finance", withdrawn, survey::Act::Withdraw, reason("与另一件重复")).map(drop)
}

/// Packs in every state: this year's is being assembled; older years stand in for the rest.
fn packs(stage: &Stage) -> Result<()> {
    let this = year(stage)?;
    let gone = pack_of(stage, this)?;
    stage.does::<Pack>("finance", gone, pack::Act::Withdraw, reason("取数后有新的凭证，重新编制"))?;
    pack_of(stage, this)?;
    for (back, act) in [(2, None), (3, Some(pack::Act::Return)), (4, Some(pack::Act::Sign))] {
        let id = pack_of(stage, this - back)?;
        stage.does::<Pack>("finance", id, pack::Act::Check, json!({}))?;
        if let Some(act) = act {
            stage.does::<Pack>("legal", id, act, reason("请核对历史数据"))?;
        }
    }
    Ok(())
}
