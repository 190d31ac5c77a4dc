//! 人员 — a person: real name, training and confidentiality record (A2), and the roles held for organisations.

use crate::caller::{Caller, OrgKind, Role};
use crate::db::{Look, Tx};
use crate::event::{self, About, Record};
use crate::id::Id;
use crate::log::Told;
use crate::people::Org;
use crate::refusal::{Fault, Refusal, Result};
use crate::schema::{membership, org, person, session};
use crate::sheet::{self, Answers, Sheet};
use crate::words::Word;
use crate::{At, diesel, words};
use chrono::NaiveDate;
use diesel::prelude::*;
use serde::Serialize;

words! {
    /// What is done to a person's account and roles, as the log names it.
    pub enum Act: "person-act" {
        Enter = "enter", GrantRole = "grant_role", RevokeRole = "revoke_role", Record = "record", SetPassword = "set_password",
        SetTotp = "set_totp", RemoveTotp = "remove_totp", MakeRecovery = "make_recovery", UseRecovery = "use_recovery", Disable = "disable", Enable = "enable",
    }
}
words! {
    /// What has become of it.
    pub enum State: "person-state" {
        Entered = "entered", Granted = "granted", Revoked = "revoked", Recorded = "recorded", Changed = "changed", Disabled = "disabled", Enabled = "enabled",
    }
}

/// A person. The password's hash and the one-time code's secret stay in `account` and are never serialised.
#[derive(Clone, Debug, Queryable, Selectable, Serialize)]
#[diesel(table_name = person)]
pub struct Person {
    pub id: Id<Person>,
    pub email: String,
    pub name: String,
    /// `zh-CN` or `en`: the language of letters.
    pub lang: String,
    pub real_name: Option<String>,
    pub trained_on: Option<NaiveDate>,
    pub nda_until: Option<NaiveDate>,
    pub created_at: At,
    pub disabled_at: Option<At>,
}

/// A role held for an organisation.
#[derive(Clone, Debug, Queryable, Selectable, Insertable, Serialize)]
#[diesel(table_name = membership)]
pub struct Membership {
    pub id: Id<Membership>,
    pub person: Id<Person>,
    pub org: Id<Org>,
    pub role: Role,
    pub since: At,
    pub until: Option<At>,
}

/// The record that A2 asks for.
pub const RECORD: Sheet = Sheet { name: "person", fields: &[sheet::line("real_name", 50), sheet::date("trained_on"), sheet::date("nda_until")] };

/// An e-mail address as it is kept: trimmed, lower case; `None` when it is none.
pub fn clean_email(text: &str) -> Option<String> {
    let email = text.trim().to_lowercase();
    let (name, host) = email.split_once('@')?;
    let fine =
        |s: &str| !s.is_empty() && s.chars().all(|c| c.is_ascii_graphic() && !matches!(c, ',' | ';' | '<' | '>' | '"' | '@' | '\\' | '(' | ')'));
    (fine(name) && fine(host) && host.contains('.') && !host.starts_with('.') && !host.ends_with('.') && !host.contains("..") && email.len() <= 200)
        .then_some(email)
}

/// Enters a person; faults when the address is no address or is taken.
pub fn enter(tx: &mut Tx, who: &Caller, email: &str, name: &str, lang: &str) -> Result<Id<Person>> {
    let Some(email) = clean_email(email) else { return Err(Refusal::fault("email", "not-email")) };
    let name = name.trim();
    if name.is_empty() || name.chars().count() > 50 {
        return Err(Refusal::fault("name", "required"));
    }
    if person::table.filter(person::email.eq(&email)).count().get_result::<i64>(tx.db())? > 0 {
        return Err(Refusal::Faulty(vec![Fault::at("email", "email-taken")]));
    }
    let id: Id<Person> = tx.id();
    let lang = if lang == "en" { "en" } else { "zh-CN" };
    diesel::insert_into(person::table)
        .values((
            person::id.eq(id),
            person::email.eq(&email),
            person::name.eq(name),
            person::lang.eq(lang),
            person::totp_step.eq(0i64),
            person::created_at.eq(tx.now()),
        ))
        .execute(tx.db())?;
    log(tx, who, id, name, None, Act::Enter, State::Entered, Record::none())?;
    Ok(id)
}

#[allow(clippy::too_many_arguments)] // one line of the log has these parts
pub(crate) fn log(tx: &mut Tx, who: &Caller, id: Id<Person>, title: &str, owner: Option<Id<Org>>, act: Act, to: State, record: Record) -> Result<()> {
    noted(tx, who, id, title, owner, act, to, record).map(drop)
}

/// The same, and the event's number for a letter that tells of it.
#[allow(clippy::too_many_arguments)]
pub(crate) fn noted(
    tx: &mut Tx,
    who: &Caller,
    id: Id<Person>,
    title: &str,
    owner: Option<Id<Org>>,
    act: Act,
    to: State,
    record: Record,
) -> Result<i64> {
    let about = About {
        noun: "person",
        subject: id.to_string(),
        title,
        owner,
        act: act.as_str(),
        from: None,
        to: to.as_str(),
        role: who.foremost(),
        article: "ZJ-5.4(1)",
    };
    event::append(tx, who, about, record)
}

