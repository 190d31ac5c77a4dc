//! The three administrators (三员分立): the system administrator enters organisations and invites their people, the
//! security administrator ends sessions and disables accounts, the audit administrator reads the log. Nobody is two of
//! them, and none of them takes a business step.

use crate::account::{link, password, session, token, totp};
use crate::caller::{Caller, OrgKind, Role};
use crate::db::{Look, MultiBackend, Tx};
use crate::diesel;
use crate::event::Record;
use crate::id::Id;
use crate::paging::{Page, Paged, like};
use crate::people::{Org, Person, org, person as people};
use crate::refusal::{Refusal, Result};
use crate::schema::{membership, org as orgs, person};
use crate::sheet::{self, Answers, Field, Kind, Sheet};
use crate::words::Word;
use diesel::prelude::*;

/// What the platform's own organisation is called until its administrator describes it.
const PLATFORM: &str = "平台运维单位";

/// Developers and buyers are missing: they sign up, and the primary operator approves them (ZJK-13(5)).
const KINDS: &[&str] = &["office", "bureau", "regulator", "source", "primary", "expert", "audit", "platform"];

/// The form by which the system administrator enters an organisation.
pub const ENTER: Sheet = Sheet {
    name: "org",
    fields: &[
        Field { name: "kind", kind: Kind::Choice(OrgKind::SET, KINDS), required: true, section: None },
        sheet::line("name", 100),
        sheet::line("credit_code", 18).optional(),
        sheet::line("legal_person", 50).optional(),
        sheet::line("address", 200).optional(),
        sheet::line("contact", 50).optional(),
        sheet::line("phone", 30).optional(),
    ],
};

/// Whoever sits at the machine itself: only the commands of the server act as this caller.
fn console() -> Caller {
    Caller { name: "console".into(), roles: vec![Role::Public, Role::SystemAdmin], ..Caller::public() }
}

/// The platform's own organisation, entered if it is missing.
fn platform(tx: &mut Tx) -> Result<(Id<Org>, String)> {
    let found: Option<(Id<Org>, String)> = orgs::table
        .filter(orgs::kind.eq(OrgKind::Platform))
        .order(orgs::created_at.asc())
        .select((orgs::id, orgs::title))
        .first(tx.db())
        .optional()?;
    match found {
        Some(found) => Ok(found),
        None => {
            let id = org::enter(tx, &console(), org::Act::Enter, OrgKind::Platform, &Answers::of(serde_json::json!({ "name": PLATFORM })))?;
            Ok((id, PLATFORM.into()))
        }
    }
}

/// Makes a system administrator from the command line.
pub fn create_admin(tx: &mut Tx, email: &str, name: &str, hash: password::Hash) -> Result<Id<Person>> {
    let (of, _) = platform(tx)?;
    let person = people::enter(tx, &console(), email, name, "zh-CN")?;
    password::store(tx, &console(), person, hash)?;
    people::grant(tx, &console(), person, of, Role::SystemAdmin)?;
    Ok(person)
}

/// Whether somebody administers the platform already.
pub fn has_admin(look: &mut Look) -> Result<bool> {
    let held: i64 = membership::table
        .inner_join(person::table.on(person::id.eq(membership::person)))
        .filter(membership::role.eq(Role::SystemAdmin).and(membership::until.is_null()).and(person::disabled_at.is_null()))
        .count()
        .get_result(look.db())?;
    Ok(held > 0)
}

/// The secret of a link by which the first administrator enters himself: printed at the first start, so that no default
/// account ever exists. `Taken` once there is one.
pub fn first_admin_link(tx: &mut Tx) -> Result<String> {
    if has_admin(tx)? {
        return Err(Refusal::Taken);
    }
    let (of, title) = platform(tx)?;
    let draft =
        link::Draft { kind: link::Kind::FirstAdmin, email: String::new(), person: None, org: Some(of), roles: vec![Role::SystemAdmin], title };
    link::make(tx, &console(), draft)
}

/// Enters an organisation of a kind that does not sign up itself. There is one primary operator and one platform.
pub fn enter_org(tx: &mut Tx, who: &Caller, answers: &Answers) -> Result<Id<Org>> {
    must_be(who, Role::SystemAdmin)?;
    let answers = ENTER.settle(answers)?;
    let kind = OrgKind::of(answers.text("kind")).ok_or_else(|| Refusal::fault("kind", "not-a-choice"))?;
    if matches!(kind, OrgKind::Primary | OrgKind::Platform) && orgs::table.filter(orgs::kind.eq(kind)).count().get_result::<i64>(tx.db())? > 0 {
        return Err(Refusal::Taken);
    }
    let mut content = answers;
    content.0.shift_remove("kind");
    org::enter(tx, who, org::Act::Enter, kind, &content)
}

fn must_be(who: &Caller, role: Role) -> Result<()> {
    if who.is(role) {
        return Ok(());
    }
    let by: &'static [Role] = match role {
        Role::SystemAdmin => &[Role::SystemAdmin],
        Role::SecurityAdmin => &[Role::SecurityAdmin],
        _ => &[Role::SystemAdmin, Role::SecurityAdmin],
    };
    Err(Refusal::WrongRole { by, article: super::ARTICLE })
}

