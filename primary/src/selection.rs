//! From the opening of bids to the award: the verbs of an announcement after its deadline (BJ-12, ZJK-13(5)).

use crate::announcement::{self, Act, Announcement, take_step};
use diesel::prelude::*;
use platform::Id;
use platform::caller::Caller;
use platform::db::{Look, Tx};
use platform::diesel;
use platform::event::Record;
use platform::refusal::{Refusal, Result};
use platform::schema::announcement as table;
use platform::sheet::Answers;

/// Bids stay sealed until the opening time.
pub fn may_open(look: &mut Look, _: &Caller, row: &Announcement) -> Result<()> {
    if row.opening.is_some_and(|at| at <= look.now()) { Ok(()) } else { Err(Refusal::rule("not-open-yet", "ZJK-13(5)")) }
}

/// Opens the bids.
pub fn open(tx: &mut Tx, who: &Caller, row: &Announcement, _: Answers) -> Result<()> {
    take_step(tx, who, row, Act::Open, Record::none()).map(drop)
}

pub fn may_rank(_: &mut Look, _: &Caller, _: &Announcement) -> Result<()> {
    Ok(())
}

/// Ranks the admitted bids.
pub fn rank(tx: &mut Tx, who: &Caller, row: &Announcement, _: Answers) -> Result<()> {
    take_step(tx, who, row, Act::Rank, Record::none()).map(drop)
}

pub fn may_notice(_: &mut Look, _: &Caller, _: &Announcement) -> Result<()> {
    Ok(())
}

/// Publishes the result; from then on it can be objected to, until the day kept with it.
pub fn notice(tx: &mut Tx, who: &Caller, row: &Announcement, a: Answers) -> Result<()> {
    let until = tx.profile().deadlines.bid_objection.due(tx.today(), &tx.calendar(), &[])?;
    diesel::update(table::table.find(row.id)).set(table::objection_until.eq(Some(until))).execute(tx.db())?;
    take_step(tx, who, row, Act::Notice, Record::of(serde_json::json!({"objection_until": until})).because(a.text("reason"))).map(drop)
}

/// The objection period has passed and every objection is answered.
pub fn may_award(look: &mut Look, _: &Caller, row: &Announcement) -> Result<()> {
    if let Some(until) = row.objection_until.filter(|d| look.today() <= *d) {
        return Err(Refusal::rule("objection-period", "BJ-12").with("until", until));
    }
    let id: Id<Announcement> = row.id;
    match announcement::unanswered_objections(look, id)? {
        0 => Ok(()),
        count => Err(Refusal::rule("unanswered-objection", "BJ-12").with("count", count)),
    }
}

/// Fixes the result.
pub fn award(tx: &mut Tx, who: &Caller, row: &Announcement, a: Answers) -> Result<()> {
    take_step(tx, who, row, Act::Award, Record::none().because(a.text("reason"))).map(drop)
}

/// Ends the call without a result.
pub fn fail(tx: &mut Tx, who: &Caller, row: &Announcement, a: Answers) -> Result<()> {
    take_step(tx, who, row, Act::Fail, Record::none().because(a.text("reason"))).map(drop)
}
