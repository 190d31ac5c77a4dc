//! People: roles are given and taken, the last administrator stays, a suspended organisation gives no role.

use platform::people::{Org, interest, org, person};
use platform::{Refusal, Role};
use proptest::prelude::*;
use serde_json::json;
use support::on_both;

on_both! {
    a_role_is_given_once_and_taken_once(world) {
        let (chief, staff) = (world.developer('A'), world.staff('A'));
        let (to, of) = (staff.person(), staff.org());
        let before = world.log_length();
        for _ in 0..2 {
            chief.tries(move |tx, who| person::grant(tx, who, to, of, Role::DeveloperAdmin)).unwrap();
        }
        assert_eq!(world.log_length(), before + 1, "the second grant changes nothing");
        assert!(world.again(&staff).who.is(Role::DeveloperAdmin));
        chief.tries(move |tx, who| person::revoke(tx, who, to, of, Role::DeveloperAdmin)).unwrap();
        assert!(!world.again(&staff).who.is(Role::DeveloperAdmin));
        assert_eq!(chief.tries(move |tx, who| person::revoke(tx, who, to, of, Role::DeveloperStaff)), Ok(()));
        assert_eq!(chief.tries(move |tx, who| person::revoke(tx, who, to, of, Role::DeveloperStaff)), Err(Refusal::NotFound));
        assert_eq!(world.again(&staff).who.org, None, "without a role he acts for nobody");
        chief.tries(move |tx, who| person::grant(tx, who, to, of, Role::DeveloperStaff)).unwrap();
        assert!(world.again(&staff).who.is(Role::DeveloperStaff), "a role taken may be given again");
    }

    a_kind_of_organisation_gives_only_its_own_roles(world) {
        let (chief, of) = (world.developer('A'), world.developer('A').org());
        let to = world.staff('A').person();
        for role in [Role::Reviewer, Role::SystemAdmin, Role::Public, Role::Calendar] {
            let refused = chief.tries(move |tx, who| person::grant(tx, who, to, of, role));
            assert_eq!(refused, Err(Refusal::fault("roles", "not-a-choice")), "{role}");
        }
    }

    the_last_administrator_stays(world) {
        let chief = world.developer('B');
        let (own, of, other) = (chief.person(), chief.org(), world.staff('B').person());
        let revoke = move |tx: &mut platform::Tx, who: &platform::Caller| person::revoke(tx, who, own, of, Role::DeveloperAdmin);
        assert_eq!(chief.tries(revoke), Err(Refusal::rule("last-admin", "ZJK-28")));
        chief.tries(move |tx, who| person::grant(tx, who, other, of, Role::DeveloperAdmin)).unwrap();
        assert_eq!(chief.tries(revoke), Ok(()));
    }

    two_administrators_cannot_remove_each_other_at_once(world) {
        let (first, second) = (world.developer('C'), world.staff('C'));
        let (of, one, two) = (first.org(), first.person(), second.person());
        first.tries(move |tx, who| person::grant(tx, who, two, of, Role::DeveloperAdmin)).unwrap();
        let outcomes = std::thread::scope(|threads| {
            let hands = [(&first, two), (&second, one)]
                .map(|(actor, from)| threads.spawn(move || actor.tries(move |tx, who| person::revoke(tx, who, from, of, Role::DeveloperAdmin))));
            hands.map(|hand| hand.join().unwrap())
        });
        assert_eq!(outcomes.iter().filter(|o| o.is_ok()).count(), 1, "{outcomes:?}");
        assert!(outcomes.contains(&Err(Refusal::rule("last-admin", "ZJK-28"))), "{outcomes:?}");
    }

    a_suspended_organisation_gives_no_role_until_it_is_resumed(world) {
        let (chief, guard) = (world.developer('A'), world.security_admin());
        let refused = world.legal(1).does::<Org>(chief.org(), org::Act::Suspend, json!({"reason": "查"})).map(drop);
        assert!(matches!(refused, Err(Refusal::WrongRole { .. })), "{refused:?}");
        let refused = guard.does::<Org>(chief.org(), org::Act::Suspend, json!({})).map(drop);
        assert_eq!(refused, Err(Refusal::fault("reason", "required")));
        guard.does::<Org>(chief.org(), org::Act::Suspend, json!({"reason": "接口被滥用"})).unwrap();
        assert_eq!(world.events::<Org>(chief.org()).last().unwrap().reason.as_deref(), Some("接口被滥用"));
        let now = world.again(&chief);
        assert_eq!(now.who.roles, [Role::Public]);
        assert_eq!(now.looks(org::must_be_ready).map(drop), Err(Refusal::rule("not-approved-org", "ZJK-13(5)")));
        let again = guard.does::<Org>(chief.org(), org::Act::Suspend, json!({"reason": "再查"})).map(drop);
        assert!(matches!(again, Err(Refusal::WrongState { .. })), "{again:?}");
        guard.does::<Org>(chief.org(), org::Act::Resume, json!({"reason": "已整改"})).unwrap();
        assert!(world.again(&chief).who.is(Role::DeveloperAdmin));
    }

    an_organisation_stands_once(world) {
        let code = world.db.look(|look| Ok(org::row(look, world.developer('A').org())?.credit_code)).unwrap().unwrap();
        let apply = |name: &str, code: &str| {
            let typed = json!({"name": name, "credit_code": code, "legal_person": "甲", "contact": "乙", "phone": "1"});
            world.public().tries(move |tx, who| org::enter(tx, who, org::Act::Apply, platform::OrgKind::Developer, &platform::sheet::Answers::of(typed)))
        };
        let Err(Refusal::Faulty(faults)) = apply("甲山 科技有限公司", &code) else { panic!("a look-alike came in") };
        assert_eq!(faults.iter().map(|f| f.code).collect::<Vec<_>>(), ["name-taken", "credit-code-taken"]);
        let Err(Refusal::Faulty(faults)) = apply("", "91130700MA0AAAAA10") else { panic!("a nameless one came in") };
        assert_eq!(faults.iter().map(|f| f.code).collect::<Vec<_>>(), ["required", "credit-code"]);
    }

    whoever_has_an_interest_stands_aside(world) {
        let (expert, firm) = (world.expert(1), world.developer('A').org());
        assert_eq!(expert.looks(|look, who| interest::must_be_free(look, who, firm)), Ok(()));
        expert.tries(move |tx, who| interest::declare(tx, who, firm, "曾任顾问")).unwrap();
        assert_eq!(expert.looks(|look, who| interest::must_be_free(look, who, firm)), Err(Refusal::rule("interest", "ZJK-28 BID-37")));
        let twice = expert.tries(move |tx, who| interest::declare(tx, who, firm, "又一次")).map(drop);
        assert_eq!(twice, Err(Refusal::Taken));
        assert_eq!(world.expert(2).looks(|look, who| interest::must_be_free(look, who, firm)), Ok(()));
        let own = world.staff('A').looks(|look, who| interest::must_be_free(look, who, firm));
        assert_eq!(own, Err(Refusal::rule("interest", "ZJK-28 BID-37")), "its own people have one without declaring");
    }
}

