//! 授权 — one scenario, one licence, at most the profile's term (ZJK-13(5), ZJK-17). Whether it is in force is computed from
//! state, days and now at every call, never from a flag.

use crate::Purpose;
use crate::agreement;
use crate::amendment;
use crate::bar;
use crate::bid;
use crate::filing::{self, Filing};
use crate::plan;
use crate::scenario::Scenario;
use crate::termination;
use chrono::NaiveDate;
use diesel::prelude::*;
use enclave::access;
use platform::event::{self, Record};
use platform::flow::{self, Choice, Deed, Heading, Noun, Opening, Step, Tell, begin, deed, step};
use platform::log::{Told, leaf};
use platform::paging::{Page, Paged, like};
use platform::people::{Org, Person, interest, org, person};
use platform::profile::Profile;
use platform::schema::licence;
use platform::sheet::{self, Answers, REASON, Sheet};
use platform::{At, Caller, Fault, Id, Look, MultiBackend, Refusal, Result, Role, Tx, Word, day, diesel, serial, words};
use serde::Serialize;
use serde_json::json;

mod ending;
pub mod permission;
pub mod register;
mod reminder;
pub mod term;

pub(crate) use ending::end;
pub use ending::expire_due;
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

/// What is asked for a draft; scope, resources and fee are those filed, for a contract may not depart from what was called
/// for and filed (BID-46, ZJK-17). Days left open are those filed, from today when they have begun.
const DRAFT: Sheet = Sheet {
    name: "licence",
    fields: &[
        sheet::pick("filing", "filing"),
        sheet::date("from_on").optional(),
        sheet::date("to_on").optional(),
        sheet::text("supplement", 5000).optional(),
    ],
};
const REDRAFT: Sheet = Sheet { name: "licence", fields: &[sheet::date("from_on"), sheet::date("to_on"), sheet::text("supplement", 5000).optional()] };
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
                    .with("content_digest", leaf::digest(&of.content));
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
        if who.oversees() || who.is(Calendar) || (who.org.is_some() && who.org == row.owner) { Ok(row) } else { Err(Refusal::NotFound) }
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

/// Drafts the licence of a winner whose filing the office has received, with the first version of the agreement.
fn draft(tx: &mut Tx, who: &Caller, a: Answers) -> Result<Id<Licence>> {
    let Ok(filing) = a.text("filing").parse() else { return Err(Refusal::fault("filing", "not-a-choice")) };
    let filing = Filing::find(tx, who, filing)?;
    filing.must_be_received()?;
    bid::must_have_won(tx, filing.bid)?;
    interest::must_be_free(tx, who, filing.holder)?;
    must_be_eligible(tx, filing.holder)?;
    let follows = amendment::predecessor(tx, filing.amendment)?;
    if live(tx, filing.scenario, filing.holder)?.is_some_and(|l| Some(l.id) != follows) {
        return Err(Refusal::rule("second-live-licence", "ZJK-13(5)"));
    }
    if is_used(tx, filing.id)? {
        return Err(Refusal::rule("not-filed", "ZJK-17"));
    }
    let grant = filing.grant()?;
    let from = asked_day(&a, "from_on").unwrap_or(grant.from_on.max(tx.today()));
    let to = asked_day(&a, "to_on").unwrap_or(grant.to_on);
    let term = drafted_term(tx, &tx.profile(), &grant, from, to)?;
    let content = json!({
        "resources": grant.resources, "scope": grant.scope, "fee": grant.fee, "purpose": grant.purpose, "supplement": a.text("supplement"),
    });
    let row = Licence {
        id: tx.id(),
        serial: Some(serial::next(tx, "licence")?),
        title: crate::scenario::row(tx, filing.scenario)?.title,
        state: flow::first::<Licence>(Act::Draft)?,
        owner: Some(filing.holder),
        clock: None,
        due_on: None,
        profile: tx.profile().version_tag(),
        content: content.to_string(),
        created_by: who.person,
        created_at: tx.now(),
        updated_at: tx.now(),
        scenario: filing.scenario,
        filing: filing.id,
        from_on: term.from(),
        to_on: term.to(),
        in_force_at: None,
        ended_at: None,
        end_kind: None,
        follows,
        reminded: None,
    };
    diesel::insert_into(licence::table).values(&row).execute(tx.db()).map_err(|e| match Refusal::from(e) {
        // The partial unique index says the rule again.
        Refusal::Taken => Refusal::rule("second-live-licence", "ZJK-13(5)"),
        other => other,
    })?;
    let agreement = agreement::make(tx, who, &row)?;
    flow::begin_case(tx, who, &row, Act::Draft, Record::of(agreement.seal()))?;
    Ok(row.id)
}

/// A filing serves one grant: when its licence has ended, the next grant is filed anew.
fn is_used(look: &mut Look, of: Id<Filing>) -> Result<bool> {
    let used: i64 = licence::table.filter(licence::filing.eq(of).and(licence::state.ne(State::Dropped))).count().get_result(look.db())?;
    Ok(used > 0)
}

/// Changes the draft; the agreement gets a new version, the old ones stay.
fn redraft(tx: &mut Tx, who: &Caller, row: &Licence, a: Answers) -> Result<()> {
    let grant = filing::row(tx, row.filing)?.grant()?;
    let from = asked_day(&a, "from_on").unwrap_or(row.from_on);
    let term = drafted_term(tx, &tx.pinned(&row.profile), &grant, from, asked_day(&a, "to_on").unwrap_or(row.to_on))?;
    let mut content = Answers::parse(&row.content);
    content.set("supplement", a.text("supplement"));
    let mut changed = row.clone();
    (changed.content, changed.from_on, changed.to_on) = (content.json(), term.from(), term.to());
    diesel::update(licence::table.find(row.id))
        .set((licence::content.eq(&changed.content), licence::from_on.eq(changed.from_on), licence::to_on.eq(changed.to_on)))
        .execute(tx.db())?;
    let agreement = agreement::make(tx, who, &changed)?;
    flow::take(tx, who, row, Act::Redraft, Record::of(agreement.seal())).map(drop)
}

