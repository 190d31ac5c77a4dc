//! 目录条目 — an entry of the catalogue of public data resources: compiled by the source unit, reviewed and published by
//! the data bureau (ZJK-7, XC-11). Personal or forbidden data may stand in the catalogue; it is kept out of authorised
//! operation by the checks that read its level and marks (ZJK-15).

use chrono::NaiveDate;
use diesel::prelude::*;
use platform::caller::{Caller, OrgKind, Role};
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
use serde_json::json;
use std::collections::BTreeMap;

words! {
    pub enum State: "entry-state" {
        Drafted = "drafted", Submitted = "submitted", Returned = "returned", Published = "published", Withdrawn = "withdrawn",
    }
}
words! {
    pub enum Act: "entry-act" {
        Enter = "enter", Import = "import", Edit = "edit", Submit = "submit", Return = "return", Publish = "publish",
        Revise = "revise", Withdraw = "withdraw", Review = "review", Adjust = "adjust", Exclude = "exclude", Readmit = "readmit",
        Consent = "consent", Revoke = "revoke",
    }
}
words! {
    /// Why data stays out of authorised operation: the five grounds of ZJK-15.
    pub enum Ground: "exclusion" {
        Forbidden = "forbidden", Security = "security", Personal = "personal", Secret = "secret", Agreement = "agreement",
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

use Role::{Bureau, Legal, ScenarioDesk, Source};

pub const STEPS: &[Step<State, Act>] = &[
    begin(Act::Enter, &[Source], State::Drafted, "ZJK-7"),
    begin(Act::Import, &[Source], State::Drafted, "ZJK-7"),
    step(State::Drafted, Act::Edit, &[Source], State::Drafted, "ZJK-7"),
    step(State::Returned, Act::Edit, &[Source], State::Drafted, "ZJK-7"),
    step(State::Drafted, Act::Submit, &[Source], State::Submitted, "ZJK-7").tell(&[Tell::Role(Bureau)]),
    step(State::Submitted, Act::Return, &[Bureau], State::Returned, "ZJK-7").tell(&[Tell::Owner]),
    step(State::Submitted, Act::Publish, &[Bureau], State::Published, "ZJK-7").tell(&[Tell::Owner]).clock("attribute_review"),
    step(State::Published, Act::Revise, &[Source], State::Drafted, "ZJK-10"),
    step(State::Withdrawn, Act::Revise, &[Source], State::Drafted, "ZJK-10"),
    step(State::Published, Act::Withdraw, &[Source, Bureau], State::Withdrawn, "ZJK-10").tell(&[Tell::Owner]),
    step(State::Drafted, Act::Withdraw, &[Source], State::Withdrawn, "ZJK-7"),
    step(State::Returned, Act::Withdraw, &[Source], State::Withdrawn, "ZJK-7"),
    // Sharing and opening are looked at anew again and again; each look starts the clock of the next (XC-23).
    step(State::Published, Act::Review, &[Source], State::Published, "XC-23").clock("attribute_review"),
    step(State::Published, Act::Adjust, &[Source], State::Published, "XC-23").tell(&[Tell::Role(Bureau)]).clock("attribute_review"),
    step(State::Published, Act::Exclude, &[Source, Bureau], State::Published, "ZJK-15").tell(&[
        Tell::Owner,
        Tell::Role(ScenarioDesk),
        Tell::Role(Legal),
    ]),
    step(State::Drafted, Act::Exclude, &[Source], State::Drafted, "ZJK-15"),
    step(State::Published, Act::Readmit, &[Bureau], State::Published, "ZJK-15").tell(&[Tell::Owner]),
    // Data that came by sharing enters authorised operation only with its provider's consent.
    step(State::Published, Act::Consent, &[Source], State::Published, "ZJK-15").tell(&[Tell::Owner]),
    step(State::Published, Act::Revoke, &[Source], State::Published, "ZJK-15").tell(&[Tell::Owner, Tell::Role(Legal)]),
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
        sheet::pick("shared_from", "units").optional().under("supply"),
        sheet::rows("fields", &FIELD).optional().under("supply"),
        sheet::text("remark", 4000).optional().under("supply"),
    ],
};

/// The two attributes after a change, why, and on which legal basis.
pub const ADJUST: Sheet = Sheet {
    name: "entry-adjust",
    fields: &[
        sheet::choice::<Share>("share"),
        sheet::text("share_basis", 1000).optional(),
        sheet::choice::<Open>("open"),
        sheet::text("open_basis", 1000).optional(),
        sheet::text("reason", 2000),
    ],
};
const EXCLUDE: Sheet = Sheet { name: "entry-exclude", fields: &[sheet::choice::<Ground>("ground"), sheet::text("basis", 1000)] };
const REVIEW: Sheet = Sheet { name: "entry-review", fields: &[sheet::text("reason", 2000)] };

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
    /// The unit from which the owner has it by sharing.
    pub shared_from: Option<Id<Org>>,
    /// Day on which that unit consented to authorised operation.
    pub consented_on: Option<NaiveDate>,
    /// Why it stays out of authorised operation, with the legal basis.
    pub excluded: Option<Ground>,
    pub excluded_basis: Option<String>,
}

