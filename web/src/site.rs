//! What the site itself answers: health, metrics, assets, language and display, the description for programs, step tables.

use crate::answer::{Answer, PageResult};
use crate::ask::Ask;
use crate::routes::{Door, Route, route};
use crate::say::Lang;
use crate::view::chrome::Chrome;
use actix_web::HttpResponse;
use actix_web::http::header;
use askama::Template;
use serde::Serialize;

pub fn routes() -> Vec<Route> {
    vec![
        route("GET", "/healthz", Door::Public, "route-health", health).gives("text/plain"),
        route("GET", "/readyz", Door::Public, "route-ready", ready),
        route("GET", METRICS, Door::Public, "route-metrics", metrics).gives("text/plain"),
        route("GET", "/assets/{version}/{name}", Door::Public, "route-asset", crate::assets::get).gives("*/*"),
        route("GET", "/favicon.ico", Door::Public, "route-asset", crate::assets::favicon).gives("image/svg+xml"),
        route("GET", "/lang/{lang}", Door::Public, "route-lang", lang),
        route("POST", "/display", Door::Public, "route-display", display).tokenless(),
        route("GET", "/openapi.json", Door::Public, "route-openapi", openapi),
        route("GET", "/robots.txt", Door::Public, "route-robots", robots).gives("text/plain"),
        route("GET", "/flows", Door::Public, "route-flows", flows),
        route("GET", "/files/{id}", Door::Public, "route-file", crate::files::get).gives("*/*"),
    ]
}

async fn health(_: Ask) -> PageResult {
    Ok(Answer::Raw(HttpResponse::Ok().content_type("text/plain; charset=utf-8").body("ok\n")))
}

/// Ready when the database answers and the schema is current.
async fn ready(ask: Ask) -> PageResult {
    let (waiting, last) = ask.app.db.read(|look| Ok((platform::mail::waiting(look)?, platform::event::last(look)?))).await?;
    let (log, index) = (ask.app.log.status(), &ask.app.index);
    Ok(Answer::Raw(HttpResponse::Ok().json(serde_json::json!({
        "database": "ok", "letters_waiting": waiting, "read_only": ask.app.db.is_frozen(),
        "log": { "published": log.published, "waiting_since": log.waiting_since.map(|t| t.and_utc().to_rfc3339()) },
        "index": { "whole": index.is_whole(), "behind": (last - index.seq()).max(0) },
    }))))
}

/// Where the figures are.
pub const METRICS: &str = "/metrics";

/// Figures for Prometheus: to whoever shows the token of the settings; without one to this machine only, and not to what a
/// proxy on this machine passes on.
async fn metrics(ask: Ask) -> PageResult {
    let shown = ask.bearer_text.as_deref();
    if !may_read(ask.app.metrics_token.as_deref(), shown, &ask.address, ask.forwarded) {
        return Err(platform::Refusal::NotFound);
    }
    Ok(Answer::Raw(HttpResponse::Ok().content_type("text/plain; version=0.0.4").body(ask.app.metrics.render())))
}

fn may_read(token: Option<&str>, shown: Option<&str>, address: &str, forwarded: bool) -> bool {
    match token {
        Some(token) => shown.is_some_and(|shown| crate::read::same(shown, token)),
        None => !forwarded && address.parse::<std::net::IpAddr>().is_ok_and(|a| a.is_loopback()),
    }
}

/// An address of this site, or the home page: never a way out to another.
pub fn inside(to: &str) -> String {
    let fine = to.starts_with('/') && !to.starts_with("//") && !to.contains('\\') && !to.chars().any(char::is_control);
    if fine { to.to_string() } else { "/".to_string() }
}

/// An address as a header may carry it.
pub fn location(to: &str) -> String {
    to.bytes().map(|b| if b.is_ascii_graphic() { (b as char).to_string() } else { format!("%{b:02X}") }).collect()
}

