//! Accounts: signing in and out, sign-up, one-time links, the second factor, the own account, its sessions and tokens.

pub mod factor;
pub mod link;
pub mod own;
pub mod sessions;
pub mod sign_in;
pub mod sign_up;
pub mod tokens;

use crate::answer::{Answer, PageResult};
use crate::app::{cookie, session_cookie};
use crate::ask::{Ask, Face};
use crate::routes::Route;
use crate::view::form::{FieldView, Filling, FormView, draw};
use actix_web::HttpResponse;
use actix_web::http::header;
use platform::account::session::{self, Factor, SignedIn};
use platform::refusal::Fault;
use platform::sheet::{Answers, Sheet};
use platform::{Refusal, Result};

pub fn routes() -> Vec<Route> {
    [sign_in::routes(), sign_up::routes(), link::routes(), factor::routes(), own::routes(), sessions::routes(), tokens::routes()].concat()
}

/// Runs something that waits for the database or for a turn at hashing, off the request threads.
pub async fn blocking<T: Send + 'static>(f: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    actix_web::web::block(f).await.map_err(Refusal::broken)?
}

/// The session of somebody who owes no code: before it is given, nothing of an account is shown or changed.
pub fn full(ask: &Ask) -> Result<&SignedIn> {
    let me = ask.session()?;
    if me.factor == Factor::Owed { Err(Refusal::SecondFactor) } else { Ok(me) }
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

/// The session, confirmed by the password; a page gets what was wrong with it as a fault at its field.
pub async fn confirmed(ask: &Ask) -> Result<SignedIn> {
    let mut me = full(ask)?.clone();
    match confirm(ask).await {
        Ok(()) if ask.answers.text("_password").is_empty() => Ok(me),
        Ok(()) => {
            me.session.confirmed_at = ask.app.db.clock().now();
            Ok(me)
        }
        Err(Refusal::ConfirmPassword) if ask.face == Face::Html => Err(Refusal::fault("_password", "required")),
        Err(Refusal::Rule { code: "wrong-password", .. }) if ask.face == Face::Html => Err(Refusal::fault("_password", "wrong-password")),
        Err(refusal) => Err(refusal),
    }
}

/// A sheet's form; faults of what is asked beside the sheet are left to [`FormView::ask`].
pub fn form(ask: &Ask, sheet: &Sheet, answers: &Answers, faults: &[Fault]) -> FormView {
    let of_sheet = |f: &&Fault| sheet.fields.iter().any(|field| f.field == field.name || f.field.starts_with(&format!("{}[", field.name)));
    let own = faults.iter().filter(of_sheet).cloned().collect();
    draw(ask.lang, sheet, &Filling { answers: answers.clone(), faults: own, ..Filling::default() })
}

/// A question for a password or code, which is never shown again.
pub fn secret(ask: &Ask, name: &str, label: &str, auto: &'static str, faults: &[Fault]) -> FieldView {
    let number = auto == "one-time-code";
    FieldView {
        name: name.into(),
        id: name.into(),
        kind: if number { "number" } else { "line" },
        label: ask.t(label),
        hint: ask.lang.maybe(&format!("{label}-hint")),
        required: true,
        error: faults.iter().find(|f| f.field == name).map(|f| ask.lang.fault(f)),
        input: if number { "" } else { "password" },
        auto,
        ..FieldView::default()
    }
}

/// Asks for the password again where it was not given a moment ago.
pub fn ask_password(ask: &Ask, form: &mut FormView, faults: &[Fault]) {
    let given = ask.session.as_ref().is_some_and(|me| me.must_be_confirmed(ask.app.db.clock().now()).is_ok());
    if !given || faults.iter().any(|f| f.field == "_password") {
        form.ask(secret(ask, "_password", "confirm-password", "current-password", faults));
    }
}

/// Keeps a new session in the cookie and goes where it leads: to the code it owes, to setting codes up, or on.
pub async fn enter(ask: &Ask, token: String, then: &str, say: Option<&'static str>) -> PageResult {
    let secret = token.clone();
    let factor = ask.app.db.read(move |look| session::find(look, &secret)).await?.map(|me| me.factor);
    let to = match factor {
        Some(Factor::Owed) => format!("/account/code?then={}", crate::view::chrome::escape(then)),
        Some(Factor::Missing) => "/account/factor".to_string(),
        _ => then.to_string(),
    };
    let cookie = cookie(&ask.app, session_cookie(&ask.app), token, Some(7 * 86_400));
    Ok(Answer::Raw(match ask.face {
        Face::Html => {
            let mut response = HttpResponse::SeeOther();
            response.insert_header((header::LOCATION, crate::site::location(&to))).cookie(cookie);
            if let Some(say) = say {
                response.cookie(crate::app::cookie(&ask.app, "dajing_say", say.into(), None));
            }
            response.finish()
        }
        Face::Json => HttpResponse::Ok().cookie(cookie).json(serde_json::json!({ "done": true, "location": to })),
    }))
}

/// Where somebody goes after signing in.
pub fn onward(then: &str) -> String {
    match crate::site::inside(then).as_str() {
        "/" => "/work".into(),
        to => to.into(),
    }
}
