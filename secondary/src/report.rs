//! 运营报告 — the primary operator's yearly report on operation, and the developers' on effect and performance: figures from the
//! record with the rows they count, texts beside them, signed off by another person, submitted by its day, accepted or
//! returned (ZJK-27, ZJK-14(3), ZJ-5.6, BJ-25).

pub mod figures;

pub use figures::{Figure, Ref};

use crate::canonical;
use chrono::NaiveDate;
use diesel::prelude::*;
use platform::case::{Case, New, Sight};
use platform::day;
use platform::event::{self, Record, sha256};
use platform::flow::{self, Choice, Deed, Heading, Noun, Opening, Step, Tell, begin, deed, step};
use platform::people::{Org, org};
use platform::schema::report;
use platform::sheet::{self, Answers, NOTHING, REASON, REMARK, Sheet};
use platform::{At, Caller, Id, Look, OrgKind, Refusal, Result, Role, Tx, Word, diesel, serial, words};
use primary::oversight;
use serde::{Deserialize, Serialize};
use serde_json::json;

words! {
    pub enum State: "report-state" {
        Drafted = "drafted", Offered = "offered", Signed = "signed", Submitted = "submitted", Returned = "returned", Accepted = "accepted",
    }
}
words! {
    pub enum Act: "report-act" {
        Draft = "draft", Write = "write", Describe = "describe", Rebuild = "rebuild", Offer = "offer", Reopen = "reopen",
        SignOff = "sign_off", Submit = "submit", Accept = "accept", Return = "return", Revise = "revise",
    }
}
words! {
    /// Which report; the keys under which the profile says whether and when it is owed.
    pub enum Kind: "report-kind" { Operation = "operation_report", Effect = "effect_report", Performance = "performance_report" }
}

use Role::{Bureau, DeveloperAdmin, DeveloperStaff, Finance, Legal, Office};

const MAKERS: &[Role] = &[Legal, DeveloperAdmin, DeveloperStaff];
const SIGNERS: &[Role] = &[Legal, Finance, DeveloperAdmin];

pub const STEPS: &[Step<State, Act>] = &[
    begin(Act::Draft, MAKERS, State::Drafted, "ZJK-27 ZJK-14(3)"),
    step(State::Drafted, Act::Offer, MAKERS, State::Offered, "ZJK-27 ZJK-14(3)").tell(&[Tell::Owner]).clock("report_signoff"),
    step(State::Drafted, Act::Write, MAKERS, State::Drafted, "ZJK-27 ZJ-5.6"),
    step(State::Drafted, Act::Describe, MAKERS, State::Drafted, "ZJK-14(3) BJ-25"),
    step(State::Drafted, Act::Rebuild, MAKERS, State::Drafted, "ZJK-27"),
    step(State::Offered, Act::SignOff, SIGNERS, State::Signed, "ZJK-28").tell(&[Tell::Owner]),
    step(State::Offered, Act::Reopen, SIGNERS, State::Drafted, "ZJK-28").tell(&[Tell::Owner]),
    step(State::Signed, Act::Submit, MAKERS, State::Submitted, "ZJK-27 ZJK-14(3)").tell(&[Tell::Role(Bureau), Tell::Role(Office)]),
    step(State::Submitted, Act::Accept, &[Bureau], State::Accepted, "ZJK-27").tell(&[Tell::Owner]),
    step(State::Submitted, Act::Return, &[Bureau], State::Returned, "ZJK-27").tell(&[Tell::Owner]).clock("correction"),
    step(State::Returned, Act::Revise, MAKERS, State::Drafted, "ZJK-27"),
];

const DRAFT: Sheet = Sheet { name: "report", fields: &[sheet::pick("kind", "kind"), sheet::number("year", 2020, 2099)] };
/// The six heads of ZJK-27.
pub const OPERATION: Sheet = Sheet {
    name: "report-operation",
    fields: &[
        sheet::text("storage", 6000),
        sheet::text("processing", 6000),
        sheet::text("analysis", 6000),
        sheet::text("security", 6000),
        sheet::text("scenario", 6000),
        sheet::text("market", 6000),
        sheet::text("outlook", 6000).optional(),
    ],
};
/// What came of the use of data (ZJK-14(3)), and how it performs (BJ-25).
pub const EFFECT: Sheet = Sheet {
    name: "report-effect",
    fields: &[
        sheet::text("application", 6000),
        sheet::text("social", 6000),
        sheet::text("economic", 6000),
        sheet::text("feedback", 6000).optional(),
        sheet::text("problems", 6000).optional(),
    ],
};