/// The 31 characters of GB 32100-2015.
const DIGITS: &str = "0123456789ABCDEFGHJKLMNPQRTUWXY";

proptest! {
    #[test]
    fn every_seventeen_characters_have_one_check_digit(first in "[0-9A-HJ-NP-RTUWXY]{17}") {
        let holding: Vec<String> = DIGITS.chars().map(|d| format!("{first}{d}")).filter(|c| org::credit_code_holds(c)).collect();
        prop_assert_eq!(&holding, &[org::credit_code_of(&first).unwrap()]);
    }

    #[test]
    fn one_wrong_character_or_two_swapped_neighbours_are_seen(first in "[0-9A-HJ-NP-RTUWXY]{17}", at in 0usize..18, other in 0usize..31) {
        let good: Vec<char> = org::credit_code_of(&first).unwrap().chars().collect();
        let mut bad = good.clone();
        bad[at] = DIGITS.chars().nth(other).unwrap();
        prop_assert_eq!(org::credit_code_holds(&bad.iter().collect::<String>()), bad == good);
        let mut bad = good.clone();
        bad.swap(at, (at + 1) % 18);
        // First and last weigh the same, so that swapping those two is not seen; neighbours weigh differently.
        if at < 17 {
            prop_assert_eq!(org::credit_code_holds(&bad.iter().collect::<String>()), bad == good);
        }
    }

    #[test]
    fn anything_else_is_no_credit_code(text in "\\PC{0,24}") {
        let made_of_digits = text.len() == 18 && text.chars().all(|c| DIGITS.contains(c));
        prop_assert!(made_of_digits || !org::credit_code_holds(&text));
    }
}
