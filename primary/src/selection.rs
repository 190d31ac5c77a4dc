//! 评审遴选 — from the opening of bids to the award: the verbs of an announcement after its deadline (BJ-12, ZJK-13(5)).
//! What each bid and each expert contributes stands in `bid` and `scoring`; here they become one result.

use crate::announcement::{self, Act, Announcement, Criterion, State, take_step};
use crate::bid::{self, Bid};
use crate::scoring;
use diesel::prelude::*;
use platform::Id;
use platform::caller::{Caller, OrgKind};
use platform::db::{Look, Tx};
use platform::diesel;
use platform::event::{Record, sha256};
use platform::paging::Page;
use platform::people::{interest, org};
use platform::refusal::{Refusal, Result};
use platform::schema::announcement as announcements;
use platform::sheet::{self, Answers, Sheet};
use serde::Serialize;
use serde_json::{Value, json};

pub mod rank;

/// What is asked with the notice: how many win; one when it is left open. Whoever wins is the first so many in the order of
/// the result, so that nobody picks.
pub const NOTICE: Sheet = Sheet { name: "notice", fields: &[sheet::number("winners", 1, 20).optional(), sheet::text("reason", 2000).optional()] };

/// The result of a review.
#[derive(Clone, Debug, Serialize)]
pub struct Table {
    pub criteria: Vec<Criterion>,
    /// In hundredths of a point.
    pub pass_mark: i64,
    /// How many experts scored.
    pub experts: usize,
    /// How many win.
    pub winners: usize,
    /// Best first; those below the pass mark last.
    pub rows: Vec<Line>,
}

/// One bid in the result. Figures are hundredths of a point.
#[derive(Clone, Debug, Serialize)]
pub struct Line {
    pub bid: Id<Bid>,
    pub serial: String,
    pub bidder: String,
    pub state: bid::State,
    pub total: i64,
    /// From 1; equal totals share a rank. None below the pass mark.
    pub rank: Option<i32>,
    /// Mean of each criterion.
    pub means: Vec<i64>,
    /// Whole points of each expert for each criterion. Experts stand in an order that says nothing of who they are.
    pub scores: Vec<Vec<i64>>,
}

/// Bids stay sealed until the opening time.
pub fn may_open(look: &mut Look, _: &Caller, row: &Announcement) -> Result<()> {
    if row.opening.is_some_and(|at| at <= look.now()) { Ok(()) } else { Err(Refusal::rule("not-open-yet", "ZJK-13(5)")) }
}

/// Opens the announcement's bids, all at once.
pub fn open(tx: &mut Tx, who: &Caller, row: &Announcement, _: Answers) -> Result<()> {
    let count = bid::open_all(tx, who, row.id)?;
    take_step(tx, who, row, Act::Open, Record::of(json!({ "bids": count }))).map(drop)
}

/// Opens every announcement whose opening time has come, at most 200 in one act; the daily job calls it. Returns how many.
pub fn open_due(tx: &mut Tx) -> Result<usize> {
    let now = tx.now();
    let rows: Vec<Announcement> = announcements::table
        .filter(announcements::state.eq(State::Closed).and(announcements::opening.le(now)))
        .order(announcements::id.asc())
        .limit(200)
        .select(Announcement::as_select())
        .load(tx.db())?;
    let mut opened = 0;
    for row in &rows {
        // One whose key is not here must not hold up the others; the log says which it is.
        if bid::must_have_key(tx, row.id).is_ok() {
            open(tx, &Caller::calendar(), row, Answers::default())?;
            opened += 1;
        }
    }
    Ok(opened)
}

/// Every bid has been checked for admission, one at least was admitted, every expert called has scored or stood aside, and
/// the panel is as the profile wants it.
pub fn may_rank(look: &mut Look, _: &Caller, row: &Announcement) -> Result<()> {
    let bids = bid::opened(look, row.id)?;
    if bids.iter().any(|b| b.state == bid::State::Opened) {
        return Err(Refusal::rule("admission-open", "ZJK-13(5)"));
    }
    if bids.iter().all(|b| b.state != bid::State::Admitted) {
        return Err(Refusal::rule("no-eligible-bid", "ZJK-13(5)"));
    }
    if scoring::waiting(look, row.id)? > 0 {
        return Err(Refusal::rule("scores-missing", "BJ-12"));
    }
    let experts = u32::try_from(scoring::submitted(look, row.id)?.len()).unwrap_or(u32::MAX);
    let panel = look.pinned(&row.profile).panel.clone();
    if panel.accepts(experts) { Ok(()) } else { Err(Refusal::rule("not-enough-experts", "BJ-12").with("least", panel.least)) }
}

