//! 申请 — an application for the licence of one scenario: one for each organisation, drafted in the open of its own house,
//! sealed from submission to the opening (ZJK-5, ZJK-13(5), NJ-9).

use crate::SelectionMethod;
use crate::announcement::{self, Announcement};
use crate::dossier::{self, Paper};
use crate::licence;
use crate::scenario::Scenario;
use chrono::NaiveDate;
use diesel::prelude::*;
use platform::event::{Record, sha256};
use platform::flow::{self, Choice, Deed, Heading, Noun, Opening, Step, Tell, begin, deed, step};
use platform::log::{Told, leaf};
use platform::paging::{Page, Paged};
use platform::people::{Org, Person, org};
use platform::schema::{bid, event as events, scoring};
use platform::sheet::{self, Answers, NOTHING, REMARK, Sheet};
use platform::{At, Caller, Id, Look, MultiBackend, OrgKind, Refusal, Result, Role, Tx, diesel, file, serial, words};
use serde::Serialize;
use serde_json::{Value, json};

mod form;
mod opened;
mod sealed;

pub use form::{BID, Task, TaskState, tasks};
pub use opened::{admission_of, grantable, must_have_won};
use opened::{admit, refuse_admission};
pub(crate) use opened::{decide, open_all, opened, rank, void_all};
pub(crate) use sealed::must_have_key;
pub use sealed::{Sealed, seal_anew, shut};

words! {
    pub enum State: "bid-state" {
        Drafted = "drafted", Submitted = "submitted", Withdrawn = "withdrawn", Opened = "opened", Admitted = "admitted",
        NotAdmitted = "not_admitted", Won = "won", Lost = "lost", Void = "void",
    }
}
words! {
    pub enum Act: "bid-act" {
        Start = "start", Save = "save", Submit = "submit", Withdraw = "withdraw", Open = "open", Admit = "admit",
        RefuseAdmission = "refuse_admission", Win = "win", Lose = "lose", Void = "void",
    }
}

use Role::{Calendar, DeveloperAdmin, DeveloperStaff, Legal, ScenarioDesk};

const BIDDER: &[Role] = &[DeveloperAdmin, DeveloperStaff];
const CALLER: &[Role] = &[Legal, ScenarioDesk, Calendar];

pub const STEPS: &[Step<State, Act>] = &[
    begin(Act::Start, BIDDER, State::Drafted, "ZJK-5"),
    step(State::Drafted, Act::Save, BIDDER, State::Drafted, "ZJK-5"),
    step(State::Drafted, Act::Submit, BIDDER, State::Submitted, "ZJK-13(5)").tell(&[Tell::Owner]),
    step(State::Drafted, Act::Withdraw, BIDDER, State::Withdrawn, "BID-29"),
    step(State::Submitted, Act::Withdraw, BIDDER, State::Withdrawn, "BID-29").tell(&[Tell::Owner]),
    step(State::Submitted, Act::Open, CALLER, State::Opened, "BID-36").tell(&[Tell::Owner]),
    step(State::Opened, Act::Admit, &[Legal], State::Admitted, "ZJK-13(5) BJ-15 NJ-8 ZJ-3.1").tell(&[Tell::Owner]),
    step(State::Opened, Act::RefuseAdmission, &[Legal], State::NotAdmitted, "ZJK-13(5)").tell(&[Tell::Owner]),
    step(State::Admitted, Act::Win, CALLER, State::Won, "ZJK-13(5)").tell(&[Tell::Owner]),
    step(State::Admitted, Act::Lose, CALLER, State::Lost, "BID-45").tell(&[Tell::Owner]),
    step(State::Drafted, Act::Void, CALLER, State::Void, "ZJK-13(5)").tell(&[Tell::Owner]),
    step(State::Submitted, Act::Void, CALLER, State::Void, "ZJK-13(5)").tell(&[Tell::Owner]),
    step(State::Opened, Act::Void, CALLER, State::Void, "ZJK-13(5)").tell(&[Tell::Owner]),
    step(State::Admitted, Act::Void, CALLER, State::Void, "ZJK-13(5)").tell(&[Tell::Owner]),
];

