//! Sharing between units, demand for opening, and what is wrong with the data: each from its beginning to its end.

#![allow(clippy::unwrap_used, clippy::panic)] // a story stops at the first thing that is not as told

mod common;

use common::{World, code, faults, on_both, on_both_from, said};
use platform::Refusal;
use platform::caller::{Caller, OrgKind, Role};
use platform::sheet::Answers;
use resources::entry::{self, Entry, Open, Share};
use resources::opening::{self, Opening};
use resources::quality::{self, Quality};
use resources::sharing::{self, Sharing};
use serde_json::{Value, json};

struct Cast {
    traffic: Caller,
    civil: Caller,
    farm: Caller,
    bureau: Caller,
}

fn cast(world: &World) -> Cast {
    Cast {
        traffic: world.unit("市交通运输局"), civil: world.unit("市民政局"), farm: world.unit("市农业农村局"), bureau: world.bureau()
    }
}

fn asked(world: &World, entry: impl ToString) -> Value {
    json!({
        "entry": entry.to_string(), "duty": "《养老服务条例》第八条", "purpose": "养老机构停车保障", "scope": "局内使用", "way": "interface",
        "items": [{"item": "泊位数", "necessity": "核定接送车位"}], "until": world.day(300), "contact": "李四", "only": "on",
    })
}

#[test]
fn a_request_is_answered_supplied_and_ends() {
    on_both("sharing", |world| {
        let Cast { traffic, civil, farm, bureau } = cast(world);
        let entry = world.published(&traffic, &bureau, said("停车场基本信息", "l2", "conditional", "conditional", &["泊位数", "联系电话"]));

        // What is asked for is there, is somebody else's, and is promised to serve nothing else.
        let mut strange = asked(world, entry);
        strange["items"][0]["item"] = "车主姓名".into();
        strange["until"] = "2026-05-10".into();
        assert_eq!(
            faults(world.opens::<Sharing>(&civil, strange)),
            [("items[0].item".to_string(), "not-an-item"), ("until".to_string(), "in-the-past")]
        );
        let mut unpromised = asked(world, entry);
        unpromised["only"] = "".into();
        assert_eq!(faults(world.opens::<Sharing>(&civil, unpromised)), [("only".to_string(), "must-agree")]);
        assert_eq!(code(world.opens::<Sharing>(&traffic, asked(world, entry))), "own-data");
        assert!(matches!(world.opens::<Sharing>(&bureau, asked(world, entry)), Err(Refusal::WrongRole { article: "XC-21", .. })));

        let id = world.opens::<Sharing>(&civil, asked(world, entry)).unwrap();
        let row = world.sees(&civil, id).unwrap();
        assert_eq!((row.state, row.clock.as_deref()), (sharing::State::Asked, Some("share_answer")));
        // Monday 11 May; the fifth working day after it.
        assert_eq!(row.due_on.unwrap().to_string(), "2026-05-18");
        assert_eq!(code(world.opens::<Sharing>(&civil, asked(world, entry))), "taken", "one live request for the same data");
        // Both sides see it, a third unit does not; only the provider's people are told.
        assert!(world.sees(&traffic, id).is_ok() && world.sees(&bureau, id).is_ok());
        assert_eq!(world.sees(&farm, id).unwrap_err(), Refusal::NotFound);
        assert_eq!((world.letters(&traffic), world.letters(&farm)), (2, 0), "published, and asked");
        let turn = |who: &Caller| world.look(|look| Ok(platform::flow::waiting::<Sharing>(look, who)?.len()));
        assert_eq!((turn(&traffic), turn(&civil), turn(&farm)), (1, 0, 0), "it is the provider's turn");

        // Neither side does the other's step; no is said with a legal basis.
        assert_eq!(code(world.does(&civil, id, sharing::Act::Grant, json!({}))), "other-side");
        assert_eq!(code(world.does(&traffic, id, sharing::Act::Withdraw, json!({}))), "other-side");
        assert_eq!(faults(world.does(&traffic, id, sharing::Act::Refuse, json!({"reason": "不便"}))), [("basis".to_string(), "required")]);

        world.days_pass(3);
        let row = world.does(&traffic, id, sharing::Act::Grant, json!({"withheld": "联系电话不提供"})).unwrap();
        assert_eq!((row.state, row.clock.as_deref()), (sharing::State::Granted, Some("share_supply")));
        // Ten working days from the request, not from the answer (XC-21).
        assert_eq!(row.due_on.unwrap().to_string(), "2026-05-25");
        assert_eq!(code(world.does(&civil, id, sharing::Act::Dispute, json!({"reason": "还没有给"}))), "supply-not-late");
        world.does(&traffic, id, sharing::Act::Supply, json!({"how": "接口 /share/parking"})).unwrap();
        assert_eq!(world.look(|look| sharing::uses(look, entry)).len(), 1, "the chain knows who has the data");
        assert!(world.look(|look| sharing::is_user(look, &civil, entry)));

        // On the day after the last it is over.
        world.days_pass(297);
        assert_eq!(world.db.act(sharing::end_due), Ok(0));
        world.days_pass(1);
        assert_eq!(world.db.act(sharing::end_due), Ok(1));
        assert_eq!(world.sees(&civil, id).unwrap().state, sharing::State::Ended);
        assert_eq!(world.acts(&bureau, id), ["ask", "grant", "supply", "end"]);
    });
}

