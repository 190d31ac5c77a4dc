//! The list of everything that programs may read: for programs as a linkset (RFC 9727), for people as the page `/open`; and whom to
//! tell of a hole in the fence (RFC 9116).

use super::dcat;
use crate::answer::{Answer, PageResult};
use crate::ask::Ask;
use crate::routes::{Door, Route, route};
use crate::view::chrome::Chrome;
use actix_web::HttpResponse;
use actix_web::http::header;
use askama::Template;
use chrono::Datelike;
use platform::Refusal;
use serde::Serialize;
use serde_json::json;

pub fn routes() -> Vec<Route> {
    vec![
        route("GET", "/open", Door::Public, "route-public-open", open),
        route("GET", "/.well-known/api-catalog", Door::Public, "route-public-api-catalog", api_catalog).gives("application/linkset+json"),
        route("GET", "/.well-known/security.txt", Door::Public, "route-public-security", security).gives("text/plain"),
    ]
}

/// A face for programs: its group, its address, its media type, and the message that says what it is.
struct Face {
    group: &'static str,
    path: &'static str,
    media: &'static str,
    key: &'static str,
}

const fn face(group: &'static str, path: &'static str, media: &'static str, key: &'static str) -> Face {
    Face { group, path, media, key }
}

const GROUPS: [&str; 5] = ["catalogue", "terms", "news", "lists", "interface"];
const FACES: [Face; 22] = [
    face("catalogue", "/catalog.ttl", "text/turtle", "open-catalog"),
    face("catalogue", "/catalog.jsonld", "application/ld+json", "open-catalog"),
    face("catalogue", "/catalog.rdf", "application/rdf+xml", "open-catalog"),
    face("catalogue", "/catalog", "text/turtle", "open-negotiated"),
    face("catalogue", "/products/{id}.ttl", "text/turtle", "open-product"),
    face("catalogue", "/products/{id}.jsonld", "application/ld+json", "open-product"),
    face("catalogue", "/products/{id}.rdf", "application/rdf+xml", "open-product"),
    face("catalogue", "/codes", "text/html", "open-codes"),
    face("terms", "/licences/{id}.jsonld", "application/ld+json", "open-licence"),
    face("terms", "/licences/open", "text/csv", "open-monthly"),
    face("news", "/feeds/announcements.atom", "application/atom+xml", "open-announcements"),
    face("news", "/feeds/announcements.json", "application/feed+json", "open-announcements"),
    face("news", "/feeds/disclosures.atom", "application/atom+xml", "open-disclosures"),
    face("news", "/feeds/disclosures.json", "application/feed+json", "open-disclosures"),
    face("news", "/feeds/products.atom", "application/atom+xml", "open-products"),
    face("news", "/feeds/products.json", "application/feed+json", "open-products"),
    face("news", "/feeds/deadlines.ics", "text/calendar", "open-deadlines"),
    face("lists", "/products", "application/json", "open-lists"),
    face("lists", "/sitemap.xml", "application/xml", "open-sitemap"),
    face("interface", "/openapi.json", "application/json", "open-openapi"),
    face("interface", "/.well-known/api-catalog", "application/linkset+json", "open-api-catalog"),
    face("interface", "/healthz", "text/plain", "open-health"),
];

/// Everything that programs may read, in words.
#[derive(Template, Serialize)]
#[template(path = "public/open.html")]
struct OpenView {
    #[serde(skip)]
    c: Chrome,
    /// What all paths are after.
    base: String,
    groups: Vec<Group>,
    rules: Vec<String>,
}

#[derive(Serialize)]
struct Group {
    name: &'static str,
    title: String,
    faces: Vec<FaceView>,
}

#[derive(Serialize)]
struct FaceView {
    path: &'static str,
    address: String,
    media: &'static str,
    text: String,
    /// Empty where an id has to be put in.
    href: &'static str,
}

/// `GET /open`
async fn open(ask: Ask) -> PageResult {
    let view = |f: &Face| FaceView {
        path: f.path,
        address: format!("{}{}", ask.app.base_url, f.path),
        media: f.media,
        text: ask.t(f.key),
        href: if f.path.contains('{') { "" } else { f.path },
    };
    let group = |name: &&'static str| Group {
        name,
        title: ask.t(&format!("open-group-{name}")),
        faces: FACES.iter().filter(|f| f.group == *name).map(view).collect(),
    };
    let rules = (1..=6).map(|n| ask.t(&format!("open-rule-{n}"))).collect();
    ask.show(&OpenView { c: ask.chrome(ask.t("open-title")), base: ask.app.base_url.clone(), groups: GROUPS.iter().map(group).collect(), rules })
}

/// `GET /.well-known/api-catalog`: the interface with its description, its words and its state; and what it offers to read.
async fn api_catalog(ask: Ask) -> PageResult {
    let base = &ask.app.base_url;
    let at = |path: &str| format!("{base}{path}");
    let item = |f: &Face| json!({ "href": at(f.path), "type": f.media, "title": ask.t(f.key) });
    let readable = |f: &&Face| !f.path.contains('{') && f.group != "interface";
    let items: Vec<serde_json::Value> = FACES.iter().filter(readable).map(item).collect();
    let body = json!({ "linkset": [
        { "anchor": at("/.well-known/api-catalog"), "item": [{ "href": at("/"), "title": ask.t("site-name") }] },
        {
            "anchor": at("/"),
            "service-desc": [{ "href": at("/openapi.json"), "type": "application/json", "title": "OpenAPI 3.1" }],
            "service-doc": [{ "href": at("/open"), "type": "text/html", "title": ask.t("open-title") }],
            "status": [{ "href": at("/healthz"), "type": "text/plain" }],
            "item": items,
        },
    ] });
    let mut response = HttpResponse::Ok();
    response.insert_header((header::LINK, format!("<{}>; rel=\"api-catalog\"", at("/.well-known/api-catalog"))));
    response.insert_header((header::CACHE_CONTROL, "public, max-age=3600")).insert_header((header::VARY, "Accept-Language, Cookie"));
    let media = "application/linkset+json; profile=\"https://www.rfc-editor.org/info/rfc9727\"";
    Ok(Answer::Raw(response.content_type(media).body(body.to_string())))
}

/// `GET /.well-known/security.txt`; there is none until the contact in the settings holds a mail address.
async fn security(ask: Ask) -> PageResult {
    let mail = dcat::mail(&ask.app.site.contact).ok_or(Refusal::NotFound)?;
    // Until the first day of the month after next: it is written anew at every question, and must not be older than a year.
    let today = platform::day::shanghai_date(ask.app.db.clock().now());
    let until = platform::day::add_months(today.with_day(1).unwrap_or(today), 2);
    let base = &ask.app.base_url;
    let text = format!(
        "Contact: mailto:{mail}\nExpires: {until}T00:00:00Z\nPreferred-Languages: zh, en\nCanonical: {base}/.well-known/security.txt\nPolicy: {base}/open\n"
    );
    let mut response = HttpResponse::Ok();
    response.insert_header((header::CACHE_CONTROL, "public, max-age=3600"));
    Ok(Answer::Raw(response.content_type("text/plain; charset=utf-8").body(text)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_listed_has_a_route_and_a_group() {
        let routes = crate::routes::all();
        for f in &FACES {
            assert!(routes.iter().any(|r| r.method == "GET" && r.path == f.path && r.door == Door::Public), "{}", f.path);
            assert!(GROUPS.contains(&f.group), "{}", f.group);
        }
        for (name, _) in super::super::feeds::FEEDS {
            assert!(FACES.iter().any(|f| f.path == format!("/feeds/{name}.atom")), "{name}");
        }
    }
}
