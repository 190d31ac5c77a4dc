//! 应用场景 — a class of scenario: made of demands by the scenario desk, decided by the coordination office, one class one
//! review, then published in the scenario catalogue (ZJK-13(3)).

use crate::demand::{self, Demand};
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
use platform::refusal::{Fault, Refusal, Result};
use platform::schema::scenario;
use platform::sheet::{self, Answers, NOTHING, REASON, Sheet};
use platform::{At, Id, Word, words};
use resources::entry;
use resources::import::Preview;
use serde::Serialize;
use serde_json::json;

words! {
    pub enum State: "scenario-state" {
        Drafted = "drafted", Submitted = "submitted", Returned = "returned", Approved = "approved", Refused = "refused",
        Published = "published", Withdrawn = "withdrawn",
    }
}
words! {
    pub enum Act: "scenario-act" {
        Draft = "draft", Import = "import", Edit = "edit", Submit = "submit", Approve = "approve", Return = "return",
        Refuse = "refuse", Publish = "publish", Withdraw = "withdraw",
    }
}

use Role::{Office, ScenarioDesk};

pub const STEPS: &[Step<State, Act>] = &[
    begin(Act::Draft, &[ScenarioDesk], State::Drafted, "ZJK-13(3)"),
    begin(Act::Import, &[ScenarioDesk], State::Drafted, "ZJK-13(3)"),
    step(State::Drafted, Act::Edit, &[ScenarioDesk], State::Drafted, "ZJK-13(3)"),
    step(State::Returned, Act::Edit, &[ScenarioDesk], State::Drafted, "ZJK-13(3)"),
    step(State::Drafted, Act::Submit, &[ScenarioDesk], State::Submitted, "ZJK-13(3)").tell(&[Tell::Role(Office)]).clock("class_decision"),
    step(State::Submitted, Act::Approve, &[Office], State::Approved, "ZJK-13(3)").tell(&[Tell::Role(ScenarioDesk)]),
    step(State::Submitted, Act::Return, &[Office], State::Returned, "ZJK-13(3)").tell(&[Tell::Role(ScenarioDesk)]),
    step(State::Submitted, Act::Refuse, &[Office], State::Refused, "ZJK-13(3)").tell(&[Tell::Role(ScenarioDesk)]),
    step(State::Approved, Act::Publish, &[ScenarioDesk], State::Published, "ZJK-13(3)").tell(&[Tell::Role(Office)]),
    step(State::Drafted, Act::Withdraw, &[ScenarioDesk], State::Withdrawn, "ZJK-13(3)"),
    step(State::Returned, Act::Withdraw, &[ScenarioDesk], State::Withdrawn, "ZJK-13(3)"),
    step(State::Approved, Act::Withdraw, &[ScenarioDesk], State::Withdrawn, "ZJK-13(3)").tell(&[Tell::Role(Office)]),
    // Announcements made while it stood go on; no new one can be made.
    step(State::Published, Act::Withdraw, &[ScenarioDesk], State::Withdrawn, "ZJK-13(3)").tell(&[Tell::Role(Office)]),
];

/// What is said of a class.
pub const SCENARIO: Sheet = Sheet {
    name: "scenario",
    fields: &[
        sheet::line("title", 100),
        sheet::choice::<Domain>("domain"),
        sheet::choice::<Purpose>("purpose"),
        sheet::text("description", 8000).optional(),
        sheet::many::<ProductForm>("product_forms").optional(),
        sheet::picks("demands", "demands").optional(),
        sheet::picks("entries", "entries").optional().under("data"),
        sheet::text("resources", 8000).optional().under("data"),
        sheet::tick("personal").under("data"),
        sheet::text("safeguards", 4000).optional().under("data"),
        sheet::text("value", 4000).optional().under("effect"),
    ],
};

/// A class of scenario.
#[derive(Clone, Debug, Queryable, Selectable, Insertable, Serialize)]
#[diesel(table_name = scenario)]
pub struct Scenario {
    pub id: Id<Scenario>,
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
    /// Day on which it came into the catalogue.
    pub published_on: Option<NaiveDate>,
}

impl Scenario {
    /// What is said of it.
    pub fn answers(&self) -> Answers {
        Answers::parse(&self.content)
    }
}

