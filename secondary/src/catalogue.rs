//! 产品目录 — what is on offer: listed, under a licence that permits it now, at a price received and in effect. Computed by a join at
//! every question, never stored: when a licence is suspended its products are off the shelf in the same instant.

pub mod address;
mod page;
pub mod record;

pub use page::{OfferPage, PastPrice, PublicVersion, SourceNamed, offer};

use crate::pricing::{Kind, Pricing, Tariff};
use crate::product::{self, Product};
use diesel::dsl::{count_star, sql};
use diesel::prelude::*;
use diesel::sql_types::{Bool, Date};
use platform::paging::{Page, Paged, like};
use platform::schema::{licence, org, pricing as prices, product as products, product_version, scenario};
use platform::sheet::Answers;
use platform::{At, Id, Look, MultiBackend, Result, Word, diesel};
use primary::licence::Licence;
use primary::scenario::Scenario;
use primary::{ProductForm, Purpose};
use resources::{Cycle, Domain};
use serde::Serialize;
use std::collections::BTreeMap;

/// What a search asks for; empty fields ask for everything.
#[derive(Clone, Debug, Default)]
pub struct Ask {
    pub words: String,
    pub domain: Option<Domain>,
    pub form: Option<ProductForm>,
    pub purpose: Option<Purpose>,
    pub tariff: Option<Kind>,
    pub scenario: Option<Id<Scenario>>,
}

