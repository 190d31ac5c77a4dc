//! Who may give roles to whom. An organisation's administrator for his own; the legal desk for those the primary operator
//! works with; the system administrator for all. Nobody gives himself a role that another should have to give.

use crate::caller::{Caller, OrgKind, Role};
use crate::db::{Look, Tx};
use crate::diesel;
use crate::id::Id;
use crate::people::{Org, Person, person as people};
use crate::refusal::{Refusal, Result};
use crate::schema::{membership, org};
use crate::sheet::Answers;
use diesel::prelude::*;

/// The kinds of organisation whose people the legal desk of the primary operator may invite: those it admits or works
/// with. Those who check it — office, bureau, regulators, auditors, administrators — are not its to name.
const OF_LEGAL: &[OrgKind] = &[OrgKind::Primary, OrgKind::Developer, OrgKind::Buyer, OrgKind::Expert, OrgKind::Source];

/// The kind and name of an organisation whose people this caller may manage; `NotFound` where the caller cannot see it,
/// `WrongRole` otherwise.
pub fn may_manage(look: &mut Look, who: &Caller, of: Id<Org>) -> Result<(OrgKind, String)> {
    let (kind, title): (OrgKind, String) = org::table.find(of).select((org::kind, org::title)).first(look.db())?;
    let may = who.is(Role::SystemAdmin) || (who.is(Role::Legal) && OF_LEGAL.contains(&kind)) || (who.is(Role::DeveloperAdmin) && who.acts_for(of));
    if may {
        Ok((kind, title))
    } else if who.acts_for(of) || who.oversees() {
        Err(Refusal::WrongRole { by: &[Role::DeveloperAdmin, Role::Legal, Role::SystemAdmin], article: super::ARTICLE })
    } else {
        Err(Refusal::NotFound)
    }
}

/// Roles that an organisation may give and that can stand together: known to its kind, not two administrators in one.
pub(super) fn must_fit(kind: OrgKind, roles: &[Role]) -> Result<()> {
    if roles.is_empty() {
        return Err(Refusal::fault("roles", "required"));
    }
    if roles.iter().any(|r| !kind.roles().contains(r)) {
        return Err(Refusal::fault("roles", "not-a-choice"));
    }
    if roles.iter().filter(|r| people::ADMINISTRATORS.contains(r)).count() > 1 {
        return Err(Refusal::rule("same-person", "ZJK-28"));
    }
    Ok(())
}

/// Gives a role to somebody who is already one of the organisation's people.
pub fn give(tx: &mut Tx, who: &Caller, to: Id<Person>, of: Id<Org>, role: Role) -> Result<()> {
    let (kind, _) = may_manage(tx, who, of)?;
    must_fit(kind, &[role])?;
    if who.person == Some(to) && !(who.is(Role::DeveloperAdmin) && who.acts_for(of)) {
        return Err(Refusal::rule("same-person", "ZJK-28"));
    }
    let belongs: i64 = membership::table
        .filter(membership::person.eq(to).and(membership::org.eq(of)).and(membership::until.is_null()))
        .count()
        .get_result(tx.db())?;
    if belongs == 0 {
        return Err(Refusal::NotFound);
    }
    people::grant(tx, who, to, of, role)
}

/// Takes a role away; the person's sessions for that organisation end with it.
pub fn take_away(tx: &mut Tx, who: &Caller, from: Id<Person>, of: Id<Org>, role: Role) -> Result<()> {
    may_manage(tx, who, of)?;
    people::revoke(tx, who, from, of, role)
}

/// Writes the record that A2 asks for, of one of the organisation's people.
pub fn record(tx: &mut Tx, who: &Caller, of: Id<Person>, in_org: Id<Org>, answers: &Answers) -> Result<()> {
    may_manage(tx, who, in_org)?;
    people::record(tx, who, of, in_org, answers)
}

/// Somebody with the roles held in an organisation, for whoever manages its people.
pub fn member(look: &mut Look, who: &Caller, of: Id<Org>, id: Id<Person>) -> Result<(Person, Vec<Role>)> {
    may_manage(look, who, of)?;
    people::of_org(look, of)?.into_iter().find(|(p, _)| p.id == id).ok_or(Refusal::NotFound)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roles_must_fit_the_kind_and_each_other() {
        assert_eq!(must_fit(OrgKind::Developer, &[Role::DeveloperAdmin, Role::DeveloperStaff]), Ok(()));
        assert_eq!(must_fit(OrgKind::Developer, &[Role::Legal]), Err(Refusal::fault("roles", "not-a-choice")));
        assert_eq!(must_fit(OrgKind::Buyer, &[]), Err(Refusal::fault("roles", "required")));
        assert_eq!(must_fit(OrgKind::Platform, &[Role::SecurityAdmin, Role::AuditAdmin]), Err(Refusal::rule("same-person", "ZJK-28")));
        assert_eq!(must_fit(OrgKind::Primary, &[Role::Public]), Err(Refusal::fault("roles", "not-a-choice")));
    }

    #[test]
    fn those_who_check_the_primary_operator_are_not_its_to_name() {
        for kind in [OrgKind::Office, OrgKind::Bureau, OrgKind::Regulator, OrgKind::Audit, OrgKind::Platform] {
            assert!(!OF_LEGAL.contains(&kind), "{kind}");
        }
    }
}
