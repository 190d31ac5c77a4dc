//! 授权运营公告 — a call for secondary operators of one scenario: conditions, manner of selection, dates, criteria (ZJK-13(5)).
//! The verbs from the opening of bids to the award stand in [`crate::selection`].

use crate::scenario::{self, Scenario};
use crate::{SelectionMethod, objection, selection};
use chrono::{Days, NaiveDate};
use diesel::prelude::*;
use platform::caller::{Caller, OrgKind, Role};
use platform::day::{self, Unit};
use platform::db::{Look, MultiBackend, Tx};
use platform::diesel;
use platform::event::Record;
use platform::flow::{self, Choice, Deed, Heading, Noun, Opening, Step, Tell, begin, deed, step};
use platform::log::{Told, leaf};
use platform::paging::{Page, Paged, like};
use platform::people::{Org, Person, org};
use platform::profile::Measure;
use platform::refusal::{Fault, Refusal, Result};
use platform::schema::announcement;
use platform::sheet::{self, Answers, NOTHING, REASON, REMARK, Sheet};
use platform::{At, Id, Word, words};
use resources::entry;
use serde::{Deserialize, Serialize};
use serde_json::json;

words! {
    pub enum State: "announcement-state" {
        Drafted = "drafted", Published = "published", Closed = "closed", Opened = "opened", Ranked = "ranked", Noticed = "noticed",
        Awarded = "awarded", Failed = "failed", Cancelled = "cancelled",
    }
}
words! {
    pub enum Act: "announcement-act" {
        Draft = "draft", Edit = "edit", Publish = "publish", Close = "close", Open = "open", Rank = "rank", Notice = "notice",
        Award = "award", Fail = "fail", Cancel = "cancel",
    }
}

use Role::{Calendar, DeveloperAdmin, Legal, Office, ScenarioDesk};

pub const STEPS: &[Step<State, Act>] = &[
    begin(Act::Draft, &[ScenarioDesk], State::Drafted, "ZJK-13(5)"),
    step(State::Drafted, Act::Edit, &[ScenarioDesk], State::Drafted, "ZJK-13(5)"),
    step(State::Drafted, Act::Publish, &[ScenarioDesk], State::Published, "ZJK-13(5)").tell(&[Tell::Role(DeveloperAdmin)]),
    step(State::Published, Act::Close, &[Calendar], State::Closed, "ZJK-13(5)").tell(&[Tell::Role(Legal)]),
    step(State::Closed, Act::Open, &[Legal, Calendar], State::Opened, "ZJK-13(5)").tell(&[Tell::Role(Legal)]),
    step(State::Opened, Act::Rank, &[Legal], State::Ranked, "BJ-12"),
    step(State::Ranked, Act::Notice, &[Legal], State::Noticed, "BJ-12")
        .tell(&[Tell::Role(DeveloperAdmin), Tell::Role(Office)])
        .clock("bid_objection"),
    step(State::Noticed, Act::Award, &[Legal], State::Awarded, "ZJK-13(5)").tell(&[Tell::Role(DeveloperAdmin), Tell::Role(Office)]),
    step(State::Closed, Act::Fail, &[Legal], State::Failed, "ZJK-13(5)").tell(&[Tell::Role(DeveloperAdmin)]),
    step(State::Opened, Act::Fail, &[Legal], State::Failed, "ZJK-13(5)").tell(&[Tell::Role(DeveloperAdmin)]),
    step(State::Ranked, Act::Fail, &[Legal], State::Failed, "ZJK-13(5)").tell(&[Tell::Role(DeveloperAdmin)]),
    step(State::Noticed, Act::Fail, &[Legal], State::Failed, "ZJK-13(5)").tell(&[Tell::Role(DeveloperAdmin)]),
    step(State::Drafted, Act::Cancel, &[ScenarioDesk, Legal], State::Cancelled, "ZJK-13(5)"),
    step(State::Published, Act::Cancel, &[ScenarioDesk, Legal], State::Cancelled, "ZJK-13(5)").tell(&[Tell::Role(DeveloperAdmin)]),
    step(State::Closed, Act::Cancel, &[ScenarioDesk, Legal], State::Cancelled, "ZJK-13(5)").tell(&[Tell::Role(DeveloperAdmin)]),
    step(State::Opened, Act::Cancel, &[ScenarioDesk, Legal], State::Cancelled, "ZJK-13(5)").tell(&[Tell::Role(DeveloperAdmin)]),
    step(State::Ranked, Act::Cancel, &[ScenarioDesk, Legal], State::Cancelled, "ZJK-13(5)").tell(&[Tell::Role(DeveloperAdmin)]),
    step(State::Noticed, Act::Cancel, &[ScenarioDesk, Legal], State::Cancelled, "ZJK-13(5)").tell(&[Tell::Role(DeveloperAdmin)]),
];