impl Entry {
    /// What is said of it.
    pub fn answers(&self) -> Answers {
        Answers::parse(&self.content)
    }
    /// Refuses when it may not enter authorised operation: excluded by law, personal, or shared-in without consent (ZJK-15).
    pub fn must_be_operable(&self) -> Result<()> {
        let no = |code| Err(Refusal::rule(code, "ZJK-15").with("title", &self.title));
        match (self.excluded, self.personal, self.shared_from, self.consented_on) {
            (Some(_), ..) => no("excluded-data"),
            (None, true, ..) => no("personal-data"),
            (None, false, Some(_), None) => no("no-provider-consent"),
            _ => Ok(()),
        }
    }
    /// Whether everybody may have the data itself: published, open without condition, and nothing that keeps it closed.
    pub fn is_open(&self) -> bool {
        self.state == State::Published && self.open == Open::Unconditional && self.excluded.is_none() && !self.personal
    }
    /// Refuses to open without condition what the law keeps closed (XC-27).
    fn may_open(&self, open: Open) -> Result<()> {
        let closed = self.personal || self.excluded.is_some() || self.level == Level::L4;
        if open == Open::Unconditional && closed { Err(Refusal::rule("not-to-open", "XC-27").with("title", &self.title)) } else { Ok(()) }
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
            row.may_open(row.open)?;
            flow::take(tx, who, row, Act::Publish, Record::of(row.answers()).because(a.text("reason"))).map(drop)
        }),
        deed(Act::Return, &REASON, |tx, who, row, a| flow::take(tx, who, row, Act::Return, Record::none().because(a.text("reason"))).map(drop)),
        deed(Act::Revise, &REASON, |tx, who, row, a| flow::take(tx, who, row, Act::Revise, Record::none().because(a.text("reason"))).map(drop))
            .when(own),
        deed(Act::Withdraw, &REASON, |tx, who, row, a| flow::take(tx, who, row, Act::Withdraw, Record::none().because(a.text("reason"))).map(drop))
            .when(|look, who, row| if who.is(Bureau) { Ok(()) } else { own(look, who, row) }),
        deed(Act::Review, &REVIEW, |tx, who, row: &Entry, a| {
            let kept = json!({"share": row.share, "open": row.open});
            flow::take(tx, who, row, Act::Review, Record::of(kept).because(a.text("reason"))).map(drop)
        })
        .when(own),
        deed(Act::Adjust, &ADJUST, |tx, who, row, a| adjust(tx, who, row, &a)).when(own),
        deed(Act::Exclude, &EXCLUDE, exclude).when(|look, who, row| match row.excluded {
            Some(_) => Err(Refusal::Taken),
            None if who.is(Bureau) => Ok(()),
            None => own(look, who, row),
        }),
        deed(Act::Readmit, &REASON, readmit).when(|_, _, row| if row.excluded.is_some() { Ok(()) } else { Err(Refusal::NotFound) }),
        deed(Act::Consent, &REMARK, |tx, who, row, a| consent(tx, who, row, Act::Consent, &a)).when(|_, who, row| provider(who, row, false)),
        deed(Act::Revoke, &REASON, |tx, who, row, a| consent(tx, who, row, Act::Revoke, &a)).when(|_, who, row| provider(who, row, true)),
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
        let seen = row.state == State::Published || row.shared_from.is_some_and(|o| who.acts_for(o)) || who.oversees() || who.is(Role::Calendar) || row.owner.is_some_and(|o| who.acts_for(o));
        if seen { Ok(row) } else { Err(Refusal::NotFound) }
    }
    fn choices(look: &mut Look, who: &Caller, row: Option<&Self>, list: &str) -> Result<Vec<Choice>> {
        let own = row.and_then(|r| r.owner).or(who.org).map(|o| o.to_string());
        Ok(if list == "units" {
            org::choices(look, OrgKind::Source)?.into_iter().filter(|c| Some(&c.value) != own.as_ref()).collect()
        } else {
            Vec::new()
        })
    }
    fn filled(_: &mut Look, _: &Caller, row: &Self, act: Act) -> Result<Answers> {
        Ok(match act {
            Act::Edit => row.answers(),
            Act::Adjust => {
                let said = row.answers();
                Answers::of(json!({
                    "share": row.share, "share_basis": said.text("share_basis"), "open": row.open, "open_basis": said.text("open_basis"),
                }))
            }
            _ => Answers::default(),
        })
    }
}

