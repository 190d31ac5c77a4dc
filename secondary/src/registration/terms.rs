//! What must be registered, by when, and for how long a registration holds (REG26-9(1), REG26-15).

use super::{About, Kind, Registration, State};
use crate::product::{self, Product};
use chrono::{Datelike, NaiveDate};
use diesel::prelude::*;
use platform::flow::Choice;
use platform::people::Org;
use platform::schema::{entry as entries, licence as licences, product as products, registration};
use platform::{At, Caller, Fault, Id, Look, OrgKind, Refusal, Result, Role, day, diesel};
use primary::licence::{Licence, State as LicenceState};
use resources::Entry;
use serde::Serialize;
use std::collections::{BTreeMap, HashSet};

/// Years a registration holds, as a rule and at most (REG26-15).
const YEARS: i32 = 3;

/// The last day of a registration that begins on a day: three years, or the licence's end where that comes first.
pub fn valid_until(from: NaiveDate, licence_end: Option<NaiveDate>) -> NaiveDate {
    let rule = day::add_years(from, YEARS).pred_opt().unwrap_or(from);
    licence_end.map_or(rule, |end| end.min(rule))
}

/// First and last day of a registration that gets its code today. A change or correction keeps the term; a renewal begins
/// on the day after it. The registry may give less than the rule, never more.
pub(super) fn validity(
    look: &mut Look,
    row: &Registration,
    before: Option<&Registration>,
    asked: Option<NaiveDate>,
) -> Result<(NaiveDate, NaiveDate)> {
    let today = look.today();
    let kept = before.and_then(|b| Some((b.valid_from?, b.valid_to?)));
    let licence_end = match row.about {
        About::Product => {
            let of: Product = product::row(look, row.subject.parse()?)?;
            Some(primary::licence::row(look, of.licence)?.to_on)
        }
        About::Resource => None,
    };
    let (from, most) = match (row.kind, kept) {
        (Kind::Change | Kind::Correction, Some(term)) => term,
        (Kind::Renewal, Some((_, to))) => {
            let from = to.succ_opt().unwrap_or(to);
            (from, valid_until(from, licence_end))
        }
        _ => (today, valid_until(today, licence_end)),
    };
    match asked {
        Some(to) if to > most => Err(Refusal::Faulty(vec![Fault::at("valid_to", "over-cap").with("latest", most)])),
        Some(to) if to < from => Err(Refusal::fault("valid_to", "ends-before-start")),
        Some(to) => Ok((from, to)),
        None => Ok((from, most)),
    }
}

/// A renewal is asked for within the 60 days before the end (REG26-15).
pub(super) fn must_be_renewable(look: &Look, before: &Registration) -> Result<()> {
    let Some(to) = before.valid_to else { return Err(Refusal::broken("a coded registration without a term")) };
    let from = super::renewable_from(to);
    let today = look.today();
    if from <= today && today <= to {
        return Ok(());
    }
    Err(Refusal::rule("registration-renewal", "REG26-15").with("from", from).with("to", to))
}

/// What the caller may register: a developer its approved products, a source unit its published entries, the primary
/// operator any published entry.
pub fn subjects(look: &mut Look, who: &Caller) -> Result<Vec<Choice>> {
    let own = who.org()?;
    if who.is_developer() {
        let rows: Vec<(Id<Product>, String, Option<String>)> = products::table
            .filter(products::owner.eq(own).and(products::approved_version.is_not_null()))
            .filter(products::state.ne_all([product::State::Refused, product::State::Withdrawn]))
            .order((products::title.asc(), products::id.asc()))
            .limit(500)
            .select((products::id, products::title, products::serial))
            .load(look.db())?;
        return Ok(rows
            .into_iter()
            .map(|(id, title, serial)| Choice::new(format!("product:{id}"), format!("{title} {}", serial.unwrap_or_default())))
            .collect());
    }
    let mut q = entries::table.into_boxed::<platform::MultiBackend>().filter(entries::state.eq(resources::entry::State::Published));
    match who.kind {
        Some(OrgKind::Primary) => {}
        _ if who.is(Role::Source) => q = q.filter(entries::owner.eq(own)),
        _ => return Ok(Vec::new()),
    }
    let rows: Vec<(Id<Entry>, String)> =
        q.order((entries::title.asc(), entries::id.asc())).limit(500).select((entries::id, entries::title)).load(look.db())?;
    Ok(rows.into_iter().map(|(id, title)| Choice::new(format!("resource:{id}"), title)).collect())
}

/// Licences that were in force at some time, newest first.
fn granted(look: &mut Look) -> Result<Vec<Licence>> {
    Ok(licences::table
        .filter(licences::in_force_at.is_not_null())
        .filter(licences::state.eq_any([LicenceState::InForce, LicenceState::Suspended]))
        .order((licences::in_force_at.asc(), licences::id.asc()))
        .limit(2000)
        .select(Licence::as_select())
        .load(look.db())?)
}

/// The licences that live and name an entry.
pub(super) fn licences_of_entry(look: &mut Look, entry: &str) -> Result<Vec<Licence>> {
    Ok(granted(look)?.into_iter().filter(|l| l.terms().resources.iter().any(|r| r == entry)).collect())
}

