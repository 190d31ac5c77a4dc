//! Accounts: signing in and out, sign-up, one-time links, the second factor, sessions, tokens, people and roles.

use crate::answer::{Answer, PageResult, see};
use crate::app::{cookie, session_cookie};
use crate::ask::{Ask, Face};
use crate::routes::{Door, Route, route};
use crate::view::chrome::Chrome;
use actix_web::HttpResponse;
use actix_web::http::header;
use askama::Template;
use platform::account::sign_in::Attempt;
use platform::{Refusal, Result};
use serde::Serialize;

pub fn routes() -> Vec<Route> {
    vec![
        route("GET", "/sign-in", Door::Public, "route-sign-in", sign_in_page),
        route("POST", "/sign-in", Door::Public, "route-sign-in", sign_in),
        route("POST", "/sign-out", Door::Registered, "route-sign-out", sign_out),
    ]
}

/// Runs something that waits for the database or for a turn at hashing, off the request threads.
pub async fn blocking<T: Send + 'static>(f: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    actix_web::web::block(f).await.map_err(Refusal::broken)?
}

/// Refuses unless the password was given with this request or a moment ago.
pub async fn confirm(ask: &Ask) -> Result<()> {
    let me = ask.session()?.clone();
    let typed = ask.answers.text("_password").to_string();
    if typed.is_empty() {
        return me.must_be_confirmed(ask.app.db.clock().now());
    }
    let app = ask.app.clone();
    blocking(move || app.door.confirm(&app.db, &me, &typed)).await
}

/// The sign-in page.
#[derive(Template, Serialize)]
#[template(path = "account/sign_in.html")]
struct SignInView {
    #[serde(skip)]
    c: Chrome,
    email: String,
    then: String,
    error: Option<String>,
}

async fn sign_in_page(ask: Ask) -> PageResult {
    if ask.who.person.is_some() && ask.session.as_ref().is_some_and(|s| !s.is_held_back()) {
        return see(crate::site::inside(ask.q("then")));
    }
    ask.show(&SignInView { c: ask.chrome(ask.t("nav-sign-in")), email: ask.q("email").into(), then: crate::site::inside(ask.q("then")), error: None })
}

/// `POST /sign-in`: opens a session; a wrong e-mail, password or code all get the same answer.
async fn sign_in(ask: Ask) -> PageResult {
    let a = &ask.answers;
    let attempt = Attempt {
        email: a.text("email").into(),
        password: a.text("password").into(),
        code: a.text("code").into(),
        agent: ask.agent.clone(),
        address: ask.address.clone(),
    };
    let then = crate::site::inside(a.text("then"));
    let app = ask.app.clone();
    match blocking(move || app.door.attempt(&app.db, &attempt)).await {
        Ok(token) => {
            let to = if then == "/" { "/work".to_string() } else { then };
            let cookie = cookie(&ask.app, session_cookie(&ask.app), token, Some(7 * 86_400));
            Ok(Answer::Raw(match ask.face {
                Face::Html => HttpResponse::SeeOther().insert_header((header::LOCATION, crate::site::location(&to))).cookie(cookie).finish(),
                Face::Json => HttpResponse::Ok().cookie(cookie).json(serde_json::json!({ "done": true, "location": to })),
            }))
        }
        Err(refusal @ (Refusal::Rule { .. } | Refusal::TooMany { .. })) if ask.face == Face::Html => {
            let (zh, en) = refusal.why();
            let status = if matches!(refusal, Refusal::TooMany { .. }) { 429 } else { 401 };
            ask.show_as(
                status,
                &SignInView { c: ask.chrome(ask.t("nav-sign-in")), email: a.text("email").into(), then, error: Some(ask.lang.pick(zh, en)) },
            )
        }
        Err(refusal) => Err(refusal),
    }
}

/// `POST /sign-out`
async fn sign_out(ask: Ask) -> PageResult {
    let me = ask.session()?.clone();
    let id = me.session.id.clone();
    ask.app.db.write(move |tx| platform::account::session::close(tx, &me, &id)).await?;
    let gone = cookie(&ask.app, session_cookie(&ask.app), String::new(), Some(0));
    Ok(Answer::Raw(HttpResponse::SeeOther().insert_header((header::LOCATION, "/")).cookie(gone).finish()))
}