/// The three administrators check each other: nobody is two of them (ZJK-28).
pub const ADMINISTRATORS: [Role; 3] = [Role::SystemAdmin, Role::SecurityAdmin, Role::AuditAdmin];

/// Gives a person a role for an organisation whose kind has it. Idempotent. The rule `same-person` keeps the three
/// administrators three people. Who may give it is asked by `account::staff`.
pub fn grant(tx: &mut Tx, who: &Caller, to: Id<Person>, of: Id<Org>, role: Role) -> Result<()> {
    let (kind, title): (OrgKind, String) = org::table.find(of).select((org::kind, org::title)).first(tx.db())?;
    if !kind.roles().contains(&role) {
        return Err(Refusal::fault("roles", "not-a-choice"));
    }
    let held: i64 = membership::table
        .filter(membership::person.eq(to).and(membership::org.eq(of)).and(membership::role.eq(role)).and(membership::until.is_null()))
        .count()
        .get_result(tx.db())?;
    if held > 0 {
        return Ok(());
    }
    if ADMINISTRATORS.contains(&role) {
        let others = ADMINISTRATORS.iter().copied().filter(|r| *r != role);
        let held: i64 = membership::table
            .filter(membership::person.eq(to).and(membership::role.eq_any(others)).and(membership::until.is_null()))
            .count()
            .get_result(tx.db())?;
        if held > 0 {
            return Err(Refusal::rule("same-person", "ZJK-28"));
        }
    }
    let row = Membership { id: tx.id(), person: to, org: of, role, since: tx.now(), until: None };
    diesel::insert_into(membership::table).values(&row).execute(tx.db())?;
    let told = changed(tx, "granted", role)?;
    log(tx, who, to, &title, Some(of), Act::GrantRole, State::Granted, Record::of(&row).told(told))
}

/// Takes a role away and ends the person's sessions for that organisation in the same transaction. The last
/// administrator of a developer or of the platform stays.
pub fn revoke(tx: &mut Tx, who: &Caller, from: Id<Person>, of: Id<Org>, role: Role) -> Result<()> {
    let now = tx.now();
    if matches!(role, Role::DeveloperAdmin | Role::SystemAdmin) {
        let others: i64 = membership::table
            .filter(membership::org.eq(of).and(membership::role.eq(role)).and(membership::until.is_null()).and(membership::person.ne(from)))
            .count()
            .get_result(tx.db())?;
        if others == 0 {
            return Err(Refusal::rule("last-admin", "ZJK-28"));
        }
    }
    let ended = diesel::update(
        membership::table
            .filter(membership::person.eq(from).and(membership::org.eq(of)).and(membership::role.eq(role)).and(membership::until.is_null())),
    )
    .set(membership::until.eq(Some(now)))
    .execute(tx.db())?;
    if ended == 0 {
        return Err(Refusal::NotFound);
    }
    diesel::update(session::table.filter(session::person.eq(from).and(session::org.eq(of))))
        .set(session::revoked_at.eq(Some(now)))
        .execute(tx.db())?;
    let title: String = org::table.find(of).select(org::title).first(tx.db())?;
    let told = changed(tx, "revoked", role)?;
    log(tx, who, from, &title, Some(of), Act::RevokeRole, State::Revoked, Record::of(role).told(told))
}

/// What the public log says of a role given or taken: which, and how many hold it now; never who.
fn changed(tx: &mut Tx, change: &'static str, role: Role) -> Result<Told> {
    let held: i64 = membership::table.filter(membership::role.eq(role).and(membership::until.is_null())).count().get_result(tx.db())?;
    Ok(Told::of("role.changed").with("change", change).with("role", role.as_str()).with("held_by", held).veiled())
}

/// Writes the real-name, training and confidentiality record of one of an organisation's people. Who may is asked by
/// `account::staff`.
pub fn record(tx: &mut Tx, who: &Caller, of: Id<Person>, org: Id<Org>, answers: &Answers) -> Result<()> {
    let shared: i64 = membership::table
        .filter(membership::person.eq(of).and(membership::org.eq(org)).and(membership::until.is_null()))
        .count()
        .get_result(tx.db())?;
    if shared == 0 {
        return Err(Refusal::NotFound);
    }
    let answers = RECORD.settle(answers)?;
    #[derive(serde::Deserialize)]
    struct Kept {
        real_name: String,
        trained_on: NaiveDate,
        nda_until: NaiveDate,
    }
    let kept: Kept = answers.read()?;
    diesel::update(person::table.find(of))
        .set((person::real_name.eq(Some(&kept.real_name)), person::trained_on.eq(Some(kept.trained_on)), person::nda_until.eq(Some(kept.nda_until))))
        .execute(tx.db())?;
    log(tx, who, of, &kept.real_name, Some(org), Act::Record, State::Recorded, Record::of(&answers))
}

