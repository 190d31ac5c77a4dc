//! One-time links: an invitation, a new password, the first administrator. A link is a secret of 256 bits that works once
//! and not for long; it travels in a letter, and nobody at the platform sees it.

use crate::account::{Named, SignedIn, password, staff};
use crate::caller::{Caller, Role};
use crate::db::{Look, Tx};
use crate::event::Record;
use crate::id::Id;
use crate::people::{Org, Person, person as people};
use crate::refusal::{Refusal, Result};
use crate::schema::{link, org};
use crate::sheet::{self, Answers, Sheet};
use crate::words::Word;
use crate::{At, diesel, mail, words};
use chrono::Duration;
use diesel::prelude::*;
use serde::Serialize;

words! {
    /// What a link is for.
    pub enum Kind: "link-kind" { Invite = "invite", Reset = "reset", FirstAdmin = "first_admin" }
}
words! { pub enum Act: "link-act" { Make = "make", Use = "use", Withdraw = "withdraw" } }
words! { pub enum State: "link-state" { Open = "open", Used = "used", Withdrawn = "withdrawn" } }

impl Kind {
    /// How long a link of this kind works.
    pub fn life(self) -> Duration {
        match self {
            Self::Invite => Duration::days(7),
            Self::Reset => Duration::hours(1),
            Self::FirstAdmin => Duration::hours(24),
        }
    }
}

/// The form of an invitation. The page offers the roles of the organisation's kind.
pub const INVITE: Sheet = Sheet { name: "invite", fields: &[sheet::line("email", 200), sheet::many::<Role>("roles")] };
/// The form of somebody who was invited; the first administrator is asked for the address as well.
pub const ACCEPT: Sheet = Sheet { name: "accept", fields: &[sheet::line("email", 200).optional(), sheet::line("name", 50)] };
/// The form that asks for a new password.
pub const RESET: Sheet = Sheet { name: "reset", fields: &[sheet::line("email", 200)] };

/// A link as it is kept.
#[derive(Clone, Debug, Queryable, Selectable, Insertable, Serialize)]
#[diesel(table_name = link)]
pub struct Link {
    pub id: Id<Link>,
    #[serde(skip)]
    pub hash: String,
    pub kind: Kind,
    /// Whom it was sent to; empty when it was printed.
    #[serde(skip)]
    pub email: String,
    pub person: Option<Id<Person>>,
    pub org: Option<Id<Org>>,
    /// Words of [`Role`] with spaces between.
    pub roles: String,
    pub made_by: Option<Id<Person>>,
    pub created_at: At,
    pub expires_at: At,
    pub used_at: Option<At>,
}

impl Link {
    /// The roles it gives.
    pub fn roles(&self) -> Vec<Role> {
        self.roles.split(' ').filter_map(Role::of).collect()
    }
}

/// What a new link is for.
pub(super) struct Draft {
    pub kind: Kind,
    pub email: String,
    pub person: Option<Id<Person>>,
    pub org: Option<Id<Org>>,
    pub roles: Vec<Role>,
    /// A name for the log: the person's or the organisation's.
    pub title: String,
}

/// Makes a link and returns its secret, which is kept nowhere but in the letter until that is sent.
pub(super) fn make(tx: &mut Tx, who: &Caller, draft: Draft) -> Result<String> {
    let secret = super::secret();
    let row = Link {
        id: tx.id(),
        hash: super::digest(&secret),
        kind: draft.kind,
        email: draft.email,
        person: draft.person,
        org: draft.org,
        roles: draft.roles.iter().map(|r| r.as_str()).collect::<Vec<_>>().join(" "),
        made_by: who.person,
        created_at: tx.now(),
        expires_at: tx.now() + draft.kind.life(),
        used_at: None,
    };
    // The one before it stops working: a letter sent twice must not leave two doors open.
    let now = tx.now();
    let older: Vec<(Id<Link>, Option<Id<Org>>)> = link::table
        .filter(link::kind.eq(row.kind).and(link::email.eq(&row.email)).and(link::used_at.is_null()))
        .limit(100)
        .select((link::id, link::org))
        .load(tx.db())?;
    let older: Vec<Id<Link>> = older.into_iter().filter(|(_, org)| *org == row.org).map(|(id, _)| id).collect();
    diesel::update(link::table.filter(link::id.eq_any(older))).set(link::used_at.eq(Some(now))).execute(tx.db())?;
    diesel::insert_into(link::table).values(&row).execute(tx.db())?;
    log(tx, who, &row, draft.title, Act::Make, State::Open)?;
    Ok(secret)
}

