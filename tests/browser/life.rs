//! The main job clicked through, as each of the people: from a data resource to a product that everybody sees. The demo
//! city gives the people; every case on the way is new, and the clock is moved where people would wait.

use crate::people::{Life, beginning, id};
use chrono::Duration;
use support::City;
use support::browser::{Look, browse};
use thirtyfour::prelude::*;

const CONDITIONS: [&str; 3] = ["legal_person", "rules", "security_officer"];
const MATERIALS: [&str; 3] = ["business_licence", "audit_report", "security_commitment"];
const PLAN: &str = "按路段汇总后建模，原始数据不出域";

#[test]
fn a_life_is_clicked_through() {
    let city = City::open_at(beginning());
    browse("life", Look { height: 1200, ..Look::default() }, async |browser| {
        let life = Life { browser, city: &city };
        let entry = resource(&life).await?;
        let class = scenario(&life, &entry).await?;
        let call = announcement(&life, &class, &entry).await?;
        question(&life, &call).await?;
        let bids = [bid(&life, "yi", &call, "110000").await?, bid(&life, "bing", &call, "90000").await?];
        selection(&life, &call, &bids).await?;
        let licence = licence(&life, &bids[0]).await?;
        let product = product(&life, &licence).await?;
        review(&life, &product).await?;
        shelf(&life, &product).await?;
        disclosure(&life).await?;
        public(&life, &licence, &product).await
    });
}

async fn resource(life: &Life<'_>) -> WebDriverResult<String> {
    life.shows("/demo").await?;
    life.sound("demo").await?;
    life.is("source").await?;
    life.sound("work").await?;
    life.shows("/work/entries/new").await?;
    let said = [
        ("title", "路段泊位占用统计"),
        ("domain", "city"),
        ("summary", "按路段统计"),
        ("level", "l1"),
        ("share", "unconditional"),
        ("open", "unconditional"),
        ("cycle", "daily"),
        ("fields[0].name", "路段编号"),
    ];
    life.fill(&said).await?;
    life.sound("entry-new").await?;
    life.press("/work/entries").await?;
    let entry = life.here().await?;
    life.sound("entry").await?;
    life.does(&entry, "submit", &[]).await?;
    life.is("bureau").await?;
    life.shows(&entry).await?;
    life.sound("entry-bureau").await?;
    life.does(&entry, "publish", &[]).await?;
    life.says("已发布").await?;
    Ok(entry)
}

async fn scenario(life: &Life<'_>, entry: &str) -> WebDriverResult<String> {
    life.is("yi").await?;
    life.shows("/work/demands/new").await?;
    let said = [
        ("title", "路段停车指数需求"),
        ("domain", "city"),
        ("purpose", "industry"),
        ("unit", "乙水数据有限公司"),
        ("problem", "找不到车位"),
        ("expected_result", "按次调用的指数接口"),
        ("data_needed[0].dataset", "路段泊位占用统计"),
        ("data_needed[0].reason", "计算指数"),
        ("value", "减少绕行"),
        ("contact", "张弛 0313-1"),
    ];
    life.fill(&said).await?;
    life.tick("product_forms", "interface").await?;
    life.sound("demand-new").await?;
    life.press("/work/demands").await?;
    let demand = life.here().await?;
    life.is("desk").await?;
    life.shows("/work/demands?state=filed").await?;
    life.sound("demands").await?;
    life.does(&demand, "merge", &[("title", "路段停车指数")]).await?;
    life.follow("/work/scenarios/").await?;
    let class = life.here().await?;
    life.turn_to("edit").await?;
    life.put("description", "在授权运营域内加工，原始数据不出域。").await?;
    life.tick("entries", id(entry)).await?;
    life.sound("scenario-edit").await?;
    life.press(&format!("{class}/edit")).await?;
    life.does(&class, "submit", &[]).await?;
    life.is("office").await?;
    life.sound("work-office").await?;
    life.shows(&class).await?;
    life.sound("scenario-office").await?;
    life.in_english("scenario-office").await?;
    life.does(&class, "approve", &[("reason", "经会议审定，同意纳入")]).await?;
    life.is("desk").await?;
    life.does(&class, "publish", &[]).await?;
    life.says("已列入目录").await?;
    life.sound("scenario").await?;
    Ok(class)
}

