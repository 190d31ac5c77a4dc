//! 期限 — the clocks that run: each started by a step, ended by the next, waiting while the case waits for its applicant.
//!
//! A clock keeps the figures it began with, the calendar it was counted by and the profile they came from. Neither a new version of
//! the profile nor an edited calendar moves it; only its own pauses and extensions do.

mod daily;
mod spent;

pub use daily::{Done, day_of, kept};
pub use spent::{SUPPLY, Spent, Taken, spent, taken};

use crate::day::{self, Pause, Unit, UnknownYear};
use crate::db::MultiBackend;
use crate::event::Record;
use crate::flow::{self, Noun};
use crate::people::Org;
use crate::profile::{Deadline, Profile, Silence};
use crate::schema::deadline;
use crate::{Caller, Fault, Id, Look, Refusal, Result, Role, Tx, Word, diesel, words};
use chrono::NaiveDate;
use diesel::prelude::*;
use diesel::sql_types::{Date, Nullable, Text};
use std::sync::Arc;

words! {
    /// Whether a clock runs.
    pub enum State: "deadline-state" { Running = "running", Paused = "paused", Ended = "ended" }
}

/// A clock of a case.
#[derive(Clone, Debug, Queryable, Selectable, Insertable, serde::Serialize)]
#[diesel(table_name = deadline)]
pub struct Running {
    pub id: Id<Running>,
    pub noun: String,
    pub subject: String,
    /// The case as it was when the clock last moved: number, title, state, and whose answer is waited for.
    pub serial: Option<String>,
    pub title: String,
    pub stands: String,
    pub waits_for: Option<Id<Org>>,
    /// Its name in the profile.
    pub name: String,
    pub state: State,
    pub started_on: NaiveDate,
    /// Open while the holidays of a year in it are not announced.
    pub due_on: Option<NaiveDate>,
    pub length: i32,
    pub unit: String,
    /// Units added by extension.
    pub extended: i32,
    pub silence: String,
    /// Digest of the calendar it was counted by.
    pub calendar: String,
    /// The profile's version, and the digest of its file.
    pub profile: String,
    pub profile_digest: String,
    /// Days that do not count, as JSON.
    pub pauses: String,
    /// Since when it waits.
    pub paused_on: Option<NaiveDate>,
    pub ended_on: Option<NaiveDate>,
    pub reminded_on: Option<NaiveDate>,
    pub escalated_on: Option<NaiveDate>,
}

impl Running {
    /// Days that do not count.
    pub fn pauses(&self) -> Vec<Pause> {
        serde_json::from_str(&self.pauses).unwrap_or_default()
    }
    /// What it is counted in.
    pub fn unit(&self) -> Unit {
        match self.unit.as_str() {
            "working" => Unit::Working,
            "months" => Unit::Months,
            _ => Unit::Calendar,
        }
    }
    fn count(&self, calendar: &day::Calendar) -> std::result::Result<NaiveDate, UnknownYear> {
        let length = u32::try_from(self.length.saturating_add(self.extended)).unwrap_or(0);
        day::due(self.started_on, length, self.unit(), calendar, &self.pauses())
    }
}

/// The clocks of a case that have not ended, at most two in sound tables: one that runs and one that waits.
pub fn live(look: &mut Look, noun: &str, subject: &str) -> Result<Vec<Running>> {
    Ok(deadline::table
        .filter(deadline::noun.eq(noun).and(deadline::subject.eq(subject)).and(deadline::state.ne(State::Ended)))
        .order(deadline::id.asc())
        .limit(20)
        .select(Running::as_select())
        .load(look.db())?)
}

/// Every clock a case has had, oldest first.
pub fn history(look: &mut Look, noun: &str, subject: &str) -> Result<Vec<Running>> {
    Ok(deadline::table
        .filter(deadline::noun.eq(noun).and(deadline::subject.eq(subject)))
        .order((deadline::started_on.asc(), deadline::id.asc()))
        .limit(200)
        .select(Running::as_select())
        .load(look.db())?)
}

#[derive(diesel::QueryableByName)]
struct Pinned {
    #[diesel(sql_type = Text)]
    profile: String,
}

/// The profile a case is pinned to: the version that was in force when it began.
pub fn pinned<N: Noun>(look: &mut Look, id: Id<N>) -> Result<Arc<Profile>> {
    let pinned: Pinned = diesel::sql_query(format!("SELECT profile FROM {} WHERE id = $1", N::TABLE)).bind::<Text, _>(id).get_result(look.db())?;
    Ok(look.pinned(&pinned.profile))
}

