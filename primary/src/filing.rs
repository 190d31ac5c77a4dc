//! 报备 — the coordination office is told of a grant before it is made; without its receipt nothing is granted (ZJK-17).

use crate::amendment::{self, Amendment};
use crate::announcement::{self, Announcement};
use crate::bid::{self, Bid};
use crate::licence::{self, Licence, Term};
use crate::scenario::{self, Scenario};
use crate::{Purpose, SelectionMethod, selection};
use chrono::NaiveDate;
use diesel::prelude::*;
use platform::event::{Record, sha256};
use platform::flow::{self, Choice, Deed, Heading, Noun, Opening, Step, Tell, begin, deed, step};
use platform::log::Told;
use platform::paging::{Page, Paged, like};
use platform::people::{Org, Person, interest, org};
use platform::schema::filing;
use platform::sheet::{self, Answers, REASON, REMARK, Sheet};
use platform::{At, Caller, Fault, Id, Look, MultiBackend, Refusal, Result, Role, Tx, Word, day, diesel, file, money, serial, words};
use serde::{Deserialize, Serialize};
use serde_json::json;

words! {
    pub enum State: "filing-state" {
        Filed = "filed", Received = "received", Returned = "returned", Objected = "objected", Withdrawn = "withdrawn",
    }
}
words! {
    pub enum Act: "filing-act" {
        File = "file", Receive = "receive", Return = "return", Object = "object", Refile = "refile", Withdraw = "withdraw",
    }
}

use Role::{Legal, Office};

pub const STEPS: &[Step<State, Act>] = &[
    begin(Act::File, &[Legal], State::Filed, "ZJK-17").tell(&[Tell::Role(Office)]).clock("filing_answer"),
    step(State::Filed, Act::Receive, &[Office], State::Received, "ZJK-17").tell(&[Tell::Role(Legal)]),
    step(State::Filed, Act::Return, &[Office], State::Returned, "ZJK-17").tell(&[Tell::Role(Legal)]).clock("correction"),
    step(State::Filed, Act::Object, &[Office], State::Objected, "ZJK-17").tell(&[Tell::Role(Legal)]),
    step(State::Returned, Act::Refile, &[Legal], State::Filed, "ZJK-17").tell(&[Tell::Role(Office)]).clock("filing_answer"),
    step(State::Filed, Act::Withdraw, &[Legal], State::Withdrawn, "ZJK-17").tell(&[Tell::Role(Office)]),
    step(State::Returned, Act::Withdraw, &[Legal], State::Withdrawn, "ZJK-17").tell(&[Tell::Role(Office)]),
    step(State::Received, Act::Withdraw, &[Legal], State::Withdrawn, "ZJK-17").tell(&[Tell::Role(Office)]),
];

const TERMS: [sheet::Field; 8] = [
    sheet::picks("resources", "resources").optional(),
    sheet::text("scope", 5000),
    sheet::date("from_on"),
    sheet::date("to_on"),
    sheet::money("fee").optional(),
    sheet::text("agreement_note", 5000).optional(),
    sheet::text("risk_assessment", 10_000),
    sheet::files("files").optional(),
];

/// What is filed (b5 of the forms): for whom, which data, for how long, at what fee, at which risk. The record of the
/// selection is added by the platform. Resources left open are all those called for, the fee is the one offered.
const FILE: Sheet =
    Sheet { name: "filing", fields: &[sheet::pick("bid", "bid"), TERMS[0], TERMS[1], TERMS[2], TERMS[3], TERMS[4], TERMS[5], TERMS[6], TERMS[7]] };
const REFILE: Sheet = Sheet { name: "filing", fields: &TERMS };

/// A filing before a grant; `owner` is the primary operator that files.
#[derive(Clone, Debug, Queryable, Selectable, Insertable, Serialize)]
#[diesel(table_name = filing)]
pub struct Filing {
    pub id: Id<Filing>,
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
    pub bid: Id<Bid>,
    pub scenario: Id<Scenario>,
    /// The developer who is to be licensed.
    pub holder: Id<Org>,
    /// The application for an amendment or a renewal that it files; none when it files a bid's first grant.
    pub amendment: Option<Id<Amendment>>,
}

/// What is to be granted, as filed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Grant {
    pub resources: Vec<String>,
    pub scope: String,
    pub from_on: NaiveDate,
    pub to_on: NaiveDate,
    /// In fen.
    pub fee: i64,
    pub purpose: Purpose,
}