impl Noun for Scenario {
    type State = State;
    type Act = Act;
    const NAME: &'static str = "scenario";
    const TABLE: &'static str = "scenario";
    const PATH: &'static str = "scenarios";
    const STEPS: &'static [Step<State, Act>] = STEPS;
    const RESTS: &'static [State] = &[State::Published];
    const OPENING: Option<Opening<Self>> = Some(Opening { act: Act::Draft, sheet: &SCENARIO, draft: false, run: draft });
    const DEEDS: &'static [Deed<Self>] = &[
        deed(Act::Edit, &SCENARIO, edit),
        deed(Act::Submit, &NOTHING, submit),
        deed(Act::Approve, &REASON, |tx, who, row, a| {
            demand::answer(tx, who, row, "approved", a.text("reason"))?;
            flow::take(tx, who, row, Act::Approve, Record::of(row.answers()).because(a.text("reason"))).map(drop)
        }),
        deed(Act::Return, &REASON, |tx, who, row, a| flow::take(tx, who, row, Act::Return, Record::none().because(a.text("reason"))).map(drop)),
        deed(Act::Refuse, &REASON, |tx, who, row, a| {
            demand::answer(tx, who, row, "refused", a.text("reason"))?;
            flow::take(tx, who, row, Act::Refuse, Record::of(row.answers()).because(a.text("reason"))).map(drop)
        }),
        deed(Act::Publish, &NOTHING, publish),
        deed(Act::Withdraw, &REASON, |tx, who, row, a| {
            demand::release(tx, who, row.id, a.text("reason"))?;
            flow::take(tx, who, row, Act::Withdraw, Record::none().because(a.text("reason"))).map(drop)
        }),
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
    /// Everybody sees what is or was in the catalogue; the rest is for those who oversee.
    fn find(look: &mut Look, who: &Caller, id: Id<Scenario>) -> Result<Scenario> {
        let row = row(look, id)?;
        if row.published_on.is_some() || who.oversees() { Ok(row) } else { Err(Refusal::NotFound) }
    }
    fn choices(look: &mut Look, who: &Caller, row: Option<&Self>, list: &str) -> Result<Vec<Choice>> {
        match list {
            "entries" => entry::choices(look),
            "demands" if who.oversees() => demand::choices(look, row.map(|r| r.id)),
            _ => Ok(Vec::new()),
        }
    }
    fn filled(look: &mut Look, _: &Caller, row: &Self, act: Act) -> Result<Answers> {
        if act != Act::Edit {
            return Ok(Answers::default());
        }
        let mut a = row.answers();
        let members = demand::of_class(look, row.id)?;
        a.set("demands", members.iter().filter(|d| d.state == demand::State::Merged).map(|d| d.id.to_string()).collect::<Vec<_>>());
        Ok(a)
    }
}

/// Titles of classes that are alive, among these.
fn taken(look: &mut Look, titles: &[String]) -> Result<Vec<(String, Id<Scenario>)>> {
    let mut found = Vec::new();
    for some in titles.chunks(500) {
        let rows: Vec<(String, Id<Scenario>)> = scenario::table
            .filter(scenario::title.eq_any(some.to_vec()).and(scenario::state.ne_all(vec![State::Refused, State::Withdrawn])))
            .select((scenario::title, scenario::id))
            .load(look.db())?;
        found.extend(rows);
    }
    Ok(found)
}

fn insert(tx: &mut Tx, who: &Caller, act: Act, a: &Answers) -> Result<Id<Scenario>> {
    let mut content = a.clone();
    // Which demands belong to it is kept with the demands.
    content.0.remove("demands");
    let row = Scenario {
        id: tx.id(),
        serial: None,
        title: a.text("title").to_string(),
        state: flow::first::<Scenario>(act)?,
        owner: who.org,
        clock: None,
        due_on: None,
        profile: tx.profile().version_tag(),
        content: content.json(),
        created_by: who.person,
        created_at: tx.now(),
        updated_at: tx.now(),
        domain: Domain::of(a.text("domain")).ok_or_else(|| Refusal::fault("domain", "not-a-choice"))?,
        purpose: Purpose::of(a.text("purpose")).ok_or_else(|| Refusal::fault("purpose", "not-a-choice"))?,
        published_on: None,
    };
    diesel::insert_into(scenario::table).values(&row).execute(tx.db())?;
    flow::begin_case(tx, who, &row, act, Record::of(a))?;
    Ok(row.id)
}

fn checked(tx: &mut Tx, own: Option<Id<Scenario>>, a: &Answers) -> Result<()> {
    entry::must_be_operable(tx, "entries", &a.list("entries"))?;
    let title = [a.text("title").to_string()];
    if taken(tx, &title)?.iter().any(|(_, id)| Some(*id) != own) { Err(Refusal::fault("title", "title-taken")) } else { Ok(()) }
}

fn draft(tx: &mut Tx, who: &Caller, a: Answers) -> Result<Id<Scenario>> {
    checked(tx, None, &a)?;
    let id = insert(tx, who, Act::Draft, &a)?;
    demand::set_members(tx, who, id, &a.list("demands"))?;
    Ok(id)
}

