//! 专家评分 — one expert's independent scores of the admitted bids of one announcement: nobody sees another's before all are
//! in (BJ-12, NJ-10). Points are whole numbers from 0 to 100 for each bid and criterion.

use crate::announcement::{self, Announcement};
use crate::bid::{self, Bid};
use chrono::NaiveDate;
use diesel::prelude::*;
use platform::event::{Record, sha256};
use platform::flow::{self, Choice, Deed, Heading, Noun, Opening, Step, Tell, begin, deed, step};
use platform::paging::{Page, Paged};
use platform::people::{Org, Person, interest, org, person};
use platform::schema::{event as events, scoring};
use platform::sheet::{self, Answers, Sheet};
use platform::{At, Caller, Fault, Id, Look, MultiBackend, OrgKind, Refusal, Result, Role, Tx, diesel, mail, words};
use serde::{Deserialize, Serialize};
use serde_json::json;

words! { pub enum State: "scoring-state" { Invited = "invited", Recused = "recused", Submitted = "submitted" } }
words! { pub enum Act: "scoring-act" { Invite = "invite", Recuse = "recuse", Submit = "submit" } }

use Role::{Expert, Legal};

pub const STEPS: &[Step<State, Act>] = &[
    begin(Act::Invite, &[Legal], State::Invited, "BJ-12"),
    step(State::Invited, Act::Submit, &[Expert], State::Submitted, "BJ-12").tell(&[Tell::Role(Legal)]),
    // The legal desk notes that an expert does not answer; it cannot take back scores that are in.
    step(State::Invited, Act::Recuse, &[Expert, Legal], State::Recused, "BID-37").tell(&[Tell::Role(Legal)]),
];

const INVITE: Sheet = Sheet { name: "scoring-invite", fields: &[sheet::pick("announcement", "announcement"), sheet::pick("expert", "expert")] };
const RECUSE: Sheet = Sheet { name: "scoring-recuse", fields: &[sheet::picks("bidders", "bidders").optional(), sheet::text("reason", 2000)] };
const POINTS: Sheet = Sheet {
    name: "scoring-points",
    fields: &[sheet::pick("bid", "bid"), sheet::number("criterion", 1, 300), sheet::number("points", 0, 100), sheet::text("remark", 2000).optional()],
};
const SUBMIT: Sheet = Sheet {
    name: "scoring",
    fields: &[sheet::rows("points", &POINTS), sheet::text("opinion", 5000).optional(), sheet::tick("independent").required()],
};

/// One expert's part in one announcement.
#[derive(Clone, Debug, Queryable, Selectable, Insertable, Serialize)]
#[diesel(table_name = scoring)]
pub struct Scoring {
    pub id: Id<Scoring>,
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
    pub expert: Id<Person>,
}

#[derive(Deserialize)]
struct Points {
    bid: Id<Bid>,
    /// Place of the criterion in the announcement, from 1.
    criterion: usize,
    points: i64,
}

impl Scoring {
    /// What was scored.
    pub fn answers(&self) -> Answers {
        Answers::parse(&self.content)
    }
    fn points(&self) -> Vec<Points> {
        self.answers().0.get("points").and_then(|p| serde_json::from_value(p.clone()).ok()).unwrap_or_default()
    }
    /// The points given to a bid, criterion by criterion.
    pub(crate) fn scores_of(&self, bid: Id<Bid>, criteria: usize) -> Vec<i64> {
        let points = self.points();
        (1..=criteria).map(|c| points.iter().find(|p| p.bid == bid && p.criterion == c).map_or(0, |p| p.points)).collect()
    }
}

