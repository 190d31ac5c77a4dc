//! 价格公示 — the register of prices that everybody may read: what every product on the shelf costs, cost, or will cost.

use super::{Kind, Pricing, State, currents, say};
use crate::product::Product;
use crate::{catalogue, product};
use chrono::NaiveDate;
use diesel::prelude::*;
use platform::paging::{Page, Paged, like};
use platform::people::{Org, org};
use platform::schema::{pricing as prices, product as products};
use platform::{Id, Look, MultiBackend, Result, Word, diesel, words};
use serde::Serialize;
use std::collections::HashMap;

words! {
    /// Whether a filed price applies today.
    pub enum Standing: "pub-price" { Current = "current", Coming = "coming", Past = "past" }
}

/// A price on file.
#[derive(Clone, Debug, Serialize)]
pub struct PriceRow {
    pub product_id: Id<Product>,
    pub standing: Standing,
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

/// Received prices of listed products by words in the product's name and by kind of tariff, newest first.
pub fn prices(look: &mut Look, words: &str, tariff: Option<Kind>, page: Page) -> Result<Paged<PriceRow>> {
    const SHOWN: [product::State; 2] = [product::State::Listed, product::State::Delisted];
    let filter = || {
        let mut q = prices::table
            .inner_join(products::table.on(products::id.eq(prices::product)))
            .into_boxed::<MultiBackend>()
            .filter(prices::state.eq(State::Received).and(products::state.eq_any(SHOWN)));
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
    let today = look.today();
    let current: HashMap<Id<Product>, Id<Pricing>> =
        currents(look, &lines.iter().map(|l| l.0.product).collect::<Vec<_>>())?.into_iter().map(|(product, row)| (product, row.id)).collect();
    let offered = catalogue::on_offer_of(look, &lines.iter().map(|l| l.0.product).collect::<Vec<_>>())?;
    let holders: HashMap<Id<Org>, String> = org::names(look, lines.iter().filter_map(|l| l.3).collect())?;
    let rows = lines
        .into_iter()
        .map(|(row, product, product_serial, owner)| {
            let answers = row.answers();
            PriceRow {
                product_id: row.product,
                standing: match row.effective_on {
                    Some(day) if day > today => Standing::Coming,
                    _ if current.get(&row.product) == Some(&row.id) => Standing::Current,
                    _ => Standing::Past,
                },
                on_offer: offered.contains(&row.product),
                price_zh: say(&row, false),
                price_en: say(&row, true),
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
