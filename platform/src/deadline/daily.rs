//! What a day brings to the clocks of a kind of case: open days are filled in, silence takes effect, the office is told, people are
//! reminded. Each case is an act of its own, so that one that fails holds up no other.

use super::{Running, State, is_citywide, live, show, silence_of};
use crate::day;
use crate::event::{self, About, Record};
use crate::flow::{self, Noun};
use crate::profile::Silence;
use crate::schema::{deadline, job};
use crate::sheet::Answers;
use crate::{Caller, Db, Id, Look, Result, Role, Tx, Word, diesel, mail};
use chrono::NaiveDate;
use diesel::prelude::*;

/// Reminders go out when so many working days are left.
const REMIND: i64 = 3;
/// Most cases looked at in one question.
const MOST: i64 = 200;
/// Most questions a day; what is left comes the next day.
const ROUNDS: usize = 50;

/// What a day brought.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Done {
    pub filled: usize,
    pub deemed: usize,
    pub escalated: usize,
    pub reminded: usize,
    pub failed: usize,
}

/// Does once a day what `work` does, for the job of that name; days missed are caught up in one go. `work` gets the day on which
/// it was done last (`None` the first time) and today.
pub fn kept<T>(db: &Db, name: &str, work: impl FnOnce(Option<NaiveDate>, NaiveDate) -> Result<T>) -> Result<Option<T>> {
    let (last, today) = db.look(|look| {
        let last: Option<NaiveDate> = job::table.find(name).select(job::last_on).first(look.db()).optional()?;
        Ok((last, look.today()))
    })?;
    if last.is_some_and(|last| last >= today) {
        return Ok(None);
    }
    let done = work(last, today)?;
    let name = name.to_string();
    db.act(move |tx| {
        let now = tx.now();
        let set = (job::last_on.eq(today), job::ran_at.eq(now));
        if diesel::update(job::table.find(&name)).set(set).execute(tx.db())? == 0 {
            diesel::insert_into(job::table).values((job::name.eq(&name), set)).execute(tx.db())?;
        }
        Ok(())
    })?;
    Ok(Some(done))
}

/// A day's work on the clocks of one kind of case.
pub fn day_of<N: Noun>(db: &Db) -> Result<Done> {
    let mut done = Done::default();
    done.filled = each(db, &mut done.failed, open::<N>, |tx, id: Id<Running>| fill::<N>(tx, id))?;
    done.deemed = each(db, &mut done.failed, silent::<N>, |tx, (id, act)| deem::<N>(tx, id, act))?;
    done.escalated = each(db, &mut done.failed, overdue::<N>, |tx, id: Id<Running>| escalate::<N>(tx, id))?;
    done.reminded = each(db, &mut done.failed, pressing::<N>, |tx, id: Id<Running>| remind::<N>(tx, id))?;
    Ok(done)
}

/// Asks what is to be done and does it, one act each, until nothing new is found.
fn each<T: Clone + PartialEq + Send + 'static>(
    db: &Db,
    failed: &mut usize,
    ask: fn(&mut Look) -> Result<Vec<T>>,
    act: fn(&mut Tx, T) -> Result<bool>,
) -> Result<usize> {
    let (mut done, mut left) = (0, Vec::new());
    for _ in 0..ROUNDS {
        let found: Vec<T> = db.look(ask)?.into_iter().filter(|one| !left.contains(one)).collect();
        if found.is_empty() {
            break;
        }
        for one in found {
            let again = one.clone();
            match db.act(move |tx| act(tx, one)) {
                Ok(true) => done += 1,
                Ok(false) => left.push(again),
                Err(refusal) => {
                    tracing::error!(%refusal, "a deadline's day");
                    *failed += 1;
                    left.push(again);
                }
            }
        }
    }
    Ok(done)
}

/// Clocks whose day is open.
fn open<N: Noun>(look: &mut Look) -> Result<Vec<Id<Running>>> {
    Ok(deadline::table
        .filter(deadline::noun.eq(N::NAME).and(deadline::state.eq(State::Running)).and(deadline::due_on.is_null()))
        .order(deadline::id.asc())
        .limit(MOST)
        .select(deadline::id)
        .load(look.db())?)
}

/// The day, now that the calendar knows the year; the calendar it was counted by is kept with it.
fn fill<N: Noun>(tx: &mut Tx, id: Id<Running>) -> Result<bool> {
    let running = row(tx, id)?;
    let calendar = tx.calendar();
    let Ok(due) = running.count(&calendar) else { return Ok(false) };
    diesel::update(deadline::table.find(id)).set((deadline::due_on.eq(Some(due)), deadline::calendar.eq(calendar.digest()))).execute(tx.db())?;
    show::<N>(tx, running.subject.parse()?, Some(&running.name), Some(due))?;
    Ok(true)
}

/// Clocks that have passed and whose silence moves the case, with the act it brings.
fn silent<N: Noun>(look: &mut Look) -> Result<Vec<(Id<N>, N::Act)>> {
    let mut found = Vec::new();
    for step in N::STEPS {
        let (Some((name, silence)), Some(from)) = (step.upon, step.from) else { continue };
        for running in passed(look, N::NAME, name, silence)? {
            let id: Id<N> = running.subject.parse()?;
            let stands = N::find(look, &Caller::calendar(), id).is_ok_and(|row| row.state() == from);
            if stands {
                found.push((id, step.act));
            }
        }
    }
    Ok(found)
}