#[test]
fn what_is_shared_without_condition_is_granted_at_once_and_what_is_not_shared_is_refused() {
    on_both("at-once", |world| {
        let Cast { traffic, civil, bureau, .. } = cast(world);
        let free = world.published(&traffic, &bureau, said("公交线路", "l1", "unconditional", "unconditional", &[]));
        let id = world.opens::<Sharing>(&civil, asked(world, free)).unwrap();
        let row = world.sees(&civil, id).unwrap();
        assert_eq!((row.state, row.due_on.unwrap().to_string().as_str()), (sharing::State::Granted, "2026-05-25"));
        let closed = world.published(&traffic, &bureau, said("执法线索", "l4", "none", "none", &[]));
        let refused = world.opens::<Sharing>(&civil, asked(world, closed)).unwrap_err();
        assert_eq!((refused.code(), refused.article()), ("not-shared", Some("XC-19")));
        assert!(refused.why().0.contains("第九条"), "the basis is told: {}", refused.why().0);
    });
}

#[test]
fn a_dispute_is_settled_by_the_bureau() {
    on_both("dispute", |world| {
        let Cast { traffic, civil, bureau, .. } = cast(world);
        let refused = |title: &str| {
            let entry = world.published(&traffic, &bureau, said(title, "l2", "conditional", "conditional", &[]));
            let id = world.opens::<Sharing>(&civil, asked(world, entry)).unwrap();
            world.does(&traffic, id, sharing::Act::Refuse, json!({"reason": "涉密", "basis": "《保守国家秘密法》第九条"})).unwrap();
            assert_eq!(code(world.does(&traffic, id, sharing::Act::Dispute, json!({"reason": "x"}))), "other-side");
            let row = world.does(&civil, id, sharing::Act::Dispute, json!({"reason": "依据不成立"})).unwrap();
            assert_eq!((row.state, row.clock.as_deref()), (sharing::State::Disputed, Some("share_dispute")));
            assert!(matches!(
                world.does(&traffic, id, sharing::Act::Uphold, json!({"reason": "自己"})),
                Err(Refusal::WrongRole { article: "XC-22", .. })
            ));
            id
        };
        let (ordered, upheld) = (refused("甲"), refused("乙"));
        assert_eq!(faults(world.does(&bureau, ordered, sharing::Act::Order, json!({}))), [("reason".to_string(), "required")]);
        let row = world.does(&bureau, ordered, sharing::Act::Order, json!({"reason": "依据不足，应当提供"})).unwrap();
        assert_eq!((row.state, row.clock.as_deref()), (sharing::State::Granted, Some("share_supply")));
        assert_eq!(world.does(&bureau, upheld, sharing::Act::Uphold, json!({"reason": "依据充分"})).unwrap().state, sharing::State::Upheld);
        // Late with what was ordered: disputed again. And what is misused is stopped (XC-24).
        world.days_pass(40);
        world.does(&civil, ordered, sharing::Act::Dispute, json!({"reason": "逾期未提供"})).unwrap();
        world.does(&bureau, ordered, sharing::Act::Order, json!({"reason": "限期提供"})).unwrap();
        world.does(&traffic, ordered, sharing::Act::Supply, json!({"how": "库表交换"})).unwrap();
        assert_eq!(code(world.does(&civil, ordered, sharing::Act::Stop, json!({"reason": "x"}))), "other-side");
        let row = world.does(&traffic, ordered, sharing::Act::Stop, json!({"reason": "超出申请时的使用范围"})).unwrap();
        assert_eq!(row.state, sharing::State::Stopped);
    });
}

