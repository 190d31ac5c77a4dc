//! 安全事件 — reported at once by whoever meets it, upwards within the profile's hours, answered step by step, closed with
//! cause and lessons (ZJK-13(1), ZJK-14(1), ZJ-5.2, ZJ-6.4, XC-37). When it was found is what the reporter states; every
//! other time is the clock's own.

use crate::licence::{self, Licence};
use chrono::Duration;
use diesel::prelude::*;
use platform::case::{Case, New, Sight};
use platform::event::Record;
use platform::flow::{self, Choice, Deed, Heading, Noun, Opening, Step, Tell, begin, deed, step};
use platform::paging::Page;
use platform::people::{Org, org};
use platform::schema::incident;
use platform::sheet::{self, Answers, REASON, Sheet};
use platform::{At, Caller, Id, Look, OrgKind, Refusal, Result, Role, Tx, Word, day, diesel, file, mail, words};
use serde_json::json;

words! {
    pub enum State: "incident-state" {
        Reported = "reported", Handling = "handling", Reviewing = "reviewing", Closed = "closed", Dismissed = "dismissed",
    }
}
words! {
    pub enum Act: "incident-act" {
        Report = "report", Acknowledge = "acknowledge", Note = "note", Upward = "upward", Notify = "notify", Stop = "stop",
        Overdue = "overdue", Conclude = "conclude", Return = "return", Close = "close", Dismiss = "dismiss",
    }
}
words! {
    /// What happened, or was found (ZJK-28, BJ-26, NJ-21). The joining of data that is harmless apart counts (ZJ-5.2).
    pub enum Kind: "incident-kind" {
        Leak = "leak", Tamper = "tamper", Loss = "loss", Misuse = "misuse", Intrusion = "intrusion", Outage = "outage",
        Correlation = "correlation", Other = "other",
    }
}
words! {
    pub enum Severity: "incident-severity" { Unrated = "unrated", General = "general", Serious = "serious", Major = "major", Grave = "grave" }
}
words! {
    /// What the desk that takes it up may find.
    pub enum Rating: "incident-severity" { General = "general", Serious = "serious", Major = "major", Grave = "grave" }
}

use Role::{Bureau, Calendar, DeveloperAdmin, DeveloperStaff, Finance, Legal, Office, Reviewer, ScenarioDesk, Source};

const ANYONE: &[Role] = &[DeveloperAdmin, DeveloperStaff, Legal, ScenarioDesk, Reviewer, Finance, Source];
const HANDLERS: &[Role] = &[DeveloperAdmin, DeveloperStaff, Source, Legal, Office, Bureau];

pub const STEPS: &[Step<State, Act>] = &[
    begin(Act::Report, ANYONE, State::Reported, "ZJK-14(1)").tell(&[Tell::Owner, Tell::Role(Legal), Tell::Role(Office)]),
    step(State::Reported, Act::Acknowledge, &[Legal, Office], State::Handling, "ZJK-13(1)").tell(&[Tell::Owner]).clock("closing_report"),
    step(State::Reported, Act::Dismiss, &[Office], State::Dismissed, "ZJ-6.4").tell(&[Tell::Owner, Tell::Role(Legal)]),
    step(State::Reported, Act::Upward, &[Legal], State::Reported, "ZJK-13(1) NDSR-10").tell(&[Tell::Role(Office), Tell::Role(Bureau)]),
    step(State::Reported, Act::Overdue, &[Calendar], State::Reported, "NDSR-10").tell(&[Tell::Role(Legal), Tell::Role(Office)]),
    step(State::Reported, Act::Stop, &[Office, Legal], State::Reported, "BJ-28 ZJ-5.2"),
    step(State::Reported, Act::Note, HANDLERS, State::Reported, "ZJ-6.4"),
    step(State::Handling, Act::Conclude, &[DeveloperAdmin, DeveloperStaff, Source, Legal], State::Reviewing, "ZJ-6.4").tell(&[Tell::Role(Office)]),
    step(State::Handling, Act::Note, HANDLERS, State::Handling, "ZJ-6.4"),
    step(State::Handling, Act::Upward, &[Legal], State::Handling, "ZJK-13(1) NDSR-10").tell(&[Tell::Role(Office), Tell::Role(Bureau)]),
    step(State::Handling, Act::Overdue, &[Calendar], State::Handling, "NDSR-10").tell(&[Tell::Role(Legal), Tell::Role(Office)]),
    step(State::Handling, Act::Notify, &[Legal, Office], State::Handling, "PIPL-57 XC-37"),
    step(State::Handling, Act::Stop, &[Office, Legal], State::Handling, "BJ-28 ZJ-5.2"),
    step(State::Reviewing, Act::Close, &[Office], State::Closed, "ZJ-6.4").tell(&[Tell::Owner, Tell::Role(Legal)]),
    step(State::Reviewing, Act::Return, &[Office], State::Handling, "ZJ-6.4").tell(&[Tell::Owner, Tell::Role(Legal)]).clock("closing_report"),
];

