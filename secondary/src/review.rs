//! 合规审核 — two reviewers look at a submitted version independently, unseen by each other, then decide together on the
//! five points (ZJK-21, ZJK-25). A changed version voids the review: nobody's half review leaks or lingers.

pub mod decision;
pub mod queue;
pub mod seat;

pub use decision::{Found, found};
pub use queue::{Tab, Waiting, queue};
pub use seat::{Opinion, Seat, own_opinion, votes};

use crate::product::{self, Product, Version};
use chrono::NaiveDate;
use diesel::prelude::*;
use platform::event::Record;
use platform::flow::{self, Choice, Deed, Heading, Noun, Opening, Step, Tell, begin, deed, step};
use platform::people::{Org, Person, interest, person};
use platform::profile::Profile;
use platform::refusal::{Fault, Refusal, Result};
use platform::schema::review;
use platform::sheet::{self, Answers, NOTHING, REASON, Sheet};
use platform::{At, Caller, Id, Look, Role, Tx, diesel, serial, words};
use primary::assessment::{Assessment, Finding, Outcome, Verdict};
use serde::{Deserialize, Serialize};
use serde_json::json;

words! {
    pub enum State: "review-state" {
        Open = "open", Consolidating = "consolidating", Approved = "approved", Returned = "returned", Refused = "refused", Void = "void",
    }
}
words! {
    pub enum Act: "review-act" {
        Open = "open", Claim = "claim", Release = "release", HandOver = "hand_over", Vote = "vote", Consolidate = "consolidate",
        Approve = "approve", Return = "return_for_changes", Refuse = "refuse", Void = "void",
    }
}

use Role::{DeveloperAdmin, DeveloperStaff, Reviewer};
use State::{Approved, Consolidating, Open, Refused, Returned, Void};

const MAKER: &[Role] = &[DeveloperAdmin, DeveloperStaff];
const DESK: &[Role] = &[Reviewer];

// The developer is told by the product's own steps.
pub const STEPS: &[Step<State, Act>] = &[
    begin(Act::Open, MAKER, Open, "ZJK-25").clock("compliance_review"),
    step(Open, Act::Claim, DESK, Open, "ZJK-25"),
    step(Open, Act::Release, DESK, Open, "ZJK-25"),
    step(Open, Act::HandOver, DESK, Open, "ZJK-25"),
    step(Open, Act::Vote, DESK, Open, "ZJK-25"),
    step(Open, Act::Consolidate, DESK, Consolidating, "ZJK-25").tell(&[Tell::Role(Reviewer)]).keeps(),
    step(Open, Act::Void, MAKER, Void, "ZJK-25"),
    step(Consolidating, Act::Void, MAKER, Void, "ZJK-25"),
    step(Consolidating, Act::Approve, DESK, Approved, "ZJK-25"),
    step(Consolidating, Act::Return, DESK, Returned, "ZJK-25"),
    step(Consolidating, Act::Refuse, DESK, Refused, "ZJK-21"),
];

/// What a reviewer finds on one point.
pub const FINDING: Sheet = Sheet {
    name: "review-finding",
    fields: &[
        sheet::pick("point", "point"),
        sheet::choice::<Verdict>("verdict"),
        sheet::text("reason", 2000).optional(),
        sheet::line("evidence", 200),
    ],
};
/// All points at once.
pub const VOTE: Sheet = Sheet { name: "review-vote", fields: &[sheet::rows("points", &FINDING)] };
/// How the two agreed on a point that they saw differently.
pub const RESOLVED: Sheet = Sheet { name: "review-resolved", fields: &[sheet::pick("point", "point"), sheet::text("reason", 2000)] };
pub const APPROVE: Sheet =
    Sheet { name: "review-approve", fields: &[sheet::rows("resolved", &RESOLVED).optional(), sheet::text("reason", 2000).optional()] };
/// What the developer must answer.
pub const RAISED: Sheet = Sheet { name: "review-raised", fields: &[sheet::pick("point", "point"), sheet::text("remark", 2000)] };
pub const RETURN: Sheet = Sheet { name: "review-return", fields: &[sheet::rows("points", &RAISED), sheet::text("reason", 2000).optional()] };
const HAND_OVER: Sheet = Sheet { name: "review-hand-over", fields: &[sheet::pick("to", "reviewer"), sheet::text("reason", 2000)] };

