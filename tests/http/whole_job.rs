//! The whole main job over HTTP, in a town that begins empty: each person with a browser of his own, every act through the
//! form that the page offers. From a resource to what any visitor reads, checks and takes away as a file.

use crate::town::{PASSWORD, Town, at};
use calamine::Reader;
use chrono::Duration;
use serde_json::Value;
use support::Visitor;
use support::visitor::Answer;

const PDF: &[u8] = b"%PDF-1.7\n% a paper\n%%EOF\n";
/// What nobody reads before the opening.
const SECRET: &str = "乙水独有的投标思路";
/// What an expert says before the others have scored, and a reviewer before the other has voted.
const BLIND: &str = "先到者的意见";
const CONDITIONS: [&str; 3] = ["legal_person", "rules", "security_officer"];
const MATERIALS: [&str; 3] = ["business_licence", "audit_report", "security_commitment"];
const POINTS: usize = 5;

/// The last part of an address.
fn id_of(address: &str) -> String {
    address.split('?').next().unwrap_or_default().rsplit('/').next().unwrap_or_default().to_string()
}

/// The first address in a page that begins so and ends with an id.
fn link(page: &Answer, start: &str) -> String {
    let links = page.links();
    let found = links.iter().find(|l| l.starts_with(start) && l[start.len()..].len() == 36);
    found.unwrap_or_else(|| panic!("no link to {start}… in {links:?}: {}", page.said())).clone()
}

fn day(town: &Town, days: i64) -> String {
    (platform::day::shanghai_date(town.city.app.db.clock().now()) + Duration::days(days)).to_string()
}

/// The number of a case as its page tells a program: the one nearest to the top.
fn number_in(json: &Value) -> Option<String> {
    let mut level = vec![json];
    while !level.is_empty() {
        let found = level.iter().find_map(|v| v["serial"].as_str().filter(|s| s.contains('〔')));
        if found.is_some() {
            return found.map(str::to_string);
        }
        level = level.into_iter().filter_map(Value::as_object).flat_map(|o| o.values()).collect();
    }
    None
}

/// The state of a case as its page tells a program.
fn state(who: &Visitor, address: &str) -> String {
    let shown = who.json(address);
    assert_eq!(shown.status, 200, "{} {address}: {}", who.name(), shown.text);
    shown.json()["state"].as_str().unwrap_or_else(|| panic!("{address} has no state: {}", shown.text)).to_string()
}

#[test]
fn from_an_empty_town_to_a_product_that_everybody_sees() {
    let town = Town::found("2026-03-02T09:00");
    let entries = resources(&town);
    let scenario = a_class(&town, &entries);
    let call = a_call(&town, &scenario, &entries);
    a_question(&town, &call);
    let bids = sealed_bids(&town, &call);
    opened(&town, &call, &bids);
    scored(&town, &call, &bids);
    awarded(&town, &call, &bids);
    let filing = filed(&town, &bids[0]);
    let licence = granted(&town, &filing);
    let product = submitted(&town, &licence);
    reviewed(&town, &product);
    listed(&town, &product);
    let disclosures = disclosed(&town);
    everybody_sees(&town, &[scenario, call, licence.clone(), product.clone()], &disclosures);
    the_shelf_follows_the_licence(&town, &licence, &product);
    let checked = town.who("auditor").page("/work/audit/verify");
    assert!(checked.said().contains("事件链完整") || town.city.look(platform::event::verify).broken.is_none(), "{}", checked.said());
}