/// Only the unit from which the data came says yes, and takes it back.
fn provider(who: &Caller, row: &Entry, given: bool) -> Result<()> {
    let theirs = row.shared_from.is_some_and(|o| who.acts_for(o));
    if theirs && row.consented_on.is_some() == given { Ok(()) } else { Err(Refusal::NotFound) }
}

/// Changes the sharing and opening attributes of a published entry, with reason and legal basis (XC-19, XC-23, XC-26).
pub fn adjust(tx: &mut Tx, who: &Caller, row: &Entry, a: &Answers) -> Result<()> {
    let faults = basis_faults(a);
    if !faults.is_empty() {
        return Err(Refusal::Faulty(faults));
    }
    let (Some(share), Some(open)) = (Share::of(a.text("share")), Open::of(a.text("open"))) else { return Err(Refusal::fault("open", "not-a-choice")) };
    row.may_open(open)?;
    let mut said = row.answers();
    for name in ["share", "share_basis", "open", "open_basis"] {
        said.set(name, a.text(name));
    }
    diesel::update(entry::table.find(row.id))
        .set((entry::share.eq(share), entry::open.eq(open), entry::content.eq(said.json())))
        .execute(tx.db())?;
    let change = json!({"from": {"share": row.share, "open": row.open}, "to": {"share": share, "open": open}, "basis": a.text("open_basis")});
    flow::take(tx, who, row, Act::Adjust, Record::of(change).because(a.text("reason"))).map(drop)
}

/// Marks an entry as one that never enters authorised operation (ZJK-15).
fn exclude(tx: &mut Tx, who: &Caller, row: &Entry, a: Answers) -> Result<()> {
    let ground = Ground::of(a.text("ground")).ok_or_else(|| Refusal::fault("ground", "not-a-choice"))?;
    diesel::update(entry::table.find(row.id))
        .set((entry::excluded.eq(Some(ground)), entry::excluded_basis.eq(Some(a.text("basis")))))
        .execute(tx.db())?;
    flow::take(tx, who, row, Act::Exclude, Record::of(&a).because(a.text("basis"))).map(drop)
}

fn readmit(tx: &mut Tx, who: &Caller, row: &Entry, a: Answers) -> Result<()> {
    diesel::update(entry::table.find(row.id))
        .set((entry::excluded.eq(None::<Ground>), entry::excluded_basis.eq(None::<String>)))
        .execute(tx.db())?;
    flow::take(tx, who, row, Act::Readmit, Record::of(json!({"was": row.excluded})).because(a.text("reason"))).map(drop)
}