/// The review of one version of a product.
#[derive(Clone, Debug, Queryable, Selectable, Insertable, Serialize)]
#[diesel(table_name = review)]
pub struct Review {
    pub id: Id<Review>,
    pub serial: Option<String>,
    pub title: String,
    pub state: State,
    /// The developer.
    pub owner: Option<Id<Org>>,
    pub clock: Option<String>,
    pub due_on: Option<NaiveDate>,
    pub profile: String,
    /// JSON of [`Matter`].
    pub content: String,
    pub created_by: Option<Id<Person>>,
    pub created_at: At,
    pub updated_at: At,
    pub product: Id<Product>,
    pub version: i32,
    pub submitted_by: Option<Id<Person>>,
}

/// What a review is about and what it came to.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Matter {
    /// Digest of the version under review.
    pub digest: String,
    /// Fields that differ from the version before.
    pub changed: Vec<String>,
    /// Points that the developer must answer.
    #[serde(default)]
    pub points: Vec<Raised>,
    /// How the reviewers agreed where they first did not.
    #[serde(default)]
    pub resolved: Vec<Resolved>,
    #[serde(default)]
    pub reason: String,
}

/// A point raised at a return.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Raised {
    /// Key of a point of the profile.
    pub point: String,
    pub remark: String,
}

/// A point on which the reviewers first differed, and why it is met.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Resolved {
    pub point: String,
    pub reason: String,
}

impl Review {
    /// What it is about and what it came to.
    pub fn about(&self) -> Matter {
        serde_json::from_str(&self.content).unwrap_or_default()
    }
    /// Whether it still waits for a decision.
    pub fn is_live(&self) -> bool {
        matches!(self.state, Open | Consolidating)
    }
}

impl Noun for Review {
    type State = State;
    type Act = Act;
    const NAME: &'static str = "review";
    const TABLE: &'static str = "review";
    const PATH: &'static str = "reviews";
    const STEPS: &'static [Step<State, Act>] = STEPS;
    const OPENING: Option<Opening<Self>> = None;
    const DEEDS: &'static [Deed<Self>] = &[
        deed(Act::Claim, &NOTHING, |tx, who, row, _| {
            seat::claim(tx, who, row)?;
            flow::take(tx, who, row, Act::Claim, Record::none()).map(drop)
        })
        .when(seat::may_claim),
        deed(Act::Vote, &VOTE, vote).when(seat::may_vote).quiet(),
        deed(Act::Approve, &APPROVE, decision::approve).when(decision::must_be_seated),
        deed(Act::Return, &RETURN, decision::return_for_changes).when(decision::must_be_seated),
        deed(Act::Refuse, &REASON, decision::refuse).when(decision::must_be_seated),
        deed(Act::HandOver, &HAND_OVER, hand_over).when(seat::may_leave),
        deed(Act::Release, &REASON, |tx, who, row, a| {
            seat::release(tx, who, row)?;
            flow::take(tx, who, row, Act::Release, Record::none().because(a.text("reason"))).map(drop)
        })
        .when(seat::may_leave),
    ];

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
    /// Its developer sees that it runs and what it came to; who reviews sees all but the other's unfinished opinion.
    fn find(look: &mut Look, who: &Caller, id: Id<Review>) -> Result<Review> {
        let row: Review = review::table.find(id).select(Review::as_select()).first(look.db())?;
        let seen = who.oversees() || row.owner.is_some_and(|o| who.acts_for(o));
        if seen { Ok(row) } else { Err(Refusal::NotFound) }
    }
    fn choices(look: &mut Look, who: &Caller, row: Option<&Self>, list: &str) -> Result<Vec<Choice>> {
        match (list, row) {
            ("point", Some(row)) => Ok(points(&look.pinned(&row.profile))),
            ("reviewer", Some(row)) if who.is(Reviewer) => seat::others(look, who, row),
            _ => Ok(Vec::new()),
        }
    }
    /// One row for each point of the profile, or for each point on which the two differ.
    fn filled(look: &mut Look, who: &Caller, row: &Self, act: Act) -> Result<Answers> {
        Ok(match act {
            Act::Vote => {
                let rows: Vec<_> = look.pinned(&row.profile).compliance.points.iter().map(|p| json!({"point": p.key})).collect();
                Answers::of(json!({"points": rows}))
            }
            Act::Approve => {
                let rows: Vec<_> =
                    found(look, who, row)?.into_iter().filter(|f| f.outcome == Outcome::Conflict).map(|f| json!({"point": f.point})).collect();
                Answers::of(json!({"resolved": rows}))
            }
            Act::Return => {
                let unmet = found(look, who, row)?.into_iter().filter(|f| f.outcome != Outcome::Approved);
                let rows: Vec<_> = unmet.map(|f| json!({"point": f.point, "remark": f.reasons.join("\n")})).collect();
                Answers::of(json!({"points": rows}))
            }
            _ => Answers::default(),
        })
    }
}

