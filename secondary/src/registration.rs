//! 公共数据资源登记 — the registration of a resource or a product with the national registry: the package is filled from the
//! record, and what the registry answers is recorded step by step (REG26-8, ZJK-22). First registration, change,
//! correction, cancellation and renewal are cases of their own; each, once done, ends the one before it.

pub mod package;
pub mod terms;

pub use package::PACKAGE;
pub use terms::{Owed, owed, valid_until};

use crate::product::Product;
use chrono::{Days, NaiveDate};
use diesel::prelude::*;
use platform::case::{self, Case, New, Sight};
use platform::event::{self, Record};
use platform::flow::{self, Choice, Deed, Heading, Noun, Opening, Step, Tell, begin, deed, step};
use platform::schema::registration;
use platform::sheet::{self, Answers, REASON, REMARK, Sheet};
use platform::{Caller, Fault, Id, Look, Refusal, Result, Role, Tx, Word, diesel, file, words};
use resources::Entry;
use serde_json::json;
use std::collections::HashMap;

words! {
    pub enum State: "registration-state" {
        Prepared = "prepared", Submitted = "submitted", Returned = "returned", Refused = "refused", Accepted = "accepted", Reviewed = "reviewed",
        InNotice = "in_notice", Recheck = "recheck", Ended = "ended", Coded = "coded", Changed = "changed", Corrected = "corrected",
        Renewed = "renewed", Cancelled = "cancelled", Revoked = "revoked", Lapsed = "lapsed", Withdrawn = "withdrawn",
    }
}
words! {
    pub enum Act: "registration-act" {
        Prepare = "prepare", Fill = "fill", Submit = "submit", Accept = "accept", TakeUp = "take_up", Return = "return", Refuse = "refuse",
        Review = "review", Explain = "explain", Notice = "notice", Object = "object", Dismiss = "dismiss", Uphold = "uphold", Code = "code",
        Change = "change", Correct = "correct", Renew = "renew", Cancel = "cancel", Revoke = "revoke", Lapse = "lapse", Withdraw = "withdraw",
    }
}
words! {
    /// Kinds of registration (REG26-9, REG26-15).
    pub enum Kind: "registration-kind" {
        First = "first", Change = "change", Correction = "correction", Cancellation = "cancellation", Renewal = "renewal",
    }
}
words! {
    /// What is registered.
    pub enum About: "registration-about" { Resource = "resource", Product = "product" }
}
words! {
    /// Why a registration is cancelled (REG26-9(4)).
    pub enum Ground: "registration-ground" { Lost = "lost", GivenUp = "given_up", Dissolved = "dissolved", Law = "law" }
}
words! {
    /// Why the registry revokes a registration (REG26-20).
    pub enum Breach: "registration-breach" { Concealed = "concealed", Forged = "forged", Misused = "misused", Other = "other" }
}

use Role::{Bureau, Calendar, DeveloperAdmin, DeveloperStaff, Legal, Source};

const REGISTRANT: &[Role] = &[DeveloperAdmin, DeveloperStaff, Source, Legal];
/// Who records what the registry answers; the registry itself is no user here.
const RECORDER: &[Role] = &[Legal, Bureau];
const OWNER: &[Tell] = &[Tell::Owner];

