//! The server: what requests share, and the way of each request from bytes to an answer.

use crate::answer::Answer;
use crate::ask::{Ask, Face};
use crate::routes::{Route, all};
use crate::say::Lang;
use crate::{kept, read, refuse};
use actix_web::dev::Payload;
use actix_web::http::{Method, header};
use actix_web::{App as Actix, HttpRequest, HttpResponse, web};
use platform::account::{session, token};
use platform::file::Store;
use platform::sheet::Answers;
use platform::{Caller, Db, Refusal, Result};
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::Instant;

/// Identity of the site, for the footer; what is empty is not shown.
#[derive(Clone, Debug, Default)]
pub struct Site {
    pub name_zh: String,
    pub name_en: String,
    pub operator: String,
    pub contact: String,
    pub icp: String,
    pub police: String,
    pub gov_code: String,
}

/// What all requests share.
pub struct App {
    pub db: Db,
    pub store: Store,
    pub site: Site,
    /// Demo data: the banner stands on every page.
    pub demo: bool,
    /// Where links in letters and QR codes point; never taken from a request.
    pub base_url: String,
    pub secure_cookies: bool,
    /// Folder of `.eml` letters when no SMTP is configured.
    pub outbox: Option<std::path::PathBuf>,
    pub settings: Vec<platform::config::Line>,
    /// Slows guessing of passwords and codes down.
    pub door: platform::account::Door,
    pub metrics: metrics_exporter_prometheus::PrometheusHandle,
    /// Whoever shows it may read the figures.
    pub metrics_token: Option<String>,
    /// Accounts of the demo city; empty outside a demo.
    pub demo_accounts: Vec<crate::demo::Account>,
    /// What is public, found by its words.
    pub index: Arc<secondary::index::Index>,
    /// Public pages, ready to be sent.
    pub shelf: crate::shelf::Shelf,
    /// The public log of this node.
    pub log: platform::log::Log,
    /// Whose turn it is to look through the titles of all cases.
    pub finding: tokio::sync::Semaphore,
    /// Where the pieces of the map for search engines part.
    pub sitemap: secondary::catalogue::address::Map,
    /// The description of every address, made when it is first asked for.
    pub openapi: std::sync::OnceLock<Vec<u8>>,
}

/// A fresh random key for a form or a visitor, 128 bits in hexadecimal.
pub fn random_key() -> String {
    format!("{:032x}", rand::random::<u128>())
}