/// One criterion of the comprehensive review with its weight; weights sum to 100.
pub const CRITERION: Sheet = Sheet { name: "announcement-criterion", fields: &[sheet::line("name", 200), sheet::number("weight", 1, 100)] };
/// What is announced.
pub const ANNOUNCEMENT: Sheet = Sheet {
    name: "announcement",
    fields: &[
        sheet::line("title", 200),
        sheet::pick("scenario", "scenarios"),
        sheet::choice::<SelectionMethod>("method"),
        sheet::picks("invited", "developers").optional(),
        sheet::picks("conditions", "conditions").under("conditions"),
        sheet::text("conditions_text", 8000).optional().under("conditions"),
        sheet::picks("materials", "materials").under("conditions"),
        sheet::picks("entries", "entries").under("terms"),
        sheet::number("term_years", 1, 30).under("terms"),
        sheet::money("fee").under("terms"),
        sheet::text("fee_basis", 4000).under("terms"),
        sheet::time("deadline").under("dates"),
        sheet::time("opening").under("dates"),
        sheet::rows("criteria", &CRITERION).under("review"),
        sheet::number("pass_mark", 0, 100).under("review"),
        sheet::line("contact", 200).under("review"),
        sheet::files("attachments").optional().under("review"),
    ],
};

/// An announcement. Its content is raw while it is a draft and settled from publication on.
#[derive(Clone, Debug, Queryable, Selectable, Insertable, Serialize)]
#[diesel(table_name = announcement)]
pub struct Announcement {
    pub id: Id<Announcement>,
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
    pub method: SelectionMethod,
    pub published_at: Option<At>,
    /// Bids are taken before this instant.
    pub deadline: Option<At>,
    /// Bids are opened from this instant on, never before the deadline.
    pub opening: Option<At>,
    /// Last day on which the result can be objected to.
    pub objection_until: Option<NaiveDate>,
}

/// One criterion.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Criterion {
    pub name: String,
    pub weight: i64,
}

/// What a published announcement says, for those who bid, score and grant.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Call {
    #[serde(default)]
    pub invited: Vec<Id<Org>>,
    /// Keys of the profile's admission conditions.
    pub conditions: Vec<String>,
    /// Keys of the profile's materials.
    pub materials: Vec<String>,
    /// Ids of catalogue entries.
    pub entries: Vec<String>,
    pub term_years: u32,
    /// In fen.
    pub fee: i64,
    pub fee_basis: String,
    pub criteria: Vec<Criterion>,
    pub pass_mark: i64,
}

impl Announcement {
    /// What is announced, as kept.
    pub fn answers(&self) -> Answers {
        Answers::parse(&self.content)
    }
    /// What it says, once it is published.
    pub fn call(&self) -> Result<Call> {
        self.answers().read()
    }
    /// Whether bids are taken at that instant.
    pub fn takes_bids(&self, now: At) -> bool {
        self.state == State::Published && self.deadline.is_some_and(|d| now < d)
    }
}