fn log(tx: &mut Tx, who: &Caller, row: &Link, title: String, act: Act, to: State) -> Result<()> {
    super::log(tx, who, "link", Named { subject: row.id.to_string(), title, owner: row.org }, act, to, Record::of(row))
}

fn dead() -> Refusal {
    Refusal::rule("link-used", super::ARTICLE)
}

/// The link of that secret, while it works. Unknown, expired and used are one answer.
pub fn look(look: &mut Look, secret: &str) -> Result<Link> {
    let now = look.now();
    let found: Option<Link> = link::table
        .filter(link::hash.eq(super::digest(secret)).and(link::used_at.is_null()).and(link::expires_at.gt(now)))
        .select(Link::as_select())
        .first(look.db())
        .optional()?;
    found.ok_or_else(dead)
}

/// Uses a link up, as part of the act it is for.
fn use_up(tx: &mut Tx, who: &Caller, secret: &str, kinds: &[Kind]) -> Result<Link> {
    let row = look(tx, secret)?;
    if !kinds.contains(&row.kind) {
        return Err(dead());
    }
    let now = tx.now();
    diesel::update(link::table.find(row.id)).set(link::used_at.eq(Some(now))).execute(tx.db())?;
    let title = match (row.org, row.person) {
        (Some(of), _) => org::table.find(of).select(org::title).first(tx.db())?,
        (None, Some(of)) => super::name_of(tx, of)?,
        (None, None) => String::new(),
    };
    log(tx, who, &row, title, Act::Use, State::Used)?;
    Ok(row)
}

/// Invites somebody to an organisation in roles of its kind, by a letter.
pub fn invite(tx: &mut Tx, who: &Caller, to: Id<Org>, answers: &Answers) -> Result<()> {
    let (kind, title) = staff::may_manage(tx, who, to)?;
    let answers = INVITE.settle(answers)?;
    let email = people::clean_email(answers.text("email")).ok_or_else(|| Refusal::fault("email", "not-email"))?;
    let roles: Vec<Role> = answers.list("roles").iter().filter_map(|r| Role::of(r)).collect();
    staff::must_fit(kind, &roles)?;
    let known = people::by_email(tx, &email)?;
    let lang = match (&known, who.person) {
        (Some(known), _) => known.lang.clone(),
        (None, Some(own)) => people::row(tx, own)?.lang,
        (None, None) => "zh-CN".into(),
    };
    let person = known.map(|p| p.id);
    let secret = make(tx, who, Draft { kind: Kind::Invite, email: email.clone(), person, org: Some(to), roles, title: title.clone() })?;
    mail::queue(tx, person, &email, &lang, "invite", None, &serde_json::json!({ "secret": secret, "org": title, "by": who.name }))
}

/// What somebody who was invited says of himself.
#[derive(Clone, Debug)]
pub struct Newcomer {
    /// Asked of the first administrator only; an invitation knows it.
    pub email: String,
    pub name: String,
    pub lang: String,
    pub password: password::Hash,
}

/// Accepts an invitation as a new person: enters it with the roles it was invited to. `email-taken` means: sign in, then
/// [`join`].
pub fn accept(tx: &mut Tx, secret: &str, newcomer: Newcomer) -> Result<Id<Person>> {
    let row = use_up(tx, &Caller::public(), secret, &[Kind::Invite, Kind::FirstAdmin])?;
    let email = if row.email.is_empty() { newcomer.email } else { row.email.clone() };
    let person = people::enter(tx, &Caller::public(), &email, &newcomer.name, &newcomer.lang)?;
    let who = Caller { person: Some(person), name: newcomer.name, ..Caller::public() };
    password::store(tx, &who, person, newcomer.password)?;
    give(tx, &who, &row, person)?;
    Ok(person)
}

/// Accepts an invitation as somebody signed in; returns the organisation joined. An invitation sent to a known person is
/// that person's own, and nobody accepts what he sent himself.
pub fn join(tx: &mut Tx, me: &SignedIn, secret: &str) -> Result<Id<Org>> {
    if me.factor == super::session::Factor::Owed {
        return Err(Refusal::SecondFactor);
    }
    let row = use_up(tx, &me.caller, secret, &[Kind::Invite, Kind::FirstAdmin])?;
    if row.person.is_some_and(|p| p != me.session.person) {
        return Err(dead());
    }
    if row.made_by == Some(me.session.person) {
        return Err(Refusal::rule("same-person", "ZJK-28"));
    }
    give(tx, &me.caller, &row, me.session.person)?;
    row.org.ok_or_else(dead)
}

fn give(tx: &mut Tx, who: &Caller, row: &Link, to: Id<Person>) -> Result<()> {
    let of = row.org.ok_or_else(dead)?;
    row.roles().into_iter().try_for_each(|role| people::grant(tx, who, to, of, role))
}

