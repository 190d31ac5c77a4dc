//! Refusals as pages and as RFC 9457 problems: why, under which article, and what would help.

use crate::answer::Answer;
use crate::ask::{Ask, Face};
use crate::view::chrome::{Chrome, escape};
use actix_web::HttpResponse;
use actix_web::http::{StatusCode, header};
use askama::Template;
use platform::Refusal;
use platform::account::session::Factor;

/// The page of a refusal.
#[derive(Template)]
#[template(path = "page/refusal.html")]
pub struct RefusalView {
    pub c: Chrome,
    pub status: u16,
    pub why: String,
    pub remedy: String,
    pub article: Option<String>,
    pub faults: Vec<String>,
    /// Where the remedy is done, when the refusal names a page of ours.
    pub onward: String,
    pub back: String,
}

/// The response of a refusal.
pub fn response(ask: &Ask, mut refusal: Refusal) -> HttpResponse {
    if let Refusal::Rule { args, .. } = &mut refusal {
        // A word of a set is said as people say it.
        for (_, form) in args.iter_mut().filter(|(name, _)| *name == "form") {
            *form = ask.lang.maybe(&format!("product-form-{form}")).unwrap_or_else(|| form.clone());
        }
    }
    let status = refusal.status();
    let code = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let (why_zh, why_en) = refusal.why();
    let (help_zh, help_en) = refusal.remedy();
    let (why, remedy) = (ask.lang.pick(why_zh, why_en), ask.lang.pick(help_zh, help_en));
    let mut response = HttpResponse::build(code);
    if let Refusal::TooMany { seconds } = refusal {
        response.insert_header((header::RETRY_AFTER, seconds.to_string()));
    }
    response.insert_header((header::CACHE_CONTROL, "no-store"));
    if ask.face == Face::Json || ask.by_token {
        let errors: Vec<serde_json::Value> = match &refusal {
            Refusal::Faulty(faults) => faults
                .iter()
                .map(|f| serde_json::json!({ "pointer": format!("/{}", pointer(&f.field)), "code": f.code, "detail": ask.lang.fault(f) }))
                .collect(),
            _ => Vec::new(),
        };
        let problem = serde_json::json!({
            "type": format!("{}/help/refusals#{}", ask.app.base_url, refusal.code()),
            "title": why,
            "status": status,
            "detail": remedy,
            "instance": ask.path,
            "code": refusal.code(),
            "article": refusal.article(),
            "requestId": ask.request_id,
            "errors": errors,
        });
        return response.content_type("application/problem+json").body(problem.to_string());
    }
    let asks = matches!(ask.method, actix_web::http::Method::GET | actix_web::http::Method::HEAD);
    if asks && !ask.fragment && matches!(refusal, Refusal::SignIn | Refusal::SecondFactor) {
        let query = ask.query.iter().map(|(k, v)| format!("{}={}", escape(k), escape(v))).collect::<Vec<_>>().join("&");
        let here = if query.is_empty() { ask.path.clone() } else { format!("{}?{query}", ask.path) };
        let factor = ask.session.as_ref().map(|me| me.factor);
        let to = match (&refusal, factor) {
            (Refusal::SignIn, _) => format!("/sign-in?then={}", escape(&here)),
            (_, Some(Factor::Owed)) => format!("/account/code?then={}", escape(&here)),
            _ => "/account/factor".to_string(),
        };
        return Answer::See { to, say: None }.response(ask);
    }
    let faults = match &refusal {
        Refusal::Faulty(faults) => faults.iter().map(|f| ask.lang.fault(f)).collect(),
        _ => Vec::new(),
    };
    let back = ask.path.rsplit_once('/').map_or("/", |(head, _)| head).to_string();
    let back = if back.is_empty() || back == "/link" { "/".to_string() } else { back };
    let title = ask.t(match status {
        404 => "refusal-not-found",
        401 | 403 => "refusal-no-right",
        500.. => "refusal-broken",
        _ => "refusal-title",
    });
    let onward = match &refusal {
        Refusal::Rule { args, .. } => args.iter().find(|(name, _)| *name == "link").map_or_else(String::new, |(_, to)| to.clone()),
        _ => String::new(),
    };
    let view = RefusalView { c: ask.chrome(title), status, why, remedy, article: refusal.article().map(|a| ask.cite(a)), faults, onward, back };
    match view.render() {
        Ok(html) => response.content_type("text/html; charset=utf-8").body(html),
        Err(_) => response.content_type("text/plain; charset=utf-8").body(view.why),
    }
}

/// `criteria[2].weight` as a JSON pointer: `criteria/2/weight`.
fn pointer(field: &str) -> String {
    field.replace('[', "/").replace("].", "/").replace(']', "").replace('.', "/")
}
