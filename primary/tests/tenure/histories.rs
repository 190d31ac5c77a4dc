//! Random histories: whatever is done to a licence in whatever order, the function, its SQL face and the door agree, and
//! nothing is permitted after the end.

use crate::world::World;
use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::Bool;
use enclave::access;
use platform::people::{Org, org};
use platform::schema::licence as table;
use platform::{Id, diesel};
use primary::licence::permission::in_sql;
use primary::licence::{self, Licence, Permission, State};
use primary::rectification::{self, Rectification};
use primary::termination::{self, Termination};
use serde_json::json;

/// A small generator, so that a failing history can be told by its seed.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % sides
    }
}

/// Holds the three answers to each other for every licence of the world.
fn agree(world: &World, ids: &[Id<Licence>], told: &str) {
    for id in ids {
        let row = world.licence(*id);
        let permitted = world.permitted(*id);
        for permission in [Permission::Request, Permission::Submit, Permission::List] {
            let found: i64 = world
                .look(|look| {
                    let today = look.today();
                    Ok(table::table
                        .filter(table::id.eq(*id).and(table::from_on.le(today)).and(table::to_on.ge(today)))
                        .filter(sql::<Bool>(&in_sql(permission)))
                        .count()
                        .get_result(look.db())?)
                })
                .unwrap();
            assert_eq!(found == 1, permitted.contains(&permission), "{permission} of {} after {told}", row.state);
        }
        let door = world.look(|look| access::is_open(look, id.cast())).unwrap();
        // The door stands open only for whom the function lets in; that of an affiliate is barred by the function alone.
        assert!(door || !permitted.contains(&Permission::Enter), "after {told}");
        assert!(!door || permitted.contains(&Permission::Enter) || is_affiliate(world), "an open door without permission after {told}");
        if matches!(row.state, State::Ended | State::Suspended) {
            assert!(permitted.is_empty() && !door, "after {told}");
        }
    }
}

fn is_affiliate(world: &World) -> bool {
    world.look(|look| org::row(look, world.holder.org.unwrap())).unwrap().affiliate
}

/// One thing that may or may not be possible now; refusals are part of the game, faults of ours are not.
fn step(world: &World, dice: &mut Dice, ids: &mut Vec<Id<Licence>>) -> String {
    let id = ids[dice.roll(ids.len() as u64) as usize];
    let mut orders: Vec<Rectification> = Vec::new();
    let mut cases: Vec<Termination> = Vec::new();
    for id in ids.iter() {
        orders.extend(world.look(|look| rectification::of_licence(look, *id)).unwrap());
        cases.extend(world.look(|look| termination::of_licence(look, *id)).unwrap());
    }
    let order = (!orders.is_empty()).then(|| orders[dice.roll(orders.len() as u64) as usize].id);
    let case = (!cases.is_empty()).then(|| cases[dice.roll(cases.len() as u64) as usize].id);
    let closes = [json!([]), json!(["list"]), json!(["submit"]), json!(["submit", "list"])][dice.roll(4) as usize].clone();
    let of = world.holder.org.unwrap();
    let (name, done) = match dice.roll(14) {
        0 | 1 => (
            "order",
            world.opens::<Rectification>(&world.office, json!({"licence": id, "finding": "x", "measures": "y", "closes": closes})).map(drop),
        ),
        2 | 3 => ("prove", order.map_or(Ok(()), |o| world.does(&world.holder, o, rectification::Act::Prove, json!({"done": "x"})).map(drop))),
        4 => ("verify", order.map_or(Ok(()), |o| world.does(&world.office, o, rectification::Act::Verify, json!({"check": "x"})).map(drop))),
        5 => ("revoke", order.map_or(Ok(()), |o| world.does(&world.office, o, rectification::Act::Revoke, json!({"reason": "x"})).map(drop))),
        6 => ("suspend", world.does(&world.office, id, licence::Act::Suspend, json!({"reason": "x"})).map(drop)),
        7 | 8 => ("resume", world.does(&world.office, id, licence::Act::Resume, json!({"reason": "x"})).map(drop)),
        9 => {
            let days = [1, 10, 40, 200][dice.roll(4) as usize];
            world.passes(days);
            if dice.roll(2) == 0 {
                world.night();
            }
            ("days pass", Ok(()))
        }
        10 => {
            let said = [
                json!({"affiliate": "", "reason": "x"}),
                json!({"affiliate": "on", "parent": "运营公司", "share": "10", "since": "2026-01-01", "reason": "x"}),
            ];
            ("declare", world.does::<Org>(&world.legal, of, org::Act::Declare, said[dice.roll(2) as usize].clone()).map(drop))
        }
        11 => ("propose", world.opens::<Termination>(&world.legal, json!({"licence": id, "ground": "breach", "reason": "x"})).map(drop)),
        12 => (
            "decide",
            case.map_or(Ok(()), |c| {
                let _ = world.does(&world.holder, c, termination::Act::Answer, json!({"statement": "x"}));
                let act = if dice.roll(3) == 0 { termination::Act::End } else { termination::Act::Reject };
                world.does(&world.office, c, act, json!({"reason": "x"})).map(drop)
            }),
        ),
        _ => ("follow", followed(world, id, ids)),
    };
    if let Err(platform::Refusal::Broken(what)) = &done {
        panic!("{name}: {what}");
    }
    format!("{name} ({})", if done.is_ok() { "done" } else { "refused" })
}

/// Goes as far along an amendment as it is let.
fn followed(world: &World, id: Id<Licence>, ids: &mut Vec<Id<Licence>>) -> platform::Result<()> {
    use primary::amendment::{self, Act, Amendment};
    let asked =
        world.opens::<Amendment>(&world.holder, json!({"licence": id, "kind": "amend", "scope": format!("范围 {}", ids.len()), "reason": "x"}))?;
    world.does(&world.legal_two, asked, Act::Assess, json!({"finding": "x"}))?;
    world.does(&world.legal, asked, Act::Accept, json!({"risk_assessment": "低"}))?;
    let filing = world.look(|look| amendment::filing_of(look, asked))?.unwrap();
    world.does(&world.office, filing.id, primary::filing::Act::Receive, json!({}))?;
    let next = world.opens::<Licence>(&world.legal, json!({ "filing": filing.id }))?;
    ids.push(next);
    world.does(&world.legal_two, next, licence::Act::Sign, json!({}))?;
    world.plan(&world.holder, next);
    world.does(&world.holder, next, licence::Act::Countersign, json!({})).map(drop)
}

fn play(world: &World, seed: u64, steps: usize) {
    let mut dice = Dice(0x9e37_79b9_7f4a_7c15 ^ (seed * 7919 + 1));
    let mut ids = vec![world.granted()];
    let mut told = vec![format!("seed {seed}")];
    for _ in 0..steps {
        let what = step(world, &mut dice, &mut ids);
        told.push(what);
        agree(world, &ids, &told.join(", "));
        // One licence in force at most, whatever the history.
        let open = ids.iter().filter(|id| !world.permitted(**id).is_empty()).count();
        assert!(open <= 1, "{open} licences permit something after {}", told.join(", "));
        if ids.iter().all(|id| world.licence(*id).state == State::Ended) {
            break;
        }
    }
    world.holds();
}

#[test]
fn the_catalogue_and_the_function_agree() {
    for seed in 0..24 {
        play(&World::sqlite(), seed, 40);
    }
}

#[test]
fn they_agree_on_postgres_too() {
    for seed in 100..103 {
        if let Some(world) = World::postgres() {
            play(&world, seed, 30);
        }
    }
}