impl Noun for Scoring {
    type State = State;
    type Act = Act;
    const NAME: &'static str = "scoring";
    const TABLE: &'static str = "scoring";
    const PATH: &'static str = "scorings";
    const STEPS: &'static [Step<State, Act>] = STEPS;
    const OPENING: Option<Opening<Self>> = Some(Opening {
        act: Act::Invite,
        sheet: &INVITE,
        draft: false,
        run: |tx, who, a| {
            let announcement = a.text("announcement").parse().map_err(|_| Refusal::fault("announcement", "not-a-choice"))?;
            let expert = a.text("expert").parse().map_err(|_| Refusal::fault("expert", "not-a-choice"))?;
            invite(tx, who, announcement, expert)
        },
    });
    const DEEDS: &'static [Deed<Self>] = &[deed(Act::Submit, &SUBMIT, submit).when(ready), deed(Act::Recuse, &RECUSE, recuse)];

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
    /// Seen by the expert himself; by the staff of primary operator and office and by auditors without what it says, until
    /// every expert's scores are in. Experts never see each other's.
    fn find(look: &mut Look, who: &Caller, id: Id<Self>) -> Result<Self> {
        let row: Scoring = scoring::table.find(id).select(Scoring::as_select()).first(look.db())?;
        if who.is(Expert) && who.person == Some(row.expert) {
            return Ok(row);
        }
        if !oversees_scores(who) {
            return Err(Refusal::NotFound);
        }
        let waiting = waiting(look, row.announcement)? > 0;
        Ok(blind(row, waiting))
    }
    fn choices(look: &mut Look, _: &Caller, row: Option<&Self>, list: &str) -> Result<Vec<Choice>> {
        match (list, row) {
            ("announcement", _) => announcement::choices(look, announcement::State::Opened),
            ("expert", _) => {
                Ok(person::in_role(look, Expert)?.into_iter().map(|(id, name, org)| Choice::new(id, format!("{name} · {org}"))).collect())
            }
            ("bid" | "bidders", Some(row)) => {
                let bids = bid::opened(look, row.announcement)?;
                let names = org::names(look, bids.iter().filter_map(|b| b.owner).collect())?;
                let offer = |b: &Bid| {
                    let owner = b.owner?;
                    let name = names.get(&owner)?;
                    Some(if list == "bid" { Choice::new(b.id, name) } else { Choice::new(owner, name) })
                };
                Ok(bids.iter().filter(|b| list == "bidders" || b.state == bid::State::Admitted).filter_map(offer).collect())
            }
            _ => Ok(Vec::new()),
        }
    }
    /// A row for each admitted bid and criterion.
    fn filled(look: &mut Look, _: &Caller, row: &Self, act: Act) -> Result<Answers> {
        if act != Act::Submit {
            return Ok(Answers::default());
        }
        let criteria = announcement::row(look, row.announcement)?.call()?.criteria.len();
        let mut rows = Vec::new();
        for bid in admitted(look, row.announcement)? {
            rows.extend((1..=criteria).map(|c| json!({"bid": bid.id, "criterion": c, "points": "", "remark": ""})));
        }
        Ok(Answers::of(json!({ "points": rows })))
    }
}

fn oversees_scores(who: &Caller) -> bool {
    matches!(who.kind, Some(OrgKind::Primary | OrgKind::Office | OrgKind::Audit))
}

/// The row without what it says, while others still score.
fn blind(mut row: Scoring, waiting: bool) -> Scoring {
    if waiting {
        row.content = "{}".into();
    }
    row
}

fn admitted(look: &mut Look, of: Id<Announcement>) -> Result<Vec<Bid>> {
    Ok(bid::opened(look, of)?.into_iter().filter(|b| b.state == bid::State::Admitted).collect())
}

