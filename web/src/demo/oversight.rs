//! Complaints, incidents, evaluations, inspections, drills and reports of the demo city.

use super::Stage;
use super::calls::Licences;
use chrono::Duration;
use platform::sheet::Answers;
use platform::{Id, Result, deadline};
use primary::licence::Licence;
use primary::oversight::complaint::{self, Complaint};
use primary::oversight::drill::{self, Drill};
use primary::oversight::evaluation::{self, Evaluation};
use primary::oversight::incident::{self, Incident};
use primary::oversight::inspection::{self, Inspection};
use primary::oversight::operator_plan::OperatorPlan;
use primary::oversight::partner::{self, Partner};
use primary::oversight::scheme::{self, Scheme};
use secondary::report::{self, Report};
use serde_json::{Value, json};

/// Somebody files a complaint; the codes are as invented as the city.
fn complain(stage: &Stage, kind: &str, matter: &str, title: &str, text: &str, code: &'static str) -> Result<Id<Complaint>> {
    let said = Answers::of(json!({ "kind": kind, "matter": matter, "title": title, "text": text, "wish": "请核实并答复", "may_publish": "on" }));
    Ok(stage.act(move |tx| complaint::file(tx, &said, code))?.id)
}

fn incident(stage: &Stage, who: &str, licence: Option<Id<Licence>>, title: &str, kind: &str, hours: i64) -> Result<Id<Incident>> {
    let found = (stage.db.clock().now() + Duration::hours(8 - hours)).format("%Y-%m-%dT%H:%M").to_string();
    stage.opens::<Incident>(
        who,
        json!({
            "title": title, "kind": kind, "licence": licence, "discovered_at": found, "found": "值守人员在接口日志中发现异常调用，来源地址不在备案范围。",
            "data": "停车泊位实时状态，统计结果", "people": "0", "stopped": "已停用相关密钥，暂停接口服务，保全日志。", "contact": "孔繁 0313-8000001",
        }),
    )
}

/// Whom a developer works with.
fn partners(stage: &Stage) -> Result<()> {
    let propose = |name: &str, code: &str| {
        let said = json!({
            "name": name, "credit_code": platform::people::org::credit_code_of(code), "tasks": "前端展示与客户支持", "data_touched": "仅接触经审核出域的统计结果",
            "qualification": "信息安全服务资质，三年同类经验", "duties": "保密、人员备案、接受考核，不得转包", "contract_until": stage.date(300),
        });
        stage.opens::<Partner>("yi_staff", said)
    };
    propose("辛桥软件有限公司", "91130700MA0H00008")?;
    let refused = propose("壬石网络有限公司", "91130700MA0J00009")?;
    stage.does::<Partner>("yi", refused, partner::Act::Refuse, json!({ "reason": "无信息安全服务资质" }))?;
    let admitted = propose("癸水信息技术有限公司", "91130700MA0K00010")?;
    let gone = propose("子午数据服务有限公司", "91130700MA0L00011")?;
    for id in [admitted, gone] {
        stage.does::<Partner>("yi", id, partner::Act::Admit, json!({ "reason": "资质齐全，准予合作" }))?;
        stage.does::<Partner>("yi", id, partner::Act::Assess, json!({ "year": 2026, "verdict": "fair", "reason": "按约履行" }))?;
    }
    stage.does::<Partner>("yi", gone, partner::Act::Exit, json!({ "exit_kind": "assessment", "reason": "考核后双方协商退出" }))?;
    Ok(())
}

/// Two developers' and the operator's plans are tried out; the operator files its own plan twice.
fn drills(stage: &Stage, licences: &Licences) -> Result<()> {
    let own = json!({
        "lead": "卫青", "phone": "0313-8000010", "organisation": "应急领导小组、技术处置组、法务联络组", "risks": "平台入侵、密钥泄露、结果反推、服务中断",
        "levels": "一般、较大、重大、特别重大四级", "measures": "切断访问、保全证据、评估影响、恢复服务", "reporting": "二十四小时内向协调机制办公室报告",
    });
    stage.opens::<OperatorPlan>("legal", own.clone())?;
    stage.opens::<OperatorPlan>("legal", own)?;
    let plan = |licence: Option<Id<Licence>>, title: &str| json!({ "licence": licence, "title": title, "manner": "table", "scenario": "接口密钥泄露后的切断、溯源和恢复", "taking_part": "数据安全部、运维值班", "planned_on": stage.date(0) });
    let held = json!({ "held_on": stage.date(0), "course": "按预案完成报告、切断、溯源、恢复四个环节，用时四十分钟。", "gaps": "通讯录未更新", "improvements": "每季度核对通讯录" });
    let reviewed = stage.opens::<Drill>("yi", plan(Some(licences[&("yi", "parking")]), "停车场景应急演练"))?;
    stage.does::<Drill>("yi", reviewed, drill::Act::Hold, held.clone())?;
    stage.does::<Drill>("office", reviewed, drill::Act::Review, json!({ "reason": "演练有效，按改进措施落实" }))?;
    let waiting = stage.opens::<Drill>("jia", plan(Some(licences[&("jia", "farm")]), "农产品场景应急演练"))?;
    stage.does::<Drill>("jia", waiting, drill::Act::Hold, held)?;
    let cancelled = stage.opens::<Drill>("bing", plan(Some(licences[&("bing", "elder")]), "关爱服务应急演练"))?;
    stage.does::<Drill>("bing", cancelled, drill::Act::Cancel, json!({ "reason": "与系统升级冲突，改期" }))?;
    stage.opens::<Drill>("legal", plan(None, "平台级断网演练"))?;
    Ok(())
}

