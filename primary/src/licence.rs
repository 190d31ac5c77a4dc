//! 授权 — one scenario, one licence, at most the profile's term (ZJK-13(5), ZJK-17). Whether it is in force is computed from
//! state, days and now at every call, never from a flag.

use crate::Purpose;
use crate::agreement;
use crate::amendment;
use crate::bar;
use crate::filing::{self, Filing};
use crate::plan;
use crate::scenario::Scenario;
use crate::termination;
use chrono::NaiveDate;
use diesel::prelude::*;
use enclave::access;
use platform::event::{self, Record, sha256};
use platform::flow::{self, Choice, Deed, Heading, Noun, Opening, Step, Tell, begin, deed, step};
use platform::log::{Told, leaf};
use platform::people::{Org, Person, interest, org, person};
use platform::schema::licence;
use platform::sheet::{self, Answers, REASON, Sheet};
use platform::{At, Caller, Id, Look, Refusal, Result, Role, Tx, Word, day, diesel, words};
use serde::Serialize;
use serde_json::json;

mod draft;
mod ending;
mod line;
mod list;
pub mod permission;
pub mod register;
mod reminder;
pub mod term;

use draft::{DRAFT, REDRAFT, draft, redraft};
pub(crate) use ending::end;
pub use ending::expire_due;
pub use line::{line, live, successor, under};
pub use list::{Ask, in_force_of, list};
pub use permission::{Permission, able, may, permissions};
pub use register::{Published, public, public_list};
pub use reminder::remind_due;
pub use term::Term;

words! {
    pub enum State: "licence-state" {
        Drafted = "drafted", Signed = "signed", InForce = "in_force", Suspended = "suspended", Ended = "ended", Dropped = "dropped",
    }
}
words! {
    pub enum Act: "licence-act" {
        Draft = "draft", Redraft = "redraft", Sign = "sign", Countersign = "countersign", Suspend = "suspend", Resume = "resume",
        GiveNotice = "give_notice", End = "end", Expire = "expire", Supersede = "supersede", Drop = "drop", Remind = "remind",
    }
}
words! {
    /// Why a licence was ended before its last day (ZJK-33, ZJK-35, BJ-20). One that ran out has no such ground.
    pub enum EndKind: "end-kind" {
        PolicyStop = "policy_stop",
        Incident = "incident",
        Breach = "breach",
        /// Data used beyond what was granted (ZJK-21).
        Misuse = "misuse",
        /// Facts withheld or misstated to those who supervise (ZJK-33).
        Concealment = "concealment",
        PoorEvaluation = "poor_evaluation",
        StandingChanged = "standing_changed",
        Voluntary = "voluntary",
        BadCredit = "bad_credit",
        /// A new agreement took its place (ZJK-17).
        Superseded = "superseded",
    }
}

use Role::{Calendar, DeveloperAdmin, Legal, Office};

const ALL: &[Tell] = &[Tell::Owner, Tell::Role(Legal), Tell::Role(Office)];

pub const STEPS: &[Step<State, Act>] = &[
    begin(Act::Draft, &[Legal], State::Drafted, "ZJK-13(5)").tell(&[Tell::Owner]).clock("agreement_signing"),
    step(State::Drafted, Act::Redraft, &[Legal], State::Drafted, "ZJK-16").tell(&[Tell::Owner]),
    step(State::Drafted, Act::Sign, &[Legal], State::Signed, "ZJK-16").tell(&[Tell::Owner]).keeps(),
    step(State::Drafted, Act::Drop, &[Legal, Calendar], State::Dropped, "ZJK-16").tell(&[Tell::Owner]),
    step(State::Signed, Act::Countersign, &[DeveloperAdmin], State::InForce, "ZJK-16").tell(&[Tell::Role(Legal), Tell::Role(Office)]),
    step(State::Signed, Act::Drop, &[Legal, Calendar], State::Dropped, "ZJK-16").tell(&[Tell::Owner]),
    step(State::InForce, Act::Suspend, &[Office, Legal], State::Suspended, "ZJK-34").tell(&[Tell::Owner, Tell::Role(Legal)]).clock("rectification"),
    step(State::Suspended, Act::Resume, &[Office, Legal], State::InForce, "ZJK-34").tell(&[Tell::Owner, Tell::Role(Legal)]),
    step(State::InForce, Act::GiveNotice, &[DeveloperAdmin], State::InForce, "BJ-20"),
    step(State::Suspended, Act::GiveNotice, &[DeveloperAdmin], State::Suspended, "BJ-20"),
    // Nobody ends a licence by himself: a termination does, that one proposed and another decided.
    step(State::InForce, Act::End, &[Office, Calendar], State::Ended, "ZJK-35").tell(ALL),
    step(State::Suspended, Act::End, &[Office, Calendar], State::Ended, "ZJK-35").tell(ALL),
    step(State::InForce, Act::Expire, &[Calendar], State::Ended, "ZJK-17").tell(&[Tell::Owner, Tell::Role(Legal)]),
    step(State::Suspended, Act::Expire, &[Calendar], State::Ended, "ZJK-17").tell(&[Tell::Owner, Tell::Role(Legal)]),
    step(State::InForce, Act::Supersede, &[DeveloperAdmin, Calendar], State::Ended, "ZJK-17").tell(ALL),
    step(State::InForce, Act::Remind, &[Calendar], State::InForce, "ZJK-17").tell(&[Tell::Owner, Tell::Role(Legal)]),
    step(State::Suspended, Act::Remind, &[Calendar], State::Suspended, "ZJK-17").tell(&[Tell::Owner, Tell::Role(Legal)]),
];

