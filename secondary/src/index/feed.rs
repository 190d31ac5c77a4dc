//! What the index holds, read from the database: everything at first, and afterwards what an event touches.

use super::{Delivery, Entry, Facet, Key, Kind, Line, Shown};
use crate::catalogue::{self, Offer};
use crate::disclosure::{self, Disclosure};
use crate::product::Product;
use chrono::NaiveDate;
use diesel::prelude::*;
use platform::event::Heard;
use platform::flow::Noun;
use platform::people::Org;
use platform::schema::{amendment, announcement as calls, disclosure as lists, licence, org, pricing, product, rectification, scenario, termination};
use platform::{At, Id, Look, MultiBackend, Result, Word, diesel};
use primary::amendment::Amendment;
use primary::announcement::Announcement;
use primary::licence::{Licence, register};
use primary::rectification::Rectification;
use primary::scenario::{self as classes, Scenario};
use primary::termination::Termination;
use std::collections::BTreeSet;

/// Entries read at a time, below the most values that a statement takes.
pub const BATCH: i64 = 2_000;

fn millis(at: Option<At>) -> i64 {
    at.map(|t| t.and_utc().timestamp_millis()).unwrap_or_default()
}
fn midnight(day: Option<NaiveDate>) -> i64 {
    millis(day.and_then(|d| d.and_hms_opt(0, 0, 0)))
}
fn name(id: impl ToString, title: &str) -> String {
    format!("{} {title}", id.to_string())
}

fn entry(kind: Kind, line: Line, shown: fn(Line) -> Shown) -> Result<Entry> {
    Ok(Entry {
        kind,
        id: Key(line.id.clone()),
        serial: line.serial.clone(),
        title: line.title.clone(),
        text: format!("{} {} {}", line.title, line.summary, line.holder),
        words: vec![(Facet::Kind, kind.as_str())],
        at: 0,
        holder: String::new(),
        scenario: String::new(),
        sources: Vec::new(),
        shown: serde_json::to_vec(&shown(line))?,
    })
}

fn of_offer(o: Offer) -> Result<Entry> {
    let mut words = vec![
        (Facet::Kind, Kind::Product.as_str()),
        (Facet::Domain, o.domain.as_str()),
        (Facet::Form, o.form.as_str()),
        (Facet::Purpose, o.purpose.as_str()),
        (Facet::Delivery, Delivery::of_form(o.form).as_str()),
        (Facet::Tariff, o.price_kind.as_str()),
    ];
    words.extend(o.level.map(|l| (Facet::Level, l.as_str())));
    words.extend(o.update_cycle.map(|c| (Facet::Cycle, c.as_str())));
    Ok(Entry {
        kind: Kind::Product,
        id: Key(o.id.to_string()),
        serial: o.serial.clone(),
        title: o.title.clone(),
        text: format!("{} {} {} {}", o.title, o.summary, o.scenario_title, o.holder),
        words,
        at: millis(o.listed_at),
        holder: o.owner.map(|owner| name(owner, &o.holder)).unwrap_or_default(),
        scenario: name(o.scenario, &o.scenario_title),
        sources: o.sources.clone(),
        shown: serde_json::to_vec(&Shown::Product(Box::new(o)))?,
    })
}

fn of_scenario(row: Scenario) -> Result<Entry> {
    let said = row.answers();
    let line = Line {
        id: row.id.to_string(),
        serial: row.serial.clone().unwrap_or_default(),
        summary: said.text("description").into(),
        state: row.state.as_str().into(),
        holder: String::new(),
        title: row.title,
    };
    let mut entry = entry(Kind::Scenario, line, Shown::Scenario)?;
    entry.text.push_str(&format!(" {} {}", said.text("resources"), said.text("value")));
    entry.words.extend([(Facet::Domain, row.domain.as_str()), (Facet::Purpose, row.purpose.as_str())]);
    entry.at = midnight(row.published_on);
    Ok(entry)
}

type Call = (Announcement, String, resources::Domain, primary::Purpose);

fn of_call((row, class, domain, purpose): Call) -> Result<Entry> {
    let line = Line {
        id: row.id.to_string(),
        serial: row.serial.clone().unwrap_or_default(),
        summary: class.clone(),
        state: row.state.as_str().into(),
        holder: String::new(),
        title: row.title,
    };
    let mut entry = entry(Kind::Announcement, line, Shown::Announcement)?;
    entry.words.extend([(Facet::Domain, domain.as_str()), (Facet::Purpose, purpose.as_str())]);
    entry.scenario = name(row.scenario, &class);
    entry.at = millis(row.published_at);
    Ok(entry)
}

