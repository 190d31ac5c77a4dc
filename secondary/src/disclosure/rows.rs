//! What a disclosure says, assembled from the record: nobody types it.

use super::{Kind, Period};
use crate::product::Product;
use crate::{catalogue, pricing, product, review};
use chrono::NaiveDate;
use diesel::prelude::*;
use platform::people::{Org, org};
use platform::schema::{licence, org as orgs, product as products, review as reviews, scenario};
use platform::{At, Id, Look, Result, Word, day, diesel};
use primary::licence::Licence;
use primary::scenario::Scenario;
use resources::{Entry, entry};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;

/// A licence: holder, content, scope and term (ZJK-29).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LicenceLine {
    pub serial: String,
    pub holder: String,
    pub credit_code: String,
    /// What it was granted for.
    pub scenario: String,
    pub scope: String,
    pub from: NaiveDate,
    pub to: NaiveDate,
    /// The day on which it ended, when that was not its last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_on: Option<NaiveDate>,
    /// A word of the set `licence-state`.
    pub state: String,
}

/// A product or service.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ProductLine {
    pub serial: String,
    pub title: String,
    /// A word of the set `product-form`.
    pub form: String,
    pub scenario: String,
    /// Empty while no price is in effect.
    pub price_zh: String,
    pub price_en: String,
    pub version: i32,
    pub listed_on: Option<NaiveDate>,
    /// A word of the set `product-state`.
    pub status: String,
    pub on_offer: bool,
}

/// A data resource that was used.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct UseLine {
    pub title: String,
    /// The source unit.
    pub unit: String,
    /// A word of the set `level`.
    pub level: String,
    pub licence: String,
    pub since: NaiveDate,
    /// The last day of its use, once its licence has ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<NaiveDate>,
}

/// All lists of a disclosure; those of the other kind are empty.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Lists {
    pub licences: Vec<LicenceLine>,
    pub products: Vec<ProductLine>,
    pub resources: Vec<UseLine>,
}

impl Lists {
    pub fn is_empty(&self) -> bool {
        self.licences.is_empty() && self.products.is_empty() && self.resources.is_empty()
    }
}

/// Most rows of a list.
const MOST: i64 = 5000;

/// Assembles the lists from the record as it stands now.
pub(super) fn assemble(look: &mut Look, kind: Kind, owner: Id<Org>, period: &Period) -> Result<Lists> {
    match kind {
        Kind::Primary => Ok(Lists { licences: licences(look, period)?, ..Lists::default() }),
        Kind::Developer => {
            Ok(Lists { products: products_of(look, Some(owner), period)?, resources: uses(look, Some(owner), period)?, ..Lists::default() })
        }
    }
}

/// Whether any licence was in force in the period.
pub(crate) fn was_operated(look: &mut Look, period: &Period) -> Result<bool> {
    Ok(!held(look, None, period)?.is_empty())
}

/// The products of all developers, and the resources opened to them.
pub(crate) fn all_products(look: &mut Look, period: &Period) -> Result<Vec<ProductLine>> {
    products_of(look, None, period)
}
pub(crate) fn all_uses(look: &mut Look, period: &Period) -> Result<Vec<UseLine>> {
    uses(look, None, period)
}

/// Licences in force on at least one day of the period; a suspended one had its days before.
fn held(look: &mut Look, of: Option<Id<Org>>, period: &Period) -> Result<Vec<Licence>> {
    let (first, after) = (day::start_of_day_utc(period.from), day::end_of_day_utc(period.to));
    let mut q = licence::table
        .into_boxed::<platform::MultiBackend>()
        .filter(licence::from_on.le(period.to).and(licence::to_on.ge(period.from)))
        // Without a countersignature it never was in force; nothing compares to what is not there.
        .filter(licence::in_force_at.lt(after).and(licence::in_force_at.is_not_null()))
        .filter(licence::ended_at.is_null().or(licence::ended_at.gt(first)));
    if let Some(of) = of {
        q = q.filter(licence::owner.eq(of));
    }
    Ok(q.order((licence::created_at.asc(), licence::id.asc())).limit(MOST).select(Licence::as_select()).load(look.db())?)
}

/// Licences in force on at least one day between two, of one holder or of all.
pub(crate) fn held_between(look: &mut Look, of: Option<Id<Org>>, from: NaiveDate, to: NaiveDate) -> Result<Vec<Licence>> {
    held(look, of, &Period { text: String::new(), from, to })
}

/// Holders of licences in force on at least one day between two.
pub(crate) fn holders_between(look: &mut Look, from: NaiveDate, to: NaiveDate) -> Result<Vec<Id<Org>>> {
    holders(look, &Period { text: String::new(), from, to })
}

/// Holders of licences that were in force in the period.
pub(super) fn holders(look: &mut Look, period: &Period) -> Result<Vec<Id<Org>>> {
    let mut holders: Vec<Id<Org>> = held(look, None, period)?.into_iter().filter_map(|l| l.owner).collect();
    holders.sort();
    holders.dedup();
    Ok(holders)
}

fn scenarios(look: &mut Look, ids: Vec<Id<Scenario>>) -> Result<HashMap<Id<Scenario>, String>> {
    let rows: Vec<(Id<Scenario>, String)> =
        scenario::table.filter(scenario::id.eq_any(ids)).select((scenario::id, scenario::title)).load(look.db())?;
    Ok(rows.into_iter().collect())
}