/// The term that a draft may have: within the cap, not longer than filed, and not begun before today or before the filed day.
fn drafted_term(look: &Look, profile: &Profile, grant: &filing::Grant, from: NaiveDate, to: NaiveDate) -> Result<Term> {
    let term = Term::new(profile, from, to)?;
    let earliest = grant.from_on.max(look.today());
    if from < earliest {
        return Err(Refusal::Faulty(vec![Fault::at("from_on", "too-early").with("day", earliest)]));
    }
    let filed = (grant.to_on - grant.from_on).num_days() + 1;
    if term.days() > filed {
        return Err(Refusal::Faulty(vec![Fault::at("to_on", "longer-than-filed").with("days", filed)]));
    }
    Ok(term)
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

fn asked_day(a: &Answers, field: &str) -> Option<NaiveDate> {
    a.text(field).parse().ok()
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

/// States in which a licence lives or comes to life.
const LIVE: [State; 4] = [State::Drafted, State::Signed, State::InForce, State::Suspended];

/// The live licence of a holder for a scenario: drafted, signed, in force or suspended. Of two, one of which follows the
/// other, the elder.
pub fn live(look: &mut Look, scenario: Id<Scenario>, holder: Id<Org>) -> Result<Option<Licence>> {
    Ok(licence::table
        .filter(licence::scenario.eq(scenario).and(licence::owner.eq(holder)))
        .filter(licence::state.eq_any(LIVE))
        .order((licence::created_at.asc(), licence::id.asc()))
        .select(Licence::as_select())
        .first(look.db())
        .optional()?)
}

/// The live licence that was drafted under a filing.
pub fn under(look: &mut Look, filing: Id<Filing>) -> Result<Option<Licence>> {
    Ok(licence::table.filter(licence::filing.eq(filing).and(licence::state.eq_any(LIVE))).select(Licence::as_select()).first(look.db()).optional()?)
}

/// The live licence that follows this one, drafted or countersigned.
pub fn successor(look: &mut Look, of: Id<Licence>) -> Result<Option<Licence>> {
    Ok(licence::table.filter(licence::follows.eq(of).and(licence::state.eq_any(LIVE))).select(Licence::as_select()).first(look.db()).optional()?)
}

/// Every licence of the line this one stands in, first to last: what it follows and what follows it, at most 50 each way.
pub fn line(look: &mut Look, of: &Licence) -> Result<Vec<Licence>> {
    let mut line = vec![of.clone()];
    while let (Some(before), true) = (line[0].follows, line.len() < 50) {
        line.insert(0, row(look, before)?);
    }
    for _ in 0..50 {
        let last = line[line.len() - 1].id;
        let next: Option<Licence> = licence::table
            .filter(licence::follows.eq(last).and(licence::state.ne(State::Dropped)))
            .order(licence::created_at.desc())
            .select(Licence::as_select())
            .first(look.db())
            .optional()?;
        match next {
            Some(next) => line.push(next),
            None => break,
        }
    }
    Ok(line)
}

/// The licence, when it is in force now by state and days; whoever asks. What it permits is the answer of [`may`].
pub fn must_be_in_force(look: &mut Look, id: Id<Licence>) -> Result<Licence> {
    let row = row(look, id)?;
    permission::must_be_in_force(&row, look.today())?;
    Ok(row)
}

/// The licences of a holder that are in force now, newest first, at most 200.
pub fn in_force_of(look: &mut Look, holder: Id<Org>) -> Result<Vec<Licence>> {
    let today = look.today();
    Ok(licence::table
        .filter(licence::owner.eq(holder).and(licence::state.eq(State::InForce)))
        .filter(licence::from_on.le(today).and(licence::to_on.ge(today)))
        .order((licence::created_at.desc(), licence::id.desc()))
        .limit(200)
        .select(Licence::as_select())
        .load(look.db())?)
}

/// What a list of licences asks for. Empty fields ask for everything.
#[derive(Clone, Debug, Default)]
pub struct Ask {
    pub words: String,
    pub state: Option<State>,
    pub holder: Option<Id<Org>>,
    /// Only those that live and whose last day comes by then.
    pub ends_by: Option<NaiveDate>,
}

/// Licences in the caller's sight, newest first: his organisation's own, or all for those who oversee.
pub fn list(look: &mut Look, who: &Caller, ask: &Ask, page: Page) -> Result<Paged<Licence>> {
    let holder = if who.oversees() { ask.holder } else { Some(who.org()?) };
    let filter = || {
        let mut q = licence::table.into_boxed::<MultiBackend>();
        if let Some(holder) = holder {
            q = q.filter(licence::owner.eq(holder));
        }
        if let Some(state) = ask.state {
            q = q.filter(licence::state.eq(state));
        }
        if let Some(day) = ask.ends_by {
            q = q.filter(licence::to_on.le(day).and(licence::state.eq_any([State::InForce, State::Suspended])));
        }
        if !ask.words.is_empty() {
            q = q.filter(licence::title.like(like(&ask.words)).escape('\\'));
        }
        q
    };
    let total: i64 = filter().count().get_result(look.db())?;
    let rows = filter()
        .order((licence::created_at.desc(), licence::id.desc()))
        .limit(page.limit())
        .offset(page.offset())
        .select(Licence::as_select())
        .load(look.db())?;
    Ok(page.of(rows, total))
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
