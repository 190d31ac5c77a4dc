//! 整改 — what was found wrong is put right by a day, and until that is verified the ways to public data are closed, with
//! whatever else the order names (ZJK-34, ZJ-6.8, XC-42). One that is overdue proposes to end the licence.

use crate::licence::{self, EndKind, Licence, Permission};
use crate::termination;
use chrono::NaiveDate;
use diesel::prelude::*;
use enclave::access;
use platform::case::{self, Case, New, Sight};
use platform::event::{Record, sha256};
use platform::flow::{self, Choice, Deed, Heading, Noun, Opening, Step, Tell, begin, deed, step};
use platform::log::Told;
use platform::paging::Page;
use platform::people::{interest, org};
use platform::profile::Silence;
use platform::schema::rectification;
use platform::sheet::{self, Answers, NOTHING, REASON, Sheet};
use platform::{Caller, Fault, Id, Look, Refusal, Result, Role, Tx, Word, diesel, file, words};
use serde_json::json;

words! {
    pub enum State: "rectification-state" {
        Ordered = "ordered", Proved = "proved", Returned = "returned", Overdue = "overdue", Verified = "verified", Revoked = "revoked",
        Closed = "closed",
    }
}
words! {
    pub enum Act: "rectification-act" {
        Order = "order", Prove = "prove", Verify = "verify", SendBack = "send_back", Extend = "extend", Overrun = "overrun", Revoke = "revoke",
        Close = "close",
    }
}
words! {
    /// What an order may close besides the ways to data, which every order closes.
    pub enum Besides: "permission" { Submit = "submit", List = "list" }
}

use Role::{Calendar, DeveloperAdmin, DeveloperStaff, Legal, Office};

const HOLDER: &[Role] = &[DeveloperAdmin, DeveloperStaff];
const ORDERER: &[Role] = &[Office, Legal];
const ALL: &[Tell] = &[Tell::Owner, Tell::Role(Legal), Tell::Role(Office)];

pub const STEPS: &[Step<State, Act>] = &[
    begin(Act::Order, ORDERER, State::Ordered, "ZJK-34").tell(ALL).clock("rectification"),
    step(State::Ordered, Act::Prove, HOLDER, State::Proved, "ZJK-34").tell(ALL).clock("rectification_check"),
    step(State::Returned, Act::Prove, HOLDER, State::Proved, "ZJK-34").tell(ALL).clock("rectification_check"),
    step(State::Overdue, Act::Prove, HOLDER, State::Proved, "ZJK-34").tell(ALL).clock("rectification_check"),
    step(State::Proved, Act::Verify, ORDERER, State::Verified, "ZJK-34").tell(ALL),
    step(State::Proved, Act::SendBack, ORDERER, State::Returned, "ZJK-34").tell(ALL).clock("rectification"),
    step(State::Ordered, Act::Extend, ORDERER, State::Ordered, "ZJK-34").tell(ALL),
    step(State::Returned, Act::Extend, ORDERER, State::Returned, "ZJK-34").tell(ALL),
    step(State::Ordered, Act::Overrun, &[Calendar], State::Overdue, "ZJ-6.8").tell(ALL).keeps().upon("rectification", Silence::Escalate),
    step(State::Returned, Act::Overrun, &[Calendar], State::Overdue, "ZJ-6.8").tell(ALL).keeps().upon("rectification", Silence::Escalate),
    step(State::Ordered, Act::Revoke, ORDERER, State::Revoked, "ZJK-34").tell(ALL),
    step(State::Proved, Act::Revoke, ORDERER, State::Revoked, "ZJK-34").tell(ALL),
    step(State::Returned, Act::Revoke, ORDERER, State::Revoked, "ZJK-34").tell(ALL),
    step(State::Overdue, Act::Revoke, ORDERER, State::Revoked, "ZJK-34").tell(ALL),
    step(State::Ordered, Act::Close, &[Calendar], State::Closed, "ZJK-31").tell(&[Tell::Owner]),
    step(State::Proved, Act::Close, &[Calendar], State::Closed, "ZJK-31").tell(&[Tell::Owner]),
    step(State::Returned, Act::Close, &[Calendar], State::Closed, "ZJK-31").tell(&[Tell::Owner]),
    step(State::Overdue, Act::Close, &[Calendar], State::Closed, "ZJK-31").tell(&[Tell::Owner]),
];