async fn lang(ask: Ask) -> PageResult {
    let lang = Lang::of(ask.param("lang"));
    if let Some(person) = ask.who.person {
        ask.app.db.write(move |tx| platform::people::person::speak(tx, person, lang.tag())).await?;
    }
    let mut cookie = crate::app::cookie(&ask.app, "dajing_lang", lang.tag().into(), Some(31_536_000));
    cookie.set_http_only(true);
    Ok(Answer::Raw(HttpResponse::SeeOther().insert_header((header::LOCATION, location(&inside(ask.q("to"))))).cookie(cookie).finish()))
}

/// Type size and contrast, kept in cookies so that they work without a script.
async fn display(ask: Ask) -> PageResult {
    let mut response = HttpResponse::SeeOther();
    response.insert_header((header::LOCATION, location(&inside(ask.answers.text("to")))));
    for (field, name, allowed) in
        [("size", "dajing_size", &["normal", "large", "larger"][..]), ("contrast", "dajing_contrast", &["normal", "high"][..])]
    {
        if let Some(value) = allowed.iter().find(|a| **a == ask.answers.text(field)) {
            response.cookie(crate::app::cookie(&ask.app, name, value.to_string(), Some(31_536_000)));
        }
    }
    Ok(Answer::Raw(response.finish()))
}

async fn openapi(ask: Ask) -> PageResult {
    let bytes = ask.app.openapi.get_or_init(|| crate::openapi::text(&ask.app.base_url).into_bytes()).clone();
    Ok(Answer::Bytes { media: "application/json".into(), name: None, bytes, cache: false })
}

async fn robots(ask: Ask) -> PageResult {
    let text = format!("User-agent: *\nDisallow: /work\nDisallow: /account\nDisallow: /sign-in\n\nSitemap: {}/sitemap.xml\n", ask.app.base_url);
    Ok(Answer::Bytes { media: "text/plain; charset=utf-8".into(), name: None, bytes: text.into_bytes(), cache: false })
}

/// The step tables, as a page that a lawyer can read.
#[derive(Template, Serialize)]
#[template(path = "public/flows.html")]
struct FlowsView {
    #[serde(skip)]
    c: Chrome,
    tables: Vec<FlowTable>,
}

#[derive(Serialize)]
struct FlowTable {
    noun: &'static str,
    name: String,
    lines: Vec<[String; 7]>,
}

async fn flows(ask: Ask) -> PageResult {
    let lang = ask.lang;
    let tables = crate::flows::tables()
        .into_iter()
        .map(|t| {
            let mut lines = crate::flows::lines(lang, &t);
            lines.iter_mut().for_each(|line| line[4] = lang.cited(&ask.cite(&line[4])));
            FlowTable { noun: t.noun, name: lang.t(&format!("noun-{}", t.noun)), lines }
        })
        .collect();
    ask.show(&FlowsView { c: ask.chrome(ask.t("nav-flows")), tables })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn redirects_stay_inside() {
        for bad in ["//evil.cn", "https://evil.cn", "/\\evil.cn", "", "/a\r\nX: 1"] {
            assert_eq!(inside(bad), "/", "{bad}");
        }
        assert_eq!(inside("/work?x=1"), "/work?x=1");
    }

    #[test]
    fn figures_are_for_this_machine_or_for_whoever_shows_the_token() {
        let token = Some("0123456789abcdef");
        for (token, shown, address, forwarded, may) in [
            (None, None, "127.0.0.1", false, true),
            (None, None, "::1", false, true),
            (None, None, "127.0.0.1", true, false),
            (None, None, "10.0.0.7", false, false),
            (None, Some("guess"), "10.0.0.7", false, false),
            (token, token, "10.0.0.7", true, true),
            (token, Some("0123456789abcdeX"), "127.0.0.1", false, false),
            (token, Some(""), "127.0.0.1", false, false),
            (token, None, "127.0.0.1", false, false),
        ] {
            assert_eq!(may_read(token, shown, address, forwarded), may, "{token:?} {shown:?} {address} {forwarded}");
        }
    }
}