platform::case! {
    /// A report of one organisation for one year.
    pub struct Report in report {
        pub kind: Kind,
        pub year: i32,
        pub from_on: NaiveDate,
        pub to_on: NaiveDate,
        /// The day by which the profile wants it.
        pub owed_on: Option<NaiveDate>,
        /// SHA-256 of what was offered for signature; empty while it is a draft.
        pub digest: String,
        pub submitted_at: Option<At>,
    }
}

/// What a report says.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Content {
    /// Texts by head, as typed until it is offered.
    #[serde(default)]
    pub texts: Answers,
    #[serde(default)]
    pub figures: Vec<Figure>,
    /// The instant of the record that the figures show.
    #[serde(default)]
    pub as_of: At,
}

impl Report {
    /// What it says.
    pub fn read(&self) -> Content {
        serde_json::from_str(&self.content).unwrap_or_default()
    }
    /// Whether it still says what was offered and signed.
    pub fn holds(&self) -> bool {
        self.digest.is_empty() || sha256(&self.content) == self.digest
    }
    /// Its texts' sheet.
    pub fn texts(&self) -> &'static Sheet {
        if self.kind == Kind::Operation { &OPERATION } else { &EFFECT }
    }
    /// Days by which it was submitted late; 0 when in time, or while no day is set.
    pub fn days_late(&self, today: NaiveDate) -> i64 {
        let on = self.submitted_at.map_or(today, day::shanghai_date);
        self.owed_on.map_or(0, |owed| (on - owed).num_days().max(0))
    }
}

impl Case for Report {
    /// A report is its organisation's own until it is submitted.
    fn sight(who: &Caller) -> Sight {
        Sight::overseen(who).hiding(Self::HIDDEN)
    }
}

impl Noun for Report {
    type State = State;
    type Act = Act;
    const NAME: &'static str = "report";
    const TABLE: &'static str = "report";
    const PATH: &'static str = "reports";
    const STEPS: &'static [Step<State, Act>] = STEPS;
    const HIDDEN: &'static [&'static str] = &["drafted", "offered", "signed"];
    const OPENING: Option<Opening<Self>> = Some(Opening { act: Act::Draft, sheet: &DRAFT, draft: false, run: draft });
    const DEEDS: &'static [Deed<Self>] = &[
        deed(Act::Write, &OPERATION, |tx, who, row, a| write(tx, who, row, Act::Write, a)).when(is_operation).draft(),
        deed(Act::Describe, &EFFECT, |tx, who, row, a| write(tx, who, row, Act::Describe, a)).when(is_effect).draft(),
        deed(Act::Rebuild, &NOTHING, rebuild).when(own),
        deed(Act::Offer, &NOTHING, offer).when(is_over),
        deed(Act::SignOff, &NOTHING, sign_off).when(another_person).careful(),
        deed(Act::Reopen, &REASON, |tx, who, row, a| back(tx, who, row, Act::Reopen, a)).when(own),
        deed(Act::Submit, &NOTHING, submit).when(own),
        deed(Act::Accept, &REMARK, |tx, who, row, a| {
            flow::take(tx, who, row, Act::Accept, Record::of(json!({ "digest": row.digest })).because(a.text("reason"))).map(drop)
        }),
        deed(Act::Return, &REASON, |tx, who, row, a| flow::take(tx, who, row, Act::Return, Record::none().because(a.text("reason"))).map(drop)),
        deed(Act::Revise, &NOTHING, |tx, who, row, a| back(tx, who, row, Act::Revise, a)).when(own),
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
    fn find(look: &mut Look, who: &Caller, id: Id<Self>) -> Result<Self> {
        platform::case::find(look, &Self::sight(who), id)
    }
    fn choices(look: &mut Look, who: &Caller, _: Option<&Self>, list: &str) -> Result<Vec<Choice>> {
        if list != "kind" {
            return Ok(Vec::new());
        }
        let profile = look.profile();
        let own = kinds_of(who.kind).iter().filter_map(|k| profile.report(k.as_str()));
        Ok(own.map(|r| Choice::said(&r.key, &r.name)).collect())
    }
    fn filled(_: &mut Look, _: &Caller, row: &Self, act: Act) -> Result<Answers> {
        Ok(if matches!(act, Act::Write | Act::Describe) { row.read().texts } else { Answers::default() })
    }
}

/// Which reports an organisation makes.
fn kinds_of(kind: Option<OrgKind>) -> &'static [Kind] {
    match kind {
        Some(OrgKind::Primary) => &[Kind::Operation],
        Some(OrgKind::Developer) => &[Kind::Effect, Kind::Performance],
        _ => &[],
    }
}

