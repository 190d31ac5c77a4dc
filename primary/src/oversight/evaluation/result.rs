//! The result of an evaluation: its total and grade, indicator by indicator, and what the public and other decisions read of it.

use super::seat::{Assessor, points_of, seats};
use super::{Evaluation, Grade, State, items};
use crate::oversight::scheme::Indicator;
use crate::selection::rank;
use diesel::prelude::*;
use platform::paging::{Page, Paged, like};
use platform::people::{Org, org};
use platform::profile::{Consequence, Profile};
use platform::schema::{evaluation, org as orgs};
use platform::sheet::Answers;
use platform::{Id, Look, MultiBackend, Refusal, Result, Word, diesel};
use serde::Serialize;

/// States in which the result is everybody's.
pub(super) const PUBLIC: [State; 3] = [State::Published, State::Poor, State::Talked];

/// The grade of a total in hundredths, as the profile has it; what reaches no grade is poor.
pub fn grade_of(profile: &Profile, total: i64) -> Grade {
    let whole = u32::try_from(total / 100).unwrap_or(0);
    profile.evaluation.grade(whole).and_then(|g| Grade::of(&g.key)).unwrap_or(Grade::Poor)
}

/// Total in hundredths: the weighted mean of all assessors' points, rounded once.
pub(super) fn total_of(items: &[Indicator], seats: &[Assessor]) -> i64 {
    let weights: Vec<i64> = items.iter().map(|i| i.weight).collect();
    let scores: Vec<Vec<i64>> = seats.iter().map(|s| s.points(items.len())).collect();
    rank::total(&weights, &scores)
}

/// The latest published result of an organisation; weighs in renewal and new bids (ZJK-33).
pub fn last_of(look: &mut Look, org: Id<Org>) -> Result<Option<Evaluation>> {
    Ok(all_of(look, org, 1)?.into_iter().next())
}

/// An organisation's published results, latest year first.
pub fn all_of(look: &mut Look, org: Id<Org>, most: i64) -> Result<Vec<Evaluation>> {
    Ok(evaluation::table
        .filter(evaluation::owner.eq(org).and(evaluation::state.eq_any(PUBLIC)))
        .order((evaluation::year.desc(), evaluation::id.desc()))
        .limit(most)
        .select(Evaluation::as_select())
        .load(look.db())?)
}

/// Whether so many results running are poor that the profile proposes the end; never where it only warns (ZJ-6.7).
pub fn poor_running(look: &mut Look, org: Id<Org>) -> Result<bool> {
    let profile = look.profile();
    let ends = profile.evaluation.grade_of(Grade::Poor.as_str()).is_some_and(|g| g.consequence == Consequence::TerminateAfter);
    let most = i64::from(profile.evaluation.poor_running.max(1));
    let last = all_of(look, org, most)?;
    Ok(ends && i64::try_from(last.len()) == Ok(most) && last.iter().all(|e| e.grade == Some(Grade::Poor)))
}

/// The result indicator by indicator: own points, and the mean of the assessors' in hundredths.
#[derive(Clone, Debug, Serialize)]
pub struct Line {
    pub name: String,
    pub weight: i64,
    pub own: Option<i64>,
    pub evidence: String,
    pub mean: Option<i64>,
}

/// The table of a result. Means are left out until the result was told, whoever looks.
pub fn table(look: &mut Look, row: &Evaluation) -> Result<Vec<Line>> {
    let (items, seats) = (items(look, row)?, seats(look, row)?);
    let own = row.answers().0.get("self").cloned().map(Answers::of);
    let own_points = own.as_ref().map(points_of);
    let evidence = |n: usize| -> String {
        let rows = own.as_ref().and_then(|a| a.0.get("items")).and_then(serde_json::Value::as_array).cloned().unwrap_or_default();
        rows.iter()
            .find(|r| r.get("item").and_then(serde_json::Value::as_str) == Some(&n.to_string()))
            .and_then(|r| r.get("evidence").and_then(serde_json::Value::as_str))
            .unwrap_or_default()
            .to_string()
    };
    let means = rank::means(&seats.iter().map(|s| s.points(items.len())).collect::<Vec<_>>(), items.len());
    Ok(items
        .into_iter()
        .enumerate()
        .map(|(i, of)| Line {
            name: of.name,
            weight: of.weight,
            own: own_points.as_ref().and_then(|p| p.iter().find(|(n, _)| *n == i + 1).map(|(_, v)| *v)),
            evidence: evidence(i + 1),
            mean: row.total.and(means.get(i).copied()),
        })
        .collect())
}

/// What the public list asks for; empty fields ask for everything.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    pub words: String,
    pub year: Option<i32>,
    pub grade: Option<Grade>,
}

/// Published results, latest first, with the organisation's name.
pub fn published(look: &mut Look, wanted: &Wanted, page: Page) -> Result<Paged<(Evaluation, String)>> {
    let filter = || {
        let mut q = evaluation::table
            .inner_join(orgs::table.on(orgs::id.nullable().eq(evaluation::owner)))
            .into_boxed::<MultiBackend>()
            .filter(evaluation::state.eq_any(PUBLIC));
        if let Some(year) = wanted.year {
            q = q.filter(evaluation::year.eq(year));
        }
        if let Some(grade) = wanted.grade {
            q = q.filter(evaluation::grade.eq(grade));
        }
        if !wanted.words.trim().is_empty() {
            q = q.filter(orgs::title.like(like(&wanted.words)).escape('\\'));
        }
        q
    };
    let total: i64 = filter().count().get_result(look.db())?;
    let rows = filter()
        .order((evaluation::year.desc(), evaluation::created_at.desc(), evaluation::id.desc()))
        .limit(page.limit())
        .offset(page.offset())
        .select((Evaluation::as_select(), orgs::title))
        .load(look.db())?;
    Ok(page.of(rows, total))
}

/// The published result of that number, with the organisation's name.
pub fn published_by_serial(look: &mut Look, serial: &str) -> Result<(Evaluation, String)> {
    let found = evaluation::table.filter(evaluation::serial.eq(serial)).select(evaluation::id).first(look.db())?;
    published_one(look, found)
}

/// A published result with the organisation's name; `NotFound` before it is published.
pub fn published_one(look: &mut Look, id: Id<Evaluation>) -> Result<(Evaluation, String)> {
    let row = Evaluation::row(look, id)?;
    if !row.is_public() {
        return Err(Refusal::NotFound);
    }
    let name = org::name(look, row.holder()?)?;
    Ok((row, name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn grades_begin_where_they_say() {
        let of = |total| grade_of(Profile::default_profile(), total);
        assert_eq!(
            [of(9000), of(8999), of(7500), of(7499), of(6000), of(5999)].map(|g| g.as_str()),
            ["excellent", "good", "good", "pass", "pass", "poor"]
        );
    }
}
