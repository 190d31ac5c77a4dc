//! The chain, who collects what, yearly plans, bought data, backflow, observers, and what never enters authorised operation.

#![allow(clippy::unwrap_used, clippy::panic)] // a story stops at the first thing that is not as told

mod common;

use common::{code, faults, on_both, said};
use platform::Refusal;
use platform::caller::{Caller, OrgKind, Role};
use resources::backflow::{self, Backflow};
use resources::collection::{self, Collection};
use resources::entry::{self, Entry};
use resources::node::{self, Layer, Node};
use resources::observer::{self, Observer};
use resources::opening_plan::{self, OpeningPlan};
use resources::opinion::{self, Opinion};
use resources::purchase::{self, Purchase};
use serde_json::{Value, json};

#[test]
fn the_chain_holds_from_duty_to_table_and_back() {
    on_both("chain", |world| {
        let (traffic, civil, bureau) = (world.unit("市交通运输局"), world.unit("市民政局"), world.bureau());
        let entry = world.published(&traffic, &bureau, said("停车场基本信息", "l1", "conditional", "conditional", &["泊位数"]));
        let theirs = world.published(&civil, &bureau, said("养老机构", "l1", "conditional", "conditional", &[]));
        let enter = |who: &Caller, layer: &str, title: &str, parent: Option<platform::Id<Node>>, entries: Value| {
            world.opens::<Node>(who, json!({"layer": layer, "title": title, "parent": parent, "entries": entries}))
        };
        let duty = enter(&traffic, "duty", "停车管理", None, json!([entry])).unwrap();
        let system = enter(&traffic, "system", "停车管理平台", None, json!([entry])).unwrap();
        // A table has a system, of the same unit; a node is tied to entries of its own unit.
        assert_eq!(faults(enter(&traffic, "table", "t_parking", None, json!([]))), [("parent".to_string(), "required")]);
        assert_eq!(faults(enter(&traffic, "table", "t_parking", Some(duty), json!([]))), [("parent".to_string(), "not-a-choice")]);
        assert_eq!(faults(enter(&civil, "table", "t_parking", Some(system), json!([]))), [("parent".to_string(), "not-a-choice")]);
        assert_eq!(faults(enter(&traffic, "system", "另一系统", None, json!([theirs]))), [("entries".to_string(), "not-a-choice")]);
        assert_eq!(faults(enter(&traffic, "duty", "停车管理", None, json!([]))), [("title".to_string(), "title-taken")]);
        let table = enter(&traffic, "table", "t_parking", Some(system), json!([entry])).unwrap();

        // Both ways.
        let up: Vec<Layer> = world.look(|look| node::of_entry(look, entry)).iter().map(|n| n.kind).collect();
        assert_eq!(up, [Layer::Duty, Layer::System, Layer::Table]);
        assert_eq!(world.look(|look| node::tied(look, table)), [entry]);
        assert_eq!(world.look(|look| node::below(look, system)).iter().map(|n| n.id).collect::<Vec<_>>(), [table]);

        // Not everybody's before it is confirmed.
        assert_eq!(world.sees(&civil, duty).unwrap_err(), Refusal::NotFound);
        world.does(&bureau, duty, node::Act::Confirm, json!({})).unwrap();
        assert_eq!(world.sees(&civil, duty).unwrap().title, "停车管理");
        assert_eq!(code(world.does(&civil, duty, node::Act::Retire, json!({"reason": "x"}))), "not-found");
        world.does(&traffic, duty, node::Act::Tie, json!({"entries": []})).unwrap();
        assert!(world.look(|look| node::tied(look, duty)).is_empty());
        assert_eq!(world.does(&traffic, duty, node::Act::Retire, json!({"reason": "职责划转"})).unwrap().state, node::State::Retired);
        assert_eq!(world.does(&traffic, duty, node::Act::Restore, json!({})).unwrap().state, node::State::Entered);
        assert_eq!(world.acts(&bureau, duty), ["enter", "confirm", "tie", "retire", "restore"]);
    });
}

