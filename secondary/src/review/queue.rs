//! The reviewers' queue: what waits, by the day it is due.

use super::{Review, State};
use crate::product::Product;
use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::Date;
use platform::paging::{Page, Paged};
use platform::people::{Person, org};
use platform::schema::{membership, product, review, seat};
use platform::{Caller, Id, Look, MultiBackend, Result, Role, day, diesel, words};
use primary::ProductForm;
use serde::Serialize;
use std::collections::HashMap;

words! {
    /// Parts of the queue; every live review is in exactly one of the first three.
    pub enum Tab: "review-tab" { Mine = "mine", Unclaimed = "unclaimed", Waiting = "waiting", Done = "done" }
}

/// One line of the queue.
#[derive(Clone, Debug, Serialize)]
pub struct Waiting {
    pub review: Review,
    pub product_serial: String,
    pub form: ProductForm,
    pub holder: String,
    /// Working days left; negative when overdue, none when decided or when the calendar does not know the year.
    pub days_left: Option<i64>,
    pub seats: usize,
    pub voted: usize,
}

struct Taken {
    review: Id<Review>,
    reviewer: Id<Person>,
    voted: bool,
}

/// Most live reviews that the queue looks through.
const MOST: i64 = 5000;

/// A review and its part of the queue.
type Placed = (Id<Review>, Tab);

/// Live reviews, each in its part of the queue for this person, and the seats taken in them.
fn placed(look: &mut Look, person: Id<Person>) -> Result<(Vec<Placed>, Vec<Taken>)> {
    let live: Vec<(Id<Review>, State, String)> = review::table
        .filter(review::state.eq_any([State::Open, State::Consolidating]))
        .limit(MOST)
        .select((review::id, review::state, review::profile))
        .load(look.db())?;
    let taken = taken(look)?;
    let seats = by_review(&taken);
    let tab_of = |id: &Id<Review>, state: State, profile: &str| {
        let wanted = look.pinned(profile).compliance.reviewers.value as usize;
        let at = seats.get(id).map(Vec::as_slice).unwrap_or_default();
        match at.iter().find(|t| t.reviewer == person) {
            Some(own) if !own.voted || state == State::Consolidating => Tab::Mine,
            None if state == State::Open && at.len() < wanted => Tab::Unclaimed,
            _ => Tab::Waiting,
        }
    };
    let placed = live.into_iter().map(|(id, state, profile)| (id, tab_of(&id, state, &profile))).collect();
    Ok((placed, taken))
}

fn by_review(taken: &[Taken]) -> HashMap<Id<Review>, Vec<&Taken>> {
    let mut seats: HashMap<Id<Review>, Vec<&Taken>> = HashMap::new();
    for one in taken {
        seats.entry(one.review).or_default().push(one);
    }
    seats
}

/// How many live reviews stand in each part of the queue.
pub fn counts(look: &mut Look, who: &Caller) -> Result<HashMap<Tab, i64>> {
    let mut counts = HashMap::new();
    for (_, tab) in placed(look, who.person()?)?.0 {
        *counts.entry(tab).or_insert(0) += 1;
    }
    Ok(counts)
}

/// The queue for this caller: due first, those whose day is not known yet last.
pub fn queue(look: &mut Look, who: &Caller, tab: Tab, page: Page) -> Result<Paged<Waiting>> {
    let (placed, taken) = placed(look, who.person()?)?;
    let seats = by_review(&taken);
    let here: Vec<Id<Review>> = placed.iter().filter(|(_, at)| *at == tab).map(|(id, _)| *id).collect();
    let filter = || {
        let q = review::table.into_boxed::<MultiBackend>();
        match tab {
            Tab::Done => q.filter(review::state.ne_all([State::Open, State::Consolidating])),
            _ => q.filter(review::id.eq_any(here.clone())),
        }
    };
    let total: i64 = filter().count().get_result(look.db())?;
    let ordered = match tab {
        Tab::Done => filter().order((review::updated_at.desc(), review::id.desc())),
        // A day that is not known yet sorts last on both databases.
        _ => filter().order((sql::<Date>("COALESCE(due_on, '9999-12-31')").asc(), review::id.asc())),
    };
    let rows: Vec<Review> = ordered.limit(page.limit()).offset(page.offset()).select(Review::as_select()).load(look.db())?;
    let holders = org::names(look, rows.iter().filter_map(|r| r.owner).collect())?;
    let products: HashMap<Id<Product>, (Option<String>, ProductForm)> = product::table
        .filter(product::id.eq_any(rows.iter().map(|r| r.product).collect::<Vec<_>>()))
        .select((product::id, product::serial, product::form))
        .load::<(Id<Product>, Option<String>, ProductForm)>(look.db())?
        .into_iter()
        .map(|(id, serial, form)| (id, (serial, form)))
        .collect();
    let (today, calendar) = (look.today(), look.calendar());
    let lines = rows
        .into_iter()
        .map(|review| {
            let (serial, form) = products.get(&review.product).cloned().unwrap_or((None, ProductForm::Dataset));
            let at = seats.get(&review.id).map(Vec::as_slice).unwrap_or_default();
            Waiting {
                product_serial: serial.unwrap_or_default(),
                form,
                holder: review.owner.and_then(|o| holders.get(&o).cloned()).unwrap_or_default(),
                days_left: review.due_on.filter(|_| review.is_live()).and_then(|due| day::working_days_left(today, due, &calendar).ok()),
                seats: at.len(),
                voted: at.iter().filter(|t| t.voted).count(),
                review,
            }
        })
        .collect();
    Ok(page.of(lines, total))
}

/// Seats taken in live reviews. Who is no reviewer any more and gave no opinion holds none.
fn taken(look: &mut Look) -> Result<Vec<Taken>> {
    let held: Vec<Id<Person>> = membership::table
        .filter(membership::role.eq(Role::Reviewer).and(membership::until.is_null()))
        .select(membership::person)
        .limit(MOST)
        .load(look.db())?;
    let rows: Vec<(Id<Review>, Id<Person>, Option<platform::At>)> = seat::table
        .inner_join(review::table.on(review::id.eq(seat::review)))
        .filter(seat::released_at.is_null().and(review::state.eq_any([State::Open, State::Consolidating])))
        .select((seat::review, seat::reviewer, seat::voted_at))
        .limit(2 * MOST)
        .load(look.db())?;
    Ok(rows
        .into_iter()
        .map(|(review, reviewer, voted)| Taken { review, reviewer, voted: voted.is_some() })
        .filter(|t| t.voted || held.contains(&t.reviewer))
        .collect())
}