/// What is reported: what it is, when it was found, which data and people it touches, what was stopped at once.
pub const REPORT: Sheet = Sheet {
    name: "incident",
    fields: &[
        sheet::line("title", 120),
        sheet::choice::<Kind>("kind"),
        sheet::pick("licence", "licence").optional(),
        sheet::time("discovered_at"),
        sheet::text("found", 4000),
        sheet::text("data", 2000),
        sheet::number("people", 0, 2_000_000_000).optional(),
        sheet::tick("personal"),
        sheet::text("stopped", 2000),
        sheet::line("contact", 100),
        sheet::files("files").optional(),
    ],
};
const ACKNOWLEDGE: Sheet = Sheet { name: "incident-acknowledge", fields: &[sheet::choice::<Rating>("severity"), sheet::text("reason", 2000)] };
const NOTE: Sheet = Sheet { name: "incident-note", fields: &[sheet::text("reason", 2000)] };
const UPWARD: Sheet = Sheet {
    name: "incident-upward",
    fields: &[sheet::text("situation", 4000), sheet::text("impact", 2000), sheet::text("measures", 4000), sheet::files("files").optional()],
};
const NOTIFY: Sheet = Sheet {
    name: "incident-notify",
    fields: &[sheet::picks("orgs", "orgs").optional(), sheet::text("others", 1000).optional(), sheet::text("message", 4000)],
};
/// The closing report.
pub const CLOSING: Sheet = Sheet {
    name: "incident-closing",
    fields: &[
        sheet::text("cause", 4000),
        sheet::text("impact", 4000),
        sheet::text("measures", 4000),
        sheet::text("lessons", 4000),
        sheet::files("closing_files").optional(),
    ],
};

platform::case! {
    /// An incident; `owner` is the organisation it happened to: the licence's holder, or whoever reports.
    pub struct Incident in incident {
        pub kind: Kind,
        pub severity: Severity,
        pub licence: Option<Id<Licence>>,
        pub reporter: Option<Id<Org>>,
        /// As the reporter states it.
        pub discovered_at: At,
        /// Until when it should have been reported here.
        pub report_by: At,
        /// Until when the primary operator reports it to the office.
        pub upward_by: At,
        pub upward_at: Option<At>,
    }
}

impl Incident {
    /// Minutes by which the report came too late; 0 when it was in time.
    pub fn late_minutes(&self) -> i64 {
        (self.created_at - self.report_by).num_minutes().max(0)
    }
    /// Minutes left until the report upwards is due; negative when it is late. `None` once it was made.
    pub fn minutes_left(&self, now: At) -> Option<i64> {
        if self.upward_at.is_some() { None } else { Some((self.upward_by - now).num_minutes()) }
    }
    /// Minutes by which the report upwards came too late.
    pub fn upward_late_minutes(&self) -> i64 {
        self.upward_at.map_or(0, |at| (at - self.upward_by).num_minutes().max(0))
    }
}

impl Case for Incident {
    fn sight(who: &Caller) -> Sight {
        Sight::overseen(who).or("reporter", who.org)
    }
}

impl Noun for Incident {
    type State = State;
    type Act = Act;
    const NAME: &'static str = "incident";
    const TABLE: &'static str = "incident";
    const PATH: &'static str = "incidents";
    const STEPS: &'static [Step<State, Act>] = STEPS;
    const OPENING: Option<Opening<Self>> = Some(Opening { act: Act::Report, sheet: &REPORT, draft: false, run: report });
    const DEEDS: &'static [Deed<Self>] = &[
        deed(Act::Acknowledge, &ACKNOWLEDGE, acknowledge),
        deed(Act::Upward, &UPWARD, upward).when(not_yet_upward),
        deed(Act::Stop, &REASON, stop).when(may_stop),
        deed(Act::Note, &NOTE, |tx, who, row, a| flow::take(tx, who, row, Act::Note, Record::none().because(a.text("reason"))).map(drop)),
        deed(Act::Notify, &NOTIFY, notify),
        deed(Act::Conclude, &CLOSING, conclude).when(reported_upward),
        deed(Act::Close, &REASON, |tx, who, row, a| flow::take(tx, who, row, Act::Close, Record::none().because(a.text("reason"))).map(drop)),
        deed(Act::Return, &REASON, |tx, who, row, a| flow::take(tx, who, row, Act::Return, Record::none().because(a.text("reason"))).map(drop)),
        deed(Act::Dismiss, &REASON, |tx, who, row, a| flow::take(tx, who, row, Act::Dismiss, Record::none().because(a.text("reason"))).map(drop)),
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
        match list {
            "licence" => live_licences(look, who),
            "orgs" => {
                let mut all = org::choices(look, OrgKind::Developer)?;
                all.extend(org::choices(look, OrgKind::Source)?);
                Ok(all)
            }
            _ => Ok(Vec::new()),
        }
    }
    fn filled(_: &mut Look, _: &Caller, row: &Self, act: Act) -> Result<Answers> {
        Ok(if act == Act::Conclude { row.answers() } else { Answers::default() })
    }
}

