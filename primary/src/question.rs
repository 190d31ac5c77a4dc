//! 公告答疑 — a question about an announcement; answered for everybody, so that no bidder knows more than another
//! (ZJK-13(5): fair competition).

use crate::announcement::{self, Announcement};
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
use platform::schema::question;
use platform::sheet::{self, Answers, REASON, Sheet};
use platform::{At, Id, words};
use serde::Serialize;

words! { pub enum State: "question-state" { Asked = "asked", Answered = "answered", Withheld = "withheld" } }
words! { pub enum Act: "question-act" { Ask = "ask", Answer = "answer", Withhold = "withhold" } }

use Role::{Registered, ScenarioDesk};

pub const STEPS: &[Step<State, Act>] = &[
    begin(Act::Ask, &[Registered], State::Asked, "ZJK-13(5)").tell(&[Tell::Role(ScenarioDesk)]).clock("question_answer"),
    step(State::Asked, Act::Answer, &[ScenarioDesk], State::Answered, "ZJK-13(5)").tell(&[Tell::Owner]),
    // Not shown to the public: it names a bidder, or asks for what nobody may be told.
    step(State::Asked, Act::Withhold, &[ScenarioDesk], State::Withheld, "ZJK-13(5)").tell(&[Tell::Owner]),
];

pub const QUESTION: Sheet = Sheet { name: "question", fields: &[sheet::pick("announcement", "announcements"), sheet::text("question", 2000)] };
pub const ANSWER: Sheet = Sheet { name: "question-answer", fields: &[sheet::text("answer", 4000)] };

/// A question and, later, its answer.
#[derive(Clone, Debug, Queryable, Selectable, Insertable, Serialize)]
#[diesel(table_name = question)]
pub struct Question {
    pub id: Id<Question>,
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
    pub announcement: Id<Announcement>,
}

impl Question {
    /// `question` and, once answered, `answer`. Pages for the public show these and the dates, never who asked.
    pub fn answers(&self) -> Answers {
        Answers::parse(&self.content)
    }
    /// Asked by the caller or by somebody of the caller's organisation.
    pub fn is_of(&self, who: &Caller) -> bool {
        self.owner.is_some_and(|o| who.acts_for(o)) || (self.created_by.is_some() && self.created_by == who.person)
    }
}

impl Noun for Question {
    type State = State;
    type Act = Act;
    const NAME: &'static str = "question";
    const TABLE: &'static str = "question";
    const PATH: &'static str = "questions";
    const STEPS: &'static [Step<State, Act>] = STEPS;
    const OPENING: Option<Opening<Self>> = Some(Opening { act: Act::Ask, sheet: &QUESTION, draft: false, run: ask });
    const DEEDS: &'static [Deed<Self>] = &[
        deed(Act::Answer, &ANSWER, answer),
        deed(Act::Withhold, &REASON, |tx, who, row, a| flow::take(tx, who, row, Act::Withhold, Record::none().because(a.text("reason"))).map(drop)),
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
    /// Everybody sees what is answered; the rest is for whoever asked and for those who oversee.
    fn find(look: &mut Look, who: &Caller, id: Id<Question>) -> Result<Question> {
        let row: Question = question::table.find(id).select(Question::as_select()).first(look.db())?;
        let seen = row.state == State::Answered || row.is_of(who) || who.oversees();
        if seen { Ok(row) } else { Err(Refusal::NotFound) }
    }
    fn choices(look: &mut Look, _: &Caller, _: Option<&Self>, list: &str) -> Result<Vec<Choice>> {
        if list == "announcements" { announcement::choices(look, announcement::State::Published) } else { Ok(Vec::new()) }
    }
}

/// The first characters of a text, for a title.
pub(crate) fn beginning(text: &str) -> String {
    let line = text.lines().next().unwrap_or_default();
    let short: String = line.chars().take(60).collect();
    if short.len() < line.len() { format!("{short}…") } else { short }
}

fn ask(tx: &mut Tx, who: &Caller, a: Answers) -> Result<Id<Question>> {
    let id = a.text("announcement").parse().map_err(|_| Refusal::fault("announcement", "not-a-choice"))?;
    // What the caller may not see is not found, as everywhere.
    let about = Announcement::find(tx, who, id)?;
    if !about.takes_bids(tx.now()) {
        return match about.deadline {
            Some(deadline) => Err(Refusal::TooLate { deadline }),
            None => Err(Refusal::fault("announcement", "not-a-choice")),
        };
    }
    let row = Question {
        id: tx.id(),
        serial: None,
        title: beginning(a.text("question")),
        state: flow::first::<Question>(Act::Ask)?,
        owner: who.org,
        clock: None,
        due_on: None,
        profile: tx.profile().version_tag(),
        content: a.json(),
        created_by: who.person,
        created_at: tx.now(),
        updated_at: tx.now(),
        announcement: about.id,
    };
    diesel::insert_into(question::table).values(&row).execute(tx.db())?;
    flow::begin_case(tx, who, &row, Act::Ask, Record::of(&a))?;
    Ok(row.id)
}

fn answer(tx: &mut Tx, who: &Caller, row: &Question, a: Answers) -> Result<()> {
    let mut content = row.answers();
    content.merge(a.clone());
    diesel::update(question::table.find(row.id)).set(question::content.eq(content.json())).execute(tx.db())?;
    flow::take(tx, who, row, Act::Answer, Record::of(&a)).map(drop)
}

/// The questions about an announcement, newest first: the answered ones for everybody, one's own and, for those who
/// oversee, all.
pub fn of(look: &mut Look, who: &Caller, about: Id<Announcement>, page: Page) -> Result<Paged<Question>> {
    list(look, who, &Wanted { announcement: Some(about), ..Wanted::default() }, page)
}

/// What a list of questions asks for. Empty fields ask for everything.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    pub words: String,
    pub state: Option<State>,
    pub announcement: Option<Id<Announcement>>,
}

/// Questions across announcements, newest first, as the desk's work list; others see what [`of`] shows them.
pub fn list(look: &mut Look, who: &Caller, wanted: &Wanted, page: Page) -> Result<Paged<Question>> {
    let filter = || {
        let mut q = question::table.into_boxed::<MultiBackend>();
        if !who.oversees() {
            q = match (who.org, who.person) {
                (Some(org), Some(me)) => q.filter(question::state.eq(State::Answered).or(question::owner.eq(org)).or(question::created_by.eq(me))),
                (_, Some(me)) => q.filter(question::state.eq(State::Answered).or(question::created_by.eq(me))),
                _ => q.filter(question::state.eq(State::Answered)),
            };
        }
        if let Some(about) = wanted.announcement {
            q = q.filter(question::announcement.eq(about));
        }
        if let Some(state) = wanted.state {
            q = q.filter(question::state.eq(state));
        }
        if !wanted.words.trim().is_empty() {
            q = q.filter(question::title.like(like(&wanted.words)).escape('\\'));
        }
        q
    };
    let total: i64 = filter().count().get_result(look.db())?;
    let rows = filter()
        .order((question::created_at.desc(), question::id.desc()))
        .limit(page.limit())
        .offset(page.offset())
        .select(Question::as_select())
        .load(look.db())?;
    Ok(page.of(rows, total))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn table_is_sound() {
        assert_eq!(flow::faults(&flow::table::<Question>(), &["answered", "withheld"]), Vec::<String>::new());
    }

    #[test]
    fn titles_are_short() {
        assert_eq!(beginning("可以联合投标吗？\n第二行"), "可以联合投标吗？");
        assert_eq!(beginning(&"长".repeat(61)).chars().count(), 61);
    }
}