fn sheet(stage: &Stage, year: i32, title: &str) -> Result<Id<Scheme>> {
    let said = json!({
        "year": year, "title": title, "basis": "依据《办法》第三十三条，参照京经信发〔2023〕98 号第三十条制定。", "items": [
            { "name": "数据安全管理", "weight": "30", "about": "制度、人员、事件和整改" }, { "name": "合规使用", "weight": "25", "about": "超范围使用、合规审核情况" },
            { "name": "应用成效", "weight": "25", "about": "产品、用户、社会价值" }, { "name": "信息披露与配合", "weight": "20", "about": "披露、报告、检查配合" },
        ],
    });
    stage.opens::<Scheme>("bureau", said)
}

fn adopted(stage: &Stage, year: i32, title: &str) -> Result<Id<Scheme>> {
    let id = sheet(stage, year, title)?;
    stage.does::<Scheme>("office", id, scheme::Act::Adopt, json!({}))?;
    Ok(id)
}

const ASSESSORS: [&str; 2] = ["expert", "regulator"];

fn opened(stage: &Stage, scheme: Id<Scheme>, holder: &str) -> Result<Id<Evaluation>> {
    let people = ASSESSORS.iter().map(|who| Ok(stage.who(who)?.person)).collect::<Result<Vec<_>>>()?;
    stage.opens::<Evaluation>("office", json!({ "scheme": scheme, "holder": stage.who(holder)?.org, "assessors": people }))
}

fn points(each: i64, own: bool) -> Value {
    let rows: Vec<Value> = (0..4)
        .map(|n| {
            let said = if own { "evidence" } else { "remark" };
            json!({ "item": (n + 1).to_string(), "points": each - n, said: "见佐证材料和办理记录" })
        })
        .collect();
    json!({ "items": rows, "truthful": "on", "independent": "on", "statement": "本年度未发生数据安全事件，全部产品通过合规审核。" })
}

/// Scored by itself and by both assessors, and told.
fn noticed(stage: &Stage, scheme: Id<Scheme>, holder: &str, each: i64) -> Result<Id<Evaluation>> {
    let id = opened(stage, scheme, holder)?;
    stage.does::<Evaluation>(holder, id, evaluation::Act::SelfScore, points(96, true))?;
    for who in ASSESSORS {
        stage.does::<Evaluation>(who, id, evaluation::Act::Score, points(each, false))?;
    }
    stage.does::<Evaluation>("office", id, evaluation::Act::Notice, json!({}))?;
    Ok(id)
}

fn inspected(stage: &Stage, who: &str, holder: &str, findings: bool) -> Result<Id<Inspection>> {
    let plan = json!({ "holder": stage.who(holder)?.org, "scope": "授权范围内使用数据情况、日志留存、人员管理", "team": "周敏、钱宁", "planned_on": stage.date(0), "announced": "on" });
    let id = stage.opens::<Inspection>(who, plan)?;
    let rows = if findings {
        json!([{ "article": "ZJK-28", "finding": "测试环境保留了超出授权范围的中间结果", "gravity": "major" }, { "article": "ZJ-5.4(1)", "finding": "一名人员培训记录缺失", "gravity": "minor" }])
    } else {
        json!([])
    };
    let held = json!({ "held_on": stage.date(0), "present": "数据安全负责人", "record": "查阅制度、抽查日志、访谈人员。", "findings": rows });
    stage.does::<Inspection>(who, id, inspection::Act::Hold, held)?;
    Ok(id)
}

