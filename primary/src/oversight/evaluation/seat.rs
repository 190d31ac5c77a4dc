//! The seats of those who assess: who may sit, what each gives in a round, and that none sees another's before all are in.

use super::{Act, Evaluation, State, items};
use diesel::prelude::*;
use platform::Role::{self, Bureau, Expert, Office, Regulator, Source};
use platform::event::{Record, sha256};
use platform::flow::{self, Choice};
use platform::paging::{Page, Paged};
use platform::people::{Person, interest, person};
use platform::schema::{assessor, evaluation};
use platform::sheet::Answers;
use platform::{At, Caller, Fault, Id, Look, Refusal, Result, Tx, diesel, mail};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Who may assess: never the primary operator, which shares in what it would judge.
pub(super) const ASSESSORS: &[Role] = &[Expert, Regulator, Source, Bureau, Office];

/// One assessor's part in one round.
#[derive(Clone, Debug, Queryable, Selectable, Insertable, Serialize)]
#[diesel(table_name = assessor)]
pub struct Assessor {
    pub id: Id<Assessor>,
    pub evaluation: Id<Evaluation>,
    pub person: Id<Person>,
    pub round: i32,
    pub content: String,
    pub scored_at: Option<At>,
}

#[derive(Deserialize)]
struct Points {
    /// Place of the indicator in the sheet, from 1, as a form gives it.
    item: String,
    points: i64,
}

pub(super) fn points_of(a: &Answers) -> Vec<(usize, i64)> {
    let given: Vec<Points> = a.0.get("items").and_then(|v| serde_json::from_value(v.clone()).ok()).unwrap_or_default();
    given.into_iter().map(|p| (p.item.parse().unwrap_or(0), p.points)).collect()
}

fn in_order(points: &[(usize, i64)], items: usize) -> Vec<i64> {
    (1..=items).map(|n| points.iter().find(|(item, _)| *item == n).map_or(0, |(_, p)| *p)).collect()
}

impl Assessor {
    /// What was scored.
    pub fn answers(&self) -> Answers {
        Answers::parse(&self.content)
    }
    pub(super) fn points(&self, items: usize) -> Vec<i64> {
        in_order(&points_of(&self.answers()), items)
    }
}

/// People who may assess, as offers of a form.
pub(super) fn assessors(look: &mut Look) -> Result<Vec<Choice>> {
    let mut all: Vec<Choice> = Vec::new();
    for role in ASSESSORS {
        for (id, name, org) in person::in_role(look, *role)? {
            if !all.iter().any(|c| c.value == id.to_string()) {
                all.push(Choice::new(id, format!("{name} · {org}")));
            }
        }
    }
    Ok(all)
}

/// The caller's own seat in the current round.
pub fn seat(look: &mut Look, who: &Caller, of: Id<Evaluation>) -> Result<Option<Assessor>> {
    let Some(me) = who.person.filter(|_| who.is_any(ASSESSORS)) else { return Ok(None) };
    Ok(assessor::table
        .filter(assessor::evaluation.eq(of).and(assessor::person.eq(me)))
        .order(assessor::round.desc())
        .select(Assessor::as_select())
        .first(look.db())
        .optional()?)
}

/// The seats of the current round, whoever asks.
pub fn seats(look: &mut Look, row: &Evaluation) -> Result<Vec<Assessor>> {
    Ok(assessor::table
        .filter(assessor::evaluation.eq(row.id).and(assessor::round.eq(row.round)))
        .order(assessor::id.asc())
        .limit(50)
        .select(Assessor::as_select())
        .load(look.db())?)
}

pub(super) fn seat_all(tx: &mut Tx, who: &Caller, row: &Evaluation, people: &[Id<Person>]) -> Result<()> {
    let seq = crate::oversight::last_event(tx)?;
    for person in people {
        let of = Assessor { id: tx.id(), evaluation: row.id, person: *person, round: row.round, content: "{}".into(), scored_at: None };
        diesel::insert_into(assessor::table).values(&of).execute(tx.db())?;
        mail::tell_person(tx, *person, who, seq)?;
    }
    Ok(())
}

