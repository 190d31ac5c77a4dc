//! The package of a registration: the national form's fields and the seven groups of materials of REG26-9(1), filled from
//! the record so that the registrant checks rather than types. The registry's form is Chinese, and so is what is filled in.

use super::{About, Kind, Registration};
use crate::product::{self, Product, version};
use crate::review;
use platform::event::{self, Event};
use platform::flow::Noun;
use platform::people::org;
use platform::sheet::{self, Answers, Sheet};
use platform::{Caller, Fault, Id, Look, Refusal, Result, Word, day};
use primary::licence::{self, Licence};
use primary::scenario;
use resources::{Entry, entry};
use serde_json::{Map, Value, json};

/// Fields that hold files.
pub const FILES: [&str; 3] = ["lawful_files", "evidence_files", "risk_files"];

/// The package.
pub const PACKAGE: Sheet = Sheet {
    name: "registration",
    fields: &[
        sheet::line("name", 200).under("form"),
        sheet::text("introduction", 2000).under("form"),
        sheet::line("industry", 200).under("form"),
        sheet::line("area", 200).under("form"),
        sheet::date("time_start").optional().under("form"),
        sheet::date("time_end").optional().under("form"),
        sheet::text("registrant", 2000).under("registrant"),
        sheet::text("lawful", 4000).under("lawful"),
        sheet::files("lawful_files").optional().under("lawful"),
        sheet::text("resource", 4000).under("resource"),
        sheet::text("evidence", 4000).under("evidence"),
        sheet::files("evidence_files").optional().under("evidence"),
        sheet::text("product", 4000).optional().under("product"),
        sheet::text("scenario", 4000).under("scenario"),
        sheet::text("risk", 4000).under("risk"),
        sheet::files("risk_files").optional().under("risk"),
    ],
};

/// What the sheet alone cannot say: a resource names the time its data covers, a product says what it is.
pub fn must_hold(about: About, a: &Answers) -> Result<()> {
    let mut faults = Vec::new();
    match about {
        About::Resource => {
            for field in ["time_start", "time_end"] {
                if a.given(field).is_none() {
                    faults.push(Fault::at(field, "required"));
                }
            }
            // Days are kept as 2026-01-31, so that their order is that of their texts.
            if faults.is_empty() && a.text("time_end") < a.text("time_start") {
                faults.push(Fault::at("time_end", "ends-before-start"));
            }
        }
        About::Product if a.given("product").is_none() => faults.push(Fault::at("product", "required")),
        About::Product => {}
    }
    if faults.is_empty() { Ok(()) } else { Err(Refusal::Faulty(faults)) }
}

/// Fills a package from the record; what only people know is taken from the registration before, where there is one.
pub(super) fn assemble(look: &mut Look, who: &Caller, about: About, subject: &str, before: Option<&Registration>) -> Result<Answers> {
    let mut a = match about {
        About::Resource => of_resource(look, who, subject)?,
        About::Product => of_product(look, who, subject)?,
    };
    a.set("registrant", registrant(look, who)?);
    if let Some(before) = before {
        let kept = before.answers();
        for field in ["industry", "area", "time_start", "time_end"].into_iter().chain(FILES) {
            if let Some(value) = kept.given(field) {
                a.set(field, value.clone());
            }
        }
    }
    Ok(a)
}

fn registrant(look: &mut Look, who: &Caller) -> Result<String> {
    let own = org::row(look, who.org()?)?;
    let said = own.answers();
    let mut lines = vec![format!("名称：{}", own.title)];
    if let Some(code) = &own.credit_code {
        lines.push(format!("统一社会信用代码：{code}"));
    }
    for (field, label) in [("legal_person", "法定代表人"), ("address", "地址"), ("contact", "联系人"), ("phone", "联系电话")] {
        if !said.text(field).is_empty() {
            lines.push(format!("{label}：{}", said.text(field)));
        }
    }
    Ok(lines.join("\n"))
}

/// Where an event stands in the chain, so that a third party can find it.
fn deposited(e: &Event) -> String {
    format!("存证序号 #{}，时间 {}，内容摘要 {}，链上散列 {}", e.seq, platform::clock::shanghai_text(e.at), e.digest, e.hash)
}

fn last_act(look: &mut Look, who: &Caller, noun: &str, subject: &str, acts: &[&str]) -> Result<Option<Event>> {
    Ok(event::history(look, who, noun, subject)?.into_iter().rfind(|e| acts.contains(&e.act.as_str())))
}

fn source_line(e: &Entry, unit: &str) -> String {
    format!("{}（{}，{}级，数源单位：{unit}）", e.title, e.code.as_deref().unwrap_or("无目录代码"), e.level.number())
}

