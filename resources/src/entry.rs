//! 目录条目 — an entry of the catalogue of public data resources: compiled by the source unit, reviewed and published by
//! the data bureau (ZJK-7, XC-11). Personal or forbidden data may stand in the catalogue; it is kept out of authorised
//! operation by the checks that read its level and marks (ZJK-15).

use chrono::NaiveDate;
use diesel::prelude::*;
use platform::caller::{Caller, OrgKind, Role};
use platform::db::{Look, Tx};
use platform::diesel;
use platform::event::Record;
use platform::flow::{self, Choice, Deed, Heading, Noun, Opening, Step, Tell, begin, deed, step};
use platform::people::{Org, Person, org};
use platform::refusal::{Fault, Refusal, Result};
use platform::schema::entry;
use platform::sheet::{self, Answers, NOTHING, REASON, REMARK, Sheet};
use platform::{At, Id, Word, words};
use serde::Serialize;
use serde_json::json;
use std::collections::BTreeMap;

mod ask;
mod marks;

pub use ask::*;
pub use marks::{ADJUST, adjust};
use marks::{EXCLUDE, REVIEW, consent, exclude, provider, readmit};

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
    step(State::Drafted, Act::Submit, &[Source], State::Submitted, "ZJK-7 XC-19").tell(&[Tell::Role(Bureau)]),
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
        sheet::line("access_url", 500).optional().under("supply"),
        sheet::pick("shared_from", "units").optional().under("supply"),
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
        let seen = row.state == State::Published
            || row.shared_from.is_some_and(|o| who.acts_for(o))
            || who.oversees()
            || row.owner.is_some_and(|o| who.acts_for(o));
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
