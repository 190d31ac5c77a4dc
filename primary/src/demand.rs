//! 应用场景需求 — what somebody wants data for: filed by anybody signed in, merged by the scenario desk into a class of
//! scenario, answered when the office has decided on the class (ZJK-13(3)).

use crate::scenario::{self, Scenario};
use crate::{Domain, ProductForm, Purpose};
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
use platform::schema::demand;
use platform::sheet::{self, Answers, NOTHING, REASON, Sheet};
use platform::{At, Id, Word, words};
use resources::Cycle;
use serde::Serialize;

mod import;
pub use import::{preview, save};
pub(crate) use import::{read_list, settle_list};

words! {
    pub enum State: "demand-state" {
        Filed = "filed", Merged = "merged", Declined = "declined", Answered = "answered", Withdrawn = "withdrawn",
    }
}
words! {
    pub enum Act: "demand-act" {
        File = "file", Import = "import", Merge = "merge", Split = "split", Decline = "decline", Answer = "answer", Withdraw = "withdraw",
    }
}

use Role::{Office, Registered, ScenarioDesk};

pub const STEPS: &[Step<State, Act>] = &[
    begin(Act::File, &[Registered], State::Filed, "ZJK-13(3)").tell(&[Tell::Role(ScenarioDesk)]),
    begin(Act::Import, &[ScenarioDesk], State::Filed, "ZJK-13(3)"),
    step(State::Filed, Act::Merge, &[ScenarioDesk], State::Merged, "ZJK-13(3)").tell(&[Tell::Owner]),
    step(State::Merged, Act::Split, &[ScenarioDesk], State::Filed, "ZJK-13(3)"),
    step(State::Filed, Act::Decline, &[ScenarioDesk], State::Declined, "ZJK-13(3)").tell(&[Tell::Owner]),
    // The desk answers what joins a class that is decided already.
    step(State::Merged, Act::Answer, &[Office, ScenarioDesk], State::Answered, "ZJK-13(3)").tell(&[Tell::Owner]),
    step(State::Filed, Act::Withdraw, &[Registered], State::Withdrawn, "ZJK-13(3)"),
    step(State::Merged, Act::Withdraw, &[Registered], State::Withdrawn, "ZJK-13(3)"),
];

/// One set of data that is wanted, with why no less would do (ZJK-14(3)).
pub const DATA: Sheet = Sheet {
    name: "demand-data",
    fields: &[
        sheet::line("department", 100).optional(),
        sheet::line("dataset", 200),
        sheet::text("items", 1000).optional(),
        sheet::text("reason", 1000),
        sheet::line("period", 100).optional(),
        sheet::choice::<Cycle>("refresh").optional(),
    ],
};
/// A demand as a person files it.
pub const DEMAND: Sheet = Sheet {
    name: "demand",
    fields: &[
        sheet::line("title", 100),
        sheet::line("category", 100).optional(),
        sheet::choice::<Domain>("domain"),
        sheet::choice::<Purpose>("purpose"),
        sheet::line("unit", 100),
        sheet::text("problem", 4000).under("need"),
        sheet::text("expected_result", 4000).under("need"),
        sheet::many::<ProductForm>("product_forms").under("need"),
        sheet::rows("data_needed", &DATA).under("data"),
        sheet::tick("personal").under("data"),
        sheet::text("consent_route", 2000).optional().under("data"),
        sheet::text("value", 4000).under("effect"),
        sheet::text("plan", 4000).optional().under("effect"),
        sheet::line("contact", 200).under("effect"),
    ],
};
/// A demand as a line of a list collected elsewhere: shorter, the rest is asked for when a class is made of it.
pub const LISTED: Sheet = Sheet {
    name: "demand",
    fields: &[
        sheet::line("title", 100),
        sheet::line("category", 100).optional(),
        sheet::choice::<Domain>("domain"),
        sheet::choice::<Purpose>("purpose"),
        sheet::line("unit", 100).optional(),
        sheet::text("problem", 4000).optional(),
        sheet::text("expected_result", 4000).optional(),
        sheet::many::<ProductForm>("product_forms").optional(),
        sheet::line("contact", 200).optional(),
    ],
};
/// Into which class it goes: one there is, or a new one of that title.
pub const MERGE: Sheet =
    Sheet { name: "demand-merge", fields: &[sheet::pick("scenario", "scenarios").optional(), sheet::line("title", 100).optional()] };

