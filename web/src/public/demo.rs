//! The accounts of the demo city; outside a demo the address does not exist.

use crate::answer::{Answer, PageResult};
use crate::app::{cookie, session_cookie};
use crate::ask::Ask;
use crate::routes::{Door, Route, route};
use crate::view::chrome::Chrome;
use actix_web::HttpResponse;
use actix_web::http::header;
use askama::Template;
use platform::Refusal;
use platform::account::{session, totp};
use platform::people::person;
use serde::Serialize;

pub fn routes() -> Vec<Route> {
    vec![route("GET", "/demo", Door::Public, "route-public-demo", demo), route("POST", "/demo", Door::Public, "route-public-demo-enter", enter)]
}

#[derive(Template, Serialize)]
#[template(path = "public/demo.html")]
struct DemoView {
    #[serde(skip)]
    c: Chrome,
    accounts: Vec<Account>,
    password: &'static str,
}

#[derive(Serialize)]
struct Account {
    org: String,
    name: String,
    roles: String,
    email: String,
    /// The one-time code of this half minute, where the role needs one.
    code: String,
}

/// `GET /demo`
async fn demo(ask: Ask) -> PageResult {
    if !ask.app.demo {
        return Err(Refusal::NotFound);
    }
    let now = ask.app.db.clock().now();
    let accounts = ask.app.demo_accounts.iter().map(|a| Account {
        org: a.org.clone(),
        name: a.name.clone(),
        roles: a.roles.iter().map(|r| ask.lang.w(*r)).collect::<Vec<_>>().join(ask.lang.pick("、", ", ")),
        email: a.email.clone(),
        code: a.secret.as_ref().and_then(|s| totp::code_at(s, now)).unwrap_or_default(),
    });
    ask.show(&DemoView { c: ask.chrome(ask.t("demo-accounts")), accounts: accounts.collect(), password: crate::demo::PASSWORD })
}

/// `POST /demo`: steps into an account of the demo with one click. Only where the data are invented, and only into the
/// accounts that the demo made.
async fn enter(ask: Ask) -> PageResult {
    let account = ask.app.demo_accounts.iter().find(|a| ask.app.demo && a.email == ask.answers.text("email")).ok_or(Refusal::NotFound)?;
    let (email, coded) = (account.email.clone(), account.secret.is_some());
    let (agent, address) = (ask.agent.clone(), ask.address.clone());
    let token = ask
        .app
        .db
        .write(move |tx| {
            let person = person::by_email(tx, &email)?.ok_or(Refusal::NotFound)?;
            let org = session::usual_org(tx, person.id)?;
            session::open(tx, person.id, &agent, &address, coded, org)
        })
        .await?;
    let cookie = cookie(&ask.app, session_cookie(&ask.app), token, None);
    Ok(Answer::Raw(HttpResponse::SeeOther().insert_header((header::LOCATION, "/work")).cookie(cookie).finish()))
}