pub const STEPS: &[Step<State, Act>] = &[
    begin(Act::Prepare, REGISTRANT, State::Prepared, "REG26-9(1) ZJK-22").clock("registration_apply"),
    step(State::Prepared, Act::Submit, REGISTRANT, State::Submitted, "REG26-7 ZJK-22").tell(&[Tell::Role(Legal)]).clock("registration_accept"),
    step(State::Prepared, Act::Fill, REGISTRANT, State::Prepared, "REG26-9(1)"),
    step(State::Prepared, Act::Withdraw, REGISTRANT, State::Withdrawn, "REG26-7"),
    step(State::Submitted, Act::Accept, RECORDER, State::Accepted, "REG26-10").tell(OWNER).clock("registration_review"),
    step(State::Submitted, Act::TakeUp, RECORDER, State::Accepted, "REG26-9(4)").tell(OWNER).clock("registration_cancel"),
    step(State::Submitted, Act::Return, RECORDER, State::Returned, "REG26-10").tell(OWNER),
    step(State::Submitted, Act::Refuse, RECORDER, State::Refused, "REG26-10").tell(OWNER),
    step(State::Returned, Act::Submit, REGISTRANT, State::Submitted, "REG26-10").tell(&[Tell::Role(Legal)]).clock("registration_accept"),
    step(State::Returned, Act::Fill, REGISTRANT, State::Returned, "REG26-10"),
    step(State::Returned, Act::Withdraw, REGISTRANT, State::Withdrawn, "REG26-7"),
    step(State::Accepted, Act::Review, RECORDER, State::Reviewed, "REG26-11").tell(OWNER),
    step(State::Accepted, Act::Explain, RECORDER, State::Accepted, "REG26-11").tell(OWNER),
    step(State::Accepted, Act::Refuse, RECORDER, State::Refused, "REG26-11").tell(OWNER),
    step(State::Accepted, Act::Cancel, RECORDER, State::Cancelled, "REG26-9(4)").tell(OWNER),
    step(State::Reviewed, Act::Notice, RECORDER, State::InNotice, "REG26-12").tell(OWNER).clock("registration_notice"),
    step(State::InNotice, Act::Code, RECORDER, State::Coded, "REG26-13").tell(OWNER),
    step(State::InNotice, Act::Object, RECORDER, State::Recheck, "REG26-12").tell(OWNER),
    step(State::Recheck, Act::Dismiss, RECORDER, State::InNotice, "REG26-12").tell(OWNER),
    step(State::Recheck, Act::Uphold, RECORDER, State::Ended, "REG26-12").tell(OWNER),
    step(State::Coded, Act::Change, RECORDER, State::Changed, "REG26-9(2)"),
    step(State::Coded, Act::Correct, RECORDER, State::Corrected, "REG26-9(3)"),
    step(State::Coded, Act::Renew, RECORDER, State::Renewed, "REG26-15"),
    step(State::Coded, Act::Cancel, RECORDER, State::Cancelled, "REG26-9(4)"),
    step(State::Coded, Act::Revoke, RECORDER, State::Revoked, "REG26-20").tell(OWNER),
    step(State::Coded, Act::Lapse, &[Calendar], State::Lapsed, "REG26-15").tell(OWNER),
];

/// What is to be registered, and how.
pub const OPENING: Sheet = Sheet {
    name: "registration-new",
    fields: &[
        sheet::choice::<Kind>("kind"),
        sheet::pick("subject", "subject"),
        sheet::choice::<Ground>("ground").optional(),
        sheet::text("reason", 2000).optional(),
    ],
};
const OBJECTION: Sheet = Sheet {
    name: "registration-objection",
    fields: &[sheet::line("name", 100), sheet::line("contact", 200), sheet::text("reason", 4000), sheet::files("files").optional()],
};
const CODE: Sheet = Sheet { name: "registration-code", fields: &[sheet::line("code", 80), sheet::date("valid_to").optional()] };
const REVOKE: Sheet = Sheet { name: "registration-revoke", fields: &[sheet::choice::<Breach>("breach"), sheet::text("reason", 2000)] };

platform::case! {
    /// A registration; `owner` is the registrant.
    pub struct Registration in registration {
        pub kind: Kind,
        pub about: About,
        /// Id of the catalogue entry or product.
        pub subject: String,
        /// The registration that this one changes, corrects, renews or cancels.
        pub previous: Option<Id<Registration>>,
        /// Query code that the registry gave.
        pub code: Option<String>,
        pub valid_from: Option<NaiveDate>,
        pub valid_to: Option<NaiveDate>,
        /// Last day of the public notice.
        pub notice_until: Option<NaiveDate>,
    }
}

impl Case for Registration {
    /// The registrant and those who oversee; everybody sees the query code on the product's page.
    fn sight(who: &Caller) -> Sight {
        Sight::overseen(who)
    }
}