impl Filing {
    /// What is to be granted.
    pub fn grant(&self) -> Result<Grant> {
        Answers::parse(&self.content).read()
    }
    /// All that was filed, with the record of the selection under `selection`.
    pub fn answers(&self) -> Answers {
        Answers::parse(&self.content)
    }
    /// Refuses unless the office has received it.
    pub fn must_be_received(&self) -> Result<()> {
        if self.state == State::Received { Ok(()) } else { Err(Refusal::rule("not-filed", "ZJK-17")) }
    }
}

impl Noun for Filing {
    type State = State;
    type Act = Act;
    const NAME: &'static str = "filing";
    const TABLE: &'static str = "filing";
    const PATH: &'static str = "filings";
    const STEPS: &'static [Step<State, Act>] = STEPS;
    const OPENING: Option<Opening<Self>> = Some(Opening { act: Act::File, sheet: &FILE, draft: false, run: file_grant });
    // Received, it has done its duty; what waits then is the licence.
    const RESTS: &'static [State] = &[State::Received];
    const TOLD: &'static [(Act, &'static str)] =
        &[(Act::Receive, "filing.received"), (Act::Return, "filing.returned"), (Act::Object, "filing.objected")];
    const DEEDS: &'static [Deed<Self>] = &[
        deed(Act::Receive, &REMARK, |tx, who, row, a| answer(tx, who, row, Act::Receive, &a)),
        deed(Act::Return, &REASON, |tx, who, row, a| answer(tx, who, row, Act::Return, &a)),
        deed(Act::Object, &REASON, |tx, who, row, a| answer(tx, who, row, Act::Object, &a)),
        deed(Act::Refile, &REFILE, refile),
        deed(Act::Withdraw, &REASON, |tx, who, row, a| leave(tx, who, row, Act::Withdraw, &a)).when(may_withdraw),
    ];

    fn told(_: &mut Look, of: &Self, _: Act, told: Told) -> Result<Option<Told>> {
        let told = told.with("number", of.serial.clone()).with("scenario", format!("scenario/{}", of.scenario));
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
    /// Seen by those who oversee; the holder sees the licence that comes of it.
    fn find(look: &mut Look, who: &Caller, id: Id<Self>) -> Result<Self> {
        if who.oversees() { row(look, id) } else { Err(Refusal::NotFound) }
    }
    fn choices(look: &mut Look, who: &Caller, row: Option<&Self>, list: &str) -> Result<Vec<Choice>> {
        match (list, row) {
            ("bid", _) => bid::grantable(look, who),
            ("resources", Some(row)) => {
                let called = announcement::row(look, row.announcement)?.call()?.entries;
                Ok(resources::entry::by_ids(look, &called)?.into_iter().map(|e| Choice::new(e.id, e.title)).collect())
            }
            ("resources", None) => resources::entry::choices(look),
            _ => Ok(Vec::new()),
        }
    }
    fn filled(_: &mut Look, _: &Caller, row: &Self, act: Act) -> Result<Answers> {
        Ok(if act == Act::Refile { row.answers() } else { Answers::default() })
    }
}

/// Files the grant to a winner of an awarded announcement.
fn file_grant(tx: &mut Tx, who: &Caller, a: Answers) -> Result<Id<Filing>> {
    tx.profile().must_be_in_force(tx.today())?;
    let Ok(id) = a.text("bid").parse::<Id<Bid>>() else { return Err(Refusal::fault("bid", "not-a-choice")) };
    let won = bid::must_have_won(tx, id)?;
    let holder = won.bidder()?;
    interest::must_be_free(tx, who, holder)?;
    licence::must_be_eligible(tx, holder)?;
    if live(tx, won.id)?.is_some() {
        return Err(Refusal::Taken);
    }
    let row_id: Id<Filing> = tx.id();
    let content = content(tx, who, row_id, &won, a)?;
    let row = Filing {
        id: row_id,
        serial: Some(serial::next(tx, "filing")?),
        // A grant is named for its scenario, not for the call it came from.
        title: scenario::row(tx, won.scenario)?.title,
        state: flow::first::<Filing>(Act::File)?,
        owner: who.org,
        clock: None,
        due_on: None,
        profile: tx.profile().version_tag(),
        content: content.json(),
        created_by: who.person,
        created_at: tx.now(),
        updated_at: tx.now(),
        announcement: won.announcement,
        bid: won.id,
        scenario: won.scenario,
        holder,
        amendment: None,
    };
    diesel::insert_into(filing::table).values(&row).execute(tx.db())?;
    flow::begin_case(tx, who, &row, Act::File, Record::of(content))?;
    Ok(row.id)
}

