//! 终止 — a licence is ended before its last day on the grounds of ZJK-35 or by an exit of BJ-20: proposed by one, heard by the
//! holder, decided by the office; or by the holder's own notice, which nobody has to decide.

use crate::licence::{self, EndKind, Licence};
use crate::rectification::{self, Rectification};
use chrono::NaiveDate;
use diesel::prelude::*;
use platform::case::{self, Case, New, Sight};
use platform::event::{self, Record};
use platform::flow::{self, Choice, Deed, Heading, Noun, Opening, Step, Tell, begin, deed, step};
use platform::people::interest;
use platform::profile::Silence;
use platform::schema::termination;
use platform::sheet::{self, Answers, REASON, Sheet};
use platform::{Caller, Fault, Id, Look, Refusal, Result, Role, Tx, Word, deadline, diesel, file, words};
use serde_json::json;

words! {
    pub enum State: "termination-state" {
        Proposed = "proposed", Heard = "heard", Noticed = "noticed", Ended = "ended", Rejected = "rejected", Withdrawn = "withdrawn", Lapsed = "lapsed",
    }
}
words! {
    pub enum Act: "termination-act" {
        Propose = "propose", Notice = "notice", Answer = "answer", Waive = "waive", End = "end", Reject = "reject", Withdraw = "withdraw", Lapse = "lapse",
    }
}

use Role::{Calendar, DeveloperAdmin, DeveloperStaff, Legal, Office};

const ALL: &[Tell] = &[Tell::Owner, Tell::Role(Legal), Tell::Role(Office)];

pub const STEPS: &[Step<State, Act>] = &[
    begin(Act::Propose, &[Legal, Office, Calendar], State::Proposed, "ZJK-35").tell(ALL).clock("hearing"),
    begin(Act::Notice, &[DeveloperAdmin], State::Noticed, "BJ-20").tell(ALL),
    step(State::Proposed, Act::End, &[Office], State::Ended, "ZJK-35").tell(ALL),
    step(State::Proposed, Act::Answer, &[DeveloperAdmin, DeveloperStaff], State::Heard, "ZJK-35").tell(ALL).clock("termination_decision"),
    // Whoever makes no statement in time is taken to have none to make; now the office decides.
    step(State::Proposed, Act::Waive, &[Calendar], State::Heard, "ZJK-35").tell(ALL).clock("termination_decision").upon("hearing", Silence::Lapse),
    step(State::Heard, Act::End, &[Office], State::Ended, "ZJK-35").tell(ALL),
    step(State::Noticed, Act::End, &[Calendar], State::Ended, "BJ-20").tell(ALL),
    step(State::Proposed, Act::Reject, &[Office], State::Rejected, "ZJK-35").tell(ALL),
    step(State::Heard, Act::Reject, &[Office], State::Rejected, "ZJK-35").tell(ALL),
    step(State::Proposed, Act::Withdraw, &[Legal, Office], State::Withdrawn, "ZJK-35").tell(ALL),
    step(State::Heard, Act::Withdraw, &[Legal, Office], State::Withdrawn, "ZJK-35").tell(ALL),
    step(State::Noticed, Act::Withdraw, &[DeveloperAdmin], State::Withdrawn, "BJ-20").tell(ALL),
    step(State::Proposed, Act::Lapse, &[Calendar], State::Lapsed, "ZJK-17").tell(ALL),
    step(State::Heard, Act::Lapse, &[Calendar], State::Lapsed, "ZJK-17").tell(ALL),
    step(State::Noticed, Act::Lapse, &[Calendar], State::Lapsed, "ZJK-17").tell(ALL),
];

/// States in which something is still to be decided or to happen.
pub const OPEN: [State; 3] = [State::Proposed, State::Heard, State::Noticed];

const PROPOSE: Sheet = Sheet {
    name: "termination",
    fields: &[sheet::pick("licence", "licence"), sheet::pick("ground", "ground"), sheet::text("reason", 5000), sheet::files("files").optional()],
};
const ANSWER: Sheet = Sheet { name: "termination-answer", fields: &[sheet::text("statement", 10_000), sheet::files("files").optional()] };

platform::case! {
    /// A proposal to end a licence, or a holder's notice; `owner` is the holder.
    pub struct Termination in termination {
        pub licence: Id<Licence>,
        pub kind: EndKind,
        /// Until then the holder may make its statement before anything is decided.
        pub heard_until: Option<NaiveDate>,
        /// The first day without the licence, when the holder gave notice.
        pub ends_on: Option<NaiveDate>,
        /// The overdue order that brought it about.
        pub rectification: Option<Id<Rectification>>,
    }
}

impl Case for Termination {
    /// Seen by the holder's people and by those who oversee.
    fn sight(who: &Caller) -> Sight {
        Sight::overseen(who)
    }
}

