//! 投诉举报 — complaints, objections and tips from the public, without an account: a receipt number, a code to look it up
//! with, and an answer in time (NDSR-20, ZJK-29, XC-32). Objections to the result of a call stay in [`crate::objection`].

use diesel::prelude::*;
use platform::case::{Case, New, Sight};
use platform::event::{Record, sha256};
use platform::flow::{self, Deed, Heading, Noun, Opening, Step, Tell, begin, deed, step};
use platform::paging::{Page, Paged, like};
use platform::profile::Silence;
use platform::schema::complaint;
use platform::sheet::{self, Answers, NOTHING, Sheet};
use platform::{Caller, Fault, Id, Look, MultiBackend, OrgKind, Refusal, Result, Role, Tx, Word, diesel, mail, serial, words};
use serde_json::json;

words! {
    pub enum State: "complaint-state" {
        Filed = "filed", Escalated = "escalated", Answered = "answered", Declined = "declined", Withdrawn = "withdrawn",
    }
}
words! {
    pub enum Act: "complaint-act" {
        File = "file", Assign = "assign", Answer = "answer", Decline = "decline", Escalate = "escalate", Withdraw = "withdraw",
    }
}
words! {
    pub enum Kind: "complaint-kind" { Complaint = "complaint", Objection = "objection", Tip = "tip" }
}
words! {
    /// What it is about; decides who answers.
    pub enum Matter: "complaint-matter" {
        Product = "product", Holder = "holder", Data = "data", Personal = "personal", Operator = "operator", Other = "other",
    }
}
words! {
    /// The desk that answers.
    pub enum Desk: "complaint-desk" { Legal = "legal", Bureau = "bureau", Office = "office" }
}

use Role::{Bureau, Calendar, Legal, Office, Public};

const DESKS: &[Role] = &[Legal, Bureau, Office];

pub const STEPS: &[Step<State, Act>] = &[
    begin(Act::File, &[Public], State::Filed, "NDSR-20 ZJK-29").clock("complaint_answer"),
    step(State::Filed, Act::Answer, DESKS, State::Answered, "NDSR-20 XC-32"),
    step(State::Filed, Act::Assign, &[Office, Bureau], State::Filed, "NDSR-20"),
    step(State::Filed, Act::Decline, DESKS, State::Declined, "NDSR-20"),
    step(State::Filed, Act::Escalate, &[Calendar], State::Escalated, "NDSR-20")
        .tell(&[Tell::Role(Office), Tell::Role(Bureau)])
        .keeps()
        .upon("complaint_answer", Silence::Escalate),
    step(State::Filed, Act::Withdraw, &[Public], State::Withdrawn, "NDSR-20"),
    step(State::Escalated, Act::Answer, DESKS, State::Answered, "NDSR-20 XC-32"),
    step(State::Escalated, Act::Assign, &[Office, Bureau], State::Escalated, "NDSR-20"),
    step(State::Escalated, Act::Decline, DESKS, State::Declined, "NDSR-20"),
    step(State::Escalated, Act::Withdraw, &[Public], State::Withdrawn, "NDSR-20"),
];

/// What is asked of the public. Nobody has to say who he is.
pub const FILE: Sheet = Sheet {
    name: "complaint",
    fields: &[
        sheet::choice::<Kind>("kind"),
        sheet::choice::<Matter>("matter"),
        sheet::line("about", 200).optional(),
        sheet::line("title", 60),
        sheet::text("text", 4000),
        sheet::text("wish", 1000).optional(),
        sheet::line("name", 50).optional(),
        sheet::line("contact", 100).optional(),
        sheet::tick("may_publish"),
    ],
};
const ASSIGN: Sheet = Sheet { name: "complaint-assign", fields: &[sheet::choice::<Desk>("desk"), sheet::text("reason", 2000)] };
const ANSWER: Sheet =
    Sheet { name: "complaint-answer", fields: &[sheet::text("answer", 4000), sheet::tick("open"), sheet::text("summary", 1000).optional()] };
const DECLINE: Sheet = Sheet { name: "complaint-decline", fields: &[sheet::text("answer", 2000)] };
/// Number and code, as they stand on the receipt.
pub const LOOKUP: Sheet = Sheet { name: "complaint-lookup", fields: &[sheet::line("number", 60), sheet::line("code", 40)] };

platform::case! {
    /// A complaint, objection or tip; it belongs to nobody who is known here.
    pub struct Complaint in complaint {
        pub kind: Kind,
        pub matter: Matter,
        pub desk: Desk,
        /// SHA-256 of the code on the receipt.
        pub code: String,
        /// Whether its answer stands on the public page.
        pub open_answer: bool,
    }
}