impl Noun for Announcement {
    type State = State;
    type Act = Act;
    const NAME: &'static str = "announcement";
    const TABLE: &'static str = "announcement";
    const PATH: &'static str = "announcements";
    const STEPS: &'static [Step<State, Act>] = STEPS;
    const RESTS: &'static [State] = &[State::Published];
    const OPENING: Option<Opening<Self>> = Some(Opening { act: Act::Draft, sheet: &ANNOUNCEMENT, draft: true, run: draft });
    const TOLD: &'static [(Act, &'static str)] = &[
        (Act::Publish, "announcement.published"),
        (Act::Close, "announcement.closed"),
        (Act::Open, "announcement.opened"),
        (Act::Notice, "announcement.result"),
        (Act::Award, "announcement.awarded"),
        (Act::Fail, "announcement.failed"),
        (Act::Cancel, "announcement.cancelled"),
    ];
    const DEEDS: &'static [Deed<Self>] = &[
        deed(Act::Edit, &ANNOUNCEMENT, edit).draft(),
        deed(Act::Publish, &NOTHING, publish).for_good(),
        deed(Act::Close, &NOTHING, close).when(must_be_over).quiet(),
        deed(Act::Open, &NOTHING, selection::open).when(selection::may_open).for_good(),
        deed(Act::Rank, &NOTHING, selection::rank).when(selection::may_rank),
        deed(Act::Notice, &selection::NOTICE, selection::notice).when(selection::may_notice).for_good(),
        deed(Act::Award, &REMARK, selection::award).when(selection::may_award).careful().for_good(),
        deed(Act::Fail, &REASON, selection::fail).for_good(),
        deed(Act::Cancel, &REASON, selection::cancel).for_good(),
    ];

    fn told(look: &mut Look, of: &Self, _: Act, told: Told) -> Result<Option<Told>> {
        let of = row(look, of.id)?;
        // A draft that is dropped was nobody's business.
        Ok(of.published_at.is_some().then(|| {
            told.with("number", of.serial)
                .with("title", of.title)
                .with("scenario", format!("scenario/{}", of.scenario))
                .with("deadline", of.deadline.map(leaf::instant))
                .with("opening", of.opening.map(leaf::instant))
                .with("content_digest", leaf::digest(&of.content))
        }))
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
    /// Everybody sees what was published; a draft is for those who oversee.
    fn find(look: &mut Look, who: &Caller, id: Id<Announcement>) -> Result<Announcement> {
        let row = row(look, id)?;
        if row.published_at.is_some() || who.oversees() || who.is(Calendar) { Ok(row) } else { Err(Refusal::NotFound) }
    }
    fn choices(look: &mut Look, _: &Caller, _: Option<&Self>, list: &str) -> Result<Vec<Choice>> {
        let profile = look.profile();
        match list {
            "scenarios" => scenario::choices(look),
            "developers" => org::choices(look, OrgKind::Developer),
            "entries" => entry::choices(look),
            "conditions" => Ok(profile.conditions.iter().map(|c| Choice::said(&c.key, &c.name)).collect()),
            "materials" => Ok(profile.materials.iter().map(|m| Choice::said(&m.key, &m.name)).collect()),
            _ => Ok(Vec::new()),
        }
    }
    fn filled(_: &mut Look, _: &Caller, row: &Self, act: Act) -> Result<Answers> {
        Ok(if act == Act::Edit { row.answers() } else { Answers::default() })
    }
    fn filled_new(look: &mut Look, _: &Caller) -> Result<Answers> {
        Ok(first_answers(look))
    }
}

/// What a new announcement's form begins with: every condition and material of the profile, its longest term.
pub fn first_answers(look: &mut Look) -> Answers {
    let profile = look.profile();
    Answers::of(json!({
        "method": SelectionMethod::OpenTender,
        "conditions": profile.conditions.iter().map(|c| &c.key).collect::<Vec<_>>(),
        "materials": profile.materials.iter().map(|m| &m.key).collect::<Vec<_>>(),
        "term_years": longest_term(look).to_string(),
    }))
}

/// The longest term in whole years.
fn longest_term(look: &Look) -> u32 {
    let cap = look.profile().term_cap.clone();
    if cap.unit == Measure::Months { cap.value / 12 } else { cap.value }
}