/// Asks an expert to score. Bidders are known by then, so whoever has an interest in one of them is not asked.
pub fn invite(tx: &mut Tx, who: &Caller, of: Id<Announcement>, expert: Id<Person>) -> Result<Id<Scoring>> {
    let call = announcement::row(tx, of)?;
    if call.state != announcement::State::Opened {
        return Err(Refusal::fault("announcement", "not-a-choice"));
    }
    if !person::in_role(tx, Expert)?.iter().any(|(id, ..)| *id == expert) {
        return Err(Refusal::fault("expert", "not-a-choice"));
    }
    must_be_independent(tx, expert)?;
    let bids = bid::opened(tx, of)?;
    let asked = Caller { person: Some(expert), ..Caller::public() };
    for bid in &bids {
        interest::must_be_free(tx, who, bid.bidder()?)?;
        interest::must_be_free(tx, &asked, bid.bidder()?)?;
    }
    let row = Scoring {
        id: tx.id(),
        serial: None,
        title: call.title,
        state: flow::first::<Scoring>(Act::Invite)?,
        owner: None,
        clock: None,
        due_on: None,
        profile: tx.profile().version_tag(),
        content: "{}".into(),
        created_by: who.person,
        created_at: tx.now(),
        updated_at: tx.now(),
        announcement: of,
        expert,
    };
    diesel::insert_into(scoring::table).values(&row).execute(tx.db())?;
    flow::begin_case(tx, who, &row, Act::Invite, Record::of(json!({ "expert": expert })))?;
    let seq: i64 = events::table.order(events::seq.desc()).select(events::seq).first(tx.db())?;
    mail::tell_person(tx, expert, who, seq)?;
    Ok(row.id)
}

/// The primary operator takes no part in development, nor does anybody of its affiliates score who may (ZJK-13(6), BJ-12).
fn must_be_independent(look: &mut Look, expert: Id<Person>) -> Result<()> {
    if org::is_of_affiliate(look, expert)? { Err(Refusal::rule("affiliated-expert", "ZJK-13(6)")) } else { Ok(()) }
}

/// Stands aside; an interest in bidders named is declared with it.
fn recuse(tx: &mut Tx, who: &Caller, row: &Scoring, a: Answers) -> Result<()> {
    if who.person == Some(row.expert) {
        for bidder in a.list("bidders") {
            let bidder = bidder.parse().map_err(|_| Refusal::fault("bidders", "not-a-choice"))?;
            interest::declare(tx, who, bidder, a.text("reason"))?;
        }
    }
    flow::take(tx, who, row, Act::Recuse, Record::of(&a).because(a.text("reason"))).map(drop)
}

/// Scoring begins when every bid has been checked for admission, and only the expert himself scores.
fn ready(look: &mut Look, who: &Caller, row: &Scoring) -> Result<()> {
    if who.person != Some(row.expert) {
        return Err(Refusal::NotFound);
    }
    if announcement::row(look, row.announcement)?.state != announcement::State::Opened {
        return Err(Refusal::Stale);
    }
    must_be_independent(look, row.expert)?;
    let bids = bid::opened(look, row.announcement)?;
    if bids.iter().any(|b| b.state == bid::State::Opened) {
        return Err(Refusal::rule("admission-open", "ZJK-13(5)"));
    }
    bids.iter().try_for_each(|b| interest::must_be_free(look, who, b.bidder()?))
}

/// Submits points for every admitted bid and criterion, once. The event holds the digest only.
fn submit(tx: &mut Tx, who: &Caller, row: &Scoring, a: Answers) -> Result<()> {
    let criteria = announcement::row(tx, row.announcement)?.call()?.criteria.len();
    let bids = admitted(tx, row.announcement)?;
    let points: Vec<Points> =
        serde_json::from_value(a.0.get("points").cloned().unwrap_or_default()).map_err(|_| Refusal::fault("points", "not-a-choice"))?;
    let faults = faults(&points, &bids.iter().map(|b| b.id).collect::<Vec<_>>(), criteria);
    if !faults.is_empty() {
        return Err(Refusal::Faulty(faults));
    }
    let content = a.json();
    diesel::update(scoring::table.find(row.id)).set(scoring::content.eq(&content)).execute(tx.db())?;
    flow::take(tx, who, row, Act::Submit, Record::of(json!({ "digest": sha256(&content) }))).map(drop)
}

/// Each admitted bid has points for each criterion, exactly once, and nothing else has.
fn faults(points: &[Points], bids: &[Id<Bid>], criteria: usize) -> Vec<Fault> {
    let mut faults = Vec::new();
    for (i, given) in points.iter().enumerate() {
        if !bids.contains(&given.bid) {
            faults.push(Fault::at(format!("points[{i}].bid"), "not-a-choice"));
        } else if given.criterion > criteria {
            faults.push(Fault::at(format!("points[{i}].criterion"), "not-a-choice"));
        } else if points[..i].iter().any(|p| p.bid == given.bid && p.criterion == given.criterion) {
            faults.push(Fault::at(format!("points[{i}].points"), "points-twice"));
        }
    }
    let given = |bid: &Id<Bid>, c: usize| points.iter().any(|p| p.bid == *bid && p.criterion == c);
    let missing = bids.iter().map(|b| (1..=criteria).filter(|c| !given(b, *c)).count()).sum::<usize>();
    if missing > 0 {
        faults.push(Fault::at("points", "points-missing").with("count", missing));
    }
    faults
}

