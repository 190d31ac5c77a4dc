//! Every guard of the main job, met by somebody who should be stopped: an interest declared late, an organisation declared
//! affiliated after its bid, a term that ran out between two signatures. Each line fails when its guard is taken away.

use crate::road;
use chrono::Duration;
use platform::case;
use platform::flow::Noun;
use platform::log::{leaf, wording};
use platform::people::{Org, interest, org, person};
use platform::sheet::Answers;
use platform::{Id, Result, Role};
use primary::announcement::{self, Announcement};
use primary::bid::{self, Bid};
use primary::demand;
use primary::dossier::Paper;
use primary::filing::{self, Filing};
use primary::licence::{self, Licence};
use primary::plan::Plan;
use primary::question::Question;
use primary::scenario;
use primary::scoring::{self, Scoring};
use resources::Entry;
use resources::entry;
use secondary::pricing::{self, Pricing};
use secondary::product::{self, Product};
use secondary::review::{self, Review};
use serde_json::{Value, json};
use support::{Actor, World, on_both};

/// Why it was refused.
fn code<T>(result: Result<T>) -> &'static str {
    result.map(drop).unwrap_err().code()
}

/// The fields at fault and why.
fn faults<T>(result: Result<T>) -> Vec<(String, &'static str)> {
    match result.map(drop).unwrap_err() {
        platform::Refusal::Faulty(faults) => faults.into_iter().map(|f| (f.field, f.code)).collect(),
        other => panic!("{other:?}"),
    }
}

/// Declares an interest in an organisation; it cannot be taken back within a story, so each line has its own person.
fn has_interest(actor: &Actor, of: Id<Org>) {
    actor.tries(move |tx, who| interest::declare(tx, who, of, "近亲属任职")).unwrap();
}

/// Declares an organisation an affiliate of the primary operator.
fn is_affiliate(world: &World, of: Id<Org>) {
    world
        .legal(1)
        .does::<Org>(
            of,
            org::Act::Declare,
            json!({ "affiliate": "on", "parent": "清河数据运营有限公司", "share": "51", "since": "2025-06-01", "reason": "持股" }),
        )
        .unwrap();
}

/// Without effect after all: whoever is refused leaves no event.
fn refused<N: Noun>(world: &World, actor: &Actor, id: Id<N>, act: N::Act, typed: Value) -> &'static str {
    let length = world.log_length();
    let refused = code(actor.does::<N>(id, act, typed));
    assert_eq!(world.log_length(), length, "{refused} left an event");
    refused
}

struct Called {
    entries: Vec<String>,
    class: Id<scenario::Scenario>,
    call: Id<Announcement>,
    /// Of developers A and B.
    bids: Vec<Id<Bid>>,
}

fn called(world: &World, fee: &str) -> Called {
    let entries = road::entries(world);
    let class = road::class(world, "城市停车治理", "industry", &entries);
    let call = road::call(world, class, &entries, fee);
    let bidders = [world.developer('A'), world.developer('B')];
    let bids = bidders.iter().map(|who| road::bid(world, who, call, &road::papers(world, who), "900")).collect();
    Called { entries, class, call, bids }
}

fn invite(by: &Actor, call: Id<Announcement>, expert: &Actor) -> Result<Id<Scoring>> {
    by.opens::<Scoring>(json!({ "announcement": call, "expert": expert.person() }))
}

fn points(bids: &[Id<Bid>], each: i64) -> Value {
    let rows: Vec<Value> =
        bids.iter().flat_map(|id| (1..=2).map(move |c| json!({ "bid": id, "criterion": c, "points": each, "remark": "" }))).collect();
    json!({ "points": rows, "opinion": "可行", "independent": true })
}

fn grant(world: &World, bid: Id<Bid>) -> Value {
    json!({ "bid": bid, "scope": "停车", "from_on": road::day(world, 2), "to_on": road::day(world, 900), "risk_assessment": "低" })
}

fn a_plan(licence: Id<Licence>) -> Value {
    json!({ "licence": licence, "lead": "安全员", "phone": "1", "risks": "泄露", "measures": "切断", "reporting": "立即" })
}