/// The organisation whose people must act in a state, unless the role says enough: the other side where the table names one, else
/// the owner.
fn waits_for<N: Noun>(tx: &mut Tx, id: Id<N>, state: N::State) -> Result<Option<Id<Org>>> {
    let column = N::PARTIES.iter().find(|(s, _)| *s == state).map_or("owner", |(_, column)| column);
    flow::party(tx, id, column)
}

/// What a step does to the case's clocks: the one that runs ends or waits, one that waited goes on or ends, and the one the
/// step names starts. Days are counted by the profile the case is pinned to.
pub(crate) fn follow<N: Noun>(tx: &mut Tx, row: &N, to: N::State, name: Option<&'static str>, pauses: bool) -> Result<()> {
    let id = row.id();
    let profile = pinned(tx, id)?;
    let mut chosen = None;
    for running in live(tx, N::NAME, &id.to_string())? {
        match running.state {
            State::Paused if name == Some(running.name.as_str()) => chosen = Some(running),
            State::Running if pauses => pause(tx, &running, profile.correction_rounds.value)?,
            _ => end(tx, &running)?,
        }
    }
    let due = match (chosen, name) {
        (Some(waiting), _) => resume(tx, waiting, row, to)?,
        (None, Some(name)) => start(tx, row, to, name, &profile)?,
        (None, None) => None,
    };
    show::<N>(tx, id, name, due)
}

/// A step over which the clock of the case goes on: the one that waited for the applicant counts again, or the one that runs only
/// changes how the case stands and whose answer is waited for.
pub(crate) fn carry<N: Noun>(tx: &mut Tx, row: &N, to: N::State) -> Result<()> {
    let (waiting, running): (Vec<_>, Vec<_>) = live(tx, N::NAME, &row.heading().id)?.into_iter().partition(|clock| clock.state == State::Paused);
    if let Some(waiting) = waiting.into_iter().next() {
        for other in &running {
            end(tx, other)?;
        }
        let name = waiting.name.clone();
        let due = resume(tx, waiting, row, to)?;
        return show::<N>(tx, row.id(), Some(&name), due);
    }
    let awaited = waits_for(tx, row.id(), to)?;
    for clock in running {
        diesel::update(deadline::table.find(clock.id))
            .set((deadline::stands.eq(to.as_str()), deadline::waits_for.eq(awaited), deadline::reminded_on.eq(None::<NaiveDate>)))
            .execute(tx.db())?;
    }
    Ok(())
}

fn show<N: Noun>(tx: &mut Tx, id: Id<N>, name: Option<&str>, due: Option<NaiveDate>) -> Result<()> {
    diesel::sql_query(format!("UPDATE {} SET clock = $1, due_on = $2 WHERE id = $3", N::TABLE))
        .bind::<Nullable<Text>, _>(name)
        .bind::<Nullable<Date>, _>(due)
        .bind::<Text, _>(id)
        .execute(tx.db())?;
    Ok(())
}

fn start<N: Noun>(tx: &mut Tx, row: &N, to: N::State, name: &str, profile: &Profile) -> Result<Option<NaiveDate>> {
    let rule: &Deadline = profile.period(name)?;
    let calendar = tx.calendar();
    let unit = match rule.unit {
        Unit::Working => "working",
        Unit::Calendar => "calendar",
        Unit::Months => "months",
    };
    let heading = row.heading();
    let mut running = Running {
        id: tx.id(),
        noun: N::NAME.into(),
        subject: heading.id,
        serial: heading.serial,
        title: heading.title,
        stands: to.as_str().into(),
        waits_for: waits_for(tx, row.id(), to)?,
        name: name.into(),
        state: State::Running,
        started_on: tx.today(),
        due_on: None,
        length: i32::try_from(rule.value).unwrap_or(i32::MAX),
        unit: unit.into(),
        extended: 0,
        silence: rule.silence.as_str().into(),
        calendar: calendar.digest().into(),
        profile: profile.version_tag(),
        profile_digest: profile.digest().into(),
        pauses: "[]".into(),
        paused_on: None,
        ended_on: None,
        reminded_on: None,
        escalated_on: None,
    };
    running.due_on = running.count(&calendar).ok();
    diesel::insert_into(deadline::table).values(&running).execute(tx.db())?;
    Ok(running.due_on)
}

fn end(tx: &mut Tx, running: &Running) -> Result<()> {
    diesel::update(deadline::table.find(running.id))
        .set((deadline::state.eq(State::Ended), deadline::ended_on.eq(Some(tx.today())), deadline::paused_on.eq(None::<NaiveDate>)))
        .execute(tx.db())?;
    Ok(())
}