/// The points of a policy, as offers of a form.
fn points(profile: &Profile) -> Vec<Choice> {
    profile.compliance.points.iter().map(|p| Choice::said(&p.key, &p.name)).collect()
}

/// The points on which a product was looked at last.
pub fn points_of(look: &mut Look, product: Id<Product>) -> Result<Vec<Choice>> {
    let last = of_product(look, product)?.into_iter().next();
    Ok(points(&last.map_or_else(|| look.profile(), |row| look.pinned(&row.profile))))
}

/// Opens the review of a version just submitted.
pub(crate) fn begin_on(tx: &mut Tx, who: &Caller, of: &Product, title: &str, made: &Version, changed: &[&str]) -> Result<Id<Review>> {
    let matter = Matter { digest: made.digest.clone(), changed: changed.iter().map(ToString::to_string).collect(), ..Matter::default() };
    let row = Review {
        id: tx.id(),
        serial: Some(serial::next(tx, "review")?),
        title: title.into(),
        state: flow::first::<Review>(Act::Open)?,
        owner: of.owner,
        clock: None,
        due_on: None,
        profile: tx.profile().version_tag(),
        content: serde_json::to_string(&matter)?,
        created_by: who.person,
        created_at: tx.now(),
        updated_at: tx.now(),
        product: of.id,
        version: made.number,
        submitted_by: who.person,
    };
    diesel::insert_into(review::table).values(&row).execute(tx.db())?;
    flow::begin_case(tx, who, &row, Act::Open, Record::of(json!({"product": of.serial, "version": made.number, "digest": made.digest})))?;
    Ok(row.id)
}

/// Ends the product's open review, if there is one: its version is no longer what is asked for, and its votes count no more.
pub(crate) fn void(tx: &mut Tx, who: &Caller, of: Id<Product>) -> Result<()> {
    match live(tx, of)? {
        Some(open) => flow::take(tx, who, &open, Act::Void, Record::none()).map(drop),
        None => Ok(()),
    }
}

/// The product's review that waits for a decision.
pub fn live(look: &mut Look, of: Id<Product>) -> Result<Option<Review>> {
    Ok(review::table
        .filter(review::product.eq(of).and(review::state.eq_any([Open, Consolidating])))
        .select(Review::as_select())
        .first(look.db())
        .optional()?)
}

/// A product's reviews, newest first, at most 200; the caller has checked that the product may be seen.
pub fn of_product(look: &mut Look, of: Id<Product>) -> Result<Vec<Review>> {
    Ok(review::table
        .filter(review::product.eq(of))
        .order((review::created_at.desc(), review::id.desc()))
        .limit(200)
        .select(Review::as_select())
        .load(look.db())?)
}

/// The points raised when the product was last decided on; none unless that was a return.
pub fn raised(look: &mut Look, of: Id<Product>) -> Result<Vec<Raised>> {
    let last: Option<Review> = review::table
        .filter(review::product.eq(of).and(review::state.eq_any([Approved, Returned, Refused])))
        .order((review::created_at.desc(), review::id.desc()))
        .select(Review::as_select())
        .first(look.db())
        .optional()?;
    Ok(last.filter(|r| r.state == Returned).map(|r| r.about().points).unwrap_or_default())
}

