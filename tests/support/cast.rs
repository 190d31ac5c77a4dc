//! The cast: one organisation of each kind, three developers, and people in every role, entered through the same verbs
//! that the pages call.

use platform::flow;
use platform::people::{Org, org, person};
use platform::sheet::Answers;
use platform::{Caller, Db, Id, OrgKind, Result, Role, Tx};
use serde_json::json;
use std::collections::HashMap;

/// Everybody by name: `reviewer2`, `admin-A`, `source1`.
pub(crate) type Cast = HashMap<String, Caller>;

/// Organisations entered by the system administrator: kind, name, people as (name in stories, their name, role).
type Troupe = (OrgKind, &'static str, &'static [(&'static str, &'static str, Role)]);

const ENTERED: &[Troupe] = &[
    (OrgKind::Office, "公共数据授权运营协调机制办公室", &[("office1", "周敏", Role::Office), ("office2", "赵立", Role::Office)]),
    (OrgKind::Bureau, "市数据管理局", &[("bureau1", "钱宁", Role::Bureau)]),
    (OrgKind::Regulator, "市行业监管局", &[("regulator1", "孙维", Role::Regulator)]),
    (OrgKind::Source, "市停车管理中心", &[("source1", "李静", Role::Source)]),
    (OrgKind::Source, "市气象服务中心", &[("source2", "吴桐", Role::Source)]),
    (
        OrgKind::Primary,
        "清河数据运营有限公司",
        &[
            ("scenario_desk1", "郑楠", Role::ScenarioDesk),
            ("reviewer1", "王一", Role::Reviewer),
            ("reviewer2", "冯二", Role::Reviewer),
            ("reviewer3", "陈三", Role::Reviewer),
            ("legal1", "褚法", Role::Legal),
            ("legal2", "卫律", Role::Legal),
            ("finance1", "蒋财", Role::Finance),
        ],
    ),
    (
        OrgKind::Expert,
        "评审专家库",
        &[
            ("expert1", "沈甲", Role::Expert),
            ("expert2", "韩乙", Role::Expert),
            ("expert3", "杨丙", Role::Expert),
            ("expert4", "朱丁", Role::Expert),
            ("expert5", "秦戊", Role::Expert),
        ],
    ),
    (OrgKind::Audit, "市审计中心", &[("auditor1", "尤审", Role::Auditor)]),
];

const SIGNED_UP: &[(OrgKind, char, &str, &str)] = &[
    (OrgKind::Developer, 'A', "甲山科技有限公司", "91130700MA0AAAAA1"),
    (OrgKind::Developer, 'B', "乙水数据有限公司", "91130700MA0BBBBB2"),
    (OrgKind::Developer, 'C', "丙林智能有限公司", "91130700MA0CCCCC3"),
    (OrgKind::Buyer, 'D', "丁桥物流有限公司", "91130700MA0DDDDD4"),
];

/// Lets the whole cast come in; one act per organisation, as on the pages.
pub(crate) fn enter(db: &Db) -> Cast {
    let cast = try_enter(db);
    cast.unwrap_or_else(|refusal| panic!("the cast cannot come in: {refusal}"))
}

fn try_enter(db: &Db) -> Result<Cast> {
    let mut cast = Cast::new();
    // The first administrator has nobody above; the setup command acts so too.
    let setup = Caller { name: "setup".into(), roles: vec![Role::SystemAdmin], ..Caller::public() };
    let people =
        &[("system_admin1", "系一", Role::SystemAdmin), ("security_admin1", "安一", Role::SecurityAdmin), ("audit_admin1", "审一", Role::AuditAdmin)];
    cast.extend(db.act(move |tx| troupe(tx, &setup, &(OrgKind::Platform, "平台运维中心", people)))?);
    let admin = cast["system_admin1"].clone();
    for entered in ENTERED {
        let admin = admin.clone();
        cast.extend(db.act(move |tx| troupe(tx, &admin, entered))?);
    }
    for (kind, letter, name, code) in SIGNED_UP {
        let (admin, legal) = (admin.clone(), cast["legal1"].clone());
        cast.extend(db.act(move |tx| signed_up(tx, &admin, &legal, *kind, *letter, name, code))?);
    }
    Ok(cast)
}

fn troupe(tx: &mut Tx, admin: &Caller, (kind, name, people): &Troupe) -> Result<Vec<(String, Caller)>> {
    let of = org::enter(tx, admin, org::Act::Enter, *kind, &Answers::of(json!({ "name": name })))?;
    people.iter().map(|(key, name, role)| Ok((key.to_string(), member(tx, admin, of, key, name, *role)?))).collect()
}

/// One person with a role and a complete record.
fn member(tx: &mut Tx, admin: &Caller, of: Id<Org>, key: &str, name: &str, role: Role) -> Result<Caller> {
    let email = format!("{}@example.cn", key.to_lowercase());
    let id = person::enter(tx, admin, &email, name, if key.ends_with('2') { "en" } else { "zh-CN" })?;
    person::grant(tx, admin, id, of, role)?;
    let caller = person::caller(tx, id, Some(of))?;
    person::record(tx, &caller, id, of, &Answers::of(json!({ "real_name": name, "trained_on": "2026-01-15", "nda_until": "2039-12-31" })))?;
    Ok(caller)
}

fn signed_up(tx: &mut Tx, admin: &Caller, legal: &Caller, kind: OrgKind, letter: char, name: &str, code: &str) -> Result<Vec<(String, Caller)>> {
    let answers = json!({
        "name": name, "credit_code": org::credit_code_of(code), "legal_person": format!("{name}法人"), "address": "学院路 1 号",
        "contact": "联系人", "phone": "0313-1234567", "introduction": "",
    });
    let of = org::enter(tx, &Caller::public(), org::Act::Apply, kind, &org::APPLY.settle(&Answers::of(answers))?)?;
    flow::perform::<Org>(tx, legal, of, org::Act::Approve, Answers::default())?;
    if kind == OrgKind::Buyer {
        return Ok(vec![("buyer1".into(), member(tx, admin, of, "buyer1", "丁购", Role::Buyer)?)]);
    }
    let chief = member(tx, admin, of, &format!("admin-{letter}"), &format!("管理员{letter}"), Role::DeveloperAdmin)?;
    let mut answers = org::row(tx, of)?.answers();
    answers.merge(Answers::of(json!({ "security_officer": "安全员", "security_department": "安全部", "security_phone": "0313-7654321" })));
    flow::perform::<Org>(tx, &chief, of, org::Act::Describe, answers)?;
    let staff = member(tx, &chief, of, &format!("staff-{letter}"), &format!("经办{letter}"), Role::DeveloperStaff)?;
    Ok(vec![(format!("admin-{letter}"), chief), (format!("staff-{letter}"), staff)])
}