impl Desk {
    pub const fn roles(self) -> &'static [Role] {
        match self {
            Self::Legal => &[Legal],
            Self::Bureau => &[Bureau],
            Self::Office => &[Office],
        }
    }
}

impl Matter {
    /// Who answers first. What is said against the primary operator is not answered by it.
    const fn desk(self) -> Desk {
        match self {
            Self::Product | Self::Holder => Desk::Legal,
            Self::Data | Self::Personal => Desk::Bureau,
            Self::Operator | Self::Other => Desk::Office,
        }
    }
}

impl Case for Complaint {
    /// Office, bureau and audit see all; the primary operator's legal desk what it is to answer, and nobody else anything.
    fn sight(who: &Caller) -> Sight {
        match who.kind {
            Some(OrgKind::Office | OrgKind::Bureau | OrgKind::Audit) => Sight::everybody(),
            Some(OrgKind::Primary) if who.is(Legal) => Sight::nothing().or("desk", Some(Desk::Legal)),
            _ if who.is(Calendar) => Sight::everybody(),
            _ => Sight::nothing(),
        }
    }
}

impl Noun for Complaint {
    type State = State;
    type Act = Act;
    const NAME: &'static str = "complaint";
    const TABLE: &'static str = "complaint";
    const PATH: &'static str = "complaints";
    const STEPS: &'static [Step<State, Act>] = STEPS;
    // The public files on a page of its own, without an account: [`file`].
    const OPENING: Option<Opening<Self>> = None;
    const DEEDS: &'static [Deed<Self>] = &[
        deed(Act::Answer, &ANSWER, answer).when(at_its_desk),
        deed(Act::Decline, &DECLINE, decline).when(at_its_desk),
        deed(Act::Assign, &ASSIGN, assign),
        deed(Act::Escalate, &NOTHING, escalate),
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
}

/// What the public gets: the number to speak of it, and the code that opens it.
#[derive(Clone, Debug, PartialEq)]
pub struct Receipt {
    pub id: Id<Complaint>,
    pub serial: String,
    pub code: String,
}

/// Files what somebody says, as a visitor, whoever is signed in; `code` is shown once and kept as a digest only. What was said
/// does not enter the log, which is kept for ever: its digest does.
pub fn file(tx: &mut Tx, typed: &Answers, code: &str) -> Result<Receipt> {
    let a = FILE.settle(typed)?;
    let kind = Kind::of(a.text("kind")).ok_or_else(|| Refusal::fault("kind", "not-a-choice"))?;
    let matter = Matter::of(a.text("matter")).ok_or_else(|| Refusal::fault("matter", "not-a-choice"))?;
    let new = New::of(a.text("title")).series("complaint").content(&a);
    let record = Record::of(json!({ "kind": kind, "matter": matter, "digest": sha256(a.json()) }));
    let public = Caller::public();
    let row = Complaint::begin(tx, &public, Act::File, new, record, kind, matter, matter.desk(), digest(code), false)?;
    tell_desk(tx, &public, row.desk)?;
    Ok(Receipt { id: row.id, serial: row.serial.unwrap_or_default(), code: code.into() })
}

/// Codes are read out and copied by hand: case and spaces do not matter.
fn digest(code: &str) -> String {
    let plain: String = code.chars().filter(|c| c.is_ascii_alphanumeric()).map(|c| c.to_ascii_uppercase()).collect();
    sha256(plain)
}

fn tell_desk(tx: &mut Tx, who: &Caller, desk: Desk) -> Result<()> {
    let seq = super::last_event(tx)?;
    desk.roles().iter().try_for_each(|role| mail::tell_role(tx, *role, who, seq))
}

fn at_its_desk(_: &mut Look, who: &Caller, row: &Complaint) -> Result<()> {
    if who.is_any(row.desk.roles()) { Ok(()) } else { Err(Refusal::WrongRole { by: row.desk.roles(), article: "NDSR-20" }) }
}

/// Answers: to whoever looks it up, and on the public page when the person agreed to that and the desk says so.
fn answer(tx: &mut Tx, who: &Caller, row: &Complaint, a: Answers) -> Result<()> {
    let mut said = row.answers();
    let open = a.ticked("open");
    if open && !said.ticked("may_publish") {
        return Err(Refusal::fault("open", "publish-not-agreed"));
    }
    if open && a.given("summary").is_none() {
        return Err(Refusal::Faulty(vec![Fault::at("summary", "required")]));
    }
    said.set("answer", a.text("answer"));
    said.set("summary", a.text("summary"));
    row.keep(tx, &said)?;
    diesel::update(complaint::table.find(row.id)).set(complaint::open_answer.eq(open)).execute(tx.db())?;
    flow::take(tx, who, row, Act::Answer, Record::of(json!({ "open": open })).because(a.text("answer"))).map(drop)
}