fn source_lines(look: &mut Look, ids: &[String]) -> Result<Vec<String>> {
    let entries = entry::by_ids(look, ids)?;
    let units = org::names(look, entries.iter().filter_map(|e| e.owner).collect())?;
    Ok(entries.iter().map(|e| source_line(e, &e.owner.and_then(|o| units.get(&o).cloned()).unwrap_or_default())).collect())
}

/// For the registry, which knows the texts by their titles.
fn granted(look: &Look, of: &Licence) -> String {
    let policy = &look.pinned(&of.profile).name.zh;
    format!(
        "授权编号：{}；授权范围：{}；授权期限：{}至{}；依据：《{policy}》、《公共数据资源授权运营实施规范（试行）》",
        of.serial.as_deref().unwrap_or_default(),
        of.terms().scope,
        of.from_on,
        of.to_on
    )
}

fn of_resource(look: &mut Look, who: &Caller, subject: &str) -> Result<Answers> {
    let id: Id<Entry> = subject.parse()?;
    let row = entry::by_ids(look, &[subject.to_string()])?.into_iter().next().ok_or(Refusal::NotFound)?;
    let (said, policy) = (row.answers(), look.profile().name.zh.clone());
    let unit = row.owner.map(|o| org::name(look, o)).transpose()?.unwrap_or_default();
    let under = super::terms::licences_of_entry(look, subject)?;
    let fields: Vec<&str> = said.0.get("fields").and_then(Value::as_array).into_iter().flatten().filter_map(|f| f["name"].as_str()).collect();
    let evidence = last_act(look, who, Entry::NAME, &id.to_string(), &["publish"])?.map(|e| deposited(&e)).unwrap_or_default();
    let grants: Vec<String> = under.iter().map(|l| granted(look, l)).collect();
    let uses: Vec<String> = under.iter().map(|l| l.title.clone()).collect();
    Ok(Answers::of(json!({
        "name": row.title,
        "introduction": said.text("summary"),
        "lawful": join(&[format!("由{unit}依法履职或者提供公共服务产生，已纳入公共数据资源目录（依据《{policy}》）。")], &grants),
        "resource": format!(
            "目录代码：{}；数据分级：{}级；更新周期：{}；格式：{}；数据项（{}项）：{}",
            row.code.as_deref().unwrap_or("无"), row.level.number(), cycle(row.cycle), said.text("format"), fields.len(), fields.join("、")
        ),
        "evidence": evidence,
        "product": "",
        "scenario": if uses.is_empty() { "尚未用于具体应用场景".to_string() } else { uses.join("；") },
        "risk": format!(
            "数据分级为{}级；{}；供给形式按数据分级限制，原始数据不出授权运营域（依据《{policy}》）。",
            row.level.number(), if row.personal { "涉及个人信息，须经授权或者匿名化后使用" } else { "不涉及个人信息" }
        ),
    })))
}

fn cycle(of: resources::Cycle) -> &'static str {
    use resources::Cycle::{Daily, HalfYearly, Irregular, Monthly, Never, Quarterly, RealTime, Weekly, Yearly};
    match of {
        RealTime => "实时",
        Daily => "每日",
        Weekly => "每周",
        Monthly => "每月",
        Quarterly => "每季度",
        HalfYearly => "每半年",
        Yearly => "每年",
        Irregular => "不定期",
        Never => "不更新",
    }
}

fn join(first: &[String], more: &[String]) -> String {
    first.iter().chain(more).cloned().collect::<Vec<_>>().join("\n")
}

fn of_product(look: &mut Look, who: &Caller, subject: &str) -> Result<Answers> {
    let id: Id<Product> = subject.parse()?;
    let row = product::row(look, id)?;
    let number = row.approved_version.ok_or_else(|| Refusal::rule("not-approved-product", "REG26-9(1)"))?;
    let shown = version::find(look, id, number)?;
    let said = shown.answers();
    let under = licence::row(look, row.licence)?;
    let sources = source_lines(look, &said.list("sources"))?;
    let class = scenario::row(look, row.scenario)?;
    let approved = review::of_product(look, id)?.into_iter().find(|r| r.state == review::State::Approved);
    let review =
        approved.map(|r| format!("经合规审核通过，审核编号 {}，日期 {}。", r.serial.clone().unwrap_or_default(), day::shanghai_date(r.updated_at)));
    let event = last_act(look, who, Product::NAME, subject, &["approve", "approve_version", "list"])?;
    let external = said.text("external_sources");
    Ok(Answers::of(json!({
        "name": row.title,
        "introduction": said.text("summary"),
        "lawful": join(&[granted(look, &under)], &if external.is_empty() { vec![] } else { vec![format!("其他数据来源：{external}")] }),
        "resource": sources.join("\n"),
        "evidence": join(&[format!("产品第{number}版内容摘要 SHA-256 {}", shown.digest)], &event.map(|e| vec![deposited(&e)]).unwrap_or_default()),
        "product": format!("产品编号：{}；产品形式：{}；覆盖范围：{}；加工方法：{}；交付方式：{}；使用限制：{}",
            row.serial.as_deref().unwrap_or_default(), form(row.form), said.text("coverage"), said.text("method"), said.text("delivery"), said.text("limits")),
        "scenario": format!("{}（{}）", class.title, if row.purpose == primary::Purpose::PublicGood { "公共治理、公益事业" } else { "产业发展、行业发展" }),
        "risk": join(&[format!("脱敏措施：{}", said.text("masking")), format!("不可还原：{}", said.text("irreversible_reason"))], &review.map(|r| vec![r]).unwrap_or_default()),
    })))
}