const START: Sheet = Sheet { name: "bid-start", fields: &[sheet::pick("announcement", "announcement")] };
const CHECK: Sheet = Sheet { name: "admission-check", fields: &[sheet::line("key", 200), sheet::tick("meets"), sheet::text("evidence", 2000)] };
/// Whether each admission condition is met, and on what that finding rests (ZJK-12).
const ADMIT: Sheet = Sheet { name: "admission", fields: &[sheet::rows("conditions", &CHECK).optional(), sheet::text("reason", 2000).optional()] };
const REFUSE: Sheet = Sheet { name: "admission", fields: &[sheet::rows("conditions", &CHECK).optional(), sheet::text("reason", 2000)] };

/// A bid; `owner` is the bidder.
#[derive(Clone, Debug, Queryable, Selectable, Insertable, Serialize)]
#[diesel(table_name = bid)]
pub struct Bid {
    pub id: Id<Bid>,
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
    pub announcement: Id<Announcement>,
    pub scenario: Id<Scenario>,
    /// Sealed until then.
    pub opening: At,
    pub submitted_at: Option<At>,
    pub admitted: Option<bool>,
    /// In hundredths of a point, see [`crate::selection`].
    pub total: Option<i64>,
    /// From 1; none when below the pass mark.
    pub rank: Option<i32>,
}

impl Bid {
    /// What it says; nothing in the rows of a list, whose content is still under its seal.
    pub fn answers(&self) -> Answers {
        Answers::parse(&self.content)
    }
    /// Whose it is.
    pub fn bidder(&self) -> Result<Id<Org>> {
        self.owner.ok_or_else(|| Refusal::broken("a bid without a bidder"))
    }
    /// The fee offered, in fen.
    pub fn price(&self) -> i64 {
        self.answers().0.get("price").and_then(Value::as_i64).unwrap_or(0)
    }
    /// Digest of what was submitted; stands in the event of the submission.
    pub fn digest(&self) -> String {
        sha256(&self.content)
    }
}

impl Noun for Bid {
    type State = State;
    type Act = Act;
    const NAME: &'static str = "bid";
    const TABLE: &'static str = "bid";
    const PATH: &'static str = "bids";
    const STEPS: &'static [Step<State, Act>] = STEPS;
    const OPENING: Option<Opening<Self>> = Some(Opening { act: Act::Start, sheet: &START, draft: false, run: start });
    const RESTS: &'static [State] = &[State::Submitted];
    const TOLD: &'static [(Act, &'static str)] = &[(Act::Open, "bid.opened")];
    const DEEDS: &'static [Deed<Self>] = &[
        deed(Act::Save, &BID, save).draft().quiet(),
        deed(Act::Submit, &NOTHING, submit).quiet(),
        deed(Act::Withdraw, &REMARK, withdraw).when(before_deadline),
        deed(Act::Admit, &ADMIT, admit),
        deed(Act::RefuseAdmission, &REFUSE, refuse_admission),
    ];

    /// Which bid it is stays a commitment, for who bids is no matter of the public's; the bidder holds the number of the leaf of
    /// its submission, and this one names it.
    fn told(look: &mut Look, of: &Self, _: Act, told: Told) -> Result<Option<Told>> {
        let submitted = leaf::last_of(look, Self::NAME, &of.id.to_string(), leaf::SEALED)?;
        let told = told.with("announcement", format!("announcement/{}", of.announcement)).with("submission_leaf", submitted);
        Ok(Some(told.sealing("content", sha256(&of.content)).veiled()))
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
    /// Seen by the bidder's own people; after it was opened by the staff of primary operator and office, by auditors and by
    /// the experts called to score it. For anybody else, and before, it does not exist.
    fn find(look: &mut Look, who: &Caller, id: Id<Self>) -> Result<Self> {
        match read(look, who, id) {
            Err(Refusal::Sealed { .. }) => Err(Refusal::NotFound),
            other => other,
        }
    }
    fn choices(look: &mut Look, who: &Caller, _: Option<&Self>, list: &str) -> Result<Vec<Choice>> {
        match list {
            "announcement" => announcement::choices(look, announcement::State::Published),
            "paper" => dossier::choices(look, who),
            _ => Ok(Vec::new()),
        }
    }
    fn filled(look: &mut Look, _: &Caller, row: &Self, act: Act) -> Result<Answers> {
        match act {
            Act::Save => Ok(row.answers()),
            Act::Admit | Act::RefuseAdmission => {
                let call = announcement::row(look, row.announcement)?.call()?;
                let rows: Vec<Value> = call.conditions.iter().map(|key| json!({"key": key, "meets": false, "evidence": ""})).collect();
                Ok(Answers::of(json!({ "conditions": rows })))
            }
            _ => Ok(Answers::default()),
        }
    }
}

