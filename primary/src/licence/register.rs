//! 授权公开 — what everybody may know of the licences: holder, content, scope, term (ZJK-29).

use super::{EndKind, Licence, State, Terms};
use crate::Purpose;
use crate::scenario::{self, Scenario};
use chrono::NaiveDate;
use diesel::prelude::*;
use platform::flow::Noun;
use platform::paging::{Page, Paged, like};
use platform::people::{Org, org};
use platform::schema::{event, licence, org as orgs};
use platform::{At, Id, Look, MultiBackend, Refusal, Result, Word, day, diesel};
use serde::Serialize;
use std::collections::HashMap;

/// One line of the public register.
#[derive(Clone, Debug, Serialize)]
pub struct Published {
    pub id: Id<Licence>,
    pub serial: String,
    pub title: String,
    pub scenario: Id<Scenario>,
    pub scenario_title: String,
    pub holder: String,
    pub credit_code: String,
    pub purpose: Purpose,
    pub scope: String,
    /// Names of the data resources.
    pub resources: Vec<String>,
    pub from_on: NaiveDate,
    pub to_on: NaiveDate,
    pub state: State,
    /// Whether it is in force today; a licence may be countersigned before its first day.
    pub in_force: bool,
    pub in_force_at: Option<At>,
    pub ended_at: Option<At>,
    /// Why it ended before its last day; none when it ran out.
    pub end_kind: Option<EndKind>,
}

/// What stands in the register: everything that has been in force.
pub const SHOWN: [State; 3] = [State::InForce, State::Suspended, State::Ended];

/// What a search of the register asks for; empty fields ask for everything.
#[derive(Clone, Debug, Default)]
pub struct Ask {
    /// In the scenario's or the holder's name.
    pub words: String,
    pub state: Option<State>,
    pub scenario: Option<Id<Scenario>>,
    /// In force today.
    pub in_force: bool,
}

/// One licence of the register, by its id.
pub fn public_one(look: &mut Look, id: Id<Licence>) -> Result<Published> {
    let row: Licence = licence::table.filter(licence::id.eq(id).and(licence::state.eq_any(SHOWN))).select(Licence::as_select()).first(look.db())?;
    published(look, vec![row])?.pop().ok_or(Refusal::NotFound)
}

/// One licence of the register.
pub fn public(look: &mut Look, serial: &str) -> Result<Published> {
    let row: Licence =
        licence::table.filter(licence::serial.eq(serial).and(licence::state.eq_any(SHOWN))).select(Licence::as_select()).first(look.db())?;
    published(look, vec![row])?.pop().ok_or(Refusal::NotFound)
}

/// The register by words in scenario or holder and by state, newest first.
pub fn public_list(look: &mut Look, words: &str, state: Option<State>, page: Page) -> Result<Paged<Published>> {
    search(look, &Ask { words: words.into(), state, ..Ask::default() }, page)
}

/// The register as asked for, newest first.
pub fn search(look: &mut Look, ask: &Ask, page: Page) -> Result<Paged<Published>> {
    let today = look.today();
    let filter = || {
        let mut q = licence::table.into_boxed::<MultiBackend>().filter(licence::state.eq_any(SHOWN));
        if let Some(state) = ask.state {
            q = q.filter(licence::state.eq(state));
        }
        if ask.in_force {
            q = q.filter(licence::state.eq(State::InForce).and(licence::from_on.le(today)).and(licence::to_on.ge(today)));
        }
        if let Some(of) = ask.scenario {
            q = q.filter(licence::scenario.eq(of));
        }
        if !ask.words.trim().is_empty() {
            let named = orgs::table.filter(orgs::title.like(like(&ask.words)).escape('\\')).select(orgs::id.nullable());
            q = q.filter(licence::title.like(like(&ask.words)).escape('\\').or(licence::owner.eq_any(named)));
        }
        q
    };
    let total: i64 = filter().count().get_result(look.db())?;
    let rows: Vec<Licence> = filter()
        .order((licence::created_at.desc(), licence::id.desc()))
        .limit(page.limit())
        .offset(page.offset())
        .select(Licence::as_select())
        .load(look.db())?;
    Ok(page.of(published(look, rows)?, total))
}

/// How many licences are in force today; for the front page.
pub fn count_in_force(look: &mut Look) -> Result<i64> {
    let today = look.today();
    Ok(licence::table
        .filter(licence::state.eq(State::InForce).and(licence::from_on.le(today)).and(licence::to_on.ge(today)))
        .count()
        .get_result(look.db())?)
}

