//! 三月底前的年度披露和价格报告 — one workflow for the two duties that fall due on 31 March: the disclosure of seven categories
//! (DISC26, ZJK-29) and the report on prices (PRI65-5). Assembled from the record, each figure with the rows it comes from;
//! people add words, one checks, another signs off, and an edition once published is superseded, never deleted.

pub mod contents;
mod gather;

pub use contents::{Category, Content, TEXTS};

use crate::canonical;
use crate::disclosure::Period;
use chrono::NaiveDate;
use diesel::prelude::*;
use platform::case::{self, Case, New, Sight};
use platform::event::{self, Record, sha256};
use platform::flow::{self, Deed, Heading, Noun, Opening, Step, Tell, begin, deed, step};
use platform::log::Told;
use platform::people::{Org, org};
use platform::schema::pack;
use platform::sheet::{self, Answers, NOTHING, REASON, REMARK, Sheet};
use platform::{At, Caller, Fault, Id, Look, Refusal, Result, Role, Tx, day, diesel, serial, words};
use serde::Serialize;
use serde_json::json;

words! {
    pub enum State: "pack-state" {
        Drafted = "drafted", Checked = "checked", Returned = "returned", Signed = "signed", Published = "published", Superseded = "superseded",
        Withdrawn = "withdrawn",
    }
}
words! {
    pub enum Act: "pack-act" {
        Build = "build", Write = "write", Rebuild = "rebuild", Check = "check", Return = "return", Sign = "sign", Publish = "publish",
        Supersede = "supersede", Withdraw = "withdraw",
    }
}

use Role::{Bureau, Finance, Legal, Office};

const MAKER: &[Role] = &[Finance, Legal];

pub const STEPS: &[Step<State, Act>] = &[
    begin(Act::Build, MAKER, State::Drafted, "DISC26"),
    step(State::Drafted, Act::Check, MAKER, State::Checked, "PRI65-5").tell(&[Tell::Role(Legal), Tell::Role(Finance)]).clock("report_signoff"),
    step(State::Drafted, Act::Write, MAKER, State::Drafted, "PRI65-5"),
    step(State::Drafted, Act::Rebuild, MAKER, State::Drafted, "DISC26"),
    step(State::Drafted, Act::Withdraw, MAKER, State::Withdrawn, "DISC26"),
    step(State::Checked, Act::Sign, MAKER, State::Signed, "ZJK-28"),
    step(State::Checked, Act::Return, MAKER, State::Returned, "ZJK-28").tell(&[Tell::Owner]),
    step(State::Returned, Act::Check, MAKER, State::Checked, "PRI65-5").tell(&[Tell::Role(Legal), Tell::Role(Finance)]).clock("report_signoff"),
    step(State::Returned, Act::Write, MAKER, State::Returned, "PRI65-5"),
    step(State::Returned, Act::Rebuild, MAKER, State::Returned, "DISC26"),
    step(State::Returned, Act::Withdraw, MAKER, State::Withdrawn, "DISC26"),
    // Published to everybody what is disclosed, submitted to the authorities what is reported.
    step(State::Signed, Act::Publish, &[Legal], State::Published, "PRI65-5").tell(&[Tell::Role(Bureau), Tell::Role(Office), Tell::Owner]),
    step(State::Signed, Act::Return, MAKER, State::Returned, "ZJK-28").tell(&[Tell::Owner]),
    step(State::Published, Act::Supersede, &[Legal], State::Superseded, "DISC26"),
];

const BUILD: Sheet = Sheet { name: "pack", fields: &[sheet::number("year", 2020, 2099)] };

platform::case! {
    /// A year's pack; `owner` is the primary operator.
    pub struct Pack in pack {
        /// The year: `2026`.
        pub period: String,
        pub from_on: NaiveDate,
        pub to_on: NaiveDate,
        /// From 1; 0 until it is published, so that one is in the making at most.
        pub edition: i32,
        pub published_at: Option<At>,
        /// SHA-256 of `content`, hexadecimal.
        pub digest: String,
    }
}