/// States in which what an order closes stays closed.
pub const OPEN: [State; 4] = [State::Ordered, State::Proved, State::Returned, State::Overdue];

/// What was found, what is asked, by when; the day left open is the profile's.
pub const ORDER: Sheet = Sheet {
    name: "rectification",
    fields: &[
        sheet::pick("licence", "licence"),
        sheet::text("finding", 5000),
        sheet::text("measures", 5000),
        sheet::date("due_on").optional(),
        sheet::many::<Besides>("closes").optional(),
        sheet::files("files").optional(),
    ],
};
const PROOF: Sheet = Sheet { name: "rectification-proof", fields: &[sheet::text("done", 10_000), sheet::files("files").optional()] };
const VERIFY: Sheet = Sheet { name: "rectification-check", fields: &[sheet::text("check", 5000)] };
const BACK: Sheet = Sheet { name: "rectification-back", fields: &[sheet::text("reason", 2000), sheet::date("due_on").optional()] };
const EXTEND: Sheet = Sheet { name: "rectification-extend", fields: &[sheet::date("due_on"), sheet::text("reason", 2000)] };

platform::case! {
    /// An order of rectification; `owner` is the licence's holder.
    pub struct Rectification in rectification {
        pub licence: Id<Licence>,
        /// Words of [`Permission`], each with a space on either side.
        pub closes: String,
        /// The role in which it was ordered: what the office ordered, only the office verifies.
        pub ordered_as: Role,
    }
}

impl Rectification {
    /// What it closes while it is open.
    pub fn closed(&self) -> Vec<Permission> {
        self.closes.split_whitespace().filter_map(Permission::of).collect()
    }
}

impl Case for Rectification {
    /// Seen by the holder's people and by those who oversee.
    fn sight(who: &Caller) -> Sight {
        Sight::overseen(who)
    }
}

impl Noun for Rectification {
    type State = State;
    type Act = Act;
    const NAME: &'static str = "rectification";
    const TABLE: &'static str = "rectification";
    const PATH: &'static str = "rectifications";
    const STEPS: &'static [Step<State, Act>] = STEPS;
    const OPENING: Option<Opening<Self>> = Some(Opening { act: Act::Order, sheet: &ORDER, draft: false, run: ordered });
    const TOLD: &'static [(Act, &'static str)] = &[
        (Act::Order, "rectification.ordered"),
        (Act::Verify, "rectification.closed"),
        (Act::Revoke, "rectification.closed"),
        (Act::Close, "rectification.closed"),
    ];
    const DEEDS: &'static [Deed<Self>] = &[
        deed(Act::Prove, &PROOF, prove),
        deed(Act::Overrun, &NOTHING, overrun),
        deed(Act::Verify, &VERIFY, verify).when(may_judge),
        deed(Act::SendBack, &BACK, send_back).when(may_judge),
        deed(Act::Extend, &EXTEND, extend).when(may_judge),
        deed(Act::Revoke, &REASON, revoke).when(may_judge),
    ];

    fn told(look: &mut Look, of: &Self, act: Act, told: Told) -> Result<Option<Told>> {
        let licence = licence::row(look, of.licence)?;
        let told = told.with("number", of.serial.clone()).with("licence", licence.serial).with("act", act.as_str());
        Ok(Some(told.sealing("content", sha256(&of.content))))
    }
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
        case::find(look, &Self::sight(who), id)
    }
    fn choices(look: &mut Look, who: &Caller, _: Option<&Self>, list: &str) -> Result<Vec<Choice>> {
        if list == "licence" { licences(look, who) } else { Ok(Vec::new()) }
    }
}

/// Licences that live, as offers of a form of those who oversee.
pub(crate) fn licences(look: &mut Look, who: &Caller) -> Result<Vec<Choice>> {
    let mut offers = Vec::new();
    for state in [licence::State::InForce, licence::State::Suspended] {
        let ask = licence::Ask { state: Some(state), ..licence::Ask::default() };
        let rows = licence::list(look, who, &ask, Page::first(200))?.rows;
        let names = org::names(look, rows.iter().filter_map(|l| l.owner).collect())?;
        offers.extend(rows.into_iter().map(|l| {
            let holder = l.owner.and_then(|o| names.get(&o).cloned()).unwrap_or_default();
            Choice::new(l.id, format!("{} · {} · {holder}", l.serial.unwrap_or_default(), l.title))
        }));
    }
    Ok(offers)
}

