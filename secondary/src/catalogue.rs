//! 产品目录 — what is on offer: listed, under a licence that permits it now, at a price received and in effect. Computed by a join at
//! every question, never stored: when a licence is suspended its products are off the shelf in the same instant. What looks through
//! all of them asks [`crate::index`], which reads them from here.

pub mod address;
mod page;
pub mod record;

pub use page::{OfferPage, PastPrice, PublicVersion, SourceNamed, offer};

use crate::index::Delivery;
use crate::pricing::{Kind, Pricing, Tariff};
use crate::product::{self, Product};
use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::{Bool, Date};
use platform::paging::{Page, Paged};
use platform::people::Org;
use platform::schema::{licence, org, pricing as prices, product as products, product_version, scenario};
use platform::sheet::Answers;
use platform::{At, Id, Look, MultiBackend, Result, Word, diesel};
use primary::licence::Licence;
use primary::scenario::Scenario;
use primary::{ProductForm, Purpose};
use resources::{Cycle, Domain, Level, entry};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;

/// One product on offer.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Offer {
    pub id: Id<Product>,
    pub serial: String,
    pub title: String,
    pub summary: String,
    pub form: ProductForm,
    pub domain: Domain,
    pub purpose: Purpose,
    pub delivery: Delivery,
    /// The highest level of its sources; none when nothing of them is known.
    pub level: Option<Level>,
    /// Ids of its sources; nobody is shown them.
    #[serde(skip)]
    pub sources: Vec<String>,
    pub owner: Option<Id<Org>>,
    pub holder: String,
    pub scenario: Id<Scenario>,
    pub scenario_title: String,
    pub tariff: Tariff,
    pub price_kind: Kind,
    pub price_zh: String,
    pub price_en: String,
    pub update_cycle: Option<Cycle>,
    pub coverage: String,
    pub listed_at: Option<At>,
    pub licence: Id<Licence>,
    pub licence_serial: String,
    /// The approved version that is on offer.
    pub version: i32,
}

/// A received price that no later one in effect replaces. Ids grow with time, so they break ties of the same day.
const NONE_LATER: &str = "NOT EXISTS (SELECT 1 FROM pricing later WHERE later.product = pricing.product AND later.state = 'received' \
    AND (later.effective_on > pricing.effective_on OR (later.effective_on = pricing.effective_on AND later.id > pricing.id)) AND later.effective_on <= ";

/// Products joined with all that puts them on offer. A macro, because the type of a join is too long to write.
macro_rules! on_offer {
    ($today:expr) => {
        products::table
            .inner_join(licence::table.on(licence::id.eq(products::licence)))
            .inner_join(prices::table.on(prices::product.eq(products::id)))
            .inner_join(org::table.on(org::id.nullable().eq(products::owner)))
            .inner_join(scenario::table.on(scenario::id.eq(products::scenario)))
            .inner_join(
                product_version::table
                    .on(product_version::product.eq(products::id).and(product_version::number.nullable().eq(products::approved_version))),
            )
            .filter(products::state.eq($crate::product::State::Listed))
            // The SQL face of `licence::may(…, List)`.
            .filter(licence::from_on.le($today).and(licence::to_on.ge($today)))
            .filter(sql::<Bool>(&primary::licence::permission::in_sql(primary::licence::Permission::List)))
            .filter(prices::state.eq($crate::pricing::State::Received).and(prices::effective_on.le($today)))
            .filter(sql::<Bool>($crate::catalogue::NONE_LATER).bind::<Date, _>($today).sql(")"))
    };
}
pub(crate) use on_offer;

type Line = (Product, String, String, String, Option<String>, Pricing);

