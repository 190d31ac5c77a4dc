//! The people of the demo city.

use super::{Account, PASSWORD, Stage};
use platform::account::{admin, password, session, totp};
use platform::people::{Org, interest, org, person};
use platform::sheet::Answers;
use platform::{Caller, Id, OrgKind, Refusal, Result, Role};
use serde_json::json;

/// Organisations that are entered: kind, name, people as (name in the story, real name, role).
type Troupe = (OrgKind, &'static str, &'static [(&'static str, &'static str, Role)]);

const ENTERED: &[Troupe] = &[
    (OrgKind::Office, "公共数据授权运营协调机制办公室", &[("office", "周敏", Role::Office)]),
    (OrgKind::Bureau, "市数据和政务服务局", &[("bureau", "钱宁", Role::Bureau)]),
    (OrgKind::Regulator, "市交通运输局（行业主管）", &[("regulator", "孙维", Role::Regulator)]),
    (OrgKind::Source, "市城市管理综合行政执法局", &[("source", "李静", Role::Source)]),
    (OrgKind::Source, "市农业农村局", &[("source_farm", "吴桐", Role::Source)]),
    (OrgKind::Source, "市民政局", &[("source_civil", "郑和平", Role::Source)]),
    (
        OrgKind::Primary,
        "大境门数据运营有限公司",
        &[
            ("desk", "王楠", Role::ScenarioDesk),
            ("reviewer", "冯一鸣", Role::Reviewer),
            ("reviewer2", "陈雨", Role::Reviewer),
            ("reviewer3", "褚岩", Role::Reviewer),
            ("legal", "卫青", Role::Legal),
            ("legal2", "蒋文", Role::Legal),
            ("finance", "沈悦", Role::Finance),
        ],
    ),
    (
        OrgKind::Expert,
        "公共数据授权运营评审专家库",
        &[
            ("expert", "韩立群", Role::Expert),
            ("expert2", "杨帆", Role::Expert),
            ("expert3", "朱明哲", Role::Expert),
            ("expert4", "秦岭", Role::Expert),
            ("expert5", "许可", Role::Expert),
        ],
    ),
    (OrgKind::Audit, "市审计局", &[("auditor", "何清", Role::Auditor)]),
];

/// Developers and the buyer who sign up: kind, story name, organisation, first 17 of the credit code, administrator, staff.
const SIGNED_UP: &[(OrgKind, &str, &str, &str, &str, &str)] = &[
    (OrgKind::Developer, "jia", "甲山数字科技有限公司", "91130700MA0A00001", "吕晨", "施宁"),
    (OrgKind::Developer, "yi", "乙水智慧城市有限公司", "91130700MA0B00002", "张弛", "孔繁"),
    (OrgKind::Developer, "bing", "丙林数据服务有限公司", "91130700MA0C00003", "曹阳", "严谨"),
    (OrgKind::Buyer, "buyer", "丁桥物流有限公司", "91130700MA0D00004", "华东", ""),
];

fn said(name: &str, code: &str, person: &str) -> serde_json::Value {
    json!({
        "name": name, "credit_code": org::credit_code_of(code), "legal_person": person, "address": "张家口市桥东区示范路 1 号",
        "contact": person, "phone": "0313-8000000", "introduction": "演示单位，内容均为虚构。",
    })
}

pub fn enter(stage: &mut Stage) -> Result<()> {
    let hash = password::hash(PASSWORD, "demo", "demo")?;
    let first = hash.clone();
    let root = stage.act(move |tx| admin::create_admin(tx, "system@demo.example", "秦系统", first))?;
    let platform = stage.look(|look| Ok(person::orgs_of(look, root)?.remove(0).0))?;
    adopt(stage, "system_admin", root, platform.id)?;
    for (key, name, role) in [("security_admin", "尤安全", Role::SecurityAdmin), ("audit_admin", "何审计", Role::AuditAdmin)] {
        member(stage, key, name, role, platform.id, hash.clone())?;
    }
    for (kind, name, people) in ENTERED {
        let system = stage.who("system_admin")?;
        let of = stage.act(move |tx| org::enter(tx, &system, org::Act::Enter, *kind, &Answers::of(json!({ "name": name }))))?;
        for (key, name, role) in *people {
            member(stage, key, name, *role, of, hash.clone())?;
        }
    }
    for (kind, key, name, code, chief, staff) in SIGNED_UP {
        let answers = org::APPLY.settle(&Answers::of(said(name, code, chief)))?;
        let of = stage.act(move |tx| org::enter(tx, &Caller::public(), org::Act::Apply, *kind, &answers))?;
        stage.does::<Org>("legal", of, org::Act::Approve, json!({ "reason": "材料齐全，准予入驻" }))?;
        let role = if *kind == OrgKind::Buyer { Role::Buyer } else { Role::DeveloperAdmin };
        member(stage, key, chief, role, of, hash.clone())?;
        if *kind == OrgKind::Developer {
            let mut answers = stage.look(|look| Ok(org::row(look, of)?.answers()))?;
            answers.merge(Answers::of(json!({ "security_officer": staff, "security_department": "数据安全部", "security_phone": "0313-8000001",
                "public_contact": "客户服务 0313-8000002（工作日 9:00—17:00）" })));
            stage.does::<Org>(key, of, org::Act::Describe, serde_json::to_value(answers)?)?;
            member(stage, leak(format!("{key}_staff")), staff, Role::DeveloperStaff, of, hash.clone())?;
        }
    }
    // One expert once advised a developer and says so.
    let (expert, yi) = (stage.who("expert5")?, stage.who("yi")?.org()?);
    stage.act(move |tx| interest::declare(tx, &expert, yi, "曾担任该单位技术顾问").map(drop))
}