/// A bid under its seal: the only way to a row that may not be opened yet.
fn load(look: &mut Look, id: Id<Bid>) -> Result<Sealed<Bid>> {
    let row: Bid = bid::table.find(id).select(Bid::as_select()).first(look.db())?;
    let (owner, opening) = (row.owner, row.opening);
    Ok(Sealed::new(row, owner, opening))
}

/// A bid, for its bidder at any time and for readers after it was opened. Readers who ask before get `Sealed`, save for
/// drafts and withdrawn bids, which were never theirs to know; anybody else gets `NotFound`.
pub fn read(look: &mut Look, who: &Caller, id: Id<Bid>) -> Result<Bid> {
    let sealed = match load(look, id)?.own(look, who)? {
        Ok(own) => return Ok(own),
        Err(sealed) => sealed,
    };
    if !is_reader(look, who, id)? {
        return Err(Refusal::NotFound);
    }
    let state: State = bid::table.find(id).select(bid::state).first(look.db())?;
    match state {
        State::Drafted | State::Withdrawn => Err(Refusal::NotFound),
        State::Submitted => {
            let opening = bid::table.find(id).select(bid::opening).first(look.db())?;
            Err(Refusal::Sealed { until: opening })
        }
        State::Void if !was_opened(look, id)? => Err(Refusal::NotFound),
        _ => sealed.open(look),
    }
}

/// Files attached to a bid are under the same seal as the bid. `subject` is the bid's id.
pub fn may_read_files(look: &mut Look, who: &Caller, subject: &str) -> Result<()> {
    read(look, who, subject.parse()?).map(drop)
}

/// Staff of primary operator and office, auditors, and experts who were called to score in the same announcement and have
/// not stood aside.
fn is_reader(look: &mut Look, who: &Caller, id: Id<Bid>) -> Result<bool> {
    if matches!(who.kind, Some(OrgKind::Primary | OrgKind::Office | OrgKind::Audit)) {
        return Ok(true);
    }
    let (Some(person), true) = (who.person, who.is(Role::Expert)) else { return Ok(false) };
    let called: i64 = scoring::table
        .inner_join(bid::table.on(bid::announcement.eq(scoring::announcement)))
        .filter(bid::id.eq(id).and(scoring::expert.eq(person)).and(scoring::state.ne(crate::scoring::State::Recused)))
        .count()
        .get_result(look.db())?;
    Ok(called > 0)
}

fn was_opened(look: &mut Look, id: Id<Bid>) -> Result<bool> {
    let opened: i64 = events::table
        .filter(events::noun.eq(Bid::NAME).and(events::subject.eq(id.to_string())).and(events::act.eq(Act::Open)))
        .count()
        .get_result(look.db())?;
    Ok(opened > 0)
}

/// Starts a bid in an open announcement. Who withdrew one finds what it said.
fn start(tx: &mut Tx, who: &Caller, a: Answers) -> Result<Id<Bid>> {
    let Ok(id) = a.text("announcement").parse() else { return Err(Refusal::fault("announcement", "not-a-choice")) };
    let announcement = announcement::row(tx, id)?;
    let opening = must_be_open(&announcement, tx.now())?;
    let own = org::must_be_ready(tx, who)?;
    licence::must_be_eligible(tx, own.id)?;
    let call = announcement.call()?;
    if announcement.method == SelectionMethod::InvitedTender && !call.invited.contains(&own.id) {
        return Err(Refusal::rule("not-invited", "ZJK-13(5)"));
    }
    let once = || Refusal::rule("one-bid", "ZJK-5");
    let mine = |q: bid::BoxedQuery<'static, MultiBackend>| q.filter(bid::announcement.eq(id).and(bid::owner.eq(own.id)));
    let live: i64 = mine(bid::table.into_boxed())
        .filter(bid::state.ne_all([State::Withdrawn, State::NotAdmitted, State::Lost, State::Void]))
        .count()
        .get_result(tx.db())?;
    if live > 0 {
        return Err(once());
    }
    let last: Option<(Id<Bid>, String)> = mine(bid::table.into_boxed())
        .filter(bid::state.eq(State::Withdrawn))
        .order(bid::updated_at.desc())
        .select((bid::id, bid::content))
        .first(tx.db())
        .optional()?;
    let last = last.map(|(of, content)| sealed::unseal(tx, id, of, &content)).transpose()?;
    let content = form::begun(tx, who, &call, last.map(|c| Answers::parse(&c)))?;
    let own_id = tx.id();
    let row = Bid {
        id: own_id,
        serial: None,
        title: announcement.title.clone(),
        state: flow::first::<Bid>(Act::Start)?,
        owner: Some(own.id),
        clock: None,
        due_on: None,
        profile: tx.profile().version_tag(),
        content: sealed::seal(tx, id, own_id, &content.json())?,
        created_by: who.person,
        created_at: tx.now(),
        updated_at: tx.now(),
        announcement: id,
        scenario: announcement.scenario,
        opening,
        submitted_at: None,
        admitted: None,
        total: None,
        rank: None,
    };
    diesel::insert_into(bid::table).values(&row).execute(tx.db()).map_err(|e| match Refusal::from(e) {
        Refusal::Taken => once(),
        other => other,
    })?;
    flow::begin_case(tx, who, &row, Act::Start, Record::none().sealed_until(opening))?;
    Ok(row.id)
}

