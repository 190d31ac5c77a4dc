//! Lists of licences: those in the caller's sight, and those of a holder that are in force.

use super::{Licence, State};
use chrono::NaiveDate;
use diesel::prelude::*;
use platform::paging::{Page, Paged, like};
use platform::people::Org;
use platform::schema::licence;
use platform::{Caller, Id, Look, MultiBackend, Result, diesel};

/// What a list of licences asks for. Empty fields ask for everything.
#[derive(Clone, Debug, Default)]
pub struct Ask {
    pub words: String,
    pub state: Option<State>,
    pub holder: Option<Id<Org>>,
    /// Only those that live and whose last day comes by then.
    pub ends_by: Option<NaiveDate>,
}

/// Licences in the caller's sight, newest first: his organisation's own, or all for those who oversee.
pub fn list(look: &mut Look, who: &Caller, ask: &Ask, page: Page) -> Result<Paged<Licence>> {
    let holder = if who.oversees() { ask.holder } else { Some(who.org()?) };
    let filter = || {
        let mut q = licence::table.into_boxed::<MultiBackend>();
        if let Some(holder) = holder {
            q = q.filter(licence::owner.eq(holder));
        }
        if let Some(state) = ask.state {
            q = q.filter(licence::state.eq(state));
        }
        if let Some(day) = ask.ends_by {
            q = q.filter(licence::to_on.le(day).and(licence::state.eq_any([State::InForce, State::Suspended])));
        }
        if !ask.words.is_empty() {
            q = q.filter(licence::title.like(like(&ask.words)).escape('\\'));
        }
        q
    };
    let total: i64 = filter().count().get_result(look.db())?;
    let rows = filter()
        .order((licence::created_at.desc(), licence::id.desc()))
        .limit(page.limit())
        .offset(page.offset())
        .select(Licence::as_select())
        .load(look.db())?;
    Ok(page.of(rows, total))
}

/// The licences of a holder that are in force now, newest first, at most 200.
pub fn in_force_of(look: &mut Look, holder: Id<Org>) -> Result<Vec<Licence>> {
    let today = look.today();
    Ok(licence::table
        .filter(licence::owner.eq(holder).and(licence::state.eq(State::InForce)))
        .filter(licence::from_on.le(today).and(licence::to_on.ge(today)))
        .order((licence::created_at.desc(), licence::id.desc()))
        .limit(200)
        .select(Licence::as_select())
        .load(look.db())?)
}
