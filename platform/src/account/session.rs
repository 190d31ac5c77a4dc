//! Sessions: an opaque token in a cookie, its SHA-256 in the table. Ended after 12 hours of rest, after 7 days in any
//! case, by its owner, by a new password, by an administrator, and when the role or the organisation goes.

use crate::caller::Caller;
use crate::db::{Look, Tx};
use crate::event::Record;
use crate::id::Id;
use crate::people::{Org, Person, person as people};
use crate::refusal::{Refusal, Result};
use crate::schema::{membership, org, person, session};
use crate::{At, Role, diesel, words};
use chrono::Duration;
use diesel::prelude::*;
use serde::Serialize;

words! {
    /// What is done with a session, as the log names it.
    pub enum Act: "session-act" {
        Open = "open", Pass = "pass", Switch = "switch", Close = "close", EndOthers = "end_others", Lock = "lock",
    }
}
words! {
    /// What has become of it.
    pub enum State: "session-state" { Open = "open", Closed = "closed", Slowed = "slowed" }
}
words! {
    /// How a session stands to the second factor.
    pub enum Factor: "factor" {
        /// Neither the organisation nor the person wants one.
        NotNeeded = "not_needed",
        /// Given.
        Passed = "passed",
        /// The person has it set up and has not given a code yet.
        Owed = "owed",
        /// The organisation wants it and the person has not set it up yet.
        Missing = "missing",
    }
}

/// Ends after so long without a request.
pub fn idle() -> Duration {
    Duration::hours(12)
}
/// Ends after so long in any case.
pub fn longest() -> Duration {
    Duration::days(7)
}
/// For so long the password counts as given just now.
pub fn confirmation() -> Duration {
    Duration::minutes(5)
}

/// A session. Its id is the SHA-256 of the token, which nobody can turn back, so it may stand in a list.
#[derive(Clone, Debug, Queryable, Selectable, Insertable, Serialize)]
#[diesel(table_name = session)]
pub struct Session {
    pub id: String,
    pub person: Id<Person>,
    pub org: Option<Id<Org>>,
    pub second_factor: bool,
    pub created_at: At,
    pub seen_at: At,
    pub expires_at: At,
    pub confirmed_at: At,
    pub agent: String,
    pub address: String,
    pub revoked_at: Option<At>,
}

/// Somebody signed in: the session, who acts through it, and how it stands to the second factor.
#[derive(Clone, Debug, Serialize)]
pub struct SignedIn {
    pub session: Session,
    /// Without organisation and roles while the second factor is wanting.
    pub caller: Caller,
    pub factor: Factor,
}

impl SignedIn {
    /// Whether the organisation's roles are withheld until a code is given or set up; the pages say so.
    pub fn is_held_back(&self) -> bool {
        matches!(self.factor, Factor::Owed | Factor::Missing)
    }
    /// Refuses unless the password was given in the last five minutes and no code is owed.
    pub fn must_be_confirmed(&self, now: At) -> Result<()> {
        if self.factor == Factor::Owed {
            return Err(Refusal::SecondFactor);
        }
        if now < self.session.confirmed_at + confirmation() { Ok(()) } else { Err(Refusal::ConfirmPassword) }
    }
    /// Whether the request should be noted; once a minute is enough.
    pub fn is_to_be_touched(&self, now: At) -> bool {
        now >= self.session.seen_at + Duration::minutes(1)
    }
}

fn short(text: &str, most: usize) -> String {
    text.chars().filter(|c| !c.is_control()).take(most).collect()
}

/// Opens a session and returns its token, which is kept nowhere else. A person with one-time codes who has not given one
/// has not confirmed anything yet.
pub fn open(tx: &mut Tx, of: Id<Person>, agent: &str, address: &str, second_factor: bool, for_org: Option<Id<Org>>) -> Result<String> {
    let token = super::secret();
    let now = tx.now();
    let owed = super::totp::is_set(tx, of)? && !second_factor;
    let row = Session {
        id: super::digest(&token),
        person: of,
        org: for_org,
        second_factor,
        created_at: now,
        seen_at: now,
        expires_at: now + longest(),
        confirmed_at: if owed { now - confirmation() } else { now },
        agent: short(agent, 200),
        address: short(address, 64),
        revoked_at: None,
    };
    diesel::insert_into(session::table).values(&row).execute(tx.db())?;
    Ok(token)
}

/// A new token for the same device, as after a new password.
pub(super) fn renew(tx: &mut Tx, old: &Session) -> Result<String> {
    open(tx, old.person, &old.agent, &old.address, old.second_factor, old.org)
}

