//! 异议 — an objection to a published result: filed within the period that the notice names, answered with reasons before
//! anything is awarded (ZJK-29, BID-65).

use crate::announcement::{self, Announcement};
use crate::question::beginning;
use diesel::prelude::*;
use platform::caller::{Caller, Role};
use platform::case::{self, Case, New, Sight};
use platform::db::{Look, Tx};
use platform::diesel;
use platform::event::Record;
use platform::flow::{self, Choice, Deed, Heading, Noun, Opening, Step, Tell, begin, deed, step};
use platform::refusal::{Refusal, Result};
use platform::schema::objection;
use platform::sheet::{self, Answers, REASON, Sheet};
use platform::{Id, words};

words! { pub enum State: "objection-state" { Filed = "filed", Upheld = "upheld", Rejected = "rejected" } }
words! { pub enum Act: "objection-act" { File = "file", Uphold = "uphold", Reject = "reject" } }

use Role::{Legal, Registered};

pub const STEPS: &[Step<State, Act>] = &[
    begin(Act::File, &[Registered], State::Filed, "ZJK-29 BID-65").tell(&[Tell::Role(Legal)]).clock("complaint_answer"),
    step(State::Filed, Act::Uphold, &[Legal], State::Upheld, "ZJK-29 BID-65").tell(&[Tell::Owner]),
    step(State::Filed, Act::Reject, &[Legal], State::Rejected, "ZJK-29 BID-65").tell(&[Tell::Owner]),
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

platform::case! {
    /// An objection.
    pub struct Objection in objection {
        /// What is objected to: the noun's name and the row's id.
        pub noun: String,
        pub subject: String,
    }
}

impl Case for Objection {
    /// Seen by whoever filed it, by the filer's organisation, and by those who oversee.
    fn sight(who: &Caller) -> Sight {
        Sight::overseen(who).or("created_by", who.person)
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
        self.head()
    }
    fn find(look: &mut Look, who: &Caller, id: Id<Objection>) -> Result<Objection> {
        case::find(look, &Self::sight(who), id)
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
    let new = New::of(beginning(a.text("grounds"))).id(id).owner(who.org).content(&a);
    Ok(Objection::begin(tx, who, Act::File, new, Record::of(&a), Announcement::NAME.into(), about.id.to_string())?.id)
}

fn decide(tx: &mut Tx, who: &Caller, row: &Objection, act: Act, a: Answers) -> Result<()> {
    let mut content = row.answers();
    content.set("answer", a.text("reason"));
    row.keep(tx, &content)?;
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn table_is_sound() {
        assert_eq!(flow::faults(&flow::table::<Objection>(), &["upheld", "rejected"]), Vec::<String>::new());
    }
}