async fn announcement(life: &Life<'_>, class: &str, entry: &str) -> WebDriverResult<String> {
    life.shows("/work/announcements/new").await?;
    let (deadline, opening) = (format!("{}T17:00", life.day(21)), format!("{}T09:30", life.day(22)));
    let said = [
        ("title", "路段停车指数授权运营公告"),
        ("scenario", id(class)),
        ("term_years", "3"),
        ("fee", "120000"),
        ("fee_basis", "试行标准"),
        ("deadline", deadline.as_str()),
        ("opening", opening.as_str()),
        ("criteria[0].name", "方案"),
        ("criteria[0].weight", "60"),
        ("criteria[1].name", "安全"),
        ("criteria[1].weight", "30"),
        ("pass_mark", "60"),
        ("contact", "0313-0"),
    ];
    life.fill(&said).await?;
    life.only("conditions", &CONDITIONS).await?;
    life.only("materials", &MATERIALS).await?;
    life.only("entries", &[id(entry)]).await?;
    life.sound("announcement-new").await?;
    life.press("/work/announcements").await?;
    let call = life.here().await?;
    // The weights sum to 90: said where it is, and nothing lost.
    life.press(&format!("{call}/publish")).await?;
    life.says("90").await?;
    life.sound("announcement-refused").await?;
    life.shows(&format!("{call}/edit")).await?;
    life.put("criteria[1].weight", "40").await?;
    life.press(&format!("{call}/edit")).await?;
    life.does(&call, "publish", &[]).await?;
    life.sound("announcement").await?;
    life.shows(&format!("/announcements/{}", id(&call))).await?;
    life.says("路段停车指数授权运营公告").await?;
    life.sound("announcement-public").await?;
    life.in_english("announcement-public").await?;
    Ok(call)
}

async fn question(life: &Life<'_>, call: &str) -> WebDriverResult<()> {
    life.is("jia").await?;
    life.shows(&format!("/work/questions/new?announcement={}", id(call))).await?;
    life.put("question", "是否接受联合体申请？").await?;
    life.press("/work/questions").await?;
    let question = life.here().await?;
    life.is("desk").await?;
    life.does(&question, "answer", &[("answer", "不接受，一场景一申请。")]).await?;
    life.sound("question").await?;
    life.shows(&format!("/announcements/{}", id(call))).await?;
    life.says("不接受，一场景一申请。").await
}

async fn bid(life: &Life<'_>, who: &str, call: &str, price: &str) -> WebDriverResult<String> {
    life.is(who).await?;
    life.shows(&format!("/work/bids/new?announcement={}", id(call))).await?;
    life.press("/work/bids").await?;
    let bid = life.here().await?;
    life.sound(&format!("bid-tasks-{who}")).await?;
    let task = |section: &str| format!("{bid}/task/{section}");
    life.shows(&task("basic")).await?;
    life.fill(&[("contact", "张弛"), ("phone", "0313-1"), ("security_officer", "孔繁"), ("security_phone", "0313-2")]).await?;
    life.press(&task("basic")).await?;
    for n in 0..CONDITIONS.len() {
        life.tick(&format!("conditions[{n}].meets"), "on").await?;
        life.put(&format!("conditions[{n}].evidence"), "见附件").await?;
    }
    life.press(&task("capability")).await?;
    let said = [("technical_plan", PLAN), ("data_use_plan", "最小必要"), ("products", "指数接口"), ("social_value", "便民"), ("price", "一千")];
    life.fill(&said).await?;
    life.tick("forms", "interface").await?;
    life.press(&task("plan")).await?;
    // Kept although it is no amount; said at its field.
    assert_eq!(life.path().await?, task("plan"));
    life.query(By::Css("#price-error")).first().await?;
    life.sound(&format!("bid-problem-{who}")).await?;
    life.put("price", price).await?;
    life.press(&task("plan")).await?;
    life.put("security_plan", "专人值守，全程审计").await?;
    life.tick("security_commitment", "on").await?;
    life.press(&task("security")).await?;
    life.sound(&format!("bid-papers-{who}")).await?;
    life.press(&task("papers")).await?;
    assert_eq!(life.path().await?, format!("{bid}/check"));
    life.sound(&format!("bid-check-{who}")).await?;
    life.in_english(&format!("bid-check-{who}")).await?;
    life.tick("independent", "on").await?;
    life.tick("truthful", "on").await?;
    life.press(&format!("{bid}/check")).await?;
    assert_eq!(life.path().await?, format!("{bid}/submitted"));
    life.sound(&format!("bid-submitted-{who}")).await?;
    Ok(bid)
}