/// Whoever the token stands for, if its session is alive.
pub fn find(look: &mut Look, token: &str) -> Result<Option<SignedIn>> {
    let now = look.now();
    let found: Option<(Session, bool)> = session::table
        .inner_join(person::table.on(person::id.eq(session::person)))
        .filter(session::id.eq(super::digest(token)).and(session::revoked_at.is_null()).and(person::disabled_at.is_null()))
        .filter(session::expires_at.gt(now).and(session::seen_at.gt(now - idle())))
        .select((Session::as_select(), person::totp.is_not_null()))
        .first(look.db())
        .optional()?;
    let Some((session, has_codes)) = found else { return Ok(None) };
    let mut caller = people::caller(look, session.person, session.org)?;
    let factor = factor(&session, has_codes, &caller);
    if matches!(factor, Factor::Owed | Factor::Missing) {
        // The kind and the organisation go too: questions ask for them as well as for the roles.
        caller = Caller { person: caller.person, name: caller.name, ..Caller::public() };
    }
    Ok(Some(SignedIn { session, caller, factor }))
}

fn factor(session: &Session, has_codes: bool, caller: &Caller) -> Factor {
    if session.second_factor {
        Factor::Passed
    } else if has_codes {
        Factor::Owed
    } else if caller.kind.is_some_and(|k| k.needs_second_factor()) {
        Factor::Missing
    } else {
        Factor::NotNeeded
    }
}

/// Notes that the session was used. No event: nothing was done.
pub fn touch(tx: &mut Tx, id: &str) -> Result<()> {
    let now = tx.now();
    diesel::update(session::table.filter(session::id.eq(id).and(session::seen_at.le(now - Duration::minutes(1)))))
        .set(session::seen_at.eq(now))
        .execute(tx.db())?;
    Ok(())
}

pub(super) fn mark_passed(tx: &mut Tx, id: &str) -> Result<()> {
    diesel::update(session::table.filter(session::id.eq(id))).set(session::second_factor.eq(true)).execute(tx.db())?;
    Ok(())
}
pub(super) fn unmark_passed(tx: &mut Tx, of: Id<Person>) -> Result<()> {
    diesel::update(session::table.filter(session::person.eq(of))).set(session::second_factor.eq(false)).execute(tx.db())?;
    Ok(())
}
pub(super) fn mark_confirmed(tx: &mut Tx, id: &str) -> Result<()> {
    let now = tx.now();
    diesel::update(session::table.filter(session::id.eq(id))).set(session::confirmed_at.eq(now)).execute(tx.db())?;
    Ok(())
}

/// The second step of signing in: a right code gives the roles. [`Door::pass`](super::Door::pass) slows guessing down.
pub(super) fn pass(tx: &mut Tx, me: &SignedIn, code: &str) -> Result<()> {
    super::totp::use_up(tx, me.session.person, code)?;
    mark_passed(tx, &me.session.id)?;
    mark_confirmed(tx, &me.session.id)?;
    log(tx, &me.caller, me.session.person, me.session.org, Act::Pass, State::Open, Record::none())
}

pub(super) fn log(tx: &mut Tx, who: &Caller, of: Id<Person>, owner: Option<Id<Org>>, act: Act, to: State, record: Record) -> Result<()> {
    let title = super::name_of(tx, of)?;
    super::log(tx, who, "session", super::Named { subject: of.to_string(), title, owner }, act, to, record)
}

/// The organisation a new session acts for: the one of the last session if the person is still in it, else the only one.
pub fn usual_org(look: &mut Look, of: Id<Person>) -> Result<Option<Id<Org>>> {
    let mine: Vec<Id<Org>> = membership::table
        .filter(membership::person.eq(of).and(membership::until.is_null()))
        .select(membership::org)
        .distinct()
        .limit(100)
        .load(look.db())?;
    if mine.len() < 2 {
        return Ok(mine.first().copied());
    }
    let last: Option<Option<Id<Org>>> = session::table
        .filter(session::person.eq(of).and(session::org.is_not_null()))
        .order((session::created_at.desc(), session::seen_at.desc()))
        .select(session::org)
        .first(look.db())
        .optional()?;
    Ok(last.flatten().filter(|o| mine.contains(o)))
}

/// Acts for another of one's organisations from now on; `NotFound` where one has no role.
pub fn switch(tx: &mut Tx, me: &SignedIn, to: Id<Org>) -> Result<()> {
    let title: String = org::table
        .inner_join(membership::table.on(membership::org.eq(org::id)))
        .filter(org::id.eq(to).and(membership::person.eq(me.session.person)).and(membership::until.is_null()))
        .select(org::title)
        .first(tx.db())?;
    diesel::update(session::table.find(&me.session.id)).set(session::org.eq(Some(to))).execute(tx.db())?;
    log(tx, &me.caller, me.session.person, Some(to), Act::Switch, State::Open, Record::of(serde_json::json!({ "org": title })))
}

/// One's own sessions that are alive, the most recently used first.
pub fn own(look: &mut Look, me: &SignedIn) -> Result<Vec<Session>> {
    live(look, me.session.person)
}

/// A person's sessions that are alive.
pub(super) fn live(look: &mut Look, of: Id<Person>) -> Result<Vec<Session>> {
    let now = look.now();
    Ok(session::table
        .filter(session::person.eq(of).and(session::revoked_at.is_null()).and(session::expires_at.gt(now)).and(session::seen_at.gt(now - idle())))
        .order((session::seen_at.desc(), session::id.asc()))
        .limit(100)
        .select(Session::as_select())
        .load(look.db())?)
}