impl Pack {
    /// What it says.
    pub fn read(&self) -> Content {
        serde_json::from_str(&self.content).unwrap_or_default()
    }
    /// Whether it still says what its digest was taken of.
    pub fn holds(&self) -> bool {
        sha256(&self.content) == self.digest
    }
    /// Whether the public may read what it discloses.
    pub fn is_public(&self) -> bool {
        matches!(self.state, State::Published | State::Superseded)
    }
}

impl Case for Pack {
    /// The primary operator's people and those who oversee; what is in the making only its own.
    fn sight(who: &Caller) -> Sight {
        Sight::overseen(who).hiding(Self::HIDDEN)
    }
}

impl Noun for Pack {
    type State = State;
    type Act = Act;
    const NAME: &'static str = "pack";
    const TABLE: &'static str = "pack";
    const PATH: &'static str = "packs";
    const STEPS: &'static [Step<State, Act>] = STEPS;
    const HIDDEN: &'static [&'static str] = &["drafted", "returned", "withdrawn"];
    const RESTS: &'static [State] = &[State::Published];
    const TOLD: &'static [(Act, &'static str)] = &[(Act::Publish, "pack.published"), (Act::Supersede, "pack.superseded")];
    const OPENING: Option<Opening<Self>> = Some(Opening { act: Act::Build, sheet: &BUILD, draft: false, run: build });
    const DEEDS: &'static [Deed<Self>] = &[
        deed(Act::Check, &REMARK, check),
        deed(Act::Write, &TEXTS, write),
        deed(Act::Rebuild, &NOTHING, rebuild),
        deed(Act::Sign, &REMARK, sign).when(may_sign).careful(),
        deed(Act::Publish, &NOTHING, publish),
        deed(Act::Return, &REASON, |tx, who, row, a| {
            flow::take(tx, who, row, Act::Return, Record::none().because(a.text("reason")))?;
            fall_due(tx, row)
        }),
        deed(Act::Withdraw, &REASON, |tx, who, row, a| flow::take(tx, who, row, Act::Withdraw, Record::none().because(a.text("reason"))).map(drop)),
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
    /// What is disclosed goes in as it is read, the whole with the price report as a commitment.
    fn told(look: &mut Look, of: &Self, act: Act, told: Told) -> Result<Option<Told>> {
        let of = Pack::row(look, of.id)?;
        let told = if act == Act::Publish { told.wording(&of.read().disclosed())? } else { told };
        let told = told.with("number", of.serial).with("title", of.title).with("period", of.period).with("edition", of.edition);
        told.sealing("content", of.digest).org(look, "publisher", of.owner).map(Some)
    }
    fn find(look: &mut Look, who: &Caller, id: Id<Self>) -> Result<Self> {
        case::find(look, &Self::sight(who), id)
    }
    fn filled(_: &mut Look, _: &Caller, row: &Self, act: Act) -> Result<Answers> {
        Ok(if act == Act::Write { row.read().texts } else { Answers::default() })
    }
    /// The last year that is over.
    fn filled_new(look: &mut Look, _: &Caller) -> Result<Answers> {
        Ok(Answers::of(json!({"year": (chrono::Datelike::year(&look.today()) - 1).to_string()})))
    }
}

/// The day on which a year's pack falls due.
pub fn due_on(look: &Look, period: &Period) -> Option<NaiveDate> {
    look.profile().report("price_report").map(|report| report.due(period.to))
}

fn period_of(row: &Pack) -> Period {
    Period { text: row.period.clone(), from: row.from_on, to: row.to_on }
}

/// While it is in the making, the day that counts is the last of March.
fn fall_due(tx: &mut Tx, row: &Pack) -> Result<()> {
    let due = due_on(tx, &period_of(row));
    diesel::update(pack::table.find(row.id)).set(pack::due_on.eq(due)).execute(tx.db())?;
    Ok(())
}