fn inspections(stage: &Stage) -> Result<()> {
    let answer = json!({ "answer": "已删除中间结果，补训并补充记录。" });
    let clear = inspected(stage, "bureau", "yi", false)?;
    stage.does::<Inspection>("bureau", clear, inspection::Act::Clear, json!({ "reason": "未发现问题" }))?;
    let ordered = inspected(stage, "office", "jia", true)?;
    stage.does::<Inspection>("jia", ordered, inspection::Act::Answer, answer.clone())?;
    stage.does::<Inspection>("office", ordered, inspection::Act::Order, json!({ "reason": "三十日内完成整改并书面报告" }))?;
    let concealed = inspected(stage, "office", "bing", true)?;
    stage.does::<Inspection>("bing", concealed, inspection::Act::Answer, json!({ "answer": "不存在中间结果。" }))?;
    let found = json!({ "reason": "答复称不存在中间结果，经备份比对证实曾经保留并在检查前删除。", "proof": "备份快照与操作日志比对记录" });
    stage.does::<Inspection>("office", concealed, inspection::Act::Conceal, found)?;
    let answered = inspected(stage, "legal", "yi", true)?;
    stage.does::<Inspection>("yi", answered, inspection::Act::Answer, answer)?;
    inspected(stage, "bureau", "jia", true)?;
    let plan = |holder: &str| -> Result<Value> {
        Ok(json!({ "holder": stage.who(holder)?.org, "scope": "年度例行检查", "team": "钱宁", "planned_on": stage.date(10) }))
    };
    stage.opens::<Inspection>("bureau", plan("legal")?)?;
    let cancelled = stage.opens::<Inspection>("office", plan("yi")?)?;
    stage.does::<Inspection>("office", cancelled, inspection::Act::Cancel, json!({ "reason": "与数据主管部门检查合并" }))?;
    Ok(())
}

fn written(stage: &Stage, who: &str, kind: &str, year: i32) -> Result<Id<Report>> {
    let id = stage.opens::<Report>(who, json!({ "kind": kind, "year": year }))?;
    let (act, texts) = if kind == "operation_report" {
        let texts = json!({
            "storage": "授权数据全部存放于授权运营域，按级别分区，加密存储，未向域外复制。", "processing": "加工处理均在域内完成，脱敏、分组规则经合规审核，操作全程留痕。",
            "analysis": "围绕停车治理、农产品价格预警、独居老人关爱等场景开展分析利用。", "security": "制度健全，值守不间断，事件按时限报告并办结，演练按年度完成。",
            "scenario": "应用场景目录按类审定发布，产品服务于审定场景，公益类产品免费提供。", "market": "在架产品均经合规审核和价格备案，投诉举报按期答复。",
            "outlook": "下一年度重点完善供数时效和成效反馈。",
        });
        (report::Act::Write, texts)
    } else {
        let texts = json!({
            "application": "产品接入导航平台和街道治理系统，日均调用稳定。", "social": "高峰时段绕行减少，群众办事更方便。", "economic": "降低企业获取数据的成本，形成稳定收入。",
            "feedback": "向数源单位反馈泊位编码错误十余处。",
        });
        (report::Act::Describe, texts)
    };
    stage.does::<Report>(who, id, act, texts)?;
    Ok(id)
}

/// Taken as far as that act.
/// The last year that is over.
fn over(stage: &Stage) -> i32 {
    chrono::Datelike::year(&platform::day::shanghai_date(stage.db.clock().now())) - 1
}

fn reported(stage: &Stage, (who, signer): (&str, &str), kind: &str, year: i32, last: report::Act) -> Result<()> {
    let id = written(stage, who, kind, year)?;
    let road: [(report::Act, &str, Value); 4] = [
        (report::Act::Offer, who, json!({})),
        (report::Act::SignOff, signer, json!({})),
        (report::Act::Submit, who, json!({})),
        (last, "bureau", json!({ "reason": if last == report::Act::Return { "请补充用户数量和使用成效数据" } else { "材料齐全" } })),
    ];
    for (act, who, said) in road {
        stage.does::<Report>(who, id, act, said)?;
        if act == last {
            break;
        }
    }
    Ok(())
}

/// What the first weeks leave open.
pub struct Open {
    late: Id<Complaint>,
    answered: Id<Complaint>,
    declined: Id<Complaint>,
    withdrawn: Id<Complaint>,
    incident: Id<Incident>,
    good: Id<Evaluation>,
    bad: Id<Evaluation>,
    again: Id<Evaluation>,
    old: Id<Scheme>,
}