impl Noun for Termination {
    type State = State;
    type Act = Act;
    const NAME: &'static str = "termination";
    const TABLE: &'static str = "termination";
    const PATH: &'static str = "terminations";
    const STEPS: &'static [Step<State, Act>] = STEPS;
    const OPENING: Option<Opening<Self>> = Some(Opening { act: Act::Propose, sheet: &PROPOSE, draft: false, run: proposed });
    // It takes effect on its day.
    const RESTS: &'static [State] = &[State::Noticed];
    const DEEDS: &'static [Deed<Self>] = &[
        deed(Act::Answer, &ANSWER, answer),
        deed(Act::End, &REASON, end).when(may_end).careful(),
        deed(Act::Reject, &REASON, reject).when(may_decide),
        deed(Act::Withdraw, &REASON, |tx, who, row, a| flow::take(tx, who, row, Act::Withdraw, Record::none().because(a.text("reason"))).map(drop))
            .when(may_withdraw),
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
    fn choices(look: &mut Look, who: &Caller, _: Option<&Self>, list: &str) -> Result<Vec<Choice>> {
        match list {
            "licence" => rectification::licences(look, who),
            // The holder's own exit and a new agreement are none.
            "ground" => Ok(look.profile().termination_grounds.iter().map(|g| Choice::said(&g.key, &g.name)).collect()),
            _ => Ok(Vec::new()),
        }
    }
}

fn proposed(tx: &mut Tx, who: &Caller, a: Answers) -> Result<Id<Termination>> {
    let licence = rectification::living(tx, who, &a)?;
    // The licence's own policy has the grounds, not the one in force today.
    let known = deadline::pinned(tx, licence.id)?.termination_ground(a.text("ground")).is_some();
    let Some(kind) = EndKind::of(a.text("ground")).filter(|_| known) else { return Err(Refusal::fault("ground", "not-a-choice")) };
    if open_on(tx, licence.id)?.is_some() {
        return Err(Refusal::Taken);
    }
    let id: Id<Termination> = tx.id();
    let files = file::attach(tx, who, &a.list("files"), Termination::NAME, &id.to_string(), false)?;
    begun(tx, who, id, &licence, kind, json!({ "ground": kind, "reason": a.text("reason"), "files": files }), None)
}

/// Proposes to end a licence; what is proposed already is not proposed twice. The calendar does so after an overdue order,
/// evaluations after two poor results running.
pub fn propose(
    tx: &mut Tx,
    who: &Caller,
    licence: &Licence,
    kind: EndKind,
    reason: &str,
    after: Option<Id<Rectification>>,
) -> Result<Option<Id<Termination>>> {
    let lives = matches!(licence.state, licence::State::InForce | licence::State::Suspended);
    if !lives || open_on(tx, licence.id)?.is_some() {
        return Ok(None);
    }
    let id = tx.id();
    begun(tx, who, id, licence, kind, json!({ "ground": kind, "reason": reason }), after).map(Some)
}

fn begun(
    tx: &mut Tx,
    who: &Caller,
    id: Id<Termination>,
    licence: &Licence,
    kind: EndKind,
    said: serde_json::Value,
    after: Option<Id<Rectification>>,
) -> Result<Id<Termination>> {
    let said = Answers::of(said);
    // In a year without announced holidays the hearing lasts until it is used.
    let hearing = deadline::pinned(tx, licence.id)?.period("hearing")?.due(tx.today(), &tx.calendar(), &[]);
    let until = hearing.unwrap_or(licence.to_on);
    let new = New::of(licence.title.clone()).id(id).owner(licence.owner).content(&said);
    let record = Record::of(&said).because(said.text("reason"));
    let row = Termination::begin(tx, who, Act::Propose, new, record, licence.id, kind, Some(until), None, after)?;
    Ok(row.id)
}

/// A holder gives notice that it wants to leave: from `ends_on` it is free. Nobody has to agree (BJ-20).
pub(crate) fn give_notice(tx: &mut Tx, who: &Caller, row: &Licence, a: Answers) -> Result<()> {
    let Ok(day) = a.text("ends_on").parse::<NaiveDate>() else { return Err(Refusal::fault("ends_on", "not-a-date")) };
    if day <= tx.today() {
        return Err(Refusal::Faulty(vec![Fault::at("ends_on", "too-early").with("day", tx.today().succ_opt().unwrap_or(day))]));
    }
    if day > row.to_on {
        return Err(Refusal::Faulty(vec![Fault::at("ends_on", "too-late").with("day", row.to_on)]));
    }
    if open_on(tx, row.id)?.is_some() {
        return Err(Refusal::Taken);
    }
    let new = New::of(row.title.clone()).owner(row.owner).content(&a);
    let record = || Record::of(&a).because(a.text("reason"));
    Termination::begin(tx, who, Act::Notice, new, record(), row.id, EndKind::Voluntary, None, Some(day), None)?;
    flow::take(tx, who, row, licence::Act::GiveNotice, record()).map(drop)
}

