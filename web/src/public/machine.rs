//! What programs read without being told how: the catalogue in three formats, policies, feeds, a calendar, the map of the site, the list
//! of all of these (RFC 9727), and the page `/open` that says the same to people.

pub mod codes;
pub mod dcat;
pub mod feeds;
pub mod graph;
pub mod monthly;
pub mod open;
pub mod policy;
pub mod sitemap;

use crate::answer::{Answer, PageResult};
use crate::ask::{Ask, Face};
use crate::routes::{Door, Route, route};
use crate::view::chrome::{Chrome, escape};
use actix_web::HttpResponse;
use actix_web::http::{StatusCode, header};
use askama::Template;
use dcat::{Pages, Site};
use graph::{Format, Graph};
use platform::day;
use platform::flow::Noun;
use platform::words::Word;
use platform::{At, Id, Refusal, Result};
use primary::licence::Licence;
use primary::licence::register;
use secondary::catalogue::record::{self, OffWhy, Record};
use secondary::product::Product;
use serde::Serialize;

pub fn routes() -> Vec<Route> {
    let mut routes =
        vec![route("GET", "/catalog", Door::Public, "route-public-catalog", catalog).gives("text/turtle, application/ld+json, application/rdf+xml")];
    for format in Format::ALL {
        let at = |path: &str| format!("{path}.{}", format.ending());
        routes.push(route("GET", &at("/catalog"), Door::Public, "route-public-catalog-as", move |ask| catalog_as(ask, format)).gives(format.media()));
        routes.push(
            route("GET", &at("/products/{id}"), Door::Public, "route-public-product-as", move |ask| product_as(ask, format))
                .gives(format.media())
                .goes(),
        );
        routes.push(
            route("GET", &at("/licences/{id}"), Door::Public, "route-public-licence-as", move |ask| licence_as(ask, format)).gives(format.media()),
        );
    }
    for more in [codes::routes(), feeds::routes(), sitemap::routes(), open::routes(), monthly::routes()] {
        routes.extend(more);
    }
    routes
}

/// A text as XML holds it, in elements and in attributes.
pub fn xml(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in graph::carried(text).chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}

/// What may be asked for at an address that speaks both to people and to programs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wanted {
    Html,
    Json,
    Graph(Format),
}

impl Wanted {
    const ALL: [Self; 5] = [Self::Html, Self::Json, Self::Graph(Format::Turtle), Self::Graph(Format::JsonLd), Self::Graph(Format::RdfXml)];
    const fn media(self) -> &'static str {
        match self {
            Self::Html => "text/html",
            Self::Json => "application/json",
            Self::Graph(format) => format.media(),
        }
    }
}

/// How much a header wants a media type, in thousandths; the closest range decides (RFC 9110, 12.5.1).
fn quality(accept: &str, media: &str) -> u32 {
    let mut best = (0, 0);
    for range in accept.split(',') {
        let mut parts = range.split(';').map(str::trim);
        let name = parts.next().unwrap_or_default().to_ascii_lowercase();
        let closeness = match name.split_once('/') {
            Some(_) if name == media => 3,
            Some((kind, "*")) if media.split('/').next() == Some(kind) => 2,
            Some(("*", "*")) => 1,
            _ => continue,
        };
        let q = parts.find_map(|p| p.strip_prefix("q=").or_else(|| p.strip_prefix("Q="))).map_or(1.0, |q| q.parse::<f32>().unwrap_or(0.0));
        if closeness > best.0 {
            best = (closeness, (q.clamp(0.0, 1.0) * 1000.0) as u32);
        }
    }
    best.1
}

/// What is wanted most; the first of equals.
fn wanted(accept: &str, of: &[Wanted]) -> Option<Wanted> {
    let liked = of.iter().map(|w| (quality(accept, w.media()), *w)).filter(|(q, _)| *q > 0);
    liked.fold(None, |best: Option<(u32, Wanted)>, one| if best.is_some_and(|b| b.0 >= one.0) { best } else { Some(one) }).map(|b| b.1)
}

/// The format of triples that is asked for at an address whose page is for people.
pub fn asked(ask: &Ask) -> Option<Format> {
    match wanted(&ask.accept, &Wanted::ALL) {
        Some(Wanted::Graph(format)) => Some(format),
        _ => None,
    }
}