#[test]
fn a_demand_for_opening_changes_the_entry_or_says_why_not() {
    on_both("opening", |world| {
        let Cast { traffic, civil, bureau, .. } = cast(world);
        let citizen = world.person(OrgKind::Buyer, "丁桥物流有限公司", Role::Buyer);
        let stranger = world.person(OrgKind::Buyer, "戊田有限公司", Role::Buyer);
        let entry = world.published(&traffic, &bureau, said("停车场基本信息", "l1", "conditional", "conditional", &["泊位数"]));
        let wish = |entry: platform::Id<Entry>| json!({"entry": entry, "purpose": "导航服务", "contact": "华东"});
        let id = world.opens::<Opening>(&citizen, wish(entry)).unwrap();
        assert_eq!(world.sees(&stranger, id).unwrap_err(), Refusal::NotFound);
        assert_eq!(world.sees(&citizen, id).unwrap().clock.as_deref(), Some("opening_answer"));
        assert_eq!(code(world.does(&civil, id, opening::Act::Accept, json!({"open": "unconditional", "reason": "同意"}))), "not-found");
        assert_eq!(
            faults(world.does(&traffic, id, opening::Act::Accept, json!({"open": "none", "reason": "同意"}))),
            [("open".to_string(), "not-opened")]
        );
        world.does(&traffic, id, opening::Act::Accept, json!({"open": "unconditional", "reason": "不含敏感信息"})).unwrap();
        // The entry's own verb did it, and its history says so.
        assert_eq!(world.sees(&citizen, entry).unwrap().open, Open::Unconditional);
        assert_eq!(world.acts(&bureau, entry).last().map(String::as_str), Some("adjust"));
        assert_eq!(code(world.opens::<Opening>(&citizen, wish(entry))), "is-open");

        let mut people = said("驾驶员信息", "l3", "conditional", "conditional", &[]);
        people["personal"] = "on".into();
        let people = world.published(&traffic, &bureau, people);
        let id = world.opens::<Opening>(&citizen, wish(people)).unwrap();
        let no = world.does(&traffic, id, opening::Act::Accept, json!({"open": "unconditional", "reason": "同意"})).unwrap_err();
        assert_eq!((no.code(), no.article()), ("not-to-open", Some("XC-27")));
        assert_eq!(world.sees(&citizen, id).unwrap().state, opening::State::Asked, "nothing of it stands");
        let row = world.does(&traffic, id, opening::Act::Refuse, json!({"bar": "person", "basis": "XC-27(3)", "reason": "可识别自然人"})).unwrap();
        assert_eq!(row.state, opening::State::Refused);
    });
}

#[test]
fn attributes_are_looked_at_again_and_changed_with_a_basis() {
    on_both_from("attributes", "2025-05-12T02:00:00", |world| {
        let Cast { traffic, civil, bureau, .. } = cast(world);
        let entry = world.published(&traffic, &bureau, said("停车场基本信息", "l2", "conditional", "conditional", &[]));
        let row = world.sees(&bureau, entry).unwrap();
        assert_eq!((row.clock.as_deref(), row.due_on.is_some()), (Some("attribute_review"), true));
        let overdue = |who: &Caller| {
            let ask = entry::Ask { overdue: true, ..Default::default() };
            world.look(|look| Ok(entry::list(look, who, &ask, platform::paging::Page::first(9))?.total))
        };
        assert_eq!(overdue(&bureau), 0);
        world.db.clock().advance(chrono::Duration::days((row.due_on.unwrap() - world.today()).num_days() + 1));
        assert_eq!((overdue(&bureau), overdue(&traffic), overdue(&civil)), (1, 1, 0), "the bureau sees who is late");
        assert_eq!(code(world.does(&civil, entry, entry::Act::Review, json!({"reason": "x"}))), "not-found");
        world.does(&traffic, entry, entry::Act::Review, json!({"reason": "属性仍然适当"})).unwrap();
        assert_eq!(overdue(&bureau), 0, "the clock of the next review runs");
        let change = json!({"share": "none", "open": "conditional", "open_basis": "XC-26", "reason": "法律修订"});
        assert_eq!(faults(world.does(&traffic, entry, entry::Act::Adjust, change.clone())), [("share_basis".to_string(), "required")]);
        let mut based = change;
        based["share_basis"] = "《数据安全法》第二十一条".into();
        let row = world.does(&traffic, entry, entry::Act::Adjust, based).unwrap();
        assert_eq!((row.share, row.answers().text("share_basis")), (Share::None, "《数据安全法》第二十一条"));
    });
}