#[test]
fn nothing_that_can_be_shared_is_collected_again() {
    on_both("collection", |world| {
        let (traffic, civil, bureau) = (world.unit("市交通运输局"), world.unit("市民政局"), world.bureau());
        let entry = world.published(&traffic, &bureau, said("停车场基本信息", "l1", "conditional", "conditional", &["泊位数", "地址"]));
        let line = |subject: &str, items: &[&str]| {
            let items: Vec<Value> = items.iter().map(|i| json!({"item": i, "manner": "digital", "cycle": "daily"})).collect();
            json!({"subject": subject, "basis": "XC-9", "items": items})
        };
        let refused = world.opens::<Collection>(&civil, line("停车场", &["管理人", "泊位 数"])).unwrap_err();
        assert_eq!((refused.code(), refused.article()), ("collected-elsewhere", Some("ZJK-8")));
        assert!(refused.why().0.contains("市交通运输局"), "{}", refused.why().0);
        let link = format!("/work/sharings/new?entry={entry}");
        assert!(matches!(&refused, Refusal::Rule { args, .. } if args.iter().any(|(name, value)| *name == "link" && *value == link)));
        assert_eq!(faults(world.opens::<Collection>(&civil, line("车库", &["层数", "层数 "]))), [("items[1].item".to_string(), "item-twice")]);

        // The unit whose entry it is collects it; what it does not share may be collected by another, once.
        let own = world.opens::<Collection>(&traffic, line("停车场", &["泊位数", "车主投诉"])).unwrap();
        world.does(&traffic, own, collection::Act::Submit, json!({})).unwrap();
        let refused = world.opens::<Collection>(&civil, line("停车场", &["车主投诉"])).unwrap_err();
        assert_eq!(refused.code(), "collected-already");
        let other = world.opens::<Collection>(&civil, line("停车场", &["无障碍车位"])).unwrap();
        assert_eq!(world.sees(&traffic, other).unwrap_err(), Refusal::NotFound);
        world.does(&civil, other, collection::Act::Submit, json!({})).unwrap();
        assert_eq!(world.does(&bureau, other, collection::Act::Confirm, json!({})).unwrap().state, collection::State::Confirmed);
        assert!(world.sees(&traffic, other).is_ok(), "the list is one for all");
        // Whoever came second while both were drafts is refused at submission.
        let (first, second) = (
            world.opens::<Collection>(&traffic, line("车库", &["层高"])).unwrap(),
            world.opens::<Collection>(&civil, line("车库", &["层高"])).unwrap(),
        );
        world.does(&traffic, first, collection::Act::Submit, json!({})).unwrap();
        assert_eq!(code(world.does(&civil, second, collection::Act::Submit, json!({}))), "collected-already");
        world.does(&bureau, first, collection::Act::Return, json!({"reason": "补充依据"})).unwrap();
        assert!(world.does(&civil, second, collection::Act::Submit, json!({})).is_ok());
    });
}

#[test]
fn a_plan_is_made_each_year_and_published() {
    on_both("plan", |world| {
        let (traffic, civil, bureau) = (world.unit("市交通运输局"), world.unit("市民政局"), world.bureau());
        let entry = world.published(&traffic, &bureau, said("停车场基本信息", "l1", "conditional", "conditional", &[]));
        let plan = |entry: platform::Id<Entry>| json!({"year": 2026, "goal": "扩大开放", "lines": [{"entry": entry, "open": "unconditional", "by": "2026-09-30"}]});
        assert_eq!(faults(world.opens::<OpeningPlan>(&civil, plan(entry))), [("lines".to_string(), "not-a-choice")]);
        let id = world.opens::<OpeningPlan>(&traffic, plan(entry)).unwrap();
        assert_eq!(code(world.opens::<OpeningPlan>(&traffic, plan(entry))), "taken");
        world.does(&traffic, id, opening_plan::Act::File, json!({})).unwrap();
        assert_eq!(world.sees(&Caller::public(), id).unwrap_err(), Refusal::NotFound);
        world.does(&bureau, id, opening_plan::Act::Return, json!({"reason": "补充措施"})).unwrap();
        world.does(&traffic, id, opening_plan::Act::Edit, plan(entry)).unwrap();
        world.does(&traffic, id, opening_plan::Act::File, json!({})).unwrap();
        world.does(&bureau, id, opening_plan::Act::Publish, json!({})).unwrap();
        assert_eq!(world.sees(&Caller::public(), id).unwrap().lines().len(), 1);
        // What the law keeps closed is not planned to be opened.
        world.does(&bureau, entry, entry::Act::Exclude, json!({"ground": "forbidden", "basis": "《数据安全法》第二十一条"})).unwrap();
        world.does(&traffic, id, opening_plan::Act::Revise, json!({"reason": "调整"})).unwrap();
        assert_eq!(code(world.does(&traffic, id, opening_plan::Act::Edit, plan(entry))), "not-to-open");
    });
}