/// The opening time of an announcement that takes bids now. Refuses with `TooLate` from the deadline on, whether or not
/// somebody has closed the call yet.
fn must_be_open(announcement: &Announcement, now: At) -> Result<At> {
    let (Some(deadline), Some(opening)) = (announcement.deadline, announcement.opening) else {
        return Err(Refusal::rule("call-closed", "ZJK-13(5)"));
    };
    if now >= deadline {
        return Err(Refusal::TooLate { deadline });
    }
    if announcement.state == announcement::State::Published { Ok(opening) } else { Err(Refusal::rule("call-closed", "ZJK-13(5)")) }
}

fn before_deadline(look: &mut Look, _: &Caller, row: &Bid) -> Result<()> {
    must_be_open(&announcement::row(look, row.announcement)?, look.now()).map(drop)
}

/// Saves what was typed in a section, valid or not; uploaded files become the bid's own, under its seal.
fn save(tx: &mut Tx, who: &Caller, row: &Bid, typed: Answers) -> Result<()> {
    form::must_be_draft(row)?;
    let before = row.answers();
    let mut content = form::typed_over(before.clone(), &typed);
    take_files(tx, who, row.id, &mut content)?;
    let kept = sealed::seal(tx, row.announcement, row.id, &content.json())?;
    diesel::update(bid::table.find(row.id)).set(bid::content.eq(kept)).execute(tx.db())?;
    let record = Record::of(json!({ "changed": BID.changed(&before, &content) })).sealed_until(row.opening);
    flow::take(tx, who, row, Act::Save, record).map(drop)
}

/// Attaches the files named in a bid's content to the bid.
fn take_files(tx: &mut Tx, who: &Caller, id: Id<Bid>, content: &mut Answers) -> Result<()> {
    let subject = id.to_string();
    if content.given("attachments").is_some() {
        let taken = file::attach(tx, who, &content.list("attachments"), Bid::NAME, &subject, false)?;
        content.set("attachments", taken);
    }
    let mut rows = form::rows(content, "papers");
    for row in &mut rows {
        let given = Answers(row.clone()).list("files");
        if !given.is_empty() {
            row.insert("files".into(), file::attach(tx, who, &given, Bid::NAME, &subject, false)?.into());
        }
    }
    content.set("papers", rows.into_iter().map(Value::Object).collect::<Vec<_>>());
    Ok(())
}