impl Noun for Registration {
    type State = State;
    type Act = Act;
    const NAME: &'static str = "registration";
    const TABLE: &'static str = "registration";
    const PATH: &'static str = "registrations";
    const STEPS: &'static [Step<State, Act>] = STEPS;
    const RESTS: &'static [State] = &[State::Coded];
    const OPENING: Option<Opening<Self>> = Some(self::Opening { act: Act::Prepare, sheet: &OPENING, draft: false, run: prepare });
    const DEEDS: &'static [Deed<Self>] = &[
        deed(Act::Fill, &PACKAGE, fill).when(own),
        deed(Act::Submit, &REMARK, submit).when(own),
        deed(Act::Withdraw, &REASON, |tx, who, row, a| because(tx, who, row, Act::Withdraw, a)).when(own),
        deed(Act::Accept, &REMARK, |tx, who, row, a| because(tx, who, row, Act::Accept, a)).when(registers),
        deed(Act::TakeUp, &REMARK, |tx, who, row, a| because(tx, who, row, Act::TakeUp, a)).when(cancels),
        deed(Act::Return, &REASON, |tx, who, row, a| because(tx, who, row, Act::Return, a)).when(told_once),
        deed(Act::Refuse, &REASON, |tx, who, row, a| because(tx, who, row, Act::Refuse, a)),
        deed(Act::Review, &REMARK, |tx, who, row, a| because(tx, who, row, Act::Review, a)).when(registers),
        deed(Act::Explain, &REASON, |tx, who, row, a| because(tx, who, row, Act::Explain, a)),
        deed(Act::Notice, &REMARK, notice),
        deed(Act::Code, &CODE, code).when(noticed),
        deed(Act::Object, &OBJECTION, object),
        deed(Act::Dismiss, &REASON, dismiss),
        deed(Act::Uphold, &REASON, |tx, who, row, a| because(tx, who, row, Act::Uphold, a)),
        deed(Act::Cancel, &REMARK, cancel).when(cancels),
        deed(Act::Revoke, &REVOKE, |tx, who, row, a| {
            flow::take(tx, who, row, Act::Revoke, Record::of(json!({"breach": a.text("breach")})).because(a.text("reason"))).map(drop)
        })
        .careful(),
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
        if list == "subject" { terms::subjects(look, who) } else { Ok(Vec::new()) }
    }
    fn filled(_: &mut Look, _: &Caller, row: &Self, act: Act) -> Result<Answers> {
        Ok(if act == Act::Fill { row.answers() } else { Answers::default() })
    }
}

/// A step whose form asks for a reason or remark only.
fn because(tx: &mut Tx, who: &Caller, row: &Registration, act: Act, a: Answers) -> Result<()> {
    flow::take(tx, who, row, act, Record::none().because(a.text("reason"))).map(drop)
}

/// Only the registrant acts as registrant, whatever else his role may do.
fn own(_: &mut Look, who: &Caller, row: &Registration) -> Result<()> {
    if row.owner.is_some_and(|o| who.acts_for(o)) { Ok(()) } else { Err(Refusal::NotFound) }
}

fn registers(_: &mut Look, _: &Caller, row: &Registration) -> Result<()> {
    if row.kind == Kind::Cancellation { Err(Refusal::rule("wrong-registration-kind", "REG26-9(4)")) } else { Ok(()) }
}

fn cancels(_: &mut Look, _: &Caller, row: &Registration) -> Result<()> {
    let open = row.kind == Kind::Cancellation && matches!(row.state, State::Submitted | State::Accepted);
    if open { Ok(()) } else { Err(Refusal::rule("wrong-registration-kind", "REG26-9(4)")) }
}

/// What is missing is told once, all of it (REG26-10).
fn told_once(look: &mut Look, _: &Caller, row: &Registration) -> Result<()> {
    let before = event::actors(look, Registration::NAME, &row.id.to_string(), &[Act::Return.as_str()])?;
    if before.is_empty() { Ok(()) } else { Err(Refusal::rule("told-once", "REG26-10")) }
}

/// Prepares a package from the record. Faults: no ground of a cancellation, no reason of a change or correction. Refused:
/// nothing registered that could be changed, a renewal outside the last 60 days.
fn prepare(tx: &mut Tx, who: &Caller, a: Answers) -> Result<Id<Registration>> {
    let kind = Kind::of(a.text("kind")).ok_or_else(|| Refusal::fault("kind", "not-a-choice"))?;
    if !terms::subjects(tx, who)?.iter().any(|c| c.value == a.text("subject")) {
        return Err(Refusal::fault("subject", "not-a-choice"));
    }
    let (about, subject) = subject_of(a.text("subject"))?;
    let before = current(tx, about, &subject)?;
    let mut faults = Vec::new();
    if kind == Kind::Cancellation && a.given("ground").is_none() {
        faults.push(Fault::at("ground", "required"));
    }
    if !matches!(kind, Kind::First | Kind::Renewal) && a.given("reason").is_none() {
        faults.push(Fault::at("reason", "required"));
    }
    if !faults.is_empty() {
        return Err(Refusal::Faulty(faults));
    }
    match (&before, kind) {
        (Some(_), Kind::First) => return Err(Refusal::Taken),
        // Only the registrant asks for what changes his registration (REG26-9).
        (Some(before), _) if before.owner != who.org => return Err(Refusal::NotFound),
        (None, Kind::First) => {}
        (None, _) => return Err(Refusal::rule("not-registered", "REG26-9")),
        (Some(before), Kind::Renewal) => terms::must_be_renewable(tx, before)?,
        (Some(_), _) => {}
    }
    let mut content = package::assemble(tx, who, about, &subject, before.as_ref())?;
    content.set("reason", a.text("reason"));
    content.set("ground", a.text("ground"));
    let due = if kind == Kind::First { terms::apply_by(tx, about, &subject)? } else { None };
    let new = New::of(content.text("name")).series("registration").owner(who.org()?).content(&content);
    let record = Record::of(json!({"kind": kind, "about": about, "subject": subject}));
    let row = Registration::begin(tx, who, Act::Prepare, new, record, kind, about, subject, before.map(|b| b.id), None, None, None, None)?;
    // The clock runs from the day on which something was supplied, not from the day of the form (REG26-9(1)).
    let clock = due.map(|_| "registration_apply");
    platform::deadline::set(tx, row.id, clock, due)?;
    Ok(row.id)
}