#[test]
fn what_the_law_keeps_out_is_not_offered_for_operation() {
    on_both("excluded", |world| {
        let (traffic, civil, bureau) = (world.unit("市交通运输局"), world.unit("市民政局"), world.bureau());
        let entry = world.published(&traffic, &bureau, said("停车场基本信息", "l1", "conditional", "conditional", &[]));
        let usable = |id: platform::Id<Entry>| world.db.look(|look| entry::must_be_operable(look, "entries", &[id.to_string()])).map(drop);
        let offered = || world.look(entry::choices).len();
        assert_eq!((usable(entry), offered()), (Ok(()), 1));

        assert_eq!(faults(world.does(&bureau, entry, entry::Act::Exclude, json!({"ground": "secret"}))), [("basis".to_string(), "required")]);
        assert_eq!(code(world.does(&civil, entry, entry::Act::Exclude, json!({"ground": "secret", "basis": "x"}))), "not-found");
        world.does(&bureau, entry, entry::Act::Exclude, json!({"ground": "secret", "basis": "《反不正当竞争法》第九条"})).unwrap();
        let no = usable(entry).unwrap_err();
        assert_eq!((no.code(), no.article(), offered()), ("excluded-data", Some("ZJK-15"), 0));
        assert!(matches!(world.does(&traffic, entry, entry::Act::Readmit, json!({"reason": "x"})), Err(Refusal::WrongRole { .. })));
        world.does(&bureau, entry, entry::Act::Readmit, json!({"reason": "已脱敏"})).unwrap();
        assert_eq!((usable(entry), offered()), (Ok(()), 1));

        let mut people = said("驾驶员信息", "l3", "conditional", "conditional", &[]);
        people["personal"] = "on".into();
        let people = world.published(&traffic, &bureau, people);
        assert_eq!((code(usable(people)), offered()), ("personal-data", 1));

        // What came by sharing waits for its provider's word, and for it only.
        let mut shared = said("养老机构周边停车", "l2", "conditional", "conditional", &[]);
        shared["shared_from"] = json!(traffic.org);
        assert_eq!(faults(world.opens::<Entry>(&traffic, shared.clone())), [("shared_from".to_string(), "not-a-choice")]);
        shared["shared_from"] = json!(civil.org);
        let shared = world.published(&traffic, &bureau, shared);
        assert_eq!((code(usable(shared)), offered()), ("no-provider-consent", 1));
        assert_eq!(code(world.does(&traffic, shared, entry::Act::Consent, json!({}))), "not-found", "not by the unit that has it");
        world.does(&civil, shared, entry::Act::Consent, json!({})).unwrap();
        assert_eq!((usable(shared), offered()), (Ok(()), 2));
        world.does(&civil, shared, entry::Act::Revoke, json!({"reason": "共享期满"})).unwrap();
        assert_eq!(code(usable(shared)), "no-provider-consent");
    });
}