/// One product on offer.
#[derive(Clone, Debug, Serialize)]
pub struct Offer {
    pub id: Id<Product>,
    pub serial: String,
    pub title: String,
    pub summary: String,
    pub form: ProductForm,
    pub domain: Domain,
    pub purpose: Purpose,
    pub holder: String,
    pub scenario: Id<Scenario>,
    pub scenario_title: String,
    pub tariff: Tariff,
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

/// How many offers each word has, given the other filters.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Facets {
    pub domain: Vec<(Domain, i64)>,
    pub form: Vec<(ProductForm, i64)>,
    pub purpose: Vec<(Purpose, i64)>,
    pub tariff: Vec<(Kind, i64)>,
    /// The scenarios with most offers, at most 50.
    pub scenario: Vec<(Id<Scenario>, String, i64)>,
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

macro_rules! with_words {
    ($query:expr, $words:expr) => {{
        let mut query = $query;
        for word in $words.split_whitespace().take(8) {
            query = query.filter(products::words.like(like(&word.to_lowercase())).escape('\\'));
        }
        query
    }};
}

macro_rules! narrowed {
    ($query:expr, $ask:expr) => {{
        let mut query = $query;
        if let Some(domain) = $ask.domain {
            query = query.filter(products::domain.eq(domain));
        }
        if let Some(form) = $ask.form {
            query = query.filter(products::form.eq(form));
        }
        if let Some(purpose) = $ask.purpose {
            query = query.filter(products::purpose.eq(purpose));
        }
        if let Some(of) = $ask.scenario {
            query = query.filter(products::scenario.eq(of));
        }
        query
    }};
}

type Line = (Product, String, String, String, Option<String>, Pricing);

fn offered(line: Line) -> Result<Offer> {
    let (row, content, holder, scenario_title, licence_serial, price) = line;
    let answers = submitted(&content);
    let tariff = price.tariff()?;
    Ok(Offer {
        id: row.id,
        serial: row.serial.unwrap_or_default(),
        title: row.title,
        summary: answers.text("summary").into(),
        form: row.form,
        domain: row.domain,
        purpose: row.purpose,
        holder,
        scenario: row.scenario,
        scenario_title,
        price_zh: tariff.say(false),
        price_en: tariff.say(true),
        tariff,
        update_cycle: Cycle::of(answers.text("update_cycle")),
        coverage: answers.text("coverage").into(),
        listed_at: row.listed_at,
        licence: row.licence,
        licence_serial: licence_serial.unwrap_or_default(),
        version: row.approved_version.unwrap_or(0),
    })
}

fn submitted(content: &str) -> Answers {
    serde_json::from_str::<product::version::Submitted>(content).unwrap_or_default().answers
}

/// What is on offer, last listed first; every word must be found in title, summary, scenario or holder.
pub fn search(look: &mut Look, ask: &Ask, page: Page) -> Result<Paged<Offer>> {
    let today = look.today();
    let filter = || {
        let q = with_words!(on_offer!(today).into_boxed::<MultiBackend>(), ask.words);
        let q = narrowed!(q, ask);
        match ask.tariff {
            Some(tariff) => q.filter(prices::tariff.eq(tariff)),
            None => q,
        }
    };
    let total: i64 = filter().count().get_result(look.db())?;
    let lines: Vec<Line> = filter()
        // No product on the shelf lacks the instant it was listed.
        .order((products::listed_at.desc(), products::id.desc()))
        .limit(page.limit())
        .offset(page.offset())
        .select((Product::as_select(), product_version::content, org::title, scenario::title, licence::serial, Pricing::as_select()))
        .load(look.db())?;
    let rows = lines.into_iter().map(offered).collect::<Result<Vec<_>>>()?;
    Ok(page.of(rows, total))
}

/// How many are on offer, in three queries whatever the catalogue's size. Each facet is counted with the other
/// filters applied, not its own, so that its other words show what choosing them would give.
pub fn facets(look: &mut Look, ask: &Ask) -> Result<Facets> {
    let today = look.today();
    type Group = (Domain, ProductForm, Purpose, Id<Scenario>, i64);
    let grouped = on_offer!(today)
        .group_by((products::domain, products::form, products::purpose, products::scenario))
        .select((products::domain, products::form, products::purpose, products::scenario, count_star()))
        .into_boxed::<MultiBackend>();
    let mut grouped = with_words!(grouped, ask.words);
    if let Some(tariff) = ask.tariff {
        grouped = grouped.filter(prices::tariff.eq(tariff));
    }
    let groups: Vec<Group> = grouped.limit(20_000).load(look.db())?;
    let by_tariff = on_offer!(today).group_by(prices::tariff).select((prices::tariff, count_star())).into_boxed::<MultiBackend>();
    let by_tariff: Vec<(Kind, i64)> = narrowed!(with_words!(by_tariff, ask.words), ask).load(look.db())?;
    let fits = |g: &Group, but: usize| {
        (but == 0 || ask.domain.is_none_or(|w| w == g.0))
            && (but == 1 || ask.form.is_none_or(|w| w == g.1))
            && (but == 2 || ask.purpose.is_none_or(|w| w == g.2))
            && (but == 3 || ask.scenario.is_none_or(|w| w == g.3))
    };
    fn counted<W: Word>(groups: &[Group], fits: impl Fn(&Group) -> bool, word: impl Fn(&Group) -> W) -> Vec<(W, i64)> {
        let of = |w: W| groups.iter().filter(|g| fits(g) && word(g) == w).map(|g| g.4).sum::<i64>();
        W::ALL.iter().map(|w| (*w, of(*w))).filter(|(_, n)| *n > 0).collect()
    }
    let mut by_scenario: BTreeMap<Id<Scenario>, i64> = BTreeMap::new();
    for group in groups.iter().filter(|g| fits(g, 3)) {
        *by_scenario.entry(group.3).or_default() += group.4;
    }
    let mut scenarios: Vec<(Id<Scenario>, i64)> = by_scenario.into_iter().collect();
    scenarios.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(&b.0)));
    scenarios.truncate(50);
    let titles: BTreeMap<Id<Scenario>, String> = scenario::table
        .filter(scenario::id.eq_any(scenarios.iter().map(|s| s.0).collect::<Vec<_>>()))
        .select((scenario::id, scenario::title))
        .load::<(Id<Scenario>, String)>(look.db())?
        .into_iter()
        .collect();
    Ok(Facets {
        domain: counted(&groups, |g| fits(g, 0), |g| g.0),
        form: counted(&groups, |g| fits(g, 1), |g| g.1),
        purpose: counted(&groups, |g| fits(g, 2), |g| g.2),
        tariff: Kind::ALL.iter().filter_map(|k| by_tariff.iter().find(|(w, _)| w == k).copied()).collect(),
        scenario: scenarios.into_iter().map(|(id, n)| (id, titles.get(&id).cloned().unwrap_or_default(), n)).collect(),
    })
}

/// How many products are on offer, and how many of them serve the public good; for the front page.
pub fn counts(look: &mut Look) -> Result<(i64, i64)> {
    let today = look.today();
    let rows: Vec<(Purpose, i64)> = on_offer!(today).group_by(products::purpose).select((products::purpose, count_star())).load(look.db())?;
    Ok((rows.iter().map(|r| r.1).sum(), rows.iter().filter(|r| r.0 == Purpose::PublicGood).map(|r| r.1).sum()))
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