/// Lets a clock wait. Only so many rounds stop it; beyond them it goes on counting while the case is away.
fn pause(tx: &mut Tx, running: &Running, rounds: u32) -> Result<()> {
    let stops = running.pauses().len() < rounds as usize;
    diesel::update(deadline::table.find(running.id))
        .set((deadline::state.eq(State::Paused), deadline::paused_on.eq(stops.then(|| tx.today()))))
        .execute(tx.db())?;
    Ok(())
}

fn resume<N: Noun>(tx: &mut Tx, mut waiting: Running, row: &N, to: N::State) -> Result<Option<NaiveDate>> {
    let mut pauses = waiting.pauses();
    // A round that took no day is a round all the same.
    pauses.extend(waiting.paused_on.map(|from| Pause { from, to: tx.today() }));
    waiting.pauses = serde_json::to_string(&pauses).map_err(Refusal::broken)?;
    let awaited = waits_for(tx, row.id(), to)?;
    let calendar = tx.calendar();
    let stopped = waiting.paused_on.is_some();
    if stopped || waiting.due_on.is_none() {
        waiting.due_on = waiting.count(&calendar).ok();
        waiting.calendar = calendar.digest().into();
    }
    diesel::update(deadline::table.find(waiting.id))
        .set((
            (deadline::state.eq(State::Running), deadline::stands.eq(to.as_str()), deadline::waits_for.eq(awaited)),
            deadline::paused_on.eq(None::<NaiveDate>),
            deadline::pauses.eq(&waiting.pauses),
            deadline::due_on.eq(waiting.due_on),
            deadline::calendar.eq(&waiting.calendar),
            deadline::reminded_on.eq(None::<NaiveDate>),
        ))
        .execute(tx.db())?;
    Ok(waiting.due_on)
}

#[derive(diesel::QueryableByName)]
struct Stands {
    #[diesel(sql_type = Text)]
    state: String,
    #[diesel(sql_type = Text)]
    title: String,
    #[diesel(sql_type = Nullable<Text>)]
    serial: Option<String>,
    #[diesel(sql_type = Text)]
    profile: String,
}

/// Sets the day on which something is due where a step's own clock would not: a day that somebody names, one that another rule
/// fixes, or one that is kept over a step. The clock of that name goes on to that day; without a name none runs.
pub fn set<N: Noun>(tx: &mut Tx, id: Id<N>, name: Option<&str>, due: Option<NaiveDate>) -> Result<()> {
    let subject = id.to_string();
    let today = tx.today();
    let mut goes_on = None;
    for running in history(tx, N::NAME, &subject)?.into_iter().rev() {
        // A step just taken has ended it; its silence and its first day are kept.
        let alive = running.state == State::Running || running.ended_on == Some(today);
        if goes_on.is_none() && alive && name == Some(running.name.as_str()) && due.is_some() {
            goes_on = Some(running);
        } else if running.state == State::Running {
            end(tx, &running)?;
        }
    }
    let stands: Stands =
        diesel::sql_query(format!("SELECT state, title, serial, profile FROM {} WHERE id = $1", N::TABLE)).bind::<Text, _>(id).get_result(tx.db())?;
    let calendar = tx.calendar();
    match (goes_on, name, due) {
        (Some(running), _, _) => {
            diesel::update(deadline::table.find(running.id))
                .set((
                    (deadline::state.eq(State::Running), deadline::stands.eq(&stands.state), deadline::ended_on.eq(None::<NaiveDate>)),
                    (deadline::due_on.eq(due), deadline::calendar.eq(calendar.digest()), deadline::reminded_on.eq(None::<NaiveDate>)),
                ))
                .execute(tx.db())?;
        }
        (None, Some(name), Some(due)) => {
            let profile = pinned(tx, id)?;
            let awaited = match N::State::of(&stands.state) {
                Some(state) => waits_for(tx, id, state)?,
                None => None,
            };
            let row = Running {
                id: tx.id(),
                noun: N::NAME.into(),
                subject,
                serial: stands.serial,
                title: stands.title,
                stands: stands.state,
                waits_for: awaited,
                name: name.into(),
                state: State::Running,
                started_on: today,
                due_on: Some(due),
                length: i32::try_from((due - today).num_days().max(0)).unwrap_or(i32::MAX),
                unit: "calendar".into(),
                extended: 0,
                silence: profile.period(name)?.silence.as_str().into(),
                calendar: calendar.digest().into(),
                profile: stands.profile,
                profile_digest: profile.digest().into(),
                pauses: "[]".into(),
                paused_on: None,
                ended_on: None,
                reminded_on: None,
                escalated_on: None,
            };
            diesel::insert_into(deadline::table).values(&row).execute(tx.db())?;
        }
        (None, _, _) => {}
    }
    show::<N>(tx, id, name, due)
}