/// Nobody with an interest in a bidder has a hand in the result.
fn must_be_free_of_all(tx: &mut Tx, who: &Caller, bids: &[Bid]) -> Result<()> {
    bids.iter().try_for_each(|b| interest::must_be_free(tx, who, b.bidder()?))
}

/// Ranks the admitted bids: computed, never typed. The event holds the digest of the result, which stays with the operator
/// until the notice.
pub fn rank(tx: &mut Tx, who: &Caller, row: &Announcement, _: Answers) -> Result<()> {
    let bids = bid::opened(tx, row.id)?;
    must_be_free_of_all(tx, who, &bids)?;
    let table = table(tx, row)?;
    for line in &table.rows {
        bid::rank(tx, line.bid, line.total, line.rank)?;
    }
    let digest = sha256(serde_json::to_string(&table)?);
    take_step(tx, who, row, Act::Rank, Record::of(json!({"bids": table.rows.len(), "experts": table.experts, "digest": digest}))).map(drop)
}

/// At least one bid reaches the pass mark.
pub fn may_notice(look: &mut Look, _: &Caller, row: &Announcement) -> Result<()> {
    if bid::opened(look, row.id)?.iter().any(|b| b.rank.is_some()) { Ok(()) } else { Err(Refusal::rule("no-eligible-bid", "ZJK-13(5)")) }
}

/// Publishes the result; from then on it can be objected to, until the day kept with it.
pub fn notice(tx: &mut Tx, who: &Caller, row: &Announcement, a: Answers) -> Result<()> {
    let bids = bid::opened(tx, row.id)?;
    must_be_free_of_all(tx, who, &bids)?;
    let until = tx.pinned(&row.profile).period("bid_objection")?.due(tx.today(), &tx.calendar(), &[])?;
    let winners = a.0.get("winners").and_then(Value::as_u64).unwrap_or(1);
    let mut content = row.answers();
    content.set("winners", winners);
    diesel::update(announcements::table.find(row.id))
        .set((announcements::objection_until.eq(Some(until)), announcements::content.eq(content.json())))
        .execute(tx.db())?;
    let lines: Vec<Value> =
        table(tx, row)?.rows.iter().map(|l| json!({"bid": l.serial, "bidder": l.bidder, "total": l.total, "rank": l.rank})).collect();
    let record = Record::of(json!({"objection_until": until, "winners": winners, "result": lines}));
    take_step(tx, who, row, Act::Notice, record.because(a.text("reason"))).map(drop)
}

/// The objection period has passed and every objection is answered.
pub fn may_award(look: &mut Look, _: &Caller, row: &Announcement) -> Result<()> {
    if let Some(until) = row.objection_until.filter(|d| look.today() <= *d) {
        return Err(Refusal::rule("objection-period", "ZJK-29").with("until", until));
    }
    match announcement::unanswered_objections(look, row.id)? {
        0 => Ok(()),
        count => Err(Refusal::rule("unanswered-objection", "ZJK-29").with("count", count)),
    }
}

/// Fixes the result: the first so many as noticed win, the others lose.
pub fn award(tx: &mut Tx, who: &Caller, row: &Announcement, a: Answers) -> Result<()> {
    let bids = bid::opened(tx, row.id)?;
    must_be_free_of_all(tx, who, &bids)?;
    let table = table(tx, row)?;
    let mut won = Vec::new();
    for (place, line) in table.rows.iter().enumerate() {
        let wins = place < table.winners && line.rank.is_some();
        if let Some(bid) = bids.iter().find(|b| b.id == line.bid) {
            bid::decide(tx, who, bid, wins)?;
        }
        if wins {
            won.push(json!({"bid": line.serial, "bidder": line.bidder}));
        }
    }
    take_step(tx, who, row, Act::Award, Record::of(json!({ "won": won })).because(a.text("reason"))).map(drop)
}

