//! Seats and votes of a review: who looks, and what each found. A vote is never changed, and never seen by the other
//! reviewer before all are in.

use super::{Review, State};
use crate::canonical;
use diesel::prelude::*;
use platform::event::sha256;
use platform::flow::Choice;
use platform::people::{Person, interest, person};
use platform::schema::{membership, seat, vote as ballot};
use platform::{At, Caller, Id, Look, Refusal, Result, Role, Tx, diesel};
use primary::assessment::{Assessment, Finding, Verdict};
use serde::Serialize;

/// A reviewer's seat in a review.
#[derive(Clone, Debug, Queryable, Selectable, Insertable, Serialize)]
#[diesel(table_name = seat)]
pub struct Seat {
    pub id: Id<Seat>,
    pub review: Id<Review>,
    pub reviewer: Id<Person>,
    pub claimed_at: At,
    pub voted_at: Option<At>,
    pub released_at: Option<At>,
}

#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = ballot)]
struct Vote {
    id: Id<Vote>,
    seat: Id<Seat>,
    review: Id<Review>,
    point: String,
    verdict: Verdict,
    reason: String,
    evidence: String,
}

/// What one reviewer found on every point.
#[derive(Clone, Debug, Serialize)]
pub struct Opinion {
    pub reviewer: Id<Person>,
    pub name: String,
    pub voted_at: Option<At>,
    pub findings: Vec<Finding>,
}

/// How many look at each version.
fn wanted(look: &Look, of: &Review) -> usize {
    look.pinned(&of.profile).compliance.reviewers.value as usize
}

/// The seats of a review that are taken now, in order of claim. Who is no reviewer any more and gave no opinion holds none.
pub fn live(look: &mut Look, of: Id<Review>) -> Result<Vec<Seat>> {
    let seats: Vec<Seat> = seat::table
        .filter(seat::review.eq(of).and(seat::released_at.is_null()))
        .order((seat::claimed_at.asc(), seat::id.asc()))
        .limit(50)
        .select(Seat::as_select())
        .load(look.db())?;
    let held: Vec<Id<Person>> = membership::table
        .filter(membership::person.eq_any(seats.iter().map(|s| s.reviewer).collect::<Vec<_>>()))
        .filter(membership::role.eq(Role::Reviewer).and(membership::until.is_null()))
        .select(membership::person)
        .limit(200)
        .load(look.db())?;
    Ok(seats.into_iter().filter(|s| s.voted_at.is_some() || held.contains(&s.reviewer)).collect())
}

/// The caller's own seat.
pub fn of(look: &mut Look, who: &Caller, row: &Review) -> Result<Option<Seat>> {
    let person = who.person()?;
    Ok(live(look, row.id)?.into_iter().find(|s| s.reviewer == person))
}

/// A seat is free, and the caller neither holds one nor has an interest in the developer or a hand in the submission.
pub(super) fn may_claim(look: &mut Look, who: &Caller, row: &Review) -> Result<()> {
    let taken = live(look, row.id)?;
    let person = who.person()?;
    if taken.iter().any(|s| s.reviewer == person) {
        return Err(Refusal::Taken);
    }
    if taken.len() >= wanted(look, row) {
        return Err(Refusal::rule("seats-taken", "ZJK-25"));
    }
    if row.submitted_by == Some(person) {
        return Err(Refusal::rule("same-person", "ZJK-25"));
    }
    row.owner.map_or(Ok(()), |owner| interest::must_be_free(look, who, owner))
}

/// The caller holds a seat and has not given an opinion yet; who must stand aside may still leave.
pub(super) fn may_leave(look: &mut Look, who: &Caller, row: &Review) -> Result<()> {
    match of(look, who, row)? {
        None => Err(Refusal::rule("not-claimed", "ZJK-25")),
        Some(seat) if seat.voted_at.is_some() => Err(Refusal::rule("already-voted", "ZJK-25")),
        Some(_) => Ok(()),
    }
}

/// May leave, and has no interest in the developer: declared after the claim, it counts all the same.
pub(super) fn may_vote(look: &mut Look, who: &Caller, row: &Review) -> Result<()> {
    may_leave(look, who, row)?;
    row.owner.map_or(Ok(()), |owner| interest::must_be_free(look, who, owner))
}

pub(super) fn claim(tx: &mut Tx, who: &Caller, row: &Review) -> Result<()> {
    let person = who.person()?;
    // Seats of people who left the desk make room.
    let kept: Vec<Id<Seat>> = live(tx, row.id)?.into_iter().map(|s| s.id).collect();
    let now = tx.now();
    diesel::update(seat::table.filter(seat::review.eq(row.id).and(seat::released_at.is_null()).and(seat::id.ne_all(kept))))
        .set(seat::released_at.eq(Some(now)))
        .execute(tx.db())?;
    give(tx, row, person)
}