/// Assembles a year from the record. Faults: a year that has not begun.
fn build(tx: &mut Tx, who: &Caller, a: Answers) -> Result<Id<Pack>> {
    let year = a.0.get("year").and_then(serde_json::Value::as_i64).unwrap_or(0);
    let Some(period) = Period::parse(&year.to_string()) else { return Err(Refusal::fault("year", "not-a-period")) };
    if period.from > tx.today() {
        return Err(Refusal::fault("year", "not-begun"));
    }
    let owner = who.org()?;
    let content = text(&gather::assemble(tx, owner, &period, Answers::default())?)?;
    let title = format!("{} {}", org::name(tx, owner)?, period.text);
    let mut new = New::of(title).owner(owner);
    new.content = content.clone();
    let digest = sha256(&content);
    let record = Record::of(json!({"period": period.text, "digest": digest}));
    let row = Pack::begin(tx, who, Act::Build, new, record, period.text, period.from, period.to, 0, None, digest)?;
    fall_due(tx, &row)?;
    Ok(row.id)
}

fn text(content: &Content) -> Result<String> {
    Ok(canonical(&serde_json::to_value(content)?))
}

fn keep(tx: &mut Tx, row: &Pack, content: &Content) -> Result<String> {
    let content = text(content)?;
    let digest = sha256(&content);
    diesel::update(pack::table.find(row.id)).set((pack::content.eq(&content), pack::digest.eq(&digest))).execute(tx.db())?;
    Ok(digest)
}

fn write(tx: &mut Tx, who: &Caller, row: &Pack, a: Answers) -> Result<()> {
    let digest = keep(tx, row, &Content { texts: a, ..row.read() })?;
    flow::take(tx, who, row, Act::Write, Record::of(json!({"digest": digest}))).map(drop)
}

/// Takes the figures from the record again; the words stay.
fn rebuild(tx: &mut Tx, who: &Caller, row: &Pack, _: Answers) -> Result<()> {
    let owner = row.owner.ok_or_else(|| Refusal::broken("a pack without an owner"))?;
    let content = gather::assemble(tx, owner, &period_of(row), row.read().texts)?;
    let digest = keep(tx, row, &content)?;
    flow::take(tx, who, row, Act::Rebuild, Record::of(json!({"digest": digest}))).map(drop)
}

/// Checks: the figures are those of the whole year, every part that must be written is, and a deviation above the limit is explained.
fn check(tx: &mut Tx, who: &Caller, row: &Pack, a: Answers) -> Result<()> {
    let content = row.read();
    if day::shanghai_date(content.as_of) <= row.to_on {
        return Err(Refusal::rule("figures-too-early", "PRI65-5").with("to", row.to_on));
    }
    let missing: Vec<Fault> = content.missing().into_iter().map(|field| Fault::at(field, "required")).collect();
    if !missing.is_empty() {
        return Err(Refusal::Faulty(missing));
    }
    flow::take(tx, who, row, Act::Check, Record::of(json!({"digest": row.digest})).because(a.text("reason"))).map(drop)
}

/// Whoever made or checked it does not sign it off.
fn may_sign(look: &mut Look, who: &Caller, row: &Pack) -> Result<()> {
    let before = event::actors(look, Pack::NAME, &row.id.to_string(), &["build", "write", "rebuild", "check"])?;
    if before.contains(&who.person()?) { Err(Refusal::rule("same-person", "ZJK-28")) } else { Ok(()) }
}

fn sign(tx: &mut Tx, who: &Caller, row: &Pack, a: Answers) -> Result<()> {
    if !row.holds() {
        return Err(Refusal::broken(format!("pack {} does not match its digest", row.id)));
    }
    flow::take(tx, who, row, Act::Sign, Record::of(json!({"digest": row.digest})).because(a.text("reason")))?;
    fall_due(tx, row)
}

