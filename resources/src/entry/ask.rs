//! Questions about entries: lists, offers of forms, and what verbs of later crates must know.

use super::{Cycle, Domain, Entry, Level, Open, State};
use chrono::NaiveDate;
use diesel::prelude::*;
use platform::caller::{Caller, Role};
use platform::db::{Look, MultiBackend};
use platform::flow::{self, Choice};
use platform::paging::{Page, Paged, like};
use platform::people::{Org, org};
use platform::refusal::{Refusal, Result};
use platform::schema::entry;
use platform::{Id, Word, diesel};

/// What a list of entries asks for. Empty fields ask for everything.
#[derive(Clone, Debug, Default)]
pub struct Ask {
    pub words: String,
    pub state: Option<State>,
    pub domain: Option<Domain>,
    pub level: Option<Level>,
    /// Only what anybody may have: open without condition and kept closed by nothing.
    pub open: bool,
    pub cycle: Option<Cycle>,
    pub owner: Option<Id<Org>>,
    /// Only those whose attributes should have been looked at anew before today.
    pub overdue: bool,
}

fn asked(look: &mut Look, ask: &Ask, of: Option<Id<Org>>, page: Page) -> Result<Paged<Entry>> {
    let today = look.today();
    let filter = || {
        let mut q = entry::table.into_boxed::<MultiBackend>();
        if let Some(of) = of {
            q = q.filter(entry::owner.eq(of));
        }
        if let Some(state) = ask.state {
            q = q.filter(entry::state.eq(state));
        }
        if let Some(domain) = ask.domain {
            q = q.filter(entry::domain.eq(domain));
        }
        if let Some(level) = ask.level {
            q = q.filter(entry::level.eq(level));
        }
        if let Some(cycle) = ask.cycle {
            q = q.filter(entry::cycle.eq(cycle));
        }
        if let Some(owner) = ask.owner {
            q = q.filter(entry::owner.eq(owner));
        }
        if ask.open {
            q = q.filter(entry::open.eq(Open::Unconditional).and(entry::personal.eq(false)).and(entry::excluded.is_null()));
        }
        if ask.overdue {
            q = q.filter(entry::state.eq(State::Published).and(entry::due_on.lt(today)));
        }
        if !ask.words.trim().is_empty() {
            let like = like(&ask.words);
            q = q.filter(entry::title.like(like.clone()).escape('\\').or(entry::code.like(like).escape('\\')));
        }
        q
    };
    let total: i64 = filter().count().get_result(look.db())?;
    let rows = filter()
        .order((entry::updated_at.desc(), entry::id.desc()))
        .limit(page.limit())
        .offset(page.offset())
        .select(Entry::as_select())
        .load(look.db())?;
    Ok(page.of(rows, total))
}

/// Entries in the caller's sight, last changed first: those who oversee see all, a source unit its own, others what is published.
pub fn list(look: &mut Look, who: &Caller, ask: &Ask, page: Page) -> Result<Paged<Entry>> {
    if who.oversees() {
        return asked(look, ask, None, page);
    }
    match who.org {
        Some(own) if who.is(Role::Source) => asked(look, ask, Some(own), page),
        _ if ask.state.is_some_and(|s| s != State::Published) => Ok(page.of(Vec::new(), 0)),
        _ => asked(look, &Ask { state: Some(State::Published), ..ask.clone() }, None, page),
    }
}

/// How many of a unit's published entries must have their attributes looked at within ten days, or should have had (XC-23).
pub fn review_waiting(look: &mut Look, who: &Caller) -> Result<Option<flow::Waiting>> {
    let (Some(own), true) = (who.org, who.is(Role::Source)) else { return Ok(None) };
    let soon = look.today() + chrono::Duration::days(10);
    let days: Vec<Option<NaiveDate>> = entry::table
        .filter(entry::owner.eq(own).and(entry::state.eq(State::Published)).and(entry::due_on.le(soon)))
        .select(entry::due_on)
        .limit(1000)
        .load(look.db())?;
    let first = days.iter().flatten().min().copied();
    Ok(first.map(|due| flow::Waiting { state: State::Published.as_str().into(), count: days.len() as i64, due_on: Some(due) }))
}

/// The published catalogue, by words in title or code and by domain; an unknown domain finds nothing.
pub fn published(look: &mut Look, words: &str, domain: &str, page: Page) -> Result<Paged<Entry>> {
    let chosen = Domain::of(domain);
    if chosen.is_none() && !domain.is_empty() {
        return Ok(page.of(Vec::new(), 0));
    }
    asked(look, &Ask { words: words.into(), state: Some(State::Published), domain: chosen, ..Ask::default() }, None, page)
}

/// What anybody may have without asking, by whatever else is asked (XC-26, XC-31).
pub fn open_data(look: &mut Look, ask: &Ask, page: Page) -> Result<Paged<Entry>> {
    asked(look, &Ask { state: Some(State::Published), open: true, ..ask.clone() }, None, page)
}

/// The units that have open data, as offers of a filter.
pub fn open_units(look: &mut Look) -> Result<Vec<Choice>> {
    let ids: Vec<Option<Id<Org>>> = entry::table
        .filter(entry::state.eq(State::Published).and(entry::open.eq(Open::Unconditional)))
        .select(entry::owner)
        .distinct()
        .limit(500)
        .load(look.db())?;
    let mut units: Vec<Choice> = org::names(look, ids.into_iter().flatten().collect())?.into_iter().map(|(id, name)| Choice::new(id, name)).collect();
    units.sort_by(|a, b| a.label(false).cmp(b.label(false)));
    Ok(units)
}