/// Files again after a return, with everything mended.
fn refile(tx: &mut Tx, who: &Caller, row: &Filing, a: Answers) -> Result<()> {
    let won = bid::must_have_won(tx, row.bid)?;
    interest::must_be_free(tx, who, row.holder)?;
    let content = match row.amendment {
        Some(of) => amended(tx, who, row, of, a)?,
        None => content(tx, who, row.id, &won, a)?,
    };
    diesel::update(filing::table.find(row.id)).set(filing::content.eq(content.json())).execute(tx.db())?;
    flow::take(tx, who, row, Act::Refile, Record::of(content)).map(drop)
}

/// What is kept: the answers with their defaults, held to the announcement and the cap, and the record of the selection.
fn content(tx: &mut Tx, who: &Caller, id: Id<Filing>, won: &Bid, mut a: Answers) -> Result<Answers> {
    let announcement = announcement::row(tx, won.announcement)?;
    let call = announcement.call()?;
    let chosen = a.list("resources");
    if chosen.iter().any(|r| !call.entries.contains(r)) {
        return Err(Refusal::rule("outside-scope", "BID-46"));
    }
    let resources = if chosen.is_empty() { call.entries } else { chosen };
    // What was excluded, or lost its provider's consent, since the call was published goes no further (ZJK-15).
    resources::entry::by_ids(tx, &resources)?.iter().try_for_each(resources::Entry::must_be_operable)?;
    let days: (Option<NaiveDate>, Option<NaiveDate>) = (a.text("from_on").parse().ok(), a.text("to_on").parse().ok());
    let (Some(from), Some(to)) = days else { return Err(Refusal::fault("from_on", "not-a-date")) };
    Term::new(&tx.profile(), from, to)?;
    let announced = day::add_years(from, i32::try_from(call.term_years).unwrap_or(i32::MAX)).pred_opt().unwrap_or(to);
    if to > announced {
        return Err(Refusal::Faulty(vec![Fault::at("to_on", "over-cap").with("latest", announced)]));
    }
    let purpose = scenario::row(tx, won.scenario)?.purpose;
    let fee = a.0.get("fee").and_then(serde_json::Value::as_i64).unwrap_or(won.price());
    // Only a negotiation may come to another fee than the one offered (BID-46).
    if fee != won.price() && announcement.method != SelectionMethod::Negotiation {
        return Err(Refusal::Faulty(vec![Fault::at("fee", "not-as-offered").with("fee", money::yuan(won.price()))]));
    }
    if fee > 0 && tx.profile().purpose(purpose.as_str()).is_some_and(|p| p.free) {
        return Err(Refusal::rule("public-good-free", "ZJK-6 PRI65"));
    }
    let files = file::attach(tx, who, &a.list("files"), Filing::NAME, &id.to_string(), false)?;
    a.set("resources", resources);
    a.set("fee", fee);
    a.set("purpose", purpose.as_str());
    a.set("files", files);
    a.set("holder", org::name(tx, won.bidder()?)?);
    let table = selection::table(tx, &announcement)?;
    a.set(
        "selection",
        json!({
            "announcement": announcement.serial, "method": announcement.method, "bid": won.serial, "total": won.total, "rank": won.rank,
            "bids": table.rows.len(), "experts": table.experts,
        }),
    );
    Ok(a)
}

/// Files the grant that an accepted application asks for, under the call and the bid of the licence it follows.
pub(crate) fn file_amended(tx: &mut Tx, who: &Caller, of: &Amendment, licence: &Licence, grant: &Grant, said: &Answers) -> Result<Id<Filing>> {
    tx.profile().must_be_in_force(tx.today())?;
    let before = row(tx, licence.filing)?;
    let mut content = Answers::of(serde_json::to_value(grant)?);
    content.merge(said.clone());
    content.set("holder", org::name(tx, before.holder)?);
    content.set("follows", json!({ "licence": licence.serial, "application": of.serial, "kind": of.kind }));
    let row = Filing {
        id: tx.id(),
        serial: Some(serial::next(tx, "filing")?),
        title: licence.title.clone(),
        state: flow::first::<Filing>(Act::File)?,
        owner: who.org,
        clock: None,
        due_on: None,
        profile: tx.profile().version_tag(),
        content: content.json(),
        created_by: who.person,
        created_at: tx.now(),
        updated_at: tx.now(),
        announcement: before.announcement,
        bid: before.bid,
        scenario: before.scenario,
        holder: before.holder,
        amendment: Some(of.id),
    };
    diesel::insert_into(filing::table).values(&row).execute(tx.db())?;
    flow::begin_case(tx, who, &row, Act::File, Record::of(content))?;
    Ok(row.id)
}