/// One entry through the form, returned once; one from a list.
fn resources(town: &Town) -> Vec<String> {
    let (source, bureau) = (town.who("source"), town.who("bureau"));
    let said = [
        ("title", "泊位实时状态"),
        ("domain", "city"),
        ("summary", "路侧泊位占用"),
        ("level", "l2"),
        ("share", "unconditional"),
        ("open", "conditional"),
        ("open_basis", "脱敏后开放"),
        ("cycle", "daily"),
        ("fields[0].name", "泊位编号"),
        ("fields[0].type", "文本"),
        ("fields[0].meaning", "泊位的编号"),
    ];
    let entry = source.begins("/work/entries/new", |f| f.fill(&said));
    town.is_nothing_to(&entry, &["other_source"]);
    town.is_nothing_to(&format!("/resources/{}", id_of(&entry)), &["", "yi"]);
    source.does(&entry, "submit", |f| f);
    assert!(!source.page(&entry).offers(&format!("{entry}/publish")), "a source unit does not publish");
    bureau.does(&entry, "return", |f| f.put("reason", "请写明更新周期的依据"));
    let seen = source.page(&entry);
    assert!(seen.said().contains("请写明更新周期的依据") && seen.offers(&format!("{entry}/edit")));
    source.does(&entry, "edit", |f| f.put("remark", "由泊位传感器每日归集"));
    source.does(&entry, "submit", |f| f);
    bureau.does(&entry, "publish", |f| f);

    let list = "数据资源名称,数据领域,数据分级,共享属性,开放属性,更新周期\n停车场基本信息,城市治理,一级,无条件共享,无条件开放,每月\n";
    let shown = source.press(&source.page("/work/entries/import").form("/work/entries/import").file("file", "目录.csv", list.as_bytes()));
    assert!(shown.status == 200 && shown.said().contains("停车场基本信息"), "{}", shown.said());
    assert_eq!(source.done(&shown.form("/work/entries/import/confirm")), "/work/entries/import?entered=1");
    let imported = link(&source.page("/work/entries?state=drafted"), "/work/entries/");
    source.does(&imported, "submit", |f| f);
    bureau.does(&imported, "publish", |f| f);

    let public = town.city.visitor().page("/resources");
    assert!(public.said().contains("泊位实时状态") && public.said().contains("停车场基本信息"));
    vec![id_of(&entry), id_of(&imported)]
}

/// A demand, the class made of it, the office's decision, the catalogue.
fn a_class(town: &Town, entries: &[String]) -> String {
    let (yi, desk, office) = (town.who("yi"), town.who("desk"), town.who("office"));
    let said = [
        ("title", "停车难指数需求"),
        ("domain", "city"),
        ("purpose", "industry"),
        ("unit", "乙水数据有限公司"),
        ("problem", "找不到车位"),
        ("expected_result", "按次调用的指数接口"),
        ("data_needed[0].dataset", "泊位实时状态"),
        ("data_needed[0].reason", "计算指数"),
        ("value", "减少绕行"),
        ("contact", "张弛 0313-1"),
    ];
    let demand = yi.begins("/work/demands/new", |f| f.fill(&said).only("product_forms", &["interface"]));
    town.is_nothing_to(&demand, &["jia"]);
    assert!(!yi.page(&demand).offers(&format!("{demand}/merge")));
    let merged = desk.does(&demand, "merge", |f| f.put("title", "城市停车治理"));
    let class = link(&merged, "/work/scenarios/");
    let public = format!("/scenarios/{}", id_of(&class));
    let entries: Vec<&str> = entries.iter().map(String::as_str).collect();
    desk.does(&class, "edit", |f| {
        assert!(f.value("demands").contains(&id_of(&demand)), "the demand is part of the class");
        f.put("description", "在授权运营域内加工，原始数据不出域。").only("entries", &entries).put("safeguards", "脱敏、最小分组")
    });
    desk.does(&class, "submit", |f| f);
    town.is_nothing_to(&public, &["", "yi"]);
    assert!(!desk.page(&class).offers(&format!("{class}/approve")), "the desk does not decide on what it submitted");
    assert!(office.page("/work").text.contains("/work/scenarios"), "what waits for the office is on its first page");
    let missing = office.press(&office.page(&class).form(&format!("{class}/approve")));
    assert!(missing.status == 422 && missing.text.contains("reason-error"), "a decision has its reason: {}", missing.said());
    office.does(&class, "approve", |f| f.put("reason", "经会议审定，同意"));
    desk.does(&class, "publish", |f| f);
    assert_eq!((state(&desk, &class), state(&yi, &demand)), ("published".into(), "answered".into()));
    assert!(yi.page("/work/letters").said().contains("停车难指数需求"), "whoever asked is told");
    assert!(town.city.visitor().page(&public).said().contains("原始数据不出域"));
    class
}