fn of_licence(row: register::Published, owner: Option<Id<Org>>) -> Result<Entry> {
    let line = Line {
        id: row.id.to_string(),
        title: row.title.clone(),
        serial: row.serial,
        summary: row.scenario_title.clone(),
        state: row.state.as_str().into(),
        holder: row.holder.clone(),
    };
    let mut entry = entry(Kind::Licence, line, Shown::Licence)?;
    entry.words.push((Facet::Purpose, row.purpose.as_str()));
    entry.holder = owner.map(|o| name(o, &row.holder)).unwrap_or_default();
    entry.scenario = name(row.scenario, &row.scenario_title);
    entry.at = millis(row.in_force_at);
    Ok(entry)
}

fn of_disclosure((row, owner): (Disclosure, String)) -> Result<Entry> {
    let line = Line {
        id: row.id.to_string(),
        title: format!("{owner} · {}", row.period),
        serial: row.serial.clone().unwrap_or_default(),
        summary: String::new(),
        state: row.kind.as_str().into(),
        holder: owner.clone(),
    };
    let mut entry = entry(Kind::Disclosure, line, Shown::Disclosure)?;
    entry.holder = row.owner.map(|o| name(o, &owner)).unwrap_or_default();
    entry.at = millis(row.published_at);
    Ok(entry)
}

/// Ids out of a table past one.
macro_rules! ids_past {
    ($look:expr, $table:ident, $of:ty, $past:expr) => {{
        let mut q = $table::table.into_boxed::<MultiBackend>();
        if let Some(past) = $past.and_then(|id| id.parse::<Id<$of>>().ok()) {
            q = q.filter($table::id.gt(past));
        }
        let ids: Vec<Id<$of>> = q.order($table::id.asc()).limit(BATCH).select($table::id).load($look.db())?;
        ids.into_iter().map(|id| id.to_string()).collect()
    }};
}

/// The next so many ids of a kind past one, in their order, of what is public and what is not. The entries are then asked for by
/// name: a join that is to begin anywhere would be read from its beginning each time.
pub fn past(look: &mut Look, kind: Kind, past: Option<&str>) -> Result<Vec<String>> {
    Ok(match kind {
        Kind::Product => ids_past!(look, product, Product, past),
        Kind::Scenario => ids_past!(look, scenario, Scenario, past),
        Kind::Announcement => ids_past!(look, calls, Announcement, past),
        Kind::Licence => ids_past!(look, licence, Licence, past),
        Kind::Disclosure => ids_past!(look, lists, Disclosure, past),
    })
}

/// Some entries of a kind as they stand now; what is not public is not among them.
pub fn named(look: &mut Look, kind: Kind, ids: &[String]) -> Result<Vec<Entry>> {
    fn of<T: 'static>(ids: &[String]) -> Vec<Id<T>> {
        ids.iter().filter_map(|id| id.parse().ok()).collect()
    }
    match kind {
        Kind::Product => catalogue::offers(look, &of(ids))?.into_iter().map(of_offer).collect(),
        Kind::Scenario => {
            let rows: Vec<Scenario> = scenario::table
                .filter(scenario::state.eq(classes::State::Published).and(scenario::id.eq_any(of::<Scenario>(ids))))
                .select(Scenario::as_select())
                .load(look.db())?;
            rows.into_iter().map(of_scenario).collect()
        }
        Kind::Announcement => {
            let rows: Vec<Call> = calls::table
                .inner_join(scenario::table.on(scenario::id.eq(calls::scenario)))
                .filter(calls::published_at.is_not_null().and(calls::id.eq_any(of::<Announcement>(ids))))
                .select((Announcement::as_select(), scenario::title, scenario::domain, scenario::purpose))
                .load(look.db())?;
            rows.into_iter().map(of_call).collect()
        }
        Kind::Licence => {
            let rows: Vec<Licence> = licence::table
                .filter(licence::state.eq_any(register::SHOWN).and(licence::id.eq_any(of::<Licence>(ids))))
                .select(Licence::as_select())
                .load(look.db())?;
            let owners: Vec<Option<Id<Org>>> = rows.iter().map(|r| r.owner).collect();
            register::published(look, rows)?.into_iter().zip(owners).map(|(row, owner)| of_licence(row, owner)).collect()
        }
        Kind::Disclosure => {
            let rows: Vec<(Disclosure, String)> = lists::table
                .inner_join(org::table.on(org::id.nullable().eq(lists::owner)))
                .filter(lists::state.eq(disclosure::State::Published).and(lists::id.eq_any(of::<Disclosure>(ids))))
                .select((Disclosure::as_select(), org::title))
                .load(look.db())?;
            rows.into_iter().map(of_disclosure).collect()
        }
    }
}