/// Submits: every task done, every paper current and copied into the bid, before the deadline. The event holds digests
/// only, and is itself sealed until the opening.
fn submit(tx: &mut Tx, who: &Caller, row: &Bid, _: Answers) -> Result<()> {
    form::must_be_draft(row)?;
    before_deadline(tx, who, row)?;
    let own = org::must_be_ready(tx, who)?;
    licence::must_be_eligible(tx, own.id)?;
    let faults = form::faults(tx, who, row)?;
    if let Some(expired) = faults.iter().find(|f| f.code == "paper-expired") {
        let title = expired.args.first().map(|(_, t)| t.clone()).unwrap_or_default();
        return Err(Refusal::rule("paper-expired", "NJ-9").with("paper", title));
    }
    if !faults.is_empty() {
        return Err(Refusal::rule("bid-incomplete", "NJ-9"));
    }
    let mut content = BID.settle(&row.answers())?;
    copy_papers(tx, who, row.id, &mut content)?;
    let content_json = content.json();
    let ids: Vec<String> =
        form::rows(&content, "papers").into_iter().flat_map(|r| Answers(r).list("files")).chain(content.list("attachments")).collect();
    let mut files: Vec<String> = file::rows(tx, &ids)?.into_iter().map(|f| f.sha256).collect();
    files.sort();
    let number = serial::next(tx, "bid")?;
    let kept = sealed::seal(tx, row.announcement, row.id, &content_json)?;
    diesel::update(bid::table.find(row.id))
        .set((bid::content.eq(kept), bid::serial.eq(Some(&number)), bid::submitted_at.eq(Some(tx.now()))))
        .execute(tx.db())?;
    let record = Record::of(json!({ "serial": number, "digest": sha256(&content_json), "files": files }));
    flow::take(tx, who, row, Act::Submit, record.sealed_until(row.opening)).map(drop)
}

/// Copies the files of the dossier's papers into the bid, so that later changes of the dossier do not touch it.
fn copy_papers(tx: &mut Tx, who: &Caller, id: Id<Bid>, content: &mut Answers) -> Result<()> {
    let mut rows = form::rows(content, "papers");
    for row in &mut rows {
        let Ok(paper) = form::text(row, "paper").parse::<Id<Paper>>() else { continue };
        let paper = dossier::usable(tx, who, paper)?;
        let mut files = file::attach(tx, who, &[paper.file.to_string()], Bid::NAME, &id.to_string(), false)?;
        files.extend(Answers(row.clone()).list("files"));
        row.insert("title".into(), paper.title.into());
        row.insert("expires_on".into(), json!(paper.expires_on));
        row.insert("files".into(), files.into());
    }
    content.set("papers", rows.into_iter().map(Value::Object).collect::<Vec<_>>());
    Ok(())
}

fn withdraw(tx: &mut Tx, who: &Caller, row: &Bid, a: Answers) -> Result<()> {
    flow::take(tx, who, row, Act::Withdraw, Record::none().because(a.text("reason")).sealed_until(row.opening)).map(drop)
}

/// What a list of bids asks for. Empty fields ask for everything.
#[derive(Clone, Debug, Default)]
pub struct Ask {
    pub announcement: Option<Id<Announcement>>,
    pub state: Option<State>,
}

/// Bids in the caller's sight, newest first: his organisation's own, or those opened for readers. Before the opening readers
/// do not even learn how many there are.
pub fn list(look: &mut Look, who: &Caller, ask: &Ask, page: Page) -> Result<Paged<Bid>> {
    let now = look.now();
    let reads_all = matches!(who.kind, Some(OrgKind::Primary | OrgKind::Office | OrgKind::Audit));
    let as_expert = who.person.filter(|_| who.is(Role::Expert));
    let filter = || {
        let mut q = bid::table.into_boxed::<MultiBackend>();
        if reads_all || as_expert.is_some() {
            let revealed = [State::Opened, State::Admitted, State::NotAdmitted, State::Won, State::Lost];
            q = q.filter(bid::opening.le(now).and(bid::state.eq_any(revealed)));
        } else {
            q = q.filter(bid::owner.eq(who.org));
        }
        if let (Some(expert), false) = (as_expert, reads_all) {
            let called = scoring::table
                .filter(scoring::expert.eq(expert).and(scoring::state.ne(crate::scoring::State::Recused)))
                .select(scoring::announcement);
            q = q.filter(bid::announcement.eq_any(called));
        }
        if let Some(announcement) = ask.announcement {
            q = q.filter(bid::announcement.eq(announcement));
        }
        if let Some(state) = ask.state {
            q = q.filter(bid::state.eq(state));
        }
        q
    };
    let total: i64 = filter().count().get_result(look.db())?;
    let rows = filter()
        .order((bid::created_at.desc(), bid::id.desc()))
        .limit(page.limit())
        .offset(page.offset())
        .select(Bid::as_select())
        .load(look.db())?;
    Ok(page.of(rows, total))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn table_is_sound() {
        assert_eq!(flow::faults(&flow::table::<Bid>(), &["withdrawn", "not_admitted", "won", "lost", "void"]), Vec::<String>::new());
    }
}