/// What even a draft must have: a title and a scenario of the catalogue.
fn head(tx: &mut Tx, a: &Answers) -> Result<(String, Scenario, SelectionMethod)> {
    let mut faults = Vec::new();
    let title = a.text("title").trim().replace(['\n', '\r'], " ");
    if title.is_empty() {
        faults.push(Fault::at("title", "required"));
    } else if title.chars().count() > 200 {
        faults.push(Fault::at("title", "too-long").with("max", 200).with("length", title.chars().count()));
    }
    let class = match a.text("scenario") {
        "" => Err("required"),
        id => match id.parse().and_then(|id| scenario::row(tx, id)) {
            Ok(class) if class.state == scenario::State::Published => Ok(class),
            Ok(_) | Err(Refusal::NotFound) => Err("not-a-choice"),
            Err(other) => return Err(other),
        },
    };
    match class {
        Ok(class) if faults.is_empty() => Ok((title, class, SelectionMethod::of(a.text("method")).unwrap_or(SelectionMethod::OpenTender))),
        Ok(_) => Err(Refusal::Faulty(faults)),
        Err(code) => {
            faults.push(Fault::at("scenario", code));
            Err(Refusal::Faulty(faults))
        }
    }
}

/// Attaches the draft's files; they are shown to the public from publication on.
fn keep_files(tx: &mut Tx, who: &Caller, id: Id<Announcement>, a: &mut Answers, public: bool) -> Result<()> {
    let files = a.list("attachments");
    if !files.is_empty() {
        let kept = platform::file::attach(tx, who, &files, Announcement::NAME, &id.to_string(), public)?;
        a.set("attachments", kept);
    }
    Ok(())
}

fn draft(tx: &mut Tx, who: &Caller, mut a: Answers) -> Result<Id<Announcement>> {
    let (title, class, method) = head(tx, &a)?;
    let id = tx.id();
    keep_files(tx, who, id, &mut a, false)?;
    let row = Announcement {
        id,
        serial: None,
        title,
        state: flow::first::<Announcement>(Act::Draft)?,
        owner: who.org,
        clock: None,
        due_on: None,
        profile: tx.profile().version_tag(),
        content: a.json(),
        created_by: who.person,
        created_at: tx.now(),
        updated_at: tx.now(),
        scenario: class.id,
        method,
        published_at: None,
        deadline: None,
        opening: None,
        objection_until: None,
    };
    diesel::insert_into(announcement::table).values(&row).execute(tx.db())?;
    flow::begin_case(tx, who, &row, Act::Draft, Record::of(&a))?;
    Ok(id)
}

fn edit(tx: &mut Tx, who: &Caller, row: &Announcement, mut a: Answers) -> Result<()> {
    let (title, class, method) = head(tx, &a)?;
    keep_files(tx, who, row.id, &mut a, false)?;
    diesel::update(announcement::table.find(row.id))
        .set((
            announcement::title.eq(&title),
            announcement::content.eq(a.json()),
            announcement::scenario.eq(class.id),
            announcement::method.eq(method),
        ))
        .execute(tx.db())?;
    let named = Announcement { title, ..row.clone() };
    flow::take(tx, who, &named, Act::Edit, Record::of(&a)).map(drop)
}

/// What must hold of a settled announcement besides its sheet.
fn faults(tx: &mut Tx, a: &Answers, call: &Call, class: &Scenario, method: SelectionMethod) -> Result<Vec<Fault>> {
    let mut faults = Vec::new();
    let profile = tx.profile();
    let sum: i64 = call.criteria.iter().map(|c| c.weight).sum();
    if sum != 100 {
        faults.push(Fault::at("criteria", "weights-sum").with("sum", sum));
    }
    let cap = longest_term(tx);
    if call.term_years > cap {
        faults.push(Fault::at("term_years", "term-over-cap").with("max", cap));
    }
    // Public governance and welfare use the data free of charge (ZJK-6, PRI65).
    if call.fee > 0 && profile.purpose(class.purpose.as_str()).is_some_and(|p| p.free) {
        faults.push(Fault::at("fee", "fee-must-be-free"));
    }
    if call.conditions.iter().any(|key| profile.condition(key).is_none()) {
        faults.push(Fault::at("conditions", "not-a-choice"));
    }
    if call.materials.iter().any(|key| profile.material(key).is_none()) {
        faults.push(Fault::at("materials", "not-a-choice"));
    }
    faults.extend(date_faults(tx, a, method)?);
    faults.extend(invited_faults(tx, call, method)?);
    match entry::must_be_operable(tx, "entries", &call.entries) {
        Ok(_) => Ok(faults),
        Err(Refusal::Faulty(more)) => Ok(faults.into_iter().chain(more).collect()),
        Err(other) => Err(other),
    }
}

