//! Ends: proposed and decided by two, by notice, by running out; and destruction, archive, bar list, reminders.

use crate::world::{World, at, code, day, on_both};
use platform::{Caller, Id, Refusal, Word};
use primary::archive::{self, Archive};
use primary::bar::{self, Bar};
use primary::destruction::{self, Destruction};
use primary::licence::{self, EndKind, Licence, Permission};
use primary::termination::{self, Termination};
use serde_json::{Value, json};

fn propose(world: &World, who: &Caller, id: Id<Licence>, ground: &str) -> platform::Result<Id<Termination>> {
    world.opens(who, json!({"licence": id, "ground": ground, "reason": "超出授权范围使用数据"}))
}

/// Ends a licence for misuse: proposed by legal, heard, decided by the office.
fn ended(world: &World, id: Id<Licence>, ground: &str) {
    let case = propose(world, &world.legal, id, ground).unwrap();
    world.does(&world.holder, case, termination::Act::Answer, json!({"statement": "情况属实，愿接受处理"})).unwrap();
    world.does(&world.office, case, termination::Act::End, json!({"reason": "违规属实"})).unwrap();
}

fn order_of(world: &World, id: Id<Licence>) -> Destruction {
    world.look(|look| destruction::of_licence(look, id)).unwrap().expect("an order to destroy")
}

fn said(world: &World, who: &Caller, started: &str, finished: &str) -> Value {
    json!({
        "items": [{"what": "停车场信息", "place": "授权运营域 3 号空间", "medium": "对象存储", "copies": "2", "method": "crypto_erase"}],
        "operator": "李四", "witness": "王五", "started": started, "finished": finished, "manifest": [world.file(who, "清单.csv")], "irreversible": "on",
    })
}