/// A graph as an answer; whoever asks again must ask the server, for what was on offer may not be any more.
fn written(graph: &Graph, format: Format, status: StatusCode, links: &[(String, &str)]) -> PageResult {
    let mut response = HttpResponse::build(status);
    response.insert_header((header::VARY, "Accept")).insert_header((header::CACHE_CONTROL, "no-cache"));
    for (href, rel) in links {
        response.append_header((header::LINK, format!("<{}>; rel=\"{rel}\"", crate::site::location(href))));
    }
    let media = match format {
        Format::Turtle => "text/turtle; charset=utf-8",
        other => other.media(),
    };
    Ok(Answer::Raw(response.content_type(media).body(graph.write(format)?)))
}

/// `GET /catalog`: the triples for programs; people are led to the products.
async fn catalog(ask: Ask) -> PageResult {
    let order = [Wanted::Graph(Format::Turtle), Wanted::Graph(Format::JsonLd), Wanted::Graph(Format::RdfXml), Wanted::Html, Wanted::Json];
    match wanted(&ask.accept, &order) {
        Some(Wanted::Html) => {
            let mut response = HttpResponse::SeeOther();
            response.insert_header((header::LOCATION, "/products")).insert_header((header::VARY, "Accept"));
            Ok(Answer::Raw(response.finish()))
        }
        Some(Wanted::Graph(format)) => catalog_as(ask, format).await,
        Some(Wanted::Json) => catalog_as(ask, Format::JsonLd).await,
        None => catalog_as(ask, Format::Turtle).await,
    }
}

/// An instant as a query gives it: a day, which begins in Asia/Shanghai, or a time with its zone.
fn instant(text: &str) -> Result<Option<At>> {
    if text.is_empty() {
        return Ok(None);
    }
    // A plus sign in a query is read as a space.
    let spaced = text.replace(' ', "+");
    let at = text.parse().map(day::start_of_day_utc).ok().or_else(|| chrono::DateTime::parse_from_rfc3339(&spaced).ok().map(|t| t.naive_utc()));
    at.map(Some).ok_or_else(|| Refusal::fault("modified_since", "not-a-date"))
}

/// The catalogue's next page follows the last product of this one, so `page` holds that product's id; the first has none.
async fn catalog_as(ask: Ask, format: Format) -> PageResult {
    let since = instant(ask.q("modified_since"))?;
    let after = match ask.q("page") {
        "" | "1" => None,
        cursor => Some(cursor.parse::<Id<Product>>()?),
    };
    let app = ask.app.clone();
    let (site, found, changed) =
        ask.look(move |look, _| Ok((Site::of(look, &app)?, record::page(look, after, since)?, record::changed(look)?))).await?;
    let address = |after: Option<Id<Product>>| {
        let page = after.map(|id| format!("page={id}"));
        let since = since.map(|_| format!("modified_since={}", escape(ask.q("modified_since"))));
        let query: Vec<String> = page.into_iter().chain(since).collect();
        let path = format!("{}/catalog.{}", site.base, format.ending());
        if query.is_empty() { path } else { format!("{path}?{}", query.join("&")) }
    };
    let pages = Pages { this: address(after), first: address(None), next: found.next.map(|id| address(Some(id))) };
    let mut links = vec![(pages.first.clone(), "first")];
    links.extend(pages.next.clone().map(|next| (next, "next")));
    written(&dcat::catalogue(&site, &found.rows, &pages, changed), format, StatusCode::OK, &links)
}

/// A product's triples; 410 when it is not on offer any more.
pub async fn product_as(ask: Ask, format: Format) -> PageResult {
    let id = ask.id::<Product>("id")?;
    let app = ask.app.clone();
    let (site, row) = ask.look(move |look, _| Ok((Site::of(look, &app)?, record::one(look, id)?))).await?;
    let status = if row.shown.is_some() { StatusCode::OK } else { StatusCode::GONE };
    written(&dcat::product(&site, &row), format, status, &[(site.catalog(), "collection")])
}

