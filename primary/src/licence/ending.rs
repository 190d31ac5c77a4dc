//! 终止 — how a licence ends, and what follows from it in the same transaction, whichever way it ended: the door closes, what
//! was still open about it is closed, its data are ordered to be destroyed, and who misused it is barred (ZJK-31, ZJK-35).

use super::{Act, EndKind, Licence, State, permission, row, successor};
use crate::{amendment, bar, destruction, rectification, termination};
use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::Bool;
use enclave::access;
use platform::event::Record;
use platform::flow;
use platform::schema::licence;
use platform::{Caller, Look, Refusal, Result, Tx, Word, day, diesel};
use serde_json::json;

/// Ends a licence before its last day, as a termination decided or a holder's own notice brought about (ZJK-35, BJ-20).
pub(crate) fn end(tx: &mut Tx, who: &Caller, row: &Licence, kind: EndKind, reason: &str) -> Result<()> {
    let now = tx.now();
    note(tx, row, now, Some(kind))?;
    flow::take(tx, who, row, Act::End, Record::of(json!({ "end_kind": kind })).because(reason))?;
    // Nothing is carried on from what was ended for a reason.
    if let Some(next) = successor(tx, row.id)? {
        match next.state {
            State::Drafted | State::Signed => drop_draft(tx, &next, reason)?,
            _ => end(tx, who, &next, kind, reason)?,
        }
    }
    amendment::lapse_all(tx, row.id, &amendment::OPEN)?;
    settle(tx, row, Act::End)?;
    bar::enter(tx, row, kind, reason)
}

fn note(tx: &mut Tx, row: &Licence, at: platform::At, kind: Option<EndKind>) -> Result<()> {
    diesel::update(licence::table.find(row.id)).set((licence::ended_at.eq(Some(at)), licence::end_kind.eq(kind))).execute(tx.db())?;
    Ok(())
}

fn drop_draft(tx: &mut Tx, row: &Licence, reason: &str) -> Result<()> {
    flow::take(tx, &Caller::calendar(), row, Act::Drop, Record::none().because(reason)).map(drop)
}

/// What every end brings about. Orders of rectification bind a successor in force, so they stay open then.
fn settle(tx: &mut Tx, row: &Licence, act: Act) -> Result<()> {
    access::close(tx, row.id.cast(), act.as_str())?;
    termination::lapse_all(tx, row.id)?;
    let heir = successor(tx, row.id)?.filter(|l| matches!(l.state, State::InForce | State::Suspended));
    if heir.is_none() {
        rectification::close_all(tx, row.id)?;
        // Those that bound it from the licence it followed have nothing left to bind.
        if let Some(before) = row.follows {
            rectification::close_all(tx, before)?;
        }
    }
    destruction::order(tx, row, heir.as_ref())
}

/// A licence that is to follow another takes its place: the other ends, if it still runs.
pub(super) fn take_over(tx: &mut Tx, who: &Caller, next: &Licence) -> Result<()> {
    let Some(before) = next.follows else { return Ok(()) };
    let before = row(tx, before)?;
    if before.state == State::InForce { supersede(tx, who, &before, next) } else { Ok(()) }
}

fn supersede(tx: &mut Tx, who: &Caller, row: &Licence, next: &Licence) -> Result<()> {
    let at = tx.now().min(day::end_of_day_utc(row.to_on));
    note(tx, row, at, Some(EndKind::Superseded))?;
    flow::take(tx, who, row, Act::Supersede, Record::of(json!({ "successor": next.serial, "licence": next.id })))?;
    settle(tx, row, Act::Supersede)
}

/// Refuses while the licence that is to be followed is suspended or under an order: a new agreement is no way out of it. One
/// that ran out does not hinder; one that was ended for a reason has no successor.
pub(super) fn must_be_free_to_follow(look: &mut Look, next: &Licence) -> Result<()> {
    let Some(before) = next.follows else { return Ok(()) };
    let before = row(look, before)?;
    let ended_for_a_reason = before.state == State::Ended && before.end_kind.is_some();
    if before.state == State::Suspended || ended_for_a_reason || permission::is_closed(look, &before, permission::Permission::Enter)? {
        return Err(Refusal::rule("predecessor-closed", "ZJK-34").with("licence", before.serial.unwrap_or_default()));
    }
    Ok(())
}

/// Ends every licence whose last day is over or whose successor's first day has come, at most 500 of each at a time; the daily
/// job calls it. A renewal that was asked for in time and is not decided does not keep a licence alive: it expires (ZJK-17).
pub fn expire_due(tx: &mut Tx) -> Result<usize> {
    let today = tx.today();
    let (calendar, mut ended) = (Caller::calendar(), 0);
    let begun: Vec<Licence> = licence::table
        .filter(licence::state.eq(State::InForce).and(licence::from_on.le(today)))
        .filter(sql::<Bool>("EXISTS (SELECT 1 FROM licence b WHERE b.id = licence.follows AND b.state = 'in_force')"))
        .order(licence::from_on.asc())
        .limit(500)
        .select(Licence::as_select())
        .load(tx.db())?;
    for next in &begun {
        take_over(tx, &calendar, next)?;
        ended += 1;
    }
    let over: Vec<Licence> = licence::table
        .filter(licence::state.eq_any([State::InForce, State::Suspended]).and(licence::to_on.lt(today)))
        .order(licence::to_on.asc())
        .limit(500)
        .select(Licence::as_select())
        .load(tx.db())?;
    for row in &over {
        expire(tx, &calendar, row)?;
    }
    Ok(ended + over.len())
}

fn expire(tx: &mut Tx, calendar: &Caller, row: &Licence) -> Result<()> {
    note(tx, row, day::end_of_day_utc(row.to_on), None)?;
    flow::take(tx, calendar, row, Act::Expire, Record::none())?;
    // What was accepted may still come into force; what was only asked for may not (ZJK-17).
    amendment::lapse_all(tx, row.id, &amendment::UNDECIDED)?;
    if let Some(next) = successor(tx, row.id)?.filter(|l| row.state == State::Suspended && matches!(l.state, State::Drafted | State::Signed)) {
        drop_draft(tx, &next, "suspended to its last day")?;
        amendment::lapse_all(tx, row.id, &amendment::OPEN)?;
    }
    settle(tx, row, Act::Expire)
}