/// The security administrator acts on others, never on himself.
fn on_other(tx: &mut Tx, who: &Caller, of: Id<Person>) -> Result<String> {
    must_be(who, Role::SecurityAdmin)?;
    if who.person == Some(of) {
        return Err(Refusal::rule("same-person", "ZJK-28"));
    }
    super::name_of(tx, of)
}

/// Ends every session of somebody.
pub fn end_sessions(tx: &mut Tx, who: &Caller, of: Id<Person>, reason: &str) -> Result<usize> {
    on_other(tx, who, of)?;
    let ended = session::end_all(tx, of, None)?;
    let record = Record::of(serde_json::json!({ "ended": ended })).because(reason);
    session::log(tx, who, of, None, session::Act::EndOthers, session::State::Closed, record)?;
    Ok(ended)
}

/// The sessions of somebody, for the security administrator.
pub fn sessions_of(look: &mut Look, who: &Caller, of: Id<Person>) -> Result<Vec<session::Session>> {
    must_be(who, Role::SecurityAdmin)?;
    session::live(look, of)
}

/// Disables an account: sessions, access tokens and links sent out end in the same transaction. The last system
/// administrator stays.
pub fn disable(tx: &mut Tx, who: &Caller, of: Id<Person>, reason: &str) -> Result<()> {
    let name = on_other(tx, who, of)?;
    let administers = |but: Option<Id<Person>>| {
        let q = membership::table
            .inner_join(person::table.on(person::id.eq(membership::person)))
            .filter(membership::role.eq(Role::SystemAdmin).and(membership::until.is_null()).and(person::disabled_at.is_null()))
            .select(membership::person)
            .into_boxed::<MultiBackend>();
        match but {
            Some(but) => q.filter(membership::person.ne(but)),
            None => q,
        }
    };
    let all: Vec<Id<Person>> = administers(None).limit(100).load(tx.db())?;
    if all.contains(&of) && administers(Some(of)).limit(1).load::<Id<Person>>(tx.db())?.is_empty() {
        return Err(Refusal::rule("last-admin", super::ARTICLE));
    }
    let now = tx.now();
    let moved =
        diesel::update(person::table.find(of).filter(person::disabled_at.is_null())).set(person::disabled_at.eq(Some(now))).execute(tx.db())?;
    if moved == 0 {
        return Err(Refusal::Stale);
    }
    session::end_all(tx, of, None)?;
    token::end_all(tx, of)?;
    link::end_all(tx, of)?;
    people::log(tx, who, of, &name, None, people::Act::Disable, people::State::Disabled, Record::none().because(reason))
}

/// Enables a disabled account again; its roles stand as they did.
pub fn enable(tx: &mut Tx, who: &Caller, of: Id<Person>, reason: &str) -> Result<()> {
    let name = on_other(tx, who, of)?;
    let moved = diesel::update(person::table.find(of).filter(person::disabled_at.is_not_null()))
        .set(person::disabled_at.eq(None::<crate::At>))
        .execute(tx.db())?;
    if moved == 0 {
        return Err(Refusal::Stale);
    }
    people::log(tx, who, of, &name, None, people::Act::Enable, people::State::Enabled, Record::none().because(reason))
}

/// Takes a lost second factor away, with everything that was opened by it; the person sets up a new one.
pub fn drop_totp(tx: &mut Tx, who: &Caller, of: Id<Person>) -> Result<()> {
    on_other(tx, who, of)?;
    if !totp::is_set(tx, of)? {
        return Err(Refusal::Stale);
    }
    session::end_all(tx, of, None)?;
    token::end_all(tx, of)?;
    totp::wipe(tx, who, of)
}

/// People by words in the name or address, for the three administrators; newest first.
pub fn people(look: &mut Look, who: &Caller, words: &str, page: Page) -> Result<Paged<Person>> {
    if !who.is_any(&people::ADMINISTRATORS) {
        return Err(Refusal::WrongRole { by: &people::ADMINISTRATORS, article: super::ARTICLE });
    }
    let filter = || {
        let q = person::table.into_boxed::<MultiBackend>();
        if words.trim().is_empty() {
            return q;
        }
        q.filter(person::name.like(like(words)).escape('\\').or(person::email.like(like(words)).escape('\\')))
    };
    let total: i64 = filter().count().get_result(look.db())?;
    let rows = filter()
        .order((person::created_at.desc(), person::id.desc()))
        .limit(page.limit())
        .offset(page.offset())
        .select(Person::as_select())
        .load(look.db())?;
    Ok(page.of(rows, total))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_organisation_is_entered_or_signs_up_never_both() {
        for kind in OrgKind::ALL {
            let faults = ENTER.faults(&Answers::of(serde_json::json!({ "kind": kind, "name": "甲" })));
            assert_eq!(faults.is_empty(), !matches!(kind, OrgKind::Developer | OrgKind::Buyer), "{kind}");
        }
    }

    #[test]
    fn only_its_own_administrator_may() {
        let as_role = |role| Caller { roles: vec![Role::Public, role], ..Caller::public() };
        assert_eq!(must_be(&as_role(Role::SecurityAdmin), Role::SecurityAdmin), Ok(()));
        for other in [Role::SystemAdmin, Role::AuditAdmin, Role::Legal, Role::Public] {
            assert!(must_be(&as_role(other), Role::SecurityAdmin).is_err(), "{other}");
        }
        assert!(console().is(Role::SystemAdmin) && !console().is(Role::SecurityAdmin));
    }
}