/// An announcement whose weights first do not sum to a hundred.
fn a_call(town: &Town, class: &str, entries: &[String]) -> String {
    let desk = town.who("desk");
    let (deadline, opening) = (format!("{}T17:00", day(town, 21)), format!("{}T09:30", day(town, 22)));
    let said = [
        ("title", "城市停车治理授权运营公告"),
        ("scenario", &id_of(class)),
        ("method", "open_tender"),
        ("conditions_text", "具备独立法人资格。"),
        ("term_years", "3"),
        ("fee", "120000"),
        ("fee_basis", "成本"),
        ("deadline", &deadline),
        ("opening", &opening),
        ("criteria[0].name", "方案"),
        ("criteria[0].weight", "60"),
        ("criteria[1].name", "安全"),
        ("criteria[1].weight", "30"),
        ("pass_mark", "60"),
        ("contact", "0313-0"),
    ];
    let entries: Vec<&str> = entries.iter().map(String::as_str).collect();
    let call = desk.begins("/work/announcements/new", |f| {
        let f = f.fill(&said).only("conditions", &CONDITIONS).only("materials", &MATERIALS).only("entries", &entries);
        f.file("attachments", "协议范本.pdf", PDF)
    });
    let public = format!("/announcements/{}", id_of(&call));
    town.is_nothing_to(&public, &["", "yi", "source"]);
    let refused = desk.press(&desk.page(&format!("{call}/publish")).form(&format!("{call}/publish")));
    assert!(refused.status == 422 && refused.said().contains("90"), "the weights sum to 90: {}", refused.said());
    desk.does(&call, "edit", |f| {
        assert_eq!((f.value("criteria[1].weight"), f.value("fee")), ("30".into(), "120000".into()), "what was typed is there again");
        f.put("criteria[1].weight", "40")
    });
    desk.does(&call, "publish", |f| f);
    let seen = town.city.visitor().page(&public);
    assert!(seen.said().contains("具备独立法人资格") && seen.said().contains(&day(town, 21)));
    let file = seen.links().into_iter().find(|l| l.starts_with("/files/")).expect("the attachment is public");
    assert_eq!(town.city.visitor().get(&file).bytes, PDF);
    assert!(town.who("jia").page("/work/letters").said().contains("城市停车治理授权运营公告"));
    call
}

fn a_question(town: &Town, call: &str) {
    let (yi, desk) = (town.who("yi"), town.who("desk"));
    let question = yi.begins(&format!("/work/questions/new?announcement={}", id_of(call)), |f| f.put("question", "是否接受联合体申请？"));
    town.is_nothing_to(&question, &["jia"]);
    let public = format!("/announcements/{}", id_of(call));
    assert!(!town.city.visitor().page(&public).text.contains("联合体"));
    desk.does(&question, "answer", |f| f.put("answer", "不接受，一场景一申请。"));
    let seen = town.city.visitor().page(&public).said();
    assert!(seen.contains("不接受，一场景一申请。") && !seen.contains("乙水"), "the answer is everybody's, who asked is not: {seen}");
    assert_eq!(town.who("jia").page(&question).status, 200);
}

/// A bid written section by section, papers from the dossier, read through and sent.
fn bid(town: &Town, name: &str, call: &str, plan: &str, price: &str) -> String {
    let who = town.who(name);
    for (kind, title) in MATERIALS.iter().zip(["营业执照", "审计报告", "安全承诺书"]) {
        let said = [("kind", *kind), ("title", title), ("expires_on", "2030-12-31")];
        who.begins("/work/papers/new", |f| f.fill(&said).file("file", &format!("{title}.pdf"), PDF));
    }
    let to = who.page(&format!("/work/announcements/{}", id_of(call)));
    assert!(to.offers(&format!("/work/bids/new?announcement={}", id_of(call))));
    let bid = who.begins(&format!("/work/bids/new?announcement={}", id_of(call)), |f| f);
    let task = |section: &str, filled: &dyn Fn(support::form::Form) -> support::form::Form| {
        let page = format!("{bid}/task/{section}");
        let to = who.done(&filled(who.page(&page).form(&page)).button("go", "on"));
        assert!(!to.contains("check=1"), "{section} is complete: {}", who.page(&to).said());
    };
    // A draft is kept as it is, and says what is missing.
    let page = format!("{bid}/task/plan");
    let to = who.done(&who.page(&page).form(&page).fill(&[("technical_plan", plan), ("price", "一千")]).button("go", "on"));
    assert_eq!(to, format!("{page}?check=1"));
    let kept = who.page(&to);
    assert_eq!((kept.form(&page).value("technical_plan"), kept.form(&page).value("price")), (plan.to_string(), "一千".to_string()));
    assert!(kept.text.contains("price-error"));
    task("basic", &|f| f.fill(&[("contact", "张弛"), ("phone", "0313-1"), ("security_officer", "孔繁"), ("security_phone", "0313-2")]));
    task("capability", &|f| {
        (0..CONDITIONS.len()).fold(f, |f, n| f.tick(&format!("conditions[{n}].meets")).put(&format!("conditions[{n}].evidence"), "见附件"))
    });
    task("plan", &|f| {
        let f = f.fill(&[("data_use_plan", "最小必要"), ("products", "指数接口"), ("social_value", "便民"), ("price", price)]);
        f.only("forms", &["interface"])
    });
    task("security", &|f| f.put("security_plan", "专人值守，全程审计").tick("security_commitment"));
    task("papers", &|f| {
        // The commitment is given in the form itself.
        assert!((0..2).all(|n| f.value(&format!("papers[{n}].paper")).len() == 36), "papers of the dossier are chosen: {f:?}");
        f
    });
    let check = format!("{bid}/check");
    let again = who.press(&who.page(&check).form(&check));
    assert!(again.status == 422 && again.text.contains("truthful-error"), "{}", again.said());
    let to = who.done(&who.page(&check).form(&check).tick("independent").tick("truthful"));
    assert_eq!(to, format!("{bid}/submitted"));
    let receipt = who.page(&to).said();
    assert!(receipt.contains("2026") && receipt.contains("号"), "the receipt has a number: {receipt}");
    bid
}