/// A demand for a scenario.
#[derive(Clone, Debug, Queryable, Selectable, Insertable, Serialize)]
#[diesel(table_name = demand)]
pub struct Demand {
    pub id: Id<Demand>,
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
    pub domain: Domain,
    pub purpose: Purpose,
    /// The class it was merged into.
    pub scenario: Option<Id<Scenario>>,
}

impl Demand {
    /// What is wanted.
    pub fn answers(&self) -> Answers {
        Answers::parse(&self.content)
    }
    /// Filed by the caller or by somebody of the caller's organisation.
    fn is_of(&self, who: &Caller) -> bool {
        self.owner.is_some_and(|o| who.acts_for(o)) || (self.created_by.is_some() && self.created_by == who.person)
    }
}

impl Noun for Demand {
    type State = State;
    type Act = Act;
    const NAME: &'static str = "demand";
    const TABLE: &'static str = "demand";
    const PATH: &'static str = "demands";
    const STEPS: &'static [Step<State, Act>] = STEPS;
    const RESTS: &'static [State] = &[State::Merged];
    const OPENING: Option<Opening<Self>> = Some(Opening { act: Act::File, sheet: &DEMAND, draft: false, run: file });
    const DEEDS: &'static [Deed<Self>] = &[
        deed(Act::Merge, &MERGE, merge),
        deed(Act::Split, &REASON, split).when(class_is_open),
        deed(Act::Decline, &REASON, |tx, who, row, a| flow::take(tx, who, row, Act::Decline, Record::none().because(a.text("reason"))).map(drop)),
        deed(Act::Withdraw, &NOTHING, |tx, who, row, _| flow::take(tx, who, row, Act::Withdraw, Record::none()).map(drop))
            .when(|_, who, row| if row.is_of(who) { Ok(()) } else { Err(Refusal::NotFound) }),
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
    fn find(look: &mut Look, who: &Caller, id: Id<Demand>) -> Result<Demand> {
        let row: Demand = demand::table.find(id).select(Demand::as_select()).first(look.db())?;
        if row.is_of(who) || who.oversees() { Ok(row) } else { Err(Refusal::NotFound) }
    }
    fn choices(look: &mut Look, _: &Caller, _: Option<&Self>, list: &str) -> Result<Vec<Choice>> {
        if list == "scenarios" { scenario::joinable(look) } else { Ok(Vec::new()) }
    }
}

/// A class takes demands in or lets them go only while the office does not have it.
fn class_is_open(look: &mut Look, _: &Caller, row: &Demand) -> Result<()> {
    let Some(class) = row.scenario else { return Ok(()) };
    match scenario::row(look, class)?.state {
        scenario::State::Drafted | scenario::State::Returned => Ok(()),
        state => Err(Refusal::WrongState { state: state.as_str(), act: Act::Split.as_str(), article: "ZJK-13(3)" }),
    }
}

fn insert(tx: &mut Tx, who: &Caller, act: Act, a: &Answers) -> Result<Id<Demand>> {
    let row = Demand {
        id: tx.id(),
        serial: Some(platform::serial::next(tx, "demand")?),
        title: a.text("title").to_string(),
        state: flow::first::<Demand>(act)?,
        owner: who.org,
        clock: None,
        due_on: None,
        profile: tx.profile().version_tag(),
        content: a.json(),
        created_by: who.person,
        created_at: tx.now(),
        updated_at: tx.now(),
        domain: Domain::of(a.text("domain")).ok_or_else(|| Refusal::fault("domain", "not-a-choice"))?,
        purpose: Purpose::of(a.text("purpose")).ok_or_else(|| Refusal::fault("purpose", "not-a-choice"))?,
        scenario: None,
    };
    diesel::insert_into(demand::table).values(&row).execute(tx.db())?;
    flow::begin_case(tx, who, &row, act, Record::of(a))?;
    Ok(row.id)
}

