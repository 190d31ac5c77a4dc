//! 评估 — a holder's year, measured by the adopted indicator sheet: its own score with evidence, then at least two assessors
//! who do not see each other's, the result told and open to objection, then published (ZJK-33, BJ-30, NJ-18, ZJ-6.7).
//! Excellent is favoured, poor is warned; poor twice running proposes the end of the licence (ZJK-35(4)).

use super::scheme::{self, Indicator, Scheme};
use crate::licence::{self, EndKind};
use crate::termination;
use diesel::prelude::*;
use platform::case::{Case, New, Sight};
use platform::event::Record;
use platform::flow::{self, Choice, Deed, Heading, Noun, Opening, Step, Tell, begin, deed, step};
use platform::log::Told;
use platform::people::{Org, Person, interest, org};
use platform::profile::Silence;
use platform::schema::{evaluation, licence as licences, org as orgs};
use platform::sheet::{self, Answers, NOTHING, REASON, Sheet};
use platform::{At, Caller, Fault, Id, Look, OrgKind, Refusal, Result, Role, Tx, Word, diesel, file, words};
use serde_json::json;

mod result;
mod seat;
pub use result::{Line, Wanted, all_of, grade_of, last_of, poor_running, published, published_by_serial, published_one, table};
use result::{PUBLIC, total_of};
use seat::{ASSESSORS, all_in, assessors, may_score, must_be_whole, score, seat_all};
pub use seat::{Assessor, assigned, seat, seats, waiting_for};

words! {
    pub enum State: "evaluation-state" {
        Opened = "opened", Scoring = "scoring", Noticed = "noticed", Objected = "objected", Answered = "answered",
        Published = "published", Poor = "poor", Talked = "talked", Cancelled = "cancelled",
    }
}
words! {
    pub enum Act: "evaluation-act" {
        Open = "open", SelfScore = "self_score", Lapse = "lapse", Score = "score", Notice = "notice", Object = "object",
        Uphold = "uphold", Reject = "reject", Publish = "publish", PublishPoor = "publish_poor", Propose = "propose", Talk = "talk",
        Cancel = "cancel",
    }
}
words! {
    pub enum Grade: "evaluation-grade" { Excellent = "excellent", Good = "good", Pass = "pass", Poor = "poor" }
}
words! {
    /// What follows a poor result first (ZJK-35(4), BJ-30).
    pub enum TalkKind: "evaluation-talk-kind" { Warning = "warning", Talk = "talk" }
}

use Role::{Bureau, Calendar, DeveloperAdmin, Legal, Office};

const HOLDERS: &[Role] = &[DeveloperAdmin, Legal];

pub const STEPS: &[Step<State, Act>] = &[
    begin(Act::Open, &[Office, Bureau], State::Opened, "ZJK-33 ZJ-6.7").tell(&[Tell::Owner]).clock("evaluation_self"),
    step(State::Opened, Act::SelfScore, HOLDERS, State::Scoring, "ZJK-33").tell(&[Tell::Role(Office)]).clock("evaluation_score"),
    step(State::Opened, Act::Lapse, &[Calendar], State::Scoring, "ZJK-33")
        .tell(&[Tell::Owner, Tell::Role(Office)])
        .clock("evaluation_score")
        .upon("evaluation_self", Silence::Escalate),
    step(State::Opened, Act::Cancel, &[Office, Bureau], State::Cancelled, "ZJK-33").tell(&[Tell::Owner]),
    step(State::Scoring, Act::Notice, &[Office, Bureau], State::Noticed, "BJ-30 NJ-18").tell(&[Tell::Owner]).clock("bid_objection"),
    step(State::Scoring, Act::Score, ASSESSORS, State::Scoring, "BJ-30 NJ-18"),
    step(State::Noticed, Act::Publish, &[Office, Bureau], State::Published, "BJ-12 NJ-10").tell(&[Tell::Owner, Tell::Role(Legal)]),
    step(State::Noticed, Act::PublishPoor, &[Office, Bureau], State::Poor, "BJ-30 NJ-18")
        .tell(&[Tell::Owner, Tell::Role(Legal)])
        .clock("evaluation_talk"),
    step(State::Noticed, Act::Object, HOLDERS, State::Objected, "BJ-12 NJ-10")
        .tell(&[Tell::Role(Office), Tell::Role(Bureau)])
        .clock("complaint_answer"),
    step(State::Objected, Act::Reject, &[Office], State::Answered, "BJ-12 NJ-10").tell(&[Tell::Owner]),
    step(State::Objected, Act::Uphold, &[Office], State::Scoring, "BJ-12 NJ-10").tell(&[Tell::Owner]).clock("evaluation_score"),
    step(State::Answered, Act::Publish, &[Office, Bureau], State::Published, "BJ-12 NJ-10").tell(&[Tell::Owner, Tell::Role(Legal)]),
    step(State::Answered, Act::PublishPoor, &[Office, Bureau], State::Poor, "BJ-30 NJ-18")
        .tell(&[Tell::Owner, Tell::Role(Legal)])
        .clock("evaluation_talk"),
    step(State::Poor, Act::Talk, &[Office, Bureau], State::Talked, "ZJK-35(4) BJ-30 NJ-18").tell(&[Tell::Owner, Tell::Role(Legal)]),
    step(State::Poor, Act::Propose, &[Calendar], State::Poor, "BJ-30 NJ-18 ZJK-35(4)").tell(&[Tell::Owner, Tell::Role(Legal), Tell::Role(Office)]),
];

