//! 变更与续期 — a holder asks for other terms, or for a new term before the old one runs out. Either leads to a new agreement
//! linked to the old: filed with the office, signed and countersigned like any grant. Until then the old grant stands, and a
//! refusal leaves it untouched (ZJK-17, ZJ-4.4, BJ-14, NJ-12).

use crate::announcement;
use crate::filing::{self, Filing};
use crate::licence::{self, Licence, Term};
use chrono::NaiveDate;
use diesel::prelude::*;
use platform::case::{self, Case, New, Sight};
use platform::event::{self, Record};
use platform::flow::{self, Choice, Deed, Heading, Noun, Opening, Step, Tell, begin, deed, step};
use platform::paging::Page;
use platform::people::{interest, org};
use platform::sheet::{self, Answers, Field, REASON, Sheet};
use platform::{Caller, Fault, Id, Look, Refusal, Result, Role, Tx, Word, file, money, words};
use serde_json::json;
use std::collections::BTreeSet;

words! {
    pub enum State: "amendment-state" {
        Filed = "filed", Returned = "returned", Assessed = "assessed", Accepted = "accepted", Completed = "completed", Refused = "refused",
        Withdrawn = "withdrawn", Lapsed = "lapsed",
    }
}
words! {
    pub enum Act: "amendment-act" {
        Amend = "amend", Renew = "renew", Return = "return", Resubmit = "resubmit", Assess = "assess", Accept = "accept", Refuse = "refuse",
        Withdraw = "withdraw", Complete = "complete", Lapse = "lapse",
    }
}
words! {
    /// What is asked for.
    pub enum Kind: "amendment-kind" { Amend = "amend", Renew = "renew" }
}

use Role::{Calendar, DeveloperAdmin, DeveloperStaff, Legal, Office};

const HOLDER: &[Role] = &[DeveloperAdmin, DeveloperStaff];
const BOTH: &[Tell] = &[Tell::Owner, Tell::Role(Legal)];

pub const STEPS: &[Step<State, Act>] = &[
    begin(Act::Amend, HOLDER, State::Filed, "ZJK-17").tell(&[Tell::Role(Legal)]).clock("amendment_answer"),
    begin(Act::Renew, HOLDER, State::Filed, "ZJK-17").tell(&[Tell::Role(Legal)]).clock("renewal_answer"),
    step(State::Filed, Act::Assess, &[Legal], State::Assessed, "ZJK-17").tell(&[Tell::Role(Legal)]).keeps(),
    step(State::Filed, Act::Return, &[Legal], State::Returned, "ZJK-17").tell(&[Tell::Owner]).clock("correction").pauses(),
    step(State::Returned, Act::Resubmit, HOLDER, State::Filed, "ZJK-17").tell(&[Tell::Role(Legal)]).keeps(),
    step(State::Assessed, Act::Accept, &[Legal], State::Accepted, "ZJK-17").tell(&[Tell::Owner, Tell::Role(Office)]),
    step(State::Assessed, Act::Refuse, &[Legal], State::Refused, "ZJK-17").tell(&[Tell::Owner]),
    step(State::Filed, Act::Withdraw, HOLDER, State::Withdrawn, "ZJK-17").tell(&[Tell::Role(Legal)]),
    step(State::Returned, Act::Withdraw, HOLDER, State::Withdrawn, "ZJK-17").tell(&[Tell::Role(Legal)]),
    step(State::Assessed, Act::Withdraw, HOLDER, State::Withdrawn, "ZJK-17").tell(&[Tell::Role(Legal)]),
    step(State::Accepted, Act::Complete, &[Calendar], State::Completed, "ZJK-17").tell(BOTH),
    step(State::Filed, Act::Lapse, &[Calendar], State::Lapsed, "ZJK-17").tell(BOTH),
    step(State::Returned, Act::Lapse, &[Calendar], State::Lapsed, "ZJK-17").tell(BOTH),
    step(State::Assessed, Act::Lapse, &[Calendar], State::Lapsed, "ZJK-17").tell(BOTH),
    step(State::Accepted, Act::Lapse, &[Calendar], State::Lapsed, "ZJK-17").tell(BOTH),
];

/// States before a decision; what stands in them lapses when the licence runs out.
pub const UNDECIDED: [State; 3] = [State::Filed, State::Returned, State::Assessed];
/// States in which something may still come of it.
pub const OPEN: [State; 4] = [State::Filed, State::Returned, State::Assessed, State::Accepted];