/// The instant a settled time field names.
fn instant(a: &Answers, field: &str) -> Option<At> {
    chrono::NaiveDateTime::parse_from_str(a.text(field), "%Y-%m-%dT%H:%M:%S").ok()
}

fn date_faults(tx: &mut Tx, a: &Answers, method: SelectionMethod) -> Result<Vec<Fault>> {
    let (Some(deadline), Some(opening)) = (instant(a, "deadline"), instant(a, "opening")) else { return Ok(Vec::new()) };
    let mut faults = Vec::new();
    let first = earliest_deadline(tx, method)?;
    if deadline <= tx.now() || day::shanghai_date(deadline) < first {
        faults.push(Fault::at("deadline", "too-early").with("day", first));
    }
    if opening < deadline {
        faults.push(Fault::at("opening", "opening-before-deadline"));
    }
    Ok(faults)
}

/// The first day on which an announcement published today may close. An open tender is open at least as long as the
/// profile says (BID-24); days are simply counted, because a least is no period whose end moves to a working day.
pub fn earliest_deadline(look: &mut Look, method: SelectionMethod) -> Result<NaiveDate> {
    let today = look.today();
    if method != SelectionMethod::OpenTender {
        return Ok(today);
    }
    let profile = look.profile();
    let least = profile.period("bid_minimum")?;
    match least.unit {
        Unit::Calendar => Ok(today.checked_add_days(Days::new(u64::from(least.value))).unwrap_or(today)),
        _ => Ok(least.due(today, &look.calendar(), &[])?),
    }
}

/// An invited tender invites at least so many (BID-17).
const LEAST_INVITED: usize = 3;

fn invited_faults(tx: &mut Tx, call: &Call, method: SelectionMethod) -> Result<Vec<Fault>> {
    if method != SelectionMethod::InvitedTender {
        return Ok(Vec::new());
    }
    let distinct: std::collections::BTreeSet<Id<Org>> = call.invited.iter().copied().collect();
    if distinct.len() < LEAST_INVITED {
        return Ok(vec![Fault::at("invited", "too-few-invited").with("min", LEAST_INVITED)]);
    }
    let offered = org::choices(tx, OrgKind::Developer)?;
    let known = distinct.iter().all(|id| offered.iter().any(|c| c.value == id.to_string()));
    Ok(if known { Vec::new() } else { vec![Fault::at("invited", "not-a-choice")] })
}

fn publish(tx: &mut Tx, who: &Caller, row: &Announcement, _: Answers) -> Result<()> {
    let mut a = ANNOUNCEMENT.settle(&row.answers())?;
    tx.profile().must_be_in_force(tx.today())?;
    let (_, class, method) = head(tx, &a)?;
    if method != SelectionMethod::InvitedTender {
        a.0.remove("invited");
    }
    let call: Call = a.read().map_err(|_| Refusal::fault("invited", "not-a-choice"))?;
    let faults = faults(tx, &a, &call, &class, method)?;
    if !faults.is_empty() {
        return Err(Refusal::Faulty(faults));
    }
    keep_files(tx, who, row.id, &mut a, true)?;
    let serial = platform::serial::next(tx, "announcement")?;
    let (now, deadline, opening) = (tx.now(), instant(&a, "deadline"), instant(&a, "opening"));
    // Before the step, because the public log tells of it what stands in the row.
    diesel::update(announcement::table.find(row.id))
        .set((
            announcement::serial.eq(Some(&serial)),
            announcement::content.eq(a.json()),
            announcement::profile.eq(tx.profile().version_tag()),
            announcement::published_at.eq(Some(now)),
            announcement::deadline.eq(deadline),
            announcement::opening.eq(opening),
        ))
        .execute(tx.db())?;
    flow::take(tx, who, row, Act::Publish, Record::of(json!({"serial": serial, "announcement": a})))?;
    // The announcement's own deadline, not one of the profile's.
    diesel::update(announcement::table.find(row.id)).set(announcement::due_on.eq(deadline.map(day::shanghai_date))).execute(tx.db())?;
    Ok(())
}

