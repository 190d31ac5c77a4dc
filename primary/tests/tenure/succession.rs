//! Amendment and renewal: new agreements linked to the old.

use crate::world::{World, code, day, on_both};
use platform::profile::Profile;
use platform::{Caller, Id, Refusal, Word};
use primary::amendment::{self, Amendment, State};
use primary::destruction;
use primary::filing;
use primary::licence::{self, EndKind, Licence, Permission};
use primary::rectification::{self, Rectification};
use serde_json::json;

fn renews(world: &World, id: Id<Licence>, to: &str) -> platform::Result<Id<Amendment>> {
    world.opens(&world.holder, json!({"licence": id, "kind": "renew", "to_on": to, "reason": "继续运营"}))
}

fn state(world: &World, id: Id<Amendment>) -> State {
    world.look(|look| Amendment::row(look, id)).unwrap().state
}

on_both! {

fn renewal_keeps_to_its_window(world: &World) {
    let id = world.granted();
    // The last day is 29 February 2028; the window is its last three months.
    world.until("2027-11-28T23:59");
    let early = renews(world, id, "2031-02-28").unwrap_err();
    assert_eq!(early, Refusal::rule("renewal-too-early", "ZJK-17").with("opens", "2027-11-29").with("closes", "2028-02-29"));
    world.until("2027-11-29T00:00");
    assert_eq!(code(renews(world, id, "2031-03-01")), "faulty", "the cap counts anew, from the first day of the new term");
    assert_eq!(code(world.opens::<Amendment>(&world.rival, json!({"licence": id, "kind": "renew", "to_on": "2029-01-01", "reason": "x"}))), "not-found");
    let first = renews(world, id, "2031-02-28").unwrap();
    assert_eq!(code(renews(world, id, "2030-02-28")), "taken");
    world.does(&world.holder, first, amendment::Act::Withdraw, json!({"reason": "改期"})).unwrap();
    world.until("2028-02-29T23:59");
    let last = renews(world, id, "2030-02-28").unwrap();
    world.until("2028-03-01T00:00");
    let late = renews(world, id, "2031-02-28").unwrap_err();
    assert_eq!(late, Refusal::rule("renewal-too-late", "ZJK-17").with("closes", "2028-02-29"));
    // Asked for in time, undecided at the end: the licence runs out all the same, and the application with it.
    world.night();
    assert_eq!((world.licence(id).state, state(world, last)), (licence::State::Ended, State::Lapsed));
}

fn a_renewed_licence_follows_without_a_gap(world: &World) {
    let id = world.granted();
    world.until("2027-12-06T09:00");
    let asked = renews(world, id, "2031-02-28").unwrap();
    assert_eq!(world.look(|look| Amendment::row(look, asked)).unwrap().clock.as_deref(), Some("renewal_answer"));
    let filing = world.accepted(asked);
    assert_eq!((filing.state, filing.grant().unwrap().from_on), (filing::State::Filed, day("2028-03-01")));
    assert_eq!(code(world.opens::<Licence>(&world.legal, json!({ "filing": filing.id }))), "not-filed");
    world.does(&world.office, filing.id, filing::Act::Receive, json!({})).unwrap();
    let next = world.signed(&world.holder, filing.id);
    assert_eq!(state(world, asked), State::Completed);
    // The old one runs to its last day, the new one is signed and waits.
    assert_eq!((world.permitted(id).len(), world.permitted(next).len()), (5, 0));
    // A second licence for the same scenario is still refused.
    assert_eq!(world.licence(next).follows, Some(id));
    world.until("2028-02-29T23:59");
    world.night();
    assert_eq!((world.permitted(id).len(), world.permitted(next).len()), (5, 0));
    world.until("2028-03-01T00:00");
    assert_eq!((world.permitted(id).len(), world.permitted(next).len()), (0, 5), "by the days, before the job has run");
    world.night();
    let old = world.licence(id);
    assert_eq!((old.state, old.end_kind), (licence::State::Ended, Some(EndKind::Superseded)));
    assert!(world.look(|look| destruction::of_licence(look, id)).unwrap().is_none(), "the new licence holds all of its data");
    let line = world.look(|look| licence::line(look, &old)).unwrap();
    assert_eq!(line.iter().map(|l| l.id).collect::<Vec<_>>(), [id, next]);
}

fn an_amendment_takes_the_place_in_one_act(world: &World) {
    let id = world.granted();
    let ask = |more: serde_json::Value| {
        let mut said = json!({"licence": id, "kind": "amend", "reason": "调整"});
        said.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        world.opens::<Amendment>(&world.holder, said)
    };
    assert_eq!(code(ask(json!({}))), "faulty");
    assert_eq!(code(ask(json!({"to_on": "2028-03-01"}))), "faulty", "more time is a renewal");
    assert_eq!(code(ask(json!({"resources": [world.entries[2]]}))), "outside-scope");
    let refused = ask(json!({"scope": "扩大到全省"})).unwrap();
    world.does(&world.legal, refused, amendment::Act::Return, json!({"reason": "说明必要性"})).unwrap();
    world.does(&world.holder, refused, amendment::Act::Resubmit, json!({"scope": "扩大到全市", "reason": "确有需要"})).unwrap();
    world.does(&world.legal, refused, amendment::Act::Assess, json!({"finding": "超出场景"})).unwrap();
    assert_eq!(code(world.does(&world.legal, refused, amendment::Act::Refuse, json!({"reason": "不予变更"}))), "same-person");
    let before = world.licence(id);
    world.does(&world.legal_two, refused, amendment::Act::Refuse, json!({"reason": "不予变更"})).unwrap();
    assert_eq!(serde_json::to_string(&world.licence(id)).unwrap(), serde_json::to_string(&before).unwrap(), "a refusal leaves it untouched");

    let asked = ask(json!({"resources": [world.entries[0]]})).unwrap();
    let filing = world.accepted(asked);
    world.does(&world.office, filing.id, filing::Act::Return, json!({"reason": "补充风险评估"})).unwrap();
    let wider = json!({"scope": "停车治理", "from_on": "2026-03-01", "to_on": "2028-03-01", "risk_assessment": "低，已补充"});
    assert_eq!(code(world.does(&world.legal, filing.id, filing::Act::Refile, wider)), "faulty");
    let mended = json!({"scope": "停车治理", "from_on": "2026-03-01", "to_on": "2028-02-29", "risk_assessment": "低，已补充"});
    world.does(&world.legal, filing.id, filing::Act::Refile, mended).unwrap();
    world.does(&world.office, filing.id, filing::Act::Receive, json!({})).unwrap();
    world.until("2026-03-20T09:00");
    let next = world.opens::<Licence>(&world.legal, json!({ "filing": filing.id })).unwrap();
    assert_eq!(code(world.opens::<Licence>(&world.legal, json!({ "filing": filing.id }))), "not-filed");
    world.does(&world.legal_two, next, licence::Act::Sign, json!({})).unwrap();
    assert_eq!(code(world.does(&world.holder, next, licence::Act::Countersign, json!({}))), "no-emergency-plan");
    world.plan(&world.holder, next);
    // Under an order nothing is followed.
    let said = json!({"licence": id, "finding": "日志缺失", "measures": "补全"});
    let order = world.opens::<Rectification>(&world.office, said).unwrap();
    assert_eq!(code(world.does(&world.holder, next, licence::Act::Countersign, json!({}))), "predecessor-closed");
    world.does(&world.office, order, rectification::Act::Revoke, json!({"reason": "误发"})).unwrap();
    assert_eq!(world.permitted(id), Permission::ALL);
    world.does(&world.holder, next, licence::Act::Countersign, json!({})).unwrap();
    let old = world.licence(id);
    assert_eq!((old.state, old.end_kind), (licence::State::Ended, Some(EndKind::Superseded)));
    assert_eq!((world.permitted(id).len(), world.permitted(next).len()), (0, 5));
    let seq = |id: Id<Licence>, act: &str| world.events(id).iter().find(|e| e.act == act).unwrap().at;
    assert_eq!(seq(id, "supersede"), seq(next, "countersign"), "in one act");
    // What the new licence no longer grants is destroyed.
    let order = world.look(|look| destruction::of_licence(look, id)).unwrap().unwrap();
    assert_eq!(order.answers().list("resources"), [world.entries[1].clone()]);
    assert_eq!(world.licence(next).to_on, day("2028-02-29"));
}

fn an_application_is_answered_by_one_day_whoever_looks_at_it(world: &World) {
    let id = world.granted();
    world.until("2026-03-02T09:00");
    let asked = world.opens::<Amendment>(&world.holder, json!({"licence": id, "kind": "amend", "scope": "缩小范围", "reason": "调整"})).unwrap();
    let due = || world.look(|look| Amendment::row(look, asked)).unwrap().due_on.unwrap();
    // Twenty working days from Monday 2 March.
    assert_eq!(due(), day("2026-03-30"));
    world.until("2026-03-04T09:00");
    world.does(&world.legal, asked, amendment::Act::Return, json!({"reason": "说明理由"})).unwrap();
    world.until("2026-03-06T09:00");
    world.does(&world.holder, asked, amendment::Act::Resubmit, json!({"scope": "缩小范围", "reason": "已说明"})).unwrap();
    assert_eq!(due(), day("2026-04-01"), "the two days with the holder do not count");
    world.until("2026-03-12T09:00");
    world.does(&world.legal, asked, amendment::Act::Assess, json!({"finding": "可行"})).unwrap();
    assert_eq!(due(), day("2026-04-01"), "an assessment gives nobody more days");
}

fn what_ends_the_old_ends_what_was_to_follow(world: &World) {
    let id = world.granted();
    world.until("2027-12-06T09:00");
    let asked = renews(world, id, "2031-02-28").unwrap();
    let filing = world.accepted(asked);
    world.does(&world.office, filing.id, filing::Act::Receive, json!({})).unwrap();
    let next = world.signed(&world.holder, filing.id);
    // Suspended before it begins: the new one with it.
    world.does(&world.office, id, licence::Act::Suspend, json!({"reason": "检查"})).unwrap();
    assert_eq!(world.licence(next).state, licence::State::Suspended);
    world.does(&world.office, id, licence::Act::Resume, json!({"reason": "恢复"})).unwrap();
    assert_eq!(world.licence(next).state, licence::State::InForce);
    // An order on the old one binds the new one.
    let order = world.opens::<Rectification>(&world.office, json!({"licence": id, "finding": "x", "measures": "y", "due_on": "2028-04-10"})).unwrap();
    world.until("2028-03-02T09:00");
    world.night();
    assert_eq!((world.licence(id).state, world.permitted(next)), (licence::State::Ended, vec![Permission::Submit, Permission::List]));
    world.until("2028-04-11T09:00");
    world.night();
    // Overdue: it is the new one that is proposed to end.
    let proposal = world.look(|look| primary::termination::open_on(look, next)).unwrap().unwrap();
    world.does(&world.holder, proposal.id, primary::termination::Act::Answer, json!({"statement": "无异议"})).unwrap();
    world.does(&world.office, proposal.id, primary::termination::Act::End, json!({"reason": "逾期未整改"})).unwrap();
    assert_eq!((world.licence(next).state, world.permitted(next)), (licence::State::Ended, vec![]));
    let _ = order;
}

fn an_end_for_a_reason_leaves_no_heir(world: &World) {
    let id = world.granted();
    let asked = world.opens::<Amendment>(&world.holder, json!({"licence": id, "kind": "amend", "scope": "缩小范围", "reason": "调整"})).unwrap();
    let filing = world.accepted(asked);
    world.does(&world.office, filing.id, filing::Act::Receive, json!({})).unwrap();
    let next = world.opens::<Licence>(&world.legal, json!({ "filing": filing.id })).unwrap();
    let said = json!({"licence": id, "ground": "incident", "reason": "发生泄露"});
    let case = world.opens::<primary::termination::Termination>(&world.legal, said).unwrap();
    world.does(&world.holder, case, primary::termination::Act::Answer, json!({"statement": "无异议"})).unwrap();
    world.does(&world.office, case, primary::termination::Act::End, json!({"reason": "属实"})).unwrap();
    assert_eq!((world.licence(next).state, state(world, asked)), (licence::State::Dropped, State::Lapsed));
    // The office objected: nothing comes of the application, and the old licence stands.
    assert_eq!(code(world.opens::<Licence>(&world.legal, json!({ "filing": filing.id }))), "not-filed");
}

fn an_objection_of_the_office_leaves_the_old_one_standing(world: &World) {
    let id = world.granted();
    let asked = world.opens::<Amendment>(&world.holder, json!({"licence": id, "kind": "amend", "scope": "扩大", "reason": "调整"})).unwrap();
    let filing = world.accepted(asked);
    world.does(&world.office, filing.id, filing::Act::Object, json!({"reason": "与既有授权重复"})).unwrap();
    assert_eq!((state(world, asked), world.permitted(id)), (State::Lapsed, Permission::ALL.to_vec()));
    assert!(world.opens::<Amendment>(&world.holder, json!({"licence": id, "kind": "amend", "scope": "再议", "reason": "调整"})).is_ok());
}

}

/// The other reading of 期限届满前3个月内: no later than three months before.
#[test]
fn the_other_reading_closes_where_this_one_opens() {
    let text = include_str!("../../../platform/profiles/zhangjiakou.toml").replace("reading = \"within\"", "reading = \"at_least\"");
    let world = World::sqlite_under(Profile::parse(&text).unwrap());
    let id = world.granted();
    world.until("2027-11-29T23:59");
    let asked = renews(&world, id, "2031-02-28").unwrap();
    world.does(&world.holder, asked, amendment::Act::Withdraw, json!({"reason": "改期"})).unwrap();
    world.until("2027-11-30T00:00");
    assert_eq!(renews(&world, id, "2031-02-28").unwrap_err(), Refusal::rule("renewal-too-late", "ZJK-17").with("closes", "2027-11-29"));
    let _: &Caller = &world.holder;
    world.holds();
}