const ASKED: [Field; 6] = [
    sheet::date("to_on").optional(),
    sheet::text("scope", 5000).optional(),
    sheet::picks("resources", "resources").optional(),
    sheet::money("fee").optional(),
    sheet::text("reason", 5000),
    sheet::files("files").optional(),
];
/// What is asked. What is left open stays as it is; a renewal needs its new last day.
pub const AMENDMENT: Sheet = Sheet {
    name: "amendment",
    fields: &[sheet::pick("licence", "licence"), sheet::choice::<Kind>("kind"), ASKED[0], ASKED[1], ASKED[2], ASKED[3], ASKED[4], ASKED[5]],
};
const RESUBMIT: Sheet = Sheet { name: "amendment", fields: &ASKED };
const ASSESS: Sheet = Sheet { name: "amendment-assessment", fields: &[sheet::text("finding", 5000), sheet::text("record", 5000).optional()] };
/// What the filing with the office needs besides.
const ACCEPT: Sheet =
    Sheet { name: "amendment-accept", fields: &[sheet::text("risk_assessment", 10_000), sheet::text("agreement_note", 5000).optional()] };

platform::case! {
    /// An application for other terms or a new term; `owner` is the holder.
    pub struct Amendment in amendment {
        /// The licence that would be followed.
        pub licence: Id<Licence>,
        pub kind: Kind,
    }
}

impl Case for Amendment {
    /// Seen by the holder's people and by those who oversee.
    fn sight(who: &Caller) -> Sight {
        Sight::overseen(who)
    }
}

impl Noun for Amendment {
    type State = State;
    type Act = Act;
    const NAME: &'static str = "amendment";
    const TABLE: &'static str = "amendment";
    const PATH: &'static str = "amendments";
    const STEPS: &'static [Step<State, Act>] = STEPS;
    const OPENING: Option<Opening<Self>> = Some(Opening { act: Act::Amend, sheet: &AMENDMENT, draft: false, run: ask_for });
    /// Accepted, what waits is the filing and then the licence.
    const RESTS: &'static [State] = &[State::Accepted];
    const DEEDS: &'static [Deed<Self>] = &[
        deed(Act::Assess, &ASSESS, assess).when(is_free),
        deed(Act::Return, &REASON, |tx, who, row, a| leave(tx, who, row, Act::Return, &a)).when(is_free),
        deed(Act::Accept, &ACCEPT, accept).when(may_decide),
        deed(Act::Refuse, &REASON, |tx, who, row, a| leave(tx, who, row, Act::Refuse, &a)).when(may_decide),
        deed(Act::Resubmit, &RESUBMIT, resubmit),
        deed(Act::Withdraw, &REASON, |tx, who, row, a| leave(tx, who, row, Act::Withdraw, &a)),
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
        case::find(look, &Self::sight(who), id)
    }
    fn choices(look: &mut Look, who: &Caller, row: Option<&Self>, list: &str) -> Result<Vec<Choice>> {
        let of = match row {
            Some(row) => vec![licence::row(look, row.licence)?],
            None => own(look, who)?,
        };
        match list {
            "licence" => Ok(of.into_iter().map(|l| Choice::new(l.id, format!("{} · {}", l.serial.unwrap_or_default(), l.title))).collect()),
            "resources" => {
                let mut called = BTreeSet::new();
                for licence in &of {
                    called.extend(within_call(look, licence)?);
                }
                let called: Vec<String> = called.into_iter().collect();
                Ok(resources::entry::by_ids(look, &called)?.into_iter().map(|e| Choice::new(e.id, e.title)).collect())
            }
            _ => Ok(Vec::new()),
        }
    }
    fn filled(_: &mut Look, _: &Caller, row: &Self, act: Act) -> Result<Answers> {
        let mut said = row.answers();
        if act != Act::Resubmit {
            return Ok(Answers::default());
        }
        if let Some(fen) = said.0.get("fee").and_then(serde_json::Value::as_i64) {
            said.set("fee", money::yuan(fen));
        }
        Ok(said)
    }
}

/// The caller's organisation's licences in force.
fn own(look: &mut Look, who: &Caller) -> Result<Vec<Licence>> {
    if !who.is_any(HOLDER) {
        return Ok(Vec::new());
    }
    let ask = licence::Ask { state: Some(licence::State::InForce), ..licence::Ask::default() };
    Ok(licence::list(look, who, &ask, Page::first(50))?.rows)
}

/// The resources that were called for when the licence was won: a contract may not leave them behind (BID-46).
fn within_call(look: &mut Look, of: &Licence) -> Result<Vec<String>> {
    let filing = filing::row(look, of.filing)?;
    Ok(announcement::row(look, filing.announcement)?.call()?.entries)
}