/// The points raised at the decision before a version, when that was a return: those the version answers.
pub fn raised_before(look: &mut Look, of: Id<Product>, version: i32) -> Result<Vec<Raised>> {
    let decided = |r: &Review| r.version < version && matches!(r.state, Approved | Returned | Refused);
    let last = of_product(look, of)?.into_iter().find(decided);
    Ok(last.filter(|r| r.state == Returned).map(|r| r.about().points).unwrap_or_default())
}

/// Hands an empty-handed seat to another reviewer, who must be free of interest as well.
fn hand_over(tx: &mut Tx, who: &Caller, row: &Review, a: Answers) -> Result<()> {
    let Ok(to) = a.text("to").parse::<Id<Person>>() else { return Err(Refusal::fault("to", "not-a-choice")) };
    if !seat::others(tx, who, row)?.iter().any(|c| c.value == to.to_string()) {
        return Err(Refusal::fault("to", "not-a-choice"));
    }
    let name = person::row(tx, to)?.name;
    if let Some(owner) = row.owner {
        interest::must_be_free(tx, &Caller { person: Some(to), name, ..Caller::public() }, owner)?;
    }
    seat::release(tx, who, row)?;
    seat::give(tx, row, to)?;
    flow::take(tx, who, row, Act::HandOver, Record::of(json!({"to": to})).because(a.text("reason"))).map(drop)
}

/// Gives the caller's opinion on all points at once. With the last one the review goes on to consolidation.
fn vote(tx: &mut Tx, who: &Caller, row: &Review, a: Answers) -> Result<()> {
    #[derive(Deserialize)]
    struct Typed {
        points: Vec<Finding>,
    }
    let typed: Typed = a.read()?;
    let made = product::version::find(tx, row.product, row.version)?;
    let submitted = made.submitted();
    let faults: Vec<Fault> = typed
        .points
        .iter()
        .enumerate()
        .filter(|(_, f)| !pinned(&f.evidence, &submitted))
        .map(|(i, _)| Fault::at(format!("points[{i}].evidence"), "not-evidence"))
        .collect();
    if !faults.is_empty() {
        return Err(Refusal::Faulty(faults));
    }
    let assessment = Assessment::new(&tx.pinned(&row.profile), typed.points)?;
    let (digest, all) = seat::vote(tx, who, row, &assessment)?;
    // The log names the opinion by its digest only: the other reviewer reads the log too.
    flow::take(tx, who, row, Act::Vote, Record::of(json!({"digest": digest})))?;
    if all {
        flow::take(tx, who, row, Act::Consolidate, Record::none())?;
    }
    Ok(())
}

/// Whether evidence points at something that was submitted: `field:method`, or `file:ID`, with a place after `#` if need be.
fn pinned(evidence: &str, submitted: &product::version::Submitted) -> bool {
    let place = evidence.split('#').next().unwrap_or("");
    match place.split_once(':') {
        Some(("field", name)) => product::PRODUCT.field(name).is_some(),
        Some(("file", id)) => submitted.files.iter().any(|f| f.id == id),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::product::version::{Bound, Submitted};

    #[test]
    fn table_is_sound() {
        assert_eq!(flow::faults(&flow::table::<Review>(), &["approved", "returned", "refused", "void"]), Vec::<String>::new());
    }

    #[test]
    fn evidence_points_at_what_was_submitted() {
        let file = Bound {
            id: "01930000-0000-7000-8000-000000000001".into(),
            name: "a.csv".into(),
            media: "text/csv".into(),
            size: 1,
            sha256: String::new(),
        };
        let submitted = Submitted { files: vec![file], ..Submitted::default() };
        for good in
            ["field:method", "field:sample_text#第3行", "file:01930000-0000-7000-8000-000000000001", "file:01930000-0000-7000-8000-000000000001#p2"]
        {
            assert!(pinned(good, &submitted), "{good}");
        }
        for bad in ["", "method", "field:", "field:state", "file:", "file:01930000-0000-7000-8000-000000000002", "看过了"] {
            assert!(!pinned(bad, &submitted), "{bad}");
        }
    }

    #[test]
    fn votes_are_given_by_reviewers_only() {
        for act in [Act::Claim, Act::Vote, Act::Approve, Act::Return, Act::Refuse, Act::Release, Act::HandOver] {
            assert_eq!(flow::doers::<Review>(act), [Reviewer], "{act}");
        }
    }
}
