//! 统计 — the figures of the public statistics page: each is one grouped question over an index or over the last twelve
//! months. What is on offer is counted by [`crate::index`].

use crate::review;
use chrono::NaiveDate;
use diesel::dsl::count_star;
use diesel::prelude::*;
use platform::schema::{licence, review as reviews, scenario, vote};
use platform::{Look, Result, day, diesel};
use primary::assessment::Verdict;
use primary::licence::State;
use resources::Domain;

/// How many of each.
type Counts<W> = Vec<(W, i64)>;

/// Licences in force today by the field of their scenario, most first.
pub fn licences_by_domain(look: &mut Look) -> Result<Counts<Domain>> {
    let today = look.today();
    let mut rows: Counts<Domain> = licence::table
        .inner_join(scenario::table.on(scenario::id.eq(licence::scenario)))
        .filter(licence::state.eq(State::InForce).and(licence::from_on.le(today)).and(licence::to_on.ge(today)))
        .group_by(scenario::domain)
        .select((scenario::domain, count_star()))
        .load(look.db())?;
    rows.sort_by_key(|r| (std::cmp::Reverse(r.1), r.0));
    Ok(rows)
}

/// The points on which products were sent back or refused since that day, by the point's key, most first; reviews that are not decided
/// are not in it, for nobody may learn of a vote before.
pub fn points_raised(look: &mut Look, since: NaiveDate) -> Result<Counts<String>> {
    let mut rows: Counts<String> = vote::table
        .inner_join(reviews::table.on(reviews::id.eq(vote::review)))
        .filter(reviews::state.eq_any([review::State::Returned, review::State::Refused]))
        .filter(reviews::updated_at.ge(day::start_of_day_utc(since)).and(vote::verdict.ne(Verdict::Meets)))
        .group_by(vote::point)
        .select((vote::point, count_star()))
        .limit(100)
        .load(look.db())?;
    rows.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    Ok(rows)
}