/// Reads `resource:ID` or `product:ID`.
pub fn subject_of(text: &str) -> Result<(About, String)> {
    let (about, id) = text.split_once(':').ok_or(Refusal::NotFound)?;
    let about = About::of(about).ok_or(Refusal::NotFound)?;
    match about {
        About::Resource => id.parse::<Id<Entry>>().map(|id| (about, id.to_string())),
        About::Product => id.parse::<Id<Product>>().map(|id| (about, id.to_string())),
    }
}

/// The registration of a thing that stands now.
pub fn current(look: &mut Look, about: About, subject: &str) -> Result<Option<Registration>> {
    Ok(registration::table
        .filter(registration::about.eq(about).and(registration::subject.eq(subject)).and(registration::state.eq(State::Coded)))
        .select(Registration::as_select())
        .first(look.db())
        .optional()?)
}

/// The codes of the registrations that stand, by the ids of the things they are about.
pub fn codes(look: &mut Look, about: About, subjects: &[String]) -> Result<HashMap<String, String>> {
    let rows: Vec<(String, Option<String>)> = registration::table
        .filter(registration::about.eq(about).and(registration::subject.eq_any(subjects.to_vec())).and(registration::state.eq(State::Coded)))
        .select((registration::subject, registration::code))
        .load(look.db())?;
    Ok(rows.into_iter().filter_map(|(subject, code)| Some((subject, code?))).collect())
}

/// The registrations of a thing that stand or did, newest first.
pub fn of_subject(look: &mut Look, about: About, subject: &str) -> Result<Vec<Registration>> {
    Ok(case::all_of::<Registration>(look, "subject", subject, &[])?.into_iter().filter(|r| r.about == about).collect())
}

/// Keeps the package as filled in; reason and ground stay.
fn fill(tx: &mut Tx, who: &Caller, row: &Registration, mut a: Answers) -> Result<()> {
    let kept = row.answers();
    for field in package::FILES {
        let files = file::attach(tx, who, &a.list(field), Registration::NAME, &row.id.to_string(), false)?;
        a.set(field, files);
    }
    a.set("reason", kept.text("reason"));
    a.set("ground", kept.text("ground"));
    row.keep(tx, &a)?;
    // The name that people read follows the package.
    diesel::update(registration::table.find(row.id)).set(registration::title.eq(a.text("name"))).execute(tx.db())?;
    flow::take(tx, who, row, Act::Fill, Record::of(&a)).map(drop)
}

/// Submits: the registrant answers for truth, completeness, legality and validity (REG26-7).
fn submit(tx: &mut Tx, who: &Caller, row: &Registration, a: Answers) -> Result<()> {
    let kept = row.answers();
    PACKAGE.settle(&kept)?;
    package::must_hold(row.about, &kept)?;
    flow::take(tx, who, row, Act::Submit, Record::of(kept).because(a.text("reason"))).map(drop)
}

/// The notice shows registrant, kind, name and summary, for ten working days (REG26-12).
fn notice(tx: &mut Tx, who: &Caller, row: &Registration, a: Answers) -> Result<()> {
    because(tx, who, row, Act::Notice, a)?;
    let until = Registration::row(tx, row.id)?.due_on;
    diesel::update(registration::table.find(row.id)).set(registration::notice_until.eq(until)).execute(tx.db())?;
    Ok(())
}

