//! Access tokens: how a program acts for a person and an organisation. Shown once, stored hashed, for at most a year.

use crate::account::{Named, SignedIn};
use crate::caller::Caller;
use crate::db::{Look, Tx};
use crate::event::Record;
use crate::id::Id;
use crate::people::{Org, Person, person as people};
use crate::refusal::{Fault, Refusal, Result};
use crate::schema::{person, token};
use crate::sheet::{self, Answers, Sheet};
use crate::words::Word;
use crate::{At, diesel, words};
use chrono::Duration;
use diesel::prelude::*;
use serde::Serialize;

words! {
    /// What a token allows.
    pub enum Scope: "scope" {
        /// To see what its person sees.
        Read = "read",
        /// To act as its person acts.
        Act = "act",
        /// To subscribe to the days due, by an address that holds the token; allows nothing else.
        Calendar = "calendar",
    }
}
words! { pub enum Act: "token-act" { Make = "make", Revoke = "revoke" } }
words! { pub enum State: "token-state" { Live = "live", Revoked = "revoked" } }

/// Longest life of a token, in days.
pub const LONGEST: i64 = 365;
/// Most live tokens of one person.
const MOST: i64 = 20;

/// The form of a new token.
pub const MAKE: Sheet =
    Sheet { name: "token", fields: &[sheet::line("name", 50), sheet::many::<Scope>("scopes"), sheet::number("days", 1, LONGEST)] };

/// A token as it is kept.
#[derive(Clone, Debug, Queryable, Selectable, Insertable, Serialize)]
#[diesel(table_name = token)]
pub struct Token {
    pub id: Id<Token>,
    #[serde(skip)]
    pub hash: String,
    /// Its first characters, by which a person knows it again.
    pub prefix: String,
    pub name: String,
    pub person: Id<Person>,
    pub org: Id<Org>,
    /// Words of [`Scope`] with spaces between.
    pub scopes: String,
    pub created_at: At,
    pub expires_at: At,
    pub used_at: Option<At>,
    pub revoked_at: Option<At>,
}

impl Token {
    /// What it allows.
    pub fn scopes(&self) -> Vec<Scope> {
        self.scopes.split(' ').filter_map(Scope::of).collect()
    }
    /// Whether it works at that instant.
    pub fn is_live(&self, now: At) -> bool {
        self.revoked_at.is_none() && now < self.expires_at
    }
}

/// Whoever acts through a token.
#[derive(Clone, Debug, Serialize)]
pub struct Bearer {
    pub token: Token,
    pub caller: Caller,
}

impl Bearer {
    /// Refuses what the token does not allow: every request but a question needs [`Scope::Act`].
    pub fn must_have(&self, scope: Scope) -> Result<()> {
        // To act includes to see what was acted on.
        let has = self.token.scopes().iter().any(|s| *s == scope || (*s == Scope::Act && scope == Scope::Read));
        if has { Ok(()) } else { Err(Refusal::rule("token-scope", super::ARTICLE).with("scope", scope)) }
    }
    /// Whether the use should be noted; once a minute is enough.
    pub fn is_to_be_touched(&self, now: At) -> bool {
        self.token.used_at.is_none_or(|used| now >= used + Duration::minutes(1))
    }
}

/// Makes a token for oneself and the organisation one acts for; the text is returned once and kept nowhere. The password
/// must have been given just now and the second factor passed where it is needed: a token is as strong as a session.
pub fn make(tx: &mut Tx, me: &SignedIn, answers: &Answers) -> Result<(Id<Token>, String)> {
    me.must_be_confirmed(tx.now())?;
    if me.is_held_back() {
        return Err(Refusal::SecondFactor);
    }
    #[derive(serde::Deserialize)]
    struct Asked {
        name: String,
        scopes: Vec<Scope>,
        days: i64,
    }
    let answers = MAKE.settle(answers)?;
    let asked: Asked = answers.read()?;
    let for_org = me.caller.org()?;
    if own(tx, me)?.len() as i64 >= MOST {
        return Err(Refusal::Faulty(vec![Fault::at("name", "too-many-rows").with("max", MOST)]));
    }
    let prefix: String = rand::random::<[u8; 4]>().iter().map(|b| format!("{b:02x}")).collect();
    let text = format!("dajing_{prefix}_{}", super::secret());
    let row = Token {
        id: tx.id(),
        hash: super::digest(&text),
        prefix,
        name: asked.name,
        person: me.session.person,
        org: for_org,
        scopes: asked.scopes.iter().map(|s| s.as_str()).collect::<Vec<_>>().join(" "),
        created_at: tx.now(),
        expires_at: tx.now() + Duration::days(asked.days),
        used_at: None,
        revoked_at: None,
    };
    diesel::insert_into(token::table).values(&row).execute(tx.db())?;
    log(tx, &me.caller, &row, Act::Make, State::Live)?;
    Ok((row.id, text))
}

