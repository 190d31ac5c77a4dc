//! The product catalogue: what is on offer, by whom, from which sources, at what price (ZJK-23, ZJK-29, BJ-17).

use super::log::{Logged, logged};
use super::{Named, address, list, page, size, whole_files};
use crate::answer::{Answer, PageResult};
use crate::ask::{Ask, Face};
use crate::routes::{Door, Route, route};
use crate::view::chrome::{Chrome, escape};
use crate::view::list::{Cell, ListView, Row};
use askama::Template;
use platform::clock::shanghai_text;
use platform::flow::Noun;
use platform::words::Word;
use platform::{Id, Refusal, Result};
use secondary::catalogue::{self, Facets, Offer, OfferPage};
use secondary::product::Product;
use serde::Serialize;
use serde_json::{Value, json};

pub fn routes() -> Vec<Route> {
    vec![
        route("GET", "/products", Door::Public, "route-public-products", all),
        route("GET", "/products/{id}", Door::Public, "route-public-product", one),
        route("GET", "/products/{id}/sample", Door::Public, "route-public-sample", sample),
    ]
}

/// The catalogue with its facets.
#[derive(Template, Serialize)]
#[template(path = "public/products.html")]
struct ProductsView {
    #[serde(skip)]
    c: Chrome,
    #[serde(flatten)]
    list: ListView,
    facets: Vec<Facet>,
    #[serde(skip)]
    cards: Vec<Card>,
    #[serde(skip)]
    words: String,
    /// The other conditions, which the search form keeps.
    #[serde(skip)]
    kept: Vec<(&'static str, String)>,
    #[serde(skip)]
    clear: Option<String>,
}

#[derive(Serialize)]
struct Facet {
    name: &'static str,
    title: String,
    words: Vec<FacetWord>,
}

#[derive(Serialize)]
struct FacetWord {
    value: String,
    label: String,
    count: i64,
    chosen: bool,
    /// With this word chosen, or without it when it is.
    href: String,
}

struct Card {
    title: String,
    href: String,
    summary: String,
    serial: String,
    form: String,
    domain: String,
    purpose: String,
    holder: String,
    price: String,
    scenario: Named,
    cycle: String,
}

const FILTERS: [&str; 5] = ["domain", "form", "purpose", "tariff", "scenario"];

fn asked(ask: &Ask) -> catalogue::Ask {
    catalogue::Ask {
        words: ask.q("q").chars().take(200).collect(),
        domain: ask.q_word("domain"),
        form: ask.q_word("form"),
        purpose: ask.q_word("purpose"),
        tariff: ask.q_word("tariff"),
        scenario: ask.q("scenario").parse().ok(),
    }
}

fn facet(ask: &Ask, name: &'static str, words: Vec<(String, String, i64)>) -> Facet {
    let words = words.into_iter().map(|(value, label, count)| {
        let chosen = ask.q(name) == value;
        let href = address(ask, &[(name, if chosen { "" } else { &value }), ("page", ""), ("format", "")]);
        FacetWord { value, label, count, chosen, href }
    });
    Facet { name, title: ask.t(&format!("pub-col-{name}")), words: words.collect() }
}

fn facets(ask: &Ask, found: Facets) -> Vec<Facet> {
    fn spoken<W: Word>(ask: &Ask, words: Vec<(W, i64)>) -> Vec<(String, String, i64)> {
        words.into_iter().map(|(w, n)| (w.as_str().to_string(), ask.lang.w(w), n)).collect()
    }
    let scenarios = found.scenario.into_iter().take(12).map(|(id, title, n)| (id.to_string(), title, n)).collect();
    let all = vec![
        facet(ask, "purpose", spoken(ask, found.purpose)),
        facet(ask, "form", spoken(ask, found.form)),
        facet(ask, "domain", spoken(ask, found.domain)),
        facet(ask, "tariff", spoken(ask, found.tariff)),
        facet(ask, "scenario", scenarios),
    ];
    all.into_iter().filter(|f| !f.words.is_empty()).collect()
}

fn price(ask: &Ask, zh: &str, en: &str) -> String {
    ask.lang.pick(zh, en).to_string()
}

fn line(ask: &Ask, o: &Offer) -> Row {
    Row {
        href: format!("/products/{}", o.id),
        cells: vec![
            Cell::text(&o.title),
            Cell::text(&o.serial),
            Cell::text(&o.summary),
            Cell::word(ask.lang, o.form),
            Cell::word(ask.lang, o.domain),
            Cell::word(ask.lang, o.purpose),
            Cell::text(&o.holder),
            Cell::text(&o.scenario_title),
            Cell::text(price(ask, &o.price_zh, &o.price_en)),
            o.update_cycle.map_or_else(Cell::default, |c| Cell::word(ask.lang, c)),
            Cell::text(&o.coverage),
            Cell::text(&o.licence_serial),
            Cell::text(o.version.to_string()),
            Cell::at(o.listed_at),
        ],
    }
}

fn card(ask: &Ask, o: &Offer) -> Card {
    Card {
        title: o.title.clone(),
        href: format!("/products/{}", o.id),
        summary: o.summary.clone(),
        serial: o.serial.clone(),
        form: ask.lang.w(o.form),
        domain: ask.lang.w(o.domain),
        purpose: ask.lang.w(o.purpose),
        holder: o.holder.clone(),
        price: price(ask, &o.price_zh, &o.price_en),
        scenario: Named { name: o.scenario_title.clone(), href: format!("/scenarios/{}", o.scenario), sub: String::new() },
        cycle: o.update_cycle.map(|c| ask.lang.w(c)).unwrap_or_default(),
    }
}

/// `GET /products`
async fn all(ask: Ask) -> PageResult {
    let a = ask.clone();
    let (found, facets) = ask
        .look(move |look, _| {
            let asked = asked(&a);
            let found = catalogue::search(look, &asked, page(&a))?;
            Ok((found, facets(&a, catalogue::facets(look, &asked)?)))
        })
        .await?;
    const COLUMNS: [&str; 14] = [
        "title",
        "serial",
        "summary",
        "form",
        "domain",
        "purpose",
        "holder",
        "scenario",
        "price",
        "cycle",
        "coverage",
        "licence",
        "version",
        "listed_on",
    ];
    let cards = found.rows.iter().map(|o| card(&ask, o)).collect();
    let list = whole_files(list(&ask, "pub-products", "products", &COLUMNS).fill(&ask, found, |o| line(&ask, o)), &ask);
    if ask.face == Face::Html && !ask.q("format").is_empty() {
        return list.answer(&ask);
    }
    let kept: Vec<(&str, String)> = FILTERS.into_iter().filter(|f| !ask.q(f).is_empty()).map(|f| (f, ask.q(f).to_string())).collect();
    let narrowed = !kept.is_empty() || !ask.q("q").is_empty();
    ask.show(&ProductsView {
        c: ask.chrome(list.c.title.clone()),
        list,
        facets,
        cards,
        words: ask.q("q").into(),
        kept,
        clear: narrowed.then(|| ask.path.clone()),
    })
}

/// A product's page.
#[derive(Template, Serialize)]
#[template(path = "public/product.html")]
struct ProductView {
    #[serde(skip)]
    c: Chrome,
    id: String,
    logged: Option<Logged>,
    serial: String,
    title: String,
    summary: String,
    form: String,
    domain: String,
    purpose: String,
    free: bool,
    holder: String,
    scenario: Named,
    licence: Named,
    /// Query code of its registration, and the day until which it holds; empty without one.
    registration_code: String,
    registration_to: String,
    licence_from: String,
    licence_to: String,
    price: String,
    price_serial: String,
    price_basis: String,
    price_scope: String,
    effect: String,
    prices: Vec<Price>,
    cycle: String,
    coverage: String,
    delivery: String,
    limits: String,
    usage: String,
    interface: String,
    fields: Vec<[String; 3]>,
    sample_text: String,
    sample_file: Option<Named>,
    sources: Vec<Named>,
    external_sources: String,
    version: i32,
    digest: String,
    versions: Vec<Version>,
    listed_at: String,
    updated_at: String,
    address: String,
    cite: String,
    verify: String,
    /// The same facts in the words of schema.org, as a data block of the page.
    #[serde(skip)]
    data_block: String,
}

#[derive(Serialize)]
struct Price {
    serial: String,
    effective_on: String,
    price: String,
    basis: String,
    /// Applies, will apply, or did.
    state: String,
}

#[derive(Serialize)]
struct Version {
    number: i32,
    made_at: String,
    digest: String,
    here: bool,
}

async fn found(ask: &Ask) -> Result<OfferPage> {
    let id: Id<Product> = ask.id("id")?;
    ask.look(move |look, _| catalogue::offer(look, id)).await
}

/// `GET /products/{id}`
async fn one(ask: Ask) -> PageResult {
    let page = found(&ask).await?;
    let mut view = view(&ask, page);
    view.logged = logged(&ask, Product::NAME, &view.id).await?;
    ask.show(&view)
}

/// `GET /products/{id}/sample`: the masked sample of the version on offer.
async fn sample(ask: Ask) -> PageResult {
    let file = found(&ask).await?.sample_file.ok_or(Refusal::NotFound)?;
    let bytes = ask.app.store.get(&file).await?;
    Ok(Answer::Bytes { media: file.media, name: Some(file.name), bytes: bytes.to_vec(), cache: false })
}

fn prices(ask: &Ask, page: &OfferPage) -> Vec<Price> {
    let today = platform::day::shanghai_date(ask.app.db.clock().now());
    let current = page.prices.iter().find(|p| p.effective_on.is_none_or(|d| d <= today)).map(|p| p.serial.clone());
    page.prices
        .iter()
        .map(|p| Price {
            serial: p.serial.clone(),
            effective_on: p.effective_on.map(|d| d.to_string()).unwrap_or_default(),
            price: price(ask, &p.price_zh, &p.price_en),
            basis: p.basis.clone(),
            state: ask.t(if p.effective_on.is_some_and(|d| d > today) {
                "pub-price-coming"
            } else if Some(&p.serial) == current.as_ref() {
                "pub-price-current"
            } else {
                "pub-price-past"
            }),
        })
        .collect()
}

/// JSON that may stand inside a script element: no `<` ends it.
fn block(data: &Value) -> String {
    data.to_string().replace('<', "\\u003c")
}

fn data_block(ask: &Ask, page: &OfferPage, address: &str) -> String {
    let o = &page.offer;
    let kind = if o.form == primary::ProductForm::Dataset { "Dataset" } else { "Product" };
    block(&json!({
        "@context": "https://schema.org",
        "@type": kind,
        "@id": address,
        "url": address,
        "identifier": o.serial,
        "name": o.title,
        "description": o.summary,
        "version": o.version.to_string(),
        "inLanguage": "zh-CN",
        "isAccessibleForFree": matches!(o.tariff, secondary::Tariff::Free),
        "datePublished": o.listed_at.map(|t| platform::day::shanghai_date(t).to_string()),
        "dateModified": platform::day::shanghai_date(page.updated_at).to_string(),
        "keywords": [ask.lang.w(o.domain), ask.lang.w(o.form), o.scenario_title],
        "spatialCoverage": o.coverage,
        "creator": { "@type": "Organization", "name": o.holder },
        "license": format!("{}/licences/{}", ask.app.base_url, o.licence),
        "usageInfo": page.limits,
        "variableMeasured": page.fields.iter().map(|f| f.name.as_str()).collect::<Vec<_>>(),
    }))
}

fn cite(ask: &Ask, o: &Offer, address: &str) -> String {
    let day = o.listed_at.map(|t| platform::day::shanghai_date(t).to_string()).unwrap_or_default();
    let said = [
        ("holder", o.holder.clone()),
        ("title", o.title.clone()),
        ("version", o.version.to_string()),
        ("site", ask.t("site-name")),
        ("day", day),
        ("serial", o.serial.clone()),
        ("address", address.to_string()),
    ];
    ask.lang.ta("pub-cite-text", &said)
}

fn view(ask: &Ask, page: OfferPage) -> ProductView {
    let address = format!("{}/products/{}", ask.app.base_url, page.offer.id);
    let (data_block, cite, prices) = (data_block(ask, &page, &address), cite(ask, &page.offer, &address), prices(ask, &page));
    let today = platform::day::shanghai_date(ask.app.db.clock().now());
    let current = page.prices.iter().find(|p| p.effective_on.is_none_or(|d| d <= today)).cloned();
    let said = |f: fn(&catalogue::PastPrice) -> &String| current.as_ref().map(|p| f(p).clone()).unwrap_or_default();
    let (price_serial, price_basis, price_scope, effect) = (said(|p| &p.serial), said(|p| &p.basis), said(|p| &p.scope), said(|p| &p.effect));
    let o = page.offer;
    ProductView {
        c: ask.chrome(o.title.clone()),
        verify: format!("/verify?number={}", escape(&o.serial)),
        id: o.id.to_string(),
        logged: None,
        form: ask.lang.w(o.form),
        domain: ask.lang.w(o.domain),
        purpose: ask.lang.w(o.purpose),
        free: matches!(o.tariff, secondary::Tariff::Free),
        holder: o.holder,
        scenario: Named { name: o.scenario_title, href: format!("/scenarios/{}", o.scenario), sub: String::new() },
        licence: Named { name: o.licence_serial, href: format!("/licences/{}", o.licence), sub: String::new() },
        registration_to: page.registration.as_ref().map(|r| r.1.to_string()).unwrap_or_default(),
        registration_code: page.registration.map(|r| r.0).unwrap_or_default(),
        licence_from: page.licence_from.to_string(),
        licence_to: page.licence_to.to_string(),
        price: price(ask, &o.price_zh, &o.price_en),
        price_serial,
        price_basis,
        price_scope,
        effect,
        prices,
        cycle: o.update_cycle.map(|c| ask.lang.w(c)).unwrap_or_default(),
        coverage: o.coverage,
        delivery: page.delivery,
        limits: page.limits,
        usage: page.usage.unwrap_or_default(),
        interface: page.interface.unwrap_or_default(),
        fields: page.fields.into_iter().map(|f| [f.name, f.kind, f.meaning]).collect(),
        sample_text: page.sample_text.unwrap_or_default(),
        sample_file: page.sample_file.map(|f| Named {
            name: f.name,
            href: format!("/products/{}/sample", o.id),
            sub: format!("{} · SHA-256 {}", size(f.size), f.sha256),
        }),
        sources: page.sources.into_iter().map(|s| Named { name: s.title, href: String::new(), sub: ask.lang.w(s.level) }).collect(),
        external_sources: page.external_sources.unwrap_or_default(),
        versions: page
            .versions
            .into_iter()
            .map(|v| Version { here: v.number == o.version, number: v.number, made_at: shanghai_text(v.made_at), digest: v.digest })
            .collect(),
        version: o.version,
        digest: page.digest,
        listed_at: o.listed_at.map(shanghai_text).unwrap_or_default(),
        updated_at: shanghai_text(page.updated_at),
        serial: o.serial,
        title: o.title,
        summary: o.summary,
        address,
        cite,
        data_block,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_ends_the_data_block() {
        let text = block(&json!({"name": "</script><script>alert(1)</script>"}));
        assert!(!text.contains('<'), "{text}");
        assert_eq!(serde_json::from_str::<Value>(&text).unwrap()["name"], "</script><script>alert(1)</script>");
    }
}