/// Names in the story live as long as the program.
fn leak(name: String) -> &'static str {
    Box::leak(name.into_boxed_str())
}

/// Enters a person with a role, a complete record, the demo password and, where needed, a second factor.
fn member(stage: &mut Stage, key: &'static str, name: &str, role: Role, of: Id<Org>, hash: password::Hash) -> Result<()> {
    let system = stage.who("system_admin")?;
    let (email, name) = (format!("{}@demo.example", key.replace('_', ".")), name.to_string());
    let trained = stage.date(-20);
    let id = stage.act(move |tx| {
        let id = person::enter(tx, &system, &email, &name, "zh-CN")?;
        person::grant(tx, &system, id, of, role)?;
        let own = person::caller(tx, id, Some(of))?;
        person::record(tx, &own, id, of, &Answers::of(json!({ "real_name": name, "trained_on": trained, "nda_until": "2039-12-31" })))?;
        password::store(tx, &own, id, hash)?;
        Ok(id)
    })?;
    adopt(stage, key, id, of)
}

/// Takes a person into the cast and onto the list of accounts.
fn adopt(stage: &mut Stage, key: &'static str, id: Id<platform::people::Person>, of: Id<Org>) -> Result<()> {
    let caller = stage.look(|look| person::caller(look, id, Some(of)))?;
    let row = stage.look(|look| person::row(look, id))?;
    let secret = if caller.kind.is_some_and(OrgKind::needs_second_factor) { Some(factor(stage, id, of, &row.email)?) } else { None };
    let roles = caller.roles.iter().copied().filter(|r| *r != Role::Public).collect();
    stage.accounts.push(Account { org: caller.org_name.clone(), name: row.name, email: row.email, roles, secret });
    stage.cast.insert(key, caller);
    Ok(())
}

/// Sets up the one-time code as its owner would, through a session that is closed again.
fn factor(stage: &Stage, id: Id<platform::people::Person>, of: Id<Org>, email: &str) -> Result<String> {
    let secret = totp::Setup::new(email)?.secret;
    let kept = secret.clone();
    stage.act(move |tx| {
        let token = session::open(tx, id, "demo", "127.0.0.1", false, Some(of))?;
        let me = session::find(tx, &token)?.ok_or(Refusal::SignIn)?;
        let code = totp::code_at(&kept, tx.now()).ok_or_else(|| Refusal::broken("no code"))?;
        totp::confirm(tx, &me, &kept, &code)?;
        let me = session::find(tx, &token)?.ok_or(Refusal::SignIn)?;
        session::close(tx, &me, &me.session.id.clone())
    })?;
    Ok(secret)
}

/// Organisations whose sign-up stands in every other state.
pub fn newcomers(stage: &mut Stage) -> Result<()> {
    for (at, name, code, act) in [
        (6, "戊田农业科技有限公司", "91130700MA0E00005", None),
        (5, "己川信息咨询有限公司", "91130700MA0F00006", Some(org::Act::Refuse)),
        (4, "庚原软件有限公司", "91130700MA0G00007", Some(org::Act::Suspend)),
    ] {
        stage.before_end(at);
        let answers = org::APPLY.settle(&Answers::of(said(name, code, "法定代表人")))?;
        let of = stage.act(move |tx| org::enter(tx, &Caller::public(), org::Act::Apply, OrgKind::Developer, &answers))?;
        match act {
            Some(org::Act::Refuse) => {
                stage.does::<Org>("legal", of, org::Act::Refuse, json!({ "reason": "营业范围不含数据处理服务" }))?;
            }
            Some(_) => {
                stage.does::<Org>("legal", of, org::Act::Approve, json!({}))?;
                stage.does::<Org>("security_admin", of, org::Act::Suspend, json!({ "reason": "账号异常登录，核查期间停用" }))?;
            }
            None => {}
        }
    }
    Ok(())
}