#[test]
fn an_issue_is_traced_to_where_the_data_comes_from() {
    on_both("quality", |world| {
        let Cast { traffic, civil, farm, bureau } = cast(world);
        let citizen = world.person(OrgKind::Buyer, "丁桥物流有限公司", Role::Buyer);
        let entry = world.published(&civil, &bureau, said("养老机构停车位", "l1", "unconditional", "conditional", &["泊位数"]));
        let wrong = json!({"entry": entry, "flaw": "accuracy", "item": "泊位数", "problem": "与现场不符", "contact": "华东"});
        let id = world.opens::<Quality>(&citizen, wrong).unwrap();
        let row = world.sees(&citizen, id).unwrap();
        assert_eq!((row.clock.as_deref(), row.due_on.unwrap().to_string().as_str()), (Some("quality_answer"), "2026-05-18"));
        assert_eq!(world.sees(&traffic, id).unwrap_err(), Refusal::NotFound);
        assert_eq!(code(world.does(&citizen, id, quality::Act::Fix, json!({"cause": "x", "done": "x"}))), "wrong-role");

        // One level back: a system of its own, then the unit from which it came. The day of the answer stays.
        assert_eq!(faults(world.does(&civil, id, quality::Act::Trace, json!({"finding": "?"}))), [("system".to_string(), "required")]);
        let row =
            world.does(&civil, id, quality::Act::Trace, json!({"finding": "本局系统无误", "system": "养老服务系统", "to": traffic.org})).unwrap();
        assert_eq!((row.state, Some(row.unit), row.due_on.unwrap().to_string().as_str()), (quality::State::Traced, traffic.org, "2026-05-18"));
        assert_eq!(row.trail().len(), 1);
        assert_eq!(code(world.does(&civil, id, quality::Act::Explain, json!({"reason": "x"}))), "other-side");
        assert_eq!(world.sees(&farm, id).unwrap_err(), Refusal::NotFound);

        // More time needs the bureau and a reason.
        assert_eq!(code(world.does(&traffic, id, quality::Act::Extend, json!({"days": 5, "reason": "x"}))), "wrong-role");
        assert_eq!(faults(world.does(&bureau, id, quality::Act::Extend, json!({"days": 0, "reason": "x"}))), [("days".to_string(), "out-of-range")]);
        let row = world.does(&bureau, id, quality::Act::Extend, json!({"days": 5, "reason": "需要现场核查"})).unwrap();
        assert_eq!((row.state, row.due_on.unwrap().to_string().as_str()), (quality::State::Traced, "2026-05-25"));

        let mended = json!({"cause": "采集设备故障", "done": "已更正并重新汇聚"});
        assert_eq!(world.does(&traffic, id, quality::Act::Fix, mended.clone()).unwrap().state, quality::State::Fixed);
        assert_eq!(code(world.does(&civil, id, quality::Act::Confirm, json!({}))), "other-side");
        // Not mended: it begins anew with the unit whose entry it is.
        let row = world.does(&citizen, id, quality::Act::Reopen, json!({"reason": "仍不符"})).unwrap();
        assert_eq!((row.state, Some(row.unit), row.clock.as_deref()), (quality::State::Filed, civil.org, Some("quality_answer")));
        world.does(&civil, id, quality::Act::Fix, mended).unwrap();
        assert_eq!(world.does(&citizen, id, quality::Act::Confirm, json!({})).unwrap().state, quality::State::Closed);
        assert_eq!(world.acts(&bureau, id), ["file", "trace", "extend", "fix", "reopen", "fix", "confirm"]);
        assert_eq!(world.look(|look| quality::open_of(look, entry)), 0);
    });
}

#[test]
fn anybody_objects_to_an_entry_without_signing_in() {
    on_both("objection", |world| {
        let Cast { traffic, bureau, .. } = cast(world);
        let entry = world.published(&traffic, &bureau, said("停车场基本信息", "l1", "unconditional", "unconditional", &[]));
        let draft = world.opens::<Entry>(&traffic, said("未发布", "l1", "unconditional", "unconditional", &[])).unwrap();
        let object = |of| {
            world.db.act(move |tx| {
                let typed = json!({"flaw": "unlawful", "problem": "含有本人电话", "name": "某人", "contact": "13800000000"});
                quality::object(tx, &Caller::public(), of, &Answers::of(typed))
            })
        };
        assert_eq!(object(draft).unwrap_err(), Refusal::NotFound, "what is not published is not spoken of");
        let row = object(entry).unwrap();
        assert!(row.serial.is_some() && row.owner.is_none() && row.created_by.is_none());
        assert_eq!(world.sees(&Caller::public(), row.id).unwrap_err(), Refusal::NotFound, "who wrote it is nobody else's business");
        assert_eq!(world.sees(&traffic, row.id).unwrap().due_on, row_due(world, row.id));
        world.does(&traffic, row.id, quality::Act::Fix, json!({"cause": "误采", "done": "已删除该项"})).unwrap();
        assert_eq!(world.does(&bureau, row.id, quality::Act::Close, json!({"reason": "已核实"})).unwrap().state, quality::State::Closed);
    });
}

fn row_due(world: &World, id: platform::Id<Quality>) -> Option<chrono::NaiveDate> {
    world.look(|look| Quality::row(look, id)).due_on
}