on_both! {

fn two_people_and_a_hearing_end_a_licence(world: &World) {
    let id = world.granted();
    assert_eq!(code(propose(world, &world.holder, id, "breach")), "wrong-role");
    assert_eq!(code(propose(world, &world.office, id, "voluntary")), "faulty");
    let case = propose(world, &world.office, id, "misuse").unwrap();
    assert_eq!(code(propose(world, &world.legal, id, "breach")), "taken");
    assert_eq!(world.permitted(id), Permission::ALL, "a proposal closes nothing");
    let end = json!({"reason": "属实"});
    assert_eq!(code(world.does(&world.legal, case, termination::Act::End, end.clone())), "wrong-role");
    match world.does(&world.office_two, case, termination::Act::End, end.clone()).unwrap_err() {
        // Ten working days from Sunday 1 March.
        Refusal::Rule { code: "hearing-open", args, .. } => assert_eq!(args[0].1, "2026-03-13"),
        other => panic!("{other:?}"),
    }
    world.until("2026-03-14T00:00");
    assert_eq!(code(world.does(&world.office, case, termination::Act::End, end.clone())), "same-person");
    world.does(&world.office_two, case, termination::Act::End, end).unwrap();
    let row = world.licence(id);
    assert_eq!((row.state, row.end_kind, row.ended_at), (licence::State::Ended, Some(EndKind::Misuse), Some(at("2026-03-14T00:00"))));
    assert_eq!(world.permitted(id), []);
    assert_eq!(order_of(world, id).state, destruction::State::Ordered);
}

fn who_misused_data_is_barred(world: &World) {
    let id = world.granted();
    ended(world, id, "misuse");
    let call = world.call();
    let barred = world.opens::<primary::bid::Bid>(&world.holder, json!({ "announcement": call })).unwrap_err();
    assert_eq!(barred, Refusal::rule("barred", "ZJK-33").with("until", "2029-03-01"));
    assert!(world.opens::<primary::bid::Bid>(&world.rival, json!({ "announcement": call })).is_ok());
    let ask = platform::case::Ask::about("owner", world.holder.org.unwrap());
    let list = world.look(|look| platform::case::list::<Bar>(look, &platform::case::Sight::everybody(), &ask, platform::paging::Page::first(5))).unwrap();
    let entry = list.rows[0].id;
    assert_eq!(code(world.does(&world.legal, entry, bar::Act::Lift, json!({"reason": "误入"}))), "wrong-role");
    world.does(&world.office, entry, bar::Act::Lift, json!({"reason": "复查后解除"})).unwrap();
    assert!(world.opens::<primary::bid::Bid>(&world.holder, json!({ "announcement": call })).is_ok());
}

fn the_bar_ends_with_its_day(world: &World) {
    let id = world.granted();
    ended(world, id, "concealment");
    let holder = world.holder.org.unwrap();
    world.until("2029-03-01T23:59");
    assert_eq!(code(world.look(|look| bar::must_not_be_barred(look, holder))), "barred");
    world.until("2029-03-02T00:00");
    assert!(world.look(|look| bar::must_not_be_barred(look, holder)).is_ok());
}

fn poor_results_end_without_a_bar(world: &World) {
    let id = world.granted();
    ended(world, id, "poor_evaluation");
    assert!(world.look(|look| bar::must_not_be_barred(look, world.holder.org.unwrap())).is_ok());
}

fn a_holder_leaves_by_notice(world: &World) {
    let id = world.granted();
    let notice = |day: &str| json!({"ends_on": day, "reason": "业务调整"});
    let gives = |who: &Caller, day: &str| world.does(who, id, licence::Act::GiveNotice, notice(day));
    assert_eq!(code(gives(&world.holder, "2026-03-01")), "faulty");
    assert_eq!(code(gives(&world.holder, "2028-03-01")), "faulty");
    assert_eq!(code(gives(&world.rival, "2026-06-01")), "not-found");
    gives(&world.holder, "2026-06-01").unwrap();
    assert_eq!(code(gives(&world.holder, "2026-07-01")), "taken");
    let case = world.look(|look| termination::open_on(look, id)).unwrap().unwrap();
    assert_eq!(code(world.does(&world.legal, case.id, termination::Act::Withdraw, json!({"reason": "留下"}))), "wrong-role");
    world.does(&world.holder, case.id, termination::Act::Withdraw, json!({"reason": "再想想"})).unwrap();
    gives(&world.holder, "2026-06-01").unwrap();
    world.until("2026-05-31T23:59");
    world.night();
    assert_eq!(world.permitted(id), Permission::ALL);
    world.until("2026-06-01T00:00");
    world.night();
    assert_eq!((world.licence(id).state, world.licence(id).end_kind), (licence::State::Ended, Some(EndKind::Voluntary)));
    assert_eq!(world.permitted(id), []);
    assert!(world.look(|look| bar::must_not_be_barred(look, world.holder.org.unwrap())).is_ok());
    assert_eq!(order_of(world, id).hold_until, day("2026-12-01"));
}

fn data_are_destroyed_verified_and_certified(world: &World) {
    let id = world.granted();
    world.until("2028-03-01T00:00");
    world.night();
    assert_eq!(world.acts(id).last().unwrap(), "expire");
    let order = order_of(world, id);
    // Logs stay at least six months after the last day.
    assert_eq!((order.hold_until, order.holds_logs(day("2028-09-01")), order.holds_logs(day("2028-09-02"))), (day("2028-09-01"), true, false));
    let holder = &world.holder;
    let record = |started: &str, finished: &str| world.does(holder, order.id, destruction::Act::Record, said(world, holder, started, finished));
    world.until("2028-03-02T10:00");
    assert_eq!(code(record("2028-02-29T23:59", "2028-03-02T09:00")), "faulty");
    assert_eq!(code(record("2028-03-02T09:00", "2028-03-02T08:00")), "faulty");
    assert_eq!(code(record("2028-03-02T09:00", "2028-03-02T10:01")), "faulty");
    let mut alone = said(world, holder, "2028-03-02T08:00", "2028-03-02T09:00");
    alone["witness"] = json!("李 四");
    assert_eq!(code(world.does(holder, order.id, destruction::Act::Record, alone)), "faulty");
    record("2028-03-02T08:00", "2028-03-02T09:00").unwrap();
    world.does(&world.office, order.id, destruction::Act::SendBack, json!({"reason": "清单不全"})).unwrap();
    assert_eq!(code(world.look(|look| destruction::certificate(look, order.serial.as_deref().unwrap()))), "not-found");
    // The operator may do it too; then another of its people verifies.
    world.does(&world.legal, order.id, destruction::Act::Record, said(world, &world.legal, "2028-03-02T08:00", "2028-03-02T09:30")).unwrap();
    assert_eq!(code(world.does(&world.legal, order.id, destruction::Act::Certify, json!({}))), "same-person");
    assert!(world.look(|look| archive::of_licence(look, id)).unwrap().is_none());
    world.does(&world.legal_two, order.id, destruction::Act::Certify, json!({})).unwrap();
    let done = world.look(|look| destruction::certificate(look, order.serial.as_deref().unwrap())).unwrap();
    let statement = done.statement().unwrap();
    assert_eq!((statement.holder.as_str(), statement.resources.len(), statement.items[0].copies), ("甲公司", 2, 2));
    assert_eq!((statement.recorded_by.as_str(), statement.verified_by.as_str(), statement.manifest.len()), ("legal", "legal2", 64));
    assert!(done.holds());
    assert!(world.events(order.id).last().unwrap().detail.contains(done.digest.as_deref().unwrap()));
    let mut forged = done.clone();
    forged.content = forged.content.replace("\"copies\":2", "\"copies\":9");
    assert!(forged.content != done.content && !forged.holds());
    archived(world, id);
}

fn a_record_that_does_not_come_is_escalated(world: &World) {
    let id = world.granted();
    world.until("2026-03-02T09:00");
    ended(world, id, "incident");
    let order = order_of(world, id);
    // Ten working days from Monday 2 March.
    assert_eq!(order.due_on, Some(day("2026-03-16")));
    world.until("2026-03-16T23:00");
    world.night();
    assert_eq!(order_of(world, id).state, destruction::State::Ordered);
    world.until("2026-03-17T00:00");
    world.night();
    world.night();
    assert_eq!(world.acts(order.id), ["order", "escalate"]);
    world.does(&world.holder, order.id, destruction::Act::Record, said(world, &world.holder, "2026-03-16T08:00", "2026-03-16T09:00")).unwrap();
    assert_eq!(order_of(world, id).state, destruction::State::Recorded);
}

fn the_holder_is_reminded_once_at_each_mark(world: &World) {
    let id = world.granted();
    let reminded = || world.events(id).into_iter().filter(|e| e.act == "remind").map(|e| e.detail).collect::<Vec<_>>();
    world.until("2027-08-28T23:59");
    world.night();
    assert!(reminded().is_empty());
    for (at, count, months) in [("2027-08-29T00:00", 1, 6), ("2027-08-29T09:00", 1, 6), ("2027-11-29T00:00", 2, 3), ("2028-01-29T00:00", 3, 1), ("2028-02-20T00:00", 3, 1)] {
        world.until(at);
        world.night();
        let all = reminded();
        assert_eq!(all.len(), count, "{at}");
        assert!(all.last().unwrap().contains(&format!("\"months\":{months}")), "{all:?}");
    }
}

fn marks_that_passed_unseen_are_told_once(world: &World) {
    let id = world.granted();
    world.until("2028-01-30T09:00");
    world.night();
    world.night();
    assert_eq!(world.acts(id).iter().filter(|a| *a == "remind").count(), 1);
}

}

fn archived(world: &World, id: Id<Licence>) {
    let kept = world.look(|look| archive::of_licence(look, id)).unwrap().unwrap();
    assert_eq!((kept.state, kept.class, kept.keep_until), (archive::State::Kept, archive::Class::Years30, Some(day("2058-03-02"))));
    let class = |class: &str| world.does(&world.legal, kept.id, archive::Act::Classify, json!({"class": class, "reason": "涉及公共利益"}));
    class("permanent").unwrap();
    assert_eq!(code(class("years30")), "faulty");
    let receipt = json!({"receiver": "市档案馆", "receipt": "档接〔2028〕5号", "files": [world.file(&world.legal, "回执.pdf")]});
    assert_eq!(code(world.does(&world.holder, kept.id, archive::Act::HandOver, receipt.clone())), "wrong-role");
    let over: Archive = world.does(&world.legal, kept.id, archive::Act::HandOver, receipt).unwrap();
    assert_eq!((over.state, over.keep_until, over.answers().text("receipt")), (archive::State::HandedOver, None, "档接〔2028〕5号"));
    assert!(world.sql("DELETE FROM archive").is_err());
    assert!(world.sql("DELETE FROM destruction").is_err());
}
