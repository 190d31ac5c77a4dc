//! What must hold of the city whatever anybody did: nothing is granted that was not filed and received, no person stands on two
//! steps of one chain of duty, and nobody gets at anything after the end.

use crate::road;
use diesel::prelude::*;
use platform::schema::{event, licence, product};
use platform::{Look, Word};
use primary::filing::Filing;
use primary::licence::{Licence, Permission, State};
use secondary::product::Product;
use std::collections::{BTreeMap, BTreeSet};
use support::World;

/// Chains of duty: acts on one kind of case, in groups that no person may span (ZJK-28, four-eyes).
const CHAINS: &[(&str, &[&[&str]])] = &[
    ("filing", &[&["file", "refile"], &["receive", "return", "object"]]),
    ("licence", &[&["draft", "redraft"], &["sign"], &["countersign"]]),
    ("amendment", &[&["assess"], &["accept", "refuse"]]),
    ("termination", &[&["propose"], &["end", "reject"]]),
    ("destruction", &[&["record"], &["certify"]]),
    ("review", &[&["open"], &["claim", "vote"], &[]]),
    ("rectification", &[&["order", "verify", "send_back"], &["prove"]]),
];

/// Everything that must hold of the city whatever anybody did.
pub fn holds(world: &World) {
    nothing_is_granted_unfiled(world);
    nobody_stands_on_two_steps(world);
    nothing_is_open_after_the_end(world);
}

/// Every licence that came into force stands on a filing that the office had received before, and at most one lives for each
/// scenario and holder besides the one that is to follow it.
fn nothing_is_granted_unfiled(world: &World) {
    for one in licences(world) {
        let acts = world.events::<Licence>(one.id);
        let Some(force) = acts.iter().find(|e| e.act == "countersign") else { continue };
        let filed = world.events::<Filing>(one.filing);
        let received = filed.iter().find(|e| e.act == "receive").map(|e| e.seq);
        assert!(received.is_some_and(|seq| seq < force.seq), "{:?} came into force without a received filing", one.serial);
        let drafted = acts.iter().find(|e| e.act == "draft").map(|e| e.seq);
        assert!(drafted > received, "{:?} was drafted before the office answered", one.serial);
    }
    let mut living: BTreeMap<(String, String), usize> = BTreeMap::new();
    for one in licences(world).into_iter().filter(|l| matches!(l.state, State::InForce | State::Suspended) && l.follows.is_none()) {
        *living.entry((one.scenario.to_string(), format!("{:?}", one.owner))).or_default() += 1;
    }
    assert!(living.values().all(|n| *n == 1), "two licences live for one scenario and holder: {living:?}");
}

fn nobody_stands_on_two_steps(world: &World) {
    type Line = (String, String, String, String);
    let of: Vec<&str> = CHAINS.iter().map(|(noun, _)| *noun).collect();
    let lines: Vec<Line> = world
        .db
        .look(|look| {
            let done = event::table.filter(event::noun.eq_any(of).and(event::actor.is_not_null()));
            Ok(done.order(event::seq.asc()).select((event::noun, event::subject, event::act, event::actor_name)).load(look.db())?)
        })
        .expect("the log");
    // Step of the chain by case and person.
    let mut stands: BTreeMap<(String, String, String), usize> = BTreeMap::new();
    for (noun, subject, act, person) in lines {
        let (_, chain) = CHAINS.iter().find(|(name, _)| *name == noun).expect("a chain");
        let Some(step) = chain.iter().position(|group| group.contains(&act.as_str())) else { continue };
        let before = *stands.entry((noun.clone(), subject, person.clone())).or_insert(step);
        assert_eq!(before, step, "{person} stands on two steps of {noun}");
    }
}

fn nothing_is_open_after_the_end(world: &World) {
    let today = world.today();
    for one in licences(world) {
        let lives = one.state == State::InForce && one.from_on <= today && today <= one.to_on;
        if lives {
            continue;
        }
        let open = world.db.look(|look| enclave::access::is_open(look, one.id.cast())).unwrap();
        let may = |p: &Permission| world.db.look(|look| primary::licence::may(look, one.id, *p)).is_ok();
        assert!(!open && !Permission::ALL.iter().any(may), "{:?} is {:?} and something is open", one.serial, one.state);
    }
    let on_offer: BTreeSet<String> = road::on_offer(world).into_iter().collect();
    let (products, licences) = (products(world), licences(world));
    for product in products.into_iter().filter(|p| on_offer.contains(&p.title)) {
        let of = licences.iter().find(|l| l.id == product.licence).expect("its licence");
        assert!(of.state == State::InForce && of.to_on >= today, "{} is on offer without a licence", product.title);
    }
}

fn licences(world: &World) -> Vec<Licence> {
    world.db.look(|look: &mut Look| Ok(licence::table.order(licence::id.asc()).select(Licence::as_select()).load(look.db())?)).unwrap()
}

fn products(world: &World) -> Vec<Product> {
    world.db.look(|look: &mut Look| Ok(product::table.order(product::id.asc()).select(Product::as_select()).load(look.db())?)).unwrap()
}

/// The invariants see what they are for: a door left open after the end would be found.
#[test]
fn the_invariants_are_not_blind() {
    let world = World::sqlite();
    let entries = road::entries(&world);
    let class = road::class(&world, "城市停车治理", "industry", &entries);
    road::licensed(&world, class, &entries, "1000");
    holds(&world);
    let becomes = |state: &'static str| {
        world.db.act(move |tx| Ok(diesel::sql_query(format!("UPDATE licence SET state = '{state}'")).execute(tx.db())?)).unwrap();
    };
    becomes("ended");
    let seen = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| nothing_is_open_after_the_end(&world)));
    assert!(seen.is_err(), "a door left open is seen");
    becomes("in_force");
    holds(&world);
}