fn must_be_over(look: &mut Look, _: &Caller, row: &Announcement) -> Result<()> {
    if row.deadline.is_some_and(|d| d <= look.now()) { Ok(()) } else { Err(Refusal::rule("still-open", "ZJK-13(5)")) }
}

fn close(tx: &mut Tx, who: &Caller, row: &Announcement, _: Answers) -> Result<()> {
    flow::take(tx, who, row, Act::Close, Record::none()).map(drop)
}

/// Closes every announcement whose deadline has passed, at most 200 in one act; the daily job calls it. Returns how many.
pub fn close_due(tx: &mut Tx) -> Result<usize> {
    let now = tx.now();
    let rows: Vec<Announcement> = announcement::table
        .filter(announcement::state.eq(State::Published).and(announcement::deadline.le(now)))
        .order(announcement::id.asc())
        .limit(200)
        .select(Announcement::as_select())
        .load(tx.db())?;
    for row in &rows {
        close(tx, &Caller::calendar(), row, Answers::default())?;
    }
    Ok(rows.len())
}

/// Takes a step; for the verbs of [`crate::selection`], which write their own columns first.
pub fn take_step(tx: &mut Tx, who: &Caller, row: &Announcement, act: Act, record: Record) -> Result<State> {
    flow::take(tx, who, row, act, record)
}

/// How many objections to its result wait for an answer.
pub fn unanswered_objections(look: &mut Look, id: Id<Announcement>) -> Result<i64> {
    objection::unanswered(look, Announcement::NAME, &id.to_string())
}

/// An announcement's row, whoever asks: for verbs that must know its state.
pub fn row(look: &mut Look, id: Id<Announcement>) -> Result<Announcement> {
    Ok(announcement::table.find(id).select(Announcement::as_select()).first(look.db())?)
}

/// Some announcements, whoever asks: for lists of what belongs to them.
pub fn by_ids(look: &mut Look, ids: Vec<Id<Announcement>>) -> Result<Vec<Announcement>> {
    Ok(announcement::table.filter(announcement::id.eq_any(ids)).limit(2000).select(Announcement::as_select()).load(look.db())?)
}

/// What a list of announcements asks for. Empty fields ask for everything.
#[derive(Clone, Debug, Default)]
pub struct Ask {
    pub words: String,
    pub state: Option<State>,
    pub method: Option<SelectionMethod>,
    pub scenario: Option<Id<Scenario>>,
    pub domain: Option<crate::Domain>,
    pub purpose: Option<crate::Purpose>,
}

