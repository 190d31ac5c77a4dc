//! 开启之后 — what becomes of bids from the opening on: opened together, checked for admission, ranked, won or lost.

use super::{Act, Bid, Sealed, State, form};
use crate::announcement::{self, Announcement};
use crate::filing;
use diesel::prelude::*;
use platform::event::{self, Record};
use platform::flow::{self, Choice, Noun};
use platform::people::interest;
use platform::schema::{bid, filing as filings, org as orgs};
use platform::sheet::Answers;
use platform::{Caller, Fault, Id, Look, Refusal, Result, Role, Tx, diesel};
use serde_json::{Value, json};

/// Admits a bid: every condition of the announcement is met, and each finding rests on something.
pub(super) fn admit(tx: &mut Tx, who: &Caller, row: &Bid, a: Answers) -> Result<()> {
    interest::must_be_free(tx, who, row.bidder()?)?;
    let call = announcement::row(tx, row.announcement)?.call()?;
    let rows = form::rows(&a, "conditions");
    let mut faults = Vec::new();
    for key in &call.conditions {
        match rows.iter().position(|r| form::text(r, "key") == key) {
            None => faults.push(Fault::at("conditions", "condition-missing").with("condition", key).with("condition_en", key)),
            Some(i) if rows[i].get("meets") != Some(&Value::Bool(true)) => faults.push(Fault::at(format!("conditions[{i}].meets"), "must-agree")),
            Some(_) => {}
        }
    }
    if !faults.is_empty() {
        return Err(Refusal::Faulty(faults));
    }
    admission(tx, who, row, Act::Admit, &a)
}

pub(super) fn refuse_admission(tx: &mut Tx, who: &Caller, row: &Bid, a: Answers) -> Result<()> {
    interest::must_be_free(tx, who, row.bidder()?)?;
    admission(tx, who, row, Act::RefuseAdmission, &a)
}

fn admission(tx: &mut Tx, who: &Caller, row: &Bid, act: Act, a: &Answers) -> Result<()> {
    diesel::update(bid::table.find(row.id)).set(bid::admitted.eq(Some(act == Act::Admit))).execute(tx.db())?;
    flow::take(tx, who, row, act, Record::of(a).because(a.text("reason"))).map(drop)
}

/// The admission check of an opened bid as it was recorded: conditions with findings.
pub fn admission_of(look: &mut Look, who: &Caller, row: &Bid) -> Result<Option<Answers>> {
    let lines = event::history(look, who, Bid::NAME, &row.id.to_string())?;
    let check = lines.into_iter().rfind(|e| e.act == "admit" || e.act == "refuse_admission");
    Ok(check.map(|e| Answers::parse(&e.detail)))
}

fn in_states(look: &mut Look, of: Id<Announcement>, states: &[State]) -> Result<Vec<Sealed<Bid>>> {
    let rows: Vec<Bid> = bid::table
        .filter(bid::announcement.eq(of).and(bid::state.eq_any(states.to_vec())))
        .order((bid::created_at.asc(), bid::id.asc()))
        .limit(1000)
        .select(Bid::as_select())
        .load(look.db())?;
    Ok(rows.into_iter().map(|b| (b.owner, b.opening, b)).map(|(owner, opening, b)| Sealed::new(b, owner, opening)).collect())
}

/// Opens every submitted bid of an announcement; refuses with `Sealed` before the hour. From here on the table holds what
/// each says in clear.
pub(crate) fn open_all(tx: &mut Tx, who: &Caller, of: Id<Announcement>) -> Result<usize> {
    let submitted = in_states(tx, of, &[State::Submitted])?;
    let count = submitted.len();
    for sealed in submitted {
        let row = sealed.open(tx)?;
        diesel::update(bid::table.find(row.id)).set(bid::content.eq(&row.content)).execute(tx.db())?;
        flow::take(tx, who, &row, Act::Open, Record::none())?;
    }
    Ok(count)
}

/// The opened bids of an announcement, in the order of their submission; whoever asks.
pub(crate) fn opened(look: &mut Look, of: Id<Announcement>) -> Result<Vec<Bid>> {
    let sealed = in_states(look, of, &[State::Opened, State::Admitted, State::NotAdmitted, State::Won, State::Lost])?;
    let mut bids = sealed.into_iter().map(|s| s.open(look)).collect::<Result<Vec<Bid>>>()?;
    bids.sort_by_key(|b| (b.submitted_at, b.id));
    Ok(bids)
}

/// Notes a bid's total and rank.
pub(crate) fn rank(tx: &mut Tx, id: Id<Bid>, total: i64, rank: Option<i32>) -> Result<()> {
    diesel::update(bid::table.find(id)).set((bid::total.eq(Some(total)), bid::rank.eq(rank))).execute(tx.db())?;
    Ok(())
}

/// An admitted bid wins or loses.
pub(crate) fn decide(tx: &mut Tx, who: &Caller, row: &Bid, won: bool) -> Result<()> {
    flow::take(tx, who, row, if won { Act::Win } else { Act::Lose }, Record::of(json!({"total": row.total, "rank": row.rank}))).map(drop)
}

/// Voids what is left of the bids of an announcement that was cancelled; those not opened yet stay sealed for ever.
pub(crate) fn void_all(tx: &mut Tx, who: &Caller, of: Id<Announcement>, reason: &str) -> Result<usize> {
    let live: Vec<Bid> = bid::table
        .filter(bid::announcement.eq(of).and(bid::state.eq_any([State::Drafted, State::Submitted, State::Opened, State::Admitted])))
        .limit(1000)
        .select(Bid::as_select())
        .load(tx.db())?;
    for row in &live {
        flow::take(tx, who, row, Act::Void, Record::none().because(reason).sealed_until(row.opening))?;
    }
    Ok(live.len())
}

/// The bid, when it was selected.
pub fn must_have_won(look: &mut Look, id: Id<Bid>) -> Result<Bid> {
    let row: Bid = bid::table.find(id).select(Bid::as_select()).first(look.db())?;
    if row.state == State::Won { Ok(row) } else { Err(Refusal::rule("not-winner", "ZJK-13(5)")) }
}

/// Winners for whom no filing lives, as offers of a form.
pub fn grantable(look: &mut Look, who: &Caller) -> Result<Vec<Choice>> {
    if !who.is(Role::Legal) {
        return Ok(Vec::new());
    }
    let filed =
        filings::table.filter(filings::state.eq_any([filing::State::Filed, filing::State::Returned, filing::State::Received])).select(filings::bid);
    let rows: Vec<(Bid, String)> = bid::table
        .inner_join(orgs::table.on(orgs::id.nullable().eq(bid::owner)))
        .filter(bid::state.eq(State::Won).and(bid::id.ne_all(filed)))
        .order((bid::created_at.desc(), bid::id.desc()))
        .limit(200)
        .select((Bid::as_select(), orgs::title))
        .load(look.db())?;
    Ok(rows.into_iter().map(|(b, holder)| Choice::new(b.id, format!("{} · {} · {holder}", b.serial.unwrap_or_default(), b.title))).collect())
}
