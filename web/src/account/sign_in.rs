//! Signing in, the second step, and out.

use super::{blocking, enter, onward};
use crate::answer::{Answer, PageResult, see};
use crate::app::{cookie, session_cookie};
use crate::ask::{Ask, Face};
use crate::routes::{Door, Route, route};
use crate::view::chrome::Chrome;
use actix_web::HttpResponse;
use actix_web::http::header;
use askama::Template;
use platform::Refusal;
use platform::account::session::Factor;
use platform::account::sign_in::{Attempt, SIGN_IN};
use serde::Serialize;

pub fn routes() -> Vec<Route> {
    vec![
        route("GET", "/sign-in", Door::Public, "route-sign-in-page", page),
        route("POST", "/sign-in", Door::Public, "route-sign-in", sign_in).takes(&SIGN_IN),
        route("GET", "/account/code", Door::Registered, "route-code-page", code_page),
        route("POST", "/account/code", Door::Registered, "route-code", code),
        route("POST", "/sign-out", Door::Registered, "route-sign-out", sign_out),
    ]
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

async fn page(ask: Ask) -> PageResult {
    if ask.session.as_ref().is_some_and(|s| !s.is_held_back()) {
        return see(onward(ask.q("then")));
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
    let app = ask.app.clone();
    match blocking(move || app.door.attempt(&app.db, &attempt)).await {
        Ok(token) => enter(&ask, token, &onward(a.text("then")), None).await,
        Err(refusal) if guessed(&ask, &refusal) => {
            let (c, email, then) = (ask.chrome(ask.t("nav-sign-in")), a.text("email").into(), crate::site::inside(a.text("then")));
            ask.show_as(if refusal.status() == 429 { 429 } else { 401 }, &SignInView { c, email, then, error: Some(said(&ask, &refusal)) })
        }
        Err(refusal) => Err(refusal),
    }
}

/// Whether a page shows this refusal itself, with the form again.
fn guessed(ask: &Ask, refusal: &Refusal) -> bool {
    matches!(refusal, Refusal::Rule { .. } | Refusal::TooMany { .. }) && ask.face == Face::Html
}

fn said(ask: &Ask, refusal: &Refusal) -> String {
    let (zh, en) = refusal.why();
    ask.lang.pick(zh, en)
}

/// The second step.
#[derive(Template, Serialize)]
#[template(path = "account/code.html")]
struct CodeView {
    #[serde(skip)]
    c: Chrome,
    then: String,
    error: Option<String>,
}

async fn code_page(ask: Ask) -> PageResult {
    if ask.session()?.factor != Factor::Owed {
        return see(onward(ask.q("then")));
    }
    ask.show(&CodeView { c: ask.chrome(ask.t("code-title")), then: crate::site::inside(ask.q("then")), error: None })
}

/// `POST /account/code`: a right code gives the roles.
async fn code(ask: Ask) -> PageResult {
    let (app, me, code) = (ask.app.clone(), ask.session()?.clone(), ask.answers.text("code").to_string());
    let then = ask.answers.text("then").to_string();
    match blocking(move || app.door.pass(&app.db, &me, &code)).await {
        Ok(()) => see(onward(&then)),
        Err(refusal) if guessed(&ask, &refusal) => {
            let error = if refusal.status() == 429 { said(&ask, &refusal) } else { ask.t("fault-wrong-code") };
            let view = CodeView { c: ask.chrome(ask.t("code-title")), then: crate::site::inside(&then), error: Some(error) };
            ask.show_as(if refusal.status() == 429 { 429 } else { 401 }, &view)
        }
        Err(refusal) => Err(refusal),
    }
}

/// `POST /sign-out`
async fn sign_out(ask: Ask) -> PageResult {
    let me = ask.session()?.clone();
    let id = me.session.id.clone();
    ask.app.db.write(move |tx| platform::account::session::close(tx, &me, &id)).await?;
    Ok(gone(&ask))
}

/// Home, with the session's cookie taken back.
pub fn gone(ask: &Ask) -> Answer {
    let gone = cookie(&ask.app, session_cookie(&ask.app), String::new(), Some(0));
    let say = cookie(&ask.app, "dajing_say", "signed_out".into(), None);
    Answer::Raw(match ask.face {
        Face::Html => HttpResponse::SeeOther().insert_header((header::LOCATION, "/")).cookie(gone).cookie(say).finish(),
        Face::Json => HttpResponse::Ok().cookie(gone).json(serde_json::json!({ "done": true, "location": "/" })),
    })
}