fn consent(tx: &mut Tx, who: &Caller, row: &Entry, act: Act, a: &Answers) -> Result<()> {
    let day = (act == Act::Consent).then(|| tx.today());
    diesel::update(entry::table.find(row.id)).set(entry::consented_on.eq(day)).execute(tx.db())?;
    flow::take(tx, who, row, act, Record::of(json!({"consented_on": day})).because(a.text("reason"))).map(drop)
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
    shared_from: Option<Id<Org>>,
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
        shared_from: match a.given("shared_from").and_then(|v| v.as_str()) {
            Some(id) => Some(id.parse().map_err(|_| Refusal::fault("shared_from", "not-a-choice"))?),
            None => None,
        },
    })
}

/// Refuses a unit that is none, or the owner itself.
fn must_be_another(look: &mut Look, owner: Id<Org>, unit: Option<Id<Org>>) -> Result<()> {
    let Some(unit) = unit else { return Ok(()) };
    let known = unit != owner && org::row(look, unit).is_ok_and(|o| o.kind == OrgKind::Source);
    if known { Ok(()) } else { Err(Refusal::fault("shared_from", "not-a-choice")) }
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
    must_be_another(tx, owner, c.shared_from)?;
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
        shared_from: c.shared_from,
        consented_on: None,
        excluded: None,
        excluded_basis: None,
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
    must_be_another(tx, owner, c.shared_from)?;
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
            entry::shared_from.eq(c.shared_from),
            // Consent was given to what the entry said then.
            entry::consented_on.eq(None::<NaiveDate>),
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
    /// Only what anybody may have: open without condition and kept closed by nothing.
    pub open: bool,
    pub cycle: Option<Cycle>,
    pub owner: Option<Id<Org>>,
    /// Only those whose attributes should have been looked at anew before today.
    pub overdue: bool,
}

