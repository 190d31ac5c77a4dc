//! 异议 — an objection to a published result: filed within the period that the notice names, answered with reasons before
//! anything is awarded (BJ-12, NJ-10).

use crate::announcement::{self, Announcement};
use crate::question::beginning;
use chrono::NaiveDate;
use diesel::prelude::*;
use platform::caller::{Caller, Role};
use platform::db::{Look, MultiBackend, Tx};
use platform::diesel;
use platform::event::Record;
use platform::flow::{self, Choice, Deed, Heading, Noun, Opening, Step, Tell, begin, deed, step};
use platform::paging::{Page, Paged, like};
use platform::people::{Org, Person};
use platform::refusal::{Refusal, Result};
use platform::schema::objection;
use platform::sheet::{self, Answers, REASON, Sheet};
use platform::{At, Id, words};
use serde::Serialize;

words! { pub enum State: "objection-state" { Filed = "filed", Upheld = "upheld", Rejected = "rejected" } }
words! { pub enum Act: "objection-act" { File = "file", Uphold = "uphold", Reject = "reject" } }

use Role::{Legal, Registered};

pub const STEPS: &[Step<State, Act>] = &[
    begin(Act::File, &[Registered], State::Filed, "BJ-12").tell(&[Tell::Role(Legal)]).clock("complaint_answer"),
    step(State::Filed, Act::Uphold, &[Legal], State::Upheld, "BJ-12").tell(&[Tell::Owner]),
    step(State::Filed, Act::Reject, &[Legal], State::Rejected, "BJ-12").tell(&[Tell::Owner]),
];

pub const OBJECTION: Sheet = Sheet {
    name: "objection",
    fields: &[
        sheet::pick("announcement", "announcements"),
        sheet::text("grounds", 4000),
        sheet::text("request", 2000),
        sheet::files("evidence").optional(),
        sheet::line("contact", 200),
    ],
};

/// An objection.
#[derive(Clone, Debug, Queryable, Selectable, Insertable, Serialize)]
#[diesel(table_name = objection)]
pub struct Objection {
    pub id: Id<Objection>,
    pub serial: Option<String>,
    pub title: String,
    pub state: State,
    pub owner: Option<Id<Org>>,
    pub clock: Option<String>,
    pub due_on: Option<NaiveDate>,
    pub profile: String,
    pub content: String,
    pub created_by: Option<Id<Person>>,
    pub created_at: At,
    pub updated_at: At,
    /// What is objected to: the noun's name and the row's id.
    pub noun: String,
    pub subject: String,
}

impl Objection {
    /// Grounds and request and, once answered, `answer`.
    pub fn answers(&self) -> Answers {
        Answers::parse(&self.content)
    }
    fn is_of(&self, who: &Caller) -> bool {
        self.owner.is_some_and(|o| who.acts_for(o)) || (self.created_by.is_some() && self.created_by == who.person)
    }
}

impl Noun for Objection {
    type State = State;
    type Act = Act;
    const NAME: &'static str = "objection";
    const TABLE: &'static str = "objection";
    const PATH: &'static str = "objections";
    const STEPS: &'static [Step<State, Act>] = STEPS;
    const OPENING: Option<Opening<Self>> = Some(Opening { act: Act::File, sheet: &OBJECTION, draft: false, run: file });
    const DEEDS: &'static [Deed<Self>] = &[
        deed(Act::Uphold, &REASON, |tx, who, row, a| decide(tx, who, row, Act::Uphold, a)),
        deed(Act::Reject, &REASON, |tx, who, row, a| decide(tx, who, row, Act::Reject, a)),
    ];

    fn id(&self) -> Id<Self> {
        self.id
    }
    fn state(&self) -> State {
        self.state
    }
    fn heading(&self) -> Heading {
        Heading {
            id: self.id.to_string(),
            serial: self.serial.clone(),
            title: self.title.clone(),
            owner: self.owner,
            due_on: self.due_on,
            clock: self.clock.clone(),
        }
    }
    /// Seen by whoever filed it, by the filer's organisation, and by those who oversee.
    fn find(look: &mut Look, who: &Caller, id: Id<Objection>) -> Result<Objection> {
        let row: Objection = objection::table.find(id).select(Objection::as_select()).first(look.db())?;
        if row.is_of(who) || who.oversees() || who.is(Role::Calendar) { Ok(row) } else { Err(Refusal::NotFound) }
    }
    fn choices(look: &mut Look, _: &Caller, _: Option<&Self>, list: &str) -> Result<Vec<Choice>> {
        if list == "announcements" { announcement::choices(look, announcement::State::Noticed) } else { Ok(Vec::new()) }
    }
}

