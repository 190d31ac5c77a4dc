//! 信息披露 — what the primary operator and the developers make public, period by period: licences with holder, content,
//! scope and term; products and services, and the use of data resources (ZJK-29). The lists come from the record; an
//! edition once published is superseded, never deleted.

pub mod due;
pub mod period;
pub mod rows;

pub use due::{Due, due_list};
pub use period::Period;
pub use rows::{LicenceLine, Lists, ProductLine, UseLine};

use crate::canonical;
use chrono::NaiveDate;
use diesel::prelude::*;
use platform::event::{Record, sha256};
use platform::flow::{self, Deed, Heading, Noun, Opening, Step, Tell, begin, deed, step};
use platform::log::Told;
use platform::paging::{Page, Paged, like};
use platform::people::{Org, Person, org};
use platform::schema::{disclosure, org as orgs};
use platform::sheet::{self, Answers, NOTHING, Sheet};
use platform::{At, Caller, Id, Look, MultiBackend, OrgKind, Refusal, Result, Role, Tx, Word, diesel, serial, words};
use serde::{Deserialize, Serialize};
use serde_json::json;

words! { pub enum State: "disclosure-state" { Drafted = "drafted", Published = "published", Superseded = "superseded" } }
words! {
    pub enum Act: "disclosure-act" {
        Build = "build", Annotate = "annotate", Rebuild = "rebuild", Publish = "publish", Supersede = "supersede",
    }
}
words! {
    /// Who discloses.
    pub enum Kind: "disclosure-kind" { Primary = "primary", Developer = "developer" }
}

use Role::{DeveloperAdmin, Legal};

const MAKER: &[Role] = &[Legal, DeveloperAdmin];

pub const STEPS: &[Step<State, Act>] = &[
    begin(Act::Build, MAKER, State::Drafted, "ZJK-29"),
    step(State::Drafted, Act::Annotate, MAKER, State::Drafted, "ZJK-29"),
    step(State::Drafted, Act::Rebuild, MAKER, State::Drafted, "ZJK-29"),
    step(State::Drafted, Act::Publish, MAKER, State::Published, "ZJK-29").tell(&[Tell::Owner]),
    step(State::Published, Act::Supersede, MAKER, State::Superseded, "ZJK-29"),
];

const BUILD: Sheet = Sheet { name: "disclosure", fields: &[sheet::line("period", 6)] };
/// Notes beside the lists.
pub const ANNOTATE: Sheet = Sheet {
    name: "disclosure-notes",
    fields: &[
        sheet::text("licences", 2000).optional(),
        sheet::text("products", 2000).optional(),
        sheet::text("resources", 2000).optional(),
        sheet::text("remark", 2000).optional(),
    ],
};

/// A disclosure of one organisation for one period.
#[derive(Clone, Debug, Queryable, Selectable, Insertable, Serialize)]
#[diesel(table_name = disclosure)]
pub struct Disclosure {
    pub id: Id<Disclosure>,
    /// Given when it is published.
    pub serial: Option<String>,
    pub title: String,
    pub state: State,
    pub owner: Option<Id<Org>>,
    pub clock: Option<String>,
    pub due_on: Option<NaiveDate>,
    pub profile: String,
    /// Canonical JSON of [`Content`].
    pub content: String,
    pub created_by: Option<Id<Person>>,
    pub created_at: At,
    pub updated_at: At,
    pub kind: Kind,
    /// `2026` or `2026Q4`.
    pub period: String,
    pub from_on: NaiveDate,
    pub to_on: NaiveDate,
    /// From 1; 0 on a draft, so that there is one draft at most.
    pub edition: i32,
    pub published_at: Option<At>,
    /// SHA-256 of `content`, hexadecimal.
    pub digest: String,
}

/// What a disclosure says.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Content {
    #[serde(flatten)]
    pub lists: Lists,
    /// Notes by list.
    pub notes: Answers,
    /// The instant of the record that the lists show.
    pub as_of: At,
}

