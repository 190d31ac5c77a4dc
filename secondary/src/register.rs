//! 公开登记簿 — the registers that everybody may download: licences, products, prices, disclosures, as plain rows for
//! tables, CSV, XLSX and JSON. Words of a set stay words; the page speaks them.

use crate::catalogue;
use crate::disclosure::{self, Disclosure};
use crate::pricing::{self, Pricing};
use crate::product::{self, Product};
use chrono::NaiveDate;
use diesel::prelude::*;
use platform::paging::{Page, Paged, like};
use platform::people::{Org, org};
use platform::schema::{licence, org as orgs, pricing as prices, product as products, scenario};
use platform::{Id, Look, MultiBackend, Result, Word, day, diesel};
use primary::licence::{Licence, State as LicenceState};
use serde::Serialize;
use std::collections::HashMap;

/// A row of a register.
pub trait Row: Serialize {
    /// Names the register: message key `register-NAME`.
    const NAME: &'static str;
    /// Its columns in order: message keys `register-NAME-COLUMN`, and the set a column's words are of.
    const COLUMNS: &'static [(&'static str, Option<&'static str>)];
    /// Its cells in the order of the columns; empty where there is nothing.
    fn cells(&self) -> Vec<String>;
}

/// A licence: holder, content, scope, term (ZJK-29).
#[derive(Clone, Debug, Serialize)]
pub struct LicenceRow {
    pub serial: String,
    pub holder: String,
    pub credit_code: String,
    pub scenario: String,
    pub scope: String,
    pub from: NaiveDate,
    pub to: NaiveDate,
    pub state: String,
}

/// A product or service that was approved.
#[derive(Clone, Debug, Serialize)]
pub struct ProductRow {
    pub serial: String,
    pub title: String,
    pub holder: String,
    pub form: String,
    pub domain: String,
    pub purpose: String,
    pub scenario: String,
    pub licence: String,
    pub version: i32,
    pub listed_on: Option<NaiveDate>,
    pub price_zh: String,
    pub price_en: String,
    pub state: String,
    pub on_offer: bool,
}

/// A price on file.
#[derive(Clone, Debug, Serialize)]
pub struct PriceRow {
    pub product_id: Id<Product>,
    /// Whether the product is on offer now, so that it has a page.
    pub on_offer: bool,
    pub serial: String,
    pub product: String,
    pub product_serial: String,
    pub holder: String,
    pub tariff: String,
    pub price_zh: String,
    pub price_en: String,
    pub effective_on: Option<NaiveDate>,
    pub basis: String,
    pub scenario_use: String,
    pub scope: String,
}

/// A published disclosure.
#[derive(Clone, Debug, Serialize)]
pub struct DisclosureRow {
    pub id: Id<Disclosure>,
    pub serial: String,
    pub holder: String,
    pub kind: String,
    pub period: String,
    pub edition: i32,
    pub published_on: Option<NaiveDate>,
    pub state: String,
    pub digest: String,
}

fn shown(day: Option<NaiveDate>) -> String {
    day.map(|d| d.to_string()).unwrap_or_default()
}

impl Row for LicenceRow {
    const NAME: &'static str = "licences";
    const COLUMNS: &'static [(&'static str, Option<&'static str>)] = &[
        ("serial", None),
        ("holder", None),
        ("credit_code", None),
        ("scenario", None),
        ("scope", None),
        ("from", None),
        ("to", None),
        ("state", Some("licence-state")),
    ];
    fn cells(&self) -> Vec<String> {
        vec![
            self.serial.clone(),
            self.holder.clone(),
            self.credit_code.clone(),
            self.scenario.clone(),
            self.scope.clone(),
            self.from.to_string(),
            self.to.to_string(),
            self.state.clone(),
        ]
    }
}