const OPEN: Sheet = Sheet {
    name: "evaluation",
    fields: &[
        sheet::pick("scheme", "scheme"),
        sheet::pick("holder", "holder"),
        sheet::picks("assessors", "assessor"),
        sheet::text("note", 2000).optional(),
    ],
};
const SELF_POINTS: Sheet =
    Sheet { name: "evaluation-self-points", fields: &[sheet::pick("item", "items"), sheet::number("points", 0, 100), sheet::text("evidence", 2000)] };
const SELF: Sheet = Sheet {
    name: "evaluation-self",
    fields: &[
        sheet::rows("items", &SELF_POINTS),
        sheet::text("statement", 4000).optional(),
        sheet::files("files").optional(),
        sheet::tick("truthful").required(),
    ],
};
const POINTS: Sheet = Sheet {
    name: "evaluation-points",
    fields: &[sheet::pick("item", "items"), sheet::number("points", 0, 100), sheet::text("remark", 1000).optional()],
};
const SCORE: Sheet = Sheet {
    name: "evaluation-score",
    fields: &[sheet::rows("items", &POINTS), sheet::text("opinion", 4000).optional(), sheet::tick("independent").required()],
};
const TALK: Sheet = Sheet {
    name: "evaluation-talk",
    fields: &[
        sheet::choice::<TalkKind>("talk_kind"),
        sheet::line("present", 200),
        sheet::text("demands", 4000),
        sheet::date("improve_by"),
        sheet::files("files").optional(),
    ],
};

platform::case! {
    /// One organisation's evaluation for one year.
    pub struct Evaluation in evaluation {
        pub scheme: Id<Scheme>,
        pub year: i32,
        /// Raised when an objection is upheld and the assessors score again.
        pub round: i32,
        /// In hundredths of a point, out of 100.
        pub total: Option<i64>,
        pub grade: Option<Grade>,
        pub published_at: Option<At>,
    }
}

impl Evaluation {
    /// Whether everybody may read the result.
    pub fn is_public(&self) -> bool {
        PUBLIC.contains(&self.state)
    }
    fn holder(&self) -> Result<Id<Org>> {
        self.owner.ok_or_else(|| Refusal::broken("an evaluation of nobody"))
    }
}

impl Case for Evaluation {
    fn sight(who: &Caller) -> Sight {
        Sight::overseen(who)
    }
}