/// The last day of a licence that has ended.
fn ended_on(of: &Licence) -> Option<NaiveDate> {
    of.ended_at.map(|at| day::shanghai_date(at).min(of.to_on))
}

fn licences(look: &mut Look, period: &Period) -> Result<Vec<LicenceLine>> {
    Ok(authorised(look, period)?.into_iter().map(|(_, line)| line).collect())
}

/// The licences that were in force in the period, with what is disclosed of each.
pub(crate) fn authorised(look: &mut Look, period: &Period) -> Result<Vec<(Id<Licence>, LicenceLine)>> {
    let held = held(look, None, period)?;
    let titles = scenarios(look, held.iter().map(|l| l.scenario).collect())?;
    let holders: HashMap<Id<Org>, (String, Option<String>)> = orgs::table
        .filter(orgs::id.eq_any(held.iter().filter_map(|l| l.owner).collect::<Vec<_>>()))
        .select((orgs::id, orgs::title, orgs::credit_code))
        .load::<(Id<Org>, String, Option<String>)>(look.db())?
        .into_iter()
        .map(|(id, title, code)| (id, (title, code)))
        .collect();
    Ok(held
        .into_iter()
        .map(|row| {
            let (holder, code) = row.owner.and_then(|o| holders.get(&o).cloned()).unwrap_or_default();
            let line = LicenceLine {
                ended_on: ended_on(&row).filter(|day| *day < row.to_on),
                scope: row.terms().scope,
                serial: row.serial.unwrap_or_default(),
                holder,
                credit_code: code.unwrap_or_default(),
                scenario: titles.get(&row.scenario).cloned().unwrap_or_default(),
                from: row.from_on,
                to: row.to_on,
                state: row.state.as_str().into(),
            };
            (row.id, line)
        })
        .collect())
}

/// The developer's products, or those of all, approved by the end of the period, less those withdrawn before it or never listed.
fn products_of(look: &mut Look, of: Option<Id<Org>>, period: &Period) -> Result<Vec<ProductLine>> {
    let (first, after) = (day::start_of_day_utc(period.from), day::end_of_day_utc(period.to));
    // A decided review is never moved again.
    let approved = reviews::table.filter(reviews::state.eq(review::State::Approved).and(reviews::updated_at.lt(after))).select(reviews::product);
    let alive = products::state.eq_any([product::State::Approved, product::State::Listed, product::State::Delisted]);
    let left = products::state.eq(product::State::Withdrawn).and(products::listed_at.is_not_null()).and(products::updated_at.ge(first));
    let mut q = products::table.into_boxed::<platform::MultiBackend>().filter(products::id.eq_any(approved)).filter(alive.or(left));
    if let Some(of) = of {
        q = q.filter(products::owner.eq(of));
    }
    let rows: Vec<Product> = q.order((products::created_at.asc(), products::id.asc())).limit(MOST).select(Product::as_select()).load(look.db())?;
    let titles = scenarios(look, rows.iter().map(|r| r.scenario).collect())?;
    let ids: Vec<Id<Product>> = rows.iter().map(|r| r.id).collect();
    let prices = pricing::currents(look, &ids)?;
    let offered = catalogue::on_offer_of(look, &ids)?;
    Ok(rows
        .into_iter()
        .map(|row| ProductLine {
            price_zh: prices.get(&row.id).map(|p| pricing::say(p, false)).unwrap_or_default(),
            price_en: prices.get(&row.id).map(|p| pricing::say(p, true)).unwrap_or_default(),
            scenario: titles.get(&row.scenario).cloned().unwrap_or_default(),
            on_offer: offered.contains(&row.id),
            serial: row.serial.unwrap_or_default(),
            title: row.title,
            form: row.form.as_str().into(),
            version: row.approved_version.unwrap_or(0),
            listed_on: row.listed_at.map(day::shanghai_date),
            status: row.state.as_str().into(),
        })
        .collect())
}

/// The data resources that the developer's licences, or those of all, opened in the period.
fn uses(look: &mut Look, of: Option<Id<Org>>, period: &Period) -> Result<Vec<UseLine>> {
    let held = held(look, of, period)?;
    let ids: Vec<String> = held.iter().flat_map(|l| l.terms().resources).collect();
    let entries: HashMap<String, Entry> = entry::by_ids(look, &ids)?.into_iter().map(|e| (e.id.to_string(), e)).collect();
    let units = org::names(look, entries.values().filter_map(|e| e.owner).collect())?;
    let mut lines = Vec::new();
    for row in &held {
        let began: Option<At> = row.in_force_at;
        let since = began.map_or(row.from_on, |at| day::shanghai_date(at).max(row.from_on));
        for named in row.terms().resources.iter().filter_map(|id| entries.get(id)) {
            lines.push(UseLine {
                title: named.title.clone(),
                unit: named.owner.and_then(|o| units.get(&o).cloned()).unwrap_or_default(),
                level: named.level.as_str().into(),
                licence: row.serial.clone().unwrap_or_default(),
                since,
                until: ended_on(row),
            });
        }
    }
    Ok(lines)
}
