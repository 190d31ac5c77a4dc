//! Lists of announcements: those in the caller's sight, and those everybody may read.

use super::{Announcement, State};
use crate::SelectionMethod;
use crate::scenario::Scenario;
use diesel::prelude::*;
use platform::flow::Choice;
use platform::paging::{Page, Paged, like};
use platform::schema::announcement;
use platform::{Caller, Id, Look, MultiBackend, Result, day, diesel};

/// What a list of announcements asks for. Empty fields ask for everything.
#[derive(Clone, Debug, Default)]
pub struct Ask {
    pub words: String,
    pub state: Option<State>,
    pub method: Option<SelectionMethod>,
    pub scenario: Option<Id<Scenario>>,
    pub domain: Option<crate::Domain>,
    pub purpose: Option<crate::Purpose>,
}

fn asked(look: &mut Look, ask: &Ask, drafts: bool, page: Page) -> Result<Paged<Announcement>> {
    use platform::schema::scenario as class;
    let filter = || {
        let mut q = announcement::table.into_boxed::<MultiBackend>();
        if !drafts {
            q = q.filter(announcement::published_at.is_not_null());
        }
        if let Some(state) = ask.state {
            q = q.filter(announcement::state.eq(state));
        }
        if let Some(method) = ask.method {
            q = q.filter(announcement::method.eq(method));
        }
        if let Some(of) = ask.scenario {
            q = q.filter(announcement::scenario.eq(of));
        }
        if let Some(domain) = ask.domain {
            q = q.filter(announcement::scenario.eq_any(class::table.filter(class::domain.eq(domain)).select(class::id)));
        }
        if let Some(purpose) = ask.purpose {
            q = q.filter(announcement::scenario.eq_any(class::table.filter(class::purpose.eq(purpose)).select(class::id)));
        }
        if !ask.words.trim().is_empty() {
            q = q.filter(announcement::title.like(like(&ask.words)).escape('\\'));
        }
        q
    };
    let total: i64 = filter().count().get_result(look.db())?;
    let rows = filter()
        .order((announcement::updated_at.desc(), announcement::id.desc()))
        .limit(page.limit())
        .offset(page.offset())
        .select(Announcement::as_select())
        .load(look.db())?;
    Ok(page.of(rows, total))
}

/// Announcements in the caller's sight, last changed first: drafts only for those who oversee.
pub fn list(look: &mut Look, who: &Caller, ask: &Ask, page: Page) -> Result<Paged<Announcement>> {
    asked(look, ask, who.oversees(), page)
}

/// Everything that was ever published, for the public.
pub fn published(look: &mut Look, ask: &Ask, page: Page) -> Result<Paged<Announcement>> {
    asked(look, ask, false, page)
}

/// Published announcements with a day that is to come or was in the last month: the end of bidding, the opening, the end of
/// objections. At most 500, the next first.
pub fn upcoming(look: &mut Look) -> Result<Vec<Announcement>> {
    let from = look.now() - chrono::Duration::days(31);
    let day = day::shanghai_date(from);
    Ok(announcement::table
        .filter(announcement::published_at.is_not_null().and(announcement::state.ne_all([State::Cancelled, State::Failed])))
        .filter(announcement::deadline.ge(from).or(announcement::opening.ge(from)).or(announcement::objection_until.ge(day)))
        .order((announcement::deadline.asc(), announcement::id.asc()))
        .limit(500)
        .select(Announcement::as_select())
        .load(look.db())?)
}

/// The published announcement of that number.
pub fn by_serial(look: &mut Look, serial: &str) -> Result<Announcement> {
    Ok(announcement::table
        .filter(announcement::serial.eq(serial).and(announcement::published_at.is_not_null()))
        .select(Announcement::as_select())
        .first(look.db())?)
}

/// Some announcements, whoever asks: for lists of what belongs to them.
pub fn by_ids(look: &mut Look, ids: Vec<Id<Announcement>>) -> Result<Vec<Announcement>> {
    Ok(announcement::table.filter(announcement::id.eq_any(ids)).limit(2000).select(Announcement::as_select()).load(look.db())?)
}

/// Announcements in a state, as offers of a form, at most 500.
pub(crate) fn choices(look: &mut Look, state: State) -> Result<Vec<Choice>> {
    let rows: Vec<(Id<Announcement>, String, Option<String>)> = announcement::table
        .filter(announcement::state.eq(state))
        .order((announcement::updated_at.desc(), announcement::id.desc()))
        .limit(500)
        .select((announcement::id, announcement::title, announcement::serial))
        .load(look.db())?;
    Ok(rows.into_iter().map(|(id, title, serial)| Choice::new(id, format!("{title} · {}", serial.unwrap_or_default()))).collect())
}

/// How many announcements are public in each state; for the front page.
pub fn counts(look: &mut Look) -> Result<Vec<(State, i64)>> {
    Ok(announcement::table
        .filter(announcement::published_at.is_not_null())
        .group_by(announcement::state)
        .select((announcement::state, diesel::dsl::count_star()))
        .load(look.db())?)
}
