//! Letters: rows of an outbox, written in the act's transaction, drained later by SMTP or into `DATA/outbox/*.eml`.

use crate::caller::{Caller, Role};
use crate::db::{Look, Tx};
use crate::id::Id;
use crate::people::{Org, Person};
use crate::schema::{event, letter, membership, person};
use crate::{At, Result, diesel, words};
use chrono::Duration;
use diesel::prelude::*;
use serde::Serialize;

words! {
    /// What becomes of a letter.
    pub enum LetterState: "letter-state" { Waiting = "waiting", Sent = "sent", Failed = "failed" }
}

/// One letter to one person.
#[derive(Clone, Debug, Queryable, Selectable, Insertable, Serialize)]
#[diesel(table_name = letter)]
pub struct Letter {
    pub id: Id<Letter>,
    pub person: Option<Id<Person>>,
    pub address: String,
    pub lang: String,
    /// `act` for a step taken; `invite`, `reset`, … for links.
    pub kind: String,
    pub event: Option<i64>,
    /// JSON; the link's secret stands in `args` only until the letter is sent.
    pub args: String,
    pub state: LetterState,
    pub tries: i32,
    pub next_at: At,
    pub sent_at: Option<At>,
    pub error: Option<String>,
    pub created_at: At,
}

impl Letter {
    /// One of the things it tells besides an event; empty when there is none.
    pub fn arg(&self, name: &str) -> String {
        let args: serde_json::Value = serde_json::from_str(&self.args).unwrap_or_default();
        args.get(name).and_then(|v| v.as_str()).unwrap_or("").to_string()
    }
}

/// Most people told of one act.
const MOST: i64 = 200;

fn queue_all(tx: &mut Tx, people: Vec<(Id<Person>, String, String)>, who: &Caller, seq: i64) -> Result<()> {
    let mut told = std::collections::HashSet::new();
    for (to, address, lang) in people {
        // Nobody is told of what he did himself.
        if Some(to) != who.person && told.insert(to) {
            queue(tx, Some(to), &address, &lang, "act", Some(seq), &serde_json::Value::Null)?;
        }
    }
    Ok(())
}

/// Tells the people of an organisation of an event.
pub fn tell_org(tx: &mut Tx, org: Id<Org>, who: &Caller, seq: i64) -> Result<()> {
    let people = membership::table
        .inner_join(person::table.on(person::id.eq(membership::person)))
        .filter(membership::org.eq(org).and(membership::until.is_null()).and(person::disabled_at.is_null()))
        .select((person::id, person::email, person::lang))
        .distinct()
        .limit(MOST)
        .load(tx.db())?;
    queue_all(tx, people, who, seq)
}

/// Tells everybody in a role of an event.
pub fn tell_role(tx: &mut Tx, role: Role, who: &Caller, seq: i64) -> Result<()> {
    let people = membership::table
        .inner_join(person::table.on(person::id.eq(membership::person)))
        .filter(membership::role.eq(role).and(membership::until.is_null()).and(person::disabled_at.is_null()))
        .select((person::id, person::email, person::lang))
        .distinct()
        .limit(MOST)
        .load(tx.db())?;
    queue_all(tx, people, who, seq)
}

/// Tells one person of an event.
pub fn tell_person(tx: &mut Tx, to: Id<Person>, who: &Caller, seq: i64) -> Result<()> {
    let people = person::table.find(to).select((person::id, person::email, person::lang)).load(tx.db())?;
    queue_all(tx, people, who, seq)
}

/// Puts a letter into the outbox.
pub fn queue(tx: &mut Tx, to: Option<Id<Person>>, address: &str, lang: &str, kind: &str, event: Option<i64>, args: &serde_json::Value) -> Result<()> {
    let id = tx.id();
    // What opens an account is not for whoever reads the table.
    let args = with_secret(args.clone(), |secret| tx.vault().seal(&about(id), secret))?;
    let row = Letter {
        id,
        person: to,
        address: address.into(),
        lang: lang.into(),
        kind: kind.into(),
        event,
        args: args.to_string(),
        state: LetterState::Waiting,
        tries: 0,
        next_at: tx.now(),
        sent_at: None,
        error: None,
        created_at: tx.now(),
    };
    diesel::insert_into(letter::table).values(&row).execute(tx.db())?;
    Ok(())
}

/// What a sealed secret is: this letter's and no other's.
fn about(id: Id<Letter>) -> String {
    format!("letter:{id}")
}

/// The arguments of a letter with their secret, if there is one, changed.
fn with_secret(mut args: serde_json::Value, change: impl FnOnce(&str) -> Result<String>) -> Result<serde_json::Value> {
    if let Some(secret) = args.get("secret").and_then(|s| s.as_str()) {
        args["secret"] = change(secret)?.into();
    }
    Ok(args)
}