impl Row for ProductRow {
    const NAME: &'static str = "products";
    const COLUMNS: &'static [(&'static str, Option<&'static str>)] = &[
        ("serial", None),
        ("title", None),
        ("holder", None),
        ("form", Some("product-form")),
        ("domain", Some("domain")),
        ("purpose", Some("purpose")),
        ("scenario", None),
        ("licence", None),
        ("version", None),
        ("listed_on", None),
        ("price_zh", None),
        ("price_en", None),
        ("state", Some("product-state")),
        ("on_offer", Some("yes-no")),
    ];
    fn cells(&self) -> Vec<String> {
        vec![
            self.serial.clone(),
            self.title.clone(),
            self.holder.clone(),
            self.form.clone(),
            self.domain.clone(),
            self.purpose.clone(),
            self.scenario.clone(),
            self.licence.clone(),
            self.version.to_string(),
            shown(self.listed_on),
            self.price_zh.clone(),
            self.price_en.clone(),
            self.state.clone(),
            if self.on_offer { "yes" } else { "no" }.into(),
        ]
    }
}

impl Row for PriceRow {
    const NAME: &'static str = "prices";
    const COLUMNS: &'static [(&'static str, Option<&'static str>)] = &[
        ("serial", None),
        ("product", None),
        ("product_serial", None),
        ("holder", None),
        ("tariff", Some("tariff")),
        ("price_zh", None),
        ("price_en", None),
        ("effective_on", None),
        ("basis", None),
        ("scenario_use", None),
        ("scope", None),
    ];
    fn cells(&self) -> Vec<String> {
        vec![
            self.serial.clone(),
            self.product.clone(),
            self.product_serial.clone(),
            self.holder.clone(),
            self.tariff.clone(),
            self.price_zh.clone(),
            self.price_en.clone(),
            shown(self.effective_on),
            self.basis.clone(),
            self.scenario_use.clone(),
            self.scope.clone(),
        ]
    }
}

impl Row for DisclosureRow {
    const NAME: &'static str = "disclosures";
    const COLUMNS: &'static [(&'static str, Option<&'static str>)] = &[
        ("serial", None),
        ("holder", None),
        ("kind", Some("disclosure-kind")),
        ("period", None),
        ("edition", None),
        ("published_on", None),
        ("state", Some("disclosure-state")),
        ("digest", None),
    ];
    fn cells(&self) -> Vec<String> {
        vec![
            self.serial.clone(),
            self.holder.clone(),
            self.kind.clone(),
            self.period.clone(),
            self.edition.to_string(),
            shown(self.published_on),
            self.state.clone(),
            self.digest.clone(),
        ]
    }
}

/// Licences that are or were in force, newest first.
pub fn licences(look: &mut Look, page: Page) -> Result<Paged<LicenceRow>> {
    const SHOWN: [LicenceState; 3] = [LicenceState::InForce, LicenceState::Suspended, LicenceState::Ended];
    let total: i64 = licence::table.filter(licence::state.eq_any(SHOWN)).count().get_result(look.db())?;
    let lines: Vec<(Licence, String, Option<String>, String)> = licence::table
        .inner_join(orgs::table.on(orgs::id.nullable().eq(licence::owner)))
        .inner_join(scenario::table.on(scenario::id.eq(licence::scenario)))
        .filter(licence::state.eq_any(SHOWN))
        .order((licence::created_at.desc(), licence::id.desc()))
        .limit(page.limit())
        .offset(page.offset())
        .select((Licence::as_select(), orgs::title, orgs::credit_code, scenario::title))
        .load(look.db())?;
    let rows = lines
        .into_iter()
        .map(|(row, holder, credit_code, scenario)| LicenceRow {
            scope: row.terms().scope,
            serial: row.serial.unwrap_or_default(),
            holder,
            credit_code: credit_code.unwrap_or_default(),
            scenario,
            from: row.from_on,
            to: row.to_on,
            state: row.state.as_str().into(),
        })
        .collect();
    Ok(page.of(rows, total))
}

