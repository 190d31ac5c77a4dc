//! The cast itself: everybody comes in, acts for the right kind of organisation, and can do what the stories need.

use platform::people::{Org, org, person};
use platform::{OrgKind, Refusal, Role};
use serde_json::json;
use support::on_both;

on_both! {
    everybody_comes_in_with_a_record(world) {
        let everybody = world.everybody();
        assert_eq!(everybody.len(), 29, "{:?}", everybody.iter().map(|e| &e.0).collect::<Vec<_>>());
        for (name, actor) in everybody {
            actor.looks(person::must_be_ready).unwrap_or_else(|refusal| panic!("{name}: {refusal}"));
            let kind = actor.who.kind.unwrap();
            assert!(kind.roles().iter().any(|role| actor.who.is(*role)), "{name} has a role of {kind}");
        }
        for letter in ['A', 'B', 'C'] {
            assert_eq!(world.staff(letter).looks(org::must_be_ready).unwrap().kind, OrgKind::Developer);
        }
        assert!(world.scenario_desk().who.is(Role::ScenarioDesk));
    }

    developers_do_not_see_each_other(world) {
        let (a, b) = (world.developer('A'), world.developer('B'));
        assert_eq!(a.sees::<Org>(b.org()).map(|o| o.title), Err(Refusal::NotFound));
        assert_eq!(a.does::<Org>(b.org(), org::Act::Describe, json!({})).map(|o| o.title), Err(Refusal::NotFound));
        assert_eq!(world.legal(1).sees::<Org>(b.org()).unwrap().title, "乙水数据有限公司");
        assert_eq!(a.may::<Org>(a.org()).unwrap(), [org::Act::Describe]);
    }

    an_approval_is_told_to_the_right_people(world) {
        // Legal staff hear of each of the four who signed up, and nobody hears of what he did himself.
        assert_eq!(world.letters_to(&world.legal(1)).len(), 4);
        assert_eq!(world.letters_to(&world.legal(2)).len(), 4);
        assert_eq!(world.letters_to(&world.reviewer(1)).len(), 0);
        assert_eq!(world.acts_on::<Org>(world.developer('A').org()), [org::Act::Apply, org::Act::Approve, org::Act::Describe]);
    }
}

#[test]
#[should_panic(expected = "rows changed without an event")]
fn the_harness_sees_a_change_without_an_event() {
    use diesel::RunQueryDsl;
    let world = support::World::sqlite();
    let id = world.developer('A').org().to_string();
    let quietly =
        move |tx: &mut platform::Tx| Ok(diesel::sql_query(format!("UPDATE org SET state = 'suspended' WHERE id = '{id}'")).execute(tx.db())?);
    world.db.act(quietly).unwrap();
    world.finish();
}