/// Lengthens the clock that runs, by so many of its own units, and takes `act`, whose line must lead back to its own state and
/// start no clock; those the line tells get a letter with the reason. Refused where the profile does not let that deadline be
/// extended (XC-25 does), and once it has passed.
pub fn extend<N: Noun>(tx: &mut Tx, who: &Caller, row: &N, act: N::Act, more: u32, reason: &str) -> Result<NaiveDate> {
    let subject = row.id().to_string();
    let Some(running) = live(tx, N::NAME, &subject)?.into_iter().find(|r| r.state == State::Running) else {
        return Err(Refusal::rule("no-deadline-runs", "XC-25"));
    };
    let profile = pinned(tx, row.id())?;
    if !profile.period(&running.name)?.extendable {
        return Err(Refusal::rule("not-extendable", "XC-25"));
    }
    if !(1..=366).contains(&more) {
        return Err(Refusal::Faulty(vec![Fault::at("days", "out-of-range").with("min", 1).with("max", 366)]));
    }
    let today = tx.today();
    if let Some(due) = running.due_on.filter(|due| *due < today) {
        return Err(Refusal::TooLate { deadline: day::end_of_day_utc(due) });
    }
    let mut longer = running.clone();
    longer.extended = longer.extended.saturating_add(i32::try_from(more).unwrap_or(i32::MAX));
    let calendar = tx.calendar();
    let due = longer.count(&calendar)?;
    let detail = serde_json::json!({ "clock": running.name, "from": running.due_on, "to": due, "added": more, "unit": running.unit });
    let (from, name) = (row.state(), running.name);
    let to = flow::take(tx, who, row, act, Record::of(detail).because(reason))?;
    if to != from {
        return Err(Refusal::broken(format!("{}: an extension moves {from:?} to {to:?}", N::NAME)));
    }
    diesel::update(deadline::table.find(running.id))
        .set((
            deadline::extended.eq(longer.extended),
            deadline::due_on.eq(Some(due)),
            deadline::calendar.eq(calendar.digest()),
            deadline::reminded_on.eq(None::<NaiveDate>),
        ))
        .execute(tx.db())?;
    show::<N>(tx, row.id(), Some(&name), Some(due))?;
    Ok(due)
}

/// What the profile makes of silence, as a running clock keeps it.
fn silence_of(running: &Running) -> Option<Silence> {
    [Silence::None, Silence::Escalate, Silence::Lapse, Silence::Consent].into_iter().find(|silence| silence.as_str() == running.silence)
}

/// Clocks that run towards a day and concern this caller, the earliest day first: those that wait for his organisation, and for
/// those who act for the whole city every one; `turn` tells whose turn it is in a state of a kind of case. At most 500.
pub fn due_to(look: &mut Look, who: &Caller, turn: impl Fn(&str, &str) -> Option<&'static [Role]>) -> Result<Vec<Running>> {
    let Some(org) = who.org else { return Ok(Vec::new()) };
    let running = || deadline::table.filter(deadline::state.eq(State::Running).and(deadline::due_on.is_not_null())).into_boxed::<MultiBackend>();
    let asked = if who.roles.iter().any(|role| is_citywide(*role)) { running() } else { running().filter(deadline::waits_for.eq(org)) };
    let found: Vec<Running> = asked.order((deadline::due_on.asc(), deadline::id.asc())).limit(2000).select(Running::as_select()).load(look.db())?;
    let mine = |r: &Running| {
        let Some(turn) = turn(&r.noun, &r.stands) else { return false };
        // Where nobody's turn is told by the table, the day is the organisation's own.
        let own = r.waits_for == Some(org) && (turn.is_empty() || turn.iter().any(|role| !is_citywide(*role) && who.is(*role)));
        own || turn.iter().any(|role| is_citywide(*role) && who.is(*role))
    };
    Ok(found.into_iter().filter(mine).take(500).collect())
}

/// Roles that act for the whole city: one organisation in it holds them.
fn is_citywide(role: Role) -> bool {
    matches!(role, Role::Office | Role::Bureau | Role::ScenarioDesk | Role::Reviewer | Role::Legal | Role::Finance | Role::SystemAdmin)
}