/// A new class that begins with what one demand says. The caller joins the demand to it.
pub(crate) fn from_demand(tx: &mut Tx, who: &Caller, of: &Demand, title: &str) -> Result<Id<Scenario>> {
    let said = of.answers();
    let a = Answers::of(json!({
        "title": title, "domain": of.domain, "purpose": of.purpose,
        "description": said.text("problem"), "product_forms": said.list("product_forms"),
        "personal": said.ticked("personal"), "safeguards": said.text("consent_route"), "value": said.text("value"),
    }));
    let a = SCENARIO.settle(&a)?;
    checked(tx, None, &a)?;
    insert(tx, who, Act::Draft, &a)
}

fn edit(tx: &mut Tx, who: &Caller, row: &Scenario, a: Answers) -> Result<()> {
    checked(tx, Some(row.id), &a)?;
    let mut content = a.clone();
    content.0.remove("demands");
    diesel::update(scenario::table.find(row.id))
        .set((
            scenario::title.eq(a.text("title")),
            scenario::content.eq(content.json()),
            scenario::domain.eq(Domain::of(a.text("domain")).unwrap_or(row.domain)),
            scenario::purpose.eq(Purpose::of(a.text("purpose")).unwrap_or(row.purpose)),
        ))
        .execute(tx.db())?;
    let named = Scenario { title: a.text("title").to_string(), ..row.clone() };
    flow::take(tx, who, &named, Act::Edit, Record::of(&a))?;
    demand::set_members(tx, who, row.id, &a.list("demands"))
}

fn submit(tx: &mut Tx, who: &Caller, row: &Scenario, _: Answers) -> Result<()> {
    // What the office decides on must be said, though a list brings it in without.
    let a = row.answers();
    let faults: Vec<Fault> = ["description", "product_forms"].iter().filter(|f| a.given(f).is_none()).map(|f| Fault::at(*f, "required")).collect();
    if !faults.is_empty() {
        return Err(Refusal::Faulty(faults));
    }
    let members: Vec<Id<Demand>> = demand::of_class(tx, row.id)?.iter().map(|d| d.id).collect();
    flow::take(tx, who, row, Act::Submit, Record::of(json!({"scenario": a, "demands": members}))).map(drop)
}

fn publish(tx: &mut Tx, who: &Caller, row: &Scenario, _: Answers) -> Result<()> {
    let serial = platform::serial::next(tx, "scenario")?;
    let today = tx.today();
    diesel::update(scenario::table.find(row.id))
        .set((scenario::serial.eq(Some(&serial)), scenario::published_on.eq(Some(today))))
        .execute(tx.db())?;
    flow::take(tx, who, row, Act::Publish, Record::of(json!({"serial": serial, "published_on": today}))).map(drop)
}

/// Reads a list of classes, such as an approved plan's annex, and says what is wrong with it. Saves nothing.
pub fn preview(look: &mut Look, who: &Caller, bytes: &[u8], name: &str, defaults: &Answers) -> Result<Preview> {
    demand::must_be_desk(who)?;
    let mut preview = demand::read_list(bytes, name, &SCENARIO, true, defaults)?;
    let titles: Vec<String> = preview.rows.iter().map(|r| r.answers.text("title").to_string()).collect();
    let held = taken(look, &titles)?;
    for row in preview.rows.iter_mut().filter(|r| held.iter().any(|(t, _)| t == r.answers.text("title"))) {
        row.faults.push(Fault::at("title", "title-taken"));
    }
    preview.faulty = preview.rows.iter().filter(|r| !r.faults.is_empty()).count();
    Ok(preview)
}

/// Enters every class of a list as a draft, or none.
pub fn save(tx: &mut Tx, who: &Caller, rows: &[Answers]) -> Result<Vec<Id<Scenario>>> {
    demand::must_be_desk(who)?;
    let rows = demand::settle_list(&SCENARIO, rows)?;
    let titles: Vec<String> = rows.iter().map(|r| r.text("title").to_string()).collect();
    let held = taken(tx, &titles)?;
    let mut seen = std::collections::HashSet::new();
    let faults: Vec<Fault> = titles
        .iter()
        .enumerate()
        .filter(|(_, t)| held.iter().any(|(h, _)| h == *t) || !seen.insert(t.as_str()))
        .map(|(at, _)| Fault::at(format!("rows[{at}].title"), "title-taken"))
        .collect();
    if !faults.is_empty() {
        return Err(Refusal::Faulty(faults));
    }
    rows.iter().map(|a| insert(tx, who, Act::Import, a)).collect()
}

/// What a list of classes asks for. Empty fields ask for everything.
#[derive(Clone, Debug, Default)]
pub struct Ask {
    pub words: String,
    pub state: Option<State>,
    pub domain: Option<Domain>,
    pub purpose: Option<Purpose>,
}

