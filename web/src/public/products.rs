//! A product on offer: by whom, from which sources, at what price (ZJK-23, ZJK-29, BJ-17). The catalogue is in `find`.

use super::chart::flow;
use super::log::{Logged, logged};
use super::{Named, machine, size};
use crate::answer::{Answer, PageResult};
use crate::ask::Ask;
use crate::routes::{Door, Route, route};
use crate::shelf::Kept;
use crate::view::chrome::{Chrome, escape};
use askama::Template;
use platform::clock::shanghai_text;
use platform::flow::Noun;
use platform::{Id, Refusal, Result};
use secondary::catalogue::{self, Offer, OfferPage};
use secondary::product::Product;
use serde::Serialize;
use serde_json::{Value, json};

pub fn routes() -> Vec<Route> {
    vec![
        route("GET", "/products/{id}", Door::Public, "route-public-product", one).gives(PAGE).goes().kept(Kept::OfOwner),
        route("GET", "/products/{id}/sample", Door::Public, "route-public-sample", sample).gives("*/*"),
    ]
}

/// A product's address speaks to people and, by `Accept`, to programs.
const PAGE: &str = "application/json, text/html, text/turtle, application/ld+json, application/rdf+xml";

fn price(ask: &Ask, zh: &str, en: &str) -> String {
    ask.lang.pick(zh, en).to_string()
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
    contact: String,
    /// The form for complaints and tips, about this product.
    report: String,
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
    /// From the sources to the product, drawn.
    #[serde(skip)]
    lineage: String,
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
    if let Some(format) = machine::asked(&ask) {
        return machine::product_as(ask, format).await;
    }
    match found(&ask).await {
        Ok(page) => {
            ask.belongs_to(page.offer.owner);
            let mut view = view(&ask, page);
            view.logged = logged(&ask, Product::NAME, &view.id).await?;
            ask.show(&view)
        }
        Err(Refusal::NotFound) => machine::gone(&ask).await,
        Err(refusal) => Err(refusal),
    }
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
    use primary::ProductForm::{Dataset, Indicator, Interface};
    let kind = if matches!(o.form, Dataset | Indicator | Interface) { "Dataset" } else { "Product" };
    // As the other descriptions say it: what is on offer, not the work on the next version.
    let changed = page.versions.iter().find(|v| v.number == o.version).map(|v| v.made_at).max(o.listed_at);
    let sample = page.sample_file.as_ref().map(|file| {
        json!([{ "@type": "DataDownload", "name": ask.t("dcat-sample"), "contentUrl": format!("{address}/sample"), "encodingFormat": file.media }])
    });
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
        "dateModified": changed.map(|t| platform::day::shanghai_date(t).to_string()),
        "keywords": [ask.lang.w(o.domain), ask.lang.w(o.form), o.scenario_title],
        "spatialCoverage": o.coverage,
        "creator": { "@type": "Organization", "name": o.holder },
        "includedInDataCatalog": { "@type": "DataCatalog", "@id": format!("{}/catalog", ask.app.base_url), "name": ask.t("site-name") },
        "distribution": sample,
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
    let (licence_serial, scenario_title, title) = (o.licence_serial.clone(), o.scenario_title.clone(), o.title.clone());
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
        contact: page.contact,
        report: format!("/complaints/new?matter=product&about={}", escape(&o.serial)),
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
        lineage: flow(
            "lineage",
            &ask.t("pub-lineage"),
            &[
                (ask.t("pub-sources"), page.sources.iter().map(|s| format!("{} · {}", s.title, ask.lang.w(s.level))).collect()),
                (ask.t("pub-col-licence"), vec![licence_serial.clone(), scenario_title.clone()]),
                (ask.t("pub-lineage-product"), vec![title.clone()]),
            ],
        ),
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