async fn selection(life: &Life<'_>, call: &str, bids: &[String]) -> WebDriverResult<()> {
    let page = format!("{call}/selection");
    // Sealed: the operator is told when, and nothing else.
    life.is("legal").await?;
    life.shows(&bids[0]).await?;
    assert!(!life.source().await?.contains(PLAN));
    life.sound("bid-sealed").await?;
    life.city.passes(Duration::days(23));
    life.is("legal").await?;
    life.shows(&page).await?;
    life.sound("selection-opened").await?;
    for (n, bid) in bids.iter().enumerate() {
        life.shows(&format!("{bid}/admit")).await?;
        for n in 0..CONDITIONS.len() {
            life.tick(&format!("conditions[{n}].meets"), "on").await?;
            life.put(&format!("conditions[{n}].evidence"), "核对原件").await?;
        }
        if n == 0 {
            life.sound("admission").await?;
        }
        life.press(&format!("{bid}/admit")).await?;
    }
    for name in ["韩立群", "杨帆", "朱明哲"] {
        life.shows(&page).await?;
        life.open("/work/scorings").await?;
        life.pick("expert", name).await?;
        life.press("/work/scorings").await?;
    }
    for (n, expert) in ["expert", "expert2", "expert3"].iter().enumerate() {
        life.is(expert).await?;
        life.shows("/work/scorings?state=invited").await?;
        life.leaves(async || life.find(By::LinkText("路段停车指数授权运营公告")).await?.click().await).await?;
        let sheet = life.here().await?;
        life.shows(&format!("{sheet}/submit")).await?;
        for at in 0..4 {
            let of: String = life.query(By::Css(format!("[name=\"points[{at}].bid\"]"))).first().await?.value().await?.unwrap_or_default();
            let points = if of == id(&bids[0]) { 90 - n } else { 80 - n };
            life.put(&format!("points[{at}].points"), &points.to_string()).await?;
        }
        life.put("opinion", "方案完整，措施可行").await?;
        life.tick("independent", "on").await?;
        if n == 0 {
            life.sound("scoring").await?;
            life.in_english("scoring").await?;
            for at in 0..4 {
                let of: String = life.query(By::Css(format!("[name=\"points[{at}].bid\"]"))).first().await?.value().await?.unwrap_or_default();
                life.put(&format!("points[{at}].points"), if of == id(&bids[0]) { "90" } else { "80" }).await?;
            }
            life.put("opinion", "方案完整，措施可行").await?;
            life.tick("independent", "on").await?;
        }
        life.press(&format!("{sheet}/submit")).await?;
    }
    life.is("legal").await?;
    life.shows(&page).await?;
    life.press(&format!("{call}/rank")).await?;
    life.says("89.00").await?;
    life.sound("selection-ranked").await?;
    life.shows(&page).await?;
    life.open(&format!("{call}/notice")).await?;
    life.query(By::Css(format!("form[action^=\"{call}/notice\"] [name=winners]"))).first().await?.send_keys("1").await?;
    life.press(&format!("{call}/notice")).await?;
    life.sound("selection-noticed").await?;
    life.shows(&format!("/announcements/{}", id(call))).await?;
    life.says("89.00").await?;
    life.sound("notice-public").await?;
    life.city.passes(Duration::days(12));
    life.is("legal").await?;
    life.shows(&page).await?;
    life.open(&format!("{call}/award")).await?;
    life.query(By::Css(format!("form[action^=\"{call}/award\"] [name=_password]"))).first().await?.send_keys(dajing::demo::PASSWORD).await?;
    life.press(&format!("{call}/award")).await?;
    life.sound("selection-awarded").await
}