/// A holder's own exit: from which day on it wants to be free (BJ-20).
const NOTICE: Sheet = Sheet { name: "licence-notice", fields: &[sheet::date("ends_on"), sheet::text("reason", 2000)] };

/// A licence; `owner` is its holder.
#[derive(Clone, Debug, Queryable, Selectable, Insertable, Serialize)]
#[diesel(table_name = licence)]
pub struct Licence {
    pub id: Id<Licence>,
    /// Given with the draft, for the agreement names it (ZJK-16).
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
    pub scenario: Id<Scenario>,
    pub filing: Id<Filing>,
    /// First and last day, both included.
    pub from_on: NaiveDate,
    pub to_on: NaiveDate,
    /// When it was countersigned.
    pub in_force_at: Option<At>,
    pub ended_at: Option<At>,
    pub end_kind: Option<EndKind>,
    /// The licence whose place it takes: amended or renewed (ZJK-17).
    pub follows: Option<Id<Licence>>,
    /// How many months before its end the holder was last reminded.
    pub reminded: Option<i32>,
}

/// What a licence grants.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Terms {
    /// Ids of catalogue entries.
    pub resources: Vec<String>,
    pub scope: String,
    /// Operation service fee, in fen.
    pub fee: i64,
    pub purpose: Purpose,
    /// What the parties add to the profile's clauses.
    pub supplement: String,
}

impl Licence {
    /// What it grants.
    pub fn terms(&self) -> Terms {
        let content = Answers::parse(&self.content);
        Terms {
            resources: content.list("resources"),
            scope: content.text("scope").into(),
            fee: content.0.get("fee").and_then(serde_json::Value::as_i64).unwrap_or(0),
            purpose: Purpose::of(content.text("purpose")).unwrap_or(Purpose::Industry),
            supplement: content.text("supplement").into(),
        }
    }
    /// Whether it is in force on that day in Asia/Shanghai.
    pub fn is_in_force(&self, today: NaiveDate) -> bool {
        self.state == State::InForce && self.from_on <= today && today <= self.to_on
    }
    /// Its holder.
    pub fn holder(&self) -> Result<Id<Org>> {
        self.owner.ok_or_else(|| Refusal::broken("a licence without a holder"))
    }
    /// A term that has run out cannot be begun or taken up again, even before the daily job has closed it.
    fn must_last(&self, today: NaiveDate) -> Result<()> {
        if today > self.to_on { Err(Refusal::TooLate { deadline: day::end_of_day_utc(self.to_on) }) } else { Ok(()) }
    }
}