/// Licences in the caller's sight that run or are suspended, as offers of a form.
pub(super) fn live_licences(look: &mut Look, who: &Caller) -> Result<Vec<Choice>> {
    if who.org.is_none() {
        return Ok(Vec::new());
    }
    let own = licence::list(look, who, &licence::Ask::default(), Page::first(200))?;
    let runs = |l: &Licence| matches!(l.state, licence::State::InForce | licence::State::Suspended);
    Ok(own.rows.into_iter().filter(runs).map(|l| Choice::new(l.id, format!("{} {}", l.serial.unwrap_or_default(), l.title))).collect())
}

fn settled_time(a: &Answers, field: &str) -> Result<At> {
    At::parse_from_str(a.text(field), "%Y-%m-%dT%H:%M:%S").map_err(|_| Refusal::fault(field, "not-a-time"))
}

/// Reports an incident. Two clocks in hours: the reporter's, from when it was found, and the primary operator's, from now.
fn report(tx: &mut Tx, who: &Caller, mut a: Answers) -> Result<Id<Incident>> {
    let now = tx.now();
    let discovered = settled_time(&a, "discovered_at")?;
    if discovered > now {
        return Err(Refusal::fault("discovered_at", "in-future"));
    }
    let kind = Kind::of(a.text("kind")).ok_or_else(|| Refusal::fault("kind", "not-a-choice"))?;
    let of = match a.given("licence") {
        None => None,
        Some(_) => {
            let id = a.text("licence").parse().map_err(|_| Refusal::fault("licence", "not-a-choice"))?;
            Some(Licence::find(tx, who, id).map_err(|_| Refusal::fault("licence", "not-a-choice"))?)
        }
    };
    let profile = tx.profile();
    let hours = Duration::hours(profile.incident_report.value.into());
    // The one who meets it tells the primary operator first, sooner than that reports upwards.
    let first = profile.incident_notice.as_ref().map_or(hours, |notice| Duration::hours(notice.value.into()));
    let id = tx.id();
    a.set("files", file::attach(tx, who, &a.list("files"), Incident::NAME, &Id::to_string(&id), false)?);
    let owner = match &of {
        Some(licence) => licence.owner,
        None => who.org,
    };
    // What the primary operator itself reports is with the office by that.
    let upward_at = (who.kind == Some(OrgKind::Primary)).then_some(now);
    let late = (now - (discovered + first)).num_minutes().max(0);
    let mut detail = a.clone();
    detail.set("late_minutes", late);
    let new = New::of(a.text("title")).id(id).series("incident").owner(owner).content(&a);
    let row = Incident::begin(
        tx,
        who,
        Act::Report,
        new,
        Record::of(detail),
        kind,
        Severity::Unrated,
        of.map(|l| l.id),
        who.org,
        discovered,
        discovered + first,
        now + hours,
        upward_at,
    )?;
    super::due(tx, row.id, None, Some(day::shanghai_date(row.upward_by)))?;
    Ok(row.id)
}

/// Takes it up and says how grave it is; from now the closing report is owed.
fn acknowledge(tx: &mut Tx, who: &Caller, row: &Incident, a: Answers) -> Result<()> {
    diesel::update(incident::table.find(row.id))
        .set(incident::severity.eq(Severity::of(a.text("severity")).unwrap_or(Severity::General)))
        .execute(tx.db())?;
    flow::take(tx, who, row, Act::Acknowledge, Record::of(&a).because(a.text("reason"))).map(drop)
}

fn not_yet_upward(_: &mut Look, _: &Caller, row: &Incident) -> Result<()> {
    if row.upward_at.is_none() { Ok(()) } else { Err(Refusal::Taken) }
}