/// Published entries that may enter authorised operation, as offers of a form, at most 500: `title · L2 · unit`.
pub fn choices(look: &mut Look) -> Result<Vec<Choice>> {
    let rows: Vec<Entry> = entry::table
        .filter(entry::state.eq(State::Published).and(entry::excluded.is_null()).and(entry::personal.eq(false)))
        .filter(entry::shared_from.is_null().or(entry::consented_on.is_not_null()))
        .order((entry::title.asc(), entry::id.asc()))
        .limit(500)
        .select(Entry::as_select())
        .load(look.db())?;
    let units = org::names(look, rows.iter().filter_map(|r| r.owner).collect())?;
    let unit = |row: &Entry| row.owner.and_then(|o| units.get(&o)).map_or("", String::as_str);
    Ok(rows.iter().map(|r| Choice::new(r.id, format!("{} · L{} · {}", r.title, r.level.number(), unit(r)))).collect())
}

/// All published entries as offers of a form, at most 500, whatever may be done with them.
pub fn published_choices(look: &mut Look) -> Result<Vec<Choice>> {
    let rows: Vec<(Id<Entry>, String, Option<Id<Org>>)> = entry::table
        .filter(entry::state.eq(State::Published))
        .order((entry::title.asc(), entry::id.asc()))
        .limit(500)
        .select((entry::id, entry::title, entry::owner))
        .load(look.db())?;
    let units = org::names(look, rows.iter().filter_map(|r| r.2).collect())?;
    let unit = |owner: &Option<Id<Org>>| owner.as_ref().and_then(|o| units.get(o)).map_or("", String::as_str).to_string();
    Ok(rows.iter().map(|(id, title, owner)| Choice::new(id, format!("{title} · {}", unit(owner)))).collect())
}

/// Some entries, whoever asks: for verbs that check level and marks. Texts that are no ids are passed over.
pub fn by_ids(look: &mut Look, ids: &[String]) -> Result<Vec<Entry>> {
    let ids: Vec<Id<Entry>> = ids.iter().filter_map(|i| i.parse().ok()).collect();
    let mut rows = Vec::with_capacity(ids.len());
    for some in ids.chunks(500) {
        let found: Vec<Entry> = entry::table.filter(entry::id.eq_any(some.to_vec())).select(Entry::as_select()).load(look.db())?;
        rows.extend(found);
    }
    Ok(rows)
}

/// Refuses, at that field, unless every id names a published entry; gives the entries back.
pub fn must_be_published(look: &mut Look, field: &str, ids: &[String]) -> Result<Vec<Entry>> {
    let rows = by_ids(look, ids)?;
    let found: std::collections::HashSet<String> = rows.iter().filter(|r| r.state == State::Published).map(|r| r.id.to_string()).collect();
    if ids.iter().all(|i| found.contains(i)) { Ok(rows) } else { Err(Refusal::fault(field, "not-a-choice")) }
}

/// Refuses unless every id names a published entry that may enter authorised operation; gives the entries back (ZJK-15).
pub fn must_be_operable(look: &mut Look, field: &str, ids: &[String]) -> Result<Vec<Entry>> {
    let rows = must_be_published(look, field, ids)?;
    rows.iter().try_for_each(Entry::must_be_operable)?;
    Ok(rows)
}

/// An entry's row, whoever asks: for verbs.
pub fn row(look: &mut Look, id: Id<Entry>) -> Result<Entry> {
    Ok(entry::table.find(id).select(Entry::as_select()).first(look.db())?)
}

/// A unit's own entries, published or not, as long as they are not withdrawn; at most 500.
pub fn of_unit(look: &mut Look, unit: Id<Org>) -> Result<Vec<Entry>> {
    Ok(entry::table
        .filter(entry::owner.eq(unit).and(entry::state.ne(State::Withdrawn)))
        .order((entry::title.asc(), entry::id.asc()))
        .limit(500)
        .select(Entry::as_select())
        .load(look.db())?)
}

/// Published entries of other units, or of the caller's own, as offers of a form, at most 500.
pub fn offered(look: &mut Look, who: &Caller, own: bool) -> Result<Vec<Entry>> {
    let unit = who.org()?;
    let q = entry::table.filter(entry::state.eq(State::Published)).into_boxed::<MultiBackend>();
    let q = if own { q.filter(entry::owner.eq(unit)) } else { q.filter(entry::owner.ne(unit)) };
    Ok(q.order((entry::title.asc(), entry::id.asc())).limit(500).select(Entry::as_select()).load(look.db())?)
}

/// How many entries are published, in all and by domain; for the front page.
pub fn counts(look: &mut Look) -> Result<(i64, Vec<(Domain, i64)>)> {
    let rows: Vec<(Domain, i64)> = entry::table
        .filter(entry::state.eq(State::Published))
        .group_by(entry::domain)
        .select((entry::domain, diesel::dsl::count_star()))
        .load(look.db())?;
    Ok((rows.iter().map(|r| r.1).sum(), rows))
}
