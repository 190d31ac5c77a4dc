//! 目录条目 — an entry of the catalogue of public data resources: compiled by the source unit, reviewed and published by
//! the data bureau (ZJK-7, XC-11). Personal or forbidden data may stand in the catalogue; it is kept out of authorised
//! operation by the checks that read its level and marks (ZJK-15).

use chrono::NaiveDate;
use diesel::prelude::*;
use platform::caller::{Caller, Role};
use platform::db::{Look, MultiBackend, Tx};
use platform::diesel;
use platform::event::Record;
use platform::flow::{self, Choice, Deed, Heading, Noun, Opening, Step, Tell, begin, deed, step};
use platform::paging::{Page, Paged, like};
use platform::people::{Org, Person, org};
use platform::refusal::{Fault, Refusal, Result};
use platform::schema::entry;
use platform::sheet::{self, Answers, NOTHING, REASON, REMARK, Sheet};
use platform::{At, Id, Word, words};
use serde::Serialize;
use std::collections::BTreeMap;

words! {
    pub enum State: "entry-state" {
        Drafted = "drafted", Submitted = "submitted", Returned = "returned", Published = "published", Withdrawn = "withdrawn",
    }
}
words! {
    pub enum Act: "entry-act" {
        Enter = "enter", Import = "import", Edit = "edit", Submit = "submit", Return = "return", Publish = "publish",
        Revise = "revise", Withdraw = "withdraw",
    }
}
words! {
    /// Fields of use: the twelve of “data elements ×”, and those in which governments themselves hold most data.
    pub enum Domain: "domain" {
        Manufacturing = "manufacturing",
        Agriculture = "agriculture",
        Commerce = "commerce",
        Transport = "transport",
        Finance = "finance",
        Science = "science",
        CultureTourism = "culture_tourism",
        Health = "health",
        Emergency = "emergency",
        Weather = "weather",
        City = "city",
        Green = "green",
        Government = "government",
        Education = "education",
        Livelihood = "livelihood",
        Other = "other",
    }
}
words! {
    /// Levels of general data (BJ-23); they decide in which form data may be supplied.
    pub enum Level: "level" { L1 = "l1", L2 = "l2", L3 = "l3", L4 = "l4" }
}
words! {
    /// The sharing attribute among public bodies (XC-19).
    pub enum Share: "share" { Unconditional = "unconditional", Conditional = "conditional", None = "none" }
}
words! {
    /// The opening attribute towards the public (XC-26, XC-27).
    pub enum Open: "open" { Unconditional = "unconditional", Conditional = "conditional", None = "none" }
}
words! {
    /// How often the data is brought up to date.
    pub enum Cycle: "cycle" {
        RealTime = "real_time", Daily = "daily", Weekly = "weekly", Monthly = "monthly", Quarterly = "quarterly",
        HalfYearly = "half_yearly", Yearly = "yearly", Irregular = "irregular", Never = "never",
    }
}

impl Level {
    /// 1 to 4.
    pub const fn number(self) -> u8 {
        match self {
            Self::L1 => 1,
            Self::L2 => 2,
            Self::L3 => 3,
            Self::L4 => 4,
        }
    }
}

use Role::{Bureau, Source};

pub const STEPS: &[Step<State, Act>] = &[
    begin(Act::Enter, &[Source], State::Drafted, "ZJK-7"),
    begin(Act::Import, &[Source], State::Drafted, "ZJK-7"),
    step(State::Drafted, Act::Edit, &[Source], State::Drafted, "ZJK-7"),
    step(State::Returned, Act::Edit, &[Source], State::Drafted, "ZJK-7"),
    step(State::Drafted, Act::Submit, &[Source], State::Submitted, "ZJK-7").tell(&[Tell::Role(Bureau)]),
    step(State::Submitted, Act::Return, &[Bureau], State::Returned, "ZJK-7").tell(&[Tell::Owner]),
    step(State::Submitted, Act::Publish, &[Bureau], State::Published, "ZJK-7").tell(&[Tell::Owner]),
    step(State::Published, Act::Revise, &[Source], State::Drafted, "ZJK-10"),
    step(State::Withdrawn, Act::Revise, &[Source], State::Drafted, "ZJK-10"),
    step(State::Published, Act::Withdraw, &[Source, Bureau], State::Withdrawn, "ZJK-10").tell(&[Tell::Owner]),
    step(State::Drafted, Act::Withdraw, &[Source], State::Withdrawn, "ZJK-7"),
    step(State::Returned, Act::Withdraw, &[Source], State::Withdrawn, "ZJK-7"),
];