fn ask_for(tx: &mut Tx, who: &Caller, a: Answers) -> Result<Id<Amendment>> {
    let Ok(id) = a.text("licence").parse() else { return Err(Refusal::fault("licence", "not-a-choice")) };
    let of = Licence::find(tx, who, id)?;
    if !who.acts_for(of.holder()?) {
        return Err(Refusal::fault("licence", "not-a-choice"));
    }
    let kind = Kind::of(a.text("kind")).unwrap_or(Kind::Amend);
    if kind == Kind::Renew {
        must_be_in_window(tx, &of)?;
        tx.profile().must_be_in_force(tx.today())?;
    }
    licence::must_be_in_force(tx, of.id)?;
    org::must_be_ready(tx, who)?;
    licence::must_be_eligible(tx, of.holder()?)?;
    let id: Id<Amendment> = tx.id();
    let content = settled(tx, who, id, &of, kind, a)?;
    let act = if kind == Kind::Renew { Act::Renew } else { Act::Amend };
    let new = New::of(of.title.clone()).id(id).series("amendment").owner(of.owner).content(&content);
    let record = Record::of(&content).because(content.text("reason"));
    Amendment::begin(tx, who, act, new, record, of.id, kind).map(|row| row.id)
}

/// Renewal is asked for within the profile's window, neither before it opens nor after it closes.
fn must_be_in_window(look: &Look, of: &Licence) -> Result<()> {
    let today = look.today();
    let Some((opens, closes)) = look.pinned(&of.profile).renewal_window(of.to_on) else {
        return Err(Refusal::rule("renewal-anew", "ZJ-4.4").with("closes", of.to_on));
    };
    if today > closes {
        return Err(Refusal::rule("renewal-too-late", "ZJK-17").with("closes", closes));
    }
    match opens.filter(|opens| today < *opens) {
        Some(opens) => Err(Refusal::rule("renewal-too-early", "ZJK-17").with("opens", opens).with("closes", closes)),
        None => Ok(()),
    }
}

/// What is kept, with everything that cannot be granted named: the cap, the call, the public good.
fn settled(tx: &mut Tx, who: &Caller, id: Id<Amendment>, of: &Licence, kind: Kind, mut a: Answers) -> Result<Answers> {
    terms(tx, of, kind, &a)?;
    let files = file::attach(tx, who, &a.list("files"), Amendment::NAME, &id.to_string(), false)?;
    a.set("files", files);
    for known in ["licence", "kind"] {
        a.0.remove(known);
    }
    Ok(a)
}

/// The terms that would be granted.
fn terms(tx: &mut Tx, of: &Licence, kind: Kind, a: &Answers) -> Result<filing::Grant> {
    let now = of.terms();
    let to: Option<NaiveDate> = a.text("to_on").parse().ok();
    let (from, to) = match (kind, to) {
        (Kind::Renew, None) => return Err(Refusal::fault("to_on", "required")),
        (Kind::Renew, Some(to)) => (of.to_on.succ_opt().unwrap_or(of.to_on), to),
        (Kind::Amend, to) => (tx.today().max(of.from_on), to.unwrap_or(of.to_on)),
    };
    if kind == Kind::Amend && to > of.to_on {
        return Err(Refusal::Faulty(vec![Fault::at("to_on", "over-cap").with("latest", of.to_on)]));
    }
    Term::new(&tx.profile(), from, to)?;
    let chosen = a.list("resources");
    let resources = if chosen.is_empty() { now.resources.clone() } else { chosen };
    let called = within_call(tx, of)?;
    if resources.iter().any(|r| !called.contains(r)) {
        return Err(Refusal::rule("outside-scope", "BID-46"));
    }
    let fee = a.0.get("fee").and_then(serde_json::Value::as_i64).unwrap_or(now.fee);
    if fee > 0 && tx.profile().purpose(now.purpose.as_str()).is_some_and(|p| p.free) {
        return Err(Refusal::rule("public-good-free", "ZJK-6"));
    }
    let scope = Some(a.text("scope").to_string()).filter(|s| !s.is_empty()).unwrap_or_else(|| now.scope.clone());
    let same = resources == now.resources && fee == now.fee && scope == now.scope && to == of.to_on;
    if same && kind == Kind::Amend {
        return Err(Refusal::fault("scope", "nothing-changes"));
    }
    Ok(filing::Grant { resources, scope, from_on: from, to_on: to, fee, purpose: now.purpose })
}

fn is_free(look: &mut Look, who: &Caller, row: &Amendment) -> Result<()> {
    match row.owner {
        Some(holder) => interest::must_be_free(look, who, holder),
        None => Ok(()),
    }
}

/// Who assessed does not decide (ZJK-28).
fn may_decide(look: &mut Look, who: &Caller, row: &Amendment) -> Result<()> {
    let assessed = event::actors(look, Amendment::NAME, &row.id.to_string(), &[Act::Assess.as_str()])?;
    if assessed.contains(&who.person()?) { Err(Refusal::rule("same-person", "ZJK-28")) } else { is_free(look, who, row) }
}

fn leave(tx: &mut Tx, who: &Caller, row: &Amendment, act: Act, a: &Answers) -> Result<()> {
    flow::take(tx, who, row, act, Record::none().because(a.text("reason"))).map(drop)
}

