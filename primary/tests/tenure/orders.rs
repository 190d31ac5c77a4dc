//! Orders of rectification, suspension, and who may hold or score at all.

use crate::world::{World, at, code, day, on_both, person_of};
use enclave::access;
use platform::people::{Org, interest, org};
use platform::{Id, Refusal, Role, Word};
use primary::licence::{self, EndKind, Licence, Permission};
use primary::rectification::{self, Act, Rectification, State};
use primary::scoring::Scoring;
use primary::termination::{self, Termination};
use serde_json::json;

fn ordered(world: &World, licence: Id<Licence>, closes: &[&str]) -> Id<Rectification> {
    let said = json!({"licence": licence, "finding": "访问日志不完整", "measures": "补全日志", "due_on": "2026-04-10", "closes": closes});
    world.opens(&world.office, said).unwrap()
}

on_both! {

fn an_order_closes_what_it_names_until_it_is_verified(world: &World) {
    let id = world.granted();
    let past = json!({"licence": id, "finding": "x", "measures": "y", "due_on": "2026-03-01"});
    assert_eq!(code(world.opens::<Rectification>(&world.office, past.clone())), "faulty");
    assert_eq!(code(world.opens::<Rectification>(&world.holder, past)), "wrong-role");
    let order = ordered(world, id, &["submit"]);
    assert_eq!(world.permitted(id), [Permission::List]);
    match world.look(|look| licence::may(look, id, Permission::Receive)).unwrap_err() {
        Refusal::Rule { code: "permission-closed", article: "ZJK-34", args } => assert!(args.iter().any(|(n, v)| *n == "due" && v == "2026-04-10")),
        other => panic!("{other:?}"),
    }
    assert!(!world.look(|look| access::is_open(look, id.cast())).unwrap());
    // A second order on top: one verified does not open what the other closes.
    let second = ordered(world, id, &["list"]);
    assert_eq!(world.permitted(id), []);
    assert_eq!(code(world.does(&world.rival, order, Act::Prove, json!({"done": "无"}))), "not-found");
    world.does(&world.holder, order, Act::Prove, json!({"done": "日志已补全"})).unwrap();
    // What the office ordered, the office judges.
    assert_eq!(code(world.does(&world.legal, order, Act::Verify, json!({"check": "属实"}))), "wrong-role");
    assert_eq!(code(world.does(&world.holder, order, Act::Verify, json!({"check": "属实"}))), "wrong-role");
    world.does(&world.office, order, Act::SendBack, json!({"reason": "仍缺三天", "due_on": "2026-04-20"})).unwrap();
    assert_eq!(world.does(&world.holder, order, Act::Prove, json!({"done": "已补"})).unwrap().state, State::Proved);
    world.does(&world.office_two, order, Act::Verify, json!({"check": "日志完整"})).unwrap();
    assert_eq!(world.permitted(id), [Permission::Submit]);
    assert!(!world.look(|look| access::is_open(look, id.cast())).unwrap());
    world.does(&world.office, second, Act::Revoke, json!({"reason": "误发"})).unwrap();
    assert_eq!(world.permitted(id), Permission::ALL);
    assert_eq!(world.acts(order), ["order", "prove", "send_back", "prove", "verify"]);
}

fn suspension_closes_every_door_and_a_resumption_opens_none_that_an_order_closes(world: &World) {
    let id = world.granted();
    world.does(&world.office, id, licence::Act::Suspend, json!({"reason": "检查"})).unwrap();
    assert_eq!(world.permitted(id), []);
    for permission in [Permission::Enter, Permission::Request, Permission::Receive, Permission::Submit, Permission::List] {
        assert_eq!(code(world.look(|look| licence::may(look, id, permission))), "licence-not-in-force");
    }
    let order = ordered(world, id, &[]);
    world.does(&world.office, id, licence::Act::Resume, json!({"reason": "恢复"})).unwrap();
    assert_eq!(world.permitted(id), [Permission::Submit, Permission::List]);
    assert!(!world.look(|look| access::is_open(look, id.cast())).unwrap());
    // Verified while suspended again: the door stays closed until it is resumed.
    world.does(&world.holder, order, Act::Prove, json!({"done": "已改"})).unwrap();
    world.does(&world.office, id, licence::Act::Suspend, json!({"reason": "又查"})).unwrap();
    world.does(&world.office, order, Act::Verify, json!({"check": "属实"})).unwrap();
    assert_eq!(world.permitted(id), []);
    world.does(&world.office, id, licence::Act::Resume, json!({"reason": "恢复"})).unwrap();
    assert_eq!(world.permitted(id), Permission::ALL);
}

fn an_overdue_order_proposes_to_end_the_licence(world: &World) {
    let id = world.granted();
    let order = ordered(world, id, &[]);
    world.until("2026-04-10T23:59");
    world.night();
    assert_eq!(world.look(|look| Rectification::row(look, order)).unwrap().state, State::Ordered, "its day is not over");
    assert_eq!(code(world.does(&world.office, order, Act::Extend, json!({"due_on": "2026-04-10", "reason": "x"}))), "faulty");
    world.does(&world.office, order, Act::Extend, json!({"due_on": "2026-04-15", "reason": "设备未到货"})).unwrap();
    world.until("2026-04-16T00:00");
    world.night();
    world.night();
    let row = world.look(|look| Rectification::row(look, order)).unwrap();
    assert_eq!((row.state, row.due_on), (State::Overdue, Some(day("2026-04-15"))));
    let proposal = world.look(|look| termination::open_on(look, id)).unwrap().unwrap();
    assert_eq!((proposal.kind, proposal.rectification, proposal.created_by), (EndKind::Breach, Some(order), None));
    assert_eq!(world.look(|look| termination::of_licence(look, id)).unwrap().len(), 1, "proposed once");
    // Mended late but before anybody decided: the proposal falls.
    world.does(&world.holder, order, Act::Prove, json!({"done": "已补全"})).unwrap();
    world.does(&world.office, order, Act::Verify, json!({"check": "属实"})).unwrap();
    let proposal = world.look(|look| Termination::row(look, proposal.id)).unwrap();
    assert_eq!(proposal.state, termination::State::Lapsed);
    assert_eq!(world.permitted(id), Permission::ALL);
}

fn an_affiliate_neither_holds_nor_scores(world: &World) {
    let id = world.granted();
    let of = world.holder.org.unwrap();
    let declare = |said| world.does::<Org>(&world.legal, of, org::Act::Declare, said);
    let bare = declare(json!({"affiliate": "on", "reason": "持股"}));
    assert!(matches!(bare.unwrap_err(), Refusal::Faulty(f) if f.iter().map(|f| f.field.as_str()).eq(["parent", "share", "since"])));
    let row = declare(json!({"affiliate": "on", "parent": "运营公司", "share": "30", "since": "2026-02-01", "reason": "增资"})).unwrap();
    let holding = row.holding().unwrap();
    assert_eq!((holding.parent.as_str(), holding.share, holding.since), ("运营公司", 30, day("2026-02-01")));
    // At once, with nothing kept anywhere that says so.
    assert_eq!(world.permitted(id), []);
    assert_eq!(code(world.look(|look| licence::may(look, id, Permission::List))), "affiliate");
    let call = world.call();
    assert_eq!(code(world.bid(&world.holder, call)), "affiliate");
    let theirs = world.bid(&world.rival, call).unwrap();
    world.until("2026-03-28T09:00");
    world.act(primary::announcement::close_due).unwrap();
    world.act(primary::selection::open_due).unwrap();
    let _ = theirs;
    // An expert who works for the affiliate too, and one who has declared a tie to it.
    let invites = |n: usize| world.opens::<Scoring>(&world.legal, json!({"announcement": call, "expert": world.experts[n].person}));
    let pool = world.experts[0].org.unwrap();
    let moonlighter = person_of(&world.db, "moonlighter", pool, Role::Expert);
    world
        .act({
            let who = moonlighter.person.unwrap();
            let system = platform::Caller { roles: vec![Role::SystemAdmin], kind: Some(platform::OrgKind::Platform), ..platform::Caller::public() };
            move |tx| platform::people::person::grant(tx, &system, who, of, Role::DeveloperStaff)
        })
        .unwrap();
    let asked = world.opens::<Scoring>(&world.legal, json!({"announcement": call, "expert": moonlighter.person}));
    assert_eq!(code(asked), "affiliated-expert");
    world
        .act({
            let who = world.experts[0].clone();
            move |tx| interest::declare(tx, &who, of, "任技术顾问").map(drop)
        })
        .unwrap();
    assert_eq!(code(invites(0)), "affiliated-expert");
    assert!(invites(1).is_ok());
    // No affiliate any more: all is as it was.
    declare(json!({"affiliate": "", "reason": "股权已转让"})).unwrap();
    assert_eq!(world.permitted(id), Permission::ALL);
    assert!(invites(0).is_ok());
    assert!(at("2026-03-28T09:00") <= world.db.clock().now());
}

fn the_holder_learns_nothing_of_anothers_orders(world: &World) {
    let id = world.granted();
    let order = ordered(world, id, &[]);
    use platform::case::{self, Ask, Case};
    use platform::paging::Page;
    let seen = |who| world.look(|look| case::list::<Rectification>(look, &Rectification::sight(who), &Ask::default(), Page::first(10))).unwrap().total;
    assert_eq!((seen(&world.holder), seen(&world.rival), seen(&world.legal)), (1, 0, 1));
    assert_eq!(world.look(|look| rectification::of_licence(look, id)).unwrap()[0].id, order);
}

}