fn own(_: &mut Look, who: &Caller, row: &Report) -> Result<()> {
    if row.owner.is_some_and(|o| who.acts_for(o)) { Ok(()) } else { Err(Refusal::NotFound) }
}
/// The operator writes what ran, a developer describes what came of it: each kind of report has its own texts.
fn of_the_other_kind(row: &Report) -> Refusal {
    Refusal::WrongState { state: row.state.as_str(), act: Act::Write.as_str(), article: "ZJK-27" }
}
fn is_operation(look: &mut Look, who: &Caller, row: &Report) -> Result<()> {
    if row.kind == Kind::Operation { own(look, who, row) } else { Err(of_the_other_kind(row)) }
}
fn is_effect(look: &mut Look, who: &Caller, row: &Report) -> Result<()> {
    if row.kind == Kind::Operation { Err(of_the_other_kind(row)) } else { own(look, who, row) }
}

/// A report on a year says all of it, so it is offered when the year is over.
fn is_over(look: &mut Look, who: &Caller, row: &Report) -> Result<()> {
    own(look, who, row)?;
    if look.today() > row.to_on { Ok(()) } else { Err(Refusal::rule("period-not-over", "ZJK-27").with("day", row.to_on)) }
}

/// Whoever wrote it does not sign it off.
fn another_person(look: &mut Look, who: &Caller, row: &Report) -> Result<()> {
    own(look, who, row)?;
    let wrote = event::actors(look, Report::NAME, &row.id.to_string(), &["draft", "write", "describe", "offer"])?;
    if wrote.contains(&who.person()?) { Err(Refusal::rule("same-person", "ZJK-28")) } else { Ok(()) }
}

/// Begins a report for a year that has begun; its figures are taken from the record at once.
fn draft(tx: &mut Tx, who: &Caller, a: Answers) -> Result<Id<Report>> {
    let kind = Kind::of(a.text("kind")).filter(|k| kinds_of(who.kind).contains(k)).ok_or_else(|| Refusal::fault("kind", "not-a-choice"))?;
    let profile = tx.profile();
    let rule = profile.report(kind.as_str()).ok_or_else(|| Refusal::fault("kind", "not-a-choice"))?;
    let year = a.0.get("year").and_then(serde_json::Value::as_i64).and_then(|y| i32::try_from(y).ok()).unwrap_or(0);
    let days = (NaiveDate::from_ymd_opt(year, 1, 1), NaiveDate::from_ymd_opt(year, 12, 31));
    let (Some(from), Some(to)) = days else { return Err(Refusal::fault("year", "not-a-choice")) };
    if from > tx.today() {
        return Err(Refusal::fault("year", "not-begun"));
    }
    let owner = who.org()?;
    let content = Content { figures: figures::assemble(tx, kind, owner, from, to)?, as_of: tx.now(), ..Content::default() };
    let name = org::name(tx, owner)?;
    let new = New::of(format!("{name} {year}")).owner(owner).content(&Answers::parse(&stored(&content)?));
    let record = Record::of(json!({ "kind": kind, "year": year }));
    let owed = rule.due(to);
    let row = Report::begin(tx, who, Act::Draft, new, record, kind, year, from, to, Some(owed), String::new(), None)?;
    oversight::due(tx, row.id, None, row.owed_on)?;
    Ok(row.id)
}

fn stored(content: &Content) -> Result<String> {
    Ok(canonical(&serde_json::to_value(content)?))
}

fn keep(tx: &mut Tx, row: &Report, content: &Content) -> Result<String> {
    let text = stored(content)?;
    diesel::update(report::table.find(row.id)).set(report::content.eq(&text)).execute(tx.db())?;
    Ok(text)
}

fn write(tx: &mut Tx, who: &Caller, row: &Report, act: Act, a: Answers) -> Result<()> {
    let known = Answers(a.0.into_iter().filter(|(name, _)| row.texts().field(name).is_some()).collect());
    keep(tx, row, &Content { texts: known.clone(), ..row.read() })?;
    flow::take(tx, who, row, act, Record::of(known)).map(drop)
}

/// Takes the figures from the record again; the texts stay.
fn rebuild(tx: &mut Tx, who: &Caller, row: &Report, _: Answers) -> Result<()> {
    let owner = row.owner.ok_or_else(|| Refusal::broken("a report of nobody"))?;
    let figures = figures::assemble(tx, row.kind, owner, row.from_on, row.to_on)?;
    let text = keep(tx, row, &Content { figures, as_of: tx.now(), ..row.read() })?;
    flow::take(tx, who, row, Act::Rebuild, Record::of(json!({ "digest": sha256(text) }))).map(drop)
}