fn noticed(look: &mut Look, _: &Caller, row: &Registration) -> Result<()> {
    match row.notice_until {
        Some(until) if look.today() > until => Ok(()),
        Some(until) => Err(Refusal::rule("objection-period", "REG26-13").with("until", until)),
        None => Err(Refusal::rule("objection-period", "REG26-13").with("until", "?")),
    }
}

/// An objection under the objector's own name, with evidence; the registry rechecks.
fn object(tx: &mut Tx, who: &Caller, row: &Registration, mut a: Answers) -> Result<()> {
    if row.notice_until.is_some_and(|until| tx.today() > until) {
        return Err(Refusal::rule("notice-over", "REG26-12"));
    }
    let files = file::attach(tx, who, &a.list("files"), Registration::NAME, &row.id.to_string(), false)?;
    a.set("files", files);
    flow::take(tx, who, row, Act::Object, Record::of(&a).because(a.text("reason"))).map(drop)
}

/// An objection that does not hold: the notice goes on to its day.
fn dismiss(tx: &mut Tx, who: &Caller, row: &Registration, a: Answers) -> Result<()> {
    because(tx, who, row, Act::Dismiss, a)?;
    platform::deadline::set(tx, row.id, Some("registration_notice"), row.notice_until)
}

/// Records the query code; what was registered before gives way.
fn code(tx: &mut Tx, who: &Caller, row: &Registration, a: Answers) -> Result<()> {
    let before = match row.previous {
        Some(id) => Some(Registration::row(tx, id)?),
        None => None,
    };
    let asked: Option<NaiveDate> = a.text("valid_to").parse().ok();
    let (from, to) = terms::validity(tx, row, before.as_ref(), asked)?;
    if let Some(before) = &before {
        let act = match row.kind {
            Kind::Change => Act::Change,
            Kind::Correction => Act::Correct,
            Kind::Renewal => Act::Renew,
            Kind::First | Kind::Cancellation => return Err(Refusal::broken("a first registration or a cancellation gets no code after another")),
        };
        flow::take(tx, who, before, act, Record::of(json!({"by": row.id})))?;
    }
    diesel::update(registration::table.find(row.id))
        .set((registration::code.eq(Some(a.text("code"))), registration::valid_from.eq(Some(from)), registration::valid_to.eq(Some(to))))
        .execute(tx.db())?;
    flow::take(tx, who, row, Act::Code, Record::of(json!({"code": a.text("code"), "valid_from": from, "valid_to": to}))).map(drop)
}

/// Records that the registry cancelled: the case is done, and the registration it was about is no more.
fn cancel(tx: &mut Tx, who: &Caller, row: &Registration, a: Answers) -> Result<()> {
    if let Some(id) = row.previous {
        let before = Registration::row(tx, id)?;
        flow::take(tx, who, &before, Act::Cancel, Record::of(json!({"by": row.id})))?;
    }
    because(tx, who, row, Act::Cancel, a)
}

/// Registrations whose term is over without renewal are cancelled by the registry (REG26-15); the daily job calls it.
pub fn lapse_due(tx: &mut Tx) -> Result<usize> {
    let today = tx.today();
    let over: Vec<Registration> = registration::table
        .filter(registration::state.eq(State::Coded).and(registration::valid_to.lt(today)))
        .order(registration::id.asc())
        .limit(500)
        .select(Registration::as_select())
        .load(tx.db())?;
    for row in &over {
        flow::take(tx, &Caller::calendar(), row, Act::Lapse, Record::none())?;
    }
    Ok(over.len())
}

/// The first day on which a renewal may be asked: 60 days before the term ends (REG26-15).
pub fn renewable_from(valid_to: NaiveDate) -> NaiveDate {
    valid_to.checked_sub_days(Days::new(60)).unwrap_or(valid_to)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn table_is_sound() {
        let last = ["refused", "ended", "changed", "corrected", "renewed", "cancelled", "revoked", "lapsed", "withdrawn"];
        assert_eq!(flow::faults(&flow::table::<Registration>(), &last), Vec::<String>::new());
    }

    #[test]
    fn subjects_are_read() {
        let id = "01930000-0000-7000-8000-000000000001";
        assert_eq!(subject_of(&format!("product:{id}")).unwrap(), (About::Product, id.to_string()));
        for text in ["", "product:", "product:1", &format!("licence:{id}"), id] {
            assert_eq!(subject_of(text).unwrap_err(), Refusal::NotFound, "{text}");
        }
    }
}