fn passed(look: &mut Look, noun: &str, name: &str, silence: Silence) -> Result<Vec<Running>> {
    let today = look.today();
    Ok(deadline::table
        .filter(deadline::noun.eq(noun).and(deadline::name.eq(name)).and(deadline::silence.eq(silence.as_str())))
        .filter(deadline::state.eq(State::Running).and(deadline::due_on.lt(today)))
        .order(deadline::id.asc())
        .limit(MOST)
        .select(Running::as_select())
        .load(look.db())?)
}

/// Takes the line that silence brings: by the act's verb, without answers, or bare where the act has none.
fn deem<N: Noun>(tx: &mut Tx, id: Id<N>, act: N::Act) -> Result<bool> {
    let who = Caller::calendar();
    let row = N::find(tx, &who, id)?;
    let today = tx.today();
    let Some(running) = live(tx, N::NAME, &id.to_string())?.into_iter().find(|r| r.state == State::Running) else { return Ok(false) };
    let line = N::STEPS.iter().find(|s| s.act == act && s.from == Some(row.state()) && s.upon.is_some_and(|(name, _)| name == running.name));
    let Some((_, silence)) = line.and_then(|line| line.upon) else { return Ok(false) };
    if silence_of(&running) != Some(silence) || running.due_on.is_none_or(|due| due >= today) {
        return Ok(false);
    }
    match N::DEEDS.iter().find(|deed| deed.act == act) {
        Some(deed) => (deed.run)(tx, &who, &row, Answers::default())?,
        None => flow::take(tx, &who, &row, act, Record::of(serde_json::json!({ "clock": running.name, "due_on": running.due_on }))).map(drop)?,
    }
    tx.must_have_event()?;
    // Where the clock goes on over that line, the office has been told by it.
    if silence == Silence::Escalate {
        diesel::update(deadline::table.find(running.id)).set(deadline::escalated_on.eq(Some(today))).execute(tx.db())?;
    }
    Ok(true)
}

/// Clocks that have passed and of which the office is to be told, once.
fn overdue<N: Noun>(look: &mut Look) -> Result<Vec<Id<Running>>> {
    let today = look.today();
    Ok(deadline::table
        .filter(deadline::noun.eq(N::NAME).and(deadline::silence.eq(Silence::Escalate.as_str())))
        .filter(deadline::state.eq(State::Running).and(deadline::due_on.lt(today)).and(deadline::escalated_on.is_null()))
        .order(deadline::id.asc())
        .limit(MOST)
        .select(deadline::id)
        .load(look.db())?)
}

fn escalate<N: Noun>(tx: &mut Tx, id: Id<Running>) -> Result<bool> {
    let running = row(tx, id)?;
    let who = Caller::calendar();
    let case = N::find(tx, &who, running.subject.parse()?)?;
    let heading = case.heading();
    let article = N::STEPS.iter().find(|s| s.clock == Some(running.name.as_str())).map_or("", |s| s.article);
    let about = About {
        noun: N::NAME,
        subject: heading.id.clone(),
        title: &heading.title,
        owner: heading.owner,
        act: "overdue",
        from: Some(case.state().as_str()),
        to: case.state().as_str(),
        role: Role::Calendar,
        article,
    };
    let record = Record::of(serde_json::json!({ "clock": running.name, "due_on": running.due_on }));
    let seq = event::append(tx, &who, about, record)?;
    mail::tell_role(tx, Role::Office, &who, seq)?;
    let today = tx.today();
    diesel::update(deadline::table.find(id)).set(deadline::escalated_on.eq(Some(today))).execute(tx.db())?;
    Ok(true)
}

/// Clocks about to pass whose people have not been reminded.
fn pressing<N: Noun>(look: &mut Look) -> Result<Vec<Id<Running>>> {
    let today = look.today();
    let calendar = look.calendar();
    let soon = today + chrono::Duration::days(21);
    let found: Vec<Running> = deadline::table
        .filter(deadline::noun.eq(N::NAME).and(deadline::state.eq(State::Running)).and(deadline::reminded_on.is_null()))
        .filter(deadline::due_on.ge(today).and(deadline::due_on.le(soon)))
        .order(deadline::due_on.asc())
        .limit(MOST)
        .select(Running::as_select())
        .load(look.db())?;
    let near = |r: &Running| r.due_on.is_some_and(|due| day::working_days_left(today, due, &calendar).is_ok_and(|left| left <= REMIND));
    Ok(found.into_iter().filter(near).map(|r| r.id).collect())
}

/// Reminds whoever's turn it is: the roles that act for the whole city, else the people of the organisation it waits for.
fn remind<N: Noun>(tx: &mut Tx, id: Id<Running>) -> Result<bool> {
    let running = row(tx, id)?;
    let case = N::find(tx, &Caller::calendar(), running.subject.parse()?)?;
    let heading = case.heading();
    let args = serde_json::json!({
        "noun": N::NAME, "subject": heading.id, "title": heading.title, "clock": running.name, "due_on": running.due_on,
    });
    let turn = flow::turn::<N>(case.state());
    for role in turn.iter().copied().filter(|role| is_citywide(*role)) {
        mail::remind_role(tx, role, &args)?;
    }
    // Where nobody's turn is told by the table, the day is the organisation's own.
    let own = turn.is_empty() || turn.iter().any(|role| !is_citywide(*role));
    if let (true, Some(org)) = (own, running.waits_for) {
        mail::remind_org(tx, org, &args)?;
    }
    let today = tx.today();
    diesel::update(deadline::table.find(id)).set(deadline::reminded_on.eq(Some(today))).execute(tx.db())?;
    Ok(true)
}

fn row(look: &mut Look, id: Id<Running>) -> Result<Running> {
    Ok(deadline::table.find(id).select(Running::as_select()).first(look.db())?)
}