impl Disclosure {
    /// What it says.
    pub fn read(&self) -> Content {
        serde_json::from_str(&self.content).unwrap_or_default()
    }
    /// Whether it still says what its digest was taken of.
    pub fn holds(&self) -> bool {
        sha256(&self.content) == self.digest
    }
}

impl Noun for Disclosure {
    type State = State;
    type Act = Act;
    const NAME: &'static str = "disclosure";
    const TABLE: &'static str = "disclosure";
    const PATH: &'static str = "disclosures";
    const STEPS: &'static [Step<State, Act>] = STEPS;
    const HIDDEN: &'static [&'static str] = &["drafted"];
    const RESTS: &'static [State] = &[State::Published];
    const OPENING: Option<Opening<Self>> = Some(Opening { act: Act::Build, sheet: &BUILD, draft: false, run: build });
    const TOLD: &'static [(Act, &'static str)] = &[(Act::Publish, "disclosure.published"), (Act::Supersede, "disclosure.superseded")];
    const DEEDS: &'static [Deed<Self>] = &[
        deed(Act::Publish, &NOTHING, publish).when(own).for_good(),
        deed(Act::Annotate, &ANNOTATE, annotate).when(own),
        deed(Act::Rebuild, &NOTHING, rebuild).when(own),
    ];

    fn told(look: &mut Look, of: &Self, _: Act, told: Told) -> Result<Option<Told>> {
        let of: Disclosure = disclosure::table.find(of.id).select(Disclosure::as_select()).first(look.db())?;
        let told = told.with("number", of.serial).with("title", of.title).with("list", of.kind.as_str()).with("period", of.period);
        let told = told.with("edition", of.edition).with("content_digest", format!("sha256:{}", of.digest));
        told.org(look, "publisher", of.owner).map(Some)
    }
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
    /// Everybody sees what was published; a draft only its own organisation.
    fn find(look: &mut Look, who: &Caller, id: Id<Disclosure>) -> Result<Disclosure> {
        let row: Disclosure = disclosure::table.find(id).select(Disclosure::as_select()).first(look.db())?;
        let seen = row.state != State::Drafted || row.owner.is_some_and(|o| who.acts_for(o));
        if seen { Ok(row) } else { Err(Refusal::NotFound) }
    }
    fn filled(_: &mut Look, _: &Caller, row: &Self, act: Act) -> Result<Answers> {
        Ok(if act == Act::Annotate { row.read().notes } else { Answers::default() })
    }
}

/// Others see a published disclosure, but only its own organisation acts on it.
fn own(_: &mut Look, who: &Caller, row: &Disclosure) -> Result<()> {
    if row.owner.is_some_and(|o| who.acts_for(o)) { Ok(()) } else { Err(Refusal::NotFound) }
}

/// Assembles the draft for a period from the record. Faults: no period, or one that has not begun.
fn build(tx: &mut Tx, who: &Caller, a: Answers) -> Result<Id<Disclosure>> {
    let Some(period) = Period::parse(a.text("period")) else { return Err(Refusal::fault("period", "not-a-period")) };
    if period.from > tx.today() {
        return Err(Refusal::fault("period", "not-begun"));
    }
    let owner = who.org()?;
    let kind = if who.kind == Some(OrgKind::Primary) { Kind::Primary } else { Kind::Developer };
    let name = org::name(tx, owner)?;
    let mut row = Disclosure {
        id: tx.id(),
        serial: None,
        title: format!("{name} {}", period.text),
        state: flow::first::<Disclosure>(Act::Build)?,
        owner: Some(owner),
        clock: None,
        due_on: None,
        profile: tx.profile().version_tag(),
        content: "{}".into(),
        created_by: who.person,
        created_at: tx.now(),
        updated_at: tx.now(),
        kind,
        period: period.text.clone(),
        from_on: period.from,
        to_on: period.to,
        edition: 0,
        published_at: None,
        digest: String::new(),
    };
    assemble(tx, &mut row, Answers::default())?;
    diesel::insert_into(disclosure::table).values(&row).execute(tx.db())?;
    flow::begin_case(tx, who, &row, Act::Build, Record::of(json!({"period": row.period, "digest": row.digest})))?;
    Ok(row.id)
}