/// Ends one of one's own sessions: this one (signing out) or one on another device.
pub fn close(tx: &mut Tx, me: &SignedIn, id: &str) -> Result<()> {
    let now = tx.now();
    let ended =
        diesel::update(session::table.filter(session::id.eq(id).and(session::person.eq(me.session.person)).and(session::revoked_at.is_null())))
            .set(session::revoked_at.eq(Some(now)))
            .execute(tx.db())?;
    if ended == 0 {
        return Err(Refusal::NotFound);
    }
    log(tx, &me.caller, me.session.person, me.session.org, Act::Close, State::Closed, Record::none())
}

/// Ends all one's sessions but this one; returns how many.
pub fn close_others(tx: &mut Tx, me: &SignedIn) -> Result<usize> {
    let ended = end_all(tx, me.session.person, Some(&me.session.id))?;
    log(tx, &me.caller, me.session.person, me.session.org, Act::EndOthers, State::Closed, Record::of(serde_json::json!({ "ended": ended })))?;
    Ok(ended)
}

/// Ends all sessions of a person, but perhaps one, as part of an act that leaves its own event.
pub(super) fn end_all(tx: &mut Tx, of: Id<Person>, but: Option<&str>) -> Result<usize> {
    let now = tx.now();
    let but = but.unwrap_or("").to_string();
    let alive = session::revoked_at.is_null().and(session::expires_at.gt(now)).and(session::seen_at.gt(now - idle()));
    Ok(diesel::update(session::table.filter(session::person.eq(of).and(session::id.ne(but)).and(alive)))
        .set(session::revoked_at.eq(Some(now)))
        .execute(tx.db())?)
}

/// Forgets sessions that ended 30 days ago; for the daily job.
pub fn forget_old(tx: &mut Tx) -> Result<usize> {
    let before = tx.now() - Duration::days(30);
    Ok(diesel::delete(session::table.filter(session::expires_at.lt(before).or(session::revoked_at.lt(before)))).execute(tx.db())?)
}

/// The roles that an organisation would give this person, for the page that says what is held back.
pub fn held_back(look: &mut Look, me: &SignedIn) -> Result<Vec<Role>> {
    let Some(for_org) = me.session.org.filter(|_| me.is_held_back()) else { return Ok(Vec::new()) };
    Ok(membership::table
        .filter(membership::person.eq(me.session.person).and(membership::org.eq(for_org)).and(membership::until.is_null()))
        .limit(20)
        .select(membership::role)
        .load(look.db())?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::OrgKind;
    use chrono::NaiveDate;

    fn session(second_factor: bool) -> Session {
        let at = NaiveDate::from_ymd_opt(2026, 3, 2).unwrap().and_hms_opt(4, 0, 0).unwrap();
        Session {
            id: String::new(),
            person: "01890000-0000-7000-8000-000000000001".parse().unwrap(),
            org: None,
            second_factor,
            created_at: at,
            seen_at: at,
            expires_at: at + longest(),
            confirmed_at: at,
            agent: String::new(),
            address: String::new(),
            revoked_at: None,
        }
    }

    #[test]
    fn who_needs_the_second_factor() {
        let of = |kind| Caller { kind, ..Caller::public() };
        assert_eq!(factor(&session(false), false, &of(Some(OrgKind::Developer))), Factor::NotNeeded);
        assert_eq!(factor(&session(false), true, &of(Some(OrgKind::Developer))), Factor::Owed, "whoever has set it up is asked for it");
        for kind in [OrgKind::Primary, OrgKind::Office, OrgKind::Platform] {
            assert_eq!(factor(&session(false), false, &of(Some(kind))), Factor::Missing);
            assert_eq!(factor(&session(false), true, &of(Some(kind))), Factor::Owed);
            assert_eq!(factor(&session(true), true, &of(Some(kind))), Factor::Passed);
        }
        assert_eq!(factor(&session(false), false, &of(None)), Factor::NotNeeded);
    }

    #[test]
    fn a_confirmation_lasts_five_minutes_to_the_second() {
        let me = |factor| SignedIn { session: session(false), caller: Caller::public(), factor };
        let at = session(false).confirmed_at;
        assert_eq!(me(Factor::NotNeeded).must_be_confirmed(at + Duration::seconds(299)), Ok(()));
        assert_eq!(me(Factor::NotNeeded).must_be_confirmed(at + Duration::seconds(300)), Err(Refusal::ConfirmPassword));
        assert_eq!(me(Factor::Owed).must_be_confirmed(at), Err(Refusal::SecondFactor));
        assert_eq!(me(Factor::Missing).must_be_confirmed(at), Ok(()), "or nobody could set it up");
    }

    #[test]
    fn what_a_browser_says_of_itself_is_cut_and_cleaned() {
        assert_eq!(short("a\r\nb", 10), "ab");
        assert_eq!(short(&"长".repeat(300), 200).chars().count(), 200);
    }
}