fn asked(look: &mut Look, ask: &Ask, of: Option<Id<Org>>, page: Page) -> Result<Paged<Entry>> {
    let today = look.today();
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
        if let Some(cycle) = ask.cycle {
            q = q.filter(entry::cycle.eq(cycle));
        }
        if let Some(owner) = ask.owner {
            q = q.filter(entry::owner.eq(owner));
        }
        if ask.open {
            q = q.filter(entry::open.eq(Open::Unconditional).and(entry::personal.eq(false)).and(entry::excluded.is_null()));
        }
        if ask.overdue {
            q = q.filter(entry::state.eq(State::Published).and(entry::due_on.lt(today)));
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

/// How many of a unit's published entries must have their attributes looked at within ten days, or should have had (XC-23).
pub fn review_waiting(look: &mut Look, who: &Caller) -> Result<Option<flow::Waiting>> {
    let (Some(own), true) = (who.org, who.is(Source)) else { return Ok(None) };
    let soon = look.today() + chrono::Duration::days(10);
    let days: Vec<Option<NaiveDate>> = entry::table
        .filter(entry::owner.eq(own).and(entry::state.eq(State::Published)).and(entry::due_on.le(soon)))
        .select(entry::due_on)
        .limit(1000)
        .load(look.db())?;
    let first = days.iter().flatten().min().copied();
    Ok(first.map(|due| flow::Waiting { state: State::Published.as_str().into(), count: days.len() as i64, due_on: Some(due) }))
}

/// The published catalogue, by words in title or code and by domain; an unknown domain finds nothing.
pub fn published(look: &mut Look, words: &str, domain: &str, page: Page) -> Result<Paged<Entry>> {
    let chosen = Domain::of(domain);
    if chosen.is_none() && !domain.is_empty() {
        return Ok(page.of(Vec::new(), 0));
    }
    asked(look, &Ask { words: words.into(), state: Some(State::Published), domain: chosen, ..Ask::default() }, None, page)
}

/// What anybody may have without asking, by whatever else is asked (XC-26, XC-31).
pub fn open_data(look: &mut Look, ask: &Ask, page: Page) -> Result<Paged<Entry>> {
    asked(look, &Ask { state: Some(State::Published), open: true, ..ask.clone() }, None, page)
}

/// The units that have open data, as offers of a filter.
pub fn open_units(look: &mut Look) -> Result<Vec<Choice>> {
    let ids: Vec<Option<Id<Org>>> = entry::table
        .filter(entry::state.eq(State::Published).and(entry::open.eq(Open::Unconditional)))
        .select(entry::owner)
        .distinct()
        .limit(500)
        .load(look.db())?;
    let mut units: Vec<Choice> =
        org::names(look, ids.into_iter().flatten().collect())?.into_iter().map(|(id, name)| Choice::new(id, name)).collect();
    units.sort_by(|a, b| a.label.cmp(&b.label));
    Ok(units)
}

/// Published entries that may enter authorised operation, as offers of a form, at most 500: `title · L2 · unit`.
pub fn choices(look: &mut Look) -> Result<Vec<Choice>> {
    let rows: Vec<Entry> = entry::table
        .filter(entry::state.eq(State::Published).and(entry::excluded.is_null()).and(entry::personal.eq(false)))
        .filter(entry::shared_from.is_null().or(entry::consented_on.is_not_null()))
        .order((entry::title.asc(), entry::id.asc()))
        .limit(500)
        .select(Entry::as_select())
        .load(look.db())?;
    let units = org::names(look, rows.iter().filter_map(|r| r.owner).collect())?;
    let unit = |row: &Entry| row.owner.and_then(|o| units.get(&o)).map_or("", String::as_str);
    Ok(rows.iter().map(|r| Choice::new(r.id, format!("{} · L{} · {}", r.title, r.level.number(), unit(r)))).collect())
}

/// All published entries as offers of a form, at most 500, whatever may be done with them.
pub fn published_choices(look: &mut Look) -> Result<Vec<Choice>> {
    let rows: Vec<(Id<Entry>, String, Option<Id<Org>>)> = entry::table
        .filter(entry::state.eq(State::Published))
        .order((entry::title.asc(), entry::id.asc()))
        .limit(500)
        .select((entry::id, entry::title, entry::owner))
        .load(look.db())?;
    let units = org::names(look, rows.iter().filter_map(|r| r.2).collect())?;
    let unit = |owner: &Option<Id<Org>>| owner.as_ref().and_then(|o| units.get(o)).map_or("", String::as_str).to_string();
    Ok(rows.iter().map(|(id, title, owner)| Choice::new(id, format!("{title} · {}", unit(owner)))).collect())
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

/// Refuses unless every id names a published entry that may enter authorised operation; gives the entries back (ZJK-15).
pub fn must_be_operable(look: &mut Look, field: &str, ids: &[String]) -> Result<Vec<Entry>> {
    let rows = must_be_published(look, field, ids)?;
    rows.iter().try_for_each(Entry::must_be_operable)?;
    Ok(rows)
}

/// An entry's row, whoever asks: for verbs.
pub fn row(look: &mut Look, id: Id<Entry>) -> Result<Entry> {
    Ok(entry::table.find(id).select(Entry::as_select()).first(look.db())?)
}

/// A unit's own entries, published or not, as long as they are not withdrawn; at most 500.
pub fn of_unit(look: &mut Look, unit: Id<Org>) -> Result<Vec<Entry>> {
    Ok(entry::table
        .filter(entry::owner.eq(unit).and(entry::state.ne(State::Withdrawn)))
        .order((entry::title.asc(), entry::id.asc()))
        .limit(500)
        .select(Entry::as_select())
        .load(look.db())?)
}

/// Published entries of other units, or of the caller's own, as offers of a form, at most 500.
pub fn offered(look: &mut Look, who: &Caller, own: bool) -> Result<Vec<Entry>> {
    let unit = who.org()?;
    let q = entry::table.filter(entry::state.eq(State::Published)).into_boxed::<MultiBackend>();
    let q = if own { q.filter(entry::owner.eq(unit)) } else { q.filter(entry::owner.ne(unit)) };
    Ok(q.order((entry::title.asc(), entry::id.asc())).limit(500).select(Entry::as_select()).load(look.db())?)
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