/// How many experts have been asked and have not answered.
pub fn waiting(look: &mut Look, of: Id<Announcement>) -> Result<i64> {
    Ok(scoring::table.filter(scoring::announcement.eq(of).and(scoring::state.eq(State::Invited))).count().get_result(look.db())?)
}

/// How many announcements wait for the caller's own scores.
pub fn waiting_for(look: &mut Look, who: &Caller) -> Result<i64> {
    Ok(scoring::table.filter(scoring::expert.eq(who.person()?).and(scoring::state.eq(State::Invited))).count().get_result(look.db())?)
}

/// The scores that are in; whoever asks.
pub(crate) fn submitted(look: &mut Look, of: Id<Announcement>) -> Result<Vec<Scoring>> {
    Ok(scoring::table
        .filter(scoring::announcement.eq(of).and(scoring::state.eq(State::Submitted)))
        .order(scoring::id.asc())
        .limit(200)
        .select(Scoring::as_select())
        .load(look.db())?)
}

/// Scorings in the caller's sight, newest first: an expert's own, or all, blind while others still score.
pub fn list(look: &mut Look, who: &Caller, of: Option<Id<Announcement>>, page: Page) -> Result<Paged<Scoring>> {
    let all = oversees_scores(who);
    let me = who.person()?;
    let filter = || {
        let mut q = scoring::table.into_boxed::<MultiBackend>();
        if !all {
            q = q.filter(scoring::expert.eq(me));
        }
        if let Some(of) = of {
            q = q.filter(scoring::announcement.eq(of));
        }
        q
    };
    let total: i64 = filter().count().get_result(look.db())?;
    let rows: Vec<Scoring> = filter()
        .order((scoring::created_at.desc(), scoring::id.desc()))
        .limit(page.limit())
        .offset(page.offset())
        .select(Scoring::as_select())
        .load(look.db())?;
    let ids: Vec<Id<Announcement>> = rows.iter().map(|r| r.announcement).collect();
    let open: Vec<Id<Announcement>> = scoring::table
        .filter(scoring::announcement.eq_any(ids).and(scoring::state.eq(State::Invited)))
        .select(scoring::announcement)
        .distinct()
        .load(look.db())?;
    Ok(page.of(rows, total).map(|r| {
        if r.expert == me {
            r
        } else {
            let waiting = open.contains(&r.announcement);
            blind(r, waiting)
        }
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn table_is_sound() {
        assert_eq!(flow::faults(&flow::table::<Scoring>(), &["recused", "submitted"]), Vec::<String>::new());
    }

    #[test]
    fn every_bid_has_points_for_every_criterion_once() {
        let id = |n: u8| -> Id<Bid> { format!("00000000-0000-7000-8000-0000000000{n:02}").parse().unwrap() };
        let give = |bid, criterion| Points { bid, criterion, points: 80 };
        let codes = |points: Vec<Points>| faults(&points, &[id(1), id(2)], 2).into_iter().map(|f| f.code).collect::<Vec<_>>();
        let whole = || vec![give(id(1), 1), give(id(1), 2), give(id(2), 1), give(id(2), 2)];
        assert!(codes(whole()).is_empty());
        assert_eq!(codes(whole().into_iter().skip(1).collect()), ["points-missing"]);
        assert_eq!(codes(whole().into_iter().chain([give(id(1), 1)]).collect()), ["points-twice"]);
        assert_eq!(codes(whole().into_iter().chain([give(id(3), 1), give(id(1), 3)]).collect()), ["not-a-choice", "not-a-choice"]);
    }
}