/// What is kept when such a filing is filed again: within what the application may be granted.
fn amended(tx: &mut Tx, who: &Caller, row: &Filing, of: Id<Amendment>, mut a: Answers) -> Result<Answers> {
    let before = row.answers();
    if a.list("resources").is_empty() {
        a.set("resources", before.list("resources"));
    }
    for kept in ["fee", "purpose", "holder", "follows"] {
        if let (None, Some(value)) = (a.given(kept), before.0.get(kept)) {
            a.set(kept, value.clone());
        }
    }
    let files = file::attach(tx, who, &a.list("files"), Filing::NAME, &row.id.to_string(), false)?;
    a.set("files", files);
    amendment::must_allow(tx, of, &a.read()?)?;
    Ok(a)
}

/// The office's answer; who has an interest in the holder stands aside.
fn answer(tx: &mut Tx, who: &Caller, row: &Filing, act: Act, a: &Answers) -> Result<()> {
    interest::must_be_free(tx, who, row.holder)?;
    leave(tx, who, row, act, a)
}

/// Takes the step; an application whose filing comes to nothing lapses.
fn leave(tx: &mut Tx, who: &Caller, row: &Filing, act: Act, a: &Answers) -> Result<()> {
    flow::take(tx, who, row, act, Record::none().because(a.text("reason")))?;
    match row.amendment {
        Some(of) if matches!(act, Act::Object | Act::Withdraw) => amendment::lapse(tx, of, a.text("reason")),
        _ => Ok(()),
    }
}

/// A filing under which a licence lives is not withdrawn.
fn may_withdraw(look: &mut Look, _: &Caller, row: &Filing) -> Result<()> {
    if licence::under(look, row.id)?.is_some() { Err(Refusal::Taken) } else { Ok(()) }
}

/// A filing's row, whoever asks: for verbs.
pub fn row(look: &mut Look, id: Id<Filing>) -> Result<Filing> {
    Ok(filing::table.find(id).select(Filing::as_select()).first(look.db())?)
}

/// The live filing of a bid's first grant: filed, returned or received.
pub fn live(look: &mut Look, bid: Id<Bid>) -> Result<Option<Filing>> {
    Ok(filing::table
        .filter(filing::bid.eq(bid).and(filing::amendment.is_null()).and(filing::state.eq_any([State::Filed, State::Returned, State::Received])))
        .select(Filing::as_select())
        .first(look.db())
        .optional()?)
}

/// Received filings under which no licence was drafted yet or lives, as offers of a form.
pub fn grantable(look: &mut Look, who: &Caller) -> Result<Vec<Choice>> {
    if !who.is(Legal) {
        return Ok(Vec::new());
    }
    use platform::schema::{licence as licences, org as orgs};
    let used = licences::table.filter(licences::state.ne(licence::State::Dropped)).select(licences::filing);
    let rows: Vec<(Filing, String)> = filing::table
        .inner_join(orgs::table.on(orgs::id.eq(filing::holder)))
        .filter(filing::state.eq(State::Received).and(filing::id.ne_all(used)))
        .order((filing::created_at.desc(), filing::id.desc()))
        .limit(200)
        .select((Filing::as_select(), orgs::title))
        .load(look.db())?;
    Ok(rows.into_iter().map(|(f, holder)| Choice::new(f.id, format!("{} · {} · {holder}", f.serial.unwrap_or_default(), f.title))).collect())
}

/// What a list of filings asks for. Empty fields ask for everything.
#[derive(Clone, Debug, Default)]
pub struct Ask {
    pub words: String,
    pub state: Option<State>,
}

/// Filings in the sight of those who oversee, newest first.
pub fn list(look: &mut Look, who: &Caller, ask: &Ask, page: Page) -> Result<Paged<Filing>> {
    if !who.oversees() {
        return Ok(page.of(Vec::new(), 0));
    }
    let filter = || {
        let mut q = filing::table.into_boxed::<MultiBackend>();
        if let Some(state) = ask.state {
            q = q.filter(filing::state.eq(state));
        }
        if !ask.words.is_empty() {
            q = q.filter(filing::title.like(like(&ask.words)).escape('\\'));
        }
        q
    };
    let total: i64 = filter().count().get_result(look.db())?;
    let rows = filter()
        .order((filing::created_at.desc(), filing::id.desc()))
        .limit(page.limit())
        .offset(page.offset())
        .select(Filing::as_select())
        .load(look.db())?;
    Ok(page.of(rows, total))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn table_is_sound() {
        assert_eq!(flow::faults(&flow::table::<Filing>(), &["objected", "withdrawn"]), Vec::<String>::new());
    }
}