/// Letters due now, with the event each tells of, oldest first; ready to be sent. One whose secret cannot be opened goes
/// out without it and says that the link is gone.
pub fn due(look: &mut Look, most: i64) -> Result<Vec<(Letter, Option<crate::event::Event>)>> {
    let now = look.now();
    let mut letters: Vec<(Letter, Option<crate::event::Event>)> = letter::table
        .left_join(event::table.on(letter::event.eq(event::seq.nullable())))
        .filter(letter::state.eq(LetterState::Waiting).and(letter::next_at.le(now)))
        .order(letter::next_at.asc())
        .limit(most)
        .select((Letter::as_select(), Option::<crate::event::Event>::as_select()))
        .load(look.db())?;
    for (letter, _) in &mut letters {
        let args: serde_json::Value = serde_json::from_str(&letter.args).unwrap_or_default();
        letter.args = match with_secret(args, |secret| look.vault().open(&about(letter.id), secret)) {
            Ok(args) => args.to_string(),
            Err(_) => without_secret(&letter.args),
        };
    }
    Ok(letters)
}

/// Marks letters as sent; the secret of a link they carried is wiped.
pub fn sent(tx: &mut Tx, ids: &[Id<Letter>]) -> Result<()> {
    diesel::update(letter::table.filter(letter::id.eq_any(ids.to_vec())))
        .set((letter::state.eq(LetterState::Sent), letter::sent_at.eq(Some(tx.now()))))
        .execute(tx.db())?;
    let secret: Vec<(Id<Letter>, String)> = letter::table
        .filter(letter::id.eq_any(ids.to_vec()).and(letter::event.is_null()))
        .limit(MOST)
        .select((letter::id, letter::args))
        .load(tx.db())?;
    secret.into_iter().try_for_each(|(id, args)| {
        diesel::update(letter::table.find(id)).set(letter::args.eq(without_secret(&args))).execute(tx.db()).map(drop).map_err(Into::into)
    })
}

/// What a letter said, without the secret that opens something.
pub fn without_secret(args: &str) -> String {
    let mut args: serde_json::Value = serde_json::from_str(args).unwrap_or_default();
    if let Some(map) = args.as_object_mut() {
        map.remove("secret");
    }
    args.to_string()
}

/// Notes a failure: tried again after 1, 4, 9 … minutes, given up after 8 tries.
pub fn failed(tx: &mut Tx, id: Id<Letter>, error: &str) -> Result<()> {
    let tries: i32 = letter::table.find(id).select(letter::tries).first(tx.db())?;
    let tries = tries + 1;
    let state = if tries >= 8 { LetterState::Failed } else { LetterState::Waiting };
    diesel::update(letter::table.find(id))
        .set((
            letter::tries.eq(tries),
            letter::state.eq(state),
            letter::next_at.eq(tx.now() + Duration::minutes((tries * tries).into())),
            letter::error.eq(Some(error)),
        ))
        .execute(tx.db())?;
    Ok(())
}

/// A person's own letters, or everybody's for the system administrator (`None`), newest first.
pub fn list(look: &mut Look, of: Option<Id<Person>>, page: crate::paging::Page) -> Result<crate::paging::Paged<Letter>> {
    let filter = || {
        let q = letter::table.into_boxed::<crate::db::MultiBackend>();
        match of {
            Some(person) => q.filter(letter::person.eq(person)),
            None => q,
        }
    };
    let total: i64 = filter().count().get_result(look.db())?;
    let rows = filter()
        .order((letter::created_at.desc(), letter::id.desc()))
        .limit(page.limit())
        .offset(page.offset())
        .select(Letter::as_select())
        .load(look.db())?;
    Ok(page.of(rows, total))
}

/// A person's own letters with the events they tell of, newest first.
pub fn list_with_events(
    look: &mut Look,
    of: Id<Person>,
    page: crate::paging::Page,
) -> Result<crate::paging::Paged<(Letter, Option<crate::event::Event>)>> {
    let total: i64 = letter::table.filter(letter::person.eq(of)).count().get_result(look.db())?;
    let rows = letter::table
        .left_join(event::table.on(letter::event.eq(event::seq.nullable())))
        .filter(letter::person.eq(of))
        .order((letter::created_at.desc(), letter::id.desc()))
        .limit(page.limit())
        .offset(page.offset())
        .select((Letter::as_select(), Option::<crate::event::Event>::as_select()))
        .load(look.db())?;
    Ok(page.of(rows, total))
}

/// One of a person's own letters.
pub fn own(look: &mut Look, of: Id<Person>, id: Id<Letter>) -> Result<(Letter, Option<crate::event::Event>)> {
    Ok(letter::table
        .left_join(event::table.on(letter::event.eq(event::seq.nullable())))
        .filter(letter::id.eq(id).and(letter::person.eq(of)))
        .select((Letter::as_select(), Option::<crate::event::Event>::as_select()))
        .first(look.db())?)
}

/// Count of letters still waiting.
pub fn waiting(look: &mut Look) -> Result<i64> {
    Ok(letter::table.filter(letter::state.eq(LetterState::Waiting)).count().get_result(look.db())?)
}