/// Fills the lists from the record as it stands.
fn assemble(look: &mut Look, row: &mut Disclosure, notes: Answers) -> Result<()> {
    let owner = row.owner.ok_or_else(|| Refusal::broken("a disclosure without an owner"))?;
    let period = Period { text: row.period.clone(), from: row.from_on, to: row.to_on };
    let lists = rows::assemble(look, row.kind, owner, &period)?;
    if lists.is_empty() {
        return Err(Refusal::rule("nothing-to-disclose", "ZJK-29"));
    }
    row.content = canonical(&serde_json::to_value(Content { lists, notes, as_of: look.now() })?);
    row.digest = sha256(&row.content);
    Ok(())
}

fn keep(tx: &mut Tx, row: &Disclosure) -> Result<()> {
    diesel::update(disclosure::table.find(row.id))
        .set((disclosure::content.eq(&row.content), disclosure::digest.eq(&row.digest)))
        .execute(tx.db())?;
    Ok(())
}

fn annotate(tx: &mut Tx, who: &Caller, row: &Disclosure, a: Answers) -> Result<()> {
    let mut noted = row.clone();
    noted.content = canonical(&serde_json::to_value(Content { notes: a.clone(), ..row.read() })?);
    noted.digest = sha256(&noted.content);
    keep(tx, &noted)?;
    flow::take(tx, who, row, Act::Annotate, Record::of(a)).map(drop)
}

/// Takes the lists from the record again; the notes stay.
fn rebuild(tx: &mut Tx, who: &Caller, row: &Disclosure, _: Answers) -> Result<()> {
    let mut fresh = row.clone();
    assemble(tx, &mut fresh, row.read().notes)?;
    keep(tx, &fresh)?;
    flow::take(tx, who, row, Act::Rebuild, Record::of(json!({"digest": fresh.digest}))).map(drop)
}

/// Publishes the draft as the next edition; the edition before it is superseded and stays readable.
fn publish(tx: &mut Tx, who: &Caller, row: &Disclosure, _: Answers) -> Result<()> {
    if !row.holds() {
        return Err(Refusal::broken(format!("disclosure {} does not match its digest", row.id)));
    }
    let same = || disclosure::owner.eq(row.owner).and(disclosure::kind.eq(row.kind)).and(disclosure::period.eq(row.period.clone()));
    let before: Option<Disclosure> =
        disclosure::table.filter(same().and(disclosure::state.eq(State::Published))).select(Disclosure::as_select()).first(tx.db()).optional()?;
    let last: Option<i32> = disclosure::table.filter(same()).select(diesel::dsl::max(disclosure::edition)).first(tx.db())?;
    let edition = last.unwrap_or(0) + 1;
    if let Some(before) = before {
        flow::take(tx, who, &before, Act::Supersede, Record::of(json!({"by": edition})))?;
    }
    let mut named = row.clone();
    named.serial = Some(serial::next(tx, "disclosure")?);
    diesel::update(disclosure::table.find(row.id))
        .set((disclosure::serial.eq(&named.serial), disclosure::edition.eq(edition), disclosure::published_at.eq(Some(tx.now()))))
        .execute(tx.db())?;
    flow::take(tx, who, &named, Act::Publish, Record::of(json!({"edition": edition, "digest": row.digest}))).map(drop)
}

/// The caller's own disclosures in that state, or in any, drafts included, newest first.
pub fn list(look: &mut Look, who: &Caller, state: Option<State>, page: Page) -> Result<Paged<Disclosure>> {
    let own = who.org()?;
    let filter = || {
        let q = disclosure::table.into_boxed::<MultiBackend>().filter(disclosure::owner.eq(own));
        if let Some(state) = state { q.filter(disclosure::state.eq(state)) } else { q }
    };
    let total: i64 = filter().count().get_result(look.db())?;
    let rows = filter()
        .order((disclosure::created_at.desc(), disclosure::id.desc()))
        .limit(page.limit())
        .offset(page.offset())
        .select(Disclosure::as_select())
        .load(look.db())?;
    Ok(page.of(rows, total))
}