impl Noun for Evaluation {
    type State = State;
    type Act = Act;
    const NAME: &'static str = "evaluation";
    const TABLE: &'static str = "evaluation";
    const PATH: &'static str = "evaluations";
    const STEPS: &'static [Step<State, Act>] = STEPS;
    const OPENING: Option<Opening<Self>> = Some(Opening { act: Act::Open, sheet: &OPEN, draft: false, run: open });
    const RESTS: &'static [State] = &[State::Published, State::Talked];
    const TOLD: &'static [(Act, &'static str)] = &[(Act::Publish, "evaluation.published"), (Act::PublishPoor, "evaluation.published")];
    const DEEDS: &'static [Deed<Self>] = &[
        deed(Act::SelfScore, &SELF, self_score).when(own),
        deed(Act::Score, &SCORE, score).when(may_score),
        deed(Act::Notice, &NOTHING, notice).when(all_in),
        deed(Act::Publish, &NOTHING, publish).when(may_publish),
        deed(Act::PublishPoor, &NOTHING, publish_poor).when(may_publish_poor),
        deed(Act::Object, &REASON, object).when(may_object),
        deed(Act::Reject, &REASON, |tx, who, row, a| flow::take(tx, who, row, Act::Reject, Record::none().because(a.text("reason"))).map(drop)),
        deed(Act::Uphold, &REASON, uphold),
        deed(Act::Talk, &TALK, talk),
        deed(Act::Cancel, &REASON, |tx, who, row, a| flow::take(tx, who, row, Act::Cancel, Record::none().because(a.text("reason"))).map(drop)),
    ];

    fn told(look: &mut Look, of: &Self, _: Act, told: Told) -> Result<Option<Told>> {
        let of = Evaluation::row(look, of.id)?;
        let told = told.with("number", of.serial.clone()).with("year", of.year).with("total", of.total).with("grade", of.grade.map(Grade::as_str));
        told.org(look, "holder", of.owner).map(Some)
    }
    fn id(&self) -> Id<Self> {
        self.id
    }
    fn state(&self) -> State {
        self.state
    }
    fn heading(&self) -> Heading {
        self.head()
    }
    /// Seen by the evaluated organisation, by those who oversee, and by its assessors.
    fn find(look: &mut Look, who: &Caller, id: Id<Self>) -> Result<Self> {
        match platform::case::find(look, &Self::sight(who), id) {
            Err(Refusal::NotFound) if seat(look, who, id)?.is_some() => Self::row(look, id),
            found => found,
        }
    }
    fn choices(look: &mut Look, _: &Caller, row: Option<&Self>, list: &str) -> Result<Vec<Choice>> {
        match (list, row) {
            ("scheme", _) => scheme::choices(look),
            ("holder", _) => holders(look),
            ("assessor", _) => assessors(look),
            ("items", Some(row)) => {
                Ok(items(look, row)?.iter().enumerate().map(|(n, i)| Choice::new(n + 1, format!("{}. {} ({})", n + 1, i.name, i.weight))).collect())
            }
            _ => Ok(Vec::new()),
        }
    }
    /// A row for each indicator.
    fn filled(look: &mut Look, _: &Caller, row: &Self, act: Act) -> Result<Answers> {
        if !matches!(act, Act::Score | Act::SelfScore) {
            return Ok(Answers::default());
        }
        let rows: Vec<serde_json::Value> = (1..=items(look, row)?.len()).map(|n| json!({ "item": n.to_string(), "points": "" })).collect();
        Ok(Answers::of(json!({ "items": rows })))
    }
}

/// Organisations that hold or held a licence, and the primary operator, as offers of a form.
fn holders(look: &mut Look) -> Result<Vec<Choice>> {
    let held = licences::table.filter(licences::in_force_at.is_not_null()).select(licences::owner);
    let rows: Vec<(Id<Org>, String)> = orgs::table
        .filter(orgs::id.nullable().eq_any(held).or(orgs::kind.eq(OrgKind::Primary)))
        .order((orgs::title.asc(), orgs::id.asc()))
        .limit(500)
        .select((orgs::id, orgs::title))
        .load(look.db())?;
    Ok(rows.into_iter().map(|(id, name)| Choice::new(id, name)).collect())
}

/// The indicators of an evaluation.
pub fn items(look: &mut Look, row: &Evaluation) -> Result<Vec<Indicator>> {
    Ok(Scheme::row(look, row.scheme)?.items())
}

