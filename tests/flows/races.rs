//! Many at once: whatever may stand once stands once, on both databases.

use crate::road;
use platform::Refusal;
use primary::announcement;
use primary::bid::{self, Bid};
use primary::licence::{self, Licence};
use secondary::review;
use serde_json::json;
use std::sync::Barrier;
use support::{Actor, World, on_both};

/// Lets so many do the same at one moment; what each of them got.
fn at_once<T: Send>(many: usize, act: impl Fn(usize) -> T + Sync) -> Vec<T> {
    let (start, act) = (&Barrier::new(many), &act);
    std::thread::scope(|threads| {
        let hands: Vec<_> = (0..many)
            .map(|number| {
                threads.spawn(move || {
                    start.wait();
                    act(number)
                })
            })
            .collect();
        hands.into_iter().map(|hand| hand.join().unwrap()).collect()
    })
}

/// One succeeded; the others were refused for one of these reasons.
fn one_of<T>(answers: Vec<Result<T, Refusal>>, reasons: &[&str]) {
    let (fine, refused): (Vec<_>, Vec<_>) = answers.into_iter().partition(Result::is_ok);
    assert_eq!(fine.len(), 1, "{} of {}", fine.len(), fine.len() + refused.len());
    for refusal in refused.into_iter().filter_map(Result::err) {
        assert!(reasons.contains(&refusal.code()), "{}", refusal.code());
    }
}

/// A call that is ready to be ranked and awarded, and its bids.
fn ready(world: &World) -> (platform::Id<announcement::Announcement>, Vec<platform::Id<Bid>>) {
    let entries = road::entries(world);
    let class = road::class(world, "城市停车治理", "industry", &entries);
    let call = road::call(world, class, &entries, "1000");
    let bidders = [world.developer('A'), world.developer('B')];
    let bids = bidders.iter().map(|who| road::bid(world, who, call, &road::papers(world, who), "900")).collect::<Vec<_>>();
    road::opened(world, call);
    road::noticed(world, call, &bids, 1);
    world.days_pass(15);
    (call, bids)
}

on_both! {
    of_sixty_four_drafts_one_licence_comes(world) {
        let (call, bids) = ready(world);
        road::awarded(world, call);
        let filing = road::filed(world, bids[0]);
        let legal = [world.legal(1), world.legal(2)];
        let drafted = at_once(64, |n| legal[n % 2].opens::<Licence>(json!({ "filing": filing })));
        one_of(drafted, &["second-live-licence", "taken", "not-filed"]);
        let all = world.db.look(|look| licence::list(look, &world.office().who, &licence::Ask::default(), platform::paging::Page::first(10))).unwrap();
        assert_eq!(all.total, 1);
    }

    an_award_is_given_once(world) {
        let (call, bids) = ready(world);
        let legal = [world.legal(1), world.legal(2)];
        let awarded = at_once(16, |n| legal[n % 2].does(call, announcement::Act::Award, json!({})));
        one_of(awarded, &["wrong-state", "stale"]);
        let states: Vec<bid::State> = bids.iter().map(|id| legal[0].sees(*id).unwrap().state).collect();
        assert_eq!(states, [bid::State::Won, bid::State::Lost]);
        let awards = world.acts_on(call).into_iter().filter(|a| *a == announcement::Act::Award).count();
        assert_eq!(awards, 1);
        // One report of one grant.
        let said = json!({ "bid": bids[0], "scope": "停车", "from_on": road::day(world, 2), "to_on": road::day(world, 900), "risk_assessment": "低" });
        one_of(at_once(16, |n| legal[n % 2].opens::<primary::filing::Filing>(said.clone())), &["taken"]);
    }

    the_last_seat_is_taken_once(world) {
        let entries = road::entries(world);
        let class = road::class(world, "城市停车治理", "industry", &entries);
        let licence = road::licensed(world, class, &entries, "1000");
        let (_, review) = road::submitted(world, &world.developer('A'), licence, road::content("停车指数", "interface", "industry", &entries));
        world.reviewer(1).does(review, review::Act::Claim, json!({})).unwrap();
        let others: Vec<Actor> = vec![world.reviewer(2), world.reviewer(3)];
        let claimed = at_once(8, |n| others[n % 2].does(review, review::Act::Claim, json!({})));
        one_of(claimed, &["seats-taken", "taken"]);
        // Whoever has the seat votes once, however often the button is pressed.
        let seated = others.iter().find(|who| who.may(review).unwrap().contains(&review::Act::Vote)).expect("one of them has the seat");
        one_of(at_once(8, |_| seated.does(review, review::Act::Vote, road::opinion("meets"))), &["taken", "already-voted", "wrong-state", "stale"]);
        world.reviewer(1).does(review, review::Act::Vote, road::opinion("meets")).unwrap();
        let decided = at_once(8, |n| if n % 2 == 0 { world.reviewer(1) } else { seated.clone() }.does(review, review::Act::Approve, json!({ "reason": "同意" })));
        one_of(decided, &["wrong-state", "stale"]);
    }

    one_bid_for_one_bidder(world) {
        let entries = road::entries(world);
        let class = road::class(world, "城市停车治理", "industry", &entries);
        let call = road::call(world, class, &entries, "1000");
        let (chief, staff) = (world.developer('A'), world.staff('A'));
        let started = at_once(16, |n| if n % 2 == 0 { &chief } else { &staff }.opens::<Bid>(json!({ "announcement": call })));
        one_of(started, &["one-bid", "taken"]);
    }
}
