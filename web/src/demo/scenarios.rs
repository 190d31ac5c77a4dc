//! Demand and scenarios of the demo city.

use super::Stage;
use super::resources::Entries;
use platform::{Id, Refusal, Result};
use primary::demand::{self, Demand};
use primary::scenario::{self, Scenario};
use serde_json::{Value, json};
use std::collections::HashMap;

/// Published scenarios by a short name.
pub type Scenarios = HashMap<&'static str, Id<Scenario>>;

fn wish(title: &str, domain: &str, purpose: &str, unit: &str, dataset: &str) -> Value {
    json!({
        "title": title, "domain": domain, "purpose": purpose, "unit": unit, "problem": format!("{title}缺少可信、及时的公共数据支撑。"),
        "expected_result": "形成可按次调用或按期提供的数据产品", "product_forms": ["interface", "indicator", "report"],
        "data_needed": [{ "department": "市级数源单位", "dataset": dataset, "reason": "场景必需，按最小必要申请" }],
        "value": "提升治理和服务效率，带动本地数据产业", "contact": "张弛 0313-8000000",
    })
}

/// Short name, title, domain, purpose, who asks, entries.
type Class = (&'static str, &'static str, &'static str, &'static str, &'static str, &'static [&'static str]);

const CLASSES: &[Class] = &[
    ("parking", "城市停车治理", "city", "industry", "yi", &["parking", "berth", "toll"]),
    ("farm", "农产品价格风险预警", "agriculture", "industry", "jia", &["price", "crop"]),
    ("elder", "独居老人关爱服务", "livelihood", "public_good", "bing", &["elder", "home"]),
    ("credit", "涉农小微企业信贷服务", "finance", "industry", "jia", &["subsidy", "crop", "price"]),
    ("care", "养老机构服务评价", "livelihood", "industry", "bing", &["home"]),
    ("street", "占道经营综合分析", "city", "industry", "yi", &["violation", "parking"]),
    ("pilot", "停车场经营选址", "city", "industry", "bing", &["parking"]),
];

pub fn play(stage: &mut Stage, entries: &Entries) -> Result<Scenarios> {
    stage.day(4);
    let mut scenarios = Scenarios::new();
    for (key, title, domain, purpose, who, of) in CLASSES {
        let demand = stage.opens::<Demand>(who, wish(&format!("{title}数据服务需求"), domain, purpose, "演示单位", "相关目录"))?;
        let merged = stage.does::<Demand>("desk", demand, demand::Act::Merge, json!({ "title": title }))?;
        let class = merged.scenario.ok_or_else(|| Refusal::broken("a merged demand has a class"))?;
        let entries: Vec<&String> = of.iter().filter_map(|e| entries.get(e)).collect();
        let said = json!({
            "title": title, "domain": domain, "purpose": purpose, "description": format!("围绕{title}，在授权运营域内加工公共数据，形成数据产品。原始数据不出域，数据可用不可见。"),
            "product_forms": ["interface", "indicator", "report", "model"], "demands": [demand], "entries": entries,
            "safeguards": "脱敏、最小分组、访问控制、全程记录", "value": "预计服务市民 30 万人次",
        });
        stage.does::<Scenario>("desk", class, scenario::Act::Edit, said)?;
        stage.does::<Scenario>("desk", class, scenario::Act::Submit, json!({}))?;
        scenarios.insert(*key, class);
    }
    // A second demand for the same thing joins the class.
    let same = stage.opens::<Demand>("bing", wish("停车诱导需求", "city", "industry", "丙林数据服务有限公司", "泊位实时状态"))?;
    stage.day(7);
    for (key, ..) in CLASSES {
        stage.does::<Scenario>("office", scenarios[key], scenario::Act::Approve, json!({ "reason": "经会议审定，同意纳入应用场景目录" }))?;
        stage.does::<Scenario>("desk", scenarios[key], scenario::Act::Publish, json!({}))?;
    }
    stage.does::<Demand>("desk", same, demand::Act::Merge, json!({ "scenario": scenarios["parking"] }))?;
    Ok(scenarios)
}

/// One demand and one class in every other state, near the end of the story.
pub fn finish(stage: &mut Stage) -> Result<()> {
    stage.before_end(12);
    let wished = |title: &'static str| wish(title, "culture_tourism", "industry", "演示单位", "景区客流");
    stage.opens::<Demand>("jia", wished("冰雪旅游客流预测"))?;
    let declined = stage.opens::<Demand>("buyer", wished("个人征信画像"))?;
    stage.does::<Demand>("desk", declined, demand::Act::Decline, json!({ "reason": "涉及个人信息，依法不纳入授权运营范围" }))?;
    let withdrawn = stage.opens::<Demand>("yi", wished("夜间经济热力"))?;
    stage.does::<Demand>("yi", withdrawn, demand::Act::Withdraw, json!({}))?;
    let merged = stage.opens::<Demand>("yi", wished("滑雪场安全预警"))?;
    stage.does::<Demand>("desk", merged, demand::Act::Merge, json!({ "title": "冰雪运动安全" }))?;
    let class = |title: &'static str| json!({ "title": title, "domain": "culture_tourism", "purpose": "industry", "description": format!("{title}的应用场景说明。"), "product_forms": ["report"], "resources": "客流、气象类数据" });
    for (title, act) in [
        ("文旅消费分析", None),
        ("景区承载量预警", Some(scenario::Act::Return)),
        ("游客个人轨迹服务", Some(scenario::Act::Refuse)),
        ("旅游投诉热点分析", Some(scenario::Act::Approve)),
        ("冬季交通保障", Some(scenario::Act::Withdraw)),
    ] {
        let id = stage.opens::<Scenario>("desk", class(title))?;
        stage.does::<Scenario>("desk", id, scenario::Act::Submit, json!({}))?;
        match act {
            None => {}
            Some(scenario::Act::Withdraw) => {
                stage.does::<Scenario>("office", id, scenario::Act::Approve, json!({ "reason": "同意" }))?;
                stage.does::<Scenario>("desk", id, scenario::Act::Publish, json!({}))?;
                stage.does::<Scenario>("desk", id, scenario::Act::Withdraw, json!({ "reason": "场景并入智慧交通" }))?;
            }
            Some(act) => {
                stage.does::<Scenario>("office", id, act, json!({ "reason": "请按最小必要原则重新论证数据范围" }))?;
            }
        }
    }
    Ok(())
}