/// Opens the evaluation of a holder under an adopted sheet, with assessors who have no interest in it.
fn open(tx: &mut Tx, who: &Caller, a: Answers) -> Result<Id<Evaluation>> {
    let scheme = a.text("scheme").parse().map_err(|_| Refusal::fault("scheme", "not-a-choice"))?;
    let scheme = Scheme::row(tx, scheme).map_err(|_| Refusal::fault("scheme", "not-a-choice"))?;
    if scheme.state != scheme::State::Adopted {
        return Err(Refusal::fault("scheme", "not-a-choice"));
    }
    if !holders(tx)?.iter().any(|c| c.value == a.text("holder")) {
        return Err(Refusal::fault("holder", "not-a-choice"));
    }
    let holder: Id<Org> = a.text("holder").parse().map_err(|_| Refusal::fault("holder", "not-a-choice"))?;
    interest::must_be_free(tx, who, holder)?;
    let mut chosen = a.list("assessors");
    chosen.sort();
    chosen.dedup();
    if chosen.len() < 2 {
        return Err(Refusal::Faulty(vec![Fault::at("assessors", "too-few").with("least", 2)]));
    }
    let may = assessors(tx)?;
    let mut people: Vec<Id<Person>> = Vec::new();
    for id in &chosen {
        let id: Id<Person> = id.parse().map_err(|_| Refusal::fault("assessors", "not-a-choice"))?;
        if !may.iter().any(|c| c.value == id.to_string()) {
            return Err(Refusal::fault("assessors", "not-a-choice"));
        }
        interest::must_be_free(tx, &Caller { person: Some(id), ..Caller::public() }, holder)?;
        people.push(id);
    }
    let taken: i64 = evaluation::table
        .filter(evaluation::owner.eq(holder).and(evaluation::year.eq(scheme.year)).and(evaluation::state.ne(State::Cancelled)))
        .count()
        .get_result(tx.db())?;
    if taken > 0 {
        return Err(Refusal::Taken);
    }
    let name = org::name(tx, holder)?;
    let new = New::of(format!("{name} {}", scheme.year)).series("evaluation").owner(holder).content(&a);
    let row = Evaluation::begin(tx, who, Act::Open, new, Record::of(&a), scheme.id, scheme.year, 1, None, None, None)?;
    seat_all(tx, who, &row, &people)?;
    Ok(row.id)
}

fn own(_: &mut Look, who: &Caller, row: &Evaluation) -> Result<()> {
    if row.owner.is_some_and(|o| who.acts_for(o)) { Ok(()) } else { Err(Refusal::NotFound) }
}

fn self_score(tx: &mut Tx, who: &Caller, row: &Evaluation, mut a: Answers) -> Result<()> {
    must_be_whole(&a, items(tx, row)?.len())?;
    a.set("files", file::attach(tx, who, &a.list("files"), Evaluation::NAME, &row.id.to_string(), false)?);
    let mut content = row.answers();
    content.set("self", serde_json::to_value(&a)?);
    row.keep(tx, &content)?;
    flow::take(tx, who, row, Act::SelfScore, Record::of(a)).map(drop)
}

/// Tells the holder the result; from now it may object.
fn notice(tx: &mut Tx, who: &Caller, row: &Evaluation, _: Answers) -> Result<()> {
    let (items, seats) = (items(tx, row)?, seats(tx, row)?);
    let total = total_of(&items, &seats);
    let grade = grade_of(&tx.pinned(&row.profile), total);
    diesel::update(evaluation::table.find(row.id)).set((evaluation::total.eq(Some(total)), evaluation::grade.eq(Some(grade)))).execute(tx.db())?;
    flow::take(tx, who, row, Act::Notice, Record::of(json!({ "total": total, "grade": grade, "assessors": seats.len(), "round": row.round })))
        .map(drop)
}

/// A result is published when its objection period is over, or the objection answered.
fn is_ripe(look: &mut Look, row: &Evaluation) -> Result<()> {
    let until = row.due_on.filter(|_| row.state == State::Noticed);
    match until {
        Some(until) if look.today() <= until => Err(Refusal::rule("objection-period", "BJ-12 NJ-10").with("until", until)),
        // The day cannot be told in a year whose holidays are not announced.
        None if row.state == State::Noticed && row.clock.is_some() => Err(Refusal::rule("objection-period", "BJ-12 NJ-10").with("until", "—")),
        _ => Ok(()),
    }
}

/// A poor result and any other are published by acts of their own, because other things follow.
fn not_with(row: &Evaluation, act: Act) -> Refusal {
    Refusal::WrongState { state: row.state.as_str(), act: act.as_str(), article: "ZJK-33" }
}