async fn licence(life: &Life<'_>, winner: &str) -> WebDriverResult<String> {
    life.shows(&format!("/work/filings/new?bid={}", id(winner))).await?;
    let (from, to) = (life.day(0), life.day(1000));
    life.fill(&[("scope", "在公告范围内开发数据产品"), ("from_on", &from), ("to_on", &to), ("risk_assessment", "总体可控")]).await?;
    life.sound("filing-new").await?;
    life.press("/work/filings").await?;
    let filing = life.here().await?;
    life.is("office").await?;
    life.shows(&filing).await?;
    life.sound("filing").await?;
    life.does(&filing, "receive", &[("reason", "予以报备")]).await?;
    life.is("legal").await?;
    life.shows("/work/licences/new").await?;
    life.put("filing", id(&filing)).await?;
    life.press("/work/licences").await?;
    let licence = life.here().await?;
    life.sound("licence-drafted").await?;
    life.is("legal2").await?;
    life.shows(&format!("{licence}/agreement")).await?;
    life.says("乙水").await?;
    life.sound("agreement").await?;
    life.in_english("agreement").await?;
    life.does(&licence, "sign", &[("_password", dajing::demo::PASSWORD)]).await?;
    life.is("yi").await?;
    life.shows(&format!("/work/plans/new?licence={}", id(&licence))).await?;
    life.fill(&[("lead", "孔繁"), ("phone", "0313-2"), ("risks", "账号泄露"), ("measures", "切断访问"), ("reporting", "立即报告")]).await?;
    life.sound("plan-new").await?;
    life.press("/work/plans").await?;
    life.shows(&licence).await?;
    life.sound("licence-signed").await?;
    life.does(&licence, "countersign", &[("_password", dajing::demo::PASSWORD)]).await?;
    life.says("有效").await?;
    life.sound("licence").await?;
    life.in_english("licence").await?;
    Ok(licence)
}

async fn product(life: &Life<'_>, licence: &str) -> WebDriverResult<String> {
    life.shows("/work/products/new").await?;
    life.fill(&[("licence", id(licence)), ("title", "路段停车指数接口"), ("form", "interface")]).await?;
    life.press("/work/products").await?;
    let path = life.path().await?;
    let product = path.trim_end_matches("/tasks").to_string();
    life.sound("product-tasks").await?;
    let task = |section: &str| format!("{product}/task/{section}");
    life.shows(&task("about")).await?;
    life.fill(&[("purpose", "industry"), ("summary", "按路段给出停车难易指数"), ("coverage", "主城区"), ("update_cycle", "daily")]).await?;
    life.press(&task("about")).await?;
    life.query(By::Css("input[name=sources]")).first().await?.click().await?;
    life.press(&task("sources")).await?;
    life.fill(&[("method", "按路段汇总"), ("masking", "不含车牌"), ("min_group", "20"), ("irreversible_reason", "只输出汇总数")]).await?;
    life.tick("irreversible", "on").await?;
    life.sound("product-method").await?;
    life.press(&task("method")).await?;
    life.fill(&[("interface", "GET /v1/index?road=编号"), ("sample_text", "road,value")]).await?;
    life.tick("sample_masked", "on").await?;
    life.press(&task("content")).await?;
    life.fill(&[("limits", "不得转授"), ("delivery", "接口")]).await?;
    life.press(&task("use")).await?;
    assert_eq!(life.path().await?, format!("{product}/submit"));
    life.sound("product-check").await?;
    life.in_english("product-check").await?;
    life.tick("truthful", "on").await?;
    life.press(&format!("{product}/submit")).await?;
    life.sound("product-submitted").await?;
    Ok(product)
}