/// Offers it for signature: every text is there, the figures are those of now, and from here it is named by its digest.
fn offer(tx: &mut Tx, who: &Caller, row: &Report, _: Answers) -> Result<()> {
    let owner = row.owner.ok_or_else(|| Refusal::broken("a report of nobody"))?;
    let texts = row.texts().settle(&row.read().texts)?;
    let figures = figures::assemble(tx, row.kind, owner, row.from_on, row.to_on)?;
    let digest = sha256(keep(tx, row, &Content { texts, figures, as_of: tx.now() })?);
    diesel::update(report::table.find(row.id)).set(report::digest.eq(&digest)).execute(tx.db())?;
    flow::take(tx, who, row, Act::Offer, Record::of(json!({ "digest": digest }))).map(drop)
}

fn must_hold(row: &Report) -> Result<()> {
    if row.holds() { Ok(()) } else { Err(Refusal::broken(format!("report {} does not match its digest", row.id))) }
}

fn sign_off(tx: &mut Tx, who: &Caller, row: &Report, _: Answers) -> Result<()> {
    must_hold(row)?;
    flow::take(tx, who, row, Act::SignOff, Record::of(json!({ "digest": row.digest })))?;
    oversight::due(tx, row.id, None, row.owed_on)
}

/// Back to a draft; what was signed before is nobody's word any more.
fn back(tx: &mut Tx, who: &Caller, row: &Report, act: Act, a: Answers) -> Result<()> {
    diesel::update(report::table.find(row.id)).set(report::digest.eq("")).execute(tx.db())?;
    flow::take(tx, who, row, act, Record::of(json!({ "digest": row.digest })).because(a.text("reason")))?;
    // The time for a correction goes on running; otherwise the profile's day stands.
    let (clock, on) = if act == Act::Revise { (row.clock.as_deref(), row.due_on) } else { (None, row.owed_on) };
    oversight::due(tx, row.id, clock, on)
}

/// Submits what was signed; its number stays when it is submitted again after a return, and so does the first day.
fn submit(tx: &mut Tx, who: &Caller, row: &Report, _: Answers) -> Result<()> {
    must_hold(row)?;
    let mut named = row.clone();
    if named.serial.is_none() {
        named.serial = Some(serial::next(tx, "report")?);
    }
    let first = row.submitted_at.unwrap_or(tx.now());
    diesel::update(report::table.find(row.id)).set((report::serial.eq(&named.serial), report::submitted_at.eq(Some(first)))).execute(tx.db())?;
    let late = Report { submitted_at: Some(first), ..named.clone() }.days_late(tx.today());
    flow::take(tx, who, &named, Act::Submit, Record::of(json!({ "digest": row.digest, "days_late": late }))).map(drop)
}

/// A report that is owed for the last year that is over.
#[derive(Clone, Debug, Serialize)]
pub struct Owed {
    pub kind: Kind,
    pub owner: Id<Org>,
    pub name: String,
    pub year: i32,
    pub due_on: NaiveDate,
    pub submitted: bool,
    pub overdue: bool,
}

/// Who owes which report for last year, as the profile asks; those that are voluntary are left out.
pub fn owed(look: &mut Look) -> Result<Vec<Owed>> {
    let today = look.today();
    let year = chrono::Datelike::year(&today) - 1;
    let (Some(from), Some(to)) = (NaiveDate::from_ymd_opt(year, 1, 1), NaiveDate::from_ymd_opt(year, 12, 31)) else { return Ok(Vec::new()) };
    let profile = look.profile();
    let primary: Vec<Id<Org>> = org::primary(look)?.into_iter().map(|o| o.id).collect();
    let holders = crate::disclosure::rows::holders_between(look, from, to)?;
    let made: Vec<(Option<Id<Org>>, Kind)> = report::table
        .filter(report::year.eq(year).and(report::submitted_at.is_not_null()))
        .limit(5000)
        .select((report::owner, report::kind))
        .load(look.db())?;
    let names = org::names(look, primary.iter().chain(&holders).copied().collect())?;
    let mut owed = Vec::new();
    for kind in Kind::ALL {
        let Some(rule) = profile.report(kind.as_str()).filter(|r| !r.optional) else { continue };
        let due_on = rule.due(to);
        // Before anybody was licensed there was nothing to report on.
        let owners = if *kind == Kind::Operation && !holders.is_empty() {
            &primary
        } else if *kind == Kind::Operation {
            continue;
        } else {
            &holders
        };
        for owner in owners {
            let submitted = made.contains(&(Some(*owner), *kind));
            let name = names.get(owner).cloned().unwrap_or_default();
            owed.push(Owed { kind: *kind, owner: *owner, name, year, due_on, submitted, overdue: !submitted && due_on < today });
        }
    }
    Ok(owed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn table_is_sound() {
        assert_eq!(flow::faults(&flow::table::<Report>(), &["accepted"]), Vec::<String>::new());
    }
}