/// Reports to office and bureau; how late, when it is, stands in the record.
fn upward(tx: &mut Tx, who: &Caller, row: &Incident, mut a: Answers) -> Result<()> {
    let now = tx.now();
    a.set("files", file::attach(tx, who, &a.list("files"), Incident::NAME, &row.id.to_string(), false)?);
    a.set("late_minutes", (now - row.upward_by).num_minutes().max(0));
    let mut content = row.answers();
    content.set("upward", serde_json::to_value(&a)?);
    row.keep(tx, &content)?;
    diesel::update(incident::table.find(row.id)).set(incident::upward_at.eq(Some(now))).execute(tx.db())?;
    flow::take(tx, who, row, Act::Upward, Record::of(&a).because(a.text("situation")))?;
    if row.state == State::Reported { super::due(tx, row.id, None, None) } else { Ok(()) }
}

/// The closing report comes after the report upwards, never instead of it.
fn reported_upward(_: &mut Look, _: &Caller, row: &Incident) -> Result<()> {
    if row.upward_at.is_some() { Ok(()) } else { Err(Refusal::rule("not-reported-upward", "ZJK-13(1)")) }
}

/// An incident that touches no licence cuts nobody off.
fn no_licence(row: &Incident) -> Refusal {
    Refusal::WrongState { state: row.state.as_str(), act: Act::Stop.as_str(), article: "BJ-28" }
}

fn may_stop(look: &mut Look, _: &Caller, row: &Incident) -> Result<()> {
    let Some(id) = row.licence else { return Err(no_licence(row)) };
    licence::must_be_in_force(look, id).map(drop)
}

/// Cuts off the licence's access at once, by the licence's own verb (BJ-28).
fn stop(tx: &mut Tx, who: &Caller, row: &Incident, a: Answers) -> Result<()> {
    let Some(id) = row.licence else { return Err(no_licence(row)) };
    let reason = format!("{} {}", row.serial.clone().unwrap_or_default(), a.text("reason"));
    flow::perform::<Licence>(tx, who, id, licence::Act::Suspend, Answers::of(json!({ "reason": reason })))?;
    flow::take(tx, who, row, Act::Stop, Record::of(json!({ "licence": id })).because(a.text("reason"))).map(drop)
}

/// Tells those concerned: organisations here by letter, others as it says.
fn notify(tx: &mut Tx, who: &Caller, row: &Incident, a: Answers) -> Result<()> {
    let orgs = a.list("orgs");
    if orgs.is_empty() && a.given("others").is_none() {
        return Err(Refusal::fault("orgs", "required"));
    }
    flow::take(tx, who, row, Act::Notify, Record::of(&a).because(a.text("message")))?;
    let seq = super::last_event(tx)?;
    for id in orgs {
        let id: Id<Org> = id.parse().map_err(|_| Refusal::fault("orgs", "not-a-choice"))?;
        org::row(tx, id).map_err(|_| Refusal::fault("orgs", "not-a-choice"))?;
        mail::tell_org(tx, id, who, seq)?;
    }
    Ok(())
}

/// Hands in the closing report.
fn conclude(tx: &mut Tx, who: &Caller, row: &Incident, mut a: Answers) -> Result<()> {
    a.set("closing_files", file::attach(tx, who, &a.list("closing_files"), Incident::NAME, &row.id.to_string(), false)?);
    let mut content = row.answers();
    content.merge(a.clone());
    row.keep(tx, &content)?;
    flow::take(tx, who, row, Act::Conclude, Record::of(a)).map(drop)
}

/// Notes once, on the record and by letter, that the report upwards is late.
pub fn overdue(tx: &mut Tx) -> Result<usize> {
    let now = tx.now();
    let late: Vec<Incident> = incident::table
        .filter(incident::state.eq_any([State::Reported, State::Handling]))
        .filter(incident::upward_at.is_null().and(incident::upward_by.lt(now)))
        .order((incident::created_at.asc(), incident::id.asc()))
        .limit(500)
        .select(Incident::as_select())
        .load(tx.db())?;
    let mut told = 0;
    for row in late.iter().filter(|r| !r.answers().ticked("told_overdue")) {
        let mut content = row.answers();
        content.set("told_overdue", true);
        row.keep(tx, &content)?;
        flow::take(tx, &Caller::calendar(), row, Act::Overdue, Record::of(json!({ "upward_by": row.upward_by })))?;
        told += 1;
    }
    Ok(told)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn table_is_sound() {
        assert_eq!(flow::faults(&flow::table::<Incident>(), &["closed", "dismissed"]), Vec::<String>::new());
    }
}