/// The day by which a thing must be handed in for registration: twenty working days after it was first supplied. None while
/// it was not, or while that year's working days are not announced.
pub(super) fn apply_by(look: &mut Look, about: About, subject: &str) -> Result<Option<NaiveDate>> {
    let since: Option<NaiveDate> = match about {
        About::Product => product::row(look, subject.parse()?)?.listed_at.map(day::shanghai_date),
        About::Resource => licences_of_entry(look, subject)?.first().and_then(supplied_on),
    };
    Ok(since.and_then(|day| due(look, day)))
}

fn supplied_on(of: &Licence) -> Option<NaiveDate> {
    of.in_force_at.map(|at: At| day::shanghai_date(at).max(of.from_on))
}

fn due(look: &Look, since: NaiveDate) -> Option<NaiveDate> {
    let profile = look.profile();
    profile.deadline("registration_apply").and_then(|d| d.due(since, &look.calendar(), &[]).ok())
}

/// Something that must be registered and is not.
#[derive(Clone, Debug, Serialize)]
pub struct Owed {
    pub about: About,
    pub subject: String,
    pub title: String,
    /// Who must apply: the developer, or the source unit.
    pub owner: Option<Id<Org>>,
    pub due_on: Option<NaiveDate>,
    pub overdue: bool,
    /// An application that is under way.
    pub open: Option<Id<Registration>>,
}

/// What must be registered and has no query code yet: products on the shelf, entries under licences in force; the most
/// pressing first. Computed, never stored.
pub fn owed(look: &mut Look, who: &Caller) -> Result<Vec<Owed>> {
    let today = look.today();
    let live: Vec<Registration> = registration::table
        .filter(registration::state.eq_any([
            State::Prepared,
            State::Submitted,
            State::Returned,
            State::Accepted,
            State::Reviewed,
            State::InNotice,
            State::Recheck,
            State::Coded,
        ]))
        .limit(20_000)
        .select(Registration::as_select())
        .load(look.db())?;
    let coded: HashSet<(About, String)> = live.iter().filter(|r| r.state == State::Coded).map(|r| (r.about, r.subject.clone())).collect();
    let open: BTreeMap<(&'static str, String), Id<Registration>> =
        live.iter().filter(|r| r.state != State::Coded).map(|r| ((name(r.about), r.subject.clone()), r.id)).collect();
    let mut all = Vec::new();
    let mut add = |look: &Look, about: About, subject: String, title: String, owner: Option<Id<Org>>, since: NaiveDate| {
        let due_on = due(look, since);
        let open = open.get(&(name(about), subject.clone())).copied();
        all.push(Owed { about, subject, title, owner, due_on, overdue: due_on.is_some_and(|d| d < today), open });
    };
    let shelf: Vec<Product> = products::table
        .filter(products::state.eq(product::State::Listed).and(products::listed_at.is_not_null()))
        .order(products::id.asc())
        .limit(5000)
        .select(Product::as_select())
        .load(look.db())?;
    for row in shelf {
        let Some(since) = row.listed_at.map(day::shanghai_date) else { continue };
        if !coded.contains(&(About::Product, row.id.to_string())) {
            add(look, About::Product, row.id.to_string(), row.title, row.owner, since);
        }
    }
    let mut first: BTreeMap<String, NaiveDate> = BTreeMap::new();
    for licence in granted(look)? {
        for entry in licence.terms().resources {
            if let Some(day) = supplied_on(&licence).filter(|d| *d <= today) {
                first.entry(entry).and_modify(|d| *d = day.min(*d)).or_insert(day);
            }
        }
    }
    let ids: Vec<String> = first.keys().filter(|id| !coded.contains(&(About::Resource, (*id).clone()))).cloned().collect();
    for entry in resources::entry::by_ids(look, &ids)? {
        let Some(since) = first.get(&entry.id.to_string()) else { continue };
        add(look, About::Resource, entry.id.to_string(), entry.title, entry.owner, *since);
    }
    all.retain(|o| who.oversees() || (o.owner.is_some() && o.owner == who.org));
    all.sort_by_key(|o| (o.due_on.map_or(i32::MAX, |d| d.num_days_from_ce()), o.title.clone()));
    Ok(all)
}

fn name(about: About) -> &'static str {
    platform::Word::as_str(about)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_registration_holds_three_years_or_to_the_end_of_the_licence() {
        let day = |t: &str| t.parse::<NaiveDate>().unwrap();
        assert_eq!(valid_until(day("2026-05-11"), None), day("2029-05-10"));
        assert_eq!(valid_until(day("2026-05-11"), Some(day("2029-01-31"))), day("2029-01-31"));
        assert_eq!(valid_until(day("2026-05-11"), Some(day("2031-01-31"))), day("2029-05-10"));
        // A leap day ends on the day before its third anniversary.
        assert_eq!(valid_until(day("2028-02-29"), None), day("2031-02-27"));
        assert_eq!(super::super::renewable_from(day("2029-05-10")), day("2029-03-11"));
    }
}