fn file(tx: &mut Tx, who: &Caller, a: Answers) -> Result<Id<Demand>> {
    // Data about persons is used only with their consent, so the way to it is asked at once (BJ-21).
    if a.ticked("personal") && a.given("consent_route").is_none() {
        return Err(Refusal::fault("consent_route", "required"));
    }
    insert(tx, who, Act::File, &a)
}

fn merge(tx: &mut Tx, who: &Caller, row: &Demand, a: Answers) -> Result<()> {
    match (a.given("scenario"), a.given("title")) {
        (Some(_), None) => {
            let class = a.text("scenario").parse().map_err(|_| Refusal::fault("scenario", "not-a-choice"))?;
            join(tx, who, row, class)
        }
        (None, Some(_)) => {
            let class = scenario::from_demand(tx, who, row, a.text("title"))?;
            join(tx, who, row, class)
        }
        _ => Err(Refusal::fault("scenario", "one-of-two")),
    }
}

/// Puts a demand into a class. One that is decided already answers it at once.
pub(crate) fn join(tx: &mut Tx, who: &Caller, row: &Demand, into: Id<Scenario>) -> Result<()> {
    use scenario::State as Class;
    let class = scenario::row(tx, into)?;
    if !matches!(class.state, Class::Drafted | Class::Returned | Class::Approved | Class::Published) {
        return Err(Refusal::fault("scenario", "not-a-choice"));
    }
    diesel::update(demand::table.find(row.id)).set(demand::scenario.eq(Some(into))).execute(tx.db())?;
    let state = flow::take(tx, who, row, Act::Merge, Record::of(serde_json::json!({"scenario": into, "title": class.title})))?;
    if matches!(class.state, Class::Approved | Class::Published) {
        let merged = Demand { state, ..row.clone() };
        flow::take(tx, who, &merged, Act::Answer, Record::of(serde_json::json!({"scenario": into, "outcome": class.state})))?;
    }
    Ok(())
}

fn split(tx: &mut Tx, who: &Caller, row: &Demand, a: Answers) -> Result<()> {
    diesel::update(demand::table.find(row.id)).set(demand::scenario.eq(None::<Id<Scenario>>)).execute(tx.db())?;
    flow::take(tx, who, row, Act::Split, Record::none().because(a.text("reason"))).map(drop)
}

/// The demands of a class, oldest first, at most 2,000.
pub fn of_class(look: &mut Look, class: Id<Scenario>) -> Result<Vec<Demand>> {
    Ok(demand::table
        .filter(demand::scenario.eq(class))
        .order((demand::created_at.asc(), demand::id.asc()))
        .limit(2000)
        .select(Demand::as_select())
        .load(look.db())?)
}

/// Makes exactly these demands the members of a class that is being drafted: joins the new, lets the others go.
pub(crate) fn set_members(tx: &mut Tx, who: &Caller, class: Id<Scenario>, ids: &[String]) -> Result<()> {
    let wanted: Vec<Id<Demand>> = ids.iter().map(|i| i.parse()).collect::<Result<_>>().map_err(|_| Refusal::fault("demands", "not-a-choice"))?;
    let members: Vec<Demand> = of_class(tx, class)?.into_iter().filter(|d| d.state == State::Merged).collect();
    for gone in members.iter().filter(|d| !wanted.contains(&d.id)) {
        split(tx, who, gone, Answers::default())?;
    }
    let new: Vec<Id<Demand>> = wanted.into_iter().filter(|id| members.iter().all(|d| d.id != *id)).collect();
    let rows: Vec<Demand> =
        demand::table.filter(demand::id.eq_any(new.clone()).and(demand::state.eq(State::Filed))).select(Demand::as_select()).load(tx.db())?;
    if rows.len() != new.len() {
        return Err(Refusal::fault("demands", "not-a-choice"));
    }
    rows.iter().try_for_each(|row| join(tx, who, row, class))
}