/// One field of the data.
pub const FIELD: Sheet = Sheet {
    name: "entry-field",
    fields: &[sheet::line("name", 100), sheet::line("type", 50).optional(), sheet::text("meaning", 500).optional(), sheet::tick("sensitive")],
};
/// What is said of a data resource.
pub const ENTRY: Sheet = Sheet {
    name: "entry",
    fields: &[
        sheet::line("title", 200),
        sheet::line("code", 60).optional(),
        sheet::choice::<Domain>("domain"),
        sheet::text("summary", 4000).optional(),
        sheet::choice::<Level>("level").under("class"),
        sheet::tick("personal").under("class"),
        sheet::choice::<Share>("share").under("class"),
        sheet::text("share_basis", 1000).optional().under("class"),
        sheet::choice::<Open>("open").under("class"),
        sheet::text("open_basis", 1000).optional().under("class"),
        sheet::choice::<Cycle>("cycle").under("supply"),
        sheet::line("format", 100).optional().under("supply"),
        sheet::rows("fields", &FIELD).optional().under("supply"),
        sheet::text("remark", 4000).optional().under("supply"),
    ],
};

/// An entry of the catalogue.
#[derive(Clone, Debug, Queryable, Selectable, Insertable, Serialize)]
#[diesel(table_name = entry)]
pub struct Entry {
    pub id: Id<Entry>,
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
    /// The unit's own catalogue code.
    pub code: Option<String>,
    pub domain: Domain,
    pub level: Level,
    pub share: Share,
    pub open: Open,
    pub cycle: Cycle,
    /// Holds data about persons.
    pub personal: bool,
}

impl Entry {
    /// What is said of it.
    pub fn answers(&self) -> Answers {
        Answers::parse(&self.content)
    }
}

impl Noun for Entry {
    type State = State;
    type Act = Act;
    const NAME: &'static str = "entry";
    const TABLE: &'static str = "entry";
    const PATH: &'static str = "entries";
    const STEPS: &'static [Step<State, Act>] = STEPS;
    const RESTS: &'static [State] = &[State::Published, State::Withdrawn];
    const OPENING: Option<Opening<Self>> =
        Some(Opening { act: Act::Enter, sheet: &ENTRY, draft: false, run: |tx, who, answers| enter(tx, who, Act::Enter, &answers) });
    const DEEDS: &'static [Deed<Self>] = &[
        deed(Act::Edit, &ENTRY, edit).when(own),
        deed(Act::Submit, &NOTHING, |tx, who, row: &Entry, _| flow::take(tx, who, row, Act::Submit, Record::of(row.answers())).map(drop)).when(own),
        deed(Act::Publish, &REMARK, |tx, who, row: &Entry, a| {
            flow::take(tx, who, row, Act::Publish, Record::of(row.answers()).because(a.text("reason"))).map(drop)
        }),
        deed(Act::Return, &REASON, |tx, who, row, a| flow::take(tx, who, row, Act::Return, Record::none().because(a.text("reason"))).map(drop)),
        deed(Act::Revise, &REASON, |tx, who, row, a| flow::take(tx, who, row, Act::Revise, Record::none().because(a.text("reason"))).map(drop))
            .when(own),
        deed(Act::Withdraw, &REASON, |tx, who, row, a| flow::take(tx, who, row, Act::Withdraw, Record::none().because(a.text("reason"))).map(drop))
            .when(|look, who, row| if who.is(Bureau) { Ok(()) } else { own(look, who, row) }),
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
    /// A published entry is seen by everybody, any other by its source unit and by those who oversee.
    fn find(look: &mut Look, who: &Caller, id: Id<Entry>) -> Result<Entry> {
        let row: Entry = entry::table.find(id).select(Entry::as_select()).first(look.db())?;
        let seen = row.state == State::Published || who.oversees() || who.is(Role::Calendar) || row.owner.is_some_and(|o| who.acts_for(o));
        if seen { Ok(row) } else { Err(Refusal::NotFound) }
    }
    fn filled(_: &mut Look, _: &Caller, row: &Self, act: Act) -> Result<Answers> {
        Ok(if act == Act::Edit { row.answers() } else { Answers::default() })
    }
}

