//! 授权运营公告 — a call for secondary operators of one scenario: conditions, manner of selection, dates, criteria (ZJK-13(5)).
//! The verbs from the opening of bids to the award stand in [`crate::selection`].

use crate::scenario::{self, Scenario};
use crate::{SelectionMethod, objection, selection};
use chrono::NaiveDate;
use diesel::prelude::*;
use platform::caller::{Caller, OrgKind, Role};
use platform::day::{self};
use platform::db::{Look, Tx};
use platform::diesel;
use platform::event::{Record, sha256};
use platform::flow::{self, Choice, Deed, Heading, Noun, Opening, Step, Tell, begin, deed, step};
use platform::log::{Told, leaf};
use platform::people::{Org, Person, org};
use platform::refusal::{Refusal, Result};
use platform::schema::announcement;
use platform::sheet::{self, Answers, NOTHING, REASON, REMARK, Sheet};
use platform::{At, Id, words};
use resources::entry;
use serde::Serialize;
use serde_json::json;

mod call;
mod draft;
mod list;
mod wording;
pub use call::{Call, Criterion, earliest_deadline};
use call::{faults, instant};
pub use draft::first_answers;
use draft::{draft, edit, head, keep_files};
pub(crate) use list::choices;
pub use list::{Ask, by_ids, by_serial, counts, list, published, upcoming};

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

    fn told(look: &mut Look, of: &Self, act: Act, told: Told) -> Result<Option<Told>> {
        let of = row(look, of.id)?;
        // A draft that is dropped was nobody's business.
        if of.published_at.is_none() {
            return Ok(None);
        }
        let told = match act {
            Act::Publish => told.wording(&wording::published(look, &of)?)?,
            Act::Notice | Act::Award => told.wording(&wording::result(look, &of)?)?,
            _ => told,
        };
        let told = told
            .with("number", of.serial)
            .with("title", of.title)
            .with("scenario", format!("scenario/{}", of.scenario))
            .with("deadline", of.deadline.map(leaf::instant))
            .with("opening", of.opening.map(leaf::instant));
        Ok(Some(told.sealing("content", sha256(&of.content))))
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
        if row.published_at.is_some() || who.oversees() { Ok(row) } else { Err(Refusal::NotFound) }
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
}