async fn review(life: &Life<'_>, product: &str) -> WebDriverResult<()> {
    let mut review = String::new();
    for who in ["reviewer", "reviewer2"] {
        life.is(who).await?;
        life.shows(product).await?;
        life.follow("/work/reviews/").await?;
        review = life.here().await?;
        life.press(&format!("{review}/claim")).await?;
        for n in 0..5 {
            life.put(&format!("points[{n}].verdict"), "meets").await?;
            life.put(&format!("points[{n}].reason"), &format!("{who} 的说明")).await?;
            life.put(&format!("points[{n}].evidence"), "field:method").await?;
        }
        life.sound(&format!("review-{who}")).await?;
        let other = if who == "reviewer" { "reviewer2 的说明" } else { "reviewer 的说明" };
        assert!(!life.main().await?.contains(other), "{who} reads the other's opinion");
        life.press(&format!("{review}/vote")).await?;
        life.sound(&format!("review-voted-{who}")).await?;
    }
    life.in_english("review-both").await?;
    life.says("reviewer 的说明").await?;
    life.does(&review, "approve", &[("reason", "五项要点均符合")]).await?;
    life.says("通过").await?;
    life.sound("review-approved").await
}

async fn shelf(life: &Life<'_>, product: &str) -> WebDriverResult<()> {
    life.is("yi").await?;
    life.shows(&format!("/work/prices/new?product={}", id(product))).await?;
    let today = life.day(0);
    let said = [
        ("tariff", "per_call"),
        ("amount", "0.35"),
        ("effective_on", today.as_str()),
        ("costs[0].item", "计算"),
        ("costs[0].amount", "12000"),
        ("basis", "成本加合理收益"),
        ("scenario_use", "停车诱导"),
        ("scope", "按次调用"),
    ];
    life.fill(&said).await?;
    life.sound("price-new").await?;
    life.press("/work/prices").await?;
    let price = life.here().await?;
    life.is("finance").await?;
    life.shows(&price).await?;
    life.sound("price").await?;
    life.does(&price, "receive", &[]).await?;
    life.is("yi").await?;
    life.does(product, "list", &[]).await?;
    life.sound("product-listed").await
}

async fn disclosure(life: &Life<'_>) -> WebDriverResult<()> {
    for who in ["yi", "legal"] {
        life.is(who).await?;
        life.shows("/work/disclosures/new").await?;
        life.put("period", "2026").await?;
        life.press("/work/disclosures").await?;
        let disclosure = life.here().await?;
        life.sound(&format!("disclosure-drafted-{who}")).await?;
        life.does(&disclosure, "publish", &[]).await?;
        life.shows(&format!("/disclosures/{}", id(&disclosure))).await?;
        life.says(if who == "yi" { "路段停车指数接口" } else { "路段停车指数" }).await?;
        life.sound(&format!("disclosure-{who}")).await?;
    }
    life.in_english("disclosure-legal").await
}

/// What everybody sees, with nobody signed in.
async fn public(life: &Life<'_>, licence: &str, product: &str) -> WebDriverResult<()> {
    life.delete_all_cookies().await?;
    for (name, path, words) in [
        ("public-product", format!("/products/{}", id(product)), "路段停车指数接口"),
        ("public-products", "/products?q=%E8%B7%AF%E6%AE%B5".to_string(), "路段停车指数接口"),
        ("public-licence", format!("/licences/{}", id(licence)), "路段停车指数"),
        ("public-prices", "/prices".to_string(), "路段停车指数接口"),
    ] {
        life.shows(&path).await?;
        life.says(words).await?;
        life.sound(name).await?;
        let shown = life.path().await?;
        life.shows(&format!("/lang/en?to={shown}")).await?;
        life.sound(&format!("{name}-en")).await?;
        life.shows("/lang/zh-CN?to=/").await?;
    }
    // The number on the licence stands for it.
    life.shows(&format!("/licences/{}", id(licence))).await?;
    let said = life.main().await?;
    let number = said.split_whitespace().find(|w| w.contains("数授〔")).map(|w| w.trim_matches(|c: char| "，。：".contains(c)).to_string());
    let number = number.unwrap_or_else(|| panic!("a licence shows its number: {said}"));
    life.shows("/verify").await?;
    life.put("number", &number).await?;
    life.leaves(async || life.reach("main form button.btn-primary").await).await?;
    life.says(&number).await?;
    life.sound("verify").await
}