/// The holder's statement.
fn answer(tx: &mut Tx, who: &Caller, row: &Termination, mut a: Answers) -> Result<()> {
    let files = file::attach(tx, who, &a.list("files"), Termination::NAME, &row.id.to_string(), false)?;
    a.set("files", files);
    let mut content = row.answers();
    content.set("answer", serde_json::to_value(&a)?);
    row.keep(tx, &content)?;
    flow::take(tx, who, row, Act::Answer, Record::of(&a)).map(drop)
}

/// Who proposed does not decide (ZJK-28), and nobody decides over a party he has an interest in.
fn may_decide(look: &mut Look, who: &Caller, row: &Termination) -> Result<()> {
    if event::actors(look, Termination::NAME, &row.id.to_string(), &[Act::Propose.as_str()])?.contains(&who.person()?) {
        return Err(Refusal::rule("same-person", "ZJK-28"));
    }
    match row.owner {
        Some(holder) => interest::must_be_free(look, who, holder),
        None => Ok(()),
    }
}

/// Nothing is ended before the holder has been heard, or has let the days for it pass.
fn may_end(look: &mut Look, who: &Caller, row: &Termination) -> Result<()> {
    if row.state == State::Proposed
        && let Some(until) = row.heard_until.filter(|d| look.today() <= *d)
    {
        return Err(Refusal::rule("hearing-open", "ZJK-35").with("until", until));
    }
    may_decide(look, who, row)
}

/// The office ends the licence through its own verb.
fn end(tx: &mut Tx, who: &Caller, row: &Termination, a: Answers) -> Result<()> {
    flow::take(tx, who, row, Act::End, Record::of(json!({ "kind": row.kind })).because(a.text("reason")))?;
    let licence = licence::row(tx, row.licence)?;
    licence::end(tx, who, &licence, row.kind, a.text("reason"))
}

fn reject(tx: &mut Tx, who: &Caller, row: &Termination, a: Answers) -> Result<()> {
    flow::take(tx, who, row, Act::Reject, Record::none().because(a.text("reason"))).map(drop)
}

/// A proposal is withdrawn by the side that made it, never what the calendar proposed; a notice by the holder.
fn may_withdraw(look: &mut Look, who: &Caller, row: &Termination) -> Result<()> {
    let first = event::history(look, who, Termination::NAME, &row.id.to_string())?.into_iter().next();
    match first {
        Some(e) if e.org.is_some() && e.org == who.org => Ok(()),
        _ => Err(Refusal::WrongRole { by: &[Office], article: "ZJK-35" }),
    }
}

/// Notices whose day has come take effect; the daily job calls it, at most 500 at a time.
pub fn take_effect_due(tx: &mut Tx) -> Result<usize> {
    let today = tx.today();
    let due: Vec<Termination> = termination::table
        .filter(termination::state.eq(State::Noticed).and(termination::ends_on.le(today)))
        .order(termination::created_at.asc())
        .limit(500)
        .select(Termination::as_select())
        .load(tx.db())?;
    let calendar = Caller::calendar();
    for row in &due {
        flow::take(tx, &calendar, row, Act::End, Record::of(json!({ "kind": row.kind })))?;
        let licence = licence::row(tx, row.licence)?;
        licence::end(tx, &calendar, &licence, row.kind, row.answers().text("reason"))?;
    }
    Ok(due.len())
}

/// What is open about a licence's end.
pub fn open_on(look: &mut Look, licence: Id<Licence>) -> Result<Option<Termination>> {
    Ok(case::all_of(look, "licence", licence, &OPEN)?.into_iter().next())
}

/// Everything about a licence's end, newest first; the caller has checked that the licence may be seen.
pub fn of_licence(look: &mut Look, licence: Id<Licence>) -> Result<Vec<Termination>> {
    case::all_of(look, "licence", licence, &[])
}

/// The licence ended otherwise: what was still open is void.
pub(crate) fn lapse_all(tx: &mut Tx, licence: Id<Licence>) -> Result<()> {
    for row in case::all_of::<Termination>(tx, "licence", licence, &OPEN)? {
        flow::take(tx, &Caller::calendar(), &row, Act::Lapse, Record::none())?;
    }
    Ok(())
}

/// The order that brought a proposal about was fulfilled after all, or revoked.
pub(crate) fn lapse_for(tx: &mut Tx, order: Id<Rectification>) -> Result<()> {
    for row in case::all_of::<Termination>(tx, "rectification", order, &[State::Proposed, State::Heard])? {
        flow::take(tx, &Caller::calendar(), &row, Act::Lapse, Record::of(json!({ "rectification": order })))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use platform::profile::Book;

    #[test]
    fn table_is_sound() {
        assert_eq!(flow::faults(&flow::table::<Termination>(), &["ended", "rejected", "withdrawn", "lapsed"]), Vec::<String>::new());
    }

    #[test]
    fn grounds_are_kinds_of_end() {
        for profile in Book::built_in().all() {
            assert!(profile.termination_grounds.iter().all(|g| EndKind::of(&g.key).is_some()), "{}", profile.id);
            assert!(["voluntary", "superseded"].iter().all(|key| profile.termination_ground(key).is_none()), "{}", profile.id);
        }
    }
}