fn asked(look: &mut Look, ask: &Ask, page: Page) -> Result<Paged<Scenario>> {
    let filter = || {
        let mut q = scenario::table.into_boxed::<MultiBackend>();
        if let Some(state) = ask.state {
            q = q.filter(scenario::state.eq(state));
        }
        if let Some(domain) = ask.domain {
            q = q.filter(scenario::domain.eq(domain));
        }
        if let Some(purpose) = ask.purpose {
            q = q.filter(scenario::purpose.eq(purpose));
        }
        if !ask.words.trim().is_empty() {
            q = q.filter(scenario::title.like(like(&ask.words)).escape('\\'));
        }
        q
    };
    let total: i64 = filter().count().get_result(look.db())?;
    let rows = filter()
        .order((scenario::updated_at.desc(), scenario::id.desc()))
        .limit(page.limit())
        .offset(page.offset())
        .select(Scenario::as_select())
        .load(look.db())?;
    Ok(page.of(rows, total))
}

/// Classes in the caller's sight, last changed first: those who oversee see all, others the catalogue.
pub fn list(look: &mut Look, who: &Caller, ask: &Ask, page: Page) -> Result<Paged<Scenario>> {
    if who.oversees() {
        return asked(look, ask, page);
    }
    if ask.state.is_some_and(|s| s != State::Published) {
        return Ok(page.of(Vec::new(), 0));
    }
    asked(look, &Ask { state: Some(State::Published), ..ask.clone() }, page)
}

/// The scenario catalogue, by words in the title, domain and purpose; an unknown domain or purpose finds nothing.
pub fn published(look: &mut Look, words: &str, domain: &str, purpose: &str, page: Page) -> Result<Paged<Scenario>> {
    let (of_domain, of_purpose) = (Domain::of(domain), Purpose::of(purpose));
    if (of_domain.is_none() && !domain.is_empty()) || (of_purpose.is_none() && !purpose.is_empty()) {
        return Ok(page.of(Vec::new(), 0));
    }
    asked(look, &Ask { words: words.into(), state: Some(State::Published), domain: of_domain, purpose: of_purpose }, page)
}

/// A class's row, whoever asks: for verbs that must know its state.
pub fn row(look: &mut Look, id: Id<Scenario>) -> Result<Scenario> {
    Ok(scenario::table.find(id).select(Scenario::as_select()).first(look.db())?)
}

/// The class of that number, when it is or was in the catalogue.
pub fn by_serial(look: &mut Look, serial: &str) -> Result<Scenario> {
    Ok(scenario::table
        .filter(scenario::serial.eq(serial).and(scenario::published_on.is_not_null()))
        .select(Scenario::as_select())
        .first(look.db())?)
}

/// Some classes, whoever asks: for lists of what belongs to them.
pub fn by_ids(look: &mut Look, ids: Vec<Id<Scenario>>) -> Result<Vec<Scenario>> {
    Ok(scenario::table.filter(scenario::id.eq_any(ids)).limit(2000).select(Scenario::as_select()).load(look.db())?)
}

fn offered(look: &mut Look, states: Vec<State>) -> Result<Vec<Choice>> {
    let rows: Vec<(Id<Scenario>, String, Option<String>)> = scenario::table
        .filter(scenario::state.eq_any(states))
        .order((scenario::title.asc(), scenario::id.asc()))
        .limit(500)
        .select((scenario::id, scenario::title, scenario::serial))
        .load(look.db())?;
    let label = |title: String, serial: Option<String>| match serial {
        Some(serial) => format!("{title} · {serial}"),
        None => title,
    };
    Ok(rows.into_iter().map(|(id, title, serial)| Choice::new(id, label(title, serial))).collect())
}

/// The scenario catalogue as offers of a form, at most 500.
pub fn choices(look: &mut Look) -> Result<Vec<Choice>> {
    offered(look, vec![State::Published])
}

/// Classes that take a demand in: being drafted, or decided in its favour.
pub(crate) fn joinable(look: &mut Look) -> Result<Vec<Choice>> {
    offered(look, vec![State::Drafted, State::Returned, State::Approved, State::Published])
}

/// How many classes are in the catalogue, by purpose; for the front page.
pub fn counts(look: &mut Look) -> Result<Vec<(Purpose, i64)>> {
    Ok(scenario::table
        .filter(scenario::state.eq(State::Published))
        .group_by(scenario::purpose)
        .select((scenario::purpose, diesel::dsl::count_star()))
        .load(look.db())?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn table_is_sound() {
        assert_eq!(flow::faults(&flow::table::<Scenario>(), &["refused", "withdrawn"]), Vec::<String>::new());
    }

    #[test]
    fn only_the_office_decides() {
        for act in [Act::Approve, Act::Return, Act::Refuse] {
            assert_eq!(flow::doers::<Scenario>(act), [Office]);
        }
    }
}