/// Products that were listed, on the shelf or taken off it, newest first.
pub fn products(look: &mut Look, page: Page) -> Result<Paged<ProductRow>> {
    const SHOWN: [product::State; 2] = [product::State::Listed, product::State::Delisted];
    let total: i64 = products::table.filter(products::state.eq_any(SHOWN)).count().get_result(look.db())?;
    let lines: Vec<(Product, String, String, Option<String>)> = products::table
        .inner_join(orgs::table.on(orgs::id.nullable().eq(products::owner)))
        .inner_join(scenario::table.on(scenario::id.eq(products::scenario)))
        .inner_join(licence::table.on(licence::id.eq(products::licence)))
        .filter(products::state.eq_any(SHOWN))
        .order((products::created_at.desc(), products::id.desc()))
        .limit(page.limit())
        .offset(page.offset())
        .select((Product::as_select(), orgs::title, scenario::title, licence::serial))
        .load(look.db())?;
    let ids: Vec<Id<Product>> = lines.iter().map(|l| l.0.id).collect();
    let priced = pricing::currents(look, &ids)?;
    let offered = catalogue::on_offer_of(look, &ids)?;
    let rows = lines
        .into_iter()
        .map(|(row, holder, scenario, licence)| ProductRow {
            price_zh: priced.get(&row.id).map(|p| pricing::say(p, false)).unwrap_or_default(),
            price_en: priced.get(&row.id).map(|p| pricing::say(p, true)).unwrap_or_default(),
            on_offer: offered.contains(&row.id),
            serial: row.serial.unwrap_or_default(),
            title: row.title,
            holder,
            form: row.form.as_str().into(),
            domain: row.domain.as_str().into(),
            purpose: row.purpose.as_str().into(),
            scenario,
            licence: licence.unwrap_or_default(),
            version: row.approved_version.unwrap_or(0),
            listed_on: row.listed_at.map(day::shanghai_date),
            state: row.state.as_str().into(),
        })
        .collect();
    Ok(page.of(rows, total))
}

/// Received prices of listed products by words in the product's name and by kind of tariff, newest first.
pub fn prices(look: &mut Look, words: &str, tariff: Option<pricing::Kind>, page: Page) -> Result<Paged<PriceRow>> {
    const SHOWN: [product::State; 2] = [product::State::Listed, product::State::Delisted];
    let filter = || {
        let mut q = prices::table
            .inner_join(products::table.on(products::id.eq(prices::product)))
            .into_boxed::<MultiBackend>()
            .filter(prices::state.eq(pricing::State::Received).and(products::state.eq_any(SHOWN)));
        if let Some(tariff) = tariff {
            q = q.filter(prices::tariff.eq(tariff));
        }
        if !words.trim().is_empty() {
            q = q.filter(products::title.like(like(words)).escape('\\'));
        }
        q
    };
    let total: i64 = filter().count().get_result(look.db())?;
    type Line = (Pricing, String, Option<String>, Option<Id<Org>>);
    let lines: Vec<Line> = filter()
        .order((prices::created_at.desc(), prices::id.desc()))
        .limit(page.limit())
        .offset(page.offset())
        .select((Pricing::as_select(), products::title, products::serial, products::owner))
        .load(look.db())?;
    let offered = catalogue::on_offer_of(look, &lines.iter().map(|l| l.0.product).collect::<Vec<_>>())?;
    let holders: HashMap<Id<Org>, String> = org::names(look, lines.iter().filter_map(|l| l.3).collect())?;
    let rows = lines
        .into_iter()
        .map(|(row, product, product_serial, owner)| {
            let answers = row.answers();
            PriceRow {
                product_id: row.product,
                on_offer: offered.contains(&row.product),
                price_zh: pricing::say(&row, false),
                price_en: pricing::say(&row, true),
                serial: row.serial.unwrap_or_default(),
                product,
                product_serial: product_serial.unwrap_or_default(),
                holder: owner.and_then(|o| holders.get(&o).cloned()).unwrap_or_default(),
                tariff: row.tariff.as_str().into(),
                effective_on: row.effective_on,
                basis: answers.text("basis").into(),
                scenario_use: answers.text("scenario_use").into(),
                scope: answers.text("scope").into(),
            }
        })
        .collect();
    Ok(page.of(rows, total))
}

/// Published disclosures with every edition, latest period first.
pub fn disclosures(look: &mut Look, page: Page) -> Result<Paged<DisclosureRow>> {
    let ask = disclosure::Ask { all_editions: true, ..disclosure::Ask::default() };
    Ok(disclosure::published(look, &ask, page)?.map(|p| DisclosureRow {
        id: p.row.id,
        serial: p.row.serial.unwrap_or_default(),
        holder: p.owner_name,
        kind: p.row.kind.as_str().into(),
        period: p.row.period,
        edition: p.row.edition,
        published_on: p.row.published_at.map(day::shanghai_date),
        state: p.row.state.as_str().into(),
        digest: p.row.digest,
    }))
}