fn log(tx: &mut Tx, who: &Caller, row: &Token, act: Act, to: State) -> Result<()> {
    let about = Named { subject: row.id.to_string(), title: row.name.clone(), owner: Some(row.org) };
    super::log(tx, who, "token", about, act, to, Record::of(row))
}

/// Whoever the text stands for: its person with the roles held today in its organisation. `None` when it is unknown,
/// expired or revoked, when the person is disabled or has left, or has dropped a second factor the organisation wants.
pub fn find(look: &mut Look, text: &str) -> Result<Option<Bearer>> {
    if !text.starts_with("dajing_") {
        return Ok(None);
    }
    let found: Option<(Token, bool)> = token::table
        .inner_join(person::table.on(person::id.eq(token::person)))
        .filter(token::hash.eq(super::digest(text)).and(person::disabled_at.is_null()))
        .select((Token::as_select(), person::totp.is_not_null()))
        .first(look.db())
        .optional()?;
    let Some((token, has_codes)) = found.filter(|(t, _)| t.is_live(look.now())) else { return Ok(None) };
    let caller = people::caller(look, token.person, Some(token.org))?;
    let barred = caller.org != Some(token.org) || caller.kind.is_some_and(|k| k.needs_second_factor()) && !has_codes;
    Ok((!barred).then_some(Bearer { token, caller }))
}

/// Notes that the token was used. No event: the act itself leaves one.
pub fn touch(tx: &mut Tx, id: Id<Token>) -> Result<()> {
    let now = tx.now();
    diesel::update(token::table.find(id)).set(token::used_at.eq(Some(now))).execute(tx.db())?;
    Ok(())
}

/// One's own tokens that work, the newest first.
pub fn own(look: &mut Look, me: &SignedIn) -> Result<Vec<Token>> {
    let now = look.now();
    Ok(token::table
        .filter(token::person.eq(me.session.person).and(token::revoked_at.is_null()).and(token::expires_at.gt(now)))
        .order((token::created_at.desc(), token::id.desc()))
        .limit(100)
        .select(Token::as_select())
        .load(look.db())?)
}

/// Revokes one of one's own tokens.
pub fn revoke(tx: &mut Tx, me: &SignedIn, id: Id<Token>) -> Result<()> {
    let row: Token = token::table
        .find(id)
        .filter(token::person.eq(me.session.person).and(token::revoked_at.is_null()))
        .select(Token::as_select())
        .first(tx.db())?;
    let now = tx.now();
    diesel::update(token::table.find(id)).set(token::revoked_at.eq(Some(now))).execute(tx.db())?;
    log(tx, &me.caller, &row, Act::Revoke, State::Revoked)
}

/// Revokes all tokens of a person, as part of an act that leaves its own event.
pub(super) fn end_all(tx: &mut Tx, of: Id<Person>) -> Result<usize> {
    let now = tx.now();
    Ok(diesel::update(token::table.filter(token::person.eq(of).and(token::revoked_at.is_null())))
        .set(token::revoked_at.eq(Some(now)))
        .execute(tx.db())?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_form_asks_for_known_scopes_and_at_most_a_year() {
        let faults = |v| MAKE.faults(&Answers::of(v)).into_iter().map(|f| f.field).collect::<Vec<_>>();
        assert!(faults(json!({"name": "脚本", "scopes": ["read"], "days": "365"})).is_empty());
        assert_eq!(faults(json!({"name": "脚本", "scopes": ["write"], "days": "366"})), ["scopes", "days"]);
        assert_eq!(faults(json!({"name": "", "scopes": [], "days": "0"})), ["name", "scopes", "days"]);
    }
}