/// The first weeks of the licences.
pub fn play(stage: &mut Stage, licences: &Licences) -> Result<Open> {
    let parking = licences[&("yi", "parking")];
    drills(stage, licences)?;
    partners(stage)?;
    let late = complain(stage, "complaint", "holder", "关爱提醒服务重复打扰", "同一户一天收到三次走访提醒。", "DEMO-2222-2222-LATE")?;
    let answered = complain(stage, "complaint", "product", "停车泊位指数与实际不符", "东门停车场已停用，指数仍显示有空位。", "DEMO-3333-3333-DONE")?;
    let declined = complain(stage, "objection", "other", "道路施工扰民", "夜间施工噪声大。", "DEMO-4444-4444-ELSE")?;
    let withdrawn = complain(stage, "tip", "operator", "举报人撤回的一件", "情况已自行了解。", "DEMO-5555-5555-BACK")?;
    let closed = incident(stage, "yi", Some(parking), "停车指数接口密钥外泄", "leak", 26)?;
    stage.does::<Incident>("legal", closed, incident::Act::Acknowledge, json!({ "severity": "general", "reason": "未涉及个人信息，影响有限" }))?;
    stage.does::<Incident>("yi", closed, incident::Act::Note, json!({ "reason": "更换全部密钥，限制来源地址" }))?;
    let up = json!({ "situation": "一家合作商户误将密钥写入前端页面，已更换。", "impact": "未发现数据外流", "measures": "更换密钥、限制来源、排查同类问题" });
    stage.does::<Incident>("legal", closed, incident::Act::Upward, up.clone())?;
    stage.does::<Incident>("legal", closed, incident::Act::Notify, json!({ "others": "接口使用单位，电话通知", "message": "请核对并更换密钥" }))?;
    let dismissed = incident(stage, "source", None, "数据更新延迟", "outage", 3)?;
    stage.does::<Incident>("office", dismissed, incident::Act::Dismiss, json!({ "reason": "属于数据质量问题，转质量反馈办理" }))?;
    adopted(stage, 2026, "2026 年度评估指标（首版）")?;
    let (old, last, this) =
        (adopted(stage, 2024, "2024 年度评估指标")?, adopted(stage, 2025, "2025 年度评估指标")?, adopted(stage, 2026, "2026 年度评估指标（修订）")?);
    let dropped = sheet(stage, 2027, "2027 年度评估指标（误建）")?;
    stage.does::<Scheme>("bureau", dropped, scheme::Act::Withdraw, json!({ "reason": "年度有误" }))?;
    sheet(stage, 2027, "2027 年度评估指标（草案）")?;
    let (good, bad) = (noticed(stage, last, "yi", 94)?, noticed(stage, last, "bing", 52)?);
    let again = noticed(stage, this, "bing", 55)?;
    let cancelled = opened(stage, last, "legal")?;
    stage.does::<Evaluation>("office", cancelled, evaluation::Act::Cancel, json!({ "reason": "一级主体由第三方机构另行评估" }))?;
    let answer_late = noticed(stage, last, "jia", 78)?;
    stage.does::<Evaluation>("jia", answer_late, evaluation::Act::Object, json!({ "reason": "未计入年末上线的两个产品" }))?;
    stage.does::<Evaluation>("office", answer_late, evaluation::Act::Reject, json!({ "reason": "评估期截至十二月三十一日，两个产品在期后上架" }))?;
    inspections(stage)?;
    reported(stage, ("legal", "legal2"), "operation_report", over(stage), report::Act::Accept)?;
    Ok(Open { late, answered, declined, withdrawn, incident: closed, good, bad, again, old })
}