/// What the public list asks for; empty fields ask for everything.
#[derive(Clone, Debug, Default)]
pub struct Ask {
    pub kind: Option<Kind>,
    /// In the organisation's name or the period.
    pub words: String,
    /// Superseded editions as well.
    pub all_editions: bool,
}

/// A published disclosure with the name of who discloses.
#[derive(Clone, Debug, Serialize)]
pub struct Published {
    #[serde(flatten)]
    pub row: Disclosure,
    pub owner_name: String,
}

/// Published disclosures, latest period first.
pub fn published(look: &mut Look, ask: &Ask, page: Page) -> Result<Paged<Published>> {
    let states: &[State] = if ask.all_editions { &[State::Published, State::Superseded] } else { &[State::Published] };
    let filter = || {
        let mut q = disclosure::table
            .inner_join(orgs::table.on(orgs::id.nullable().eq(disclosure::owner)))
            .into_boxed::<MultiBackend>()
            .filter(disclosure::state.eq_any(states.to_vec()));
        if let Some(kind) = ask.kind {
            q = q.filter(disclosure::kind.eq(kind));
        }
        if !ask.words.trim().is_empty() {
            let like = like(&ask.words);
            q = q.filter(orgs::title.like(like.clone()).escape('\\').or(disclosure::period.like(like).escape('\\')));
        }
        q
    };
    let total: i64 = filter().count().get_result(look.db())?;
    let rows: Vec<(Disclosure, String)> = filter()
        .order((disclosure::to_on.desc(), disclosure::kind.desc(), disclosure::edition.desc(), disclosure::id.desc()))
        .limit(page.limit())
        .offset(page.offset())
        .select((Disclosure::as_select(), orgs::title))
        .load(look.db())?;
    Ok(page.of(rows.into_iter().map(|(row, owner_name)| Published { row, owner_name }).collect(), total))
}

/// The published or superseded disclosure of that number, with the name of who discloses.
pub fn public_by_serial(look: &mut Look, serial: &str) -> Result<Published> {
    let row: Disclosure = disclosure::table
        .filter(disclosure::serial.eq(serial).and(disclosure::state.ne(State::Drafted)))
        .select(Disclosure::as_select())
        .first(look.db())?;
    let owner_name = row.owner.map(|o| org::name(look, o)).transpose()?.unwrap_or_default();
    Ok(Published { row, owner_name })
}

/// A published disclosure and all editions for the same period, newest first; `NotFound` when it was never published.
pub fn published_one(look: &mut Look, id: Id<Disclosure>) -> Result<(Published, Vec<Disclosure>)> {
    let row = Disclosure::find(look, &Caller::public(), id)?;
    let owner_name = row.owner.map(|o| org::name(look, o)).transpose()?.unwrap_or_default();
    let editions = disclosure::table
        .filter(disclosure::owner.eq(row.owner).and(disclosure::kind.eq(row.kind)).and(disclosure::period.eq(row.period.clone())))
        .filter(disclosure::state.ne(State::Drafted))
        .order(disclosure::edition.desc())
        .limit(200)
        .select(Disclosure::as_select())
        .load(look.db())?;
    Ok((Published { row, owner_name }, editions))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn table_is_sound() {
        assert_eq!(flow::faults(&flow::table::<Disclosure>(), &["superseded"]), Vec::<String>::new());
    }

    #[test]
    fn content_reads_back_as_written() {
        let line = UseLine {
            title: "停车泊位".into(),
            unit: "市城管局".into(),
            level: "l2".into(),
            licence: "张公数授〔2026〕1号".into(),
            since: "2026-03-01".parse().unwrap(),
            until: None,
        };
        let content = Content { lists: Lists { resources: vec![line], ..Lists::default() }, ..Content::default() };
        let text = canonical(&serde_json::to_value(&content).unwrap());
        let back: Content = serde_json::from_str(&text).unwrap();
        assert_eq!(back.lists, content.lists);
        assert_eq!(canonical(&serde_json::to_value(&back).unwrap()), text);
    }
}
