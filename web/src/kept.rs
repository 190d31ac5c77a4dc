//! Answers from the shelf: who may have a kept page, how it is sent, and how a page that was just made is put there.

use crate::answer::Answer;
use crate::app;
use crate::app::App;
use crate::ask::{Ask, Face};
use crate::routes::Route;
use crate::say::Lang;
use crate::shelf::{Address, Kept, Moment, Page};
use actix_web::http::{Method, StatusCode, header};
use actix_web::{HttpRequest, HttpResponse};
use platform::people::Org;
use platform::{Id, Result};
use std::sync::{Arc, OnceLock};

/// That a page is made for the shelf: nothing of the one who asks may stand on it.
#[derive(Clone)]
pub struct Keeping {
    moment: Moment,
    path: String,
    owner: Arc<OnceLock<Id<Org>>>,
    not: Arc<OnceLock<()>>,
}

impl Ask {
    /// The page is about a case of this organisation alone.
    pub fn belongs_to(&self, owner: Option<Id<Org>>) {
        if let (Some(keeping), Some(owner)) = (&self.keeping, owner) {
            let _ = keeping.owner.set(owner);
        }
    }
    /// The page tells of something that no event announces: it is not kept.
    pub fn not_kept(&self) {
        if let Some(keeping) = &self.keeping {
            let _ = keeping.not.set(());
        }
    }
}

/// The language that a request asks for.
pub fn language(request: &HttpRequest) -> Lang {
    let by_query = || request.query_string().split('&').find_map(|p| p.strip_prefix("lang=")).map(Lang::of);
    let by_cookie = || request.cookie("dajing_lang").map(|c| Lang::of(c.value()));
    let by_header = || text(request, &header::ACCEPT_LANGUAGE).split(',').next().filter(|t| !t.is_empty()).map(Lang::of);
    by_query().or_else(by_cookie).or_else(by_header).unwrap_or_default()
}

/// HTML or JSON.
pub fn face(request: &HttpRequest) -> Face {
    let accept = text(request, &header::ACCEPT);
    let is_json = (accept.contains("application/json") || accept.contains("application/problem+json")) && !accept.contains("text/html");
    if is_json { Face::Json } else { Face::Html }
}

fn text<'r>(request: &'r HttpRequest, name: &header::HeaderName) -> &'r str {
    request.headers().get(name).and_then(|v| v.to_str().ok()).unwrap_or("")
}

/// Cookies that change nothing on a page but its language.
const PLAIN: [&str; 3] = ["dajing_lang", "dajing_visit", "__Host-dajing-visit"];

/// Whether whoever asks gets the page that everybody gets.
fn is_anybody(request: &HttpRequest) -> bool {
    let headers = request.headers();
    let cookies = || text(request, &header::COOKIE).split(';').filter_map(|c| c.split('=').next()).map(str::trim).filter(|c| !c.is_empty());
    let accept = text(request, &header::ACCEPT);
    matches!(*request.method(), Method::GET | Method::HEAD)
        && !headers.contains_key(header::AUTHORIZATION)
        && !headers.contains_key("HX-Request")
        && (accept.is_empty() || ["text/html", "*/*", "application/json"].iter().any(|t| accept.contains(t)))
        // Some pages speak to programs at the same address.
        && !["turtle", "rdf", "ld+json"].iter().any(|t| accept.contains(t))
        && cookies().all(|name| PLAIN.contains(&name))
}

fn address(request: &HttpRequest) -> &str {
    request.uri().path_and_query().map_or("/", |p| p.as_str())
}

/// What the shelf has for a request, or leave to make it for the shelf.
pub async fn find(app: &Arc<App>, route: Option<&Route>, request: &HttpRequest) -> Result<Found> {
    if route.is_none_or(|r| r.kept.is_none()) || !is_anybody(request) || !app.shelf.is_in_touch() {
        return Ok(Found::Nothing);
    }
    if !app.shelf.is_level(&app.db) {
        let app = app.clone();
        tokio::task::spawn_blocking(move || app.shelf.take_in(&app.db)).await.map_err(platform::Refusal::broken)??;
    }
    let (path, lang, face) = (address(request), language(request), face(request));
    Ok(match app.shelf.get(&Address { path, lang, face }) {
        Some(page) => Found::Page(response(&page, request, lang, app)?),
        None => Found::Make(Keeping { moment: app.shelf.moment(), path: path.to_string(), owner: Arc::default(), not: Arc::default() }),
    })
}

/// What the shelf says to a request.
pub enum Found {
    Page(HttpResponse),
    /// Not there, but it may be kept.
    Make(Keeping),
    /// Not for the shelf.
    Nothing,
}

/// Keeps a page that was made for the shelf, and sends it as the shelf would. Anything else is sent as it is.
pub fn send(ask: &Ask, route: Option<&Route>, answer: Answer, request: &HttpRequest) -> Result<HttpResponse> {
    let (Some(keeping), Some(kept)) = (&ask.keeping, route.and_then(|r| r.kept)) else { return Ok(answer.response(ask)) };
    let Answer::Page { status: 200, html, json, headers } = answer else { return Ok(answer.response(ask)) };
    let (media, body) = match (html, json) {
        (Some(html), _) => ("text/html; charset=utf-8", html),
        (None, json) => ("application/json", json.map(|j| j.to_string()).unwrap_or_default()),
    };
    let owner = match kept {
        Kept::Whole => None,
        Kept::OfOwner => keeping.owner.get().copied(),
    };
    let page = Arc::new(Page::new(media, &body, headers, owner, ask.app.db.clock().now()));
    let address = Address { path: &keeping.path, lang: ask.lang, face: ask.face };
    if keeping.not.get().is_none() {
        ask.app.shelf.keep(&address, page.clone(), keeping.moment);
    }
    response(&page, request, ask.lang, &ask.app)
}

/// A kept page as an answer: whole, or that it is known already.
fn response(page: &Page, request: &HttpRequest, lang: Lang, app: &App) -> Result<HttpResponse> {
    let known = match request.headers().get(header::IF_NONE_MATCH).and_then(|v| v.to_str().ok()) {
        Some(tags) => page.is_known(tags),
        None => text(request, &header::IF_MODIFIED_SINCE) == page.modified,
    };
    let mut response = HttpResponse::build(if known { StatusCode::NOT_MODIFIED } else { StatusCode::OK });
    response.insert_header((header::ETAG, page.etag.as_str()));
    response.insert_header((header::LAST_MODIFIED, page.modified.as_str()));
    response.insert_header((header::CACHE_CONTROL, "no-cache"));
    response.insert_header((header::VARY, "Accept, Accept-Language, Accept-Encoding, Cookie, HX-Request"));
    response.insert_header((header::CONTENT_TYPE, page.media));
    for (name, value) in &page.headers {
        response.insert_header((*name, value.as_str()));
    }
    let mut response = if known {
        response.finish()
    } else {
        let (body, encoding) = page.packed(text(request, &header::ACCEPT_ENCODING))?;
        if let Some(encoding) = encoding {
            response.insert_header((header::CONTENT_ENCODING, encoding));
        }
        response.body(body)
    };
    app::secure(&mut response, request.path(), lang, app.secure_cookies, &app::random_key());
    Ok(response)
}