/// Two bids, and everybody who might look tries to.
fn sealed_bids(town: &Town, call: &str) -> Vec<String> {
    town.city.passes(Duration::days(3));
    // 丙林 is not approved yet.
    let bing = town.who("bing");
    let refused = bing.sends("/work/bids", &serde_json::json!({ "announcement": id_of(call) }));
    assert_eq!((refused.status, refused.code().as_str()), (409, "not-approved-org"), "{}", refused.text);
    let bids = vec![bid(town, "yi", call, SECRET, "110000"), bid(town, "jia", call, "甲山的方案", "100000")];
    let twice = town.who("yi").sends("/work/bids", &serde_json::json!({ "announcement": id_of(call) }));
    assert_eq!(twice.code(), "one-bid");
    nobody_reads(town, call, &bids[0]);
    bids
}

fn nobody_reads(town: &Town, call: &str, bid: &str) {
    assert!(town.who("yi").page(bid).text.contains(SECRET));
    town.is_nothing_to(bid, &["jia", "bing", "expert"]);
    for name in ["desk", "legal", "reviewer", "finance", "office", "auditor", "system", "source", "bureau"] {
        let who = town.who(name);
        let paths = [
            bid.to_string(),
            format!("/work/bids?announcement={}", id_of(call)),
            "/work/bids?format=csv".into(),
            format!("{call}/selection"),
            "/work/letters".into(),
            "/work/letters/all".into(),
            "/work/audit".into(),
            format!("/work/audit?noun=bid&subject={}", id_of(bid)),
            "/work/audit?format=csv".into(),
        ];
        for path in paths {
            for answer in [who.get(&path), who.json(&path)] {
                assert!(answer.status < 500 && !answer.text.contains(SECRET), "{name} reads a sealed bid at {path}");
                assert!(path != bid || answer.status >= 400, "{name} {path}: {}", answer.status);
            }
        }
    }
}

/// The deadline, then the opening.
fn opened(town: &Town, call: &str, bids: &[String]) {
    let deadline = platform::day::shanghai_date(town.city.app.db.clock().now());
    town.city.until(at(&format!("{}T16:59", deadline + Duration::days(18))));
    assert!(town.who("yi").page(&bids[0]).offers(&format!("{}/withdraw", bids[0])));
    town.city.until(at(&format!("{}T17:00", deadline + Duration::days(18))));
    let late = town.who("bing").sends("/work/bids", &serde_json::json!({ "announcement": id_of(call) }));
    assert!(matches!(late.code().as_str(), "too-late" | "not-approved-org"), "{}", late.text);
    assert!(!town.who("yi").page(&bids[0]).offers(&format!("{}/withdraw", bids[0])), "nothing moves after the deadline");
    let withdrawn = town.who("yi").sends(&format!("{}/withdraw", bids[0]), &serde_json::json!({ "reason": "改主意" }));
    assert_eq!((withdrawn.status, withdrawn.code().as_str()), (409, "too-late"), "{}", withdrawn.text);
    let legal = town.who("legal");
    assert_eq!(state(&legal, call), "closed");
    assert!(!legal.page(call).offers(&format!("{call}/open")));
    nobody_reads(town, call, &bids[0]);
    town.city.until(at(&format!("{}T09:30", deadline + Duration::days(19))));
    let legal = town.who("legal");
    assert_eq!(state(&legal, call), "opened");
    assert!(legal.page(&bids[0]).text.contains(SECRET), "opened, it is read by those who check it");
    town.is_nothing_to(&bids[0], &["jia", "expert", "bing"]);
}