/// Other source units see a published entry but never act on it.
fn own(_: &mut Look, who: &Caller, row: &Entry) -> Result<()> {
    if row.owner.is_some_and(|o| who.acts_for(o)) { Ok(()) } else { Err(Refusal::NotFound) }
}

/// What the sheet alone cannot see: whatever is not shared or opened without condition names its legal basis (XC-19, XC-27).
pub fn basis_faults(a: &Answers) -> Vec<Fault> {
    [("share", "share_basis"), ("open", "open_basis")]
        .into_iter()
        .filter(|(attribute, basis)| {
            matches!(a.text(attribute), text if text == Share::Conditional.as_str() || text == Share::None.as_str()) && a.given(basis).is_none()
        })
        .map(|(_, basis)| Fault::at(basis, "required"))
        .collect()
}

/// The columns that mirror the content, so that lists can ask for them.
struct Columns {
    title: String,
    code: Option<String>,
    domain: Domain,
    level: Level,
    share: Share,
    open: Open,
    cycle: Cycle,
    personal: bool,
}

fn columns(a: &Answers) -> Result<Columns> {
    fn word<W: Word>(a: &Answers, field: &'static str) -> Result<W> {
        W::of(a.text(field)).ok_or_else(|| Refusal::fault(field, "not-a-choice"))
    }
    Ok(Columns {
        title: a.text("title").to_string(),
        code: a.given("code").and_then(|v| v.as_str()).map(str::to_string),
        domain: word(a, "domain")?,
        level: word(a, "level")?,
        share: word(a, "share")?,
        open: word(a, "open")?,
        cycle: word(a, "cycle")?,
        personal: a.ticked("personal"),
    })
}

/// Which of these titles the unit's catalogue holds already, with the entry; titles are unique per unit.
pub(crate) fn taken(look: &mut Look, owner: Id<Org>, titles: &[String]) -> Result<BTreeMap<String, Id<Entry>>> {
    let mut found = BTreeMap::new();
    for some in titles.chunks(500) {
        let rows: Vec<(String, Id<Entry>)> =
            entry::table.filter(entry::owner.eq(owner).and(entry::title.eq_any(some.to_vec()))).select((entry::title, entry::id)).load(look.db())?;
        found.extend(rows);
    }
    Ok(found)
}

/// Enters one settled entry, by form (`Act::Enter`) or from a list (`Act::Import`). Faults: a missing basis, a title
/// that the unit has used.
pub(crate) fn enter(tx: &mut Tx, who: &Caller, act: Act, a: &Answers) -> Result<Id<Entry>> {
    let owner = who.org()?;
    let c = columns(a)?;
    let mut faults = basis_faults(a);
    if !taken(tx, owner, std::slice::from_ref(&c.title))?.is_empty() {
        faults.push(Fault::at("title", "title-taken"));
    }
    if !faults.is_empty() {
        return Err(Refusal::Faulty(faults));
    }
    insert(tx, who, owner, act, a, c)
}