/// A licence named in a form, when it lives and the caller may see it and has no interest in its holder.
pub(crate) fn living(look: &mut Look, who: &Caller, a: &Answers) -> Result<Licence> {
    let Ok(id) = a.text("licence").parse() else { return Err(Refusal::fault("licence", "not-a-choice")) };
    let licence = Licence::find(look, who, id)?;
    if !matches!(licence.state, licence::State::InForce | licence::State::Suspended) {
        return Err(Refusal::rule("licence-not-in-force", "ZJK-31"));
    }
    if who.person.is_some() {
        interest::must_be_free(look, who, licence.holder()?)?;
    }
    Ok(licence)
}

fn ordered(tx: &mut Tx, who: &Caller, a: Answers) -> Result<Id<Rectification>> {
    order(tx, who, a).map(|row| row.id)
}

/// Orders a rectification; what it closes is closed in the same transaction. Inspections and evaluations call it too, with
/// the answers of [`ORDER`].
pub fn order(tx: &mut Tx, who: &Caller, mut a: Answers) -> Result<Rectification> {
    let licence = living(tx, who, &a)?;
    let due = asked_day(tx, &a)?;
    let id: Id<Rectification> = tx.id();
    let files = file::attach(tx, who, &a.list("files"), Rectification::NAME, &id.to_string(), false)?;
    a.set("files", files);
    let besides = Besides::ALL.iter().filter(|b| a.list("closes").iter().any(|c| c == b.as_str())).map(|b| b.as_str());
    let closes: Vec<&str> = Permission::OF_DATA.iter().map(|p| p.as_str()).chain(besides).collect();
    a.set("closes", closes.clone());
    let closes = format!(" {} ", closes.join("  "));
    let ordered_as = if who.is(Office) { Office } else { Legal };
    let new = New::of(licence.title.clone()).id(id).series("rectification").owner(licence.owner).content(&a);
    let record = Record::of(&a).because(a.text("finding"));
    let row = Rectification::begin(tx, who, Act::Order, new, record, licence.id, closes, ordered_as)?;
    set_due(tx, row.id, due)?;
    access::close(tx, licence.id.cast(), Rectification::NAME)?;
    if let Some(next) = licence::successor(tx, licence.id)? {
        access::close(tx, next.id.cast(), Rectification::NAME)?;
    }
    Ok(row)
}

/// The day typed, which lies ahead; none when left open.
fn asked_day(look: &Look, a: &Answers) -> Result<Option<NaiveDate>> {
    match a.text("due_on").parse::<NaiveDate>() {
        Ok(day) if day <= look.today() => {
            Err(Refusal::Faulty(vec![Fault::at("due_on", "too-early").with("day", look.today().succ_opt().unwrap_or(day))]))
        }
        Ok(day) => Ok(Some(day)),
        Err(_) => Ok(None),
    }
}

fn set_due(tx: &mut Tx, id: Id<Rectification>, due: Option<NaiveDate>) -> Result<()> {
    if due.is_some() {
        platform::deadline::set(tx, id, Some("rectification"), due)?;
    }
    Ok(())
}

/// What the office has ordered, only the office judges; and nobody who has an interest in the holder.
fn may_judge(look: &mut Look, who: &Caller, row: &Rectification) -> Result<()> {
    if row.ordered_as == Office && !who.is(Office) {
        return Err(Refusal::WrongRole { by: &[Office], article: "ZJK-34" });
    }
    match row.owner {
        Some(holder) => interest::must_be_free(look, who, holder),
        None => Ok(()),
    }
}

/// The holder says what was done, and shows it.
fn prove(tx: &mut Tx, who: &Caller, row: &Rectification, mut a: Answers) -> Result<()> {
    let files = file::attach(tx, who, &a.list("files"), Rectification::NAME, &row.id.to_string(), false)?;
    a.set("files", files);
    let mut content = row.answers();
    content.set("proof", serde_json::to_value(&a)?);
    row.keep(tx, &content)?;
    flow::take(tx, who, row, Act::Prove, Record::of(&a)).map(drop)
}