/// Admission with evidence, three experts unseen by each other, the ranking.
fn scored(town: &Town, call: &str, bids: &[String]) {
    let legal = town.who("legal");
    let selection = format!("{call}/selection");
    for bid in bids {
        let form = legal.page(&format!("{bid}/admit")).form(&format!("{bid}/admit"));
        let filled =
            (0..CONDITIONS.len()).fold(form, |f, n| f.tick(&format!("conditions[{n}].meets")).put(&format!("conditions[{n}].evidence"), "核对原件"));
        legal.done(&filled);
        assert_eq!(state(&legal, bid), "admitted");
    }
    for name in ["沈甲", "韩乙", "杨丙"] {
        let page = legal.page(&selection);
        assert_eq!(legal.done(&page.form("/work/scorings").pick("expert", name)), selection);
    }
    let mut sheets = Vec::new();
    for (n, name) in ["expert", "expert2", "expert3"].iter().enumerate() {
        let expert = town.who(name);
        let sheet = link(&expert.page("/work/scorings"), "/work/scorings/");
        let page = format!("{sheet}/submit");
        let form = expert.page(&page).form(&page);
        assert_eq!(form.value("points[0].bid").len(), 36);
        let filled = (0..4).fold(form, |f, at| {
            let first = f.value(&format!("points[{at}].bid")) == id_of(&bids[0]);
            f.put(&format!("points[{at}].points"), &(if first { 90 - n } else { 80 - n }).to_string())
        });
        expert.done(&filled.put("opinion", if n == 0 { BLIND } else { "可行" }).tick("independent"));
        sheets.push(sheet.clone());
        if n < 2 {
            // The first two are unseen while the third has not scored.
            for other in ["expert2", "expert3"].iter().filter(|o| *o != name) {
                town.is_nothing_to(&sheets[0], &[other]);
            }
            for name in ["legal", "office", "auditor"] {
                let who = town.who(name);
                for path in [&sheets[0], &selection, &"/work/scorings?format=csv".to_string()] {
                    let seen = who.get(path);
                    assert!(!seen.text.contains(BLIND), "{name} reads scores too early at {path}");
                }
            }
            assert!(!legal.page(&selection).offers(&format!("{call}/rank")), "nothing is ranked before all have scored");
        }
    }
    assert!(town.who("auditor").page(&sheets[0]).text.contains(BLIND), "with all scores in, they can be audited");
    assert!(!town.who("legal").page(&sheets[0]).text.contains(BLIND), "who gave which stays with expert and audit");
    town.is_nothing_to(&sheets[0], &["expert2", "expert3"]);
    legal.does(&selection, "rank", |f| f);
    let public = format!("/announcements/{}", id_of(call));
    // 60 × 89 + 40 × 89 = 89.00 against 79.00: the computed result, public only with the notice.
    assert!(legal.page(&selection).said().contains("89.00"));
    for who in [town.city.visitor(), town.who("yi"), town.who("jia")] {
        assert!(!who.page(&public).text.contains("89.00") && !who.json(&public).text.contains("8900"), "{} knows the result too early", who.name());
    }
    legal.does(&selection, "notice", |f| f.put("winners", "1"));
    let seen = town.city.visitor().page(&public).said();
    assert!(seen.contains("乙水数据有限公司") && seen.contains("89.00") && seen.contains("79.00"), "{seen}");
}