fn insert(tx: &mut Tx, who: &Caller, owner: Id<Org>, act: Act, a: &Answers, c: Columns) -> Result<Id<Entry>> {
    let row = Entry {
        id: tx.id(),
        serial: None,
        title: c.title,
        state: flow::first::<Entry>(act)?,
        owner: Some(owner),
        clock: None,
        due_on: None,
        profile: tx.profile().version_tag(),
        content: a.json(),
        created_by: who.person,
        created_at: tx.now(),
        updated_at: tx.now(),
        code: c.code,
        domain: c.domain,
        level: c.level,
        share: c.share,
        open: c.open,
        cycle: c.cycle,
        personal: c.personal,
    };
    diesel::insert_into(entry::table).values(&row).execute(tx.db())?;
    flow::begin_case(tx, who, &row, act, Record::of(a))?;
    Ok(row.id)
}

/// Enters one entry of a list whose titles the caller has checked together.
pub(crate) fn enter_checked(tx: &mut Tx, who: &Caller, a: &Answers) -> Result<Id<Entry>> {
    let owner = who.org()?;
    insert(tx, who, owner, Act::Import, a, columns(a)?)
}

fn edit(tx: &mut Tx, who: &Caller, row: &Entry, a: Answers) -> Result<()> {
    let c = columns(&a)?;
    let mut faults = basis_faults(&a);
    let owner = row.owner.ok_or(Refusal::NotFound)?;
    if taken(tx, owner, std::slice::from_ref(&c.title))?.values().any(|id| *id != row.id) {
        faults.push(Fault::at("title", "title-taken"));
    }
    if !faults.is_empty() {
        return Err(Refusal::Faulty(faults));
    }
    diesel::update(entry::table.find(row.id))
        .set((
            entry::title.eq(&c.title),
            entry::content.eq(a.json()),
            entry::code.eq(&c.code),
            entry::domain.eq(c.domain),
            entry::level.eq(c.level),
            entry::share.eq(c.share),
            entry::open.eq(c.open),
            entry::cycle.eq(c.cycle),
            entry::personal.eq(c.personal),
        ))
        .execute(tx.db())?;
    let named = Entry { title: c.title, ..row.clone() };
    flow::take(tx, who, &named, Act::Edit, Record::of(&a)).map(drop)
}

/// What a list of entries asks for. Empty fields ask for everything.
#[derive(Clone, Debug, Default)]
pub struct Ask {
    pub words: String,
    pub state: Option<State>,
    pub domain: Option<Domain>,
    pub level: Option<Level>,
}

fn asked(look: &mut Look, ask: &Ask, of: Option<Id<Org>>, page: Page) -> Result<Paged<Entry>> {
    let filter = || {
        let mut q = entry::table.into_boxed::<MultiBackend>();
        if let Some(of) = of {
            q = q.filter(entry::owner.eq(of));
        }
        if let Some(state) = ask.state {
            q = q.filter(entry::state.eq(state));
        }
        if let Some(domain) = ask.domain {
            q = q.filter(entry::domain.eq(domain));
        }
        if let Some(level) = ask.level {
            q = q.filter(entry::level.eq(level));
        }
        if !ask.words.trim().is_empty() {
            let like = like(&ask.words);
            q = q.filter(entry::title.like(like.clone()).escape('\\').or(entry::code.like(like).escape('\\')));
        }
        q
    };
    let total: i64 = filter().count().get_result(look.db())?;
    let rows = filter()
        .order((entry::updated_at.desc(), entry::id.desc()))
        .limit(page.limit())
        .offset(page.offset())
        .select(Entry::as_select())
        .load(look.db())?;
    Ok(page.of(rows, total))
}

/// Entries in the caller's sight, last changed first: those who oversee see all, a source unit its own, others what is published.
pub fn list(look: &mut Look, who: &Caller, ask: &Ask, page: Page) -> Result<Paged<Entry>> {
    if who.oversees() {
        return asked(look, ask, None, page);
    }
    match who.org {
        Some(own) if who.is(Source) => asked(look, ask, Some(own), page),
        _ if ask.state.is_some_and(|s| s != State::Published) => Ok(page.of(Vec::new(), 0)),
        _ => asked(look, &Ask { state: Some(State::Published), ..ask.clone() }, None, page),
    }
}