/// The register as it stood at the end of a day, by number: every licence in force by then, with the state it was in. At most 5,000.
pub fn as_of(look: &mut Look, day: NaiveDate) -> Result<Vec<(Published, State)>> {
    let end = day::end_of_day_utc(day);
    let rows: Vec<Licence> = licence::table
        .filter(licence::in_force_at.le(end).and(licence::state.eq_any(SHOWN)))
        .order((licence::in_force_at.asc(), licence::id.asc()))
        .limit(5000)
        .select(Licence::as_select())
        .load(look.db())?;
    let ids: Vec<String> = rows.iter().map(|r| r.id.to_string()).collect();
    let mut stood: HashMap<String, State> = HashMap::new();
    for some in ids.chunks(500) {
        // No licence has more than a few dozen steps.
        let steps: Vec<(String, String)> = event::table
            .filter(event::noun.eq(Licence::NAME).and(event::subject.eq_any(some.to_vec())).and(event::at.le(end)))
            .order(event::seq.asc())
            .limit(100_000)
            .select((event::subject, event::to_state))
            .load(look.db())?;
        stood.extend(steps.into_iter().filter_map(|(subject, to)| Some((subject, State::of(&to)?))));
    }
    let rows = published(look, rows)?.into_iter().filter_map(|row| {
        let state = stood.get(&row.id.to_string()).copied().filter(|s| SHOWN.contains(s))?;
        // The daily job closes it the morning after its last day.
        Some(if row.to_on < day && state != State::Ended { (row, State::Ended) } else { (row, state) })
    });
    Ok(rows.collect())
}

/// The day on which the first licence of the register came into force.
pub fn first_day(look: &mut Look) -> Result<Option<NaiveDate>> {
    let first: Option<Option<At>> = licence::table
        .filter(licence::state.eq_any(SHOWN))
        .order(licence::in_force_at.asc())
        .select(licence::in_force_at)
        .first(look.db())
        .optional()?;
    Ok(first.flatten().map(day::shanghai_date))
}

/// What the register says of a licence that was just granted: the wording that the public log has the digest of (ZJK-29).
pub(super) fn wording(look: &mut Look, row: Licence) -> Result<serde_json::Value> {
    let operator = org::primary(look)?.map(|o| o.title);
    let of = published(look, vec![row])?.pop().ok_or(Refusal::NotFound)?;
    Ok(serde_json::json!({
        "number": of.serial,
        "holder": of.holder,
        "credit_code": of.credit_code,
        "operator": operator,
        "scenario": of.scenario_title,
        "purpose": of.purpose.as_str(),
        "scope": of.scope,
        "resources": of.resources,
        "from": of.from_on,
        "to": of.to_on,
    }))
}

/// Rows of the register as everybody may know them; the caller has taken no other rows.
pub fn published(look: &mut Look, rows: Vec<Licence>) -> Result<Vec<Published>> {
    let today = look.today();
    let owners: Vec<Id<Org>> = rows.iter().filter_map(|r| r.owner).collect();
    let holders: HashMap<Id<Org>, (String, Option<String>)> = orgs::table
        .filter(orgs::id.eq_any(owners))
        .select((orgs::id, orgs::title, orgs::credit_code))
        .load::<(Id<Org>, String, Option<String>)>(look.db())?
        .into_iter()
        .map(|(id, title, code)| (id, (title, code)))
        .collect();
    let classes: HashMap<Id<Scenario>, String> =
        scenario::by_ids(look, rows.iter().map(|r| r.scenario).collect())?.into_iter().map(|s| (s.id, s.title)).collect();
    let terms: Vec<Terms> = rows.iter().map(Licence::terms).collect();
    let ids: Vec<String> = terms.iter().flat_map(|t| t.resources.iter().cloned()).collect();
    let titles: HashMap<String, String> = resources::entry::by_ids(look, &ids)?.into_iter().map(|e| (e.id.to_string(), e.title)).collect();
    Ok(rows
        .into_iter()
        .zip(terms)
        .map(|(row, terms)| {
            let (holder, credit_code) = row.owner.and_then(|o| holders.get(&o).cloned()).unwrap_or_default();
            Published {
                id: row.id,
                in_force: row.is_in_force(today),
                serial: row.serial.unwrap_or_default(),
                title: row.title,
                scenario: row.scenario,
                scenario_title: classes.get(&row.scenario).cloned().unwrap_or_default(),
                holder,
                credit_code: credit_code.unwrap_or_default(),
                purpose: terms.purpose,
                scope: terms.scope,
                resources: terms.resources.iter().filter_map(|r| titles.get(r).cloned()).collect(),
                from_on: row.from_on,
                to_on: row.to_on,
                state: row.state,
                in_force_at: row.in_force_at,
                ended_at: row.ended_at,
                end_kind: row.end_kind,
            }
        })
        .collect())
}