/// Rows with what their versions say, and the highest level of their sources.
fn offered(look: &mut Look, lines: Vec<Line>) -> Result<Vec<Offer>> {
    let said: Vec<Answers> = lines.iter().map(|line| submitted(&line.1)).collect();
    let sources: Vec<String> = said.iter().flat_map(|a| a.list("sources")).collect();
    let levels: HashMap<String, Level> = entry::by_ids(look, &sources)?.into_iter().map(|e| (e.id.to_string(), e.level)).collect();
    lines
        .into_iter()
        .zip(said)
        .map(|((row, _, holder, scenario_title, licence_serial, price), answers)| {
            let tariff = price.tariff()?;
            Ok(Offer {
                id: row.id,
                serial: row.serial.unwrap_or_default(),
                title: row.title,
                summary: answers.text("summary").into(),
                form: row.form,
                domain: row.domain,
                purpose: row.purpose,
                delivery: Delivery::of_form(row.form),
                level: answers.list("sources").iter().filter_map(|s| levels.get(s).copied()).max(),
                sources: answers.list("sources"),
                owner: row.owner,
                holder,
                scenario: row.scenario,
                scenario_title,
                price_zh: tariff.say(false),
                price_en: tariff.say(true),
                tariff,
                price_kind: price.tariff,
                update_cycle: Cycle::of(answers.text("update_cycle")),
                coverage: answers.text("coverage").into(),
                listed_at: row.listed_at,
                licence: row.licence,
                licence_serial: licence_serial.unwrap_or_default(),
                version: row.approved_version.unwrap_or(0),
            })
        })
        .collect()
}

fn submitted(content: &str) -> Answers {
    serde_json::from_str::<product::version::Submitted>(content).unwrap_or_default().answers
}

/// Which products are meant; empty fields mean all.
#[derive(Clone, Copy, Debug, Default)]
pub struct Of {
    pub scenario: Option<Id<Scenario>>,
    pub licence: Option<Id<Licence>>,
}

/// What is on offer, last listed first. Whoever looks for words or counts asks [`crate::index`].
pub fn list(look: &mut Look, of: Of, page: Page) -> Result<Paged<Offer>> {
    let today = look.today();
    let filter = || {
        let mut q = on_offer!(today).into_boxed::<MultiBackend>();
        if let Some(scenario) = of.scenario {
            q = q.filter(products::scenario.eq(scenario));
        }
        if let Some(licence) = of.licence {
            q = q.filter(products::licence.eq(licence));
        }
        q
    };
    let total: i64 = filter().count().get_result(look.db())?;
    let lines: Vec<Line> = filter()
        // No product on the shelf lacks the instant it was listed.
        .order((products::listed_at.desc(), products::id.desc()))
        .limit(page.limit())
        .offset(page.offset())
        .select((Product::as_select(), product_version::content, org::title, scenario::title, licence::serial, Pricing::as_select()))
        .load(look.db())?;
    let rows = offered(look, lines)?;
    Ok(page.of(rows, total))
}

/// Those of some products that are on offer, in the order of their ids.
pub(crate) fn offers(look: &mut Look, ids: &[Id<Product>]) -> Result<Vec<Offer>> {
    let today = look.today();
    let lines: Vec<Line> = on_offer!(today)
        .filter(products::id.eq_any(ids.to_vec()))
        .order(products::id.asc())
        .select((Product::as_select(), product_version::content, org::title, scenario::title, licence::serial, Pricing::as_select()))
        .load(look.db())?;
    offered(look, lines)
}

/// Whether a product is on offer now.
pub fn is_on_offer(look: &mut Look, id: Id<Product>) -> Result<bool> {
    let today = look.today();
    let found: i64 = on_offer!(today).filter(products::id.eq(id)).count().get_result(look.db())?;
    Ok(found > 0)
}

/// Which of some products are on offer now.
pub(crate) fn on_offer_of(look: &mut Look, ids: &[Id<Product>]) -> Result<std::collections::HashSet<Id<Product>>> {
    let today = look.today();
    let found: Vec<Id<Product>> = on_offer!(today).filter(products::id.eq_any(ids.to_vec())).select(products::id).load(look.db())?;
    Ok(found.into_iter().collect())
}