/// Ends the call without a result. Before the opening nobody knows whether there is a bid, so nobody can say that it failed.
pub fn fail(tx: &mut Tx, who: &Caller, row: &Announcement, a: Answers) -> Result<()> {
    may_open(tx, who, row)?;
    for bid in bid::opened(tx, row.id)?.iter().filter(|b| b.state == bid::State::Admitted) {
        bid::decide(tx, who, bid, false)?;
    }
    bid::void_all(tx, who, row.id, a.text("reason"))?;
    take_step(tx, who, row, Act::Fail, Record::none().because(a.text("reason"))).map(drop)
}

/// Cancels the call; bids not opened yet stay sealed for ever.
pub fn cancel(tx: &mut Tx, who: &Caller, row: &Announcement, a: Answers) -> Result<()> {
    bid::void_all(tx, who, row.id, a.text("reason"))?;
    take_step(tx, who, row, Act::Cancel, Record::none().because(a.text("reason"))).map(drop)
}

/// The result as computed from the scores, whoever asks: for verbs.
pub(crate) fn table(look: &mut Look, row: &Announcement) -> Result<Table> {
    let call = row.call()?;
    let bids: Vec<Bid> = bid::opened(look, row.id)?.into_iter().filter(|b| b.admitted == Some(true)).collect();
    let names = org::names(look, bids.iter().filter_map(|b| b.owner).collect())?;
    let mut sheets = scoring::submitted(look, row.id)?;
    sheets.sort_by_key(|s| sha256(s.id.to_string()));
    let weights: Vec<i64> = call.criteria.iter().map(|c| c.weight).collect();
    let pass_mark = call.pass_mark * 100;
    let mut rows = Vec::new();
    for bid in &bids {
        let scores: Vec<Vec<i64>> = sheets.iter().map(|s| s.scores_of(bid.id, weights.len())).collect();
        rows.push(Line {
            bid: bid.id,
            serial: bid.serial.clone().unwrap_or_default(),
            bidder: bid.owner.and_then(|o| names.get(&o).cloned()).unwrap_or_default(),
            state: bid.state,
            total: rank::total(&weights, &scores),
            rank: None,
            means: rank::means(&scores, weights.len()),
            scores,
        });
    }
    let ranks = rank::ranks(&rows.iter().map(|r| r.total).collect::<Vec<_>>(), pass_mark);
    rows.iter_mut().zip(ranks).for_each(|(row, rank)| row.rank = rank);
    // Bids come in the order of submission and the sort is stable: of equal totals the earlier one goes first.
    rows.sort_by_key(|r| (r.rank.is_none(), std::cmp::Reverse(r.total)));
    let winners = row.answers().0.get("winners").and_then(Value::as_u64).map_or(1, |n| usize::try_from(n).unwrap_or(1));
    Ok(Table { criteria: call.criteria, pass_mark, experts: sheets.len(), winners, rows })
}

/// The result, once it is ranked for those who read bids, once it is noticed for everybody. What each expert gave is for
/// readers only.
pub fn results(look: &mut Look, who: &Caller, row: &Announcement) -> Result<Table> {
    let reads = matches!(who.kind, Some(OrgKind::Primary | OrgKind::Office | OrgKind::Audit));
    let shown = match row.state {
        State::Noticed | State::Awarded => true,
        State::Ranked => reads,
        _ => false,
    };
    if !shown {
        return Err(Refusal::NotFound);
    }
    let mut table = table(look, row)?;
    if !reads {
        table.rows.iter_mut().for_each(|r| r.scores.clear());
    }
    Ok(table)
}

/// The bids of an announcement for those who read them, once opened, with bidders' names.
pub fn bids(look: &mut Look, who: &Caller, row: &Announcement) -> Result<Vec<(Bid, String)>> {
    let ask = bid::Ask { announcement: Some(row.id), state: None };
    let bids = bid::list(look, who, &ask, Page::first(200))?.rows;
    let names = org::names(look, bids.iter().filter_map(|b| b.owner).collect())?;
    Ok(bids.into_iter().map(|b| (b.owner.and_then(|o| names.get(&o).cloned()).unwrap_or_default(), b)).map(|(n, b)| (b, n)).collect())
}