/// A licence as a policy.
pub async fn licence_as(ask: Ask, format: Format) -> PageResult {
    let id = ask.id::<Licence>("id")?;
    let app = ask.app.clone();
    let (site, of) = ask.look(move |look, _| Ok((Site::of(look, &app)?, register::public_one(look, id)?))).await?;
    let graph = dcat::licence(&site, &of, |article| policy::cited(&ask.cite(article)));
    written(&graph, format, StatusCode::OK, &[(format!("{}/licences", site.base), "collection")])
}

/// What is left of a product that was on offer: its name, since when it is gone and why.
#[derive(Template, Serialize)]
#[template(path = "public/gone.html")]
struct GoneView {
    #[serde(skip)]
    c: Chrome,
    serial: String,
    title: String,
    holder: String,
    since: String,
    why: OffWhy,
    why_name: String,
    scenario: String,
    scenario_href: String,
    licence: String,
    licence_href: String,
    /// It may come back: nothing but a pause of its licence or a price that is due keeps it off.
    pauses: bool,
    logged: Option<super::log::Logged>,
}

/// The page of a product that is not on offer: 410 when it was once, 404 otherwise.
pub async fn gone(ask: &Ask) -> PageResult {
    let id = ask.id::<Product>("id")?;
    let row: Record = ask.look(move |look, _| record::one(look, id)).await?;
    let (since, why) = row.off.ok_or(Refusal::NotFound)?;
    let since = day::shanghai_date(since).to_string();
    let pauses = matches!(why, OffWhy::Suspended | OffWhy::Closed | OffWhy::Price);
    if ask.face == Face::Json {
        let problem = serde_json::json!({
            "type": format!("{}/open#gone", ask.app.base_url), "title": ask.t(if pauses { "pub-paused" } else { "pub-gone" }), "status": 410,
            "detail": ask.lang.ta("dcat-off", &[("day", since.clone()), ("why", ask.lang.w(why))]),
            "instance": ask.path, "code": "gone", "article": null, "requestId": ask.request_id, "errors": [],
            "serial": row.serial, "since": since, "why": why.as_str(),
        });
        let mut response = HttpResponse::Gone();
        response.insert_header((header::VARY, "Accept, Accept-Language, Cookie")).insert_header((header::CACHE_CONTROL, "no-store"));
        return Ok(Answer::Raw(response.content_type("application/problem+json").body(problem.to_string())));
    }
    let view = GoneView {
        c: ask.chrome(row.title.clone()),
        serial: row.serial,
        title: row.title,
        holder: row.holder,
        since,
        why,
        why_name: ask.lang.w(why),
        scenario: row.scenario_title,
        scenario_href: format!("/scenarios/{}", row.scenario),
        licence: row.licence_serial,
        licence_href: format!("/licences/{}", row.licence),
        pauses,
        logged: super::log::logged(ask, Product::NAME, &id.to_string()).await?,
    };
    ask.show_as(410, &view)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_format_wanted_most_is_given() {
        let of = |accept: &str| wanted(accept, &Wanted::ALL);
        let turtle = Some(Wanted::Graph(Format::Turtle));
        assert_eq!(of("text/turtle"), turtle);
        assert_eq!(of("text/turtle, */*;q=0.1"), turtle);
        assert_eq!(of("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"), Some(Wanted::Html));
        assert_eq!(of("text/html;q=0.5, application/rdf+xml;q=0.9"), Some(Wanted::Graph(Format::RdfXml)));
        assert_eq!(of("application/ld+json, application/json;q=0.9"), Some(Wanted::Graph(Format::JsonLd)));
        assert_eq!(of("application/json"), Some(Wanted::Json));
        assert_eq!(of("*/*"), Some(Wanted::Html));
        assert_eq!(of("text/*, text/html;q=0"), turtle);
        for nothing in ["", "image/png", "text/turtle;q=0", ";;,,q=", "text/turtle;q=nan"] {
            assert_eq!(of(nothing), None, "{nothing}");
        }
    }

    #[test]
    fn a_day_begins_in_shanghai() {
        let at = |text: &str| instant(text).unwrap().unwrap().to_string();
        assert_eq!(at("2026-11-22"), "2026-11-21 16:00:00");
        assert_eq!(at("2026-11-22T08:00:00+08:00"), "2026-11-22 00:00:00");
        assert_eq!(at("2026-11-22T08:00:00 08:00"), "2026-11-22 00:00:00");
        assert!(instant("yesterday").is_err() && instant("").unwrap().is_none());
    }
}