/// Every indicator has points, exactly once.
pub(super) fn must_be_whole(a: &Answers, items: usize) -> Result<()> {
    let given = points_of(a);
    let mut faults = Vec::new();
    for (i, (item, _)) in given.iter().enumerate() {
        if *item == 0 || *item > items {
            faults.push(Fault::at(format!("items[{i}].item"), "not-a-choice"));
        } else if given[..i].iter().any(|(before, _)| before == item) {
            faults.push(Fault::at(format!("items[{i}].points"), "indicator-twice"));
        }
    }
    let missing = (1..=items).filter(|n| !given.iter().any(|(item, _)| item == n)).count();
    if missing > 0 {
        faults.push(Fault::at("items", "indicator-missing").with("count", missing));
    }
    if faults.is_empty() { Ok(()) } else { Err(Refusal::Faulty(faults)) }
}

/// An assessor scores once in a round, himself, and without an interest that came up since.
pub(super) fn may_score(look: &mut Look, who: &Caller, row: &Evaluation) -> Result<()> {
    let seat = seat(look, who, row.id)?.filter(|s| s.round == row.round).ok_or(Refusal::NotFound)?;
    if seat.scored_at.is_some() {
        return Err(Refusal::rule("already-voted", "BJ-30"));
    }
    interest::must_be_free(look, who, row.holder()?)
}

/// Keeps an assessor's points; the record holds their digest only, so that nobody else reads them before all are in.
pub(super) fn score(tx: &mut Tx, who: &Caller, row: &Evaluation, a: Answers) -> Result<()> {
    must_be_whole(&a, items(tx, row)?.len())?;
    let me = who.person()?;
    let open = assessor::evaluation.eq(row.id).and(assessor::person.eq(me)).and(assessor::round.eq(row.round)).and(assessor::scored_at.is_null());
    let content = a.json();
    let kept = diesel::update(assessor::table.filter(open))
        .set((assessor::content.eq(&content), assessor::scored_at.eq(Some(tx.now()))))
        .execute(tx.db())?;
    if kept == 0 {
        return Err(Refusal::rule("already-voted", "BJ-30"));
    }
    flow::take(tx, who, row, Act::Score, Record::of(json!({ "digest": sha256(&content), "round": row.round }))).map(drop)
}

pub(super) fn all_in(look: &mut Look, _: &Caller, row: &Evaluation) -> Result<()> {
    if seats(look, row)?.iter().all(|s| s.scored_at.is_some()) { Ok(()) } else { Err(Refusal::rule("scores-missing", "BJ-30")) }
}

/// Evaluations in which the caller assesses, newest first.
pub fn assigned(look: &mut Look, who: &Caller, page: Page) -> Result<Paged<Evaluation>> {
    let mine = || assessor::table.filter(assessor::person.nullable().eq(who.person)).select(assessor::evaluation);
    let total: i64 = evaluation::table.filter(evaluation::id.eq_any(mine())).count().get_result(look.db())?;
    let rows = evaluation::table
        .filter(evaluation::id.eq_any(mine()))
        .order((evaluation::created_at.desc(), evaluation::id.desc()))
        .limit(page.limit())
        .offset(page.offset())
        .select(Evaluation::as_select())
        .load(look.db())?;
    Ok(page.of(rows, total))
}

/// How many evaluations wait for the caller's own points.
pub fn waiting_for(look: &mut Look, who: &Caller) -> Result<i64> {
    let Some(me) = who.person.filter(|_| who.is_any(ASSESSORS)) else { return Ok(0) };
    Ok(assessor::table
        .inner_join(evaluation::table.on(evaluation::id.eq(assessor::evaluation).and(evaluation::round.eq(assessor::round))))
        .filter(assessor::person.eq(me).and(assessor::scored_at.is_null()).and(evaluation::state.eq(State::Scoring)))
        .count()
        .get_result(look.db())?)
}