/// A month later: answers, results, and what nobody answered.
pub fn go_on(stage: &mut Stage, of: Open) -> Result<()> {
    let Open { late, answered, declined, withdrawn, incident: closed, good, bad, again, old } = of;
    let open = json!({ "answer": "经核实，该停车场停用信息未及时更新，已由数源单位更正，指数当日恢复准确。", "open": "on", "summary": "反映停车泊位指数包含已停用的停车场" });
    stage.does::<Complaint>("legal", answered, complaint::Act::Answer, open)?;
    stage.does::<Complaint>("office", declined, complaint::Act::Decline, json!({ "answer": "施工噪声请向生态环境部门或者 12345 反映。" }))?;
    stage.act(move |tx| {
        let serial = Complaint::row(tx, withdrawn)?.serial.unwrap_or_default();
        complaint::withdraw(tx, &serial, "DEMO-5555-5555-BACK")
    })?;
    let closing = json!({ "cause": "合作商户误将密钥写入前端页面", "impact": "无个人信息，未发现数据外流", "measures": "更换密钥，限制来源地址，约谈商户", "lessons": "上线前自动扫描密钥，合同写明保管义务" });
    stage.does::<Incident>("yi", closed, incident::Act::Conclude, closing)?;
    stage.does::<Incident>("office", closed, incident::Act::Close, json!({ "reason": "原因清楚，措施到位，同意办结" }))?;
    stage.does::<Evaluation>("office", good, evaluation::Act::Publish, json!({}))?;
    stage.does::<Evaluation>("office", bad, evaluation::Act::PublishPoor, json!({}))?;
    let talk = json!({ "talk_kind": "talk", "present": "周敏、钱宁、曹阳", "demands": "限期完善日志留存和人员培训，两个月内书面报告改进情况。", "improve_by": stage.date(60) });
    stage.does::<Evaluation>("office", bad, evaluation::Act::Talk, talk)?;
    stage.does::<Evaluation>("office", again, evaluation::Act::PublishPoor, json!({}))?;
    let objected = noticed(stage, old, "yi", 82)?;
    stage.does::<Evaluation>("yi", objected, evaluation::Act::Object, json!({ "reason": "应用成效指标未计入公益类产品" }))?;
    deadline::day_of::<Complaint>(&stage.db)?;
    stage.act(primary::oversight::incident::overdue)?;
    let row = stage.look(|look| Complaint::row(look, late))?;
    if row.state != complaint::State::Escalated {
        return Err(platform::Refusal::broken("a complaint that nobody answered is escalated"));
    }
    Ok(())
}

/// What stands open on the last day.
pub fn finish(stage: &mut Stage, licences: &Licences) -> Result<()> {
    stage.before_end(1);
    complain(stage, "tip", "operator", "反映平台收费未公示", "一项数据服务的收费标准在平台上查不到。", "DEMO-6666-6666-OPEN")?;
    let farm = licences[&("jia", "farm")];
    let reviewing = incident(stage, "jia", Some(farm), "价格指标接口短时中断", "outage", 4)?;
    let up = json!({ "situation": "机房切换造成中断四十分钟，已恢复。", "impact": "影响调用约两千次", "measures": "恢复服务，完善切换预案" });
    stage.does::<Incident>("legal", reviewing, incident::Act::Acknowledge, json!({ "severity": "general", "reason": "服务中断，无数据风险" }))?;
    stage.does::<Incident>("legal", reviewing, incident::Act::Upward, up)?;
    let closing =
        json!({ "cause": "机房切换脚本遗漏一台主机", "impact": "中断四十分钟", "measures": "补充脚本，增加切换后检查", "lessons": "切换前演练" });
    stage.does::<Incident>("jia", reviewing, incident::Act::Conclude, closing)?;
    let handling = incident(stage, "yi", Some(licences[&("yi", "parking")]), "关联分析发现可识别风险", "correlation", 2)?;
    stage.does::<Incident>(
        "legal",
        handling,
        incident::Act::Acknowledge,
        json!({ "severity": "serious", "reason": "两个产品结果叠加可能识别个人，已停止处理" }),
    )?;
    stage.does::<Incident>("yi", handling, incident::Act::Note, json!({ "reason": "停止相关模型运行，保留现场" }))?;
    incident(stage, "jia", Some(farm), "异常批量下载告警", "misuse", 1)?;
    let (last, this) = stage.look(|look| {
        let find = |look: &mut platform::Look, year: &str| -> Result<Id<Scheme>> {
            let offers = scheme::choices(look)?;
            offers.iter().find(|c| c.label(false).starts_with(year)).map_or(Err(platform::Refusal::NotFound), |c| c.value.parse())
        };
        Ok((find(look, "2025")?, find(look, "2026")?))
    })?;
    opened(stage, this, "yi")?;
    let scoring = opened(stage, this, "jia")?;
    stage.does::<Evaluation>("jia", scoring, evaluation::Act::SelfScore, points(93, true))?;
    stage.does::<Evaluation>("expert", scoring, evaluation::Act::Score, points(88, false))?;
    noticed(stage, last, "legal", 86)?;
    reported(stage, ("yi_staff", "yi"), "effect_report", over(stage), report::Act::Submit)?;
    reported(stage, ("jia_staff", "jia"), "effect_report", over(stage), report::Act::Return)?;
    reported(stage, ("bing_staff", "bing"), "effect_report", over(stage), report::Act::SignOff)?;
    reported(stage, ("yi_staff", "yi"), "effect_report", over(stage) - 1, report::Act::Offer)?;
    written(stage, "legal", "operation_report", over(stage) + 1)?;
    Ok(())
}