/// Answers the demands of a class on which the office has decided.
pub(crate) fn answer(tx: &mut Tx, who: &Caller, class: &Scenario, outcome: &str, reason: &str) -> Result<()> {
    let record = || Record::of(serde_json::json!({"scenario": class.id, "title": class.title, "outcome": outcome})).because(reason);
    let members = of_class(tx, class.id)?;
    members.iter().filter(|d| d.state == State::Merged).try_for_each(|d| flow::take(tx, who, d, Act::Answer, record()).map(drop))
}

/// Lets the demands of a dropped class go back to the desk.
pub(crate) fn release(tx: &mut Tx, who: &Caller, class: Id<Scenario>, reason: &str) -> Result<()> {
    let why = Answers::of(serde_json::json!({"reason": reason}));
    let members = of_class(tx, class)?;
    members.iter().filter(|d| d.state == State::Merged).try_for_each(|d| split(tx, who, d, why.clone()))
}

/// Filed demands, and those already in the class, as offers of a form; at most 500.
pub(crate) fn choices(look: &mut Look, class: Option<Id<Scenario>>) -> Result<Vec<Choice>> {
    let mut q = demand::table.into_boxed::<MultiBackend>().filter(demand::state.eq(State::Filed));
    if let Some(class) = class {
        q = q.or_filter(demand::scenario.eq(class).and(demand::state.eq(State::Merged)));
    }
    let rows: Vec<Demand> = q.order((demand::created_at.desc(), demand::id.desc())).limit(500).select(Demand::as_select()).load(look.db())?;
    Ok(rows.into_iter().map(|d| Choice::new(d.id, format!("{} · {}", d.title, d.serial.unwrap_or_default()))).collect())
}

/// What a list of demands asks for. Empty fields ask for everything.
#[derive(Clone, Debug, Default)]
pub struct Ask {
    pub words: String,
    pub state: Option<State>,
    pub domain: Option<Domain>,
    pub purpose: Option<Purpose>,
}

/// Demands in the caller's sight, newest first: those who oversee see all, others their own.
pub fn list(look: &mut Look, who: &Caller, ask: &Ask, page: Page) -> Result<Paged<Demand>> {
    if who.person.is_none() && !who.oversees() {
        return Err(Refusal::SignIn);
    }
    let filter = || {
        let mut q = demand::table.into_boxed::<MultiBackend>();
        if !who.oversees() {
            q = match (who.org, who.person) {
                (Some(org), Some(person)) => q.filter(demand::owner.eq(org).or(demand::created_by.eq(person))),
                (_, person) => q.filter(demand::created_by.eq(person)),
            };
        }
        if let Some(state) = ask.state {
            q = q.filter(demand::state.eq(state));
        }
        if let Some(domain) = ask.domain {
            q = q.filter(demand::domain.eq(domain));
        }
        if let Some(purpose) = ask.purpose {
            q = q.filter(demand::purpose.eq(purpose));
        }
        if !ask.words.trim().is_empty() {
            q = q.filter(demand::title.like(like(&ask.words)).escape('\\'));
        }
        q
    };
    let total: i64 = filter().count().get_result(look.db())?;
    let rows = filter()
        .order((demand::created_at.desc(), demand::id.desc()))
        .limit(page.limit())
        .offset(page.offset())
        .select(Demand::as_select())
        .load(look.db())?;
    Ok(page.of(rows, total))
}

/// How many demands were ever filed, and how many of them are answered; for the front page.
pub fn counts(look: &mut Look) -> Result<(i64, i64)> {
    let all: i64 = demand::table.count().get_result(look.db())?;
    let answered: i64 = demand::table.filter(demand::state.eq(State::Answered)).count().get_result(look.db())?;
    Ok((all, answered))
}

pub(crate) fn must_be_desk(who: &Caller) -> Result<()> {
    if who.is(ScenarioDesk) { Ok(()) } else { Err(Refusal::WrongRole { by: &[ScenarioDesk], article: "ZJK-13(3)" }) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn table_is_sound() {
        assert_eq!(flow::faults(&flow::table::<Demand>(), &["declined", "answered", "withdrawn"]), Vec::<String>::new());
    }
}