#[test]
fn bought_data_is_filed_and_served() {
    on_both("purchase", |world| {
        let (traffic, civil, bureau) = (world.unit("市交通运输局"), world.unit("市民政局"), world.bureau());
        world.published(&traffic, &bureau, said("停车场基本信息", "l1", "conditional", "conditional", &[]));
        let bought = |title: &str| {
            json!({"title": title, "seller": "某图商", "price": "120000", "from_on": "2026-06-01", "to_on": "2027-05-31", "items": "名称、坐标",
                "rights": "政府内部使用", "interface_plan": "经大数据平台提供接口"})
        };
        assert_eq!(faults(world.opens::<Purchase>(&civil, bought("停车场"))), [("difference".to_string(), "held-already")]);
        let mut bare = bought("养老机构周边兴趣点");
        bare["interface_plan"] = "".into();
        bare["to_on"] = "2026-05-01".into();
        let wrong = faults(world.opens::<Purchase>(&civil, bare));
        assert_eq!(wrong, [("interface_plan".to_string(), "interface-or-why"), ("to_on".to_string(), "ends-before")]);
        let id = world.opens::<Purchase>(&civil, bought("养老机构周边兴趣点")).unwrap();
        assert_eq!(world.sees(&civil, id).unwrap().clock.as_deref(), Some("purchase_filing"));
        world.does(&bureau, id, purchase::Act::Return, json!({"reason": "补充合同编号"})).unwrap();
        world.does(&civil, id, purchase::Act::Refile, bought("养老机构周边兴趣点")).unwrap();
        world.does(&bureau, id, purchase::Act::Receive, json!({})).unwrap();
        assert_eq!(code(world.does(&bureau, id, purchase::Act::Excuse, json!({"reason": "x"}))), "no-ground-given");
        assert_eq!(world.sees(&traffic, id).unwrap_err(), Refusal::NotFound);
        world.does(&civil, id, purchase::Act::Serve, json!({"address": "/share/poi"})).unwrap();
        assert!(world.sees(&traffic, id).is_ok(), "others know of it and need not buy it again");
        assert_eq!(faults(world.opens::<Purchase>(&traffic, bought("养老机构周边兴趣点"))), [("difference".to_string(), "held-already")]);
    });
}

#[test]
fn backflow_goes_level_by_level() {
    on_both("backflow", |world| {
        let (traffic, civil, bureau) = (world.unit("市交通运输局"), world.unit("市民政局"), world.bureau());
        let said = json!({"title": "省级婚姻登记数据", "holder": "省民政厅", "items": "登记日期", "purpose": "养老补贴核验", "scope": "局内",
            "from_on": "2026-06-01", "to_on": "2027-05-31", "safety": "专网专机", "contact": "李四"});
        let id = world.opens::<Backflow>(&civil, said).unwrap();
        assert_eq!(world.sees(&traffic, id).unwrap_err(), Refusal::NotFound);
        assert!(matches!(world.does(&civil, id, backflow::Act::Forward, json!({"to": "省", "number": "1"})), Err(Refusal::WrongRole { .. })));
        assert_eq!(code(world.does(&bureau, id, backflow::Act::Grant, json!({"reason": "x"}))), "wrong-state", "no level is left out");
        world.does(&bureau, id, backflow::Act::Forward, json!({"to": "省数据和政务服务局", "number": "冀数〔2026〕7号"})).unwrap();
        let row = world.does(&bureau, id, backflow::Act::Grant, json!({"number": "冀数复〔2026〕3号", "reason": "同意回流"})).unwrap();
        assert_eq!(row.answers().0["forward"]["number"], "冀数〔2026〕7号");
        world.does(&civil, id, backflow::Act::Arrive, json!({"how": "前置机", "keeper": "信息中心"})).unwrap();
        assert_eq!(world.acts(&bureau, id), ["ask", "forward", "grant", "arrive"]);
    });
}

#[test]
fn an_observer_is_named_and_opinions_are_answered() {
    on_both("observer", |world| {
        let (traffic, civil) = (world.unit("市交通运输局"), world.unit("市民政局"));
        let citizen = world.person(OrgKind::Buyer, "丁桥物流有限公司", Role::Buyer);
        let think = json!({"unit": traffic.org, "topic": "opening", "subject": "更新太慢", "opinion": "希望每日更新"});
        let id = world.opens::<Opinion>(&citizen, think).unwrap();
        assert_eq!(code(world.does(&traffic, id, opinion::Act::Answer, json!({"reason": "采纳"}))), "no-observer");
        assert_eq!(
            faults(world.opens::<Observer>(&traffic, json!({"person": civil.person, "phone": "1"}))),
            [("person".to_string(), "not-a-choice")]
        );
        let named = |who: &Caller| world.opens::<Observer>(who, json!({"person": who.person, "phone": "0313-1"})).unwrap();
        let (first, second) = (named(&traffic), named(&traffic));
        let state = |id: platform::Id<Observer>| world.sees(&Caller::public(), id).unwrap().state;
        assert_eq!((state(first), state(second)), (observer::State::Replaced, observer::State::Named));
        assert_eq!(world.sees(&civil, id).unwrap_err(), Refusal::NotFound);
        assert_eq!(world.does(&traffic, id, opinion::Act::Answer, json!({"reason": "采纳，改为每日更新"})).unwrap().state, opinion::State::Answered);
    });
}
