//! 利益关系 — what a reviewer or expert declares; whoever has an interest in a party stands aside.

use crate::caller::{Caller, Role};
use crate::db::{Look, Tx};
use crate::event::{self, About, Record};
use crate::id::Id;
use crate::people::{Org, Person};
use crate::refusal::{Fault, Refusal, Result};
use crate::schema::{interest, membership, org};
use crate::sheet::{self, Sheet};
use crate::{At, diesel};
use diesel::prelude::*;
use serde::Serialize;

/// The form of a declaration.
pub const DECLARE: Sheet = Sheet { name: "interest", fields: &[sheet::pick("org", "developers"), sheet::text("note", 2000)] };

/// The form of a withdrawal: why it no longer ties.
pub const WITHDRAW: Sheet = Sheet { name: "interest-withdraw", fields: &[sheet::text("reason", 2000)] };

/// One declared interest.
#[derive(Clone, Debug, Queryable, Selectable, Insertable, Serialize)]
#[diesel(table_name = interest)]
pub struct Interest {
    pub id: Id<Interest>,
    pub person: Id<Person>,
    pub org: Id<Org>,
    pub note: String,
    pub declared_at: At,
    pub withdrawn_at: Option<At>,
}

/// Declares the caller's interest in an organisation.
pub fn declare(tx: &mut Tx, who: &Caller, in_org: Id<Org>, note: &str) -> Result<Id<Interest>> {
    let person = who.person()?;
    let title: String = org::table.find(in_org).select(org::title).first(tx.db())?;
    if note.trim().is_empty() {
        return Err(Refusal::Faulty(vec![Fault::at("note", "required")]));
    }
    let row = Interest { id: tx.id(), person, org: in_org, note: note.into(), declared_at: tx.now(), withdrawn_at: None };
    diesel::insert_into(interest::table).values(&row).execute(tx.db())?;
    event::append(
        tx,
        who,
        About {
            noun: "interest",
            subject: person.to_string(),
            title: &title,
            owner: None,
            act: "declare",
            from: None,
            to: "declared",
            role: Role::Registered,
            article: "ZJK-28 BID-37",
        },
        Record::of(&row).because(note),
    )?;
    Ok(row.id)
}

/// Withdraws a declaration of the caller's own: what tied him is over. It stays in his history, with both dates.
pub fn withdraw(tx: &mut Tx, who: &Caller, id: Id<Interest>, reason: &str) -> Result<()> {
    let person = who.person()?;
    let (row, title): (Interest, String) = interest::table
        .inner_join(org::table.on(org::id.eq(interest::org)))
        .filter(interest::id.eq(id).and(interest::person.eq(person)))
        .select((Interest::as_select(), org::title))
        .first(tx.db())?;
    let left = diesel::update(interest::table.find(id).filter(interest::withdrawn_at.is_null()))
        .set(interest::withdrawn_at.eq(Some(tx.now())))
        .execute(tx.db())?;
    if left == 0 {
        return Err(Refusal::Stale);
    }
    event::append(
        tx,
        who,
        About {
            noun: "interest",
            subject: person.to_string(),
            title: &title,
            owner: None,
            act: "withdraw",
            from: Some("declared"),
            to: "withdrawn",
            role: Role::Registered,
            article: "BJ-12",
        },
        Record::of(&row).because(reason),
    )
    .map(drop)
}

/// The caller's own declared interests, those withdrawn too, newest first.
pub fn own(look: &mut Look, who: &Caller) -> Result<Vec<(Interest, String)>> {
    Ok(interest::table
        .inner_join(org::table.on(org::id.eq(interest::org)))
        .filter(interest::person.eq(who.person()?))
        .order((interest::declared_at.desc(), interest::id.desc()))
        .limit(200)
        .select((Interest::as_select(), org::title))
        .load(look.db())?)
}

/// Refuses when the caller has declared an interest in the organisation or belongs to it.
pub fn must_be_free(look: &mut Look, who: &Caller, of: Id<Org>) -> Result<()> {
    let person = who.person()?;
    let declared: i64 = interest::table
        .filter(interest::person.eq(person).and(interest::org.eq(of)).and(interest::withdrawn_at.is_null()))
        .count()
        .get_result(look.db())?;
    let belongs: i64 = membership::table
        .filter(membership::person.eq(person).and(membership::org.eq(of)).and(membership::until.is_null()))
        .count()
        .get_result(look.db())?;
    if declared + belongs > 0 { Err(Refusal::rule("interest", "ZJK-28 BID-37")) } else { Ok(()) }
}