/// The loser objects; the award waits for the answer and the end of the period.
fn awarded(town: &Town, call: &str, bids: &[String]) {
    let (jia, legal) = (town.who("jia"), town.who("legal"));
    let selection = format!("{call}/selection");
    assert!(!legal.page(&selection).offers(&format!("{call}/award")));
    let said = [("grounds", "评分与标准不一致"), ("request", "复核"), ("contact", "曹阳")];
    let objection = jia.begins(&format!("/work/objections/new?announcement={}", id_of(call)), |f| f.fill(&said));
    town.is_nothing_to(&objection, &["yi", "bing"]);
    town.city.passes(Duration::days(12));
    let legal = town.who("legal");
    assert!(!legal.page(&selection).offers(&format!("{call}/award")), "an objection waits for its answer");
    legal.does(&objection, "reject", |f| f.put("reason", "经复核，评分依据充分"));
    let wrong = legal.press(&legal.page(&format!("{call}/award")).form(&format!("{call}/award")).put("_password", "wrong"));
    assert!(matches!(wrong.status, 403 | 409 | 422), "an award asks for the password: {}", wrong.status);
    legal.does(&selection, "award", |f| f.put("_password", PASSWORD));
    assert_eq!((state(&town.who("yi"), &bids[0]), state(&town.who("jia"), &bids[1])), ("won".into(), "lost".into()));
}

fn filed(town: &Town, winner: &str) -> String {
    let (legal, office) = (town.who("legal"), town.who("office"));
    let said = [("scope", "在公告范围内开发数据产品"), ("from_on", &day(town, 0)), ("to_on", &day(town, 1000)), ("risk_assessment", "总体可控")];
    let filing = legal.begins(&format!("/work/filings/new?bid={}", id_of(winner)), |f| f.fill(&said));
    assert_eq!(town.who("yi").get(&filing).status, 403, "filings are not a developer's pages");
    assert!(!legal.page("/work/licences/new").text.contains(&id_of(&filing)), "no licence before the filing is received");
    assert!(!legal.page(&filing).offers(&format!("{filing}/receive")));
    office.does(&filing, "receive", |f| f.put("reason", "予以报备"));
    filing
}

/// Drafted, signed by another, planned for, countersigned.
fn granted(town: &Town, filing: &str) -> String {
    let (legal, legal2, yi) = (town.who("legal"), town.who("legal2"), town.who("yi"));
    let licence = legal.begins("/work/licences/new", |f| f.put("filing", &id_of(filing)));
    let public = format!("/licences/{}", id_of(&licence));
    assert!(!legal.page(&licence).offers(&format!("{licence}/sign")), "who drafted does not sign");
    assert!(legal2.page(&format!("{licence}/agreement")).said().contains("乙水数据有限公司"));
    legal2.does(&licence, "sign", |f| f.put("_password", PASSWORD));
    town.is_nothing_to(&licence, &["jia", "bing"]);
    town.is_nothing_to(&public, &["", "jia"]);
    assert!(!yi.page(&licence).offers(&format!("{licence}/countersign")), "no countersignature without an emergency plan");
    let plan = [("lead", "孔繁"), ("phone", "0313-2"), ("risks", "账号泄露"), ("measures", "切断访问"), ("reporting", "立即报告")];
    let plan = yi.begins(&format!("/work/plans/new?licence={}", id_of(&licence)), |f| f.fill(&plan));
    town.is_nothing_to(&plan, &["jia"]);
    let wrong = yi.press(&yi.page(&format!("{licence}/countersign")).form(&format!("{licence}/countersign")).put("_password", "wrong"));
    assert!(matches!(wrong.status, 403 | 409 | 422) && state(&yi, &licence) == "signed");
    yi.does(&licence, "countersign", |f| f.put("_password", PASSWORD));
    assert_eq!(state(&yi, &licence), "in_force");
    let seen = town.city.visitor().page(&public).said();
    assert!(seen.contains("乙水数据有限公司") && seen.contains("城市停车治理"), "{seen}");
    licence
}

fn submitted(town: &Town, licence: &str) -> String {
    let yi = town.who("yi");
    let product = yi.begins("/work/products/new", |f| f.fill(&[("licence", &id_of(licence)), ("title", "停车泊位指数接口"), ("form", "interface")]));
    town.is_nothing_to(&product, &["jia", "reviewer", "auditor", "bing"]);
    let task = |section: &str, filled: &dyn Fn(support::form::Form) -> support::form::Form| {
        let page = format!("{product}/task/{section}");
        let to = yi.done(&filled(yi.page(&page).form(&page)).button("go", "on"));
        assert!(!to.contains("check=1"), "{section} is complete: {}", yi.page(&to).said());
    };
    let about = [("purpose", "industry"), ("summary", "按网格给出停车难易指数"), ("coverage", "主城区"), ("update_cycle", "daily")];
    task("about", &|f| f.fill(&about));
    task("sources", &|f| f.pick("sources", "泊位实时状态"));
    let method = [("method", "按网格汇总"), ("masking", "不含车牌"), ("min_group", "20"), ("irreversible_reason", "只输出汇总数")];
    task("method", &|f| f.fill(&method).tick("irreversible"));
    task("content", &|f| f.put("interface", "GET /v1/index?grid=编号").put("sample_text", "grid,value\nQD-1,63").tick("sample_masked"));
    task("use", &|f| f.fill(&[("limits", "不得转授"), ("delivery", "接口")]));
    let check = format!("{product}/submit");
    yi.done(&yi.page(&check).form(&check).tick("truthful"));
    assert_eq!(state(&yi, &product), "submitted");
    assert!(!yi.page(&product).offers(&format!("{product}/list")));
    town.is_nothing_to(&product, &["jia"]);
    product
}