/// What some events touch: kind and id. Nothing of it need have changed.
pub fn touched(look: &mut Look, told: &[Heard]) -> Result<BTreeSet<(Kind, String)>> {
    let mut all: BTreeSet<(Kind, String)> = BTreeSet::new();
    let of = |noun: &str| -> Vec<&str> { told.iter().filter(|t| t.noun == noun).map(|t| t.subject.as_str()).collect() };
    for (noun, kind) in [
        (Product::NAME, Kind::Product),
        (Scenario::NAME, Kind::Scenario),
        (Announcement::NAME, Kind::Announcement),
        (Licence::NAME, Kind::Licence),
        (Disclosure::NAME, Kind::Disclosure),
    ] {
        all.extend(of(noun).into_iter().map(|id| (kind, id.to_string())));
    }
    let priced: Vec<Id<Product>> = pricing::table.filter(pricing::id.eq_any(of(crate::Pricing::NAME))).select(pricing::product).load(look.db())?;
    all.extend(priced.into_iter().map(|id| (Kind::Product, id.to_string())));
    // What is done to a licence is done to all that stands under it.
    let mut licences: Vec<String> = of(Licence::NAME).into_iter().map(str::to_string).collect();
    let ordered: Vec<Id<Licence>> =
        rectification::table.filter(rectification::id.eq_any(of(Rectification::NAME))).select(rectification::licence).load(look.db())?;
    let ended: Vec<Id<Licence>> =
        termination::table.filter(termination::id.eq_any(of(Termination::NAME))).select(termination::licence).load(look.db())?;
    let amended: Vec<Id<Licence>> = amendment::table.filter(amendment::id.eq_any(of(Amendment::NAME))).select(amendment::licence).load(look.db())?;
    licences.extend(ordered.into_iter().chain(ended).chain(amended).map(|id| id.to_string()));
    // An order on a licence holds for the agreement that follows it, too.
    let following: Vec<Id<Licence>> = licence::table.filter(licence::follows.eq_any(licences.clone())).select(licence::id).load(look.db())?;
    licences.extend(following.into_iter().map(|id| id.to_string()));
    let owners = of("org");
    let (classes, owned) = (of(Scenario::NAME), !owners.is_empty());
    let under: Vec<Id<Product>> = product::table
        .filter(product::licence.eq_any(licences.clone()).or(product::scenario.eq_any(classes.clone())).or(product::owner.eq_any(owners.clone())))
        .filter(product::state.eq(crate::product::State::Listed))
        .select(product::id)
        .load(look.db())?;
    all.extend(under.into_iter().map(|id| (Kind::Product, id.to_string())));
    all.extend(licences.into_iter().map(|id| (Kind::Licence, id)));
    let called: Vec<Id<Announcement>> = calls::table.filter(calls::scenario.eq_any(classes.clone())).select(calls::id).load(look.db())?;
    all.extend(called.into_iter().map(|id| (Kind::Announcement, id.to_string())));
    let held: Vec<Id<Licence>> =
        licence::table.filter(licence::scenario.eq_any(classes).or(licence::owner.eq_any(owners.clone()))).select(licence::id).load(look.db())?;
    all.extend(held.into_iter().map(|id| (Kind::Licence, id.to_string())));
    if owned {
        let listed: Vec<Id<Disclosure>> = lists::table.filter(lists::owner.eq_any(owners)).select(lists::id).load(look.db())?;
        all.extend(listed.into_iter().map(|id| (Kind::Disclosure, id.to_string())));
    }
    Ok(all)
}

/// What turned between two days without any event: a price that came into effect, a licence whose days began or ended.
pub fn turned(look: &mut Look, after: NaiveDate, until: NaiveDate) -> Result<BTreeSet<(Kind, String)>> {
    let mut all: Vec<Id<Product>> =
        pricing::table.filter(pricing::effective_on.gt(after).and(pricing::effective_on.le(until))).select(pricing::product).load(look.db())?;
    let begun = licence::from_on.gt(after).and(licence::from_on.le(until));
    let ended = licence::to_on.ge(after).and(licence::to_on.lt(until));
    let under: Vec<Id<Product>> = product::table
        .inner_join(licence::table.on(licence::id.eq(product::licence)))
        .filter(begun.or(ended))
        .filter(product::state.eq(crate::product::State::Listed))
        .select(product::id)
        .load(look.db())?;
    all.extend(under);
    Ok(all.into_iter().map(|id| (Kind::Product, id.to_string())).collect())
}
