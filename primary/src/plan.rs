//! 应急处置预案 — one licence, one emergency plan: without it the licence does not come into force (ZJ-6.4, ZJK-14(1)).

use crate::licence::{self, Licence};
use chrono::NaiveDate;
use diesel::prelude::*;
use platform::event::Record;
use platform::flow::{self, Choice, Deed, Heading, Noun, Opening, Step, Tell, begin, step};
use platform::paging::{Page, Paged};
use platform::people::{Org, Person, org};
use platform::schema::plan;
use platform::sheet::{self, Answers, Sheet};
use platform::{At, Caller, Id, Look, MultiBackend, Refusal, Result, Role, Tx, diesel, file, words};
use serde::Serialize;

words! { pub enum State: "plan-state" { Filed = "filed", Replaced = "replaced" } }
words! { pub enum Act: "plan-act" { File = "file", Replace = "replace" } }

use Role::{DeveloperAdmin, DeveloperStaff, Legal};

pub const STEPS: &[Step<State, Act>] = &[
    begin(Act::File, &[DeveloperAdmin, DeveloperStaff], State::Filed, "ZJK-14(1)").tell(&[Tell::Role(Legal)]),
    step(State::Filed, Act::Replace, &[DeveloperAdmin, DeveloperStaff], State::Replaced, "ZJK-14(1)"),
];

const SHEET: Sheet = Sheet {
    name: "plan",
    fields: &[
        sheet::pick("licence", "licence"),
        sheet::line("lead", 50),
        sheet::line("phone", 30),
        sheet::text("risks", 5000),
        sheet::text("measures", 10_000),
        sheet::text("reporting", 5000),
        sheet::date("drilled_on").optional(),
        sheet::files("files").optional(),
    ],
};

/// An emergency plan; `owner` is the licence's holder.
#[derive(Clone, Debug, Queryable, Selectable, Insertable, Serialize)]
#[diesel(table_name = plan)]
pub struct Plan {
    pub id: Id<Plan>,
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
    pub licence: Id<Licence>,
}

impl Plan {
    /// The plan as it was filed.
    pub fn answers(&self) -> Answers {
        Answers::parse(&self.content)
    }
}

impl Noun for Plan {
    type State = State;
    type Act = Act;
    const NAME: &'static str = "plan";
    const TABLE: &'static str = "plan";
    const PATH: &'static str = "plans";
    const STEPS: &'static [Step<State, Act>] = STEPS;
    const OPENING: Option<Opening<Self>> = Some(Opening { act: Act::File, sheet: &SHEET, draft: false, run: file_plan });
    const RESTS: &'static [State] = &[State::Filed];
    const DEEDS: &'static [Deed<Self>] = &[];

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
    /// Seen by the holder's people and by those who oversee.
    fn find(look: &mut Look, who: &Caller, id: Id<Self>) -> Result<Self> {
        let row: Plan = plan::table.find(id).select(Plan::as_select()).first(look.db())?;
        if who.oversees() || (who.org.is_some() && who.org == row.owner) { Ok(row) } else { Err(Refusal::NotFound) }
    }
    fn choices(look: &mut Look, who: &Caller, _: Option<&Self>, list: &str) -> Result<Vec<Choice>> {
        if list != "licence" {
            return Ok(Vec::new());
        }
        let own = licence::list(look, who, &licence::Ask::default(), Page::first(200))?;
        Ok(own.rows.into_iter().filter(needs_plan).map(|l| Choice::new(l.id, format!("{} {}", l.serial.unwrap_or_default(), l.title))).collect())
    }
}

fn needs_plan(licence: &Licence) -> bool {
    !matches!(licence.state, licence::State::Ended | licence::State::Dropped)
}

/// Files a plan for one of the organisation's licences; the one before it is replaced and kept.
fn file_plan(tx: &mut Tx, who: &Caller, mut a: Answers) -> Result<Id<Plan>> {
    let Ok(id) = a.text("licence").parse() else { return Err(Refusal::fault("licence", "not-a-choice")) };
    let licence = Licence::find(tx, who, id)?;
    if !who.acts_for(licence.holder()?) || !needs_plan(&licence) {
        return Err(Refusal::fault("licence", "not-a-choice"));
    }
    org::must_be_ready(tx, who)?;
    let id: Id<Plan> = tx.id();
    let files = file::attach(tx, who, &a.list("files"), Plan::NAME, &id.to_string(), false)?;
    a.set("files", files);
    if let Some(before) = on_file(tx, licence.id)? {
        flow::take(tx, who, &before, Act::Replace, Record::none())?;
    }
    let row = Plan {
        id,
        serial: None,
        title: licence.title.clone(),
        state: flow::first::<Plan>(Act::File)?,
        owner: licence.owner,
        clock: None,
        due_on: None,
        profile: tx.profile().version_tag(),
        content: a.json(),
        created_by: who.person,
        created_at: tx.now(),
        updated_at: tx.now(),
        licence: licence.id,
    };
    diesel::insert_into(plan::table).values(&row).execute(tx.db())?;
    flow::begin_case(tx, who, &row, Act::File, Record::of(a))?;
    Ok(id)
}

/// The plan on file for a licence, whoever asks.
pub fn on_file(look: &mut Look, licence: Id<Licence>) -> Result<Option<Plan>> {
    Ok(plan::table
        .filter(plan::licence.eq(licence).and(plan::state.eq(State::Filed)))
        .order((plan::created_at.desc(), plan::id.desc()))
        .select(Plan::as_select())
        .first(look.db())
        .optional()?)
}

/// Refuses when no plan is on file for the licence.
pub fn must_be_on_file(look: &mut Look, licence: Id<Licence>) -> Result<()> {
    if on_file(look, licence)?.is_some() { Ok(()) } else { Err(Refusal::rule("no-emergency-plan", "ZJ-6.4")) }
}

/// Plans in the caller's sight, of one licence or of all, newest first.
pub fn list(look: &mut Look, who: &Caller, of: Option<Id<Licence>>, page: Page) -> Result<Paged<Plan>> {
    let owner = if who.oversees() { None } else { Some(who.org()?) };
    let filter = || {
        let mut q = plan::table.into_boxed::<MultiBackend>();
        if let Some(owner) = owner {
            q = q.filter(plan::owner.eq(owner));
        }
        if let Some(of) = of {
            q = q.filter(plan::licence.eq(of));
        }
        q
    };
    let total: i64 = filter().count().get_result(look.db())?;
    let rows = filter()
        .order((plan::created_at.desc(), plan::id.desc()))
        .limit(page.limit())
        .offset(page.offset())
        .select(Plan::as_select())
        .load(look.db())?;
    Ok(page.of(rows, total))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn table_is_sound() {
        assert_eq!(flow::faults(&flow::table::<Plan>(), &["replaced"]), Vec::<String>::new());
    }
}