/// Refuses unless the person's real name, training and confidentiality agreement are on record and current (A2).
pub fn must_be_ready(look: &mut Look, who: &Caller) -> Result<()> {
    let row = row(look, who.person()?)?;
    let current = row.real_name.is_some() && row.trained_on.is_some() && row.nda_until.is_some_and(|d| d >= look.today());
    if current { Ok(()) } else { Err(Refusal::rule("not-ready-person", "ZJ-5.4(1)")) }
}

/// A person's row, whoever asks: for verbs and the own account.
pub fn row(look: &mut Look, id: Id<Person>) -> Result<Person> {
    Ok(person::table.find(id).select(Person::as_select()).first(look.db())?)
}

/// Remembers the language of a person's letters.
pub fn speak(tx: &mut Tx, of: Id<Person>, lang: &str) -> Result<()> {
    let lang = if lang == "en" { "en" } else { "zh-CN" };
    diesel::update(person::table.find(of)).set(person::lang.eq(lang)).execute(tx.db())?;
    Ok(())
}

/// The person with that address.
pub fn by_email(look: &mut Look, email: &str) -> Result<Option<Person>> {
    let Some(email) = clean_email(email) else { return Ok(None) };
    Ok(person::table.filter(person::email.eq(email)).select(Person::as_select()).first(look.db()).optional()?)
}

/// The names of some people, for lists.
pub fn names(look: &mut Look, ids: Vec<Id<Person>>) -> Result<std::collections::HashMap<Id<Person>, String>> {
    let rows: Vec<(Id<Person>, String)> = person::table.filter(person::id.eq_any(ids)).select((person::id, person::name)).load(look.db())?;
    Ok(rows.into_iter().collect())
}

/// The people of an organisation with their roles, by name; at most 500.
pub fn of_org(look: &mut Look, of: Id<Org>) -> Result<Vec<(Person, Vec<Role>)>> {
    let rows: Vec<(Person, Role)> = membership::table
        .inner_join(person::table.on(person::id.eq(membership::person)))
        .filter(membership::org.eq(of).and(membership::until.is_null()))
        .order((person::name.asc(), person::id.asc()))
        .limit(500)
        .select((Person::as_select(), membership::role))
        .load(look.db())?;
    let mut people: Vec<(Person, Vec<Role>)> = Vec::new();
    for (person, role) in rows {
        match people.last_mut() {
            Some((last, roles)) if last.id == person.id => roles.push(role),
            _ => people.push((person, vec![role])),
        }
    }
    Ok(people)
}

/// People who hold a role, as offers of a form, at most 500.
pub fn in_role(look: &mut Look, role: Role) -> Result<Vec<(Id<Person>, String, String)>> {
    Ok(membership::table
        .inner_join(person::table.on(person::id.eq(membership::person)))
        .inner_join(org::table.on(org::id.eq(membership::org)))
        .filter(membership::role.eq(role).and(membership::until.is_null()).and(person::disabled_at.is_null()))
        .order((person::name.asc(), person::id.asc()))
        .limit(500)
        .select((person::id, person::name, org::title))
        .load(look.db())?)
}

/// The organisations a person acts for, with the roles held: kind and name for the switcher.
pub fn orgs_of(look: &mut Look, of: Id<Person>) -> Result<Vec<(Org, Vec<Role>)>> {
    let rows: Vec<(Org, Role)> = membership::table
        .inner_join(org::table.on(org::id.eq(membership::org)))
        .filter(membership::person.eq(of).and(membership::until.is_null()))
        .order((org::title.asc(), org::id.asc()))
        .limit(100)
        .select((Org::as_select(), membership::role))
        .load(look.db())?;
    let mut orgs: Vec<(Org, Vec<Role>)> = Vec::new();
    for (org, role) in rows {
        match orgs.last_mut() {
            Some((last, roles)) if last.id == org.id => roles.push(role),
            _ => orgs.push((org, vec![role])),
        }
    }
    Ok(orgs)
}

/// The caller that a person is for an organisation; a suspended or refused organisation gives no role.
pub fn caller(look: &mut Look, of: Id<Person>, for_org: Option<Id<Org>>) -> Result<Caller> {
    let person = row(look, of)?;
    if person.disabled_at.is_some() {
        return Err(Refusal::SignIn);
    }
    let mut caller = Caller { person: Some(of), name: person.name, ..Caller::public() };
    if let Some(for_org) = for_org
        && let Some((org, roles)) = orgs_of(look, of)?.into_iter().find(|(o, _)| o.id == for_org)
    {
        caller.org = Some(org.id);
        caller.org_name = org.title;
        caller.kind = Some(org.kind);
        if matches!(org.state, crate::people::org::State::Active | crate::people::org::State::Applied) {
            caller.roles.extend(roles);
        }
    }
    Ok(caller)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_cleaned_or_refused() {
        assert_eq!(clean_email(" Li.Na@Example.CN ").as_deref(), Some("li.na@example.cn"));
        for bad in ["", "a", "a@b", "a@b.", "a b@c.cn", "a@b.cn\r\nBcc: x@y.cn", "a@@b.cn", "<a@b.cn>", "a,b@c.cn"] {
            assert_eq!(clean_email(bad), None, "{bad}");
        }
    }
}