/// Two opinions, unseen by each other until both are given, then one decision.
fn reviewed(town: &Town, product: &str) {
    let (one, two) = (town.who("reviewer"), town.who("reviewer2"));
    let queue = one.page("/work/reviews?tab=unclaimed");
    let review = link(&queue, "/work/reviews/");
    one.done(&queue.form(&format!("{review}/claim")));
    two.does(&review, "claim", |f| f);
    assert_eq!(town.who("legal").page(&review).forms().iter().filter(|f| f.action.starts_with(&review)).count(), 0, "only reviewers decide");
    let vote = |who: &Visitor, reason: &str| {
        let form = who.page(&review).form(&format!("{review}/vote"));
        let filled = (0..POINTS).fold(form, |f, n| {
            let at = |name: &str| format!("points[{n}].{name}");
            f.put(&at("verdict"), "meets").put(&at("reason"), reason).put(&at("evidence"), "field:method")
        });
        who.done(&filled);
    };
    assert!(!one.page(&review).offers(&format!("{review}/approve")));
    vote(&one, BLIND);
    for name in ["reviewer2", "legal", "office", "auditor"] {
        let who = town.who(name);
        assert!(!who.page(&review).text.contains(BLIND) && !who.json(&review).text.contains(BLIND), "{name} reads a vote too early");
    }
    assert_eq!(town.who("yi").get(&review).status, 403, "the bench is not the developer's");
    vote(&two, "符合");
    assert!(two.page(&review).text.contains(BLIND));
    two.does(&review, "approve", |f| f.put("reason", "五项要点均符合"));
    assert_eq!(state(&town.who("yi"), product), "approved");
}

fn listed(town: &Town, product: &str) {
    let (yi, finance) = (town.who("yi"), town.who("finance"));
    assert!(!yi.page(product).offers(&format!("{product}/list")), "not without a price");
    let said = [
        ("tariff", "per_call"),
        ("amount", "0.35"),
        ("effective_on", &day(town, 0)),
        ("costs[0].item", "计算"),
        ("costs[0].amount", "12000"),
        ("basis", "成本加合理收益"),
        ("scenario_use", "停车诱导"),
        ("scope", "按次调用"),
    ];
    let price = yi.begins(&format!("/work/prices/new?product={}", id_of(product)), |f| f.fill(&said));
    town.is_nothing_to(&price, &["jia"]);
    assert!(!yi.page(product).offers(&format!("{product}/list")), "not before the price is received");
    finance.does(&price, "return", |f| f.put("reason", "请补充成本构成"));
    yi.does(&price, "refile", |f| {
        assert_eq!((f.value("amount"), f.value("costs[0].amount")), ("0.35".into(), "12000.00".into()));
        f.put("costs[0].note", "按年分摊")
    });
    finance.does(&price, "receive", |f| f);
    town.is_nothing_to(&format!("/products/{}", id_of(product)), &["", "jia"]);
    yi.does(product, "list", |f| f);
}

fn disclosed(town: &Town) -> Vec<String> {
    let mut published = Vec::new();
    for name in ["legal", "yi"] {
        let who = town.who(name);
        let disclosure = who.begins("/work/disclosures/new", |f| f.put("period", "2026"));
        town.is_nothing_to(&format!("/disclosures/{}", id_of(&disclosure)), &["", "jia"]);
        who.does(&disclosure, "annotate", |f| f.put("remark", "数据截至披露当日"));
        who.does(&disclosure, "publish", |f| f);
        published.push(format!("/disclosures/{}", id_of(&disclosure)));
    }
    published
}