fn assess(tx: &mut Tx, who: &Caller, row: &Amendment, a: Answers) -> Result<()> {
    let mut content = row.answers();
    content.set("assessment", serde_json::to_value(&a)?);
    row.keep(tx, &content)?;
    flow::take(tx, who, row, Act::Assess, Record::of(&a).because(a.text("finding"))).map(drop)
}

/// After a return: the window is not asked again, for the application was in time.
fn resubmit(tx: &mut Tx, who: &Caller, row: &Amendment, a: Answers) -> Result<()> {
    let of = licence::row(tx, row.licence)?;
    let content = settled(tx, who, row.id, &of, row.kind, a)?;
    row.keep(tx, &content)?;
    flow::take(tx, who, row, Act::Resubmit, Record::of(&content).because(content.text("reason"))).map(drop)
}

/// Accepts: the grant to come is filed with the office in the same act (ZJK-17).
fn accept(tx: &mut Tx, who: &Caller, row: &Amendment, a: Answers) -> Result<()> {
    let of = licence::row(tx, row.licence)?;
    licence::must_be_eligible(tx, of.holder()?)?;
    let grant = terms(tx, &of, row.kind, &row.answers())?;
    flow::take(tx, who, row, Act::Accept, Record::of(&grant))?;
    filing::file_amended(tx, who, row, &of, &grant, &a).map(drop)
}

/// The terms that a filing for an application may name when it is filed again.
pub(crate) fn must_allow(tx: &mut Tx, id: Id<Amendment>, grant: &filing::Grant) -> Result<()> {
    let row = Amendment::row(tx, id)?;
    let of = licence::row(tx, row.licence)?;
    let a = Answers::of(json!({ "to_on": grant.to_on, "resources": grant.resources, "fee": grant.fee, "scope": grant.scope }));
    let allowed = terms(tx, &of, row.kind, &a)?;
    if grant.from_on < allowed.from_on {
        return Err(Refusal::Faulty(vec![Fault::at("from_on", "too-early").with("day", allowed.from_on)]));
    }
    Ok(())
}

/// The licence that a filing's grant is to follow; none when the filing is of a bid.
pub(crate) fn predecessor(look: &mut Look, id: Option<Id<Amendment>>) -> Result<Option<Id<Licence>>> {
    let Some(id) = id else { return Ok(None) };
    let row = Amendment::row(look, id)?;
    if row.state == State::Accepted { Ok(Some(row.licence)) } else { Err(Refusal::rule("not-filed", "ZJK-17")) }
}

/// The new licence has been countersigned.
pub(crate) fn complete(tx: &mut Tx, id: Id<Amendment>) -> Result<()> {
    let row = Amendment::row(tx, id)?;
    flow::take(tx, &Caller::calendar(), &row, Act::Complete, Record::none()).map(drop)
}

/// Nothing can come of it any more: the office objected, the filing was withdrawn, the licence ended.
pub(crate) fn lapse(tx: &mut Tx, id: Id<Amendment>, reason: &str) -> Result<()> {
    let row = Amendment::row(tx, id)?;
    if !OPEN.contains(&row.state) {
        return Ok(());
    }
    flow::take(tx, &Caller::calendar(), &row, Act::Lapse, Record::none().because(reason)).map(drop)
}

/// Lapses what stands in these states when a licence has ended.
pub(crate) fn lapse_all(tx: &mut Tx, licence: Id<Licence>, states: &[State]) -> Result<()> {
    for row in case::all_of::<Amendment>(tx, "licence", licence, states)? {
        flow::take(tx, &Caller::calendar(), &row, Act::Lapse, Record::none())?;
    }
    Ok(())
}

/// What is open about a licence; the caller has checked that it may be seen.
pub fn open_on(look: &mut Look, licence: Id<Licence>) -> Result<Option<Amendment>> {
    Ok(case::all_of(look, "licence", licence, &OPEN)?.into_iter().next())
}

/// Every application about a licence, newest first; the caller has checked that it may be seen.
pub fn of_licence(look: &mut Look, licence: Id<Licence>) -> Result<Vec<Amendment>> {
    case::all_of(look, "licence", licence, &[])
}

/// The filing that an accepted application led to.
pub fn filing_of(look: &mut Look, id: Id<Amendment>) -> Result<Option<Filing>> {
    use platform::schema::filing;
    Ok(filing::table.filter(filing::amendment.eq(id)).order(filing::created_at.desc()).select(Filing::as_select()).first(look.db()).optional()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn table_is_sound() {
        let last = ["completed", "refused", "withdrawn", "lapsed"];
        assert_eq!(flow::faults(&flow::table::<Amendment>(), &last), Vec::<String>::new());
    }
}