/// Routes by path.
pub struct Table {
    /// Boxed, because a map keeps room for eleven where most addresses have one or two.
    paths: Vec<(String, BTreeMap<&'static str, Box<Route>>)>,
    /// The place of each path; a literal part wins over a parameter.
    tree: matchit::Router<usize>,
}

impl Table {
    /// The whole table. An address that stands against another is a fault of ours, and no server starts with it.
    pub fn build() -> std::io::Result<Arc<Self>> {
        let mut paths: Vec<(String, BTreeMap<&'static str, Box<Route>>)> = Vec::new();
        let mut tree = matchit::Router::new();
        for route in all() {
            match paths.iter_mut().find(|(p, _)| *p == route.path) {
                Some((_, methods)) => {
                    methods.insert(route.method, Box::new(route));
                }
                None => {
                    tree.insert(route.path.clone(), paths.len()).map_err(|why| std::io::Error::other(format!("{}: {why}", route.path)))?;
                    paths.push((route.path.clone(), BTreeMap::from([(route.method, Box::new(route))])));
                }
            }
        }
        Ok(Arc::new(Self { paths, tree }))
    }
    /// The place of an address, and what stands in its parameters.
    fn find(&self, path: &str) -> (Option<usize>, HashMap<String, String>) {
        match self.tree.at(path) {
            Ok(found) => (Some(*found.value), found.params.iter().map(|(k, v)| (k.to_string(), read::unescape(v))).collect()),
            Err(_) => (None, HashMap::new()),
        }
    }
}

/// Starts the server; it answers once this returns. `listen` may have port 0.
pub fn start(app: Arc<App>, listen: &str, workers: usize) -> std::io::Result<(actix_web::dev::Server, std::net::SocketAddr)> {
    let listener = std::net::TcpListener::bind(listen)?;
    let address = listener.local_addr()?;
    Ok((start_on(app, listener, workers)?, address))
}

/// Starts the server on a port that is bound already.
pub fn start_on(app: Arc<App>, listener: std::net::TcpListener, workers: usize) -> std::io::Result<actix_web::dev::Server> {
    let table = Table::build()?;
    let server = actix_web::HttpServer::new(move || {
        let (app, table) = (app.clone(), table.clone());
        let any = web::to(move |request: HttpRequest, payload: web::Payload| serve(app.clone(), table.clone(), request, payload.into_inner()));
        Actix::new().wrap(actix_web::middleware::Compress::default()).default_service(any)
    });
    // Whoever waits for the database waits for one of its few readers; more threads would only wait with him.
    let server = server.worker_max_blocking_threads(8);
    let server = server.workers(workers).client_request_timeout(std::time::Duration::from_secs(20)).shutdown_timeout(10);
    Ok(server.listen(listener)?.run())
}

/// Headers by which a proxy says for whom it asks.
const FORWARDED: [&str; 6] = ["forwarded", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip", "via"];

const CSP: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; manifest-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

/// The way of a request. A question for the head alone is answered like any other; the server leaves the body out, and keeps its length.
async fn serve(app: Arc<App>, table: Arc<Table>, request: HttpRequest, payload: Payload) -> HttpResponse {
    let started = Instant::now();
    let request_id = random_key();
    let (at, params) = table.find(request.path());
    let methods = at.map(|at| &table.paths[at].1);
    let route = methods.and_then(|m| m.get("GET")).map(AsRef::as_ref);
    let shelved = kept::find(&app, route, &request).await;
    if let Ok(kept::Found::Page(response)) = shelved {
        metrics::counter!("dajing_kept_pages_total").increment(1);
        return response;
    }
    let mut ask = empty(&app, &request, params, request_id.clone());
    if let Ok(kept::Found::Make(keeping)) = shelved {
        ask.keeping = Some(keeping);
    }
    let result = match methods {
        None => identify(&mut ask, &request).await.and(Err(Refusal::NotFound)),
        Some(methods) => answer(&mut ask, methods, &request, payload).await,
    };
    let refused = result.as_ref().err().cloned();
    let mut response = match result {
        Ok(answer) => kept::send(&ask, route, answer, &request).unwrap_or_else(|refusal| refuse::response(&ask, refusal)),
        Err(refusal) => refuse::response(&ask, refusal),
    };
    let status = response.status().as_u16();
    if status == 405
        && let Some(methods) = methods
    {
        let allow = methods.keys().copied().chain(methods.contains_key("GET").then_some("HEAD")).collect::<Vec<_>>().join(", ");
        if let Ok(value) = header::HeaderValue::from_str(&allow) {
            response.headers_mut().insert(header::ALLOW, value);
        }
    }
    secure(&mut response, &ask.path, ask.lang, app.secure_cookies, &request_id);
    if ask.said.is_some() && ask.face == Face::Html && status != 303 {
        let gone = actix_web::cookie::Cookie::build("dajing_say", "").path("/").max_age(actix_web::cookie::time::Duration::ZERO).finish();
        let _ = response.add_cookie(&gone);
    }
    if ask.session.is_none()
        && request.cookie(visit_cookie(&app)).is_none()
        && ask.face == Face::Html
        && !ask.path.starts_with("/assets")
        && needs_visit(&ask.path)
    {
        let _ = response.add_cookie(&cookie(&app, visit_cookie(&app), ask.csrf_seed().to_string(), None));
    }
    // The secret of a one-time link is nobody's to read, not even in the log.
    let path = if ask.path.starts_with("/link/") { "/link/…" } else { &ask.path };
    let millis = started.elapsed().as_secs_f64() * 1000.0;
    let route = at.map_or("", |at| table.paths[at].0.as_str()).to_string();
    metrics::counter!("dajing_requests_total", "route" => route.clone(), "status" => status.to_string()).increment(1);
    metrics::histogram!("dajing_request_seconds", "route" => route).record(millis / 1000.0);
    match refused {
        Some(Refusal::Broken(what)) => tracing::error!(request_id, method = %request.method(), path, status, %what, "broken"),
        Some(refusal) => tracing::info!(request_id, method = %request.method(), path, status, refusal = refusal.code(), millis, "refused"),
        None => tracing::info!(request_id, method = %request.method(), path, status, millis, "answered"),
    }
    response
}

/// Pages where a visitor who is not signed in may fill in a form.
fn needs_visit(path: &str) -> bool {
    ["/sign-in", "/sign-up", "/reset", "/link", "/verify", "/complaints", "/demo"].iter().any(|p| path.starts_with(p)) || path.ends_with("/objection")
}

async fn answer(ask: &mut Ask, methods: &BTreeMap<&'static str, Box<Route>>, request: &HttpRequest, payload: Payload) -> Result<Answer> {
    identify(ask, request).await?;
    let method = if request.method() == Method::HEAD { "GET" } else { request.method().as_str() };
    let route = methods.get(method).ok_or(Refusal::WrongMethod)?;
    route.door.check(&ask.who).map_err(|refusal| match &ask.session {
        // The role may well be there, behind the second factor.
        Some(me) if me.is_held_back() && matches!(refusal, Refusal::WrongRole { .. }) => Refusal::SecondFactor,
        _ => refusal,
    })?;
    if method != "GET" {
        if let Some(bearer) = &ask.bearer {
            bearer.must_have(platform::account::token::Scope::Act)?;
        }
        read::body(ask, request, payload, route.most, route.tokenless).await?;
    }
    (route.run)(ask.clone()).await
}

fn empty(app: &Arc<App>, request: &HttpRequest, params: HashMap<String, String>, request_id: String) -> Ask {
    let query = read::pairs(request.query_string());
    let bearer_text = request.headers().get(header::AUTHORIZATION).and_then(|v| v.to_str().ok()).and_then(|v| v.strip_prefix("Bearer "));
    let setting =
        |name: &str, allowed: &[&'static str]| request.cookie(name).and_then(|c| allowed.iter().copied().find(|a| *a == c.value())).unwrap_or("");
    Ask {
        app: app.clone(),
        method: request.method().clone(),
        path: request.path().to_string(),
        params,
        query,
        answers: Answers::default(),
        key: None,
        digest: String::new(),
        faults: Vec::new(),
        who: Caller::public(),
        session: None,
        by_token: false,
        bearer: None,
        lang: kept::language(request),
        face: kept::face(request),
        keeping: None,
        accept: request.headers().get(header::ACCEPT).and_then(|v| v.to_str().ok()).unwrap_or("").to_string(),
        request_id,
        seed: random_key(),
        csrf: String::new(),
        size: setting("dajing_size", &["large", "larger"]),
        contrast: setting("dajing_contrast", &["high"]),
        bearer_text: bearer_text.map(str::to_string),
        forwarded: FORWARDED.iter().any(|name| request.headers().contains_key(*name)),
        address: request.peer_addr().map(|a| a.ip().to_string()).unwrap_or_default(),
        agent: request.headers().get(header::USER_AGENT).and_then(|v| v.to_str().ok()).unwrap_or("").chars().take(200).collect(),
        said: request.cookie("dajing_say").map(|c| c.value().to_string()),
        fragment: request.headers().contains_key("HX-Request"),
    }
}

/// Name of the session cookie; with TLS it is bound to this host.
pub fn session_cookie(app: &App) -> &'static str {
    if app.secure_cookies { "__Host-dajing" } else { "dajing" }
}
fn visit_cookie(app: &App) -> &'static str {
    if app.secure_cookies { "__Host-dajing-visit" } else { "dajing_visit" }
}

/// A cookie as this site sets them.
pub fn cookie(app: &App, name: &'static str, value: String, age: Option<i64>) -> actix_web::cookie::Cookie<'static> {
    let mut cookie = actix_web::cookie::Cookie::build(name, value)
        .path("/")
        .http_only(true)
        .same_site(actix_web::cookie::SameSite::Lax)
        .secure(app.secure_cookies)
        .finish();
    if let Some(seconds) = age {
        cookie.set_max_age(actix_web::cookie::time::Duration::seconds(seconds));
    }
    cookie
}

/// Notes that a token was used, so that its owner sees when it is used by somebody else. Losing this mark loses nothing.
pub async fn note_use(ask: &Ask, bearer: &token::Bearer) {
    if bearer.is_to_be_touched(ask.app.db.clock().now()) {
        let id = bearer.token.id;
        let _ = ask.app.db.write(move |tx| token::touch(tx, id)).await;
    }
}

/// Finds out who asks: an API token, a session, or nobody.
async fn identify(ask: &mut Ask, request: &HttpRequest) -> Result<()> {
    // The figures have a token of their own, which is no access token.
    if let Some(text) = ask.bearer_text.clone().filter(|_| ask.path != crate::site::METRICS) {
        let bearer = ask.app.db.read(move |look| token::find(look, &text)).await?.ok_or(Refusal::SignIn)?;
        bearer.must_have(token::Scope::Read)?;
        note_use(ask, &bearer).await;
        ask.who = bearer.caller.clone();
        ask.by_token = true;
        ask.bearer = Some(bearer);
        return Ok(());
    }
    if let Some(cookie) = request.cookie(session_cookie(&ask.app)) {
        let secret = cookie.value().to_string();
        ask.seed = secret.clone();
        let found = ask.app.db.read(move |look| session::find(look, &secret)).await?;
        if let Some(me) = found {
            if me.is_to_be_touched(ask.app.db.clock().now()) {
                let id = me.session.id.clone();
                let _ = ask.app.db.write(move |tx| session::touch(tx, &id)).await;
            }
            ask.who = me.caller.clone();
            ask.session = Some(me);
        }
    } else if let Some(cookie) = request.cookie(visit_cookie(&ask.app)) {
        ask.seed = cookie.value().to_string();
    }
    // Nobody but the holder of the cookie can know this.
    ask.csrf = platform::event::sha256(format!("form:{}", ask.seed));
    Ok(())
}

/// The headers that every answer has.
pub fn secure(response: &mut HttpResponse, path: &str, lang: Lang, tls: bool, request_id: &str) {
    let headers = response.headers_mut();
    let mut put = |name: &'static str, value: &str| {
        if let Ok(value) = header::HeaderValue::from_str(value) {
            headers.insert(header::HeaderName::from_static(name), value);
        }
    };
    put("content-security-policy", CSP);
    put("x-content-type-options", "nosniff");
    put("referrer-policy", "same-origin");
    put("cross-origin-opener-policy", "same-origin");
    put("cross-origin-resource-policy", "same-origin");
    put("permissions-policy", "camera=(), microphone=(), geolocation=()");
    if path.starts_with("/link/") {
        put("cache-control", "no-store");
        put("referrer-policy", "no-referrer");
    }
    put("x-request-id", request_id);
    put("content-language", lang.tag());
    if tls {
        put("strict-transport-security", "max-age=31536000");
    }
}