/// Publishes and submits as the next edition; the edition before it stays readable.
fn publish(tx: &mut Tx, who: &Caller, row: &Pack, _: Answers) -> Result<()> {
    if !row.holds() {
        return Err(Refusal::broken(format!("pack {} does not match its digest", row.id)));
    }
    let same = || pack::owner.eq(row.owner).and(pack::period.eq(row.period.clone()));
    let before: Option<Pack> =
        pack::table.filter(same().and(pack::state.eq(State::Published))).select(Pack::as_select()).first(tx.db()).optional()?;
    let last: Option<i32> = pack::table.filter(same()).select(diesel::dsl::max(pack::edition)).first(tx.db())?;
    let edition = last.unwrap_or(0).max(0) + 1;
    if let Some(before) = before {
        flow::take(tx, who, &before, Act::Supersede, Record::of(json!({"by": edition})))?;
    }
    let mut named = row.clone();
    named.serial = Some(serial::next(tx, "report")?);
    diesel::update(pack::table.find(row.id))
        .set((pack::serial.eq(&named.serial), pack::edition.eq(edition), pack::published_at.eq(Some(tx.now()))))
        .execute(tx.db())?;
    flow::take(tx, who, &named, Act::Publish, Record::of(json!({"edition": edition, "digest": row.digest}))).map(drop)
}

/// Whether a year's books are closed: its pack was published.
pub fn is_closed(look: &mut Look, owner: Id<Org>, year: i32) -> Result<bool> {
    let found: i64 = pack::table
        .filter(pack::owner.eq(owner).and(pack::period.eq(year.to_string())).and(pack::published_at.is_not_null()))
        .count()
        .get_result(look.db())?;
    Ok(found > 0)
}

/// The pack owed for the last year that is over.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Due {
    pub period: String,
    pub due_on: NaiveDate,
    pub published: bool,
    pub overdue: bool,
}

/// What is owed for the last year that is over; none when the profile asks for no report or nothing was operated.
pub fn owed(look: &mut Look) -> Result<Option<Due>> {
    let today = look.today();
    let Some(period) = Period::parse(&(chrono::Datelike::year(&today) - 1).to_string()) else { return Ok(None) };
    let (Some(due_on), Some(owner)) = (due_on(look, &period), org::primary(look)?) else { return Ok(None) };
    if !crate::disclosure::rows::was_operated(look, &period)? {
        return Ok(None);
    }
    let published = is_closed(look, owner.id, chrono::Datelike::year(&period.to))?;
    Ok(Some(Due { period: period.text, due_on, published, overdue: !published && today > due_on }))
}

/// Published packs, superseded editions too, latest year first.
pub fn published(look: &mut Look, page: platform::paging::Page) -> Result<platform::paging::Paged<Pack>> {
    let filter = || pack::table.filter(pack::state.eq_any([State::Published, State::Superseded]));
    let total: i64 = filter().count().get_result(look.db())?;
    let rows = filter()
        .order((pack::period.desc(), pack::edition.desc(), pack::id.desc()))
        .limit(page.limit())
        .offset(page.offset())
        .select(Pack::as_select())
        .load(look.db())?;
    Ok(page.of(rows, total))
}

/// A pack that was published; `NotFound` otherwise.
pub fn published_one(look: &mut Look, id: Id<Pack>) -> Result<Pack> {
    let row = Pack::row(look, id)?;
    if row.is_public() { Ok(row) } else { Err(Refusal::NotFound) }
}

/// The published pack of that number.
pub fn public_by_serial(look: &mut Look, number: &str) -> Result<Pack> {
    let row: Pack = pack::table.filter(pack::serial.eq(number)).select(Pack::as_select()).first(look.db())?;
    if row.is_public() { Ok(row) } else { Err(Refusal::NotFound) }
}

/// Who published packs in a period's name after it was over; those have disclosed as ZJK-29 asks.
pub(crate) fn published_of(look: &mut Look, period: &Period) -> Result<Vec<Id<Org>>> {
    let owners: Vec<Option<Id<Org>>> = pack::table
        .filter(pack::period.eq(period.text.clone()).and(pack::state.eq(State::Published)))
        .select(pack::owner)
        .limit(100)
        .load(look.db())?;
    Ok(owners.into_iter().flatten().collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn table_is_sound() {
        assert_eq!(flow::faults(&flow::table::<Pack>(), &["superseded", "withdrawn"]), Vec::<String>::new());
    }
}
