//! Supervision: complaints, incidents, evaluations, inspections, drills and reports, on both databases.

use crate::road;
use chrono::Duration;
use platform::paging::Page;
use platform::sheet::Answers;
use platform::{Caller, Db, Id, Refusal, Result, deadline};
use primary::licence::{self, Licence};
use primary::oversight::complaint::{self, Complaint, Desk};
use primary::oversight::drill::{self, Drill};
use primary::oversight::evaluation::{self, Evaluation, Grade};
use primary::oversight::incident::{self, Incident};
use primary::oversight::inspection::{self, Inspection};
use primary::oversight::mark;
use primary::oversight::operator_plan::{self, OperatorPlan};
use primary::oversight::scheme::{self, Scheme};
use secondary::report::{self, Report};
use serde_json::{Value, json};
use std::sync::Barrier;
use support::{Actor, World, on_both};

fn code<T: std::fmt::Debug>(result: Result<T>) -> &'static str {
    result.unwrap_err().code()
}

fn fault<T: std::fmt::Debug>(result: Result<T>) -> (String, &'static str) {
    match result.unwrap_err() {
        Refusal::Faulty(faults) => (faults[0].field.clone(), faults[0].code),
        other => panic!("{other:?}"),
    }
}

/// A licence in force; developer A holds it.
fn licensed(world: &World) -> Id<Licence> {
    let entries = road::entries(world);
    let class = road::class(world, "城市停车治理", "industry", &entries);
    road::licensed(world, class, &entries, "1000")
}

fn complained(db: &Db, said: Value, code: &'static str) -> Result<complaint::Receipt> {
    db.act(move |tx| complaint::file(tx, &Answers::of(said), code))
}

fn complaint(matter: &str) -> Value {
    json!({ "kind": "complaint", "matter": matter, "title": "停车指数不准确", "text": "东门停车场已停用半年，指数仍在更新。", "name": "李某", "contact": "138", "may_publish": "on" })
}

/// A time as a form takes it, so many minutes from now.
fn minute(world: &World, minutes: i64) -> String {
    (world.clock.now() + Duration::hours(8) + Duration::minutes(minutes)).format("%Y-%m-%dT%H:%M").to_string()
}

fn incident(world: &World, licence: Option<Id<Licence>>, found: i64) -> Value {
    json!({
        "title": "接口密钥泄露", "kind": "leak", "licence": licence, "discovered_at": minute(world, found), "found": "日志发现异常调用", "data": "泊位实时状态",
        "people": "0", "stopped": "已停用密钥", "contact": "安全员 0313-2",
    })
}

fn sheet(world: &World, year: i32) -> Id<Scheme> {
    let said = |second: &str| {
        json!({ "year": year, "title": format!("{year} 年度评估指标"), "basis": "第三十三条", "items": [
            { "name": "数据安全", "weight": "60", "about": "事件和整改" }, { "name": "应用成效", "weight": second },
        ] })
    };
    let (first, second) = (world.office(), world.second_office());
    assert_eq!(fault(first.opens::<Scheme>(said("39"))), ("items".into(), "weights-sum"));
    let id = first.opens::<Scheme>(said("40")).unwrap();
    assert_eq!(code(first.does(id, scheme::Act::Adopt, json!({}))), "same-person");
    second.does(id, scheme::Act::Adopt, json!({})).unwrap();
    id
}

fn own_points() -> Value {
    json!({ "items": [{ "item": "1", "points": "95", "evidence": "等保三级" }, { "item": "2", "points": "90", "evidence": "三个产品" }], "truthful": "on" })
}

fn points(a: i64, b: i64) -> Value {
    json!({ "items": [{ "item": "1", "points": a, "remark": "" }, { "item": "2", "points": b }], "independent": "on" })
}