fn file(tx: &mut Tx, who: &Caller, mut a: Answers) -> Result<Id<Objection>> {
    let id = a.text("announcement").parse().map_err(|_| Refusal::fault("announcement", "not-a-choice"))?;
    let about = Announcement::find(tx, who, id)?;
    let Some(until) = about.objection_until.filter(|_| about.state == announcement::State::Noticed) else {
        return Err(Refusal::fault("announcement", "no-result-yet"));
    };
    if tx.today() > until {
        return Err(Refusal::TooLate { deadline: platform::day::end_of_day_utc(until) });
    }
    let id = tx.id();
    let evidence = a.list("evidence");
    if !evidence.is_empty() {
        let kept = platform::file::attach(tx, who, &evidence, Objection::NAME, &id.to_string(), false)?;
        a.set("evidence", kept);
    }
    let row = Objection {
        id,
        serial: None,
        title: beginning(a.text("grounds")),
        state: flow::first::<Objection>(Act::File)?,
        owner: who.org,
        clock: None,
        due_on: None,
        profile: tx.profile().version_tag(),
        content: a.json(),
        created_by: who.person,
        created_at: tx.now(),
        updated_at: tx.now(),
        noun: Announcement::NAME.into(),
        subject: about.id.to_string(),
    };
    diesel::insert_into(objection::table).values(&row).execute(tx.db())?;
    flow::begin_case(tx, who, &row, Act::File, Record::of(&a))?;
    Ok(row.id)
}

fn decide(tx: &mut Tx, who: &Caller, row: &Objection, act: Act, a: Answers) -> Result<()> {
    let mut content = row.answers();
    content.set("answer", a.text("reason"));
    diesel::update(objection::table.find(row.id)).set(objection::content.eq(content.json())).execute(tx.db())?;
    flow::take(tx, who, row, act, Record::none().because(a.text("reason"))).map(drop)
}

/// How many objections to a case wait for an answer.
pub fn unanswered(look: &mut Look, noun: &str, subject: &str) -> Result<i64> {
    Ok(objection::table
        .filter(objection::noun.eq(noun).and(objection::subject.eq(subject)).and(objection::state.eq(State::Filed)))
        .count()
        .get_result(look.db())?)
}

/// The outcome of the objections to a case, as the public sees it: how many in each state.
pub fn outcome(look: &mut Look, noun: &str, subject: &str) -> Result<Vec<(State, i64)>> {
    Ok(objection::table
        .filter(objection::noun.eq(noun).and(objection::subject.eq(subject)))
        .group_by(objection::state)
        .select((objection::state, diesel::dsl::count_star()))
        .load(look.db())?)
}

/// What a list of objections asks for. Empty fields ask for everything.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    pub words: String,
    pub state: Option<State>,
    /// Id of what is objected to.
    pub subject: String,
}

/// Objections in the caller's sight, newest first: those who oversee see all, others their own.
pub fn list(look: &mut Look, who: &Caller, wanted: &Wanted, page: Page) -> Result<Paged<Objection>> {
    if who.person.is_none() {
        return Err(Refusal::SignIn);
    }
    let filter = || {
        let mut q = objection::table.into_boxed::<MultiBackend>();
        if !who.oversees() {
            q = match (who.org, who.person) {
                (Some(org), Some(me)) => q.filter(objection::owner.eq(org).or(objection::created_by.eq(me))),
                (_, me) => q.filter(objection::created_by.eq(me)),
            };
        }
        if let Some(state) = wanted.state {
            q = q.filter(objection::state.eq(state));
        }
        if !wanted.subject.is_empty() {
            q = q.filter(objection::subject.eq(wanted.subject.clone()));
        }
        if !wanted.words.trim().is_empty() {
            q = q.filter(objection::title.like(like(&wanted.words)).escape('\\'));
        }
        q
    };
    let total: i64 = filter().count().get_result(look.db())?;
    let rows = filter()
        .order((objection::created_at.desc(), objection::id.desc()))
        .limit(page.limit())
        .offset(page.offset())
        .select(Objection::as_select())
        .load(look.db())?;
    Ok(page.of(rows, total))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn table_is_sound() {
        assert_eq!(flow::faults(&flow::table::<Objection>(), &["upheld", "rejected"]), Vec::<String>::new());
    }
}