/// Page, JSON, CSV and XLSX of every register; each number stands for what it is.
fn everybody_sees(town: &Town, work: &[String], disclosures: &[String]) {
    let visitor = town.city.visitor();
    assert!(visitor.page("/").said().contains("城市停车治理"));
    for (register, words) in [
        ("/scenarios", "城市停车治理"),
        ("/announcements", "城市停车治理授权运营公告"),
        ("/resources", "泊位实时状态"),
        ("/licences", "乙水数据有限公司"),
        ("/products", "停车泊位指数接口"),
        ("/prices", "停车泊位指数接口"),
        ("/disclosures", "乙水数据有限公司"),
    ] {
        let page = visitor.page(register);
        assert!(page.said().contains(words), "{register}: {}", page.said());
        let json = visitor.json(register);
        assert!(json.json()["total"].as_i64().is_some_and(|n| n >= 1) && json.text.contains(words), "{register}: {}", json.text);
        let file = |format: &str| visitor.get(&format!("{register}?format={format}"));
        let csv = file("csv");
        assert!(csv.status == 200 && csv.bytes.starts_with(b"\xef\xbb\xbf") && csv.text.contains(words), "{register} as CSV: {}", csv.text);
        let mut book: calamine::Xlsx<_> = calamine::open_workbook_from_rs(std::io::Cursor::new(file("xlsx").bytes)).unwrap();
        let sheet = book.worksheet_range_at(0).unwrap().unwrap();
        assert!(sheet.rows().flatten().any(|cell| cell.to_string().contains(words)), "{register} as XLSX");
        let whole: Value = file("json").json();
        assert!(whole.to_string().contains(words), "{register} as a JSON file");
        // In the other language the page is whole as well.
        let english = town.city.visitor();
        english.get(&format!("/lang/en?to={register}"));
        let page = english.page(register);
        assert!(page.text.contains("lang=\"en\"") && page.said().contains(words) && !page.text.contains('⟦'), "{register} in English");
    }
    let cases: Vec<String> = work.iter().map(|w| w.trim_start_matches("/work").to_string()).chain(disclosures.iter().cloned()).collect();
    for case in cases {
        assert_eq!(visitor.page(&case).status, 200);
        let json = visitor.json(&case).json();
        let number = number_in(&json).unwrap_or_else(|| panic!("{case} tells its number: {json}"));
        let query: String = number.bytes().map(|b| format!("%{b:02X}")).collect();
        let checked = visitor.page(&format!("/verify?number={query}")).said();
        assert!(checked.contains(&number) && !checked.contains("登记簿中没有"), "{number}: {checked}");
        assert!(visitor.json(&format!("/verify?number={query}")).json()["found"].is_object(), "{number}");
    }
    let forged = visitor.json("/verify?number=%E5%BC%A0%E5%85%AC%E6%95%B0%E6%8E%88%E3%80%942026%E3%80%95999%E5%8F%B7").json();
    assert!(forged["found"].is_null() && forged["elsewhere"] == false);
    // A sound number of a paper that is not looked up here is not called forged.
    for other in ["%E5%BC%A0%E5%85%AC%E6%95%B0%E6%8A%A5%E3%80%942026%E3%80%952%E5%8F%B7", "1307-2026-000021"] {
        assert_eq!(visitor.json(&format!("/verify?number={other}")).json()["elsewhere"], true, "{other}");
        assert!(!visitor.get(&format!("/verify?number={other}")).text.contains("伪造"), "{other}");
    }
    // The public page of the product says what it is, not how it is made.
    let product = visitor.page(work[3].trim_start_matches("/work"));
    assert!(product.said().contains("0.35") && product.said().contains("不得转授") && !product.text.contains("按网格汇总"), "{}", product.said());
}

fn the_shelf_follows_the_licence(town: &Town, licence: &str, product: &str) {
    let (office, visitor) = (town.who("office"), town.city.visitor());
    let public = product.trim_start_matches("/work").to_string();
    office.does(licence, "suspend", |f| f.put("reason", "限期整改"));
    assert_eq!((visitor.get(&public).status, visitor.json("/products").json()["total"].as_i64()), (410, Some(0)));
    assert!(!town.who("legal").page(licence).offers(&format!("{licence}/resume")), "what the office suspended only the office resumes");
    office.does(licence, "resume", |f| f.put("reason", "验收合格"));
    assert_eq!((visitor.get(&public).status, visitor.json("/products").json()["total"].as_i64()), (200, Some(1)));
}