/// The published catalogue, by words in title or code and by domain; an unknown domain finds nothing.
pub fn published(look: &mut Look, words: &str, domain: &str, page: Page) -> Result<Paged<Entry>> {
    let chosen = Domain::of(domain);
    if chosen.is_none() && !domain.is_empty() {
        return Ok(page.of(Vec::new(), 0));
    }
    asked(look, &Ask { words: words.into(), state: Some(State::Published), domain: chosen, level: None }, None, page)
}

/// Published entries as offers of a form, at most 500: `title · L2 · unit`.
pub fn choices(look: &mut Look) -> Result<Vec<Choice>> {
    let rows: Vec<Entry> = entry::table
        .filter(entry::state.eq(State::Published))
        .order((entry::title.asc(), entry::id.asc()))
        .limit(500)
        .select(Entry::as_select())
        .load(look.db())?;
    let units = org::names(look, rows.iter().filter_map(|r| r.owner).collect())?;
    let unit = |row: &Entry| row.owner.and_then(|o| units.get(&o)).map_or("", String::as_str);
    Ok(rows.iter().map(|r| Choice::new(r.id, format!("{} · L{} · {}", r.title, r.level.number(), unit(r)))).collect())
}

/// Some entries, whoever asks: for verbs that check level and marks. Texts that are no ids are passed over.
pub fn by_ids(look: &mut Look, ids: &[String]) -> Result<Vec<Entry>> {
    let ids: Vec<Id<Entry>> = ids.iter().filter_map(|i| i.parse().ok()).collect();
    let mut rows = Vec::with_capacity(ids.len());
    for some in ids.chunks(500) {
        let found: Vec<Entry> = entry::table.filter(entry::id.eq_any(some.to_vec())).select(Entry::as_select()).load(look.db())?;
        rows.extend(found);
    }
    Ok(rows)
}

/// Refuses, at that field, unless every id names a published entry; gives the entries back.
pub fn must_be_published(look: &mut Look, field: &str, ids: &[String]) -> Result<Vec<Entry>> {
    let rows = by_ids(look, ids)?;
    let found: std::collections::HashSet<String> = rows.iter().filter(|r| r.state == State::Published).map(|r| r.id.to_string()).collect();
    if ids.iter().all(|i| found.contains(i)) { Ok(rows) } else { Err(Refusal::fault(field, "not-a-choice")) }
}

/// How many entries are published, in all and by domain; for the front page.
pub fn counts(look: &mut Look) -> Result<(i64, Vec<(Domain, i64)>)> {
    let rows: Vec<(Domain, i64)> = entry::table
        .filter(entry::state.eq(State::Published))
        .group_by(entry::domain)
        .select((entry::domain, diesel::dsl::count_star()))
        .load(look.db())?;
    Ok((rows.iter().map(|r| r.1).sum(), rows))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn table_is_sound() {
        assert_eq!(flow::faults(&flow::table::<Entry>(), &[]), Vec::<String>::new());
    }

    #[test]
    fn what_is_not_free_names_its_basis() {
        let faults = |share: &str, open: &str, basis: &str| {
            let a = Answers::of(json!({"share": share, "open": open, "share_basis": basis, "open_basis": " "}));
            basis_faults(&a).into_iter().map(|f| f.field).collect::<Vec<_>>()
        };
        assert_eq!(faults("unconditional", "unconditional", ""), Vec::<String>::new());
        assert_eq!(faults("conditional", "none", ""), ["share_basis", "open_basis"]);
        assert_eq!(faults("none", "unconditional", "数据安全法第二十一条"), Vec::<String>::new());
    }

    #[test]
    fn levels_are_numbered() {
        assert_eq!(Level::ALL.iter().map(|l| l.number()).collect::<Vec<_>>(), [1, 2, 3, 4]);
    }
}