fn asked(look: &mut Look, ask: &Ask, drafts: bool, page: Page) -> Result<Paged<Announcement>> {
    use platform::schema::scenario as class;
    let filter = || {
        let mut q = announcement::table.into_boxed::<MultiBackend>();
        if !drafts {
            q = q.filter(announcement::published_at.is_not_null());
        }
        if let Some(state) = ask.state {
            q = q.filter(announcement::state.eq(state));
        }
        if let Some(method) = ask.method {
            q = q.filter(announcement::method.eq(method));
        }
        if let Some(of) = ask.scenario {
            q = q.filter(announcement::scenario.eq(of));
        }
        if let Some(domain) = ask.domain {
            q = q.filter(announcement::scenario.eq_any(class::table.filter(class::domain.eq(domain)).select(class::id)));
        }
        if let Some(purpose) = ask.purpose {
            q = q.filter(announcement::scenario.eq_any(class::table.filter(class::purpose.eq(purpose)).select(class::id)));
        }
        if !ask.words.trim().is_empty() {
            q = q.filter(announcement::title.like(like(&ask.words)).escape('\\'));
        }
        q
    };
    let total: i64 = filter().count().get_result(look.db())?;
    let rows = filter()
        .order((announcement::updated_at.desc(), announcement::id.desc()))
        .limit(page.limit())
        .offset(page.offset())
        .select(Announcement::as_select())
        .load(look.db())?;
    Ok(page.of(rows, total))
}

/// Announcements in the caller's sight, last changed first: drafts only for those who oversee.
pub fn list(look: &mut Look, who: &Caller, ask: &Ask, page: Page) -> Result<Paged<Announcement>> {
    asked(look, ask, who.oversees(), page)
}

/// Everything that was ever published, for the public.
pub fn published(look: &mut Look, ask: &Ask, page: Page) -> Result<Paged<Announcement>> {
    asked(look, ask, false, page)
}

/// Published announcements with a day that is to come or was in the last month: the end of bidding, the opening, the end of
/// objections. At most 500, the next first.
pub fn upcoming(look: &mut Look) -> Result<Vec<Announcement>> {
    let from = look.now() - chrono::Duration::days(31);
    let day = day::shanghai_date(from);
    Ok(announcement::table
        .filter(announcement::published_at.is_not_null().and(announcement::state.ne_all([State::Cancelled, State::Failed])))
        .filter(announcement::deadline.ge(from).or(announcement::opening.ge(from)).or(announcement::objection_until.ge(day)))
        .order((announcement::deadline.asc(), announcement::id.asc()))
        .limit(500)
        .select(Announcement::as_select())
        .load(look.db())?)
}

/// The published announcement of that number.
pub fn by_serial(look: &mut Look, serial: &str) -> Result<Announcement> {
    Ok(announcement::table
        .filter(announcement::serial.eq(serial).and(announcement::published_at.is_not_null()))
        .select(Announcement::as_select())
        .first(look.db())?)
}

/// Announcements in a state, as offers of a form, at most 500.
pub(crate) fn choices(look: &mut Look, state: State) -> Result<Vec<Choice>> {
    let rows: Vec<(Id<Announcement>, String, Option<String>)> = announcement::table
        .filter(announcement::state.eq(state))
        .order((announcement::updated_at.desc(), announcement::id.desc()))
        .limit(500)
        .select((announcement::id, announcement::title, announcement::serial))
        .load(look.db())?;
    Ok(rows.into_iter().map(|(id, title, serial)| Choice::new(id, format!("{title} · {}", serial.unwrap_or_default()))).collect())
}

/// How many announcements are public in each state; for the front page.
pub fn counts(look: &mut Look) -> Result<Vec<(State, i64)>> {
    Ok(announcement::table
        .filter(announcement::published_at.is_not_null())
        .group_by(announcement::state)
        .select((announcement::state, diesel::dsl::count_star()))
        .load(look.db())?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn table_is_sound() {
        assert_eq!(flow::faults(&flow::table::<Announcement>(), &["awarded", "failed", "cancelled"]), Vec::<String>::new());
    }

    #[test]
    fn only_time_closes_a_call() {
        assert_eq!(flow::doers::<Announcement>(Act::Close), [Calendar]);
    }

    #[test]
    fn what_is_announced_reads_back() {
        let settled = Answers::of(json!({
            "conditions": ["rules"], "materials": ["operation_plan"], "entries": [], "term_years": 3, "fee": 1250, "fee_basis": "成本",
            "criteria": [{"name": "安全", "weight": 100}], "pass_mark": 60,
        }));
        let call: Call = settled.read().unwrap();
        assert_eq!((call.invited.len(), call.fee, call.criteria[0].weight), (0, 1250, 100));
    }
}