/// An evaluation of developer A by two experts, opened and self-scored.
fn opened(world: &World, scheme: Id<Scheme>) -> Id<Evaluation> {
    let said = json!({ "scheme": scheme, "holder": world.developer('A').org(), "assessors": [world.expert(1).person(), world.source(1).person()] });
    let id = world.office().opens::<Evaluation>(said).unwrap();
    world.developer('A').does(id, evaluation::Act::SelfScore, own_points()).unwrap();
    id
}

/// Scored alike by both, told, and published when the time for objections is over.
fn poor(world: &World, scheme: Id<Scheme>) -> Id<Evaluation> {
    let id = opened(world, scheme);
    for who in [world.expert(1), world.source(1)] {
        who.does(id, evaluation::Act::Score, points(40, 50)).unwrap();
    }
    world.office().does(id, evaluation::Act::Notice, json!({})).unwrap();
    world.days_pass(15);
    world.office().does(id, evaluation::Act::PublishPoor, json!({})).unwrap();
    id
}

on_both! {
    a_complaint_needs_no_account_and_gets_its_answer(world) {
        world.office();
        assert_eq!(fault(complained(&world.db, json!({ "kind": "tip" }), "K")), ("matter".into(), "required"));
        let mut quiet = complaint("product");
        quiet["may_publish"] = json!("");
        quiet["name"] = json!("");
        let one = complained(&world.db, complaint("product"), "AB2C-DE3F").unwrap();
        let two = complained(&world.db, quiet, "GH4J-KL5M").unwrap();
        let three = complained(&world.db, complaint("operator"), "NP6Q-RS7T").unwrap();
        assert_ne!(one.serial, two.serial);
        // The right desk is told; what is said of the operator does not go to it.
        let (legal, office, bureau) = (world.legal(1), world.office(), world.bureau());
        assert_eq!(legal.sees(one.id).unwrap().desk, Desk::Legal);
        assert_eq!(code(legal.sees(three.id)), "not-found");
        assert!(office.sees(three.id).is_ok() && world.auditor().sees(three.id).is_ok());
        for who in [world.scenario_desk(), world.developer('A'), world.regulator(), world.public()] {
            assert_eq!(code(who.sees(one.id)), "not-found");
        }
        assert_eq!(code(office.does(three.id, complaint::Act::Assign, json!({ "desk": "legal", "reason": "转办" }))), "own-complaint");
        assert_eq!(code(legal.does(one.id, complaint::Act::Assign, json!({ "desk": "office", "reason": "x" }))), "wrong-role");
        assert_eq!(code(bureau.does(one.id, complaint::Act::Answer, json!({ "answer": "x" }))), "wrong-role");
        // Nothing that was said, and no name, enters the log.
        let log = world.events(one.id);
        assert!(log.iter().all(|e| e.actor.is_none() && !e.detail.contains("停用半年") && !e.detail.contains("李某")));

        // Number and code together open it; either alone does not, whatever the case and the dashes.
        let look = |number: &str, code: &str| world.db.look(|look| complaint::lookup(look, number, code)).unwrap();
        assert_eq!(look(&one.serial, "ab2cde3f").unwrap().id, one.id);
        assert!(look(&one.serial, "GH4J-KL5M").is_none() && look("张公数诉〔2026〕9号", "AB2C-DE3F").is_none() && look(&one.serial, "").is_none());

        let open = json!({ "answer": "已核实并更正。", "open": "on", "summary": "停车指数包含停用停车场" });
        assert_eq!(fault(legal.does(two.id, complaint::Act::Answer, open.clone())), ("open".into(), "publish-not-agreed"));
        legal.does(one.id, complaint::Act::Answer, open).unwrap();
        let shown = world.db.look(|look| complaint::published(look, "", None, Page::first(10))).unwrap();
        assert_eq!(shown.rows.iter().map(|c| c.id).collect::<Vec<_>>(), [one.id]);
        legal.does(two.id, complaint::Act::Decline, json!({ "answer": "请向公安机关反映" })).unwrap();
        assert_eq!(look(&two.serial, "GH4J-KL5M").unwrap().answers().text("answer"), "请向公安机关反映");
        let (number, by) = (three.serial.clone(), world.db.clone());
        assert_eq!(code(by.act(move |tx| complaint::withdraw(tx, &number, "WRONG"))), "not-found");
        let number = three.serial.clone();
        world.db.act(move |tx| complaint::withdraw(tx, &number, "NP6Q-RS7T")).unwrap();
    }

    what_nobody_answers_goes_to_the_office(world) {
        world.office();
        let one = complained(&world.db, complaint("product"), "AB2C-DE3F").unwrap();
        let due = world.legal(1).sees(one.id).unwrap().due_on.unwrap();
        let day = || deadline::day_of::<Complaint>(&world.db).unwrap();
        while world.today() <= due {
            assert_eq!((day().deemed, day().escalated), (0, 0));
            world.days_pass(1);
        }
        // It changes desks, and that is all the office is told.
        assert_eq!((day().deemed, day().deemed, day().escalated), (1, 0, 0));
        let row = world.office().sees(one.id).unwrap();
        assert_eq!((row.state, row.desk, row.due_on), (complaint::State::Escalated, Desk::Office, Some(due)), "its day stays");
        assert_eq!(code(world.legal(1).sees(one.id)), "not-found");
        world.office().does(one.id, complaint::Act::Answer, json!({ "answer": "已督促整改" })).unwrap();
    }

    an_incident_is_reported_upwards_within_the_hours(world) {
        let licence = licensed(world);
        let (holder, legal, office) = (world.developer('A'), world.legal(1), world.office());
        assert_eq!(fault(holder.opens::<Incident>(incident(world, Some(licence), 5))), ("discovered_at".into(), "in-future"));
        assert_eq!(fault(world.developer('B').opens::<Incident>(incident(world, Some(licence), -5))), ("licence".into(), "not-a-choice"));
        // Found 26 hours ago: a day late for the first notice within two hours, and the form cannot say when it was reported.
        let mut said = incident(world, Some(licence), -26 * 60);
        said["created_at"] = json!(minute(world, -25 * 60));
        said["reported_at"] = json!(minute(world, -25 * 60));
        let id = holder.opens::<Incident>(said).unwrap();
        let row = office.sees(id).unwrap();
        assert_eq!((row.late_minutes(), row.minutes_left(world.clock.now()), row.owner), (24 * 60, Some(24 * 60), Some(holder.org())));
        assert_eq!(row.created_at, world.clock.now());
        assert_eq!(code(world.developer('B').sees(id)), "not-found");
        legal.does(id, incident::Act::Acknowledge, json!({ "severity": "serious", "reason": "涉及实时接口" })).unwrap();
        assert!(legal.sees(id).unwrap().due_on.is_some(), "the closing report is owed");
        // Access is cut off by the licence's own verb, in the same act.
        office.does(id, incident::Act::Stop, json!({ "reason": "防止扩大" })).unwrap();
        let state = world.db.look(|look| licence::row(look, licence)).unwrap().state;
        assert_eq!(state, licence::State::Suspended);
        assert!(!world.db.look(|look| enclave::access::is_open(look, licence.cast())).unwrap());
        assert!(!office.may(id).unwrap().contains(&incident::Act::Stop), "once is enough");
        holder.does(id, incident::Act::Note, json!({ "reason": "更换全部密钥" })).unwrap();
        legal.does(id, incident::Act::Notify, json!({ "orgs": [world.source(1).org()], "message": "请配合排查" })).unwrap();
        assert!(world.letters_to(&world.source(1)).iter().any(|l| l.event == world.events(id).last().map(|e| e.seq)));
        let closing = json!({ "cause": "密钥写入前端", "impact": "无个人信息", "measures": "更换、审计", "lessons": "上线前扫描" });
        assert_eq!(code(holder.does(id, incident::Act::Conclude, closing.clone())), "not-reported-upward");

        // A day and an hour later it is overdue, once.
        world.passes(Duration::hours(25));
        assert_eq!([(); 2].map(|()| world.db.act(incident::overdue).unwrap()), [1, 0]);
        legal.does(id, incident::Act::Upward, json!({ "situation": "已控制", "impact": "有限", "measures": "整改" })).unwrap();
        assert_eq!(legal.sees(id).unwrap().upward_late_minutes(), 60);
        assert!(legal.sees(id).unwrap().due_on.is_some(), "the clock of the closing report goes on");
        holder.does(id, incident::Act::Conclude, closing).unwrap();
        office.does(id, incident::Act::Return, json!({ "reason": "补充影响评估" })).unwrap();
        holder.does(id, incident::Act::Conclude, json!({ "cause": "密钥", "impact": "无", "measures": "更换", "lessons": "扫描" })).unwrap();
        assert_eq!(code(legal.does(id, incident::Act::Close, json!({ "reason": "同意" }))), "wrong-role");
        office.does(id, incident::Act::Close, json!({ "reason": "同意办结" })).unwrap();
        let marks = world.db.look(|look| mark::of(look, holder.org())).unwrap();
        assert_eq!(marks.iter().map(|m| m.kind).collect::<Vec<_>>(), [mark::Kind::Incident]);

        // What the primary operator finds itself is with the office at once; a source unit reports its own.
        let own = legal.opens::<Incident>(incident(world, None, -1)).unwrap();
        assert!(legal.sees(own).unwrap().upward_at.is_some());
        let theirs = world.source(1).opens::<Incident>(incident(world, None, -1)).unwrap();
        office.does(theirs, incident::Act::Dismiss, json!({ "reason": "演示数据" })).unwrap();
    }

    a_year_is_evaluated_blind_and_published(world) {
        licensed(world);
        let (office, holder, first, second) = (world.office(), world.developer('A'), world.expert(1), world.source(1));
        let scheme = sheet(world, 2025);
        let open = |people: Vec<&Actor>| {
            let people: Vec<_> = people.iter().map(|p| p.person()).collect();
            office.opens::<Evaluation>(json!({ "scheme": scheme, "holder": holder.org(), "assessors": people }))
        };
        assert_eq!(fault(open(vec![&first])), ("assessors".into(), "too-few"));
        assert_eq!(fault(open(vec![&first, &world.legal(1)])), ("assessors".into(), "not-a-choice"));
        let (biased, of) = (world.expert(2), holder.org());
        biased.tries(move |tx, who| platform::people::interest::declare(tx, who, of, "顾问")).unwrap();
        assert_eq!(code(open(vec![&first, &biased])), "interest");
        let id = open(vec![&first, &second]).unwrap();
        assert_eq!(code(open(vec![&first, &second])), "taken");
        assert_eq!(code(world.developer('B').sees(id)), "not-found");
        assert_eq!(code(world.expert(3).sees(id)), "not-found");
        assert_eq!(code(first.does(id, evaluation::Act::Score, points(80, 80))), "wrong-state");
        let mut half = own_points();
        half["items"].as_array_mut().unwrap().pop();
        assert_eq!(fault(holder.does(id, evaluation::Act::SelfScore, half)), ("items".into(), "indicator-missing"));
        holder.does(id, evaluation::Act::SelfScore, own_points()).unwrap();
        assert_eq!(code(office.does(id, evaluation::Act::Notice, json!({}))), "scores-missing");

        // Two assessors at one moment, each pressing twice: each is kept once.
        let start = Barrier::new(4);
        let answers: Vec<Result<Evaluation>> = std::thread::scope(|threads| {
            let hands: Vec<_> = (0..4)
                .map(|n| {
                    let (start, who) = (&start, if n % 2 == 0 { first.clone() } else { second.clone() });
                    threads.spawn(move || {
                        start.wait();
                        who.does(id, evaluation::Act::Score, if n % 2 == 0 { points(90, 80) } else { points(85, 95) })
                    })
                })
                .collect();
            hands.into_iter().map(|h| h.join().unwrap()).collect()
        });
        assert_eq!(answers.iter().filter(|a| a.is_ok()).count(), 2);
        for refused in answers.into_iter().filter_map(Result::err) {
            assert_eq!(refused.code(), "already-voted");
        }
        // Before the result is told, nobody reads a mean, and the record holds no points.
        let means = || world.db.look(|look| { let row = Evaluation::row(look, id)?; evaluation::table(look, &row) }).unwrap();
        assert!(means().iter().all(|l| l.mean.is_none()));
        assert!(world.events(id).iter().filter(|e| e.act == "score").all(|e| !e.detail.contains("points")));
        let told = office.does(id, evaluation::Act::Notice, json!({})).unwrap();
        // (60·(90+85) + 40·(80+95)) ÷ 200 = 87.50
        assert_eq!((told.total, told.grade), (Some(8750), Some(Grade::Good)));
        assert_eq!(means().iter().map(|l| l.mean).collect::<Vec<_>>(), [Some(8750), Some(8750)]);
        assert_eq!(code(office.does(id, evaluation::Act::Publish, json!({}))), "objection-period");
        let public = || world.db.look(|look| evaluation::published(look, &evaluation::Wanted::default(), Page::first(10))).unwrap().total;
        assert_eq!((public(), code(world.db.look(|look| evaluation::published_one(look, id)))), (0, "not-found"));

        // An upheld objection has everybody score anew; the old points stay.
        assert_eq!(code(world.developer('B').does(id, evaluation::Act::Object, json!({ "reason": "x" }))), "not-found");
        holder.does(id, evaluation::Act::Object, json!({ "reason": "漏计一项成果" })).unwrap();
        office.does(id, evaluation::Act::Uphold, json!({ "reason": "重新评分" })).unwrap();
        assert_eq!(code(office.does(id, evaluation::Act::Notice, json!({}))), "scores-missing");
        first.does(id, evaluation::Act::Score, points(95, 90)).unwrap();
        second.does(id, evaluation::Act::Score, points(91, 90)).unwrap();
        let told = office.does(id, evaluation::Act::Notice, json!({})).unwrap();
        assert_eq!((told.total, told.grade, told.round), (Some(9180), Some(Grade::Excellent), 2));
        assert_eq!(code(office.does(id, evaluation::Act::PublishPoor, json!({}))), "wrong-state");
        world.days_pass(15);
        assert_eq!(code(holder.does(id, evaluation::Act::Object, json!({ "reason": "迟" }))), "too-late");
        office.does(id, evaluation::Act::Publish, json!({})).unwrap();
        assert_eq!(public(), 1);
        assert_eq!(world.db.look(|look| evaluation::last_of(look, holder.org())).unwrap().map(|e| e.id), Some(id));
    }

    two_poor_years_running_propose_the_end(world) {
        let licence = licensed(world);
        let (office, holder) = (world.office(), world.developer('A'));
        let first = poor(world, sheet(world, 2024));
        assert!(!world.acts_on(first).contains(&evaluation::Act::Propose));
        let talk = json!({ "talk_kind": "talk", "present": "双方负责人", "demands": "限期改进", "improve_by": road::day(world, 60) });
        office.does(first, evaluation::Act::Talk, talk).unwrap();
        let second = poor(world, sheet(world, 2025));
        assert!(world.acts_on(second).contains(&evaluation::Act::Propose));
        let proposed = world.db.look(|look| primary::termination::open_on(look, licence)).unwrap().expect("the end is proposed");
        assert_eq!(proposed.kind, licence::EndKind::PoorEvaluation);
        assert!(world.db.look(|look| evaluation::poor_running(look, holder.org())).unwrap());
        assert_eq!(world.db.look(|look| mark::of(look, holder.org())).unwrap().len(), 2);
        // Whoever does not score himself holds nothing up.
        let said = json!({ "scheme": sheet(world, 2026), "holder": holder.org(), "assessors": [world.expert(1).person(), world.expert(3).person()] });
        let late = office.opens::<Evaluation>(said).unwrap();
        world.days_pass(30);
        deadline::day_of::<Evaluation>(&world.db).unwrap();
        assert_eq!(office.sees(late).unwrap().state, evaluation::State::Scoring);
    }

    an_inspection_is_answered_and_concealment_follows(world) {
        let licence = licensed(world);
        let (office, bureau, holder, legal) = (world.office(), world.bureau(), world.developer('A'), world.legal(1));
        let plan = |announced: &str, of: &Actor| {
            json!({ "holder": of.org(), "licence": licence, "scope": "数据使用", "team": "周敏、钱宁", "planned_on": road::day(world, 3), "announced": announced })
        };
        assert_eq!(fault(office.opens::<Inspection>(plan("", &world.developer('B')))), ("licence".into(), "not-of-holder"));
        let id = bureau.opens::<Inspection>(plan("", &holder)).unwrap();
        assert_eq!(code(holder.sees(id)), "not-found");
        assert!(office.sees(id).is_ok());
        let known = office.opens::<Inspection>(plan("on", &holder)).unwrap();
        assert!(holder.sees(known).is_ok());
        // The legal desk audits developers, but holds no inspection of the authorities.
        assert_eq!(code(legal.does(id, inspection::Act::Hold, json!({ "held_on": road::day(world, 0), "present": "x", "record": "x" }))), "wrong-role");
        world.days_pass(3);
        let found = json!({
            "held_on": road::day(world, 0), "present": "安全员", "record": "核查日志", "findings": [{ "article": "ZJK-28", "finding": "超范围调用", "gravity": "major" }],
        });
        let mut ahead = found.clone();
        ahead["held_on"] = json!(road::day(world, 1));
        assert_eq!(fault(bureau.does(id, inspection::Act::Hold, ahead)), ("held_on".into(), "in-future"));
        bureau.does(id, inspection::Act::Hold, found.clone()).unwrap();
        assert_eq!(code(office.does(id, inspection::Act::Order, json!({ "reason": "整改" }))), "answer-first");
        assert_eq!(code(world.developer('B').does(id, inspection::Act::Answer, json!({ "answer": "x" }))), "not-found");
        holder.does(id, inspection::Act::Answer, json!({ "answer": "系测试调用" })).unwrap();
        assert_eq!(code(bureau.does(id, inspection::Act::Order, json!({ "reason": "十日内收回权限" }))), "wrong-role");
        office.does(id, inspection::Act::Order, json!({ "reason": "十日内收回权限" })).unwrap();
        // The order is a case of its own, which closes the door until it is verified.
        assert_eq!(world.db.look(|look| primary::rectification::of_licence(look, licence)).unwrap().len(), 1);
        assert!(!world.db.look(|look| enclave::access::is_open(look, licence.cast())).unwrap());
        assert!(world.db.look(|look| mark::of(look, holder.org())).unwrap().is_empty());
        assert_eq!(code(legal.does(id, inspection::Act::Conceal, json!({ "reason": "x", "proof": "x" }))), "wrong-role");
        office.does(id, inspection::Act::Conceal, json!({ "reason": "日志被删除", "proof": "备份比对" })).unwrap();
        let marks = world.db.look(|look| mark::of(look, holder.org())).unwrap();
        assert_eq!(marks.iter().map(|m| m.kind).collect::<Vec<_>>(), [mark::Kind::Concealment]);
        // Nothing found: nothing to order, nothing to wait for.
        office.does(known, inspection::Act::Hold, json!({ "held_on": road::day(world, 0), "present": "安全员", "record": "未发现问题" })).unwrap();
        assert_eq!(code(office.does(known, inspection::Act::Order, json!({ "reason": "x" }))), "no-finding");
        office.does(known, inspection::Act::Clear, json!({ "reason": "未发现问题" })).unwrap();
    }

    a_plan_is_drilled_every_year(world) {
        let licence = licensed(world);
        let (holder, office) = (world.developer('A'), world.office());
        let owed = |who: &Actor| who.looks(drill::owed).unwrap();
        assert!(!owed(&holder)[0].overdue);
        world.days_pass(370);
        assert!(owed(&office).iter().any(|o| o.licence == licence && o.overdue));
        let plan = |licence: Value| json!({ "licence": licence, "title": "断网演练", "manner": "table", "scenario": "接口泄露", "taking_part": "安全部", "planned_on": road::day(world, 1) });
        assert_eq!(fault(holder.opens::<Drill>(plan(json!(null)))), ("licence".into(), "required"));
        assert_eq!(fault(world.developer('B').opens::<Drill>(plan(json!(licence)))), ("licence".into(), "not-a-choice"));
        let id = holder.opens::<Drill>(plan(json!(licence))).unwrap();
        world.days_pass(1);
        let held = json!({ "held_on": road::day(world, 0), "course": "按预案", "gaps": "通讯录过期", "improvements": "更新" });
        holder.does(id, drill::Act::Hold, held).unwrap();
        assert!(!owed(&holder)[0].overdue);
        office.does(id, drill::Act::Review, json!({ "reason": "同意" })).unwrap();
        // The primary operator has a plan of its own, and drills it.
        let legal = world.legal(1);
        assert_eq!(code(legal.opens::<Drill>(plan(json!(null)))), "no-emergency-plan");
        let own = json!({ "lead": "褚法", "phone": "1", "organisation": "应急小组", "risks": "泄露", "levels": "三级", "measures": "切断", "reporting": "立即上报" });
        let first = legal.opens::<OperatorPlan>(own.clone()).unwrap();
        legal.opens::<OperatorPlan>(own).unwrap();
        assert_eq!(legal.sees(first).unwrap().state, operator_plan::State::Replaced);
        let own = legal.opens::<Drill>(plan(json!(null))).unwrap();
        assert_eq!(code(office.does(own, drill::Act::Cancel, json!({ "reason": "x" }))), "wrong-role");
        legal.does(own, drill::Act::Cancel, json!({ "reason": "改期" })).unwrap();
    }

    a_partner_is_admitted_by_another_person(world) {
        use primary::oversight::partner::{self, Partner};
        let (staff, chief) = (world.staff('A'), world.developer('A'));
        let said = json!({ "name": "子午公司", "credit_code": "91130700MA0L00011", "tasks": "支持", "data_touched": "结果", "qualification": "资质", "duties": "保密", "contract_until": road::day(world, 300) });
        let own = chief.opens::<Partner>(said.clone()).unwrap();
        assert_eq!(code(chief.does(own, partner::Act::Admit, json!({ "reason": "x" }))), "same-person");
        let id = staff.opens::<Partner>(said).unwrap();
        assert_eq!(code(world.developer('B').sees(id)), "not-found");
        assert_eq!(code(world.legal(1).does(id, partner::Act::Admit, json!({ "reason": "x" }))), "wrong-role");
        chief.does(id, partner::Act::Admit, json!({ "reason": "齐全" })).unwrap();
        chief.does(id, partner::Act::Assess, json!({ "year": 2026, "verdict": "failed", "reason": "违约" })).unwrap();
        chief.does(id, partner::Act::Exit, json!({ "exit_kind": "breach", "reason": "泄露" })).unwrap();
    }

    a_report_counts_the_record_and_is_signed_by_another(world) {
        let licence = licensed(world);
        world.developer('A').opens::<Incident>(incident(world, Some(licence), -5)).unwrap();
        complained(&world.db, complaint("operator"), "AB2C-DE3F").unwrap();
        let (legal, second, bureau) = (world.legal(1), world.legal(2), world.bureau());
        assert_eq!(fault(legal.opens::<Report>(json!({ "kind": "effect_report", "year": 2026 }))), ("kind".into(), "not-a-choice"));
        assert_eq!(fault(legal.opens::<Report>(json!({ "kind": "operation_report", "year": 2027 }))), ("year".into(), "not-begun"));
        let id = legal.opens::<Report>(json!({ "kind": "operation_report", "year": 2026 })).unwrap();
        assert_eq!(code(legal.opens::<Report>(json!({ "kind": "operation_report", "year": 2026 }))), "taken");
        let row = legal.sees(id).unwrap();
        let count = |row: &Report, key: &str| row.read().figures.iter().find(|f| f.key == key).map(|f| f.rows.len());
        assert_eq!((count(&row, "licences_new"), count(&row, "incidents"), count(&row, "entries_granted"), count(&row, "complaints")), (Some(1), Some(1), Some(2), Some(1)));
        assert!(row.read().figures.iter().filter(|f| f.key == "complaints").flat_map(|f| &f.rows).all(|r| r.title.is_empty()));
        assert_eq!(row.owed_on.map(|d| d.to_string()).as_deref(), Some("2027-03-31"));
        assert_eq!(code(bureau.sees(id)), "not-found");
        assert_eq!(code(legal.does(id, report::Act::Offer, json!({}))), "period-not-over");
        world.passes(chrono::TimeDelta::days(400));
        assert!(world.db.look(report::owed).unwrap().iter().any(|o| o.overdue));
        let texts = json!({ "storage": "平台集中存储", "processing": "域内加工", "analysis": "停车治理", "security": "一起事件", "scenario": "一个场景" });
        legal.does(id, report::Act::Write, texts.clone()).unwrap();
        assert_eq!(fault(legal.does(id, report::Act::Offer, json!({}))), ("market".into(), "required"));
        let mut texts = texts;
        texts["market"] = json!("尚无产品上架");
        legal.does(id, report::Act::Write, texts).unwrap();
        legal.does(id, report::Act::Offer, json!({})).unwrap();
        let offered = legal.sees(id).unwrap();
        assert!(!offered.digest.is_empty() && offered.holds());
        assert_eq!(code(legal.does(id, report::Act::SignOff, json!({}))), "same-person");
        second.does(id, report::Act::SignOff, json!({})).unwrap();
        let sent = legal.does(id, report::Act::Submit, json!({})).unwrap();
        assert!(sent.serial.is_some() && sent.days_late(world.today()) > 0);
        assert_eq!(sent.digest, offered.digest);
        bureau.does(id, report::Act::Return, json!({ "reason": "补充市场运营" })).unwrap();
        legal.does(id, report::Act::Revise, json!({})).unwrap();
        assert!(legal.sees(id).unwrap().digest.is_empty());
        legal.does(id, report::Act::Offer, json!({})).unwrap();
        second.does(id, report::Act::SignOff, json!({})).unwrap();
        let again = legal.does(id, report::Act::Submit, json!({})).unwrap();
        assert_eq!((again.serial.clone(), again.submitted_at), (sent.serial, sent.submitted_at));
        bureau.does(id, report::Act::Accept, json!({})).unwrap();

        let (holder, staff) = (world.developer('A'), world.staff('A'));
        let effect = staff.opens::<Report>(json!({ "kind": "effect_report", "year": 2026 })).unwrap();
        assert_eq!(code(world.developer('B').sees(effect)), "not-found");
        staff.does(effect, report::Act::Describe, json!({ "application": "停车", "social": "便民", "economic": "降本" })).unwrap();
        staff.does(effect, report::Act::Offer, json!({})).unwrap();
        holder.does(effect, report::Act::SignOff, json!({})).unwrap();
        staff.does(effect, report::Act::Submit, json!({})).unwrap();
    }
}

/// Nobody may call time itself.
#[test]
fn only_time_escalates() {
    use platform::flow;
    assert_eq!(flow::doers::<Complaint>(complaint::Act::Escalate), [platform::Role::Calendar]);
    assert_eq!(flow::doers::<Evaluation>(evaluation::Act::Propose), [platform::Role::Calendar]);
    assert!(Caller::public().is(platform::Role::Public));
}