impl Noun for Licence {
    type State = State;
    type Act = Act;
    const NAME: &'static str = "licence";
    const TABLE: &'static str = "licence";
    const PATH: &'static str = "licences";
    const STEPS: &'static [Step<State, Act>] = STEPS;
    const OPENING: Option<Opening<Self>> = Some(Opening { act: Act::Draft, sheet: &DRAFT, draft: false, run: draft });
    // In force, it waits for nobody.
    const RESTS: &'static [State] = &[State::InForce];
    const TOLD: &'static [(Act, &'static str)] = &[
        (Act::Countersign, "licence.granted"),
        (Act::Suspend, "licence.suspended"),
        (Act::Resume, "licence.resumed"),
        (Act::End, "licence.ended"),
        (Act::Expire, "licence.ended"),
        (Act::Supersede, "licence.ended"),
    ];
    const DEEDS: &'static [Deed<Self>] = &[
        deed(Act::Sign, &sheet::NOTHING, sign).when(may_sign).careful(),
        deed(Act::Countersign, &sheet::NOTHING, countersign).when(may_countersign).careful().for_good(),
        deed(Act::Redraft, &REDRAFT, redraft),
        deed(Act::Resume, &REASON, resume).when(may_resume),
        deed(Act::Suspend, &REASON, suspend),
        deed(Act::GiveNotice, &NOTICE, termination::give_notice)
            .when(|_, who, row| if row.owner.is_some_and(|o| who.acts_for(o)) { Ok(()) } else { Err(Refusal::NotFound) }),
        deed(Act::Drop, &REASON, |tx, who, row, a| flow::take(tx, who, row, Act::Drop, Record::none().because(a.text("reason"))).map(drop))
            .for_good(),
    ];

    /// What the register says of it, and under which leaf it was filed before (ZJK-17, ZJK-29).
    fn told(look: &mut Look, of: &Self, act: Act, told: Told) -> Result<Option<Told>> {
        let of = row(look, of.id)?;
        let told = if act == Act::Countersign && of.follows.is_some() { told.kind("licence.renewed") } else { told };
        let mut told = told.with("number", of.serial.clone()).with("title", of.title.clone()).org(look, "holder", of.owner)?;
        match act {
            Act::Countersign => {
                let filed = leaf::last_of(look, Filing::NAME, &of.filing.to_string(), "filing.received")?;
                told = told
                    .with("scenario", format!("scenario/{}", of.scenario))
                    .with("from", of.from_on.to_string())
                    .with("to", of.to_on.to_string())
                    .with("follows", of.follows.map(|l| format!("licence/{l}")))
                    .with("filing_leaf", filed)
                    .wording(&register::wording(look, of.clone())?)?
                    // Fee and supplement are between the parties.
                    .sealing("content", sha256(&of.content));
            }
            Act::Expire => told = told.with("end_kind", "expired"),
            Act::Supersede => told = told.with("end_kind", EndKind::Superseded.as_str()),
            Act::End => told = told.with("end_kind", of.end_kind.map(EndKind::as_str)),
            _ => {}
        }
        Ok(Some(told))
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
    /// Seen by its holder's people and by those who oversee.
    fn find(look: &mut Look, who: &Caller, id: Id<Self>) -> Result<Self> {
        let row = row(look, id)?;
        if who.oversees() || (who.org.is_some() && who.org == row.owner) { Ok(row) } else { Err(Refusal::NotFound) }
    }
    fn choices(look: &mut Look, who: &Caller, _: Option<&Self>, list: &str) -> Result<Vec<Choice>> {
        if list == "filing" { filing::grantable(look, who) } else { Ok(Vec::new()) }
    }
    fn filled(_: &mut Look, _: &Caller, row: &Self, act: Act) -> Result<Answers> {
        if act != Act::Redraft {
            return Ok(Answers::default());
        }
        Ok(Answers::of(json!({"from_on": row.from_on, "to_on": row.to_on, "supplement": row.terms().supplement})))
    }
}

/// Who signs has neither filed nor drafted: two pairs of eyes on every grant (ZJK-28).
fn may_sign(look: &mut Look, who: &Caller, row: &Licence) -> Result<()> {
    let mut before = event::actors(look, Licence::NAME, &row.id.to_string(), &["draft", "redraft"])?;
    before.extend(event::actors(look, Filing::NAME, &row.filing.to_string(), &["file", "refile"])?);
    if before.contains(&who.person()?) { Err(Refusal::rule("same-person", "ZJK-28")) } else { Ok(()) }
}

/// Signs for the primary operator; the text that was signed is named by its digest.
fn sign(tx: &mut Tx, who: &Caller, row: &Licence, _: Answers) -> Result<()> {
    filing::row(tx, row.filing)?.must_be_received()?;
    row.must_last(tx.today())?;
    // Nobody is authorised for days on which there was no agreement.
    if row.from_on < tx.today() {
        return Err(Refusal::rule("term-begun", "ZJK-16").with("from", row.from_on));
    }
    interest::must_be_free(tx, who, row.holder()?)?;
    let agreement = agreement::latest(tx, row.id)?;
    flow::take(tx, who, row, Act::Sign, Record::of(agreement.seal())).map(drop)
}

fn may_countersign(look: &mut Look, who: &Caller, row: &Licence) -> Result<()> {
    plan::must_be_on_file(look, row.id)?;
    ending::must_be_free_to_follow(look, row)?;
    person::must_be_ready(look, who)
}