fn form(of: primary::ProductForm) -> &'static str {
    use primary::ProductForm::{Application, Dataset, Indicator, Interface, Model, Report};
    match of {
        Dataset => "数据集",
        Interface => "接口",
        Indicator => "指标",
        Report => "报告",
        Model => "模型算法",
        Application => "应用",
    }
}

/// The package in the field names of the national platform, in its order.
pub fn national(row: &Registration, institution: &str) -> Vec<(&'static str, Value)> {
    let a = row.answers();
    let list = |field: &str| {
        let parts = a.text(field).split([',', '，', '、', ';', '；', ' ']).map(str::trim).filter(|p| !p.is_empty());
        Value::from(parts.map(str::to_string).collect::<Vec<_>>())
    };
    let text = |field: &str| Value::from(a.text(field));
    let day = |day: Option<chrono::NaiveDate>| day.map_or(Value::Null, |d| Value::from(d.to_string()));
    let mut fields = vec![
        ("dataRegistId", Value::from(row.id.to_string())),
        ("serialNumber", row.serial.clone().map_or(Value::Null, Value::from)),
        ("dataRegistName", text("name")),
        ("dataRegistType", Value::from(if row.about == About::Resource { 1 } else { 2 })),
        ("institutionName", Value::from(institution)),
        ("dataContentIntroduction", text("introduction")),
        ("industryCodes", list("industry")),
        ("coverAreaCodes", list("area")),
    ];
    if row.about == About::Resource {
        fields.push(("dataCoverageTimeStart", text("time_start")));
        fields.push(("dataCoverageTimeEnd", text("time_end")));
    }
    fields.extend([
        ("registType", Value::from(row.kind.as_str())),
        ("publicityStatus", Value::from(row.state.as_str())),
        ("canObjectionApply", Value::from(row.state == super::State::InNotice)),
        ("registResultCode", row.code.clone().map_or(Value::Null, Value::from)),
        ("startDate", day(row.valid_from)),
        ("endDate", day(row.valid_to)),
    ]);
    fields
}

/// The seven groups of materials, by the words of REG26-9(1), and what is said in each.
pub const MATERIALS: [(&str, &str); 7] = [
    ("registrant", "主体信息"),
    ("lawful", "数据合法合规性来源"),
    ("resource", "数据资源情况"),
    ("evidence", "存证情况"),
    ("product", "产品和服务信息"),
    ("scenario", "应用场景信息"),
    ("risk", "数据安全风险评估"),
];

/// The whole package as JSON: the national form's fields, then the materials.
pub fn json_of(row: &Registration, institution: &str) -> Value {
    let a = row.answers();
    let mut all: Map<String, Value> = national(row, institution).into_iter().map(|(k, v)| (k.to_string(), v)).collect();
    let materials = MATERIALS.iter().map(|(field, name)| json!({"name": name, "content": a.text(field), "files": a.list(&format!("{field}_files"))}));
    all.insert("materials".into(), Value::from(materials.collect::<Vec<_>>()));
    if row.kind != Kind::First {
        all.insert("reason".into(), a.text("reason").into());
    }
    Value::Object(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_seven_groups_are_asked_for() {
        let sections = PACKAGE.sections();
        assert_eq!(sections[1..], MATERIALS.map(|(field, _)| field));
        for field in FILES {
            assert!(PACKAGE.field(field).is_some());
        }
    }

    #[test]
    fn a_resource_names_the_time_it_covers() {
        let said = |from: &str, to: &str| must_hold(About::Resource, &Answers::of(json!({"time_start": from, "time_end": to})));
        assert_eq!(said("2024-01-01", "2024-12-31"), Ok(()));
        assert_eq!(said("2024-01-01", "2023-12-31"), Err(Refusal::fault("time_end", "ends-before-start")));
        assert_eq!(said("2024-01-01", ""), Err(Refusal::fault("time_end", "required")));
        assert_eq!(must_hold(About::Product, &Answers::default()), Err(Refusal::fault("product", "required")));
    }
}
