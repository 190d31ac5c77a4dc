//! What must be disclosed by when: computed from the profile's reports and the licences held, never stored.

use super::{Kind, Period, State, rows};
use chrono::NaiveDate;
use diesel::prelude::*;
use platform::people::{Org, org};
use platform::profile;
use platform::schema::{disclosure, org as orgs};
use platform::{Id, Look, Result, day, diesel};
use serde::Serialize;
use std::collections::{HashMap, HashSet};

/// One disclosure owed.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Due {
    pub owner: Id<Org>,
    pub name: String,
    pub kind: Kind,
    pub period: String,
    pub due_on: NaiveDate,
    /// After the period's end; what was published before it does not cover it.
    pub published: bool,
    pub overdue: bool,
}

/// The disclosures owed for the last period that is over: by the primary operator, when a licence was in force in it,
/// and by every active developer that held one.
pub fn due_list(look: &mut Look) -> Result<Vec<Due>> {
    let today = look.today();
    let profile = look.profile();
    let mut all = Vec::new();
    // At most two reports; each asks the same few questions whatever the number of developers.
    for (key, kind) in [("primary_disclosure", Kind::Primary), ("developer_disclosure", Kind::Developer)] {
        let Some(report) = profile.report(key) else { continue };
        let Some(period) = Period::ended_before(report.period, today) else { continue };
        let holders = rows::holders(look, &period)?;
        let owners = match kind {
            Kind::Primary if holders.is_empty() => Vec::new(),
            Kind::Primary => org::primary(look)?.into_iter().map(|o| (o.id, o.title)).collect(),
            Kind::Developer => active(look, holders)?,
        };
        let mut done = published(look, kind, &period)?;
        if kind == Kind::Primary {
            // The yearly pack discloses all that this does, and more (DISC26).
            done.extend(crate::pack::published_of(look, &period)?);
        }
        all.extend(owed(report, kind, &period, owners, &done, today));
    }
    Ok(all)
}

fn owed(
    report: &profile::Report,
    kind: Kind,
    period: &Period,
    owners: Vec<(Id<Org>, String)>,
    done: &HashSet<Id<Org>>,
    today: NaiveDate,
) -> Vec<Due> {
    let due_on = report.due(period.to);
    owners
        .into_iter()
        .map(|(owner, name)| {
            let published = done.contains(&owner);
            Due { owner, name, kind, period: period.text.clone(), due_on, published, overdue: !published && today > due_on }
        })
        .collect()
}

fn active(look: &mut Look, ids: Vec<Id<Org>>) -> Result<Vec<(Id<Org>, String)>> {
    let names: HashMap<Id<Org>, String> = orgs::table
        .filter(orgs::id.eq_any(ids).and(orgs::state.eq(org::State::Active)))
        .select((orgs::id, orgs::title))
        .load::<(Id<Org>, String)>(look.db())?
        .into_iter()
        .collect();
    let mut owners: Vec<(Id<Org>, String)> = names.into_iter().collect();
    owners.sort_by(|a, b| a.1.cmp(&b.1).then(a.0.cmp(&b.0)));
    Ok(owners)
}

fn published(look: &mut Look, kind: Kind, period: &Period) -> Result<HashSet<Id<Org>>> {
    let owners: Vec<Option<Id<Org>>> = disclosure::table
        .filter(disclosure::kind.eq(kind).and(disclosure::period.eq(period.text.clone())).and(disclosure::state.eq(State::Published)))
        .filter(disclosure::published_at.ge(day::end_of_day_utc(period.to)))
        .select(disclosure::owner)
        .limit(10_000)
        .load(look.db())?;
    Ok(owners.into_iter().flatten().collect())
}