pub(super) fn give(tx: &mut Tx, row: &Review, to: Id<Person>) -> Result<()> {
    let seat = Seat { id: tx.id(), review: row.id, reviewer: to, claimed_at: tx.now(), voted_at: None, released_at: None };
    diesel::insert_into(seat::table).values(&seat).execute(tx.db())?;
    Ok(())
}

pub(super) fn release(tx: &mut Tx, who: &Caller, row: &Review) -> Result<()> {
    let now = tx.now();
    let open = seat::table
        .filter(seat::review.eq(row.id).and(seat::reviewer.eq(who.person()?)))
        .filter(seat::released_at.is_null().and(seat::voted_at.is_null()));
    let released = diesel::update(open).set(seat::released_at.eq(Some(now))).execute(tx.db())?;
    if released == 1 { Ok(()) } else { Err(Refusal::Stale) }
}

/// Reviewers to whom a seat may be handed: those without one in this review.
pub(super) fn others(look: &mut Look, who: &Caller, row: &Review) -> Result<Vec<Choice>> {
    let taken: Vec<Id<Person>> = live(look, row.id)?.into_iter().map(|s| s.reviewer).collect();
    let people = person::in_role(look, Role::Reviewer)?;
    Ok(people
        .into_iter()
        .filter(|(id, _, _)| !taken.contains(id) && Some(*id) != who.person && row.submitted_by != Some(*id))
        .map(|(id, name, _)| Choice::new(id, name))
        .collect())
}

/// Writes an opinion down for good; gives its digest, and whether all opinions are in now.
pub(super) fn vote(tx: &mut Tx, who: &Caller, row: &Review, assessment: &Assessment) -> Result<(String, bool)> {
    let own = of(tx, who, row)?.ok_or_else(|| Refusal::rule("not-claimed", "ZJK-25"))?;
    for found in assessment.findings() {
        let line = Vote {
            id: tx.id(),
            seat: own.id,
            review: row.id,
            point: found.point.clone(),
            verdict: found.verdict,
            reason: found.reason.clone(),
            evidence: found.evidence.clone(),
        };
        diesel::insert_into(ballot::table).values(&line).execute(tx.db())?;
    }
    let now = tx.now();
    diesel::update(seat::table.find(own.id)).set(seat::voted_at.eq(Some(now))).execute(tx.db())?;
    let seats = live(tx, row.id)?;
    let all = seats.len() >= wanted(tx, row) && seats.iter().all(|s| s.voted_at.is_some());
    Ok((sha256(canonical(&serde_json::to_value(assessment)?)), all))
}

fn opinions(look: &mut Look, seats: Vec<Seat>) -> Result<Vec<Opinion>> {
    let votes: Vec<Vote> = ballot::table
        .filter(ballot::seat.eq_any(seats.iter().map(|s| s.id).collect::<Vec<_>>()))
        .order((ballot::seat.asc(), ballot::id.asc()))
        .limit(1000)
        .select(Vote::as_select())
        .load(look.db())?;
    let names = person::names(look, seats.iter().map(|s| s.reviewer).collect())?;
    Ok(seats
        .into_iter()
        .map(|seat| Opinion {
            reviewer: seat.reviewer,
            name: names.get(&seat.reviewer).cloned().unwrap_or_default(),
            voted_at: seat.voted_at,
            findings: votes
                .iter()
                .filter(|v| v.seat == seat.id)
                .map(|v| Finding { point: v.point.clone(), verdict: v.verdict, reason: v.reason.clone(), evidence: v.evidence.clone() })
                .collect(),
        })
        .collect())
}

/// The caller's own opinion, once given.
pub fn own_opinion(look: &mut Look, who: &Caller, row: &Review) -> Result<Option<Opinion>> {
    let own = of(look, who, row)?.filter(|s| s.voted_at.is_some());
    Ok(opinions(look, own.into_iter().collect())?.pop())
}

/// All opinions, once all are in; before that nobody sees another's (rule `blind`). The developer reads the decision, not
/// the opinions; those of a void review count no more and are shown to nobody.
pub fn votes(look: &mut Look, who: &Caller, row: &Review) -> Result<Vec<Opinion>> {
    if !who.oversees() {
        return Err(Refusal::NotFound);
    }
    match row.state {
        State::Open => Err(Refusal::rule("blind", "ZJK-25")),
        State::Void => Ok(Vec::new()),
        _ => {
            let seats = live(look, row.id)?.into_iter().filter(|s| s.voted_at.is_some()).collect();
            opinions(look, seats)
        }
    }
}