/// Sends a link to a new password, if the address is known; says nothing either way.
pub fn reset(tx: &mut Tx, email: &str) -> Result<()> {
    let Some(known) = people::by_email(tx, email)?.filter(|p| p.disabled_at.is_none()) else { return Ok(()) };
    let draft = Draft { kind: Kind::Reset, email: known.email.clone(), person: Some(known.id), org: None, roles: Vec::new(), title: known.name };
    let secret = make(tx, &Caller::public(), draft)?;
    mail::queue(tx, Some(known.id), &known.email, &known.lang, "reset", None, &serde_json::json!({ "secret": secret }))
}

/// Sets a new password by a link. Every session and access token of the person ends; the second factor stays.
pub fn new_password(tx: &mut Tx, secret: &str, hash: password::Hash) -> Result<Id<Person>> {
    let row = use_up(tx, &Caller::public(), secret, &[Kind::Reset])?;
    let of = row.person.ok_or_else(dead)?;
    let known = people::row(tx, of)?;
    if known.disabled_at.is_some() {
        return Err(dead());
    }
    let who = Caller { person: Some(of), name: known.name, ..Caller::public() };
    password::store(tx, &who, of, hash)?;
    super::token::end_all(tx, of)?;
    Ok(of)
}

/// Invitations to an organisation that still work, the newest first, for whoever manages its people.
pub fn invitations(look: &mut Look, who: &Caller, of: Id<Org>) -> Result<Vec<Link>> {
    staff::may_manage(look, who, of)?;
    let now = look.now();
    Ok(link::table
        .filter(link::org.eq(of).and(link::kind.eq(Kind::Invite)).and(link::used_at.is_null()).and(link::expires_at.gt(now)))
        .order((link::created_at.desc(), link::id.desc()))
        .limit(200)
        .select(Link::as_select())
        .load(look.db())?)
}

/// Takes an invitation back.
pub fn withdraw(tx: &mut Tx, who: &Caller, id: Id<Link>) -> Result<()> {
    let row: Link = link::table.find(id).filter(link::kind.eq(Kind::Invite).and(link::used_at.is_null())).select(Link::as_select()).first(tx.db())?;
    let (_, title) = staff::may_manage(tx, who, row.org.ok_or(Refusal::NotFound)?)?;
    let now = tx.now();
    diesel::update(link::table.find(id)).set(link::used_at.eq(Some(now))).execute(tx.db())?;
    log(tx, who, &row, title, Act::Withdraw, State::Withdrawn)
}

/// Ends what a person has sent out, as part of an act that leaves its own event.
pub(super) fn end_all(tx: &mut Tx, made_by: Id<Person>) -> Result<usize> {
    let now = tx.now();
    Ok(diesel::update(link::table.filter(link::made_by.eq(made_by).and(link::used_at.is_null())))
        .set(link::used_at.eq(Some(now)))
        .execute(tx.db())?)
}

/// Ends the reset links of a person, as part of the act that set a new password.
pub(super) fn end_resets(tx: &mut Tx, of: Id<Person>) -> Result<usize> {
    let now = tx.now();
    Ok(diesel::update(link::table.filter(link::person.eq(of).and(link::kind.eq(Kind::Reset)).and(link::used_at.is_null())))
        .set(link::used_at.eq(Some(now)))
        .execute(tx.db())?)
}

/// Forgets links 30 days after they stopped working; for the daily job.
pub fn forget_old(tx: &mut Tx) -> Result<usize> {
    let before = tx.now() - Duration::days(30);
    Ok(diesel::delete(link::table.filter(link::expires_at.lt(before))).execute(tx.db())?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_stronger_the_link_the_shorter_its_life() {
        assert_eq!(Kind::ALL.iter().map(|k| k.life().num_hours()).collect::<Vec<_>>(), [168, 1, 24]);
    }

    #[test]
    fn a_link_shown_to_a_program_or_logged_tells_neither_secret_nor_address() {
        let at = chrono::NaiveDate::from_ymd_opt(2026, 3, 2).unwrap().and_hms_opt(4, 0, 0).unwrap();
        let link = Link {
            id: "01890000-0000-7000-8000-000000000001".parse().unwrap(),
            hash: "geheim".into(),
            kind: Kind::Invite,
            email: "li.na@example.cn".into(),
            person: None,
            org: None,
            roles: "legal reviewer".into(),
            made_by: None,
            created_at: at,
            expires_at: at,
            used_at: None,
        };
        assert_eq!(link.roles(), [Role::Legal, Role::Reviewer]);
        let shown = serde_json::to_string(&link).unwrap();
        assert!(!shown.contains("geheim") && !shown.contains('@'), "{shown}");
    }
}