fn may_publish(look: &mut Look, _: &Caller, row: &Evaluation) -> Result<()> {
    if row.grade == Some(Grade::Poor) { Err(not_with(row, Act::Publish)) } else { is_ripe(look, row) }
}

fn may_publish_poor(look: &mut Look, _: &Caller, row: &Evaluation) -> Result<()> {
    if row.grade == Some(Grade::Poor) { is_ripe(look, row) } else { Err(not_with(row, Act::PublishPoor)) }
}

fn published_now(tx: &mut Tx, row: &Evaluation) -> Result<Record> {
    diesel::update(evaluation::table.find(row.id)).set(evaluation::published_at.eq(Some(tx.now()))).execute(tx.db())?;
    Ok(Record::of(json!({ "total": row.total, "grade": row.grade })))
}

fn publish(tx: &mut Tx, who: &Caller, row: &Evaluation, _: Answers) -> Result<()> {
    let record = published_now(tx, row)?;
    flow::take(tx, who, row, Act::Publish, record).map(drop)
}

/// Publishes a poor result. The second running puts the end of the holder's licences on the table; the office decides on it.
fn publish_poor(tx: &mut Tx, who: &Caller, row: &Evaluation, _: Answers) -> Result<()> {
    let record = published_now(tx, row)?;
    flow::take(tx, who, row, Act::PublishPoor, record)?;
    if poor_running(tx, row.holder()?)? {
        let poor = Evaluation::row(tx, row.id)?;
        let of = licence::in_force_of(tx, row.holder()?)?;
        let named: Vec<&str> = of.iter().filter_map(|l| l.serial.as_deref()).collect();
        flow::take(tx, &Caller::calendar(), &poor, Act::Propose, Record::of(json!({ "licences": named })))?;
        let running: Vec<String> = all_of(tx, row.holder()?, 2)?.into_iter().filter_map(|e| e.serial).collect();
        for licence in of {
            termination::propose(tx, &Caller::calendar(), &licence, EndKind::PoorEvaluation, &running.join(" "), None)?;
        }
    }
    Ok(())
}

fn may_object(look: &mut Look, who: &Caller, row: &Evaluation) -> Result<()> {
    own(look, who, row)?;
    match row.due_on {
        Some(until) if look.today() > until => Err(Refusal::TooLate { deadline: platform::day::end_of_day_utc(until) }),
        _ => Ok(()),
    }
}

fn object(tx: &mut Tx, who: &Caller, row: &Evaluation, a: Answers) -> Result<()> {
    let mut content = row.answers();
    content.set("objection", a.text("reason"));
    row.keep(tx, &content)?;
    flow::take(tx, who, row, Act::Object, Record::none().because(a.text("reason"))).map(drop)
}

/// The objection is right: the same assessors score anew; what they gave before stays on record.
fn uphold(tx: &mut Tx, who: &Caller, row: &Evaluation, a: Answers) -> Result<()> {
    let people: Vec<Id<Person>> = seats(tx, row)?.into_iter().map(|s| s.person).collect();
    let mut next = row.clone();
    next.round += 1;
    diesel::update(evaluation::table.find(row.id))
        .set((evaluation::round.eq(next.round), evaluation::total.eq(None::<i64>), evaluation::grade.eq(None::<Grade>)))
        .execute(tx.db())?;
    flow::take(tx, who, row, Act::Uphold, Record::of(json!({ "round": next.round })).because(a.text("reason")))?;
    seat_all(tx, who, &next, &people)
}

/// Records the warning or talk.
fn talk(tx: &mut Tx, who: &Caller, row: &Evaluation, mut a: Answers) -> Result<()> {
    a.set("files", file::attach(tx, who, &a.list("files"), Evaluation::NAME, &row.id.to_string(), false)?);
    let mut content = row.answers();
    content.set("talk", serde_json::to_value(&a)?);
    row.keep(tx, &content)?;
    flow::take(tx, who, row, Act::Talk, Record::of(&a).because(a.text("demands"))).map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn table_is_sound() {
        assert_eq!(flow::faults(&flow::table::<Evaluation>(), &["published", "talked", "cancelled"]), Vec::<String>::new());
    }
}