on_both! {
    a_source_unit_acts_on_its_own_entries_only(world) {
        let (own, other, bureau) = (world.source(1), world.source(2), world.bureau());
        let published: Id<Entry> = road::entries(world)[0].parse().unwrap();
        other.sees(published).unwrap();
        for act in [entry::Act::Revise, entry::Act::Withdraw] {
            assert_eq!(refused(world, &other, published, act, json!({ "reason": "不是我的" })), "not-found");
            assert!(!other.may(published).unwrap().contains(&act), "nor is it offered");
        }
        assert_eq!(code(own.does(published, entry::Act::Publish, json!({}))), "wrong-role");
        own.does(published, entry::Act::Revise, json!({ "reason": "更新" })).unwrap();
        for act in [entry::Act::Edit, entry::Act::Submit] {
            assert_eq!(refused(world, &other, published, act, json!({})), "not-found");
        }
        own.does(published, entry::Act::Submit, json!({})).unwrap();
        bureau.does(published, entry::Act::Publish, json!({})).unwrap();
        bureau.does(published, entry::Act::Withdraw, json!({ "reason": "停用" })).unwrap();
        // Lists are a source unit's to bring in.
        let list = b"title\nx\n".to_vec();
        let preview = |who: &Actor| code(who.looks(|look, who| resources::import::preview(look, who, &list, "a.csv", &Answers::default())));
        let save = |who: &Actor| code(who.tries(|tx, who| resources::import::save(tx, who, &[])));
        for who in [&bureau, &world.scenario_desk(), &world.developer('A'), &world.public()] {
            assert_eq!((preview(who), save(who)), ("wrong-role", "wrong-role"));
        }
    }

    lists_of_demand_and_scenarios_are_the_desks(world) {
        let list = "scenario,domain,purpose\n停车,城市治理,产业发展\n".as_bytes();
        for who in [world.legal(1), world.developer('A'), world.office(), world.public()] {
            assert_eq!(code(who.looks(|look, who| demand::preview(look, who, list, "a.csv", &Answers::default()))), "wrong-role");
            assert_eq!(code(who.looks(|look, who| scenario::preview(look, who, list, "a.csv", &Answers::default()))), "wrong-role");
            assert_eq!(code(who.tries(|tx, who| demand::save(tx, who, &[]))), "wrong-role");
            assert_eq!(code(who.tries(|tx, who| scenario::save(tx, who, &[]))), "wrong-role");
        }
    }

    cases_of_all_kinds_are_found_by_number_or_title(world) {
        let entries = road::entries(world);
        let class = road::class(world, "ETC 通行 50%_计费", "industry", &entries);
        let mut said = road::said_of_a_call(world, class, &entries, "1000");
        said["title"] = json!("ETC 通行 50%_计费公告");
        let desk = world.scenario_desk();
        let call = desk.opens::<Announcement>(said).unwrap();
        desk.does(call, announcement::Act::Publish, json!({})).unwrap();
        let (a, b) = (world.developer('A'), world.developer('B'));
        let begins = |who: &Actor| who.opens::<Bid>(json!({ "announcement": call })).unwrap().to_string();
        let own = [(&b, begins(&b)), (&a, begins(&a))];
        let kinds = [("scenario", "scenario"), ("announcement", "announcement"), ("bid", "bid")];
        let found = |words: &str, own: Id<Org>, of_each| -> Vec<(String, String)> {
            let hits = world.db.look(|look| case::search(look, &kinds, words, Some(own), of_each)).unwrap();
            hits.into_iter().map(|h| (h.noun, h.id)).collect()
        };
        for words in ["etc", "通行", "Etc 计费", "50%_"] {
            for (who, bid) in &own {
                let hits = found(words, who.org(), 10);
                assert_eq!(hits[0], ("bid".into(), bid.clone()), "one's own first: {words}");
                assert!(hits.contains(&("scenario".into(), class.to_string())) && hits.contains(&("announcement".into(), call.to_string())), "{hits:?}");
            }
        }
        for words in ["计费 etc", "50_%", "%%", "''"] {
            assert_eq!(found(words, a.org(), 10), Vec::new(), "{words}");
        }
        assert_eq!(found("etc", a.org(), 1).len(), 3, "of each kind so many");
        let number = world.db.look(|look| announcement::row(look, call)).unwrap().serial.unwrap();
        for typed in [number.clone(), number.replace('〔', "[").replace('〕', "］")] {
            assert!(found(&typed, a.org(), 10).contains(&("announcement".into(), call.to_string())), "{typed}");
        }
    }

    only_who_is_invited_bids_and_only_while_the_call_lasts(world) {
        let entries = road::entries(world);
        let class = road::class(world, "城市停车治理", "industry", &entries);
        let (a, b, c) = (world.developer('A'), world.developer('B'), world.developer('C'));
        let desk = world.scenario_desk();
        let draft = |change: Value| {
            let call = road::call(world, class, &entries, "1000");
            let mut said = desk.sees(call).unwrap().answers();
            said.merge(Answers::of(json!({
                "deadline": format!("{}T17:00", road::day(world, 5)), "opening": format!("{}T09:30", road::day(world, 6)), "fee": "1000",
                "term_years": "3", "pass_mark": "60", "criteria": [{ "name": "方案", "weight": "100" }],
            })));
            said.merge(Answers::of(change));
            let id = desk.opens::<Announcement>(serde_json::to_value(said).unwrap()).unwrap();
            desk.does(id, announcement::Act::Publish, json!({})).unwrap();
            id
        };
        let invited = draft(json!({ "method": "invited_tender", "invited": [a.org(), b.org(), c.org()] }));
        a.opens::<Bid>(json!({ "announcement": invited })).unwrap();
        // What everybody may read of it does not say who is invited.
        let (leaf, wording) = world.db.look(|look| {
            let leaf = leaf::last(look, "announcement.published")?.expect("it was published");
            Ok((leaf.clone(), wording::of(look, leaf.idx)?.expect("with its wording")))
        }).unwrap();
        for who in [&a, &b, &c] {
            let name = who.looks(|look, who| org::name(look, who.org()?)).unwrap();
            for text in [&leaf.entry, &wording] {
                assert!(!text.contains(&who.org().to_string()) && !text.contains(&name), "{name} in {text}");
            }
        }
        // Somebody who is not on the list.
        let system = world.system_admin();
        let late = system
            .tries(|tx, who| {
                let said = json!({ "name": "未受邀公司", "legal_person": "甲", "contact": "乙", "phone": "1", "security_officer": "丙", "security_department": "丁", "security_phone": "2" });
                let of = org::enter(tx, who, org::Act::Enter, platform::OrgKind::Developer, &Answers::of(said))?;
                let id = person::enter(tx, who, "late@example.cn", "迟到者", "zh-CN")?;
                person::grant(tx, who, id, of, Role::DeveloperAdmin)?;
                person::caller(tx, id, Some(of))
            })
            .unwrap();
        let late = world.being(late);
        assert_eq!(code(late.opens::<Bid>(json!({ "announcement": invited }))), "not-invited");

        let open = draft(json!({ "method": "negotiation" }));
        let kept = b.opens::<Bid>(json!({ "announcement": open })).unwrap();
        b.does(kept, bid::Act::Save, road::offer(world, &road::papers(world, &b), "900")).unwrap();
        // Declared an affiliate after it began.
        is_affiliate(world, b.org());
        assert_eq!(refused(world, &b, kept, bid::Act::Submit, json!({})), "affiliate");
        assert_eq!(code(b.opens::<Bid>(json!({ "announcement": road::call(world, class, &entries, "1000") }))), "affiliate");
        // A paper that ran out between the draft and the submission.
        let file = world.pdf(&a, "short.pdf");
        let short = a.opens::<Paper>(json!({ "kind": "business_licence", "title": "营业执照", "expires_on": road::day(world, 1), "file": [file] })).unwrap();
        let mut papers = road::papers(world, &a);
        papers[0]["paper"] = json!(short);
        let mine = a.opens::<Bid>(json!({ "announcement": open })).unwrap();
        a.does(mine, bid::Act::Save, road::offer(world, &papers, "900")).unwrap();
        world.days_pass(2);
        assert_eq!(refused(world, &a, mine, bid::Act::Submit, json!({})), "paper-expired");
        // Cancelled, a call takes nothing although its deadline has not passed; nobody asks about it either.
        desk.does(open, announcement::Act::Cancel, json!({ "reason": "需求变化" })).unwrap();
        assert_eq!(code(c.opens::<Bid>(json!({ "announcement": open }))), "call-closed");
        assert_eq!(code(c.opens::<Question>(json!({ "announcement": open, "question": "还开吗？" }))), "too-late");
        assert_eq!(refused(world, &b, kept, bid::Act::Withdraw, json!({ "reason": "撤" })), "wrong-state");
    }

    who_has_an_interest_has_no_hand_in_the_selection(world) {
        let Called { call, bids, .. } = called(world, "1000");
        let (a, legal, friend) = (world.developer('A').org(), world.legal(1), world.legal(2));
        road::opened(world, call);
        has_interest(&friend, a);
        assert_eq!(refused(world, &friend, bids[0], bid::Act::Admit, road::check(world)), "interest");
        assert_eq!(refused(world, &friend, bids[0], bid::Act::RefuseAdmission, road::check(world)), "interest");
        // Nothing is ranked while a bid waits for its check.
        assert_eq!(code(legal.does(call, announcement::Act::Rank, json!({}))), "admission-open");
        assert_eq!(code(invite(&friend, call, &world.expert(1))), "interest");
        assert_eq!(faults(invite(&legal, call, &world.reviewer(1))), [("expert".to_string(), "not-a-choice")]);
        let sheets: Vec<Id<Scoring>> = (1..=4).map(|n| invite(&legal, call, &world.expert(n)).unwrap()).collect();
        for id in &bids {
            legal.does(*id, bid::Act::Admit, road::check(world)).unwrap();
        }
        // Declared after the invitation, it counts all the same.
        has_interest(&world.expert(4), a);
        assert_eq!(refused(world, &world.expert(4), sheets[3], scoring::Act::Submit, points(&bids, 80)), "interest");
        world.expert(4).does(sheets[3], scoring::Act::Recuse, json!({ "reason": "近亲属任职" })).unwrap();
        for n in 1..=3 {
            world.expert(n).does(sheets[n - 1], scoring::Act::Submit, points(&bids, 80)).unwrap();
        }
        assert_eq!(refused(world, &friend, call, announcement::Act::Rank, json!({})), "interest");
        legal.does(call, announcement::Act::Rank, json!({})).unwrap();
        assert_eq!(faults(invite(&legal, call, &world.expert(5))), [("announcement".to_string(), "not-a-choice")]);
        assert_eq!(refused(world, &friend, call, announcement::Act::Notice, json!({ "winners": "1" })), "interest");
        legal.does(call, announcement::Act::Notice, json!({ "winners": "1" })).unwrap();
        world.days_pass(15);
        assert_eq!(refused(world, &friend, call, announcement::Act::Award, json!({})), "interest");
    }

    a_call_without_a_fit_bid_comes_to_nothing(world) {
        let Called { call, bids, class, entries } = called(world, "1000");
        let legal = world.legal(1);
        // Before the opening nobody knows whether there is a bid.
        let deadline = world.scenario_desk().sees(call).unwrap().deadline.unwrap();
        world.passes(deadline - world.clock.now());
        world.db.act(announcement::close_due).unwrap();
        assert_eq!(refused(world, &legal, call, announcement::Act::Fail, json!({ "reason": "无人申请" })), "not-open-yet");
        road::opened(world, call);
        for id in &bids {
            legal.does(*id, bid::Act::Admit, road::check(world)).unwrap();
        }
        let late = invite(&legal, call, &world.expert(4)).unwrap();
        for n in 1..=3 {
            let sheet = invite(&legal, call, &world.expert(n)).unwrap();
            world.expert(n).does(sheet, scoring::Act::Submit, points(&bids, 40)).unwrap();
        }
        assert_eq!(refused(world, &legal, call, announcement::Act::Rank, json!({})), "scores-missing");
        let fail = |id| legal.does::<Announcement>(id, announcement::Act::Fail, json!({ "reason": "均未达到合格分" })).unwrap();
        let other = road::call(world, class, &entries, "1000");
        let others = [world.developer('A'), world.developer('B')].map(|who| road::bid(world, &who, other, &road::papers(world, &who), "900"));
        road::opened(world, other);
        for id in others {
            legal.does(id, bid::Act::RefuseAdmission, road::check(world)).unwrap();
        }
        assert_eq!(refused(world, &legal, other, announcement::Act::Rank, json!({})), "no-eligible-bid");
        fail(other);
        // Whoever scores after the end scores nothing.
        world.expert(4).does(late, scoring::Act::Recuse, json!({ "reason": "时间冲突" })).unwrap();
        legal.does(call, announcement::Act::Rank, json!({})).unwrap();
        assert_eq!(refused(world, &legal, call, announcement::Act::Notice, json!({ "winners": "1" })), "no-eligible-bid");
        fail(call);
        assert_eq!(bids.iter().map(|id| legal.sees(*id).unwrap().state).collect::<Vec<_>>(), [bid::State::Lost; 2]);
    }

    an_expert_called_too_late_scores_nothing(world) {
        let Called { call, bids, .. } = called(world, "1000");
        let legal = world.legal(1);
        road::opened(world, call);
        let sheet = invite(&legal, call, &world.expert(1)).unwrap();
        legal.does(call, announcement::Act::Cancel, json!({ "reason": "政策调整" })).unwrap();
        let length = world.log_length();
        assert!(matches!(code(world.expert(1).does(sheet, scoring::Act::Submit, points(&bids, 80))), "stale" | "wrong-state"));
        assert_eq!(world.log_length(), length);
    }

    a_grant_is_filed_by_who_is_free_and_for_who_is_independent(world) {
        let Called { call, bids, .. } = called(world, "1000");
        road::opened(world, call);
        road::noticed(world, call, &bids, 1);
        road::awarded(world, call);
        let (a, legal, friend, office) = (world.developer('A').org(), world.legal(1), world.legal(2), world.office());
        has_interest(&friend, a);
        has_interest(&world.second_office(), a);
        assert_eq!(code(friend.opens::<Filing>(grant(world, bids[0]))), "interest");
        let filing = legal.opens::<Filing>(grant(world, bids[0])).unwrap();
        for act in [filing::Act::Receive, filing::Act::Return, filing::Act::Object] {
            assert_eq!(refused(world, &world.second_office(), filing, act, json!({ "reason": "意见" })), "interest");
        }
        office.does(filing, filing::Act::Return, json!({ "reason": "补充" })).unwrap();
        let mut again = grant(world, bids[0]);
        again.as_object_mut().unwrap().remove("bid");
        assert_eq!(refused(world, &friend, filing, filing::Act::Refile, again.clone()), "interest");
        legal.does(filing, filing::Act::Refile, again).unwrap();
        office.does(filing, filing::Act::Receive, json!({ "reason": "予以报备" })).unwrap();
        assert_eq!(code(friend.opens::<Licence>(json!({ "filing": filing }))), "interest");
        let licence = legal.opens::<Licence>(json!({ "filing": filing })).unwrap();
        assert_eq!(refused(world, &friend, licence, licence::Act::Sign, json!({})), "interest");
        legal.does(licence, licence::Act::Drop, json!({ "reason": "重拟" })).unwrap();
        is_affiliate(world, a);
        assert_eq!(code(legal.opens::<Licence>(json!({ "filing": filing }))), "affiliate");
        legal.does(filing, filing::Act::Withdraw, json!({ "reason": "持有人已成为关联企业" })).unwrap();
        assert_eq!(code(legal.opens::<Filing>(grant(world, bids[0]))), "affiliate");
    }

    both_signatures_come_within_the_term_and_from_free_hands(world) {
        let Called { call, bids, .. } = called(world, "1000");
        road::opened(world, call);
        road::noticed(world, call, &bids, 1);
        road::awarded(world, call);
        let (holder, legal, legal2) = (world.developer('A'), world.legal(1), world.legal(2));
        let short = || json!({ "bid": bids[0], "scope": "停车", "from_on": road::day(world, 1), "to_on": road::day(world, 10), "risk_assessment": "低" });
        let drafted = || {
            let filing = legal.opens::<Filing>(short()).unwrap();
            world.office().does(filing, filing::Act::Receive, json!({})).unwrap();
            legal.opens::<Licence>(json!({ "filing": filing })).unwrap()
        };
        let first = drafted();
        // Who filed or drafted does not sign, nor who changed the draft.
        assert_eq!(refused(world, &legal, first, licence::Act::Sign, json!({})), "same-person");
        let changed = json!({ "from_on": road::day(world, 1), "to_on": road::day(world, 9), "supplement": "补充" });
        legal2.does(first, licence::Act::Redraft, changed).unwrap();
        assert_eq!(refused(world, &legal2, first, licence::Act::Sign, json!({})), "same-person");
        legal.does(first, licence::Act::Drop, json!({ "reason": "重拟" })).unwrap();
        let filing = legal.sees(first).unwrap().filing;
        let second = legal.opens::<Licence>(json!({ "filing": filing })).unwrap();
        world.days_pass(2);
        assert_eq!(refused(world, &legal2, second, licence::Act::Sign, json!({})), "term-begun");
        world.days_pass(10);
        assert_eq!(refused(world, &legal2, second, licence::Act::Sign, json!({})), "too-late");
        legal.does(second, licence::Act::Drop, json!({ "reason": "已过期" })).unwrap();
        legal.does(filing, filing::Act::Withdraw, json!({ "reason": "已过期" })).unwrap();

        let third = drafted();
        legal2.does(third, licence::Act::Sign, json!({})).unwrap();
        assert_eq!(refused(world, &holder, third, licence::Act::Countersign, json!({})), "no-emergency-plan");
        holder.opens::<Plan>(a_plan(third)).unwrap();
        // Whose agreement on confidentiality ran out is not ready.
        let expired = road::day(world, -1);
        let record = json!({ "real_name": "管理员A", "trained_on": "2026-01-15", "nda_until": expired });
        let (me, of) = (holder.person(), holder.org());
        holder.tries(move |tx, who| person::record(tx, who, me, of, &Answers::of(record))).unwrap();
        assert_eq!(refused(world, &holder, third, licence::Act::Countersign, json!({})), "not-ready-person");
        let record = json!({ "real_name": "管理员A", "trained_on": "2026-01-15", "nda_until": "2039-12-31" });
        holder.tries(move |tx, who| person::record(tx, who, me, of, &Answers::of(record))).unwrap();
        world.days_pass(12);
        assert_eq!(refused(world, &holder, third, licence::Act::Countersign, json!({})), "too-late");
        legal.does(third, licence::Act::Drop, json!({ "reason": "逾期未签" })).unwrap();
        legal.does(legal.sees(third).unwrap().filing, filing::Act::Withdraw, json!({ "reason": "逾期" })).unwrap();

        let fourth = drafted();
        legal2.does(fourth, licence::Act::Sign, json!({})).unwrap();
        holder.opens::<Plan>(a_plan(fourth)).unwrap();
        is_affiliate(world, holder.org());
        assert_eq!(refused(world, &holder, fourth, licence::Act::Countersign, json!({})), "affiliate");
    }

    a_suspended_licence_is_resumed_by_who_may_and_while_it_lasts(world) {
        let Called { call, bids, .. } = called(world, "1000");
        road::opened(world, call);
        road::noticed(world, call, &bids, 1);
        road::awarded(world, call);
        let licence = road::granted(world, &world.developer('A'), road::filed(world, bids[0]));
        let (office, legal) = (world.office(), world.legal(1));
        office.does(licence, licence::Act::Suspend, json!({ "reason": "整改" })).unwrap();
        assert!(!legal.may(licence).unwrap().contains(&licence::Act::Resume));
        assert_eq!(refused(world, &legal, licence, licence::Act::Resume, json!({ "reason": "自行恢复" })), "wrong-role");
        office.does(licence, licence::Act::Resume, json!({ "reason": "验收" })).unwrap();
        legal.does(licence, licence::Act::Suspend, json!({ "reason": "欠费" })).unwrap();
        legal.does(licence, licence::Act::Resume, json!({ "reason": "补缴" })).unwrap();
        legal.does(licence, licence::Act::Suspend, json!({ "reason": "欠费" })).unwrap();
        world.days_pass((legal.sees(licence).unwrap().to_on - world.today()).num_days() + 1);
        assert_eq!(refused(world, &legal, licence, licence::Act::Resume, json!({ "reason": "补缴" })), "too-late");
    }

    a_negotiated_fee_for_the_public_good_is_none(world) {
        let entries = road::entries(world);
        let class = road::class(world, "独居老人关爱", "public_good", &entries);
        let desk = world.scenario_desk();
        let open = road::call(world, class, &entries, "0");
        let mut said = desk.sees(open).unwrap().answers();
        let change = json!({
            "method": "negotiation", "fee": "0", "term_years": "3", "pass_mark": "60", "criteria": [{ "name": "方案", "weight": "60" }, { "name": "安全", "weight": "40" }],
            "deadline": format!("{}T17:00", road::day(world, 5)), "opening": format!("{}T09:30", road::day(world, 6)),
        });
        said.merge(Answers::of(change));
        let call = desk.opens::<Announcement>(serde_json::to_value(said).unwrap()).unwrap();
        desk.does(call, announcement::Act::Publish, json!({})).unwrap();
        let a = world.developer('A');
        let dear = a.opens::<Bid>(json!({ "announcement": call })).unwrap();
        a.does(dear, bid::Act::Save, road::offer(world, &road::papers(world, &a), "1")).unwrap();
        assert_eq!(refused(world, &a, dear, bid::Act::Submit, json!({})), "bid-incomplete");
        a.does(dear, bid::Act::Save, road::offer(world, &road::papers(world, &a), "0")).unwrap();
        a.does(dear, bid::Act::Submit, json!({})).unwrap();
        road::opened(world, call);
        road::noticed(world, call, &[dear], 1);
        road::awarded(world, call);
        let mut priced = grant(world, dear);
        priced["fee"] = "100".into();
        assert_eq!(code(world.legal(1).opens::<Filing>(priced)), "public-good-free");
    }

    what_is_submitted_and_listed_stands_under_a_licence_in_force(world) {
        let entries = road::entries(world);
        let class = road::class(world, "城市停车治理", "industry", &entries);
        let licence = road::licensed(world, class, &entries, "1000");
        let (holder, office, finance) = (world.developer('A'), world.office(), world.finance());
        let begin = || json!({ "licence": licence, "title": "停车指数", "form": "interface" });
        // Somebody of the holder without a record.
        let (me, of) = (world.staff('A').person(), world.staff('A').org());
        let record = |until: String| {
            let record = json!({ "real_name": "经办A", "trained_on": "2026-01-15", "nda_until": until });
            world.staff('A').tries(move |tx, who| person::record(tx, who, me, of, &Answers::of(record))).unwrap();
        };
        record(road::day(world, -1));
        assert_eq!(code(world.staff('A').opens::<Product>(begin())), "not-ready-person");
        let draft = holder.opens::<Product>(begin()).unwrap();
        holder.does(draft, product::Act::Save, road::content("停车指数", "interface", "industry", &entries)).unwrap();
        assert_eq!(refused(world, &world.staff('A'), draft, product::Act::Submit, json!({ "truthful": "on" })), "not-ready-person");
        office.does(licence, licence::Act::Suspend, json!({ "reason": "整改" })).unwrap();
        assert_eq!(refused(world, &holder, draft, product::Act::Submit, json!({ "truthful": "on" })), "licence-not-in-force");
        office.does(licence, licence::Act::Resume, json!({ "reason": "验收" })).unwrap();
        holder.does(draft, product::Act::Submit, json!({ "truthful": "on" })).unwrap();
        let review = world.db.look(|look| review::live(look, draft)).unwrap().unwrap().id;
        road::approved(world, review);
        road::listed(world, &holder, draft, json!({ "tariff": "per_call", "amount": "0.35" }));
        holder.does(draft, product::Act::Delist, json!({ "reason": "调整" })).unwrap();
        office.does(licence, licence::Act::Suspend, json!({ "reason": "整改" })).unwrap();
        assert_eq!(refused(world, &holder, draft, product::Act::List, json!({})), "licence-not-in-force");
        office.does(licence, licence::Act::Resume, json!({ "reason": "验收" })).unwrap();

        // What is sold cannot turn into a public good while it has a price.
        let free = road::content("停车指数", "interface", "public_good", &entries);
        holder.does(draft, product::Act::Revise, free.clone()).unwrap();
        assert_eq!(refused(world, &holder, draft, product::Act::Resubmit, json!({ "truthful": "on" })), "public-good-free");

        // Nor is a price received or a product listed that turned free meanwhile.
        let (second, review) = road::submitted(world, &holder, licence, road::content("停车报告", "report", "industry", &entries));
        road::approved(world, review);
        let price = json!({
            "product": second, "tariff": "per_call", "amount": "0.35", "effective_on": road::day(world, 3), "costs": [{ "item": "计算", "amount": "1" }],
            "basis": "成本", "scenario_use": "场景内", "scope": "按次",
        });
        let coming = holder.opens::<Pricing>(price.clone()).unwrap();
        // Another from the same day on would leave open which one applies.
        assert_eq!(code(holder.opens::<Pricing>(price.clone())), "faulty");
        let mut later = price;
        later["effective_on"] = json!(road::day(world, 4));
        let waiting = holder.opens::<Pricing>(later).unwrap();
        finance.does(coming, pricing::Act::Receive, json!({})).unwrap();
        holder.does(second, product::Act::Revise, road::content("停车报告", "report", "public_good", &entries)).unwrap();
        holder.does(second, product::Act::Resubmit, json!({ "truthful": "on" })).unwrap();
        let review = world.db.look(|look| review::live(look, second)).unwrap().unwrap().id;
        road::approved(world, review);
        assert_eq!(refused(world, &finance, waiting, pricing::Act::Receive, json!({})), "public-good-free");
        world.days_pass(3);
        assert_eq!(refused(world, &holder, second, product::Act::List, json!({})), "public-good-free");
        // A price in effect stands.
        assert_eq!(refused(world, &holder, coming, pricing::Act::Withdraw, json!({ "reason": "撤" })), "price-in-effect");
    }

    a_review_is_decided_by_who_looked_and_is_free(world) {
        let entries = road::entries(world);
        let class = road::class(world, "城市停车治理", "industry", &entries);
        let licence = road::licensed(world, class, &entries, "1000");
        let holder = world.developer('A');
        let (_, review) = road::submitted(world, &holder, licence, road::content("停车指数", "interface", "industry", &entries));
        let [one, two, three] = [1, 2, 3].map(|n| world.reviewer(n));
        assert_eq!(refused(world, &one, review, review::Act::HandOver, json!({ "to": two.person(), "reason": "出差" })), "not-claimed");
        assert_eq!(refused(world, &one, review, review::Act::Release, json!({ "reason": "出差" })), "not-claimed");
        one.does(review, review::Act::Claim, json!({})).unwrap();
        two.does(review, review::Act::Claim, json!({})).unwrap();
        // A seat goes to a reviewer without one.
        for to in [two.person(), world.finance().person()] {
            assert_eq!(faults(one.does(review, review::Act::HandOver, json!({ "to": to, "reason": "出差" }))), [("to".to_string(), "not-a-choice")]);
        }
        // Declared after the claim, an interest counts all the same; standing aside is still possible.
        has_interest(&two, holder.org());
        assert_eq!(refused(world, &two, review, review::Act::Vote, road::opinion("meets")), "interest");
        two.does(review, review::Act::Release, json!({ "reason": "回避" })).unwrap();
        three.does(review, review::Act::Claim, json!({})).unwrap();
        for who in [&one, &three] {
            who.does(review, review::Act::Vote, road::opinion("fails")).unwrap();
        }
        let raised = json!({ "points": [{ "point": "purpose_scope", "remark": "超出范围" }] });
        for (act, typed) in [(review::Act::Return, raised.clone()), (review::Act::Refuse, json!({ "reason": "不予通过" })), (review::Act::Approve, json!({}))] {
            assert_eq!(refused(world, &two, review, act, typed), "not-claimed");
        }
        has_interest(&three, holder.org());
        for (act, typed) in [(review::Act::Return, raised), (review::Act::Refuse, json!({ "reason": "不予通过" })), (review::Act::Approve, json!({}))] {
            assert_eq!(refused(world, &three, review, act, typed), "interest");
        }
        // What the two agreed on is said once for each point, and of points that there are.
        let rows = ["purpose_scope", "purpose_scope", "nowhere"].map(|point| json!({ "point": point, "reason": "已说明" }));
        let found = faults(one.does(review, review::Act::Approve, json!({ "resolved": rows })));
        assert_eq!(found, [("resolved[1].point".to_string(), "point-twice"), ("resolved[2].point".to_string(), "not-a-choice")]);
        one.does(review, review::Act::Refuse, json!({ "reason": "超出授权范围" })).unwrap();
    }

    who_submitted_does_not_review(world) {
        let entries = road::entries(world);
        let class = road::class(world, "城市停车治理", "industry", &entries);
        let licence = road::licensed(world, class, &entries, "1000");
        let (holder, reviewer) = (world.developer('A'), world.reviewer(1));
        // A reviewer who once worked for the developer and submitted for it.
        let (me, of) = (reviewer.person(), holder.org());
        holder.tries(move |tx, who| person::grant(tx, who, me, of, Role::DeveloperStaff)).unwrap();
        let both = world.being(world.db.look(|look| person::caller(look, me, Some(of))).unwrap());
        let (_, review) = road::submitted(world, &both, licence, road::content("停车指数", "interface", "industry", &entries));
        holder.tries(move |tx, who| person::revoke(tx, who, me, of, Role::DeveloperStaff)).unwrap();
        assert_eq!(refused(world, &reviewer, review, review::Act::Claim, json!({})), "same-person");
        let second = world.reviewer(2);
        second.does(review, review::Act::Claim, json!({})).unwrap();
        let handed = second.does::<Review>(review, review::Act::HandOver, json!({ "to": me, "reason": "出差" }));
        assert_eq!(faults(handed), [("to".to_string(), "not-a-choice")], "nor is it handed to him");
        world.passes(Duration::minutes(1));
    }

    in_a_year_without_a_notice_no_working_day_is_promised(world) {
        let Called { call, bids, class, .. } = called(world, "1000");
        let legal = world.legal(1);
        road::opened(world, call);
        for id in &bids {
            legal.does(*id, bid::Act::Admit, road::check(world)).unwrap();
        }
        for n in 1..=3 {
            let sheet = invite(&legal, call, &world.expert(n)).unwrap();
            world.expert(n).does(sheet, scoring::Act::Submit, points(&bids, 80)).unwrap();
        }
        legal.does(call, announcement::Act::Rank, json!({})).unwrap();
        let last = (2026..).find(|year| !world.db.rules().calendar.covers(*year)).unwrap();
        let new_year: chrono::NaiveDate = format!("{last}-01-04").parse().unwrap();
        world.days_pass((new_year - world.today()).num_days());
        // A period in which anybody may object must have an end.
        assert_eq!(refused(world, &legal, call, announcement::Act::Notice, json!({ "winners": "1" })), "unknown-year");
        // A deadline of the office's own stays open and is filled in when the notice is out.
        let desk = world.scenario_desk();
        let asked = world.developer('C').opens::<demand::Demand>(road::demand("岁末需求", "industry")).unwrap();
        let merged = desk.does(asked, demand::Act::Merge, json!({ "title": "岁末场景" })).unwrap();
        let submitted = desk.does(merged.scenario.unwrap(), scenario::Act::Submit, json!({})).unwrap();
        assert_eq!((submitted.clock.as_deref(), submitted.due_on), (Some("class_decision"), None));
        assert!(desk.sees(class).is_ok());
    }
}