/// Countersigns for the holder; the licence is in force, and from its first day the door of the operating domain is open.
/// The one it follows ends in the same transaction when the new first day has come, else on that day (ZJK-17).
fn countersign(tx: &mut Tx, who: &Caller, row: &Licence, _: Answers) -> Result<()> {
    row.must_last(tx.today())?;
    org::must_be_ready(tx, who)?;
    must_be_eligible(tx, row.holder()?)?;
    let agreement = agreement::latest(tx, row.id)?;
    diesel::update(licence::table.find(row.id)).set(licence::in_force_at.eq(Some(tx.now()))).execute(tx.db())?;
    let state = flow::take(tx, who, row, Act::Countersign, Record::of(agreement.seal()))?;
    let taken = Licence { state, ..row.clone() };
    open_door(tx, &taken)?;
    if let Some(of) = filing::row(tx, row.filing)?.amendment {
        amendment::complete(tx, of)?;
    }
    if row.from_on <= tx.today() { ending::take_over(tx, who, &taken) } else { Ok(()) }
}

/// Opens the door of a licence that may be entered: in force, not over, and no order of rectification in the way. It is
/// left as it is otherwise, and when it is open already.
pub(crate) fn open_door(tx: &mut Tx, row: &Licence) -> Result<()> {
    let stands_open = access::stands_open(tx, row.id.cast())?;
    if row.state != State::InForce || tx.today() > row.to_on || stands_open || permission::is_closed(tx, row, Permission::Enter)? {
        return Ok(());
    }
    access::open(tx, row.id.cast(), row.holder()?, row.from_on, row.to_on).map(drop)
}

/// Suspends: the door closes in the same transaction (ZJK-34).
fn suspend(tx: &mut Tx, who: &Caller, row: &Licence, a: Answers) -> Result<()> {
    flow::take(tx, who, row, Act::Suspend, Record::none().because(a.text("reason")))?;
    access::close(tx, row.id.cast(), Act::Suspend.as_str())?;
    // One that is to follow and was countersigned already does not get round it.
    match successor(tx, row.id)?.filter(|l| l.state == State::InForce) {
        Some(next) => suspend(tx, who, &next, a),
        None => Ok(()),
    }
}

/// What the office has suspended, only the office resumes.
fn may_resume(look: &mut Look, who: &Caller, row: &Licence) -> Result<()> {
    let last = event::history(look, who, Licence::NAME, &row.id.to_string())?.into_iter().rfind(|e| e.act == Act::Suspend.as_str());
    match last {
        Some(e) if e.role == Office && !who.is(Office) => Err(Refusal::WrongRole { by: &[Office], article: "ZJK-34" }),
        _ => Ok(()),
    }
}

fn resume(tx: &mut Tx, who: &Caller, row: &Licence, a: Answers) -> Result<()> {
    row.must_last(tx.today())?;
    let state = flow::take(tx, who, row, Act::Resume, Record::none().because(a.text("reason")))?;
    open_door(tx, &Licence { state, ..row.clone() })?;
    match successor(tx, row.id)?.filter(|l| l.state == State::Suspended) {
        Some(next) => resume(tx, who, &next, a),
        None => Ok(()),
    }
}

/// An affiliate of the primary operator holds no licence, for the operator takes no part in development (ZJK-13(6)).
pub fn must_be_independent(look: &mut Look, holder: Id<Org>) -> Result<()> {
    if org::row(look, holder)?.affiliate { Err(Refusal::rule("affiliate", "ZJK-13(6)")) } else { Ok(()) }
}

/// Who may be granted anything: independent of the primary operator, and not on the bar list (ZJK-13(6), ZJK-33).
pub fn must_be_eligible(look: &mut Look, holder: Id<Org>) -> Result<()> {
    must_be_independent(look, holder)?;
    bar::must_not_be_barred(look, holder)
}

/// A licence's row, whoever asks: for verbs.
pub fn row(look: &mut Look, id: Id<Licence>) -> Result<Licence> {
    Ok(licence::table.find(id).select(Licence::as_select()).first(look.db())?)
}

/// The licence, when it is in force now by state and days; whoever asks. What it permits is the answer of [`may`].
pub fn must_be_in_force(look: &mut Look, id: Id<Licence>) -> Result<Licence> {
    let row = row(look, id)?;
    permission::must_be_in_force(&row, look.today())?;
    Ok(row)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn table_is_sound() {
        assert_eq!(flow::faults(&flow::table::<Licence>(), &["ended", "dropped"]), Vec::<String>::new());
    }

    #[test]
    fn nobody_ends_a_licence_by_himself() {
        assert!(Licence::DEEDS.iter().all(|d| !matches!(d.act, Act::End | Act::Supersede | Act::Remind)));
    }

    #[test]
    fn only_the_calendar_lets_a_licence_run_out() {
        assert_eq!(flow::doers::<Licence>(Act::Expire), [Calendar]);
        assert!(Licence::DEEDS.iter().all(|d| d.act != Act::Expire));
    }
}