/// Says why it is not for this place, and where it belongs.
fn decline(tx: &mut Tx, who: &Caller, row: &Complaint, a: Answers) -> Result<()> {
    let mut said = row.answers();
    said.set("answer", a.text("answer"));
    row.keep(tx, &said)?;
    flow::take(tx, who, row, Act::Decline, Record::none().because(a.text("answer"))).map(drop)
}

/// Hands it to another desk; its day stays.
fn assign(tx: &mut Tx, who: &Caller, row: &Complaint, a: Answers) -> Result<()> {
    let desk = Desk::of(a.text("desk")).ok_or_else(|| Refusal::fault("desk", "not-a-choice"))?;
    if desk == Desk::Legal && row.matter == Matter::Operator {
        return Err(Refusal::rule("own-complaint", "NDSR-20"));
    }
    diesel::update(complaint::table.find(row.id)).set(complaint::desk.eq(desk)).execute(tx.db())?;
    flow::take(tx, who, row, Act::Assign, Record::of(json!({ "desk": desk })).because(a.text("reason")))?;
    tell_desk(tx, who, desk)
}

/// What nobody has answered in time goes to the office, which answers or hands it on. Its day stays, so that it shows as late.
fn escalate(tx: &mut Tx, who: &Caller, row: &Complaint, _: Answers) -> Result<()> {
    diesel::update(complaint::table.find(row.id)).set(complaint::desk.eq(Desk::Office)).execute(tx.db())?;
    flow::take(tx, who, row, Act::Escalate, Record::of(json!({ "desk": row.desk }))).map(drop)
}

/// The complaint of a receipt. One answer for a number that is not and for a code that is not its own.
pub fn lookup(look: &mut Look, number: &str, code: &str) -> Result<Option<Complaint>> {
    Ok(complaint::table
        .filter(complaint::serial.eq(serial::settled(number)).and(complaint::code.eq(digest(code))))
        .select(Complaint::as_select())
        .first(look.db())
        .optional()?)
}

/// Takes it back, by the receipt.
pub fn withdraw(tx: &mut Tx, number: &str, code: &str) -> Result<()> {
    let row = lookup(tx, number, code)?.ok_or(Refusal::NotFound)?;
    flow::take(tx, &Caller::public(), &row, Act::Withdraw, Record::none()).map(drop)
}

/// Answers that stand on the public page, newest first.
pub fn published(look: &mut Look, words: &str, kind: Option<Kind>, page: Page) -> Result<Paged<Complaint>> {
    let filter = || {
        let mut q = complaint::table.into_boxed::<MultiBackend>().filter(complaint::state.eq(State::Answered).and(complaint::open_answer.eq(true)));
        if let Some(kind) = kind {
            q = q.filter(complaint::kind.eq(kind));
        }
        if !words.trim().is_empty() {
            q = q.filter(complaint::content.like(like(words)).escape('\\'));
        }
        q
    };
    let total: i64 = filter().count().get_result(look.db())?;
    let rows = filter()
        .order((complaint::updated_at.desc(), complaint::id.desc()))
        .limit(page.limit())
        .offset(page.offset())
        .select(Complaint::as_select())
        .load(look.db())?;
    Ok(page.of(rows, total))
}

/// What waits for the caller's own desk, by state.
pub fn waiting(look: &mut Look, who: &Caller) -> Result<Vec<flow::Waiting>> {
    let desks: Vec<Desk> = Desk::ALL.iter().copied().filter(|d| who.is_any(d.roles())).collect();
    let mut found = Vec::new();
    for state in [State::Filed, State::Escalated] {
        let filter = complaint::state.eq(state).and(complaint::desk.eq_any(desks.clone()));
        let (count, due_on) =
            complaint::table
                .filter(filter)
                .select((diesel::dsl::count_star(), diesel::dsl::min(complaint::due_on)))
                .first::<(i64, Option<chrono::NaiveDate>)>(look.db())?;
        if count > 0 {
            found.push(flow::Waiting { state: state.as_str().into(), count, due_on });
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn table_is_sound() {
        assert_eq!(flow::faults(&flow::table::<Complaint>(), &["answered", "declined", "withdrawn"]), Vec::<String>::new());
    }

    #[test]
    fn nobody_answers_for_himself() {
        assert_eq!(Matter::Operator.desk(), Desk::Office);
        assert_eq!(digest("k7qm-2xvp"), digest("K7QM 2XVP"));
    }
}