/// Verified: what the order closed is open again, unless something else closes it.
fn verify(tx: &mut Tx, who: &Caller, row: &Rectification, a: Answers) -> Result<()> {
    let mut content = row.answers();
    content.set("check", a.text("check"));
    row.keep(tx, &content)?;
    flow::take(tx, who, row, Act::Verify, Record::of(&a).because(a.text("check")))?;
    reopen(tx, row)
}

fn revoke(tx: &mut Tx, who: &Caller, row: &Rectification, a: Answers) -> Result<()> {
    flow::take(tx, who, row, Act::Revoke, Record::none().because(a.text("reason")))?;
    reopen(tx, row)
}

fn reopen(tx: &mut Tx, row: &Rectification) -> Result<()> {
    termination::lapse_for(tx, row.id)?;
    let licence = licence::row(tx, row.licence)?;
    licence::open_door(tx, &licence)?;
    match licence::successor(tx, licence.id)? {
        Some(next) => licence::open_door(tx, &next),
        None => Ok(()),
    }
}

fn send_back(tx: &mut Tx, who: &Caller, row: &Rectification, a: Answers) -> Result<()> {
    let due = asked_day(tx, &a)?;
    flow::take(tx, who, row, Act::SendBack, Record::of(&a).because(a.text("reason")))?;
    set_due(tx, row.id, due)
}

/// Gives more time, with a reason; the holder is told.
fn extend(tx: &mut Tx, who: &Caller, row: &Rectification, a: Answers) -> Result<()> {
    let due = asked_day(tx, &a)?;
    if let (Some(old), Some(new)) = (row.due_on, due)
        && new <= old
    {
        return Err(Refusal::Faulty(vec![Fault::at("due_on", "too-early").with("day", old.succ_opt().unwrap_or(old))]));
    }
    flow::take(tx, who, row, Act::Extend, Record::of(json!({"from": row.due_on, "to": due})).because(a.text("reason")))?;
    set_due(tx, row.id, due)
}

/// The day has passed without proof: the calendar notes it and proposes to end the licence (ZJ-6.8, ZJK-35(3)).
fn overrun(tx: &mut Tx, who: &Caller, row: &Rectification, _: Answers) -> Result<()> {
    flow::take(tx, who, row, Act::Overrun, Record::none())?;
    let licence = licence::row(tx, row.licence)?;
    // A licence that was followed meanwhile passes the duty on.
    let target = match licence.state {
        licence::State::Ended => licence::successor(tx, licence.id)?.unwrap_or(licence),
        _ => licence,
    };
    let reason = format!("{} {}", row.serial.as_deref().unwrap_or_default(), row.due_on.map(|d| d.to_string()).unwrap_or_default());
    termination::propose(tx, who, &target, EndKind::Breach, &reason, Some(row.id)).map(drop)
}

/// Open orders that bind a licence: its own, and those on the licence it follows.
pub fn open_on(look: &mut Look, of: &Licence) -> Result<Vec<Rectification>> {
    let mut ids = vec![of.id];
    ids.extend(of.follows);
    Ok(rectification::table
        .filter(rectification::licence.eq_any(ids).and(rectification::state.eq_any(OPEN)))
        .order(rectification::created_at.asc())
        .limit(200)
        .select(Rectification::as_select())
        .load(look.db())?)
}

/// Every order on a licence, newest first, at most 200; the caller has checked that the licence may be seen.
pub fn of_licence(look: &mut Look, licence: Id<Licence>) -> Result<Vec<Rectification>> {
    case::all_of(look, "licence", licence, &[])
}

/// Closes what was open when the licence ended; nothing is left to put right.
pub(crate) fn close_all(tx: &mut Tx, licence: Id<Licence>) -> Result<()> {
    for row in case::all_of::<Rectification>(tx, "licence", licence, &OPEN)? {
        flow::take(tx, &Caller::calendar(), &row, Act::Close, Record::none())?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn table_is_sound() {
        assert_eq!(flow::faults(&flow::table::<Rectification>(), &["verified", "revoked", "closed"]), Vec::<String>::new());
    }

    #[test]
    fn besides_are_permissions() {
        assert!(Besides::TEXTS.iter().all(|t| Permission::of(t).is_some_and(|p| !Permission::OF_DATA.contains(&p))));
    }
}
